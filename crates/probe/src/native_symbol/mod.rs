//! What lies at an address of a native library.

mod index;

use crate::elf::{STT_FUNC, STT_GNU_IFUNC, STT_NOTYPE, Symbol};
use crate::probe::lock;
use index::{Index, Named};
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::Mutex;

/// A symbol of a library, or of the program.
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

/// What lies at an address; `None` where no library is loaded.
///
/// The library may be another thread's, which unloads it at any moment. So it is looked at while the dynamic linker keeps all libraries
/// where they are, and `dladdr` is not asked: that gives pointers into libraries, which may be gone by the time they are followed.
pub(crate) fn symbol_at(address: usize) -> Option<NativeSymbol> {
    match find(address) {
        Place::Nowhere => None,
        Place::Program => symbol_of_program(address),
        Place::Library(symbol) => Some(symbol),
    }
}

/// Where an address lies.
enum Place {
    Nowhere,
    /// In the program itself, which is never unloaded.
    Program,
    Library(NativeSymbol),
}

/// What the dynamic linker says. Only of what stays loaded.
fn symbol_of_program(address: usize) -> Option<NativeSymbol> {
    let mut symbol: *mut c_void = ptr::null_mut();
    // SAFETY: all-zero is a valid Dl_info, which is filled where the result is not 0; what it points to is part of something that
    // stays loaded, and is copied here.
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
        Some(NativeSymbol {
            library,
            name,
            is_function: is_function(kind, || executable_part(address).is_some()),
        })
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

fn find(address: usize) -> Place {
    struct Search {
        address: usize,
        found: Place,
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
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            search.found = Place::Program;
            return 1;
        };
        let dynamic = headers.iter().find(|header| header.p_type == libc::PT_DYNAMIC);
        // SAFETY: as above, and this is where the library has that section.
        let named = dynamic.and_then(|dynamic| unsafe {
            name_in(base, base + dynamic.p_vaddr as usize, info.dlpi_subs, search.address)
        });
        let kind = named.as_ref().map(|named| named.kind);
        search.found = Place::Library(NativeSymbol {
            library: PathBuf::from(name.to_string_lossy().into_owned()),
            name: named.map(|named| named.name.into()),
            is_function: is_function(kind, || part.p_flags & libc::PF_X != 0),
        });
        1
    }
    let mut search = Search { address, found: Place::Nowhere };
    // SAFETY: the callback takes what is handed on here.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.found
}

/// What a library calls this address.
///
/// # Safety
/// The library is loaded at `base` with this dynamic section, and stays so meanwhile. `unloaded` is how many were unloaded so far.
unsafe fn name_in(base: usize, dynamic: usize, unloaded: u64, address: usize) -> Option<Named> {
    static LIBRARIES: Mutex<Option<Libraries>> = Mutex::new(None);
    let mut libraries = lock(&LIBRARIES);
    let libraries = libraries.get_or_insert_default();
    if libraries.unloaded != unloaded {
        *libraries = Libraries { unloaded, ..Libraries::default() };
    }
    let library = libraries.by_base.entry(base).or_default();
    library.looked_up = library.looked_up.saturating_add(1);
    if library.looked_up < MANY {
        // SAFETY: the caller's duty.
        return unsafe { index::find(base, dynamic, address) };
    }
    // SAFETY: as above.
    let index = library.index.get_or_insert_with(|| unsafe { index::of_library(base, dynamic) });
    index.get(&address).cloned()
}

/// The part of a library in which the address lies, if it can be run.
pub(crate) fn executable_part(address: usize) -> Option<Range<usize>> {
    struct Search {
        address: usize,
        found: Option<Range<usize>>,
    }
    // SAFETY: `dl_iterate_phdr` calls it with a library's description and the search below.
    unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, data: *mut c_void) -> i32 {
        // SAFETY: as above; the headers are as many as said.
        let (info, search) = unsafe { (&*info, &mut *data.cast::<Search>()) };
        // SAFETY: as above.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
        let executable =
            |header: &&libc::Elf64_Phdr| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0;
        let mut parts = headers.iter().filter(executable).map(|header| {
            let start = (info.dlpi_addr + header.p_vaddr) as usize;
            start..start + header.p_memsz as usize
        });
        search.found = parts.find(|part| part.contains(&search.address));
        search.found.is_some().into()
    }
    let mut search = Search { address, found: None };
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
    fn libraries_are_read_as_the_dynamic_linker_reads_them() {
        let inside_libc = look_up(c"getpid");
        // SAFETY: getpid's library is loaded and stays; dlopen'd by its own name it has a handle.
        let (base, dynamic, names) = unsafe {
            let mut info: libc::Dl_info = std::mem::zeroed();
            assert_ne!(libc::dladdr(inside_libc as *const c_void, &mut info), 0);
            let base = info.dli_fbase as usize;
            let program_headers = std::fs::read(CStr::from_ptr(info.dli_fname).to_str().unwrap()).unwrap();
            let dynamic = dynamic_of(&program_headers);
            (base, base + dynamic, index::of_library(base, base + dynamic))
        };
        assert!(names.len() > 1000, "{}", names.len());
        for address in names.keys().flat_map(|&address| [address, address + 1]) {
            assert_eq!(symbol_at(address), symbol_of_program(address), "{address:#x}");
            // SAFETY: as above.
            let found = unsafe { index::find(base, dynamic, address) };
            assert_eq!(found.as_ref(), names.get(&address), "{address:#x}");
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
