//! `DllGetClassObject` and the class factory behind it.

use crate::entry::guarded;
use crate::probe::Probe;
use clrhost_abi::{
    ComObject, Guid, Hresult, IClassFactoryVtbl, IID_ICLASSFACTORY, IID_IUNKNOWN, IUnknownVtbl,
};
use std::ffi::c_void;

/// The class of the probe.
pub const CLSID_PROBE: Guid =
    Guid::new(0xC1A05051, 0x7B3E, 0x4C1B, [0x9D, 0x52, 0x63, 0x6C, 0x72, 0x68, 0x6F, 0x73]);

/// What the forwarding library's export leads to.
pub(crate) const DLL_GET_CLASS_OBJECT: unsafe extern "C" fn(
    *const Guid,
    *const Guid,
    *mut *mut c_void,
) -> Hresult = dll_get_class_object;

static FACTORY: ComObject<IClassFactoryVtbl> = ComObject {
    vtbl: &IClassFactoryVtbl {
        unknown: IUnknownVtbl { query_interface, add_ref, release },
        create_instance,
        lock_server,
    },
};

/// What a profiler's library exports as `DllGetClassObject`: gives the factory of the process's probe.
///
/// # Safety
/// As COM defines it: both identifiers are readable, `object` is writable.
// SAFETY: the runtime calls it with valid pointers.
pub unsafe extern "C" fn dll_get_class_object(
    class: *const Guid,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    guarded("DllGetClassObject", || {
        // SAFETY: the caller's duty.
        if unsafe { *class } != CLSID_PROBE {
            return Hresult::CLASS_E_CLASSNOTAVAILABLE;
        }
        // SAFETY: the caller's duty; the factory is static.
        unsafe { query_interface((&raw const FACTORY).cast_mut().cast(), iid, object) }
    })
}

/// # Safety
/// As COM defines it.
// SAFETY: the runtime calls it with valid pointers.
unsafe extern "C" fn query_interface(
    this: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    // SAFETY: the caller's duty: a readable identifier, a writable result.
    unsafe {
        let known = [IID_IUNKNOWN, IID_ICLASSFACTORY].contains(&*iid);
        *object = if known { this } else { std::ptr::null_mut() };
        if known { Hresult::S_OK } else { Hresult::E_NOINTERFACE }
    }
}

// SAFETY: touches nothing. The factory is static, so it is not counted.
unsafe extern "C" fn add_ref(_this: *mut c_void) -> u32 {
    1
}

// SAFETY: touches nothing.
unsafe extern "C" fn release(_this: *mut c_void) -> u32 {
    1
}

/// # Safety
/// As COM defines it.
// SAFETY: the runtime calls it with valid pointers.
unsafe extern "C" fn create_instance(
    _this: *mut c_void,
    outer: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    guarded("IClassFactory::CreateInstance", || {
        if !outer.is_null() {
            return Hresult::CLASS_E_NOAGGREGATION;
        }
        match Probe::installed() {
            // SAFETY: the caller's duty: a readable identifier, a writable result.
            Some(probe) => unsafe { crate::callback::query_interface(probe.as_this(), iid, object) },
            None => Hresult::CLASS_E_CLASSNOTAVAILABLE,
        }
    })
}

// SAFETY: touches nothing; the library stays loaded as long as the process lives.
unsafe extern "C" fn lock_server(_this: *mut c_void, _lock: i32) -> Hresult {
    Hresult::S_OK
}
