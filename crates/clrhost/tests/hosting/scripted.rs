//! A host whose every method is one closure.

use clrhost::{HostResult, Target, Task, TaskManager};

/// One call to the host, by the name the contract has for it.
pub struct Scene<'a> {
    pub method: &'static str,
    pub task: Option<&'a Task>,
    pub target: Option<&'a Target>,
}

impl Scene<'_> {
    /// Is this call about a function or callback of the fixture, and not one of .NET's own?
    pub fn is_users(&self) -> bool {
        let users = |target: &Target| target.description().origin == clrhost::Origin::User;
        self.target.is_some_and(users)
    }
}

/// Every method of the contract that is called.
pub const METHODS: [&str; 7] = [
    "SetCLRTask",
    "CallNeedsHostHook",
    "LeaveRuntime",
    "EnterRuntime",
    "ReverseEnterRuntime",
    "ReverseLeaveRuntime",
    "ExitTask",
];

/// A host that does at each call what the closure does.
pub struct Scripted<F>(F);

impl<F: Fn(Scene<'_>) -> HostResult + Send + Sync> Scripted<F> {
    pub fn new(host: F) -> Scripted<F> {
        Scripted(host)
    }

    fn play(&self, method: &'static str, task: Option<&Task>, target: Option<&Target>) -> HostResult {
        (self.0)(Scene { method, task, target })
    }
}

impl<F: Fn(Scene<'_>) -> HostResult + Send + Sync> TaskManager for Scripted<F> {
    fn task_started(&self, task: &Task) -> HostResult {
        self.play("SetCLRTask", Some(task), None)
    }
    fn task_ended(&self, task: &Task) -> HostResult {
        self.play("ExitTask", Some(task), None)
    }
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        self.play("CallNeedsHostHook", None, Some(target)).map(|()| true)
    }
    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.play("LeaveRuntime", Some(task), Some(target))
    }
    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.play("EnterRuntime", Some(task), Some(target))
    }
    fn reverse_enter_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.play("ReverseEnterRuntime", Some(task), Some(method))
    }
    fn reverse_leave_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.play("ReverseLeaveRuntime", Some(task), Some(method))
    }
}
