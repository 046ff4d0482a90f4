//! Whether memory is flat: what grows without end is a leak, what goes up and down is not.
//!
//! The first quarter of the run is left out: code is still compiled, pools and arenas still grow to what 64 threads need. Of the rest,
//! two things must hold. The last quarter's median must not lie above that of the first one left, the run's second, by more than a
//! margin. And in a run that is long enough for it to mean something, the trend must be below a limit: by Theil and Sen, the median of
//! the slopes between all pairs of moments, which some high or low ones do not move. The margin finds the step and the fast leak, the
//! trend the slow one.

/// From so many seconds on a trend is judged.
const LONG: f64 = 600.0;

/// What is still flat.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// KiB a minute, or pieces a minute.
    pub per_minute: f64,
    /// By how much the last quarter may lie above the second one, in KiB or pieces.
    pub margin: f64,
}

/// How a series of numbers went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Course {
    /// Medians of the second and of the last quarter, and the highest of all after the first quarter.
    pub begin: f64,
    pub end: f64,
    pub most: f64,
    /// The trend, a minute.
    pub per_minute: f64,
    /// It is long enough for the trend to count.
    pub is_long: bool,
}

/// The course of these moments: seconds and a number each, in order. `None` if they are too few to say anything.
pub fn course(moments: &[(f64, f64)]) -> Option<Course> {
    if moments.len() < 8 {
        return None;
    }
    let quarter = moments.len() / 4;
    let rest = &moments[quarter..];
    let numbers = |part: &[(f64, f64)]| part.iter().map(|(_, number)| *number).collect::<Vec<_>>();
    Some(Course {
        begin: median(numbers(&moments[quarter..2 * quarter])),
        end: median(numbers(&moments[moments.len() - quarter..])),
        most: numbers(rest).into_iter().fold(f64::MIN, f64::max),
        per_minute: 60.0 * trend(rest),
        is_long: rest[rest.len() - 1].0 - rest[0].0 >= LONG,
    })
}

impl Course {
    /// Whether this is flat. Falling is.
    pub fn is_flat(&self, limits: Limits) -> bool {
        let grows = self.is_long && self.per_minute > limits.per_minute && self.end > self.begin;
        self.end - self.begin <= limits.margin && !grows
    }
}

/// The median of the slopes. Of long series at most so many moments are taken, evenly.
fn trend(moments: &[(f64, f64)]) -> f64 {
    const MOST: usize = 300;
    let step = moments.len().div_ceil(MOST);
    let some: Vec<_> = moments.iter().step_by(step).collect();
    let mut slopes = Vec::with_capacity(some.len() * some.len() / 2);
    for (at, later) in some.iter().enumerate() {
        for earlier in &some[..at] {
            if later.0 > earlier.0 {
                slopes.push((later.1 - earlier.1) / (later.0 - earlier.0));
            }
        }
    }
    median(slopes)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { per_minute: 60.0, margin: 1000.0 };

    fn flat(number: impl Fn(f64) -> f64) -> bool {
        let moments: Vec<_> =
            (0..1000).map(|second| (f64::from(second), number(f64::from(second)))).collect();
        course(&moments).expect("enough moments").is_flat(LIMITS)
    }

    #[test]
    fn what_goes_up_and_down_is_flat() {
        assert!(flat(|second| 1e5 + 500.0 * (second / 7.0).sin()));
        assert!(flat(|second| 1e5 + if (second as u64).is_multiple_of(50) { 1e5 } else { 0.0 }));
        assert!(flat(|second| 1e5 - second));
    }

    #[test]
    fn a_beginning_does_not_count() {
        assert!(flat(|second| 1e6 * (second / 100.0).min(1.0)));
    }

    #[test]
    fn a_leak_is_found_below_the_noise() {
        // 2 KiB a second, and ten times as much up and down.
        assert!(!flat(|second| 1e5 + 2.0 * second + 20.0 * (second * 1.7).sin()));
    }

    #[test]
    fn a_step_is_found() {
        assert!(!flat(|second| if second < 800.0 { 1e5 } else { 1e5 + 2000.0 }));
    }

    #[test]
    fn a_fast_leak_is_found_in_a_short_run() {
        let moments: Vec<_> = (0..120).map(|second| (f64::from(second), 50.0 * f64::from(second))).collect();
        assert!(!course(&moments).expect("enough moments").is_flat(LIMITS));
    }

    #[test]
    fn few_moments_say_nothing() {
        assert_eq!(course(&[(0.0, 1.0); 7]), None);
    }
}
