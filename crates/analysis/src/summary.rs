//! Calls added up by target and by thread.

use crate::histogram::Histogram;
use crate::nesting::Nesting;
use clrhost_trace::{Direction, OPEN, Recording};
use std::collections::BTreeMap;

/// All sums, by position in the recording's lists.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) targets: Vec<TargetSum>,
    pub(crate) threads: Vec<ThreadSum>,
}

/// The calls of one target. Times are of calls that returned.
#[derive(Clone, Debug, Default)]
pub(crate) struct TargetSum {
    pub(crate) calls: u64,
    pub(crate) completed: u64,
    /// Did not return although their thread ended.
    pub(crate) unwound: u64,
    pub(crate) threads: u64,
    pub(crate) total_ns: u64,
    pub(crate) self_ns: u64,
    pub(crate) p50_ns: u64,
    pub(crate) p99_ns: u64,
    pub(crate) max_ns: u64,
    pub(crate) histogram: Histogram,
    /// How often it was called from inside which other target; `None`: from inside none.
    pub(crate) callers: BTreeMap<Option<u32>, u64>,
}

/// The calls of one thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct ThreadSum {
    pub(crate) leave: u64,
    pub(crate) enter: u64,
    pub(crate) reverse_enter: u64,
    pub(crate) reverse_leave: u64,
    pub(crate) max_depth: u64,
    /// Time in native code, callbacks not included, of calls that returned.
    pub(crate) native_ns: u64,
    /// Positions of the calls that did not return, outermost first.
    pub(crate) open: Vec<usize>,
}

impl Summary {
    pub(crate) fn of(recording: &Recording, nesting: &Nesting) -> Summary {
        let mut targets = vec![TargetSum::default(); recording.targets.len()];
        let mut threads = vec![ThreadSum::default(); recording.threads.len()];
        let mut durations: Vec<Vec<u64>> = vec![Vec::new(); recording.targets.len()];
        // Calls lie by thread, so a thread is new to a target when it is not the one that called last.
        let mut last_thread: Vec<Option<u32>> = vec![None; recording.targets.len()];
        for (index, call) in recording.calls.iter().enumerate() {
            let (target, thread) = (&mut targets[call.target as usize], &mut threads[call.thread as usize]);
            let is_leave = recording.targets[call.target as usize].direction == Direction::Leave;
            target.calls += 1;
            if last_thread[call.target as usize].replace(call.thread) != Some(call.thread) {
                target.threads += 1;
            }
            let caller = nesting.parent(index).map(|parent| recording.calls[parent].target);
            *target.callers.entry(caller).or_default() += 1;
            *(if is_leave { &mut thread.leave } else { &mut thread.reverse_enter }) += 1;
            thread.max_depth = thread.max_depth.max(u64::from(nesting.depths[index]) + 1);
            if call.duration_ns == OPEN {
                let ended = recording.threads[call.thread as usize].ended_ns.is_some();
                target.unwound += u64::from(ended);
                thread.open.push(index);
                continue;
            }
            *(if is_leave { &mut thread.enter } else { &mut thread.reverse_leave }) += 1;
            let self_ns = nesting.self_ns[index];
            target.completed += 1;
            target.total_ns = target.total_ns.saturating_add(call.duration_ns);
            target.self_ns = target.self_ns.saturating_add(self_ns);
            target.histogram.add(call.duration_ns);
            durations[call.target as usize].push(call.duration_ns);
            if is_leave {
                thread.native_ns = thread.native_ns.saturating_add(self_ns);
            }
        }
        for (target, mut durations) in targets.iter_mut().zip(durations) {
            durations.sort_unstable();
            target.p50_ns = quantile(&durations, 50);
            target.p99_ns = quantile(&durations, 99);
            target.max_ns = durations.last().copied().unwrap_or(0);
        }
        Summary { targets, threads }
    }
}

/// The duration that so many of a hundred did not exceed; 0 where there is none.
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_call_with_that_rank() {
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!((quantile(&hundred, 50), quantile(&hundred, 99)), (50, 99));
        assert_eq!((quantile(&[7], 50), quantile(&[7], 99), quantile(&[], 99)), (7, 7, 0));
        assert_eq!(quantile(&[1, 2, 3], 50), 2);
    }
}
