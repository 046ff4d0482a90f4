//! The tables of native functions and of callbacks.

use super::fit::{Label, clean};
use super::table::Table;
use super::{Page, Style};
use crate::duration::{count, counted, duration};
use crate::model::{CallerKind, CallerRow, Report, TargetRow, Timing};
use clrhost_boundary::TargetKind;

/// Native functions that managed code called.
pub(super) fn native(page: &mut Page, report: &Report) {
    let hidden = (report.hidden.targets, report.hidden.calls);
    print(page, report, "Native functions", "method → library!symbol", &report.targets, hidden);
}

/// Managed methods that native code called.
pub(super) fn callbacks(page: &mut Page, report: &Report) {
    let hidden = (report.hidden.callbacks, report.hidden.callback_calls);
    print(page, report, "Callbacks", "method ← called from", &report.callbacks, hidden);
}

fn print(
    page: &mut Page,
    report: &Report,
    title: &str,
    name_header: &'static str,
    rows: &[TargetRow],
    hidden: (u64, u64),
) {
    if rows.is_empty() && hidden.0 == 0 {
        return;
    }
    let timed = report.timing == Timing::Timed;
    page.section(&format!("{title}, by {}", if timed { "total time" } else { "calls" }));
    if !rows.is_empty() {
        let mut headers = vec!["calls", "thr"];
        if timed {
            headers.splice(1..1, ["total", "self", "mean", "p50", "p99", "max"]);
        }
        let mut table = Table::new(headers, name_header);
        for row in &rows[..page.shown(rows.len())] {
            table.row(numbers(row, timed), label(row));
        }
        table.print(page);
        page.more(rows.len());
    }
    if hidden.0 > 0 {
        let sentence = format!(
            "not shown: {} with {}, declared by CoreLib or the framework (--user-only)",
            counted(hidden.0, "row"),
            counted(hidden.1, "call"),
        );
        page.sentence("  ", &sentence, Style::quiet);
        return;
    }
    let theirs = || rows.iter().filter(|row| matches!(&*row.origin, "corelib" | "framework"));
    if theirs().next().is_some() {
        let sentence = format!(
            "{} of {} with {}: declared by CoreLib or the framework (--user-only leaves them out)",
            count(theirs().count() as u64),
            counted(rows.len() as u64, "row"),
            counted(theirs().map(|row| row.calls).sum(), "call"),
        );
        page.sentence("  ", &sentence, Style::quiet);
    }
}

fn numbers(row: &TargetRow, timed: bool) -> Vec<String> {
    let at_least = if row.lower_bound { "≥" } else { "" };
    let mut numbers = vec![format!("{at_least}{}", count(row.calls)), count(row.threads)];
    if timed {
        // A sum over no call that returned says nothing.
        let ns = |ns: Option<u64>| time(ns.filter(|_| row.completed > 0).map(|ns| ns as f64));
        let times = [
            ns(row.total_ns),
            ns(row.self_ns),
            time(row.mean_ns),
            ns(row.p50_ns),
            ns(row.p99_ns),
            ns(row.max_ns),
        ];
        numbers.splice(1..1, times);
    }
    numbers
}

/// A duration, or a dash where there is none.
pub(super) fn time(ns: Option<f64>) -> String {
    ns.map_or_else(|| "-".to_owned(), duration)
}

fn label(row: &TargetRow) -> Label {
    // A function that was got by name has no method, so the name is what there is to look for.
    let by_pointer = row.kind == TargetKind::FunctionPointer.as_str() && row.symbol.is_some();
    let symbol = row.symbol.as_deref().filter(|symbol| by_pointer || *symbol != last_name(&row.method));
    let native = match (row.library.as_deref(), symbol) {
        (Some(library), Some(symbol)) => format!("{}!{}", clean(library), clean(symbol)),
        (Some(name), None) | (None, Some(name)) => clean(name),
        (None, None) => String::new(),
    };
    if by_pointer {
        return Label { name: native, suffix: " (by pointer)".to_owned(), extra: unwound(row) };
    }
    let suffix = if native.is_empty() { native } else { format!(" → {native}") };
    let suffix = if row.called_from.is_empty() { suffix } else { format!(" ← {}", callers(row)) };
    let mut extra = String::new();
    if row.suppress_gc_transition {
        extra += " (no GC transition)";
    }
    if row.substituted {
        extra += " (another function in its place)";
    }
    extra += &unwound(row);
    Label { name: clean(&row.method), suffix, extra }
}

fn unwound(row: &TargetRow) -> String {
    if row.unwound > 0 { format!(" ({} unwound)", count(row.unwound)) } else { String::new() }
}

/// The first caller by name and how many more there are.
fn callers(row: &TargetRow) -> String {
    let name = |caller: &CallerRow| match (caller.kind, &caller.symbol, &caller.method) {
        (CallerKind::Target, Some(symbol), _) => clean(symbol),
        (CallerKind::Target, None, Some(method)) => clean(method),
        (CallerKind::Outside, ..) => "native threads".to_owned(),
        _ => "others".to_owned(),
    };
    match &*row.called_from {
        [] => String::new(),
        [only] => name(only),
        [first, more @ ..] => format!("{} and {} more", name(first), count(more.len() as u64)),
    }
}

/// The method's own name, without its type and parameters.
fn last_name(method: &str) -> &str {
    let name = method.split('(').next().unwrap_or(method);
    name.rsplit(['.', ':', '+', '/']).next().unwrap_or(name)
}
