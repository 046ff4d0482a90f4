//! A task and the bracket machine that its thread drives.

use crate::abort::AbortState;
use crate::block::{Block, Counter, REVERSE, Slot, add, entry, record_time, slot, tag, untag};
use crate::crossing::Bracket;
use crate::sync::{AtomicU64, Mutex, Ordering::*, lock};
use crate::target::TargetId;
use crate::task_type::TaskType;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

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
    identifier: AtomicU64,
    managed_thread: AtomicU64,
    affinity: AtomicU64,
    abort: AbortState,
    hosted: AtomicBool,
    pub(crate) block: Arc<Block>,
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
        Some(untag(self.block.entry_if_reserved(top)?[entry::TAG].load(Relaxed)).0)
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

#[inline]
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
    words: NonNull<Slot>,
}

/// The right to move a task, held by its own thread.
///
/// Neither `Sync` nor `Send`: it is what makes "one writer" true. All methods take `&self`, since a host's call can
/// lead to a further crossing of the same thread.
pub struct TaskOwner {
    task: Arc<Task>,
    block: Arc<Block>,
    /// The block's first open bracket; the next ones follow.
    bottom: NonNull<AtomicU64>,
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
        let unused = Cached { key: NO_KEY, epoch: 0, tag: 0, words: NonNull::dangling() };
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
        let place = &self.cache[place_in_cache(key)];
        let cached = place.get();
        if cached.key == key && cached.epoch == epoch {
            // SAFETY: `resolve_anew` stored the address of a slot of this task's block, which lives as long as `self`.
            return Some(Resolved { tag: cached.tag, words: unsafe { cached.words.as_ref() } });
        }
        self.resolve_anew(key, epoch, tag(bracket, bind()), place)
    }

    #[cold]
    fn resolve_anew(&self, key: u64, epoch: u64, tag: u64, place: &Cell<Cached>) -> Option<Resolved<'_>> {
        let words = self.block.slot(tag)?;
        place.set(Cached { key, epoch, tag, words: NonNull::from(words) });
        Some(Resolved { tag, words })
    }

    /// The task.
    pub fn task(&self) -> &Arc<Task> {
        &self.task
    }

    /// True if the host accepted this task.
    pub fn is_hosted(&self) -> bool {
        self.hosted.get()
    }

    pub(crate) fn set_hosted(&self, hosted: bool) {
        self.task.hosted.store(hosted, Relaxed);
        self.hosted.set(hosted);
    }

    #[inline]
    fn depth(&self) -> usize {
        self.block.counter(Counter::Depth).load(Relaxed) as usize
    }

    /// The open bracket at this depth, or the place for it.
    #[inline]
    fn entry(&self, depth: usize) -> Option<&Entry> {
        self.entry_at_bottom(depth).or_else(|| self.entry_above_bottom(depth))
    }

    /// The same for depths within the first segment; `None` beyond it.
    #[inline(always)]
    fn entry_at_bottom(&self, depth: usize) -> Option<&Entry> {
        // SAFETY: the first segment holds this many records of `entry::WORDS` words, one behind the other, and lives as
        // long as the block.
        let entry = |depth| unsafe { self.bottom.add(depth * entry::WORDS).cast::<Entry>().as_ref() };
        (depth < Block::BRACKETS_AT_BOTTOM).then(|| entry(depth))
    }

    #[cold]
    fn entry_above_bottom(&self, depth: usize) -> Option<&Entry> {
        self.block.entry(depth).and_then(|words| words.try_into().ok())
    }

    #[inline]
    fn top(&self) -> Option<&Entry> {
        self.entry(self.depth().checked_sub(1)?)
    }

    /// Opens a bracket if nothing stands in the way of the shortest path: the key is in the cache, no bracket was
    /// jumped over, and there is room in the first segment. Else false, and nothing done.
    ///
    /// Makes no call and cannot panic, so what it is inlined into need not save registers for it or be ready to unwind.
    #[inline(always)]
    pub(crate) fn try_open<const TIMED: bool>(
        &self,
        key: u64,
        epoch: u64,
        now: u64,
        stack_pointer: usize,
    ) -> bool {
        let cached = self.cache[place_in_cache(key)].get();
        if cached.key != key || cached.epoch != epoch {
            return false;
        }
        let depth = self.depth();
        let place = self.entry_at_bottom(depth);
        if place.is_none() {
            return false;
        }
        let outer = depth.checked_sub(1).and_then(|outer| self.entry_at_bottom(outer));
        if let Some(outer) = outer
            && self.may_be_stale(depth, outer, key, stack_pointer)
        {
            return false;
        }
        // SAFETY: `resolve_anew` stored the address of a slot of this task's block, which lives as long as `self`.
        let words = unsafe { cached.words.as_ref() };
        let resolved = Resolved { tag: cached.tag, words };
        self.open_at::<TIMED>(depth, place, outer, key, resolved, now, stack_pointer);
        true
    }

    /// Must [`unwind_stale`](Self::unwind_stale) look at the brackets? A callback out of the only open bracket is common, and
    /// the stack pointer of a callback lies above that of the call it comes from, by less than the margin.
    #[inline(always)]
    fn may_be_stale(&self, depth: usize, outer: &Entry, key: u64, stack_pointer: usize) -> bool {
        let opened_at = outer[entry::STACK_POINTER].load(Relaxed) as usize;
        if stack_pointer < opened_at {
            return false;
        }
        let near_the_only_bracket = depth == 1 && stack_pointer - opened_at < STALE_MARGIN;
        !near_the_only_bracket || outer[entry::KEY].load(Relaxed) == key
    }

    /// Opens a bracket. `now` is the start of its time (any number when times are not taken), `stack_pointer` an
    /// address in the frame that makes the crossing. False if the bracket is too deep to be kept.
    pub(crate) fn open<const TIMED: bool>(
        &self,
        key: u64,
        resolved: Resolved<'_>,
        now: u64,
        stack_pointer: usize,
    ) -> bool {
        let depth = self.depth();
        let place = self.entry(depth);
        let outer = depth.checked_sub(1).and_then(|outer| self.entry(outer));
        self.open_at::<TIMED>(depth, place, outer, key, resolved, now, stack_pointer);
        place.is_some()
    }

    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "what both ways to open a bracket have already at hand")]
    fn open_at<const TIMED: bool>(
        &self,
        depth: usize,
        place: Option<&Entry>,
        outer: Option<&Entry>,
        key: u64,
        resolved: Resolved<'_>,
        now: u64,
        stack_pointer: usize,
    ) {
        let block = &*self.block;
        block.change(|| {
            add(&resolved.words[slot::CALLS], 1);
            if resolved.tag & REVERSE != 0 {
                note_caller(resolved.words, outer);
            }
            match place {
                Some(place) => {
                    place[entry::TAG].store(resolved.tag, Relaxed);
                    place[entry::STACK_POINTER].store(stack_pointer as u64, Relaxed);
                    place[entry::KEY].store(key, Relaxed);
                    place[entry::SLOT]
                        .store(std::ptr::from_ref(resolved.words).expose_provenance() as u64, Relaxed);
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

    /// Notes whether the host accepted the bracket on top, and starts its time anew so that it does not hold the
    /// host's.
    pub(crate) fn host_answered<const TIMED: bool>(&self, accepted: bool, now: u64) {
        let Some(top) = self.top() else { return };
        self.block.change(|| {
            if accepted {
                top[entry::TAG].store(top[entry::TAG].load(Relaxed) | HOSTED, Relaxed);
            }
            if TIMED {
                top[entry::START].store(now, Relaxed);
            }
        });
    }

    /// Closes the bracket on top if it was opened under this key and lies in the first segment. Else false, and nothing
    /// done. As short as [`try_open`](Self::try_open).
    #[inline(always)]
    pub(crate) fn try_close<const TIMED: bool>(&self, key: u64, now: u64) -> bool {
        let depth = self.depth();
        let place = depth.checked_sub(1).and_then(|top| self.entry_at_bottom(top));
        match place.filter(|place| place[entry::KEY].load(Relaxed) == key) {
            Some(place) => {
                let outer = depth.checked_sub(2).and_then(|outer| self.entry_at_bottom(outer));
                self.close_at::<TIMED>(depth, place, outer, now);
                true
            }
            None => false,
        }
    }

    /// Closes the bracket on top if it was opened under this key; `None`, and nothing done, if not.
    pub(crate) fn close_top<const TIMED: bool>(&self, key: u64, now: u64) -> Option<Ended> {
        let depth = self.depth();
        let place = self.entry(depth.checked_sub(1)?)?;
        if place[entry::KEY].load(Relaxed) != key {
            return None;
        }
        let outer = depth.checked_sub(2).and_then(|outer| self.entry(outer));
        self.close_at::<TIMED>(depth, place, outer, now);
        Some(ended(place[entry::TAG].load(Relaxed)))
    }

    #[inline(always)]
    fn close_at<const TIMED: bool>(&self, depth: usize, place: &Entry, outer: Option<&Entry>, now: u64) {
        let words = std::ptr::with_exposed_provenance::<Slot>(place[entry::SLOT].load(Relaxed) as usize);
        // SAFETY: `open_at` stored the address of a slot of this task's block in every bracket it opened, and this one
        // is open.
        let words = unsafe { &*words };
        self.block.change(|| {
            self.block.counter(Counter::Depth).store(depth as u64 - 1, Relaxed);
            add(&words[slot::COMPLETED], 1);
            if TIMED {
                let total = now.saturating_sub(place[entry::START].load(Relaxed));
                let own = total.saturating_sub(place[entry::INNER].load(Relaxed));
                record_time(words, total, own);
                if let Some(outer) = outer {
                    add(&outer[entry::INNER], total);
                }
            }
        });
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
        self.unwind_if_stale(opened_at, key, stack_pointer)
    }

    #[cold]
    fn unwind_if_stale(&self, opened_at: usize, key: u64, stack_pointer: usize) -> Option<Ended> {
        let stack = &self.task.identity.stack;
        if !stack.contains(&opened_at) || !stack.contains(&stack_pointer) {
            return None;
        }
        let stale = stack_pointer >= opened_at + STALE_MARGIN || self.was_opened_below(key, stack_pointer);
        stale.then(|| self.unwind_top()).flatten()
    }

    /// Among the youngest brackets, those opened at or below `stack_pointer`: is one under this key? A function that
    /// is called inside itself is called from further down, so that bracket was jumped over, and all above it with it.
    fn was_opened_below(&self, key: u64, stack_pointer: usize) -> bool {
        let stack = &self.task.identity.stack;
        let below = |place: &&Entry| {
            let opened_at = place[entry::STACK_POINTER].load(Relaxed) as usize;
            opened_at <= stack_pointer && stack.contains(&opened_at)
        };
        (0..self.depth())
            .rev()
            .map_while(|depth| self.entry(depth))
            .take_while(below)
            .any(|place| place[entry::KEY].load(Relaxed) == key)
    }

    /// Before a closing crossing that is not about the bracket on top: closes that one if the bracket opened under
    /// `key` lies below it. Call until `None`.
    #[cold]
    pub(crate) fn unwind_above(&self, key: u64) -> Option<Ended> {
        let opened_under =
            |depth: usize| self.entry(depth).is_some_and(|place| place[entry::KEY].load(Relaxed) == key);
        let top = self.depth().checked_sub(1)?;
        // A bracket on top that is not kept may be the one: its key is not known.
        self.entry(top)?;
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

/// Counts which bracket is around a callback that is being opened.
#[inline(always)]
fn note_caller(words: &Slot, outer: Option<&Entry>) {
    let caller = outer.map_or(slot::NO_CALLER, |outer| (outer[entry::TAG].load(Relaxed) & !HOSTED) + 1);
    match words[slot::CALLER].load(Relaxed) {
        first if first == caller => {}
        0 => words[slot::CALLER].store(caller, Relaxed),
        _ => add(&words[slot::OTHER_CALLERS], 1),
    }
}

/// Keys are addresses of similar things, often at one distance from each other; multiplying spreads them.
#[inline(always)]
fn place_in_cache(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % CACHED
}

/// The counter of closing crossings that belong to no slot.
fn other_closing(bracket: Bracket) -> Counter {
    match bracket {
        Bracket::Leave => Counter::OtherEnter,
        Bracket::ReverseEnter => Counter::OtherReverseLeave,
    }
}
