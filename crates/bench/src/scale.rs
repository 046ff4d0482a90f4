//! Much of everything: threads, targets, crossings. What it takes in memory, and whether the report agrees with what the
//! program counted itself.

use crate::Failure;
use crate::setting::Setting;
use crate::table::Table;
use crate::variant::Variant;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How much.
pub struct Extent {
    pub threads: u64,
    pub targets: u64,
    pub crossings: u64,
}

/// Enough to see that it runs.
pub const QUICK: Extent = Extent { threads: 20, targets: 100, crossings: 100_000 };
/// What the figures are made with.
pub const FULL: Extent = Extent { threads: 2_000, targets: 100_000, crossings: 1_000_000_000 };

const THREAD_CALLS: u64 = 500;

/// Runs the programs and gives the table.
pub fn measure(setting: &Setting, extent: &Extent) -> Result<String, Failure> {
    let Extent { threads, targets, crossings } = *extent;
    let headings = [
        "program",
        "run by",
        "seconds",
        "memory at most, MiB",
        "more than `dotnet`",
        "after a fifth, MiB",
        "after four fifths",
        "calls: report, program",
    ];
    let mut table = Table::new(&headings);
    let programs = [
        (format!("{threads} threads at once, {THREAD_CALLS} calls each"), "Crowd", threads, "thread"),
        (format!("{targets} targets, each called three times"), "Bench", targets, "target"),
        (format!("{crossings} crossings on 2 threads"), "Billion", crossings, "crossing"),
    ];
    for (what, fixture, number, unit) in programs {
        let mut plain = None;
        for variant in [Variant::Dotnet, Variant::Counted, Variant::Timed] {
            eprintln!("scale: {what}, {}", variant.name());
            let run = run(setting, variant, fixture, number)?;
            let more = match (&plain, unit) {
                (None, _) => "-".to_owned(),
                (Some((most, _)), "crossing") => format!("{:+.1} MiB", mib(run.most) - mib(*most)),
                // What the first of them takes is clrhost itself, so the tenth part is taken off.
                (Some((most, most_of_few)), _) => {
                    let few = run_few(setting, variant, fixture, number)?;
                    let more = (run.most as f64 - few as f64) - (*most as f64 - *most_of_few as f64);
                    format!("{:+.0} bytes a {unit}", more / (number - number / 10) as f64)
                }
            };
            if plain.is_none() {
                let few = if unit == "crossing" { 0 } else { run_few(setting, variant, fixture, number)? };
                plain = Some((run.most, few));
            }
            table.row([
                what.clone(),
                variant.name().to_owned(),
                format!("{:.1}", run.wall.as_secs_f64()),
                format!("{:.1}", mib(run.most)),
                more,
                format!("{:.1}", mib(run.at(0.2))),
                format!("{:.1}", mib(run.at(0.8))),
                run.calls.map_or("-".to_owned(), |(report, program)| format!("{report}, {program}")),
            ]);
        }
    }
    Ok(format!(
        "### Much of everything\n\nMemory is that of the process (resident), its report included, which is made at the end and \
         names every thread and target. What a thread or target takes is the difference to a run with a tenth of them, \
         less that of `dotnet`. The report must agree with what the program counted itself, row by row.\n\n{}",
        table.render()
    ))
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// A program's memory over its life.
struct Run {
    wall: Duration,
    /// When, and bytes.
    memory: Vec<(Duration, u64)>,
    most: u64,
    /// Calls of the program's own targets in the report, and as it counted them itself.
    calls: Option<(u64, u64)>,
}

impl Run {
    /// When this part of its life was over.
    fn at(&self, part: f64) -> u64 {
        let wanted = self.wall.mul_f64(part);
        self.memory
            .iter()
            .find(|(when, _)| *when >= wanted)
            .or(self.memory.last())
            .map_or(0, |(_, bytes)| *bytes)
    }
}

/// The most memory with a tenth of the threads or targets.
fn run_few(setting: &Setting, variant: Variant, fixture: &str, number: u64) -> Result<u64, Failure> {
    Ok(run(setting, variant, fixture, number / 10)?.most)
}

fn run(setting: &Setting, variant: Variant, fixture: &str, number: u64) -> Result<Run, Failure> {
    let args = match fixture {
        "Crowd" => vec![number.to_string(), THREAD_CALLS.to_string()],
        "Bench" => vec!["many".to_owned(), number.to_string()],
        _ => vec![number.to_string()],
    };
    let report = std::env::temp_dir().join(format!("clrhost-bench-{}.json", std::process::id()));
    let mut command = variant.command(setting, &setting.fixture(fixture), &args);
    if variant != Variant::Dotnet {
        // In place of /dev/null.
        command = reporting(&command, &report);
        setting.environment(&mut command);
    }
    let failed = |error: std::io::Error| error.to_string();
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().map_err(failed)?;
    let mut stdout = child.stdout.take().expect("it is piped");
    let output = thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let (memory, most) = watch(&mut child, start)?;
    let wall = start.elapsed();
    let status = child.wait().map_err(failed)?;
    let output = output.join().expect("it does not panic").map_err(failed)?;
    if !status.success() {
        return Err(format!("{command:?} ended with {status}"));
    }
    let calls = match variant {
        Variant::Dotnet => None,
        _ => Some(compare(&output, &report)?),
    };
    let _ = fs::remove_file(&report);
    Ok(Run { wall, memory, most, calls })
}

fn reporting(command: &Command, report: &Path) -> Command {
    let mut with_report = Command::new(command.get_program());
    with_report.args(command.get_args().map(|arg| if arg == "/dev/null" { report.as_os_str() } else { arg }));
    with_report
}

/// Reads its memory until it ends.
fn watch(child: &mut Child, start: Instant) -> Result<(Vec<(Duration, u64)>, u64), Failure> {
    let status = format!("/proc/{}/status", child.id());
    let (mut memory, mut most) = (Vec::new(), 0);
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        // A process that has ended and was not waited for has no memory.
        if let (Some(now), Some(high)) = (value("VmRSS:"), value("VmHWM:")) {
            memory.push((start.elapsed(), now << 10));
            most = most.max(high << 10);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok((memory, most))
}

/// Calls of the targets that the program names: those in the report, and those it says. They must be the same, row by row.
fn compare(output: &str, report: &Path) -> Result<(u64, u64), Failure> {
    let parse = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
    let line = output.lines().rfind(|line| line.starts_with('{')).ok_or("the program printed no counts")?;
    let program = parse(line)?;
    let report = parse(&fs::read_to_string(report).map_err(|error| error.to_string())?)?;
    let rows = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (mut reported, mut counted) = (0, 0);
    let in_report = rows(&report["targets"]);
    for wanted in rows(&program["targets"]) {
        let fits = |row: &Value, field: &str| wanted[field].is_null() || row[field] == wanted[field];
        let is_it = |row: &&Value| ["method", "symbol", "library"].iter().all(|field| fits(row, field));
        let found: u64 = in_report.iter().filter(is_it).filter_map(|row| row["calls"].as_u64()).sum();
        let calls = wanted["calls"].as_u64().unwrap_or_default();
        if found != calls {
            return Err(format!("the report has {found} calls of {wanted}"));
        }
        reported += found;
        counted += calls;
    }
    Ok((reported, counted))
}
