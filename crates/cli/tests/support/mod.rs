//! One program run three ways: under `clrhost run` with its report, with `--no-hooks`, under plain `dotnet`.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod others;

use clrhost::report::{Exit, Mode, OpenRow, Report, TargetRow, TaskRow};
use clrhost_testkit::{Expected, ExpectedRow, Finished, Needs, Run, dotnet, fixture, has, scratch};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the crossings come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The runtime's transition events.
    Flag,
    /// Code of clrhost's own between callers and functions.
    Thunks,
}

/// The sources to run a test with: all, where the .NET of the tests has them.
pub fn sources() -> Vec<Source> {
    if has(Needs::Thunks) { vec![Source::Flag, Source::Thunks] } else { vec![Source::Flag] }
}

/// The source that is used if none is asked for.
pub fn best_source() -> Source {
    if has(Needs::Thunks) { Source::Thunks } else { Source::Flag }
}

impl Source {
    /// As `--source` has it.
    pub fn name(self) -> &'static str {
        match self {
            Source::Flag => "flag",
            Source::Thunks => "thunks",
        }
    }

    /// As reports in words have it.
    pub fn words(self) -> &'static str {
        match self {
            Source::Flag => "seen by the transitions flag",
            Source::Thunks => "seen by thunks",
        }
    }
}

/// What a source says otherwise than the fixture's own account, each with its cause in `docs/sources.md`.
#[derive(Clone, Copy, Default)]
pub struct Otherwise {
    /// Methods of `targets` whose calls it does not see.
    pub unseen: &'static [&'static str],
    /// Calls from native to managed code that it sees besides.
    pub callbacks: &'static [(&'static str, u64)],
    /// Brackets that are open besides.
    pub open: &'static [&'static str],
}

/// The rows of these origins are the program's own; the others are .NET's.
const OWN: [&str; 2] = ["user", "unknown"];

/// A program with all that it is given.
#[derive(Clone)]
pub struct Program {
    assembly: PathBuf,
    exec_options: Vec<OsString>,
    options: Vec<OsString>,
    args: Vec<OsString>,
    env: Vec<(String, OsString)>,
    signal: Option<i32>,
    folder: Option<PathBuf>,
}

impl Program {
    pub fn new(assembly: impl Into<PathBuf>) -> Program {
        Program {
            assembly: assembly.into(),
            exec_options: Vec::new(),
            options: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            signal: None,
            folder: None,
        }
    }

    pub fn fixture(name: &str) -> Program {
        Program::new(fixture(name))
    }

    pub fn args(mut self, args: impl IntoIterator<Item: Into<OsString>>) -> Program {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Options that `dotnet exec` and `clrhost run` have in common.
    pub fn exec_options(mut self, options: impl IntoIterator<Item: Into<OsString>>) -> Program {
        self.exec_options.extend(options.into_iter().map(Into::into));
        self
    }

    /// Options of `clrhost run` for the run that makes a report.
    pub fn options(mut self, options: impl IntoIterator<Item: Into<OsString>>) -> Program {
        self.options.extend(options.into_iter().map(Into::into));
        self
    }

    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Program {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sees crossings by this source.
    pub fn seen_by(self, source: Source) -> Program {
        self.options(["--source", source.name()])
    }

    /// Sends this signal once the program has printed the line `ready`.
    pub fn signalled(mut self, signal: i32) -> Program {
        self.signal = Some(signal);
        self
    }

    pub fn current_dir(mut self, folder: impl Into<PathBuf>) -> Program {
        self.folder = Some(folder.into());
        self
    }

    pub fn under_dotnet(&self) -> Finished {
        self.output(Run::dotnet().arg("exec"))
    }

    pub fn without_hooks(&self) -> Finished {
        self.output(Run::clrhost().args(["run", "--no-hooks"]))
    }

    /// With the report in a file, so that stderr is the program's own.
    pub fn under_clrhost(&self) -> Hosted {
        let name = self.assembly.file_stem().expect("an assembly has a name").to_string_lossy().into_owned();
        let folder = scratch(&name);
        let file = folder.join("report.json");
        let run = Run::clrhost().args(["run", "--report"]).arg(&file).args(&self.options);
        let finished = self.output(run);
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("no report: {e}\n{finished}"));
        let report = serde_json::from_str(&text).unwrap_or_else(|e| panic!("not a report: {e}\n{text}"));
        assert_eq!(files(&folder), ["report.json"], "something else was left beside the report");
        let _ = fs::remove_dir_all(&folder);
        Hosted { finished, report, text }
    }

    /// As `dotnet exec` started by `clrhost trace`, with the report in a file. How clrhost ended stands for how the program did.
    pub fn under_trace(&self) -> Hosted {
        let name = self.assembly.file_stem().expect("an assembly has a name").to_string_lossy().into_owned();
        let folder = scratch(&format!("{name}-trace"));
        let file = folder.join("report.json");
        let run = Run::clrhost().args(["trace", "--report"]).arg(&file).args(&self.options);
        let mut finished = self.output(run.arg("--").arg(dotnet()).arg("exec"));
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("no report: {e}\n{finished}"));
        let report: Report =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("not a report: {e}\n{text}"));
        assert_eq!(report.mode, Mode::Trace, "{text}");
        assert_eq!(files(&folder), ["report.json"], "something else was left beside the report");
        let _ = fs::remove_dir_all(&folder);
        if let Exit::Signal { signal } = report.process.exit {
            assert_eq!(finished.code, Some(128 + signal), "{finished}");
            (finished.code, finished.signal) = (None, Some(signal));
        }
        Hosted { finished, report, text }
    }

    fn output(&self, run: Run) -> Finished {
        let mut run = run.args(&self.exec_options).arg(&self.assembly).args(&self.args);
        for (name, value) in &self.env {
            run = run.env(name, value);
        }
        if let Some(signal) = self.signal {
            run = run.signal_after_line("ready", signal);
        }
        if let Some(folder) = &self.folder {
            run = run.current_dir(folder);
        }
        run.output()
    }
}

/// The names of the files in a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("can't list {}: {e}", folder.display()));
    sorted(entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()))
}

pub fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items
}

/// Panics unless both ended the same way with the same output on both streams.
#[track_caller]
pub fn assert_same(ours: &Finished, dotnet: &Finished) {
    let differ = || format!("not as under dotnet\n=== clrhost\n{ours}\n=== dotnet\n{dotnet}");
    assert_eq!((ours.code, ours.signal), (dotnet.code, dotnet.signal), "{}", differ());
    assert_eq!(ours.stdout, dotnet.stdout, "{}", differ());
    assert_eq!(ours.stderr, dotnet.stderr, "{}", differ());
}

/// The same for a run with this source. The flag keeps P/Invokes from being inlined, so one that ends the process may have a line of
/// its own in stack traces (docs/sources.md), as `Environment.FailFast` since .NET 9.
#[track_caller]
pub fn assert_same_by(source: Source, ours: &Finished, dotnet: &Finished) {
    let of_pinvokes = |line: &&str| line.contains(">g____PInvoke|");
    if source == Source::Thunks || !ours.stderr.lines().any(|line| of_pinvokes(&line)) {
        return assert_same(ours, dotnet);
    }
    let without = |finished: &Finished| {
        let stderr = finished.stderr.lines().filter(|line| !of_pinvokes(line)).collect::<Vec<_>>().join("\n");
        Finished { stderr, stdout: finished.stdout.clone(), command: finished.command.clone(), ..*finished }
    };
    assert_same(&without(ours), &without(dotnet));
}

/// A program that ran under clrhost.
pub struct Hosted {
    pub finished: Finished,
    pub report: Report,
    /// The report as it was written.
    pub text: String,
}

impl Hosted {
    /// The program's own account of its run.
    pub fn expected(&self) -> Expected {
        Expected::from_stdout(&self.finished.stdout)
    }

    /// The one row of `targets` or `callbacks` for this method.
    #[track_caller]
    pub fn row(&self, method: &str) -> &TargetRow {
        let mut rows = self.rows().filter(|row| row.method == method);
        let row = rows.next().unwrap_or_else(|| panic!("no row for {method}\n{}", self.text));
        assert!(rows.next().is_none(), "several rows for {method}\n{}", self.text);
        row
    }

    pub fn rows(&self) -> impl Iterator<Item = &TargetRow> {
        self.report.targets.iter().chain(&self.report.callbacks)
    }

    /// Rows that are not .NET's own.
    pub fn own_rows(&self) -> impl Iterator<Item = &TargetRow> {
        self.rows().filter(|row| OWN.contains(&row.origin.as_str()))
    }

    /// Brackets of the program's own that were open at the end, thread by thread, outermost first.
    pub fn own_open(&self) -> Vec<&OpenRow> {
        let is_own = |open: &&OpenRow| self.own_rows().any(|row| row.method == open.method);
        self.report.tasks.iter().flat_map(|task| &task.open).filter(is_own).collect()
    }

    /// What holds of every report: nothing lost, nothing mismatched, all sums agree with their parts, and the end is
    /// the one that the process had.
    #[track_caller]
    pub fn assert_sound(&self) {
        let (report, text) = (&self.report, &self.text);
        let totals = &report.totals;
        assert_eq!(
            (totals.mismatches, totals.lost, totals.untimed, totals.refused_targets),
            (0, 0, 0, 0),
            "{text}"
        );
        assert!(report.mismatches.is_empty(), "{text}");
        assert_eq!(
            totals.leave + totals.reverse_enter,
            totals.enter + totals.reverse_leave - totals.mismatches + totals.unwound + totals.open,
            "{text}"
        );
        assert!(report.folded_tasks.is_none(), "{text}");
        let sum = |number: fn(&TaskRow) -> u64| report.tasks.iter().map(number).sum::<u64>();
        assert_eq!(sum(|task| task.leave), totals.leave, "{text}");
        assert_eq!(sum(|task| task.reverse_enter), totals.reverse_enter, "{text}");
        assert_eq!(sum(|task| task.open.len() as u64), totals.open, "{text}");
        assert_eq!(sum(|task| task.unwound), totals.unwound, "{text}");
        assert_eq!(report.tasks.len() as u64, totals.tasks, "{text}");
        for task in &report.tasks {
            assert_eq!(
                task.leave + task.reverse_enter,
                task.enter + task.reverse_leave + task.unwound + task.open.len() as u64,
                "task {}\n{text}",
                task.id
            );
        }
        let calls = |rows: &[TargetRow]| rows.iter().map(|row| row.calls).sum::<u64>();
        assert_eq!(calls(&report.targets) + report.hidden.calls, totals.leave, "{text}");
        assert_eq!(calls(&report.callbacks) + report.hidden.callback_calls, totals.reverse_enter, "{text}");
        for row in self.rows() {
            let open =
                report.tasks.iter().flat_map(|task| &task.open).filter(|open| open.method == row.method);
            // Methods of one name may be several rows; none of the fixtures has two that are open.
            assert_eq!(row.completed, row.calls - row.unwound - open.count() as u64, "{row:?}\n{text}");
        }
        let exit = match (self.finished.code, self.finished.signal) {
            // A signal that .NET handles itself ends in an exit code.
            (Some(code), _) => Exit::Code { code },
            (None, signal) => Exit::Signal { signal: signal.expect("ended by code or by signal") },
        };
        assert_eq!(report.process.exit, exit, "{text}");
    }

    /// The program's own rows as a fixture has them: what is reached by pointers is added up by method.
    fn calls_of(&self, rows: &[TargetRow]) -> Vec<(String, Option<String>, u64)> {
        let own = || rows.iter().filter(|row| OWN.contains(&row.origin.as_str()));
        let mut by_pointer = BTreeMap::new();
        for row in own().filter(|row| is_by_pointer(row)) {
            *by_pointer.entry(nameless(row)).or_insert(0) += row.calls;
        }
        let by_name = own().filter(|row| !is_by_pointer(row));
        let by_name = by_name.map(|row| (row.method.clone(), row.symbol.clone(), row.calls));
        sorted(by_name.chain(by_pointer.into_iter().map(|(method, calls)| (method, None, calls))))
    }

    /// The report says what the fixture says of itself: no row of the program's own more or less, each with the exact
    /// number of calls, and the very brackets left that are expected to be.
    #[track_caller]
    pub fn assert_as_expected(&self) {
        self.assert_as_expected_but(&Otherwise::default());
    }

    /// The same, save for what the source says otherwise, which it has to say.
    #[track_caller]
    pub fn assert_as_expected_but(&self, otherwise: &Otherwise) {
        let (mut expected, text) = (self.expected(), &self.text);
        expected.targets.retain(|row| !otherwise.unseen.contains(&row.method.as_str()));
        let more = otherwise.callbacks.iter().map(|&(method, calls)| ExpectedRow {
            method: method.to_owned(),
            symbol: None,
            calls,
        });
        expected.callbacks.extend(more);
        expected.open.extend(otherwise.open.iter().map(|&method| method.to_owned()));
        let wanted = |rows: &[ExpectedRow]| {
            sorted(rows.iter().map(|row| (row.method.clone(), row.symbol.clone(), row.calls)))
        };
        assert_eq!(self.calls_of(&self.report.targets), wanted(&expected.targets), "{text}");
        assert_eq!(self.calls_of(&self.report.callbacks), wanted(&expected.callbacks), "{text}");

        let open = sorted(self.own_open().iter().map(|open| open.method.clone()));
        assert_eq!(open, sorted(expected.open.iter().cloned()), "{text}");
        for row in self.own_rows() {
            let abandoned = expected.abandoned.iter().filter(|&method| *method == row.method).count();
            assert_eq!(row.unwound, abandoned as u64, "{row:?}\n{text}");
        }
        if let Some(&depth) = expected.facts.get("max_depth") {
            let deepest = self.report.tasks.iter().map(|task| task.max_depth).max();
            assert_eq!(deepest, Some(depth as u64), "{text}");
        }
        let suppressed = self.own_rows().filter(|row| row.suppress_gc_transition).count() as i64;
        assert_eq!(suppressed, expected.facts.get("suppressed_targets").copied().unwrap_or(0), "{text}");
    }
}

/// Calls by `calli` have no method; the report gives their row a name in words.
pub fn nameless(row: &TargetRow) -> String {
    if row.kind == "function_pointer" { String::new() } else { row.method.clone() }
}

/// Reached by a pointer: a source that knows where it leads has a row for each function.
pub fn is_by_pointer(row: &TargetRow) -> bool {
    ["native_delegate", "function_pointer"].contains(&row.kind.as_str())
}
