//! The sockets of one link and what they can do without waiting: datagrams (RFC 3261 §18), streams, accepting, connecting.
//!
//! Everything here is called with the core locked, from whichever thread turns it. What a socket has to say is kept
//! in [`Net::feedback`] until the core takes it. Bounds: a connection whose peer does not read is closed, a datagram
//! socket that the system does not take more from drops the newest, and lack of file descriptors delays accepting.

mod layers;
mod query;
mod tcp;
mod tls;
mod udp;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mio::net::{TcpListener, UdpSocket};
use mio::{Interest, Registry, Token};
use socket2::{Domain, Socket, Type};

use crate::base::{Time, TimerSet};
use crate::syntax::Payload;
use crate::transport::{ConnKey, Input, Io, Protocol, QueryKey, SocketKey};

use super::names::SystemNames;
use super::resolver::{Answer, Resolver};
use super::sys;
use super::trace::Tap;
use tcp::{Conn, Listener};
use udp::Udp;

pub(super) use query::Reply;
pub(super) use tcp::Got;
pub use tls::{Tls, TlsOptions, TlsOptionsError};

/// What went through the sockets of a link.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Datagrams received.
    pub datagrams_in: u64,
    /// Datagrams sent.
    pub datagrams_out: u64,
    /// Datagrams that the system did not take: no room, or no way to the address.
    pub datagrams_dropped: u64,
    /// Stream bytes received.
    pub stream_in: u64,
    /// Stream bytes handed to the system.
    pub stream_out: u64,
    /// Connections closed because of a bound: too many, or a peer that did not read.
    pub connections_refused: u64,
    /// Connections that stand or are being opened.
    pub connections: u64,
}

/// All sockets of a link.
pub(super) struct Net {
    registry: Registry,
    sources: HashMap<Token, Source>,
    udp: HashMap<SocketKey, Udp>,
    listeners: HashMap<SocketKey, Listener>,
    conns: HashMap<ConnKey, Conn>,
    next_token: usize,
    next_socket: u32,
    next_conn: u64,
    outgoing: Vec<(SocketKey, SocketAddr, Payload)>,
    run: Vec<(SocketAddr, Payload)>,
    chores: TimerSet<Chore>,
    queries: HashMap<QueryKey, Time>,
    /// Questions to name servers; their keys are another kind than those of `queries`.
    dns: HashMap<QueryKey, query::Query>,
    names: Option<SystemNames>,
    limits: NetLimits,
    tls: Arc<Tls>,
    pub(super) feedback: VecDeque<Input<'static>>,
    pub(super) counters: Counters,
    pub(super) resolver: Resolver,
    pub(super) tap: Arc<Tap>,
}

/// The bounds of [`super::LinkOptions`] that concern sockets.
#[derive(Clone, Copy)]
pub(super) struct NetLimits {
    pub(super) receive_buffer: usize,
    pub(super) connections: usize,
    pub(super) write_queue: usize,
    /// Bytes of one message of a transport that keeps the bounds of messages.
    pub(super) message: usize,
    pub(super) resolve_timeout: Duration,
    pub(super) system_names: bool,
}

/// What a poll token stands for.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) enum Source {
    Udp(SocketKey),
    Listener(SocketKey),
    Conn(ConnKey),
    Query(QueryKey),
}

/// What has to be done at a certain time.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Chore {
    Accept(SocketKey),
    Handshake(ConnKey),
    Drop(ConnKey),
    Forget(QueryKey),
}

impl Net {
    pub(super) fn new(
        registry: Registry,
        limits: NetLimits,
        tls: Arc<Tls>,
        resolver: Resolver,
        tap: Arc<Tap>,
    ) -> Self {
        let mut feedback = VecDeque::new();
        let names = limits.system_names.then(|| {
            let (names, input) = SystemNames::read();
            feedback.push_back(input);
            names
        });
        Self {
            registry,
            sources: HashMap::new(),
            udp: HashMap::new(),
            listeners: HashMap::new(),
            conns: HashMap::new(),
            // Token 0 is the waker's.
            next_token: 1,
            next_socket: 1,
            next_conn: 1,
            outgoing: Vec::new(),
            run: Vec::new(),
            chores: TimerSet::default(),
            queries: HashMap::new(),
            limits,
            tls,
            feedback,
            dns: HashMap::new(),
            names,
            counters: Counters::default(),
            resolver,
            tap,
        }
    }

    /// Other certificates from now on; connections that stand keep theirs.
    pub(super) fn set_tls(&mut self, tls: Arc<Tls>) {
        self.tls = tls;
    }

    /// Whether we can listen by TLS.
    pub(super) fn has_certificate(&self) -> bool {
        self.tls.has_certificate()
    }

    /// Opens a UDP socket or a listener and has the core told.
    pub(super) fn bind(
        &mut self,
        protocol: Protocol,
        address: SocketAddr,
    ) -> io::Result<(SocketKey, SocketAddr)> {
        let key = SocketKey(self.next_socket);
        let domain = Domain::for_address(address);
        let token = Token(self.next_token);
        let local = match protocol {
            Protocol::Udp => {
                let socket = Socket::new(domain, Type::DGRAM, None)?;
                // Larger bursts survive; the system silently grants what it allows.
                let _ = socket.set_recv_buffer_size(self.limits.receive_buffer);
                let _ = socket.set_send_buffer_size(self.limits.receive_buffer);
                only_v6(&socket, address)?;
                socket.set_nonblocking(true)?;
                socket.bind(&address.into())?;
                let mut socket = UdpSocket::from_std(socket.into());
                sys::report_errors(&socket, address.is_ipv6());
                let local = socket.local_addr()?;
                self.registry
                    .register(&mut socket, token, Interest::READABLE)?;
                self.sources.insert(token, Source::Udp(key));
                let udp = Udp {
                    socket,
                    token,
                    local,
                    addresses: own_addresses(local),
                    backlog: VecDeque::new(),
                };
                self.feedback
                    .push_back(opened(key, protocol, local, udp.addresses.clone()));
                self.udp.insert(key, udp);
                local
            }
            Protocol::Tcp | Protocol::Tls | Protocol::Ws | Protocol::Wss => {
                let socket = Socket::new(domain, Type::STREAM, None)?;
                // Connections of the last run in TIME-WAIT do not keep the port.
                #[cfg(unix)]
                socket.set_reuse_address(true)?;
                only_v6(&socket, address)?;
                socket.set_nonblocking(true)?;
                socket.bind(&address.into())?;
                socket.listen(1024)?;
                let mut socket = TcpListener::from_std(socket.into());
                let local = socket.local_addr()?;
                self.registry
                    .register(&mut socket, token, Interest::READABLE)?;
                self.sources.insert(token, Source::Listener(key));
                self.feedback
                    .push_back(opened(key, protocol, local, own_addresses(local)));
                let listener = Listener {
                    socket,
                    protocol,
                    token,
                };
                self.listeners.insert(key, listener);
                local
            }
        };
        self.next_socket += 1;
        self.next_token += 1;
        Ok((key, local))
    }

    /// Closes a socket that [`Net::bind`] opened and has the core told; its accepted connections stay.
    pub(super) fn unbind(&mut self, socket: SocketKey) -> bool {
        let token = if let Some(udp) = self.udp.remove(&socket) {
            udp.token
        } else if let Some(listener) = self.listeners.remove(&socket) {
            listener.token
        } else {
            return false;
        };
        self.sources.remove(&token);
        self.feedback.push_back(Input::SocketClosed { socket });
        true
    }

    /// Closes everything, handing over what can be without waiting.
    pub(super) fn close_all(&mut self) {
        self.flush();
        for (_, mut conn) in self.conns.drain() {
            // What does not go at once is lost: nobody will be there to send it.
            let _ = tcp::write_out(&mut conn);
            let _ = conn.stream.shutdown(Shutdown::Write);
        }
        self.udp.clear();
        self.listeners.clear();
        self.sources.clear();
        self.queries.clear();
        self.dns.clear();
        self.feedback.clear();
        self.chores = TimerSet::default();
        self.counters.connections = 0;
        self.resolver.close();
    }

    /// Does what the core asks for; datagrams are collected until [`Net::flush`].
    pub(super) fn perform(&mut self, now: Time, io: Io) {
        match io {
            Io::Datagram { socket, to, bytes } => {
                self.outgoing.push((socket, to, bytes));
                if self.outgoing.len() >= 4 * sys::BATCH {
                    self.flush();
                }
            }
            Io::Connect {
                conn,
                protocol,
                to,
                name,
            } => self.connect(now, conn, protocol, to, name.as_deref()),
            Io::Stream { conn, bytes } => self.write(conn, bytes),
            Io::Close { conn } => self.close(now, conn),
            Io::Query {
                query,
                server,
                stream,
                bytes,
            } => self.send_query(query, server, stream, &bytes),
            Io::QueryDone { query } => self.end_query(query),
            Io::Resolve { query, host } => match self.resolver.ask(query, host) {
                Answer::Now(addresses) => {
                    self.feedback
                        .push_back(Input::Resolved { query, addresses });
                }
                Answer::Later => {
                    let at = now + self.limits.resolve_timeout;
                    self.queries.insert(query, at);
                    self.chores.set(at, Chore::Forget(query));
                }
            },
        }
    }

    /// What a token stands for, as long as that is open.
    pub(super) fn source(&self, token: Token) -> Option<Source> {
        self.sources.get(&token).copied()
    }

    /// Room to write, or an error, was signalled.
    pub(super) fn on_writable(&mut self, source: Source) {
        match source {
            Source::Udp(key) => self.resume(key),
            Source::Conn(conn) => self.on_conn_writable(conn),
            Source::Query(query) => self.on_query_writable(query),
            Source::Listener(_) => {}
        }
    }

    /// An error was signalled on a socket.
    pub(super) fn on_error(&mut self, source: Source) {
        if let Source::Udp(key) = source {
            self.take_errors(key);
        }
    }

    /// Takes what the resolver has found.
    pub(super) fn take_answers(&mut self) -> bool {
        let answers = self.resolver.take();
        let any = !answers.is_empty();
        for (query, addresses) in answers {
            // One that took too long has been answered already.
            if let Some(at) = self.queries.remove(&query) {
                self.chores.cancel(at, Chore::Forget(query));
                self.feedback
                    .push_back(Input::Resolved { query, addresses });
            }
        }
        any
    }

    /// When [`Net::do_chores`] has to be called.
    pub(super) fn next_chore(&self) -> Option<Time> {
        self.chores.next()
    }

    /// Does what is due; the listeners that should be tried again are added to `retry`.
    pub(super) fn do_chores(&mut self, now: Time, retry: &mut Vec<Token>) -> bool {
        let mut any = false;
        while let Some(chore) = self.chores.pop(now) {
            any = true;
            match chore {
                Chore::Accept(key) => {
                    retry.extend(self.listeners.get(&key).map(|listener| listener.token));
                }
                Chore::Handshake(key) => self.on_handshake_overdue(key),
                Chore::Drop(key) => {
                    if self.conns.get(&key).is_some_and(|conn| conn.closing) {
                        self.discard(key);
                    }
                }
                Chore::Forget(query) => {
                    if self.queries.remove(&query).is_some() {
                        let addresses = Vec::new();
                        self.feedback
                            .push_back(Input::Resolved { query, addresses });
                    }
                }
            }
        }
        any
    }
}

fn only_v6(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(())
}

fn opened(
    socket: SocketKey,
    protocol: Protocol,
    local: SocketAddr,
    addresses: Vec<IpAddr>,
) -> Input<'static> {
    Input::SocketOpened {
        socket,
        protocol,
        local,
        addresses,
    }
}

fn own_addresses(local: SocketAddr) -> Vec<IpAddr> {
    if local.ip().is_unspecified() {
        sys::addresses(local.is_ipv6())
    } else {
        Vec::new()
    }
}

/// The address that a trace shows for a socket on the wildcard.
fn local_towards(local: SocketAddr, addresses: &[IpAddr], remote: SocketAddr) -> SocketAddr {
    if !local.ip().is_unspecified() {
        return local;
    }
    let near = addresses
        .iter()
        .find(|ip| ip.is_loopback() == remote.ip().is_loopback());
    SocketAddr::new(near.copied().unwrap_or_else(|| local.ip()), local.port())
}
