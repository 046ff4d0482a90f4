//! Readings for tests.

use crate::Reading;
use clrhost_report::{BracketKind, OpenRow, Report, TargetRow};
use serde_json::json;
use std::time::{Duration, SystemTime};

/// A native function without library and symbol.
pub fn row(method: &str, calls: u64) -> TargetRow {
    let row = json!({"method": method, "assembly": null, "library": null, "symbol": null, "file": null, "address": null,
        "kind": "pinvoke", "origin": "user", "suppress_gc_transition": false, "calls": calls, "completed": calls, "unwound": 0,
        "lower_bound": false, "threads": 1, "total_ns": 0, "self_ns": 0, "mean_ns": null, "p50_ns": null, "p99_ns": null,
        "max_ns": null, "called_from": []});
    serde_json::from_value(row).unwrap()
}

/// A call that has not returned.
pub fn open(kind: BracketKind, method: &str, ns: u64) -> OpenRow {
    OpenRow { kind, method: method.to_owned(), library: None, symbol: None, ns: Some(ns) }
}

/// Of process 7, `wall_ns` after its start, with threads that are in these calls.
pub fn reading(wall_ns: u64, targets: &[TargetRow], tasks: &[Vec<OpenRow>]) -> Reading {
    let task = |(index, open): (usize, &Vec<OpenRow>)| {
        json!({"id": index + 1, "os_thread_id": 100 + index, "name": null, "type": "user", "ended": false, "leave": 0,
            "enter": 0, "reverse_enter": 0, "reverse_leave": 0, "max_depth": 1, "native_ns": 0, "unwound": 0, "mismatches": 0,
            "untimed": 0, "settled": true, "open": open, "left_open": []})
    };
    let tasks: Vec<_> = tasks.iter().enumerate().map(task).collect();
    let report = json!({"schema": "clrhost.report/1", "clrhost_version": "0.1.0",
        "runtime": {"name": "Microsoft.NETCore.App", "version": "8.0.4"}, "mode": "trace", "source": "thunks", "timing": "timed",
        "clock": null, "application": {"path": "/usr/bin/dotnet", "args": ["/app/A \"b\".dll", "--password", "secret"]},
        "process": {"pid": 7, "wall_ns": wall_ns, "exit": {"kind": "in_progress"}}, "user_only": false,
        "totals": {"leave": 0, "enter": 0, "reverse_enter": 0, "reverse_leave": 0, "lower_bound": false, "cooperative": 0,
            "mismatches": 0, "lost": 4, "untimed": 0, "unwound": 0, "open": 0, "targets": 0, "callbacks": 0, "refused_targets": 0,
            "tasks": 0, "native_ns": 0},
        "hidden": {"targets": 0, "calls": 0, "callbacks": 0, "callback_calls": 0}, "targets": targets, "callbacks": [],
        "pointer_callers": [], "unhooked": [], "tasks": tasks, "folded_tasks": null, "mismatches": [], "host": null,
        "policy": null, "notes": []});
    let report: Report = serde_json::from_value(report).unwrap();
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    Reading { report, at: start + Duration::from_nanos(wall_ns), is_up: true }
}
