//! Targets, addresses, limits and broken input: RFC 3261 §8.1.2, §18.2, RFC 3263 §4.3, RFC 3581.

use super::*;

#[test]
fn received_and_rport_bring_the_answer_back_through_a_translator() {
    let (mut net, _, bob) = pair();
    let text = "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.5:5060;rport;branch=z9hG4bKx\r\n\
                From: <sip:a@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";
    net.inject(bob, "10.0.0.9:40001", text.as_bytes());
    let options = net.asked(bob);
    let via = options.message.top_via().unwrap();
    assert_eq!(
        (via.received(), via.rport()),
        (Some("10.0.0.9"), Some(Some(40_001)))
    );
    net.respond(bob, &options, 200);
    assert!(
        net.ladder[0].contains("→ 10.0.0.9:40001 "),
        "{:?}",
        net.ladder
    );
}

/// B-173.
#[test]
fn unreachable_destinations_fail_fast() {
    let mut net = Net::new();
    net.icmp = true;
    let alice = net.node("alice", &[ALICE]);
    net.request(alice, draft("INVITE", "sip:bob@10.0.0.77", 1), 1);
    net.request(alice, draft("OPTIONS", "sip:bob@10.0.0.77", 2), 2);
    net.request(alice, draft("OPTIONS", "sip:bob@10.0.0.77", 3), 3);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["transport", "transport", "transport"]);
    assert_eq!(net.on(alice).live_transactions(), 0);
}

#[test]
fn a_name_is_looked_up_and_its_addresses_tried_in_order() {
    let (mut net, alice, bob) = pair();
    net.icmp = true;
    net.name("bob.example.com", &["10.0.0.77", "10.0.0.2"]);
    let client = net.request(alice, draft("OPTIONS", "sip:bob@bob.example.com", 1), 1);
    assert!(net.on(alice).sent(client).is_none());
    net.run_ms(10);
    let options = net.asked(bob);
    assert_eq!(
        net.on(alice).sent(client).unwrap().branch(),
        options.message.branch()
    );
    let branches: Vec<_> = net
        .ladder
        .iter()
        .filter(|line| line.contains("OPTIONS"))
        .collect();
    assert_eq!(branches.len(), 2);
    net.respond(bob, &options, 200);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["200"]);
}

#[test]
fn b_341_the_next_address_is_tried_after_503_and_after_silence() {
    let (mut net, alice, bob) = pair();
    let carol = net.node("carol", &["udp:10.0.0.3:5060"]);
    net.name("both.example.com", &["10.0.0.2", "10.0.0.3"]);
    net.request(alice, draft("INVITE", "sip:bob@both.example.com", 1), 1);
    net.run_ms(5);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 503);
    net.run_ms(5);
    assert_eq!(
        net.times("alice", "ACK").len(),
        1,
        "the 503 is acknowledged"
    );
    let again = net.asked(carol);
    assert_ne!(again.message.branch(), invite.message.branch());
    net.respond(carol, &again, 200);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["200"]);

    net.name("silent.example.com", &["10.0.0.99", "10.0.0.3"]);
    net.request(alice, draft("OPTIONS", "sip:bob@silent.example.com", 2), 2);
    // Not after 64*T1: a name that gives another server is not worth 32 s of silence.
    net.run_for(Duration::from_secs(5));
    let options = net.asked(carol);
    net.respond(carol, &options, 200);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["200"]);
    net.run_for(Duration::from_secs(70));
    assert_eq!(net.on(alice).live_transactions(), 0);
}

#[test]
fn a_name_without_addresses_and_a_strange_target_fail() {
    let (mut net, alice, _) = pair();
    net.request(alice, draft("OPTIONS", "sip:bob@nowhere.example.com", 1), 1);
    net.request(alice, draft("OPTIONS", "tel:+4712345", 2), 2);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["no target", "no records"]);
    assert_eq!(net.on(alice).live_transactions(), 0);
}

#[test]
fn a_resolver_that_never_answers_does_not_keep_a_request_for_ever() {
    let mut net = Net::new();
    let alice = net.node("alice", &[ALICE]);
    let now = net.now;
    net.on(alice)
        .request(now, draft("OPTIONS", "sip:bob@slow.example.com", 1), 1);
    while net.on(alice).poll_io().is_some() {}
    net.run_for(Duration::from_secs(33));
    assert_eq!(net.told(alice), ["unresolved"]);
}

/// B-002, B-008.
#[test]
fn a_broken_datagram_is_answered_400_and_harms_nothing() {
    let (mut net, alice, bob) = pair();
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    for garbage in [
        &b"\0\x01\x02"[..],
        b"garbage",
        b"INVITE",
        b"\r\n\r\n",
        b"",
        b"SIP/2.0 200 OK\r\n\r\n",
    ] {
        net.inject(bob, "10.0.0.9:5060", garbage);
    }
    let broken = "OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5070;branch=z9hG4bKx\r\n\
                  From: <sip:a@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: c\r\nCSeq: nonsense\r\n\r\n";
    net.inject(bob, "10.0.0.9:5070", broken.as_bytes());
    assert_eq!(net.times("bob", "→ 10.0.0.9:5070 SIP/2.0 400").len(), 1);
    let foreign = broken
        .replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia")
        .replace("nonsense", "1 OPTIONS");
    net.inject(bob, "10.0.0.9:5070", foreign.as_bytes());
    assert_eq!(net.times("bob", "SIP/2.0 505").len(), 1);
    assert!(net.on(bob).counters().malformed >= 5);
    net.respond(bob, &invite, 200);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["200"]);
}

#[test]
fn limits_answer_503_and_refuse_connections() {
    let mut net = Net::new();
    let limits = Limits {
        transactions: 1,
        connections: 1,
        ..Limits::default()
    };
    let config = EndpointConfig {
        limits,
        ..EndpointConfig::default()
    };
    let alice = net.node("alice", &[ALICE]);
    let bob = net.node_with("bob", &[BOB, "tcp:10.0.0.2:5060"], config);
    net.request(alice, draft("OPTIONS", TO_BOB, 1), 1);
    net.request(alice, draft("OPTIONS", TO_BOB, 2), 2);
    net.run_ms(5);
    assert_eq!(net.told(bob), ["OPTIONS"]);
    let refused = net.answered(alice);
    assert_eq!(refused.status(), Some(503));
    assert!(refused.header(HeaderId::RetryAfter).is_some());
    net.request(bob, draft("OPTIONS", "sip:alice@10.0.0.1", 3), 3);
    assert_eq!(net.told(bob), ["no target"]);
    net.request(
        alice,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 4),
        4,
    );
    net.run_ms(5);
    let carol = net.node("carol", &["udp:10.0.0.3:5060"]);
    net.request(
        carol,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 5),
        5,
    );
    net.run_ms(5);
    assert_eq!(net.on(bob).connections(), 1);
    assert_eq!(net.told(carol), ["flow closed", "transport"]);
}

/// B-017.
#[test]
fn ipv6_has_brackets_everywhere_and_the_same_rules() {
    let mut net = Net::new();
    let alice = net.node(
        "alice",
        &["udp:[2001:db8::1]:5060", "tcp:[2001:db8::1]:5060"],
    );
    let bob = net.node("bob", &["udp:[2001:db8::2]:5060", "tcp:[2001:db8::2]:5060"]);
    for uri in [
        "sip:bob@[2001:db8::2]",
        "sip:bob@[2001:db8::2]:5060;transport=tcp",
    ] {
        let mut options = draft("OPTIONS", uri, 1);
        options.contact = Some(ContactDraft {
            user: "alice".into(),
            ..ContactDraft::default()
        });
        net.request(alice, options, 1);
        net.run_ms(10);
        let options = net.asked(bob);
        let via = first(&options.message, HeaderId::Via);
        assert!(via.contains(" [2001:db8::1]:5060;branch="), "{via}");
        let contact = first(&options.message, HeaderId::Contact);
        assert!(
            contact.starts_with("<sip:alice@[2001:db8::1]:5060"),
            "{contact}"
        );
        assert_eq!(contact.contains(";transport=tcp"), uri.contains("tcp"));
        net.respond(bob, &options, 200);
        net.run_ms(10);
        assert_eq!(net.told(alice), ["200"]);
        net.run_for(Duration::from_secs(40));
        net.told(bob);
    }
}
