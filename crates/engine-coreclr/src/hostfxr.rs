//! The hostfxr library: loading it, and its functions as it exports them (`hostfxr.h` of dotnet/runtime).
//!
//! Nothing is decided here. Functions that a version lacks are an error when they are used, not when the library is
//! loaded. The library is never unloaded, as the runtime below it cannot be; so its function pointers stay good.

use std::ffi::{CStr, c_int, c_void};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::error_writer::{self, SetErrorWriter};
use crate::os::{self, Char, Library};
use crate::root::DotnetRoot;
use crate::status::Status;

/// `hostfxr_handle`.
pub(crate) type Handle = *mut c_void;

/// `hostfxr_initialize_parameters`; null pointers leave hostfxr to find out for itself.
#[repr(C)]
pub(crate) struct InitializeParameters {
    /// Size of this structure, by which hostfxr knows its version.
    pub(crate) size: usize,
    /// The program that hosts.
    pub(crate) host_path: *const Char,
    /// The root in which frameworks are looked for.
    pub(crate) dotnet_root: *const Char,
}

/// `hostfxr_delegate_type::hdt_load_assembly_and_get_function_pointer`.
pub(crate) const LOAD_ASSEMBLY_AND_GET_FUNCTION_POINTER: c_int = 5;

/// `hostfxr_delegate_type::hdt_get_function_pointer`, since .NET 5.
pub(crate) const GET_FUNCTION_POINTER: c_int = 6;
/// `hostfxr_delegate_type::hdt_load_assembly_bytes`, since .NET 8.
pub(crate) const LOAD_ASSEMBLY_BYTES: c_int = 8;

/// `load_assembly_bytes_fn`: image and size, symbols and size, load context, reserved.
pub(crate) type LoadAssemblyBytes =
    unsafe extern "system" fn(*const c_void, usize, *const c_void, usize, *mut c_void, *mut c_void) -> i32;

/// `get_function_pointer_fn`: type, method, delegate type, load context, reserved, out pointer.
pub(crate) type GetFunctionPointer = unsafe extern "system" fn(
    *const Char,
    *const Char,
    *const Char,
    *mut c_void,
    *mut c_void,
    *mut *mut c_void,
) -> i32;

/// `load_assembly_and_get_function_pointer_fn`: assembly, type, method, delegate type, reserved, out pointer.
///
/// `CORECLR_DELEGATE_CALLTYPE` is stdcall on 32-bit Windows and the C convention elsewhere, which is Rust's "system".
pub(crate) type LoadAssemblyAndGetFunctionPointer = unsafe extern "system" fn(
    *const Char,
    *const Char,
    *const Char,
    *const Char,
    *mut c_void,
    *mut *mut c_void,
) -> i32;

macro_rules! functions {
    ($($(#[$doc:meta])* $field:ident = $symbol:literal: fn($($argument:ty),*);)*) => {
        #[derive(Clone, Copy)]
        struct Functions {
            $($field: Option<unsafe extern "C" fn($($argument),*) -> i32>,)*
            set_error_writer: Option<SetErrorWriter>,
        }

        impl Functions {
            /// # Safety
            /// - `library` is a hostfxr, so that its symbols have the types written here.
            unsafe fn find(library: &Library) -> Self {
                Self {
                    // SAFETY: the types are those of hostfxr.h, and the caller says that this is a hostfxr.
                    $($field: unsafe { library.function(c_name(concat!($symbol, "\0"))) },)*
                    // SAFETY: as above.
                    set_error_writer: unsafe { library.function(c"hostfxr_set_error_writer") },
                }
            }
        }

        impl HostFxr {
            $(
                $(#[$doc])*
                pub(crate) fn $field(&self) -> Result<unsafe extern "C" fn($($argument),*) -> i32, Error> {
                    self.functions.$field.ok_or_else(|| self.missing($symbol))
                }
            )*
        }
    };
}

functions! {
    /// Prepares a context for an app: argument count, arguments, parameters, out handle.
    initialize_for_command_line = "hostfxr_initialize_for_dotnet_command_line":
        fn(c_int, *const *const Char, *const InitializeParameters, *mut Handle);
    /// Prepares a context for methods of a library: `runtimeconfig.json`, parameters, out handle.
    initialize_for_runtime_config = "hostfxr_initialize_for_runtime_config":
        fn(*const Char, *const InitializeParameters, *mut Handle);
    /// Reads a property: handle (null is the active context), name, out value that hostfxr keeps.
    get_runtime_property_value = "hostfxr_get_runtime_property_value": fn(Handle, *const Char, *mut *const Char);
    /// Sets a property before the runtime starts: handle, name, value (null removes).
    set_runtime_property_value = "hostfxr_set_runtime_property_value": fn(Handle, *const Char, *const Char);
    /// Starts the runtime if need be and gives one of its functions: handle, which, out function.
    get_runtime_delegate = "hostfxr_get_runtime_delegate": fn(Handle, c_int, *mut *mut c_void);
    /// Starts the runtime and runs Main; returns its exit code, or a status.
    run_app = "hostfxr_run_app": fn(Handle);
    /// Gives a context back; the runtime goes on.
    close = "hostfxr_close": fn(Handle);
}

/// A loaded hostfxr; copies share the one library.
#[derive(Clone)]
pub struct HostFxr {
    path: PathBuf,
    root: PathBuf,
    functions: Functions,
}

impl HostFxr {
    /// Loads the newest hostfxr of `root`, as the muxer does.
    pub fn load(root: &DotnetRoot) -> Result<Self, Error> {
        let Some(file) = root.newest_hostfxr() else {
            let reason = "the root has none".to_owned();
            return Err(Error::LoadHostFxr {
                path: root.path.join("host/fxr").join(os::HOSTFXR_FILE),
                reason,
            });
        };
        Self::load_file(&file.path, &root.path)
    }

    /// Loads this very library and lets it look for frameworks below `root`.
    fn load_file(path: &Path, root: &Path) -> Result<Self, Error> {
        // SAFETY: the file lies in a .NET root under hostfxr's name; its initialisers are those of a C++ library.
        let library = unsafe { Library::load(path) }
            .map_err(|reason| Error::LoadHostFxr { path: path.to_path_buf(), reason })?;
        // SAFETY: it is a hostfxr, by its place and name.
        let functions = unsafe { Functions::find(&library) };
        Ok(Self { path: path.to_path_buf(), root: root.to_path_buf(), functions })
    }

    /// The library.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The root in which it looks for frameworks.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Calls hostfxr; gives its answer and what it wrote.
    pub(crate) fn call(&self, call: impl FnOnce() -> i32) -> (Status, Vec<String>) {
        let (raw, messages) = error_writer::collect(self.functions.set_error_writer, call);
        (Status::from_raw(raw), messages)
    }

    fn missing(&self, function: &'static str) -> Error {
        Error::MissingFunction { path: self.path.clone(), function }
    }
}

impl fmt::Debug for HostFxr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFxr").field("path", &self.path).field("root", &self.root).finish_non_exhaustive()
    }
}

/// A name of the table above, which ends in NUL.
fn c_name(name: &'static str) -> &'static CStr {
    CStr::from_bytes_with_nul(name.as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::root::RootSource;
    use crate::testing::fake_root;

    #[test]
    fn the_parameters_are_laid_out_as_in_the_header() {
        assert_eq!(size_of::<InitializeParameters>(), 3 * size_of::<usize>());
        assert_eq!(std::mem::offset_of!(InitializeParameters, host_path), size_of::<usize>());
        assert_eq!(std::mem::offset_of!(InitializeParameters, dotnet_root), 2 * size_of::<usize>());
    }

    #[test]
    fn a_file_that_is_no_library_is_an_error_with_the_loaders_words() {
        let root = fake_root(&["8.0.4"]);
        let root = DotnetRoot::read(root.path(), RootSource::Explicit).expect("usable to look at");
        let error = HostFxr::load(&root).expect_err("the file is text");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains(os::HOSTFXR_FILE), "{error}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_missing_function_is_an_error_only_when_used() {
        let hostfxr =
            HostFxr::load_file(Path::new("libc.so.6"), Path::new("/")).expect("every glibc process has it");
        let error = hostfxr.run_app().expect_err("libc has no such function");
        assert!(error.to_string().contains("`hostfxr_run_app`"), "{error}");
    }
}
