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

/// Tests whose result depends on the version, which CI runs on each further one: how crossings are seen and recorded, how processes end,
/// `trace`, hosts. By name, over the whole workspace: a choice of packages would have other features, and be built anew.
const CHOSEN: [&str; 12] = [
    "counts",
    "endings",
    "enforced",
    "hosting",
    "live",
    "others",
    "recording",
    "sample",
    "thunk_programs",
    "trace",
    "trace_endings",
    "unverified",
];
/// Those that are about words and files, or take long and show the same. The tests of the C interface are of the interface.
const FURTHER: [&str; 9] = [
    "bad_input",
    "command_line",
    "debugger",
    "equality",
    "metrics",
    "policy",
    "programs",
    "reports",
    "trace_programs",
];

/// All tests of real programs.
pub fn all(filter: Option<&str>) -> Command {
    tests(CHOSEN.iter().chain(&FURTHER), filter)
}

/// Those that CI runs on each further version.
pub fn chosen(filter: Option<&str>) -> Command {
    tests(CHOSEN.iter(), filter)
}

fn tests<'a>(names: impl Iterator<Item = &'a &'a str>, filter: Option<&str>) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--no-fail-fast"]);
    tests.args(names.flat_map(|name| ["--test", name])).args(filter);
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
