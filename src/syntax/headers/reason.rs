//! Reason (RFC 3326) and Warning (RFC 3261 §20.43).

use std::borrow::Cow;

use super::{TypedHeader, leading_token, token_with_params};
use crate::syntax::chars;
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::params::{self, Params};

/// Why a request was sent or a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reason<'a> {
    /// `SIP`, `Q.850`, …
    pub protocol: &'a str,
    /// All parameters.
    pub params: Params<'a>,
}

impl<'a> Reason<'a> {
    /// The protocol's code.
    #[must_use]
    pub fn cause(&self) -> Option<u16> {
        self.params.get("cause")?.parse().ok()
    }

    /// The text for people.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.params.get_unescaped("text")
    }
}

impl<'a> TypedHeader<'a> for Reason<'a> {
    const ID: HeaderId = HeaderId::Reason;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (protocol, params) = token_with_params(text, "malformed Reason")?;
        Ok(Self { protocol, params })
    }
}

/// One Warning value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning<'a> {
    /// Three digits.
    pub code: u16,
    /// Who warns: a host or a pseudonym.
    pub agent: &'a str,
    /// The text for people.
    pub text: Cow<'a, str>,
}

impl<'a> TypedHeader<'a> for Warning<'a> {
    const ID: HeaderId = HeaderId::Warning;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (digits, rest) = leading_token(text, "malformed Warning")?;
        let code = Some(digits)
            .filter(|digits| digits.len() == 3)
            .and_then(|digits| chars::number(digits.as_bytes(), 999))
            .and_then(|code| u16::try_from(code).ok())
            .ok_or_else(|| ParseError::new("malformed warning code", 0))?;
        let (agent, quoted) = rest
            .split_once([' ', '\t'])
            .ok_or_else(|| ParseError::new("warning without a text", digits.len()))?;
        let quoted = chars::trimmed(quoted);
        if !quoted.starts_with('"') || chars::quoted_end(quoted.as_bytes(), 0) != Some(quoted.len())
        {
            return Err(ParseError::new(
                "warning text is no quoted string",
                digits.len(),
            ));
        }
        Ok(Self {
            code,
            agent,
            text: params::unescape(params::unquote(quoted)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_and_warnings_come_apart() {
        let reason =
            Reason::parse_value("SIP ;cause=200 ;text=\"Call completed elsewhere\"").unwrap();
        assert_eq!((reason.protocol, reason.cause()), ("SIP", Some(200)));
        assert_eq!(reason.text().as_deref(), Some("Call completed elsewhere"));
        let warning = Warning::parse_value("301 isi.edu:5060 \"No \\\"E.164\\\"\"").unwrap();
        assert_eq!((warning.code, warning.agent), (301, "isi.edu:5060"));
        assert_eq!(warning.text, "No \"E.164\"");
        for text in [
            "1812 overture \"In Progress\"",
            "301 x",
            "301 x y",
            "x",
            "301 a \"b\"c",
        ] {
            assert!(Warning::parse_value(text).is_err(), "{text}");
        }
    }
}
