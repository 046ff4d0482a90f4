//! Metrics and spans for Prometheus and OpenTelemetry: the options, and `clrhost export`.

use crate::live::{Choice, fail};
use crate::trace::reports::runs;
use crate::{complain, exit_code, units};
use clap::Args;
use clrhost::report::Report;
use clrhost::with_all_signals_blocked;
use clrhost_control::client::Process;
use clrhost_export::{Collector, Exporter, Options, Reading, Source, server};
use std::io;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

pub const HELP: &str = "\
The numbers are asked of the process over its socket; nothing of this runs in the process itself.
Ends when the process ends. What the metrics mean, and what a span tells: docs/metrics.md.

Examples:
  clrhost export -p 4711 --prometheus :9464
  clrhost export -n Orders --prometheus 0.0.0.0:9464    for other machines too
  clrhost export -n Orders --otlp http://localhost:4318 --otlp-spans-over 500ms";

/// How often metrics are sent, unless somebody says otherwise.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long a process may take to answer: Prometheus waits for ten seconds, for all processes together.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// A process that did not is asked again after this time.
pub const REST: Duration = Duration::from_secs(30);
/// How often `clrhost export` looks whether the process is still there.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Options of `clrhost export`.
#[derive(Args)]
pub struct ExportCommand {
    #[command(flatten)]
    pub choice: Choice,

    /// Leave out the native calls of .NET's own assemblies
    #[arg(long)]
    pub user_only: bool,

    #[command(flatten)]
    pub options: ExportOptions,
}

/// Where metrics go.
#[derive(Args)]
#[command(next_help_heading = "Metrics")]
pub struct ExportOptions {
    /// Serve metrics for Prometheus at http://ADDR/metrics: HOST:PORT, or :PORT for this machine only
    #[arg(long, value_name = "ADDR")]
    pub prometheus: Option<String>,

    /// Send metrics to this OpenTelemetry collector, as http://localhost:4318; `env` takes the OTEL_ variables
    #[arg(long, value_name = "ENDPOINT")]
    pub otlp: Option<String>,

    /// How often they are sent [default: 10s, or OTEL_METRIC_EXPORT_INTERVAL]
    #[arg(long, value_name = "TIME", value_parser = interval, requires = "otlp")]
    pub otlp_interval: Option<Duration>,

    /// Send native calls that last at least this long as spans, as 500ms
    #[arg(long, value_name = "TIME", value_parser = units::duration, requires = "otlp")]
    pub otlp_spans_over: Option<Duration>,

    /// From when on a native call that does not return counts as stuck
    #[arg(long, value_name = "TIME", value_parser = units::duration, default_value = "5s")]
    pub stuck_over: Duration,

    /// How many native functions, and callbacks, of a process have metrics of their own; the rest is summed
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub metrics_max_targets: usize,
}

impl ExportOptions {
    /// All that can go wrong before anything runs. `None` if nothing is to be exported. The error is a message for people.
    pub fn prepare(&self) -> Result<Option<Options>, String> {
        let collector = self.otlp.as_deref().map(Collector::new).transpose()?;
        let listener = self.prometheus.as_deref().map(server::listen).transpose()?;
        if collector.is_none() && listener.is_none() {
            return Ok(None);
        }
        if let Some(listener) = &listener {
            let address = listener.local_addr().map_err(|error| error.to_string())?;
            complain(format_args!("metrics are at http://{address}/metrics"));
            if server::is_open(listener) {
                complain(
                    "other machines can read them too: names of functions, without a password. --prometheus :PORT is for this \
                     machine only",
                );
            }
        }
        let interval = self.otlp_interval.or_else(interval_of_environment).unwrap_or(INTERVAL);
        Ok(Some(Options {
            listener,
            collector: collector.map(|collector| (collector, interval)),
            spans_over: self.otlp_spans_over,
            max_targets: self.metrics_max_targets,
            stuck_over: self.stuck_over,
        }))
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    match units::duration(text)? {
        interval if interval < Duration::from_millis(100) => Err("at least 100ms".to_owned()),
        interval => Ok(interval),
    }
}

fn interval_of_environment() -> Option<Duration> {
    let ms: u64 = std::env::var("OTEL_METRIC_EXPORT_INTERVAL").ok()?.parse().ok()?;
    Some(Duration::from_millis(ms.max(100)))
}

/// Starts the exporter, on threads that take no signals: those are for the command.
pub fn start(options: Options, source: Box<dyn Source>) -> io::Result<Exporter> {
    with_all_signals_blocked(|| Exporter::start(options, source, |problem| complain(problem)))
}

/// Exports a running process's numbers until it ends.
pub fn export(command: &ExportCommand) -> io::Result<i32> {
    let process = match command.choice.process() {
        Ok(process) => process,
        Err(code) => return Ok(code),
    };
    let pid = process.pid();
    let process = process.patient_for(PATIENCE);
    let mut attached = Attached { process, user_only: command.user_only, newest: None, rests_until: None };
    // Whoever may not ask is told so now.
    if let Err(error) = attached.ask() {
        return Ok(fail(&error));
    }
    let options = match command.options.prepare() {
        Ok(Some(options)) => options,
        Ok(None) => {
            complain("nothing to export to; give --prometheus :9464 or --otlp http://localhost:4318");
            return Ok(exit_code::FAILURE);
        }
        Err(problem) => {
            complain(problem);
            return Ok(exit_code::FAILURE);
        }
    };
    let exporter = start(options, Box::new(attached))?;
    while runs(pid) {
        thread::sleep(LOOK_EVERY);
    }
    exporter.finish();
    Ok(0)
}

/// A process that is asked over its socket.
struct Attached {
    process: Process,
    user_only: bool,
    newest: Option<Reading>,
    /// It is not asked before this.
    rests_until: Option<Instant>,
}

impl Attached {
    fn ask(&mut self) -> Result<(), clrhost_control::client::Error> {
        let bytes = self.process.report(self.user_only)?;
        let at = SystemTime::now();
        if let Ok(report) = Report::from_json(&bytes) {
            self.newest = Some(Reading { report, at, is_up: true });
        }
        Ok(())
    }
}

impl Source for Attached {
    fn read(&mut self) -> Vec<Reading> {
        // Where it does not answer, what is known stays.
        if self.rests_until.is_none_or(|until| Instant::now() >= until) && self.ask().is_err() {
            self.rests_until = Some(Instant::now() + REST);
        }
        if let Some(newest) = &mut self.newest {
            newest.is_up = runs(self.process.pid());
        }
        self.newest.clone().into_iter().collect()
    }
}
