//! Thunks are used again: their number follows what is alive, not how often it came.

use crate::child::{Child, facts, tell};
use clrhost::{Application, Host, Source};
use clrhost_testkit::{Finished, fixture};
use serde_json::json;
use std::fs;
use std::time::Duration;

/// Resident memory of the calling process.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it tells");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// In the child: runs so many rounds of a fixture, and tells what there is then.
fn run(name: &str, rounds: &str) -> i32 {
    let application = Application::new(fixture(name)).args([rounds]);
    let prepared = Host::builder().source(Source::Thunks).prepare(application).expect("it is prepared");
    let crossings = prepared.crossings().expect("hooks are on");
    let code = prepared.run().expect("it runs");
    tell(&json!({ "thunks": crossings.thunks(), "resident": resident_kib() }));
    code
}

/// In the parent: the child's thunks and memory.
#[track_caller]
fn told(finished: &Finished) -> (u64, u64) {
    finished.assert_code(0);
    let number = |name: &str| facts(finished)[name].as_u64().expect("a number");
    (number("thunks"), number("resident"))
}

fn child(rounds: &str) -> Child {
    Child::new().argument(rounds).time_limit(Duration::from_secs(200))
}

/// 10,000 delegates a round are marshalled and collected.
#[test]
fn thunks_of_collected_delegates_serve_again() {
    clrhost_testkit::needs!(Thunks);
    let after = |rounds: &str| told(&child(rounds).run(|rounds| run("ShortLived", rounds)));
    let ((few, _), (many, _)) = (after("1"), after("15"));
    // Which memory of the runtime's is used again is up to the collector.
    assert!(few > 1000 && many < few + few / 2, "{few}, then {many}");
}

/// Two libraries are loaded, looked up in and freed, 1,000 times each.
#[test]
fn thunks_of_libraries_that_come_again_serve_again() {
    let after = |rounds: &str| told(&child(rounds).run(|rounds| run("Replaced", rounds)));
    let ((few, small), (many, large)) = (after("30"), after("1000"));
    assert!(many <= few + 2, "{few}, then {many}");
    assert!(large < small + 20_000, "{small} KiB, then {large} KiB");
}
