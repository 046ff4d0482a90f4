//! A `runtimeconfig.json` for the newest installed runtime, where there is no other.

use crate::Error;
use clrhost_engine_coreclr as engine;
use engine::PrivateFolder;
use std::path::{Path, PathBuf};

/// The file, until dropped; hostfxr reads it before a runtime starts.
pub(crate) struct NewestConfig {
    pub(crate) path: PathBuf,
    _folder: PrivateFolder,
}

impl NewestConfig {
    /// `version` is as much of one as is wanted.
    pub(crate) fn write(version: Option<&str>) -> Result<NewestConfig, Error> {
        let (version, roll_forward) = requirement(version);
        let text = format!(
            r#"{{ "runtimeOptions": {{ "rollForward": "{roll_forward}", "framework": {{ "name": "Microsoft.NETCore.App", "version": "{version}" }} }} }}"#
        );
        let failed = |path: &Path, source| engine::Error::Io { path: path.to_owned(), source };
        // The file decides what the runtime loads.
        let folder = PrivateFolder::new().map_err(|source| failed(&std::env::temp_dir(), source))?;
        let path = folder.path().join("newest.runtimeconfig.json");
        std::fs::write(&path, text).map_err(|source| failed(&path, source))?;
        Ok(NewestConfig { path, _folder: folder })
    }
}

/// The lowest version that will do, and how far it may roll forward.
fn requirement(version: Option<&str>) -> (String, &'static str) {
    let Some(version) = version else { return ("3.1.0".to_owned(), "LatestMajor") };
    match version.split('.').count() {
        1 => (format!("{version}.0.0"), "LatestMinor"),
        2 => (format!("{version}.0"), "LatestPatch"),
        _ => (version.to_owned(), "Disable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    /// Others may write among the temporary files, and what is in the file decides what is loaded.
    #[test]
    fn the_file_lies_where_nobody_else_can_write() {
        let config = NewestConfig::write(Some("8")).unwrap();
        let (path, folder) = (config.path.clone(), config.path.parent().unwrap().to_owned());
        assert!(std::fs::read_to_string(&path).unwrap().contains("\"8.0.0\""));
        assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o077, 0);
        drop(config);
        assert!(!folder.exists());
    }

    #[test]
    fn a_version_means_as_much_as_it_says() {
        assert_eq!(requirement(None), ("3.1.0".to_owned(), "LatestMajor"));
        assert_eq!(requirement(Some("8")), ("8.0.0".to_owned(), "LatestMinor"));
        assert_eq!(requirement(Some("8.0")), ("8.0.0".to_owned(), "LatestPatch"));
        assert_eq!(requirement(Some("8.0.4")), ("8.0.4".to_owned(), "Disable"));
    }
}
