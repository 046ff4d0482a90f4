//! Long calls of native functions, and how many threads were in them at once.

use super::{KindCount, PoolUse, Stay};
use crate::analysis::Analysis;
use crate::names;
use clrhost_trace::{Direction, OPEN};
use std::collections::{BTreeMap, BTreeSet};

/// How many functions are told of.
const MOST_STAYS: usize = 25;

/// The long calls of a recording by target, without those that lie in a long call of the same target.
pub(super) struct LongCalls<'a> {
    analysis: &'a Analysis<'a>,
    by_target: BTreeMap<u32, Vec<usize>>,
}

/// A time in which a number of spans ran at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Together {
    number: u64,
    from_ns: u64,
    for_ns: u64,
}

impl<'a> LongCalls<'a> {
    pub(super) fn of(analysis: &'a Analysis<'a>, long_ns: u64) -> LongCalls<'a> {
        let mut by_target: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, call) in analysis.recording.calls.iter().enumerate() {
            let duration = analysis.nesting.ends_ns[index] - call.began_ns;
            if duration < long_ns || analysis.direction(call) != Direction::Leave {
                continue;
            }
            // One that did not return although its thread ended says nothing of waiting.
            let thread = &analysis.recording.threads[call.thread as usize];
            if call.duration_ns == OPEN && thread.ended_ns.is_some() {
                continue;
            }
            let mut around = analysis.nesting.parent(index);
            while let Some(outer) = around {
                if analysis.recording.calls[outer].target == call.target {
                    break;
                }
                around = analysis.nesting.parent(outer);
            }
            if around.is_none() {
                by_target.entry(call.target).or_default().push(index);
            }
        }
        LongCalls { analysis, by_target }
    }

    fn span(&self, call: usize) -> (u64, u64) {
        (self.analysis.recording.calls[call].began_ns, self.analysis.nesting.ends_ns[call])
    }

    fn length(&self, call: usize) -> u64 {
        let (began, ended) = self.span(call);
        ended - began
    }

    /// Those that kept most threads for longest first, waits for work last.
    pub(super) fn stays(&self) -> Vec<Stay> {
        let mut stays: Vec<Stay> =
            self.by_target.iter().filter_map(|(&target, calls)| self.stay(target, calls)).collect();
        stays.sort_by_key(|stay| {
            let weight = stay.at_once_ns.saturating_mul(stay.at_once).max(stay.longest_ns);
            (stay.idle, std::cmp::Reverse(weight))
        });
        stays.truncate(MOST_STAYS);
        stays
    }

    fn stay(&self, target: u32, calls: &[usize]) -> Option<Stay> {
        let recording = self.analysis.recording;
        let &longest = calls.iter().max_by_key(|&&call| self.length(call))?;
        let thread_of = |call: usize| recording.calls[call].thread;
        let threads: BTreeSet<u32> = calls.iter().map(|&call| thread_of(call)).collect();
        let together = most_together(calls.iter().map(|&call| self.span(call)));
        let inside_then: BTreeSet<u32> = calls
            .iter()
            .filter(|&&call| {
                let (began, ended) = self.span(call);
                began < together.from_ns + together.for_ns && ended > together.from_ns
            })
            .map(|&call| thread_of(call))
            .collect();
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for &thread in &inside_then {
            let kind = recording.threads[thread as usize].kind.clone();
            *kinds.entry(kind.unwrap_or_else(|| "unknown".to_owned())).or_default() += 1;
        }
        let mut kinds: Vec<KindCount> =
            kinds.into_iter().map(|(kind, threads)| KindCount { kind, threads }).collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.threads));
        let total: u64 = calls.iter().fold(0, |sum, &call| sum.saturating_add(self.length(call)));
        let own: u64 =
            calls.iter().fold(0, |sum, &call| sum.saturating_add(self.analysis.nesting.self_ns[call]));
        Some(Stay {
            target: self.analysis.named(target),
            calls: calls.len() as u64,
            threads: threads.len() as u64,
            longest_ns: self.length(longest),
            longest_on: names::thread(&recording.threads[thread_of(longest) as usize]),
            longest_began_ns: recording.calls[longest].began_ns,
            at_once: together.number,
            at_once_from_ns: together.from_ns,
            at_once_ns: together.for_ns,
            kinds,
            open: calls.iter().filter(|&&call| recording.calls[call].duration_ns == OPEN).count() as u64,
            mostly_callbacks: own < total / 2,
            idle: names::is_idle_wait(&recording.targets[target as usize]),
        })
    }

    /// When all workers of the pool were in long calls that are no waits for work.
    pub(super) fn pool(&self) -> Option<PoolUse> {
        let recording = self.analysis.recording;
        let workers: Vec<usize> = (0..recording.threads.len())
            .filter(|&thread| names::is_pool_worker(&recording.threads[thread]))
            .collect();
        let busy = self
            .by_target
            .iter()
            .filter(|(target, _)| !names::is_idle_wait(&recording.targets[**target as usize]));
        let calls = busy.flat_map(|(_, calls)| calls).copied();
        let calls: Vec<usize> = calls
            .filter(|&call| names::is_pool_worker(&recording.threads[recording.calls[call].thread as usize]))
            .collect();
        // Long calls of different functions may lie in each other; a thread counts once.
        let mut by_thread: BTreeMap<u32, Vec<(u64, u64)>> = BTreeMap::new();
        for &call in &calls {
            by_thread.entry(recording.calls[call].thread).or_default().push(self.span(call));
        }
        let together = most_together(by_thread.into_values().flat_map(merged));
        let until = together.from_ns + together.for_ns;
        let alive = workers.iter().filter(|&&worker| {
            let thread = &recording.threads[worker];
            thread.began_ns < until && thread.ended_ns.is_none_or(|ended| ended > together.from_ns)
        });
        let alive = alive.count() as u64;
        (together.number >= 2 && together.number == alive).then_some(PoolUse {
            workers: alive,
            from_ns: together.from_ns,
            for_ns: together.for_ns,
        })
    }
}

/// Spans that overlap, made one.
fn merged(mut spans: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    spans.sort_unstable();
    let mut whole: Vec<(u64, u64)> = Vec::new();
    for (began, ended) in spans {
        match whole.last_mut() {
            Some(last) if began <= last.1 => last.1 = last.1.max(ended),
            _ => whole.push((began, ended)),
        }
    }
    whole
}

/// Of all "at least so many for so long without a break", the one for which number (less one, as one alone is not together)
/// times length is largest; where no two spans meet, the longest span.
fn most_together(spans: impl Iterator<Item = (u64, u64)>) -> Together {
    // +1 where one begins, -1 where one ends; ends come first, so that one after the other is not together.
    let mut changes: Vec<(u64, i64)> = spans.flat_map(|(began, ended)| [(began, 1), (ended, -1)]).collect();
    changes.sort_unstable();
    // The largest rectangle under a staircase, by a stack of rising steps.
    let mut best = ((0, 0), Together::default());
    let mut rising: Vec<(u64, u64)> = Vec::new();
    let mut inside: u64 = 0;
    let mut changes = changes.into_iter().peekable();
    while let Some((moment, change)) = changes.next() {
        inside = inside.saturating_add_signed(change);
        if changes.peek().is_some_and(|next| next.0 == moment) {
            continue;
        }
        let mut from = moment;
        while let Some(&(number, began)) = rising.last().filter(|step| step.0 >= inside) {
            rising.pop();
            from = began;
            if number > inside {
                let length = moment - began;
                let score = ((number - 1).saturating_mul(length), length);
                if score > best.0 {
                    best = (score, Together { number, from_ns: began, for_ns: length });
                }
            }
        }
        if inside > 0 {
            rising.push((inside, from));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together(spans: &[(u64, u64)]) -> (u64, u64, u64) {
        let found = most_together(spans.iter().copied());
        (found.number, found.from_ns, found.for_ns)
    }

    #[test]
    fn most_waiting_is_many_for_long() {
        assert_eq!(together(&[(0, 100), (10, 90), (20, 80)]), (3, 20, 60));
        // Four at once for a moment are less than three for long.
        assert_eq!(together(&[(0, 100), (10, 90), (20, 80), (70, 75)]), (3, 20, 60));
        assert_eq!(together(&[(0, 10), (20, 50)]), (1, 20, 30));
        assert_eq!(together(&[]), (0, 0, 0));
    }

    #[test]
    fn one_after_the_other_is_not_at_once() {
        assert_eq!(together(&[(0, 10), (10, 20)]), (1, 0, 20));
        assert_eq!(together(&[(0, 10), (10, 20), (0, 20)]), (2, 0, 20));
    }

    #[test]
    fn spans_inside_each_other_are_one() {
        assert_eq!(merged(vec![(5, 9), (0, 4), (3, 6), (20, 30)]), [(0, 9), (20, 30)]);
    }
}
