//! `ICorRuntimeHost`, the interface of version 1: starting and stopping. Its application domains are managed objects seen
//! through COM, which is a part of Windows.

use crate::entry::{check_available, methods};
use crate::hosting;
use crate::object::{Singleton, unknown};
use clrhost::{HostResult, Hresult};
use clrhost_abi::hosting::*;
use std::ffi::c_void;

static VTBL: ICorRuntimeHost_Vtbl = ICorRuntimeHost_Vtbl {
    base__: unknown!(IID_ICorRuntimeHost),
    CreateLogicalThreadState: create_logical_thread_state,
    DeleteLogicalThreadState: delete_logical_thread_state,
    SwitchInLogicalThreadState: switch_in_logical_thread_state,
    SwitchOutLogicalThreadState: switch_out_logical_thread_state,
    LocksHeldByLogicalThread: locks_held_by_logical_thread,
    MapFile: map_file,
    GetConfiguration: get_configuration,
    Start: start,
    Stop: stop,
    CreateDomain: create_domain,
    GetDefaultDomain: get_default_domain,
    EnumDomains: enum_domains,
    NextDomain: next_domain,
    CloseEnum: close_enum,
    CreateDomainEx: create_domain_ex,
    CreateDomainSetup: create_domain_setup,
    CreateEvidence: create_evidence,
    UnloadDomain: unload_domain,
    CurrentDomain: current_domain,
};
static OBJECT: Singleton<ICorRuntimeHost_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICorRuntimeHost_Vtbl> {
    &OBJECT
}

fn not_on_coreclr() -> HostResult {
    check_available()?;
    Err(Hresult::E_NOTIMPL)
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

    fn create_logical_thread_state(this) {
        not_on_coreclr()
    }

    fn delete_logical_thread_state(this) {
        not_on_coreclr()
    }

    fn switch_in_logical_thread_state(this, _cookie: *const u32) {
        not_on_coreclr()
    }

    fn switch_out_logical_thread_state(this, _cookie: *mut *mut u32) {
        not_on_coreclr()
    }

    fn locks_held_by_logical_thread(this, _count: *mut u32) {
        not_on_coreclr()
    }

    fn map_file(this, _file: HANDLE, _module: *mut HMODULE) {
        not_on_coreclr()
    }

    fn get_configuration(this, _configuration: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn create_domain(this, _name: PCWSTR, _identity: *mut c_void, _domain: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn get_default_domain(this, _domain: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn enum_domains(this, _domains: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn next_domain(this, _domains: *const c_void, _domain: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn close_enum(this, _domains: *const c_void) {
        not_on_coreclr()
    }

    fn create_domain_ex(this, _name: PCWSTR, _setup: *mut c_void, _evidence: *mut c_void, _domain: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn create_domain_setup(this, _setup: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn create_evidence(this, _evidence: *mut *mut c_void) {
        not_on_coreclr()
    }

    fn unload_domain(this, _domain: *mut c_void) {
        not_on_coreclr()
    }

    fn current_domain(this, _domain: *mut *mut c_void) {
        not_on_coreclr()
    }
}
