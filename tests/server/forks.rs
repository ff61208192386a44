//! Forking: RFC 3261 §16.6, §16.7, RFC 5393.

use rtcclient::syntax::{HeaderId, Message};

use crate::world::{DOMAIN, Peer, World, open, udp};

const BOB: &str = "sip:bob@example.test";

/// Bob with two phones; alice's INVITE as each got it.
fn forked() -> (World, Peer, [Peer; 2], [Message; 2]) {
    let mut world = World::new(open());
    let alice = udp(5070);
    let phones = [udp(5091), udp(5092)];
    let lines = phones.map(|phone| format!("Contact: {}\r\n", World::contact("bob", phone)));
    let register = world.registering(phones[0], "bob", "r", 1, &lines.concat());
    world.send(phones[0], &register);
    world.expect(phones[0], "200");
    let invite = world
        .request(alice, "INVITE", BOB, "alice", "call", 1)
        .header(HeaderId::Contact, World::contact("alice", alice))
        .build();
    world.send(alice, &invite);
    let invites = phones.map(|phone| world.expect(phone, "INVITE"));
    (world, alice, phones, invites)
}

#[test]
fn all_phones_ring_and_the_losers_are_cancelled() {
    let (mut world, alice, phones, invites) = forked();
    assert_ne!(invites[0].branch(), invites[1].branch());
    assert_eq!(invites[0].header_named("Max-Breadth"), Some("30"));
    for n in [0, 1] {
        world.respond(phones[n], &invites[n], 180, &format!("bob{n}"), "");
        let ringing = world.expect(alice, "180");
        assert_eq!(ringing.to_tag(), Some(format!("bob{n}-tag").as_str()));
    }
    world.respond(phones[1], &invites[1], 200, "bob1", "");
    world.expect(alice, "200");
    let cancel = world.expect(phones[0], "CANCEL");
    // The other one was faster: its 2xx passes all the same, and alice ends it.
    world.respond(phones[0], &invites[0], 200, "bob0", "");
    let second = world.expect(alice, "200");
    assert_eq!(second.to_tag(), Some("bob0-tag"));
    world.respond(phones[0], &cancel, 200, "bob0", "");
    world.quiet();
}

#[test]
fn one_refusal_does_not_end_the_ringing_elsewhere() {
    let (mut world, alice, phones, invites) = forked();
    world.respond(phones[0], &invites[0], 486, "bob0", "");
    world.expect(phones[0], "ACK");
    world.quiet();
    world.respond(phones[1], &invites[1], 404, "bob1", "");
    world.expect(phones[1], "ACK");
    // The first of two equals.
    world.expect(alice, "486");
}

#[test]
fn a_6xx_decides_for_all_phones() {
    let (mut world, alice, phones, invites) = forked();
    world.respond(phones[1], &invites[1], 180, "bob1", "");
    world.expect(alice, "180");
    world.respond(phones[0], &invites[0], 603, "bob0", "");
    world.expect(phones[0], "ACK");
    let cancel = world.expect(phones[1], "CANCEL");
    world.respond(phones[1], &cancel, 200, "bob1", "");
    world.quiet();
    world.respond(phones[1], &invites[1], 487, "bob1", "");
    world.expect(phones[1], "ACK");
    world.expect(alice, "603");
}

#[test]
fn the_challenges_of_all_phones_go_up_together() {
    let (mut world, alice, phones, invites) = forked();
    let lines = "WWW-Authenticate: Digest realm=\"one\", nonce=\"1\"\r\n";
    world.respond(phones[0], &invites[0], 401, "bob0", lines);
    let lines = "Proxy-Authenticate: Digest realm=\"two\", nonce=\"2\"\r\n";
    world.respond(phones[1], &invites[1], 407, "bob1", lines);
    for phone in phones {
        world.expect(phone, "ACK");
    }
    let challenge = world.expect(alice, "401");
    assert_eq!(challenge.headers(HeaderId::WwwAuthenticate).count(), 1);
    assert_eq!(challenge.headers(HeaderId::ProxyAuthenticate).count(), 1);
}

#[test]
fn an_out_of_service_phone_does_not_put_the_server_out_of_service() {
    let (mut world, alice, phones, invites) = forked();
    for n in [0, 1] {
        world.respond(phones[n], &invites[n], 503, "bob", "");
        world.expect(phones[n], "ACK");
    }
    world.expect(alice, "480");
}

#[test]
fn the_first_answer_to_a_forked_message_is_the_only_one() {
    let mut world = World::new(open());
    let (alice, phones) = (udp(5070), [udp(5091), udp(5092)]);
    let always: Vec<String> = phones
        .iter()
        .map(|phone| format!("sip:{}", World::at(*phone)))
        .collect();
    let always: Vec<&str> = always.iter().map(String::as_str).collect();
    world.user("team", None, &always, None);
    let uri = format!("sip:team@{DOMAIN}");
    let message = world.request(alice, "MESSAGE", &uri, "alice", "m", 1);
    world.send(alice, &message.build());
    let received = phones.map(|phone| world.expect(phone, "MESSAGE"));
    world.respond(phones[1], &received[1], 200, "two", "");
    let ok = world.expect(alice, "200");
    assert_eq!(ok.to_tag(), Some("two-tag"));
    world.respond(phones[0], &received[0], 200, "one", "");
    world.quiet();
    assert_eq!(world.server.requests().branches, 2);
}
