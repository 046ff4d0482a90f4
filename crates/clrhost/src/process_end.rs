//! A last chance to act when the process ends, however it ends.
//!
//! A hosted application may end the process itself: by `Environment.Exit`, by an unhandled exception (SIGABRT), by a
//! crash in a native library. [`on_process_end`] runs a function in all these cases, once.
//!
//! On a fatal signal the function runs on a thread that was made for it beforehand, because a signal handler may not
//! allocate or lock. The handler wakes that thread and waits for it, for a few seconds at most: if the function needs
//! a lock that the dying thread holds, the process still ends. Then the signal takes its course, so that exit status
//! and core dump are those of the application.

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::io::{self, Read};
use std::mem;
use std::os::fd::{FromRawFd, IntoRawFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, OnceLock};

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessEnd {
    /// With this exit code.
    Exit(i32),
    /// By this signal.
    Signal(i32),
}

type Last = Box<dyn FnOnce(ProcessEnd) + Send>;

static LAST: Mutex<Option<Last>> = Mutex::new(None);
static WAKE: AtomicI32 = AtomicI32::new(-1);
static DONE: AtomicI32 = AtomicI32::new(-1);

/// Signals that end a process and that nobody else need handle. SIGKILL cannot be caught.
const FATAL: [c_int; 9] = [
    libc::SIGABRT,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGINT,
    libc::SIGTERM,
    libc::SIGHUP,
    libc::SIGQUIT,
];

/// What the process did on each of the signals before, by position in [`FATAL`].
static BEFORE: [OnceLock<libc::sigaction>; FATAL.len()] = [const { OnceLock::new() }; FATAL.len()];

/// How long a dying process waits for the function, in milliseconds.
const PATIENCE_MS: c_int = 5000;

/// Runs `last` once, when the process ends by `exit` or by a fatal signal. To be called once, before a runtime starts:
/// the runtime passes on the signals it does not use itself.
///
/// Handlers are installed for signals that are at their default; one that the process ignores (as under `nohup`) stays
/// ignored.
pub fn on_process_end(last: impl FnOnce(ProcessEnd) + Send + 'static) -> io::Result<()> {
    {
        let mut slot = lock();
        if slot.is_some() || WAKE.load(Ordering::Relaxed) >= 0 {
            return Err(io::Error::other("a function for the end of the process is set already"));
        }
        *slot = Some(Box::new(last));
    }
    let (mut wake_reader, wake) = pipe()?;
    let (done_reader, done) = pipe()?;
    let thread = std::thread::Builder::new().name("clrhost-end".to_owned());
    // A signal that this thread took would be waited for by the only thread that can answer.
    with_all_signals_blocked(|| {
        thread.spawn(move || {
            let mut signal = [0; 1];
            if wake_reader.read_exact(&mut signal).is_ok() {
                run_last(ProcessEnd::Signal(c_int::from(signal[0])));
            }
            // Closing it tells the handler that all is done.
            drop(done);
        })
    })?;
    DONE.store(done_reader.into_raw_fd(), Ordering::Relaxed);
    WAKE.store(wake.into_raw_fd(), Ordering::Relaxed);
    // SAFETY: `at_exit` is a function of the type on_exit calls, and takes no argument from it.
    if unsafe { on_exit(at_exit, std::ptr::null_mut()) } != 0 {
        return Err(io::Error::other("no room for a function at exit"));
    }
    for (signal, before) in FATAL.into_iter().zip(&BEFORE) {
        install(signal, before)?;
    }
    Ok(())
}

/// Runs the function now, if it has not run yet. Waits if another thread is just running it.
pub fn run_last(end: ProcessEnd) {
    // Held while the function runs: whoever comes second must not end the process under it.
    let mut slot = lock();
    if let Some(last) = slot.take() {
        last(end);
    }
}

fn lock() -> std::sync::MutexGuard<'static, Option<Last>> {
    LAST.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

unsafe extern "C" {
    // SAFETY: glibc's, declared as in stdlib.h; the libc crate lacks it.
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

extern "C" fn at_exit(status: c_int, _argument: *mut c_void) {
    // A panic must not unwind into the C library; its message is on stderr.
    let _ = std::panic::catch_unwind(|| run_last(ProcessEnd::Exit(status)));
}

fn install(signal: c_int, before: &'static OnceLock<libc::sigaction>) -> io::Result<()> {
    // SAFETY: all-zero is a valid sigaction; the calls read and write structs of ours.
    unsafe {
        let mut old: libc::sigaction = mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &mut old) != 0 {
            return Err(io::Error::last_os_error());
        }
        // Rust's own handler for SIGSEGV and SIGBUS only explains stack overflows of Rust threads; it comes after ours.
        let rusts = matches!(signal, libc::SIGSEGV | libc::SIGBUS);
        if old.sa_sigaction != libc::SIG_DFL && !rusts {
            return Ok(());
        }
        let _ = before.set(old);
        let mut new: libc::sigaction = mem::zeroed();
        new.sa_sigaction = on_signal as extern "C" fn(c_int) as usize;
        new.sa_flags = libc::SA_ONSTACK;
        if libc::sigaction(signal, &new, std::ptr::null_mut()) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Only calls that POSIX allows in a signal handler.
extern "C" fn on_signal(signal: c_int) {
    let wake = WAKE.swap(-1, Ordering::Relaxed);
    let byte = signal as u8;
    let mut done = libc::pollfd { fd: DONE.load(Ordering::Relaxed), events: libc::POLLIN, revents: 0 };
    // SAFETY: writes one byte that is ours, then waits for the other end of the second pipe to close. A second thread
    // that dies meanwhile only waits, so that it does not end the process under the function.
    unsafe {
        if wake >= 0 {
            libc::write(wake, (&raw const byte).cast(), 1);
        }
        libc::poll(&mut done, 1, PATIENCE_MS);
    }
    // Whoever handled the signal before gets it now: it is blocked here and comes again on return.
    let position = FATAL.iter().position(|&fatal| fatal == signal);
    if let Some(before) = position.and_then(|position| BEFORE[position].get()) {
        // SAFETY: puts back what `install` found; raise is allowed in a handler.
        unsafe {
            libc::sigaction(signal, before, std::ptr::null_mut());
            libc::raise(signal);
        }
    }
}

/// A thread made inside inherits that it gets no signals.
fn with_all_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
    // SAFETY: both sets are initialised before they are read; blocking all signals and restoring the mask cannot fail.
    unsafe {
        let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = (mem::zeroed(), mem::zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let result = body();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        result
    }
}

fn pipe() -> io::Result<(File, File)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both descriptors are fresh and owned by nobody else.
    let [reader, writer] = ends.map(|end| unsafe { File::from_raw_fd(end) });
    Ok((reader, writer))
}
