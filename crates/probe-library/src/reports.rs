//! Writes the report: while the process runs, so that there is one whatever happens to it, and at its end.

use crate::clock;
use crate::settings::Settings;
use clrhost::report::Exit;
use clrhost::{ProcessEnd, Reporter, SpareDescriptor, new_file, say};
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two reports while the process runs: as long as it has run, but not shorter and not longer than these.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
pub const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Where reports take long, because there is much to report: a pause is so many times as long as the report had of a processor,
/// which keeps that below one in a hundred.
const PAUSE_PER_REPORT: u32 = 100;

/// The report's place, and what to write there.
pub struct Reports {
    reporter: Reporter,
    path: PathBuf,
    /// Where a report lies until it is whole.
    draft: PathBuf,
    user_only: bool,
    /// The program may have used up all others.
    spare: SpareDescriptor,
    since: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// There was a report.
    begun: bool,
    /// The last report is written, and no other may take its place.
    ended: bool,
}

impl Reports {
    pub fn new(reporter: Reporter, path: PathBuf, settings: &Settings) -> Reports {
        let mut draft = path.file_name().unwrap_or_default().to_owned();
        draft.push(format!(".{}.tmp", std::process::id()));
        Reports {
            reporter,
            draft: path.with_file_name(draft),
            path,
            user_only: settings.user_only,
            spare: SpareDescriptor::new(),
            since: Instant::now(),
            state: Mutex::default(),
        }
    }

    /// While the process runs, and may be about to end. Answers how long to wait until the next time. What goes wrong is said at the
    /// end, if it still does.
    pub fn keep_up(&self, may_end: Option<ProcessEnd>) -> Duration {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ended {
            return LONGEST_PAUSE;
        }
        let before = clock::of_thread();
        state.begun |= self.write(may_end.map_or(Exit::InProgress, Exit::from)).is_ok();
        let pause = self.since.elapsed().clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        pause.max((clock::of_thread() - before) * PAUSE_PER_REPORT)
    }

    /// At the end of the process.
    pub fn end(&self, end: ProcessEnd) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended = true;
        match self.write(end.into()) {
            // The folder was there before. Whoever made it has gone, and nobody waits for the report.
            Err(error) if error.kind() == ErrorKind::NotFound && state.begun => {}
            Err(error) => {
                say(format_args!("the report cannot be written to {}: {error}", self.path.display()));
            }
            Ok(()) => {}
        }
    }

    /// Under another name first, so that nobody ever finds half a report.
    fn write(&self, exit: Exit) -> io::Result<()> {
        let report = self.reporter.report(exit, self.user_only);
        // What a report has is nobody's business but the user's: the command line is in it.
        let written = self
            .spare
            .open(|| new_file(&self.draft, 0o600))
            .and_then(|file| {
                let mut out = BufWriter::new(&file);
                let written = report.to_json(&mut out).and_then(|()| out.flush());
                drop(out);
                self.spare.put_back(file);
                written
            })
            .and_then(|()| fs::rename(&self.draft, &self.path));
        if written.is_err() {
            // The error that counts is the first one.
            let _ = fs::remove_file(&self.draft);
        }
        written
    }
}
