//! Recordings of real programs, against the reports of the same runs.

use crate::child::Child;
use clrhost::report::Report;
use clrhost::{Application, Host, ProcessEnd, Recorder, RecordingOptions, Source};
use clrhost_testkit::fixture;
use clrhost_trace::{Call, Direction, End, OPEN, Recording};
use std::collections::BTreeMap;
use std::path::Path;

/// Runs a fixture in this process and records it, with the report in the recording.
fn record(name: &str, args: &[&str], path: &str, source: Source, limit: Option<u64>) -> i32 {
    let application = Application::new(fixture(name)).args(args);
    let prepared = Host::builder().source(source).notes_pauses().prepare(application).expect("it can be run");
    let reporter = prepared.reporter().expect("there are hooks");
    let options = RecordingOptions { path: path.into(), limit, ..RecordingOptions::default() };
    let recorder = Recorder::start(reporter, &options).expect("it can be recorded");
    let code = prepared.run().expect("it runs");
    recorder.finish(Some(ProcessEnd::Exit(code))).expect("all was written");
    code
}

fn read(path: &Path) -> (Recording, Report) {
    let recording = Recording::read(path).expect("it can be read");
    assert!(recording.damage.is_empty(), "{:?}", recording.damage);
    let report = serde_json::from_str(recording.report.as_deref().expect("a report")).expect("one of ours");
    (recording, report)
}

/// Calls that returned, by direction, method and symbol.
type Returned = BTreeMap<(bool, String, Option<String>), u64>;

fn returned(recording: &Recording) -> Returned {
    let mut returned = Returned::new();
    for call in recording.calls.iter().filter(|call| call.duration_ns != OPEN) {
        let target = &recording.targets[call.target as usize];
        let key = (target.direction == Direction::Leave, target.method.clone(), target.symbol.clone());
        *returned.entry(key).or_default() += 1;
    }
    returned
}

fn reported(report: &Report) -> Returned {
    let mut returned = Returned::new();
    for (leave, rows) in [(true, &report.targets), (false, &report.callbacks)] {
        for row in rows.iter().filter(|row| row.completed > 0) {
            *returned.entry((leave, row.method.clone(), row.symbol.clone())).or_default() += row.completed;
        }
    }
    returned
}

/// Of one thread calls lie inside of each other or one after the other.
fn assert_nested(calls: &[Call]) {
    let end = |call: &Call| call.began_ns.saturating_add(call.duration_ns);
    for calls in calls.chunk_by(|a, b| a.thread == b.thread) {
        let mut around: Vec<u64> = Vec::new();
        for call in calls {
            while around.last().is_some_and(|&end| end <= call.began_ns) {
                around.pop();
            }
            assert!(around.last().is_none_or(|&around| end(call) <= around), "{call:?}");
            around.push(end(call));
        }
    }
}

#[test]
fn every_call_of_the_report_is_in_the_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = [
        "Delegates",
        "Unmanaged",
        "Nested",
        "ManyThreads",
        "NativeThreads",
        "Pool",
        "Caught",
        "LongJump",
        "Values",
        "Suppressed",
    ];
    for source in ["thunks", "flag"] {
        for program in programs {
            let path = folder.path().join(format!("{program}.{source}.clrtrace"));
            let argument = format!("{program} {source} {}", path.display());
            let finished = Child::new().argument(&argument).run(|argument| {
                let [program, source, path] =
                    argument.split(' ').collect::<Vec<_>>().try_into().expect("three words");
                let source = if source == "flag" { Source::Flag } else { Source::Thunks };
                record(program, &[], path, source, None)
            });
            finished.assert_code(0);
            let (recording, report) = read(&path);
            assert_eq!(recording.losses, [], "{program}");
            assert_eq!(returned(&recording), reported(&report), "{program} {source}");
            assert!(matches!(recording.end, End::Exit { code: 0, .. }), "{:?}", recording.end);
            assert_eq!(recording.origin.source, source);
            assert!(recording.origin.runtime.starts_with("CoreCLR "), "{}", recording.origin.runtime);
            assert_nested(&recording.calls);
        }
    }
}

#[test]
fn collections_and_pauses_are_on_the_same_line_of_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace");
    let finished = Child::new()
        .argument(&path.to_string_lossy())
        .run(|path| record("Collecting", &[], path, Source::Thunks, None));
    finished.assert_code(0);
    let (recording, _) = read(&path);
    let End::Exit { at_ns, .. } = recording.end else { panic!("{:?}", recording.end) };
    assert!(recording.collections.iter().any(|it| it.generation == 2 && it.induced));
    for collection in &recording.collections {
        assert!(collection.began_ns + collection.duration_ns <= at_ns, "{collection:?} of {at_ns}");
    }
    let pauses = &recording.pauses;
    assert!(pauses.iter().any(|it| it.reason == clrhost_trace::PauseReason::GarbageCollection));
    assert!(pauses.iter().all(|it| it.duration_ns == OPEN || it.stopping_ns <= it.duration_ns), "{pauses:?}");
}

#[test]
fn a_recording_of_limited_size_keeps_the_newest_and_counts_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace");
    let finished = Child::new()
        .argument(&path.to_string_lossy())
        .run(|path| record("Bench", &["threads", "300000", "3", "2"], path, Source::Thunks, Some(4 << 20)));
    finished.assert_code(0);
    assert!(path.metadata().expect("a file").len() <= 4 << 20);
    let (recording, report) = read(&path);
    let lost: u64 = recording.losses.iter().map(|loss| loss.calls).sum();
    let completed: u64 = reported(&report).values().sum();
    assert_eq!(returned(&recording).values().sum::<u64>() + lost, completed);
    assert!(lost > 0);
}

#[test]
fn what_waits_in_native_code_is_open_at_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace");
    let finished = Child::new()
        .argument(&path.to_string_lossy())
        .run(|path| record("BlockedAtExit", &[], path, Source::Thunks, None));
    finished.assert_code(0);
    let (recording, report) = read(&path);
    let open = recording.calls.iter().filter(|call| call.duration_ns == OPEN);
    let open = open.map(|call| recording.targets[call.target as usize].method.as_str()).collect::<Vec<_>>();
    let reported = report.tasks.iter().flat_map(|task| &task.open).map(|open| open.method.as_str());
    for method in reported.filter(|method| method.contains("Block")) {
        assert!(open.contains(&method), "{method} is not in {open:?}");
    }
    assert!(!open.is_empty());
}
