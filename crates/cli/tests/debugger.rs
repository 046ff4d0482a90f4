//! gdb on a real program: from a native function it finds the managed code that called it, thunk or not.

use clrhost_testkit::{Run, clrhost, fixture};
use std::process::Command;

/// Frames that gdb finds when native code of `Values` is called, innermost first.
fn frames(options: &[&str]) -> Option<Vec<String>> {
    let mut gdb = Run::new("gdb");
    gdb = gdb.args([
        "--batch",
        "--nx",
        "-iex",
        "set debuginfod enabled off",
        "-ex",
        "set breakpoint pending on",
    ]);
    // The runtime's own signals.
    gdb = gdb.args(["-ex", "handle SIGUSR1 SIG34 SIG35 SIG36 nostop noprint pass"]);
    gdb = gdb.args(["-ex", "break fx_add", "-ex", "run", "-ex", "bt", "-ex", "kill", "--args"]);
    let finished = gdb.arg(clrhost()).arg("run").args(options).arg(fixture("Values")).output();
    if finished.stderr.contains("ptrace: Operation not permitted") {
        println!("skipped: processes may not be traced here");
        return None;
    }
    let frames = finished.stdout.lines().filter(|line| line.starts_with('#'));
    // `#1  0x000055555594c671 in clrhost_thunk_leave_timed ()`
    let frames: Vec<_> =
        frames.map(|line| line.split_once(' ').expect("a frame").1.trim().to_owned()).collect();
    assert!(!frames.is_empty(), "{finished}");
    Some(frames)
}

#[test]
fn gdb_passes_thunks() {
    if Command::new("gdb").arg("--version").output().is_err() {
        println!("skipped: there is no gdb");
        return;
    }
    let Some(plain) = frames(&["--no-hooks"]) else { return };
    let Some(through) = frames(&["--source", "thunks"]) else { return };
    assert!(plain[0].starts_with("fx_add (a=") && through[0] == plain[0], "{plain:#?}\n{through:#?}");
    assert!(through[1].contains("clrhost_thunk_leave"), "{through:#?}");
    // Then the runtime's code for the P/Invoke, of which gdb knows nothing but the address, and guesses further on.
    assert!(plain[1].ends_with("in ?? ()") && through[2].ends_with("in ?? ()"), "{plain:#?}\n{through:#?}");
}
