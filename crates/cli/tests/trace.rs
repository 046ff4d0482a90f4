//! The command line of `clrhost trace`: what passes through, where reports go, and what is said when there is none.

mod support;

use clrhost::report::Report;
use clrhost_testkit::{Finished, Run, clrhost, dotnet, fixture, needs, read_report, scratch};
use std::fs;
use std::path::{Path, PathBuf};
use support::{Program, assert_same, best_source, files};

const PROFILER_CLASS: &str = "{0BADC0DE-0000-4000-8000-000000000001}";

fn trace() -> Run {
    Run::clrhost().arg("trace")
}

/// Somebody else's profiler, which says on stderr that it is there.
fn other_profiler() -> PathBuf {
    fixture("Hello").ancestors().nth(2).expect("the folder of all fixtures").join("libfixture_profiler.so")
}

fn with_other_profiler(run: Run) -> Run {
    run.env("CORECLR_ENABLE_PROFILING", "1")
        .env("CORECLR_PROFILER", PROFILER_CLASS)
        .env("CORECLR_PROFILER_PATH", other_profiler())
}

#[track_caller]
fn assert_says(finished: &Finished, words: &str) {
    assert!(finished.stderr.contains(words), "{words:?} expected\n{finished}");
}

#[test]
fn streams_arguments_and_the_exit_code_pass_through() {
    let echo = |run: Run| {
        run.arg(fixture("Echo"))
            .args(["--exit", "42", "--", "-x", "a b", "--report"])
            .stdin("to standard input\n")
            .output()
    };
    let plain = echo(Run::dotnet());
    let file = scratch("trace-echo").join("report.json");
    let traced = echo(trace().arg("--report").arg(&file).arg("--").arg(dotnet()));
    assert_same(&traced, &plain);
    traced.assert_code(42);
    assert_eq!(read_report(&file)["process"]["exit"]["code"], 42);
}

#[test]
fn a_command_needs_no_dashes_before_it() {
    let finished = trace().args(["--top", "3"]).arg(dotnet()).arg(fixture("Hello")).output();
    finished.assert_code(0);
    assert_eq!(finished.stdout, "Hello from .NET\n");
    assert_says(&finished, "dotnet Hello.dll on Microsoft.NETCore.App ");
}

/// As `env` and shells have it.
#[test]
fn commands_that_cannot_be_run() {
    let finished = trace().args(["--", "no-such-command-anywhere"]).output();
    finished.assert_code(127);
    assert_says(&finished, "clrhost: no-such-command-anywhere cannot be run: No such file");
    let plain_file = fixture("Hello").with_extension("runtimeconfig.json");
    let finished = trace().arg("--").arg(plain_file).output();
    finished.assert_code(126);
    assert_says(&finished, "cannot be run: Permission denied");
    trace().args(["--", "sh", "-c", "kill -9 $$"]).output().assert_code(137);
}

#[test]
fn a_command_without_dotnet_in_it_is_said_to_be_one() {
    let finished = trace().args(["--", "sh", "-c", "echo out; echo err >&2; exit 3"]).output();
    finished.assert_code(3);
    assert_eq!(finished.stdout, "out\n");
    assert!(
        finished.stderr.starts_with("err\nclrhost: no process of this command loaded clrhost's probe"),
        "{finished}"
    );
    assert!(finished.stderr.ends_with("\ndocs/trace.md says more\n"), "{finished}");
    // A report that was asked for by name is missed.
    let file = scratch("trace-none").join("report.json");
    trace().arg("--report").arg(&file).args(["--", "true"]).output().assert_code(120);
    assert!(!file.exists());
    // Who clears the environment takes the probe out.
    let finished = trace()
        .args(["--", "env", "-i", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"])
        .arg(dotnet())
        .arg(fixture("Hello"))
        .output();
    assert_eq!(finished.assert_code(0).stdout, "Hello from .NET\n");
    assert_says(&finished, "env -i");
}

/// In the terminal the reports come one after the other, when everything has ended.
#[test]
fn several_processes_on_stderr() {
    let script = "\"$DOTNET\" \"$HELLO\"; \"$DOTNET\" \"$VALUES\" > /dev/null; echo last >&2";
    let run = trace().args(["--user-only", "--top", "1", "--", "sh", "-c", script]).env("DOTNET", dotnet());
    let finished = run.env("HELLO", fixture("Hello")).env("VALUES", fixture("Values")).output();
    assert_eq!(finished.assert_code(0).stdout, "Hello from .NET\n");
    let places: Vec<_> = ["last\n", "Hello.dll\n", "Values.dll\n", "Values.fx_"]
        .map(|words| finished.stderr.find(words).unwrap_or_else(|| panic!("no {words:?}\n{finished}")))
        .into();
    assert!(places.is_sorted(), "{finished}");
    assert_eq!(finished.stderr.matches("clrhost: process ").count(), 2, "{finished}");
}

#[test]
fn several_processes_and_one_file() {
    let folder = scratch("trace-several");
    let script = "\"$DOTNET\" \"$HELLO\"; \"$DOTNET\" \"$HELLO\"";
    let run = trace()
        .args(["--format", "text", "--report"])
        .arg(folder.join("r.txt"))
        .args(["--", "sh", "-c", script]);
    let finished = run.env("DOTNET", dotnet()).env("HELLO", fixture("Hello")).output();
    finished.assert_code(0);
    let names = files(&folder);
    assert_eq!(names.len(), 2, "{names:?}");
    let further = names.iter().find(|name| *name != "r.txt").expect("a second one");
    assert_says(&finished, &format!("{}: ", folder.join(further).display()));
    for name in names {
        assert!(
            fs::read_to_string(folder.join(&name)).expect("a file").contains(best_source().words()),
            "{name}"
        );
    }
}

#[test]
fn options_of_the_report() {
    let json = trace().args(["--format", "json", "--user-only", "--count-only", "--source", "flag", "--"]);
    let finished = json.arg(dotnet()).arg(fixture("Values")).output();
    let report: Report =
        serde_json::from_str(&finished.assert_code(0).stderr).expect("a report and nothing else");
    assert!(report.user_only && report.targets.iter().all(|row| row.origin == "user"));
    assert!(report.notes.iter().any(|note| note.code == "counted"));
    assert_eq!(serde_json::to_value(report.source).expect("a word"), "flag");
}

#[test]
fn a_report_that_cannot_be_written_costs_no_run() {
    for file in ["/proc/nowhere/r.json", "/proc/nowhere/r-%p.json"] {
        let finished = trace().args(["--report", file, "--", "echo", "ran"]).output();
        finished.assert_code(125);
        assert_eq!(finished.stdout, "");
        assert_says(&finished, "the report cannot be written to /proc/nowhere/r");
    }
}

#[test]
fn another_profiler_is_left_in_its_place_unless_told_otherwise() {
    let hello = |run: Run| with_other_profiler(run.arg("--").arg(dotnet()).arg(fixture("Hello"))).output();
    let refused = hello(trace());
    refused.assert_code(124);
    assert_eq!(refused.stdout, "");
    assert_says(&refused, &format!("{PROFILER_CLASS} in {}", other_profiler().display()));
    assert_says(&refused, "--beside-profiler");
    assert_says(&refused, "--replace-profiler");

    let replaced = hello(trace().arg("--replace-profiler"));
    assert_eq!(replaced.assert_code(0).stdout, "Hello from .NET\n");
    assert!(!replaced.stderr.contains("other profiler"), "{replaced}");
    assert_says(&replaced, best_source().words());

    needs!(BesideAnother);
    let beside = hello(trace().arg("--beside-profiler"));
    assert_eq!(beside.assert_code(0).stdout, "Hello from .NET\n");
    assert_says(&beside, "other profiler: there\nother profiler: was told of modules\n");
    assert_says(&beside, "seen by the transitions flag");

    let thunks = hello(trace().args(["--beside-profiler", "--source", "thunks"]));
    thunks.assert_code(125);
    assert_says(&thunks, "thunks need changes of code");
    let new_spelling = trace().args(["--", "echo", "ran"]);
    let new_spelling =
        new_spelling.env("DOTNET_ENABLE_PROFILING", "1").env("DOTNET_PROFILER", "{X}").output();
    assert_eq!(new_spelling.assert_code(124).stdout, "");
    assert_says(&new_spelling, "{X} in (no library)");
}

/// What only listens is told everything that the flag tells.
#[test]
fn counts_beside_another_profiler() {
    needs!(BesideAnother);
    let names =
        ["Values", "Inlined", "Marshalled", "Delegates", "Unmanaged", "Pointers", "Calli", "Suppressed"];
    for name in names.into_iter().chain(["Nested", "Caught", "NativeThreads", "Pool", "ManyThreads", "Async"])
    {
        let program = Program::fixture(name).options(["--beside-profiler"]);
        let program = program.env("CORECLR_ENABLE_PROFILING", "1").env("CORECLR_PROFILER", PROFILER_CLASS);
        let traced = program.env("CORECLR_PROFILER_PATH", other_profiler()).under_trace();
        traced.finished.assert_code(0);
        assert_eq!(
            traced.finished.stderr, "other profiler: there\nother profiler: was told of modules\n",
            "{name}"
        );
        traced.assert_sound();
        traced.assert_as_expected();
        assert_eq!(traced.report.unhooked, [""; 0], "{name}");
    }
}

#[test]
fn switched_off_diagnostics_are_named() {
    let finished = trace().args(["--", "echo", "ran"]).env("DOTNET_EnableDiagnostics", "0").output();
    assert_eq!(finished.assert_code(124).stdout, "");
    assert_says(
        &finished,
        "DOTNET_EnableDiagnostics=0 keeps CoreCLR from loading a profiler; nothing was run",
    );
}

/// The library is laid down once, for this user alone, and where it cannot be, the run has its own copy.
#[test]
fn the_library_is_kept_in_the_cache() {
    let cache = scratch("trace-cache");
    let temporary = scratch("trace-temporary");
    let hello = |cache: &Path| {
        let run = trace().arg("--").arg(dotnet()).arg(fixture("Hello"));
        let finished = run.env("XDG_CACHE_HOME", cache).env("TMPDIR", &temporary).output();
        finished.assert_code(0);
        assert_says(&finished, best_source().words());
        assert_eq!(files(&temporary), [""; 0], "something was left");
    };
    hello(&cache);
    let names = files(&cache.join("clrhost"));
    let [name] = names.as_slice() else { panic!("{names:?}") };
    let library = cache.join("clrhost").join(name);
    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).expect("a file"));
    let first = inode(&library);
    hello(&cache);
    assert_eq!(inode(&library), first, "it was there already");
    // Half of one is no library.
    fs::write(&library, "not a library").expect("a writable file");
    hello(&cache);
    assert!(fs::metadata(&library).expect("a file").len() > 1_000_000);
    assert_eq!(files(&cache.join("clrhost")), std::slice::from_ref(name));
    hello(Path::new("/proc/nowhere"));
}

#[test]
fn a_library_that_is_named_is_looked_at() {
    let hello = |named: &Path| {
        let run = trace().arg("--").arg(dotnet()).arg(fixture("Hello"));
        run.env("CLRHOST_PROBE_LIBRARY", named).output()
    };
    let missing = hello(Path::new("/nowhere/libclrhost_profiler.so"));
    missing.assert_code(125);
    assert_says(&missing, "/nowhere/libclrhost_profiler.so is not the probe's library: No such file");
    let other = hello(&fixture("Hello"));
    other.assert_code(125);
    assert_says(&other, "it is no ELF file");
    let library = clrhost().with_file_name("deps").join("libclrhost_profiler.so");
    assert_says(hello(&library).assert_code(0), best_source().words());
}

/// `clrhost run` is a host with a probe of its own, so it has no need of the one in its environment.
#[test]
fn run_under_trace() {
    let file = scratch("run-under-trace").join("report.json");
    let run = trace().arg("--").arg(clrhost()).args(["run", "--report"]).arg(&file).arg(fixture("Hello"));
    let finished = run.output();
    assert_eq!(finished.assert_code(0).stdout, "Hello from .NET\n");
    assert_eq!(read_report(&file)["mode"], "run");
}
