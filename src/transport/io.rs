//! The words in which a sans-IO core and whoever does its I/O speak to each other.
//!
//! In go datagrams, stream bytes, the fate of connections and resolver answers; out come bytes to send, connections to
//! open or close, names to resolve.

use std::net::{IpAddr, SocketAddr};

use crate::base::Time;
use crate::syntax::Payload;

/// A transport protocol of RFC 3261 §18 or RFC 7118.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
    /// Datagrams, RFC 3261 §18.
    Udp,
    /// A byte stream, RFC 3261 §18.
    Tcp,
    /// A byte stream inside TLS, RFC 3261 §26.2.1.
    Tls,
    /// WebSocket, RFC 7118.
    Ws,
    /// WebSocket inside TLS, RFC 7118.
    Wss,
}

impl Protocol {
    /// Every one of them, the plain ones first.
    pub const ALL: [Self; 5] = [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss];

    /// As in a Via header.
    #[must_use]
    pub const fn via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// Its name in lower case: what a `transport` URI parameter asks for it by. What we write ourselves is
    /// [`Protocol::contact_param`].
    #[must_use]
    pub const fn param(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The parameter of a URI of ours that is reached by it, with its semicolon; `secure`: of a `sips` URI, which
    /// needs none for TLS (RFC 3261 §26.2.2). RFC 7118 §5.4 knows no other name than `ws`.
    #[must_use]
    pub const fn contact_param(self, secure: bool) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tls if secure => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls => ";transport=tls",
            Self::Ws | Self::Wss => ";transport=ws",
        }
    }

    /// Whether the transport repeats and orders by itself, so that transactions need not (RFC 3261 §17).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// Whether nobody on the way can read along.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// Whether it is WebSocket, which keeps the bounds of messages and connects one way only (RFC 7118 §5).
    #[must_use]
    pub const fn is_web_socket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }

    /// RFC 3261 §19.1.2, RFC 7118 §4.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }
}

/// Why a connection inside TLS was not made, or ended.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TlsFault {
    /// The peer's certificate is over or not yet valid.
    Expired,
    /// It names another domain than the one asked for (RFC 5922 §7.2).
    WrongName,
    /// It leads to no authority that is trusted.
    UnknownAuthority,
    /// It is bad otherwise: revoked, not for this use, unreadable.
    Certificate,
    /// The peer asks for a certificate of ours and got none, or one it does not take.
    OurCertificate,
    /// No agreement: versions, cipher suites, the protocol itself.
    Handshake,
}

/// A bound UDP socket or a TCP listener; chosen by who does the I/O, never used twice in one core.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SocketKey(pub u32);

/// A stream connection; even numbers are chosen by the core, odd ones by who does the I/O (accepted connections).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnKey(pub u64);

/// A name-resolution request.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct QueryKey(pub u64);

/// The road a message came by, and by which answers go back (RFC 3261 §18.2.2, RFC 3581 §4).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Flow {
    /// By what.
    pub protocol: Protocol,
    /// The socket it came in by: the UDP socket, or the listener of an accepted connection; none for a connection that we opened.
    pub socket: Option<SocketKey>,
    /// The connection, for streams.
    pub conn: Option<ConnKey>,
    /// Our address on this road.
    pub local: SocketAddr,
    /// The peer's address.
    pub remote: SocketAddr,
}

/// What goes into a core.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A UDP socket or TCP listener is open; `local` has the real port, `addresses` are this machine's when `local` is a wildcard.
    SocketOpened {
        /// The socket.
        socket: SocketKey,
        /// What it carries.
        protocol: Protocol,
        /// Our address.
        local: SocketAddr,
        /// This machine's addresses, when `local` is a wildcard.
        addresses: Vec<IpAddr>,
    },
    /// It was closed by its owner.
    SocketClosed {
        /// The socket.
        socket: SocketKey,
    },
    /// A datagram came.
    Datagram {
        /// The socket.
        socket: SocketKey,
        /// Who sent it.
        from: SocketAddr,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Sending to that address failed for good (port unreachable, no route).
    SendFailed {
        /// The socket.
        socket: SocketKey,
        /// Where to.
        to: SocketAddr,
    },
    /// A connection asked for by [`Io::Connect`] stands.
    Connected {
        /// The connection.
        conn: ConnKey,
        /// Our address.
        local: SocketAddr,
        /// The peer's address.
        remote: SocketAddr,
    },
    /// A peer connected to a listener.
    Accepted {
        /// The connection.
        conn: ConnKey,
        /// The listener.
        socket: SocketKey,
        /// Our address.
        local: SocketAddr,
        /// The peer's address.
        remote: SocketAddr,
    },
    /// Bytes came on a connection.
    Stream {
        /// The connection.
        conn: ConnKey,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// One whole message came on a connection of a transport that keeps the bounds of messages (RFC 7118 §5.2).
    Message {
        /// The connection.
        conn: ConnKey,
        /// The message.
        bytes: &'a [u8],
    },
    /// A connection ended or could not be made.
    Closed {
        /// The connection.
        conn: ConnKey,
    },
    /// A connection ended or could not be made because TLS did not allow it.
    Insecure {
        /// The connection.
        conn: ConnKey,
        /// Why.
        fault: TlsFault,
    },
    /// What this machine says about names: its name servers, and the lines of its hosts file.
    NameServers {
        /// Name servers in order of preference; none: [`Io::Resolve`] is used.
        servers: Vec<SocketAddr>,
        /// Names with an address each.
        hosts: Vec<(Box<str>, IpAddr)>,
    },
    /// Something came on the socket of an [`Io::Query`].
    QueryAnswer {
        /// The query.
        query: QueryKey,
        /// Who sent it.
        from: SocketAddr,
        /// One DNS message.
        bytes: &'a [u8],
    },
    /// An [`Io::Query`] cannot be answered: its server refused it or could not be reached.
    QueryFailed {
        /// The query.
        query: QueryKey,
    },
    /// The answer to [`Io::Resolve`]; empty when the name has no address.
    Resolved {
        /// The query.
        query: QueryKey,
        /// Its addresses, best first; none when it has none.
        addresses: Vec<IpAddr>,
    },
}

/// What comes out of a core for the network.
#[derive(Clone, Debug)]
pub enum Io {
    /// Send one datagram.
    Datagram {
        /// The socket.
        socket: SocketKey,
        /// Where to.
        to: SocketAddr,
        /// The bytes.
        bytes: Payload,
    },
    /// Open a connection; it stands when TLS and WebSocket have agreed too.
    Connect {
        /// The connection.
        conn: ConnKey,
        /// By what.
        protocol: Protocol,
        /// Where to.
        to: SocketAddr,
        /// The domain that was asked for, which the peer's certificate has to name (RFC 5922 §7.2); none for TCP.
        name: Option<Box<str>>,
    },
    /// Send bytes on a connection that stands.
    Stream {
        /// The connection.
        conn: ConnKey,
        /// The bytes.
        bytes: Payload,
    },
    /// Close a connection once what was sent has left.
    Close {
        /// The connection.
        conn: ConnKey,
    },
    /// Send a DNS message from a socket of its own, with a port of the system's choice, and bring back what comes.
    Query {
        /// The query.
        query: QueryKey,
        /// Whom to ask.
        server: SocketAddr,
        /// Over a connection (RFC 7766) and not as a datagram.
        stream: bool,
        /// The message, without a length before it.
        bytes: Vec<u8>,
    },
    /// A query needs no answer any more: close its socket.
    QueryDone {
        /// The query.
        query: QueryKey,
    },
    /// Look up the addresses of a host name (A and AAAA).
    Resolve {
        /// The query.
        query: QueryKey,
        /// The name.
        host: Box<str>,
    },
}

/// A sans-IO core as its runtime or simulator turns it: one mutation, then drain both queues, then sleep until the deadline.
pub trait Core {
    /// What the owner of the core is told.
    type Event;

    /// Takes one input.
    fn handle_input(&mut self, now: Time, input: Input<'_>);
    /// Serves every timer that is due.
    fn handle_timeout(&mut self, now: Time);
    /// The next thing to do on the network.
    fn poll_io(&mut self) -> Option<Io>;
    /// The next event for the owner.
    fn poll_event(&mut self) -> Option<Self::Event>;
    /// When `handle_timeout` has to be called at the latest.
    fn next_deadline(&self) -> Option<Time>;
}
