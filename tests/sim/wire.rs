//! One user agent of ours fed with bytes by hand, datagrams and streams, and read back as messages.

use std::net::SocketAddr;
use std::time::Duration;

use rtcclient::agent::{Agent, Config, Event};
use rtcclient::base::{Limits, Time};
use rtcclient::syntax::{Frame, Framer, Message};
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, SocketKey};

const UDP: SocketKey = SocketKey(1);
const TCP: SocketKey = SocketKey(2);

pub struct Wire {
    pub agent: Agent,
    pub now: Time,
    pub events: Vec<Event>,
    /// What went out last, byte for byte: an answer to a broken request may be no message itself.
    pub raw: String,
    /// Connections that were closed by us.
    pub closed: Vec<ConnKey>,
    next_conn: u64,
}

impl Wire {
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    /// An agent at 192.0.2.1 on UDP and TCP.
    pub fn with(config: Config) -> Self {
        let mut agent = Agent::new(config, [7; 32]);
        for (socket, protocol) in [(UDP, Protocol::Udp), (TCP, Protocol::Tcp)] {
            let local: SocketAddr = "192.0.2.1:5060".parse().expect("an address");
            let input = Input::SocketOpened {
                socket,
                protocol,
                local,
                addresses: Vec::new(),
            };
            agent.handle_input(Time::ZERO, input);
        }
        Self {
            agent,
            now: Time::ZERO,
            events: Vec::new(),
            raw: String::new(),
            closed: Vec::new(),
            next_conn: 1,
        }
    }

    fn drain(&mut self) -> Vec<Message> {
        let mut out = Vec::new();
        self.raw.clear();
        loop {
            while let Some(event) = self.agent.poll_event() {
                self.events.push(event);
            }
            match self.agent.poll_io() {
                Some(Io::Datagram { bytes, .. }) => {
                    self.raw.push_str(&String::from_utf8_lossy(&bytes));
                    out.extend(Message::parse_datagram(&bytes, &Limits::default()));
                }
                Some(Io::Stream { bytes, .. }) => {
                    let mut framer = Framer::new(Limits::default());
                    framer.push(&bytes);
                    while let Some(Ok(Frame::Message(message))) = framer.next() {
                        out.push(message);
                    }
                }
                Some(Io::Close { conn }) => self.closed.push(conn),
                Some(_) => {}
                None => return out,
            }
        }
    }

    /// A datagram from 192.0.2.99; what goes out because of it.
    pub fn udp(&mut self, bytes: impl AsRef<[u8]>) -> Vec<Message> {
        let from: SocketAddr = "192.0.2.99:5060".parse().expect("an address");
        let input = Input::Datagram {
            socket: UDP,
            from,
            bytes: bytes.as_ref(),
        };
        self.agent.handle_input(self.now, input);
        self.drain()
    }

    /// A peer connects.
    pub fn connect(&mut self) -> ConnKey {
        let conn = ConnKey(self.next_conn);
        self.next_conn += 2;
        let input = Input::Accepted {
            conn,
            socket: TCP,
            local: "192.0.2.1:5060".parse().expect("an address"),
            remote: "192.0.2.99:40000".parse().expect("an address"),
        };
        self.agent.handle_input(self.now, input);
        self.drain();
        conn
    }

    /// Bytes on a connection.
    pub fn tcp(&mut self, conn: ConnKey, bytes: impl AsRef<[u8]>) -> Vec<Message> {
        let input = Input::Stream {
            conn,
            bytes: bytes.as_ref(),
        };
        self.agent.handle_input(self.now, input);
        self.drain()
    }

    /// Time passes.
    pub fn wait(&mut self, seconds: f64) -> Vec<Message> {
        let until = self.now + Duration::from_secs_f64(seconds);
        let mut out = Vec::new();
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            out.extend(self.drain());
        }
        self.now = until;
        out
    }

    /// A verb of the application.
    pub fn on<R>(&mut self, verb: impl FnOnce(&mut Agent, Time) -> R) -> (R, Vec<Message>) {
        let result = verb(&mut self.agent, self.now);
        (result, self.drain())
    }

    /// The last final status among messages, or the last provisional one.
    pub fn status(messages: &[Message]) -> u16 {
        let statuses = || messages.iter().filter_map(Message::status);
        statuses()
            .rfind(|status| *status >= 200)
            .or_else(|| statuses().next_back())
            .unwrap_or(0)
    }
}

/// A request outside any dialog. `lines` end with CRLF each.
pub fn request(method: &str, uri: &str, lines: &str, body: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-{method}-{}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.99>;tag=p1\r\nTo: <sip:alice@192.0.2.1>\r\n\
         Call-ID: c-{method}\r\nCSeq: 1 {method}\r\nContact: <sip:peer@192.0.2.99:5060>\r\n{lines}\
         Content-Length: {}\r\n\r\n{body}",
        lines.len() + body.len(),
        body.len()
    )
}
