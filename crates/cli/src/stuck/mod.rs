//! `clrhost stuck`: threads that do not come back from native code.

mod report;
mod stacks;
mod system_call;
mod text;

use crate::live::{self, fail};
use report::StuckReport;
use std::io::{self, Write};

/// Prints the threads and gives the exit code.
pub fn stuck(options: &live::Stuck) -> io::Result<i32> {
    let process = match options.choice.process() {
        Ok(process) => process,
        Err(code) => return Ok(code),
    };
    let report = match StuckReport::of(&process, options.over) {
        Ok(report) => report,
        Err(error) => return Ok(fail(&error)),
    };
    let mut out = io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        text::print(&mut out, &report)?;
    }
    Ok(0)
}
