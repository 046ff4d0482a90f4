//! The rows of the report: targets, tasks, open brackets, mismatches.

use serde::{Deserialize, Serialize};

/// One native function that managed code called, or one managed method that native code called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetRow {
    /// The managed method: the declaration of a P/Invoke, the delegate's `Invoke`, the called method.
    pub method: String,
    /// File name of the assembly that declares it.
    pub assembly: Option<String>,
    /// Native library as the declaration names it.
    pub library: Option<String>,
    /// Entry point in that library.
    pub symbol: Option<String>,
    /// File of the native library that holds the code.
    pub file: Option<String>,
    /// Address of the code, as `0x7f0a12345678`.
    pub address: Option<String>,
    /// In which way the target is reached.
    pub kind: String,
    /// Whose code declares it.
    pub origin: String,
    /// The declaration carries `SuppressGCTransition`.
    pub suppress_gc_transition: bool,
    /// The host had another function called in its place.
    #[serde(default)]
    pub substituted: bool,
    /// Calls begun.
    pub calls: u64,
    /// Calls that returned.
    pub completed: u64,
    /// Calls closed without their closing crossing.
    pub unwound: u64,
    /// There may have been more calls than `calls` says.
    pub lower_bound: bool,
    /// Threads that made at least one of the calls.
    pub threads: u64,
    /// Time from call to return of all calls that returned.
    pub total_ns: Option<u64>,
    /// The same without what lies in calls over the border inside.
    pub self_ns: Option<u64>,
    /// Mean time of a call that returned.
    pub mean_ns: Option<f64>,
    /// Median time of a call that returned.
    pub p50_ns: Option<u64>,
    /// Time that 99 of 100 calls that returned did not exceed.
    pub p99_ns: Option<u64>,
    /// Longest time of a call that returned.
    pub max_ns: Option<u64>,
    /// For callbacks, who called them, most calls first; empty for native functions.
    pub called_from: Vec<CallerRow>,
}

/// Who called a callback how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerRow {
    /// What kind of caller.
    pub kind: CallerKind,
    /// The managed method through which the native caller was called; null for callers without one.
    pub method: Option<String>,
    /// Its native library.
    pub library: Option<String>,
    /// Its entry point.
    pub symbol: Option<String>,
    /// The calls.
    pub calls: u64,
}

/// What kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A native function that managed code had called on the same thread.
    Target,
    /// Native code on a thread that was in no native call of managed code.
    Outside,
    /// Further callers, which are not kept apart.
    Other,
}

/// One thread that came to the border.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    /// Its number in this process, in the order of first crossings, from 1.
    pub id: u64,
    /// The operating system's id of the thread.
    pub os_thread_id: u64,
    /// Its name.
    pub name: Option<String>,
    /// What kind of thread it is, in the contract's words.
    #[serde(rename = "type")]
    pub task_type: String,
    /// It has ended.
    pub ended: bool,
    /// Calls from managed to native code.
    pub leave: u64,
    /// Returns of such calls.
    pub enter: u64,
    /// Calls from native to managed code.
    pub reverse_enter: u64,
    /// Returns of such calls.
    pub reverse_leave: u64,
    /// Most brackets open at once.
    pub max_depth: u64,
    /// Time in native code, callbacks not included, of calls that returned.
    pub native_ns: Option<u64>,
    /// Brackets closed without their closing crossing.
    pub unwound: u64,
    /// Closing crossings that fitted no open bracket.
    pub mismatches: u64,
    /// Calls that were counted but not timed, because brackets were nested too deep.
    pub untimed: u64,
    /// The thread did not cross the border while its numbers were read.
    pub settled: bool,
    /// Brackets open when the report was made, outermost first.
    pub open: Vec<OpenRow>,
    /// Brackets still open when the thread ended, youngest first.
    pub left_open: Vec<OpenRow>,
}

/// The sum of ended threads beyond those that are listed one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldedTasks {
    /// How many threads.
    pub tasks: u64,
    /// Calls from managed to native code.
    pub leave: u64,
    /// Returns of such calls.
    pub enter: u64,
    /// Calls from native to managed code.
    pub reverse_enter: u64,
    /// Returns of such calls.
    pub reverse_leave: u64,
    /// Most brackets open at once on any of them.
    pub max_depth: u64,
    /// Time in native code, callbacks not included, of calls that returned.
    pub native_ns: Option<u64>,
    /// Brackets closed without their closing crossing.
    pub unwound: u64,
    /// Closing crossings that fitted no open bracket.
    pub mismatches: u64,
    /// Calls that were counted but not timed, because brackets were nested too deep.
    pub untimed: u64,
}

/// The two kinds of bracket, named by the crossing that opens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BracketKind {
    /// A call from managed to native code.
    Leave,
    /// A call from native to managed code.
    ReverseEnter,
}

/// The four crossings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrossingKind {
    /// Managed code calls native code.
    Leave,
    /// That call returns.
    Enter,
    /// Native code calls managed code.
    ReverseEnter,
    /// That call returns.
    ReverseLeave,
}

/// A bracket that was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRow {
    /// Its kind.
    pub kind: BracketKind,
    /// The managed method, as in [`TargetRow::method`].
    pub method: String,
    /// Native library as the declaration names it.
    pub library: Option<String>,
    /// Entry point in that library.
    pub symbol: Option<String>,
    /// How long it had been open.
    pub ns: Option<u64>,
}

/// A closing crossing that fitted no open bracket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MismatchRow {
    /// Number of the task.
    pub task: u64,
    /// The crossing that came.
    pub crossing: CrossingKind,
    /// The managed method it was about.
    pub method: String,
    /// The innermost open bracket; `None` where none was open.
    pub open: Option<OpenedBy>,
}

/// The other side of a mismatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedBy {
    /// Kind of the open bracket.
    pub kind: BracketKind,
    /// The managed method it is about.
    pub method: String,
}
