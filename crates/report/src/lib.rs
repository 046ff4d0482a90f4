//! The report: what a run of clrhost tells when it ends.
//!
//! [`Report::new`] turns the core's [`Snapshot`](clrhost_boundary::Snapshot), in ticks and numbers of targets, into a
//! [`Report`], in nanoseconds and names. A report is written as JSON ([`Report::to_json`]), a stable format that
//! `docs/report.md` and `docs/report.schema.json` describe, or as text for people ([`Report::render_text`]).
//!
//! Not for: counting, or finding out about processes. What the core does not know comes in by [`ReportContext`].
//!
//! Invariant: everything the text says is in the JSON. The text is made from the [`Report`] alone, so a report that
//! was read back from a file renders as it did when it was made.

mod assemble;
mod context;
mod diff;
mod duration;
mod json;
mod judged;
mod model;
mod notes;

mod text;

pub use assemble::FUNCTION_POINTERS;
pub use clrhost_boundary::TaskType;
pub use clrhost_policy::{Finding, FindingKind, PolicyReport, PolicyRule};

pub use context::{HostOutcome, ReportContext};
pub use diff::{Change, DIFF_SCHEMA, Diff, DiffOptions, Metric, RunSums, Side};
pub use duration::{count, counted, duration};
pub use judged::{is_judged, subject_of};
pub use model::{
    Application, BracketKind, CallerKind, CallerRow, Clock, CrossingKind, Exit, FailedCall, FoldedTasks,
    Hidden, Host, HostDenied, MismatchRow, Mode, Note, OpenRow, OpenedBy, Process, Report, Runtime, SCHEMA,
    Source, TargetRow, TaskRow, Timing, Totals,
};
pub use text::{Style, TextOptions, TextPage, printable};
