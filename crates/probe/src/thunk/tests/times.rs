//! What assembly writes of a call's duration is what Rust would: total, own and longest time, the histogram, and the time
//! inside of the bracket around.
//!
//! The function that is called moves its bracket's start, so that a call seems to take as long as a test wants it to.

use super::bed::{Bed, Made, Mode};
use super::child::in_modes;
use super::native::as_function;
use crate::thread_state::current;
use crate::thunk::Purpose::{self, Export, Leave, LeaveSuppressed, Reverse};
use clrhost_boundary::layout;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// How long before now the call is to seem to have begun.
static BEGUN_BEFORE: AtomicI64 = AtomicI64::new(0);
/// How long it is to seem to have been in brackets inside.
static INSIDE: AtomicU64 = AtomicU64::new(0);
/// The bracket of the last call, and its slot.
static BRACKET: AtomicUsize = AtomicUsize::new(0);
static SLOT: AtomicUsize = AtomicUsize::new(0);

/// A word of a task.
fn word(address: usize) -> &'static AtomicU64 {
    // SAFETY: all addresses asked for here are those of words that `layout` describes, in the block of this thread's task,
    // which stays as long as the process: it is the only one.
    unsafe { &*(address as *const AtomicU64) }
}

extern "C" fn bend_time() {
    let cells = current().expect("in a call").owner().cells().as_ptr() as usize;
    let bracket = word(cells + layout::TOP).load(Relaxed) as usize - layout::BRACKET_BYTES;
    BRACKET.store(bracket, Relaxed);
    SLOT.store(word(bracket + layout::BRACKET_SLOT).load(Relaxed) as usize & !layout::FLAGS, Relaxed);
    let start = word(bracket + layout::BRACKET_START);
    assert!(start.load(Relaxed) <= crate::arch::read_counter(), "a call begins before it ends");
    assert_eq!(word(bracket + layout::BRACKET_INNER).load(Relaxed), 0);
    word(bracket + layout::BRACKET_INNER).store(INSIDE.load(Relaxed), Relaxed);
    start.store(crate::arch::read_counter().wrapping_sub(BEGUN_BEFORE.load(Relaxed) as u64), Relaxed);
}

/// The words of a slot, and the time inside of the bracket around.
#[derive(Clone, Debug, PartialEq)]
struct Numbers {
    total: u64,
    own: u64,
    max: u64,
    around: u64,
    histogram: Vec<u64>,
}

impl Numbers {
    fn read() -> Numbers {
        let slot = SLOT.load(Relaxed);
        let bucket = |index| word(slot + layout::SLOT_HISTOGRAM + 8 * index).load(Relaxed);
        let around = BRACKET.load(Relaxed) - layout::BRACKET_BYTES + layout::BRACKET_INNER;
        Numbers {
            total: word(slot + layout::SLOT_TOTAL).load(Relaxed),
            own: word(slot + layout::SLOT_SELF).load(Relaxed),
            max: word(slot + layout::SLOT_MAX).load(Relaxed),
            around: word(around).load(Relaxed),
            histogram: (0..layout::HISTOGRAM_BUCKETS).map(bucket).collect(),
        }
    }
}

/// The bucket, written down independently of both: as `layout::SLOT_HISTOGRAM` says it.
fn bucket(ticks: u64) -> usize {
    if ticks < 1 << layout::FIRST_BIT {
        return 0;
    }
    let highest = ticks.ilog2();
    let below = (ticks >> (highest - 2)) % 4;
    (4 * (highest as usize - layout::FIRST_BIT) + below as usize).min(layout::HISTOGRAM_BUCKETS - 1)
}

struct Call {
    stub: extern "C" fn(),
    made: Made,
    hit: Vec<bool>,
}

impl Call {
    fn of(bed: &Bed, purpose: Purpose) -> Call {
        let made = bed.thunk(purpose, bend_time as *const () as usize);
        // SAFETY: it leads to `bend_time`.
        let stub: extern "C" fn() = unsafe { as_function(made.stub) };
        BEGUN_BEFORE.store(0, Relaxed);
        INSIDE.store(0, Relaxed);
        stub();
        Call { stub, made, hit: vec![false; layout::HISTOGRAM_BUCKETS] }
    }

    /// A call that seems to take about that long. How long it was.
    #[track_caller]
    fn make(&mut self, begun_before: i64, inside: u64) -> u64 {
        BEGUN_BEFORE.store(begun_before, Relaxed);
        INSIDE.store(inside, Relaxed);
        let before = Numbers::read();
        (self.stub)();
        let after = Numbers::read();
        let took = after.total - before.total;
        let mut expected = before.clone();
        expected.total += took;
        expected.own += took.saturating_sub(inside);
        expected.max = before.max.max(took);
        expected.around += took;
        expected.histogram[bucket(took)] += 1;
        assert_eq!(after, expected, "{:?}, {took} ticks", self.made.purpose);
        self.hit[bucket(took)] = true;
        took
    }
}

/// Numbers without a pattern; the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        ((u128::from(self.0) * u128::from(limit)) >> 64) as u64
    }
}

#[test]
fn durations_are_written_as_rust_writes_them() {
    in_modes(&[Mode::Timed, Mode::Hosted], |bed| {
        let mut random = Random(1);
        bed.as_managed(|| {
            for purpose in [Leave, LeaveSuppressed, Export, Reverse] {
                let mut call = Call::of(bed, purpose);
                // Also such that seem to end before they begin.
                for _ in 0..2000 {
                    let begun_before = random.below(1000) as i64 - 500;
                    call.make(begun_before, random.below(300));
                }
                let overhead = (0..100).map(|_| call.make(0, 0)).min().expect("some");
                // Around every bucket's lower end, as far as this machine has been up.
                let mut exact = 0;
                for lower in (1..layout::HISTOGRAM_BUCKETS).map(|it| (4 + it as u64 % 4) << (it / 4 + 2)) {
                    if lower + 1_000_000 > crate::arch::read_counter() {
                        break;
                    }
                    for _ in 0..100 {
                        let near = lower as i64 - overhead as i64 + random.below(40) as i64 - 20;
                        let took = call.make(near, random.below(2 * lower));
                        exact += (took == lower || took + 1 == lower) as u32;
                    }
                    call.make(lower as i64, 0);
                }
                assert!(exact > 0, "never at a bucket's end");
                let last = call.hit.iter().rposition(|&hit| hit).expect("some");
                assert!(last > 120, "the machine has not been up for long: {last}");
                assert!(call.hit[..last].iter().all(|&hit| hit), "{:?}", call.hit);
            }
        });
        bed.assert_balanced();
    });
}

#[test]
fn nothing_is_timed_where_calls_are_counted_alone() {
    in_modes(&[Mode::Counted, Mode::Told], |bed| {
        extern "C" fn nothing() {}
        let thunks = bed.thunks(nothing as *const () as usize);
        // SAFETY: they lead to `nothing`.
        let call = |made: &Made| (0..10).for_each(|_| unsafe { as_function::<extern "C" fn()>(made.stub)() });
        bed.as_managed(|| thunks.iter().for_each(call));
        for made in thunks {
            let row = bed.row(made).expect("called");
            assert_eq!((row.calls, row.completed, row.total_ticks, row.max_ticks), (10, 10, 0, 0));
            assert_eq!(row.histogram.count(), 0);
        }
    });
}

/// A call that waits: its time is in the bracket around, and not in that one's own.
#[test]
fn nested_times_add_up() {
    in_modes(&[Mode::Timed, Mode::Hosted], |bed| {
        extern "C" fn wait() {
            let start = crate::arch::read_counter();
            while crate::arch::read_counter() - start < 100_000 {}
        }
        extern "C" fn around(inner: usize) {
            // SAFETY: it is called with the stub of a thunk before `wait`.
            (0..3).for_each(|_| unsafe { as_function::<extern "C" fn()>(inner)() });
            wait();
        }
        let (inner, outer) =
            (bed.thunk(Leave, wait as *const () as usize), bed.thunk(Reverse, around as *const () as usize));
        // SAFETY: it leads to `around`.
        let call: extern "C" fn(usize) = unsafe { as_function(outer.stub) };
        (0..10).for_each(|_| call(inner.stub));
        let (inner, outer) = (bed.row(inner).expect("called"), bed.row(outer).expect("called"));
        assert_eq!((inner.calls, outer.calls), (30, 10));
        assert_eq!(inner.total_ticks, inner.self_ticks);
        assert_eq!(outer.total_ticks, outer.self_ticks + inner.total_ticks);
        assert!(inner.total_ticks >= 3_000_000 && outer.self_ticks >= 1_000_000);
        assert!(inner.max_ticks >= 100_000 && outer.max_ticks >= 400_000);
    });
}
