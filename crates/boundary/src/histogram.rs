//! Latency histograms with a fixed number of buckets, four to each power of two.
//!
//! A bucket is at most a quarter wider than its lower bound, so a quantile read from it is off by at most 12.5 %. The
//! first bucket takes everything below 20 ticks (a few nanoseconds, less than reading the clock costs), the last one
//! everything above 2^44 ticks (over an hour at 4 GHz).

/// Number of buckets, hence of words a task keeps per target for its histogram.
pub(crate) const BUCKETS: usize = if cfg!(loom) { 2 } else { 160 };

/// Values below `1 << FIRST_OCTAVE` share bucket 0 with the first quarter of that octave.
pub(crate) const FIRST_OCTAVE: u32 = 4;

/// The bucket that counts `ticks`.
#[inline]
pub(crate) fn bucket_of(ticks: u64) -> usize {
    let octave = 63 - (ticks | 1).leading_zeros();
    if octave < FIRST_OCTAVE {
        return 0;
    }
    let quarter = (ticks >> (octave - 2)) as usize & 3;
    (((octave - FIRST_OCTAVE) as usize) * 4 + quarter).min(BUCKETS - 1)
}

/// Lower bound of a bucket in ticks; `BUCKETS` gives the upper bound of the last one.
fn lower_bound(bucket: usize) -> u64 {
    if bucket == 0 {
        return 0;
    }
    let octave = FIRST_OCTAVE + (bucket / 4) as u32;
    (4 + (bucket % 4) as u64) << (octave - 2)
}

/// A histogram as a reader sees it: a plain copy, in ticks of the task's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistogramSnapshot {
    counts: Box<[u64; BUCKETS]>,
}

impl Default for HistogramSnapshot {
    fn default() -> Self {
        HistogramSnapshot { counts: Box::new([0; BUCKETS]) }
    }
}

impl HistogramSnapshot {
    /// Adds `count` observations to the bucket with this index; an index out of range goes to the last bucket.
    pub(crate) fn add(&mut self, bucket: usize, count: u64) {
        self.counts[bucket.min(BUCKETS - 1)] += count;
    }

    /// Adds all observations of another histogram.
    pub(crate) fn merge(&mut self, other: &HistogramSnapshot) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *mine += theirs;
        }
    }

    /// Number of observations.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The buckets that hold an observation: lower and upper bound in ticks, and how many.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        let used = self.counts.iter().enumerate().filter(|&(_, &count)| count > 0);
        used.map(|(bucket, &count)| (lower_bound(bucket), lower_bound(bucket + 1), count))
    }

    /// The value in ticks below or at which a share `q` (0 to 1) of the observations lies: the middle of the bucket
    /// that holds the observation of that rank, off by at most 12.5 %. `None` when there is no observation.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count);
        let mut seen = 0;
        let bucket = self.counts.iter().position(|&n| {
            seen += n;
            seen >= rank
        })?;
        Some(u64::midpoint(lower_bound(bucket), lower_bound(bucket + 1)))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_bucket_begins_where_the_one_before_ends() {
        for bucket in 1..BUCKETS {
            assert_eq!(bucket_of(lower_bound(bucket)), bucket);
            assert_eq!(bucket_of(lower_bound(bucket) - 1), bucket - 1);
        }
    }

    #[test]
    fn extremes_land_in_the_outer_buckets() {
        assert_eq!(bucket_of(0), 0);
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn buckets_are_handed_out_with_their_bounds() {
        let mut histogram = HistogramSnapshot::default();
        for ticks in [3, 100, 101] {
            histogram.add(bucket_of(ticks), 1);
        }
        assert_eq!(histogram.buckets().collect::<Vec<_>>(), [(0, 20, 1), (96, 112, 2)]);
    }

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(HistogramSnapshot::default().quantile(0.5), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 256 }))]

        #[test]
        fn quantiles_are_within_an_eighth(mut values in prop::collection::vec(20u64..1 << 40, 1..400), q in 0.01f64..1.0) {
            let mut histogram = HistogramSnapshot::default();
            for &value in &values {
                histogram.add(bucket_of(value), 1);
            }
            values.sort_unstable();
            let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1] as f64;
            let read = histogram.quantile(q).unwrap() as f64;
            prop_assert!((read - exact).abs() <= exact * 0.125 + 1.0, "read {read}, exact {exact}");
        }
    }
}
