//! What clrhost costs, measured in pairs: every round runs each variant once, one after the other, so that a machine
//! that gets slower or faster meanwhile does so for all of them. The least and the middle value over all rounds are
//! shown, and differences are taken within a round.
//!
//! `cargo xtask bench` builds everything and runs this; see `BENCHMARKS.md`.

mod crossings;
mod document;
mod machine;
mod sample;
mod table;
mod variant;
mod wall;

use clap::{Parser, Subcommand};
use machine::Machine;
use std::path::PathBuf;
use std::process::ExitCode;
use variant::Setting;

/// Why nothing was measured, for the person at the terminal.
type Failure = String;

/// Measure what clrhost costs and write the figures into BENCHMARKS.md.
#[derive(Parser)]
#[command(name = "clrhost-bench")]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    /// How often each variant runs
    #[arg(long, default_value_t = 15, value_name = "N")]
    rounds: u32,

    /// See that everything runs, without figures worth keeping; nothing is written unless --output says where
    #[arg(long)]
    quick: bool,

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
        /// The application and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        application: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Some(Command::Host { application }) => variant::host(application),
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
    let (rounds, calls) = if args.quick { (2, 1_000) } else { (args.rounds.max(1), 50_000) };
    let parts = [
        machine.describe(rounds, args.quick),
        crossings::measure(&setting, rounds, calls)?,
        wall::start_up(&setting, if args.quick { 1 } else { 3 * rounds })?,
        wall::orders(&setting, rounds.div_ceil(3))?,
    ];
    let figures = parts.join("\n");
    println!("{figures}");
    match &args.output {
        Some(output) => document::put(output, &figures),
        None if args.quick => Ok(()),
        None => document::put(&setting.root.join("BENCHMARKS.md"), &figures),
    }
}
