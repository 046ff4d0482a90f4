//! Where OTLP requests go, over HTTP, and what the `OTEL_` variables say of it.

use crate::family::Family;
use crate::otlp;
use crate::spans::Span;
use serde_json::Value as Json;
use std::env;
use std::time::Duration;

/// How long the collector may take, unless `OTEL_EXPORTER_OTLP_TIMEOUT` says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// At the end of a program nobody should have to wait for long.
const PATIENCE_AT_END: Duration = Duration::from_secs(3);
/// Bytes of an answer that are read.
const MAX_ANSWER: u64 = 64 << 10;

/// Where metrics and spans are sent.
#[derive(Clone, Debug)]
pub struct Collector {
    metrics: String,
    traces: String,
    metrics_headers: Vec<(String, String)>,
    traces_headers: Vec<(String, String)>,
    /// What all that is sent is said to come from.
    resource: Vec<(String, String)>,
    patience: Duration,
}

impl Collector {
    /// The collector at `endpoint`, as `http://host:4318`, or where the environment says for the word `env`. Headers, resource and
    /// time limit are those of the `OTEL_` variables.
    ///
    /// # Errors
    /// A message for people.
    pub fn new(endpoint: &str) -> Result<Collector, String> {
        Collector::with(endpoint, |name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn with(endpoint: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Collector, String> {
        let of_signal = |signal: &str, path: &str| -> Result<String, String> {
            let own = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
            let url = if endpoint != "env" {
                format!("{}{path}", endpoint.trim_end_matches('/'))
            } else if let Some(url) = variable(&own) {
                url
            } else if let Some(base) = variable("OTEL_EXPORTER_OTLP_ENDPOINT") {
                format!("{}{path}", base.trim_end_matches('/'))
            } else {
                return Err("--otlp env: neither OTEL_EXPORTER_OTLP_ENDPOINT nor the variables for metrics and traces are set; \
                            set it, or give the endpoint as --otlp http://localhost:4318"
                    .to_owned());
            };
            check(&url).map(|()| url)
        };
        let headers = |signal: &str| {
            let own = variable(&format!("OTEL_EXPORTER_OTLP_{signal}_HEADERS"));
            pairs(&own.or_else(|| variable("OTEL_EXPORTER_OTLP_HEADERS")).unwrap_or_default())
        };
        let mut resource = pairs(&variable("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default());
        if let Some(service) = variable("OTEL_SERVICE_NAME") {
            resource.retain(|(name, _)| name != "service.name");
            resource.push(("service.name".to_owned(), service));
        }
        let patience =
            variable("OTEL_EXPORTER_OTLP_TIMEOUT").and_then(|ms| ms.parse().ok()).map(Duration::from_millis);
        Ok(Collector {
            metrics: of_signal("METRICS", "/v1/metrics")?,
            traces: of_signal("TRACES", "/v1/traces")?,
            metrics_headers: headers("METRICS"),
            traces_headers: headers("TRACES"),
            resource,
            patience: patience.unwrap_or(PATIENCE),
        })
    }

    /// Sends metrics. The error says where to and why not.
    pub fn send_metrics(&self, families: &[Family], at_end: bool) -> Result<(), String> {
        let body = otlp::metrics(families, &self.resource);
        self.post(&self.metrics, &self.metrics_headers, &body, at_end)
    }

    /// Sends spans. The error says where to and why not.
    pub fn send_spans(&self, spans: &[Span], at_end: bool) -> Result<(), String> {
        let body = otlp::traces(spans, &self.resource);
        self.post(&self.traces, &self.traces_headers, &body, at_end)
    }

    fn post(&self, url: &str, headers: &[(String, String)], body: &Json, at_end: bool) -> Result<(), String> {
        let patience = if at_end { self.patience.min(PATIENCE_AT_END) } else { self.patience };
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            // Without encryption it is for a collector nearby, to which no proxy leads.
            .proxy(None)
            .user_agent(concat!("clrhost/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        let mut request = agent.post(url).header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let failed = |error: ureq::Error| format!("{url}: {error}");
        let mut response = request.send(body.to_string().as_bytes()).map_err(failed)?;
        let status = response.status();
        let text = response.body_mut().with_config().limit(MAX_ANSWER).read_to_string().unwrap_or_default();
        if !status.is_success() {
            let why: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
            return Err(format!("{url} answers {status}: {why}"));
        }
        // A collector may take some and refuse the rest, and say so with success.
        let partial = serde_json::from_str::<Json>(&text).unwrap_or_default();
        let partial = &partial["partialSuccess"];
        match partial["errorMessage"].as_str().filter(|message| !message.is_empty()) {
            Some(message) => Err(format!("{url} takes only a part: {message}")),
            None => Ok(()),
        }
    }
}

fn check(url: &str) -> Result<(), String> {
    match url.strip_prefix("http://") {
        Some(rest) if !rest.is_empty() && !rest.starts_with(['/', ':']) => Ok(()),
        _ => Err(format!(
            "{url} is no endpoint that clrhost can send to: it speaks HTTP without encryption only. Give one as \
             http://localhost:4318, and let a collector on this machine send on"
        )),
    }
}

/// `a=b,c=d` as the variables have it, with `%20` and the like in the values.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let name = name.trim();
        (!name.is_empty()).then(|| (name.to_owned(), decoded(value.trim())))
    };
    text.split(',').filter_map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        match after.get(..2).and_then(byte).filter(|_| *first == b'%') {
            Some(byte) => (bytes.push(byte), rest = &after[2..]),
            None => (bytes.push(*first), rest = after),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collector(endpoint: &str, variables: &[(&str, &str)]) -> Result<Collector, String> {
        let find = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Collector::with(endpoint, find)
    }

    #[test]
    fn endpoints() {
        let given =
            collector("http://host:4318/", &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:1")]).unwrap();
        assert_eq!(
            (given.metrics.as_str(), given.traces.as_str()),
            ("http://host:4318/v1/metrics", "http://host:4318/v1/traces")
        );
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:1/x");
        let found =
            collector("env", &[base, ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://third/t")]).unwrap();
        assert_eq!(
            (found.metrics.as_str(), found.traces.as_str()),
            ("http://other:1/x/v1/metrics", "http://third/t")
        );
        assert!(collector("env", &[]).unwrap_err().contains("set it, or give"));
        for wrong in ["https://host", "host:4318", "http://", "http:///x", ""] {
            assert!(collector(wrong, &[]).unwrap_err().contains("is no endpoint"), "{wrong}");
        }
    }

    #[test]
    fn headers_and_resource_come_from_the_environment() {
        let found = collector(
            "http://host",
            &[
                ("OTEL_EXPORTER_OTLP_HEADERS", "a=b, Authorization=Bearer%20x%3d"),
                ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "c=d"),
                ("OTEL_RESOURCE_ATTRIBUTES", "service.name=no,team=x%2Cy,broken"),
                ("OTEL_SERVICE_NAME", "orders"),
                ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
            ],
        );
        let found = found.unwrap();
        let own = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(found.metrics_headers, own(&[("a", "b"), ("Authorization", "Bearer x=")]));
        assert_eq!(found.traces_headers, own(&[("c", "d")]));
        assert_eq!(found.resource, own(&[("team", "x,y"), ("service.name", "orders")]));
        assert_eq!(found.patience, Duration::from_millis(1500));
    }
}
