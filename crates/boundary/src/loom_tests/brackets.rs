//! Opening, closing and repairing brackets while somebody reads.

use super::{
    CALLBACK, NATIVE, Seen, assert_adds_up, border, bound_before, check, enter, leave, write_and_read,
};
use crate::snapshot::{TargetStats, add_block};
use crate::{Bracket, TaskIdentity, TaskOwner, TaskStats};
use std::collections::BTreeMap;

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
fn a_timed_call_and_its_time_are_seen_together() {
    let (running, returned, moved) = (Seen::default(), Seen::default(), Seen::default());
    let (seen_running, seen_returned, seen_moved) = (running.clone(), returned.clone(), moved.clone());
    check(1, move || {
        let boundary = border();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let cross = {
            let (boundary, task) = (boundary.clone(), task.clone());
            move || {
                let owner = TaskOwner::new(task);
                boundary.leave::<true, false>(&owner, NATIVE, 0, bound_before);
                boundary.enter::<true, false>(&owner, NATIVE, bound_before);
            }
        };
        let read = {
            let (task, seen_running, seen_returned, seen_moved) =
                (task.clone(), seen_running.clone(), seen_returned.clone(), seen_moved.clone());
            move || {
                let before = task.block.mark();
                let mut targets = BTreeMap::new();
                add_block(&mut targets, &task.block);
                let settled = task.block.unchanged_since(before);
                let Some(TargetStats { calls, completed, histogram, .. }) = targets.into_values().next()
                else {
                    return;
                };
                assert!(!settled || histogram.count() == completed, "{completed} returned, {histogram:?}");
                seen_running.note(settled && (calls, completed) == (1, 0));
                seen_returned.note(settled && completed == 1);
                seen_moved.note(histogram.count() != completed);
            }
        };
        write_and_read(cross, read);
    });
    running.assert_some("a settled read of an open bracket");
    returned.assert_some("a settled read of a call with its time");
    moved.assert_some("a read in the midst of the closing");
}

#[test]
fn a_bracket_that_is_unwound_is_counted_once_at_every_moment() {
    let (open, unwound) = (Seen::default(), Seen::default());
    let (seen_open, seen_unwound) = (open.clone(), unwound.clone());
    check(1, move || {
        let boundary = border();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let cross = {
            let (boundary, task) = (boundary.clone(), task.clone());
            move || {
                let owner = TaskOwner::new(task);
                leave(&boundary, &owner);
                assert!(boundary.unwind_bracket(&owner, owner.block.address_of(0), false));
            }
        };
        let read = {
            let (task, seen_open, seen_unwound) = (task.clone(), seen_open.clone(), seen_unwound.clone());
            move || {
                let stats = TaskStats::read(&task, 0);
                if stats.settled {
                    assert_adds_up(&stats);
                    assert_eq!(stats.counts.enter, 0, "{stats:?}");
                    seen_open.note(stats.open.len() == 1);
                    seen_unwound.note(stats.unwound == 1);
                }
            }
        };
        write_and_read(cross, read);
        let stats = TaskStats::read(&task, 0);
        assert_eq!((stats.unwound, stats.counts.leave, stats.counts.enter, stats.open.len()), (1, 1, 0, 0));
    });
    open.assert_some("a settled read of an open bracket");
    unwound.assert_some("a settled read after it was unwound");
}

#[test]
fn what_a_debugger_is_told_of_open_calls_is_of_one_moment() {
    let (one, two) = (Seen::default(), Seen::default());
    let (seen_one, seen_two) = (one.clone(), two.clone());
    check(1, move || {
        let boundary = border();
        let task = boundary.registry().add_task(TaskIdentity::default());
        let cross = {
            let (boundary, task) = (boundary.clone(), task.clone());
            move || {
                let owner = TaskOwner::new(task);
                leave(&boundary, &owner);
                enter(&boundary, &owner);
                // Opened in the place of the other one.
                boundary.reverse_enter::<false, false>(&owner, CALLBACK, 0, bound_before);
            }
        };
        let read = {
            let (task, seen_one, seen_two) = (task.clone(), seen_one.clone(), seen_two.clone());
            move || {
                let (brackets, settled) = task.stack_brackets(0);
                if !settled {
                    return;
                }
                assert!(brackets.len() <= 1, "{brackets:?}");
                for it in &brackets {
                    let expected = if it.open.bracket == Bracket::Leave { 1 } else { 2 };
                    assert_eq!(it.open.target.index(), expected, "{brackets:?}");
                    seen_one.note(expected == 1);
                    seen_two.note(expected == 2);
                }
            }
        };
        write_and_read(cross, read);
    });
    one.assert_some("the first bracket");
    two.assert_some("the second bracket in its place");
}
