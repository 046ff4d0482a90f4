//! A folder for one run of the command: of what processes leave for it.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A folder of this run, which nobody else may enter. Removed when dropped.
pub struct PrivateFolder {
    path: PathBuf,
}

/// Where it is made.
pub fn parent() -> PathBuf {
    let parent = env::temp_dir();
    // In the name of a report this would stand for something.
    if parent.as_os_str().as_bytes().contains(&b'%') { PathBuf::from("/tmp") } else { parent }
}

impl PrivateFolder {
    pub fn new() -> io::Result<PrivateFolder> {
        let template = std::path::absolute(parent())?.join("clrhost-XXXXXX").into_os_string();
        let template = CString::new(template.into_vec())?.into_raw();
        // SAFETY: a C string of ours, in which the function changes letters; it is taken back right after.
        let (made, path) = unsafe { (libc::mkdtemp(template), CString::from_raw(template)) };
        if made.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(PrivateFolder { path: OsStr::from_bytes(path.as_bytes()).into() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of each process's report, for the probe to fill in. They sort by the time at which the processes came.
    pub fn report_name(&self) -> OsString {
        self.path.join("%t-%p.json").into_os_string()
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // Whatever stays is no harm to anybody.
        let _ = fs::remove_dir_all(&self.path);
    }
}
