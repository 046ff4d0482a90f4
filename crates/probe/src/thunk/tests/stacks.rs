//! Walks of a stack from inside a call come through the thunks to the callers: glibc's, the unwinder's, a debugger's.

use super::bed::{Bed, Made, Mode};
use super::child::{finish, in_each_mode, in_modes, process_of};
use super::native::{Native, as_function};
use crate::thunk::Purpose::{Leave, Reverse};
use std::ffi::CStr;
use std::process::Command;

type Function = extern "C" fn(i64) -> i64;

/// The names of the frames that a walk found, innermost first; `?` for those that the linker does not know.
fn names(native: &Native) -> Vec<String> {
    let mut frames: *const usize = std::ptr::null();
    // SAFETY: declared in stacks.c; the array stays.
    let frames = unsafe {
        let count = native.function::<extern "C" fn(*mut *const usize) -> i64>(c"stacks_frames")(&mut frames);
        std::slice::from_raw_parts(frames, count as usize)
    };
    let name = |address: &usize| {
        // SAFETY: all-zero is a valid Dl_info, which is filled where the result is not 0.
        unsafe {
            let mut info: libc::Dl_info = std::mem::zeroed();
            let found = libc::dladdr((address.wrapping_sub(1)) as *const _, &mut info) != 0
                && !info.dli_sname.is_null();
            if found { CStr::from_ptr(info.dli_sname).to_string_lossy().into_owned() } else { "?".to_owned() }
        }
    };
    frames.iter().map(name).collect()
}

/// Calls `stacks_outer_caller`, which leads to thunks around what walks the stack.
fn walk(bed: &Bed, native: &Native, walker: &CStr, depth: usize) -> Vec<String> {
    let mut innermost = native.address(walker);
    let mut made: Vec<Made> = Vec::new();
    for purpose in [Leave, Reverse].into_iter().cycle().take(depth) {
        // One thunk leads to the next: frames of thunks alone lie in between.
        made.push(bed.thunk(purpose, innermost));
        innermost = made[made.len() - 1].stub;
    }
    native.set(c"NEXT", innermost);
    // SAFETY: declared in stacks.c.
    let call: Function = unsafe { native.function(c"stacks_outer_caller") };
    assert_eq!((0..3).map(|_| call(5)).collect::<Vec<_>>(), [8; 3]);
    names(native)
}

#[test]
fn walks_of_the_stack_pass_thunks() {
    in_each_mode(|bed| {
        let native = Native::load("stacks.c");
        for walker in [c"stacks_backtrace", c"stacks_unwind"] {
            let name = walker.to_str().expect("ASCII");
            // Out of line all thunks are one function, and glibc takes three of them without a frame in between for one.
            let depths: &[usize] = if bed.mode == Mode::SystemClock { &[0, 1, 2] } else { &[0, 1, 2, 3, 20] };
            for &depth in depths {
                let frames = walk(bed, &native, walker, depth);
                let begin = frames.iter().position(|it| it == name).expect("itself");
                let ours: Vec<_> = frames[begin..].iter().filter(|it| it.starts_with("stacks_")).collect();
                let callers = ["stacks_inner_caller", "stacks_middle_caller", "stacks_outer_caller"];
                assert_eq!(ours, [&[name], &callers[..]].concat(), "{depth} thunks");
                // And on to the beginning of the thread.
                assert!(frames.len() > begin + 4, "{frames:?}");
            }
        }
    });
}

/// gdb, on this very test: stops in the function and finds its callers.
///
/// Between two thunks is a frame here. Where one leads straight into another of the same kind, which happens where a function
/// calls a thunk in place of returning, gdb takes the two frames for one (same address, same function) and stops there.
#[test]
fn a_debugger_finds_the_callers() {
    for mode in Mode::ALL {
        if super::child::is_child() {
            break;
        }
        if Command::new("gdb").arg("--version").output().is_err() {
            println!("skipped: there is no gdb");
            return;
        }
        let child = process_of(mode, "thunk::tests::stacks::a_debugger_finds_the_callers");
        let mut gdb = Command::new("gdb");
        gdb.args([
            "--batch",
            "--nx",
            "-iex",
            "set debuginfod enabled off",
            "-ex",
            "set breakpoint pending on",
        ]);
        gdb.args(["-ex", "break stacks_stop", "-ex", "run", "-ex", "bt 12"]);
        // Out of line it was the first time, now in line.
        gdb.args(["-ex", "continue", "-ex", "bt 12", "-ex", "finish", "-ex", "kill"]);
        gdb.args(["--args"]).arg(child.get_program()).args(child.get_args());
        child.get_envs().for_each(|(name, value)| match value {
            Some(value) => drop(gdb.env(name, value)),
            None => drop(gdb.env_remove(name)),
        });
        let (_, output) = finish(gdb);
        if output.contains("ptrace: Operation not permitted") {
            println!("skipped: processes may not be traced here");
            return;
        }
        let frames = output.lines().filter(|line| line.starts_with('#'));
        let names = [
            "stacks_stop",
            "clrhost_thunk",
            "stacks_inner_caller",
            "stacks_middle_caller",
            "stacks_outer_caller",
        ];
        for name in names {
            // Twice at the break points, and in part again by `finish`.
            assert!(
                frames.clone().filter(|line| line.contains(name)).count() >= 2,
                "{mode:?} {name}\n{output}"
            );
        }
        assert!(output.contains("Value returned"), "{output}");
        assert!(!output.contains("corrupt stack") && !output.contains("previous frame"), "{output}");
    }
    if super::child::is_child() {
        in_modes(&[], |bed| {
            let native = Native::load("stacks.c");
            native.set(c"LAST", bed.thunk(Reverse, native.address(c"stacks_stop")).stub);
            native.set(c"NEXT", bed.thunk(Leave, native.address(c"stacks_between")).stub);
            // SAFETY: declared in stacks.c.
            let call: Function = unsafe { as_function(native.address(c"stacks_outer_caller")) };
            (0..2).for_each(|_| assert_eq!(call(1), 5));
        });
    }
}

/// Something to see for a sampling profiler: run it under `perf record`, with `CLRHOST_TEST_MODE=Counted`.
#[test]
#[ignore = "for perf"]
fn a_busy_function() {
    in_modes(&[Mode::Counted], |bed| {
        let native = Native::load("stacks.c");
        native.set(c"LAST", bed.thunk(Reverse, native.address(c"stacks_busy")).stub);
        native.set(c"NEXT", bed.thunk(Leave, native.address(c"stacks_between")).stub);
        // SAFETY: declared in stacks.c.
        let call: Function = unsafe { as_function(native.address(c"stacks_outer_caller")) };
        (0..3000).for_each(|_| assert_eq!(call(1), 5));
    });
}
