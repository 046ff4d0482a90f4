//! A runtime without an application, in which static methods are called.

use crate::crossings::PreparedEnvironment;
use crate::{Crossings, Error, HostResult, Hresult, Tasks, shim};
use clrhost_engine_coreclr::context::MethodKind;
use clrhost_engine_coreclr::{self as engine, Context, RuntimeConfigFile, Shim};
use std::ffi::c_void;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// A hosted runtime. It lives until the process ends: CoreCLR cannot be unloaded.
pub struct Runtime {
    context: Context<RuntimeConfigFile>,
    framework: Option<engine::Runtime>,
    crossings: Option<Crossings>,
    explicit_collections: AtomicU64,
    _environment: PreparedEnvironment,
}

/// What the collector has done and holds. Sizes are in bytes; `None` where this version of .NET does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GcStats {
    /// Collections that somebody asked for through [`Runtime::collect`].
    pub explicit: u64,
    /// Collections of generations 0, 1 and 2, each with those of the older ones in it.
    pub collections: [u64; 3],
    /// Committed to the managed heap.
    pub committed: Option<u64>,
    /// Size of the managed heap at the last collection.
    pub heap: Option<u64>,
    /// Moved to an older generation in the last collection.
    pub promoted: Option<u64>,
    /// What the collector may use.
    pub available: Option<u64>,
}

/// `component_entry_point_fn` of `coreclr_delegates.h`.
type ComponentEntryPoint = unsafe extern "C" fn(argument: *mut c_void, size: i32) -> i32;

impl Runtime {
    pub(crate) fn new(
        context: Context<RuntimeConfigFile>,
        framework: Option<engine::Runtime>,
        crossings: Option<Crossings>,
    ) -> Runtime {
        Runtime {
            context,
            framework,
            crossings,
            explicit_collections: AtomicU64::new(0),
            _environment: PreparedEnvironment::of(crossings),
        }
    }

    /// Makes sure that the runtime runs. Without hooks it does so only at the first call into it.
    ///
    /// Afterwards [`execute`](Self::execute), [`collect`](Self::collect), [`gc_stats`](Self::gc_stats) and
    /// [`framework`](Self::framework) use nothing that a thread could not share.
    pub fn start_now(&self) -> Result<(), Error> {
        self.shim().map(drop)
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
        let utf16 = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        let argument = argument.map(utf16);
        let assembly = utf16(&assembly.to_string_lossy());
        self.execute_utf16(&assembly, &utf16(type_name), &utf16(method), argument.as_deref())
    }

    /// [`execute`](Self::execute) with texts as the runtime has them.
    pub fn execute_utf16(
        &self,
        assembly: &[u16],
        type_name: &[u16],
        method: &[u16],
        argument: Option<&[u16]>,
    ) -> HostResult<i32> {
        self.available()?;
        let shim = self.shim().map_err(|error| error.hresult().unwrap_or(Hresult::CLR_E_SHIM_RUNTIMELOAD))?;
        // So that the thread can be aborted while it is in the method.
        let task = match self.tasks().filter(|_| self.is_hosted()) {
            Some(tasks) => Some(tasks.attach()?),
            None => None,
        };
        let gate = task.as_ref().map(|task| task.abort().gate());
        shim.execute(assembly, type_name, method, argument, gate).map_err(Hresult)
    }

    /// What the last failure of [`execute`](Self::execute) on this thread was about, in .NET's words: the exception with
    /// its stack, for example.
    pub fn last_error(&self) -> Option<String> {
        shim::loaded().map(Shim::last_error).filter(|error| !error.is_empty())
    }

    /// The runtime's tasks; `None` without hooks.
    pub fn tasks(&self) -> Option<Tasks> {
        self.crossings.map(Tasks::new)
    }

    /// Collects this generation and all younger ones, `None` for all (`ICLRGCManager::Collect`).
    pub fn collect(&self, generation: Option<u32>) -> HostResult {
        self.available()?;
        let shim = self.shim().map_err(|_| Hresult::CLR_E_SHIM_RUNTIMELOAD)?;
        shim.collect(generation).map_err(Hresult)?;
        self.explicit_collections.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// What the collector has done and holds (`ICLRGCManager::GetStats`).
    pub fn gc_stats(&self) -> HostResult<GcStats> {
        self.available()?;
        let shim = self.shim().map_err(|_| Hresult::CLR_E_SHIM_RUNTIMELOAD)?;
        let numbers = shim.memory().map_err(Hresult)?;
        let known = |number: i64| u64::try_from(number).ok();
        Ok(GcStats {
            explicit: self.explicit_collections.load(Ordering::Relaxed),
            collections: numbers.collections.map(|count| known(count).unwrap_or(0)),
            committed: known(numbers.committed),
            heap: known(numbers.heap),
            promoted: known(numbers.promoted),
            available: known(numbers.available),
        })
    }

    /// The managed part, loaded now if it was not, which starts the runtime.
    pub(crate) fn shim(&self) -> Result<&'static Shim, Error> {
        shim::get_or_load(self.crossings, || Shim::load(&self.context))
    }

    fn is_hosted(&self) -> bool {
        self.crossings.is_some_and(|crossings| crossings.is_hosted())
    }

    fn available(&self) -> HostResult {
        self.check_available().map_err(|_| Hresult::HOST_E_CLRNOTAVAILABLE)
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
