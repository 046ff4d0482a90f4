//! A report made from the calls of a recording alone, for processes that had no time to make their own.

use crate::analysis::Analysis;
use crate::summary::TargetSum;
use clrhost_report::{
    Application, BracketKind, CallerKind, CallerRow, Clock, Exit, Hidden, Mode, Note, OpenRow, Process,
    Report, Runtime, SCHEMA, Source, TargetRow, TaskRow, Timing, Totals,
};
use clrhost_trace::{Direction, End};
use std::cmp::Reverse;

impl Analysis<'_> {
    /// The report that the process made itself when the recording was closed. `None` where there is none, as after SIGKILL.
    ///
    /// # Errors
    /// Where there is one and it is not of the format `clrhost.report/1`.
    pub fn own_report(&self) -> Result<Option<Report>, serde_json::Error> {
        self.recording.report.as_deref().map(serde_json::from_str).transpose()
    }

    /// The report that the recorded calls give. What a recording does not tell is as in a program that has none of it:
    /// origins are only known of CoreLib, no row is marked `suppress_gc_transition`, and calls that were lost are missing.
    pub fn report_from_calls(&self) -> Report {
        let recording = self.recording;
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            clrhost_version: recording.origin.clrhost_version.clone(),
            runtime: runtime(&recording.origin.runtime),
            mode: Mode::Trace,
            source: match recording.origin.source.as_str() {
                "flag" => Some(Source::Flag),
                "thunks" => Some(Source::Thunks),
                _ => None,
            },
            timing: Timing::Timed,
            clock: Some(Clock { ns_per_tick: 1.0, drift_ppm: None }),
            application: Application {
                path: recording.origin.command.first().cloned().unwrap_or_default(),
                args: recording.origin.command.iter().skip(1).cloned().collect(),
            },
            process: Process {
                pid: recording.origin.pid,
                wall_ns: self.end_ns,
                exit: match recording.end {
                    End::Cut => Exit::Unknown,
                    End::Stopped { .. } => Exit::InProgress,
                    End::Exit { code, .. } => Exit::Code { code },
                    End::Signal { signal, .. } => Exit::Signal { signal },
                },
                unreported_ns: None,
            },
            user_only: false,
            totals: self.totals(),
            hidden: Hidden::default(),
            targets: self.rows(Direction::Leave),
            callbacks: self.rows(Direction::ReverseEnter),
            pointer_callers: Vec::new(),
            unhooked: Vec::new(),
            tasks: (0..recording.threads.len()).map(|thread| self.task(thread)).collect(),
            folded_tasks: None,
            mismatches: Vec::new(),
            host: None,
            policy: None,
            notes: Vec::new(),
        };
        report.notes = self.recording_notes();
        report.add_notes();
        report
    }

    fn totals(&self) -> Totals {
        let (threads, targets) = (&self.summary.threads, &self.summary.targets);
        let unwound = targets.iter().map(|target| target.unwound).sum();
        let called = |direction| {
            let of = self.recording.targets.iter().zip(targets);
            of.filter(|(target, sum)| target.direction == direction && sum.calls > 0).count() as u64
        };
        Totals {
            leave: threads.iter().map(|thread| thread.leave).sum(),
            enter: threads.iter().map(|thread| thread.enter).sum(),
            reverse_enter: threads.iter().map(|thread| thread.reverse_enter).sum(),
            reverse_leave: threads.iter().map(|thread| thread.reverse_leave).sum(),
            lower_bound: false,
            cooperative: 0,
            mismatches: 0,
            lost: 0,
            untimed: 0,
            unwound,
            open: threads.iter().map(|thread| thread.open.len() as u64).sum::<u64>() - unwound,
            targets: called(Direction::Leave),
            callbacks: called(Direction::ReverseEnter),
            refused_targets: 0,
            tasks: threads.len() as u64,
            native_ns: Some(threads.iter().fold(0, |sum, thread| sum.saturating_add(thread.native_ns))),
        }
    }

    fn rows(&self, direction: Direction) -> Vec<TargetRow> {
        let called = self.recording.targets.iter().zip(&self.summary.targets);
        let called = called.filter(|(target, sum)| target.direction == direction && sum.calls > 0);
        let mut rows: Vec<TargetRow> = called
            .map(|(target, sum)| {
                let returned = |ns| (sum.completed > 0).then_some(ns);
                TargetRow {
                    method: target.method.clone(),
                    assembly: target.assembly.clone(),
                    library: target.library.clone(),
                    symbol: target.symbol.clone(),
                    file: target.file.clone(),
                    address: None,
                    kind: target.kind.clone(),
                    origin: origin(target.assembly.as_deref()).to_owned(),
                    suppress_gc_transition: false,
                    substituted: false,
                    calls: sum.calls,
                    completed: sum.completed,
                    unwound: sum.unwound,
                    lower_bound: false,
                    threads: sum.threads,
                    total_ns: Some(sum.total_ns),
                    self_ns: Some(sum.self_ns),
                    mean_ns: (sum.completed > 0).then(|| mean(sum)),
                    p50_ns: returned(sum.p50_ns),
                    p99_ns: returned(sum.p99_ns),
                    max_ns: returned(sum.max_ns),
                    called_from: match direction {
                        Direction::Leave => Vec::new(),
                        Direction::ReverseEnter => self.callers(sum),
                    },
                }
            })
            .collect();
        rows.sort_by(|a, b| {
            let weight = |row: &TargetRow| Reverse((row.total_ns, row.calls));
            let by_name = || (&a.method, &a.library, &a.symbol).cmp(&(&b.method, &b.library, &b.symbol));
            weight(a).cmp(&weight(b)).then_with(by_name)
        });
        rows
    }

    fn callers(&self, sum: &TargetSum) -> Vec<CallerRow> {
        let mut rows: Vec<CallerRow> = Vec::new();
        for (&caller, &calls) in &sum.callers {
            rows.push(match caller.map(|caller| &self.recording.targets[caller as usize]) {
                None => {
                    CallerRow { kind: CallerKind::Outside, method: None, library: None, symbol: None, calls }
                }
                Some(target) => CallerRow {
                    kind: CallerKind::Target,
                    method: Some(target.method.clone()),
                    library: target.library.clone(),
                    symbol: target.symbol.clone(),
                    calls,
                },
            });
        }
        rows.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.method.cmp(&b.method)));
        rows
    }

    fn task(&self, index: usize) -> TaskRow {
        let (thread, sum) = (&self.recording.threads[index], &self.summary.threads[index]);
        let ended = thread.ended_ns.is_some();
        let open = sum.open.iter().map(|&call| {
            let target = &self.recording.targets[self.recording.calls[call].target as usize];
            OpenRow {
                kind: match target.direction {
                    Direction::Leave => BracketKind::Leave,
                    Direction::ReverseEnter => BracketKind::ReverseEnter,
                },
                method: target.method.clone(),
                library: target.library.clone(),
                symbol: target.symbol.clone(),
                ns: (!ended).then(|| self.nesting.ends_ns[call] - self.recording.calls[call].began_ns),
            }
        });
        let open: Vec<OpenRow> = open.collect();
        let unwound = if ended { open.len() as u64 } else { 0 };
        let (open, left_open) =
            if ended { (Vec::new(), open.into_iter().rev().collect()) } else { (open, Vec::new()) };
        TaskRow {
            id: index as u64 + 1,
            os_thread_id: thread.os_thread_id,
            name: thread.name.clone(),
            task_type: thread.kind.clone().unwrap_or_else(|| "unknown".to_owned()),
            ended,
            leave: sum.leave,
            enter: sum.enter,
            reverse_enter: sum.reverse_enter,
            reverse_leave: sum.reverse_leave,
            max_depth: sum.max_depth,
            native_ns: Some(sum.native_ns),
            unwound,
            mismatches: 0,
            untimed: 0,
            settled: true,
            open,
            left_open,
        }
    }

    /// What a report from calls alone has to say of itself.
    fn recording_notes(&self) -> Vec<Note> {
        let mut notes = vec![Note {
            code: "from_calls".to_owned(),
            text: "Made from the recorded calls, because the recording has no report of the process's own. It does not \
                   know which rows belong to the framework, nor what was not recorded."
                .to_owned(),
        }];
        let lost = self.recording.losses.iter().fold(0u64, |sum, loss| sum.saturating_add(loss.calls));
        if lost > 0 {
            let lost = clrhost_report::counted(lost, "call");
            let text = format!("The recording lacks {lost}, which are in no number here.");
            notes.push(Note { code: "recording_losses".to_owned(), text });
        }
        notes
    }
}

/// "CoreCLR 8.0.4" in its two parts.
fn runtime(text: &str) -> Runtime {
    let (name, version) = text.rsplit_once(' ').unwrap_or((text, ""));
    Runtime { name: name.to_owned(), version: version.to_owned(), unverified: None }
}

/// Of one assembly alone the name tells whose it is.
fn origin(assembly: Option<&str>) -> &'static str {
    match assembly {
        Some("System.Private.CoreLib.dll" | "System.Private.CoreLib") => "corelib",
        _ => "unknown",
    }
}

/// As in the report: tenths of a nanosecond, from 1 ms on whole ones.
fn mean(sum: &TargetSum) -> f64 {
    let mean = sum.total_ns as f64 / sum.completed as f64;
    if mean < 1e6 { (mean * 10.0).round() / 10.0 } else { mean.round() }
}
