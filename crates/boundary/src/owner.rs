//! The bracket machine that a task's own thread drives: opening and closing. Repairs are in `repair`.

use crate::block::{
    Block, Counter, Entry, MAX_BRACKETS, REVERSE, Slot, add, entry, flag, record_time, slot, tag, untag,
};
use crate::crossing::Bracket;
use crate::sync::Ordering::*;
use crate::target::TargetId;
use crate::task::Task;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

/// A bracket that is open no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) bracket: Bracket,
    pub(crate) target: TargetId,
    pub(crate) hosted: bool,
}

impl Ended {
    #[inline]
    pub(crate) fn of(words: &Slot, flags: u64) -> Ended {
        let (bracket, target) = untag(words[slot::TAG].load(Relaxed));
        Ended { bracket, target, hosted: flags & flag::HOSTED != 0 }
    }
}

/// Where on the stack a crossing is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSite {
    pub(crate) stack_pointer: usize,
    /// The stack pointer is that of the call itself, its return address being the word there.
    pub(crate) exact: bool,
    /// That return address leads to a thunk: the caller has called in place of itself returning.
    pub(crate) is_tail_call: bool,
}

impl CallSite {
    /// Somewhere below the call, as far as a source knows.
    pub(crate) fn about(stack_pointer: usize) -> CallSite {
        CallSite { stack_pointer, exact: false, is_tail_call: false }
    }
}

/// Entries of a thread's cache of targets, a power of two. A thread that cycles through more of them looks some up
/// under a lock.
const CACHED: usize = if cfg!(loom) { 2 } else { 256 };

/// Marks an unused entry. Sources do not use it as a key.
const NO_KEY: u64 = u64::MAX;

/// A target that this thread met lately.
#[derive(Clone, Copy)]
pub(crate) struct Cached {
    key: u64,
    epoch: u64,
    tag: u64,
    words: NonNull<Slot>,
}

/// Of a thread: targets that it met lately.
pub(crate) type Cache = [Cell<Cached>; CACHED];

/// The right to move a task, held by its own thread.
///
/// Neither `Sync` nor `Send`: it is what makes "one writer" true. All methods take `&self`, since a host's call can
/// lead to a further crossing of the same thread.
pub struct TaskOwner {
    pub(crate) task: Arc<Task>,
    pub(crate) block: Arc<Block>,
    /// The host accepted this task.
    hosted: Cell<bool>,
    cache: Box<Cache>,
    /// What was unwound because the thread ends, youngest first.
    left_open: RefCell<Vec<TargetId>>,
    not_send: PhantomData<*const ()>,
}

/// What a key stands for in this task.
#[derive(Clone, Copy)]
pub(crate) struct Resolved<'a> {
    tag: u64,
    words: &'a Slot,
}

impl Resolved<'_> {
    #[inline]
    pub(crate) fn target(&self) -> TargetId {
        untag(self.tag).1
    }

    /// The first word of a bracket for a call of this target.
    #[inline(always)]
    fn word(&self, site: CallSite) -> u64 {
        let native = if self.tag & REVERSE != 0 { 0 } else { flag::NATIVE };
        let exact = if site.exact { flag::EXACT } else { 0 };
        std::ptr::from_ref(self.words).expose_provenance() as u64 | native | exact
    }
}

impl TaskOwner {
    /// An empty cache; `None` where there is no memory for it.
    pub(crate) fn try_new_cache() -> Option<Box<Cache>> {
        let unused = Cached { key: NO_KEY, epoch: 0, tag: 0, words: NonNull::dangling() };
        let mut cache = Vec::new();
        cache.try_reserve_exact(CACHED).ok()?;
        cache.resize_with(CACHED, || Cell::new(unused));
        cache.into_boxed_slice().try_into().ok()
    }

    #[cfg(test)]
    #[allow(dead_code, reason = "for tests that need no boundary")]
    pub(crate) fn new(task: Arc<Task>) -> TaskOwner {
        TaskOwner::with_cache(task, TaskOwner::try_new_cache().expect("memory for a cache"))
    }

    pub(crate) fn with_cache(task: Arc<Task>, cache: Box<Cache>) -> TaskOwner {
        let block = task.block.clone();
        let left_open = RefCell::default();
        TaskOwner { task, block, hosted: Cell::new(false), cache, left_open, not_send: PhantomData }
    }

    pub(crate) fn note_left_open(&self, target: TargetId) {
        self.left_open.borrow_mut().push(target);
    }

    pub(crate) fn take_left_open(&self) -> Vec<TargetId> {
        self.left_open.take()
    }

    /// What `key` stands for, from the cache or from `bind`. An entry made in another epoch does not count. `None`
    /// only where there is no memory for a slot; the sizes of the tables suffice.
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

    /// What a target is in this task. `None` as in [`resolve`](Self::resolve).
    #[inline]
    pub(crate) fn resolve_target(&self, bracket: Bracket, target: TargetId) -> Option<Resolved<'_>> {
        let tag = tag(bracket, target);
        self.block.slot(tag).map(|words| Resolved { tag, words })
    }

    /// The task.
    #[inline]
    pub fn task(&self) -> &Arc<Task> {
        &self.task
    }

    /// True if the host accepted this task.
    #[inline]
    pub fn is_hosted(&self) -> bool {
        self.hosted.get()
    }

    pub(crate) fn set_hosted(&self, hosted: bool) {
        self.task.hosted.store(hosted, Relaxed);
        self.hosted.set(hosted);
    }

    /// Address of the task's cells, in which a thunk finds its way by [`layout`](crate::layout). Good as long as this value
    /// lives.
    pub fn cells(&self) -> NonNull<std::ffi::c_void> {
        NonNull::from(&*self.block).cast()
    }

    /// Keeps a word for the source, which finds it by [`layout`](crate::layout).
    pub fn set_source(&self, word: usize) {
        self.block.source.store(word as u64, Relaxed);
    }

    /// The thread was made by native code, and what it calls outside all brackets is called from there.
    pub fn set_made_by_native_code(&self) {
        self.block.set_native_below();
    }

    /// True if the code below the innermost bracket is native: what it calls does not cross the border.
    #[inline]
    pub fn is_in_native_code(&self) -> bool {
        self.block.is_in_native_code()
    }

    /// What the innermost open bracket is a call of. `None` if none is open, or it is too deep to be kept.
    pub fn innermost_target(&self) -> Option<TargetId> {
        let (words, flags) = self.block.slot_at(self.depth().checked_sub(1)?)?;
        Some(Ended::of(words, flags).target)
    }

    #[inline]
    pub(crate) fn depth(&self) -> usize {
        self.block.depth() as usize
    }

    /// The bracket below this depth.
    #[inline(always)]
    fn below(&self, depth: usize) -> Option<&Entry> {
        self.block.entry(depth.checked_sub(1)?)
    }

    /// Opens a bracket if nothing stands in the way of the shortest path: the key is in the cache, no bracket was
    /// jumped over, and the task was this deep before. Else false, and nothing done.
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
        let depth = self.block.kept();
        let Some(place) = self.block.entry(depth) else { return false };
        if self.may_be_stale(depth, key, stack_pointer) {
            return false;
        }
        // SAFETY: `resolve_anew` stored the address of a slot of this task's block, which lives as long as `self`.
        let words = unsafe { cached.words.as_ref() };
        let resolved = Resolved { tag: cached.tag, words };
        self.open_at::<TIMED>(depth, place, key, resolved, now, CallSite::about(stack_pointer));
        true
    }

    /// Opens a bracket. `now` is the start of its time (any number when times are not taken). False if the bracket is too
    /// deep to be kept.
    #[inline]
    pub(crate) fn open<const TIMED: bool>(
        &self,
        key: u64,
        resolved: Resolved<'_>,
        now: u64,
        site: CallSite,
    ) -> bool {
        let depth = self.block.kept();
        let is_kept = depth < MAX_BRACKETS && self.block.counter(Counter::Deeper).load(Relaxed) == 0;
        match self.block.entry(depth) {
            Some(place) if is_kept => {
                self.open_at::<TIMED>(depth, place, key, resolved, now, site);
                true
            }
            _ => self.open_deeper(resolved),
        }
    }

    #[cold]
    fn open_deeper(&self, resolved: Resolved<'_>) -> bool {
        self.count_untimed(resolved);
        let deeper = self.block.counter(Counter::Deeper).load(Relaxed) + 1;
        self.block.counter(Counter::Deeper).store(deeper, Relaxed);
        if deeper > self.block.counter(Counter::MaxDeeper).load(Relaxed) {
            self.block.counter(Counter::MaxDeeper).store(deeper, Relaxed);
        }
        false
    }

    /// Counts a call whose bracket is not kept.
    pub(crate) fn count_untimed(&self, resolved: Resolved<'_>) {
        self.block.change(|| {
            add(&resolved.words[slot::CALLS], 1);
            add(&resolved.words[slot::LOST], 1);
            add(self.block.counter(Counter::Lost), 1);
        });
    }

    /// True if a bracket can be kept now.
    #[inline]
    pub(crate) fn has_room(&self) -> bool {
        self.block.kept() < MAX_BRACKETS && self.block.counter(Counter::Deeper).load(Relaxed) == 0
    }

    #[inline(always)]
    fn open_at<const TIMED: bool>(
        &self,
        depth: usize,
        place: &Entry,
        key: u64,
        resolved: Resolved<'_>,
        now: u64,
        site: CallSite,
    ) {
        self.block.open(depth, place, site.stack_pointer as u64, || {
            add(&resolved.words[slot::CALLS], 1);
            if resolved.tag & REVERSE != 0 {
                self.note_caller(resolved.words, depth);
            }
            place[entry::SLOT].store(resolved.word(site), Relaxed);
            place[entry::KEY].store(key, Relaxed);
            if TIMED {
                place[entry::START].store(now, Relaxed);
                place[entry::INNER].store(0, Relaxed);
            }
        });
    }

    /// Counts which bracket is around a callback that is being opened.
    #[inline(always)]
    fn note_caller(&self, words: &Slot, depth: usize) {
        let caller = self.block.word_below(depth);
        match words[slot::CALLER].load(Relaxed) {
            first if first == caller => {}
            0 => words[slot::CALLER].store(caller, Relaxed),
            _ => add(&words[slot::OTHER_CALLERS], 1),
        }
    }

    /// Notes whether the host accepted the bracket on top, and starts its time anew so that it does not hold the
    /// host's.
    #[inline]
    pub(crate) fn host_answered<const TIMED: bool>(&self, accepted: bool, now: u64) {
        let Some(top) = self.below(self.block.kept()) else { return };
        if accepted {
            top[entry::SLOT].store(top[entry::SLOT].load(Relaxed) | flag::HOSTED, Relaxed);
        }
        if TIMED {
            top[entry::START].store(now, Relaxed);
        }
    }

    /// Closes the bracket on top if it was opened under this key: whether the host accepted it. Else `None`, and nothing done.
    /// As short as [`try_open`](Self::try_open).
    #[inline(always)]
    pub(crate) fn try_close<const TIMED: bool>(&self, key: u64, now: u64) -> Option<bool> {
        let depth = self.block.kept();
        let is_top = self.block.counter(Counter::Deeper).load(Relaxed) == 0
            && depth.checked_sub(1).is_some_and(|top| self.block.is_under(top, key));
        if !is_top {
            return None;
        }
        self.close_at::<TIMED>(depth, now).map(|(_, flags)| flags & flag::HOSTED != 0)
    }

    /// Closes the bracket on top if it was opened under this key; `None`, and nothing done, if not.
    #[inline]
    pub(crate) fn close_top<const TIMED: bool>(&self, key: u64, now: u64) -> Option<Ended> {
        let depth = self.block.kept();
        let is_top = self.block.is_under(depth.checked_sub(1)?, key);
        if !is_top || self.block.counter(Counter::Deeper).load(Relaxed) > 0 {
            return None;
        }
        self.close_at::<TIMED>(depth, now).map(|(words, flags)| Ended::of(words, flags))
    }

    /// Closes the bracket on top, `depth` being their number. `None`, and nothing done, if there is none.
    #[inline(always)]
    pub(crate) fn close_at<const TIMED: bool>(&self, depth: usize, now: u64) -> Option<(&Slot, u64)> {
        let inside = depth.checked_sub(1)?;
        let place = self.block.entry(inside)?;
        let (words, flags) = self.block.slot_at(inside)?;
        if !TIMED {
            // One word moves that readers look at, so there is nothing they could see in part.
            self.block.give_back(inside, place);
            return Some((words, flags));
        }
        let outer = self.below(inside);
        // Read before the place is given back: see `open_at`.
        let start = place[entry::START].load(Relaxed);
        let total = now.saturating_sub(start);
        let own = total.saturating_sub(place[entry::INNER].load(Relaxed));
        self.block.change(|| {
            self.block.give_back(inside, place);
            record_time(words, total, own);
            if let Some(outer) = outer {
                add(&outer[entry::INNER], total);
            }
        });
        // SAFETY: null, or the ring of this task, which lives as long as the task.
        if let Some(ring) = unsafe { self.block.ring.load(Acquire).as_ref() } {
            ring.push(words[slot::TAG].load(Relaxed), start, total);
        }
        Some((words, flags))
    }
}

/// Keys are addresses of similar things, often at one distance from each other; multiplying spreads them.
#[inline(always)]
fn place_in_cache(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize % CACHED
}
