//! Session descriptions: RFC 8866, and the offer/answer model over them: RFC 3264, RFC 6337.
//!
//! [`Session`] is a description taken apart, borrowing from its text; [`OfferAnswer`] is the state of one dialog's
//! negotiation and keeps texts only. No media flows here: addresses and ports come from the caller.
#![forbid(unsafe_code)]

pub mod attribute;
pub mod offer_answer;
pub mod parse;
mod write;

use std::borrow::Cow;

pub use attribute::{Direction, RtpMap};
pub use offer_answer::{Agreed, Codec, LocalMedia, OfferAnswer, Refusal, State};
pub use parse::ParseError;

/// A part of the description's text; owned only where bytes were not UTF-8.
pub type Text<'a> = Cow<'a, str>;

/// A session description (RFC 8866 §5). Lines of unknown types and all attributes are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session<'a> {
    /// `o=`
    pub origin: Origin<'a>,
    /// `s=`; `None` where the line is missing, which RFC 8866 does not allow and peers do.
    pub name: Option<Text<'a>>,
    /// `i=`
    pub information: Option<Text<'a>>,
    /// `u=`
    pub uri: Option<Text<'a>>,
    /// `e=`
    pub emails: Vec<Text<'a>>,
    /// `p=`
    pub phones: Vec<Text<'a>>,
    /// `c=`
    pub connection: Option<Connection<'a>>,
    /// `b=`
    pub bandwidths: Vec<Bandwidth<'a>>,
    /// `t=` with their `r=`; empty where the line is missing.
    pub times: Vec<Timing<'a>>,
    /// `z=`
    pub zones: Option<Text<'a>>,
    /// `k=`
    pub key: Option<Text<'a>>,
    /// `a=` before the first `m=`
    pub attributes: Vec<Attribute<'a>>,
    /// Lines of other types before the first `m=`.
    pub unknown: Vec<(char, Text<'a>)>,
    /// `m=` with what belongs to them.
    pub media: Vec<Media<'a>>,
}

/// `o=` (RFC 8866 §5.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin<'a> {
    /// Login, or `-`.
    pub username: Text<'a>,
    /// Identifies the session together with the other fields but the version.
    pub session_id: Text<'a>,
    /// Rises with every change.
    pub version: Text<'a>,
    /// Network and address of the originator's machine.
    pub address: Connection<'a>,
}

/// `c=`, and the second half of `o=` (RFC 8866 §5.7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Connection<'a> {
    /// `IN`
    pub net_type: Text<'a>,
    /// `IP4` or `IP6`
    pub addr_type: Text<'a>,
    /// An address or a name, for multicast with `/ttl` and `/number`.
    pub address: Text<'a>,
}

/// `b=` (RFC 8866 §5.8).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bandwidth<'a> {
    /// `AS`, `CT`, `TIAS`, `RS`, `RR` …
    pub kind: Text<'a>,
    /// In the unit of the kind: kilobits for `AS` and `CT`, bits for the others.
    pub value: u64,
}

/// `t=` with its `r=` lines (RFC 8866 §5.9, §5.10).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Timing<'a> {
    /// NTP seconds, 0 for always.
    pub start: u64,
    /// NTP seconds, 0 for unbounded.
    pub stop: u64,
    /// `r=`
    pub repeats: Vec<Text<'a>>,
}

/// `a=` (RFC 8866 §5.13).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute<'a> {
    /// Before the colon.
    pub name: Text<'a>,
    /// After the colon; `None` for a property attribute.
    pub value: Option<Text<'a>>,
}

/// `m=` with the lines after it (RFC 8866 §5.14).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Media<'a> {
    /// `audio`, `video`, `image`, `message`, `application` …
    pub kind: Text<'a>,
    /// Transport port; 0 refuses or ends the stream. More than 65535 is read, and never sent to.
    pub port: u32,
    /// The number of ports after a slash.
    pub ports: Option<u16>,
    /// `RTP/AVP` …
    pub proto: Text<'a>,
    /// Payload numbers for RTP, else what the protocol defines.
    pub formats: Vec<Text<'a>>,
    /// `i=`
    pub information: Option<Text<'a>>,
    /// `c=`
    pub connections: Vec<Connection<'a>>,
    /// `b=`
    pub bandwidths: Vec<Bandwidth<'a>>,
    /// `k=`
    pub key: Option<Text<'a>>,
    /// `a=`
    pub attributes: Vec<Attribute<'a>>,
    /// Lines of other types.
    pub unknown: Vec<(char, Text<'a>)>,
}
