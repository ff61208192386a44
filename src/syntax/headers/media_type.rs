//! Content-Type, Accept and Content-Disposition: RFC 3261 §20.1, §20.11, §20.15.

use std::fmt;

use super::{TypedHeader, contact, leading_token, token_with_params};
use crate::syntax::chars;
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::params::Params;

/// A media type, or in an Accept header a range of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaType<'a> {
    /// What stands before the slash.
    pub kind: &'a str,
    /// What stands after it.
    pub subtype: &'a str,
    /// The parameters.
    pub params: Params<'a>,
}

impl<'a> MediaType<'a> {
    /// Parses `type/subtype *(;param)`.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let (kind, rest) = leading_token(text, "malformed media type")?;
        let rest = rest
            .strip_prefix('/')
            .ok_or_else(|| ParseError::new("media type without a slash", kind.len()))?;
        let (subtype, params) = token_with_params(rest, "malformed media subtype")?;
        Ok(Self {
            kind,
            subtype,
            params,
        })
    }

    /// Whether it is `type/subtype`, compared without case and parameters.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        text.split_once('/').is_some_and(|(kind, subtype)| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        })
    }

    /// Whether this range (`*/*`, `text/*` or a type) covers `text`.
    #[must_use]
    pub fn covers(&self, text: &str) -> bool {
        text.split_once('/').is_some_and(|(kind, subtype)| {
            let same = |range: &str, part: &str| range == "*" || range.eq_ignore_ascii_case(part);
            same(self.kind, kind) && same(self.subtype, subtype)
        })
    }

    /// The `q` parameter in thousandths.
    #[must_use]
    pub fn q(&self) -> u16 {
        self.params
            .get("q")
            .and_then(contact::qvalue)
            .unwrap_or(1000)
    }
}

impl fmt::Display for MediaType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.kind, self.subtype, self.params)
    }
}

/// Content-Type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContentType<'a>(pub MediaType<'a>);

impl<'a> TypedHeader<'a> for ContentType<'a> {
    const ID: HeaderId = HeaderId::ContentType;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        MediaType::parse(text).map(Self)
    }
}

/// One range of an Accept header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Accept<'a>(pub MediaType<'a>);

impl<'a> TypedHeader<'a> for Accept<'a> {
    const ID: HeaderId = HeaderId::Accept;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        MediaType::parse(text).map(Self)
    }
}

/// Content-Disposition.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContentDisposition<'a> {
    /// `session`, `render`, `info-package` …
    pub kind: &'a str,
    /// The parameters.
    pub params: Params<'a>,
}

impl ContentDisposition<'_> {
    /// Whether a body that is not understood may be ignored; without `handling=optional` it may not.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        self.params
            .get("handling")
            .is_some_and(|value| value.eq_ignore_ascii_case("optional"))
    }
}

impl<'a> TypedHeader<'a> for ContentDisposition<'a> {
    const ID: HeaderId = HeaderId::ContentDisposition;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (kind, params) = token_with_params(chars::trimmed(text), "malformed disposition")?;
        Ok(Self { kind, params })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_ranges_match_without_case() {
        let media = MediaType::parse("Application / SDP ; charset=\"x\"").unwrap();
        assert!(media.is("application/sdp"));
        assert_eq!(media.params.get("charset"), Some("x"));
        let range = Accept::parse_value("text/*;q=0.3").unwrap().0;
        assert!(range.covers("text/plain") && !range.covers("application/sdp"));
        assert_eq!(range.q(), 300);
        assert!(MediaType::parse("*/*").unwrap().covers("a/b"));
        for text in ["", "text", "/x", "text/", "text/plain;;", "a/b c"] {
            assert!(MediaType::parse(text).is_err(), "{text}");
        }
    }
}
