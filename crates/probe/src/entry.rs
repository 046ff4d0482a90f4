//! The one way in: every call from the runtime runs inside [`guarded`].

use crate::say;
use clrhost_abi::Hresult;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs the body of an entry. A panic, which would be a defect of ours, does not unwind into the runtime: it is told
/// on stderr, once, and the call answers `E_FAIL`.
#[inline]
pub(crate) fn guarded(entry: &'static str, body: impl FnOnce() -> Hresult) -> Hresult {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(hresult) => hresult,
        Err(payload) => {
            // Dropping a payload can panic; defects are few enough to leak it.
            std::mem::forget(payload);
            defect(entry)
        }
    }
}

#[cold]
fn defect(entry: &'static str) -> Hresult {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.swap(true, Ordering::Relaxed) {
        say(format_args!(
            "internal error in {entry} (the message above tells where); the counts are not complete"
        ));
    }
    Hresult::E_FAIL
}

/// Keeps `errno` as it is until dropped. A P/Invoke with `SetLastError` reads it after our hook ran.
pub(crate) struct ErrnoGuard {
    location: *mut libc::c_int,
    value: libc::c_int,
}

impl ErrnoGuard {
    #[inline]
    pub(crate) fn keep() -> ErrnoGuard {
        // SAFETY: the location is the calling thread's, and good for its life.
        unsafe { ErrnoGuard::at(libc::__errno_location()) }
    }

    /// The same where the thread's location of `errno` is known.
    ///
    /// # Safety
    /// `location` is that of the calling thread.
    #[inline(always)]
    pub(crate) unsafe fn at(location: *mut libc::c_int) -> ErrnoGuard {
        // SAFETY: the caller's duty.
        ErrnoGuard { location, value: unsafe { *location } }
    }
}

impl Drop for ErrnoGuard {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: as when it was made; the guard, which holds a pointer, does not leave its thread.
        unsafe { *self.location = self.value };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_e_fail() {
        assert_eq!(guarded("test", || panic!("on purpose")), Hresult::E_FAIL);
        assert_eq!(guarded("test", || Hresult::S_FALSE), Hresult::S_FALSE);
    }

    #[test]
    fn errno_is_kept() {
        let set = |value| {
            // SAFETY: as in `ErrnoGuard::keep`.
            unsafe { *libc::__errno_location() = value }
        };
        set(33);
        let guard = ErrnoGuard::keep();
        set(5);
        drop(guard);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(33));
    }
}
