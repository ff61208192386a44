//! Hostile input against a whole user agent: every malformed message of the corpora, mutated flows, floods. It must not
//! panic, must stay bounded, and must answer a clean OPTIONS afterwards.

mod corpus;

use std::net::SocketAddr;
use std::time::Duration;

use rtcclient::agent::{Agent, Config};
use rtcclient::base::{Entropy, Limits, Time};
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, SocketKey};

const UDP: SocketKey = SocketKey(1);
const TCP: SocketKey = SocketKey(2);

struct Target {
    agent: Agent,
    now: Time,
    next: u64,
    sent: Vec<Vec<u8>>,
}

impl Target {
    fn new(limits: Limits) -> Self {
        let mut config = Config::default();
        config.endpoint.limits = limits;
        let mut agent = Agent::new(config, [3; 32]);
        for (socket, protocol) in [(UDP, Protocol::Udp), (TCP, Protocol::Tcp)] {
            let local = address("192.0.2.2:5060");
            agent.handle_input(
                Time::ZERO,
                Input::SocketOpened {
                    socket,
                    protocol,
                    local,
                    addresses: Vec::new(),
                },
            );
        }
        Self {
            agent,
            now: Time::ZERO,
            next: 1,
            sent: Vec::new(),
        }
    }

    fn datagram(&mut self, bytes: &[u8]) {
        self.now = self.now + Duration::from_millis(1);
        self.agent.handle_input(
            self.now,
            Input::Datagram {
                socket: UDP,
                from: address("192.0.2.99:5060"),
                bytes,
            },
        );
        self.drain();
    }

    /// A connection that brings these bytes in pieces and goes.
    fn stream(&mut self, bytes: &[u8], piece: usize) {
        let conn = ConnKey(self.next * 2 + 1);
        self.next += 1;
        let (local, remote) = (address("192.0.2.2:5060"), address("192.0.2.99:40000"));
        self.agent.handle_input(
            self.now,
            Input::Accepted {
                conn,
                socket: TCP,
                local,
                remote,
            },
        );
        for bytes in bytes.chunks(piece.max(1)) {
            self.agent
                .handle_input(self.now, Input::Stream { conn, bytes });
            self.drain();
        }
        self.agent.handle_input(self.now, Input::Closed { conn });
        self.drain();
    }

    fn drain(&mut self) {
        if self.agent.next_deadline().is_some_and(|at| at <= self.now) {
            self.agent.handle_timeout(self.now);
        }
        self.sent.clear();
        loop {
            while self.agent.poll_event().is_some() {}
            let Some(io) = self.agent.poll_io() else {
                break;
            };
            if let Io::Datagram { bytes, .. } = io {
                self.sent.push(bytes.to_vec());
            }
        }
    }

    fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    fn answers_options(&mut self, call_id: &str) -> bool {
        let text = format!(
            "OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-{call_id}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.99>;tag=1\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: {call_id}\r\n\
             CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        self.datagram(text.as_bytes());
        self.sent
            .iter()
            // Busy is an answer too: what a call would get.
            .any(|sent| sent.starts_with(b"SIP/2.0 200 ") || sent.starts_with(b"SIP/2.0 486 "))
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn invite(number: u64) -> String {
    let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.99\r\ns=-\r\nc=IN IP4 192.0.2.99\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    format!(
        "INVITE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-i{number}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.99>;tag={number}\r\nTo: <sip:bob@192.0.2.2>\r\n\
         Call-ID: flood-{number}\r\nCSeq: 1 INVITE\r\nContact: <sip:a@192.0.2.99>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

#[test]
fn malformed_messages_leave_the_agent_well() {
    let Some(root) = corpus::corpora() else {
        return;
    };
    let mut target = Target::new(Limits::default());
    let files = corpus::files(&root.join("malformed"), &[".sip", ".raw", ".bin", ".dat"]);
    assert!(files.len() > 200, "{} files", files.len());
    for (number, path) in files.iter().enumerate() {
        let bytes = std::fs::read(path).expect("a file");
        target.datagram(&bytes);
        target.stream(&bytes, 7 + number % 600);
        if number % 16 == 0 {
            assert!(
                target.answers_options(&format!("clean-{number}")),
                "after {}",
                path.display()
            );
        }
    }
    target.wait(Duration::from_secs(300));
    assert!(target.answers_options("last"));
    target.wait(Duration::from_secs(100));
    let left = target.agent.statistics();
    assert_eq!(
        (left.sessions, left.connections, left.transactions),
        (0, 0, 0),
        "{left:?}"
    );
}

#[test]
fn damaged_flows_leave_the_agent_well() {
    let Some(root) = corpus::corpora() else {
        return;
    };
    let files = corpus::files(&root.join("flows"), &[".sip"]);
    let seed = std::env::var("SIM_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1u8);
    println!("seed {seed}");
    let mut dice = Entropy::new([seed; 32]);
    let mut target = Target::new(Limits::default());
    for path in &files {
        let whole = std::fs::read(path).expect("a file");
        for _ in 0..6 {
            let mut bytes = whole.clone();
            for _ in 0..=dice.below(8) {
                let at = usize::try_from(dice.below(bytes.len() as u64)).expect("in range");
                match dice.below(4) {
                    0 => bytes[at] = dice.number().to_le_bytes()[0],
                    1 => bytes.truncate(at + 1),
                    2 => {
                        bytes.remove(at);
                    }
                    _ => bytes.insert(
                        at,
                        b"\r\n\0:;,<>\"%@ "[usize::try_from(dice.below(12)).expect("in range")],
                    ),
                }
                if bytes.is_empty() {
                    bytes.push(b'\n');
                }
            }
            target.datagram(&bytes);
        }
    }
    assert!(target.answers_options("clean"));
    target.wait(Duration::from_secs(4000));
    let left = target.agent.statistics();
    assert_eq!((left.sessions, left.transactions), (0, 0), "{left:?}");
}

#[test]
fn a_flood_of_calls_meets_its_limit_and_leaves_nothing() {
    let limits = Limits {
        sessions: 500,
        ..Limits::default()
    };
    let mut target = Target::new(limits);
    let mut refused = 0;
    for number in 0..20_000 {
        target.datagram(invite(number).as_bytes());
        refused += usize::from(
            target
                .sent
                .iter()
                .any(|sent| sent.starts_with(b"SIP/2.0 486 ")),
        );
        assert!(target.agent.statistics().sessions <= 500);
    }
    assert!(refused > 15_000, "{refused}");
    assert!(target.answers_options("clean"));
    target.wait(Duration::from_secs(400));
    let left = target.agent.statistics();
    assert_eq!(
        (left.sessions, left.dialogs, left.transactions),
        (0, 0, 0),
        "{left:?}"
    );
}

#[test]
fn transactions_have_a_limit_of_their_own() {
    let limits = Limits {
        transactions: 1000,
        ..Limits::default()
    };
    let mut target = Target::new(limits);
    for number in 0..10_000 {
        let options = invite(number).replace("INVITE", "OPTIONS");
        target.datagram(options.as_bytes());
        assert!(target.agent.statistics().transactions <= 1000);
    }
    target.wait(Duration::from_secs(100));
    assert!(target.answers_options("clean"));
}

#[test]
fn an_application_that_never_reads_costs_a_bounded_queue() {
    let limits = Limits {
        queued_events: 100,
        ..Limits::default()
    };
    let mut target = Target::new(limits);
    let mut answers = Vec::new();
    for number in 0..2000 {
        let message = invite(number)
            .replace("INVITE", "MESSAGE")
            .replace("application/sdp", "text/plain");
        target.now = target.now + Duration::from_millis(1);
        let from = address("192.0.2.99:5060");
        target.agent.handle_input(
            target.now,
            Input::Datagram {
                socket: UDP,
                from,
                bytes: message.as_bytes(),
            },
        );
        while let Some(io) = target.agent.poll_io() {
            if let Io::Datagram { bytes, .. } = io {
                answers.push(String::from_utf8_lossy(&bytes[8..11]).into_owned());
            }
        }
    }
    assert!(
        answers.iter().filter(|status| *status == "503").count() > 1800,
        "{:?}",
        answers.last()
    );
    let mut events = Vec::new();
    while let Some(event) = target.agent.poll_event() {
        events.push(event);
    }
    assert!(events.len() <= 102, "{}", events.len());
    let overflow = events
        .iter()
        .find(|event| event.kind == 100)
        .expect("the loss is told");
    assert!(overflow.value[0] > 1800);
    assert!(target.answers_options("clean"));
}

#[test]
fn large_messages_that_nobody_reads_are_bounded_by_their_bytes() {
    let mut target = Target::new(Limits::default());
    let body = "x".repeat(50_000);
    let mut refused = 0;
    for number in 0..2000u64 {
        let text = invite(number)
            .replace("INVITE", "MESSAGE")
            .replace("application/sdp", "text/plain");
        let head = text.split("Content-Length").next().expect("a head");
        let message = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        target.now = target.now + Duration::from_millis(1);
        let from = address("192.0.2.99:5060");
        target.agent.handle_input(
            target.now,
            Input::Datagram {
                socket: UDP,
                from,
                bytes: message.as_bytes(),
            },
        );
        while let Some(io) = target.agent.poll_io() {
            refused += usize::from(
                matches!(io, Io::Datagram { bytes, .. } if bytes.starts_with(b"SIP/2.0 503 ")),
            );
        }
    }
    assert!(refused > 1500, "{refused}");
    assert!(
        target.agent.events_waiting() < 500,
        "{}",
        target.agent.events_waiting()
    );
    while target.agent.poll_event().is_some() {}
    assert!(target.answers_options("clean"));
}

#[test]
fn verbs_are_refused_while_their_events_are_not_read() {
    use rtcclient::agent::{Code, Send, SessionOptions, SessionType};
    let limits = Limits {
        queued_events: 50,
        ..Limits::default()
    };
    let mut target = Target::new(limits);
    let mut refused = None;
    for _ in 0..200 {
        let call = target
            .agent
            .create_session(SessionType::PcToPc, SessionOptions::default())
            .and_then(|session| {
                target.agent.add_participant(
                    target.now,
                    &session,
                    "sip:a@192.0.2.99",
                    None,
                    &Send::default(),
                )
            });
        while target.agent.poll_io().is_some() {}
        refused = call.err().or(refused);
    }
    assert_eq!(refused.expect("a refusal").code, Code::Limit);
    assert!(target.agent.events_waiting() < 60);
    while target.agent.poll_event().is_some() {}
    assert!(
        target
            .agent
            .create_session(SessionType::PcToPc, SessionOptions::default())
            .is_ok()
    );
}

/// B-327: half a message, and none.
#[test]
fn a_connection_with_half_a_message_or_none_is_closed_in_time() {
    let mut target = Target::new(Limits::default());
    let (local, remote) = (address("192.0.2.2:5060"), address("192.0.2.99:40000"));
    for (number, bytes) in [&b"INVITE sip:h"[..], b"", b"\r\n\r\n"]
        .into_iter()
        .enumerate()
    {
        let conn = ConnKey(number as u64 * 2 + 1);
        target.agent.handle_input(
            target.now,
            Input::Accepted {
                conn,
                socket: TCP,
                local,
                remote,
            },
        );
        if !bytes.is_empty() {
            target
                .agent
                .handle_input(target.now, Input::Stream { conn, bytes });
        }
        target.drain();
    }
    target.wait(Duration::from_secs(31));
    assert_eq!(target.agent.statistics().connections, 3);
    target.wait(Duration::from_secs(2));
    // Whoever keeps its connection alive may stay.
    assert_eq!(target.agent.statistics().connections, 1);
}
