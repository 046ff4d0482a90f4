//! `examples/host.rs`, which people copy.

use clrhost_testkit::{Expected, Finished, Run, fixture};
use std::path::PathBuf;

/// Cargo builds the examples with the tests, but tells tests nothing about where.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("the test binary has a path");
    let profile = test.parent().and_then(|deps| deps.parent()).expect("it lies in target/PROFILE/deps");
    let example = profile.join("examples/host");
    assert!(
        example.exists(),
        "{} is missing; `cargo build -p clrhost --examples` makes it",
        example.display()
    );
    example
}

fn says(finished: &Finished, method: &str, calls: u64) -> bool {
    let end = format!(" called {method} {calls} times");
    finished.stderr.lines().any(|line| line.starts_with("thread ") && line.ends_with(&end))
}

#[test]
fn the_example_says_what_was_called() {
    let finished = Run::new(example()).arg(fixture("Values")).output();
    let expected = Expected::from_stdout(&finished.assert_code(0).stdout);
    for row in &expected.targets {
        assert!(says(&finished, &row.method, row.calls), "{} {}\n{finished}", row.method, row.calls);
    }
    assert!(!finished.stderr.contains("Interop.Sys.Write "), "it wants no hook for that\n{finished}");
}

#[test]
fn the_example_ends_as_the_application_does() {
    Run::new(example()).arg(fixture("Echo")).args(["--exit", "5"]).output().assert_code(5);
    let finished = Run::new(example()).arg(fixture("ExitInside")).output();
    finished.assert_code(7);
    assert!(says(&finished, "ExitInside.fx_call", 2), "{finished}");
}

#[test]
fn the_example_explains_what_it_cannot_run() {
    let finished = Run::new(example()).arg("/no/such/app.dll").output();
    finished.assert_code(1);
    assert!(finished.stderr.contains("/no/such/app.dll"), "{finished}");
    Run::new(example()).output().assert_code(2);
}
