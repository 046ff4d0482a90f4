//! What the tests of this crate share: a clock that is moved by hand, things to call, a host that writes down its
//! calls, and a border with all of them.

#![allow(dead_code, reason = "every test binary uses its own part")]

pub mod program;
pub mod reference;

use clrhost_boundary::{
    Boundary, Bracket, Clock, HostFailure, HostResult, HostingLayer, Hresult, Target, TargetDescription,
    TargetId, TargetKind, Task, TaskIdentity, TaskManager, TaskOwner,
};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// A clock that is moved by hand.
#[derive(Clone, Default)]
pub struct Hand(Arc<AtomicU64>);

impl Hand {
    pub fn advance(&self, ticks: u64) {
        self.0.fetch_add(ticks, Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> u64 {
        self.0.load(Relaxed)
    }
    fn now_without_call(&self) -> Option<u64> {
        Some(self.now())
    }
}

/// Something to call over the border, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callee {
    pub key: u64,
    pub kind: TargetKind,
    pub name: &'static str,
}

pub const SQRT: Callee = Callee { key: 0x1000, kind: TargetKind::PInvoke, name: "sqrt" };
pub const SORT: Callee = Callee { key: 0x1010, kind: TargetKind::NativeDelegate, name: "sort" };
pub const CALLI: Callee = Callee { key: 0x1020, kind: TargetKind::FunctionPointer, name: "calli" };
pub const COMPARE: Callee = Callee { key: 0x1031, kind: TargetKind::Delegate, name: "compare" };
pub const PROGRESS: Callee = Callee { key: 0x1041, kind: TargetKind::UnmanagedCallersOnly, name: "progress" };

pub const CALLEES: [Callee; 5] = [SQRT, SORT, CALLI, COMPARE, PROGRESS];

/// Addresses of the stack of every task here.
pub const STACK: Range<usize> = 0x10_0000..0x90_0000;

/// What a [`Recorder`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Ok,
    SFalse,
    OutOfMemory,
    Fail,
    Panic,
}

impl Answer {
    /// The answer as the layer records it: `None` for `S_OK`.
    pub fn failure(self) -> Option<(Hresult, Option<String>)> {
        match self {
            Answer::Ok => None,
            Answer::SFalse => Some((Hresult::S_FALSE, None)),
            Answer::OutOfMemory => Some((Hresult::E_OUTOFMEMORY, None)),
            Answer::Fail => Some((Hresult::E_FAIL, None)),
            Answer::Panic => Some((Hresult::E_FAIL, Some(PANIC.to_owned()))),
        }
    }
}

const PANIC: &str = "the host lost its head";

/// A call that a [`Recorder`] got: method, number of the task (0 where there is none), name of the target.
pub type Call = (&'static str, u64, String);

pub fn call(method: &'static str, task: u64, target: &str) -> Call {
    (method, task, target.to_owned())
}

/// A host that writes down its calls, takes its time for each, and answers as it was told beforehand.
#[derive(Clone, Default)]
pub struct Recorder {
    calls: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    /// Names of targets whose calls it does not want reported.
    unwanted: Vec<&'static str>,
    clock: Hand,
}

/// Ticks that each call to a [`Recorder`] takes.
pub const HOST_TICKS: u64 = 1_000_000;

impl Recorder {
    /// Gives these answers, one a call, and `S_OK` when there are none left.
    pub fn answering(answers: impl IntoIterator<Item = Answer>) -> Recorder {
        Recorder { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Recorder::default() }
    }

    pub fn without_calls_of(mut self, unwanted: &[&'static str]) -> Recorder {
        self.unwanted = unwanted.to_vec();
        self
    }

    /// Changes the answers from the next call on.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        *self.answers.lock().unwrap() = answers.into_iter().collect();
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The calls since the last time this was asked.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    fn called(&self, method: &'static str, task: Option<&Task>, target: Option<&Target>) -> HostResult {
        let name = target.map_or("", |target| &target.description().method);
        self.calls.lock().unwrap().push(call(method, task.map_or(0, Task::id), name));
        self.clock.advance(HOST_TICKS);
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Ok);
        if answer == Answer::Panic {
            // As `panic!` does it, but without the message on the terminal.
            std::panic::resume_unwind(Box::new(PANIC));
        }
        answer.failure().map_or(Ok(()), |(hresult, _)| Err(hresult))
    }
}

impl TaskManager for Recorder {
    fn task_started(&self, task: &Task) -> HostResult {
        self.called("SetCLRTask", Some(task), None)
    }
    fn task_ended(&self, task: &Task) -> HostResult {
        self.called("ExitTask", Some(task), None)
    }
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        self.called("CallNeedsHostHook", None, Some(target))?;
        Ok(!self.unwanted.contains(&target.description().method.as_str()))
    }
    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.called("LeaveRuntime", Some(task), Some(target))
    }
    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.called("EnterRuntime", Some(task), Some(target))
    }
    fn reverse_enter_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.called("ReverseEnterRuntime", Some(task), Some(method))
    }
    fn reverse_leave_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.called("ReverseLeaveRuntime", Some(task), Some(method))
    }
}

/// How a source makes its crossings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The short way where it is open, else the long one.
    Short,
    /// The long way always.
    Long,
    /// The long way, with calls to a host if there is one.
    Hosted,
    /// As thunks do, with [`Border::open_exact`] and its siblings alone; with calls to a host if there is one.
    Exact,
}

/// Those that know calls by a key.
pub const FORMS: [Form; 3] = [Form::Short, Form::Long, Form::Hosted];

/// A border in one of the forms in which a source uses it.
pub struct Border {
    pub boundary: Boundary<Hand>,
    pub clock: Hand,
    pub timed: bool,
    pub form: Form,
    /// What the layer told of failures as they happened.
    pub told: Arc<Mutex<Vec<HostFailure>>>,
}

macro_rules! crossing {
    ($border:expr, $method:ident ( $($argument:expr),* )) => {
        match ($border.timed, matches!($border.form, Form::Hosted | Form::Exact)) {
            (false, false) => $border.boundary.$method::<false, false>($($argument),*),
            (false, true) => $border.boundary.$method::<false, true>($($argument),*),
            (true, false) => $border.boundary.$method::<true, false>($($argument),*),
            (true, true) => $border.boundary.$method::<true, true>($($argument),*),
        }
    };
}

impl Border {
    pub fn new(timed: bool, form: Form) -> Border {
        let clock = Hand::default();
        Border { boundary: Boundary::new(None, clock.clone()), clock, timed, form, told: Arc::default() }
    }

    pub fn with_host(timed: bool, form: Form, host: &Recorder) -> Border {
        let told = Arc::<Mutex<Vec<HostFailure>>>::default();
        let on_failure = {
            let told = told.clone();
            move |failure: &HostFailure| told.lock().unwrap().push(failure.clone())
        };
        let layer = HostingLayer::new(Box::new(host.clone()), on_failure);
        let clock = host.clock.clone();
        Border { boundary: Boundary::new(Some(layer), clock.clone()), clock, timed, form, told }
    }

    pub fn start(&self) -> TaskOwner {
        self.boundary.start_task(TaskIdentity { stack: STACK, ..TaskIdentity::default() }, true)
    }

    pub fn bind(&self, callee: Callee) -> TargetId {
        self.boundary.bind(callee.key, TargetDescription::named(callee.kind, callee.name))
    }

    /// `Leave` or `ReverseEnter`, as the callee's kind wants it.
    pub fn open(&self, owner: &TaskOwner, callee: Callee, sp: usize) {
        if self.form == Form::Short && self.try_open(owner, callee, sp) {
            return;
        }
        if callee.kind.is_native() {
            crossing!(self, leave(owner, callee.key, sp, || self.bind(callee)));
        } else {
            crossing!(self, reverse_enter(owner, callee.key, sp, || self.bind(callee)));
        }
    }

    /// `Enter` or `ReverseLeave`, as the callee's kind wants it.
    pub fn close(&self, owner: &TaskOwner, callee: Callee) {
        if self.form == Form::Short && self.try_close(owner, callee) {
            return;
        }
        if callee.kind.is_native() {
            crossing!(self, enter(owner, callee.key, || self.bind(callee)));
        } else {
            crossing!(self, reverse_leave(owner, callee.key, || self.bind(callee)));
        }
    }

    /// A call as a thunk sees it: the address of its bracket.
    pub fn open_exact(&self, owner: &TaskOwner, callee: Callee, sp: usize, is_tail_call: bool) -> u64 {
        let target = self.bind(callee);
        let bracket = if callee.kind.is_native() { Bracket::Leave } else { Bracket::ReverseEnter };
        crossing!(self, open_exact(owner, bracket, target, callee.key, sp, is_tail_call))
            .expect("room for it")
    }

    /// Its return; false if the bracket was taken for jumped over.
    pub fn close_exact(&self, owner: &TaskOwner, address: u64) -> bool {
        crossing!(self, close_bracket(owner, address)).is_some()
    }

    /// The short way to [`open`](Self::open); false if it was not.
    pub fn try_open(&self, owner: &TaskOwner, callee: Callee, sp: usize) -> bool {
        match self.timed {
            false => self.boundary.try_open::<false>(owner, callee.key, sp),
            true => self.boundary.try_open::<true>(owner, callee.key, sp),
        }
    }

    /// The short way to [`close`](Self::close); false if it was not.
    pub fn try_close(&self, owner: &TaskOwner, callee: Callee) -> bool {
        match self.timed {
            false => self.boundary.try_close::<false>(owner, callee.key).is_some(),
            true => self.boundary.try_close::<true>(owner, callee.key).is_some(),
        }
    }
}
