//! The file of a recording, as long as its descriptor is ours.
//!
//! It lies among the application's own. One that closes all descriptors which it does not know, as daemons do, may get the same
//! number for a file of its own; that one must not be written to, nor closed.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::mem::ManuallyDrop;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

pub(super) struct OwnFile {
    file: ManuallyDrop<File>,
    device: u64,
    inode: u64,
    /// It can be cut, and read from anywhere.
    pub(super) is_regular: bool,
    /// What is in it is taken out by somebody who may be slow.
    pub(super) is_pipe: bool,
}

impl OwnFile {
    pub(super) fn new(file: File) -> io::Result<OwnFile> {
        let found = file.metadata()?;
        Ok(OwnFile {
            file: ManuallyDrop::new(file),
            device: found.dev(),
            inode: found.ino(),
            is_regular: found.is_file(),
            is_pipe: found.file_type().is_fifo(),
        })
    }

    fn is_ours(&self) -> bool {
        let same = |found: Metadata| (found.dev(), found.ino()) == (self.device, self.inode);
        self.file.metadata().is_ok_and(same)
    }

    fn checked(&mut self) -> io::Result<&mut File> {
        match self.is_ours() {
            true => Ok(&mut self.file),
            false => Err(io::Error::new(
                ErrorKind::NotConnected,
                "the application has closed the descriptor of the file, as programs do that close all which they do not know",
            )),
        }
    }

    /// Makes it end here.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        let file = self.checked()?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length)).map(drop)
    }
}

impl Write for OwnFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.checked()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for OwnFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.checked()?.seek(to)
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if self.is_ours() {
            // SAFETY: it is not used again.
            unsafe { ManuallyDrop::drop(&mut self.file) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::fd::AsRawFd;

    #[test]
    fn a_descriptor_that_became_anothers_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
        let mut own = OwnFile::new(File::create(&ours).unwrap()).unwrap();
        own.write_all(b"recorded").unwrap();
        let other = File::create(&theirs).unwrap();
        // SAFETY: two descriptors of this test's; the second one is closed, and is one of the other file then.
        assert!(unsafe { libc::dup2(other.as_raw_fd(), own.file.as_raw_fd()) } >= 0);
        let error = own.write_all(b"more").unwrap_err();
        assert!(error.to_string().contains("has closed the descriptor"), "{error}");
        assert!(own.cut(0).is_err());
        let descriptor = own.file.as_raw_fd();
        drop(own);
        // SAFETY: asks about a descriptor, and closes it, which is the other file's second one.
        assert!(unsafe { libc::fcntl(descriptor, libc::F_GETFD) >= 0 && libc::close(descriptor) == 0 });
        assert_eq!((fs::read(ours).unwrap(), fs::read(theirs).unwrap()), (b"recorded".to_vec(), vec![]));
    }
}
