//! Presence: RFC 3856, RFC 6665 §4.2, RFC 3903 §6.

use rtcclient::server::ServerConfig;
use rtcclient::syntax::{HeaderId, Message, MessageBuilder, SubscriptionState};

use crate::world::{Peer, Wallet, World, guarded, open, udp};

const ALICE: &str = "sip:alice@example.test";

fn pidf(basic: &str) -> String {
    format!(
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"{ALICE}\"><tuple id=\"t\"><status>\
         <basic>{basic}</basic></status></tuple></presence>"
    )
}

fn says(notify: &Message) -> &'static str {
    assert_eq!(
        notify.header(HeaderId::ContentType),
        Some("application/pidf+xml")
    );
    let text = std::str::from_utf8(notify.body()).unwrap();
    match (text.contains(">open<"), text.contains(">closed<")) {
        (true, false) => "open",
        (false, true) => "closed",
        other => panic!("{other:?} {text}"),
    }
}

fn state(notify: &Message) -> String {
    let state = notify.typed::<SubscriptionState<'_>>().unwrap().unwrap();
    match state.reason() {
        Some(reason) => format!("{} {reason}", state.state),
        None => format!("{} {}", state.state, state.expires().unwrap()),
    }
}

/// A SUBSCRIBE of bob's to alice.
fn subscribing(world: &mut World, bob: Peer, call: &str, lines: &str) -> Message {
    world
        .request(bob, "SUBSCRIBE", ALICE, "bob", call, 1)
        .header(HeaderId::Contact, World::contact("bob", bob))
        .header(HeaderId::Event, "presence")
        .raw_lines(lines)
        .build()
}

/// Bob watches alice: the 200 and the first NOTIFY, which he has answered.
fn watch(world: &mut World, bob: Peer, lines: &str) -> (Message, Message) {
    let subscribe = subscribing(world, bob, "watch", lines);
    world.send(bob, &subscribe);
    let ok = world.expect(bob, "200");
    let notify = world.expect(bob, "NOTIFY");
    world.respond(bob, &notify, 200, "bob", "");
    (ok, notify)
}

/// Bob's SUBSCRIBE within his dialog.
fn again(world: &mut World, bob: Peer, ok: &Message, cseq: u32, expires: u32) -> Message {
    let uri = ok.contacts().next().unwrap().unwrap().uri().to_owned();
    MessageBuilder::request("SUBSCRIBE", &uri)
        .header(HeaderId::Via, world.via(bob))
        .copy(ok, HeaderId::From)
        .copy(ok, HeaderId::To)
        .copy(ok, HeaderId::CallId)
        .header(HeaderId::CSeq, format!("{cseq} SUBSCRIBE"))
        .header(HeaderId::Contact, World::contact("bob", bob))
        .header(HeaderId::Event, "presence")
        .number(HeaderId::Expires, expires)
        .build()
}

/// A PUBLISH of alice's, and the answer to it.
fn publish(world: &mut World, cseq: u32, lines: &str, body: &str, status: &str) -> Message {
    let alice = udp(5070);
    let content_type = if body.is_empty() {
        ""
    } else {
        "application/pidf+xml"
    };
    let publish = world
        .request(alice, "PUBLISH", ALICE, "alice", "publish", cseq)
        .header(HeaderId::Event, "presence")
        .raw_lines(lines)
        .body(content_type, body.as_bytes())
        .build();
    world.send(alice, &publish);
    world.expect(alice, status)
}

fn etag(ok: &Message) -> String {
    ok.header(HeaderId::SipETag).unwrap().to_owned()
}

#[test]
fn a_watcher_is_told_at_once_and_whenever_something_changes() {
    let mut world = World::new(open());
    let bob = world.connect(40_000);
    let (ok, first) = watch(&mut world, bob, "Expires: 600\r\n");
    assert_eq!(ok.expires(), Some(600));
    assert_eq!(
        ok.header(HeaderId::Contact),
        Some("<sip:alice@127.0.0.1:5062;transport=tcp>")
    );
    assert_eq!(
        (says(&first), state(&first).as_str()),
        ("closed", "active 600")
    );
    assert_eq!(first.from_tag(), ok.to_tag());
    assert_eq!(first.to_tag(), Some("bob"));
    world.seconds(10);
    let published = publish(&mut world, 1, "Expires: 300\r\n", &pidf("open"), "200");
    assert_eq!(published.expires(), Some(300));
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(
        (says(&notify), state(&notify).as_str()),
        ("open", "active 590")
    );
    assert_eq!(notify.cseq(), first.cseq() + 1);
    world.respond(bob, &notify, 200, "bob", "");
    // It ends by itself.
    world.seconds(300);
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(says(&notify), "closed");
    world.respond(bob, &notify, 200, "bob", "");
    world.quiet();
}

#[test]
fn a_publication_is_refreshed_changed_and_removed_by_its_tag() {
    let mut world = World::new(open());
    let bob = udp(5090);
    watch(&mut world, bob, "");
    let first = etag(&publish(&mut world, 1, "", &pidf("open"), "200"));
    let notify = world.expect(bob, "NOTIFY");
    world.respond(bob, &notify, 200, "bob", "");
    // A refresh changes the tag and nothing else.
    let line = format!("SIP-If-Match: {first}\r\n");
    let second = etag(&publish(&mut world, 2, &line, "", "200"));
    assert_ne!(first, second);
    world.quiet();
    publish(&mut world, 3, &line, &pidf("closed"), "412");
    let line = format!("SIP-If-Match: {second}\r\n");
    let third = etag(&publish(&mut world, 4, &line, &pidf("closed"), "200"));
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(says(&notify), "closed");
    world.respond(bob, &notify, 200, "bob", "");
    let line = format!("SIP-If-Match: {third}\r\nExpires: 0\r\n");
    publish(&mut world, 5, &line, "", "200");
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(says(&notify), "closed");
    world.respond(bob, &notify, 200, "bob", "");
    publish(&mut world, 6, &line, "", "412");
    world.quiet();
}

#[test]
fn what_cannot_be_published_is_refused() {
    let mut world = World::new(ServerConfig {
        publications_per_user: 1,
        publication_bytes: 300,
        ..open()
    });
    publish(&mut world, 1, "", "", "400");
    publish(&mut world, 2, "", "<presence/>", "400");
    publish(&mut world, 3, "", &" ".repeat(301), "413");
    publish(&mut world, 4, "Expires: 5\r\n", &pidf("open"), "423");
    publish(&mut world, 5, "Require: gruu\r\n", &pidf("open"), "420");
    publish(&mut world, 6, "", &pidf("open"), "200");
    publish(&mut world, 7, "", &pidf("open"), "403");
    let alice = udp(5070);
    let text = world
        .request(alice, "PUBLISH", ALICE, "alice", "p", 1)
        .header(HeaderId::Event, "presence")
        .body("text/plain", b"here")
        .build();
    world.send(alice, &text);
    let refused = world.expect(alice, "415");
    assert_eq!(
        refused.header(HeaderId::Accept),
        Some("application/pidf+xml")
    );
    let dialog = world
        .request(alice, "PUBLISH", ALICE, "alice", "p", 2)
        .header(HeaderId::Event, "dialog")
        .build();
    world.send(alice, &dialog);
    let refused = world.expect(alice, "489");
    assert_eq!(refused.header(HeaderId::AllowEvents), Some("presence"));
}

#[test]
fn a_subscription_is_refreshed_and_ended_by_its_watcher() {
    let mut world = World::new(open());
    let bob = udp(5090);
    let (ok, _) = watch(&mut world, bob, "Expires: 100\r\n");
    world.seconds(90);
    let refresh = again(&mut world, bob, &ok, 2, 100);
    world.send(bob, &refresh);
    world.expect(bob, "200");
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(state(&notify), "active 100");
    world.respond(bob, &notify, 200, "bob", "");
    let old = again(&mut world, bob, &ok, 2, 0);
    world.send(bob, &old);
    world.expect(bob, "500");
    world.seconds(90);
    let end = again(&mut world, bob, &ok, 3, 0);
    world.send(bob, &end);
    world.expect(bob, "200");
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(state(&notify), "terminated timeout");
    world.respond(bob, &notify, 200, "bob", "");
    let late = again(&mut world, bob, &ok, 4, 100);
    world.send(bob, &late);
    world.expect(bob, "481");
    publish(&mut world, 1, "", &pidf("open"), "200");
    world.quiet();
}

#[test]
fn a_subscription_that_nobody_refreshes_ends_politely() {
    let mut world = World::new(open());
    let bob = udp(5090);
    watch(&mut world, bob, "Expires: 100\r\n");
    world.seconds(100);
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(state(&notify), "terminated timeout");
    world.respond(bob, &notify, 200, "bob", "");
    world.seconds(100);
    world.quiet();
}

#[test]
fn a_single_question_gets_a_single_answer() {
    let mut world = World::new(open());
    publish(&mut world, 1, "", &pidf("open"), "200");
    let (ok, notify) = watch(&mut world, udp(5090), "Expires: 0\r\n");
    assert_eq!(ok.expires(), Some(0));
    assert_eq!(
        (says(&notify), state(&notify).as_str()),
        ("open", "terminated timeout")
    );
    publish(&mut world, 2, "", &pidf("closed"), "200");
    world.quiet();
}

#[test]
fn a_watcher_that_does_not_listen_is_forgotten() {
    for (status, lines, forgotten) in [
        (Some(481), "", true),
        (Some(500), "", true),
        (Some(503), "Retry-After: 5\r\n", false),
        (None, "", true),
    ] {
        let mut world = World::new(open());
        let bob = udp(5090);
        watch(&mut world, bob, "");
        publish(&mut world, 1, "", &pidf("open"), "200");
        let notify = world.expect(bob, "NOTIFY");
        match status {
            Some(status) => world.respond(bob, &notify, status, "bob", lines),
            None => world.seconds(40),
        }
        world.forget();
        publish(&mut world, 2, "", &pidf("closed"), "200");
        assert_eq!(world.poll(bob).is_none(), forgotten, "{status:?}");
    }
}

#[test]
fn what_changes_while_a_notify_is_on_its_way_is_told_by_the_next() {
    let mut world = World::new(open());
    let bob = udp(5090);
    watch(&mut world, bob, "");
    let tag = etag(&publish(&mut world, 1, "", &pidf("open"), "200"));
    let first = world.expect(bob, "NOTIFY");
    let line = format!("SIP-If-Match: {tag}\r\n");
    let tag = etag(&publish(&mut world, 2, &line, &pidf("open"), "200"));
    let line = format!("SIP-If-Match: {tag}\r\n");
    publish(&mut world, 3, &line, &pidf("closed"), "200");
    assert!(world.poll(bob).is_none());
    world.respond(bob, &first, 200, "bob", "");
    let second = world.expect(bob, "NOTIFY");
    assert_eq!(says(&second), "closed");
    world.respond(bob, &second, 200, "bob", "");
    world.quiet();
}

#[test]
fn what_cannot_be_watched_is_refused_and_what_phones_watch_passes() {
    let mut world = World::new(open());
    let (bob, alice) = (udp(5090), world.connect(40_000));
    world.register(alice, "alice");
    for (call, lines, event, status) in [
        ("a", "Accept: text/plain\r\n", "presence", "406"),
        ("b", "Expires: 3\r\n", "presence", "423"),
        ("c", "", "presence.winfo", "489"),
        ("d", "Require: gruu\r\n", "presence", "420"),
        ("e", "", "", "489"),
    ] {
        let subscribe = subscribing(&mut world, bob, call, lines)
            .edit()
            .set(HeaderId::Event, event)
            .build();
        world.send(bob, &subscribe);
        world.expect(bob, status);
    }
    let nowhere = subscribing(&mut world, bob, "f", "")
        .edit()
        .remove(HeaderId::Contact)
        .build();
    world.send(bob, &nowhere);
    world.expect(bob, "400");
    let dialog = subscribing(&mut world, bob, "g", "")
        .edit()
        .set(HeaderId::Event, "dialog")
        .build();
    world.send(bob, &dialog);
    let dialog = world.expect(alice, "SUBSCRIBE");
    assert_eq!(dialog.record_routes().count(), 2);
    world.respond(alice, &dialog, 200, "alice", "Expires: 600\r\n");
    let ok = world.expect(bob, "200");
    // Alice's NOTIFY comes back through the server.
    let mut notify = MessageBuilder::request("NOTIFY", &format!("sip:bob@{}", World::at(bob)))
        .header(HeaderId::Via, world.via(alice))
        .header(HeaderId::From, ok.header(HeaderId::To).unwrap())
        .header(HeaderId::To, ok.header(HeaderId::From).unwrap())
        .copy(&ok, HeaderId::CallId)
        .header(HeaderId::CSeq, "1 NOTIFY")
        .header(HeaderId::Event, "dialog")
        .header(HeaderId::SubscriptionState, "active;expires=600");
    for route in dialog.values(HeaderId::RecordRoute) {
        notify.add(HeaderId::Route, route);
    }
    world.send(alice, &notify.build());
    let notify = world.expect(bob, "NOTIFY");
    world.respond(bob, &notify, 200, "bob", "");
    world.expect(alice, "200");
    world.quiet();
}

#[test]
fn watchers_and_publishers_prove_who_they_are() {
    let mut world = World::new(guarded());
    let bob = udp(5090);
    for (name, status) in [("carol", "403"), ("bob", "200")] {
        let subscribe = subscribing(&mut world, bob, name, "");
        world.send(bob, &subscribe);
        let challenge = world.expect(bob, "401");
        let again = Wallet::new(name, "secret").answer(&mut world, bob, &subscribe, &challenge);
        world.send(bob, &again);
        world.expect(bob, status);
    }
    let notify = world.expect(bob, "NOTIFY");
    world.respond(bob, &notify, 200, "bob", "");
    let refused = publish(&mut world, 1, "", &pidf("open"), "401");
    let alice = udp(5070);
    let unsigned = world
        .request(alice, "PUBLISH", ALICE, "alice", "publish", 1)
        .header(HeaderId::Event, "presence")
        .body("application/pidf+xml", pidf("open").as_bytes())
        .build();
    let mallory = Wallet::new("carol", "secret").answer(&mut world, alice, &unsigned, &refused);
    world.send(alice, &mallory);
    world.expect(alice, "403");
    let refused = publish(&mut world, 3, "", &pidf("open"), "401");
    let signed = Wallet::new("alice", "secret").answer(&mut world, alice, &unsigned, &refused);
    world.send(alice, &signed);
    world.expect(alice, "200");
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(says(&notify), "open");
}

#[test]
fn a_removed_users_watchers_learn_that_it_is_gone() {
    let mut world = World::new(open());
    let bob = udp(5090);
    watch(&mut world, bob, "");
    publish(&mut world, 1, "", &pidf("open"), "200");
    let notify = world.expect(bob, "NOTIFY");
    world.respond(bob, &notify, 200, "bob", "");
    world.user("alice", None, &[], None);
    world.seconds(0);
    let notify = world.expect(bob, "NOTIFY");
    assert_eq!(says(&notify), "closed");
}
