//! `clrhost trace` sees in a program that somebody else starts what `clrhost run` sees in it: on fixtures, on programs that nobody here
//! wrote, in a program of a single file, and in an interpreter that hosts .NET.

mod support;

use clrhost::report::{Exit, Report, TargetRow};
use clrhost_testkit::{
    Difference, Direction, Finished, Needs, RowKey, Run, compare_rows_by, dotnet, fixture, has, needs,
    program, sample, scratch,
};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use support::others::{coco, mcs, nbgv};
use support::{Program, Source, assert_same, sources};

/// How often these are called is a matter of speed and of luck; see `equality.rs`.
const VARYING: [&str; 5] = [
    "Interop.Sys.SchedGetCpu",
    "Interop.Sys.GetTimestamp",
    "Interop.Sys.GetErrNo",
    "Interop.Sys.SetErrNo",
    "Interop.Sys.GetNonCryptographicallySecureRandomBytes",
];

fn key(direction: Direction, row: &TargetRow) -> Option<RowKey> {
    (!VARYING.contains(&row.method.as_str())).then(|| RowKey::of(direction, row))
}

/// Runs a program under `run` and under `trace`, with each source: as under dotnet, and the same rows.
#[track_caller]
fn check(name: &str, program: impl Fn() -> Program) {
    let dotnet = program().under_dotnet();
    for source in sources() {
        let run = program().seen_by(source).under_clrhost();
        let traced = program().seen_by(source).under_trace();
        // The sample prints how long it took.
        if name != "orders" {
            assert_same(&traced.finished, &dotnet);
        }
        traced.assert_sound();
        let differences = compare_rows_by(&run.report, &traced.report, key);
        let differences: Vec<_> = differences.iter().map(Difference::to_string).collect();
        assert!(
            differences.is_empty(),
            "{name} by {source:?}, under run and trace:\n{}",
            differences.join("\n")
        );
        assert_eq!(run.report.runtime, traced.report.runtime, "{name}");
        assert_eq!(run.report.unhooked, traced.report.unhooked, "{name}");
    }
}

#[test]
fn fixtures_are_seen_as_under_run() {
    for name in ["Values", "Inlined", "Marshalled", "Delegates", "Nested", "Caught", "Hello"] {
        check(name, || Program::fixture(name));
    }
    if has(Needs::UnmanagedCallersOnly) {
        check("Unmanaged", || Program::fixture("Unmanaged"));
    }
    for name in ["Pointers", "Calli", "Suppressed", "LongJump", "Exports", "Symbols", "Resolved", "Unloaded"]
    {
        check(name, || Program::fixture(name));
    }
}

/// Which thread does what differs; the fixture's own account does not.
#[test]
fn fixtures_of_several_threads_are_seen_as_they_say() {
    for name in ["NativeThreads", "Pool", "ManyThreads", "Async", "Collecting"] {
        for source in sources() {
            let traced = Program::fixture(name).seen_by(source).under_trace();
            traced.finished.assert_code(0);
            traced.assert_sound();
            traced.assert_as_expected();
        }
    }
}

#[test]
fn programs_of_others_are_seen_as_under_run() {
    check("orders", || Program::new(sample("orders")));
    needs!(ProgramsFor8);
    check("mcs", || mcs("mcs-trace").0);
    check("coco", || coco(&scratch("coco-trace")));
    check("nbgv", || nbgv("LibGit2"));
}

/// Runs a command under trace and gives the one report on it.
#[track_caller]
fn traced(
    source: Source,
    command: impl IntoIterator<Item = OsString>,
    more: impl FnOnce(Run) -> Run,
) -> (Finished, Report) {
    let file = scratch("traced").join("report.json");
    let run = Run::clrhost().args(["trace", "--source", source.name(), "--report"]).arg(&file).arg("--");
    let finished = more(run.args(command)).output();
    let text = fs::read(&file).unwrap_or_else(|error| panic!("no report: {error}\n{finished}"));
    (finished, serde_json::from_slice(&text).expect("a report"))
}

/// Where the system lets us, in a network of its own without any way out.
fn without_network(program: &Path) -> Vec<OsString> {
    let unshare = ["unshare", "--map-root-user", "--net"];
    let works = std::process::Command::new(unshare[0]).args(&unshare[1..]).arg("true").output();
    let mut command: Vec<OsString> = Vec::new();
    if works.is_ok_and(|output| output.status.success()) {
        command.extend(unshare.map(OsString::from));
    } else {
        println!("the network stays open: unshare is not allowed here");
    }
    command.push(program.into());
    command
}

/// It has the runtime inside, and no `dotnet` beside.
#[test]
fn a_program_of_a_single_file() {
    let folder = program("sarif");
    for source in sources() {
        let out = scratch("sarif-trace").join("out.sarif");
        let mut command = without_network(&folder.join("package/Sarif.Multitool"));
        command.extend([
            "rewrite".into(),
            folder.join("in.sarif").into(),
            "--output".into(),
            out.clone().into(),
        ]);
        let (finished, report) =
            traced(source, command, |run| run.env("DOTNET_STARTUP_HOOKS", fixture("StartupHook")));
        finished.assert_code(0);
        assert!(finished.stderr.contains("startup hook: 8795, parent True"), "{finished}");
        assert!(fs::read_to_string(out).expect("the result").contains("nobody"));
        assert_eq!(report.process.exit, Exit::Code { code: 0 });
        let calls = |method: &str| {
            report.targets.iter().filter(|row| row.method == method).map(|row| row.calls).sum::<u64>()
        };
        assert_eq!((calls("StartupHook.fx_add"), calls("StartupHook.fx_call_many")), (100, 1));
        let totals = &report.totals;
        assert_eq!((totals.mismatches, totals.lost, totals.unwound), (0, 0, 0));
    }
}

/// CPython hosts .NET by hostfxr, which loads Roslyn there and compiles; the result is a program like any other.
#[test]
fn an_interpreter_that_hosts_dotnet() {
    needs!(ProgramsFor8);
    let folder = program("pythonnet");
    let source_file = program("mcs").join("Input.cs");
    for source in sources() {
        let out = scratch("pythonnet").join("Input.dll");
        let command = || {
            [
                "python3".into(),
                folder.join("compile.py").into(),
                source_file.clone().into(),
                out.clone().into(),
            ]
        };
        let (finished, report) = traced(source, command(), |run| run);
        finished.assert_code(0);
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("compiled\n", ""));
        assert!(report.application.path.ends_with("python3"), "{}", report.application.path);
        assert_eq!(report.process.exit, Exit::Code { code: 0 });
        let is_pythons = |row: &&TargetRow| row.assembly.as_deref() == Some("Python.Runtime.dll");
        assert!(report.targets.iter().filter(is_pythons).map(|row| row.calls).sum::<u64>() > 100);
        assert!(report.callbacks.iter().filter(is_pythons).map(|row| row.calls).sum::<u64>() > 100);
        assert_eq!((report.totals.mismatches, report.totals.lost), (0, 0));

        let config = ["--runtimeconfig".into(), OsString::from(program("mcs").join("rc8.json"))];
        let compiled = Program::new(&out).exec_options(config).seen_by(source).under_trace();
        assert_eq!(compiled.finished.assert_code(0).stdout, "44850\n");
        compiled.assert_sound();
        assert_eq!(compiled.own_rows().count(), 300, "{}", compiled.text);
        assert!(compiled.own_rows().all(|row| row.calls == 1), "{}", compiled.text);
    }
}

/// A script that starts one program after the other, and a program that starts another.
#[test]
fn children_of_children() {
    let folder = scratch("children");
    let script = "\"$DOTNET\" \"$VALUES\" && exec \"$DOTNET\" \"$CHILD\" \"$DOTNET\" \"$NESTED\"";
    let run = Run::clrhost()
        .args(["trace", "--report"])
        .arg(folder.join("r-%p.json"))
        .args(["--", "sh", "-c", script]);
    let run = run.env("DOTNET", dotnet()).env("VALUES", fixture("Values")).env("CHILD", fixture("Child"));
    let finished = run.env("NESTED", fixture("Nested")).output();
    assert_eq!(finished.assert_code(0).stderr, "");
    let reports = support::files(&folder).into_iter().map(|name| {
        let report: Report =
            serde_json::from_slice(&fs::read(folder.join(&name)).expect("a file")).expect("a report");
        assert_eq!(name, format!("r-{}.json", report.process.pid));
        let of_fixture = |row: &&TargetRow| row.origin == "user";
        let calls = |rows: &[TargetRow]| rows.iter().filter(of_fixture).map(|row| row.calls).sum::<u64>();
        let assembly = report.application.args[0].rsplit('/').next().expect("a name").to_owned();
        (assembly, calls(&report.targets), calls(&report.callbacks))
    });
    let reports = support::sorted(reports);
    let expected = finished.stdout.lines().filter(|line| line.starts_with('{')).map(|line| {
        let expected = clrhost_testkit::Expected::from_stdout(line);
        let calls = |rows: &[clrhost_testkit::ExpectedRow]| rows.iter().map(|row| row.calls).sum::<u64>();
        (format!("{}.dll", expected.fixture), calls(&expected.targets), calls(&expected.callbacks))
    });
    assert_eq!(reports, support::sorted(expected));
    assert_eq!(reports.len(), 3);
}
