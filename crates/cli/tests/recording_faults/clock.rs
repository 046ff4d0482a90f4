//! The system's clock is set while calls are recorded. The clock of this machine stays as it is: `libfixture_faults.so` answers
//! for it.

use crate::support::{BOTH, Scene, faulty_system, read};
use clrhost_testkit::{Run, dotnet, fixture, read_report};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const CALLS: u64 = 20_000;
/// Two clocks of one rate, read one after the other; an hour is far from that.
const APART_NS: u64 = 5_000_000;

/// When the program says that it made its calls.
fn told(scene: &Scene) -> Vec<u64> {
    let mut bytes = vec![0; 8 * (CALLS as usize + 1)];
    File::open(scene.folder.join("counter"))
        .and_then(|file| file.read_exact_at(&mut bytes, 0))
        .expect("times");
    let numbers: Vec<u64> =
        bytes.chunks(8).map(|eight| u64::from_le_bytes(eight.try_into().expect("eight"))).collect();
    assert_eq!(numbers[0], CALLS);
    numbers[1..].to_vec()
}

/// The moment that the program saw in each call lies between the call's beginning and its end, by one and the same difference of the
/// two clocks.
#[track_caller]
fn assert_times(scene: &Scene) {
    let recording = read(&scene.file);
    let method = recording
        .targets
        .iter()
        .position(|target| target.method == "Counted.fx_counted")
        .expect("it was called") as u32;
    let calls: Vec<_> = recording.calls.iter().filter(|call| call.target == method).collect();
    if !recording.losses.is_empty() {
        // The machine was too busy to write all, and which call is which cannot be told.
        eprintln!("not compared: {:?}", recording.losses);
        return;
    }
    let told = told(scene);
    assert_eq!(calls.len(), told.len());
    let between = |index: usize| told[index].wrapping_sub(calls[index].began_ns);
    let apart = (0..calls.len()).map(between).min().expect("calls");
    for (call, told) in calls.iter().zip(&told) {
        let (began, seen) = (call.began_ns, told - apart);
        assert!(
            seen + APART_NS >= began && seen <= began + call.duration_ns + APART_NS,
            "{call:?}, seen at {seen}"
        );
    }
    assert!(calls.is_sorted_by_key(|call| call.began_ns));
}

#[test]
fn setting_the_clock_changes_no_time_of_a_call() {
    for clock in ["counter", "system"] {
        for under in BOTH {
            let scene = Scene::new("steps", under);
            let finished = scene.counted(CALLS, |run| {
                run.env("LD_PRELOAD", faulty_system()).env("FX_CLOCK", "steps").env("CLRHOST_CLOCK", clock)
            });
            finished.assert_code(0);
            assert_times(&scene);
            let began = UNIX_EPOCH + Duration::from_nanos(read(&scene.file).origin.began_unix_ns);
            let apart = SystemTime::now().duration_since(began).unwrap_or_else(|error| error.duration());
            assert!(apart < Duration::from_secs(2 * 3600), "{apart:?}");
            let report = scene.report();
            assert!(
                Duration::from_nanos(report.process.wall_ns) <= finished.elapsed,
                "{}",
                report.process.wall_ns
            );
            let clock_of_report = report.clock.expect("a clock").ns_per_tick;
            assert_eq!(clock_of_report == 1.0, clock == "system", "{clock_of_report}");
        }
    }
}

/// As on a machine without a battery, before it knows what time it is.
#[test]
fn a_clock_before_1970() {
    let scene = Scene::new("before-1970", BOTH[0]);
    let early = |run: Run| run.env("LD_PRELOAD", faulty_system()).env("FX_CLOCK", "-315619200");
    scene.counted(CALLS, early).assert_code(0);
    assert_times(&scene);
    assert_eq!(read(&scene.file).origin.began_unix_ns, 0);
    for format in ["perfetto", "chromium", "csv"] {
        let run = Run::clrhost().args(["convert", "--format", format, "-o", "/dev/null"]).arg(&scene.file);
        early(run).output().assert_code(0);
    }
    early(Run::clrhost().arg("report").arg(&scene.file)).output().assert_code(0);
}

/// For how long nothing is known of a killed program is told by clocks that nobody sets.
#[test]
fn the_age_of_the_last_report() {
    let scene = Scene::new("age", BOTH[1]);
    let file = scene.folder.join("r.json");
    let run = Run::clrhost().args(["trace", "--report"]).arg(&file).arg("--").arg(dotnet());
    let run = run.arg(fixture("Endings")).args(["kill", "9"]);
    let finished = run.env("LD_PRELOAD", faulty_system()).env("FX_CLOCK", "steps").output();
    finished.assert_code(128 + 9);
    let unreported = read_report(&file)["process"]["unreported_ns"].as_u64().expect("it was killed");
    assert!(
        Duration::from_nanos(unreported) <= finished.elapsed,
        "{unreported} ns of {:?}",
        finished.elapsed
    );
}
