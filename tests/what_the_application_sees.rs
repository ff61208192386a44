//! What an application gets of each message, and that all it is promised is in reach: the Windows CE and Symbian models.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod sim;

use rtcclient::agent::{
    Event, EventType, ProfileOptions, Send, SessionOptions, SessionState, SubscriptionOptions,
    SubscriptionState,
};
use rtcclient::syntax::HeaderId;
use sim::raw::sdp;
use sim::talk::{PEER, Talk, cookie, state};
use sim::{Sim, server};

/// B-416: the message behind an event, whole and in parts: first line, headers in order, by name and place, body.
#[test]
fn the_message_behind_an_event_is_readable_in_every_part() {
    let mut t = Talk::new(1);
    let offer = sdp(PEER, "sendrecv");
    t.called("X-Foo: one\r\nX-Foo: two\r\n", &offer).unwrap();
    let event = t.last_state();
    let message = event.message.unwrap();
    let text = String::from_utf8_lossy(message.as_bytes()).into_owned();
    assert!(text.starts_with("INVITE sip:alice@192.0.2.1 SIP/2.0\r\n"));
    assert!(text.ends_with(&offer));
    assert_eq!(message.start_line(), "INVITE sip:alice@192.0.2.1 SIP/2.0");
    assert_eq!(message.headers_named("x-foo").nth(0), Some("one"));
    assert_eq!(message.headers_named("x-foo").nth(1), Some("two"));
    assert_eq!(message.headers_named("x-foo").nth(2), None);
    let names: Vec<&str> = message.lines().map(|(name, _)| name).collect();
    assert_eq!(names[..3], ["Via", "Max-Forwards", "From"]);
    assert_eq!(message.body(), offer.as_bytes());
    assert_eq!(
        message.header(HeaderId::ContentType),
        Some("application/sdp")
    );
    // It stays readable for as long as somebody holds it, whatever became of the call.
    t.wait(400.0);
    assert_eq!(message.headers_named("X-Foo").count(), 2);
}

fn caused(events: &[Event], wanted: impl Fn(&Event) -> bool, what: &str) -> String {
    let event = events.iter().find(|event| wanted(event));
    let event = event.unwrap_or_else(|| panic!("no event: {what}"));
    let message = event.message.as_ref();
    message
        .unwrap_or_else(|| panic!("no message: {what}"))
        .start_line()
        .to_owned()
}

/// B-417, B-310: every kind of event that a message caused brings that message.
#[test]
fn every_kind_of_event_brings_its_message() {
    let mut t = Talk::new(2);
    let of = |kind: EventType| move |event: &Event| event.event_type == kind;
    // A registration.
    let options = ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        ..ProfileOptions::default()
    };
    let profile = t.on(|agent, _| agent.create_profile(options)).unwrap();
    t.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
        .unwrap();
    t.run();
    let register = t.peer.expect("REGISTER");
    t.answer(&register, 403, "r", "", "");
    // A call with INFO, a re-INVITE that the application answers, a REFER, an operation of ours.
    let options = SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(sdp("192.0.2.1", "sendrecv").into_bytes().into()),
        ..SessionOptions::default()
    };
    let (session, invite) = t.call_with(rtcclient::agent::SessionType::Application, options);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let leg = sim::talk::Leg::of_invite(&invite, "t1");
    t.say(&leg, "INFO", 2, "", "");
    t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(9)))
        .unwrap();
    t.run();
    let info = t.peer.expect("INFO");
    t.answer(&info, 200, "", "", "");
    t.say(&leg, "REFER", 3, "Refer-To: <sip:carol@192.0.2.7>\r\n", "");
    t.say(&leg, "INVITE", 4, "", &sdp(PEER, "sendonly"));
    // A subscription and its notification.
    let options = SubscriptionOptions {
        uri: "sip:bob@192.0.2.9".into(),
        event: "x-test".into(),
        accept: "text/plain".into(),
        ..SubscriptionOptions::default()
    };
    let subscription = t.on(|agent, _| agent.create_subscription(options)).unwrap();
    t.on(|agent, now| agent.subscribe(now, &subscription, &Send::default()))
        .unwrap();
    t.run();
    let subscribe = t.peer.expect("SUBSCRIBE");
    t.answer(&subscribe, 200, "s1", "Expires: 3600\r\n", "");
    let watch = sim::talk::Leg {
        local: "<sip:bob@192.0.2.9>;tag=s1".into(),
        remote: subscribe.header(HeaderId::From).unwrap().into(),
        call_id: subscribe.call_id().into(),
        target: subscribe.contacts().next().unwrap().unwrap().uri().into(),
    };
    t.say(
        &watch,
        "NOTIFY",
        1,
        "Event: x-test\r\nSubscription-State: active;expires=600\r\n",
        "",
    );
    let events = t.net.events(t.alice).to_vec();
    for (kind, first) in [
        (EventType::Info, "INFO "),
        (EventType::SessionReferred, "REFER "),
        (EventType::ReInvite, "INVITE "),
        (EventType::SessionOperationComplete, "SIP/2.0 200"),
        (EventType::SubscriptionNotify, "NOTIFY "),
    ] {
        let line = caused(&events, of(kind), first);
        assert!(line.starts_with(first), "{first}: {line}");
    }
    let rejected = |event: &Event| {
        event.event_type == EventType::RegistrationStateChange && event.message.is_some()
    };
    assert!(caused(&events, rejected, "registration").starts_with("SIP/2.0 403"));
    let connected = |event: &Event| {
        event.event_type == EventType::SessionStateChange
            && event.state == SessionState::Connected.number()
    };
    assert!(caused(&events, connected, "session state").starts_with("SIP/2.0 200"));
    let active = |event: &Event| {
        event.event_type == EventType::SubscriptionStateChange
            && event.state == SubscriptionState::Subscribed.number()
    };
    assert!(caused(&events, active, "subscription state").starts_with("SIP/2.0 200"));
}

/// B-427: find a user, learn whether and what it can, set up, manage: each is a verb away.
#[test]
fn the_five_facets_are_in_reach() {
    let mut net = Sim::new(3);
    server::add(&mut net, server::core(3, &["alice", "bob"]));
    let [alice, bob] = [("alice", 1), ("bob", 2)].map(|(name, number)| {
        let id = net.agent(
            name,
            &format!("192.0.2.{number}"),
            rtcclient::agent::Config::default(),
        );
        let options = ProfileOptions {
            uri: format!("sip:{name}@example.com").into(),
            proxy: "<sip:192.0.2.100;lr>".into(),
            password: "secret".into(),
            ..ProfileOptions::default()
        };
        let profile = net
            .with(id, |agent, _| agent.create_profile(options))
            .unwrap();
        net.with(id, |agent, now| agent.enable_profile(now, &profile, 15, 0))
            .unwrap();
        net.run_for(sim::secs(0.5));
        id
    });
    // Where the user is, and what it can: OPTIONS reaches it by the registrar's word alone.
    net.with(alice, |agent, now| {
        agent.send_request(
            now,
            None,
            "OPTIONS",
            "sip:bob@example.com",
            &Send::default(),
        )
    })
    .unwrap();
    net.run_for(sim::secs(0.5));
    let answer = net
        .events(alice)
        .iter()
        .rev()
        .find(|event| event.event_type == EventType::Response)
        .cloned()
        .unwrap();
    let answer = answer.message.unwrap();
    assert_eq!(answer.status(), Some(200));
    assert!(answer.lists(HeaderId::Allow, "INVITE") && answer.header(HeaderId::Accept).is_some());
    // Whether it is willing: it is asked, and says so.
    let session = net.with(alice, |agent, now| {
        let session = agent.create_session(
            rtcclient::agent::SessionType::PcToPc,
            SessionOptions::default(),
        )?;
        agent.add_participant(now, &session, "sip:bob@example.com", None, &Send::default())?;
        Ok::<_, rtcclient::agent::Refusal>(session)
    });
    let session = session.unwrap();
    net.run_for(sim::secs(0.5));
    let asked = net
        .with(bob, |agent, _| agent.list(rtcclient::agent::Kind::Session))
        .pop()
        .unwrap();
    net.with(bob, |agent, now| {
        agent.answer(now, &asked, 200, &Send::default())
    })
    .unwrap();
    net.run_for(sim::secs(0.5));
    // Set up, with what both know; then managed and ended.
    assert_eq!(state(&session), SessionState::Connected);
    let details = net.with(alice, |agent, _| agent.details(&session));
    let theirs = details.get_text(rtcclient::agent::properties::SESSION_REMOTE_DESCRIPTION, 0);
    assert!(theirs.is_some_and(|text| text.contains("m=audio")));
    net.with(alice, |agent, now| {
        agent.hold(now, &session, true, &Send::default())
    })
    .unwrap();
    net.run_for(sim::secs(0.5));
    assert_eq!(state(&session), SessionState::Hold);
    net.with(alice, |agent, now| {
        agent.terminate(
            now,
            &session,
            rtcclient::agent::TerminateReason::Normal,
            &Send::default(),
        )
    })
    .unwrap();
    net.run_for(sim::secs(0.5));
    assert_eq!(state(&asked), SessionState::Disconnected);
}
