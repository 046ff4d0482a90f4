//! Figures for the documentation: run with `--release -- --ignored --nocapture figures`.

use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose::{Export, Leave, Reverse};
use std::sync::Barrier;
use std::time::Instant;

/// Nanoseconds of a call out of a loop in C, the best of many rounds; the loop itself included.
#[test]
#[ignore = "measures"]
fn nanoseconds_of_a_call() {
    in_each_mode(|bed| {
        let native = Native::load("jumps.c");
        let function = native.address(c"jumps_sum");
        // SAFETY: declared in jumps.c.
        let many: extern "C" fn(usize, i64) -> i64 = unsafe { native.function(c"jumps_many") };
        let best = |stub: usize| {
            const CALLS: i64 = 1_000_000;
            let round = |_| {
                let start = Instant::now();
                assert_eq!(many(stub, CALLS), 0);
                start.elapsed().as_nanos() as f64 / CALLS as f64
            };
            (0..40).map(round).fold(f64::MAX, f64::min)
        };
        let mut line = format!("{:?}: none {:.2}", bed.mode, best(function));
        let native_export = bed.thunk(Export, function);
        bed.as_managed(|| {
            for purpose in [Leave, Export, Reverse] {
                line += &format!(", {purpose:?} {:.2}", best(bed.thunk(purpose, function).stub));
            }
        });
        if bed.is_timed() {
            // Nobody empties the ring here: first what is written costs, then what is lost.
            let registry = bed.probe.boundary().registry();
            registry.begin_recording();
            let made = bed.thunk(Leave, function);
            let recorded = |_| {
                const CALLS: i64 = 20_000;
                let start = Instant::now();
                assert_eq!(many(made.stub, CALLS), 0);
                let spent = start.elapsed().as_nanos() as f64 / CALLS as f64;
                let lost: u64 = registry.recorded_tasks().iter().map(|it| it.task.take_events(|_| {})).sum();
                assert_eq!(lost, 0);
                spent
            };
            line += &format!(", recorded {:.2}", (0..40).map(recorded).fold(f64::MAX, f64::min));
            drop(registry.end_recording());
        }
        extern "C" fn none() {}
        let inside = bed.thunk(Leave, none as *const () as usize);
        // SAFETY: it leads to `none`.
        unsafe { as_function::<extern "C" fn()>(inside.stub)() };
        line += &format!(", export called natively {:.2}", best(native_export.stub));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                line += &format!(", on a thread that was never deeper {:.2}", best(native_export.stub))
            });
        });
        println!("said: {line}");
    });
}

/// Resident and reserved memory of the process, in bytes.
fn memory() -> (i64, i64) {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let mut pages = text.split(' ').map(|word| word.parse::<i64>().expect("a number") * 4096);
    let reserved = pages.next().expect("two numbers");
    (pages.next().expect("two numbers"), reserved)
}

/// What a thread costs that uses so many targets, and what a target costs that one thread uses.
#[test]
#[ignore = "measures"]
fn bytes_of_threads_and_targets() {
    in_each_mode(|bed| {
        extern "C" fn nothing() {}
        let call = |stub: usize| {
            // SAFETY: all thunks here lead to `nothing`.
            let nothing: extern "C" fn() = unsafe { as_function(stub) };
            (0..3).for_each(|_| nothing());
        };
        let stubs: Vec<_> = (0..100).map(|_| bed.thunk(Leave, nothing as *const () as usize).stub).collect();
        let threads = |targets: usize| {
            const THREADS: usize = 200;
            let (started, done) = (Barrier::new(THREADS + 1), Barrier::new(THREADS + 1));
            let stubs = &stubs;
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        started.wait();
                        started.wait();
                        stubs[..targets].iter().for_each(|&stub| call(stub));
                        done.wait();
                        done.wait();
                        // Its block must not be the next measurement's.
                        std::mem::forget(bed.probe.attach_current_thread());
                    });
                }
                started.wait();
                let before = memory();
                started.wait();
                done.wait();
                let after = memory();
                done.wait();
                ((after.0 - before.0) / THREADS as i64, (after.1 - before.1) / THREADS as i64)
            })
        };
        let per_thread = [1, 10, 100].map(|targets| (targets, threads(targets)));
        let before = memory();
        let many: Vec<_> =
            (0..100_000).map(|_| bed.thunk(Leave, nothing as *const () as usize).stub).collect();
        let made = memory();
        many.iter().for_each(|&stub| call(stub));
        let used = memory();
        println!(
            "said: {:?}: a thread by targets, resident and reserved bytes: {per_thread:?}; of 100,000 targets each: {} made, {} used",
            bed.mode,
            (made.0 - before.0) / 100_000,
            (used.0 - made.0) / 100_000,
        );
    });
}
