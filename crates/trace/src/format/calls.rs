//! The calls of one thread, packed.
//!
//! One byte says how long the other fields of a call are, so that packing and unpacking take no decisions that a processor
//! could guess wrong: see "calls" in `docs/trace-format.md`.

use crate::model::{Call, OPEN};

/// Bytes before the calls of a payload, a [`Head`].
pub const HEAD_BYTES: usize = 24;

/// What is said of all calls of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Who made them.
    pub thread: u32,
    /// How many there are.
    pub count: u32,
    /// When the first one began, from which its step counts.
    pub base_ns: u64,
    /// When the last one ended.
    pub until_ns: u64,
}

impl Head {
    pub fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[..4].copy_from_slice(&self.thread.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.count.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.base_ns.to_le_bytes());
        bytes[16..].copy_from_slice(&self.until_ns.to_le_bytes());
        bytes
    }

    /// With the bytes behind it. `None` if there are too few.
    pub fn parse(bytes: &[u8]) -> Option<(Head, &[u8])> {
        let (head, packed) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let (small, large) = head.split_at(8);
        let (small, large) = (small.as_chunks().0, large.as_chunks().0);
        let head = Head {
            thread: u32::from_le_bytes(small[0]),
            count: u32::from_le_bytes(small[1]),
            base_ns: u64::from_le_bytes(large[0]),
            until_ns: u64::from_le_bytes(large[1]),
        };
        Some((head, packed))
    }
}

/// A packed call is no longer than this.
pub const MAX_CALL_BYTES: usize = 1 + 4 + 8 + 8;

/// Lengths of the target, by bits 0 and 1. No byte at all: the one of the call before.
const TARGET_BYTES: [u8; 4] = [0, 1, 2, 4];

/// Lengths of the time since the call before, by bits 2 and 3.
const STEP_BYTES: [u8; 4] = [1, 2, 3, 8];

/// Bit 4: the step leads to the beginning of this call, not to its end.
const FROM_BEGINNING: u8 = 1 << 4;

/// What packing and unpacking know of the call before.
#[derive(Clone, Copy, Debug)]
pub struct Previous {
    /// When it ended.
    pub end_ns: u64,
    /// What was called.
    pub target: u32,
}

/// Bytes that a number needs, at least 1.
fn bytes_of(value: u64) -> u32 {
    8 - (value | 1).leading_zeros() / 8
}

/// Packs a call that ends at `end_ns`, which must not lie before the end of the previous one, and returns its length.
#[inline]
pub fn pack(
    out: &mut [u8; MAX_CALL_BYTES],
    previous: Previous,
    target: u32,
    began_ns: u64,
    end_ns: u64,
) -> usize {
    let from_beginning = began_ns >= previous.end_ns;
    let step = if from_beginning { began_ns } else { end_ns } - previous.end_ns;
    let duration = end_ns - began_ns;

    let target_bytes =
        [0, 1, 2, 4, 4][if target == previous.target { 0 } else { bytes_of(u64::from(target)) as usize }];
    let target_code = [0, 1, 2, 3, 3][target_bytes];
    let step_code = (bytes_of(step) - 1).min(3) as u8;
    let step_bytes = usize::from(STEP_BYTES[usize::from(step_code)]);
    let duration_bytes = bytes_of(duration) as usize;

    out[0] = target_code | step_code << 2 | u8::from(from_beginning) << 4 | (duration_bytes as u8 - 1) << 5;
    out[1..5].copy_from_slice(&target.to_le_bytes());
    let at = 1 + target_bytes;
    out[at..at + 8].copy_from_slice(&step.to_le_bytes());
    let at = at + step_bytes;
    out[at..at + 8].copy_from_slice(&duration.to_le_bytes());
    at + duration_bytes
}

/// Unpacks the call at the front of `bytes` and moves them on. `None` if they make no sense.
#[inline]
pub fn unpack(bytes: &mut &[u8], previous: Previous, thread: u32) -> Option<Call> {
    let (&lengths, rest) = bytes.split_first()?;
    *bytes = rest;
    let target = match TARGET_BYTES[usize::from(lengths & 3)] {
        0 => previous.target,
        length => take(bytes, length)? as u32,
    };
    let step = take(bytes, STEP_BYTES[usize::from(lengths >> 2 & 3)])?;
    let duration_ns = take(bytes, (lengths >> 5) + 1)?;
    let reached = previous.end_ns.checked_add(step)?;
    let began_ns = match lengths & FROM_BEGINNING {
        0 => reached.checked_sub(duration_ns)?,
        _ => reached,
    };
    // An end beyond the clock would be none, and the longest duration means something else.
    began_ns.checked_add(duration_ns).filter(|_| duration_ns != OPEN)?;
    Some(Call { thread, target, began_ns, duration_ns })
}

/// Takes a number of 1 to 8 bytes off the front.
#[inline]
fn take(bytes: &mut &[u8], length: u8) -> Option<u64> {
    let value = match bytes.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight) & u64::MAX >> (64 - 8 * u32::from(length)),
        None => {
            let short = bytes.get(..usize::from(length))?;
            short.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
        }
    };
    *bytes = bytes.get(usize::from(length)..)?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_of_each_field_comes_back() {
        let sizes = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit]).filter(|n| *n < 1 << 61);
        for previous_end in [0, 7, 1 << 40] {
            let previous = Previous { end_ns: previous_end, target: 5 };
            for target in [0, 5, 255, 256, 65_535, 65_536, 1 << 24, u32::MAX] {
                for step in sizes.clone() {
                    for duration in sizes.clone() {
                        let after = (previous_end + step, previous_end + step + duration);
                        let ends_later = (previous_end + step)
                            .checked_sub(duration)
                            .map(|began| (began, previous_end + step));
                        for (began, end) in [Some(after), ends_later].into_iter().flatten() {
                            let mut bytes = [0; MAX_CALL_BYTES];
                            let length = pack(&mut bytes, previous, target, began, end);
                            let mut packed = &bytes[..length];
                            let call = unpack(&mut packed, previous, 3).expect("it was just packed");
                            assert!(packed.is_empty());
                            assert_eq!((call.thread, call.target), (3, target));
                            assert_eq!((call.began_ns, call.duration_ns), (began, end - began));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_short_call_soon_after_one_of_the_same_target_takes_three_bytes() {
        let mut bytes = [0; MAX_CALL_BYTES];
        assert_eq!(pack(&mut bytes, Previous { end_ns: 1_000_000, target: 3 }, 3, 1_000_200, 1_000_400), 3);
        assert_eq!(pack(&mut bytes, Previous { end_ns: 1_000_000, target: 3 }, 4, 1_000_900, 1_010_000), 6);
    }
}
