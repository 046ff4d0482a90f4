//! Processes that others start: `dotnet`, and a program of a single file, which has the runtime inside the executable and
//! .NET's own native libraries linked into it.

use clrhost_report::{Report, TargetRow};
use clrhost_testkit::{Needs, Run, dotnet, fixture, has, program, scratch};
use std::path::{Path, PathBuf};

/// Where cargo puts the library that is built for these tests.
fn library() -> PathBuf {
    let test = std::env::current_exe().expect("the test binary has a path");
    let library = test.with_file_name("libclrhost_profiler.so");
    assert!(library.exists(), "no {}", library.display());
    library
}

/// The run with the probe in its environment. The report goes to the file.
fn watched(run: Run, source: &str, report: &Path) -> Run {
    run.env("CORECLR_ENABLE_PROFILING", "1")
        .env("CORECLR_PROFILER", "{C1A05051-7B3E-4C1B-9D52-636C72686F73}")
        .env("CORECLR_PROFILER_PATH", library())
        .env("CLRHOST_REPORT", report)
        .env("CLRHOST_SOURCE", source)
}

fn read(report: &Path) -> Report {
    let text = std::fs::read(report).unwrap_or_else(|error| panic!("{}: {error}", report.display()));
    serde_json::from_slice(&text).expect("a report")
}

/// Method, symbol and calls of the rows that are not .NET's own.
fn rows(report: &Report) -> Vec<(String, Option<String>, u64)> {
    let own = |row: &&TargetRow| row.origin == "user";
    let row = |row: &TargetRow| (row.method.clone(), row.symbol.clone(), row.calls);
    let mut rows: Vec<_> = report.targets.iter().chain(&report.callbacks).filter(own).map(row).collect();
    rows.sort();
    rows
}

fn expected(native_delegate: Option<&str>) -> Vec<(String, Option<String>, u64)> {
    let row = |method: &str, symbol: Option<&str>, calls| {
        (format!("StartupHook.{method}"), symbol.map(str::to_owned), calls)
    };
    let mut rows = vec![
        row("Unary.Invoke", None, 50),
        row("Unary.Invoke", native_delegate, 20),
        row("fx_add", Some("fx_add"), 100),
        row("fx_call_many", Some("fx_call_many"), 1),
        row("getppid", Some("getppid"), 1),
    ];
    rows.sort();
    rows
}

/// Thunks see P/Invokes that are looked up, which those of .NET itself are not where they are linked in.
fn check(dotnet_is_linked_in: bool, start: impl Fn() -> Run) {
    let hook = fixture("StartupHook");
    for (source, native_delegate) in [("thunks", Some("fx_square")), ("flag", None)] {
        if source == "thunks" && !dotnet_is_linked_in && !has(Needs::Thunks) {
            continue;
        }
        let report = scratch("others").join("report.json");
        let finished = watched(start(), source, &report).env("DOTNET_STARTUP_HOOKS", &hook).output();
        finished.assert_code(0);
        assert!(finished.stderr.contains("startup hook: 8795, parent True"), "{}", finished.stderr);
        let report = read(&report);
        assert_eq!(rows(&report), expected(native_delegate), "{source}");
        let sees_dotnet = report.targets.iter().any(|row| row.origin == "corelib");
        let misses_dotnet = dotnet_is_linked_in && source == "thunks";
        assert_eq!(
            (sees_dotnet, report.unhooked.len()),
            (!misses_dotnet, usize::from(misses_dotnet)),
            "{source}"
        );
        let totals = &report.totals;
        assert_eq!((totals.mismatches, totals.lost, totals.unwound), (0, 0, 0), "{source}");
        assert_eq!((totals.leave, totals.reverse_enter), (totals.enter, totals.reverse_leave), "{source}");
    }
}

#[test]
fn a_program_of_a_single_file_is_watched_by_both_sources() {
    let folder = program("sarif");
    check(true, || {
        let out = scratch("sarif").join("out.sarif");
        Run::new(folder.join("package/Sarif.Multitool"))
            .args(["rewrite".as_ref(), folder.join("in.sarif").as_os_str()])
            .args(["--output".as_ref(), out.as_os_str()])
    });
}

#[test]
fn plain_dotnet_is_watched_by_both_sources() {
    check(false, || Run::new(dotnet()).arg(fixture("Hello")));
}

#[test]
fn without_a_report_to_write_nothing_is_watched() {
    let nowhere = scratch("nowhere").join("report.json");
    let finished = watched(Run::new(dotnet()).arg(fixture("Hello")), "thunks", &nowhere)
        .env_remove("CLRHOST_REPORT")
        .output();
    finished.assert_code(0);
    assert!(!nowhere.exists());
}
