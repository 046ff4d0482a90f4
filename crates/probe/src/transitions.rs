//! The flag source: crossings as CoreCLR reports them under `COR_PRF_MONITOR_CODE_TRANSITIONS`.
//!
//! Both callbacks come in preemptive GC mode on the thread that crosses, right before and right after the call
//! (contract: coreclr-today, section 4). The HRESULT has no effect, so a call can be seen but not prevented. Calls through
//! function pointers come with FunctionID 0, and not at all once the JIT has compiled their caller with optimisation.

use crate::arch::stack_pointer;
use crate::entry::{ErrnoGuard, guarded};
use crate::names::Direction;
use crate::probe::Probe;
use crate::thread_state::{ThreadState, lost, with_current};
use clrhost_abi::Hresult;
use clrhost_abi::profiling::COR_PRF_TRANSITION_CALL;
use std::ffi::c_void;

/// `ICorProfilerCallback::ManagedToUnmanagedTransition`: `Leave` if it is a call, `ReverseLeave` if it is a return.
///
/// # Safety
/// `this` is the probe, as its class factory hands it out.
// SAFETY: only put into the vtable of the probe's own object.
pub(crate) unsafe extern "C" fn managed_to_unmanaged<const TIMED: bool, const HOSTED: bool>(
    this: *mut c_void,
    function: usize,
    reason: u32,
) -> Hresult {
    let sp = stack_pointer();
    // SAFETY: the caller's duty.
    let probe = unsafe { Probe::from_this(this) };
    crossing::<HOSTED>(probe, |state| {
        if reason == COR_PRF_TRANSITION_CALL {
            let target = state.target(function, Direction::ToNative);
            probe.boundary().leave::<TIMED, HOSTED>(state.owner(), target, sp);
        } else {
            let method = state.target(function, Direction::ToManaged);
            probe.boundary().reverse_leave::<TIMED, HOSTED>(state.owner(), method);
        }
    })
}

/// `ICorProfilerCallback::UnmanagedToManagedTransition`: `ReverseEnter` if it is a call, `Enter` if it is a return.
///
/// # Safety
/// `this` is the probe, as its class factory hands it out.
// SAFETY: only put into the vtable of the probe's own object.
pub(crate) unsafe extern "C" fn unmanaged_to_managed<const TIMED: bool, const HOSTED: bool>(
    this: *mut c_void,
    function: usize,
    reason: u32,
) -> Hresult {
    let sp = stack_pointer();
    // SAFETY: the caller's duty.
    let probe = unsafe { Probe::from_this(this) };
    crossing::<HOSTED>(probe, |state| {
        if reason == COR_PRF_TRANSITION_CALL {
            let method = state.target(function, Direction::ToManaged);
            probe.boundary().reverse_enter::<TIMED, HOSTED>(state.owner(), method, sp);
        } else {
            let target = state.target(function, Direction::ToNative);
            probe.boundary().enter::<TIMED, HOSTED>(state.owner(), target);
        }
    })
}

#[inline(always)]
fn crossing<const HOSTED: bool>(probe: &'static Probe, body: impl FnOnce(&ThreadState)) -> Hresult {
    guarded("a crossing", || {
        // Our own fast path makes no call that could change errno; a host may.
        let _errno = HOSTED.then(ErrnoGuard::keep);
        if !with_current(probe, body) {
            lost(probe);
        }
        Hresult::S_OK
    })
}
