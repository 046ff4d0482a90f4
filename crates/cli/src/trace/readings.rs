//! Readings of the processes of the command, for metrics: asked of each while it runs, and else from the report that it left.

use super::reports::{read, report_files, runs};
use clrhost::report::{Exit, Report};
use clrhost_control::client::{Error, Process};
use clrhost_export::{Reading, Source};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// Ended processes that are still told of: the newest. A build can start thousands.
const MAX_ENDED: usize = 32;
/// A process that does not answer is asked again after this time; meanwhile its report is read, which is not older than a second
/// or so if the process runs at all.
const REST: Duration = Duration::from_secs(30);

/// Prometheus waits for ten seconds, for all processes together.
const PATIENCE: Duration = Duration::from_secs(2);

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

    #[test]
    fn reports_are_named_after_their_processes() {
        assert_eq!(pid_of(Path::new("/tmp/x-1/000123-4711.json")), Some(4711));
        assert_eq!(pid_of(Path::new("/tmp/x/nothing.json")), None);
    }
}
