//! Why a crossing was slow.
//!
//! Each cause takes away the time that it accounts for. What is left must be within the bound; else nothing explains the crossing.
//!
//! A thread that never gave the processor up was ready to run all the time. What it was not on a processor then, the machine took,
//! be it that the scheduler says so or that a hypervisor had the processor, which the scheduler does not see.
//!
//! A thread that returns to managed code while the runtime holds its threads waits for longer than that: until the thread that collected,
//! which may be off the processor by then, says that it is done. So where the two overlap, all the time for which the thread had given up
//! the processor counts as waiting for the runtime. What it did on a processor does not, but for as long as the threads were held:
//! the runtime waits actively before it gives up.

use crate::host::Suspensions;
use crate::library::SlowCrossing;
use crate::messages::Slow;

/// What explains a slow crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The thread was ready to run, and other threads had the processors.
    Processor,
    /// The runtime held its threads.
    Suspension,
    /// The kernel had to find memory, and took the time.
    Fault,
    /// None of these.
    Unexplained,
}

/// Why this one was slow. `suspended` is how much of its time the runtime held the threads.
pub fn cause(slow: &SlowCrossing, suspended: i64, bound: i64) -> Cause {
    let wall = slow.ended - slow.began;
    let stayed_ready = slow.gave_up == 0 && slow.on_processor <= bound;
    if wall - slow.waited <= bound || stayed_ready {
        Cause::Processor
    } else if suspended > 0 && slow.gave_up > 0 && slow.on_processor - suspended <= bound {
        Cause::Suspension
    } else if slow.minor_faults + slow.major_faults > 0 {
        Cause::Fault
    } else {
        Cause::Unexplained
    }
}

/// Adds these to the sums, and gives those that nothing explains, in words.
pub fn add(sums: &mut Slow, taken: &[SlowCrossing], suspensions: &Suspensions, bound: i64) -> Vec<String> {
    let mut unexplained = Vec::new();
    for slow in taken {
        let suspended = suspensions.within(slow.began, slow.ended);
        sums.longest_us = sums.longest_us.max((slow.ended - slow.began) as u64 / 1000);
        match cause(slow, suspended, bound) {
            Cause::Processor => sums.processor += 1,
            Cause::Suspension => sums.suspension += 1,
            Cause::Fault => sums.fault += 1,
            Cause::Unexplained => {
                sums.unexplained += 1;
                unexplained.push(words(slow, suspended));
            }
        }
    }
    unexplained
}

fn words(slow: &SlowCrossing, suspended: i64) -> String {
    let us = |ns: i64| ns / 1000;
    format!(
        "{} on thread {} took {} µs: {} µs on a processor, {} µs without one, {} µs while the runtime held its threads, {} times given \
         up, {} times preempted, no page fault",
        if slow.is_callback != 0 { "a callback" } else { "a call" },
        slow.thread,
        us(slow.ended - slow.began),
        us(slow.on_processor),
        us(slow.waited),
        us(suspended),
        slow.gave_up,
        slow.preempted,
    )
}

/// Nanoseconds of CLOCK_MONOTONIC.
pub fn monotonic() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes to what it is given; the clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: i64 = 1_000_000;

    fn slow(wall: i64, waited: i64, minor_faults: i64) -> SlowCrossing {
        SlowCrossing {
            began: 5,
            ended: 5 + wall,
            waited,
            minor_faults,
            gave_up: 1,
            ..SlowCrossing::default()
        }
    }

    #[test]
    fn a_cause_has_to_account_for_all_but_the_bound() {
        for (slow, suspended, wanted) in [
            (slow(9_000_000, 8_000_000, 0), 0, Cause::Processor),
            (slow(9_000_000, 7_999_999, 0), 0, Cause::Unexplained),
            (slow(9_000_000, 0, 0), 1, Cause::Suspension),
            (SlowCrossing { gave_up: 0, ..slow(9_000_000, 0, 0) }, 0, Cause::Processor),
            (
                SlowCrossing { gave_up: 0, on_processor: 1_000_001, ..slow(9_000_000, 0, 0) },
                1,
                Cause::Unexplained,
            ),
            (SlowCrossing { on_processor: 2_000_000, ..slow(9_000_000, 0, 0) }, 999_999, Cause::Unexplained),
            (SlowCrossing { on_processor: 2_000_000, ..slow(9_000_000, 0, 0) }, 1_000_000, Cause::Suspension),
            (slow(9_000_000, 0, 1), 0, Cause::Fault),
            (slow(9_000_000, 0, 0), 0, Cause::Unexplained),
        ] {
            assert_eq!(cause(&slow, suspended, BOUND), wanted, "{slow:?}");
        }
    }

    #[test]
    fn what_nothing_explains_is_told() {
        let mut sums = Slow::default();
        let told = add(
            &mut sums,
            &[slow(9_000_000, 0, 0), slow(2_000_000, 2_000_000, 0)],
            &Suspensions::new(),
            BOUND,
        );
        assert_eq!((sums.processor, sums.unexplained, sums.longest_us), (1, 1, 9000));
        assert!(told.len() == 1 && told[0].contains("took 9000 µs"), "{told:?}");
    }
}
