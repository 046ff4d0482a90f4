//! The numbers of one task: counters, open brackets, statistics per target.
//!
//! # Protocol
//! One thread, the owner, writes; any thread reads. Readers want to see a change of several words whole or not at all, so each
//! shows while it lasts:
//!
//! * Opening a bracket moves the top over a place that is marked as free ([`entry::STACK_POINTER`]), counts the call, writes
//!   the bracket, and with the stack pointer takes the mark away. A free place below the top shows that it is not done.
//! * All else is wrapped in [`Block::change`]: `busy` goes to 1, the words change, `busy` goes to 0.
//! * A change of one word, such as closing a bracket without timing it, needs nothing.
//!
//! Every change moves at least one word of the block's *mark* ([`Mark`]): opening a bracket counts a call, closing one lowers
//! the top, repairs count in counters of their own. So the mark never comes back to an earlier value, and a reader
//! ([`Block::read`]) that finds the same mark before and after, and no change going on both times, has seen none in part:
//! what it read of counters and stack belongs together.
//!
//! Unlike a sequence lock this costs the owner no load, and for a bracket no store that it would not make anyway. That matters
//! to thunks, which follow the same protocol in assembly.
//!
//! How many calls have returned is not counted: it is how many were begun, less those that are still open, were unwound
//! or were too deep to be kept.
//!
//! Memory order: a release fence after the first store of a change (`busy` = 1, or the top) keeps the others from being seen
//! before it; the last one (`busy` = 0, or the stack pointer) is a release store, and keeps them from being seen after it.
//! The reader takes the mark first ([`Block::mark`]): if that held anything of a change, the acquire fence makes it see the
//! change's first store or something later, and the acquire load of the last one all of the change. At the end of its reading it
//! takes the mark again. On x86-64 all of this compiles to plain loads and stores, in the order written.
//!
//! Statistics per target are written inside `change` too but are too many to be read between two crossings of a busy
//! thread; a reader takes them word by word and is told when the task moved meanwhile.

use crate::crossing::Bracket;
use crate::histogram::{BUCKETS, HistogramSnapshot, bucket_of};
use crate::pages::{Pages, null_pointers, zeroed_records};
use crate::records::Records;
use crate::ring::Ring;
use crate::sync::{AtomicPtr, AtomicU64, Ordering::*, fence, spin_loop};
use crate::target::{MAX_TARGETS, TargetId};
use std::sync::atomic::AtomicUsize;

/// Words of a task's own counters. How many crossings there were is not among them: that follows from the slots, plus the
/// closing crossings that belong to no slot.
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
    /// Brackets too deep to be kept: counted, not timed.
    Lost,
    /// Of those, how many are open now.
    Deeper,
    /// The most that ever were.
    MaxDeeper,
    /// Target slots in use.
    Slots,
}
pub(crate) const COUNTERS: usize = Counter::Slots as usize + 1;

/// Words of an open bracket.
pub(crate) mod entry {
    /// Address of the slot's words, with [`flag`](super::flag)s in its low bits.
    pub(crate) const SLOT: usize = 0;
    pub(crate) const START: usize = 1;
    /// Ticks spent in brackets directly inside this one.
    pub(crate) const INNER: usize = 2;
    /// Stack pointer at the opening crossing. In a place that is free: 0 if the task has not used it yet, else a number with the
    /// [highest bit](super::FREE) set.
    pub(crate) const STACK_POINTER: usize = 3;
    /// The source's key, unless the bracket is [`EXACT`](super::flag::EXACT), which is closed by its address; owner only.
    pub(crate) const KEY: usize = 4;
    /// Where a thunk returns to; owner only.
    pub(crate) const RETURN: usize = 5;
    /// A register that a thunk saved; owner only.
    pub(crate) const SAVED: usize = 6;
    /// A bracket fills a line of the cache.
    pub(crate) const WORDS: usize = 8;
}

/// Marks a place for a bracket as free: no stack pointer is that high.
pub(crate) const FREE: u64 = 1 << 63;

/// Low bits of [`entry::SLOT`]; slots are aligned to words.
pub(crate) mod flag {
    /// The host accepted the opening call.
    pub(crate) const HOSTED: u64 = 1;
    /// The bracket is a `Leave`: below it runs native code.
    pub(crate) const NATIVE: u64 = 2;
    /// The stack pointer is that of the call itself, not of something that the call led to.
    pub(crate) const EXACT: u64 = 4;
    pub(crate) const ALL: u64 = HOSTED | NATIVE | EXACT;
}

/// Words of a task's statistics for one target; the histogram follows.
pub(crate) mod slot {
    /// Target number and kind of its brackets ([`tag`](super::tag)).
    pub(crate) const TAG: usize = 0;
    pub(crate) const CALLS: usize = 1;
    pub(crate) const UNWOUND: usize = 2;
    /// Calls whose bracket was too deep to be kept.
    pub(crate) const LOST: usize = 3;
    pub(crate) const TOTAL: usize = 4;
    pub(crate) const SELF: usize = 5;
    pub(crate) const MAX: usize = 6;
    /// Callbacks: [`entry::SLOT`](super::entry::SLOT) of the bracket around the first call, or of what is below all brackets.
    pub(crate) const CALLER: usize = 7;
    /// Callbacks: calls with another bracket around them than the first.
    pub(crate) const OTHER_CALLERS: usize = 8;
    pub(crate) const HISTOGRAM: usize = 9;
}
pub(crate) const SLOT_WORDS: usize = slot::HISTOGRAM + BUCKETS;

/// The words of a slot.
pub(crate) type Slot = [AtomicU64; SLOT_WORDS];

/// The words of an open bracket.
pub(crate) type Entry = [AtomicU64; entry::WORDS];

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

/// What [`tag`] packed.
#[inline]
pub(crate) fn untag(tag: u64) -> (Bracket, TargetId) {
    let bracket = if tag & REVERSE != 0 { Bracket::ReverseEnter } else { Bracket::Leave };
    (bracket, TargetId::from_index((tag & 0xFFFF_FFFF) as usize))
}

/// Where a slot with this tag is found.
#[inline]
pub(crate) fn place_of(tag: u64) -> usize {
    2 * (tag as u32 as usize) + (tag & REVERSE != 0) as usize
}

/// Every target has at most two slots, one a direction.
const MAX_SLOTS: usize = 2 * MAX_TARGETS;

/// How many open brackets a task keeps. A bracket takes at least some hundred bytes of stack, so that the 8 MiB of a main
/// thread do not hold more; deeper ones, on larger stacks, are counted and not timed.
#[cfg(not(loom))]
pub(crate) const MAX_BRACKETS: usize = if cfg!(miri) { 1 << 8 } else { 1 << 16 };
#[cfg(not(loom))]
const PER_SEGMENT: usize = if cfg!(miri) { 1 << 5 } else { 1 << 10 };
#[cfg(not(loom))]
type Slots = Records<SLOT_WORDS, PER_SEGMENT, { MAX_SLOTS / PER_SEGMENT }>;
#[cfg(loom)]
pub(crate) const MAX_BRACKETS: usize = 2;
#[cfg(loom)]
type Slots = Records<SLOT_WORDS, 1, MAX_SLOTS>;

/// Bytes of an open bracket, where it is told by its address.
const ENTRY_BYTES: u64 = (entry::WORDS * 8) as u64;

/// The numbers of one task. Reused for another task once its own has ended and was read.
///
/// Thunks touch some of the first words; `layout` tells where they are.
#[repr(C)]
pub(crate) struct Block {
    /// Address of the first free bracket: that of the bottom, plus [`ENTRY_BYTES`] for each that is open. Always counted in
    /// these units, also under loom, where brackets are larger.
    pub(crate) top: AtomicU64,
    pub(crate) busy: AtomicU64,
    /// The highest `top` was.
    pub(crate) high: AtomicU64,
    /// Address of `slot_of`.
    pub(crate) slots_at: AtomicU64,
    /// The source's own.
    pub(crate) source: AtomicU64,
    /// Where calls that return are recorded; null where they are not.
    pub(crate) ring: AtomicPtr<Ring>,
    counters: [AtomicU64; COUNTERS],
    /// The first is none: it stands for what is below the first open bracket. Neither is the last one, which is never used.
    /// Never moves.
    entries: Pages<Entry>,
    /// For each target and direction the words of its slot; null for none. Touched by the owner only.
    slot_of: Pages<AtomicPtr<AtomicU64>>,
    slots: Slots,
}

/// Words that every change of a block moves, so that no two moments with a change in between have the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    top: u64,
    calls: u64,
    counters: [u64; COUNTERS],
}

/// Adds to a word of which the calling thread is the only writer.
#[inline]
pub(crate) fn add(word: &AtomicU64, amount: u64) {
    word.store(word.load(Relaxed).wrapping_add(amount), Relaxed);
}

/// Blocks there are. Not of the model's atomics: it tells nobody of anything.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How many blocks there are in this process: those of live tasks, spare ones, and those of ended tasks that somebody still holds.
pub(crate) fn live_blocks() -> usize {
    LIVE.load(Relaxed)
}

impl Drop for Block {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Relaxed);
    }
}

impl Block {
    /// An empty block; `None` where there is no memory for it.
    pub(crate) fn try_new() -> Option<Block> {
        let entries = zeroed_records(MAX_BRACKETS + 2)?;
        let slot_of = null_pointers(MAX_SLOTS)?;
        let slots = Slots::try_new()?;
        LIVE.fetch_add(1, Relaxed);
        let block = Block {
            top: AtomicU64::new(0),
            busy: AtomicU64::new(0),
            high: AtomicU64::new(0),
            slots_at: AtomicU64::new(slot_of.as_ptr().expose_provenance() as u64),
            source: AtomicU64::new(0),
            ring: AtomicPtr::new(std::ptr::null_mut()),
            counters: std::array::from_fn(|_| AtomicU64::new(0)),
            entries,
            slot_of,
            slots,
        };
        block.clear_stack();
        Some(block)
    }

    #[cfg(test)]
    #[allow(dead_code, reason = "for tests that need no task")]
    pub(crate) fn new() -> Block {
        Block::try_new().expect("memory for a block")
    }

    fn clear_stack(&self) {
        let used = (self.high.load(Relaxed).saturating_sub(self.bottom()) / ENTRY_BYTES) as usize;
        for entry in &self.entries[1..=used] {
            entry[entry::STACK_POINTER].store(0, Relaxed);
        }
        self.top.store(self.bottom(), Relaxed);
        self.high.store(self.bottom(), Relaxed);
        let below: &Entry = &self.entries[0];
        below[entry::SLOT].store(flag::EXACT, Relaxed);
        // Above every stack: no call is made from further up.
        below[entry::STACK_POINTER].store(u64::MAX, Relaxed);
    }

    /// Address of the first open bracket.
    #[inline]
    fn bottom(&self) -> u64 {
        self.entries.as_ptr().expose_provenance() as u64 + ENTRY_BYTES
    }

    #[inline]
    pub(crate) fn counter(&self, counter: Counter) -> &AtomicU64 {
        &self.counters[counter as usize]
    }

    /// The counter with this index.
    pub(crate) fn counter_at(&self, index: usize) -> &AtomicU64 {
        &self.counters[index]
    }

    /// Open brackets that are kept.
    #[inline(always)]
    pub(crate) fn kept(&self) -> usize {
        // Acquire pairs with the release in `set_kept`: brackets below the top are seen as they were opened.
        ((self.top.load(Acquire) - self.bottom()) / ENTRY_BYTES) as usize
    }

    /// Open brackets, those too deep to be kept included.
    #[inline]
    pub(crate) fn depth(&self) -> u64 {
        self.kept() as u64 + self.counter(Counter::Deeper).load(Relaxed)
    }

    /// The most brackets that were open at once.
    pub(crate) fn max_depth(&self) -> u64 {
        (self.high.load(Relaxed) - self.bottom()) / ENTRY_BYTES
            + self.counter(Counter::MaxDeeper).load(Relaxed)
    }

    /// Owner only.
    #[inline(always)]
    pub(crate) fn set_kept(&self, brackets: usize) {
        let top = self.bottom() + brackets as u64 * ENTRY_BYTES;
        self.top.store(top, Release);
        if top > self.high.load(Relaxed) {
            self.high.store(top, Relaxed);
        }
    }

    /// Owner only: the bracket on top, at this depth, is open no more.
    #[inline(always)]
    pub(crate) fn give_back(&self, depth: usize, place: &Entry) {
        // So that the place, when it is taken next and not written yet, does not look as if it were jumped over.
        place[entry::STACK_POINTER].store(u64::MAX, Relaxed);
        self.set_kept(depth);
    }

    /// Owner only: the same of a bracket that was jumped over. An unwinder may have called for it, and will look at the stack
    /// pointer once more, but for its highest bit.
    pub(crate) fn give_back_unwound(&self, depth: usize, place: &Entry) {
        let stack_pointer = place[entry::STACK_POINTER].load(Relaxed);
        place[entry::STACK_POINTER].store(stack_pointer | FREE, Relaxed);
        self.set_kept(depth);
    }

    /// The bracket at this depth, counted from the bottom, or the place for it. `None` beyond what is kept.
    #[inline(always)]
    pub(crate) fn entry(&self, depth: usize) -> Option<&Entry> {
        if depth < MAX_BRACKETS { self.entries.get(depth + 1) } else { None }
    }

    /// What the bracket at this depth is about: its words and flags. `None` for places where none ever was.
    #[inline]
    pub(crate) fn slot_at(&self, depth: usize) -> Option<(&Slot, u64)> {
        // Acquire pairs with the fence in `open`: a slot that is new is seen with its words in place.
        let word = self.entry(depth)?[entry::SLOT].load(Acquire);
        // SAFETY: the owner stores here nothing but slots of this block; a word that was never written is 0.
        Some((unsafe { self.slot_of_word(word) }?, word & flag::ALL))
    }

    /// # Safety
    /// `word` was read from [`entry::SLOT`] or [`slot::CALLER`] of this block.
    #[inline]
    unsafe fn slot_of_word(&self, word: u64) -> Option<&Slot> {
        let address = (word & !flag::ALL) as usize;
        // SAFETY: the address is 0, or that of a slot of this block, which never moves and lives as long as the block.
        unsafe { std::ptr::with_exposed_provenance::<Slot>(address).as_ref() }
    }

    /// Out of which bracket the first call of a callback came: its tag, or `None` for a thread that was in none. To be asked
    /// only for callbacks that were called.
    pub(crate) fn caller_of(&self, words: &[AtomicU64]) -> Option<u64> {
        // SAFETY: slots of this block hold words of its brackets here. Acquire as in `slot_at`.
        let caller = unsafe { self.slot_of_word(words[slot::CALLER].load(Acquire)) }?;
        Some(caller[slot::TAG].load(Relaxed))
    }

    /// Owner only: whether the bracket at this depth was opened under this key.
    #[inline(always)]
    pub(crate) fn is_under(&self, depth: usize, key: u64) -> bool {
        self.entry(depth).is_some_and(|entry| {
            entry[entry::KEY].load(Relaxed) == key && entry[entry::SLOT].load(Relaxed) & flag::EXACT == 0
        })
    }

    /// Depth of the bracket at this address, if there is one open.
    #[inline]
    pub(crate) fn depth_of(&self, address: u64) -> Option<usize> {
        let depth = (address.checked_sub(self.bottom())? / ENTRY_BYTES) as usize;
        (depth < self.kept()).then_some(depth)
    }

    /// What lies below the first open bracket: native code, on a thread that native code has made.
    pub(crate) fn set_native_below(&self) {
        self.entries[0][entry::SLOT].store(flag::EXACT | flag::NATIVE, Relaxed);
    }

    /// True if the code below the bracket on top, or below all brackets if none is open, is native.
    #[inline]
    pub(crate) fn is_in_native_code(&self) -> bool {
        self.word_below(self.kept()) & flag::NATIVE != 0
    }

    /// The first word of the bracket below this depth, or of what is below all brackets, as [`slot::CALLER`] has it.
    #[inline(always)]
    pub(crate) fn word_below(&self, depth: usize) -> u64 {
        self.entries[depth][entry::SLOT].load(Relaxed) & !flag::HOSTED
    }

    /// Address of the bracket at this depth.
    #[inline]
    pub(crate) fn address_of(&self, depth: usize) -> u64 {
        self.bottom() + depth as u64 * ENTRY_BYTES
    }

    /// Owner only: the slot with this tag, taken into use if it was not.
    #[inline]
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
        // There are as many slots as tags, so only memory can be missing.
        let words = self.slots.get_or_reserve(index as usize)?;
        words[slot::TAG].store(tag, Relaxed);
        place.store(words.as_ptr().cast_mut(), Relaxed);
        // Pairs with the acquire load in `each_slot`: the tag is there before the slot counts as used.
        used.store(index + 1, Release);
        words.try_into().ok()
    }

    /// Owner only: makes a change that readers see whole or not at all.
    #[inline(always)]
    pub(crate) fn change<T>(&self, change: impl FnOnce() -> T) -> T {
        self.busy.store(1, Relaxed);
        fence(Release);
        let result = change();
        self.busy.store(0, Release);
        result
    }

    /// Owner only: takes the place at this depth, which is the top, for a bracket; `write` writes all of it but the stack
    /// pointer, and counts the call.
    ///
    /// First the place is taken, then it is written: a signal handler that makes calls of its own meanwhile uses the places
    /// from the top on.
    #[inline(always)]
    pub(crate) fn open(&self, depth: usize, place: &Entry, stack_pointer: u64, write: impl FnOnce()) {
        if place[entry::STACK_POINTER].load(Relaxed) == 0 {
            place[entry::STACK_POINTER].store(u64::MAX, Relaxed);
        }
        self.set_kept(depth + 1);
        fence(Release);
        write();
        place[entry::STACK_POINTER].store(stack_pointer, Release);
    }

    /// The mark of a moment between two changes, which lies within this call; `None` if there is none to be seen.
    ///
    /// The counts never go down (one of the counters does, but never alone), so if they are the same before and after all
    /// else, they were so all the time: no bracket that was opened meanwhile has been counted. The top that is read between
    /// them is then that of a moment between two changes if no place below it is free (or else one is being opened) and
    /// `busy` is 0 after it was read (or else one is being closed). The order is essential: a look at `busy` or at the places
    /// before that at the top, or a look at the counts that is not the last one, misses changes that begin in between. The
    /// top is looked at once more, because the first look need not show what a change has done to it that `busy` shows as
    /// over.
    pub(crate) fn mark(&self) -> Option<Mark> {
        let (calls, counters) = self.counts();
        // Keeps all that was read before, by the caller too, from being read after what follows.
        fence(Acquire);
        let top = self.top.load(Acquire);
        let is_free = |place: &Entry| place[entry::STACK_POINTER].load(Acquire) & FREE != 0;
        let open = ((top - self.bottom()) / ENTRY_BYTES) as usize;
        let is_resting = !self.entries[1..=open].iter().any(is_free) && self.busy.load(Acquire) == 0;
        let is_same = || self.top.load(Relaxed) == top && self.counts() == (calls, counters);
        (is_resting && is_same()).then_some(Mark { top, calls, counters })
    }

    /// True if all words read since `mark` was taken were read between two changes.
    pub(crate) fn unchanged_since(&self, mark: Option<Mark>) -> bool {
        mark.is_some() && mark == self.mark()
    }

    /// The words of the mark that never go down.
    fn counts(&self) -> (u64, [u64; COUNTERS]) {
        let mut calls = 0u64;
        self.each_slot(|words| calls = calls.wrapping_add(words[slot::CALLS].load(Relaxed)));
        (calls, std::array::from_fn(|index| self.counters[index].load(Relaxed)))
    }

    /// Takes `read`'s result between two crossings of the owner, trying at most `tries` times; the last try is handed
    /// back even if the owner moved meanwhile, with `false`.
    pub(crate) fn read<T>(&self, tries: usize, mut read: impl FnMut() -> T) -> (T, bool) {
        let mut tried = 0;
        loop {
            tried += 1;
            let before = self.mark();
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
            self.clear_stack();
        });
    }
}

/// Owner only: adds one completed call to the words of a slot.
#[inline(always)]
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
