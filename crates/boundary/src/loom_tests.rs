//! Models of the protocols between threads, each checked by loom over all interleavings with a few preemptions and all
//! values that relaxed loads may yield.
//!
//! Run with `RUSTFLAGS="--cfg loom" cargo test -p clrhost-boundary --lib --release --target-dir target/loom`.
//!
//! What is modelled is what this crate wrote itself: the protocol of blocks, segments, slots, shutting, and which data the
//! registry's lock covers. `Arc` and `OnceLock` are those of std, which loom does not see; targets are therefore bound
//! before the threads of a model start. Under loom a task keeps two open brackets and there are three targets.
//!
//! Readers are started after the writer they watch. Loom 0.7 forgets a load of one thread when another thread loads the
//! same word before it stores to it, as our writers do, so it does not find by itself the order in which the writer
//! goes first. With that order given, nothing is missed: readers write nothing, and a load that comes late may still
//! yield every value that an early one could.
//!
//! Each model counts what it came across, so that one that no longer reaches the interesting case fails.

use crate::block::{Block, Counter, add, slot, tag};
use crate::records::Records;
use crate::ring::Ring;
use crate::sync::Ordering::*;
use crate::{
    Boundary, Bracket, Clock, HostResult, HostingLayer, Hresult, TargetDescription, TargetId, TargetKind,
    TaskIdentity, TaskManager, TaskOwner, TaskStats,
};
use loom::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often something happened over all executions of a model. Std's atomic, so that it is no part of the model.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicUsize>);

impl Seen {
    fn note(&self, happened: bool) {
        self.0.fetch_add(happened as usize, Ordering::Relaxed);
    }

    #[track_caller]
    fn assert_some(&self, what: &str) {
        assert!(self.0.load(Ordering::Relaxed) > 0, "no execution with {what}");
    }
}

fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

/// Runs the two on threads of their own, by default the writer first, and waits for both.
fn write_and_read(write: impl FnOnce() + Send + 'static, read: impl FnOnce() + Send + 'static) {
    // Neither thread starts before the first `join`.
    let (writer, reader) = (thread::spawn(write), thread::spawn(read));
    writer.join().unwrap();
    reader.join().unwrap();
}

struct Still;
impl Clock for Still {
    fn now(&self) -> u64 {
        0
    }
}

const NATIVE: u64 = 2;
const CALLBACK: u64 = 3;

/// A border without a host where [`NATIVE`] and [`CALLBACK`] are bound.
fn border() -> Arc<Boundary<Still>> {
    let boundary = Boundary::new(None, Still);
    boundary.bind(NATIVE, TargetDescription::named(TargetKind::PInvoke, "native"));
    boundary.bind(CALLBACK, TargetDescription::named(TargetKind::Delegate, "callback"));
    Arc::new(boundary)
}

fn bound_before() -> TargetId {
    unreachable!("every target is bound before the model's threads start")
}

fn leave(boundary: &Boundary<Still>, owner: &TaskOwner) {
    if !boundary.try_open::<false>(owner, NATIVE, 0) {
        boundary.leave::<false, false>(owner, NATIVE, 0, bound_before);
    }
}

fn enter(boundary: &Boundary<Still>, owner: &TaskOwner) {
    if boundary.try_close::<false>(owner, NATIVE).is_none() {
        boundary.enter::<false, false>(owner, NATIVE, bound_before);
    }
}

/// What has to hold between any two crossings of a task that had no mismatch and jumped over nothing.
fn assert_adds_up(stats: &TaskStats) {
    let open = |bracket| stats.open.iter().filter(|open| open.bracket == bracket).count() as u64;
    assert_eq!(stats.counts.leave - stats.counts.enter, open(Bracket::Leave), "{stats:?}");
    assert_eq!(
        stats.counts.reverse_enter - stats.counts.reverse_leave,
        open(Bracket::ReverseEnter),
        "{stats:?}"
    );
    assert!(stats.max_depth >= stats.open.len() as u64, "{stats:?}");
    assert_eq!((stats.mismatches, stats.unwound, stats.lost), (0, 0, 0));
}

#[test]
fn a_read_that_counts_sees_each_change_whole() {
    let (whole, torn) = (Seen::default(), Seen::default());
    let (seen_whole, seen_torn) = (whole.clone(), torn.clone());
    check(3, move || {
        let block = Arc::new(Block::new());
        let words = |block: &Block| {
            [Counter::Mismatches, Counter::Unwound].map(|counter| block.counter(counter).load(Relaxed))
        };
        let write = {
            let block = block.clone();
            move || {
                for _ in 0..2 {
                    block.change(|| {
                        add(block.counter(Counter::Mismatches), 1);
                        add(block.counter(Counter::Unwound), 1);
                    });
                }
            }
        };
        let read = {
            let (block, seen_whole, seen_torn) = (block.clone(), seen_whole.clone(), seen_torn.clone());
            move || {
                let ([first, second], settled) = block.read(1, || words(&block));
                assert!(!settled || first == second, "settled, but {first} and {second}");
                seen_whole.note(settled && first == 1);
                seen_torn.note(first != second);
            }
        };
        write_and_read(write, read);
        assert_eq!(block.read(1, || words(&block)), ([2, 2], true));
    });
    whole.assert_some("a settled read between the two changes");
    torn.assert_some("a read in the middle of a change");
}

#[test]
fn words_read_between_two_looks_at_the_mark_belong_together() {
    let (moved, stayed) = (Seen::default(), Seen::default());
    let (seen_moved, seen_stayed) = (moved.clone(), stayed.clone());
    check(3, move || {
        let block = Arc::new(Block::new());
        let write = {
            let block = block.clone();
            move || {
                block.change(|| {
                    add(block.counter(Counter::Mismatches), 1);
                    add(block.counter(Counter::Unwound), 1);
                });
            }
        };
        let read = {
            let (block, seen_moved, seen_stayed) = (block.clone(), seen_moved.clone(), seen_stayed.clone());
            move || {
                // The two parts of a snapshot: a consistent read, then more words one by one.
                let before = block.mark();
                let (first, settled) = block.read(1, || block.counter(Counter::Mismatches).load(Relaxed));
                let second = block.counter(Counter::Unwound).load(Relaxed);
                let unchanged = block.unchanged_since(before);
                assert!(!(settled && unchanged) || first == second, "unchanged, but {first} and {second}");
                seen_moved.note(settled && first != second);
                seen_stayed.note(unchanged && first == 1);
            }
        };
        write_and_read(write, read);
    });
    moved.assert_some("a change between the two parts");
    stayed.assert_some("both parts after the change");
}

#[test]
fn counts_and_open_brackets_of_a_moving_task_add_up() {
    let (inside, outside) = (Seen::default(), Seen::default());
    let (seen_inside, seen_outside) = (inside.clone(), outside.clone());
    check(2, move || {
        let boundary = border();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let cross = {
            let (boundary, task) = (boundary.clone(), task.clone());
            move || {
                let owner = TaskOwner::new(task);
                leave(&boundary, &owner);
                enter(&boundary, &owner);
            }
        };
        let read = {
            let (task, seen_inside, seen_outside) = (task.clone(), seen_inside.clone(), seen_outside.clone());
            move || {
                let stats = TaskStats::read(&task, 0);
                if stats.settled {
                    assert_adds_up(&stats);
                }
                seen_inside.note(stats.settled && stats.open.len() == 1);
                seen_outside.note(stats.settled && stats.counts.enter == 1);
            }
        };
        write_and_read(cross, read);
        let stats = TaskStats::read(&task, 0);
        assert!(stats.settled);
        assert_eq!((stats.counts.leave, stats.counts.enter, stats.open.len()), (1, 1, 0));
    });
    inside.assert_some("a settled read of an open bracket");
    outside.assert_some("a settled read after its end");
}

#[test]
fn nested_brackets_add_up_also_where_the_inner_one_needs_a_new_segment() {
    let deepest = Seen::default();
    let seen_deepest = deepest.clone();
    check(1, move || {
        let boundary = border();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let cross = {
            let (boundary, task) = (boundary.clone(), task.clone());
            move || {
                let owner = TaskOwner::new(task);
                leave(&boundary, &owner);
                boundary.reverse_enter::<false, false>(&owner, CALLBACK, 0, bound_before);
            }
        };
        let read = {
            let (task, seen_deepest) = (task.clone(), seen_deepest.clone());
            move || {
                let stats = TaskStats::read(&task, 0);
                if stats.settled {
                    assert_adds_up(&stats);
                    if let [outer, inner] = &stats.open[..] {
                        assert_eq!((outer.bracket, outer.target.index()), (Bracket::Leave, 1));
                        assert_eq!((inner.bracket, inner.target.index()), (Bracket::ReverseEnter, 2));
                        seen_deepest.note(true);
                    }
                }
            }
        };
        write_and_read(cross, read);
        assert_adds_up(&TaskStats::read(&task, 0));
    });
    deepest.assert_some("a settled read of both brackets");
}

#[test]
fn a_segment_is_seen_with_its_words_in_place() {
    let (there, missing) = (Seen::default(), Seen::default());
    let (seen_there, seen_missing) = (there.clone(), missing.clone());
    check(3, move || {
        let records = Arc::new(Records::<2, 1, 2>::new());
        let reserve = {
            let records = records.clone();
            move || records.get_or_reserve(1).unwrap()[1].store(7, Relaxed)
        };
        let read = {
            let (records, seen_there, seen_missing) =
                (records.clone(), seen_there.clone(), seen_missing.clone());
            move || {
                // Words that were not published are a data race, which loom reports by itself.
                let word = records.get(1).map(|words| words[1].load(Relaxed));
                assert!(matches!(word, None | Some(0 | 7)), "{word:?}");
                seen_there.note(word.is_some());
                seen_missing.note(word.is_none());
            }
        };
        write_and_read(reserve, read);
        assert_eq!(records.get(1).map(|words| words[1].load(Relaxed)), Some(7));
    });
    there.assert_some("the new segment");
    missing.assert_some("no segment yet");
}

#[test]
fn a_slot_in_use_is_never_seen_without_its_tag() {
    let (one, two) = (Seen::default(), Seen::default());
    let (seen_one, seen_two) = (one.clone(), two.clone());
    check(3, move || {
        let block = Arc::new(Block::new());
        let tags =
            [Bracket::Leave, Bracket::ReverseEnter].map(|bracket| tag(bracket, TargetId::from_index(1)));
        let take = {
            let block = block.clone();
            move || {
                for tag in tags {
                    assert_eq!(block.slot(tag).unwrap()[slot::TAG].load(Relaxed), tag);
                }
            }
        };
        let read = {
            let (seen_one, seen_two) = (seen_one.clone(), seen_two.clone());
            move || {
                let mut found = Vec::new();
                block.each_slot(|words| found.push(words[slot::TAG].load(Relaxed)));
                assert_eq!(found, tags[..found.len()]);
                seen_one.note(found.len() == 1);
                seen_two.note(found.len() == 2);
            }
        };
        write_and_read(take, read);
    });
    one.assert_some("one slot in use");
    two.assert_some("two slots in use");
}

struct Silent;
impl TaskManager for Silent {}

#[test]
fn a_thread_that_was_answered_e_fail_calls_the_host_no_more() {
    let (both, other_ran) = (Seen::default(), Seen::default());
    let (seen_both, seen_other_ran) = (both.clone(), other_ran.clone());
    check(3, move || {
        let layer = Arc::new(HostingLayer::new(Box::new(Silent), |failure| {
            assert_eq!(failure.hresult, Hresult::E_FAIL);
        }));
        /// Fails once, if the host is still there, then tries again. True if the host was called.
        fn fail_and_try_again(layer: &HostingLayer) -> bool {
            let mut called = false;
            let fail = |called: &mut bool| -> HostResult {
                *called = true;
                Err(Hresult::E_FAIL)
            };
            assert!(!layer.call("LeaveRuntime", |_| fail(&mut called)));
            assert!(layer.is_shut(), "this thread was answered E_FAIL or found the layer shut");
            assert!(!layer.call("EnterRuntime", |_| unreachable!("called after E_FAIL")));
            called
        }
        let failing = thread::spawn({
            let layer = layer.clone();
            move || fail_and_try_again(&layer)
        });
        let other = thread::spawn({
            let layer = layer.clone();
            move || layer.call("LeaveRuntime", |_| Ok(()))
        });
        let failed_here = fail_and_try_again(&layer);
        let failed_there = failing.join().unwrap();
        let ran = other.join().unwrap();
        let (count, kept) = layer.failures();
        assert_eq!(count, failed_here as u64 + failed_there as u64);
        assert_eq!(kept.len() as u64, count);
        seen_both.note(count == 2);
        seen_other_ran.note(ran);
    });
    both.assert_some("two threads in the host at once");
    other_ran.assert_some("a third thread's call");
}

/// One call of [`NATIVE`] by a task that comes and goes. Tells which block it had.
fn visit(boundary: &Boundary<Still>) -> usize {
    let owner = boundary.start_task(TaskIdentity::default(), true);
    let block = Arc::as_ptr(&owner.block) as usize;
    leave(boundary, &owner);
    enter(boundary, &owner);
    boundary.end_task(owner);
    block
}

#[test]
fn a_snapshot_counts_an_ending_task_once() {
    let (live, ended) = (Seen::default(), Seen::default());
    let (seen_live, seen_ended) = (live.clone(), ended.clone());
    check(1, move || {
        let boundary = border();
        let visitor = {
            let boundary = boundary.clone();
            move || {
                visit(&boundary);
            }
        };
        let read = {
            let (boundary, seen_live, seen_ended) = (boundary.clone(), seen_live.clone(), seen_ended.clone());
            move || {
                let snapshot = boundary.snapshot();
                let counts = snapshot.counts();
                let calls: u64 = snapshot.targets.iter().map(|target| target.calls).sum();
                let completed: u64 = snapshot.targets.iter().map(|target| target.completed).sum();
                assert!(snapshot.tasks.len() <= 1 && counts.leave <= 1 && calls <= 1, "{snapshot:?}");
                for row in snapshot.tasks.iter().filter(|row| row.settled) {
                    assert_adds_up(row);
                    assert_eq!((calls, completed), (row.counts.leave, row.counts.enter), "{snapshot:?}");
                    assert!(!row.ended || row.counts.enter == 1, "{snapshot:?}");
                    seen_live.note(!row.ended && calls == 1);
                    seen_ended.note(row.ended);
                }
            }
        };
        write_and_read(visitor, read);
        let snapshot = boundary.snapshot();
        assert_eq!((snapshot.counts().leave, snapshot.counts().enter), (1, 1));
        assert_eq!((snapshot.tasks.len(), snapshot.targets[0].calls, snapshot.targets[0].tasks), (1, 1, 1));
    });
    live.assert_some("a live task with its call");
    ended.assert_some("an ended task");
}

#[test]
fn a_task_is_listed_once_at_every_moment_of_its_end() {
    let (live, ended) = (Seen::default(), Seen::default());
    let (seen_live, seen_ended) = (live.clone(), ended.clone());
    check(3, move || {
        let boundary = border();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let owner = TaskOwner::new(task.clone());
        leave(&boundary, &owner);
        enter(&boundary, &owner);
        drop(owner);
        let end = {
            let boundary = boundary.clone();
            move || {
                boundary.end_task(TaskOwner::new(task));
            }
        };
        let read = {
            let (seen_live, seen_ended) = (seen_live.clone(), seen_ended.clone());
            move || {
                let snapshot = boundary.snapshot();
                let rows: Vec<_> = snapshot.tasks.iter().map(|row| (row.id, row.counts.leave)).collect();
                assert_eq!(rows, [(1, 1)]);
                let targets: Vec<_> =
                    snapshot.targets.iter().map(|it| (it.calls, it.completed, it.tasks)).collect();
                assert_eq!(targets, [(1, 1, 1)]);
                seen_live.note(!snapshot.tasks[0].ended);
                seen_ended.note(snapshot.tasks[0].ended);
            }
        };
        write_and_read(end, read);
    });
    live.assert_some("the task before its end");
    ended.assert_some("the task after its end");
}

#[test]
fn two_tasks_that_may_share_a_block_one_after_the_other_lose_and_double_nothing() {
    let reused = Seen::default();
    let seen_reused = reused.clone();
    check(2, move || {
        let boundary = border();
        let other = thread::spawn({
            let boundary = boundary.clone();
            move || visit(&boundary)
        });
        let block = visit(&boundary);
        let other = other.join().unwrap();
        let snapshot = boundary.snapshot();
        let rows: Vec<_> =
            snapshot.tasks.iter().map(|row| (row.id, row.counts.leave, row.counts.enter)).collect();
        assert_eq!(rows, [(1, 1, 1), (2, 1, 1)]);
        let target = &snapshot.targets[0];
        assert_eq!((target.calls, target.completed, target.tasks), (2, 2, 2));
        // A third task finds a spare block scrubbed; two are spare unless one served both tasks.
        let blocks: Vec<_> = (0..2).map(|_| boundary.registry().add_task(TaskIdentity::default())).collect();
        assert!(blocks.iter().all(|task| task.depth() == 0 && TaskStats::read(task, 0).counts.leave == 0));
        seen_reused.note(block == other);
    });
    reused.assert_some("a block that served both tasks");
}

#[test]
fn events_come_out_whole_or_are_counted() {
    let (taken, lost) = (Seen::default(), Seen::default());
    let (seen_taken, seen_lost) = (taken.clone(), lost.clone());
    check(3, move || {
        let ring: Arc<Ring> = Ring::new().into();
        let early = Arc::new(AtomicUsize::new(0));
        let write = {
            let ring = ring.clone();
            move || (1..=3).for_each(|n| ring.push(tag(Bracket::Leave, TargetId::from_index(1)), n, 10 * n))
        };
        let drain = |ring: &Ring| {
            let mut events = Vec::new();
            ring.drain(|event| {
                assert_eq!(event.ticks, 10 * event.began, "an event in part");
                events.push(event.began);
            });
            events
        };
        let read = {
            let (ring, seen_taken, seen) = (ring.clone(), seen_taken.clone(), early.clone());
            move || {
                let events = drain(&ring);
                assert!(events.is_sorted() && events.iter().all(|n| (1..=3).contains(n)), "{events:?}");
                seen_taken.note(!events.is_empty());
                seen.fetch_add(events.len(), Ordering::Relaxed);
            }
        };
        write_and_read(write, read);
        let rest = drain(&ring).len() as u64;
        assert_eq!(early.load(Ordering::Relaxed) as u64 + rest + ring.lost.load(Relaxed), 3);
        seen_lost.note(ring.lost.load(Relaxed) > 0);
    });
    taken.assert_some("an event taken while others were written");
    lost.assert_some("an event that found no room");
}
