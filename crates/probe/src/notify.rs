//! What rewritten methods of CoreLib call: each turns into a call of the host.
//!
//! All of these but [`expect_own_call`] are called as any native function, in preemptive GC mode, so a host may block in
//! them. On a thread without a task, or one the host refused, everything is left to the runtime; but critical
//! regions hold aborts back there too.

use crate::arch::stack_pointer;
use crate::entry::{ErrnoGuard, guarded};
use crate::probe::Probe;
use crate::thread_state::{current, with_current};
use clrhost_abi::Hresult;
use clrhost_boundary::{
    AbortState, HostResult, HostingLayer, Origin, TargetDescription, TargetId, TargetKind, Task, TaskManager,
    WaitOption,
};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

/// How far the calling thread is with a call of ours, which the flag source must not take for the program's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum OwnCall {
    None,
    /// Announced: the next call to native code is it.
    Expected,
    /// The runtime has reported it.
    Reported,
    /// It is over; its return will be reported.
    Returning,
}

thread_local! {
    static OWN_CALL: Cell<OwnCall> = const { Cell::new(OwnCall::None) };
    /// How often the thread has awaited the abort that it awaits now.
    static AWAITED: Cell<u32> = const { Cell::new(0) };
    /// The thread's wait was interrupted by us.
    static NUDGED: Cell<bool> = const { Cell::new(false) };
}

/// Announces that the next call to native code is ours.
///
/// Called like a managed method, by a `calli` with the managed calling convention: so the runtime reports nothing, and
/// the thread stays in cooperative GC mode. That is allowed as long as it is short and does not block.
pub(crate) extern "C" fn expect_own_call() {
    OWN_CALL.set(OwnCall::Expected);
}

/// A call to native code is reported: is it ours?
#[inline(always)]
pub(crate) fn is_own_call() -> bool {
    let own = OWN_CALL.get() == OwnCall::Expected;
    if own {
        OWN_CALL.set(OwnCall::Reported);
    }
    own
}

/// The return of a call to native code is reported: is it ours?
#[inline(always)]
pub(crate) fn is_own_return() -> bool {
    let own = OWN_CALL.get() == OwnCall::Returning;
    if own {
        OWN_CALL.set(OwnCall::None);
    }
    own
}

/// The thread is inside a call of ours. What the host does in it is reported as ever.
///
/// Where the runtime did not report the call (compilers may inline it so), it will not report the return either.
struct InOwnCall {
    was_reported: bool,
}

impl InOwnCall {
    fn enter() -> InOwnCall {
        InOwnCall { was_reported: OWN_CALL.replace(OwnCall::None) == OwnCall::Reported }
    }
}

impl Drop for InOwnCall {
    fn drop(&mut self) {
        OWN_CALL.set(if self.was_reported { OwnCall::Returning } else { OwnCall::None });
    }
}

/// What rewritten methods do with an answer.
mod answer {
    /// Done; for a method that gives a bool: true.
    pub(super) const DONE: i32 = 0;
    /// The runtime is to do it.
    pub(super) const GO_ON: i32 = 1;
    /// Done; for a method that gives a bool: false.
    pub(super) const DONE_FALSE: i32 = 2;
}

/// Runs an entry from a rewritten method with the host's task, if this thread has one.
fn ask(entry: &'static str, ask: impl FnOnce(&'static Probe, &HostingLayer, &Arc<Task>) -> i32) -> i32 {
    let _own = InOwnCall::enter();
    let mut answered = answer::GO_ON;
    let _ = guarded(entry, || {
        let _errno = ErrnoGuard::keep();
        if let Some(probe) = Probe::installed()
            && let Some(layer) = probe.boundary().layer()
        {
            with_current(probe, |state| {
                if state.owner().is_hosted() && !layer.is_shut() {
                    answered = ask(probe, layer, state.owner().task());
                }
            });
        }
        Hresult::S_OK
    });
    answered
}

pub(crate) extern "C" fn sleep(milliseconds: i32) -> i32 {
    // What is no time is for the runtime to refuse.
    if milliseconds < -1 {
        let _own = InOwnCall::enter();
        return answer::GO_ON;
    }
    ask("Thread.Sleep", |_, layer, task| {
        let time = u32::try_from(milliseconds).ok();
        task.abort().set_sleeps_at_host(true);
        let slept = layer.ask("Sleep", |host| host.sleep(task, time, WaitOption::ALERTABLE));
        task.abort().set_sleeps_at_host(false);
        task.abort().offer_stop();
        match slept {
            Err(Hresult::E_NOTIMPL) => answer::GO_ON,
            // Alerted for an abort, which is thrown as this returns to managed code.
            Err(Hresult::HOST_E_INTERRUPTED) if task.abort().is_striking() => answer::DONE,
            Err(Hresult::HOST_E_INTERRUPTED) => Hresult::COR_E_THREADINTERRUPTED.0,
            Err(_) if layer.is_shut() => answer::GO_ON,
            // Any other value counts as slept (contract: tasks, section 4.3, Sleep).
            Ok(()) | Err(_) => answer::DONE,
        }
    })
}

pub(crate) extern "C" fn switch_to_task() -> i32 {
    ask("Thread.Yield", |_, layer, task| {
        match layer.ask("SwitchToTask", |host| host.switch_to_task(task, WaitOption::default())) {
            Ok(()) => answer::DONE,
            Err(Hresult::E_NOTIMPL) => answer::GO_ON,
            Err(_) => answer::DONE_FALSE,
        }
    })
}

pub(crate) extern "C" fn set_locale(lcid: i32) -> i32 {
    locale("SetLocale", |host, task| host.set_locale(task, lcid as u32))
}

pub(crate) extern "C" fn set_ui_locale(lcid: i32) -> i32 {
    locale("SetUILocale", |host, task| host.set_ui_locale(task, lcid as u32))
}

/// The runtime sets its culture in any case but a refusal.
fn locale(method: &'static str, tell: impl FnOnce(&dyn TaskManager, &Task) -> HostResult) -> i32 {
    ask(method, |_, layer, task| match layer.ask(method, |host| tell(host, task)) {
        Err(hresult) if hresult.is_failure() && hresult != Hresult::E_NOTIMPL && !layer.is_shut() => {
            hresult.0
        }
        Ok(()) | Err(_) => answer::GO_ON,
    })
}

pub(crate) extern "C" fn begin_thread_affinity() -> i32 {
    ask("Thread.BeginThreadAffinity", |_, layer, task| {
        task.begin_affinity();
        layer.call("BeginThreadAffinity", |host| host.begin_thread_affinity(task));
        answer::GO_ON
    })
}

pub(crate) extern "C" fn end_thread_affinity() -> i32 {
    ask("Thread.EndThreadAffinity", |_, layer, task| {
        // An end too many is not passed on: the host would have to answer E_UNEXPECTED.
        if task.end_affinity() {
            layer.call("EndThreadAffinity", |host| host.end_thread_affinity(task));
        }
        answer::GO_ON
    })
}

pub(crate) extern "C" fn begin_critical_region() -> i32 {
    in_region("Thread.BeginCriticalRegion", |_, layer, task| {
        // The host's pairs do not nest, managed code's do.
        if task.abort().begin_delay()
            && let Some(layer) = layer
        {
            layer.call("BeginDelayAbort", |host| host.begin_delay_abort(task));
        }
    })
}

pub(crate) extern "C" fn end_critical_region() -> i32 {
    in_region("Thread.EndCriticalRegion", |probe, layer, task| {
        if let Ok(end) = task.abort().end_delay() {
            if let Some(layer) = layer.filter(|_| end.outermost) {
                layer.call("EndDelayAbort", |host| host.end_delay_abort(task));
            }
            if end.deliver {
                probe.deliver_abort(task.clone());
            }
        }
    })
}

/// A region holds aborts back on every thread, also on one that the host refused: it may abort it all the same. The layer is there
/// if the host is to hear of it.
fn in_region(
    entry: &'static str,
    body: impl FnOnce(&'static Probe, Option<&'static HostingLayer>, &Arc<Task>),
) -> i32 {
    tell(entry, |probe| {
        with_current(probe, |state| {
            let layer = probe.boundary().layer().filter(|_| state.owner().is_hosted());
            body(probe, layer, state.owner().task());
        });
    });
    answer::GO_ON
}

/// A method of CoreLib in which a thread waits. To the host it is a call into the operating system.
pub(crate) struct Wait {
    method: &'static str,
}

pub(crate) static SLEEP: Wait = Wait { method: "System.Threading.Thread.Sleep" };
pub(crate) static WAIT_ONE: Wait = Wait { method: "System.Threading.WaitHandle.WaitOne" };
pub(crate) static WAIT_MULTIPLE: Wait = Wait { method: "System.Threading.WaitHandle.WaitMultiple" };
pub(crate) static SIGNAL_AND_WAIT: Wait = Wait { method: "System.Threading.WaitHandle.SignalAndWait" };
pub(crate) static MONITOR_WAIT: Wait = Wait { method: "System.Threading.Monitor.Wait" };
pub(crate) static MONITOR_ENTER: Wait = Wait { method: "System.Threading.Monitor.Enter" };
pub(crate) static POOL_WAIT: Wait = Wait { method: "System.Threading.LowLevelLifoSemaphore.Wait" };
pub(crate) static JOIN: Wait = Wait { method: "System.Threading.Thread.Join" };
pub(crate) static FINALIZERS: Wait = Wait { method: "System.GC.WaitForPendingFinalizers" };

/// The body of a managed thread, as a target.
static THREAD_START: Wait = Wait { method: "System.Threading.Thread.StartCallback" };

impl Wait {
    fn key(&'static self) -> u64 {
        std::ptr::from_ref(self) as u64
    }

    fn bind(&'static self, probe: &Probe, kind: TargetKind) -> TargetId {
        let mut description = TargetDescription::named(kind, self.method);
        description.origin = Origin::CoreLib;
        description.assembly = Some("System.Private.CoreLib.dll".to_owned());
        // What identifies it to a host of the COM interface.
        description.address = Some(std::ptr::from_ref(self) as usize);
        probe.boundary().bind(self.key(), description)
    }
}

pub(crate) extern "C" fn wait_begins(wait: &'static Wait) {
    let sp = stack_pointer();
    tell("a wait", |probe| {
        with_current(probe, |state| {
            let bind = || wait.bind(probe, TargetKind::RuntimeWait);
            probe.boundary().leave::<true, true>(state.owner(), wait.key(), sp, bind);
        });
    });
}

pub(crate) extern "C" fn wait_ends(wait: &'static Wait) {
    tell("a wait", |probe| {
        if let Some(state) = current() {
            let bind = || wait.bind(probe, TargetKind::RuntimeWait);
            probe.boundary().enter::<true, true>(state.owner(), wait.key(), bind);
            let abort = state.owner().task().abort();
            abort.offer_stop();
            abort.hear_again();
        }
    });
}

/// A wait ends with an interruption. 1 if that was to make way for an abort, else 0.
pub(crate) extern "C" fn wait_is_interrupted(wait: &'static Wait) -> i32 {
    let mut aborting = 0;
    tell("a wait", |probe| {
        if let Some(state) = current() {
            let bind = || wait.bind(probe, TargetKind::RuntimeWait);
            probe.boundary().enter::<true, true>(state.owner(), wait.key(), bind);
            let abort = state.owner().task().abort();
            abort.offer_stop();
            NUDGED.set(abort.take_nudged());
            aborting = (NUDGED.get() | abort.is_striking()).into();
            AWAITED.set(0);
        }
    });
    aborting
}

/// How often an abort that should come now is given a millisecond. Where the runtime may throw it, it does so at once.
const PATIENCE: u32 = 50;

/// Gives an abort the time to come: it is thrown when this returns. 0 if there is none any more, or if it has not come for so long
/// that it cannot strike here.
pub(crate) extern "C" fn await_abort() -> i32 {
    await_abort_if(|abort| abort.is_striking())
}

/// The same for a thread that is about to begin a critical region, so that an abort which is on its way strikes before the region begins,
/// and not in it.
pub(crate) extern "C" fn await_abort_before_region() -> i32 {
    await_abort_if(|abort| abort.await_delivery())
}

fn await_abort_if(comes: impl FnOnce(&AbortState) -> bool) -> i32 {
    let mut goes_on = 0;
    tell("an abort", |_| {
        let Some(state) = current() else { return };
        let awaited = AWAITED.get();
        if comes(state.owner().task().abort()) && awaited < PATIENCE {
            AWAITED.set(awaited + 1);
            std::thread::sleep(Duration::from_millis(1));
            goes_on = 1;
        } else {
            AWAITED.set(0);
        }
    });
    goes_on
}

/// Whether a wait that was interrupted for an abort is to begin again: the abort is held now, or cannot strike where it is, in a handler,
/// whose end it awaits, or in what the runtime calls to make the exception. In that case nobody interrupts it again.
pub(crate) extern "C" fn waits_again() -> i32 {
    let mut again = 0;
    tell("a wait", |_| {
        if let Some(state) = current() {
            again = (state.owner().task().abort().become_deaf() | NUDGED.take()).into();
        }
    });
    again
}

/// The body of a managed thread begins. Takes over a handle on its object, and gives one to free, or 0.
pub(crate) extern "C" fn thread_starts(handle: usize) -> usize {
    let sp = stack_pointer();
    let mut dead = 0;
    tell("the start of a thread", |probe| {
        dead = probe.take_dead_thread().unwrap_or(0) as usize;
        let started = with_current(probe, |state| {
            probe.set_managed_thread(state.owner().task(), handle as u64);
            let bind = || THREAD_START.bind(probe, TargetKind::ThreadStart);
            probe.boundary().reverse_enter::<true, true>(state.owner(), THREAD_START.key(), sp, bind);
        });
        if !started && dead == 0 {
            dead = handle;
        }
    });
    dead
}

/// It is over, or an exception has left it.
pub(crate) extern "C" fn thread_ends() {
    tell("the end of a thread", |probe| {
        if let Some(state) = current() {
            let bind = || THREAD_START.bind(probe, TargetKind::ThreadStart);
            probe.boundary().reverse_leave::<true, true>(state.owner(), THREAD_START.key(), bind);
        }
    });
}

fn tell(entry: &'static str, body: impl FnOnce(&'static Probe)) {
    let _own = InOwnCall::enter();
    let _ = guarded(entry, || {
        let _errno = ErrnoGuard::keep();
        if let Some(probe) = Probe::installed() {
            body(probe);
        }
        Hresult::S_OK
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reported_call_of_ours_is_ignored_on_both_sides_and_no_other() {
        assert!(!is_own_call() && !is_own_return());
        expect_own_call();
        assert!(is_own_call());
        let inside = InOwnCall::enter();
        // A host's own crossings meanwhile.
        assert!(!is_own_call() && !is_own_return());
        drop(inside);
        assert!(is_own_return());
        assert!(!is_own_call() && !is_own_return());
    }

    #[test]
    fn a_call_of_ours_that_is_not_reported_swallows_nothing() {
        expect_own_call();
        drop(InOwnCall::enter());
        assert!(!is_own_call() && !is_own_return());
    }
}
