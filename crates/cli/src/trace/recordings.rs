//! Where the processes record their calls (`-o`): they write the files themselves.

use super::outlet::{is_template, numbered};
use super::reports::Process;
use crate::complain;
use clrhost::{RECORDING_FAILED, beside};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Where recordings go.
pub struct Recordings {
    /// The file of the first process, or a template.
    path: PathBuf,
}

impl Recordings {
    /// Tries the place out, before the command runs, and takes away what is there: the first process to come makes the file. The
    /// error is a message for people.
    pub fn open(path: &Path) -> Result<Recordings, String> {
        let cannot = |error: std::io::Error| {
            format!("the recording cannot be written to {}: {error}. Choose another -o FILE", path.display())
        };
        let path = std::path::absolute(path).map_err(cannot)?;
        let trial = numbered(&path, std::process::id());
        let is_file = trial.metadata().map_or(true, |metadata| metadata.is_file());
        if !is_file {
            return Err(cannot(std::io::Error::other("it is no ordinary file")));
        }
        File::options().create(true).append(true).open(&trial).map_err(cannot)?;
        fs::remove_file(&trial).map_err(cannot)?;
        Ok(Recordings { path })
    }

    /// Says where they are. False if one is missing or not whole.
    pub fn tell(&self, processes: &[Process]) -> bool {
        let mut all_there = !processes.is_empty();
        for process in processes {
            let pid = process.report.process.pid;
            let own =
                if is_template(&self.path) { numbered(&self.path, pid) } else { beside(&self.path, pid) };
            let path = if own.exists() { &own } else { &self.path };
            let failed = process.report.notes.iter().find(|note| note.code == RECORDING_FAILED);
            if let Some(failed) = failed {
                complain(format_args!(
                    "process {pid} is not recorded whole, {}: {}",
                    process.command, failed.text
                ));
                all_there = false;
            } else if !path.exists() {
                complain(format_args!("there is no recording of process {pid}: {}", process.command));
                all_there = false;
            } else if processes.len() > 1 {
                complain(format_args!(
                    "process {pid} is recorded in {}: {}",
                    path.display(),
                    process.command
                ));
            } else {
                complain(format_args!("recorded in {}; `clrhost report {0}` looks at it", path.display()));
            }
        }
        all_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_left_alone() {
        assert!(Recordings::open(Path::new("/dev/null")).is_err_and(|problem| problem.contains("/dev/null")));
        assert!(Path::new("/dev/null").exists());
        assert!(Recordings::open(Path::new("/no/such/folder/file")).is_err());
    }
}
