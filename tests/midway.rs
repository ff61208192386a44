//! Re-INVITEs before their final response: RFC 6141. Changes that are settled stay, targets move with each request, a
//! re-INVITE taken back leaves the call, a lost address is made known.

mod sim;

use rtcclient::agent::{EventType, Send, SessionState, SessionType, Status, TerminateReason};
use rtcclient::syntax::HeaderId;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, state};

const RELIABLE: &str = "Require: 100rel\r\nRSeq: 9\r\n";

fn hold(t: &mut Talk, session: &rtcclient::agent::ObjectRef, number: i64) {
    t.on(|agent, now| agent.hold(now, session, true, &cookie(number)))
        .expect("holding");
    t.run();
}

fn moved(more: &str) -> String {
    format!("{more}Contact: <sip:{MOVED}>\r\n")
}

const MOVED: &str = "moved@192.0.2.9:5060";

/// B-150: what a reliable 1xx settled stays in force when the re-INVITE is refused in the end.
#[test]
fn a_change_that_was_settled_reliably_stays_when_the_reinvite_is_refused() {
    let mut t = Talk::new(1);
    let (session, _, _) = t.connected("");
    hold(&mut t, &session, 5);
    let again = t.peer.expect("INVITE");
    let held = sdp(PEER, "recvonly").replace("4000", "4002");
    t.answer(&again, 183, "t1", RELIABLE, &held);
    let prack = t.peer.expect("PRACK");
    assert_eq!(
        prack.header(HeaderId::RAck),
        Some(&*format!("9 {} INVITE", again.cseq()))
    );
    assert_eq!(prack.cseq(), again.cseq() + 1);
    t.answer(&prack, 200, "", "", "");
    t.answer(&again, 488, "t1", "", "");
    assert_eq!(t.completed(5), Some(Status::Sip(488)));
    assert_eq!(t.remote_description(&session), held, "not rolled back");
    t.on(|agent, now| agent.reinvite(now, &session, 0, &cookie(6)))
        .expect("again");
    t.run();
    let next = t.peer.expect("INVITE");
    t.answer(&next, 488, "t1", "", "");
    assert_eq!(
        t.remote_description(&session),
        held,
        "nothing was settled, nothing changes"
    );
    assert!(matches!(
        state(&session),
        SessionState::Connected | SessionState::Hold
    ));
}

/// B-151: a reliable 1xx moves the target, and the refusal of the re-INVITE does not move it back.
#[test]
fn a_target_that_a_reliable_response_moved_stays_moved() {
    let mut t = Talk::new(2);
    let (session, _, _) = t.connected("");
    hold(&mut t, &session, 5);
    let again = t.peer.expect("INVITE");
    assert_eq!(again.request_uri(), "sip:peer@192.0.2.9:5060");
    t.answer(&again, 183, "t1", &moved(RELIABLE), "");
    assert_eq!(t.peer.expect("PRACK").request_uri(), format!("sip:{MOVED}"));
    t.answer(&again, 488, "t1", "", "");
    t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(6)))
        .expect("sent");
    t.run();
    assert_eq!(t.peer.expect("INFO").request_uri(), format!("sip:{MOVED}"));
}

/// B-152: CANCEL of our re-INVITE: 487, and the call is as it was; of the peer's: the same.
#[test]
fn a_reinvite_taken_back_leaves_the_call_as_it_was() {
    let mut t = Talk::new(3);
    let (session, _, leg) = t.connected("");
    let before = t.remote_description(&session);
    hold(&mut t, &session, 5);
    let again = t.peer.expect("INVITE");
    t.answer(&again, 100, "", "", "");
    let transaction = t.on(|agent, _| {
        let mut open = agent.transactions_of(&session);
        open.pop().expect("an open INVITE")
    });
    t.on(|agent, now| agent.cancel(now, &transaction, &Send::default()))
        .expect("cancelled");
    t.run();
    let cancel = t.peer.expect("CANCEL");
    assert_eq!(cancel.cseq(), again.cseq());
    t.answer(&cancel, 200, "", "", "");
    t.answer(&again, 487, "t1", "", "");
    assert_eq!(t.completed(5), Some(Status::Sip(487)));
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(t.remote_description(&session), before);
    assert_eq!(t.count("BYE"), 0);
    t.say(&leg, "BYE", 9, "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
}

#[test]
fn a_reinvite_that_the_peer_takes_back_leaves_the_call() {
    let mut t = Talk::new(4);
    let options = rtcclient::agent::SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(sdp("192.0.2.1", "sendrecv").as_bytes().into()),
        ..rtcclient::agent::SessionOptions::default()
    };
    let (session, invite) = t.call_with(SessionType::PcToPc, options);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let leg = Leg::of_invite(&invite, "t1");
    t.say(&leg, "INVITE", 7, "", &sdp(PEER, "sendonly"));
    assert_eq!(
        t.events(EventType::ReInvite).len(),
        1,
        "it waits for the application"
    );
    t.reply(&session, 183, Send::default());
    assert_eq!(t.peer.expect("183 INVITE").cseq(), 7);
    let cancel = "CANCEL sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-7\r\n\
        Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.9>;tag=t1\r\nTo: <sip:alice@192.0.2.1>\r\n"
        .to_owned()
        + &format!("Call-ID: {}\r\nCSeq: 7 CANCEL\r\nContent-Length: 0\r\n\r\n", leg.call_id);
    t.peer.send(&mut t.net, "192.0.2.1", cancel);
    t.run();
    assert_eq!(t.peer.expect("487 INVITE").cseq(), 7);
    assert_eq!(state(&session), SessionState::Connected);
    t.hang_up(&session);
    t.peer.expect("BYE");
}

/// B-153: after a change of address a re-INVITE brings the new Contact and c= line.
#[test]
fn a_new_address_is_made_known_by_a_reinvite() {
    let mut t = Talk::new(5);
    let (session, _, _) = t.connected("");
    let alice = t.alice;
    t.net.move_to(alice, "192.0.2.77");
    t.on(|agent, now| agent.reinvite(now, &session, 0, &cookie(5)))
        .expect("sent");
    t.run();
    let again = t.peer.expect("INVITE");
    let contact = again.header(HeaderId::Contact).expect("a contact");
    assert!(contact.contains("192.0.2.77"), "{contact}");
    let offer = std::str::from_utf8(again.body()).expect("text");
    assert!(offer.contains("c=IN IP4 192.0.2.77"), "{offer}");
    t.answer(&again, 200, "t1", "", &sdp(PEER, "sendrecv"));
    assert_eq!(t.completed(5), Some(Status::Sip(200)));
    t.on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &Send::default()))
        .expect("ended");
}

/// A call with media of the application's, and a re-INVITE of the peer's in it that waits for its answer.
fn asked_again(seed: u64) -> (Talk, rtcclient::agent::ObjectRef, Leg) {
    let mut t = Talk::new(seed);
    let options = rtcclient::agent::SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(sdp("192.0.2.1", "sendrecv").as_bytes().into()),
        ..rtcclient::agent::SessionOptions::default()
    };
    let (session, invite) = t.call_with(SessionType::PcToPc, options);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let leg = Leg::of_invite(&invite, "t1");
    let supported = "Supported: 100rel\r\n";
    t.say(&leg, "INVITE", 7, supported, &sdp(PEER, "sendonly"));
    (t, session, leg)
}

fn reliable(body: &str) -> Send {
    Send {
        flags: rtcclient::agent::command::SEND_RELIABLE,
        content_type: Some("application/sdp".into()),
        body: Some(body.as_bytes().into()),
        ..Send::default()
    }
}

/// B-149: the answer went reliably and has its PRACK: the change is in use, so that the re-INVITE gets 200, though refused.
#[test]
fn a_change_in_use_is_accepted_even_when_the_application_refuses_it_late() {
    for status in [200, 488] {
        let (mut t, session, leg) = asked_again(21);
        t.reply(&session, 183, reliable(&sdp("192.0.2.1", "recvonly")));
        let early = t.peer.expect("183 INVITE");
        assert!(!early.body().is_empty());
        let rseq = early.header(HeaderId::RSeq).expect("RSeq").to_owned();
        t.wait(0.6);
        assert_eq!(t.count("183 INVITE"), 1, "again until its PRACK");
        if status == 200 {
            // Before its PRACK the 2xx has to wait.
            t.reply(&session, 200, Send::default());
            assert_eq!(t.count("200 INVITE"), 0);
        }
        t.say(&leg, "PRACK", 8, &format!("RAck: {rseq} 7 INVITE\r\n"), "");
        assert_eq!(t.peer.expect("200 PRACK").cseq(), 8);
        if status == 488 {
            t.reply(&session, 488, Send::default());
        }
        let last = t.peer.expect("200 INVITE");
        assert_eq!((last.cseq(), last.body()), (7, &b""[..]), "said before");
        t.say(&leg, "ACK", 7, "", "");
        assert_eq!(t.remote_description(&session), sdp(PEER, "sendonly"));
        t.wait(40.0);
        assert_eq!(t.count("INVITE"), 0, "all is quiet");
        t.hang_up(&session);
        t.peer.expect("BYE");
    }
}

/// A reliable answer that nobody acknowledges in 64*T1, or before the application refuses after all: the call is as it was.
#[test]
fn a_change_that_never_came_into_use_is_undone() {
    for early in [true, false] {
        let (mut t, session, leg) = asked_again(22);
        t.reply(&session, 183, reliable(&sdp("192.0.2.1", "recvonly")));
        if early {
            t.reply(&session, 488, Send::default());
            t.peer.expect("488 INVITE");
        } else {
            t.wait(33.0);
            t.peer.expect("504 INVITE");
        }
        assert_eq!(t.remote_description(&session), sdp(PEER, "sendrecv"));
        t.say(&leg, "INVITE", 9, "", &sdp(PEER, "sendonly"));
        let refused = t.on(|agent, now| {
            let send = reliable(&sdp("192.0.2.1", "recvonly"));
            agent.answer(now, &session, 183, &send)
        });
        assert!(refused.is_err(), "the peer does not speak of 100rel");
        t.reply(&session, 486, Send::default());
        assert_eq!(t.peer.expect("486 INVITE").cseq(), 9);
        assert_eq!(state(&session), SessionState::Connected);
    }
}
