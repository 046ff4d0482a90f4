//! The runtime's side of the contract, as a trait.

use crate::host::HostResult;
use crate::task::Task;
use std::sync::Arc;

/// A runtime that can be hosted: what a host's calls about tasks come down to (contract: tasks, sections 6 to 8).
///
/// What is the same for every runtime (who may call what, how aborts are held back, what a call about an ended task answers)
/// is not here but in `clrhost::Tasks`, which calls these methods only where its own rules allow it. Any thread may call them.
pub trait Engine: Send + Sync {
    /// True once the host answered `E_FAIL` or panicked.
    fn is_shut(&self) -> bool;

    /// The task of the calling thread, if it has one. Neither blocks nor allocates.
    fn current_task(&self) -> Option<Arc<Task>>;

    /// The tasks that live now.
    fn live_tasks(&self) -> Vec<Arc<Task>>;

    /// Makes the calling thread known to the runtime and gives its task.
    fn attach(&self) -> HostResult<Arc<Task>>;

    /// Whether this runtime can abort threads; `Err` is what a request is to be answered with.
    fn can_abort(&self) -> HostResult;

    /// Has the task aborted, and returns at once. [`AbortState::accepted`](crate::AbortState::accepted) and
    /// [`finished`](crate::AbortState::finished) tell of the rest.
    fn deliver_abort(&self, task: &Arc<Task>) -> HostResult;

    /// Bytes that the task has allocated; `Err(HOST_E_INVALIDOPERATION)` where the runtime does not tell it of this task.
    fn allocated_bytes(&self, task: &Arc<Task>) -> HostResult<u64>;

    /// Monitors that the task is known to own: a lower bound.
    fn monitors_held(&self, task: &Arc<Task>) -> usize;

    /// Asks another, live task to give up the processor once. `Err(S_FALSE)` if it does not run, or has not followed yet.
    fn yield_task(&self, task: &Arc<Task>) -> HostResult;

    /// Ends the task of the calling thread, which has no managed code on its stack.
    fn end_current_task(&self);

    /// Sets the culture of the calling thread, that of the user interface or the other one.
    fn set_culture(&self, lcid: u32, for_user_interface: bool) -> HostResult;
}
