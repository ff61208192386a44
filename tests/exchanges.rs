//! Offers and answers in INVITE, 2xx and ACK, re-INVITEs that fail or cross, and hold (RFC 3261 §14, RFC 3264, RFC 6337).
//! Those in provisional responses, PRACK and UPDATE are in `reliable.rs` and `update.rs`.

mod sim;

use rtcclient::agent::{
    Code, EventType, ObjectRef, Send, SessionOptions, SessionState, SessionType, Status,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, number, state};

fn text(message: &Message) -> String {
    String::from_utf8_lossy(message.body()).into_owned()
}

/// The session id and version of `o=`.
fn origin(message: &Message) -> (String, u64) {
    let text = text(message);
    let line = text
        .lines()
        .find(|line| line.starts_with("o="))
        .expect("o=");
    let mut words = line.split(' ').skip(1);
    let id = words.next().expect("an id").to_owned();
    (
        id,
        words
            .next()
            .and_then(|word| word.parse().ok())
            .expect("a version"),
    )
}

fn direction(message: &Message) -> String {
    let text = text(message);
    let known = ["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"];
    text.lines()
        .find(|line| known.contains(line))
        .unwrap_or("a=sendrecv")[2..]
        .to_owned()
}

fn hold(t: &mut Talk, session: &ObjectRef, on: bool, number: i64) {
    t.on(|agent, now| agent.hold(now, session, on, &cookie(number)))
        .expect("begun");
    t.run();
}

fn offerless() -> SessionOptions {
    SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(Box::default()),
        ..SessionOptions::default()
    }
}

/// B-196: offer in the INVITE, answer in the 2xx; both ways round.
#[test]
fn the_invite_offers_and_the_200_answers() {
    let mut t = Talk::new(1);
    let (session, invite, _) = t.connected("");
    assert!(text(&invite).contains("m=audio"));
    assert!(t.remote_description(&session).contains(PEER));
    let mut t = Talk::new(2);
    let (session, answer, _) = t.called_and_connected("");
    assert!(text(&answer).contains("m=audio"));
    assert!(t.remote_description(&session).contains(PEER));
}

/// B-197: no offer in the INVITE: the 2xx offers, the ACK answers.
#[test]
fn an_invite_without_offer_is_answered_by_the_ack() {
    let mut t = Talk::new(3);
    let session = t.called("", "").expect("a session");
    t.reply(&session, 200, Send::default());
    let offer = t.peer.expect("200 INVITE");
    assert!(text(&offer).contains("m=audio"));
    let leg = Leg::of_answer(&offer);
    t.say(&leg, "ACK", 1, "", &sdp("192.0.2.51", "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
    assert!(t.remote_description(&session).contains("192.0.2.51"));
}

/// B-197, B-147: a re-INVITE without offer gets a whole one, of the same session.
#[test]
fn a_re_invite_without_offer_gets_all_we_can_do() {
    let mut t = Talk::new(4);
    let (session, answer, leg) = t.called_and_connected("");
    t.say(&leg, "INVITE", 2, "", "");
    let offer = t.peer.expect("200 INVITE");
    assert!(text(&offer).contains("PCMU") && text(&offer).contains("PCMA"));
    assert_eq!(origin(&offer).0, origin(&answer).0);
    assert!(origin(&offer).1 >= origin(&answer).1);
    t.say(&leg, "ACK", 2, "", &sdp("192.0.2.52", "sendrecv"));
    assert!(t.remote_description(&session).contains("192.0.2.52"));
}

/// B-197 by us: our re-INVITE without offer, the peer's offer in its 200, our answer in the ACK.
#[test]
fn our_re_invite_without_offer_is_answered_by_our_ack() {
    let mut t = Talk::new(5);
    let (session, _, _) = t.connected("");
    t.on(|agent, now| agent.reinvite(now, &session, 2, &cookie(4)))
        .expect("begun");
    t.run();
    let request = t.peer.expect("INVITE");
    assert!(request.body().is_empty());
    t.answer(&request, 200, "", "", &sdp("192.0.2.53", "sendonly"));
    assert_eq!(direction(&t.peer.expect("ACK")), "recvonly");
    assert_eq!(t.completed(4), Some(Status::Sip(200)));
    assert!(t.remote_description(&session).contains("192.0.2.53"));
}

/// B-204: an offer in a 2xx that has nothing for us is answered with nothing, and the call ends.
#[test]
fn an_offer_in_a_200_that_cannot_be_taken_is_answered_with_port_0_and_bye() {
    let mut t = Talk::new(6);
    let (session, _, _) = t.connected("");
    t.on(|agent, now| agent.reinvite(now, &session, 2, &cookie(4)))
        .expect("begun");
    t.run();
    let request = t.peer.expect("INVITE");
    let opus = sdp(PEER, "sendrecv")
        .replace("RTP/AVP 0 101", "RTP/AVP 96")
        .replace("0 PCMU/8000", "96 opus/48000/2");
    t.answer(&request, 200, "", "", &opus);
    let ack = t.peer.expect("ACK");
    assert!(text(&ack).contains("m=audio 0 "), "{}", text(&ack));
    assert!(matches!(t.completed(4), Some(Status::Failed(_))));
    t.peer.expect("BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-204 for the first exchange: a call that cannot be is acknowledged and ended.
#[test]
fn a_200_without_a_description_is_acked_and_ended() {
    let mut t = Talk::new(7);
    let (session, invite) = t.call_with(SessionType::PcToPc, SessionOptions::default());
    t.answer(&invite, 200, "t1", "", "");
    t.peer.expect("ACK");
    t.peer.expect("BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(
        t.last_state().status,
        Status::Failed(Code::CodecsDoNotMatch)
    );
    // Of the application's own descriptions it is the application that judges.
    let (session, invite) = t.call_with(SessionType::PcToPc, offerless());
    assert!(invite.body().is_empty());
    t.answer(&invite, 200, "t2", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-205, B-131: as many lines as were offered, in their order; a line nobody wants has port 0.
#[test]
fn every_offered_line_is_answered() {
    let mut t = Talk::new(8);
    let three = format!(
        "{}m=video 5000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=message 7000 TCP/MSRP *\r\n",
        sdp(PEER, "sendrecv")
    );
    let session = t.called("", &three).expect("a session");
    t.reply(&session, 200, Send::default());
    let answer = text(&t.peer.expect("200 INVITE"));
    let lines: Vec<&str> = answer
        .lines()
        .filter(|line| line.starts_with("m="))
        .collect();
    assert_eq!(lines.len(), 3, "{answer}");
    assert!(lines[0].starts_with("m=audio") && !lines[0].starts_with("m=audio 0 "));
    assert!(lines[1].starts_with("m=video 0 ") && lines[2].starts_with("m=message 0 "));
    let mut t = Talk::new(9);
    let video = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=video 5000 RTP/AVP 96\r\n";
    assert!(t.called("", video).is_none());
    assert!(
        t.peer
            .expect("488 INVITE")
            .header(HeaderId::Warning)
            .is_some()
    );
}

/// B-146, B-195: a re-INVITE refused, by either side, leaves all as it was.
#[test]
fn a_refused_re_invite_leaves_the_call_as_it_was() {
    let mut t = Talk::new(10);
    let (session, _, leg) = t.connected("");
    let before = t.remote_description(&session);
    hold(&mut t, &session, true, 4);
    let request = t.peer.expect("INVITE");
    t.answer(&request, 488, "", "", "");
    t.peer.expect("ACK");
    assert_eq!(t.completed(4), Some(Status::Sip(488)));
    assert_eq!(state(&session), SessionState::Connected);
    let opus = sdp("192.0.2.66", "sendrecv")
        .replace("RTP/AVP 0 101", "RTP/AVP 96")
        .replace("0 PCMU/8000", "96 opus/48000/2");
    t.say(&leg, "INVITE", 1, "", &opus);
    t.peer.expect("488 INVITE");
    assert_eq!(t.remote_description(&session), before);
    hold(&mut t, &session, true, 5);
    let request = t.peer.expect("INVITE");
    assert_eq!(direction(&request), "sendonly");
    t.answer(&request, 200, "", "", &sdp(PEER, "recvonly"));
    assert_eq!(state(&session), SessionState::Hold);
}

/// B-146: 481 and 408 to a re-INVITE end the call.
#[test]
fn a_re_invite_into_a_dialog_that_is_gone_ends_the_call() {
    for status in [408, 481] {
        let mut t = Talk::new(11);
        let (session, _, _) = t.connected("");
        hold(&mut t, &session, true, 4);
        let request = t.peer.expect("INVITE");
        t.answer(&request, status, "", "", "");
        assert_eq!(t.completed(4), Some(Status::Sip(status)));
        assert_eq!(state(&session), SessionState::Disconnected);
        t.peer.expect("BYE");
    }
}

/// B-144: one change at a time; the second is refused to the application, the peer's second gets 500.
#[test]
fn there_is_one_re_invite_at_a_time_in_each_direction() {
    let mut t = Talk::new(12);
    let (session, _, leg) = t.connected("");
    hold(&mut t, &session, true, 4);
    let second = t.on(|agent, now| agent.hold(now, &session, false, &cookie(5)));
    assert_eq!(second.expect_err("refused").code, Code::HoldPending);
    let request = t.peer.expect("INVITE");
    // B-145: theirs meets ours.
    t.say(&leg, "INVITE", 1, "", &sdp(PEER, "sendonly"));
    t.peer.expect("491 INVITE");
    t.answer(&request, 200, "", "", &sdp(PEER, "recvonly"));
    assert_eq!(t.completed(4), Some(Status::Sip(200)));
    // B-132 of a re-INVITE: our offer in the 200 waits for the ACK.
    t.say(&leg, "INVITE", 2, "", "");
    t.peer.expect("200 INVITE");
    t.say(&leg, "INVITE", 3, "", &sdp(PEER, "sendrecv"));
    assert!(number(&t.peer.expect("500 INVITE"), HeaderId::RetryAfter) <= 10);
}

/// B-145: the owner of the Call-ID waits 2.1 to 4 s, the other side at most 2 s.
#[test]
fn after_491_the_owner_of_the_call_id_waits_longer() {
    for (seed, owner) in (0..20).flat_map(|seed| [(seed, true), (seed, false)]) {
        let mut t = Talk::new(100 + seed);
        let (session, _, _) = if owner {
            t.connected("")
        } else {
            t.called_and_connected("")
        };
        hold(&mut t, &session, true, 4);
        let request = t.peer.expect("INVITE");
        t.answer(&request, 491, "", "", "");
        t.peer.expect("ACK");
        let from = t.net.now;
        let again = loop {
            if let Some(message) = t.peer.next().filter(|message| message.method() == "INVITE") {
                break message;
            }
            t.run();
        };
        let waited = t.net.now.since(from).as_millis();
        let allowed = if owner { 2080..4020 } else { 0..2020 };
        assert!(
            allowed.contains(&waited),
            "seed {seed}, owner {owner}: {waited} ms"
        );
        t.answer(&again, 200, "", "", &sdp(PEER, "recvonly"));
        assert_eq!(state(&session), SessionState::Hold);
    }
}

/// B-217, B-208, B-148: hold and resume by direction, in one session whose version counts what changes.
#[test]
fn hold_and_resume_change_the_direction_and_the_version() {
    let mut t = Talk::new(13);
    let (session, invite, _) = t.connected("");
    hold(&mut t, &session, true, 4);
    let held = t.peer.expect("INVITE");
    assert_eq!(direction(&held), "sendonly");
    assert_eq!(origin(&held), (origin(&invite).0, origin(&invite).1 + 1));
    t.answer(&held, 200, "", "", &sdp(PEER, "recvonly"));
    t.on(|agent, now| agent.reinvite(now, &session, 0, &cookie(5)))
        .expect("begun");
    t.run();
    let same = t.peer.expect("INVITE");
    assert_eq!(same.body(), held.body(), "nothing changed");
    t.answer(&same, 200, "", "", &sdp(PEER, "recvonly"));
    hold(&mut t, &session, false, 6);
    let resumed = t.peer.expect("INVITE");
    assert_eq!(direction(&resumed), "sendrecv");
    assert_eq!(origin(&resumed), (origin(&invite).0, origin(&invite).1 + 2));
    t.answer(&resumed, 200, "", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-218: each side ends its own hold only; while both hold, nobody sends.
#[test]
fn both_hold_and_each_resumes_for_itself() {
    let mut t = Talk::new(14);
    let (session, _, leg) = t.connected("");
    hold(&mut t, &session, true, 4);
    let held = t.peer.expect("INVITE");
    t.answer(&held, 200, "", "", &sdp(PEER, "recvonly"));
    t.say(&leg, "INVITE", 1, "", &sdp(PEER, "inactive"));
    let answer = t.peer.expect("200 INVITE");
    assert_eq!(direction(&answer), "inactive");
    t.say(&leg, "ACK", 1, "", "");
    hold(&mut t, &session, false, 5);
    let resumed = t.peer.expect("INVITE");
    t.answer(&resumed, 200, "", "", &sdp(PEER, "sendonly"));
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "the peer's hold is no state of ours"
    );
    t.say(&leg, "INVITE", 2, "", &sdp(PEER, "sendrecv"));
    assert_eq!(direction(&t.peer.expect("200 INVITE")), "sendrecv");
}

/// B-220, B-223: the old form, a connection address of zeros, is a hold, and told as such.
#[test]
fn an_address_of_zeros_is_a_hold() {
    let mut t = Talk::new(15);
    let (session, _, leg) = t.connected("");
    t.say(&leg, "INVITE", 1, "", &sdp("0.0.0.0", "sendrecv"));
    t.peer.expect("200 INVITE");
    t.say(&leg, "ACK", 1, "", "");
    let told = t.events(EventType::Media).pop().expect("an event");
    assert_eq!((told.kind, told.reason), (0, 1));
    assert_eq!(state(&session), SessionState::Connected);
    t.say(&leg, "INVITE", 2, "", &sdp(PEER, "sendrecv"));
    t.say(&leg, "ACK", 2, "", "");
    let told = t.events(EventType::Media).pop().expect("an event");
    assert_eq!((told.kind, told.reason), (1, 6));
}
