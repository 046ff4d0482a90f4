//! A host's `IHostTaskManager` as a [`TaskManager`] (contract: tasks, sections 4 and 5).

use crate::host_gc_manager::result;
use crate::host_object::HostObject;
use crate::task::{self, ClrTask};
use crate::under_test::{self, Remark};
use clrhost::{HostResult, Hresult, Target, Task, TaskManager, TaskRequest, WaitOption};
use clrhost_abi::hosting::{IHostTask_Vtbl, IHostTaskManager_Vtbl};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// For a host that has no task manager: everything is left to the runtime.
pub(crate) struct NoTaskManager;

impl TaskManager for NoTaskManager {
    fn call_needs_host_hook(&self, _: &Target) -> HostResult<bool> {
        Ok(false)
    }
}

pub(crate) struct HostTaskManager {
    manager: ManuallyDrop<HostObject<IHostTaskManager_Vtbl>>,
    /// The partners of each task, by its number.
    partners: Mutex<HashMap<u64, Partners>>,
}

/// The two objects that stand for a task.
struct Partners {
    host: Arc<HostObject<IHostTask_Vtbl>>,
    clr: &'static ClrTask,
}

const INFINITE: u32 = u32::MAX;

impl HostTaskManager {
    pub(crate) fn new(manager: ManuallyDrop<HostObject<IHostTaskManager_Vtbl>>) -> Self {
        HostTaskManager { manager, partners: Mutex::new(HashMap::new()) }
    }

    /// Calls a method of the manager.
    fn call(
        &self,
        method: impl FnOnce(&'static IHostTaskManager_Vtbl, *mut c_void) -> Hresult,
    ) -> HostResult {
        result(method(self.manager.vtbl(), self.manager.this()))
    }

    fn partners(&self) -> MutexGuard<'_, HashMap<u64, Partners>> {
        self.partners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host's task of the calling thread, if it has one for it.
    fn current_task(&self) -> Option<HostObject<IHostTask_Vtbl>> {
        let mut task = std::ptr::null_mut();
        // The answer is not looked at, only the pointer: a host that has run out of tasks answers E_FAIL here.
        // SAFETY: the reference keeps the manager alive; the pointer is ours to write to.
        let _ = unsafe { (self.manager.vtbl().GetCurrentTask)(self.manager.this(), &mut task) };
        // SAFETY: null, or a task that the host hands out.
        unsafe { HostObject::handed_out(task) }
    }
}

impl TaskManager for HostTaskManager {
    fn task_started(&self, task: &Task) -> HostResult {
        let host = self.current_task().ok_or(Hresult::HOST_E_INVALIDOPERATION)?;
        under_test::check(|| {
            let requests = requests();
            let made = REQUEST.get().and_then(|number| requests.made.get(&number));
            made.is_some_and(|made| made.this() != host.this()).then_some(Remark::OtherTask)
        });
        let clr = task::take(task.id());
        // SAFETY: the reference keeps the host's task alive, and ours lives as long as the process.
        result(unsafe { (host.vtbl().SetCLRTask)(host.this(), clr.handed_out()) })?;
        self.partners().insert(task.id(), Partners { host: Arc::new(host), clr });
        Ok(())
    }

    fn task_ended(&self, task: &Task) -> HostResult {
        // Given back without the lock: the host's object may go with it.
        let partners = self.partners().remove(&task.id());
        if let Some(partners) = partners {
            task::give_back(partners.clr);
        }
        Ok(())
    }

    fn call_needs_host_hook(&self, target: &Target) -> HostResult<bool> {
        let mut needed = 0;
        self.call(|host, this| {
            // SAFETY: the reference keeps the manager alive; the flag is ours to write to.
            unsafe { (host.CallNeedsHostHook)(this, identifier(target), &mut needed) }
        })?;
        Ok(needed != 0)
    }

    fn leave_runtime(&self, _: &Task, target: &Target) -> HostResult {
        // SAFETY: the reference keeps the manager alive, here and below.
        self.call(|host, this| unsafe { (host.LeaveRuntime)(this, identifier(target)) })
    }

    fn enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.EnterRuntime)(this) })
    }

    fn reverse_enter_runtime(&self, _: &Task, _: &Target) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.ReverseEnterRuntime)(this) })
    }

    fn reverse_leave_runtime(&self, _: &Task, _: &Target) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.ReverseLeaveRuntime)(this) })
    }

    fn create_task(&self, request: TaskRequest) -> HostResult {
        let stack_size = u32::try_from(request.stack_size()).unwrap_or(u32::MAX);
        let number = requests().add(request);
        let routine: extern "C-unwind" fn(*mut c_void) -> u32 = run;
        // SAFETY: the two types differ only in whether the function may unwind, which matters to Rust's callers alone.
        let routine = unsafe {
            std::mem::transmute::<
                extern "C-unwind" fn(*mut c_void) -> u32,
                unsafe extern "C" fn(*mut c_void) -> u32,
            >(routine)
        };
        let mut task = std::ptr::null_mut();
        // SAFETY: the reference keeps the manager alive; the routine takes just this parameter.
        let created = unsafe {
            let (host, this) = (self.manager.vtbl(), self.manager.this());
            (host.CreateTask)(this, stack_size, Some(routine), number as *const c_void, &mut task)
        };
        // SAFETY: null, or a task that the host hands out.
        let task = unsafe { HostObject::<IHostTask_Vtbl>::handed_out(task) };
        let outcome = match (created, task) {
            (Hresult::S_OK, Some(task)) => {
                let (vtbl, this) = (task.vtbl(), task.this());
                {
                    let mut requests = requests();
                    requests.made.insert(number, task);
                    requests.started.insert(number);
                }
                // SAFETY: the reference just kept keeps the task alive, until its thread ends at the earliest.
                result(unsafe { (vtbl.Start)(this) })
            }
            // A host that has run out of tasks; the program goes on with a thread of the runtime's.
            (Hresult::S_OK, None) | (Hresult::E_FAIL | Hresult::E_NOTIMPL, _) => {
                forget(number);
                return Err(Hresult::E_NOTIMPL);
            }
            (hresult, _) => Err(hresult),
        };
        if outcome.is_err() {
            forget(number);
        }
        outcome
    }

    fn sleep(&self, _: &Task, milliseconds: Option<u32>, option: WaitOption) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.Sleep)(this, milliseconds.unwrap_or(INFINITE), option.0) })
    }

    fn switch_to_task(&self, _: &Task, option: WaitOption) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.SwitchToTask)(this, option.0) })
    }

    fn set_locale(&self, _: &Task, lcid: u32) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.SetLocale)(this, lcid) })
    }

    fn set_ui_locale(&self, _: &Task, lcid: u32) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.SetUILocale)(this, lcid) })
    }

    fn begin_delay_abort(&self, _: &Task) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.BeginDelayAbort)(this) })
    }

    fn end_delay_abort(&self, _: &Task) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.EndDelayAbort)(this) })
    }

    fn begin_thread_affinity(&self, _: &Task) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.BeginThreadAffinity)(this) })
    }

    fn end_thread_affinity(&self, _: &Task) -> HostResult {
        // SAFETY: as above.
        self.call(|host, this| unsafe { (host.EndThreadAffinity)(this) })
    }

    fn alert(&self, task: &Task) -> HostResult {
        let host = self.partners().get(&task.id()).map(|partners| partners.host.clone());
        let Some(host) = host else { return Ok(()) };
        // SAFETY: the reference keeps the task alive.
        result(unsafe { (host.vtbl().Alert)(host.this()) })
    }
}

/// What the contract calls `target`: the address where it is known, else a number that stands for the target, the same at
/// each call.
fn identifier(target: &Target) -> usize {
    match target.address() {
        0 => std::ptr::from_ref(target) as usize,
        address => address,
    }
}

/// Requests that hosts have been given and not run yet. A host gets a number instead of an address, so that a start routine
/// that is called twice, or not at all, does no harm.
static REQUESTS: Mutex<Requests> =
    Mutex::new(Requests { next: 1, open: BTreeMap::new(), made: BTreeMap::new(), started: BTreeSet::new() });

thread_local! {
    /// The request that this thread was made for.
    static REQUEST: Cell<Option<usize>> = const { Cell::new(None) };
}

struct Requests {
    next: usize,
    open: BTreeMap<usize, TaskRequest>,
    /// The tasks that hosts made for requests. The reference that CreateTask hands out is the runtime's until the thread
    /// ends, and may be the only one.
    made: BTreeMap<usize, HostObject<IHostTask_Vtbl>>,
    /// Those whose `Start` was called.
    started: BTreeSet<usize>,
}

/// The request is over, or came to nothing.
fn forget(number: usize) {
    let (request, made) = {
        let mut requests = requests();
        requests.started.remove(&number);
        (requests.open.remove(&number), requests.made.remove(&number))
    };
    // Dropped without the lock: the one may tell the runtime, the other the host.
    drop(request);
    drop(made);
}

fn requests() -> MutexGuard<'static, Requests> {
    REQUESTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Requests {
    fn add(&mut self, request: TaskRequest) -> usize {
        let number = self.next;
        self.next += 1;
        self.open.insert(number, request);
        number
    }
}

/// The start routine that a host calls on the new thread. Nothing is caught here: a thread may end by `pthread_exit`, which
/// unwinds through this frame.
extern "C-unwind" fn run(parameter: *mut c_void) -> u32 {
    struct Over(usize);
    impl Drop for Over {
        fn drop(&mut self) {
            forget(self.0);
        }
    }
    let over = Over(parameter as usize);
    let (request, was_started) = {
        let mut requests = requests();
        (requests.open.remove(&over.0), requests.started.contains(&over.0))
    };
    under_test::check(|| match (&request, was_started) {
        (None, _) => Some(Remark::RanAgain),
        (Some(_), false) => Some(Remark::RanBeforeStart),
        (Some(_), true) => None,
    });
    REQUEST.set(Some(over.0));
    request.is_some_and(TaskRequest::run).into()
}
