//! `longjmp` over thunks, calls in place of returning, and stacks that lie elsewhere.

use super::bed::{Bed, Made};
use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose::{self, Export, Leave, LeaveSuppressed, Reverse};
use std::ffi::CStr;

type Function = extern "C" fn(i64) -> i64;
type Repeat = extern "C" fn(usize, i64) -> i64;

struct Jumps<'a> {
    bed: &'a Bed,
    native: Native,
}

impl Jumps<'_> {
    fn load(bed: &Bed) -> Jumps<'_> {
        Jumps { bed, native: Native::load("jumps.c") }
    }

    /// A thunk before a function of `jumps.c`.
    fn thunk(&self, purpose: Purpose, name: &CStr) -> Made {
        self.bed.thunk(purpose, self.native.address(name))
    }

    fn set(&self, name: &CStr, to: Made) {
        self.native.set(name, to.stub);
    }

    fn repeat(&self, name: &CStr, made: Made, times: i64) -> i64 {
        // SAFETY: both functions asked for here have this type.
        unsafe { self.native.function::<Repeat>(name)(made.stub, times) }
    }

    /// An ordinary call from the same place: what was jumped over shows at the next crossing.
    fn settle(&self) {
        call(self.thunk(Leave, c"jumps_same"), 1);
    }

    #[track_caller]
    fn assert_counts(&self, what: &[(Made, (u64, u64, u64))]) {
        for &(made, counts) in what {
            assert_eq!(self.bed.counts(made), counts, "{:?}", made.purpose);
        }
        self.bed.assert_balanced();
    }
}

/// Calls a thunk before a function that takes and gives a number.
fn call(made: Made, argument: i64) -> i64 {
    // SAFETY: all thunks called this way lead to such functions.
    unsafe { as_function::<Function>(made.stub)(argument) }
}

#[test]
fn a_thousand_jumps_out_of_a_call() {
    in_each_mode(|bed| {
        for purpose in [Leave, LeaveSuppressed, Export, Reverse] {
            let jumps = Jumps::load(bed);
            let out = jumps.thunk(purpose, c"jumps_jump");
            bed.as_managed(|| {
                assert_eq!(jumps.repeat(c"jumps_out", out, 1000), 0);
                jumps.settle();
                assert_eq!(bed.depth(), 1);
            });
            jumps.assert_counts(&[(out, (1000, 0, 1000))]);
        }
    });
}

#[test]
fn a_thousand_jumps_over_call_callback_and_call() {
    in_each_mode(|bed| {
        let jumps = Jumps::load(bed);
        let inner = jumps.thunk(Leave, c"jumps_jump");
        let (callback, outer) = (jumps.thunk(Reverse, c"jumps_managed"), jumps.thunk(Leave, c"jumps_native"));
        jumps.set(c"INNER", inner);
        jumps.set(c"CALLBACK", callback);
        bed.as_managed(|| {
            assert_eq!(jumps.repeat(c"jumps_out", outer, 1000), 0);
            jumps.settle();
        });
        jumps.assert_counts(&[inner, callback, outer].map(|made| (made, (1000, 0, 1000))));
        // The same without a jump.
        let inner = jumps.thunk(Leave, c"jumps_same");
        jumps.set(c"INNER", inner);
        bed.as_managed(|| (0..1000).for_each(|x| assert_eq!(call(outer, x), x + 2)));
        jumps.assert_counts(&[
            (inner, (1000, 1000, 0)),
            (callback, (2000, 1000, 1000)),
            (outer, (2000, 1000, 1000)),
        ]);
    });
}

#[test]
fn jumps_from_different_depths() {
    in_each_mode(|bed| {
        let jumps = Jumps::load(bed);
        // Not of exports: called from further down than the call that was jumped over, one looks as if native code, inside
        // that call, called it. A jump ends in native code, from where only a callback leads to managed code.
        for purpose in [Leave, LeaveSuppressed, Reverse] {
            let out = jumps.thunk(purpose, c"jumps_jump");
            bed.as_managed(|| {
                assert_eq!(jumps.repeat(c"jumps_out_of_depths", out, 1000), 0);
                // While deeper calls are open again, what was jumped over from less deep is not seen yet.
                jumps.settle();
                assert_eq!(bed.depth(), 1);
            });
            jumps.assert_counts(&[(out, (1000, 0, 1000))]);
        }
    });
}

/// The call around what was jumped over returns, with every kind of result.
#[test]
fn jumps_that_are_caught_inside_an_outer_call() {
    in_each_mode(|bed| {
        let names = [
            c"jumps_catch",
            c"jumps_catch_double",
            c"jumps_catch_long_double",
            c"jumps_catch_mixed",
            c"jumps_catch_longs",
            c"jumps_catch_doubles",
        ];
        let jumps = Jumps::load(bed);
        // SAFETY: declared in jumps.c.
        let is_right =
            unsafe { jumps.native.function::<extern "C" fn(usize, i64) -> i64>(c"jumps_is_right") };
        for (which, name) in names.into_iter().enumerate() {
            for purpose in [Leave, LeaveSuppressed, Export] {
                let (callback, inner) =
                    (jumps.thunk(Reverse, c"jumps_managed"), jumps.thunk(Leave, c"jumps_jump"));
                let outer = jumps.thunk(purpose, name);
                jumps.set(c"CALLBACK", callback);
                jumps.set(c"INNER", inner);
                bed.as_managed(|| {
                    let right = (0..200).filter(|_| is_right(outer.stub, which as i64) == 1).count();
                    assert_eq!(right, 200, "{name:?} through {purpose:?}");
                });
                let jumped_over = (200, 0, 200);
                jumps.assert_counts(&[(outer, (200, 200, 0)), (callback, jumped_over), (inner, jumped_over)]);
            }
        }
    });
}

/// The function that a thunk leads to calls another thunk in place of returning: both return at once.
#[test]
fn calls_in_place_of_returning() {
    in_each_mode(|bed| {
        let jumps = Jumps::load(bed);
        let (same, back) = (jumps.thunk(Leave, c"jumps_same"), jumps.thunk(Reverse, c"jumps_same"));
        let (tail, tail_back) = (jumps.thunk(Leave, c"jumps_tail"), jumps.thunk(Leave, c"jumps_tail_back"));
        jumps.set(c"INNER", same);
        jumps.set(c"CALLBACK", back);
        bed.as_managed(|| {
            for x in 0..1000 {
                assert_eq!((call(tail, x), call(tail_back, x)), (x, x));
            }
        });
        jumps.assert_counts(&[same, back, tail, tail_back].map(|made| (made, (1000, 1000, 0))));
        // Three in a row, the last of which jumps.
        let (jump, tail2) = (jumps.thunk(Leave, c"jumps_jump"), jumps.thunk(Reverse, c"jumps_tail"));
        jumps.set(c"INNER", jump);
        jumps.set(c"CALLBACK", tail2);
        bed.as_managed(|| {
            assert_eq!(jumps.repeat(c"jumps_out", tail_back, 1000), 0);
            jumps.settle();
        });
        jumps.assert_counts(&[
            (jump, (1000, 0, 1000)),
            (tail2, (1000, 0, 1000)),
            (tail_back, (2000, 1000, 1000)),
        ]);
    });
}

const FIBERS: [&CStr; 3] = [c"jumps_fiber_heap", c"jumps_fiber_low", c"jumps_fiber_within"];

#[test]
fn callbacks_from_fibers() {
    in_each_mode(|bed| {
        let jumps = Jumps::load(bed);
        for name in FIBERS {
            let (fiber, callback) = (jumps.thunk(Leave, name), jumps.thunk(Reverse, c"jumps_managed"));
            let inner = jumps.thunk(Leave, c"jumps_same");
            jumps.set(c"CALLBACK", callback);
            jumps.set(c"INNER", inner);
            bed.as_managed(|| {
                for x in 0..1000 {
                    assert_eq!(call(fiber, x), x + 1);
                    assert_eq!(call(inner, x), x);
                }
            });
            jumps.assert_counts(&[
                (fiber, (1000, 1000, 0)),
                (callback, (1000, 1000, 0)),
                (inner, (2000, 2000, 0)),
            ]);
        }
    });
}

/// What is jumped over on another stack shows when the call below it returns, not before.
#[test]
fn jumps_on_fibers() {
    in_each_mode(|bed| {
        let jumps = Jumps::load(bed);
        for name in FIBERS {
            // SAFETY: declared in jumps.c.
            unsafe { jumps.native.function::<extern "C" fn(i32)>(c"jumps_let_fibers_jump")(1) };
            let (fiber, callback) = (jumps.thunk(Leave, name), jumps.thunk(Reverse, c"jumps_managed"));
            let inner = jumps.thunk(Leave, c"jumps_jump");
            jumps.set(c"CALLBACK", callback);
            jumps.set(c"INNER", inner);
            bed.as_managed(|| {
                for x in 0..1000 {
                    assert_eq!(call(fiber, x), x + 2);
                    assert_eq!(bed.depth(), 1);
                }
            });
            let jumped_over = (1000, 0, 1000);
            jumps.assert_counts(&[(fiber, (1000, 1000, 0)), (callback, jumped_over), (inner, jumped_over)]);
        }
    });
}
