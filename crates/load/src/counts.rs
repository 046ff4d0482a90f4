//! The program's own counts, and those of clrhost.

use crate::host::Heard;
use crate::library::{Count, Kind};
use crate::messages::Row;
use clrhost::report::{Report, Source, TargetRow};
use clrhost::{Snapshot, TargetDescription, TargetKind};

/// All that was said of one moment in which nothing crossed the border.
pub struct Said<'a> {
    pub counted: &'a [Count],
    pub report: &'a Report,
    pub snapshot: &'a Snapshot,
    pub heard: Option<&'a Heard>,
}

/// A row for each function, and what is wrong, in words.
pub fn compare(said: &Said<'_>) -> (Vec<Row>, Vec<String>) {
    let mut differences = Vec::new();
    let by_flag = said.report.source == Some(Source::Flag);
    let rows = said.counted.iter().map(|count| {
        let rows: Vec<&TargetRow> = rows_of(said.report, count, by_flag).collect();
        let reported: u64 = rows.iter().map(|row| row.calls).sum();
        let name = count.symbol.clone().unwrap_or_else(|| count.method.clone());
        let mut differ = |what: &str, is: u64, wanted: u64| {
            if is != wanted {
                differences.push(format!("{name}: {what} is {is}, not {wanted}"));
            }
        };
        // With the flag all calls by `calli` have one row, in which CoreLib's own are too, and which is a lower bound.
        let is_told = !(by_flag && count.kind == Kind::ByPointer);
        if is_told {
            differ("calls", reported, count.calls);
            let unwound: u64 = rows.iter().map(|row| row.unwound).sum();
            let completed: u64 = rows.iter().map(|row| row.completed).sum();
            // An abort that strikes as a call returns does so before the runtime's event of the return (docs/sources.md).
            let cut = if by_flag && count.kind != Kind::Callback { unwound } else { 0 };
            differ("completed", completed + cut, count.calls);
            differ("unwound", unwound - cut, 0);
        }
        // Of functions in cooperative mode, and of calls by `calli` where a loaded module has one that may be in that mode, as
        // Indirect.dll has, only the flag tells a host (docs/semantics.md).
        let is_heard = !matches!(count.kind, Kind::Suppressed | Kind::ByPointer);
        let heard = said.heard.filter(|_| is_told && is_heard).map(|heard| {
            let (begun, ended) = heard_of(said.snapshot, heard, count, by_flag);
            differ("heard of by the host, begun", begun, count.calls);
            differ("heard of by the host, ended", ended, count.calls);
            begun
        });
        let is_callback = count.kind == Kind::Callback;
        Row { name, is_callback, counted: count.calls, reported: is_told.then_some(reported), heard }
    });
    let rows = rows.collect();
    differences.extend(others(said.report, said.counted));
    differences.extend(totals(said.report));
    (rows, differences)
}

fn rows_of<'a>(report: &'a Report, count: &'a Count, by_flag: bool) -> impl Iterator<Item = &'a TargetRow> {
    let rows = if count.kind == Kind::Callback { &report.callbacks } else { &report.targets };
    rows.iter().filter(move |row| is_of(count, by_flag, &row.kind, &row.method, row.symbol.as_deref()))
}

/// Whether a row of this kind is about that function.
fn is_of(count: &Count, by_flag: bool, kind: &str, method: &str, symbol: Option<&str>) -> bool {
    match count.kind {
        Kind::Declared | Kind::Suppressed => {
            kind == "pinvoke" && method == count.method && symbol == count.symbol.as_deref()
        }
        Kind::ByDelegate if by_flag => kind == "native_delegate" && method == count.method,
        Kind::ByDelegate => kind == "native_delegate" && symbol == count.symbol.as_deref(),
        Kind::ByPointer => kind == "function_pointer" && symbol == count.symbol.as_deref(),
        Kind::Callback => method == count.method,
    }
}

fn heard_of(snapshot: &Snapshot, heard: &Heard, count: &Count, by_flag: bool) -> (u64, u64) {
    let is_callback = count.kind == Kind::Callback;
    let of_it = |target: &TargetDescription| {
        let kind = target.kind;
        kind.is_native() != is_callback
            && is_of(count, by_flag, kind.as_str(), &target.method, target.symbol.as_deref())
    };
    let targets = snapshot.bound.iter().filter(|(_, target)| of_it(target));
    targets.map(|(id, _)| heard.of(*id)).fold((0, 0), |sum, (begun, ended)| (sum.0 + begun, sum.1 + ended))
}

/// Rows about the program's own code that it does not count.
fn others(report: &Report, counted: &[Count]) -> Vec<String> {
    let by_flag = report.source == Some(Source::Flag);
    let all =
        report.targets.iter().map(|row| (false, row)).chain(report.callbacks.iter().map(|row| (true, row)));
    let unknown = all.filter(|(is_callback, row)| {
        let is_own = row.assembly.as_deref() == Some("Endurance.dll");
        let thread = row.kind == TargetKind::ThreadStart.as_str();
        let known = counted.iter().filter(|count| (count.kind == Kind::Callback) == *is_callback);
        is_own
            && !thread
            && !known
                .into_iter()
                .any(|count| is_of(count, by_flag, &row.kind, &row.method, row.symbol.as_deref()))
    });
    unknown
        .map(|(_, row)| {
            format!("a row that the program knows nothing of: {} ({} calls)", row.method, row.calls)
        })
        .collect()
}

/// What has to hold of the sums.
fn totals(report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let totals = &report.totals;
    for (what, number) in [
        ("mismatches", totals.mismatches),
        ("lost", totals.lost),
        ("untimed", totals.untimed),
        ("refused_targets", totals.refused_targets),
    ] {
        if number != 0 {
            wrong.push(format!("totals.{what} is {number}, not 0"));
        }
    }
    // An abort that strikes a thread before its body begins, or after it has returned, leaves what the body was called with open.
    let rows = report.targets.iter().chain(&report.callbacks);
    let unwound = rows.filter(|row| {
        let by_abort = row.kind == TargetKind::ThreadStart.as_str() || report.source == Some(Source::Flag);
        row.unwound > 0 && !by_abort
    });
    wrong.extend(unwound.map(|row| format!("{}: {} calls were unwound", row.method, row.unwound)));
    if let Some(host) = report.host.as_ref().filter(|host| host.shut || host.failures > 0) {
        wrong.push(format!("the host failed {} times: {:?}", host.failures, host.failed_calls));
    }
    let settled = report.tasks.iter().all(|task| task.settled);
    let begun = totals.leave + totals.reverse_enter;
    let ended = totals.enter + totals.reverse_leave - totals.mismatches + totals.unwound + totals.open;
    if settled && begun != ended {
        wrong.push(format!("{begun} calls began, and {ended} ended, were unwound or are open"));
    }
    wrong
}
