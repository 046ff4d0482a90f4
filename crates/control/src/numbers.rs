//! From the probe's numbers to answers.

use crate::procfs;
use crate::protocol::{Caller, Crossings, Direction, Hello, OpenCall, Snapshot, Target, TargetName, Task};
use clrhost::Recorder;
use clrhost_boundary::{
    Bracket, Callers, CrossingCounts, OpenBracket, Snapshot as Counted, TargetDescription, TargetId,
    TargetStats, TaskStats,
};
use clrhost_probe::{Attachment, Probe, Source, Timing};
use std::cmp::Reverse;

/// How many targets an answer holds, those with the most calls. A row takes some 300 bytes.
const MAX_TARGETS: usize = 4096;
/// How many tasks it holds, the oldest ones.
const MAX_TASKS: usize = 4096;

/// Who the process is.
pub(crate) fn hello(probe: &Probe) -> Hello {
    let read = probe.snapshot();
    let version = read.runtime_version.map(|(major, minor, build)| format!(" {major}.{minor}.{build}"));
    Hello {
        clrhost_version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        start_time: procfs::start_time("self").unwrap_or(0),
        uptime_ns: read.wall_ns,
        runtime: format!("CoreCLR{}", version.unwrap_or_default()),
        source: match probe.source() {
            Source::Thunks => "thunks".to_owned(),
            Source::Flag => "flag".to_owned(),
        },
        timed: is_timed(probe),
        attachment: match probe.attachment() {
            Attachment::Waiting => "waiting".to_owned(),
            Attachment::Attached => "attached".to_owned(),
            Attachment::Refused(_) => "refused".to_owned(),
        },
        crossings: crossings(read.snapshot.counts()),
        tasks: read.snapshot.tasks.iter().filter(|task| !task.ended).count() as u64,
        recording: Recorder::of_process().map(|recorder| recorder.path().to_string_lossy().into_owned()),
        command: procfs::command_line("self"),
    }
}

/// All numbers.
pub(crate) fn snapshot(probe: &Probe, detail: Option<u64>) -> Snapshot {
    let read = probe.snapshot();
    let counted = &read.snapshot;
    let names = Names { counted, scale: Scale::of(probe, read.ns_per_tick) };
    let mut stats: Vec<&TargetStats> = counted.targets.iter().collect();
    let is_detail = |stats: &TargetStats| Some(stats.target.index() as u64) == detail;
    stats.sort_by_key(|stats| Reverse((is_detail(stats), stats.calls)));
    let targets_left_out = stats.len().saturating_sub(MAX_TARGETS) as u64;
    stats.truncate(MAX_TARGETS);
    let live = counted.tasks.iter().filter(|task| !task.ended);
    let count = live.clone().count();
    Snapshot {
        at_ns: read.wall_ns,
        timed: is_timed(probe),
        crossings: crossings(counted.counts()),
        targets: stats.into_iter().map(|stats| names.target(stats, is_detail(stats))).collect(),
        targets_left_out,
        tasks: live.take(MAX_TASKS).map(|task| names.task(task)).collect(),
        tasks_left_out: count.saturating_sub(MAX_TASKS) as u64,
        ended_tasks: counted.task_rows().filter(|task| task.ended).map(|task| task.tasks).sum(),
    }
}

/// Times are taken.
pub(crate) fn is_timed(probe: &Probe) -> bool {
    probe.timing() == Timing::Timed
}

/// From ticks to nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Scale(Option<f64>);

impl Scale {
    pub(crate) fn of(probe: &Probe, ns_per_tick: f64) -> Scale {
        Scale(Some(ns_per_tick).filter(|_| is_timed(probe)))
    }

    /// `None` where times are not taken.
    pub(crate) fn ns(self, ticks: u64) -> Option<u64> {
        // A cast from a float saturates.
        self.0.map(|ns_per_tick| (ticks as f64 * ns_per_tick) as u64)
    }
}

fn crossings(counts: CrossingCounts) -> Crossings {
    let CrossingCounts { leave, enter, reverse_enter, reverse_leave } = counts;
    Crossings { leave, enter, reverse_enter, reverse_leave }
}

pub(crate) fn direction(bracket: Bracket) -> Direction {
    match bracket {
        Bracket::Leave => Direction::Leave,
        Bracket::ReverseEnter => Direction::ReverseEnter,
    }
}

/// What a target is called, by its description.
pub(crate) fn name(target: TargetId, description: Option<&TargetDescription>) -> TargetName {
    match description {
        Some(known) => TargetName {
            method: known.method.clone(),
            library: known.library.clone(),
            symbol: known.symbol.clone(),
        },
        None => in_words(&format!("(target {})", target.index())),
    }
}

fn in_words(words: &str) -> TargetName {
    TargetName { method: words.to_owned(), ..TargetName::default() }
}

struct Names<'a> {
    counted: &'a Counted,
    scale: Scale,
}

impl Names<'_> {
    fn name(&self, target: TargetId) -> TargetName {
        name(target, self.counted.bound.get(&target))
    }

    fn ns(&self, ticks: u64) -> u64 {
        self.scale.ns(ticks).unwrap_or(0)
    }

    fn target(&self, stats: &TargetStats, in_detail: bool) -> Target {
        let described = self.counted.bound.get(&stats.target);
        let is_native = described.is_none_or(|described| described.kind.is_native());
        let buckets = stats.histogram.buckets().filter(|_| in_detail);
        Target {
            id: stats.target.index() as u64,
            direction: if is_native { Direction::Leave } else { Direction::ReverseEnter },
            kind: described.map_or("overflow", |described| described.kind.as_str()).to_owned(),
            origin: described.map_or("unknown", |described| described.origin.as_str()).to_owned(),
            name: self.name(stats.target),
            calls: stats.calls,
            completed: stats.completed,
            threads: stats.tasks,
            total_ns: self.ns(stats.total_ticks),
            self_ns: self.ns(stats.self_ticks),
            max_ns: self.ns(stats.max_ticks),
            histogram: buckets.map(|(lower, upper, calls)| (self.ns(lower), self.ns(upper), calls)).collect(),
            callers: if in_detail { self.callers(&stats.callers) } else { Vec::new() },
        }
    }

    fn callers(&self, callers: &Callers) -> Vec<Caller> {
        let known = callers.known.iter().map(|(&target, &calls)| Caller { name: self.name(target), calls });
        let further = [
            ("(native code outside of all calls)", callers.outside),
            ("(further callers, not kept apart)", callers.other),
        ];
        let further = further.map(|(words, calls)| Caller { name: in_words(words), calls });
        let mut rows: Vec<Caller> = known.chain(further).filter(|row| row.calls > 0).collect();
        rows.sort_by_key(|row| Reverse(row.calls));
        rows
    }

    fn task(&self, task: &TaskStats) -> Task {
        // The outer calls of a deep recursion say little.
        const MAX_OPEN: usize = 64;
        let outer = task.open.len().saturating_sub(MAX_OPEN);
        Task {
            id: task.id,
            os_thread_id: task.os_thread_id,
            name: task.name.clone(),
            leave: task.counts.leave,
            reverse_enter: task.counts.reverse_enter,
            native_ns: self.ns(task.native_ticks),
            open: task.open[outer..].iter().map(|open| self.open(open)).collect(),
        }
    }

    fn open(&self, open: &OpenBracket) -> OpenCall {
        OpenCall {
            direction: direction(open.bracket),
            target: open.target.index() as u64,
            name: self.name(open.target),
            ns: self.scale.ns(open.ticks),
        }
    }
}
