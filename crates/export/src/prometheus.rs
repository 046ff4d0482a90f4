//! The text that Prometheus reads: <https://prometheus.io/docs/instrumenting/exposition_formats/>, version 0.0.4.

use crate::family::{Family, Kind, Value};
use std::fmt::Write;

/// What the answer is called in its header.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The text of all metrics.
pub fn text(families: &[Family]) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    for family in families {
        let kind = match family.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let _ = writeln!(out, "# HELP {} {}", family.name, escaped_help(family.help));
        let _ = writeln!(out, "# TYPE {} {kind}", family.name);
        for point in &family.points {
            let pid = point.pid.map(|pid| ("pid", pid.to_string()));
            let labels: Vec<String> = pid
                .iter()
                .chain(&point.labels)
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let _ = match labels.as_slice() {
                [] => write!(out, "{} ", family.name),
                labels => write!(out, "{}{{{}}} ", family.name, labels.join(",")),
            };
            let _ = writeln!(out, "{}", number(point.value));
        }
    }
    out
}

/// Without loss: a double would round times of months, and counts beyond 2^53.
fn number(value: Value) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        Value::Nanoseconds(ns) => format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000),
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn escaped_help(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Board;
    use crate::family::families;
    use crate::testing::{reading, row};
    use std::time::Duration;

    #[test]
    fn names_are_escaped_and_times_are_exact() {
        let mut board = Board::new(10, Duration::from_secs(5));
        let mut target = row("A.\"f\"\\\n", 3);
        target.total_ns = Some(12_000_000_001);
        board.renew(vec![reading(1, &[target], &[])]);
        let text = text(&families(&board));
        let labels = r#"{pid="7",library="",symbol="",method="A.\"f\"\\\n"}"#;
        for line in [
            format!("clrhost_calls_total{labels} 3"),
            format!("clrhost_call_seconds_total{labels} 12.000000001"),
            "clrhost_lost_crossings_total{pid=\"7\"} 4".to_owned(),
            "# TYPE clrhost_threads gauge".to_owned(),
            "clrhost_processes_left_out 0".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("secret"));
        assert!(text.ends_with('\n') && !text.contains("\n\n"));
    }

    #[test]
    fn without_times_there_are_no_seconds() {
        let mut board = Board::new(10, Duration::from_secs(5));
        let mut counted = reading(1, &[row("A", 1)], &[]);
        counted.report.timing = clrhost_report::Timing::Counted;
        board.renew(vec![counted]);
        let text = text(&families(&board));
        assert!(text.contains("\nclrhost_calls_total{") && !text.contains("\nclrhost_call_seconds_total{"));
    }
}
