//! The embedded server on real sockets: a phone on UDP and one on TCP, registered, calling each other.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use rtcclient::base::Limits;
use rtcclient::runtime::{Link, LinkOptions};
use rtcclient::server::{Server, ServerConfig};
use rtcclient::syntax::{Frame, Framer, HeaderId, Message, MessageBuilder};
use rtcclient::transport::Protocol;

const PATIENCE: Duration = Duration::from_secs(20);

struct UdpPhone(UdpSocket, SocketAddr);

impl UdpPhone {
    fn send(&self, message: &Message) {
        self.0.send_to(message.as_bytes(), self.1).unwrap();
    }

    fn take(&self) -> Message {
        let mut bytes = [0; 65_536];
        let (length, _) = self.0.recv_from(&mut bytes).unwrap();
        Message::parse_datagram(&bytes[..length], &Limits::default()).unwrap()
    }
}

struct TcpPhone(TcpStream, Framer);

impl TcpPhone {
    fn send(&mut self, message: &Message) {
        self.0.write_all(message.as_bytes()).unwrap();
    }

    fn take(&mut self) -> Message {
        loop {
            match self.1.next() {
                Some(Ok(Frame::Message(message))) => return message,
                Some(_) => {}
                None => {
                    let mut bytes = [0; 4096];
                    let length = self.0.read(&mut bytes).unwrap();
                    assert_ne!(length, 0, "the server closed the connection");
                    self.1.push(&bytes[..length]);
                }
            }
        }
    }
}

fn request(method: &str, uri: &str, via: &str, name: &str, to: &str) -> MessageBuilder {
    MessageBuilder::request(method, uri)
        .header(HeaderId::Via, via)
        .number(HeaderId::MaxForwards, 70)
        .header(
            HeaderId::From,
            format!("<sip:{name}@example.test>;tag={name}"),
        )
        .header(HeaderId::To, format!("<sip:{to}@example.test>"))
        .header(HeaderId::CallId, format!("{method}-{name}"))
        .header(HeaderId::CSeq, format!("1 {method}"))
}

#[test]
fn phones_on_udp_and_tcp_reach_each_other() {
    let config = ServerConfig {
        domains: vec!["example.test".to_owned()],
        ..ServerConfig::default()
    };
    let link = Link::start(Server::new(config, [5; 32]), LinkOptions::default()).unwrap();
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let (_, udp) = link.bind(Protocol::Udp, any).unwrap();
    let (_, tcp) = link.bind(Protocol::Tcp, any).unwrap();
    let uris = link.read(Server::uris).unwrap();
    assert_eq!(
        uris,
        [
            format!("sip:{udp};transport=udp"),
            format!("sip:{tcp};transport=tcp")
        ]
    );

    let socket = UdpSocket::bind(any).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let alice_at = socket.local_addr().unwrap();
    let alice = UdpPhone(socket, udp);
    let stream = TcpStream::connect(tcp).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let bob_at = stream.local_addr().unwrap();
    let mut bob = TcpPhone(stream, Framer::new(Limits::default()));
    let alice_via = |n: u8| format!("SIP/2.0/UDP {alice_at};branch=z9hG4bKa{n};rport");
    let bob_via = |n: u8| format!("SIP/2.0/TCP {bob_at};branch=z9hG4bKb{n}");

    let alice_contact = format!("<sip:alice@{alice_at}>");
    let register = request(
        "REGISTER",
        "sip:example.test",
        &alice_via(1),
        "alice",
        "alice",
    );
    alice.send(&register.header(HeaderId::Contact, &alice_contact).build());
    assert_eq!(alice.take().status(), Some(200));
    let bob_contact = format!("<sip:bob@{bob_at};transport=tcp>");
    let register = request("REGISTER", "sip:example.test", &bob_via(1), "bob", "bob");
    bob.send(&register.header(HeaderId::Contact, &bob_contact).build());
    assert_eq!(bob.take().status(), Some(200));

    let invite = request(
        "INVITE",
        "sip:bob@example.test",
        &alice_via(2),
        "alice",
        "bob",
    );
    alice.send(&invite.header(HeaderId::Contact, &alice_contact).build());
    let received = bob.take();
    assert_eq!(received.method(), "INVITE");
    assert_eq!(received.record_routes().count(), 2);
    let ok = MessageBuilder::response_to(&received, 200, "", "b")
        .copy(&received, HeaderId::RecordRoute)
        .header(HeaderId::Contact, &bob_contact)
        .build();
    bob.send(&ok);
    let ok = std::iter::repeat_with(|| alice.take())
        .find(|answer| answer.status() != Some(100))
        .unwrap();
    assert_eq!(ok.status(), Some(200));
    let mut routes: Vec<&str> = ok.values(HeaderId::RecordRoute).collect();
    routes.reverse();
    let contact = ok.contacts().next().unwrap().unwrap().uri().to_owned();
    for (method, branch) in [("ACK", 3), ("BYE", 4)] {
        let mut builder = MessageBuilder::request(method, &contact)
            .header(HeaderId::Via, alice_via(branch))
            .copy(&ok, HeaderId::From)
            .copy(&ok, HeaderId::To)
            .copy(&ok, HeaderId::CallId)
            .header(HeaderId::CSeq, format!("{} {method}", branch / 4 + 1));
        for route in &routes {
            builder.add(HeaderId::Route, route);
        }
        alice.send(&builder.build());
        let received = bob.take();
        assert_eq!((received.method(), received.routes().count()), (method, 0));
        if method == "BYE" {
            bob.send(&MessageBuilder::response_to(&received, 200, "", "").build());
            assert_eq!(alice.take().status(), Some(200));
        }
    }
    assert_eq!(link.read(Server::requests).unwrap().forwarded, 3);
    link.shutdown(Duration::from_secs(2)).unwrap();
}
