//! The parser on its own, and reading messages: RFC 3261 §7, one call for each question.
//!
//! Making messages is `message_create`'s business.

use std::ffi::{c_char, c_void};

use libc::size_t;

use crate::base::limits::Limits;
use crate::syntax::{HeaderId, Message, ParseError, Parsed, find_byte, params};

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
        // Looked at first and reported second: a handle comes before a pointer.
        let out = sized::out(head, "head");
        registry::with(message.cast(), "message", |entry| {
            let entry = entry.message()?;
            let mut head = read_head(&entry.message);
            if let Some((transport, from, to)) = entry.road() {
                head.transport = transport.cast_signed();
                head.source = text::lend(from.as_bytes());
                head.destination = text::lend(to.as_bytes());
            }
            Some(out.map(|out| out.write(&head)))
        })??;
        Ok(RTC_OK)
    })
}

/// Views of what the parser has found already; addresses are not checked anew.
fn read_head(message: &Message) -> rtc_sip_head_t {
    let view = |text: &[u8]| text::lend(text);
    let given = |text: Option<&[u8]>| text.map_or_else(empty, text::lend);
    let known = message.head();
    let text = message.as_bytes();
    let span = |span: crate::syntax::Span| {
        if span.is_some() {
            text::lend(span.of(text))
        } else {
            empty()
        }
    };
    let mut head: rtc_sip_head_t = sized::zeroed();
    head.status = i32::from(known.status);
    head.start_line = view(message.start_line_bytes());
    head.method = span(known.method);
    if known.status == 0 {
        head.request_uri = span(known.target);
    } else {
        head.reason = span(known.target);
    }
    head.call_id = span(known.call_id);
    head.from_tag = span(known.from_tag);
    head.to_tag = span(known.to_tag);
    head.via_branch = span(known.branch);
    head.via_sent_by = span(known.sent_by);
    head.cseq = known.cseq;
    head.content_length = known.content_length().map_or(-1, i64::from);
    head.from_uri = given(message.header_bytes(HeaderId::From).map(bare_uri));
    head.to_uri = given(message.header_bytes(HeaderId::To).map(bare_uri));
    if let Some(contact) = message.header_bytes(HeaderId::Contact).map(bare_uri) {
        head.contact_uri = view(contact);
        head.contact_host = view(host_of(contact));
    }
    head.event = given(message.header_bytes(HeaderId::Event));
    head.content_type = given(message.header_bytes(HeaderId::ContentType));
    head.max_forwards = message.max_forwards().map_or(-1, i32::from);
    head
}

/// The URI of the first address of a line: inside its brackets, or up to parameters or the next address.
fn bare_uri(address: &[u8]) -> &[u8] {
    let mut at = 0;
    if address.first() == Some(&b'"') {
        at = 1;
        while let Some(&b) = address.get(at).filter(|b| **b != b'"') {
            at += if b == b'\\' { 2 } else { 1 };
        }
    }
    let open = find_byte(address, at.min(address.len()), b'<');
    let before = &address[..open];
    let end = find_byte(before, at.min(open), b';');
    let end = find_byte(&before[..end], at.min(end), b',');
    if end < open || open == address.len() {
        return before[..end].trim_ascii();
    }
    let uri = &address[open + 1..];
    &uri[..find_byte(uri, 0, b'>')]
}

/// The host of a sip or sips URI, brackets of IPv6 included; empty in any other (RFC 3261 §19.1.1).
fn host_of(uri: &[u8]) -> &[u8] {
    let scheme = find_byte(uri, 0, b':');
    let (name, rest) = (&uri[..scheme], uri.get(scheme + 1..).unwrap_or(&[]));
    if !(name.eq_ignore_ascii_case(b"sip") || name.eq_ignore_ascii_case(b"sips")) {
        return &[];
    }
    // Only the user part ends with an `@`; what stands before it may hold anything.
    let user = find_byte(rest, 0, b'@');
    let host = rest.get(user + 1..).unwrap_or(rest);
    let from = if host.first() == Some(&b'[') {
        find_byte(host, 0, b']')
    } else {
        0
    };
    let end = host
        .iter()
        .skip(from)
        .position(|b| matches!(b, b':' | b';' | b'?'));
    &host[..end.map_or(host.len(), |end| from + end)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_of_an_address_is_found_in_every_form() {
        for (address, uri) in [
            ("<sip:a@b>;tag=1", "sip:a@b"),
            ("\"A <x> \\\" B\" <sip:a@b;lr>;tag=1", "sip:a@b;lr"),
            ("Alice <sip:a@b>", "sip:a@b"),
            ("sip:a@b;tag=1", "sip:a@b"),
            ("sip:a@b , <sip:c>", "sip:a@b"),
            ("<sip:c>, sip:a@b", "sip:c"),
            ("*", "*"),
            ("", ""),
            ("\"never ends \\", "\"never ends \\"),
            ("<sip:a", "sip:a"),
        ] {
            let found = bare_uri(address.as_bytes());
            assert_eq!(found, uri.as_bytes(), "{address}");
        }
    }

    #[test]
    fn the_host_of_a_uri_is_what_the_parser_says() {
        for uri in [
            "sip:a@b",
            "sip:b",
            "SIPS:a:b;c?d@example.com:5061;transport=tcp?Subject=x",
            "sip:[::1]:5060;lr",
            "sip:a@[2001:db8::1]",
            "sip:b?X=y",
        ] {
            let parsed = crate::syntax::Uri::parse(uri).unwrap();
            assert_eq!(host_of(uri.as_bytes()), parsed.host.as_bytes(), "{uri}");
        }
        for uri in ["tel:+1", "", "sip", "*"] {
            assert_eq!(host_of(uri.as_bytes()), b"", "{uri}");
        }
    }
}
