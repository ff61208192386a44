//! Stream connections (RFC 3261 §18): accepted or opened, written through a bounded queue, closed once all has left.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Token};

use crate::base::Time;
use crate::syntax::Payload;
use crate::transport::{ConnKey, Input, SocketKey};

use super::{Chore, Net, Source};

/// Connections taken from one listener before others have their turn.
const ACCEPT_BATCH: usize = 64;
/// When accepting is tried again after the process ran out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// How long a closed connection may take to hand over what was sent.
const LINGER: Duration = Duration::from_secs(5);

/// A listening socket.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) token: Token,
}

/// A connection that stands, is being opened, or waits to be closed.
pub(super) struct Conn {
    pub(super) stream: TcpStream,
    pub(super) token: Token,
    pub(super) remote: SocketAddr,
    pub(super) local: Option<SocketAddr>,
    /// The handshake is not over.
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

    pub(super) fn connect(&mut self, conn: ConnKey, to: SocketAddr) {
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
            self.tap.stream(true, key, local, conn.remote, &bytes);
        }
        conn.waiting += bytes.len();
        conn.outbox.push_back(bytes);
        if !conn.connecting && conn.outbox.len() == 1 {
            self.drive(key);
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
