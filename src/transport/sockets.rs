//! Our sockets and the addresses that we are known by on them: what stands in Via and Contact (RFC 3261 §18.1.1).
//!
//! A socket bound to a wildcard address is known by the machine's address that is nearest to the peer.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::io::{Flow, Protocol, SocketKey};

/// A bound UDP socket or a TCP listener.
#[derive(Clone, Debug)]
struct Socket {
    key: SocketKey,
    protocol: Protocol,
    local: SocketAddr,
    /// What a wildcard address stands for; else the address itself.
    addresses: Vec<IpAddr>,
}

impl Socket {
    /// The address by which this socket is known to `peer`, and how good a choice that is.
    fn address_for(&self, peer: IpAddr) -> Option<(u32, IpAddr)> {
        self.addresses
            .iter()
            .filter(|address| address.is_ipv4() == peer.is_ipv4())
            .map(|address| (nearness(*address, peer), *address))
            // The first of equals: `max_by_key` would take the last.
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
    }
}

/// All sockets of one core. There are few, so a list serves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sockets {
    list: Vec<Socket>,
    /// The host name that stands for us where nobody can connect to us (RFC 7118 §5.3, "….invalid").
    nowhere: Box<str>,
}

impl Sockets {
    /// None yet; `nowhere` is a host name in the domain `invalid`.
    pub(crate) fn new(nowhere: Box<str>) -> Self {
        Self {
            list: Vec::new(),
            nowhere,
        }
    }

    /// A socket is open. One that is named again replaces its former self.
    pub(crate) fn open(
        &mut self,
        key: SocketKey,
        protocol: Protocol,
        local: SocketAddr,
        addresses: Vec<IpAddr>,
    ) {
        self.close(key);
        let addresses = if local.ip().is_unspecified() && !addresses.is_empty() {
            addresses
        } else {
            vec![local.ip()]
        };
        self.list.push(Socket {
            key,
            protocol,
            local,
            addresses,
        });
    }

    /// A socket is gone.
    pub(crate) fn close(&mut self, key: SocketKey) {
        self.list.retain(|socket| socket.key != key);
    }

    /// Whether a datagram can leave by this socket.
    pub(crate) fn is_open(&self, key: SocketKey) -> bool {
        self.list.iter().any(|socket| socket.key == key)
    }

    /// The address by which `peer` knows this socket.
    pub(crate) fn local_for(&self, key: SocketKey, peer: IpAddr) -> Option<SocketAddr> {
        let socket = self.list.iter().find(|socket| socket.key == key)?;
        let ip = socket
            .address_for(peer)
            .map_or_else(|| socket.local.ip(), |(_, ip)| ip);
        Some(SocketAddr::new(ip, socket.local.port()))
    }

    /// The socket to send to `peer` from, and our address there.
    pub(crate) fn choose(
        &self,
        protocol: Protocol,
        peer: IpAddr,
    ) -> Option<(SocketKey, SocketAddr)> {
        self.list
            .iter()
            .filter(|socket| socket.protocol == protocol)
            .filter_map(|socket| {
                let (rank, ip) = socket.address_for(peer)?;
                Some((rank, socket.key, SocketAddr::new(ip, socket.local.port())))
            })
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map(|(_, key, local)| (key, local))
    }

    /// The same among some of them; all when none is named.
    pub(crate) fn choose_among(
        &self,
        allowed: &[SocketKey],
        protocol: Protocol,
        peer: IpAddr,
    ) -> Option<(SocketKey, SocketAddr)> {
        if allowed.is_empty() {
            return self.choose(protocol, peer);
        }
        let mut some = self.clone();
        some.list.retain(|socket| allowed.contains(&socket.key));
        some.choose(protocol, peer)
    }

    /// Where the peer of a connection with our end at `local` can connect to: our listener's port if there is a
    /// listener, else that very end.
    pub(crate) fn listener_for(&self, protocol: Protocol, local: SocketAddr) -> SocketAddr {
        self.choose(protocol, local.ip())
            .map_or(local, |(_, listener)| listener)
    }

    /// What a socket carries.
    pub(crate) fn protocol_of(&self, key: SocketKey) -> Option<Protocol> {
        let socket = self.list.iter().find(|socket| socket.key == key)?;
        Some(socket.protocol)
    }

    /// Host and port by which the peer of a flow finds us: the socket's address; for streams the listener's, or a name
    /// that leads nowhere for a WebSocket that we opened (RFC 7118 §5.3).
    pub(crate) fn known_as(&self, flow: &Flow) -> KnownAs<'_> {
        match flow.protocol {
            Protocol::Udp => KnownAs::Address(flow.local),
            Protocol::Ws | Protocol::Wss if flow.socket.is_none() => {
                KnownAs::Nowhere(&self.nowhere)
            }
            protocol => KnownAs::Address(self.listener_for(protocol, flow.local)),
        }
    }

    /// Every address that we are known by.
    pub(crate) fn addresses(&self, protocol: Protocol) -> Vec<SocketAddr> {
        let of_kind = self
            .list
            .iter()
            .filter(|socket| socket.protocol == protocol);
        of_kind
            .flat_map(|socket| {
                let port = socket.local.port();
                socket
                    .addresses
                    .iter()
                    .map(move |ip| SocketAddr::new(*ip, port))
            })
            .collect()
    }
}

/// How good our address `ours` is for reaching `peer`: on the same machine, in the same scope, bits in common.
fn nearness(ours: IpAddr, peer: IpAddr) -> u32 {
    let same_scope = ours.is_loopback() == peer.is_loopback();
    let same_link = is_link_local(ours) == is_link_local(peer);
    let common = match (ours, peer) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
        _ => 0,
    };
    common + u32::from(same_scope) * 1000 + u32::from(same_link) * 500
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// Host and port of a Via or Contact of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KnownAs<'a> {
    /// An address.
    Address(SocketAddr),
    /// A name in the domain `invalid`, without a port.
    Nowhere(&'a str),
}

impl fmt::Display for KnownAs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => AsHostPort(*address).fmt(f),
            Self::Nowhere(name) => f.write_str(name),
        }
    }
}

/// An address as host and port of a URI or Via: IPv6 in brackets, never with a zone (RFC 5118 §4.5 and RFC 6874 keep
/// zones out of what other machines read).
pub(crate) struct AsHostPort(pub(crate) SocketAddr);

impl fmt::Display for AsHostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            SocketAddr::V4(v4) => write!(f, "{}:{}", v4.ip(), v4.port()),
            SocketAddr::V6(v6) => write!(f, "[{}]:{}", v6.ip(), v6.port()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_socket_is_known_by_the_address_nearest_to_the_peer() {
        let mut sockets = Sockets::default();
        let addresses = ["127.0.0.1", "10.1.0.7", "192.168.3.2", "::1"]
            .map(ip)
            .to_vec();
        sockets.open(SocketKey(1), Protocol::Udp, addr("0.0.0.0:5060"), addresses);
        let known = |peer| {
            sockets
                .choose(Protocol::Udp, ip(peer))
                .map(|(_, local)| local)
        };
        assert_eq!(known("192.168.3.77"), Some(addr("192.168.3.2:5060")));
        assert_eq!(known("10.9.9.9"), Some(addr("10.1.0.7:5060")));
        assert_eq!(known("127.0.0.2"), Some(addr("127.0.0.1:5060")));
        assert_ne!(known("203.0.113.1"), Some(addr("127.0.0.1:5060")));
    }

    #[test]
    fn the_socket_of_the_peers_family_is_taken() {
        let mut sockets = Sockets::default();
        sockets.open(
            SocketKey(1),
            Protocol::Udp,
            addr("127.0.0.1:5060"),
            Vec::new(),
        );
        sockets.open(SocketKey(2), Protocol::Udp, addr("[::1]:5062"), Vec::new());
        let key = |peer| {
            sockets
                .choose(Protocol::Udp, ip(peer))
                .map(|(key, _)| key.0)
        };
        assert_eq!(key("127.0.0.9"), Some(1));
        assert_eq!(key("::1"), Some(2));
        assert_eq!(sockets.choose(Protocol::Tcp, ip("::1")), None);
        sockets.close(SocketKey(2));
        assert_eq!(sockets.choose(Protocol::Udp, ip("::1")), None);
    }

    #[test]
    fn a_connection_is_called_back_at_the_listener_if_there_is_one() {
        let mut sockets = Sockets::default();
        let end = addr("10.1.0.7:41000");
        assert_eq!(sockets.listener_for(Protocol::Tcp, end), end);
        sockets.open(
            SocketKey(1),
            Protocol::Tcp,
            addr("10.1.0.7:5060"),
            Vec::new(),
        );
        assert_eq!(
            sockets.listener_for(Protocol::Tcp, end),
            addr("10.1.0.7:5060")
        );
    }

    #[test]
    fn an_ipv6_address_is_written_in_brackets_and_without_its_zone() {
        assert_eq!(
            AsHostPort(addr("[2001:db8::1]:5060")).to_string(),
            "[2001:db8::1]:5060"
        );
        assert_eq!(
            AsHostPort(addr("[fe80::1%3]:5060")).to_string(),
            "[fe80::1]:5060"
        );
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }
}
