//! What an application does in the library's place, switched off bit by bit: `manual` of a session's options.

mod sim;

use rtcclient::agent::{
    Agent, Config, Event, EventType, Kind, ObjectRef, Send, SessionOptions, SessionState, Status,
    properties,
};
use rtcclient::syntax::{HeaderId, Message};
use rtcclient::usage::Auto;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, state};

fn manual(bits: u32) -> SessionOptions {
    SessionOptions {
        manual: bits,
        ..SessionOptions::default()
    }
}

fn leaving(bits: u32) -> Config {
    let mut config = Config::default();
    config.session_defaults.manual = bits;
    config
}

fn described(body: &str) -> Send {
    Send {
        content_type: Some("application/sdp".into()),
        body: Some(body.as_bytes().into()),
        ..Send::default()
    }
}

fn text(message: &Message) -> &str {
    std::str::from_utf8(message.body()).expect("text")
}

fn answer(t: &mut Talk, event: &Event, status: u16, send: &Send) {
    let key = event.answer.expect("an open request");
    t.on(|agent, now| agent.answer_event(now, key, status, send))
        .expect("answered");
    t.run();
}

/// Nothing rings by itself; the application's own 183 is the first answer.
#[test]
fn provisional_answers_are_the_applications_when_it_says_so() {
    let mut t = Talk::with(1, leaving(Auto::PROVISIONAL));
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.wait(1.0);
    assert_eq!(t.count("180"), 0);
    t.reply(&session, 183, Send::default());
    assert_eq!(t.peer.expect("183 INVITE").status(), Some(183));
}

#[test]
fn requests_inside_wait_for_the_application_and_are_answered_200_when_it_is_silent() {
    let mut t = Talk::with(2, leaving(Auto::INFO | Auto::MESSAGE | Auto::OPTIONS));
    let (_, _, leg) = t.called_and_connected("");
    for (cseq, method, told) in [
        (2, "INFO", EventType::Info),
        (3, "MESSAGE", EventType::Messaging),
        (4, "OPTIONS", EventType::Request),
    ] {
        t.say(&leg, method, cseq, "", "");
        assert!(!t.peer.has("SIP/2.0 200"), "{method} is open");
        let event = t.events(told).pop().expect("told");
        assert!(event.answer_within_ms > 0);
        answer(&mut t, &event, 480, &Send::default());
        assert_eq!(t.peer.expect(&format!("480 {method}")).cseq(), cseq);
    }
    t.say(&leg, "INFO", 5, "", "");
    t.wait(0.5);
    assert_eq!(t.peer.expect("200 INFO").cseq(), 5);
}

/// Descriptions of the application's own throughout: INVITE, 2xx, re-INVITE and UPDATE.
#[test]
fn offers_and_answers_are_the_applications_when_it_says_so() {
    let mut t = Talk::with(3, leaving(Auto::OFFER_ANSWER));
    let theirs = sdp(PEER, "sendrecv");
    let session = t.called("", &theirs).expect("a session");
    assert_eq!(
        t.remote_description(&session),
        "",
        "nothing is read before it is answered"
    );
    t.reply(&session, 200, described("v=0\r\ns=mine\r\n"));
    let accepted = t.peer.expect("200 INVITE");
    assert_eq!(text(&accepted), "v=0\r\ns=mine\r\n");
    let leg = Leg::of_answer(&accepted);
    t.say(&leg, "ACK", 1, "", "");
    assert_eq!(t.remote_description(&session), theirs);

    let again = sdp(PEER, "sendonly");
    t.say(&leg, "INVITE", 2, "", &again);
    let event = t.events(EventType::ReInvite).pop().expect("asked");
    answer(&mut t, &event, 200, &described("v=0\r\ns=second\r\n"));
    let accepted = t.peer.expect("200 INVITE");
    assert_eq!(
        (text(&accepted), accepted.cseq()),
        ("v=0\r\ns=second\r\n", 2)
    );
    t.say(&leg, "ACK", 2, "", "");
    assert_eq!(t.remote_description(&session), again);

    t.say(&leg, "UPDATE", 3, "", &theirs);
    let event = t.events(EventType::ReInvite).pop().expect("asked");
    assert_eq!(event.message.as_ref().map(Message::method), Some("UPDATE"));
    t.say(&leg, "UPDATE", 4, "", &theirs);
    let refused = t.peer.expect("500 UPDATE");
    assert!(
        refused.header(HeaderId::RetryAfter).is_some(),
        "one at a time"
    );
    answer(&mut t, &event, 200, &described("v=0\r\ns=third\r\n"));
    let accepted = t.peer.expect("200 UPDATE");
    assert_eq!(text(&accepted), "v=0\r\ns=third\r\n");
    assert!(
        accepted.header(HeaderId::Contact).is_some(),
        "it refreshes the target"
    );
    assert_eq!(t.remote_description(&session), theirs);
}

#[test]
fn a_call_without_descriptions_of_ours_carries_those_given_or_none() {
    let mut t = Talk::new(4);
    let (session, invite) = t.call(manual(Auto::OFFER_ANSWER));
    assert_eq!(invite.body(), b"");
    t.answer(&invite, 200, "t1", "", "");
    assert_eq!(t.peer.expect("ACK").body(), b"");
    assert_eq!(state(&session), SessionState::Connected);
}

#[test]
fn without_automatic_session_timer_none_is_spoken_of() {
    let mut t = Talk::new(5);
    let (_, invite) = t.call(manual(Auto::SESSION_TIMER));
    assert!(invite.header(HeaderId::SessionExpires).is_none());
    assert!(!invite.lists(HeaderId::Supported, "timer"));
}

#[test]
fn a_redirection_is_shown_and_followed_when_the_application_goes_on() {
    let mut t = Talk::new(6);
    let (session, invite) = t.call(manual(Auto::REDIRECT));
    t.answer(&invite, 302, "t1", "Contact: <sip:other@192.0.2.9>\r\n", "");
    t.wait(1.0);
    assert_eq!(t.count("INVITE sip:other"), 0);
    assert_eq!(t.last_state().status, Status::Sip(302));
    t.on(|agent, now| agent.redirect(now, &session, None, 0, &cookie(1)))
        .expect("goes on");
    t.run();
    assert_eq!(t.peer.expect("INVITE").request_uri(), "sip:other@192.0.2.9");
}

#[test]
fn a_challenge_is_the_answer_where_the_application_authenticates() {
    let mut t = Talk::new(7);
    let (session, invite) = t.call(manual(Auto::AUTHENTICATION));
    let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n";
    t.answer(&invite, 401, "t1", challenge, "");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(t.last_state().status, Status::Sip(401));
}

fn automation(agent: &Agent, object: &ObjectRef) -> Option<i64> {
    agent
        .details(object)
        .get_int(properties::SESSION_AUTOMATION, 0)
}

#[test]
fn the_bits_can_be_read_and_set_while_the_session_lives() {
    let mut t = Talk::new(8);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.on(|agent, _| {
        assert_eq!(session.kind(), Kind::Session);
        assert_eq!(
            automation(agent, &session),
            Some(i64::from(Auto::ALL.bits()))
        );
        let less = i64::from(Auto::without(Auto::OFFER_ANSWER).bits());
        agent
            .set_int(&session, properties::SESSION_AUTOMATION, 0, less)
            .expect("set");
        assert_eq!(automation(agent, &session), Some(less));
        agent
            .set_int(&session, properties::SESSION_AUTOMATION, 0, 0x2000)
            .expect_err("no such bit");
    });
    t.reply(&session, 200, described("v=0\r\ns=mine\r\n"));
    assert_eq!(text(&t.peer.expect("200 INVITE")), "v=0\r\ns=mine\r\n");
}
