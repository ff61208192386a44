//! Transactions as their users see them: RFC 3261 §17, RFC 6026, RFC 4320; timers by configuration.

mod sim;

use rtcclient::agent::{
    Code, Config, EventType, Kind, Send, SessionOptions, SessionState, SessionType, Status,
};
use rtcclient::syntax::MessageBuilder;
use sim::raw::{Raw, sdp};
use sim::talk::{PEER, Talk, state};
use sim::{at, secs};

fn times(t: &Talk, what: &str) -> Vec<f64> {
    let lines = t.net.ladder().lines().filter(|line| line.contains(what));
    lines
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect()
}

/// B-156, S-228: another T1, T2 and T4 for a quick network: everything that hangs on them follows.
#[test]
fn timers_are_those_of_the_configuration() {
    let mut config = Config::default();
    config.endpoint.t1 = secs(0.1);
    config.endpoint.t2 = secs(0.4);
    config.endpoint.t4 = secs(0.5);
    let mut t = Talk::with(1, config);
    let (session, _) = t.call(SessionOptions::default());
    t.on(|agent, now| {
        agent.send_request(now, None, "OPTIONS", "sip:peer@192.0.2.9", &Send::default())
    })
    .expect("sent");
    t.wait(8.0);
    assert_eq!(
        times(&t, "INVITE"),
        [0.0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3],
        "Timer A, until 64*T1"
    );
    let options: Vec<i64> = times(&t, "OPTIONS")
        .windows(2)
        .map(|two| ((two[1] - two[0]) * 1000.0).round() as i64)
        .collect();
    assert_eq!(options[..4], [100, 200, 400, 400], "Timer E, up to T2");
    assert_eq!(state(&session), SessionState::Disconnected, "Timer B");
    assert_eq!(t.last_state().status, Status::Failed(Code::Timeout));
    let failed = t.events(EventType::TransactionFailed);
    assert_eq!(failed.len(), 1, "Timer F");
}

/// B-157, B-158: seven INVITEs in 64*T1, then the failure.
#[test]
fn an_invite_is_repeated_until_64_t1() {
    let mut t = Talk::new(2);
    let (session, _) = t.call(SessionOptions::default());
    t.wait(31.9);
    assert_eq!(state(&session), SessionState::InProgress);
    t.wait(0.2);
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(times(&t, "INVITE"), [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]);
}

/// B-160: a refusal that comes three times gets three ACKs and is told once.
#[test]
fn a_repeated_refusal_is_acknowledged_each_time_and_told_once() {
    let mut t = Talk::new(3);
    let (session, invite) = t.call(SessionOptions::default());
    for _ in 0..3 {
        t.answer(&invite, 486, "b", "", "");
        t.wait(5.0);
    }
    assert_eq!(t.count("ACK"), 3);
    let ended = t.events(EventType::SessionStateChange);
    let ended = ended
        .iter()
        .filter(|event| event.state == SessionState::Disconnected.number());
    assert_eq!(ended.count(), 1);
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-165: the answer to a CANCEL is not that of its INVITE, though both have one branch.
#[test]
fn the_200_of_a_cancel_does_not_answer_the_invite() {
    let mut t = Talk::new(4);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", "", "");
    t.hang_up(&session);
    let cancel = t.peer.expect("CANCEL");
    assert_eq!(cancel.branch(), invite.branch());
    t.answer(&cancel, 200, "t1", "", "");
    assert_eq!(t.count("ACK"), 0);
    assert_eq!(state(&session), SessionState::InProgress);
    t.answer(&invite, 487, "t1", "", "");
    t.peer.expect("ACK");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-168: an INVITE that comes again after its 200 is no new call.
#[test]
fn an_invite_after_its_200_is_no_new_call() {
    let mut t = Talk::new(5);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 200, Send::default());
    let told = t.net.events(t.alice).len();
    t.called("", &sdp(PEER, "sendrecv"));
    assert_eq!(t.on(|agent, _| agent.list(Kind::Session)).len(), 1);
    assert_eq!(t.net.events(t.alice).len(), told);
    let ok = t.peer.expect("200 INVITE");
    t.say(&sim::talk::Leg::of_answer(&ok), "ACK", 1, "", "");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-169: a request that comes again gets the same answer, byte for byte, and is served once.
#[test]
fn a_repeated_request_gets_the_same_answer() {
    let mut wire = sim::wire::Wire::new();
    let text = sim::wire::request(
        "MESSAGE",
        "sip:alice@192.0.2.1",
        "Content-Type: text/plain\r\n",
        "hello",
    );
    let first = wire.udp(&text);
    wire.wait(10.0);
    let second = wire.udp(&text);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].as_bytes(), second[0].as_bytes());
    let told = wire
        .events
        .iter()
        .filter(|event| event.event_type == EventType::Messaging);
    assert_eq!(told.count(), 1);
}

/// B-171: a request that its application does not answer gets 100 when Timer E has come to T2, never 408, and nothing
/// once nobody listens.
#[test]
fn a_slow_application_is_never_the_cause_of_a_408() {
    let config = Config {
        claim: secs(60.0),
        ..Config::default()
    };
    let mut t = Talk::with(6, config);
    let leg = sim::talk::Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=p1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: "slow".into(),
    };
    t.say(&leg, "FOO", 1, "", "");
    let event = t.events(EventType::Request).pop().expect("told");
    t.wait(3.0);
    assert_eq!(t.count("SIP/2.0"), 0);
    t.wait(1.0);
    t.peer.expect("100 FOO");
    t.wait(35.0);
    let late = t.on(|agent, now| {
        agent.answer_event(now, event.answer.expect("open"), 200, &Send::default())
    });
    assert!(late.is_err(), "nobody listens any more");
    t.run();
    assert_eq!(t.count("408"), 0);
    assert_eq!(t.count("200 FOO"), 0);
}

/// B-172: an answer to nothing that we asked reaches nobody.
#[test]
fn a_stray_response_reaches_nobody() {
    let mut t = Talk::new(7);
    t.on(|agent, now| {
        agent.send_request(now, None, "OPTIONS", "sip:peer@192.0.2.9", &Send::default())
    })
    .expect("sent");
    t.run();
    let options = t.peer.expect("OPTIONS");
    t.answer(&options, 200, "o", "", "");
    t.wait(40.0);
    let told = t.net.events(t.alice).len();
    t.answer(&options, 200, "o", "", "");
    let other = MessageBuilder::response_to(&options, 404, "", "x").build();
    let other = String::from_utf8_lossy(other.as_bytes()).replace("z9hG4bK", "z9hG4bKno");
    t.peer.send(&mut t.net, "192.0.2.1", other);
    t.run();
    assert_eq!(t.net.events(t.alice).len(), told);
    assert!(t.peer.next().is_none(), "and nothing is said to it");
}

/// B-173: what cannot be sent fails within a second, once.
#[test]
fn a_transport_error_is_told_once_and_soon() {
    let mut t = Talk::new(8);
    t.net
        .unreachable("192.0.2.9:5060".parse().expect("an address"));
    let session = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    t.on(|agent, now| {
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("called");
    t.wait(1.0);
    assert_eq!(t.last_state().status, Status::Failed(Code::Transport));
    let told = t.net.events(t.alice).len();
    t.wait(60.0);
    assert_eq!(t.net.events(t.alice).len(), told);
}

/// B-174: one request tried at two servers has a branch at each; what the first copy met is no answer to the second.
#[test]
fn each_server_that_is_tried_gets_a_branch_of_its_own() {
    let mut t = Talk::new(9);
    let other = Raw::new(&mut t.net, "other", "192.0.2.10");
    t.net.name(
        "both.example.com",
        &[
            "192.0.2.9".parse().expect("an address"),
            "192.0.2.10".parse().expect("an address"),
        ],
    );
    let session = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    t.on(|agent, now| {
        agent.add_participant(
            now,
            &session,
            "sip:peer@both.example.com",
            None,
            &Send::default(),
        )
    })
    .expect("called");
    t.run();
    let first = t.peer.expect("INVITE");
    t.answer(&first, 503, "a", "", "");
    t.wait(0.1);
    let second = other.expect("INVITE");
    assert_ne!(second.branch(), first.branch());
    assert_eq!(
        (second.call_id(), second.cseq(), second.from_tag()),
        (first.call_id(), first.cseq(), first.from_tag())
    );
    // The first server says so again; the second one's answer is the call's.
    t.answer(&first, 482, "late", "", "");
    assert_eq!(state(&session), SessionState::InProgress);
    other.respond(&mut t.net, &second, 200, "b", "", &sdp(PEER, "sendrecv"));
    t.run();
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-167: a refusal goes again until its ACK comes; without one the end is known after 64*T1.
#[test]
fn a_refusal_is_repeated_until_its_ack() {
    let mut t = Talk::new(10);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 486, Send::default());
    t.net.run_until(at(70.0));
    let waits: Vec<i64> = times(&t, "486 Busy Here")
        .windows(2)
        .map(|two| ((two[1] - two[0]) * 1000.0).round() as i64)
        .collect();
    assert_eq!(
        waits,
        [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]
    );
    assert_eq!(t.on(|agent, _| agent.statistics()).transactions, 0);
}
