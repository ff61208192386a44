//! Messages: RFC 3428 outside dialogs and inside sessions, as flows.

mod sim;

use rtcclient::agent::{EventType, Send, Status};
use sim::watch::*;

#[test]
fn messages_are_answered_and_belong_to_the_message_session_of_their_peer() {
    use rtcclient::agent::{SessionOptions, SessionType};
    let mut pair = pair();
    let say = Send {
        content_type: Some("text/plain".into()),
        body: Some(b"hello"[..].into()),
        cookie: 11,
        ..Send::default()
    };
    let (alice, bob) = (pair.alice, pair.bob);
    let session = pair
        .on(alice, |agent, _| {
            agent.create_session(SessionType::Im, SessionOptions::default())
        })
        .expect("a session");
    pair.on(alice, |agent, now| {
        agent.add_participant(now, &session, BOB, None, &Send::default())
    })
    .expect("a peer");
    pair.on(alice, |agent, now| {
        agent.session_send(now, &session, "MESSAGE", &say)
    })
    .expect("sent");
    let told = find(pair.net.events(bob), EventType::Messaging);
    assert_eq!(
        (told.body(), &*told.uri),
        (&b"hello"[..], "sip:alice@192.0.2.1")
    );
    assert!(told.session.is_none());
    let complete = find(pair.net.events(alice), EventType::SessionOperationComplete);
    assert_eq!((complete.cookie, complete.status), (11, Status::Sip(200)));
    pair.on(bob, |agent, now| {
        agent.send_request(now, None, "MESSAGE", "sip:alice@192.0.2.1", &say)
    })
    .expect("sent back");
    let told = find(pair.net.events(alice), EventType::Messaging);
    assert!(
        told.session
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &session))
    );
}
