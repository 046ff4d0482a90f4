//! What one pair of crossings costs, there and back: the fixture `Bench` measures itself, in nanoseconds.

use crate::Failure;
use crate::sample::Sample;
use crate::table::Table;
use crate::variant::{Setting, Variant};
use serde_json::Value;

const VARIANTS: [Variant; 6] = [
    Variant::Dotnet,
    Variant::NoHooks,
    Variant::EmptyProbe,
    Variant::Counted,
    Variant::Timed,
    Variant::Hosted,
];

/// The fields of the fixture's line, and what they are.
const KINDS: [(&str, &str); 3] = [
    ("pinvoke_ns", "P/Invoke"),
    ("callback_ns", "callback by delegate"),
    ("unmanaged_ns", "callback by UnmanagedCallersOnly"),
];

/// What may be spent above an empty profiler callback, in ns a pair.
fn budget(variant: Variant) -> Option<f64> {
    match variant {
        Variant::Counted => Some(6.0),
        Variant::Timed => Some(30.0),
        Variant::Dotnet | Variant::NoHooks | Variant::EmptyProbe | Variant::Hosted => None,
    }
}

/// Runs all variants `rounds` times with this many calls of each kind in a loop, and gives the tables.
pub fn measure(setting: &Setting, rounds: u32, calls: u32) -> Result<String, Failure> {
    let mut samples: [[Sample; KINDS.len()]; VARIANTS.len()] = Default::default();
    for round in 1..=rounds {
        eprintln!("crossings: round {round} of {rounds}");
        for (variant, samples) in VARIANTS.into_iter().zip(&mut samples) {
            for (sample, value) in samples.iter_mut().zip(run(setting, variant, calls)?) {
                sample.push(value);
            }
        }
    }
    Ok(format!("{}\n{}", times(&samples), differences(&samples)))
}

/// Loops in one run of the fixture, which gives the best of them. They are many and short, some milliseconds each, so that
/// some of them go undisturbed even on a machine with neighbours.
const LOOPS: u32 = 60;

/// One run of the fixture.
fn run(setting: &Setting, variant: Variant, calls: u32) -> Result<[f64; KINDS.len()], Failure> {
    let mut command = setting.command(variant, &setting.fixture("Bench"));
    command.args([calls.to_string(), LOOPS.to_string()]);
    let output = command.output().map_err(|error| format!("can't start {command:?}: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let line = stdout.lines().find(|line| line.starts_with('{'));
    let figures: Option<Value> = line.and_then(|line| serde_json::from_str(line).ok());
    let Some(figures) = figures.filter(|_| output.status.success()) else {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} ended with {}\n{stdout}{stderr}", output.status));
    };
    Ok(KINDS.map(|(field, _)| figures[field].as_f64().unwrap_or(f64::NAN)))
}

fn times(samples: &[[Sample; KINDS.len()]]) -> String {
    let mut table = Table::new(&["ns a pair: least (median)", KINDS[0].1, KINDS[1].1, KINDS[2].1]);
    let bare =
        &samples[VARIANTS.iter().position(|&variant| variant == Variant::NoHooks).expect("it is there")];
    for (variant, samples) in VARIANTS.into_iter().zip(samples) {
        let cell = |(sample, bare): (&Sample, &Sample)| {
            let ratio = sample.least() / bare.least();
            format!("{:.1} ({:.1}), {ratio:.1}x", sample.least(), sample.median())
        };
        let cells = samples.iter().zip(bare).map(cell);
        table.row([variant.name().to_owned()].into_iter().chain(cells));
    }
    format!("### A pair of crossings\n\nThe ratio is that to `--no-hooks`.\n\n{}", table.render())
}

fn differences(samples: &[[Sample; KINDS.len()]]) -> String {
    let headings = ["ns above an empty callback", KINDS[0].1, KINDS[1].1, KINDS[2].1, "budget"];
    let mut table = Table::new(&headings);
    let empty =
        &samples[VARIANTS.iter().position(|&variant| variant == Variant::EmptyProbe).expect("it is there")];
    for (variant, samples) in VARIANTS.into_iter().zip(samples) {
        if !matches!(variant, Variant::Counted | Variant::Timed | Variant::Hosted) {
            continue;
        }
        let cell = |(sample, empty): (&Sample, &Sample)| {
            format!("{:+.1} ({:+.1})", sample.least() - empty.least(), sample.above(empty).median())
        };
        let cells = samples.iter().zip(empty).map(cell);
        let budget = budget(variant).map_or("-".to_owned(), |ns| format!("{ns:+.0}"));
        table.row([variant.name().to_owned()].into_iter().chain(cells).chain([budget]));
    }
    format!(
        "The difference of the least values, and in brackets the median of the differences within a round.\n\n{}",
        table.render()
    )
}
