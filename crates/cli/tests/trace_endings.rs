//! Programs under `clrhost trace` that end in every way a process can end: the end is as under `dotnet`, and the report is there.
//! The runtime has its signal handlers before clrhost comes, which is other than under `clrhost run`.

mod support;

use clrhost::report::Exit;
use clrhost_testkit::{
    Finished, Run, SIGABRT, SIGINT, SIGKILL, SIGTERM, dotnet, fixture, read_report, scratch,
};
use libc::{SIGHUP, SIGQUIT, SIGSEGV};
use support::{Hosted, Program, assert_same, assert_same_by, files, sources};

/// Runs the program under dotnet and under trace, with each source; apart from the end, all must be as the fixture says.
#[track_caller]
fn check(program: &Program) -> Vec<Hosted> {
    let dotnet = program.under_dotnet();
    let checked = sources().into_iter().map(|source| {
        let traced = program.clone().seen_by(source).under_trace();
        assert_same_by(source, &traced.finished, &dotnet);
        traced.assert_sound();
        traced.assert_as_expected();
        traced
    });
    checked.collect()
}

/// The report is one that the process made at its end.
#[track_caller]
fn assert_last(traced: &Hosted) {
    assert_eq!(traced.report.process.unreported_ns, None, "{}", traced.text);
}

#[test]
fn exceptions_that_nobody_catches() {
    for place in ["main", "callback"] {
        for traced in check(&Program::fixture("Unhandled").args([place])) {
            traced.finished.assert_signal(SIGABRT);
            assert_last(&traced);
        }
    }
}

#[test]
fn crashes() {
    for (kind, signal) in [("memory", SIGSEGV), ("abort", SIGABRT), ("failfast", SIGABRT)] {
        for traced in check(&Program::fixture("Crash").args([kind])) {
            traced.finished.assert_signal(signal);
            assert_last(&traced);
        }
    }
}

#[test]
fn a_stack_overflow_in_managed_code() {
    for source in sources() {
        let traced = Program::fixture("Crash").args(["overflow"]).seen_by(source).under_trace();
        traced.finished.assert_signal(SIGABRT);
        assert!(traced.finished.stderr.starts_with("Stack overflow.\n"), "{}", traced.finished);
        traced.assert_sound();
        traced.assert_as_expected();
        assert_last(&traced);
    }
}

#[test]
fn exits() {
    for traced in check(&Program::fixture("ExitInside")) {
        traced.finished.assert_code(7);
        assert_last(&traced);
    }
    for traced in check(&Program::fixture("BlockedAtExit")) {
        traced.finished.assert_code(0);
        assert_last(&traced);
    }
}

/// .NET makes exceptions of SIGSEGV and SIGFPE in managed code, so these signals do not mean the end.
#[test]
fn signals_that_become_exceptions() {
    for traced in check(&Program::fixture("Faults")) {
        traced.finished.assert_code(0);
    }
}

#[track_caller]
fn check_signals(mode: &[&str], ends: [(i32, Result<i32, i32>); 4]) {
    for (signal, end) in ends {
        for traced in check(&Program::fixture("Signalled").args(mode.iter().copied()).signalled(signal)) {
            match end {
                Ok(code) => traced.finished.assert_code(code),
                Err(signal) => traced.finished.assert_signal(signal),
            };
            assert_last(&traced);
        }
    }
}

#[test]
fn signals_that_nobody_handles() {
    let ends = [(SIGTERM, Ok(143)), (SIGINT, Err(SIGINT)), (SIGHUP, Err(SIGHUP)), (SIGQUIT, Err(SIGQUIT))];
    check_signals(&[], ends);
}

#[test]
fn console_cancel_key_press() {
    let ends = [(SIGTERM, Ok(143)), (SIGINT, Ok(6)), (SIGHUP, Err(SIGHUP)), (SIGQUIT, Ok(6))];
    check_signals(&["handlers"], ends);
}

#[test]
fn posix_signal_registrations() {
    clrhost_testkit::needs!(SignalRegistrations);
    let ends = [(SIGTERM, Ok(143)), (SIGINT, Err(SIGINT)), (SIGHUP, Err(SIGHUP)), (SIGQUIT, Err(SIGQUIT))];
    check_signals(&["registered"], ends);
    check_signals(&["cancelled"], [SIGTERM, SIGINT, SIGHUP, SIGQUIT].map(|signal| (signal, Ok(8))));
}

/// Such a signal, sent and not caused by an instruction, is survived once: the runtime puts the default in place of its handler.
#[test]
fn signals_that_the_runtime_survives_once() {
    clrhost_testkit::needs!(SurvivedSignals);
    for signal in [SIGABRT, SIGSEGV] {
        for traced in check(&Program::fixture("Endings").args(["sent".to_owned(), signal.to_string()])) {
            traced.finished.assert_code(3);
            assert_last(&traced);
        }
    }
}

#[test]
fn quick_exit_does_not_tell_its_code() {
    let program = Program::fixture("Endings").args(["quick_exit", "4"]);
    let traced = program.under_trace();
    assert_same(&traced.finished, &program.under_dotnet());
    traced.finished.assert_code(4);
    traced.assert_as_expected();
    assert_eq!(traced.report.process.exit, Exit::Unknown, "{}", traced.text);
    assert_last(&traced);
}

/// The report is the last one from while it ran. How the command itself ended, clrhost knows.
#[track_caller]
fn assert_early(traced: &Hosted, exit: Exit) {
    let (report, text) = (&traced.report, &traced.text);
    assert_eq!(report.process.exit, exit, "{text}");
    assert!(report.process.unreported_ns.is_some(), "{text}");
    assert_eq!(report.notes[0].code, "early", "{text}");
}

#[test]
fn a_killed_program_leaves_what_it_did_until_shortly_before() {
    for source in sources() {
        let program = Program::fixture("Endings").args(["kill", "9"]).seen_by(source);
        let traced = program.under_trace();
        traced.finished.assert_signal(SIGKILL);
        assert_early(&traced, Exit::Signal { signal: SIGKILL });
        assert_eq!(traced.row("Endings.fx_add").calls, 10);
    }
}

#[test]
fn an_immediate_exit_is_said_to_be_one() {
    let traced = Program::fixture("Endings").args(["_exit", "4"]).under_trace();
    traced.finished.assert_code(4);
    assert_early(&traced, Exit::Code { code: 4 });
}

/// One process, two programs in turn: two reports.
#[test]
fn exec() {
    let folder = scratch("trace-exec");
    let run = Run::clrhost().args(["trace", "--report"]).arg(folder.join("report.json")).arg("--");
    let finished =
        run.arg(dotnet()).arg(fixture("Endings")).arg("exec").arg(dotnet()).arg(fixture("Hello")).output();
    finished.assert_code(0);
    assert!(finished.stdout.ends_with("Hello from .NET\n"), "{finished}");
    let [second, first] = <[String; 2]>::try_from(files(&folder)).expect("two reports");
    let (first, second) = (read_report(&folder.join(first)), read_report(&folder.join(second)));
    assert_eq!(first["process"]["pid"], second["process"]["pid"]);
    assert_eq!(first["process"]["exit"]["kind"], "unknown");
    assert_eq!(first["notes"][0]["code"], "early");
    let calls =
        first["targets"].as_array().expect("rows").iter().find(|row| row["method"] == "Endings.fx_add");
    assert_eq!(calls.expect("a row")["calls"], 10);
    assert_eq!((&second["process"]["exit"]["code"], &second["notes"]), (&0.into(), &serde_json::json!([])));
}

/// The child has the handlers and the functions at exit, and must leave the parent's report alone.
#[test]
fn a_forked_child_does_not_touch_the_report() {
    for (how, status) in [("exit", 5 << 8), ("abort", SIGABRT), ("hup", SIGHUP)] {
        for traced in check(&Program::fixture("Endings").args(["fork", how])) {
            traced.finished.assert_code(0);
            assert_eq!(traced.expected().facts["child_status"], i64::from(status), "{how}");
            assert_last(&traced);
        }
    }
}

/// What is below the command is not told to clrhost by the system, and what outlives it is not waited for.
#[test]
fn processes_below_the_command() {
    let script = |script: &str| {
        let run = Run::clrhost().args(["trace", "--", "sh", "-c", script]);
        run.env("DOTNET", dotnet()).env("ENDINGS", fixture("Endings")).env("SIGNALLED", fixture("Signalled"))
    };
    let killed: Finished = script("$DOTNET $ENDINGS kill 9; exit 3").output();
    killed.assert_code(3);
    assert!(killed.stderr.contains("end not known"), "{killed}");
    assert!(killed.stderr.contains("The process ended without making a report"), "{killed}");

    let out = scratch("trace-left").join("out");
    let wait = "while ! grep -q ready $OUT; do sleep 0.1; done; sleep 1";
    let left = script(&format!("$DOTNET $SIGNALLED > $OUT 2>&1 & echo $!; {wait}")).env("OUT", out).output();
    left.assert_code(0);
    let pid: i32 = left.stdout.trim().parse().expect("a number");
    assert!(left.stderr.contains(&format!("process {pid} still runs")), "{left}");
    assert!(left.stderr.contains("still running"), "{left}");
    // SAFETY: kill takes no pointers.
    assert_eq!(unsafe { libc::kill(pid, SIGKILL) }, 0, "it ran");
}
