//! `ICLROnEventManager`.
//!
//! Of the four events one can happen on CoreCLR: the hosting layer is disabled after a host's `E_FAIL`. Actions for the
//! others are kept all the same, since hosts give up where registering fails; they are never called.

use crate::entry::{check_available, methods};
use crate::host_object::HostObject;
use crate::object::{Singleton, unknown};
use clrhost::Hresult;
use clrhost_abi::hosting::*;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

static VTBL: ICLROnEventManager_Vtbl = ICLROnEventManager_Vtbl {
    base__: unknown!(IID_ICLROnEventManager),
    RegisterActionOnEvent: register_action_on_event,
    UnregisterActionOnEvent: unregister_action_on_event,
};
static OBJECT: Singleton<ICLROnEventManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLROnEventManager_Vtbl> {
    &OBJECT
}

type Action = HostObject<IActionOnCLREvent_Vtbl>;

static ACTIONS: Mutex<Vec<(EClrEvent, Action)>> = Mutex::new(Vec::new());

fn actions() -> MutexGuard<'static, Vec<(EClrEvent, Action)>> {
    ACTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The hosting layer was shut: tells whoever wants to know, once.
pub(crate) fn clr_disabled() {
    let taken: Vec<Action> = {
        let mut actions = actions();
        let (disabled, rest) = actions.drain(..).partition(|action| action.0 == Event_ClrDisabled);
        *actions = rest;
        disabled.into_iter().map(|action: (EClrEvent, Action)| action.1).collect()
    };
    for action in taken {
        // SAFETY: the reference keeps the object alive.
        let _ = unsafe { (action.vtbl().OnEvent)(action.this(), Event_ClrDisabled, std::ptr::null()) };
    }
}

methods! {
    fn register_action_on_event(this, event: EClrEvent, action: *mut c_void) {
        let action = NonNull::new(action).ok_or(Hresult::E_POINTER)?;
        if !(Event_DomainUnload..MaxClrEvent).contains(&event) {
            return Err(Hresult::E_INVALIDARG);
        }
        check_available()?;
        let action = Action::lent(action);
        actions().push((event, action));
        Ok(())
    }

    fn unregister_action_on_event(this, event: EClrEvent, action: *mut c_void) {
        check_available()?;
        let taken = {
            let mut actions = actions();
            let known = |known: &(EClrEvent, Action)| known.0 == event && known.1.this() == action;
            let position = actions.iter().position(known);
            position.map(|position| actions.remove(position))
        };
        // Dropped here, without the lock.
        if taken.is_some() { Ok(()) } else { Err(Hresult::E_INVALIDARG) }
    }
}
