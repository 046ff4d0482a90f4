//! Deeper than a task keeps brackets, and tasks that end while calls are open.

use super::bed::{Bed, Made};
use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose::{self, Leave, Reverse};
use std::thread;

/// How many brackets a task keeps (`clrhost_boundary`'s `MAX_BRACKETS`).
const KEPT: u64 = 1 << 16;
const LEVELS: u64 = 80_000;

/// Runs `body` on a stack that holds so many levels.
fn on_large_stack(body: impl FnOnce() + Send) {
    let large = thread::Builder::new().stack_size(1 << 30);
    thread::scope(|scope| large.spawn_scoped(scope, body).expect("a thread").join().expect("no panic"));
}

fn call(made: Made, argument: i64) -> i64 {
    // SAFETY: all thunks called this way lead to functions that take and give a number.
    unsafe { as_function::<extern "C" fn(i64) -> i64>(made.stub)(argument) }
}

fn down(bed: &Bed, native: &Native, purpose: Purpose) -> Made {
    let made = bed.thunk(purpose, native.address(c"jumps_down"));
    native.set(c"INNER", made.stub);
    made
}

#[test]
fn calls_too_deep_to_be_kept_are_counted_and_return() {
    in_each_mode(|bed| {
        on_large_stack(|| {
            let native = Native::load("jumps.c");
            for (round, purpose) in (1..).zip([Leave, Reverse, Leave]) {
                let made = down(bed, &native, purpose);
                assert_eq!(call(made, LEVELS as i64), LEVELS as i64);
                let row = bed.row(made).expect("called");
                assert_eq!((row.calls, row.completed, row.unwound), (LEVELS + 1, KEPT, 0));
                assert_eq!(row.histogram.count(), if bed.is_timed() { KEPT } else { 0 });
                let own = bed.own();
                assert_eq!((own.lost, own.max_depth), (round * (LEVELS + 1 - KEPT), KEPT));
                // All is as before.
                let same = bed.thunk(Leave, native.address(c"jumps_same"));
                (0..1000).for_each(|x| assert_eq!(call(same, x), x));
                assert_eq!(bed.counts(same), (1000, 1000, 0));
                bed.assert_balanced();
            }
        });
    });
}

#[test]
fn an_exception_passes_calls_too_deep_to_be_kept() {
    in_each_mode(|bed| {
        on_large_stack(|| {
            let native = Native::load("throws.cpp");
            let link = bed.thunk(Leave, native.address(c"throws_link"));
            let end = bed.thunk(Leave, native.address(c"throws_error"));
            let chain = native.address(c"throws_chain") as *mut usize;
            for level in 0..=LEVELS as usize {
                // SAFETY: the array of throws.cpp is longer.
                unsafe { *chain.add(level) = if level as u64 == LEVELS { end.stub } else { link.stub } };
            }
            // SAFETY: declared in throws.cpp.
            let catch: extern "C" fn(i32) -> i32 = unsafe { native.function(c"throws_catch") };
            assert_eq!(catch(LEVELS as i32), 1);
            assert_eq!(bed.counts(link), (LEVELS, 0, KEPT));
            assert_eq!(bed.counts(end), (1, 0, 0));
            assert_eq!((bed.own().lost, bed.own().unwound), (LEVELS + 1 - KEPT, KEPT));
            bed.assert_balanced();
        });
    });
}

/// The task ends while its thread is in two calls, which makes further ones and then returns from all.
#[test]
fn a_task_ends_inside_of_calls() {
    in_each_mode(|bed| {
        extern "C" fn end_task(bed: &Bed, inside: usize) -> u64 {
            bed.probe.end_current_task();
            assert!(bed.probe.current_task().is_none());
            // Further tasks, which take what memory the first one gave back.
            // SAFETY: it is called with the stub of a thunk before `nothing`.
            let nothing: extern "C" fn() = unsafe { as_function(inside) };
            for _ in 0..3 {
                nothing();
                bed.probe.end_current_task();
                thread::scope(|scope| scope.spawn(move || nothing()).join().expect("no panic"));
            }
            nothing();
            17
        }
        extern "C" fn nothing() {}
        extern "C" fn around(bed: &Bed, outer: usize, inside: usize) -> u64 {
            // SAFETY: it is called with the stub of a thunk before `end_task`.
            unsafe { as_function::<extern "C" fn(&Bed, usize) -> u64>(outer)(bed, inside) + 1 }
        }
        let nothing = bed.thunk(Leave, nothing as *const () as usize);
        let end = bed.thunk(Leave, end_task as *const () as usize);
        let around = bed.thunk(Reverse, around as *const () as usize);
        // SAFETY: it leads to `around`.
        let call: extern "C" fn(&Bed, usize, usize) -> u64 = unsafe { as_function(around.stub) };
        for round in 1..=20 {
            assert_eq!(call(bed, end.stub, nothing.stub), 18);
            assert_eq!(bed.all_counts(&[end, around]), [(round, 0, round); 2]);
            assert_eq!(bed.counts(nothing), (7 * round, 7 * round, 0));
            bed.assert_balanced();
        }
    });
}

/// What a jump left open is closed when the thread ends.
#[test]
fn a_thread_ends_after_a_jump() {
    in_each_mode(|bed| {
        let native = Native::load("jumps.c");
        let jump = bed.thunk(Leave, native.address(c"jumps_jump"));
        // SAFETY: declared in jumps.c.
        let out: extern "C" fn(usize, i64) -> i64 = unsafe { native.function(c"jumps_out") };
        for round in 1..=10 {
            thread::scope(|scope| assert_eq!(scope.spawn(|| out(jump.stub, 1)).join().expect("no panic"), 0));
            let task = bed.probe.boundary().snapshot().tasks.pop().expect("it had a task");
            assert!(task.ended && task.open.is_empty());
            assert_eq!((task.unwound, task.left_open), (1, vec![jump.target]));
            assert_eq!(bed.counts(jump), (round, 0, round));
        }
    });
}
