//! Pauses of the runtime, what they waited for, and collections.

use super::{GenerationSum, PauseSum, Stop, Suspect};
use crate::analysis::Analysis;
use crate::names;
use clrhost_trace::{Direction, OPEN, Pause, PauseReason};
use std::collections::BTreeMap;

/// How many slow stops are told of, and how slow they are at least.
const MOST_STOPS: usize = 5;
const SLOW_NS: u64 = 1_000_000;
/// Suspects of one stop.
const MOST_SUSPECTS: usize = 5;

pub(crate) fn reason(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::GarbageCollection => "garbage_collection",
        PauseReason::GarbageCollectionPreparation => "garbage_collection_preparation",
        PauseReason::Shutdown => "shutdown",
        PauseReason::Debugger => "debugger",
        PauseReason::Profiler => "profiler",
        PauseReason::Rejit => "rejit",
        PauseReason::Other => "other",
    }
}

/// Those with most time first.
pub(super) fn sums(analysis: &Analysis<'_>) -> Vec<PauseSum> {
    let mut sums: BTreeMap<&str, PauseSum> = BTreeMap::new();
    for pause in &analysis.recording.pauses {
        let reason = reason(pause.reason);
        let sum = sums.entry(reason).or_insert_with(|| PauseSum {
            reason: reason.to_owned(),
            pauses: 0,
            total_ns: 0,
            stopping_ns: 0,
            longest_ns: 0,
            longest_began_ns: 0,
            unfinished: 0,
        });
        sum.pauses += 1;
        if pause.duration_ns == OPEN {
            sum.unfinished += 1;
            continue;
        }
        sum.total_ns = sum.total_ns.saturating_add(pause.duration_ns);
        sum.stopping_ns = sum.stopping_ns.saturating_add(pause.stopping_ns);
        if pause.duration_ns > sum.longest_ns {
            (sum.longest_ns, sum.longest_began_ns) = (pause.duration_ns, pause.began_ns);
        }
    }
    let mut sums: Vec<PauseSum> = sums.into_values().collect();
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.total_ns));
    sums
}

/// The slowest first.
pub(super) fn slow_stops(analysis: &Analysis<'_>) -> Vec<Stop> {
    let mut slow: Vec<&Pause> = analysis
        .recording
        .pauses
        .iter()
        .filter(|pause| (SLOW_NS..OPEN).contains(&pause.stopping_ns))
        .collect();
    slow.sort_by_key(|pause| std::cmp::Reverse(pause.stopping_ns));
    slow.truncate(MOST_STOPS);
    slow.into_iter()
        .map(|pause| Stop {
            reason: reason(pause.reason).to_owned(),
            began_ns: pause.began_ns,
            stopping_ns: pause.stopping_ns,
            duration_ns: Some(pause.duration_ns).filter(|&duration| duration != OPEN),
            suspects: suspects(analysis, pause),
        })
        .collect()
}

/// Calls that were under way when the runtime began to stop its threads and whose end, or whose next step over the border, came
/// as all had stopped. A thread that is in native code as usual holds nothing up; one in managed code does until it notices,
/// and so does a native function that is called without GC transition.
fn suspects(analysis: &Analysis<'_>, pause: &Pause) -> Vec<Suspect> {
    let stopped = pause.began_ns.saturating_add(pause.stopping_ns);
    let near = (pause.stopping_ns / 50).max(20_000);
    let is_near = |moment: u64| moment.abs_diff(stopped) <= near;
    let recording = analysis.recording;
    let mut suspects = Vec::new();
    let mut first_inside: BTreeMap<usize, u64> = BTreeMap::new();
    for (index, call) in recording.calls.iter().enumerate() {
        if call.began_ns > pause.began_ns {
            // The first native call that managed code, called by native code, made after the stop had begun.
            let parent = analysis.nesting.parent(index);
            if let Some(parent) = parent.filter(|&parent| recording.calls[parent].began_ns <= pause.began_ns)
            {
                first_inside.entry(parent).or_insert(call.began_ns);
            }
        }
    }
    for (index, call) in recording.calls.iter().enumerate() {
        let end = analysis.nesting.ends_ns[index];
        if call.began_ns > pause.began_ns || end < pause.began_ns || call.duration_ns == OPEN {
            continue;
        }
        let first_inside = first_inside.get(&index).copied();
        let kind = match analysis.direction(call) {
            Direction::Leave if is_near(end) && first_inside.is_none() => "native",
            Direction::ReverseEnter if is_near(first_inside.unwrap_or(end)) => "callback",
            _ => continue,
        };
        // A call that had one inside at that moment was not what ran.
        let busy = analysis.nesting.self_ns[index] > 0;
        if busy && suspects.len() < MOST_SUSPECTS {
            suspects.push(Suspect {
                kind: kind.to_owned(),
                target: analysis.named(call.target),
                thread: names::thread(&recording.threads[call.thread as usize]),
            });
        }
    }
    suspects
}

/// By generation, the youngest first.
pub(super) fn collections(analysis: &Analysis<'_>) -> Vec<GenerationSum> {
    let mut sums: BTreeMap<u8, GenerationSum> = BTreeMap::new();
    for one in &analysis.recording.collections {
        let sum = sums.entry(one.generation).or_insert(GenerationSum {
            generation: one.generation,
            collections: 0,
            induced: 0,
            total_ns: 0,
            longest_ns: 0,
        });
        sum.collections += 1;
        sum.induced += u64::from(one.induced);
        if one.duration_ns != OPEN {
            sum.total_ns = sum.total_ns.saturating_add(one.duration_ns);
            sum.longest_ns = sum.longest_ns.max(one.duration_ns);
        }
    }
    sums.into_values().collect()
}
