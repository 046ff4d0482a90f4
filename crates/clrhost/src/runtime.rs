//! A runtime without an application, in which static methods are called.

use crate::crossings::PreparedEnvironment;
use crate::{Crossings, Error, HostResult, Hresult, Tasks};
use clrhost_engine_coreclr::context::MethodKind;
use clrhost_engine_coreclr::{self as engine, Context, RuntimeConfigFile};
use std::ffi::c_void;
use std::path::Path;

/// A hosted runtime. It lives until the process ends: CoreCLR cannot be unloaded.
pub struct Runtime {
    context: Context<RuntimeConfigFile>,
    framework: Option<engine::Runtime>,
    crossings: Option<Crossings>,
    _environment: PreparedEnvironment,
}

/// What the collector has done and holds. Sizes are in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GcStats {
    /// Collections that somebody asked for through [`Runtime::collect`].
    pub explicit: u64,
    /// Collections of generations 0, 1 and 2, each with the younger ones in it.
    pub collections: [u64; 3],
    /// Memory the collector has committed.
    pub committed: u64,
    /// Address space it has reserved; 0 where the runtime does not tell.
    pub reserved: u64,
    /// Sizes of generations 0, 1 and 2 and of the large objects after the last collection.
    pub generations: [u64; 4],
    /// Bytes that moved to an older generation in the last collection.
    pub promoted: u64,
}

/// `component_entry_point_fn` of `coreclr_delegates.h`.
type ComponentEntryPoint = unsafe extern "C" fn(argument: *mut c_void, size: i32) -> i32;

impl Runtime {
    pub(crate) fn new(
        context: Context<RuntimeConfigFile>,
        framework: Option<engine::Runtime>,
        crossings: Option<Crossings>,
    ) -> Runtime {
        Runtime { context, framework, crossings, _environment: PreparedEnvironment::of(crossings) }
    }

    /// The framework that hostfxr chose, where it says so.
    pub fn framework(&self) -> Option<&engine::Runtime> {
        self.framework.as_ref()
    }

    /// What is counted; `None` without hooks.
    pub fn crossings(&self) -> Option<Crossings> {
        self.crossings
    }

    /// Finds a static method `int Method(IntPtr argument, int size)`. `type_name` is `Namespace.Type, Assembly`.
    ///
    /// `Err(NotAvailable)` once the hosting layer is shut.
    pub fn component(&self, assembly: &Path, type_name: &str, method: &str) -> Result<Component, Error> {
        self.check_available()?;
        let pointer = self.context.load_assembly_and_get_function_pointer(
            assembly,
            type_name,
            method,
            MethodKind::Component,
        )?;
        // SAFETY: asked for as a component, the runtime gives a function of exactly this type, and it stays in place
        // until the process ends.
        let entry_point = unsafe { std::mem::transmute::<*const c_void, ComponentEntryPoint>(pointer) };
        Ok(Component { entry_point, crossings: self.crossings })
    }

    /// Calls `static int Method(string)` on this thread and gives what it returns
    /// (`ICLRRuntimeHost::ExecuteInDefaultAppDomain`). The method may be private. The assembly's `deps.json` and the files
    /// beside it are used to find what it depends on.
    ///
    /// `Err` carries the HRESULT of whatever went wrong: a missing file, type or method, or the exception that left the
    /// method.
    pub fn execute(
        &self,
        assembly: &Path,
        type_name: &str,
        method: &str,
        argument: Option<&str>,
    ) -> HostResult<i32> {
        let _ = (assembly, type_name, method, argument);
        Err(Hresult::E_NOTIMPL)
    }

    /// The runtime's tasks; `None` without hooks.
    pub fn tasks(&self) -> Option<Tasks> {
        self.crossings.map(Tasks::new)
    }

    /// Collects this generation and all younger ones, `None` for all (`ICLRGCManager::Collect`).
    pub fn collect(&self, generation: Option<u32>) -> HostResult {
        let _ = generation;
        Err(Hresult::E_NOTIMPL)
    }

    /// What the collector has done and holds (`ICLRGCManager::GetStats`).
    pub fn gc_stats(&self) -> HostResult<GcStats> {
        Err(Hresult::E_NOTIMPL)
    }

    /// A pointer to a static method of any signature, as [`MethodKind`] says. Calling it is up to the caller.
    ///
    /// `Err(NotAvailable)` once the hosting layer is shut.
    pub fn function_pointer(
        &self,
        assembly: &Path,
        type_name: &str,
        method: &str,
        kind: MethodKind<'_>,
    ) -> Result<*const c_void, Error> {
        self.check_available()?;
        Ok(self.context.load_assembly_and_get_function_pointer(assembly, type_name, method, kind)?)
    }

    fn check_available(&self) -> Result<(), Error> {
        check_available(self.crossings)
    }
}

/// A static method that takes bytes and gives a number.
#[derive(Clone, Copy)]
pub struct Component {
    entry_point: ComponentEntryPoint,
    crossings: Option<Crossings>,
}

impl Component {
    /// Calls the method on this thread. It sees `argument`'s address and length and may change the bytes.
    ///
    /// An exception that leaves the method ends the process, as it does for every call from native code.
    /// `Err(NotAvailable)` once the hosting layer is shut.
    pub fn call(&self, argument: &mut [u8]) -> Result<i32, Error> {
        check_available(self.crossings)?;
        let size = i32::try_from(argument.len()).unwrap_or(i32::MAX);
        // SAFETY: the pointer came from the runtime for this signature; the bytes are borrowed for the whole call.
        Ok(unsafe { (self.entry_point)(argument.as_mut_ptr().cast(), size) })
    }
}

fn check_available(crossings: Option<Crossings>) -> Result<(), Error> {
    match crossings {
        Some(crossings) if crossings.is_shut() => Err(Error::NotAvailable),
        _ => Ok(()),
    }
}
