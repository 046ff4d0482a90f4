//! 5,000 threads come and go while somebody reads: blocks are reused, nothing is lost or counted twice, and what a
//! reader is told was settled adds up.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::{
    Bracket, CrossingCounts, MAX_ENDED_TASKS, Snapshot, TaskIdentity, TaskOwner, TaskStats,
};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use support::{Border, CALLI, COMPARE, Form, PROGRESS, SORT, SQRT, STACK};

const BATCHES: usize = if cfg!(miri) { 3 } else { 100 };
const AT_ONCE: usize = if cfg!(miri) { 8 } else { 50 };
const THREADS: usize = BATCHES * AT_ONCE;

/// What a thread leaves behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Numbers {
    counts: CrossingCounts,
    unwound: u64,
}

impl Numbers {
    fn add(self, other: Numbers) -> Numbers {
        Numbers {
            counts: CrossingCounts {
                leave: self.counts.leave + other.counts.leave,
                enter: self.counts.enter + other.counts.enter,
                reverse_enter: self.counts.reverse_enter + other.counts.reverse_enter,
                reverse_leave: self.counts.reverse_leave + other.counts.reverse_leave,
            },
            unwound: self.unwound + other.unwound,
        }
    }

    fn of(row: &TaskStats) -> Numbers {
        Numbers { counts: row.counts, unwound: row.unwound }
    }
}

/// The crossings of one thread. Only brackets of `Leave` are jumped over or left open, so that `unwound` is about them.
fn live(border: &Border, owner: &TaskOwner, nth: usize) -> Numbers {
    let sp = STACK.end - 1;
    let mut expected = Numbers::default();
    let rounds = 1 + nth as u64 % 5;
    for _ in 0..rounds {
        border.open(owner, SORT, sp);
        border.open(owner, COMPARE, sp - 300);
        border.open(owner, SQRT, sp - 600);
        border.close(owner, SQRT);
        border.close(owner, COMPARE);
        border.open(owner, PROGRESS, sp - 300);
        border.close(owner, PROGRESS);
        border.close(owner, SORT);
    }
    let counts = &mut expected.counts;
    (counts.leave, counts.enter) = (2 * rounds, 2 * rounds);
    (counts.reverse_enter, counts.reverse_leave) = (2 * rounds, 2 * rounds);
    if nth.is_multiple_of(3) {
        // Jumped over, seen at the same call.
        border.open(owner, CALLI, sp);
        border.open(owner, CALLI, sp);
        border.close(owner, CALLI);
        expected.counts.leave += 2;
        expected.counts.enter += 1;
        expected.unwound += 1;
    }
    if nth.is_multiple_of(7) {
        // Still in there when the thread ends.
        border.open(owner, SORT, sp);
        border.open(owner, SQRT, sp - 300);
        expected.counts.leave += 2;
        expected.unwound += 2;
    }
    expected
}

/// What has to hold in every snapshot, however busy the threads are.
fn assert_adds_up(snapshot: &Snapshot) {
    assert!(snapshot.tasks.is_sorted_by(|one, next| one.id < next.id), "a task is listed twice");
    assert!(snapshot.tasks.iter().filter(|row| row.ended).count() <= MAX_ENDED_TASKS);
    for row in snapshot.task_rows().filter(|row| row.settled) {
        let open = |bracket| row.open.iter().filter(|open| open.bracket == bracket).count() as u64;
        let CrossingCounts { leave, enter, reverse_enter, reverse_leave } = row.counts;
        assert_eq!(leave - enter, open(Bracket::Leave) + row.unwound, "{row:?}");
        assert_eq!(reverse_enter - reverse_leave, open(Bracket::ReverseEnter), "{row:?}");
        assert_eq!((row.mismatches, row.lost), (0, 0));
    }
    if snapshot.task_rows().all(|row| row.settled) {
        let calls: u64 = snapshot.targets.iter().map(|target| target.calls).sum();
        let completed: u64 = snapshot.targets.iter().map(|target| target.completed).sum();
        let counts = snapshot.counts();
        assert_eq!(calls, counts.leave + counts.reverse_enter);
        assert_eq!(completed, counts.enter + counts.reverse_leave);
    }
}

/// Reads until told to stop.
fn read(border: &Border, stop: &AtomicBool) {
    let mut last = CrossingCounts::default();
    while !stop.load(Relaxed) {
        let snapshot = border.boundary.snapshot();
        assert_adds_up(&snapshot);
        let counts = snapshot.counts();
        assert!(counts.leave >= last.leave && counts.enter >= last.enter, "{counts:?} after {last:?}");
        last = counts;
    }
}

/// Ends [`read`] when it goes out of scope, so that a failure elsewhere is not followed by waiting for the reader.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// A snapshot of a batch of which every thread stands still, some of them in a call.
fn assert_at_rest(snapshot: &Snapshot, batch: usize) {
    let live: Vec<_> = snapshot.tasks.iter().filter(|row| !row.ended).collect();
    assert_eq!(live.len(), AT_ONCE);
    for row in live {
        let nth = row.os_thread_id as usize;
        assert_eq!((row.settled, nth / AT_ONCE), (true, batch));
        let open: Vec<_> = row.open.iter().map(|open| &*snapshot.bound[&open.target].method).collect();
        assert_eq!(open, if nth.is_multiple_of(7) { vec!["sort", "sqrt"] } else { vec![] });
    }
}

#[test]
fn five_thousand_threads() {
    let border = Border::new(true, Form::Short);
    let stop = AtomicBool::new(false);
    let mut expected = Numbers::default();
    let mut blocks = 0;
    thread::scope(|scope| {
        scope.spawn(|| read(&border, &stop));
        let _stop = Stop(&stop);
        for batch in 0..BATCHES {
            // All of a batch are there at once, and stand still once more, some in the middle of a call.
            let (started, inside, looked_at) =
                (Barrier::new(AT_ONCE), Barrier::new(AT_ONCE + 1), Barrier::new(AT_ONCE + 1));
            let numbers = thread::scope(|scope| {
                let threads: Vec<_> = (batch * AT_ONCE..(batch + 1) * AT_ONCE)
                    .map(|nth| {
                        let (border, started, inside, looked_at) = (&border, &started, &inside, &looked_at);
                        scope.spawn(move || {
                            let identity = TaskIdentity {
                                os_thread_id: nth as u64,
                                stack: STACK,
                                name: Some(format!("thread {nth}")),
                                ..TaskIdentity::default()
                            };
                            let owner = border.boundary.start_task(identity, true);
                            started.wait();
                            let numbers = live(border, &owner, nth);
                            inside.wait();
                            looked_at.wait();
                            let left_open = border.boundary.end_task(owner);
                            assert_eq!(left_open.len(), if nth.is_multiple_of(7) { 2 } else { 0 });
                            numbers
                        })
                    })
                    .collect();
                inside.wait();
                let snapshot = border.boundary.snapshot();
                looked_at.wait();
                assert_at_rest(&snapshot, batch);
                let numbers = threads.into_iter().map(|thread| thread.join().unwrap());
                numbers.fold(Numbers::default(), Numbers::add)
            });
            expected = expected.add(numbers);
            if batch == 0 {
                blocks = border.boundary.registry().blocks();
            }
        }
    });

    assert!(blocks >= AT_ONCE, "what the first batch made is kept, though all its tasks have ended");
    assert_eq!(border.boundary.registry().blocks(), blocks, "later batches found it");

    let snapshot = border.boundary.snapshot();
    assert_adds_up(&snapshot);
    let found = snapshot.task_rows().map(Numbers::of).fold(Numbers::default(), Numbers::add);
    assert_eq!(found, expected);
    assert_eq!(snapshot.tasks.len(), THREADS.min(MAX_ENDED_TASKS));
    for row in &snapshot.tasks {
        assert_eq!(row.name.as_deref(), Some(&*format!("thread {}", row.os_thread_id)));
        assert_eq!((row.tasks, row.ended, row.settled, row.open.len()), (1, true, true, 0));
        assert_eq!(row.left_open.len(), if row.os_thread_id.is_multiple_of(7) { 2 } else { 0 });
    }
    match &snapshot.folded_tasks {
        Some(folded) => {
            let expected = ((THREADS - MAX_ENDED_TASKS) as u64, 3, true);
            assert_eq!((folded.tasks, folded.max_depth, folded.ended), expected);
            assert_eq!((&folded.name, folded.left_open.len(), folded.open.len()), (&None, 0, 0));
        }
        None => assert_eq!(THREADS.saturating_sub(MAX_ENDED_TASKS), 0, "none is left out"),
    }

    let tasks: Vec<_> = snapshot.targets.iter().map(|target| (target.target, target.tasks)).collect();
    let mut every =
        [SORT, SQRT, COMPARE, PROGRESS].map(|callee| (border.bind(callee), THREADS as u64)).to_vec();
    every.push((border.bind(CALLI), THREADS.div_ceil(3) as u64));
    every.sort();
    assert_eq!(tasks, every);
}
