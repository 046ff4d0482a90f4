//! `clrhost top`: what a process calls over the border, now and in total.

mod draw;
mod keys;
mod table;
mod terminal;
mod view;

#[cfg(test)]
mod tests;

use crate::live::{self, fail, title};
use clrhost_control::client::{Error, Process};
use clrhost_control::protocol::Hello;
use std::io::{self, IsTerminal};
use std::thread;
use std::time::Duration;
use view::View;

/// Rows of the one table of `--once`.
const ROWS: usize = 40;
/// Reading more often would show little but the reading.
const SHORTEST: Duration = Duration::from_millis(50);

/// Shows it, and gives the exit code.
pub fn top(options: &live::Top) -> io::Result<i32> {
    let process = match options.choice.process() {
        Ok(process) => process,
        Err(code) => return Ok(code),
    };
    let interval = options.interval.max(SHORTEST);
    let once = options.once || !io::stdout().is_terminal() || !io::stdin().is_terminal();
    let view = match first(&process, interval) {
        Ok(view) => view,
        Err(error) => return Ok(fail(&error)),
    };
    if once {
        return print_once(&process, view);
    }
    match terminal::show(view, process)? {
        None => Ok(0),
        // As a shell says it of a program that the signal ended.
        Some(signal) => Ok(128 + signal),
    }
}

fn first(process: &Process, interval: Duration) -> Result<View, Error> {
    let hello = process.hello()?;
    let snapshot = process.snapshot(None)?;
    Ok(View::new(heading(&hello), interval, snapshot))
}

fn heading(hello: &Hello) -> String {
    format!("{}   {}, {}", title(hello), hello.runtime, hello.source)
}

fn print_once(process: &Process, mut view: View) -> io::Result<i32> {
    thread::sleep(view.interval);
    match process.snapshot(None) {
        Ok(snapshot) => view.take(snapshot),
        Err(error) => return Ok(fail(&error)),
    }
    table::print(&mut io::stdout().lock(), &view, ROWS)?;
    Ok(0)
}
