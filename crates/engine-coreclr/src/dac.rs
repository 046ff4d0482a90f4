//! What the runtime knows of any of its threads, read by its debugging library (the DAC) in the process itself.
//!
//! `libmscordaccore.so` lies beside the runtime and reads its structures through functions of ours, which read our own
//! memory in a way that fails instead of crashing. Nothing is suspended, so a number is one of a moment. The layouts below are
//! those of .NET 8, where they were tried.

use std::ffi::{CString, c_void};
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, PoisonError};

/// The debugging library over this process.
pub struct Dac {
    /// `IXCLRDataProcess` and `ISOSDacInterface`, which are not made for several threads at a time.
    interfaces: Mutex<Interfaces>,
}

struct Interfaces {
    process: *mut c_void,
    sos: *mut c_void,
}

// SAFETY: the objects belong to no thread; the lock keeps their calls apart.
unsafe impl Send for Interfaces {}

/// A thread as the runtime knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DacThread {
    /// Bytes it has allocated.
    pub allocated: u64,
    /// Monitors it owns that other threads have met it on, or whose objects needed a record for another reason; a monitor that
    /// nobody else wanted is not among them.
    pub monitors: usize,
}

#[repr(C)]
#[derive(Default)]
struct ThreadStore {
    counts: [i32; 5],
    first: u64,
    others: [u64; 2],
    configuration: u32,
}

#[repr(C)]
#[derive(Default)]
struct ThreadData {
    managed_id: u32,
    os_id: u32,
    state: i32,
    preemptive: u32,
    allocation_pointer: u64,
    allocation_limit: u64,
    context: [u64; 3],
    lock_count: u32,
    nested: [u64; 4],
    next: u64,
}

#[repr(C)]
#[derive(Default)]
struct Allocated {
    small: u64,
    large: u64,
}

#[repr(C)]
#[derive(Default)]
struct SyncBlock {
    object: u64,
    is_free: i32,
    pointer: u64,
    com: u32,
    held: u32,
    recursion: u32,
    holder: u64,
    waiting: u32,
    domain: u64,
    count: u32,
}

mod slot {
    pub(super) const FLUSH: usize = 3;
    pub(super) const THREAD_STORE: usize = 3;
    pub(super) const THREAD: usize = 17;
    pub(super) const SYNC_BLOCK: usize = 59;
    pub(super) const ALLOCATED: usize = 81;
}

#[repr(C)]
#[derive(PartialEq, Eq)]
struct Guid(u32, u16, u16, [u8; 8]);

const IUNKNOWN: Guid = Guid(0, 0, 0, [0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
const ICLR_DATA_TARGET: Guid =
    Guid(0x3E11_CCEE, 0xD08B, 0x43E5, [0xAF, 0x01, 0x32, 0x71, 0x7A, 0x64, 0xDA, 0x03]);
const IXCLR_DATA_PROCESS: Guid =
    Guid(0x5C55_2AB6, 0xFC09, 0x4CB3, [0x8E, 0x36, 0x22, 0xFA, 0x03, 0xC7, 0x98, 0xB7]);
const ISOS_DAC_INTERFACE: Guid =
    Guid(0x436F_00F2, 0xB42A, 0x4B9F, [0x87, 0x0C, 0xE7, 0x3D, 0xB6, 0x6A, 0xE9, 0x30]);

/// How many threads and locks are looked at; a list in memory that changes meanwhile might be a circle.
const LIMIT: u32 = 100_000;

impl Dac {
    /// Loads the library of the runtime in this folder. `None` if it has none, or it does not work.
    pub fn load(folder: &Path) -> Option<Dac> {
        let path =
            CString::new(folder.join("libmscordaccore.so").into_os_string().into_encoded_bytes()).ok()?;
        IMAGE_BASE.set(image_base(&folder.join("libcoreclr.so"))?).ok()?;
        let mut process = ptr::null_mut();
        let mut sos = ptr::null_mut();
        // SAFETY: the path is a C string, and the library stays loaded. DllMain and CLRDataCreateInstance have these types;
        // the target lives as long as the process.
        unsafe {
            let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            if library.is_null() {
                return None;
            }
            let main = libc::dlsym(library, c"DllMain".as_ptr());
            let create = libc::dlsym(library, c"CLRDataCreateInstance".as_ptr());
            if main.is_null() || create.is_null() {
                return None;
            }
            let main: unsafe extern "C" fn(*mut c_void, u32, *mut c_void) -> i32 = std::mem::transmute(main);
            main(ptr::null_mut(), 1, ptr::null_mut());
            let create: unsafe extern "C" fn(*const Guid, *const Target, *mut *mut c_void) -> i32 =
                std::mem::transmute(create);
            if create(&IXCLR_DATA_PROCESS, &TARGET, &mut process) < 0 {
                return None;
            }
            let query: unsafe extern "C" fn(*mut c_void, *const Guid, *mut *mut c_void) -> i32 =
                std::mem::transmute(method(process, 0));
            if query(process, &ISOS_DAC_INTERFACE, &mut sos) < 0 {
                return None;
            }
        }
        Some(Dac { interfaces: Mutex::new(Interfaces { process, sos }) })
    }

    /// What the runtime knows of the thread with this number of the operating system's.
    pub fn thread(&self, os_id: u64) -> Option<DacThread> {
        let interfaces = self.interfaces.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the slots have these types, and each gets room for what it writes.
        unsafe {
            let flush: unsafe extern "C" fn(*mut c_void) -> i32 =
                std::mem::transmute(method(interfaces.process, slot::FLUSH));
            flush(interfaces.process);
            let mut store = ThreadStore::default();
            interfaces.read_first(slot::THREAD_STORE, &mut store)?;
            let mut address = store.first;
            for _ in 0..LIMIT {
                if address == 0 {
                    return None;
                }
                let mut data = ThreadData::default();
                interfaces.read(slot::THREAD, address, &mut data)?;
                if u64::from(data.os_id) == os_id {
                    let mut bytes = Allocated::default();
                    interfaces.read(slot::ALLOCATED, address, &mut bytes)?;
                    let unused = data.allocation_limit.saturating_sub(data.allocation_pointer);
                    let allocated = (bytes.small + bytes.large).saturating_sub(unused);
                    return Some(DacThread { allocated, monitors: interfaces.monitors_of(address) });
                }
                address = data.next;
            }
        }
        None
    }
}

impl Interfaces {
    /// Monitors with a record of their own that this thread owns.
    ///
    /// # Safety
    /// The interfaces are alive.
    unsafe fn monitors_of(&self, thread: u64) -> usize {
        let mut block = SyncBlock::default();
        // SAFETY: the slot takes a number and has room for what it writes. The first block tells how many there are.
        let Some(()) = (unsafe { self.read(slot::SYNC_BLOCK, 1, &mut block) }) else { return 0 };
        let count = block.count.min(LIMIT);
        let owned = |number: &u32| {
            let mut block = SyncBlock::default();
            // SAFETY: as above.
            let read = unsafe { self.read(slot::SYNC_BLOCK, u64::from(*number), &mut block) };
            read.is_some() && block.is_free == 0 && block.holder == thread
        };
        (1..=count).filter(owned).count()
    }

    /// # Safety
    /// The slot of ISOSDacInterface takes no argument but room for a `T`.
    unsafe fn read_first<T>(&self, slot: usize, data: &mut T) -> Option<()> {
        // SAFETY: the caller's duty.
        unsafe {
            let read: unsafe extern "C" fn(*mut c_void, *mut T) -> i32 =
                std::mem::transmute(method(self.sos, slot));
            (read(self.sos, data) >= 0).then_some(())
        }
    }

    /// # Safety
    /// The slot of ISOSDacInterface takes a number and room for a `T`.
    unsafe fn read<T>(&self, slot: usize, argument: u64, data: &mut T) -> Option<()> {
        // SAFETY: the caller's duty.
        unsafe {
            let read: unsafe extern "C" fn(*mut c_void, u64, *mut T) -> i32 =
                std::mem::transmute(method(self.sos, slot));
            (read(self.sos, argument, data) >= 0).then_some(())
        }
    }
}

/// # Safety
/// `object` is a COM object whose table has this slot.
unsafe fn method(object: *mut c_void, slot: usize) -> *const c_void {
    // SAFETY: the caller's duty.
    unsafe { *(*object.cast::<*const *const c_void>()).add(slot) }
}

static IMAGE_BASE: std::sync::OnceLock<u64> = std::sync::OnceLock::new();

/// Where a library was loaded: its lowest mapping, as its first segment begins with the file.
fn image_base(library: &Path) -> Option<u64> {
    let library = std::fs::canonicalize(library).ok()?;
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let own = |line: &&str| line.ends_with(&*library.to_string_lossy());
    let start = |line: &str| u64::from_str_radix(line.split('-').next()?, 16).ok();
    maps.lines().filter(own).filter_map(start).min()
}

/// `ICLRDataTarget` over our own memory.
#[repr(C)]
struct Target {
    vtbl: &'static Vtbl,
}

#[repr(transparent)]
struct Vtbl([*const c_void; 40]);
// SAFETY: addresses of functions.
unsafe impl Sync for Vtbl {}

static VTBL: Vtbl = Vtbl({
    let mut slots = [not_implemented as *const c_void; 40];
    slots[0] = query_interface as *const c_void;
    slots[1] = count as *const c_void;
    slots[2] = count as *const c_void;
    slots[3] = machine_type as *const c_void;
    slots[4] = pointer_size as *const c_void;
    slots[5] = get_image_base as *const c_void;
    slots[6] = read_virtual as *const c_void;
    slots[10] = current_thread as *const c_void;
    slots
});
static TARGET: Target = Target { vtbl: &VTBL };

const S_OK: i32 = 0;
const E_FAIL: i32 = 0x8000_4005_u32 as i32;
const E_NOINTERFACE: i32 = 0x8000_4002_u32 as i32;
const E_NOTIMPL: i32 = 0x8000_4001_u32 as i32;

extern "C" fn not_implemented() -> i32 {
    E_NOTIMPL
}

extern "C" fn count() -> u32 {
    1
}

// SAFETY: the library passes room for a pointer.
unsafe extern "C" fn query_interface(this: *mut c_void, iid: *const Guid, object: *mut *mut c_void) -> i32 {
    // SAFETY: the caller's duty.
    unsafe {
        let known = *iid == ICLR_DATA_TARGET || *iid == IUNKNOWN;
        *object = if known { this } else { ptr::null_mut() };
        if known { S_OK } else { E_NOINTERFACE }
    }
}

// SAFETY: the library passes room for a number, here and below.
unsafe extern "C" fn machine_type(_: *mut c_void, kind: *mut u32) -> i32 {
    const IMAGE_FILE_MACHINE_AMD64: u32 = 0x8664;
    const IMAGE_FILE_MACHINE_ARM64: u32 = 0xAA64;
    // SAFETY: the caller's duty.
    unsafe {
        *kind =
            if cfg!(target_arch = "aarch64") { IMAGE_FILE_MACHINE_ARM64 } else { IMAGE_FILE_MACHINE_AMD64 };
    }
    S_OK
}

// SAFETY: as above.
unsafe extern "C" fn pointer_size(_: *mut c_void, size: *mut u32) -> i32 {
    // SAFETY: the caller's duty.
    unsafe { *size = size_of::<usize>() as u32 };
    S_OK
}

/// Asked for libcoreclr.so alone.
// SAFETY: as above.
unsafe extern "C" fn get_image_base(_: *mut c_void, _: *const u16, base: *mut u64) -> i32 {
    // SAFETY: the caller's duty.
    unsafe { *base = IMAGE_BASE.get().copied().unwrap_or(0) };
    if IMAGE_BASE.get().is_some() { S_OK } else { E_FAIL }
}

// SAFETY: the library passes room for so many bytes, and for a number or null.
unsafe extern "C" fn read_virtual(
    _: *mut c_void,
    address: u64,
    buffer: *mut c_void,
    size: u32,
    done: *mut u32,
) -> i32 {
    let local = libc::iovec { iov_base: buffer, iov_len: size as usize };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: size as usize };
    // SAFETY: the buffer has room by the caller's duty; an address that is not mapped makes the call fail.
    let read = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    // SAFETY: the caller's duty, and not null.
    unsafe {
        if !done.is_null() {
            *done = read.max(0) as u32;
        }
    }
    if read > 0 { S_OK } else { E_FAIL }
}

// SAFETY: the library passes room for a number.
unsafe extern "C" fn current_thread(_: *mut c_void, thread: *mut u32) -> i32 {
    // SAFETY: gettid has no precondition; the rest is the caller's duty.
    unsafe { *thread = libc::gettid() as u32 };
    S_OK
}
