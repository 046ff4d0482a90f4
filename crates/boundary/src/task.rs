//! A task and the bracket machine that its thread drives.

use crate::block::{Block, Counter, REVERSE, Slot, add, entry, record_time, slot, tag, untag};
use crate::crossing::Bracket;
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

/// A bracket that is open no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) bracket: Bracket,
    pub(crate) target: TargetId,
    pub(crate) hosted: bool,
}

/// What a closing crossing did that was not about the bracket on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It ended a bracket too deep to be kept.
    TooDeep,
    /// No open bracket fits it. What is open on top, if anything, stays open.
    Mismatch { open: Option<(Bracket, TargetId)> },
}

/// How much higher than the top bracket's stack pointer a new one has to be before the top is taken for jumped over,
/// when the two belong to different functions. The source takes stack pointers some frames below the crossing itself,
/// and how many differs between kinds of crossing; 4 KiB is well above what was seen (under 1 KiB).
const STALE_MARGIN: usize = 4096;

/// Set in the tag of an open bracket whose opening call the host accepted.
const HOSTED: u64 = 1 << 33;

fn ended(tag: u64) -> Ended {
    let (bracket, target) = untag(tag);
    Ended { bracket, target, hosted: tag & HOSTED != 0 }
}

/// Entries of a thread's cache of targets, a power of two. A thread that cycles through more of them looks some up
/// under a lock.
const CACHED: usize = if cfg!(loom) { 2 } else { 256 };

/// Marks an unused entry. Sources do not use it as a key.
const NO_KEY: u64 = u64::MAX;

/// A target that this thread met lately.
#[derive(Clone, Copy)]
struct Cached {
    key: u64,
    epoch: u64,
    tag: u64,
    words: *const Slot,
}

/// The right to move a task, held by its own thread.
///
/// Neither `Sync` nor `Send`: it is what makes "one writer" true. All methods take `&self`, since a host's call can
/// lead to a further crossing of the same thread.
pub struct TaskOwner {
    task: Arc<Task>,
    block: Arc<Block>,
    /// The block's first open bracket; the next ones follow.
    bottom: *const AtomicU64,
    /// The host accepted this task.
    hosted: Cell<bool>,
    cache: Box<[Cell<Cached>; CACHED]>,
    not_send: PhantomData<*const ()>,
}

/// The words of an open bracket.
type Entry = [AtomicU64; entry::WORDS];

/// What a key stands for in this task.
#[derive(Clone, Copy)]
pub(crate) struct Resolved<'a> {
    tag: u64,
    words: &'a Slot,
}

impl Resolved<'_> {
    pub(crate) fn target(&self) -> TargetId {
        untag(self.tag).1
    }
}

impl TaskOwner {
    pub(crate) fn new(task: Arc<Task>) -> TaskOwner {
        let block = task.block.clone();
        let bottom = block.bottom();
        let unused = Cached { key: NO_KEY, epoch: 0, tag: 0, words: std::ptr::null() };
        let cache = Box::new(std::array::from_fn(|_| Cell::new(unused)));
        TaskOwner { task, block, bottom, hosted: Cell::new(false), cache, not_send: PhantomData }
    }

    /// What `key` stands for, from the cache or from `bind`. An entry made in another epoch does not count. `None`
    /// only where no slot can be had, which the sizes of the tables rule out.
    #[inline]
    pub(crate) fn resolve(
        &self,
        bracket: Bracket,
        key: u64,
        epoch: u64,
        bind: impl FnOnce() -> TargetId,
    ) -> Option<Resolved<'_>> {
        // Keys are addresses of similar things, often at one distance from each other; multiplying spreads them.
        let place = &self.cache[(key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % CACHED];
        let cached = place.get();
        if cached.key == key && cached.epoch == epoch {
            // SAFETY: the line below stored the address of a slot of this task's block, which lives as long as `self`.
            return Some(Resolved { tag: cached.tag, words: unsafe { &*cached.words } });
        }
        let tag = tag(bracket, bind());
        let words = self.block.slot(tag)?;
        place.set(Cached { key, epoch, tag, words });
        Some(Resolved { tag, words })
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
    fn depth(&self) -> usize {
        self.block.counter(Counter::Depth).load(Relaxed) as usize
    }

    /// The open bracket at this depth, or the place for it.
    #[inline]
    fn entry(&self, depth: usize) -> Option<&Entry> {
        if depth < Block::BRACKETS_AT_BOTTOM {
            // SAFETY: the first segment holds this many records of `entry::WORDS` words, one behind the other, and
            // lives as long as the block.
            return Some(unsafe { &*self.bottom.add(depth * entry::WORDS).cast::<Entry>() });
        }
        self.block.entry(depth).and_then(|words| words.try_into().ok())
    }

    #[inline]
    fn top(&self) -> Option<&Entry> {
        self.entry(self.depth().checked_sub(1)?)
    }

    /// Opens a bracket. `now` is the start of its time (any number when times are not taken), `stack_pointer` an
    /// address in the frame that makes the crossing.
    #[inline]
    pub(crate) fn open<const TIMED: bool>(&self, key: u64, resolved: Resolved<'_>, now: u64, stack_pointer: usize) {
        let block = &*self.block;
        let depth = self.depth();
        let place = self.entry(depth);
        block.change(|| {
            add(&resolved.words[slot::CALLS], 1);
            if resolved.tag & REVERSE != 0 {
                self.note_caller(resolved.words, depth);
            }
            match place {
                Some(place) => {
                    place[entry::TAG].store(resolved.tag, Relaxed);
                    place[entry::STACK_POINTER].store(stack_pointer as u64, Relaxed);
                    place[entry::KEY].store(key, Relaxed);
                    place[entry::SLOT].store(std::ptr::from_ref(resolved.words).expose_provenance() as u64, Relaxed);
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

    /// Counts which bracket is around a callback that is being opened at this depth.
    #[inline]
    fn note_caller(&self, words: &Slot, depth: usize) {
        let around = depth.checked_sub(1).and_then(|outer| self.entry(outer));
        let caller = around.map_or(slot::NO_CALLER, |outer| (outer[entry::TAG].load(Relaxed) & !HOSTED) + 1);
        match words[slot::CALLER].load(Relaxed) {
            first if first == caller => {}
            0 => words[slot::CALLER].store(caller, Relaxed),
            _ => add(&words[slot::OTHER_CALLERS], 1),
        }
    }

    /// Notes that the host accepted the bracket on top, and starts its time anew so that it does not hold the host's.
    pub(crate) fn accept_top<const TIMED: bool>(&self, now: u64) {
        let Some(top) = self.top() else { return };
        self.block.change(|| {
            top[entry::TAG].store(top[entry::TAG].load(Relaxed) | HOSTED, Relaxed);
            if TIMED {
                top[entry::START].store(now, Relaxed);
            }
        });
    }

    /// Closes the bracket on top if it was opened under this key; `None`, and nothing done, if not.
    #[inline]
    pub(crate) fn close_top<const TIMED: bool>(&self, key: u64, now: u64) -> Option<Ended> {
        let depth = self.depth();
        let below = depth.checked_sub(1)?;
        let place = self.entry(below)?;
        if place[entry::KEY].load(Relaxed) != key {
            return None;
        }
        let words = std::ptr::with_exposed_provenance::<Slot>(place[entry::SLOT].load(Relaxed) as usize);
        // SAFETY: `open` stored the address of a slot of this task's block with the key that was just found there.
        let words = unsafe { &*words };
        self.block.change(|| {
            self.block.counter(Counter::Depth).store(below as u64, Relaxed);
            add(&words[slot::COMPLETED], 1);
            if TIMED {
                let total = now.saturating_sub(place[entry::START].load(Relaxed));
                let own = total.saturating_sub(place[entry::INNER].load(Relaxed));
                record_time(words, total, own);
                if let Some(outer) = below.checked_sub(1).and_then(|outer| self.entry(outer)) {
                    add(&outer[entry::INNER], total);
                }
            }
        });
        Some(ended(place[entry::TAG].load(Relaxed)))
    }

    /// A closing crossing that [`close_top`](Self::close_top) did not take and under which nothing was jumped over: a
    /// mismatch, or the end of a bracket too deep to be kept.
    #[cold]
    pub(crate) fn close_other(&self, bracket: Bracket) -> Closed {
        let depth = self.depth();
        match depth.checked_sub(1).map(|top| self.entry(top)) {
            None => self.mismatch(bracket, None),
            Some(Some(top)) => self.mismatch(bracket, Some(untag(top[entry::TAG].load(Relaxed)))),
            Some(None) => {
                self.block.change(|| {
                    add(self.block.counter(other_closing(bracket)), 1);
                    self.block.counter(Counter::Depth).store(depth as u64 - 1, Relaxed);
                });
                Closed::TooDeep
            }
        }
    }

    #[cold]
    fn mismatch(&self, bracket: Bracket, open: Option<(Bracket, TargetId)>) -> Closed {
        self.block.change(|| {
            add(self.block.counter(other_closing(bracket)), 1);
            add(self.block.counter(Counter::Mismatches), 1);
        });
        Closed::Mismatch { open }
    }

    /// Before an opening crossing: closes the bracket on top if `longjmp` has jumped over it, which shows in the stack
    /// pointer: a call made inside it would lie below it. Call until `None`.
    ///
    /// Stack pointers outside the thread's own stack (fibers, alternate signal stacks) say nothing and are left alone.
    #[inline]
    pub(crate) fn unwind_stale(&self, key: u64, stack_pointer: usize) -> Option<Ended> {
        let top = self.top()?;
        let opened_at = top[entry::STACK_POINTER].load(Relaxed) as usize;
        if stack_pointer < opened_at {
            return None;
        }
        self.unwind_if_stale(top, opened_at, key, stack_pointer)
    }

    #[cold]
    fn unwind_if_stale(&self, top: &Entry, opened_at: usize, key: u64, stack_pointer: usize) -> Option<Ended> {
        let stack = &self.task.identity.stack;
        if !stack.contains(&opened_at) || !stack.contains(&stack_pointer) {
            return None;
        }
        let same = top[entry::KEY].load(Relaxed) == key;
        let margin = if same { 0 } else { STALE_MARGIN };
        (stack_pointer >= opened_at + margin).then(|| self.unwind_top()).flatten()
    }

    /// Before a closing crossing that is not about the bracket on top: closes that one if the bracket opened under
    /// `key` lies below it. Call until `None`.
    #[cold]
    pub(crate) fn unwind_above(&self, key: u64) -> Option<Ended> {
        let opened_under = |depth: usize| {
            self.entry(depth).is_some_and(|place| place[entry::KEY].load(Relaxed) == key)
        };
        let top = self.depth().checked_sub(1)?;
        (!opened_under(top) && (0..top).rev().any(opened_under)).then(|| self.unwind_top()).flatten()
    }

    /// Closes the bracket on top as unwound: counted as such, not timed, since nobody saw when it ended.
    pub(crate) fn unwind_top(&self) -> Option<Ended> {
        let depth = self.depth().checked_sub(1)?;
        let tag = self.entry(depth).map(|place| place[entry::TAG].load(Relaxed));
        let words = tag.and_then(|tag| self.block.slot(tag & !HOSTED));
        self.block.change(|| {
            add(self.block.counter(Counter::Unwound), 1);
            self.block.counter(Counter::Depth).store(depth as u64, Relaxed);
            if let Some(words) = words {
                add(&words[slot::UNWOUND], 1);
            }
        });
        let too_deep = Ended { bracket: Bracket::Leave, target: TargetId::OVERFLOW, hosted: false };
        Some(tag.map_or(too_deep, ended))
    }
}

/// The counter of closing crossings that belong to no slot.
fn other_closing(bracket: Bracket) -> Counter {
    match bracket {
        Bracket::Leave => Counter::OtherEnter,
        Bracket::ReverseEnter => Counter::OtherReverseLeave,
    }
}
