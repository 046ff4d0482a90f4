//! Replaces a function that a loaded library imports, for that library alone.
//!
//! Calls to functions of other libraries go through slots that the dynamic linker fills. The library's dynamic section says
//! which slot belongs to which symbol; writing another address there redirects the library's calls from then on. Most
//! libraries have these slots write-protected after loading (RELRO), so the page is made writable for the moment.

use crate::arch;
use crate::elf::{DT_JMPREL, DT_PLTRELSZ, DT_RELA, DT_RELASZ, DT_STRTAB, DT_SYMTAB, Dynamic, Symbol};
use std::ffi::{CStr, CString, c_char, c_void};
use std::io;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// `struct link_map` of `link.h`, as far as it is public.
#[repr(C)]
struct LinkMap {
    /// What is added to the addresses in the file.
    base: usize,
    name: *const c_char,
    dynamic: *const Dynamic,
}

/// `Elf64_Rela`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Relocation {
    offset: usize,
    info: u64,
    addend: i64,
}

const RTLD_DI_LINKMAP: libc::c_int = 2;

/// A library that stays loaded until the process ends.
pub(crate) struct Library {
    map: &'static LinkMap,
}

impl Library {
    /// Loads a library, or finds it if it is loaded already.
    pub(crate) fn open(path: &Path) -> io::Result<Library> {
        let name = CString::new(path.as_os_str().as_encoded_bytes()).map_err(io::Error::other)?;
        // SAFETY: the name is a C string. Loading runs the library's initialisers, which is what the runtime would do
        // with it a moment later. The handle is never closed.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if handle.is_null() {
            // SAFETY: after a failure dlerror gives a C string that is good until the thread's next call.
            let reason = unsafe { CStr::from_ptr(libc::dlerror()) };
            return Err(io::Error::other(reason.to_string_lossy().into_owned()));
        }
        let mut map: *const LinkMap = ptr::null();
        // SAFETY: the handle is open, and for this request a pointer to the library's map is written.
        let failed = unsafe { libc::dlinfo(handle, RTLD_DI_LINKMAP, (&raw mut map).cast()) };
        // SAFETY: the map lives as long as the library is loaded, which is for good.
        match unsafe { map.as_ref() } {
            Some(map) if failed == 0 => Ok(Library { map }),
            _ => Err(io::Error::other("the dynamic linker has no map of it")),
        }
    }

    /// The library, or the program itself, in which an address lies.
    pub(crate) fn holding(address: *const c_void) -> io::Result<Library> {
        const RTLD_DL_LINKMAP: libc::c_int = 2;
        // SAFETY: declared as glibc has it.
        unsafe extern "C" {
            fn dladdr1(
                address: *const c_void,
                info: *mut libc::Dl_info,
                extra: *mut *mut c_void,
                flags: libc::c_int,
            ) -> libc::c_int;
        }
        let mut map: *mut c_void = ptr::null_mut();
        // SAFETY: all-zero is a valid Dl_info; on success the map is that of a loaded library. The runtime is never unloaded.
        let map = unsafe {
            let mut info: libc::Dl_info = std::mem::zeroed();
            match dladdr1(address, &mut info, &mut map, RTLD_DL_LINKMAP) {
                0 => None,
                _ => map.cast::<LinkMap>().as_ref(),
            }
        };
        map.map(|map| Library { map }).ok_or_else(|| io::Error::other("no library lies there"))
    }

    /// Makes the library's calls of `symbol` go to `function`, and gives the number of slots changed: 0 if it imports no
    /// such function.
    ///
    /// # Safety
    /// `function` has the signature of `symbol` and stays in place until the process ends.
    pub(crate) unsafe fn replace_import(&self, symbol: &CStr, function: *const c_void) -> io::Result<usize> {
        let (symbols, strings) = (self.address(DT_SYMTAB), self.address(DT_STRTAB));
        if symbols == 0 || strings == 0 {
            return Ok(0);
        }
        let mut changed = 0;
        for (table, size) in [(DT_JMPREL, DT_PLTRELSZ), (DT_RELA, DT_RELASZ)] {
            let (table, count) = (self.address(table), self.entry(size) / size_of::<Relocation>());
            if table == 0 {
                continue;
            }
            // SAFETY: the dynamic section says that so many relocations lie there, and the library stays loaded.
            let relocations = unsafe { std::slice::from_raw_parts(table as *const Relocation, count) };
            for relocation in relocations {
                if !arch::SLOT_RELOCATIONS.contains(&(relocation.info as u32)) {
                    continue;
                }
                let index = (relocation.info >> 32) as usize;
                // SAFETY: the relocation names a symbol of the table, and that a string of the other table.
                let name = unsafe {
                    let entry = &*(symbols as *const Symbol).add(index);
                    CStr::from_ptr((strings as *const c_char).add(entry.name as usize))
                };
                if name == symbol {
                    // SAFETY: the relocation says that a slot for a function's address lies there.
                    unsafe { write_slot(self.map.base + relocation.offset, function)? };
                    changed += 1;
                }
            }
        }
        Ok(changed)
    }

    /// An address from the dynamic section. Glibc has added the base already; other linkers leave that to the reader.
    fn address(&self, tag: i64) -> usize {
        let value = self.entry(tag);
        if value != 0 && value < self.map.base { value + self.map.base } else { value }
    }

    fn entry(&self, tag: i64) -> usize {
        let mut entry = self.map.dynamic;
        loop {
            // SAFETY: the dynamic section ends with an entry whose tag is 0, and the loop ends there.
            let current = unsafe { *entry };
            if current.tag == tag {
                return current.value;
            }
            if current.tag == 0 {
                return 0;
            }
            // SAFETY: as above.
            entry = unsafe { entry.add(1) };
        }
    }
}

/// # Safety
/// An aligned pointer lies at `slot`, in memory that stays mapped.
unsafe fn write_slot(slot: usize, value: *const c_void) -> io::Result<()> {
    // SAFETY: sysconf has no precondition.
    let page_size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
    let page = (slot & !(page_size - 1)) as *mut c_void;
    let before = protection_of(slot)?;
    let protect = |protection| {
        // SAFETY: the page is mapped; adding the right to write takes nothing from anybody.
        match unsafe { libc::mprotect(page, page_size, protection) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    protect(before | libc::PROT_WRITE)?;
    // SAFETY: the caller's duty, and the page is writable now. Atomic, as other threads may be calling through the slot.
    unsafe { AtomicPtr::from_ptr(slot as *mut *mut c_void) }.store(value.cast_mut(), Ordering::Release);
    protect(before)
}

fn protection_of(address: usize) -> io::Result<libc::c_int> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let right = |line: &str| -> Option<libc::c_int> {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        if !(number(start)?..number(end)?).contains(&address) {
            return None;
        }
        let bits = [('r', libc::PROT_READ), ('w', libc::PROT_WRITE), ('x', libc::PROT_EXEC)];
        let letters = rest.get(..4)?;
        Some(bits.iter().filter(|bit| letters.contains(bit.0)).map(|bit| bit.1).sum())
    };
    maps.lines().find_map(right).ok_or_else(|| io::Error::other("the slot lies in no mapping"))
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn not_the_time(_: *mut libc::time_t) -> libc::time_t {
        42
    }

    /// libz (or any other library) would do as well; libsqlite3 is there because the samples need it.
    #[test]
    fn a_libraries_import_is_replaced_for_it_alone() {
        let library = Library::open(Path::new("libsqlite3.so.0")).unwrap();
        // SAFETY: the function has the signature of `time`.
        let changed = unsafe { library.replace_import(c"time", not_the_time as *const c_void) }.unwrap();
        // SAFETY: a null pointer is allowed.
        let ours = unsafe { libc::time(ptr::null_mut()) };
        assert!(ours > 42);
        assert_eq!(changed, 1);
        // SAFETY: as above.
        let none = unsafe { library.replace_import(c"no_such_function", not_the_time as *const c_void) };
        assert_eq!(none.unwrap(), 0);
    }

    #[test]
    fn a_missing_library_is_an_error_that_names_it() {
        let error = Library::open(Path::new("/nowhere/libno.so")).err().unwrap();
        assert!(error.to_string().contains("/nowhere/libno.so"), "{error}");
    }
}
