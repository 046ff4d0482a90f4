//! A last chance to act when the process ends, however it ends.
//!
//! A hosted application may end the process itself: by `Environment.Exit`, by an unhandled exception (SIGABRT), by a
//! crash in a native library. [`on_process_end`] runs a function in all these cases, once.
//!
//! On a fatal signal the function runs on a thread that was made for it beforehand, because a signal handler may not
//! allocate or lock. The handler (`signals`) wakes that thread and waits for it, for a few seconds at most: if the function
//! needs a lock that the dying thread holds, the process still ends. Then the signal takes its course, so that exit status
//! and core dump are those of the application.
//!
//! A child that is forked and goes on without exec inherits handlers and functions at exit, but not the thread. It ends without
//! all this: what was set up is the parent's.

mod signals;
mod write_signals;

pub use signals::with_all_signals_blocked;
pub(crate) use write_signals::with_write_signals_blocked;

use clrhost_probe::Probe;
use clrhost_report::Exit;
use signals::Said;
use std::ffi::{c_int, c_void};
use std::io;
use std::sync::Mutex;
use std::time::Duration;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessEnd {
    /// With this exit code.
    Exit(i32),
    /// By `quick_exit`, which does not tell its code.
    QuickExit,
    /// By this signal.
    Signal(i32),
}

impl From<ProcessEnd> for Exit {
    fn from(end: ProcessEnd) -> Exit {
        match end {
            ProcessEnd::Exit(code) => Exit::Code { code },
            ProcessEnd::Signal(signal) => Exit::Signal { signal },
            ProcessEnd::QuickExit => Exit::Unknown,
        }
    }
}

type Last = Box<dyn FnOnce(ProcessEnd) + Send>;

static LAST: Mutex<Option<Last>> = Mutex::new(None);

/// Runs `last` once, when the process ends by `exit` or by a fatal signal. To be called once, before a runtime starts:
/// the runtime passes on the signals it does not use itself.
///
/// Handlers are installed for signals that are at their default; one that the process ignores (as under `nohup`) stays
/// ignored.
pub fn on_process_end(last: impl FnOnce(ProcessEnd) + Send + 'static) -> io::Result<()> {
    prepare(Box::new(last), None)?;
    signals::install_before_a_runtime()
}

/// Runs `last` once, when a process ends that somebody else has started, and whose runtime is about to take this probe;
/// `quick_exit` counts too. To be called once, before it has taken it.
///
/// The runtime has its own handlers for most fatal signals by then, and they stay: clrhost's comes to the place where the runtime
/// would put the system's default back, which is when it has done with a signal and wants the process to end of it. Signals that
/// others handle are left to them.
///
/// `meanwhile` is called on a thread of its own, with all signals blocked, right now and then each time after the time that it
/// answered, until the process ends. It is called with an end if the process will end so most likely, and clrhost may not be told
/// when it does: `abort` in native code.
pub fn on_adopted_process_end(
    probe: &'static Probe,
    meanwhile: impl FnMut(Option<ProcessEnd>) -> Duration + Send + 'static,
    last: impl FnOnce(ProcessEnd) + Send + 'static,
) -> io::Result<()> {
    prepare(Box::new(last), Some(Box::new(meanwhile)))?;
    // SAFETY: `at_quick_exit_` takes no argument, as at_quick_exit wants it.
    if unsafe { at_quick_exit(at_quick_exit_) } != 0 {
        return Err(io::Error::other("no room for a function at quick_exit"));
    }
    signals::install_beside_a_runtime(probe)
}

type Meanwhile = Box<dyn FnMut(Option<ProcessEnd>) -> Duration + Send>;

/// All but the handlers.
fn prepare(last: Last, meanwhile: Option<Meanwhile>) -> io::Result<()> {
    {
        let mut slot = lock();
        if slot.is_some() || signals::are_ready() {
            return Err(io::Error::other("a function for the end of the process is set already"));
        }
        *slot = Some(last);
    }
    let thread = std::thread::Builder::new().name("clrhost-end".to_owned());
    // A signal that this thread took would be waited for by the only thread that can answer.
    with_all_signals_blocked(|| thread.spawn(move || wait_for_the_end(meanwhile)))?;
    signals::set_ready();
    // SAFETY: `at_exit` is a function of the type on_exit calls, and takes no argument from it.
    if unsafe { on_exit(at_exit, std::ptr::null_mut()) } != 0 {
        return Err(io::Error::other("no room for a function at exit"));
    }
    Ok(())
}

/// On the thread for the end.
fn wait_for_the_end(mut meanwhile: Option<Meanwhile>) {
    let mut pause = meanwhile.as_mut().map(|meanwhile| meanwhile(None));
    loop {
        let said = signals::listen(pause);
        match (said, &mut meanwhile) {
            (Some(Said::Ends(signal)), _) => {
                run_last(ProcessEnd::Signal(signal));
                return signals::tell_done();
            }
            (Some(Said::MayEnd(signal)), Some(meanwhile)) => {
                pause = Some(meanwhile(Some(ProcessEnd::Signal(signal))));
                signals::tell_heard();
            }
            (Some(Said::MayEnd(_)), None) => signals::tell_heard(),
            (None, Some(meanwhile)) => pause = Some(meanwhile(None)),
            (None, None) => {}
        }
    }
}

/// Runs the function now, if it has not run yet. Waits if another thread is just running it.
pub fn run_last(end: ProcessEnd) {
    // Held while the function runs: whoever comes second must not end the process under it.
    let mut slot = lock();
    if let Some(last) = slot.take() {
        with_write_signals_blocked(|| last(end));
    }
}

fn lock() -> std::sync::MutexGuard<'static, Option<Last>> {
    LAST.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

// SAFETY: glibc's, declared as in stdlib.h; the libc crate lacks them.
unsafe extern "C" {
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
    fn at_quick_exit(function: extern "C" fn()) -> c_int;
}

extern "C" fn at_exit(status: c_int, _argument: *mut c_void) {
    end_by(ProcessEnd::Exit(status));
}

extern "C" fn at_quick_exit_() {
    end_by(ProcessEnd::QuickExit);
}

fn end_by(end: ProcessEnd) {
    // In a forked child the lock may be one that nobody will ever open.
    if signals::is_own_process() {
        // A panic must not unwind into the C library; its message is on stderr.
        let _ = std::panic::catch_unwind(|| run_last(end));
    }
}
