//! Figures for the documentation: run with `--release -- --ignored --nocapture figures`.

use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose::{Export, Leave, Reverse};
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
