//! Messages: RFC 3428 outside dialogs and inside sessions, as flows.

mod sim;

use rtcclient::agent::{
    Code, EventType, Kind, ObjectRef, Send, SessionOptions, SessionType, Status, Verdict,
};
use rtcclient::events::composing;
use rtcclient::syntax::{HeaderId, Message};
use sim::secs;
use sim::talk::{ALICE, Talk, cookie};
use sim::watch::*;

/// B-305: text both ways, no Contact, no dialog.
#[test]
fn messages_are_answered_and_belong_to_the_message_session_of_their_peer() {
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
    let told = find(pair.net.events(bob), EventType::Messaging).clone();
    assert_eq!(
        (told.body(), &*told.uri),
        (&b"hello"[..], "sip:alice@192.0.2.1")
    );
    let message = told.message.as_ref().expect("the MESSAGE");
    assert_eq!(message.header(HeaderId::Contact), None);
    assert_eq!(
        pair.net.with(alice, |agent, _| agent.statistics().dialogs),
        0
    );
    assert_eq!(pair.net.with(bob, |agent, _| agent.statistics().dialogs), 0);
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

fn words(text: &str, cookie: i64) -> Send {
    Send {
        cookie,
        content_type: Some("text/plain".into()),
        body: Some(text.as_bytes().into()),
        ..Send::default()
    }
}

/// A message session with the raw peer.
fn chat(talk: &mut Talk) -> ObjectRef {
    let session = talk
        .on(|agent, _| agent.create_session(SessionType::Im, SessionOptions::default()))
        .expect("a session");
    talk.on(|agent, now| {
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("a peer");
    session
}

fn send(talk: &mut Talk, session: &ObjectRef, text: &str, cookie: i64) {
    let send = words(text, cookie);
    talk.on(|agent, now| agent.session_send(now, session, "MESSAGE", &send))
        .expect("taken");
    talk.run();
}

/// A MESSAGE of the peer outside dialogs, and the answer to it.
fn said(talk: &mut Talk, cseq: u32, lines: &str, body: &str) -> Message {
    let text = format!(
        "MESSAGE sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKm{cseq}\r\nMax-Forwards: 70\r\n\
         From: <sip:peer@192.0.2.9>;tag=m{cseq}\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: m{cseq}\r\nCSeq: {cseq} MESSAGE\r\n\
         {lines}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    talk.peer.send(&mut talk.net, ALICE, text);
    talk.run();
    loop {
        let message = talk.peer.next().expect("an answer");
        if message.status().is_some_and(|status| status >= 200) {
            return message;
        }
    }
}

/// B-305: a type that is not accepted gets 415 and what is; an encoding too; 200 and 202 are both well.
#[test]
fn types_that_are_not_accepted_are_refused_with_those_that_are() {
    let mut talk = Talk::new(40);
    assert_eq!(
        said(&mut talk, 1, "Content-Type: text/html\r\n", "x").status(),
        Some(200)
    );
    let zipped = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";
    let answer = said(&mut talk, 2, zipped, "x");
    assert_eq!(answer.status(), Some(415));
    assert_eq!(answer.header(HeaderId::AcceptEncoding), Some("identity"));
    talk.on(|agent, _| agent.set_headers(None, Some("Accept: text/plain, message/*"), 0))
        .expect("set");
    let answer = said(&mut talk, 3, "Content-Type: text/html\r\n", "x");
    assert_eq!(answer.status(), Some(415));
    assert_eq!(
        answer.header(HeaderId::Accept),
        Some("text/plain, message/*")
    );
    for (cseq, kind) in [
        (4, "text/plain;charset=UTF-8"),
        (5, "message/cpim"),
        (6, composing::CONTENT_TYPE),
    ] {
        let lines = format!("Content-Type: {kind}\r\n");
        assert_eq!(
            said(&mut talk, cseq, &lines, "x").status(),
            Some(200),
            "{kind}"
        );
    }
    assert_eq!(talk.events(EventType::Messaging).len(), 4);
    let request = talk
        .on(|agent, now| {
            agent.send_request(now, None, "MESSAGE", "sip:peer@192.0.2.9", &words("hi", 9))
        })
        .expect("sent");
    talk.run();
    let message = talk.peer.expect("MESSAGE");
    assert_eq!(message.header(HeaderId::Contact), None);
    talk.answer(&message, 202, "x", "", "");
    let done = talk.events(EventType::Response).pop().expect("told");
    assert_eq!((done.cookie, done.status), (9, Status::Sip(202)));
    assert_eq!(request.kind(), Kind::Transaction);
}

/// B-306: what is too large for UDP goes by TCP, and nowhere where TCP is not spoken.
#[test]
fn a_large_message_never_goes_by_udp() {
    let mut talk = Talk::new(41);
    let large = words(&"x".repeat(1400), 5);
    talk.on(|agent, now| agent.send_request(now, None, "MESSAGE", "sip:peer@192.0.2.9", &large))
        .expect("taken");
    talk.wait(40.0);
    assert_eq!(talk.count("MESSAGE"), 0, "the peer speaks UDP alone");
    let failed = talk
        .events(EventType::TransactionFailed)
        .pop()
        .expect("told");
    assert_eq!(
        (failed.cookie, failed.status),
        (5, Status::Failed(Code::TcpFail))
    );
    // To somebody who listens on TCP it comes.
    let bob = talk
        .net
        .agent("bob", "192.0.2.2", rtcclient::agent::Config::default());
    talk.on(|agent, now| agent.send_request(now, None, "MESSAGE", BOB, &large))
        .expect("sent");
    talk.wait(1.0);
    let told = find(talk.net.events(bob), EventType::Messaging);
    assert_eq!(told.body().len(), 1400);
    let via = told
        .message
        .as_ref()
        .and_then(|message| message.header(HeaderId::Via));
    assert!(
        via.is_some_and(|via| via.starts_with("SIP/2.0/TCP")),
        "{via:?}"
    );
}

/// B-307: messages of a session keep their order: each waits for the answer to the one before, inside a call too.
#[test]
fn messages_of_a_session_keep_their_order() {
    let mut talk = Talk::new(42);
    let chat = chat(&mut talk);
    let (call, _, _) = talk.connected("");
    for session in [chat, call] {
        for (number, text) in ["one", "two", "three"].into_iter().enumerate() {
            send(
                &mut talk,
                &session,
                text,
                10 + i64::try_from(number).expect("few"),
            );
        }
        let mut told = Vec::new();
        for status in [200, 500, 202] {
            let message = talk.peer.expect("MESSAGE");
            assert!(!talk.peer.has("MESSAGE"), "one at a time");
            told.push(String::from_utf8_lossy(message.body()).into_owned());
            talk.answer(&message, status, "", "", "");
        }
        assert_eq!(told, ["one", "two", "three"]);
        assert_eq!(
            [talk.completed(10), talk.completed(11), talk.completed(12)],
            [
                Some(Status::Sip(200)),
                Some(Status::Sip(500)),
                Some(Status::Sip(202))
            ]
        );
    }
}

#[test]
fn messages_for_a_peer_that_does_not_answer_are_bounded() {
    let mut talk = Talk::new(43);
    let chat = chat(&mut talk);
    let mut refused = None;
    for number in 0..2000 {
        let result = talk
            .on(|agent, now| agent.session_send(now, &chat, "MESSAGE", &words("hello", number)));
        if let Err(refusal) = result {
            refused = Some((number, refusal.code));
            break;
        }
    }
    assert_eq!(refused, Some((1001, Code::Limit)));
    talk.wait(33.0);
    assert_eq!(talk.completed(0), Some(Status::Failed(Code::Timeout)));
}

/// B-307: typing is told when it changes, said again in time, and ends with the message.
#[test]
fn typing_is_said_when_it_changes() {
    let mut talk = Talk::new(44);
    let session = chat(&mut talk);
    let say = |talk: &mut Talk, status: i32| {
        let result = talk
            .on(|agent, now| agent.session_send_status(now, &session, status, &Send::default()));
        talk.run();
        result
    };
    let told = |talk: &mut Talk| {
        let message = talk.peer.expect("MESSAGE");
        assert_eq!(
            message.header(HeaderId::ContentType),
            Some(composing::CONTENT_TYPE)
        );
        let document = composing::Composing::parse(message.body()).expect("a document");
        talk.answer(&message, 200, "", "", "");
        (document.active, document.refresh)
    };
    assert_eq!(say(&mut talk, 0), Ok(Verdict::Nothing), "it was idle");
    assert_eq!(say(&mut talk, 1), Ok(Verdict::Done));
    assert_eq!(told(&mut talk), (true, Some(120)));
    assert_eq!(say(&mut talk, 1), Ok(Verdict::Nothing), "the peer knows");
    talk.wait(61.0);
    assert_eq!(say(&mut talk, 1), Ok(Verdict::Done), "before it lapses");
    assert_eq!(told(&mut talk), (true, Some(120)));
    assert_eq!(say(&mut talk, 0), Ok(Verdict::Done));
    assert_eq!(told(&mut talk), (false, None));
    say(&mut talk, 1).expect("again");
    told(&mut talk);
    send(&mut talk, &session, "hello", 1);
    assert_eq!(
        say(&mut talk, 0),
        Ok(Verdict::Nothing),
        "the message has said it"
    );
    assert_eq!(
        say(&mut talk, 2).map_err(|refusal| refusal.code),
        Err(Code::InvalidArgument)
    );
}

/// B-307: the peer's typing is a status with a state; it lapses, and a message ends it.
#[test]
fn typing_of_the_peer_is_told_and_lapses() {
    let mut talk = Talk::new(45);
    let session = chat(&mut talk);
    let lines = format!("Content-Type: {}\r\n", composing::CONTENT_TYPE);
    let active = "<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state><refresh>60</refresh>\
                  </isComposing>";
    said(&mut talk, 1, &lines, active);
    let told = |talk: &Talk| {
        let all = talk.events(EventType::Messaging);
        let last = all.last().expect("told").clone();
        assert!(
            last.session
                .as_ref()
                .is_some_and(|one| std::sync::Arc::ptr_eq(one, &session))
        );
        (all.len(), last.kind, last.state)
    };
    assert_eq!(told(&talk), (1, 1, 1));
    talk.wait(59.0);
    assert_eq!(told(&talk), (1, 1, 1));
    talk.wait(2.0);
    assert_eq!(told(&talk), (2, 1, 0), "not said again");
    said(&mut talk, 2, &lines, active);
    said(&mut talk, 3, "Content-Type: text/plain\r\n", "hello");
    assert_eq!(told(&talk), (4, 0, 0));
    talk.wait(100.0);
    assert_eq!(told(&talk), (4, 0, 0), "the message has ended it");
    // What cannot be read is idle.
    said(&mut talk, 4, &lines, "<isComposing");
    assert_eq!(told(&talk), (5, 1, 0));
}

/// B-308, B-309, B-310: INFO of a package that was named or of none is told; another gets 469 and those that are.
#[test]
fn info_is_taken_by_package() {
    let mut talk = Talk::new(46);
    talk.on(|agent, _| agent.set_headers(None, Some("Recv-Info: x-keys, x-lamps"), 0))
        .expect("set");
    let (session, invite, leg) = talk.connected("");
    assert_eq!(invite.header(HeaderId::RecvInfo), Some("x-keys, x-lamps"));
    let mut ask = |talk: &mut Talk, cseq: u32, lines: &str, body: &str| {
        talk.say(&leg, "INFO", cseq, lines, body);
        let answer = talk.peer.next().expect("an answer");
        let received = answer.header(HeaderId::RecvInfo).map(ToOwned::to_owned);
        (
            answer.status().expect("a status"),
            received,
            talk.events(EventType::Info).len(),
        )
    };
    let (status, received, told) = ask(&mut talk, 2, "Info-Package: foo\r\n", "");
    assert_eq!((status, told), (469, 0));
    assert_eq!(received.as_deref(), Some("x-keys, x-lamps"));
    let (status, _, told) = ask(&mut talk, 3, "Info-Package: X-Lamps;a=b\r\n", "");
    assert_eq!((status, told), (200, 1));
    // The old kind: key presses as a body, and nothing at all.
    let (status, _, told) = ask(&mut talk, 4, "", "");
    assert_eq!((status, told), (200, 2));
    let relay = Talk::say_with;
    relay(
        &mut talk,
        &leg,
        "INFO",
        5,
        "",
        "application/dtmf-relay",
        "Signal=5\r\nDuration=160\r\n",
    );
    talk.peer.expect("200 INFO");
    let event = talk.events(EventType::Info).pop().expect("told");
    assert_eq!(&*event.content_type, "application/dtmf-relay");
    assert!(event.body().starts_with(b"Signal=5"));
    assert_eq!(event.message.as_ref().map(Message::method), Some("INFO"));
    assert!(
        event
            .session
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &session))
    );
    // Ours goes inside the call with what the application says of it.
    let lines = Send {
        headers: Some("Info-Package: x-keys".into()),
        ..cookie(7)
    };
    talk.on(|agent, now| agent.session_send(now, &session, "INFO", &lines))
        .expect("sent");
    talk.run();
    let info = talk.peer.expect("INFO");
    assert_eq!(info.header(HeaderId::InfoPackage), Some("x-keys"));
    talk.answer(&info, 469, "", "Recv-Info: \r\n", "");
    assert_eq!(talk.completed(7), Some(Status::Sip(469)));
}

/// B-308: INFO has no place outside calls, neither from us nor from a peer.
#[test]
fn info_outside_calls_is_refused() {
    let mut talk = Talk::new(47);
    let refused = talk.on(|agent, now| {
        agent.send_request(now, None, "INFO", "sip:peer@192.0.2.9", &Send::default())
    });
    assert_eq!(
        refused.map_err(|refusal| refusal.code).err(),
        Some(Code::NotAllowed)
    );
    let text = "INFO sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKi\r\nMax-Forwards: 70\r\n\
                From: <sip:peer@192.0.2.9>;tag=i\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: i\r\nCSeq: 1 INFO\r\n\
                Content-Length: 0\r\n\r\n";
    talk.peer.send(&mut talk.net, ALICE, text);
    talk.net.run_for(secs(1.0));
    talk.peer.expect("481 INFO");
}
