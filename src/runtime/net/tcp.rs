//! Stream connections (RFC 3261 §18): accepted or opened, written through a bounded queue, closed once all has left.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Token};

use crate::base::Time;
use crate::syntax::Payload;
use crate::transport::{ConnKey, Input, Protocol, SocketKey};

use super::layers::{End, Layers, Piece};
use super::{Chore, Net, Source};

/// Connections taken from one listener before others have their turn.
const ACCEPT_BATCH: usize = 64;
/// When accepting is tried again after the process ran out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// Pieces of a stream that say nothing to the core and are taken in a row.
const QUIET_READS: usize = 4;
/// How long the handshakes of TLS and WebSocket may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a closed connection may take to hand over what was sent.
const LINGER: Duration = Duration::from_secs(5);

/// A listening socket.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) protocol: Protocol,
    pub(super) token: Token,
}

/// A connection that stands, is being opened, or waits to be closed.
pub(super) struct Conn {
    pub(super) stream: TcpStream,
    pub(super) protocol: Protocol,
    /// The listener that it came to.
    pub(super) listener: Option<SocketKey>,
    /// What lies between the stream and the core.
    pub(super) layers: Option<Box<Layers>>,
    /// The core knows it: it asked for it, or was told that it came.
    pub(super) known: bool,
    pub(super) token: Token,
    pub(super) remote: SocketAddr,
    pub(super) local: Option<SocketAddr>,
    /// TCP's handshake is not over.
    pub(super) connecting: bool,
    /// The core does not know it any more; it lives until what was sent has left.
    pub(super) closing: bool,
    pub(super) outbox: VecDeque<Payload>,
    /// Bytes of the first payload that have left.
    pub(super) offset: usize,
    pub(super) waiting: usize,
}

/// What reading a stream gave.
pub(in super::super) enum Got {
    Bytes(ConnKey, usize),
    /// One whole message.
    Message(ConnKey, usize),
    /// Nothing for the core yet, but there may be more.
    More,
    /// Nothing for now.
    Dry,
}

impl Net {
    /// Accepts what waits; whether there may be more.
    pub(in super::super) fn accept(&mut self, now: Time, key: SocketKey) -> bool {
        for _ in 0..ACCEPT_BATCH {
            let Some(listener) = self.listeners.get(&key) else {
                return false;
            };
            match listener.socket.accept() {
                Ok((stream, remote)) => {
                    let protocol = listener.protocol;
                    self.adopt(now, key, protocol, stream, remote);
                }
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

    fn adopt(
        &mut self,
        now: Time,
        socket: SocketKey,
        protocol: Protocol,
        stream: TcpStream,
        remote: SocketAddr,
    ) {
        if self.conns.len() >= self.limits.connections {
            self.counters.connections_refused += 1;
            return;
        }
        let conn = ConnKey(self.next_conn);
        self.next_conn += 2;
        let Ok(local) = stream.local_addr() else {
            return;
        };
        let layers = match Layers::server(protocol, &self.tls, self.limits.message) {
            Ok(layers) => layers,
            Err(end) => return log::info!("{remote}: {end:?}"),
        };
        let plain = layers.is_none();
        let begun = Begun {
            protocol,
            listener: Some(socket),
            layers: layers.map(Box::new),
        };
        if self
            .register(conn, stream, remote, Some(local), begun)
            .is_err()
        {
            return;
        }
        if plain {
            self.feedback.push_back(Input::Accepted {
                conn,
                socket,
                local,
                remote,
            });
        } else {
            // The core hears of it when all handshakes are over.
            self.chores.set(now + HANDSHAKE, Chore::Handshake(conn));
        }
    }

    pub(super) fn connect(
        &mut self,
        now: Time,
        conn: ConnKey,
        protocol: Protocol,
        to: SocketAddr,
        name: Option<&str>,
    ) {
        let asked = name.map_or_else(|| to.ip().to_string(), str::to_owned);
        let limit = self.limits.message;
        let layers = match Layers::client(protocol, &asked, to.port(), &self.tls, limit) {
            Ok(layers) => layers.map(Box::new),
            Err(end) => return self.feedback.push_back(ended(conn, end)),
        };
        if protocol.is_secure() && self.tls.insecure {
            log::warn!("the certificate of {asked} at {to} is NOT checked: anybody may pose as it");
        }
        let layered = layers.is_some();
        let begun = Begun {
            protocol,
            listener: None,
            layers,
        };
        let opened = if self.conns.len() >= self.limits.connections {
            self.counters.connections_refused += 1;
            Err(io::Error::other("too many connections"))
        } else if self.conns.contains_key(&conn) {
            log::error!("{conn:?} is open already");
            return;
        } else {
            TcpStream::connect(to).and_then(|stream| self.register(conn, stream, to, None, begun))
        };
        if let Err(error) = opened {
            log::info!("no connection to {to}: {error}");
            self.feedback.push_back(Input::Closed { conn });
        } else if layered {
            self.chores.set(now + HANDSHAKE, Chore::Handshake(conn));
        }
    }

    fn register(
        &mut self,
        key: ConnKey,
        mut stream: TcpStream,
        remote: SocketAddr,
        local: Option<SocketAddr>,
        begun: Begun,
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
                protocol: begun.protocol,
                listener: begun.listener,
                known: begun.layers.is_none() || begun.listener.is_none(),
                layers: begun.layers,
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

    pub(super) fn on_conn_writable(&mut self, key: ConnKey) {
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
                    if let Some(layers) = &mut conn.layers {
                        // The first words of the handshake.
                        let first = layers.take_output();
                        conn.post(first.into());
                    } else if !conn.closing {
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
        self.drive(key);
    }

    pub(super) fn write(&mut self, key: ConnKey, bytes: Payload) {
        let Some(conn) = self.conns.get_mut(&key) else {
            return;
        };
        if conn.closing || bytes.is_empty() {
            return;
        }
        if self.tap.is_open() {
            let local = conn.local.unwrap_or_else(|| any(conn.remote));
            self.tap
                .stream(true, conn.protocol, key, local, conn.remote, &bytes);
        }
        if let Some(layers) = &mut conn.layers {
            if let Err(end) = layers.send(&bytes) {
                log::info!("{}: nothing can be sent any more", conn.remote);
                return self.fail(key, end);
            }
            let sealed = layers.take_output();
            conn.post(sealed.into());
        } else {
            conn.post(bytes);
        }
        if !conn.connecting && conn.outbox.len() == 1 {
            self.drive(key);
        }
        self.refuse_deaf(key);
    }

    /// Writes what waits; ends the connection when that fails, or when it was closed and all has left.
    fn drive(&mut self, key: ConnKey) {
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

    pub(super) fn close(&mut self, now: Time, key: ConnKey) {
        let Some(conn) = self.conns.get_mut(&key) else {
            return;
        };
        if !conn.closing
            && !conn.connecting
            && let Some(layers) = &mut conn.layers
        {
            layers.close();
            let goodbye = layers.take_output();
            conn.post(goodbye.into());
        }
        conn.closing = true;
        if let Ok(sent) = write_out(conn) {
            self.counters.stream_out += sent;
        }
        if conn.outbox.is_empty() {
            self.discard(key);
        } else {
            self.chores.set(now + LINGER, Chore::Drop(key));
        }
    }

    /// A connection broke: it goes, and the core is told unless it had closed it.
    fn lose(&mut self, key: ConnKey) {
        let end = self.conns.get(&key).map_or(End::Closed, Conn::cut);
        self.fail(key, end);
    }

    /// As [`Net::lose`], with a reason. What waits, an alert perhaps, leaves as far as it goes at once.
    fn fail(&mut self, key: ConnKey, end: End) {
        if let Some(conn) = self.conns.get_mut(&key) {
            if !conn.connecting {
                let _ = write_out(conn);
                let _ = conn.stream.shutdown(Shutdown::Write);
            }
            if conn.known && !conn.closing {
                self.feedback.push_back(ended(key, end));
            }
        }
        self.discard(key);
    }

    /// The handshakes have had their time.
    pub(super) fn on_handshake_overdue(&mut self, key: ConnKey) {
        let overdue = self.conns.get(&key).is_some_and(|conn| {
            !conn.closing && conn.layers.as_ref().is_some_and(|layers| !layers.is_open())
        });
        if overdue {
            log::info!("a handshake took too long");
            self.lose(key);
        }
    }

    /// Takes bytes of a connection with layers, tells the core when it stands, and sends what has to be answered. False: it is
    /// gone.
    fn take_raw(&mut self, key: ConnKey, raw: &[u8]) -> bool {
        let Some(conn) = self.conns.get_mut(&key) else {
            return false;
        };
        let Some(layers) = &mut conn.layers else {
            return false;
        };
        let was_open = layers.is_open();
        let taken = layers.take(raw);
        let answer = layers.take_output();
        let opened = !was_open && layers.is_open();
        conn.post(answer.into());
        if let Err(end) = taken {
            self.fail(key, end);
            return false;
        }
        if opened && !conn.closing {
            let (remote, local) = (conn.remote, conn.local.unwrap_or_else(|| any(conn.remote)));
            conn.known = true;
            self.feedback.push_back(match conn.listener {
                Some(socket) => Input::Accepted {
                    conn: key,
                    socket,
                    local,
                    remote,
                },
                None => Input::Connected {
                    conn: key,
                    local,
                    remote,
                },
            });
        }
        self.drive(key);
        self.refuse_deaf(key)
    }

    /// A peer that lets things be answered and does not read the answers is left. False: it is gone.
    fn refuse_deaf(&mut self, key: ConnKey) -> bool {
        let Some(conn) = self.conns.get(&key) else {
            return false;
        };
        if conn.waiting > self.limits.write_queue {
            log::warn!("a peer does not read; its connection is closed");
            self.counters.connections_refused += 1;
            self.lose(key);
            return false;
        }
        true
    }

    /// What a connection with layers has for the core.
    fn pull(&mut self, now: Time, key: ConnKey, chunk: &mut [u8]) -> Option<Got> {
        let conn = self.conns.get_mut(&key)?;
        let layers = conn.layers.as_mut()?;
        if conn.closing {
            return None;
        }
        let pulled = layers.pull(chunk);
        let answer = layers.take_output();
        conn.post(answer.into());
        let got = match pulled {
            Ok(None) => None,
            Ok(Some(Piece::Bytes(count))) => Some((Got::Bytes(key, count), count)),
            Ok(Some(Piece::Message(count))) => Some((Got::Message(key, count), count)),
            Err(End::Closed) => {
                // The peer said goodbye: what waits to be written still leaves.
                if conn.known {
                    let end = conn.cut();
                    self.feedback.push_back(ended(key, end));
                }
                self.close(now, key);
                return Some(Got::Dry);
            }
            Err(end) => {
                self.fail(key, end);
                return Some(Got::Dry);
            }
        };
        if let Some((_, count)) = &got
            && self.tap.is_open()
        {
            let local = conn.local.unwrap_or_else(|| any(conn.remote));
            let bytes = &chunk[..*count];
            self.tap
                .stream(false, conn.protocol, key, local, conn.remote, bytes);
        }
        self.drive(key);
        if !self.refuse_deaf(key) {
            return Some(Got::Dry);
        }
        got.map(|(got, _)| got)
    }

    pub(super) fn discard(&mut self, key: ConnKey) {
        if let Some(mut conn) = self.conns.remove(&key) {
            self.sources.remove(&conn.token);
            let _ = self.registry.deregister(&mut conn.stream);
            self.tap.closed(key);
        }
        self.counters.connections = self.conns.len() as u64;
    }

    /// Reads a piece of a stream. The end of the peer's sending ends the connection, but what waits to be written still leaves.
    pub(in super::super) fn read(&mut self, now: Time, key: ConnKey, chunk: &mut [u8]) -> Got {
        let mut rounds = 0;
        loop {
            let Some(conn) = self.conns.get_mut(&key) else {
                return Got::Dry;
            };
            if conn.connecting {
                return Got::Dry;
            }
            if conn.layers.is_some()
                && let Some(got) = self.pull(now, key, chunk)
            {
                return got;
            }
            let Some(conn) = self.conns.get_mut(&key) else {
                return Got::Dry;
            };
            match conn.stream.read(chunk) {
                Ok(0) => {
                    if !conn.closing && conn.known {
                        self.feedback.push_back(ended(key, conn.cut()));
                    }
                    self.close(now, key);
                    return Got::Dry;
                }
                // What comes after we closed is of no interest, but has to be taken so that the peer sees no reset.
                Ok(_) if conn.closing => {}
                Ok(count) => {
                    self.counters.stream_in += count as u64;
                    if conn.layers.is_some() {
                        if !self.take_raw(key, &chunk[..count]) {
                            return Got::Dry;
                        }
                        // Handshakes and pings give the core nothing: others have their turn between them.
                        rounds += 1;
                        if rounds < QUIET_READS {
                            continue;
                        }
                        return self.pull(now, key, chunk).unwrap_or(Got::More);
                    }
                    if self.tap.is_open() {
                        let local = conn.local.unwrap_or_else(|| any(conn.remote));
                        let bytes = &chunk[..count];
                        self.tap
                            .stream(false, conn.protocol, key, local, conn.remote, bytes);
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
}

/// What a connection begins with.
struct Begun {
    protocol: Protocol,
    listener: Option<SocketKey>,
    layers: Option<Box<Layers>>,
}

impl Conn {
    /// What it means that there is no more of it now.
    fn cut(&self) -> End {
        match &self.layers {
            Some(layers) if !self.connecting => layers.cut(),
            _ => End::Closed,
        }
    }

    /// Puts bytes behind those that wait to be written.
    fn post(&mut self, bytes: Payload) {
        if !bytes.is_empty() {
            self.waiting += bytes.len();
            self.outbox.push_back(bytes);
        }
    }
}

/// What the core is told of the end of a connection.
const fn ended(conn: ConnKey, end: End) -> Input<'static> {
    match end {
        End::Closed => Input::Closed { conn },
        End::Insecure(fault) => Input::Insecure { conn, fault },
    }
}

pub(super) fn write_out(conn: &mut Conn) -> io::Result<u64> {
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

/// The wildcard of the same family.
fn any(remote: SocketAddr) -> SocketAddr {
    match remote {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
