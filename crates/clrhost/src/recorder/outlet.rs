//! Where a recording goes.

use super::own_file::OwnFile;
use super::{RecordingOptions, Replaces};
use clrhost_trace::{Encoder, MAGIC, RingWriter};
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};

/// What cannot be written stays, in the encoder or here, and comes first when it is tried again.
pub(super) enum Outlet {
    /// A file that grows.
    Growing {
        file: OwnFile,
        /// Bytes in it that were written whole.
        length: u64,
        /// Bytes behind them: of what the encoder has.
        begun: usize,
    },
    /// One that keeps the newest.
    Ring(Box<RingWriter<OwnFile>>),
}

impl Outlet {
    pub(super) fn create(options: &RecordingOptions) -> io::Result<Outlet> {
        let mut how = File::options();
        // Command lines are in it, and what was called when. A pipe must keep nobody waiting: neither until somebody reads from it,
        // nor while its reader does something else.
        how.write(true).mode(0o600).custom_flags(libc::O_NONBLOCK);
        let opened = match options.replaces {
            Replaces::Anything => how.create(true).truncate(true).open(&options.path),
            Replaces::Recordings => {
                how.read(true).create(true).truncate(false);
                how.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(&options.path)
            }
            Replaces::Nothing => how.create_new(true).open(&options.path),
        };
        let file = opened.map_err(|error| match error.raw_os_error() {
            Some(libc::ENXIO) => {
                io::Error::new(ErrorKind::NotConnected, "nobody reads from this pipe; start the reader first")
            }
            _ => error,
        })?;
        if options.replaces == Replaces::Recordings {
            check_recording(&file)?;
            file.set_len(0)?;
        }
        let file = OwnFile::new(file)?;
        match options.limit {
            None => Ok(Outlet::Growing { file, length: 0, begun: 0 }),
            Some(_) if !file.is_regular => {
                Err(io::Error::new(ErrorKind::InvalidInput, "only an ordinary file can be kept below a size"))
            }
            Some(limit) => Ok(Outlet::Ring(Box::new(RingWriter::new(file, limit)?))),
        }
    }

    /// Writes what the encoder has, behind what could not be written before, and lets it begin anew.
    pub(super) fn write(&mut self, encoder: &mut Encoder) -> io::Result<()> {
        match self {
            Outlet::Growing { file, length, begun } => {
                while *begun < encoder.bytes().len() {
                    match file.write(&encoder.bytes()[*begun..]) {
                        Ok(0) => return Err(ErrorKind::WriteZero.into()),
                        Ok(written) => *begun += written,
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                *length += *begun as u64;
                *begun = 0;
                encoder.clear();
                Ok(())
            }
            Outlet::Ring(ring) => {
                let written = ring.write(encoder.bytes());
                encoder.clear();
                written
            }
        }
    }

    /// Gives up what could not be written, so that nothing is missing between what was and what may still come. Answers how many
    /// calls of what the encoder had are in the file.
    pub(super) fn give_up(&mut self, encoder: &mut Encoder) -> u64 {
        match self {
            Outlet::Growing { file, length, begun } => {
                let written = encoder.calls_in(*begun);
                let whole = encoder.take_back(*begun);
                *length += whole as u64;
                *begun = 0;
                encoder.clear();
                // What cannot be cut off is half a block, which readers pass over.
                if file.is_regular {
                    let _ = file.cut(*length);
                }
                written
            }
            Outlet::Ring(ring) => {
                encoder.take_back(0);
                encoder.clear();
                ring.forget_waiting();
                0
            }
        }
    }

    /// Takes half a block off the end of the file, where some of what the encoder has was written.
    pub(super) fn keep_whole(&mut self) {
        if let Outlet::Growing { file, length, begun } = self
            && *begun > 0
            && file.is_regular
            && file.cut(*length).is_ok()
        {
            *begun = 0;
        }
    }

    /// Somebody at the other end decides when more can be written.
    pub(super) fn is_pipe(&self) -> bool {
        matches!(self, Outlet::Growing { file, .. } if file.is_pipe)
    }
}

/// There may be room again: no reason to end the recording.
pub(super) fn passes(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::WouldBlock)
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
