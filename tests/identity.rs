//! Who is who, and who may know: RFC 3323, 3325, 3326, 3840, 4916, 5806, 7044.
#![allow(clippy::panic, reason = "a test stops and speaks")]

mod sim;

use rtcclient::agent::event::FLAG_ANONYMOUS;
use rtcclient::agent::privacy::{
    PRIVACY_CRITICAL, PRIVACY_HISTORY, PRIVACY_LOCAL, PRIVACY_NOTHING, PRIVACY_PROXY_HEADER,
    PRIVACY_PROXY_ID, PRIVACY_PROXY_SESSION, PRIVACY_USER,
};
use rtcclient::agent::{
    Code, EventType, ObjectRef, ProfileOptions, Send, SessionOptions, SessionState, SessionType,
    Status, TerminateReason, properties,
};
use rtcclient::syntax::headers::{Reason, TypedHeader};
use rtcclient::syntax::{HeaderId, Message, NameAddr};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, state};

fn session(talk: &mut Talk) -> ObjectRef {
    talk.on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session")
}

fn call(talk: &mut Talk, session: &ObjectRef, headers: &str) -> Message {
    let send = Send {
        headers: (!headers.is_empty()).then(|| headers.into()),
        ..Send::default()
    };
    talk.on(|agent, now| agent.add_participant(now, session, "sip:peer@192.0.2.9", None, &send))
        .expect("called");
    talk.run();
    talk.peer.expect("INVITE")
}

fn text(talk: &mut Talk, session: &ObjectRef, property: i32, index: i32) -> Option<String> {
    let details = talk.on(|agent, _| agent.details(session));
    details.get_text(property, index).map(str::to_owned)
}

fn one(message: &Message, id: HeaderId) -> String {
    message.header(id).unwrap_or_default().to_owned()
}

/// B-374: an asserted identity is shown when it came from a hop that is configured as trusted, sip and tel both; from
/// anybody else it is not, and it is not the caller's address.
#[test]
fn an_asserted_identity_is_believed_from_trusted_hops_alone() {
    let lines = "P-Asserted-Identity: \"Cullen\" <sip:fluffy@h>, <tel:+14085264000>\r\nP-Asserted-Identity: <http://evil>\r\n";
    for (trusted, shown) in [
        ("", false),
        ("192.0.2.10", false),
        ("192.0.2.0/24", true),
        (PEER, true),
        ("*", true),
    ] {
        let mut talk = Talk::new(1);
        talk.on(|agent, _| agent.set_trusted_hops(trusted))
            .expect("a list");
        let session = talk
            .called(lines, &sdp(PEER, "sendrecv"))
            .expect("a session");
        let identity = |talk: &mut Talk, index| {
            text(talk, &session, properties::SESSION_ASSERTED_IDENTITY, index)
        };
        assert_eq!(identity(&mut talk, 0).is_some(), shown, "{trusted}");
        if shown {
            assert_eq!(
                identity(&mut talk, 0).as_deref(),
                Some("\"Cullen\" <sip:fluffy@h>")
            );
            assert_eq!(
                identity(&mut talk, 1).as_deref(),
                Some("<tel:+14085264000>")
            );
        }
        assert_eq!(identity(&mut talk, 2), None, "no other scheme");
        assert_eq!(&*talk.last_state().uri, "sip:peer@192.0.2.9");
    }
    let mut talk = Talk::new(1);
    let refused = talk.on(|agent, _| agent.set_trusted_hops("proxy.example.com"));
    assert_eq!(refused.expect_err("no address").code, Code::InvalidArgument);
}

/// B-375: of several identities the preferred one is named to the proxy; what is no address is refused.
#[test]
fn the_preferred_identity_is_sent() {
    let mut talk = Talk::new(2);
    let own = session(&mut talk);
    for bad in ["nobody", "http://x", "<sip:a@b>\r\nX: y", "sip:a b@c"] {
        let refused =
            talk.on(|agent, _| agent.set_text(&own, properties::SESSION_LOCAL_IDENTITY, 0, bad));
        assert!(refused.is_err(), "{bad:?}");
    }
    talk.on(|agent, _| {
        agent.set_text(
            &own,
            properties::SESSION_LOCAL_IDENTITY,
            0,
            "\"Al\" <tel:+1234>",
        )
    })
    .expect("set");
    let invite = call(&mut talk, &own, "");
    assert_eq!(
        one(&invite, HeaderId::PPreferredIdentity),
        "\"Al\" <tel:+1234>"
    );
    let plain = session(&mut talk);
    assert!(
        call(&mut talk, &plain, "")
            .header(HeaderId::PPreferredIdentity)
            .is_none()
    );
}

/// B-376: Privacy as asked, and nothing that says who we are where it is to be hidden: From, Contact, User-Agent, in every
/// message of the call. The session's own wish comes before the client's.
#[test]
fn privacy_is_asked_for_and_kept() {
    for (mask, value, hidden) in [
        (PRIVACY_LOCAL, "", true),
        (PRIVACY_PROXY_HEADER, "header", true),
        (PRIVACY_PROXY_SESSION, "header;session", true),
        (PRIVACY_PROXY_ID, "id", true),
        (PRIVACY_PROXY_ID | PRIVACY_CRITICAL, "id;critical", true),
        (PRIVACY_USER | PRIVACY_HISTORY, "user;history", true),
        (PRIVACY_HISTORY, "history", false),
        (PRIVACY_NOTHING, "none", false),
    ] {
        let mut talk = Talk::new(3);
        talk.on(|agent, _| agent.set_local_user(Some("sip:alice@192.0.2.1"), Some("Alice")))
            .expect("a name");
        let own = session(&mut talk);
        talk.on(|agent, _| agent.set_privacy(Some(&own), mask))
            .expect("set");
        let invite = call(&mut talk, &own, "");
        assert_eq!(one(&invite, HeaderId::Privacy), value, "{mask:#x}");
        let from = invite.from().expect("From");
        assert_eq!(
            from.uri == "sip:anonymous@anonymous.invalid",
            hidden,
            "{mask:#x}"
        );
        let asks_proxy =
            mask & (PRIVACY_PROXY_HEADER | PRIVACY_PROXY_SESSION | PRIVACY_PROXY_ID) != 0;
        assert_eq!(
            one(&invite, HeaderId::ProxyRequire) == "privacy",
            asks_proxy
        );
        let preferred = one(&invite, HeaderId::PPreferredIdentity);
        assert_eq!(
            preferred == "\"Alice\" <sip:alice@192.0.2.1>",
            mask & PRIVACY_PROXY_ID != 0
        );
        if !hidden {
            continue;
        }
        talk.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
        let ack = talk.peer.expect("ACK");
        talk.hang_up(&own);
        let bye = talk.peer.expect("BYE");
        for message in [&invite, &ack, &bye] {
            let said = String::from_utf8_lossy(message.as_bytes()).to_lowercase();
            let said = said.replace("p-preferred-identity: \"alice\" <sip:alice@192.0.2.1>", "");
            assert!(!said.contains("alice"), "{said}");
            assert!(message.header(HeaderId::UserAgent).is_none());
        }
    }
    let mut talk = Talk::new(4);
    talk.on(|agent, _| agent.set_privacy(None, PRIVACY_LOCAL))
        .expect("set");
    let hidden = session(&mut talk);
    assert!(one(&call(&mut talk, &hidden, ""), HeaderId::From).contains("anonymous.invalid"));
    let shown = session(&mut talk);
    talk.on(|agent, _| agent.set_privacy(Some(&shown), 0))
        .expect("set");
    assert!(one(&call(&mut talk, &shown, ""), HeaderId::From).contains("alice@"));
    for bad in [0x100, PRIVACY_NOTHING | PRIVACY_USER] {
        let refused = talk.on(|agent, _| agent.set_privacy(None, bad));
        assert_eq!(refused.expect_err("no mask").code, Code::InvalidArgument);
    }
}

/// B-377: a caller who does not say who it is is marked, and can be refused with 433.
#[test]
fn an_anonymous_caller_is_marked_and_can_be_refused() {
    for (from, lines, anonymous) in [
        (
            "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=p1",
            "",
            true,
        ),
        ("<sip:x@abc.anonymous.invalid>;tag=p1", "", true),
        (
            "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=p1",
            "Privacy: id\r\n",
            true,
        ),
        ("<sip:peer@192.0.2.9>;tag=p1", "Privacy: none\r\n", false),
        ("<sip:peer@192.0.2.9>;tag=p1", "", false),
    ] {
        let mut talk = Talk::new(5);
        let leg = Leg {
            target: "sip:alice@192.0.2.1".into(),
            local: from.into(),
            remote: "<sip:alice@192.0.2.1>".into(),
            call_id: "theirs".into(),
        };
        talk.say(&leg, "INVITE", 1, lines, &sdp(PEER, "sendrecv"));
        let event = talk.last_state();
        assert_eq!(event.flags & FLAG_ANONYMOUS != 0, anonymous, "{from}");
        let session = event.session.expect("a session");
        talk.reply(&session, 433, Send::default());
        let refused = talk.peer.expect("433 INVITE");
        assert_eq!(refused.reason(), "Anonymity Disallowed");
    }
}

/// B-378, B-142, B-073: Reason goes out in BYE, CANCEL and refusals and is read when it comes in them: its cause and text are in the
/// event.
#[test]
fn reasons_go_out_and_come_in() {
    let why = |text: &str| Send {
        reason: Some(text.into()),
        ..Send::default()
    };
    let q850 = "Q.850;cause=16;text=\"Terminated\"";
    let mut talk = Talk::new(6);
    let (session, _, leg) = talk.connected("");
    talk.on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &why(q850)))
        .expect("ended");
    talk.run();
    let bye = talk.peer.expect("BYE");
    assert_eq!(one(&bye, HeaderId::Reason), q850);
    let _ = leg;
    let mut talk = Talk::new(7);
    let (session, invite) = talk.call(SessionOptions::default());
    talk.answer(&invite, 180, "t1", "", "");
    let elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";
    talk.on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &why(elsewhere)))
        .expect("cancelled");
    talk.run();
    assert_eq!(
        one(&talk.peer.expect("CANCEL"), HeaderId::Reason),
        elsewhere
    );
    let mut talk = Talk::new(8);
    let session = talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let send = Send {
        headers: Some("Reason: Q.850;cause=17\r\n".into()),
        ..Send::default()
    };
    talk.reply(&session, 486, send);
    let refused = talk.peer.expect("486 INVITE");
    let reason =
        Reason::parse_value(refused.header(HeaderId::Reason).expect("it")).expect("a Reason");
    assert_eq!((reason.protocol, reason.cause()), ("Q.850", Some(17)));
    // In: BYE, CANCEL, a refusal.
    let mut talk = Talk::new(9);
    let (_, _, leg) = talk.connected("");
    talk.say(&leg, "BYE", 2, &format!("Reason: {q850}\r\n"), "");
    let end = talk.last_state();
    assert_eq!((end.status, end.value[2]), (Status::None, 16));
    assert_eq!(&*end.status_text, "Q.850 16: Terminated");
    let mut talk = Talk::new(10);
    talk.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let cancel = format!(
        "CANCEL sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-1\r\n\
         Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.9>;tag=p1\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: theirs\r\n\
         CSeq: 1 CANCEL\r\nReason: {elsewhere}\r\nContent-Length: 0\r\n\r\n"
    );
    talk.peer.send(&mut talk.net, "192.0.2.1", cancel);
    talk.run();
    let end = talk.last_state();
    assert_eq!(end.state, SessionState::Disconnected.number());
    assert_eq!(
        (&*end.status_text, end.value[2]),
        ("SIP 200: Call completed elsewhere", 200)
    );
    let mut talk = Talk::new(11);
    let (_, invite) = talk.call(SessionOptions::default());
    talk.answer(&invite, 480, "t1", "Reason: Q.850;cause=19\r\n", "");
    let end = talk.last_state();
    assert_eq!((end.status, end.value[2]), (Status::Sip(480), 19));
    assert_eq!(&*end.status_text, "Temporarily Unavailable (Q.850 19)");
}

/// B-379, B-136: several Diversions with reason and counter, readable one by one before the call is answered.
#[test]
fn diversions_are_read_as_a_list() {
    let lines = "Diversion: <sip:bob@h>;reason=user-busy;counter=2, \"C\" <tel:+44>;reason=no-answer\r\n\
                 Diversion: <sip:dave@h>;reason=unconditional;privacy=full\r\n";
    let mut talk = Talk::new(12);
    talk.called(lines, &sdp(PEER, "sendrecv"))
        .expect("a session");
    let invite = talk.last_state().message.expect("the INVITE");
    let read: Vec<(String, String, String)> = invite
        .values(HeaderId::Diversion)
        .map(|value| {
            let one = NameAddr::parse(value).expect("an address");
            let param = |name: &str| one.params.get(name).unwrap_or_default().to_owned();
            (one.uri.to_owned(), param("reason"), param("counter"))
        })
        .collect();
    let expected = [
        ("sip:bob@h", "user-busy", "2"),
        ("tel:+44", "no-answer", ""),
        ("sip:dave@h", "unconditional", ""),
    ];
    assert_eq!(
        read,
        expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
    );
}

/// B-380: History-Info: read as a list; a forwarded call gets our step, and so does a call that follows a redirection.
#[test]
fn the_way_of_a_call_is_told_when_it_is_forwarded() {
    let forward = |lines: &str| {
        let mut talk = Talk::new(13);
        let session = talk
            .called(lines, &sdp(PEER, "sendrecv"))
            .expect("a session");
        talk.on(|agent, now| {
            agent.redirect(now, &session, Some("sip:carol@h"), 0, &Send::default())
        })
        .expect("forwarded");
        talk.run();
        let moved = talk.peer.expect("302 INVITE");
        let way: Vec<String> = moved
            .values(HeaderId::HistoryInfo)
            .map(str::to_owned)
            .collect();
        way
    };
    assert_eq!(
        forward("Supported: histinfo\r\n"),
        [
            "<sip:alice@192.0.2.1>;index=1",
            "<sip:carol@h>;index=1.1;mp=1"
        ]
    );
    assert_eq!(
        forward("History-Info: <sip:a@h>;index=1, <sip:alice@h>;index=1.1;mp=1\r\n"),
        [
            "<sip:a@h>;index=1",
            "<sip:alice@h>;index=1.1;mp=1",
            "<sip:carol@h>;index=1.1.1;mp=1.1"
        ]
    );
    assert!(forward("").is_empty(), "nobody asked");
    let mut talk = Talk::new(14);
    let own = session(&mut talk);
    let first = call(&mut talk, &own, "Supported: histinfo\r\n");
    assert_eq!(
        one(&first, HeaderId::HistoryInfo),
        "<sip:peer@192.0.2.9>;index=1"
    );
    talk.answer(&first, 302, "t", "Contact: <sip:other@192.0.2.9>\r\n", "");
    let second = talk.peer.expect("INVITE sip:other@");
    let way: Vec<&str> = second.values(HeaderId::HistoryInfo).collect();
    assert_eq!(
        way,
        [
            "<sip:peer@192.0.2.9?Reason=SIP%3Bcause%3D302>;index=1",
            "<sip:other@192.0.2.9>;index=1.1;mp=1"
        ]
    );
}

/// B-381: the peer of a call becomes somebody else: the new address and name are told, in re-INVITE and UPDATE.
#[test]
fn a_change_of_identity_inside_a_call_is_told() {
    let mut talk = Talk::new(15);
    let (session, invite, leg) = talk.connected("");
    assert!(
        invite
            .values(HeaderId::Supported)
            .any(|tag| tag == "from-change")
    );
    let before = talk.events(EventType::ParticipantStateChange).len();
    let carol = Leg {
        local: "\"Carol\" <sip:carol@192.0.2.9>;tag=t1".into(),
        ..leg.clone()
    };
    talk.say(&leg, "UPDATE", 2, "", "");
    assert_eq!(talk.events(EventType::ParticipantStateChange).len(), before);
    talk.say(&carol, "UPDATE", 3, "", "");
    talk.peer.expect("200 UPDATE");
    let told = talk
        .events(EventType::ParticipantStateChange)
        .pop()
        .expect("told");
    assert_eq!((&*told.uri, &*told.text), ("sip:carol@192.0.2.9", "Carol"));
    let uri = text(&mut talk, &session, properties::SESSION_REMOTE_URI, 0);
    assert_eq!(uri.as_deref(), Some("sip:carol@192.0.2.9"));
    talk.say(&leg, "INVITE", 4, "", &sdp(PEER, "sendrecv"));
    talk.peer.expect("200 INVITE");
    assert_eq!(
        talk.events(EventType::ParticipantStateChange).len(),
        before + 2
    );
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-385: capabilities stand in our Contact, in REGISTER and INVITE, quoted as RFC 3840 wants.
#[test]
fn capabilities_stand_in_the_contact() {
    let mut talk = Talk::new(16);
    let options = ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        contact_params: ";audio;video;isfocus;description=\"<PC>\"".into(),
        ..ProfileOptions::default()
    };
    let profile = talk
        .on(|agent, _| agent.create_profile(options))
        .expect("made");
    talk.on(|agent, now| agent.enable_profile(now, &profile, 3, 0))
        .expect("enabled");
    talk.run();
    let register = talk.peer.expect("REGISTER");
    let contact = one(&register, HeaderId::Contact);
    for feature in [
        ";audio",
        ";video",
        ";isfocus",
        ";description=\"<PC>\"",
        ";methods=\"INVITE,ACK,",
    ] {
        assert!(contact.contains(feature), "{contact}");
    }
    let own = session(&mut talk);
    let invite = call(&mut talk, &own, "");
    assert!(
        one(&invite, HeaderId::Contact).ends_with(">;audio;video;isfocus;description=\"<PC>\"")
    );
}
