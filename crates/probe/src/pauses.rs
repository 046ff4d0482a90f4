//! What the runtime tells of its own stops: when it held its threads, and what the garbage collector did.
//!
//! The lock is taken on the thread that stops the others, some times a collection, and by whoever takes what was noted. No thread
//! is ever stopped inside of it, as CoreCLR stops threads only where they run managed code.

use crate::probe::{Probe, lock};
use crate::stops;
use clrhost_boundary::Clock;
use std::sync::Mutex;

/// A time in which the runtime held its threads, in ticks of the probe's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimePause {
    /// `COR_PRF_SUSPEND_REASON`.
    pub reason: u32,
    /// When it began to stop them.
    pub began: u64,
    /// When all were stopped.
    pub stopped: Option<u64>,
    /// When all ran again.
    pub ended: Option<u64>,
}

/// A garbage collection, in ticks likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeCollection {
    /// The oldest generation that is collected; 3 and 4 for large and pinned objects.
    pub generation: u8,
    /// The program asked for it.
    pub induced: bool,
    /// When it began.
    pub began: u64,
    /// When it was over. A collection in the background lasts while others begin and end.
    pub ended: Option<u64>,
}

/// What was noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Pauses, in the order in which they ended.
    pub pauses: Vec<RuntimePause>,
    /// Collections likewise.
    pub collections: Vec<RuntimeCollection>,
    /// How many of both were left out, because nobody took them.
    pub left_out: u64,
}

/// At most so many wait for somebody who takes them.
const KEPT: usize = 1 << 12;

#[derive(Default)]
struct State {
    pause: Option<RuntimePause>,
    /// The youngest last.
    collections: Vec<RuntimeCollection>,
    noted: Noted,
}

#[derive(Default)]
pub(crate) struct Pauses {
    state: Mutex<State>,
}

impl Pauses {
    pub(crate) fn suspension_begins(&self, reason: u32, now: u64) {
        lock(&self.state).pause = Some(RuntimePause { reason, began: now, stopped: None, ended: None });
    }

    pub(crate) fn suspended(&self, now: u64) {
        if let Some(pause) = &mut lock(&self.state).pause {
            pause.stopped = Some(now);
        }
    }

    pub(crate) fn resumed(&self, now: u64) {
        let mut state = lock(&self.state);
        let Some(pause) = state.pause.take() else { return };
        state.note(|noted| noted.pauses.push(RuntimePause { ended: Some(now), ..pause }));
    }

    /// One flag for each generation. Those of large and pinned objects, past the third, are collected with the oldest one.
    pub(crate) fn collection_begins(&self, generations: &[i32], induced: bool, now: u64) {
        let oldest = |of: &[i32]| of.iter().rposition(|&collected| collected != 0);
        let generation = oldest(&generations[..generations.len().min(3)]).or_else(|| oldest(generations));
        let generation = generation.unwrap_or(0).min(4) as u8;
        let collection = RuntimeCollection { generation, induced, began: now, ended: None };
        lock(&self.state).collections.push(collection);
    }

    pub(crate) fn collection_ends(&self, now: u64) {
        let mut state = lock(&self.state);
        let Some(collection) = state.collections.pop() else { return };
        state.note(|noted| noted.collections.push(RuntimeCollection { ended: Some(now), ..collection }));
    }

    /// Takes what has ended.
    pub(crate) fn take(&self) -> Noted {
        std::mem::take(&mut lock(&self.state).noted)
    }

    /// What has begun and not ended.
    pub(crate) fn under_way(&self) -> (Option<RuntimePause>, Vec<RuntimeCollection>) {
        let state = lock(&self.state);
        (state.pause, state.collections.clone())
    }
}

impl State {
    fn note(&mut self, note: impl FnOnce(&mut Noted)) {
        if self.noted.pauses.len() + self.noted.collections.len() < KEPT {
            note(&mut self.noted);
        } else {
            self.noted.left_out += 1;
        }
    }
}

impl Probe {
    /// Takes the pauses and collections that have ended, and were not taken before. Nothing without
    /// [`ProbeConfig::pauses`](crate::ProbeConfig::pauses).
    pub fn take_noted(&self) -> Noted {
        self.pauses.as_ref().map(Pauses::take).unwrap_or_default()
    }

    /// The pause and the collections that have begun and not ended.
    pub fn under_way(&self) -> (Option<RuntimePause>, Vec<RuntimeCollection>) {
        self.pauses.as_ref().map(Pauses::under_way).unwrap_or_default()
    }

    pub(crate) fn suspension_starts(&self, reason: u32) {
        self.note(|pauses, now| pauses.suspension_begins(reason, now));
        if let Some(suspensions) = &self.suspensions {
            suspensions.starts(self);
        }
    }

    pub(crate) fn suspended(&self) {
        self.note(Pauses::suspended);
    }

    /// The runtime is about to hold the calling thread.
    pub(crate) fn thread_blocks(&self) {
        stops::is_held();
        if let Some(suspensions) = &self.suspensions {
            suspensions.blocks(self);
        }
    }

    pub(crate) fn suspension_ends(&self) {
        if let Some(suspensions) = &self.suspensions {
            suspensions.ends(self);
        }
        self.note(Pauses::resumed);
    }

    pub(crate) fn collects(&self, generations: &[i32], induced: bool) {
        self.note(|pauses, now| pauses.collection_begins(generations, induced, now));
        if let Some(suspensions) = &self.suspensions {
            suspensions.collects(generations);
        }
    }

    pub(crate) fn collected(&self) {
        self.note(Pauses::collection_ends);
    }

    fn note(&self, note: impl FnOnce(&Pauses, u64)) {
        if let Some(pauses) = &self.pauses {
            note(pauses, self.boundary().clock().now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_in_the_background_lasts_while_others_come_and_go() {
        let pauses = Pauses::default();
        pauses.suspension_begins(1, 10);
        pauses.suspended(12);
        pauses.collection_begins(&[1, 1, 1, 1, 1], true, 13);
        pauses.resumed(15);
        pauses.collection_begins(&[1, 0, 0, 0, 0], false, 20);
        pauses.collection_ends(22);
        assert_eq!(pauses.under_way().1.len(), 1);
        pauses.collection_ends(30);
        pauses.collection_ends(31);
        let collection = |generation, induced, began, ended| RuntimeCollection {
            generation,
            induced,
            began,
            ended: Some(ended),
        };
        let expected = Noted {
            pauses: vec![RuntimePause { reason: 1, began: 10, stopped: Some(12), ended: Some(15) }],
            collections: vec![collection(0, false, 20, 22), collection(2, true, 13, 30)],
            left_out: 0,
        };
        assert_eq!((pauses.take(), pauses.take()), (expected, Noted::default()));
    }

    #[test]
    fn what_nobody_takes_is_counted() {
        let pauses = Pauses::default();
        for n in 0..KEPT as u64 + 3 {
            pauses.suspension_begins(0, n);
            pauses.resumed(n);
        }
        let noted = pauses.take();
        assert_eq!((noted.pauses.len(), noted.left_out), (KEPT, 3));
    }
}
