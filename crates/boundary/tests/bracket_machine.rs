//! The bracket machine against a reference in ordinary Rust: a `Vec` of brackets per task, with the rules of the
//! contract and of `src/host.rs` written down once more.
//!
//! Random programs run on random frames: calls nest, return, are jumped over by `longjmp` (frames vanish without a
//! crossing), closing crossings come that fit an outer bracket or none, threads end with brackets open, and the host
//! answers what it likes. The reference predicts every number of the snapshot and every call to the host, in order.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::{
    Bracket, Callers, Crossing, CrossingCounts, HostFailure, Mismatch, OpenBracket, TargetId, TargetStats,
    TaskOwner,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use support::{
    Answer, Border, CALLI, COMPARE, Call, Callee, FORMS, Form, HOST_TICKS, PROGRESS, Recorder, SORT, SQRT,
    STACK, call,
};

const CALLEES: [Callee; 5] = [SQRT, SORT, CALLI, COMPARE, PROGRESS];
const THREADS: usize = 3;
/// As in `src/task.rs`.
const STALE_MARGIN: usize = 4096;

/// What a program does next, on one of its threads.
#[derive(Clone, Debug)]
enum Step {
    /// Calls over the border, from so much further down the stack.
    Call {
        callee: usize,
        frame: usize,
    },
    /// The youngest call returns.
    Return,
    /// This many calls vanish without a crossing.
    Jump {
        frames: usize,
    },
    /// A closing crossing that may fit an outer bracket, or none.
    StrayReturn {
        callee: usize,
    },
    /// The thread ends; its next step is another thread's first.
    End,
    /// The thread goes on on another stack, on which no address says anything, or comes back from it.
    SwitchStack,
    Work {
        ticks: u64,
    },
}

fn any_step() -> impl Strategy<Value = Step> {
    // Frames of the size of the margin and above, ordinary ones, and calls from the very same place.
    let frame = prop_oneof![3 => 16..700usize, 1 => 4000..9000usize, 1 => Just(256usize)];
    prop_oneof![
        10 => (0..CALLEES.len(), frame).prop_map(|(callee, frame)| Step::Call { callee, frame }),
        6 => Just(Step::Return),
        2 => (1..5usize).prop_map(|frames| Step::Jump { frames }),
        1 => (0..CALLEES.len()).prop_map(|callee| Step::StrayReturn { callee }),
        1 => Just(Step::End),
        1 => Just(Step::SwitchStack),
        6 => (1..5000u64).prop_map(|ticks| Step::Work { ticks }),
    ]
}

fn any_program() -> impl Strategy<Value = Vec<(usize, Step)>> {
    prop::collection::vec((0..THREADS, any_step()), 1..150)
}

fn any_answers() -> impl Strategy<Value = Vec<Answer>> {
    let answer = prop_oneof![
        60 => Just(Answer::Ok),
        5 => Just(Answer::SFalse),
        5 => Just(Answer::OutOfMemory),
        1 => Just(Answer::Fail),
        1 => Just(Answer::Panic),
    ];
    prop::collection::vec(answer, 0..200)
}

// ---- the reference -------------------------------------------------------------------------------------------------

/// An open bracket.
#[derive(Clone, Debug)]
struct Open {
    callee: Callee,
    /// Number of the call in the whole program.
    serial: usize,
    sp: usize,
    start: u64,
    inner: u64,
    hosted: bool,
}

/// The numbers of one task for one callee.
#[derive(Clone, Debug, Default)]
struct PerCallee {
    calls: u64,
    completed: u64,
    unwound: u64,
    total: u64,
    own: u64,
    max: u64,
    /// Callbacks: the bracket around the first call, and how many calls were made elsewhere.
    first_caller: Option<Option<u64>>,
    other_callers: u64,
}

#[derive(Clone, Debug, Default)]
struct RefTask {
    id: u64,
    /// The host accepted it.
    hosted: bool,
    stack: Vec<Open>,
    counts: CrossingCounts,
    mismatches: u64,
    unwound: u64,
    max_depth: u64,
    per_key: BTreeMap<u64, PerCallee>,
    ended: bool,
    left_open: Vec<u64>,
}

/// A host as the reference sees it: what it will answer, what it was asked, and whether it is still there.
struct RefHost {
    answers: VecDeque<Answer>,
    unwanted: Vec<&'static str>,
    calls: Vec<Call>,
    failures: Vec<HostFailure>,
    shut: bool,
    /// Callees it was asked about, with the answer.
    wants: BTreeMap<u64, bool>,
}

struct Reference {
    timed: bool,
    now: u64,
    host: Option<RefHost>,
    tasks: Vec<RefTask>,
    /// In the order of binding, so that the position plus one is the target's number.
    bound: Vec<u64>,
    mismatches: Vec<(u64, Crossing, u64, Option<u64>)>,
    serials: usize,
}

fn callee_of(key: u64) -> Callee {
    CALLEES.into_iter().find(|callee| callee.key == key).unwrap()
}

fn bracket_of(callee: Callee) -> Bracket {
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

    fn start(&mut self) -> usize {
        let id = self.tasks.len() as u64 + 1;
        let hosted = self.ask("SetCLRTask", id, "") == Some(true);
        self.tasks.push(RefTask { id, hosted, ..RefTask::default() });
        self.tasks.len() - 1
    }

    fn unwind(&mut self, task: usize) -> Open {
        let state = &mut self.tasks[task];
        let open = state.stack.pop().unwrap();
        state.unwound += 1;
        state.per_key.get_mut(&open.callee.key).unwrap().unwound += 1;
        if open.hosted {
            self.tell(task, bracket_of(open.callee).closing(), open.callee);
        }
        open
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
    fn open(&mut self, task: usize, callee: Callee, sp: usize) -> usize {
        while self.is_stale(task, callee, sp) {
            self.unwind(task);
        }
        self.bind(callee);
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

    fn close(&mut self, task: usize, callee: Callee) {
        let now = self.now;
        let closing = bracket_of(callee).closing();
        let counts = &mut self.tasks[task].counts;
        match closing {
            Crossing::Enter => counts.enter += 1,
            _ => counts.reverse_leave += 1,
        }
        let state = &mut self.tasks[task];
        if !state.stack.iter().any(|open| open.callee == callee) {
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
        let state = &mut self.tasks[task];
        let open = state.stack.pop().unwrap();
        let numbers = state.per_key.get_mut(&callee.key).unwrap();
        numbers.completed += 1;
        if self.timed {
            let total = now - open.start;
            let own = total.saturating_sub(open.inner);
            numbers.total += total;
            numbers.own += own;
            numbers.max = numbers.max.max(total);
            if let Some(outer) = state.stack.last_mut() {
                outer.inner += total;
            }
        }
        if open.hosted {
            self.tell(task, closing, callee);
        }
    }

    fn end(&mut self, task: usize) {
        while !self.tasks[task].stack.is_empty() {
            let open = self.unwind(task);
            self.tasks[task].left_open.push(open.callee.key);
        }
        let RefTask { id, hosted, .. } = self.tasks[task];
        if hosted {
            self.ask("ExitTask", id, "");
        }
        self.tasks[task].ended = true;
    }

    fn number(&self, key: u64) -> usize {
        1 + self.bound.iter().position(|&bound| bound == key).expect("every callee in a number was bound")
    }
}

// ---- programs on both ----------------------------------------------------------------------------------------------

/// A thread of a program: what is really on its stack, whatever machine and reference believe.
#[derive(Default)]
struct Thread {
    owner: Option<TaskOwner>,
    /// Position of its task in the reference.
    task: usize,
    frames: Vec<Frame>,
    elsewhere: bool,
}

struct Frame {
    callee: Callee,
    serial: usize,
    sp: usize,
}

struct Program {
    border: Border,
    reference: Reference,
    threads: [Thread; THREADS],
}

impl Program {
    fn new(timed: bool, form: Form, host: Option<(&Recorder, Vec<Answer>, Vec<&'static str>)>) -> Program {
        let border = host
            .as_ref()
            .map_or_else(|| Border::new(timed, form), |(recorder, ..)| Border::with_host(timed, recorder));
        let host = host.map(|(_, answers, unwanted)| RefHost {
            answers: answers.into(),
            unwanted,
            calls: Vec::new(),
            failures: Vec::new(),
            shut: false,
            wants: BTreeMap::new(),
        });
        let (tasks, bound, mismatches) = (Vec::new(), Vec::new(), Vec::new());
        let reference = Reference { timed, now: 0, host, tasks, bound, mismatches, serials: 0 };
        Program { border, reference, threads: Default::default() }
    }

    fn step(&mut self, thread: usize, step: &Step) {
        let Program { border, reference, threads } = self;
        let thread = &mut threads[thread];
        if thread.owner.is_none() {
            thread.owner = Some(border.start());
            thread.task = reference.start();
        }
        let owner = thread.owner.as_ref().unwrap();
        match *step {
            Step::Call { callee, frame } => {
                let callee = CALLEES[callee];
                let here = thread.frames.iter().rev().map(|frame| frame.sp).find(|sp| STACK.contains(sp));
                // Other stacks lie on either side of the thread's own.
                let sp = match (thread.elsewhere, frame % 2) {
                    (false, _) => here.unwrap_or(STACK.end - 1) - frame,
                    (true, 0) => STACK.start - frame,
                    (true, _) => STACK.end + frame,
                };
                border.open(owner, callee, sp);
                let serial = reference.open(thread.task, callee, sp);
                thread.frames.push(Frame { callee, serial, sp });
            }
            Step::Return => {
                if let Some(Frame { callee, .. }) = thread.frames.pop() {
                    border.close(owner, callee);
                    reference.close(thread.task, callee);
                }
            }
            Step::Jump { frames } => {
                thread.frames.truncate(thread.frames.len().saturating_sub(frames));
            }
            Step::StrayReturn { callee } => {
                let callee = CALLEES[callee];
                if let Some(outer) = thread.frames.iter().rposition(|frame| frame.callee == callee) {
                    thread.frames.truncate(outer);
                }
                border.close(owner, callee);
                reference.close(thread.task, callee);
            }
            Step::End => {
                let left_open = border.boundary.end_task(thread.owner.take().unwrap());
                reference.end(thread.task);
                let expected = &reference.tasks[thread.task].left_open;
                let left_open: Vec<_> = left_open.into_iter().map(TargetId::index).collect();
                let expected: Vec<_> = expected.iter().map(|&key| reference.number(key)).collect();
                assert_eq!(left_open, expected);
                *thread = Thread::default();
            }
            Step::SwitchStack => thread.elsewhere = !thread.elsewhere,
            Step::Work { ticks } => {
                border.clock.advance(ticks);
                reference.now += ticks;
            }
        }
        if let Some(owner) = &thread.owner {
            assert_eq!(owner.task().depth(), reference.tasks[thread.task].stack.len() as u64);
        }
    }

    /// Compares everything that can be seen.
    fn compare(&self) {
        let Program { border, reference, .. } = self;
        let snapshot = border.boundary.snapshot();

        let bound: Vec<_> = snapshot.bound.iter().skip(1).map(|(id, it)| (id.index(), &*it.method)).collect();
        let expected = (1..).zip(reference.bound.iter().map(|&key| callee_of(key).name));
        assert_eq!(bound, expected.collect::<Vec<_>>());
        let ids: Vec<_> = snapshot.bound.keys().copied().collect();
        let id = |key: u64| ids[reference.number(key)];

        assert_eq!(snapshot.tasks.len(), reference.tasks.len());
        for (row, task) in snapshot.tasks.iter().zip(&reference.tasks) {
            let native = task.per_key.iter().filter(|(key, _)| callee_of(**key).kind.is_native());
            assert_eq!((row.id, row.ended, row.tasks, row.settled), (task.id, task.ended, 1, true));
            assert_eq!(row.counts, task.counts);
            assert_eq!((row.mismatches, row.unwound), (task.mismatches, task.unwound));
            assert_eq!((row.max_depth, row.lost), (task.max_depth, 0));
            assert_eq!(row.native_ticks, native.map(|(_, numbers)| numbers.own).sum::<u64>());
            let open = task.stack.iter().map(|open| OpenBracket {
                bracket: bracket_of(open.callee),
                target: id(open.callee.key),
                ticks: if reference.timed { reference.now - open.start } else { 0 },
            });
            let mut found = row.open.clone();
            if !reference.timed {
                // Meaningless then, as its documentation says.
                found.iter_mut().for_each(|open| open.ticks = 0);
            }
            assert_eq!(found, open.collect::<Vec<_>>());
            assert_eq!(row.left_open, task.left_open.iter().map(|&key| id(key)).collect::<Vec<_>>());
        }

        let mut called: Vec<_> = reference.bound.clone();
        called.retain(|key| reference.tasks.iter().any(|task| task.per_key.contains_key(key)));
        assert_eq!(snapshot.targets.len(), called.len());
        for (stats, key) in snapshot.targets.iter().zip(called) {
            self.compare_target(stats, key, id);
        }

        let mismatches = reference.mismatches.iter().take(64).map(|&(task, crossing, key, top)| Mismatch {
            task,
            crossing,
            target: id(key),
            open: top.map(|key| (bracket_of(callee_of(key)), id(key))),
        });
        assert_eq!(snapshot.mismatches, mismatches.collect::<Vec<_>>());
        assert_eq!((snapshot.refused_targets, snapshot.folded_tasks.is_some()), (0, false));
    }

    fn compare_target(&self, stats: &TargetStats, key: u64, id: impl Fn(u64) -> TargetId) {
        let per_task = || self.reference.tasks.iter().filter_map(|task| task.per_key.get(&key));
        let sum = |number: fn(&PerCallee) -> u64| per_task().map(number).sum::<u64>();
        assert_eq!(stats.target, id(key));
        assert_eq!(stats.tasks, per_task().count() as u64);
        assert_eq!(
            (stats.calls, stats.completed, stats.unwound),
            (sum(|it| it.calls), sum(|it| it.completed), sum(|it| it.unwound))
        );
        assert_eq!((stats.total_ticks, stats.self_ticks), (sum(|it| it.total), sum(|it| it.own)));
        assert_eq!(stats.max_ticks, per_task().map(|it| it.max).max().unwrap());
        let timed = if self.reference.timed { stats.completed } else { 0 };
        assert_eq!(stats.histogram.count(), timed);

        let mut callers = Callers { other: sum(|it| it.other_callers), ..Callers::default() };
        for numbers in per_task() {
            let first = numbers.calls - numbers.other_callers;
            match numbers.first_caller {
                None => {}
                Some(None) => callers.outside += first,
                Some(Some(key)) => *callers.known.entry(id(key)).or_default() += first,
            }
        }
        assert_eq!(stats.callers, callers);
    }

    fn end_all(&mut self) {
        for thread in 0..THREADS {
            if self.threads[thread].owner.is_some() {
                self.step(thread, &Step::End);
            }
        }
    }

    /// What lawful sources rely on: no bracket is taken for closed while its call is still on the stack.
    fn assert_nothing_open_was_dropped(&self) {
        for thread in self.threads.iter().filter(|thread| thread.owner.is_some()) {
            let mut believed = self.reference.tasks[thread.task].stack.iter();
            for frame in &thread.frames {
                assert!(
                    believed.any(|open| open.serial == frame.serial),
                    "{} was dropped",
                    frame.callee.name
                );
            }
        }
    }
}

/// The rules of `src/host.rs`, checked on nothing but what the host saw and answered.
fn assert_lawful(calls: &[Call], answers: &[Answer]) {
    let answers = answers.iter().copied().chain(std::iter::repeat(Answer::Ok));
    let mut accepted = BTreeMap::<u64, Vec<(&str, &str)>>::new();
    let (mut asked, mut shut) = (Vec::new(), false);
    for ((method, task, name), answer) in calls.iter().zip(answers) {
        assert!(!shut, "{method} after E_FAIL");
        shut = matches!(answer, Answer::Fail | Answer::Panic);
        let open = accepted.get_mut(task);
        match *method {
            "SetCLRTask" => {
                assert!(open.is_none());
                if answer == Answer::Ok {
                    accepted.insert(*task, Vec::new());
                }
            }
            "CallNeedsHostHook" => {
                assert!(!asked.contains(name), "asked twice about {name}");
                asked.push(name.clone());
            }
            "ExitTask" => {
                assert_eq!(open.expect("the task was accepted").len(), 0);
                accepted.remove(task);
            }
            "LeaveRuntime" | "ReverseEnterRuntime" => {
                let open = open.expect("the task was accepted");
                assert!(*method != "LeaveRuntime" || asked.contains(name), "not asked about {name}");
                if answer == Answer::Ok {
                    open.push((method, name));
                }
            }
            "EnterRuntime" => {
                assert_eq!(open.expect("the task was accepted").pop(), Some(("LeaveRuntime", &**name)));
            }
            "ReverseLeaveRuntime" => {
                assert_eq!(
                    open.expect("the task was accepted").pop(),
                    Some(("ReverseEnterRuntime", &**name))
                );
            }
            other => panic!("unknown call {other}"),
        }
    }
    if !shut {
        let open: Vec<_> = accepted.values().flatten().collect();
        assert!(open.is_empty() && accepted.is_empty(), "never closed: {open:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_the_references(program in any_program(), timed: bool, form in prop::sample::select(&FORMS)) {
        let mut run = Program::new(timed, form, None);
        for (thread, step) in &program {
            run.step(*thread, step);
        }
        run.compare();
        run.end_all();
        run.compare();
    }

    #[test]
    fn every_call_to_the_host_is_the_references(
        program in any_program(),
        answers in any_answers(),
        timed: bool,
        unwanted in prop::sample::subsequence(vec!["sqrt", "sort", "calli", "compare"], 0..=4),
    ) {
        let host = Recorder::answering(answers.iter().copied()).without_calls_of(&unwanted);
        let mut run = Program::new(timed, Form::Hosted, Some((&host, answers.clone(), unwanted)));
        for (thread, step) in &program {
            run.step(*thread, step);
        }
        run.compare();
        run.end_all();
        run.compare();

        let expected = run.reference.host.as_ref().unwrap();
        prop_assert_eq!(&host.calls(), &expected.calls);
        assert_lawful(&host.calls(), &answers);
        let layer = run.border.boundary.layer().unwrap();
        let (count, kept) = layer.failures();
        prop_assert_eq!(layer.is_shut(), expected.shut);
        prop_assert_eq!(count, expected.failures.len() as u64);
        prop_assert_eq!(&kept, &expected.failures[..expected.failures.len().min(64)]);
        prop_assert_eq!(&*run.border.told.lock().unwrap(), &kept);
    }

    #[test]
    fn no_bracket_is_dropped_while_its_call_is_on_the_stack(
        program in any_program(),
        form in prop::sample::select(&FORMS),
    ) {
        let mut run = Program::new(false, form, None);
        for (thread, step) in &program {
            if !matches!(step, Step::StrayReturn { .. }) {
                run.step(*thread, step);
                run.assert_nothing_open_was_dropped();
            }
        }
        run.compare();
    }
}
