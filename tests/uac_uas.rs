//! What every request and response has, whatever it is for: RFC 3261 §8, and the methods at a glance.

mod sim;

use std::collections::BTreeSet;

use rtcclient::agent::{
    Code, Config, EventType, ObjectRef, ProfileOptions, Send, SessionOptions, Status,
    SubscriptionOptions,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{ALICE, Leg, PEER, Talk};
use sim::wire::{Wire, request};

const URI: &str = "sip:alice@192.0.2.1";

fn profile(t: &mut Talk, proxy: &str) -> ObjectRef {
    let options = ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        display_name: "Alice".into(),
        proxy: proxy.into(),
        ..ProfileOptions::default()
    };
    t.on(|agent, _| agent.create_profile(options))
        .expect("a profile")
}

fn register(t: &mut Talk, profile: &ObjectRef) -> Message {
    t.on(|agent, now| agent.enable_profile(now, profile, 15, 0))
        .expect("enabled");
    t.run();
    t.peer.expect("REGISTER")
}

fn granted(register: &Message, secs: u32) -> String {
    let contact = register.header(HeaderId::Contact).expect("a Contact");
    let contact = contact.split('>').next().expect("a URI");
    format!("Contact: {contact}>;expires={secs}\r\n")
}

/// One request of every kind that begins something, and one inside a dialog.
fn requests(t: &mut Talk) -> Vec<Message> {
    let mut all = Vec::new();
    let account = profile(t, "");
    let first = register(t, &account);
    let lines = granted(&first, 3600);
    t.answer(&first, 200, "r", &lines, "");
    all.push(first);
    for method in ["OPTIONS", "MESSAGE", "FOO"] {
        let send = Send {
            content_type: (method == "MESSAGE").then(|| "text/plain".into()),
            body: (method == "MESSAGE").then(|| b"hello".as_slice().into()),
            ..Send::default()
        };
        t.on(|agent, now| agent.send_request(now, None, method, "sip:bob@192.0.2.9", &send))
            .expect("sent");
        t.run();
        all.push(t.peer.expect(method));
    }
    let options = SubscriptionOptions {
        uri: "sip:bob@192.0.2.9".into(),
        event: "presence".into(),
        accept: "application/pidf+xml".into(),
        ..SubscriptionOptions::default()
    };
    let subscription = t
        .on(|agent, _| agent.create_subscription(options))
        .expect("a subscription");
    t.on(|agent, now| agent.subscribe(now, &subscription, &Send::default()))
        .expect("subscribed");
    t.run();
    all.push(t.peer.expect("SUBSCRIBE"));
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    all.push(invite);
    all.push(t.peer.expect("ACK"));
    t.hang_up(&session);
    all.push(t.peer.expect("BYE"));
    all
}

/// B-024, B-029: the six headers of every request, and a branch of its own with the cookie.
#[test]
fn every_request_has_the_six_headers_and_a_branch_of_its_own() {
    let mut t = Talk::new(1);
    let mut branches = BTreeSet::new();
    for message in requests(&mut t) {
        let line = message.start_line().to_owned();
        for id in [
            HeaderId::To,
            HeaderId::From,
            HeaderId::CSeq,
            HeaderId::CallId,
            HeaderId::MaxForwards,
            HeaderId::Via,
        ] {
            assert!(message.header(id).is_some(), "{line} lacks {id:?}");
        }
        assert_eq!(message.max_forwards(), Some(70), "{line}");
        let branch = message.branch().unwrap_or_default().to_owned();
        assert!(
            branch.starts_with("z9hG4bK") && branch.len() > 12,
            "{line}: {branch}"
        );
        assert!(branches.insert(branch), "{line} has a branch of another");
        assert_eq!(message.cseq_method(), message.method());
        assert!(message.cseq() > 0 && message.cseq() < 1 << 31);
    }
}

/// B-025, B-053, B-026: Request-URI and To are the target; REGISTER goes to the domain alone, binds a Contact to the
/// address in To; To has no tag outside dialogs.
#[test]
fn the_request_uri_is_the_target_and_that_of_register_the_domain() {
    let mut t = Talk::new(2);
    for message in requests(&mut t) {
        let to = message.to().expect("To");
        match message.method() {
            "REGISTER" => {
                assert_eq!(message.request_uri(), "sip:192.0.2.9");
                assert_eq!(to.uri, "sip:alice@192.0.2.9");
                assert!(
                    message
                        .contacts()
                        .next()
                        .is_some_and(|contact| contact.is_ok())
                );
            }
            "ACK" | "BYE" => {
                assert_eq!(message.to_tag(), Some("t1"));
                assert_eq!(message.request_uri(), "sip:peer@192.0.2.9:5060");
                continue;
            }
            _ => assert_eq!(message.request_uri(), to.uri),
        }
        assert_eq!(message.to_tag(), None, "{}", message.start_line());
        assert!(message.from_tag().is_some());
    }
}

/// B-026: ten thousand tags and Call-IDs without a repetition, each of more than 32 bits.
#[test]
fn tags_and_call_ids_do_not_repeat() {
    let mut wire = Wire::new();
    let (mut tags, mut calls) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..10_000 {
        let (sent, out) = wire.on(|agent, now| {
            agent.send_request(now, None, "OPTIONS", "sip:p@192.0.2.99", &Send::default())
        });
        sent.expect("sent");
        let tag = out[0].from_tag().expect("a tag");
        assert!(tag.len() >= 11, "{tag} holds 64 bits at six bits a letter");
        assert!(tags.insert(tag.to_owned()));
        assert!(calls.insert(out[0].call_id().to_owned()));
    }
}

/// B-027: all REGISTERs of one registrar have one Call-ID and count on; each call has a Call-ID of its own.
#[test]
fn registers_share_a_call_id_and_count_on() {
    let mut t = Talk::new(3);
    let account = profile(&mut t, "");
    let first = register(&mut t, &account);
    let lines = granted(&first, 60);
    t.answer(&first, 200, "r", &lines, "");
    t.wait(61.0);
    let second = t.peer.expect("REGISTER");
    assert_eq!(second.call_id(), first.call_id());
    assert_eq!(second.cseq(), first.cseq() + 1);
    let (_, one) = t.call(SessionOptions::default());
    let (_, two) = t.call(SessionOptions::default());
    assert_ne!(one.call_id(), two.call_id());
}

/// B-032: the outbound proxy is the first Route, and the request goes there.
#[test]
fn an_outbound_proxy_is_a_loose_route_before_everything() {
    let mut t = Talk::new(4);
    let account = profile(&mut t, "sip:192.0.2.9");
    let send = Send::default();
    t.on(|agent, now| {
        agent.send_request(now, Some(&account), "OPTIONS", "sip:bob@192.0.2.200", &send)
    })
    .expect("sent");
    t.run();
    let options = t.peer.expect("OPTIONS");
    assert_eq!(options.request_uri(), "sip:bob@192.0.2.200");
    assert_eq!(options.header(HeaderId::Route), Some("<sip:192.0.2.9;lr>"));
    let session = t.on(|agent, _| {
        let options = SessionOptions {
            flags: 1,
            profile: Some(account.clone()),
            ..SessionOptions::default()
        };
        agent.create_session(rtcclient::agent::SessionType::PcToPc, options)
    });
    let session = session.expect("a session");
    t.on(|agent, now| agent.add_participant(now, &session, "sip:bob@192.0.2.200", None, &send))
        .expect("called");
    t.run();
    let invite = t.peer.expect("INVITE sip:bob@192.0.2.200");
    assert_eq!(invite.header(HeaderId::Route), Some("<sip:192.0.2.9;lr>"));
}

/// B-033, B-311: a first route without lr is a strict router: it takes the place of the Request-URI, the target goes last.
#[test]
fn a_strict_router_changes_places_with_the_target() {
    let mut t = Talk::new(5);
    let (session, invite) = t.call(SessionOptions::default());
    let lines = "Record-Route: <sip:192.0.2.77;lr>, <sip:192.0.2.9:5060>\r\nContact: <sip:peer@192.0.2.88>\r\n";
    t.answer(&invite, 200, "t1", lines, &sdp(PEER, "sendrecv"));
    for what in ["ACK", "BYE"] {
        if what == "BYE" {
            t.hang_up(&session);
        }
        let message = t.peer.expect(what);
        assert_eq!(message.request_uri(), "sip:192.0.2.9:5060");
        let routes: Vec<&str> = message.values(HeaderId::Route).collect();
        assert_eq!(routes, ["<sip:192.0.2.77;lr>", "<sip:peer@192.0.2.88>"]);
    }
}

/// B-036: a response that passed somebody else's hop is not for us.
#[test]
fn a_response_with_two_vias_is_dropped() {
    let mut t = Talk::new(6);
    let (session, invite) = t.call(SessionOptions::default());
    let before = t.net.events(t.alice).len();
    let second = "Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKother\r\n";
    t.answer(&invite, 486, "x", second, "");
    assert_eq!(t.net.events(t.alice).len(), before);
    assert_eq!(
        session.state(),
        rtcclient::agent::SessionState::InProgress.number()
    );
    t.answer(&invite, 486, "x", "", "");
    assert_eq!(t.last_state().status, Status::Sip(486));
}

/// B-041: strangers get 404 where we say so; our own user, our Contact and a bare host do not.
#[test]
fn a_request_for_nobody_here_gets_404() {
    let strict = || {
        let config = Config {
            known_users_only: true,
            ..Config::default()
        };
        let mut wire = Wire::with(config);
        let named = wire.on(|agent, _| agent.set_local_user(Some(URI), None)).0;
        named.expect("a URI");
        let options = ProfileOptions {
            uri: "sip:work@192.0.2.9".into(),
            ..ProfileOptions::default()
        };
        let profile = wire
            .on(|agent, _| agent.create_profile(options))
            .0
            .expect("a profile");
        let enabled = wire
            .on(|agent, now| agent.enable_profile(now, &profile, 0, 0))
            .0;
        enabled.expect("enabled");
        wire
    };
    for (uri, status) in [
        ("sip:wrong@192.0.2.1", 404),
        ("tel:+15550100", 404),
        (URI, 180),
        ("sip:work@192.0.2.1", 180),
        ("sip:192.0.2.1", 180),
    ] {
        assert_eq!(
            Wire::status(&strict().udp(request("INVITE", uri, "", ""))),
            status,
            "{uri}"
        );
    }
    let out = strict().udp(request("OPTIONS", "sip:wrong@192.0.2.1", "", ""));
    assert_eq!(Wire::status(&out), 404);
    assert_eq!(
        Wire::status(&Wire::new().udp(request("INVITE", "sip:any@192.0.2.1", "", ""))),
        180
    );
}

/// B-042: the same request by two ways is one call; the second copy gets 482.
#[test]
fn a_merged_request_gets_482() {
    let mut wire = Wire::new();
    let invite = request("INVITE", URI, "", "");
    assert_eq!(Wire::status(&wire.udp(&invite)), 180);
    let other = invite.replace("z9hG4bK-INVITE", "z9hG4bK-another");
    assert_eq!(Wire::status(&wire.udp(other)), 482);
    let calls = wire
        .events
        .iter()
        .filter(|event| event.event_type == EventType::SessionStateChange);
    assert_eq!(calls.count(), 1);
}

/// B-045: what a response repeats of its request, and one To tag in all but 100.
#[test]
fn responses_repeat_the_request_and_keep_one_tag() {
    let mut t = Talk::new(7);
    let via = "Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKfirst\r\n";
    let session = t.called(via, &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 183, Send::default());
    t.reply(&session, 200, Send::default());
    let mut tags = BTreeSet::new();
    for what in ["180 INVITE", "183 INVITE", "200 INVITE"] {
        let response = t.peer.expect(what);
        let vias: Vec<String> = response
            .vias()
            .flatten()
            .filter_map(|via| via.branch().map(Into::into))
            .collect();
        assert_eq!(vias, ["z9hG4bK-INVITE-1", "z9hG4bKfirst"], "{what}");
        assert_eq!(response.from_tag(), Some("p1"));
        assert_eq!((response.call_id(), response.cseq()), ("theirs", 1));
        let to = response.to().expect("To");
        assert_eq!(to.uri, "sip:alice@192.0.2.1");
        tags.insert(response.to_tag().expect("a tag").to_owned());
    }
    assert_eq!(tags.len(), 1);
}

/// B-049: an ACK is never answered, whatever it asks for.
#[test]
fn an_ack_has_no_answer() {
    let mut wire = Wire::new();
    for lines in ["", "Require: foo\r\n", "Content-Encoding: gzip\r\n"] {
        for uri in [URI, "foo:bar"] {
            assert!(wire.udp(request("ACK", uri, lines, "")).is_empty());
            let inside =
                request("ACK", uri, lines, "x").replace("192.0.2.1>", "192.0.2.1>;tag=none");
            assert!(wire.udp(inside).is_empty());
        }
    }
    assert!(wire.wait(40.0).is_empty());
    assert!(wire.events.is_empty());
}

/// B-052: OPTIONS asks what we can do, outside of dialogs and inside, which stay as they were.
#[test]
fn options_is_answered_in_and_out_of_dialogs() {
    let out = Wire::new().udp(request("OPTIONS", URI, "", ""));
    assert_eq!(Wire::status(&out), 200);
    assert!(out[0].lists(HeaderId::Allow, "INVITE"));
    let mut t = Talk::new(8);
    let (session, _, leg) = t.connected("");
    t.say(&leg, "OPTIONS", 5, "", "");
    let inside = t.peer.expect("200 OPTIONS");
    assert!(inside.lists(HeaderId::Allow, "INVITE"));
    assert!(
        inside.header(HeaderId::Accept).is_some() && inside.header(HeaderId::Supported).is_some()
    );
    assert_eq!(
        session.state(),
        rtcclient::agent::SessionState::Connected.number()
    );
    t.say(&leg, "BYE", 6, "", "");
    t.peer.expect("200 BYE");
}

/// B-054, S-024: a method that nobody knows goes out, and its answer comes back under the name of its transaction.
#[test]
fn an_unknown_method_can_be_sent_and_received() {
    let mut t = Talk::new(9);
    let send = Send {
        cookie: 77,
        headers: Some("X-Foo: bar".into()),
        ..Send::default()
    };
    let transaction = t
        .on(|agent, now| agent.send_request(now, None, "FOO", "sip:bob@192.0.2.9", &send))
        .expect("sent");
    t.run();
    let foo = t.peer.expect("FOO");
    assert_eq!(foo.header_named("X-Foo"), Some("bar"));
    t.answer(&foo, 299, "f", "X-Answer: yes\r\n", "");
    let event = t.events(EventType::Response).pop().expect("a response");
    assert_eq!((event.status, event.cookie), (Status::Sip(299), 77));
    let told = event.transaction.expect("the transaction");
    assert!(std::sync::Arc::ptr_eq(&told, &transaction));
    let message = event.message.expect("the response");
    assert_eq!(message.header_named("X-Answer"), Some("yes"));
    // And the other way round: told, and answered by whoever listens.
    let leg = Leg {
        target: format!("sip:alice@{ALICE}"),
        local: "<sip:peer@192.0.2.9>;tag=p1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: "foo".into(),
    };
    t.say(&leg, "FOO", 1, "", "");
    let event = t.events(EventType::Request).pop().expect("a request");
    assert_eq!(&*event.text, "FOO");
    let answer = event.answer.expect("open");
    t.on(|agent, now| agent.answer_event(now, answer, 200, &Send::default()))
        .expect("answered");
    t.run();
    t.peer.expect("200 FOO");
    let refused = t
        .on(|agent, now| agent.send_request(now, None, "BAD METHOD", "sip:b@192.0.2.9", &send))
        .expect_err("no token");
    assert_eq!(refused.code, Code::InvalidArgument);
}
