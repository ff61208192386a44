//! Typed forms of single header values. Each is parsed when asked for (`Message::typed`), borrows its text, and
//! checks grammar only; what a value means is for the layers above.

pub mod address;
pub mod auth;
pub mod contact;
pub mod dialog_ref;
pub mod event;
pub mod media_type;
pub mod number;
pub mod reason;
pub mod via;

pub use address::{
    FromHeader, PAssertedIdentity, RecordRoute, ReferTo, ReferredBy, Route, ToHeader,
};
pub use auth::{
    Authentication, AuthenticationInfo, Authorization, ProxyAuthenticate, ProxyAuthorization,
    WwwAuthenticate,
};
pub use contact::Contact;
pub use dialog_ref::{Join, Replaces, TargetDialog};
pub use event::{Event, SubscriptionState};
pub use media_type::{Accept, ContentDisposition, ContentType, MediaType};
pub use number::{
    CSeq, ContentLength, Expires, MaxForwards, MinExpires, MinSe, RAck, RSeq, RetryAfter,
    SessionExpires,
};
pub use reason::{Reason, Warning};
pub use via::Via;

use super::chars;
use super::error::ParseError;
use super::header_id::HeaderId;
use super::params::Params;

/// A typed form of one value of a header.
pub trait TypedHeader<'a>: Sized {
    /// The header.
    const ID: HeaderId;

    /// Parses one value: of a list header one element, else the whole line.
    fn parse_value(text: &'a str) -> Result<Self, ParseError>;
}

/// `token` and what follows it, white space between them taken off.
fn leading_token<'a>(text: &'a str, what: &'static str) -> Result<(&'a str, &'a str), ParseError> {
    let text = chars::trimmed(text);
    let end = chars::skip(text.as_bytes(), 0, chars::TOKEN);
    if end == 0 {
        return Err(ParseError::new(what, 0));
    }
    Ok((&text[..end], text[end..].trim_start_matches([' ', '\t'])))
}

/// A token with parameters: `token *(;param)`.
fn token_with_params<'a>(
    text: &'a str,
    what: &'static str,
) -> Result<(&'a str, Params<'a>), ParseError> {
    let (token, rest) = leading_token(text, what)?;
    Ok((
        token,
        Params::parse(rest).map_err(|error| error.within(text.len() - rest.len()))?,
    ))
}
