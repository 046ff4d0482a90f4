//! Records every call over the border to a file, while the application runs (docs/trace-format.md).
//!
//! Each task's thread puts the calls that return into a ring of its own ([`Registry::begin_recording`](clrhost_boundary::Registry::begin_recording)) and
//! never waits. One thread here empties the rings and writes, with no lock that a crossing could meet. What found no room in a
//! ring is counted and written as lost.
//!
//! A disk that is full may have room again: until then calls wait in their rings, and those that find no room there are counted.
//! Whatever else is wrong with the file, or with this thread, ends the recording, and not the application.

mod beside;
mod faults;
mod outlet;
mod own_file;
mod session;
mod stall;

use crate::process_end::with_write_signals_blocked;
use crate::{ProcessEnd, Reporter, say, with_all_signals_blocked};
pub use beside::beside;
use outlet::Outlet;
use session::Session;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Between two looks at the rings. A ring holds the calls that a thread can make in about that time.
const PAUSE: Duration = Duration::from_millis(2);

/// What is recorded where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingOptions {
    /// The file.
    pub path: PathBuf,
    /// What may be there already, and is lost then.
    pub replaces: Replaces,
    /// Bytes of the file at most, at least [`SMALLEST_LIMIT`](Self::SMALLEST_LIMIT): then the newest is kept.
    pub limit: Option<u64>,
    /// The recording is stopped after so long, and the application goes on.
    pub duration: Option<Duration>,
}

/// What a recording may take the place of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replaces {
    /// Any file, one behind a link too. What is no file, such as a pipe, is written to.
    #[default]
    Anything,
    /// A recording, or an empty file; nothing behind a link. For who is asked by another process, or chose the name without its
    /// user.
    Recordings,
    /// The file must not be there yet.
    Nothing,
}

impl RecordingOptions {
    /// The least [`limit`](Self::limit) there can be.
    pub const SMALLEST_LIMIT: u64 = clrhost_trace::SMALLEST_RING;
}

/// The recording of the process, if there was one, the last one.
static LATEST: Mutex<Option<Recorder>> = Mutex::new(None);

/// What is wrong with the latest recording, in words.
static FAILURE: Mutex<Option<String>> = Mutex::new(None);

/// What is wrong with the latest recording of this process, in words; `None` as long as nothing is.
pub(crate) fn failure() -> Option<String> {
    FAILURE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A recording under way. Copies stand for the same one.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    over: Condvar,
    path: PathBuf,
    /// When it is stopped.
    until: Option<Instant>,
    /// The process that records. One that it forks has the same file, and no thread that writes.
    pid: u32,
}

struct State {
    session: Session,
    /// The recording is closed.
    is_over: bool,
    /// Why it was closed early, until [`Recorder::finish`] tells.
    failed: Option<io::Error>,
    /// It was said that nothing can be written for now, and that it can again.
    said: [bool; 2],
}

impl Recorder {
    /// Begins to record. Crossings have to be [timed](crate::Timing::Timed). A process has one recording at a time.
    ///
    /// # Errors
    /// The process is recorded already, the file cannot be written, crossings are not timed, or no thread can be had.
    pub fn start(reporter: Reporter, options: &RecordingOptions) -> io::Result<Recorder> {
        if reporter.crossings().timing() != crate::Timing::Timed {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "calls are recorded with their times, which are not taken",
            ));
        }
        // Held until this one has begun, so that there is one.
        let mut latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recorder) = latest.as_ref().filter(|recorder| recorder.is_under_way()) {
            let path = recorder.path().display();
            return Err(io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!("it is recorded already, in {path}"),
            ));
        }
        let session = Session::begin(reporter, Outlet::create(options)?)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State { session, is_over: false, failed: None, said: [false; 2] }),
            over: Condvar::new(),
            path: options.path.clone(),
            until: options.duration.and_then(|duration| Instant::now().checked_add(duration)),
            pid: std::process::id(),
        });
        let recorder = Recorder { shared: shared.clone() };
        let thread = std::thread::Builder::new().name("clrhost-record".to_owned());
        // Before the thread can fail.
        *FAILURE.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Err(error) = with_all_signals_blocked(|| thread.spawn(move || shared.write())) {
            // Else calls would be recorded, and nobody would take them.
            recorder.shared.lock().session.give_up();
            return Err(error);
        }
        *latest = Some(recorder.clone());
        Ok(recorder)
    }

    /// The recording that is under way in this process.
    pub fn of_process() -> Option<Recorder> {
        let latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        latest.clone().filter(Recorder::is_under_way)
    }

    /// The recording of this process that is to be [finished](Recorder::finish): the one that is under way, or the last one, if it
    /// failed and nobody was told.
    pub fn to_finish() -> Option<Recorder> {
        let latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        let is_own = |recorder: &Recorder| recorder.shared.pid == std::process::id();
        latest.clone().filter(is_own).filter(|recorder| {
            let state = recorder.shared.lock();
            !state.is_over || state.failed.is_some()
        })
    }

    fn is_under_way(&self) -> bool {
        self.shared.pid == std::process::id() && !self.shared.lock().is_over
    }

    /// Has the reports of this process say that it is not recorded as was wanted, and why: a sentence.
    pub fn not_recorded(why: String) {
        *FAILURE.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Closes the recording, with the report on all until now: because the process ends, or, with `None`, before it does.
    /// Later calls do nothing, and neither do calls in a child that was forked.
    ///
    /// # Errors
    /// Something could not be written, now or before; what was written before that is in the file. The message says how many calls
    /// are not.
    pub fn finish(&self, end: Option<ProcessEnd>) -> io::Result<()> {
        if std::process::id() != self.shared.pid {
            return Ok(());
        }
        let mut state = self.shared.lock();
        if !state.is_over {
            state.is_over = true;
            self.shared.over.notify_all();
            let session = &mut state.session;
            let finish = || with_write_signals_blocked(|| session.finish(end));
            let finished = catch_unwind(AssertUnwindSafe(finish)).unwrap_or_else(|_| Err(own_defect()));
            if let Err(error) = finished {
                self.shared.give_up(&mut state, error);
            }
        }
        match state.failed.take() {
            None => Ok(()),
            Some(error) => {
                // There may be room for the last words by now.
                with_write_signals_blocked(|| state.session.close());
                let missing = state.session.missing_calls();
                Err(io::Error::new(error.kind(), format!("{error}; {missing} calls are not in it")))
            }
        }
    }
}

/// What is told where the recorder panicked.
fn own_defect() -> io::Error {
    io::Error::other("clrhost's recorder failed, which is a defect of clrhost's; please report it")
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread that writes.
    fn write(&self) {
        let mut state = self.lock();
        while !state.is_over {
            let is_due = self.until.is_some_and(|until| Instant::now() >= until);
            let session = &mut state.session;
            let work = || match is_due {
                true => session.finish(None).map(|()| false),
                false => session.tick(),
            };
            let pause = match catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(own_defect())) {
                Ok(true) => Duration::ZERO,
                Ok(false) => PAUSE,
                Err(error) => {
                    self.complain(format_args!("ends early, as it cannot be written: {error}"));
                    return self.give_up(&mut state, error);
                }
            };
            if is_due {
                state.is_over = true;
                return;
            }
            self.say_whether_it_waits(&mut state);
            let waited = self.over.wait_timeout(state, pause);
            state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
    }

    /// Ends the recording before its time.
    fn give_up(&self, state: &mut State, error: io::Error) {
        state.is_over = true;
        let session = &mut state.session;
        // If this panics too, calls are at least not recorded any more: that comes first in it.
        let _ = catch_unwind(AssertUnwindSafe(|| with_write_signals_blocked(|| session.give_up())));
        let words = format!("The recording {} ends early: {error}.", self.path.display());
        *FAILURE.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        state.failed = Some(error);
    }

    /// Says so when nothing can be written for now, and when that is over; once each, as it may come and go.
    fn say_whether_it_waits(&self, state: &mut State) {
        match state.session.waits_for() {
            Some(error) if !state.said[0] => {
                self.complain(format_args!(
                    "cannot be written for now: {error}; calls that find no room meanwhile are counted as lost"
                ));
                state.said[0] = true;
            }
            None if state.said[0] && !state.said[1] => {
                self.complain(format_args!("goes on: it can be written again"));
                state.said[1] = true;
            }
            _ => {}
        }
    }

    fn complain(&self, what: std::fmt::Arguments) {
        say(format_args!("the recording {} {what}", self.path.display()));
    }
}
