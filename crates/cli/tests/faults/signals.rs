//! Signals in the midst of crossings. (`endings.rs` has signals that end a program that waits, SIGSEGV that becomes an exception in managed
//! code called back from native code, and crashes.)

use crate::support::Program;
use crate::{check, watched};
use clrhost_testkit::SIGTERM;

/// A handler without SA_RESTART interrupts system calls of the program's threads, and of clrhost's that they make.
#[test]
fn sigprof_a_thousand_times_a_second() {
    for handler in ["restart", "plain"] {
        check(&Program::fixture("Interrupted").args([handler]));
    }
}

/// How far the threads had come nobody knows, but the report adds up.
#[test]
fn sigterm_in_the_midst_of_calls() {
    let program = Program::fixture("Interrupted").args(["forever"]).signalled(SIGTERM);
    program.under_dotnet().assert_code(143);
    for watched in watched(&program) {
        watched.finished.assert_code(143);
        let totals = &watched.report.totals;
        assert_eq!((totals.mismatches, totals.lost, totals.untimed), (0, 0, 0), "{}", watched.text);
        for task in watched.report.tasks.iter().filter(|task| task.settled) {
            let ended = task.enter + task.reverse_leave + task.unwound;
            let open = task.open.len() as u64;
            assert_eq!(task.leave + task.reverse_enter, ended + open, "task {}\n{}", task.id, watched.text);
        }
        let calls = |method: &str| watched.row(method).calls;
        let (add, call) = (calls("Interrupted.fx_add"), calls("Interrupted.fx_call"));
        assert!(call > 100 && add > call, "{}", watched.text);
    }
}
