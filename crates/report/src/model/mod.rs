//! The report's types: their fields are the fields of the JSON, under the same names.
//!
//! `docs/report.md` says more of each; a test compares the three places (types, document, schema) in both directions.
//! Words whose list may grow within one version of the format (kinds of target, origins, types of task, codes of
//! notes) are strings here, so that a newer report can still be read. Fields of type `Option` are written as `null`.

mod rows;
mod run;

pub use rows::{
    BracketKind, CallerKind, CallerRow, CrossingKind, FoldedTasks, MismatchRow, OpenRow, OpenedBy, TargetRow,
    TaskRow,
};
pub use run::{
    Application, Clock, Exit, FailedCall, Host, HostDenied, Mode, Process, Runtime, Source, Timing,
};

use clrhost_policy::PolicyReport;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The value of [`Report::schema`]: the format's name and version.
pub const SCHEMA: &str = "clrhost.report/1";

/// Everything that a run told, ready to be written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name and version of the format: [`SCHEMA`].
    pub schema: String,
    /// Version of the clrhost that made the report.
    pub clrhost_version: String,
    /// The runtime that ran the application.
    pub runtime: Runtime,
    /// How the program was run.
    pub mode: Mode,
    /// Where the crossings come from; `None` where none were watched.
    pub source: Option<Source>,
    /// Whether crossings were timed.
    pub timing: Timing,
    /// The clock behind the times; `None` when crossings were not timed.
    pub clock: Option<Clock>,
    /// What was run.
    pub application: Application,
    /// The process it ran in.
    pub process: Process,
    /// Rows of CoreLib and of the framework are left out.
    pub user_only: bool,
    /// Sums over the whole run, rows left out included.
    pub totals: Totals,
    /// What [`user_only`](Self::user_only) left out.
    pub hidden: Hidden,
    /// Native functions that managed code called.
    pub targets: Vec<TargetRow>,
    /// Managed methods that native code called.
    pub callbacks: Vec<TargetRow>,
    /// Assemblies of the program that hold calls through pointers to native functions, not all of which the source sees.
    pub pointer_callers: Vec<String>,
    /// What of the runtime could not be changed so that it tells of crossings, in words.
    pub unhooked: Vec<String>,
    /// Threads that came to the border.
    pub tasks: Vec<TaskRow>,
    /// Threads beyond those listed one by one.
    pub folded_tasks: Option<FoldedTasks>,
    /// The first closing crossings that fitted no open bracket.
    pub mismatches: Vec<MismatchRow>,
    /// How the host fared; `None` where there is none.
    pub host: Option<Host>,
    /// What the policy did, or would have done; `None` where there is none.
    pub policy: Option<PolicyReport>,
    /// What to know before relying on the numbers.
    pub notes: Vec<Note>,
}

impl Report {
    /// Makes a report from while the process ran into the one on its end, where the process made none: it ended in this way, and
    /// for so long before, at most, nothing is known of it.
    pub fn end_early(&mut self, exit: Exit, unreported: Duration) {
        self.process.exit = exit;
        self.process.unreported_ns = Some(u64::try_from(unreported.as_nanos()).unwrap_or(u64::MAX));
        self.notes = crate::notes::of(self);
    }
}

/// Sums over the whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Calls from managed to native code.
    pub leave: u64,
    /// Returns of such calls.
    pub enter: u64,
    /// Calls from native to managed code.
    pub reverse_enter: u64,
    /// Returns of such calls.
    pub reverse_leave: u64,
    /// `leave` and `enter` may be too low, because the source does not see every call through a function pointer.
    pub lower_bound: bool,
    /// Of `leave`: calls of functions whose declaration carries `SuppressGCTransition`.
    pub cooperative: u64,
    /// Closing crossings that fitted no open bracket. They are counted in `enter` and `reverse_leave` too.
    pub mismatches: u64,
    /// Crossings that the source knows it did not count.
    pub lost: u64,
    /// Calls that were counted but not timed, because brackets were nested too deep.
    pub untimed: u64,
    /// Brackets closed without their closing crossing.
    pub unwound: u64,
    /// Brackets that were open when the report was made.
    pub open: u64,
    /// Native functions called.
    pub targets: u64,
    /// Managed methods called by native code.
    pub callbacks: u64,
    /// Bindings of targets that found no room; their calls share the row of kind `overflow`.
    pub refused_targets: u64,
    /// Threads that came to the border.
    pub tasks: u64,
    /// Time in native code, callbacks not included, of calls that returned.
    pub native_ns: Option<u64>,
}

/// What `user_only` left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Rows left out of `targets`.
    pub targets: u64,
    /// Their calls.
    pub calls: u64,
    /// Rows left out of `callbacks`.
    pub callbacks: u64,
    /// Their calls.
    pub callback_calls: u64,
}

/// Something to know before relying on the numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// A word for programs.
    pub code: String,
    /// A sentence or two for people.
    pub text: String,
}
