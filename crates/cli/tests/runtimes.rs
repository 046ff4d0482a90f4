//! The same counts on the oldest .NET that can be hosted, .NET Core 3.1.
//!
//! Not among the usual tests, because 3.1 is out of support and nothing installs it. PyPI's `dotnetcore2` has one:
//!
//! ```text
//! pip download --no-deps dotnetcore2 && unzip dotnetcore2-*.whl
//! CLRHOST_TEST_DOTNET31_ROOT=$PWD/dotnetcore2/bin cargo test -p clrhost-cli --test runtimes -- --ignored
//! ```

mod support;

use clrhost::report::Exit;
use clrhost_testkit::{Run, fixture, scratch};
use std::env;
use std::fs;
use std::path::PathBuf;
use support::{Hosted, Program};

/// All but `Unmanaged`, as 3.1 does not report calls of UnmanagedCallersOnly methods, and `ThreadEnds`, as pthread_exit
/// below managed frames is a matter of luck on 3.1, without clrhost too.
const FIXTURES: [&str; 17] = [
    "Values",
    "Inlined",
    "Marshalled",
    "Delegates",
    "Pointers",
    "Calli",
    "Suppressed",
    "Nested",
    "Caught",
    "NativeThreads",
    "Pool",
    "ManyThreads",
    "LongJump",
    "Async",
    "Collecting",
    "BlockedAtExit",
    "Faults",
];

fn dotnet31(name: &str) -> Program {
    let root = env::var_os("CLRHOST_TEST_DOTNET31_ROOT").map(PathBuf::from);
    let root = root.expect("CLRHOST_TEST_DOTNET31_ROOT names the folder of a .NET Core 3.1");
    let config = fixture(name).with_extension("runtimeconfig.json");
    let config = fs::read_to_string(config).expect("a readable file").replace("8.0.0", "3.1.0");
    let file = scratch("config31").join("runtimeconfig.json");
    fs::write(&file, config).expect("a writable folder");
    Program::fixture(name)
        .options(["--dotnet-root".as_ref(), root.as_os_str()])
        .exec_options(["--runtimeconfig".as_ref(), file.as_os_str()])
}

#[test]
#[ignore = "needs .NET Core 3.1 in CLRHOST_TEST_DOTNET31_ROOT"]
fn counts_on_dotnet_core_3_1() {
    for name in FIXTURES {
        let hosted = dotnet31(name).under_clrhost();
        hosted.finished.assert_code(0);
        assert!(hosted.report.runtime.version.starts_with("3.1."), "{}", hosted.text);
        hosted.assert_sound();
        hosted.assert_as_expected();
    }
}

#[test]
#[ignore = "needs .NET Core 3.1 in CLRHOST_TEST_DOTNET31_ROOT"]
fn endings_on_dotnet_core_3_1() {
    let exited = dotnet31("ExitInside").under_clrhost();
    exited.finished.assert_code(7);
    let crashed = dotnet31("Crash").args(["memory"]).under_clrhost();
    crashed.finished.assert_signal(libc::SIGSEGV);
    let aborted = dotnet31("Unhandled").args(["callback"]).under_clrhost();
    aborted.finished.assert_signal(libc::SIGABRT);
    for hosted in [exited, crashed, aborted] {
        hosted.assert_sound();
        hosted.assert_as_expected();
    }
}

/// The program is another `dotnet`'s, which finds its own runtime.
#[test]
#[ignore = "needs .NET Core 3.1 in CLRHOST_TEST_DOTNET31_ROOT"]
fn trace_on_dotnet_core_3_1() {
    let root = env::var_os("CLRHOST_TEST_DOTNET31_ROOT").map(PathBuf::from);
    let muxer = root.expect("CLRHOST_TEST_DOTNET31_ROOT names the folder of a .NET Core 3.1").join("dotnet");
    let ends = [("Values", &[][..], 0), ("Crash", &["memory"], 139), ("Crash", &["abort"], 134)];
    for (name, args, code) in ends.into_iter().chain([("Unhandled", &["callback"][..], 134)]) {
        let config = fs::read_to_string(fixture(name).with_extension("runtimeconfig.json")).expect("a file");
        let folder = scratch("trace31");
        let (config_file, file) = (folder.join("rc.json"), folder.join("report.json"));
        fs::write(&config_file, config.replace("8.0.0", "3.1.0")).expect("a writable folder");
        let run = Run::clrhost().args(["trace", "--report"]).arg(&file).arg("--").arg(&muxer);
        let run = run.args(["exec", "--runtimeconfig"]).arg(config_file).arg(fixture(name)).args(args);
        let finished = run.env_remove("DOTNET_ROOT").output();
        finished.assert_code(code);
        let text = fs::read_to_string(&file).expect("a report");
        let mut hosted = Hosted { report: serde_json::from_str(&text).expect("a report"), finished, text };
        if let Exit::Signal { signal } = hosted.report.process.exit {
            assert_eq!(code, 128 + signal);
            (hosted.finished.code, hosted.finished.signal) = (None, Some(signal));
        }
        assert!(hosted.report.runtime.version.starts_with("3.1."), "{}", hosted.text);
        assert_eq!(hosted.report.process.unreported_ns, None, "{}", hosted.text);
        hosted.assert_sound();
        hosted.assert_as_expected();
    }
}
