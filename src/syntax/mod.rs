//! SIP messages as text: RFC 3261 §7, §19, §20, §25.
//!
//! [`Message`] is a received or built message: one immutable block of bytes with an index of its header lines. Parsing
//! checks what routes a message (start line, top Via, From, To, Call-ID, CSeq, Content-Length) and leaves every other
//! header unread until somebody asks for its typed form. [`MessageBuilder`] and [`MessageEdit`] write; [`Framer`] cuts
//! streams; [`Salvage`] answers what was refused. Session descriptions are not known here.

#![forbid(unsafe_code)]

mod block;
mod builder;
mod chars;
mod edit;
mod error;
mod framer;
mod head;
mod header_id;
mod header_lines;
pub mod headers;
mod host;
mod message;
pub mod method;
mod multipart;
mod name_addr;
pub mod params;
mod parse;
mod payload;
mod salvage;
mod status;
pub mod uri;

pub(crate) use block::Span;
pub(crate) use chars::find_byte;
pub use builder::MessageBuilder;
pub use edit::MessageEdit;
pub use error::ParseError;
pub use framer::{Frame, FrameError, Framer, is_keep_alive};
pub use header_id::{HeaderClass, HeaderId};
pub use header_lines::{HeaderLine, HeaderLines};
pub use headers::{
    Accept, Authentication, Authorization, CSeq, Contact, ContentDisposition, ContentType, Event,
    Expires, Join, MediaType, MinExpires, MinSe, ProxyAuthenticate, ProxyAuthorization, RAck, RSeq,
    Reason, ReferTo, ReferredBy, Replaces, RetryAfter, SessionExpires, SubscriptionState,
    TargetDialog, TypedHeader, Via, Warning, WwwAuthenticate,
};
pub use host::{HostPort, ip, same_host};
pub use message::{Message, Values};
pub use multipart::{Part, Parts};
pub use name_addr::NameAddr;
pub use params::{Param, Params};
pub use parse::Parsed;
pub use payload::Payload;
pub use salvage::Salvage;
pub use status::reason_phrase;
pub use uri::{Scheme, Uri};
