//! The shared library that CoreCLR loads, made at run time.
//!
//! CoreCLR takes its profiler from a shared library, and nothing else. When we are the host, the profiler's code is
//! already in the process, inside the executable or whatever library contains this crate. So the library that the
//! runtime is given holds a single function, `DllGetClassObject`, which jumps to ours: some 4 KiB that we write
//! ourselves, because they contain the address to jump to. That leaves one copy of the code and of its statics, no
//! file to install beside the executable, and no build step outside cargo.
//!
//! The library lives in a memfd, or in a file that is removed once it is loaded where the kernel refuses executable
//! memfds. Should its path reach a child process, the code notices that it runs in another process and refuses to
//! make a profiler, since the address means nothing there.

use crate::arch;
use clrhost_abi::Hresult;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::{Path, PathBuf};

const PAGE: u64 = 0x1000;
const EXPORT: &CStr = c"DllGetClassObject";

/// A forwarding library that can be loaded as long as this value lives.
pub(crate) struct Forwarder {
    path: PathBuf,
    _memory: Option<File>,
}

impl Forwarder {
    /// Makes a library whose `DllGetClassObject` is `target`, a function of at most three arguments, which
    /// must stay where it is for the life of the process.
    pub(crate) fn new(target: usize) -> io::Result<Forwarder> {
        let process = std::process::id();
        let image = image(&arch::forwarding_code(process, target, Hresult::CLASS_E_CLASSNOTAVAILABLE.0));
        if let Ok(memory) = write_memfd(&image) {
            // Not /proc/self: in another process that would name whatever its own descriptor of this number is.
            let path = PathBuf::from(format!("/proc/{process}/fd/{}", memory.as_raw_fd()));
            return Ok(Forwarder { path, _memory: Some(memory) });
        }
        write_file(&image).map(|path| Forwarder { path, _memory: None })
    }

    /// Where the runtime finds the library.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        if self._memory.is_none() {
            // A left-over file is harmless, and there is nobody to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn write_memfd(image: &[u8]) -> io::Result<File> {
    const NAME: &CStr = c"clrhost-probe";
    // Kernels since 6.3 want to be told that the file will be executed; older ones do not know the flag.
    const MFD_EXEC: libc::c_uint = 0x10;
    let create = |flags| {
        // SAFETY: the name is a C string; memfd_create has no other precondition.
        match unsafe { libc::memfd_create(NAME.as_ptr(), libc::MFD_CLOEXEC | flags) } {
            -1 => Err(io::Error::last_os_error()),
            // SAFETY: the descriptor is fresh and owned by nobody else.
            descriptor => Ok(unsafe { File::from_raw_fd(descriptor) }),
        }
    };
    let mut memory = create(MFD_EXEC).or_else(|_| create(0))?;
    memory.write_all(image)?;
    Ok(memory)
}

fn write_file(image: &[u8]) -> io::Result<PathBuf> {
    use std::os::unix::fs::OpenOptionsExt;
    let directory = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    let path = directory.join(format!("clrhost-probe-{}.so", std::process::id()));
    let mut file = File::options().write(true).create_new(true).mode(0o700).open(&path)?;
    file.write_all(image)?;
    Ok(path)
}

/// An ELF shared object that exports [`EXPORT`] with this code.
///
/// Two pages: headers, symbol tables and code (read, execute), then the dynamic section (read, write, because dynamic
/// linkers before glibc 2.34 write to it). No sections: the dynamic linker reads program headers only.
fn image(code: &[u8]) -> Vec<u8> {
    const HEADERS: u64 = 64 + 4 * 56;
    let hash = HEADERS;
    let symbols = hash + 5 * 4 + 4;
    let strings = symbols + 2 * 24;
    let strings_size = 1 + EXPORT.to_bytes_with_nul().len() as u64;
    let text = (strings + strings_size).next_multiple_of(16);
    let text_end = text + code.len() as u64;
    let dynamic: [(u64, u64); 6] = [
        (DT_HASH, hash),
        (DT_STRTAB, strings),
        (DT_SYMTAB, symbols),
        (DT_STRSZ, strings_size),
        (DT_SYMENT, 24),
        (0, 0),
    ];
    let dynamic_size = (dynamic.len() * 16) as u64;

    let mut out = Image(Vec::with_capacity(2 * PAGE as usize));
    out.bytes(&[0x7F, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.u16(3).u16(arch::ELF_MACHINE).u32(1); // ET_DYN
    out.u64(0).u64(64).u64(0).u32(0); // no entry, program headers at 64, no sections, no flags
    out.u16(64).u16(56).u16(4).u16(64).u16(0).u16(0);
    const READ: u32 = 4;
    const WRITE: u32 = 2;
    const EXECUTE: u32 = 1;
    out.segment(PT_LOAD, READ | EXECUTE, 0, text_end, PAGE);
    out.segment(PT_LOAD, READ | WRITE, PAGE, dynamic_size, PAGE);
    out.segment(PT_DYNAMIC, READ | WRITE, PAGE, dynamic_size, 8);
    out.segment(PT_GNU_STACK, READ | WRITE, 0, 0, 16);
    out.pad_to(hash).u32(1).u32(2).u32(1).u32(0).u32(0); // one bucket: symbol 1, end of chain
    out.pad_to(symbols).bytes(&[0; 24]);
    out.u32(1).bytes(&[0x12, 0]).u16(1).u64(text).u64(code.len() as u64); // global function, name at 1
    out.pad_to(strings).bytes(&[0]).bytes(EXPORT.to_bytes_with_nul());
    out.pad_to(text).bytes(code);
    out.pad_to(PAGE);
    for (tag, value) in dynamic {
        out.u64(tag).u64(value);
    }
    out.0
}

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_GNU_STACK: u32 = 0x6474_E551;
const DT_HASH: u64 = 4;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_STRSZ: u64 = 10;
const DT_SYMENT: u64 = 11;

struct Image(Vec<u8>);

impl Image {
    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend(bytes);
        self
    }
    fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
    fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
    fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }
    fn pad_to(&mut self, offset: u64) -> &mut Self {
        self.0.resize(offset as usize, 0);
        self
    }
    /// A program header whose file offset and address are the same.
    fn segment(&mut self, kind: u32, flags: u32, offset: u64, size: u64, align: u64) -> &mut Self {
        self.u32(kind).u32(flags).u64(offset).u64(offset).u64(offset).u64(size).u64(size).u64(align)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::{CString, c_void};

    extern "C" fn answer(a: usize, b: usize, c: usize) -> i32 {
        (a * 100 + b * 10 + c) as i32
    }

    fn call_through(path: &Path) -> i32 {
        let path = CString::new(path.as_os_str().as_encoded_bytes()).unwrap();
        // SAFETY: both are C strings; the library has no initialisers.
        let function = unsafe {
            let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
            assert!(!library.is_null(), "{:?}", CStr::from_ptr(libc::dlerror()));
            libc::dlsym(library, EXPORT.as_ptr())
        };
        assert!(!function.is_null());
        // SAFETY: the export forwards to a function of this type, or answers an i32 itself.
        let function: extern "C" fn(usize, usize, usize) -> i32 = unsafe { std::mem::transmute(function) };
        function(1, 2, 3)
    }

    fn target() -> usize {
        answer as extern "C" fn(usize, usize, usize) -> i32 as *const c_void as usize
    }

    #[test]
    fn the_library_loads_from_memory_and_forwards() {
        assert_eq!(call_through(Forwarder::new(target()).unwrap().path()), 123);
    }

    #[test]
    fn the_library_loads_from_a_file_too() {
        let process = std::process::id();
        let path = write_file(&image(&arch::forwarding_code(process, target(), -1))).unwrap();
        let answered = call_through(&path);
        std::fs::remove_file(path).unwrap();
        assert_eq!(answered, 123);
    }

    #[test]
    fn in_another_process_it_refuses() {
        let refusal = Hresult::CLASS_E_CLASSNOTAVAILABLE.0;
        let code = arch::forwarding_code(std::process::id() + 1, target(), refusal);
        let memory = write_memfd(&image(&code)).unwrap();
        let path = PathBuf::from(format!("/proc/self/fd/{}", memory.as_raw_fd()));
        assert_eq!(call_through(&path), refusal);
    }
}
