//! The sockets of one link and what they can do without waiting: datagrams (RFC 3261 §18), streams, accepting, connecting.
//!
//! Everything here is called with the core locked, from whichever thread turns it. What a socket has to say is kept
//! in [`Net::feedback`] until the core takes it. Bounds: a connection whose peer does not read is closed, a datagram
//! socket that the system does not take more from drops the newest, and lack of file descriptors delays accepting.

use std::collections::{HashMap, VecDeque};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream, UdpSocket};
use mio::{Interest, Registry, Token};
use socket2::{Domain, Socket, Type};

use crate::base::{Time, TimerSet};
use crate::syntax::Payload;
use crate::transport::{ConnKey, Input, Io, Protocol, QueryKey, SocketKey};

use super::resolver::{Answer, Resolver};
use super::sys::{self, Inbound};
use super::trace::Tap;

/// Datagrams that wait for room in the system's buffer at most.
const DATAGRAM_BACKLOG: usize = 1024;
/// Connections taken from one listener before others have their turn.
const ACCEPT_BATCH: usize = 64;
/// When accepting is tried again after the process ran out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// How long a closed connection may take to hand over what was sent.
const LINGER: Duration = Duration::from_secs(5);

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
    limits: NetLimits,
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
    pub(super) resolve_timeout: Duration,
}

/// What a poll token stands for.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) enum Source {
    Udp(SocketKey),
    Listener(SocketKey),
    Conn(ConnKey),
}

/// What has to be done at a certain time.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Chore {
    Accept(SocketKey),
    Drop(ConnKey),
    Forget(QueryKey),
}

struct Udp {
    socket: UdpSocket,
    token: Token,
    local: SocketAddr,
    addresses: Vec<IpAddr>,
    backlog: VecDeque<(SocketAddr, Payload)>,
}

struct Listener {
    socket: TcpListener,
    token: Token,
}

struct Conn {
    stream: TcpStream,
    token: Token,
    remote: SocketAddr,
    local: Option<SocketAddr>,
    /// The handshake is not over.
    connecting: bool,
    /// The core does not know it any more; it lives until what was sent has left.
    closing: bool,
    outbox: VecDeque<Payload>,
    /// Bytes of the first payload that have left.
    offset: usize,
    waiting: usize,
}

/// What reading a stream gave.
pub(super) enum Got {
    Bytes(ConnKey, usize),
    /// Nothing for now.
    Dry,
}

impl Net {
    pub(super) fn new(
        registry: Registry,
        limits: NetLimits,
        resolver: Resolver,
        tap: Arc<Tap>,
    ) -> Self {
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
            feedback: VecDeque::new(),
            counters: Counters::default(),
            resolver,
            tap,
        }
    }

    /// Opens a UDP socket or a TCP listener and has the core told.
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
            Protocol::Tcp => {
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
                self.listeners.insert(key, Listener { socket, token });
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
            let _ = write_out(&mut conn);
            let _ = conn.stream.shutdown(Shutdown::Write);
        }
        self.udp.clear();
        self.listeners.clear();
        self.sources.clear();
        self.queries.clear();
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
            Io::Connect { conn, to } => self.connect(conn, to),
            Io::Stream { conn, bytes } => self.write(now, conn, bytes),
            Io::Close { conn } => self.close(now, conn),
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

    /// Sends the datagrams that were collected.
    pub(super) fn flush(&mut self) {
        let mut outgoing = std::mem::take(&mut self.outgoing);
        let mut run = std::mem::take(&mut self.run);
        let mut rest = outgoing.drain(..).peekable();
        while let Some((key, to, bytes)) = rest.next() {
            run.push((to, bytes));
            while let Some((_, to, bytes)) = rest.next_if(|(next, _, _)| *next == key) {
                run.push((to, bytes));
            }
            self.send_run(key, &mut run);
            run.clear();
        }
        drop(rest);
        self.outgoing = outgoing;
        self.run = run;
    }

    fn send_run(&mut self, key: SocketKey, run: &mut Vec<(SocketAddr, Payload)>) {
        let Some(udp) = self.udp.get_mut(&key) else {
            self.counters.datagrams_dropped += run.len() as u64;
            return;
        };
        if self.tap.is_open() {
            for (to, bytes) in run.iter() {
                self.tap.datagram(
                    true,
                    local_towards(udp.local, &udp.addresses, *to),
                    *to,
                    bytes,
                );
            }
        }
        if udp.backlog.is_empty() {
            let sent = send_some(udp, key, run, &mut self.feedback, &mut self.counters);
            run.drain(..sent);
        }
        if run.is_empty() {
            return;
        }
        if udp.backlog.is_empty() {
            let both = Interest::READABLE | Interest::WRITABLE;
            if let Err(error) = self.registry.reregister(&mut udp.socket, udp.token, both) {
                log::warn!("{}: not told when there is room again: {error}", udp.local);
            }
        }
        for datagram in run.drain(..) {
            if udp.backlog.len() < DATAGRAM_BACKLOG {
                udp.backlog.push_back(datagram);
            } else {
                self.counters.datagrams_dropped += 1;
            }
        }
    }

    /// The socket takes datagrams again.
    fn resume(&mut self, key: SocketKey) {
        let Some(udp) = self.udp.get_mut(&key) else {
            return;
        };
        if udp.backlog.is_empty() {
            return;
        }
        let waiting: Vec<_> = udp.backlog.drain(..).collect();
        let sent = send_some(udp, key, &waiting, &mut self.feedback, &mut self.counters);
        udp.backlog.extend(waiting.into_iter().skip(sent));
        if udp.backlog.is_empty()
            && let Err(error) =
                self.registry
                    .reregister(&mut udp.socket, udp.token, Interest::READABLE)
        {
            log::warn!("{}: {error}", udp.local);
        }
    }

    /// What a token stands for, as long as that is open.
    pub(super) fn source(&self, token: Token) -> Option<Source> {
        self.sources.get(&token).copied()
    }

    /// Room to write, or an error, was signalled.
    pub(super) fn on_writable(&mut self, now: Time, source: Source) {
        match source {
            Source::Udp(key) => self.resume(key),
            Source::Conn(conn) => self.on_conn_writable(now, conn),
            Source::Listener(_) => {}
        }
    }

    /// An error was signalled on a socket.
    pub(super) fn on_error(&mut self, source: Source) {
        if let Source::Udp(key) = source {
            self.take_errors(key);
        }
    }

    fn take_errors(&mut self, key: SocketKey) {
        if let Some(udp) = self.udp.get(&key) {
            take_errors(udp, key, &mut self.feedback);
        }
    }

    /// Receives a batch of datagrams; how many, and whether there may be more.
    pub(super) fn receive(&mut self, key: SocketKey, inbound: &mut Inbound) -> (usize, bool) {
        let Some(udp) = self.udp.get_mut(&key) else {
            return (0, false);
        };
        match inbound.receive(&udp.socket) {
            Ok(count) => {
                self.counters.datagrams_in += count as u64;
                if self.tap.is_open() {
                    for (from, bytes) in (0..count).filter_map(|index| inbound.get(index)) {
                        let local = local_towards(udp.local, &udp.addresses, from);
                        self.tap.datagram(false, local, from, bytes);
                    }
                }
                (count, true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => (0, false),
            Err(error) if error.kind() == ErrorKind::Interrupted => (0, true),
            Err(error) => {
                // Mostly an ICMP error that came before; the datagrams behind it are still there.
                let local = udp.local;
                self.take_errors(key);
                log::debug!("{local}: {error}");
                (0, true)
            }
        }
    }

    /// Accepts what waits; whether there may be more.
    pub(super) fn accept(&mut self, now: Time, key: SocketKey) -> bool {
        for _ in 0..ACCEPT_BATCH {
            let Some(listener) = self.listeners.get(&key) else {
                return false;
            };
            match listener.socket.accept() {
                Ok((stream, remote)) => self.adopt(key, stream, remote),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return false,
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted => {}
                    _ => {
                        // Out of file descriptors or memory: the connection waits in the listener's queue, and so do we.
                        log::warn!("cannot accept for now: {error}");
                        self.chores.set(now + ACCEPT_PAUSE, Chore::Accept(key));
                        return false;
                    }
                },
            }
        }
        true
    }

    fn adopt(&mut self, socket: SocketKey, stream: TcpStream, remote: SocketAddr) {
        if self.conns.len() >= self.limits.connections {
            self.counters.connections_refused += 1;
            return;
        }
        let conn = ConnKey(self.next_conn);
        self.next_conn += 2;
        let Ok(local) = stream.local_addr() else {
            return;
        };
        if self.register(conn, stream, remote, Some(local)).is_ok() {
            self.feedback.push_back(Input::Accepted {
                conn,
                socket,
                local,
                remote,
            });
        }
    }

    fn connect(&mut self, conn: ConnKey, to: SocketAddr) {
        let opened = if self.conns.len() >= self.limits.connections {
            self.counters.connections_refused += 1;
            Err(io::Error::other("too many connections"))
        } else if self.conns.contains_key(&conn) {
            log::error!("{conn:?} is open already");
            return;
        } else {
            TcpStream::connect(to).and_then(|stream| self.register(conn, stream, to, None))
        };
        if let Err(error) = opened {
            log::info!("no connection to {to}: {error}");
            self.feedback.push_back(Input::Closed { conn });
        }
    }

    fn register(
        &mut self,
        key: ConnKey,
        mut stream: TcpStream,
        remote: SocketAddr,
        local: Option<SocketAddr>,
    ) -> io::Result<()> {
        // A message is one write: waiting for more only delays it. Not every system has the option.
        let _ = stream.set_nodelay(true);
        let token = Token(self.next_token);
        self.registry
            .register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.next_token += 1;
        self.sources.insert(token, Source::Conn(key));
        self.conns.insert(
            key,
            Conn {
                stream,
                token,
                remote,
                local,
                connecting: local.is_none(),
                closing: false,
                outbox: VecDeque::new(),
                offset: 0,
                waiting: 0,
            },
        );
        self.counters.connections = self.conns.len() as u64;
        Ok(())
    }

    fn on_conn_writable(&mut self, now: Time, key: ConnKey) {
        let Some(conn) = self.conns.get_mut(&key) else {
            return;
        };
        if conn.connecting {
            if let Ok(Some(error)) | Err(error) = conn.stream.take_error() {
                log::info!("no connection to {}: {error}", conn.remote);
                return self.lose(key);
            }
            match (conn.stream.peer_addr(), conn.stream.local_addr()) {
                (Ok(_), Ok(local)) => {
                    conn.connecting = false;
                    conn.local = Some(local);
                    let remote = conn.remote;
                    if !conn.closing {
                        self.feedback.push_back(Input::Connected {
                            conn: key,
                            local,
                            remote,
                        });
                    }
                }
                (Err(error), _) if error.kind() == ErrorKind::NotConnected => return,
                _ => return self.lose(key),
            }
        }
        self.drive(now, key);
    }

    fn write(&mut self, now: Time, key: ConnKey, bytes: Payload) {
        let Some(conn) = self.conns.get_mut(&key) else {
            return;
        };
        if conn.closing || bytes.is_empty() {
            return;
        }
        if self.tap.is_open() {
            let local = conn.local.unwrap_or_else(|| any(conn.remote));
            self.tap.stream(true, key, local, conn.remote, &bytes);
        }
        conn.waiting += bytes.len();
        conn.outbox.push_back(bytes);
        if !conn.connecting && conn.outbox.len() == 1 {
            self.drive(now, key);
        }
        if self
            .conns
            .get(&key)
            .is_some_and(|conn| conn.waiting > self.limits.write_queue)
        {
            log::warn!("a peer does not read; its connection is closed");
            self.counters.connections_refused += 1;
            self.lose(key);
        }
    }

    /// Writes what waits; ends the connection when that fails, or when it was closed and all has left.
    fn drive(&mut self, _now: Time, key: ConnKey) {
        let Some(conn) = self.conns.get_mut(&key) else {
            return;
        };
        if conn.connecting {
            return;
        }
        match write_out(conn) {
            Ok(sent) => {
                self.counters.stream_out += sent;
                if conn.closing && conn.outbox.is_empty() {
                    let _ = conn.stream.shutdown(Shutdown::Write);
                    self.discard(key);
                }
            }
            Err(error) => {
                log::info!("{}: {error}", conn.remote);
                self.lose(key);
            }
        }
    }

    fn close(&mut self, now: Time, key: ConnKey) {
        let Some(conn) = self.conns.get_mut(&key) else {
            return;
        };
        conn.closing = true;
        if conn.outbox.is_empty() {
            self.discard(key);
        } else {
            self.chores.set(now + LINGER, Chore::Drop(key));
        }
    }

    /// A connection broke: it goes, and the core is told unless it had closed it.
    fn lose(&mut self, key: ConnKey) {
        if self.conns.get(&key).is_some_and(|conn| !conn.closing) {
            self.feedback.push_back(Input::Closed { conn: key });
        }
        self.discard(key);
    }

    fn discard(&mut self, key: ConnKey) {
        if let Some(mut conn) = self.conns.remove(&key) {
            self.sources.remove(&conn.token);
            let _ = self.registry.deregister(&mut conn.stream);
            self.tap.closed(key);
        }
        self.counters.connections = self.conns.len() as u64;
    }

    /// Reads a piece of a stream. The end of the peer's sending ends the connection, but what waits to be written still leaves.
    pub(super) fn read(&mut self, now: Time, key: ConnKey, chunk: &mut [u8]) -> Got {
        loop {
            let Some(conn) = self.conns.get_mut(&key) else {
                return Got::Dry;
            };
            if conn.connecting {
                return Got::Dry;
            }
            match conn.stream.read(chunk) {
                Ok(0) => {
                    if !conn.closing {
                        self.feedback.push_back(Input::Closed { conn: key });
                    }
                    self.close(now, key);
                    return Got::Dry;
                }
                // What comes after we closed is of no interest, but has to be taken so that the peer sees no reset.
                Ok(_) if conn.closing => {}
                Ok(count) => {
                    self.counters.stream_in += count as u64;
                    if self.tap.is_open() {
                        let local = conn.local.unwrap_or_else(|| any(conn.remote));
                        self.tap
                            .stream(false, key, local, conn.remote, &chunk[..count]);
                    }
                    return Got::Bytes(key, count);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Got::Dry,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    log::info!("{}: {error}", conn.remote);
                    self.lose(key);
                    return Got::Dry;
                }
            }
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

/// Sends from the front; how many are dealt with, sent or given up.
fn send_some(
    udp: &Udp,
    key: SocketKey,
    run: &[(SocketAddr, Payload)],
    feedback: &mut VecDeque<Input<'static>>,
    counters: &mut Counters,
) -> usize {
    let mut done = 0;
    let mut stale_errors = 0;
    while let Some(&(to, _)) = run.get(done) {
        match sys::send(&udp.socket, &run[done..]) {
            Ok(sent) => {
                done += sent;
                counters.datagrams_out += sent as u64;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // With ICMP errors reported, sending first gives the error that an earlier datagram met.
            Err(_) if stale_errors < 8 && take_errors(udp, key, feedback) > 0 => stale_errors += 1,
            Err(error) => {
                log::info!("{} to {to}: {error}", udp.local);
                counters.datagrams_dropped += 1;
                done += 1;
                feedback.push_back(Input::SendFailed { socket: key, to });
            }
        }
    }
    done
}

fn take_errors(udp: &Udp, key: SocketKey, feedback: &mut VecDeque<Input<'static>>) -> usize {
    #[cfg(target_os = "linux")]
    {
        let mut lost = Vec::new();
        let count = sys::read_errors(&udp.socket, &mut lost);
        lost.dedup();
        feedback.extend(
            lost.into_iter()
                .map(|to| Input::SendFailed { socket: key, to }),
        );
        count
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (udp, key, feedback);
        0
    }
}

fn write_out(conn: &mut Conn) -> io::Result<u64> {
    let mut total = 0;
    while let Some(first) = conn.outbox.front() {
        match conn.stream.write(&first[conn.offset..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(sent) => {
                total += sent as u64;
                conn.waiting -= sent;
                conn.offset += sent;
                if conn.offset >= first.len() {
                    conn.outbox.pop_front();
                    conn.offset = 0;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
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

/// The wildcard of the same family.
fn any(remote: SocketAddr) -> SocketAddr {
    match remote {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
