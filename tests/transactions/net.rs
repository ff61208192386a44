//! A network of endpoints in memory: a virtual clock, one millisecond between machines, loss and duplication by rule.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtcclient::base::{Entropy, Limits, Time};
use rtcclient::syntax::{HeaderId, Message, MessageBuilder};
use rtcclient::transaction::{
    ClientKey, Draft, Endpoint, EndpointConfig, Failure, Indication, ServerEnd, ServerKey,
};
use rtcclient::transport::{ConnKey, Flow, Input, Io, Protocol, QueryKey, SocketKey};

const LATENCY: Duration = Duration::from_millis(1);

/// What a rule does to the datagrams and stream bytes that it matches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Lose,
    Duplicate,
}

struct Rule {
    text: &'static str,
    times: usize,
    fate: Fate,
}

enum Event {
    Datagram {
        to: usize,
        socket: SocketKey,
        from: SocketAddr,
        bytes: Vec<u8>,
    },
    Unreachable {
        to: usize,
        socket: SocketKey,
        peer: SocketAddr,
    },
    Connected {
        to: usize,
        conn: ConnKey,
        local: SocketAddr,
        remote: SocketAddr,
    },
    Accepted {
        to: usize,
        conn: ConnKey,
        socket: SocketKey,
        local: SocketAddr,
        remote: SocketAddr,
    },
    Stream {
        to: usize,
        conn: ConnKey,
        bytes: Vec<u8>,
    },
    Closed {
        to: usize,
        conn: ConnKey,
    },
    Resolved {
        to: usize,
        query: QueryKey,
        addresses: Vec<IpAddr>,
    },
}

/// One end of a stream knows the other.
struct Pipe {
    peer: usize,
    conn: ConnKey,
    remote: SocketAddr,
}

pub(crate) struct Node {
    name: &'static str,
    pub(crate) endpoint: Endpoint<u32>,
    sockets: Vec<(SocketKey, Protocol, SocketAddr)>,
    pipes: BTreeMap<ConnKey, Pipe>,
    inbox: Vec<Indication<u32>>,
}

#[derive(Default)]
pub(crate) struct Net {
    pub(crate) now: Time,
    nodes: Vec<Node>,
    queue: BTreeMap<(Time, u64), Event>,
    serial: u64,
    rules: Vec<Rule>,
    names: BTreeMap<String, Vec<IpAddr>>,
    /// Datagrams to nobody come back as errors, as from a machine that is up.
    pub(crate) icmp: bool,
    /// Stream bytes come in pieces of this size.
    pub(crate) pieces: Option<usize>,
    pub(crate) ladder: Vec<String>,
    /// Keep what arrives, by machine.
    pub(crate) keep: bool,
    pub(crate) kept: Vec<(usize, Message)>,
}

impl Net {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A machine with sockets for what `binds` says (`udp:10.0.0.1:5060`).
    pub(crate) fn node(&mut self, name: &'static str, binds: &[&str]) -> usize {
        self.node_with(name, binds, EndpointConfig::default())
    }

    pub(crate) fn node_with(
        &mut self,
        name: &'static str,
        binds: &[&str],
        config: EndpointConfig,
    ) -> usize {
        let seed = [self.nodes.len() as u8 + 1; 32];
        let mut endpoint = Endpoint::new(config, Entropy::new(seed));
        let mut sockets = Vec::new();
        for (number, bind) in (0..).zip(binds) {
            let (protocol, address) = bind.split_once(':').unwrap();
            let protocol = if protocol == "udp" {
                Protocol::Udp
            } else {
                Protocol::Tcp
            };
            let local = address.parse().unwrap();
            let socket = SocketKey(number);
            endpoint.handle_input(
                self.now,
                Input::SocketOpened {
                    socket,
                    protocol,
                    local,
                    addresses: Vec::new(),
                },
            );
            sockets.push((socket, protocol, local));
        }
        self.nodes.push(Node {
            name,
            endpoint,
            sockets,
            pipes: BTreeMap::new(),
            inbox: Vec::new(),
        });
        self.nodes.len() - 1
    }

    pub(crate) fn name(&mut self, host: &str, addresses: &[&str]) {
        let addresses = addresses
            .iter()
            .map(|address| address.parse().unwrap())
            .collect();
        self.names.insert(host.to_owned(), addresses);
    }

    /// The next `times` messages whose text contains `text` meet that fate.
    pub(crate) fn rule(&mut self, fate: Fate, times: usize, text: &'static str) {
        self.rules.push(Rule { text, times, fate });
    }

    pub(crate) fn lose(&mut self, times: usize, text: &'static str) {
        self.rule(Fate::Lose, times, text);
    }

    pub(crate) fn on(&mut self, node: usize) -> &mut Endpoint<u32> {
        &mut self.nodes[node].endpoint
    }

    pub(crate) fn request(&mut self, node: usize, draft: Draft, owner: u32) -> ClientKey {
        let now = self.now;
        let client = self.on(node).request(now, draft, owner);
        self.drain(node);
        client
    }

    pub(crate) fn ack(&mut self, node: usize, client: ClientKey, to_tag: &str, draft: Draft) {
        let now = self.now;
        self.on(node).ack(now, client, to_tag, draft);
        self.drain(node);
    }

    pub(crate) fn cancel(&mut self, node: usize, client: ClientKey, lines: &str) {
        let now = self.now;
        self.on(node).cancel(now, client, lines);
        self.drain(node);
    }

    /// Answers a request; the To tag is the machine's name.
    pub(crate) fn respond(&mut self, node: usize, request: &Asked, status: u16) -> bool {
        let tag = if status == 100 {
            ""
        } else {
            self.nodes[node].name
        };
        let response = MessageBuilder::response_to(&request.message, status, "", tag).build();
        let now = self.now;
        let sent = self.on(node).respond(now, request.server, response);
        self.drain(node);
        sent
    }

    /// Lets raw bytes arrive at a machine's first socket.
    pub(crate) fn inject(&mut self, node: usize, from: &str, bytes: &[u8]) {
        let from = from.parse().unwrap();
        let now = self.now;
        let socket = SocketKey(0);
        self.on(node).handle_input(
            now,
            Input::Datagram {
                socket,
                from,
                bytes,
            },
        );
        self.drain(node);
    }

    pub(crate) fn input(&mut self, node: usize, input: Input<'_>) {
        let now = self.now;
        self.on(node).handle_input(now, input);
        self.drain(node);
    }

    /// The connections of a machine as (key, peer's address).
    pub(crate) fn connections(&self, node: usize) -> Vec<(ConnKey, SocketAddr)> {
        self.nodes[node]
            .pipes
            .iter()
            .map(|(conn, pipe)| (*conn, pipe.remote))
            .collect()
    }

    /// Breaks a connection at both ends.
    pub(crate) fn cut(&mut self, node: usize, conn: ConnKey) {
        self.close(node, conn);
        self.push(self.now, Event::Closed { to: node, conn });
        self.run_for(Duration::from_millis(2));
    }

    /// What the machine was told since the last time.
    pub(crate) fn take(&mut self, node: usize) -> Vec<Indication<u32>> {
        std::mem::take(&mut self.nodes[node].inbox)
    }

    /// The same, in one word each.
    pub(crate) fn told(&mut self, node: usize) -> Vec<String> {
        self.take(node).iter().map(word).collect()
    }

    /// The one request that the machine was told of.
    pub(crate) fn asked(&mut self, node: usize) -> Asked {
        let mut requests = self
            .take(node)
            .into_iter()
            .filter_map(|indication| match indication {
                Indication::Request {
                    server: Some(server),
                    message,
                    flow,
                } => Some(Asked {
                    server,
                    message,
                    flow,
                }),
                _ => None,
            });
        requests.next().expect("a request came")
    }

    /// The one response that the machine was told of.
    pub(crate) fn answered(&mut self, node: usize) -> Message {
        let mut responses = self
            .take(node)
            .into_iter()
            .filter_map(|indication| match indication {
                Indication::Response { message, .. } => Some(message),
                _ => None,
            });
        responses.next_back().expect("a response came")
    }

    /// Lines of the ladder from one machine that contain `text`, as times in milliseconds.
    pub(crate) fn times(&self, from: &str, text: &str) -> Vec<u64> {
        let from = format!(" {from} ");
        let lines = self
            .ladder
            .iter()
            .filter(|line| line.contains(&from) && line.contains(text));
        lines
            .map(|line| line.split(' ').next().unwrap().parse().unwrap())
            .collect()
    }

    pub(crate) fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let network = self.queue.keys().next().map(|(at, _)| *at);
            let timers = self
                .nodes
                .iter()
                .filter_map(|node| node.endpoint.next_deadline())
                .min();
            let Some(next) = [network, timers]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= end)
            else {
                break;
            };
            self.now = self.now.max(next);
            if network.is_some_and(|at| at <= self.now) {
                let (_, event) = self.queue.pop_first().unwrap();
                self.deliver(event);
                continue;
            }
            for node in 0..self.nodes.len() {
                if self.nodes[node]
                    .endpoint
                    .next_deadline()
                    .is_some_and(|at| at <= self.now)
                {
                    let now = self.now;
                    self.on(node).handle_timeout(now);
                    self.drain(node);
                }
            }
        }
        self.now = end;
    }

    pub(crate) fn run_ms(&mut self, millis: u64) {
        self.run_for(Duration::from_millis(millis));
    }

    fn push(&mut self, at: Time, event: Event) {
        self.serial += 1;
        self.queue.insert((at, self.serial), event);
    }

    fn deliver(&mut self, event: Event) {
        match event {
            Event::Datagram {
                to,
                socket,
                from,
                bytes,
            } => {
                if self.keep
                    && let Ok(message) = Message::parse_datagram(&bytes, &Limits::default())
                {
                    self.kept.push((to, message));
                }
                self.input(
                    to,
                    Input::Datagram {
                        socket,
                        from,
                        bytes: &bytes,
                    },
                );
            }
            Event::Unreachable { to, socket, peer } => {
                self.input(to, Input::SendFailed { socket, to: peer });
            }
            Event::Connected {
                to,
                conn,
                local,
                remote,
            } => {
                self.input(
                    to,
                    Input::Connected {
                        conn,
                        local,
                        remote,
                    },
                );
            }
            Event::Accepted {
                to,
                conn,
                socket,
                local,
                remote,
            } => {
                self.input(
                    to,
                    Input::Accepted {
                        conn,
                        socket,
                        local,
                        remote,
                    },
                );
            }
            Event::Stream { to, conn, bytes } => {
                let size = self.pieces.unwrap_or(bytes.len()).max(1);
                for piece in bytes.chunks(size) {
                    self.input(to, Input::Stream { conn, bytes: piece });
                }
            }
            Event::Closed { to, conn } => {
                self.nodes[to].pipes.remove(&conn);
                self.input(to, Input::Closed { conn });
            }
            Event::Resolved {
                to,
                query,
                addresses,
            } => self.input(to, Input::Resolved { query, addresses }),
        }
    }

    fn fates(&mut self, bytes: &[u8]) -> usize {
        let text = String::from_utf8_lossy(bytes).into_owned();
        for rule in &mut self.rules {
            if rule.times > 0 && text.contains(rule.text) {
                rule.times -= 1;
                return if rule.fate == Fate::Lose { 0 } else { 2 };
            }
        }
        1
    }

    fn write_down(&mut self, node: usize, to: SocketAddr, bytes: &[u8], copies: usize) {
        let text = String::from_utf8_lossy(bytes);
        let line = text.lines().next().unwrap_or_default();
        let mark = ["lost ", "", "twice "][copies];
        let millis = self.now.as_micros() / 1000;
        self.ladder.push(format!(
            "{millis} {} → {to} {mark}{line}",
            self.nodes[node].name
        ));
    }

    fn drain(&mut self, node: usize) {
        while let Some(indication) = self.nodes[node].endpoint.poll_indication() {
            self.nodes[node].inbox.push(indication);
        }
        while let Some(io) = self.nodes[node].endpoint.poll_io() {
            self.perform(node, io);
        }
    }

    fn listener(&self, protocol: Protocol, at: SocketAddr) -> Option<(usize, SocketKey)> {
        self.nodes.iter().enumerate().find_map(|(number, node)| {
            let mut sockets = node.sockets.iter();
            sockets
                .find(|socket| (socket.1, socket.2) == (protocol, at))
                .map(|socket| (number, socket.0))
        })
    }

    fn perform(&mut self, node: usize, io: Io) {
        let soon = self.now + LATENCY;
        match io {
            Io::Datagram { socket, to, bytes } => {
                let copies = self.fates(&bytes);
                self.write_down(node, to, &bytes, copies);
                let from = self.nodes[node]
                    .sockets
                    .iter()
                    .find(|known| known.0 == socket)
                    .unwrap()
                    .2;
                match self.listener(Protocol::Udp, to) {
                    Some((peer, socket)) => {
                        for _ in 0..copies {
                            self.push(
                                soon,
                                Event::Datagram {
                                    to: peer,
                                    socket,
                                    from,
                                    bytes: bytes.to_vec(),
                                },
                            );
                        }
                    }
                    None if self.icmp => self.push(
                        soon,
                        Event::Unreachable {
                            to: node,
                            socket,
                            peer: to,
                        },
                    ),
                    None => {}
                }
            }
            Io::Connect {
                conn, protocol, to, ..
            } => {
                let Some((peer, socket)) = self.listener(protocol, to) else {
                    return self.push(soon, Event::Closed { to: node, conn });
                };
                let own = self.nodes[node]
                    .sockets
                    .iter()
                    .find(|socket| socket.2.is_ipv4() == to.is_ipv4());
                let local = SocketAddr::new(own.unwrap().2.ip(), 40_000 + self.serial as u16);
                let theirs = ConnKey(self.serial * 2 + 1);
                let pipe = Pipe {
                    peer,
                    conn: theirs,
                    remote: to,
                };
                self.nodes[node].pipes.insert(conn, pipe);
                let pipe = Pipe {
                    peer: node,
                    conn,
                    remote: local,
                };
                self.nodes[peer].pipes.insert(theirs, pipe);
                self.push(
                    soon,
                    Event::Accepted {
                        to: peer,
                        conn: theirs,
                        socket,
                        local: to,
                        remote: local,
                    },
                );
                self.push(
                    soon,
                    Event::Connected {
                        to: node,
                        conn,
                        local,
                        remote: to,
                    },
                );
            }
            Io::Stream { conn, bytes } => {
                let copies = self.fates(&bytes).min(1);
                let Some(pipe) = self.nodes[node].pipes.get(&conn) else {
                    return;
                };
                let (peer, theirs, remote) = (pipe.peer, pipe.conn, pipe.remote);
                self.write_down(node, remote, &bytes, copies);
                if copies > 0 {
                    self.push(
                        soon,
                        Event::Stream {
                            to: peer,
                            conn: theirs,
                            bytes: bytes.to_vec(),
                        },
                    );
                }
            }
            Io::Close { conn } => self.close(node, conn),
            Io::Query { .. } | Io::QueryDone { .. } => panic!("no name server was given"),
            Io::Resolve { query, host } => {
                let addresses = self.names.get(&*host).cloned().unwrap_or_default();
                self.push(
                    soon,
                    Event::Resolved {
                        to: node,
                        query,
                        addresses,
                    },
                );
            }
        }
    }

    fn close(&mut self, node: usize, conn: ConnKey) {
        if let Some(pipe) = self.nodes[node].pipes.remove(&conn) {
            self.push(
                self.now + LATENCY,
                Event::Closed {
                    to: pipe.peer,
                    conn: pipe.conn,
                },
            );
        }
    }
}

/// A request as a machine was told of it.
pub(crate) struct Asked {
    pub(crate) server: ServerKey,
    pub(crate) message: Message,
    pub(crate) flow: Flow,
}

/// An indication in one word.
fn word(indication: &Indication<u32>) -> String {
    match indication {
        Indication::Request { message, .. } => message.method().to_owned(),
        Indication::Cancelled { .. } => "cancelled".to_owned(),
        Indication::ServerEnded { end, .. } => match end {
            ServerEnd::Done => "done",
            ServerEnd::NoAck => "no ack",
            ServerEnd::Transport => "lost",
        }
        .to_owned(),
        Indication::Response { message, .. } => message.status().unwrap_or_default().to_string(),
        Indication::Failed { failure, .. } => match failure {
            Failure::Timeout => "timeout",
            Failure::Transport => "transport",
            Failure::Insecure(_) => "insecure",
            Failure::Refused => "refused",
            Failure::Unresolved => "unresolved",
            Failure::NoRecords => "no records",
            Failure::NoTarget => "no target",
        }
        .to_owned(),
        Indication::StrayResponse { message, .. } => {
            format!("stray {}", message.status().unwrap_or_default())
        }
        Indication::FlowClosed { .. } => "flow closed".to_owned(),
    }
}

/// A request outside of a dialog; `number` makes Call-ID and CSeq.
pub(crate) fn draft(method: &str, uri: &str, number: u32) -> Draft {
    Draft {
        method: method.into(),
        uri: uri.into(),
        lines: format!(
            "From: <sip:alice@example.com>;tag=alice{number}\r\nTo: <sip:bob@example.com>\r\n\
             Call-ID: call{number}@example.com\r\nCSeq: {number} {method}\r\n"
        ),
        ..Draft::default()
    }
}

/// The ACK of a 2xx to `draft("INVITE", …, number)`.
pub(crate) fn ack_of(uri: &str, number: u32, to_tag: &str) -> Draft {
    Draft {
        method: "ACK".into(),
        uri: uri.into(),
        lines: format!(
            "From: <sip:alice@example.com>;tag=alice{number}\r\nTo: <sip:bob@example.com>;tag={to_tag}\r\n\
             Call-ID: call{number}@example.com\r\nCSeq: {number} ACK\r\n"
        ),
        ..Draft::default()
    }
}

/// The first value of a header.
pub(crate) fn first(message: &Message, id: HeaderId) -> String {
    message.values(id).next().unwrap_or_default().to_owned()
}
