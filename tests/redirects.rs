//! Classes of responses and what follows from them: RFC 3261 §21, §8.1.3, and redirections (§8.1.3.4, §21.3).
#![allow(clippy::panic, reason = "a test stops and speaks")]

mod sim;

use rtcclient::agent::command::SESSION_FAIL_ON_REDIRECT;
use rtcclient::agent::{
    EventType, ParticipantState, ProfileOptions, RegistrationState, Send, SessionOptions,
    SessionState, Status, TerminateReason,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{PEER, Talk, state};

fn calls(talk: &mut Talk) -> Vec<String> {
    std::iter::from_fn(|| talk.peer.next())
        .filter(|message| message.start_line().starts_with("INVITE "))
        .map(|message| message.request_uri().to_owned())
        .collect()
}

fn contact(users: &[(&str, &str)]) -> String {
    let list: Vec<String> = users
        .iter()
        .map(|(uri, params)| format!("<{uri}>{params}"))
        .collect();
    format!("Contact: {}\r\n", list.join(", "))
}

/// B-037: contacts by their q, each once; the call stays the same one, with CSeq + 1 and a new branch.
#[test]
fn redirections_are_followed_by_preference_each_target_once() {
    let mut talk = Talk::new(1);
    let (session, first) = talk.call(SessionOptions::default());
    let lines = contact(&[
        ("sip:low@192.0.2.9", ";q=0.5"),
        ("sip:high@192.0.2.9", ";q=1.0"),
        ("sip:HIGH@192.0.2.9", ";q=0.1"),
        ("sip:peer@192.0.2.9", ";q=0.9"),
        ("mailto:x@y", ";q=1"),
        ("http://h", ""),
    ]);
    talk.answer(&first, 302, "a", &lines, "");
    let second = talk.peer.expect("INVITE sip:high@");
    assert_eq!(
        (second.call_id(), second.from_tag()),
        (first.call_id(), first.from_tag())
    );
    assert_eq!(second.header(HeaderId::To), first.header(HeaderId::To));
    assert_eq!(second.cseq(), first.cseq() + 1);
    let branch = |message: &Message| {
        message
            .top_via()
            .expect("a Via")
            .branch()
            .map(str::to_owned)
    };
    assert_ne!(branch(&second), branch(&first));
    talk.answer(&second, 404, "b", "", "");
    let third = talk.peer.expect("INVITE sip:low@");
    // Back to where it was: that is not tried again, whoever says so.
    talk.answer(
        &third,
        302,
        "c",
        &contact(&[("sip:high@192.0.2.9", ""), ("sip:peer@192.0.2.9", "")]),
        "",
    );
    // What the first answer named besides is still there; user names differ by case (RFC 3261 §19.1.4).
    assert_eq!(calls(&mut talk), ["sip:HIGH@192.0.2.9"]);
    assert_eq!(state(&session), SessionState::InProgress);
}

/// B-037, B-058: a redirection to itself stops, and no chain is longer than five.
#[test]
fn loops_and_long_chains_of_redirections_stop() {
    let mut talk = Talk::new(2);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(
        &first,
        302,
        "a",
        &contact(&[("sip:peer@192.0.2.9", "")]),
        "",
    );
    assert!(calls(&mut talk).is_empty());
    assert_eq!(
        (state(&session), talk.last_state().status),
        (SessionState::Disconnected, Status::Sip(302))
    );
    let mut talk = Talk::new(3);
    let (session, mut invite) = talk.call(SessionOptions::default());
    let mut rounds = 0;
    loop {
        let next = format!("sip:step{rounds}@192.0.2.9");
        talk.answer(&invite, 302, "a", &contact(&[(&next, "")]), "");
        let Some(again) = std::iter::from_fn(|| talk.peer.next())
            .find(|message| message.start_line().starts_with("INVITE "))
        else {
            break;
        };
        invite = again;
        rounds += 1;
        assert!(rounds < 20, "endless");
    }
    assert_eq!(rounds, 5);
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-058: 300, 301, 302 are followed; 305 goes by that proxy with the target as it was; 380 goes to the application with its
/// contacts, and so does every one when the application wants them.
#[test]
fn each_kind_of_redirection_does_what_it_says() {
    for status in [300, 301, 302] {
        let mut talk = Talk::new(4);
        let (_, first) = talk.call(SessionOptions::default());
        talk.answer(
            &first,
            status,
            "a",
            &contact(&[("sip:other@192.0.2.9", "")]),
            "",
        );
        assert_eq!(calls(&mut talk), ["sip:other@192.0.2.9"], "{status}");
    }
    let mut talk = Talk::new(5);
    let (_, first) = talk.call(SessionOptions::default());
    talk.answer(
        &first,
        305,
        "a",
        &contact(&[("sip:192.0.2.9:5060", "")]),
        "",
    );
    let again = talk.peer.expect("INVITE");
    assert_eq!(again.request_uri(), first.request_uri());
    assert_eq!(
        again.header(HeaderId::Route),
        Some("<sip:192.0.2.9:5060;lr>")
    );
    // For this request alone: the next call goes as the first did.
    let (_, next) = talk.call(SessionOptions::default());
    assert_eq!(next.request_uri(), first.request_uri());
    assert_eq!(next.header(HeaderId::Route), None);
    let mut talk = Talk::new(6);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(
        &first,
        380,
        "a",
        &contact(&[("sip:mail@192.0.2.9", "")]),
        "",
    );
    assert!(calls(&mut talk).is_empty());
    let end = talk.last_state();
    assert_eq!(
        (state(&session), end.status),
        (SessionState::Disconnected, Status::Sip(380))
    );
    assert!(end.message.expect("the 380").contacts().next().is_some());
    for status in [300, 301, 302, 305, 380] {
        let mut talk = Talk::new(7);
        let options = SessionOptions {
            flags: SESSION_FAIL_ON_REDIRECT,
            ..SessionOptions::default()
        };
        let (session, first) = talk.call(options);
        talk.answer(
            &first,
            status,
            "a",
            &contact(&[("sip:other@192.0.2.9", "")]),
            "",
        );
        let told = talk.last_state();
        assert_eq!(
            (state(&session), told.status),
            (SessionState::InProgress, Status::Sip(status))
        );
        assert!(told.message.expect("the 3xx").contacts().next().is_some());
        assert!(calls(&mut talk).is_empty());
    }
}


/// B-061: a 6xx is the end, whatever targets are left.
#[test]
fn a_global_failure_stops_everything() {
    let mut talk = Talk::new(9);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(
        &first,
        302,
        "a",
        &contact(&[("sip:b@192.0.2.9", ""), ("sip:c@192.0.2.9", "")]),
        "",
    );
    let second = talk.peer.expect("INVITE sip:b@");
    talk.answer(&second, 603, "b", "", "");
    assert!(calls(&mut talk).is_empty());
    assert_eq!(
        (state(&session), talk.last_state().status),
        (SessionState::Disconnected, Status::Sip(603))
    );
}

/// B-046: an incoming call is forwarded: 302 with Contact, no dialog; the ACK is absorbed.
#[test]
fn an_incoming_call_is_forwarded_with_its_contact() {
    let mut talk = Talk::new(10);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    talk.on(|agent, now| agent.redirect(now, &session, Some("sip:bob@h"), 0, &Send::default()))
        .expect("forwarded");
    talk.run();
    let moved = talk.peer.expect("302 INVITE");
    assert_eq!(moved.header(HeaderId::Contact), Some("<sip:bob@h>"));
    let leg = sim::talk::Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: moved.header(HeaderId::From).expect("From").into(),
        remote: moved.header(HeaderId::To).expect("To").into(),
        call_id: moved.call_id().into(),
    };
    let ack = format!(
        "ACK sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-1\r\nFrom: {}\r\n\
         To: {}\r\nCall-ID: {}\r\nCSeq: 1 ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
        leg.local, leg.remote, leg.call_id
    );
    talk.peer.send(&mut talk.net, "192.0.2.1", ack);
    talk.wait(5.0);
    assert!(talk.peer.next().is_none(), "no retransmission, no answer");
    assert_eq!(state(&session), SessionState::Disconnected);
    talk.say(&leg, "BYE", 2, "", "");
    talk.peer.expect("481 BYE");
}

/// B-055: 100 is no news; 183, 180, 181, 182 reach the application in order with their text and end nothing.
#[test]
fn provisional_answers_are_told_in_order() {
    let mut talk = Talk::new(11);
    let (session, invite) = talk.call(SessionOptions::default());
    let before = talk.events(EventType::SessionStateChange).len();
    for (status, tag) in [(100, ""), (183, "t"), (180, "t"), (181, "t"), (182, "t")] {
        talk.answer(&invite, status, tag, "", "");
    }
    let told: Vec<(Status, String)> = talk.events(EventType::SessionStateChange)[before..]
        .iter()
        .map(|event| (event.status, event.status_text.to_string()))
        .collect();
    let expected = [
        (183, "Session Progress"),
        (180, "Ringing"),
        (181, "Call Is Being Forwarded"),
        (182, "Queued"),
    ];
    assert_eq!(
        told,
        expected.map(|(status, text)| (Status::Sip(status), text.to_owned()))
    );
    assert_eq!(state(&session), SessionState::InProgress);
}

/// B-035: an unknown provisional status counts as 183, an unknown final one as x00 of its class; the number is kept.
#[test]
fn unknown_statuses_count_as_those_of_their_class() {
    let mut talk = Talk::new(12);
    let (session, invite) = talk.call(SessionOptions::default());
    talk.answer(&invite, 123, "t", "", "");
    let told = talk.last_state();
    assert_eq!(
        (state(&session), told.status),
        (SessionState::InProgress, Status::Sip(123))
    );
    let participant = told.participant.expect("a participant");
    assert_eq!(participant.state(), ParticipantState::InProgress.number());
    for status in [399, 499, 599, 699] {
        let mut talk = Talk::new(13);
        let (session, invite) = talk.call(SessionOptions::default());
        talk.answer(&invite, status, "t", "", "");
        assert_eq!(state(&session), SessionState::Disconnected, "{status}");
        assert_eq!(talk.last_state().status, Status::Sip(status));
    }
    let mut talk = Talk::new(14);
    let (session, invite) = talk.call(SessionOptions::default());
    talk.answer(&invite, 299, "t", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected, "299 is a success");
}

/// B-057: 202 and 204 are successes like 200.
#[test]
fn other_successes_are_successes() {
    for status in [200, 202, 204] {
        let mut talk = Talk::new(15);
        talk.on(|agent, now| {
            agent.send_request(
                now,
                None,
                "MESSAGE",
                "sip:peer@192.0.2.9",
                &sim::talk::cookie(1),
            )
        })
        .expect("sent");
        talk.run();
        let request = talk.peer.expect("MESSAGE");
        talk.answer(&request, status, "t", "", "");
        let told = talk.events(EventType::Response).pop().expect("a result");
        assert_eq!(told.status, Status::Sip(status));
    }
}

/// B-059, B-063: every documented status has its own number in the event, and the phrase, Warning, Reason and Error-Info are
/// told with it.
#[test]
fn every_refusal_is_told_with_its_status_and_what_explains_it() {
    let documented = [
        400, 402, 403, 404, 405, 406, 408, 410, 412, 413, 414, 415, 416, 417, 421, 423, 424, 428,
        429, 430, 433, 436, 437, 438, 439, 440, 469, 470, 480, 481, 482, 483, 484, 485, 486, 487,
        488, 489, 491, 493, 494, 500, 501, 502, 504, 505, 513, 555, 580, 600, 603, 604, 606, 607,
        608,
    ];
    for status in documented {
        let mut talk = Talk::new(16);
        let (session, invite) = talk.call(SessionOptions::default());
        let lines = "Warning: 304 h \"Media type not available\"\r\nReason: Q.850;cause=88\r\n\
                     Error-Info: <sip:sorry@h>\r\n";
        talk.answer(&invite, status, "t", lines, "");
        let end = talk.last_state();
        assert_eq!(
            (state(&session), end.status),
            (SessionState::Disconnected, Status::Sip(status))
        );
        let text = &*end.status_text;
        for part in ["304 Media type not available", "Q.850 88", "<sip:sorry@h>"] {
            assert!(text.contains(part), "{status}: {text}");
        }
        assert!(!text.starts_with('('), "{status} has a phrase");
        assert_eq!(end.value[2], 88);
    }
}

/// B-062: a final refusal ends every early dialog of the call; only a 2xx connects.
#[test]
fn a_refusal_ends_all_early_dialogs() {
    let mut talk = Talk::new(17);
    let (session, invite) = talk.call(SessionOptions::default());
    for tag in ["f1", "f2"] {
        talk.answer(
            &invite,
            183,
            tag,
            "Require: 100rel\r\nRSeq: 1\r\n",
            &sdp(PEER, "sendrecv"),
        );
        let prack = talk.peer.expect("PRACK");
        talk.answer(&prack, 200, tag, "", "");
    }
    assert_eq!(state(&session), SessionState::InProgress);
    talk.answer(&invite, 486, "f1", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    let left = talk.on(|agent, _| agent.statistics());
    assert_eq!((left.sessions, left.dialogs), (0, 0));
}

/// B-064: each refusal of ours has its status.
#[test]
fn our_own_refusals_have_their_statuses() {
    for (reason, status) in [
        (TerminateReason::Dnd, 480),
        (TerminateReason::Busy, 486),
        (TerminateReason::Reject, 603),
        (TerminateReason::Timeout, 408),
        (TerminateReason::NotSupported, 488),
        (TerminateReason::InsufficientSecurityLevel, 488),
    ] {
        let mut talk = Talk::new(18);
        let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
        talk.on(|agent, now| agent.terminate(now, &session, reason, &Send::default()))
            .expect("refused");
        talk.run();
        talk.peer.expect(&format!("{status} INVITE"));
    }
    for status in [403, 404, 480, 486, 488, 600, 603] {
        let mut talk = Talk::new(19);
        let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
        talk.reply(&session, status, Send::default());
        talk.peer.expect(&format!("{status} INVITE"));
    }
}

/// B-065: Retry-After is shown in the event of every status that may carry it, and a registration waits for it.
#[test]
fn retry_after_is_shown_and_waited_for() {
    for status in [404, 413, 480, 486, 500, 503, 600, 603] {
        let mut talk = Talk::new(20);
        let (_, invite) = talk.call(SessionOptions::default());
        talk.answer(
            &invite,
            status,
            "t",
            "Retry-After: 18 (in a meeting);duration=60\r\n",
            "",
        );
        let end = talk.last_state();
        assert_eq!(
            (end.status, end.value[1]),
            (Status::Sip(status), 18),
            "{status}"
        );
        talk.wait(60.0);
        assert!(
            calls(&mut talk).is_empty(),
            "a call is not tried again by itself"
        );
    }
    let mut talk = Talk::new(21);
    let options = ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        ..ProfileOptions::default()
    };
    let profile = talk
        .on(|agent, _| agent.create_profile(options))
        .expect("made");
    talk.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    talk.run();
    let register = talk.peer.expect("REGISTER");
    talk.answer(&register, 503, "r", "Retry-After: 5\r\n", "");
    assert_eq!(profile.state(), RegistrationState::Rejected.number());
    talk.wait(4.9);
    assert!(!talk.peer.has("REGISTER"), "nothing for five seconds");
    talk.wait(2.0);
    assert!(talk.peer.has("REGISTER"));
}

/// B-045: every response to one request copies Via, From, Call-ID and CSeq, and all but 100 have the same To tag.
#[test]
fn the_responses_to_one_request_have_one_tag_and_its_headers() {
    let mut talk = Talk::new(22);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    talk.reply(&session, 183, Send::default());
    talk.reply(&session, 200, Send::default());
    let responses: Vec<Message> = std::iter::from_fn(|| talk.peer.next()).collect();
    let statuses: Vec<u16> = responses.iter().filter_map(Message::status).collect();
    assert_eq!(statuses, [180, 183, 200]);
    for response in &responses {
        assert_eq!(
            response.top_via().expect("a Via").branch(),
            Some("z9hG4bK-INVITE-1")
        );
        assert_eq!(
            response.header(HeaderId::From),
            Some("<sip:peer@192.0.2.9>;tag=p1")
        );
        assert_eq!((response.call_id(), response.cseq()), ("theirs", 1));
        assert!(response.to_tag().is_some());
        assert_eq!(response.to_tag(), responses[0].to_tag());
    }
}
