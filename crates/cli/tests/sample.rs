//! The sample `samples/orders` counts its own calls to SQLite and SQLite's calls to it. The report must agree on each.

mod support;

use clrhost::report::TaskRow;
use clrhost_testkit::{read_report, sample, scratch};
use serde_json::Value;
use std::collections::BTreeMap;
use support::{Hosted, Program};

fn numbers(counts: &Value) -> BTreeMap<String, u64> {
    let object = counts.as_object().expect("an object of numbers");
    object.iter().map(|(name, number)| (name.clone(), number.as_u64().expect("a number"))).collect()
}

#[track_caller]
fn task<'a>(hosted: &'a Hosted, name: &str) -> &'a TaskRow {
    let mut tasks = hosted.report.tasks.iter().filter(|task| task.name.as_deref() == Some(name));
    let task = tasks.next().unwrap_or_else(|| panic!("no task of the name {name}\n{}", hosted.text));
    assert!(tasks.next().is_none(), "several tasks of the name {name}\n{}", hosted.text);
    task
}

#[test]
fn every_call_is_in_the_report() {
    let file = scratch("orders").join("counts.json");
    let hosted = Program::new(sample("orders")).args(["--counts".as_ref(), file.as_os_str()]).under_clrhost();
    hosted.finished.assert_code(0);
    assert_eq!(hosted.finished.stderr, "");
    hosted.assert_sound();

    let counts = read_report(&file);
    let (calls, callbacks) = (numbers(&counts["calls"]), numbers(&counts["callbacks"]));
    assert_eq!(counts["rows"], 100_000);
    let rows = |kind: &str| -> BTreeMap<String, u64> {
        let rows = hosted.own_rows().filter(|row| row.kind == kind);
        rows.map(|row| {
            let name = row.symbol.clone().or_else(|| Some(row.method.strip_suffix(".Invoke")?.to_owned()));
            (name.expect("a P/Invoke or a delegate"), row.calls)
        })
        .collect()
    };
    assert_eq!(rows("pinvoke"), calls, "{}", hosted.text);
    assert_eq!(rows("delegate"), callbacks, "{}", hosted.text);
    assert_eq!(hosted.own_rows().count(), calls.len() + callbacks.len(), "{}", hosted.text);
    for row in hosted.own_rows().filter(|row| row.kind == "pinvoke") {
        assert_eq!(
            (row.method.clone(), row.library.as_deref()),
            (format!("Sqlite.{}", row.symbol.as_deref().unwrap_or_default()), Some("libsqlite3.so.0"),)
        );
    }

    check_threads(&hosted, &calls, &callbacks);
    check_times(&hosted);
}

/// Which thread does what: the main thread writes, one sorts by a collation in C#, one sums up by a function in C#.
fn check_threads(hosted: &Hosted, calls: &BTreeMap<String, u64>, callbacks: &BTreeMap<String, u64>) {
    assert_eq!(hosted.row("Sqlite.sqlite3_step").threads, 3);
    assert_eq!(hosted.row("Sqlite.sqlite3_bind_text").threads, 1);
    assert_eq!(hosted.row("CompareNames.Invoke").threads, 1);
    assert_eq!(hosted.row("PriceWithTax.Invoke").threads, 1);

    let (main, sorting, summing) =
        (task(hosted, "main"), task(hosted, "sort by name"), task(hosted, "sum by country"));
    assert_eq!((main.reverse_enter, main.max_depth), (0, 1));
    assert_eq!(sorting.reverse_enter, callbacks["CompareNames"]);
    // sqlite3_step, and the comparison inside, which calls nothing.
    assert_eq!(sorting.max_depth, 2);
    assert_eq!(summing.reverse_enter, callbacks["PriceWithTax"]);
    // sqlite3_step, the function inside, and what that calls: two values read and one given, each time.
    assert_eq!(summing.max_depth, 3);
    assert!(summing.leave >= 3 * callbacks["PriceWithTax"], "{summing:?}");
    for task in [main, sorting, summing] {
        assert_eq!(task.task_type, "user");
        assert_eq!((task.leave, task.reverse_enter), (task.enter, task.reverse_leave), "{task:?}");
    }
    assert!(!main.ended && sorting.ended && summing.ended, "{}", hosted.text);
    let steps = calls["sqlite3_step"];
    assert!(main.leave + sorting.leave + summing.leave >= steps, "{}", hosted.text);
}

fn check_times(hosted: &Hosted) {
    for row in hosted.rows() {
        assert!(row.self_ns <= row.total_ns, "{row:?}");
        assert!(
            row.max_ns <= row.total_ns && row.p50_ns <= row.p99_ns && row.p99_ns <= row.max_ns,
            "{row:?}"
        );
    }
    for task in &hosted.report.tasks {
        assert!(task.native_ns <= Some(hosted.report.process.wall_ns), "{task:?}");
    }
    // Callbacks come from sqlite3_step alone, so what is not its own time is theirs.
    let step = hosted.row("Sqlite.sqlite3_step");
    let inside = step.total_ns.unwrap() - step.self_ns.unwrap();
    let callbacks: u64 = hosted.report.callbacks.iter().map(|row| row.total_ns.unwrap()).sum();
    let difference = inside.abs_diff(callbacks);
    // Each figure is rounded for itself; nothing else lies between them.
    assert!(difference <= 2, "{inside} ns inside sqlite3_step, {callbacks} ns in callbacks");
    // And what lies inside the callback that calls SQLite again is in the rows of those calls.
    let price = hosted.row("PriceWithTax.Invoke");
    let called = ["sqlite3_value_int64", "sqlite3_value_text", "sqlite3_result_int64"];
    let called: u64 = called.iter().map(|name| hosted.row(&format!("Sqlite.{name}")).total_ns.unwrap()).sum();
    let inside = price.total_ns.unwrap() - price.self_ns.unwrap();
    assert!(
        inside.abs_diff(called) <= inside / 100,
        "{inside} ns inside the callback, {called} ns in its calls"
    );
}

#[test]
fn counts_are_the_same_without_times() {
    let file = scratch("orders-counted").join("counts.json");
    let program = Program::new(sample("orders")).args(["--counts".as_ref(), file.as_os_str()]);
    let hosted = program.options(["--count-only", "--user-only"]).under_clrhost();
    hosted.finished.assert_code(0);
    hosted.assert_sound();
    let counts = read_report(&file);
    let expected: u64 = numbers(&counts["calls"]).values().sum();
    assert_eq!(hosted.report.targets.iter().map(|row| row.calls).sum::<u64>(), expected);
    let expected: u64 = numbers(&counts["callbacks"]).values().sum();
    assert_eq!(hosted.report.totals.reverse_enter, expected);
}
