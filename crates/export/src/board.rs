//! What is counted of each process, with a bounded number of targets, and so that no counter goes back.
//!
//! A target keeps the row that it has once been given: first come, first kept, and of those that come together the ones with the
//! most calls first. When all rows are given, further targets are summed in one row. A target that changed between a row of its
//! own and the sum would make both counters jump, which Prometheus takes for a restart.

use crate::Reading;
use clrhost_report::{BracketKind, OpenRow, Report, TargetRow, Timing};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

/// Characters of a name that are kept.
const MAX_NAME: usize = 200;

/// What a target is called. Targets of equal names are one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The native library as the declaration names it; empty where there is none.
    pub library: String,
    /// The entry point; empty where there is none.
    pub symbol: String,
    /// The managed method.
    pub method: String,
}

impl Name {
    /// Of these parts, none of them longer than labels should be.
    pub fn new(library: Option<&str>, symbol: Option<&str>, method: &str) -> Name {
        let bounded = |text: &str| match text.char_indices().nth(MAX_NAME) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        let part = |part: Option<&str>| part.map(bounded).unwrap_or_default();
        Name { library: part(library), symbol: part(symbol), method: bounded(method) }
    }

    /// Of all that have no row of their own.
    pub fn other() -> Name {
        Name::new(None, None, "other")
    }
}

/// The numbers of one target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Calls begun.
    pub calls: u64,
    /// From call to return, of calls that returned, in nanoseconds.
    pub total_ns: u64,
    /// The same without what lies in calls over the border inside.
    pub self_ns: u64,
    /// Calls that have not returned.
    pub in_flight: u64,
    /// Threads that are in one for long, and not in a callback inside it.
    pub stuck: u64,
}

impl Row {
    fn add(&mut self, other: Row) {
        self.calls += other.calls;
        self.total_ns += other.total_ns;
        self.self_ns += other.self_ns;
        self.in_flight += other.in_flight;
        self.stuck += other.stuck;
    }

    /// Counters only grow: times do not quite, as the clock's rate is known better and better.
    fn renew(&mut self, now: Row) {
        self.calls = self.calls.max(now.calls);
        self.total_ns = self.total_ns.max(now.total_ns);
        self.self_ns = self.self_ns.max(now.self_ns);
        self.in_flight = now.in_flight;
        self.stuck = now.stuck;
    }
}

/// Targets of one direction.
#[derive(Debug, Default)]
pub struct Table {
    /// Those with rows of their own.
    pub kept: BTreeMap<Name, Row>,
    /// The sum of the others, if there are any.
    pub other: Option<Row>,
    /// How many these are.
    pub others: u64,
}

impl Table {
    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = (Name, Row)> {
        let kept = self.kept.iter().map(|(name, row)| (name.clone(), *row));
        kept.chain(self.other.map(|row| (Name::other(), row)))
    }

    /// No call is open.
    fn rest(&mut self) {
        for row in self.kept.values_mut().chain(&mut self.other) {
            (row.in_flight, row.stuck) = (0, 0);
        }
    }

    fn renew(&mut self, rows: &[TargetRow], open: &HashMap<Name, Row>, max: usize) {
        let mut now: HashMap<Name, Row> = HashMap::new();
        for row in rows {
            let counted = Row {
                calls: row.calls,
                total_ns: row.total_ns.unwrap_or(0),
                self_ns: row.self_ns.unwrap_or(0),
                ..Row::default()
            };
            now.entry(name_of(row)).or_default().add(counted);
        }
        for (name, gauges) in open {
            // A call of what the report leaves out has no row here either.
            if let Some(row) = now.get_mut(name) {
                row.add(*gauges);
            }
        }
        let mut new: Vec<(&Name, u64)> = now
            .iter()
            .filter(|(name, _)| !self.kept.contains_key(*name) && **name != Name::other())
            .map(|(name, row)| (name, row.calls))
            .collect();
        new.sort_by_key(|&(name, calls)| (Reverse(calls), name));
        for (name, _) in new.into_iter().take(max.saturating_sub(self.kept.len())) {
            self.kept.insert(name.clone(), Row::default());
        }
        for (name, kept) in &mut self.kept {
            let known = now.remove(name).unwrap_or(Row { in_flight: 0, stuck: 0, ..*kept });
            kept.renew(known);
        }
        self.others = now.len() as u64;
        if !now.is_empty() || self.other.is_some() {
            let mut sum = Row::default();
            now.into_values().for_each(|row| sum.add(row));
            self.other.get_or_insert_default().renew(sum);
        }
    }
}

fn name_of(row: &TargetRow) -> Name {
    Name::new(row.library.as_deref(), row.symbol.as_deref(), &row.method)
}

/// One process.
#[derive(Debug)]
pub struct Process {
    /// The newest reading, without what is in the tables.
    pub report: Report,
    /// When that was.
    pub at: SystemTime,
    /// When the process began to be observed.
    pub since: SystemTime,
    /// It has not ended.
    pub is_up: bool,
    /// Times are taken.
    pub timed: bool,
    /// Threads that came to the border and live.
    pub threads: u64,
    /// Crossings known to be lost.
    pub lost: u64,
    /// Native functions.
    pub calls: Table,
    /// Managed methods that native code calls.
    pub callbacks: Table,
}

/// All processes, by their numbers.
#[derive(Debug)]
pub struct Board {
    /// The processes.
    pub processes: BTreeMap<u32, Process>,
    /// How many more there are, which are left out.
    pub left_out: u64,
    max_targets: usize,
    stuck_over: Duration,
}

impl Board {
    /// An empty one. In each process so many native functions and so many callbacks have rows of their own.
    pub fn new(max_targets: usize, stuck_over: Duration) -> Board {
        Board { processes: BTreeMap::new(), left_out: 0, max_targets, stuck_over }
    }

    /// Takes in what is known now. A process without a reading is gone.
    pub fn renew(&mut self, readings: Vec<Reading>) {
        let pids: Vec<u32> = readings.iter().map(|reading| reading.report.process.pid).collect();
        self.processes.retain(|pid, _| pids.contains(pid));
        for reading in readings {
            self.renew_process(reading);
        }
    }

    fn renew_process(&mut self, reading: Reading) {
        let Reading { mut report, at, is_up } = reading;
        let since = at.checked_sub(Duration::from_nanos(report.process.wall_ns)).unwrap_or(at);
        // The number may be another process's by now: then all begins anew.
        let is_same = |known: &Process| {
            let apart = known.since.duration_since(since).unwrap_or_else(|error| error.duration());
            // Where the system's clock was set, the process has gone on by its own.
            let goes_on = report.process.wall_ns >= known.report.process.wall_ns;
            known.report.application == report.application && (apart < Duration::from_secs(2) || goes_on)
        };
        let pid = report.process.pid;
        if self.processes.get(&pid).is_some_and(|known| !is_same(known)) {
            self.processes.remove(&pid);
        }
        let process = self.processes.entry(pid).or_insert_with(|| Process {
            report: report.clone(),
            at,
            since,
            is_up,
            timed: report.timing == Timing::Timed,
            threads: 0,
            lost: 0,
            calls: Table::default(),
            callbacks: Table::default(),
        });
        process.is_up = is_up;
        if !is_up {
            // Nothing is in flight any more, whatever was when it was killed.
            report.tasks.clear();
            process.threads = 0;
            process.calls.rest();
            process.callbacks.rest();
        }
        if report.process.wall_ns < process.report.process.wall_ns {
            // An older reading tells nothing new.
            return;
        }
        let (calls, callbacks) = (std::mem::take(&mut report.targets), std::mem::take(&mut report.callbacks));
        let gauges = |kind| open_calls(&report, kind, self.stuck_over);
        process.calls.renew(&calls, &gauges(BracketKind::Leave), self.max_targets);
        process.callbacks.renew(&callbacks, &gauges(BracketKind::ReverseEnter), self.max_targets);
        process.threads = report.tasks.iter().filter(|task| !task.ended).count() as u64;
        process.lost = process.lost.max(report.totals.lost);
        process.at = at;
        if at < process.since {
            // The clock was set back. Who reads this takes no beginning that is to come.
            process.since = since;
        }
        process.report = report;
    }
}

/// Calls that have not returned, by what is called.
fn open_calls(report: &Report, kind: BracketKind, stuck_over: Duration) -> HashMap<Name, Row> {
    let mut found: HashMap<Name, Row> = HashMap::new();
    for task in report.tasks.iter().filter(|task| !task.ended) {
        for (index, open) in task.open.iter().enumerate().filter(|(_, open)| open.kind == kind) {
            let is_innermost = index + 1 == task.open.len();
            let is_long = open.ns.is_some_and(|ns| Duration::from_nanos(ns) >= stuck_over);
            let stuck = u64::from(is_innermost && is_long && kind == BracketKind::Leave);
            found.entry(open_name(open)).or_default().add(Row { in_flight: 1, stuck, ..Row::default() });
        }
    }
    found
}

/// What an open call calls.
pub fn open_name(open: &OpenRow) -> Name {
    Name::new(open.library.as_deref(), open.symbol.as_deref(), &open.method)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{open, reading, row};

    fn board(max: usize) -> Board {
        Board::new(max, Duration::from_secs(5))
    }

    fn calls(board: &Board) -> Vec<(String, u64)> {
        board.processes[&7].calls.rows().map(|(name, row)| (name.method, row.calls)).collect()
    }

    fn of(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
        pairs.iter().map(|(method, calls)| ((*method).to_owned(), *calls)).collect()
    }

    #[test]
    fn who_has_a_row_keeps_it_and_nothing_is_dropped() {
        let mut board = board(2);
        board.renew(vec![reading(1, &[row("A", 3), row("B", 2), row("C", 1)], &[])]);
        assert_eq!(calls(&board), of(&[("A", 3), ("B", 2), ("other", 1)]));
        // C overtakes the others, D is new, and A is not told of any more.
        board.renew(vec![reading(2, &[row("B", 2), row("C", 100), row("D", 50)], &[])]);
        assert_eq!(calls(&board), of(&[("A", 3), ("B", 2), ("other", 150)]));
        assert_eq!(board.processes[&7].calls.others, 2);
    }

    #[test]
    fn counters_do_not_go_back() {
        let mut board = board(1);
        let mut slow = row("A", 3);
        (slow.total_ns, slow.self_ns) = (Some(1000), Some(900));
        board.renew(vec![reading(1, &[slow.clone(), row("B", 9)], &[])]);
        (slow.total_ns, slow.self_ns) = (Some(999), Some(901));
        board.renew(vec![reading(2, &[slow, row("B", 9)], &[])]);
        let other = board.processes[&7].calls.other.unwrap();
        assert_eq!((other.calls, other.total_ns, other.self_ns), (3, 1000, 901));
        // A reading that is older than the last one, as a file may be.
        board.renew(vec![reading(1, &[row("B", 1)], &[])]);
        assert_eq!(calls(&board), of(&[("B", 9), ("other", 3)]));
    }

    #[test]
    fn equal_names_are_one_row_and_a_target_called_other_is_among_the_others() {
        let mut board = board(5);
        board.renew(vec![reading(1, &[row("A", 3), row("A", 4), row("other", 2)], &[])]);
        assert_eq!(calls(&board), of(&[("A", 7), ("other", 2)]));
    }

    #[test]
    fn open_calls_are_counted_by_what_is_called() {
        let mut board = board(5);
        let (leave, back) = (BracketKind::Leave, BracketKind::ReverseEnter);
        let long = 6_000_000_000;
        let tasks = [
            vec![open(leave, "A", long), open(back, "Back", 10), open(leave, "B", 5)],
            vec![open(leave, "A", long)],
            vec![open(leave, "hidden", long)],
        ];
        board.renew(vec![reading(1, &[row("A", 2), row("B", 1)], &tasks)]);
        let process = &board.processes[&7];
        let gauges = |name: &str| {
            let row = process.calls.kept[&Name::new(None, None, name)];
            (row.in_flight, row.stuck)
        };
        // The first thread is in a callback, and so not stuck in A.
        assert_eq!((gauges("A"), gauges("B")), ((2, 1), (1, 0)));
        assert_eq!((process.threads, process.calls.kept.len()), (3, 2));
        board.renew(vec![reading(2, &[row("A", 2), row("B", 1)], &[])]);
        assert_eq!(board.processes[&7].calls.kept[&Name::new(None, None, "A")].in_flight, 0);
    }

    #[test]
    fn another_process_of_the_same_number_begins_anew() {
        let mut board = board(5);
        board.renew(vec![reading(1_000_000_000, &[row("A", 9)], &[])]);
        let mut later = reading(1, &[row("A", 1)], &[]);
        later.at += Duration::from_secs(60);
        board.renew(vec![later]);
        assert_eq!(calls(&board), of(&[("A", 1)]));
        board.renew(Vec::new());
        assert!(board.processes.is_empty());
    }

    /// To who reads them, a process with another beginning is one whose counters have begun again.
    #[test]
    fn setting_the_clock_begins_nothing_anew() {
        let hour = Duration::from_secs(3600);
        let mut board = board(5);
        board.renew(vec![reading(1_000_000_000, &[row("A", 9)], &[])]);
        let since = board.processes[&7].since;
        let mut forward = reading(2_000_000_000, &[row("A", 10)], &[]);
        forward.at += hour;
        board.renew(vec![forward]);
        assert_eq!((calls(&board), board.processes[&7].since), (of(&[("A", 10)]), since));
        let mut back = reading(3_000_000_000, &[row("A", 11)], &[]);
        back.at -= hour;
        board.renew(vec![back]);
        let process = &board.processes[&7];
        assert_eq!(calls(&board), of(&[("A", 11)]));
        assert_eq!(process.at.duration_since(process.since).unwrap(), Duration::from_secs(3));
    }

    #[test]
    fn names_are_bounded() {
        let name = Name::new(None, None, &"ä".repeat(300));
        assert_eq!((name.method.chars().count(), name.library.as_str()), (201, ""));
    }
}
