//! How a thread gets on, by the kernel's account of it.

use std::fs;
use std::time::Duration;

/// A thread, watched from a moment on.
pub(crate) struct Progress {
    thread: u64,
    at_first: Option<Duration>,
}

impl Progress {
    pub(crate) fn of(thread: u64) -> Progress {
        Progress { thread, at_first: time_on_processors(thread) }
    }

    /// How long it ran since it is watched. `None` when the thread has ended.
    pub(crate) fn ran(&self) -> Option<Duration> {
        time_on_processors(self.thread)?.checked_sub(self.at_first?)
    }

    /// It waits in the kernel, for whatever. A thread that is ready to run does not.
    pub(crate) fn is_blocked(&self) -> bool {
        let state = fs::read_to_string(format!("/proc/self/task/{}/syscall", self.thread));
        state.is_ok_and(|state| !state.starts_with("running"))
    }
}

fn time_on_processors(thread: u64) -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` can be written. A clock that there is not, as that of a thread that has ended, is an error.
    let failed = unsafe { libc::clock_gettime(clock_of(thread)?, &mut time) } != 0;
    if failed {
        None
    } else {
        Some(Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?))
    }
}

/// The clock that says how long a thread of this process ran. What `/proc` says of it is up to a tick old. The C library has it for a
/// `pthread_t` alone (`pthread_getcpuclockid`), which must not have ended; this is what it makes of one (`CPUCLOCK_PERTHREAD_MASK`,
/// `CPUCLOCK_SCHED`).
fn clock_of(thread: u64) -> Option<libc::clockid_t> {
    let thread = libc::clockid_t::try_from(thread).ok()?;
    Some(!thread << 3 | 4 | 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_runs_is_told_from_one_that_waits() {
        let (tell, told) = std::sync::mpsc::channel();
        let (go_on, wait) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            // SAFETY: gettid has no precondition.
            tell.send(unsafe { libc::gettid() } as u64).unwrap();
            wait.recv().unwrap();
            let mut sum = 0_u64;
            while wait.try_recv().is_err() {
                sum = std::hint::black_box(sum.wrapping_add(1));
            }
        });
        let progress = Progress::of(told.recv().unwrap());
        while !progress.is_blocked() {
            std::thread::yield_now();
        }
        go_on.send(()).unwrap();
        while progress.ran().unwrap() < Duration::from_millis(5) {
            std::thread::yield_now();
        }
        go_on.send(()).unwrap();
        other.join().unwrap();
        assert_eq!(progress.ran(), None);
    }
}
