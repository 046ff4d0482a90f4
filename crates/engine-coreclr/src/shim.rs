//! clrhost's own managed part: what can be asked of the runtime only by calling managed code.
//!
//! A small assembly (`shim/Shim.cs`), embedded here and loaded from memory where the runtime can (.NET 8), else from a file
//! that lives until it is loaded. It hands out its functions as one table of pointers. All of them answer HRESULTs.
//!
//! Calling any of them from a thread that the runtime does not know makes it known.

use crate::context::{Context, MethodKind, RuntimeConfigFile};
use crate::error::Error;
use crate::hostfxr::{GET_FUNCTION_POINTER, GetFunctionPointer, LOAD_ASSEMBLY_BYTES, LoadAssemblyBytes};
use crate::os::HostString;
use crate::private_folder::PrivateFolder;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::AtomicU32;

/// Compiled by `cargo xtask shim`, since users of the crate have no C# compiler.
static IMAGE: &[u8] = include_bytes!("../shim/clrhost.shim.dll");
const TYPE: &str = "Clrhost.Shim, clrhost.shim";
const METHOD: &str = "Initialize";

/// The functions of the shim, in the order in which `Initialize` writes them.
#[repr(C)]
#[derive(Clone, Copy)]
struct Table {
    execute: unsafe extern "C" fn(
        *const u16,
        *const u16,
        *const u16,
        *const u16,
        *mut i32,
        *const AtomicU32,
    ) -> i32,
    copy_last_error: unsafe extern "C" fn(*mut u16, i32) -> i32,
    current_thread: unsafe extern "C" fn() -> usize,
    release_thread: unsafe extern "C" fn(usize) -> i32,
    abort: unsafe extern "C" fn(usize) -> i32,
    nudge: unsafe extern "C" fn(usize, usize) -> i32,
    wake: unsafe extern "C" fn(usize) -> i32,
    set_culture: unsafe extern "C" fn(i32, i32) -> i32,
    collect: unsafe extern "C" fn(i32) -> i32,
    memory: unsafe extern "C" fn(*mut i64) -> i32,
    allocated: unsafe extern "C" fn(*mut i64) -> i32,
}

/// The managed part, loaded. Its functions stay in place until the process ends.
#[derive(Clone, Copy)]
pub struct Shim {
    table: Table,
}

/// What the runtime's collector tells; sizes in bytes, -1 where the runtime does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryNumbers {
    /// Collections of generations 0, 1 and 2, each with those of the older ones in it.
    pub collections: [i64; 3],
    /// Committed to the managed heap.
    pub committed: i64,
    /// Moved to an older generation in the last collection.
    pub promoted: i64,
    /// Size of the managed heap at the last collection.
    pub heap: i64,
    /// What the collector may use.
    pub available: i64,
}

/// `component_entry_point_fn`.
type ComponentEntryPoint = unsafe extern "system" fn(*mut c_void, i32) -> i32;

impl Shim {
    /// Starts the runtime of this context and loads the managed part into it.
    pub fn load(context: &Context<RuntimeConfigFile>) -> Result<Shim, Error> {
        match context.delegate(LOAD_ASSEMBLY_BYTES) {
            Ok(load) => {
                // SAFETY: for this number hostfxr gives a function of this type.
                let load = unsafe { std::mem::transmute::<ptr::NonNull<c_void>, LoadAssemblyBytes>(load) };
                Self::from_memory(context, load)
            }
            // Runtimes before .NET 8 do not know the number. Whatever else was wrong comes again.
            Err(_) => Self::from_file(context),
        }
    }

    /// The same in the runtime of an app, which is started but does not run the app yet. Needs .NET 8.
    pub fn load_for_app(context: &Context<crate::CommandLine>) -> Result<Shim, Error> {
        let load = context.delegate(LOAD_ASSEMBLY_BYTES)?;
        // SAFETY: for this number hostfxr gives a function of this type.
        let load = unsafe { std::mem::transmute::<ptr::NonNull<c_void>, LoadAssemblyBytes>(load) };
        Self::from_memory(context, load)
    }

    fn from_memory<Kind>(context: &Context<Kind>, load: LoadAssemblyBytes) -> Result<Shim, Error> {
        let null = ptr::null_mut();
        // SAFETY: the image is `len` bytes, without symbols; the runtime copies it. The last two must be null.
        let loaded = unsafe { load(IMAGE.as_ptr().cast(), IMAGE.len(), ptr::null(), 0, null, null) };
        succeed(loaded)?;
        let get = context.delegate(GET_FUNCTION_POINTER)?;
        // SAFETY: for this number hostfxr gives a function of this type.
        let get = unsafe { std::mem::transmute::<ptr::NonNull<c_void>, GetFunctionPointer>(get) };
        let text = |text: &str| HostString::new(text).ok_or(Error::NulInside { what: "type name" });
        let (type_name, method) = (text(TYPE)?, text(METHOD)?);
        let mut initialize = ptr::null_mut();
        // SAFETY: both strings end in NUL and live on; a null delegate type stands for the default signature; the pointer
        // is ours to write to.
        let got =
            unsafe { get(type_name.as_ptr(), method.as_ptr(), ptr::null(), null, null, &mut initialize) };
        succeed(got)?;
        Self::initialize(initialize)
    }

    fn from_file(context: &Context<RuntimeConfigFile>) -> Result<Shim, Error> {
        // When this goes, the runtime has mapped the file.
        let folder = PrivateFolder::new().map_err(|source| Error::read(&std::env::temp_dir(), source))?;
        let path = folder.path().join("clrhost.shim.dll");
        std::fs::write(&path, IMAGE).map_err(|source| Error::read(&path, source))?;
        let function =
            context.load_assembly_and_get_function_pointer(&path, TYPE, METHOD, MethodKind::Component)?;
        Self::initialize(function)
    }

    fn initialize(initialize: *const c_void) -> Result<Shim, Error> {
        // SAFETY: asked for with the default signature, which is this type's.
        let initialize = unsafe { std::mem::transmute::<*const c_void, ComponentEntryPoint>(initialize) };
        let mut table = std::mem::MaybeUninit::<Table>::uninit();
        // SAFETY: `Initialize` writes as many pointers as fit the size, and refuses any other size than its own.
        let done = unsafe { initialize(table.as_mut_ptr().cast(), size_of::<Table>() as i32) };
        succeed(done)?;
        // SAFETY: success says that every entry was written, in the order of `Table`.
        Ok(Shim { table: unsafe { table.assume_init() } })
    }

    /// Calls `static int METHOD(string)` of this assembly on the calling thread. `Err` carries the HRESULT.
    ///
    /// `gate` tells whether the thread may be aborted: 0 not, 1 it may, 2 it is being aborted. It is raised from 0 to 1
    /// while the thread is where an abort is caught; who aborts the thread first raises it from 1 to 2.
    pub fn execute(
        &self,
        assembly: &[u16],
        type_name: &[u16],
        method: &[u16],
        argument: Option<&[u16]>,
        gate: Option<&AtomicU32>,
    ) -> Result<i32, i32> {
        let texts = [assembly, type_name, method].map(terminated);
        let argument = argument.map(terminated);
        let argument = argument.as_ref().map_or(ptr::null(), |argument| argument.as_ptr());
        let mut answer = 0;
        let [assembly, type_name, method] = texts.each_ref().map(|text| text.as_ptr());
        let gate = gate.map_or(ptr::null(), ptr::from_ref);
        // SAFETY: all texts end in NUL and live on; null stands for no argument and no gate; `answer` is ours to write to.
        let done = unsafe { (self.table.execute)(assembly, type_name, method, argument, &mut answer, gate) };
        if done == 0 { Ok(answer) } else { Err(done) }
    }

    /// What the last failure on the calling thread was about, in .NET's words.
    pub fn last_error(&self) -> String {
        let mut text = vec![0u16; 4096];
        // SAFETY: the buffer has room for as many units as are said.
        let length = unsafe { (self.table.copy_last_error)(text.as_mut_ptr(), text.len() as i32) };
        String::from_utf16_lossy(&text[..(length.max(0) as usize).min(text.len())])
    }

    /// A handle on the managed object of the calling thread; 0 if there is none. To be given back by
    /// [`release_thread`](Self::release_thread).
    pub fn current_thread(&self) -> usize {
        // SAFETY: takes nothing.
        unsafe { (self.table.current_thread)() }
    }

    /// Gives a handle back.
    pub fn release_thread(&self, thread: ThreadHandle) -> Result<(), i32> {
        // SAFETY: the handle is one, by its type.
        answered(unsafe { (self.table.release_thread)(thread.0) })
    }

    /// Aborts a thread. Returns when the thread has taken the abort or has ended, which can be long.
    pub fn abort(&self, thread: ThreadHandle) -> Result<(), i32> {
        // SAFETY: the handle is one, by its type.
        answered(unsafe { (self.table.abort)(thread.0) })
    }

    /// Wakes a thread that is being aborted out of a managed wait. `Ok(true)` once it cannot return to managed code any more without
    /// taking the abort. `aborter` is the thread that is inside of [`abort`](Self::abort) for it.
    pub fn nudge(&self, thread: ThreadHandle, aborter: ThreadHandle) -> Result<bool, i32> {
        // SAFETY: the handles are some, by their type.
        yes_or_no(unsafe { (self.table.nudge)(thread.0, aborter.0) })
    }

    /// Interrupts a thread that is in a managed wait; `Ok(false)` if it is in none.
    pub fn wake(&self, thread: ThreadHandle) -> Result<bool, i32> {
        // SAFETY: the handle is one, by its type.
        yes_or_no(unsafe { (self.table.wake)(thread.0) })
    }

    /// Sets the culture of the calling thread.
    pub fn set_culture(&self, lcid: u32, for_user_interface: bool) -> Result<(), i32> {
        // SAFETY: takes numbers.
        answered(unsafe { (self.table.set_culture)(lcid as i32, for_user_interface.into()) })
    }

    /// Collects this generation and the younger ones; `None` for all.
    pub fn collect(&self, generation: Option<u32>) -> Result<(), i32> {
        let generation = generation.map_or(-1, |generation| i32::try_from(generation).unwrap_or(i32::MAX));
        // SAFETY: takes a number.
        answered(unsafe { (self.table.collect)(generation) })
    }

    /// What the collector tells of itself.
    pub fn memory(&self) -> Result<MemoryNumbers, i32> {
        let mut numbers = [0i64; 7];
        // SAFETY: the function writes seven numbers.
        answered(unsafe { (self.table.memory)(numbers.as_mut_ptr()) })?;
        let [zero, one, two, committed, promoted, heap, available] = numbers;
        Ok(MemoryNumbers { collections: [zero, one, two], committed, promoted, heap, available })
    }

    /// Bytes that the calling thread has allocated so far.
    pub fn allocated(&self) -> Result<i64, i32> {
        let mut bytes = 0;
        // SAFETY: the function writes one number.
        answered(unsafe { (self.table.allocated)(&mut bytes) })?;
        Ok(bytes)
    }
}

/// A handle on a managed thread object (a `GCHandle`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadHandle(usize);

impl ThreadHandle {
    /// Takes a number for a handle.
    ///
    /// # Safety
    /// The number came from [`Shim::current_thread`] or from `GCHandle.ToIntPtr` for a `Thread`, is not 0, and is not given
    /// back as long as the value is used.
    pub unsafe fn new(handle: usize) -> ThreadHandle {
        ThreadHandle(handle)
    }
}

fn terminated(text: &[u16]) -> Vec<u16> {
    // What follows a NUL would be lost on the way.
    text.iter().copied().take_while(|&unit| unit != 0).chain([0]).collect()
}

fn answered(hresult: i32) -> Result<(), i32> {
    if hresult == 0 { Ok(()) } else { Err(hresult) }
}

/// `S_OK` or `S_FALSE`.
fn yes_or_no(hresult: i32) -> Result<bool, i32> {
    match hresult {
        0 => Ok(true),
        1 => Ok(false),
        failure => Err(failure),
    }
}

fn succeed(hresult: i32) -> Result<(), Error> {
    if hresult >= 0 { Ok(()) } else { Err(Error::NoShim { hresult: hresult as u32 }) }
}
