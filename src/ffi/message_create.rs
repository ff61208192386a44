//! Making messages in one call: a request, a variation of one, or a response (RFC 3261 §8.1.1, §8.2.6).

use crate::base::{Entropy, Limits};
use crate::syntax::{HeaderId, HeaderLines, Message, MessageBuilder};

use super::constants::RTC_SEND_EXPERT;
use super::entry::{Entry, MessageEntry};
use super::fence::{Fault, fence};
use super::registry;
use super::result_codes::{
    RTC_E_HEADER_MALFORMED, RTC_E_HEADER_RESERVED, RTC_E_INVALIDARG, RTC_OK,
};
use super::sip_message::check_flags;
use super::structs::rtc_sip_message_options_t;
use super::types::{rtc_result_t, rtc_sip_message_t};
use super::uri::read_uri;
use super::{sized, text};

/// Makes a message: headers in the RFC's order, the right Content-Length.
///
/// With `status`: a response to `base`, which gives it Via, From, To, Call-ID and CSeq. With `status` 0: a request; what
/// `base` (NULL: nothing) and `headers` leave out of Via, From, To, Call-ID, CSeq and Max-Forwards is made, unless
/// RTC_SEND_EXPERT. `headers` replace those of `base` by name. The message is yours: release it.
/// Errors: RTC_E_HANDLE (base); RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_HEADER_MALFORMED;
/// RTC_E_HEADER_RESERVED (Content-Length).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_sip_message_create(
    options: *const rtc_sip_message_options_t,
    message: *mut *mut rtc_sip_message_t,
) -> rtc_result_t {
    text::store_opt(message, std::ptr::null_mut());
    fence(|| {
        let given = sized::optional(options, "options")?;
        let base = match given {
            Some(given) if !given.base.is_null() => Some(registry::with(
                given.base.cast(),
                "options.base",
                |entry| Some(entry.message()?.message.clone()),
            )?),
            _ => None,
        };
        if message.is_null() {
            return Err(text::null("message"));
        }
        let given = given.ok_or_else(|| text::null("options"))?;
        let made = create(&given, base.as_ref())?;
        let raw = registry::mint(Entry::Message(MessageEntry::new(made)))?;
        text::store(message, raw.cast(), "message")?;
        Ok(RTC_OK)
    })
}

/// Header lines on their way into a message.
struct Lines(Vec<(String, String)>);

impl Lines {
    fn has(&self, id: HeaderId) -> bool {
        self.0
            .iter()
            .any(|(name, _)| HeaderId::from_name(name) == Some(id))
    }

    fn drop_named(&mut self, wanted: &str) {
        let id = HeaderId::from_name(wanted);
        self.0.retain(|(name, _)| match id {
            Some(_) => HeaderId::from_name(name) != id,
            None => !name.eq_ignore_ascii_case(wanted),
        });
    }

    fn add(&mut self, id: HeaderId, value: String) {
        self.0.push((id.name().to_owned(), value));
    }
}

fn create(given: &rtc_sip_message_options_t, base: Option<&Message>) -> Result<Message, Fault> {
    check_flags(given.flags, RTC_SEND_EXPERT)?;
    let expert = given.flags & RTC_SEND_EXPERT != 0;
    let method = text::line_field(given.method, "options.method")?;
    let uri = text::line_field(given.uri, "options.uri")?;
    let reason = text::line_field(given.reason, "options.reason")?;
    let to_tag = text::line_field(given.to_tag, "options.to_tag")?;
    let headers = text::field(given.headers, "options.headers")?.unwrap_or_default();
    let headers = HeaderLines::parse(headers).map_err(|error| {
        Fault::new(
            RTC_E_HEADER_MALFORMED,
            format!("`options.headers`: {error}"),
        )
    })?;
    let remove = text::line_field(given.remove, "options.remove")?;
    let content_type = text::line_field(given.content_type, "options.content_type")?;
    let body = text::field_bytes(given.body, "options.body")?;
    if let Some(line) = headers
        .iter()
        .find(|line| line.id == Some(HeaderId::ContentLength))
    {
        return Err(Fault::new(
            RTC_E_HEADER_RESERVED,
            format!(
                "`options.headers` has {}, which follows from the body",
                line.name
            ),
        ));
    }
    let mut entropy = entropy()?;

    let mut lines = Lines(Vec::new());
    let response = given.status != 0;
    let (builder, kept) = if response {
        let status = u16::try_from(given.status)
            .ok()
            .filter(|s| (100..700).contains(s))
            .ok_or_else(|| {
                Fault::new(
                    RTC_E_INVALIDARG,
                    format!(
                        "`options.status` is {}; it goes from 100 to 699",
                        given.status
                    ),
                )
            })?;
        let request = base.filter(|base| base.is_request()).ok_or_else(|| {
            Fault::new(
                RTC_E_INVALIDARG,
                "a response needs a request as `options.base`",
            )
        })?;
        let tag = if to_tag.is_empty() && status > 100 && !expert {
            entropy.token::<12>().as_str().to_owned()
        } else {
            to_tag.into_string()
        };
        let answer = MessageBuilder::response_to(request, status, &reason, &tag).build();
        copy(&answer, &mut lines);
        (MessageBuilder::response(status, answer.reason()), None)
    } else {
        let base = match base {
            Some(base) if !base.is_request() => {
                return Err(Fault::new(
                    RTC_E_INVALIDARG,
                    "`options.base` is a response; only a request can be varied",
                ));
            }
            base => base,
        };
        if let Some(base) = base {
            copy(base, &mut lines);
        }
        let method = if method.is_empty() {
            base.map_or("", Message::method)
        } else {
            &method
        };
        let uri = if uri.is_empty() {
            base.map_or("", Message::request_uri)
        } else {
            &uri
        };
        if !is_token(method) {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`options.method` is \"{method}\", which is no method"),
            ));
        }
        read_uri(uri, "options.uri")?;
        if let Some((_, cseq)) = lines
            .0
            .iter_mut()
            .find(|(name, _)| HeaderId::from_name(name) == Some(HeaderId::CSeq))
        {
            let number = cseq
                .split_ascii_whitespace()
                .next()
                .unwrap_or("1")
                .to_owned();
            *cseq = format!("{number} {method}");
        }
        (
            MessageBuilder::request(method, uri),
            Some((method.to_owned(), uri.to_owned())),
        )
    };

    for name in remove
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        lines.drop_named(name);
    }
    let mut replaced: Vec<&str> = Vec::new();
    for line in headers.iter() {
        if !replaced
            .iter()
            .any(|name| name.eq_ignore_ascii_case(line.name))
        {
            lines.drop_named(line.name);
            replaced.push(line.name);
        }
    }
    for line in headers.iter() {
        lines.0.push((line.name.to_owned(), line.value.to_owned()));
    }
    if let (Some((method, uri)), false) = (&kept, expert) {
        complete(&mut lines, method, uri, &mut entropy);
    }

    let mut builder = builder;
    let own_type = lines
        .0
        .iter()
        .position(|(name, _)| HeaderId::from_name(name) == Some(HeaderId::ContentType));
    let own_type = own_type.map(|at| lines.0.remove(at).1);
    for (name, value) in &lines.0 {
        builder.add_named(name, value);
    }
    // A body goes with its type: without the type of its base there is no body of it either.
    let typed = own_type.is_some() || !content_type.is_empty();
    let kept_body =
        base.filter(|base| typed && !response && body.is_none() && !base.body().is_empty());
    let body = body
        .or_else(|| kept_body.map(Message::body))
        .unwrap_or_default();
    let content_type = if content_type.is_empty() {
        own_type.as_deref().unwrap_or_default()
    } else {
        &content_type
    };
    if !body.is_empty() && content_type.is_empty() && !expert {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options.body` is given and `options.content_type` is not",
        ));
    }
    let built = builder.body(content_type, body).build();
    // What was pieced together has to be a message: only so its fields can be asked for.
    Message::parse_datagram(built.as_bytes(), &Limits::default()).map_err(|error| {
        Fault::new(
            RTC_E_HEADER_MALFORMED,
            format!("that makes no message: {error}"),
        )
    })
}

fn copy(from: &Message, lines: &mut Lines) {
    for (id, name, value) in from.identified_lines() {
        if id != Some(HeaderId::ContentLength) {
            lines
                .0
                .push((name.to_owned(), String::from_utf8_lossy(value).into_owned()));
        }
    }
}

/// What RFC 3261 §8.1.1 asks for in every request.
fn complete(lines: &mut Lines, method: &str, uri: &str, entropy: &mut Entropy) {
    if !lines.has(HeaderId::Via) {
        let branch = entropy.token::<16>();
        lines.add(
            HeaderId::Via,
            format!("SIP/2.0/UDP anonymous.invalid;branch=z9hG4bK{branch}"),
        );
    }
    if !lines.has(HeaderId::MaxForwards) {
        lines.add(HeaderId::MaxForwards, "70".to_owned());
    }
    if !lines.has(HeaderId::From) {
        let tag = entropy.token::<12>();
        lines.add(
            HeaderId::From,
            format!("<sip:anonymous@anonymous.invalid>;tag={tag}"),
        );
    }
    if !lines.has(HeaderId::To) {
        lines.add(HeaderId::To, format!("<{uri}>"));
    }
    if !lines.has(HeaderId::CallId) {
        lines.add(HeaderId::CallId, entropy.token::<24>().as_str().to_owned());
    }
    if !lines.has(HeaderId::CSeq) {
        lines.add(HeaderId::CSeq, format!("1 {method}"));
    }
}

/// RFC 3261 §25.1 `token`.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

/// Randomness from the system.
pub(super) fn entropy() -> Result<Entropy, Fault> {
    seed().map(Entropy::new)
}

/// A seed from the system.
pub(super) fn seed() -> Result<[u8; 32], Fault> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| {
        Fault::new(
            super::result_codes::RTC_E_FAIL,
            format!("the system gives no randomness: {error}"),
        )
    })?;
    Ok(seed)
}
