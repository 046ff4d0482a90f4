//! Many threads at once, and a reader that adds up while they run.

use super::bed::Bed;
use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose::{Leave, Reverse};
use clrhost_boundary::{Bracket, TaskStats};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

const THREADS: u64 = 64;
const ROUNDS: u64 = 5_000;

/// A round is a call, in it a callback, in it a call. So at every moment the numbers tell where the thread is.
#[track_caller]
pub(super) fn assert_adds_up(row: &TaskStats) {
    let counts = row.counts;
    let open = |bracket| row.open.iter().filter(|it| it.bracket == bracket).count() as u64;
    assert_eq!(counts.leave, counts.enter + open(Bracket::Leave), "{row:?}");
    assert_eq!(counts.reverse_enter, counts.reverse_leave + open(Bracket::ReverseEnter), "{row:?}");
    let (rounds, calls) = (counts.reverse_enter, counts.leave);
    let possible = match row.open.len() {
        0 => calls == 2 * rounds,
        // Before the callback, or after it.
        1 => calls == 2 * rounds + 1 || calls == 2 * rounds,
        // In the callback, before or after its call.
        2 => calls == 2 * rounds - 1 || calls == 2 * rounds,
        3 => calls == 2 * rounds,
        _ => false,
    };
    assert!(possible, "{row:?}");
}

/// Reads until the others are done, and tells them when it has read something.
fn read(bed: &Bed, over: &AtomicBool, has_read: &AtomicBool) {
    while !over.load(Relaxed) {
        for row in bed.probe.boundary().snapshot().tasks.iter().filter(|row| row.settled) {
            assert_adds_up(row);
            has_read.store(true, Relaxed);
        }
    }
}

#[test]
fn sums_are_exact_and_add_up_at_every_moment() {
    in_each_mode(|bed| {
        let native = Native::load("jumps.c");
        let (outer, inner) = (
            bed.thunk(Leave, native.address(c"jumps_native")),
            bed.thunk(Leave, native.address(c"jumps_same")),
        );
        let callback = bed.thunk(Reverse, native.address(c"jumps_managed"));
        native.set(c"CALLBACK", callback.stub);
        native.set(c"INNER", inner.stub);
        let (over, has_read, running) =
            (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(THREADS));
        let rounds = if cfg!(debug_assertions) { ROUNDS } else { 20 * ROUNDS };
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    // SAFETY: it leads to `jumps_native`.
                    let call: extern "C" fn(i64) -> i64 = unsafe { as_function(outer.stub) };
                    (0..rounds as i64).for_each(|x| assert_eq!(call(x), x + 2));
                    // A busy machine may not have let the reader run at all.
                    while !has_read.load(Relaxed) {
                        thread::yield_now();
                    }
                    if running.fetch_sub(1, Relaxed) == 1 {
                        over.store(true, Relaxed);
                    }
                });
            }
            read(bed, &over, &has_read)
        });
        let calls = THREADS * rounds;
        assert_eq!(bed.all_counts(&[outer, callback, inner]), [(calls, calls, 0); 3]);
        let row = bed.row(callback).expect("called");
        assert_eq!((row.tasks, row.callers.known.get(&outer.target)), (THREADS, Some(&calls)));
        assert_eq!((row.callers.outside, row.callers.other), (0, 0));
        let snapshot = bed.probe.boundary().snapshot();
        assert!(
            snapshot.tasks.iter().all(|row| row.open.is_empty() && row.mismatches == 0 && row.unwound == 0)
        );
    });
}

/// Threads come and go; what they counted stays.
#[test]
fn threads_that_end_leave_their_sums() {
    in_each_mode(|bed| {
        let native = Native::load("jumps.c");
        let same = bed.thunk(Leave, native.address(c"jumps_same"));
        // SAFETY: it leads to `jumps_same`.
        let call: extern "C" fn(i64) -> i64 = unsafe { as_function(same.stub) };
        for _ in 0..50 {
            thread::scope(|scope| {
                (0..20).for_each(|_| drop(scope.spawn(|| (0..100).for_each(|x| assert_eq!(call(x), x)))));
            });
        }
        assert_eq!(bed.counts(same), (100_000, 100_000, 0));
        assert_eq!(bed.row(same).expect("called").tasks, 1000);
    });
}
