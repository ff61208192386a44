//! URIs and parameters as a parser of their own: RFC 3261 §19.1, RFC 3966.

use std::cell::RefCell;
use std::ffi::c_char;

use libc::size_t;

use crate::syntax::{HeaderId, Param, Params, ParseError, Scheme, Uri, params};

use super::constants::RTC_HEADER_FORM_RAW;
use super::entry::MadeTexts;
use super::fence::{Fault, fence};
use super::records::{rtc_header_t, rtc_uri_t};
use super::result_codes::{
    RTC_E_INVALID_SIP_URL, RTC_E_INVALIDARG, RTC_E_SIP_PARSE_FAILED, RTC_FALSE, RTC_OK,
};
use super::types::{rtc_result_t, rtc_str_t};
use super::{header_form, sized, text};

thread_local! {
    /// Texts that rtc_header_parse had to make, until the thread's next call of it.
    static MADE: RefCell<MadeTexts> = const { RefCell::new(MadeTexts::new()) };
}

/// Reads one header value, without a message: the same record as rtc_sip_message_get_header.
///
/// `name` in its long or compact form. The views point into `name` and `value`; a display name or warning text that had
/// to be unescaped is valid until this thread's next call. A header that is not known is RTC_HEADER_FORM_RAW.
/// Errors: RTC_E_POINTER; RTC_E_INVALIDARG (CR, LF or NUL inside); RTC_E_SIP_PARSE_FAILED (not what that header holds).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_header_parse(
    name: *const c_char,
    name_len: size_t,
    value: *const c_char,
    len: size_t,
    header: *mut rtc_header_t,
) -> rtc_result_t {
    fence(|| {
        if name.is_null() {
            return Err(text::null("name"));
        }
        if value.is_null() {
            return Err(text::null("value"));
        }
        let out = sized::out(header, "header")?;
        let name = text::one_line(text::required(name, name_len, "name")?, "name")?;
        let value = text::one_line(text::required(value, len, "value")?, "value")?;
        let value = value.trim_matches([' ', '\t']);
        MADE.with_borrow_mut(|texts| {
            texts.clear();
            let id = HeaderId::from_name(name);
            let (filled, error) = header_form::fill(name, id, value.as_bytes(), &mut texts.made());
            if let (RTC_HEADER_FORM_RAW, Some(error)) = (filled.form, error) {
                return Err(Fault::new(
                    RTC_E_SIP_PARSE_FAILED,
                    format!("`value` is no {name}: {error}"),
                ));
            }
            out.write(&filled);
            Ok(RTC_OK)
        })
    })
}

/// Finds a parameter in a text of them (of a header, a URI or a challenge): by name, or by position with `name` NULL.
///
/// `index` counts the parameters of that name, or all. `found` (opt) gets the name as written, `value` its value without quotes;
/// a parameter without a value has a NULL `value->ptr`. Both are views into `params`.
/// RTC_FALSE: there is none. Errors: RTC_E_POINTER; RTC_E_INVALIDARG (`params` is no list of parameters).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_params_get(
    params: *const c_char,
    len: size_t,
    name: *const c_char,
    name_len: size_t,
    index: size_t,
    found: *mut rtc_str_t,
    value: *mut rtc_str_t,
) -> rtc_result_t {
    fence(|| {
        if params.is_null() {
            return Err(text::null("params"));
        }
        if value.is_null() {
            return Err(text::null("value"));
        }
        let list = text::required(params, len, "params")?;
        let name = text::optional(name, name_len, "name")?;
        let all = read_params(list).map_err(|error| {
            Fault::new(
                RTC_E_INVALIDARG,
                format!("`params` is no list of parameters: {error}"),
            )
        })?;
        let hit = all
            .filter(|param| name.is_none_or(|name| param.name.eq_ignore_ascii_case(name)))
            .nth(index);
        let Some(hit) = hit else {
            text::store_opt(found, rtc_str_t::default());
            text::store(value, rtc_str_t::default(), "value")?;
            return Ok(RTC_FALSE);
        };
        let bare = hit.value.map_or_else(rtc_str_t::default, |value| {
            text::lend(params::unquote(value).as_bytes())
        });
        text::store_opt(found, text::lend(hit.name.as_bytes()));
        text::store(value, bare, "value")?;
        Ok(RTC_OK)
    })
}

/// Parameters with whichever separator they have; the first may stand without one before it.
fn read_params(list: &str) -> Result<impl Iterator<Item = Param<'_>>, ParseError> {
    let list = list.trim_matches([' ', '\t']);
    let (first, rest) = match first_separator(list) {
        Some((_, b',')) => (list, ""),
        Some((at, _)) => list.split_at(at),
        None => (list, ""),
    };
    // One parameter alone has the same grammar in both kinds of list.
    let first = Params::parse_comma_separated(first)?;
    let rest = Params::parse(rest)?;
    Ok(first.iter().chain(rest.iter()))
}

/// The first comma or semicolon outside quotes.
fn first_separator(list: &str) -> Option<(usize, u8)> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, b) in list.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' | b';' if !quoted => return Some((at, b)),
            _ => {}
        }
    }
    None
}

/// Takes a URI apart: sip, sips, tel; of others the scheme, and what follows as `host`. The views point into `uri`.
///
/// Errors: RTC_E_POINTER; RTC_E_INVALID_SIP_URL (no URI).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_uri_parse(
    uri: *const c_char,
    len: size_t,
    parts: *mut rtc_uri_t,
) -> rtc_result_t {
    fence(|| {
        if uri.is_null() {
            return Err(text::null("uri"));
        }
        let out = sized::out(parts, "parts")?;
        let uri = read_uri(text::required(uri, len, "uri")?, "uri")?;
        let part = |part: &str| text::lend(part.as_bytes());
        let given =
            |part: Option<&str>| part.map_or_else(rtc_str_t::default, |p| text::lend(p.as_bytes()));
        let mut filled: rtc_uri_t = sized::zeroed();
        filled.scheme = part(uri.scheme_name);
        match uri.scheme {
            Scheme::Sip | Scheme::Sips | Scheme::Tel => {
                filled.port = uri.port.map_or(0, u32::from);
                filled.user = given(uri.user);
                filled.password = given(uri.password);
                filled.host = part(uri.host);
                filled.params = part(uri.params.as_str());
                filled.headers = given(uri.headers);
            }
            _ => filled.host = part(uri.opaque),
        }
        out.write(&filled);
        Ok(RTC_OK)
    })
}

/// Whether two URIs are equal by RFC 3261 19.1.4 (tel: RFC 3966 4): RTC_OK or RTC_FALSE.
///
/// Errors: RTC_E_POINTER; RTC_E_INVALID_SIP_URL (one of them is no URI).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_uri_equal(
    a: *const c_char,
    a_len: size_t,
    b: *const c_char,
    b_len: size_t,
) -> rtc_result_t {
    fence(|| {
        if a.is_null() {
            return Err(text::null("a"));
        }
        let b = text::required(b, b_len, "b")?;
        let a = read_uri(text::required(a, a_len, "a")?, "a")?;
        let b = read_uri(b, "b")?;
        Ok(if a.equal(&b) { RTC_OK } else { RTC_FALSE })
    })
}

/// Parses a URI argument.
pub(super) fn read_uri<'a>(uri: &'a str, what: &'static str) -> Result<Uri<'a>, Fault> {
    Uri::parse(uri).map_err(|error| {
        Fault::new(
            RTC_E_INVALID_SIP_URL,
            format!("`{what}` is no URI: {error}"),
        )
    })
}
