//! What is printed: before, meanwhile, and in the end.

use crate::flat::course;
use crate::messages::{Row, Sample};
use crate::options::{Options, Source, Way};
use crate::verdict::{SERIES, moments};
use crate::watch::Told;
use std::fmt::Write;

/// Lines of the table of samples.
const LINES: usize = 16;

/// Before it begins.
pub fn beginning(options: &Options, seed: u32) -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    format!(
        "load: {} threads for {} min, {}{}, seed {seed}; load average before: {}",
        options.threads,
        options.minutes,
        way(options),
        if options.recording { ", recorded" } else { "" },
        load.join(" ")
    )
}

fn way(options: &Options) -> String {
    let source = match options.source {
        Source::Thunks => "by thunks",
        Source::Flag => "by the flag",
    };
    match options.way {
        Way::Hosted if options.abort_every > 0 => {
            format!("{source}, with a host that aborts a thread every {} ms", options.abort_every)
        }
        Way::Hosted => format!("{source}, with a host"),
        Way::Timed => format!("{source}, counted and timed"),
        Way::Counted => format!("{source}, counted"),
        Way::Plain => "without clrhost".to_owned(),
    }
}

/// The command that does it again.
pub fn command(options: &Options, seed: u32) -> String {
    let mut words = vec!["cargo xtask load".to_owned(), format!("--minutes {}", options.minutes)];
    words.push(format!("--threads {} --seed {seed}", options.threads));
    if options.way != Way::Hosted {
        words.push(format!("--as {}", format!("{:?}", options.way).to_lowercase()));
    }
    if options.source == Source::Flag {
        words.push("--source flag".to_owned());
    }
    words.extend(options.recording.then(|| "--recording".to_owned()));
    words.join(" ")
}

/// Meanwhile.
pub fn progress(options: &Options, told: &Told) -> String {
    let last = told.samples.last().copied().unwrap_or_default();
    let wrong: usize = told.checkpoints.iter().map(|checkpoint| checkpoint.differences.len()).sum();
    format!(
        "load: {:4.0} of {:.0} s: {} crossings, {} aborts, {} comparisons with {wrong} differences, {} MiB, {} unexplained",
        last.seconds,
        options.minutes * 60.0,
        thousands(last.crossings),
        thousands(last.aborted),
        told.checkpoints.len(),
        last.resident / 1024,
        last.slow.unexplained,
    )
}

/// In the end.
pub fn closing(options: &Options, told: &Told) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut text, options, told);
    text
}

fn write(text: &mut String, options: &Options, told: &Told) -> std::fmt::Result {
    let last = told.samples.last().copied().unwrap_or_default();
    samples(text, &told.samples)?;
    if let Some(ended) = &told.ended {
        counts(text, &ended.rows)?;
        let [young, middle, old] = last.collections;
        writeln!(
            text,
            "\n{} crossings on {} tasks, {} threads aborted, collections {young}, {middle}, {old}; compared {} times at rest and in the \
             end{}",
            thousands(ended.last.crossings),
            thousands(ended.tasks),
            thousands(last.aborted),
            told.checkpoints.len(),
            ended
                .recorded
                .map_or(String::new(), |calls| format!("; {} calls in the recording", thousands(calls))),
        )?;
    }
    flatness(text, told)?;
    let slow = last.slow;
    writeln!(
        text,
        "\n{} crossings were measured; longer than {} µs: {} waited for a processor, {} for the runtime, which held its threads, {} \
         for memory; {} without a reason; the longest took {:.1} ms",
        thousands(last.measured),
        options.bound_us,
        slow.processor,
        slow.suspension,
        slow.fault,
        slow.unexplained,
        slow.longest_us as f64 / 1000.0,
    )?;
    told.unexplained.iter().try_for_each(|words| writeln!(text, "  {words}"))?;
    writeln!(text, "on {}, {}", told.runtime, way(options))
}

fn samples(text: &mut String, samples: &[Sample]) -> std::fmt::Result {
    writeln!(
        text,
        "\n{:>7} {:>9} {:>9} {:>9} {:>6} {:>8} {:>6} {:>7} {:>7} {:>13} {:>8}",
        "seconds",
        "RSS MiB",
        "heap MiB",
        "rest MiB",
        "files",
        "threads",
        "tasks",
        "blocks",
        "thunks",
        "crossings",
        "aborts"
    )?;
    let step = samples.len().div_ceil(LINES).max(1);
    let mib = |kib: u64| format!("{:.1}", kib as f64 / 1024.0);
    // Counted from the end, so that the last one is there.
    let chosen = samples.iter().rev().step_by(step).collect::<Vec<_>>();
    for sample in chosen.into_iter().rev() {
        writeln!(
            text,
            "{:>7.0} {:>9} {:>9} {:>9} {:>6} {:>8} {:>6} {:>7} {:>7} {:>13} {:>8}",
            sample.seconds,
            mib(sample.resident),
            mib(sample.heap),
            mib(sample.rest),
            sample.files,
            sample.threads,
            sample.tasks,
            sample.blocks,
            sample.thunks,
            thousands(sample.crossings),
            thousands(sample.aborted),
        )?;
    }
    Ok(())
}

fn counts(text: &mut String, rows: &[Row]) -> std::fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{:<28} {:>15} {:>15} {:>15}", "calls", "native code", "clrhost", "its host")?;
    for row in rows {
        let cell = |number: Option<u64>| number.map_or("-".to_owned(), thousands);
        let arrow = if row.is_callback { "←" } else { "→" };
        writeln!(
            text,
            "{arrow} {:<26} {:>15} {:>15} {:>15}",
            row.name,
            thousands(row.counted),
            cell(row.reported),
            cell(row.heard)
        )?;
    }
    Ok(())
}

fn flatness(text: &mut String, told: &Told) -> std::fmt::Result {
    writeln!(
        text,
        "\n{:<32} {:>11} {:>11} {:>11} {:>11}   allowed: margin, a minute",
        "flat", "2nd quarter", "4th quarter", "most", "a minute"
    )?;
    for series in SERIES {
        let Some(course) = course(&moments(told, &series.of)) else { continue };
        writeln!(
            text,
            "{:<32} {:>11.0} {:>11.0} {:>11.0} {:>11.1}   {}, {}{}",
            series.name,
            course.begin,
            course.end,
            course.most,
            course.per_minute,
            series.limits.margin,
            series.limits.per_minute,
            if course.is_flat(series.limits) { "" } else { "  NOT FLAT" },
        )?;
    }
    if let (Some(first), Some(last)) = (told.checkpoints.first(), told.checkpoints.last()) {
        writeln!(
            text,
            "live managed objects at rest: {} KiB at first, {} KiB at last",
            first.live, last.live
        )?;
    }
    Ok(())
}

/// `1,234,567`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_have_commas() {
        for (number, wanted) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), wanted);
        }
    }
}
