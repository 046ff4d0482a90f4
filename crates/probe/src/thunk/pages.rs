//! Memory of thunks: stubs that can be run and never written, beside data that can be written and never run.
//!
//! Stubs differ in nothing but where they lie, as each finds its data at a fixed distance behind itself. So all groups of
//! stubs are mappings of one piece of memory, written before it is ever mapped for running. Where the kernel refuses
//! executable memory files, a group is written first and then made executable and read-only.

use crate::arch::thunk::{STUB_BYTES, stub};
use crate::thunk::Thunk;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::ptr;

/// Stubs in a group: as many as give 16 pages.
const PER_GROUP: usize = 4096;
const CODE_BYTES: usize = PER_GROUP * STUB_BYTES;
const GROUP_BYTES: usize = CODE_BYTES + PER_GROUP * size_of::<Thunk>();

/// Groups of thunks, filled one after the other. They stay until the process ends.
#[derive(Default)]
pub(crate) struct Pages {
    memory: Option<File>,
    /// Where each group begins.
    groups: Vec<usize>,
    /// Used in the last group.
    used: usize,
    free: Vec<&'static Thunk>,
}

impl Pages {
    /// A thunk that nobody uses.
    pub(crate) fn take(&mut self) -> io::Result<&'static Thunk> {
        if let Some(thunk) = self.free.pop() {
            return Ok(thunk);
        }
        if self.groups.is_empty() || self.used == PER_GROUP {
            let group = self.new_group()?;
            self.groups.push(group);
            self.used = 0;
        }
        let group = self.groups[self.groups.len() - 1];
        let data = (group + CODE_BYTES) as *const Thunk;
        // SAFETY: the group has room for PER_GROUP thunks there, of which `used` are given out; all bits zero are a valid
        // Thunk, and the memory is never unmapped.
        let thunk = unsafe { &*data.add(self.used) };
        self.used += 1;
        Ok(thunk)
    }

    /// Gives back a thunk that nobody has the address of.
    pub(crate) fn give_back(&mut self, thunk: &'static Thunk) {
        self.free.push(thunk);
    }

    /// Thunks that are in use.
    pub(crate) fn in_use(&self) -> usize {
        let given = self.groups.len().saturating_sub(1) * PER_GROUP + self.used;
        given - self.free.len()
    }

    /// The thunk whose stub lies at this address.
    pub(crate) fn thunk_at(&self, address: usize) -> Option<&'static Thunk> {
        let inside = |group: usize| (group..group + CODE_BYTES).contains(&address);
        let group = *self.groups.iter().find(|&&group| inside(group))?;
        let index = (address - group) / STUB_BYTES;
        // SAFETY: as in `take`; a thunk that was not given out yet is all zero, which is a valid one.
        Some(unsafe { &*((group + CODE_BYTES) as *const Thunk).add(index) })
    }

    /// The address that callers get: the stub of a thunk of these pages.
    pub(crate) fn stub_of(&self, thunk: &'static Thunk) -> usize {
        let address = ptr::from_ref(thunk) as usize;
        let holds = |group: &&usize| (**group..**group + GROUP_BYTES).contains(&address);
        let group = self.groups.iter().find(holds).expect("the thunk is of these pages");
        group + (address - group - CODE_BYTES) / size_of::<Thunk>() * STUB_BYTES
    }

    fn new_group(&mut self) -> io::Result<usize> {
        let group = map(ptr::null_mut(), GROUP_BYTES, libc::PROT_READ | libc::PROT_WRITE, 0, -1)?;
        if self.memory.is_none() {
            self.memory = write_memory_file(&stubs()).ok();
        }
        let shared = self.memory.as_ref().and_then(|memory| {
            let flags = libc::PROT_READ | libc::PROT_EXEC;
            map(group as *mut _, CODE_BYTES, flags, libc::MAP_FIXED, memory.as_raw_fd()).ok()
        });
        if shared.is_none() {
            let code = stubs();
            // SAFETY: the group is mapped, writable, and known to nobody yet.
            unsafe { ptr::copy_nonoverlapping(code.as_ptr(), group as *mut u8, code.len()) };
            // SAFETY: the pages are ours.
            let changed =
                unsafe { libc::mprotect(group as *mut _, CODE_BYTES, libc::PROT_READ | libc::PROT_EXEC) };
            if changed != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(group)
    }
}

/// Puts code into memory that belongs to no library, where it stays until the process ends.
pub(crate) fn outside_of_libraries(code: &[u8]) -> io::Result<usize> {
    let page = map(ptr::null_mut(), code.len(), libc::PROT_READ | libc::PROT_WRITE, 0, -1)?;
    // SAFETY: the page is mapped, writable, and known to nobody yet.
    unsafe { ptr::copy_nonoverlapping(code.as_ptr(), page as *mut u8, code.len()) };
    // SAFETY: the page is ours.
    match unsafe { libc::mprotect(page as *mut _, code.len(), libc::PROT_READ | libc::PROT_EXEC) } {
        0 => Ok(page),
        _ => Err(io::Error::last_os_error()),
    }
}

fn stubs() -> Vec<u8> {
    let distance = |index: usize| CODE_BYTES + index * size_of::<Thunk>() - index * STUB_BYTES;
    (0..PER_GROUP).flat_map(|index| stub(distance(index) as i32)).collect()
}

fn map(at: *mut libc::c_void, bytes: usize, protection: i32, flags: i32, file: i32) -> io::Result<usize> {
    let kind = if file < 0 { libc::MAP_PRIVATE | libc::MAP_ANONYMOUS } else { libc::MAP_SHARED };
    // SAFETY: either new memory, or over pages of a group that nobody knows yet.
    match unsafe { libc::mmap(at, bytes, protection, kind | flags, file, 0) } {
        libc::MAP_FAILED => Err(io::Error::last_os_error()),
        address => Ok(address as usize),
    }
}

/// A file in memory with this content, sealed against change where the kernel can do that.
fn write_memory_file(content: &[u8]) -> io::Result<File> {
    const NAME: &CStr = c"clrhost-thunks";
    // Kernels since 6.3 want to be told that the file will be executed; older ones do not know the flag.
    const MFD_EXEC: libc::c_uint = 0x10;
    let create = |flags| {
        // SAFETY: the name is a C string.
        let created =
            unsafe { libc::memfd_create(NAME.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING | flags) };
        match created {
            -1 => Err(io::Error::last_os_error()),
            // SAFETY: the descriptor is fresh and owned by nobody else.
            descriptor => Ok(unsafe { File::from_raw_fd(descriptor) }),
        }
    };
    let mut file = create(MFD_EXEC).or_else(|_| create(0))?;
    file.write_all(content)?;
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    // SAFETY: takes numbers. An old kernel's refusal leaves a file that nobody else has.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) };
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_and_thunks_find_each_other_across_groups() {
        let mut pages = Pages::default();
        let thunks: Vec<_> = (0..PER_GROUP + 2).map(|_| pages.take().unwrap()).collect();
        assert_eq!((pages.groups.len(), pages.in_use()), (2, PER_GROUP + 2));
        for thunk in [thunks[0], thunks[1], thunks[PER_GROUP - 1], thunks[PER_GROUP], thunks[PER_GROUP + 1]] {
            let stub = pages.stub_of(thunk);
            assert!(ptr::eq(pages.thunk_at(stub).unwrap(), thunk));
        }
        assert!(pages.thunk_at(stubs_and_thunks_find_each_other_across_groups as fn() as usize).is_none());
    }

    #[test]
    fn what_is_given_back_is_taken_again() {
        let mut pages = Pages::default();
        let first = pages.take().unwrap();
        pages.give_back(first);
        assert_eq!(pages.in_use(), 0);
        assert!(ptr::eq(pages.take().unwrap(), first));
    }

    #[test]
    fn no_page_is_writable_and_executable() {
        let mut pages = Pages::default();
        pages.take().unwrap();
        let group = pages.groups[0];
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let rights = |address: usize| {
            let holds = |line: &&str| {
                let (start, end) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
                let number = |text| usize::from_str_radix(text, 16).unwrap();
                (number(start)..number(end)).contains(&address)
            };
            maps.lines().find(holds).unwrap().split(' ').nth(1).unwrap()[..3].to_owned()
        };
        assert_eq!((rights(group), rights(group + CODE_BYTES)), ("r-x".to_owned(), "rw-".to_owned()));
        assert!(!maps.lines().any(|line| line.contains("wx")));
    }
}
