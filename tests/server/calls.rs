//! Calls through the proxy: RFC 3261 §16, figure by figure.

use rtcclient::server::ServerConfig;
use rtcclient::syntax::{HeaderId, Message, MessageBuilder};
use rtcclient::transport::Input;

use crate::world::{Peer, Wallet, World, caller_routes, open, udp};

const BOB: &str = "sip:bob@example.test";

/// Alice on UDP, bob on TCP, both registered.
fn pair(config: ServerConfig) -> (World, Peer, Peer) {
    let mut world = World::new(config);
    let alice = udp(5070);
    let bob = world.connect(40_000);
    world.register(alice, "alice");
    world.register(bob, "bob");
    (world, alice, bob)
}

/// A call that stands: the INVITE as bob got it, the 200 as alice got it.
fn call(world: &mut World, alice: Peer, bob: Peer) -> (Message, Message) {
    let invite = world
        .request(alice, "INVITE", BOB, "alice", "call", 1)
        .header(HeaderId::Contact, World::contact("alice", alice))
        .header_named("Call-Info", "<http://example.test/a>;purpose=info")
        .body("application/sdp", b"v=0\r\n")
        .build();
    world.send(alice, &invite);
    let received = world.expect(bob, "INVITE");
    world.respond(bob, &received, 180, "bob", "");
    world.expect(alice, "180");
    world.respond(bob, &received, 200, "bob", "");
    let ok = world.expect(alice, "200");
    (received, ok)
}

/// A request within the call, from the caller's side.
fn in_dialog(world: &mut World, from: Peer, method: &str, ok: &Message, cseq: u32) -> Message {
    let uri = ok.contacts().next().unwrap().unwrap().uri().to_owned();
    let mut builder = MessageBuilder::request(method, &uri)
        .header(HeaderId::Via, world.via(from))
        .number(HeaderId::MaxForwards, 70)
        .copy(ok, HeaderId::From)
        .copy(ok, HeaderId::To)
        .copy(ok, HeaderId::CallId)
        .header(HeaderId::CSeq, format!("{cseq} {method}"));
    for route in caller_routes(ok) {
        builder.add(HeaderId::Route, &route);
    }
    builder.build()
}

#[test]
fn a_call_from_udp_to_tcp_stays_on_its_way_to_the_end() {
    let (mut world, alice, bob) = pair(open());
    let (invite, ok) = call(&mut world, alice, bob);
    // Bob is reached at his contact by his connection; the server has put itself in on both transports.
    assert_eq!(
        invite.request_uri(),
        "sip:bob@127.0.0.1:40000;transport=tcp"
    );
    assert_eq!(
        invite.values(HeaderId::RecordRoute).collect::<Vec<_>>(),
        [
            "<sip:127.0.0.1:5062;transport=tcp;lr>",
            "<sip:127.0.0.1:5060;lr>"
        ]
    );
    assert_eq!(invite.vias().count(), 2);
    assert_eq!(invite.max_forwards(), Some(69));
    assert_eq!(
        invite.header_named("Call-Info"),
        Some("<http://example.test/a>;purpose=info")
    );
    assert_eq!(invite.body(), b"v=0\r\n");
    assert_eq!(ok.vias().count(), 1, "our Via is gone");
    let ack = in_dialog(&mut world, alice, "ACK", &ok, 1);
    world.send(alice, &ack);
    let ack = world.expect(bob, "ACK");
    assert_eq!(ack.routes().count(), 0, "both Route values were ours");
    for (method, cseq) in [("INVITE", 2), ("INFO", 3)] {
        let request = in_dialog(&mut world, alice, method, &ok, cseq);
        world.send(alice, &request);
        let received = world.expect(bob, method);
        world.respond(bob, &received, 200, "bob", "");
        world.expect(alice, "200");
        if method == "INVITE" {
            let ack = in_dialog(&mut world, alice, "ACK", &ok, cseq);
            world.send(alice, &ack);
            world.expect(bob, "ACK");
        }
    }
    // Bob ends it from his side: his route set is the Record-Route as it came to him.
    let contact = invite.contacts().next().unwrap().unwrap().uri().to_owned();
    let mut bye = MessageBuilder::request("BYE", &contact)
        .header(HeaderId::Via, world.via(bob))
        .header(HeaderId::From, format!("<{BOB}>;tag=bob-tag"))
        .header(HeaderId::To, invite.header(HeaderId::From).unwrap())
        .copy(&invite, HeaderId::CallId)
        .header(HeaderId::CSeq, "1 BYE");
    for route in invite.values(HeaderId::RecordRoute) {
        bye.add(HeaderId::Route, route);
    }
    world.send(bob, &bye.build());
    let bye = world.expect(alice, "BYE");
    assert_eq!((bye.routes().count(), bye.max_forwards()), (0, Some(70)));
    world.respond(alice, &bye, 200, "alice", "");
    world.expect(bob, "200");
    world.quiet();
    world.seconds(60);
    world.quiet();
    assert!(world.server.is_idle());
}

#[test]
fn a_repeated_2xx_passes_until_it_is_acknowledged() {
    let (mut world, alice, bob) = pair(open());
    let (invite, _) = call(&mut world, alice, bob);
    for _ in 0..3 {
        world.respond(bob, &invite, 200, "bob", "");
        world.expect(alice, "200");
    }
    world.seconds(40);
    world.quiet();
    world.respond(bob, &invite, 200, "bob", "");
    world.quiet();
}

#[test]
fn without_record_route_the_phones_talk_to_each_other() {
    let (mut world, alice, bob) = pair(ServerConfig {
        record_route: false,
        ..open()
    });
    let (invite, ok) = call(&mut world, alice, bob);
    assert_eq!(
        invite.record_routes().count() + ok.record_routes().count(),
        0
    );
}

#[test]
fn one_record_route_is_enough_where_nothing_changes() {
    let mut world = World::new(open());
    let (alice, bob) = (udp(5070), udp(5090));
    world.register(bob, "bob");
    let (invite, _) = call(&mut world, alice, bob);
    assert_eq!(
        invite.values(HeaderId::RecordRoute).collect::<Vec<_>>(),
        ["<sip:127.0.0.1:5060;lr>"]
    );
}

#[test]
fn a_preloaded_route_to_us_is_ours_by_either_transport() {
    let (mut world, alice, bob) = pair(open());
    for (n, route) in [
        "<sip:127.0.0.1:5060;lr>",
        "<sip:127.0.0.1:5062;transport=tcp;lr>",
        "<sip:example.test;lr>",
    ]
    .into_iter()
    .enumerate()
    {
        let call = format!("m{n}");
        let message = world
            .request(alice, "MESSAGE", BOB, "alice", &call, 1)
            .header(HeaderId::Route, route)
            .build();
        world.send(alice, &message);
        let message = world.expect(bob, "MESSAGE");
        assert_eq!(message.routes().count(), 0);
        world.respond(bob, &message, 200, "bob", "");
        world.expect(alice, "200");
    }
}

#[test]
fn a_call_that_is_given_up_is_cancelled_with_its_reason() {
    let (mut world, alice, bob) = pair(open());
    let invite = world
        .request(alice, "INVITE", BOB, "alice", "call", 1)
        .header(HeaderId::Contact, World::contact("alice", alice))
        .build();
    world.send(alice, &invite);
    let received = world.expect(bob, "INVITE");
    let cancel = MessageBuilder::request("CANCEL", BOB)
        .copy(&invite, HeaderId::Via)
        .copy(&invite, HeaderId::From)
        .copy(&invite, HeaderId::To)
        .copy(&invite, HeaderId::CallId)
        .header(HeaderId::CSeq, "1 CANCEL")
        .header(HeaderId::Reason, "SIP;cause=200;text=\"elsewhere\"")
        .build();
    world.send(alice, &cancel);
    let ok = world.expect(alice, "200");
    assert_eq!(ok.cseq_method(), "CANCEL");
    world.quiet();
    // It is held until bob has shown that he is there.
    world.respond(bob, &received, 180, "bob", "");
    world.expect(alice, "180");
    let cancel = world.expect(bob, "CANCEL");
    assert_eq!(
        cancel.header(HeaderId::Reason),
        Some("SIP;cause=200;text=\"elsewhere\"")
    );
    world.respond(bob, &cancel, 200, "bob", "");
    world.respond(bob, &received, 487, "bob", "");
    world.expect(bob, "ACK");
    world.expect(alice, "487");
    let ack = MessageBuilder::request("ACK", BOB)
        .copy(&invite, HeaderId::Via)
        .copy(&invite, HeaderId::From)
        .header(HeaderId::To, "<sip:bob@example.test>;tag=bob-tag")
        .copy(&invite, HeaderId::CallId)
        .header(HeaderId::CSeq, "1 ACK")
        .build();
    world.send(alice, &ack);
    world.quiet();
}

#[test]
fn who_rings_for_ever_is_cancelled_by_timer_c_and_counts_as_absent() {
    let (mut world, alice, bob) = pair(open());
    let invite = world
        .request(alice, "INVITE", BOB, "alice", "call", 1)
        .header(HeaderId::Contact, World::contact("alice", alice))
        .build();
    world.send(alice, &invite);
    let received = world.expect(bob, "INVITE");
    world.respond(bob, &received, 180, "bob", "");
    world.expect(alice, "180");
    world.seconds(120);
    // A sign of life starts the timer anew.
    world.respond(bob, &received, 180, "bob", "");
    world.expect(alice, "180");
    world.seconds(120);
    world.quiet();
    world.seconds(90);
    let cancel = world.expect(bob, "CANCEL");
    world.respond(bob, &cancel, 200, "bob", "");
    world.respond(bob, &received, 487, "bob", "");
    world.expect(bob, "ACK");
    world.expect(alice, "408");
}

#[test]
fn what_cannot_be_found_says_so() {
    let (mut world, alice, _) = pair(open());
    world.user("desk", None, &[], Some(486));
    world.user(
        "moved",
        None,
        &["sip:moved@192.0.2.7", "sip:moved@192.0.2.8"],
        Some(302),
    );
    for (uri, status) in [
        ("sip:nobody@example.test", "404"),
        ("sip:carol@example.test", "480"),
        ("sip:desk@example.test", "486"),
        ("sip:moved@example.test", "302"),
        ("tel:+123", "416"),
        ("sip:example.test", "404"),
    ] {
        let invite = world.request(alice, "INVITE", uri, "alice", uri, 1).build();
        world.send(alice, &invite);
        let answer = world.expect(alice, status);
        assert!(answer.to_tag().is_some());
        let contacts: Vec<_> = answer.values(HeaderId::Contact).collect();
        if status == "302" {
            assert_eq!(contacts, ["<sip:moved@192.0.2.7>", "<sip:moved@192.0.2.8>"]);
        }
        world.forget();
    }
    assert_eq!(world.server.requests().redirected, 1);
}

#[test]
fn requests_at_their_end_in_a_loop_or_asking_too_much_are_not_forwarded() {
    let (mut world, alice, bob) = pair(open());
    let own = "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n".repeat(6);
    for (n, (lines, status)) in [
        ("Proxy-Require: sec-agree\r\n", "420"),
        (own.as_str(), "482"),
        ("Max-Breadth: 0\r\n", "440"),
    ]
    .into_iter()
    .enumerate()
    {
        let call = format!("m{n}");
        let message = world
            .request(alice, "MESSAGE", BOB, "alice", &call, 1)
            .raw_lines(lines)
            .build();
        world.send(alice, &message);
        world.expect(alice, status);
    }
    let last = world
        .request(alice, "MESSAGE", BOB, "alice", "m", 1)
        .build()
        .edit()
        .set(HeaderId::MaxForwards, "0")
        .build();
    world.send(alice, &last);
    world.expect(alice, "483");
    assert!(world.poll(bob).is_none());
}

#[test]
fn a_phone_that_is_gone_counts_as_not_there() {
    let (mut world, alice, bob) = pair(open());
    let Peer::Tcp(conn) = bob else {
        panic!("bob is on TCP");
    };
    world.input(Input::Closed { conn });
    let message = world
        .request(alice, "MESSAGE", BOB, "alice", "m", 1)
        .build();
    world.send(alice, &message);
    // The server calls back at the contact; nobody listens there.
    let (conn, to) = world.connects.pop().unwrap();
    assert_eq!(to.port(), 40_000);
    world.input(Input::Closed { conn });
    world.expect(alice, "480");
}

#[test]
fn no_408_is_sent_for_a_request_that_is_no_invite() {
    let mut world = World::new(open());
    let (alice, bob) = (udp(5070), udp(5090));
    world.register(bob, "bob");
    let message = world
        .request(alice, "MESSAGE", BOB, "alice", "m", 1)
        .build();
    world.send(alice, &message);
    world.seconds(40);
    while world.poll(bob).is_some() {}
    let answers: Vec<_> = std::iter::from_fn(|| world.poll(alice)).collect();
    assert!(
        answers.iter().all(|answer| answer.status() == Some(100)),
        "{answers:?}"
    );
    assert!(world.server.is_idle());
}

#[test]
fn callers_prove_who_they_are_when_they_have_to() {
    let (mut world, alice, bob) = {
        let mut world = World::new(ServerConfig {
            proxy_authentication: true,
            ..open()
        });
        let bob = world.connect(40_000);
        world.register(bob, "bob");
        (world, udp(5070), bob)
    };
    let invite = world
        .request(alice, "INVITE", BOB, "alice", "call", 1)
        .header(HeaderId::Contact, World::contact("alice", alice))
        .build();
    world.send(alice, &invite);
    let challenge = world.expect(alice, "407");
    assert!(world.poll(bob).is_none());
    let again = Wallet::new("alice", "secret").answer(&mut world, alice, &invite, &challenge);
    world.send(alice, &again);
    let received = world.expect(bob, "INVITE");
    assert_eq!(
        received.header(HeaderId::ProxyAuthorization),
        None,
        "credentials stay with us"
    );
    world.respond(bob, &received, 200, "bob", "");
    world.expect(alice, "200");
    // Bob cannot speak for alice, and strangers are not carried to strangers.
    let other = world
        .request(alice, "INVITE", BOB, "alice", "other", 1)
        .build();
    world.send(alice, &other);
    let challenge = world.expect(alice, "407");
    let forged = Wallet::new("bob", "secret").answer(&mut world, alice, &other, &challenge);
    world.send(alice, &forged);
    world.expect(alice, "403");
    let stranger = world
        .request(alice, "MESSAGE", "sip:x@192.0.2.1", "alice", "s", 1)
        .build()
        .edit()
        .set(HeaderId::From, "<sip:mallory@192.0.2.66>;tag=m")
        .build();
    world.send(alice, &stranger);
    world.expect(alice, "403");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = || {
        let (mut world, alice, bob) = pair(open());
        call(&mut world, alice, bob);
        world.seconds(100);
        world.log
    };
    assert_eq!(story(), story());
}
