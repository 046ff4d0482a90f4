//! Histograms of durations in nanoseconds: four buckets to each power of two, as the core has them for ticks.

use std::collections::BTreeMap;

/// Counts by bucket; buckets without a call are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Histogram {
    pub(crate) counts: BTreeMap<u32, u64>,
}

impl Histogram {
    /// Counts one call.
    pub(crate) fn add(&mut self, ns: u64) {
        *self.counts.entry(bucket_of(ns)).or_default() += 1;
    }
}

/// Durations below 4 ns have a bucket each; from there on the two bits behind the first one tell them apart.
pub(crate) fn bucket_of(ns: u64) -> u32 {
    if ns < 4 {
        return ns as u32;
    }
    let octave = 63 - ns.leading_zeros();
    let quarter = (ns >> (octave - 2)) as u32 & 3;
    (octave - 1) * 4 + quarter
}

/// The shortest duration of a bucket.
#[cfg(test)]
fn lower_bound(bucket: u32) -> u64 {
    if bucket < 4 { bucket.into() } else { u64::from(4 + bucket % 4) << (bucket / 4 - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_begins_where_the_one_before_ends() {
        for bucket in 1..=bucket_of(u64::MAX) {
            assert_eq!(bucket_of(lower_bound(bucket)), bucket);
            assert_eq!(bucket_of(lower_bound(bucket) - 1), bucket - 1);
        }
    }
}
