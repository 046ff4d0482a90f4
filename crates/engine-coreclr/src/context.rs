//! A prepared runtime: hostfxr has resolved the frameworks, nothing of .NET runs yet.
//!
//! Two kinds, as in hostfxr: [`CommandLine`] runs an app, [`RuntimeConfigFile`] gives pointers to static methods. A process
//! holds one runtime; a second [`RuntimeConfigFile`] context joins the one that runs and cannot set properties.

use std::ffi::{OsString, c_int, c_void};
use std::io::Write;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

use semver::Version;

use crate::error::Error;
use crate::hostfxr::{
    Handle, HostFxr, InitializeParameters, LOAD_ASSEMBLY_AND_GET_FUNCTION_POINTER,
    LoadAssemblyAndGetFunctionPointer,
};
use crate::options::HostOptions;
use crate::os::{self, Char, HostString};
use crate::root::Runtime;
use crate::status::Status;

/// Marks a context that runs an app.
#[derive(Debug)]
pub enum CommandLine {}

/// Marks a context that gives pointers to methods.
#[derive(Debug)]
pub enum RuntimeConfigFile {}

/// A runtime that hostfxr has prepared.
#[derive(Debug)]
pub struct Context<Kind> {
    hostfxr: HostFxr,
    handle: NonNull<c_void>,
    joined: bool,
    // Hostfxr 3.1 and 8 copy the arguments; whether every version does is nowhere promised.
    _arguments: Vec<HostString>,
    kind: PhantomData<Kind>,
}

/// What kind of pointer a managed method is asked for as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind<'a> {
    /// The signature `int Method(IntPtr argument, int size)`.
    Component,
    /// The signature of this delegate type, written `Namespace.Type, Assembly`.
    Delegate(&'a str),
    /// A method with `[UnmanagedCallersOnly]`, called as it is declared (.NET 5 or newer).
    UnmanagedCallersOnly,
}

impl<Kind> Context<Kind> {
    fn prepare(
        hostfxr: &HostFxr,
        host_path: Option<&Path>,
        action: &'static str,
        arguments: Vec<HostString>,
        initialize: impl FnOnce(&[HostString], *const InitializeParameters, *mut Handle) -> i32,
    ) -> Result<Self, Error> {
        let host_path = host_path.map(|path| host_string(path, "host path")).transpose()?;
        let root = host_string(hostfxr.root(), "path of the .NET root")?;
        let parameters = InitializeParameters {
            size: size_of::<InitializeParameters>(),
            host_path: host_path.as_ref().map_or(ptr::null(), HostString::as_ptr),
            dotnet_root: root.as_ptr(),
        };
        let mut handle: Handle = ptr::null_mut();
        let (status, messages) = hostfxr.call(|| initialize(&arguments, &parameters, &mut handle));
        match NonNull::new(handle) {
            Some(handle) if !status.is_failure() => Ok(Self {
                hostfxr: hostfxr.clone(),
                handle,
                joined: status != Status::SUCCESS,
                _arguments: arguments,
                kind: PhantomData,
            }),
            _ => Err(Error::HostFxr { action, status, messages }),
        }
    }

    /// True where a runtime ran already and this context has joined it.
    pub fn has_joined(&self) -> bool {
        self.joined
    }

    /// A runtime property, for example `TRUSTED_PLATFORM_ASSEMBLIES`.
    ///
    /// A context that has joined a runtime knows only what its own `runtimeconfig.json` sets.
    pub fn property(&self, name: &str) -> Result<Option<OsString>, Error> {
        self.property_of(self.handle.as_ptr(), name)
    }

    fn property_of(&self, handle: Handle, name: &str) -> Result<Option<OsString>, Error> {
        let get = self.hostfxr.get_runtime_property_value()?;
        let name = host_string(name, "property name")?;
        let mut value: *const Char = ptr::null();
        // SAFETY: `handle` is null or our open context, `name` ends in NUL, and `value` is ours to write to.
        let (status, messages) = self.hostfxr.call(|| unsafe { get(handle, name.as_ptr(), &mut value) });
        match status {
            // SAFETY: after success `value` is a string that hostfxr keeps until the property is set or the context
            // closed; both need this thread, which is copying it.
            Status::SUCCESS => Ok(Some(unsafe { os::string_from_host(value) })),
            Status::PROPERTY_NOT_FOUND => Ok(None),
            status => Err(Error::HostFxr { action: "reading a runtime property", status, messages }),
        }
    }

    /// Sets a runtime property; only before the runtime starts, and not where [`Context::has_joined`].
    pub fn set_property(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let set = self.hostfxr.set_runtime_property_value()?;
        let name = host_string(name, "property name")?;
        let value = host_string(value, "property value")?;
        // SAFETY: the context is open, and both strings end in NUL and outlive the call, which copies them.
        let (status, messages) =
            self.hostfxr.call(|| unsafe { set(self.handle.as_ptr(), name.as_ptr(), value.as_ptr()) });
        succeed("setting a runtime property", status, messages)
    }

    /// One of the runtime's own functions for hosts, by hostfxr's number for it. Starts the runtime if need be.
    pub(crate) fn delegate(&self, number: c_int) -> Result<NonNull<c_void>, Error> {
        let get = self.hostfxr.get_runtime_delegate()?;
        let mut delegate: *mut c_void = ptr::null_mut();
        let (status, messages) = self.hostfxr.call(|| {
            // SAFETY: the context is open and `delegate` is ours to write to.
            unsafe { get(self.handle.as_ptr(), number, &mut delegate) }
        });
        match NonNull::new(delegate) {
            Some(delegate) if !status.is_failure() => Ok(delegate),
            _ => Err(Error::HostFxr { action: "starting the runtime", status, messages }),
        }
    }

    /// The framework that hostfxr has chosen: its name, its version and where it lies.
    ///
    /// No property says so in every version (`FX_PRODUCT_VERSION` is gone since .NET 5), but the directory of
    /// `FX_DEPS_FILE` does: `ROOT/shared/NAME/VERSION/NAME.deps.json`. `None` where it has another form.
    pub fn runtime_version(&self) -> Result<Option<Runtime>, Error> {
        // A joined context has no such property; null asks for the context that runs.
        let handle = if self.joined { ptr::null_mut() } else { self.handle.as_ptr() };
        let deps = self.property_of(handle, "FX_DEPS_FILE")?;
        Ok(deps.and_then(|path| runtime_of(&PathBuf::from(path))))
    }
}

impl Context<CommandLine> {
    /// Prepares the app at `app` with `args`, as `dotnet exec OPTIONS APP ARGS` would.
    ///
    /// `host_path` is the program that hosts, as the app's error messages name it; `None` stands for this executable.
    pub fn for_command_line(
        hostfxr: &HostFxr,
        host_path: Option<&Path>,
        options: &HostOptions,
        app: &Path,
        args: &[OsString],
    ) -> Result<Self, Error> {
        let initialize = hostfxr.initialize_for_command_line()?;
        let line = options.command_line(app, args);
        let line =
            line.iter().map(|word| host_string(word, "command line")).collect::<Result<Vec<_>, _>>()?;
        Self::prepare(hostfxr, host_path, "preparing the app", line, |line, parameters, handle| {
            let pointers = line.iter().map(HostString::as_ptr).collect::<Vec<_>>();
            let count = c_int::try_from(pointers.len()).unwrap_or(c_int::MAX);
            // SAFETY: `count` is at most the number of pointers, each of which ends in NUL; strings, parameters and
            // handle live in `prepare`, which is waiting for this call.
            unsafe { initialize(count, pointers.as_ptr(), parameters, handle) }
        })
    }

    /// Starts the runtime, runs the app's Main on this thread, and gives its exit code.
    ///
    /// It returns when Main has returned and the foreground threads have ended. It does not return where the app calls
    /// `Environment.Exit` or dies of an unhandled exception (SIGABRT): then the whole process ends.
    pub fn run(self) -> Result<i32, Error> {
        let run = self.hostfxr.run_app()?;
        // SAFETY: the context is open and prepared for an app; `self` is consumed, so it runs once.
        let (status, messages) = self.hostfxr.call(|| unsafe { run(self.handle.as_ptr()) });
        // An app may return a number that is also a status. Hostfxr has always written something when it is one.
        if status.is_failure() && !messages.is_empty() && status.name().is_some() {
            return Err(Error::HostFxr { action: "running the app", status, messages });
        }
        // Written by a hostfxr call of the app itself: hostfxr would have printed it, so it must not vanish here.
        let mut stderr = std::io::stderr().lock();
        for line in messages {
            // A closed stderr would have swallowed it there as well.
            let _ = writeln!(stderr, "{line}");
        }
        Ok(status.0 as i32)
    }
}

impl Context<RuntimeConfigFile> {
    /// Prepares a runtime as the `runtimeconfig.json` at `config` asks for, without an app.
    pub fn for_runtime_config(
        hostfxr: &HostFxr,
        host_path: Option<&Path>,
        config: &Path,
    ) -> Result<Self, Error> {
        let initialize = hostfxr.initialize_for_runtime_config()?;
        let config = vec![host_string(config, "path of the runtimeconfig.json")?];
        Self::prepare(hostfxr, host_path, "preparing the runtime", config, |config, parameters, handle| {
            let config = config.first().map_or(ptr::null(), HostString::as_ptr);
            // SAFETY: null, which hostfxr refuses, or NUL-terminated; it, the parameters and the handle live in
            // `prepare`, which is waiting for this call.
            unsafe { initialize(config, parameters, handle) }
        })
    }

    /// Starts the runtime if need be, loads `assembly` and gives a pointer to its static method.
    ///
    /// `type_name` is `Namespace.Type, Assembly`. The pointer stays good until the process ends. Calling it with another
    /// signature than the method's is undefined; that is up to whoever casts it.
    pub fn load_assembly_and_get_function_pointer(
        &self,
        assembly: &Path,
        type_name: &str,
        method_name: &str,
        kind: MethodKind<'_>,
    ) -> Result<*const c_void, Error> {
        if kind == MethodKind::UnmanagedCallersOnly {
            self.check_unmanaged_callers_only()?;
        }
        let load = self.loader()?;
        // The runtime wants a full path; a relative one would be looked up from wherever it likes.
        let absolute = std::path::absolute(assembly).map_err(|source| Error::read(assembly, source))?;
        let path = host_string(&absolute, "path of the assembly")?;
        let type_text = host_string(type_name, "type name")?;
        let method_text = host_string(method_name, "method name")?;
        let delegate = match kind {
            MethodKind::Delegate(name) => Some(host_string(name, "delegate type")?),
            _ => None,
        };
        let delegate = match (&delegate, kind) {
            (Some(name), _) => name.as_ptr(),
            // UNMANAGEDCALLERSONLY_METHOD in coreclr_delegates.h.
            (None, MethodKind::UnmanagedCallersOnly) => ptr::without_provenance(usize::MAX),
            (None, _) => ptr::null(),
        };
        let mut pointer: *mut c_void = ptr::null_mut();
        let (status, _) = self.hostfxr.call(|| {
            // SAFETY: `load` came from this runtime under the number of this function type. The strings end in NUL and
            // live to the end of this function; `delegate` is a string, null, or the marker that .NET 5 knows, which
            // was checked above; the reserved argument is null; `pointer` is ours to write to.
            unsafe {
                load(
                    path.as_ptr(),
                    type_text.as_ptr(),
                    method_text.as_ptr(),
                    delegate,
                    ptr::null_mut(),
                    &mut pointer,
                )
            }
        });
        if status.is_failure() || pointer.is_null() {
            return Err(Error::NoMethod {
                assembly: assembly.to_path_buf(),
                type_name: type_name.to_owned(),
                method_name: method_name.to_owned(),
                hresult: status.0,
            });
        }
        Ok(pointer)
    }

    fn loader(&self) -> Result<LoadAssemblyAndGetFunctionPointer, Error> {
        let loader = self.delegate(LOAD_ASSEMBLY_AND_GET_FUNCTION_POINTER)?;
        // SAFETY: for this number hostfxr gives a function of this type.
        Ok(unsafe { std::mem::transmute::<NonNull<c_void>, LoadAssemblyAndGetFunctionPointer>(loader) })
    }

    /// .NET Core 3.1 takes the marker for the address of a string and dies of an access violation.
    fn check_unmanaged_callers_only(&self) -> Result<(), Error> {
        match self.runtime_version()? {
            Some(runtime) if runtime.version < Version::new(5, 0, 0) => {
                Err(Error::NoUnmanagedCallersOnly { runtime: runtime.to_string() })
            }
            _ => Ok(()),
        }
    }
}

impl<Kind> Drop for Context<Kind> {
    fn drop(&mut self) {
        if let Ok(close) = self.hostfxr.close() {
            // SAFETY: the context is open and, being dropped, is not used again. A failure changes nothing for us: the
            // runtime stays as it is either way.
            let _ = self.hostfxr.call(|| unsafe { close(self.handle.as_ptr()) });
        }
    }
}

fn host_string(text: impl AsRef<std::ffi::OsStr>, what: &'static str) -> Result<HostString, Error> {
    HostString::new(text).ok_or(Error::NulInside { what })
}

fn succeed(action: &'static str, status: Status, messages: Vec<String>) -> Result<(), Error> {
    if status.is_failure() { Err(Error::HostFxr { action, status, messages }) } else { Ok(()) }
}

fn runtime_of(deps_file: &Path) -> Option<Runtime> {
    let path = deps_file.parent()?;
    let version = Version::parse(path.file_name()?.to_str()?).ok()?;
    let name = path.parent()?.file_name()?.to_str()?.to_owned();
    Some(Runtime { name, version, path: path.to_path_buf() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_read_from_the_place_of_its_deps_file() {
        let file =
            Path::new("/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.4/Microsoft.NETCore.App.deps.json");
        let runtime = runtime_of(file).expect("a framework's place");
        assert_eq!(runtime.to_string(), "Microsoft.NETCore.App 8.0.4");
        assert_eq!(runtime.path, Path::new("/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.4"));
        for odd in ["", "/", "x", "/a/b", "/app/app.deps.json", "/8.0.4/x"] {
            assert_eq!(runtime_of(Path::new(odd)), None, "{odd}");
        }
    }
}
