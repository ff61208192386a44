//! What lies between a stream of the system and the core: TLS, WebSocket, both. Bytes in, bytes out, nothing blocks.
//!
//! WebSocket is tungstenite's, over a pair of buffers in place of a socket; RFC 7118 is ours: the sub-protocol `sip`, a
//! message a frame, a double CRLF as a ping.

use std::io::{self, ErrorKind, Read, Write};

use rustls::Connection;
use tungstenite::handshake::client::{ClientHandshake, generate_key};
use tungstenite::handshake::server::{
    ErrorResponse, Request, Response, ServerHandshake, write_response,
};
use tungstenite::handshake::{HandshakeError, MidHandshake};
use tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tungstenite::http::{HeaderValue, StatusCode};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};

use crate::transport::{Protocol, TlsFault};

use super::tls::{Tls, fault_of};

/// The sub-protocol of RFC 7118 §4.
const SUB_PROTOCOL: &str = "sip";
/// A ping of the core, and what it takes for the answer (RFC 5626 §4.4.1); on a WebSocket both are frames of their own
/// (RFC 6455 §5.5.2).
const PING: &[u8] = b"\r\n\r\n";
const PONG: &[u8] = b"\r\n";

/// Why there is no more of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// It was closed, or broke a rule of WebSocket.
    Closed,
    /// TLS did not allow it.
    Insecure(TlsFault),
}

/// What came out for the core.
pub(super) enum Piece {
    /// So many bytes of a stream.
    Bytes(usize),
    /// One message of so many bytes.
    Message(usize),
}

/// The layers of one connection.
pub(super) struct Layers {
    tls: Option<Box<Connection>>,
    web: Option<Web>,
    as_client: bool,
    /// What TLS gave, from `taken` on.
    plain: Vec<u8>,
    taken: usize,
    /// What is to be written to the stream.
    output: Vec<u8>,
    /// The peer sends no more.
    ended: bool,
}

type Check = fn(&Request, Response) -> Result<Response, ErrorResponse>;

/// How far a WebSocket is.
enum Web {
    /// Between two states.
    Nothing,
    /// The handshake failed; this is the last word.
    Refused(Buffers),
    Client(Box<MidHandshake<ClientHandshake<Buffers>>>),
    Server(Box<MidHandshake<ServerHandshake<Buffers, Check>>>),
    Open(Box<WebSocket<Buffers>>),
}

/// In place of a socket.
#[derive(Debug, Default)]
struct Buffers {
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
}

impl Read for Buffers {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = self.input.get(self.taken..).unwrap_or_default();
        if rest.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        if self.taken == self.input.len() {
            self.input.clear();
            self.taken = 0;
        }
        Ok(count)
    }
}

impl Write for Buffers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Layers {
    /// Of a connection to a server that was asked for as `name`. None: the protocol has no layers.
    pub(super) fn client(
        protocol: Protocol,
        name: &str,
        port: u16,
        tls: &Tls,
        message_max: usize,
    ) -> Result<Option<Self>, End> {
        if !protocol.is_secure() && !protocol.is_web_socket() {
            return Ok(None);
        }
        let secure = match protocol.is_secure() {
            true => Some(
                tls.connect(name, protocol.is_web_socket())
                    .map_err(End::Insecure)?,
            ),
            false => None,
        };
        let mut layers = Self::new(secure, true);
        if protocol.is_web_socket() {
            layers.web = Some(Web::connect(name, port, protocol, message_max)?);
        }
        layers.settle()?;
        Ok(Some(layers))
    }

    /// Of a connection that came. None: the protocol has no layers.
    pub(super) fn server(
        protocol: Protocol,
        tls: &Tls,
        message_max: usize,
    ) -> Result<Option<Self>, End> {
        if !protocol.is_secure() && !protocol.is_web_socket() {
            return Ok(None);
        }
        let secure = match protocol.is_secure() {
            true => Some(tls.accept().ok_or(End::Closed)?),
            false => None,
        };
        let mut layers = Self::new(secure, false);
        if protocol.is_web_socket() {
            layers.web = Some(Web::accept(message_max)?);
        }
        Ok(Some(layers))
    }

    fn new(tls: Option<Connection>, as_client: bool) -> Self {
        let tls = tls.map(|mut tls| {
            // What it has to send is taken from it at once; a message may be longer than its own bound.
            tls.set_buffer_limit(None);
            Box::new(tls)
        });
        Self {
            tls,
            web: None,
            as_client,
            plain: Vec::new(),
            taken: 0,
            output: Vec::new(),
            ended: false,
        }
    }

    /// Whether all handshakes are over.
    pub(super) fn is_open(&self) -> bool {
        let secure = self.tls.as_ref().is_none_or(|tls| !tls.is_handshaking());
        secure
            && self
                .web
                .as_ref()
                .is_none_or(|web| matches!(web, Web::Open(_)))
    }

    /// What it means that the stream ends now: in the handshake of TLS it is that which failed.
    pub(super) fn cut(&self) -> End {
        if self.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
            End::Insecure(TlsFault::Handshake)
        } else {
            End::Closed
        }
    }

    /// What is to be written to the stream now.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Takes bytes of the stream; [`Layers::pull`] gives what they say, and has to be called until it gives nothing.
    pub(super) fn take(&mut self, mut raw: &[u8]) -> Result<(), End> {
        let Some(tls) = &mut self.tls else {
            self.plain.extend_from_slice(raw);
            return self.settle();
        };
        let mut fault = None;
        while !raw.is_empty() && fault.is_none() {
            match tls.read_tls(&mut raw) {
                // After its goodbye nothing of the peer counts.
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => return Err(End::Closed),
            }
            match tls.process_new_packets() {
                Ok(state) => {
                    let before = self.plain.len();
                    self.plain
                        .resize(before + state.plaintext_bytes_to_read(), 0);
                    if tls.reader().read_exact(&mut self.plain[before..]).is_err() {
                        self.plain.truncate(before);
                    }
                    self.ended |= state.peer_has_closed();
                }
                Err(error) => {
                    log::info!("TLS: {error}");
                    fault = Some(fault_of(&error, self.as_client));
                }
            }
        }
        // An alert has to leave even so.
        let settled = self.settle();
        match fault {
            Some(fault) => Err(End::Insecure(fault)),
            None => settled,
        }
    }

    /// Gives what came for the core; nothing before all handshakes are over.
    pub(super) fn pull(&mut self, into: &mut [u8]) -> Result<Option<Piece>, End> {
        if !self.is_open() {
            return if self.ended {
                Err(End::Closed)
            } else {
                Ok(None)
            };
        }
        let pulled = match &mut self.web {
            None => self.pull_stream(into),
            Some(web) => {
                let pulled = web.pull(into);
                // Pongs and the answer to a goodbye.
                self.settle()?;
                pulled?
            }
        };
        match pulled {
            None if self.ended => Err(End::Closed),
            pulled => Ok(pulled),
        }
    }

    fn pull_stream(&mut self, into: &mut [u8]) -> Option<Piece> {
        let rest = self.plain.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        if self.taken >= self.plain.len() {
            // A burst must not leave its memory behind.
            self.plain.clear();
            self.plain.shrink_to(4096);
            self.taken = 0;
        }
        (count > 0).then_some(Piece::Bytes(count))
    }

    /// Sends what the core gives.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        if let Some(web) = &mut self.web {
            web.send(bytes)?;
        } else {
            self.encrypt(bytes)?;
        }
        self.settle()
    }

    /// Says goodbye.
    pub(super) fn close(&mut self) {
        if let Some(Web::Open(socket)) = &mut self.web {
            // What it answers, or that it is closed already, changes nothing.
            let _ = socket.close(None);
            let _ = socket.flush();
        }
        let _ = self.settle();
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
        }
        let _ = self.drain_tls();
    }

    /// Hands on what one layer has for the next.
    fn settle(&mut self) -> Result<(), End> {
        if let Some(web) = &mut self.web {
            let rest = self.plain.get(self.taken..).unwrap_or_default();
            if !rest.is_empty() {
                web.buffers_mut().map(|buffers| buffers.input.extend(rest));
            }
            self.plain.clear();
            self.taken = 0;
            let stepped = web.step();
            let output = web
                .buffers_mut()
                .map(|buffers| std::mem::take(&mut buffers.output))
                .unwrap_or_default();
            self.encrypt(&output)?;
            self.drain_tls()?;
            return stepped;
        }
        self.drain_tls()
    }

    fn encrypt(&mut self, bytes: &[u8]) -> Result<(), End> {
        match &mut self.tls {
            Some(tls) => tls.writer().write_all(bytes).map_err(|_| End::Closed),
            None => {
                self.output.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn drain_tls(&mut self) -> Result<(), End> {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut self.output).map_err(|_| End::Closed)?;
            }
        }
        Ok(())
    }
}

impl Web {
    fn connect(name: &str, port: u16, protocol: Protocol, message_max: usize) -> Result<Self, End> {
        let (scheme, default) = if protocol.is_secure() {
            ("wss", 443)
        } else {
            ("ws", 80)
        };
        let host = if name.contains(':') {
            format!("[{name}]")
        } else {
            name.to_owned()
        };
        let host = if port == default {
            host
        } else {
            format!("{host}:{port}")
        };
        let request = Request::builder()
            .uri(format!("{scheme}://{host}/"))
            .header("Host", &host)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", generate_key())
            .header(SEC_WEBSOCKET_PROTOCOL, SUB_PROTOCOL)
            .body(())
            .map_err(|_| End::Closed)?;
        let config = Some(config(message_max));
        let begun = ClientHandshake::start(Buffers::default(), request, config);
        begun
            .map(|begun| Self::Client(Box::new(begun)))
            .map_err(|_| End::Closed)
    }

    fn accept(message_max: usize) -> Result<Self, End> {
        let check: Check = speaks_sip;
        let begun = ServerHandshake::start(Buffers::default(), check, Some(config(message_max)));
        Ok(Self::Server(Box::new(begun)))
    }

    fn buffers_mut(&mut self) -> Option<&mut Buffers> {
        match self {
            Self::Nothing => None,
            Self::Client(begun) => Some(begun.get_mut().get_mut()),
            Self::Server(begun) => Some(begun.get_mut().get_mut()),
            Self::Open(socket) => Some(socket.get_mut()),
            Self::Refused(buffers) => Some(buffers),
        }
    }

    /// Goes on with the handshake as far as the bytes that are there allow.
    fn step(&mut self) -> Result<(), End> {
        let refused = |error: &Error| {
            log::info!("WebSocket: {error}");
            End::Closed
        };
        *self = match std::mem::replace(self, Self::Nothing) {
            Self::Client(begun) => match begun.handshake() {
                Ok((socket, _)) => Self::Open(Box::new(socket)),
                Err(HandshakeError::Interrupted(begun)) => Self::Client(Box::new(begun)),
                Err(HandshakeError::Failure(error)) => return Err(refused(&error)),
            },
            Self::Server(begun) => match begun.handshake() {
                Ok(socket) => Self::Open(Box::new(socket)),
                Err(HandshakeError::Interrupted(begun)) => Self::Server(Box::new(begun)),
                Err(HandshakeError::Failure(error)) => {
                    // The answer that tungstenite wrote went with its stream.
                    if let Error::Http(answer) = &error {
                        let mut last = Buffers::default();
                        let _ = write_response(&mut last.output, answer);
                        last.output
                            .extend(answer.body().iter().flatten().copied());
                        *self = Self::Refused(last);
                    }
                    return Err(refused(&error));
                }
            },
            other => other,
        };
        Ok(())
    }

    fn pull(&mut self, into: &mut [u8]) -> Result<Option<Piece>, End> {
        let Self::Open(socket) = self else {
            return Ok(None);
        };
        loop {
            let read = socket.read();
            let message = match &read {
                Ok(Message::Text(text)) => text.as_bytes(),
                Ok(Message::Binary(bytes)) => bytes,
                Ok(Message::Pong(_)) => PONG,
                Ok(Message::Ping(_) | Message::Close(_) | Message::Frame(_)) => continue,
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {
                    // What it answered by itself has to leave.
                    let _ = socket.flush();
                    return Ok(None);
                }
                Err(error) => {
                    log::info!("WebSocket: {error}");
                    let _ = socket.flush();
                    return Err(End::Closed);
                }
            };
            let Some(place) = into.get_mut(..message.len()) else {
                return Err(End::Closed);
            };
            if !message.is_empty() {
                place.copy_from_slice(message);
                return Ok(Some(Piece::Message(message.len())));
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), End> {
        let Self::Open(socket) = self else {
            return Err(End::Closed);
        };
        let message = match std::str::from_utf8(bytes) {
            _ if bytes == PING => Message::Ping(Vec::new().into()),
            // RFC 7118 §5.2: text where it is text.
            Ok(text) => Message::text(text),
            Err(_) => Message::binary(bytes.to_vec()),
        };
        socket.send(message).map_err(|error| {
            log::info!("WebSocket: {error}");
            End::Closed
        })
    }
}

fn config(message_max: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 * 1024)
        .write_buffer_size(0)
        .max_message_size(Some(message_max))
        .max_frame_size(Some(message_max))
}

/// RFC 7118 §4.1: a client that does not offer the sub-protocol `sip` is refused; else it is told that it was chosen.
#[expect(
    clippy::result_large_err,
    reason = "tungstenite's callback has this form"
)]
fn speaks_sip(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request
        .headers()
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim().eq_ignore_ascii_case(SUB_PROTOCOL));
    if !offered {
        let mut refusal = ErrorResponse::new(Some("the sub-protocol is sip\r\n".to_owned()));
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        return Err(refusal);
    }
    response.headers_mut().insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUB_PROTOCOL),
    );
    Ok(response)
}
