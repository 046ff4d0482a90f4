//! The flag source: crossings as CoreCLR reports them under `COR_PRF_MONITOR_CODE_TRANSITIONS`.
//!
//! Both callbacks come in preemptive GC mode on the thread that crosses, right before and right after the call
//! (contract: coreclr-today, section 4). The HRESULT has no effect, so a call can be seen but not prevented. Calls through
//! function pointers come with FunctionID 0. Calls in methods that the JIT inlines do not come at all, which `inlining`
//! sees to.

use crate::arch::stack_pointer;
use crate::entry::{ErrnoGuard, guarded};
use crate::names::Direction;
use crate::notify::{is_own_call, is_own_return};
use crate::probe::Probe;
use crate::stops;
use crate::thread_state::{current, lost, with_current};
use clrhost_abi::Hresult;
use clrhost_abi::profiling::COR_PRF_TRANSITION_CALL;
use clrhost_boundary::TaskOwner;
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
    if reason == COR_PRF_TRANSITION_CALL {
        if HOSTED && is_own_call() {
            return Hresult::S_OK;
        }
        opening::<TIMED, HOSTED>(probe, function, Direction::ToNative, sp)
    } else {
        closing::<TIMED, HOSTED>(probe, function, Direction::ToManaged)
    }
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
    if reason == COR_PRF_TRANSITION_CALL {
        opening::<TIMED, HOSTED>(probe, function, Direction::ToManaged, sp)
    } else {
        if HOSTED && is_own_return() {
            return Hresult::S_OK;
        }
        closing::<TIMED, HOSTED>(probe, function, Direction::ToNative)
    }
}

/// A call in either direction. The usual case is done in line, without a call and without anything that could panic;
/// everything else is done by [`unusual_opening`], inside the trampoline.
#[inline(always)]
fn opening<const TIMED: bool, const HOSTED: bool>(
    probe: &'static Probe,
    function: usize,
    direction: Direction,
    sp: usize,
) -> Hresult {
    if !HOSTED
        && let Some(state) = current()
        && probe.boundary().try_open::<TIMED>(state.owner(), key(function, direction), sp)
    {
        return Hresult::S_OK;
    }
    unusual_opening::<TIMED, HOSTED>(probe, function, direction, sp)
}

/// The return of a call in either direction; as [`opening`].
#[inline(always)]
fn closing<const TIMED: bool, const HOSTED: bool>(
    probe: &'static Probe,
    function: usize,
    direction: Direction,
) -> Hresult {
    if !HOSTED
        && let Some(state) = current()
        && probe.boundary().try_close::<TIMED>(state.owner(), key(function, direction)).is_some()
    {
        return Hresult::S_OK;
    }
    unusual_closing::<TIMED, HOSTED>(probe, function, direction)
}

#[inline(never)]
fn unusual_opening<const TIMED: bool, const HOSTED: bool>(
    probe: &'static Probe,
    function: usize,
    direction: Direction,
    sp: usize,
) -> Hresult {
    crossing(probe, |owner| {
        let (boundary, key) = (probe.boundary(), key(function, direction));
        let bind = || probe.bind(key, function, direction);
        match direction {
            Direction::ToNative => {
                boundary.leave::<TIMED, HOSTED>(owner, key, sp, bind);
                // Here, as the thread notices an abort when the function has returned, and the runtime reports that only afterwards.
                stops::offer(owner, || boundary.target(owner.innermost_target()?));
            }
            Direction::ToManaged => boundary.reverse_enter::<TIMED, HOSTED>(owner, key, sp, bind),
        }
    })
}

#[inline(never)]
fn unusual_closing<const TIMED: bool, const HOSTED: bool>(
    probe: &'static Probe,
    function: usize,
    direction: Direction,
) -> Hresult {
    crossing(probe, |owner| {
        let (boundary, key) = (probe.boundary(), key(function, direction));
        let bind = || probe.bind(key, function, direction);
        match direction {
            Direction::ToNative => boundary.enter::<TIMED, HOSTED>(owner, key, bind),
            Direction::ToManaged => boundary.reverse_leave::<TIMED, HOSTED>(owner, key, bind),
        }
    })
}

fn crossing(probe: &'static Probe, body: impl FnOnce(&TaskOwner)) -> Hresult {
    guarded("a crossing", || {
        // A host, a look-up of names or an allocation may change it.
        let _errno = ErrnoGuard::keep();
        if !with_current(probe, |state| body(state.owner())) {
            lost(probe);
        }
        Hresult::S_OK
    })
}

/// FunctionIDs are aligned, so the lowest bit is free for the direction: a delegate type's `Invoke` can be both.
#[inline(always)]
fn key(function: usize, direction: Direction) -> u64 {
    function as u64 | (direction == Direction::ToManaged) as u64
}
