//! TCP: framing, reuse, fall-back, keep-alives, flows (RFC 3261 §18, RFC 5626 §4.4.1).

use super::*;

/// B-318.
#[test]
fn a_request_that_is_too_big_for_udp_goes_by_tcp() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, big("INVITE", TO_BOB, 1), 1);
    assert!(net.on(alice).sent(client).is_none());
    net.run_ms(10);
    let invite = net.asked(bob);
    assert_eq!(invite.flow.protocol, Protocol::Tcp);
    let via = first(&invite.message, HeaderId::Via);
    assert!(
        via.starts_with("SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bK"),
        "{via}"
    );
    net.respond(bob, &invite, 200);
    net.run_ms(10);
    assert_eq!(net.told(alice), ["200"]);
    assert_eq!(net.times("alice", "INVITE").len(), 1);
}

/// B-319.
#[test]
fn where_tcp_is_not_spoken_a_big_request_goes_by_udp_after_all() {
    let mut net = Net::new();
    let alice = net.node("alice", &[ALICE]);
    let bob = net.node("bob", &[BOB]);
    net.request(alice, big("OPTIONS", TO_BOB, 1), 1);
    net.run_ms(10);
    let options = net.asked(bob);
    assert!(first(&options.message, HeaderId::Via).starts_with("SIP/2.0/UDP 10.0.0.1:5060"));
    net.respond(bob, &options, 200);
    net.run_ms(10);
    assert_eq!(net.told(alice), ["200"]);
}

#[test]
fn a_tcp_target_that_does_not_listen_fails_and_one_that_hangs_fails_soon() {
    let mut net = Net::new();
    let alice = net.node("alice", &[ALICE]);
    net.request(
        alice,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(10);
    assert_eq!(net.told(alice), ["refused"]);
    // A connection attempt whose fate is never told.
    let now = net.now;
    net.on(alice).request(
        now,
        draft("OPTIONS", "sip:bob@10.0.0.3;transport=tcp", 2),
        2,
    );
    while net.on(alice).poll_io().is_some() {}
    net.run_for(Duration::from_secs(5));
    assert_eq!(net.told(alice), ["refused"]);
    assert_eq!(net.on(alice).connections(), 0);
}

/// B-325.
#[test]
fn one_connection_serves_many_requests_and_the_answers_in_any_pieces() {
    let (mut net, alice, bob) = pair();
    net.pieces = Some(7);
    for number in 1..=5 {
        net.request(
            alice,
            draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", number),
            number,
        );
    }
    net.run_ms(10);
    let requests = net.take(bob);
    assert_eq!(requests.len(), 5);
    for request in requests {
        if let Indication::Request {
            server: Some(server),
            message,
            ..
        } = request
        {
            let response = MessageBuilder::response_to(&message, 200, "", "bob").build();
            let now = net.now;
            assert!(net.on(bob).respond(now, server, response));
        }
    }
    net.run_ms(10);
    net.input(
        bob,
        Input::Stream {
            conn: ConnKey(u64::MAX),
            bytes: b"to nobody",
        },
    );
    net.run_ms(10);
    assert_eq!(net.told(alice), ["200"; 5]);
    assert_eq!(
        (net.on(alice).connections(), net.on(bob).connections()),
        (1, 1)
    );
    // Over a stream nothing is absorbed: all is forgotten at once.
    assert_eq!(
        net.on(alice).live_transactions() + net.on(bob).live_transactions(),
        0
    );
}

/// B-323.
#[test]
fn a_response_finds_a_new_connection_when_the_old_one_is_gone() {
    let (mut net, alice, bob) = pair();
    net.request(
        alice,
        draft("INVITE", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(250);
    let invite = net.asked(bob);
    assert_eq!(net.told(alice), ["100"]);
    let (conn, _) = net.connections(bob)[0];
    net.cut(bob, conn);
    assert_eq!(net.told(alice), ["flow closed"]);
    assert!(net.respond(bob, &invite, 180));
    net.run_ms(10);
    // To the listener that sent-by names, not to the port that the connection came from.
    assert_eq!(net.connections(bob)[0].1.to_string(), "10.0.0.1:5060");
    assert_eq!(net.told(alice), ["180"]);
}

#[test]
fn a_connection_that_breaks_fails_the_requests_that_wait_on_it() {
    let (mut net, alice, bob) = pair();
    net.request(
        alice,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(10);
    let (conn, _) = net.connections(alice)[0];
    net.cut(alice, conn);
    assert_eq!(net.told(alice), ["flow closed", "transport"]);
    assert_eq!(net.told(bob), ["OPTIONS", "flow closed"]);
}

#[test]
fn a_flow_is_used_while_it_stands() {
    let (mut net, alice, bob) = pair();
    net.request(
        alice,
        draft("REGISTER", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(10);
    let register = net.asked(bob);
    net.respond(bob, &register, 200);
    net.run_ms(10);
    net.told(alice);
    let back = |number| Draft {
        flow: Some(register.flow),
        ..draft("OPTIONS", "sip:alice@10.0.0.1", number)
    };
    net.request(bob, back(2), 1);
    net.run_ms(10);
    assert_eq!(net.asked(alice).flow.protocol, Protocol::Tcp);
    assert_eq!(net.on(bob).connections(), 1);
    let (conn, _) = net.connections(alice)[0];
    net.cut(alice, conn);
    net.told(alice);
    net.request(bob, back(3), 1);
    net.run_ms(10);
    assert_eq!(net.asked(alice).flow.protocol, Protocol::Udp);
}

#[test]
fn pings_are_answered_and_quiet_connections_pinged_then_closed() {
    let (mut net, alice, bob) = pair();
    net.request(
        alice,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(10);
    let options = net.asked(bob);
    net.respond(bob, &options, 200);
    net.run_for(Duration::from_secs(250));
    assert_eq!(net.on(bob).counters().keepalives, 2);
    let (conn, _) = net.connections(alice)[0];
    net.input(
        alice,
        Input::Stream {
            conn,
            bytes: b"\r\n\r\n",
        },
    );
    assert_eq!(net.on(alice).counters().keepalives, 1);
    net.run_for(Duration::from_secs(3700));
    assert_eq!(
        (net.on(alice).connections(), net.on(bob).connections()),
        (0, 0)
    );
    assert_eq!(net.told(alice), ["200", "flow closed"]);
}

#[test]
fn a_peer_that_stops_answering_pings_is_left() {
    let (mut net, alice, bob) = pair();
    net.request(
        alice,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(10);
    let options = net.asked(bob);
    net.respond(bob, &options, 200);
    net.run_for(Duration::from_secs(150));
    assert_eq!(net.told(alice), ["200"]);
    net.lose(1, "\r\n");
    net.run_for(Duration::from_secs(100));
    assert_eq!(net.told(alice), ["flow closed"]);
}

/// B-327: garbage on a stream.
#[test]
fn a_stream_without_sense_is_closed_after_a_400() {
    let (mut net, alice, bob) = pair();
    net.request(
        alice,
        draft("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", 1),
        1,
    );
    net.run_ms(10);
    net.told(bob);
    let (conn, _) = net.connections(bob)[0];
    let broken =
        b"OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKx\r\n\
                   From: <sip:a@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\
                   Content-Length: nonsense\r\n\r\n";
    net.input(
        bob,
        Input::Stream {
            conn,
            bytes: broken,
        },
    );
    assert_eq!(net.times("bob", "SIP/2.0 400").len(), 1);
    assert_eq!(net.told(bob), ["flow closed"]);
    assert_eq!(net.on(bob).connections(), 0);
}
