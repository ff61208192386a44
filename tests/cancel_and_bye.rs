//! The two ways to end a call: CANCEL (RFC 3261 §9) and BYE (§15).

mod sim;

use rtcclient::agent::{
    Code, Credentials, EventType, Send, SessionOptions, SessionState, Status, TerminateReason,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, state};
use sim::wire::{Wire, request};

const CHALLENGE: &str =
    "WWW-Authenticate: Digest realm=\"r1\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n";

fn same(a: &Message, b: &Message, id: HeaderId) {
    let values =
        |message: &Message| -> Vec<String> { message.values(id).map(Into::into).collect() };
    assert_eq!(values(a), values(b), "{id:?}");
}

/// B-066: CANCEL repeats its INVITE where it has to, has its top Via alone, and asks for nothing.
#[test]
fn a_cancel_repeats_its_invite() {
    let mut t = Talk::new(1);
    let options = SessionOptions {
        reliable: rtcclient::agent::Reliable::Required,
        ..SessionOptions::default()
    };
    let account = rtcclient::agent::ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        proxy: "sip:192.0.2.9".into(),
        ..Default::default()
    };
    let profile = t
        .on(|agent, _| agent.create_profile(account))
        .expect("a profile");
    let (session, invite) = t.call(SessionOptions {
        flags: 1,
        profile: Some(profile),
        ..options
    });
    assert!(invite.header(HeaderId::Require).is_some() && invite.header(HeaderId::Route).is_some());
    t.answer(&invite, 180, "t1", "", "");
    t.hang_up(&session);
    let cancel = t.peer.expect("CANCEL");
    assert_eq!(cancel.request_uri(), invite.request_uri());
    for id in [
        HeaderId::CallId,
        HeaderId::To,
        HeaderId::From,
        HeaderId::Route,
        HeaderId::Via,
    ] {
        same(&cancel, &invite, id);
    }
    assert_eq!(cancel.values(HeaderId::Via).count(), 1);
    assert_eq!(
        (cancel.cseq(), cancel.cseq_method()),
        (invite.cseq(), "CANCEL")
    );
    for id in [HeaderId::Require, HeaderId::ProxyRequire, HeaderId::Contact] {
        assert_eq!(cancel.header(id), None, "{id:?}");
    }
}

/// B-067: who hangs up at once waits with CANCEL for the first sign of life.
#[test]
fn cancel_goes_out_with_the_180_three_seconds_later() {
    let mut t = Talk::new(2);
    let (session, invite) = t.call(SessionOptions::default());
    t.hang_up(&session);
    t.wait(3.0);
    assert_eq!(t.count("CANCEL"), 0);
    t.answer(&invite, 180, "t1", "", "");
    t.peer.expect("CANCEL");
}

/// B-068: only an INVITE is cancelled.
#[test]
fn nothing_but_an_invite_is_cancelled() {
    let mut t = Talk::new(20);
    let sent = t.on(|agent, now| {
        agent.send_request(now, None, "OPTIONS", "sip:peer@192.0.2.9", &Send::default())
    });
    let transaction = sent.expect("sent");
    t.run();
    let options = t.peer.expect("OPTIONS");
    t.answer(&options, 100, "", "", "");
    let refused = t.on(|agent, now| agent.cancel(now, &transaction, &Send::default()));
    assert_eq!(
        refused.expect_err("no INVITE").code,
        Code::InvalidTransactionState
    );
    t.run();
    assert_eq!(t.count("CANCEL"), 0);
}

/// B-069: a peer that takes the CANCEL and never ends the INVITE does not keep the call.
#[test]
fn a_cancelled_call_ends_after_64_t1() {
    let mut t = Talk::new(3);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", "", "");
    t.hang_up(&session);
    let cancel = t.peer.expect("CANCEL");
    t.answer(&cancel, 200, "t1", "", "");
    t.wait(31.0);
    assert_eq!(state(&session), SessionState::InProgress);
    t.wait(2.0);
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-070: the 2xx that crosses the CANCEL is acknowledged, and its call ended.
#[test]
fn a_2xx_that_crosses_the_cancel_gets_ack_and_bye() {
    let mut t = Talk::new(4);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", "", "");
    t.hang_up(&session);
    t.peer.expect("CANCEL");
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t1"));
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-071, B-134: 200 to the CANCEL, 487 to the INVITE, with one tag; without INVITE 481; after the answer no effect.
#[test]
fn a_cancel_of_the_peer_ends_what_is_not_answered() {
    let mut wire = Wire::new();
    let invite = request("INVITE", "sip:alice@192.0.2.1", "", "");
    let ringing = wire.udp(&invite);
    let cancel = invite
        .replace("INVITE sip", "CANCEL sip")
        .replace("1 INVITE", "1 CANCEL");
    let out = wire.udp(&cancel);
    let find = |method: &str| {
        out.iter()
            .find(|message| message.cseq_method() == method)
            .expect(method)
    };
    assert_eq!(
        (find("CANCEL").status(), find("INVITE").status()),
        (Some(200), Some(487))
    );
    assert_eq!(find("CANCEL").to_tag(), find("INVITE").to_tag());
    assert_eq!(find("INVITE").to_tag(), ringing[0].to_tag());
    let last = wire
        .events
        .iter()
        .rev()
        .find(|event| event.event_type == EventType::SessionStateChange);
    assert_eq!(last.map(|event| event.status), Some(Status::Sip(487)));
    assert_eq!(
        Wire::status(&wire.udp(cancel.replace("c-INVITE", "no").replace("bK-", "bKno"))),
        481
    );
}

/// B-051: a CANCEL that comes after the answer is answered and changes nothing.
#[test]
fn a_late_cancel_changes_nothing() {
    let mut t = Talk::new(5);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 200, Send::default());
    let ok = t.peer.expect("200 INVITE");
    let leg = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=p1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: "theirs".into(),
    };
    let cancel = "CANCEL sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-1\r\n\
                  Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.9>;tag=p1\r\nTo: <sip:alice@192.0.2.1>\r\n\
                  Call-ID: theirs\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n";
    t.peer.send(&mut t.net, "192.0.2.1", cancel);
    t.run();
    t.peer.expect("200 CANCEL");
    t.say(&Leg::of_answer(&ok), "ACK", 1, "", "");
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(leg.call_id, ok.call_id());
}

/// B-072: a 401 to a CANCEL is not answered with another.
#[test]
fn a_refused_cancel_is_not_tried_again() {
    let mut t = Talk::new(6);
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
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 180, "t1", "", "");
    t.hang_up(&session);
    let cancel = t.peer.expect("CANCEL");
    t.answer(&cancel, 401, "t1", CHALLENGE, "");
    t.wait(2.0);
    assert_eq!(t.count("CANCEL"), 0);
    t.answer(&invite, 487, "t1", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    // And a CANCEL that comes in is never challenged or asked for extensions.
    let mut wire = Wire::new();
    let invite = request("INVITE", "sip:alice@192.0.2.1", "", "");
    wire.udp(&invite);
    let cancel = invite
        .replace("INVITE sip", "CANCEL sip")
        .replace("1 INVITE", "1 CANCEL")
        .replace("Max-Forwards", "Require: foo\r\nMax-Forwards");
    let out = wire.udp(cancel);
    assert!(
        out.iter()
            .any(|message| message.cseq_method() == "CANCEL" && message.status() == Some(200))
    );
}

/// B-073: why a call was taken back reaches the application: answered elsewhere is no missed call.
#[test]
fn the_reason_of_a_cancel_is_told() {
    let mut wire = Wire::new();
    let invite = request("INVITE", "sip:alice@192.0.2.1", "", "");
    wire.udp(&invite);
    let cancel = invite
        .replace("INVITE sip", "CANCEL sip")
        .replace("1 INVITE", "1 CANCEL")
        .replace(
            "Max-Forwards",
            "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\nMax-Forwards",
        );
    wire.udp(cancel);
    let last = wire
        .events
        .iter()
        .rev()
        .find(|event| event.event_type == EventType::SessionStateChange);
    let event = last.expect("the end");
    assert_eq!(
        (event.state, event.status),
        (SessionState::Disconnected.number(), Status::Sip(487))
    );
    let message = event.message.as_ref().expect("the CANCEL");
    assert_eq!(message.method(), "CANCEL");
    let reason = message
        .typed::<rtcclient::syntax::Reason<'_>>()
        .expect("readable")
        .expect("a Reason");
    assert_eq!((reason.protocol, reason.cause()), ("SIP", Some(200)));
    assert_ne!(
        event.flags & rtcclient::agent::event::FLAG_ELSEWHERE,
        0,
        "answered elsewhere"
    );
    // Without that cause it is a missed call.
    let mut wire = Wire::new();
    wire.udp(&invite);
    wire.udp(
        invite
            .replace("INVITE sip", "CANCEL sip")
            .replace("1 INVITE", "1 CANCEL"),
    );
    let last = wire
        .events
        .iter()
        .rev()
        .find(|event| event.event_type == EventType::SessionStateChange);
    assert_eq!(
        last.map(|event| event.flags & rtcclient::agent::event::FLAG_ELSEWHERE),
        Some(0)
    );
}

/// B-137: the caller may end an early call with BYE; the callee's BYE waits for the ACK.
#[test]
fn a_bye_of_the_caller_ends_an_early_call_and_ours_waits_for_the_ack() {
    let mut t = Talk::new(7);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    t.say(&Leg::of_answer(&ringing), "BYE", 2, "", "");
    t.peer.expect("200 BYE");
    assert_eq!(state(&session), SessionState::Disconnected);

    let mut t = Talk::new(8);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 200, Send::default());
    t.hang_up(&session);
    let ok = t.peer.expect("200 INVITE");
    assert_eq!(t.count("BYE"), 0, "not before the ACK");
    t.say(&Leg::of_answer(&ok), "ACK", 1, "", "");
    t.peer.expect("BYE");

    // Nor for ever: without ACK it goes out when the 2xx is given up.
    let mut t = Talk::new(9);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    t.reply(&session, 200, Send::default());
    t.hang_up(&session);
    t.wait(31.0);
    assert_eq!(t.count("BYE"), 0);
    t.wait(2.0);
    t.peer.expect("BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-137 for the peer's INVITE: it gets its 487 when the BYE of its caller comes first.
#[test]
fn an_early_bye_ends_the_invite_with_487() {
    let mut t = Talk::new(10);
    t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    t.say(&Leg::of_answer(&ringing), "BYE", 2, "", "");
    t.peer.expect("200 BYE");
    t.peer.expect("487 INVITE");
}

/// B-138: the call is over with the BYE, whatever its answer and whether there is one.
#[test]
fn a_call_is_over_with_its_bye() {
    let mut t = Talk::new(11);
    let (session, _, _) = t.connected("");
    t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(5)))
        .expect("sent");
    t.net
        .unreachable("192.0.2.250:5060".parse().expect("an address"));
    t.hang_up(&session);
    assert_eq!(state(&session), SessionState::Disconnected, "at once");
    let event = t.last_state();
    assert_eq!(event.status, Status::None);
    assert_ne!(event.flags & rtcclient::agent::event::FLAG_LAST, 0);
    assert!(
        t.completed(5).is_some(),
        "what was under way is told before"
    );
    let told = t.net.events(t.alice).len();
    let late = t
        .on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &Send::default()));
    assert!(late.is_err());
    t.wait(40.0);
    assert_eq!(t.net.events(t.alice).len(), told, "nothing after the last");
    assert_eq!(t.on(|agent, _| agent.statistics()).sessions, 0);

    for status in [481, 408, 500] {
        let mut t = Talk::new(12);
        let (session, _, _) = t.connected("");
        t.hang_up(&session);
        let bye = t.peer.expect("BYE");
        t.answer(&bye, status, "", "", "");
        assert_eq!(t.last_state().status, Status::None, "{status}");
        assert_eq!(t.on(|agent, _| agent.statistics()).sessions, 0);
    }
}

/// B-139: media stops with the BYE of the peer, which gets 200; one for nobody gets 481.
#[test]
fn a_bye_of_the_peer_stops_the_media() {
    let mut t = Talk::new(13);
    let (_, _, leg) = t.connected("");
    let other = Leg {
        local: "<sip:peer@192.0.2.9>;tag=other".into(),
        ..leg.clone()
    };
    t.say(&other, "BYE", 5, "", "");
    t.peer.expect("481 BYE");
    assert_eq!(t.events(EventType::Media).len(), 1);
    t.say(&leg, "BYE", 6, "", "");
    t.peer.expect("200 BYE");
    let media = t.events(EventType::Media);
    assert_eq!(media.last().map(|event| event.kind), Some(0), "stopped");
}

/// B-140: a re-INVITE of the peer that is still open when its BYE comes gets 487.
#[test]
fn a_bye_ends_the_open_re_invite_with_487() {
    let mut t = Talk::new(14);
    let options = SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(sdp("192.0.2.1", "sendrecv").into_bytes().into()),
        ..SessionOptions::default()
    };
    let (session, invite) = t.call_with(rtcclient::agent::SessionType::Application, options);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let leg = Leg::of_invite(&invite, "t1");
    t.say(&leg, "INVITE", 2, "", &sdp(PEER, "sendonly"));
    assert_eq!(
        t.events(EventType::ReInvite).len(),
        1,
        "the application is asked"
    );
    t.say(&leg, "BYE", 3, "", "");
    let (mut bye, mut open) = (0, 0);
    while let Some(message) = t.peer.next() {
        match (message.status(), message.cseq_method(), message.cseq()) {
            (Some(200), "BYE", 3) => bye += 1,
            (Some(487), "INVITE", 2) => open += 1,
            _ => {}
        }
    }
    assert_eq!((bye, open), (1, 1));
    assert_eq!(state(&session), SessionState::Disconnected);
}

/// B-140: requests of ours that a BYE overtakes, the peer's or our own, end with the call: nobody says that the network failed.
#[test]
fn what_a_bye_overtakes_ends_as_disconnected() {
    for theirs in [true, false] {
        let mut t = Talk::new(15);
        let (session, invite, leg) = t.connected("");
        t.on(|agent, now| agent.hold(now, &session, true, &cookie(7)))
            .expect("holding");
        t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(8)))
            .expect("sent");
        t.run();
        let (again, info) = (t.peer.expect("INVITE"), t.peer.expect("INFO"));
        if theirs {
            t.say(&leg, "BYE", 3, "", "");
        } else {
            t.hang_up(&session);
            t.peer.expect("BYE");
        }
        let disconnected = Some(Status::Failed(Code::CallDisconnected));
        assert_eq!(
            (t.completed(7), t.completed(8)),
            (disconnected, disconnected)
        );
        // The answers that RFC 3261 §15.1.2 asks of the peer change nothing any more.
        t.answer(&again, 487, "t1", "", "");
        t.answer(&info, 481, "t1", "", "");
        let told = t.events(EventType::SessionOperationComplete);
        assert_eq!((told.len(), invite.cseq() + 1), (2, again.cseq()));
        assert_eq!(state(&session), SessionState::Disconnected);
    }
}

/// B-143: a challenged BYE goes again with credentials.
#[test]
fn a_challenged_bye_goes_again_with_credentials() {
    let mut t = Talk::new(15);
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
    let (session, _, _) = t.connected("");
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    let proxy = CHALLENGE.replace("WWW-", "Proxy-");
    t.answer(&bye, 407, "", &proxy, "");
    let again = t.peer.expect("BYE");
    assert_eq!(again.cseq(), bye.cseq() + 1);
    assert!(again.header(HeaderId::ProxyAuthorization).is_some());
    t.answer(&again, 200, "", "", "");
    assert_eq!(t.on(|agent, _| agent.statistics()).sessions, 0);
}
