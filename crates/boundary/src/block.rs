//! The numbers of one task: counters, open brackets, statistics per target.
//!
//! # Protocol
//! One thread, the owner, writes; any thread reads. The owner wraps each change that spans several words in
//! [`Block::change`], a sequence lock: `version` goes odd, the words change, `version` goes even. A reader
//! ([`Block::read`]) takes the words between two loads of `version` and keeps them if both were the same even number.
//! So what a reader sees of counters and stack belongs together: closed brackets and open ones add up.
//!
//! Memory order: the release fence after the odd store keeps the changes from being seen before it; the release store
//! of the even number keeps them from being seen after it. On the reader's side the acquire load of the first number
//! and the acquire fence before the second do the same. The words themselves are relaxed. On x86-64 all of this
//! compiles to plain loads and stores.
//!
//! Statistics per target are written inside `change` too but are too many to be read between two crossings of a busy
//! thread; a reader takes them word by word and is told when the task moved meanwhile.

use crate::crossing::Bracket;
use crate::histogram::{BUCKETS, HistogramSnapshot, bucket_of};
use crate::records::Records;
use crate::sync::{AtomicPtr, AtomicU64, Ordering::*, fence, null_pointers, spin_loop};
use crate::target::{MAX_TARGETS, TargetId};
use std::ptr::NonNull;

/// Words of a task's own counters, in the order of [`Block::counters`]. How many crossings there were is not among
/// them: that is the sum over the slots, plus the closing crossings that belong to no slot.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(crate) enum Counter {
    /// `Enter` crossings that belong to no slot: mismatches, and those of brackets too deep to be kept.
    OtherEnter,
    /// `ReverseLeave` crossings that belong to no slot.
    OtherReverseLeave,
    /// Closing crossings that fit no open bracket.
    Mismatches,
    /// Brackets closed by us because `longjmp` or the end of the thread left them open.
    Unwound,
    MaxDepth,
    /// Open brackets now.
    Depth,
    /// Brackets too deep to be kept: counted, not timed.
    Lost,
    /// Target slots in use.
    Slots,
}
pub(crate) const COUNTERS: usize = Counter::Slots as usize + 1;

/// Words of an open bracket.
pub(crate) mod entry {
    /// Target number and kind of the bracket ([`tag`](super::tag)), with the host's acceptance in a bit above them.
    pub(crate) const TAG: usize = 0;
    pub(crate) const START: usize = 1;
    /// Ticks spent in brackets directly inside this one.
    pub(crate) const INNER: usize = 2;
    /// Stack pointer at the opening crossing.
    pub(crate) const STACK_POINTER: usize = 3;
    /// The source's key; owner only.
    pub(crate) const KEY: usize = 4;
    /// Address of the slot's words; owner only.
    pub(crate) const SLOT: usize = 5;
    pub(crate) const WORDS: usize = 6;
}

/// Words of a task's statistics for one target; the histogram follows.
pub(crate) mod slot {
    /// Target number and kind of its brackets ([`tag`](super::tag)).
    pub(crate) const TAG: usize = 0;
    pub(crate) const CALLS: usize = 1;
    pub(crate) const COMPLETED: usize = 2;
    pub(crate) const UNWOUND: usize = 3;
    pub(crate) const TOTAL: usize = 4;
    pub(crate) const SELF: usize = 5;
    pub(crate) const MAX: usize = 6;
    /// Callbacks: [`tag`](super::tag) plus one of the bracket around the first call, [`NO_CALLER`] if there was none.
    pub(crate) const CALLER: usize = 7;
    /// Callbacks: calls with another bracket around them than the first.
    pub(crate) const OTHER_CALLERS: usize = 8;
    pub(crate) const HISTOGRAM: usize = 9;

    /// The callback was called by a thread that was in no native call of managed code.
    pub(crate) const NO_CALLER: u64 = u64::MAX;
}
pub(crate) const SLOT_WORDS: usize = slot::HISTOGRAM + BUCKETS;

/// The words of a slot.
pub(crate) type Slot = [AtomicU64; SLOT_WORDS];

/// Set in tags of brackets that native code opens.
pub(crate) const REVERSE: u64 = 1 << 32;

/// Target number and kind of a bracket in one word.
#[inline]
pub(crate) fn tag(bracket: Bracket, target: TargetId) -> u64 {
    match bracket {
        Bracket::Leave => target.index() as u64,
        Bracket::ReverseEnter => target.index() as u64 | REVERSE,
    }
}

/// What [`tag`] packed; bits above it are ignored.
#[inline]
pub(crate) fn untag(tag: u64) -> (Bracket, TargetId) {
    let bracket = if tag & REVERSE != 0 { Bracket::ReverseEnter } else { Bracket::Leave };
    (bracket, TargetId::from_index((tag & 0xFFFF_FFFF) as usize))
}

/// Where a slot with this tag is found.
#[inline]
fn place_of(tag: u64) -> usize {
    2 * (tag as u32 as usize) + (tag & REVERSE != 0) as usize
}

/// Every target has at most two slots, one a direction.
const MAX_SLOTS: usize = 2 * MAX_TARGETS;

#[cfg(not(loom))]
type Stack = Records<{ entry::WORDS }, 16_384, 64>;
#[cfg(not(loom))]
type Slots = Records<SLOT_WORDS, 1_024, { MAX_SLOTS / 1_024 }>;
#[cfg(loom)]
type Stack = Records<{ entry::WORDS }, 1, 2>;
#[cfg(loom)]
type Slots = Records<SLOT_WORDS, 1, MAX_SLOTS>;

/// The numbers of one task. Reused for another task once its own has ended and was read.
pub(crate) struct Block {
    version: AtomicU64,
    counters: [AtomicU64; COUNTERS],
    stack: Stack,
    /// For each target and direction the words of its slot; null for none. Touched by the owner only.
    slot_of: Box<[AtomicPtr<AtomicU64>]>,
    slots: Slots,
}

/// Adds to a word of which the calling thread is the only writer.
#[inline]
pub(crate) fn add(word: &AtomicU64, amount: u64) {
    word.store(word.load(Relaxed).wrapping_add(amount), Relaxed);
}

impl Block {
    /// How many open brackets lie one behind the other from [`bottom`](Self::bottom) on.
    pub(crate) const BRACKETS_AT_BOTTOM: usize = Stack::PER_SEGMENT;

    /// The first open bracket.
    pub(crate) fn bottom(&self) -> NonNull<AtomicU64> {
        self.stack.first_segment()
    }

    pub(crate) fn new() -> Block {
        Block {
            version: AtomicU64::new(0),
            counters: std::array::from_fn(|_| AtomicU64::new(0)),
            stack: Stack::new(),
            slot_of: null_pointers(MAX_SLOTS),
            slots: Slots::new(),
        }
    }

    #[inline]
    pub(crate) fn counter(&self, counter: Counter) -> &AtomicU64 {
        &self.counters[counter as usize]
    }

    /// The counter with this index.
    pub(crate) fn counter_at(&self, index: usize) -> &AtomicU64 {
        &self.counters[index]
    }

    /// The open bracket at this depth, for readers: `None` where the owner has not been yet.
    pub(crate) fn entry_if_reserved(&self, depth: usize) -> Option<&[AtomicU64]> {
        self.stack.get(depth)
    }

    /// Owner only: the open bracket at this depth, counted from the bottom. `None` beyond what is kept.
    #[inline]
    pub(crate) fn entry(&self, depth: usize) -> Option<&[AtomicU64]> {
        self.stack.get_or_reserve(depth)
    }

    /// Owner only: the slot with this tag, taken into use if it was not.
    pub(crate) fn slot(&self, tag: u64) -> Option<&Slot> {
        let place = &self.slot_of[place_of(tag)];
        let words = place.load(Relaxed);
        if words.is_null() {
            return self.new_slot(tag, place);
        }
        // SAFETY: `new_slot` stored the address of a slot of `self.slots`, which never moves and lives as long as the
        // block.
        Some(unsafe { &*words.cast::<Slot>() })
    }

    fn new_slot(&self, tag: u64, place: &AtomicPtr<AtomicU64>) -> Option<&Slot> {
        let used = self.counter(Counter::Slots);
        let index = used.load(Relaxed);
        // There are as many slots as tags, so the reservation always has room.
        let words = self.slots.get_or_reserve(index as usize)?;
        words[slot::TAG].store(tag, Relaxed);
        place.store(words.as_ptr().cast_mut(), Relaxed);
        // Pairs with the acquire load in `each_slot`: the tag is there before the slot counts as used.
        used.store(index + 1, Release);
        words.try_into().ok()
    }

    /// Owner only: makes a change that readers see whole or not at all.
    #[inline]
    pub(crate) fn change<T>(&self, change: impl FnOnce() -> T) -> T {
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        let result = change();
        self.version.store(version.wrapping_add(2), Release);
        result
    }

    /// The number of changes so far, for [`unchanged_since`](Self::unchanged_since).
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Acquire)
    }

    /// True if all words read since `version` was taken were read between two crossings of the owner.
    pub(crate) fn unchanged_since(&self, version: u64) -> bool {
        // Keeps the reads before it from being made after the load.
        fence(Acquire);
        version.is_multiple_of(2) && self.version.load(Relaxed) == version
    }

    /// Takes `read`'s result between two crossings of the owner, trying at most `tries` times; the last try is handed
    /// back even if the owner moved meanwhile, with `false`.
    pub(crate) fn read<T>(&self, tries: usize, mut read: impl FnMut() -> T) -> (T, bool) {
        let mut tried = 0;
        loop {
            tried += 1;
            let before = self.version.load(Acquire);
            let result = read();
            let still = self.unchanged_since(before);
            if still || tried >= tries.max(1) {
                return (result, still);
            }
            spin_loop();
        }
    }

    /// Calls `visit` with the words of each slot in use.
    pub(crate) fn each_slot(&self, mut visit: impl FnMut(&[AtomicU64])) {
        let used = self.counter(Counter::Slots).load(Acquire);
        (0..used as usize).filter_map(|index| self.slots.get(index)).for_each(&mut visit);
    }

    /// Makes the block as good as new. Only what was in use is touched, so untouched pages stay untouched.
    ///
    /// Only when its task has ended and nobody reads it.
    pub(crate) fn scrub(&self) {
        self.change(|| {
            self.each_slot(|words| {
                self.slot_of[place_of(words[slot::TAG].load(Relaxed))].store(std::ptr::null_mut(), Relaxed);
                for word in words {
                    word.store(0, Relaxed);
                }
            });
            for counter in &self.counters {
                counter.store(0, Relaxed);
            }
        });
    }
}

/// Owner only: adds one completed call to the words of a slot.
#[inline]
pub(crate) fn record_time(words: &Slot, total: u64, own: u64) {
    add(&words[slot::TOTAL], total);
    add(&words[slot::SELF], own);
    if total > words[slot::MAX].load(Relaxed) {
        words[slot::MAX].store(total, Relaxed);
    }
    add(&words[slot::HISTOGRAM + bucket_of(total)], 1);
}

/// The histogram in the words of a slot.
pub(crate) fn histogram(words: &[AtomicU64]) -> HistogramSnapshot {
    let mut histogram = HistogramSnapshot::default();
    for (bucket, word) in words[slot::HISTOGRAM..].iter().enumerate() {
        histogram.add(bucket, word.load(Relaxed));
    }
    histogram
}
