//! A task that somebody still looks at when its thread ends, as one that aborts it does, keeps its block; later the block serves again,
//! rather than that the allocator makes new ones of memory that it has to clear. In a file of its own, as it counts what is allocated.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::Task;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use support::{Border, Form, SQRT, STACK};

/// Counts the large zeroed pieces of memory, of which every block is made and nothing else here.
struct CountingLarge;

const LARGE: usize = 256 << 10;
static LARGE_PIECES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator; counting is one atomic addition.
unsafe impl GlobalAlloc for CountingLarge {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's duty.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGE_PIECES.fetch_add((layout.size() >= LARGE) as usize, Relaxed);
        // SAFETY: the caller's duty.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's duty.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingLarge = CountingLarge;

#[test]
fn a_block_serves_again_when_nobody_looks_at_its_task_any_more() {
    let border = Border::new(true, Form::Long);
    let mut held: Vec<Arc<Task>> = Vec::new();
    let mut pieces = 0;
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
        match round {
            // As many as are held at once, and the one at work.
            5 => pieces = LARGE_PIECES.load(Relaxed),
            _ if round > 5 => assert_eq!(LARGE_PIECES.load(Relaxed), pieces, "round {round}"),
            _ => {}
        }
    }
    assert!(border.boundary.registry().blocks() <= 6);
    let snapshot = border.boundary.snapshot();
    let calls: Vec<u64> = snapshot.tasks.iter().map(|task| task.counts.leave).collect();
    assert_eq!(calls, (1..=200).collect::<Vec<u64>>());
    assert!(snapshot.tasks.iter().all(|task| task.counts.enter == task.counts.leave && task.unwound == 0));
}
