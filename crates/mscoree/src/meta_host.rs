//! `ICLRMetaHost` and `ICLRMetaHostPolicy`: finding runtimes.

use crate::entry::{check_available, methods, store};
use crate::enumeration::Enumeration;
use crate::object::{Singleton, unknown};
use crate::runtime_info::{RuntimeInfo, is_this_process};
use crate::version::Wanted;
use crate::{hosting, installed, text};
use clrhost::Hresult;
use clrhost_abi::Guid;
use clrhost_abi::hosting::*;
use std::ffi::c_void;

static VTBL: ICLRMetaHost_Vtbl = ICLRMetaHost_Vtbl {
    base__: unknown!(IID_ICLRMetaHost),
    GetRuntime: get_runtime,
    GetVersionFromFile: get_version_from_file,
    EnumerateInstalledRuntimes: enumerate_installed_runtimes,
    EnumerateLoadedRuntimes: enumerate_loaded_runtimes,
    RequestRuntimeLoadedNotification: request_runtime_loaded_notification,
    QueryLegacyV2RuntimeBinding: query_legacy_v2_runtime_binding,
    ExitProcess: exit_process,
};
static OBJECT: Singleton<ICLRMetaHost_Vtbl> = Singleton::new(&VTBL);

pub(crate) fn object() -> &'static Singleton<ICLRMetaHost_Vtbl> {
    &OBJECT
}

static POLICY_VTBL: ICLRMetaHostPolicy_Vtbl = ICLRMetaHostPolicy_Vtbl {
    base__: unknown!(IID_ICLRMetaHostPolicy),
    GetRequestedRuntime: get_requested_runtime,
};
static POLICY: Singleton<ICLRMetaHostPolicy_Vtbl> = Singleton::new(&POLICY_VTBL);

pub(crate) fn policy() -> &'static Singleton<ICLRMetaHostPolicy_Vtbl> {
    &POLICY
}

/// The runtime that a version string means.
pub(crate) fn find(version: &str) -> Result<&'static RuntimeInfo, Hresult> {
    let wanted = Wanted::parse(version).ok_or(Hresult::CLR_E_SHIM_RUNTIMELOAD)?;
    let runtime = installed::newest(&wanted).ok_or(Hresult::CLR_E_SHIM_RUNTIMELOAD)?;
    Ok(RuntimeInfo::of(wanted, runtime))
}

methods! {
    fn get_runtime(this, version: PCWSTR, iid: *const Guid, object: *mut *mut c_void) {
        if version.is_null() || iid.is_null() {
            return Err(Hresult::E_POINTER);
        }
        store(object, std::ptr::null_mut())?;
        check_available()?;
        if *iid != IID_ICLRRuntimeInfo {
            return Err(Hresult::E_NOINTERFACE);
        }
        let version = text::string(version).ok_or(Hresult::E_POINTER)?;
        store(object, find(&version)?.handed_out())
    }

    // The version that an assembly's metadata names is "v4.0.30319" for every .NET there is.
    fn get_version_from_file(this, file: PCWSTR, buffer: PWSTR, length: *mut u32) {
        let file = text::string(file).ok_or(Hresult::E_POINTER)?;
        let image = std::fs::read(file).map_err(|_| Hresult::COR_E_FILENOTFOUND)?;
        let version = metadata_version(&image).ok_or(Hresult::COR_E_BADIMAGEFORMAT)?;
        text::hand_out(&version, buffer, length)
    }

    fn enumerate_installed_runtimes(this, enumeration: *mut *mut c_void) {
        store(enumeration, std::ptr::null_mut())?;
        let infos = installed::runtimes().into_iter().map(RuntimeInfo::of_version).collect();
        store(enumeration, Enumeration::hand_out(infos))
    }

    fn enumerate_loaded_runtimes(this, process: HANDLE, enumeration: *mut *mut c_void) {
        store(enumeration, std::ptr::null_mut())?;
        if !is_this_process(process) {
            return Err(Hresult::E_INVALIDARG);
        }
        let running = hosting::runtime().and_then(|runtime| runtime.framework());
        let infos = running.cloned().map(RuntimeInfo::of_version).into_iter().collect();
        store(enumeration, Enumeration::hand_out(infos))
    }

    // A callback before the start would be promised something about other loaders, which nobody can keep from loading.
    fn request_runtime_loaded_notification(this, callback: RuntimeLoadedCallbackFnPtr) {
        callback.ok_or(Hresult::E_POINTER)?;
        Err(Hresult::E_NOTIMPL)
    }

    fn query_legacy_v2_runtime_binding(this, iid: *const Guid, object: *mut *mut c_void) {
        if iid.is_null() {
            return Err(Hresult::E_POINTER);
        }
        store(object, std::ptr::null_mut())?;
        if *iid != IID_ICLRRuntimeInfo {
            return Err(Hresult::E_NOINTERFACE);
        }
        // Nothing is bound.
        Err(Hresult::S_FALSE)
    }

    // Runs what is registered for the end of the process, the runtime's own included.
    fn exit_process(this, code: i32) {
        libc::exit(code)
    }

    fn get_requested_runtime(
        this,
        flags: METAHOST_POLICY_FLAGS,
        _binary: PCWSTR,
        configuration: *mut c_void,
        version: PWSTR,
        version_length: *mut u32,
        image_version: PWSTR,
        image_version_length: *mut u32,
        config_flags: *mut u32,
        iid: *const Guid,
        object: *mut *mut c_void,
    ) {
        if iid.is_null() {
            return Err(Hresult::E_POINTER);
        }
        store(object, std::ptr::null_mut())?;
        check_available()?;
        const MODIFIERS: METAHOST_POLICY_FLAGS = 0x10F8;
        // A stream of XML has nothing to say to .NET.
        if flags & !MODIFIERS != METAHOST_POLICY_HIGHCOMPAT || !configuration.is_null() {
            return Err(Hresult::E_INVALIDARG);
        }
        if *iid != IID_ICLRRuntimeInfo {
            return Err(Hresult::E_NOINTERFACE);
        }
        let asked = text::string(version).filter(|version| !version.is_empty());
        let info = find(asked.as_deref().unwrap_or("v4.0.30319"))?;
        if !version_length.is_null() && !version.is_null() {
            text::hand_out(asked.as_deref().unwrap_or("v4.0.30319"), version, version_length)?;
        }
        if !image_version_length.is_null() {
            text::hand_out("v4.0.30319", image_version, image_version_length)?;
        }
        if !config_flags.is_null() {
            config_flags.write(METAHOST_CONFIG_FLAGS_LEGACY_V2_ACTIVATION_POLICY_UNSET as u32);
        }
        store(object, info.handed_out())
    }
}

/// The version string in the root of an assembly's metadata (ECMA-335 II.24.2.1).
fn metadata_version(image: &[u8]) -> Option<String> {
    const SIGNATURE: &[u8] = b"BSJB";
    let at = image.windows(4).position(|bytes| bytes == SIGNATURE)?;
    let length = u32::from_le_bytes(image.get(at + 12..at + 16)?.try_into().ok()?) as usize;
    let text = image.get(at + 16..at + 16 + length.min(255))?;
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    String::from_utf8(text[..end].to_vec()).ok()
}
