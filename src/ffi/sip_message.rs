//! The parser on its own, and reading messages: RFC 3261 §7, one call for each question.
//!
//! Making messages is `message_create`'s business.

use std::ffi::{c_char, c_void};

use libc::size_t;

use crate::base::limits::Limits;
use crate::syntax::{HeaderId, Message, NameAddr, ParseError, Parsed, params};

use super::constants::{RTC_HEADER_LINES, RTC_PARSE_STREAM, RTC_PARSE_STRICT};
use super::entry::{Entry, Made, MadeTexts, MessageEntry};
use super::fence::{Fault, fence};
use super::header_form;
use super::records::{rtc_body_t, rtc_header_t, rtc_sip_head_t};
use super::registry;
use super::result_codes::{
    RTC_E_INVALIDARG, RTC_E_NOT_EXIST, RTC_E_SIP_HEADER_NOT_PRESENT, RTC_E_SIP_NEED_MORE_DATA,
    RTC_E_SIP_PARSE_FAILED, RTC_OK,
};
use super::types::{rtc_result_t, rtc_sip_message_t, rtc_str_t};
use super::{sized, text};

/// Reads a message from a datagram, or with RTC_PARSE_STREAM from the start of a stream's bytes.
///
/// `consumed` (opt) gets the bytes that the message took, empty lines before it included. The message is yours: release it.
/// RTC_PARSE_STRICT also refuses headers that could be passed over. Errors: RTC_E_POINTER; RTC_E_INVALIDARG (flags);
/// RTC_E_SIP_PARSE_FAILED (what and where stands in the sentence); RTC_E_SIP_NEED_MORE_DATA (stream: not whole yet).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_message_parse(
    bytes: *const c_void,
    len: size_t,
    flags: u32,
    consumed: *mut size_t,
    message: *mut *mut rtc_sip_message_t,
) -> rtc_result_t {
    text::store_opt(message, std::ptr::null_mut());
    fence(|| {
        if message.is_null() {
            return Err(text::null("message"));
        }
        let bytes = text::bytes(bytes, len, "bytes")?.ok_or_else(|| text::null("bytes"))?;
        check_flags(flags, RTC_PARSE_STREAM | RTC_PARSE_STRICT)?;
        let (parsed, taken) = parse(bytes, flags & RTC_PARSE_STREAM != 0)?;
        if flags & RTC_PARSE_STRICT != 0 {
            be_strict(&parsed)?;
        }
        let raw = registry::mint(Entry::Message(MessageEntry::new(parsed)))?;
        text::store_opt(consumed, taken);
        text::store(message, raw.cast(), "message")?;
        Ok(RTC_OK)
    })
}

fn parse(bytes: &[u8], stream: bool) -> Result<(Message, usize), Fault> {
    let limits = &Limits::default();
    if !stream {
        let message = Message::parse_datagram(bytes, limits).map_err(|error| refused(&error))?;
        return Ok((message, bytes.len()));
    }
    match Message::parse_stream(bytes, limits).map_err(|error| refused(&error))? {
        Parsed::Message(message, taken) => Ok((message, taken)),
        Parsed::NeedMore => Err(Fault::new(
            RTC_E_SIP_NEED_MORE_DATA,
            "the message is not whole yet: come again with more of the stream",
        )),
    }
}

#[cold]
fn refused(error: &ParseError) -> Fault {
    Fault::new(RTC_E_SIP_PARSE_FAILED, format!("no SIP message: {error}"))
}

/// Flags that this version does not know are refused.
pub(super) fn check_flags(flags: u32, known: u32) -> Result<(), Fault> {
    if flags & !known == 0 {
        return Ok(());
    }
    Err(Fault::new(
        RTC_E_INVALIDARG,
        format!(
            "`flags` has 0x{:x}, which means nothing here",
            flags & !known
        ),
    ))
}

/// Every header whose grammar is known has to follow it.
fn be_strict(message: &Message) -> Result<(), Fault> {
    let mut texts = MadeTexts::new();
    for (id, name, value) in message.identified_lines() {
        let wrong = |error: &dyn std::fmt::Display| {
            Fault::new(
                RTC_E_SIP_PARSE_FAILED,
                format!("no valid {name} header: {error}"),
            )
        };
        let Some(id) = id else { continue };
        let value = std::str::from_utf8(value).map_err(|error| wrong(&error))?;
        for element in elements(id, value) {
            texts.clear();
            if let (_, Some(error)) =
                header_form::fill(name, Some(id), element.as_bytes(), &mut texts.made())
            {
                return Err(wrong(&error));
            }
        }
    }
    Ok(())
}

fn elements(id: HeaderId, value: &str) -> impl Iterator<Item = &str> {
    let (listed, whole) = if id.is_list() {
        (value, None)
    } else {
        ("", Some(value))
    };
    params::list(listed).chain(whole)
}

/// Looks at a message under its handle.
fn with_message<R>(
    message: *mut rtc_sip_message_t,
    look: impl FnOnce(&Message, Made<'_>) -> R,
) -> Result<R, Fault> {
    registry::with(message.cast(), "message", |entry| {
        let (message, made) = entry.message()?.parts();
        Some(look(message, made))
    })
}

/// Start line and the fields of every dialog, in one call.
///
/// Text views live until the last release of the message. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (size).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_message_get_head(
    message: *mut rtc_sip_message_t,
    head: *mut rtc_sip_head_t,
) -> rtc_result_t {
    fence(|| {
        let filled = with_message(message, |message, _| read_head(message))?;
        sized::out(head, "head")?.write(&filled);
        Ok(RTC_OK)
    })
}

fn read_head(message: &Message) -> rtc_sip_head_t {
    let view = |text: &str| text::lend(text.as_bytes());
    let given = |text: Option<&str>| text.map_or_else(empty, |text| text::lend(text.as_bytes()));
    let address = |id| {
        message
            .header_bytes(id)
            .and_then(|value| NameAddr::parse_bytes(value).ok())
            .map_or_else(empty, |address| text::lend(address.uri.as_bytes()))
    };
    let mut head: rtc_sip_head_t = sized::zeroed();
    head.status = message.status().map_or(0, i32::from);
    head.start_line = text::lend(message.start_line_bytes());
    head.method = view(message.method());
    head.request_uri = view(message.request_uri());
    head.reason = view(message.reason());
    head.call_id = view(message.call_id());
    head.from_uri = address(HeaderId::From);
    head.from_tag = given(message.from_tag());
    head.to_uri = address(HeaderId::To);
    head.to_tag = given(message.to_tag());
    if let Some(Ok(contact)) = message.contacts().next() {
        head.contact_uri = view(contact.uri());
        let uri = contact
            .address()
            .and_then(|address| address.parsed_uri().ok());
        head.contact_host = uri.map_or_else(empty, |uri| text::lend(uri.host.as_bytes()));
    }
    head.via_branch = given(message.branch());
    head.via_sent_by = view(message.sent_by());
    head.event = given(message.header(HeaderId::Event));
    head.content_type = given(message.header(HeaderId::ContentType));
    head.cseq = message.cseq();
    head.max_forwards = message.max_forwards().map_or(-1, i32::from);
    head.content_length = message.content_length().map_or(-1, i64::from);
    head
}

fn empty() -> rtc_str_t {
    rtc_str_t::default()
}

/// One header, taken apart: by name in its long or compact form, or any with `name` NULL.
///
/// `index` counts the elements of lists, with RTC_HEADER_LINES the lines as received. A value that its grammar refuses comes
/// as RTC_HEADER_FORM_RAW. Text views live until the last release of the message.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_SIP_HEADER_NOT_PRESENT (past the end too).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_message_get_header(
    message: *mut rtc_sip_message_t,
    name: *const c_char,
    len: size_t,
    index: size_t,
    flags: u32,
    header: *mut rtc_header_t,
) -> rtc_result_t {
    fence(|| {
        with_message(message, |_, _| ())?;
        let out = sized::out(header, "header")?;
        let name = text::optional(name, len, "name")?;
        check_flags(flags, RTC_HEADER_LINES)?;
        let lines = flags & RTC_HEADER_LINES != 0;
        let found = with_message(message, |message, mut made| {
            find_header(message, name, index, lines, &mut made)
        })?;
        let found = found.ok_or_else(|| no_header(name, index))?;
        out.write(&found);
        Ok(RTC_OK)
    })
}

#[cold]
fn no_header(name: Option<&str>, index: usize) -> Fault {
    Fault::new(
        RTC_E_SIP_HEADER_NOT_PRESENT,
        match name {
            Some(name) => format!("the message has no {name} header number {index}"),
            None => format!("the message has no header number {index}"),
        },
    )
}

fn find_header(
    message: &Message,
    name: Option<&str>,
    index: usize,
    lines: bool,
    made: &mut Made<'_>,
) -> Option<rtc_header_t> {
    let wanted = name.and_then(HeaderId::from_name);
    let mut left = index;
    for (id, written, value) in message.identified_lines() {
        let hit = match (name, wanted) {
            (None, _) => true,
            (Some(_), Some(wanted)) => id == Some(wanted),
            (Some(name), None) => written.eq_ignore_ascii_case(name),
        };
        if !hit {
            continue;
        }
        let list = id.filter(|id| id.is_list() && !lines).and_then(|id| {
            let value = std::str::from_utf8(value).ok()?;
            Some(elements(id, value))
        });
        let Some(mut list) = list else {
            if left == 0 {
                return Some(header_form::fill(written, id, value, made).0);
            }
            left -= 1;
            continue;
        };
        for element in list.by_ref() {
            if left == 0 {
                return Some(header_form::fill(written, id, element.as_bytes(), made).0);
            }
            left -= 1;
        }
    }
    None
}

/// The body: `part` -1 the whole of it, 0 and up the parts of a multipart body.
///
/// Text views live until the last release of the message. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG;
/// RTC_E_NOT_EXIST (no such part).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_message_get_body(
    message: *mut rtc_sip_message_t,
    part: i32,
    body: *mut rtc_body_t,
) -> rtc_result_t {
    fence(|| {
        with_message(message, |_, _| ())?;
        let out = sized::out(body, "body")?;
        if part < -1 {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`part` is {part}; -1 is the whole body, 0 its first part"),
            ));
        }
        let found = with_message(message, |message, _| read_body(message, part))?;
        let found = found
            .ok_or_else(|| Fault::new(RTC_E_NOT_EXIST, format!("the body has no part {part}")))?;
        out.write(&found);
        Ok(RTC_OK)
    })
}

fn read_body(message: &Message, part: i32) -> Option<rtc_body_t> {
    let given = |text: Option<&str>| text.map_or_else(empty, |text| text::lend(text.as_bytes()));
    let mut body: rtc_body_t = sized::zeroed();
    body.parts = i32::try_from(message.parts().count()).unwrap_or(i32::MAX);
    if let Ok(at) = usize::try_from(part) {
        let part = message.parts().nth(at)?;
        body.headers = text::lend(part.headers);
        body.content_type = given(part.header("Content-Type"));
        body.content_id = given(part.header("Content-ID"));
        body.disposition = given(part.header("Content-Disposition"));
        body.bytes = text::lend(part.body);
    } else {
        body.content_type = given(message.header(HeaderId::ContentType));
        body.content_id = given(message.header(HeaderId::ContentId));
        body.disposition = given(message.header(HeaderId::ContentDisposition));
        body.bytes = text::lend(message.body());
    }
    Some(body)
}

/// Every byte of the message, as it came or as it goes out; folded lines are joined.
///
/// The view lives until the last release of the message. Errors: RTC_E_HANDLE; RTC_E_POINTER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_message_get_text(
    message: *mut rtc_sip_message_t,
    text: *mut rtc_str_t,
) -> rtc_result_t {
    fence(|| {
        let view = with_message(message, |message, _| text::lend(message.as_bytes()))?;
        text::store(text, view, "text")?;
        Ok(RTC_OK)
    })
}
