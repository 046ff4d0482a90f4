//! What a reader gets: plain copies of all numbers, in ticks of the clock that timed them.

use crate::block::{Block, COUNTERS, Counter, entry, flag, histogram, slot, untag};
use crate::crossing::{Bracket, Crossing};
use crate::histogram::HistogramSnapshot;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use crate::target::{TargetDescription, TargetId};
use crate::task::Task;
use std::collections::{BTreeMap, BTreeSet};

/// How often a reader tries to read a task between two of its crossings before it takes what it can get.
const TRIES: usize = if cfg!(loom) { 1 } else { 1000 };

/// How many of each crossing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrossingCounts {
    /// Managed code called native code.
    pub leave: u64,
    /// That call returned.
    pub enter: u64,
    /// Native code called managed code.
    pub reverse_enter: u64,
    /// That call returned.
    pub reverse_leave: u64,
}

impl CrossingCounts {
    fn add(&mut self, other: &CrossingCounts) {
        self.leave += other.leave;
        self.enter += other.enter;
        self.reverse_enter += other.reverse_enter;
        self.reverse_leave += other.reverse_leave;
    }
}

/// A bracket that was open when it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenBracket {
    /// Its kind.
    pub bracket: Bracket,
    /// What was called.
    pub target: TargetId,
    /// Ticks since it was opened; meaningless where times are not taken.
    pub ticks: u64,
}

/// An open bracket with what a thunk keeps in it, for those who unwind its thread's stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackBracket {
    /// Its kind, its target, its time.
    pub open: OpenBracket,
    /// The stack pointer at the call; if `exact`, the place of the call's return address.
    pub stack_pointer: u64,
    /// A thunk made the call, so that `return_address` is known.
    pub exact: bool,
    /// Where the call returns to: what would lie at `stack_pointer` without the thunk, which has put its own address there.
    pub return_address: u64,
}

/// A closing crossing that fitted no open bracket: a defect of the source, or of something that bends the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Number of the task.
    pub task: u64,
    /// The crossing that came.
    pub crossing: Crossing,
    /// What it was about.
    pub target: TargetId,
    /// The bracket on top of the stack, if there was one.
    pub open: Option<(Bracket, TargetId)>,
}

/// The numbers of one task.
#[derive(Clone, Debug)]
pub struct TaskStats {
    /// Number of the task.
    pub id: u64,
    /// The operating system's id of the thread.
    pub os_thread_id: u64,
    /// The thread's name, where known.
    pub name: Option<String>,
    /// The thread has ended.
    pub ended: bool,
    /// How many tasks this row stands for.
    pub tasks: u64,
    /// The crossings. Includes those that were mismatches.
    pub counts: CrossingCounts,
    /// Closing crossings that fitted no open bracket.
    pub mismatches: u64,
    /// Brackets closed without their closing crossing, after `longjmp` or at the end of the thread.
    pub unwound: u64,
    /// Most brackets open at once.
    pub max_depth: u64,
    /// Ticks in native code, callbacks not included, of calls that have returned.
    pub native_ticks: u64,
    /// Brackets too deep to be kept: counted as crossings, not timed.
    pub lost: u64,
    /// Brackets open now, outermost first.
    pub open: Vec<OpenBracket>,
    /// What was still open when the thread ended, youngest first.
    pub left_open: Vec<TargetId>,
    /// False if the thread crossed the border while it was read, so that its numbers and those per target may differ
    /// by the crossings of that moment.
    pub settled: bool,
}

impl TaskStats {
    pub(crate) fn read(task: &Task, now: u64) -> TaskStats {
        let block = &task.block;
        let ((counters, sums, open, max_depth), settled) = block.read(tries(block), || {
            let counters: [u64; COUNTERS] =
                std::array::from_fn(|index| block.counter_at(index).load(Relaxed));
            (counters, SlotSums::of(block), open_brackets(block, now), block.max_depth())
        });
        let get = |counter: Counter| counters[counter as usize];
        TaskStats {
            id: task.id(),
            os_thread_id: task.os_thread_id(),
            name: task.name(),
            ended: false,
            tasks: 1,
            counts: CrossingCounts {
                leave: sums.calls[0],
                enter: sums.completed(Bracket::Leave, &open) + get(Counter::OtherEnter),
                reverse_enter: sums.calls[1],
                reverse_leave: sums.completed(Bracket::ReverseEnter, &open) + get(Counter::OtherReverseLeave),
            },
            mismatches: get(Counter::Mismatches),
            unwound: get(Counter::Unwound),
            max_depth,
            native_ticks: sums.native_ticks,
            lost: get(Counter::Lost),
            open,
            left_open: Vec::new(),
            settled,
        }
    }

    /// Adds the numbers of another ended task to this row.
    pub(crate) fn fold(&mut self, other: &TaskStats) {
        self.tasks += other.tasks;
        self.counts.add(&other.counts);
        self.mismatches += other.mismatches;
        self.unwound += other.unwound;
        self.max_depth = self.max_depth.max(other.max_depth);
        self.native_ticks += other.native_ticks;
        self.lost += other.lost;
        self.left_open.clear();
    }
}

/// How often a task is read at most. A thread whose stack ran out inside of a thunk stays in the midst of a change for good, with tens of
/// thousands of brackets open, and the process waits for the report only so long.
fn tries(block: &Block) -> usize {
    const FEW: usize = 64;
    (TRIES * FEW / (FEW + block.kept())).max(8)
}

/// Sums over the slots of a task; the first of each pair is for calls to native code, the second for callbacks.
#[derive(Default)]
struct SlotSums {
    calls: [u64; 2],
    /// Calls that have no bracket any more, or never had one, and did not return to it.
    ended_otherwise: [u64; 2],
    native_ticks: u64,
}

impl SlotSums {
    fn of(block: &Block) -> SlotSums {
        let mut sums = SlotSums::default();
        block.each_slot(|words| {
            let get = |index: usize| words[index].load(Relaxed);
            let (bracket, _) = untag(get(slot::TAG));
            let direction = (bracket == Bracket::ReverseEnter) as usize;
            sums.calls[direction] += get(slot::CALLS);
            sums.ended_otherwise[direction] += get(slot::UNWOUND) + get(slot::LOST);
            if bracket == Bracket::Leave {
                sums.native_ticks += get(slot::SELF);
            }
        });
        sums
    }

    fn completed(&self, bracket: Bracket, open: &[OpenBracket]) -> u64 {
        let direction = (bracket == Bracket::ReverseEnter) as usize;
        let open = open.iter().filter(|open| open.bracket == bracket).count() as u64;
        // Where the task moved while it was read the three may not fit.
        self.calls[direction].saturating_sub(self.ended_otherwise[direction] + open)
    }
}

fn open_brackets(block: &Block, now: u64) -> Vec<OpenBracket> {
    let since = |(bracket, target, start)| OpenBracket { bracket, target, ticks: now.saturating_sub(start) };
    open_calls(block).into_iter().map(since).collect()
}

/// The open brackets, outermost first, with their beginnings.
pub(crate) fn open_calls(block: &Block) -> Vec<(Bracket, TargetId, u64)> {
    (0..block.kept())
        .map_while(|depth| {
            let (words, _) = block.slot_at(depth)?;
            let start = block.entry(depth)?[entry::START].load(Relaxed);
            let (bracket, target) = untag(words[slot::TAG].load(Relaxed));
            Some((bracket, target, start))
        })
        .collect()
}

/// The open brackets of a task, outermost first, and whether its thread stayed where it was while they were read. All but the
/// return addresses are of one moment then; these a thunk writes right after it has opened its bracket, so they are right for
/// a thread that is known to have been in native code all the time.
pub(crate) fn stack_brackets(block: &Block, now: u64) -> (Vec<StackBracket>, bool) {
    block.read(tries(block), || {
        let opened = open_brackets(block, now).into_iter().enumerate();
        opened
            .filter_map(|(depth, open)| {
                let words = block.entry(depth)?;
                let (_, flags) = block.slot_at(depth)?;
                Some(StackBracket {
                    open,
                    stack_pointer: words[entry::STACK_POINTER].load(Relaxed),
                    exact: flags & flag::EXACT != 0,
                    return_address: words[entry::RETURN].load(Relaxed),
                })
            })
            .collect()
    })
}

/// The numbers of one target, over all tasks.
#[derive(Clone, Debug)]
pub struct TargetStats {
    /// Number of the target.
    pub target: TargetId,
    /// Calls begun.
    pub calls: u64,
    /// Calls that have returned.
    pub completed: u64,
    /// Calls closed without their closing crossing.
    pub unwound: u64,
    /// Tasks that made at least one of the calls.
    pub tasks: u64,
    /// Ticks from call to return, callbacks and nested calls included.
    pub total_ticks: u64,
    /// Ticks from call to return without what lies in brackets inside.
    pub self_ticks: u64,
    /// Ticks of the longest call that has returned.
    pub max_ticks: u64,
    /// Ticks of each call that has returned.
    pub histogram: HistogramSnapshot,
    /// For callbacks, out of which native call they were called how often.
    pub callers: Callers,
}

/// Out of which native call a callback was called, and how often.
///
/// Each task remembers the first caller of each callback by name; its calls from elsewhere are only counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Calls by the target in whose bracket they were made.
    pub known: BTreeMap<TargetId, u64>,
    /// Calls by threads that were in no native call of managed code.
    pub outside: u64,
    /// Calls from further callers.
    pub other: u64,
}

impl Callers {
    fn add(&mut self, block: &Block, words: &[AtomicU64]) {
        let get = |index: usize| words[index].load(Relaxed);
        let (bracket, _) = untag(get(slot::TAG));
        if bracket == Bracket::Leave || get(slot::CALLS) == 0 {
            return;
        }
        let other = get(slot::OTHER_CALLERS);
        let first = get(slot::CALLS).saturating_sub(other);
        self.other += other;
        match block.caller_of(words) {
            None => self.outside += first,
            Some(tag) => *self.known.entry(untag(tag).1).or_default() += first,
        }
    }
}

/// Adds the statistics in a block to those gathered so far.
pub(crate) fn add_block(targets: &mut BTreeMap<TargetId, TargetStats>, block: &Block) {
    let mut counted = BTreeSet::new();
    let open = open_brackets(block, 0);
    block.each_slot(|words| {
        let get = |index: usize| words[index].load(Relaxed);
        let (bracket, target) = untag(get(slot::TAG));
        let open = open.iter().filter(|open| open.bracket == bracket && open.target == target).count() as u64;
        let stats = targets.entry(target).or_insert_with(|| TargetStats {
            target,
            calls: 0,
            completed: 0,
            unwound: 0,
            tasks: 0,
            total_ticks: 0,
            self_ticks: 0,
            max_ticks: 0,
            histogram: HistogramSnapshot::default(),
            callers: Callers::default(),
        });
        stats.calls += get(slot::CALLS);
        stats.completed += get(slot::CALLS).saturating_sub(get(slot::UNWOUND) + get(slot::LOST) + open);
        stats.unwound += get(slot::UNWOUND);
        // A target with slots for both directions is still one task's.
        stats.tasks += (get(slot::CALLS) > 0 && counted.insert(target)) as u64;
        stats.total_ticks += get(slot::TOTAL);
        stats.self_ticks += get(slot::SELF);
        stats.max_ticks = stats.max_ticks.max(get(slot::MAX));
        stats.histogram.merge(&histogram(words));
        stats.callers.add(block, words);
    });
}

/// Everything that was counted, at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Targets with at least one call.
    pub targets: Vec<TargetStats>,
    /// Every bound target, called or not.
    pub bound: BTreeMap<TargetId, TargetDescription>,
    /// Targets that found no room and are counted together under [`TargetId::OVERFLOW`].
    pub refused_targets: u64,
    /// Tasks by number: those that live, and the first [`MAX_ENDED_TASKS`](crate::MAX_ENDED_TASKS) that ended.
    pub tasks: Vec<TaskStats>,
    /// The tasks that ended after those, added up.
    pub folded_tasks: Option<TaskStats>,
    /// The first mismatches. All of them are counted in the tasks.
    pub mismatches: Vec<Mismatch>,
}

impl Snapshot {
    /// All rows about tasks, the one that adds up many included.
    pub fn task_rows(&self) -> impl Iterator<Item = &TaskStats> {
        self.tasks.iter().chain(&self.folded_tasks)
    }

    /// The crossings of all tasks.
    pub fn counts(&self) -> CrossingCounts {
        let mut counts = CrossingCounts::default();
        self.task_rows().for_each(|row| counts.add(&row.counts));
        counts
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// With 1000 times 60,000 brackets to look at, a process whose stack ran out ended before its report was made.
    #[test]
    fn a_task_with_many_open_brackets_is_read_less_often() {
        let block = Block::new();
        assert_eq!(tries(&block), TRIES);
        block.set_kept(60_000);
        assert_eq!(tries(&block), 8);
    }
}
