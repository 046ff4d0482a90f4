//! A folder for one run of the command: of what processes leave for it.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A folder of this run, which nobody else may enter. Removed when dropped.
pub struct PrivateFolder(clrhost::engine::PrivateFolder);

/// Where it is made.
pub fn parent() -> PathBuf {
    let parent = env::temp_dir();
    // In the name of a report this would stand for something.
    if parent.as_os_str().as_bytes().contains(&b'%') { PathBuf::from("/tmp") } else { parent }
}

impl PrivateFolder {
    pub fn new() -> io::Result<PrivateFolder> {
        clrhost::engine::PrivateFolder::new_in(&parent()).map(PrivateFolder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The name of each process's report, for the probe to fill in. They sort by the time at which the processes came.
    pub fn report_name(&self) -> OsString {
        self.path().join("%t-%p.json").into_os_string()
    }
}
