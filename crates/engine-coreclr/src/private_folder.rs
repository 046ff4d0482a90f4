//! A folder for files that the runtime reads, which nobody else may put files into: what is in them decides what runs.

use std::ffi::{CString, OsStr};
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A new folder among the temporary files, closed to other users. Removed with what is in it when dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
}

impl PrivateFolder {
    /// Makes it, under a name that nobody can guess.
    ///
    /// # Errors
    /// There is no folder for temporary files, or it cannot be written to.
    pub fn new() -> io::Result<PrivateFolder> {
        PrivateFolder::new_in(&std::env::temp_dir())
    }

    /// The same in this folder.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be written to.
    pub fn new_in(parent: &Path) -> io::Result<PrivateFolder> {
        let template = std::path::absolute(parent)?.join("clrhost-XXXXXX");
        let template = CString::new(template.into_os_string().into_vec())?.into_raw();
        // SAFETY: a C string of ours, in which the function changes letters; it is taken back right after.
        let (made, path) = unsafe { (libc::mkdtemp(template), CString::from_raw(template)) };
        if made.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(PrivateFolder { path: OsStr::from_bytes(path.as_bytes()).into() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // A left-over is harmless, and there is nobody to tell.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn it_is_closed_to_others_and_goes_with_its_files() {
        let folder = PrivateFolder::new().unwrap();
        let path = folder.path().to_owned();
        fs::write(path.join("file"), "").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
        assert_ne!(PrivateFolder::new().unwrap().path(), path);
        drop(folder);
        assert!(!path.exists());
    }
}
