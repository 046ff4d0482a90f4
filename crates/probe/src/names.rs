//! What a FunctionID stands for, read from the metadata of its assembly when the target is bound.

use crate::info::ProfilerInfo;
use crate::metadata::{Metadata, MethodProps};
use clrhost_boundary::{Origin, TargetDescription, TargetKind};
use std::ffi::{CStr, OsStr};
use std::path::{Path, PathBuf};

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
        let Some((metadata, token)) = info.method_metadata(function) else {
            return TargetDescription::named(unknown, format!("(method without metadata {function:#x})"));
        };
        let Some(method) = metadata.method(token) else {
            return TargetDescription::named(
                unknown,
                format!("(method with unreadable metadata {token:#x})"),
            );
        };
        let path = info.module_of(function).and_then(|module| info.module_path(module));
        self.describe_method(&metadata, token, &method, path.as_deref(), direction)
    }

    /// Describes a method of an assembly that is made at run time. Not for threads of the runtime's.
    pub(crate) fn describe_made(
        &self,
        info: &ProfilerInfo,
        module: usize,
        token: u32,
    ) -> Option<TargetDescription> {
        let metadata = info.module_metadata(module)?;
        let method = metadata.method(token)?;
        let path = info.module_path(module);
        Some(self.describe_method(&metadata, token, &method, path.as_deref(), Direction::ToNative))
    }

    /// Describes a method that declares a P/Invoke, from its module as that lies in memory; `None` for an assembly that is
    /// made at run time.
    pub(crate) fn describe_pinvoke(
        &self,
        info: &ProfilerInfo,
        module: usize,
        token: u32,
    ) -> Option<TargetDescription> {
        let loaded = info.loaded_module(module)?;
        let path = Some(loaded.path.as_path()).filter(|path| !path.as_os_str().is_empty());
        let image = loaded.image()?;
        let method = image.method(token);
        let full_name = full_name(image.type_name(image.class_of(token)), method.name);
        let mut description = self.named(TargetKind::PInvoke, full_name, path);
        if let Some(pinvoke) = image.pinvoke(token) {
            description.library = Some(pinvoke.library.to_owned());
            description.symbol = Some(pinvoke.symbol.to_owned());
        }
        let attribute = |(namespace, name)| image.attribute(token, namespace, name);
        description.suppress_gc_transition = attribute(split(SUPPRESS_GC_TRANSITION)).is_some()
            || attribute(split(UNMANAGED_CALL_CONV)).is_some_and(names_suppressing_convention);
        Some(description)
    }

    /// Describes a delegate of this type: calls of it, or out of it. `None` if its metadata cannot be read.
    pub(crate) fn describe_delegate(
        &self,
        info: &ProfilerInfo,
        class: usize,
        direction: Direction,
    ) -> Option<TargetDescription> {
        let (module, type_def) = info.type_of(class)?;
        let loaded = info.loaded_module(module)?;
        let path = Some(loaded.path.as_path()).filter(|path| !path.as_os_str().is_empty());
        let kind = match direction {
            Direction::ToNative => TargetKind::NativeDelegate,
            Direction::ToManaged => TargetKind::Delegate,
        };
        let type_name = match loaded.image() {
            Some(image) => image.type_name(type_def)?,
            None => info.module_metadata(module)?.type_name(type_def)?,
        };
        let name = format!("{type_name}.Invoke");
        Some(self.named(kind, name, path))
    }

    fn named(&self, kind: TargetKind, name: String, path: Option<&Path>) -> TargetDescription {
        let mut description = TargetDescription::named(kind, name);
        description.origin = path.map_or(Origin::Unknown, |path| self.origin_of(path));
        description.assembly = path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        description
    }

    fn describe_method(
        &self,
        metadata: &Metadata,
        token: u32,
        method: &MethodProps,
        path: Option<&Path>,
        direction: Direction,
    ) -> TargetDescription {
        let unknown = match direction {
            Direction::ToNative => TargetKind::FunctionPointer,
            Direction::ToManaged => TargetKind::UnknownCallback,
        };
        let full_name = full_name(metadata.type_name(method.class), &method.name);
        let mut description = self.named(unknown, full_name, path);
        match direction {
            Direction::ToNative if method.is_pinvoke() => {
                description.kind = TargetKind::PInvoke;
                (description.library, description.symbol) = metadata.pinvoke_map(token);
                description.suppress_gc_transition = suppresses_gc_transition(metadata, token);
            }
            Direction::ToNative if method.is_delegate_invoke() => {
                description.kind = TargetKind::NativeDelegate
            }
            Direction::ToManaged if method.is_delegate_invoke() => description.kind = TargetKind::Delegate,
            Direction::ToManaged if metadata.attribute(token, UNMANAGED_CALLERS_ONLY).is_some() => {
                description.kind = TargetKind::UnmanagedCallersOnly;
            }
            _ => {}
        }
        description
    }

    /// Describes a method with `UnmanagedCallersOnly` of the assembly at this path.
    pub(crate) fn describe_callers_only(
        &self,
        path: &Path,
        type_name: Option<&str>,
        name: &str,
    ) -> TargetDescription {
        let name = declared_name(name);
        let full_name = type_name.map_or_else(|| name.to_owned(), |type_name| format!("{type_name}.{name}"));
        let mut description = TargetDescription::named(TargetKind::UnmanagedCallersOnly, full_name);
        if let Some(file) = path.file_name() {
            description.origin = self.origin_of(path);
            description.assembly = Some(file.to_string_lossy().into_owned());
        }
        description
    }

    /// Whose code an assembly holds.
    pub(crate) fn origin_of(&self, assembly: &Path) -> Origin {
        // Without symbolic links, as the runtime's folder is: /usr/share/dotnet is often one.
        let real = std::fs::canonicalize(assembly);
        self.origin(real.as_deref().unwrap_or(assembly))
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

/// `LibraryImport` makes a local function `<Name>g____PInvoke|1_0` that does the call; people know it as `Name`.
fn declared_name(name: &str) -> &str {
    match name.strip_prefix('<').and_then(|rest| rest.split_once(">g____PInvoke|")) {
        Some((declared, _)) => declared,
        None => name,
    }
}

fn full_name(type_name: Option<String>, method: &str) -> String {
    let name = declared_name(method);
    match type_name {
        Some(type_name) => format!("{type_name}.{name}"),
        None => name.to_owned(),
    }
}

/// Namespace and name.
fn split(type_name: &str) -> (&str, &str) {
    type_name.rsplit_once('.').unwrap_or(("", type_name))
}

fn names_suppressing_convention(value: &[u8]) -> bool {
    const CALL_CONV: &[u8] = b"CallConvSuppressGCTransition";
    value.windows(CALL_CONV.len()).any(|window| window == CALL_CONV)
}

fn suppresses_gc_transition(metadata: &Metadata, method_def: u32) -> bool {
    metadata.attribute(method_def, SUPPRESS_GC_TRANSITION).is_some()
        || metadata
            .attribute(method_def, UNMANAGED_CALL_CONV)
            .is_some_and(|value| names_suppressing_convention(&value))
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
