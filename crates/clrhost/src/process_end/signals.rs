//! The handlers of fatal signals.

use clrhost_probe::Probe;
use std::ffi::{c_int, c_void};
use std::io;
use std::mem;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};
use std::time::Duration;

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

/// What the process did, or would have done, on each of the signals without us, by position in [`FATAL`].
static BEFORE: [OnceLock<libc::sigaction>; FATAL.len()] = [const { OnceLock::new() }; FATAL.len()];

/// How long a dying process waits for the function, in seconds.
const PATIENCE_S: libc::time_t = 5;

/// The signal by which the process ends, once there is one.
static ENDS: AtomicI32 = AtomicI32::new(0);
/// The signal by which it may end, until the thread for the end has heard of it.
static MAY_END: AtomicI32 = AtomicI32::new(0);
/// Grows whenever something is said. No descriptor is used for that: a host may close all that it does not know.
static BELL: AtomicU32 = AtomicU32::new(0);
/// How often [`tell_heard`] was called.
static HEARD: AtomicU32 = AtomicU32::new(0);
/// The thread for the end has done what there was to do at the end.
static DONE: AtomicBool = AtomicBool::new(false);
/// The process that all this was set up in. 0 before it was.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// Operations of the system call `futex`, for words that no other process sees.
const WAIT: c_int = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
const WAKE: c_int = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;

/// What is said to the thread for the end.
pub(super) enum Said {
    /// The process ends by this signal.
    Ends(c_int),
    /// It may.
    MayEnd(c_int),
}

/// Waits until something is said, for so long at most.
pub(super) fn listen(longest: Option<Duration>) -> Option<Said> {
    let said = || match (ENDS.load(Ordering::Acquire), MAY_END.swap(0, Ordering::Acquire)) {
        (0, 0) => None,
        (0, signal) => Some(Said::MayEnd(signal)),
        (signal, _) => Some(Said::Ends(signal)),
    };
    let rung = BELL.load(Ordering::Acquire);
    said().or_else(|| {
        let timeout = longest.map(|longest| libc::timespec {
            tv_sec: longest.as_secs() as libc::time_t,
            tv_nsec: longest.subsec_nanos().into(),
        });
        let timeout = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the word is static and the time, if any, readable. The call returns at once if the word has changed since.
        unsafe { libc::syscall(libc::SYS_futex, BELL.as_ptr(), WAIT, rung, timeout) };
        said()
    })
}

/// Only a call that is allowed in a signal handler.
fn ring() {
    BELL.fetch_add(1, Ordering::Release);
    // SAFETY: the word is static.
    unsafe { libc::syscall(libc::SYS_futex, BELL.as_ptr(), WAKE, 1) };
}

/// What there was to do for a [`Said::MayEnd`] is done.
pub(super) fn tell_heard() {
    HEARD.fetch_add(1, Ordering::Release);
}

/// What there was to do at the end is done.
pub(super) fn tell_done() {
    DONE.store(true, Ordering::Release);
}

/// Waits until it is so, for some seconds at most. Only calls that are allowed in a signal handler.
fn wait_until(is_so: impl Fn() -> bool) {
    let pause = libc::timespec { tv_sec: 0, tv_nsec: 500_000 };
    let deadline = seconds() + PATIENCE_S;
    while !is_so() && seconds() < deadline {
        // SAFETY: reads a structure of ours.
        unsafe { libc::nanosleep(&pause, std::ptr::null_mut()) };
    }
}

fn seconds() -> libc::time_t {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes a structure of ours; this clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// The thread for the end is there.
pub(super) fn set_ready() {
    // SAFETY: getpid has no precondition.
    OWNER.store(unsafe { libc::getpid() }, Ordering::Release);
}

pub(super) fn are_ready() -> bool {
    OWNER.load(Ordering::Relaxed) != 0
}

/// False in a child that was forked from the process that was set up. May be called in a signal handler.
pub(super) fn is_own_process() -> bool {
    // SAFETY: getpid has no precondition.
    OWNER.load(Ordering::Acquire) == unsafe { libc::getpid() }
}

/// For signals at their default, and those that only Rust handles.
pub(super) fn install_before_a_runtime() -> io::Result<()> {
    for (signal, before) in FATAL.into_iter().zip(&BEFORE) {
        // Rust's own handler for SIGSEGV and SIGBUS only explains stack overflows of Rust threads; it comes after ours.
        install(signal, before, matches!(signal, libc::SIGSEGV | libc::SIGBUS))?;
    }
    if let Some(probe) = Probe::installed() {
        hide_from_the_runtime(probe);
    }
    Ok(())
}

/// For signals at their default now, and those that the runtime puts to their default later.
pub(super) fn install_beside_a_runtime(probe: &'static Probe) -> io::Result<()> {
    for (signal, before) in FATAL.into_iter().zip(&BEFORE) {
        install(signal, before, false)?;
    }
    hide_from_the_runtime(probe);
    Ok(())
}

/// The class library calls a handler that it finds at once, before managed code that has registered for the signal is told, and may
/// say that it is not to end the process. So it finds none of ours.
fn hide_from_the_runtime(probe: &'static Probe) {
    probe.when_attached(|| {
        // SAFETY: `runtime_sigaction` has the signature of sigaction and is part of this image, which holds the probe and is
        // never unloaded.
        let changed =
            unsafe { probe.redirect_runtime_imports(c"sigaction", runtime_sigaction as *const c_void) };
        if !matches!(changed, Ok(1..)) {
            probe.note_unhooked("how the runtime handles signals that end the process".to_owned());
        }
    });
}

fn install(signal: c_int, before: &'static OnceLock<libc::sigaction>, over_rusts: bool) -> io::Result<()> {
    // SAFETY: all-zero is a valid sigaction; the calls read and write structs of ours.
    unsafe {
        let mut old: libc::sigaction = mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &mut old) != 0 {
            return Err(io::Error::last_os_error());
        }
        if old.sa_sigaction != libc::SIG_DFL && !(over_rusts && old.sa_sigaction != libc::SIG_IGN) {
            return Ok(());
        }
        let _ = before.set(old);
        if libc::sigaction(signal, &ours(), std::ptr::null_mut()) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

fn ours() -> libc::sigaction {
    // SAFETY: all-zero is a valid sigaction.
    let mut ours: libc::sigaction = unsafe { mem::zeroed() };
    ours.sa_sigaction = on_signal as Handler as usize;
    ours.sa_flags = libc::SA_ONSTACK | libc::SA_SIGINFO;
    ours
}

fn position(signal: c_int) -> Option<usize> {
    FATAL.iter().position(|&fatal| fatal == signal)
}

/// `sigaction` as the runtime sees it: as if there were no handler of ours, and where it sets the default, ours is set.
///
/// # Safety
/// As for sigaction.
// SAFETY: only put into import slots of that function. It is called in signal handlers too, and does what may be done there.
unsafe extern "C" fn runtime_sigaction(
    signal: c_int,
    new: *const libc::sigaction,
    old: *mut libc::sigaction,
) -> c_int {
    let place = position(signal).filter(|_| is_own_process());
    // SAFETY: the caller's duty: `new` is readable and `old` writable, or null.
    unsafe {
        let Some(place) = place else { return libc::sigaction(signal, new, old) };
        let ours = ours();
        let mut set = new;
        if new.as_ref().is_some_and(|new| new.sa_sigaction == libc::SIG_DFL) {
            let _ = BEFORE[place].set(*new);
            set = &ours;
            if signal == libc::SIGABRT && is_blocked(signal) {
                say_it_may_end(signal);
            }
        }
        let mut found: libc::sigaction = mem::zeroed();
        let result = libc::sigaction(signal, set, &mut found);
        if result == 0
            && let Some(old) = old.as_mut()
        {
            let is_ours = found.sa_sigaction == ours.sa_sigaction;
            *old = BEFORE[place].get().copied().filter(|_| is_ours).unwrap_or(found);
        }
        result
    }
}

/// A signal is blocked while its handler runs, and `abort` is the usual cause of that of SIGABRT. When the runtime's handler returns,
/// `abort` itself puts the default in place of whatever is there, and raises the signal once more.
fn is_blocked(signal: c_int) -> bool {
    // SAFETY: all-zero is a valid sigset_t; without a new mask the call only reads.
    unsafe {
        let mut mask: libc::sigset_t = mem::zeroed();
        libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), &mut mask) == 0
            && libc::sigismember(&mask, signal) == 1
    }
}

/// Tells the thread for the end, and waits until it has heard. Only calls that are allowed in a signal handler.
fn say_it_may_end(signal: c_int) {
    let before = HEARD.load(Ordering::Acquire);
    MAY_END.store(signal, Ordering::Release);
    ring();
    wait_until(|| HEARD.load(Ordering::Acquire) != before || DONE.load(Ordering::Acquire));
}

/// Only calls that are allowed in a signal handler.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    if is_own_process() {
        // A second thread that dies meanwhile only waits, so that it does not end the process under the function.
        if ENDS.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            ring();
        }
        wait_until(|| DONE.load(Ordering::Acquire));
    }
    // SAFETY: the kernel gives a readable structure with SA_SIGINFO; whoever passes the signal on has it from there.
    let by_instruction = !info.is_null() && unsafe { (*info).si_code } > 0;
    let faults = matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE);
    // Whoever handled the signal before gets it now.
    if let Some(before) = position(signal).and_then(|position| BEFORE[position].get()) {
        // SAFETY: puts back what `install` found; raise is allowed in a handler.
        unsafe {
            libc::sigaction(signal, before, std::ptr::null_mut());
            // An instruction that faulted does so again on return, and a core dump then shows it as it was. Any other signal is
            // blocked here and comes again on return.
            if !(faults && by_instruction) {
                libc::raise(signal);
            }
        }
    }
}

/// Runs `body` while the calling thread gets no signals. A thread that is made inside inherits that, so it never runs one of
/// the application's handlers.
pub fn with_all_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
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
