//! Additional headers of sessions, subscriptions and clients (`IRTCSIPObject` of the CE edition).

use std::ffi::c_char;
use std::sync::Arc;

use libc::size_t;

use crate::agent::{Kind, ObjectRef};

use super::client_core::{Client, held};
use super::constants::{RTC_HEADERS_ADD, RTC_HEADERS_EXPERT, RTC_HEADERS_REQUESTS_ONLY};
use super::entry::Entry;
use super::fence::{Fault, Outcome, fence};
use super::registry;
use super::result;
use super::sip_message::check_flags;
use super::text;
use super::types::{rtc_object_t, rtc_result_t, rtc_session_t};

/// Whose headers: a client's or an object's.
fn target(raw: *mut rtc_object_t) -> Result<(Arc<Client>, Option<ObjectRef>), Fault> {
    registry::with(raw, "object", |entry| match entry {
        Entry::Client(client) => Some((Arc::clone(client), None)),
        Entry::Object(client, object) => Some((Arc::clone(client), Some(Arc::clone(object)))),
        _ => None,
    })
}

fn set(
    client: &Client,
    object: Option<&ObjectRef>,
    lines: *const c_char,
    len: size_t,
    flags: u32,
) -> Outcome {
    let lines = text::optional(lines, len, "lines")?;
    check_flags(
        flags,
        RTC_HEADERS_REQUESTS_ONLY | RTC_HEADERS_EXPERT | RTC_HEADERS_ADD,
    )?;
    client.open()?;
    client.command(|agent, _| agent.set_headers(object, lines, flags))
}

fn get(
    client: &Client,
    object: Option<&ObjectRef>,
    buf: *mut c_char,
    cap: size_t,
    needed: *mut size_t,
) -> Outcome {
    text::check_buffer(buf, cap, needed)?;
    let lines = client
        .read(|agent| agent.headers(object))?
        .map_err(result::refusal)?;
    text::copy_out(&lines, buf, cap, needed)
}

/// Sets header lines that go into every message of a session or subscription from now on, requests and responses but 100;
/// of a client: of every new session. `lines` "Name: value", CRLF or LF between them; NULL: none any more,
/// those of the client included; empty: only those of the client.
///
/// `flags` RTC_HEADERS_…. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_HEADER_MALFORMED; RTC_E_HEADER_RESERVED (the stack's
/// own, without RTC_HEADERS_EXPERT); RTC_E_INVALID_OBJECT_STATE (it has ended); RTC_E_NOT_IMPLEMENTED (other kinds); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_object_set_additional_header_values(
    object: *mut rtc_object_t,
    lines: *const c_char,
    len: size_t,
    flags: u32,
) -> rtc_result_t {
    fence(|| {
        let (client, object) = target(object)?;
        set(&client, object.as_ref(), lines, len, flags)
    })
}

/// The lines as set, each ended by CRLF. `needed` opt where `buf` is given.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INSUFFICIENT_BUFFER; RTC_E_NOT_IMPLEMENTED; RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_object_get_additional_header_values(
    object: *mut rtc_object_t,
    buf: *mut c_char,
    cap: size_t,
    needed: *mut size_t,
) -> rtc_result_t {
    fence(|| {
        let (client, object) = target(object)?;
        get(&client, object.as_ref(), buf, cap, needed)
    })
}

/// rtc_sip_object_set_additional_header_values for a session, by its first name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_set_additional_header_values(
    session: *mut rtc_session_t,
    lines: *const c_char,
    len: size_t,
    flags: u32,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        set(&this.client, Some(&this.object), lines, len, flags)
    })
}

/// rtc_sip_object_get_additional_header_values for a session, by its first name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_get_additional_header_values(
    session: *mut rtc_session_t,
    buf: *mut c_char,
    cap: size_t,
    needed: *mut size_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        get(&this.client, Some(&this.object), buf, cap, needed)
    })
}
