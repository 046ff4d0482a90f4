//! The status codes of hostfxr and hostpolicy (`error_codes.h` of dotnet/runtime), with their names and meanings.
//!
//! One table. A code that is not in it prints as a number. These codes are also what the muxer ends with: the process
//! sees the low byte, 150 for a missing framework.

use std::fmt;

/// A status code of the hosting components.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub struct Status(pub u32);

macro_rules! statuses {
    ($($name:ident $constant:ident = $value:literal, $meaning:literal;)*) => {
        impl Status {
            $(#[doc = $meaning] pub const $constant: Status = Status($value);)*

            /// Every known code: its name in `error_codes.h`, its value, its meaning.
            pub const TABLE: &'static [(&'static str, Status, &'static str)] =
                &[$((stringify!($name), Status::$constant, $meaning)),*];
        }
    };
}

statuses! {
    Success SUCCESS = 0, "done";
    Success_HostAlreadyInitialized HOST_ALREADY_INITIALIZED = 1, "done; the runtime runs already, this context joins it";
    Success_DifferentRuntimeProperties DIFFERENT_RUNTIME_PROPERTIES = 2, "done; the runtime runs already, with other properties";
    InvalidArgFailure INVALID_ARGUMENT = 0x80008081, "an argument is not valid, or the file it names does not exist";
    CoreHostLibLoadFailure HOST_LIBRARY_LOAD = 0x80008082, "hostfxr or hostpolicy could not be loaded";
    CoreHostLibMissingFailure HOST_LIBRARY_MISSING = 0x80008083, "hostpolicy is not where it was expected; the app counts as self-contained without a framework in its runtimeconfig.json";
    CoreHostEntryPointFailure HOST_ENTRY_POINT = 0x80008084, "hostfxr or hostpolicy lacks a function that is needed";
    CoreHostCurHostFindFailure CURRENT_HOST_NOT_FOUND = 0x80008085, "the path of the host or of the .NET root could not be found";
    CoreClrResolveFailure CORECLR_NOT_RESOLVED = 0x80008087, "the runtime library coreclr was not found";
    CoreClrBindFailure CORECLR_BIND = 0x80008088, "the runtime library coreclr lacks a function that is needed";
    CoreClrInitFailure CORECLR_INIT = 0x80008089, "the runtime refused to start";
    CoreClrExeFailure CORECLR_EXECUTE = 0x8000808a, "the runtime could not execute the app";
    ResolverInitFailure RESOLVER_INIT = 0x8000808b, "the list of dependencies (deps.json) could not be read";
    ResolverResolveFailure RESOLVER_RESOLVE = 0x8000808c, "a dependency that deps.json lists is missing";
    LibHostCurExeFindFailure CURRENT_EXE_NOT_FOUND = 0x8000808d, "the path of the executable could not be found";
    LibHostInitFailure HOST_INIT = 0x8000808e, "hostpolicy could not be initialised";
    LibHostExecModeFailure EXEC_MODE = 0x80008090, "the app cannot be executed in this mode";
    LibHostSdkFindFailure SDK_NOT_FOUND = 0x80008091, "no SDK was found";
    LibHostInvalidArgs HOST_INVALID_ARGUMENTS = 0x80008092, "the arguments for hostpolicy are not valid";
    InvalidConfigFile INVALID_CONFIG = 0x80008093, "a runtimeconfig.json is missing or not valid";
    AppArgNotRunnable APP_NOT_RUNNABLE = 0x80008094, "the argument in the place of the app is no app";
    AppHostExeNotBoundFailure APPHOST_NOT_BOUND = 0x80008095, "the app host is not bound to an app";
    FrameworkMissingFailure FRAMEWORK_MISSING = 0x80008096, "a framework that the app asks for is not installed";
    HostApiFailed HOST_API_FAILED = 0x80008097, "hostfxr could not find the native search directories";
    HostApiBufferTooSmall BUFFER_TOO_SMALL = 0x80008098, "the buffer is too small";
    LibHostUnknownCommand UNKNOWN_COMMAND = 0x80008099, "hostpolicy does not know the command; hostfxr and hostpolicy do not match";
    LibHostAppRootFindFailure APP_ROOT_NOT_FOUND = 0x8000809a, "the directory of the app could not be found";
    SdkResolverResolveFailure SDK_NOT_RESOLVED = 0x8000809b, "no SDK fits";
    FrameworkCompatFailure FRAMEWORKS_INCOMPATIBLE = 0x8000809c, "two frameworks ask for versions of a third that do not go together";
    FrameworkCompatRetry FRAMEWORKS_RETRY = 0x8000809d, "internal to hostfxr: resolve the frameworks again";
    AppHostExeNotBundle APPHOST_NOT_BUNDLE = 0x8000809e, "the single-file app carries no bundle";
    BundleExtractionFailure BUNDLE_EXTRACTION = 0x8000809f, "the single-file app could not be extracted";
    BundleExtractionIOError BUNDLE_EXTRACTION_IO = 0x800080a0, "reading or writing failed while the single-file app was extracted";
    LibHostDuplicateProperty DUPLICATE_PROPERTY = 0x800080a1, "runtimeconfig.json sets a property that the host sets itself";
    HostApiUnsupportedVersion UNSUPPORTED_VERSION = 0x800080a2, "this version of hostpolicy does not offer the function";
    HostInvalidState INVALID_STATE = 0x800080a3, "the call does not fit the state of the host; a process holds one runtime, started once";
    HostPropertyNotFound PROPERTY_NOT_FOUND = 0x800080a4, "the runtime has no property of this name";
    CoreHostIncompatibleConfig INCOMPATIBLE_CONFIG = 0x800080a5, "the runtime that runs already does not fit this runtimeconfig.json";
    HostApiUnsupportedScenario UNSUPPORTED_SCENARIO = 0x800080a6, "hostfxr does not support this for this kind of app";
    HostFeatureDisabled FEATURE_DISABLED = 0x800080a7, "the feature is switched off in runtimeconfig.json";
}

impl Status {
    /// Takes the number as hostfxr returns it.
    pub fn from_raw(raw: i32) -> Self {
        Self(raw as u32)
    }

    /// True for a failure; the codes 1 and 2 are successes with a remark.
    pub fn is_failure(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }

    /// The name in `error_codes.h`, where the code is known.
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|(name, _, _)| *name)
    }

    /// What the code means, where it is known.
    pub fn meaning(self) -> Option<&'static str> {
        self.entry().map(|(_, _, meaning)| *meaning)
    }

    /// What the `dotnet` command ends with on this status, as the parent process sees it.
    pub fn exit_code(self) -> i32 {
        if cfg!(windows) { self.0 as i32 } else { (self.0 & 0xff) as i32 }
    }

    fn entry(self) -> Option<&'static (&'static str, Status, &'static str)> {
        Self::TABLE.iter().find(|(_, status, _)| *status == self)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:08x})", self.0),
            None => write!(f, "0x{:08x}", self.0),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_each_value_and_name_once_in_order() {
        assert!(Status::TABLE.windows(2).all(|two| two[0].1.0 < two[1].1.0));
        let mut names = Status::TABLE.iter().map(|(name, _, _)| *name).collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Status::TABLE.len());
    }

    #[test]
    fn a_code_prints_with_its_name_or_as_a_number() {
        assert_eq!(Status::from_raw(-2147450730).to_string(), "FrameworkMissingFailure (0x80008096)");
        assert_eq!(Status(0x80070057).to_string(), "0x80070057");
        assert!(Status::FRAMEWORK_MISSING.is_failure() && !Status::HOST_ALREADY_INITIALIZED.is_failure());
    }

    #[test]
    #[cfg(not(windows))]
    fn the_parent_process_sees_the_low_byte() {
        assert_eq!(Status::FRAMEWORK_MISSING.exit_code(), 150);
        assert_eq!(Status::HOST_LIBRARY_MISSING.exit_code(), 131);
    }
}
