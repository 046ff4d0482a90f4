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

mod body;
mod editor;
mod methods;
mod weave;

use crate::info::ProfilerInfo;
use crate::probe::{Probe, lock};
use std::collections::HashSet;
use std::sync::Mutex;

/// Which methods were rewritten, and so must not run precompiled.
#[derive(Default)]
pub(crate) struct Rewritten {
    /// By module and token.
    refused: Mutex<HashSet<(usize, u32)>>,
}

impl Rewritten {
    /// Changes CoreLib, which the runtime has just loaded as `module`.
    pub(crate) fn rewrite_corelib(&self, probe: &Probe, info: &ProfilerInfo, module: usize) {
        let (rewritten, failures) = methods::rewrite(info, module);
        failures.into_iter().for_each(|failure| probe.note_unhooked(failure));
        let mut refused = HashSet::new();
        for method in rewritten {
            refused.insert((module, method));
            refused.extend(info.inliners(module, module, method));
        }
        lock(&self.refused).extend(refused);
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
