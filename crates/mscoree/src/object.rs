//! Objects of ours that live as long as the process.

use clrhost_abi::Guid;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};

/// A COM object without state of its own, of which there is one.
///
/// References are counted, since hosts look at what `Release` answers, but nothing depends on the count.
#[repr(C)]
pub(crate) struct Singleton<Vtbl: 'static> {
    vtbl: &'static Vtbl,
    references: AtomicU32,
}

impl<Vtbl> Singleton<Vtbl> {
    pub(crate) const fn new(vtbl: &'static Vtbl) -> Self {
        Singleton { vtbl, references: AtomicU32::new(1) }
    }

    /// The object, without a new reference.
    pub(crate) fn borrow(&'static self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// The object, with a reference for the caller.
    pub(crate) fn handed_out(&'static self) -> *mut c_void {
        self.references.fetch_add(1, Ordering::Relaxed);
        self.borrow()
    }
}

/// The layout that all singletons share.
type Any = Singleton<c_void>;

/// `AddRef` of every singleton.
///
/// # Safety
/// `this` is a [`Singleton`].
// SAFETY: only put into tables of singletons.
pub(crate) unsafe extern "C" fn add_ref(this: *mut c_void) -> u32 {
    // SAFETY: the caller's duty; the place of the count does not depend on the table's type.
    unsafe { &*this.cast::<Any>() }.references.fetch_add(1, Ordering::Relaxed) + 1
}

/// `Release` of every singleton. One `Release` too many changes nothing.
///
/// # Safety
/// `this` is a [`Singleton`].
// SAFETY: only put into tables of singletons.
pub(crate) unsafe extern "C" fn release(this: *mut c_void) -> u32 {
    // SAFETY: as in `add_ref`.
    let references = unsafe { &(*this.cast::<Any>()).references };
    let less = |count: u32| Some(count.saturating_sub(1));
    match references.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
        Ok(before) | Err(before) => before.saturating_sub(1),
    }
}

/// `QueryInterface` for an object that is what `iids` say.
///
/// # Safety
/// `iid` is null or readable, `object` null or writable; `add_ref` fits `this`.
pub(crate) unsafe fn query(
    this: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
    iids: &[Guid],
    add_ref: unsafe extern "C" fn(*mut c_void) -> u32,
) -> clrhost::Hresult {
    use clrhost::Hresult;
    if object.is_null() || iid.is_null() {
        return Hresult::E_POINTER;
    }
    // SAFETY: not null, so good by the caller's duty.
    unsafe {
        let known = *iid == clrhost_abi::IID_IUNKNOWN || iids.contains(&*iid);
        *object = if known { this } else { std::ptr::null_mut() };
        if !known {
            return Hresult::E_NOINTERFACE;
        }
        add_ref(this);
    }
    Hresult::S_OK
}

/// The first three methods of a singleton with these interfaces.
macro_rules! unknown {
    ($($iid:path),+) => {{
        // SAFETY: only put into the table of a singleton; the caller's pointers are null or good.
        unsafe extern "C" fn query_interface(
            this: *mut std::ffi::c_void,
            iid: *const clrhost_abi::Guid,
            object: *mut *mut std::ffi::c_void,
        ) -> clrhost::Hresult {
            // SAFETY: the caller's duty.
            unsafe { crate::object::query(this, iid, object, &[$($iid),+], crate::object::add_ref) }
        }
        clrhost_abi::IUnknownVtbl {
            query_interface,
            add_ref: crate::object::add_ref,
            release: crate::object::release,
        }
    }};
}
pub(crate) use unknown;
