//! Which call is inside of which.

use crate::model::{Call, OPEN, Recording};

/// A call among those of its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nested {
    pub call: Call,
    /// When it is over: no later than the call around it, and for one that did not return the end of the recording.
    pub end_ns: u64,
    /// Its time without that of the calls inside.
    pub self_ns: u64,
    /// How many calls are around it.
    pub depth: u32,
}

impl Nested {
    /// It did not return.
    pub fn is_open(&self) -> bool {
        self.call.duration_ns == OPEN
    }
}

/// An end of a call. Those of a thread are in order of time, and nest like brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge<'a> {
    Begin(&'a Nested),
    End(&'a Nested),
}

/// The calls of each thread that made any, in the order of [`Recording::calls`].
pub fn by_thread(recording: &Recording) -> impl Iterator<Item = (u32, Vec<Nested>)> {
    let threads = recording.calls.chunk_by(|one, next| one.thread == next.thread);
    threads.map(|calls| (calls[0].thread, nest(calls, recording.until_ns)))
}

/// The calls of one thread, by beginning, those around others first.
fn nest(calls: &[Call], until_ns: u64) -> Vec<Nested> {
    let mut nested: Vec<Nested> = Vec::with_capacity(calls.len());
    let mut around: Vec<usize> = Vec::new();
    for call in calls {
        while around.last().is_some_and(|outer| nested[*outer].end_ns <= call.began_ns) {
            around.pop();
        }
        let end_ns = match call.duration_ns {
            OPEN => until_ns.max(call.began_ns),
            duration_ns => call.began_ns.saturating_add(duration_ns),
        };
        let limit = around.last().map_or(u64::MAX, |outer| nested[*outer].end_ns);
        let end_ns = end_ns.min(limit);
        let self_ns = end_ns - call.began_ns;
        if let Some(outer) = around.last() {
            nested[*outer].self_ns -= self_ns;
        }
        let depth = around.len() as u32;
        around.push(nested.len());
        nested.push(Nested { call: *call, end_ns, self_ns, depth });
    }
    nested
}

/// Visits the ends of all calls of one thread in order.
pub fn edges<E>(nested: &[Nested], mut visit: impl FnMut(Edge) -> Result<(), E>) -> Result<(), E> {
    let mut around: Vec<&Nested> = Vec::new();
    for next in nested {
        while around.len() > next.depth as usize
            && let Some(over) = around.pop()
        {
            visit(Edge::End(over))?;
        }
        visit(Edge::Begin(next))?;
        around.push(next);
    }
    around.into_iter().rev().try_for_each(|over| visit(Edge::End(over)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(began_ns: u64, duration_ns: u64) -> Call {
        Call { thread: 0, target: 0, began_ns, duration_ns }
    }

    #[test]
    fn calls_nest_by_their_times() {
        let calls = [call(0, OPEN), call(10, 50), call(10, 20), call(30, 10), call(60, 5), call(70, OPEN)];
        let nested = nest(&calls, 100);
        let seen: Vec<_> = nested.iter().map(|call| (call.depth, call.end_ns, call.self_ns)).collect();
        assert_eq!(seen, [(0, 100, 15), (1, 60, 20), (2, 30, 20), (2, 40, 10), (1, 65, 5), (1, 100, 30)]);
        assert_eq!(seen.iter().map(|(_, _, self_ns)| self_ns).sum::<u64>(), 100);
    }

    #[test]
    fn a_call_that_would_outlast_the_one_around_it_is_cut() {
        let nested = nest(&[call(0, 10), call(5, 20), call(12, 1)], 100);
        let seen: Vec<_> = nested.iter().map(|call| (call.depth, call.end_ns, call.self_ns)).collect();
        assert_eq!(seen, [(0, 10, 5), (1, 10, 5), (0, 13, 1)]);
    }

    #[test]
    fn edges_are_in_order_and_nest() {
        let calls = [call(0, 100), call(0, 0), call(10, 50), call(60, 40), call(100, 0), call(100, OPEN)];
        let (mut now, mut around, mut begun) = (0, Vec::new(), 0);
        edges(&nest(&calls, 100), |edge| {
            match edge {
                Edge::Begin(call) => {
                    assert!(call.call.began_ns >= now);
                    now = call.call.began_ns;
                    around.push(*call);
                    begun += 1;
                }
                Edge::End(call) => {
                    assert!(call.end_ns >= now);
                    now = call.end_ns;
                    assert_eq!(around.pop(), Some(*call));
                }
            }
            Ok::<_, ()>(())
        })
        .unwrap();
        assert_eq!((begun, around), (calls.len(), vec![]));
    }
}
