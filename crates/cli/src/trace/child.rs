//! Runs the command as a shell would: on our standard streams, in our process group, with signals going to it.

use std::ffi::{c_int, c_void};
use std::io;
use std::mem;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicI32, Ordering};

/// How the command ended.
pub struct Ended {
    pub pid: u32,
    pub status: ExitStatus,
}

impl Ended {
    /// As shells give it: 128 and the signal's number where a signal ended the command.
    pub fn code(&self) -> i32 {
        let by_signal = self.status.signal().map(|signal| 128 + signal);
        self.status.code().or(by_signal).expect("a process ends by code or by signal")
    }
}

/// Signals that are for the command. Those of a terminal reach it anyhow; one that was sent to us alone is passed on.
const PASSED_ON: [c_int; 6] =
    [libc::SIGINT, libc::SIGQUIT, libc::SIGTERM, libc::SIGHUP, libc::SIGUSR1, libc::SIGUSR2];

/// The command's process while it runs, else 0.
static CHILD: AtomicI32 = AtomicI32::new(0);

/// Runs the command to its end. The error is one of starting it.
pub fn run(mut command: Command) -> io::Result<Ended> {
    let signals = Signals::hold();
    let mask = signals.mask;
    // SAFETY: sigprocmask may be called between fork and exec; the mask is a copy.
    unsafe {
        command.pre_exec(move || {
            libc::sigprocmask(libc::SIG_SETMASK, &mask, std::ptr::null_mut());
            Ok(())
        });
    }
    let mut child = command.spawn()?;
    let pid = child.id();
    CHILD.store(pid as i32, Ordering::Relaxed);
    signals.release();
    wait_without_reaping(pid);
    // From now on the number may be that of another process.
    CHILD.store(0, Ordering::Relaxed);
    Ok(Ended { pid, status: child.wait()? })
}

fn wait_without_reaping(pid: u32) {
    loop {
        // SAFETY: all-zero is a valid siginfo_t; the call writes to it.
        let waited = unsafe {
            let mut info: libc::siginfo_t = mem::zeroed();
            libc::waitid(libc::P_PID, pid, &mut info, libc::WEXITED | libc::WNOWAIT)
        };
        if waited == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return;
        }
    }
}

/// The signals have our handler, and are put back as they were when this is dropped.
struct Signals {
    before: Vec<(c_int, libc::sigaction)>,
    mask: libc::sigset_t,
}

impl Signals {
    /// Installs the handler, and blocks the signals until there is somebody to pass them on to.
    fn hold() -> Signals {
        // SAFETY: all-zero is a valid sigaction and a valid sigset_t; the calls read and write structures of ours, and cannot
        // fail for these signals.
        unsafe {
            let (mut held, mut mask): (libc::sigset_t, libc::sigset_t) = (mem::zeroed(), mem::zeroed());
            libc::sigemptyset(&mut held);
            for signal in PASSED_ON {
                libc::sigaddset(&mut held, signal);
            }
            libc::sigprocmask(libc::SIG_BLOCK, &held, &mut mask);
            let mut before = Vec::new();
            for signal in PASSED_ON {
                let mut old: libc::sigaction = mem::zeroed();
                libc::sigaction(signal, std::ptr::null(), &mut old);
                // What we ignore, as under nohup, the command is to ignore too; a handler it would not inherit.
                if old.sa_sigaction == libc::SIG_IGN {
                    continue;
                }
                let mut new: libc::sigaction = mem::zeroed();
                new.sa_sigaction = pass_on as extern "C" fn(_, _, _) as usize;
                new.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
                libc::sigaction(signal, &new, std::ptr::null_mut());
                before.push((signal, old));
            }
            Signals { before, mask }
        }
    }

    fn release(&self) {
        // SAFETY: a mask that sigprocmask gave.
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, &self.mask, std::ptr::null_mut()) };
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for (signal, before) in &self.before {
            // SAFETY: puts back what `hold` found.
            unsafe { libc::sigaction(*signal, before, std::ptr::null_mut()) };
        }
        // Where the command could not be started, they are still held.
        self.release();
    }
}

/// Only calls that POSIX allows in a signal handler.
extern "C" fn pass_on(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    let child = CHILD.load(Ordering::Relaxed);
    // SAFETY: the kernel gives a readable structure with SA_SIGINFO.
    let from_terminal = unsafe { (*info).si_code } == libc::SI_KERNEL;
    // The terminal sends its signals to the whole group, the command included.
    if child > 0 && !from_terminal {
        // SAFETY: kill takes no pointers. The child is not reaped yet, so the number is its.
        unsafe { libc::kill(child, signal) };
    }
}
