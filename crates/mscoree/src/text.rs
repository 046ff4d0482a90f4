//! Text as hosts give and take it: UTF-16, with a zero at the end.

use clrhost::{HostResult, Hresult};

/// The units before the zero; `None` for null.
///
/// # Safety
/// `text` is null or ends with a zero, and stays as it is while the result is used.
pub(crate) unsafe fn units<'a>(text: *const u16) -> Option<&'a [u16]> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's duty: there is a zero, and all before it is readable.
    unsafe {
        let mut length = 0;
        while *text.add(length) != 0 {
            length += 1;
        }
        Some(std::slice::from_raw_parts(text, length))
    }
}

/// The same as a string; what is not UTF-16 is replaced.
///
/// # Safety
/// As for [`units`].
pub(crate) unsafe fn string(text: *const u16) -> Option<String> {
    // SAFETY: the caller's duty.
    unsafe { units(text) }.map(String::from_utf16_lossy)
}

/// Hands out text by the convention of ICLRRuntimeInfo: `length` says how many units the buffer has, and is set to how many
/// are needed, the zero included. A null buffer asks for just that.
///
/// # Safety
/// `length` is null or may be read and written; `buffer` is null or has room for that many units.
pub(crate) unsafe fn hand_out(text: &str, buffer: *mut u16, length: *mut u32) -> HostResult {
    if length.is_null() {
        return Err(Hresult::E_POINTER);
    }
    // SAFETY: not null.
    let room = unsafe { *length };
    // SAFETY: the caller's duty.
    unsafe { hand_out_with_room(text, buffer, room, length) }
}

/// The same where the room is a parameter of its own, as in GetCORVersion. `needed` may be null.
///
/// # Safety
/// `buffer` is null or has room for `room` units; `needed` is null or may be written to.
pub(crate) unsafe fn hand_out_with_room(
    text: &str,
    buffer: *mut u16,
    room: u32,
    needed: *mut u32,
) -> HostResult {
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    // SAFETY: null, or writable by the caller's duty.
    unsafe {
        if !needed.is_null() {
            *needed = units.len() as u32;
        }
    }
    if buffer.is_null() {
        return Ok(());
    }
    if (room as usize) < units.len() {
        return Err(Hresult::ERROR_INSUFFICIENT_BUFFER);
    }
    // SAFETY: the buffer has that much room by the caller's duty.
    unsafe { std::ptr::copy_nonoverlapping(units.as_ptr(), buffer, units.len()) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_filled_or_its_size_told() {
        let mut length = 0;
        // SAFETY: the length is ours; there is no buffer.
        assert_eq!(unsafe { hand_out("v8.0.4", std::ptr::null_mut(), &mut length) }, Ok(()));
        assert_eq!(length, 7);
        let mut buffer = [9u16; 7];
        length = 6;
        // SAFETY: the buffer is larger than what is said.
        let short = unsafe { hand_out("v8.0.4", buffer.as_mut_ptr(), &mut length) };
        assert_eq!((short, length, buffer[0]), (Err(Hresult::ERROR_INSUFFICIENT_BUFFER), 7, 9));
        // SAFETY: the buffer has seven units.
        assert_eq!(unsafe { hand_out("v8.0.4", buffer.as_mut_ptr(), &mut length) }, Ok(()));
        // SAFETY: it ends with a zero now.
        assert_eq!(unsafe { string(buffer.as_ptr()) }.as_deref(), Some("v8.0.4"));
    }
}
