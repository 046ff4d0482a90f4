//! What clrhost's tests share: where the test programs lie, how to run one with a time limit, and
//! what a test program says a report about it must contain.
//!
//! A dev-dependency only. `cargo xtask test` makes everything that [`paths`] names; this crate
//! builds nothing.
//!
//! ```no_run
//! use clrhost_testkit::{Expected, Run, fixture, scratch};
//!
//! let report = scratch("values").join("report.json");
//! let finished = Run::clrhost()
//!     .args(["run", "--format", "json", "--report"])
//!     .arg(&report)
//!     .arg(fixture("Values"))
//!     .output();
//! finished.assert_code(0);
//! let expected = Expected::from_stdout(&finished.stdout);
//! let report = clrhost_testkit::read_report(&report);
//! assert_eq!(report["targets"].as_array().unwrap().len(), expected.targets.len());
//! ```

mod compare;
mod expected;
mod library;
mod needs;
mod paths;
mod run;

pub use compare::{Difference, Direction, RowKey, compare_rows, compare_rows_by};
pub use expected::{Expected, ExpectedExport, ExpectedRow, read_report};
pub use library::SharedLibrary;
pub use needs::{Needs, dotnet_version, has, leave_out};
pub use paths::{
    clrhost, dotnet, dotnet_root, fixture, program, sample, scratch, target_dir, workspace_root,
};
pub use run::{Finished, Run};

/// `SIGINT`, as a terminal's Ctrl-C sends it.
pub const SIGINT: i32 = libc::SIGINT;
/// `SIGTERM`, the polite end.
pub const SIGTERM: i32 = libc::SIGTERM;
/// `SIGKILL`, which a process can't see coming.
pub const SIGKILL: i32 = libc::SIGKILL;
/// `SIGABRT`, how the runtime ends a process after an unhandled exception.
pub const SIGABRT: i32 = libc::SIGABRT;
