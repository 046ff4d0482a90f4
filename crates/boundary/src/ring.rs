//! A task's calls one by one, for whoever records them: a ring that its thread fills and one reader empties.
//!
//! The thread never waits: what finds no room is counted as lost. A signal handler whose call returns while the thread is
//! just writing an event is lost too, and counted.
//!
//! Memory order: the thread writes an event, then moves `head` with a release store; the reader's acquire load of `head` makes
//! it see the event whole. It reads, then moves `limit` with a release store, which pairs with the thread's acquire load: the
//! thread writes to a place only when the reader has read it. Thunks do the same in assembly ([`layout`](crate::layout)).

use crate::block::untag;
use crate::crossing::Bracket;
use crate::sync::{AtomicU64, Ordering::*};
use crate::target::TargetId;
#[cfg(not(loom))]
use std::sync::PoisonError;

/// A call that has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its direction.
    pub bracket: Bracket,
    /// What was called.
    pub target: TargetId,
    /// When it began, in ticks of the clock.
    pub began: u64,
    /// How many ticks it took.
    pub ticks: u64,
}

/// Words of an event: beginning, ticks, tag, and one that fills it up.
const WORDS: usize = 4;
pub(crate) const EVENT_BYTES: u64 = WORDS as u64 * 8;
/// Events that a ring holds, a power of two: those of some milliseconds at the most that a thread can make.
#[cfg(not(loom))]
const EVENTS: usize = if cfg!(miri) { 1 << 8 } else { 1 << 15 };
#[cfg(loom)]
const EVENTS: usize = 2;
pub(crate) const RING_BYTES: u64 = EVENTS as u64 * EVENT_BYTES;

/// The ring. `head` and `limit` count bytes since the beginning.
#[repr(C)]
pub(crate) struct Ring {
    /// Written so far.
    pub(crate) head: AtomicU64,
    /// Up to here may be written.
    pub(crate) limit: AtomicU64,
    /// 1 while an event is written.
    pub(crate) busy: AtomicU64,
    /// Events that found no room.
    pub(crate) lost: AtomicU64,
    pub(crate) events: [[AtomicU64; WORDS]; EVENTS],
}

/// Rings of tasks that are gone, for those that come. An allocator that gave back a ring or two does not give fresh pages any more but
/// clears memory it has, so that a program whose threads come and go would touch all of a ring for each of them.
///
/// `None` while nothing is recorded.
#[cfg(not(loom))]
static SPARE: std::sync::Mutex<Option<Vec<Box<Ring>>>> = std::sync::Mutex::new(None);

/// As many are kept.
#[cfg(not(loom))]
const MAX_SPARE: usize = 256;

#[cfg(not(loom))]
fn spare() -> std::sync::MutexGuard<'static, Option<Vec<Box<Ring>>>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ring {
    /// An empty ring, a spare one if there is one; `None` where there is no memory for it.
    #[cfg(not(loom))]
    pub(crate) fn take() -> Option<Box<Ring>> {
        let spare = spare().as_mut().and_then(Vec::pop);
        let Some(ring) = spare else { return Ring::try_new() };
        for (word, value) in [(&ring.head, 0), (&ring.limit, RING_BYTES), (&ring.busy, 0), (&ring.lost, 0)] {
            word.store(value, Relaxed);
        }
        Some(ring)
    }

    /// Each run of the model has rings of its own.
    #[cfg(loom)]
    pub(crate) fn take() -> Option<Box<Ring>> {
        Ring::try_new()
    }

    /// Keeps a ring that nobody has any more.
    #[cfg(not(loom))]
    pub(crate) fn give_back(ring: Box<Ring>) {
        if let Some(spare) = &mut *spare()
            && spare.len() < MAX_SPARE
        {
            spare.push(ring);
        }
    }

    #[cfg(loom)]
    pub(crate) fn give_back(_: Box<Ring>) {}

    /// From now on rings that are given back are kept.
    pub(crate) fn keep_spare() {
        #[cfg(not(loom))]
        spare().get_or_insert_default();
    }

    /// From now on they are not, and the memory of those that are kept is given back.
    pub(crate) fn forget_spare() {
        #[cfg(not(loom))]
        drop(spare().take());
    }

    /// An empty ring; `None` where there is no memory for it.
    #[cfg(not(loom))]
    pub(crate) fn try_new() -> Option<Box<Ring>> {
        // Fresh pages, which cost nothing until they are touched.
        // SAFETY: a Ring is words, for which all bits zero is a valid value.
        let rings: Box<[Ring]> = unsafe { crate::sync::zeroed(1) }?;
        // SAFETY: one Ring, which has the layout of a slice of one.
        let ring = unsafe { Box::from_raw(Box::into_raw(rings).cast::<Ring>()) };
        ring.limit.store(RING_BYTES, Relaxed);
        Some(ring)
    }

    #[cfg(loom)]
    pub(crate) fn try_new() -> Option<Box<Ring>> {
        Some(Box::new(Ring {
            head: AtomicU64::new(0),
            limit: AtomicU64::new(RING_BYTES),
            busy: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            events: std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0))),
        }))
    }

    #[cfg(test)]
    pub(crate) fn new() -> Box<Ring> {
        Ring::try_new().expect("memory for a ring")
    }

    /// The thread only: adds an event.
    #[inline]
    pub(crate) fn push(&self, tag: u64, began: u64, ticks: u64) {
        if self.busy.load(Relaxed) != 0 {
            self.lose();
            return;
        }
        self.busy.store(1, Relaxed);
        let head = self.head.load(Relaxed);
        if head == self.limit.load(Acquire) {
            self.busy.store(0, Relaxed);
            self.lose();
            return;
        }
        let event = self.event(head);
        event[0].store(began, Relaxed);
        event[1].store(ticks, Relaxed);
        event[2].store(tag, Relaxed);
        self.head.store(head + EVENT_BYTES, Release);
        self.busy.store(0, Relaxed);
    }

    #[cold]
    fn lose(&self) {
        // A signal handler of the thread may do the same.
        self.lost.fetch_add(1, Relaxed);
    }

    /// One reader only: takes the events that are there, in the order in which the calls returned.
    pub(crate) fn drain(&self, mut visit: impl FnMut(Event)) {
        let limit = self.limit.load(Relaxed);
        let (tail, head) = (limit - RING_BYTES, self.head.load(Acquire));
        for at in (tail..head).step_by(EVENT_BYTES as usize) {
            let event = self.event(at);
            let (bracket, target) = untag(event[2].load(Relaxed));
            visit(Event { bracket, target, began: event[0].load(Relaxed), ticks: event[1].load(Relaxed) });
        }
        self.limit.store(head + RING_BYTES, Release);
    }

    /// The events that the ring holds now, in parts of its size.
    pub(crate) fn fill(&self) -> f64 {
        let tail = self.limit.load(Relaxed) - RING_BYTES;
        (self.head.load(Relaxed).saturating_sub(tail)) as f64 / RING_BYTES as f64
    }

    fn event(&self, at: u64) -> &[AtomicU64; WORDS] {
        &self.events[(at / EVENT_BYTES) as usize % EVENTS]
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn drained(ring: &Ring) -> Vec<(usize, u64, u64)> {
        let mut events = Vec::new();
        ring.drain(|event| events.push((event.target.index(), event.began, event.ticks)));
        events
    }

    #[test]
    fn events_come_out_as_they_went_in_also_around_the_end() {
        let ring = Ring::new();
        let most = EVENTS as u64 / 8 * 5;
        for round in 0..3 {
            let first = round * most;
            (first..first + most).for_each(|n| ring.push(7, n, n + 1));
            let expected: Vec<_> = (first..first + most).map(|n| (7, n, n + 1)).collect();
            assert_eq!(drained(&ring), expected);
        }
        assert_eq!((ring.lost.load(Relaxed), drained(&ring)), (0, vec![]));
    }

    #[test]
    fn a_ring_that_is_used_again_is_empty() {
        let ring = Ring::new();
        (0..EVENTS as u64 + 5).for_each(|n| ring.push(1, n, 0));
        Ring::keep_spare();
        Ring::give_back(ring);
        // Other tests may take it, and leave it to others.
        let again = Ring::take().expect("memory for a ring");
        assert_eq!((again.lost.load(Relaxed), again.fill(), drained(&again)), (0, 0.0, vec![]));
        again.push(2, 7, 8);
        assert_eq!(drained(&again), [(2, 7, 8)]);
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let ring = Ring::new();
        (0..EVENTS as u64 + 5).for_each(|n| ring.push(1, n, 0));
        assert_eq!((ring.lost.load(Relaxed), ring.fill()), (5, 1.0));
        assert_eq!(drained(&ring).len(), EVENTS);
        ring.push(1, 9, 9);
        assert_eq!(drained(&ring), [(1, 9, 9)]);
    }

    #[test]
    fn a_call_inside_of_the_writing_of_another_is_counted_as_lost() {
        let ring = Ring::new();
        ring.busy.store(1, Relaxed);
        ring.push(1, 2, 3);
        assert_eq!((ring.lost.load(Relaxed), drained(&ring)), (1, vec![]));
    }
}
