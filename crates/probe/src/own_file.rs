//! A file as long as its descriptor is ours.
//!
//! It lies among the application's own. One that closes all descriptors which it does not know, as daemons do, may get the same
//! number for a file of its own; that one must not be written to, nor closed.

use std::ffi::CStr;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::fs::MetadataExt;

/// A file of ours in somebody else's process.
#[derive(Debug)]
pub struct OwnFile {
    file: ManuallyDrop<File>,
    device: u64,
    inode: u64,
}

impl OwnFile {
    /// Takes a file that was just opened.
    ///
    /// # Errors
    /// The system does not tell which file it is.
    pub fn new(file: File) -> io::Result<OwnFile> {
        let file = ManuallyDrop::new(file);
        let found = file.metadata()?;
        Ok(OwnFile { file, device: found.dev(), inode: found.ino() })
    }

    /// The file.
    ///
    /// # Errors
    /// `NotConnected`: the descriptor is closed, or another file's. Between this look and the use the application may close it
    /// all the same.
    pub fn get(&self) -> io::Result<&File> {
        let same = |found: Metadata| (found.dev(), found.ino()) == (self.device, self.inode);
        match self.file.metadata().is_ok_and(same) {
            true => Ok(&self.file),
            false => Err(io::Error::new(
                ErrorKind::NotConnected,
                "the application has closed the descriptor of the file, as programs do that close all which they do not know",
            )),
        }
    }
}

/// An empty file in memory, which may be executed where the system allows that.
///
/// # Errors
/// The system has none, or no descriptor for it.
pub fn new_memory_file(name: &CStr) -> io::Result<File> {
    // Kernels since 6.3 want to be told that the file will be executed; older ones do not know the flag.
    const MFD_EXEC: libc::c_uint = 0x10;
    let create = |flags| {
        // SAFETY: the name is a C string.
        match unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | flags) } {
            -1 => Err(io::Error::last_os_error()),
            // SAFETY: the descriptor is fresh and owned by nobody else.
            descriptor => Ok(unsafe { File::from_raw_fd(descriptor) }),
        }
    };
    create(MFD_EXEC).or_else(|_| create(0))
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if self.get().is_ok() {
            // SAFETY: it is not used again.
            unsafe { ManuallyDrop::drop(&mut self.file) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    #[test]
    fn a_descriptor_that_became_anothers_is_left_alone() {
        let memory = || new_memory_file(c"own").unwrap();
        let own = OwnFile::new(memory()).unwrap();
        let (other, descriptor) = (memory(), own.get().unwrap().as_raw_fd());
        // SAFETY: two descriptors of this test's; the second one is closed, and is one of the other file then.
        assert!(unsafe { libc::dup2(other.as_raw_fd(), descriptor) } >= 0);
        assert_eq!(own.get().unwrap_err().kind(), ErrorKind::NotConnected);
        drop(own);
        // SAFETY: asks about a descriptor, and closes it, which is the other file's second one.
        assert!(unsafe { libc::fcntl(descriptor, libc::F_GETFD) >= 0 && libc::close(descriptor) == 0 });
    }
}
