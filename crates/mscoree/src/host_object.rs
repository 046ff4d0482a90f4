//! References to objects of the host.

use clrhost_abi::{ComObject, IUnknownVtbl};
use std::ffi::c_void;
use std::ptr::NonNull;

/// One counted reference to a host's object, seen through the interface whose table is `Vtbl`.
pub(crate) struct HostObject<Vtbl: 'static>(NonNull<ComObject<Vtbl>>);

// SAFETY: the contract lets the runtime call a host's managers and tasks on any thread.
unsafe impl<Vtbl> Send for HostObject<Vtbl> {}
// SAFETY: as above.
unsafe impl<Vtbl> Sync for HostObject<Vtbl> {}

impl<Vtbl> HostObject<Vtbl> {
    /// Takes a reference that the host hands out; `None` for null.
    ///
    /// By the contract the host has counted it. Many hosts have not: their objects begin with a count of 0. What `AddRef`
    /// answers tells them apart: 1 means that there was none, so the one just made is ours; more means that the host's is
    /// ours, and the one just made is given back.
    ///
    /// # Safety
    /// `object` is null or an object that is alive and has a table of this layout.
    pub(crate) unsafe fn handed_out(object: *mut c_void) -> Option<Self> {
        let object = NonNull::new(object.cast::<ComObject<Vtbl>>())?;
        let reference = HostObject(object);
        // SAFETY: the caller's duty; every table begins with IUnknown's methods.
        unsafe {
            let unknown = reference.unknown();
            if (unknown.add_ref)(reference.this()) > 1 {
                (unknown.release)(reference.this());
            }
        }
        Some(reference)
    }

    /// Takes a reference of our own to an object that the host lends.
    ///
    /// # Safety
    /// As for [`handed_out`](Self::handed_out), and `object` is not null.
    pub(crate) unsafe fn lent(object: NonNull<c_void>) -> Self {
        let reference = HostObject(object.cast());
        // SAFETY: the caller's duty.
        unsafe { (reference.unknown().add_ref)(reference.this()) };
        reference
    }

    /// The pointer that methods take as `this`.
    pub(crate) fn this(&self) -> *mut c_void {
        self.0.as_ptr().cast()
    }

    /// The methods.
    pub(crate) fn vtbl(&self) -> &'static Vtbl {
        // SAFETY: the reference keeps the object alive; tables are static data of the host's.
        unsafe { self.0.as_ref().vtbl }
    }

    fn unknown(&self) -> &'static IUnknownVtbl {
        // SAFETY: every table begins with IUnknown's methods.
        unsafe { (*self.0.as_ptr().cast::<ComObject<IUnknownVtbl>>()).vtbl }
    }
}

impl<Vtbl> Drop for HostObject<Vtbl> {
    fn drop(&mut self) {
        // SAFETY: gives back the reference this value owns.
        unsafe { (self.unknown().release)(self.this()) };
    }
}
