//! Programs that run on the bracket machine and on its reference at once.

use super::reference::{PerCallee, RefHost, RefTask, Reference, bracket_of, callee_of};
use super::{Answer, Border, CALLEES, Callee, Form, Recorder, STACK};
use clrhost_boundary::{Callers, Mismatch, OpenBracket, RecordedTask, TargetId, TargetStats, TaskOwner};
use std::collections::BTreeMap;

pub const THREADS: usize = 3;

/// What a program does next, on one of its threads.
#[derive(Clone, Debug)]
pub enum Step {
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
    /// The youngest call makes another in place of returning. Only where stack pointers are exact.
    TailCall {
        callee: usize,
    },
    /// An exception passes this many calls. As above.
    Throw {
        frames: usize,
    },
    /// The thread ends; its next step is another thread's first.
    End,
    /// It ends and unwinds its stack, as `pthread_exit` does.
    Exit,
    /// The thread goes on on another stack, on which no address says anything, or comes back from it.
    SwitchStack,
    Work {
        ticks: u64,
    },
    /// Calls are recorded from now on, or no more.
    Record {
        on: bool,
    },
    /// What was recorded is taken.
    Take,
}

/// A thread of a program: what is really on its stack, whatever machine and reference believe.
#[derive(Default)]
pub struct Thread {
    pub owner: Option<TaskOwner>,
    /// Position of its task in the reference.
    pub task: usize,
    pub frames: Vec<Frame>,
    pub elsewhere: bool,
}

pub struct Frame {
    pub callee: Callee,
    pub serial: usize,
    pub sp: usize,
    /// Of its bracket, where that is closed by it.
    pub address: u64,
}

pub struct Program {
    pub border: Border,
    pub reference: Reference,
    pub threads: [Thread; THREADS],
}

impl Program {
    pub fn new(
        timed: bool,
        form: Form,
        host: Option<(&Recorder, Vec<Answer>, Vec<&'static str>)>,
    ) -> Program {
        let border = host.as_ref().map_or_else(
            || Border::new(timed, form),
            |(recorder, ..)| Border::with_host(timed, form, recorder),
        );
        let host = host.map(|(_, answers, unwanted)| RefHost {
            answers: answers.into(),
            unwanted,
            calls: Vec::new(),
            failures: Vec::new(),
            shut: false,
            wants: BTreeMap::new(),
        });
        let (tasks, bound, mismatches) = (Vec::new(), Vec::new(), Vec::new());
        let reference =
            Reference { timed, recording: false, now: 0, host, tasks, bound, mismatches, serials: 0 };
        Program { border, reference, threads: Default::default() }
    }

    pub fn step(&mut self, thread: usize, step: &Step) {
        let Program { border, reference, threads } = self;
        let thread = &mut threads[thread];
        if thread.owner.is_none() {
            thread.owner = Some(border.start());
            thread.task = reference.start();
        }
        let owner = thread.owner.as_ref().unwrap();
        let is_exact = border.form == Form::Exact;
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
                let (serial, address) = if is_exact {
                    let address = border.open_exact(owner, callee, sp, false);
                    (reference.open_exact(thread.task, callee, sp, false), address)
                } else {
                    border.open(owner, callee, sp);
                    (reference.open(thread.task, callee, sp), 0)
                };
                thread.frames.push(Frame { callee, serial, sp, address });
            }
            Step::TailCall { callee } => {
                if let Some(sp) = thread.frames.last().map(|frame| frame.sp).filter(|_| is_exact) {
                    let callee = CALLEES[callee];
                    let address = border.open_exact(owner, callee, sp, true);
                    let serial = reference.open_exact(thread.task, callee, sp, true);
                    thread.frames.push(Frame { callee, serial, sp, address });
                }
            }
            Step::Return => {
                if let Some(Frame { callee, serial, address, .. }) = thread.frames.pop() {
                    if is_exact {
                        let was_open = border.close_exact(owner, address);
                        assert_eq!(was_open, reference.close_exact(thread.task, serial));
                    } else {
                        border.close(owner, callee);
                        reference.close(thread.task, callee);
                    }
                }
            }
            Step::Throw { frames } if is_exact => {
                for frame in thread.frames.drain(thread.frames.len().saturating_sub(frames)..).rev() {
                    let was_open = border.boundary.unwind_bracket(owner, frame.address, false);
                    assert_eq!(was_open, reference.unwind_exact(thread.task, frame.serial, false));
                }
            }
            Step::Throw { .. } => {}
            Step::Record { on } => {
                if reference.recording != on {
                    if on {
                        border.boundary.registry().begin_recording();
                    } else {
                        compare_recorded(border.boundary.registry().end_recording(), reference);
                    }
                    reference.record(on);
                }
            }
            Step::Take => compare_recorded(border.boundary.registry().recorded_tasks(), reference),
            Step::Jump { frames } => {
                thread.frames.truncate(thread.frames.len().saturating_sub(frames));
            }
            Step::StrayReturn { .. } if is_exact => {}
            Step::StrayReturn { callee } => {
                let callee = CALLEES[callee];
                if let Some(outer) = thread.frames.iter().rposition(|frame| frame.callee == callee) {
                    thread.frames.truncate(outer);
                }
                border.close(owner, callee);
                reference.close(thread.task, callee);
            }
            Step::End | Step::Exit => {
                if is_exact && matches!(step, Step::Exit) {
                    for frame in thread.frames.iter().rev() {
                        let was_open = border.boundary.unwind_bracket(owner, frame.address, true);
                        assert_eq!(was_open, reference.unwind_exact(thread.task, frame.serial, true));
                    }
                }
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
    pub fn compare(&self) {
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

    /// Ends the recording, if there is one, and all threads.
    pub fn end_all(&mut self) {
        self.step(0, &Step::Record { on: false });
        for thread in 0..THREADS {
            if self.threads[thread].owner.is_some() {
                self.step(thread, &Step::End);
            }
        }
    }

    /// What lawful sources rely on: no bracket is taken for closed while its call is still on the stack.
    pub fn assert_nothing_open_was_dropped(&self) {
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

/// Takes what was recorded, and compares it.
fn compare_recorded(tasks: Vec<RecordedTask>, reference: &mut Reference) {
    let listed: Vec<_> = tasks.iter().map(|it| (it.task.id(), it.ended)).collect();
    let newly_ended =
        |task: &mut RefTask| std::mem::take(&mut task.ended_recorded).then_some((task.id, true));
    let mut expected: Vec<_> = reference.tasks.iter_mut().filter_map(newly_ended).collect();
    expected.extend(reference.tasks.iter().filter(|task| !task.ended).map(|task| (task.id, false)));
    let sorted = |mut list: Vec<(u64, bool)>| {
        list.sort();
        list
    };
    assert_eq!(sorted(listed), sorted(expected));
    for RecordedTask { task, .. } in tasks {
        let mut events = Vec::new();
        let lost = task.take_events(|event| events.push(event));
        assert_eq!((lost, task.events_fill()), (0, 0.0));
        let expected = std::mem::take(&mut reference.tasks[task.id() as usize - 1].events);
        let found = events.iter().map(|it| (it.target.index(), it.bracket, it.began, it.ticks));
        let expected = expected
            .into_iter()
            .map(|(key, began, ticks)| (reference.number(key), bracket_of(callee_of(key)), began, ticks));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}
