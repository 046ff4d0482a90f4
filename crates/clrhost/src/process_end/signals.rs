//! The handlers of fatal signals.

use clrhost_probe::Probe;
use std::ffi::{c_int, c_void};
use std::io;
use std::mem;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

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

/// How long a dying process waits for the function, in milliseconds.
const PATIENCE_MS: c_int = 5000;

/// Where the thread for the end is woken; taken by the first signal.
static WAKE: AtomicI32 = AtomicI32::new(-1);
/// Closed at its other end when that thread is done.
static DONE: AtomicI32 = AtomicI32::new(-1);
/// The process that all this was set up in. 0 before it was.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// How often [`heard`] was called.
static HEARD: AtomicU32 = AtomicU32::new(0);

/// What is said to the thread for the end, in a byte.
pub(super) enum Said {
    /// The process ends by this signal.
    Ends(c_int),
    /// It may.
    MayEnd(c_int),
}

/// Signals have smaller numbers.
const MAY_END: u8 = 0x80;

impl Said {
    pub(super) fn of(byte: u8) -> Said {
        let signal = c_int::from(byte & !MAY_END);
        if byte & MAY_END != 0 { Said::MayEnd(signal) } else { Said::Ends(signal) }
    }
}

/// The thread for the end has done what there is to do for a [`Said::MayEnd`].
pub(super) fn heard() {
    HEARD.fetch_add(1, Ordering::Release);
}

type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);

/// The thread for the end is there.
pub(super) fn set_ready(wake: c_int, done: c_int) {
    DONE.store(done, Ordering::Relaxed);
    WAKE.store(wake, Ordering::Relaxed);
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

/// Tells the thread for the end, and waits until it has heard. Only calls that POSIX allows in a signal handler.
fn say_it_may_end(signal: c_int) {
    let wake = WAKE.load(Ordering::Relaxed);
    let before = HEARD.load(Ordering::Acquire);
    let byte = signal as u8 | MAY_END;
    // SAFETY: writes one byte that is ours.
    if wake < 0 || unsafe { libc::write(wake, (&raw const byte).cast(), 1) } != 1 {
        return;
    }
    let millisecond = libc::timespec { tv_sec: 0, tv_nsec: 1_000_000 };
    for _ in 0..PATIENCE_MS {
        if HEARD.load(Ordering::Acquire) != before {
            return;
        }
        // SAFETY: reads a structure of ours.
        unsafe { libc::nanosleep(&millisecond, std::ptr::null_mut()) };
    }
}

/// Only calls that POSIX allows in a signal handler.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    if is_own_process() {
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

/// A thread made inside inherits that it gets no signals.
pub(super) fn with_all_blocked<R>(body: impl FnOnce() -> R) -> R {
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
