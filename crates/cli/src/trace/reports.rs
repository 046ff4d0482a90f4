//! Reads what the processes left, and completes what they could not say of their end.

use super::child::Ended;
use super::folder::PrivateFolder;
use clrhost::report::{Exit, Report};
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A .NET process of the command.
pub struct Process {
    pub report: Report,
    /// What it was started with, for people.
    pub command: String,
    /// It outlives the command.
    pub is_running: bool,
}

/// What was found.
#[derive(Default)]
pub struct Found {
    /// In the order in which they loaded the probe.
    pub processes: Vec<Process>,
    /// Reports that could not be read, in words.
    pub problems: Vec<String>,
}

/// Reads the reports. To be called right after the command ended.
pub fn collect(folder: &PrivateFolder, ended: &Ended) -> Found {
    let now = monotonic();
    let mut found = Found::default();
    let files = match report_files(folder.path()) {
        Ok(files) => files,
        Err(error) => {
            found
                .problems
                .push(format!("the reports in {} cannot be read: {error}", folder.path().display()));
            return found;
        }
    };
    let mut read_ones = Vec::new();
    for path in files {
        match read(&path) {
            Ok((report, _)) => read_ones.push((report, began(&path))),
            Err(error) => {
                found.problems.push(format!("a report cannot be read: {}: {error}", path.display()))
            }
        }
    }
    let pids: Vec<u32> = read_ones.iter().map(|(report, _)| report.process.pid).collect();
    for (index, (report, began)) in read_ones.into_iter().enumerate() {
        // A process that became another .NET program by exec left a report on each.
        let went_on = pids[index + 1..].contains(&report.process.pid);
        // By clocks that nobody sets.
        let made = began + Duration::from_nanos(report.process.wall_ns);
        let age = now.saturating_sub(made);
        found.processes.push(complete(report, age, went_on, ended));
    }
    found
}

/// When the process began to be watched, which the name of its report says; otherwise now.
fn began(path: &Path) -> Duration {
    let name = path.file_stem().and_then(|name| name.to_str());
    let time = name.and_then(|name| name.split('-').next()?.parse().ok());
    time.map_or_else(monotonic, Duration::from_nanos)
}

/// Time since some moment before all processes, the same for all of them.
fn monotonic() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes a structure of ours; this clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Sorted by name, and so by time.
pub fn report_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<io::Result<Vec<_>>>()?;
    // Drafts, and the library, have other endings.
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort_unstable();
    Ok(paths)
}

pub fn read(path: &Path) -> io::Result<(Report, SystemTime)> {
    let found = fs::symlink_metadata(path)?;
    // Whatever the program has put there: a pipe would be waited for.
    if !found.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let made = found.modified()?;
    Ok((Report::from_json(&fs::read(path)?)?, made))
}

/// A report that was made while the process ran gets the end that the process had, as far as it is known.
fn complete(mut report: Report, age: Duration, went_on: bool, ended: &Ended) -> Process {
    let mut is_running = false;
    if report.process.exit == Exit::InProgress {
        let is_command = report.process.pid == ended.pid && !went_on;
        is_running = !is_command && !went_on && runs(report.process.pid);
        if !is_running {
            let exit = match (is_command, ended.status.code(), ended.status.signal()) {
                (true, Some(code), _) => Exit::Code { code },
                (true, None, Some(signal)) => Exit::Signal { signal },
                _ => Exit::Unknown,
            };
            report.end_early(exit, age);
        }
    }
    let words = std::iter::once(&report.application.path).chain(&report.application.args);
    let command = words.map(|word| shown(word)).collect::<Vec<_>>().join(" ");
    Process { report, command, is_running }
}

/// A word of a command line, which may hold anything.
fn shown(word: &str) -> String {
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("{word:?}") }
}

/// Whether there is such a process that has not ended.
pub fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state stands behind the name, which is in parentheses and may have some itself.
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_commands_are_shown_on_one_line() {
        assert_eq!(shown("--port=80"), "--port=80");
        assert_eq!(shown("a b"), "\"a b\"");
        assert_eq!(shown("\u{1b}[2J"), "\"\\u{1b}[2J\"");
        assert_eq!(shown(""), "\"\"");
    }

    #[test]
    fn this_process_runs() {
        assert!(runs(std::process::id()));
        assert!(!runs(0));
    }
}
