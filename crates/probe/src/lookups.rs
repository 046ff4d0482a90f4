//! The runtime's look-ups of native functions: its calls of `dlsym`.
//!
//! Every P/Invoke passes here once, after the runtime has done all its own searching (names of libraries, resolvers, load
//! contexts), and so does `NativeLibrary.GetExport`. Other code of the runtime looks things up too (ICU, OpenSSL, its own
//! parts); which is which is told by the place in the runtime from which `dlsym` is called. Those two places are learned
//! when the runtime starts, from one P/Invoke and one `GetExport` that are known ([`expect`]). As long as a place is not
//! known, a look-up counts as a P/Invoke if a loaded assembly declares one of that name.

use crate::entry::{ErrnoGuard, guarded};
use crate::probe::Probe;
use clrhost_abi::Hresult;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicUsize, Ordering::*};

/// Who looks something up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seeker {
    /// A P/Invoke that is about to be called for the first time.
    PInvoke,
    /// Managed code that wants a pointer, by `NativeLibrary.GetExport` or a P/Invoke of `dlsym`.
    Managed,
    /// The place is not known: a P/Invoke, if the name is one's.
    PerhapsPInvoke,
}

/// Places in the runtime that call `dlsym`; 0 until learned.
#[derive(Default)]
pub(crate) struct Places {
    pinvoke: AtomicUsize,
    export: AtomicUsize,
}

impl Places {
    fn seeker(&self, place: usize) -> Option<Seeker> {
        let (pinvoke, export) = (self.pinvoke.load(Relaxed), self.export.load(Relaxed));
        if place == pinvoke {
            Some(Seeker::PInvoke)
        } else if place == export {
            Some(Seeker::Managed)
        } else if pinvoke == 0 {
            Some(Seeker::PerhapsPInvoke)
        } else {
            None
        }
    }

    /// Whether both places are known.
    pub(crate) fn are_known(&self) -> bool {
        self.pinvoke.load(Relaxed) != 0 && self.export.load(Relaxed) != 0
    }

    fn learn(&self, step: i32, place: usize) {
        let known = match step {
            STEP_PINVOKE => &self.pinvoke,
            _ => &self.export,
        };
        // Only the first: code of others cannot come in between on this thread, but a later mistake must not undo it.
        let _ = known.compare_exchange(0, place, Relaxed, Relaxed);
    }
}

/// The function that is looked up while learning. Every C library has it, and nothing in the runtime looks it up.
pub(crate) const KNOWN: &CStr = c"getppid";

const STEP_PINVOKE: i32 = 1;

thread_local! {
    /// What the calling thread is about to look up, under the name of [`KNOWN`].
    static EXPECTED: Cell<i32> = const { Cell::new(0) };
}

/// The next look-up of [`KNOWN`] on this thread is that of a P/Invoke (1), or by `GetExport` (2), or none of ours (0).
pub(crate) extern "C" fn expect(step: i32) {
    EXPECTED.set(step);
}

/// Looks up a symbol for the runtime, which goes on at `place`.
///
/// # Safety
/// As for `dlsym`.
// SAFETY: called by the assembly that stands in for `dlsym`, with its arguments.
pub(crate) unsafe extern "C" fn looked_up(
    library: *mut c_void,
    name: *const c_char,
    place: usize,
) -> *mut c_void {
    // SAFETY: the caller's duty.
    let found = unsafe { libc::dlsym(library, name) };
    if found.is_null() || name.is_null() {
        return found;
    }
    let mut answer = found;
    let _ = guarded("a look-up of a native function", || {
        let _errno = ErrnoGuard::keep();
        // SAFETY: the caller's duty, and it is not null.
        let name = unsafe { CStr::from_ptr(name) };
        let Some(probe) = Probe::installed() else { return Hresult::S_OK };
        let places = probe.places();
        let step = EXPECTED.get();
        if step != 0 && name == KNOWN {
            places.learn(step, place);
            EXPECTED.set(0);
        } else if let Some(seeker) = places.seeker(place) {
            answer = probe.bind_function(seeker, name, found as usize) as *mut c_void;
        }
        Hresult::S_OK
    });
    answer
}

/// `dlsym` as managed code calls it by a P/Invoke of its own: what it gives is followed as well.
///
/// # Safety
/// As for `dlsym`.
// SAFETY: only the target of a thunk for `dlsym`.
pub(crate) unsafe extern "C" fn managed_looked_up(library: *mut c_void, name: *const c_char) -> *mut c_void {
    // SAFETY: the caller's duty.
    let found = unsafe { libc::dlsym(library, name) };
    if found.is_null() || name.is_null() {
        return found;
    }
    let mut answer = found;
    let _ = guarded("a look-up by managed code", || {
        let _errno = ErrnoGuard::keep();
        // SAFETY: the caller's duty, and it is not null.
        let name = unsafe { CStr::from_ptr(name) };
        if let Some(probe) = Probe::installed() {
            answer = probe.bind_function(Seeker::Managed, name, found as usize) as *mut c_void;
        }
        Hresult::S_OK
    });
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_learned_once() {
        let places = Places::default();
        assert_eq!(places.seeker(7), Some(Seeker::PerhapsPInvoke));
        places.learn(1, 7);
        places.learn(1, 8);
        assert_eq!((places.seeker(7), places.seeker(8)), (Some(Seeker::PInvoke), None));
        assert!(!places.are_known());
        places.learn(2, 9);
        assert_eq!(places.seeker(9), Some(Seeker::Managed));
        assert!(places.are_known());
    }
}
