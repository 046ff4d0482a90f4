//! What a FunctionID stands for, read from the metadata of its assembly when the target is bound.

use crate::info::{MethodMetadata, ProfilerInfo, read_utf16};
use clrhost_abi::metadata::{MD_PINVOKE_IMPL, MI_CODE_TYPE_MASK, MI_RUNTIME};
use clrhost_boundary::{Origin, TargetDescription, TargetKind};
use std::ffi::{CStr, OsStr};
use std::path::{Path, PathBuf};
use std::ptr;

/// Which way the call goes that a FunctionID is the target of. One function can be both: a delegate type's `Invoke`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Managed code calls native code.
    ToNative,
    /// Native code calls managed code.
    ToManaged,
}

const CORELIB: &str = "System.Private.CoreLib";
const SUPPRESS_GC_TRANSITION: &str = "System.Runtime.InteropServices.SuppressGCTransitionAttribute";
const UNMANAGED_CALL_CONV: &str = "System.Runtime.InteropServices.UnmanagedCallConvAttribute";
const UNMANAGED_CALLERS_ONLY: &str = "System.Runtime.InteropServices.UnmanagedCallersOnlyAttribute";

/// Finds names for FunctionIDs.
pub(crate) struct Names {
    /// The folder the runtime was loaded from, where it is a library of its own.
    runtime_folder: Option<PathBuf>,
}

impl Names {
    pub(crate) fn new(info: &ProfilerInfo) -> Names {
        Names {
            runtime_folder: library_of(info.code_address()).and_then(|path| Some(path.parent()?.to_owned())),
        }
    }

    /// Describes the target of a call. FunctionID 0 is what the runtime gives for a call through a function pointer.
    pub(crate) fn describe(
        &self,
        info: &ProfilerInfo,
        function: usize,
        direction: Direction,
    ) -> TargetDescription {
        let unknown = match direction {
            Direction::ToNative => TargetKind::FunctionPointer,
            Direction::ToManaged => TargetKind::UnknownCallback,
        };
        if function == 0 {
            return TargetDescription::named(unknown, "(function pointer)");
        }
        let Some(metadata) = info.method_metadata(function) else {
            return TargetDescription::named(unknown, format!("(method without metadata {function:#x})"));
        };
        let method = Method::read(&metadata);
        let path = info.module_of(function).and_then(|module| info.module_path(module));
        let mut description = TargetDescription::named(unknown, method.full_name(&metadata));
        description.origin = path.as_deref().map_or(Origin::Unknown, |path| self.origin(path));
        description.assembly =
            path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        match direction {
            Direction::ToNative if method.attributes & MD_PINVOKE_IMPL != 0 => {
                description.kind = TargetKind::PInvoke;
                (description.library, description.symbol) = pinvoke_map(&metadata);
                description.suppress_gc_transition = suppresses_gc_transition(&metadata);
            }
            Direction::ToNative if method.is_delegate_invoke() => {
                description.kind = TargetKind::NativeDelegate
            }
            Direction::ToManaged if method.is_delegate_invoke() => description.kind = TargetKind::Delegate,
            Direction::ToManaged if attribute(&metadata, UNMANAGED_CALLERS_ONLY).is_some() => {
                description.kind = TargetKind::UnmanagedCallersOnly;
            }
            _ => {}
        }
        description
    }

    /// Assemblies of a shared framework lie in `.../shared/NAME/VERSION`. Where the runtime is not installed that way
    /// (self-contained and single-file programs) they are told by name.
    fn origin(&self, assembly: &Path) -> Origin {
        let name = assembly.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        if name == CORELIB {
            return Origin::CoreLib;
        }
        let shared = self.runtime_folder.as_deref().and_then(|folder| folder.parent()?.parent());
        let is_framework = match shared.filter(|folder| folder.ends_with("shared")) {
            Some(shared) => assembly.starts_with(shared),
            None => ["System.", "Microsoft."].iter().any(|prefix| name.starts_with(prefix)),
        };
        if is_framework { Origin::Framework } else { Origin::User }
    }
}

/// The file of the image that holds an address.
fn library_of(address: *const std::ffi::c_void) -> Option<PathBuf> {
    // SAFETY: all-zero is a valid Dl_info; dladdr only looks the address up and fills the struct.
    let info = unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(address, &mut info) == 0 || info.dli_fname.is_null() {
            return None;
        }
        CStr::from_ptr(info.dli_fname)
    };
    std::fs::canonicalize(info.to_str().ok()?).ok()
}

struct Method {
    name: String,
    class: u32,
    attributes: u32,
    impl_flags: u32,
}

impl Method {
    fn read(metadata: &MethodMetadata) -> Method {
        let (import, token) = (&metadata.import, metadata.token);
        let (mut class, mut attributes, mut impl_flags) = (0, 0, 0);
        let name = read_utf16(|buffer, capacity, length| {
            // SAFETY: `buffer` has room for `capacity` units; null tells that an out parameter is not wanted.
            unsafe {
                (import.vtbl().get_method_props)(
                    import.this(),
                    token,
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
        });
        Method { name: name.unwrap_or_else(|| format!("(token {token:#x})")), class, attributes, impl_flags }
    }

    fn is_delegate_invoke(&self) -> bool {
        self.impl_flags & MI_CODE_TYPE_MASK == MI_RUNTIME && self.name == "Invoke"
    }

    /// `Namespace.Outer.Inner.Method`.
    fn full_name(&self, metadata: &MethodMetadata) -> String {
        let mut name = declared_name(&self.name).to_owned();
        let mut class = self.class;
        // Metadata of a broken assembly may contain a circle of enclosing types.
        for _ in 0..64 {
            let Some(type_name) = type_name(metadata, class).filter(|type_name| type_name != "<Module>")
            else {
                break;
            };
            name = format!("{type_name}.{name}");
            match enclosing_type(metadata, class) {
                Some(outer) => class = outer,
                None => break,
            }
        }
        name
    }
}

/// `LibraryImport` makes a local function `<Name>g____PInvoke|1_0` that does the call; people know it as `Name`.
fn declared_name(name: &str) -> &str {
    match name.strip_prefix('<').and_then(|rest| rest.split_once(">g____PInvoke|")) {
        Some((declared, _)) => declared,
        None => name,
    }
}

fn type_name(metadata: &MethodMetadata, type_def: u32) -> Option<String> {
    let import = &metadata.import;
    let name = read_utf16(|buffer, capacity, length| {
        // SAFETY: `buffer` has room for `capacity` units; null tells that an out parameter is not wanted.
        unsafe {
            let get = import.vtbl().get_type_def_props;
            get(import.this(), type_def, buffer, capacity, length, ptr::null_mut(), ptr::null_mut())
        }
    });
    name.filter(|name| !name.is_empty())
}

fn enclosing_type(metadata: &MethodMetadata, type_def: u32) -> Option<u32> {
    let mut enclosing = 0;
    // SAFETY: the out parameter is writable.
    let hresult = unsafe {
        (metadata.import.vtbl().get_nested_class_props)(metadata.import.this(), type_def, &mut enclosing)
    };
    (!hresult.is_failure() && enclosing != 0).then_some(enclosing)
}

/// Library and entry point as the declaration names them.
fn pinvoke_map(metadata: &MethodMetadata) -> (Option<String>, Option<String>) {
    let import = &metadata.import;
    let (mut flags, mut module_ref) = (0, 0);
    let symbol = read_utf16(|buffer, capacity, length| {
        // SAFETY: `buffer` has room for `capacity` units; the other out parameters are writable.
        unsafe {
            let get = import.vtbl().get_pinvoke_map;
            get(import.this(), metadata.token, &mut flags, buffer, capacity, length, &mut module_ref)
        }
    });
    let library = read_utf16(|buffer, capacity, length| {
        // SAFETY: `buffer` has room for `capacity` units.
        unsafe { (import.vtbl().get_module_ref_props)(import.this(), module_ref, buffer, capacity, length) }
    });
    (library.filter(|library| !library.is_empty()), symbol.filter(|symbol| !symbol.is_empty()))
}

fn suppresses_gc_transition(metadata: &MethodMetadata) -> bool {
    const CALL_CONV: &[u8] = b"CallConvSuppressGCTransition";
    attribute(metadata, SUPPRESS_GC_TRANSITION).is_some()
        || attribute(metadata, UNMANAGED_CALL_CONV)
            .is_some_and(|value| value.windows(CALL_CONV.len()).any(|window| window == CALL_CONV))
}

/// The value of a method's attribute, if it has the attribute.
fn attribute(metadata: &MethodMetadata, name: &str) -> Option<Vec<u8>> {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    let (mut data, mut length) = (ptr::null(), 0);
    // SAFETY: the name ends with a zero; both out parameters are writable.
    let hresult = unsafe {
        let get = metadata.import.vtbl().get_custom_attribute_by_name;
        get(metadata.import.this(), metadata.token, name.as_ptr(), &mut data, &mut length)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_import_methods_are_named_as_declared() {
        assert_eq!(declared_name("<Read>g____PInvoke|1_0"), "Read");
        assert_eq!(declared_name("sqlite3_step"), "sqlite3_step");
        assert_eq!(declared_name("<Main>b__0_0"), "<Main>b__0_0");
    }

    #[test]
    fn origins_follow_the_shared_folder_or_the_names() {
        let shared = Names { runtime_folder: Some("/dotnet/shared/Microsoft.NETCore.App/8.0.4".into()) };
        let origin = |names: &Names, path: &str| names.origin(Path::new(path));
        assert_eq!(
            origin(&shared, "/dotnet/shared/Microsoft.NETCore.App/8.0.4/System.Private.CoreLib.dll"),
            Origin::CoreLib
        );
        assert_eq!(origin(&shared, "/dotnet/shared/Microsoft.AspNetCore.App/8.0.4/X.dll"), Origin::Framework);
        assert_eq!(origin(&shared, "/app/System.Data.SQLite.dll"), Origin::User);
        let alone = Names { runtime_folder: Some("/app".into()) };
        assert_eq!(origin(&alone, "/app/System.Console.dll"), Origin::Framework);
        assert_eq!(origin(&alone, "/app/App.dll"), Origin::User);
    }
}
