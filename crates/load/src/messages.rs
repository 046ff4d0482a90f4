//! What the process that hosts tells the one that judges: a line of JSON each, on standard output.

use serde::{Deserialize, Serialize};
use std::io::{self, Write};

/// Begins such a line, as the program writes to the same stream.
pub const PREFIX: &str = "load: ";

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// The runtime is this.
    Began { runtime: String },
    /// What there is, once a second.
    Sample(Sample),
    /// All threads rested, and the counts were compared.
    Checkpoint(Checkpoint),
    /// A crossing was slow and nothing explains it.
    Unexplained(String),
    /// It is over, and all was compared once more. The last line.
    Ended(Ended),
}

/// What there is at one moment. Memory in KiB.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Since the beginning.
    pub seconds: f64,
    /// The program is at work, neither beginning nor at its end.
    pub works: bool,
    /// Resident memory, files included.
    pub resident: u64,
    /// Committed to the managed heap.
    pub heap: u64,
    /// Resident memory that is neither the managed heap's nor a file's.
    pub rest: u64,
    /// Of that, what `malloc` gave out, in KiB.
    pub allocated: u64,
    /// File descriptors.
    pub files: u64,
    /// Threads of the process.
    pub threads: u64,
    /// Tasks that live.
    pub tasks: u64,
    /// Blocks in which tasks keep their numbers, those that wait for tasks to come included.
    pub blocks: u64,
    /// Thunks in use.
    pub thunks: u64,
    /// Their memory.
    pub thunk_memory: u64,
    /// Crossings so far, by the program's own counts.
    pub crossings: u64,
    /// Threads at work that an abort ended.
    pub aborted: u64,
    /// Collections of generations 0, 1 and 2.
    pub collections: [u64; 3],
    /// Crossings that were measured.
    pub measured: u64,
    /// Those that took longer than the bound, by what explains them.
    pub slow: Slow,
}

/// Slow crossings by what explains them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slow {
    /// No processor was free.
    pub processor: u64,
    /// The runtime held its threads, as for a collection.
    pub suspension: u64,
    /// The kernel had to find memory.
    pub fault: u64,
    /// Nothing.
    pub unexplained: u64,
    /// The longest of all, in microseconds.
    pub longest_us: u64,
    /// Above the bound, and not kept, so that nothing is known of them.
    pub missed: u64,
}

/// What a comparison at rest said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Since the beginning.
    pub seconds: f64,
    /// How long it took until all threads rested.
    pub stopping_ms: u64,
    /// Crossings so far.
    pub crossings: u64,
    /// Live bytes of the managed heap after a full collection, in KiB.
    pub live: u64,
    /// As a [`Sample`] has them, with nothing left for finalizers, and free memory given back. In KiB.
    pub rest: u64,
    pub allocated: u64,
    /// Each count that is not as it should be.
    pub differences: Vec<String>,
}

/// What was said in the end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ended {
    /// The program's exit code.
    pub code: i32,
    /// The last comparison, with the report on the whole run.
    pub last: Checkpoint,
    /// What was compared, a row each.
    pub rows: Vec<Row>,
    /// Tasks there were.
    pub tasks: u64,
    /// Calls that the recording has, where there is one.
    pub recorded: Option<u64>,
}

/// One row of the last comparison.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub is_callback: bool,
    /// By native code, by the report, and, where one is told, by the host.
    pub counted: u64,
    pub reported: Option<u64>,
    pub heard: Option<u64>,
}

/// Writes a line. Where nobody listens any more, there is nobody to tell.
pub fn tell(message: &Message) {
    let Ok(json) = serde_json::to_string(message) else { return };
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{PREFIX}{json}").and_then(|()| out.flush());
}
