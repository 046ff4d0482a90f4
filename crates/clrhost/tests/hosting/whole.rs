//! A host whose every method, of both interfaces, is one closure: crossings, tasks, and all that CoreLib's own calls tell.

use crate::recorder::this_thread;
use clrhost::{
    Admission, GcManager, HostResult, Hresult, Target, TargetDescription, Task, TaskManager, TaskRequest,
    WaitOption,
};
use std::sync::Arc;

/// One call to the host.
pub struct Call<'a> {
    /// By the name the contract has for it.
    pub method: &'static str,
    /// What it is about, for calls about a function or callback.
    pub target: Option<&'a TargetDescription>,
    /// The operating system's number of the calling thread.
    pub thread: u64,
}

impl Call<'_> {
    /// Is it about this method of the application's?
    pub fn is_about(&self, method: &str) -> bool {
        self.target.is_some_and(|target| target.method == method)
    }
}

/// Notifications that are no crossings, in which a host may fail without the application's knowing.
pub const NOTIFICATIONS: [&str; 7] = [
    "Sleep",
    "SwitchToTask",
    "BeginDelayAbort",
    "EndDelayAbort",
    "BeginThreadAffinity",
    "EndThreadAffinity",
    "BindTarget",
];

type Answer = dyn Fn(&Call<'_>) -> Option<HostResult> + Send + Sync;

/// Answers what the closure does, or where that is `None` what a host without wishes answers.
#[derive(Clone)]
pub struct Whole(Arc<Answer>);

impl Whole {
    pub fn new(answer: impl Fn(&Call<'_>) -> Option<HostResult> + Send + Sync + 'static) -> Whole {
        Whole(Arc::new(answer))
    }

    fn ask(&self, method: &'static str, target: Option<&TargetDescription>, usual: HostResult) -> HostResult {
        (self.0)(&Call { method, target, thread: this_thread() }).unwrap_or(usual)
    }

    fn told(&self, method: &'static str, target: &Target) -> HostResult {
        self.ask(method, Some(target.description()), Ok(()))
    }

    fn may(&self, method: &'static str) -> HostResult {
        self.ask(method, None, Err(Hresult::E_NOTIMPL))
    }
}

impl TaskManager for Whole {
    fn task_started(&self, _: &Task) -> HostResult {
        self.ask("SetCLRTask", None, Ok(()))
    }
    fn task_ended(&self, _: &Task) -> HostResult {
        self.ask("ExitTask", None, Ok(()))
    }
    fn bind_target(&self, target: &TargetDescription) -> HostResult<Admission> {
        self.ask("BindTarget", Some(target), Ok(())).map(|()| Admission::Call)
    }
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        self.told("CallNeedsHostHook", target).map(|()| true)
    }
    fn leave_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.told("LeaveRuntime", target)
    }
    fn enter_runtime(&self, _: &Task, target: &Target) -> HostResult {
        self.told("EnterRuntime", target)
    }
    fn reverse_enter_runtime(&self, _: &Task, method: &Target) -> HostResult {
        self.told("ReverseEnterRuntime", method)
    }
    fn reverse_leave_runtime(&self, _: &Task, method: &Target) -> HostResult {
        self.told("ReverseLeaveRuntime", method)
    }
    fn create_task(&self, _: TaskRequest) -> HostResult {
        self.may("CreateTask")
    }
    fn sleep(&self, _: &Task, _: Option<u32>, _: WaitOption) -> HostResult {
        self.may("Sleep")
    }
    fn switch_to_task(&self, _: &Task, _: WaitOption) -> HostResult {
        self.may("SwitchToTask")
    }
    fn set_locale(&self, _: &Task, _: u32) -> HostResult {
        self.may("SetLocale")
    }
    fn set_ui_locale(&self, _: &Task, _: u32) -> HostResult {
        self.may("SetUILocale")
    }
    fn begin_delay_abort(&self, _: &Task) -> HostResult {
        self.ask("BeginDelayAbort", None, Ok(()))
    }
    fn end_delay_abort(&self, _: &Task) -> HostResult {
        self.ask("EndDelayAbort", None, Ok(()))
    }
    fn begin_thread_affinity(&self, _: &Task) -> HostResult {
        self.ask("BeginThreadAffinity", None, Ok(()))
    }
    fn end_thread_affinity(&self, _: &Task) -> HostResult {
        self.ask("EndThreadAffinity", None, Ok(()))
    }
}

impl GcManager for Whole {
    fn thread_is_blocking_for_suspension(&self) -> HostResult {
        self.ask("ThreadIsBlockingForSuspension", None, Ok(()))
    }
    fn suspension_starting(&self) -> HostResult {
        self.ask("SuspensionStarting", None, Ok(()))
    }
    fn suspension_ending(&self, _: Option<u32>) -> HostResult {
        self.ask("SuspensionEnding", None, Ok(()))
    }
}
