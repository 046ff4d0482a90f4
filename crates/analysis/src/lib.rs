//! What a recording says: the report that its calls give, findings about time in words, and one page to look at.
//!
//! [`Analysis::new`] reads all calls of a [`Recording`](clrhost_trace::Recording) once; everything else is made from it.
//!
//! Not for: the file format (`clrhost-trace`), or what a report is (`clrhost-report`). Nothing here runs in the process that is
//! observed.

mod analysis;
mod document;
mod findings;
mod flame;
mod histogram;
mod html;
mod names;
mod nesting;
mod report;
mod summary;

pub use analysis::{Analysis, BadRecording};
pub use document::{DOCUMENT_SCHEMA, Document, RecordingInfo};
pub use findings::{
    Findings, FindingsOptions, GenerationSum, KindCount, LostCalls, Missing, Named, OpenCall, PauseSum,
    PoolUse, Stay, Stop, Suspect,
};
pub use html::PageOptions;
