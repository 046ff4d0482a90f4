//! The file of a recording.

use clrhost_probe::OwnFile as Owned;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileTypeExt;

/// The file, which is not written to any more once the application has closed its descriptor.
pub(super) struct OwnFile {
    file: Owned,
    /// It can be cut, and read from anywhere.
    pub(super) is_regular: bool,
    /// What is in it is taken out by somebody who may be slow.
    pub(super) is_pipe: bool,
}

impl OwnFile {
    pub(super) fn new(file: File) -> io::Result<OwnFile> {
        let found = file.metadata()?.file_type();
        Ok(OwnFile { file: Owned::new(file)?, is_regular: found.is_file(), is_pipe: found.is_fifo() })
    }

    /// Makes it end here.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut file = self.file.get()?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length)).map(drop)
    }
}

impl Write for OwnFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.get()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for OwnFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.get()?.seek(to)
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
        let descriptor = own.file.get().unwrap().as_raw_fd();
        let other = File::create(&theirs).unwrap();
        // SAFETY: two descriptors of this test's; the second one is closed, and is one of the other file then.
        assert!(unsafe { libc::dup2(other.as_raw_fd(), descriptor) } >= 0);
        let error = own.write_all(b"more").unwrap_err();
        assert!(error.to_string().contains("has closed the descriptor"), "{error}");
        assert!(own.cut(0).is_err());
        drop(own);
        // SAFETY: asks about a descriptor, and closes it, which is the other file's second one.
        assert!(unsafe { libc::fcntl(descriptor, libc::F_GETFD) >= 0 && libc::close(descriptor) == 0 });
        assert_eq!((fs::read(ours).unwrap(), fs::read(theirs).unwrap()), (b"recorded".to_vec(), vec![]));
    }
}
