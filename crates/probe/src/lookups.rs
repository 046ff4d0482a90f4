//! The runtime's look-ups of native functions: its calls of `dlsym`.
//!
//! Every P/Invoke passes here once, after the runtime has done all its own searching (names of libraries, resolvers, load
//! contexts), and so does `NativeLibrary.GetExport`. Other code of the runtime looks things up too (ICU, OpenSSL, its own
//! parts); which is which is told by the place in the runtime from which `dlsym` is called. Those two places are learned
//! when the runtime runs, from look-ups that rewritten methods announce (`rewrite::learning`). As long as the place of
//! P/Invokes is not known, a look-up counts as one if a loaded assembly declares a P/Invoke of that name.

use crate::entry::{ErrnoGuard, guarded};
use crate::probe::Probe;
use crate::rewrite::learning::lookup;
use clrhost_abi::Hresult;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

/// Who looks something up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seeker {
    /// A P/Invoke that is about to be called for the first time.
    PInvoke,
    /// Managed code that wants a pointer, by `NativeLibrary.GetExport` or a P/Invoke of `dlsym`.
    Managed,
    /// The place is not known: a P/Invoke, if the name is one's.
    PerhapsPInvoke,
}

/// Places in the runtime that call `dlsym`; 0 until learned.
#[derive(Default)]
pub(crate) struct Places {
    pinvoke: AtomicUsize,
    export: AtomicUsize,
    /// The announced P/Invoke was made, and nobody looked it up.
    not_looked_up: AtomicBool,
}

impl Places {
    /// .NET's own native libraries are part of the program, which finds their functions in a table.
    pub(crate) fn dotnet_is_linked_in(&self) -> bool {
        self.not_looked_up.load(Relaxed)
    }

    fn seeker(&self, place: usize) -> Option<Seeker> {
        let (pinvoke, export) = (self.pinvoke.load(Relaxed), self.export.load(Relaxed));
        if place == pinvoke {
            Some(Seeker::PInvoke)
        } else if place == export {
            Some(Seeker::Managed)
        } else if pinvoke == 0 {
            Some(Seeker::PerhapsPInvoke)
        } else {
            None
        }
    }

    fn set_pinvoke(&self, place: usize) {
        let _ = self.pinvoke.compare_exchange(0, place, Relaxed, Relaxed);
    }

    /// Notes the place of an announced look-up. Only the first time: a later mistake must not undo it.
    fn learn(&self, announced: u8, name: &CStr, place: usize) {
        let (known, other) = match announced {
            // That of `Interop.Sys` which the announcement calls, and nothing that loading its library leads to.
            lookup::PINVOKE if name.to_bytes().starts_with(b"SystemNative_") => (&self.pinvoke, &self.export),
            lookup::EXPORT => (&self.export, &self.pinvoke),
            _ => return,
        };
        if other.load(Relaxed) != place {
            let _ = known.compare_exchange(0, place, Relaxed, Relaxed);
        }
    }
}

thread_local! {
    /// What the calling thread is about to look up, as [`lookup`] has it.
    static ANNOUNCED: Cell<u8> = const { Cell::new(lookup::NONE) };
}

/// What the next look-up on this thread is. Called by rewritten methods in cooperative GC mode.
pub(crate) extern "C" fn announce(look_up: usize) {
    let before = ANNOUNCED.replace(look_up as u8);
    if before == lookup::PINVOKE
        && let Some(places) = Probe::installed().map(Probe::places)
        && places.pinvoke.load(Relaxed) == 0
    {
        places.not_looked_up.store(true, Relaxed);
    }
}

/// The calling thread makes the P/Invoke that was announced, which is none of the program's.
pub(crate) fn is_announced_call() -> bool {
    ANNOUNCED.get() == lookup::PINVOKE
}

/// Looks up a symbol for the runtime, which goes on at `place`, and whose registers and frames lie at `stack` and
/// above.
///
/// # Safety
/// As for `dlsym`.
// SAFETY: called by the assembly that stands in for `dlsym`, with its arguments.
pub(crate) unsafe extern "C" fn looked_up(
    library: *mut c_void,
    name: *const c_char,
    place: usize,
    stack: usize,
) -> *mut c_void {
    // SAFETY: the caller's duty.
    let found = unsafe { libc::dlsym(library, name) };
    if found.is_null() || name.is_null() {
        return found;
    }
    let mut answer = found;
    let _ = guarded("a look-up of a native function", || {
        let _errno = ErrnoGuard::keep();
        // SAFETY: the caller's duty, and it is not null.
        let name = unsafe { CStr::from_ptr(name) };
        let Some(probe) = Probe::installed() else { return Hresult::S_OK };
        let places = probe.places();
        let announced = ANNOUNCED.get();
        if announced != lookup::NONE {
            places.learn(announced, name, place);
        }
        if let Some(seeker) = places.seeker(place) {
            let bound = probe.bind_function(seeker, name, found as usize, stack);
            if seeker == Seeker::PerhapsPInvoke && bound != Some(found as usize) {
                // It was one. (In a program of a single file the announced one is not looked up.)
                places.set_pinvoke(place);
            }
            answer = or_missing(bound, library);
        }
        Hresult::S_OK
    });
    answer
}

/// What `dlsym` gives. A function that is denied is one that is missing, also for `dlerror`.
fn or_missing(found: Option<usize>, library: *mut c_void) -> *mut c_void {
    match found {
        Some(address) => address as *mut c_void,
        // SAFETY: the library is one in which a symbol has just been found, and no symbol has such a name.
        None => unsafe { libc::dlsym(library, c"(the function is denied: clrhost)".as_ptr()) },
    }
}

/// `dlsym` as managed code calls it by a P/Invoke of its own: what it gives is followed as well.
///
/// # Safety
/// As for `dlsym`.
// SAFETY: only the target of a thunk for `dlsym`.
pub(crate) unsafe extern "C" fn managed_looked_up(library: *mut c_void, name: *const c_char) -> *mut c_void {
    // SAFETY: the caller's duty.
    unsafe { followed(libc::dlsym(library, name), library, name) }
}

/// `dlvsym`, likewise.
///
/// # Safety
/// As for `dlvsym`.
// SAFETY: only the target of a thunk for `dlvsym`, which handles other than those of libraries do not reach.
pub(crate) unsafe extern "C" fn managed_looked_up_version(
    library: *mut c_void,
    name: *const c_char,
    version: *const c_char,
) -> *mut c_void {
    // SAFETY: declared as glibc has it.
    unsafe extern "C" {
        fn dlvsym(library: *mut c_void, name: *const c_char, version: *const c_char) -> *mut c_void;
    }
    // SAFETY: the caller's duty.
    unsafe { followed(dlvsym(library, name, version), library, name) }
}

/// What managed code gets for what was found under a name.
///
/// # Safety
/// The name is a C string or null.
// SAFETY: its callers have the name from theirs.
unsafe fn followed(found: *mut c_void, library: *mut c_void, name: *const c_char) -> *mut c_void {
    if found.is_null() || name.is_null() {
        return found;
    }
    let mut answer = found;
    let _ = guarded("a look-up by managed code", || {
        let _errno = ErrnoGuard::keep();
        // SAFETY: the caller's duty, and it is not null.
        let name = unsafe { CStr::from_ptr(name) };
        if let Some(probe) = Probe::installed() {
            answer = or_missing(probe.bind_function(Seeker::Managed, name, found as usize, 0), library);
        }
        Hresult::S_OK
    });
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_learned_once_and_from_what_was_announced() {
        let places = Places::default();
        let harmless = c"SystemNative_GetErrNo";
        assert_eq!(places.seeker(7), Some(Seeker::PerhapsPInvoke));
        places.learn(lookup::PINVOKE, c"DllMain", 6);
        places.learn(lookup::PINVOKE, harmless, 7);
        places.learn(lookup::PINVOKE, harmless, 8);
        assert_eq!((places.seeker(7), places.seeker(8)), (Some(Seeker::PInvoke), None));
        // A P/Invoke of whatever runs inside GetExport.
        places.learn(lookup::EXPORT, c"anything", 7);
        assert_eq!(places.seeker(7), Some(Seeker::PInvoke));
        places.learn(lookup::EXPORT, c"anything", 9);
        assert_eq!(places.seeker(9), Some(Seeker::Managed));
    }
}
