//! The words in which a sans-IO core and whoever does its I/O speak to each other.
//!
//! In go datagrams, stream bytes, the fate of connections and resolver answers; out come bytes to send, connections to
//! open or close, names to resolve.

use std::net::{IpAddr, SocketAddr};

use crate::base::Time;
use crate::syntax::Payload;

/// A transport protocol of RFC 3261 §18 (TLS and WebSocket are named for what is to come).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Protocol {
    /// Datagrams, RFC 3261 §18.
    Udp,
    /// A byte stream, RFC 3261 §18.
    Tcp,
}

impl Protocol {
    /// As in a Via header.
    #[must_use]
    pub const fn via(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }

    /// As in a `transport` URI parameter.
    #[must_use]
    pub const fn param(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }

    /// Whether the transport repeats and orders by itself, so that transactions need not (RFC 3261 §17).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }
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
    /// UDP or a stream.
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
        socket: SocketKey,
        protocol: Protocol,
        local: SocketAddr,
        addresses: Vec<IpAddr>,
    },
    /// It was closed by its owner.
    SocketClosed { socket: SocketKey },
    /// A datagram came.
    Datagram {
        socket: SocketKey,
        from: SocketAddr,
        bytes: &'a [u8],
    },
    /// Sending to that address failed for good (port unreachable, no route).
    SendFailed { socket: SocketKey, to: SocketAddr },
    /// A connection asked for by [`Io::Connect`] stands.
    Connected {
        conn: ConnKey,
        local: SocketAddr,
        remote: SocketAddr,
    },
    /// A peer connected to a listener.
    Accepted {
        conn: ConnKey,
        socket: SocketKey,
        local: SocketAddr,
        remote: SocketAddr,
    },
    /// Bytes came on a connection.
    Stream { conn: ConnKey, bytes: &'a [u8] },
    /// A connection ended or could not be made.
    Closed { conn: ConnKey },
    /// The answer to [`Io::Resolve`]; empty when the name has no address.
    Resolved {
        query: QueryKey,
        addresses: Vec<IpAddr>,
    },
}

/// What comes out of a core for the network.
#[derive(Clone, Debug)]
pub enum Io {
    /// Send one datagram.
    Datagram {
        socket: SocketKey,
        to: SocketAddr,
        bytes: Payload,
    },
    /// Open a stream connection.
    Connect { conn: ConnKey, to: SocketAddr },
    /// Send bytes on a connection that stands.
    Stream { conn: ConnKey, bytes: Payload },
    /// Close a connection once what was sent has left.
    Close { conn: ConnKey },
    /// Look up the addresses of a host name (A and AAAA).
    Resolve { query: QueryKey, host: Box<str> },
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
