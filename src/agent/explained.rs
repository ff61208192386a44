//! What a message says of the end of something, for people and programs: Warning (RFC 3261 §20.43), Retry-After (§20.33),
//! Error-Info (§20.18), Reason (RFC 3326).

use crate::syntax::headers::{Reason, TypedHeader, Warning};
use crate::syntax::{HeaderId, Message, RetryAfter};

/// Most warnings put into one text.
const MAX_WARNINGS: usize = 4;

/// What a message says beside its status and phrase.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Explained {
    /// Seconds; 0: nothing said.
    pub(super) retry_after: i64,
    /// Cause of the first Reason; 0: none.
    pub(super) cause: i64,
    text: String,
}

impl Explained {
    pub(super) fn of(message: &Message) -> Self {
        let mut said = Self {
            retry_after: message
                .typed::<RetryAfter<'_>>()
                .ok()
                .flatten()
                .map_or(0, |after| i64::from(after.seconds)),
            ..Self::default()
        };
        let mut parts: Vec<String> = Vec::new();
        for value in message.values(HeaderId::Warning).take(MAX_WARNINGS) {
            if let Ok(warning) = Warning::parse_value(value) {
                parts.push(format!("{} {}", warning.code, warning.text));
            }
        }
        if let Some(Ok(reason)) = message
            .values(HeaderId::Reason)
            .next()
            .map(Reason::parse_value)
        {
            said.cause = reason.cause().map_or(0, i64::from);
            let text = reason.text().unwrap_or_default();
            parts.push(match (said.cause, text.is_empty()) {
                (0, true) => reason.protocol.to_owned(),
                (0, false) => format!("{}: {text}", reason.protocol),
                (cause, true) => format!("{} {cause}", reason.protocol),
                (cause, false) => format!("{} {cause}: {text}", reason.protocol),
            });
        }
        if let Some(info) = message.values(HeaderId::ErrorInfo).next() {
            parts.push(info.to_owned());
        }
        said.text = parts.join("; ");
        said
    }

    /// The phrase with what explains it behind, in parentheses.
    pub(super) fn over(&self, phrase: &str) -> Box<str> {
        match (phrase.is_empty(), self.text.is_empty()) {
            (_, true) => phrase.into(),
            (true, false) => self.text.as_str().into(),
            (false, false) => format!("{phrase} ({})", self.text).into(),
        }
    }
}
