//! `ICLRTaskManager`.

use crate::entry::{check_available, methods, store};
use crate::hosting;
use crate::object::{Singleton, unknown};
use crate::task;
use clrhost::Hresult;
use clrhost_abi::hosting::*;
use std::ffi::c_void;

static VTBL: ICLRTaskManager_Vtbl = ICLRTaskManager_Vtbl {
    base__: unknown!(IID_ICLRTaskManager),
    CreateTask: create_task,
    GetCurrentTask: get_current_task,
    SetUILocale: set_ui_locale,
    SetLocale: set_locale,
    GetCurrentTaskType: get_current_task_type,
};
static OBJECT: Singleton<ICLRTaskManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRTaskManager_Vtbl> {
    &OBJECT
}

methods! {
    /// Attaches the calling thread, as the CLR itself did; nothing is suspended.
    fn create_task(this, object: *mut *mut c_void) {
        store(object, std::ptr::null_mut())?;
        check_available()?;
        let task = hosting::tasks()?.attach()?;
        store(object, task::take(task.id()).handed_out())
    }

    /// The pointer comes without a reference, against the custom, as the CLR gives it.
    fn get_current_task(this, object: *mut *mut c_void) {
        store(object, std::ptr::null_mut())?;
        check_available()?;
        match hosting::tasks()?.current()? {
            Some(task) => store(object, task::take(task.id()).borrow()),
            None => Ok(()),
        }
    }

    fn set_ui_locale(this, lcid: u32) {
        check_available()?;
        hosting::tasks()?.set_ui_locale(lcid)
    }

    fn set_locale(this, lcid: u32) {
        check_available()?;
        hosting::tasks()?.set_locale(lcid)
    }

    fn get_current_task_type(this, kind: *mut ETaskType) {
        if kind.is_null() {
            return Err(Hresult::E_POINTER);
        }
        check_available()?;
        store(kind, hosting::tasks()?.current_type()?.bits() as ETaskType)
    }
}
