//! Exceptions of C++, the end of a thread and its cancellation pass through thunks of every kind: brackets are closed as
//! unwound, destructors run, and what was thrown is caught where it would be.

use super::bed::{Bed, Made};
use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose;
use std::ffi::CStr;

/// Thunks one inside the other, and the functions of `throws.cpp`.
struct Throws<'a> {
    bed: &'a Bed,
    native: Native,
}

type Function = extern "C" fn(i32) -> i32;

impl Throws<'_> {
    fn load(bed: &Bed) -> Throws<'_> {
        Throws { bed, native: Native::load("throws.cpp") }
    }

    /// A chain of so many thunks: all but the last lead to `link`, which calls the next one, and the last to `end`.
    ///
    /// Each kind comes in turn, as it would in a program: a call to native code, a callback, an export. Or, with a kind given,
    /// that one alone: calls to native code out of native code happen where a library's function is looked up by managed code.
    fn chain(&self, length: usize, link: &CStr, end: &CStr, only: Option<Purpose>) -> Vec<Made> {
        let (link, end) = (self.native.address(link), self.native.address(end));
        let chain = self.native.address(c"throws_chain") as *mut usize;
        let turns = [Purpose::Leave, Purpose::Reverse, Purpose::Export, Purpose::Reverse];
        let make = |index: usize| {
            let purpose = only.unwrap_or(turns[index % turns.len()]);
            let made = self.bed.thunk(purpose, if index + 1 == length { end } else { link });
            // SAFETY: the array of throws.cpp is longer than every chain.
            unsafe { *chain.add(index) = made.stub };
            made
        };
        (0..length).map(make).collect()
    }

    fn call(&self, name: &CStr, argument: i32) -> i32 {
        // SAFETY: all functions asked for here take and give an int.
        unsafe { self.native.function::<Function>(name)(argument) }
    }

    /// How many destructors ran since this was last asked.
    fn destroyed(&self) -> i32 {
        self.call(c"throws_destroyed_now", 0)
    }

    /// Calls a chain so often; each call must give this.
    #[track_caller]
    fn catch(&self, chain: &[Made], times: u64, gives: i32) {
        let last = chain.len() as i32 - 1;
        // Of the one around it.
        let mut open = 0;
        self.destroyed();
        self.bed.as_managed(|| {
            for _ in 0..times {
                assert_eq!(self.call(c"throws_catch", last), gives);
                // The thread is where it was.
                open += self.bed.own().open.len() - 1;
            }
        });
        assert_eq!(open, 0);
        assert_eq!(self.destroyed() as u64, times * last as u64);
        assert_eq!(self.bed.all_counts(chain), vec![(times, 0, times); chain.len()]);
        // Nobody saw when they ended, so they are not timed.
        let row = self.bed.row(chain[0]).expect("called");
        assert_eq!((row.total_ticks, row.histogram.count()), (0, 0));
        self.bed.assert_balanced();
    }
}

const KINDS: [Option<Purpose>; 4] =
    [None, Some(Purpose::Leave), Some(Purpose::LeaveSuppressed), Some(Purpose::Reverse)];

/// How many thunks lie between the one who throws and the one who catches.
const LENGTHS: [usize; 5] = [1, 2, 3, 50, 51];

#[test]
fn an_exception_passes_through_thunks() {
    in_each_mode(|bed| {
        let throws = Throws::load(bed);
        for kind in KINDS {
            for length in LENGTHS {
                let chain = throws.chain(length, c"throws_link", c"throws_error", kind);
                throws.catch(&chain, 20, 1);
            }
        }
    });
}

#[test]
fn an_exception_that_is_thrown_again_at_each_level_passes() {
    in_each_mode(|bed| {
        let throws = Throws::load(bed);
        for length in LENGTHS {
            let chain = throws.chain(length, c"throws_link_again", c"throws_error", None);
            throws.catch(&chain, 20, 1);
            assert_eq!(throws.call(c"throws_again_now", 0), 20 * (length as i32 - 1));
        }
    });
}

#[test]
fn an_exception_of_another_language_passes() {
    in_each_mode(|bed| {
        let throws = Throws::load(bed);
        for kind in KINDS {
            for length in LENGTHS {
                let chain = throws.chain(length, c"throws_link", c"throws_foreign", kind);
                throws.catch(&chain, 20, 2);
            }
        }
    });
}

/// Through an export that native code calls there is no bracket, and nothing to see of the thunk.
#[test]
fn an_exception_passes_exports_that_native_code_calls() {
    in_each_mode(|bed| {
        let throws = Throws::load(bed);
        let chain = throws.chain(50, c"throws_link", c"throws_error", Some(Purpose::Export));
        (0..20).for_each(|_| assert_eq!(throws.call(c"throws_catch", 49), 1));
        assert_eq!(throws.destroyed(), 20 * 49);
        assert!(chain.iter().all(|&made| bed.counts(made) == (0, 0, 0)));
        bed.assert_balanced();
    });
}

#[test]
fn ten_thousand_levels_return_and_throw() {
    in_each_mode(|bed| {
        // The stack of a test's thread is too small.
        let on_large_stack = std::thread::Builder::new().stack_size(256 << 20);
        std::thread::scope(|scope| {
            let run = || {
                let throws = Throws::load(bed);
                let chain = throws.chain(10_000, c"throws_link", c"throws_return", None);
                bed.as_managed(|| assert_eq!(throws.call(c"throws_catch", 9_999), 0));
                assert_eq!(bed.all_counts(&chain), vec![(1, 1, 0); 10_000]);
                assert_eq!((throws.destroyed(), bed.own().max_depth), (9_999, 10_001));
                let chain = throws.chain(10_000, c"throws_link", c"throws_error", None);
                throws.catch(&chain, 2, 1);
            };
            on_large_stack.spawn_scoped(scope, run).expect("a thread").join().expect("no panic");
        });
    });
}

/// The thread ends inside of so many thunks. Brackets are closed, destructors run, and what was open is told youngest first.
#[track_caller]
fn end_inside(bed: &Bed, end: &CStr, cancel: i32) {
    let throws = Throws::load(bed);
    // With a host a call in cooperative mode does not begin a task.
    let kinds =
        KINDS.into_iter().filter(|&kind| !bed.mode.is_hosted() || kind != Some(Purpose::LeaveSuppressed));
    for kind in kinds {
        for length in LENGTHS {
            let chain = throws.chain(length, c"throws_link", end, kind);
            let ended = bed.probe.boundary().snapshot().tasks.len();
            assert_eq!(throws.call(c"throws_on_thread", cancel), length as i32 - 1, "destructors");
            assert_eq!(bed.all_counts(&chain), vec![(1, 0, 1); length], "{kind:?}");
            let snapshot = bed.probe.boundary().snapshot();
            assert_eq!(snapshot.tasks.len(), ended + 1);
            let task = snapshot.tasks.last().expect("just counted");
            assert!(task.ended && task.open.is_empty() && task.settled, "{task:?}");
            assert_eq!((task.unwound, task.mismatches), (length as u64, 0));
            let youngest_first: Vec<_> = chain.iter().rev().map(|made| made.target).collect();
            assert_eq!(task.left_open, youngest_first);
        }
    }
    bed.as_managed(|| {});
    bed.assert_balanced();
}

#[test]
fn a_thread_ends_itself_inside() {
    in_each_mode(|bed| end_inside(bed, c"throws_exit", 0));
}

#[test]
fn a_thread_is_cancelled_inside() {
    in_each_mode(|bed| end_inside(bed, c"throws_cancelled", 1));
}

/// Thunks that lead straight into each other have their return addresses in one place.
#[test]
fn an_exception_passes_thunks_without_frames_in_between() {
    in_each_mode(|bed| {
        let throws = Throws::load(bed);
        for only in [vec![Purpose::Leave], vec![Purpose::Leave, Purpose::Reverse]] {
            let mut innermost = throws.native.address(c"throws_error");
            let chain: Vec<_> = (0..20)
                .map(|index| {
                    let made = bed.thunk(only[index % only.len()], innermost);
                    innermost = made.stub;
                    made
                })
                .collect();
            // SAFETY: the array of throws.cpp has a first place.
            unsafe { *(throws.native.address(c"throws_chain") as *mut usize) = innermost };
            (0..100).for_each(|_| assert_eq!(throws.call(c"throws_catch", 0), 1));
            assert_eq!(bed.all_counts(&chain), [(100, 0, 100); 20]);
            bed.assert_balanced();
        }
    });
}

/// A panic of Rust's is an exception too.
#[test]
fn a_panic_passes_through_thunks() {
    in_each_mode(|bed| {
        extern "C-unwind" fn panic() {
            std::panic::resume_unwind(Box::new(5));
        }
        let thunks = bed.thunks(panic as *const () as usize);
        bed.as_managed(|| {
            for made in thunks {
                // SAFETY: it leads to `panic`.
                let call: extern "C-unwind" fn() = unsafe { as_function(made.stub) };
                let caught = std::panic::catch_unwind(|| call()).expect_err("it panics");
                assert_eq!(caught.downcast_ref(), Some(&5));
            }
        });
        assert!(thunks.iter().all(|&made| bed.counts(made) == (1, 0, 1)));
        bed.assert_balanced();
    });
}
