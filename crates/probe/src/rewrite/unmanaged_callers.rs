//! Methods with `UnmanagedCallersOnly`: native code has their address, so no thunk can stand before them. They tell it
//! themselves.

use super::NOT_FOUND;
use super::code::{Module, Outcome};
use super::signatures::Mode;
use super::weave::{Additions, weave};
use crate::names::Names;
use crate::native_hooks;
use crate::rewrite::body::{Body, op};
use clrhost_boundary::TargetDescription;
use std::ffi::c_void;
use std::path::Path;

/// The calling convention of a static method that is not generic.
const STATIC: u8 = 0x00;

/// A method with `UnmanagedCallersOnly` that tells when it is called. Lives as long as the process: the method's code has
/// its address.
#[derive(Debug)]
pub(crate) struct UnmanagedCallersOnlyMethod {
    /// The runtime's id of its module, as long as that is loaded.
    pub(crate) module: usize,
    /// Its token.
    pub(crate) method: u32,
    /// What it is called in reports.
    pub(crate) description: TargetDescription,
}

impl UnmanagedCallersOnlyMethod {
    /// # Safety
    /// `entry` is what a rewritten method passes to `uco_enter` and `uco_leave`.
    pub(crate) unsafe fn at(entry: usize) -> &'static UnmanagedCallersOnlyMethod {
        // SAFETY: the caller's duty; it is never freed or changed.
        unsafe { &*(entry as *const UnmanagedCallersOnlyMethod) }
    }
}

/// Finds them in a module that is being loaded. Gives the tokens of those that were rewritten, and in words those that
/// were not.
pub(super) fn rewrite(
    module: &Module<'_>,
    names: &Names,
    path: &Path,
    host_may_block: bool,
) -> (Vec<u32>, Vec<String>) {
    let methods =
        module.image.methods_with("System.Runtime.InteropServices", "UnmanagedCallersOnlyAttribute");
    let (mut rewritten, mut failures) = (Vec::new(), Vec::new());
    for method in methods {
        let definition = module.image.method(method);
        // The runtime accepts no others; it says so when one is called.
        if definition.signature.first() != Some(&STATIC) {
            continue;
        }
        let type_name = module.image.type_name(module.image.class_of(method));
        let description = names.describe_callers_only(path, type_name.as_deref(), definition.name);
        let name = description.method.clone();
        let entry = UnmanagedCallersOnlyMethod { module: module.id, method, description };
        match tell_of_calls(module, entry, host_may_block) {
            Ok(()) => rewritten.push(method),
            Err(reason) => failures.push(format!("{name}: {reason}")),
        }
    }
    (rewritten, failures)
}

fn tell_of_calls(
    module: &Module<'_>,
    entry: UnmanagedCallersOnlyMethod,
    host_may_block: bool,
) -> Outcome<()> {
    let method = entry.method;
    let [STATIC, count @ 0..0x80, ..] = *module.image.method(method).signature else {
        return Err(NOT_FOUND.to_owned());
    };
    let il = module.il(method)?;
    let mode = if host_may_block { Mode::Preemptive } else { Mode::Cooperative };
    let tell = module.signatures.call(mode, 1)?;
    let entry = std::ptr::from_ref::<UnmanagedCallersOnlyMethod>(Box::leak(Box::new(entry))) as usize;
    let piece = |function: *const c_void| {
        let mut body = Body::default();
        body.address(entry).call_native(function, tell);
        body.code()
    };
    let first = piece(native_hooks::uco_enter as *const c_void);
    let before_return = piece(native_hooks::uco_leave as *const c_void);
    let additions =
        Additions { first: &first, before_return: &before_return, stack: 2, ..Additions::default() };
    let woven = weave(&il, &additions).map_err(|_| NOT_FOUND)?;
    let set = |method, il: &[u8]| {
        module.info.set_il_method(module.id, method, il).map_err(|hresult| hresult.to_string())
    };
    if !host_may_block {
        return set(method, &woven);
    }
    // Two native calls in a method that native code calls cost 5 ns more than in one that this calls (measured on 8.0.4).
    let inner = module.signatures.editor()?.define_beside(method).map_err(|hresult| hresult.to_string())?;
    set(inner, &woven)?;
    let mut body = Body::default();
    body.arguments(count).call(inner).op(op::RET);
    set(method, &body.finish(u16::from(count) + 1, 0))
}
