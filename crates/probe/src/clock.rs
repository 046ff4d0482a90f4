//! The clock that times crossings: the processor's counter where it is steady, else the system's.
//!
//! That the counter runs at one rate is what the processor says of itself. Virtual machines and firmware have been wrong about
//! that, so it is checked: the rate is found for two parts of the run, and they must agree.

use crate::arch;
use clrhost_boundary::Clock;
use std::sync::OnceLock;
use std::time::Instant;

/// Ticks at an unknown but constant rate; [`ProbeClock::ns_per_tick`] tells the rate from the time since the start.
pub struct ProbeClock {
    counter: bool,
    started: Instant,
    first: Reading,
    /// Some time after the start.
    second: OnceLock<Reading>,
}

/// The processor's counter and the system's clock at the same moment.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    ticks: u64,
    ns: u64,
    /// How many ticks the two may lie apart.
    apart: u64,
}

/// Parts of a run shorter than this tell no rate.
const SHORTEST_PART_NS: u64 = 5_000_000;

impl Reading {
    /// Both clocks, as close to each other as some attempts bring them: a thread may be interrupted between the two.
    fn take() -> Reading {
        const ATTEMPTS: usize = 8;
        let readings = (0..ATTEMPTS).map(|_| {
            let before = arch::read_counter();
            let ns = raw_ns();
            let after = arch::read_counter();
            Reading { ticks: before, ns, apart: after.saturating_sub(before) }
        });
        readings.min_by_key(|reading| reading.apart).unwrap_or_default()
    }

    /// Nanoseconds a tick between two readings, and by how many millionths it may be wrong. `None` if they are too close.
    fn rate(self, later: Reading) -> Option<(f64, f64)> {
        let ns = later.ns.checked_sub(self.ns).filter(|&ns| ns >= SHORTEST_PART_NS)?;
        let ticks = later.ticks.checked_sub(self.ticks).filter(|&ticks| ticks > 0)?;
        let error = (self.apart + later.apart) as f64 / ticks as f64 * 1e6;
        Some((ns as f64 / ticks as f64, error))
    }
}

/// The system's clock without what adjusts it to other clocks: that changes its rate by up to 500 millionths.
fn raw_ns() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to a place of its own. The clock exists since Linux 2.6.28.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_RAW, &mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

impl ProbeClock {
    /// Starts the clock; `may_count` says that the processor's counter may be used.
    pub(crate) fn start(may_count: bool) -> ProbeClock {
        ProbeClock {
            counter: may_count && arch::counter_is_steady(),
            started: Instant::now(),
            first: Reading::take(),
            second: OnceLock::new(),
        }
    }

    /// True if times are taken with the processor's counter.
    pub(crate) fn is_counter(&self) -> bool {
        self.counter
    }

    /// Nanoseconds since the start, by the system's clock.
    pub fn elapsed_ns(&self) -> u64 {
        self.started.elapsed().as_nanos() as u64
    }

    /// Length of a tick in nanoseconds.
    ///
    /// Measured over the whole time since the start, so the error is that of two clock readings (some hundred
    /// nanoseconds) in that time: under 0.01 % after 10 ms.
    pub fn ns_per_tick(&self) -> f64 {
        if !self.counter {
            return 1.0;
        }
        let now = Reading::take();
        let ticks = now.ticks.saturating_sub(self.first.ticks);
        if ticks == 0 { 1.0 } else { now.ns.saturating_sub(self.first.ns) as f64 / ticks as f64 }
    }

    /// To be called now and then: the first call that comes late enough divides the run into the parts that
    /// [`drift_ppm`](Self::drift_ppm) compares. Costs next to nothing afterwards.
    pub(crate) fn divide(&self) {
        if self.counter && self.second.get().is_none() {
            let now = Reading::take();
            if self.first.rate(now).is_some() {
                let _ = self.second.set(now);
            }
        }
    }

    /// By how many millionths the counter's rate differs between two parts of the run, beyond what the readings themselves
    /// may be wrong by. `None` where the clock is the system's, or the run too short to tell.
    pub fn drift_ppm(&self) -> Option<f64> {
        let second = *self.second.get().filter(|_| self.counter)?;
        drift_ppm(self.first, second, Reading::take())
    }
}

fn drift_ppm(first: Reading, second: Reading, third: Reading) -> Option<f64> {
    let ((one, one_error), (other, other_error)) = (first.rate(second)?, second.rate(third)?);
    Some(((other / one - 1.0).abs() * 1e6 - one_error - other_error).max(0.0))
}

impl Clock for ProbeClock {
    #[inline]
    fn now(&self) -> u64 {
        if self.counter { arch::read_counter() } else { self.elapsed_ns() }
    }

    #[inline(always)]
    fn now_without_call(&self) -> Option<u64> {
        self.counter.then(arch::read_counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn ticks_times_their_length_is_the_systems_time() {
        for counter in [true, false] {
            let mut clock = ProbeClock::start(true);
            clock.counter &= counter;
            let (ticks, since) = (clock.now(), Instant::now());
            std::thread::sleep(Duration::from_millis(30));
            let measured = (clock.now() - ticks) as f64 * clock.ns_per_tick();
            let system = since.elapsed().as_nanos() as f64;
            // The two readings are not simultaneous; a thread may be preempted between them. A wrong rate would be
            // off by far more than a fifth.
            assert!((measured / system - 1.0).abs() < 0.2, "measured {measured} ns, system {system} ns");
        }
    }

    fn at(ms: u64, ticks: u64) -> Reading {
        Reading { ticks, ns: ms * 1_000_000, apart: 0 }
    }

    #[test]
    fn a_counter_that_changes_its_rate_is_found_out() {
        // 3 ticks a nanosecond, then 2.
        let drift = drift_ppm(at(0, 0), at(10, 30_000_000), at(20, 50_000_000)).unwrap();
        assert!((drift - 500_000.0).abs() < 1.0, "{drift}");
        // The same the other way round, over parts of different lengths.
        let drift = drift_ppm(at(0, 0), at(10, 20_000_000), at(110, 320_000_000)).unwrap();
        assert!((drift - 333_333.0).abs() < 1.0, "{drift}");
        assert_eq!(drift_ppm(at(0, 0), at(10, 30_000_000), at(30, 90_000_000)), Some(0.0));
    }

    #[test]
    fn what_readings_may_be_wrong_by_is_no_drift() {
        let wide = Reading { apart: 40_000, ..at(20, 60_030_000) };
        // A thousandth off, and the last reading took longer than that.
        assert_eq!(drift_ppm(at(0, 0), at(10, 30_000_000), wide), Some(0.0));
        assert!(drift_ppm(at(0, 0), at(10, 30_000_000), at(20, 60_030_000)).unwrap() > 900.0);
    }

    #[test]
    fn short_parts_and_counters_that_run_backwards_tell_nothing() {
        assert_eq!(drift_ppm(at(0, 0), at(1, 3_000_000), at(20, 60_000_000)), None);
        assert_eq!(drift_ppm(at(0, 0), at(10, 30_000_000), at(11, 33_000_000)), None);
        assert_eq!(drift_ppm(at(0, 9), at(10, 5), at(20, 60_000_000)), None);
    }

    #[test]
    fn the_run_is_divided_once_and_not_too_early() {
        let mut clock = ProbeClock::start(true);
        clock.counter = true;
        clock.divide();
        // Whether that came too early depends on how long the machine kept this thread waiting.
        let too_early = clock.second.get().is_none();
        assert_eq!(clock.drift_ppm().filter(|_| too_early), None);
        std::thread::sleep(Duration::from_millis(10));
        clock.divide();
        let second = clock.second.get().expect("late enough").ns;
        std::thread::sleep(Duration::from_millis(10));
        clock.divide();
        assert_eq!(clock.second.get().map(|reading| reading.ns), Some(second));
        assert!(clock.drift_ppm().is_some());
        clock.counter = false;
        assert_eq!(clock.drift_ppm(), None);
    }
}
