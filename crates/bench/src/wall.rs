//! How long whole programs take, from the start of the process.

use crate::Failure;
use crate::sample::Sample;
use crate::table::Table;
use crate::variant::{Setting, Variant};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most that the default may take, in times of `dotnet`.
const BUDGET: f64 = 1.9;

const VARIANTS: [Variant; 4] = [Variant::Dotnet, Variant::NoHooks, Variant::EmptyProbe, Variant::Timed];

/// The samples of a variant, in milliseconds.
#[derive(Default)]
struct Walls {
    first_line: Sample,
    end: Sample,
}

/// The start-up of the smallest program.
pub fn start_up(setting: &Setting, rounds: u32) -> Result<String, Failure> {
    let walls = measure("start-up", rounds, |variant| setting.command(variant, &setting.fixture("Hello")))?;
    let mut table = Table::new(&[
        "ms: least (median)",
        "first line of output",
        "ratio",
        "end of process",
        "ratio",
        "budget",
    ]);
    for (variant, wall) in VARIANTS.into_iter().zip(&walls) {
        let [first_line, first_ratio] = cells(&wall.first_line, &walls[0].first_line);
        let [end, end_ratio] = cells(&wall.end, &walls[0].end);
        let budget = if variant == Variant::Timed { format!("{BUDGET}x") } else { "-".to_owned() };
        table.row([variant.name().to_owned(), first_line, first_ratio, end, end_ratio, budget]);
    }
    Ok(format!(
        "### Start-up of hello world\n\nRatios are those to `dotnet`, within a round: the least, and in brackets the \
         median. The report is made after the first line of output and before the end of the process.\n\n{}",
        table.render()
    ))
}

/// The sample over SQLite, from start to end.
pub fn orders(setting: &Setting, rounds: u32) -> Result<String, Failure> {
    let walls = measure("orders", rounds, |variant| setting.command(variant, &setting.orders()))?;
    let mut table = Table::new(&["ms: least (median)", "end of process", "ratio"]);
    for (variant, wall) in VARIANTS.into_iter().zip(&walls) {
        let [end, ratio] = cells(&wall.end, &walls[0].end);
        table.row([variant.name().to_owned(), end, ratio]);
    }
    Ok(format!(
        "### The sample `samples/orders`, which crosses the border some millions of times\n\n{}",
        table.render()
    ))
}

fn cells(sample: &Sample, plain: &Sample) -> [String; 2] {
    let ratio = sample.times(plain);
    [
        format!("{:.0} ({:.0})", sample.least(), sample.median()),
        format!("{:.2} ({:.2})", sample.least() / plain.least(), ratio.median()),
    ]
}

fn measure(
    what: &str,
    rounds: u32,
    command: impl Fn(Variant) -> Command,
) -> Result<[Walls; VARIANTS.len()], Failure> {
    let mut walls: [Walls; VARIANTS.len()] = Default::default();
    for round in 0..=rounds {
        eprintln!("{what}: round {round} of {rounds}");
        for (variant, walls) in VARIANTS.into_iter().zip(&mut walls) {
            let (first_line, end) = run(command(variant))?;
            // The first round only brings files into memory.
            if round > 0 {
                walls.first_line.push(first_line.as_secs_f64() * 1e3);
                walls.end.push(end.as_secs_f64() * 1e3);
            }
        }
    }
    Ok(walls)
}

/// Runs a program: how long until its first line of output, and until its end.
fn run(mut command: Command) -> Result<(Duration, Duration), Failure> {
    let failed = |error: std::io::Error| error.to_string();
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut output = Vec::new();
    stdout.read_until(b'\n', &mut output).map_err(failed)?;
    let first_line = start.elapsed();
    stdout.read_to_end(&mut output).map_err(failed)?;
    let status = child.wait().map_err(failed)?;
    let end = start.elapsed();
    if status.success() {
        Ok((first_line, end))
    } else {
        Err(format!("{command:?} ended with {status}\n{}", String::from_utf8_lossy(&output)))
    }
}
