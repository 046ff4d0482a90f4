//! The CLR's binary interfaces, as far as clrhost uses them: identifiers, vtable layouts, flags.
//!
//! Only definitions, spelled as in `corprof.idl`, `cor.h` and `mscoree.h`, and tested against the slot numbers of
//! the contract. What is done with them lives elsewhere.
//!
//! Interfaces are called through vtables in which each method sits at its true offset; in [`profiling`] and
//! [`metadata`] unused slots are padding, [`hosting`] is generated and complete. All methods use the C calling convention of the platform, which is what `STDMETHODCALLTYPE` means off 32-bit x86.

mod guid;
pub mod hosting;
pub mod metadata;
pub mod profiling;

pub use clrhost_hresult::Hresult;
pub use guid::Guid;

/// `IID_IUnknown`.
pub const IID_IUNKNOWN: Guid = Guid::new(0x00000000, 0x0000, 0x0000, [0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
/// `IID_IClassFactory`.
pub const IID_ICLASSFACTORY: Guid = Guid::new(0x00000001, 0x0000, 0x0000, [0xC0, 0, 0, 0, 0, 0, 0, 0x46]);

/// A COM object as its users see it: a pointer to a vtable, then whatever the maker put there.
#[repr(C)]
pub struct ComObject<Vtbl: 'static> {
    /// The vtable; its first three slots are `IUnknown`'s.
    pub vtbl: &'static Vtbl,
}

/// The first three slots of every vtable.
#[repr(C)]
pub struct IUnknownVtbl {
    /// Slot 0.
    pub query_interface: unsafe extern "C" fn(
        this: *mut core::ffi::c_void,
        iid: *const Guid,
        object: *mut *mut core::ffi::c_void,
    ) -> Hresult,
    /// Slot 1.
    pub add_ref: unsafe extern "C" fn(this: *mut core::ffi::c_void) -> u32,
    /// Slot 2.
    pub release: unsafe extern "C" fn(this: *mut core::ffi::c_void) -> u32,
}

/// `IClassFactory`.
#[repr(C)]
pub struct IClassFactoryVtbl {
    /// Slots 0 to 2.
    pub unknown: IUnknownVtbl,
    /// Slot 3.
    pub create_instance: unsafe extern "C" fn(
        this: *mut core::ffi::c_void,
        outer: *mut core::ffi::c_void,
        iid: *const Guid,
        object: *mut *mut core::ffi::c_void,
    ) -> Hresult,
    /// Slot 4.
    pub lock_server: unsafe extern "C" fn(this: *mut core::ffi::c_void, lock: i32) -> Hresult,
}
