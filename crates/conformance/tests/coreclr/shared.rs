//! What test, managed code and native code share: the steps, and whose turn it is. `fixtures/managed/Script` and
//! `fixtures/native/script.c` have the same layout and numbers.

use clrhost_engine_sim::{Callee, Op, Step, TaskNumber};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering::SeqCst};

/// One more than the highest number of a task.
pub const TASKS: usize = 16;
/// The most steps of a script.
const STEPS: usize = 1024;

/// One cell for each task.
pub type EachTask = [AtomicI32; TASKS];

#[repr(C)]
pub struct Shared {
    /// Index of the step that is being taken.
    turn: AtomicI32,
    count: AtomicI32,
    /// 1: its thread could not be had.
    pub gone: EachTask,
    /// The operating system's number of its thread; 0 before that is known.
    pub thread: EachTask,
    begun: EachTask,
    /// 1: its managed code is over.
    pub ended: EachTask,
    /// 1: native code makes its thread.
    foreign: EachTask,
    methods: [AtomicU64; 4],
    steps: [[AtomicI32; 4]; STEPS],
}

/// A step as managed and native code read it: operation and argument.
fn code(op: Op) -> [i32; 2] {
    let place =
        |callee: Callee, all: &[Callee]| all.iter().position(|&one| one == callee).unwrap_or(all.len());
    let [code, argument] = match op {
        Op::New(task) => [1, task.0 as usize],
        Op::Leave(callee) => [2, place(callee, &Callee::FUNCTIONS)],
        Op::Enter => [3, 0],
        Op::ReverseEnter(callee) => [4, place(callee, &Callee::METHODS)],
        Op::ReverseLeave => [5, 0],
        // -1 stands for ever.
        Op::Sleep { milliseconds, .. } => [6, milliseconds.unwrap_or(u32::MAX) as usize],
        Op::Switch => [7, 0],
        Op::SetLocale(_) => [8, 0],
        Op::SetUiLocale(_) => [9, 0],
        Op::BeginDelayAbort => [10, 0],
        Op::EndDelayAbort => [11, 0],
        Op::BeginThreadAffinity => [12, 0],
        Op::EndThreadAffinity => [13, 0],
        Op::Suspend => [14, 0],
        Op::Resume(generation) => [15, generation as usize],
        Op::End => [16, 0],
        Op::Abort(task) => [17, task.0 as usize],
        Op::StrayEnter | Op::Ask(_) | Op::Alert(_) => {
            unreachable!("{op} is no step of a case")
        }
    };
    [code as i32, argument as i32]
}

impl Shared {
    /// Of no script. Threads that outlive a script may look at it, so it is never freed.
    pub fn leak() -> &'static Shared {
        // SAFETY: all of it are atomic integers, for which zero is a value.
        Box::leak(unsafe { Box::new_zeroed().assume_init() })
    }

    /// What `Script.Run` takes.
    pub fn address(&'static self) -> String {
        std::ptr::from_ref(self).expose_provenance().to_string()
    }

    /// Puts this script in place. No thread takes steps of an earlier one any more.
    pub fn set(&self, script: &[Step]) {
        assert!(script.len() <= STEPS);
        for cells in [&self.gone, &self.thread, &self.begun, &self.ended, &self.foreign] {
            cells.iter().for_each(|cell| cell.store(0, SeqCst));
        }
        for (place, step) in self.steps.iter().zip(script) {
            let [op, argument] = code(step.op);
            [step.task.0.into(), op, argument]
                .iter()
                .zip(place)
                .for_each(|(&value, cell)| cell.store(value, SeqCst));
        }
        let created = script.iter().filter_map(|step| match step.op {
            Op::New(task) => Some(task),
            _ => None,
        });
        let created: BTreeSet<TaskNumber> = created.collect();
        for step in
            script.iter().filter(|step| step.task != TaskNumber::RUNTIME && !created.contains(&step.task))
        {
            self.foreign[usize::from(step.task.0)].store(1, SeqCst);
        }
        self.count.store(script.len() as i32, SeqCst);
        self.turn.store(0, SeqCst);
    }

    /// Index of the step that is being taken; their number at the end.
    pub fn turn(&self) -> usize {
        self.turn.load(SeqCst) as usize
    }

    /// The task whose thread is being made, if that is the step.
    pub fn being_created(&self) -> Option<TaskNumber> {
        let [_, op, argument, _] = self.steps.get(self.turn())?;
        let [new, task] = [op, argument].map(|cell| cell.load(SeqCst));
        let is_unknown = |task: usize| self.thread[task].load(SeqCst) == 0;
        (new == 1 && is_unknown(task as usize)).then_some(TaskNumber(task as u8))
    }

    /// The step is over.
    pub fn next(&self) {
        self.turn.fetch_add(1, SeqCst);
    }
}
