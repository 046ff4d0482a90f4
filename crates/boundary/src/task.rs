//! A task: what any thread may know of it.

use crate::abort::AbortState;
use crate::block::{Block, flag, slot};
use crate::crossing::Bracket;
use crate::ring::{Event, Ring};
use crate::snapshot::{StackBracket, open_calls, stack_brackets};
use crate::sync::{AtomicU64, Mutex, Ordering::*, lock};
use crate::target::TargetId;
use crate::task_type::TaskType;
use std::ops::Range;
use std::ptr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

/// What a source tells of the thread behind a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskIdentity {
    /// The operating system's id of the thread.
    pub os_thread_id: u64,
    /// The runtime's own id of its thread object; 0 where unknown.
    pub runtime_thread_id: u64,
    /// Addresses of the thread's stack; empty where unknown. Needed to see brackets that `longjmp` jumped over.
    pub stack: Range<usize>,
    /// The thread's name, where it has one.
    pub name: Option<String>,
}

/// One thread seen from the border.
pub struct Task {
    id: u64,
    pub(crate) identity: TaskIdentity,
    name: Mutex<Option<String>>,
    identifier: AtomicU64,
    managed_thread: AtomicU64,
    affinity: AtomicU64,
    abort: AbortState,
    pub(crate) hosted: AtomicBool,
    pub(crate) block: Arc<Block>,
    /// Its calls one by one, since they were first recorded.
    ring: OnceLock<Box<Ring>>,
    /// How many calls had ended when there was no memory for the ring, if that happened.
    unrecorded_since: OnceLock<u64>,
    /// Calls that earlier recordings have lost.
    lost_before: AtomicU64,
}

impl Drop for Task {
    fn drop(&mut self) {
        // Its thread has ended, and whoever took its events is done.
        if let Some(ring) = self.ring.take() {
            Ring::give_back(ring);
        }
    }
}

impl Task {
    pub(crate) fn new(id: u64, identity: TaskIdentity, block: Arc<Block>) -> Task {
        let name = Mutex::new(identity.name.clone());
        Task {
            id,
            identity,
            name,
            identifier: AtomicU64::new(0),
            managed_thread: AtomicU64::new(0),
            affinity: AtomicU64::new(0),
            abort: AbortState::default(),
            hosted: AtomicBool::new(false),
            block,
            ring: OnceLock::new(),
            unrecorded_since: OnceLock::new(),
            lost_before: AtomicU64::new(0),
        }
    }

    /// Number of the task in this process, given in the order of first crossings, from 1. Never reused.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The operating system's id of the thread.
    pub fn os_thread_id(&self) -> u64 {
        self.identity.os_thread_id
    }

    /// Addresses of the thread's stack; empty where unknown.
    pub fn stack(&self) -> Range<usize> {
        self.identity.stack.clone()
    }

    /// The runtime's own id of its thread object; 0 where unknown.
    pub fn runtime_thread_id(&self) -> u64 {
        self.identity.runtime_thread_id
    }

    /// The thread's name as last heard. Takes a short lock: not for the crossing path.
    pub fn name(&self) -> Option<String> {
        lock(&self.name).clone()
    }

    /// Sets the name that [`name`](Self::name) gives from now on.
    pub fn set_name(&self, name: Option<String>) {
        *lock(&self.name) = name;
    }

    /// What kind of task it is, by the name of its thread.
    pub fn task_type(&self) -> TaskType {
        TaskType::of_thread(self.name().as_deref())
    }

    /// The tag a host gave the task; 0 before. It means nothing to the runtime (contract: tasks, section 6,
    /// SetTaskIdentifier).
    pub fn identifier(&self) -> u64 {
        self.identifier.load(Relaxed)
    }

    /// Sets what [`identifier`](Self::identifier) gives.
    pub fn set_identifier(&self, identifier: u64) {
        self.identifier.store(identifier, Relaxed);
    }

    /// The engine's handle on the managed thread object; 0 where it has none.
    pub fn managed_thread(&self) -> u64 {
        self.managed_thread.load(Acquire)
    }

    /// Sets what [`managed_thread`](Self::managed_thread) gives.
    pub fn set_managed_thread(&self, handle: u64) {
        self.managed_thread.store(handle, Release);
    }

    /// Counts a begin of thread affinity.
    pub fn begin_affinity(&self) {
        self.affinity.fetch_add(1, Relaxed);
    }

    /// Counts an end of thread affinity; false, and nothing done, if none had begun. On the task's own thread only.
    pub fn end_affinity(&self) -> bool {
        let open = self.affinity.load(Relaxed);
        if open > 0 {
            self.affinity.store(open - 1, Relaxed);
        }
        open > 0
    }

    /// True while the task must stay on its thread.
    pub fn has_affinity(&self) -> bool {
        self.affinity.load(Relaxed) > 0
    }

    /// How the task stands with aborts.
    pub fn abort(&self) -> &AbortState {
        &self.abort
    }

    /// True if the host accepted the task.
    pub fn is_hosted(&self) -> bool {
        self.hosted.load(Relaxed)
    }

    /// The youngest open bracket, as any thread sees it now; `None` if none is open or it is too deep to be kept.
    pub fn innermost_bracket(&self) -> Option<Bracket> {
        let top = (self.depth() as usize).checked_sub(1)?;
        let (_, flags) = self.block.slot_at(top)?;
        Some(if flags & flag::NATIVE != 0 { Bracket::Leave } else { Bracket::ReverseEnter })
    }

    /// Begins or ends to record the calls that return. Only while the block is this task's.
    pub(crate) fn record(&self, on: bool) {
        let ring = if on { self.ring_or_none() } else { None };
        self.block.ring.store(ring.map_or(ptr::null_mut(), |ring| ptr::from_ref(ring).cast_mut()), Release);
    }

    /// The room for recorded calls, made now if there is none. Without memory for it, all calls from now on count as not recorded.
    fn ring_or_none(&self) -> Option<&Ring> {
        if self.ring.get().is_none() {
            match Ring::take() {
                Some(ring) => {
                    drop(self.ring.set(ring));
                    // It counts losses from 0 on.
                    self.lost_before.store(0, Relaxed);
                }
                None => drop(self.unrecorded_since.set(self.ended_calls())),
            }
        }
        self.ring.get().map(|ring| &**ring)
    }

    /// Calls that have come to their end.
    fn ended_calls(&self) -> u64 {
        let mut calls = 0u64;
        self.block.each_slot(|words| calls = calls.wrapping_add(words[slot::CALLS].load(Relaxed)));
        calls.saturating_sub(self.depth())
    }

    /// Takes the calls that were recorded and not taken yet, in the order in which they returned, and gives how many found no
    /// room since the recording began. One thread at a time may do this.
    pub fn take_events(&self, visit: impl FnMut(Event)) -> u64 {
        let lost = match self.ring.get() {
            Some(ring) => {
                ring.drain(visit);
                ring.lost.load(Relaxed)
            }
            None => {
                self.unrecorded_since.get().map_or(0, |before| self.ended_calls().saturating_sub(*before))
            }
        };
        lost.saturating_sub(self.lost_before.load(Relaxed))
    }

    /// What was recorded until now is of an earlier recording. As for [`take_events`](Self::take_events).
    pub(crate) fn forget_events(&self) {
        let lost = self.take_events(|_| {});
        self.lost_before.store(self.lost_before.load(Relaxed) + lost, Relaxed);
    }

    /// How much of the room for recorded calls is used, from 0 to 1.
    pub fn events_fill(&self) -> f64 {
        self.ring.get().map_or(0.0, |ring| ring.fill())
    }

    /// What is open now, outermost first: what is called, and when it began, in ticks. `None` if the thread crossed the border
    /// meanwhile, time and again.
    pub fn open_calls(&self) -> Option<Vec<(Bracket, TargetId, u64)>> {
        let (open, settled) = self.block.read(8, || open_calls(&self.block));
        settled.then_some(open)
    }

    /// The open brackets as any thread sees them at `now`, outermost first; false if the task crossed the border meanwhile, so
    /// that they may not belong together. Touches nothing that crossings wait for.
    pub fn stack_brackets(&self, now: u64) -> (Vec<StackBracket>, bool) {
        stack_brackets(&self.block, now)
    }

    /// Number of brackets open now.
    pub fn depth(&self) -> u64 {
        self.block.depth()
    }
}
