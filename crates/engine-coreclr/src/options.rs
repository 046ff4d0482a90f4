//! The options that `dotnet exec` takes before the app, and the argument list made of them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use semver::Version;

use crate::roll_forward::RollForward;

/// What the caller may set about how an app is hosted; all of it is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostOptions {
    /// The `runtimeconfig.json` to use in place of the one beside the app.
    pub runtime_config: Option<PathBuf>,
    /// The `deps.json` to use in place of the one beside the app.
    pub deps_file: Option<PathBuf>,
    /// Further directories in which hostfxr looks for assemblies.
    pub additional_probing_paths: Vec<PathBuf>,
    /// Exactly this version of the framework, no other.
    pub fx_version: Option<Version>,
    /// The roll-forward policy, stronger than file and environment.
    pub roll_forward: Option<RollForward>,
}

impl HostOptions {
    /// The arguments for `hostfxr_initialize_for_dotnet_command_line`.
    ///
    /// The list starts with `exec`, not with a program name. Without `exec` hostfxr takes `--runtimeconfig` and
    /// `--depsfile` for the name of an app and answers `AppArgNotRunnable` with no message at all.
    pub(crate) fn command_line(&self, app: &Path, args: &[OsString]) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec!["exec".into()];
        let mut option = |name: &str, value: &OsStr| line.extend([name.into(), value.to_owned()]);
        if let Some(path) = &self.runtime_config {
            option("--runtimeconfig", path.as_os_str());
        }
        if let Some(path) = &self.deps_file {
            option("--depsfile", path.as_os_str());
        }
        for path in &self.additional_probing_paths {
            option("--additionalprobingpath", path.as_os_str());
        }
        if let Some(version) = &self.fx_version {
            option("--fx-version", OsStr::new(&version.to_string()));
        }
        if let Some(policy) = self.roll_forward {
            option("--roll-forward", OsStr::new(policy.name()));
        }
        line.push(app.into());
        line.extend_from_slice(args);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_between_exec_and_the_app() {
        let options = HostOptions {
            runtime_config: Some("c.json".into()),
            deps_file: Some("d.json".into()),
            additional_probing_paths: vec!["p".into(), "q".into()],
            fx_version: Some(Version::new(8, 0, 4)),
            roll_forward: Some(RollForward::Major),
        };
        let line = options.command_line(Path::new("x.dll"), &["--fx-version".into(), "--".into()]);
        let expected = "exec --runtimeconfig c.json --depsfile d.json --additionalprobingpath p \
             --additionalprobingpath q --fx-version 8.0.4 --roll-forward Major x.dll --fx-version --";
        assert_eq!(line.join(OsStr::new(" ")), *expected);
        let plain = HostOptions::default().command_line(Path::new("x.dll"), &[]);
        assert_eq!(plain, ["exec", "x.dll"]);
    }
}
