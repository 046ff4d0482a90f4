//! The host's side of the contract, as a safe trait.

use crate::target::Target;
use crate::task::Task;
use clrhost_hresult::Hresult;

/// `Ok(())` is `S_OK`. `Err` carries every other value, success codes included: the contract treats `S_FALSE` from the
/// reverse pair as a failure.
pub type HostResult<T = ()> = Result<T, Hresult>;

/// A host: the safe form of `IHostTaskManager`'s notifications (contract: tasks, section 4).
///
/// Every method runs on the thread it is about, in preemptive GC mode, so it may block without holding up the
/// collector. It must not call managed code. A panic counts as `E_FAIL`.
///
/// What an answer does:
/// * `Ok(())`: the bracket counts as reported, and the host gets the closing call.
/// * `Err` from an opening call ([`leave_runtime`](Self::leave_runtime),
///   [`reverse_enter_runtime`](Self::reverse_enter_runtime)): the bracket is not the host's, no closing call follows.
///   CoreCLR gives an observer no way to keep the native function from running, so it runs, and the failure is
///   recorded as one that could not be enforced.
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

    /// Must calls to `target` be reported by [`leave_runtime`](Self::leave_runtime) and
    /// [`enter_runtime`](Self::enter_runtime)? Asked once per target, before its first call. Callbacks are reported
    /// whatever the answer (contract: tasks, section 4.2).
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
}
