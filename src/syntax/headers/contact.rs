//! Contact: RFC 3261 §20.10.

use std::fmt;

use super::TypedHeader;
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::message::delta_seconds;
use crate::syntax::name_addr::NameAddr;
use crate::syntax::params::Params;

/// One Contact value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Contact<'a> {
    /// `*`: in a REGISTER, all bindings.
    Star,
    /// An address.
    Address(NameAddr<'a>),
}

impl<'a> Contact<'a> {
    /// The address; none for `*`.
    #[must_use]
    pub fn address(&self) -> Option<&NameAddr<'a>> {
        match self {
            Self::Star => None,
            Self::Address(address) => Some(address),
        }
    }

    /// The URI as written; empty for `*`.
    #[must_use]
    pub fn uri(&self) -> &'a str {
        self.address().map_or("", |address| address.uri)
    }

    /// The header parameters.
    #[must_use]
    pub fn params(&self) -> Params<'a> {
        self.address()
            .map_or(Params::EMPTY, |address| address.params)
    }

    /// The `expires` parameter in seconds; a malformed one counts as 3600 (RFC 3261 §10.2.1.1).
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        self.params()
            .get("expires")
            .map(|text| delta_seconds(text.as_bytes()).unwrap_or(3600))
    }

    /// The `q` parameter in thousandths; 1000 when absent or malformed.
    #[must_use]
    pub fn q(&self) -> u16 {
        self.params().get("q").and_then(qvalue).unwrap_or(1000)
    }
}

/// A `qvalue` in thousandths: RFC 3261 §25.1.
#[must_use]
pub fn qvalue(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

impl<'a> TypedHeader<'a> for Contact<'a> {
    const ID: HeaderId = HeaderId::Contact;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        if text == "*" {
            Ok(Self::Star)
        } else {
            NameAddr::parse(text).map(Self::Address)
        }
    }
}

impl fmt::Display for Contact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Star => f.write_str("*"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_and_addresses_are_told_apart() {
        assert_eq!(Contact::parse_value("*").unwrap(), Contact::Star);
        let contact = Contact::parse_value("<sip:a@b>;expires=99999999999;q=0.5").unwrap();
        assert_eq!(contact.uri(), "sip:a@b");
        assert_eq!(contact.expires(), Some(u32::MAX));
        assert_eq!(contact.q(), 500);
        let contact = Contact::parse_value("sip:a@b;expires=soon").unwrap();
        assert_eq!(contact.expires(), Some(3600));
        assert!(Contact::parse_value("sip:user@example.com?Route=%3Csip:x%3E").is_err());
        assert!(Contact::parse_value("\"Joe\" <sip:joe@example.org>;;;;").is_err());
    }

    #[test]
    fn q_values_are_thousandths() {
        assert_eq!(qvalue("1"), Some(1000));
        assert_eq!(qvalue("1.000"), Some(1000));
        assert_eq!(qvalue("0.75"), Some(750));
        assert_eq!(qvalue("0."), Some(0));
        for text in ["", "2", "1.1", "0.1234", "-1", "0.x"] {
            assert_eq!(qvalue(text), None, "{text}");
        }
    }
}
