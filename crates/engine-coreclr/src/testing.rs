//! Made-up roots for the unit tests of this crate.

use std::path::Path;

use tempfile::TempDir;

use crate::os;

/// A root with these versions of Microsoft.NETCore.App and a hostfxr of each.
pub(crate) fn fake_root(versions: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temp dir can be made");
    fill_root(directory.path(), versions);
    directory
}

/// Makes `path` such a root.
pub(crate) fn fill_root(path: &Path, versions: &[&str]) {
    for version in versions {
        add_framework(path, "Microsoft.NETCore.App", version);
        let hostfxr = path.join("host/fxr").join(version);
        std::fs::create_dir_all(&hostfxr).expect("temp dir is writable");
        std::fs::write(hostfxr.join(os::HOSTFXR_FILE), "not a library").expect("temp dir is writable");
    }
}

/// Adds one framework to a root and gives its directory.
pub(crate) fn add_framework(path: &Path, name: &str, version: &str) -> std::path::PathBuf {
    let directory = path.join("shared").join(name).join(version);
    std::fs::create_dir_all(&directory).expect("temp dir is writable");
    directory
}
