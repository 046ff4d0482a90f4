//! Programs that are recorded, and what is in the file then.

use clrhost::report::Report;
use clrhost_testkit::{Finished, Run, dotnet, fixture, scratch};
use clrhost_trace::{OPEN, Recording};
use std::path::{Path, PathBuf};

/// Makes the system answer what it seldom answers: fixtures/native/faults.
pub fn faulty_system() -> PathBuf {
    let fixtures = fixture("Counted");
    fixtures.ancestors().nth(2).expect("the folder of all fixtures").join("libfixture_faults.so")
}

/// How a program is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    Run,
    Trace,
}

pub const BOTH: [Under; 2] = [Under::Run, Under::Trace];

/// A folder in which `clrhost` records `Counted` into t.clrtrace.
pub struct Scene {
    pub under: Under,
    pub folder: PathBuf,
    pub file: PathBuf,
}

impl Scene {
    pub fn new(name: &str, under: Under) -> Scene {
        let folder = scratch(&format!("fault-{name}"));
        Scene { under, file: folder.join("t.clrtrace"), folder }
    }

    /// The command up to the program's name: the report goes to a file, so that stderr is what is said.
    pub fn recording(&self, options: &[&str]) -> Run {
        let run = Run::clrhost().arg(if self.under == Under::Run { "run" } else { "trace" });
        let run = run.arg("--report").arg(self.folder.join("r.json")).args(options).arg("-o").arg(&self.file);
        if self.under == Under::Run { run } else { run.arg("--").arg(dotnet()) }
    }

    /// `Counted`, so many calls of a microsecond each.
    pub fn counted(&self, calls: u64, adjust: impl FnOnce(Run) -> Run) -> Finished {
        self.counted_with(&[], calls, adjust)
    }

    pub fn counted_with(&self, options: &[&str], calls: u64, adjust: impl FnOnce(Run) -> Run) -> Finished {
        let run = self.recording(options).arg(fixture("Counted")).arg(self.folder.join("counter"));
        adjust(run.arg(calls.to_string()).arg("1000")).output()
    }

    pub fn report(&self) -> Report {
        Report::from_json(&std::fs::read(self.folder.join("r.json")).expect("a report")).expect("one of ours")
    }

    /// `clrhost report` on the recording.
    pub fn looked_at(&self) -> Finished {
        Run::clrhost().arg("report").arg(&self.file).output()
    }
}

pub fn read(path: &Path) -> Recording {
    Recording::read(path).unwrap_or_else(|error| panic!("{error}"))
}

/// Calls that returned.
pub fn returned(recording: &Recording) -> u64 {
    recording.calls.iter().filter(|call| call.duration_ns != OPEN).count() as u64
}

/// Calls that returned, of this method.
pub fn returned_of(recording: &Recording, method: &str) -> u64 {
    let is_it = |target: u32| recording.targets[target as usize].method == method;
    let calls = recording.calls.iter().filter(|call| call.duration_ns != OPEN);
    calls.filter(|call| is_it(call.target)).count() as u64
}

pub fn lost(recording: &Recording) -> u64 {
    recording.losses.iter().map(|loss| loss.calls).sum()
}

/// Calls that the report says returned.
pub fn completed(report: &Report) -> u64 {
    report.targets.iter().chain(&report.callbacks).map(|row| row.completed).sum()
}

/// The program did all it had to do, as it does without us.
#[track_caller]
pub fn assert_undisturbed(finished: &Finished, calls: u64) {
    let expected = format!("\"method\":\"Counted.fx_counted\",\"symbol\":\"fx_counted\",\"calls\":{calls}}}");
    assert!(finished.stdout.contains(&expected), "{finished}");
    assert!(!finished.stderr.contains("check failed") && !finished.stderr.contains("panicked"), "{finished}");
}

/// The number before these words.
#[track_caller]
pub fn number_before(finished: &Finished, words: &str) -> u64 {
    let (before, _) =
        finished.stderr.split_once(words).unwrap_or_else(|| panic!("{words:?} expected\n{finished}"));
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or_else(|_| panic!("no number before {words:?}\n{finished}"))
}
