//! The benchmarks run; what they measure is nobody's to assert.

use clrhost_testkit::{Run, clrhost, dotnet_root, fixture, sample, scratch};
use std::fs;
use std::time::Duration;

#[test]
fn quick_figures_go_where_they_are_wanted_and_nowhere_else() {
    // Named here so that the message says what is missing.
    let (_, _, _) = (fixture("Bench"), fixture("Hello"), sample("orders"));
    let written = quick(&[], "<!-- figures: written by `cargo xtask bench` -->\n");
    for row in [
        "| P/Invoke, counted ",
        "| delegate marshalling",
        "| start-up of hello world",
        "| counted: `clrhost run --count-only` ",
        "| timed: `clrhost run` ",
        "| counted, and a Rust host called",
        "| empty profiler callback",
        "| `--source flag`, timed",
    ] {
        assert!(written.contains(row), "no row {row}\n{written}");
    }
}

#[test]
fn much_of_everything_is_run_and_the_reports_agree() {
    let (_, _, _) = (fixture("Bench"), fixture("Crowd"), fixture("Billion"));
    let written = quick(&["--scale"], "<!-- figures: written by `cargo xtask bench --scale` -->\n");
    assert!(written.contains("100000, 100000 |"), "{written}");
}

fn quick(args: &[&str], mark: &str) -> String {
    let document = scratch("bench").join("BENCHMARKS.md");
    fs::write(&document, format!("# Before\n{mark}<!-- end of figures -->\nAfter.\n")).unwrap();
    let bench = Run::new(env!("CARGO_BIN_EXE_clrhost-bench")).arg("--quick").arg("--clrhost").arg(clrhost());
    let bench = args.iter().fold(bench, |bench, arg| bench.arg(arg));
    let bench = bench.arg("--output").arg(&document).env("CLRHOST_TEST_DOTNET_ROOT", dotnet_root());
    let finished = bench.time_limit(Duration::from_secs(300)).output();
    finished.assert_code(0);
    let written = fs::read_to_string(&document).unwrap();
    assert!(written.starts_with("# Before\n") && written.ends_with("After.\n"), "{written}");
    written
}
