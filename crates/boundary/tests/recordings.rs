//! Recordings one after the other, of which not every one was read to its end.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::{RecordedTask, TaskIdentity};
use support::{Border, Form, SORT, SQRT};

/// More calls than a ring holds.
const MANY: u64 = if cfg!(miri) { 300 } else { 40_000 };

fn calls(border: &Border, owner: &clrhost_boundary::TaskOwner, calls: u64) {
    for _ in 0..calls {
        border.open(owner, SORT, 0);
        border.close(owner, SORT);
    }
}

/// Calls taken from these tasks, and lost ones.
fn taken(tasks: &[RecordedTask]) -> (u64, u64) {
    let (mut taken, mut lost) = (0, 0);
    tasks.iter().for_each(|recorded| lost += recorded.task.take_events(|_| taken += 1));
    (taken, lost)
}

#[test]
fn a_recording_has_neither_calls_nor_losses_of_one_before_it_that_nobody_read() {
    let border = Border::new(true, Form::Short);
    let registry = border.boundary.registry();
    let (owner, ends) = (border.start(), border.start());
    registry.begin_recording();
    calls(&border, &owner, MANY);
    calls(&border, &ends, 1);
    border.boundary.end_task(ends);
    // As when its file could not be written.
    drop(registry.end_recording());
    calls(&border, &owner, 5);

    registry.begin_recording();
    calls(&border, &owner, 3);
    let tasks = registry.end_recording();
    assert_eq!(tasks.iter().map(|it| (it.task.id(), it.ended)).collect::<Vec<_>>(), [(1, false)]);
    assert_eq!(taken(&tasks), (3, 0));
}

#[test]
fn losses_are_those_of_the_recording() {
    let border = Border::new(true, Form::Short);
    let registry = border.boundary.registry();
    let owner = border.start();
    for round in 1..3 {
        registry.begin_recording();
        calls(&border, &owner, MANY + round);
        let (taken, lost) = taken(&registry.end_recording());
        assert_eq!(taken + lost, MANY + round);
        assert!(taken > 0 && lost > 0, "{taken} taken, {lost} lost");
    }
}

#[test]
fn the_end_of_a_recording_lists_tasks_that_have_ended_and_forgets_them() {
    let border = Border::new(true, Form::Short);
    let registry = border.boundary.registry();
    registry.begin_recording();
    let owner = border.boundary.start_task(TaskIdentity::default(), true);
    calls(&border, &owner, 2);
    border.open(&owner, SQRT, 0);
    border.boundary.end_task(owner);
    let tasks = registry.end_recording();
    assert!(tasks.iter().all(|it| it.ended));
    // What was open did not return.
    assert_eq!((tasks.len(), taken(&tasks)), (1, (2, 0)));
    assert_eq!(registry.recorded_tasks().len(), 0);
}
