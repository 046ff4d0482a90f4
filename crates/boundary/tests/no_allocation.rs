//! A crossing allocates nothing once its thread has a task and its target is bound: counted by a global allocator of
//! this binary's own, thread by thread.

#![cfg(not(loom))]

mod support;

use clrhost_boundary::{
    Boundary, Clock, HostResult, HostingLayer, Hresult, Target, TargetDescription, TargetId, TargetKind,
    Task, TaskIdentity, TaskManager, TaskOwner,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use support::{Hand, STACK};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

// SAFETY: everything is left to the system's allocator; counting touches a thread-local cell without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's duty.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's duty.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's duty.
        unsafe { System.realloc(memory, layout, size) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // What a crossing gives back, some crossing must have taken.
        count();
        // SAFETY: the caller's duty.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this thread used the allocator in `work`.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// Counts its calls and answers always the same.
struct Host {
    calls: Arc<AtomicU64>,
    answer: HostResult,
}

impl Host {
    fn called(&self) -> HostResult {
        self.calls.fetch_add(1, Relaxed);
        self.answer
    }
}

impl TaskManager for Host {
    fn leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.called()
    }
    fn enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.called()
    }
    fn reverse_enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.called()
    }
    fn reverse_leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
        self.called()
    }
}

/// More targets than a thread's cache holds.
const TARGETS: u64 = if cfg!(miri) { 30 } else { 502 };
const DEPTH: usize = if cfg!(miri) { 100 } else { 1_000 };
const CROSSINGS: u64 = 100 * DEPTH as u64;
const ROUNDS: u64 = if cfg!(miri) { 100 } else { 1_000 };

fn key(target: u64) -> u64 {
    0x7F00_0000_0000 + 0x40 * target
}

fn bound_before() -> TargetId {
    unreachable!("all targets are bound before the first crossing")
}

/// A border where [`TARGETS`] are bound, even ones to be called and odd ones to be called back.
fn border(layer: Option<HostingLayer>) -> Boundary<Hand> {
    let boundary = Boundary::new(layer, Hand::default());
    for target in 0..TARGETS {
        let kind = if target % 2 == 0 { TargetKind::PInvoke } else { TargetKind::Delegate };
        boundary.bind(key(target), TargetDescription::named(kind, format!("target {target}")));
    }
    boundary
}

fn open<const TIMED: bool, const HOSTED: bool>(
    boundary: &Boundary<impl Clock>,
    owner: &TaskOwner,
    target: u64,
    sp: usize,
) {
    if !HOSTED && boundary.try_open::<TIMED>(owner, key(target), sp) {
        return;
    }
    if target.is_multiple_of(2) {
        boundary.leave::<TIMED, HOSTED>(owner, key(target), sp, bound_before);
    } else {
        boundary.reverse_enter::<TIMED, HOSTED>(owner, key(target), sp, bound_before);
    }
}

fn close<const TIMED: bool, const HOSTED: bool>(
    boundary: &Boundary<impl Clock>,
    owner: &TaskOwner,
    target: u64,
) {
    if !HOSTED && boundary.try_close::<TIMED>(owner, key(target)).is_some() {
        return;
    }
    if target.is_multiple_of(2) {
        boundary.enter::<TIMED, HOSTED>(owner, key(target), bound_before);
    } else {
        boundary.reverse_leave::<TIMED, HOSTED>(owner, key(target), bound_before);
    }
}

/// Nests [`DEPTH`] deep through all targets, again and again, with one pair of crossings in front.
fn work<const TIMED: bool, const HOSTED: bool>(boundary: &Boundary<Hand>) {
    let identity = TaskIdentity { stack: STACK, name: Some("worker".into()), ..TaskIdentity::default() };
    let owner = boundary.start_task(identity, true);
    open::<TIMED, HOSTED>(boundary, &owner, 0, STACK.end - 1);
    close::<TIMED, HOSTED>(boundary, &owner, 0);
    let used = allocations(|| {
        for _ in 0..CROSSINGS / (2 * DEPTH as u64) {
            for level in 0..DEPTH {
                open::<TIMED, HOSTED>(boundary, &owner, level as u64 % TARGETS, STACK.end - 1 - 64 * level);
            }
            boundary.clock().advance(1000);
            for level in (0..DEPTH).rev() {
                close::<TIMED, HOSTED>(boundary, &owner, level as u64 % TARGETS);
            }
        }
    });
    assert_eq!(used, 0);
    let snapshot = boundary.snapshot();
    let (row, counts) = (&snapshot.tasks[0], snapshot.counts());
    assert_eq!((row.max_depth, row.mismatches, row.unwound), (DEPTH as u64, 0, 0));
    assert_eq!(counts.leave + counts.enter + counts.reverse_enter + counts.reverse_leave, CROSSINGS + 2);
    assert_eq!(snapshot.targets.len() as u64, TARGETS);
    boundary.end_task(owner);
}

#[test]
fn the_allocator_of_this_binary_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 2);
}

#[test]
fn crossings_without_a_host_allocate_nothing() {
    work::<false, false>(&border(None));
    work::<true, false>(&border(None));
}

#[test]
fn crossings_with_a_host_allocate_nothing() {
    let calls = Arc::<AtomicU64>::default();
    let host = || {
        calls.store(0, Relaxed);
        HostingLayer::new(Box::new(Host { calls: calls.clone(), answer: Ok(()) }), |_| {})
    };
    work::<false, true>(&border(Some(host())));
    assert_eq!(calls.load(Relaxed), CROSSINGS + 2);
    work::<true, true>(&border(Some(host())));
    assert_eq!(calls.load(Relaxed), CROSSINGS + 2);
}

#[test]
fn a_block_that_had_another_task_serves_without_allocations_too() {
    let boundary = border(None);
    work::<true, false>(&boundary);
    let owner = boundary.start_task(TaskIdentity::default(), true);
    let used = allocations(|| {
        for target in 0..TARGETS {
            open::<true, false>(&boundary, &owner, target, 0);
            close::<true, false>(&boundary, &owner, target);
        }
    });
    assert_eq!(used, 0);
}

#[test]
fn repairs_and_mismatches_allocate_nothing() {
    let boundary = border(None);
    let owner = boundary.start_task(TaskIdentity { stack: STACK, ..TaskIdentity::default() }, true);
    let used = allocations(|| {
        for _ in 0..ROUNDS {
            for target in 0..10 {
                open::<true, false>(&boundary, &owner, target, STACK.end - 1 - 64 * target as usize);
            }
            // The second round finds the first one jumped over.
            open::<true, false>(&boundary, &owner, 0, STACK.end - 1);
            open::<true, false>(&boundary, &owner, 1, STACK.end - 65);
            close::<true, false>(&boundary, &owner, 0);
            boundary.enter::<true, false>(&owner, key(20), || TargetId::OVERFLOW);
        }
    });
    assert_eq!(used, 0);
    let row = boundary.snapshot().tasks.remove(0);
    assert_eq!((row.unwound, row.mismatches), (11 * ROUNDS, ROUNDS));
}

#[test]
fn a_host_that_always_refuses_costs_memory_for_the_first_failures_only() {
    let calls = Arc::<AtomicU64>::default();
    let refusing = Host { calls: calls.clone(), answer: Err(Hresult::S_FALSE) };
    let boundary = border(Some(HostingLayer::new(Box::new(refusing), |_| {})));
    let owner = boundary.start_task(TaskIdentity { stack: STACK, ..TaskIdentity::default() }, true);
    let round = || {
        for _ in 0..ROUNDS {
            open::<true, true>(&boundary, &owner, 1, STACK.end - 1);
            close::<true, true>(&boundary, &owner, 1);
        }
    };
    round();
    assert_eq!(allocations(round), 0);
    assert_eq!(calls.load(Relaxed), 2 * ROUNDS);
    assert_eq!(boundary.layer().unwrap().failures().0, 2 * ROUNDS);
}
