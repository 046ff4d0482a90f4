//! The metadata interfaces (`cor.h`): the methods clrhost calls, and the bits it looks at.

use crate::{Guid, Hresult, IUnknownVtbl};
use core::ffi::c_void;

/// `IID_IMetaDataImport`.
pub const IID_IMETADATAIMPORT: Guid =
    Guid::new(0x7DAC8207, 0xD3AE, 0x4C75, [0x9B, 0x67, 0x92, 0x80, 0x1A, 0x49, 0x7D, 0x44]);

/// `CorMethodAttr::mdPinvokeImpl`: the method is a P/Invoke.
pub const MD_PINVOKE_IMPL: u32 = 0x2000;
/// `CorMethodImpl::miCodeTypeMask`: which bits of a method's implementation flags tell the type of its code.
pub const MI_CODE_TYPE_MASK: u32 = 0x3;
/// `CorMethodImpl::miRuntime`: the runtime makes the code, as for a delegate's `Invoke`.
pub const MI_RUNTIME: u32 = 0x3;

/// `IMetaDataImport` up to slot 62.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of cor.h under their own names and parameters")]
pub struct IMetaDataImportVtbl {
    pub unknown: IUnknownVtbl,
    pub close_enum: unsafe extern "C" fn(this: *mut c_void, cursor: *mut c_void),
    slots_4_to_8: [usize; 5],
    pub find_type_def_by_name: unsafe extern "C" fn(
        this: *mut c_void,
        name: *const u16,
        enclosing: u32,
        type_def: *mut u32,
    ) -> Hresult,
    slots_10_and_11: [usize; 2],
    pub get_type_def_props: unsafe extern "C" fn(
        this: *mut c_void,
        type_def: u32,
        name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
        flags: *mut u32,
        extends: *mut u32,
    ) -> Hresult,
    slot_13: usize,
    pub get_type_ref_props: unsafe extern "C" fn(
        this: *mut c_void,
        type_ref: u32,
        resolution_scope: *mut u32,
        name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
    ) -> Hresult,
    slots_15_to_18: [usize; 4],
    pub enum_methods_with_name: unsafe extern "C" fn(
        this: *mut c_void,
        cursor: *mut *mut c_void,
        class: u32,
        name: *const u16,
        methods: *mut u32,
        capacity: u32,
        count: *mut u32,
    ) -> Hresult,
    slots_20_to_26: [usize; 7],
    pub find_method: unsafe extern "C" fn(
        this: *mut c_void,
        class: u32,
        name: *const u16,
        signature: *const u8,
        signature_length: u32,
        method: *mut u32,
    ) -> Hresult,
    slots_28_and_29: [usize; 2],
    pub get_method_props: unsafe extern "C" fn(
        this: *mut c_void,
        method_def: u32,
        class: *mut u32,
        name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
        attributes: *mut u32,
        signature: *mut *const u8,
        signature_length: *mut u32,
        code_rva: *mut u32,
        impl_flags: *mut u32,
    ) -> Hresult,
    pub get_member_ref_props: unsafe extern "C" fn(
        this: *mut c_void,
        member_ref: u32,
        parent: *mut u32,
        name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
        signature: *mut *const u8,
        signature_length: *mut u32,
    ) -> Hresult,
    slots_32_to_40: [usize; 9],
    pub get_sig_from_token: unsafe extern "C" fn(
        this: *mut c_void,
        token: u32,
        signature: *mut *const u8,
        signature_length: *mut u32,
    ) -> Hresult,
    pub get_module_ref_props: unsafe extern "C" fn(
        this: *mut c_void,
        module_ref: u32,
        name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
    ) -> Hresult,
    slots_43_to_47: [usize; 5],
    pub get_pinvoke_map: unsafe extern "C" fn(
        this: *mut c_void,
        method_def: u32,
        mapping_flags: *mut u32,
        import_name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
        module_ref: *mut u32,
    ) -> Hresult,
    slots_49_to_59: [usize; 11],
    pub get_custom_attribute_by_name: unsafe extern "C" fn(
        this: *mut c_void,
        owner: u32,
        name: *const u16,
        data: *mut *const c_void,
        data_length: *mut u32,
    ) -> Hresult,
    slot_61: usize,
    pub get_nested_class_props:
        unsafe extern "C" fn(this: *mut c_void, nested: u32, enclosing: *mut u32) -> Hresult,
}

/// `IID_IMetaDataEmit`.
pub const IID_IMETADATAEMIT: Guid =
    Guid::new(0xBA3FEE4C, 0xECB9, 0x4E41, [0x83, 0xB7, 0x18, 0x3F, 0xA4, 0x1C, 0xD8, 0x59]);

/// `IMetaDataEmit` up to slot 48.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of cor.h under their own names and parameters")]
pub struct IMetaDataEmitVtbl {
    pub unknown: IUnknownVtbl,
    slots_3_to_9: [usize; 7],
    pub define_method: unsafe extern "C" fn(
        this: *mut c_void,
        class: u32,
        name: *const u16,
        attributes: u32,
        signature: *const u8,
        signature_length: u32,
        code_rva: u32,
        impl_flags: u32,
        method: *mut u32,
    ) -> Hresult,
    slots_11_to_21: [usize; 11],
    pub set_rva: unsafe extern "C" fn(this: *mut c_void, method: u32, rva: u32) -> Hresult,
    pub get_token_from_sig: unsafe extern "C" fn(
        this: *mut c_void,
        signature: *const u8,
        signature_length: u32,
        token: *mut u32,
    ) -> Hresult,
    slots_24_to_47: [usize; 24],
    pub set_method_impl_flags:
        unsafe extern "C" fn(this: *mut c_void, method: u32, impl_flags: u32) -> Hresult,
}

/// `IID_IMetaDataAssemblyImport`.
pub const IID_IMETADATAASSEMBLYIMPORT: Guid =
    Guid::new(0xEE62470B, 0xE94B, 0x424E, [0x9B, 0x7C, 0x2F, 0x00, 0xC9, 0x24, 0x9F, 0x93]);

/// `IMetaDataAssemblyImport` up to slot 4.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of cor.h under their own names and parameters")]
pub struct IMetaDataAssemblyImportVtbl {
    pub unknown: IUnknownVtbl,
    slot_3: usize,
    pub get_assembly_ref_props: unsafe extern "C" fn(
        this: *mut c_void,
        assembly_ref: u32,
        public_key: *mut *const c_void,
        public_key_length: *mut u32,
        name: *mut u16,
        name_capacity: u32,
        name_length: *mut u32,
        metadata: *mut c_void,
        hash: *mut *const c_void,
        hash_length: *mut u32,
        flags: *mut u32,
    ) -> Hresult,
}

/// `IID_IMetaDataTables`.
pub const IID_IMETADATATABLES: Guid =
    Guid::new(0xD8F579AB, 0x402D, 0x4B8E, [0x82, 0xD9, 0x5D, 0x63, 0xB1, 0x06, 0x5C, 0x68]);

/// Number of the table of P/Invoke declarations (ECMA-335 II.22.22).
pub const TABLE_IMPL_MAP: u32 = 0x1C;
/// Column of that table that names the method.
pub const IMPL_MAP_MEMBER_FORWARDED: u32 = 1;

/// `IMetaDataTables` up to slot 13.
#[repr(C)]
#[expect(missing_docs, reason = "fields are the methods of cor.h under their own names and parameters")]
pub struct IMetaDataTablesVtbl {
    pub unknown: IUnknownVtbl,
    slots_3_to_8: [usize; 6],
    pub get_table_info: unsafe extern "C" fn(
        this: *mut c_void,
        table: u32,
        row_size: *mut u32,
        rows: *mut u32,
        columns: *mut u32,
        key_column: *mut u32,
        name: *mut *const i8,
    ) -> Hresult,
    slots_10_to_12: [usize; 3],
    pub get_column: unsafe extern "C" fn(
        this: *mut c_void,
        table: u32,
        column: u32,
        row: u32,
        value: *mut u32,
    ) -> Hresult,
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::offset_of;

    const SLOT: usize = size_of::<usize>();

    #[test]
    fn methods_sit_in_the_slots_of_cor_h() {
        assert_eq!(offset_of!(IMetaDataImportVtbl, close_enum) / SLOT, 3);
        assert_eq!(offset_of!(IMetaDataImportVtbl, find_type_def_by_name) / SLOT, 9);
        assert_eq!(offset_of!(IMetaDataImportVtbl, enum_methods_with_name) / SLOT, 19);
        assert_eq!(offset_of!(IMetaDataImportVtbl, find_method) / SLOT, 27);
        assert_eq!(offset_of!(IMetaDataEmitVtbl, define_method) / SLOT, 10);
        assert_eq!(offset_of!(IMetaDataEmitVtbl, set_rva) / SLOT, 22);
        assert_eq!(offset_of!(IMetaDataEmitVtbl, get_token_from_sig) / SLOT, 23);
        assert_eq!(offset_of!(IMetaDataEmitVtbl, set_method_impl_flags) / SLOT, 48);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_type_def_props) / SLOT, 12);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_type_ref_props) / SLOT, 14);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_member_ref_props) / SLOT, 31);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_sig_from_token) / SLOT, 41);
        assert_eq!(offset_of!(IMetaDataAssemblyImportVtbl, get_assembly_ref_props) / SLOT, 4);
        assert_eq!(offset_of!(IMetaDataTablesVtbl, get_table_info) / SLOT, 9);
        assert_eq!(offset_of!(IMetaDataTablesVtbl, get_column) / SLOT, 13);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_method_props) / SLOT, 30);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_module_ref_props) / SLOT, 42);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_pinvoke_map) / SLOT, 48);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_custom_attribute_by_name) / SLOT, 60);
        assert_eq!(offset_of!(IMetaDataImportVtbl, get_nested_class_props) / SLOT, 62);
    }
}
