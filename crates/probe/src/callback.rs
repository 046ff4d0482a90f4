//! The probe's `ICorProfilerCallback`: its vtable, and the callbacks that are not crossings.

use crate::entry::{ErrnoGuard, guarded};
use crate::info::ProfilerInfo;
use crate::probe::{Probe, Timing};
use crate::stops;
use crate::transitions::{managed_to_unmanaged, unmanaged_to_managed};
use clrhost_abi::profiling::{CALLBACK_IIDS, CALLBACK_SLOTS, CallbackSlot, CallbackVtbl};
use clrhost_abi::{Guid, Hresult, IID_IUNKNOWN};
use std::ffi::c_void;

/// The vtable of the probe.
#[repr(transparent)]
pub(crate) struct Vtbl(CallbackVtbl);

// SAFETY: an array of function addresses that is never written.
unsafe impl Sync for Vtbl {}

/// A vtable whose transition callbacks do what `timing` says and call a host or not. Made once per process.
/// Beside another profiler it asks for the slot of those that only listen.
pub(crate) fn vtbl(timing: Timing, hosted: bool, beside_another: bool) -> &'static Vtbl {
    let mut slots: CallbackVtbl = [nothing as *const c_void; CALLBACK_SLOTS];
    let mut put = |slot: CallbackSlot, function: *const c_void| slots[slot as usize] = function;
    put(CallbackSlot::QueryInterface, query_interface as *const c_void);
    put(CallbackSlot::AddRef, count_reference as *const c_void);
    put(CallbackSlot::Release, count_reference as *const c_void);
    put(CallbackSlot::Initialize, initialize as *const c_void);
    put(CallbackSlot::ModuleLoadFinished, module_load_finished as *const c_void);
    put(CallbackSlot::JITInlining, jit_inlining as *const c_void);
    put(CallbackSlot::ModuleUnloadStarted, module_unload_started as *const c_void);
    if hosted {
        put(CallbackSlot::ThreadCreated, thread_created as *const c_void);
    }
    put(CallbackSlot::JITCachedFunctionSearchStarted, jit_cached_function_search_started as *const c_void);
    put(CallbackSlot::RuntimeSuspendStarted, runtime_suspend_started as *const c_void);
    put(CallbackSlot::RuntimeSuspendFinished, runtime_suspended as *const c_void);
    put(CallbackSlot::RuntimeSuspendAborted, runtime_resumed as *const c_void);
    put(CallbackSlot::RuntimeResumeFinished, runtime_resumed as *const c_void);
    put(CallbackSlot::RuntimeThreadSuspended, runtime_thread_suspended as *const c_void);
    put(CallbackSlot::RuntimeThreadResumed, runtime_thread_resumed as *const c_void);
    put(CallbackSlot::GarbageCollectionStarted, garbage_collection_started as *const c_void);
    put(CallbackSlot::GarbageCollectionFinished, garbage_collection_finished as *const c_void);
    put(CallbackSlot::ThreadDestroyed, thread_destroyed as *const c_void);
    put(CallbackSlot::ThreadNameChanged, thread_name_changed as *const c_void);
    if beside_another {
        put(CallbackSlot::LoadAsNotificationOnly, load_as_notification_only as *const c_void);
    }
    let transitions = match (timing, hosted) {
        (Timing::Empty, _) => None,
        (Timing::Counted, false) => Some(transitions::<false, false>()),
        (Timing::Counted, true) => Some(transitions::<false, true>()),
        (Timing::Timed, false) => Some(transitions::<true, false>()),
        (Timing::Timed, true) => Some(transitions::<true, true>()),
    };
    if let Some((to_managed, to_unmanaged)) = transitions {
        put(CallbackSlot::UnmanagedToManagedTransition, to_managed);
        put(CallbackSlot::ManagedToUnmanagedTransition, to_unmanaged);
    }
    Box::leak(Box::new(Vtbl(slots)))
}

fn transitions<const TIMED: bool, const HOSTED: bool>() -> (*const c_void, *const c_void) {
    (
        unmanaged_to_managed::<TIMED, HOSTED> as *const c_void,
        managed_to_unmanaged::<TIMED, HOSTED> as *const c_void,
    )
}

/// Stands in every slot whose event is of no interest.
extern "C" fn nothing() -> Hresult {
    Hresult::S_OK
}

/// The probe lives as long as the process, so references are not counted.
extern "C" fn count_reference() -> u32 {
    1
}

/// # Safety
/// `this` is the probe; `iid` is readable, `object` writable.
// SAFETY: the runtime calls it with valid pointers.
pub(crate) unsafe extern "C" fn query_interface(
    this: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    // SAFETY: the caller's duty.
    unsafe {
        let known = *iid == IID_IUNKNOWN || CALLBACK_IIDS.contains(&*iid);
        *object = if known { this } else { std::ptr::null_mut() };
        if known { Hresult::S_OK } else { Hresult::E_NOINTERFACE }
    }
}

/// # Safety
/// `this` is the probe, `info` the runtime's `ICorProfilerInfo`.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn initialize(this: *mut c_void, info: *mut c_void) -> Hresult {
    guarded("ICorProfilerCallback::Initialize", || {
        // SAFETY: the caller's duty.
        let (probe, info) = unsafe { (Probe::from_this(this), ProfilerInfo::new(info)) };
        match info {
            Ok(info) => probe.attach(info),
            Err(hresult) => {
                probe.refuse(hresult);
                hresult
            }
        }
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn module_load_finished(this: *mut c_void, module: usize, status: Hresult) -> Hresult {
    quiet("ICorProfilerCallback::ModuleLoadFinished", || {
        if !status.is_failure() {
            // SAFETY: the caller's duty.
            unsafe { Probe::from_this(this) }.module_loaded(module);
        }
    })
}

/// # Safety
/// `this` is the probe; `should_inline` is writable.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn jit_inlining(
    this: *mut c_void,
    _caller: usize,
    callee: usize,
    should_inline: *mut i32,
) -> Hresult {
    quiet("ICorProfilerCallback::JITInlining", || {
        // SAFETY: the caller's duty.
        unsafe { *should_inline = Probe::from_this(this).may_inline(callee) as i32 };
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn module_unload_started(this: *mut c_void, module: usize) -> Hresult {
    quiet("ICorProfilerCallback::ModuleUnloadStarted", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.module_unloads(module);
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn thread_created(this: *mut c_void, thread: usize) -> Hresult {
    quiet("ICorProfilerCallback::ThreadCreated", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.thread_created(thread as u64);
    })
}

/// # Safety
/// `this` is the probe; `use_it` is writable.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn jit_cached_function_search_started(
    this: *mut c_void,
    function: usize,
    use_it: *mut i32,
) -> Hresult {
    quiet("ICorProfilerCallback::JITCachedFunctionSearchStarted", || {
        // SAFETY: the caller's duty.
        unsafe { *use_it = Probe::from_this(this).may_use_precompiled(function) as i32 };
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn runtime_suspend_started(this: *mut c_void, reason: u32) -> Hresult {
    quiet("ICorProfilerCallback::RuntimeSuspendStarted", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.suspension_starts(reason);
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn runtime_suspended(this: *mut c_void) -> Hresult {
    quiet("ICorProfilerCallback::RuntimeSuspendFinished", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.suspended();
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn runtime_resumed(this: *mut c_void) -> Hresult {
    quiet("ICorProfilerCallback::RuntimeResumeFinished", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.suspension_ends();
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn runtime_thread_suspended(this: *mut c_void) -> Hresult {
    quiet("ICorProfilerCallback::RuntimeThreadSuspended", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.thread_blocks();
    })
}

extern "C" fn runtime_thread_resumed() -> Hresult {
    quiet("ICorProfilerCallback::RuntimeThreadResumed", stops::is_let_go)
}

/// # Safety
/// `this` is the probe; at `generations` lie `count` flags.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn garbage_collection_started(
    this: *mut c_void,
    count: i32,
    generations: *const i32,
    reason: u32,
) -> Hresult {
    /// `COR_PRF_GC_INDUCED`.
    const INDUCED: u32 = 1;
    quiet("ICorProfilerCallback2::GarbageCollectionStarted", || {
        if count > 0 && !generations.is_null() {
            // SAFETY: the caller's duty.
            let (probe, generations) =
                unsafe { (Probe::from_this(this), std::slice::from_raw_parts(generations, count as usize)) };
            probe.collects(generations, reason == INDUCED);
        }
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn garbage_collection_finished(this: *mut c_void) -> Hresult {
    quiet("ICorProfilerCallback2::GarbageCollectionFinished", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.collected();
    })
}

/// # Safety
/// `this` is the probe.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn thread_destroyed(this: *mut c_void, thread: usize) -> Hresult {
    quiet("ICorProfilerCallback::ThreadDestroyed", || {
        // SAFETY: the caller's duty.
        unsafe { Probe::from_this(this) }.thread_destroyed(thread as u64);
    })
}

/// # Safety
/// `this` is the probe; `name` points to `length` UTF-16 units, or is null.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn thread_name_changed(
    this: *mut c_void,
    thread: usize,
    length: u32,
    name: *const u16,
) -> Hresult {
    quiet("ICorProfilerCallback2::ThreadNameChanged", || {
        if name.is_null() {
            return;
        }
        // SAFETY: the caller's duty.
        let (probe, units) =
            unsafe { (Probe::from_this(this), std::slice::from_raw_parts(name, length as usize)) };
        let end = units.iter().position(|&unit| unit == 0).unwrap_or(units.len());
        probe.thread_named(thread as u64, String::from_utf16_lossy(&units[..end]));
    })
}

/// # Safety
/// `only` is writable.
// SAFETY: only put into the vtable of the probe's own object.
unsafe extern "C" fn load_as_notification_only(_this: *mut c_void, only: *mut i32) -> Hresult {
    // SAFETY: the caller's duty.
    unsafe { *only = 1 };
    Hresult::S_OK
}

/// An entry whose work cannot fail and must not show in `errno`.
fn quiet(entry: &'static str, body: impl FnOnce()) -> Hresult {
    guarded(entry, || {
        let _errno = ErrnoGuard::keep();
        body();
        Hresult::S_OK
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_answers_to_every_generation_of_its_interface_and_to_nothing_else() {
        let mut object: *mut c_void = std::ptr::null_mut();
        let this = (&raw mut object).cast::<c_void>();
        for iid in CALLBACK_IIDS.iter().chain([&IID_IUNKNOWN]) {
            // SAFETY: the identifier is readable and the result writable; `this` is only handed back.
            assert_eq!(unsafe { query_interface(this, iid, &mut object) }, Hresult::S_OK);
            assert_eq!(object, this);
        }
        let other = clrhost_abi::IID_ICLASSFACTORY;
        // SAFETY: as above.
        assert_eq!(unsafe { query_interface(this, &other, &mut object) }, Hresult::E_NOINTERFACE);
        assert!(object.is_null());
    }
}
