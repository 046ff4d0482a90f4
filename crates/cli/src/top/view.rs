//! What `clrhost top` knows and shows, without a terminal: readings, and what the user wants to see of them.

use crate::live::target_name;
use clrhost_control::protocol::{Direction, OpenCall, Snapshot, Target, Task};
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::time::Duration;

/// A column to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Calls a second in the last interval.
    Rate,
    /// Time in calls that returned in it.
    Time,
    /// The same without what lies in calls inside.
    SelfTime,
    /// Threads that are in it now.
    Inside,
    /// All calls.
    Calls,
    /// Time in all calls that have returned.
    Total,
    /// By name.
    Name,
}

impl Column {
    const ALL: [Column; 7] = [
        Column::Rate,
        Column::Time,
        Column::SelfTime,
        Column::Inside,
        Column::Calls,
        Column::Total,
        Column::Name,
    ];

    fn moved(self, by: usize) -> Column {
        let place = Column::ALL.iter().position(|&column| column == self).unwrap_or(0);
        Column::ALL[(place + by) % Column::ALL.len()]
    }

    pub fn next(self) -> Column {
        self.moved(1)
    }

    pub fn last(self) -> Column {
        self.moved(Column::ALL.len() - 1)
    }
}

/// What fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Targets,
    Tasks,
    /// One target.
    Detail(u64),
}

/// One target's line.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetRow {
    pub id: u64,
    pub direction: Direction,
    pub name: String,
    /// Method alone, for narrow screens.
    pub method: String,
    /// Calls a second.
    pub rate: f64,
    /// Time of the interval's calls as a part of the interval: 2.0 if two threads did nothing else.
    pub time: f64,
    /// The same without what lies in calls inside.
    pub self_time: f64,
    /// Threads that are in it now, whatever they do inside.
    pub inside: usize,
    pub calls: u64,
    pub total_ns: u64,
    pub self_ns: u64,
}

/// One thread's line.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRow {
    pub os_thread_id: u64,
    pub name: String,
    /// Calls out of managed code a second.
    pub rate: f64,
    /// Time in native code, of calls that returned, as a part of the interval.
    pub native: f64,
    pub depth: usize,
    /// The call that it is in.
    pub inside: Option<OpenCall>,
}

/// Calls, time and self time at some moment.
type Sums = (u64, u64, u64);

/// Readings, and what the user wants to see of them.
pub struct View {
    pub title: String,
    pub interval: Duration,
    /// The last reading.
    pub now: Snapshot,
    /// The one before, from which the numbers of the interval are.
    before: Snapshot,
    /// What is taken off the totals.
    baseline: HashMap<u64, Sums>,
    pub pane: Pane,
    pub sort: Column,
    pub filter: String,
    /// The filter is being typed.
    pub typing: bool,
    pub paused: bool,
    pub selected: usize,
    /// Why there is no newer reading.
    pub trouble: Option<String>,
}

impl View {
    pub fn new(title: String, interval: Duration, first: Snapshot) -> View {
        View {
            title,
            interval,
            before: Snapshot { at_ns: first.at_ns, ..Snapshot::default() },
            now: first,
            baseline: HashMap::new(),
            pane: Pane::Targets,
            sort: Column::Rate,
            filter: String::new(),
            typing: false,
            paused: false,
            selected: 0,
            trouble: None,
        }
    }

    /// Takes a reading. One that comes long before its time, because a target was chosen, does not end the interval.
    pub fn take(&mut self, snapshot: Snapshot) {
        self.trouble = None;
        if self.paused {
            return;
        }
        let since_last = Duration::from_nanos(snapshot.at_ns.saturating_sub(self.now.at_ns));
        let last = std::mem::replace(&mut self.now, snapshot);
        if !self.has_interval_since(&last) || since_last >= self.interval / 2 {
            self.before = last;
        }
        self.selected = self.selected.min(self.lines().saturating_sub(1));
    }

    fn has_interval_since(&self, last: &Snapshot) -> bool {
        last.at_ns > self.before.at_ns
    }

    /// Counts totals from now on.
    pub fn count_anew(&mut self) {
        self.baseline = sums(&self.now);
    }

    /// Seconds between the two readings.
    fn seconds(&self) -> f64 {
        // Never 0, which the first reading would give.
        self.now.at_ns.saturating_sub(self.before.at_ns).max(1) as f64 / 1e9
    }

    /// True once there are two readings to compare.
    pub fn has_interval(&self) -> bool {
        self.now.at_ns > self.before.at_ns
    }

    /// Crossings a second.
    pub fn rate(&self) -> f64 {
        let more = self.now.crossings.total().saturating_sub(self.before.crossings.total());
        if self.has_interval() { more as f64 / self.seconds() } else { 0.0 }
    }

    /// Threads that are in native code now.
    pub fn in_native_code(&self) -> usize {
        let innermost = self.now.tasks.iter().filter_map(|task| task.open.last());
        innermost.filter(|open| open.direction == Direction::Leave).count()
    }

    /// Targets that pass the filter, in order.
    pub fn targets(&self) -> Vec<TargetRow> {
        let before = sums(&self.before);
        let rows = self.now.targets.iter().map(|target| self.target_row(target, &before));
        let mut rows: Vec<TargetRow> = rows.filter(|row| self.passes(&row.name)).collect();
        rows.sort_by(|a, b| self.compare(a, b).then_with(|| a.name.cmp(&b.name)));
        rows
    }

    fn compare(&self, a: &TargetRow, b: &TargetRow) -> Ordering {
        let larger_first = |number: fn(&TargetRow) -> f64| number(b).total_cmp(&number(a));
        match self.sort {
            // Where nothing happens, the totals tell.
            Column::Rate => larger_first(|row| row.rate).then(b.calls.cmp(&a.calls)),
            Column::Time => larger_first(|row| row.time).then(b.total_ns.cmp(&a.total_ns)),
            Column::SelfTime => larger_first(|row| row.self_time).then(b.self_ns.cmp(&a.self_ns)),
            Column::Inside => b.inside.cmp(&a.inside),
            Column::Calls => b.calls.cmp(&a.calls),
            Column::Total => b.total_ns.cmp(&a.total_ns),
            Column::Name => Ordering::Equal,
        }
    }

    fn target_row(&self, target: &Target, before: &HashMap<u64, Sums>) -> TargetRow {
        let (calls, total, own) = before.get(&target.id).copied().unwrap_or_default();
        let seconds = self.seconds();
        let part = |now: u64, before: u64| {
            if self.has_interval() { now.saturating_sub(before) as f64 / seconds } else { 0.0 }
        };
        let base = self.baseline.get(&target.id).copied().unwrap_or_default();
        let tasks = self.now.tasks.iter();
        TargetRow {
            id: target.id,
            direction: target.direction,
            name: target_name(&target.name),
            method: target.name.method.clone(),
            rate: part(target.calls, calls),
            time: part(target.total_ns, total) / 1e9,
            self_time: part(target.self_ns, own) / 1e9,
            inside: tasks.filter(|task| task.open.iter().any(|open| open.target == target.id)).count(),
            calls: target.calls.saturating_sub(base.0),
            total_ns: target.total_ns.saturating_sub(base.1),
            self_ns: target.self_ns.saturating_sub(base.2),
        }
    }

    /// Threads that pass the filter: those in native code first, the longest there first.
    pub fn tasks(&self) -> Vec<TaskRow> {
        let before: HashMap<u64, &Task> = self.before.tasks.iter().map(|task| (task.id, task)).collect();
        let seconds = self.seconds();
        let rows = self.now.tasks.iter().map(|task| {
            let earlier = before.get(&task.id).map_or((0, 0), |task| (task.leave, task.native_ns));
            let part = |now: u64, before: u64| {
                if self.has_interval() { now.saturating_sub(before) as f64 / seconds } else { 0.0 }
            };
            TaskRow {
                os_thread_id: task.os_thread_id,
                name: task.name.clone().unwrap_or_default(),
                rate: part(task.leave, earlier.0),
                native: part(task.native_ns, earlier.1) / 1e9,
                depth: task.open.len(),
                inside: task.open.last().cloned(),
            }
        });
        let passes = |row: &TaskRow| {
            let inside = row.inside.as_ref().map(|open| target_name(&open.name)).unwrap_or_default();
            self.passes(&row.name) || self.passes(&inside)
        };
        let mut rows: Vec<TaskRow> = rows.filter(passes).collect();
        rows.sort_by_key(|row| {
            let is_native = row.inside.as_ref().is_some_and(|open| open.direction == Direction::Leave);
            Reverse((is_native, row.inside.as_ref().and_then(|open| open.ns)))
        });
        rows
    }

    fn passes(&self, name: &str) -> bool {
        name.to_lowercase().contains(&self.filter.to_lowercase())
    }

    /// The target that is shown in detail.
    pub fn detail(&self) -> Option<&Target> {
        match self.pane {
            Pane::Detail(id) => self.now.targets.iter().find(|target| target.id == id),
            _ => None,
        }
    }

    /// Lines that can be chosen from.
    pub fn lines(&self) -> usize {
        match self.pane {
            Pane::Targets => self.targets().len(),
            Pane::Tasks => self.tasks().len(),
            Pane::Detail(_) => 0,
        }
    }
}

fn sums(snapshot: &Snapshot) -> HashMap<u64, Sums> {
    let sums = |target: &Target| (target.id, (target.calls, target.total_ns, target.self_ns));
    snapshot.targets.iter().map(sums).collect()
}
