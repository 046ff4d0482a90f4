//! Records each call into a file, if that is wanted.

use clrhost::{ProcessEnd, Recorder, RecordingOptions, Reporter};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Begins to record. Where the file is there already, the process's number comes into its name. What is in the way is said, and
/// the program goes on.
pub fn start(reporter: Reporter, options: &RecordingOptions) {
    let started = Recorder::start(reporter.clone(), options).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let path = beside(&options.path, std::process::id());
            Recorder::start(reporter, &RecordingOptions { path, is_new: false, ..options.clone() })
        }
        _ => Err(error),
    });
    if let Err(error) = started {
        let path = options.path.display();
        eprintln!("clrhost: process {} is not recorded in {path}: {error}", std::process::id());
    }
}

/// Closes the recording that is under way, whoever began it.
pub fn finish(end: ProcessEnd) {
    let Some(recorder) = Recorder::of_process() else { return };
    if let Err(error) = recorder.finish(Some(end)) {
        eprintln!("clrhost: the recording {} is not whole: {error}", recorder.path().display());
    }
}

/// `app.4711.clrtrace` for `app.clrtrace`.
fn beside(path: &Path, pid: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{pid}"));
    if let Some(end) = path.extension() {
        name.push(".");
        name.push(end);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_before_the_ending() {
        assert_eq!(beside(Path::new("/a/b.clrtrace"), 7), Path::new("/a/b.7.clrtrace"));
        assert_eq!(beside(Path::new("/a/b"), 7), Path::new("/a/b.7"));
    }
}
