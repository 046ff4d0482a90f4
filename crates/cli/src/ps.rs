//! `clrhost ps`: the processes that can be asked.

use crate::live::Ps;
use clrhost::report::{count, duration, printable};
use clrhost_control::client::Process;
use clrhost_control::protocol::Hello;
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

/// Over which time crossings are counted for their rate.
const RATE_OVER: Duration = Duration::from_millis(300);

/// One line of the list.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    hello: Hello,
    /// Crossings a second, in the last moment.
    per_second: Option<u64>,
}

#[derive(Serialize)]
struct List {
    schema: &'static str,
    processes: Vec<Row>,
    /// Processes with a socket that do not answer: number, and why.
    silent: Vec<(u32, String)>,
}

/// Prints the list.
pub fn ps(options: &Ps) -> io::Result<i32> {
    let list = list();
    let mut out = io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &list)?;
        writeln!(out)?;
        return Ok(0);
    }
    if list.processes.is_empty() {
        crate::complain(
            "no process with a probe; `clrhost run APP.dll` and `clrhost trace COMMAND` start some",
        );
    } else {
        print(&mut out, &list.processes)?;
    }
    for (pid, why) in &list.silent {
        crate::complain(format_args!("{pid}: {why}"));
    }
    Ok(0)
}

fn list() -> List {
    let before: HashMap<u32, (Instant, u64)> = Process::all()
        .into_iter()
        .filter_map(|(process, hello)| Some((process.pid(), (Instant::now(), hello.ok()?.crossings.total()))))
        .collect();
    if !before.is_empty() {
        thread::sleep(RATE_OVER);
    }
    let mut list = List { schema: "clrhost.ps/1", processes: Vec::new(), silent: Vec::new() };
    for (process, hello) in Process::all() {
        match hello {
            Ok(hello) => {
                let per_second = before.get(&process.pid()).map(|(at, crossings)| {
                    let more = hello.crossings.total().saturating_sub(*crossings);
                    (more as f64 / at.elapsed().as_secs_f64()).round() as u64
                });
                list.processes.push(Row { hello, per_second });
            }
            Err(error) => list.silent.push((process.pid(), error.to_string())),
        }
    }
    list
}

fn print(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    let cells = rows.iter().map(|row| {
        let hello = &row.hello;
        let seen = match hello.attachment.as_str() {
            "attached" => hello.source.clone(),
            other => other.to_owned(),
        };
        [
            hello.pid.to_string(),
            duration(hello.uptime_ns as f64),
            hello.runtime.clone(),
            seen,
            hello.tasks.to_string(),
            count(hello.crossings.total()),
            row.per_second.map_or_else(String::new, count),
            hello.command.join(" "),
        ]
        // The process may be another user's, who can put into it what a terminal would act on.
        .map(|cell| printable(&cell))
    });
    let titles = ["pid", "uptime", "runtime", "seen by", "threads", "crossings", "per second", "command"];
    let table: Vec<[String; 8]> = [titles.map(str::to_owned)].into_iter().chain(cells).collect();
    let width = |column: usize| table.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(width);
    for row in &table {
        let aligned: Vec<String> = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (cell, width))| match column {
                2 | 3 => format!("{cell:<width$}"),
                7 => cell.clone(),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        writeln!(out, "{}", aligned.join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clrhost_control::protocol::Crossings;

    /// Root's list has processes of all users.
    #[test]
    fn what_a_terminal_would_act_on_is_not_printed() {
        let evil = "\u{1b}]0;x\u{7}\n\u{9b}2J".to_owned();
        let hello = Hello {
            clrhost_version: String::new(),
            pid: 7,
            start_time: 0,
            uptime_ns: 0,
            runtime: evil.clone(),
            source: evil.clone(),
            timed: true,
            attachment: "attached".to_owned(),
            crossings: Crossings::default(),
            tasks: 0,
            recording: None,
            command: vec!["dotnet".to_owned(), evil],
        };
        let mut out = Vec::new();
        print(&mut out, &[Row { hello, per_second: None }]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("dotnet") && text.lines().count() == 2, "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}
