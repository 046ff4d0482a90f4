//! The program's native library, seen from the host: the counts, and the memory by which both tell each other what to do.
//! `fixtures/native/endurance/counted.h` has the same layouts.

use std::error::Error;
use std::ffi::{CStr, CString, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};

/// How a row of the report is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A P/Invoke: by method and symbol.
    Declared,
    /// The same in cooperative GC mode, of which no host is told.
    Suppressed,
    /// A pointer that a delegate was made from: by symbol, where the source knows it, else by the delegate's type.
    ByDelegate,
    /// A pointer that is called by `calli`: by symbol.
    ByPointer,
    /// Called by native code: by method.
    Callback,
}

/// How often a function was called, as it counts itself.
#[derive(Clone, Debug)]
pub struct Count {
    pub method: String,
    pub symbol: Option<String>,
    pub kind: Kind,
    pub calls: u64,
}

#[repr(C)]
struct Counter {
    method: *const c_char,
    symbol: *const c_char,
    kind: i64,
    calls: AtomicI64,
}

// SAFETY: the texts are constants of the library, which stays loaded, and the number is atomic.
unsafe impl Sync for Counter {}

/// A crossing that took longer than the bound. Times in nanoseconds.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct SlowCrossing {
    /// Beginning and end, of CLOCK_MONOTONIC.
    pub began: i64,
    pub ended: i64,
    /// CPU time of the thread.
    pub on_processor: i64,
    /// Ready to run, and without a processor.
    pub waited: i64,
    pub minor_faults: i64,
    pub major_faults: i64,
    /// Switches of context that the thread made, and that were made to it.
    pub gave_up: i64,
    pub preempted: i64,
    pub is_callback: i64,
    pub thread: i64,
}

/// `struct control`.
#[repr(C)]
pub struct Control {
    request: AtomicI32,
    state: AtomicI32,
    bound: AtomicI64,
    measured: AtomicI64,
    slow: AtomicI64,
    committed: AtomicI64,
    live: AtomicI64,
    collections: [AtomicI64; 3],
    aborted: AtomicI64,
    threads: AtomicI64,
    failures: AtomicI64,
}

/// What the program is to do.
#[derive(Clone, Copy, Debug)]
pub enum Request {
    Run = 0,
    Pause = 1,
    End = 2,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Begins,
    Runs,
    IsPaused,
    HasEnded,
    CannotPause,
}

/// As many as the library keeps.
const KEPT_SLOW: usize = 4096;

/// The library, which stays loaded.
pub struct Endurance {
    counters: &'static [Counter],
    control: &'static Control,
    take_slow: unsafe extern "C" fn(*mut SlowCrossing) -> i32,
}

impl Endurance {
    /// Loads the library that lies beside the program; the runtime gets the same one later.
    pub fn load(program: &Path) -> Result<Endurance, Box<dyn Error>> {
        let path = program.with_file_name("libfixture_endurance.so");
        let name = CString::new(path.as_os_str().as_bytes())?;
        // SAFETY: its initialisers only set its own memory. It is never unloaded, as pointers into it are kept.
        let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
        if library.is_null() {
            return Err(
                format!("{} cannot be loaded; `cargo xtask fixtures` makes it", path.display()).into()
            );
        }
        let find = |symbol: &CStr| {
            // SAFETY: a library that stays loaded, and a C string.
            let found = unsafe { libc::dlsym(library, symbol.as_ptr()) };
            let missing = || format!("{} has no {}", path.display(), symbol.to_string_lossy());
            NonNull::new(found).map(NonNull::as_ptr).ok_or_else(missing)
        };
        let (counters, shared, take_slow) =
            (find(c"en_counters")?, find(c"en_shared")?, find(c"en_take_slow")?);
        // SAFETY: these are the types that the sources of the library say; its memory is static, and what changes in it is atomic.
        unsafe {
            let counters = std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut i32) -> *const Counter>(
                counters,
            );
            let shared = std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *const Control>(shared);
            let mut length = 0;
            let first = counters(&mut length);
            let length = usize::try_from(length)?;
            Ok(Endurance {
                counters: std::slice::from_raw_parts(first, length),
                control: &*shared(),
                take_slow: std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut SlowCrossing) -> i32>(
                    take_slow,
                ),
            })
        }
    }

    /// The counts as they are now.
    pub fn counts(&self) -> Vec<Count> {
        let text = |text: *const c_char| {
            // SAFETY: null or a constant of the library's.
            (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
        };
        let count = |counter: &Counter| Count {
            method: text(counter.method).unwrap_or_default(),
            symbol: text(counter.symbol),
            kind: match counter.kind {
                0 => Kind::Declared,
                1 => Kind::Suppressed,
                2 => Kind::ByDelegate,
                3 => Kind::ByPointer,
                _ => Kind::Callback,
            },
            calls: counter.calls.load(Ordering::Acquire) as u64,
        };
        self.counters.iter().map(count).collect()
    }

    /// The crossings that were slow since this was last asked.
    pub fn take_slow(&self) -> Vec<SlowCrossing> {
        let mut taken = vec![SlowCrossing::default(); KEPT_SLOW];
        // SAFETY: there is room for all that it keeps.
        let length = unsafe { (self.take_slow)(taken.as_mut_ptr()) };
        taken.truncate(usize::try_from(length).unwrap_or(0));
        taken
    }

    pub fn request(&self, request: Request) {
        self.control.request.store(request as i32, Ordering::Release);
    }

    pub fn state(&self) -> State {
        match self.control.state.load(Ordering::Acquire) {
            0 => State::Begins,
            1 => State::Runs,
            2 => State::IsPaused,
            3 => State::HasEnded,
            _ => State::CannotPause,
        }
    }

    /// From how many nanoseconds on crossings are kept.
    pub fn set_bound(&self, nanoseconds: i64) {
        self.control.bound.store(nanoseconds, Ordering::Relaxed);
    }

    /// Crossings that were measured, and those above the bound.
    pub fn measured(&self) -> (u64, u64) {
        (get(&self.control.measured), get(&self.control.slow))
    }

    /// Bytes: committed to the managed heap; live after the last full collection of a pause.
    pub fn heap(&self) -> (u64, u64) {
        (get(&self.control.committed), get(&self.control.live))
    }

    /// Collections of generations 0, 1 and 2.
    pub fn collections(&self) -> [u64; 3] {
        [0, 1, 2].map(|generation| get(&self.control.collections[generation]))
    }

    /// Workers that an abort ended, and all that there were.
    pub fn workers(&self) -> (u64, u64) {
        (get(&self.control.aborted), get(&self.control.threads))
    }

    /// Checks of the program that failed.
    pub fn failures(&self) -> u64 {
        get(&self.control.failures)
    }
}

fn get(number: &AtomicI64) -> u64 {
    number.load(Ordering::Relaxed) as u64
}
