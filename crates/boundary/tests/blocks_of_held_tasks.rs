//! A task that somebody still looks at when its thread ends, as one that aborts it does, keeps its block; later the block serves again. In a
//! file of its own, as blocks are counted for the whole process.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::Task;
use std::sync::Arc;
use support::{Border, Form, SQRT, STACK};

#[test]
fn a_block_serves_again_when_nobody_looks_at_its_task_any_more() {
    let border = Border::new(true, Form::Long);
    let mut held: Vec<Arc<Task>> = Vec::new();
    let blocks = || border.boundary.registry().blocks();
    for round in 0..200 {
        let owner = border.start();
        for _ in 0..=round {
            border.open(&owner, SQRT, STACK.end - 64);
            border.close(&owner, SQRT);
        }
        held.push(owner.task().clone());
        border.boundary.end_task(owner);
        if held.len() == 5 {
            assert!(held.iter().all(|task| task.depth() == 0));
            held.clear();
        }
        // As many as are held at once.
        if round >= 5 {
            assert_eq!(blocks(), 5, "round {round}");
        }
    }
    let snapshot = border.boundary.snapshot();
    let calls: Vec<u64> = snapshot.tasks.iter().map(|task| task.counts.leave).collect();
    assert_eq!(calls, (1..=200).collect::<Vec<u64>>());
    assert!(snapshot.tasks.iter().all(|task| task.counts.enter == task.counts.leave && task.unwound == 0));
}
