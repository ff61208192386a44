//! Session timers (RFC 4028): who refreshes, when and by what, and calls that nobody refreshes.

mod sim;

use rtcclient::agent::{
    AnswerMode, Code, Config, Kind, Send, SessionOptions, SessionState, SessionType, Status,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, number, state};
use sim::{Sim, secs};

const UPDATE: &str = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";

fn asking(secs: i32) -> Config {
    let mut config = Config::default();
    config.session_defaults.session_expires_secs = secs;
    config
}

fn expires(message: &Message) -> &str {
    message.header(HeaderId::SessionExpires).unwrap_or_default()
}

fn lists(message: &Message, id: HeaderId, token: &str) -> bool {
    message.values(id).any(|value| value == token)
}

fn version(message: &Message) -> String {
    let text = String::from_utf8_lossy(message.body()).into_owned();
    let origin = text
        .lines()
        .find(|line| line.starts_with("o="))
        .expect("o=")
        .to_owned();
    origin.split(' ').nth(2).expect("a version").to_owned()
}

/// The peer as callee, with these lines in its 200.
fn called_out(
    seed: u64,
    config: Config,
    lines: &str,
) -> (Talk, rtcclient::agent::ObjectRef, Message, Leg) {
    let mut t = Talk::with(seed, config);
    let (session, invite, leg) = t.connected(lines);
    (t, session, invite, leg)
}

/// B-224.
#[test]
fn an_invite_asks_for_half_an_hour_unless_told_otherwise() {
    let mut t = Talk::new(1);
    let (_, invite) = t.call(SessionOptions::default());
    assert!(lists(&invite, HeaderId::Supported, "timer"));
    assert_eq!(expires(&invite), "1800");
    assert_eq!(number(&invite, HeaderId::MinSe), 90);
    let options = SessionOptions {
        session_expires_secs: 600,
        min_se_secs: 120,
        ..SessionOptions::default()
    };
    let (_, invite) = t.call(options);
    assert_eq!(expires(&invite), "600");
    assert_eq!(number(&invite, HeaderId::MinSe), 120);
    let none = SessionOptions {
        session_expires_secs: -1,
        ..SessionOptions::default()
    };
    let (_, invite) = t.call(none);
    assert!(!lists(&invite, HeaderId::Supported, "timer"));
    assert_eq!(
        (expires(&invite), number(&invite, HeaderId::MinSe)),
        ("", 0)
    );
}

/// B-225: the same call again with what the 422 asks for, and no endless haggling.
#[test]
fn a_422_is_followed_by_a_longer_interval() {
    let mut t = Talk::new(2);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 422, "t1", "Min-SE: 3600\r\n", "");
    let again = t.peer.expect("INVITE");
    assert_eq!(
        (again.call_id(), again.from_tag()),
        (invite.call_id(), invite.from_tag())
    );
    assert_eq!(again.cseq(), invite.cseq() + 1);
    assert_eq!(expires(&again), "3600");
    assert_eq!(number(&again, HeaderId::MinSe), 3600);
    assert_eq!(again.body(), invite.body());
    let mut last = again;
    for round in 2_u32..9 {
        t.answer(
            &last,
            422,
            "t1",
            &format!("Min-SE: {}\r\n", round * 3600),
            "",
        );
        if state(&session) == SessionState::Disconnected {
            assert!(round < 5);
            assert_eq!(t.last_state().status, Status::Sip(422));
            return;
        }
        last = t.peer.expect("INVITE");
    }
    panic!("still asking");
}

/// B-226, B-227: refresher=uac in the 200: we refresh at half the interval, by UPDATE without description.
#[test]
fn the_caller_refreshes_by_update_at_half_the_interval() {
    let lines = format!("{UPDATE}Require: timer\r\nSession-Expires: 90;refresher=uac\r\n");
    let (mut t, session, _, _) = called_out(3, Config::default(), &lines);
    t.wait(44.9);
    assert_eq!(t.count("UPDATE"), 0);
    for _ in 0..3 {
        t.wait(0.2);
        let refresh = t.peer.expect("UPDATE");
        assert!(refresh.body().is_empty());
        assert_eq!(expires(&refresh), "90;refresher=uac");
        assert!(lists(&refresh, HeaderId::Supported, "timer"));
        t.answer(
            &refresh,
            200,
            "",
            "Session-Expires: 90;refresher=uac\r\n",
            "",
        );
        t.wait(44.8);
    }
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(
        t.net
            .events(t.alice)
            .iter()
            .filter(|e| e.cookie != 0)
            .count(),
        0
    );
    t.net.assert_ladder("session_refreshes");
}

/// B-227, B-148: a peer without UPDATE gets a re-INVITE that offers the same again.
#[test]
fn a_refresh_by_re_invite_offers_the_same_version() {
    let lines =
        "Allow: INVITE, ACK, BYE\r\nRequire: timer\r\nSession-Expires: 90;refresher=uac\r\n";
    let (mut t, session, invite, _) = called_out(4, Config::default(), lines);
    t.wait(45.1);
    let refresh = t.peer.expect("INVITE");
    assert_eq!(refresh.body(), invite.body());
    assert_eq!(version(&refresh), version(&invite));
    t.answer(
        &refresh,
        200,
        "",
        "Session-Expires: 90;refresher=uac\r\n",
        &sdp(PEER, "sendrecv"),
    );
    assert_eq!(t.peer.expect("ACK").cseq(), refresh.cseq());
    t.wait(45.1);
    t.peer.expect("INVITE");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-226, B-228: refresher=uas: the peer must; a mute one is left after two thirds.
#[test]
fn a_mute_refresher_is_left_in_time() {
    let lines = format!("{UPDATE}Session-Expires: 90;refresher=uas\r\n");
    let (mut t, session, _, _) = called_out(5, Config::default(), &lines);
    t.wait(59.8);
    assert_eq!(t.count("UPDATE"), 0);
    assert_eq!(state(&session), SessionState::Connected);
    t.wait(0.4);
    t.peer.expect("BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(t.last_state().status, Status::Failed(Code::Timeout));
}

/// B-228: the interval begins anew with each refresh of the peer's, by UPDATE or re-INVITE.
#[test]
fn a_refresh_of_the_peer_keeps_the_call() {
    let lines = format!("{UPDATE}Session-Expires: 90;refresher=uas\r\n");
    let (mut t, session, _, leg) = called_out(6, Config::default(), &lines);
    let timer = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n";
    t.wait(50.0);
    t.say(&leg, "UPDATE", 1, timer, "");
    let answer = t.peer.expect("200 UPDATE");
    assert_eq!(expires(&answer), "90;refresher=uac");
    assert!(lists(&answer, HeaderId::Require, "timer"));
    t.wait(50.0);
    t.say(&leg, "INVITE", 2, timer, &sdp(PEER, "sendrecv"));
    assert_eq!(expires(&t.peer.expect("200 INVITE")), "90;refresher=uac");
    t.say(&leg, "ACK", 2, "", "");
    t.wait(50.0);
    assert_eq!(state(&session), SessionState::Connected);
    t.wait(11.0);
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-229: without Session-Expires in the 200 there is no timer.
#[test]
fn a_peer_that_agrees_to_nothing_has_no_timer() {
    let (mut t, session, _, _) = called_out(7, asking(90), UPDATE);
    t.wait(7200.0);
    assert_eq!(t.count(" SIP/2.0"), 0, "nothing was sent");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-229: an interval that a proxy asked for, and a caller that does not know timers: we refresh alone.
#[test]
fn for_a_caller_without_the_extension_we_refresh_alone() {
    let mut t = Talk::new(8);
    let lines = format!("{UPDATE}Session-Expires: 120\r\n");
    let (session, answer, _) = t.called_and_connected(&lines);
    assert_eq!(expires(&answer), "120;refresher=uas");
    assert!(!lists(&answer, HeaderId::Require, "timer"));
    t.wait(61.0);
    let refresh = t.peer.expect("UPDATE");
    assert_eq!(expires(&refresh), "120;refresher=uac");
    t.answer(&refresh, 200, "", "", "");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-226 as the callee: the caller's wish counts, and Require goes with refresher=uac.
#[test]
fn the_callee_names_the_refresher() {
    for (asked, given, required) in [
        (
            "Session-Expires: 120;refresher=uac\r\n",
            "120;refresher=uac",
            true,
        ),
        (
            "Session-Expires: 120;refresher=uas\r\n",
            "120;refresher=uas",
            false,
        ),
        ("Session-Expires: 120\r\n", "120;refresher=uac", true),
        ("Session-Expires: 86400\r\n", "1800;refresher=uac", true),
        (
            "Session-Expires: 86400\r\nMin-SE: 7200\r\n",
            "7200;refresher=uac",
            true,
        ),
        ("", "1800;refresher=uas", false),
    ] {
        let mut t = Talk::new(9);
        let lines = format!("{UPDATE}Supported: timer\r\n{asked}");
        let (_, answer, _) = t.called_and_connected(&lines);
        assert_eq!(expires(&answer), given, "{asked}");
        assert_eq!(
            lists(&answer, HeaderId::Require, "timer"),
            required,
            "{asked}"
        );
    }
    let mut t = Talk::with(10, asking(-1));
    let (_, answer, _) = t.called_and_connected("Supported: timer\r\nSession-Expires: 120\r\n");
    assert_eq!(expires(&answer), "");
}

/// B-230: a refused refresh is tried again before the end; 481 is the end.
#[test]
fn a_refused_refresh_is_tried_again_and_481_ends_the_call() {
    let lines = format!("{UPDATE}Session-Expires: 90;refresher=uac\r\n");
    let (mut t, session, _, _) = called_out(11, Config::default(), &lines);
    t.wait(45.1);
    let refresh = t.peer.expect("UPDATE");
    t.answer(&refresh, 500, "", "", "");
    t.wait(6.0);
    let again = t.peer.expect("UPDATE");
    assert_eq!(again.cseq(), refresh.cseq() + 1);
    assert_eq!(state(&session), SessionState::Connected);
    t.answer(&again, 481, "", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-230: a refresh that only ever fails ends with the interval.
#[test]
fn a_call_that_cannot_be_refreshed_ends_in_time() {
    let lines = format!("{UPDATE}Session-Expires: 90;refresher=uac\r\n");
    let (mut t, session, _, _) = called_out(12, Config::default(), &lines);
    for _ in 0..80 {
        t.wait(1.0);
        while let Some(message) = t.peer.next() {
            if message.method() == "UPDATE" {
                t.answer(&message, 500, "", "", "");
            }
        }
    }
    assert_eq!(state(&session), SessionState::Disconnected);
    let ended = t.last_state();
    assert_eq!(ended.status, Status::Failed(Code::Timeout));
    assert_eq!(ended.time.as_micros() / 1_000_000, 60);
}

/// B-225, B-230: a 422 to a refresh raises the interval too.
#[test]
fn a_422_to_a_refresh_is_followed() {
    let lines = format!("{UPDATE}Session-Expires: 90;refresher=uac\r\n");
    let (mut t, session, _, _) = called_out(13, Config::default(), &lines);
    t.wait(45.1);
    let refresh = t.peer.expect("UPDATE");
    t.answer(&refresh, 422, "", "Min-SE: 300\r\n", "");
    let again = t.peer.expect("UPDATE");
    assert_eq!(expires(&again), "300;refresher=uac");
    t.answer(
        &again,
        200,
        "",
        "Session-Expires: 300;refresher=uac\r\n",
        "",
    );
    t.wait(149.0);
    assert_eq!(t.count("UPDATE"), 0);
    t.wait(2.0);
    t.peer.expect("UPDATE");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-231: too small a wish gets our Min-SE, before anybody is told of the call, and inside it.
#[test]
fn too_small_an_interval_gets_422_with_our_least() {
    let mut t = Talk::new(14);
    let wish = "Supported: timer\r\nSession-Expires: 60\r\n";
    assert!(t.called(wish, &sdp(PEER, "sendrecv")).is_none());
    assert_eq!(number(&t.peer.expect("422 INVITE"), HeaderId::MinSe), 90);
    let mut t = Talk::new(15);
    let (session, _, leg) = t.called_and_connected(UPDATE);
    t.say(&leg, "UPDATE", 2, wish, "");
    assert_eq!(number(&t.peer.expect("422 UPDATE"), HeaderId::MinSe), 90);
    t.say(&leg, "INVITE", 3, wish, &sdp(PEER, "sendrecv"));
    assert_eq!(number(&t.peer.expect("422 INVITE"), HeaderId::MinSe), 90);
    assert_eq!(state(&session), SessionState::Connected);
    // Who does not know the extension would not know the answer either.
    let mut t = Talk::new(16);
    assert!(
        t.called("Session-Expires: 60\r\n", &sdp(PEER, "sendrecv"))
            .is_some()
    );
}

/// B-043: the demand for timers is understood, unless they are switched off.
#[test]
fn timers_may_be_demanded_of_us() {
    let lines = "Require: timer\r\nSession-Expires: 120\r\n";
    let mut t = Talk::new(17);
    assert!(t.called(lines, &sdp(PEER, "sendrecv")).is_some());
    let mut t = Talk::with(18, asking(-1));
    assert!(t.called(lines, &sdp(PEER, "sendrecv")).is_none());
    assert!(lists(
        &t.peer.expect("420 INVITE"),
        HeaderId::Unsupported,
        "timer"
    ));
}

/// B-227: a change by the application refreshes as well, and does not collide with the refresh.
#[test]
fn a_hold_is_a_refresh_too() {
    let lines = format!("{UPDATE}Session-Expires: 90;refresher=uac\r\n");
    let (mut t, session, _, _) = called_out(19, Config::default(), &lines);
    t.wait(40.0);
    t.on(|agent, now| agent.hold(now, &session, true, &cookie(1)))
        .expect("held");
    t.run();
    let hold = t.peer.expect("INVITE");
    assert_eq!(expires(&hold), "90;refresher=uac");
    t.answer(
        &hold,
        200,
        "",
        "Session-Expires: 90;refresher=uac\r\n",
        &sdp(PEER, "recvonly"),
    );
    t.peer.expect("ACK");
    t.wait(44.0);
    assert_eq!(t.count("UPDATE"), 0);
    t.wait(2.0);
    let refresh = t.peer.expect("UPDATE");
    t.answer(
        &refresh,
        200,
        "",
        "Session-Expires: 90;refresher=uac\r\n",
        "",
    );
    assert_eq!(state(&session), SessionState::Hold);
}

/// B-227, B-228: two of ours keep a call for hours, and the one that is left alone ends it.
#[test]
fn two_of_ours_keep_a_long_call_and_notice_a_lost_one() {
    let mut net = Sim::new(20);
    let mut config = asking(90);
    config.answer_modes[0] = AnswerMode::AutomaticallyAccept;
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
    net.run_for(secs(7200.0));
    assert_eq!(state(&call), SessionState::Connected);
    let theirs = net
        .with(bob, |agent, _| agent.list(Kind::Session))
        .pop()
        .expect("a session");
    net.set_up(alice, false);
    net.run_for(secs(100.0));
    assert_eq!(state(&theirs), SessionState::Disconnected);
    let left = net.with(bob, |agent, _| agent.statistics());
    assert_eq!((left.sessions, left.dialogs), (0, 0));
}
