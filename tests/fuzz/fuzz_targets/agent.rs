//! A whole user agent: datagrams, streams, timers, answers to what it sent, requests in its dialogs, and an application
//! that calls its verbs with whatever comes. At the end everything is hung up and nothing may be left.
#![no_main]

mod script;

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use rtcclient::agent::{
    Agent, Config, Event, Kind, ObjectRef, ProfileOptions, Send, SessionOptions, SessionType,
    SubscriptionOptions, TerminateReason, WatcherState,
};
use rtcclient::base::{Limits, Time};
use rtcclient::syntax::{HeaderId, Message, MessageBuilder};
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, SocketKey};
use script::Script;

const UDP: SocketKey = SocketKey(1);
const TCP: SocketKey = SocketKey(2);
const METHODS: [&str; 16] = [
    "BYE",
    "INVITE",
    "ACK",
    "UPDATE",
    "INFO",
    "NOTIFY",
    "REFER",
    "PRACK",
    "OPTIONS",
    "MESSAGE",
    "SUBSCRIBE",
    "CANCEL",
    "REGISTER",
    "PUBLISH",
    "FOO",
    "invite",
];

struct World {
    agent: Agent,
    now: Time,
    /// What it sent, the newest last.
    sent: Vec<Message>,
    events: Vec<Event>,
    cseq: u32,
    conn: ConnKey,
}

impl World {
    fn new() -> Self {
        let mut agent = Agent::new(Config::default(), [5; 32]);
        for (socket, protocol) in [(UDP, Protocol::Udp), (TCP, Protocol::Tcp)] {
            let local = "192.0.2.2:5060".parse().expect("an address");
            let opened = Input::SocketOpened {
                socket,
                protocol,
                local,
                addresses: Vec::new(),
            };
            agent.handle_input(Time::ZERO, opened);
        }
        let mut world = Self {
            agent,
            now: Time::ZERO,
            sent: Vec::new(),
            events: Vec::new(),
            cseq: 10,
            conn: ConnKey(1),
        };
        world.accept();
        let _ = world
            .agent
            .serve_package("presence", "application/pidf+xml", 1);
        world
    }

    fn accept(&mut self) {
        let (local, remote) = (
            "192.0.2.2:5060".parse().expect("an address"),
            "192.0.2.9:40000".parse().expect("an address"),
        );
        self.put(Input::Accepted {
            conn: self.conn,
            socket: TCP,
            local,
            remote,
        });
    }

    fn put(&mut self, input: Input<'_>) {
        self.now = self.now + Duration::from_millis(1);
        self.agent.handle_input(self.now, input);
        self.drain();
    }

    fn datagram(&mut self, bytes: &[u8]) {
        self.put(Input::Datagram {
            socket: UDP,
            from: "192.0.2.9:5060".parse().expect("an address"),
            bytes,
        });
    }

    fn drain(&mut self) {
        loop {
            while let Some(event) = self.agent.poll_event() {
                self.events.push(event);
            }
            let Some(io) = self.agent.poll_io() else {
                break;
            };
            match io {
                Io::Datagram { bytes, .. } | Io::Stream { bytes, .. } => {
                    let bytes = bytes.to_vec();
                    if let Ok(message) = Message::parse_datagram(&bytes, &Limits::default()) {
                        self.sent.push(message);
                    } else {
                        // A response to what is malformed repeats fields as they came (RFC 3261 §8.2.6).
                        let response = bytes.starts_with(b"SIP/2.0 ");
                        let keep_alive = bytes.iter().all(|b| b"\r\n\0".contains(b));
                        assert!(response || keep_alive, "not a message: {bytes:?}");
                    }
                }
                Io::Connect { conn, .. } => {
                    self.agent.handle_input(self.now, Input::Closed { conn })
                }
                _ => {}
            }
        }
        let spare = self.events.len().saturating_sub(32);
        self.events.drain(..spare);
        let spare = self.sent.len().saturating_sub(64);
        self.sent.drain(..spare);
    }

    fn next_timer(&mut self) {
        if let Some(at) = self.agent.next_deadline() {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.drain();
        }
    }

    /// Answers one of the requests it sent.
    fn answer(&mut self, script: &mut Script<'_>) {
        let which = usize::from(script.byte());
        let requests: Vec<_> = self
            .sent
            .iter()
            .rev()
            .filter(|m| m.is_request() && m.method() != "ACK")
            .collect();
        let Some(request) = requests.get(which % requests.len().max(1)) else {
            return;
        };
        let status = 100 + script.word() % 600;
        let lines = lines_of(&script.text());
        let mut response =
            MessageBuilder::response_to(request, status, "Fuzz", "peer").raw_lines(&lines);
        if script.byte() & 1 == 1 {
            response.add(HeaderId::Contact, "<sip:peer@192.0.2.9>");
        }
        let body = script.bytes();
        let response = if body.is_empty() {
            response
        } else {
            response.body("application/sdp", body)
        }
        .build();
        let bytes = response.as_bytes().to_vec();
        self.datagram(&bytes);
    }

    /// A request of the peer: new, or inside the dialog of something it sent.
    fn request(&mut self, script: &mut Script<'_>) {
        let method = METHODS[usize::from(script.byte()) % METHODS.len()];
        let which = usize::from(script.byte());
        self.cseq += 1;
        let mut builder = MessageBuilder::request(method, "sip:me@192.0.2.2");
        builder.add(
            HeaderId::Via,
            &format!(
                "SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bK{}",
                self.cseq
            ),
        );
        let dialogs: Vec<_> = self
            .sent
            .iter()
            .rev()
            .filter(|m| m.status() != Some(100))
            .collect();
        match dialogs.get(which % (dialogs.len() + 1)) {
            Some(message) if message.is_request() => {
                let (from, to) = (message.header(HeaderId::To), message.header(HeaderId::From));
                let from = from.unwrap_or("<sip:peer@192.0.2.9>");
                let tag = if from.contains("tag=") {
                    ""
                } else {
                    ";tag=peer"
                };
                builder.add(HeaderId::From, &format!("{from}{tag}"));
                builder.add(HeaderId::To, to.unwrap_or("<sip:me@192.0.2.2>"));
                builder.add(HeaderId::CallId, message.call_id());
            }
            Some(message) => {
                builder.add(
                    HeaderId::From,
                    message
                        .header(HeaderId::From)
                        .unwrap_or("<sip:peer@192.0.2.9>"),
                );
                builder.add(
                    HeaderId::To,
                    message.header(HeaderId::To).unwrap_or("<sip:me@192.0.2.2>"),
                );
                builder.add(HeaderId::CallId, message.call_id());
            }
            None => {
                builder.add(HeaderId::From, "<sip:peer@192.0.2.9>;tag=peer");
                builder.add(HeaderId::To, "<sip:me@192.0.2.2>");
                builder.add(HeaderId::CallId, &format!("call-{}", self.cseq));
            }
        }
        builder.add(HeaderId::CSeq, &format!("{} {method}", self.cseq));
        builder.add(HeaderId::Contact, "<sip:peer@192.0.2.9>");
        let mut builder = builder.raw_lines(&lines_of(&script.text()));
        let body = script.bytes();
        if !body.is_empty() {
            builder = builder.body("application/sdp", body);
        }
        let bytes = builder.build().as_bytes().to_vec();
        self.datagram(&bytes);
    }

    fn pick(&self, kind: Kind, which: u8) -> Option<ObjectRef> {
        let all = self.agent.list(kind);
        all.get(usize::from(which) % all.len().max(1)).cloned()
    }

    /// The application does something; refusals are as good as anything.
    fn verb(&mut self, script: &mut Script<'_>) {
        let (what, which) = (script.byte(), script.byte());
        let send = Send {
            headers: Some(script.text().into()),
            ..Send::default()
        };
        let now = self.now;
        let agent = &mut self.agent;
        match what % 12 {
            0 => {
                if let Ok(session) =
                    agent.create_session(SessionType::PcToPc, SessionOptions::default())
                {
                    let uri = if which & 1 == 0 {
                        "sip:peer@192.0.2.9".into()
                    } else {
                        script.text()
                    };
                    let _ = agent.add_participant(now, &session, &uri, None, &send);
                }
            }
            1 => {
                let options = SubscriptionOptions {
                    uri: "sip:peer@192.0.2.9".into(),
                    event: if which & 1 == 0 {
                        "presence".into()
                    } else {
                        script.text().into()
                    },
                    ..SubscriptionOptions::default()
                };
                if let Ok(subscription) = agent.create_subscription(options) {
                    let _ = agent.subscribe(now, &subscription, &send);
                }
            }
            2 => {
                let options = ProfileOptions {
                    uri: if which & 1 == 0 {
                        "sip:me@192.0.2.9".into()
                    } else {
                        script.text().into()
                    },
                    ..ProfileOptions::default()
                };
                if let Ok(profile) = agent.create_profile(options) {
                    let _ = agent.enable_profile(now, &profile, 15, 0);
                }
            }
            3 => {
                let _ = agent.send_request(now, None, "OPTIONS", "sip:peer@192.0.2.9", &send);
            }
            4 => {
                if let Some(event) = self
                    .events
                    .get(usize::from(which) % self.events.len().max(1))
                    && let Some(answer) = event.answer
                {
                    let _ = agent.answer_event(now, answer, script.word() % 700, &send);
                }
            }
            5 => {
                if let Some(watcher) = self.pick(Kind::Watcher, which) {
                    let _ = self
                        .agent
                        .watcher_answer(now, &watcher, WatcherState::Allowed, &send);
                }
            }
            other => {
                let Some(session) = self.pick(Kind::Session, which) else {
                    return;
                };
                let agent = &mut self.agent;
                let _ = match other {
                    6 => agent
                        .answer(now, &session, script.word() % 700, &send)
                        .err(),
                    7 => agent
                        .terminate(now, &session, TerminateReason::Normal, &send)
                        .err(),
                    8 => agent.hold(now, &session, which & 1 == 0, &send).err(),
                    9 => agent.session_send(now, &session, "INFO", &send).err(),
                    10 => agent
                        .redirect(now, &session, Some("sip:other@192.0.2.9"), 0, &send)
                        .err(),
                    _ => agent.session_send(now, &session, "MESSAGE", &send).err(),
                };
            }
        }
        self.drain();
    }

    /// Everything ends; nothing may be left but what the peer still owes an answer to for a while.
    fn end(&mut self) {
        let _ = self.agent.prepare_for_shutdown(self.now);
        self.drain();
        let until = self.now + Duration::from_secs(400);
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.drain();
        }
        let left = self.agent.statistics();
        assert_eq!((left.sessions, left.transactions), (0, 0), "{left:?}");
    }
}

/// Header lines that a peer may well send: no empty line among them.
fn lines_of(text: &str) -> String {
    text.lines()
        .filter(|line| line.contains(':'))
        .take(20)
        .map(|line| format!("{line}\r\n"))
        .collect()
}

fuzz_target!(|bytes: &[u8]| {
    let mut world = World::new();
    // A plain message, as the corpora hold them, is one datagram.
    if bytes.first().is_some_and(u8::is_ascii_uppercase) {
        world.datagram(bytes);
        return world.end();
    }
    let mut script = Script::new(bytes);
    let mut steps = 0;
    while !script.is_over() && steps < 200 {
        steps += 1;
        match script.byte() % 8 {
            0 => world.datagram(script.bytes()),
            1 => {
                let conn = world.conn;
                world.put(Input::Stream {
                    conn,
                    bytes: script.bytes(),
                });
            }
            2 => {
                world.put(Input::Closed { conn: world.conn });
                world.conn = ConnKey(world.conn.0 + 2);
                world.accept();
            }
            3 | 4 => world.answer(&mut script),
            5 => world.request(&mut script),
            6 => world.verb(&mut script),
            _ => world.next_timer(),
        }
    }
    world.end();
});
