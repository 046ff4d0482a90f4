//! Records of a fixed number of words, addressed by index, that are written by one thread, read by any, and never move.
//!
//! Room is reserved in segments. The first segment exists from the start; a further one is made when an index first
//! needs it and is published with a release store that pairs with the acquire load in [`Records::get`].

use crate::pages::{Pages, zeroed_words};
use crate::sync::{AtomicPtr, AtomicU64, Ordering};
use std::ptr;

/// Segmented storage for records of `WORDS` words, `PER_SEGMENT` records a segment, at most `SEGMENTS` segments.
pub(crate) struct Records<const WORDS: usize, const PER_SEGMENT: usize, const SEGMENTS: usize> {
    segments: [AtomicPtr<AtomicU64>; SEGMENTS],
}

impl<const WORDS: usize, const PER_SEGMENT: usize, const SEGMENTS: usize>
    Records<WORDS, PER_SEGMENT, SEGMENTS>
{
    /// Storage with its first segment in place; `None` where there is no memory for that.
    pub(crate) fn try_new() -> Option<Self> {
        let records = Records { segments: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())) };
        records.segments[0].store(Self::new_segment()?, Ordering::Release);
        Some(records)
    }

    #[cfg(test)]
    pub(crate) fn new() -> Self {
        Records::try_new().expect("memory for a segment")
    }

    /// The record with this index, or `None` where no segment was made for it yet or the index is out of range.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<&[AtomicU64]> {
        let segment = self.segments.get(index / PER_SEGMENT)?.load(Ordering::Acquire);
        if segment.is_null() {
            return None;
        }
        // SAFETY: a published segment has PER_SEGMENT * WORDS initialised words and lives until `drop`; the index
        // within it is below PER_SEGMENT.
        Some(unsafe { std::slice::from_raw_parts(segment.add(index % PER_SEGMENT * WORDS), WORDS) })
    }

    /// The record with this index; makes its segment where there is none. `None` where the index is out of range, or
    /// there is no memory for the segment.
    ///
    /// Called by the one writing thread. Allocates at most once per `PER_SEGMENT` new indexes.
    #[inline]
    pub(crate) fn get_or_reserve(&self, index: usize) -> Option<&[AtomicU64]> {
        match self.get(index) {
            Some(record) => Some(record),
            None => self.reserve(index),
        }
    }

    #[cold]
    fn reserve(&self, index: usize) -> Option<&[AtomicU64]> {
        let place = self.segments.get(index / PER_SEGMENT)?;
        if place.load(Ordering::Acquire).is_null() {
            // There is one writer, so nobody else can have filled the place since the check.
            place.store(Self::new_segment()?, Ordering::Release);
        }
        self.get(index)
    }

    fn new_segment() -> Option<*mut AtomicU64> {
        zeroed_words(PER_SEGMENT * WORDS).map(Pages::into_raw)
    }
}

impl<const WORDS: usize, const PER_SEGMENT: usize, const SEGMENTS: usize> Drop
    for Records<WORDS, PER_SEGMENT, SEGMENTS>
{
    fn drop(&mut self) {
        for place in &self.segments {
            let segment = place.load(Ordering::Acquire);
            if !segment.is_null() {
                // SAFETY: the pointer came from `Pages::into_raw` of so many words in `new_segment`, and `&mut self` means nobody
                // reads it any more.
                drop(unsafe { Pages::from_raw(segment, PER_SEGMENT * WORDS) });
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn records_stay_in_place_while_segments_are_added() {
        let records = Records::<3, 4, 5>::new();
        let first: *const AtomicU64 = records.get_or_reserve(0).unwrap().as_ptr();
        for index in 0..20 {
            records.get_or_reserve(index).unwrap()[2].store(index as u64, Ordering::Relaxed);
        }
        assert_eq!(records.get(0).unwrap().as_ptr(), first);
        assert!((0..20).all(|index| records.get(index).unwrap()[2].load(Ordering::Relaxed) == index as u64));
    }

    #[test]
    fn indexes_beyond_the_capacity_are_refused() {
        let records = Records::<1, 2, 2>::new();
        assert!(records.get(2).is_none(), "not reserved yet");
        assert!(records.get_or_reserve(3).is_some());
        assert!(records.get_or_reserve(4).is_none());
    }
}
