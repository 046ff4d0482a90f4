//! The probe as a library of its own, for processes that somebody else starts: an apphost, a program of a single file, a
//! native program that hosts CoreCLR.
//!
//! CoreCLR loads it as its profiler when the environment says so:
//!
//! ```text
//! CORECLR_ENABLE_PROFILING=1
//! CORECLR_PROFILER={C1A05051-7B3E-4C1B-9D52-636C72686F73}
//! CORECLR_PROFILER_PATH=/path/to/libclrhost_profiler.so
//! CLRHOST_REPORT=/path/to/report.json
//! ```
//!
//! When the process ends by `exit`, the report (docs/report.md) is written to `CLRHOST_REPORT`, where `%p` stands for the
//! number of the process. Without that variable nothing is watched. A process that ends by a signal leaves none.
//! `CLRHOST_SOURCE`, `thunks` or `flag`, says how crossings are seen; otherwise in the way that is best for the runtime.

use clrhost::report::Exit;
use clrhost::{Reporter, Source};
use clrhost_abi::{Guid, Hresult};
use clrhost_probe::{Probe, ProbeConfig};
use std::ffi::{c_int, c_void};
use std::fs::File;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::OnceLock;

static REPORT: OnceLock<(Reporter, PathBuf)> = OnceLock::new();

/// The way in for the runtime.
///
/// # Safety
/// As COM defines it: both identifiers are readable, `object` is writable.
// SAFETY: the name is that which CoreCLR looks for, and no other library of the process may take it for its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DllGetClassObject(
    class: *const Guid,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Hresult {
    match catch_unwind(begin) {
        // SAFETY: the caller's duty.
        Ok(true) => unsafe { clrhost_probe::dll_get_class_object(class, iid, object) },
        Ok(false) | Err(_) => Hresult::CLASS_E_CLASSNOTAVAILABLE,
    }
}

/// Makes the probe, if a report is wanted.
fn begin() -> bool {
    let Some(path) = std::env::var("CLRHOST_REPORT").ok().filter(|path| !path.is_empty()) else {
        return false;
    };
    let source = match std::env::var("CLRHOST_SOURCE").as_deref() {
        Ok("flag") => Some(Source::Flag),
        Ok("thunks") => Some(Source::Thunks),
        _ => None,
    };
    let probe = match Probe::adopt(ProbeConfig { source, ..ProbeConfig::default() }) {
        Ok(probe) => probe,
        Err(error) => {
            eprintln!("clrhost: {error}; nothing is watched in process {}", std::process::id());
            return false;
        }
    };
    let path = PathBuf::from(path.replace("%p", &std::process::id().to_string()));
    if REPORT.set((Reporter::of_process(probe), path)).is_ok() {
        // SAFETY: `at_exit` is a function of the type on_exit calls, and takes no argument from it.
        unsafe { on_exit(at_exit, std::ptr::null_mut()) };
    }
    true
}

// SAFETY: glibc's, declared as in stdlib.h; the libc crate lacks it.
unsafe extern "C" {
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

extern "C" fn at_exit(code: c_int, _argument: *mut c_void) {
    // A panic must not unwind into the C library; its message is on stderr.
    let _ = catch_unwind(|| {
        let Some((reporter, path)) = REPORT.get() else { return };
        let report = reporter.report(Exit::Code { code }, false);
        let written = File::create(path).and_then(|mut file| report.to_json(&mut file));
        if let Err(error) = written {
            eprintln!("clrhost: the report cannot be written to {}: {error}", path.display());
        }
    });
}
