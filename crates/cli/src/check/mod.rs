//! `clrhost check`: does a host keep the contract?

mod child;
mod subject;

use crate::progress::Countdown;
use crate::{complain, exit_code};
use clap::{Args, ValueEnum};
use clrhost_conformance::{
    Breach, MAX_TASKS, Options, Origin, Progress, RULES, Shape, Verdict, check_script, check_subject,
    make_valid, parse,
};
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use subject::Child;

pub const HELP: &str = "\
HOST.so is a shared library with your IHostControl. It exports one function, which
include/clrhost_check.h declares:

  HRESULT ClrhostCreateHostControl(ICLRRuntimeHost *runtime, IHostControl **control);

No .NET is needed: a simulated runtime calls the host as a real one would, step by step, in the
situations that the contract's rules are about and then in random ones. For each rule that the host
breaks it prints what the rule is, the shortest sequence of steps that shows it, every call to the
host in it with its answer, and the page of the contract. The rules and the steps are explained in
docs/conformance.md. Each sequence runs in a process of its own, with the host loaded anew.

Hosts in Rust are checked in a test: see the crate clrhost-conformance.

Examples:
  clrhost check ./libmyhost.so
  clrhost check --scripts 2000 --seed 7 ./libmyhost.so   other and more random sequences
  clrhost check --replay steps.txt ./libmyhost.so        one sequence, as a check has printed it
  clrhost check --format json ./libmyhost.so             for scripts
  clrhost check --rules                                  what is looked for

Exits with 0 if no rule is broken, 1 if one is, 125 if the host cannot be checked.";

/// Options of `clrhost check`.
#[derive(Args)]
pub struct CheckCommand {
    /// The shared library with the host
    #[arg(required_unless_present = "rules")]
    host: Option<PathBuf>,

    /// Where the random sequences begin; the same number gives the same ones
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many random sequences
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    scripts: u32,

    /// How many steps each has
    #[arg(long, value_name = "COUNT", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=2000))]
    steps: u16,

    /// How many tasks live at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_TASKS)))]
    tasks: u8,

    /// How long nothing may move before a call counts as stuck
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(50..))]
    patience: u32,

    /// Run the sequence in this file alone; `-` is standard input
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,

    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Let the host write to stdout and stderr
    #[arg(long)]
    show_output: bool,

    /// Print the rules and exit
    #[arg(long, exclusive = true)]
    rules: bool,

    /// Run the sequence on standard input in this process and write what came of it to a file
    #[arg(long, hide = true, value_name = "FILE")]
    into: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Checks, prints the verdict, and gives the exit code.
pub fn check(command: &CheckCommand) -> io::Result<i32> {
    let Some(host) = &command.host else { return print_rules().map(|()| 0) };
    let patience = Duration::from_millis(command.patience.into());
    if let Some(into) = &command.into {
        return Ok(child::run(host, into, patience));
    }
    match verdict(command, host, patience) {
        Ok(verdict) => {
            print(command, host, &verdict)?;
            Ok(if verdict.is_kept() { 0 } else { exit_code::RULE_BROKEN })
        }
        Err(message) => {
            complain(message);
            Ok(exit_code::FAILURE)
        }
    }
}

fn verdict(command: &CheckCommand, host: &Path, patience: Duration) -> Result<Verdict, String> {
    let options = Options {
        seed: command.seed,
        runs: command.scripts,
        shape: Shape { steps: command.steps.into(), tasks: command.tasks },
        patience,
        ..Options::default()
    };
    let mut subject = Child::new(host, command.show_output)?;
    let verdict = match &command.replay {
        Some(file) => {
            let script = read_script(file)?;
            check_script(&mut subject, &script, &options, Origin::Replay)
        }
        None => {
            let mut countdown = Countdown::new(format!("checking {}", host.display()));
            check_subject(&mut subject, &options, |progress| match progress {
                Progress::Ran(done, total) => countdown.at(done.into(), total.into()),
                Progress::Shrinking(rule) => {
                    countdown.note(&format!("{} is broken, looking for the shortest way", rule.id))
                }
            })
        }
    };
    match subject.into_trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(verdict),
    }
}

fn read_script(file: &Path) -> Result<Vec<clrhost_conformance::Step>, String> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let steps = parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    if steps.is_empty() {
        return Err(format!("{} has no steps", file.display()));
    }
    let script = make_valid(&steps);
    // Steps may be added at the end, to close what is open, but none is left out.
    match steps.iter().zip(&script).position(|(asked, taken)| asked != taken) {
        Some(at) => {
            Err(format!("{}: no runtime could do step {}, `{}`, there", file.display(), at + 1, steps[at]))
        }
        None => Ok(script),
    }
}

fn print(command: &CheckCommand, host: &Path, verdict: &Verdict) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match command.format {
        Format::Text => writeln!(out, "{verdict}"),
        Format::Json => {
            let document = json!({
                "format": "clrhost.check/1",
                "host": host.display().to_string(),
                "seed": verdict.seed,
                "scripts": verdict.scripts,
                "breaches": verdict.breaches.iter().map(breach).collect::<Vec<_>>(),
            });
            writeln!(out, "{document:#}")
        }
    }
}

fn breach(breach: &Breach) -> Value {
    let origin = match breach.origin {
        Origin::Situation(name) => json!({ "situation": name }),
        Origin::Seed(seed) => json!({ "seed": seed }),
        Origin::Replay => json!("replay"),
    };
    json!({
        "rule": breach.rule.id,
        "demand": breach.rule.demand,
        "otherwise": breach.rule.otherwise,
        "page": breach.rule.page,
        "what": breach.what,
        "script": breach.script.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "calls": breach.calls,
        "origin": origin,
    })
}

fn print_rules() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for rule in RULES {
        writeln!(
            out,
            "{}\n  {}\n  Otherwise: {}\n  See {}",
            rule.id, rule.demand, rule.otherwise, rule.page
        )?;
    }
    Ok(())
}
