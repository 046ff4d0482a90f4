//! The flag source: crossings as CoreCLR reports them under `COR_PRF_MONITOR_CODE_TRANSITIONS`.
//!
//! Both callbacks come in preemptive GC mode on the thread that crosses, right before and right after the call
//! (contract: coreclr-today, section 4). The HRESULT has no effect, so a call can be seen but not prevented. Calls through
//! function pointers come with FunctionID 0, and not at all once the JIT has compiled their caller with optimisation.

use crate::arch::stack_pointer;
use crate::entry::{ErrnoGuard, guarded};
use crate::names::Direction;
use crate::probe::Probe;
use crate::thread_state::{lost, with_current};
use clrhost_abi::Hresult;
use clrhost_abi::profiling::COR_PRF_TRANSITION_CALL;
use clrhost_boundary::{TargetId, TaskOwner};
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
    crossing::<HOSTED>(probe, |owner| {
        if reason == COR_PRF_TRANSITION_CALL {
            let (key, bind) =
                (key(function, Direction::ToNative), || bind(probe, function, Direction::ToNative));
            probe.boundary().leave::<TIMED, HOSTED>(owner, key, sp, bind);
        } else {
            let (key, bind) =
                (key(function, Direction::ToManaged), || bind(probe, function, Direction::ToManaged));
            probe.boundary().reverse_leave::<TIMED, HOSTED>(owner, key, bind);
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
    crossing::<HOSTED>(probe, |owner| {
        if reason == COR_PRF_TRANSITION_CALL {
            let (key, bind) =
                (key(function, Direction::ToManaged), || bind(probe, function, Direction::ToManaged));
            probe.boundary().reverse_enter::<TIMED, HOSTED>(owner, key, sp, bind);
        } else {
            let (key, bind) =
                (key(function, Direction::ToNative), || bind(probe, function, Direction::ToNative));
            probe.boundary().enter::<TIMED, HOSTED>(owner, key, bind);
        }
    })
}

#[inline(always)]
fn crossing<const HOSTED: bool>(probe: &'static Probe, body: impl FnOnce(&TaskOwner)) -> Hresult {
    guarded("a crossing", || {
        // Our own fast path makes no call that could change errno; a host may.
        let _errno = HOSTED.then(ErrnoGuard::keep);
        if !with_current(probe, |state| body(state.owner())) {
            lost(probe);
        }
        Hresult::S_OK
    })
}

/// FunctionIDs are aligned, so the lowest bit is free for the direction: a delegate type's `Invoke` can be both.
fn key(function: usize, direction: Direction) -> u64 {
    function as u64 | (direction == Direction::ToManaged) as u64
}

#[cold]
fn bind(probe: &Probe, function: usize, direction: Direction) -> TargetId {
    let _errno = ErrnoGuard::keep();
    probe.bind(key(function, direction), function, direction)
}
