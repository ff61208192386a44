//! Call flows between endpoints on a virtual clock: RFC 3261 §17, §18, §9, RFC 6026, RFC 3581, as a peer sees them.

#[path = "transactions/net.rs"]
mod net;

use std::time::Duration;

use net::{Fate, Net, ack_of, draft, first};
use rtcclient::base::{Entropy, Limits};
use rtcclient::syntax::{HeaderId, MessageBuilder};
use rtcclient::transaction::{ContactDraft, Draft, EndpointConfig, Indication};
use rtcclient::transport::{ConnKey, Input, Protocol};

const ALICE: &str = "udp:10.0.0.1:5060";
const BOB: &str = "udp:10.0.0.2:5060";
const TO_BOB: &str = "sip:bob@10.0.0.2";

fn pair() -> (Net, usize, usize) {
    let mut net = Net::new();
    let alice = net.node("alice", &[ALICE, "tcp:10.0.0.1:5060"]);
    let bob = net.node("bob", &[BOB, "tcp:10.0.0.2:5060"]);
    (net, alice, bob)
}

#[test]
fn options_is_answered_and_both_sides_forget_it() {
    let (mut net, alice, bob) = pair();
    net.request(alice, draft("OPTIONS", TO_BOB, 1), 7);
    net.run_ms(2);
    let options = net.asked(bob);
    assert_eq!(options.message.max_forwards(), Some(70));
    assert!(net.respond(bob, &options, 200));
    assert!(!net.respond(bob, &options, 200));
    net.run_ms(2);
    let told = net.take(alice);
    assert!(
        matches!(told[..], [Indication::Response { owner: 7, .. }]),
        "{told:?}"
    );
    net.run_for(Duration::from_secs(33));
    assert_eq!(net.told(bob), ["done"]);
    assert_eq!(
        (
            net.on(alice).live_transactions(),
            net.on(bob).live_transactions()
        ),
        (0, 0)
    );
    assert_eq!(
        (net.on(alice).next_deadline(), net.on(bob).next_deadline()),
        (None, None)
    );
}

#[test]
fn an_unanswered_invite_is_repeated_with_doubling_intervals_and_times_out() {
    let mut net = Net::new();
    let alice = net.node("alice", &[ALICE]);
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_for(Duration::from_secs(40));
    assert_eq!(
        net.times("alice", "INVITE"),
        [0, 500, 1500, 3500, 7500, 15_500, 31_500]
    );
    assert_eq!(net.told(alice), ["timeout"]);
    assert!(net.on(alice).is_idle());
}

#[test]
fn another_unanswered_request_is_repeated_up_to_every_t2() {
    let mut net = Net::new();
    let alice = net.node("alice", &[ALICE]);
    net.request(alice, draft("REGISTER", TO_BOB, 1), 1);
    net.run_for(Duration::from_secs(40));
    let times = net.times("alice", "REGISTER");
    assert_eq!(
        times,
        [
            0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500
        ]
    );
    assert_eq!(net.told(alice), ["timeout"]);
}

#[test]
fn repeated_requests_get_the_same_answer_and_are_not_told_again() {
    let (mut net, alice, bob) = pair();
    net.lose(2, "200 OK");
    net.request(alice, draft("OPTIONS", TO_BOB, 1), 1);
    net.run_ms(2);
    let options = net.asked(bob);
    net.respond(bob, &options, 200);
    net.run_for(Duration::from_secs(3));
    assert_eq!(net.told(alice), ["200"]);
    assert_eq!(net.told(bob), Vec::<String>::new());
    assert_eq!(net.times("bob", "200 OK").len(), 3);
}

#[test]
fn a_duplicated_request_opens_one_transaction() {
    let (mut net, alice, bob) = pair();
    net.rule(Fate::Duplicate, 1, "INVITE");
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(100);
    assert_eq!(net.told(bob), ["INVITE"]);
}

#[test]
fn a_silent_user_makes_the_layer_say_100_after_200_ms() {
    let (mut net, alice, _) = pair();
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(1000);
    assert_eq!(net.times("bob", "100 Trying"), [201]);
    assert_eq!(net.told(alice), ["100"]);
    // The INVITE is not repeated once something came.
    assert_eq!(net.times("alice", "INVITE").len(), 1);
}

#[test]
fn a_slow_answer_to_another_request_gets_a_100_and_then_none_at_all() {
    let (mut net, alice, bob) = pair();
    net.request(alice, draft("OPTIONS", TO_BOB, 1), 1);
    net.run_ms(2);
    let options = net.asked(bob);
    net.run_for(Duration::from_secs(40));
    assert_eq!(net.times("bob", "100 Trying")[0], 3501);
    assert_eq!(net.told(alice).last().unwrap(), "timeout");
    assert_eq!(net.told(bob), ["lost"]);
    assert!(!net.respond(bob, &options, 200), "nobody listens any more");
}

#[test]
fn a_failure_is_repeated_until_its_ack_comes() {
    let (mut net, alice, bob) = pair();
    net.lose(3, "ACK sip");
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 486);
    net.run_for(Duration::from_secs(20));
    assert_eq!(net.times("bob", "486"), [2, 502, 1502, 3502]);
    assert_eq!(net.times("alice", "ACK").len(), 4);
    assert_eq!(net.told(alice), ["486"]);
    net.run_for(Duration::from_secs(40));
    assert_eq!(net.told(bob), ["done"]);
    assert_eq!(
        net.on(bob).live_transactions() + net.on(alice).live_transactions(),
        0
    );
}

#[test]
fn the_ack_of_a_failure_repeats_the_invites_branch_and_route() {
    let (mut net, alice, bob) = pair();
    let mut invite = draft("INVITE", "sip:bob@nowhere.invalid", 1);
    invite.routes = vec!["<sip:10.0.0.2;lr>".into()];
    invite
        .lines
        .push_str("Proxy-Authorization: Digest username=\"a\"\r\n");
    net.request(alice, invite, 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 404);
    let bytes = capture(&mut net, "ACK", bob);
    assert_eq!(bytes.branch(), invite.message.branch());
    assert_eq!(bytes.request_uri(), "sip:bob@nowhere.invalid");
    assert_eq!(first(&bytes, HeaderId::Route), "<sip:10.0.0.2;lr>");
    assert_eq!(bytes.to_tag(), Some("bob"));
    assert_eq!((bytes.cseq(), bytes.cseq_method()), (1, "ACK"));
    assert!(bytes.header(HeaderId::ProxyAuthorization).is_some());
}

#[test]
fn a_failure_that_nobody_acknowledges_ends_after_64_t1() {
    let (mut net, alice, bob) = pair();
    net.lose(100, "ACK sip");
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 486);
    net.run_for(Duration::from_secs(33));
    assert_eq!(net.told(bob), ["no ack"]);
    assert_eq!(
        net.times("bob", "486"),
        [
            2, 502, 1502, 3502, 7502, 11_502, 15_502, 19_502, 23_502, 27_502, 31_502
        ]
    );
}

#[test]
fn a_repeated_2xx_is_acknowledged_again_without_the_user() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 180);
    net.respond(bob, &invite, 200);
    net.run_ms(2);
    assert_eq!(net.told(alice), ["180", "200"]);
    net.lose(1, "ACK sip");
    net.ack(alice, client, "bob", ack_of(TO_BOB, 1, "bob"));
    net.run_ms(500);
    assert!(net.told(bob).is_empty());
    // The user repeats its 2xx (RFC 6026 §7.1).
    assert!(net.respond(bob, &invite, 200));
    net.run_ms(5);
    assert_eq!(net.told(bob), ["ACK"]);
    assert!(net.told(alice).is_empty());
    net.run_for(Duration::from_secs(33));
    assert_eq!(net.told(bob), ["done"]);
    assert_eq!(net.on(alice).live_transactions(), 0);
}

#[test]
fn each_2xx_of_a_fork_is_told_and_acknowledged_by_its_tag() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    let from = "10.0.0.2:5060";
    let answer = |tag: &str| {
        MessageBuilder::response_to(&invite.message, 200, "", tag)
            .build()
            .as_bytes()
            .to_vec()
    };
    net.inject(alice, from, &answer("one"));
    net.ack(alice, client, "one", ack_of(TO_BOB, 1, "one"));
    net.inject(alice, from, &answer("two"));
    net.inject(alice, from, &answer("one"));
    assert_eq!(net.told(alice), ["200", "200"]);
    net.ack(alice, client, "two", ack_of(TO_BOB, 1, "two"));
    net.inject(alice, from, &answer("two"));
    assert!(net.told(alice).is_empty());
    assert_eq!(net.times("alice", "ACK").len(), 4);
    // A transaction of its own for each ACK: three branches in all.
    net.run_for(Duration::from_secs(33));
    net.inject(alice, from, &answer("late"));
    assert_eq!(net.told(alice), ["stray 200"]);
}

#[test]
fn an_invite_repeated_after_its_200_is_absorbed() {
    let (mut net, alice, bob) = pair();
    net.lose(1, "200 OK");
    net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 200);
    net.run_ms(1000);
    assert_eq!(net.times("alice", "INVITE").len(), 2);
    assert_eq!(
        net.times("bob", "200 OK").len(),
        1,
        "the repetition of a 2xx is the user's"
    );
    assert!(net.told(bob).is_empty());
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.cancel(alice, client, "Reason: SIP;cause=200\r\n");
    net.run_ms(100);
    assert!(net.times("alice", "CANCEL").is_empty());
    let invite = net.asked(bob);
    net.respond(bob, &invite, 180);
    let cancel = capture(&mut net, "CANCEL", bob);
    assert_eq!(cancel.branch(), invite.message.branch());
    assert_eq!((cancel.cseq(), cancel.cseq_method()), (1, "CANCEL"));
    assert_eq!(cancel.to_tag(), None);
    assert_eq!(first(&cancel, HeaderId::Reason), "SIP;cause=200");
    assert!(net.respond(bob, &invite, 487));
    net.run_ms(5);
    // The CANCEL's own 200 is the layer's affair, and carries the INVITE's To tag.
    assert_eq!(net.told(alice), ["180", "487"]);
    net.run_for(Duration::from_secs(70));
    assert_eq!(
        net.on(bob).live_transactions() + net.on(alice).live_transactions(),
        0
    );
}

#[test]
fn a_cancel_that_crosses_a_final_response_changes_nothing() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 180);
    net.run_ms(2);
    net.cancel(alice, client, "");
    net.respond(bob, &invite, 200);
    net.run_ms(5);
    assert_eq!(net.told(alice), ["180", "200"]);
    assert!(
        net.told(bob).is_empty(),
        "the CANCEL was answered without the user"
    );
    assert_eq!(net.times("bob", "200 OK").len(), 2);
}

#[test]
fn a_held_cancel_is_dropped_when_a_final_response_comes_first() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.cancel(alice, client, "");
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 200);
    net.run_ms(100);
    assert_eq!(net.told(alice), ["200"]);
    assert!(net.times("alice", "CANCEL").is_empty());
}

#[test]
fn a_cancelled_invite_that_nobody_ends_fails_after_64_t1() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 180);
    net.run_ms(2);
    net.cancel(alice, client, "");
    net.run_for(Duration::from_secs(31));
    assert_eq!(net.told(alice), ["180"]);
    net.run_for(Duration::from_secs(2));
    assert_eq!(net.told(alice), ["timeout"]);
}

#[test]
fn a_cancel_without_its_invite_gets_481() {
    let (mut net, _, bob) = pair();
    let cancel = "CANCEL sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKnone\r\n\
                  From: <sip:a@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: c\r\nCSeq: 1 CANCEL\r\n\r\n";
    net.inject(bob, "10.0.0.1:5060", cancel.as_bytes());
    net.inject(bob, "10.0.0.1:5060", cancel.as_bytes());
    assert_eq!(net.times("bob", "481").len(), 2);
    assert!(net.told(bob).is_empty());
}

#[test]
fn the_to_tag_of_the_cancels_answer_is_that_of_the_invites() {
    let (mut net, alice, bob) = pair();
    let client = net.request(alice, draft("INVITE", TO_BOB, 1), 1);
    net.run_ms(2);
    let invite = net.asked(bob);
    net.respond(bob, &invite, 180);
    net.run_ms(2);
    net.cancel(alice, client, "");
    net.run_ms(5);
    assert_eq!(net.told(bob), ["cancelled"]);
    let (now, tag) = (net.now, "bob");
    let response = MessageBuilder::response_to(&invite.message, 487, "", tag).build();
    assert!(net.on(bob).respond(now, invite.server, response));
}

#[test]
fn an_acks_transaction_matches_without_a_branch_for_rfc_2543_peers() {
    let (mut net, _, bob) = pair();
    let head = "Via: SIP/2.0/UDP 10.0.0.1:5060\r\nFrom: <sip:a@x>;tag=1\r\nCall-ID: c\r\n";
    let invite = format!(
        "INVITE sip:bob@10.0.0.2 SIP/2.0\r\n{head}To: <sip:bob@x>\r\nCSeq: 1 INVITE\r\n\r\n"
    );
    net.inject(bob, "10.0.0.1:5060", invite.as_bytes());
    let asked = net.asked(bob);
    net.inject(bob, "10.0.0.1:5060", invite.as_bytes());
    assert!(net.told(bob).is_empty(), "a repetition");
    net.respond(bob, &asked, 404);
    let ack = format!(
        "ACK sip:bob@10.0.0.2 SIP/2.0\r\n{head}To: <sip:bob@x>;tag=bob\r\nCSeq: 1 ACK\r\n\r\n"
    );
    net.inject(bob, "10.0.0.1:5060", ack.as_bytes());
    net.run_for(Duration::from_secs(6));
    assert_eq!(net.times("bob", "404").len(), 1);
    assert_eq!(net.told(bob), ["done"]);
}

#[test]
fn the_second_copy_of_a_request_that_came_by_another_way_gets_482() {
    let (mut net, _, bob) = pair();
    let invite = |branch: &str| {
        format!(
            "INVITE sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{branch}\r\n\
             From: <sip:a@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
        )
    };
    net.inject(bob, "10.0.0.1:5060", invite("one").as_bytes());
    net.inject(bob, "10.0.0.1:5060", invite("two").as_bytes());
    assert_eq!(net.told(bob), ["INVITE"]);
    assert_eq!(net.times("bob", "482").len(), 1);
    assert_eq!(net.on(bob).counters().merged, 1);
}

#[test]
fn a_proxy_may_be_passed_twice() {
    let mut net = Net::new();
    let config = EndpointConfig {
        refuse_merged: false,
        ..EndpointConfig::default()
    };
    let proxy = net.node_with("proxy", &[BOB], config);
    for branch in ["one", "two"] {
        let text = format!(
            "INVITE sip:{branch}@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{branch}\r\n\
             From: <sip:a@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n"
        );
        net.inject(proxy, "10.0.0.1:5060", text.as_bytes());
    }
    assert_eq!(net.told(proxy), ["INVITE", "INVITE"]);
}

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
fn the_next_address_is_tried_after_503_and_after_silence() {
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
    net.run_for(Duration::from_secs(33));
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
    assert_eq!(net.told(alice), ["no target", "unresolved"]);
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
    assert_eq!(net.told(alice), ["transport"]);
    // A connection attempt whose fate is never told.
    let now = net.now;
    net.on(alice).request(
        now,
        draft("OPTIONS", "sip:bob@10.0.0.3;transport=tcp", 2),
        2,
    );
    while net.on(alice).poll_io().is_some() {}
    net.run_for(Duration::from_secs(5));
    assert_eq!(net.told(alice), ["transport"]);
    assert_eq!(net.on(alice).connections(), 0);
}

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

#[test]
fn a_request_without_transaction_is_sent_once() {
    let (mut net, alice, bob) = pair();
    let now = net.now;
    net.on(alice)
        .send_stateless(now, ack_of(TO_BOB, 1, "stray"));
    net.run_for(Duration::from_secs(0));
    net.cancel(
        alice,
        rtcclient::transaction::ClientKey::from_bits(u64::MAX),
        "",
    );
    net.run_ms(5);
    assert_eq!(net.told(bob), ["ACK"]);
    assert_eq!(net.on(alice).live_transactions(), 0);
}

#[test]
fn what_is_cancelled_before_it_went_out_never_does() {
    let (mut net, alice, bob) = pair();
    net.name("bob.example.com", &["10.0.0.2"]);
    let client = net.request(alice, draft("INVITE", "sip:bob@bob.example.com", 1), 1);
    net.cancel(alice, client, "");
    net.run_ms(100);
    assert_eq!(net.told(alice), ["timeout"]);
    assert!(net.told(bob).is_empty());
}

#[test]
fn every_lossy_exchange_ends_in_one_final_answer_or_failure() {
    let (mut net, alice, bob) = pair();
    for number in 1..=60_u32 {
        let method = if number % 2 == 0 { "INVITE" } else { "OPTIONS" };
        // Every third message of either side is lost, every fifth doubled.
        net.rule(
            if number % 5 == 0 {
                Fate::Duplicate
            } else {
                Fate::Lose
            },
            2,
            "CSeq: ",
        );
        let client = net.request(alice, draft(method, TO_BOB, number), number);
        let mut finals = 0;
        for _ in 0..400 {
            net.run_ms(100);
            for indication in net.take(bob) {
                if let Indication::Request {
                    server: Some(server),
                    message,
                    ..
                } = indication
                {
                    let status = if number % 4 == 0 { 486 } else { 200 };
                    let response = MessageBuilder::response_to(&message, status, "", "bob").build();
                    let now = net.now;
                    net.on(bob).respond(now, server, response);
                }
            }
            for indication in net.take(alice) {
                match indication {
                    Indication::Response { message, .. } if message.status() >= Some(200) => {
                        // This user reads its news every 100 ms, so that a doubled 2xx comes before its ACK.
                        finals = if message.status() == Some(200) {
                            1
                        } else {
                            finals + 1
                        };
                        if method == "INVITE" && message.status() == Some(200) {
                            net.ack(alice, client, "bob", ack_of(TO_BOB, number, "bob"));
                        }
                    }
                    Indication::Failed { .. } => finals += 1,
                    _ => {}
                }
            }
        }
        // A lost 2xx is the user's to repeat, which this one does not: then the INVITE times out.
        assert_eq!(finals, 1, "{method} {number}");
    }
    net.run_for(Duration::from_secs(40));
    assert_eq!(
        net.on(alice).live_transactions() + net.on(bob).live_transactions(),
        0
    );
}

/// Whatever comes, in whatever order: nothing panics, and when all is quiet nothing is left.
#[test]
fn chaos_leaves_nothing_behind() {
    let mut dice = Entropy::new([42; 32]);
    for round in 0..30_u32 {
        let (mut net, alice, bob) = pair();
        net.icmp = round % 2 == 0;
        net.pieces = (round % 3 == 0).then_some(11);
        net.name("bob.example.com", &["10.0.0.2", "10.0.0.66"]);
        let mut clients = Vec::new();
        let mut servers = Vec::new();
        let mut wire: Vec<Vec<u8>> = Vec::new();
        net.keep = true;
        for number in 1..=150_u32 {
            let uris = [
                TO_BOB,
                "sip:bob@10.0.0.2;transport=tcp",
                "sip:bob@bob.example.com",
                "sip:bob@10.0.0.67",
                "sip:bob@10.0.0.67;transport=tcp",
            ];
            let uri = uris[dice.below(5) as usize];
            let method = ["INVITE", "OPTIONS", "BYE", "INVITE"][dice.below(4) as usize];
            match dice.below(9) {
                0 | 1 => clients.push(net.request(alice, draft(method, uri, number), number)),
                2 => clients.push(net.request(alice, big(method, uri, number), number)),
                3 if !clients.is_empty() => {
                    let client = clients[dice.below(clients.len() as u64) as usize];
                    net.cancel(alice, client, "Reason: SIP;cause=200\r\n");
                }
                4 if !clients.is_empty() => {
                    let client = clients[dice.below(clients.len() as u64) as usize];
                    net.ack(alice, client, "bob", ack_of(uri, number, "bob"));
                }
                5 if !wire.is_empty() => {
                    // Something that went by comes again, with a byte changed.
                    let mut bytes = wire[dice.below(wire.len() as u64) as usize].clone();
                    let at = dice.below(bytes.len() as u64) as usize;
                    bytes[at] = dice.below(256) as u8;
                    let node = dice.below(2) as usize;
                    net.inject(node, "10.0.0.9:5060", &bytes);
                }
                6 => {
                    let conns = net.connections(alice);
                    if let Some((conn, _)) = conns.first() {
                        net.cut(alice, *conn);
                    }
                }
                7 => net.rule(
                    if dice.below(2) == 0 {
                        Fate::Lose
                    } else {
                        Fate::Duplicate
                    },
                    1,
                    "CSeq",
                ),
                _ => {}
            }
            net.run_ms(dice.below(400));
            for indication in net.take(bob) {
                if let Indication::Request {
                    server: Some(server),
                    message,
                    ..
                } = indication
                {
                    servers.push((server, message));
                }
            }
            if !servers.is_empty() && dice.below(3) != 0 {
                let (server, message) = &servers[dice.below(servers.len() as u64) as usize];
                let status = [100, 180, 200, 302, 486, 503][dice.below(6) as usize];
                let response = MessageBuilder::response_to(message, status, "", "bob").build();
                let (now, server) = (net.now, *server);
                net.on(bob).respond(now, server, response);
                net.run_ms(0);
            }
            wire.extend(
                net.kept
                    .drain(..)
                    .map(|(_, message)| message.as_bytes().to_vec()),
            );
        }
        assert!(
            wire.len() > 20 && servers.len() > 10,
            "round {round}: {} {}",
            wire.len(),
            servers.len()
        );
        // INVITEs that nobody answered are the user's to end.
        for (server, message) in &servers {
            let response = MessageBuilder::response_to(message, 480, "", "bob").build();
            let (now, server) = (net.now, *server);
            net.on(bob).respond(now, server, response);
        }
        for client in &clients {
            net.cancel(alice, *client, "");
        }
        net.run_for(Duration::from_secs(200));
        for indication in net.take(alice) {
            if let Indication::Request {
                server: Some(server),
                message,
                ..
            } = indication
            {
                let response = MessageBuilder::response_to(&message, 480, "", "alice").build();
                let now = net.now;
                net.on(alice).respond(now, server, response);
            }
        }
        net.run_for(Duration::from_secs(200));
        for node in [alice, bob] {
            assert_eq!(
                net.on(node).live_transactions(),
                0,
                "round {round}, node {node}"
            );
            assert!(net.on(node).is_idle(), "round {round}, node {node}");
        }
        net.run_for(Duration::from_secs(8000));
        for node in [alice, bob] {
            assert_eq!(net.on(node).connections(), 0, "round {round}, node {node}");
            assert_eq!(
                net.on(node).next_deadline(),
                None,
                "round {round}, node {node}"
            );
        }
    }
}

/// The same inputs and the same seed give the same bytes.
#[test]
fn two_runs_are_alike_to_the_byte() {
    let run = || {
        let (mut net, alice, bob) = pair();
        net.keep = true;
        net.lose(3, "INVITE");
        for number in 1..=20 {
            net.request(alice, draft("INVITE", TO_BOB, number), number);
            net.request(alice, big("OPTIONS", TO_BOB, number + 100), number);
        }
        net.run_for(Duration::from_secs(3));
        let requests = net.take(bob);
        for request in requests {
            if let Indication::Request {
                server: Some(server),
                message,
                ..
            } = request
            {
                let response = MessageBuilder::response_to(&message, 404, "", "bob").build();
                let now = net.now;
                net.on(bob).respond(now, server, response);
            }
        }
        net.run_for(Duration::from_secs(40));
        let kept = net
            .kept
            .iter()
            .map(|(to, message)| format!("{to} {message}"));
        (kept.collect::<Vec<_>>(), net.ladder)
    };
    assert_eq!(run(), run());
}

/// The last request of that kind that reaches `node` within 5 ms.
fn capture(net: &mut Net, method: &str, node: usize) -> rtcclient::syntax::Message {
    net.keep = true;
    net.run_ms(5);
    let found =
        net.kept.iter().rev().find(|(to, message)| {
            *to == node && message.method() == method && message.is_request()
        });
    found
        .map(|(_, message)| message.clone())
        .expect("such a message went by")
}

/// A request of some 2 kB.
fn big(method: &str, uri: &str, number: u32) -> Draft {
    Draft {
        content_type: Some("text/plain".into()),
        body: vec![b'x'; 2000],
        ..draft(method, uri, number)
    }
}
