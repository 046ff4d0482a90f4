//! The process ends while threads are inside native code, some of them in callbacks: the report is made, the calls in flight are in
//! it as open, and the exit code stays. (`endings.rs` has `Environment.Exit` inside of callbacks, and crashes.)

use crate::check;
use crate::support::Program;

fn ends(how: &str) {
    for watched in check(&Program::fixture("Exits").args([how])) {
        watched.finished.assert_code(7);
        assert!(watched.report.notes.iter().any(|note| note.code == "open"), "{}", watched.text);
    }
}

#[test]
fn main_returns() {
    ends("return");
}

#[test]
fn environment_exit() {
    ends("environment");
}

#[test]
fn exit_in_native_code() {
    ends("native");
}

#[test]
fn exit_in_native_code_on_another_thread() {
    ends("thread");
}
