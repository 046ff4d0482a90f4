//! Collects what hostfxr writes about its failures, so that it becomes part of our error and is printed once.
//!
//! Hostfxr keeps the error writer per thread and so does this module. Text that hostfxr writes when `COREHOST_TRACE` is
//! set does not come this way; it still goes where that variable says.

use std::cell::RefCell;

use crate::os::{self, Char};

/// `hostfxr_error_writer_fn`.
pub(crate) type ErrorWriter = unsafe extern "C" fn(*const Char);
/// `hostfxr_set_error_writer`: takes the new writer or null, gives back the one before.
pub(crate) type SetErrorWriter = unsafe extern "C" fn(Option<ErrorWriter>) -> Option<ErrorWriter>;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Runs `call` and gives back its result with the lines that hostfxr wrote on this thread meanwhile.
///
/// Calls may nest (a managed app that hosts another): each gets its own lines.
pub(crate) fn collect<R>(
    set_error_writer: Option<SetErrorWriter>,
    call: impl FnOnce() -> R,
) -> (R, Vec<String>) {
    let Some(set) = set_error_writer else { return (call(), Vec::new()) };
    let outer = LINES.take();
    // SAFETY: `set` is hostfxr's function, whose library is never unloaded; `write_line` lives as long as this program.
    let previous = unsafe { set(Some(write_line)) };
    let result = call();
    // SAFETY: as above; `previous` is what hostfxr itself handed out a moment ago.
    unsafe { set(previous) };
    (result, LINES.replace(outer))
}

/// Called by hostfxr with one message. It must not panic: there is no Rust frame above it to catch that.
///
/// # Safety
/// - `message` is null or NUL-terminated and unchanged during the call.
unsafe extern "C" fn write_line(message: *const Char) {
    // SAFETY: the caller's promise, passed on.
    let line = unsafe { os::string_from_host(message) };
    // A thread that is ending has no buffer any more; its message has nowhere to go.
    let _ = LINES.try_with(|lines| {
        if let Ok(mut lines) = lines.try_borrow_mut() {
            lines.push(line.to_string_lossy().into_owned());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::HostString;
    use std::cell::Cell;

    thread_local! {
        static CURRENT: Cell<Option<ErrorWriter>> = const { Cell::new(None) };
    }

    unsafe extern "C" fn set(writer: Option<ErrorWriter>) -> Option<ErrorWriter> {
        CURRENT.replace(writer)
    }

    fn hostfxr_writes(text: &str) {
        let text = HostString::new(text).expect("no NUL inside");
        if let Some(writer) = CURRENT.get() {
            // SAFETY: a NUL-terminated string that lives to the end of this function.
            unsafe { writer(text.as_ptr()) };
        }
    }

    #[test]
    fn each_call_gets_its_own_lines_and_the_writer_before_comes_back() {
        let ((_, inner), outer) = collect(Some(set), || {
            hostfxr_writes("one");
            let inner = collect(Some(set), || hostfxr_writes("two"));
            hostfxr_writes("three");
            inner
        });
        assert_eq!(inner, ["two"]);
        assert_eq!(outer, ["one", "three"]);
        assert!(CURRENT.get().is_none());
    }

    #[test]
    fn a_hostfxr_without_error_writer_still_gets_called() {
        assert_eq!(collect(None, || 7), (7, Vec::new()));
    }
}
