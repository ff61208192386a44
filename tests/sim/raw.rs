//! A peer that says exactly what a test tells it to: hand-made messages over UDP, and over connections made to it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;

use rtcclient::agent::Event;
use rtcclient::base::{Limits, Time};
use rtcclient::syntax::{HeaderId, Message, MessageBuilder, Payload};
use rtcclient::transport::{ConnKey, Input, Io, SocketKey};

use super::{Host, HostId, Sim};

#[derive(Default)]
struct Box_ {
    received: VecDeque<(Message, SocketAddr)>,
    send: VecDeque<Io>,
    socket: Option<SocketKey>,
    /// The connection that was made last.
    conn: Option<ConnKey>,
    /// Keep-alives that came: CRLF pairs, and STUN messages.
    pings: usize,
    stun: Vec<(Vec<u8>, SocketAddr)>,
    silent: bool,
}

struct RawHost(Rc<RefCell<Box_>>);

impl Host for RawHost {
    fn input(&mut self, _now: Time, input: Input<'_>) {
        match input {
            Input::SocketOpened { socket, .. } => self.0.borrow_mut().socket = Some(socket),
            Input::Accepted { conn, .. } => self.0.borrow_mut().conn = Some(conn),
            Input::Stream { conn, bytes } => {
                let mut state = self.0.borrow_mut();
                if bytes == b"\r\n\r\n" {
                    state.pings += 1;
                    if !state.silent {
                        let bytes = Payload::from(&b"\r\n"[..]);
                        state.send.push_back(Io::Stream { conn, bytes });
                    }
                } else if let Ok(message) = Message::parse_datagram(bytes, &Limits::default()) {
                    let from = "0.0.0.0:0".parse().expect("an address");
                    state.received.push_back((message, from));
                }
            }
            Input::Datagram { from, bytes, .. } => {
                if bytes == b"\r\n\r\n" {
                    self.0.borrow_mut().pings += 1;
                } else if matches!(bytes.first(), Some(0 | 1)) {
                    self.0.borrow_mut().stun.push((bytes.to_vec(), from));
                }
                if let Ok(message) = Message::parse_datagram(bytes, &Limits::default()) {
                    self.0.borrow_mut().received.push_back((message, from));
                }
            }
            _ => {}
        }
    }
    fn timeout(&mut self, _now: Time) {}
    fn io(&mut self) -> Option<Io> {
        self.0.borrow_mut().send.pop_front()
    }
    fn deadline(&self) -> Option<Time> {
        None
    }
    fn drain_events(&mut self, _into: &mut Vec<Event>) {}
}

/// The test's hand on the raw peer.
pub struct Raw {
    id: HostId,
    address: SocketAddr,
    state: Rc<RefCell<Box_>>,
}

impl Raw {
    pub fn new(net: &mut Sim, name: &str, address: &str) -> Self {
        let state = Rc::new(RefCell::new(Box_::default()));
        let id = net.host(name, address, Box::new(RawHost(state.clone())));
        net.open(id, rtcclient::transport::Protocol::Udp, 5060);
        Self {
            id,
            address: SocketAddr::new(address.parse().expect("an IP address"), 5060),
            state,
        }
    }

    /// Also takes connections.
    pub fn listen_tcp(&self, net: &mut Sim) {
        let udp = self.state.borrow().socket;
        net.open(self.id, rtcclient::transport::Protocol::Tcp, 5060);
        self.state.borrow_mut().socket = udp;
    }

    /// Does not answer pings any more.
    pub fn be_silent(&self) {
        self.state.borrow_mut().silent = true;
    }

    /// How many CRLF keep-alives came since it was last asked.
    pub fn take_pings(&self) -> usize {
        std::mem::take(&mut self.state.borrow_mut().pings)
    }

    /// The STUN messages that came since it was last asked, and from where.
    pub fn take_stun(&self) -> Vec<(Vec<u8>, SocketAddr)> {
        std::mem::take(&mut self.state.borrow_mut().stun)
    }

    /// The host it is on the network.
    pub fn id(&self) -> HostId {
        self.id
    }

    /// The next message that came, if any.
    pub fn next(&self) -> Option<Message> {
        self.state
            .borrow_mut()
            .received
            .pop_front()
            .map(|(message, _)| message)
    }

    /// The next message of that method (a request) or status with CSeq method (a response); others are dropped.
    pub fn expect(&self, what: &str) -> Message {
        while let Some(message) = self.next() {
            if message.start_line().contains(what)
                || format!("{} {}", message.status().unwrap_or(0), message.method()) == what
            {
                return message;
            }
        }
        panic!("no {what} came");
    }

    /// Whether a message of that kind waits; what does not match is kept.
    pub fn has(&self, what: &str) -> bool {
        self.state
            .borrow()
            .received
            .iter()
            .any(|(message, _)| message.start_line().contains(what))
    }

    /// Sends bytes to a host's port 5060.
    pub fn send(&self, net: &mut Sim, to: &str, bytes: impl AsRef<[u8]>) {
        let to = SocketAddr::new(to.parse().expect("an IP address"), 5060);
        let socket = self.state.borrow().socket.expect("an open socket");
        let bytes = Payload::from(bytes.as_ref().to_vec());
        self.state
            .borrow_mut()
            .send
            .push_back(Io::Datagram { socket, to, bytes });
        net.kick(self.id);
    }

    /// A response of this peer: with a Contact and, if given, further lines and a description.
    pub fn respond(
        &self,
        net: &mut Sim,
        request: &Message,
        status: u16,
        tag: &str,
        lines: &str,
        body: &str,
    ) {
        let mut builder = MessageBuilder::response_to(request, status, "", tag)
            .copy(request, HeaderId::RecordRoute)
            .raw_lines(lines);
        if !lines.contains("Contact:") && status < 300 {
            builder = builder.raw_lines(&format!("Contact: <sip:peer@{}>\r\n", self.address));
        }
        if !body.is_empty() {
            builder = builder.body("application/sdp", body.as_bytes());
        }
        let via = request.top_via().expect("a Via");
        let host = via
            .received()
            .map_or_else(|| via.sent_by.host.to_owned(), ToOwned::to_owned);
        let message = builder.build();
        let conn = self.state.borrow().conn;
        if let Some(conn) = conn.filter(|_| via.transport == "TCP") {
            let bytes = Payload::from(message.as_bytes().to_vec());
            let io = Io::Stream { conn, bytes };
            self.state.borrow_mut().send.push_back(io);
            return net.kick(self.id);
        }
        self.send(net, &host, message.as_bytes());
    }
}

/// A description with G.711 at an address.
pub fn sdp(address: &str, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
    )
}
