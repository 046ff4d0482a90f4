//! The way in for hosts: every method of an object of ours, and every export, runs inside [`entry`].

use crate::event_manager;
use clrhost::{HostResult, Hresult, Tasks};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs the body of an entry. A panic, which would be a defect of ours, does not unwind into the host: the message is on
/// stderr, and the call answers `E_FAIL`.
pub(crate) fn entry(body: impl FnOnce() -> HostResult) -> Hresult {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => Hresult::S_OK,
        Ok(Err(hresult)) => hresult,
        Err(payload) => {
            // Dropping a payload can panic; defects are few enough to leak it.
            std::mem::forget(payload);
            Hresult::E_FAIL
        }
    }
}

/// The host answered `E_FAIL` before there was a hosting layer to shut.
static SHUT: AtomicBool = AtomicBool::new(false);

/// The host answered `E_FAIL` while the runtime is not up: it will not come up.
pub(crate) fn shut() {
    SHUT.store(true, Ordering::Relaxed);
    event_manager::clr_disabled();
}

/// `Err(HOST_E_CLRNOTAVAILABLE)` once the host has shut the hosting layer by `E_FAIL`.
pub(crate) fn check_available() -> HostResult {
    if SHUT.load(Ordering::Relaxed) {
        return Err(Hresult::HOST_E_CLRNOTAVAILABLE);
    }
    match Tasks::of_process() {
        Some(tasks) if tasks.are_shut() => Err(Hresult::HOST_E_CLRNOTAVAILABLE),
        _ => Ok(()),
    }
}

/// Stores a result where the host wants it; `Err(E_POINTER)` for null.
///
/// # Safety
/// `place` is null or may be written to.
pub(crate) unsafe fn store<T>(place: *mut T, value: T) -> HostResult {
    if place.is_null() {
        return Err(Hresult::E_POINTER);
    }
    // SAFETY: the caller's duty, and not null.
    unsafe { place.write(value) };
    Ok(())
}

/// Writes the methods of an interface: functions with the interface's signatures whose bodies give a `HostResult`.
///
/// The bodies may use pointers that they are given: whoever calls a COM method owes it that each is null or good for the
/// call, and that `this` is the object.
macro_rules! methods {
    ($($(#[$meta:meta])* fn $name:ident($this:ident $(, $argument:ident: $type:ty)* $(,)?) $body:block)*) => {
        $(
            $(#[$meta])*
            // SAFETY: only put into the table of the interface that declares it with these parameters.
            unsafe extern "C" fn $name(
                $this: *mut std::ffi::c_void,
                $($argument: $type),*
            ) -> clrhost::Hresult {
                let _ = $this;
                crate::entry::entry(|| {
                    // SAFETY: pointers are null or good for this call, which is what calling a COM method means; each is
                    // checked for null before it is used.
                    #[allow(unused_unsafe, reason = "not every method gets a pointer")]
                    unsafe { $body }
                })
            }
        )*
    };
}
pub(crate) use methods;
