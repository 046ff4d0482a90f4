//! A host that writes down everything it is told, and the contract's rules about that record.

use clrhost::{Application, Host, HostResult, Target, TargetKind, Task, TaskManager};
use clrhost_testkit::fixture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// What a host can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    TaskStarted,
    TaskEnded,
    NeedsHook,
    Leave,
    Enter,
    ReverseEnter,
    ReverseLeave,
}

/// One call to the host.
#[derive(Clone, Debug)]
pub struct Event {
    pub call: Call,
    /// Number of the task and the thread it says it is; 0 for [`Call::NeedsHook`], which has no task.
    pub task: u64,
    pub task_thread: u64,
    /// The thread that the host was called on.
    pub thread: u64,
    /// Number and method of the target, if there is one.
    pub target: usize,
    pub method: String,
    /// The target is a wait of the runtime's own.
    pub is_wait: bool,
}

/// The record of all calls, in their order. Copies share it.
#[derive(Clone, Default)]
pub struct Recorder {
    events: Arc<Mutex<Vec<Event>>>,
    /// Targets that the host wants no hooks for.
    unhooked: Option<&'static str>,
}

impl Recorder {
    /// A recorder that wants no hooks for this method.
    pub fn without_hooks_for(method: &'static str) -> Recorder {
        Recorder { unhooked: Some(method), ..Recorder::default() }
    }

    /// Runs a fixture under this host; its exit code.
    pub fn run(&self, name: &str) -> i32 {
        Host::builder().task_manager(self.clone()).run(Application::new(fixture(name))).expect("it runs")
    }

    /// Everything so far.
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    fn record(&self, call: Call, task: Option<&Task>, target: Option<&Target>) -> HostResult {
        self.events.lock().unwrap().push(Event {
            call,
            task: task.map_or(0, Task::id),
            task_thread: task.map_or(0, Task::os_thread_id),
            thread: this_thread(),
            target: target.map_or(0, |target| target.id().index()),
            method: target.map_or(String::new(), |target| target.description().method.clone()),
            is_wait: target.is_some_and(|target| target.description().kind == TargetKind::RuntimeWait),
        });
        Ok(())
    }
}

impl TaskManager for Recorder {
    fn task_started(&self, task: &Task) -> HostResult {
        self.record(Call::TaskStarted, Some(task), None)
    }
    fn task_ended(&self, task: &Task) -> HostResult {
        self.record(Call::TaskEnded, Some(task), None)
    }
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        self.record(Call::NeedsHook, None, Some(target))?;
        Ok(self.unhooked != Some(target.description().method.as_str()))
    }
    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.record(Call::Leave, Some(task), Some(target))
    }
    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.record(Call::Enter, Some(task), Some(target))
    }
    fn reverse_enter_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.record(Call::ReverseEnter, Some(task), Some(method))
    }
    fn reverse_leave_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.record(Call::ReverseLeave, Some(task), Some(method))
    }
}

/// The operating system's number of the calling thread.
pub fn this_thread() -> u64 {
    // SAFETY: gettid has no precondition.
    unsafe { libc::gettid() as u64 }
}

/// Panics where the record breaks a rule of the contract. Gives the tasks that did not end and have brackets open.
///
/// * A task starts before and ends after all else about it, and all is told on its own thread.
/// * Each closing call is about the bracket opened last, and a task that ended has none open.
/// * A native function is asked about once, before its first call; a callback and a wait of the runtime's own never.
#[track_caller]
pub fn check_contract(events: &[Event]) -> BTreeSet<u64> {
    let mut open: BTreeMap<u64, Vec<(Call, usize)>> = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for event in events {
        if event.call == Call::NeedsHook {
            assert!(asked.insert(event.target), "asked again: {event:?}");
            continue;
        }
        assert_eq!(event.thread, event.task_thread, "on another thread: {event:?}");
        assert!(!ended.contains(&event.task), "after its end: {event:?}");
        let started = open.contains_key(&event.task);
        assert_eq!(started, event.call != Call::TaskStarted, "not once and first: {event:?}");
        let brackets = open.entry(event.task).or_default();
        match event.call {
            Call::TaskStarted | Call::NeedsHook => {}
            Call::TaskEnded => {
                assert!(brackets.is_empty(), "brackets left open at the end: {brackets:?}");
                ended.insert(event.task);
            }
            Call::Leave | Call::ReverseEnter => {
                let to_be_asked = event.call == Call::Leave && !event.is_wait;
                assert_eq!(asked.contains(&event.target), to_be_asked, "asked or not: {event:?}");
                brackets.push((event.call, event.target));
            }
            Call::Enter => assert_eq!(brackets.pop(), Some((Call::Leave, event.target)), "{event:?}"),
            Call::ReverseLeave => {
                assert_eq!(brackets.pop(), Some((Call::ReverseEnter, event.target)), "{event:?}");
            }
        }
    }
    open.retain(|_, brackets| !brackets.is_empty());
    open.into_keys().collect()
}

/// How often the host was called this way for each method.
pub fn count(events: &[Event], call: Call) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for event in events.iter().filter(|event| event.call == call) {
        *counts.entry(event.method.clone()).or_default() += 1;
    }
    counts
}

/// The crossings about these methods, such as `L fx_call`, `RE Invoke`.
pub fn sequence(events: &[Event], methods: &[&str]) -> Vec<String> {
    let about = events.iter().filter(|event| methods.contains(&event.method.as_str()));
    about
        .filter_map(|event| {
            let crossing = match event.call {
                Call::Leave => "L",
                Call::Enter => "E",
                Call::ReverseEnter => "RE",
                Call::ReverseLeave => "RL",
                Call::TaskStarted | Call::TaskEnded | Call::NeedsHook => return None,
            };
            Some(format!("{crossing} {}", event.method))
        })
        .collect()
}
