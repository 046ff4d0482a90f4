//! The data of the page: what the scripts find in the block `data`.

use super::{PageOptions, drawing};
use crate::analysis::Analysis;
use crate::document::RecordingInfo;
use crate::findings::{self, Findings};
use crate::names;
use clrhost_trace::{Direction, OPEN, Pause};
use serde::Serialize;

/// Pauses, collections and losses that are drawn, the longest ones of each.
const MOST_BANDS: usize = 20_000;
/// Open calls that are listed.
const MOST_OPEN: usize = 100;

#[derive(Serialize)]
pub(super) struct Data<'a> {
    title: String,
    made_by: &'static str,
    recording: RecordingInfo,
    time: Vec<String>,
    open: Vec<String>,
    missing: Vec<String>,
    targets: Vec<TargetData<'a>>,
    threads: Vec<ThreadData<'a>>,
    /// Reason, when it began, until all had stopped, whole; null where its end was not seen.
    pauses: Vec<(&'static str, u64, u64, Option<u64>)>,
    /// Generation, asked for by the program, when it began, duration.
    collections: Vec<(u8, bool, u64, Option<u64>)>,
    /// Thread, before when, calls; those with most calls.
    losses: Vec<(u32, u64, u64)>,
    /// Pauses and collections that are not drawn.
    bands_left_out: u64,
    /// Target, node around, calls, total, self.
    flame: Vec<(u32, Option<u32>, u64, u64, u64)>,
    flame_folded: u64,
    drawing: drawing::Drawing,
}

#[derive(Serialize)]
struct TargetData<'a> {
    name: String,
    method: &'a str,
    assembly: Option<&'a str>,
    file: Option<&'a str>,
    kind: &'a str,
    callback: bool,
    calls: u64,
    completed: u64,
    unwound: u64,
    open: u64,
    threads: u64,
    total_ns: u64,
    self_ns: u64,
    p50_ns: u64,
    p99_ns: u64,
    max_ns: u64,
    /// Bucket and calls, again and again.
    histogram: Vec<u64>,
    /// Who called a callback: target or null, and how often.
    callers: Vec<(Option<u32>, u64)>,
}

#[derive(Serialize)]
struct ThreadData<'a> {
    os: u64,
    name: Option<&'a str>,
    kind: Option<&'a str>,
    began_ns: u64,
    ended_ns: Option<u64>,
    calls: u64,
    callbacks: u64,
    depth: u64,
    native_ns: u64,
    open: u64,
}

pub(super) fn of<'a>(analysis: &Analysis<'a>, findings: &Findings, options: PageOptions) -> Data<'a> {
    let recording = analysis.recording;
    let known = |duration: u64| Some(duration).filter(|&duration| duration != OPEN);
    let bands = recording.pauses.len() + recording.collections.len();
    let mut pauses: Vec<&Pause> = recording.pauses.iter().collect();
    longest(&mut pauses, |pause| pause.duration_ns);
    let mut collections: Vec<_> = recording.collections.iter().collect();
    longest(&mut collections, |one| one.duration_ns);
    let mut losses: Vec<_> = recording.losses.iter().collect();
    longest(&mut losses, |loss| loss.calls);
    Data {
        title: analysis.title(),
        made_by: env!("CARGO_PKG_VERSION"),
        recording: analysis.info(),
        time: findings.about_time(),
        open: findings.about_open(MOST_OPEN),
        missing: findings.about_missing(),
        targets: (0..recording.targets.len()).map(|target| target_data(analysis, target)).collect(),
        threads: (0..recording.threads.len()).map(|thread| thread_data(analysis, thread)).collect(),
        losses: losses.iter().filter_map(|loss| Some((loss.thread?, loss.until_ns, loss.calls))).collect(),
        bands_left_out: (bands - pauses.len() - collections.len()) as u64,
        pauses: pauses
            .iter()
            .map(|pause| {
                let reason = findings::reason(pause.reason);
                (reason, pause.began_ns, pause.stopping_ns, known(pause.duration_ns))
            })
            .collect(),
        collections: collections
            .iter()
            .map(|one| (one.generation, one.induced, one.began_ns, known(one.duration_ns)))
            .collect(),
        flame: analysis
            .flame
            .nodes
            .iter()
            .map(|node| (node.target, node.parent, node.calls, node.total_ns, node.self_ns))
            .collect(),
        flame_folded: analysis.flame.folded_calls,
        drawing: drawing::of(analysis, options.most_drawn),
    }
}

/// Keeps the longest ones, in their order.
fn longest<T: Copy>(all: &mut Vec<T>, length: impl Fn(&T) -> u64) {
    if all.len() > MOST_BANDS {
        let mut lengths: Vec<u64> = all.iter().map(&length).collect();
        let cut = lengths.len() - MOST_BANDS;
        let least = *lengths.select_nth_unstable(cut).1;
        all.retain(|one| length(one) >= least);
        all.truncate(MOST_BANDS);
    }
}

fn target_data<'a>(analysis: &Analysis<'a>, index: usize) -> TargetData<'a> {
    let (target, sum) = (&analysis.recording.targets[index], &analysis.summary.targets[index]);
    let callback = target.direction == Direction::ReverseEnter;
    TargetData {
        name: names::target(target),
        method: &target.method,
        assembly: target.assembly.as_deref(),
        file: target.file.as_deref(),
        kind: &target.kind,
        callback,
        calls: sum.calls,
        completed: sum.completed,
        unwound: sum.unwound,
        open: sum.calls - sum.completed - sum.unwound,
        threads: sum.threads,
        total_ns: sum.total_ns,
        self_ns: sum.self_ns,
        p50_ns: sum.p50_ns,
        p99_ns: sum.p99_ns,
        max_ns: sum.max_ns,
        histogram: sum.histogram.counts.iter().flat_map(|(&bucket, &calls)| [bucket.into(), calls]).collect(),
        callers: if callback {
            sum.callers.iter().map(|(&caller, &calls)| (caller, calls)).collect()
        } else {
            Vec::new()
        },
    }
}

fn thread_data<'a>(analysis: &Analysis<'a>, index: usize) -> ThreadData<'a> {
    let (thread, sum) = (&analysis.recording.threads[index], &analysis.summary.threads[index]);
    ThreadData {
        os: thread.os_thread_id,
        name: thread.name.as_deref(),
        kind: thread.kind.as_deref(),
        began_ns: thread.began_ns,
        ended_ns: thread.ended_ns,
        calls: sum.leave,
        callbacks: sum.reverse_enter,
        depth: sum.max_depth,
        native_ns: sum.native_ns,
        open: sum.open.len() as u64,
    }
}
