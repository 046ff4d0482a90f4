//! How long whole programs take, from the start of the process.

use crate::Failure;
use crate::budget::Budget;
use crate::sample::Sample;
use crate::setting::Setting;
use crate::table::Table;
use crate::variant::Variant;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most that the default may take, in times of `dotnet`.
const BUDGET: f64 = 1.25;

const VARIANTS: [Variant; 5] =
    [Variant::Dotnet, Variant::NoHooks, Variant::Timed, Variant::FlagTimed, Variant::EmptyProbe];

/// The samples of a variant, in milliseconds.
#[derive(Default)]
struct Walls {
    first_line: Sample,
    end: Sample,
}

/// The start-up of the smallest program, with the line for the table of budgets.
pub fn start_up(setting: &Setting, rounds: u32) -> Result<(String, Budget), Failure> {
    let hello = setting.fixture("Hello");
    let walls = measure("start-up", rounds, |variant| variant.command(setting, &hello, &[]))?;
    let headings = ["ms: least (median)", "first line of output", "ratio", "end of process", "ratio"];
    let mut table = Table::new(&headings);
    let mut budget = None;
    for (variant, wall) in VARIANTS.into_iter().zip(&walls) {
        let [first_line, first_ratio] = cells(&wall.first_line, &walls[0].first_line);
        let [end, end_ratio] = cells(&wall.end, &walls[0].end);
        table.row([variant.name().to_owned(), first_line, first_ratio, end, end_ratio]);
        if variant == Variant::Timed {
            let least = wall.end.least() / walls[0].end.least();
            let median = wall.end.times(&walls[0].end).median();
            budget = Some(Budget::ratio("start-up of hello world, to its end", BUDGET, least, median));
        }
    }
    let text = format!(
        "### Start-up of hello world\n\nRatios are those to `dotnet`: of the least values, and in brackets the median \
         of the ratios within a round. The report is made after the first line of output and before the end of the process.\n\n{}",
        table.render()
    );
    Ok((text, budget.expect("it is among the variants")))
}

/// The sample over SQLite, from start to end.
pub fn orders(setting: &Setting, rounds: u32) -> Result<String, Failure> {
    let walls = measure("orders", rounds, |variant| variant.command(setting, &setting.orders(), &[]))?;
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
