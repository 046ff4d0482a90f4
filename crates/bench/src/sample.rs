//! What was measured over the rounds, and the two numbers taken from it.

/// The values of one variant, one for each round.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Adds the next round's value.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// The least: what the machine can do when nothing else is in its way.
    pub fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The middle one: what it usually does.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let (below, above) = ((sorted.len().saturating_sub(1)) / 2, sorted.len() / 2);
        match sorted.get(below).zip(sorted.get(above)) {
            Some((below, above)) => (below + above) / 2.0,
            None => f64::NAN,
        }
    }

    /// Round by round, how much more this is than the other.
    pub fn above(&self, other: &Sample) -> Sample {
        Sample(self.0.iter().zip(&other.0).map(|(this, other)| this - other).collect())
    }

    /// Round by round, how many times the other this is.
    pub fn times(&self, other: &Sample) -> Sample {
        Sample(self.0.iter().zip(&other.0).map(|(this, other)| this / other).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample(values.to_vec())
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(sample(&[4.0, 1.0, 3.0, 2.0]).median(), 2.5);
        assert_eq!(sample(&[9.0, 1.0, 3.0]).median(), 3.0);
        assert!(sample(&[]).median().is_nan());
    }

    #[test]
    fn differences_are_taken_within_a_round() {
        // The machine was twice as slow in the second round; the difference of the medians would be 3.5.
        let (slow, fast) = (sample(&[12.0, 24.0, 13.0]), sample(&[10.0, 20.0, 11.0]));
        assert_eq!(slow.above(&fast).median(), 2.0);
        assert_eq!(slow.times(&fast).least(), 13.0 / 11.0);
    }
}
