//! The bodies of OTLP requests, in its JSON form: <https://opentelemetry.io/docs/specs/otlp/>.

use crate::family::{Family, Kind, Point, Value};
use crate::spans::Span;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

fn attribute(name: &str, value: &str) -> Json {
    json!({"key": name, "value": {"stringValue": value}})
}

fn number(name: &str, value: u64) -> Json {
    // Numbers of 64 bits are strings in the JSON of Protocol Buffers.
    json!({"key": name, "value": {"intValue": value.to_string()}})
}

fn time(time: SystemTime) -> String {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

fn scope() -> Json {
    json!({"name": "clrhost", "version": env!("CARGO_PKG_VERSION")})
}

/// What a process's metrics and spans are said to come from.
fn resource(pid: Option<u32>, command: &str, given: &[(String, String)]) -> Json {
    let mut attributes: BTreeMap<&str, Json> = BTreeMap::new();
    let service = if command.is_empty() { "clrhost" } else { command.rsplit(' ').next().unwrap_or(command) };
    attributes.insert("service.name", attribute("service.name", service.trim_end_matches(".dll")));
    if let Some(pid) = pid {
        attributes.insert("process.pid", number("process.pid", u64::from(pid)));
    }
    // What the user says goes before what we guess.
    for (name, value) in given {
        attributes.insert(name, attribute(name, value));
    }
    json!({"attributes": attributes.into_values().collect::<Vec<_>>()})
}

/// Body of a request with metrics: a resource for each process.
pub fn metrics(families: &[Family], given: &[(String, String)]) -> Json {
    let pids: BTreeSet<Option<u32>> =
        families.iter().flat_map(|family| &family.points).map(|point| point.pid).collect();
    let resources = pids.into_iter().map(|pid| {
        let of_process = families.iter().filter_map(|family| {
            let points: Vec<&Point> = family.points.iter().filter(|point| point.pid == pid).collect();
            (!points.is_empty()).then(|| metric(family, &points))
        });
        let mut all = families.iter().flat_map(|family| &family.points).filter(|point| point.pid == pid);
        let command = all.find_map(|point| point.labels.iter().find(|(name, _)| *name == "command"));
        let command = command.map_or("", |(_, command)| command);
        json!({
            "resource": resource(pid, command, given),
            "scopeMetrics": [{"scope": scope(), "metrics": of_process.collect::<Vec<_>>()}],
        })
    });
    json!({"resourceMetrics": resources.collect::<Vec<_>>()})
}

fn metric(family: &Family, points: &[&Point]) -> Json {
    let is_counter = family.kind == Kind::Counter;
    let point = |point: &&Point| {
        let labels = point.labels.iter().filter(|(_, value)| !value.is_empty());
        let attributes: Vec<Json> =
            labels.map(|(name, value)| attribute(&format!("clrhost.{name}"), value)).collect();
        let (since, until) = point.period;
        let mut data = json!({"attributes": attributes, "timeUnixNano": time(until)});
        if is_counter {
            data["startTimeUnixNano"] = json!(time(since));
        }
        match point.value {
            Value::Count(count) => data["asInt"] = json!(count.to_string()),
            Value::Nanoseconds(ns) => data["asDouble"] = json!(ns as f64 / 1e9),
        }
        data
    };
    let points: Vec<Json> = points.iter().map(point).collect();
    let mut metric = json!({"name": family.otlp_name, "unit": family.unit, "description": family.help});
    // 2 is "cumulative".
    match family.kind {
        Kind::Counter => {
            metric["sum"] = json!({"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": points})
        }
        Kind::Gauge => metric["gauge"] = json!({"dataPoints": points}),
    }
    metric
}

/// Body of a request with spans.
pub fn traces(spans: &[Span], given: &[(String, String)]) -> Json {
    let mut of_processes: BTreeMap<(u32, &str), Vec<Json>> = BTreeMap::new();
    for one in spans {
        of_processes.entry((one.pid, &one.command)).or_default().push(span(one));
    }
    let resources = of_processes.into_iter().map(|((pid, command), spans)| {
        json!({
            "resource": resource(Some(pid), command, given),
            "scopeSpans": [{"scope": scope(), "spans": spans}],
        })
    });
    json!({"resourceSpans": resources.collect::<Vec<_>>()})
}

fn span(span: &Span) -> Json {
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let name = if span.name.symbol.is_empty() { &span.name.method } else { &span.name.symbol };
    let mut attributes =
        vec![attribute("clrhost.method", &span.name.method), number("thread.id", span.os_thread_id)];
    for (key, value) in [("clrhost.library", &span.name.library), ("clrhost.symbol", &span.name.symbol)] {
        if !value.is_empty() {
            attributes.push(attribute(key, value));
        }
    }
    if let Some(thread) = &span.thread {
        attributes.push(attribute("thread.name", thread));
    }
    attributes.push(match span.uncertainty {
        Some(later) => {
            number("clrhost.end_uncertainty_ns", u64::try_from(later.as_nanos()).unwrap_or(u64::MAX))
        }
        None => json!({"key": "clrhost.unfinished", "value": {"boolValue": true}}),
    });
    json!({
        "traceId": hexadecimal(&span.trace_id),
        "spanId": hexadecimal(&span.id),
        "parentSpanId": span.parent.map_or_else(String::new, |id| hexadecimal(&id)),
        "name": name,
        // 3 is "client": a call that waits for what others do.
        "kind": 3,
        "startTimeUnixNano": time(span.begin),
        "endTimeUnixNano": time(span.end),
        "attributes": attributes,
    })
}
