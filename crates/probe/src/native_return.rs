//! Whether the runtime holds a thread as native code returns to managed code.
//!
//! Compiled code calls a helper of the runtime's for that, which nothing else calls. Code that was compiled ahead of time returns in
//! another way, which is not known here.
//!
//! The helper has no name. It is known by the instructions after its only call: it alone keeps just what functions return. What comes
//! from managed code keeps arguments, and the end of a changed return address keeps all registers.

use crate::arch::{END_OF_CHANGED_RETURN, END_OF_NATIVE_RETURN};
use crate::native_symbol::executable_part;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::sync::OnceLock;

// SAFETY: declared as the unwinder of the C++ ABI has them; Rust's standard library links it.
unsafe extern "C" {
    fn _Unwind_Backtrace(
        note: unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        of: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

/// Where both go on after their calls.
struct Ends {
    native_return: usize,
    /// The unwinder must not go on from there: the information that the runtime has for it is wrong (8.0.4), and leads anywhere.
    changed_return: usize,
}

static ENDS: OnceLock<Option<Ends>> = OnceLock::new();

/// Looks for the helper in the library that has this code. It is not found where it is not the one that is known here.
pub(crate) fn find(code: usize) {
    // SAFETY: a part of the runtime's image, which is never unloaded, that can be run can be read.
    ENDS.get_or_init(|| unsafe { ends_in(executable_part(code)?) });
}

/// # Safety
/// `part` can be read.
unsafe fn ends_in(part: Range<usize>) -> Option<Ends> {
    let find = |part: Range<usize>, bytes: &[u8]| {
        // SAFETY: the caller's duty.
        let found = unsafe {
            libc::memmem(part.start as *const c_void, part.len(), bytes.as_ptr().cast(), bytes.len())
        };
        (!found.is_null()).then_some(found as usize)
    };
    let only = |bytes: &[u8]| {
        let found = find(part.clone(), bytes)?;
        find(found + 1..part.end, bytes).is_none().then_some(found)
    };
    Some(Ends { native_return: only(&END_OF_NATIVE_RETURN)?, changed_return: only(&END_OF_CHANGED_RETURN)? })
}

/// The calling thread is in the helper. To be called where the runtime holds it.
pub(crate) fn is_in_native_return() -> bool {
    let Some(Some(ends)) = ENDS.get() else { return false };
    let mut walk = Walk { ends, native_return: false };
    // SAFETY: `note` takes what it is given, which outlives the call. Native frames have what the unwinder needs, but for one, where it
    // is stopped; from managed code it does not know how to go on.
    unsafe { _Unwind_Backtrace(note, (&raw mut walk).cast()) };
    walk.native_return
}

struct Walk {
    ends: &'static Ends,
    native_return: bool,
}

/// # Safety
/// `context` is the unwinder's, and `walk` a [`Walk`].
// SAFETY: only called by the unwinder, above.
unsafe extern "C" fn note(context: *mut c_void, walk: *mut c_void) -> c_int {
    /// `_URC_NO_REASON`, and any other code.
    const GO_ON: c_int = 0;
    const STOP: c_int = 4;
    // SAFETY: the caller's duty.
    let (walk, at) = unsafe { (&mut *walk.cast::<Walk>(), _Unwind_GetIP(context)) };
    walk.native_return = at == walk.ends.native_return;
    if walk.native_return || at == walk.ends.changed_return { STOP } else { GO_ON }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find_in(code: &[&[u8]]) -> Option<(usize, usize)> {
        let code = code.concat();
        let part = code.as_ptr_range();
        // SAFETY: the bytes of a slice.
        let ends = unsafe { ends_in(part.start as usize..part.end as usize) }?;
        Some((ends.native_return - part.start as usize, ends.changed_return - part.start as usize))
    }

    #[test]
    fn a_helper_is_known_only_where_there_is_one() {
        let (native, changed) = (&END_OF_NATIVE_RETURN[..], &END_OF_CHANGED_RETURN[..]);
        assert_eq!(find_in(&[b"..", native, b"...", changed]), Some((2, 5 + native.len())));
        assert_eq!(find_in(&[changed, native]), Some((changed.len(), 0)));
        assert_eq!(find_in(&[native, changed, b".", native]), None);
        assert_eq!(find_in(&[native, changed, changed]), None);
        assert_eq!(find_in(&[native]), None);
        assert_eq!(find_in(&[changed]), None);
        assert_eq!(find_in(&[]), None);
    }

    #[test]
    fn code_that_no_helper_called_is_in_none() {
        let ends = Box::leak(Box::new(Ends { native_return: 1, changed_return: 2 }));
        let mut walk = Walk { ends, native_return: false };
        // SAFETY: as in `is_in_native_return`.
        unsafe { _Unwind_Backtrace(note, (&raw mut walk).cast()) };
        assert!(!walk.native_return);
    }
}
