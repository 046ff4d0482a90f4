//! A task that somebody still looks at when its thread ends, as one that aborts it does, keeps its block; later the block serves again.
//! In a file of its own, as it counts the blocks of the process.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::Task;
use std::sync::Arc;
use support::{Border, Form, SQRT, STACK};

#[test]
fn a_block_serves_again_when_nobody_looks_at_its_task_any_more() {
    let border = Border::new(true, Form::Long);
    let blocks = || border.boundary.registry().blocks();
    let mut held: Vec<Arc<Task>> = Vec::new();
    for round in 0..200 {
        let owner = border.start();
        for _ in 0..=round {
            border.open(&owner, SQRT, STACK.end - 64);
            border.close(&owner, SQRT);
        }
        held.push(owner.task().clone());
        border.boundary.end_task(owner);
        if held.len() == 5 {
            // Their numbers are theirs as long as somebody looks.
            assert!(held.iter().all(|task| task.depth() == 0));
            held.clear();
        }
        assert!(blocks() <= 6, "{} blocks in round {round}", blocks());
    }
    let snapshot = border.boundary.snapshot();
    let calls: Vec<u64> = snapshot.tasks.iter().map(|task| task.counts.leave).collect();
    assert_eq!(calls, (1..=200).collect::<Vec<u64>>());
    assert!(snapshot.tasks.iter().all(|task| task.counts.enter == task.counts.leave && task.unwound == 0));
}
