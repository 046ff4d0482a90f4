//! Everything that is known of a recording after reading its calls once.

use crate::flame::Flame;
use crate::nesting::Nesting;
use crate::summary::Summary;
use clrhost_trace::{Call, Direction, End, OPEN, Recording};
use std::fmt;

/// A recording with what its calls add up to.
#[derive(Debug)]
pub struct Analysis<'a> {
    pub(crate) recording: &'a Recording,
    /// When it ends, in nanoseconds since it began.
    pub(crate) end_ns: u64,
    pub(crate) nesting: Nesting,
    pub(crate) summary: Summary,
    pub(crate) flame: Flame,
}

/// A recording that contradicts itself: a call names a thread or target that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRecording(String);

impl fmt::Display for BadRecording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadRecording {}

impl<'a> Analysis<'a> {
    /// Reads all calls.
    ///
    /// # Errors
    /// Where a call, or a loss, names a thread or a target that the recording does not have.
    pub fn new(recording: &'a Recording) -> Result<Analysis<'a>, BadRecording> {
        check(recording)?;
        let end_ns = end_of(recording);
        let nesting = Nesting::of(recording, end_ns);
        let summary = Summary::of(recording, &nesting);
        let flame = Flame::of(recording, &nesting);
        Ok(Analysis { recording, end_ns, nesting, summary, flame })
    }

    /// The recording.
    pub fn recording(&self) -> &'a Recording {
        self.recording
    }

    /// How long the recording is, in nanoseconds: up to its end, or to the last thing in it where it was cut.
    pub fn duration_ns(&self) -> u64 {
        self.end_ns
    }

    pub(crate) fn direction(&self, call: &Call) -> Direction {
        self.recording.targets[call.target as usize].direction
    }
}

fn check(recording: &Recording) -> Result<(), BadRecording> {
    let bad = |what: &str, number: u64, among: &str, count: usize| {
        BadRecording(format!(
            "the recording contradicts itself: {what} names {among} {number}, and there are {count}; it was damaged, or \
             written by something else"
        ))
    };
    for call in &recording.calls {
        if call.thread as usize >= recording.threads.len() {
            return Err(bad("a call", call.thread.into(), "thread", recording.threads.len()));
        }
        if call.target as usize >= recording.targets.len() {
            return Err(bad("a call", call.target.into(), "target", recording.targets.len()));
        }
    }
    for thread in recording.losses.iter().filter_map(|loss| loss.thread) {
        if thread as usize >= recording.threads.len() {
            return Err(bad("a loss", thread.into(), "thread", recording.threads.len()));
        }
    }
    Ok(())
}

/// When a span ends; one that is open ends where it begins, as far as is known.
fn known_end(began_ns: u64, duration_ns: u64) -> u64 {
    if duration_ns == OPEN { began_ns } else { began_ns.saturating_add(duration_ns) }
}

/// The end that the recording tells, or the last thing that happened in it, whichever is later.
fn end_of(recording: &Recording) -> u64 {
    let told = match recording.end {
        End::Cut => recording.until_ns,
        End::Stopped { at_ns } | End::Exit { at_ns, .. } | End::Signal { at_ns, .. } => at_ns,
    };
    let calls = recording.calls.iter().map(|call| known_end(call.began_ns, call.duration_ns));
    let pauses = recording.pauses.iter().map(|pause| known_end(pause.began_ns, pause.duration_ns));
    let collections = recording.collections.iter().map(|one| known_end(one.began_ns, one.duration_ns));
    let threads = recording.threads.iter().map(|thread| thread.ended_ns.unwrap_or(0).max(thread.began_ns));
    let losses = recording.losses.iter().map(|loss| loss.until_ns);
    calls.chain(pauses).chain(collections).chain(threads).chain(losses).fold(told, u64::max)
}
