//! Who is typing, `application/im-iscomposing+xml`: RFC 3994.

use std::fmt;

use super::Fault;
use super::json::Object;
use super::xml::{self, HEAD, Leaf};

/// The media type.
pub const CONTENT_TYPE: &str = "application/im-iscomposing+xml";
const SPACE: &str = "urn:ietf:params:xml:ns:im-iscomposing";
/// How long `active` holds when the document does not say, in seconds (RFC 3994 §3.3).
pub const REFRESH: u32 = 120;

/// What a peer is doing at its keyboard.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Composing {
    /// Typing; else idle.
    pub active: bool,
    /// Type of what is being written.
    pub content_type: String,
    /// Seconds after which `active` is to be taken as idle, unless it is said again.
    pub refresh: Option<u32>,
    /// When something was typed last.
    pub last_active: String,
}

impl Composing {
    /// Reads a document. A state that is not known is idle (RFC 3994 §3.2).
    pub fn parse(body: &[u8]) -> Result<Self, Fault> {
        xml::read(body, SPACE, "isComposing", |root| {
            let state = root.first("state").ok_or(Fault::Invalid)?;
            Ok(Self {
                active: state.text() == "active",
                content_type: root.text_of("contenttype"),
                refresh: root.text_of("refresh").parse().ok(),
                last_active: root.text_of("lastactive"),
            })
        })
    }

    /// As a JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        Object::new()
            .text("state", if self.active { "active" } else { "idle" })
            .given("content_type", &self.content_type)
            .maybe("refresh", self.refresh)
            .given("last_active", &self.last_active)
            .end()
    }
}

impl fmt::Display for Composing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        writeln!(f, "<isComposing xmlns=\"{SPACE}\">")?;
        let state = if self.active { "active" } else { "idle" };
        let refresh = self
            .refresh
            .map(|secs| secs.to_string())
            .unwrap_or_default();
        for (name, value) in [
            ("state", state),
            ("lastactive", &self.last_active),
            ("contenttype", &self.content_type),
            ("refresh", &refresh),
        ] {
            write!(f, "{}", Leaf(name, value))?;
        }
        writeln!(f, "</isComposing>")
    }
}
