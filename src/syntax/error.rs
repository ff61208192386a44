//! What a parser says when it refuses a text.

use std::fmt;

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
