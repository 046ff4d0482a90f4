//! What a host does with the runtime's tasks: the safe form of `ICLRTask`, `ICLRTask2` and `ICLRTaskManager` (contract:
//! tasks, sections 6 to 8).

use crate::Crossings;
use crate::coreclr::CoreClr;
use clrhost_boundary::{AbortRequest, Bracket, Engine, HostResult, Hresult, Task, TaskType};
use std::sync::{Arc, OnceLock};

/// The runtime of this process where it is none that this crate started.
static ENGINE: OnceLock<&'static dyn Engine> = OnceLock::new();

/// The runtime's tasks. Cheap to copy; any thread may use it unless a method says otherwise.
///
/// Every method answers `Err(HOST_E_CLRNOTAVAILABLE)` once the hosting layer is shut, and `Err(E_NOTIMPL)` where it needs
/// clrhost's managed part and this runtime does not have it: in applications before .NET 8.
#[derive(Clone, Copy)]
pub struct Tasks {
    engine: &'static dyn Engine,
}

impl Tasks {
    pub(crate) fn new(crossings: Crossings) -> Tasks {
        Tasks { engine: CoreClr::of(crossings) }
    }

    /// The tasks of a runtime that is not CoreCLR, such as the simulated one that hosts are checked with. From now on
    /// [`of_process`](Self::of_process) gives them too, unless there is CoreCLR in this process; the first such runtime stays.
    pub fn of_engine(engine: &'static dyn Engine) -> Tasks {
        let _ = ENGINE.set(engine);
        Tasks { engine }
    }

    /// The tasks of the runtime in this process; `None` if clrhost is not set up to see any. A host may ask from inside its
    /// own calls, also while the runtime is being started.
    pub fn of_process() -> Option<Tasks> {
        Crossings::of_process().map(Tasks::new).or_else(|| ENGINE.get().map(|&engine| Tasks { engine }))
    }

    /// True once the host answered `E_FAIL` or panicked.
    pub fn are_shut(&self) -> bool {
        self.engine.is_shut()
    }

    /// The task of the calling thread, if it has one (`ICLRTaskManager::GetCurrentTask`). Neither blocks nor allocates.
    pub fn current(&self) -> HostResult<Option<Arc<Task>>> {
        self.check_available()?;
        Ok(self.engine.current_task())
    }

    /// The tasks that live now.
    pub fn live(&self) -> Vec<Arc<Task>> {
        self.engine.live_tasks()
    }

    /// Makes the calling thread known to the runtime and gives its task (`ICLRTaskManager::CreateTask`). Nothing is
    /// suspended: the thread runs on.
    pub fn attach(&self) -> HostResult<Arc<Task>> {
        self.check_available()?;
        self.engine.attach()
    }

    /// Asks for the task to be aborted and returns at once (`ICLRTask::Abort`). The task gets a `ThreadAbortException`: in
    /// managed code soon, out of a managed wait or a sleep of the host's too; in native code when it returns; inside a
    /// critical region or while aborts are prevented, at the end of that; inside a `catch` handler, at its end. A thread of
    /// the host's own gets it only inside `Runtime::execute`, which then answers `COR_E_THREADABORTED`.
    ///
    /// The request is handed over where the thread can stand: as it returns from native code, in a wait, or, if it comes by neither for
    /// some 20 ms of computing, in one of the suspensions of all threads that are made for it until it was caught, each of them a
    /// millisecond or less; a host is told of these as of any (`IHostGCManager`).
    ///
    /// `Err(S_FALSE)` if an earlier request is still open. `Err(HOST_E_INVALIDOPERATION)` if the task has ended, or is none
    /// that can be aborted: a thread of the runtime's own, or a foreign thread that only calls back (one that called
    /// [`attach`](Self::attach) or a method through `Runtime::execute` can be). `Err(E_NOTIMPL)` before .NET 7,
    /// and from .NET 9 on, where a thread that is aborted would end the process.
    pub fn abort(&self, task: &Arc<Task>) -> HostResult {
        self.check_available()?;
        self.engine.can_abort()?;
        if task.managed_thread() == 0 {
            return Err(Hresult::HOST_E_INVALIDOPERATION);
        }
        match task.abort().request() {
            AbortRequest::Deliver => self.deliver(task),
            AbortRequest::Held => Ok(()),
            AbortRequest::AlreadyRequested => Err(Hresult::S_FALSE),
            AbortRequest::Ended => Err(Hresult::HOST_E_INVALIDOPERATION),
        }
    }

    /// `ICLRTask::RudeAbort`. CoreCLR knows no ruder abort, so this is [`abort`](Self::abort).
    pub fn rude_abort(&self, task: &Arc<Task>) -> HostResult {
        self.abort(task)
    }

    /// Holds back aborts of the calling thread's task (`ICLRTask2::BeginPreventAsyncAbort`); pairs nest.
    /// `Err(HOST_E_INVALIDOPERATION)` on another thread than the task's.
    pub fn begin_prevent_async_abort(&self, task: &Arc<Task>) -> HostResult {
        self.check_own(task)?;
        task.abort().begin_prevent();
        Ok(())
    }

    /// Ends the last [`begin_prevent_async_abort`](Self::begin_prevent_async_abort); a request that was held back goes out
    /// with the last one. `Err(E_UNEXPECTED)`, and nothing done, without a beginning.
    pub fn end_prevent_async_abort(&self, task: &Arc<Task>) -> HostResult {
        self.check_own(task)?;
        if task.abort().end_prevent()?.deliver {
            self.deliver(task)?;
        }
        Ok(())
    }

    /// Bytes the task has allocated since it began (`ICLRTask::GetMemStats`); the contract's number goes back to 0 at
    /// each collection, CoreCLR's does not.
    ///
    /// Of other threads' tasks on .NET 8 alone, whose debugging library tells it; else `Err(HOST_E_INVALIDOPERATION)`.
    pub fn allocated_bytes(&self, task: &Arc<Task>) -> HostResult<u64> {
        self.check_available()?;
        self.engine.allocated_bytes(task)
    }

    /// Would a collection have to wait for this task (`ICLRTask::NeedsPriorityScheduling`)? True while it runs managed
    /// code, as far as its open brackets tell, and for the finalizer.
    pub fn needs_priority_scheduling(&self, task: &Arc<Task>) -> HostResult<bool> {
        self.check_available()?;
        let in_managed_code = task.innermost_bracket() == Some(Bracket::ReverseEnter);
        Ok(in_managed_code || task.task_type() == TaskType::Finalizer)
    }

    /// Asks the task to give up the processor once (`ICLRTask::YieldTask`), if others wait for it. Best effort.
    ///
    /// `Err(S_FALSE)` if it does not run now, or has not yet followed an earlier request. `Err(HOST_E_INVALIDOPERATION)` on
    /// the task's own thread, and for a task that has ended.
    pub fn yield_task(&self, task: &Arc<Task>) -> HostResult {
        self.check_available()?;
        if self.is_own(task) || !self.is_live(task) {
            return Err(Hresult::HOST_E_INVALIDOPERATION);
        }
        self.engine.yield_task(task)
    }

    /// Critical regions (`Thread.BeginCriticalRegion`) that the task is in, and on .NET 8 the monitors it owns that others have
    /// met it on (`ICLRTask::LocksHeld`). A lower bound of what the contract counts: CoreCLR keeps no record of a monitor that
    /// nobody else wants, and its debugging library, which tells of the others, is read on .NET 8 alone.
    pub fn locks_held(&self, task: &Arc<Task>) -> HostResult<usize> {
        self.check_available()?;
        Ok(task.abort().delays() as usize + self.engine.monitors_held(task))
    }

    /// `ICLRTask::SwitchIn`: always `Err(HOST_E_INVALIDOPERATION)`. CoreCLR keeps a task's state on its OS thread, so no
    /// task is ever switched out.
    pub fn switch_in(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::HOST_E_INVALIDOPERATION)
    }

    /// `ICLRTask::SwitchOut`: always `Err(E_NOTIMPL)`, for the reason given at [`switch_in`](Self::switch_in).
    pub fn switch_out(&self, task: &Arc<Task>) -> HostResult {
        let _ = task;
        self.check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    /// Ends the task, so that the thread's next one is new (`ICLRTask::Reset`).
    ///
    /// `Err(E_UNEXPECTED)` on another thread than the task's, and where managed code is on its stack, as on every thread
    /// that the runtime asked for. `Err(E_NOTIMPL)` for a full reset: CoreCLR has no way to clear thread statics.
    pub fn reset(&self, task: &Arc<Task>, full: bool) -> HostResult {
        self.check_available()?;
        if !self.is_own(task) || task.depth() > 0 {
            return Err(Hresult::E_UNEXPECTED);
        }
        if full {
            return Err(Hresult::E_NOTIMPL);
        }
        self.engine.end_current_task();
        Ok(())
    }

    /// Ends the task (`ICLRTask::ExitTask`). `Err(HOST_E_INVALIDOPERATION)` on another thread than the task's, and where
    /// managed code is on its stack.
    pub fn exit(&self, task: &Arc<Task>) -> HostResult {
        self.check_own(task)?;
        if task.depth() > 0 {
            return Err(Hresult::HOST_E_INVALIDOPERATION);
        }
        self.engine.end_current_task();
        Ok(())
    }

    /// Sets the culture of the calling thread's task (`ICLRTaskManager::SetLocale`). `Err(HOST_E_INVALIDOPERATION)` if the
    /// thread has none; the exception's HRESULT for a culture that .NET does not know.
    pub fn set_locale(&self, lcid: u32) -> HostResult {
        self.set_culture(lcid, false)
    }

    /// As [`set_locale`](Self::set_locale), for the user interface (`ICLRTaskManager::SetUILocale`).
    pub fn set_ui_locale(&self, lcid: u32) -> HostResult {
        self.set_culture(lcid, true)
    }

    /// What kind of task runs on the calling thread (`ICLRTaskManager::GetCurrentTaskType`).
    pub fn current_type(&self) -> HostResult<TaskType> {
        Ok(self.current()?.map_or(TaskType::Unknown, |task| task.task_type()))
    }

    fn set_culture(&self, lcid: u32, for_user_interface: bool) -> HostResult {
        if self.current()?.is_none() {
            return Err(Hresult::HOST_E_INVALIDOPERATION);
        }
        self.engine.set_culture(lcid, for_user_interface)
    }

    /// A request that the engine does not take is over.
    fn deliver(&self, task: &Arc<Task>) -> HostResult {
        self.engine.deliver_abort(task).inspect_err(|_| task.abort().finished())
    }

    fn is_own(&self, task: &Arc<Task>) -> bool {
        self.engine.current_task().is_some_and(|own| Arc::ptr_eq(&own, task))
    }

    fn is_live(&self, task: &Arc<Task>) -> bool {
        self.live().iter().any(|live| Arc::ptr_eq(live, task))
    }

    fn check_own(&self, task: &Arc<Task>) -> HostResult {
        self.check_available()?;
        if self.is_own(task) { Ok(()) } else { Err(Hresult::HOST_E_INVALIDOPERATION) }
    }

    fn check_available(&self) -> HostResult {
        if self.engine.is_shut() { Err(Hresult::HOST_E_CLRNOTAVAILABLE) } else { Ok(()) }
    }
}
