//! Requests outside sessions and subscriptions: OPTIONS, unknown methods, and how requests fail.

mod sim;

use rtcclient::agent::{Code, EventType, Send, Status};
use rtcclient::syntax::HeaderId;
use sim::secs;
use sim::watch::*;

#[test]
fn options_are_answered_with_what_there_is() {
    let mut pair = pair();
    pair.serve(0);
    let send = Send {
        cookie: 3,
        ..Send::default()
    };
    let request = sent(&mut pair.net, pair.alice, "OPTIONS", &send);
    let told = find(pair.net.events(pair.alice), EventType::Response);
    assert_eq!(
        (told.cookie, told.status, told.flags),
        (3, Status::Sip(200), 4)
    );
    assert!(
        told.transaction
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &request))
    );
    let message = told.message.as_ref().expect("the 200");
    assert!(
        message
            .header(HeaderId::Allow)
            .is_some_and(|allow| allow.contains("SUBSCRIBE"))
    );
    assert!(
        message
            .header(HeaderId::Accept)
            .is_some_and(|accept| accept.contains("application/sdp"))
    );
    assert!(message.header(HeaderId::Supported).is_some());
    assert_eq!(message.header(HeaderId::AllowEvents), Some("presence"));
    assert_eq!(
        find(pair.net.events(pair.bob), EventType::Request).text,
        "OPTIONS".into()
    );
}

#[test]
fn unknown_methods_are_told_and_refused_unless_the_application_serves_them() {
    let mut pair = pair();
    sent(&mut pair.net, pair.alice, "FOO", &Send::default());
    let told = find(pair.net.events(pair.alice), EventType::Response);
    assert_eq!(told.status, Status::Sip(501));
    assert!(
        told.message
            .as_ref()
            .is_some_and(|message| message.header(HeaderId::Allow).is_some())
    );
    sent(&mut pair.net, pair.alice, "PUBLISH", &Send::default());
    assert_eq!(
        find(pair.net.events(pair.alice), EventType::Response).status,
        Status::Sip(405)
    );
    pair.net
        .with(pair.alice, |agent, now| {
            agent.send_request(now, None, "FOO", BOB, &Send::default())
        })
        .expect("sent");
    pair.net.run_for(secs(0.05));
    let answer = find(pair.net.events(pair.bob), EventType::Request)
        .answer
        .expect("open");
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.answer_event(now, answer, 200, &body("served"))
    })
    .expect("answered");
    let told = find(pair.net.events(pair.alice), EventType::Response);
    assert_eq!(
        (told.status, told.body()),
        (Status::Sip(200), &b"served"[..])
    );
}

#[test]
fn requests_without_an_answer_fail_with_their_reason() {
    let mut pair = pair();
    pair.net.set_up(pair.bob, false);
    sent(
        &mut pair.net,
        pair.alice,
        "OPTIONS",
        &Send {
            cookie: 1,
            ..Send::default()
        },
    );
    pair.net.run_for(secs(40.0));
    let told = find(pair.net.events(pair.alice), EventType::TransactionFailed);
    assert_eq!(
        (told.cookie, told.status),
        (1, Status::Failed(Code::Timeout))
    );
    for (method, uri, code) in [
        ("INVITE", BOB, Code::NotAllowed),
        ("A B", BOB, Code::InvalidArgument),
        ("FOO", "http://x", Code::InvalidSipUrl),
    ] {
        let refusal = pair
            .net
            .with(pair.alice, |agent, now| {
                agent.send_request(now, None, method, uri, &Send::default())
            })
            .expect_err("refused");
        assert_eq!(refusal.code, code, "{method} {uri}");
    }
}
