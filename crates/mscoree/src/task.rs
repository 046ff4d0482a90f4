//! `ICLRTask2`: the runtime's side of a task.
//!
//! Hosts keep the pointer that `SetCLRTask` gives them without counting it, use it after the task has ended, and release it in
//! a destructor after `Stop`. So these objects are never freed. They are used again, because threads come and go: but not
//! before so many further tasks have ended that nobody can mean the old one any more, and only where the references that
//! hosts took are given back. Until then every call about an ended task answers `HOST_E_INVALIDOPERATION`.

use crate::entry::{check_available, methods, store};
use crate::hosting;
use clrhost::{HostResult, Hresult, Task, Tasks};
use clrhost_abi::hosting::*;
use clrhost_abi::{Guid, IUnknownVtbl};
use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many further tasks must have ended before an object is used for another task.
const QUARANTINE: usize = 1024;

/// The object.
#[repr(C)]
pub(crate) struct ClrTask {
    vtbl: &'static ICLRTask2_Vtbl,
    references: AtomicU32,
    /// The task's number; 0 once it has ended.
    task: AtomicU64,
}

static VTBL: ICLRTask2_Vtbl = ICLRTask2_Vtbl {
    base__: ICLRTask_Vtbl {
        base__: IUnknownVtbl { query_interface, add_ref, release },
        SwitchIn: switch_in,
        SwitchOut: switch_out,
        GetMemStats: get_mem_stats,
        Reset: reset,
        ExitTask: exit_task,
        Abort: abort,
        RudeAbort: rude_abort,
        NeedsPriorityScheduling: needs_priority_scheduling,
        YieldTask: yield_task,
        LocksHeld: locks_held,
        SetTaskIdentifier: set_task_identifier,
    },
    BeginPreventAsyncAbort: begin_prevent_async_abort,
    EndPreventAsyncAbort: end_prevent_async_abort,
};

/// Objects of tasks that live, and of those that have ended, in the order of their ends.
struct Pool {
    live: Vec<&'static ClrTask>,
    ended: VecDeque<&'static ClrTask>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { live: Vec::new(), ended: VecDeque::new() });

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The object of this task, made now if it has none.
pub(crate) fn take(task: u64) -> &'static ClrTask {
    let mut pool = pool();
    if let Some(known) = pool.live.iter().find(|known| known.task.load(Ordering::Relaxed) == task) {
        return known;
    }
    let reusable = pool.ended.len() > QUARANTINE
        // The reference that was handed out with SetCLRTask may never come back.
        && pool.ended.front().is_some_and(|oldest| oldest.references.load(Ordering::Acquire) <= 1);
    let object = match reusable.then(|| pool.ended.pop_front()).flatten() {
        Some(object) => object,
        None => {
            // One that is still held goes to the end of the line.
            if pool.ended.len() > QUARANTINE {
                pool.ended.rotate_left(1);
            }
            Box::leak(Box::new(ClrTask {
                vtbl: &VTBL,
                references: AtomicU32::new(0),
                task: AtomicU64::new(0),
            }))
        }
    };
    object.references.store(0, Ordering::Relaxed);
    object.task.store(task, Ordering::Release);
    pool.live.push(object);
    object
}

/// The task of this object has ended.
pub(crate) fn give_back(object: &'static ClrTask) {
    object.task.store(0, Ordering::Release);
    let mut pool = pool();
    if let Some(position) = pool.live.iter().position(|live| std::ptr::eq(*live, object)) {
        pool.live.swap_remove(position);
        pool.ended.push_back(object);
    }
}

impl ClrTask {
    /// The object, without a reference, as `ICLRTaskManager::GetCurrentTask` gives it.
    pub(crate) fn borrow(&'static self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// The object, with a reference for the host.
    pub(crate) fn handed_out(&'static self) -> *mut c_void {
        self.references.fetch_add(1, Ordering::Relaxed);
        self.borrow()
    }

    /// # Safety
    /// `this` is such an object.
    unsafe fn from_this(this: *mut c_void) -> &'static ClrTask {
        // SAFETY: the caller's duty; the objects are never freed.
        unsafe { &*this.cast() }
    }
}

/// The task behind an object, and the means to do something with it.
///
/// # Safety
/// `this` is a [`ClrTask`].
unsafe fn resolve(this: *mut c_void) -> HostResult<(Tasks, Arc<Task>)> {
    check_available()?;
    let tasks = hosting::tasks()?;
    // SAFETY: the caller's duty.
    let number = unsafe { ClrTask::from_this(this) }.task.load(Ordering::Acquire);
    // The usual case, without a look at the list.
    if let Ok(Some(own)) = tasks.current()
        && own.id() == number
    {
        return Ok((tasks, own));
    }
    let task = tasks.live().into_iter().find(|task| task.id() == number);
    task.map(|task| (tasks, task)).ok_or(Hresult::HOST_E_INVALIDOPERATION)
}

// SAFETY: only put into the table of these objects; the caller's pointers are null or good.
unsafe extern "C" fn query_interface(
    this: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    // SAFETY: the caller's duty.
    unsafe { crate::object::query(this, iid, object, &[IID_ICLRTask, IID_ICLRTask2], add_ref) }
}

// SAFETY: only put into the table of these objects.
unsafe extern "C" fn add_ref(this: *mut c_void) -> u32 {
    // SAFETY: the caller's duty.
    unsafe { ClrTask::from_this(this) }.references.fetch_add(1, Ordering::Relaxed) + 1
}

/// A `Release` too many changes nothing.
// SAFETY: only put into the table of these objects.
unsafe extern "C" fn release(this: *mut c_void) -> u32 {
    // SAFETY: the caller's duty.
    let references = unsafe { &ClrTask::from_this(this).references };
    let less = |count: u32| Some(count.saturating_sub(1));
    match references.fetch_update(Ordering::Release, Ordering::Relaxed, less) {
        Ok(before) | Err(before) => before.saturating_sub(1),
    }
}

methods! {
    fn switch_in(this, _thread: HANDLE) {
        let (tasks, task) = resolve(this)?;
        tasks.switch_in(&task)
    }

    fn switch_out(this) {
        let (tasks, task) = resolve(this)?;
        tasks.switch_out(&task)
    }

    fn get_mem_stats(this, stats: *mut COR_GC_THREAD_STATS) {
        if stats.is_null() {
            return Err(Hresult::E_POINTER);
        }
        let (tasks, task) = resolve(this)?;
        // Flags are left as they are: only a set bit is ever written, and CoreCLR does not tell of promotion by thread.
        (*stats).PerThreadAllocation = tasks.allocated_bytes(&task)?;
        Ok(())
    }

    fn reset(this, full: BOOL) {
        let (tasks, task) = resolve(this)?;
        tasks.reset(&task, full != 0)
    }

    fn exit_task(this) {
        let (tasks, task) = resolve(this)?;
        tasks.exit(&task)
    }

    fn abort(this) {
        let (tasks, task) = resolve(this)?;
        tasks.abort(&task)
    }

    fn rude_abort(this) {
        let (tasks, task) = resolve(this)?;
        tasks.rude_abort(&task)
    }

    fn needs_priority_scheduling(this, needed: *mut BOOL) {
        let (tasks, task) = resolve(this)?;
        store(needed, tasks.needs_priority_scheduling(&task)?.into())
    }

    fn yield_task(this) {
        let (tasks, task) = resolve(this)?;
        tasks.yield_task(&task)
    }

    fn locks_held(this, locks: *mut usize) {
        let (tasks, task) = resolve(this)?;
        store(locks, tasks.locks_held(&task)?)
    }

    fn set_task_identifier(this, identifier: u64) {
        let (_, task) = resolve(this)?;
        task.set_identifier(identifier);
        Ok(())
    }

    fn begin_prevent_async_abort(this) {
        let (tasks, task) = resolve(this)?;
        tasks.begin_prevent_async_abort(&task)
    }

    fn end_prevent_async_abort(this) {
        let (tasks, task) = resolve(this)?;
        tasks.end_prevent_async_abort(&task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_used_again_only_after_many_others_have_ended_and_when_nobody_holds_it() {
        let first = take(1 << 40);
        let held = take(1 << 41);
        held.handed_out();
        // SAFETY: it is such an object.
        assert_eq!(unsafe { add_ref(held.borrow()) }, 2);
        give_back(held);
        give_back(first);
        let mut seen_again = false;
        for number in 0..2 * QUARANTINE as u64 + 8 {
            let object = take((1 << 42) + number);
            assert!(!std::ptr::eq(object, held), "somebody holds it");
            if std::ptr::eq(object, first) {
                assert!(number as usize >= QUARANTINE - 1, "after {number}");
                seen_again = true;
            }
            give_back(object);
        }
        assert!(seen_again);
    }

    #[test]
    fn a_task_has_one_object() {
        let object = take(1 << 50);
        assert!(std::ptr::eq(object, take(1 << 50)));
        give_back(object);
    }

    #[test]
    fn a_release_too_many_changes_nothing() {
        let object = take(1 << 51);
        // SAFETY: it is such an object.
        assert_eq!(unsafe { (release(object.borrow()), release(object.borrow())) }, (0, 0));
        give_back(object);
    }
}
