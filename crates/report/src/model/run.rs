//! The circumstances of a run: what was run, by which runtime, how it was watched, how it ended.

use serde::{Deserialize, Serialize};

/// The runtime that ran the application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What was not verified about seeing this version's crossings by the report's source, in one sentence.
    #[serde(default)]
    pub unverified: Option<String>,
}

/// How a program was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Hosted by clrhost, crossings watched.
    Run,
    /// Hosted by clrhost, crossings not watched.
    RunNoHooks,
    /// Started by somebody else, crossings watched.
    Trace,
}

/// Where crossings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The profiling interface's code transitions.
    Flag,
    /// Code of clrhost's own between callers and targets.
    Thunks,
}

/// Whether crossings were timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Counted and timed.
    Timed,
    /// Only counted.
    Counted,
}

/// The clock behind the times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Nanoseconds in one of its ticks.
    pub ns_per_tick: f64,
    /// By how many millionths its rate differed between two parts of the run; `None` where it cannot be told.
    pub drift_ppm: Option<f64>,
}

/// What was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Path of the program.
    pub path: String,
    /// Its arguments.
    pub args: Vec<String>,
}

/// The process the application ran in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its id.
    pub pid: u32,
    /// Wall time of the application.
    pub wall_ns: u64,
    /// How it ended.
    pub exit: Exit,
    /// Where it ended without making a report: for how long before its end, at most, nothing is known.
    #[serde(default)]
    pub unreported_ns: Option<u64>,
}

/// How an application ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Exit {
    /// With an exit code.
    Code {
        /// The code.
        code: i32,
    },
    /// By a signal.
    Signal {
        /// Its number.
        signal: i32,
    },
    /// It had not ended when the report was made.
    InProgress,
    /// Not known.
    Unknown,
}

/// How the host fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The hosting layer was shut: the host was not called any more.
    pub shut: bool,
    /// Calls that did not end with `S_OK`.
    pub failures: u64,
    /// The first of them.
    pub failed_calls: Vec<FailedCall>,
    /// Targets that it denied: at most 256, the first one first.
    #[serde(default)]
    pub denied_targets: Vec<HostDenied>,
    /// Attempts to reach further ones.
    #[serde(default)]
    pub denied_left_out: u64,
}

/// A target that the host denied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostDenied {
    /// The managed method, as in [`TargetRow::method`](super::TargetRow::method).
    pub method: String,
    /// File name of the assembly that declares it.
    pub assembly: Option<String>,
    /// Native library as the declaration names it.
    pub library: Option<String>,
    /// Entry point in that library.
    pub symbol: Option<String>,
    /// File of the native library.
    pub file: Option<String>,
    /// The host's words.
    pub reason: String,
    /// Attempts to reach it, all in vain.
    pub attempts: u64,
}

/// A call to the host that did not end with `S_OK`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCall {
    /// The contract's name of the call.
    pub method: String,
    /// The answer, as "0x80004005".
    pub hresult: String,
    /// The contract's name of the answer.
    pub name: Option<String>,
    /// The message, where the host panicked.
    pub panic: Option<String>,
}
