//! `-o FILE`: calls recorded one by one, by `clrhost run` and by processes below `clrhost trace`.

use clrhost::report::Report;
use clrhost_testkit::{Run, dotnet, fixture, scratch};
use clrhost_trace::{End, OPEN, Recording};
use std::collections::BTreeMap;
use std::path::Path;

fn read(path: &Path) -> Recording {
    let recording = Recording::read(path).expect("a recording");
    assert!(recording.damage.is_empty(), "{:?}", recording.damage);
    recording
}

/// Calls that returned, by method and symbol.
fn returned(recording: &Recording) -> BTreeMap<(String, Option<String>), u64> {
    let mut returned = BTreeMap::new();
    for call in recording.calls.iter().filter(|call| call.duration_ns != OPEN) {
        let target = &recording.targets[call.target as usize];
        *returned.entry((target.method.clone(), target.symbol.clone())).or_default() += 1;
    }
    returned
}

fn reported(report: &Report) -> BTreeMap<(String, Option<String>), u64> {
    let mut returned = BTreeMap::new();
    for row in report.targets.iter().chain(&report.callbacks).filter(|row| row.completed > 0) {
        *returned.entry((row.method.clone(), row.symbol.clone())).or_default() += row.completed;
    }
    returned
}

#[test]
fn run_and_trace_record_what_they_report() {
    for source in ["thunks", "flag"] {
        let folder = scratch(&format!("recording-{source}"));
        let file = folder.join("trace.clrtrace");
        let options = |run: Run| run.args(["--source", source, "-o"]).arg(&file);
        let run = options(Run::clrhost().arg("run")).arg(fixture("Delegates"));
        let trace = options(Run::clrhost().arg("trace")).arg("--").arg(dotnet()).arg(fixture("Delegates"));
        for run in [run, trace] {
            run.output().assert_code(0);
            let recording = read(&file);
            let report = Report::from_json(recording.report.as_deref().expect("a report").as_bytes());
            assert_eq!(returned(&recording), reported(&report.expect("one of ours")), "{source}");
            assert!(recording.losses.is_empty());
            assert!(matches!(recording.end, End::Exit { code: 0, .. }), "{:?}", recording.end);
        }
    }
}

#[test]
fn each_process_below_a_command_has_a_recording() {
    let file = scratch("recording-two").join("t.clrtrace");
    let script = "\"$0\" \"$1\" && exec \"$0\" \"$1\"";
    let finished = Run::clrhost().args(["trace", "-o"]).arg(&file);
    let finished = finished.args(["--", "sh", "-c", script]).arg(dotnet()).arg(fixture("Hello")).output();
    finished.assert_code(0);
    let said: Vec<_> = finished.stderr.lines().filter(|line| line.contains(" is recorded in ")).collect();
    assert_eq!(said.len(), 2, "{finished}");
    let mut processes = Vec::new();
    for line in said {
        let path =
            line.split(" is recorded in ").nth(1).and_then(|rest| rest.split(':').next()).expect("a file");
        let recording = read(Path::new(path));
        assert!(line.contains(&format!("process {} ", recording.origin.pid)), "{line}");
        processes.push(recording.origin.pid);
    }
    processes.dedup();
    assert_eq!(processes.len(), 2);
}

/// Everything until shortly before the end is there, what waits in native code too, and the recording says that it was cut.
#[test]
fn a_killed_process_leaves_its_recording() {
    let file = scratch("recording-killed").join("t.clrtrace");
    let script = "\"$0\" \"$1\" & sleep 2; kill -9 $!; wait $!";
    let finished = Run::clrhost().args(["trace", "-o"]).arg(&file);
    let finished = finished.args(["--", "sh", "-c", script]).arg(dotnet()).arg(fixture("Signalled")).output();
    finished.assert_code(128 + 9);
    let recording = read(&file);
    assert_eq!((recording.end, recording.report.is_some()), (End::Cut, false));
    assert!(!recording.calls.is_empty() && recording.losses.is_empty());
    let open = recording.calls.iter().filter(|call| call.duration_ns == OPEN);
    let open: Vec<_> = open.map(|call| recording.targets[call.target as usize].method.as_str()).collect();
    assert!(open.iter().any(|method| method.starts_with("Signalled.")), "{open:?}");
}

#[test]
fn a_recording_ends_after_the_time_that_was_said_and_the_program_goes_on() {
    let file = scratch("recording-duration").join("t.clrtrace");
    let script = "\"$0\" \"$1\" & sleep 2; kill $!; wait $!";
    let finished = Run::clrhost().args(["trace", "--duration", "1s", "-o"]).arg(&file);
    let finished = finished.args(["--", "sh", "-c", script]).arg(dotnet()).arg(fixture("Signalled")).output();
    finished.assert_code(128 + 15);
    let recording = read(&file);
    let End::Stopped { at_ns } = recording.end else { panic!("{:?}", recording.end) };
    assert!(at_ns >= 1_000_000_000, "{at_ns}");
    assert!(recording.report.is_some());
}

#[test]
fn bad_options_are_refused_before_anything_runs() {
    let folder = scratch("recording-refused");
    let hello = fixture("Hello");
    for (options, words) in [
        (&["-o", "/no/such/folder/t"][..], "the recording cannot be written to /no/such/folder/t"),
        (&["-o", "t", "--max-size", "1M"], "room for 4 MiB"),
        (&["-o", "t", "--duration", "soon"], "a time is a number"),
        (&["--duration", "5s"], "--output"),
        (&["-o", "t", "--count-only"], "cannot be used with"),
    ] {
        for command in [&["run"][..], &["trace"]] {
            let run = Run::clrhost().args(command).args(options).current_dir(&folder);
            let run = if command[0] == "trace" { run.arg("--").arg(dotnet()) } else { run };
            let finished = run.arg(&hello).output();
            assert!(finished.stderr.contains(words) && finished.stdout.is_empty(), "{words}\n{finished}");
            finished.assert_code(125);
        }
    }
}
