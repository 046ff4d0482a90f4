//! `ICLRPolicyManager`: what the runtime should do about aborts, unloads and failures (contract: hosting, section 13).
//!
//! CoreCLR has no escalation of its own, so what a host sets is what it has already (accepted), or cannot be had
//! (`E_NOTIMPL`). Combinations that the documentation forbids are `E_INVALIDARG`, as ever.

use crate::entry::{check_available, methods};
use crate::object::{Singleton, unknown};
use clrhost::{HostResult, Hresult};
use clrhost_abi::hosting::*;
use std::ops::RangeInclusive;

static VTBL: ICLRPolicyManager_Vtbl = ICLRPolicyManager_Vtbl {
    base__: unknown!(IID_ICLRPolicyManager),
    SetDefaultAction: set_default_action,
    SetTimeout: set_timeout,
    SetActionOnTimeout: set_action_on_timeout,
    SetTimeoutAndAction: set_timeout_and_action,
    SetActionOnFailure: set_action_on_failure,
    SetUnhandledExceptionPolicy: set_unhandled_exception_policy,
};
static OBJECT: Singleton<ICLRPolicyManager_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRPolicyManager_Vtbl> {
    &OBJECT
}

const INFINITE: u32 = u32::MAX;

fn check(allowed: Option<RangeInclusive<i32>>, action: EPolicyAction) -> HostResult {
    match allowed {
        Some(allowed) if allowed.contains(&action) => Ok(()),
        _ => Err(Hresult::E_INVALIDARG),
    }
}

fn default_actions(operation: EClrOperation, action: EPolicyAction) -> Option<RangeInclusive<i32>> {
    match operation {
        OPR_ThreadAbort => Some(2..=9),
        OPR_ThreadRudeAbortInNonCriticalRegion | OPR_ThreadRudeAbortInCriticalRegion => Some(3..=9),
        OPR_AppDomainUnload => Some(4..=9),
        OPR_AppDomainRudeUnload => Some(5..=9),
        OPR_ProcessExit => Some(6..=9),
        OPR_FinalizerRun if action == eNoAction => Some(0..=0),
        OPR_FinalizerRun => Some(2..=9),
        _ => None,
    }
}

fn timeout_actions(operation: EClrOperation) -> Option<RangeInclusive<i32>> {
    match operation {
        OPR_ThreadRudeAbortInNonCriticalRegion | OPR_ThreadRudeAbortInCriticalRegion => Some(3..=9),
        OPR_AppDomainUnload => Some(4..=9),
        OPR_ProcessExit => Some(6..=9),
        _ => None,
    }
}

fn failure_actions(failure: EClrFailure) -> Option<RangeInclusive<i32>> {
    match failure {
        FAIL_NonCriticalResource | FAIL_CriticalResource => Some(0..=9),
        FAIL_FatalRuntime => Some(8..=9),
        FAIL_OrphanedLock => Some(4..=9),
        FAIL_StackOverflow => Some(5..=9),
        FAIL_CodeContract => Some(2..=6),
        _ => None,
    }
}

/// What CoreCLR does by itself for an operation.
fn is_what_happens(operation: EClrOperation, action: EPolicyAction) -> bool {
    matches!(
        (operation, action),
        (OPR_ThreadAbort, eAbortThread)
            // There is no ruder abort than an abort.
            | (OPR_ThreadRudeAbortInNonCriticalRegion | OPR_ThreadRudeAbortInCriticalRegion, eRudeAbortThread)
            | (OPR_AppDomainUnload, eUnloadAppDomain)
            | (OPR_AppDomainRudeUnload, eRudeUnloadAppDomain)
            | (OPR_ProcessExit, eExitProcess)
            | (OPR_FinalizerRun, eNoAction)
    )
}

fn honoured(is: bool) -> HostResult {
    if is { Ok(()) } else { Err(Hresult::E_NOTIMPL) }
}

methods! {
    fn set_default_action(this, operation: EClrOperation, action: EPolicyAction) {
        check(default_actions(operation, action), action)?;
        check_available()?;
        honoured(is_what_happens(operation, action))
    }

    // Nothing runs out of time: every operation takes as long as it takes.
    fn set_timeout(this, operation: EClrOperation, milliseconds: u32) {
        timeout_actions(operation).ok_or(Hresult::E_INVALIDARG)?;
        check_available()?;
        honoured(milliseconds == INFINITE)
    }

    fn set_action_on_timeout(this, operation: EClrOperation, action: EPolicyAction) {
        check(timeout_actions(operation), action)?;
        check_available()?;
        Err(Hresult::E_NOTIMPL)
    }

    fn set_timeout_and_action(this, operation: EClrOperation, milliseconds: u32, action: EPolicyAction) {
        check(timeout_actions(operation), action)?;
        check_available()?;
        honoured(milliseconds == INFINITE)
    }

    // A resource that cannot be had is an exception; everything worse ends the process.
    fn set_action_on_failure(this, failure: EClrFailure, action: EPolicyAction) {
        check(failure_actions(failure), action)?;
        check_available()?;
        honoured(matches!(
            (failure, action),
            (FAIL_NonCriticalResource | FAIL_CriticalResource, eThrowException)
                | (FAIL_FatalRuntime | FAIL_StackOverflow, eRudeExitProcess)
        ))
    }

    // An unhandled exception ends the process, which is the one policy.
    fn set_unhandled_exception_policy(this, policy: EClrUnhandledException) {
        check_available()?;
        match policy {
            eRuntimeDeterminedPolicy => Ok(()),
            eHostDeterminedPolicy => Err(Hresult::E_NOTIMPL),
            _ => Err(Hresult::E_INVALIDARG),
        }
    }
}
