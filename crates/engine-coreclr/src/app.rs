//! Checks an app before anything is started, so that mistakes are explained instead of crashing in the runtime.
//!
//! Hostfxr accepts a damaged .dll and a library without `Main`; the runtime then ends the process with SIGABRT. A
//! `deps.json` without `runtimeTarget` makes hostfxr 8 itself call `abort`. None of that can be caught afterwards. What
//! these checks let pass may still fail, and hostfxr then says why.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;
use crate::json;
use crate::options::HostOptions;
use crate::pe::{self, Image};
use crate::runtime_config::RuntimeConfig;

/// An app that passed the checks.
#[derive(Clone, Debug)]
pub struct App {
    /// The assembly, as the caller named it.
    pub path: PathBuf,
    /// What its `runtimeconfig.json` says.
    pub config: RuntimeConfig,
}

impl App {
    /// Checks the app at `path` and the files that go with it.
    pub fn open(path: &Path, options: &HostOptions) -> Result<Self, Error> {
        check_runnable(path)?;
        let config_path = match &options.runtime_config {
            Some(path) => path.clone(),
            None => path.with_extension("runtimeconfig.json"),
        };
        if !config_path.is_file() {
            return Err(missing_config(path, config_path, options));
        }
        let config = RuntimeConfig::read(&config_path)?;
        RuntimeConfig::check_dev(&config_path.with_extension("dev.json"))?;
        match &options.deps_file {
            Some(deps) if !deps.is_file() => {
                return Err(Error::bad_application(deps, "there is no such deps.json; check --depsfile."));
            }
            Some(deps) => check_deps(deps)?,
            None => {
                let deps = path.with_extension("deps.json");
                if deps.is_file() {
                    check_deps(&deps)?;
                }
            }
        }
        Ok(Self { path: path.to_path_buf(), config })
    }
}

fn check_runnable(path: &Path) -> Result<(), Error> {
    let refuse = |reason: String| Err(Error::bad_application(path, reason));
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return refuse(match sibling_dll(path) {
                Some(dll) => format!("there is no such file; did you mean {}?", dll.display()),
                None => "there is no such file; check the path.".to_owned(),
            });
        }
        Err(error) => return Err(Error::read(path, error)),
    };
    if metadata.is_dir() {
        return refuse("this is a directory; name the app's .dll in it.".to_owned());
    }
    if !metadata.is_file() {
        // A pipe would be read empty here and be gone for the runtime.
        return refuse("this is no regular file; name the app's .dll.".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|error| Error::read(path, error))?;
    match pe::classify(&bytes) {
        Image::Assembly { has_entry_point: true } => {}
        Image::Assembly { has_entry_point: false } => {
            return refuse(
                "this is a class library without a Main method; name the .dll of a program.".to_owned(),
            );
        }
        Image::Empty => return refuse("the file is empty; build the app again.".to_owned()),
        Image::DamagedPe => {
            return refuse("the assembly is damaged or cut off; build the app again.".to_owned());
        }
        image @ (Image::NativePe | Image::Elf | Image::MachO) => return refuse(native(path, image)),
        Image::Unknown => return refuse("this is not a .NET assembly; name the app's .dll.".to_owned()),
    }
    let runs = path
        .extension()
        .is_some_and(|ext| ext.eq_ignore_ascii_case("dll") || ext.eq_ignore_ascii_case("exe"));
    if !runs {
        return refuse(
            "the assembly's name has to end in .dll or .exe for hostfxr to take it; rename it.".to_owned(),
        );
    }
    Ok(())
}

fn native(path: &Path, image: Image) -> String {
    if let Some(dll) = sibling_dll(path) {
        return format!("this is the app host; run {} instead.", dll.display());
    }
    let format = match image {
        Image::NativePe => "a native Windows program or library",
        Image::MachO => "a native macOS program or library",
        _ => "a native program or library (ELF)",
    };
    format!(
        "this is {format}, not a .NET assembly; name the app's .dll. A single-file app has none and is run by itself, as by `clrhost trace -- APP`; in a native AOT app there is no runtime to host."
    )
}

/// `APP.dll` beside an app host `APP` or `APP.exe`. A dot in the name is part of the name: `My.App` has `My.App.dll`.
fn sibling_dll(path: &Path) -> Option<PathBuf> {
    let mut appended = path.as_os_str().to_owned();
    appended.push(".dll");
    let candidates = [PathBuf::from(appended), path.with_extension("dll")];
    candidates.into_iter().find(|candidate| {
        let assembly = || std::fs::read(candidate).map(|bytes| pe::classify(&bytes));
        candidate != path && candidate.is_file() && matches!(assembly(), Ok(Image::Assembly { .. }))
    })
}

fn missing_config(app: &Path, expected: PathBuf, options: &HostOptions) -> Error {
    if options.runtime_config.is_some() {
        return Error::bad_application(
            &expected,
            "there is no such runtimeconfig.json; check --runtimeconfig.",
        );
    }
    // The .dll under obj/ is the compiler's, and never gets the file.
    let parts = app.components().map(|part| part.as_os_str()).collect::<Vec<_>>();
    if parts.windows(2).any(|two| two[0] == "obj" && (two[1] == "Debug" || two[1] == "Release")) {
        return Error::bad_application(
            app,
            "this is the compiler's intermediate file; run the one below bin/ instead.",
        );
    }
    Error::NoRuntimeConfig { expected }
}

fn check_deps(path: &Path) -> Result<(), Error> {
    #[derive(serde::Deserialize)]
    struct Deps {
        #[serde(rename = "runtimeTarget", default)]
        runtime_target: Value,
    }
    let text = std::fs::read(path).map_err(|source| Error::read(path, source))?;
    let deps: Deps = json::read(&text).map_err(|error| Error::invalid_config(path, error))?;
    // An object with a name; .NET Core 1 wrote the name alone.
    let name = deps.runtime_target.get("name").unwrap_or(&deps.runtime_target);
    if name.is_string() { Ok(()) } else { Err(Error::invalid_config(path, "it names no `runtimeTarget`")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::pe::tests::assembly;

    struct Build(tempfile::TempDir);

    impl Build {
        fn new() -> Self {
            let build = Self(tempfile::tempdir().expect("a temp dir can be made"));
            build.put("x.dll", &assembly(0x0600_0001));
            build.put(
                "x.runtimeconfig.json",
                br#"{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"8.0.0"}}}"#,
            );
            build
        }

        fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.path().join(name);
            std::fs::create_dir_all(path.parent().expect("has a parent")).expect("temp dir is writable");
            std::fs::write(&path, bytes).expect("temp dir is writable");
            path
        }

        fn refusal(&self, name: &str) -> String {
            let error = App::open(&self.0.path().join(name), &HostOptions::default()).expect_err(name);
            assert_eq!(error.kind(), ErrorKind::BadApplication, "{error}");
            error.to_string()
        }
    }

    #[test]
    fn a_whole_app_passes() {
        let build = Build::new();
        build.put("x.deps.json", br#"{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"targets":{}}"#);
        App::open(&build.0.path().join("x.dll"), &HostOptions::default()).expect("a whole app");
    }

    #[test]
    fn what_is_no_app_is_named() {
        let build = Build::new();
        build.put("lib.dll", &assembly(0));
        build.put("empty.dll", b"");
        build.put("cut.dll", &assembly(1)[..0x250]);
        build.put("text.dll", b"hello");
        build.put("noext", &assembly(1));
        for (name, word) in [
            ("none.dll", "no such file"),
            ("", "directory"),
            ("lib.dll", "class library"),
            ("empty.dll", "empty"),
            ("cut.dll", "cut off"),
            ("text.dll", "not a .NET assembly"),
            ("noext", "has to end in .dll"),
        ] {
            let text = build.refusal(name);
            assert!(text.contains(word), "{name}: {text}");
        }
    }

    #[test]
    fn an_app_host_points_to_its_dll() {
        let build = Build::new();
        build.put("x", b"\x7fELF");
        build.put("My.App", b"\x7fELF");
        build.put("My.App.dll", &assembly(1));
        build.put("tool", b"\x7fELF");
        assert!(build.refusal("x").ends_with("x.dll instead."));
        assert!(build.refusal("My.App").ends_with("My.App.dll instead."));
        assert!(build.refusal("tool").contains("single-file"));
        std::fs::remove_file(build.0.path().join("x")).expect("our file");
        assert!(build.refusal("x").ends_with("x.dll?"));
    }

    #[test]
    fn a_missing_config_says_what_to_do() {
        let build = Build::new();
        build.put("lone.dll", &assembly(1));
        assert!(build.refusal("lone.dll").contains("dotnet build"));
        build.put("obj/Debug/net8.0/lone.dll", &assembly(1));
        assert!(build.refusal("obj/Debug/net8.0/lone.dll").contains("bin/"));
        let other = build.0.path().join("x.runtimeconfig.json");
        let options = HostOptions { runtime_config: Some(other), ..HostOptions::default() };
        App::open(&build.0.path().join("lone.dll"), &options).expect("the file is named");
        let options = HostOptions { runtime_config: Some("/no/such.json".into()), ..HostOptions::default() };
        let error = App::open(&build.0.path().join("x.dll"), &options).expect_err("not there");
        assert!(error.to_string().contains("--runtimeconfig"), "{error}");
    }

    #[test]
    fn files_that_would_crash_hostfxr_are_refused() {
        let build = Build::new();
        for text in
            ["{}", "[]", "", r#"{"runtimeTarget":{}}"#, r#"{"runtimeTarget":null}"#, r#"{"runtimeTarget":5}"#]
        {
            build.put("x.deps.json", text.as_bytes());
            assert!(build.refusal("x.dll").contains("x.deps.json"), "{text}");
        }
        build.put("x.deps.json", br#"{"runtimeTarget":".NETCoreApp,Version=v1.0"}"#);
        build.put("x.runtimeconfig.dev.json", br#"{"runtimeOptions":{"tfm":5}}"#);
        assert!(build.refusal("x.dll").contains("x.runtimeconfig.dev.json"));
        build.put("x.runtimeconfig.dev.json", br#"{"runtimeOptions":{"additionalProbingPaths":["/a"]}}"#);
        App::open(&build.0.path().join("x.dll"), &HostOptions::default()).expect("a whole app");
    }
}
