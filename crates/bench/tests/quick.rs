//! The benchmarks run; what they measure is nobody's to assert.

use clrhost_testkit::{Run, clrhost, dotnet_root, fixture, sample, scratch};
use std::fs;
use std::time::Duration;

#[test]
fn quick_figures_go_where_they_are_wanted_and_nowhere_else() {
    // Named here so that the message says what is missing.
    let (_, _, _) = (fixture("Bench"), fixture("Hello"), sample("orders"));
    let document = scratch("bench").join("BENCHMARKS.md");
    let marks = "<!-- figures: written by `cargo xtask bench` -->\n<!-- end of figures -->\n";
    fs::write(&document, format!("# Before\n{marks}After.\n")).unwrap();
    let bench = Run::new(env!("CARGO_BIN_EXE_clrhost-bench")).arg("--quick").arg("--clrhost").arg(clrhost());
    let bench = bench.arg("--output").arg(&document).env("CLRHOST_TEST_DOTNET_ROOT", dotnet_root());
    let finished = bench.time_limit(Duration::from_secs(300)).output();
    finished.assert_code(0);
    let written = fs::read_to_string(&document).unwrap();
    assert!(written.starts_with("# Before\n") && written.ends_with("After.\n"), "{written}");
    for row in
        ["| `dotnet`", "| `clrhost run`", "| empty profiler callback", "| counting, and a Rust host called"]
    {
        assert!(written.contains(row), "no row {row}\n{written}");
    }
    assert!(!written.contains("NaN") && !written.contains("inf"), "{written}");
}
