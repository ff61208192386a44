//! What is measured: reading and writing messages, one transaction, one call. Shared by `core` (times) and `counted`
//! (instructions, allocations).
//!
//! The five messages were written for measuring and lie in `../shared/corpora/bench` (`RTC_SHARED` overrides).
#![allow(clippy::unwrap_used, reason = "a measuring program may")]

use std::hint::black_box;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rtcclient::agent::{
    Agent, Config, EventType, Send, SessionOptions, SessionState, SessionType, TerminateReason,
};
use rtcclient::base::{Entropy, Limits, Time};
use rtcclient::syntax::{HeaderId, Message, MessageBuilder, Uri};
use rtcclient::transaction::{Endpoint, EndpointConfig, Indication};
use rtcclient::transport::{Core, Input, Io, Protocol, SocketKey};

/// The messages, by name.
pub(crate) const MESSAGES: [&str; 5] = ["invite", "register", "ok200", "notify", "big"];

/// The bytes of one of [`MESSAGES`].
pub(crate) fn message(name: &str) -> Vec<u8> {
    let shared = std::env::var_os("RTC_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = shared
        .join("corpora/bench")
        .join(name)
        .with_extension("sip");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Parse and free.
pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> usize {
    Message::parse_datagram(black_box(bytes), limits).map_or(0, |message| message.count())
}

/// Parse one datagram, get top Via branch, From tag, To tag, Call-ID, CSeq number and method, Contact host,
/// Content-Length, free.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> usize {
    let Ok(message) = Message::parse_datagram(black_box(bytes), limits) else {
        return 0;
    };
    let contact = message.contacts().next().and_then(Result::ok);
    let host = contact
        .as_ref()
        .and_then(|contact| Uri::parse(contact.uri()).ok());
    black_box(message.branch()).map_or(0, str::len)
        + black_box(message.from_tag()).map_or(0, str::len)
        + black_box(message.to_tag()).map_or(0, str::len)
        + black_box(message.call_id()).len()
        + black_box(message.cseq()) as usize
        + black_box(message.cseq_method()).len()
        + black_box(message.content_length()).unwrap_or(0) as usize
        + host.map_or(0, |uri| black_box(uri.host).len())
}

/// A 200 with a session description to an INVITE, as a user agent sends it.
pub(crate) fn build_200(request: &Message) -> usize {
    let response = MessageBuilder::response_to(black_box(request), 200, "OK", "8321234356")
        .header(
            HeaderId::Contact,
            "<sip:bob@client.biloxi.example.com;transport=udp>",
        )
        .header(
            HeaderId::Allow,
            "INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE, PRACK, INFO",
        )
        .header(HeaderId::Supported, "replaces, timer, 100rel")
        .header(HeaderId::Server, "Example UA/1.0")
        .body("application/sdp", request.body())
        .build();
    black_box(response.as_bytes()).len()
}

const TICK: Duration = Duration::from_millis(1);
const SOCKET: SocketKey = SocketKey(1);

fn opened(local: SocketAddr) -> Input<'static> {
    Input::SocketOpened {
        socket: SOCKET,
        protocol: Protocol::Udp,
        local,
        addresses: Vec::new(),
    }
}

/// Server transactions at 1,000 a second of virtual time, each finished one remembered for 32 s as RFC 3261 §17.2 asks.
pub(crate) struct Transactions {
    endpoint: Endpoint<u32>,
    now: Time,
    number: u64,
    request: Vec<u8>,
    digits: usize,
    from: SocketAddr,
}

impl Transactions {
    pub(crate) fn new() -> Self {
        let mut endpoint = Endpoint::new(EndpointConfig::default(), Entropy::new([7; 32]));
        let now = Time::ZERO;
        endpoint.handle_input(now, opened("192.0.2.1:5060".parse().unwrap()));
        let request = b"OPTIONS sip:bob@192.0.2.1 SIP/2.0\r\n\
            Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK0000000000000000;rport\r\n\
            From: \"Alice\" <sip:alice@192.0.2.2>;tag=88sja8x\r\n\
            To: <sip:bob@192.0.2.1>\r\nCall-ID: a84b4c76e66710@192.0.2.2\r\nCSeq: 63104 OPTIONS\r\n\
            Max-Forwards: 70\r\nContact: <sip:alice@192.0.2.2>\r\nAccept: application/sdp\r\n\
            Content-Length: 0\r\n\r\n"
            .to_vec();
        let digits = request
            .windows(16)
            .position(|window| window == [b'0'; 16])
            .unwrap();
        Self {
            endpoint,
            now,
            number: 0,
            request,
            digits,
            from: "192.0.2.2:5060".parse().unwrap(),
        }
    }

    /// One request comes, is answered with 200 and the answer leaves.
    pub(crate) fn one(&mut self) -> usize {
        self.number += 1;
        self.now = self.now + TICK;
        let text = format!("{:016x}", self.number);
        self.request[self.digits..self.digits + 16].copy_from_slice(text.as_bytes());
        if self
            .endpoint
            .next_deadline()
            .is_some_and(|due| due <= self.now)
        {
            self.endpoint.handle_timeout(self.now);
        }
        let input = Input::Datagram {
            socket: SOCKET,
            from: self.from,
            bytes: &self.request,
        };
        self.endpoint.handle_input(self.now, input);
        while let Some(indication) = self.endpoint.poll_indication() {
            if let Indication::Request {
                server: Some(server),
                message,
                ..
            } = indication
            {
                let response = MessageBuilder::response_to(&message, 200, "OK", "8321234356")
                    .header(HeaderId::Allow, "INVITE, ACK, CANCEL, OPTIONS, BYE")
                    .build();
                assert!(self.endpoint.respond(self.now, server, response));
            }
        }
        let mut sent = 0;
        while let Some(io) = self.endpoint.poll_io() {
            if let Io::Datagram { bytes, .. } = io {
                sent += bytes.len();
            }
        }
        assert!(sent > 0, "nothing was answered");
        sent
    }

    /// Transactions that are remembered.
    pub(crate) fn live(&self) -> usize {
        self.endpoint.live_transactions()
    }
}

/// Two agents and a wire without delay between them, on virtual time; 1,000 calls a second of it.
pub(crate) struct Calls {
    agents: [Agent; 2],
    addresses: [SocketAddr; 2],
    now: Time,
}

impl Calls {
    pub(crate) fn new() -> Self {
        let addresses = ["192.0.2.1:5060", "192.0.2.2:5060"].map(|text| text.parse().unwrap());
        let mut agents = [3, 5].map(|seed| Agent::new(Config::default(), [seed; 32]));
        for (agent, address) in agents.iter_mut().zip(addresses) {
            agent.handle_input(Time::ZERO, opened(address));
        }
        agents[0]
            .set_local_user(Some("sip:alice@192.0.2.1"), None)
            .unwrap();
        agents[1]
            .set_local_user(Some("sip:bob@192.0.2.2"), None)
            .unwrap();
        Self {
            agents,
            addresses,
            now: Time::ZERO,
        }
    }

    /// INVITE, 180, 200, ACK, BYE, 200, both sides with all their events. The number of datagrams.
    pub(crate) fn one(&mut self) -> usize {
        self.now = self.now + TICK;
        let now = self.now;
        for agent in &mut self.agents {
            if agent.next_deadline().is_some_and(|due| due <= now) {
                agent.handle_timeout(now);
            }
        }
        let [alice, _] = &mut self.agents;
        let session = alice
            .create_session(SessionType::PcToPc, SessionOptions::default())
            .unwrap();
        alice
            .add_participant(now, &session, "sip:bob@192.0.2.2", None, &Send::default())
            .unwrap();
        let (mut datagrams, mut over) = (0, 0);
        loop {
            let before = (datagrams, over);
            let mut events = 0;
            for from in 0..2 {
                while let Some(io) = self.agents[from].poll_io() {
                    if let Io::Datagram { bytes, .. } = io {
                        datagrams += 1;
                        let input = Input::Datagram {
                            socket: SOCKET,
                            from: self.addresses[from],
                            bytes: bytes.as_ref(),
                        };
                        self.agents[1 - from].handle_input(now, input);
                    }
                }
            }
            for side in 0..2 {
                let agent = &mut self.agents[side];
                while let Some(event) = agent.poll_event() {
                    events += 1;
                    let Some(session) = event.session.as_ref() else {
                        continue;
                    };
                    if event.event_type != EventType::SessionStateChange {
                        continue;
                    }
                    if event.state == SessionState::Incoming.number() {
                        agent.answer(now, session, 200, &Send::default()).unwrap();
                    } else if event.state == SessionState::Connected.number() && side == 0 {
                        agent
                            .terminate(now, session, TerminateReason::Normal, &Send::default())
                            .unwrap();
                    } else if event.state == SessionState::Disconnected.number() {
                        over += 1;
                        agent.forget(session);
                    }
                }
            }
            if before == (datagrams, over) && events == 0 {
                break;
            }
        }
        assert_eq!(over, 2, "the call did not end on both sides");
        datagrams
    }
}
