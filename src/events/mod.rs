//! The documents of event packages and of messages: read, written, and told as JSON. No protocol.
//!
//! | file | document |
//! |---|---|
//! | `pidf.rs`, `rpid.rs` | presence: RFC 3863; rich states: RFC 4480 |
//! | `winfo.rs` | who watches: RFC 3858 |
//! | `dialog_info.rs` | the calls of a phone: RFC 4235 |
//! | `summary.rs` | messages that wait: RFC 3842 |
//! | `reginfo.rs` | registrations of an address: RFC 3680 |
//! | `conference.rs` | a conference and who is in it: RFC 4575 |
//! | `kpml.rs`, `digits.rs` | key presses: RFC 4730, and the patterns they are matched with |
//! | `composing.rs` | who is typing: RFC 3994 |
//! | `version.rs` | full and partial documents in order |
//! | `xml.rs`, `json.rs` | reading within limits, writing safely |
//!
//! What a peer sends is bounded in bytes, depth, nodes and entries; each way to be wrong has its [`Fault`].
#![forbid(unsafe_code)]

pub mod composing;
pub mod conference;
pub mod dialog_info;
pub mod digits;
pub mod json;
pub mod kpml;
pub mod pidf;
pub mod reginfo;
pub mod rpid;
pub mod summary;
pub mod version;
pub mod winfo;
pub mod xml;

use std::fmt;

pub use composing::Composing;
pub use conference::Conference;
pub use dialog_info::DialogInfo;
pub use kpml::{KpmlRequest, KpmlResponse};
pub use pidf::Presence;
pub use reginfo::RegInfo;
pub use summary::Summary;
pub use version::{Order, Track, Version};
pub use winfo::WatcherInfo;

/// Why a document cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Not UTF-8, not well-formed, or with a DTD; of a text document: not even its first line.
    Malformed,
    /// Too long, too deep, or too many nodes, attributes or entries.
    TooLarge,
    /// Well-formed, but another document than its type says.
    NotThis,
    /// What must be there is missing, or is no value for its place.
    Invalid,
}

impl Fault {
    /// One lower-case word, as in the JSON of events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::NotThis => "not_this_document",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the document is not well-formed UTF-8 XML without a DTD",
            Self::TooLarge => "the document is too large",
            Self::NotThis => "the document is another than its type says",
            Self::Invalid => "the document lacks what it must have",
        })
    }
}

impl std::error::Error for Fault {}

/// A document that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// `application/pidf+xml`.
    Presence(Presence),
    /// `application/watcherinfo+xml`.
    Watchers(WatcherInfo),
    /// `application/dialog-info+xml`.
    Dialogs(DialogInfo),
    /// `application/simple-message-summary`.
    Summary(Summary),
    /// `application/reginfo+xml`.
    Registrations(RegInfo),
    /// `application/conference-info+xml`.
    Conference(Conference),
    /// `application/kpml-request+xml`.
    KpmlRequest(KpmlRequest),
    /// `application/kpml-response+xml`.
    KpmlResponse(KpmlResponse),
    /// `application/im-iscomposing+xml`.
    Composing(Composing),
}

impl Document {
    /// Reads a body by its type; none when the type is not one of ours.
    #[must_use]
    pub fn read(content_type: &str, body: &[u8]) -> Option<Result<Self, Fault>> {
        let media = content_type.split(';').next().unwrap_or_default().trim();
        Some(match media.to_ascii_lowercase().as_str() {
            pidf::CONTENT_TYPE => Presence::parse(body).map(Self::Presence),
            winfo::CONTENT_TYPE => WatcherInfo::parse(body).map(Self::Watchers),
            dialog_info::CONTENT_TYPE => DialogInfo::parse(body).map(Self::Dialogs),
            summary::CONTENT_TYPE => Summary::parse(body).map(Self::Summary),
            reginfo::CONTENT_TYPE => RegInfo::parse(body).map(Self::Registrations),
            conference::CONTENT_TYPE => Conference::parse(body).map(Self::Conference),
            kpml::REQUEST_TYPE => KpmlRequest::parse(body).map(Self::KpmlRequest),
            kpml::RESPONSE_TYPE => KpmlResponse::parse(body).map(Self::KpmlResponse),
            composing::CONTENT_TYPE => Composing::parse(body).map(Self::Composing),
            _ => return None,
        })
    }

    /// Its number among the documents of one subscription, where the package counts them.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Watchers(document) => Some(document.version),
            Self::Dialogs(document) => Some(document.version),
            Self::Registrations(document) => Some(document.version),
            Self::Conference(document) => Some(document.version),
            _ => None,
        }
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        match self {
            Self::Presence(document) => document.json(),
            Self::Watchers(document) => document.json(),
            Self::Dialogs(document) => document.json(),
            Self::Summary(document) => document.json(),
            Self::Registrations(document) => document.json(),
            Self::Conference(document) => document.json(),
            Self::KpmlRequest(document) => document.json(),
            Self::KpmlResponse(document) => document.json(),
            Self::Composing(document) => document.json(),
        }
    }
}
