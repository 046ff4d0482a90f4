//! Which calls the timeline draws one by one, and how they are packed.
//!
//! Numbers are LEB128; for each call of a thread, in the recording's order: how long after the one before it began (the first:
//! after the recording's beginning), its duration plus one (0 for an open call), its target. Calls that are not drawn are added up
//! by thread in equal parts of the recording: part, calls, nanoseconds.

use crate::analysis::Analysis;
use clrhost_trace::{Call, OPEN};
use serde::Serialize;

/// Numbers of density that a page holds at most, over all threads.
const MOST_PARTS: usize = 200_000;

#[derive(Debug, Serialize)]
pub(super) struct Drawing {
    /// Calls drawn one by one.
    drawn: u64,
    /// Calls drawn as density.
    dense: u64,
    /// No call that is drawn as density is longer.
    longest_dense_ns: u64,
    /// Drawn calls of each thread.
    counts: Vec<u64>,
    /// All of them, packed, in base64.
    calls: String,
    /// In how many parts the recording is divided for density.
    parts: u64,
    /// For each thread: part, calls and nanoseconds, again and again.
    density: Vec<Vec<u64>>,
}

pub(super) fn of(analysis: &Analysis<'_>, most_drawn: usize) -> Drawing {
    let recording = analysis.recording;
    let length = |index: usize| analysis.nesting.ends_ns[index] - recording.calls[index].began_ns;
    let shortest_drawn = shortest_of_longest((0..recording.calls.len()).map(length), most_drawn);
    let parts = (MOST_PARTS / recording.threads.len().max(1)).clamp(64, 2048) as u64;
    let part_ns = (analysis.end_ns / parts + 1).max(1);
    let mut drawing = Drawing {
        drawn: 0,
        dense: 0,
        longest_dense_ns: 0,
        counts: vec![0; recording.threads.len()],
        calls: String::new(),
        parts,
        density: vec![Vec::new(); recording.threads.len()],
    };
    let mut packed = Vec::new();
    // Of the calls that are as short as the shortest drawn one, the first ones are drawn.
    let mut level = most_drawn
        - (0..recording.calls.len()).filter(|&index| length(index) > shortest_drawn).count().min(most_drawn);
    let mut before: Option<&Call> = None;
    for (index, call) in recording.calls.iter().enumerate() {
        let thread = call.thread as usize;
        let length = length(index);
        if length > shortest_drawn || (length == shortest_drawn && level > 0) {
            level -= usize::from(length == shortest_drawn);
            let since =
                before.filter(|before| before.thread == call.thread).map_or(0, |before| before.began_ns);
            push(&mut packed, call.began_ns.saturating_sub(since));
            push(&mut packed, if call.duration_ns == OPEN { 0 } else { call.duration_ns + 1 });
            push(&mut packed, call.target.into());
            drawing.counts[thread] += 1;
            drawing.drawn += 1;
            before = Some(call);
            continue;
        }
        drawing.dense += 1;
        drawing.longest_dense_ns = drawing.longest_dense_ns.max(length);
        let (part, own) = (call.began_ns / part_ns, analysis.nesting.self_ns[index]);
        let density = &mut drawing.density[thread];
        match density.len().checked_sub(3).filter(|&last| density[last] == part) {
            Some(last) => {
                density[last + 1] += 1;
                density[last + 2] = density[last + 2].saturating_add(own);
            }
            None => density.extend([part, 1, own]),
        }
    }
    drawing.calls = base64(&packed);
    drawing
}

/// The least length among the longest so many; 0 where there are no more than that.
fn shortest_of_longest(lengths: impl Iterator<Item = u64>, most: usize) -> u64 {
    let mut lengths: Vec<u64> = lengths.collect();
    match lengths.len().checked_sub(most) {
        None | Some(0) => 0,
        Some(_) if most == 0 => u64::MAX,
        Some(shorter) => *lengths.select_nth_unstable(shorter).1,
    }
}

fn push(packed: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        packed.push(number as u8 | 0x80);
        number >>= 7;
    }
    packed.push(number as u8);
}

/// Base64 with padding, as `atob` and content policies read it.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .enumerate()
            .fold(0u32, |word, (index, &byte)| word | u32::from(byte) << (16 - 8 * index));
        for digit in 0..4 {
            let sextet = (word >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= chunk.len() { DIGITS[sextet] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clrhost_trace::{Recording, Target, Thread};

    #[test]
    fn base64_is_the_standards() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn the_longest_calls_are_drawn_and_the_others_counted() {
        let call = |began_ns, duration_ns| Call { thread: 0, target: 0, began_ns, duration_ns };
        let recording = Recording {
            targets: vec![Target::default()],
            threads: vec![Thread::default()],
            calls: vec![call(0, 5), call(10, 9), call(20, 5), call(30, 5), call(40, 1)],
            ..Recording::default()
        };
        let analysis = Analysis::new(&recording).unwrap();
        for (most, drawn) in [(0, 0), (1, 1), (2, 2), (4, 4), (5, 5), (100, 5)] {
            let drawing = of(&analysis, most);
            assert_eq!((drawing.drawn, drawing.dense), (drawn, 5 - drawn), "{most}");
            assert_eq!(drawing.counts, [drawn]);
            let dense: u64 = drawing.density[0].chunks(3).map(|part| part[1]).sum();
            assert_eq!(dense, 5 - drawn);
        }
        assert_eq!(of(&analysis, 2).longest_dense_ns, 5);
    }
}
