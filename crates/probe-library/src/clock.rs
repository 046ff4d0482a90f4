//! Clocks of the system.

use std::time::Duration;

/// Time since some moment before the process began, the same for all processes.
pub fn monotonic() -> Duration {
    read(libc::CLOCK_MONOTONIC)
}

/// What the calling thread has had of a processor.
pub fn of_thread() -> Duration {
    read(libc::CLOCK_THREAD_CPUTIME_ID)
}

fn read(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes a structure of ours; these two clocks are always there.
    unsafe { libc::clock_gettime(clock, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
