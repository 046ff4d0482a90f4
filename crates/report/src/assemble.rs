//! From the core's numbers to rows: ticks become nanoseconds, numbers of targets become names.

use crate::context::{HostOutcome, ReportContext};
use crate::judged;
use crate::model::*;
use crate::notes;
use clrhost_boundary::TaskType;
use clrhost_boundary::{
    Bracket, Callers, Crossing, Mismatch, OpenBracket, Origin, Snapshot, TargetDescription, TargetId,
    TargetKind, TargetStats, TaskStats,
};
use std::cmp::Reverse;

/// The method of the row that stands for calls through function pointers whose targets the source does not know.
pub const FUNCTION_POINTERS: &str = "(function pointers: target not known to this source)";

impl Report {
    /// Makes the report of a run.
    pub fn new(snapshot: &Snapshot, context: ReportContext) -> Report {
        let assembler = Assembler { snapshot, context: &context };
        let (mut targets, mut callbacks) = assembler.rows();
        let totals = assembler.totals(&targets, &callbacks);
        // Of all rows: a policy is about .NET's own calls too, whether they are shown or not.
        let policy = context.policy.as_ref().map(|violations| violations.report(judged::called(&targets)));
        let mut hidden = Hidden::default();
        if context.user_only {
            (hidden.targets, hidden.calls) = hide(&mut targets);
            (hidden.callbacks, hidden.callback_calls) = hide(&mut callbacks);
        }
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            mode: context.mode,
            source: context.source,
            timing: if context.has_times() { Timing::Timed } else { Timing::Counted },
            clock: context.has_times().then_some(Clock {
                ns_per_tick: context.ns_per_tick,
                drift_ppm: context.drift_ppm.filter(|drift| drift.is_finite()),
            }),
            process: Process {
                pid: context.pid,
                wall_ns: context.wall_ns,
                exit: context.exit,
                unreported_ns: None,
            },
            user_only: context.user_only,
            totals,
            hidden,
            targets,
            callbacks,
            tasks: snapshot.tasks.iter().map(|task| assembler.task(task)).collect(),
            folded_tasks: snapshot.folded_tasks.as_ref().map(|folded| assembler.folded(folded)),
            mismatches: snapshot.mismatches.iter().map(|mismatch| assembler.mismatch(mismatch)).collect(),
            host: context.host.as_ref().map(host),
            policy,
            notes: Vec::new(),
            pointer_callers: context.pointer_callers,
            unhooked: context.unhooked,
            clrhost_version: context.clrhost_version,
            runtime: Runtime {
                name: context.runtime_name,
                version: context.runtime_version,
                unverified: context.unverified,
            },
            application: Application { path: context.application, args: context.args },
        };
        report.notes = notes::of(&report);
        report
    }
}

/// How many targets that a host denied are listed.
const MAX_DENIED: usize = 256;

struct Assembler<'a> {
    snapshot: &'a Snapshot,
    context: &'a ReportContext,
}

impl Assembler<'_> {
    fn ns(&self, ticks: u64) -> Option<u64> {
        // A cast from a float saturates: no product is too large for it.
        self.context.has_times().then(|| (ticks as f64 * self.context.ns_per_tick).round() as u64)
    }

    fn describe(&self, target: TargetId) -> TargetDescription {
        let mut described = self.snapshot.bound.get(&target).cloned().unwrap_or_else(|| {
            TargetDescription::named(TargetKind::Overflow, format!("(target {})", target.index()))
        });
        let nameless =
            described.library.is_none() && described.symbol.is_none() && described.assembly.is_none();
        if described.kind == TargetKind::FunctionPointer
            && nameless
            && described.method.starts_with("(function pointer")
        {
            described.method = FUNCTION_POINTERS.to_owned();
        }
        described
    }

    /// Rows of native functions and of callbacks, each in the order of the report.
    fn rows(&self) -> (Vec<TargetRow>, Vec<TargetRow>) {
        let (mut native, mut managed) = (Vec::new(), Vec::new());
        for stats in &self.snapshot.targets {
            let described = self.describe(stats.target);
            let rows = if described.kind.is_native() { &mut native } else { &mut managed };
            rows.push(self.row(stats, described));
        }
        for rows in [&mut native, &mut managed] {
            // By total time where there is one, else by calls; rows that are level by name, so that two reports of the
            // same program can be laid side by side.
            let weight = |row: &TargetRow| Reverse((row.total_ns.unwrap_or(0), row.calls));
            rows.sort_by(|a, b| {
                let by_name = || (&a.method, &a.library, &a.symbol).cmp(&(&b.method, &b.library, &b.symbol));
                weight(a).cmp(&weight(b)).then_with(by_name)
            });
        }
        (native, managed)
    }

    fn row(&self, stats: &TargetStats, described: TargetDescription) -> TargetRow {
        let returned = |ticks: u64| if stats.completed > 0 { self.ns(ticks) } else { None };
        let max_ns = returned(stats.max_ticks);
        // A quantile is the middle of a bucket and can lie above the longest call.
        let quantile = |q: f64| {
            let middle = stats.histogram.quantile(q).and_then(returned)?;
            Some(middle.min(max_ns?))
        };
        let total_ns = self.ns(stats.total_ticks);
        TargetRow {
            kind: described.kind.as_str().to_owned(),
            origin: described.origin.as_str().to_owned(),
            suppress_gc_transition: described.suppress_gc_transition,
            substituted: described.substituted,
            calls: stats.calls,
            completed: stats.completed,
            unwound: stats.unwound,
            lower_bound: described.kind == TargetKind::FunctionPointer
                && self.context.source == Some(Source::Flag),
            threads: stats.tasks,
            total_ns,
            self_ns: self.ns(stats.self_ticks),
            mean_ns: total_ns.and_then(|total| mean(total, stats.completed)),
            p50_ns: quantile(0.50),
            p99_ns: quantile(0.99),
            max_ns,
            called_from: self.callers(&stats.callers),
            method: described.method,
            assembly: described.assembly,
            library: described.library,
            symbol: described.symbol,
            file: described.file,
            address: described.address.map(|address| format!("{address:#x}")),
        }
    }

    fn callers(&self, callers: &Callers) -> Vec<CallerRow> {
        let nameless = |kind, calls| CallerRow { kind, method: None, library: None, symbol: None, calls };
        let known = callers.known.iter().map(|(&target, &calls)| {
            let described = self.describe(target);
            CallerRow {
                kind: CallerKind::Target,
                method: Some(described.method),
                library: described.library,
                symbol: described.symbol,
                calls,
            }
        });
        let mut rows: Vec<CallerRow> = known
            .chain([
                nameless(CallerKind::Outside, callers.outside),
                nameless(CallerKind::Other, callers.other),
            ])
            .filter(|row| row.calls > 0)
            .collect();
        rows.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.method.cmp(&b.method)));
        rows
    }

    fn totals(&self, targets: &[TargetRow], callbacks: &[TargetRow]) -> Totals {
        let counts = self.snapshot.counts();
        let sum = |number: fn(&TaskStats) -> u64| self.snapshot.task_rows().map(number).sum::<u64>();
        Totals {
            leave: counts.leave,
            enter: counts.enter,
            reverse_enter: counts.reverse_enter,
            reverse_leave: counts.reverse_leave,
            lower_bound: targets.iter().any(|row| row.lower_bound),
            cooperative: targets.iter().filter(|row| row.suppress_gc_transition).map(|row| row.calls).sum(),
            mismatches: sum(|task| task.mismatches),
            lost: self.context.lost,
            untimed: sum(|task| task.lost),
            unwound: sum(|task| task.unwound),
            open: sum(|task| task.open.len() as u64),
            targets: targets.len() as u64,
            callbacks: callbacks.len() as u64,
            refused_targets: self.snapshot.refused_targets,
            tasks: sum(|task| task.tasks),
            native_ns: self.ns(sum(|task| task.native_ticks)),
        }
    }

    fn task(&self, task: &TaskStats) -> TaskRow {
        TaskRow {
            id: task.id,
            os_thread_id: task.os_thread_id,
            name: task.name.clone(),
            task_type: TaskType::of_thread(task.name.as_deref()).as_str().to_owned(),
            ended: task.ended,
            leave: task.counts.leave,
            enter: task.counts.enter,
            reverse_enter: task.counts.reverse_enter,
            reverse_leave: task.counts.reverse_leave,
            max_depth: task.max_depth,
            native_ns: self.ns(task.native_ticks),
            unwound: task.unwound,
            mismatches: task.mismatches,
            untimed: task.lost,
            settled: task.settled,
            open: task.open.iter().map(|open| self.open(open)).collect(),
            left_open: task.left_open.iter().map(|&target| self.left_open(target)).collect(),
        }
    }

    fn folded(&self, folded: &TaskStats) -> FoldedTasks {
        FoldedTasks {
            tasks: folded.tasks,
            leave: folded.counts.leave,
            enter: folded.counts.enter,
            reverse_enter: folded.counts.reverse_enter,
            reverse_leave: folded.counts.reverse_leave,
            max_depth: folded.max_depth,
            native_ns: self.ns(folded.native_ticks),
            unwound: folded.unwound,
            mismatches: folded.mismatches,
            untimed: folded.lost,
        }
    }

    fn open(&self, open: &OpenBracket) -> OpenRow {
        let described = self.describe(open.target);
        OpenRow {
            kind: bracket(open.bracket),
            method: described.method,
            library: described.library,
            symbol: described.symbol,
            ns: self.ns(open.ticks),
        }
    }

    /// The core keeps only the target here; its kind tells which bracket it was.
    fn left_open(&self, target: TargetId) -> OpenRow {
        let described = self.describe(target);
        let kind = if described.kind.is_native() { BracketKind::Leave } else { BracketKind::ReverseEnter };
        OpenRow {
            kind,
            method: described.method,
            library: described.library,
            symbol: described.symbol,
            ns: None,
        }
    }

    fn mismatch(&self, mismatch: &Mismatch) -> MismatchRow {
        let opened_by =
            |(kind, target)| OpenedBy { kind: bracket(kind), method: self.describe(target).method };
        MismatchRow {
            task: mismatch.task,
            crossing: match mismatch.crossing {
                Crossing::Leave => CrossingKind::Leave,
                Crossing::Enter => CrossingKind::Enter,
                Crossing::ReverseEnter => CrossingKind::ReverseEnter,
                Crossing::ReverseLeave => CrossingKind::ReverseLeave,
            },
            method: self.describe(mismatch.target).method,
            open: mismatch.open.map(opened_by),
        }
    }
}

fn bracket(bracket: Bracket) -> BracketKind {
    match bracket {
        Bracket::Leave => BracketKind::Leave,
        Bracket::ReverseEnter => BracketKind::ReverseEnter,
    }
}

/// Tenths of a nanosecond as far as they say anything; whole nanoseconds from a millisecond on.
fn mean(total: u64, completed: u64) -> Option<f64> {
    let mean = total as f64 / completed as f64;
    match completed {
        0 => None,
        _ if mean < 1e6 => Some((mean * 10.0).round() / 10.0),
        _ => Some(mean.round()),
    }
}

/// Takes the rows of CoreLib and the framework out; how many there were, and their calls.
fn hide(rows: &mut Vec<TargetRow>) -> (u64, u64) {
    let (mut hidden, mut calls) = (0, 0);
    rows.retain(|row| {
        let keep = row.origin != Origin::CoreLib.as_str() && row.origin != Origin::Framework.as_str();
        if !keep {
            hidden += 1;
            calls += row.calls;
        }
        keep
    });
    (hidden, calls)
}

fn host(outcome: &HostOutcome) -> Host {
    let failed_calls = outcome.kept.iter().map(|failure| FailedCall {
        method: failure.method.to_owned(),
        hresult: format!("0x{:08X}", failure.hresult.0),
        name: failure.hresult.name().map(str::to_owned),
        panic: failure.panic.clone(),
    });
    let text = |text: &Option<String>| text.clone();
    let denied_targets = outcome.denied.iter().take(MAX_DENIED).map(|denied| {
        let target = denied.description();
        HostDenied {
            method: target.method.clone(),
            assembly: text(&target.assembly),
            library: text(&target.library),
            symbol: text(&target.symbol),
            file: text(&target.file),
            reason: denied.reason().to_owned(),
            attempts: denied.attempts(),
        }
    });
    let left_out = outcome.denied.iter().skip(MAX_DENIED).map(|denied| denied.attempts());
    Host {
        shut: outcome.shut,
        failures: outcome.failures,
        failed_calls: failed_calls.collect(),
        denied_targets: denied_targets.collect(),
        denied_left_out: left_out.sum(),
    }
}
