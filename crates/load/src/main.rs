//! A long run of the fixture `Endurance` under clrhost: threads that do everything that crosses the border, and are aborted now and then.
//!
//! `cargo xtask load` builds and starts it; docs/testing.md, "Load", says what has to hold and why. There are two processes: one hosts the
//! program and tells what it sees ([`hosted`]), the other shows and judges that ([`watch`]), so that it is still there if the first dies.

mod aborts;
mod counts;
mod flat;
mod host;
mod hosted;
mod library;
mod memory;
mod messages;
mod options;
mod recorded;
mod slow;
mod table;
mod verdict;
mod watch;

use clap::Parser;
use options::Options;
use std::process::ExitCode;

/// The command line is wrong, or the load could not be run.
const FAILURE: u8 = 125;

fn main() -> ExitCode {
    let options = Options::parse();
    let result = if options.hosted { hosted::run(&options) } else { watch::run(&options) };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("clrhost-load: {error}");
            ExitCode::from(FAILURE)
        }
    }
}
