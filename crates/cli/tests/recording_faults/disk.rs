//! Disks that are full, that fail, that are slow; and what else ends a recording before its time.

use crate::support::{
    BOTH, Scene, Under, assert_undisturbed, completed, faulty_system, lost, number_before, read, returned,
};
use clrhost_testkit::{Finished, Run, fixture};
use clrhost_trace::{End, Recording};
use std::fs;
use std::process::Command;

const NOT_WRITTEN: i32 = 120;
const CALLS: u64 = 150_000;

/// Each call is in the file, or said there to be lost, or counted on stderr.
#[track_caller]
fn assert_accounted(finished: &Finished, recording: &Recording, completed: u64) {
    assert_eq!(recording.damage, [], "{finished}");
    let missing = number_before(finished, " calls are not in it");
    let (returned, lost) = (returned(recording), lost(recording));
    assert!(returned > 0 && missing > 0, "{finished}");
    match recording.end {
        End::Cut => assert_eq!(returned + lost + missing, completed, "{finished}"),
        // There was room for the words that it ends and what is missing until then, as half a block less is in the file.
        End::Stopped { .. } => {
            assert!(
                lost > 0 && returned + lost.max(missing) <= completed,
                "{lost} {missing} {completed} {finished}"
            );
        }
        other => panic!("{other:?} {finished}"),
    }
}

/// What must hold of every recording that could not be finished: the program ran on, the file is sound, and every call that is not
/// in it is counted on stderr.
#[track_caller]
fn assert_ends_early(scene: &Scene, finished: &Finished, why: &str) {
    finished.assert_code(NOT_WRITTEN);
    assert_undisturbed(finished, CALLS);
    assert!(finished.stderr.contains(why), "{finished}");
    let report = scene.report();
    assert_accounted(finished, &read(&scene.file), completed(&report));
    assert!(report.notes.iter().any(|note| note.code == "recording_failed"), "{:?}", report.notes);
    scene.looked_at().assert_code(0);
}

#[test]
fn without_a_fault_all_is_in_the_file() {
    for under in BOTH {
        let scene = Scene::new("none", under);
        let finished = scene.counted(CALLS, |run| run);
        finished.assert_code(0);
        let (recording, report) = (read(&scene.file), scene.report());
        assert_eq!(returned(&recording) + lost(&recording), completed(&report));
        assert!(!report.notes.iter().any(|note| note.code == "recording_failed"));
    }
}

/// The last write before the disk is full is cut in the middle of a block.
#[test]
fn a_full_disk() {
    for (under, options) in
        [(Under::Run, &[][..]), (Under::Trace, &[]), (Under::Trace, &["--max-size", "4M"])]
    {
        let scene = Scene::new("full", under);
        let finished = scene.counted_with(options, CALLS, |run| {
            run.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", "full@70001")
        });
        assert_ends_early(&scene, &finished, "cannot be written for now: No space left on device");
    }
}

#[test]
fn a_full_disk_before_anything_runs() {
    let scene = Scene::new("full-first", Under::Run);
    let full = |run: Run| run.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", "full@0");
    let finished = scene.counted(CALLS, full);
    finished.assert_code(125);
    assert!(finished.stdout.is_empty() && finished.stderr.contains("nothing was run"), "{finished}");
    // A program that others start goes on.
    let scene = Scene::new("full-first", Under::Trace);
    let finished = scene.counted(CALLS, full);
    finished.assert_code(NOT_WRITTEN);
    assert_undisturbed(&finished, CALLS);
    assert!(finished.stderr.contains("is not recorded in"), "{finished}");
}

/// While it is full, calls wait in their rings; those that find no room are counted, and then the recording goes on.
#[test]
fn a_disk_that_is_full_for_a_while() {
    for (under, options) in [(Under::Run, &[][..]), (Under::Trace, &["--max-size", "4M"])] {
        let scene = Scene::new("full-while", under);
        let finished = scene.counted_with(options, 600_000, |run| {
            run.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", "full@70001+3")
        });
        finished.assert_code(0);
        assert_undisturbed(&finished, 600_000);
        assert!(finished.stderr.contains("goes on: it can be written again"), "{finished}");
        let (recording, report) = (read(&scene.file), scene.report());
        assert_eq!((recording.damage.len(), lost(&recording) > 0), (0, true), "{finished}");
        assert_eq!(returned(&recording) + lost(&recording), completed(&report));
        assert!(matches!(recording.end, End::Exit { code: 0, .. }), "{:?}", recording.end);
    }
}

/// Threads come and go meanwhile: their calls are counted, and they themselves are not kept.
#[test]
fn threads_that_end_while_the_disk_is_full() {
    let scene = Scene::new("full-threads", Under::Run);
    let run = scene.recording(&[]).arg(fixture("Kinds")).arg("2000");
    let finished = run.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", "full@2000+2").output();
    finished.assert_code(0);
    let (recording, report) = (read(&scene.file), scene.report());
    assert_eq!(recording.damage, []);
    assert_eq!(returned(&recording) + lost(&recording), completed(&report), "{finished}");
}

#[test]
fn a_device_that_fails() {
    for under in BOTH {
        let scene = Scene::new("error", under);
        let finished = scene
            .counted(CALLS, |run| run.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", "error@70001"));
        assert_ends_early(&scene, &finished, "ends early, as it cannot be written: Input/output error");
    }
}

#[test]
fn writes_that_are_interrupted_or_short_lose_nothing() {
    for plan in ["interrupted", "short"] {
        let scene = Scene::new(plan, Under::Run);
        let finished =
            scene.counted(CALLS, |run| run.env("LD_PRELOAD", faulty_system()).env("FX_WRITES", plan));
        finished.assert_code(0);
        let (recording, report) = (read(&scene.file), scene.report());
        assert_eq!((recording.damage.len(), finished.stderr.as_str()), (0, ""), "{finished}");
        assert_eq!(returned(&recording) + lost(&recording), completed(&report));
    }
}

/// The system would end the process by SIGXFSZ, whichever thread writes.
#[test]
fn a_file_that_may_not_be_that_long() {
    let shell = "ulimit -f 1; exec dd if=/dev/zero of=\"$0\" bs=4096 count=1";
    let scene = Scene::new("long", Under::Run);
    Run::new("sh").args(["-c", shell]).arg(scene.folder.join("dd")).output().assert_signal(libc::SIGXFSZ);
    // The probe's library has to be in its place.
    Run::clrhost().args(["trace", "--", "true"]).output().assert_code(0);
    for under in BOTH {
        let scene = Scene::new("long", under);
        let run = scene.recording(&[]).arg(fixture("Billion")).args(["300000", "1"]);
        // The runtime maps code by a file of two gigabytes, which would be too long as well.
        let run = run.env("DOTNET_EnableWriteXorExecute", "0");
        let finished = run.resource_limit(libc::RLIMIT_FSIZE, 100_000).output();
        finished.assert_code(NOT_WRITTEN);
        assert!(
            finished.stdout.contains("\"calls\":300000}") && finished.stderr.contains("File too large"),
            "{finished}"
        );
        let recording = read(&scene.file);
        assert!(matches!(recording.end, End::Stopped { .. }), "{:?}", recording.end);
        assert_accounted(&finished, &recording, completed(&scene.report()));
    }
}

/// The same where it is the application's own thread that writes: at the end of the process, when the report is put behind the calls.
#[test]
fn a_file_that_may_not_be_that_long_at_the_end() {
    for under in BOTH {
        let scene = Scene::new("long-end", under);
        // 400 functions are called once, which makes a short recording and a long report.
        let run = scene
            .recording(&[])
            .arg(fixture("ManyTargets"))
            .arg("400")
            .env("DOTNET_EnableWriteXorExecute", "0");
        let finished = run.resource_limit(libc::RLIMIT_FSIZE, 150_000).output();
        // The last report of a process that others start is too long as well, and the one before it knows nothing of this.
        let codes = if under == Under::Run { &[NOT_WRITTEN][..] } else { &[0, NOT_WRITTEN] };
        assert!(finished.code.is_some_and(|code| codes.contains(&code)), "{finished}");
        assert!(finished.stdout.contains("\"fixture\":\"ManyTargets\""), "{finished}");
        assert!(finished.stderr.contains("is not whole: File too large"), "{finished}");
        let recording = read(&scene.file);
        assert_eq!((recording.damage.len(), recording.report), (0, None));
        assert!(recording.calls.len() >= 400);
    }
}

/// A real disk, which has a third of a megabyte.
#[test]
fn a_small_file_system() {
    let scene = Scene::new("tmpfs", Under::Run);
    let mount = "mount -t tmpfs -o size=320k none \"$0\" && cd \"$0\" && \"$@\"; code=$?; cp t.clrtrace ../copy; exit $code";
    let disk = scene.folder.join("disk");
    fs::create_dir(&disk).expect("a folder");
    let may_mount = Command::new("unshare")
        .args(["--mount", "sh", "-c", "mount -t tmpfs none \"$0\""])
        .arg(&disk)
        .output();
    if !may_mount.is_ok_and(|tried| tried.status.success()) {
        eprintln!("skipped: nothing may be mounted here");
        return;
    }
    let run =
        Run::new("unshare").args(["--mount", "sh", "-c", mount]).arg(&disk).arg(clrhost_testkit::clrhost());
    let run = run.args(["run", "--report"]).arg(scene.folder.join("r.json")).args(["-o", "t.clrtrace"]);
    let finished = run
        .arg(fixture("Counted"))
        .arg(scene.folder.join("counter"))
        .args([&CALLS.to_string(), "1000"])
        .output();
    let scene = Scene { file: scene.folder.join("copy"), ..scene };
    assert_ends_early(&scene, &finished, "No space left on device");
}

#[test]
fn reports_on_a_full_disk() {
    let scene = Scene::new("report", Under::Run);
    scene.counted(1000, |run| run).assert_code(0);
    for command in [
        &["report"][..],
        &["convert", "--format", "csv", "-o", "/dev/full"],
        &["report", "--html", "/dev/full"],
    ] {
        let run =
            Run::new("sh").args(["-c", "exec \"$@\" > /dev/full", "sh"]).arg(clrhost_testkit::clrhost());
        let finished = run.args(command).arg(&scene.file).output();
        finished.assert_code(125);
        assert!(
            finished.stderr.starts_with("clrhost: ") && finished.stderr.contains("No space left"),
            "{finished}"
        );
    }
    // The report of a run, which is on stderr, and the words that it cannot be written too.
    let run = Run::new("sh").args(["-c", "exec \"$@\" 2> /dev/full", "sh"]).arg(clrhost_testkit::clrhost());
    let finished = run.arg("run").arg(fixture("Hello")).output();
    finished.assert_code(NOT_WRITTEN);
    assert_eq!(finished.stdout, "Hello from .NET\n");
    let finished = Run::clrhost().args(["run", "--report", "/dev/full"]).arg(fixture("Hello")).output();
    finished.assert_code(NOT_WRITTEN);
    assert!(finished.stderr.contains("/dev/full: No space left"), "{finished}");
}

/// A defect of the recorder's own, which tests bring about in builds with debug assertions.
#[test]
fn a_recorder_that_panics() {
    for under in BOTH {
        let scene = Scene::new("panics", under);
        let finished = scene.counted(CALLS, |run| run.env("CLRHOST_TEST_FAULT", "recorder-panics"));
        finished.assert_code(NOT_WRITTEN);
        let expected = "ends early, as it cannot be written: clrhost's recorder failed, which is a defect";
        assert!(finished.stderr.contains(expected), "{finished}");
        assert!(finished.stdout.contains(&format!("\"calls\":{CALLS}")), "{finished}");
        let recording = read(&scene.file);
        // It says itself that it ends, and that calls are missing.
        assert!(matches!(recording.end, End::Stopped { .. }), "{:?}", recording.end);
        assert_eq!(recording.damage, []);
        assert!(lost(&recording) > 0);
        assert!(number_before(&finished, " calls are not in it") >= CALLS, "{finished}");
    }
}
