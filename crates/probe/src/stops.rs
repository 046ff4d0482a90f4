//! Where a thread can stop to be handed an abort.
//!
//! The runtime throws an abort as it should where native code returns to managed code, and where it has interrupted managed code by a
//! signal at a place that is safe for the collector: there it stands in the signal's handler, suspends the thread, and looks for an abort
//! when that is over. It has a third way of getting hold of a thread, by a changed return address, and what it throws there nobody
//! catches, which ends the process (seen with 8.0.4). So a thread stops at the first two, and the third is let pass.

use crate::probe::Probe;
use crate::thread_state::current;
use clrhost_boundary::{Target, TaskOwner};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::thread::Builder;

/// Functions of the class library's native part that give what their caller has yet to keep. An abort that is thrown as one returns would
/// lose the memory or the file for good: the library's code is not written for it, and gives back only what it has kept.
const GIVING: &[&str] = &[
    "SystemNative_Accept",
    "SystemNative_AlignedAlloc",
    "SystemNative_AlignedRealloc",
    "SystemNative_Calloc",
    "SystemNative_Dup",
    "SystemNative_INotifyInit",
    "SystemNative_MMap",
    "SystemNative_Malloc",
    "SystemNative_MksTemps",
    "SystemNative_Open",
    "SystemNative_OpenDir",
    "SystemNative_Pipe",
    "SystemNative_Realloc",
    "SystemNative_ShmOpen",
    "SystemNative_Socket",
];

/// The calling thread is in native code that returns from `called` to managed code.
#[inline]
pub(crate) fn offer<'a>(owner: &TaskOwner, called: impl FnOnce() -> Option<&'a Target>) {
    let abort = owner.task().abort();
    if abort.is_stop_awaited() && !called().is_some_and(gives) {
        abort.offer_stop();
    }
}

fn gives(called: &Target) -> bool {
    called.description().symbol.as_deref().is_some_and(|symbol| GIVING.contains(&symbol))
}

/// The runtime is about to hold the calling thread.
pub(crate) fn is_held() {
    let Some(state) = current() else { return };
    let abort = state.owner().task().abort();
    abort.set_suspended(true);
    if !abort.is_stop_awaited() {
        return;
    }
    if !is_in_handler() {
        abort.pass_by();
    } else if abort.offer_stop() {
        // The exception leaves the handler, and the runtime does not restore what that has blocked: nobody could interrupt the thread
        // any more, and it would look here as if it were in the handler for good.
        unblock();
    }
}

/// It lets the thread go.
pub(crate) fn is_let_go() {
    if let Some(state) = current() {
        state.owner().task().abort().set_suspended(false);
    }
}

/// The runtime interrupts threads by this signal, which its handler keeps blocked.
fn interruption() -> libc::c_int {
    libc::SIGRTMIN()
}

fn is_in_handler() -> bool {
    // SAFETY: all-zero is a valid set, which the call fills; nothing is changed.
    unsafe {
        let mut blocked: libc::sigset_t = std::mem::zeroed();
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut blocked) == 0
            && libc::sigismember(&blocked, interruption()) == 1
    }
}

fn unblock() {
    // SAFETY: the set is initialised before a signal is added that there is.
    unsafe {
        let mut signal: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut signal);
        libc::sigaddset(&mut signal, interruption());
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &signal, std::ptr::null_mut());
    }
}

impl Probe {
    /// Holds all managed threads for a moment, so that those come by that run managed code and do not call any native code. Not on a thread
    /// that runs managed code itself. False, and nothing is done, where the runtime cannot, or somebody does it already.
    pub fn suspend_for_a_moment(&self) -> bool {
        /// The runtime does not count how often it is suspended.
        static SUSPENDS: AtomicBool = AtomicBool::new(false);
        let Some((info, _)) = self.runtime() else { return false };
        if SUSPENDS.swap(true, Acquire) {
            return false;
        }
        // On a thread that the runtime does not know: others it refuses.
        let suspended = std::thread::scope(|scope| {
            let suspending = Builder::new().spawn_scoped(scope, || info.suspend_for_a_moment());
            suspending.ok().and_then(|suspending| suspending.join().ok())
        });
        SUSPENDS.store(false, Release);
        suspended.is_some_and(|hresult| !hresult.is_failure())
    }
}
