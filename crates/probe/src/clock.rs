//! The clock that times crossings: the processor's counter where it is steady, else the system's.

use crate::arch;
use clrhost_boundary::Clock;
use std::time::Instant;

/// Ticks at an unknown but constant rate; [`ProbeClock::ns_per_tick`] tells the rate from the time since the start.
pub struct ProbeClock {
    counter: bool,
    started: Instant,
    started_ticks: u64,
}

impl ProbeClock {
    /// Starts the clock.
    pub(crate) fn start() -> ProbeClock {
        let mut clock =
            ProbeClock { counter: arch::counter_is_steady(), started: Instant::now(), started_ticks: 0 };
        clock.started_ticks = clock.now();
        clock
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
        let ticks = self.now().saturating_sub(self.started_ticks);
        if ticks == 0 { 1.0 } else { self.elapsed_ns() as f64 / ticks as f64 }
    }
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
            let mut clock = ProbeClock::start();
            clock.counter &= counter;
            clock.started_ticks = clock.now();
            clock.started = Instant::now();
            let (ticks, since) = (clock.now(), Instant::now());
            std::thread::sleep(Duration::from_millis(30));
            let measured = (clock.now() - ticks) as f64 * clock.ns_per_tick();
            let system = since.elapsed().as_nanos() as f64;
            // The two readings are not simultaneous; a thread may be preempted between them. A wrong rate would be
            // off by far more than a fifth.
            assert!((measured / system - 1.0).abs() < 0.2, "measured {measured} ns, system {system} ns");
        }
    }
}
