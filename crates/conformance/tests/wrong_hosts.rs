//! Hosts that break one rule each, and a host that breaks none: a rule that nobody can break is no rule.

use clrhost::{GcManager, HostResult, Hresult, Target, Task, TaskManager, TaskRequest, WaitOption};
use clrhost_conformance::{HostUnderTest, Options, RULES, Verdict, check};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// What is wrong with a [`Slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    PanicsInEnter,
    FailsNestedLeave,
    KeepsSlotOfEndedThread,
    ForgetsAlerts,
    AlertWaits,
    CutsEverySleep,
    InterruptsEverySleep,
    SleepsShort,
    AnswersTimeout,
    AnswersSFalse,
    ChangesItsMind,
    DropsThreads,
    ThinStacks,
    RefusesItsThreads,
    CountsRegionsTogether,
    SuspensionTakesSlot,
    FailsToBlock,
    AlertFails,
}

/// A host with as many slots for managed code as it was made with.
struct Slots {
    fault: Fault,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    free: u32,
    holders: HashSet<u64>,
    /// For each task, what its open LeaveRuntime calls gave up.
    gave_up: HashMap<u64, Vec<bool>>,
    alerted: HashSet<u64>,
    asked: HashMap<String, u32>,
    affinity: u32,
    delays: u32,
}

impl Slots {
    fn new(fault: Fault) -> Slots {
        Slots { fault, state: Mutex::new(State { free: 2, ..State::default() }), changed: Condvar::new() }
    }

    fn take(&self, task: u64) {
        let state = self.state.lock().unwrap();
        let mut state = self.changed.wait_while(state, |state| state.free == 0).unwrap();
        state.free -= 1;
        state.holders.insert(task);
    }

    fn give(&self, task: u64) -> bool {
        let mut state = self.state.lock().unwrap();
        let had = state.holders.remove(&task);
        state.free += u32::from(had);
        self.changed.notify_all();
        had
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

/// The host that a test hands over; the GC manager is the same one.
struct Shared(Arc<Slots>);

impl TaskManager for Shared {
    fn task_started(&self, task: &Task) -> HostResult {
        let is_own = std::thread::current().name() == Some("slots");
        if self.0.is(Fault::RefusesItsThreads) && is_own {
            return Err(Hresult::HOST_E_INVALIDOPERATION);
        }
        let _ = task;
        Ok(())
    }

    fn task_ended(&self, task: &Task) -> HostResult {
        self.0.state.lock().unwrap().alerted.remove(&task.id());
        Ok(())
    }

    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        let mut state = self.0.state.lock().unwrap();
        let times = state.asked.entry(target.description().method.clone()).or_default();
        *times += 1;
        Ok(!self.0.is(Fault::ChangesItsMind) || *times < 2)
    }

    fn leave_runtime(&self, task: &Task, _: &Target) -> HostResult {
        let had = self.0.give(task.id());
        let mut state = self.0.state.lock().unwrap();
        let open = state.gave_up.entry(task.id()).or_default();
        open.push(had);
        if self.0.is(Fault::FailsNestedLeave) && open.len() > 1 { Err(Hresult::E_FAIL) } else { Ok(()) }
    }

    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        let had = self.0.state.lock().unwrap().gave_up.get_mut(&task.id()).and_then(Vec::pop);
        let is_late = target.description().method == "b" && self.0.is(Fault::PanicsInEnter);
        assert!(!is_late, "not this one");
        if had == Some(true) {
            self.0.take(task.id());
        }
        Ok(())
    }

    fn reverse_enter_runtime(&self, task: &Task, _: &Target) -> HostResult {
        self.0.take(task.id());
        if self.0.is(Fault::AnswersSFalse) { Err(Hresult::S_FALSE) } else { Ok(()) }
    }

    fn reverse_leave_runtime(&self, task: &Task, method: &Target) -> HostResult {
        let is_threads = method.description().method == "thread";
        if !(self.0.is(Fault::KeepsSlotOfEndedThread) && is_threads) {
            self.0.give(task.id());
        }
        Ok(())
    }

    fn create_task(&self, request: TaskRequest) -> HostResult {
        if self.0.is(Fault::DropsThreads) {
            return Ok(());
        }
        let mut thread = std::thread::Builder::new().name("slots".to_owned());
        if request.stack_size() > 0 {
            let part = if self.0.is(Fault::ThinStacks) { 4 } else { 1 };
            thread = thread.stack_size(request.stack_size() / part);
        }
        thread.spawn(move || request.run()).map(drop).map_err(|_| Hresult::E_OUTOFMEMORY)
    }

    fn sleep(&self, task: &Task, milliseconds: Option<u32>, option: WaitOption) -> HostResult {
        if self.0.is(Fault::AnswersTimeout) {
            return Err(Hresult::HOST_E_TIMEOUT);
        }
        if self.0.is(Fault::InterruptsEverySleep) && option.is_alertable() {
            return Err(Hresult::HOST_E_INTERRUPTED);
        }
        let had = self.0.give(task.id());
        let time = milliseconds.map_or(Duration::from_secs(3600), |time| Duration::from_millis(time.into()));
        let time = if self.0.is(Fault::SleepsShort) { time / 2 } else { time };
        let end = Instant::now() + time;
        let interrupted = {
            let mut state = self.0.state.lock().unwrap();
            if self.0.is(Fault::ForgetsAlerts) {
                state.alerted.remove(&task.id());
            }
            loop {
                if (option.is_alertable() || self.0.is(Fault::CutsEverySleep))
                    && state.alerted.remove(&task.id())
                {
                    break option.is_alertable();
                }
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break false;
                }
                state = self.0.changed.wait_timeout(state, left).unwrap().0;
            }
        };
        if had {
            self.0.take(task.id());
        }
        if interrupted { Err(Hresult::HOST_E_INTERRUPTED) } else { Ok(()) }
    }

    fn begin_delay_abort(&self, _: &Task) -> HostResult {
        let mut state = self.0.state.lock().unwrap();
        state.delays += 1;
        Ok(())
    }

    fn end_delay_abort(&self, _: &Task) -> HostResult {
        self.0.state.lock().unwrap().delays -= 1;
        Ok(())
    }

    fn begin_thread_affinity(&self, _: &Task) -> HostResult {
        let mut state = self.0.state.lock().unwrap();
        state.affinity += 1;
        if self.0.is(Fault::CountsRegionsTogether) && state.affinity > 1 {
            return Err(Hresult::E_UNEXPECTED);
        }
        Ok(())
    }

    fn end_thread_affinity(&self, _: &Task) -> HostResult {
        self.0.state.lock().unwrap().affinity -= 1;
        Ok(())
    }

    fn alert(&self, task: &Task) -> HostResult {
        let state = self.0.state.lock().unwrap();
        let mut state = if self.0.is(Fault::AlertWaits) {
            self.0.changed.wait_while(state, |state| state.free == 0).unwrap()
        } else {
            state
        };
        state.alerted.insert(task.id());
        self.0.changed.notify_all();
        if self.0.is(Fault::AlertFails) { Err(Hresult::E_UNEXPECTED) } else { Ok(()) }
    }
}

impl GcManager for Shared {
    fn thread_is_blocking_for_suspension(&self) -> HostResult {
        if self.0.is(Fault::FailsToBlock) { Err(Hresult::E_UNEXPECTED) } else { Ok(()) }
    }

    fn suspension_starting(&self) -> HostResult {
        if self.0.is(Fault::SuspensionTakesSlot) {
            let state = self.0.state.lock().unwrap();
            drop(self.0.changed.wait_while(state, |state| state.free == 0).unwrap());
        }
        Ok(())
    }
}

fn check_with(fault: Fault, runs: u32) -> Verdict {
    let options = Options { runs, patience: Duration::from_millis(400), attempts: 40, ..Options::default() };
    let make = || {
        let slots = Arc::new(Slots::new(fault));
        HostUnderTest { tasks: Box::new(Shared(slots.clone())), gc: Some(Box::new(Shared(slots))) }
    };
    check(make, &options)
}

/// The host breaks this rule, and is seen to within the situations and a few random scripts.
#[track_caller]
fn assert_breaks(fault: Fault, rule: &str) {
    let verdict = check_with(fault, 5);
    let breach = verdict.breaches.iter().find(|breach| breach.rule.id == rule);
    let breach = breach.unwrap_or_else(|| panic!("{fault:?} should break {rule}: {verdict}"));
    assert!(breach.script.len() <= 20, "not short: {breach}");
    assert!(!breach.what.is_empty() && !breach.calls.is_empty(), "{breach}");
}

#[test]
fn a_host_that_keeps_all_rules_passes() {
    let verdict = check_with(Fault::None, 20);
    assert!(verdict.is_kept(), "{verdict}");
    assert!(verdict.to_string().starts_with("no rule is broken; "), "{verdict}");
}

/// Rules about processes of their own, and about COM: `crates/cli/tests/check.rs`.
const ELSEWHERE: [&str; 3] = ["survives", "starts-when-told", "same-task"];

const BROKEN: [(Fault, &str); 18] = [
    (Fault::PanicsInEnter, "no-panic"),
    (Fault::FailsNestedLeave, "no-e-fail"),
    (Fault::KeepsSlotOfEndedThread, "returns"),
    (Fault::AlertWaits, "alert-returns"),
    (Fault::ForgetsAlerts, "alert-wakes"),
    (Fault::InterruptsEverySleep, "alert-only-alertable"),
    (Fault::CutsEverySleep, "sleep-lasts"),
    (Fault::SleepsShort, "sleep-lasts"),
    (Fault::AnswersTimeout, "sleep-answers"),
    (Fault::AnswersSFalse, "crossings-succeed"),
    (Fault::ChangesItsMind, "hook-is-stable"),
    (Fault::DropsThreads, "creates-tasks"),
    (Fault::ThinStacks, "stack-as-asked"),
    (Fault::RefusesItsThreads, "knows-its-tasks"),
    (Fault::CountsRegionsTogether, "regions-succeed"),
    (Fault::SuspensionTakesSlot, "suspensions-pass"),
    (Fault::FailsToBlock, "suspensions-pass"),
    (Fault::AlertFails, "alert-succeeds"),
];

#[test]
fn every_rule_has_a_host_that_breaks_it() {
    for rule in RULES.iter().filter(|rule| !ELSEWHERE.contains(&rule.id)) {
        assert!(BROKEN.iter().any(|(_, id)| *id == rule.id), "{} is broken by no host here", rule.id);
    }
}

#[test]
fn each_wrong_host_is_caught_with_a_short_script() {
    for (fault, rule) in BROKEN {
        let began = Instant::now();
        assert_breaks(fault, rule);
        eprintln!("{fault:?}: {rule} after {:.1} s", began.elapsed().as_secs_f64());
    }
}
