//! Memory of thunks: stubs that can be run and never written, beside data that can be written and never run.
//!
//! A stub finds its data at a fixed distance behind itself, and jumps to the code that all stubs of its pages share. Groups lie
//! near that code, if memory is free there, so that the jump needs not look where it is.
//!
//! Stubs are written to a file in memory, which is mapped for nothing but running. Those for delegates begin with what the
//! runtime's own code does, which is written to the file later. Where the kernel refuses executable files in memory, a group
//! is written first and then made executable and read-only, and stubs for delegates do without that beginning.
//!
//! A child that is forked and goes on without exec has the same file mapped. It never writes there, as the stubs are the parent's
//! too: its further groups come from a file of its own, and delegates in the groups it inherited do without that beginning. The same
//! goes for an application that closes the file's descriptor.

use crate::arch::thunk::{
    CALLBACK_PREFIX_BYTES, CALLBACK_STUB_BYTES, STUB_BYTES, callback_prefix, callback_stub, stub,
};
use crate::own_file::{OwnFile, new_memory_file};
use crate::thunk::{Code, Thunk};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr;

/// Thunks in a group.
const PER_GROUP: usize = 4096;

/// What stubs look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Function,
    Callback,
}

impl Form {
    fn stub_bytes(self) -> usize {
        match self {
            Form::Function => STUB_BYTES,
            Form::Callback => CALLBACK_STUB_BYTES,
        }
    }

    fn code_bytes(self) -> usize {
        PER_GROUP * self.stub_bytes()
    }

    fn group_bytes(self) -> usize {
        self.code_bytes() + PER_GROUP * size_of::<Thunk>()
    }

    /// The stubs of a group that lies at this address.
    fn stubs(self, group: usize, code: Option<usize>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(self.code_bytes())?;
        let distances = |index: usize| {
            let stub = index * self.stub_bytes();
            let data = (self.code_bytes() + index * size_of::<Thunk>() - stub) as i32;
            (data, code.and_then(|code| distance(group + stub, code)))
        };
        let stubs = (0..PER_GROUP).map(distances);
        match self {
            Form::Function => bytes.extend(stubs.flat_map(|(data, code)| stub(data, code))),
            Form::Callback => bytes.extend(stubs.flat_map(|(data, code)| callback_stub(data, code))),
        }
        Ok(bytes)
    }
}

/// A file of stubs.
struct Memory {
    /// The application may close what it does not know.
    file: OwnFile,
    /// The process that made it: children have it too.
    owner: u32,
    /// The groups from this one on are in it.
    first_group: usize,
}

impl Memory {
    /// The file, if this process may write to it.
    fn own(&self) -> Option<&File> {
        self.file.get().ok().filter(|_| self.owner == std::process::id())
    }
}

/// Groups of thunks, filled one after the other. They stay until the process ends.
pub(crate) struct Pages {
    form: Form,
    /// What all stubs go to; `None` if each thunk says it.
    code: Option<usize>,
    memory: Option<Memory>,
    /// Where each group begins.
    groups: Vec<usize>,
    /// Used in the last group.
    used: usize,
    free: Vec<&'static Thunk>,
}

impl Pages {
    /// For thunks before functions, which all go to this code, or each to its own.
    pub(crate) fn for_functions(code: Option<Code>) -> Pages {
        Pages::of(Form::Function, code)
    }

    /// For thunks before the runtime's code for delegates.
    pub(crate) fn for_callbacks(code: Option<Code>) -> Pages {
        Pages::of(Form::Callback, code)
    }

    fn of(form: Form, code: Option<Code>) -> Pages {
        let code = code.map(|code| code as *const () as usize);
        Pages { form, code, memory: None, groups: Vec::new(), used: 0, free: Vec::new() }
    }

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
        let data = (group + self.form.code_bytes()) as *const Thunk;
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
        let code_bytes = self.form.code_bytes();
        let inside = |group: usize| (group..group + code_bytes).contains(&address);
        let group = *self.groups.iter().find(|&&group| inside(group))?;
        let index = (address - group) / self.form.stub_bytes();
        // SAFETY: as in `take`; a thunk that was not given out yet is all zero, which is a valid one.
        Some(unsafe { &*((group + code_bytes) as *const Thunk).add(index) })
    }

    /// The address that callers get, if the thunk is of these pages: its stub.
    pub(crate) fn stub_of(&self, thunk: &'static Thunk) -> Option<usize> {
        self.place_of(thunk).map(|(group, index)| self.groups[group] + index * self.form.stub_bytes())
    }

    /// Which group, and which thunk in it.
    fn place_of(&self, thunk: &'static Thunk) -> Option<(usize, usize)> {
        let address = ptr::from_ref(thunk) as usize;
        let bytes = self.form.group_bytes();
        let group = self.groups.iter().position(|&group| (group..group + bytes).contains(&address))?;
        let data = self.groups[group] + self.form.code_bytes();
        Some((group, (address - data) / size_of::<Thunk>()))
    }

    /// Lets the stub of a thunk for a delegate begin as the runtime's code does that it leads to.
    ///
    /// # Safety
    /// `code` is that code.
    pub(crate) unsafe fn begin_as(&self, thunk: &'static Thunk, code: usize) {
        // SAFETY: the caller's duty; the code of a delegate is longer than that.
        let code = unsafe { (code as *const [u8; CALLBACK_PREFIX_BYTES]).read_unaligned() };
        let (Some(prefix), Some(memory)) = (callback_prefix(code), &self.memory) else { return };
        let Some((group, index)) = self.place_of(thunk).filter(|_| self.form == Form::Callback) else {
            return;
        };
        let Some(file) = memory.own().filter(|_| group >= memory.first_group) else { return };
        let at = group * self.form.code_bytes() + index * self.form.stub_bytes();
        // Without it the thunk works all the same.
        let _ = file.write_all_at(&prefix, at as u64);
    }

    fn new_group(&mut self) -> io::Result<usize> {
        let group = self.map_group()?;
        let written = self.form.stubs(group, self.code).and_then(|stubs| self.write_stubs(group, &stubs));
        if written.is_err() {
            // SAFETY: just mapped, and known to nobody.
            unsafe { libc::munmap(group as *mut _, self.form.group_bytes()) };
        }
        written.map(|()| group)
    }

    fn write_stubs(&mut self, group: usize, stubs: &[u8]) -> io::Result<()> {
        let code_bytes = self.form.code_bytes();
        let offset = self.groups.len() * code_bytes;
        let run = libc::PROT_READ | libc::PROT_EXEC;
        let shared = self
            .memory_with(stubs, offset)
            .and_then(|memory| map(group, code_bytes, run, libc::MAP_FIXED, Some((memory, offset))));
        if shared.is_err() {
            self.memory = None;
            // SAFETY: the group is mapped, writable, and known to nobody yet.
            unsafe { ptr::copy_nonoverlapping(stubs.as_ptr(), group as *mut u8, stubs.len()) };
            // SAFETY: the pages are ours.
            if unsafe { libc::mprotect(group as *mut _, code_bytes, run) } != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }

    /// Memory for a group, near the code of its stubs if there is some.
    fn map_group(&self) -> io::Result<usize> {
        /// Tried at this distance from each other, so many times on either side: within the reach of a jump.
        const STEP: usize = 16 << 20;
        const TRIES: usize = 100;
        let bytes = self.form.group_bytes();
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // Where the last one found room, others will.
        let last = self.groups.last().map(|group| group.saturating_sub(bytes));
        let near = self.code.into_iter().flat_map(|code| {
            let code = code & !(STEP - 1);
            (1..=TRIES).flat_map(move |n| [code.checked_sub(n * STEP), code.checked_add(n * STEP)])
        });
        for place in last.into_iter().chain(near.flatten()) {
            // Kernels before 4.17 take the flag for none, and may choose another place.
            let Ok(group) = map(place, bytes, access, libc::MAP_FIXED_NOREPLACE, None) else { continue };
            if self.code.is_none_or(|code| distance(group, code).is_some()) {
                return Ok(group);
            }
            // SAFETY: just mapped, and known to nobody.
            unsafe { libc::munmap(group as *mut _, bytes) };
        }
        map(0, bytes, access, 0, None)
    }

    /// The file in memory, with these stubs in it.
    fn memory_with(&mut self, stubs: &[u8], offset: usize) -> io::Result<&File> {
        let first_group = self.groups.len();
        if first_group == 0 || self.memory.as_ref().is_some_and(|memory| memory.own().is_none()) {
            let file = OwnFile::new(new_memory_file(c"clrhost-thunks")?)?;
            self.memory = Some(Memory { file, owner: std::process::id(), first_group });
        }
        let memory = self.memory.as_ref().ok_or_else(|| io::Error::other("the kernel refused it before"))?;
        let file = memory.file.get()?;
        file.write_all_at(stubs, offset as u64)?;
        Ok(file)
    }
}

/// How far `to` lies behind `from`, if a jump reaches that, from any place in a group.
fn distance(from: usize, to: usize) -> Option<i32> {
    const ROOM: i64 = 1 << 24;
    let distance = to as i64 - from as i64;
    let reach = i64::from(i32::MIN) + ROOM..i64::from(i32::MAX) - ROOM;
    reach.contains(&distance).then_some(distance as i32)
}

/// What thunks can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThunkMemory {
    /// Files in memory, as they should be.
    File,
    /// Memory that is made executable once it is written, as the system does not let files in memory be executed.
    Plain,
}

/// Tries whether thunks can be made in this process, and of what. The trial takes some memory until the process ends.
///
/// # Errors
/// The system lets no memory be executed that was written before.
pub fn check_thunks() -> io::Result<ThunkMemory> {
    let mut pages = Pages::for_callbacks(None);
    pages.take()?;
    Ok(if pages.memory.is_some() { ThunkMemory::File } else { ThunkMemory::Plain })
}

/// Maps new memory, or part of a file over some that is mapped.
fn map(at: usize, bytes: usize, access: i32, how: i32, file: Option<(&File, usize)>) -> io::Result<usize> {
    let (flags, file, offset) = match file {
        None => (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0),
        Some((file, offset)) => (libc::MAP_SHARED, file.as_raw_fd(), offset),
    };
    // SAFETY: either new memory that replaces none, or over pages of a group that nobody knows yet.
    match unsafe { libc::mmap(at as *mut _, bytes, access, flags | how, file, offset as libc::off_t) } {
        libc::MAP_FAILED => Err(io::Error::last_os_error()),
        address => Ok(address as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[test]
    fn thunks_can_be_made_here() {
        assert!(check_thunks().is_ok());
    }

    #[test]
    fn stubs_and_thunks_find_each_other_across_groups() {
        let mut pages = Pages::for_functions(None);
        let thunks: Vec<_> = (0..PER_GROUP + 2).map(|_| pages.take().unwrap()).collect();
        assert_eq!((pages.groups.len(), pages.in_use()), (2, PER_GROUP + 2));
        for thunk in [thunks[0], thunks[1], thunks[PER_GROUP - 1], thunks[PER_GROUP], thunks[PER_GROUP + 1]] {
            let stub = pages.stub_of(thunk).unwrap();
            assert!(ptr::eq(pages.thunk_at(stub).unwrap(), thunk));
        }
        assert!(pages.thunk_at(stubs_and_thunks_find_each_other_across_groups as fn() as usize).is_none());
    }

    /// Where a stub's jump leads, if it jumps to a fixed place.
    fn jumps_to(stub: usize, prefix: usize) -> Option<usize> {
        // SAFETY: stubs can be read, and are longer than that.
        let code = unsafe { *((stub + prefix) as *const [u8; 12]) };
        let distance = i32::from_le_bytes(code[8..].try_into().unwrap());
        (code[7] == 0xE9).then(|| (stub + prefix + 12).wrapping_add_signed(distance as isize))
    }

    #[test]
    fn stubs_jump_straight_to_code_that_lies_near() {
        unsafe extern "C" fn near() {}
        let code: Code = near;
        for (mut pages, prefix) in
            [(Pages::for_functions(Some(code)), 0), (Pages::for_callbacks(Some(code)), CALLBACK_PREFIX_BYTES)]
        {
            for _ in 0..=PER_GROUP {
                let thunk = pages.take().unwrap();
                let stub = pages.stub_of(thunk).unwrap();
                assert_eq!(jumps_to(stub, prefix), Some(code as usize));
            }
        }
    }

    #[test]
    fn stubs_look_for_code_that_lies_far_away_or_changes() {
        // SAFETY: the address of nothing; never called.
        let far: Code = unsafe { std::mem::transmute(1usize << 60) };
        for code in [Some(far), None] {
            let mut pages = Pages::for_functions(code);
            let thunk = pages.take().unwrap();
            assert_eq!(jumps_to(pages.stub_of(thunk).unwrap(), 0), None);
        }
    }

    /// Code of the runtime's for a delegate: `mov r10, number`, and more.
    fn code_for_a_delegate(number: u8) -> [u8; 16] {
        let mut code = [number; 16];
        code[..2].copy_from_slice(&[0x49, 0xBA]);
        code
    }

    #[test]
    fn a_forked_child_leaves_the_stubs_of_its_parent_alone() {
        let mut pages = Pages::for_callbacks(None);
        let first = pages.take().unwrap();
        for _ in 1..PER_GROUP {
            pages.take().unwrap();
        }
        let stub = pages.stub_of(first).unwrap() as *const [u8; CALLBACK_STUB_BYTES];
        // SAFETY: the stub of a thunk can be read as long as the process runs.
        let read = || unsafe { stub.read_volatile() };
        let before = read();
        // SAFETY: the child calls nothing that takes a lock another thread could have held, but for the allocator, whose lock glibc
        // frees in the child; it does not return.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: begins as that code does, and is long enough.
            unsafe { pages.begin_as(first, code_for_a_delegate(7).as_ptr() as usize) };
            let own = pages.take().ok();
            // SAFETY: as above.
            own.inspect(|own| unsafe { pages.begin_as(own, code_for_a_delegate(8).as_ptr() as usize) });
            let stub = own.and_then(|own| pages.stub_of(own));
            // SAFETY: as for the parent's stub.
            let begins = stub.is_some_and(|stub| unsafe { *(stub as *const [u8; 3]) } == [0x49, 0xBA, 8]);
            // SAFETY: ends the child.
            unsafe { libc::_exit(if begins { 0 } else { 1 }) };
        }
        let mut status = -1;
        // SAFETY: waits for the child that was just made.
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        assert_eq!(status, 0, "the child has a group of its own");
        assert_eq!(read(), before);
        let memory = pages.memory.as_ref().unwrap();
        let written = memory.file.get().unwrap().metadata().unwrap().len();
        assert_eq!(
            written,
            Form::Callback.code_bytes() as u64,
            "the child's group is not in the parent's file"
        );
        // SAFETY: begins as that code does, and is long enough.
        unsafe { pages.begin_as(first, code_for_a_delegate(9).as_ptr() as usize) };
        assert_eq!(read()[..3], [0x49, 0xBA, 9]);
    }

    #[test]
    fn what_is_given_back_is_taken_again() {
        let mut pages = Pages::for_functions(None);
        let first = pages.take().unwrap();
        pages.give_back(first);
        assert_eq!(pages.in_use(), 0);
        assert!(ptr::eq(pages.take().unwrap(), first));
    }

    /// Threads that load a library again at once find it at one place, and none may call where it was.
    #[test]
    fn who_moved_a_thunk_or_finds_it_moved_calls_where_it_leads() {
        let mut pages = Pages::for_functions(None);
        let thunk = pages.take().unwrap();
        let at = |round: usize| (round + 1) << 12;
        let (arrived, stale) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // Both go on at the same moment, which a barrier that sleeps would not let them.
        let meet = |times: usize| {
            arrived.fetch_add(1, SeqCst);
            let mut turns = 0;
            while arrived.load(SeqCst) < 2 * times {
                turns += 1;
                if turns % 4096 == 0 {
                    std::thread::yield_now();
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for round in 0..200_000 {
                        meet(2 * round + 1);
                        thunk.move_to(at(round));
                        let is_stale = thunk.leads_to() != at(round);
                        stale.fetch_add(is_stale.into(), SeqCst);
                        meet(2 * round + 2);
                    }
                });
            }
        });
        assert_eq!(stale.into_inner(), 0);
        assert_eq!(thunk.leads_to(), thunk.address());
    }

    #[test]
    fn no_page_is_writable_and_executable() {
        let mut pages = Pages::for_functions(None);
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
        let data = group + Form::Function.code_bytes();
        assert_eq!((rights(group), rights(data)), ("r-x".to_owned(), "rw-".to_owned()));
        assert!(!maps.lines().any(|line| line.contains("wx")));
    }

    #[test]
    fn stubs_for_delegates_begin_as_the_runtimes_code_does() {
        let mut pages = Pages::for_callbacks(None);
        let thunks: Vec<_> = (0..PER_GROUP + 2).map(|_| pages.take().unwrap()).collect();
        let begin = |thunk: &'static Thunk| {
            let stub = pages.stub_of(thunk).unwrap();
            // SAFETY: stubs can be read and are longer than that.
            unsafe { *(stub as *const [u8; CALLBACK_PREFIX_BYTES]) }
        };
        let (own, foreign) = ([0x49, 0xBA, 1, 2, 3, 4, 5, 6, 7, 8], [0x90; CALLBACK_PREFIX_BYTES]);
        let thunk = thunks[PER_GROUP + 1];
        let before = begin(thunk);
        // SAFETY: both are as long as is looked at.
        unsafe {
            pages.begin_as(thunk, foreign.as_ptr() as usize);
            assert_eq!(begin(thunk), before);
            pages.begin_as(thunk, own.as_ptr() as usize);
        }
        assert_eq!((begin(thunk), begin(thunks[1])), (own, before));
    }
}
