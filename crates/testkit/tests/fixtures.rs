//! The fixtures under plain `dotnet`: what they claim about themselves holds before clrhost comes in.

use std::time::Duration;

use clrhost_testkit::{Expected, Finished, Run, SIGABRT, SIGINT, SIGTERM, dotnet, fixture, sample, scratch};

fn run(name: &str, args: &[&str]) -> Finished {
    Run::dotnet().arg(fixture(name)).args(args).output()
}

#[test]
fn each_fixture_ends_as_it_says() {
    let quiet = [
        "Values",
        "Inlined",
        "Marshalled",
        "Delegates",
        "Unmanaged",
        "Pointers",
        "Calli",
        "Suppressed",
        "Nested",
        "Caught",
        "NativeThreads",
        "Pool",
        "ManyThreads",
        "ThreadEnds",
        "LongJump",
        "Async",
        "Collecting",
        "BlockedAtExit",
    ];
    for name in quiet {
        let finished = run(name, &[]);
        assert_eq!(finished.assert_code(0).stderr, "", "{name}");
        let expected = Expected::from_stdout(&finished.stdout);
        assert_eq!(expected.fixture, name);
        assert!(!expected.targets.is_empty(), "{name}");
    }
    run("ExitInside", &[]).assert_code(7);
}

#[test]
fn an_unhandled_exception_aborts() {
    for place in ["main", "thread", "callback"] {
        let finished = run("Unhandled", &[place]);
        finished.assert_signal(SIGABRT);
        assert_eq!(finished.shell_code(), 134);
        assert!(
            finished.stderr.starts_with("Unhandled exception. System.InvalidOperationException"),
            "{finished}"
        );
    }
}

#[test]
fn signals_arrive() {
    let signalled = |args: &[&str], signal| {
        Run::dotnet().arg(fixture("Signalled")).args(args).signal_after_line("ready", signal).output()
    };
    signalled(&[], SIGTERM).assert_code(143);
    signalled(&[], SIGINT).assert_signal(SIGINT);
    let interrupted = signalled(&["handlers"], SIGINT);
    interrupted.assert_code(6);
    assert!(interrupted.stdout.ends_with("CancelKeyPress\nProcessExit\n"), "{interrupted}");
}

#[test]
fn arguments_input_and_exit_code_pass_through() {
    let echo = Run::dotnet().arg(fixture("Echo")).args(["a  b", "--exit", "5"]).stdin("one\ntwo").output();
    echo.assert_code(5);
    assert_eq!(echo.stdout, "arg: a  b\nin: one\nin: two\n");
    assert_eq!(echo.stderr, "echo: done\n");

    let (echo, dotnet) = (fixture("Echo"), dotnet());
    let (echo, dotnet) = (echo.to_str().unwrap(), dotnet.to_str().unwrap());
    let child = run("Child", &[dotnet, echo, "--exit", "4", "x y"]);
    child.assert_code(4);
    assert!(child.stdout.starts_with("arg: x y\n"), "{child}");
}

#[test]
fn the_sample_counts_its_calls() {
    let counts = scratch("orders").join("counts.json");
    let finished = Run::dotnet().arg(sample("orders")).arg("--counts").arg(&counts).output();
    finished.assert_code(0);
    let counts = clrhost_testkit::read_report(&counts);
    assert_eq!(counts["rows"], 100_000);
    assert_eq!(counts["callbacks"]["PriceWithTax"], 100_000);
    assert!(counts["callbacks"]["CompareNames"].as_u64() > Some(100_000), "{counts}");
}

#[test]
#[should_panic(expected = "took longer than")]
fn a_run_has_a_time_limit() {
    Run::dotnet().arg(fixture("Signalled")).time_limit(Duration::from_secs(1)).output();
}
