//! Metrics by name, from what the board has.

use crate::board::{Board, Name, Process, Row};
use clrhost_report::{Report, Source};
use std::path::Path;
use std::time::SystemTime;

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows while the process lives.
    Counter,
    /// It is as it is now.
    Gauge,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A count.
    Count(u64),
    /// A time, told in seconds.
    Nanoseconds(u64),
}

/// One value of one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The process; `None` for what goes for all of them.
    pub pid: Option<u32>,
    /// What tells it from others of the process.
    pub labels: Vec<(&'static str, String)>,
    /// The value.
    pub value: Value,
    /// Since when a counter counts, and until when.
    pub period: (SystemTime, SystemTime),
}

/// A metric with all its values.
#[derive(Clone, Debug)]
pub struct Family {
    /// The name for Prometheus.
    pub name: &'static str,
    /// The name for OpenTelemetry, from which its collector makes the other one.
    pub otlp_name: &'static str,
    /// What one is, for OpenTelemetry.
    pub unit: &'static str,
    /// What it means.
    pub help: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// The values.
    pub points: Vec<Point>,
}

type Read = fn(Row) -> Value;

/// Metrics of targets: name, name for OpenTelemetry, unit, help, kind, of callbacks, needs times, value.
type OfTargets = (&'static str, &'static str, &'static str, &'static str, Kind, bool, bool, Read);

const OF_TARGETS: [OfTargets; 9] = [
    (
        "clrhost_calls_total",
        "clrhost.calls",
        "{call}",
        "Calls from managed code to native functions, begun.",
        Kind::Counter,
        false,
        false,
        |row| Value::Count(row.calls),
    ),
    (
        "clrhost_call_seconds_total",
        "clrhost.call",
        "s",
        "Time from call to return, of calls to native functions that have returned.",
        Kind::Counter,
        false,
        true,
        |row| Value::Nanoseconds(row.total_ns),
    ),
    (
        "clrhost_call_self_seconds_total",
        "clrhost.call.self",
        "s",
        "The same without callbacks into managed code.",
        Kind::Counter,
        false,
        true,
        |row| Value::Nanoseconds(row.self_ns),
    ),
    (
        "clrhost_calls_in_flight",
        "clrhost.calls.in_flight",
        "{call}",
        "Calls to native functions that have not returned.",
        Kind::Gauge,
        false,
        false,
        |row| Value::Count(row.in_flight),
    ),
    (
        "clrhost_calls_stuck",
        "clrhost.calls.stuck",
        "{call}",
        "Threads in native code whose call has not returned for longer than --stuck-over.",
        Kind::Gauge,
        false,
        true,
        |row| Value::Count(row.stuck),
    ),
    (
        "clrhost_callbacks_total",
        "clrhost.callbacks",
        "{call}",
        "Calls from native code to managed methods, begun.",
        Kind::Counter,
        true,
        false,
        |row| Value::Count(row.calls),
    ),
    (
        "clrhost_callback_seconds_total",
        "clrhost.callback",
        "s",
        "Time from call to return, of callbacks that have returned.",
        Kind::Counter,
        true,
        true,
        |row| Value::Nanoseconds(row.total_ns),
    ),
    (
        "clrhost_callback_self_seconds_total",
        "clrhost.callback.self",
        "s",
        "The same without calls to native functions.",
        Kind::Counter,
        true,
        true,
        |row| Value::Nanoseconds(row.self_ns),
    ),
    (
        "clrhost_callbacks_in_flight",
        "clrhost.callbacks.in_flight",
        "{call}",
        "Callbacks that have not returned.",
        Kind::Gauge,
        true,
        false,
        |row| Value::Count(row.in_flight),
    ),
];

type ReadProcess = fn(&Process) -> u64;

/// Metrics of processes: name, name for OpenTelemetry, unit, help, kind, value.
type OfProcesses = (&'static str, &'static str, &'static str, &'static str, Kind, ReadProcess);

const OF_PROCESSES: [OfProcesses; 5] = [
    (
        "clrhost_lost_crossings_total",
        "clrhost.lost_crossings",
        "{crossing}",
        "Crossings that are known not to be counted.",
        Kind::Counter,
        |process| process.lost,
    ),
    (
        "clrhost_threads",
        "clrhost.threads",
        "{thread}",
        "Threads that came to the border and live.",
        Kind::Gauge,
        |process| process.threads,
    ),
    (
        "clrhost_targets_in_other",
        "clrhost.targets_in_other",
        "{target}",
        "Native functions and callbacks that are summed in the rows \"other\".",
        Kind::Gauge,
        |process| process.calls.others + process.callbacks.others,
    ),
    (
        "clrhost_process_up",
        "clrhost.process_up",
        "1",
        "1 if the process runs; 0 if it has ended and these are its last numbers.",
        Kind::Gauge,
        |process| u64::from(process.is_up),
    ),
    (
        "clrhost_process_uptime_seconds",
        "clrhost.process_uptime",
        "s",
        "How long the process has been observed.",
        Kind::Gauge,
        |process| process.report.process.wall_ns,
    ),
];

/// All metrics. Each is there even if it has no value.
pub fn families(board: &Board) -> Vec<Family> {
    let processes = || board.processes.iter();
    let mut all = Vec::new();
    for (name, otlp_name, unit, help, kind, callbacks, needs_times, read) in OF_TARGETS {
        let of_process = |(&pid, process): (&u32, &Process)| {
            let table = if callbacks { &process.callbacks } else { &process.calls };
            let period = (process.since, process.at);
            let point = |(name, row): (Name, Row)| {
                let labels = if callbacks { vec![("method", name.method)] } else { labels(name) };
                Point { pid: Some(pid), labels, value: read(row), period }
            };
            let rows = Some(table).filter(|_| process.timed || !needs_times);
            rows.into_iter().flat_map(|table| table.rows().collect::<Vec<_>>()).map(point).collect::<Vec<_>>()
        };
        let points = processes().flat_map(of_process).collect();
        all.push(Family { name, otlp_name, unit, help, kind, points });
    }
    for (name, otlp_name, unit, help, kind, read) in OF_PROCESSES {
        let point = |(&pid, process): (&u32, &Process)| {
            let number = read(process);
            let value = if unit == "s" { Value::Nanoseconds(number) } else { Value::Count(number) };
            Point { pid: Some(pid), labels: Vec::new(), value, period: (process.since, process.at) }
        };
        all.push(Family { name, otlp_name, unit, help, kind, points: processes().map(point).collect() });
    }
    let info = processes().map(|(&pid, process)| Point {
        pid: Some(pid),
        labels: information(&process.report),
        value: Value::Count(1),
        period: (process.since, process.at),
    });
    all.push(Family {
        name: "clrhost_process_info",
        otlp_name: "clrhost.process_info",
        unit: "1",
        help: "Which process, on which runtime, and how its crossings are seen. Always 1.",
        kind: Kind::Gauge,
        points: info.collect(),
    });
    let now = SystemTime::now();
    all.push(Family {
        name: "clrhost_processes_left_out",
        otlp_name: "clrhost.processes_left_out",
        unit: "{process}",
        help: "Ended processes that are not told of any more, because there were too many.",
        kind: Kind::Gauge,
        points: vec![Point {
            pid: None,
            labels: Vec::new(),
            value: Value::Count(board.left_out),
            period: (now, now),
        }],
    });
    all
}

fn labels(name: Name) -> Vec<(&'static str, String)> {
    vec![("library", name.library), ("symbol", name.symbol), ("method", name.method)]
}

fn information(report: &Report) -> Vec<(&'static str, String)> {
    let source = match report.source {
        Some(Source::Thunks) => "thunks",
        Some(Source::Flag) => "flag",
        None => "none",
    };
    vec![
        ("runtime", report.runtime.name.clone()),
        ("runtime_version", report.runtime.version.clone()),
        ("source", source.to_owned()),
        ("clrhost_version", report.clrhost_version.clone()),
        ("command", command(report)),
    ]
}

/// What runs, without its arguments: they may hold passwords, and metrics go to other machines.
pub fn command(report: &Report) -> String {
    let file = |word: &str| {
        Path::new(word).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    };
    let assembly = report.application.args.iter().find(|word| word.ends_with(".dll"));
    let words: Vec<String> =
        std::iter::once(&report.application.path).chain(assembly).map(|word| file(word)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::reading;

    #[test]
    fn a_command_is_told_without_its_arguments() {
        assert_eq!(command(&reading(1, &[], &[]).report), "dotnet A \"b\".dll");
    }
}
