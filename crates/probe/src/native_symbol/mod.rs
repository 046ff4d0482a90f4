//! What lies at an address of a native library.

mod index;

use crate::elf::{STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE, Symbol};
use crate::probe::lock;
use index::Index;
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Mutex;

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

const RTLD_DL_SYMENT: i32 = 1;

// SAFETY: declared as glibc has it since 2.3.3.
unsafe extern "C" {
    fn dladdr1(address: *const c_void, info: *mut libc::Dl_info, extra: *mut *mut c_void, flags: i32) -> i32;
}

/// What the dynamic linker knows of an address; `None` where no library is loaded.
pub(crate) fn symbol_at(address: usize) -> Option<NativeSymbol> {
    symbol_in_index(address).or_else(|| symbol_by_linker(address))
}

fn symbol_by_linker(address: usize) -> Option<NativeSymbol> {
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
        let kind = exact.then(|| (*symbol.cast::<Symbol>()).kind());
        let library = PathBuf::from(CStr::from_ptr(info.dli_fname).to_string_lossy().into_owned());
        Some(NativeSymbol { library, name, is_function: is_function(kind, || is_executable(address)) })
    }
}

fn is_function(kind: Option<u8>, is_executable: impl FnOnce() -> bool) -> bool {
    match kind {
        Some(STT_FUNC | STT_GNU_IFUNC) => true,
        // What the library gives no type, or does not name: a function that an ifunc chose, or written in assembly.
        None | Some(STT_NOTYPE) => is_executable(),
        Some(_) => false,
    }
}

/// From so many look-ups in a library on its symbols are indexed.
const MANY: u32 = 256;

/// Libraries in which something was looked up, by where they lie. Forgotten as soon as any library is unloaded, as another one
/// may come to lie there.
#[derive(Default)]
struct Libraries {
    unloaded: u64,
    by_base: HashMap<usize, Library>,
}

#[derive(Default)]
struct Library {
    looked_up: u32,
    index: Option<Index>,
}

/// The same as [`symbol_by_linker`], if so much is looked up in the library that it has an index.
fn symbol_in_index(address: usize) -> Option<NativeSymbol> {
    struct Search {
        address: usize,
        found: Option<NativeSymbol>,
    }
    // SAFETY: `dl_iterate_phdr` calls it with a library's description and the search below, and no library goes meanwhile.
    unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, data: *mut c_void) -> i32 {
        // SAFETY: as above; the headers are as many as said.
        let (info, search) = unsafe { (&*info, &mut *data.cast::<Search>()) };
        // SAFETY: as above.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
        let base = info.dlpi_addr as usize;
        let holds = |header: &libc::Elf64_Phdr| {
            let start = base + header.p_vaddr as usize;
            header.p_type == libc::PT_LOAD
                && (start..start + header.p_memsz as usize).contains(&search.address)
        };
        let Some(part) = headers.iter().find(|header| holds(header)) else { return 0 };
        // SAFETY: as above.
        let name = unsafe { info.dlpi_name.as_ref().map(|name| CStr::from_ptr(name)) };
        // The program itself has no name here.
        let Some(name) = name.filter(|name| !name.is_empty()) else { return 1 };
        let Some(dynamic) = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC) else { return 1 };
        let mut libraries = lock(&LIBRARIES);
        let libraries = libraries.get_or_insert_default();
        if libraries.unloaded != info.dlpi_subs {
            *libraries = Libraries { unloaded: info.dlpi_subs, ..Libraries::default() };
        }
        let library = libraries.by_base.entry(base).or_default();
        library.looked_up = library.looked_up.saturating_add(1);
        if library.looked_up < MANY {
            return 1;
        }
        // SAFETY: as above.
        let index = library
            .index
            .get_or_insert_with(|| unsafe { index::of_library(base, base + dynamic.p_vaddr as usize) });
        let named = index.get(&search.address);
        search.found = Some(NativeSymbol {
            library: PathBuf::from(name.to_string_lossy().into_owned()),
            name: named.map(|named| named.name.to_string()),
            is_function: is_function(named.map(|named| named.kind), || part.p_flags & libc::PF_X != 0),
        });
        1
    }
    static LIBRARIES: Mutex<Option<Libraries>> = Mutex::new(None);
    let mut search = Search { address, found: None };
    // SAFETY: the callback takes what is handed on here.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.found
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

    /// All that libc exports, and places where nothing begins.
    #[test]
    fn an_index_says_what_the_dynamic_linker_says() {
        let inside_libc = look_up(c"getpid");
        let mut found = None;
        while found.is_none() {
            found = symbol_in_index(inside_libc);
        }
        assert_eq!(found, symbol_by_linker(inside_libc));
        // SAFETY: getpid's library is loaded and stays; dlopen'd by its own name it has a handle.
        let names = unsafe {
            let mut info: libc::Dl_info = std::mem::zeroed();
            assert_ne!(libc::dladdr(inside_libc as *const c_void, &mut info), 0);
            let base = info.dli_fbase as usize;
            let program_headers = std::fs::read(CStr::from_ptr(info.dli_fname).to_str().unwrap()).unwrap();
            let dynamic = dynamic_of(&program_headers);
            index::of_library(base, base + dynamic)
        };
        assert!(names.len() > 1000, "{}", names.len());
        for address in names.keys().flat_map(|&address| [address, address + 1]) {
            assert_eq!(symbol_in_index(address), symbol_by_linker(address), "{address:#x}");
        }
    }

    /// Where a library's file says that the dynamic section is.
    fn dynamic_of(file: &[u8]) -> usize {
        let number = |at: usize, bytes: usize| {
            file[at..at + bytes].iter().rev().fold(0_usize, |number, &byte| number << 8 | usize::from(byte))
        };
        let (headers, size, count) = (number(32, 8), number(54, 2), number(56, 2));
        let dynamic = (0..count).map(|header| headers + header * size).find(|&at| number(at, 4) == 2);
        number(dynamic.unwrap() + 16, 8)
    }
}
