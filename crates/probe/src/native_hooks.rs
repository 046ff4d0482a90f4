//! What rewritten IL calls where the source of crossings are thunks, in the shapes of signatures that CoreLib has.

use crate::arch::thunk::{uco_enter_entry, uco_leave_entry};
use crate::callbacks::{find_callback, make_callback, resolve_function_pointer};
use crate::lookups::announce;
use std::ffi::c_void;

/// `result` becomes the thunk for a pointer that the runtime made for a delegate of this type, or 0 if there is none yet.
/// With method table 0 the delegate was made for a native function, and `result` becomes what managed code had for that.
///
/// Called in cooperative GC mode: takes no lock, does not allocate.
///
/// # Safety
/// `result` is writable.
// SAFETY: called only by IL that passes the address of a local.
pub(crate) unsafe extern "C" fn find_callback_into(pointer: usize, result: *mut usize, method_table: usize) {
    let found = find_callback(pointer, method_table);
    // SAFETY: the caller's duty.
    unsafe { *result = if found == 0 && method_table == 0 { pointer } else { found } };
}

/// `result` becomes a new thunk for that; for a null pointer null.
///
/// # Safety
/// `result` is writable.
// SAFETY: called only by IL that passes the address of a local.
pub(crate) unsafe extern "C" fn make_callback_into(
    pointer: usize,
    method_table: usize,
    result: *mut usize,
) -> i32 {
    let made = make_callback(pointer, method_table);
    // SAFETY: the caller's duty.
    unsafe { *result = made };
    0
}

/// `result` becomes what the runtime is to make a delegate of this type from.
///
/// # Safety
/// `result` is writable.
// SAFETY: called only by IL that passes the address of an argument.
pub(crate) unsafe extern "C" fn resolve_function_pointer_into(
    pointer: usize,
    type_handle: usize,
    result: *mut usize,
) -> i32 {
    let resolved = resolve_function_pointer(pointer, type_handle);
    // SAFETY: the caller's duty.
    unsafe { *result = resolved };
    0
}

/// What a method with `UnmanagedCallersOnly` calls first, and before it returns, with its
/// [`UnmanagedCallersOnlyMethod`](crate::rewrite::UnmanagedCallersOnlyMethod).
pub(crate) fn uco() -> [*const c_void; 2] {
    [uco_enter_entry(), uco_leave_entry()]
}

/// What the methods of `learning` call.
pub(crate) fn announcement() -> *const c_void {
    announce as *const c_void
}
