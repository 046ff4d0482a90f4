//! How the runtime is told of its profiler: environment variables that it reads when it starts.

use crate::class_factory::CLSID_PROBE;
use clrhost_abi::Guid;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

const ENABLE: &str = "CORECLR_ENABLE_PROFILING";
const CLSID: &str = "CORECLR_PROFILER";
const PATH: &str = "CORECLR_PROFILER_PATH";

/// Variables that name a profiler library, the more specific first; the runtime takes the first that is set.
const PATHS: [&str; 5] = [
    "CORECLR_PROFILER_PATH_64",
    "CORECLR_PROFILER_PATH_ARM64",
    "CORECLR_PROFILER_PATH_32",
    "CORECLR_PROFILER_PATH_ARM32",
    PATH,
];

/// The spelling that later runtimes read too.
const DOTNET_ENABLE: &str = "DOTNET_ENABLE_PROFILING";
const DOTNET_CLSID: &str = "DOTNET_PROFILER";
const DOTNET_PATH: &str = "DOTNET_PROFILER_PATH";
const DOTNET_PATHS: [&str; 5] = [
    "DOTNET_PROFILER_PATH_64",
    "DOTNET_PROFILER_PATH_ARM64",
    "DOTNET_PROFILER_PATH_32",
    "DOTNET_PROFILER_PATH_ARM32",
    DOTNET_PATH,
];

/// Profilers that only listen: whether there are any, and lists of "path={class};", that for an architecture first.
const LISTENERS_ENABLE: &str = "CORECLR_ENABLE_NOTIFICATION_PROFILERS";
const LISTENERS: [&str; 2] = ["CORECLR_NOTIFICATION_PROFILERS_64", "CORECLR_NOTIFICATION_PROFILERS"];
const DOTNET_LISTENERS_ENABLE: &str = "DOTNET_ENABLE_NOTIFICATION_PROFILERS";
const DOTNET_LISTENERS: [&str; 2] = ["DOTNET_NOTIFICATION_PROFILERS_64", "DOTNET_NOTIFICATION_PROFILERS"];

/// Variables that keep the runtime from loading any profiler when their value is 0.
const DIAGNOSTICS: [&str; 4] = [
    "DOTNET_EnableDiagnostics",
    "DOTNET_EnableDiagnostics_Profiler",
    "COMPlus_EnableDiagnostics",
    "COMPlus_EnableDiagnostics_Profiler",
];

/// Why crossings cannot be seen in this process.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The runtime takes one profiler, and the environment names another.
    #[error(
        "another profiler is configured in the environment: {profiler}. CoreCLR takes only one; unset \
         CORECLR_ENABLE_PROFILING for this run, or run without hooks"
    )]
    OtherProfiler {
        /// Class and library, as the environment names them.
        profiler: String,
    },
    /// The environment switches profilers off.
    #[error(
        "{variable}=0 keeps CoreCLR from loading a profiler; unset it for this run, or run without hooks"
    )]
    DiagnosticsDisabled {
        /// The variable.
        variable: &'static str,
    },
    /// A process has one probe.
    #[error("clrhost was set up in this process before; a process can host one runtime")]
    AlreadyInstalled,
    /// The library for the runtime to load could not be made.
    #[error(
        "the probe could not be placed where the runtime can load it, in memory or in a temporary file: {0}"
    )]
    Forwarder(io::Error),
    /// The C library has no thread-specific key left.
    #[error("no thread-specific key is left in this process: {0}")]
    ThreadKey(io::Error),
}

/// The runtime treats its settings as hexadecimal numbers; anything but zero is "on".
fn is_on(value: &str) -> bool {
    u64::from_str_radix(value.trim().trim_start_matches("0x"), 16).is_ok_and(|number| number != 0)
}

/// Whether the program has rights that its caller lacks, as one that is set-user-ID or has capabilities of its file (`AT_SECURE`). Its
/// environment is what the caller wrote, and no instruction.
pub fn secure_execution() -> bool {
    // SAFETY: reads a number that the kernel left for the process.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// An error if the environment configures another profiler, or switches all of them off.
pub fn check_environment() -> Result<(), ProbeError> {
    check(|name| env::var(name).ok())
}

/// The profiler that the environment names for runtimes to come, as class and library, unless it is clrhost's own.
pub fn configured_profiler() -> Option<String> {
    other_profiler(|name| env::var(name).ok())
}

/// The variable of the environment that keeps runtimes from loading any profiler, if there is one.
pub fn diagnostics_off() -> Option<&'static str> {
    switched_off(|name| env::var(name).ok())
}

/// What to set in the environment of a process, and where there is no value to take away, so that every CoreCLR that starts
/// in it or below it loads this file as its profiler. The file is the one of `clrhost-probe-library`.
pub fn environment_for(library: &Path) -> Vec<(&'static str, Option<OsString>)> {
    let class = || OsString::from(format!("{{{CLSID_PROBE}}}"));
    // The spellings with an architecture come first for the runtime, so they have to go.
    let specific = PATHS.into_iter().chain(DOTNET_PATHS).filter(|name| ![PATH, DOTNET_PATH].contains(name));
    let mut variables: Vec<_> = specific.map(|name| (name, None)).collect();
    for (enable, clsid, path) in [(ENABLE, CLSID, PATH), (DOTNET_ENABLE, DOTNET_CLSID, DOTNET_PATH)] {
        variables.extend([
            (enable, Some("1".into())),
            (clsid, Some(class())),
            (path, Some(library.as_os_str().to_owned())),
        ]);
    }
    variables
}

/// The same beside another profiler, which keeps its place: the probe goes into the list of those that only listen, behind any that
/// are there. Runtimes have such a list from .NET 6 on. The probe has to be told, by [`ProbeConfig::beside_another`].
///
/// [`ProbeConfig::beside_another`]: crate::ProbeConfig::beside_another
pub fn environment_beside(library: &Path) -> Vec<(&'static str, Option<OsString>)> {
    beside(library, |name| env::var_os(name))
}

fn beside(
    library: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<(&'static str, Option<OsString>)> {
    let spellings = [(LISTENERS_ENABLE, LISTENERS), (DOTNET_LISTENERS_ENABLE, DOTNET_LISTENERS)];
    let of_spelling = |(enable, lists): (&'static str, [&'static str; 2])| {
        // The one with an architecture comes first for the runtime.
        let name = lists.into_iter().find(|name| variable(name).is_some()).unwrap_or(lists[1]);
        let mut list = variable(name).unwrap_or_default();
        if !list.is_empty() && !list.as_encoded_bytes().ends_with(b";") {
            list.push(";");
        }
        list.push(library);
        // Runtimes up to .NET 10 lose an entry without a semicolon behind it.
        list.push(format!("={{{CLSID_PROBE}}};"));
        [(enable, Some("1".into())), (name, Some(list))]
    };
    spellings.into_iter().flat_map(of_spelling).collect()
}

fn check(variable: impl Fn(&str) -> Option<String>) -> Result<(), ProbeError> {
    if let Some(profiler) = other_profiler(&variable) {
        return Err(ProbeError::OtherProfiler { profiler });
    }
    match switched_off(variable) {
        Some(variable) => Err(ProbeError::DiagnosticsDisabled { variable }),
        None => Ok(()),
    }
}

fn other_profiler(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let spellings = [(ENABLE, CLSID, PATHS), (DOTNET_ENABLE, DOTNET_CLSID, DOTNET_PATHS)];
    spellings.into_iter().find_map(|(enable, clsid, paths)| {
        variable(enable).filter(|value| is_on(value))?;
        let class = variable(clsid).unwrap_or_else(|| "(no class)".to_owned());
        // Under `clrhost trace` it is ours, and whoever asks has a better way in.
        if class.trim_matches(['{', '}']).eq_ignore_ascii_case(&CLSID_PROBE.to_string()) {
            return None;
        }
        let library = paths.iter().find_map(|name| variable(name));
        Some(format!("{class} in {}", library.as_deref().unwrap_or("(no library)")))
    })
}

fn switched_off(variable: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let off = |name: &&str| variable(name).is_some_and(|value| !value.is_empty() && !is_on(&value));
    DIAGNOSTICS.into_iter().find(off)
}

/// The variables are set, and put back as they were when this is dropped.
pub(crate) struct Activation {
    before: Vec<(&'static str, Option<OsString>)>,
}

impl Activation {
    /// Names the profiler for a runtime that starts while the value lives.
    pub(crate) fn set(class: Guid, library: &Path) -> Activation {
        let names = PATHS.into_iter().chain([ENABLE, CLSID]);
        let before = names.map(|name| (name, env::var_os(name))).collect();
        let put = |name, value: Option<OsString>| put(name, value);
        PATHS.into_iter().for_each(|name| put(name, None));
        put(PATH, Some(library.into()));
        put(CLSID, Some(format!("{{{class}}}").into()));
        put(ENABLE, Some("1".into()));
        Activation { before }
    }

    /// What the variables are put back to.
    pub(crate) fn before(&self) -> impl Iterator<Item = (&'static str, Option<&OsStr>)> {
        self.before.iter().map(|(name, value)| (*name, value.as_deref()))
    }
}

impl Drop for Activation {
    fn drop(&mut self) {
        for (name, value) in self.before.drain(..) {
            put(name, value);
        }
    }
}

fn put(name: &str, value: Option<OsString>) {
    // SAFETY: Rust's own readers are synchronised with this. For readers in C the duty is passed on to the caller of
    // `Probe::install`; when the values are put back the runtime has just begun to start and runs no managed code.
    unsafe {
        match value {
            Some(value) => env::set_var(name, value),
            None => env::remove_var(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<(), ProbeError> {
        check(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn a_configured_profiler_is_named() {
        let error = with(&[(ENABLE, "1"), (CLSID, "{X}"), ("CORECLR_PROFILER_PATH_64", "/opt/other.so")])
            .unwrap_err();
        assert!(error.to_string().contains("{X} in /opt/other.so"), "{error}");
    }

    #[test]
    fn the_spelling_of_later_runtimes_counts_too() {
        let error =
            with(&[(DOTNET_ENABLE, "1"), (DOTNET_CLSID, "{X}"), (DOTNET_PATH, "/opt/new.so")]).unwrap_err();
        assert!(error.to_string().contains("{X} in /opt/new.so"), "{error}");
    }

    #[test]
    fn clrhosts_own_profiler_is_no_obstacle() {
        let own = format!("{{{CLSID_PROBE}}}").to_lowercase();
        assert!(with(&[(ENABLE, "1"), (CLSID, &own), (PATH, "/any.so")]).is_ok());
        let environment = environment_for(Path::new("/any.so"));
        let set = |name: &str| {
            let values = environment.iter().filter(|(variable, _)| *variable == name);
            values.filter_map(|(_, value)| value.as_ref()?.to_str().map(str::to_owned)).next()
        };
        assert!(check(set).is_ok());
        assert_eq!(set(PATH).as_deref(), Some("/any.so"));
        assert_eq!(set(PATHS[0]), None);
    }

    #[test]
    fn a_list_of_listeners_is_added_to() {
        let list = |before: Option<(&str, &str)>| {
            let variable = |name: &str| before.filter(|(set, _)| *set == name).map(|(_, value)| value.into());
            let set = beside(Path::new("/p.so"), variable);
            let own = set.into_iter().filter(|(name, _)| name.starts_with("CORECLR_NOTIFICATION"));
            own.map(|(name, value)| (name, value.unwrap().into_string().unwrap())).collect::<Vec<_>>()
        };
        let entry = format!("/p.so={{{CLSID_PROBE}}};");
        assert_eq!(list(None), [(LISTENERS[1], entry.clone())]);
        assert_eq!(list(Some((LISTENERS[1], "/a.so={X}"))), [(LISTENERS[1], format!("/a.so={{X}};{entry}"))]);
        assert_eq!(
            list(Some((LISTENERS[0], "/a.so={X};"))),
            [(LISTENERS[0], format!("/a.so={{X}};{entry}"))]
        );
    }

    #[test]
    fn a_disabled_profiler_is_no_obstacle() {
        assert!(with(&[(ENABLE, "0"), (CLSID, "{X}")]).is_ok());
        assert!(with(&[(CLSID, "{X}")]).is_ok());
    }

    #[test]
    fn switched_off_diagnostics_are_named() {
        let error = with(&[("DOTNET_EnableDiagnostics", "0")]).unwrap_err();
        assert!(error.to_string().starts_with("DOTNET_EnableDiagnostics=0 keeps"), "{error}");
        assert!(with(&[("DOTNET_EnableDiagnostics", "1")]).is_ok());
    }
}
