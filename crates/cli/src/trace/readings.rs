//! Readings of the processes of the command, for metrics: asked of each while it runs, and else from the report that it left.

use super::reports::{read, report_files, runs};
use crate::export::{PATIENCE, REST};
use clrhost::report::{Exit, Report};
use clrhost_control::client::{Error, Process};
use clrhost_export::{Reading, Source};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

/// Ended processes that are still told of: the newest. A build can start thousands.
const MAX_ENDED: usize = 32;

/// What is known of the processes.
pub struct Readings {
    folder: PathBuf,
    user_only: bool,
    /// By the names of their reports, which sort by the time at which the processes came.
    known: BTreeMap<PathBuf, Known>,
    left_out: u64,
}

#[derive(Default)]
struct Known {
    newest: Option<Reading>,
    /// When its report was made that was read last.
    file: Option<SystemTime>,
    /// It is not asked before this.
    rests_until: Option<Instant>,
    /// There will be nothing new.
    ended: bool,
    /// It is not told of any more.
    forgotten: bool,
}

impl Readings {
    /// Of the processes that leave their reports in this folder.
    pub fn new(folder: &Path, user_only: bool) -> Readings {
        Readings { folder: folder.to_owned(), user_only, known: BTreeMap::new(), left_out: 0 }
    }
}

impl Source for Readings {
    fn read(&mut self) -> Vec<Reading> {
        // The folder is ours, and stays as long as the command runs.
        let files = report_files(&self.folder).unwrap_or_default();
        let mut pids = HashSet::new();
        // The newest first: a process that became another program by exec has a report of what it was before.
        for path in files.iter().rev() {
            let Some(pid) = pid_of(path) else { continue };
            let is_newest = pids.insert(pid);
            let known = self.known.entry(path.clone()).or_default();
            if !known.ended {
                known.renew(path, pid, is_newest, self.user_only);
            }
            if !is_newest {
                known.forgotten = true;
                known.newest = None;
            }
        }
        let ended = self.known.values_mut().rev().filter(|known| known.ended && !known.forgotten);
        for known in ended.skip(MAX_ENDED) {
            (known.forgotten, known.newest) = (true, None);
            self.left_out += 1;
        }
        self.known.values().filter_map(|known| known.newest.clone()).collect()
    }

    fn left_out(&self) -> u64 {
        self.left_out
    }
}

impl Known {
    fn renew(&mut self, path: &Path, pid: u32, is_newest: bool, user_only: bool) {
        // Before its report is read: what is there then is the last one.
        let is_up = is_newest && runs(pid);
        let rests = self.rests_until.is_some_and(|until| Instant::now() < until);
        if is_up && !rests {
            match ask(pid, user_only) {
                Ok(reading) => return self.newest = Some(reading),
                Err(Error::NoAnswer { .. }) => self.rests_until = Some(Instant::now() + REST),
                // It has no socket, or not yet, and to ask again takes no time.
                Err(_) => {}
            }
        }
        if let Ok((report, made)) = read(path)
            && self.file != Some(made)
        {
            self.file = Some(made);
            let is_newer = |newest: &Reading| report.process.wall_ns >= newest.report.process.wall_ns;
            if self.newest.as_ref().is_none_or(is_newer) {
                self.newest = Some(Reading { report, at: made, is_up });
            }
        }
        self.ended = !is_up;
        if let Some(newest) = &mut self.newest {
            newest.is_up = is_up && newest.report.process.exit == Exit::InProgress;
        }
    }
}

fn ask(pid: u32, user_only: bool) -> Result<Reading, Error> {
    let bytes = Process::find(pid)?.patient_for(PATIENCE).report(user_only)?;
    let at = SystemTime::now();
    let report = Report::from_json(&bytes).map_err(|error| Error::NoAnswer { pid, error })?;
    Ok(Reading { report, at, is_up: true })
}

/// The number in the name of a report.
fn pid_of(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.rsplit_once('-')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::folder::PrivateFolder;
    use serde_json::{Value, json};
    use std::fs;

    #[test]
    fn reports_are_named_after_their_processes() {
        assert_eq!(pid_of(Path::new("/tmp/x-1/000123-4711.json")), Some(4711));
        assert_eq!(pid_of(Path::new("/tmp/x/nothing.json")), None);
    }

    /// A report of a process of this number, which no process can have.
    fn write(folder: &Path, time: usize, pid: usize, wall_ns: u64) {
        let totals = [
            "leave",
            "enter",
            "reverse_enter",
            "reverse_leave",
            "cooperative",
            "mismatches",
            "lost",
            "untimed",
            "unwound",
        ];
        let further = ["open", "targets", "callbacks", "refused_targets", "tasks"];
        let mut sums: serde_json::Map<String, Value> =
            totals.iter().chain(&further).map(|name| ((*name).to_owned(), json!(0))).collect();
        sums.insert("lower_bound".to_owned(), json!(false));
        sums.insert("native_ns".to_owned(), json!(0));
        let report = json!({"schema": "clrhost.report/1", "clrhost_version": "0", "runtime": {"name": "", "version": ""},
            "mode": "trace", "source": "thunks", "timing": "timed", "clock": null, "application": {"path": "x", "args": []},
            "process": {"pid": pid, "wall_ns": wall_ns, "exit": {"kind": "in_progress"}}, "user_only": false, "totals": sums,
            "hidden": {"targets": 0, "calls": 0, "callbacks": 0, "callback_calls": 0}, "targets": [], "callbacks": [],
            "pointer_callers": [], "unhooked": [], "tasks": [], "folded_tasks": null, "mismatches": [], "host": null,
            "policy": null, "notes": []});
        fs::write(folder.join(format!("{time:09}-{pid}.json")), report.to_string()).unwrap();
    }

    fn told(readings: &mut Readings) -> Vec<(u32, u64, bool)> {
        let told =
            |reading: Reading| (reading.report.process.pid, reading.report.process.wall_ns, reading.is_up);
        readings.read().into_iter().map(told).collect()
    }

    #[test]
    fn the_newest_of_the_ended_processes_are_told_of_and_the_rest_is_counted() {
        const NONE: usize = 5_000_000;
        let folder = PrivateFolder::new().unwrap();
        let mut readings = Readings::new(folder.path(), false);
        assert_eq!(told(&mut readings), []);
        for number in 0..MAX_ENDED + 3 {
            write(folder.path(), number, NONE + number, 7);
        }
        for _ in 0..2 {
            let told = told(&mut readings);
            assert_eq!((told.len(), readings.left_out()), (MAX_ENDED, 3));
            assert_eq!(told[0], (NONE as u32 + 3, 7, false));
        }
        write(folder.path(), 1000, NONE + 1000, 7);
        assert_eq!((told(&mut readings).len(), readings.left_out()), (MAX_ENDED, 4));
    }

    #[test]
    fn of_a_process_that_became_another_program_the_second_is_told_of() {
        let folder = PrivateFolder::new().unwrap();
        let mut readings = Readings::new(folder.path(), false);
        write(folder.path(), 1, 5_000_000, 7);
        assert_eq!(told(&mut readings), [(5_000_000, 7, false)]);
        write(folder.path(), 2, 5_000_000, 3);
        assert_eq!(told(&mut readings), [(5_000_000, 3, false)]);
    }
}
