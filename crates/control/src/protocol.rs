//! What is asked and answered, as JSON. All times are nanoseconds.

use serde::{Deserialize, Serialize};

/// Version of the protocol. Fields may be added within one; who reads ignores those it does not know.
pub const VERSION: u32 = 1;

/// A question, with the version in which it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// [`VERSION`].
    pub version: u32,
    /// What is asked.
    #[serde(flatten)]
    pub question: Question,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// Who are you?
    Hello,
    /// All numbers, with the histogram and the callers of one target.
    Snapshot {
        /// Number of that target.
        #[serde(default)]
        detail: Option<u64>,
    },
    /// The report of docs/report.md, as things are now.
    Report {
        /// Without the rows of .NET's own assemblies.
        #[serde(default)]
        user_only: bool,
    },
    /// Begins to record every call.
    Record {
        /// The file, with its folder. One that is there is lost.
        file: String,
        /// Bytes of it at most.
        #[serde(default)]
        limit: Option<u64>,
        /// For so long.
        #[serde(default)]
        duration_ns: Option<u64>,
    },
    /// Ends the recording.
    StopRecording,
    /// Threads that have been in one native call for this long, with copies of their stacks.
    Stuck {
        /// At least this long.
        over_ns: u64,
    },
    /// The managed methods that hold these addresses.
    Methods {
        /// At most [`MAX_ADDRESSES`].
        addresses: Vec<u64>,
    },
}

/// How many addresses one question may have.
pub const MAX_ADDRESSES: usize = 4096;

/// An answer, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To [`Question::Hello`].
    Hello(Hello),
    /// To [`Question::Snapshot`].
    Snapshot(Snapshot),
    /// To [`Question::Report`]: the report's bytes follow.
    Report,
    /// To [`Question::Record`] and [`Question::StopRecording`].
    Recording {
        /// The file.
        file: String,
    },
    /// To [`Question::Stuck`], one for each thread. Where it has a stack, its bytes follow.
    Stuck(StuckThread),
    /// After the last [`Answer::Stuck`].
    StuckEnd(StuckEnd),
    /// To [`Question::Methods`], in their order.
    Methods(Vec<Option<Method>>),
    /// The question is not answered.
    Refused {
        /// In words.
        why: String,
    },
}

/// Who a process is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of clrhost in the process.
    pub clrhost_version: String,
    /// The process's number.
    pub pid: u32,
    /// When it started, in the system's ticks since boot: tells it from a later process of the same number.
    pub start_time: u64,
    /// Since its probe was made.
    pub uptime_ns: u64,
    /// Name and version of the runtime, as "CoreCLR 8.0.4"; without the version before it runs.
    pub runtime: String,
    /// How crossings are seen: "thunks" or "flag".
    pub source: String,
    /// Times are taken.
    pub timed: bool,
    /// Whether crossings are seen: "attached", "waiting" for the runtime to start, "refused" by it.
    pub attachment: String,
    /// Crossings so far.
    pub crossings: Crossings,
    /// Threads that came to the border and live.
    pub tasks: u64,
    /// The file in which calls are recorded now.
    #[serde(default)]
    pub recording: Option<String>,
    /// The command line.
    pub command: Vec<String>,
}

/// How many of each crossing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossings {
    /// Managed code called native code.
    pub leave: u64,
    /// That call returned.
    pub enter: u64,
    /// Native code called managed code.
    pub reverse_enter: u64,
    /// That call returned.
    pub reverse_leave: u64,
}

impl Crossings {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.leave + self.enter + self.reverse_enter + self.reverse_leave
    }
}

/// All numbers at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Since the probe was made.
    pub at_ns: u64,
    /// Times are taken; where not, all times of calls are 0.
    pub timed: bool,
    /// Crossings of all threads.
    pub crossings: Crossings,
    /// What was called at least once.
    pub targets: Vec<Target>,
    /// Targets with less calls than these, which are left out.
    pub targets_left_out: u64,
    /// Threads that came to the border and live.
    pub tasks: Vec<Task>,
    /// Further ones, which are left out.
    pub tasks_left_out: u64,
    /// Threads that have ended.
    pub ended_tasks: u64,
}

/// The direction of a call over the border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Managed code calls native code.
    Leave,
    /// Native code calls managed code.
    ReverseEnter,
}

/// What a target is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetName {
    /// The managed method: the declaration of a P/Invoke, the delegate's `Invoke`, the called method.
    pub method: String,
    /// The native library as the declaration names it.
    pub library: Option<String>,
    /// The entry point in it.
    pub symbol: Option<String>,
}

/// The numbers of one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Its number, the same in every answer of the process.
    pub id: u64,
    /// Which way the call goes.
    pub direction: Direction,
    /// As in the report.
    pub kind: String,
    /// As in the report.
    pub origin: String,
    /// What it is called.
    #[serde(flatten)]
    pub name: TargetName,
    /// Calls begun.
    pub calls: u64,
    /// Calls that have returned.
    pub completed: u64,
    /// Threads that called it.
    pub threads: u64,
    /// From call to return, of all calls that have returned.
    pub total_ns: u64,
    /// The same without what lies in calls over the border inside.
    pub self_ns: u64,
    /// The longest call that has returned.
    pub max_ns: u64,
    /// Of the target that was asked for in detail: lower bound, upper bound, calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub histogram: Vec<(u64, u64, u64)>,
    /// Of the same, if it is a callback: who called it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<Caller>,
}

/// Who called a callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// A native function that managed code had called, or in words who else.
    #[serde(flatten)]
    pub name: TargetName,
    /// How often.
    pub calls: u64,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its number in the process.
    pub id: u64,
    /// The operating system's number of it.
    pub os_thread_id: u64,
    /// Its name.
    pub name: Option<String>,
    /// Calls from managed to native code.
    pub leave: u64,
    /// Calls from native to managed code.
    pub reverse_enter: u64,
    /// In native code, callbacks not included, of calls that have returned.
    pub native_ns: u64,
    /// Calls that it is in, outermost first: the last one tells where it is.
    pub open: Vec<OpenCall>,
}

/// A call that has not returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCall {
    /// Which way it goes.
    pub direction: Direction,
    /// The number of the target.
    pub target: u64,
    /// What is called.
    #[serde(flatten)]
    pub name: TargetName,
    /// For how long; `None` where times are not taken.
    pub ns: Option<u64>,
}

/// A thread that has been in one native call for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckThread {
    /// Its number in the process.
    pub id: u64,
    /// The operating system's number of it.
    pub os_thread_id: u64,
    /// Its name.
    pub name: Option<String>,
    /// The calls that it is in, outermost first, at most [`MAX_CALLS`] of them.
    pub calls: Vec<StuckCall>,
    /// What the system says of the thread.
    pub state: ThreadState,
    /// The copy of its stack, whose bytes follow.
    pub stack: Option<Stack>,
    /// It moved while its stack was copied, so that parts of the copy may be of different moments.
    pub moved: bool,
    /// How long looking at it took.
    pub took_ns: u64,
}

/// How many open calls of a thread are told of, the innermost ones.
pub const MAX_CALLS: usize = 1024;

/// A call that a stuck thread is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckCall {
    /// The call.
    #[serde(flatten)]
    pub call: OpenCall,
    /// The stack pointer at the call.
    pub stack_pointer: u64,
    /// Where a thunk keeps the address that the call returns to, and that would lie at the stack pointer; `None` where no
    /// thunk made the call.
    pub return_address: Option<u64>,
}

/// What the system says of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ThreadState {
    /// It waits in a system call.
    Blocked {
        /// The call's number.
        system_call: i64,
    },
    /// It uses a processor, or waits for one. Where it is cannot be told without stopping it.
    Running,
    /// The system does not say.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// The copy of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    /// Where the thread is.
    pub program_counter: u64,
    /// Its stack pointer: address of the first byte.
    pub stack_pointer: u64,
    /// How many bytes follow.
    pub bytes: u32,
    /// The stack goes on above.
    pub cut: bool,
}

/// What goes for all stuck threads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckEnd {
    /// Threads that were looked at.
    pub tasks: u64,
    /// First and last address of the code of thunks, which stands on stacks where a call's return address should.
    pub thunks: (u64, u64),
    /// Times are taken. If not, every thread in native code counts as stuck.
    pub timed: bool,
}

/// A managed method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Type and name.
    pub name: String,
    /// File name of its assembly.
    pub assembly: Option<String>,
}
