//! One shape for every header: what a value is made of, by the RFC that defines it.
//!
//! Finding headers in a message is `sip_message`'s business; the grammar is the syntax layer's.

use crate::syntax::{
    Authentication, CSeq, Contact, ContentDisposition, Event, HeaderId, MediaType, NameAddr,
    Params, ParseError, RAck, Reason, RetryAfter, SessionExpires, SubscriptionState, TypedHeader,
    Via, Warning,
};

use super::constants::{
    RTC_HEADER_FORM_ADDRESS, RTC_HEADER_FORM_AUTH, RTC_HEADER_FORM_NUMBER, RTC_HEADER_FORM_RAW,
    RTC_HEADER_FORM_STAR, RTC_HEADER_FORM_TOKEN, RTC_HEADER_FORM_VIA,
};
use super::entry::Made;
use super::records::rtc_header_t;
use super::sized;
use super::text::lend;

/// Fills a record from one value; one that its grammar refuses is left raw, and the error says why.
pub(super) fn fill(
    name: &str,
    id: Option<HeaderId>,
    value: &[u8],
    made: &mut Made<'_>,
) -> (rtc_header_t, Option<ParseError>) {
    let mut header: rtc_header_t = sized::zeroed();
    header.form = RTC_HEADER_FORM_RAW;
    header.name = lend(name.as_bytes());
    header.value = lend(value);
    let (Some(id), Ok(value)) = (id, std::str::from_utf8(value)) else {
        return (header, None);
    };
    let raw = header;
    match typed(id, value, &mut header, made) {
        Ok(()) => (header, None),
        Err(error) => (raw, Some(error)),
    }
}

fn typed(
    id: HeaderId,
    value: &str,
    header: &mut rtc_header_t,
    made: &mut Made<'_>,
) -> Result<(), ParseError> {
    match id {
        HeaderId::From
        | HeaderId::To
        | HeaderId::Route
        | HeaderId::RecordRoute
        | HeaderId::Path
        | HeaderId::ServiceRoute
        | HeaderId::ReferTo
        | HeaderId::ReferredBy
        | HeaderId::ReplyTo
        | HeaderId::PAssertedIdentity
        | HeaderId::PPreferredIdentity
        | HeaderId::PAssociatedUri
        | HeaderId::PCalledPartyId
        | HeaderId::PServedUser
        | HeaderId::RemotePartyId
        | HeaderId::Diversion
        | HeaderId::HistoryInfo
        | HeaderId::AlertInfo
        | HeaderId::CallInfo
        | HeaderId::ErrorInfo => address(&NameAddr::parse(value)?, header, made),
        HeaderId::Contact => match Contact::parse_value(value)?.address() {
            Some(contact) => address(contact, header, made),
            None => header.form = RTC_HEADER_FORM_STAR,
        },
        HeaderId::Via => via(value, header)?,
        HeaderId::WwwAuthenticate
        | HeaderId::ProxyAuthenticate
        | HeaderId::Authorization
        | HeaderId::ProxyAuthorization => {
            let auth = Authentication::parse(value)?;
            header.form = RTC_HEADER_FORM_AUTH;
            header.token = lend(auth.scheme.as_bytes());
            header.params = lend(auth.params.as_str().as_bytes());
        }
        HeaderId::CSeq => {
            let cseq = CSeq::parse_value(value)?;
            number(cseq.number.into(), header);
            header.token = lend(cseq.method.as_bytes());
        }
        HeaderId::RAck => {
            let rack = RAck::parse_value(value)?;
            number(rack.rseq.into(), header);
            header.number2 = rack.cseq.into();
            header.token = lend(rack.method.as_bytes());
        }
        HeaderId::Expires
        | HeaderId::MinExpires
        | HeaderId::MaxForwards
        | HeaderId::ContentLength
        | HeaderId::RSeq
        | HeaderId::FlowTimer
        | HeaderId::MaxBreadth => {
            let digits = value.bytes().all(|b| b.is_ascii_digit()) && !value.is_empty();
            let parsed = value.parse::<u32>().unwrap_or(u32::MAX);
            if !digits {
                return Err(ParseError::new("no number", 0));
            }
            number(parsed.into(), header);
        }
        HeaderId::SessionExpires | HeaderId::MinSe => {
            let timer = SessionExpires::parse_value(value)?;
            number(timer.seconds.into(), header);
            header.params = lend(timer.params.as_str().as_bytes());
        }
        HeaderId::RetryAfter => {
            let retry = RetryAfter::parse_value(value)?;
            number(retry.seconds.into(), header);
            header.display_name = lend(retry.comment.as_bytes());
            header.params = lend(retry.params.as_str().as_bytes());
        }
        HeaderId::Warning => {
            let warning = Warning::parse_value(value)?;
            number(warning.code.into(), header);
            header.token = lend(warning.agent.as_bytes());
            header.display_name = lend(made.keep(&warning.text).as_bytes());
        }
        HeaderId::Event => {
            let event = Event::parse_value(value)?;
            token(event.package, event.params, header);
        }
        HeaderId::SubscriptionState => {
            let state = SubscriptionState::parse_value(value)?;
            token(state.state, state.params, header);
        }
        HeaderId::Reason => {
            let reason = Reason::parse_value(value)?;
            token(reason.protocol, reason.params, header);
        }
        HeaderId::ContentType | HeaderId::Accept => {
            let media = MediaType::parse(value)?;
            let end = media.params.as_str().len();
            token(
                value.get(..value.len() - end).unwrap_or(value).trim_end(),
                media.params,
                header,
            );
        }
        HeaderId::ContentDisposition => {
            let disposition = ContentDisposition::parse_value(value)?;
            token(disposition.kind, disposition.params, header);
        }
        HeaderId::CallId
        | HeaderId::InReplyTo
        | HeaderId::SipETag
        | HeaderId::SipIfMatch
        | HeaderId::SuppressIfMatch
        | HeaderId::ContentId
        | HeaderId::MimeVersion => {
            header.form = RTC_HEADER_FORM_TOKEN;
            header.token = lend(value.as_bytes());
        }
        HeaderId::Replaces | HeaderId::Join | HeaderId::TargetDialog => {
            let end = value.find(';').unwrap_or(value.len());
            let (call_id, params) = value.split_at(end);
            token(call_id.trim_end(), Params::parse(params)?, header);
        }
        HeaderId::Allow
        | HeaderId::AllowEvents
        | HeaderId::Supported
        | HeaderId::Require
        | HeaderId::Unsupported
        | HeaderId::ProxyRequire
        | HeaderId::Privacy
        | HeaderId::Priority
        | HeaderId::AcceptEncoding
        | HeaderId::AcceptLanguage
        | HeaderId::AcceptContact
        | HeaderId::SecurityClient
        | HeaderId::SecurityServer
        | HeaderId::SecurityVerify
        | HeaderId::ContentEncoding
        | HeaderId::ContentLanguage
        | HeaderId::InfoPackage
        | HeaderId::RecvInfo
        | HeaderId::ReferSub
        | HeaderId::AnswerMode
        | HeaderId::PrivAnswerMode
        | HeaderId::SessionId => {
            let end = value.find(';').unwrap_or(value.len());
            let (word, params) = value.split_at(end);
            token(word.trim_end(), Params::parse(params)?, header);
        }
        _ => {}
    }
    Ok(())
}

fn address(address: &NameAddr<'_>, header: &mut rtc_header_t, made: &mut Made<'_>) {
    header.form = RTC_HEADER_FORM_ADDRESS;
    header.display_name = match address.display_name {
        std::borrow::Cow::Borrowed(name) => lend(name.as_bytes()),
        std::borrow::Cow::Owned(ref name) => lend(made.keep(name).as_bytes()),
    };
    header.uri = lend(address.uri.as_bytes());
    header.params = lend(address.params.as_str().as_bytes());
}

fn via(value: &str, header: &mut rtc_header_t) -> Result<(), ParseError> {
    let via = Via::parse(value)?;
    header.form = RTC_HEADER_FORM_VIA;
    header.token = lend(via.transport.as_bytes());
    header.uri = lend(sent_by(value, &via).as_bytes());
    header.params = lend(via.params.as_str().as_bytes());
    Ok(())
}

/// Host and port as written: from where the host stands to the parameters.
fn sent_by<'a>(value: &'a str, via: &Via<'a>) -> &'a str {
    let host = via.sent_by.host;
    let Some(at) = host.as_ptr().addr().checked_sub(value.as_ptr().addr()) else {
        return host;
    };
    let end = value.len() - via.params.as_str().len().min(value.len());
    // The brackets of an IPv6 address belong to it, whether the host has them or not.
    let at = if at > 0 && value.as_bytes().get(at - 1) == Some(&b'[') {
        at - 1
    } else {
        at
    };
    value.get(at..end).map_or(host, str::trim_end)
}

fn number(number: i64, header: &mut rtc_header_t) {
    header.form = RTC_HEADER_FORM_NUMBER;
    header.number = number;
}

fn token(token: &str, params: Params<'_>, header: &mut rtc_header_t) {
    header.form = RTC_HEADER_FORM_TOKEN;
    header.token = lend(token.as_bytes());
    header.params = lend(params.as_str().as_bytes());
}
