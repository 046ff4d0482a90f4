//! Two reports compared.

mod support;

use clrhost_report::{DIFF_SCHEMA, Diff, DiffOptions, Metric, Report, TargetRow, TextOptions, Timing};
use serde_json::Value;
use std::collections::BTreeSet;
use support::{context, orders};

const DOCUMENT: &str = include_str!("../../../docs/reports.md");

fn report() -> Report {
    orders().report(context())
}

fn row<'a>(report: &'a mut Report, method: &str) -> &'a mut TargetRow {
    report.targets.iter_mut().find(|row| row.method.contains(method)).unwrap_or_else(|| panic!("no {method}"))
}

/// A run in which the first function took `percent` more and its second one is gone, with a new one.
fn slower(percent: u64) -> (Report, Report, String) {
    let (before, mut after) = (report(), report());
    let slow = &mut after.targets[0];
    let more = |ns: Option<u64>| ns.map(|ns| ns + ns * percent / 100);
    (slow.total_ns, slow.p50_ns, slow.p99_ns) = (more(slow.total_ns), more(slow.p50_ns), more(slow.p99_ns));
    slow.mean_ns = slow.mean_ns.map(|mean| mean * (1.0 + percent as f64 / 100.0));
    let name = slow.method.clone();
    after.targets[1].method = "Added.Later".to_owned();
    (before, after, name)
}

#[test]
fn what_got_slower_comes_first_and_new_and_gone_are_told_apart() {
    let (before, after, name) = slower(50);
    let diff = Diff::new(&before, &after, DiffOptions::default()).unwrap();
    assert_eq!(diff.schema, DIFF_SCHEMA);
    assert_eq!(diff.targets.len(), before.targets.len() + 1);
    assert!(diff.targets.is_sorted_by(|a, b| a.change >= b.change));
    let slow = diff.targets.iter().find(|change| change.method == name).unwrap();
    assert_eq!(slow.change_percent, Some(50.0));
    let gone = diff.targets.iter().find(|change| change.after.is_none()).unwrap();
    assert_eq!((&gone.method, gone.change_percent), (&before.targets[1].method, None));
    assert!(gone.change < Some(0.0));
    let new = diff.targets.iter().find(|change| change.before.is_none()).unwrap();
    assert_eq!((new.method.as_str(), new.change_percent), ("Added.Later", None));
    assert_eq!(diff.over, 0, "there is no limit");
    let text = diff.render_text(&TextOptions { width: 200, ..TextOptions::default() });
    assert!(text.contains("+50.0") && text.contains("new") && text.contains("gone"), "{text}");
}

#[test]
fn a_report_is_equal_to_itself() {
    for by in [Metric::Total, Metric::SelfTime, Metric::Mean, Metric::P50, Metric::P99, Metric::Calls] {
        let options = DiffOptions { by, over_percent: Some(0.0), at_least_ns: 0 };
        let diff = Diff::new(&report(), &report(), options).unwrap();
        assert_eq!(diff.over, 0);
        assert!(diff.targets.iter().chain(&diff.callbacks).all(|change| change.change.unwrap_or(0.0) == 0.0));
    }
}

#[test]
fn limits_are_about_percent_and_about_time_at_all() {
    let (before, after, name) = slower(50);
    let over = |by, percent, at_least_ns| {
        let options = DiffOptions { by, over_percent: Some(percent), at_least_ns };
        let diff = Diff::new(&before, &after, options).unwrap();
        let names = diff.targets.iter().chain(&diff.callbacks).filter(|change| change.over);
        assert_eq!(diff.over, names.clone().count() as u64);
        names.map(|change| change.method.clone()).collect::<Vec<_>>()
    };
    for by in [Metric::Total, Metric::Mean, Metric::P50, Metric::P99] {
        assert_eq!(over(by, 49.0, 0), std::slice::from_ref(&name), "{by:?}");
        assert!(over(by, 51.0, 0).is_empty(), "{by:?}");
        assert!(over(by, 10.0, u64::MAX).is_empty(), "{by:?}");
    }
    assert!(over(Metric::Calls, 0.0, 0).is_empty());
}

#[test]
fn counted_reports_are_compared_by_calls() {
    let mut counted = report();
    counted.timing = Timing::Counted;
    let problem = Diff::new(&report(), &counted, DiffOptions::default()).unwrap_err();
    assert!(problem.contains("second run") && problem.contains("--by calls"), "{problem}");
    let mut more = counted.clone();
    let name = more.targets[0].method.clone();
    row(&mut more, &name).calls += 7;
    let options = DiffOptions { by: Metric::Calls, over_percent: Some(0.0), ..DiffOptions::default() };
    let diff = Diff::new(&counted, &more, options).unwrap();
    assert_eq!((diff.over, diff.targets[0].change), (1, Some(7.0)));
}

#[test]
fn rows_that_share_all_names_are_compared_in_their_order() {
    let (mut before, mut after) = (report(), report());
    for report in [&mut before, &mut after] {
        let same = report.targets[0].clone();
        report.targets.push(same);
    }
    let diff = Diff::new(&before, &after, DiffOptions::default()).unwrap();
    assert_eq!(diff.targets.len(), before.targets.len());
    assert!(diff.targets.iter().all(|change| change.before.is_some() && change.after.is_some()));
}

#[test]
fn the_document_names_every_field_of_the_comparison() {
    let (before, after, _) = slower(5);
    let mut json = Vec::new();
    Diff::new(&before, &after, DiffOptions::default()).unwrap().to_json(&mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    let mut written = BTreeSet::new();
    fields(&json, &mut written);
    let part =
        DOCUMENT.split("## Fields of a comparison").nth(1).expect("the part").split("\n## ").next().unwrap();
    let documented: BTreeSet<String> = part
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned))
        .collect();
    assert_eq!(documented, written);
}

fn fields(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            fields(value, found);
        }),
        Value::Array(array) => array.iter().for_each(|value| fields(value, found)),
        _ => {}
    }
}
