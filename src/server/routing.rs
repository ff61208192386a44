//! Whether a request is for us, and which way it goes on: RFC 3261 §16.4 (Route), §16.5, §16.6 steps 4, 6 and 7
//! (Record-Route, strict routers, the next hop).

use std::net::{IpAddr, SocketAddr};

use super::Server;
use crate::syntax::{HeaderId, Message, NameAddr, Scheme, Uri, ip, method, same_host};
use crate::transaction::ContactDraft;
use crate::transport::{Flow, Protocol};

/// What is left of Request-URI and Route once we have taken our own part away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Way {
    pub(super) uri: Box<str>,
    pub(super) routes: Vec<Box<str>>,
    /// A Route value named us: the way was chosen before, as within a dialog.
    pub(super) through_us: bool,
}

/// One place for a request to go to.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    pub(super) uri: Box<str>,
    pub(super) routes: Vec<Box<str>>,
    pub(super) next_hop: Option<Box<str>>,
    pub(super) flow: Option<Flow>,
}

impl Target {
    /// A target behind routes; a strict router in front gets the Request-URI it wants (RFC 3261 §16.6 step 6).
    pub(super) fn new(uri: &str, mut routes: Vec<Box<str>>) -> Self {
        let first = routes.first().and_then(|route| {
            let address = NameAddr::parse(route).ok()?;
            let loose = address.parsed_uri().ok()?.is_loose();
            Some((Box::<str>::from(address.uri), loose))
        });
        match first {
            Some((router, false)) => {
                routes.remove(0);
                routes.push(format!("<{uri}>").into());
                Self {
                    uri: router.clone(),
                    routes,
                    next_hop: Some(router),
                    flow: None,
                }
            }
            _ => Self {
                uri: uri.into(),
                routes,
                ..Self::default()
            },
        }
    }

    /// The URI that decides where it is sent.
    fn hop(&self) -> &str {
        let route = self.routes.first().and_then(|route| {
            let address = NameAddr::parse(route).ok()?;
            Some(address.uri)
        });
        self.next_hop.as_deref().or(route).unwrap_or(&self.uri)
    }
}

/// Our sockets' addresses and the names of our domain.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    pub(super) domains: Vec<Box<str>>,
    pub(super) addresses: Vec<(Protocol, SocketAddr)>,
}

/// The port of SIP over UDP and TCP (RFC 3261 §19.1.2).
const DEFAULT_PORT: u16 = 5060;

/// By what a URI is reached, as far as it says (RFC 3261 §26.2.2).
fn protocol_towards(uri: &Uri<'_>) -> Protocol {
    let secure = uri.scheme == Scheme::Sips;
    let named = uri.param("transport").and_then(|name| {
        let mut all = Protocol::ALL.into_iter();
        all.find(|protocol| name.eq_ignore_ascii_case(protocol.param()))
    });
    match named {
        Some(Protocol::Ws) if secure => Protocol::Wss,
        Some(Protocol::Udp | Protocol::Tcp) | None if secure => Protocol::Tls,
        Some(protocol) => protocol,
        None => Protocol::Udp,
    }
}

impl Identity {
    fn has_port(&self, port: u16) -> bool {
        self.addresses.iter().any(|(_, own)| own.port() == port)
    }

    fn is_domain(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| same_host(domain, host))
    }

    /// Whether the host is one of our addresses.
    fn is_address(&self, host: &str) -> bool {
        let own = |address: IpAddr| self.addresses.iter().any(|(_, own)| own.ip() == address);
        match ip(host) {
            Some(address) => own(address),
            None => {
                host.eq_ignore_ascii_case("localhost")
                    && self.addresses.iter().any(|(_, own)| own.ip().is_loopback())
            }
        }
    }

    /// Whether a URI names this server as a machine: what a Route of ours looks like.
    pub(super) fn is_hop(&self, uri: &Uri<'_>) -> bool {
        let port = uri
            .port
            .unwrap_or_else(|| protocol_towards(uri).default_port());
        uri.is_sip()
            && (self.is_address(uri.host) && self.has_port(port)
                || self.is_domain(uri.host) && ip(uri.host).is_none() && self.is_port(uri.port))
    }

    fn is_port(&self, port: Option<u16>) -> bool {
        port.is_none_or(|port| port == DEFAULT_PORT || self.has_port(port))
    }

    /// Whether a URI is in our domain: an address of record, or the server itself.
    ///
    /// An address of ours without a port is our domain, as in an address of record, unless `mid_dialog`: there it is
    /// somebody's Contact, which then means the default port.
    pub(super) fn is_ours(&self, uri: &Uri<'_>, mid_dialog: bool) -> bool {
        if !uri.is_sip() {
            return false;
        }
        let numeric = ip(uri.host).is_some();
        if self.is_domain(uri.host) && !numeric {
            return self.is_port(uri.port);
        }
        if !self.is_address(uri.host) && !self.is_domain(uri.host) {
            return false;
        }
        match uri.port {
            Some(port) => self.has_port(port),
            None => !mid_dialog || self.has_port(DEFAULT_PORT),
        }
    }

    /// As [`Identity::is_ours`], for a URI given as text.
    pub(super) fn owns(&self, uri: &str, mid_dialog: bool) -> bool {
        Uri::parse(uri).is_ok_and(|uri| self.is_ours(&uri, mid_dialog))
    }

    /// Whether a Via is one that we wrote.
    pub(super) fn is_sent_by(&self, host: &str, port: Option<u16>) -> bool {
        self.is_address(host) && self.has_port(port.unwrap_or(DEFAULT_PORT))
    }

    /// Takes our part of Request-URI and Route away (RFC 3261 §16.4).
    pub(super) fn way(&self, request: &Message) -> Way {
        let mut uri = request.request_uri();
        let mut routes: Vec<&str> = request.values(HeaderId::Route).collect();
        let mut through_us = false;
        // A strict router before us has put our Record-Route into the Request-URI and the target at the end of Route.
        let strict = !routes.is_empty()
            && Uri::parse(uri)
                .is_ok_and(|uri| uri.is_loose() && uri.user.is_none() && self.is_hop(&uri));
        if strict
            && let Some(last) = routes
                .last()
                .and_then(|last| NameAddr::parse(last).ok())
                .map(|last| last.uri)
        {
            uri = last;
            routes.pop();
            through_us = true;
        }
        // Where transports or addresses change we have put two values in; both are ours.
        let own = |route: &&&str| {
            NameAddr::parse(route)
                .ok()
                .and_then(|route| Uri::parse(route.uri).ok())
                .is_some_and(|uri| self.is_hop(&uri))
        };
        let ours = routes.iter().take_while(own).count();
        Way {
            uri: uri.into(),
            routes: routes.split_off(ours).into_iter().map(Box::from).collect(),
            through_us: through_us || ours > 0,
        }
    }

    /// Our address towards a place reached by `protocol`, the nearest there is.
    fn towards(&self, protocol: Protocol, peer: IpAddr) -> Option<SocketAddr> {
        let of_kind = self
            .addresses
            .iter()
            .filter(|(own, address)| *own == protocol && address.is_ipv4() == peer.is_ipv4());
        of_kind
            .map(|(_, address)| *address)
            .min_by_key(|address| address.ip().is_loopback() != peer.is_loopback())
    }
}

/// Whether a request may begin a dialog, so that who wants to stay on its way has to say so (RFC 3261 §16.6 step 4;
/// NOTIFY by RFC 6665 §4.3).
pub(super) fn forms_dialog(method: &str) -> bool {
    [
        method::INVITE,
        method::SUBSCRIBE,
        method::NOTIFY,
        method::REFER,
    ]
    .contains(&method)
}

impl Server {
    /// The Record-Route values for a request from `incoming` to `target`, topmost first: one, or two where the
    /// transport or the address family changes, so that each side finds an address it can send to.
    pub(super) fn record_routes(&self, incoming: &Flow, target: &Target) -> Vec<String> {
        // RFC 3261 §16.6 step 4: sips stays sips on the way back.
        let secure = Uri::parse(&target.uri).is_ok_and(|uri| uri.scheme == Scheme::Sips);
        let loose = ContactDraft {
            uri_params: ";lr".into(),
            secure,
            ..ContactDraft::default()
        };
        let Some(near) = self.endpoint.contact_for(incoming, &loose) else {
            return Vec::new();
        };
        let hop = Uri::parse(target.hop()).ok();
        let peer = target
            .flow
            .map(|flow| flow.remote.ip())
            .or_else(|| ip(hop.as_ref()?.host))
            .unwrap_or_else(|| incoming.local.ip());
        let protocol = match target.flow {
            Some(flow) => flow.protocol,
            None => hop.as_ref().map_or(Protocol::Udp, protocol_towards),
        };
        if protocol == incoming.protocol && peer.is_ipv4() == incoming.local.is_ipv4() {
            return vec![near];
        }
        let far = self.identity.towards(protocol, peer).map(|address| {
            let scheme = if secure { "sips" } else { "sip" };
            let transport = protocol.contact_param(secure);
            format!("<{scheme}:{}{transport};lr>", written(address))
        });
        far.into_iter().chain([near]).collect()
    }
}

/// An address as host and port of a URI; IPv6 in brackets and without its zone.
pub(super) fn written(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.to_string(),
        SocketAddr::V6(v6) => format!("[{}]:{}", v6.ip(), v6.port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;

    fn identity() -> Identity {
        Identity {
            domains: vec!["example.test".into()],
            addresses: vec![
                (Protocol::Udp, "127.0.0.1:5070".parse().unwrap()),
                (Protocol::Tcp, "127.0.0.1:5080".parse().unwrap()),
                (Protocol::Udp, "[::1]:5070".parse().unwrap()),
            ],
        }
    }

    fn request(uri: &str, routes: &str) -> Message {
        let text = format!(
            "BYE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n{routes}From: <sip:b@x>;tag=1\r\n\
             To: <sip:a@y>;tag=2\r\nCall-ID: c\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
        );
        Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn our_domain_is_told_from_phones_on_the_same_machine() {
        let identity = identity();
        for (uri, fresh, mid_dialog) in [
            ("sip:alice@example.test", true, true),
            ("sip:alice@EXAMPLE.test:5060", true, true),
            ("sip:alice@example.test:5080", true, true),
            ("sip:alice@example.test:9999", false, false),
            ("sip:alice@127.0.0.1", true, false),
            ("sip:alice@localhost", true, false),
            ("sip:alice@127.0.0.1:5080", true, true),
            ("sip:alice@[0::1]:5070", true, true),
            ("sip:alice@127.0.0.1:5090", false, false),
            ("sip:alice@192.0.2.1", false, false),
            ("tel:+123", false, false),
        ] {
            assert_eq!(identity.owns(uri, false), fresh, "{uri}");
            assert_eq!(identity.owns(uri, true), mid_dialog, "{uri}");
        }
    }

    #[test]
    fn routes_that_name_us_are_taken_away_by_either_port() {
        let routes = "Route: <sip:127.0.0.1:5070;lr>, <sip:127.0.0.1:5080;transport=tcp;lr>\r\n\
                      Route: <sip:192.0.2.9;lr>\r\n";
        let way = identity().way(&request("sip:bob@192.0.2.2", routes));
        assert_eq!((&*way.uri, way.through_us), ("sip:bob@192.0.2.2", true));
        assert_eq!(way.routes, ["<sip:192.0.2.9;lr>".into()]);
        let way = identity().way(&request("sip:bob@192.0.2.2", ""));
        assert!(!way.through_us && way.routes.is_empty());
        let elsewhere = "Route: <sip:127.0.0.1:5099;lr>\r\n";
        let way = identity().way(&request("sip:bob@192.0.2.2", elsewhere));
        assert!(!way.through_us && way.routes.len() == 1);
    }

    #[test]
    fn a_strict_router_before_us_is_undone_and_one_behind_us_is_served() {
        let routes = "Route: <sip:192.0.2.9>, <sip:bob@192.0.2.2>\r\n";
        let way = identity().way(&request("sip:127.0.0.1:5070;lr", routes));
        assert_eq!((&*way.uri, way.through_us), ("sip:bob@192.0.2.2", true));
        assert_eq!(way.routes, ["<sip:192.0.2.9>".into()]);
        let target = Target::new(&way.uri, way.routes);
        assert_eq!(&*target.uri, "sip:192.0.2.9");
        assert_eq!(target.routes, ["<sip:bob@192.0.2.2>".into()]);
        assert_eq!(target.next_hop.as_deref(), Some("sip:192.0.2.9"));
        assert_eq!(target.hop(), "sip:192.0.2.9");
    }
}
