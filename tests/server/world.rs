//! A server with phones around it: what they send goes in, what it sends is kept by receiver.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rtcclient::auth::{
    Attempts, Authorizer, Credential, CredentialStore, Protected, Received, Role, Secret,
};
use rtcclient::base::{Limits, Time};
use rtcclient::server::{Server, ServerConfig, User};
use rtcclient::syntax::{HeaderId, Message, MessageBuilder};
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, SocketKey};

pub(crate) const DOMAIN: &str = "example.test";
pub(crate) const UDP: &str = "127.0.0.1:5060";
pub(crate) const TCP: &str = "127.0.0.1:5062";

/// A phone, by the road that it uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Peer {
    Udp(SocketAddr),
    Tcp(ConnKey),
}

/// The server, the time, and everything it sent that nobody has looked at yet.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) now: Time,
    sent: VecDeque<(Peer, Message)>,
    branch: u32,
    /// Connections that the server asked for.
    pub(crate) connects: Vec<(ConnKey, SocketAddr)>,
    /// Connections that the server closed.
    pub(crate) closed: Vec<ConnKey>,
    /// Everything that left, for comparing runs.
    pub(crate) log: Vec<u8>,
}

pub(crate) fn udp(port: u16) -> Peer {
    Peer::Udp(SocketAddr::from(([127, 0, 0, 1], port)))
}

/// Two users with passwords, no authentication.
pub(crate) fn open() -> ServerConfig {
    ServerConfig {
        domains: vec![DOMAIN.to_owned()],
        ..ServerConfig::default()
    }
}

/// The same with authentication.
pub(crate) fn guarded() -> ServerConfig {
    ServerConfig {
        authentication: true,
        ..open()
    }
}

impl World {
    pub(crate) fn new(config: ServerConfig) -> Self {
        let mut world = Self {
            server: Server::new(config, [7; 32]),
            now: Time::ZERO,
            sent: VecDeque::new(),
            branch: 0,
            connects: Vec::new(),
            closed: Vec::new(),
            log: Vec::new(),
        };
        for (key, protocol, local) in [(1, Protocol::Udp, UDP), (2, Protocol::Tcp, TCP)] {
            world.input(Input::SocketOpened {
                socket: SocketKey(key),
                protocol,
                local: local.parse().unwrap(),
                addresses: Vec::new(),
            });
        }
        for name in ["alice", "bob", "carol"] {
            world.user(name, Some("secret"), &[], None);
        }
        world
    }

    pub(crate) fn user(
        &mut self,
        name: &str,
        password: Option<&str>,
        contacts: &[&str],
        status: Option<u16>,
    ) {
        self.server
            .set_user(User {
                name: name.to_owned(),
                password: password.map(str::to_owned),
                contacts: contacts.iter().map(|&contact| contact.to_owned()).collect(),
                status,
            })
            .unwrap();
        self.drain();
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        self.server.handle_input(self.now, input);
        self.drain();
    }

    /// A phone connects.
    pub(crate) fn connect(&mut self, port: u16) -> Peer {
        let conn = ConnKey(u64::from(port) * 2 + 1);
        self.input(Input::Accepted {
            conn,
            socket: SocketKey(2),
            local: TCP.parse().unwrap(),
            remote: SocketAddr::from(([127, 0, 0, 1], port)),
        });
        Peer::Tcp(conn)
    }

    /// Bytes from a phone.
    pub(crate) fn bytes(&mut self, from: Peer, bytes: &[u8]) {
        match from {
            Peer::Udp(from) => self.input(Input::Datagram {
                socket: SocketKey(1),
                from,
                bytes,
            }),
            Peer::Tcp(conn) => self.input(Input::Stream { conn, bytes }),
        }
    }

    pub(crate) fn send(&mut self, from: Peer, message: &Message) {
        self.bytes(from, message.as_bytes());
    }

    fn drain(&mut self) {
        while let Some(io) = self.server.poll_io() {
            match io {
                Io::Datagram { to, bytes, .. } => self.keep(Peer::Udp(to), &bytes),
                Io::Stream { conn, bytes } => self.keep(Peer::Tcp(conn), &bytes),
                Io::Connect { conn, to, .. } => self.connects.push((conn, to)),
                Io::Close { conn } => self.closed.push(conn),
                Io::Query { .. } | Io::QueryDone { .. } => panic!("no name server was given"),
                Io::Resolve { query, .. } => {
                    self.server.handle_input(
                        self.now,
                        Input::Resolved {
                            query,
                            addresses: Vec::new(),
                        },
                    );
                }
            }
        }
    }

    fn keep(&mut self, to: Peer, bytes: &[u8]) {
        self.log.extend_from_slice(bytes);
        match Message::parse_datagram(bytes, &Limits::default()) {
            Ok(message) => self.sent.push_back((to, message)),
            // Only what repeats the broken lines of a broken request cannot be read.
            Err(error) => assert!(bytes.starts_with(b"SIP/2.0 4"), "{error:?}"),
        }
    }

    /// The next message to a phone.
    pub(crate) fn take(&mut self, to: Peer) -> Message {
        self.poll(to).unwrap_or_else(|| {
            let others: Vec<_> = self
                .sent
                .iter()
                .map(|(to, m)| (to, m.start_line()))
                .collect();
            panic!("nothing for {to:?}; for others: {others:?}")
        })
    }

    pub(crate) fn poll(&mut self, to: Peer) -> Option<Message> {
        let at = self.sent.iter().position(|(peer, _)| *peer == to)?;
        self.sent.remove(at).map(|(_, message)| message)
    }

    /// The next message to a phone, which has this status or method.
    pub(crate) fn expect(&mut self, to: Peer, what: &str) -> Message {
        let message = self.take(to);
        let is = message
            .status()
            .map_or_else(|| message.method().to_owned(), |status| status.to_string());
        assert_eq!(is, what, "{message:?}");
        message
    }

    /// Nothing was sent that nobody has looked at.
    pub(crate) fn quiet(&self) {
        let left: Vec<_> = self
            .sent
            .iter()
            .map(|(to, m)| (to, m.start_line()))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// Forgets what was sent so far.
    pub(crate) fn forget(&mut self) {
        self.sent.clear();
    }

    /// Lets time pass, serving each deadline when it comes.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(next) = self.server.next_deadline().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.server.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    pub(crate) fn seconds(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// A new branch.
    pub(crate) fn branch(&mut self) -> String {
        self.branch += 1;
        format!("z9hG4bKphone{}", self.branch)
    }

    /// Where a phone is, as host and port.
    pub(crate) fn at(peer: Peer) -> String {
        match peer {
            Peer::Udp(address) => address.to_string(),
            Peer::Tcp(conn) => format!("127.0.0.1:{}", conn.0 / 2),
        }
    }

    pub(crate) fn contact(name: &str, peer: Peer) -> String {
        let transport = match peer {
            Peer::Udp(_) => "",
            Peer::Tcp(_) => ";transport=tcp",
        };
        format!("<sip:{name}@{}{transport}>", Self::at(peer))
    }

    pub(crate) fn via(&mut self, peer: Peer) -> String {
        let protocol = match peer {
            Peer::Udp(_) => "UDP",
            Peer::Tcp(_) => "TCP",
        };
        let branch = self.branch();
        format!(
            "SIP/2.0/{protocol} {};branch={branch};rport",
            Self::at(peer)
        )
    }

    /// A request outside of dialogs.
    pub(crate) fn request(
        &mut self,
        from: Peer,
        method: &str,
        uri: &str,
        caller: &str,
        call: &str,
        cseq: u32,
    ) -> MessageBuilder {
        let to = if method == "REGISTER" {
            format!("<sip:{caller}@{DOMAIN}>")
        } else {
            format!("<{uri}>")
        };
        MessageBuilder::request(method, uri)
            .header(HeaderId::Via, self.via(from))
            .number(HeaderId::MaxForwards, 70)
            .header(
                HeaderId::From,
                format!("<sip:{caller}@{DOMAIN}>;tag={caller}"),
            )
            .header(HeaderId::To, to)
            .header(HeaderId::CallId, call)
            .header(HeaderId::CSeq, format!("{cseq} {method}"))
    }

    /// A REGISTER with header lines of its own.
    pub(crate) fn registering(
        &mut self,
        from: Peer,
        name: &str,
        call: &str,
        cseq: u32,
        lines: &str,
    ) -> Message {
        let uri = format!("sip:{DOMAIN}");
        self.request(from, "REGISTER", &uri, name, call, cseq)
            .raw_lines(lines)
            .build()
    }

    /// Registers a phone, without authentication.
    pub(crate) fn register(&mut self, from: Peer, name: &str) {
        let lines = format!("Contact: {}\r\n", Self::contact(name, from));
        let request = self.registering(from, name, &format!("register-{name}"), 1, &lines);
        self.send(from, &request);
        self.expect(from, "200");
    }

    /// Sends a response of a phone.
    pub(crate) fn respond(
        &mut self,
        from: Peer,
        request: &Message,
        status: u16,
        name: &str,
        lines: &str,
    ) {
        let response = MessageBuilder::response_to(request, status, "", &format!("{name}-tag"))
            .copy(request, HeaderId::RecordRoute)
            .header(HeaderId::Contact, Self::contact(name, from))
            .raw_lines(lines)
            .build();
        self.send(from, &response);
    }
}

/// The route set of the caller: the Record-Route values of a 2xx, the last one first.
pub(crate) fn caller_routes(response: &Message) -> Vec<String> {
    let mut routes: Vec<String> = response
        .values(HeaderId::RecordRoute)
        .map(str::to_owned)
        .collect();
    routes.reverse();
    routes
}

/// A phone's memory for digests.
pub(crate) struct Wallet {
    authorizer: Authorizer,
    store: CredentialStore,
}

impl Wallet {
    pub(crate) fn new(name: &str, password: &str) -> Self {
        let mut store = CredentialStore::new();
        store.set(Credential {
            realm: None,
            user: name.to_owned(),
            secret: Secret::Password(password.to_owned()),
        });
        Self {
            authorizer: Authorizer::new(),
            store,
        }
    }

    /// The request again with the challenge of `response` answered, under a new CSeq and branch.
    pub(crate) fn answer(
        &mut self,
        world: &mut World,
        from: Peer,
        request: &Message,
        response: &Message,
    ) -> Message {
        let role = Role::of_status(response.status().unwrap()).unwrap();
        let received = response
            .headers_named(role.challenge_header())
            .map(|value| Received { role, value });
        let protected = Protected {
            method: request.method(),
            uri: request.request_uri(),
            body: request.body(),
        };
        let mut attempts = Attempts::new();
        let lines = self
            .authorizer
            .respond(&mut attempts, &protected, received, &self.store, [9; 16])
            .unwrap();
        let cseq = format!("{} {}", request.cseq() + 1, request.method());
        let mut edit = request
            .edit()
            .remove_first(HeaderId::Via)
            .set(HeaderId::CSeq, cseq);
        for line in &lines {
            edit = edit.append_named(line.name(), &line.value);
        }
        edit.prepend(HeaderId::Via, world.via(from)).build()
    }
}
