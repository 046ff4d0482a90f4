//! `ICLRSyncManager`. The runtime's locks are its own on CoreCLR, so there is nothing to tell about a host's.

use crate::entry::{check_available, methods, store};
use crate::object::{Singleton, unknown};
use clrhost::Hresult;
use clrhost_abi::hosting::*;
use std::ffi::c_void;

static VTBL: ICLRSyncManager_Vtbl = ICLRSyncManager_Vtbl {
    base__: unknown!(IID_ICLRSyncManager),
    GetMonitorOwner: get_monitor_owner,
    CreateRWLockOwnerIterator: create_rwlock_owner_iterator,
    GetRWLockOwnerNext: get_rwlock_owner_next,
    DeleteRWLockOwnerIterator: delete_rwlock_owner_iterator,
};
static OBJECT: Singleton<ICLRSyncManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRSyncManager_Vtbl> {
    &OBJECT
}

methods! {
    // No event is ever made with a cookie, so none is known.
    fn get_monitor_owner(this, _cookie: usize, owner: *mut *mut c_void) {
        store(owner, std::ptr::null_mut())?;
        check_available()?;
        Err(Hresult::HOST_E_INVALIDOPERATION)
    }

    fn create_rwlock_owner_iterator(this, _cookie: usize, iterator: *mut usize) {
        store(iterator, 0)?;
        check_available()?;
        Err(Hresult::HOST_E_INVALIDOPERATION)
    }

    fn get_rwlock_owner_next(this, _iterator: usize, owner: *mut *mut c_void) {
        store(owner, std::ptr::null_mut())?;
        check_available()?;
        Err(Hresult::HOST_E_INVALIDOPERATION)
    }

    fn delete_rwlock_owner_iterator(this, _iterator: usize) {
        check_available()?;
        Err(Hresult::HOST_E_INVALIDOPERATION)
    }
}
