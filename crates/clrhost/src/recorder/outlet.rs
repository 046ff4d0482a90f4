//! Where a recording goes.

use super::{RecordingOptions, Replaces};
use clrhost_trace::{Encoder, MAGIC, RingWriter};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};

pub(super) enum Outlet {
    /// A file that grows.
    File(File),
    /// One that keeps the newest.
    Ring(Box<RingWriter<File>>),
}

impl Outlet {
    pub(super) fn create(options: &RecordingOptions) -> io::Result<Outlet> {
        let mut how = File::options();
        // Command lines are in it, and what was called when.
        how.write(true).mode(0o600);
        let file = match options.replaces {
            Replaces::Anything => how.create(true).truncate(true).open(&options.path)?,
            Replaces::Recordings => {
                // Without waiting: a pipe would let nobody in who writes until somebody reads.
                how.read(true).create(true).truncate(false);
                how.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
                let file = how.open(&options.path)?;
                check_recording(&file)?;
                file.set_len(0)?;
                file
            }
            Replaces::Nothing => how.create_new(true).open(&options.path)?,
        };
        match options.limit {
            None => Ok(Outlet::File(file)),
            Some(limit) => Ok(Outlet::Ring(Box::new(RingWriter::new(file, limit)?))),
        }
    }

    /// Writes what the encoder has, and lets it begin anew.
    pub(super) fn write(&mut self, encoder: &mut Encoder) -> io::Result<()> {
        if encoder.bytes().is_empty() {
            return Ok(());
        }
        let written = match self {
            Outlet::File(file) => file.write_all(encoder.bytes()),
            Outlet::Ring(ring) => ring.write(encoder.bytes()),
        };
        encoder.clear();
        written
    }
}

/// An error unless it is a file that is empty or holds a recording.
fn check_recording(file: &File) -> io::Result<()> {
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no ordinary file"));
    }
    let mut begins = [0; MAGIC.len()];
    let mut is_recording = || file.read_exact_at(&mut begins, 0).is_ok_and(|()| begins == MAGIC);
    if found.len() == 0 || is_recording() {
        return Ok(());
    }
    Err(io::Error::new(
        ErrorKind::AlreadyExists,
        "it is there and is no recording; remove it, or give another name",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn create(path: &std::path::Path, replaces: Replaces) -> io::Result<Outlet> {
        Outlet::create(&RecordingOptions { path: path.to_owned(), replaces, ..RecordingOptions::default() })
    }

    #[test]
    fn who_is_asked_by_another_process_replaces_recordings_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("precious"), "kept").unwrap();
        symlink(path("precious"), path("link")).unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        fs::write(path("old"), [&MAGIC[..], b"calls"].concat()).unwrap();
        fs::write(path("empty"), "").unwrap();
        let pipe = std::ffi::CString::new(path("pipe").to_str().unwrap()).unwrap();
        // SAFETY: a path that ends in NUL.
        assert_eq!(unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) }, 0);
        for refused in ["precious", "link", "dangling", "pipe", "."] {
            assert!(create(&path(refused), Replaces::Recordings).is_err(), "{refused}");
        }
        assert_eq!(fs::read_to_string(path("precious")).unwrap(), "kept");
        assert!(!path("nowhere").exists());
        for good in ["old", "empty", "new"] {
            assert!(create(&path(good), Replaces::Recordings).is_ok(), "{good}");
            assert_eq!(fs::metadata(path(good)).unwrap().len(), 0);
        }
        assert!(create(&path("new"), Replaces::Nothing).is_err());
        assert!(create(&path("link"), Replaces::Anything).is_ok());
        assert_eq!(fs::read_to_string(path("precious")).unwrap(), "");
    }

    #[test]
    fn a_recording_is_for_its_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (name, replaces) in
            [("a", Replaces::Anything), ("b", Replaces::Recordings), ("c", Replaces::Nothing)]
        {
            let path = folder.path().join(name);
            create(&path, replaces).map(drop).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}
