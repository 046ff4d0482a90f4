//! What was open at the end, and what a recording lacks.

use super::{LostCalls, Missing, OpenCall};
use crate::analysis::Analysis;
use crate::names;
use clrhost_trace::{Direction, End, OPEN};
use std::collections::BTreeMap;

/// How many damaged places are told of one by one.
const MOST_DAMAGE: usize = 20;
/// How many threads that lost calls are listed.
const MOST_LOSERS: usize = 20;

/// By thread, outermost first. Those of threads that ended are not open but unwound.
pub(super) fn open(analysis: &Analysis<'_>) -> Vec<OpenCall> {
    let recording = analysis.recording;
    let mut open = Vec::new();
    for (thread, sum) in recording.threads.iter().zip(&analysis.summary.threads) {
        if thread.ended_ns.is_some() {
            continue;
        }
        for &index in &sum.open {
            let call = &recording.calls[index];
            open.push(OpenCall {
                kind: match analysis.direction(call) {
                    Direction::Leave => "leave",
                    Direction::ReverseEnter => "reverse_enter",
                }
                .to_owned(),
                target: analysis.named(call.target),
                thread: names::thread(thread),
                os_thread_id: thread.os_thread_id,
                ns: analysis.nesting.ends_ns[index] - call.began_ns,
                depth: analysis.nesting.depths[index].into(),
            });
        }
    }
    open
}

pub(super) fn missing(analysis: &Analysis<'_>) -> Missing {
    let recording = analysis.recording;
    let mut by_thread: BTreeMap<Option<u32>, u64> = BTreeMap::new();
    for loss in &recording.losses {
        let sum = by_thread.entry(loss.thread).or_default();
        *sum = sum.saturating_add(loss.calls);
    }
    let mut lost_by_thread: Vec<LostCalls> = by_thread
        .iter()
        .map(|(thread, &calls)| LostCalls {
            thread: thread.map(|thread| names::thread(&recording.threads[thread as usize])),
            calls,
        })
        .collect();
    lost_by_thread.sort_by_key(|lost| std::cmp::Reverse(lost.calls));
    lost_by_thread.truncate(MOST_LOSERS);
    let own = analysis.own_report().ok().flatten();
    let counted = own.map(|report| report.totals.leave + report.totals.reverse_enter);
    Missing {
        cut: recording.end == End::Cut,
        damage: recording.damage.iter().take(MOST_DAMAGE).map(ToString::to_string).collect(),
        damage_left_out: recording.damage.len().saturating_sub(MOST_DAMAGE) as u64,
        no_report: recording.report.is_none(),
        lost_calls: by_thread.values().fold(0, |sum, &calls| sum.saturating_add(calls)),
        lost_by_thread,
        unfinished: recording.pauses.iter().filter(|pause| pause.duration_ns == OPEN).count() as u64
            + recording.collections.iter().filter(|one| one.duration_ns == OPEN).count() as u64,
        not_recorded: counted.map(|counted| counted.saturating_sub(recording.calls.len() as u64)),
    }
}
