//! How the runtime is told of its profiler: environment variables that it reads when it starts.

use clrhost_abi::Guid;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

const ENABLE: &str = "CORECLR_ENABLE_PROFILING";
const CLSID: &str = "CORECLR_PROFILER";
const PATH: &str = "CORECLR_PROFILER_PATH";

/// Variables that name a profiler library, the more specific first; the runtime takes the first that is set.
const PATHS: [&str; 5] = [
    "CORECLR_PROFILER_PATH_64",
    "CORECLR_PROFILER_PATH_ARM64",
    "CORECLR_PROFILER_PATH_32",
    "CORECLR_PROFILER_PATH_ARM32",
    PATH,
];

/// Variables that keep the runtime from loading any profiler when their value is 0.
const DIAGNOSTICS: [&str; 4] = [
    "DOTNET_EnableDiagnostics",
    "DOTNET_EnableDiagnostics_Profiler",
    "COMPlus_EnableDiagnostics",
    "COMPlus_EnableDiagnostics_Profiler",
];

/// Why crossings cannot be seen in this process.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The runtime takes one profiler, and the environment names another.
    #[error(
        "another profiler is configured in the environment: {profiler}. CoreCLR takes only one; unset \
         CORECLR_ENABLE_PROFILING for this run, or run without hooks"
    )]
    OtherProfiler {
        /// Class and library, as the environment names them.
        profiler: String,
    },
    /// The environment switches profilers off.
    #[error(
        "{variable}=0 keeps CoreCLR from loading a profiler; unset it for this run, or run without hooks"
    )]
    DiagnosticsDisabled {
        /// The variable.
        variable: &'static str,
    },
    /// A process has one probe.
    #[error("clrhost was set up in this process before; a process can host one runtime")]
    AlreadyInstalled,
    /// The library for the runtime to load could not be made.
    #[error(
        "the probe could not be placed where the runtime can load it, in memory or in a temporary file: {0}"
    )]
    Forwarder(io::Error),
    /// The C library has no thread-specific key left.
    #[error("no thread-specific key is left in this process: {0}")]
    ThreadKey(io::Error),
}

/// The runtime treats its settings as hexadecimal numbers; anything but zero is "on".
fn is_on(value: &str) -> bool {
    u64::from_str_radix(value.trim().trim_start_matches("0x"), 16).is_ok_and(|number| number != 0)
}

/// An error if the environment configures another profiler, or switches all of them off.
pub fn check_environment() -> Result<(), ProbeError> {
    check(|name| env::var(name).ok())
}

fn check(variable: impl Fn(&str) -> Option<String>) -> Result<(), ProbeError> {
    if variable(ENABLE).is_some_and(|value| is_on(&value)) {
        let class = variable(CLSID).unwrap_or_else(|| "(no class)".to_owned());
        let library = PATHS.iter().find_map(|name| variable(name));
        let profiler = format!("{class} in {}", library.as_deref().unwrap_or("(no library)"));
        return Err(ProbeError::OtherProfiler { profiler });
    }
    let off = |name: &&str| variable(name).is_some_and(|value| !value.is_empty() && !is_on(&value));
    match DIAGNOSTICS.iter().find(|name| off(name)) {
        Some(variable) => Err(ProbeError::DiagnosticsDisabled { variable }),
        None => Ok(()),
    }
}

/// The variables are set, and put back as they were when this is dropped.
pub(crate) struct Activation {
    before: Vec<(&'static str, Option<OsString>)>,
}

impl Activation {
    /// Names the profiler for a runtime that starts while the value lives.
    pub(crate) fn set(class: Guid, library: &Path) -> Activation {
        let names = PATHS.into_iter().chain([ENABLE, CLSID]);
        let before = names.map(|name| (name, env::var_os(name))).collect();
        let put = |name, value: Option<OsString>| put(name, value);
        PATHS.into_iter().for_each(|name| put(name, None));
        put(PATH, Some(library.into()));
        put(CLSID, Some(format!("{{{class}}}").into()));
        put(ENABLE, Some("1".into()));
        Activation { before }
    }

    /// What the variables are put back to.
    pub(crate) fn before(&self) -> impl Iterator<Item = (&'static str, Option<&OsStr>)> {
        self.before.iter().map(|(name, value)| (*name, value.as_deref()))
    }
}

impl Drop for Activation {
    fn drop(&mut self) {
        for (name, value) in self.before.drain(..) {
            put(name, value);
        }
    }
}

fn put(name: &str, value: Option<OsString>) {
    // SAFETY: Rust's own readers are synchronised with this. For readers in C the duty is passed on to the caller of
    // `Probe::install`; when the values are put back the runtime has just begun to start and runs no managed code.
    unsafe {
        match value {
            Some(value) => env::set_var(name, value),
            None => env::remove_var(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<(), ProbeError> {
        check(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn a_configured_profiler_is_named() {
        let error = with(&[(ENABLE, "1"), (CLSID, "{X}"), ("CORECLR_PROFILER_PATH_64", "/opt/other.so")])
            .unwrap_err();
        assert!(error.to_string().contains("{X} in /opt/other.so"), "{error}");
    }

    #[test]
    fn a_disabled_profiler_is_no_obstacle() {
        assert!(with(&[(ENABLE, "0"), (CLSID, "{X}")]).is_ok());
        assert!(with(&[(CLSID, "{X}")]).is_ok());
    }

    #[test]
    fn switched_off_diagnostics_are_named() {
        let error = with(&[("DOTNET_EnableDiagnostics", "0")]).unwrap_err();
        assert!(error.to_string().starts_with("DOTNET_EnableDiagnostics=0 keeps"), "{error}");
        assert!(with(&[("DOTNET_EnableDiagnostics", "1")]).is_ok());
    }
}
