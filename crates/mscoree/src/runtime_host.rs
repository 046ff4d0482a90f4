//! `ICLRRuntimeHost`.

use crate::entry::{check_available, methods, store};
use crate::object::{Singleton, unknown};
use crate::{control, host_control, hosting, text};
use clrhost::Hresult;
use clrhost_abi::hosting::*;
use std::ffi::c_void;
use std::path::Path;
use std::ptr::NonNull;

/// CoreCLR has one application domain.
const DEFAULT_DOMAIN: u32 = 1;

static VTBL: ICLRRuntimeHost_Vtbl = ICLRRuntimeHost_Vtbl {
    base__: unknown!(IID_ICLRRuntimeHost),
    Start: start,
    Stop: stop,
    SetHostControl: set_host_control,
    GetCLRControl: get_clr_control,
    UnloadAppDomain: unload_app_domain,
    ExecuteInAppDomain: execute_in_app_domain,
    GetCurrentAppDomainId: get_current_app_domain_id,
    ExecuteApplication: execute_application,
    ExecuteInDefaultAppDomain: execute_in_default_app_domain,
};
static OBJECT: Singleton<ICLRRuntimeHost_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRRuntimeHost_Vtbl> {
    &OBJECT
}

methods! {
    fn start(this) {
        check_available()?;
        hosting::start()
    }

    fn stop(this) {
        check_available()?;
        hosting::stop()
    }

    fn set_host_control(this, host_control: *mut c_void) {
        check_available()?;
        let control = NonNull::new(host_control).ok_or(Hresult::E_INVALIDARG)?;
        host_control::set(control)
    }

    // Also after the start, where the CLR gave a limited one.
    fn get_clr_control(this, clr_control: *mut *mut c_void) {
        store(clr_control, std::ptr::null_mut())?;
        check_available()?;
        store(clr_control, control::object().handed_out())
    }

    fn unload_app_domain(this, domain: u32, _wait: BOOL) {
        check_available()?;
        hosting::started_runtime(None)?;
        Err(if domain == DEFAULT_DOMAIN {
            Hresult::COR_E_CANNOTUNLOADAPPDOMAIN
        } else {
            Hresult::COR_E_APPDOMAINUNLOADED
        })
    }

    fn execute_in_app_domain(
        this,
        domain: u32,
        callback: FExecuteInAppDomainCallback,
        cookie: *const c_void,
    ) {
        let callback = callback.ok_or(Hresult::E_POINTER)?;
        hosting::started_runtime(None)?;
        if domain != DEFAULT_DOMAIN {
            return Err(Hresult::COR_E_APPDOMAINUNLOADED);
        }
        let answered = callback(cookie.cast_mut());
        if answered.is_s_ok() { Ok(()) } else { Err(answered) }
    }

    fn get_current_app_domain_id(this, domain: *mut u32) {
        if domain.is_null() {
            return Err(Hresult::E_POINTER);
        }
        hosting::started_runtime(None)?;
        store(domain, DEFAULT_DOMAIN)
    }

    // ClickOnce is not a part of .NET; the CLR refused it once started.
    fn execute_application(
        this,
        _name: PCWSTR,
        _manifests: u32,
        _manifest_paths: *const PCWSTR,
        _arguments: u32,
        _activation_data: *const PCWSTR,
        _answer: *mut i32,
    ) {
        check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    fn execute_in_default_app_domain(
        this,
        assembly: PCWSTR,
        type_name: PCWSTR,
        method: PCWSTR,
        argument: PCWSTR,
        answer: *mut u32,
    ) {
        let assembly = text::units(assembly).ok_or(Hresult::E_POINTER)?;
        let type_name = text::units(type_name).ok_or(Hresult::E_POINTER)?;
        let method = text::units(method).ok_or(Hresult::E_POINTER)?;
        let argument = text::units(argument);
        let path = String::from_utf16_lossy(assembly);
        let runtime = hosting::started_runtime(Some(Path::new(&path)))?;
        let result = runtime.execute_utf16(assembly, type_name, method, argument)?;
        // A host that does not want to know passes null.
        if !answer.is_null() {
            store(answer, result as u32)?;
        }
        Ok(())
    }
}
