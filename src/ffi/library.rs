//! Functions of the library as a whole: versions, features, the last sentence, names of results.
//!
//! The log hook is `log`'s business.

use std::ffi::c_char;

use libc::size_t;

use super::fence::{fence, fence_or, last_message};
use super::result_codes::{RTC_FALSE, RTC_OK};
use super::structs::rtc_log_sink_t;
use super::types::rtc_result_t;
use super::{log, result_names, sized, text};

/// Rises when something is added to the header; what is removed or changed would change the soname.
const ABI_VERSION: u32 = 1;

/// What a build can do, by name.
const FEATURES: &[&str] = &["udp", "tcp", "tls", "ws", "ipv6", "server", "trace"];

/// The library's version, "0.1.0"; static text.
#[unsafe(no_mangle)]
pub extern "C" fn rtc_library_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// A number that rises when something is added to this header.
#[unsafe(no_mangle)]
pub extern "C" fn rtc_library_abi_version() -> u32 {
    ABI_VERSION
}

/// Whether this build has a feature: "udp", "tcp", "tls", "ws", "ipv6", "server", "trace"; later "opus", "device" and others.
///
/// RTC_OK: yes; RTC_FALSE: no, or a name that is not known. Errors: RTC_E_POINTER, RTC_E_INVALIDARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_library_has_feature(name: *const c_char, len: size_t) -> rtc_result_t {
    fence(|| {
        let name = text::required(name, len, "name")?;
        Ok(if FEATURES.contains(&name) {
            RTC_OK
        } else {
            RTC_FALSE
        })
    })
}

/// Sends the library's log lines to `sink`; NULL: silence, the default. The one process-wide setting.
///
/// Errors: RTC_E_INVALIDARG (level, size, no on_log); RTC_E_FAIL when this copy of the library lives inside a program
/// that logs by other means.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_library_set_log(sink: *const rtc_log_sink_t) -> rtc_result_t {
    fence(|| log::set(sized::optional(sink, "sink")?))
}

/// The sentence of this thread's last failing call: which argument, what was found, what to do. Never NULL; valid until this
/// thread's next failing call.
#[unsafe(no_mangle)]
pub extern "C" fn rtc_last_error_message() -> *const c_char {
    last_message()
}

/// The name of a result, "RTC_E_INVALID_SESSION_STATE" or "404 Not Found"; static text, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn rtc_result_name(result: rtc_result_t) -> *const c_char {
    fence_or(c"".as_ptr(), || Ok(result_names::name(result).as_ptr()))
}
