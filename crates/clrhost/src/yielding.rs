//! Asks a thread to give up the processor: a signal whose handler does.
//!
//! Only a thread that runs is asked. One that waits uses no processor, and the signal would break its system call off with
//! EINTR. Between the look and the signal it may begin to wait; the handler is installed with SA_RESTART, which mends most of
//! that.

use clrhost_boundary::{HostResult, Hresult};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Threads that were asked and have not followed yet, by their number modulo the length.
static ASKED: [AtomicU64; 256] = [const { AtomicU64::new(0) }; 256];

/// Asks the thread once. `Err(S_FALSE)` if it does not run, or has not followed an earlier request yet.
pub(crate) fn ask(thread: u64) -> HostResult {
    let signal = signal().ok_or(Hresult::E_NOTIMPL)?;
    let state = std::fs::read_to_string(format!("/proc/self/task/{thread}/syscall"));
    match state {
        Ok(state) if state.starts_with("running") => {}
        Ok(_) => return Err(Hresult::S_FALSE),
        Err(_) => return Err(Hresult::HOST_E_INVALIDOPERATION),
    }
    let place = &ASKED[thread as usize % ASKED.len()];
    if place.swap(thread, Ordering::Relaxed) == thread {
        return Err(Hresult::S_FALSE);
    }
    // SAFETY: the signal has a handler of ours; a thread that is gone meanwhile makes the call fail.
    let sent = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread as libc::pid_t, signal) };
    if sent == 0 {
        return Ok(());
    }
    place.store(0, Ordering::Relaxed);
    Err(Hresult::HOST_E_INVALIDOPERATION)
}

/// A real-time signal that nobody else handles; `None` if there is none.
fn signal() -> Option<libc::c_int> {
    static SIGNAL: OnceLock<Option<libc::c_int>> = OnceLock::new();
    *SIGNAL.get_or_init(|| {
        // The first few are glibc's and CoreCLR's.
        (libc::SIGRTMIN() + 10..libc::SIGRTMAX()).find(|&signal| install(signal))
    })
}

fn install(signal: libc::c_int) -> bool {
    // SAFETY: all-zero is a valid sigaction; the calls read and write structs of ours.
    unsafe {
        let mut old: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(signal, std::ptr::null(), &mut old) != 0 || old.sa_sigaction != libc::SIG_DFL {
            return false;
        }
        let mut new: libc::sigaction = std::mem::zeroed();
        new.sa_sigaction = give_way as extern "C" fn(libc::c_int) as usize;
        new.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigaction(signal, &new, std::ptr::null_mut()) == 0
    }
}

/// Only calls that are allowed in a signal handler.
extern "C" fn give_way(_: libc::c_int) {
    // SAFETY: neither has a precondition; gettid and sched_yield do not change errno where they succeed, which they do.
    let thread = unsafe {
        libc::sched_yield();
        libc::gettid() as u64
    };
    let place = &ASKED[thread as usize % ASKED.len()];
    let _ = place.compare_exchange(thread, 0, Ordering::Relaxed, Ordering::Relaxed);
}
