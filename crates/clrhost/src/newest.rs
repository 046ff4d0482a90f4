//! A `runtimeconfig.json` for the newest installed runtime, where there is no other.

use crate::Error;
use clrhost_engine_coreclr as engine;
use std::path::PathBuf;

/// The file, until dropped; hostfxr reads it before a runtime starts.
pub(crate) struct NewestConfig {
    pub(crate) path: PathBuf,
}

impl NewestConfig {
    /// `version` is as much of one as is wanted.
    pub(crate) fn write(version: Option<&str>) -> Result<NewestConfig, Error> {
        let (version, roll_forward) = requirement(version);
        let text = format!(
            r#"{{ "runtimeOptions": {{ "rollForward": "{roll_forward}", "framework": {{ "name": "Microsoft.NETCore.App", "version": "{version}" }} }} }}"#
        );
        let path =
            std::env::temp_dir().join(format!("clrhost-newest-{}.runtimeconfig.json", std::process::id()));
        let failed = |source| engine::Error::Io { path: path.clone(), source };
        std::fs::write(&path, text).map_err(failed)?;
        Ok(NewestConfig { path })
    }
}

impl Drop for NewestConfig {
    fn drop(&mut self) {
        // A left-over is harmless, and there is nobody to tell.
        let _ = std::fs::remove_file(&self.path);
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

    #[test]
    fn a_version_means_as_much_as_it_says() {
        assert_eq!(requirement(None), ("3.1.0".to_owned(), "LatestMajor"));
        assert_eq!(requirement(Some("8")), ("8.0.0".to_owned(), "LatestMinor"));
        assert_eq!(requirement(Some("8.0")), ("8.0.0".to_owned(), "LatestPatch"));
        assert_eq!(requirement(Some("8.0.4")), ("8.0.4".to_owned(), "Disable"));
    }
}
