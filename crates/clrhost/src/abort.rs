//! Handing an abort to the runtime.
//!
//! CoreCLR can take an abort at any moment, but not survive it: where the target runs managed code that it cannot be stopped in at once,
//! the runtime changes a return address to get hold of it, and the exception that it throws there has nobody to catch it (8.0.4 on Linux:
//! `OnHijackTripThread` has no handler for it; "terminate called after throwing an instance of 'PAL_SEHException'"). So the target is
//! first let come to a place where the runtime throws as it should (`stops` in the probe), if need be by holding all managed threads for
//! moments until it was caught at one. A target that is blocked in native code, or in a call of such code that lasts, is at one.
//!
//! CoreCLR's own function for an abort returns only when the thread has taken it, and does not wake the thread from managed
//! waits. So each abort has two threads of ours: one calls the function, the other wakes the target meanwhile: out of
//! managed waits by an interruption, out of a sleep that the host performs by an alert.

use crate::progress::Progress;
use clrhost_boundary::{AbortState, Bracket, Stop, Task, gate};
use clrhost_engine_coreclr::{Shim, ThreadHandle};
use clrhost_probe::Probe;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// How long the target is left alone between two attempts to wake it. An interrupted thread takes the abort within a few
/// milliseconds; a second interruption would hit its clean-up.
const BETWEEN: Duration = Duration::from_millis(20);

/// A target that has run for so long without being seen to call native code does not do so soon.
const COMPUTING: Duration = BETWEEN;

/// How long it goes on after it was held in managed code where it could not be handed the abort.
const BRIEFLY: Duration = Duration::from_millis(1);

/// A target that is blocked for so long, and does not make a call that is told, waits in native code that is not told, and for no lock of
/// the runtime's.
const LONG: Duration = Duration::from_secs(2);

/// A target that was in native code each time in so long is in a call that lasts, and stops when it returns.
const CALLED: Duration = Duration::from_millis(200);

/// A target that ran so long while all managed code was held runs native code.
const NATIVE: Duration = Duration::from_micros(500);

/// All managed code is held so long at most, if the target is not seen to stand, for instance because it gets no processor.
const HELD: Duration = Duration::from_millis(5);

/// It is looked so often whether it stands. It does within microseconds, if it gets a processor.
const LOOK: Duration = Duration::from_micros(20);

/// Hands an abort to the runtime and returns at once.
pub(crate) fn deliver(probe: &'static Probe, shim: Shim, task: Arc<Task>) {
    let target = task.clone();
    let started = thread::Builder::new().name("clrhost-abort".to_owned()).spawn(move || {
        probe.mark_internal_thread();
        // Pins the handle; `None` if the task has ended meanwhile.
        let withdrawn = probe.with_managed_thread(&target, |handle| {
            // SAFETY: it is the handle of a managed thread, which stays good until this closure returns.
            let handle = unsafe { ThreadHandle::new(handle as usize) };
            if !pass_gate(&target) {
                return false;
            }
            let stop = await_stop(probe, shim, &target, handle);
            if stop == Stop::Made {
                abort(probe, shim, &target, handle);
            }
            // Only now may it leave the block that catches the exception.
            let gate = target.abort().gate();
            let _ = gate.compare_exchange(gate::ABORTING, gate::INSIDE, AcqRel, Relaxed);
            stop == Stop::Withdrawn
        });
        // Else the request is no longer ours to finish.
        if withdrawn != Some(true) {
            target.abort().finished();
        }
    });
    if started.is_err() {
        // Nobody hands it over; the task may be asked again.
        task.abort().finished();
    }
}

/// Waits until the task may be aborted, and keeps it there. False if it ends before.
fn pass_gate(task: &Task) -> bool {
    let mut pause = Duration::from_millis(1);
    let gate = task.abort().gate();
    while gate.compare_exchange(gate::INSIDE, gate::ABORTING, AcqRel, Relaxed).is_err() {
        if task.abort().has_ended() {
            return false;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(BETWEEN);
    }
    true
}

/// Waits until the target has stopped, or is blocked in native code.
fn await_stop(probe: &'static Probe, shim: Shim, task: &Task, handle: ThreadHandle) -> Stop {
    let abort = task.abort();
    probe.prepare_stops();
    abort.await_stop();
    let progress = Progress::of(task.os_thread_id());
    let (mut pause, mut ran) = (BETWEEN, None);
    let (mut blocked_since, mut called_since) = (None, None);
    let lasts = |since: Option<Instant>, long| since.is_some_and(|since| since.elapsed() >= long);
    loop {
        match abort.stop(pause) {
            Stop::Awaited => {}
            come => return come,
        }
        // A wait of managed code's is woken, and stops then.
        let mut is_waiting = false;
        abort.nudge(|| {
            is_waiting = shim.wake(handle) == Ok(true);
            is_waiting
        });
        // Who is blocked otherwise is so in native code, or because the runtime holds it, or for a lock of the runtime's.
        let before = std::mem::replace(&mut ran, progress.ran());
        let is_blocked = !is_waiting && ran == before && progress.is_blocked() && !abort.is_suspended();
        blocked_since = is_blocked.then(|| blocked_since.unwrap_or_else(Instant::now));
        // What is told stops when it returns.
        let is_called = abort.sleeps_at_host() || task.innermost_bracket() == Some(Bracket::Leave);
        called_since = is_called.then(|| called_since.unwrap_or_else(Instant::now));
        let blocks = lasts(blocked_since, if is_called { BETWEEN } else { LONG });
        if blocks || lasts(called_since, CALLED) {
            return abort.force_stop();
        }
        if is_called {
            pause = BETWEEN;
        } else if ran.is_none_or(|ran| ran >= COMPUTING) {
            // While it runs native code, others are not to be held all the time.
            let runs_on = hold(probe, abort, &progress) == Some(false);
            pause = if runs_on { (pause * 2).min(BETWEEN) } else { BRIEFLY };
        }
    }
}

/// Holds all managed code until the target stands, or is seen to run native code: whether it stood. `None` if nothing could be held.
fn hold(probe: &Probe, abort: &AbortState, progress: &Progress) -> Option<bool> {
    let passed_by = abort.passed_by();
    probe.suspend(|| {
        let (began, ran) = (Instant::now(), progress.ran());
        let runs_on = || progress.ran().zip(ran).is_none_or(|(now, ran)| now >= ran + NATIVE);
        loop {
            if abort.is_suspended() || abort.passed_by() != passed_by {
                return true;
            }
            if runs_on() || began.elapsed() >= HELD {
                return false;
            }
            thread::sleep(LOOK);
        }
    })
}

fn abort(probe: &'static Probe, shim: Shim, task: &Arc<Task>, handle: ThreadHandle) {
    let aborter = OnceLock::new();
    thread::scope(|scope| {
        let aborting = thread::Builder::new().name("clrhost-abort".to_owned()).spawn_scoped(scope, || {
            probe.mark_internal_thread();
            let own = shim.current_thread();
            if own != 0 {
                // SAFETY: just made, and given back below, when nobody uses it any more.
                let _ = aborter.set(unsafe { ThreadHandle::new(own) });
            }
            // A failure means that the thread cannot be aborted any more, for example because it has ended.
            let _ = shim.abort(handle);
        });
        // Without a thread for it the abort is not handed over; the task may be asked again.
        let Ok(aborting) = aborting else { return };
        let mut accepted = false;
        while !aborting.is_finished() {
            let nudged =
                aborter.get().filter(|_| !task.abort().is_deaf()).map(|own| shim.nudge(handle, *own));
            if nudged == Some(Ok(true)) && !accepted {
                accepted = true;
                task.abort().accepted();
                if let Some(layer) = probe.boundary().layer().filter(|_| task.is_hosted()) {
                    layer.call("Alert", |host| host.alert(task));
                }
            }
            // The first attempts come soon, as most threads run managed code and are done at once.
            thread::sleep(if accepted { BETWEEN } else { Duration::from_millis(1) });
        }
    });
    if let Some(aborter) = aborter.into_inner() {
        // Freeing a handle does not fail.
        let _ = shim.release_thread(aborter);
    }
}
