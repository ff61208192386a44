//! Which part of a body is the session description: RFC 3261 §20.11, RFC 5621 §3, §4.
//!
//! A description may stand alone, among other parts in a `multipart/mixed`, or as one of several forms of the same
//! thing in a `multipart/alternative`, where the last form that is understood counts. Other parts are the
//! application's to read; what it cannot do without says `handling=required`.

use crate::syntax::headers::{ContentDisposition, MediaType};
use crate::syntax::{HeaderId, Message, Part, Parts};

/// Multiparts inside multiparts that are looked into.
const DEPTH: usize = 4;

/// The description of that type in a message's body.
pub(crate) fn description<'a>(message: &'a Message, content_type: &str) -> Option<&'a [u8]> {
    let body = message.body();
    if body.is_empty() {
        return None;
    }
    let given = message.header(HeaderId::ContentType).unwrap_or_default();
    let bare = given.split(';').next().unwrap_or_default().trim();
    if bare.eq_ignore_ascii_case(content_type) {
        return Some(body);
    }
    let media = message.content_type()?;
    if !is_multipart(&media) {
        return None;
    }
    among(message.parts(), is_alternative(&media), content_type, DEPTH)
}

/// Whether a message has no description of that type and nothing else that must be understood: whoever answers it has
/// the offer to make.
pub(crate) fn is_offerless(message: &Message, content_type: &str) -> bool {
    message.body().is_empty()
        || (description(message, content_type).is_none() && may_be_ignored(message))
}

/// Whether nothing of a body needs to be understood.
pub(crate) fn may_be_ignored(message: &Message) -> bool {
    let optional = message
        .typed::<ContentDisposition<'_>>()
        .ok()
        .flatten()
        .is_some_and(|disposition| disposition.is_optional());
    if optional || message.body().is_empty() {
        return true;
    }
    let media = message.content_type();
    media.is_some_and(|media| is_multipart(&media)) && !demands(message.parts(), "", DEPTH)
}

/// Whether a part of a multipart must be understood and is no description of that type.
pub(crate) fn demands_more(message: &Message, content_type: &str) -> bool {
    demands(message.parts(), content_type, DEPTH)
}

/// What a body is refused for before anybody looks at it: without a type it cannot be read (RFC 3261 §7.4.1), and no
/// encoding is undone here (§20.12).
pub(crate) fn refusal(message: &Message) -> Option<(u16, &'static str)> {
    if message.body().is_empty() {
        return None;
    }
    if message.header(HeaderId::ContentType).is_none() {
        return Some((
            400,
            "Warning: 399 rtcclient \"A body without Content-Type\"\r\n",
        ));
    }
    let encoded = message
        .values(HeaderId::ContentEncoding)
        .any(|coding| !coding.eq_ignore_ascii_case("identity"));
    (encoded && !may_be_ignored(message)).then_some((415, "Accept-Encoding: identity\r\n"))
}

fn is_multipart(media: &MediaType<'_>) -> bool {
    media.kind.eq_ignore_ascii_case("multipart")
}

fn is_alternative(media: &MediaType<'_>) -> bool {
    is_multipart(media) && media.subtype.eq_ignore_ascii_case("alternative")
}

/// The part of that type: the first, or among alternatives the last (RFC 2046 §5.1.4).
fn among<'a>(
    parts: Parts<'a>,
    alternative: bool,
    content_type: &str,
    depth: usize,
) -> Option<&'a [u8]> {
    let depth = depth.checked_sub(1)?;
    let mut found = None;
    for part in parts {
        let media = part.content_type();
        let here = if media.is(content_type) {
            Some(part.body)
        } else if is_multipart(&media) {
            among(part.parts(), is_alternative(&media), content_type, depth)
        } else {
            None
        };
        if here.is_some() {
            found = here;
            if !alternative {
                break;
            }
        }
    }
    found
}

fn demands(parts: Parts<'_>, content_type: &str, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let required = |part: &Part<'_>| {
        part.header("Content-Disposition").is_some_and(|value| {
            let mut parameters = value.split(';').skip(1);
            parameters.any(|parameter| {
                parameter.split_once('=').is_some_and(|(name, value)| {
                    name.trim().eq_ignore_ascii_case("handling")
                        && value.trim().eq_ignore_ascii_case("required")
                })
            })
        })
    };
    for part in parts {
        let media = part.content_type();
        if is_multipart(&media) {
            if demands(part.parts(), content_type, depth) {
                return true;
            }
        } else if !media.is(content_type) && required(&part) {
            return true;
        }
    }
    false
}
