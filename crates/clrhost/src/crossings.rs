//! What was counted, to be read at any time.

use crate::abort::deliver;
use clrhost_boundary::{HostingLayer, Task};
use clrhost_engine_coreclr::Shim;
use clrhost_probe::{Attachment, Probe, ProbeSnapshot, Source, Timing};
use std::sync::Arc;

/// A handle on the process's counts. Cheap to copy; any thread may read at any time, while the application runs on.
#[derive(Clone, Copy)]
pub struct Crossings {
    probe: &'static Probe,
}

impl Crossings {
    pub(crate) fn new(probe: &'static Probe) -> Crossings {
        Crossings { probe }
    }

    pub(crate) fn of_process() -> Option<Crossings> {
        Probe::installed().map(Crossings::new)
    }

    /// Whether the runtime has taken the probe.
    pub fn attachment(&self) -> Attachment {
        self.probe.attachment()
    }

    /// True once the host answered `E_FAIL` or panicked; later calls into the library answer
    /// `HOST_E_CLRNOTAVAILABLE`.
    pub fn is_shut(&self) -> bool {
        self.probe.boundary().layer().is_some_and(HostingLayer::is_shut)
    }

    /// How crossings are seen.
    pub fn source(&self) -> Source {
        self.probe.source()
    }

    /// What of the runtime could not be changed so that it tells of crossings, or calls a task manager, in words; empty where
    /// everything could. Differs between versions of .NET.
    pub fn unhooked(&self) -> Vec<String> {
        self.probe.unhooked()
    }

    /// What was not verified about this source on this version of .NET, in one sentence; `None` where all was. Known once the
    /// runtime has taken the probe.
    pub fn unverified(&self) -> Option<String> {
        self.probe.unverified()
    }

    /// File names of the application's assemblies, loaded so far, that hold calls through pointers to native functions.
    /// Thunks see such a call if managed code got the pointer by name, and no other. Empty with [`Source::Flag`].
    pub fn pointer_callers(&self) -> Vec<String> {
        self.probe.pointer_callers()
    }

    /// How many native functions and delegates have code of clrhost before them.
    pub fn thunks(&self) -> usize {
        self.probe.thunks()
    }

    /// How many blocks of memory there are in which tasks keep their numbers: those of live tasks, and up to 256 that wait for tasks
    /// to come. A block takes the pages that its tasks touched.
    pub fn blocks(&self) -> usize {
        self.probe.boundary().registry().blocks()
    }

    pub(crate) fn is_hosted(&self) -> bool {
        self.probe.is_hosted()
    }

    pub(crate) fn probe(&self) -> &'static Probe {
        self.probe
    }

    /// Lets aborts that were held back go out through this managed part.
    pub(crate) fn deliver_aborts(&self, shim: Shim) {
        let probe = self.probe;
        probe.set_abort_delivery(move |task| deliver(probe, shim, task));
    }

    pub(crate) fn live_tasks(&self) -> Vec<Arc<Task>> {
        self.probe.boundary().registry().live_tasks()
    }

    /// What is recorded at each crossing.
    pub fn timing(&self) -> Timing {
        self.probe.timing()
    }

    /// All numbers as they are, in ticks.
    pub fn snapshot(&self) -> ProbeSnapshot {
        self.probe.snapshot()
    }
}

/// Puts the environment back when what was prepared goes unused. Once the runtime has taken the probe there is nothing
/// left to do.
pub(crate) struct PreparedEnvironment(Option<Crossings>);

impl PreparedEnvironment {
    pub(crate) fn of(crossings: Option<Crossings>) -> PreparedEnvironment {
        PreparedEnvironment(crossings)
    }
}

impl Drop for PreparedEnvironment {
    fn drop(&mut self) {
        if let Some(crossings) = self.0 {
            crossings.probe.deactivate();
        }
    }
}
