//! Where a request goes: RFC 3261 §8.1.2 (Route, Request-URI), §18.1.1 (`maddr`, `transport`). How names lead to
//! addresses is the business of `dns::location` (RFC 3263).

use std::net::{IpAddr, SocketAddr};

use super::io::Protocol;
use crate::syntax::{NameAddr, Scheme, Uri};

/// The port of SIP over UDP and TCP (RFC 3261 §19.1.2).
pub(crate) const DEFAULT_PORT: u16 = 5060;

/// Where a URI points.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Target {
    /// The transport that the URI names; none: ours to choose.
    pub(crate) protocol: Option<Protocol>,
    /// The machine.
    pub(crate) host: Host,
    /// The port that the URI names.
    pub(crate) port: Option<u16>,
    /// A `sips` URI: nothing but secure transports on the way (RFC 3261 §26.2.2).
    pub(crate) secure: bool,
    /// The domain that was asked for, whatever `maddr` says; a certificate has to name it (RFC 5922 §7.2).
    pub(crate) domain: Box<str>,
}

/// A machine, by address or by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Host {
    /// Nothing to look up.
    Numeric(IpAddr),
    /// To be looked up.
    Name(Box<str>),
}

/// The target of a request with this Request-URI, first Route value and next hop, the latter two if it has them.
///
/// None when there is nothing that can be sent to: another scheme, a transport that is not offered.
pub(crate) fn of_request(next_hop: Option<&str>, route: Option<&str>, uri: &str) -> Option<Target> {
    let target = match (next_hop, route) {
        (Some(next_hop), _) => of_uri(bare(next_hop)),
        (None, Some(route)) => of_uri(NameAddr::parse(route).ok()?.uri),
        (None, None) => of_uri(uri),
    };
    // RFC 3261 §26.2.2: a sips Request-URI makes every hop secure, the first one too, whatever Route says of it.
    if is_sips(uri) {
        secured(target?)
    } else {
        target
    }
}

/// Whether a URI, or the one in a name-addr, is of the scheme `sips`.
pub(crate) fn is_sips(text: &str) -> bool {
    Uri::parse(bare(text)).is_ok_and(|uri| uri.scheme == Scheme::Sips)
}

/// The same place by nothing but secure transports (RFC 3261 §26.2.2): `tcp` means TLS over TCP, and there is no such thing
/// over UDP.
fn secured(mut target: Target) -> Option<Target> {
    target.secure = true;
    target.protocol = match target.protocol {
        Some(Protocol::Udp) => return None,
        Some(Protocol::Tcp) => Some(Protocol::Tls),
        Some(Protocol::Ws) => Some(Protocol::Wss),
        other => other,
    };
    Some(target)
}

/// The URI of a text that may be one in angle brackets.
fn bare(text: &str) -> &str {
    let text = text.trim();
    if text.starts_with('<') {
        NameAddr::parse(text).map_or(text, |name_addr| name_addr.uri)
    } else {
        text
    }
}

/// The target of a URI.
pub(crate) fn of_uri(text: &str) -> Option<Target> {
    let uri = Uri::parse(text).ok()?;
    let secure = match uri.scheme {
        Scheme::Sip => false,
        Scheme::Sips => true,
        Scheme::Tel | Scheme::Other => return None,
    };
    let protocol = match uri.param("transport") {
        None | Some("") => None,
        Some(name) => Some(protocol_named(name)?),
    };
    let host = uri.param("maddr").unwrap_or(uri.host);
    let target = Target {
        protocol,
        host: host_named(host)?,
        port: uri.port,
        secure,
        domain: domain_of(uri.host),
    };
    if secure {
        secured(target)
    } else {
        Some(target)
    }
}

/// The transport that a `transport` parameter or Via names, if it is offered.
pub(crate) fn protocol_named(name: &str) -> Option<Protocol> {
    Protocol::ALL
        .into_iter()
        .find(|protocol| name.eq_ignore_ascii_case(protocol.param()))
}

/// A host without brackets and final dot, in lower case: what a certificate is asked for.
fn domain_of(host: &str) -> Box<str> {
    match crate::syntax::ip(host) {
        Some(ip) => ip.to_string().into(),
        None => host.trim_end_matches('.').to_ascii_lowercase().into(),
    }
}

/// A host as written in a URI.
pub(crate) fn host_named(host: &str) -> Option<Host> {
    match crate::syntax::ip(host) {
        Some(ip) => Some(Host::Numeric(ip)),
        None if host.is_empty() || host.len() > 255 => None,
        None => Some(Host::Name(host.trim_end_matches('.').into())),
    }
}

/// One place to send to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Hop {
    /// The transport; none: UDP unless the message is too big for it.
    pub(crate) protocol: Option<Protocol>,
    /// The address.
    pub(crate) to: SocketAddr,
    /// Only to be used when the hop before it could not be connected to (RFC 3261 §18.1.1).
    pub(crate) fallback: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_hop_comes_before_route_and_route_before_the_request_uri() {
        let uri = "sip:bob@192.0.2.1";
        let route = Some("<sip:192.0.2.2:5070;lr>");
        assert_eq!(
            host_port(of_request(None, None, uri)),
            ("192.0.2.1".into(), 5060)
        );
        assert_eq!(
            host_port(of_request(None, route, uri)),
            ("192.0.2.2".into(), 5070)
        );
        let next_hop = Some("<sip:192.0.2.3;transport=TCP>");
        let target = of_request(next_hop, route, uri);
        assert_eq!(
            target.as_ref().map(|target| target.protocol),
            Some(Some(Protocol::Tcp))
        );
        assert_eq!(host_port(target), ("192.0.2.3".into(), 5060));
    }

    #[test]
    fn maddr_replaces_the_host_and_brackets_are_taken_off() {
        assert_eq!(
            host_port(of_uri("sip:a@example.com:99;maddr=192.0.2.9")),
            ("192.0.2.9".into(), 99)
        );
        assert_eq!(
            host_port(of_uri("sip:[2001:db8::1]:5080")),
            ("2001:db8::1".into(), 5080)
        );
        let named = of_uri("sip:example.com").map(|target| target.host);
        assert_eq!(named, Some(Host::Name("example.com".into())));
    }

    #[test]
    fn what_cannot_be_sent_to_has_no_target() {
        for uri in [
            "tel:+123",
            "sips:a@192.0.2.1;transport=udp",
            "sip:a@192.0.2.1;transport=carrier-pigeon",
            "nonsense",
        ] {
            assert_eq!(of_uri(uri), None, "{uri}");
        }
    }

    fn host_port(target: Option<Target>) -> (String, u16) {
        match target {
            Some(Target {
                host: Host::Numeric(ip),
                port,
                ..
            }) => (ip.to_string(), port.unwrap_or(DEFAULT_PORT)),
            other => panic!("no numeric target: {other:?}"),
        }
    }
}
