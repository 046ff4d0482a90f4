//! CoreLib's own methods, changed so that a host hears of them.
//!
//! When the runtime loads CoreLib and there is a host, the methods behind `Thread.Sleep`, waits, culture setters and thread
//! starts get new bodies: the old body moves to a new method, `NAME$host`, and the new one calls a native function of ours
//! before or around it. That is done before anything of CoreLib runs. Precompiled code of these methods, and of those that
//! inlined them, is refused.
//!
//! The injected calls are calls from managed to native code and would be reported as such by the flag source. So each is
//! announced first, by a call of `notify::expect_own_call` that the runtime does not take for one (see there).
//!
//! A method that has another shape in some version stays as it is, and is named in `Probe::unhooked`.
//!
//! Where the source of crossings are thunks, delegates, `UnmanagedCallersOnly` methods and `NativeLibrary` get IL woven into
//! their own (`delegates`, `unmanaged_callers`, `learning`). That asks nothing of the runtime that would make it copy
//! metadata, so it costs a start-up almost nothing; see `image`.

mod body;
mod code;
mod delegates;
mod editor;
pub(crate) mod learning;
mod methods;
mod signatures;
mod unmanaged_callers;
mod weave;

use crate::info::{LoadedModule, ProfilerInfo};
use crate::names::Names;
use crate::probe::{Probe, lock};
use std::collections::HashSet;
use std::sync::Mutex;

pub(crate) use unmanaged_callers::UnmanagedCallersOnlyMethod;

const NOT_FOUND: &str = "this version of CoreLib has no such method, or one of another shape";

/// What rewritten methods are to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// A host hears of sleeps, waits and threads.
    pub(crate) hosting: bool,
    /// Calls out of native code, and pointers for them, are told by the methods themselves.
    pub(crate) callbacks: bool,
    /// What is told of them may block.
    pub(crate) host_may_block: bool,
}

/// Which methods were rewritten, and so must not run precompiled.
#[derive(Default)]
pub(crate) struct Rewritten {
    /// By module and token.
    refused: Mutex<HashSet<(usize, u32)>>,
}

impl Rewritten {
    /// Changes a module that the runtime has just loaded.
    pub(crate) fn module_loaded(
        &self,
        probe: &'static Probe,
        info: &ProfilerInfo,
        names: &Names,
        (id, loaded): (usize, &LoadedModule),
        wanted: Wanted,
    ) {
        let is_corelib = loaded.path.file_name().is_some_and(|name| name == "System.Private.CoreLib.dll");
        let mut rewritten = Vec::new();
        if wanted.callbacks
            && let Some(image) = loaded.image()
        {
            let module = code::Module::new(info, id, &image);
            if is_corelib {
                let outcomes = delegates::rewrite(&module).into_iter().chain(learning::rewrite(&module));
                for (what, outcome) in outcomes {
                    match outcome {
                        Ok(methods) => rewritten.extend(methods),
                        Err(reason) => probe.note_unhooked(format!("{what}: {reason}")),
                    }
                }
            }
            let (methods, failures) =
                unmanaged_callers::rewrite(probe, &module, names, &loaded.path, wanted.host_may_block);
            rewritten.extend(methods);
            failures.into_iter().for_each(|failure| probe.note_unhooked(failure));
        }
        // Last, because it makes the metadata changeable.
        if wanted.hosting && is_corelib {
            let (methods, failures) = methods::rewrite(info, id);
            rewritten.extend(methods);
            failures.into_iter().for_each(|failure| probe.note_unhooked(failure));
        }
        let inliners = rewritten.iter().flat_map(|&method| info.inliners(id, id, method));
        let refused: Vec<_> = inliners.chain(rewritten.iter().map(|&method| (id, method))).collect();
        // No lock while the runtime is called.
        lock(&self.refused).extend(refused);
    }

    /// Its id may be given to another module.
    pub(crate) fn module_unloads(&self, module: usize) {
        lock(&self.refused).retain(|&(of, _)| of != module);
    }

    /// May the runtime use precompiled code of this function?
    pub(crate) fn allows_precompiled(&self, info: &ProfilerInfo, function: usize) -> bool {
        let refused = lock(&self.refused);
        refused.is_empty() || {
            // No lock while the runtime is called.
            drop(refused);
            info.method_of(function).is_none_or(|method| !lock(&self.refused).contains(&method))
        }
    }
}
