//! UPDATE (RFC 3311) in early and confirmed dialogs, in both roles, and who gives way when both want to change.

mod sim;

use rtcclient::agent::{
    Code, Config, EventType, ObjectRef, Refusal, Send, SessionOptions, SessionState, Status,
    Verdict,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, number, state};

const ALLOW: &str = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
const UPDATE: u32 = 1;
const NO_OFFER: u32 = 2;

fn reliable(rseq: u32) -> String {
    format!("{ALLOW}Require: 100rel\r\nRSeq: {rseq}\r\n")
}

fn update(t: &mut Talk, session: &ObjectRef, flags: u32, send: &Send) -> Result<Verdict, Refusal> {
    let verdict = t.on(|agent, now| agent.reinvite(now, session, UPDATE | flags, send));
    t.run();
    verdict
}

fn text(message: &Message) -> String {
    String::from_utf8_lossy(message.body()).into_owned()
}

fn version(message: &Message) -> String {
    let text = text(message);
    let origin = text
        .lines()
        .find(|line| line.starts_with("o="))
        .expect("o=");
    origin.split(' ').nth(2).expect("a version").to_owned()
}

/// B-188: without UPDATE in the peer's Allow there is none.
#[test]
fn a_peer_that_does_not_allow_update_is_not_sent_any() {
    let mut t = Talk::new(1);
    let (session, invite, _) = t.connected("Allow: INVITE, ACK, BYE\r\n");
    assert!(
        invite
            .values(HeaderId::Allow)
            .any(|method| method == "UPDATE")
    );
    let refused = update(&mut t, &session, 0, &cookie(1)).expect_err("refused");
    assert_eq!(refused.code, Code::NotAllowed);
    assert_eq!(t.count("UPDATE"), 0);
}

/// B-201, B-189, B-193: a confirmed call, our offer, the answer in its 200, whose Contact counts.
#[test]
fn an_update_of_ours_changes_a_call_that_stands() {
    let mut t = Talk::new(2);
    let (session, _, _) = t.connected(ALLOW);
    update(&mut t, &session, 0, &cookie(7)).expect("sent");
    let request = t.peer.expect("UPDATE");
    assert!(request.header(HeaderId::Contact).is_some());
    assert!(!request.body().is_empty());
    let moved = "Contact: <sip:moved@192.0.2.9:5060>\r\n";
    t.answer(&request, 200, "", moved, &sdp("192.0.2.61", "sendrecv"));
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    assert!(t.remote_description(&session).contains("192.0.2.61"));
    t.hang_up(&session);
    assert_eq!(
        t.peer.expect("BYE").request_uri(),
        "sip:moved@192.0.2.9:5060"
    );
    t.net.assert_ladder("update_by_caller");
}

/// B-192, B-193, B-148: without a description only the target moves, ours and theirs.
#[test]
fn an_update_without_description_refreshes_the_target() {
    let mut t = Talk::new(3);
    let (session, _, leg) = t.connected(ALLOW);
    let before = t.remote_description(&session);
    t.say(
        &leg,
        "UPDATE",
        1,
        "Contact: <sip:new@192.0.2.9:5060>\r\n",
        "",
    );
    let answer = t.peer.expect("200 UPDATE");
    assert!(answer.body().is_empty());
    assert!(answer.header(HeaderId::Contact).is_some());
    update(&mut t, &session, NO_OFFER, &cookie(7)).expect("sent");
    let request = t.peer.expect("UPDATE");
    assert!(request.body().is_empty());
    assert_eq!(request.request_uri(), "sip:new@192.0.2.9:5060");
    t.answer(&request, 200, "", "", "");
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    assert_eq!(t.remote_description(&session), before);
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-189, B-201: before the 200, once the first exchange is done, by either side.
#[test]
fn both_sides_update_an_early_dialog() {
    let mut t = Talk::new(4);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(
        &invite,
        183,
        "t1",
        &reliable(5),
        &sdp("192.0.2.51", "sendrecv"),
    );
    let prack = t.peer.expect("PRACK");
    t.answer(&prack, 200, "", "", "");
    update(&mut t, &session, 0, &cookie(7)).expect("sent");
    let request = t.peer.expect("UPDATE");
    assert_eq!(request.cseq(), prack.cseq() + 1);
    t.answer(&request, 200, "", "", &sdp("192.0.2.52", "sendrecv"));
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    assert!(t.remote_description(&session).contains("192.0.2.52"));
    let leg = Leg::of_invite(&invite, "t1");
    t.say(&leg, "UPDATE", 1, "", &sdp("192.0.2.53", "sendonly"));
    assert!(text(&t.peer.expect("200 UPDATE")).contains("a=recvonly"));
    t.answer(&invite, 200, "t1", "", "");
    assert!(t.peer.expect("ACK").body().is_empty());
    assert_eq!(state(&session), SessionState::Connected);
    assert!(t.remote_description(&session).contains("192.0.2.53"));
    t.net.assert_ladder("update_early");
}

/// B-189 as the callee: early UPDATEs of both sides after the PRACK, none before.
#[test]
fn a_callee_updates_once_its_answer_is_acknowledged() {
    let mut t = Talk::new(5);
    let lines = format!("{ALLOW}Supported: 100rel\r\n");
    let session = t.called(&lines, &sdp(PEER, "sendrecv")).expect("a session");
    let send = Send {
        flags: 2,
        ..Send::default()
    };
    assert!(update(&mut t, &session, 0, &cookie(1)).is_err());
    t.reply(&session, 183, send);
    let early = t.peer.expect("183 INVITE");
    assert!(update(&mut t, &session, 0, &cookie(2)).is_err());
    let leg = Leg::of_answer(&early);
    let rack = format!("RAck: {} 1 INVITE\r\n", number(&early, HeaderId::RSeq));
    t.say(&leg, "PRACK", 2, &rack, "");
    t.say(&leg, "UPDATE", 3, "", &sdp("192.0.2.52", "sendrecv"));
    assert!(!t.peer.expect("200 UPDATE").body().is_empty());
    update(&mut t, &session, 0, &cookie(3)).expect("sent");
    let request = t.peer.expect("UPDATE");
    t.answer(&request, 200, "", "", &sdp("192.0.2.53", "sendrecv"));
    assert_eq!(t.completed(3), Some(Status::Sip(200)));
    t.reply(&session, 200, Send::default());
    assert!(t.peer.expect("200 INVITE").body().is_empty());
    t.say(&leg, "ACK", 1, "", "");
    assert!(t.remote_description(&session).contains("192.0.2.53"));
}

/// B-202: an unreliable description is no answer, so no offer may follow it before the 200.
#[test]
fn an_early_update_waits_for_a_reliable_answer() {
    let mut t = Talk::new(6);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 183, "t1", ALLOW, &sdp("192.0.2.51", "sendrecv"));
    let refused = update(&mut t, &session, 0, &cookie(1)).expect_err("refused");
    assert_eq!(refused.code, Code::InvalidSessionState);
    assert_eq!(t.count("UPDATE"), 0);
    t.answer(&invite, 200, "t1", ALLOW, &sdp("192.0.2.51", "sendrecv"));
    update(&mut t, &session, 0, &cookie(2)).expect("sent");
    t.peer.expect("UPDATE");
}

/// B-190: what the application would have to be asked gets 504.
#[test]
fn an_offer_that_needs_the_application_gets_504() {
    let mut config = Config::default();
    config.disable_media = true;
    let mut t = Talk::with(7, config);
    let session = t.called(ALLOW, &sdp(PEER, "sendrecv")).expect("a session");
    let send = Send {
        content_type: Some("application/sdp".into()),
        body: Some(sdp("192.0.2.1", "sendrecv").into_bytes().into()),
        ..Send::default()
    };
    t.reply(&session, 200, send);
    let leg = Leg::of_answer(&t.peer.expect("200 INVITE"));
    t.say(&leg, "ACK", 1, "", "");
    t.say(&leg, "UPDATE", 2, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("504 UPDATE");
    t.say(&leg, "UPDATE", 3, "", "");
    t.peer.expect("200 UPDATE");
}

/// B-191: 491 while an offer of ours is open, in whatever it went.
#[test]
fn an_offer_that_meets_ours_gets_491() {
    let mut t = Talk::new(8);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", &reliable(1), "");
    let leg = Leg::of_invite(&invite, "t1");
    t.say(&leg, "UPDATE", 1, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("491 UPDATE");
    t.answer(&invite, 200, "t1", ALLOW, &sdp(PEER, "sendrecv"));
    update(&mut t, &session, 0, &cookie(2)).expect("sent");
    t.say(&leg, "UPDATE", 2, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("491 UPDATE");
    t.say(&leg, "INVITE", 3, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("491 INVITE");
    // Without an offer there is nothing to collide.
    t.say(&leg, "UPDATE", 4, "", "");
    t.peer.expect("200 UPDATE");
}

/// B-191: 500 with Retry-After while the peer's own offer is not answered.
#[test]
fn a_second_offer_of_the_peer_gets_500() {
    let mut t = Talk::new(9);
    let session = t
        .called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    let leg = Leg::of_answer(&ringing);
    let rack = format!("RAck: {} 1 INVITE\r\n", number(&ringing, HeaderId::RSeq));
    t.say(&leg, "PRACK", 2, &rack, "");
    t.say(&leg, "UPDATE", 3, "", &sdp("192.0.2.52", "sendrecv"));
    let refused = t.peer.expect("500 UPDATE");
    assert!(refused.header(HeaderId::RetryAfter).is_some());
    assert!(number(&refused, HeaderId::RetryAfter) <= 10);
    assert_eq!(state(&session), SessionState::Incoming);
}

/// B-194: our own UPDATE that met theirs goes again after a while, by the owner of the Call-ID after 2.1 to 4 s.
#[test]
fn an_update_of_ours_that_got_491_goes_again() {
    let mut t = Talk::new(10);
    let (session, _, leg) = t.connected(ALLOW);
    update(&mut t, &session, 0, &cookie(7)).expect("sent");
    let first = t.peer.expect("UPDATE");
    t.answer(&first, 491, "", "", "");
    // Meanwhile the peer's own succeeds.
    t.say(&leg, "UPDATE", 1, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("200 UPDATE");
    t.wait(2.0);
    assert_eq!(t.count("UPDATE"), 0);
    t.wait(2.1);
    let again = t.peer.expect("UPDATE");
    assert!(again.cseq() > first.cseq());
    t.answer(&again, 200, "", "", &sdp("192.0.2.53", "sendrecv"));
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    assert!(t.remote_description(&session).contains("192.0.2.53"));
}

/// B-194: the peer does not know the dialog: the call is over.
#[test]
fn an_update_that_got_481_or_nothing_ends_the_call() {
    for silent in [false, true] {
        let mut t = Talk::new(11);
        let (session, _, _) = t.connected(ALLOW);
        update(&mut t, &session, 0, &cookie(7)).expect("sent");
        let request = t.peer.expect("UPDATE");
        if silent {
            t.wait(33.0);
        } else {
            t.answer(&request, 481, "", "", "");
        }
        assert!(t.completed(7).is_some());
        assert_eq!(state(&session), SessionState::Disconnected);
        t.peer.expect("BYE");
    }
}

/// B-194 for one of several forks: its dialog ends, the INVITE goes on.
#[test]
fn an_early_update_that_got_481_ends_its_fork() {
    let mut t = Talk::new(12);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(
        &invite,
        183,
        "t1",
        &reliable(5),
        &sdp("192.0.2.51", "sendrecv"),
    );
    let prack = t.peer.expect("PRACK");
    t.answer(&prack, 200, "", "", "");
    update(&mut t, &session, 0, &cookie(7)).expect("sent");
    let request = t.peer.expect("UPDATE");
    t.answer(&request, 481, "", "", "");
    assert_eq!(t.completed(7), Some(Status::Sip(481)));
    assert_eq!(state(&session), SessionState::InProgress);
    t.answer(&invite, 200, "t2", "", &sdp("192.0.2.52", "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-195, B-204: a refused UPDATE changes nothing, in either direction.
#[test]
fn a_refused_update_leaves_the_call_as_it_was() {
    let mut t = Talk::new(13);
    let (session, _, leg) = t.connected(ALLOW);
    let before = t.remote_description(&session);
    update(&mut t, &session, 0, &cookie(7)).expect("sent");
    let request = t.peer.expect("UPDATE");
    t.answer(&request, 488, "", "", "");
    assert_eq!(t.completed(7), Some(Status::Sip(488)));
    let video = sdp(PEER, "sendrecv")
        .replace("m=audio 4000 RTP/AVP 0 101", "m=audio 4000 RTP/AVP 96")
        .replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:96 opus/48000/2");
    t.say(&leg, "UPDATE", 1, "", &video);
    let refused = t.peer.expect("488 UPDATE");
    assert!(refused.header(HeaderId::Warning).is_some());
    t.say(&leg, "UPDATE", 2, "", "v=0\r\nnothing\r\n");
    t.peer.expect("400 UPDATE");
    assert_eq!(t.remote_description(&session), before);
    assert_eq!(state(&session), SessionState::Connected);
    // Nothing is left open: a next one succeeds.
    t.say(&leg, "UPDATE", 3, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("200 UPDATE");
}

/// B-223: the peer's hold is told and is no state of ours.
#[test]
fn a_hold_by_update_is_told() {
    let mut t = Talk::new(14);
    let (session, _, leg) = t.connected(ALLOW);
    t.say(&leg, "UPDATE", 1, "", &sdp(PEER, "sendonly"));
    t.peer.expect("200 UPDATE");
    let told = t.events(EventType::Media).pop().expect("an event");
    assert_eq!((told.kind, told.reason), (0, 1));
    t.say(&leg, "UPDATE", 2, "", &sdp(PEER, "sendrecv"));
    t.peer.expect("200 UPDATE");
    let told = t.events(EventType::Media).pop().expect("an event");
    assert_eq!((told.kind, told.reason), (1, 6));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-436: the complex flow of the primer, message by message.
#[test]
fn reliable_183_prack_update_180_200() {
    let mut t = Talk::new(15);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 183, "t1", &reliable(10), &sdp(PEER, "sendrecv"));
    let prack = t.peer.expect("PRACK");
    t.answer(&prack, 200, "", "", "");
    update(&mut t, &session, 0, &cookie(1)).expect("sent");
    let request = t.peer.expect("UPDATE");
    assert_eq!(
        version(&request),
        version(&invite),
        "nothing changed in what we say"
    );
    t.answer(&request, 200, "", "", &sdp(PEER, "sendrecv"));
    t.answer(&invite, 180, "t1", &reliable(11), "");
    let prack = t.peer.expect("PRACK");
    t.answer(&prack, 200, "", "", "");
    t.answer(&invite, 200, "t1", "", "");
    t.peer.expect("ACK");
    assert_eq!(state(&session), SessionState::Connected);
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "", "", "");
    t.net.assert_ladder("complex_flow");
}

/// B-191, B-194: UPDATEs that cross are refused by both sides, and both go again, ours as callee within 2 s.
#[test]
fn updates_that_cross_are_both_refused_and_both_repeated() {
    let mut t = Talk::new(16);
    let (session, _, leg) = t.called_and_connected(ALLOW);
    update(&mut t, &session, 0, &cookie(7)).expect("sent");
    t.say(&leg, "UPDATE", 2, "", &sdp("192.0.2.52", "sendrecv"));
    let ours = t.peer.expect("UPDATE sip:");
    t.peer.expect("491 UPDATE");
    t.answer(&ours, 491, "", "", "");
    t.wait(2.0);
    let again = t.peer.expect("UPDATE sip:");
    t.answer(&again, 200, "", "", &sdp("192.0.2.53", "sendrecv"));
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    t.say(&leg, "UPDATE", 3, "", &sdp("192.0.2.52", "sendrecv"));
    t.peer.expect("200 UPDATE");
    assert!(t.remote_description(&session).contains("192.0.2.52"));
}
