//! What a simulated runtime does, step by step, and the text form of it.
//!
//! One step a line: who does it, what it does.
//!
//! ```text
//! 1: reverse-enter m
//! 1: new 2
//! 2: leave a
//! 2: enter
//! runtime: alert 2
//! ```

use clrhost_boundary::TargetKind;
use std::fmt;
use std::str::FromStr;

/// A task of a script, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskNumber(pub u8);

impl TaskNumber {
    /// Not a task: a thread of the runtime's own, on which it alerts and aborts tasks.
    pub const RUNTIME: TaskNumber = TaskNumber(0);
}

/// What can be called over the border: native functions `a` to `d` and the runtime's own `wait`, managed methods `m` to `p`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Callee(pub char);

impl Callee {
    /// Native functions of the program's.
    pub const FUNCTIONS: [Callee; 4] = [Callee('a'), Callee('b'), Callee('c'), Callee('d')];
    /// Managed methods that native code calls.
    pub const METHODS: [Callee; 4] = [Callee('m'), Callee('n'), Callee('o'), Callee('p')];
    /// A wait of the runtime's own, reported as a call into the operating system.
    pub const WAIT: Callee = Callee('w');
    /// The body of a thread that the runtime asked for.
    pub const THREAD_START: Callee = Callee('t');

    /// In which way it is reached.
    pub fn kind(self) -> TargetKind {
        match self {
            Callee::WAIT => TargetKind::RuntimeWait,
            Callee::THREAD_START => TargetKind::ThreadStart,
            Callee('a'..='d') => TargetKind::PInvoke,
            _ => TargetKind::Delegate,
        }
    }

    /// What a host reads as the target's name.
    pub fn name(self) -> String {
        match self {
            Callee::WAIT => "wait".to_owned(),
            Callee::THREAD_START => "thread".to_owned(),
            Callee(letter) => letter.to_string(),
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Callee> {
        let all = Callee::FUNCTIONS.into_iter().chain(Callee::METHODS);
        all.chain([Callee::WAIT, Callee::THREAD_START]).find(|callee| callee.name() == name)
    }
}

/// One thing that a task, or the runtime, does. Where the contract has a call for it, it is named after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Managed code starts a thread, which becomes this task (`CreateTask`, `IHostTask::Start`).
    New(TaskNumber),
    /// Managed code calls a native function (`LeaveRuntime`).
    Leave(Callee),
    /// It returns (`EnterRuntime`).
    Enter,
    /// An `EnterRuntime` without its `LeaveRuntime`, which a host has to bear.
    StrayEnter,
    /// Native code calls a managed method (`ReverseEnterRuntime`).
    ReverseEnter(Callee),
    /// It returns (`ReverseLeaveRuntime`).
    ReverseLeave,
    /// `Thread.Sleep`: milliseconds, `None` for ever.
    Sleep {
        /// How long; `None` stands for ever.
        milliseconds: Option<u32>,
        /// Whether an alert ends it.
        alertable: bool,
    },
    /// `Thread.Yield` (`SwitchToTask`).
    Switch,
    /// Managed code sets its culture.
    SetLocale(u32),
    /// Managed code sets the culture of its user interface.
    SetUiLocale(u32),
    /// Managed code begins a critical region.
    BeginDelayAbort,
    /// And ends it.
    EndDelayAbort,
    /// Managed code wants to stay on its thread.
    BeginThreadAffinity,
    /// And no longer.
    EndThreadAffinity,
    /// The runtime asks once more whether calls of a function are to be reported (`CallNeedsHostHook`).
    Ask(Callee),
    /// The runtime wakes a task (`IHostTask::Alert`).
    Alert(TaskNumber),
    /// A task is aborted, as by `ICLRTask::Abort`.
    Abort(TaskNumber),
    /// A collection suspends the managed threads (`SuspensionStarting`), on the thread of this task. Others that come back to managed
    /// code meanwhile wait there (`ThreadIsBlockingForSuspension`).
    Suspend,
    /// They go on (`SuspensionEnding`); the generation that was collected.
    Resume(u32),
    /// The thread ends.
    End,
}

/// One step of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Who does it.
    pub task: TaskNumber,
    /// What.
    pub op: Op,
}

impl Step {
    /// A step of a task's.
    pub fn of(task: u8, op: Op) -> Step {
        Step { task: TaskNumber(task), op }
    }

    /// A step of the runtime's own.
    pub fn of_runtime(op: Op) -> Step {
        Step { task: TaskNumber::RUNTIME, op }
    }
}

impl fmt::Display for TaskNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            TaskNumber::RUNTIME => f.write_str("runtime"),
            TaskNumber(number) => number.fmt(f),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Op::New(task) => write!(f, "new {task}"),
            Op::Leave(callee) => write!(f, "leave {}", callee.name()),
            Op::Enter => f.write_str("enter"),
            Op::StrayEnter => f.write_str("stray-enter"),
            Op::ReverseEnter(callee) => write!(f, "reverse-enter {}", callee.name()),
            Op::ReverseLeave => f.write_str("reverse-leave"),
            Op::Sleep { milliseconds, alertable } => {
                match milliseconds {
                    Some(milliseconds) => write!(f, "sleep {milliseconds}")?,
                    None => f.write_str("sleep forever")?,
                }
                if alertable { f.write_str(" alertable") } else { Ok(()) }
            }
            Op::Switch => f.write_str("switch"),
            Op::SetLocale(lcid) => write!(f, "set-locale {lcid}"),
            Op::SetUiLocale(lcid) => write!(f, "set-ui-locale {lcid}"),
            Op::BeginDelayAbort => f.write_str("begin-delay-abort"),
            Op::EndDelayAbort => f.write_str("end-delay-abort"),
            Op::BeginThreadAffinity => f.write_str("begin-thread-affinity"),
            Op::EndThreadAffinity => f.write_str("end-thread-affinity"),
            Op::Ask(callee) => write!(f, "ask {}", callee.name()),
            Op::Alert(task) => write!(f, "alert {task}"),
            Op::Abort(task) => write!(f, "abort {task}"),
            Op::Suspend => f.write_str("suspend"),
            Op::Resume(generation) => write!(f, "resume {generation}"),
            Op::End => f.write_str("end"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.task, self.op)
    }
}

/// A line that is no step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{text}` is no step; expected `TASK: STEP`, for example `1: leave a`")]
pub struct ScriptError {
    /// Number of the line, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
}

/// Reads a script: one step a line, empty lines and those that begin with `#` aside.
pub fn parse(text: &str) -> Result<Vec<Step>, ScriptError> {
    let lines = text.lines().enumerate().map(|(number, line)| (number, line.trim()));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            line.parse().map_err(|()| ScriptError { line: number + 1, text: line.to_owned() })
        })
        .collect()
}

/// The text that [`parse`] reads.
pub fn print(script: &[Step]) -> String {
    script.iter().map(|step| format!("{step}\n")).collect()
}

impl FromStr for TaskNumber {
    type Err = ();

    fn from_str(text: &str) -> Result<TaskNumber, ()> {
        match text {
            "runtime" => Ok(TaskNumber::RUNTIME),
            _ => text.parse().ok().filter(|&number| number > 0).map(TaskNumber).ok_or(()),
        }
    }
}

impl FromStr for Step {
    type Err = ();

    fn from_str(line: &str) -> Result<Step, ()> {
        let (task, op) = line.split_once(':').ok_or(())?;
        let task: TaskNumber = task.trim().parse()?;
        let op: Op = op.parse()?;
        let is_runtimes = matches!(op, Op::Alert(_) | Op::Abort(_));
        if is_runtimes == (task == TaskNumber::RUNTIME) { Ok(Step { task, op }) } else { Err(()) }
    }
}

impl FromStr for Op {
    type Err = ();

    fn from_str(text: &str) -> Result<Op, ()> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let task = |word: &str| word.parse().ok().filter(|&task| task != TaskNumber::RUNTIME).ok_or(());
        let number = |word: &str| word.parse().map_err(|_| ());
        let callee = |word: &str, is_native: bool| {
            Callee::named(word).filter(|callee| callee.kind().is_native() == is_native).ok_or(())
        };
        Ok(match words[..] {
            ["new", who] => Op::New(task(who)?),
            ["leave", what] => Op::Leave(callee(what, true)?),
            ["enter"] => Op::Enter,
            ["stray-enter"] => Op::StrayEnter,
            ["reverse-enter", what] => Op::ReverseEnter(callee(what, false)?),
            ["reverse-leave"] => Op::ReverseLeave,
            ["sleep", time] => Op::Sleep { milliseconds: duration(time)?, alertable: false },
            ["sleep", time, "alertable"] => Op::Sleep { milliseconds: duration(time)?, alertable: true },
            ["switch"] => Op::Switch,
            ["set-locale", lcid] => Op::SetLocale(number(lcid)?),
            ["set-ui-locale", lcid] => Op::SetUiLocale(number(lcid)?),
            ["begin-delay-abort"] => Op::BeginDelayAbort,
            ["end-delay-abort"] => Op::EndDelayAbort,
            ["begin-thread-affinity"] => Op::BeginThreadAffinity,
            ["end-thread-affinity"] => Op::EndThreadAffinity,
            ["ask", what] => Op::Ask(callee(what, true)?),
            ["alert", who] => Op::Alert(task(who)?),
            ["abort", who] => Op::Abort(task(who)?),
            ["suspend"] => Op::Suspend,
            ["resume", generation] => Op::Resume(number(generation)?),
            ["end"] => Op::End,
            _ => return Err(()),
        })
    }
}

fn duration(word: &str) -> Result<Option<u32>, ()> {
    match word {
        "forever" => Ok(None),
        _ => word.parse().map(Some).map_err(|_| ()),
    }
}
