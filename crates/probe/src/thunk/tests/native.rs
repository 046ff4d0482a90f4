//! The native side of the tests: C, C++ and assembly in `native`, compiled when a test first needs it.

use std::ffi::{CStr, CString, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

/// A file of `native`, as a library in this process.
pub(super) struct Native(*mut c_void);

impl Native {
    /// Compiles the file, unless that was done, and loads it.
    pub(super) fn load(source: &str) -> Native {
        let path = CString::new(compiled(source, &[]).into_os_string().into_encoded_bytes()).expect("a path");
        // SAFETY: the library's constructors do nothing but what their languages do.
        let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        assert!(!handle.is_null(), "{path:?} cannot be loaded");
        Native(handle)
    }

    /// The address of a function or a variable.
    pub(super) fn address(&self, name: &CStr) -> usize {
        // SAFETY: the handle is that of a loaded library, the name a C string.
        let address = unsafe { libc::dlsym(self.0, name.as_ptr()) } as usize;
        assert_ne!(address, 0, "{name:?}");
        address
    }

    /// A function.
    ///
    /// # Safety
    /// `F` is its type.
    pub(super) unsafe fn function<F: Copy>(&self, name: &CStr) -> F {
        // SAFETY: the caller's duty.
        unsafe { as_function(self.address(name)) }
    }

    /// Sets a variable that holds a pointer.
    pub(super) fn set(&self, name: &CStr, value: usize) {
        // SAFETY: all variables that tests set this way are pointers.
        unsafe { *(self.address(name) as *mut usize) = value };
    }
}

/// # Safety
/// At this address is a function of type `F`.
pub(super) unsafe fn as_function<F: Copy>(address: usize) -> F {
    assert_eq!(size_of::<F>(), size_of::<usize>());
    // SAFETY: the caller's duty; the sizes are the same.
    unsafe { std::mem::transmute_copy(&address) }
}

/// The library made from a file of `native`, compiled if it was not yet.
pub(super) fn compiled(source: &str, flags: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/thunk/tests/native");
    let source = folder.join(source);
    let target = env::current_exe().expect("the test binary has a path").with_file_name("thunk-tests");
    fs::create_dir_all(&target).expect("a folder for the libraries");
    let name = format!("{}{}.so", source.file_name().expect("a name").display(), flags.concat());
    let library = target.join(name);
    let changed = |path: &Path| fs::metadata(path).and_then(|it| it.modified()).ok();
    if changed(&library) >= changed(&source) {
        return library;
    }
    let is_cxx = source.extension().is_some_and(|extension| extension == "cpp");
    // Moved into place when it is whole, as other tests compile it at the same time.
    let made = target.join(format!("{}-{}", process::id(), library.file_name().expect("a name").display()));
    let mut compiler = Command::new(if is_cxx { "g++" } else { "cc" });
    compiler.args(["-shared", "-fPIC", "-O2", "-g", "-Wall", "-Wextra", "-pthread", "-fexceptions"]);
    compiler.args(flags).arg("-o").arg(&made).arg(&source).arg("-lm");
    let output = compiler.output().unwrap_or_else(|error| panic!("{compiler:?}: {error}"));
    assert!(output.status.success(), "{compiler:?}\n{}", String::from_utf8_lossy(&output.stderr));
    fs::rename(&made, &library).expect("moved");
    library
}
