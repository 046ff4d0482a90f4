//! The signals by which a process is told that it may not write: SIGPIPE where nobody reads any more, SIGXFSZ where a file
//! would be longer than the process may make one. Their default ends the process, which a report is no reason for.

use std::ffi::c_int;
use std::mem;

const SIGNALS: [c_int; 2] = [libc::SIGPIPE, libc::SIGXFSZ];

/// Runs `body` so that its writes fail with an error and nothing else. What the application has set up for the two signals stays.
pub(crate) fn with_write_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
    let _blocked = Blocked::new();
    body()
}

struct Blocked {
    /// The thread's mask.
    mask: libc::sigset_t,
    /// What was to be delivered anyway.
    pending: libc::sigset_t,
}

impl Blocked {
    fn new() -> Blocked {
        // SAFETY: the sets are initialised before they are read; neither call can fail for them.
        unsafe {
            let mut blocked = Blocked { mask: mem::zeroed(), pending: pending() };
            let mut signals: libc::sigset_t = mem::zeroed();
            libc::sigemptyset(&mut signals);
            for signal in SIGNALS {
                libc::sigaddset(&mut signals, signal);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &signals, &mut blocked.mask);
            blocked
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        let now = pending();
        for signal in SIGNALS {
            // SAFETY: the sets are initialised; the call takes one signal that is pending, and waits for none.
            unsafe {
                if libc::sigismember(&now, signal) == 1 && libc::sigismember(&self.pending, signal) == 0 {
                    let mut taken: libc::sigset_t = mem::zeroed();
                    libc::sigemptyset(&mut taken);
                    libc::sigaddset(&mut taken, signal);
                    let no_time: libc::timespec = mem::zeroed();
                    libc::sigtimedwait(&taken, std::ptr::null_mut(), &no_time);
                }
            }
        }
        // SAFETY: a mask that the call gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.mask, std::ptr::null_mut()) };
    }
}

fn pending() -> libc::sigset_t {
    // SAFETY: all-zero is a valid set, which the call writes.
    unsafe {
        let mut pending: libc::sigset_t = mem::zeroed();
        libc::sigpending(&mut pending);
        pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Runs `body` in a forked child, where SIGPIPE has its default, and gives the child's status. The child makes system calls only.
    fn in_child(body: impl FnOnce()) -> c_int {
        // SAFETY: the child calls `body` and ends; the parent waits for it.
        unsafe {
            match libc::fork() {
                0 => {
                    libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                    body();
                    libc::_exit(7)
                }
                child => {
                    let mut status = 0;
                    assert_eq!(libc::waitpid(child, &mut status, 0), child, "{}", io::Error::last_os_error());
                    status
                }
            }
        }
    }

    /// Writes into a pipe that nobody reads.
    fn write_in_vain() {
        let mut ends = [0; 2];
        // SAFETY: two descriptors of this process's own, and a byte.
        unsafe {
            libc::pipe(ends.as_mut_ptr());
            libc::close(ends[0]);
            let written = libc::write(ends[1], ends.as_ptr().cast(), 1);
            if written != -1 || *libc::__errno_location() != libc::EPIPE {
                libc::_exit(8);
            }
            libc::close(ends[1]);
        }
    }

    #[test]
    fn a_write_in_vain_does_not_end_the_process_and_leaves_nothing_behind() {
        assert_eq!(in_child(write_in_vain), libc::SIGPIPE, "the default ends it");
        assert_eq!(in_child(|| with_write_signals_blocked(write_in_vain)), 7 << 8);
        let then_another = || {
            with_write_signals_blocked(write_in_vain);
            write_in_vain();
        };
        assert_eq!(in_child(then_another), libc::SIGPIPE, "the application's own write");
    }
}
