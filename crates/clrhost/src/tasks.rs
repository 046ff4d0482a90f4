//! What a host does with the runtime's tasks: the safe form of `ICLRTask`, `ICLRTask2` and `ICLRTaskManager` (contract:
//! tasks, sections 6 to 8).

use crate::Crossings;
use clrhost_boundary::{HostResult, Hresult, Task, TaskType};
use std::sync::Arc;

/// The runtime's tasks. Cheap to copy; any thread may use it unless a method says otherwise.
///
/// Every method answers `Err(HOST_E_CLRNOTAVAILABLE)` once the hosting layer is shut.
#[derive(Clone, Copy)]
pub struct Tasks {
    crossings: Crossings,
}

impl Tasks {
    pub(crate) fn new(crossings: Crossings) -> Tasks {
        Tasks { crossings }
    }

    /// The task of the calling thread, if it has one (`ICLRTaskManager::GetCurrentTask`). Neither blocks nor allocates.
    pub fn current(&self) -> HostResult<Option<Arc<Task>>> {
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// The tasks that live now.
    pub fn live(&self) -> Vec<Arc<Task>> {
        self.crossings.live_tasks()
    }

    /// Makes the calling thread known to the runtime and gives its task (`ICLRTaskManager::CreateTask`).
    pub fn attach(&self) -> HostResult<Arc<Task>> {
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Asks for the task to be aborted and returns at once (`ICLRTask::Abort`).
    pub fn abort(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// `ICLRTask::RudeAbort`. CoreCLR knows no ruder abort, so this is [`abort`](Self::abort).
    pub fn rude_abort(&self, task: &Arc<Task>) -> HostResult {
        self.abort(task)
    }

    /// Holds back aborts of the calling thread's task (`ICLRTask2::BeginPreventAsyncAbort`); pairs nest.
    pub fn begin_prevent_async_abort(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Ends the last [`begin_prevent_async_abort`](Self::begin_prevent_async_abort).
    pub fn end_prevent_async_abort(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Bytes the task has allocated (`ICLRTask::GetMemStats`).
    pub fn allocated_bytes(&self, task: &Arc<Task>) -> HostResult<u64> {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Would a collection have to wait for this task (`ICLRTask::NeedsPriorityScheduling`)?
    pub fn needs_priority_scheduling(&self, task: &Arc<Task>) -> HostResult<bool> {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Asks the task to give up the processor once (`ICLRTask::YieldTask`).
    pub fn yield_task(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Locks and critical regions that the task holds (`ICLRTask::LocksHeld`).
    pub fn locks_held(&self, task: &Arc<Task>) -> HostResult<usize> {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// `ICLRTask::SwitchIn`.
    pub fn switch_in(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// `ICLRTask::SwitchOut`.
    pub fn switch_out(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// `ICLRTask::Reset`.
    pub fn reset(&self, task: &Arc<Task>, full: bool) -> HostResult {
        let _ = (task, full);
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// `ICLRTask::ExitTask`.
    pub fn exit(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Sets the culture of the calling thread's task (`ICLRTaskManager::SetLocale`).
    pub fn set_locale(&self, lcid: u32) -> HostResult {
        let _ = lcid;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// As [`set_locale`](Self::set_locale), for the user interface (`ICLRTaskManager::SetUILocale`).
    pub fn set_ui_locale(&self, lcid: u32) -> HostResult {
        let _ = lcid;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// What kind of task runs on the calling thread (`ICLRTaskManager::GetCurrentTaskType`).
    pub fn current_type(&self) -> HostResult<TaskType> {
        Ok(self.current()?.map_or(TaskType::Unknown, |task| task.task_type()))
    }

    fn check_available(&self) -> HostResult {
        if self.crossings.is_shut() { Err(Hresult::HOST_E_CLRNOTAVAILABLE) } else { Ok(()) }
    }
}
