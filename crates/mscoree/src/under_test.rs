//! A host without CoreCLR: its managers, for a runtime that puts them to the test (`clrhost check`).

use crate::{host_control, hosting, runtime_host};
use clrhost::{GcManager, HostResult, Hresult, TaskManager};
use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

/// What a host's library exports so that it can be checked: `include/clrhost_check.h`. The function makes the host's
/// `IHostControl`; it gets the `ICLRRuntimeHost`, which it may keep.
pub const CREATE_HOST_CONTROL: &CStr = c"ClrhostCreateHostControl";

/// The type of [`CREATE_HOST_CONTROL`].
pub type CreateHostControl = unsafe extern "C" fn(runtime: *mut c_void, control: *mut *mut c_void) -> Hresult;

/// A host's managers as clrhost calls them.
pub struct Managers {
    /// From its `IHostTaskManager`.
    pub tasks: Option<Box<dyn TaskManager>>,
    /// From its `IHostGCManager`.
    pub gc: Option<Box<dyn GcManager>>,
}

/// What a host did wrong where only the COM interfaces show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// On a thread that it made, `GetCurrentTask` gave another task than `CreateTask` had.
    OtherTask,
    /// The start routine ran before `IHostTask::Start`.
    RanBeforeStart,
    /// The start routine ran more than once.
    RanAgain,
}

static REMARKS: Mutex<Vec<Remark>> = Mutex::new(Vec::new());

/// Asks a host for its managers as `SetHostControl` does, also if it calls that itself. From then on this process starts no
/// CoreCLR.
///
/// `Err` is what the function answered, or `SetHostControl`; `E_POINTER` if it gave no control.
///
/// # Safety
/// `create` is such a function, and its library stays loaded.
pub unsafe fn managers_of(create: CreateHostControl) -> HostResult<Managers> {
    hosting::state().is_under_test = true;
    let mut control = std::ptr::null_mut();
    // SAFETY: the caller's duty; the pointer is ours to write to.
    let answered = unsafe { create(runtime_host::object().handed_out(), &mut control) };
    if answered != Hresult::S_OK {
        return Err(answered);
    }
    let has_set_it = hosting::state().has_host_control;
    match NonNull::new(control) {
        _ if has_set_it => {}
        // SAFETY: what the function makes is an `IHostControl`; its reference is never given back.
        Some(control) => unsafe { host_control::set(control) }?,
        None => return Err(Hresult::E_POINTER),
    }
    let (tasks, gc) = hosting::take_managers();
    Ok(Managers { tasks: tasks.map(|tasks| Box::new(tasks) as _), gc: gc.map(|gc| Box::new(gc) as _) })
}

/// What was noticed so far.
pub fn remarks() -> Vec<Remark> {
    REMARKS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Looks for something wrong, if the host is under test.
pub(crate) fn check(look: impl FnOnce() -> Option<Remark>) {
    let is_under_test = hosting::state().is_under_test;
    if let Some(remark) = is_under_test.then(look).flatten() {
        REMARKS.lock().unwrap_or_else(PoisonError::into_inner).push(remark);
    }
}
