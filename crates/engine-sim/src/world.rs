//! What all threads of a simulation share.

use crate::log::{Lapse, Log};
use crate::observed::Observed;
use crate::script::{Callee, Op, TaskNumber};
use crate::threads;
use clrhost_boundary::{
    Boundary, Clock, GcManager, HostResult, Hresult, Origin, TargetDescription, TargetId, Task,
};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The thread on which aborted tasks are alerted.
pub(crate) const ALERTER: TaskNumber = TaskNumber(u8::MAX);

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// An abort took its place: the task is out of its innermost method.
    Aborted,
    /// The thread that was to be made will not be there.
    NoThread(TaskNumber),
    /// The task is over.
    Ended,
}

/// What threads tell whoever leads the simulation.
pub(crate) enum Event {
    /// The task has this thread, and is at its first crossing.
    Began(TaskNumber, u64),
    /// Something is under way that no step led to.
    Busy(TaskNumber),
    Over(TaskNumber, Outcome),
}

/// Time by steps: what the clock says has no meaning for a host.
#[derive(Default)]
pub(crate) struct Ticks(AtomicU64);

impl Clock for Ticks {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// What is known of a task outside its thread.
pub(crate) struct Seat {
    pub(crate) number: TaskNumber,
    pub(crate) task: OnceLock<Arc<Task>>,
    /// An abort waits for the task to be in managed code.
    pub(crate) abort: AtomicBool,
    /// Alerts for sleeps that the host leaves to the runtime.
    alerted: Mutex<bool>,
    woken: Condvar,
}

impl Seat {
    pub(crate) fn new(number: TaskNumber) -> Seat {
        Seat {
            number,
            task: OnceLock::new(),
            abort: AtomicBool::new(false),
            alerted: Mutex::new(false),
            woken: Condvar::new(),
        }
    }

    /// Ends the runtime's own sleep of this task, now or when it begins.
    pub(crate) fn wake(&self) {
        *lock(&self.alerted) = true;
        self.woken.notify_all();
    }

    /// A sleep that the host left to the runtime.
    pub(crate) fn sleep(&self, milliseconds: Option<u32>, alertable: bool) {
        let limit = milliseconds.map(|time| Duration::from_millis(time.into()));
        if !alertable {
            return std::thread::sleep(limit.unwrap_or_default());
        }
        let alerted = lock(&self.alerted);
        let mut alerted = match limit {
            Some(limit) => {
                self.woken
                    .wait_timeout_while(alerted, limit, |woken| !*woken)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
            None => self.woken.wait_while(alerted, |woken| !*woken).unwrap_or_else(PoisonError::into_inner),
        };
        *alerted = false;
    }
}

/// The simulated runtime.
pub(crate) struct World {
    pub(crate) boundary: Boundary<Ticks>,
    pub(crate) gc: Option<Observed<dyn GcManager>>,
    pub(crate) log: Arc<Log>,
    pub(crate) events: Sender<Event>,
    pub(crate) faults: Faults,
    /// A collection suspends managed code.
    pub(crate) suspended: AtomicBool,
    seats: Mutex<HashMap<TaskNumber, Arc<Seat>>>,
    orders: Mutex<HashMap<TaskNumber, Sender<Op>>>,
}

impl World {
    pub(crate) fn new(
        boundary: Boundary<Ticks>,
        gc: Option<Observed<dyn GcManager>>,
        log: Arc<Log>,
        events: Sender<Event>,
        faults: Faults,
    ) -> World {
        World {
            boundary,
            gc,
            log,
            events,
            faults,
            suspended: AtomicBool::new(false),
            seats: Mutex::default(),
            orders: Mutex::default(),
        }
    }

    pub(crate) fn add_seat(&self, number: TaskNumber) -> Arc<Seat> {
        lock(&self.seats).entry(number).or_insert_with(|| Arc::new(Seat::new(number))).clone()
    }

    pub(crate) fn seat(&self, number: TaskNumber) -> Option<Arc<Seat>> {
        lock(&self.seats).get(&number).cloned()
    }

    /// The task of this number; `None` before its first crossing.
    pub(crate) fn task(&self, number: TaskNumber) -> Option<Arc<Task>> {
        self.seat(number)?.task.get().cloned()
    }

    /// Where the task takes its orders from.
    pub(crate) fn open_orders(&self, number: TaskNumber) -> Receiver<Op> {
        let (sender, receiver) = std::sync::mpsc::channel();
        lock(&self.orders).insert(number, sender);
        receiver
    }

    /// Lets the task take this step. A task that is gone takes none.
    pub(crate) fn order(&self, number: TaskNumber, op: Op) {
        if let Some(orders) = lock(&self.orders).get(&number) {
            // Its thread is gone: it has told so.
            let _ = orders.send(op);
        }
    }

    /// No further steps: the threads end that wait for one.
    pub(crate) fn close_orders(&self) {
        lock(&self.orders).clear();
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listens after the end.
        let _ = self.events.send(event);
    }

    pub(crate) fn bind(&self, callee: Callee) -> TargetId {
        let mut description = TargetDescription::named(callee.kind(), callee.name());
        description.origin = Origin::User;
        // An identifier, as the contract has it: nothing is there.
        description.address = Some(0x1000 + callee.0 as usize * 0x10);
        self.boundary.bind(key(callee), description)
    }

    /// Calls the host's GC manager, as the probe does.
    pub(crate) fn tell_gc(&self, method: &'static str, call: impl FnOnce(&dyn GcManager) -> HostResult) {
        let (Some(gc), Some(layer)) = (&self.gc, self.boundary.layer()) else { return };
        if layer.is_shut() {
            return;
        }
        let answer = catch_unwind(AssertUnwindSafe(|| call(gc))).unwrap_or(Err(Hresult::E_FAIL));
        if let Err(hresult) = answer {
            layer.note(method, hresult);
        }
    }

    /// Alerts a task through the host, and wakes it from a sleep of the runtime's own.
    pub(crate) fn alert(&self, number: TaskNumber) {
        let Some(seat) = self.seat(number) else { return };
        // The host has nothing to wake of a task that it refused.
        let task = seat.task.get().filter(|task| task.is_hosted());
        if let (Some(task), Some(layer)) = (task, self.boundary.layer()) {
            layer.call("Alert", |host| host.alert(task));
        }
        seat.wake();
    }
}

pub(crate) fn key(callee: Callee) -> u64 {
    callee.0 as u64
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Failures that the runtime answers a host with.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<EngineFault>>);

/// The `nth` call (from 1) of a method of the runtime's is answered with this, and nothing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineFault {
    /// The contract's name of the method: `Abort`, `CreateTask`, `SetLocale`, `YieldTask`, `GetMemStats`.
    pub method: &'static str,
    /// Which call of it.
    pub nth: u32,
    /// The answer.
    pub hresult: Hresult,
}

impl Faults {
    pub(crate) fn new(faults: Vec<EngineFault>) -> Faults {
        Faults(Mutex::new(faults))
    }

    /// To be asked once at each call of the method.
    pub(crate) fn at(&self, method: &'static str) -> HostResult {
        let mut faults = lock(&self.0);
        let mut answer = Ok(());
        for fault in faults.iter_mut().filter(|fault| fault.method == method && fault.nth > 0) {
            fault.nth -= 1;
            if fault.nth == 0 {
                answer = Err(fault.hresult);
            }
        }
        answer
    }
}

/// Checks what the host owes a new thread.
pub(crate) fn check_stack(log: &Log, task: TaskNumber, asked: usize) {
    if let Some(has) = threads::stack_size()
        && has < asked
    {
        log.lapse(Lapse::StackTooSmall { task, asked, has });
    }
}
