//! Questions to name servers: each on a socket of its own, with a port of the system's choice (RFC 5452 §9.2), by
//! datagram or by TCP with a length before each message (RFC 1035 §4.2.2, RFC 7766).
//!
//! Datagram sockets are connected, so that the system drops what others send and reports that nobody listens there.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::{TcpStream, UdpSocket};
use mio::{Interest, Token};

use crate::transport::{Input, QueryKey};

use super::{Net, Source};

/// Sockets for questions at most.
const QUERIES: usize = 512;

/// The socket of one question.
pub(super) struct Query {
    socket: Socket,
    token: Token,
    server: SocketAddr,
}

enum Socket {
    Datagram(UdpSocket),
    Stream {
        stream: TcpStream,
        outbox: Vec<u8>,
        sent: usize,
        inbox: Vec<u8>,
    },
}

/// What reading gave.
pub(in super::super) enum Reply {
    /// One message of so many bytes, at the start of the buffer.
    Message(SocketAddr, usize),
    /// Nothing for now, or ever.
    Dry,
}

impl Net {
    pub(super) fn send_query(
        &mut self,
        query: QueryKey,
        server: SocketAddr,
        stream: bool,
        bytes: &[u8],
    ) {
        self.check_names();
        let opened = if self.dns.len() >= QUERIES {
            Err(io::Error::other("too many questions"))
        } else if stream {
            self.open_stream(query, server, bytes)
        } else {
            self.open_datagram(query, server, bytes)
        };
        if let Err(error) = opened {
            log::info!("name server {server}: {error}");
            self.end_query(query);
            self.feedback.push_back(Input::QueryFailed { query });
        }
    }

    fn open_datagram(
        &mut self,
        query: QueryKey,
        server: SocketAddr,
        bytes: &[u8],
    ) -> io::Result<()> {
        let any: SocketAddr = if server.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        let mut socket = UdpSocket::bind(any)?;
        socket.connect(server)?;
        let token = Token(self.next_token);
        self.registry
            .register(&mut socket, token, Interest::READABLE)?;
        socket.send(bytes)?;
        self.keep(query, Socket::Datagram(socket), token, server);
        Ok(())
    }

    fn open_stream(&mut self, query: QueryKey, server: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        let length =
            u16::try_from(bytes.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        let mut stream = TcpStream::connect(server)?;
        let token = Token(self.next_token);
        self.registry
            .register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        let mut outbox = length.to_be_bytes().to_vec();
        outbox.extend_from_slice(bytes);
        let socket = Socket::Stream {
            stream,
            outbox,
            sent: 0,
            inbox: Vec::new(),
        };
        self.keep(query, socket, token, server);
        Ok(())
    }

    fn keep(&mut self, query: QueryKey, socket: Socket, token: Token, server: SocketAddr) {
        self.next_token += 1;
        self.sources.insert(token, Source::Query(query));
        let entry = Query {
            socket,
            token,
            server,
        };
        self.dns.insert(query, entry);
    }

    /// Closes the socket of a question.
    pub(super) fn end_query(&mut self, query: QueryKey) {
        if let Some(entry) = self.dns.remove(&query) {
            self.sources.remove(&entry.token);
        }
    }

    fn fail_query(&mut self, query: QueryKey, error: &io::Error) {
        if let Some(entry) = self.dns.get(&query) {
            log::info!("name server {}: {error}", entry.server);
        }
        self.end_query(query);
        self.feedback.push_back(Input::QueryFailed { query });
    }

    /// The connection of a question stands or has room.
    pub(super) fn on_query_writable(&mut self, query: QueryKey) {
        let Some(Query {
            socket:
                Socket::Stream {
                    stream,
                    outbox,
                    sent,
                    ..
                },
            ..
        }) = self.dns.get_mut(&query)
        else {
            return;
        };
        while *sent < outbox.len() {
            match stream.write(&outbox[*sent..]) {
                Ok(count) => *sent += count,
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::NotConnected => return,
                    _ => return self.fail_query(query, &error),
                },
            }
        }
    }

    /// Reads one message into `chunk`.
    pub(in super::super) fn read_query(&mut self, query: QueryKey, chunk: &mut [u8]) -> Reply {
        let Some(entry) = self.dns.get_mut(&query) else {
            return Reply::Dry;
        };
        let server = entry.server;
        match &mut entry.socket {
            Socket::Datagram(socket) => loop {
                match socket.recv(chunk) {
                    Ok(count) => return Reply::Message(server, count),
                    Err(error) => match error.kind() {
                        ErrorKind::Interrupted => {}
                        ErrorKind::WouldBlock => return Reply::Dry,
                        _ => {
                            self.fail_query(query, &error);
                            return Reply::Dry;
                        }
                    },
                }
            },
            Socket::Stream { stream, inbox, .. } => loop {
                if let Some((length, rest)) = inbox.split_first_chunk::<2>()
                    && let Some(message) = rest.get(..usize::from(u16::from_be_bytes(*length)))
                    && let Some(place) = chunk.get_mut(..message.len())
                {
                    place.copy_from_slice(message);
                    let count = message.len();
                    inbox.drain(..count + 2);
                    return Reply::Message(server, count);
                }
                match stream.read(chunk) {
                    // One message has at most 65,535 bytes, so that the box stays small.
                    Ok(count) if count > 0 => inbox.extend_from_slice(&chunk[..count]),
                    Ok(_) => {
                        self.fail_query(query, &ErrorKind::UnexpectedEof.into());
                        return Reply::Dry;
                    }
                    Err(error) => match error.kind() {
                        ErrorKind::Interrupted => {}
                        ErrorKind::WouldBlock | ErrorKind::NotConnected => return Reply::Dry,
                        _ => {
                            self.fail_query(query, &error);
                            return Reply::Dry;
                        }
                    },
                }
            },
        }
    }

    /// Tells the core when the system's name servers or hosts have changed.
    fn check_names(&mut self) {
        if let Some(names) = &mut self.names
            && let Some(input) = names.changed()
        {
            self.feedback.push_back(input);
        }
    }
}
