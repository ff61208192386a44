//! What a parser says when it refuses a text.

use std::fmt;

/// The message as a whole is over its limit.
pub(super) const TOO_LONG: &str = "message too long";
/// Its head is.
pub(super) const HEAD_TOO_LONG: &str = "header fields too long";
/// It has more header lines than are read.
pub(super) const TOO_MANY: &str = "too many header fields";

/// A refused text: which construct, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ParseError {
    /// The construct that is wrong, in a few plain words that can stand in a reason phrase.
    pub what: &'static str,
    /// Byte offset in the text that was given to the parser.
    pub at: usize,
}

impl ParseError {
    /// An error about `what` at byte `at`.
    #[must_use]
    pub const fn new(what: &'static str, at: usize) -> Self {
        Self { what, at }
    }

    /// Whether it is the size of the message that is refused: 513, not 400 (RFC 3261 §21.5.7).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        [TOO_LONG, HEAD_TOO_LONG, TOO_MANY].contains(&self.what)
    }

    /// The same error seen from a text in which the parsed one starts at `base`.
    #[must_use]
    pub const fn within(self, base: usize) -> Self {
        Self {
            what: self.what,
            at: self.at + base,
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for ParseError {}
