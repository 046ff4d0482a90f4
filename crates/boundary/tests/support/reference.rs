//! The bracket machine once more, in ordinary Rust: a `Vec` of brackets per task, with the rules of the contract and of
//! `src/host.rs`. It predicts every number of a snapshot, every recorded call and every call to the host.

use super::{Answer, CALLEES, Call, Callee, HOST_TICKS, STACK, call};
use clrhost_boundary::{Bracket, Crossing, CrossingCounts, HostFailure};
use std::collections::{BTreeMap, VecDeque};

/// Bytes between frames, as in `src/repair.rs`.
const STALE_MARGIN: usize = 4096;

/// A call that was recorded: what was called, when it began, how long it took.
pub type Recorded = (u64, u64, u64);

/// An open bracket.
#[derive(Clone, Debug)]
pub struct Open {
    pub callee: Callee,
    /// Number of the call in the whole program.
    pub serial: usize,
    pub sp: usize,
    pub start: u64,
    pub inner: u64,
    pub hosted: bool,
}

/// The numbers of one task for one callee.
#[derive(Clone, Debug, Default)]
pub struct PerCallee {
    pub calls: u64,
    pub completed: u64,
    pub unwound: u64,
    pub total: u64,
    pub own: u64,
    pub max: u64,
    /// Callbacks: the bracket around the first call, and how many calls were made elsewhere.
    pub first_caller: Option<Option<u64>>,
    pub other_callers: u64,
}

#[derive(Clone, Debug, Default)]
pub struct RefTask {
    pub id: u64,
    /// The host accepted it.
    pub hosted: bool,
    pub stack: Vec<Open>,
    pub counts: CrossingCounts,
    pub mismatches: u64,
    pub unwound: u64,
    pub max_depth: u64,
    pub per_key: BTreeMap<u64, PerCallee>,
    pub ended: bool,
    pub left_open: Vec<u64>,
    /// Calls that were recorded and not taken yet.
    pub events: Vec<Recorded>,
    /// It ended while calls were recorded, and nobody has asked for the recorded tasks since.
    pub ended_recorded: bool,
}

impl RefTask {
    fn count_closing(&mut self, closing: Crossing) {
        match closing {
            Crossing::Enter => self.counts.enter += 1,
            _ => self.counts.reverse_leave += 1,
        }
    }
}

/// A host as the reference sees it: what it will answer, what it was asked, and whether it is still there.
pub struct RefHost {
    pub answers: VecDeque<Answer>,
    pub unwanted: Vec<&'static str>,
    pub calls: Vec<Call>,
    pub failures: Vec<HostFailure>,
    pub shut: bool,
    /// Callees it was asked about, with the answer.
    pub wants: BTreeMap<u64, bool>,
}

pub struct Reference {
    pub timed: bool,
    pub recording: bool,
    pub now: u64,
    pub host: Option<RefHost>,
    pub tasks: Vec<RefTask>,
    /// In the order of binding, so that the position plus one is the target's number.
    pub bound: Vec<u64>,
    pub mismatches: Vec<(u64, Crossing, u64, Option<u64>)>,
    pub serials: usize,
}

pub fn callee_of(key: u64) -> Callee {
    CALLEES.into_iter().find(|callee| callee.key == key).unwrap()
}

pub fn bracket_of(callee: Callee) -> Bracket {
    if callee.kind.is_native() { Bracket::Leave } else { Bracket::ReverseEnter }
}

impl Reference {
    /// Calls the host, if it is there; what it answered.
    fn ask(&mut self, method: &'static str, task: u64, name: &str) -> Option<bool> {
        let host = self.host.as_mut().filter(|host| !host.shut)?;
        host.calls.push(call(method, task, name));
        self.now += HOST_TICKS;
        let answer = host.answers.pop_front().unwrap_or(Answer::Ok);
        if let Some((hresult, panic)) = answer.failure() {
            host.failures.push(HostFailure { method, hresult, panic });
            host.shut = matches!(answer, Answer::Fail | Answer::Panic);
        }
        Some(answer == Answer::Ok)
    }

    /// Tells the host of a crossing on a thread it accepted.
    fn tell(&mut self, task: usize, crossing: Crossing, callee: Callee) -> Option<bool> {
        let wanted = crossing != Crossing::Leave
            || self.host.as_ref().is_some_and(|host| host.wants.get(&callee.key).copied().unwrap_or(true));
        let RefTask { id, hosted, .. } = self.tasks[task];
        if hosted && wanted { self.ask(crossing.method(), id, callee.name) } else { None }
    }

    fn bind(&mut self, callee: Callee) {
        if self.bound.contains(&callee.key) {
            return;
        }
        self.bound.push(callee.key);
        if callee.kind.is_native() {
            let answered = self.ask("CallNeedsHostHook", 0, callee.name);
            if let Some(host) = &mut self.host {
                let wants = answered != Some(true) || !host.unwanted.contains(&callee.name);
                host.wants.insert(callee.key, wants);
            }
        }
    }

    pub fn start(&mut self) -> usize {
        let id = self.tasks.len() as u64 + 1;
        let hosted = self.ask("SetCLRTask", id, "") == Some(true);
        self.tasks.push(RefTask { id, hosted, ..RefTask::default() });
        self.tasks.len() - 1
    }

    pub fn unwind(&mut self, task: usize) -> Open {
        let state = &mut self.tasks[task];
        let open = state.stack.pop().unwrap();
        state.unwound += 1;
        state.per_key.get_mut(&open.callee.key).unwrap().unwound += 1;
        if open.hosted {
            self.tell(task, bracket_of(open.callee).closing(), open.callee);
        }
        open
    }

    /// Was the youngest bracket jumped over, seeing that a call is made with the stack pointer `sp`? In a call in place of
    /// returning it is that of the caller's own call.
    fn is_stale_exactly(&self, task: usize, sp: usize, is_tail_call: bool) -> bool {
        self.tasks[task].stack.last().is_some_and(|top| {
            let known = STACK.contains(&sp) && STACK.contains(&top.sp);
            known && (sp > top.sp || sp == top.sp && !is_tail_call)
        })
    }

    /// As [`open`](Self::open), for a source that knows the stack pointer of the call itself and has bound its target before.
    pub fn open_exact(&mut self, task: usize, callee: Callee, sp: usize, is_tail_call: bool) -> usize {
        self.bind(callee);
        while self.is_stale_exactly(task, sp, is_tail_call) {
            self.unwind(task);
        }
        self.open_new(task, callee, sp)
    }

    /// The call with this number returns. False, and nothing done, if it was taken for jumped over.
    pub fn close_exact(&mut self, task: usize, serial: usize) -> bool {
        if !self.tasks[task].stack.iter().any(|open| open.serial == serial) {
            return false;
        }
        let now = self.now;
        while self.tasks[task].stack.last().unwrap().serial != serial {
            self.unwind(task);
        }
        self.close_top(task, now);
        true
    }

    /// The call with this number is left by an exception, or because the thread ends.
    pub fn unwind_exact(&mut self, task: usize, serial: usize, thread_ends: bool) -> bool {
        if !self.tasks[task].stack.iter().any(|open| open.serial == serial) {
            return false;
        }
        loop {
            let open = self.unwind(task);
            if thread_ends {
                self.tasks[task].left_open.push(open.callee.key);
            }
            if open.serial == serial {
                return true;
            }
        }
    }

    /// Begins or ends to record.
    pub fn record(&mut self, on: bool) {
        self.recording = on;
        if on {
            self.tasks.iter_mut().for_each(|task| task.events.clear());
        }
    }

    /// Was the youngest bracket jumped over, seeing that a call is made from `sp`?
    fn is_stale(&self, task: usize, callee: Callee, sp: usize) -> bool {
        let stack = &self.tasks[task].stack;
        let in_the_way = |open: &&Open| STACK.contains(&sp) && STACK.contains(&open.sp) && open.sp <= sp;
        let Some(top) = stack.last().filter(in_the_way) else { return false };
        sp - top.sp >= STALE_MARGIN
            || stack.iter().rev().take_while(in_the_way).any(|open| open.callee == callee)
    }

    /// The number of the call.
    pub fn open(&mut self, task: usize, callee: Callee, sp: usize) -> usize {
        while self.is_stale(task, callee, sp) {
            self.unwind(task);
        }
        self.bind(callee);
        self.open_new(task, callee, sp)
    }

    fn open_new(&mut self, task: usize, callee: Callee, sp: usize) -> usize {
        let (serial, start) = (self.serials, self.now);
        self.serials += 1;
        let state = &mut self.tasks[task];
        let caller = state.stack.last().map(|outer| outer.callee.key);
        let numbers = state.per_key.entry(callee.key).or_default();
        numbers.calls += 1;
        if bracket_of(callee) == Bracket::ReverseEnter {
            state.counts.reverse_enter += 1;
            if *numbers.first_caller.get_or_insert(caller) != caller {
                numbers.other_callers += 1;
            }
        } else {
            state.counts.leave += 1;
        }
        state.stack.push(Open { callee, serial, sp, start, inner: 0, hosted: false });
        state.max_depth = state.max_depth.max(state.stack.len() as u64);
        if let Some(accepted) = self.tell(task, bracket_of(callee).opening(), callee) {
            let now = self.now;
            let top = self.tasks[task].stack.last_mut().unwrap();
            (top.hosted, top.start) = (accepted, now);
        }
        serial
    }

    pub fn close(&mut self, task: usize, callee: Callee) {
        let now = self.now;
        let closing = bracket_of(callee).closing();
        let state = &mut self.tasks[task];
        if !state.stack.iter().any(|open| open.callee == callee) {
            state.count_closing(closing);
            state.mismatches += 1;
            let top = state.stack.last().map(|open| open.callee.key);
            let id = state.id;
            self.bind(callee);
            self.mismatches.push((id, closing, callee.key, top));
            return;
        }
        while self.tasks[task].stack.last().unwrap().callee != callee {
            self.unwind(task);
        }
        self.close_top(task, now);
    }

    fn close_top(&mut self, task: usize, now: u64) {
        let (timed, recording) = (self.timed, self.recording);
        let state = &mut self.tasks[task];
        let open = state.stack.pop().unwrap();
        let callee = open.callee;
        let closing = bracket_of(callee).closing();
        state.count_closing(closing);
        let numbers = state.per_key.get_mut(&callee.key).unwrap();
        numbers.completed += 1;
        if timed {
            let total = now - open.start;
            let own = total.saturating_sub(open.inner);
            numbers.total += total;
            numbers.own += own;
            numbers.max = numbers.max.max(total);
            if let Some(outer) = state.stack.last_mut() {
                outer.inner += total;
            }
            if recording {
                state.events.push((callee.key, open.start, total));
            }
        }
        if open.hosted {
            self.tell(task, closing, callee);
        }
    }

    pub fn end(&mut self, task: usize) {
        while !self.tasks[task].stack.is_empty() {
            let open = self.unwind(task);
            self.tasks[task].left_open.push(open.callee.key);
        }
        let RefTask { id, hosted, .. } = self.tasks[task];
        if hosted {
            self.ask("ExitTask", id, "");
        }
        self.tasks[task].ended = true;
        self.tasks[task].ended_recorded = self.recording;
    }

    pub fn number(&self, key: u64) -> usize {
        1 + self.bound.iter().position(|&bound| bound == key).expect("every callee in a number was bound")
    }
}
