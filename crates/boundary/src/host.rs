//! The host's side of the contract, as safe traits.

use crate::admission::Admission;
use crate::target::{Target, TargetDescription};
use crate::task::Task;
use clrhost_hresult::Hresult;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// `Ok(())` is `S_OK`. `Err` carries every other value, success codes included: the contract treats `S_FALSE` from the
/// reverse pair as a failure.
pub type HostResult<T = ()> = Result<T, Hresult>;

/// `WAIT_OPTION`: what a host may do with a wait (contract: tasks, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct WaitOption(pub u32);

impl WaitOption {
    /// `WAIT_ALERTABLE`: the wait ends early, with `HOST_E_INTERRUPTED`, when the task is alerted.
    pub const ALERTABLE: WaitOption = WaitOption(2);

    /// True if the task may be alerted out of this wait.
    pub fn is_alertable(self) -> bool {
        self.0 & Self::ALERTABLE.0 != 0
    }
}

/// A thread that the runtime wants to have. It exists once somebody calls [`run`](Self::run) on a thread made for it.
///
/// Copies stand for the same thread: the first that runs it does, so a host may keep one and refuse later.
#[derive(Clone)]
pub struct TaskRequest {
    stack_size: usize,
    start: Arc<Mutex<Option<Start>>>,
}

type Start = Box<dyn FnOnce() + Send>;

impl TaskRequest {
    /// A thread that does what `start` says.
    pub fn new(stack_size: usize, start: impl FnOnce() + Send + 'static) -> TaskRequest {
        TaskRequest { stack_size, start: Arc::new(Mutex::new(Some(Box::new(start)))) }
    }

    /// Bytes of stack that the runtime asks for; 0 stands for the default.
    pub fn stack_size(&self) -> usize {
        self.stack_size
    }

    /// Does on the calling thread what the runtime wants done, and returns when that is over. False, and nothing done, if
    /// it was run before.
    pub fn run(self) -> bool {
        let start = lock(&self.start).take();
        match start {
            Some(start) => {
                start();
                true
            }
            None => false,
        }
    }
}

/// A host: the safe form of `IHostTaskManager`'s notifications (contract: tasks, section 4).
///
/// Every method runs on the thread it is about, in preemptive GC mode, so it may block without holding up the
/// collector. It must not call managed code. A panic counts as `E_FAIL`.
///
/// What an answer does:
/// * `Ok(())`: the bracket counts as reported, and the host gets the closing call.
/// * `Err` from an opening call ([`leave_runtime`](Self::leave_runtime),
///   [`reverse_enter_runtime`](Self::reverse_enter_runtime)): the bracket is not the host's, no closing call follows.
///   The failure is recorded and the native function runs: whoever keeps it from running at that moment has to make up
///   its result. A host that wants it not to run says so in [`bind_target`](Self::bind_target).
/// * `Err` from a closing call: recorded.
/// * `Err(E_FAIL)` from any call: the hosting layer shuts. The host is not called again, later calls into the library
///   answer `HOST_E_CLRNOTAVAILABLE`, and the application goes on.
///
/// The runtime may end a thread by `pthread_exit` or unwind it by `longjmp`; the closing calls of the brackets left
/// open then come late, at the next crossing or at the end of the thread, youngest first.
pub trait TaskManager: Send + Sync {
    /// A task came to the border for the first time (`GetCurrentTask` and `SetCLRTask` in one).
    ///
    /// `Err` leaves this thread outside the host's control: its crossings are counted, the host is not called for
    /// them (contract: tasks, section 4.3, GetCurrentTask).
    fn task_started(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }

    /// The task's thread ends. Only for tasks whose start the host accepted; its open brackets are closed already.
    fn task_ended(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }

    /// May the native function `target` be bound? Asked once for each function and each way to it (a method that declares
    /// it, a delegate type, a pointer by name), before managed code gets its address and before
    /// [`call_needs_host_hook`](Self::call_needs_host_hook). Not asked about callbacks, nor about functions that are reached
    /// in a way that does not pass clrhost; `docs/semantics.md` lists them. No part of the .NET Framework's contract.
    ///
    /// A function that [suppresses the GC transition](TargetDescription::suppress_gc_transition) is bound in cooperative GC
    /// mode. The collector then waits for the answer, so it must not take long, nor wait for another thread.
    ///
    /// Asked with the source [thunks] alone: the runtime's own events come when a function is bound already. The answer
    /// holds until the process ends. A failure is recorded, and counts as [`Admission::Call`].
    ///
    /// [thunks]: https://docs.rs/clrhost/latest/clrhost/enum.Source.html
    fn bind_target(&self, target: &TargetDescription) -> HostResult<Admission> {
        let _ = target;
        Ok(Admission::Call)
    }

    /// Must calls to `target` be reported by [`leave_runtime`](Self::leave_runtime) and
    /// [`enter_runtime`](Self::enter_runtime)? Asked once per target, before its first call. Callbacks are reported
    /// whatever the answer (contract: tasks, section 4.2). With the source thunks nothing stands between the caller and a
    /// function that needs no hook: its calls cost nothing, and are not counted either. Functions that suppress the GC
    /// transition are then not asked about, as their calls are counted but reported to no host.
    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        let _ = target;
        Ok(true)
    }

    /// Managed code is about to call native code.
    fn leave_runtime(&self, task: &Task, target: &Target) -> HostResult {
        let _ = (task, target);
        Ok(())
    }

    /// That native code has returned.
    fn enter_runtime(&self, task: &Task, target: &Target) -> HostResult {
        let _ = (task, target);
        Ok(())
    }

    /// Native code is about to call the managed `method`.
    fn reverse_enter_runtime(&self, task: &Task, method: &Target) -> HostResult {
        let _ = (task, method);
        Ok(())
    }

    /// That managed method has returned, or an exception has left it.
    fn reverse_leave_runtime(&self, task: &Task, method: &Target) -> HostResult {
        let _ = (task, method);
        Ok(())
    }

    /// The runtime wants a thread: make one with at least the stack asked for, and call [`TaskRequest::run`] on it
    /// (`CreateTask` and `IHostTask::Start` in one). Called on the thread that wants the other; it waits until the new
    /// one runs, so the host must not put the start off until this task gives something up.
    ///
    /// `Err(E_NOTIMPL)`, the default, leaves it to the runtime to make the thread. Any other failure means that no thread
    /// can be had: `Thread.Start` then throws.
    fn create_task(&self, request: TaskRequest) -> HostResult {
        let _ = request;
        Err(Hresult::E_NOTIMPL)
    }

    /// The task wants to sleep this many milliseconds; `None` stands for ever. `Ok` says that the time is over,
    /// `Err(HOST_E_INTERRUPTED)` that the sleep was broken off, which managed code sees as an interruption;
    /// `Err(E_NOTIMPL)`, the default, leaves the sleep to the runtime. Other failures count as slept.
    fn sleep(&self, task: &Task, milliseconds: Option<u32>, option: WaitOption) -> HostResult {
        let _ = (task, milliseconds, option);
        Err(Hresult::E_NOTIMPL)
    }

    /// The task offers to give way to others. `Ok` says that others ran, `Err(E_NOTIMPL)`, the default, leaves it to
    /// the runtime; every other answer says that nothing was switched.
    fn switch_to_task(&self, task: &Task, option: WaitOption) -> HostResult {
        let _ = (task, option);
        Err(Hresult::E_NOTIMPL)
    }

    /// Managed code sets the culture of the task. `Err(E_NOTIMPL)`, the default, says that the host has no mechanism;
    /// the runtime then sets its own alone. Other failures are thrown at the managed caller.
    fn set_locale(&self, task: &Task, lcid: u32) -> HostResult {
        let _ = (task, lcid);
        Err(Hresult::E_NOTIMPL)
    }

    /// As [`set_locale`](Self::set_locale), for the culture of the user interface.
    fn set_ui_locale(&self, task: &Task, lcid: u32) -> HostResult {
        let _ = (task, lcid);
        Err(Hresult::E_NOTIMPL)
    }

    /// The task must not be aborted from now on; pairs do not nest.
    fn begin_delay_abort(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }

    /// The task may be aborted again.
    fn end_delay_abort(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }

    /// The task must stay on its thread; pairs nest.
    fn begin_thread_affinity(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }

    /// Ends the last [`begin_thread_affinity`](Self::begin_thread_affinity).
    fn end_thread_affinity(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }

    /// Wake the task out of a sleep that the host performs, because it is to be aborted (`IHostTask::Alert`). Any thread
    /// may call; the method must not block. If the task does not sleep, the next alertable sleep is to end at once.
    fn alert(&self, task: &Task) -> HostResult {
        let _ = task;
        Ok(())
    }
}

/// A host that wants to know when collections stop the managed threads: the safe form of `IHostGCManager` (contract:
/// hosting, section 6).
///
/// Called on the thread that suspends the others, which is not to be rescheduled meanwhile. A panic, or `E_FAIL`, shuts
/// the hosting layer.
pub trait GcManager: Send + Sync {
    /// The calling thread runs managed code, or comes back to it, and is about to wait until a suspension is over. It stands where the
    /// collector may go on without it, so the host may let it wait for longer; it is nowhere else to reschedule it for a suspension.
    fn thread_is_blocking_for_suspension(&self) -> HostResult {
        Ok(())
    }

    /// The runtime begins to suspend its threads.
    fn suspension_starting(&self) -> HostResult {
        Ok(())
    }

    /// Threads run again. `generation` is the oldest that was collected, `None` if the suspension was not for a collection.
    fn suspension_ending(&self, generation: Option<u32>) -> HostResult {
        let _ = generation;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
