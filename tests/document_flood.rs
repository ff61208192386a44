//! Documents of our own for many watchers at once: who watches our calls or our watchers costs what it is told, not what
//! changes. Versions count the documents made (RFC 4235 §4.1, RFC 3858 §4.1): one that is never told shows as a hole.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use rtcclient::agent::{Agent, Config};
use rtcclient::base::Time;
use rtcclient::transport::{Core, Input, Io, Protocol, SocketKey};

const UDP: SocketKey = SocketKey(1);
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.99\r\ns=-\r\nc=IN IP4 192.0.2.99\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
/// Most NOTIFYs that one input may set off, and most bytes of them.
const AT_ONCE: usize = 80;
const BYTES_AT_ONCE: usize = 256 << 10;

struct Notifier {
    agent: Agent,
    now: Time,
    /// Versions told, by Call-ID.
    told: BTreeMap<String, Vec<u32>>,
    last: BTreeMap<String, String>,
    sent: BTreeSet<(String, String)>,
    answers: Vec<u16>,
    unanswered: Vec<String>,
    responds: bool,
    bytes: usize,
}

impl Notifier {
    fn new(packages: &[(&str, &str)]) -> Self {
        let mut agent = Agent::new(Config::default(), [5; 32]);
        agent.handle_input(
            Time::ZERO,
            Input::SocketOpened {
                socket: UDP,
                protocol: Protocol::Udp,
                local: address("192.0.2.2"),
                addresses: Vec::new(),
            },
        );
        for (package, kind) in packages {
            agent.serve_package(package, kind, 1).expect("served");
        }
        Self {
            agent,
            now: Time::ZERO,
            told: BTreeMap::new(),
            last: BTreeMap::new(),
            sent: BTreeSet::new(),
            answers: Vec::new(),
            unanswered: Vec::new(),
            responds: true,
            bytes: 0,
        }
    }

    fn put(&mut self, text: &str) {
        self.agent.handle_input(
            self.now,
            Input::Datagram {
                socket: UDP,
                from: address("192.0.2.99"),
                bytes: text.as_bytes(),
            },
        );
        self.drain();
        self.respond();
    }

    /// What one input or timer set off is bounded.
    fn drain(&mut self) {
        let (mut count, mut bytes_out) = (0, 0);
        while self.agent.poll_event().is_some() {}
        while let Some(io) = self.agent.poll_io() {
            let bytes = match io {
                Io::Datagram { bytes, .. } => bytes,
                // Nobody listens there: large ones go as datagrams after all (RFC 3261 §18.1.1).
                Io::Connect { conn, .. } => {
                    self.agent.handle_input(self.now, Input::Closed { conn });
                    continue;
                }
                _ => continue,
            };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some(rest) = text.strip_prefix("SIP/2.0 ") {
                self.answers.extend(rest[..3].parse::<u16>());
            }
            if !text.starts_with("NOTIFY ") {
                continue;
            }
            let name = value(&text, "Call-ID");
            // Retransmissions are the transaction's.
            if !self.sent.insert((name.clone(), value(&text, "CSeq"))) {
                continue;
            }
            count += 1;
            bytes_out += text.len();
            if let Some((_, body)) = text
                .split_once("\r\n\r\n")
                .filter(|(_, body)| !body.is_empty())
            {
                // The declaration has a version, too.
                let (_, rest) = body.split_once("?>").expect("a declaration");
                let (_, rest) = rest.split_once("version=\"").expect("a version");
                let number = rest.split('"').next().and_then(|text| text.parse().ok());
                let versions = self.told.entry(name.clone()).or_default();
                let number = number.expect("a number");
                if versions.last() != Some(&number) {
                    versions.push(number);
                }
                self.last.insert(name, body.to_owned());
            }
            self.unanswered.push(text);
        }
        assert!(count <= AT_ONCE, "{count} NOTIFYs at once");
        assert!(bytes_out <= BYTES_AT_ONCE, "{bytes_out} bytes at once");
        self.bytes += bytes_out;
    }

    fn respond(&mut self) {
        while self.responds
            && let Some(text) = self.unanswered.pop()
        {
            let mut answer = "SIP/2.0 200 OK\r\n".to_owned();
            for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
                answer += &format!("{name}: {}\r\n", value(&text, name));
            }
            answer += "Content-Length: 0\r\n\r\n";
            self.agent.handle_input(
                self.now,
                Input::Datagram {
                    socket: UDP,
                    from: address("192.0.2.99"),
                    bytes: answer.as_bytes(),
                },
            );
            self.drain();
        }
    }

    fn pass(&mut self, secs: u64) {
        let until = self.now + Duration::from_secs(secs);
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.drain();
            self.respond();
        }
        self.now = until;
    }

    fn subscribe(&mut self, name: &str, package: &str) {
        let lines = format!("Event: {package}\r\nExpires: 600\r\n");
        self.put(&request("SUBSCRIBE", name, 1, &lines, ""));
    }

    fn is_well(&mut self) -> bool {
        self.answers.clear();
        self.put(&request(
            "OPTIONS",
            "clean",
            self.now.since(Time::ZERO).as_secs() + 1,
            "",
            "",
        ));
        self.answers.contains(&200)
    }

    /// No document was made that was not told, and everybody knows the last state.
    fn is_told_without_holes(&self, watchers: usize, word: &str, documents: usize) {
        let told: Vec<_> = self
            .told
            .iter()
            .filter(|(name, _)| name.starts_with("w-"))
            .collect();
        assert_eq!(told.len(), watchers);
        for (name, versions) in told {
            let all: Vec<u32> = (0..).take(versions.len()).collect();
            assert_eq!(*versions, all, "{name}");
            assert!(versions.len() <= documents, "{name}: {}", versions.len());
            assert!(
                self.last[name].contains(word),
                "{name}: {}",
                self.last[name]
            );
        }
    }
}

fn address(ip: &str) -> SocketAddr {
    SocketAddr::new(ip.parse().expect("an address"), 5060)
}

fn value(text: &str, name: &str) -> String {
    let prefix = format!("{name}: ");
    let line = text.lines().find_map(|line| line.strip_prefix(&*prefix));
    line.unwrap_or_default().to_owned()
}

fn request(method: &str, name: &str, number: u64, lines: &str, body: &str) -> String {
    let kind = if body.is_empty() {
        ""
    } else {
        "Content-Type: application/sdp\r\n"
    };
    format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-{method}-{name}-{number}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.99>;tag={name}\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: {name}\r\n\
         CSeq: {number} {method}\r\nContact: <sip:a@192.0.2.99>\r\n{lines}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

const WINFO: &str = "application/watcherinfo+xml";

#[test]
fn five_hundred_who_watch_five_hundred_watchers_cost_what_they_are_told() {
    let mut bob = Notifier::new(&[
        ("presence", "application/pidf+xml"),
        ("presence.winfo", WINFO),
    ]);
    for number in 0..500 {
        bob.subscribe(&format!("w-{number}"), "presence.winfo");
    }
    bob.pass(10);
    bob.bytes = 0;
    for number in 0..500 {
        bob.subscribe(&format!("p-{number}"), "presence");
    }
    assert!(bob.is_well());
    bob.pass(2);
    assert!(bob.bytes < 8 << 20, "{} bytes in two seconds", bob.bytes);
    assert!(bob.is_well());
    bob.pass(60);
    bob.is_told_without_holes(500, "approved", 16);
}

#[test]
fn three_hundred_who_watch_three_hundred_calls_cost_what_they_are_told() {
    let mut bob = Notifier::new(&[("dialog", "application/dialog-info+xml")]);
    for number in 0..300 {
        bob.subscribe(&format!("w-{number}"), "dialog");
    }
    bob.pass(10);
    bob.bytes = 0;
    for number in 0..300 {
        bob.put(&request("INVITE", &format!("c-{number}"), 1, "", SDP));
    }
    bob.pass(2);
    assert!(bob.bytes < 8 << 20, "{} bytes in two seconds", bob.bytes);
    assert!(bob.is_well());
    bob.pass(60);
    bob.is_told_without_holes(300, "early", 70);
}

/// Whoever does not answer a NOTIFY has no documents waiting for him: the next one is of then.
#[test]
fn nothing_is_made_for_watchers_who_do_not_answer() {
    let mut bob = Notifier::new(&[
        ("presence", "application/pidf+xml"),
        ("presence.winfo", WINFO),
    ]);
    bob.responds = false;
    for number in 0..50 {
        bob.subscribe(&format!("w-{number}"), "presence.winfo");
    }
    for number in 0..200 {
        bob.subscribe(&format!("p-{number}"), "presence");
    }
    bob.pass(10);
    assert!(bob.is_well());
    bob.responds = true;
    bob.respond();
    bob.pass(20);
    bob.is_told_without_holes(50, "approved", 6);
}
