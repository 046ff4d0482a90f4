//! Metrics and spans of running programs, as Prometheus and a collector get them.

use clrhost::report::{Report, TargetRow};
use clrhost_testkit::{Needs, Run, dotnet, dotnet_root, fixture, has, program, read_report, scratch};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

const CLRHOST: &str = env!("CARGO_BIN_EXE_clrhost");

/// A `clrhost` that serves metrics.
struct Serving {
    child: Child,
    input: Option<ChildStdin>,
    address: String,
    /// Further lines on stderr.
    said: Receiver<String>,
}

impl Serving {
    /// Starts it, and waits until the program has printed `ready`, if it has one.
    fn start(args: &[&str], is_ready: bool) -> Serving {
        let mut command = Command::new(CLRHOST);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        let mut child = command.spawn().expect("clrhost starts");
        let mut errors = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut address = String::new();
        errors.read_line(&mut address).expect("a line");
        let (sender, said) = mpsc::channel();
        thread::spawn(move || errors.lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let address =
            address.trim_end().strip_prefix("clrhost: metrics are at http://").unwrap_or_default().to_owned();
        let serving = Serving { child, input, address, said };
        assert!(serving.address.ends_with("/metrics"), "it says where metrics are");
        let mut line = String::new();
        while is_ready && line != "ready\n" {
            line.clear();
            assert_ne!(output.read_line(&mut line).expect("lines"), 0, "it ended before it was ready");
        }
        thread::spawn(move || output.read_to_end(&mut Vec::new()));
        serving
    }

    fn scrape(&self) -> Metrics {
        Metrics::read(&self.text())
    }

    fn text(&self) -> String {
        let (host, _) = self.address.split_once('/').expect("a path");
        let mut stream = TcpStream::connect(host).expect("it listens");
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
        body.to_owned()
    }

    /// Scrapes until the metrics are so.
    fn scrape_until(&self, what: &str, is_so: impl Fn(&Metrics) -> bool) -> Metrics {
        for _ in 0..300 {
            let metrics = self.scrape();
            if is_so(&metrics) {
                return metrics;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{what}: not within 30 s\n{:#?}", self.scrape());
    }

    /// Lets the program go on, to its end.
    fn end(mut self) -> Vec<String> {
        drop(self.input.take());
        let status = self.child.wait().expect("it ends");
        let said = self.said.iter().collect();
        assert!(status.success(), "{status}: {said:#?}");
        said
    }
}

impl Drop for Serving {
    /// A test that failed leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Metrics, read as strictly as the format is written down.
#[derive(Debug, Default)]
struct Metrics {
    /// Name and labels, value.
    samples: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

impl Metrics {
    fn read(text: &str) -> Metrics {
        assert!(text.ends_with('\n'), "the last line ends too");
        let (mut metrics, mut types, mut helped) = (Metrics::default(), BTreeMap::new(), BTreeSet::new());
        let mut family = String::new();
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, _) = help.split_once(' ').expect("a text");
                assert!(helped.insert(name.to_owned()), "twice: {line}");
            } else if let Some(of) = line.strip_prefix("# TYPE ") {
                let (name, kind) = of.split_once(' ').expect("a type");
                assert!(["counter", "gauge"].contains(&kind), "{line}");
                assert!(types.insert(name.to_owned(), kind.to_owned()).is_none(), "twice: {line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                family = name.to_owned();
            } else {
                let (name, labels, value) = sample(line);
                assert_eq!(name, family, "samples stand together, behind their type: {line}");
                let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
                assert!(value >= 0.0, "{line}");
                assert!(metrics.samples.insert((name, labels), value).is_none(), "twice: {line}");
            }
        }
        assert_eq!(helped, types.into_keys().collect());
        metrics
    }

    /// The sum of a metric's samples with these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let fits = |of: &BTreeMap<String, String>| {
            labels.iter().all(|(label, value)| of.get(*label).is_some_and(|found| found == value))
        };
        let all = self.samples.iter().filter(|((found, of), _)| found == name && fits(of));
        all.map(|(_, value)| value).sum()
    }

    fn labels(&self, name: &str) -> Vec<&BTreeMap<String, String>> {
        self.samples.keys().filter(|(found, _)| found == name).map(|(_, labels)| labels).collect()
    }
}

/// One line: `name{label="value",...} value`.
fn sample(line: &str) -> (String, BTreeMap<String, String>, &str) {
    let end = line.find(['{', ' ']).unwrap_or_else(|| panic!("{line}"));
    let is_name =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            let (label, quoted) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
            assert!(is_name(label), "{line}");
            let (mut value, mut chars) = (String::new(), quoted.char_indices());
            let end = loop {
                match chars.next().unwrap_or_else(|| panic!("{line}")) {
                    (end, '"') => break end,
                    (_, '\\') => value.push(match chars.next() {
                        Some((_, 'n')) => '\n',
                        Some((_, escaped @ ('\\' | '"'))) => escaped,
                        _ => panic!("{line}"),
                    }),
                    (_, other) => value.push(other),
                }
            };
            assert!(labels.insert(label.to_owned(), value).is_none(), "twice: {line}");
            rest = &quoted[end + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').unwrap_or_else(|| panic!("{line}"));
    }
    (name.to_owned(), labels, rest.strip_prefix(' ').unwrap_or_else(|| panic!("{line}")))
}

fn report_of(pid: &str) -> Report {
    let finished = Run::new(CLRHOST).args(["ctl", "-p", pid, "report", "--format", "json", "-"]).output();
    Report::from_json(finished.assert_code(0).stdout.as_bytes()).expect("a report")
}

/// Calls of all rows of a report that have these names.
fn calls_of(rows: &[TargetRow], labels: &BTreeMap<String, String>) -> u64 {
    let label = |name: &str| labels.get(name).map(String::as_str).unwrap_or_default();
    let fits = |row: &&TargetRow| {
        let of = |part: &Option<String>| part.clone().unwrap_or_default();
        row.method == label("method")
            && (!labels.contains_key("symbol")
                || (of(&row.library) == label("library") && of(&row.symbol) == label("symbol")))
    };
    rows.iter().filter(fits).map(|row| row.calls).sum()
}

/// The metrics are what the process's report says at the same time.
fn assert_same_as_report(serving: &Serving, pid: &str) {
    for _ in 0..50 {
        let (before, metrics, after) = (report_of(pid), serving.scrape(), report_of(pid));
        // The numbers stood still meanwhile, so there is no other answer.
        if before.totals != after.totals {
            continue;
        }
        let seconds =
            |rows: &[TargetRow]| rows.iter().filter_map(|row| row.total_ns).sum::<u64>() as f64 / 1e9;
        assert_eq!(metrics.sum("clrhost_calls_total", &[("pid", pid)]), after.totals.leave as f64);
        assert_eq!(
            metrics.sum("clrhost_callbacks_total", &[("pid", pid)]),
            after.totals.reverse_enter as f64
        );
        for (name, rows) in
            [("clrhost_calls_total", &after.targets), ("clrhost_callbacks_total", &after.callbacks)]
        {
            for labels in metrics.labels(name) {
                let found = metrics.samples[&(name.to_owned(), labels.clone())];
                assert_eq!(found, calls_of(rows, labels) as f64, "{labels:?}");
            }
        }
        for (name, rows) in [
            ("clrhost_call_seconds_total", &after.targets),
            ("clrhost_callback_seconds_total", &after.callbacks),
        ] {
            // The clock's rate is known better and better.
            let (found, expected) = (metrics.sum(name, &[]), seconds(rows));
            assert!((found - expected).abs() <= expected / 100.0, "{name}: {found} and {expected}");
        }
        return;
    }
    panic!("the program never stood still");
}

#[test]
fn metrics_of_a_command_are_those_of_its_report() {
    let app = fixture("Blocking").display().to_string();
    let dotnet = dotnet().display().to_string();
    let report = scratch("metrics").join("report.json").display().to_string();
    let args = ["trace", "--report", &report, "--prometheus", ":0", "--stuck-over", "200ms", "--"];
    let serving = Serving::start(&[&args[..], &[&dotnet, &app, "8", "--password=secret"]].concat(), true);
    let waiting = [("symbol", "fx_wait_in_kind")];
    let metrics = serving.scrape_until("all threads are stuck", |metrics| {
        metrics.sum("clrhost_calls_stuck", &waiting) == 22.0
    });
    assert_eq!(metrics.sum("clrhost_calls_in_flight", &waiting), 22.0);
    assert_eq!(metrics.sum("clrhost_process_up", &[]), 1.0);
    assert_eq!(metrics.sum("clrhost_targets_in_other", &[]), 0.0);
    assert!(metrics.sum("clrhost_threads", &[]) >= 22.0);
    let info = metrics.labels("clrhost_process_info");
    assert_eq!((info.len(), info[0]["command"].as_str()), (1, "dotnet Blocking.dll"));
    assert_eq!(info[0]["source"], if has(Needs::Thunks) { "thunks" } else { "flag" });
    let pid = info[0]["pid"].clone();
    assert_same_as_report(&serving, &pid);
    // As Prometheus itself reads it, and would have it.
    let promtool = Run::new(program("prometheus").join("promtool"));
    let checked = promtool.args(["check", "metrics"]).stdin(serving.text()).output();
    assert_eq!(checked.assert_code(0).stderr, "", "{checked}");
    serving.end();
    assert_eq!(read_report(Path::new(&report))["process"]["pid"].to_string(), pid);
}

#[test]
fn targets_beyond_the_limit_are_summed() {
    let app = fixture("Blocking").display().to_string();
    let dotnet = dotnet().display().to_string();
    let args = ["trace", "--prometheus", "127.0.0.1:0", "--metrics-max-targets", "3", "--top", "1", "--"];
    let serving = Serving::start(&[&args[..], &[&dotnet, &app, "4"]].concat(), true);
    let metrics =
        serving.scrape_until("the process is seen", |metrics| metrics.sum("clrhost_process_up", &[]) > 0.0);
    assert_eq!(metrics.labels("clrhost_calls_total").len(), 4);
    assert!(metrics.sum("clrhost_calls_total", &[("method", "other")]) > 0.0);
    assert!(metrics.sum("clrhost_targets_in_other", &[]) > 0.0);
    let pid = metrics.labels("clrhost_process_info")[0]["pid"].clone();
    let total = |metrics: &Metrics| metrics.sum("clrhost_calls_total", &[]);
    let (before, metrics, after) = (report_of(&pid), serving.scrape(), report_of(&pid));
    assert!((before.totals.leave as f64..=after.totals.leave as f64).contains(&total(&metrics)));
    serving.end();
}

/// `clrhost export` ends with the process that it tells of.
#[test]
fn a_process_that_runs_already_is_exported() {
    let report = scratch("metrics-export").join("report.json");
    let mut command = Command::new(CLRHOST);
    command.args(["run", "--report"]).arg(report).arg(fixture("Blocking")).arg("4");
    command.env("DOTNET_ROOT", dotnet_root()).env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    while line != "ready\n" {
        line.clear();
        assert_ne!(output.read_line(&mut line).expect("lines"), 0);
    }
    let pid = child.id().to_string();
    let nothing = Run::new(CLRHOST).args(["export", "-p", &pid]).output();
    assert!(nothing.assert_code(125).stderr.contains("nothing to export to"), "{nothing}");
    let serving = Serving::start(&["export", "-p", &pid, "--prometheus", "0"], false);
    assert_same_as_report(&serving, &pid);
    drop(child.stdin.take());
    assert!(child.wait().expect("it ends").success());
    serving.end();
}

/// A collector that takes what comes: path and body of each request.
fn collector() -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, received) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let (mut path, mut length, mut is_json, mut has_header) = (String::new(), 0, false, false);
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).expect("a line");
                let line = line.trim_end();
                if line.is_empty() {
                    break;
                }
                match line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value)) {
                    Some((name, value)) if name == "content-length" => {
                        length = value.parse().expect("a number")
                    }
                    Some((name, value)) if name == "content-type" => is_json = value == "application/json",
                    Some((name, value)) if name == "x-test" => has_header = value == "a b",
                    Some(_) => {}
                    None => path = line.split(' ').nth(1).unwrap_or_default().to_owned(),
                }
            }
            assert!(is_json && has_header);
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a body");
            let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
            stream.get_mut().write_all(answer).expect("it reads");
            if sender.send((path, serde_json::from_slice(&body).expect("JSON"))).is_err() {
                break;
            }
        }
    });
    (endpoint, received)
}

fn text_of<'a>(attributes: &'a Value, key: &str) -> Option<&'a str> {
    let all = attributes.as_array().expect("attributes");
    let found = &all.iter().find(|attribute| attribute["key"] == key)?["value"];
    found["stringValue"].as_str().or_else(|| found["intValue"].as_str())
}

#[test]
fn a_collector_gets_the_sums_of_the_report_and_slow_calls() {
    let (endpoint, received) = collector();
    let file = scratch("metrics-otlp").join("report.json");
    let finished = Run::clrhost()
        .args([
            "trace",
            "--otlp",
            "env",
            "--otlp-interval",
            "300ms",
            "--otlp-spans-over",
            "100ms",
            "--report",
        ])
        .arg(&file)
        .args(["--", "sh", "-c", "(sleep 2) | \"$DOTNET\" \"$APP\" 3"])
        .env("DOTNET", dotnet())
        .env("APP", fixture("Blocking"))
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-test=a%20b")
        .env("OTEL_RESOURCE_ATTRIBUTES", "team=border")
        .output();
    finished.assert_code(0);
    let report = read_report(&file);
    let all: Vec<(String, Value)> = received.try_iter().collect();
    let of_path =
        |wanted: &'static str| all.iter().filter(move |(path, _)| path == wanted).map(|(_, body)| body);

    // Metrics: again and again, and at the end as in the report.
    assert!(of_path("/v1/metrics").count() >= 3, "{finished}");
    let last = of_path("/v1/metrics").next_back().expect("metrics");
    let of_process = |resource: &&Value| {
        text_of(&resource["resource"]["attributes"], "process.pid")
            == Some(report["process"]["pid"].to_string().as_str())
    };
    let resource =
        last["resourceMetrics"].as_array().expect("resources").iter().find(of_process).expect("ours");
    assert_eq!(text_of(&resource["resource"]["attributes"], "service.name"), Some("Blocking"));
    assert_eq!(text_of(&resource["resource"]["attributes"], "team"), Some("border"));
    let metrics = resource["scopeMetrics"][0]["metrics"].as_array().expect("metrics");
    let points = |name: &str| -> Vec<Value> {
        let metric = metrics.iter().find(|metric| metric["name"] == name).expect("the metric");
        assert_eq!(metric["sum"]["isMonotonic"], true);
        metric["sum"]["dataPoints"].as_array().expect("points").clone()
    };
    let calls: u64 = points("clrhost.calls")
        .iter()
        .map(|point| point["asInt"].as_str().and_then(|calls| calls.parse::<u64>().ok()).expect("a number"))
        .sum();
    assert_eq!(Some(calls), report["totals"]["leave"].as_u64());
    let seconds: f64 =
        points("clrhost.call").iter().map(|point| point["asDouble"].as_f64().expect("a time")).sum();
    let rows = report["targets"].as_array().expect("targets");
    let expected = rows.iter().filter_map(|row| row["total_ns"].as_u64()).sum::<u64>() as f64 / 1e9;
    assert!((seconds - expected).abs() <= expected / 100.0, "{seconds} {expected}");

    // Spans: one for each thread that waited, on their different threads.
    let spans: Vec<&Value> = of_path("/v1/traces")
        .flat_map(|body| body["resourceSpans"].as_array().expect("resources"))
        .flat_map(|resource| resource["scopeSpans"][0]["spans"].as_array().expect("spans"))
        .filter(|span| span["name"] == "fx_wait_in_kind")
        .collect();
    let threads: BTreeSet<_> = spans.iter().map(|span| text_of(&span["attributes"], "thread.id")).collect();
    assert_eq!((spans.len(), threads.len()), (22, 22), "{spans:#?}");
    for span in spans {
        let ns = |field: &str| span[field].as_str().and_then(|ns| ns.parse::<u64>().ok()).expect("a time");
        assert!(ns("endTimeUnixNano") - ns("startTimeUnixNano") >= 100_000_000, "{span:#}");
        assert_eq!(span["traceId"].as_str().map(str::len), Some(32));
    }
}

#[test]
fn without_a_collector_the_program_goes_on_and_it_is_said_once() {
    // Nobody listens at a port that was just given back.
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let finished = Run::clrhost()
        .args([
            "trace",
            "--otlp-interval",
            "100ms",
            "--top",
            "1",
            "--otlp",
            &format!("http://{nobody}"),
            "--",
        ])
        .args(["sh", "-c", "\"$DOTNET\" \"$APP\"; sleep 1; exit 7"])
        .env("DOTNET", dotnet())
        .env("APP", fixture("Hello"))
        .output();
    finished.assert_code(7);
    let said = finished.stderr.matches("metrics cannot be sent to").count();
    assert_eq!(said, 1, "{finished}");
    assert_eq!(finished.stdout, "Hello from .NET\n");
}

#[test]
fn what_cannot_be_exported_to_is_said_before_anything_runs() {
    for (option, value, why) in [
        ("--otlp", "https://host", "is no endpoint"),
        ("--otlp", "env", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("--prometheus", "nowhere", "give a free address"),
    ] {
        let finished = Run::clrhost().args(["trace", option, value, "--", "echo", "ran"]).output();
        assert_eq!(finished.assert_code(125).stdout, "");
        assert!(finished.stderr.contains(why) && finished.stderr.contains("nothing was run"), "{finished}");
    }
    let open = Run::clrhost().args(["trace", "--prometheus", "0.0.0.0:0", "--", "true"]).output();
    assert!(open.stderr.contains("other machines can read them too"), "{open}");
}
