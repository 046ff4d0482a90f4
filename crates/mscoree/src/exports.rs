//! The functions of `libmscoree.so`.

use crate::entry::{check_available, entry, store};
use crate::runtime_info::{self, RuntimeInfo};
use crate::version::Wanted;
use crate::{hosting, installed, meta_host, text};
use clrhost::{HostResult, Hresult};
use clrhost_abi::Guid;
use clrhost_abi::hosting::*;
use std::ffi::c_void;
use std::path::PathBuf;

/// `CLRCreateInstance` of `metahost.h`: `ICLRMetaHost` or `ICLRMetaHostPolicy`.
///
/// # Safety
/// Pointers are null or good for this call.
#[unsafe(no_mangle)]
// SAFETY: declared so in metahost.h.
pub unsafe extern "C" fn CLRCreateInstance(
    clsid: *const Guid,
    riid: *const Guid,
    ppInterface: *mut *mut c_void,
) -> Hresult {
    entry(|| {
        if clsid.is_null() || riid.is_null() {
            return Err(Hresult::E_POINTER);
        }
        // SAFETY: the caller's duty, and not null.
        unsafe {
            store(ppInterface, std::ptr::null_mut())?;
            let iid = *riid;
            let unknown = clrhost_abi::IID_IUNKNOWN;
            let object = match *clsid {
                CLSID_CLRMetaHost if iid == IID_ICLRMetaHost || iid == unknown => {
                    meta_host::object().handed_out()
                }
                CLSID_CLRMetaHostPolicy if iid == IID_ICLRMetaHostPolicy || iid == unknown => {
                    meta_host::policy().handed_out()
                }
                CLSID_CLRMetaHost | CLSID_CLRMetaHostPolicy => return Err(Hresult::E_NOINTERFACE),
                // CLSID_CLRDebugging: .NET's debuggers go by dbgshim.
                _ => return Err(Hresult::CLASS_E_CLASSNOTAVAILABLE),
            };
            store(ppInterface, object)
        }
    })
}

/// `CorBindToRuntimeEx` of `mscoree.h`: a runtime and one of its interfaces in one call. A null version is the newest.
///
/// # Safety
/// Pointers are null or good for this call; texts end with a zero.
#[unsafe(no_mangle)]
// SAFETY: declared so in mscoree.h.
pub unsafe extern "C" fn CorBindToRuntimeEx(
    pwszVersion: *const u16,
    pwszBuildFlavor: *const u16,
    startupFlags: u32,
    rclsid: *const Guid,
    riid: *const Guid,
    ppv: *mut *mut c_void,
) -> Hresult {
    // SAFETY: the caller's duty.
    entry(|| unsafe { bind(pwszVersion, pwszBuildFlavor, None, startupFlags, rclsid, riid, ppv) })
}

/// `CorBindToRuntimeHost` of `mscoree.h`: the same with a host configuration file, which is a `runtimeconfig.json`.
///
/// # Safety
/// Pointers are null or good for this call; texts end with a zero.
#[unsafe(no_mangle)]
// SAFETY: declared so in mscoree.h.
pub unsafe extern "C" fn CorBindToRuntimeHost(
    pwszVersion: *const u16,
    pwszBuildFlavor: *const u16,
    pwszHostConfigFile: *const u16,
    pReserved: *mut c_void,
    startupFlags: u32,
    rclsid: *const Guid,
    riid: *const Guid,
    ppv: *mut *mut c_void,
) -> Hresult {
    entry(|| {
        if !pReserved.is_null() {
            return Err(Hresult::E_INVALIDARG);
        }
        if pwszVersion.is_null() {
            return Err(Hresult::CLR_E_SHIM_RUNTIMELOAD);
        }
        // SAFETY: the caller's duty.
        unsafe {
            let config = text::string(pwszHostConfigFile).filter(|config| !config.is_empty());
            bind(pwszVersion, pwszBuildFlavor, config, startupFlags, rclsid, riid, ppv)
        }
    })
}

/// # Safety
/// As for [`CorBindToRuntimeEx`].
unsafe fn bind(
    version: *const u16,
    flavor: *const u16,
    config: Option<String>,
    flags: u32,
    class: *const Guid,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> HostResult {
    if class.is_null() || iid.is_null() {
        return Err(Hresult::E_POINTER);
    }
    // SAFETY: the caller's duty.
    unsafe {
        store(object, std::ptr::null_mut())?;
        check_available()?;
        let info = match text::string(version) {
            Some(version) => meta_host::find(&version)?,
            None => {
                let newest = installed::newest(&Wanted::Newest).ok_or(Hresult::CLR_E_SHIM_RUNTIMELOAD)?;
                RuntimeInfo::of(Wanted::Newest, newest)
            }
        };
        let server = match text::string(flavor).as_deref() {
            Some("svr") => STARTUP_SERVER_GC as u32,
            // "wks", nothing, and anything else, as the CLR has it.
            _ => 0,
        };
        runtime_info::bind(info, &*class, &*iid, object)?;
        let mut state = hosting::state();
        if !state.was_started {
            state.flags = flags | server;
            if let Some(config) = config {
                state.host_config = Some(PathBuf::from(config));
            }
        }
        Ok(())
    }
}

/// The runtime of the process, or the one that would be.
fn version_and_directory() -> HostResult<(String, String)> {
    let running = hosting::runtime().and_then(|runtime| runtime.framework().cloned());
    let wanted = hosting::state().wanted.clone();
    let runtime = running.or_else(|| installed::newest(&wanted)).ok_or(Hresult::CLR_E_SHIM_RUNTIMELOAD)?;
    Ok((installed::version_string(&runtime.version), format!("{}/", runtime.path.display())))
}

/// `GetCORVersion` of `mscoree.h`: the version of the runtime in this process, or of the one that would be.
///
/// # Safety
/// `pbBuffer` is null or has room for `cchBuffer` units; `dwLength` is null or writable.
#[unsafe(no_mangle)]
// SAFETY: declared so in mscoree.h.
pub unsafe extern "C" fn GetCORVersion(pbBuffer: *mut u16, cchBuffer: u32, dwLength: *mut u32) -> Hresult {
    entry(|| {
        if dwLength.is_null() {
            return Err(Hresult::E_POINTER);
        }
        // SAFETY: the caller's duty.
        unsafe { text::hand_out_with_room(&version_and_directory()?.0, pbBuffer, cchBuffer, dwLength) }
    })
}

/// `GetCORSystemDirectory` of `mscoree.h`: its directory, with a slash at the end.
///
/// # Safety
/// `pbuffer` is null or has room for `cchBuffer` units; `dwLength` is null or writable.
#[unsafe(no_mangle)]
// SAFETY: declared so in mscoree.h.
pub unsafe extern "C" fn GetCORSystemDirectory(
    pbuffer: *mut u16,
    cchBuffer: u32,
    dwLength: *mut u32,
) -> Hresult {
    entry(|| {
        if dwLength.is_null() {
            return Err(Hresult::E_POINTER);
        }
        // SAFETY: the caller's duty.
        unsafe { text::hand_out_with_room(&version_and_directory()?.1, pbuffer, cchBuffer, dwLength) }
    })
}
