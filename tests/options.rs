//! OPTIONS in both directions (RFC 3261 §11), and what is refused for want of an ability: 405, 420, 421, 489, 501.
#![allow(clippy::panic, reason = "a test stops and speaks")]

mod sim;

use rtcclient::agent::command::SEND_REFRESH;
use rtcclient::agent::event::FILTER_DEFAULT;
use rtcclient::agent::options::Capabilities;
use rtcclient::agent::{
    AnswerMode, Code, Config, EventType, Send, SessionOptions, SessionState, SessionType, Status,
};
use rtcclient::base::Limits;
use rtcclient::syntax::{HeaderId, Message};
use rtcclient::usage::Reliable;
use sim::raw::sdp;
use sim::talk::{ALICE, Leg, PEER, Talk, cookie, state};

fn outside() -> Leg {
    Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=o1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: "options".into(),
    }
}

fn ask(talk: &mut Talk, cseq: u32, lines: &str) -> Message {
    talk.say(&outside(), "OPTIONS", cseq, lines, "");
    let answer = talk.peer.next().expect("an answer");
    assert_eq!(answer.method(), "OPTIONS");
    answer
}

fn has(message: &Message, id: HeaderId, value: &str) -> bool {
    message
        .values(id)
        .any(|one| one.eq_ignore_ascii_case(value))
}

/// B-095: the 200 says what we can do: Allow, Accept, Accept-Encoding, Accept-Language, Supported, Allow-Events, Contact.
#[test]
fn an_answer_to_options_lists_methods_bodies_languages_and_extensions() {
    let mut talk = Talk::new(1);
    talk.on(|agent, _| agent.serve_package("presence", "", 1))
        .expect("served");
    let answer = ask(&mut talk, 1, "");
    assert_eq!(answer.status(), Some(200));
    for method in [
        "INVITE",
        "ACK",
        "CANCEL",
        "BYE",
        "OPTIONS",
        "UPDATE",
        "SUBSCRIBE",
    ] {
        assert!(has(&answer, HeaderId::Allow, method), "{method}");
    }
    for (id, value) in [
        (HeaderId::Accept, "application/sdp"),
        (HeaderId::AcceptEncoding, "identity"),
        (HeaderId::AcceptLanguage, "en"),
        (HeaderId::Supported, "100rel"),
        (HeaderId::Supported, "timer"),
        (HeaderId::AllowEvents, "presence"),
    ] {
        assert!(has(&answer, id, value), "{value}");
    }
    assert_eq!(answer.contacts().count(), 1);
    assert_eq!(talk.events(EventType::Request).len(), 1);
}

/// B-096: the status is what an INVITE would get: 486 when no call more is taken, 603 and 488 by the answer mode, 480 at the
/// end.
#[test]
fn the_status_is_what_a_call_would_get() {
    let config = Config {
        endpoint: rtcclient::transaction::EndpointConfig {
            limits: Limits {
                sessions: 1,
                ..Limits::default()
            },
            ..Default::default()
        },
        ..Config::default()
    };
    let mut talk = Talk::with(2, config);
    assert_eq!(ask(&mut talk, 1, "").status(), Some(200));
    talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    talk.count("180");
    assert_eq!(ask(&mut talk, 2, "").status(), Some(486));
    let other = Leg {
        call_id: "second".into(),
        ..outside()
    };
    talk.say(&other, "INVITE", 2, "", &sdp(PEER, "sendrecv"));
    talk.peer.expect("486 INVITE");

    for (mode, status) in [
        (AnswerMode::AutomaticallyReject, 603),
        (AnswerMode::NotSupported, 488),
    ] {
        let mut talk = Talk::new(3);
        talk.on(|agent, _| agent.set_answer_mode(SessionType::PcToPc, mode));
        assert_eq!(ask(&mut talk, 1, "").status(), Some(status));
        talk.called("", &sdp(PEER, "sendrecv"));
        talk.peer.expect(&format!("{status} INVITE"));
    }
    let mut talk = Talk::new(4);
    talk.on(|agent, now| agent.prepare_for_shutdown(now));
    assert_eq!(ask(&mut talk, 1, "").status(), Some(480));
}

/// B-097: a description where the asker takes one; it is no offer: port 0, and the next INVITE's origin is its own.
#[test]
fn a_description_is_given_to_whoever_takes_it_and_no_call_is_changed_by_it() {
    let mut told = Talk::new(5);
    for (lines, with) in [
        ("", true),
        ("Accept: application/sdp\r\n", true),
        ("Accept: text/plain, */*;q=0.1\r\n", true),
        ("Accept: application/*\r\n", true),
        ("Accept: text/plain\r\n", false),
        ("Accept: application/sdp;q=0\r\n", false),
        ("Accept: \r\n", false),
    ] {
        let cseq = 1 + u32::from(with) + u32::try_from(lines.len()).expect("short") * 2;
        let answer = ask(&mut told, cseq, lines);
        assert_eq!(answer.status(), Some(200));
        assert_eq!(!answer.body().is_empty(), with, "{lines:?}");
        if with {
            let body = String::from_utf8_lossy(answer.body()).into_owned();
            assert!(
                body.contains("m=audio 0 ") && body.contains("PCMU/8000"),
                "{body}"
            );
        }
    }
    let mut silent = Talk::new(5);
    let (_, after) = told.call(SessionOptions::default());
    let (_, alone) = silent.call(SessionOptions::default());
    let port = |message: &Message| {
        let body = String::from_utf8_lossy(message.body()).into_owned();
        body.split("m=audio ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next().map(str::to_owned))
    };
    assert_eq!(port(&after), port(&alone));
    let body = String::from_utf8_lossy(after.body()).into_owned();
    assert!(
        body.starts_with("v=0\r\no=- ") && body.contains(" 1 IN IP4 192.0.2.1\r\n"),
        "{body}"
    );
}

/// S-221: the application's own body and type go where the asker takes that type.
#[test]
fn the_application_may_say_itself_what_it_can() {
    let mut talk = Talk::new(6);
    let wrong = talk.on(|agent, _| agent.set_options_body(Some("a\r\nX: y"), None));
    assert!(wrong.is_err());
    talk.on(|agent, _| agent.set_options_body(Some("application/x-able"), Some("all of it")))
        .expect("set");
    let answer = ask(&mut talk, 1, "Accept: application/x-able\r\n");
    assert_eq!(answer.body(), b"all of it");
    assert_eq!(
        answer.header(HeaderId::ContentType),
        Some("application/x-able")
    );
    assert!(
        ask(&mut talk, 2, "Accept: application/sdp\r\n")
            .body()
            .is_empty()
    );
}

/// B-098: inside a call OPTIONS is answered alike and changes nothing; one of ours that fails ends the dialog for 481 and
/// 408 alone.
#[test]
fn options_inside_a_call_leave_it_as_it_is() {
    let mut talk = Talk::new(7);
    let (session, _, leg) = talk.connected("");
    talk.say(&leg, "OPTIONS", 2, "Accept: application/sdp\r\n", "");
    let answer = talk.peer.expect("200 OPTIONS");
    assert!(has(&answer, HeaderId::Allow, "INVITE") && has(&answer, HeaderId::Supported, "timer"));
    assert!(has(&answer, HeaderId::AcceptLanguage, "en"));
    assert!(!answer.body().is_empty());
    let remote = talk.remote_description(&session);
    assert_eq!(state(&session), SessionState::Connected);
    for (number, status) in [(1, 404), (2, 405), (3, 486), (4, 500), (5, 503)] {
        let fate =
            talk.on(|agent, now| agent.session_send(now, &session, "OPTIONS", &cookie(number)));
        fate.expect("sent");
        talk.run();
        let request = talk.peer.expect("OPTIONS");
        talk.answer(&request, status, "t1", "", "");
        assert_eq!(talk.completed(number), Some(Status::Sip(status)));
        let alive = state(&session) == SessionState::Connected;
        // RFC 5057 §5.1: 404 and its like say that the dialog's target is gone.
        assert!(alive || status == 404, "{status}");
        if !alive {
            return;
        }
    }
    assert_eq!(talk.remote_description(&session), remote);
    talk.on(|agent, now| agent.session_send(now, &session, "OPTIONS", &cookie(9)))
        .expect("sent");
    talk.run();
    let request = talk.peer.expect("OPTIONS");
    talk.answer(&request, 481, "t1", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-099: our OPTIONS has Accept and says who we are; the answer is read into methods, tags, packages and codecs.
#[test]
fn what_a_peer_can_is_read_from_its_answer() {
    let mut talk = Talk::new(8);
    talk.on(|agent, now| {
        agent.send_request(now, None, "OPTIONS", "sip:peer@192.0.2.9", &cookie(4))
    })
    .expect("sent");
    talk.run();
    let request = talk.peer.expect("OPTIONS");
    assert!(has(&request, HeaderId::Accept, "application/sdp"));
    assert!(request.header(HeaderId::Allow).is_some());
    let lines = "Allow: INVITE, ACK\r\nAllow: BYE, invite\r\nk: 100rel, timer\r\nSupported: gruu\r\nu: presence\r\n\
                 Accept: application/sdp\r\nAccept-Encoding: gzip\r\nAccept-Language: de, en;q=0.5\r\n";
    talk.answer(&request, 200, "t", lines, &sdp(PEER, "sendrecv"));
    let event = talk.events(EventType::Response).pop().expect("an answer");
    assert_eq!((event.cookie, event.status), (4, Status::Sip(200)));
    let can = Capabilities::of(event.message.as_ref().expect("the 200"));
    let list = |list: &[Box<str>]| list.join(" ");
    assert_eq!(list(&can.methods), "INVITE ACK BYE");
    assert_eq!(list(&can.tags), "100rel timer gruu");
    assert_eq!(list(&can.packages), "presence");
    assert_eq!(list(&can.types), "application/sdp");
    assert_eq!(list(&can.encodings), "gzip");
    assert_eq!(list(&can.languages), "de en;q=0.5");
    assert_eq!(
        list(&can.codecs),
        "audio PCMU/8000 audio telephone-event/8000"
    );
}

/// B-043: 420 lists exactly the tags that are not known, in whichever form they came; ACK and CANCEL are not checked.
#[test]
fn unknown_demands_are_named_and_ack_and_cancel_are_not_asked() {
    let mut talk = Talk::new(9);
    talk.say(
        &outside(),
        "INVITE",
        7,
        "Require: 100rel, foo\r\nRequire: bar\r\n",
        &sdp(PEER, "sendrecv"),
    );
    let refused = talk.peer.expect("420 INVITE");
    let unsupported: Vec<&str> = refused.values(HeaderId::Unsupported).collect();
    assert_eq!(unsupported, ["foo", "bar"]);
    let ringing = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let text = "CANCEL sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-1\r\n\
                Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.9>;tag=p1\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: theirs\r\n\
                CSeq: 1 CANCEL\r\nRequire: foo\r\nContent-Length: 0\r\n\r\n";
    talk.peer.send(&mut talk.net, ALICE, text);
    talk.run();
    talk.peer.expect("200 CANCEL");
    assert_eq!(state(&ringing), SessionState::Disconnected);
    // A 2xx is acknowledged by an ACK that demands what nobody knows: the call stands.
    let mut talk = Talk::new(10);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    talk.reply(&session, 200, Send::default());
    let answer = talk.peer.expect("200 INVITE");
    talk.say(&Leg::of_answer(&answer), "ACK", 1, "Require: foo\r\n", "");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-044: what we insist on and the peer does not list is asked for with 421; what it does not list is not used.
#[test]
fn an_extension_is_used_only_with_a_peer_that_lists_it() {
    let config = |reliable| Config {
        session_defaults: SessionOptions {
            reliable,
            ..SessionOptions::default()
        },
        ..Config::default()
    };
    let mut talk = Talk::with(11, config(Reliable::Required));
    talk.called("Supported: timer\r\n", &sdp(PEER, "sendrecv"));
    let refused = talk.peer.expect("421 INVITE");
    assert!(has(&refused, HeaderId::Require, "100rel"));
    let mut talk = Talk::with(12, config(Reliable::Supported));
    talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let ringing = talk.peer.expect("180 INVITE");
    assert!(!has(&ringing, HeaderId::Require, "100rel"));
    assert!(ringing.header(HeaderId::RSeq).is_none());
}

/// B-047: a list on one line, several lines and the compact form are one set.
#[test]
fn option_tags_may_come_on_one_line_or_on_several() {
    for lines in [
        "Supported: timer, 100rel\r\n",
        "Supported: timer\r\nSupported: 100rel\r\n",
        "k: timer,100rel\r\n",
    ] {
        let config = Config {
            session_defaults: SessionOptions {
                reliable: Reliable::Required,
                ..SessionOptions::default()
            },
            ..Config::default()
        };
        let mut talk = Talk::with(13, config);
        talk.called(lines, &sdp(PEER, "sendrecv"))
            .expect("a session");
        let ringing = talk.peer.expect("180 INVITE");
        assert!(has(&ringing, HeaderId::Require, "100rel"), "{lines:?}");
    }
}

/// B-031: Supported lists what we do, Require only what was demanded, Proxy-Require nothing.
#[test]
fn nothing_is_demanded_unless_the_application_does() {
    let mut talk = Talk::new(14);
    let (_, invite) = talk.call(SessionOptions::default());
    assert!(
        has(&invite, HeaderId::Supported, "100rel") && has(&invite, HeaderId::Supported, "timer")
    );
    assert!(invite.header(HeaderId::Require).is_none());
    assert!(invite.header(HeaderId::ProxyRequire).is_none());
    let mut talk = Talk::new(15);
    let options = SessionOptions {
        reliable: Reliable::Off,
        session_expires_secs: -1,
        ..SessionOptions::default()
    };
    let (_, invite) = talk.call(options);
    assert!(
        !has(&invite, HeaderId::Supported, "100rel") && !has(&invite, HeaderId::Supported, "timer")
    );
    let mut talk = Talk::new(16);
    let (_, invite) = talk.call(SessionOptions {
        reliable: Reliable::Required,
        ..SessionOptions::default()
    });
    assert!(has(&invite, HeaderId::Require, "100rel"));
}

/// B-039, B-186: a 420 to what was demanded is followed by the same call without the demand, once; a 420 to what was only
/// offered is the application's to know.
#[test]
fn a_420_is_met_once_with_less() {
    let mut talk = Talk::new(17);
    let (session, first) = talk.call(SessionOptions {
        reliable: Reliable::Required,
        ..SessionOptions::default()
    });
    talk.answer(&first, 420, "t", "Unsupported: 100rel\r\n", "");
    let second = talk.peer.expect("INVITE");
    assert!(second.header(HeaderId::Require).is_none());
    assert_eq!(
        (second.call_id(), second.cseq()),
        (first.call_id(), first.cseq() + 1)
    );
    talk.answer(&second, 420, "t", "Unsupported: 100rel\r\n", "");
    assert!(!talk.peer.has("INVITE"));
    assert_eq!(
        (state(&session), talk.last_state().status),
        (SessionState::Disconnected, Status::Sip(420))
    );
    for status in [413, 415, 416] {
        let mut talk = Talk::new(18);
        let (session, first) = talk.call(SessionOptions::default());
        talk.answer(&first, status, "t", "Accept: text/plain\r\n", "");
        assert_eq!(talk.last_state().status, Status::Sip(status));
        assert_eq!(state(&session), SessionState::Disconnected);
        assert!(!talk.peer.has("INVITE"));
    }
}

/// B-040: an unknown method is 501; a known one that is off is 405 with Allow; SUBSCRIBE is off while nothing is served.
#[test]
fn unknown_methods_are_501_and_those_that_are_off_405() {
    let mut talk = Talk::new(19);
    talk.on(|agent, _| agent.set_answer_mode(SessionType::Im, AnswerMode::NotSupported));
    for (number, method, status) in [
        (1, "FOO", 501),
        (2, "SUBSCRIBE", 405),
        (3, "PUBLISH", 405),
        (4, "REGISTER", 405),
        (5, "MESSAGE", 405),
    ] {
        talk.say(&outside(), method, number, "Event: presence\r\n", "");
        talk.wait(1.0);
        let answer = talk.peer.expect(&format!("{status} {method}"));
        assert!(has(&answer, HeaderId::Allow, "INVITE"), "{method}");
        assert!(!has(&answer, HeaderId::Allow, method), "{method} is off");
    }
    talk.on(|agent, _| agent.serve_package("presence", "", 1))
        .expect("served");
    talk.say(
        &outside(),
        "SUBSCRIBE",
        9,
        "Event: presence\r\nExpires: 60\r\n",
        "",
    );
    talk.peer.expect("200 SUBSCRIBE");
}

/// B-100: a peer is asked every so often whether it is there; that it is gone is told.
#[test]
fn a_peer_is_asked_at_intervals_and_its_silence_is_told() {
    let mut talk = Talk::new(20);
    talk.on(|agent, _| agent.set_event_filter(FILTER_DEFAULT | 1 << 38));
    let every_half_minute = Send {
        flags: SEND_REFRESH,
        expires_secs: 30,
        ..cookie(5)
    };
    talk.on(|agent, now| {
        agent.send_request(
            now,
            None,
            "OPTIONS",
            "sip:peer@192.0.2.9",
            &every_half_minute,
        )
    })
    .expect("sent");
    talk.run();
    let mut pings = 0;
    let mut asked = talk.peer.expect("OPTIONS");
    for _ in 0..4 {
        talk.answer(&asked, 200, "t", "", "");
        let before = talk.net.now;
        while !talk.peer.has("OPTIONS") && talk.net.now.since(before) < sim::secs(31.0) {
            talk.wait(0.5);
        }
        asked = talk.peer.expect("OPTIONS");
        pings += 1;
    }
    assert_eq!(pings, 4);
    let active = |talk: &Talk| {
        let told = talk.events(EventType::RefreshState);
        told.last().map(|event| (event.state, event.status))
    };
    assert_eq!(active(&talk).map(|(state, _)| state), Some(1), "there");
    talk.net.set_up(talk.alice, true);
    // From now on nobody answers.
    talk.wait(33.0);
    let (state, status) = active(&talk).expect("told");
    assert_ne!(state, 1, "gone");
    assert_eq!(status, Status::Failed(Code::Timeout));
}
