//! Handing an abort to the runtime.
//!
//! CoreCLR's own function for it returns only when the thread has taken the abort, and does not wake the thread from managed
//! waits. So each abort has two threads of ours: one calls the function, the other wakes the target meanwhile: out of
//! managed waits by an interruption, out of a sleep that the host performs by an alert.

use clrhost_boundary::{Task, gate};
use clrhost_engine_coreclr::{Shim, ThreadHandle};
use clrhost_probe::Probe;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use std::thread;
use std::time::Duration;

/// How long the target is left alone between two attempts to wake it. An interrupted thread takes the abort within a few
/// milliseconds; a second interruption would hit its clean-up.
const BETWEEN: Duration = Duration::from_millis(20);

/// Hands an abort to the runtime and returns at once.
pub(crate) fn deliver(probe: &'static Probe, shim: Shim, task: Arc<Task>) {
    let target = task.clone();
    let started = thread::Builder::new().name("clrhost-abort".to_owned()).spawn(move || {
        probe.mark_internal_thread();
        // Pins the handle; `None` if the task has ended meanwhile.
        let _ = probe.with_managed_thread(&target, |handle| {
            // SAFETY: it is the handle of a managed thread, which stays good until this closure returns.
            let handle = unsafe { ThreadHandle::new(handle as usize) };
            if pass_gate(&target) {
                abort(probe, shim, &target, handle);
                // Only now may it leave the block that catches the exception.
                let gate = target.abort().gate();
                let _ = gate.compare_exchange(gate::ABORTING, gate::INSIDE, AcqRel, Relaxed);
            }
        });
        target.abort().finished();
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

fn abort(probe: &'static Probe, shim: Shim, task: &Arc<Task>, handle: ThreadHandle) {
    thread::scope(|scope| {
        let aborting = scope.spawn(|| {
            probe.mark_internal_thread();
            // A failure means that the thread cannot be aborted any more, for example because it has ended.
            let _ = shim.abort(handle);
        });
        let mut accepted = false;
        while !aborting.is_finished() {
            // False: the runtime does not know of the abort yet, and an interruption would be just that.
            let known = if task.abort().is_deaf() { Ok(true) } else { shim.nudge(handle) };
            if known == Ok(true) && !accepted {
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
}
