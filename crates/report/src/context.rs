//! What the core cannot know about a run and the report has to say.

use crate::model::{Exit, Mode, Source, Timing};
use clrhost_boundary::{DeniedTarget, HostFailure, HostingLayer};
use clrhost_policy::Violations;
use std::sync::Arc;

/// The circumstances of a run, given by whoever ran it.
#[derive(Clone, Debug)]
pub struct ReportContext {
    /// Name of the runtime, as "CoreCLR".
    pub runtime_name: String,
    /// Version of the runtime, as "8.0.4".
    pub runtime_version: String,
    /// What was not verified about this version and the source, in one sentence.
    pub unverified: Option<String>,
    /// Version of clrhost.
    pub clrhost_version: String,
    /// How the program was run.
    pub mode: Mode,
    /// Where the crossings come from; `None` where none were watched.
    pub source: Option<Source>,
    /// Whether crossings were timed.
    pub timing: Timing,
    /// Path of the application.
    pub application: String,
    /// Arguments of the application.
    pub args: Vec<String>,
    /// Id of the process.
    pub pid: u32,
    /// Wall time of the application in nanoseconds.
    pub wall_ns: u64,
    /// How the application ended.
    pub exit: Exit,
    /// Nanoseconds in a tick of the clock that made the snapshot. A number that is not finite or not above zero means
    /// that ticks cannot be converted; the report is then one without times.
    pub ns_per_tick: f64,
    /// By how many millionths that changed over the run; `None` where it cannot be told, as of the system's own clock.
    pub drift_ppm: Option<f64>,
    /// Leave out the rows of CoreLib and of the framework. Totals stay whole.
    pub user_only: bool,
    /// How the host fared; `None` where there is none.
    pub host: Option<HostOutcome>,
    /// The policy, with what it denied; `None` where there is none.
    pub policy: Option<Arc<Violations>>,
    /// Crossings that the source knows it did not count.
    pub lost: u64,
    /// File names of the program's assemblies that hold calls through pointers to native functions, where the source
    /// does not see all such calls and does not say so at their row.
    pub pointer_callers: Vec<String>,
    /// What of the runtime could not be changed so that it tells of crossings, in words.
    pub unhooked: Vec<String>,
}

impl ReportContext {
    /// Times can be given: they were taken, and the ticks can be converted.
    pub(crate) fn has_times(&self) -> bool {
        self.timing == Timing::Timed && self.ns_per_tick.is_finite() && self.ns_per_tick > 0.0
    }
}

/// What a hosting layer recorded about its host.
#[derive(Clone, Debug, Default)]
pub struct HostOutcome {
    /// The layer was shut by `E_FAIL` or a panic.
    pub shut: bool,
    /// Calls that did not end with `S_OK`.
    pub failures: u64,
    /// The first of them.
    pub kept: Vec<HostFailure>,
    /// Targets that the host denied.
    pub denied: Vec<Arc<DeniedTarget>>,
}

impl HostOutcome {
    /// Reads the layer's record.
    pub fn of(layer: &HostingLayer) -> HostOutcome {
        let (failures, kept) = layer.failures();
        HostOutcome { shut: layer.is_shut(), failures, kept, denied: layer.denied_targets() }
    }
}
