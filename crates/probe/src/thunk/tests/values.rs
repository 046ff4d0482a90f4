//! Values of all kinds arrive, there and back.

use super::bed::{Bed, Made, Mode};
use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose;
use std::ffi::{CStr, c_char};

/// `struct pair` of `values.c`.
#[repr(C)]
struct Pair {
    name: *const c_char,
    function: usize,
    drive: Option<extern "C" fn(usize) -> i32>,
}

fn pairs(native: &Native) -> impl Iterator<Item = (&'static str, usize, extern "C" fn(usize) -> i32)> {
    let mut next = native.address(c"value_pairs") as *const Pair;
    std::iter::from_fn(move || {
        // SAFETY: the array ends with a pair without a function.
        let pair = unsafe { &*next };
        let drive = pair.drive?;
        // SAFETY: as above; this pair is not the last. Its name is a C string that stays.
        let name = unsafe {
            next = next.add(1);
            CStr::from_ptr(pair.name)
        };
        Some((name.to_str().expect("ASCII"), pair.function, drive))
    })
}

/// Calls through a thunk so often that the first goes out of line and others do not.
#[track_caller]
fn drive(name: &str, made: Made, drive: extern "C" fn(usize) -> i32) {
    for round in 0..3 {
        let wrong_line = drive(made.stub);
        assert_eq!(wrong_line, 0, "line of values.c: {name} through {:?}, round {round}", made.purpose);
    }
}

fn assert_counted(bed: &Bed, name: &str, made: Made) {
    let (calls, completed, unwound) = bed.counts(made);
    assert!(calls >= 3 && calls % 3 == 0, "{name}: {calls} calls");
    assert_eq!((completed, unwound), (calls, 0), "{name}");
    let row = bed.row(made).expect("counted");
    assert_eq!(row.histogram.count(), if bed.is_timed() { calls } else { 0 }, "{name}");
}

#[test]
fn every_kind_of_value_arrives() {
    in_each_mode(|bed| {
        let native = Native::load("values.c");
        let mut seen = 0;
        for (name, function, driver) in pairs(&native) {
            assert_eq!(driver(function), 0, "{name} without a thunk");
            let thunks = bed.thunks(function);
            bed.as_managed(|| thunks.iter().for_each(|&made| drive(name, made, driver)));
            thunks.iter().for_each(|&made| assert_counted(bed, name, made));
            seen += 1;
        }
        assert!(seen > 20, "{seen}");
        bed.assert_balanced();
    });
}

/// One thunk that leads to another, as when a look-up is made of what a look-up gave.
#[test]
fn every_kind_of_value_arrives_through_three_thunks() {
    in_each_mode(|bed| {
        let native = Native::load("values.c");
        for (name, function, driver) in pairs(&native) {
            let first = bed.thunk(Purpose::Leave, function);
            let second = bed.thunk(Purpose::Reverse, first.stub);
            let third = bed.thunk(Purpose::Leave, second.stub);
            drive(name, third, driver);
            [first, second, third].iter().for_each(|&made| assert_counted(bed, name, made));
        }
        bed.assert_balanced();
    });
}

#[test]
fn what_native_code_calls_through_an_export_is_handed_on_and_not_counted() {
    in_each_mode(|bed| {
        let native = Native::load("values.c");
        for (name, function, driver) in pairs(&native) {
            let made = bed.thunk(Purpose::Export, function);
            drive(name, made, driver);
            assert_eq!(bed.counts(made), (0, 0, 0), "{name}");
        }
        bed.assert_balanced();
        // The same inside a call of managed code.
        extern "C" fn call_inside(export: usize) -> usize {
            // SAFETY: what it is called with leads to `same`.
            unsafe { as_function::<extern "C" fn(usize) -> usize>(export)(7) }
        }
        extern "C" fn same(x: usize) -> usize {
            x
        }
        let export = bed.thunk(Purpose::Export, same as *const () as usize);
        let leave = bed.thunk(Purpose::Leave, call_inside as *const () as usize);
        // SAFETY: it leads to `call_inside`.
        let call: extern "C" fn(usize) -> usize = unsafe { as_function(leave.stub) };
        assert!((0..5).all(|_| call(export.stub) == 7));
        assert_eq!((bed.counts(export), bed.counts(leave)), ((0, 0, 0), (5, 5, 0)));
    });
}

#[test]
fn a_host_is_told_of_all_but_calls_in_cooperative_mode() {
    super::child::in_modes(&[Mode::Told, Mode::Hosted], |bed| {
        use super::bed::TOLD;
        use std::sync::atomic::Ordering::Relaxed;
        extern "C" fn nothing() {}
        let told = || {
            [&TOLD.leave, &TOLD.enter, &TOLD.reverse_enter, &TOLD.reverse_leave].map(|it| it.load(Relaxed))
        };
        let thunks = bed.thunks(nothing as *const () as usize);
        bed.as_managed(|| {
            let before = told();
            for made in thunks {
                // SAFETY: it leads to `nothing`.
                (0..10).for_each(|_| unsafe { as_function::<extern "C" fn()>(made.stub)() });
            }
            let after = told();
            let more: Vec<_> = after.iter().zip(before).map(|(after, before)| after - before).collect();
            // Leave and Export; Reverse.
            assert_eq!(more, [20, 20, 10, 10]);
        });
        assert!(thunks.iter().all(|&made| bed.counts(made) == (10, 10, 0)));
        bed.assert_balanced();
    });
}
