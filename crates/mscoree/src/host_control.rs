//! Asking a host's `IHostControl` for its managers (contract: hosting, section 2).

use crate::host_object::HostObject;
use crate::{entry, hosting, sync_manager, task_manager};
use clrhost::{HostResult, Hresult};
use clrhost_abi::hosting::*;
use clrhost_abi::{Guid, IUnknownVtbl};
use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// What is used of what a host gives. The references are held until the process ends: hosts delete their objects
/// themselves, and the last reference must not be ours.
#[derive(Default)]
pub(crate) struct HostManagers {
    pub(crate) tasks: Option<ManuallyDrop<HostObject<IHostTaskManager_Vtbl>>>,
    pub(crate) gc: Option<ManuallyDrop<HostObject<IHostGCManager_Vtbl>>>,
}

/// `SetHostControl`: asks for each manager in the documented order and introduces ours to it.
///
/// # Safety
/// `control` is an `IHostControl` that is alive.
pub(crate) unsafe fn set(control: NonNull<c_void>) -> HostResult {
    {
        let mut state = hosting::state();
        if state.was_started || state.starts > 0 || state.has_host_control {
            return Err(Hresult::E_ACCESSDENIED);
        }
        state.has_host_control = true;
    }
    // SAFETY: the caller's duty.
    let control = unsafe { ManuallyDrop::new(HostObject::<IHostControl_Vtbl>::lent(control)) };
    // SAFETY: the managers are asked for by the identifiers of the tables that they are taken to have.
    let managers = unsafe {
        // CreateMalloc and the memory notifications belong to a manager that is not called yet.
        ask::<IHostMemoryManager_Vtbl>(&control, &IID_IHostMemoryManager);
        let tasks = ask::<IHostTaskManager_Vtbl>(&control, &IID_IHostTaskManager);
        if let Some(tasks) = &tasks {
            // The answer is ignored, but for the one that ends everything.
            let answered =
                (tasks.vtbl().SetCLRTaskManager)(tasks.this(), task_manager::object().handed_out());
            if answered == Hresult::E_FAIL {
                entry::shut();
                return Err(Hresult::E_FAIL);
            }
        }
        ask::<IHostThreadpoolManager_Vtbl>(&control, &IID_IHostThreadpoolManager);
        ask::<IHostIoCompletionManager_Vtbl>(&control, &IID_IHostIoCompletionManager);
        if let Some(sync) = ask::<IHostSyncManager_Vtbl>(&control, &IID_IHostSyncManager) {
            // Ignored, as the CLR does.
            let _ = (sync.vtbl().SetCLRSyncManager)(sync.this(), sync_manager::object().handed_out());
        }
        ask::<IHostAssemblyManager_Vtbl>(&control, &IID_IHostAssemblyManager);
        let gc = ask::<IHostGCManager_Vtbl>(&control, &IID_IHostGCManager);
        ask::<IHostSecurityManager_Vtbl>(&control, &IID_IHostSecurityManager);
        ask::<IHostPolicyManager_Vtbl>(&control, &IID_IHostPolicyManager);
        HostManagers { tasks, gc }
    };
    hosting::set_managers(managers)
}

/// One manager, held for good. Only `S_OK` with a pointer counts; many hosts leave the pointer alone when they have none.
///
/// # Safety
/// `Vtbl` is the table of the interface that `iid` names.
unsafe fn ask<Vtbl>(
    control: &HostObject<IHostControl_Vtbl>,
    iid: &Guid,
) -> Option<ManuallyDrop<HostObject<Vtbl>>> {
    const { assert!(size_of::<Vtbl>() > size_of::<IUnknownVtbl>()) };
    let mut manager = std::ptr::null_mut();
    // SAFETY: the control is alive, the identifier readable, the pointer writable.
    let answered = unsafe { (control.vtbl().GetHostManager)(control.this(), iid, &mut manager) };
    if !answered.is_s_ok() {
        return None;
    }
    // SAFETY: on success it is null or an object with the interface asked for.
    unsafe { HostObject::handed_out(manager) }.map(ManuallyDrop::new)
}
