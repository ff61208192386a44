//! `host` and `hostport` of RFC 3261 §25.1, with the IPv6 clarifications of RFC 5118 and RFC 5954.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::chars::{self, HOST};
use super::error::ParseError;

/// A host name or address and, if written, a port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct HostPort<'a> {
    /// As written; an IPv6 address keeps its brackets.
    pub host: &'a str,
    /// As written; none is not the same as the default (RFC 3261 §19.1.4).
    pub port: Option<u16>,
}

impl<'a> HostPort<'a> {
    /// Parses `host [":" port]` with nothing around it.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let (end, port) = scan(text.as_bytes(), 0)?;
        let at = port.map_or(end, |span| span.1);
        if at != text.len() {
            return Err(ParseError::new("malformed host or port", at));
        }
        Ok(Self {
            host: &text[..end],
            port: port_number(text.as_bytes(), port)?,
        })
    }

    /// The address, when the host is one. See [`ip`].
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        ip(self.host)
    }
}

impl fmt::Display for HostPort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// The address that `host` spells, with or without brackets around IPv6. The three colons of the grammar error
/// that RFC 5118 §4.10 describes are read as two.
#[must_use]
pub fn ip(host: &str) -> Option<IpAddr> {
    let inner = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if inner.is_none()
        && let Ok(v4) = host.parse::<Ipv4Addr>()
    {
        return Some(IpAddr::V4(v4));
    }
    let text = inner.unwrap_or(host);
    if !text.contains(':') {
        return None;
    }
    text.parse::<Ipv6Addr>()
        .or_else(|_| text.replacen(":::", "::", 1).parse())
        .ok()
        .map(IpAddr::V6)
}

/// Whether two hosts are the same: names without case, IPv6 by address (RFC 5954 §4.2).
#[must_use]
pub fn same_host(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    a.starts_with('[') && b.starts_with('[') && ip(a).is_some() && ip(a) == ip(b)
}

/// The host at `at`, and the span of the port after it: (end of host, port span).
#[inline]
pub(crate) fn scan(text: &[u8], at: usize) -> Result<(usize, Option<(usize, usize)>), ParseError> {
    let end = if text.get(at) == Some(&b'[') {
        let mut i = at + 1;
        while i < text.len() && (text[i].is_ascii_hexdigit() || matches!(text[i], b':' | b'.')) {
            i += 1;
        }
        if text.get(i) != Some(&b']') {
            return Err(ParseError::new("malformed IPv6 reference", at));
        }
        let inner = text
            .get(at..=i)
            .and_then(|host| std::str::from_utf8(host).ok());
        if inner.and_then(ip).is_none() {
            return Err(ParseError::new("malformed IPv6 reference", at));
        }
        i + 1
    } else {
        chars::skip(text, at, HOST)
    };
    if end == at {
        return Err(ParseError::new("empty host", at));
    }
    if text.get(end) != Some(&b':') {
        return Ok((end, None));
    }
    let port_end = chars::skip(text, end + 1, chars::DIGIT);
    Ok((end, Some((end + 1, port_end))))
}

/// The number of a port span: 0…65 535, digits only.
#[inline]
pub(crate) fn port_number(
    text: &[u8],
    span: Option<(usize, usize)>,
) -> Result<Option<u16>, ParseError> {
    let Some((at, end)) = span else {
        return Ok(None);
    };
    chars::number(&text[at..end], u64::from(u16::MAX))
        .and_then(|port| u16::try_from(port).ok())
        .map(Some)
        .ok_or_else(|| ParseError::new("malformed port", at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_told_apart() {
        let parsed = HostPort::parse("[2001:db8::10]:5070").unwrap();
        assert_eq!((parsed.host, parsed.port), ("[2001:db8::10]", Some(5070)));
        let parsed = HostPort::parse("[2001:db8::10:5070]").unwrap();
        assert_eq!(parsed.port, None);
        assert_eq!(HostPort::parse("a_b.example.com").unwrap().port, None);
        for text in [
            "",
            ":5060",
            "a:",
            "a:x",
            "a:65536",
            "2001:db8::1",
            "[::1",
            "[zz]",
            "a b",
        ] {
            assert!(HostPort::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn three_colons_are_read_as_two() {
        assert_eq!(
            ip("[2001:db8:::192.0.2.1]"),
            "2001:db8::192.0.2.1".parse().ok()
        );
        assert!(same_host("[2001:DB8:0::1]", "[2001:db8::1]"));
        assert!(!same_host("[2001:db8::2]", "[2001:db8::1]"));
        assert!(same_host("Example.COM", "example.com"));
    }
}
