//! What is said about time, in words.

mod support {
    pub mod scenes;
}

use clrhost_analysis::{Analysis, FindingsOptions};
use clrhost_trace::{End, OPEN, Pause, PauseReason, Recording};
use support::scenes::{MS, S, Scene, hostile, service};

fn about_time(recording: &Recording, long_ns: Option<u64>) -> Vec<String> {
    Analysis::new(recording).unwrap().findings(FindingsOptions { long_ns }).about_time()
}

#[track_caller]
fn assert_says(lines: &[String], expected: &str) {
    assert!(lines.iter().any(|line| line == expected), "{expected}\nis not among\n{}", lines.join("\n"));
}

#[test]
fn a_starved_pool_is_told() {
    let recording = service();
    let lines = about_time(&recording, None);
    assert_says(
        &lines,
        "All 12 thread-pool workers that came to the border were in native code at once for 4.17 s (from 1.24 s to 5.41 s): \
         work that was queued meanwhile may have waited.",
    );
    assert_says(
        &lines,
        "12 thread-pool workers were inside libpq.so.5!PQexec at once for 4.17 s (from 1.24 s to 5.41 s); the longest call \
         took 4.23 s.",
    );
    let findings = Analysis::new(&recording).unwrap().findings(FindingsOptions::default());
    let stay = &findings.stays[0];
    assert_eq!((stay.at_once, stay.threads, stay.calls), (12, 12, 12));
    // All of them were inside, from when the last one came until the first one left.
    let long = recording.calls.iter().filter(|call| call.duration_ns >= S && call.duration_ns != OPEN);
    let from = long.clone().map(|call| call.began_ns).max().unwrap();
    let to = long.map(|call| call.began_ns + call.duration_ns).min().unwrap();
    assert_eq!((stay.at_once_from_ns, stay.at_once_ns), (from, to - from));
}

#[test]
fn a_pool_with_a_free_worker_is_not_starved() {
    let mut recording = service();
    let mut free = recording.threads[10].clone();
    free.ended_ns = None;
    recording.threads.push(free);
    let findings = Analysis::new(&recording).unwrap().findings(FindingsOptions::default());
    assert_eq!(findings.pool, None);
    assert_eq!(findings.stays[0].at_once, 12);
}

#[test]
fn what_a_collection_waited_for_is_told() {
    let lines = about_time(&service(), None);
    assert_says(
        &lines,
        "A collection waited 80.0 ms for all threads to stop (at 4.00 s); libfasthash.so!fh_update on thread 'nightly report' \
         (4714) returned just then.",
    );
    assert_says(
        &lines,
        "6 pauses for garbage collection held the threads for 120 ms altogether (2.0 % of the time), 81.1 ms of it until all \
         had stopped; the longest took 86.0 ms (at 4.00 s).",
    );
    assert_says(
        &lines,
        "Collections: 3 of generation 0 (11.4 ms), 2 of generation 1 (20.6 ms), 1 of generation 2 (5.80 ms, 1 asked for).",
    );
}

#[test]
fn a_thread_in_native_code_is_no_suspect() {
    let mut scene = Scene::new();
    let wait = scene.native("A.Wait", "liba.so", "a_wait");
    let work = scene.callback("A.Work.Invoke");
    let (waits, works) = (scene.thread("user", None, 0), scene.thread("user", Some("worker"), 0));
    scene.call(waits, wait, 0, 900 * MS);
    scene.call(works, wait, 0, 800 * MS);
    scene.call(works, work, 100 * MS, 450 * MS);
    let pause = Pause {
        reason: PauseReason::GarbageCollection,
        began_ns: 500 * MS,
        stopping_ns: 50 * MS,
        duration_ns: 60 * MS,
    };
    scene.recording.pauses.push(pause);
    let lines = about_time(&scene.finish(End::Exit { at_ns: S, code: 0 }), None);
    assert_says(
        &lines,
        "A collection waited 50.0 ms for all threads to stop (at 500 ms); the callback A.Work.Invoke on thread 'worker' (4712) \
         left managed code just then.",
    );
}

#[test]
fn waits_for_work_are_normal() {
    let lines = about_time(&service(), None);
    let sockets = lines.iter().find(|line| line.contains("WaitForSocketEvents")).unwrap();
    assert!(sockets.contains("(normal: .NET's own threads wait for work there)"), "{sockets}");
    let read = lines.iter().find(|line| line.contains("SystemNative_Read")).unwrap();
    assert!(!read.contains("normal") && read.contains("1 call had not returned at the end"), "{read}");
}

#[test]
fn what_is_long_can_be_chosen() {
    let long = |ns| Analysis::new(&service()).unwrap().findings(FindingsOptions { long_ns: Some(ns) }).stays;
    assert!(long(1).len() > long(100 * MS).len());
    assert!(long(100 * S).is_empty());
    assert_eq!(about_time(&Recording::default(), None), Vec::<String>::new());
}

#[test]
fn what_is_open_and_missing_is_told() {
    let recording = hostile();
    let findings = Analysis::new(&recording).unwrap().findings(FindingsOptions::default());
    assert_eq!(findings.open.len(), 5);
    let missing = findings.about_missing();
    assert!(missing[0].starts_with("The recording was not closed"), "{missing:?}");
    assert!(
        missing.iter().any(|line| line.starts_with("35 calls were made and not recorded")),
        "{missing:?}"
    );
    assert_says(&missing, "The end of 1 pause or collection is not there: the recording ends before.");
    assert_says(&findings.about_open(2), "… and 3 open calls more.");
}
