//! What differs between operating systems and processors: file names, directories, and hostfxr's string type.
//!
//! This is the only file of the crate with `cfg(windows)` or `cfg(target_os)` in it. It decides nothing: which root is
//! used is the business of [`mod@crate::locate`] and [`crate::selection`].

use std::ffi::{CStr, OsStr, OsString, c_void};
use std::path::Path;

/// One unit of the strings that hostfxr takes and gives (`char_t` in `hostfxr.h`): UTF-8 outside Windows.
#[cfg(not(windows))]
pub type Char = std::ffi::c_char;
/// One unit of the strings that hostfxr takes and gives (`char_t` in `hostfxr.h`): UTF-16 on Windows.
#[cfg(windows)]
pub type Char = u16;

/// File name of the runtime's library.
pub(crate) const CORECLR_FILE: &str = if cfg!(windows) {
    "coreclr.dll"
} else if cfg!(target_os = "macos") {
    "libcoreclr.dylib"
} else {
    "libcoreclr.so"
};

/// File name of the hostfxr library.
pub(crate) const HOSTFXR_FILE: &str = if cfg!(windows) {
    "hostfxr.dll"
} else if cfg!(target_os = "macos") {
    "libhostfxr.dylib"
} else {
    "libhostfxr.so"
};

/// File name of the muxer, the `dotnet` command.
pub(crate) const MUXER_FILE: &str = if cfg!(windows) { "dotnet.exe" } else { "dotnet" };

/// The processor as .NET spells it in `install_location_x64`.
pub(crate) const ARCH: &str = if cfg!(target_arch = "x86_64") {
    "x64"
} else if cfg!(target_arch = "aarch64") {
    "arm64"
} else if cfg!(target_arch = "x86") {
    "x86"
} else if cfg!(target_arch = "arm") {
    "arm"
} else {
    std::env::consts::ARCH
};

/// The variable that names the root for this processor only; it goes before `DOTNET_ROOT`.
pub(crate) const ROOT_VARIABLE_OF_ARCH: &str = if cfg!(target_arch = "x86_64") {
    "DOTNET_ROOT_X64"
} else if cfg!(target_arch = "aarch64") {
    "DOTNET_ROOT_ARM64"
} else if cfg!(target_arch = "x86") {
    "DOTNET_ROOT_X86"
} else {
    "DOTNET_ROOT_ARM"
};

/// Where installers register the root they chose. Windows registers it in the registry instead, which is not read.
pub(crate) const INSTALL_LOCATION_DIR: Option<&str> = if cfg!(windows) { None } else { Some("/etc/dotnet") };

/// Roots that Microsoft's packages and the distributions use when nobody says otherwise.
pub(crate) const DEFAULT_ROOTS: &[&str] = if cfg!(windows) {
    &["C:\\Program Files\\dotnet"]
} else if cfg!(target_os = "macos") {
    &["/usr/local/share/dotnet", "/opt/homebrew/opt/dotnet/libexec"]
} else {
    &["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet", "/opt/dotnet"]
};

/// The variable that names the home directory, below which `dotnet-install.sh` puts `.dotnet`.
pub(crate) const HOME_VARIABLE: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// True where the file may be executed; the shell passes over a `dotnet` on PATH that lacks the bit.
#[cfg(unix)]
pub(crate) fn is_executable_file(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// True where the file may be executed; outside Unix every file may.
#[cfg(not(unix))]
pub(crate) fn is_executable_file(path: &Path) -> bool {
    path.is_file()
}

/// A loaded library, which stays loaded: a runtime, and what it was loaded by, cannot be unloaded.
pub(crate) struct Library {
    handle: *mut c_void,
}

#[cfg(unix)]
impl Library {
    /// Loads a library. The error is in the loader's own words.
    ///
    /// # Safety
    /// - The library's initialisers may run in this process.
    pub(crate) unsafe fn load(path: &Path) -> Result<Library, String> {
        let name = HostString::new(path).ok_or_else(|| "its path contains a NUL".to_owned())?;
        // SAFETY: a string that ends in NUL; the initialisers are the caller's duty.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL) };
        if !handle.is_null() {
            return Ok(Library { handle });
        }
        // SAFETY: the loader's message belongs to this thread and stays until its next call of the loader.
        let reason = unsafe { string_from_host(libc::dlerror()) };
        Err(reason.to_string_lossy().into_owned())
    }

    /// A function of the library; `None` where it has none of this name.
    ///
    /// # Safety
    /// - `F` is the type, a function pointer, of what the library has under this name.
    pub(crate) unsafe fn function<F: Copy>(&self, name: &CStr) -> Option<F> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
        // SAFETY: the handle is that of a loaded library, and the name ends in NUL.
        let found = unsafe { libc::dlsym(self.handle, name.as_ptr()) };
        // SAFETY: not null, of the same size, and of this type by the caller's word.
        (!found.is_null()).then(|| unsafe { std::mem::transmute_copy(&found) })
    }
}

/// A string in hostfxr's encoding that ends in NUL.
#[derive(Debug)]
pub(crate) struct HostString(Vec<Char>);

impl HostString {
    /// Copies `text`; `None` where it contains a NUL, which would cut it short unseen.
    pub(crate) fn new(text: impl AsRef<OsStr>) -> Option<Self> {
        let mut units = units_of(text.as_ref());
        if units.contains(&0) {
            return None;
        }
        units.push(0);
        Some(Self(units))
    }

    /// The address of the first unit; valid as long as `self` lives.
    pub(crate) fn as_ptr(&self) -> *const Char {
        self.0.as_ptr()
    }
}

#[cfg(unix)]
fn units_of(text: &OsStr) -> Vec<Char> {
    use std::os::unix::ffi::OsStrExt;
    text.as_bytes().iter().map(|&byte| byte as Char).collect()
}

#[cfg(windows)]
fn units_of(text: &OsStr) -> Vec<Char> {
    use std::os::windows::ffi::OsStrExt;
    text.encode_wide().collect()
}

/// Copies a string that hostfxr handed out; null is the empty string.
///
/// # Safety
/// - `text` is null or points to units that end in a NUL and stay unchanged during the call.
#[cfg(unix)]
pub(crate) unsafe fn string_from_host(text: *const Char) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    if text.is_null() {
        return OsString::new();
    }
    // SAFETY: not null, checked above; NUL-terminated and unchanged, promised by the caller.
    let text = unsafe { std::ffi::CStr::from_ptr(text) };
    OsString::from_vec(text.to_bytes().to_vec())
}

/// Copies a string that hostfxr handed out; null is the empty string.
///
/// # Safety
/// - `text` is null or points to units that end in a NUL and stay unchanged during the call.
#[cfg(windows)]
pub(crate) unsafe fn string_from_host(text: *const Char) -> OsString {
    use std::os::windows::ffi::OsStringExt;
    if text.is_null() {
        return OsString::new();
    }
    let mut length = 0;
    // SAFETY: not null, and the loop stops at the NUL that the caller promises.
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: the loop above has read every one of these units.
    OsString::from_wide(unsafe { std::slice::from_raw_parts(text, length) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_survives_the_way_to_hostfxr_and_back() {
        let text = HostString::new("grüße/x.dll").expect("no NUL inside");
        // SAFETY: HostString ends in a NUL and lives to the end of the test.
        assert_eq!(unsafe { string_from_host(text.as_ptr()) }, "grüße/x.dll");
        // SAFETY: null is allowed.
        assert_eq!(unsafe { string_from_host(std::ptr::null()) }, "");
    }

    #[test]
    fn a_nul_inside_is_refused() {
        assert!(HostString::new("a\0b").is_none());
    }
}
