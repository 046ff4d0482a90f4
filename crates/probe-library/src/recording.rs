//! Records each call into a file, if that is wanted.

use clrhost::{ProcessEnd, Recorder, RecordingOptions, Replaces, Reporter, beside, say};
use std::io::ErrorKind;

/// Begins to record. Where the file is there already, the process's number comes into its name. What is in the way is said, and
/// the program goes on.
pub fn start(reporter: Reporter, options: &RecordingOptions) {
    let started = Recorder::start(reporter.clone(), options).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let path = beside(&options.path, std::process::id());
            Recorder::start(
                reporter,
                &RecordingOptions { path, replaces: Replaces::Recordings, ..options.clone() },
            )
        }
        _ => Err(error),
    });
    if let Err(error) = started {
        let path = options.path.display();
        let why = format!("process {} is not recorded in {path}: {error}", std::process::id());
        say(format_args!("{why}"));
        Recorder::not_recorded(why);
    }
}

/// Closes the recording that is under way, whoever began it. False if it is not whole.
pub fn finish(end: ProcessEnd) -> bool {
    let Some(recorder) = Recorder::to_finish() else { return true };
    let finished = recorder.finish(Some(end));
    if let Err(error) = &finished {
        say(format_args!("the recording {} is not whole: {error}", recorder.path().display()));
    }
    finished.is_ok()
}
