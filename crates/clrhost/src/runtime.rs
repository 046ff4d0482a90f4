//! A runtime without an application, in which static methods are called.

use crate::crossings::PreparedEnvironment;
use crate::{Crossings, Error};
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
