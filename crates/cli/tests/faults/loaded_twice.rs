//! The probe comes to a process twice: one watches, the other says that it does not, and the program runs.

use crate::support::{Program, assert_same, files};
use crate::watched;
use clrhost::report::Report;
use clrhost_testkit::{Expected, Finished, Run, clrhost, dotnet, fixture, scratch};
use std::fs;
use std::path::{Path, PathBuf};

const CLASS: &str = "{C1A05051-7B3E-4C1B-9D52-636C72686F73}";
const SECOND: &str =
    "loads the probe once more; what has loaded it first goes on being watched, and nothing else is";

/// The library that `clrhost trace` carries in itself: a command that it runs finds it in its environment.
fn library() -> PathBuf {
    let run = Run::clrhost().args(["trace", "--", "sh", "-c", "cp \"$CORECLR_PROFILER_PATH\" \"$COPY\""]);
    let copy = scratch("library").join("libclrhost_profiler.so");
    run.env("COPY", &copy).output();
    assert!(copy.exists());
    copy
}

fn read(report: &Path) -> Report {
    let text = fs::read(report).unwrap_or_else(|error| panic!("{}: {error}", report.display()));
    serde_json::from_slice(&text).expect("a report")
}

/// The rows of `Values`, each with the exact number.
#[track_caller]
fn assert_exact(report: &Report, finished: &Finished) {
    finished.assert_code(0);
    for expected in Expected::from_stdout(&finished.stdout).targets {
        let row = report.targets.iter().find(|row| row.method == expected.method);
        assert_eq!(row.map(|row| row.calls), Some(expected.calls), "{}", expected.method);
    }
    assert_eq!((report.totals.lost, report.totals.mismatches, report.totals.open), (0, 0, 0));
}

/// Told on stderr so many times.
#[track_caller]
fn assert_told(finished: &Finished, times: usize) {
    assert_eq!(finished.stderr.matches(SECOND).count(), times, "{finished}");
    assert_eq!(finished.stderr.lines().count(), times, "{finished}");
}

#[test]
fn one_library_as_profiler_and_as_listener() {
    let (library, report) = (library(), scratch("twice").join("report.json"));
    let list = format!("{}={CLASS};", library.display());
    let watched = Run::dotnet()
        .arg(fixture("Values"))
        .env("CORECLR_ENABLE_PROFILING", "1")
        .env("CORECLR_PROFILER", CLASS)
        .env("CORECLR_PROFILER_PATH", &library)
        .env("CORECLR_ENABLE_NOTIFICATION_PROFILERS", "1")
        .env("CORECLR_NOTIFICATION_PROFILERS", list)
        .env("CLRHOST_REPORT", &report)
        .output();
    assert_told(&watched, 1);
    assert_exact(&read(&report), &watched);
}

#[test]
fn one_library_as_two_listeners() {
    let (library, report) = (library(), scratch("twice").join("report.json"));
    let entry = format!("{}={CLASS};", library.display());
    let watched = Run::dotnet()
        .arg(fixture("Values"))
        .env("CORECLR_ENABLE_NOTIFICATION_PROFILERS", "1")
        .env("CORECLR_NOTIFICATION_PROFILERS", format!("{entry}{entry}"))
        .env("CLRHOST_BESIDE", "1")
        .env("CLRHOST_REPORT", &report)
        .output();
    assert_told(&watched, 1);
    assert_exact(&read(&report), &watched);
}

/// Two copies do not know of each other: both watch, and both are right.
#[test]
fn two_copies_of_the_library() {
    let (library, copy) = (library(), library());
    let report = scratch("twice").join("report.json");
    let watched = Run::dotnet()
        .arg(fixture("Values"))
        .env("CORECLR_ENABLE_PROFILING", "1")
        .env("CORECLR_PROFILER", CLASS)
        .env("CORECLR_PROFILER_PATH", &library)
        .env("CORECLR_ENABLE_NOTIFICATION_PROFILERS", "1")
        .env("CORECLR_NOTIFICATION_PROFILERS", format!("{}={CLASS};", copy.display()))
        .env("CLRHOST_REPORT", &report)
        .output();
    assert_told(&watched, 0);
    assert_exact(&read(&report), &watched);
}

/// A hosted program has its own probe, and the one of the trace keeps away.
#[test]
fn a_hosted_program_that_is_traced() {
    let folder = scratch("traced-run");
    let (inner, outer) = (folder.join("inner.json"), folder.join("outer.json"));
    let run = Run::clrhost().args(["trace", "--report"]).arg(&outer).arg("--");
    let finished = run.arg(clrhost()).args(["run", "--report"]).arg(&inner).arg(fixture("Values")).output();
    finished.assert_code(120);
    assert!(finished.stderr.contains("Is it clrhost itself?"), "{finished}");
    assert_eq!(files(&folder), ["inner.json"]);
    let report = read(&inner);
    let expected = Expected::from_stdout(&finished.stdout).targets;
    assert!(expected.iter().all(|expected| {
        report.targets.iter().any(|row| row.method == expected.method && row.calls == expected.calls)
    }));
}

/// As a listener it does not keep away: both report, each with its own source.
#[test]
fn a_hosted_program_with_the_probe_as_listener() {
    let (library, folder) = (library(), scratch("listened-run"));
    let (inner, outer) = (folder.join("inner.json"), folder.join("outer.json"));
    let finished = Run::clrhost()
        .args(["run", "--report"])
        .arg(&inner)
        .arg(fixture("Values"))
        .env("CORECLR_ENABLE_NOTIFICATION_PROFILERS", "1")
        .env("CORECLR_NOTIFICATION_PROFILERS", format!("{}={CLASS};", library.display()))
        .env("CLRHOST_BESIDE", "1")
        .env("CLRHOST_REPORT", &outer)
        .output();
    assert_told(&finished, 0);
    assert_exact(&read(&inner), &finished);
    assert_exact(&read(&outer), &finished);
}

/// A trace in a trace: the inner one has the program.
#[test]
fn a_traced_program_that_is_traced() {
    let folder = scratch("traced-trace");
    let (inner, outer) = (folder.join("inner.json"), folder.join("outer.json"));
    let run = Run::clrhost().args(["trace", "--report"]).arg(&outer).arg("--");
    let run = run.arg(clrhost()).args(["trace", "--report"]).arg(&inner).arg("--");
    let finished = run.arg(dotnet()).arg(fixture("Values")).output();
    finished.assert_code(120);
    assert_eq!(files(&folder), ["inner.json"]);
    assert_eq!(read(&inner).totals.mismatches, 0);
}

/// Loaded by somebody else than the runtime, the library does nothing.
#[test]
fn the_library_is_loaded_before_the_runtime_does() {
    let library = library();
    let program = Program::fixture("Values");
    let dotnet = program.under_dotnet();
    for watched in watched(&program.env("LD_PRELOAD", &library)) {
        assert_same(&watched.finished, &dotnet);
        watched.assert_sound();
        watched.assert_as_expected();
    }
}
