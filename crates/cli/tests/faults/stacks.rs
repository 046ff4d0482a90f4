//! Stacks that run out. (`endings.rs` has managed code that calls itself.)

use crate::support::{Program, assert_same};
use crate::{check, watched};
use clrhost::report::Exit;
use clrhost_testkit::SIGABRT;
use libc::SIGSEGV;

/// Below a callback, on a stack that .NET made and on the one of the process: the runtime knows no native stack overflow.
#[test]
fn native_code_that_calls_itself() {
    for stack in ["main", "thread"] {
        let program = Program::fixture("Overflows").args(["native", stack]);
        let dotnet = program.under_dotnet();
        dotnet.assert_signal(SIGSEGV);
        for watched in watched(&program) {
            assert_same(&watched.finished, &dotnet);
            assert_eq!(watched.report.process.exit, Exit::Signal { signal: SIGSEGV });
            watched.assert_sound();
            assert_eq!(watched.row("Overflows.fx_overflow").calls, 1);
            assert_eq!(watched.own_open().len(), 3, "{}", watched.text);
        }
    }
}

/// The stack may run out inside of clrhost's own code: the report is made all the same, and says that it may be off by the call that was
/// being made. A small stack, as a process waits for its report for seconds only, and tests share a machine.
#[test]
fn crossings_without_end() {
    let program = Program::fixture("Overflows").args(["crossing", "thread"]);
    let dotnet = program.under_dotnet();
    dotnet.assert_signal(SIGABRT);
    assert!(dotnet.stderr.starts_with("Stack overflow.\n"), "{dotnet}");
    for watched in watched(&program) {
        watched.finished.assert_signal(SIGABRT);
        assert!(watched.finished.stderr.starts_with("Stack overflow.\n"), "{}", watched.finished);
        let (report, text) = (&watched.report, &watched.text);
        assert_eq!(report.process.exit, Exit::Signal { signal: SIGABRT }, "{text}");
        assert_eq!(report.process.unreported_ns, None, "made at the end");
        let (calls, callbacks) = (watched.row("Overflows.fx_call"), watched.row("Overflowing.Invoke"));
        assert!(calls.calls > 500, "{} calls", calls.calls);
        assert!(calls.calls.abs_diff(callbacks.calls) <= 1, "{calls:?}\n{callbacks:?}");
        assert_eq!((calls.unwound, report.totals.mismatches, report.totals.lost), (0, 0, 0));
        let unsettled = report.notes.iter().any(|note| note.code == "unsettled");
        let open = report.totals.open;
        let off = open.abs_diff(calls.calls + callbacks.calls);
        assert!(off <= u64::from(unsettled), "{open} open, {calls:?}\n{callbacks:?}");
    }
}

/// What clrhost needs of the stack, also where it does more than usual. `docs/testing.md` has how much that is where it is optimised.
#[test]
fn a_callback_near_the_end_of_the_stack() {
    for which in ["first", "again"] {
        check(&Program::fixture("Overflows").args(["near", "16384", which]));
    }
}
