//! A scheduler in the spirit of SQL Server's: a task needs a slot to run managed code.
//!
//! It takes one in `ReverseEnterRuntime` and `EnterRuntime`, and gives it up in `LeaveRuntime`, `ReverseLeaveRuntime` and
//! `Sleep`. So a task that waits, in native code or for others, keeps nobody from running; a task that only computes keeps its
//! slot until it offers it (`SwitchToTask`), crosses the border, or has run longer than its budget and is aborted.
//!
//! Slots go to those that wait in the order in which they came. Waiting happens in preemptive GC mode, so the collector
//! never waits for a task that waits here.

use clrhost::{HostResult, Hresult, Target, Task, TaskManager, TaskRequest, WaitOption};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The host. Clones are the same one.
#[derive(Clone)]
pub struct Scheduler(Arc<Shared>);

struct Shared {
    slots: usize,
    state: Mutex<State>,
    /// Wakes sleepers that are to be aborted.
    alerted: Condvar,
    running: AtomicU64,
    counts: Counts,
}

#[derive(Default)]
struct State {
    free: usize,
    waiting: VecDeque<Arc<Waiter>>,
    /// Since when each task has had its slot.
    holders: HashMap<u64, Instant>,
    alerts: HashSet<u64>,
}

/// One task's place in the queue.
struct Waiter {
    thread: std::thread::Thread,
    has_slot: AtomicBool,
}

#[derive(Default)]
struct Counts {
    crossings: AtomicU64,
    violations: AtomicU64,
    most_at_once: AtomicU64,
    threads: AtomicU64,
    longest_wait_us: AtomicU64,
}

/// What the scheduler saw.
pub struct Seen {
    /// Crossings at which the rule was checked.
    pub crossings: u64,
    /// Of these, how many found more tasks in managed code than there are slots.
    pub violations: u64,
    /// Most tasks in managed code at one time.
    pub most_at_once: u64,
    /// Threads that the runtime had the host make.
    pub threads: u64,
    /// Longest time that a task waited for a slot.
    pub longest_wait: Duration,
}

thread_local! {
    /// Whether this thread's task has a slot.
    static HAS_SLOT: Cell<bool> = const { Cell::new(false) };
    /// For each open `LeaveRuntime`, whether it gave up a slot. The runtime's own threads, such as the finalizer, never had
    /// one: they run managed code without being called by a thread of ours.
    static GAVE_UP: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
}

impl Scheduler {
    /// A scheduler with this many slots.
    pub fn new(slots: usize) -> Scheduler {
        Scheduler(Arc::new(Shared {
            slots,
            state: Mutex::new(State { free: slots, ..State::default() }),
            alerted: Condvar::new(),
            running: AtomicU64::new(0),
            counts: Counts::default(),
        }))
    }

    /// Tasks that have had their slot for longer than `budget`.
    pub fn over_budget(&self, budget: Duration) -> Vec<u64> {
        let state = self.lock();
        state.holders.iter().filter(|holder| holder.1.elapsed() > budget).map(|holder| *holder.0).collect()
    }

    /// What it saw so far.
    pub fn seen(&self) -> Seen {
        let counts = &self.0.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Seen {
            crossings: read(&counts.crossings),
            violations: read(&counts.violations),
            most_at_once: read(&counts.most_at_once),
            threads: read(&counts.threads),
            longest_wait: Duration::from_micros(read(&counts.longest_wait_us)),
        }
    }

    /// Waits until this task has a slot.
    fn take_slot(&self, task: &Task) {
        let asked = Instant::now();
        let waiter = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                None
            } else {
                let waiter =
                    Arc::new(Waiter { thread: std::thread::current(), has_slot: AtomicBool::new(false) });
                state.waiting.push_back(waiter.clone());
                Some(waiter)
            }
        };
        if let Some(waiter) = waiter {
            while !waiter.has_slot.load(Ordering::Acquire) {
                std::thread::park();
            }
        }
        let waited = asked.elapsed().as_micros() as u64;
        self.0.counts.longest_wait_us.fetch_max(waited, Ordering::Relaxed);
        self.lock().holders.insert(task.id(), Instant::now());
        HAS_SLOT.set(true);
        let running = self.0.running.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.counts.most_at_once.fetch_max(running, Ordering::Relaxed);
        self.check();
    }

    /// Gives the slot to whoever waits longest. False if this task had none.
    fn give_up_slot(&self, task: &Task) -> bool {
        if !HAS_SLOT.replace(false) {
            return false;
        }
        self.check();
        self.0.running.fetch_sub(1, Ordering::Relaxed);
        let next = {
            let mut state = self.lock();
            state.holders.remove(&task.id());
            let next = state.waiting.pop_front();
            if next.is_none() {
                state.free += 1;
            }
            next
        };
        if let Some(next) = next {
            next.has_slot.store(true, Ordering::Release);
            next.thread.unpark();
        }
        true
    }

    /// The rule: never more tasks in managed code than slots. Looked at on every crossing, on both sides of it.
    fn check(&self) {
        self.0.counts.crossings.fetch_add(1, Ordering::Relaxed);
        if self.0.running.load(Ordering::Relaxed) > self.0.slots as u64 {
            self.0.counts.violations.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps in the host; true if an alert ended it. A sleep that is not alertable leaves an alert to the next one that is.
    fn sleep_until(&self, task: &Task, end: Option<Instant>, alertable: bool) -> bool {
        let mut state = self.lock();
        loop {
            if alertable && state.alerts.remove(&task.id()) {
                return true;
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return false;
            }
            state = match left {
                Some(left) => {
                    self.0.alerted.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.0.alerted.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl TaskManager for Scheduler {
    fn create_task(&self, request: TaskRequest) -> HostResult {
        self.0.counts.threads.fetch_add(1, Ordering::Relaxed);
        let mut thread = std::thread::Builder::new();
        if request.stack_size() > 0 {
            thread = thread.stack_size(request.stack_size());
        }
        thread.spawn(move || request.run()).map(drop).map_err(|_| Hresult::E_OUTOFMEMORY)
    }

    fn task_ended(&self, task: &Task) -> HostResult {
        self.lock().alerts.remove(&task.id());
        Ok(())
    }

    fn reverse_enter_runtime(&self, task: &Task, _method: &Target) -> HostResult {
        self.take_slot(task);
        Ok(())
    }

    fn reverse_leave_runtime(&self, task: &Task, _method: &Target) -> HostResult {
        self.give_up_slot(task);
        Ok(())
    }

    fn leave_runtime(&self, task: &Task, _target: &Target) -> HostResult {
        let had_slot = self.give_up_slot(task);
        GAVE_UP.with_borrow_mut(|gave_up| gave_up.push(had_slot));
        Ok(())
    }

    fn enter_runtime(&self, task: &Task, _target: &Target) -> HostResult {
        if GAVE_UP.with_borrow_mut(Vec::pop) == Some(true) {
            self.take_slot(task);
        }
        Ok(())
    }

    fn sleep(&self, task: &Task, milliseconds: Option<u32>, option: WaitOption) -> HostResult {
        let end = milliseconds.map(|time| Instant::now() + Duration::from_millis(time.into()));
        let had_slot = self.give_up_slot(task);
        let alerted = self.sleep_until(task, end, option.is_alertable());
        if had_slot {
            self.take_slot(task);
        }
        if alerted { Err(Hresult::HOST_E_INTERRUPTED) } else { Ok(()) }
    }

    fn switch_to_task(&self, task: &Task, _option: WaitOption) -> HostResult {
        if self.lock().waiting.is_empty() || !self.give_up_slot(task) {
            return Err(Hresult::S_FALSE);
        }
        self.take_slot(task);
        Ok(())
    }

    fn alert(&self, task: &Task) -> HostResult {
        self.lock().alerts.insert(task.id());
        self.0.alerted.notify_all();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clrhost_conformance::{HostUnderTest, Options, check};

    #[test]
    fn keeps_every_rule_of_the_contract() {
        let make = || HostUnderTest { tasks: Box::new(Scheduler::new(2)), gc: None };
        let verdict = check(make, &Options { runs: 40, ..Options::default() });
        assert!(verdict.is_kept(), "{verdict}");
    }
}
