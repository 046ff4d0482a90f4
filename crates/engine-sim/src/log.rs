//! What happened in a run, in order.

use crate::script::{Callee, Step, TaskNumber};
use clrhost_boundary::{HostResult, Hresult};
use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a call to the host was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Nothing but the task.
    None,
    /// What is called over the border.
    Callee(Callee),
    /// A sleep: milliseconds, `None` for ever, and whether an alert may end it.
    Sleep(Option<u32>, bool),
    /// Another task than the calling thread's.
    Task(TaskNumber),
    /// A culture.
    Locale(u32),
    /// Bytes of stack, 0 for the default.
    StackSize(usize),
    /// The generation that was collected.
    Generation(u32),
}

/// What a host answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HRESULT; `Ok` is `S_OK`.
    Result(HostResult),
    /// `CallNeedsHostHook` succeeded with this.
    Needed(bool),
    /// It panicked.
    Panicked,
}

/// A call of the runtime's to the host.
#[derive(Clone, Debug)]
pub struct HostCall {
    /// The contract's name of the method.
    pub method: &'static str,
    /// On whose thread: [`TaskNumber::RUNTIME`] for a thread of the runtime's own.
    pub task: TaskNumber,
    /// What it was about.
    pub argument: Argument,
    /// Its place in the order of everything that happened: when it began, and when it ended, if it did.
    pub began: u64,
    /// See [`began`](Self::began).
    pub ended: Option<u64>,
    /// `None` while the host has not answered.
    pub answer: Option<Answer>,
    /// How long the host took.
    pub took: Duration,
}

/// A call of the host's to the runtime.
#[derive(Clone, Debug)]
pub struct EngineCall {
    /// What it asked for, by the contract's name.
    pub method: &'static str,
    /// The host's method in which it asked, if it was in one.
    pub inside: Option<&'static str>,
    /// On whose thread.
    pub task: TaskNumber,
    /// About which task.
    pub about: TaskNumber,
    /// What it was answered.
    pub answer: HostResult,
}

/// A host that did not do what it owes the runtime other than by its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// `CreateTask` succeeded, and the host dropped the request: the thread will never run.
    ThreadDropped(TaskNumber),
    /// The thread ran on one that is a task already.
    ThreadShared(TaskNumber),
    /// The thread has less stack than was asked for.
    StackTooSmall {
        /// Whose.
        task: TaskNumber,
        /// Bytes asked for.
        asked: usize,
        /// Bytes that it has.
        has: usize,
    },
}

/// A step that was not over when nothing moved any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// The step.
    pub step: Step,
    /// The host's method in which the thread was, if it was in one.
    pub inside: Option<&'static str>,
}

/// Everything that a run showed.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Calls to the host, in the order in which they began.
    pub calls: Vec<HostCall>,
    /// Calls of the host's.
    pub engine_calls: Vec<EngineCall>,
    /// What the host did not do.
    pub lapses: Vec<Lapse>,
    /// Steps that did not come to their end.
    pub stuck: Vec<Stuck>,
    /// Steps that waited inside the host while others could be taken, each once.
    pub waited: Vec<Stuck>,
    /// Steps that were left out, because an abort or a failed `CreateTask` took their task away.
    pub skipped: usize,
    /// The host answered `E_FAIL` or panicked: it was not called any more.
    pub is_shut: bool,
}

/// Is told of each call to the host as it begins, for runs that may not come to their end.
pub type Trail = Arc<dyn Fn(&HostCall) + Send + Sync>;

#[derive(Default)]
pub(crate) struct Log {
    order: Mutex<Order>,
    trail: Option<Trail>,
}

#[derive(Default)]
struct Order {
    next: u64,
    record: Record,
}

thread_local! {
    /// The task of this thread.
    static TASK: Cell<TaskNumber> = const { Cell::new(TaskNumber::RUNTIME) };
    /// The host's method that runs on this thread.
    static INSIDE: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Says whose this thread is.
pub(crate) fn set_thread_task(task: TaskNumber) {
    TASK.set(task);
}

impl Log {
    pub(crate) fn new(trail: Option<Trail>) -> Log {
        Log { order: Mutex::default(), trail }
    }

    fn lock(&self) -> MutexGuard<'_, Order> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the host and writes down what came of it. A panic goes on, but is written down.
    pub(crate) fn watch<T>(
        &self,
        method: &'static str,
        argument: Argument,
        call: impl FnOnce() -> HostResult<T>,
        answer: impl FnOnce(&HostResult<T>) -> Answer,
    ) -> HostResult<T> {
        struct Open<'a> {
            log: &'a Log,
            index: usize,
            start: Instant,
            outer: Option<&'static str>,
            answer: Answer,
        }
        impl Drop for Open<'_> {
            fn drop(&mut self) {
                INSIDE.set(self.outer);
                let took = self.start.elapsed();
                let mut order = self.log.lock();
                let now = order.tick();
                let call = &mut order.record.calls[self.index];
                (call.ended, call.answer, call.took) = (Some(now), Some(self.answer), took);
            }
        }
        let index = {
            let mut order = self.lock();
            let (began, task) = (order.tick(), TASK.get());
            let call =
                HostCall { method, task, argument, began, ended: None, answer: None, took: Duration::ZERO };
            if let Some(trail) = &self.trail {
                trail(&call);
            }
            order.record.calls.push(call);
            order.record.calls.len() - 1
        };
        let outer = INSIDE.replace(Some(method));
        let mut open = Open { log: self, index, start: Instant::now(), outer, answer: Answer::Panicked };
        let result = call();
        open.answer = answer(&result);
        result
    }

    pub(crate) fn engine_called(&self, method: &'static str, about: TaskNumber, answer: HostResult) {
        let call = EngineCall { method, inside: INSIDE.get(), task: TASK.get(), about, answer };
        self.lock().record.engine_calls.push(call);
    }

    pub(crate) fn lapse(&self, lapse: Lapse) {
        self.lock().record.lapses.push(lapse);
    }

    /// The host's method in which the task's thread is.
    pub(crate) fn inside(&self, task: TaskNumber) -> Option<&'static str> {
        let order = self.lock();
        order
            .record
            .calls
            .iter()
            .rev()
            .find(|call| call.task == task && call.ended.is_none())
            .map(|c| c.method)
    }

    /// Everything so far.
    pub(crate) fn record(&self) -> Record {
        self.lock().record.clone()
    }
}

impl Order {
    fn tick(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Answer {
    /// True for `S_OK`.
    pub fn is_ok(self) -> bool {
        matches!(self, Answer::Result(Ok(())) | Answer::Needed(_))
    }

    /// The HRESULT; a panic counts as `E_FAIL`.
    pub fn hresult(self) -> Hresult {
        match self {
            Answer::Result(Ok(())) | Answer::Needed(_) => Hresult::S_OK,
            Answer::Result(Err(hresult)) => hresult,
            Answer::Panicked => Hresult::E_FAIL,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Needed(needed) => write!(f, "S_OK, {}", if *needed { "TRUE" } else { "FALSE" }),
            Answer::Panicked => f.write_str("a panic"),
            Answer::Result(Ok(())) => f.write_str("S_OK"),
            answer => answer.hresult().fmt(f),
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Argument::None => Ok(()),
            Argument::Callee(callee) => f.write_str(&callee.name()),
            Argument::Sleep(milliseconds, alertable) => {
                match milliseconds {
                    Some(milliseconds) => write!(f, "{milliseconds}")?,
                    None => f.write_str("INFINITE")?,
                }
                f.write_str(if alertable { ", WAIT_ALERTABLE" } else { ", 0" })
            }
            Argument::Task(task) => write!(f, "task {task}"),
            Argument::Locale(lcid) => lcid.fmt(f),
            Argument::StackSize(bytes) => bytes.fmt(f),
            Argument::Generation(generation) => generation.fmt(f),
        }
    }
}

impl HostCall {
    /// The call, without its answer.
    pub fn question(&self) -> String {
        format!("{}: {}({})", self.task, self.method, self.argument)
    }
}

impl fmt::Display for HostCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.question())?;
        match self.answer {
            Some(answer) => write!(f, " = {answer}"),
            None => f.write_str(" has not answered"),
        }
    }
}
