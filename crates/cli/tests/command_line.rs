//! The command as people and scripts use it: help, what goes through to the application and what does not reach it,
//! `doctor`, and the forms of the report.

mod support;

use clrhost_testkit::{
    Finished, Needs, Run, clrhost, dotnet, dotnet_root, dotnet_version, fixture, has, scratch, workspace_root,
};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use support::{Program, assert_same, best_source};

#[track_caller]
fn answer(args: &[&str]) -> String {
    let finished = Run::clrhost().args(args).output();
    finished.assert_code(0);
    assert_eq!(finished.stderr, "", "{finished}");
    finished.stdout
}

#[test]
fn help_and_version() {
    for args in [["--help"], ["-h"], ["help"]] {
        let help = answer(&args);
        for word in
            ["Usage: clrhost", "run ", "doctor ", "Exit codes:", "120", "121", "122", "123", "124", "125"]
        {
            assert!(help.contains(word), "{word:?} is missing\n{help}");
        }
    }
    assert_eq!(answer(&["--version"]), format!("clrhost {}\n", env!("CARGO_PKG_VERSION")));
    let help = answer(&["run", "--help"]);
    for word in
        ["clrhost run [OPTIONS] <APP.dll> [ARGS]...", "--report", "--user-only", "--no-hooks", "Examples:"]
    {
        assert!(help.contains(word), "{word:?} is missing\n{help}");
    }
    assert!(answer(&["doctor", "--help"]).contains("Exits with 0 if all is well"));
}

#[test]
fn man_page_and_completions() {
    let man = answer(&["man"]);
    assert!(man.starts_with(".ie") && man.contains(".TH clrhost") && man.contains("Exit codes:"), "{man}");
    assert!(man.contains("clrhost run") && man.contains("clrhost doctor"), "{man}");
    for (shell, word) in
        [("bash", "complete -F"), ("zsh", "#compdef clrhost"), ("fish", "complete -c clrhost")]
    {
        let script = answer(&["completions", shell]);
        assert!(script.contains(word) && script.contains("user-only"), "{script}");
    }
}

/// Whoever reads only the first lines, as `head` does, is no reason to complain.
#[test]
fn a_reader_that_has_seen_enough() {
    for args in [&["man"][..], &["completions", "bash"], &["doctor"], &["--help"]] {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(clrhost());
        let output =
            command.env("DOTNET_ROOT", dotnet_root()).args(args).stdout(writer).output().expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

fn echo(args: &[&OsStr]) -> Program {
    Program::fixture("Echo").args(args.iter().copied())
}

#[test]
fn arguments_pass_through_as_they_are() {
    let not_utf8 = OsStr::from_bytes(b"\xff\xfe");
    let cases: &[&[&OsStr]] = &[
        &[],
        &["--".as_ref()],
        &["--".as_ref(), "--".as_ref(), "a".as_ref(), "--".as_ref()],
        &["".as_ref(), " ".as_ref(), "a  b".as_ref(), "*".as_ref(), "$HOME".as_ref(), "é\n".as_ref()],
        &[not_utf8],
        // Options that look like ours, right behind the application and later.
        &["--report".as_ref(), "x.json".as_ref(), "--no-hooks".as_ref()],
        &["-h".as_ref()],
        &["--help".as_ref(), "--version".as_ref()],
        &["a".as_ref(), "--user-only".as_ref(), "--exit".as_ref(), "9".as_ref()],
    ];
    for args in cases {
        let program = echo(args);
        let (hosted, dotnet) = (program.under_clrhost(), program.under_dotnet());
        assert_same(&hosted.finished, &dotnet);
        let text = |arg: &&OsStr| arg.to_string_lossy().into_owned();
        assert_eq!(hosted.report.application.args, args.iter().map(text).collect::<Vec<_>>());
    }
    assert_same(&echo(&["--help".as_ref()]).without_hooks(), &echo(&["--help".as_ref()]).under_dotnet());
}

#[test]
fn standard_input_passes_through() {
    // More than a pipe holds.
    let input = "a line of some length, to be repeated\n".repeat(10_000);
    let run = |run: Run| run.arg(fixture("Echo")).stdin(input.clone()).output();
    let report = scratch("stdin").join("report.json");
    let hosted = run(Run::clrhost().args(["run", "--report"]).arg(report));
    assert_same(&hosted, &run(Run::dotnet()));
    assert_eq!(hosted.stdout.lines().count(), 10_000);
}

#[test]
fn exit_codes_pass_through() {
    for code in [0, 1, 42, 120, 125, 255] {
        let text = code.to_string();
        let hosted = echo(&["--exit".as_ref(), text.as_ref()]).under_clrhost();
        hosted.finished.assert_code(code);
        hosted.assert_sound();
    }
}

/// `Child` running a shell script that says what it inherited.
fn child(script: &str) -> Program {
    Program::fixture("Child").args(["/bin/sh", "-c", script])
}

/// A child process gets the environment, signal settings and open files that it would get under dotnet: above all no
/// profiler, which it would load too.
#[test]
fn child_processes_inherit_nothing_of_ours() {
    let files = if has(Needs::ClosedFiles) { "; ls /proc/$$/fd" } else { "" };
    let inherited = child(&format!("env | grep -v ^_= | sort; grep ^Sig[BIC] /proc/self/status{files}"));
    let (hosted, dotnet) = (inherited.under_clrhost(), inherited.under_dotnet());
    assert_same(&hosted.finished, &dotnet);
    hosted.assert_sound();
    hosted.assert_as_expected();
    assert!(hosted.finished.stdout.contains("DOTNET_ROOT="), "{}", hosted.finished);
    assert!(!hosted.finished.stdout.contains("CORECLR_"), "{}", hosted.finished);
}

/// What clrhost sets for the runtime's start is gone again, and what was there, but switched off, is back: for managed code
/// and for native libraries.
#[test]
fn the_environment_is_as_it_was() {
    let names = [
        "CORECLR_ENABLE_PROFILING",
        "CORECLR_PROFILER",
        "CORECLR_PROFILER_PATH",
        "CORECLR_PROFILER_PATH_64",
        "DOTNET_ROOT",
    ];
    let untouched = Program::fixture("Variables").args(names);
    let switched_off = untouched
        .clone()
        .env("CORECLR_ENABLE_PROFILING", "0")
        .env("CORECLR_PROFILER", "{01234567-0123-0123-0123-0123456789ab}")
        .env("CORECLR_PROFILER_PATH_64", "/opt/other.so");
    for (program, profiling) in [(untouched, "none"), (switched_off, "0")] {
        let hosted = program.under_clrhost();
        assert_same(&hosted.finished, &program.under_dotnet());
        hosted.assert_as_expected();
        let expected = format!("CORECLR_ENABLE_PROFILING: managed {profiling}, native {profiling}\n");
        assert!(hosted.finished.stdout.starts_with(&expected), "{}", hosted.finished);
    }
}

#[test]
fn a_dotnet_child_runs_undisturbed() {
    let (dotnet, echo) = (dotnet(), fixture("Echo"));
    let args =
        [dotnet.as_os_str(), echo.as_os_str(), "--exit".as_ref(), "4".as_ref(), "from the parent".as_ref()];
    let program = Program::fixture("Child").args(args);
    let hosted = program.under_clrhost();
    assert_same(&hosted.finished, &program.under_dotnet());
    hosted.finished.assert_code(4);
    assert!(hosted.finished.stdout.starts_with("arg: from the parent\n"), "{}", hosted.finished);
    hosted.assert_sound();
    hosted.assert_as_expected();
}

#[test]
fn without_hooks_it_is_as_under_dotnet() {
    for program in [Program::fixture("Hello"), Program::fixture("Values"), Program::fixture("ExitInside")] {
        assert_same(&program.without_hooks(), &program.under_dotnet());
    }
    let crash = Program::fixture("Unhandled").args(["callback"]);
    assert_same(&crash.without_hooks(), &crash.under_dotnet());
}

/// The text report of a run, from stderr.
#[track_caller]
fn text_report(options: &[&str], name: &str) -> Finished {
    let finished = Run::clrhost().arg("run").args(options).arg(fixture(name)).output();
    finished.assert_code(0);
    assert!(!finished.stderr.contains('\x1b'), "colours go to terminals only\n{finished}");
    finished
}

#[test]
fn the_report_goes_to_stderr_as_text() {
    let finished = text_report(&[], "Values");
    assert_eq!(finished.stdout.lines().count(), 1, "{finished}");
    for word in ["Values.fx_twelve_doubles", "fx_mixed", "Interop.Sys.Write", "exit code 0"] {
        assert!(finished.stderr.contains(word), "{word:?} is missing\n{finished}");
    }
}

#[test]
fn formats_follow_the_option_or_the_name() {
    let folder = scratch("formats");
    let is_json = |options: &[&str], name: &str| {
        let file = folder.join(name);
        let run = Run::clrhost().arg("run").args(options).arg("--report").arg(&file).arg(fixture("Hello"));
        let finished = run.output();
        finished.assert_code(0);
        assert_eq!(finished.stderr, "", "the report is in the file");
        let text = fs::read_to_string(file).expect("a report");
        assert!(!text.is_empty());
        serde_json::from_str::<Value>(&text).is_ok()
    };
    assert!(is_json(&[], "a.json"));
    assert!(!is_json(&[], "a.txt"));
    assert!(is_json(&["--format", "json"], "b.txt"));
    assert!(!is_json(&["--format", "text"], "b.json"));
    let finished = Run::clrhost().args(["run", "--format", "json"]).arg(fixture("Hello")).output();
    assert!(serde_json::from_str::<Value>(&finished.stderr).is_ok(), "{finished}");
}

#[test]
fn user_only_hides_and_says_so() {
    let all = Program::fixture("Values").under_clrhost().report;
    assert!(!all.user_only && all.targets.iter().any(|row| row.origin == "corelib"));
    assert_eq!((all.hidden.targets, all.hidden.calls), (0, 0));

    let hosted = Program::fixture("Values").options(["--user-only"]).under_clrhost();
    // Among other things, that the calls shown and those hidden are all calls.
    hosted.assert_sound();
    hosted.assert_as_expected();
    let report = &hosted.report;
    assert!(report.user_only && report.targets.iter().all(|row| row.origin == "user"), "{}", hosted.text);
    assert!(report.hidden.targets > 0 && report.hidden.calls >= report.hidden.targets, "{}", hosted.text);
    assert_eq!(report.targets.len() as u64 + report.hidden.targets, report.totals.targets);

    let text = text_report(&["--user-only"], "Values");
    assert!(!text.stderr.contains("Interop.Sys"), "{text}");
    assert!(text.stderr.contains("(--user-only)") && text.stderr.contains("Values.fx_big_sum"), "{text}");
}

#[test]
fn top_limits_the_rows_of_the_text() {
    let rows = |options: &[&str]| {
        let text = text_report(options, "Values");
        ["fx_", "Interop."].iter().map(|name| text.stderr.matches(&format!(" {name}")).count()).sum::<usize>()
            + text.stderr.matches(" Values.fx_").count()
    };
    let all = rows(&["--top", "0"]);
    assert!(all >= 10, "{all}");
    assert_eq!(rows(&["--top", "3"]), 3);
    assert_eq!(rows(&[]), all, "25 are enough for all of these");
}

#[test]
fn reports_fit_the_schema() {
    let schema = workspace_root().join("docs/report.schema.json");
    let schema = fs::read_to_string(schema).expect("the schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    for program in [
        Program::fixture("Delegates"),
        Program::fixture("Calli").options(["--count-only"]),
        Program::fixture("ThreadEnds").options(["--user-only"]),
        Program::fixture("ExitInside"),
        Program::fixture("Crash").args(["memory"]),
    ] {
        let hosted = program.under_clrhost();
        let report = serde_json::from_str(&hosted.text).expect("JSON");
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{}", hosted.text);
    }
}

#[test]
fn the_report_says_what_ran() {
    let hosted = echo(&["x y".as_ref()]).under_clrhost();
    let report = &hosted.report;
    assert_eq!(report.application.path, fixture("Echo").to_str().unwrap());
    assert_eq!(report.runtime.name, "Microsoft.NETCore.App");
    let installed = dotnet_root().join("shared").join(&report.runtime.name).join(&report.runtime.version);
    assert!(installed.is_dir(), "{}", installed.display());
    assert!(report.process.wall_ns > 0 && report.process.wall_ns < hosted.finished.elapsed.as_nanos() as u64);
    assert_eq!(report.clrhost_version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn doctor_says_what_is_there() {
    let root = dotnet_root();
    let doctor = Run::clrhost().arg("doctor").arg(fixture("Hello")).output();
    doctor.assert_code(0);
    let (major, minor) = dotnet_version();
    let (framework, hostfxr) =
        (format!("Microsoft.NETCore.App {major}.{minor}."), format!("hostfxr {major}.{minor}."));
    let seen = format!("ok  crossings would be {}", best_source().words());
    for word in [
        root.to_str().unwrap(),
        "(from DOTNET_ROOT)",
        &framework,
        &hostfxr,
        "ok  nothing keeps the probe out",
        "ok  thunks can be made",
        &seen,
        "ok  wants Microsoft.NETCore.App 3.1.0, gets Microsoft.NETCore.App",
    ] {
        assert!(doctor.stdout.contains(word), "{word:?} is missing\n{doctor}");
    }
    let named =
        Run::clrhost().args(["doctor", "--dotnet-root"]).arg(&root).env_remove("DOTNET_ROOT").output();
    named.assert_code(0);
    assert!(named.stdout.contains("(named by the caller)"), "{named}");
}
