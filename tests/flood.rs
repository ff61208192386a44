//! Floods: distinct malformed, half-open and forged messages without end leave memory bounded, and a clean OPTIONS is
//! answered in the middle and at the end (the list of what broke others: parsers, tables that only grow, queues).
//!
//! `FLOOD=1000000 cargo test --release --test flood` sends so many.

use std::net::SocketAddr;
use std::time::Duration;

use rtcclient::agent::{Agent, Config};
use rtcclient::base::{Entropy, Limits, Time};
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, SocketKey};

const UDP: SocketKey = SocketKey(1);
const TCP: SocketKey = SocketKey(2);
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.99\r\ns=-\r\nc=IN IP4 192.0.2.99\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

/// How many messages a flood has.
fn count() -> u64 {
    std::env::var("FLOOD")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(40_000)
}

struct Victim {
    agent: Agent,
    now: Time,
    answers: Vec<u16>,
    events: u64,
}

impl Victim {
    fn new() -> Self {
        let mut agent = Agent::new(Config::default(), [3; 32]);
        for (socket, protocol) in [(UDP, Protocol::Udp), (TCP, Protocol::Tcp)] {
            let local = address("192.0.2.2", 5060);
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
        agent
            .serve_package("presence", "application/pidf+xml", 0)
            .expect("served");
        Self {
            agent,
            now: Time::ZERO,
            answers: Vec::new(),
            events: 0,
        }
    }

    fn datagram(&mut self, from: SocketAddr, bytes: &[u8]) {
        self.put(Input::Datagram {
            socket: UDP,
            from,
            bytes,
        });
    }

    fn put(&mut self, input: Input<'_>) {
        self.agent.handle_input(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        while self.agent.poll_event().is_some() {
            self.events += 1;
        }
        while let Some(io) = self.agent.poll_io() {
            if let Io::Datagram { bytes, .. } | Io::Stream { bytes, .. } = io
                && bytes.starts_with(b"SIP/2.0 ")
            {
                self.answers.extend(
                    std::str::from_utf8(&bytes[8..11])
                        .ok()
                        .and_then(|text| text.parse::<u16>().ok()),
                );
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.drain();
        }
        self.now = until;
    }

    /// A clean OPTIONS of somebody who has nothing to do with it.
    fn is_well(&mut self, number: u64) -> bool {
        self.answers.clear();
        let text = request("OPTIONS", &format!("clean-{number}"), number, "", "");
        self.datagram(address("198.51.100.7", 5060), text.as_bytes());
        self.answers.contains(&200)
    }

    /// Sends a flood at a thousand messages a second; what `make` makes may be on a connection of its own.
    fn flood(&mut self, mut make: impl FnMut(u64) -> Wave) {
        let count = count();
        let begin = memory();
        for number in 0..count {
            // Half of the flood is over: everything that may be held is held by now.
            if number == count / 2 {
                assert!(
                    self.is_well(number) || self.is_full(),
                    "at {number}: {:?}",
                    self.agent.statistics()
                );
            }
            self.answers.clear();
            self.pass(Duration::from_millis(1));
            match make(number) {
                Wave::Datagram(bytes) => self.datagram(scattered(number), &bytes),
                Wave::Stream(bytes) => {
                    let conn = ConnKey(number * 2 + 1);
                    let (local, remote) = (address("192.0.2.2", 5060), scattered(number));
                    self.put(Input::Accepted {
                        conn,
                        socket: TCP,
                        local,
                        remote,
                    });
                    self.put(Input::Stream {
                        conn,
                        bytes: &bytes,
                    });
                }
            }
        }
        let held = memory().saturating_sub(begin);
        println!(
            "{count} messages, {} events, {held} KiB more than before: {:?}",
            self.events,
            self.agent.statistics()
        );
        let allowed = 64 * 1024 + count.min(Limits::default().sessions as u64) * KIB_A_CALL;
        assert!(held < allowed, "{held} of {allowed} KiB");
        self.pass(Duration::from_secs(4000));
        assert!(self.is_well(count), "at the end");
        self.pass(Duration::from_secs(100));
        let left = self.agent.statistics();
        let all = (
            left.sessions,
            left.dialogs,
            left.subscriptions,
            left.transactions,
            left.connections,
        );
        assert_eq!(all, (0, 0, 0, 0, 0), "{left:?}");
    }

    /// The limit of live transactions or sessions is reached, so that newcomers are told to come later.
    fn is_full(&self) -> bool {
        self.answers.contains(&503)
    }
}

/// What an open call may cost with its request and its events, and with room to spare; nothing else costs more.
const KIB_A_CALL: u64 = 8;

enum Wave {
    Datagram(Vec<u8>),
    Stream(Vec<u8>),
}

fn address(ip: &str, port: u16) -> SocketAddr {
    SocketAddr::new(ip.parse().expect("an address"), port)
}

/// No two of a flood come from the same place.
fn scattered(number: u64) -> SocketAddr {
    let [.., a, b, c, d] = number.to_be_bytes();
    SocketAddr::from(([10, b, c, d], 1024 + u16::from(a)))
}

/// Resident memory of this process in KiB; 0 where that is not known.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

fn request(method: &str, name: &str, number: u64, lines: &str, body: &str) -> String {
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;rport;branch=z9hG4bK-{method}-{name}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.99>;tag={name}\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: {name}\r\n\
         CSeq: {} {method}\r\nContact: <sip:a@192.0.2.99>\r\n{lines}{kind}Content-Length: {}\r\n\r\n{body}",
        number % 1_000_000 + 1,
        body.len()
    )
}

#[test]
fn malformed_messages_without_end_leave_nothing() {
    let mut dice = Entropy::new([11; 32]);
    Victim::new().flood(|number| {
        let mut bytes = request("INVITE", &format!("m{number}"), number, "", SDP).into_bytes();
        for _ in 0..4 {
            let at = usize::try_from(dice.below(bytes.len() as u64)).expect("in range");
            bytes[at] = b"\r\n\0:;,<>\"%@ "[usize::try_from(dice.below(12)).expect("in range")];
        }
        if number % 16 == 0 {
            Wave::Stream(bytes)
        } else {
            Wave::Datagram(bytes)
        }
    });
}

#[test]
fn calls_that_nobody_goes_on_with_leave_nothing() {
    Victim::new().flood(|number| {
        let lines = if number % 2 == 0 {
            "Supported: 100rel\r\n"
        } else {
            "Require: 100rel\r\n"
        };
        Wave::Datagram(request("INVITE", &format!("h{number}"), number, lines, SDP).into_bytes())
    });
}

#[test]
fn subscriptions_that_nobody_wants_leave_nothing() {
    Victim::new().flood(|number| {
        let lines = "Event: presence\r\nExpires: 600\r\nAccept: application/pidf+xml\r\n";
        Wave::Datagram(request("SUBSCRIBE", &format!("s{number}"), number, lines, "").into_bytes())
    });
}

#[test]
fn half_messages_on_connections_without_end_leave_nothing() {
    Victim::new().flood(|number| {
        let text = request("MESSAGE", &format!("c{number}"), number, "", SDP);
        let end = usize::try_from(number).unwrap_or(0) % text.len();
        Wave::Stream(text.as_bytes()[..end.max(1)].to_vec())
    });
}

/// Requests in dialogs and answers to requests that there never were, and methods nobody knows.
#[test]
fn forged_requests_and_responses_leave_nothing() {
    let methods = [
        "BYE", "CANCEL", "ACK", "INFO", "NOTIFY", "UPDATE", "PRACK", "REFER", "REGISTER", "FOO",
    ];
    Victim::new().flood(|number| {
        let name = format!("f{number}");
        let method = methods[usize::try_from(number).unwrap_or(0) % methods.len()];
        let text = request(
            method,
            &name,
            number,
            "Event: presence\r\nRAck: 1 1 INVITE\r\n",
            "",
        );
        let text = match number % 3 {
            0 => text.replace(
                "To: <sip:bob@192.0.2.2>",
                &format!("To: <sip:bob@192.0.2.2>;tag=t{number}"),
            ),
            1 => text.replace(
                &format!("{method} sip:bob@192.0.2.2 SIP/2.0"),
                "SIP/2.0 200 OK",
            ),
            _ => text,
        };
        Wave::Datagram(text.into_bytes())
    });
}
