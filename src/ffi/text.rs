//! Text across the border: `(ptr, len)` pairs in, views and copies out.
//!
//! Every function here trusts the pointers that the C program passed to the export that calls it, as the header's
//! conventions ask: a pointer is NULL or points at as many readable (or writable) bytes as said.

use std::ffi::{CStr, c_char, c_void};

use libc::size_t;

use super::fence::{Fault, Outcome};
use super::result_codes::{RTC_E_INSUFFICIENT_BUFFER, RTC_E_INVALIDARG, RTC_E_POINTER, RTC_OK};
use super::types::rtc_str_t;

/// The length that asks for `strlen`.
pub(super) const NUL_TERMINATED: size_t = usize::MAX;

/// The bytes of an argument; none when `ptr` is NULL. The view lives no longer than the call.
pub(super) fn bytes<'a>(
    ptr: *const c_void,
    len: size_t,
    what: &'static str,
) -> Result<Option<&'a [u8]>, Fault> {
    if ptr.is_null() {
        return Ok(None);
    }
    if len == NUL_TERMINATED {
        // SAFETY: the caller promised a NUL-terminated text by passing RTC_NUL_TERMINATED.
        let text = unsafe { CStr::from_ptr(ptr.cast::<c_char>()) };
        return Ok(Some(text.to_bytes()));
    }
    if isize::try_from(len).is_err() {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("the length of `{what}` is {len}: more than memory holds"),
        ));
    }
    // SAFETY: not null, a length that a slice may have, and the caller promised that many readable bytes.
    Ok(Some(unsafe {
        std::slice::from_raw_parts(ptr.cast::<u8>(), len)
    }))
}

/// A text that may be left out.
pub(super) fn optional<'a>(
    ptr: *const c_char,
    len: size_t,
    what: &'static str,
) -> Result<Option<&'a str>, Fault> {
    let Some(bytes) = bytes(ptr.cast(), len, what)? else {
        return Ok(None);
    };
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(at) => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`{what}` is not UTF-8 at byte {}", at.valid_up_to()),
        )),
    }
}

/// A text that has to be given.
pub(super) fn required<'a>(
    ptr: *const c_char,
    len: size_t,
    what: &'static str,
) -> Result<&'a str, Fault> {
    optional(ptr, len, what)?.ok_or_else(|| null(what))
}

/// The text of a field, left out when its pointer is NULL.
pub(super) fn field<'a>(view: rtc_str_t, what: &'static str) -> Result<Option<&'a str>, Fault> {
    optional(view.ptr, view.len, what)
}

/// The bytes of a field, left out when its pointer is NULL.
pub(super) fn field_bytes<'a>(
    view: rtc_str_t,
    what: &'static str,
) -> Result<Option<&'a [u8]>, Fault> {
    bytes(view.ptr.cast(), view.len, what)
}

/// Refuses what would break a line on the wire.
pub(super) fn one_line<'a>(text: &'a str, what: &'static str) -> Result<&'a str, Fault> {
    match text.bytes().position(|b| matches!(b, b'\r' | b'\n' | 0)) {
        None => Ok(text),
        Some(at) => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`{what}` has a CR, LF or NUL at byte {at}; it goes into one line"),
        )),
    }
}

/// A field that goes into one line on the wire; empty when left out.
pub(super) fn line_field(view: rtc_str_t, what: &'static str) -> Result<Box<str>, Fault> {
    Ok(one_line(field(view, what)?.unwrap_or_default(), what)?.into())
}

/// NULL where something is needed.
#[cold]
pub(super) fn null(what: &'static str) -> Fault {
    Fault::new(RTC_E_POINTER, format!("`{what}` is NULL and is needed"))
}

/// Lends bytes that live as long as a handle; the pointer is never NULL.
pub(super) fn lend(bytes: &[u8]) -> rtc_str_t {
    rtc_str_t {
        ptr: bytes.as_ptr().cast(),
        len: bytes.len(),
    }
}

/// Copies a text out: NUL-terminated, all or nothing; `needed` gets the length without the NUL.
pub(super) fn copy_out(text: &str, buf: *mut c_char, cap: size_t, needed: *mut size_t) -> Outcome {
    store_opt(needed, text.len());
    if cap == 0 {
        return Ok(RTC_OK);
    }
    if cap <= text.len() {
        return Err(Fault::new(
            RTC_E_INSUFFICIENT_BUFFER,
            format!(
                "`cap` is {cap}, the text and its NUL need {}",
                text.len() + 1
            ),
        ));
    }
    // SAFETY: `check_buffer` saw that `buf` is not null, the caller promised `cap` writable bytes there, and the text with
    // its NUL is no longer than that; our own text cannot overlap the caller's buffer.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr(), buf.cast::<u8>(), text.len());
        buf.cast::<u8>().add(text.len()).write(0);
    }
    Ok(RTC_OK)
}

/// The pointer half of [`copy_out`], to be asked before the work: `needed` may be left out where `buf` is given.
pub(super) fn check_buffer(
    buf: *mut c_char,
    cap: size_t,
    needed: *mut size_t,
) -> Result<(), Fault> {
    if cap > 0 && buf.is_null() {
        return Err(null("buf"));
    }
    if cap == 0 && needed.is_null() {
        return Err(null("needed"));
    }
    Ok(())
}

/// Writes an out-parameter that has to be given.
pub(super) fn store<T: Copy>(at: *mut T, value: T, what: &'static str) -> Result<(), Fault> {
    if at.is_null() {
        return Err(null(what));
    }
    // SAFETY: not null, and the caller promised room for a value of this type.
    unsafe { at.write_unaligned(value) };
    Ok(())
}

/// Writes an out-parameter that may be left out.
pub(super) fn store_opt<T: Copy>(at: *mut T, value: T) {
    if !at.is_null() {
        // SAFETY: not null, and the caller promised room for a value of this type.
        unsafe { at.write_unaligned(value) };
    }
}

/// Writes element `index` of an array out-parameter that the caller promised to be long enough.
pub(super) fn store_at<T: Copy>(array: *mut T, index: usize, value: T) {
    if !array.is_null() {
        // SAFETY: not null, and the caller promised room for more than `index` values of this type.
        unsafe { array.add(index).write_unaligned(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_minus_one_asks_for_strlen() {
        let text = c"sip:a@b";
        assert_eq!(
            required(text.as_ptr(), NUL_TERMINATED, "uri").unwrap(),
            "sip:a@b"
        );
        assert_eq!(required(text.as_ptr(), 3, "uri").unwrap(), "sip");
        assert_eq!(
            required(std::ptr::null(), 3, "uri").unwrap_err().code,
            RTC_E_POINTER
        );
        assert_eq!(
            required(text.as_ptr(), usize::MAX - 1, "uri")
                .unwrap_err()
                .code,
            RTC_E_INVALIDARG
        );
    }

    #[test]
    fn bad_utf8_and_line_breaks_are_refused() {
        let bad = [b'a', 0xFF];
        assert_eq!(
            required(bad.as_ptr().cast(), 2, "x").unwrap_err().code,
            RTC_E_INVALIDARG
        );
        assert!(one_line("a\r\nVia: x", "x").is_err());
        assert!(one_line("a b", "x").is_ok());
    }

    #[test]
    fn a_copy_is_all_or_nothing() {
        let mut buf = [7 as c_char; 4];
        let mut needed = 0;
        assert_eq!(
            copy_out("abc", buf.as_mut_ptr(), 0, &raw mut needed).unwrap(),
            RTC_OK
        );
        assert_eq!(
            copy_out("abc", buf.as_mut_ptr(), 3, &raw mut needed)
                .unwrap_err()
                .code,
            RTC_E_INSUFFICIENT_BUFFER
        );
        assert_eq!((buf[0], needed), (7, 3));
        assert_eq!(
            copy_out("abc", buf.as_mut_ptr(), 4, &raw mut needed).unwrap(),
            RTC_OK
        );
        assert_eq!(buf[3], 0);
    }
}
