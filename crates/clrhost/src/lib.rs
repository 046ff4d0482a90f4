//! Host modern .NET in your own program, and see every crossing between managed and native code.
//!
//! The hosting API of the .NET Framework let a native program host the CLR and be told of every crossing, through
//! `IHostTaskManager`. CoreCLR has nothing of the kind. This crate brings it back over the unmodified CoreCLR: it finds
//! .NET, runs an application or calls a static method in this process, and reports to a [`TaskManager`] of yours.
//!
//! ```no_run
//! use clrhost::{Application, Host, HostResult, Target, Task, TaskManager};
//!
//! struct Printer;
//!
//! impl TaskManager for Printer {
//!     fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
//!         println!("task {} calls {}", task.id(), target.description().method);
//!         Ok(())
//!     }
//! }
//!
//! # fn main() -> Result<(), clrhost::Error> {
//! let exit_code = Host::builder().task_manager(Printer).run(Application::new("app.dll"))?;
//! # Ok(())
//! # }
//! ```
//!
//! What a host is told and when, and what its answers do, is written at [`TaskManager`]. What was counted can be had at
//! any time from [`Crossings`].
//!
//! # Limits
//! * One runtime per process, as CoreCLR has it; a second start is an [`Error::AlreadyStarted`].
//! * Starting with hooks sets environment variables until the runtime has read them, so no other thread may be reading
//!   the environment through C at that time.
//! * Not every call through a function pointer passes clrhost, and a function can be denied where it is bound and not later;
//!   see `docs/semantics.md`.

mod abort;
mod application;
mod coreclr;
mod crossings;
mod error;
mod gate;
mod host;
mod new_file;
mod newest;
mod process_end;
mod progress;
mod recorder;
mod reporter;
mod runtime;
mod shim;
mod spare;
mod tasks;
mod yielding;

pub use application::Application;
pub use crossings::Crossings;
pub use error::Error;
pub use host::{Host, Prepared};
pub use new_file::new_file;
pub use process_end::{
    ProcessEnd, on_adopted_process_end, on_process_end, run_last, with_all_signals_blocked,
};
pub use recorder::{Recorder, RecordingOptions, Replaces, beside};
pub use reporter::{RECORDING_FAILED, Reporter};
pub use runtime::{Component, GcStats, Runtime};
pub use spare::SpareDescriptor;
pub use tasks::Tasks;

pub use clrhost_boundary::{
    Admission, CrossingCounts, DeniedTarget, Engine, GcManager, HostFailure, HostResult, Hresult, Origin,
    Snapshot, Substitute, Target, TargetDescription, TargetId, TargetKind, TargetStats, Task, TaskManager,
    TaskRequest, TaskStats, TaskType, WaitOption,
};
pub use clrhost_engine_coreclr as engine;
pub use clrhost_policy as policy;
pub use clrhost_probe::{
    Attachment, Probe, ProbeConfig, ProbeError, ProbeSnapshot, Source, ThunkMemory, Timing,
    check_environment, check_thunks, configured_profiler, diagnostics_off, environment_beside,
    environment_for, say, secure_execution, versions,
};
pub use clrhost_report as report;
