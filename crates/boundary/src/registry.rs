//! Who is at the border: live tasks, what ended ones left behind, bound targets, and mismatches.
//!
//! The list of tasks is behind a lock that is taken when a task starts or ends and when somebody reads a report, never
//! on the crossing path. A reader holds it while it copies numbers, so that no block is reused under its hands; tasks
//! that cross the border meanwhile do not notice.

use crate::block::{Block, live_blocks};
use crate::crossing::{Bracket, Crossing};
use crate::ring::Ring;
use crate::snapshot::{Mismatch, Snapshot, TargetStats, TaskStats, add_block};
use crate::sync::{AtomicU64, Mutex, Ordering::*, fence, lock};
use crate::target::{TargetId, Targets};
use crate::task::{Task, TaskIdentity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many ended tasks a report lists one by one; the numbers of further ones are added up in one row.
pub const MAX_ENDED_TASKS: usize = 4096;

/// How many blocks of ended tasks are kept for new ones. More threads than this ending at once give memory back.
const MAX_SPARE_BLOCKS: usize = 256;

/// How many mismatches are kept with their names; all are counted.
const KEPT_MISMATCHES: usize = 64;

/// Tasks and targets of one process.
pub struct Registry {
    targets: Targets,
    tasks: Mutex<Tasks>,
    mismatches: Mutex<Vec<Mismatch>>,
    next_task: AtomicU64,
}

#[derive(Default)]
struct Tasks {
    live: Vec<Arc<Task>>,
    /// Blocks of ended tasks. One that is used again is nobody else's: somebody may still look at the task that had it, which then has
    /// to keep it.
    spare: Vec<Spare>,
    ended: Vec<TaskStats>,
    folded: Option<TaskStats>,
    /// Statistics of ended tasks, by target.
    ended_targets: BTreeMap<TargetId, TargetStats>,
    /// Calls are recorded one by one.
    recording: bool,
    /// Recorded tasks that ended since somebody asked.
    recorded: Vec<Arc<Task>>,
}

struct Spare {
    block: Arc<Block>,
    /// Nothing of its task is in it any more.
    is_clean: bool,
}

impl Tasks {
    fn take_recorded(&mut self) -> Vec<RecordedTask> {
        let ended =
            std::mem::take(&mut self.recorded).into_iter().map(|task| RecordedTask { task, ended: true });
        ended.chain(self.live.iter().map(|task| RecordedTask { task: task.clone(), ended: false })).collect()
    }

    /// A spare block that nobody holds. Those that somebody does are left for later rather than given back to the allocator: a block is
    /// several large pieces of untouched memory, which the allocator does not give again as such once it had them.
    fn take_spare(&mut self) -> Option<Spare> {
        // The last ones first, as they are in the processor's caches.
        let free = self.spare.iter_mut().rposition(|spare| Arc::get_mut(&mut spare.block).is_some())?;
        Some(self.spare.swap_remove(free))
    }
}

/// A task whose calls are recorded.
pub struct RecordedTask {
    /// The task.
    pub task: Arc<Task>,
    /// It has ended, and this is the last time that it is listed.
    pub ended: bool,
}

impl Registry {
    pub(crate) fn new() -> Registry {
        Registry {
            targets: Targets::new(),
            tasks: Mutex::new(Tasks::default()),
            mismatches: Mutex::new(Vec::with_capacity(KEPT_MISMATCHES)),
            next_task: AtomicU64::new(1),
        }
    }

    pub(crate) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// `None` where there is no memory for its numbers.
    pub(crate) fn try_add_task(&self, identity: TaskIdentity) -> Option<Arc<Task>> {
        let spare = lock(&self.tasks).take_spare();
        let block = match spare {
            Some(Spare { block, is_clean }) => {
                if !is_clean {
                    block.scrub();
                }
                block
            }
            None => Arc::new(Block::try_new()?),
        };
        let id = self.next_task.fetch_add(1, Relaxed);
        let task = Arc::new(Task::new(id, identity, block));
        let mut tasks = lock(&self.tasks);
        task.record(tasks.recording);
        tasks.live.push(task.clone());
        Some(task)
    }

    #[cfg(test)]
    #[allow(dead_code, reason = "for tests that need no owner")]
    pub(crate) fn add_task(&self, identity: TaskIdentity) -> Arc<Task> {
        self.try_add_task(identity).expect("memory for a task")
    }

    pub(crate) fn end_task(&self, task: &Arc<Task>, left_open: &[TargetId]) {
        let mut tasks = lock(&self.tasks);
        let Some(position) = tasks.live.iter().position(|live| Arc::ptr_eq(live, task)) else {
            return;
        };
        drop(tasks.live.swap_remove(position));
        add_block(&mut tasks.ended_targets, &task.block);
        let mut stats = TaskStats::read(task, 0);
        stats.ended = true;
        stats.left_open = left_open.to_vec();
        if tasks.ended.len() < MAX_ENDED_TASKS {
            tasks.ended.push(stats);
        } else if let Some(folded) = &mut tasks.folded {
            folded.fold(&stats);
        } else {
            stats.name = None;
            stats.left_open.clear();
            tasks.folded = Some(stats);
        }
        task.record(false);
        if tasks.recording {
            tasks.recorded.push(task.clone());
        }
        // Whoever still holds the task can look at its block, which has to stay this task's then. With the list locked
        // only the owner, which is here, could make another holder.
        let unseen = Arc::strong_count(task) == 1;
        // Pairs with the release that gave the last other holder up: what it read, it read before the block is scrubbed.
        fence(Acquire);
        if tasks.spare.len() < MAX_SPARE_BLOCKS {
            if unseen {
                task.block.scrub();
            }
            tasks.spare.push(Spare { block: task.block.clone(), is_clean: unseen });
        }
    }

    /// Begins to record calls one by one, of all tasks there are and will be. Only calls that are timed are recorded. What an
    /// earlier recording has left is forgotten; it must have been ended.
    pub fn begin_recording(&self) {
        Ring::keep_spare();
        let mut tasks = lock(&self.tasks);
        tasks.recording = true;
        for task in &tasks.live {
            task.forget_events();
            task.record(true);
        }
    }

    /// Ends that, and lists the tasks for the last time: the live ones, and those that have ended since
    /// [`recorded_tasks`](Self::recorded_tasks) was last asked. A call that returns at this moment may be recorded or not.
    pub fn end_recording(&self) -> Vec<RecordedTask> {
        let mut tasks = lock(&self.tasks);
        tasks.recording = false;
        Ring::forget_spare();
        tasks.live.iter().for_each(|task| task.record(false));
        // With the list still locked: a task that ends after this is nobody's to list, with all that is in its ring.
        tasks.take_recorded()
    }

    /// The tasks whose calls are recorded: the live ones, and those that have ended since this was last asked. For one thread
    /// that takes their events.
    pub fn recorded_tasks(&self) -> Vec<RecordedTask> {
        lock(&self.tasks).take_recorded()
    }

    /// The live tasks.
    pub fn live_tasks(&self) -> Vec<Arc<Task>> {
        lock(&self.tasks).live.clone()
    }

    /// Keeps a mismatch with the names of both sides. The count is the task's own; here the first ones are kept, and
    /// if another thread is just keeping one, this one goes without.
    #[cold]
    pub(crate) fn mismatch(
        &self,
        task: &Task,
        crossing: Crossing,
        target: TargetId,
        open: Option<(Bracket, TargetId)>,
    ) {
        if let Ok(mut kept) = self.mismatches.try_lock()
            && kept.len() < KEPT_MISMATCHES
        {
            kept.push(Mismatch { task: task.id(), crossing, target, open });
        }
    }

    /// How many blocks of memory there are for the numbers of tasks, in all of the process: of live tasks, kept for tasks to come, and
    /// of ended tasks that somebody still holds.
    pub fn blocks(&self) -> usize {
        live_blocks()
    }

    /// Everything counted so far. `now` ends the time of brackets that are still open.
    pub(crate) fn snapshot(&self, now: u64) -> Snapshot {
        let tasks = lock(&self.tasks);
        let mut targets = tasks.ended_targets.clone();
        let mut rows = tasks.ended.clone();
        for task in &tasks.live {
            let before = task.block.mark();
            let mut row = TaskStats::read(task, now);
            add_block(&mut targets, &task.block);
            row.settled &= task.block.unchanged_since(before);
            rows.push(row);
        }
        let folded = tasks.folded.clone();
        drop(tasks);
        rows.sort_by_key(|row| row.id);
        Snapshot {
            targets: targets.into_values().filter(|stats| stats.calls > 0).collect(),
            bound: self.targets.iter().map(|target| (target.id(), target.description().clone())).collect(),
            refused_targets: self.targets.refused(),
            tasks: rows,
            folded_tasks: folded,
            mismatches: lock(&self.mismatches).clone(),
        }
    }
}
