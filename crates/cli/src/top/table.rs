//! Numbers and names as cells, and the one plain table of `--once`.

use super::view::{TargetRow, View};
use clrhost::report::{count, counted, duration};
use clrhost_control::protocol::Direction;
use std::io::{self, Write};

/// A rate: whole numbers, but for those below 10.
pub fn rate(per_second: f64) -> String {
    match per_second {
        0.0 => String::new(),
        small if small < 10.0 => format!("{small:.1}"),
        large => count(large.round() as u64),
    }
}

/// A part of the interval, in per cent of one thread's time.
pub fn part(part: f64) -> String {
    let percent = part * 100.0;
    match percent {
        0.0 => String::new(),
        small if small < 0.05 => "<0.1%".to_owned(),
        small if small < 99.95 => format!("{small:.1}%"),
        large => format!("{large:.0}%"),
    }
}

/// A target's name in this many columns, with an arrow for its direction.
pub fn name(row: &TargetRow, room: usize) -> String {
    let arrow = match row.direction {
        Direction::Leave => "",
        Direction::ReverseEnter => "← ",
    };
    fit(&format!("{arrow}{}", row.name), &format!("{arrow}{}", row.method), room)
}

/// The whole name where there is room for it, else the short one, else the end of that, which tells most.
pub fn fit(whole: &str, short: &str, room: usize) -> String {
    if let Some(fitting) = [whole, short].into_iter().find(|name| name.chars().count() <= room) {
        return fitting.to_owned();
    }
    let end: String = short.chars().skip(short.chars().count() + 1 - room.max(1)).collect();
    format!("…{end}")
}

/// A histogram in lines, at most `lines` of them: buckets are put together, as many octaves to a line as it takes.
pub fn histogram(buckets: &[(u64, u64, u64)], width: usize, lines: usize) -> Vec<String> {
    let mut rows = buckets.to_vec();
    for octaves in 1..u64::BITS {
        if rows.len() <= lines.max(1) {
            break;
        }
        rows = in_octaves(buckets, octaves);
    }
    let most = rows.iter().map(|(_, _, calls)| *calls).max().unwrap_or(1).max(1);
    let room = width.saturating_sub(36);
    rows.iter()
        .map(|(lower, upper, calls)| {
            // What is there shows, however little it is.
            let bar = ((*calls as f64 / most as f64 * room as f64).round() as usize).max(1);
            let bounds = format!("{:>8} to {:>8}", duration(*lower as f64), duration(*upper as f64));
            format!("{bounds} {:>11}  {}", count(*calls), "█".repeat(bar))
        })
        .collect()
}

fn in_octaves(buckets: &[(u64, u64, u64)], octaves: u32) -> Vec<(u64, u64, u64)> {
    let mut rows: Vec<(u64, u64, u64)> = Vec::new();
    let mut group_of_last = None;
    for &(lower, upper, calls) in buckets {
        let group = lower.max(1).ilog2() / octaves;
        match rows.last_mut().filter(|_| group_of_last == Some(group)) {
            Some(row) => *row = (row.0, upper, row.2 + calls),
            None => rows.push((lower, upper, calls)),
        }
        group_of_last = Some(group);
    }
    rows
}

/// Prints targets, once.
pub fn print(out: &mut impl Write, view: &View, rows: usize) -> io::Result<()> {
    let threads = counted(view.now.tasks.len() as u64 + view.now.tasks_left_out, "thread");
    writeln!(out, "{}", view.title)?;
    writeln!(
        out,
        "{} crossings, {}/s, {threads}, {} in native code",
        count(view.now.crossings.total()),
        count(view.rate().round() as u64),
        view.in_native_code()
    )?;
    writeln!(out)?;
    writeln!(out, "  calls/s     time     self    in         calls     total      self  function")?;
    let targets = view.targets();
    for row in targets.iter().take(rows) {
        let time = |ns: u64| if view.now.timed { duration(ns as f64) } else { "-".to_owned() };
        writeln!(
            out,
            "{:>9}  {:>7}  {:>7}  {:>4}  {:>12}  {:>8}  {:>8}  {}",
            rate(row.rate),
            part(row.time),
            part(row.self_time),
            if row.inside > 0 { row.inside.to_string() } else { String::new() },
            count(row.calls),
            time(row.total_ns),
            time(row.self_ns),
            name(row, usize::MAX)
        )?;
    }
    if targets.len() > rows {
        writeln!(out, "… {} more", targets.len() - rows)?;
    }
    Ok(())
}
