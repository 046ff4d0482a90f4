//! Keeps the JIT from inlining managed methods that call native code.
//!
//! Under the transitions flag CoreCLR compiles P/Invokes and unmanaged `calli` of a method so that they are reported. But
//! when the JIT inlines that method into another one, the calls in it lose the reporting and go unseen: on .NET 8.0.4 a
//! program that made 200,014 calls through small wrappers was seen to make 11,375. `COR_PRF_DISABLE_INLINING` would
//! mend that by forbidding all inlining, and slow every program down. Instead each inlining is looked at: it is refused
//! if the body of the method that would be inlined makes a native call. Other methods are inlined as ever.
//!
//! A call into another assembly tells only names. Whether they mean a P/Invoke is looked up among the P/Invokes of that
//! assembly, which are collected when it is loaded; while it is not loaded the answer is no inlining.

use crate::il::{Call, calls};
use crate::info::ProfilerInfo;
use crate::metadata::{Metadata, table, table_of};
use crate::probe::lock;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;

/// What is known about inlining.
#[derive(Default)]
pub(crate) struct Inlining {
    /// By FunctionID of the method that would be inlined.
    decided: Mutex<HashMap<usize, bool>>,
    assemblies: Mutex<Assemblies>,
}

#[derive(Default)]
struct Assemblies {
    /// Simple names of the assemblies whose P/Invokes were collected.
    loaded: HashSet<String>,
    /// Type and method.
    pinvokes: HashSet<(String, String)>,
}

impl Inlining {
    /// May the JIT inline this method?
    pub(crate) fn allows(&self, info: &ProfilerInfo, callee: usize) -> bool {
        if let Some(&allowed) = lock(&self.decided).get(&callee) {
            return allowed;
        }
        let allowed = !self.calls_native_code(info, callee);
        lock(&self.decided).insert(callee, allowed);
        allowed
    }

    /// Collects the P/Invokes of an assembly.
    pub(crate) fn module_loaded(&self, path: &Path, metadata: impl FnOnce() -> Option<Metadata>) {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { return };
        if is_frameworks(name) {
            return;
        }
        let named = |metadata: &Metadata, method: u32| {
            let method = metadata.method(method)?;
            Some((metadata.type_name(method.class)?, method.name))
        };
        // Asked for only now, because asking costs: see `image`.
        let metadata = metadata();
        let pinvokes: Vec<_> = metadata
            .iter()
            .flat_map(|metadata| metadata.pinvokes().into_iter().filter_map(|method| named(metadata, method)))
            .collect();
        let mut assemblies = lock(&self.assemblies);
        assemblies.pinvokes.extend(pinvokes);
        assemblies.loaded.insert(name.to_owned());
    }

    /// FunctionIDs lose their meaning.
    pub(crate) fn module_unloads(&self) {
        lock(&self.decided).clear();
    }

    fn calls_native_code(&self, info: &ProfilerInfo, callee: usize) -> bool {
        // Stubs and dynamic methods have no metadata; the JIT does not inline them.
        let Some((metadata, token)) = info.method_metadata(callee) else { return false };
        let body = info.module_of(callee).and_then(|module| info.il_body(module, token));
        match body.as_deref().map(calls) {
            Some(Ok(calls)) => calls.into_iter().any(|call| self.is_native(&metadata, call)),
            // A body that cannot be had (as in assemblies made at run time) or is not understood may contain anything,
            // and no inlining is worth a lost count.
            Some(Err(_)) | None => true,
        }
    }

    fn is_native(&self, metadata: &Metadata, call: Call) -> bool {
        match call {
            Call::Pointer(signature) => metadata.calling_convention(signature).is_none_or(is_unmanaged),
            Call::Method(method) => match table_of(method) {
                table::METHOD_DEF => metadata.is_pinvoke(method),
                table::MEMBER_REF => self.is_foreign_pinvoke(metadata, method),
                // Instances of generic methods, which cannot be P/Invokes.
                _ => false,
            },
        }
    }

    fn is_foreign_pinvoke(&self, metadata: &Metadata, member_ref: u32) -> bool {
        let Some((parent, method)) = metadata.member_ref(member_ref) else { return true };
        if table_of(parent) != table::TYPE_REF {
            // A type of this module is named by a method token, unless it is generic and so has no P/Invokes; what
            // remains are calls with variable arguments.
            return table_of(parent) == table::METHOD_DEF && metadata.is_pinvoke(parent);
        }
        let Some((assembly, type_name)) = metadata.type_ref(parent) else { return true };
        if is_frameworks(&assembly) {
            return false;
        }
        let assemblies = lock(&self.assemblies);
        !assemblies.loaded.contains(&assembly) || assemblies.pinvokes.contains(&(type_name, method))
    }
}

/// .NET's own assemblies have no P/Invoke that others could call.
fn is_frameworks(assembly: &str) -> bool {
    assembly.starts_with("System.")
        || matches!(assembly, "System" | "mscorlib" | "netstandard" | "Microsoft.CSharp")
}

/// Calling conventions of ECMA-335 II.23.2.3, with .NET's `unmanaged`.
fn is_unmanaged(calling_convention: u8) -> bool {
    matches!(calling_convention & 0x0F, 1..=4 | 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unmanaged_conventions_are_native() {
        const HAS_THIS: u8 = 0x20;
        const GENERIC: u8 = 0x10;
        assert!((1..=4).chain([9]).all(is_unmanaged));
        assert!([0, 5, HAS_THIS, GENERIC].into_iter().all(|convention| !is_unmanaged(convention)));
    }

    #[test]
    fn packages_are_not_the_framework() {
        assert!(is_frameworks("System.Runtime") && is_frameworks("mscorlib"));
        assert!(!is_frameworks("SQLitePCLRaw.provider.e_sqlite3") && !is_frameworks("SystemTools"));
    }
}
