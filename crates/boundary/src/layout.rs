//! Where the words of a task lie, for thunks: sources of crossings that are written in assembly.
//!
//! A thunk does in line what [`Boundary::open_exact`](crate::Boundary::open_exact) and
//! [`Boundary::close_bracket`](crate::Boundary::close_bracket) do in the usual case, after the protocol of `block`. To open
//! one it moves [`TOP`], counts the call, writes the bracket, and the stack pointer last. To close one that is timed it
//! stores 1 to [`BUSY`], moves [`TOP`], adds the times, and stores 0 to [`BUSY`]. Whatever is not usual it leaves to those
//! two. All offsets are in bytes.

use crate::block::{Block, entry, flag, place_of, slot, tag};
use crate::crossing::Bracket;
use crate::histogram::{BUCKETS, FIRST_OCTAVE};
use crate::ring::{self, Ring};
use crate::target::TargetId;
use std::mem::offset_of;

/// In a task's cells ([`TaskOwner::cells`](crate::TaskOwner::cells)): address of the first free bracket.
pub const TOP: usize = offset_of!(Block, top);
/// 1 while a change is made that opens no bracket.
pub const BUSY: usize = offset_of!(Block, busy);
/// Address of the table of slots: at [`slot_offset`] the address of the slot of a target, 0 if the task has not met it.
pub const SLOTS: usize = offset_of!(Block, slots_at);
/// A word of the source's own: what [`TaskOwner::set_source`](crate::TaskOwner::set_source) put there.
pub const SOURCE: usize = offset_of!(Block, source);
/// Address of the ring in which calls that return are recorded; 0 where they are not.
pub const RING: usize = offset_of!(Block, ring);

/// In a ring: bytes written since the beginning. An event goes to [`RING_EVENTS`] and so many bytes behind, in the bits of
/// [`RING_MASK`]; then this grows by [`EVENT_BYTES`]. All that only while [`RING_BUSY`] is 1.
pub const RING_HEAD: usize = offset_of!(Ring, head);
/// How far that may grow. Where there is no room, or `RING_BUSY` was 1 before, [`RING_LOST`] grows by 1 and nothing else is
/// done.
pub const RING_LIMIT: usize = offset_of!(Ring, limit);
/// 1 while an event is written.
pub const RING_BUSY: usize = offset_of!(Ring, busy);
/// Events that found no room.
pub const RING_LOST: usize = offset_of!(Ring, lost);
/// The events.
pub const RING_EVENTS: usize = offset_of!(Ring, events);
/// See [`RING_HEAD`].
pub const RING_MASK: usize = ring::RING_BYTES as usize - 1;
/// Size of an event: when the call began, how many ticks it took, and what is at [`SLOT_TAG`]; 8 bytes each, and 8 more.
pub const EVENT_BYTES: usize = ring::EVENT_BYTES as usize;

/// Size of a bracket.
pub const BRACKET_BYTES: usize = entry::WORDS * 8;
/// In a bracket: address of the slot, with the flags [`NATIVE`] and [`EXACT`].
pub const BRACKET_SLOT: usize = entry::SLOT * 8;
/// The time it was opened.
pub const BRACKET_START: usize = entry::START * 8;
/// Ticks in brackets directly inside.
pub const BRACKET_INNER: usize = entry::INNER * 8;
/// The stack pointer at the call, where its return address lies; 0 in a bracket that no call of the task was in yet, which is not
/// the usual case. A bracket may be opened only below that of the bracket on top; what lies below the first bracket has the
/// highest address of all, and so has every place at its closing.
pub const BRACKET_STACK_POINTER: usize = entry::STACK_POINTER * 8;
/// The key that [`Boundary::open_exact`](crate::Boundary::open_exact) would be given.
pub const BRACKET_KEY: usize = entry::KEY * 8;
/// The thunk's own: where it returns to.
pub const BRACKET_RETURN: usize = entry::RETURN * 8;
/// The thunk's own: the register in which it keeps the bracket, as it was.
pub const BRACKET_SAVED: usize = entry::SAVED * 8;

/// Set in [`BRACKET_SLOT`] of a call to native code.
pub const NATIVE: usize = flag::NATIVE as usize;
/// Set where the stack pointer is that of the call.
pub const EXACT: usize = flag::EXACT as usize;
/// Set where the host accepted the call; see [`Boundary::tell_known`](crate::Boundary::tell_known).
pub const HOSTED: usize = flag::HOSTED as usize;
/// All flags.
pub const FLAGS: usize = flag::ALL as usize;

/// In a slot: calls begun.
pub const SLOT_CALLS: usize = slot::CALLS * 8;
/// Ticks of all calls that have returned.
pub const SLOT_TOTAL: usize = slot::TOTAL * 8;
/// The same without what lies in brackets inside.
pub const SLOT_SELF: usize = slot::SELF * 8;
/// The longest.
pub const SLOT_MAX: usize = slot::MAX * 8;
/// The caller of a callback: what [`Boundary::open_exact`](crate::Boundary::open_exact) wrote there.
pub const SLOT_CALLER: usize = slot::CALLER * 8;
/// Number and direction of the target.
pub const SLOT_TAG: usize = slot::TAG * 8;
/// Calls per bucket. Bucket of a time: with o the number of its highest bit, `4 * (o - FIRST_OCTAVE)` plus the two bits
/// below that one; 0 where o is below [`FIRST_BIT`], and the last one beyond it.
pub const SLOT_HISTOGRAM: usize = slot::HISTOGRAM * 8;
/// Number of buckets.
pub const HISTOGRAM_BUCKETS: usize = BUCKETS;
/// See [`SLOT_HISTOGRAM`].
pub const FIRST_BIT: usize = FIRST_OCTAVE as usize;

/// Where in the table at [`SLOTS`] the slot of a target is.
pub fn slot_offset(bracket: Bracket, target: TargetId) -> usize {
    place_of(tag(bracket, target)) * 8
}
