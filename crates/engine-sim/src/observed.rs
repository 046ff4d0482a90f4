//! A host, with every call to it written down.

use crate::log::{Answer, Argument, Log};
use crate::script::{Callee, TaskNumber};
use clrhost_boundary::{
    Admission, GcManager, HostResult, Target, TargetDescription, Task, TaskManager, TaskRequest, WaitOption,
};
use std::sync::Arc;

pub(crate) struct Observed<Host: ?Sized> {
    pub(crate) log: Arc<Log>,
    pub(crate) host: Box<Host>,
}

fn as_result(result: &HostResult) -> Answer {
    Answer::Result(*result)
}

/// A target's part of the script.
fn callee(target: &Target) -> Argument {
    Callee::named(&target.description().method).map_or(Argument::None, Argument::Callee)
}

impl<Host: ?Sized> Observed<Host> {
    fn watch(
        &self,
        method: &'static str,
        argument: Argument,
        call: impl FnOnce(&Host) -> HostResult,
    ) -> HostResult {
        self.log.watch(method, argument, || call(&self.host), as_result)
    }
}

impl TaskManager for Observed<dyn TaskManager> {
    fn task_started(&self, task: &Task) -> HostResult {
        self.watch("SetCLRTask", Argument::None, |host| host.task_started(task))
    }

    fn task_ended(&self, task: &Task) -> HostResult {
        self.watch("ExitTask", Argument::None, |host| host.task_ended(task))
    }

    fn bind_target(&self, target: &TargetDescription) -> HostResult<Admission> {
        self.host.bind_target(target)
    }

    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        let answer = |result: &HostResult<bool>| match result {
            Ok(needed) => Answer::Needed(*needed),
            Err(hresult) => Answer::Result(Err(*hresult)),
        };
        let call = || self.host.call_needs_host_hook(target);
        self.log.watch("CallNeedsHostHook", callee(target), call, answer)
    }

    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.watch("LeaveRuntime", callee(target), |host| host.leave_runtime(task, target))
    }

    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        self.watch("EnterRuntime", callee(target), |host| host.enter_runtime(task, target))
    }

    fn reverse_enter_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.watch("ReverseEnterRuntime", callee(method), |host| host.reverse_enter_runtime(task, method))
    }

    fn reverse_leave_runtime(&self, task: &Task, method: &Target) -> HostResult {
        self.watch("ReverseLeaveRuntime", callee(method), |host| host.reverse_leave_runtime(task, method))
    }

    fn create_task(&self, request: TaskRequest) -> HostResult {
        let argument = Argument::StackSize(request.stack_size());
        self.watch("CreateTask", argument, |host| host.create_task(request))
    }

    fn sleep(&self, task: &Task, milliseconds: Option<u32>, option: WaitOption) -> HostResult {
        let argument = Argument::Sleep(milliseconds, option.is_alertable());
        self.watch("Sleep", argument, |host| host.sleep(task, milliseconds, option))
    }

    fn switch_to_task(&self, task: &Task, option: WaitOption) -> HostResult {
        self.watch("SwitchToTask", Argument::None, |host| host.switch_to_task(task, option))
    }

    fn set_locale(&self, task: &Task, lcid: u32) -> HostResult {
        self.watch("SetLocale", Argument::Locale(lcid), |host| host.set_locale(task, lcid))
    }

    fn set_ui_locale(&self, task: &Task, lcid: u32) -> HostResult {
        self.watch("SetUILocale", Argument::Locale(lcid), |host| host.set_ui_locale(task, lcid))
    }

    fn begin_delay_abort(&self, task: &Task) -> HostResult {
        self.watch("BeginDelayAbort", Argument::None, |host| host.begin_delay_abort(task))
    }

    fn end_delay_abort(&self, task: &Task) -> HostResult {
        self.watch("EndDelayAbort", Argument::None, |host| host.end_delay_abort(task))
    }

    fn begin_thread_affinity(&self, task: &Task) -> HostResult {
        self.watch("BeginThreadAffinity", Argument::None, |host| host.begin_thread_affinity(task))
    }

    fn end_thread_affinity(&self, task: &Task) -> HostResult {
        self.watch("EndThreadAffinity", Argument::None, |host| host.end_thread_affinity(task))
    }

    fn alert(&self, task: &Task) -> HostResult {
        // The script's number, which the simulation keeps as the thread's id in the runtime.
        let number = TaskNumber(u8::try_from(task.runtime_thread_id()).unwrap_or(0));
        self.watch("Alert", Argument::Task(number), |host| host.alert(task))
    }
}

impl GcManager for Observed<dyn GcManager> {
    fn thread_is_blocking_for_suspension(&self) -> HostResult {
        self.watch("ThreadIsBlockingForSuspension", Argument::None, |host| {
            host.thread_is_blocking_for_suspension()
        })
    }

    fn suspension_starting(&self) -> HostResult {
        self.watch("SuspensionStarting", Argument::None, |host| host.suspension_starting())
    }

    fn suspension_ending(&self, generation: Option<u32>) -> HostResult {
        let argument = generation.map_or(Argument::None, Argument::Generation);
        self.watch("SuspensionEnding", argument, |host| host.suspension_ending(generation))
    }
}
