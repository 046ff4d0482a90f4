//! Whatever crossings come, the report fits its schema, adds up, can be read back, and renders.

mod support;

use clrhost_boundary::{Origin, TargetDescription, TargetId, TargetKind, TaskOwner};
use clrhost_report::{Report, ReportContext, Source, Style, TextOptions, Timing};
use proptest::prelude::*;
use std::sync::LazyLock;
use support::{World, context};

static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
});

const THREADS: usize = 3;

/// One thing that happens: on which thread, which of six, about which target, and how much later the next one.
type Step = (usize, u8, usize, u64);

fn step() -> impl Strategy<Value = Step> {
    (0..THREADS, 0u8..12, 0usize..8, prop_oneof![0u64..200, 0u64..1 << 42])
}

fn target() -> impl Strategy<Value = TargetDescription> {
    let kind = prop::sample::select(vec![
        TargetKind::PInvoke,
        TargetKind::FunctionPointer,
        TargetKind::NativeDelegate,
        TargetKind::Delegate,
        TargetKind::UnmanagedCallersOnly,
        TargetKind::UnknownCallback,
    ]);
    let origin =
        prop::sample::select(vec![Origin::CoreLib, Origin::Framework, Origin::User, Origin::Unknown]);
    let name = prop::option::of(prop_oneof!["[A-Za-z.]{0,40}", "\\PC{0,60}", any::<String>()]);
    (kind, origin, prop_oneof!["[A-Za-z.]{0,80}", any::<String>()], name.clone(), name, any::<bool>())
        .prop_map(|(kind, origin, method, library, symbol, suppress_gc_transition)| TargetDescription {
            origin,
            library,
            symbol,
            suppress_gc_transition,
            ..TargetDescription::named(kind, method)
        })
}

fn play(targets: Vec<TargetDescription>, steps: Vec<Step>) -> World {
    let world = World::new();
    let native: Vec<bool> = targets.iter().map(|target| target.kind.is_native()).collect();
    let targets: Vec<TargetId> = targets.into_iter().map(|target| world.bind(target)).collect();
    let start =
        |thread: usize| world.thread(100 + thread as u64, [None, Some(".NET TP Gate"), Some("é\n")][thread]);
    let mut threads: Vec<TaskOwner> = (0..THREADS).map(start).collect();
    for (thread, what, target, ns) in steps {
        let number = target % targets.len();
        let (owner, target) = (&threads[thread], targets[number]);
        match (what, native[number]) {
            (0..5, true) => world.leave(owner, target),
            (5..10, true) => world.enter(owner, target),
            (0..5, false) => world.reverse_enter(owner, target),
            (5..10, false) => world.reverse_leave(owner, target),
            (10, _) => {
                let ended = std::mem::replace(&mut threads[thread], start(thread));
                world.boundary.end_task(ended);
            }
            _ => {}
        }
        world.pass(ns);
    }
    world
}

fn check(report: &Report, options: &TextOptions) -> Result<(), TestCaseError> {
    let mut written = Vec::new();
    report.to_json(&mut written).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&written).unwrap();
    let errors: Vec<_> = VALIDATOR.iter_errors(&json).map(|error| error.to_string()).collect();
    prop_assert!(errors.is_empty(), "{:#?}", errors);
    prop_assert_eq!(&serde_json::from_value::<Report>(json).unwrap(), report);

    let totals = &report.totals;
    let closed = totals.enter + totals.reverse_leave - totals.mismatches;
    prop_assert_eq!(totals.leave + totals.reverse_enter, closed + totals.unwound + totals.open);
    let calls = |rows: &[clrhost_report::TargetRow]| rows.iter().map(|row| row.calls).sum::<u64>();
    prop_assert_eq!(totals.leave, calls(&report.targets) + report.hidden.calls);
    prop_assert_eq!(totals.reverse_enter, calls(&report.callbacks) + report.hidden.callback_calls);
    for row in report.targets.iter().chain(&report.callbacks) {
        prop_assert!(row.p50_ns <= row.p99_ns && row.p99_ns <= row.max_ns, "{:?}", row);
        prop_assert!(
            row.max_ns.unwrap_or(0) <= row.total_ns.unwrap_or(0) && row.self_ns <= row.total_ns,
            "{:?}",
            row
        );
    }

    let text = report.render_text(&TextOptions { style: Style::Plain, ..*options });
    prop_assert!(text.chars().all(|char| char == '\n' || !char.is_control()));
    prop_assert!(text.lines().all(|line| !line.ends_with(' ')), "{}", text);
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    // No table's numbers are wider than this here.
    prop_assert!(widest <= options.width.max(110), "{} wide:\n{}", widest, text);
    report.render_text(&TextOptions { style: Style::Ansi, ..*options });
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_crossings_make_a_good_report(
        targets in prop::collection::vec(target(), 1..8),
        steps in prop::collection::vec(step(), 0..120),
        (timed, user_only, thunks) in any::<(bool, bool, bool)>(),
        ns_per_tick in prop_oneof![Just(1.0), 0.01f64..10.0, Just(0.37713)],
        (width, top) in (0usize..200, 0usize..6),
    ) {
        let context = ReportContext {
            timing: if timed { Timing::Timed } else { Timing::Counted },
            source: Some(if thunks { Source::Thunks } else { Source::Flag }),
            user_only,
            ns_per_tick,
            ..context()
        };
        let report = play(targets, steps).report(context);
        check(&report, &TextOptions { width, top, style: Style::Plain })?;
    }
}
