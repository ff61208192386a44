//! Additional headers: one order of merging on every message, and what is refused (IRTCSIPObject, RFC 3261 §7.3).
#![allow(clippy::panic, reason = "a test stops and speaks")]

mod sim;

use rtcclient::agent::command::{
    HEADERS_ADD, HEADERS_EXPERT, HEADERS_REQUESTS_ONLY, REINVITE_UPDATE, SEND_EXPERT,
};
use rtcclient::agent::{
    Code, ObjectRef, ProfileOptions, Refusal, Send, SessionOptions, SessionState,
    SubscriptionOptions, TerminateReason, Verdict,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, state};

fn set(
    talk: &mut Talk,
    object: Option<&ObjectRef>,
    lines: &str,
    flags: u32,
) -> Result<Verdict, Code> {
    talk.on(|agent, _| agent.set_headers(object, Some(lines), flags))
        .map_err(|refusal: Refusal| refusal.code)
}

fn named(message: &Message, name: &str) -> Vec<String> {
    message.headers_named(name).map(str::to_owned).collect()
}

fn profile(talk: &mut Talk) -> ObjectRef {
    let options = ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        ..ProfileOptions::default()
    };
    talk.on(|agent, _| agent.create_profile(options))
        .expect("made")
}

/// Lines of every level, each with one of its own and one that a narrower level overrides.
const CLIENT: &str = "X-Level: client\r\nX-Client: 1\r\nSupported: from-client\r\n";
const PROFILE: &str = "X-Level: profile\r\nX-Profile: 1\r\nSupported: from-profile\r\n";
const OBJECT: &str = "X-Level: object\r\nX-Object: 1\r\nSupported: from-object\r\n";
const MESSAGE: &str = "x-level: message\r\nX-Message: 1\r\nk: from-message\r\n";

fn own() -> Send {
    Send {
        headers: Some(MESSAGE.into()),
        ..cookie(1)
    }
}

/// What a message must show: the narrowest level it was sent with, everything of the others, and all option tags together.
fn check(message: &Message, levels: &[&str]) {
    let what = message.start_line();
    let narrowest = levels.last().expect("a level");
    assert_eq!(named(message, "X-Level"), [*narrowest], "{what}");
    for level in ["client", "profile", "object", "message"] {
        let count = usize::from(levels.contains(&level));
        assert_eq!(
            named(message, &format!("X-{level}")).len(),
            count,
            "{what}: {level}"
        );
        let joined = message
            .values(HeaderId::Supported)
            .filter(|tag| *tag == format!("from-{level}"));
        assert_eq!(joined.count(), count, "{what}: Supported of {level}");
    }
}

const OBJECTS: &[&str] = &["client", "profile", "object"];
const ALL: &[&str] = &["client", "profile", "object", "message"];

/// B-418: every message of a call, requests and responses but 100, in the one order: message over session over profile
/// over client; Supported and Allow-Events are joined to the stack's.
#[test]
fn one_order_of_merging_holds_for_every_message_of_a_call() {
    let mut talk = Talk::new(1);
    let profile = profile(&mut talk);
    talk.on(|agent, now| agent.enable_profile(now, &profile, 0, 0))
        .expect("enabled");
    set(&mut talk, None, CLIENT, 0).expect("set");
    set(&mut talk, Some(&profile), PROFILE, 0).expect("set");
    let options = SessionOptions {
        profile: Some(profile.clone()),
        ..SessionOptions::default()
    };
    let session = talk
        .on(|agent, _| agent.create_session(rtcclient::agent::SessionType::PcToPc, options))
        .expect("a session");
    set(&mut talk, Some(&session), OBJECT, 0).expect("set");
    set(
        &mut talk,
        Some(&session),
        "Allow-Events: talk\r\n",
        HEADERS_ADD,
    )
    .expect("added");
    talk.on(|agent, now| agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &own()))
        .expect("called");
    talk.run();
    let invite = talk.peer.expect("INVITE");
    check(&invite, ALL);
    assert!(invite.values(HeaderId::Supported).any(|tag| tag == "timer"));
    assert!(
        invite
            .values(HeaderId::AllowEvents)
            .any(|tag| tag == "talk")
    );
    talk.answer(
        &invite,
        183,
        "t1",
        "Require: 100rel\r\nRSeq: 1\r\n",
        &sdp(PEER, "sendrecv"),
    );
    check(&talk.peer.expect("PRACK"), OBJECTS);
    talk.answer(&invite, 200, "t1", "Allow: INVITE, UPDATE\r\n", "");
    check(&talk.peer.expect("ACK"), OBJECTS);
    let leg = Leg::of_invite(&invite, "t1");
    for method in ["INFO", "OPTIONS", "FOO", "MESSAGE"] {
        talk.on(|agent, now| agent.session_send(now, &session, method, &own()))
            .expect("sent");
        talk.run();
        let request = talk.peer.expect(method);
        check(&request, ALL);
        talk.answer(&request, 200, "t1", "", "");
    }
    talk.on(|agent, now| agent.reinvite(now, &session, REINVITE_UPDATE, &own()))
        .expect("sent");
    talk.run();
    let update = talk.peer.expect("UPDATE");
    check(&update, ALL);
    talk.answer(&update, 200, "t1", "", &sdp(PEER, "sendrecv"));
    talk.on(|agent, now| agent.hold(now, &session, true, &own()))
        .expect("sent");
    talk.run();
    let hold = talk.peer.expect("INVITE");
    check(&hold, ALL);
    talk.answer(&hold, 200, "t1", "", &sdp(PEER, "recvonly"));
    check(&talk.peer.expect("ACK"), OBJECTS);
    // Responses, those of the library included.
    for (cseq, method) in [
        (2, "OPTIONS"),
        (3, "INFO"),
        (4, "MESSAGE"),
        (5, "SUBSCRIBE"),
        (7, "BAR"),
    ] {
        talk.say(&leg, method, cseq, "", "");
        talk.wait(1.0);
        let response = std::iter::from_fn(|| talk.peer.next())
            .find(|message| message.method() == method && !message.is_request())
            .expect(method);
        check(&response, OBJECTS);
    }
    talk.say(&leg, "INVITE", 8, "", &sdp(PEER, "sendrecv"));
    check(&talk.peer.expect("200 INVITE"), OBJECTS);
    talk.say(&leg, "ACK", 8, "", "");
    let mut last = own();
    last.cookie = 0;
    talk.on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &last))
        .expect("ended");
    talk.run();
    check(&talk.peer.expect("BYE"), ALL);
}

/// B-418: an incoming call's responses and its BYE carry them too; 100 does not; the empty set ends it.
#[test]
fn an_incoming_call_carries_them_and_an_empty_set_takes_them_back() {
    let mut talk = Talk::new(2);
    set(&mut talk, None, CLIENT, 0).expect("set");
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    check(&talk.peer.expect("180 INVITE"), &["client"]);
    set(&mut talk, Some(&session), OBJECT, 0).expect("set");
    talk.reply(&session, 183, own());
    check(
        &talk.peer.expect("183 INVITE"),
        &["client", "object", "message"],
    );
    set(&mut talk, Some(&session), "", 0).expect("only the client's");
    talk.reply(&session, 200, Send::default());
    let answer = talk.peer.expect("200 INVITE");
    check(&answer, &["client"]);
    talk.say(&Leg::of_answer(&answer), "ACK", 1, "", "");
    talk.on(|agent, _| agent.set_headers(Some(&session), None, 0))
        .expect("none at all");
    talk.hang_up(&session);
    let bye = talk.peer.expect("BYE");
    assert!(named(&bye, "X-Client").is_empty() && named(&bye, "X-Level").is_empty());
    let read = talk.on(|agent, _| agent.headers(None)).expect("read");
    assert_eq!(read, CLIENT);
}

/// B-418: a refused call and a cancelled one: 486, CANCEL.
#[test]
fn refusals_and_cancels_carry_them() {
    let mut talk = Talk::new(3);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    set(&mut talk, Some(&session), OBJECT, 0).expect("set");
    talk.reply(&session, 486, own());
    check(&talk.peer.expect("486 INVITE"), &["object", "message"]);
    let mut talk = Talk::new(4);
    let (session, invite) = talk.call(SessionOptions::default());
    set(&mut talk, Some(&session), OBJECT, 0).expect("set");
    talk.answer(&invite, 180, "t1", "", "");
    talk.on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &own()))
        .expect("ended");
    talk.run();
    check(&talk.peer.expect("CANCEL"), &["object", "message"]);
}

/// Lines of a profile and of the client go into what is sent outside sessions: REGISTER, PUBLISH, SUBSCRIBE, MESSAGE,
/// OPTIONS, and into the answers to requests that belong to nothing.
#[test]
fn what_is_sent_outside_sessions_carries_those_of_profile_and_client() {
    let mut talk = Talk::new(5);
    let profile = profile(&mut talk);
    set(&mut talk, None, CLIENT, 0).expect("set");
    set(&mut talk, Some(&profile), PROFILE, 0).expect("set");
    let owners: &[&str] = &["client", "profile"];
    talk.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    talk.run();
    let register = talk.peer.expect("REGISTER");
    check(&register, owners);
    assert!(
        register
            .values(HeaderId::Supported)
            .any(|tag| tag == "path")
    );
    let contact = register
        .header(HeaderId::Contact)
        .expect("a contact")
        .to_owned();
    talk.answer(
        &register,
        200,
        "r",
        &format!("Contact: {contact};expires=600\r\n"),
        "",
    );
    for method in ["MESSAGE", "OPTIONS", "FOO"] {
        talk.on(|agent, now| {
            agent.send_request(now, Some(&profile), method, "sip:peer@192.0.2.9", &own())
        })
        .expect("sent");
        talk.run();
        let request = talk.peer.expect(method);
        check(&request, &["client", "profile", "message"]);
        talk.answer(&request, 200, "m", "", "");
    }
    let body = Send {
        body: Some(b"state".as_slice().into()),
        content_type: Some("text/plain".into()),
        ..own()
    };
    talk.on(|agent, now| agent.publish(now, &profile, "presence", &body))
        .expect("sent");
    talk.run();
    check(
        &talk.peer.expect("PUBLISH"),
        &["client", "profile", "message"],
    );
    let options = SubscriptionOptions {
        profile: Some(profile.clone()),
        uri: "sip:peer@192.0.2.9".into(),
        event: "presence".into(),
        ..SubscriptionOptions::default()
    };
    let subscription = talk
        .on(|agent, _| agent.create_subscription(options))
        .expect("made");
    set(&mut talk, Some(&subscription), OBJECT, 0).expect("set");
    talk.on(|agent, now| agent.subscribe(now, &subscription, &own()))
        .expect("sent");
    talk.run();
    let subscribe = talk.peer.expect("SUBSCRIBE");
    check(&subscribe, ALL);
    talk.answer(&subscribe, 200, "s", "Expires: 600\r\n", "");
    let leg = Leg::of_invite(&subscribe, "s");
    talk.say(
        &leg,
        "NOTIFY",
        1,
        "Event: presence\r\nSubscription-State: active\r\n",
        "",
    );
    talk.wait(1.0);
    check(&talk.peer.expect("200 NOTIFY"), OBJECTS);
    // What comes in for the account and belongs to no object.
    talk.on(|agent, _| agent.serve_package("dialog", "", 1))
        .expect("served");
    let outside = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=o1".into(),
        remote: "<sip:alice@192.0.2.9>".into(),
        call_id: "outside".into(),
    };
    for (cseq, method, lines) in [
        (1, "OPTIONS", ""),
        (2, "MESSAGE", ""),
        (3, "FOO", ""),
        (4, "SUBSCRIBE", "Event: unknown\r\n"),
        (5, "BYE", ""),
    ] {
        talk.say(&outside, method, cseq, lines, "");
        talk.wait(1.0);
        let response = std::iter::from_fn(|| talk.peer.next())
            .find(|message| message.method() == method && !message.is_request())
            .expect(method);
        check(&response, owners);
    }
    talk.say(
        &outside,
        "SUBSCRIBE",
        6,
        "Event: dialog\r\nExpires: 60\r\n",
        "",
    );
    check(&talk.peer.expect("200 SUBSCRIBE"), owners);
    check(&talk.peer.expect("NOTIFY"), owners);
}

/// The caller may narrow the reach to requests.
#[test]
fn requests_only_leaves_responses_alone() {
    let mut talk = Talk::new(6);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    set(&mut talk, Some(&session), OBJECT, HEADERS_REQUESTS_ONLY).expect("set");
    talk.reply(&session, 200, Send::default());
    let answer = talk.peer.expect("200 INVITE");
    assert!(named(&answer, "X-Object").is_empty());
    talk.say(&Leg::of_answer(&answer), "ACK", 1, "", "");
    talk.hang_up(&session);
    check(&talk.peer.expect("BYE"), &["object"]);
}

/// B-419, S-143: the stack's own headers and those with a setter of their own are refused, in long and compact form, on every
/// level and for every message, unless forced; all others pass. What would end a line is refused always.
#[test]
fn reserved_headers_need_force_and_line_tricks_get_nowhere() {
    let reserved = [
        "Via",
        "v",
        "Call-ID",
        "i",
        "CSeq",
        "Max-Forwards",
        "Content-Length",
        "l",
        "Record-Route",
        "RSeq",
        "RAck",
        "Require",
        "Proxy-Require",
        "Authorization",
        "Proxy-Authorization",
        "WWW-Authenticate",
        "Proxy-Authenticate",
        "Service-Route",
        "Min-Expires",
        "Security-Server",
        "Security-Verify",
        "Authentication-Info",
        "P-Access-Network-Info",
        "Unsupported",
        "Session-Expires",
        "SIP-ETag",
        "From",
        "f",
        "To",
        "t",
        "Contact",
        "m",
        "Content-Type",
        "c",
        "Event",
        "o",
        "Subscription-State",
        "Refer-To",
        "r",
        "Expires",
        "Route",
    ];
    let free = [
        "Subject",
        "s",
        "Call-Info",
        "Alert-Info",
        "Priority",
        "X-Anything",
        "Reason",
        "Diversion",
        "Warning",
    ];
    let tricks = [
        "X: a\r\n\r\nINVITE sip:x SIP/2.0",
        "X: a\rVia: SIP/2.0/UDP evil",
        "X: a\0b",
        "no colon",
        ": no name",
        "X Y: z",
        "X: a\r\n folded\r\n\r\nbody",
    ];
    let mut talk = Talk::new(7);
    let profile = profile(&mut talk);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let options = SubscriptionOptions {
        uri: "sip:peer@192.0.2.9".into(),
        event: "presence".into(),
        ..SubscriptionOptions::default()
    };
    let subscription = talk
        .on(|agent, _| agent.create_subscription(options))
        .expect("made");
    for object in [None, Some(&profile), Some(&session), Some(&subscription)] {
        for name in reserved {
            let line = format!("{name}: 1");
            assert_eq!(
                set(&mut talk, object, &line, 0),
                Err(Code::HeaderReserved),
                "{name}"
            );
            assert_eq!(
                set(&mut talk, object, &line, HEADERS_EXPERT),
                Ok(Verdict::Done),
                "{name}"
            );
        }
        for name in free {
            assert_eq!(
                set(&mut talk, object, &format!("{name}: 1"), 0),
                Ok(Verdict::Done),
                "{name}"
            );
        }
        for trick in tricks {
            for flags in [0, HEADERS_EXPERT] {
                let refused = set(&mut talk, object, trick, flags);
                assert_eq!(refused, Err(Code::HeaderMalformed), "{trick:?}");
            }
        }
        set(&mut talk, object, "", 0).expect("none");
    }
    // Every verb that sends.
    for (line, flags, code) in [
        ("CSeq: 1 INVITE", 0, Some(Code::HeaderReserved)),
        ("Route: <sip:x@y>", 0, Some(Code::HeaderReserved)),
        ("X: a\r\n\r\nb", SEND_EXPERT, Some(Code::HeaderMalformed)),
        ("X: a\rb", 0, Some(Code::HeaderMalformed)),
    ] {
        let send = Send {
            headers: Some(line.into()),
            flags,
            ..Send::default()
        };
        let verdicts: Vec<(&str, Option<Code>)> = talk.on(|agent, now| {
            let code = |result: Result<Verdict, Refusal>| result.err().map(|refusal| refusal.code);
            let call = agent
                .create_session(
                    rtcclient::agent::SessionType::PcToPc,
                    SessionOptions::default(),
                )
                .expect("a session");
            let called = agent.add_participant(now, &call, "sip:peer@192.0.2.9", None, &send);
            let sent = agent.send_request(now, None, "MESSAGE", "sip:peer@192.0.2.9", &send);
            vec![
                ("add_participant", called.err().map(|refusal| refusal.code)),
                ("request", sent.err().map(|refusal| refusal.code)),
                ("answer", code(agent.answer(now, &session, 180, &send))),
                (
                    "redirect",
                    code(agent.redirect(now, &session, Some("sip:a@b"), 0, &send)),
                ),
                (
                    "terminate",
                    code(agent.terminate(now, &session, TerminateReason::Normal, &send)),
                ),
                ("hold", code(agent.hold(now, &session, true, &send))),
                ("reinvite", code(agent.reinvite(now, &session, 0, &send))),
                (
                    "send",
                    code(agent.session_send(now, &session, "INFO", &send)),
                ),
                (
                    "subscribe",
                    code(agent.subscribe(now, &subscription, &send)),
                ),
                (
                    "publish",
                    code(agent.publish(now, &profile, "presence", &send)),
                ),
            ]
        });
        for (verb, found) in verdicts {
            assert_eq!(found, code, "{verb} with {line:?}");
        }
    }
    assert_eq!(state(&session), SessionState::Incoming, "nothing was done");
    // Reason phrases and Reason headers are values too.
    let send = Send {
        reason: Some("SIP;cause=1\r\nX: y".into()),
        ..Send::default()
    };
    let refused =
        talk.on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &send));
    assert_eq!(refused.expect_err("refused").code, Code::HeaderMalformed);
}

/// B-419: what an expert forces goes out as it is.
#[test]
fn an_expert_may_say_what_the_stack_says() {
    let mut talk = Talk::new(8);
    let session = talk
        .on(|agent, _| {
            agent.create_session(
                rtcclient::agent::SessionType::PcToPc,
                SessionOptions::default(),
            )
        })
        .expect("a session");
    set(
        &mut talk,
        Some(&session),
        "Require: something\r\nProxy-Require: privacy",
        HEADERS_EXPERT,
    )
    .expect("forced");
    talk.on(|agent, now| {
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("called");
    talk.run();
    let invite = talk.peer.expect("INVITE");
    assert_eq!(named(&invite, "Require"), ["something"]);
    assert_eq!(named(&invite, "Proxy-Require"), ["privacy"]);
}

/// B-123, B-124, B-136, S-140: what says who calls, why and how is set by lines and read by name before the call is answered.
#[test]
fn headers_about_a_call_make_the_round_trip() {
    let lines = "Alert-Info: <http://h/ring.wav>;info=urgent\r\nCall-Info: <http://h/me.jpg>;purpose=icon\r\n\
                 Subject: Lunch, \"now\"\r\nPriority: urgent\r\nOrganization: Atlanta\r\nIn-Reply-To: a@b, c@d\r\n\
                 Reply-To: \"Al\" <sip:al@h>\r\nRequest-Disposition: no-fork, parallel\r\n\
                 Accept-Contact: *;audio;require\r\nReject-Contact: *;actor=\"msg-taker\"\r\n\
                 History-Info: <sip:a@h>;index=1\r\nDiversion: <sip:b@h>;reason=user-busy\r\nPrivacy: id\r\n\
                 P-Asserted-Identity: \"Al\" <sip:al@h>\r\n";
    let mut talk = Talk::new(9);
    let invite = {
        let session = talk
            .on(|agent, _| {
                agent.create_session(
                    rtcclient::agent::SessionType::PcToPc,
                    SessionOptions::default(),
                )
            })
            .expect("a session");
        set(&mut talk, Some(&session), lines, 0).expect("set");
        let read = talk
            .on(|agent, _| agent.headers(Some(&session)))
            .expect("read");
        assert_eq!(read, lines);
        talk.on(|agent, now| {
            agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
        })
        .expect("called");
        talk.run();
        talk.peer.expect("INVITE")
    };
    talk.called(lines, &sdp(PEER, "sendrecv"))
        .expect("a session");
    let came = talk.last_state().message.expect("the INVITE");
    for line in lines.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").expect("a line");
        assert_eq!(named(&invite, name), [value]);
        assert_eq!(named(&came, name), [value]);
    }
    assert_eq!(
        state(&talk.last_state().session.expect("it")),
        SessionState::Incoming
    );
}
