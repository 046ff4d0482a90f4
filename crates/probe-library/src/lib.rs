//! The probe as a library of its own, for processes that somebody else starts: `dotnet`, an apphost, a program of a single file,
//! a native program that hosts CoreCLR. `clrhost trace` brings it into all of them below a command.
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
//! The report (docs/report.md) is written to `CLRHOST_REPORT`, where `%p` stands for the number of the process and `%t` for a time:
//! about once a second while the process runs, and at its end, by `exit` or by a signal other than SIGKILL. `CLRHOST_RECORD` names
//! a recording of each call (docs/trace-format.md). Without one of these two nothing is watched. `CLRHOST_SOURCE`, `thunks` or `flag`, says how crossings are seen; otherwise in the way that is
//! best for the runtime. `CLRHOST_COUNT_ONLY=1` takes no times, `CLRHOST_USER_ONLY=1` leaves out .NET's own native calls.
//! docs/trace.md says more.

mod clock;
mod recording;
mod reports;
mod settings;

use clrhost::{Probe, Reporter, on_adopted_process_end, say, secure_execution};
use clrhost_abi::{Guid, Hresult};
use reports::{LONGEST_PAUSE, Reports};
use settings::Settings;
use std::ffi::c_void;
use std::panic::catch_unwind;
use std::sync::Arc;

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

/// Makes the probe, if a report or a recording is wanted.
fn begin() -> bool {
    let Some(settings) = Settings::of_process() else { return false };
    if secure_execution() {
        say(format_args!(
            "the program has rights that its caller lacks, so what the environment asks for is not done; nothing is watched"
        ));
        return false;
    }
    if Probe::installed().is_some() {
        // Listed twice, or asked for by a second runtime in the process.
        say(format_args!(
            "process {} loads the probe once more; what has loaded it first goes on being watched, and nothing else is",
            std::process::id()
        ));
        return false;
    }
    let unwatched = |problem: &dyn std::fmt::Display| {
        say(format_args!("{problem}; nothing is watched in process {}", std::process::id()));
        false
    };
    let probe = match Probe::adopt(settings.probe()) {
        Ok(probe) => probe,
        Err(error) => return unwatched(&error),
    };
    let reporter = Reporter::of_process(probe);
    let reports =
        settings.report.clone().map(|path| Arc::new(Reports::new(reporter.clone(), path, &settings)));
    if let Some(options) = &settings.recording {
        recording::start(reporter.clone(), options);
    }
    let running = reports.clone();
    let ending = on_adopted_process_end(
        probe,
        move |may_end| running.as_ref().map_or(LONGEST_PAUSE, |reports| reports.keep_up(may_end)),
        move |end| {
            // One system call, so that nobody finds a process that ends.
            clrhost_control::remove_socket();
            // Then this: of a process that crashes it is not known how long it will last.
            if let Some(reports) = &reports {
                reports.end(end);
            }
            // The report says so too: it is what the tracer reads.
            if !recording::finish(end)
                && let Some(reports) = &reports
            {
                reports.end(end);
            }
        },
    );
    match ending {
        Ok(()) => {
            clrhost_control::serve(Reporter::of_process(probe));
            true
        }
        Err(error) => unwatched(&format_args!("the end of the process cannot be seen: {error}")),
    }
}
