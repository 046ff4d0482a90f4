//! Tasks that come and go while somebody reads, and blocks that serve one after the other.

use super::{
    CALLBACK, Seen, assert_adds_up, border, bound_before, check, enter, leave, visit, write_and_read,
};
use crate::{TaskIdentity, TaskOwner, TaskStats};
use loom::thread;
use std::sync::Arc;

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
fn a_task_that_somebody_holds_never_shows_what_another_does() {
    let (held_after_its_end, reused) = (Seen::default(), Seen::default());
    let (seen_held, seen_reused) = (held_after_its_end.clone(), reused.clone());
    check(1, move || {
        let boundary = border();
        let first = boundary.registry().add_task(TaskIdentity::default());
        let first_block = Arc::as_ptr(&first.block) as usize;
        let come_and_go = {
            let boundary = boundary.clone();
            move || {
                let owner = TaskOwner::new(first);
                leave(&boundary, &owner);
                enter(&boundary, &owner);
                boundary.end_task(owner);
                let next = boundary.start_task(TaskIdentity::default(), true);
                boundary.reverse_enter::<false, false>(&next, CALLBACK, 0, bound_before);
                boundary.reverse_leave::<false, false>(&next, CALLBACK, bound_before);
                Arc::as_ptr(&next.block) as usize
            }
        };
        let writer = thread::spawn(come_and_go);
        let reader = thread::spawn({
            let (boundary, seen_held) = (boundary.clone(), seen_held.clone());
            move || {
                for task in boundary.registry().live_tasks() {
                    // Settled or not: while it is held, the block is no other task's.
                    let TaskStats { id, counts, .. } = TaskStats::read(&task, 0);
                    match id {
                        1 => assert_eq!(counts.reverse_enter, 0, "of the second task"),
                        _ => assert_eq!(counts.leave, 0, "of the first task"),
                    }
                    seen_held.note(id == 1 && task.abort().has_ended());
                }
            }
        });
        let next_block = writer.join().unwrap();
        reader.join().unwrap();
        seen_reused.note(next_block == first_block);
    });
    held_after_its_end.assert_some("a task that was held when it ended");
    reused.assert_some("a block that served both tasks");
}

#[test]
fn two_tasks_come_and_go_while_a_third_thread_adds_up() {
    let (called, both) = (Seen::default(), Seen::default());
    let (seen_called, seen_both) = (called.clone(), both.clone());
    check(1, move || {
        let boundary = border();
        let caller = thread::spawn({
            let boundary = boundary.clone();
            move || visit(&boundary)
        });
        let passer_by = thread::spawn({
            let boundary = boundary.clone();
            move || boundary.end_task(boundary.start_task(TaskIdentity::default(), true))
        });
        let reader = thread::spawn({
            let (boundary, seen_called, seen_both) =
                (boundary.clone(), seen_called.clone(), seen_both.clone());
            move || {
                let snapshot = boundary.snapshot();
                let calls: u64 = snapshot.targets.iter().map(|target| target.calls).sum();
                let settled = snapshot.tasks.iter().all(|row| row.settled);
                assert!(!settled || calls == snapshot.counts().leave, "{snapshot:?}");
                assert!(snapshot.tasks.is_sorted_by(|one, next| one.id < next.id), "{snapshot:?}");
                snapshot.tasks.iter().filter(|row| row.settled).for_each(assert_adds_up);
                seen_called.note(calls == 1);
                seen_both.note(snapshot.tasks.len() == 2);
            }
        });
        caller.join().unwrap();
        passer_by.join().unwrap();
        reader.join().unwrap();
        let snapshot = boundary.snapshot();
        assert_eq!((snapshot.counts().leave, snapshot.counts().enter, snapshot.tasks.len()), (1, 1, 2));
        assert_eq!((snapshot.targets[0].calls, snapshot.targets[0].tasks), (1, 1));
    });
    called.assert_some("the call");
    both.assert_some("both tasks");
}
