//! The `clrhost` command: a thin user of the crate `clrhost`.

mod args;
mod check;
mod convert;
mod ctl;
mod diff;
mod doctor;
mod exit_code;
mod export;
mod input;
mod live;
mod output;
mod policy;
mod progress;
mod ps;
mod recording;
mod render;
mod report;
mod run;
mod sink;
mod stuck;
mod top;
mod trace;
mod units;
mod verified;

use args::{Cli, Command};
use clap::{CommandFactory, Parser, error::ErrorKind};
use clrhost::report::printable;
use std::fmt::Display;
use std::io::{self, Write};

fn main() {
    let code = match Cli::try_parse() {
        Ok(cli) => dispatch(cli.command),
        Err(error) => {
            // Help and version are answers, not errors. A closed stdout or stderr leaves nobody to tell.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            if asked { 0 } else { exit_code::FAILURE }
        }
    };
    std::process::exit(code);
}

fn dispatch(command: Command) -> i32 {
    let done = match command {
        Command::Run(options) => return run::run(options),
        Command::Trace(options) => Ok(trace::trace(&options)),
        Command::Report(options) => report::report(&options),
        Command::Diff(options) => diff::diff(&options),
        Command::Doctor(options) => doctor::doctor(&options),
        Command::Ps(options) => ps::ps(&options),
        Command::Top(options) => top::top(&options),
        Command::Stuck(options) => stuck::stuck(&options),
        Command::Ctl(options) => ctl::ctl(options),
        Command::Export(options) => export::export(&options),
        Command::Convert(options) => convert::convert(&options),
        Command::Check(options) => check::check(&options),
        Command::Completions { shell } => {
            // Into memory first: the generator panics when it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "clrhost", &mut script);
            io::stdout().write_all(&script).map(|()| 0)
        }
        Command::Man => man_pages().map(|()| 0),
    };
    done.unwrap_or_else(|error| match error.kind() {
        // Whoever closed the pipe has seen enough.
        io::ErrorKind::BrokenPipe => 0,
        _ => {
            complain(error);
            exit_code::FAILURE
        }
    })
}

/// Says on stderr what went wrong. Where that cannot be written, nobody is left to tell, and the exit code still says it.
fn complain(message: impl Display) {
    // Messages name files, programs and what other processes say; a terminal would act on some characters.
    let message = message.to_string();
    let lines: Vec<String> = message.split('\n').map(printable).collect();
    let _ = writeln!(io::stderr(), "clrhost: {}", lines.join("\n"));
}

/// The man page of the command, with those of its subcommands behind it.
fn man_pages() -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    let mut out = io::stdout();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        clap_mangen::Man::new(subcommand.clone()).render(&mut out)?;
    }
    Ok(())
}
