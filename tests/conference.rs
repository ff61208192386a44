//! A call with a conference, and its state: RFC 4579 §5, RFC 4575 §3 to §5.

mod sim;

use rtcclient::agent::{EventType, Send, SessionState, SubscriptionOptions};
use rtcclient::syntax::HeaderId;
use sim::talk::{ALICE, Leg, Talk, state};

fn conference(version: u32, state: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         entity=\"sip:peer@192.0.2.9\" state=\"{state}\" version=\"{version}\"><users>\
         <user entity=\"sip:dave@192.0.2.4\" state=\"full\"/></users></conference-info>"
    )
}

/// B-281: the focus says so in its Contact; its state is watched, and a partial document that skips a number is made good by
/// a SUBSCRIBE at once, which brings the whole.
#[test]
fn the_state_of_a_conference_is_asked_for_anew_when_a_part_was_missed() {
    let mut t = Talk::new(1);
    let (session, _, _) = t.connected("Contact: <sip:peer@192.0.2.9:5060>;isfocus\r\n");
    assert_eq!(state(&session), SessionState::Connected);
    let told = t.last_state().message.expect("the 200");
    let contact = told
        .contacts()
        .next()
        .expect("a contact")
        .expect("readable");
    assert!(contact.params().has("isfocus"));

    let options = SubscriptionOptions {
        uri: contact.uri().into(),
        event: "conference".into(),
        accept: "application/conference-info+xml".into(),
        ..SubscriptionOptions::default()
    };
    let made = t
        .on(|agent, _| agent.create_subscription(options))
        .expect("a subscription");
    t.on(|agent, now| agent.subscribe(now, &made, &Send::default()))
        .expect("subscribed");
    t.run();
    let subscribe = t.peer.expect("SUBSCRIBE");
    assert_eq!(subscribe.header(HeaderId::Event), Some("conference"));
    t.answer(&subscribe, 200, "c1", "Expires: 3600\r\n", "");
    let leg = Leg::of_invite(&subscribe, "c1");
    for (cseq, version, kind, asks) in [
        (1, 1, "full", false),
        (2, 2, "partial", false),
        (3, 4, "partial", true),
        (4, 5, "full", false),
        (5, 6, "partial", false),
    ] {
        let body = conference(version, kind);
        let text = format!(
            "NOTIFY {} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-C{cseq}\r\nMax-Forwards: 70\r\nFrom: {}\r\n\
             To: {}\r\nCall-ID: {}\r\nCSeq: {cseq} NOTIFY\r\nContact: <sip:peer@192.0.2.9:5060>\r\nEvent: conference\r\n\
             Subscription-State: active;expires=3600\r\nContent-Type: application/conference-info+xml\r\nContent-Length: {}\r\n\r\n{body}",
            leg.target,
            leg.local,
            leg.remote,
            leg.call_id,
            body.len()
        );
        t.peer.send(&mut t.net, ALICE, text);
        t.wait(1.0);
        let mut asked = false;
        while let Some(message) = t.peer.next() {
            if message.method() == "SUBSCRIBE" && message.status().is_none() {
                asked = true;
                assert_eq!(message.to_tag(), Some("c1"), "in its dialog");
                t.answer(&message, 200, "c1", "Expires: 3600\r\n", "");
            }
        }
        assert_eq!(asked, asks, "{kind} {version}");
    }
    assert_eq!(t.events(EventType::SubscriptionNotify).len(), 5);
}
