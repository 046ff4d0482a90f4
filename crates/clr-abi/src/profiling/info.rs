//! `ICorProfilerInfo`, `ICorProfilerInfo3` and `ICorProfilerInfo11`: the methods clrhost calls.

use crate::{Guid, Hresult, IUnknownVtbl};
use core::ffi::c_void;

/// `IID_ICorProfilerInfo`.
pub const IID_ICORPROFILERINFO: Guid =
    Guid::new(0x28B5557D, 0x3F3F, 0x48B4, [0x90, 0xB2, 0x5F, 0x9E, 0xEA, 0x2F, 0x6C, 0x48]);
/// `IID_ICorProfilerInfo3`.
pub const IID_ICORPROFILERINFO3: Guid =
    Guid::new(0xB555ED4F, 0x452A, 0x4E54, [0x8B, 0x39, 0xB5, 0x36, 0x0B, 0xAD, 0x32, 0xA0]);
/// `IID_ICorProfilerInfo11`, which .NET Core 3.1 is the first to have.
pub const IID_ICORPROFILERINFO11: Guid =
    Guid::new(0x06398876, 0x8987, 0x4154, [0xB6, 0x21, 0x40, 0xA0, 0x0D, 0x6E, 0x4D, 0x04]);

/// `IID_ICorProfilerInfo6`.
pub const IID_ICORPROFILERINFO6: Guid =
    Guid::new(0xF30A070D, 0xBFFB, 0x46A7, [0xB1, 0xD8, 0x87, 0x81, 0xEF, 0x7B, 0x69, 0x8A]);

/// `IMethodMalloc`.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of corprof.idl under their own names and parameters")]
pub struct IMethodMallocVtbl {
    pub unknown: IUnknownVtbl,
    pub alloc: unsafe extern "C" fn(this: *mut c_void, size: u32) -> *mut c_void,
}

/// `COR_PRF_METHOD`: a method by its module and token.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CorPrfMethod {
    /// The module.
    pub module: usize,
    /// The token in it.
    pub method: u32,
}

/// `ICorProfilerMethodEnum`.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of corprof.idl under their own names and parameters")]
pub struct ICorProfilerMethodEnumVtbl {
    pub unknown: IUnknownVtbl,
    slots_3_to_6: [usize; 4],
    pub next: unsafe extern "C" fn(
        this: *mut c_void,
        capacity: u32,
        methods: *mut CorPrfMethod,
        count: *mut u32,
    ) -> Hresult,
}

/// `ICorProfilerInfo6`.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of corprof.idl under their own names and parameters")]
pub struct ICorProfilerInfo6Vtbl {
    pub info3: ICorProfilerInfo3Vtbl,
    slots_71_to_81: [usize; 11],
    pub set_event_mask2: unsafe extern "C" fn(this: *mut c_void, low: u32, high: u32) -> Hresult,
    pub enum_ngen_module_methods_inlining_this_method: unsafe extern "C" fn(
        this: *mut c_void,
        inliners_module: usize,
        inlinee_module: usize,
        inlinee: u32,
        incomplete: *mut i32,
        methods: *mut *mut c_void,
    ) -> Hresult,
}

/// `ICorProfilerInfo` up to slot 24.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of corprof.idl under their own names and parameters")]
pub struct ICorProfilerInfoVtbl {
    pub unknown: IUnknownVtbl,
    slots_3_to_6: [usize; 4],
    pub get_function_from_ip:
        unsafe extern "C" fn(this: *mut c_void, address: *const u8, function: *mut usize) -> Hresult,
    pub get_function_from_token:
        unsafe extern "C" fn(this: *mut c_void, module: usize, token: u32, function: *mut usize) -> Hresult,
    slots_9_to_11: [usize; 3],
    pub get_thread_info:
        unsafe extern "C" fn(this: *mut c_void, thread: usize, os_thread_id: *mut u32) -> Hresult,
    pub get_current_thread_id: unsafe extern "C" fn(this: *mut c_void, thread: *mut usize) -> Hresult,
    pub get_class_id_info: unsafe extern "C" fn(
        this: *mut c_void,
        class: usize,
        module: *mut usize,
        type_def: *mut u32,
    ) -> Hresult,
    pub get_function_info: unsafe extern "C" fn(
        this: *mut c_void,
        function: usize,
        class: *mut usize,
        module: *mut usize,
        token: *mut u32,
    ) -> Hresult,
    pub set_event_mask: unsafe extern "C" fn(this: *mut c_void, events: u32) -> Hresult,
    slots_17_and_18: [usize; 2],
    pub get_token_and_metadata_from_function: unsafe extern "C" fn(
        this: *mut c_void,
        function: usize,
        iid: *const Guid,
        import: *mut *mut c_void,
        token: *mut u32,
    ) -> Hresult,
    pub get_module_info: unsafe extern "C" fn(
        this: *mut c_void,
        module: usize,
        base: *mut *const u8,
        name_capacity: u32,
        name_length: *mut u32,
        name: *mut u16,
        assembly: *mut usize,
    ) -> Hresult,
    pub get_module_metadata: unsafe extern "C" fn(
        this: *mut c_void,
        module: usize,
        open_flags: u32,
        iid: *const Guid,
        object: *mut *mut c_void,
    ) -> Hresult,
    pub get_il_function_body: unsafe extern "C" fn(
        this: *mut c_void,
        module: usize,
        method: u32,
        header: *mut *const u8,
        size: *mut u32,
    ) -> Hresult,
    pub get_il_function_body_allocator:
        unsafe extern "C" fn(this: *mut c_void, module: usize, allocator: *mut *mut c_void) -> Hresult,
    pub set_il_function_body:
        unsafe extern "C" fn(this: *mut c_void, module: usize, method: u32, header: *const u8) -> Hresult,
}

/// `COR_PRF_MODULE_DYNAMIC`: made at run time.
pub const COR_PRF_MODULE_DYNAMIC: u32 = 0x4;
/// `COR_PRF_MODULE_RESOURCE`: without code.
pub const COR_PRF_MODULE_RESOURCE: u32 = 0x10;
/// `COR_PRF_MODULE_FLAT_LAYOUT`: in memory as in the file, sections not at their places.
pub const COR_PRF_MODULE_FLAT_LAYOUT: u32 = 0x20;

/// `ICorProfilerInfo3` up to slot 70.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of corprof.idl under their own names and parameters")]
pub struct ICorProfilerInfo3Vtbl {
    pub info: ICorProfilerInfoVtbl,
    slots_25_to_66: [usize; 42],
    pub get_runtime_information: unsafe extern "C" fn(
        this: *mut c_void,
        instance: *mut u16,
        runtime_type: *mut i32,
        major: *mut u16,
        minor: *mut u16,
        build: *mut u16,
        quick_fix: *mut u16,
        version_capacity: u32,
        version_length: *mut u32,
        version: *mut u16,
    ) -> Hresult,
    slots_68_and_69: [usize; 2],
    pub get_module_info2: unsafe extern "C" fn(
        this: *mut c_void,
        module: usize,
        base: *mut *const u8,
        name_capacity: u32,
        name_length: *mut u32,
        name: *mut u16,
        assembly: *mut usize,
        flags: *mut u32,
    ) -> Hresult,
}

/// `ICorProfilerInfo11`.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of corprof.idl under their own names and parameters")]
pub struct ICorProfilerInfo11Vtbl {
    pub info3: ICorProfilerInfo3Vtbl,
    slots_71_to_96: [usize; 26],
    pub suspend_runtime: unsafe extern "C" fn(this: *mut c_void) -> Hresult,
    pub resume_runtime: unsafe extern "C" fn(this: *mut c_void) -> Hresult,
    slot_99: usize,
    pub set_environment_variable:
        unsafe extern "C" fn(this: *mut c_void, name: *const u16, value: *const u16) -> Hresult,
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::offset_of;

    const SLOT: usize = size_of::<usize>();

    #[test]
    fn methods_sit_in_the_slots_of_the_contract() {
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_function_from_ip) / SLOT, 7);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_function_from_token) / SLOT, 8);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_thread_info) / SLOT, 12);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_current_thread_id) / SLOT, 13);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_class_id_info) / SLOT, 14);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_function_info) / SLOT, 15);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, set_event_mask) / SLOT, 16);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_token_and_metadata_from_function) / SLOT, 19);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_module_info) / SLOT, 20);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_module_metadata) / SLOT, 21);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_il_function_body) / SLOT, 22);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, get_il_function_body_allocator) / SLOT, 23);
        assert_eq!(offset_of!(ICorProfilerInfoVtbl, set_il_function_body) / SLOT, 24);
        assert_eq!(offset_of!(ICorProfilerInfo6Vtbl, set_event_mask2) / SLOT, 82);
        let inliners = offset_of!(ICorProfilerInfo6Vtbl, enum_ngen_module_methods_inlining_this_method);
        assert_eq!(inliners / SLOT, 83);
        assert_eq!(offset_of!(ICorProfilerMethodEnumVtbl, next) / SLOT, 7);
        assert_eq!(offset_of!(IMethodMallocVtbl, alloc) / SLOT, 3);
        assert_eq!(offset_of!(ICorProfilerInfo3Vtbl, get_runtime_information) / SLOT, 67);
        assert_eq!(offset_of!(ICorProfilerInfo3Vtbl, get_module_info2) / SLOT, 70);
        assert_eq!(offset_of!(ICorProfilerInfo11Vtbl, set_environment_variable) / SLOT, 100);
    }
}
