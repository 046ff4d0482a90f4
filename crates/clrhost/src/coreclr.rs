//! CoreCLR as the runtime behind [`Tasks`](crate::Tasks).

use crate::abort::deliver;
use crate::{Crossings, shim, yielding};
use clrhost_boundary::{Engine, HostResult, Hresult, Task, gate};
use clrhost_engine_coreclr::{Dac, DacThread, Shim, ThreadHandle};
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// The versions of .NET that can abort a thread. From 9 on exceptions are handled in managed code, which takes a
/// `ThreadAbortException` that nobody catches for any other: the process would end.
const WITH_ABORTS: RangeInclusive<u16> = 7..=8;

/// The CoreCLR of this process.
pub(crate) struct CoreClr {
    crossings: Crossings,
}

static CORECLR: OnceLock<CoreClr> = OnceLock::new();

impl CoreClr {
    /// A process has one runtime, so there is one of these.
    pub(crate) fn of(crossings: Crossings) -> &'static CoreClr {
        CORECLR.get_or_init(|| CoreClr { crossings })
    }

    /// `Err(E_NOTIMPL)` where this runtime has no managed part of clrhost's: in applications before .NET 8.
    fn shim(&self) -> HostResult<&'static Shim> {
        shim::loaded().ok_or(Hresult::E_NOTIMPL)
    }

    /// What the debugging library tells of the task's thread. A reading takes some milliseconds.
    fn dac_thread(&self, task: &Arc<Task>) -> Option<DacThread> {
        static DAC: OnceLock<Option<Dac>> = OnceLock::new();
        let probe = self.crossings.probe();
        let is_live = self.live_tasks().iter().any(|live| Arc::ptr_eq(live, task));
        if probe.runtime_version()?.0 != 8 || !is_live {
            return None;
        }
        let dac = DAC.get_or_init(|| Dac::load(&probe.runtime_folder()?));
        dac.as_ref()?.thread(task.os_thread_id())
    }
}

impl Engine for CoreClr {
    fn is_shut(&self) -> bool {
        self.crossings.is_shut()
    }

    fn current_task(&self) -> Option<Arc<Task>> {
        self.crossings.probe().current_task()
    }

    fn live_tasks(&self) -> Vec<Arc<Task>> {
        self.crossings.live_tasks()
    }

    fn attach(&self) -> HostResult<Arc<Task>> {
        let shim = self.shim()?;
        let probe = self.crossings.probe();
        if let Some(task) = probe.current_task().filter(|task| task.managed_thread() != 0) {
            return Ok(task);
        }
        // Any call of managed code makes the thread known.
        let handle = shim.current_thread() as u64;
        let task = probe.attach_current_thread().ok_or(Hresult::E_OUTOFMEMORY)?;
        if handle != 0 {
            // This thread's managed code has no frame below it that would catch an abort.
            task.abort().gate().store(gate::OUTSIDE, Ordering::Release);
            probe.set_managed_thread(&task, handle);
        }
        while let Some(dead) = probe.take_dead_thread() {
            // SAFETY: a dead handle is one that was not given back and that nobody else has.
            let dead = unsafe { ThreadHandle::new(dead as usize) };
            // Freeing a handle does not fail.
            let _ = shim.release_thread(dead);
        }
        Ok(task)
    }

    fn can_abort(&self) -> HostResult {
        self.shim()?;
        let version = self.crossings.probe().runtime_version();
        if version.is_some_and(|version| WITH_ABORTS.contains(&version.0)) {
            Ok(())
        } else {
            Err(Hresult::E_NOTIMPL)
        }
    }

    fn deliver_abort(&self, task: &Arc<Task>) -> HostResult {
        deliver(self.crossings.probe(), *self.shim()?, task.clone());
        Ok(())
    }

    fn allocated_bytes(&self, task: &Arc<Task>) -> HostResult<u64> {
        if self.current_task().is_some_and(|own| Arc::ptr_eq(&own, task)) {
            let bytes = self.shim()?.allocated().map_err(Hresult)?;
            return u64::try_from(bytes).map_err(|_| Hresult::E_UNEXPECTED);
        }
        let thread = self.dac_thread(task).ok_or(Hresult::HOST_E_INVALIDOPERATION)?;
        Ok(thread.allocated)
    }

    fn monitors_held(&self, task: &Arc<Task>) -> usize {
        self.dac_thread(task).map_or(0, |thread| thread.monitors)
    }

    fn yield_task(&self, task: &Arc<Task>) -> HostResult {
        yielding::ask(task.os_thread_id())
    }

    fn end_current_task(&self) {
        self.crossings.probe().end_current_task();
    }

    fn set_culture(&self, lcid: u32, for_user_interface: bool) -> HostResult {
        self.shim()?.set_culture(lcid, for_user_interface).map_err(Hresult)
    }
}
