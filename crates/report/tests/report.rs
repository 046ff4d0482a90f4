//! What the fields say: sums, units, order, and what is null when.

mod support;

use clrhost_boundary::{
    HostFailure, HostingLayer, Hresult, Origin, TargetDescription, TargetKind, TaskManager,
};
use clrhost_report::{
    BracketKind, CrossingKind, Exit, FUNCTION_POINTERS, HostOutcome, Mode, OpenedBy, Report, ReportContext,
    Source, TargetRow, Timing,
};
use std::time::Duration;
use support::{World, context, everything, everything_report, orders};

fn row<'a>(rows: &'a [TargetRow], method: &str) -> &'a TargetRow {
    rows.iter().find(|row| row.method == method).unwrap_or_else(|| panic!("no row for {method}"))
}

fn codes(report: &Report) -> Vec<&str> {
    report.notes.iter().map(|note| &*note.code).collect()
}

#[test]
fn ticks_become_nanoseconds_and_callbacks_are_taken_off() {
    let report = orders().report(context());
    let step = row(&report.targets, "Orders.Native.sqlite3_step");
    assert_eq!((step.calls, step.completed, step.threads), (1_000, 1_000, 1));
    assert_eq!(step.total_ns, Some(1_000_000), "300 + 3 * 100 + 400 ns, a thousand times");
    assert_eq!(step.self_ns, Some(700_000));
    assert_eq!((step.mean_ns, step.max_ns), (Some(1_000.0), Some(1_000)));
    let collation = row(&report.callbacks, "Orders.Collation.Invoke");
    assert_eq!((collation.calls, collation.total_ns), (3_000, Some(300_000)));
    assert_eq!(report.tasks[0].native_ns, Some(20_000 + 700_000 + 8_000));
    assert_eq!(report.totals.native_ns, report.tasks[0].native_ns, "the timer's call has not returned");
}

#[test]
fn quantiles_are_near_and_never_above_the_longest_call() {
    let world = World::new();
    let thread = world.thread(1, None);
    let target = world.pinvoke(Origin::User, "A.b", "c", "b");
    (0..98).for_each(|_| world.call(&thread, target, 1_000));
    (0..2).for_each(|_| world.call(&thread, target, 58_000));
    let report = world.report(context());
    let row = &report.targets[0];
    assert!(row.p50_ns.unwrap().abs_diff(1_000) <= 125, "{row:?}");
    assert_eq!((row.p99_ns, row.max_ns), (Some(58_000), Some(58_000)), "the bucket's middle lies above");
}

#[test]
fn rows_are_in_the_order_of_time_then_of_names() {
    let world = World::new();
    let thread = world.thread(1, None);
    for (name, ns) in [("b", 5), ("a", 5), ("c", 900), ("d", 0)] {
        let target = world.pinvoke(Origin::User, name, "l", name);
        world.call(&thread, target, ns);
    }
    let names = |report: &Report| report.targets.iter().map(|row| row.method.clone()).collect::<String>();
    assert_eq!(names(&world.report(context())), "cabd");
    assert_eq!(names(&world.report(ReportContext { timing: Timing::Counted, ..context() })), "abcd");
}

#[test]
fn a_counted_run_has_no_times_of_calls() {
    for context in [
        ReportContext { timing: Timing::Counted, ..context() },
        ReportContext { ns_per_tick: 0.0, ..context() },
        ReportContext { ns_per_tick: f64::NAN, ..context() },
    ] {
        let report = orders().report(context);
        assert_eq!((report.timing, report.clock, report.totals.native_ns), (Timing::Counted, None, None));
        for row in report.targets.iter().chain(&report.callbacks) {
            assert_eq!((row.total_ns, row.self_ns, row.mean_ns), (None, None, None));
            assert_eq!((row.p50_ns, row.p99_ns, row.max_ns), (None, None, None));
        }
        assert!(report.tasks.iter().all(|task| task.native_ns.is_none()));
        assert_eq!(report.tasks[1].open[0].ns, None);
        assert_eq!(report.totals.leave, 2_002, "counts are as ever");
        assert!(codes(&report).contains(&"counted"));
    }
}

#[test]
fn a_call_that_has_not_returned_has_counts_and_no_quantiles() {
    let report = orders().report(context());
    let wait = row(&report.targets, "Interop+Sys.LowLevelMonitor_TimedWait");
    assert_eq!((wait.calls, wait.completed, wait.total_ns), (1, 0, Some(0)));
    assert_eq!((wait.mean_ns, wait.p50_ns, wait.p99_ns, wait.max_ns), (None, None, None, None));
    let timer = &report.tasks[1];
    assert_eq!((timer.task_type.as_str(), report.totals.open), ("threadpool_timer", 1));
    assert_eq!(timer.open[0].kind, BracketKind::Leave);
    assert_eq!(timer.open[0].symbol.as_deref(), Some("SystemNative_LowLevelMonitor_TimedWait"));
    assert_eq!(timer.open[0].ns, Some(2_300_000_000));
    assert_eq!(codes(&report), ["open"]);
}

#[test]
fn function_pointers_are_a_lower_bound_under_the_flag_only() {
    let world = World::new();
    let thread = world.thread(1, None);
    let pointer = world.bind(TargetDescription::named(TargetKind::FunctionPointer, "(function pointer)"));
    world.call(&thread, pointer, 10);
    let flag = world.report(context());
    assert_eq!((&*flag.targets[0].method, flag.targets[0].lower_bound), (FUNCTION_POINTERS, true));
    assert!(flag.totals.lower_bound && codes(&flag) == ["function_pointers"]);
    let thunks = world.report(ReportContext { source: Some(Source::Thunks), ..context() });
    assert!(!thunks.targets[0].lower_bound && !thunks.totals.lower_bound && thunks.notes.is_empty());
}

#[test]
fn what_thunks_do_not_see_is_told_and_bounds_nothing() {
    let told = |number: usize| ReportContext {
        source: Some(Source::Thunks),
        pointer_callers: ["A.dll", "B.dll", "C.dll", "D.dll", "E.dll"][..number]
            .iter()
            .map(|&name| name.into())
            .collect(),
        ..context()
    };
    let report = orders().report(told(1));
    assert_eq!((report.totals.lower_bound, codes(&report)), (false, vec!["unseen_pointers", "open"]));
    assert!(report.notes[0].text.starts_with("Code in A.dll calls"), "{}", report.notes[0].text);
    let text = &orders().report(told(5)).notes[0].text;
    assert!(text.starts_with("Code in A.dll, B.dll, C.dll and 2 more calls"), "{text}");
    let unhooked = vec!["Marshal.A: changed".to_owned(), "Marshal.B: gone".to_owned()];
    let report = orders().report(ReportContext { unhooked: unhooked.clone(), ..told(0) });
    assert_eq!((report.unhooked, &*report.notes[0].code), (unhooked, "unhooked"));
    assert!(
        report.notes[0].text.ends_with("Marshal.A: changed; Marshal.B: gone."),
        "{}",
        report.notes[0].text
    );
}

#[test]
fn a_function_that_was_found_has_its_file_and_address() {
    let world = World::new();
    let thread = world.thread(1, None);
    let found = world.bind(TargetDescription {
        file: Some("/usr/lib/libc.so.6".into()),
        address: Some(0x7F00_1234_5670),
        ..TargetDescription::named(TargetKind::PInvoke, "A.b")
    });
    world.call(&thread, found, 10);
    let unknown = world.pinvoke(Origin::User, "A.c", "c", "c");
    world.call(&thread, unknown, 10);
    let report = world.report(context());
    let (found, unknown) = (row(&report.targets, "A.b"), row(&report.targets, "A.c"));
    assert_eq!(
        (found.file.as_deref(), found.address.as_deref()),
        (Some("/usr/lib/libc.so.6"), Some("0x7f0012345670"))
    );
    assert_eq!((&unknown.file, &unknown.address), (&None, &None));
}

#[test]
fn calls_in_cooperative_mode_have_a_sum_of_their_own() {
    let report = orders().report(ReportContext { user_only: true, ..context() });
    assert_eq!((report.totals.cooperative, report.totals.leave), (1_000, 2_002), "hidden rows included");
}

#[test]
fn a_function_pointer_whose_target_is_known_keeps_its_name() {
    let world = World::new();
    let thread = world.thread(1, None);
    let known = TargetDescription {
        symbol: Some("qsort".into()),
        ..TargetDescription::named(TargetKind::FunctionPointer, "(function pointer to qsort)")
    };
    let known = world.bind(known);
    world.call(&thread, known, 10);
    assert_eq!(world.report(context()).targets[0].method, "(function pointer to qsort)");
}

#[test]
fn rows_of_corelib_and_the_framework_can_be_hidden_and_totals_stay_whole() {
    let all = orders().report(context());
    let user = orders().report(ReportContext { user_only: true, ..context() });
    assert_eq!(user.totals, all.totals);
    assert_eq!((user.hidden.targets, user.hidden.calls, user.hidden.callbacks), (2, 1_001, 0));
    assert_eq!(user.targets.len() + 2, all.targets.len());
    let calls = |report: &Report| report.targets.iter().map(|row| row.calls).sum::<u64>();
    assert_eq!(calls(&user) + user.hidden.calls, calls(&all));
    assert_eq!(calls(&all), all.totals.leave);
    assert_eq!(user.tasks, all.tasks);
}

#[test]
fn a_mismatch_names_both_sides() {
    let (world, context) = everything();
    let report = world.report(context);
    assert_eq!(report.totals.mismatches, 2);
    let [first, second] = &report.mismatches[..] else { panic!("two mismatches") };
    assert_eq!((first.crossing, &*first.method), (CrossingKind::Enter, "Orders.Native.Exit"));
    assert_eq!((first.task, &first.open), (3, &None));
    assert_eq!((second.crossing, &*second.method), (CrossingKind::ReverseLeave, "Orders.Entry.Main"));
    let open = OpenedBy { kind: BracketKind::Leave, method: "Orders.Native.Exit".into() };
    assert_eq!(second.open, Some(open));
}

#[test]
fn brackets_left_open_by_a_thread_are_told_youngest_first_and_counted_as_unwound() {
    let (world, context) = everything();
    let report = world.report(context);
    let task = &report.tasks[2];
    assert!(task.ended && task.open.is_empty());
    let left: Vec<_> = task.left_open.iter().map(|open| (open.kind, &*open.method, open.ns)).collect();
    assert_eq!(
        left,
        [
            (BracketKind::Leave, FUNCTION_POINTERS, None),
            (BracketKind::ReverseEnter, "Orders.Entry.Main", None),
            (BracketKind::Leave, "Orders.Native.Exit", None),
        ]
    );
    assert_eq!((task.unwound, report.totals.unwound), (3, 3));
    assert_eq!(row(&report.callbacks, "Orders.Entry.Main").unwound, 1);
}

#[test]
fn openings_are_closings_mismatches_off_plus_unwound_plus_open() {
    let (world, context) = everything();
    let totals = world.report(context).totals;
    let closed = totals.enter + totals.reverse_leave - totals.mismatches;
    assert_eq!(totals.leave + totals.reverse_enter, closed + totals.unwound + totals.open);
}

#[test]
fn threads_added_up_are_in_the_totals() {
    let report = everything_report();
    let folded = report.folded_tasks.as_ref().unwrap();
    assert_eq!((folded.tasks, folded.leave), (5_000, 2_001));
    assert_eq!(report.totals.tasks, 5_003);
    assert_eq!(report.totals.leave, report.tasks.iter().map(|task| task.leave).sum::<u64>() + folded.leave);
}

#[test]
fn notes_say_what_happened_and_nothing_else() {
    let expected = [
        "mismatches",
        "unsteady_clock",
        "host_shut",
        "host_failed",
        "host_denied",
        "policy_denied",
        "policy_not_enforced",
        "policy_over_budget",
        "function_pointers",
        "lost",
        "refused_targets",
        "untimed",
        "unwound",
        "open",
        "unsettled",
        "folded_tasks",
    ];
    assert_eq!(codes(&everything_report()), expected);
    let bare = ReportContext { mode: Mode::RunNoHooks, source: None, timing: Timing::Counted, ..context() };
    assert_eq!(codes(&World::new().report(bare)), ["no_hooks"]);
    let sentence = "on .NET 11.0.0 thunks do not see everything";
    let unverified = World::new().report(ReportContext { unverified: Some(sentence.into()), ..context() });
    let notes: Vec<_> =
        unverified.notes.iter().map(|note| (note.code.as_str(), note.text.as_str())).collect();
    assert_eq!(notes, [("unverified", "On .NET 11.0.0 thunks do not see everything.")]);
    assert_eq!(codes(&World::new().report(context())), [""; 0]);
}

#[test]
fn a_report_from_before_the_end_says_so_and_keeps_the_rest() {
    let running = everything_report();
    let mut ended = running.clone();
    ended.end_early(Exit::Signal { signal: 9 }, Duration::from_millis(750));
    assert_eq!(
        (ended.process.exit, ended.process.unreported_ns),
        (Exit::Signal { signal: 9 }, Some(750_000_000))
    );
    assert_eq!(codes(&ended)[0], "early");
    assert!(ended.notes[0].text.contains("last 750 ms at most"), "{}", ended.notes[0].text);
    assert_eq!(codes(&ended)[1..], codes(&running));
    ended.process = running.process.clone();
    ended.notes = running.notes.clone();
    assert_eq!(ended, running);
}

#[test]
fn a_clock_that_changes_its_rate_is_told() {
    let report = |drift_ppm| World::new().report(ReportContext { drift_ppm, ..context() });
    assert_eq!(codes(&report(Some(1001.0))), ["unsteady_clock"]);
    for steady in [Some(1000.0), Some(0.0), Some(f64::NAN), None] {
        assert_eq!(codes(&report(steady)), [""; 0]);
    }
}

#[test]
fn the_hosts_failures_are_told() {
    struct Fails;
    impl TaskManager for Fails {}
    let layer = HostingLayer::new(Box::new(Fails), |_| {});
    layer.call("LeaveRuntime", |_| Err(Hresult(0x1234_5678)));
    layer.call("EnterRuntime", |_| panic!("gone"));
    let outcome = HostOutcome::of(&layer);
    assert_eq!(
        outcome.kept[0],
        HostFailure { method: "LeaveRuntime", hresult: Hresult(0x1234_5678), panic: None }
    );
    let host = World::new().report(ReportContext { host: Some(outcome), ..context() }).host.unwrap();
    assert_eq!((host.shut, host.failures), (true, 2));
    let calls: Vec<_> = host
        .failed_calls
        .iter()
        .map(|call| (&*call.hresult, call.name.as_deref(), call.panic.as_deref()))
        .collect();
    assert_eq!(calls, [("0x12345678", None, None), ("0x80004005", Some("E_FAIL"), Some("gone"))]);
}

#[test]
fn targets_beyond_the_capacity_share_a_row_that_is_explained() {
    let world = World::new();
    let thread = world.thread(1, None);
    let last = (0..1 << 17)
        .map(|_| world.bind(TargetDescription::named(TargetKind::PInvoke, "A.b")))
        .last()
        .unwrap();
    world.call(&thread, last, 10);
    let report = world.report(context());
    assert_eq!((&*report.targets[0].kind, report.totals.refused_targets), ("overflow", 1));
    assert_eq!(codes(&report), ["refused_targets"]);
}
