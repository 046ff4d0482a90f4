//! Recordings that nobody recorded: whatever a file says, reading it ends, without a panic, and puts nothing into a page or a terminal
//! that would run. That a file cannot harm its reader is shown in `crates/trace` (`tests/damage.rs`, `tests/corpus.rs`, `fuzz`).

use clrhost_analysis::{Analysis, FindingsOptions, PageOptions};
use clrhost_report::{TextOptions, TextPage};
use clrhost_trace::convert::{Format, convert};
use clrhost_trace::{
    Call, Collection, Direction, End, Loss, OPEN, Origin, Pause, PauseReason, Recording, Target, Thread,
};
use proptest::prelude::*;

/// All that is made of a recording. Answers the page.
fn make_all(recording: &Recording) -> String {
    for format in Format::ALL {
        convert(recording, format, Vec::new()).expect("memory can be written");
    }
    let analysis = Analysis::new(recording).expect("what is named is there");
    let findings = analysis.findings(FindingsOptions::default());
    let report = analysis.report_from_calls();
    let mut json = Vec::new();
    report.to_json(&mut json).expect("memory can be written");
    let options = TextOptions::default();
    let mut said = TextPage::new(&options);
    let sentences = [findings.about_time(), findings.about_open(10), findings.about_missing()].concat();
    sentences.iter().for_each(|sentence| said.point(sentence));
    for text in [report.render_text(&options), said.into_text()] {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
    if let Ok(document) = analysis.document(FindingsOptions::default()) {
        document.to_json(Vec::new()).expect("memory can be written");
    }
    let mut page = Vec::new();
    analysis.write_page(&findings, PageOptions { most_drawn: 3 }, &mut page).expect("memory can be written");
    String::from_utf8(page).expect("a page is text")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("</script><script>alert(1)</script><!--".to_owned()),
        Just("\u{1b}]0;title\u{7}\u{9b}2J\r\n\0".to_owned()),
        Just("{{data}}{{script}}&lt;\u{2028}".to_owned()),
        Just("=cmd|'/C calc'!A0,\"x\";y".to_owned()),
        Just("x".repeat(5000)),
        any::<String>(),
    ]
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1), Just(OPEN), Just(OPEN - 1), Just(1 << 63), 0..1000u64, any::<u64>()]
}

fn target() -> impl Strategy<Value = Target> {
    let may = || prop::option::of(text());
    (any::<bool>(), text(), text(), may(), may(), may(), may()).prop_map(
        |(leave, kind, method, assembly, library, symbol, file)| Target {
            direction: if leave { Direction::Leave } else { Direction::ReverseEnter },
            kind,
            method,
            assembly,
            library,
            symbol,
            file,
        },
    )
}

fn thread() -> impl Strategy<Value = Thread> {
    let may = || prop::option::of(text());
    (number(), may(), may(), number(), prop::option::of(number())).prop_map(
        |(os_thread_id, name, kind, began_ns, ended_ns)| Thread {
            os_thread_id,
            name,
            kind,
            began_ns,
            ended_ns,
        },
    )
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        Just(End::Cut),
        number().prop_map(|at_ns| End::Stopped { at_ns }),
        (number(), any::<i32>()).prop_map(|(at_ns, code)| End::Exit { at_ns, code }),
        (number(), any::<i32>()).prop_map(|(at_ns, signal)| End::Signal { at_ns, signal }),
    ]
}

prop_compose! {
    fn recording()(
        command in prop::collection::vec(text(), 0..3),
        (runtime, source, began_unix_ns) in (text(), text(), number()),
        targets in prop::collection::vec(target(), 1..4),
        threads in prop::collection::vec(thread(), 1..4),
        calls in prop::collection::vec((0..4u32, 0..4u32, number(), number()), 0..30),
        pauses in prop::collection::vec((number(), number(), number()), 0..4),
        collections in prop::collection::vec((any::<u8>(), number(), number()), 0..4),
        losses in prop::collection::vec((prop::option::of(0..4u32), number(), number()), 0..4),
        report in prop::option::of(text()),
        end in end(),
        until_ns in number(),
    ) -> Recording {
        let mut calls: Vec<Call> = calls
            .into_iter()
            .map(|(thread, target, began_ns, duration_ns)| Call { thread, target, began_ns, duration_ns })
            .collect();
        // As the reader gives them: what is named is there, whatever the file says.
        for call in &mut calls {
            (call.thread, call.target) = (call.thread % threads.len() as u32, call.target % targets.len() as u32);
        }
        let losses = losses.into_iter().map(|(thread, until_ns, calls)| {
            Loss { thread: thread.map(|thread| thread % threads.len() as u32), until_ns, calls }
        });
        let losses = losses.collect();
        calls.sort_by_key(|call| (call.thread, call.began_ns, std::cmp::Reverse(call.duration_ns)));
        Recording {
            origin: Origin { clrhost_version: runtime.clone(), runtime, pid: u32::MAX, command, began_unix_ns, source },
            targets,
            threads,
            calls,
            pauses: pauses
                .into_iter()
                .map(|(began_ns, stopping_ns, duration_ns)| Pause {
                    reason: PauseReason::GarbageCollection,
                    began_ns,
                    stopping_ns,
                    duration_ns,
                })
                .collect(),
            collections: collections
                .into_iter()
                .map(|(generation, began_ns, duration_ns)| Collection { generation, induced: false, began_ns, duration_ns })
                .collect(),
            losses,
            report,
            end,
            until_ns,
            damage: Vec::new(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_recording_says_harms_nobody(recording in recording()) {
        let page = make_all(&recording);
        // The page's own: one for data, one for the script.
        prop_assert!(page.is_empty() || page.matches("</script").count() == 2);
        prop_assert!(page.matches("alert(1)").count() == 0 || !page.contains("<script>alert(1)"));
    }
}

/// No stack is as deep as the calls that a file can tell of.
#[test]
fn calls_inside_of_each_other_may_be_many() {
    const DEEP: u64 = 100_000;
    let call = |n: u64| Call { thread: 0, target: (n % 2) as u32, began_ns: n, duration_ns: 2 * (DEEP - n) };
    let direction = |leave| if leave { Direction::Leave } else { Direction::ReverseEnter };
    let target = |leave| Target { direction: direction(leave), method: "m".to_owned(), ..Target::default() };
    let recording = Recording {
        targets: vec![target(true), target(false)],
        threads: vec![Thread::default()],
        calls: (0..DEEP).map(call).collect(),
        ..Recording::default()
    };
    assert!(make_all(&recording).contains("</html>"));
}
