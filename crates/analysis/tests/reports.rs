//! The report that calls give, and everything else that is made of a recording, whatever is in it.

mod support {
    pub mod scenes;
}

use clrhost_analysis::{Analysis, FindingsOptions, PageOptions};
use clrhost_report::{CallerKind, Exit, TextOptions};
use clrhost_trace::{Call, Direction, End, Loss, OPEN, Pause, Recording, Target, Thread};
use proptest::prelude::*;
use support::scenes::{MS, Scene, hostile, service};

#[test]
fn a_report_from_calls_adds_up() {
    let recording = service();
    let report = Analysis::new(&recording).unwrap().report_from_calls();
    let sum = |rows: &[clrhost_report::TargetRow]| rows.iter().map(|row| row.calls).sum::<u64>();
    assert_eq!(sum(&report.targets) + sum(&report.callbacks), recording.calls.len() as u64);
    assert_eq!(sum(&report.targets), report.totals.leave);
    assert_eq!(report.process.exit, Exit::Signal { signal: 15 });
    let compare = report.callbacks.iter().find(|row| row.method.contains("CompareNames")).unwrap();
    assert_eq!((compare.called_from.len(), compare.called_from[0].kind), (1, CallerKind::Target));
    assert_eq!(compare.called_from[0].calls, compare.calls);
    let codes: Vec<&str> = report.notes.iter().map(|note| note.code.as_str()).collect();
    assert_eq!(codes, ["from_calls", "open"]);
    let text = report.render_text(&TextOptions::default());
    assert!(
        text.contains("6,590 calls out of managed code into 9 native functions, 2,004 callbacks"),
        "{text}"
    );
}

#[test]
fn calls_of_threads_that_ended_are_unwound() {
    let mut scene = Scene::new();
    let target = scene.native("A.B", "liba.so", "b");
    let (lives, ended) = (scene.thread("user", None, 0), scene.thread("user", None, 0));
    scene.recording.threads[ended as usize].ended_ns = Some(60 * MS);
    scene.call(lives, target, MS, OPEN);
    scene.call(ended, target, MS, OPEN);
    let recording = scene.finish(End::Exit { at_ns: 100 * MS, code: 3 });
    let report = Analysis::new(&recording).unwrap().report_from_calls();
    assert_eq!((report.totals.open, report.totals.unwound, report.targets[0].unwound), (1, 1, 1));
    assert_eq!(report.tasks[0].open[0].ns, Some(99 * MS));
    assert_eq!((report.tasks[1].open.len(), report.tasks[1].left_open.len()), (0, 1));
}

#[test]
fn the_processes_own_report_is_preferred() {
    let mut recording = service();
    let mut own = Analysis::new(&recording).unwrap().report_from_calls();
    own.totals.leave += 1_000;
    recording.report = Some(serde_json::to_string(&own).unwrap());
    let analysis = Analysis::new(&recording).unwrap();
    let document = analysis.document(FindingsOptions::default()).unwrap();
    assert_eq!((document.report_from, document.report.totals.leave), ("process", own.totals.leave));
    assert_eq!(document.time.missing.not_recorded, Some(1_000));
    recording.report = Some("{}".to_owned());
    assert!(Analysis::new(&recording).unwrap().document(FindingsOptions::default()).is_err());
}

#[test]
fn recordings_that_contradict_themselves_are_refused() {
    let call = |thread, target| Recording {
        threads: vec![Thread::default()],
        targets: vec![Target::default()],
        calls: vec![Call { thread, target, ..Call::default() }],
        ..Recording::default()
    };
    assert!(Analysis::new(&call(0, 0)).is_ok());
    for recording in [call(1, 0), call(0, 1), call(u32::MAX, u32::MAX)] {
        let error = Analysis::new(&recording).unwrap_err().to_string();
        assert!(error.contains("contradicts itself"), "{error}");
    }
}

#[test]
fn a_page_is_whole_and_asks_for_nothing() {
    let recording = hostile();
    let page = page(&recording, PageOptions::default());
    assert_eq!(page.matches("<script").count(), 2, "names are no markup");
    assert!(!page.contains("<img") && !page.contains("{{title}}"));
    let page = self::page(&service(), PageOptions::default());
    for asks in ["src=", "href=\"http", "@import", "url(", "fetch(", "XMLHttpRequest", "import("] {
        let scripts = page.split("id=\"data\"").next().unwrap();
        assert!(!scripts.contains(asks), "{asks}");
    }
    assert!(page.contains("default-src 'none'"));
}

fn page(recording: &Recording, options: PageOptions) -> String {
    let analysis = Analysis::new(recording).unwrap();
    let mut page = Vec::new();
    analysis.write_page(&analysis.findings(FindingsOptions::default()), options, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// The data in a page.
fn data(page: &str) -> serde_json::Value {
    let block = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(block).unwrap()
}

fn any_moment() -> impl Strategy<Value = u64> {
    prop_oneof![0..5_000u64, Just(0), Just(u64::MAX), Just(u64::MAX - 1), any::<u64>()]
}

fn any_recording() -> impl Strategy<Value = Recording> {
    let call = (0..3u32, 0..4u32, any_moment(), any_moment());
    let pause = (any_moment(), any_moment(), any_moment());
    let end = prop_oneof![Just(End::Cut), any_moment().prop_map(|at_ns| End::Exit { at_ns, code: 0 })];
    let lists = (prop::collection::vec(call, 0..60), prop::collection::vec(pause, 0..5), end);
    (lists, prop::option::of(any_moment()), any::<u64>()).prop_map(
        |((calls, pauses, end), ended_ns, lost)| {
            let target = |direction| Target { direction, method: "A.B".into(), ..Target::default() };
            let mut calls: Vec<Call> = calls
                .into_iter()
                .map(|(thread, target, began_ns, duration_ns)| Call { thread, target, began_ns, duration_ns })
                .collect();
            calls.sort_by_key(|call| (call.thread, call.began_ns, std::cmp::Reverse(call.duration_ns)));
            Recording {
                targets: [
                    Direction::Leave,
                    Direction::ReverseEnter,
                    Direction::Leave,
                    Direction::ReverseEnter,
                ]
                .map(target)
                .into(),
                threads: vec![
                    Thread { kind: Some("threadpool_worker".into()), ..Thread::default() },
                    Thread { ended_ns, ..Thread::default() },
                    Thread { kind: Some("threadpool_worker".into()), ..Thread::default() },
                ],
                calls,
                pauses: pauses
                    .into_iter()
                    .map(|(began_ns, stopping_ns, duration_ns)| Pause {
                        began_ns,
                        stopping_ns,
                        duration_ns,
                        ..Pause::default()
                    })
                    .collect(),
                losses: vec![
                    Loss { thread: None, until_ns: 0, calls: lost },
                    Loss { thread: Some(1), until_ns: 0, calls: lost },
                ],
                end,
                ..Recording::default()
            }
        },
    )
}

proptest! {
    /// Files are not to be trusted: whatever a recording says, all of this is made, and counts add up.
    #[test]
    fn everything_is_made_of_any_recording(recording in any_recording(), most_drawn in 0..80usize) {
        let analysis = Analysis::new(&recording).unwrap();
        let findings = analysis.findings(FindingsOptions { long_ns: Some(1) });
        let _ = (findings.about_time(), findings.about_open(3), findings.about_missing());
        let document = analysis.document(FindingsOptions { long_ns: None }).unwrap();
        let totals = &document.report.totals;
        prop_assert_eq!(totals.leave + totals.reverse_enter, recording.calls.len() as u64);
        prop_assert_eq!(totals.leave + totals.reverse_enter, totals.enter + totals.reverse_leave + totals.unwound + totals.open);
        document.report.render_text(&TextOptions::default());
        document.to_json(&mut Vec::new()).unwrap();
        let data = data(&page(&recording, PageOptions { most_drawn }));
        let drawn = data["drawing"]["drawn"].as_u64().unwrap();
        prop_assert_eq!(drawn, (recording.calls.len() as u64).min(most_drawn as u64));
        let density = data["drawing"]["density"].as_array().unwrap().iter().flat_map(|thread| thread.as_array().unwrap().chunks(3));
        let dense: u64 = density.map(|part| part[1].as_u64().unwrap()).sum();
        prop_assert_eq!(drawn + dense, recording.calls.len() as u64);
    }
}
