//! Folded stacks: each stack with the nanoseconds spent in its innermost call itself.

use super::names;
use super::nesting::by_thread;
use crate::model::Recording;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Calls inside of each other that are told of by name. Each line has the whole stack, so the output grows with the square of its
/// depth: without a limit a file of a megabyte could make one of a terabyte.
const MOST_DEEP: usize = 1000;
/// What is deeper.
const DEEPER: &str = "(deeper)";

/// A call in its stack, added up over all times it was made there.
#[derive(Default)]
struct Node {
    self_ns: u64,
    /// Position of those inside, by name.
    inside: BTreeMap<String, usize>,
}

pub fn write(recording: &Recording, out: &mut impl Write) -> io::Result<()> {
    let names: Vec<_> = names::of_targets(recording).into_iter().map(plain).collect();
    let mut nodes = vec![Node::default()];
    for (thread, calls) in by_thread(recording) {
        let name = plain(names::of_thread(&recording.threads[thread as usize]));
        // The positions of the calls around, that of the thread first.
        let mut around = vec![inside(&mut nodes, 0, &name)];
        for call in calls {
            let depth = call.depth as usize;
            around.truncate(depth.min(MOST_DEEP) + 1);
            let outer = around.last().copied().unwrap_or_default();
            let name = if depth < MOST_DEEP { &names[call.call.target as usize] } else { DEEPER };
            let node = inside(&mut nodes, outer, name);
            // A file may tell of times that no process had.
            nodes[node].self_ns = nodes[node].self_ns.saturating_add(call.self_ns);
            around.push(node);
        }
    }
    let mut to_write: Vec<(usize, String)> = vec![(0, String::new())];
    while let Some((position, stack)) = to_write.pop() {
        let node = &nodes[position];
        if node.self_ns > 0 {
            writeln!(out, "{stack} {}", node.self_ns)?;
        }
        to_write.extend(node.inside.iter().rev().map(|(name, inside)| {
            let separator = if stack.is_empty() { "" } else { ";" };
            (*inside, format!("{stack}{separator}{name}"))
        }));
    }
    Ok(())
}

/// Position of the node of this name inside of another one.
fn inside(nodes: &mut Vec<Node>, outer: usize, name: &str) -> usize {
    if let Some(known) = nodes[outer].inside.get(name) {
        return *known;
    }
    let new = nodes.len();
    nodes.push(Node::default());
    nodes[outer].inside.insert(name.to_owned(), new);
    new
}

/// A name without what means something in this format.
fn plain(name: String) -> String {
    let plain: String = name.chars().map(|c| if c == ';' || c.is_control() { '_' } else { c }).collect();
    if plain.trim().is_empty() { "(no name)".to_owned() } else { plain }
}
