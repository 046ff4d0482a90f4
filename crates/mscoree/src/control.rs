//! `ICLRControl`.

use crate::entry::{check_available, methods, store};
use crate::object::{Singleton, unknown};
use crate::{debug_manager, error_reporting, event_manager, gc_manager, policy, protection, task_manager};
use clrhost::Hresult;
use clrhost_abi::hosting::*;
use std::ffi::c_void;

static VTBL: ICLRControl_Vtbl = ICLRControl_Vtbl {
    base__: unknown!(IID_ICLRControl),
    GetCLRManager: get_clr_manager,
    SetAppDomainManagerType: set_app_domain_manager_type,
};
static OBJECT: Singleton<ICLRControl_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRControl_Vtbl> {
    &OBJECT
}

methods! {
    // At any time: settings that come too late say so themselves.
    fn get_clr_manager(this, iid: *const clrhost_abi::Guid, manager: *mut *mut c_void) {
        if manager.is_null() || iid.is_null() {
            return Err(Hresult::E_INVALIDARG);
        }
        store(manager, std::ptr::null_mut())?;
        check_available()?;
        let object = match *iid {
            IID_ICLRDebugManager => debug_manager::object().handed_out(),
            IID_ICLRErrorReportingManager => error_reporting::object().handed_out(),
            IID_ICLRGCManager | IID_ICLRGCManager2 => gc_manager::object().handed_out(),
            IID_ICLRHostProtectionManager => protection::object().handed_out(),
            IID_ICLROnEventManager => event_manager::object().handed_out(),
            IID_ICLRPolicyManager => policy::object().handed_out(),
            IID_ICLRTaskManager => task_manager::object().handed_out(),
            _ => return Err(Hresult::E_NOINTERFACE),
        };
        store(manager, object)
    }

    // .NET has no AppDomainManager.
    fn set_app_domain_manager_type(this, assembly: PCWSTR, type_name: PCWSTR) {
        check_available()?;
        if assembly.is_null() || type_name.is_null() {
            return Err(Hresult::E_INVALIDARG);
        }
        Err(Hresult::E_NOTIMPL)
    }
}
