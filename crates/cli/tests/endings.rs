//! Programs that end in every way a process can end: the end is as under `dotnet`, and the report is there and says what
//! was open.

mod support;

use clrhost::report::{BracketKind, Exit, OpenRow};
use clrhost_testkit::{Run, SIGABRT, SIGINT, SIGKILL, SIGTERM, fixture, scratch};
use std::fs;
use std::io::Read;
use support::{Hosted, Program, Source, assert_same, assert_same_by, files, sources};

const SIGHUP: i32 = libc::SIGHUP;
const SIGQUIT: i32 = libc::SIGQUIT;
const SIGSEGV: i32 = libc::SIGSEGV;

/// Runs the program under dotnet and under clrhost, with each source; apart from the end, all must be as the fixture says.
#[track_caller]
fn check(program: &Program) -> Vec<Hosted> {
    let dotnet = program.under_dotnet();
    let checked = sources().into_iter().map(|source| {
        let hosted = program.clone().seen_by(source).under_clrhost();
        assert_same_by(source, &hosted.finished, &dotnet);
        hosted.assert_sound();
        hosted.assert_as_expected();
        hosted
    });
    checked.collect()
}

/// The program's own open brackets, outermost first, of its only thread that has any.
fn open(hosted: &Hosted) -> Vec<(BracketKind, &str)> {
    hosted.own_open().into_iter().map(|open: &OpenRow| (open.kind, open.method.as_str())).collect()
}

#[test]
fn an_unhandled_exception_on_the_main_thread() {
    for hosted in check(&Program::fixture("Unhandled").args(["main"])) {
        hosted.finished.assert_signal(SIGABRT);
        assert!(hosted.finished.stderr.starts_with("Unhandled exception. System.InvalidOperationException"));
    }
}

#[test]
fn an_unhandled_exception_on_another_thread() {
    let program = Program::fixture("Unhandled").args(["thread"]);
    let mut dotnet = program.under_dotnet();
    for source in sources().into_iter().rev() {
        let mut hosted = program.clone().seen_by(source).under_clrhost();
        hosted.assert_sound();
        hosted.assert_as_expected();
        if source == Source::Flag {
            // What is not inlined for the count's sake has a line of its own in stack traces.
            for finished in [&mut hosted.finished, &mut dotnet] {
                let lines =
                    finished.stderr.lines().filter(|line| !line.starts_with("   at System.Threading."));
                finished.stderr = lines.collect::<Vec<_>>().join("\n");
            }
        }
        assert_same(&hosted.finished, &dotnet);
        hosted.finished.assert_signal(SIGABRT);
    }
}

#[test]
fn an_unhandled_exception_in_a_callback() {
    for hosted in check(&Program::fixture("Unhandled").args(["callback"])) {
        hosted.finished.assert_signal(SIGABRT);
        let (leave, reverse_enter) = (BracketKind::Leave, BracketKind::ReverseEnter);
        assert_eq!(open(&hosted), [(leave, "Unhandled.fx_call"), (reverse_enter, "Throwing.Invoke")]);
    }
}

#[test]
fn environment_exit_inside_callbacks() {
    for hosted in check(&Program::fixture("ExitInside")) {
        hosted.finished.assert_code(7);
        assert!(hosted.finished.stdout.ends_with("ProcessExit\n"), "{}", hosted.finished);
        let (call, callback) =
            ((BracketKind::Leave, "ExitInside.fx_call"), (BracketKind::ReverseEnter, "Exiting.Invoke"));
        let of = |name: &str| {
            let task = hosted.report.tasks.iter().find(|task| task.name.as_deref() == Some(name));
            let task = task.unwrap_or_else(|| panic!("no task of the name {name}\n{}", hosted.text));
            task.open.iter().map(|open| (open.kind, open.method.as_str())).collect::<Vec<_>>()
        };
        assert_eq!(of("main"), [call, callback, call, callback]);
        assert_eq!(of("blocked"), [(BracketKind::Leave, "ExitInside.fx_block")]);
    }
}

#[test]
fn a_thread_blocked_in_native_code_at_the_end() {
    for hosted in check(&Program::fixture("BlockedAtExit")) {
        hosted.finished.assert_code(0);
        assert_eq!(open(&hosted), [(BracketKind::Leave, "BlockedAtExit.fx_block")]);
        // It blocked before the main thread's wait for it ended.
        let ns = hosted.own_open()[0].ns;
        assert!(Some(0) < ns && ns < Some(hosted.report.process.wall_ns), "{}", hosted.text);
        assert!(hosted.report.notes.iter().any(|note| note.code == "open"), "{}", hosted.text);
    }
}

#[track_caller]
fn check_signal(args: &[&str], signal: i32) -> Vec<Hosted> {
    let all = check(&Program::fixture("Signalled").args(args.iter().copied()).signalled(signal));
    for hosted in &all {
        assert_eq!(open(hosted), [(BracketKind::Leave, "Signalled.fx_block_ready")]);
    }
    all
}

#[test]
fn sigterm() {
    for args in [&[][..], &["handlers"]] {
        for hosted in check_signal(args, SIGTERM) {
            hosted.finished.assert_code(143);
        }
    }
}

#[test]
fn sigint() {
    for hosted in check_signal(&[], SIGINT) {
        hosted.finished.assert_signal(SIGINT);
    }
    for handled in check_signal(&["handlers"], SIGINT) {
        handled.finished.assert_code(6);
        assert!(handled.finished.stdout.ends_with("CancelKeyPress\nProcessExit\n"), "{}", handled.finished);
    }
}

#[test]
fn sighup_and_sigquit() {
    check_signal(&[], SIGHUP);
    check_signal(&[], SIGQUIT);
}

/// A program that is told of the signals, by another way than the console's, may say that they are not to end it.
#[test]
fn posix_signal_registrations() {
    clrhost_testkit::needs!(SignalRegistrations);
    check_signal(&["registered"], SIGHUP);
    for handled in check_signal(&["cancelled"], SIGHUP) {
        handled.finished.assert_code(8);
        assert!(handled.finished.stdout.ends_with("told of SIGHUP\n"), "{}", handled.finished);
    }
}

#[test]
fn sigkill_leaves_everything_as_it_was() {
    for earlier in [None, Some("an earlier report")] {
        let folder = scratch("sigkill");
        let file = folder.join("report.json");
        earlier.into_iter().for_each(|text| fs::write(&file, text).expect("a writable folder"));
        let run = Run::clrhost().args(["run", "--report"]).arg(&file).arg(fixture("Signalled"));
        run.signal_after_line("ready", SIGKILL).output().assert_signal(SIGKILL);
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), earlier);
        assert_eq!(files(&folder).len(), earlier.iter().len(), "something was left beside the report");
    }
}

#[test]
fn a_new_report_takes_the_place_of_an_earlier_one_at_the_end() {
    let file = scratch("replaced").join("report.json");
    fs::write(&file, "an earlier report").expect("a writable folder");
    let mut earlier = fs::File::open(&file).expect("the file just written");
    let run = Run::clrhost().args(["run", "--report"]).arg(&file).arg(fixture("Hello"));
    run.output().assert_code(0);
    // Whoever reads meanwhile sees the one or the other, never half of each.
    let mut text = String::new();
    earlier.read_to_string(&mut text).expect("a readable file");
    assert_eq!(text, "an earlier report");
    assert_eq!(clrhost_testkit::read_report(&file)["process"]["exit"]["code"], 0);
}

#[test]
fn a_crash_in_native_code() {
    for hosted in check(&Program::fixture("Crash").args(["memory"])) {
        hosted.finished.assert_signal(SIGSEGV);
        assert_eq!(hosted.report.process.exit, Exit::Signal { signal: SIGSEGV });
        assert_eq!(
            open(&hosted),
            [
                (BracketKind::Leave, "Crash.fx_call"),
                (BracketKind::ReverseEnter, "Crashing.Invoke"),
                (BracketKind::Leave, "Crash.fx_crash"),
            ]
        );
    }
}

#[test]
fn abort_in_native_code() {
    for hosted in check(&Program::fixture("Crash").args(["abort"])) {
        hosted.finished.assert_signal(SIGABRT);
        assert_eq!(open(&hosted).last(), Some(&(BracketKind::Leave, "Crash.fx_abort")));
    }
}

#[test]
fn fail_fast() {
    for hosted in check(&Program::fixture("Crash").args(["failfast"])) {
        hosted.finished.assert_signal(SIGABRT);
    }
}

/// The dying thread has no stack left, so the report must be made elsewhere.
#[test]
fn a_stack_overflow_in_managed_code() {
    let program = Program::fixture("Crash").args(["overflow"]);
    program.under_dotnet().assert_signal(SIGABRT);
    for source in sources() {
        let hosted = program.clone().seen_by(source).under_clrhost();
        hosted.finished.assert_signal(SIGABRT);
        assert!(hosted.finished.stderr.starts_with("Stack overflow.\n"), "{}", hosted.finished);
        hosted.assert_sound();
        hosted.assert_as_expected();
    }
}

/// .NET makes exceptions of SIGSEGV and SIGFPE in managed code, so these signals do not mean the end.
#[test]
fn signals_that_become_exceptions() {
    for hosted in check(&Program::fixture("Faults")) {
        hosted.finished.assert_code(0);
        assert_eq!(hosted.row("Faulting.Invoke").threads, 2);
    }
}
