//! `ICLRRuntimeInfo`: one runtime, installed or wanted.

use crate::entry::{check_available, methods, store};
use crate::version::Wanted;
use crate::{cor_runtime_host, hosting, installed, runtime_host, text};
use clrhost::Hresult;
use clrhost::engine::Runtime;
use clrhost_abi::hosting::*;
use clrhost_abi::{Guid, IUnknownVtbl};
use std::ffi::{CStr, c_void};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// The object. One for each version that is asked for; never freed.
#[repr(C)]
pub(crate) struct RuntimeInfo {
    vtbl: &'static ICLRRuntimeInfo_Vtbl,
    references: AtomicU32,
    wanted: Wanted,
    runtime: Runtime,
}

static VTBL: ICLRRuntimeInfo_Vtbl = ICLRRuntimeInfo_Vtbl {
    base__: IUnknownVtbl { query_interface, add_ref, release },
    GetVersionString: get_version_string,
    GetRuntimeDirectory: get_runtime_directory,
    IsLoaded: is_loaded,
    LoadErrorString: load_error_string,
    LoadLibrary: load_library,
    GetProcAddress: get_proc_address,
    GetInterface: get_interface,
    IsLoadable: is_loadable,
    SetDefaultStartupFlags: set_default_startup_flags,
    GetDefaultStartupFlags: get_default_startup_flags,
    BindAsLegacyV2Runtime: bind_as_legacy_v2_runtime,
    IsStarted: is_started,
};

static KNOWN: Mutex<Vec<&'static RuntimeInfo>> = Mutex::new(Vec::new());

impl RuntimeInfo {
    /// The object for this runtime, asked for in these words.
    pub(crate) fn of(wanted: Wanted, runtime: Runtime) -> &'static RuntimeInfo {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |info: &&&RuntimeInfo| info.wanted == wanted && info.runtime == runtime;
        if let Some(info) = known.iter().find(same) {
            return info;
        }
        let references = AtomicU32::new(0);
        let info: &'static RuntimeInfo =
            Box::leak(Box::new(RuntimeInfo { vtbl: &VTBL, references, wanted, runtime }));
        known.push(info);
        info
    }

    /// The object for this very version.
    pub(crate) fn of_version(runtime: Runtime) -> &'static RuntimeInfo {
        Self::of(Wanted::Prefix(runtime.version.to_string()), runtime)
    }

    /// The object, with a reference for the caller.
    pub(crate) fn handed_out(&'static self) -> *mut c_void {
        self.references.fetch_add(1, Ordering::Relaxed);
        std::ptr::from_ref(self).cast_mut().cast()
    }

    /// This runtime is the one of the process.
    fn is_up(&self) -> bool {
        let running = hosting::runtime().and_then(|runtime| runtime.framework());
        running.is_some_and(|running| running.version == self.runtime.version)
    }

    /// # Safety
    /// `this` is such an object.
    unsafe fn from_this(this: *mut c_void) -> &'static RuntimeInfo {
        // SAFETY: the caller's duty; the objects are never freed.
        unsafe { &*this.cast() }
    }
}

// SAFETY: only put into the table of these objects; the caller's pointers are null or good.
unsafe extern "C" fn query_interface(
    this: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    // SAFETY: the caller's duty.
    unsafe { crate::object::query(this, iid, object, &[IID_ICLRRuntimeInfo], add_ref) }
}

// SAFETY: only put into the table of these objects.
unsafe extern "C" fn add_ref(this: *mut c_void) -> u32 {
    // SAFETY: the caller's duty.
    unsafe { RuntimeInfo::from_this(this) }.references.fetch_add(1, Ordering::Relaxed) + 1
}

// SAFETY: only put into the table of these objects.
unsafe extern "C" fn release(this: *mut c_void) -> u32 {
    // SAFETY: the caller's duty.
    let references = unsafe { &RuntimeInfo::from_this(this).references };
    let less = |count: u32| Some(count.saturating_sub(1));
    match references.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less) {
        Ok(before) | Err(before) => before.saturating_sub(1),
    }
}

/// What an HRESULT means, for ICLRRuntimeInfo::LoadErrorString.
fn error_text(code: u32) -> Option<String> {
    let hresult = Hresult(code as i32);
    hresult.meaning().map(|meaning| format!("{hresult}: {meaning}"))
}

methods! {
    fn get_version_string(this, buffer: PWSTR, length: *mut u32) {
        let version = installed::version_string(&RuntimeInfo::from_this(this).runtime.version);
        text::hand_out(&version, buffer, length)
    }

    // With a slash at the end, as the CLR has it.
    fn get_runtime_directory(this, buffer: PWSTR, length: *mut u32) {
        let directory = format!("{}/", RuntimeInfo::from_this(this).runtime.path.display());
        text::hand_out(&directory, buffer, length)
    }

    fn is_loaded(this, process: HANDLE, loaded: *mut BOOL) {
        if !is_this_process(process) {
            return Err(Hresult::E_INVALIDARG);
        }
        store(loaded, RuntimeInfo::from_this(this).is_up().into())
    }

    fn load_error_string(this, code: u32, buffer: PWSTR, length: *mut u32, _locale: i32) {
        text::hand_out(&error_text(code).ok_or(Hresult::E_INVALIDARG)?, buffer, length)
    }

    fn load_library(this, name: PCWSTR, module: *mut HMODULE) {
        let name = text::string(name).ok_or(Hresult::E_POINTER)?;
        store(module, std::ptr::null_mut())?;
        let path = RuntimeInfo::from_this(this).runtime.path.join(name);
        let path = std::ffi::CString::new(path.into_os_string().into_encoded_bytes())
            .map_err(|_| Hresult::E_INVALIDARG)?;
        let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        if handle.is_null() {
            return Err(Hresult::COR_E_FILENOTFOUND);
        }
        store(module, handle)
    }

    fn get_proc_address(this, name: PCSTR, address: *mut *mut c_void) {
        if name.is_null() {
            return Err(Hresult::E_POINTER);
        }
        store(address, std::ptr::null_mut())?;
        let library = RuntimeInfo::from_this(this).runtime.path.join("libcoreclr.so");
        let library = std::ffi::CString::new(library.into_os_string().into_encoded_bytes())
            .map_err(|_| Hresult::E_INVALIDARG)?;
        let handle = libc::dlopen(library.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        if handle.is_null() {
            return Err(Hresult::CLR_E_SHIM_RUNTIMELOAD);
        }
        let found = libc::dlsym(handle, CStr::from_ptr(name.cast()).as_ptr());
        if found.is_null() {
            return Err(Hresult::CLR_E_SHIM_RUNTIMEEXPORT);
        }
        store(address, found)
    }

    fn get_interface(this, class: *const Guid, iid: *const Guid, object: *mut *mut c_void) {
        if class.is_null() || iid.is_null() {
            return Err(Hresult::E_POINTER);
        }
        store(object, std::ptr::null_mut())?;
        check_available()?;
        let info = RuntimeInfo::from_this(this);
        bind(info, &*class, &*iid, object)
    }

    // A process has one runtime.
    fn is_loadable(this, loadable: *mut BOOL) {
        let info = RuntimeInfo::from_this(this);
        store(loadable, (hosting::runtime().is_none() || info.is_up()).into())
    }

    fn set_default_startup_flags(this, flags: u32, config: PCWSTR) {
        let config = text::string(config).filter(|config| !config.is_empty()).map(PathBuf::from);
        let mut state = hosting::state();
        if state.was_started {
            return Err(Hresult::E_ACCESSDENIED);
        }
        state.flags = flags;
        state.host_config = config;
        Ok(())
    }

    fn get_default_startup_flags(this, flags: *mut u32, config: PWSTR, length: *mut u32) {
        let (known, path) = {
            let state = hosting::state();
            (state.flags, state.host_config.clone().unwrap_or_default())
        };
        store(flags, known)?;
        // The file is optional, and so is the wish to know it.
        if length.is_null() { Ok(()) } else { text::hand_out(&path.to_string_lossy(), config, length) }
    }

    // There is no version 2 to bind to; this one serves its hosts.
    fn bind_as_legacy_v2_runtime(this) {
        check_available()
    }

    fn is_started(this, started: *mut BOOL, flags: *mut u32) {
        if flags.is_null() {
            return Err(Hresult::E_POINTER);
        }
        let info = RuntimeInfo::from_this(this);
        let state = hosting::state();
        let is = state.was_started && (hosting::runtime().is_none() || info.is_up());
        store(flags, state.flags)?;
        store(started, is.into())
    }
}

/// The own process: no handle, or the pseudo handle of GetCurrentProcess.
pub(crate) fn is_this_process(process: HANDLE) -> bool {
    process.is_null() || process as isize == -1
}

/// Makes this runtime the one of the process and hands out one of its interfaces.
///
/// # Safety
/// `object` is writable.
pub(crate) unsafe fn bind(
    info: &'static RuntimeInfo,
    class: &Guid,
    iid: &Guid,
    object: *mut *mut c_void,
) -> clrhost::HostResult {
    let found = match (*class, *iid) {
        (CLSID_CLRRuntimeHost, IID_ICLRRuntimeHost | clrhost_abi::IID_IUNKNOWN) => {
            runtime_host::object().handed_out()
        }
        (CLSID_CorRuntimeHost, IID_ICorRuntimeHost | clrhost_abi::IID_IUNKNOWN) => {
            cor_runtime_host::object().handed_out()
        }
        (CLSID_CLRRuntimeHost | CLSID_CorRuntimeHost, _) => return Err(Hresult::E_NOINTERFACE),
        // Metadata, strong names, debugging and profiling have APIs of their own in .NET.
        _ => return Err(Hresult::CLASS_E_CLASSNOTAVAILABLE),
    };
    let mut state = hosting::state();
    if !state.was_started {
        state.wanted = info.wanted.clone();
    }
    drop(state);
    // SAFETY: the caller's duty.
    unsafe { store(object, found) }
}
