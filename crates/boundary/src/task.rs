//! A task and the bracket machine that its thread drives.

use crate::block::{Block, Counter, add, entry, record_time, slot};
use crate::crossing::{Bracket, Crossing};
use crate::sync::{AtomicU64, Mutex, Ordering::*, lock};
use crate::target::TargetId;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

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
    identity: TaskIdentity,
    name: Mutex<Option<String>>,
    pub(crate) block: Arc<Block>,
}

impl Task {
    pub(crate) fn new(id: u64, identity: TaskIdentity, block: Arc<Block>) -> Task {
        let name = Mutex::new(identity.name.clone());
        Task { id, identity, name, block }
    }

    /// Number of the task in this process, given in the order of first crossings, from 1. Never reused.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The operating system's id of the thread.
    pub fn os_thread_id(&self) -> u64 {
        self.identity.os_thread_id
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

    /// Number of brackets open now.
    pub fn depth(&self) -> u64 {
        self.block.counter(Counter::Depth).load(Relaxed)
    }
}

/// A bracket that was closed although its closing crossing never came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unwound {
    pub(crate) bracket: Bracket,
    pub(crate) target: TargetId,
    pub(crate) hosted: bool,
}

/// What a closing crossing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It closed its bracket; the host had accepted the opening call or not.
    Bracket { hosted: bool },
    /// No open bracket fits it. What is open on top, if anything, stays open.
    Mismatch { open: Option<(Bracket, TargetId)> },
}

/// How much higher than the top bracket's stack pointer a new one has to be before the top is taken for jumped over,
/// when the two belong to different functions. The source takes stack pointers some frames below the crossing itself,
/// and how many differs between kinds of crossing; 4 KiB is well above what was seen (under 1 KiB).
const STALE_MARGIN: usize = 4096;

const REVERSE: u64 = 1 << 32;
const HOSTED: u64 = 1 << 33;

fn tag(bracket: Bracket, target: TargetId) -> u64 {
    match bracket {
        Bracket::Leave => target.index() as u64,
        Bracket::ReverseEnter => target.index() as u64 | REVERSE,
    }
}

/// Bracket, target and the host's acceptance, as packed into an entry's tag.
pub(crate) fn unpack(tag: u64) -> Unwound {
    Unwound {
        bracket: if tag & REVERSE != 0 { Bracket::ReverseEnter } else { Bracket::Leave },
        target: TargetId::from_index((tag & 0xFFFF_FFFF) as usize),
        hosted: tag & HOSTED != 0,
    }
}

/// The right to move a task, held by its own thread.
///
/// Neither `Sync` nor `Send`: it is what makes "one writer" true. All methods take `&self`, since a host's call can
/// lead to a further crossing of the same thread.
pub struct TaskOwner {
    task: Arc<Task>,
    /// The host accepted this task.
    hosted: Cell<bool>,
    not_send: PhantomData<*const ()>,
}

impl TaskOwner {
    pub(crate) fn new(task: Arc<Task>) -> TaskOwner {
        TaskOwner { task, hosted: Cell::new(false), not_send: PhantomData }
    }

    /// The task.
    pub fn task(&self) -> &Arc<Task> {
        &self.task
    }

    pub(crate) fn is_hosted(&self) -> bool {
        self.hosted.get()
    }

    pub(crate) fn set_hosted(&self, hosted: bool) {
        self.hosted.set(hosted);
    }

    #[inline]
    fn block(&self) -> &Block {
        &self.task.block
    }

    #[inline]
    fn depth(&self) -> usize {
        self.block().counter(Counter::Depth).load(Relaxed) as usize
    }

    #[inline]
    fn top(&self) -> Option<&[AtomicU64]> {
        self.block().entry(self.depth().checked_sub(1)?)
    }

    /// Opens a bracket. `now` is the start of its time (any number when times are not taken), `stack_pointer` an
    /// address in the frame that makes the crossing.
    #[inline]
    pub(crate) fn open<const TIMED: bool>(&self, bracket: Bracket, target: TargetId, now: u64, stack_pointer: usize) {
        let block = self.block();
        let depth = self.depth();
        let (number, words) = block.slot(target);
        let place = block.entry(depth);
        block.change(|| {
            add(block.counter(opening_counter(bracket)), 1);
            if let Some(words) = words {
                add(&words[slot::CALLS], 1);
            }
            match place {
                Some(place) => {
                    place[entry::TAG].store(tag(bracket, target), Relaxed);
                    place[entry::STACK_POINTER].store(stack_pointer as u64, Relaxed);
                    place[entry::SLOT].store(number, Relaxed);
                    if TIMED {
                        place[entry::START].store(now, Relaxed);
                        place[entry::INNER].store(0, Relaxed);
                    }
                }
                None => add(block.counter(Counter::Lost), 1),
            }
            let deeper = depth as u64 + 1;
            block.counter(Counter::Depth).store(deeper, Relaxed);
            if deeper > block.counter(Counter::MaxDepth).load(Relaxed) {
                block.counter(Counter::MaxDepth).store(deeper, Relaxed);
            }
        });
    }

    /// Notes that the host accepted the bracket on top, and starts its time anew so that it does not hold the host's.
    pub(crate) fn accept_top<const TIMED: bool>(&self, now: u64) {
        let Some(top) = self.top() else { return };
        self.block().change(|| {
            top[entry::TAG].store(top[entry::TAG].load(Relaxed) | HOSTED, Relaxed);
            if TIMED {
                top[entry::START].store(now, Relaxed);
            }
        });
    }

    /// Closes the bracket on top if it is this one. Brackets that were jumped over have to be gone already, see
    /// [`unwind_above`](Self::unwind_above).
    #[inline]
    pub(crate) fn close<const TIMED: bool>(&self, bracket: Bracket, target: TargetId, now: u64) -> Closed {
        let block = self.block();
        let depth = self.depth();
        let Some(place) = depth.checked_sub(1).and_then(|top| block.entry(top)) else {
            return self.close_without_entry(bracket, depth);
        };
        let found = place[entry::TAG].load(Relaxed);
        if found & !HOSTED != tag(bracket, target) {
            let open = unpack(found);
            return self.mismatch(bracket, Some((open.bracket, open.target)));
        }
        block.change(|| {
            add(block.counter(closing_counter(bracket)), 1);
            block.counter(Counter::Depth).store(depth as u64 - 1, Relaxed);
            if let Some(words) = block.slot_by_number(place[entry::SLOT].load(Relaxed)) {
                add(&words[slot::COMPLETED], 1);
                if TIMED {
                    let total = now.saturating_sub(place[entry::START].load(Relaxed));
                    let own = total.saturating_sub(place[entry::INNER].load(Relaxed));
                    record_time(words, total, own);
                    if bracket == Bracket::Leave {
                        add(block.counter(Counter::NativeTicks), own);
                    }
                    if let Some(outer) = depth.checked_sub(2).and_then(|outer| block.entry(outer)) {
                        add(&outer[entry::INNER], total);
                    }
                }
            }
        });
        Closed::Bracket { hosted: found & HOSTED != 0 }
    }

    /// A closing crossing on an empty stack is a mismatch; above what is kept it only lowers the depth.
    #[cold]
    fn close_without_entry(&self, bracket: Bracket, depth: usize) -> Closed {
        if depth == 0 {
            return self.mismatch(bracket, None);
        }
        let block = self.block();
        block.change(|| {
            add(block.counter(closing_counter(bracket)), 1);
            block.counter(Counter::Depth).store(depth as u64 - 1, Relaxed);
        });
        Closed::Bracket { hosted: false }
    }

    #[cold]
    fn mismatch(&self, bracket: Bracket, open: Option<(Bracket, TargetId)>) -> Closed {
        let block = self.block();
        block.change(|| {
            add(block.counter(closing_counter(bracket)), 1);
            add(block.counter(Counter::Mismatches), 1);
        });
        Closed::Mismatch { open }
    }

    /// Before an opening crossing: closes the bracket on top if `longjmp` has jumped over it, which shows in the stack
    /// pointer: a call made inside it would lie below it. Call until `None`.
    ///
    /// Stack pointers outside the thread's own stack (fibers, alternate signal stacks) say nothing and are left alone.
    #[inline]
    pub(crate) fn unwind_stale(&self, bracket: Bracket, target: TargetId, stack_pointer: usize) -> Option<Unwound> {
        let top = self.top()?;
        let opened_at = top[entry::STACK_POINTER].load(Relaxed) as usize;
        if stack_pointer < opened_at {
            return None;
        }
        self.unwind_if_stale(top, opened_at, tag(bracket, target), stack_pointer)
    }

    #[cold]
    fn unwind_if_stale(&self, top: &[AtomicU64], opened_at: usize, tag: u64, stack_pointer: usize) -> Option<Unwound> {
        let stack = &self.task.identity.stack;
        if !stack.contains(&opened_at) || !stack.contains(&stack_pointer) {
            return None;
        }
        let same = top[entry::TAG].load(Relaxed) & !HOSTED == tag;
        let margin = if same { 0 } else { STALE_MARGIN };
        (stack_pointer >= opened_at + margin).then(|| self.unwind_top()).flatten()
    }

    /// Before a closing crossing: closes the bracket on top if the one that fits lies below it. Call until `None`.
    #[inline]
    pub(crate) fn unwind_above(&self, bracket: Bracket, target: TargetId) -> Option<Unwound> {
        let top = self.top()?;
        if top[entry::TAG].load(Relaxed) & !HOSTED == tag(bracket, target) {
            return None;
        }
        self.unwind_above_slow(tag(bracket, target))
    }

    #[cold]
    fn unwind_above_slow(&self, wanted: u64) -> Option<Unwound> {
        let below = self.depth().checked_sub(1)?;
        let fits = |depth: usize| {
            self.block().entry(depth).is_some_and(|place| place[entry::TAG].load(Relaxed) & !HOSTED == wanted)
        };
        (0..below).rev().any(fits).then(|| self.unwind_top()).flatten()
    }

    /// Closes the bracket on top as unwound: counted as such, not timed, since nobody saw when it ended.
    pub(crate) fn unwind_top(&self) -> Option<Unwound> {
        let block = self.block();
        let depth = self.depth().checked_sub(1)?;
        let place = block.entry(depth);
        block.change(|| {
            add(block.counter(Counter::Unwound), 1);
            block.counter(Counter::Depth).store(depth as u64, Relaxed);
            let number = place.map_or(0, |place| place[entry::SLOT].load(Relaxed));
            if let Some(words) = block.slot_by_number(number) {
                add(&words[slot::UNWOUND], 1);
            }
        });
        Some(place.map_or(
            Unwound { bracket: Bracket::Leave, target: TargetId::OVERFLOW, hosted: false },
            |place| unpack(place[entry::TAG].load(Relaxed)),
        ))
    }
}

fn opening_counter(bracket: Bracket) -> Counter {
    counter_of(bracket.opening())
}

fn closing_counter(bracket: Bracket) -> Counter {
    counter_of(bracket.closing())
}

fn counter_of(crossing: Crossing) -> Counter {
    match crossing {
        Crossing::Leave => Counter::Leave,
        Crossing::Enter => Counter::Enter,
        Crossing::ReverseEnter => Counter::ReverseEnter,
        Crossing::ReverseLeave => Counter::ReverseLeave,
    }
}
