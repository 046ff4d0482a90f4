//! Memory that the probe asks for and does not get: the program goes on, and the report says what it lost.

use crate::support::{Hosted, Program, Source, sources};
use clrhost::report::Report;
use clrhost_testkit::{Run, fixture, scratch};
use clrhost_trace::{OPEN, Recording};
use std::path::PathBuf;

/// Lets allocations fail; to be preloaded.
fn shim() -> PathBuf {
    fixture("Scarce").ancestors().nth(2).expect("fixtures lie in a folder").join("libfixture_failing.so")
}

/// What a task, a group of thunks or the table of delegates takes: all from this size on.
const LARGE: [&str; 3] = ["65536", "1000000000", "clrhost"];
/// What a task takes for its recorded calls.
const RING: [&str; 3] = ["1000000", "1200000", "clrhost"];

fn scarce(source: Source) -> [Hosted; 2] {
    let program = Program::fixture("Scarce").args(LARGE).env("LD_PRELOAD", shim());
    assert_eq!(program.under_dotnet().assert_code(0).stderr, "");
    let program = program.seen_by(source);
    [program.under_clrhost(), program.under_trace()]
}

/// One of two new threads found no memory, or both: for each its 30 calls are missing, and said to be.
fn check(watched: &Hosted, crossings_of_a_call: u64) -> u64 {
    let (report, text) = (&watched.report, &watched.text);
    watched.finished.assert_code(0);
    let lost = report.totals.lost;
    let threads = lost / (30 * crossings_of_a_call);
    assert!(threads == 1 || threads == 2, "{lost} lost\n{text}");
    assert_eq!(lost, threads * 30 * crossings_of_a_call, "{text}");
    assert!(report.notes.iter().any(|note| note.code == "lost"), "{text}");
    let calls = |method: &str| watched.row(method).calls;
    assert_eq!(calls("Scarce.fx_add"), 50 - 10 * threads, "{text}");
    assert_eq!(calls("Scarce.fx_call"), 51 - 10 * threads, "{text}");
    assert_eq!(calls("Scarce.fx_square"), 1, "{text}");
    assert_eq!((report.totals.mismatches, report.totals.open), (0, 0), "{text}");
    assert!(watched.expected().facts["failed"] > 0, "nothing failed");
    threads
}

/// The last of 5000 delegates has no thunk: one call less, and said.
#[test]
fn thunks() {
    for watched in scarce(Source::Thunks) {
        let threads = check(&watched, 1);
        assert_eq!(watched.row("Scarcely.Invoke").calls, 50 - 10 * threads, "{}", watched.text);
        let unhooked = &watched.report.unhooked;
        assert_eq!(unhooked, &["a delegate: no memory for a thunk"], "{}", watched.text);
    }
}

/// The flag's events are two a call.
#[test]
fn flag() {
    for watched in scarce(Source::Flag) {
        let threads = check(&watched, 2);
        assert_eq!(watched.row("Scarcely.Invoke").calls, 51 - 10 * threads, "{}", watched.text);
        assert!(watched.report.unhooked.is_empty(), "{}", watched.text);
    }
}

/// A thread for whose recorded calls there is no room: they are counted, and the recording says how many it lacks.
#[test]
fn recordings() {
    for source in sources() {
        let file = scratch("scarce").join("r.clrtrace");
        let run = Run::clrhost().args(["run", "--source", source.name(), "-o"]).arg(&file);
        let run = run.env("LD_PRELOAD", shim()).arg(fixture("Scarce"));
        run.args(RING).output().assert_code(0);
        let recording = Recording::read(&file).expect("a recording");
        assert!(recording.damage.is_empty(), "{:?}", recording.damage);
        let report = Report::from_json(recording.report.as_deref().expect("a report").as_bytes());
        let report = report.expect("one of ours");
        let rows = report.targets.iter().chain(&report.callbacks);
        let ended: u64 = rows.map(|row| row.completed).sum();
        let recorded = recording.calls.iter().filter(|call| call.duration_ns != OPEN).count() as u64;
        let missing: u64 = recording.losses.iter().map(|loss| loss.calls).sum();
        assert!(missing >= 30, "{source:?}: {:?}", recording.losses);
        assert_eq!(recorded + missing, ended, "{source:?}: {:?}", recording.losses);
    }
}
