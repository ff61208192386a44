//! A small core for tests of the runtime: answers what comes with the same bytes and tells everything it sees.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "each test program uses a part of it"
)]

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rtcclient::base::Time;
use rtcclient::runtime::{Link, LinkOptions, Next};
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, QueryKey, SocketKey, TlsFault};

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Seen {
    Opened(SocketKey, SocketAddr, Vec<IpAddr>),
    SocketClosed(SocketKey),
    Datagram(SocketAddr, Vec<u8>),
    Failed(SocketAddr),
    Connected(ConnKey),
    Accepted(ConnKey),
    Stream(ConnKey, Vec<u8>),
    Message(ConnKey, Vec<u8>),
    Closed(ConnKey),
    Insecure(ConnKey, TlsFault),
    Resolved(QueryKey, Vec<IpAddr>),
    NameServers(Vec<SocketAddr>),
    Answer(QueryKey, SocketAddr, Vec<u8>),
    Unanswered(QueryKey),
    Timer,
    Said(u32),
    Fault(String),
}

#[derive(Default)]
pub struct Echo {
    pub silent: bool,
    pub io: VecDeque<Io>,
    pub events: VecDeque<Seen>,
    pub deadline: Option<Time>,
}

impl Core for Echo {
    type Event = Seen;

    fn handle_input(&mut self, _now: Time, input: Input<'_>) {
        let seen = match input {
            Input::SocketOpened {
                socket,
                local,
                addresses,
                ..
            } => Seen::Opened(socket, local, addresses),
            Input::SocketClosed { socket } => Seen::SocketClosed(socket),
            Input::Datagram {
                socket,
                from,
                bytes,
            } => {
                assert_ne!(bytes, b"panic", "asked to");
                if !self.silent {
                    self.io.push_back(Io::Datagram {
                        socket,
                        to: from,
                        bytes: bytes.into(),
                    });
                }
                Seen::Datagram(from, bytes.to_vec())
            }
            Input::SendFailed { to, .. } => Seen::Failed(to),
            Input::Connected { conn, .. } => Seen::Connected(conn),
            Input::Accepted { conn, .. } => Seen::Accepted(conn),
            Input::Stream { conn, bytes } => {
                if !self.silent {
                    self.io.push_back(Io::Stream {
                        conn,
                        bytes: bytes.into(),
                    });
                }
                Seen::Stream(conn, bytes.to_vec())
            }
            Input::Message { conn, bytes } => {
                if !self.silent {
                    self.io.push_back(Io::Stream {
                        conn,
                        bytes: bytes.into(),
                    });
                }
                Seen::Message(conn, bytes.to_vec())
            }
            Input::Closed { conn } => Seen::Closed(conn),
            Input::Insecure { conn, fault } => Seen::Insecure(conn, fault),
            Input::Resolved { query, addresses } => Seen::Resolved(query, addresses),
            Input::NameServers { servers, .. } => Seen::NameServers(servers),
            Input::QueryAnswer { query, from, bytes } => Seen::Answer(query, from, bytes.to_vec()),
            Input::QueryFailed { query } => Seen::Unanswered(query),
        };
        self.events.push_back(seen);
    }

    fn handle_timeout(&mut self, now: Time) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline = None;
            self.events.push_back(Seen::Timer);
        }
    }

    fn poll_io(&mut self) -> Option<Io> {
        self.io.pop_front()
    }

    fn poll_event(&mut self) -> Option<Seen> {
        self.events.pop_front()
    }

    fn next_deadline(&self) -> Option<Time> {
        self.deadline
    }
}

pub type EchoLink = Arc<Link<Echo>>;

/// Far more than anything here takes; a test that waits so long has failed.
pub const LONG: Duration = Duration::from_secs(20);

pub fn options() -> LinkOptions<Seen> {
    LinkOptions {
        on_fault: Some(Box::new(|_, text| Some(Seen::Fault(text.to_owned())))),
        ..LinkOptions::default()
    }
}

pub fn start() -> EchoLink {
    start_with(Echo::default(), options())
}

pub fn silent() -> EchoLink {
    let core = Echo {
        silent: true,
        ..Echo::default()
    };
    start_with(core, options())
}

pub fn start_with(core: Echo, options: LinkOptions<Seen>) -> EchoLink {
    Link::start(core, options).expect("a link")
}

/// Binds and takes the event that says so.
pub fn bind(link: &EchoLink, protocol: Protocol, address: &str) -> (SocketKey, SocketAddr) {
    let bound = link
        .bind(protocol, address.parse().expect("an address"))
        .expect("a socket");
    let event = next(link);
    assert!(
        matches!(&event, Seen::Opened(key, local, _) if (*key, *local) == bound),
        "{event:?}"
    );
    bound
}

pub fn next(link: &EchoLink) -> Seen {
    match link.next_event(Some(LONG)) {
        Ok(Next::Event(event)) => event,
        other => panic!("no event: {other:?}"),
    }
}

pub fn io(link: &EchoLink, io: Io) {
    link.turn(|core, _| core.io.push_back(io)).expect("a turn");
}

pub fn send(link: &EchoLink, socket: SocketKey, to: SocketAddr, bytes: &[u8]) {
    let bytes = bytes.into();
    io(link, Io::Datagram { socket, to, bytes });
}

pub fn say(link: &EchoLink, number: u32) {
    link.turn(|core, _| core.events.push_back(Seen::Said(number)))
        .expect("a turn");
}

/// Asks for a TCP connection.
pub fn tcp(conn: ConnKey, to: SocketAddr) -> Io {
    Io::Connect {
        conn,
        protocol: Protocol::Tcp,
        to,
        name: None,
    }
}
