//! The flame graph of the border: calls added up by the chain of targets that they lie in, over all threads.

use crate::nesting::Nesting;
use clrhost_trace::Recording;
use std::collections::HashMap;

/// Chains that are kept apart. Beyond that, calls count as part of the call around them.
const MOST_NODES: usize = 20_000;
/// Calls inside each other that are kept apart, likewise.
const MOST_DEPTH: u32 = 120;

/// The graph, each node behind the one it lies in.
#[derive(Debug, Default)]
pub(crate) struct Flame {
    pub(crate) nodes: Vec<Node>,
    /// Calls that were taken to be part of the call around them.
    pub(crate) folded_calls: u64,
}

/// All calls of a target inside one chain of others. Calls that are open count up to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) target: u32,
    pub(crate) parent: Option<u32>,
    pub(crate) calls: u64,
    pub(crate) total_ns: u64,
    pub(crate) self_ns: u64,
}

impl Flame {
    pub(crate) fn of(recording: &Recording, nesting: &Nesting) -> Flame {
        let mut flame = Flame::default();
        let mut known: HashMap<(Option<u32>, u32), u32> = HashMap::new();
        let mut node_of: Vec<u32> = Vec::with_capacity(recording.calls.len());
        for (index, call) in recording.calls.iter().enumerate() {
            let parent = nesting.parent(index).map(|parent| node_of[parent]);
            let self_ns = nesting.self_ns[index];
            let found = known.get(&(parent, call.target)).copied();
            let full = flame.nodes.len() >= MOST_NODES || nesting.depths[index] >= MOST_DEPTH;
            let node = match (found, parent) {
                (Some(node), _) => node,
                (None, Some(parent)) if full => {
                    flame.folded_calls += 1;
                    let around = &mut flame.nodes[parent as usize];
                    around.self_ns = around.self_ns.saturating_add(self_ns);
                    node_of.push(parent);
                    continue;
                }
                (None, parent) => {
                    let node = flame.nodes.len() as u32;
                    flame.nodes.push(Node { target: call.target, parent, calls: 0, total_ns: 0, self_ns: 0 });
                    known.insert((parent, call.target), node);
                    node
                }
            };
            let sums = &mut flame.nodes[node as usize];
            sums.calls += 1;
            sums.self_ns = sums.self_ns.saturating_add(self_ns);
            node_of.push(node);
        }
        flame.add_up();
        flame
    }

    /// A node's total is its own time and that of the nodes inside, so that widths always fit.
    fn add_up(&mut self) {
        for index in (0..self.nodes.len()).rev() {
            let node = &mut self.nodes[index];
            node.total_ns = node.total_ns.saturating_add(node.self_ns);
            let (total, parent) = (node.total_ns, node.parent);
            if let Some(parent) = parent {
                let around = &mut self.nodes[parent as usize];
                around.total_ns = around.total_ns.saturating_add(total);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clrhost_trace::{Call, Target, Thread};

    fn flame(calls: Vec<Call>) -> Flame {
        let recording = Recording {
            targets: vec![Target::default(), Target::default()],
            threads: vec![Thread::default()],
            calls,
            ..Recording::default()
        };
        Flame::of(&recording, &Nesting::of(&recording, 1_000))
    }

    fn call(target: u32, began_ns: u64, duration_ns: u64) -> Call {
        Call { thread: 0, target, began_ns, duration_ns }
    }

    #[test]
    fn calls_of_one_chain_are_added_up() {
        let flame =
            flame(vec![call(0, 0, 10), call(1, 2, 3), call(1, 6, 3), call(0, 20, 10), call(1, 40, 5)]);
        let node =
            |target, parent, calls, total_ns, self_ns| Node { target, parent, calls, total_ns, self_ns };
        assert_eq!(
            flame.nodes,
            [node(0, None, 2, 20, 14), node(1, Some(0), 2, 6, 6), node(1, None, 1, 5, 5)]
        );
        assert_eq!(flame.folded_calls, 0);
    }

    #[test]
    fn deep_recursion_is_folded_and_no_time_is_lost() {
        let flame = flame((0..200).map(|depth| call(0, depth, 1_000 - 2 * depth)).collect());
        assert_eq!(flame.nodes.len(), MOST_DEPTH as usize);
        assert_eq!(flame.folded_calls, 200 - u64::from(MOST_DEPTH));
        assert_eq!(flame.nodes[0].total_ns, 1_000);
    }
}
