//! `name-addr` and `addr-spec` with header parameters: RFC 3261 §20.10, §25.1.
//!
//! From, To, Contact, Route, Refer-To and their like. Lenient where RFC 4475 asks everyone to be (no space before
//! `<`, spaces inside it), strict where guessing would change the meaning: an unbalanced quote or bracket is refused,
//! and so is a bare URI with `?` or `,`, which must stand in brackets (§20.10).

use std::borrow::Cow;
use std::fmt;

use super::chars;
use super::error::ParseError;
use super::params::{self, Params};
use super::uri::Uri;

/// A display name, a URI and header parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameAddr<'a> {
    /// The display name without quotes and escapes; empty without one. Bytes that are not UTF-8 became U+FFFD.
    pub display_name: Cow<'a, str>,
    /// The URI as written, without brackets.
    pub uri: &'a str,
    /// The header parameters after it.
    pub params: Params<'a>,
}

impl<'a> NameAddr<'a> {
    /// Parses one value; a list is split first.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let parts = scan(text.as_bytes())?;
        let display = chars::trimmed(&text[parts.display.0..parts.display.1]);
        let display_name = match display
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(inner) => params::unescape(inner),
            None => Cow::Borrowed(display),
        };
        Self::assemble(
            display_name,
            &text[parts.uri.0..parts.uri.1],
            &text[parts.params..],
        )
        .map_err(|error| error.within(parts.params))
    }

    /// As [`NameAddr::parse`], for a text of which the display name may not be UTF-8.
    pub fn parse_bytes(text: &'a [u8]) -> Result<Self, ParseError> {
        if let Ok(text) = std::str::from_utf8(text) {
            return Self::parse(text);
        }
        let parts = scan(text)?;
        let utf8 = |at: usize, end: usize| {
            std::str::from_utf8(&text[at..end])
                .map_err(|_| ParseError::new("address not UTF-8", at))
        };
        let display = String::from_utf8_lossy(&text[parts.display.0..parts.display.1]);
        let display_name = params::unescape(params::unquote(chars::trimmed(&display))).into_owned();
        let (uri, params) = (
            utf8(parts.uri.0, parts.uri.1)?,
            utf8(parts.params, text.len())?,
        );
        Self::assemble(display_name.into(), uri, params).map_err(|error| error.within(parts.params))
    }

    #[inline]
    fn assemble(
        display_name: Cow<'a, str>,
        uri: &'a str,
        params: &'a str,
    ) -> Result<Self, ParseError> {
        let params = if params.is_empty() {
            Params::EMPTY
        } else {
            Params::parse(params)?
        };
        Ok(Self {
            display_name,
            uri,
            params,
        })
    }

    /// The URI, parsed.
    pub fn parsed_uri(&self) -> Result<Uri<'a>, ParseError> {
        Uri::parse(self.uri)
    }

    /// The `tag` parameter.
    #[must_use]
    pub fn tag(&self) -> Option<&'a str> {
        self.params.get("tag")
    }
}

impl fmt::Display for NameAddr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.display_name.is_empty() {
            write!(f, "{} ", params::quote(&self.display_name))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

/// Offsets of the parts of a name-addr.
pub(crate) struct Parts {
    /// White space around the name included.
    pub(crate) display: (usize, usize),
    pub(crate) uri: (usize, usize),
    /// Where the parameters begin; they are not walked yet.
    pub(crate) params: usize,
}

/// Finds the URI and where the parameters begin.
#[inline]
pub(crate) fn scan(text: &[u8]) -> Result<Parts, ParseError> {
    let mut i = 0;
    loop {
        i = chars::find(text, i, chars::ADDRESS);
        match text.get(i) {
            Some(b'"') => {
                i = chars::quoted_end(text, i)
                    .ok_or_else(|| ParseError::new("quoted string without an end", i))?;
            }
            Some(b'<') => {
                let close = chars::find_byte(text, i, b'>');
                if close == text.len() {
                    return Err(ParseError::new("bracket without an end", i));
                }
                let uri = match &text[i + 1..close] {
                    [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => chars::trim(text, i + 1, close),
                    _ => (i + 1, close),
                };
                if uri.0 == uri.1 {
                    return Err(ParseError::new("empty URI", i));
                }
                return Ok(Parts {
                    display: (0, i),
                    uri,
                    params: close + 1,
                });
            }
            _ => break,
        }
    }
    // No bracket before the first `;`: an addr-spec, so what follows are header parameters.
    let uri = chars::trim(text, 0, i);
    if uri.0 == uri.1 {
        return Err(ParseError::new("empty URI", 0));
    }
    let odd = |b: &u8| matches!(b, b'?' | b',' | b'"' | b' ' | b'\t' | b'>');
    if let Some(n) = text[uri.0..uri.1].iter().position(odd) {
        return Err(ParseError::new("URI needs brackets", uri.0 + n));
    }
    Ok(Parts {
        display: (0, 0),
        uri,
        params: i,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shapes_of_an_address_are_read() {
        let addr = NameAddr::parse(r#""A. \"Q\" \\ B" <sip:a;p@b;x=1?h=i>;tag=t"#).unwrap();
        assert_eq!(addr.display_name, r#"A. "Q" \ B"#);
        assert_eq!(addr.uri, "sip:a;p@b;x=1?h=i");
        assert_eq!(addr.tag(), Some("t"));
        let addr = NameAddr::parse("caller<sip:caller@example.com>;tag=323").unwrap();
        assert_eq!(
            (&*addr.display_name, addr.uri),
            ("caller", "sip:caller@example.com")
        );
        let addr = NameAddr::parse("sip:u@h;tag=9;x").unwrap();
        assert_eq!((addr.uri, addr.tag()), ("sip:u@h", Some("9")));
        assert!(addr.params.has("x"));
        let addr = NameAddr::parse("< sip:u@h >").unwrap();
        assert_eq!(addr.uri, "sip:u@h");
        let addr = NameAddr::parse_bytes(b"\"J\xfcrgen\" <sip:u@h>").unwrap();
        assert_eq!(addr.display_name, "J\u{fffd}rgen");
    }

    #[test]
    fn guesses_are_refused() {
        for text in [
            "",
            "\"open <sip:a@b>",
            "<sip:a@b",
            "<>",
            "sip:a@b?x=y",
            "a b",
            ";tag=x",
            "<sip:a@b>x",
            "<sip:a@b>;;tag=x",
            "sip:a@b, sip:c@d",
        ] {
            assert!(NameAddr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn printing_is_undone_by_parsing() {
        for text in [
            "\"a \\\" b\" <sip:x@y>;tag=1;q=\"z\"",
            "<tel:1>",
            "Bob <sip:b@c>",
        ] {
            let addr = NameAddr::parse(text).unwrap();
            let printed = addr.to_string();
            assert_eq!(NameAddr::parse(&printed).unwrap(), addr);
        }
    }
}
