//! The top Via of requests that come in and where their responses go: RFC 3261 §18.2.1 and §18.2.2, RFC 3581 §4.

use std::net::{IpAddr, SocketAddr};

use super::io::{ConnKey, Flow, SocketKey};
use crate::syntax::{Message, Via};

/// By which way the responses to a request leave.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reply {
    /// As datagrams, from the socket the request came to (RFC 3581 §4).
    Datagram {
        /// That socket.
        socket: SocketKey,
        /// The address that Via and source tell.
        to: SocketAddr,
    },
    /// By the connection the request came by; by a new one to `fallback` when that is gone.
    Stream {
        /// That connection.
        conn: ConnKey,
        /// The source address with the port of sent-by.
        fallback: SocketAddr,
    },
}

/// Where the responses to a request that came by `flow` go.
pub(crate) fn reply(via: &Via<'_>, flow: &Flow) -> Reply {
    let sent_port = via.sent_by.port.unwrap_or(flow.protocol.default_port());
    let source = flow.remote;
    match (flow.conn, flow.socket) {
        (Some(conn), _) => Reply::Stream {
            conn,
            fallback: with_ip(source, source.ip(), sent_port),
        },
        (None, socket) => {
            let maddr = via.maddr().and_then(crate::syntax::ip);
            let to = if let Some(maddr) = maddr {
                with_ip(source, maddr, sent_port)
            } else if via.rport().is_some() {
                source
            } else {
                with_ip(source, source.ip(), sent_port)
            };
            Reply::Datagram {
                socket: socket.unwrap_or(SocketKey(u32::MAX)),
                to,
            }
        }
    }
}

/// `ip` and `port`, in the scope (IPv6 zone) of `source` if it is the same address.
fn with_ip(source: SocketAddr, ip: IpAddr, port: u16) -> SocketAddr {
    let mut address = if ip == source.ip() {
        source
    } else {
        SocketAddr::new(ip, port)
    };
    address.set_port(port);
    address
}

/// The request with `received` and `rport` in its top Via as RFC 3261 §18.2.1 and RFC 3581 §4 ask: the same one when
/// there is nothing to add. What a peer claims to have been seen as is worth nothing and replaced.
pub(crate) fn stamp(request: &Message, via: &Via<'_>, source: SocketAddr) -> Message {
    let asked = via.rport().is_some();
    if !asked && via.received().is_none() && via.sent_by.ip() == Some(source.ip()) {
        return request.clone();
    }
    request.with_top_via_params(Some(source.ip()), asked.then_some(source.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::syntax::HeaderId;
    use crate::transport::Protocol;

    #[test]
    fn a_via_that_tells_the_truth_is_left_alone() {
        let request = options("SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKx");
        let stamped = stamp(
            &request,
            &request.top_via().unwrap(),
            addr("192.0.2.1:5070"),
        );
        assert_eq!(stamped.as_bytes(), request.as_bytes());
    }

    #[test]
    fn rport_is_filled_in_and_received_added() {
        let via = stamped(
            "SIP/2.0/UDP 10.0.0.1:5070 ;rport;branch=z9hG4bKx",
            "192.0.2.1:1234",
        );
        assert_eq!(
            via,
            "SIP/2.0/UDP 10.0.0.1:5070;rport=1234;branch=z9hG4bKx;received=192.0.2.1"
        );
    }

    #[test]
    fn a_named_or_lying_host_gets_received_only() {
        let via = stamped(
            "SIP/2.0/UDP pc.example.com;branch=z9hG4bKx",
            "[2001:db8::1]:5060",
        );
        assert_eq!(
            via,
            "SIP/2.0/UDP pc.example.com;branch=z9hG4bKx;received=2001:db8::1"
        );
        let via = stamped(
            "SIP/2.0/UDP 192.0.2.1;received=203.0.113.9",
            "192.0.2.1:5060",
        );
        assert_eq!(via, "SIP/2.0/UDP 192.0.2.1;received=192.0.2.1");
    }

    #[test]
    fn only_the_topmost_of_several_is_stamped() {
        let via = stamped(
            "SIP/2.0/UDP a.example.com, SIP/2.0/UDP b.example.com;rport",
            "192.0.2.1:9",
        );
        assert_eq!(
            via,
            "SIP/2.0/UDP a.example.com;received=192.0.2.1, SIP/2.0/UDP b.example.com;rport"
        );
    }

    #[test]
    fn responses_go_to_maddr_or_source_port_or_sent_by_port() {
        for (via, to) in [
            (
                "SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKx",
                "192.0.2.1:5070",
            ),
            ("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx", "192.0.2.1:5060"),
            ("SIP/2.0/UDP 10.0.0.1:5070;rport", "192.0.2.1:1234"),
            (
                "SIP/2.0/UDP 10.0.0.1:5070;maddr=224.2.0.1;rport",
                "224.2.0.1:5070",
            ),
        ] {
            let flow = Flow {
                protocol: Protocol::Udp,
                socket: Some(SocketKey(3)),
                conn: None,
                local: addr("192.0.2.9:5060"),
                remote: addr("192.0.2.1:1234"),
            };
            let expected = Reply::Datagram {
                socket: SocketKey(3),
                to: addr(to),
            };
            assert_eq!(reply(&Via::parse(via).unwrap(), &flow), expected, "{via}");
        }
    }

    fn stamped(via: &str, source: &str) -> String {
        let request = options(via);
        let message = stamp(&request, &request.top_via().unwrap(), addr(source));
        message.header(HeaderId::Via).unwrap().to_owned()
    }

    fn options(via: &str) -> Message {
        let text = format!(
            "OPTIONS sip:a@192.0.2.9 SIP/2.0\r\nVia: {via}\r\nFrom: <sip:b@x>;tag=1\r\nTo: <sip:a@y>\r\n\
             Call-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }
}
