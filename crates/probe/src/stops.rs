//! Where a thread can stop to be handed an abort.
//!
//! The runtime throws an abort as it should where native code returns to managed code, and where it has interrupted managed code by a
//! signal at a place that is safe for the collector: there it stands in the signal's handler, suspends the thread, and looks for an abort
//! when that is over. It has a third way of getting hold of a thread, by a changed return address, and what it throws there nobody
//! catches, which ends the process (seen with 8.0.4). And where it holds a thread that it does something for itself, like compiling a
//! method, it goes on to managed code without having looked, and gets hold of the thread there, by the third way. So a thread stops at
//! the first two, and the others are let pass.

use crate::native_return;
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
    if !abort.is_stop_awaited() {
        return;
    }
    let gives = called().is_some_and(gives);
    if let Some(state) = current() {
        state.was_given.set(gives);
    }
    if !gives {
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
    if is_in_handler() {
        if abort.offer_stop() {
            // The exception leaves the handler, and the runtime does not restore what that has blocked: nobody could interrupt the
            // thread any more, and it would look here as if it were in the handler for good.
            unblock();
        }
    } else if state.was_given.get() || !native_return::is_in_native_return() || !abort.offer_stop() {
        abort.pass_by();
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
    /// A task is going to be aborted. Once the runtime is up; takes some milliseconds when it is called first.
    pub fn prepare_stops(&self) {
        if let Some((info, _)) = self.runtime() {
            native_return::find(info.code());
        }
    }

    /// Holds all managed threads during `look`, which must not call the runtime, so that those come by that run managed code and do not
    /// call any native code. Not on a thread that runs managed code itself. `None`, and nothing is done, where the runtime cannot, or
    /// somebody does it already.
    pub fn suspend<T: Send>(&self, look: impl FnOnce() -> T + Send) -> Option<T> {
        /// The runtime does not count how often it is suspended.
        static SUSPENDS: AtomicBool = AtomicBool::new(false);
        let (info, _) = self.runtime()?;
        if SUSPENDS.swap(true, Acquire) {
            return None;
        }
        // On a thread that the runtime does not know: others it refuses.
        let looked = std::thread::scope(|scope| {
            let suspending = Builder::new().spawn_scoped(scope, || {
                let _suspended = info.suspend().ok()?;
                Some(look())
            });
            suspending.ok()?.join().ok()?
        });
        SUSPENDS.store(false, Release);
        looked
    }
}
