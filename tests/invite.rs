//! Beginning a call, as caller and as callee: RFC 3261 §13.

mod sim;

use rtcclient::agent::{
    Code, Config, Credentials, Event, EventType, Send, SessionOptions, SessionState, SessionType,
    Status,
};
use rtcclient::syntax::{HeaderId, Message};
use rtcclient::transport::Protocol;
use sim::raw::{Raw, sdp};
use sim::talk::{Leg, PEER, Talk, state};
use sim::wire::{Wire, request};
use sim::{Sim, at, secs};

const URI: &str = "sip:alice@192.0.2.1";

fn ladder_times(t: &Talk, what: &str) -> Vec<String> {
    let lines = t.net.ladder().lines().filter(|line| line.contains(what));
    lines
        .filter_map(|line| line.split(' ').next())
        .map(Into::into)
        .collect()
}

/// B-113: what we can do, where we are and an offer; without offer when the application wants none.
#[test]
fn an_invite_says_what_we_can_do() {
    let mut t = Talk::new(1);
    let (_, invite) = t.call(SessionOptions::default());
    for method in ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE"] {
        assert!(invite.lists(HeaderId::Allow, method), "{method}");
    }
    assert!(
        invite.lists(HeaderId::Supported, "100rel") && invite.lists(HeaderId::Supported, "timer")
    );
    assert_eq!(
        invite
            .contacts()
            .next()
            .expect("a Contact")
            .expect("readable")
            .uri(),
        "sip:alice@192.0.2.1:5060"
    );
    assert_eq!(
        invite.header(HeaderId::ContentType),
        Some("application/sdp")
    );
    assert!(invite.body().starts_with(b"v=0\r\n"));
    let none = SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(Box::default()),
        ..SessionOptions::default()
    };
    let (_, invite) = t.call_with(SessionType::Application, none);
    assert!(invite.body().is_empty());
    assert_eq!(invite.header(HeaderId::ContentType), None);
    assert!(invite.header(HeaderId::Contact).is_some());
}

/// B-114: the time that a call is given stands in Expires, and is ours to keep.
#[test]
fn a_call_is_cancelled_when_its_time_is_over() {
    let mut t = Talk::new(2);
    let session = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    let send = Send {
        expires_secs: 5,
        ..Send::default()
    };
    t.on(|agent, now| agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &send))
        .expect("called");
    t.run();
    let invite = t.peer.expect("INVITE");
    assert_eq!(invite.expires(), Some(5));
    t.answer(&invite, 180, "t1", "", "");
    t.wait(4.9);
    assert_eq!(t.count("CANCEL"), 0);
    t.wait(0.2);
    let cancel = t.peer.expect("CANCEL");
    t.answer(&cancel, 200, "t1", "", "");
    t.answer(&invite, 487, "t1", "", "");
    assert_eq!(t.last_state().status, Status::Failed(Code::Timeout));
    // An answer in time ends the clock.
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 200, "t2", "", &sdp(PEER, "sendrecv"));
    t.wait(20.0);
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-115, B-159: what rings lives for minutes, whatever the transaction's timers; how long is ours to say.
#[test]
fn a_ringing_call_lives_for_minutes() {
    let mut t = Talk::new(3);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", "", "");
    t.wait(200.0);
    assert_eq!(state(&session), SessionState::InProgress);
    assert_eq!(t.count("CANCEL"), 0);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);

    let patient = Config {
        no_answer: secs(40.0),
        ring: secs(10.0),
        ..Config::default()
    };
    let mut t = Talk::with(4, patient);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", "", "");
    t.wait(39.0);
    assert_eq!(t.count("CANCEL"), 0);
    t.wait(2.0);
    t.peer.expect("CANCEL");
    t.answer(&invite, 487, "t1", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    // As the callee: ten seconds, then 480.
    t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.wait(9.0);
    assert_eq!(t.count("480 INVITE"), 0);
    t.wait(2.0);
    t.peer.expect("480 INVITE");
}

/// B-116: two early dialogs at once, each of which can be answered.
#[test]
fn forks_ring_side_by_side() {
    for winner in ["t1", "t2"] {
        let mut t = Talk::new(5);
        let (session, invite) = t.call(SessionOptions::default());
        t.answer(&invite, 180, "t1", "", "");
        t.answer(&invite, 180, "t2", "", "");
        t.answer(&invite, 200, winner, "", &sdp(PEER, "sendrecv"));
        assert_eq!(t.peer.expect("ACK").to_tag(), Some(winner));
        assert_eq!(state(&session), SessionState::Connected);
        t.hang_up(&session);
        assert_eq!(t.peer.expect("BYE").to_tag(), Some(winner));
    }
}

/// B-117: the first 2xx is the call; two 2xx get two ACKs, and the second a BYE.
#[test]
fn a_second_2xx_is_acknowledged_and_ended() {
    let mut t = Talk::new(6);
    let (session, invite) = t.call(SessionOptions::default());
    for tag in ["t1", "t2"] {
        t.answer(&invite, 200, tag, "", &sdp(PEER, "sendrecv"));
    }
    let (mut acks, mut byes) = (Vec::new(), Vec::new());
    while let Some(message) = t.peer.next() {
        let tag = message.to_tag().unwrap_or_default().to_owned();
        match message.method() {
            "ACK" => acks.push(tag),
            "BYE" => byes.push(tag),
            _ => {}
        }
    }
    assert_eq!(
        (acks, byes),
        (vec!["t1".into(), "t2".into()], vec!["t2".to_owned()])
    );
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-118: one ACK for each 200, the same one, for 64*T1.
#[test]
fn each_repeated_200_gets_the_same_ack() {
    let mut t = Talk::new(7);
    let (_, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let first = t.peer.expect("ACK");
    for _ in 0..3 {
        t.wait(9.0);
        t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
        let again = t.peer.expect("ACK");
        assert_eq!(again.as_bytes(), first.as_bytes());
        assert_eq!(t.count("ACK"), 0);
    }
    assert_eq!(t.events(EventType::SessionOperationComplete).len(), 0);
}

/// B-119: the ACK of a 2xx is a request of its own: its branch, the INVITE's CSeq number and credentials, the dialog's
/// route, and the answer when the 2xx offered.
#[test]
fn the_ack_of_a_2xx_is_a_request_of_its_own() {
    let mut t = Talk::new(8);
    t.on(|agent, _| {
        agent.set_credentials(
            None,
            Credentials {
                user: "alice".into(),
                secret: "secret".into(),
                ..Credentials::default()
            },
        )
    })
    .expect("kept");
    let (_, challenged) = t.call(SessionOptions::default());
    let lines = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
    t.answer(&challenged, 407, "p", lines, "");
    let invite = t.peer.expect("INVITE");
    let lines = "Record-Route: <sip:192.0.2.9;lr>\r\n";
    t.answer(&invite, 200, "t1", lines, &sdp(PEER, "sendrecv"));
    let ack = t.peer.expect("ACK sip:peer@192.0.2.9:5060");
    assert_ne!(ack.branch(), invite.branch());
    assert_eq!((ack.cseq(), ack.cseq_method()), (invite.cseq(), "ACK"));
    assert_eq!(
        ack.header(HeaderId::ProxyAuthorization),
        invite.header(HeaderId::ProxyAuthorization)
    );
    assert_eq!(ack.header(HeaderId::Route), Some("<sip:192.0.2.9;lr>"));
    assert!(ack.body().is_empty());
    assert_eq!(ack.to_tag(), Some("t1"));
}

/// B-120: the ACK of a 2xx goes where its Contact says, not where the response came from.
#[test]
fn the_ack_goes_to_the_contact() {
    let mut t = Talk::new(9);
    let elsewhere = Raw::new(&mut t.net, "elsewhere", "192.0.2.77");
    let (_, invite) = t.call(SessionOptions::default());
    t.answer(
        &invite,
        200,
        "t1",
        "Contact: <sip:there@192.0.2.77>\r\n",
        &sdp(PEER, "sendrecv"),
    );
    assert_eq!(t.count("ACK"), 0);
    elsewhere.expect("ACK sip:there@192.0.2.77");
}

/// B-121: a challenged INVITE is acknowledged and goes again: next CSeq, same Call-ID and From tag.
#[test]
fn a_challenged_invite_goes_again_as_the_same_call() {
    let mut t = Talk::new(10);
    t.on(|agent, _| {
        agent.set_credentials(
            None,
            Credentials {
                user: "alice".into(),
                secret: "secret".into(),
                ..Credentials::default()
            },
        )
    })
    .expect("kept");
    let (_, invite) = t.call(SessionOptions::default());
    let lines = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
    t.answer(&invite, 401, "p", lines, "");
    let (mut ack, mut again) = (None, None);
    while let Some(message) = t.peer.next() {
        match message.method() {
            "ACK" => ack = Some(message),
            "INVITE" => again = Some(message),
            _ => {}
        }
    }
    assert_eq!(ack.expect("an ACK").branch(), invite.branch());
    let again = again.expect("another INVITE");
    assert_eq!(again.cseq(), invite.cseq() + 1);
    assert_eq!(
        (again.call_id(), again.from_tag()),
        (invite.call_id(), invite.from_tag())
    );
    assert_ne!(again.branch(), invite.branch());
    assert_eq!(again.body(), invite.body());
}

/// B-123: what a call is about is set by the caller and read by the callee.
#[test]
fn the_headers_about_a_call_pass_both_ways() {
    let about = [
        ("Alert-Info", "<http://www.example.com/sounds/moo.wav>"),
        ("Call-Info", "<http://www.example.com/alice/>;purpose=info"),
        ("Subject", "lunch"),
        ("Priority", "urgent"),
        ("Organization", "Boxes by Bob"),
        ("In-Reply-To", "70710@saturn.bell-tel.com"),
        ("Reply-To", "<sip:desk@192.0.2.1>"),
        ("Request-Disposition", "no-fork"),
        ("Accept-Contact", "*;audio"),
        ("Reject-Contact", "*;automata"),
    ];
    let lines: String = about
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let mut t = Talk::new(11);
    let session = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    let send = Send {
        headers: Some(lines.clone().into()),
        ..Send::default()
    };
    t.on(|agent, now| agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &send))
        .expect("called");
    t.run();
    let invite = t.peer.expect("INVITE");
    t.called(&lines, &sdp(PEER, "sendrecv")).expect("a session");
    let event = t.last_state();
    let came = event.message.expect("the INVITE");
    for (name, value) in about {
        assert_eq!(invite.header_named(name), Some(value));
        assert_eq!(came.header_named(name), Some(value));
    }
}

/// B-127: 100 after 200 ms of silence, none before an answer that is faster; then what the application says.
#[test]
fn a_silent_application_lets_the_transaction_say_100() {
    let config = Config {
        session_defaults: SessionOptions {
            manual: 1,
            ..SessionOptions::default()
        },
        ..Config::default()
    };
    let mut t = Talk::with(12, config);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.wait(0.15);
    assert_eq!(t.count("100 INVITE"), 0);
    t.wait(0.1);
    let trying = t.peer.expect("100 INVITE");
    assert_eq!(trying.to_tag(), None);
    t.reply(&session, 183, Send::default());
    t.peer.expect("183 INVITE");
    t.reply(&session, 200, Send::default());
    t.peer.expect("200 INVITE");
    // With an application that lets the library ring there is no need for 100.
    let mut t = Talk::new(13);
    t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.wait(1.0);
    t.peer.expect("180 INVITE");
    assert_eq!(t.count("100 INVITE"), 0);
}

/// B-128: a phone that rings says so every minute, so that no proxy gives the call up.
#[test]
fn a_ringing_phone_says_so_every_minute() {
    let mut t = Talk::new(14);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.wait(130.0);
    assert_eq!(
        ladder_times(&t, "180 Ringing"),
        ["0.001", "60.001", "120.001"]
    );
    // The last thing said is what is repeated, and nothing after the answer.
    t.reply(&session, 183, Send::default());
    t.wait(61.0);
    assert_eq!(ladder_times(&t, "183 Session Progress").len(), 2);
    t.reply(&session, 200, Send::default());
    let ok = t.peer.expect("200 INVITE");
    t.say(&Leg::of_answer(&ok), "ACK", 1, "", "");
    t.wait(200.0);
    assert_eq!(ladder_times(&t, "180 Ringing").len(), 3);
    assert_eq!(ladder_times(&t, "183 Session Progress").len(), 2);
    // One that went reliably is said anew, reliably.
    let mut t = Talk::new(15);
    t.called("Require: 100rel\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    let rack = format!(
        "RAck: {} 1 INVITE\r\n",
        sim::talk::number(&ringing, HeaderId::RSeq)
    );
    t.say(&Leg::of_answer(&ringing), "PRACK", 2, &rack, "");
    t.wait(61.0);
    let again = t.peer.expect("180 INVITE");
    assert_eq!(
        sim::talk::number(&again, HeaderId::RSeq),
        sim::talk::number(&ringing, HeaderId::RSeq) + 1
    );
}

/// B-129: the 2xx goes again after T1, 2*T1 … T2 until the ACK, over streams too; without ACK, BYE and an error.
#[test]
fn a_2xx_is_repeated_until_its_ack_comes() {
    let mut t = Talk::new(16);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 200, Send::default());
    t.wait(40.0);
    let times: Vec<f64> = ladder_times(&t, "200 OK cseq 1 INVITE")
        .iter()
        .flat_map(|time| time.parse())
        .collect();
    let waits: Vec<i64> = times
        .windows(2)
        .map(|two| ((two[1] - two[0]) * 1000.0).round() as i64)
        .collect();
    assert_eq!(
        waits,
        [500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000]
    );
    let bye: f64 = ladder_times(&t, "alice → peer BYE")[0]
        .parse()
        .expect("a time");
    assert!((bye - times[0] - 32.0).abs() < 0.01, "BYE at {bye}");
    assert_eq!(t.last_state().status, Status::Failed(Code::NoAck));
    // Over a connection nothing else is repeated, but this is.
    let mut wire = Wire::new();
    let conn = wire.connect();
    let invite = request(
        "INVITE",
        URI,
        "Content-Type: application/sdp\r\n",
        &sdp("192.0.2.99", "sendrecv"),
    );
    wire.tcp(conn, invite.replace("SIP/2.0/UDP", "SIP/2.0/TCP"));
    let session = wire
        .events
        .iter()
        .find_map(|event| event.session.clone())
        .expect("a session");
    wire.on(|agent, now| agent.answer(now, &session, 200, &Send::default()))
        .0
        .expect("answered");
    let repeated = wire.wait(3.9);
    assert_eq!(
        repeated
            .iter()
            .filter(|message| message.status() == Some(200))
            .count(),
        3
    );
}

/// B-130: a call that is not answered in the caller's time is refused as if it had been taken back.
#[test]
fn a_call_is_refused_when_the_callers_time_is_over() {
    let mut t = Talk::new(17);
    let session = t
        .called("Expires: 3\r\n", &sdp(PEER, "sendrecv"))
        .expect("a session");
    t.wait(2.9);
    assert_eq!(state(&session), SessionState::Incoming);
    t.wait(0.2);
    t.peer.expect("487 INVITE");
    assert_eq!(t.last_state().status, Status::Sip(487));
    let session = {
        let leg = Leg {
            target: URI.into(),
            local: "<sip:peer@192.0.2.9>;tag=p2".into(),
            remote: "<sip:alice@192.0.2.1>".into(),
            call_id: "second".into(),
        };
        t.say(&leg, "INVITE", 2, "Expires: 3\r\n", &sdp(PEER, "sendrecv"));
        t.on(|agent, _| agent.list(rtcclient::agent::Kind::Session))
            .pop()
            .expect("a session")
    };
    t.reply(&session, 200, Send::default());
    let ok = t.peer.expect("200 INVITE");
    t.say(&Leg::of_answer(&ok), "ACK", 2, "", "");
    t.wait(10.0);
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-131: an offer with nothing for us gets 488, and Warning says why.
#[test]
fn an_offer_with_nothing_for_us_gets_488_with_a_warning() {
    let mut t = Talk::new(18);
    let odd = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n";
    assert!(t.called("", odd).is_none());
    let refused = t.peer.expect("488 INVITE");
    let warning = refused
        .typed::<rtcclient::syntax::Warning<'_>>()
        .expect("readable")
        .expect("a Warning");
    assert_eq!(warning.code, 305);
    assert!(
        t.events(EventType::SessionStateChange).is_empty(),
        "nobody was told"
    );
}

/// B-132: a second INVITE in a dialog whose first is not answered gets 500, to be tried again within ten seconds.
#[test]
fn a_second_invite_before_the_first_is_answered_gets_500() {
    let mut t = Talk::new(19);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    t.say(
        &Leg::of_answer(&ringing),
        "INVITE",
        2,
        "",
        &sdp(PEER, "sendonly"),
    );
    let refused = t.peer.expect("500 INVITE");
    assert_eq!(refused.cseq(), 2);
    let after = sim::talk::number(&refused, HeaderId::RetryAfter);
    assert!(
        refused.header(HeaderId::RetryAfter).is_some() && after <= 10,
        "{after}"
    );
    t.reply(&session, 200, Send::default());
    assert_eq!(t.peer.expect("200 INVITE").cseq(), 1);
}

/// B-134: a call that is taken back gets 487, and the application hears of it.
#[test]
fn a_call_that_is_taken_back_gets_487() {
    let mut wire = Wire::new();
    let invite = request("INVITE", URI, "", "");
    wire.udp(&invite);
    let out = wire.udp(
        invite
            .replace("INVITE sip", "CANCEL sip")
            .replace("1 INVITE", "1 CANCEL"),
    );
    let statuses: Vec<(Option<u16>, String)> = out
        .iter()
        .map(|m| (m.status(), m.cseq_method().to_owned()))
        .collect();
    assert!(
        statuses.contains(&(Some(487), "INVITE".into())),
        "{statuses:?}"
    );
    let told = |events: &[Event]| {
        events.iter().any(|event| {
            event.state == SessionState::Disconnected.number() && event.status == Status::Sip(487)
        })
    };
    assert!(told(&wire.events));
}

/// B-135: more calls at once than we want are told that we are busy.
#[test]
fn a_call_over_the_limit_gets_486() {
    let mut config = Config::default();
    config.endpoint.limits.calls = 1;
    let mut wire = Wire::with(config);
    let first = request("INVITE", URI, "", "");
    assert_eq!(Wire::status(&wire.udp(&first)), 180);
    let second = first
        .replace("c-INVITE", "second")
        .replace("bK-", "bK2")
        .replace("tag=p1", "tag=p2");
    assert_eq!(Wire::status(&wire.udp(&second)), 486);
    wire.udp(
        first
            .replace("INVITE sip", "CANCEL sip")
            .replace("1 INVITE", "1 CANCEL"),
    );
    let third = second.replace("second", "third").replace("bK2", "bK3");
    assert_eq!(Wire::status(&wire.udp(&third)), 180);
}

/// B-048, S-105: one call from its INVITE to its BYE, the same over UDP and TCP.
#[test]
fn a_whole_call_over_each_transport() {
    for protocol in [Protocol::Udp, Protocol::Tcp] {
        let mut net = Sim::new(20);
        let alice = net.agent("alice", "192.0.2.1", Config::default());
        let bob = net.agent("bob", "192.0.2.2", Config::default());
        let uri = format!("sip:bob@192.0.2.2;transport={}", protocol.param());
        let session = net.with(alice, |agent, now| {
            let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
            agent.add_participant(now, &session, &uri, None, &Send::default())?;
            Ok::<_, rtcclient::agent::Refusal>(session)
        });
        let session = session.expect("called");
        net.run_until(at(0.2));
        let incoming = net
            .with(bob, |agent, _| agent.list(rtcclient::agent::Kind::Session))
            .pop()
            .expect("a session");
        net.with(bob, |agent, now| {
            agent.answer(now, &incoming, 200, &Send::default())
        })
        .expect("answered");
        net.run_until(at(0.5));
        assert_eq!(
            (state(&session), state(&incoming)),
            (SessionState::Connected, SessionState::Connected)
        );
        let invite: &Message = &net
            .events(bob)
            .iter()
            .find_map(|event| event.message.clone())
            .expect("the INVITE");
        assert!(invite.header(HeaderId::Allow).is_some());
        assert!(
            invite
                .header(HeaderId::Via)
                .is_some_and(|via| via.contains(protocol.via()))
        );
        net.with(alice, |agent, now| {
            agent.terminate(
                now,
                &session,
                rtcclient::agent::TerminateReason::Normal,
                &Send::default(),
            )
        })
        .expect("ended");
        net.run_until(at(1.0));
        assert_eq!(state(&incoming), SessionState::Disconnected);
    }
}
