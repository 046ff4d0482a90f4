//! `IEnumUnknown` over runtimes.

use crate::entry::methods;
use crate::runtime_info::RuntimeInfo;
use clrhost::Hresult;
use clrhost_abi::Guid;
use clrhost_abi::IUnknownVtbl;
use clrhost_abi::hosting::{IEnumUnknown_Vtbl, IID_IEnumUnknown};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// An enumeration; freed with its last reference.
#[repr(C)]
pub(crate) struct Enumeration {
    vtbl: &'static IEnumUnknown_Vtbl,
    references: AtomicU32,
    position: AtomicUsize,
    items: Vec<&'static RuntimeInfo>,
}

static VTBL: IEnumUnknown_Vtbl = IEnumUnknown_Vtbl {
    base__: IUnknownVtbl { query_interface, add_ref, release },
    Next: next,
    Skip: skip,
    Reset: reset,
    Clone: clone,
};

impl Enumeration {
    /// An enumeration of these, with a reference for the caller.
    pub(crate) fn hand_out(items: Vec<&'static RuntimeInfo>) -> *mut c_void {
        Self::at(items, 0)
    }

    fn at(items: Vec<&'static RuntimeInfo>, position: usize) -> *mut c_void {
        let (references, position) = (AtomicU32::new(1), AtomicUsize::new(position));
        Box::into_raw(Box::new(Enumeration { vtbl: &VTBL, references, position, items })).cast()
    }

    /// # Safety
    /// `this` is an enumeration that is alive.
    unsafe fn from_this<'a>(this: *mut c_void) -> &'a Enumeration {
        // SAFETY: the caller's duty.
        unsafe { &*this.cast() }
    }
}

// SAFETY: only put into the table of enumerations; the caller's pointers are null or good.
unsafe extern "C" fn query_interface(
    this: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    // SAFETY: the caller's duty.
    unsafe { crate::object::query(this, iid, object, &[IID_IEnumUnknown], add_ref) }
}

// SAFETY: only put into the table of enumerations.
unsafe extern "C" fn add_ref(this: *mut c_void) -> u32 {
    // SAFETY: the caller holds a reference.
    unsafe { Enumeration::from_this(this) }.references.fetch_add(1, Ordering::Relaxed) + 1
}

// SAFETY: only put into the table of enumerations.
unsafe extern "C" fn release(this: *mut c_void) -> u32 {
    // SAFETY: the caller holds a reference.
    let left = unsafe { Enumeration::from_this(this) }.references.fetch_sub(1, Ordering::AcqRel) - 1;
    if left == 0 {
        // SAFETY: made by `Box::into_raw`, and that was the last reference.
        drop(unsafe { Box::from_raw(this.cast::<Enumeration>()) });
    }
    left
}

methods! {
    fn next(this, wanted: u32, objects: *mut *mut c_void, fetched: *mut u32) {
        if objects.is_null() || (fetched.is_null() && wanted != 1) {
            return Err(Hresult::E_POINTER);
        }
        let own = Enumeration::from_this(this);
        let mut given = 0;
        while given < wanted {
            let position = own.position.load(Ordering::Relaxed);
            let Some(item) = own.items.get(position) else { break };
            own.position.store(position + 1, Ordering::Relaxed);
            objects.add(given as usize).write(item.handed_out());
            given += 1;
        }
        if !fetched.is_null() {
            fetched.write(given);
        }
        if given == wanted { Ok(()) } else { Err(Hresult::S_FALSE) }
    }

    fn skip(this, count: u32) {
        let own = Enumeration::from_this(this);
        let position = own.position.load(Ordering::Relaxed) + count as usize;
        own.position.store(position.min(own.items.len()), Ordering::Relaxed);
        if position <= own.items.len() { Ok(()) } else { Err(Hresult::S_FALSE) }
    }

    fn reset(this) {
        Enumeration::from_this(this).position.store(0, Ordering::Relaxed);
        Ok(())
    }

    fn clone(this, object: *mut *mut c_void) {
        let own = Enumeration::from_this(this);
        let position = own.position.load(Ordering::Relaxed);
        crate::entry::store(object, Enumeration::at(own.items.clone(), position))
    }
}
