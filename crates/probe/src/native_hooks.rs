//! What rewritten IL calls when the source of crossings are thunks. Placeholders that count their calls.

use crate::rewrite::UnmanagedCallersOnlyMethod;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often each placeholder was called, in the order they stand here.
pub(crate) static CALLS: [AtomicU64; 6] = [const { AtomicU64::new(0) }; 6];

fn count(function: usize) {
    CALLS[function].fetch_add(1, Ordering::Relaxed);
}

/// The thunk for a function pointer that the runtime made for a delegate with this method table; 0 if there is none yet.
/// With method table 0 the delegate was made for a native function: if the pointer is a thunk's, that function, else 0.
/// Called in cooperative mode: short, no lock, no allocation.
pub(crate) extern "C" fn find_callback(pointer: usize, method_table: usize) -> usize {
    count(0);
    let _ = (pointer, method_table);
    0
}

/// Makes that thunk.
pub(crate) extern "C" fn make_callback(pointer: usize, method_table: usize) -> usize {
    count(1);
    let _ = method_table;
    pointer
}

/// A function pointer is to become a delegate of this type. Gives the runtime's own pointer for a thunk of ours.
pub(crate) extern "C" fn resolve_function_pointer(pointer: usize, type_handle: usize) -> usize {
    count(2);
    let _ = type_handle;
    pointer
}

/// [`find_callback`] in the shape of a signature that CoreLib has: `result` becomes the thunk, or 0 if there is none
/// yet; for a pointer that needs none the pointer itself.
///
/// # Safety
/// `result` is writable.
// SAFETY: called only by IL that passes the address of a local.
pub(crate) unsafe extern "C" fn find_callback_into(pointer: usize, result: *mut usize, method_table: usize) {
    let found = if pointer == 0 { 0 } else { find_callback(pointer, method_table) };
    // SAFETY: the caller's duty.
    unsafe { *result = if found == 0 && method_table == 0 { pointer } else { found } };
}

/// [`make_callback`] likewise; a null pointer stays one.
///
/// # Safety
/// `result` is writable.
// SAFETY: called only by IL that passes the address of a local.
pub(crate) unsafe extern "C" fn make_callback_into(
    pointer: usize,
    method_table: usize,
    result: *mut usize,
) -> i32 {
    let made = if pointer == 0 { 0 } else { make_callback(pointer, method_table) };
    // SAFETY: the caller's duty.
    unsafe { *result = made };
    0
}

/// [`resolve_function_pointer`] likewise.
///
/// # Safety
/// `result` is writable.
// SAFETY: called only by IL that passes the address of an argument.
pub(crate) unsafe extern "C" fn resolve_function_pointer_into(
    pointer: usize,
    type_handle: usize,
    result: *mut usize,
) -> i32 {
    // SAFETY: the caller's duty.
    unsafe { *result = resolve_function_pointer(pointer, type_handle) };
    0
}

/// Native code calls an `UnmanagedCallersOnly` method. `entry` is an
/// [`UnmanagedCallersOnlyMethod`].
pub(crate) extern "C" fn uco_enter(entry: usize) {
    count(3);
    // SAFETY: rewritten methods pass the address of such a description.
    let method = unsafe { UnmanagedCallersOnlyMethod::at(entry) };
    let _ = (method.module, method.method, &method.description);
}

/// It returns.
pub(crate) extern "C" fn uco_leave(_entry: usize) {
    count(4);
}

/// What the next look-up of a symbol on this thread is for: see [`lookup`](crate::rewrite::learning::lookup).
pub(crate) extern "C" fn expect_lookup(_step: i32) {
    count(5);
}
