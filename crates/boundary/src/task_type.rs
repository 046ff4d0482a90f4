//! From the name of a thread to the contract's kind of task.

/// `ETaskType`, the kinds of task that the hosting contract tells apart (contract: tasks, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskType {
    /// `TT_USER`: runs the application's code.
    User,
    /// `TT_FINALIZER`: runs finalizers.
    Finalizer,
    /// `TT_THREADPOOL_WORKER`: runs work items of the thread pool.
    ThreadpoolWorker,
    /// `TT_THREADPOOL_GATE`: decides how many workers there are.
    ThreadpoolGate,
    /// `TT_THREADPOOL_TIMER`: waits for timers.
    ThreadpoolTimer,
    /// `TT_THREADPOOL_WAIT`: waits for registered handles.
    ThreadpoolWait,
    /// `TT_THREADPOOL_IOCOMPLETION`: takes completions of input and output.
    ThreadpoolIocompletion,
    /// `TT_GC`: collects garbage.
    Gc,
    /// `TT_DEBUGGERHELPER`: serves a debugger.
    DebuggerHelper,
    /// `TT_UNKNOWN`: a thread of the runtime that the contract has no word for.
    Unknown,
}

use TaskType::*;

/// What Linux keeps of a thread's name, in bytes. A name read from the system instead of the runtime is cut there.
const KEPT_BY_LINUX: usize = 15;

/// Names that the runtime and the class libraries give their threads: .NET 8 as found in the binaries of 8.0.4
/// (CoreLib, libcoreclr, libclrgc, libSystem.Native, Sockets, FileSystem.Watcher), "ThreadPool" in full and "TP IO"
/// from other versions.
const NAMES: &[(&str, TaskType)] = &[
    (".NET Finalizer", Finalizer),
    (".NET TP Worker", ThreadpoolWorker),
    (".NET TP Gate", ThreadpoolGate),
    (".NET TP Wait", ThreadpoolWait),
    (".NET TP IO", ThreadpoolIocompletion),
    (".NET TP I/O", ThreadpoolIocompletion),
    (".NET ThreadPool Worker", ThreadpoolWorker),
    (".NET ThreadPool Gate", ThreadpoolGate),
    (".NET ThreadPool Wait", ThreadpoolWait),
    (".NET ThreadPool IO", ThreadpoolIocompletion),
    (".NET ThreadPool I/O", ThreadpoolIocompletion),
    (".NET Timer", ThreadpoolTimer),
    // A dedicated thread for one work item (TaskCreationOptions.LongRunning): what it runs is the application's.
    (".NET Long Running Task", User),
    (".NET Server GC", Gc),
    (".NET BGC", Gc),
    (".NET Debugger", DebuggerHelper),
    (".NET DebugPipe", DebuggerHelper),
    (".NET Counter Poller", Unknown),
    (".NET EventPipe", Unknown),
    (".NET File Watcher", Unknown),
    (".NET SigHandler", Unknown),
    (".NET Signal Handler", Unknown),
    (".NET Sockets", Unknown),
    (".NET SynchManager", Unknown),
    (".NET Tiered Compilation Worker", Unknown),
];

impl TaskType {
    /// The kind of a thread with this name.
    ///
    /// A thread without a name, or with one that the runtime does not give, is the user's. The name is all there is to
    /// go by, so an application that calls a thread of its own ".NET Timer" is believed. Where a name was cut by Linux
    /// and several would fit (".NET ThreadPool" before .NET 7), the kind is unknown.
    pub fn of_thread(name: Option<&str>) -> TaskType {
        let Some(name) = name else { return User };
        if let Some(row) = NAMES.iter().find(|row| row.0 == name) {
            return row.1;
        }
        let cut = |full: &str| name.len() == KEPT_BY_LINUX && full.as_bytes().starts_with(name.as_bytes());
        let mut fitting = NAMES.iter().filter(|row| cut(row.0)).map(|row| row.1);
        match fitting.next() {
            Some(first) if fitting.all(|other| other == first) => first,
            Some(_) => Unknown,
            None => User,
        }
    }

    /// The contract's bit, `TT_...`.
    pub const fn bits(self) -> u32 {
        match self {
            DebuggerHelper => 0x1,
            Gc => 0x2,
            Finalizer => 0x4,
            ThreadpoolTimer => 0x8,
            ThreadpoolGate => 0x10,
            ThreadpoolWorker => 0x20,
            ThreadpoolIocompletion => 0x40,
            User => 0x100,
            ThreadpoolWait => 0x200,
            Unknown => 0x8000_0000,
        }
    }

    /// The word used in reports: the contract's name in lower case without `TT_`.
    pub const fn as_str(self) -> &'static str {
        match self {
            User => "user",
            Finalizer => "finalizer",
            ThreadpoolWorker => "threadpool_worker",
            ThreadpoolGate => "threadpool_gate",
            ThreadpoolTimer => "threadpool_timer",
            ThreadpoolWait => "threadpool_wait",
            ThreadpoolIocompletion => "threadpool_iocompletion",
            Gc => "gc",
            DebuggerHelper => "debugger_helper",
            Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_runtime_have_their_kind() {
        assert_eq!(TaskType::of_thread(Some(".NET TP Worker")), ThreadpoolWorker);
        assert_eq!(TaskType::of_thread(Some(".NET Timer")), ThreadpoolTimer);
        assert_eq!(TaskType::of_thread(Some(".NET BGC")), Gc);
        assert_eq!(TaskType::of_thread(Some(".NET Sockets")), Unknown);
        assert_eq!(TaskType::of_thread(Some(".NET Long Running Task")), User);
    }

    #[test]
    fn names_cut_by_linux_have_the_kind_of_the_full_name() {
        for (full, expected) in NAMES.iter().filter(|row| row.0.len() > KEPT_BY_LINUX) {
            let cut = &full[..KEPT_BY_LINUX];
            let expected = if cut == ".NET ThreadPool" { Unknown } else { *expected };
            assert_eq!(TaskType::of_thread(Some(cut)), expected, "{cut}");
        }
    }

    #[test]
    fn every_other_thread_is_the_users() {
        for name in [None, Some(""), Some("worker 7"), Some(".NET Tim"), Some(".NET TP Worker 2")] {
            assert_eq!(TaskType::of_thread(name), User, "{name:?}");
        }
    }
}
