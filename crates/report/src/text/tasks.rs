//! The table of threads.

use super::Page;
use super::fit::{Label, clean};
use super::table::Table;
use super::targets::time;
use crate::duration::count;
use crate::model::{Report, TaskRow, Timing};
use std::cmp::Reverse;

/// Threads, those with most calls first.
pub(super) fn table(page: &mut Page, report: &Report) {
    if report.tasks.is_empty() && report.folded_tasks.is_none() {
        return;
    }
    page.section("Threads, by calls");
    let timed = report.timing == Timing::Timed;
    let unwound = report.totals.unwound > 0;
    let mismatches = report.totals.mismatches > 0;
    let columns = |task: [String; 2], numbers: [u64; 6], native_ns: Option<u64>| {
        let [calls, callbacks, depth, open, unwound_here, mismatches_here] = numbers.map(count);
        let [id, os_thread_id] = task;
        let mut cells = vec![id, os_thread_id, calls, callbacks, depth];
        cells.extend(timed.then(|| time(native_ns.map(|ns| ns as f64))));
        cells.push(open);
        cells.extend(unwound.then_some(unwound_here));
        cells.extend(mismatches.then_some(mismatches_here));
        cells
    };
    let mut headers = vec!["id", "os id", "calls", "callbacks", "depth"];
    headers.extend(timed.then_some("in native"));
    headers.push("open");
    headers.extend(unwound.then_some("unwound"));
    headers.extend(mismatches.then_some("mismatches"));

    let mut rows: Vec<&TaskRow> = report.tasks.iter().collect();
    rows.sort_by_key(|task| Reverse(task.leave + task.reverse_enter));
    let mut table = Table::new(headers, "name, type");
    for task in &rows[..page.shown(rows.len())] {
        let numbers = [
            task.leave,
            task.reverse_enter,
            task.max_depth,
            task.open.len() as u64,
            task.unwound,
            task.mismatches,
        ];
        // Ids are names, not amounts: no separators.
        let ids = [task.id.to_string(), task.os_thread_id.to_string()];
        table.row(columns(ids, numbers, task.native_ns), label(task));
    }
    if let Some(folded) = &report.folded_tasks {
        let numbers =
            [folded.leave, folded.reverse_enter, folded.max_depth, 0, folded.unwound, folded.mismatches];
        let name = format!("{} more, ended", count(folded.tasks));
        let ids = ["-".to_owned(), "-".to_owned()];
        table.row(columns(ids, numbers, folded.native_ns), Label { name, ..Label::default() });
    }
    table.print(page);
    page.more(rows.len());
}

fn label(task: &TaskRow) -> Label {
    let mut suffix = task.task_type.clone();
    if task.name.is_some() {
        suffix.insert_str(0, ", ");
    }
    if task.ended {
        suffix += ", ended";
    }
    Label { name: task.name.as_deref().map(clean).unwrap_or_default(), suffix, ..Label::default() }
}
