//! Calls that are recorded one by one: rings, and recordings that begin and end.

use super::{ALL, NATIVE, Seen, Still, border, bound_before, check, write_and_read};
use crate::block::tag;
use crate::ring::Ring;
use crate::sync::{AtomicU64, Ordering::*};
use crate::{Boundary, Bracket, RecordedTask, TargetId, TaskIdentity, TaskOwner};
use loom::thread;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// A call that is timed, as recorded ones are.
fn call(boundary: &Boundary<Still>, owner: &TaskOwner) {
    boundary.leave::<true, false>(owner, NATIVE, 0, bound_before);
    boundary.enter::<true, false>(owner, NATIVE, bound_before);
}

/// Calls of these tasks that were recorded and not taken yet, and those that found no room.
fn take(tasks: &[RecordedTask]) -> u64 {
    let mut taken = 0;
    for recorded in tasks {
        taken += recorded.task.take_events(|_| taken += 1);
    }
    taken
}

#[test]
fn what_returned_before_a_recording_ends_is_in_it_also_of_a_task_that_ends_just_then() {
    let (before, after, ended) = (Seen::default(), Seen::default(), Seen::default());
    let (seen_before, seen_after, seen_ended) = (before.clone(), after.clone(), ended.clone());
    check(3, move || {
        let boundary = border();
        boundary.registry().begin_recording();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let returned = Arc::new(AtomicU64::new(0));
        let writer = thread::spawn({
            let (boundary, returned) = (boundary.clone(), returned.clone());
            move || {
                let owner = TaskOwner::new(task);
                call(&boundary, &owner);
                returned.store(1, Release);
                boundary.end_task(owner);
            }
        });
        let recorder = thread::spawn({
            let (boundary, seen_before, seen_after, seen_ended) =
                (boundary.clone(), seen_before.clone(), seen_after.clone(), seen_ended.clone());
            move || {
                // A look while it is recorded, then the last one.
                let earlier = take(&boundary.registry().recorded_tasks());
                let has_returned = returned.load(Acquire) == 1;
                let tasks = boundary.registry().end_recording();
                let taken = earlier + take(&tasks);
                assert!(taken <= 1 && (taken == 1 || !has_returned), "{taken} taken");
                seen_before.note(has_returned);
                seen_after.note(taken == 0);
                seen_ended.note(tasks.iter().any(|it| it.ended) && earlier == 0);
            }
        });
        writer.join().unwrap();
        recorder.join().unwrap();
        assert_eq!(boundary.registry().recorded_tasks().len(), 0, "a task that nobody will take from");
    });
    before.assert_some("a call that returned before");
    after.assert_some("a call that returned after");
    ended.assert_some("a task that ended between the two looks");
}

#[test]
fn a_task_that_comes_as_a_recording_begins_is_recorded() {
    let (late, early) = (Seen::default(), Seen::default());
    let (seen_late, seen_early) = (late.clone(), early.clone());
    check(ALL, move || {
        let boundary = border();
        let begun = Arc::new(AtomicU64::new(0));
        let task = thread::spawn({
            let (boundary, begun) = (boundary.clone(), begun.clone());
            move || {
                let owner = TaskOwner::new(boundary.registry().add_task(TaskIdentity::default()));
                let is_recorded = begun.load(Acquire) == 1;
                call(&boundary, &owner);
                is_recorded
            }
        });
        boundary.registry().begin_recording();
        begun.store(1, Release);
        let is_recorded = task.join().unwrap();
        let taken = take(&boundary.registry().end_recording());
        assert!(taken == 1 || !is_recorded, "a call that nobody recorded");
        seen_late.note(taken == 0);
        seen_early.note(is_recorded);
    });
    late.assert_some("a call before the recording");
    early.assert_some("a call after it had begun");
}

#[test]
fn nothing_of_a_recording_is_in_the_next_one() {
    let (both, lost) = (Seen::default(), Seen::default());
    let (seen_both, seen_lost) = (both.clone(), lost.clone());
    check(2, move || {
        let boundary = border();
        let registry = boundary.registry();
        let task = registry.add_task(TaskIdentity::default());
        registry.begin_recording();
        let calls = thread::spawn({
            let (boundary, task) = (boundary.clone(), task.clone());
            move || {
                let owner = TaskOwner::new(task);
                // One more than there is room for.
                (0..3).for_each(|_| call(&boundary, &owner));
            }
        });
        let recorder = thread::spawn({
            let boundary = boundary.clone();
            move || {
                let registry = boundary.registry();
                let first = take(&registry.end_recording());
                registry.begin_recording();
                first
            }
        });
        let (_, first) = (calls.join().unwrap(), recorder.join().unwrap());
        let second = take(&registry.end_recording());
        assert!(first + second <= 3, "{first} and {second} of 3 calls");
        seen_both.note(first > 0 && second > 0);
        seen_lost.note(first == 3);
    });
    both.assert_some("calls in both recordings");
    lost.assert_some("a loss that was the first one's");
}
