//! A host's `IHostGCManager` as a [`GcManager`].

use crate::event_manager;
use crate::host_object::HostObject;
use clrhost::{GcManager, HostResult, Hresult};
use clrhost_abi::hosting::IHostGCManager_Vtbl;
use std::mem::ManuallyDrop;

pub(crate) struct HostGcManager(ManuallyDrop<HostObject<IHostGCManager_Vtbl>>);

impl HostGcManager {
    pub(crate) fn new(manager: ManuallyDrop<HostObject<IHostGCManager_Vtbl>>) -> Self {
        HostGcManager(manager)
    }
}

/// What the runtime passes where the suspension was not for a collection (contract: hosting, section 6).
const NO_GENERATION: u32 = u32::MAX;

/// A host's answer to a notification. `E_FAIL` ends the hosting layer, which whoever asked for it is told first.
pub(crate) fn result(answered: Hresult) -> HostResult {
    if answered == Hresult::E_FAIL {
        event_manager::clr_disabled();
    }
    if answered.is_s_ok() { Ok(()) } else { Err(answered) }
}

impl GcManager for HostGcManager {
    fn thread_is_blocking_for_suspension(&self) -> HostResult {
        // SAFETY: the reference keeps the object alive.
        result(unsafe { (self.0.vtbl().ThreadIsBlockingForSuspension)(self.0.this()) })
    }

    fn suspension_starting(&self) -> HostResult {
        // SAFETY: as above.
        result(unsafe { (self.0.vtbl().SuspensionStarting)(self.0.this()) })
    }

    fn suspension_ending(&self, generation: Option<u32>) -> HostResult {
        let generation = generation.unwrap_or(NO_GENERATION);
        // SAFETY: as above.
        result(unsafe { (self.0.vtbl().SuspensionEnding)(self.0.this(), generation) })
    }
}
