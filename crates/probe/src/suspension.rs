//! Suspensions of the managed threads, told to a host that wants to know (contract: hosting, section 6).
//!
//! The runtime reports them on the thread that suspends the others. Which generation is collected comes by a callback of
//! its own, between the two. A thread that would go on managed code meanwhile reports itself.

use crate::probe::Probe;
use clrhost_abi::Hresult;
use clrhost_boundary::{GcManager, HostResult};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};

/// No collection in this suspension.
const NONE: i32 = -1;

pub(crate) struct Suspensions {
    manager: Box<dyn GcManager>,
    generation: AtomicI32,
}

impl Suspensions {
    pub(crate) fn new(manager: Box<dyn GcManager>) -> Suspensions {
        Suspensions { manager, generation: AtomicI32::new(NONE) }
    }

    pub(crate) fn starts(&self, probe: &Probe) {
        self.generation.store(NONE, Ordering::Relaxed);
        self.tell(probe, "SuspensionStarting", |manager| manager.suspension_starting());
    }

    /// On a thread that is about to wait for the end.
    pub(crate) fn blocks(&self, probe: &Probe) {
        self.tell(probe, "ThreadIsBlockingForSuspension", |manager| {
            manager.thread_is_blocking_for_suspension()
        });
    }

    /// One flag for each generation; those past the third stand for kinds of large objects.
    pub(crate) fn collects(&self, generations: &[i32]) {
        let oldest = generations.iter().take(3).rposition(|&collected| collected != 0);
        self.generation.store(oldest.map_or(NONE, |oldest| oldest as i32), Ordering::Relaxed);
    }

    pub(crate) fn ends(&self, probe: &Probe) {
        let generation = u32::try_from(self.generation.load(Ordering::Relaxed)).ok();
        self.tell(probe, "SuspensionEnding", |manager| manager.suspension_ending(generation));
    }

    fn tell(&self, probe: &Probe, method: &'static str, call: impl FnOnce(&dyn GcManager) -> HostResult) {
        let Some(layer) = probe.boundary().layer().filter(|layer| !layer.is_shut()) else { return };
        // Unwind safety: after a panic the layer is shut and the manager is not looked at again.
        match catch_unwind(AssertUnwindSafe(|| call(&*self.manager))) {
            Ok(Ok(())) => {}
            Ok(Err(hresult)) => layer.note(method, hresult),
            Err(payload) => {
                // Dropping a payload can panic in turn; it is leaked, once per process at most.
                std::mem::forget(payload);
                layer.note(method, Hresult::E_FAIL);
            }
        }
    }
}
