//! Reliable provisional responses (RFC 3262) and early media, in both roles.

mod sim;

use rtcclient::agent::{
    AnswerMode, Code, Config, EventType, Kind, Reliable, Send, SessionOptions, SessionState,
    SessionType, Status,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, number, state};
use sim::{Link, Sim, secs};

const RELIABLE: &str =
    "Require: 100rel\r\nRSeq: 5\r\nAllow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";

fn rseq(number: u32) -> String {
    format!("Require: 100rel\r\nRSeq: {number}\r\n")
}

fn terms(reliable: Reliable) -> Config {
    let mut config = Config::default();
    config.session_defaults.reliable = reliable;
    config
}

fn reliably() -> Send {
    Send {
        flags: 2,
        ..Send::default()
    }
}

fn rack(prack: &Message) -> &str {
    prack.header(HeaderId::RAck).expect("RAck")
}

fn lists(message: &Message, id: HeaderId, token: &str) -> bool {
    message.values(id).any(|value| value == token)
}

// As the caller.

/// B-175, B-179.
#[test]
fn a_reliable_180_gets_one_prack_however_often_it_comes() {
    let mut t = Talk::new(1);
    let (session, invite) = t.call(SessionOptions::default());
    assert!(lists(&invite, HeaderId::Supported, "100rel"));
    assert!(!lists(&invite, HeaderId::Require, "100rel"));
    assert!(lists(&invite, HeaderId::Allow, "PRACK"));
    for _ in 0..3 {
        t.answer(&invite, 180, "t1", &rseq(5), "");
    }
    let prack = t.peer.expect("PRACK");
    assert_eq!(rack(&prack), format!("5 {} INVITE", invite.cseq()));
    assert_eq!(prack.cseq(), invite.cseq() + 1);
    assert_eq!(prack.to_tag(), Some("t1"));
    assert_eq!(prack.request_uri(), format!("sip:peer@{PEER}:5060"));
    t.answer(&prack, 200, "", "", "");
    assert_eq!(t.count("PRACK"), 0);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let ack = t.peer.expect("ACK");
    assert_eq!(ack.cseq(), invite.cseq());
    t.hang_up(&session);
    assert_eq!(t.peer.expect("BYE").cseq(), prack.cseq() + 1);
    t.net.assert_ladder("reliable_180");
}

/// B-175.
#[test]
fn reliability_is_demanded_or_left_out_as_the_options_say() {
    let mut t = Talk::new(2);
    let wish = |reliable| SessionOptions {
        reliable,
        ..SessionOptions::default()
    };
    let (_, demanding) = t.call(wish(Reliable::Required));
    assert!(lists(&demanding, HeaderId::Require, "100rel"));
    let (_, off) = t.call(wish(Reliable::Off));
    assert!(!lists(&off, HeaderId::Supported, "100rel"));
    assert!(!lists(&off, HeaderId::Require, "100rel"));
    // What was not asked for is not done either.
    t.answer(&off, 180, "t1", RELIABLE, "");
    assert_eq!(t.count("PRACK"), 0);
}

/// B-180.
#[test]
fn after_a_gap_in_rseq_nothing_is_acknowledged_or_told() {
    let mut t = Talk::new(3);
    let (_, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", &rseq(5), "");
    let prack = t.peer.expect("PRACK");
    t.answer(&prack, 200, "", "", "");
    t.answer(&invite, 183, "t1", &rseq(7), "");
    t.answer(&invite, 183, "t1", &rseq(4), "");
    assert_eq!(t.count("PRACK"), 0);
    assert_eq!(t.last_state().status, Status::Sip(180));
    t.answer(&invite, 183, "t1", &rseq(6), "");
    assert_eq!(
        rack(&t.peer.expect("PRACK")),
        format!("6 {} INVITE", invite.cseq())
    );
    assert_eq!(t.last_state().status, Status::Sip(183));
}

/// B-183, B-116, B-203: each fork counts for itself and has an exchange of its own.
#[test]
fn forks_are_dialogs_of_their_own() {
    let mut t = Talk::new(4);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 183, "t1", &rseq(5), &sdp("192.0.2.51", "sendrecv"));
    t.answer(
        &invite,
        183,
        "t2",
        &rseq(900),
        &sdp("192.0.2.52", "sendrecv"),
    );
    let first = t.peer.expect("PRACK");
    let second = t.peer.expect("PRACK");
    assert_eq!(
        (first.to_tag(), rack(&first).split(' ').next()),
        (Some("t1"), Some("5"))
    );
    assert_eq!(
        (second.to_tag(), rack(&second).split(' ').next()),
        (Some("t2"), Some("900"))
    );
    assert_eq!(second.cseq(), invite.cseq() + 1, "CSeq counts per dialog");
    t.answer(&first, 200, "", "", "");
    t.answer(&second, 200, "", "", "");
    t.answer(&invite, 200, "t1", "", "");
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t1"));
    assert_eq!(state(&session), SessionState::Connected);
    assert!(t.remote_description(&session).contains("192.0.2.51"));
    // The other fork was answered as well: it is ended, after its PRACK.
    t.answer(&invite, 200, "t2", "", "");
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t2"));
    assert_eq!(t.peer.expect("BYE").cseq(), second.cseq() + 1);
    assert_eq!(state(&session), SessionState::Connected);
    t.net.assert_ladder("reliable_forks");
}

/// B-116: more forks than the limit allows are not kept.
#[test]
fn a_peer_that_forks_without_end_is_bounded() {
    let mut t = Talk::new(5);
    let (_, invite) = t.call(SessionOptions::default());
    for n in 0..100 {
        t.peer
            .respond(&mut t.net, &invite, 180, &format!("t{n}"), &rseq(1), "");
    }
    t.run();
    assert_eq!(t.count("PRACK"), 32);
}

/// B-198, B-122: offer in the INVITE, answer in a reliable 183; what the 200 says of media is ignored.
#[test]
fn the_answer_in_a_reliable_183_counts_and_media_starts_with_it() {
    let mut t = Talk::new(6);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 183, "t1", RELIABLE, &sdp("192.0.2.51", "sendrecv"));
    let prack = t.peer.expect("PRACK");
    assert!(prack.body().is_empty());
    assert_eq!(t.events(EventType::Media).len(), 1);
    assert!(t.remote_description(&session).contains("192.0.2.51"));
    t.answer(&prack, 200, "", "", "");
    t.answer(&invite, 200, "t1", "", &sdp("192.0.2.77", "inactive"));
    assert_eq!(state(&session), SessionState::Connected);
    assert!(t.peer.expect("ACK").body().is_empty());
    assert!(t.remote_description(&session).contains("192.0.2.51"));
    assert_eq!(t.events(EventType::Media).len(), 1, "it started once");
}

/// B-199: the offer comes in a reliable 1xx, the PRACK answers it.
#[test]
fn an_offer_in_a_reliable_183_is_answered_by_the_prack() {
    let mut t = Talk::new(7);
    let options = SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(Box::default()),
        ..SessionOptions::default()
    };
    let (session, invite) = t.call(options);
    assert!(invite.body().is_empty());
    t.answer(&invite, 183, "t1", RELIABLE, &sdp("192.0.2.51", "sendrecv"));
    t.peer.expect("PRACK");
    assert!(t.remote_description(&session).contains("192.0.2.51"));
    t.answer(&invite, 200, "t1", "", "");
    assert!(t.peer.expect("ACK").body().is_empty());
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-202, B-122: a description that comes unreliably is shown and acted on, the exchange is open until the 200.
#[test]
fn a_description_in_an_unreliable_183_is_a_preview() {
    let mut t = Talk::new(8);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 183, "t1", "", &sdp("192.0.2.51", "sendrecv"));
    assert_eq!(t.count("PRACK"), 0);
    assert_eq!(t.events(EventType::Media).len(), 1);
    assert_eq!(t.last_state().content_type.as_ref(), "application/sdp");
    t.answer(&invite, 200, "t1", "", &sdp("192.0.2.52", "sendrecv"));
    assert!(t.remote_description(&session).contains("192.0.2.52"));
}

/// B-204: an offer in a response cannot be refused; the call is given up instead.
#[test]
fn an_answer_that_does_not_fit_its_offer_ends_the_call() {
    let mut t = Talk::new(9);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 183, "t1", RELIABLE, "v=0\r\nno description\r\n");
    t.peer.expect("PRACK");
    let cancel = t.peer.expect("CANCEL");
    t.answer(&cancel, 200, "t1", "", "");
    t.answer(&invite, 487, "t1", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(
        t.last_state().status,
        Status::Failed(Code::CodecsDoNotMatch)
    );
}

/// B-056: 199 ends one early dialog, the others live.
#[test]
fn a_199_ends_its_own_early_dialog_only() {
    let mut t = Talk::new(10);
    let (session, invite) = t.call(SessionOptions::default());
    assert!(lists(&invite, HeaderId::Supported, "199"));
    t.answer(&invite, 180, "a", &rseq(1), "");
    t.answer(&invite, 180, "b", &rseq(1), "");
    t.answer(&invite, 199, "a", &rseq(2), "");
    assert_eq!(t.count("PRACK"), 3, "the 199 was reliable too");
    t.say(&Leg::of_invite(&invite, "a"), "OPTIONS", 1, "", "");
    t.peer.expect("481 OPTIONS");
    t.say(&Leg::of_invite(&invite, "b"), "OPTIONS", 2, "", "");
    t.peer.expect("200 OPTIONS");
    t.answer(&invite, 200, "b", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-062: a final refusal ends every early dialog.
#[test]
fn a_486_ends_all_early_dialogs() {
    let mut t = Talk::new(11);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "a", &rseq(1), "");
    t.answer(&invite, 180, "b", &rseq(1), "");
    t.answer(&invite, 486, "b", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    for (cseq, tag) in [(1, "a"), (2, "b")] {
        t.say(&Leg::of_invite(&invite, tag), "OPTIONS", cseq, "", "");
        t.peer.expect("481 OPTIONS");
    }
}

/// B-186, B-039: a peer that does not know what we demand is asked once more without.
#[test]
fn a_420_to_our_demand_is_retried_without_it_once() {
    let mut t = Talk::with(12, terms(Reliable::Required));
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 420, "t1", "Unsupported: 100rel\r\n", "");
    let again = t.peer.expect("INVITE");
    assert_eq!(
        (again.call_id(), again.cseq()),
        (invite.call_id(), invite.cseq() + 1)
    );
    assert!(!lists(&again, HeaderId::Require, "100rel"));
    assert_eq!(again.body(), invite.body());
    t.answer(&again, 420, "t2", "Unsupported: 100rel\r\n", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(t.last_state().status, Status::Sip(420));
}

// As the callee.

/// B-176: only if the INVITE lists it; if the INVITE demands it, always.
#[test]
fn a_180_is_reliable_when_the_caller_demands_it_and_plain_else() {
    let mut t = Talk::new(20);
    t.called("Supported: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let plain = t.peer.expect("180 INVITE");
    assert!(plain.header(HeaderId::RSeq).is_none());
    let mut t = Talk::new(21);
    t.called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    assert!(lists(&ringing, HeaderId::Require, "100rel"));
    assert!(lists(&ringing, HeaderId::Allow, "PRACK"));
    assert!((1..1 << 31).contains(&number(&ringing, HeaderId::RSeq)));
}

/// B-176, B-185: reliability is for provisional answers to INVITEs that offer it.
#[test]
fn reliability_that_cannot_be_had_is_refused_to_the_application() {
    let mut t = Talk::new(22);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let refused = t.on(|agent, now| agent.answer(now, &session, 183, &reliably()));
    assert_eq!(refused.expect_err("refused").code, Code::NotAllowed);
    let refused = t.on(|agent, now| agent.answer(now, &session, 200, &reliably()));
    assert_eq!(refused.expect_err("refused").code, Code::InvalidArgument);
    assert_eq!(state(&session), SessionState::Incoming);
}

/// B-177: one at a time, numbered without gaps.
#[test]
fn the_second_waits_for_the_prack_of_the_first() {
    let mut t = Talk::new(23);
    let session = t
        .called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    let leg = Leg::of_answer(&ringing);
    t.reply(&session, 183, Send::default());
    assert_eq!(t.count("183 INVITE"), 0);
    let first = number(&ringing, HeaderId::RSeq);
    t.say(&leg, "PRACK", 2, &format!("RAck: {first} 1 INVITE\r\n"), "");
    let told = t.events(EventType::Prack);
    assert_eq!((told.len(), told[0].value[0]), (1, i64::from(first)));
    let next = t.peer.expect("183 INVITE");
    assert_eq!(number(&next, HeaderId::RSeq), first + 1);
    t.net.assert_ladder("reliable_in_order");
}

/// B-178: T1, 2*T1, 4*T1 … without bound, and after 64*T1 the INVITE is refused.
#[test]
fn without_prack_it_is_repeated_and_then_the_call_refused() {
    let mut t = Talk::new(24);
    let session = t
        .called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    t.peer.expect("180 INVITE");
    let began = t.net.now;
    let mut times = Vec::new();
    while times.len() < 6 {
        t.wait(0.1);
        if t.peer.next().is_some() {
            times.push(t.net.now.since(began).as_secs_f64().floor() as u32);
        }
    }
    assert_eq!(times, [0, 1, 3, 7, 15, 31]);
    t.wait(1.0);
    t.peer.expect("504 INVITE");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-181.
#[test]
fn a_prack_is_answered_while_the_invite_is_open_and_an_unmatched_one_gets_481() {
    let mut t = Talk::new(25);
    let session = t
        .called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    let leg = Leg::of_answer(&ringing);
    let rseq = number(&ringing, HeaderId::RSeq);
    for (cseq, rack) in [
        (2, format!("{} 1 INVITE", rseq + 1)),
        (3, format!("{rseq} 2 INVITE")),
        (4, format!("{rseq} 1 OPTIONS")),
        (5, "nonsense".to_owned()),
    ] {
        t.say(&leg, "PRACK", cseq, &format!("RAck: {rack}\r\n"), "");
        t.peer.expect("481 PRACK");
    }
    t.say(&leg, "PRACK", 6, "", "");
    t.peer.expect("481 PRACK");
    t.say(&leg, "PRACK", 7, &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    t.peer.expect("200 PRACK");
    t.say(&leg, "PRACK", 8, &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    t.peer.expect("481 PRACK");
    assert_eq!(state(&session), SessionState::Incoming);
    t.wait(40.0);
    assert_eq!(t.count("INVITE"), 0, "nothing is repeated any more");
}

/// B-182, B-198: the 200 waits while a description is not acknowledged, and does not repeat it.
#[test]
fn the_200_waits_for_the_prack_of_a_description() {
    let mut t = Talk::new(26);
    let session = t
        .called("Supported: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    t.reply(&session, 183, reliably());
    let early = t.peer.expect("183 INVITE");
    assert!(!early.body().is_empty());
    t.reply(&session, 200, Send::default());
    assert_eq!(t.count("200 INVITE"), 0);
    let leg = Leg::of_answer(&early);
    let rseq = number(&early, HeaderId::RSeq);
    t.say(&leg, "PRACK", 2, &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    t.peer.expect("200 PRACK");
    let answer = t.peer.expect("200 INVITE");
    assert!(answer.body().is_empty());
    t.say(&leg, "ACK", 1, "", "");
    assert_eq!(state(&session), SessionState::Connected);
    t.net.assert_ladder("reliable_183_then_200");
}

/// B-182: without a description nothing waits, and the PRACK that comes late is still answered.
#[test]
fn a_200_does_not_wait_for_the_prack_of_a_bare_180() {
    let mut t = Talk::new(27);
    let session = t
        .called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    t.reply(&session, 200, Send::default());
    assert!(!t.peer.expect("200 INVITE").body().is_empty());
    let leg = Leg::of_answer(&ringing);
    let rseq = number(&ringing, HeaderId::RSeq);
    t.say(&leg, "PRACK", 2, &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    t.peer.expect("200 PRACK");
    t.say(&leg, "ACK", 1, "", "");
    t.wait(40.0);
    assert_eq!(t.count("180 INVITE"), 0);
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-199, B-184: an INVITE without offer gets ours in the first reliable response; the PRACK answers.
#[test]
fn an_invite_without_offer_gets_one_in_the_reliable_180() {
    let mut t = Talk::new(28);
    let session = t.called("Require: 100rel\r\n", "").expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    assert!(!ringing.body().is_empty());
    let leg = Leg::of_answer(&ringing);
    let rack = format!("RAck: {} 1 INVITE\r\n", number(&ringing, HeaderId::RSeq));
    t.reply(&session, 200, Send::default());
    t.say(&leg, "PRACK", 2, &rack, &sdp("192.0.2.51", "sendrecv"));
    assert!(t.peer.expect("200 PRACK").body().is_empty());
    assert!(t.peer.expect("200 INVITE").body().is_empty());
    t.say(&leg, "ACK", 1, "", "");
    assert_eq!(state(&session), SessionState::Connected);
    assert!(t.remote_description(&session).contains("192.0.2.51"));
}

/// B-204: without an answer in the PRACK there is no call.
#[test]
fn a_prack_that_does_not_answer_our_offer_ends_the_call() {
    let mut t = Talk::new(29);
    let session = t.called("Require: 100rel\r\n", "").expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    let rack = format!("RAck: {} 1 INVITE\r\n", number(&ringing, HeaderId::RSeq));
    t.say(&Leg::of_answer(&ringing), "PRACK", 2, &rack, "");
    t.peer.expect("200 PRACK");
    t.peer.expect("488 INVITE");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-200, B-184: once answered, the PRACK may carry a new offer; its 200 answers.
#[test]
fn an_offer_in_the_prack_is_answered_in_its_200() {
    let mut t = Talk::new(30);
    let session = t
        .called("Supported: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    t.reply(&session, 183, reliably());
    let early = t.peer.expect("183 INVITE");
    let leg = Leg::of_answer(&early);
    let rack = format!("RAck: {} 1 INVITE\r\n", number(&early, HeaderId::RSeq));
    t.say(&leg, "PRACK", 2, &rack, &sdp("192.0.2.51", "sendonly"));
    let answer = t.peer.expect("200 PRACK");
    assert!(String::from_utf8_lossy(answer.body()).contains("a=recvonly"));
    assert!(t.remote_description(&session).contains("192.0.2.51"));
    t.reply(&session, 200, Send::default());
    assert!(t.peer.expect("200 INVITE").body().is_empty());
}

/// B-134 while a 200 waits for its PRACK: the caller takes the call back.
#[test]
fn a_cancel_beats_a_200_that_waits() {
    let mut t = Talk::new(31);
    let session = t
        .called("Supported: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    t.reply(&session, 183, reliably());
    let leg = Leg::of_answer(&t.peer.expect("183 INVITE"));
    t.reply(&session, 200, Send::default());
    let cancel = format!(
        "CANCEL sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-1\r\nFrom: {}\r\n\
         To: <sip:alice@192.0.2.1>\r\nCall-ID: {}\r\nCSeq: 1 CANCEL\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
        leg.local, leg.call_id
    );
    t.peer.send(&mut t.net, sim::talk::ALICE, cancel);
    t.run();
    t.peer.expect("487 INVITE");
    assert_eq!(state(&session), SessionState::Disconnected);
    t.wait(40.0);
    assert_eq!(t.count("200 INVITE"), 0);
}

/// B-044: who insists refuses a caller that cannot.
#[test]
fn a_caller_without_100rel_gets_421_where_it_is_required() {
    let mut t = Talk::with(32, terms(Reliable::Required));
    assert!(t.called("", &sdp(PEER, "sendrecv")).is_none());
    assert!(lists(
        &t.peer.expect("421 INVITE"),
        HeaderId::Require,
        "100rel"
    ));
    let mut t = Talk::with(33, terms(Reliable::Required));
    t.called("Supported: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    assert!(lists(
        &t.peer.expect("180 INVITE"),
        HeaderId::Require,
        "100rel"
    ));
}

/// B-043, B-186: only what is not known is named.
#[test]
fn a_demand_that_is_switched_off_or_unknown_gets_420() {
    let mut t = Talk::new(34);
    assert!(
        t.called("Require: 100rel, foo\r\n", &sdp(PEER, "sendrecv"))
            .is_none()
    );
    let refused = t.peer.expect("420 INVITE");
    let named: Vec<&str> = refused.values(HeaderId::Unsupported).collect();
    assert_eq!(named, ["foo"]);
    let mut t = Talk::with(35, terms(Reliable::Off));
    assert!(
        t.called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
            .is_none()
    );
    assert!(lists(
        &t.peer.expect("420 INVITE"),
        HeaderId::Unsupported,
        "100rel"
    ));
}

/// B-122: a 183 of ours shows the answer that the 200 will carry, byte for byte.
#[test]
fn an_unreliable_183_shows_the_answer_of_the_200() {
    let mut t = Talk::new(36);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 183, Send::default());
    let early = t.peer.expect("183 INVITE");
    t.reply(&session, 200, Send::default());
    let answer = t.peer.expect("200 INVITE");
    assert!(!early.body().is_empty());
    assert_eq!(early.body(), answer.body());
}

/// B-178, B-182: two of ours that insist, on a line that loses and reorders, have their call or know that they have not.
#[test]
fn calls_that_insist_come_through_a_bad_line() {
    for seed in 0..60 {
        let mut net = Sim::new(seed).link(Link {
            loss_ppm: 200_000,
            duplicate_ppm: 50_000,
            reorder_ppm: 50_000,
            ..Link::CLEAN
        });
        let mut config = terms(Reliable::Required);
        config.answer_modes[0] = AnswerMode::OfferSessionEvent;
        let alice = net.agent("alice", "192.0.2.1", config.clone());
        let bob = net.agent("bob", "192.0.2.2", config);
        let call = net
            .with(alice, |agent, _| {
                agent.create_session(SessionType::PcToPc, SessionOptions::default())
            })
            .expect("a session");
        net.with(alice, |agent, now| {
            agent.add_participant(now, &call, "sip:bob@192.0.2.2", None, &Send::default())
        })
        .expect("called");
        net.run_for(secs(20.0));
        if let Some(theirs) = net.with(bob, |agent, _| agent.list(Kind::Session)).pop() {
            let _ = net.with(bob, |agent, now| {
                agent.answer(now, &theirs, 183, &reliably())
            });
            let _ = net.with(bob, |agent, now| {
                agent.answer(now, &theirs, 200, &Send::default())
            });
        }
        net.run_for(secs(60.0));
        let theirs = net.with(bob, |agent, _| agent.list(Kind::Session)).pop();
        let both = (state(&call), theirs.as_ref().map(state));
        let fine = [
            (SessionState::Connected, Some(SessionState::Connected)),
            (SessionState::Disconnected, None),
        ];
        assert!(
            fine.contains(&both),
            "seed {seed}: {both:?}\n{}",
            net.ladder()
        );
        if let Some(theirs) = theirs {
            net.with(bob, |agent, now| {
                agent.terminate(
                    now,
                    &theirs,
                    rtcclient::agent::TerminateReason::Normal,
                    &Send::default(),
                )
            })
            .expect("ended");
        }
        net.run_for(secs(200.0));
        for id in [alice, bob] {
            let left = net.with(id, |agent, _| agent.statistics());
            assert_eq!(
                (left.sessions, left.dialogs, left.transactions),
                (0, 0, 0),
                "seed {seed}"
            );
        }
    }
}
