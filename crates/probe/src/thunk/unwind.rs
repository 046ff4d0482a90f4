//! What an unwinder calls for the frame of a thunk: the bracket is closed when an exception of C++, or the end of the thread
//! by `pthread_exit` or cancellation, passes.

use crate::arch::thunk::{BRACKET_REGISTER, is_in_thunk};
use crate::thunk::hooks::unwound;
use std::ffi::{c_int, c_void};

const CLEANUP_PHASE: c_int = 2;
/// No exception: `pthread_exit` or cancellation.
const FORCE_UNWIND: c_int = 8;
const CONTINUE_UNWIND: c_int = 8;

// SAFETY: declared as the unwinder of the C++ ABI has them; Rust's standard library links it.
unsafe extern "C" {
    fn _Unwind_GetGR(context: *mut c_void, register: c_int) -> usize;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

/// The personality routine of thunks (Itanium C++ ABI, "Exception Handling", 1.6.2). Never stops the unwinding.
///
/// # Safety
/// `context` is the unwinder's, for a frame of a thunk.
// SAFETY: only named in the unwind information of thunks.
pub(crate) unsafe extern "C" fn personality(
    _version: c_int,
    actions: c_int,
    _class: u64,
    _exception: *mut c_void,
    context: *mut c_void,
) -> c_int {
    // SAFETY: the caller's duty. Frames can be unwound only at the call of the function, where the register holds the
    // bracket: neither `open` nor `close` lets anything out.
    unsafe {
        if actions & CLEANUP_PHASE != 0 && is_in_thunk(_Unwind_GetIP(context)) {
            unwound(_Unwind_GetGR(context, BRACKET_REGISTER) as u64, actions & FORCE_UNWIND != 0);
        }
    }
    CONTINUE_UNWIND
}
