//! The metadata of an assembly behind safe methods.

use crate::info::{Com, read_utf16};
use clrhost_abi::metadata::{
    IID_IMETADATAASSEMBLYIMPORT, IID_IMETADATATABLES, IMPL_MAP_MEMBER_FORWARDED, IMetaDataAssemblyImportVtbl,
    IMetaDataImportVtbl, IMetaDataTablesVtbl, MD_PINVOKE_IMPL, MI_CODE_TYPE_MASK, MI_RUNTIME, TABLE_IMPL_MAP,
};
use std::ptr;

/// Table numbers, which are the top bytes of tokens.
pub(crate) mod table {
    pub(crate) const TYPE_REF: u32 = 0x01;
    pub(crate) const METHOD_DEF: u32 = 0x06;
    pub(crate) const MEMBER_REF: u32 = 0x0A;
    pub(crate) const ASSEMBLY_REF: u32 = 0x23;
}

/// The table a token points into.
pub(crate) fn table_of(token: u32) -> u32 {
    token >> 24
}

/// The metadata of one module.
pub(crate) struct Metadata(Com<IMetaDataImportVtbl>);

/// A method as its own module defines it.
pub(crate) struct MethodProps {
    pub(crate) name: String,
    pub(crate) class: u32,
    attributes: u32,
    impl_flags: u32,
}

impl MethodProps {
    pub(crate) fn is_pinvoke(&self) -> bool {
        self.attributes & MD_PINVOKE_IMPL != 0
    }

    pub(crate) fn is_delegate_invoke(&self) -> bool {
        self.impl_flags & MI_CODE_TYPE_MASK == MI_RUNTIME && self.name == "Invoke"
    }
}

impl Metadata {
    pub(crate) fn new(import: Com<IMetaDataImportVtbl>) -> Metadata {
        Metadata(import)
    }

    pub(crate) fn method(&self, method_def: u32) -> Option<MethodProps> {
        let (mut class, mut attributes, mut impl_flags) = (0, 0, 0);
        let name = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; null tells that an out parameter is not wanted.
            unsafe {
                (self.0.vtbl().get_method_props)(
                    self.0.this(),
                    method_def,
                    &mut class,
                    buffer,
                    capacity,
                    length,
                    &mut attributes,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    ptr::null_mut(),
                    &mut impl_flags,
                )
            }
        })?;
        Some(MethodProps { name, class, attributes, impl_flags })
    }

    /// Whether a method is a P/Invoke, without its name; cheaper than [`method`](Self::method).
    pub(crate) fn is_pinvoke(&self, method_def: u32) -> bool {
        let mut attributes = 0;
        // SAFETY: the out parameter is writable; null tells that the others are not wanted.
        let hresult = unsafe {
            (self.0.vtbl().get_method_props)(
                self.0.this(),
                method_def,
                ptr::null_mut(),
                ptr::null_mut(),
                0,
                ptr::null_mut(),
                &mut attributes,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        !hresult.is_failure() && attributes & MD_PINVOKE_IMPL != 0
    }

    /// `Namespace.Outer.Inner`; `None` for the module's own pseudo type.
    pub(crate) fn type_name(&self, type_def: u32) -> Option<String> {
        let mut name = self.simple_type_name(type_def).filter(|name| name != "<Module>")?;
        let mut nested = type_def;
        // Metadata of a broken assembly may contain a circle of enclosing types.
        for _ in 0..64 {
            let Some(outer) = self.enclosing_type(nested) else { break };
            let Some(outer_name) = self.simple_type_name(outer) else { break };
            name = format!("{outer_name}.{name}");
            nested = outer;
        }
        Some(name)
    }

    fn simple_type_name(&self, type_def: u32) -> Option<String> {
        let name = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; null tells that an out parameter is not wanted.
            unsafe {
                let get = self.0.vtbl().get_type_def_props;
                get(self.0.this(), type_def, buffer, capacity, length, ptr::null_mut(), ptr::null_mut())
            }
        });
        name.filter(|name| !name.is_empty())
    }

    fn enclosing_type(&self, type_def: u32) -> Option<u32> {
        let mut enclosing = 0;
        // SAFETY: the out parameter is writable.
        let hresult =
            unsafe { (self.0.vtbl().get_nested_class_props)(self.0.this(), type_def, &mut enclosing) };
        (!hresult.is_failure() && enclosing != 0).then_some(enclosing)
    }

    /// Library and entry point as a P/Invoke's declaration names them.
    pub(crate) fn pinvoke_map(&self, method_def: u32) -> (Option<String>, Option<String>) {
        let (mut flags, mut module_ref) = (0, 0);
        let symbol = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; the other out parameters are writable.
            unsafe {
                let get = self.0.vtbl().get_pinvoke_map;
                get(self.0.this(), method_def, &mut flags, buffer, capacity, length, &mut module_ref)
            }
        });
        let library = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units.
            unsafe {
                (self.0.vtbl().get_module_ref_props)(self.0.this(), module_ref, buffer, capacity, length)
            }
        });
        (library.filter(|library| !library.is_empty()), symbol.filter(|symbol| !symbol.is_empty()))
    }

    /// The value of an attribute that a method or type carries, if it does.
    pub(crate) fn attribute(&self, owner: u32, name: &str) -> Option<Vec<u8>> {
        let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
        let (mut data, mut length) = (ptr::null(), 0);
        // SAFETY: the name ends with a zero; both out parameters are writable.
        let hresult = unsafe {
            let get = self.0.vtbl().get_custom_attribute_by_name;
            get(self.0.this(), owner, name.as_ptr(), &mut data, &mut length)
        };
        // S_FALSE says that there is no such attribute.
        if !hresult.is_s_ok() {
            return None;
        }
        if data.is_null() {
            return Some(Vec::new());
        }
        // SAFETY: the metadata owns `length` bytes at `data` for as long as the import lives; they are copied here.
        Some(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length as usize) }.to_vec())
    }

    /// What a reference to a member of another type names: that type's token, and the member.
    pub(crate) fn member_ref(&self, member_ref: u32) -> Option<(u32, String)> {
        let mut parent = 0;
        let name = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; null tells that an out parameter is not wanted.
            unsafe {
                let get = self.0.vtbl().get_member_ref_props;
                get(
                    self.0.this(),
                    member_ref,
                    &mut parent,
                    buffer,
                    capacity,
                    length,
                    ptr::null_mut(),
                    ptr::null_mut(),
                )
            }
        })?;
        Some((parent, name))
    }

    /// `Namespace.Outer.Inner` of a type in another assembly, and that assembly's simple name.
    pub(crate) fn type_ref(&self, type_ref: u32) -> Option<(String, String)> {
        let (mut scope, mut name) = self.simple_type_ref(type_ref)?;
        for _ in 0..64 {
            if table_of(scope) != table::TYPE_REF {
                break;
            }
            let (outer_scope, outer_name) = self.simple_type_ref(scope)?;
            name = format!("{outer_name}.{name}");
            scope = outer_scope;
        }
        if table_of(scope) != table::ASSEMBLY_REF {
            return None;
        }
        Some((self.assembly_ref(scope)?, name))
    }

    fn simple_type_ref(&self, type_ref: u32) -> Option<(u32, String)> {
        let mut scope = 0;
        let name = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; the other out parameter is writable.
            unsafe {
                let get = self.0.vtbl().get_type_ref_props;
                get(self.0.this(), type_ref, &mut scope, buffer, capacity, length)
            }
        })?;
        Some((scope, name))
    }

    fn assembly_ref(&self, assembly_ref: u32) -> Option<String> {
        // SAFETY: the import answers QueryInterface, and the layout is that of the IID.
        let assemblies =
            unsafe { Com::<IMetaDataAssemblyImportVtbl>::query(self.0.this(), &IID_IMETADATAASSEMBLYIMPORT) };
        let assemblies = assemblies.ok()?;
        read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; null tells that an out parameter is not wanted.
            unsafe {
                (assemblies.vtbl().get_assembly_ref_props)(
                    assemblies.this(),
                    assembly_ref,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    buffer,
                    capacity,
                    length,
                    ptr::null_mut(),
                    ptr::null_mut(),
                    ptr::null_mut(),
                    ptr::null_mut(),
                )
            }
        })
    }

    /// The first byte of a stand-alone signature: its calling convention.
    pub(crate) fn calling_convention(&self, signature: u32) -> Option<u8> {
        let (mut bytes, mut length) = (ptr::null(), 0);
        // SAFETY: both out parameters are writable.
        let hresult =
            unsafe { (self.0.vtbl().get_sig_from_token)(self.0.this(), signature, &mut bytes, &mut length) };
        if hresult.is_failure() || length == 0 || bytes.is_null() {
            return None;
        }
        // SAFETY: the metadata owns `length` bytes there, at least one.
        Some(unsafe { *bytes })
    }

    /// The methods of the module that are P/Invokes.
    pub(crate) fn pinvokes(&self) -> Vec<u32> {
        // SAFETY: the import answers QueryInterface, and the layout is that of the IID.
        let tables = unsafe { Com::<IMetaDataTablesVtbl>::query(self.0.this(), &IID_IMETADATATABLES) };
        let Ok(tables) = tables else { return Vec::new() };
        let (mut row_size, mut rows, mut columns, mut key, mut name) = (0, 0, 0, 0, ptr::null());
        // SAFETY: all out parameters are writable.
        let hresult = unsafe {
            let get = tables.vtbl().get_table_info;
            get(tables.this(), TABLE_IMPL_MAP, &mut row_size, &mut rows, &mut columns, &mut key, &mut name)
        };
        if hresult.is_failure() {
            return Vec::new();
        }
        let forwarded = |row| {
            let mut method = 0;
            // SAFETY: the out parameter is writable; rows are numbered from 1.
            let hresult = unsafe {
                let get = tables.vtbl().get_column;
                get(tables.this(), TABLE_IMPL_MAP, IMPL_MAP_MEMBER_FORWARDED, row, &mut method)
            };
            (!hresult.is_failure() && table_of(method) == table::METHOD_DEF).then_some(method)
        };
        (1..=rows).filter_map(forwarded).collect()
    }
}
