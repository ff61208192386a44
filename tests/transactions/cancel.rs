//! CANCEL and its races: RFC 3261 §9.

use super::*;

/// B-067, B-165.
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

/// B-051.
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

/// B-067.
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

/// B-069.
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

/// B-071.
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
fn what_is_cancelled_before_it_went_out_never_does() {
    let (mut net, alice, bob) = pair();
    net.name("bob.example.com", &["10.0.0.2"]);
    let client = net.request(alice, draft("INVITE", "sip:bob@bob.example.com", 1), 1);
    net.cancel(alice, client, "");
    net.run_ms(100);
    assert_eq!(net.told(alice), ["timeout"]);
    assert!(net.told(bob).is_empty());
}
