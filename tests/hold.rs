//! Holding and being held: RFC 3264 §8.4, RFC 6337 §5.3, §5.4.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod sim;

use rtcclient::agent::{EventType, ObjectRef, Send, SessionOptions, SessionState};
use rtcclient::sdp::{Direction, LocalMedia, OfferAnswer};
use rtcclient::syntax::Message;
use sim::raw::sdp;
use sim::talk::{PEER, Talk, cookie, state};

fn direction(message: &Message) -> String {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    let known = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let found = known
        .iter()
        .find(|word| text.contains(&format!("a={word}\r\n")));
    (*found.unwrap_or(&"sendrecv")).to_owned()
}

/// Our hold or resume, the peer's answer; what we offered.
fn hold(t: &mut Talk, session: &ObjectRef, on: bool, answer: &str) -> String {
    t.on(|agent, now| agent.hold(now, session, on, &cookie(1)))
        .unwrap();
    t.run();
    let reinvite = t.peer.expect("INVITE");
    t.answer(&reinvite, 200, "t1", "", &sdp(PEER, answer));
    t.peer.expect("ACK");
    direction(&reinvite)
}

/// B-217: hold is sendonly, resume sendrecv; on a stream that only comes in, hold is inactive.
#[test]
fn hold_turns_the_direction_and_resume_turns_it_back() {
    let mut t = Talk::new(1);
    let (session, _, _) = t.connected("");
    assert_eq!(hold(&mut t, &session, true, "recvonly"), "sendonly");
    assert_eq!(state(&session), SessionState::Hold);
    let media = t.events(EventType::Media);
    assert_eq!(media.last().map(|event| event.kind), Some(0), "media stops");
    assert_eq!(hold(&mut t, &session, false, "sendrecv"), "sendrecv");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-218: A holds, B holds, A resumes, B resumes: each forgets its own hold only.
#[test]
fn both_hold_and_each_resumes_its_own() {
    let mut t = Talk::new(2);
    let (session, _, leg) = t.connected("");
    assert_eq!(hold(&mut t, &session, true, "recvonly"), "sendonly");
    t.say(&leg, "INVITE", 5, "", &sdp(PEER, "sendonly"));
    assert_eq!(direction(&t.peer.expect("200 INVITE")), "inactive");
    t.say(&leg, "ACK", 5, "", "");
    assert_eq!(state(&session), SessionState::Hold);
    hold(&mut t, &session, false, "sendonly");
    assert_eq!(state(&session), SessionState::Connected);
    t.say(&leg, "INVITE", 6, "", &sdp(PEER, "sendrecv"));
    assert_eq!(direction(&t.peer.expect("200 INVITE")), "sendrecv");
}

/// B-219, as far as it is signalling: a hold of any length ends no call, whatever silence it means.
#[test]
fn a_long_hold_ends_nothing() {
    let mut t = Talk::new(3);
    let (session, _) = {
        let options = SessionOptions {
            session_expires_secs: -1,
            ..SessionOptions::default()
        };
        let (session, invite) = t.call(options);
        t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
        t.peer.expect("ACK");
        (session, invite)
    };
    hold(&mut t, &session, true, "inactive");
    t.wait(4000.0);
    assert_eq!(state(&session), SessionState::Hold);
    assert_eq!(t.count("BYE"), 0);
    hold(&mut t, &session, false, "sendrecv");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-220: an address of zeros, of either family, stops what we send, and the application hears of it.
#[test]
fn an_address_of_zeros_stops_what_we_send() {
    for (zeros, family) in [("0.0.0.0", "IP4"), ("::", "IP6")] {
        let mut t = Talk::new(4);
        let (_, _, leg) = t.connected("");
        let held =
            sdp(PEER, "sendrecv").replace("c=IN IP4 192.0.2.9", &format!("c=IN {family} {zeros}"));
        t.say(&leg, "INVITE", 5, "", &held);
        assert_eq!(
            direction(&t.peer.expect("200 INVITE")),
            "recvonly",
            "{zeros}"
        );
        let media = t.events(EventType::Media);
        assert_eq!(
            media.last().map(|event| (event.kind, event.reason)),
            Some((0, 1)),
            "stopped by a hold"
        );
    }
}

/// B-221: the old form, by a switch of the session: zeros in c=, and the address again with the resume.
#[test]
fn a_hold_in_the_old_form_has_an_address_of_zeros() {
    let mut t = Talk::new(5);
    let options = SessionOptions {
        flags: rtcclient::agent::command::SESSION_OLD_HOLD,
        ..SessionOptions::default()
    };
    let (session, invite) = t.call(options);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    t.peer.expect("ACK");
    t.on(|agent, now| agent.hold(now, &session, true, &cookie(1)))
        .unwrap();
    t.run();
    let reinvite = t.peer.expect("INVITE");
    let text = String::from_utf8_lossy(reinvite.body()).into_owned();
    assert!(text.contains("c=IN IP4 0.0.0.0\r\n"), "{text}");
    t.answer(&reinvite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    t.peer.expect("ACK");
    assert_eq!(state(&session), SessionState::Hold);
    t.on(|agent, now| agent.hold(now, &session, false, &Send::default()))
        .unwrap();
    t.run();
    let reinvite = t.peer.expect("INVITE");
    let text = String::from_utf8_lossy(reinvite.body()).into_owned();
    assert!(text.contains("c=IN IP4 192.0.2.1\r\n"), "{text}");
}

/// B-222: who holds with sendonly may still send: music for the one who waits.
#[test]
fn a_holder_may_send_music() {
    let mut ours = OfferAnswer::new(1);
    let media = LocalMedia::new("192.0.2.1".parse().unwrap(), 4000);
    ours.make_offer(&media, Direction::SendRecv).unwrap();
    ours.on_answer(sdp(PEER, "sendrecv").as_bytes()).unwrap();
    ours.make_offer(&media, Direction::SendOnly).unwrap();
    ours.on_answer(sdp(PEER, "recvonly").as_bytes()).unwrap();
    let agreed = ours.agreed().unwrap();
    assert!(agreed.direction.sends() && !agreed.direction.receives());
    assert_eq!(
        (&*agreed.address, agreed.port),
        (PEER, 4000),
        "where the music goes"
    );
}

/// B-223: our hold is a state of the session, the peer's an event about its media.
#[test]
fn the_two_holds_are_told_apart() {
    let mut t = Talk::new(6);
    let (session, _, leg) = t.connected("");
    t.say(&leg, "INVITE", 5, "", &sdp(PEER, "sendonly"));
    t.peer.expect("200 INVITE");
    t.say(&leg, "ACK", 5, "", "");
    assert_eq!(state(&session), SessionState::Connected);
    let media = t.events(EventType::Media);
    assert_eq!(
        media.last().map(|event| (event.kind, event.reason)),
        Some((0, 1))
    );
    hold(&mut t, &session, true, "inactive");
    assert_eq!(state(&session), SessionState::Hold);
}
