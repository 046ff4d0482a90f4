//! Records every call over the border to a file, while the application runs (docs/trace-format.md).
//!
//! Each task's thread puts the calls that return into a ring of its own ([`Registry::record`](clrhost_boundary::Registry)) and
//! never waits. One thread here empties the rings and writes, with no lock that a crossing could meet. What found no room in a
//! ring is counted and written as lost.

mod outlet;
mod session;

use crate::Crossings;
use clrhost_trace::End;
use outlet::Outlet;
use session::Session;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Between two looks at the rings. A ring holds the calls that a thread can make in about that time.
const PAUSE: Duration = Duration::from_millis(2);

/// A recording under way. Copies stand for the same one.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    over: Condvar,
    /// The process that records. One that it forks has the same file, and no thread that writes.
    pid: u32,
}

struct State {
    session: Session,
    /// The recording is closed.
    is_over: bool,
}

impl Recorder {
    /// Begins to record into a new file; with `limit` into one of at most so many bytes, which keeps the newest. Crossings have
    /// to be [timed](crate::Timing::Timed).
    ///
    /// # Errors
    /// The file cannot be written, crossings are not timed, or no thread can be had.
    pub fn start(crossings: Crossings, path: &Path, limit: Option<u64>) -> io::Result<Recorder> {
        if crossings.timing() != crate::Timing::Timed {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "calls are recorded with their times, which are not taken",
            ));
        }
        let session = Session::begin(crossings, Outlet::create(path, limit)?)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State { session, is_over: false }),
            over: Condvar::new(),
            pid: std::process::id(),
        });
        let recorder = Recorder { shared: shared.clone() };
        std::thread::Builder::new().name("clrhost-record".to_owned()).spawn(move || shared.write())?;
        Ok(recorder)
    }

    /// Closes the recording with how it ended, and with the report as JSON where there is one. Later calls do nothing.
    ///
    /// # Errors
    /// Something could not be written, now or before; what was written before that is in the file.
    pub fn finish(&self, end: Ended, report: Option<&str>) -> io::Result<()> {
        if std::process::id() != self.shared.pid {
            return Ok(());
        }
        let mut state = self.shared.lock();
        if state.is_over {
            return Ok(());
        }
        state.is_over = true;
        self.shared.over.notify_all();
        state.session.finish(end, report)
    }
}

/// How a recording ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was stopped while the process went on.
    Stopped,
    /// The process ends with this code.
    Exit(i32),
    /// The process ends by this signal.
    Signal(i32),
}

impl Ended {
    fn at(self, at_ns: u64) -> End {
        match self {
            Ended::Stopped => End::Stopped { at_ns },
            Ended::Exit(code) => End::Exit { at_ns, code },
            Ended::Signal(signal) => End::Signal { at_ns, signal },
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread that writes.
    fn write(&self) {
        block_signals();
        let mut state = self.lock();
        while !state.is_over {
            let pause = match state.session.tick() {
                Ok(true) => Duration::ZERO,
                Ok(false) => PAUSE,
                Err(error) => {
                    state.is_over = true;
                    eprintln!("clrhost: the recording ends here, as it cannot be written: {error}");
                    return;
                }
            };
            let waited = self.over.wait_timeout(state, pause);
            state = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        }
    }
}

/// The program's signals are not for this thread.
fn block_signals() {
    // SAFETY: the set is initialised before it is used; blocking signals cannot fail.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, std::ptr::null_mut());
    }
}
