//! What clrhost costs. Where a process can have both, a call that clrhost sees takes turns with one that it does not see;
//! what only whole processes can show is measured in rounds that run each variant once, one after the other. So a machine that
//! gets slower or faster meanwhile does so for both sides. The least and the middle value are shown.
//!
//! `cargo xtask bench` builds everything and runs this; see `BENCHMARKS.md`.

mod budget;
mod crossings;
mod curves;
mod document;
mod floor;
mod machine;
mod pair;
mod sample;
mod scale;
mod setting;
mod table;
mod variant;
mod wall;

use clap::{Parser, Subcommand};
use machine::Machine;
use setting::Setting;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why nothing was measured, for the person at the terminal.
type Failure = String;

/// Measure what clrhost costs and write the figures into BENCHMARKS.md.
#[derive(Parser)]
#[command(name = "clrhost-bench")]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    /// How often each variant runs
    #[arg(long, default_value_t = 7, value_name = "N")]
    rounds: u32,

    /// See that everything runs, without figures worth keeping; nothing is written unless --output says where
    #[arg(long)]
    quick: bool,

    /// Measure memory instead: of 2,000 threads, 100,000 targets, and a run of 1,000,000,000 crossings
    #[arg(long)]
    scale: bool,

    /// The command to measure [default: clrhost of the release build]
    #[arg(long, value_name = "FILE")]
    clrhost: Option<PathBuf>,

    /// Where the figures go, between two marks [default: BENCHMARKS.md]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Run an application under a host that does nothing: one of the variants that are measured
    #[command(hide = true)]
    Host {
        /// Take times
        #[arg(long)]
        timed: bool,

        /// Let the runtime report the crossings
        #[arg(long)]
        flag: bool,

        /// The application and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        application: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Some(Command::Host { timed, flag, application }) => variant::host(*timed, *flag, application),
        None => measure(&args).map(|()| 0),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("clrhost-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &Args) -> Result<(), Failure> {
    let setting = Setting::find(args.clrhost.clone())?;
    let machine = Machine::read(&setting)?;
    let (place, figures) = if args.scale {
        let command = if args.quick { "--scale --quick" } else { "--scale" };
        let extent = if args.quick { &scale::QUICK } else { &scale::FULL };
        let parts = [machine.describe(command, args.quick), scale::measure(&setting, extent)?];
        (document::SCALE, parts.join("\n"))
    } else {
        (document::COST, cost(&setting, &machine, args)?)
    };
    println!("{figures}");
    match &args.output {
        Some(output) => document::put(output, place, &figures),
        None if args.quick => Ok(()),
        None => document::put(&setting.root.join("BENCHMARKS.md"), place, &figures),
    }
}

fn cost(setting: &Setting, machine: &Machine, args: &Args) -> Result<String, Failure> {
    let runs = args.rounds.max(1);
    let command = if args.quick { "--quick".to_owned() } else { format!("--rounds {runs}") };
    let floor = if args.quick { floor::measure(3, 200) } else { floor::measure(501, 20_000) };
    let (crossings, curves, start_ups, orders) = if args.quick {
        let crossings = crossings::Extent { runs: 1, rounds: 3, calls: 200, foreign: false };
        let curves = curves::Extent { threads: &[1, 4], targets: &[1, 20], rounds: 3, calls: 2000 };
        (crossings, curves, 1, 1)
    } else {
        let crossings = crossings::Extent { runs, rounds: 101, calls: 20_000, foreign: true };
        let curves = curves::Extent {
            threads: &[1, 2, 4, 8, 16, 64],
            targets: &[1, 10, 100, 1_000, 10_000, 100_000],
            rounds: 31,
            calls: 2_000_000,
        };
        (crossings, curves, 5 * runs, runs.div_ceil(2))
    };
    let crossings = crossings::Crossings::measure(setting, crossings)?;
    let (start_up, start_up_budget) = wall::start_up(setting, start_ups)?;
    let mut budgets = crossings.budgets();
    budgets.push(start_up_budget);
    let parts = [
        machine.describe(&command, args.quick),
        budget::table(&budgets),
        crossings.tables(),
        floor,
        curves::measure(setting, &curves)?,
        start_up,
        wall::orders(setting, orders)?,
    ];
    Ok(parts.join("\n"))
}
