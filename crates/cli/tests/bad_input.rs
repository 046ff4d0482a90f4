//! What cannot be done is refused before anything runs, with an exit code of its own and a message that names the next
//! step. The exit codes are documented in `clrhost --help`.

mod support;

use clrhost_testkit::{Finished, Run, clrhost, dotnet_root, fixture, read_report, scratch};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::files;

const REPORT_NOT_WRITTEN: i32 = 120;
const NO_DOTNET: i32 = 121;
const DOES_NOT_FIT: i32 = 122;
const BAD_APPLICATION: i32 = 123;
const OTHER_PROFILER: i32 = 124;
const FAILURE: i32 = 125;

/// `clrhost run` with a file for the report, which a refused run must not leave behind.
struct Refused {
    finished: Finished,
    report_folder: PathBuf,
}

#[track_caller]
fn refused(app: &Path, adjust: impl FnOnce(Run) -> Run) -> Refused {
    let report_folder = scratch("refused");
    let run = Run::clrhost().args(["run", "--report"]).arg(report_folder.join("report.json"));
    Refused { finished: adjust(run).arg(app).output(), report_folder }
}

impl Refused {
    /// The application did not run, which would have printed something, and stderr has all of `hints`.
    #[track_caller]
    fn assert(&self, code: i32, hints: &[&str]) {
        assert_refused(&self.finished, code, hints);
        assert_eq!(files(&self.report_folder), [""; 0], "something was left behind");
    }
}

#[track_caller]
fn assert_refused(finished: &Finished, code: i32, hints: &[&str]) {
    finished.assert_code(code);
    assert_eq!(finished.stdout, "", "{finished}");
    assert!(finished.stderr.starts_with("clrhost: ") || finished.stderr.starts_with("error: "), "{finished}");
    for hint in hints {
        assert!(finished.stderr.contains(hint), "{hint:?} is missing\n{finished}");
    }
}

/// A copy of `Hello` in a folder of its own, to be damaged.
fn copied() -> PathBuf {
    let folder = scratch("copied");
    for extension in ["dll", "runtimeconfig.json"] {
        let from = fixture("Hello").with_extension(extension);
        let to = folder.join("Hello").with_extension(extension);
        fs::copy(&from, to).unwrap_or_else(|e| panic!("can't copy {}: {e}", from.display()));
    }
    folder.join("Hello.dll")
}

/// What all the others deviate from.
#[test]
fn the_untouched_copy_runs() {
    let finished = Run::clrhost().args(["run", "--user-only"]).arg(copied()).output();
    finished.assert_code(0);
    assert_eq!(finished.stdout, "Hello from .NET\n");
}

#[test]
fn no_dotnet_in_the_folder_that_was_named() {
    let empty = scratch("no-dotnet");
    let refused = refused(&fixture("Hello"), |run| run.arg("--dotnet-root").arg(&empty));
    refused.assert(NO_DOTNET, &[empty.to_str().unwrap(), "name a directory that has `host/fxr`"]);
}

/// An environment in which nothing leads to a .NET, except where one is installed in the usual places: then that one is
/// used. `doctor` has the same opinion.
#[test]
fn no_dotnet_on_the_machine() {
    let home = scratch("home");
    let bare = |args: &[&str]| {
        let run =
            Run::new("/usr/bin/env").arg("-i").arg(format!("HOME={}", home.display())).arg("PATH=/nowhere");
        run.arg("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1").arg(clrhost()).args(args).output()
    };
    let app = fixture("Hello");
    let (run, doctor) = (bare(&["run", app.to_str().unwrap()]), bare(&["doctor", app.to_str().unwrap()]));
    assert_eq!(run.code, doctor.code, "{run}\n{doctor}");
    if doctor.stdout.contains("in the order of preference\n  none\n") {
        assert_refused(&run, NO_DOTNET, &["no .NET was found", "Install a .NET runtime, or set DOTNET_ROOT"]);
    } else {
        run.assert_code(0);
    }
}

#[test]
fn a_runtime_too_old() {
    let app = copied();
    let config = app.with_extension("runtimeconfig.json");
    let text = fs::read_to_string(&config).expect("a readable file");
    assert!(text.contains("\"3.1.0\""));
    fs::write(&config, text.replace("\"3.1.0\"", "\"99.0.0\"")).expect("a writable file");
    let hints = ["wants Microsoft.NETCore.App 99.0.0", "Install the .NET 99 runtime"];
    refused(&app, |run| run).assert(DOES_NOT_FIT, &hints);
    let without_hooks = Run::clrhost().args(["run", "--no-hooks"]).arg(&app).output();
    assert_refused(&without_hooks, DOES_NOT_FIT, &hints);
    let doctor = Run::clrhost().arg("doctor").arg(&app).output();
    doctor.assert_code(DOES_NOT_FIT);
    assert!(hints.iter().all(|hint| doctor.stdout.contains(hint)), "{doctor}");
}

#[test]
fn a_runtime_that_is_older_than_can_be_hosted() {
    let app = copied();
    let config = app.with_extension("runtimeconfig.json");
    let old = r#"{"runtimeOptions":{"framework":{"name":"Microsoft.NETCore.App","version":"2.1.0"}}}"#;
    fs::write(&config, old).expect("a writable file");
    let hints =
        ["wants Microsoft.NETCore.App 2.1.0", "hosts .NET Core 3.1 and later: set DOTNET_ROLL_FORWARD=Major"];
    refused(&app, |run| run).assert(DOES_NOT_FIT, &hints);
    // And following the advice helps.
    Run::clrhost().arg("run").arg(&app).env("DOTNET_ROLL_FORWARD", "Major").output().assert_code(0);
}

/// What has no runtimeconfig.json may be a program for a runtime that is not hosted at all.
#[test]
fn a_program_for_another_runtime() {
    let program = scratch("other-runtime").join("Emit.exe");
    fs::copy(fixture("Hello").with_file_name("../EmitIndirect.exe"), &program).expect("a program for Mono");
    let hints =
        ["Emit.runtimeconfig.json is missing", ".NET Framework or Mono", "does not host these runtimes"];
    refused(&program, |run| run).assert(BAD_APPLICATION, &hints);
}

#[test]
fn a_version_that_is_not_installed() {
    let refused = refused(&fixture("Hello"), |run| run.args(["--fx-version", "8.0.99"]));
    refused.assert(DOES_NOT_FIT, &["8.0.99"]);
}

#[test]
fn files_that_are_no_applications() {
    let folder = scratch("no-applications");
    let write = |name: &str, contents: &[u8]| {
        let file = folder.join(name);
        fs::write(&file, contents).expect("a writable folder");
        file
    };
    let assembly = fs::read(fixture("Hello")).expect("a readable file");
    let host = folder.join("host/Hello");
    fs::create_dir(folder.join("host")).expect("a writable folder");
    fs::copy(clrhost(), &host).expect("a writable folder");
    fs::copy(fixture("Hello"), folder.join("host/Hello.dll")).expect("a writable folder");
    let cases: [(PathBuf, &[&str]); 9] = [
        (folder.join("missing.dll"), &["there is no such file", "check the path"]),
        (folder.clone(), &["this is a directory", "name the app's .dll"]),
        (write("text.dll", b"not an assembly"), &["not a .NET assembly", "name the app's .dll"]),
        (write("empty.dll", b""), &["empty.dll"]),
        (write("cut.dll", &assembly[..assembly.len() / 4]), &["cut.dll"]),
        (
            fixture("Hello").with_file_name("libfixture.so"),
            &["native program or library (ELF)", "the app's .dll"],
        ),
        (host, &["app host", "Hello.dll"]),
        (clrhost(), &["native program or library (ELF)", "clrhost trace -- APP", "native AOT"]),
        (fixture("Entries"), &["class library without a Main", "name the .dll of a program"]),
    ];
    for (app, hints) in cases {
        refused(&app, |run| run).assert(BAD_APPLICATION, hints);
        let doctor = Run::clrhost().arg("doctor").arg(&app).output();
        doctor.assert_code(BAD_APPLICATION);
        assert!(hints.iter().all(|hint| doctor.stdout.contains(hint)), "{doctor}");
    }
}

#[test]
fn a_missing_or_damaged_configuration() {
    let app = copied();
    let config = app.with_extension("runtimeconfig.json");
    fs::write(&config, "{\"runtimeOptions\": ").expect("a writable file");
    refused(&app, |run| run).assert(BAD_APPLICATION, &["Hello.runtimeconfig.json is not valid"]);
    fs::remove_file(&config).expect("a writable folder");
    refused(&app, |run| run).assert(
        BAD_APPLICATION,
        &["Hello.runtimeconfig.json is missing", "dotnet build", "--runtimeconfig FILE"],
    );
    // And following the advice helps.
    let given = fixture("Hello").with_extension("runtimeconfig.json");
    Run::clrhost().args(["run", "--runtimeconfig"]).arg(given).arg(&app).output().assert_code(0);
}

#[test]
fn another_profiler() {
    let profiler = |run: Run| {
        run.env("CORECLR_ENABLE_PROFILING", "1")
            .env("CORECLR_PROFILER", "{01234567-0123-0123-0123-0123456789ab}")
            .env("CORECLR_PROFILER_PATH", "/opt/other/profiler.so")
    };
    let hints = ["another profiler", "/opt/other/profiler.so", "unset CORECLR_ENABLE_PROFILING"];
    refused(&fixture("Hello"), profiler).assert(OTHER_PROFILER, &hints);
    let doctor = profiler(Run::clrhost().arg("doctor")).output();
    doctor.assert_code(OTHER_PROFILER);
    assert!(hints.iter().all(|hint| doctor.stdout.contains(hint)), "{doctor}");
}

#[test]
fn profilers_switched_off() {
    let off = |run: Run| run.env("DOTNET_EnableDiagnostics", "0");
    let hints = ["DOTNET_EnableDiagnostics=0", "unset it"];
    refused(&fixture("Hello"), off).assert(OTHER_PROFILER, &hints);
    off(Run::clrhost().arg("doctor")).output().assert_code(OTHER_PROFILER);
    // Without the probe there is nothing in the way.
    off(Run::clrhost().args(["run", "--no-hooks"])).arg(fixture("Hello")).output().assert_code(0);
}

#[test]
fn a_report_that_cannot_be_written() {
    let folder = scratch("unwritable");
    let read_only = folder.join("read-only.json");
    fs::write(&read_only, "precious").expect("a writable folder");
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o444)).expect("a file of ours");
    for (path, reason) in [
        (folder.join("missing/report.json"), "No such file or directory"),
        (folder.clone(), "it is a directory"),
        (fixture("Hello").join("report.json"), "Not a directory"),
        (read_only.clone(), "permission denied"),
    ] {
        let finished = Run::clrhost().args(["run", "--report"]).arg(&path).arg(fixture("Hello")).output();
        let hints = [path.to_str().unwrap(), reason, "nothing was run", "--report FILE"];
        assert_refused(&finished, FAILURE, &hints);
    }
    assert_eq!(fs::read_to_string(&read_only).expect("still there"), "precious");
    assert_eq!(files(&folder), ["read-only.json"]);
}

/// That there is no room shows only at the end.
#[test]
fn a_report_that_finds_no_room() {
    let full = |report: &str, fixture: PathBuf| {
        Run::clrhost().args(["run", "--report", report]).arg(fixture).output()
    };
    let finished = full("/dev/full", fixture("Hello"));
    finished.assert_code(REPORT_NOT_WRITTEN);
    assert_eq!(finished.stdout, "Hello from .NET\n");
    assert_eq!(
        finished.stderr,
        "clrhost: the report could not be written: /dev/full: No space left on device (os error 28)\n"
    );
    // An exit code of the application's own says more than ours.
    let finished = full("/dev/full", fixture("ExitInside"));
    finished.assert_code(7);
    assert!(finished.stderr.contains("the report could not be written"), "{finished}");
}

/// Where stderr takes nothing, the exit code is all that is left to say so, and the application is not disturbed.
#[test]
fn a_stderr_that_takes_nothing() {
    let shell = |redirection: &str, app: &Path| {
        let script = format!("exec \"$0\" run \"$1\" {redirection}");
        Run::new("/bin/sh").args(["-c", &script]).arg(clrhost()).arg(app).output()
    };
    // A stderr that was closed from the start is opened as /dev/null by Rust.
    for (redirection, code) in [("2>/dev/full", REPORT_NOT_WRITTEN), ("2>&-", 0)] {
        let finished = shell(redirection, &fixture("Hello"));
        finished.assert_code(code);
        assert_eq!(finished.stdout, "Hello from .NET\n");
    }
    shell("2>/dev/full", &fixture("ExitInside")).assert_code(7);
    shell("2>/dev/full", Path::new("/nowhere.dll")).assert_code(BAD_APPLICATION);
}

#[test]
fn a_stderr_whose_reader_has_gone() {
    for (app, code) in [(fixture("Hello"), REPORT_NOT_WRITTEN), ("/nowhere.dll".into(), BAD_APPLICATION)] {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(clrhost());
        command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        let output = command.arg("run").arg(&app).stderr(writer).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{}", app.display());
    }
}

#[test]
fn wrong_usage() {
    let hello = fixture("Hello");
    let hello = hello.to_str().unwrap();
    let cases: [(&[&str], &str); 9] = [
        (&[], "Usage: clrhost"),
        (&["run"], "<APP.dll>"),
        (&["run", "--bogus", hello], "--bogus"),
        (&["bogus"], "unrecognized subcommand"),
        (&["run", "--format", "xml", hello], "possible values: text, json"),
        (&["run", "--top", "many", hello], "--top"),
        (&["run", "--no-hooks", "--report", "x.json", hello], "--no-hooks"),
        (&["run", "--roll-forward", "Sideways", hello], "Sideways"),
        (&["completions", "no-shell"], "no-shell"),
    ];
    for (args, hint) in cases {
        let finished = Run::clrhost().args(args).output();
        finished.assert_code(FAILURE);
        assert_eq!(finished.stdout, "", "{finished}");
        assert!(finished.stderr.contains(hint) && finished.stderr.contains("--help"), "{finished}");
    }
}

#[test]
fn reports_into_devices_and_pipes() {
    let finished = Run::clrhost()
        .args(["run", "--report", "/dev/stdout", "--format", "json"])
        .arg(fixture("Hello"))
        .output();
    finished.assert_code(0);
    let json = finished.stdout.strip_prefix("Hello from .NET\n").expect("the application's line first");
    let report: serde_json::Value = serde_json::from_str(json).expect("a report");
    assert_eq!(report["process"]["exit"]["code"], 0);

    let folder = scratch("pipe");
    let script = "mkfifo pipe.json && cat pipe.json > copy.json & \
                  while [ ! -p pipe.json ]; do sleep 0.01; done; \
                  \"$0\" run --report pipe.json \"$1\"; code=$?; wait; exit $code";
    let shell = Run::new("/bin/sh").args(["-c", script]).arg(clrhost()).arg(fixture("Hello"));
    shell.current_dir(&folder).output().assert_code(0);
    assert_eq!(read_report(&folder.join("copy.json"))["process"]["exit"]["code"], 0);
    // It is still the pipe, not a file in its place.
    assert_eq!(files(&folder), ["copy.json", "pipe.json"]);
    assert!(!fs::metadata(folder.join("pipe.json")).expect("the pipe").is_file());
}

/// The application goes to another folder, and the place is a link to a file of certain permissions.
#[test]
fn a_report_goes_where_it_was_asked_for() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = scratch("relative");
    fs::create_dir(folder.join("elsewhere")).expect("a folder");
    let run = |report: &str| {
        let run = Run::clrhost().args(["run", "--report", report]).arg(fixture("Echo"));
        run.args(["--chdir", "elsewhere"]).current_dir(&folder).output().assert_code(0);
    };
    run("report.json");
    assert_eq!(files(&folder), ["elsewhere", "report.json"]);

    fs::set_permissions(folder.join("report.json"), fs::Permissions::from_mode(0o640)).expect("permissions");
    fs::write(folder.join("report.json"), "an earlier report").expect("a file");
    symlink("report.json", folder.join("link.json")).expect("a link");
    run("link.json");
    assert_eq!(files(&folder), ["elsewhere", "link.json", "report.json"]);
    assert!(fs::symlink_metadata(folder.join("link.json")).expect("the link").is_symlink());
    assert_eq!(read_report(&folder.join("report.json"))["process"]["exit"]["code"], 0);
    let mode = fs::metadata(folder.join("report.json")).expect("the report").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
