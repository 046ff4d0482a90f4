//! What the crate reads from its surroundings: variables, and the directory that stands for `/`.
//!
//! Everything that looks for .NET takes an [`Environment`], so a test can offer a made-up machine without touching the
//! variables of its own process, which other threads read. It is not for what hostfxr reads: hostfxr is in this
//! process and sees the real variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Variables and file-system root as the search for .NET sees them.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    file_system_root: Option<PathBuf>,
}

impl Environment {
    /// The variables of this process, read now, and the real file system.
    pub fn of_process() -> Self {
        Self { variables: std::env::vars_os().collect(), file_system_root: None }
    }

    /// No variables at all, and `root` in the place of `/`.
    pub fn rooted_at(root: impl Into<PathBuf>) -> Self {
        Self { variables: BTreeMap::new(), file_system_root: Some(root.into()) }
    }

    /// Sets one variable in this environment only.
    #[must_use]
    pub fn with(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The value of a variable; an empty one counts as not set, as it does for hostfxr.
    pub fn var(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.variables.get(name.as_ref()).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Where `path`, as written in a variable or a file, is found.
    pub(crate) fn resolve(&self, path: &Path) -> PathBuf {
        match &self.file_system_root {
            // A path below the made-up root is real already, as it came out of a resolved symbolic link.
            Some(root) if !path.starts_with(root) => root.join(path.strip_prefix("/").unwrap_or(path)),
            _ => path.to_path_buf(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = Environment::default().with("DOTNET_ROOT", "").with("HOME", "/root");
        assert_eq!(environment.var("DOTNET_ROOT"), None);
        assert_eq!(environment.var("HOME"), Some(OsStr::new("/root")));
    }

    #[test]
    fn absolute_paths_stay_inside_a_made_up_root() {
        let environment = Environment::rooted_at("/tmp/fake");
        assert_eq!(environment.resolve(Path::new("/etc/dotnet")), Path::new("/tmp/fake/etc/dotnet"));
        assert_eq!(environment.resolve(Path::new("/tmp/fake/opt")), Path::new("/tmp/fake/opt"));
        assert_eq!(Environment::default().resolve(Path::new("/etc")), Path::new("/etc"));
    }
}
