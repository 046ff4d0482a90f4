//! Handlers of signals that come anywhere, also in the midst of a thunk, and that call through thunks themselves.

use super::bed::{Bed, Made};
use super::child::in_each_mode;
use super::native::{Native, as_function};
use crate::thunk::Purpose::{self, Export, Leave, LeaveSuppressed, Reverse};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::{ptr, thread};

const CALLS: i64 = 1_000_000;

struct Signals<'a> {
    bed: &'a Bed,
    native: Native,
}

impl Signals<'_> {
    fn load(bed: &Bed) -> Signals<'_> {
        Signals { bed, native: Native::load("jumps.c") }
    }

    /// Lets a signal be handled by a call through a thunk of this kind.
    fn handle(&self, signal: i32, purpose: Purpose, on_other_stack: bool) -> Made {
        let made = self.bed.thunk(purpose, self.native.address(c"jumps_same"));
        self.native.set(c"OTHER", made.stub);
        // SAFETY: declared in jumps.c.
        unsafe {
            if on_other_stack {
                self.native.function::<extern "C" fn()>(c"jumps_other_stack")();
            }
            self.native.function::<extern "C" fn(i32, i32)>(c"jumps_handle")(signal, on_other_stack as i32);
        }
        made
    }

    /// How many signals were handled. None may have found a wrong result.
    #[track_caller]
    fn handled(&self) -> u64 {
        // SAFETY: declared in jumps.c.
        let ask = |name| unsafe { self.native.function::<extern "C" fn() -> i64>(name)() };
        assert_eq!(ask(c"jumps_wrong"), 0);
        ask(c"jumps_handled") as u64
    }

    /// Makes so many calls with six arguments through a thunk, and looks at what arrives.
    #[track_caller]
    fn many(&self, made: Made, calls: i64) {
        // SAFETY: declared in jumps.c.
        let many: extern "C" fn(usize, i64) -> i64 = unsafe { self.native.function(c"jumps_many") };
        assert_eq!(many(made.stub, calls), 0, "wrong sums through {:?}", made.purpose);
    }

    fn sum(&self, purpose: Purpose) -> Made {
        self.bed.thunk(purpose, self.native.address(c"jumps_sum"))
    }
}

/// Sends the calling thread signals as fast as it goes while `body` runs.
fn under_fire(signal: i32, body: impl FnOnce()) {
    static OVER: AtomicBool = AtomicBool::new(false);
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            OVER.store(true, Relaxed);
        }
    }
    OVER.store(false, Relaxed);
    // SAFETY: has no precondition.
    let target = unsafe { libc::pthread_self() };
    thread::scope(|scope| {
        scope.spawn(move || {
            while !OVER.load(Relaxed) {
                // SAFETY: the thread waits for this one, so it lives.
                unsafe { libc::pthread_kill(target, signal) };
                (0..200).for_each(|_| std::hint::spin_loop());
            }
        });
        let _over = Over;
        body();
    });
}

#[test]
fn calls_are_counted_exactly_while_a_profiling_timer_runs() {
    in_each_mode(|bed| {
        let signals = Signals::load(bed);
        extern "C" fn nothing(_signal: i32) {}
        // SAFETY: the handler does nothing; a thousand times a second of processor time.
        unsafe {
            libc::signal(libc::SIGPROF, nothing as *const () as usize);
            let often = libc::timeval { tv_sec: 0, tv_usec: 1000 };
            let timer = libc::itimerval { it_interval: often, it_value: often };
            assert_eq!(libc::setitimer(libc::ITIMER_PROF, &timer, ptr::null_mut()), 0);
        }
        let thunks = [Leave, LeaveSuppressed, Export, Reverse].map(|purpose| signals.sum(purpose));
        bed.as_managed(|| thunks.iter().for_each(|&made| signals.many(made, CALLS)));
        let calls = CALLS as u64;
        assert_eq!(bed.all_counts(&thunks), [(calls, calls, 0); 4]);
        bed.assert_balanced();
    });
}

/// The handler's call may come between any two instructions of another call through a thunk.
#[track_caller]
fn fire(bed: &Bed, on_other_stack: bool) {
    let signals = Signals::load(bed);
    let mut handled_before = 0;
    // Enough that many come in the midst of a thunk, of which a call is a good part.
    const SIGNALS: u64 = 1_000;
    for inner in [Leave, Export, Reverse] {
        let handler = signals.handle(libc::SIGUSR1, inner, on_other_stack);
        let thunks = [Leave, Export, Reverse].map(|purpose| signals.sum(purpose));
        let mut calls = 0;
        bed.as_managed(|| {
            under_fire(libc::SIGUSR1, || {
                while signals.handled() - handled_before < SIGNALS {
                    thunks.iter().for_each(|&made| signals.many(made, 100_000));
                    calls += 100_000;
                }
            });
        });
        assert_eq!(bed.all_counts(&thunks), [(calls, calls, 0); 3], "{inner:?}");
        let (began, returned, unwound) = bed.counts(handler);
        let handled = signals.handled() - handled_before;
        handled_before += handled;
        // An export that is called out of native code does not count.
        let fits = if inner == Export { began <= handled } else { began == handled };
        assert!(fits && returned == began && unwound == 0, "{inner:?}: {:?}", bed.counts(handler));
        bed.assert_balanced();
    }
}

#[test]
fn handlers_that_call_through_thunks_disturb_nothing() {
    in_each_mode(|bed| fire(bed, false));
}

#[test]
fn nor_do_they_on_a_stack_of_their_own() {
    in_each_mode(|bed| fire(bed, true));
}

/// A handler that runs inside a native function, at a moment that the function chose.
#[test]
fn handlers_inside_a_call() {
    in_each_mode(|bed| {
        let signals = Signals::load(bed);
        let mut expected = 0;
        for on_other_stack in [false, true] {
            for inner in [Leave, Reverse] {
                let handler = signals.handle(libc::SIGUSR1, inner, on_other_stack);
                let raise = bed.thunk(Leave, signals.native.address(c"jumps_raise"));
                // SAFETY: it leads to `jumps_raise`.
                let call: extern "C" fn(i64) -> i64 = unsafe { as_function(raise.stub) };
                (0..1000).for_each(|x| assert_eq!(call(x), x));
                expected += 1000;
                assert_eq!(signals.handled(), expected);
                assert_eq!(
                    bed.all_counts(&[handler, raise]),
                    [(1000, 1000, 0); 2],
                    "{inner:?} {on_other_stack}"
                );
                bed.assert_balanced();
            }
        }
    });
}

/// A child of a fork made inside of calls goes on alone, returns from them, and counts its own.
#[test]
fn a_fork_in_a_call() {
    in_each_mode(|bed| {
        extern "C" fn fork_here() -> i32 {
            // SAFETY: the child does nothing that needs the other threads, of which it has none.
            unsafe { libc::fork() }
        }
        let (fork, around) = (
            bed.thunk(Leave, fork_here as *const () as usize),
            bed.thunk(Reverse, call as *const () as usize),
        );
        extern "C" fn call(stub: usize) -> i32 {
            // SAFETY: it is called with the stub of a thunk before `fork_here`.
            unsafe { as_function::<extern "C" fn() -> i32>(stub)() }
        }
        // SAFETY: it leads to `call`.
        let forks: extern "C" fn(usize) -> i32 = unsafe { as_function(around.stub) };
        let child = forks(fork.stub);
        if child == 0 {
            let counted = bed.all_counts(&[fork, around]) == [(1, 1, 0); 2];
            let signals = Signals::load(bed);
            let sum = signals.sum(Leave);
            signals.many(sum, 1000);
            let goes_on = bed.counts(sum) == (1000, 1000, 0) && bed.depth() == 0;
            // SAFETY: ends the child without what the parent would do at its end.
            unsafe { libc::_exit(if counted && goes_on { 0 } else { 1 }) };
        }
        let mut status = 0;
        // SAFETY: the status is writable.
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        assert_eq!(status, 0);
        assert_eq!(bed.all_counts(&[fork, around]), [(1, 1, 0); 2]);
        bed.assert_balanced();
    });
}
