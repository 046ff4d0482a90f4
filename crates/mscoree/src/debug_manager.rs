//! `ICLRDebugManager`: connections are groups of tasks that a host names for a debugger.
//!
//! No debugger of .NET asks for them today. They are kept, so that a host's bookkeeping works and its mistakes are told.

use crate::entry::{check_available, methods, store};
use crate::object::{Singleton, unknown};
use crate::text;
use clrhost::Hresult;
use clrhost_abi::hosting::*;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

static VTBL: ICLRDebugManager_Vtbl = ICLRDebugManager_Vtbl {
    base__: unknown!(IID_ICLRDebugManager),
    BeginConnection: begin_connection,
    SetConnectionTasks: set_connection_tasks,
    EndConnection: end_connection,
    SetDacl: set_dacl,
    GetDacl: get_dacl,
    IsDebuggerAttached: is_debugger_attached,
    SetSymbolReadingPolicy: set_symbol_reading_policy,
};
static OBJECT: Singleton<ICLRDebugManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRDebugManager_Vtbl> {
    &OBJECT
}

/// By their numbers, whether the tasks are set.
static CONNECTIONS: Mutex<BTreeMap<u32, bool>> = Mutex::new(BTreeMap::new());

fn connections() -> MutexGuard<'static, BTreeMap<u32, bool>> {
    CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

methods! {
    fn begin_connection(this, connection: u32, name: PCWSTR) {
        check_available()?;
        if connection == 0 || text::units(name).is_none() || connections().contains_key(&connection) {
            return Err(Hresult::E_INVALIDARG);
        }
        connections().insert(connection, false);
        Ok(())
    }

    fn set_connection_tasks(this, connection: u32, count: u32, tasks: *const *mut c_void) {
        check_available()?;
        if count == 0 || tasks.is_null() {
            return Err(Hresult::E_INVALIDARG);
        }
        let tasks = std::slice::from_raw_parts(tasks, count as usize);
        if tasks.iter().any(|task| task.is_null()) {
            return Err(Hresult::E_INVALIDARG);
        }
        *connections().get_mut(&connection).ok_or(Hresult::E_INVALIDARG)? = true;
        Ok(())
    }

    fn end_connection(this, connection: u32) {
        check_available()?;
        connections().remove(&connection).map(drop).ok_or(Hresult::E_INVALIDARG)
    }

    // As documented for every version.
    fn set_dacl(this, _list: *const ACL) {
        check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    fn get_dacl(this, list: *mut *mut ACL) {
        check_available()?;
        store(list, std::ptr::null_mut())?;
        Err(Hresult::E_NOTIMPL)
    }

    // A debugger of managed code talks to the runtime through a pipe and does not show; one that traces the process does.
    fn is_debugger_attached(this, attached: *mut BOOL) {
        check_available()?;
        let status = std::fs::read_to_string("/proc/self/status").map_err(|_| Hresult::E_UNEXPECTED)?;
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
        store(attached, tracer.is_some_and(|tracer| tracer.trim() != "0").into())
    }

    // CoreCLR reads portable symbols always, for stack traces.
    fn set_symbol_reading_policy(this, policy: ESymbolReadingPolicy) {
        check_available()?;
        match policy {
            eSymbolReadingAlways => Ok(()),
            eSymbolReadingNever | eSymbolReadingFullTrustOnly => Err(Hresult::E_NOTIMPL),
            _ => Err(Hresult::E_INVALIDARG),
        }
    }
}
