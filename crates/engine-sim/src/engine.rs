//! What a host asks of the simulated runtime.

use crate::script::{Op, TaskNumber};
use crate::world::{ALERTER, Event, World, lock};
use clrhost::Tasks;
use clrhost_boundary::{
    AbortRequest, Engine, HostResult, HostingLayer, Hresult, Task, TaskIdentity, TaskOwner,
};
use std::cell::RefCell;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

/// The runtime of this process, as far as hosts can tell. One simulation at a time is behind it.
struct Simulated {
    world: Mutex<Option<Arc<World>>>,
}

static ENGINE: Simulated = Simulated { world: Mutex::new(None) };

thread_local! {
    static CURRENT: RefCell<Option<Arc<Task>>> = const { RefCell::new(None) };
    /// Of a thread of the host's own that it attached.
    static ATTACHED: RefCell<Option<Attached>> = const { RefCell::new(None) };
}

/// The task of a thread that a host attached; it ends with the thread.
struct Attached {
    world: Arc<World>,
    owner: Option<TaskOwner>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.take() {
            self.world.boundary.end_task(owner);
        }
    }
}

/// Puts a simulation behind the engine.
pub(crate) fn install(world: Option<Arc<World>>) {
    *lock(&ENGINE.world) = world;
    Tasks::of_engine(&ENGINE);
}

pub(crate) fn set_current(task: Option<Arc<Task>>) {
    CURRENT.set(task);
}

pub(crate) fn current() -> Option<Arc<Task>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Aborts a task as a host's `ICLRTask::Abort` would. One that has ended meanwhile, or was asked before, needs nothing more.
pub(crate) fn abort(world: &World, number: TaskNumber) {
    let Some(task) = world.task(number).filter(|task| task.managed_thread() != 0) else { return };
    if task.abort().request() == AbortRequest::Deliver {
        deliver(world, &task);
    }
}

/// Lets the task be aborted at its next step in managed code, and has it alerted, on another thread as CoreCLR's aborts do it.
pub(crate) fn deliver(world: &World, task: &Task) {
    let number = number_of(task);
    if let Some(seat) = world.seat(number) {
        seat.abort.store(true, Ordering::Release);
    }
    task.abort().accepted();
    world.tell(Event::Busy(ALERTER));
    world.order(ALERTER, Op::Alert(number));
}

fn number_of(task: &Task) -> TaskNumber {
    TaskNumber(u8::try_from(task.runtime_thread_id()).unwrap_or(0))
}

impl Simulated {
    fn world(&self) -> HostResult<Arc<World>> {
        lock(&self.world).clone().ok_or(Hresult::HOST_E_CLRNOTAVAILABLE)
    }

    /// Does what a host asked for, unless it is to fail, and writes it down.
    fn answer<T>(
        &self,
        method: &'static str,
        about: TaskNumber,
        body: impl FnOnce(&Arc<World>) -> HostResult<T>,
    ) -> HostResult<T> {
        let world = self.world()?;
        let result = world.faults.at(method).and_then(|()| body(&world));
        let answer = match &result {
            Ok(_) => Ok(()),
            Err(hresult) => Err(*hresult),
        };
        world.log.engine_called(method, about, answer);
        result
    }
}

impl Engine for Simulated {
    fn is_shut(&self) -> bool {
        self.world().is_ok_and(|world| world.boundary.layer().is_some_and(HostingLayer::is_shut))
    }

    fn current_task(&self) -> Option<Arc<Task>> {
        current()
    }

    fn live_tasks(&self) -> Vec<Arc<Task>> {
        self.world().map_or_else(|_| Vec::new(), |world| world.boundary.registry().live_tasks())
    }

    fn attach(&self) -> HostResult<Arc<Task>> {
        self.answer("CreateTask", TaskNumber::RUNTIME, |world| {
            if let Some(task) = current() {
                return Ok(task);
            }
            let owner = world.boundary.start_task(TaskIdentity::default(), true);
            let task = owner.task().clone();
            ATTACHED.set(Some(Attached { world: world.clone(), owner: Some(owner) }));
            set_current(Some(task.clone()));
            Ok(task)
        })
    }

    fn can_abort(&self) -> HostResult {
        self.world().map(drop)
    }

    fn deliver_abort(&self, task: &Arc<Task>) -> HostResult {
        self.answer("Abort", number_of(task), |world| {
            deliver(world, task);
            Ok(())
        })
    }

    fn allocated_bytes(&self, task: &Arc<Task>) -> HostResult<u64> {
        // The simulated runtime has no heap, so nobody has allocated anything.
        self.answer("GetMemStats", number_of(task), |_| Ok(0))
    }

    fn monitors_held(&self, _: &Arc<Task>) -> usize {
        0
    }

    fn yield_task(&self, task: &Arc<Task>) -> HostResult {
        // Between two steps no task runs.
        self.answer("YieldTask", number_of(task), |_| Err(Hresult::S_FALSE))
    }

    fn end_current_task(&self) {
        set_current(None);
        ATTACHED.set(None);
    }

    fn set_culture(&self, _: u32, for_user_interface: bool) -> HostResult {
        let method = if for_user_interface { "SetUILocale" } else { "SetLocale" };
        self.answer(method, TaskNumber::RUNTIME, |_| Ok(()))
    }
}
