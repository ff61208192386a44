//! User agents on real sockets of the loopback: every transport and address family, the switch to TCP for large
//! requests and back, host names, and keep-alives. What the simulator shows of the core, shown of the whole.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtcclient::agent::{
    Agent, Config, Event, EventType, Send, SessionOptions, SessionState, SessionType,
    TerminateReason,
};
use rtcclient::runtime::{Link, LinkOptions, Next};
use rtcclient::transport::Protocol;

type Phone = Arc<Link<Agent>>;

const PATIENCE: Duration = Duration::from_secs(20);

fn phone(seed: u8) -> Phone {
    Link::start(
        Agent::new(Config::default(), [seed; 32]),
        LinkOptions::default(),
    )
    .expect("a link")
}

fn bind(phone: &Phone, protocol: Protocol, address: &str) -> SocketAddr {
    phone
        .bind(protocol, address.parse().expect("an address"))
        .expect("a free port")
        .1
}

/// Waits for an event; everything else on the way is skipped.
fn wait(phone: &Phone, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
    let until = Instant::now() + PATIENCE;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match phone.next_event(Some(left)).expect("events are pulled") {
            Next::Event(event) if wanted(&event) => return event,
            Next::Event(_) => {}
            _ => panic!("no {what} came"),
        }
    }
}

fn session_in(state: SessionState) -> impl Fn(&Event) -> bool {
    move |event| event.event_type == EventType::SessionStateChange && event.state == state.number()
}

/// One call from `caller` to `uri`, answered by `callee` and ended by the caller; returns how the INVITE came.
fn call(caller: &Phone, callee: &Phone, uri: &str, send: &Send) -> Event {
    let session = caller
        .turn(|agent, now| {
            let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
            agent.add_participant(now, &session, uri, None, send)?;
            Ok::<_, rtcclient::agent::Refusal>(session)
        })
        .expect("the link turns")
        .expect("a call");
    let incoming = wait(callee, "incoming call", session_in(SessionState::Incoming));
    let theirs = incoming.session.clone().expect("a session");
    callee
        .turn(|agent, now| agent.answer(now, &theirs, 200, &Send::default()))
        .expect("the link turns")
        .expect("answered");
    wait(caller, "connection", session_in(SessionState::Connected));
    wait(callee, "connection", session_in(SessionState::Connected));
    caller
        .turn(|agent, now| {
            agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
        })
        .expect("the link turns")
        .expect("ended");
    wait(caller, "end", session_in(SessionState::Disconnected));
    wait(callee, "end", session_in(SessionState::Disconnected));
    incoming
}

fn via_of(event: &Event) -> String {
    let message = event.message.as_ref().expect("the INVITE");
    message.header_named("Via").expect("a Via").to_owned()
}

#[test]
fn calls_go_over_udp_and_tcp_by_ipv4_and_ipv6() {
    for (protocol, address) in [
        (Protocol::Udp, "127.0.0.1:0"),
        (Protocol::Tcp, "127.0.0.1:0"),
        (Protocol::Udp, "[::1]:0"),
        (Protocol::Tcp, "[::1]:0"),
    ] {
        let (alice, bob) = (phone(1), phone(2));
        bind(&alice, protocol, address);
        let there = bind(&bob, protocol, address);
        let uri = format!("sip:bob@{there};transport={}", protocol.param());
        let incoming = call(&alice, &bob, &uri, &Send::default());
        let via = via_of(&incoming);
        assert!(via.contains(protocol.via()), "{via}");
        // RFC 3581: the port was asked for and noted.
        assert!(protocol != Protocol::Udp || via.contains("rport="), "{via}");
    }
}

/// B-318, B-319, on real sockets.
#[test]
fn a_large_request_goes_by_tcp_and_falls_back_to_udp() {
    let large = Send {
        headers: Some(format!("X-Large: {}", "x".repeat(1400)).into()),
        ..Send::default()
    };
    // Bob listens on both transports at one port: TCP is taken.
    let (alice, bob) = (phone(3), phone(4));
    bind(&alice, Protocol::Udp, "127.0.0.1:0");
    bind(&alice, Protocol::Tcp, "127.0.0.1:0");
    let there = both(&bob);
    let incoming = call(&alice, &bob, &format!("sip:bob@{there}"), &large);
    assert!(via_of(&incoming).contains("/TCP"), "{}", via_of(&incoming));
    // Carol has no TCP: the connection is refused, and UDP is taken (RFC 3261 §18.1.1).
    let carol = phone(5);
    let there = bind(&carol, Protocol::Udp, "127.0.0.1:0");
    let incoming = call(&alice, &carol, &format!("sip:carol@{there}"), &large);
    assert!(via_of(&incoming).contains("/UDP"), "{}", via_of(&incoming));
}

/// UDP and TCP at one port.
fn both(phone: &Phone) -> SocketAddr {
    for _ in 0..50 {
        let there = bind(phone, Protocol::Udp, "127.0.0.1:0");
        if phone.bind(Protocol::Tcp, there).is_ok() {
            return there;
        }
    }
    panic!("no port is free for both transports");
}

#[test]
fn a_host_name_is_resolved() {
    let (alice, bob) = (phone(6), phone(7));
    bind(&alice, Protocol::Udp, "127.0.0.1:0");
    let there = bind(&bob, Protocol::Udp, "127.0.0.1:0");
    call(
        &alice,
        &bob,
        &format!("sip:bob@localhost:{}", there.port()),
        &Send::default(),
    );
}

#[test]
fn a_ping_on_a_stream_gets_its_pong_and_messages_may_come_in_pieces() {
    let bob = phone(8);
    let there = bind(&bob, Protocol::Tcp, "127.0.0.1:0");
    let mut stream = TcpStream::connect(there).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.write_all(b"\r\n\r\n").expect("a ping");
    let mut pong = [0; 2];
    stream.read_exact(&mut pong).expect("a pong");
    assert_eq!(&pong, b"\r\n");
    let options = format!(
        "OPTIONS sip:bob@{there} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK-1\r\nMax-Forwards: 70\r\n\
         From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:bob@127.0.0.1>\r\nCall-ID: pieces\r\nCSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n"
    );
    for piece in options.as_bytes().chunks(17) {
        stream.write_all(piece).expect("a piece");
    }
    let mut answer = vec![0; 4096];
    let got = stream.read(&mut answer).expect("an answer");
    assert!(
        answer[..got].starts_with(b"SIP/2.0 200 "),
        "{}",
        String::from_utf8_lossy(&answer[..got])
    );
}

#[test]
fn a_malformed_datagram_is_counted_answered_400_and_harms_nothing() {
    let bob = phone(9);
    let there = bind(&bob, Protocol::Udp, "127.0.0.1:0");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let here = socket.local_addr().expect("an address");
    let broken = format!(
        "OPTIONS sip:bob@{there} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK-2\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:b@b>\r\nCall-ID: broken\r\nCSeq: 99999999999 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    );
    socket.send_to(broken.as_bytes(), there).expect("sent");
    let mut answer = vec![0; 4096];
    let got = socket.recv(&mut answer).expect("an answer");
    assert!(
        answer[..got].starts_with(b"SIP/2.0 400 "),
        "{}",
        String::from_utf8_lossy(&answer[..got])
    );
    socket.send_to(&[0xff; 700], there).expect("garbage");
    socket
        .send_to(broken.replace("99999999999", "9").as_bytes(), there)
        .expect("sent");
    let got = socket.recv(&mut answer).expect("an answer");
    assert!(
        answer[..got].starts_with(b"SIP/2.0 200 "),
        "{}",
        String::from_utf8_lossy(&answer[..got])
    );
    let counted = bob
        .turn(|agent, _| agent.statistics().malformed_in)
        .expect("counted");
    assert_eq!(counted, 2);
}

#[test]
fn one_connection_serves_all_requests_to_the_same_place() {
    let (alice, bob) = (phone(10), phone(11));
    bind(&alice, Protocol::Tcp, "127.0.0.1:0");
    let there = bind(&bob, Protocol::Tcp, "127.0.0.1:0");
    let uri = format!("sip:bob@{there};transport=tcp");
    for _ in 0..3 {
        call(&alice, &bob, &uri, &Send::default());
    }
    assert_eq!(
        alice
            .turn(|agent, _| agent.statistics().connections)
            .expect("counted"),
        1
    );
}

#[test]
fn a_peer_that_closes_in_the_middle_of_a_call_gets_a_new_connection() {
    let (alice, bob) = (phone(12), phone(13));
    bind(&alice, Protocol::Tcp, "127.0.0.1:0");
    let there = bind(&bob, Protocol::Tcp, "127.0.0.1:0");
    let uri = format!("sip:bob@{there};transport=tcp");
    call(&alice, &bob, &uri, &Send::default());
    // A stream of garbage ends its own connection and no other.
    let mut garbage = TcpStream::connect(there).expect("connected");
    garbage
        .set_read_timeout(Some(PATIENCE))
        .expect("a time-out");
    let _ = garbage.write_all(&[b'x'; 100_000]);
    let mut rest = Vec::new();
    let _ = garbage.read_to_end(&mut rest);
    call(&alice, &bob, &uri, &Send::default());
}
