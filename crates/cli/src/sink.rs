//! Where the report, or a learned policy, goes: a file that was proved writable before the application ran, or stderr.

use clrhost::{SpareDescriptor, new_file};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the user asked for by its name has the rights that the user's umask leaves.
const RIGHTS: u32 = 0o666;

/// The place for it.
pub enum Sink {
    Stderr,
    /// A regular file: written under a name of our own beside it and renamed when complete, so that what has the right
    /// name is never half a report, and an earlier one stays until then.
    File {
        path: PathBuf,
        draft: PathBuf,
        /// The application may have used up all others when it ends.
        spare: SpareDescriptor,
    },
    /// A device or pipe, written in place.
    Special {
        path: PathBuf,
        file: File,
    },
}

impl Sink {
    /// Finds the place and tries it out, before the application runs, so that a wrong path costs no run.
    pub fn open(path: Option<&Path>) -> io::Result<Sink> {
        let Some(path) = path else { return Ok(Sink::Stderr) };
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(io::Error::other("it is a directory")),
            Ok(metadata) if !metadata.is_file() => {
                Ok(Sink::Special { path: path.to_owned(), file: File::options().write(true).open(path)? })
            }
            Ok(metadata) if metadata.permissions().readonly() => Err(io::ErrorKind::PermissionDenied.into()),
            existing => {
                // The application may go to another folder before it ends, and a link is to stay one.
                let path =
                    if existing.is_ok() { fs::canonicalize(path)? } else { std::path::absolute(path)? };
                let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
                name.push(format!(".{}.tmp", std::process::id()));
                let draft = path.with_file_name(name);
                // Made and removed again: a program that is killed leaves nothing behind.
                new_file(&draft, RIGHTS)?;
                fs::remove_file(&draft)?;
                Ok(Sink::File { path, draft, spare: SpareDescriptor::new() })
            }
        }
    }

    /// Writes it. The error names the place.
    pub fn write(self, report: &[u8]) -> io::Result<()> {
        self.write_with(|out| out.write_all(report))
    }

    /// Writes it piece by piece. The error names the place.
    pub fn write_with(self, write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> io::Result<()> {
        let (path, written) = match self {
            Sink::Stderr => return write(&mut io::stderr()),
            Sink::Special { path, mut file } => (path, write(&mut file)),
            Sink::File { path, draft, spare } => {
                let created = spare.open(|| new_file(&draft, RIGHTS));
                let written = created
                    .and_then(|file| write_draft(file, &path, write))
                    .and_then(|()| fs::rename(&draft, &path));
                if written.is_err() {
                    // Half a draft is of no use, and the error that counts is the first one.
                    let _ = fs::remove_file(&draft);
                }
                (path, written)
            }
        };
        written.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }
}

fn write_draft(
    mut file: File,
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    if let Ok(replaced) = fs::metadata(path) {
        file.set_permissions(replaced.permissions())?;
    }
    write(&mut file)?;
    file.sync_all()
}
