//! The tests of real programs, on one version of .NET after the other.
//!
//! What a version has not, its tests do without, and note that in a file (`crates/testkit/src/needs.rs`); here it is told.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::Failure;
use crate::dotnet::Dotnet;
use crate::test::step;
use crate::workspace::{built, cargo, make_folder, progress};

/// Where the tests are whose result depends on the version. Those of the C interface are of the interface.
const PACKAGES: [&str; 3] = ["clrhost-cli", "clrhost", "clrhost-probe-library"];
/// Of these, what CI runs on each further version: how crossings are seen and recorded, how processes end, `trace`, hosts. The rest
/// is about the command's words and files, or takes long and shows the same.
const CHOSEN: [(&str, &[&str]); 3] = [
    (
        "clrhost-cli",
        &[
            "counts",
            "endings",
            "live",
            "recording",
            "sample",
            "thunk_programs",
            "trace",
            "trace_endings",
            "unverified",
        ],
    ),
    ("clrhost", &["hosting"]),
    ("clrhost-probe-library", &["others"]),
];

/// All tests that may depend on the version.
pub fn all(filter: Option<&str>) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--no-fail-fast"]);
    tests.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
    tests.args(filter);
    tests
}

/// Those that CI runs on each further version.
pub fn chosen(filter: Option<&str>) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--no-fail-fast"]);
    for (package, names) in CHOSEN {
        tests.args(["--package", package]).args(names.iter().flat_map(|name| ["--test", name]));
    }
    tests.args(filter);
    tests
}

/// Runs the whole suite on this .NET. If it is .NET 8, which everything is there for, nothing may be left out.
pub fn test_all(tests: &mut Command, dotnet: &Dotnet) -> Result<(), Failure> {
    let left_out = run(tests, dotnet)?;
    match left_out {
        0 => Ok(()),
        _ if dotnet.version.series() != (8, 0) => Ok(()),
        _ => Err(format!(
            "{left_out} tests did without something on .NET {}, which has everything",
            dotnet.version
        )),
    }
}

/// Runs tests on this .NET, and tells what they did without.
pub fn test(tests: &mut Command, dotnet: &Dotnet) -> Result<(), Failure> {
    run(tests, dotnet).map(drop)
}

/// Answers how many tests did without something.
fn run(tests: &mut Command, dotnet: &Dotnet) -> Result<usize, Failure> {
    make_folder(&built())?;
    let skips = built().join("skips.txt");
    // Of an earlier run.
    let _ = fs::remove_file(&skips);
    tests.env("CLRHOST_TEST_DOTNET_ROOT", &dotnet.root).env("CLRHOST_TEST_SKIPS", &skips);
    let result = step(&format!("on .NET {}", dotnet.version), tests);
    let left_out = tell(&fs::read_to_string(&skips).unwrap_or_default(), dotnet);
    result.map(|()| left_out)
}

/// Every test that did without something, under the reason.
fn tell(skips: &str, dotnet: &Dotnet) -> usize {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (test, reason) in skips.lines().filter_map(|line| line.split_once(": without ")) {
        let tests = by_reason.entry(reason).or_default();
        // It may have asked several times.
        if !tests.contains(&test) {
            tests.push(test);
        }
    }
    let count: usize = by_reason.values().map(Vec::len).sum();
    progress("left out", &format!("{count} tests, or parts of them, on .NET {}", dotnet.version));
    for (reason, tests) in by_reason {
        progress("", &format!("{reason}: {}", tests.join(", ")));
    }
    count
}
