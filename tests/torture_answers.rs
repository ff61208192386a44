//! What a user agent answers to the torture messages of RFC 4475 and RFC 5118, held against the corpora's `expect.json`.
//!
//! Each message comes as a datagram to a fresh agent; of all that is sent back, the last final status counts, or the
//! last provisional one for an INVITE that rings. Afterwards a clean OPTIONS must still be answered.

mod corpus;

use std::net::SocketAddr;

use rtcclient::agent::{Agent, Config};
use rtcclient::base::Time;
use rtcclient::transport::{Core, Input, Io, Protocol, SocketKey};
use serde_json::Value;

const SOCKET: SocketKey = SocketKey(1);

fn agent() -> Agent {
    let mut agent = Agent::new(Config::default(), [7; 32]);
    for (socket, protocol) in [(SOCKET, Protocol::Udp), (SocketKey(2), Protocol::Tcp)] {
        let local: SocketAddr = "192.0.2.2:5060".parse().expect("an address");
        let input = Input::SocketOpened { socket, protocol, local, addresses: Vec::new() };
        agent.handle_input(Time::ZERO, input);
    }
    agent
}

/// Everything the agent sends because of a datagram, as statuses; a request that leaves is an error.
fn feed(agent: &mut Agent, now: Time, bytes: &[u8]) -> Vec<u16> {
    let from: SocketAddr = "192.0.2.99:5060".parse().expect("an address");
    agent.handle_input(now, Input::Datagram { socket: SOCKET, from, bytes });
    let mut statuses = Vec::new();
    let mut waited = false;
    loop {
        while agent.poll_event().is_some() {}
        let Some(io) = agent.poll_io() else {
            // What the application may answer itself is answered for it when its time is up.
            if std::mem::replace(&mut waited, true) {
                break;
            }
            agent.handle_timeout(now + std::time::Duration::from_millis(450));
            continue;
        };
        let (Io::Datagram { bytes, .. } | Io::Stream { bytes, .. }) = io else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
        statuses.push(status.unwrap_or_else(|| panic!("a request left: {text}")));
    }
    statuses
}

fn options(call_id: &str) -> String {
    format!(
        "OPTIONS sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bK-{call_id}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.99>;tag=1\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: {call_id}\r\n\
         CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
}

/// B-003, B-022.
#[test]
fn every_torture_message_gets_an_answer_that_the_corpus_accepts() {
    let Some(root) = corpus::corpora() else { return };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for set in ["rfc4475", "rfc5118"] {
        let expect: Value =
            serde_json::from_slice(&std::fs::read(root.join(set).join("expect.json")).expect("expect.json"))
                .expect("JSON");
        for (name, case) in expect["cases"].as_object().expect("cases") {
            let bytes = std::fs::read(root.join(set).join(format!("{name}.dat"))).expect(name);
            let codes: Vec<u16> = case["accept_codes"]
                .as_array()
                .expect("accept_codes")
                .iter()
                .filter_map(|code| u16::try_from(code.as_u64()?).ok())
                .collect();
            let mut agent = agent();
            let answers = feed(&mut agent, Time::ZERO, &bytes);
            let given = answers.iter().rev().find(|status| **status >= 200).or(answers.last()).copied();
            seen += 1;
            if !given.map_or(codes.is_empty(), |status| codes.contains(&status)) {
                wrong.push(format!("{set}/{name}: answered {answers:?}, the corpus takes {codes:?}"));
            }
            let clean = feed(&mut agent, Time::from_millis(1000), options("clean").as_bytes());
            if clean.first() != Some(&200) {
                wrong.push(format!("{set}/{name}: a clean OPTIONS afterwards got {clean:?}"));
            }
        }
    }
    assert_eq!(seen, 49 + 12);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
