//! Structures that grow: each begins with its size as the caller's header knew it.
//!
//! A smaller size that ends between fields is an older header's; a larger one is a newer header's and is accepted while
//! what we do not know is zero. Pointers are trusted as in `text`.

use std::mem::{align_of, size_of};

use super::fence::Fault;
use super::result_codes::RTC_E_INVALIDARG;
use super::text::null;

/// A structure of the header that begins with `uint32_t size`.
///
/// # Safety
/// The type is `repr(C)`, begins with a `u32` size, holds only integers, pointers and nullable function pointers, so that
/// all zeros and whatever a C program puts there are values of it.
pub(super) unsafe trait Structure: Copy {}

/// The size field, a second field and nothing else.
const LEAST: usize = 8;
/// A size beyond this is a mistake, not a newer header.
const MOST: usize = 4096;

/// All zeros: every field's default.
pub(super) fn zeroed<T: Structure>() -> T {
    // SAFETY: `Structure` promises that all zeros are a value.
    unsafe { std::mem::zeroed() }
}

fn size_at<T: Structure>(ptr: *const T, what: &'static str) -> Result<usize, Fault> {
    if !ptr.cast::<u32>().is_aligned() || !ptr.is_aligned() {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`{what}` is not aligned as its type asks"),
        ));
    }
    // SAFETY: not null (both callers looked), aligned, and the caller of the export promised a structure of this type,
    // which begins with its size.
    let size = unsafe { ptr.cast::<u32>().read() } as usize;
    if !(LEAST..=MOST).contains(&size) || !size.is_multiple_of(align_of::<T>().min(LEAST)) {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!(
                "`{what}.size` is {size}; set it to sizeof *{what}, {} here",
                size_of::<T>()
            ),
        ));
    }
    Ok(size)
}

/// Reads a structure that may be left out.
pub(super) fn optional<T: Structure>(
    ptr: *const T,
    what: &'static str,
) -> Result<Option<T>, Fault> {
    if ptr.is_null() {
        return Ok(None);
    }
    let size = size_at(ptr, what)?;
    let mut value = zeroed::<T>();
    let known = size.min(size_of::<T>());
    // SAFETY: the caller vouched for `size` readable bytes with the size field; `known` is within both structures, and
    // whatever is copied is a value by the contract of `Structure`.
    unsafe {
        std::ptr::copy_nonoverlapping(ptr.cast::<u8>(), (&raw mut value).cast::<u8>(), known);
    }
    if size > known {
        // SAFETY: as above, the bytes from `known` to `size` are readable.
        let tail = unsafe { std::slice::from_raw_parts(ptr.cast::<u8>().add(known), size - known) };
        if let Some(at) = tail.iter().position(|b| *b != 0) {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!(
                    "`{what}` sets something at byte {}, which this version does not know",
                    known + at
                ),
            ));
        }
    }
    Ok(Some(value))
}

/// Reads a structure; all defaults when it is left out.
pub(super) fn or_default<T: Structure>(ptr: *const T, what: &'static str) -> Result<T, Fault> {
    Ok(optional(ptr, what)?.unwrap_or_else(zeroed))
}

/// Reads a structure that has to be given.
pub(super) fn required<T: Structure>(ptr: *const T, what: &'static str) -> Result<T, Fault> {
    optional(ptr, what)?.ok_or_else(|| null(what))
}

/// A structure of the caller's that is to be filled, up to its size.
pub(super) struct Out<T> {
    at: *mut T,
    size: usize,
}

/// Looks at a structure to be filled, before the work is done.
pub(super) fn out<T: Structure>(at: *mut T, what: &'static str) -> Result<Out<T>, Fault> {
    if at.is_null() {
        return Err(null(what));
    }
    Ok(Out {
        at,
        size: size_at(at.cast_const(), what)?.min(size_of::<T>()),
    })
}

impl<T: Structure> Out<T> {
    /// Fills the structure but for its size field.
    pub(super) fn write(self, value: &T) {
        let skip = size_of::<u32>();
        // SAFETY: `out` saw a pointer that is not null and whose size field vouches for `size` bytes; `size` is no more
        // than the type's own, and our value does not overlap the caller's.
        unsafe {
            std::ptr::copy_nonoverlapping(
                std::ptr::from_ref(value).cast::<u8>().add(skip),
                self.at.cast::<u8>().add(skip),
                self.size - skip,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::types::rtc_send_t;

    #[repr(C)]
    struct Newer {
        send: rtc_send_t,
        more: u64,
    }

    fn newer(more: u64) -> Newer {
        let mut send = zeroed::<rtc_send_t>();
        send.size = u32::try_from(size_of::<Newer>()).unwrap();
        send.cookie = 7;
        Newer { send, more }
    }

    #[test]
    fn an_older_and_a_newer_header_are_understood() {
        let mut old = newer(0);
        old.send.size = 16;
        old.send.media = 9;
        let seen = required(&raw const old.send, "send").unwrap();
        assert_eq!((seen.cookie, seen.media), (7, 0));
        let new = newer(0);
        let whole = (&raw const new).cast::<rtc_send_t>();
        assert_eq!(required(whole, "send").unwrap().cookie, 7);
        let unknown = newer(1);
        let whole = (&raw const unknown).cast::<rtc_send_t>();
        assert_eq!(required(whole, "send").unwrap_err().code, RTC_E_INVALIDARG);
    }

    #[test]
    fn a_size_that_is_none_is_refused() {
        let mut send = zeroed::<rtc_send_t>();
        for size in [0, 4, 9, 1 << 20] {
            send.size = size;
            assert_eq!(
                required(&raw const send, "send").unwrap_err().code,
                RTC_E_INVALIDARG
            );
        }
    }

    #[test]
    fn filling_stops_at_the_callers_size() {
        let mut to = zeroed::<rtc_send_t>();
        to.size = 16;
        let mut from = zeroed::<rtc_send_t>();
        (from.cookie, from.media) = (5, 6);
        out(&raw mut to, "send").unwrap().write(&from);
        assert_eq!((to.size, to.cookie, to.media), (16, 5, 0));
    }
}
