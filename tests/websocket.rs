//! SIP over WebSocket (RFC 7118) on real sockets of the loopback: user agents as its clients, the embedded server as the
//! other end, in the clear and inside TLS; the handshake, what a frame may be, and a connection that is lost.

mod certs;
mod wire;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;

use certs::{Authority, tls};
use rtcclient::agent::{Event, EventType, ObjectRef, ProfileOptions, Refusal};
use rtcclient::runtime::{Link, LinkOptions, Tls};
use rtcclient::server::{Server, ServerConfig, User};
use rtcclient::transport::Protocol;
use wire::{PATIENCE, Phone, connect, end, header, phone, wait};

type Registrar = Arc<Link<Server>>;

fn server(tls: Option<Arc<Tls>>) -> Registrar {
    let config = ServerConfig {
        domains: vec!["example.test".to_owned(), "sub.example.test".to_owned()],
        realm: "example.test".to_owned(),
        authentication: true,
        ..ServerConfig::default()
    };
    let mut core = Server::new(config, [9; 32]);
    for name in ["alice", "bob"] {
        core.set_user(User {
            name: name.to_owned(),
            password: Some("secret".to_owned()),
            ..User::default()
        })
        .expect("a user");
    }
    let options = LinkOptions {
        tls,
        ..LinkOptions::default()
    };
    Link::start(core, options).expect("a link")
}

fn listen(server: &Registrar, protocol: Protocol) -> SocketAddr {
    server
        .bind(protocol, SocketAddr::from(([127, 0, 0, 1], 0)))
        .expect("a free port")
        .1
}

/// A profile that registers at `place`, and its first registration.
fn register(phone: &Phone, name: &str, place: &str) -> (ObjectRef, Event) {
    let options = ProfileOptions {
        uri: format!("sip:{name}@example.test").into(),
        registrar: place.into(),
        proxy: place.into(),
        password: "secret".into(),
        ..ProfileOptions::default()
    };
    let profile = phone
        .turn(|agent, now| {
            let profile = agent.create_profile(options)?;
            agent.enable_profile(now, &profile, 15, 0)?;
            Ok::<_, Refusal>(profile)
        })
        .expect("the link turns")
        .expect("a registration");
    let event = registered(phone);
    (profile, event)
}

fn registered(phone: &Phone) -> Event {
    wait(phone, "registration", |event| {
        event.event_type == EventType::RegistrationStateChange
            && event.state == REGISTERED
            && event.message.is_some()
    })
}

const REGISTERED: i32 = 2;

/// B-336: two phones register by WebSocket and call each other through the server; Via and Contact name a host in
/// `invalid`, since nobody can connect to them, and every request comes back by the connection that stands.
#[test]
fn phones_register_and_call_by_ws_and_wss() {
    let authority = Authority::new("ours");
    let own = authority.sign(&["example.test"]);
    let trust = Some(tls(&[&authority], None));
    for (protocol, scheme) in [(Protocol::Ws, "ws"), (Protocol::Wss, "wss")] {
        let server = server(Some(tls(&[&authority], Some(&own))));
        let port = listen(&server, protocol).port();
        let place = format!("sip:example.test:{port};transport={scheme};lr");
        let (alice, bob) = (phone(1, trust.clone()), phone(2, trust.clone()));
        register(&alice, "alice", &place);
        let (_, event) = register(&bob, "bob", &place);
        let contact = header(&event, "Contact");
        assert!(
            contact.contains(".invalid;transport=ws"),
            "{scheme}: {contact}"
        );
        let via = header(&event, "Via");
        let wanted = format!("SIP/2.0/{} ", protocol.via());
        assert!(
            via.starts_with(&wanted) && via.contains(".invalid"),
            "{via}"
        );
        let (call, theirs, _) = connect(&alice, &bob, "sip:bob@example.test");
        end(&alice, &bob, &call);
        drop(theirs);
        assert_eq!(alice.counters().connections, 1);
        assert_eq!(bob.counters().connections, 1);
    }
}

/// B-336: `sips` with `transport=ws` is WebSocket inside TLS, and its certificate is checked.
#[test]
fn sips_makes_a_websocket_secure() {
    let authority = Authority::new("ours");
    let server = server(Some(tls(
        &[&authority],
        Some(&authority.sign(&["*.example.test", "example.test"])),
    )));
    let port = listen(&server, Protocol::Wss).port();
    let alice = phone(1, Some(tls(&[&authority], None)));
    // HTTPS knows wildcards, and so does WebSocket inside TLS.
    let place = format!("sips:sub.example.test:{port};transport=ws;lr");
    let (_, event) = register(&alice, "alice", &place);
    assert!(header(&event, "Via").starts_with("SIP/2.0/WSS "));
    let careful = phone(2, Some(tls(&[&Authority::new("other")], None)));
    let code = wire::refusal(
        &careful,
        &format!("sips:bob@example.test:{port};transport=ws"),
    );
    assert_eq!(
        code,
        rtcclient::agent::Code::Tls(rtcclient::transport::TlsFault::UnknownAuthority)
    );
}

const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

fn raw(at: SocketAddr, hello: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(at).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.write_all(hello.as_bytes()).expect("written");
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    (stream, String::from_utf8_lossy(&head).into_owned())
}

/// A masked frame of a client.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let length = payload.len();
    if length < 126 {
        bytes.push(0x80 | length as u8);
    } else {
        bytes.push(0x80 | 126);
        bytes.extend_from_slice(&(length as u16).to_be_bytes());
    }
    let mask = [1, 2, 3, 4];
    bytes.extend_from_slice(&mask);
    bytes.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

/// One short frame of the server: first byte and payload.
fn take(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let length = match head[1] {
        126 => {
            let mut long = [0; 2];
            stream.read_exact(&mut long).ok()?;
            usize::from(u16::from_be_bytes(long))
        }
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).ok()?;
    Some((head[0], payload))
}

const TEXT: u8 = 0x81;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

fn options(branch: &str) -> String {
    format!(
        "OPTIONS sip:example.test SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:a@example.test>;tag=1\r\nTo: <sip:example.test>\r\nCall-ID: {branch}\r\nCSeq: 1 OPTIONS\r\n\r\n"
    )
}

fn answers_options(stream: &mut TcpStream, branch: &str) {
    stream
        .write_all(&frame(TEXT, options(branch).as_bytes()))
        .expect("written");
    let (first, payload) = take(stream).expect("an answer");
    assert_eq!(first, TEXT);
    assert!(payload.starts_with(b"SIP/2.0 200"), "{payload:?}");
}

/// B-336: the sub-protocol has to be sip, a message without Content-Length is a whole one, both kinds of ping are answered, and
/// a message may come in fragments with pings between them.
#[test]
fn the_handshake_asks_for_sip_and_frames_carry_messages() {
    let server = server(None);
    let at = listen(&server, Protocol::Ws);
    for wrong in ["", "Sec-WebSocket-Protocol: chat, superchat\r\n"] {
        let (_, head) = raw(at, &format!("{UPGRADE}{wrong}\r\n"));
        assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    }
    let sip = format!("{UPGRADE}Sec-WebSocket-Protocol: chat, sip\r\n\r\n");
    let (mut stream, head) = raw(at, &sip);
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("sec-websocket-protocol: sip\r\n"),
        "{head}"
    );
    answers_options(&mut stream, "one");
    stream
        .write_all(&frame(PING, b"are you there"))
        .expect("written");
    assert_eq!(take(&mut stream), Some((PONG, b"are you there".to_vec())));
    stream
        .write_all(&frame(TEXT, b"\r\n\r\n"))
        .expect("written");
    assert_eq!(take(&mut stream), Some((TEXT, b"\r\n".to_vec())));
    let text = options("two");
    let (a, b) = text.split_at(40);
    for part in [
        frame(0x01, a.as_bytes()),
        frame(PING, b""),
        frame(0x80, b.as_bytes()),
    ] {
        stream.write_all(&part).expect("written");
    }
    assert_eq!(take(&mut stream), Some((PONG, Vec::new())));
    let (_, answer) = take(&mut stream).expect("an answer");
    assert!(answer.starts_with(b"SIP/2.0 200"));
    // Two messages in one frame are one message with a strange body, or none; the connection lives on.
    let two = format!("{}{}", options("three"), options("four"));
    stream
        .write_all(&frame(TEXT, two.as_bytes()))
        .expect("written");
    take(&mut stream).expect("an answer");
    answers_options(&mut stream, "five");
}

/// Frames that break the rules end their connection at once, whatever length they claim, and nothing else.
#[test]
fn frames_that_break_the_rules_end_their_connection_only() {
    let server = server(None);
    let at = listen(&server, Protocol::Ws);
    let sip = format!("{UPGRADE}Sec-WebSocket-Protocol: sip\r\n\r\n");
    let (mut bystander, _) = raw(at, &sip);
    let mut longest = vec![TEXT, 0x80 | 127];
    longest.extend_from_slice(&u64::MAX.to_be_bytes());
    longest.extend_from_slice(&[1, 2, 3, 4]);
    let mut long = vec![TEXT, 0x80 | 127];
    long.extend_from_slice(&(1_u64 << 40).to_be_bytes());
    long.extend_from_slice(&[1, 2, 3, 4]);
    let mut piecemeal = frame(0x01, &[b'a'; 60_000]);
    piecemeal.extend(frame(0x00, &[b'a'; 60_000]));
    let unmasked = [&[TEXT, 5][..], b"hello"].concat();
    for (what, bytes) in [
        ("a length of 2^64 - 1", longest),
        ("a length of 2^40", long),
        ("fragments beyond the bound", piecemeal),
        ("a frame of a client without mask", unmasked),
        ("a reserved kind", frame(0x83, b"x")),
        ("reserved bits", frame(0xf1, b"x")),
        ("a fragmented ping", frame(0x09, b"x")),
        ("a long ping", frame(PING, &[0; 126])),
        ("a continuation of nothing", frame(0x80, b"x")),
        ("text that is no UTF-8", frame(TEXT, &[0xff, 0xfe])),
    ] {
        let (mut stream, _) = raw(at, &sip);
        stream.write_all(&bytes).expect("written");
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        assert!(
            ended.is_ok()
                || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset),
            "{what}"
        );
        assert!(rest.len() < 200, "{what}: {rest:?}");
        answers_options(
            &mut bystander,
            &what.replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
        );
    }
    // No WebSocket at all, and a head without an end.
    for bytes in [
        &b"OPTIONS sip:a SIP/2.0\r\n\r\n"[..],
        &[b'a'; 200_000],
        &[0; 100],
    ] {
        let mut stream = TcpStream::connect(at).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(!rest.starts_with(b"SIP"));
    }
    answers_options(&mut bystander, "last");
}

/// Who sends pings without end and reads none of the answers is left, and holds nobody up meanwhile.
#[test]
fn a_client_that_reads_no_pongs_is_left() {
    let server = server(None);
    let at = listen(&server, Protocol::Ws);
    let sip = format!("{UPGRADE}Sec-WebSocket-Protocol: sip\r\n\r\n");
    let (mut bystander, _) = raw(at, &sip);
    let (mut deaf, _) = raw(at, &sip);
    deaf.set_write_timeout(Some(PATIENCE)).expect("a time-out");
    let pings = frame(PING, &[b'x'; 125]).repeat(500);
    let mut left = false;
    for turn in 0..2000 {
        if deaf.write_all(&pings).is_err() {
            left = true;
            break;
        }
        if turn % 50 == 0 {
            answers_options(&mut bystander, &format!("turn{turn}"));
        }
    }
    assert!(left, "it is still there after 130 MB");
    answers_options(&mut bystander, "last");
}
