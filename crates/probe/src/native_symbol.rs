//! What lies at an address of a native library.

use std::ffi::{CStr, c_void};
use std::path::{Path, PathBuf};
use std::ptr;

/// A symbol as the dynamic linker found it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NativeSymbol {
    /// The library's file, as the dynamic linker names it.
    pub(crate) library: PathBuf,
    /// The symbol at that very address, where the library tells one.
    pub(crate) name: Option<String>,
    /// It can be called.
    pub(crate) is_function: bool,
}

/// The name of a library's file, without its folder.
pub(crate) fn file_name(library: &Path) -> Option<String> {
    library.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// `Elf64_Sym`.
#[repr(C)]
struct Symbol {
    name: u32,
    info: u8,
    other: u8,
    section: u16,
    value: u64,
    size: u64,
}

const RTLD_DL_SYMENT: i32 = 1;

// SAFETY: declared as glibc has it since 2.3.3.
unsafe extern "C" {
    fn dladdr1(address: *const c_void, info: *mut libc::Dl_info, extra: *mut *mut c_void, flags: i32) -> i32;
}

/// What the dynamic linker knows of an address; `None` where no library is loaded.
pub(crate) fn symbol_at(address: usize) -> Option<NativeSymbol> {
    let mut symbol: *mut c_void = ptr::null_mut();
    // SAFETY: all-zero is a valid Dl_info, which is filled where the result is not 0; the strings live as long as the
    // library is loaded, and are copied here.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if dladdr1(address as *const c_void, &mut info, &mut symbol, RTLD_DL_SYMENT) == 0
            || info.dli_fname.is_null()
        {
            return None;
        }
        let exact = info.dli_saddr as usize == address && !symbol.is_null();
        let name = (exact && !info.dli_sname.is_null())
            .then(|| CStr::from_ptr(info.dli_sname).to_string_lossy().into_owned());
        let kind = exact.then(|| (*symbol.cast::<Symbol>()).info & 0xF);
        let library = PathBuf::from(CStr::from_ptr(info.dli_fname).to_string_lossy().into_owned());
        const NOTYPE: u8 = 0;
        const FUNC: u8 = 2;
        const GNU_IFUNC: u8 = 10;
        let is_function = match kind {
            Some(FUNC | GNU_IFUNC) => true,
            // What the library gives no type, or does not name: a function that an ifunc chose, or written in assembly.
            None | Some(NOTYPE) => is_executable(address),
            Some(_) => false,
        };
        Some(NativeSymbol { library, name, is_function })
    }
}

/// True if the address lies in a part of a library that can be run.
fn is_executable(address: usize) -> bool {
    struct Search {
        address: usize,
        found: bool,
    }
    // SAFETY: `dl_iterate_phdr` calls it with a library's description and the search below.
    unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, data: *mut c_void) -> i32 {
        // SAFETY: as above; the headers are as many as said.
        let (info, search) = unsafe { (&*info, &mut *data.cast::<Search>()) };
        // SAFETY: as above.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
        search.found = headers.iter().any(|header| {
            let start = (info.dlpi_addr + header.p_vaddr) as usize;
            header.p_type == libc::PT_LOAD
                && header.p_flags & libc::PF_X != 0
                && (start..start + header.p_memsz as usize).contains(&search.address)
        });
        search.found.into()
    }
    let mut search = Search { address, found: false };
    // SAFETY: the callback takes what is handed on here.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(name: &CStr) -> usize {
        // SAFETY: the name is a C string.
        unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) as usize }
    }

    #[test]
    fn functions_are_told_from_data() {
        let getpid = symbol_at(look_up(c"getpid")).unwrap();
        assert!(getpid.is_function && getpid.library.to_string_lossy().contains("libc"), "{getpid:?}");
        assert!(symbol_at(look_up(c"memcpy")).unwrap().is_function, "chosen by an ifunc");
        let environ = symbol_at(look_up(c"environ")).unwrap();
        assert!(!environ.is_function && environ.name.is_some(), "{environ:?}");
        let local = 5;
        assert_eq!(symbol_at(&raw const local as usize), None);
    }
}
