//! Call flows between endpoints on a virtual clock: RFC 3261 §17, §18, §9, RFC 6026, RFC 3581, as a peer sees them.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test may fail where it stands"
)]

#[path = "transactions/cancel.rs"]
mod cancel;
#[path = "transactions/chaos.rs"]
mod chaos;
#[path = "transactions/net.rs"]
mod net;
#[path = "transactions/streams.rs"]
mod streams;
#[path = "transactions/ways.rs"]
mod ways;

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

/// B-157, B-158.
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

/// B-163.
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

/// B-169.
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

/// B-127, B-166.
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

/// B-171.
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

/// B-160.
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

/// B-162, B-029.
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

/// B-167.
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

/// B-118, B-161.
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

/// B-161.
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

/// B-168.
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

/// B-170.
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

/// B-042.
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
