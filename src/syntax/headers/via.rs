//! Via: RFC 3261 §20.42, §18.2; `rport` of RFC 3581.

use std::fmt;
use std::net::IpAddr;

use super::TypedHeader;
use crate::syntax::chars::{self, PARAM_END, TOKEN};
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::host::{self, HostPort};
use crate::syntax::params::{self, Params};

/// One Via value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Via<'a> {
    /// The transport as written: `UDP`, `TCP`, `TLS` …
    pub transport: &'a str,
    /// Who sent the request and where it takes responses.
    pub sent_by: HostPort<'a>,
    /// All parameters.
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Parses one value; a list is split first.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let parts = scan(text.as_bytes())?;
        if parts.end < text.len() {
            return Err(ParseError::new(
                "unexpected text after a Via value",
                parts.end,
            ));
        }
        let slice = |span: (usize, usize)| text.get(span.0..span.1).unwrap_or("");
        Ok(Self {
            transport: slice(parts.transport),
            sent_by: HostPort {
                host: slice(parts.host),
                port: parts.port,
            },
            params: Params::known(slice((parts.params, parts.end))),
        })
    }

    /// The transaction's branch.
    #[must_use]
    pub fn branch(&self) -> Option<&'a str> {
        self.params.get("branch")
    }

    /// The address that the next hop saw, brackets of IPv6 taken off (RFC 5118 §4.5).
    #[must_use]
    pub fn received(&self) -> Option<&'a str> {
        let value = self.params.get("received")?;
        Some(
            value
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .unwrap_or(value),
        )
    }

    /// As [`Via::received`], as an address.
    #[must_use]
    pub fn received_ip(&self) -> Option<IpAddr> {
        host::ip(self.received()?)
    }

    /// Whether `rport` is there: asked for (`Some(None)`) or filled in (`Some(Some(port))`).
    #[must_use]
    pub fn rport(&self) -> Option<Option<u16>> {
        self.params.get("rport").map(|value| value.parse().ok())
    }

    /// The time to live of a multicast request.
    #[must_use]
    pub fn ttl(&self) -> Option<u8> {
        self.params.get("ttl")?.parse().ok()
    }

    /// The address to which the request was multicast.
    #[must_use]
    pub fn maddr(&self) -> Option<&'a str> {
        self.params.get("maddr")
    }
}

impl fmt::Display for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SIP/2.0/{} {}{}",
            self.transport, self.sent_by, self.params
        )
    }
}

impl<'a> TypedHeader<'a> for Via<'a> {
    const ID: HeaderId = HeaderId::Via;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}

/// Offsets of the first Via value in a text.
pub(crate) struct Parts {
    pub(crate) transport: (usize, usize),
    pub(crate) host: (usize, usize),
    pub(crate) port: Option<u16>,
    pub(crate) params: usize,
    /// The end of the value: of the text, or a comma.
    pub(crate) end: usize,
}

/// What the door needs of the first Via value of a text: sent-by and branch.
pub(crate) struct Door {
    pub(crate) sent_by: (usize, usize),
    pub(crate) branch: Option<(usize, usize)>,
    /// The end of the value: of the text, or a comma.
    pub(crate) end: usize,
}

/// Reads the value at the start of `text` as leniently as a response can still be sent and matched: sent-by may be any
/// text (peers in the field send `host:port:port` and unexpanded variables), parameters may lack their `;`. Empty
/// parameters are refused (RFC 4475 §3.1.2.1).
#[inline]
pub(crate) fn door(text: &[u8]) -> Result<Door, ParseError> {
    let (transport_at, transport_end) = if text.starts_with(b"SIP/2.0/") {
        (8, chars::skip(text, 8, TOKEN))
    } else {
        protocol(text)?
    };
    let host_at = chars::skip_space(text, transport_end);
    if transport_at == transport_end || host_at == transport_end {
        return Err(ParseError::new("malformed Via", transport_end));
    }
    let mut i = chars::find_via_end(text, host_at);
    let sent_by = (host_at, i);
    if i == host_at {
        return Err(ParseError::new("Via without a host", i));
    }
    if text.get(i) != Some(&b';') {
        i = chars::find(text, i, PARAM_END);
    }
    let (branch, end) = params::seek(text, i, b"branch", false)?;
    Ok(Door {
        sent_by,
        branch,
        end,
    })
}

/// Finds the parts of the value at the start of `text`; white space may surround every separator.
#[inline]
pub(crate) fn scan(text: &[u8]) -> Result<Parts, ParseError> {
    let (transport_at, transport_end) = if text.starts_with(b"SIP/2.0/") {
        (8, chars::skip(text, 8, TOKEN))
    } else {
        protocol(text)?
    };
    if transport_at == transport_end {
        return Err(ParseError::new("malformed Via transport", transport_at));
    }
    let host_at = chars::skip_space(text, transport_end);
    if host_at == transport_end {
        return Err(ParseError::new("malformed Via", transport_end));
    }
    let (host_end, mut port_span) = host::scan(text, host_at)?;
    let mut i = host_end;
    let colon = chars::skip_space(text, host_end);
    if text.get(colon) == Some(&b':') {
        let digits = chars::skip_space(text, colon + 1);
        port_span = Some((digits, chars::skip(text, digits, chars::DIGIT)));
    }
    let port = host::port_number(text, port_span)?;
    if let Some(span) = port_span {
        i = span.1;
    }
    let params_at = chars::skip_space(text, i);
    let mut at = params_at;
    while params::next(text, &mut at, b';')?.is_some() {}
    Ok(Parts {
        transport: (transport_at, transport_end),
        host: (host_at, host_end),
        port,
        params: params_at,
        end: at,
    })
}

/// `SIP / 2.0 / transport` with white space, or another protocol: the transport's span.
fn protocol(text: &[u8]) -> Result<(usize, usize), ParseError> {
    let mut span = (0, chars::skip(text, 0, TOKEN));
    for _ in 0..2 {
        let slash = chars::skip_space(text, span.1);
        if span.0 == span.1 || text.get(slash) != Some(&b'/') {
            return Err(ParseError::new("malformed Via protocol", slash));
        }
        let at = chars::skip_space(text, slash + 1);
        span = (at, chars::skip(text, at, TOKEN));
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_may_surround_every_separator() {
        let via =
            Via::parse("SIP  / 2.0 /UDP   192.0.2.2 : 5070 ; Branch = z9hG4bKx ;rport").unwrap();
        assert_eq!(via.transport, "UDP");
        assert_eq!(
            (via.sent_by.host, via.sent_by.port),
            ("192.0.2.2", Some(5070))
        );
        assert_eq!(via.branch(), Some("z9hG4bKx"));
        assert_eq!(via.rport(), Some(None));
    }

    #[test]
    fn received_may_be_bracketed() {
        let via =
            Via::parse("SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];rport=9").unwrap();
        assert_eq!(via.received(), Some("2001:db8::9:255"));
        assert_eq!(via.received_ip(), "2001:db8::9:255".parse().ok());
        assert_eq!(via.rport(), Some(Some(9)));
        let via = Via::parse("SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255").unwrap();
        assert_eq!(via.received(), Some("2001:db8::9:255"));
    }

    #[test]
    fn the_door_takes_what_can_still_be_answered() {
        for (text, sent_by, branch) in [
            (
                "SIP/2.0/UDP 127.0.0.1:9997:9997;branch=z9hG4bK1",
                "127.0.0.1:9997:9997",
                Some("z9hG4bK1"),
            ),
            (
                "SIP/2.0/UDP $IP:$PORT;rport;x=\"a;b\";BRANCH = b1 ,SIP/2.0/UDP i;branch=q",
                "$IP:$PORT",
                Some("b1"),
            ),
            ("SIP/2.0/TCP h;branch=x received=192.0.2.1", "h", Some("x")),
            ("SIP / 2.0 / UDP h : 5060 ; branch = y", "h", Some("y")),
            ("SIP/2.0/UDP h;branchy=1;branch", "h", None),
        ] {
            let door = door(text.as_bytes()).unwrap();
            assert_eq!(&text[door.sent_by.0..door.sent_by.1], sent_by);
            assert_eq!(
                door.branch.map(|span| &text[span.0..span.1]),
                branch,
                "{text}"
            );
        }
        for text in [
            "",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP h;;x",
            "SIP/2.0/UDP h;",
            "SIP/2.0/UDP ;x",
            "SIP/2.0 h",
        ] {
            assert!(door(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn broken_values_are_refused() {
        for text in [
            "",
            "SIP/2.0",
            "SIP/2.0/UDP",
            "SIP/2.0/ host",
            "SIP/2.0/UDP host;;branch=x",
            "SIP/2.0/UDP h:x",
            "SIP/2.0/UDP h:70000",
            "SIP/2.0/UDP h, SIP/2.0/UDP i",
            "SIP/2.0/UDP a b",
            "SIP/2.0/UDPhost",
        ] {
            assert!(Via::parse(text).is_err(), "{text}");
        }
    }
}
