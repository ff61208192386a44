//! Dialogs from both ends: RFC 3261 §12; and what old or careless peers leave out.

mod sim;

use rtcclient::agent::{Send, SessionOptions, SessionState, Status};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, state};

const ROUTES: &str = "Record-Route: <sip:192.0.2.9;lr>, <sip:192.0.2.8;lr>\r\n";

fn routes(message: &Message, id: HeaderId) -> Vec<String> {
    message.values(id).map(ToOwned::to_owned).collect()
}

/// B-101: the answers of the callee keep the route in its order, name our Contact and our tag; requests go back by it.
#[test]
fn the_callees_answers_make_the_dialog() {
    let mut t = Talk::new(1);
    let session = t.called(ROUTES, &sdp(PEER, "sendrecv")).expect("a session");
    let mut tag = None;
    t.reply(&session, 200, Send::default());
    for what in ["180 INVITE", "200 INVITE"] {
        let response = t.peer.expect(what);
        assert_eq!(
            routes(&response, HeaderId::RecordRoute),
            ["<sip:192.0.2.9;lr>", "<sip:192.0.2.8;lr>"]
        );
        let contact = response
            .contacts()
            .next()
            .expect("a Contact")
            .expect("readable");
        assert_eq!(contact.uri(), "sip:alice@192.0.2.1:5060");
        let own = response.to_tag().expect("a tag").to_owned();
        assert_eq!(*tag.get_or_insert_with(|| own.clone()), own);
        if what == "200 INVITE" {
            let leg = Leg::of_answer(&response);
            t.say(&leg, "ACK", 1, "", "");
        }
    }
    assert_eq!(state(&session), SessionState::Connected);
    t.hang_up(&session);
    let bye = t.peer.expect("BYE sip:peer@192.0.2.9:5060");
    assert_eq!(
        routes(&bye, HeaderId::Route),
        ["<sip:192.0.2.9;lr>", "<sip:192.0.2.8;lr>"]
    );
    assert_eq!((bye.from_tag(), bye.to_tag()), (tag.as_deref(), Some("p1")));
    assert_eq!(bye.call_id(), "theirs");
}

/// B-102, B-312: the caller's route is that of the response, the other way round; both entries of a double
/// Record-Route are kept.
#[test]
fn the_callers_route_is_reversed_and_whole() {
    let mut t = Talk::new(2);
    let (session, invite) = t.call(SessionOptions::default());
    let double = "Record-Route: <sip:192.0.2.8;lr>\r\nRecord-Route: <sip:192.0.2.9;lr;transport=udp>, <sip:192.0.2.9;lr;r2=on>\r\n";
    t.answer(&invite, 200, "t1", double, &sdp(PEER, "sendrecv"));
    let wanted = [
        "<sip:192.0.2.9;lr;r2=on>",
        "<sip:192.0.2.9;lr;transport=udp>",
        "<sip:192.0.2.8;lr>",
    ];
    assert_eq!(routes(&t.peer.expect("ACK"), HeaderId::Route), wanted);
    t.hang_up(&session);
    assert_eq!(routes(&t.peer.expect("BYE"), HeaderId::Route), wanted);
}

/// B-103: the route of the 2xx counts, not that of the 180.
#[test]
fn the_route_of_the_2xx_replaces_that_of_the_180() {
    let mut t = Talk::new(3);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(
        &invite,
        180,
        "t1",
        "Record-Route: <sip:192.0.2.66;lr>\r\n",
        "",
    );
    t.answer(
        &invite,
        200,
        "t1",
        "Record-Route: <sip:192.0.2.9;lr>\r\n",
        &sdp(PEER, "sendrecv"),
    );
    assert_eq!(
        routes(&t.peer.expect("ACK"), HeaderId::Route),
        ["<sip:192.0.2.9;lr>"]
    );
    t.hang_up(&session);
    assert_eq!(
        routes(&t.peer.expect("BYE"), HeaderId::Route),
        ["<sip:192.0.2.9;lr>"]
    );
}

/// B-104: tags, target and a CSeq that counts in each direction for itself.
#[test]
fn requests_inside_carry_the_tags_and_count_on() {
    let mut t = Talk::new(4);
    let (session, invite, leg) = t.connected("Contact: <sip:there@192.0.2.9:5060>\r\n");
    let mut last = invite.cseq();
    for _ in 0..3 {
        t.on(|agent, now| agent.session_send(now, &session, "INFO", &Send::default()))
            .expect("sent");
        t.run();
        let info = t.peer.expect("INFO sip:there@192.0.2.9:5060");
        assert_eq!(info.cseq(), last + 1);
        last = info.cseq();
        assert_eq!(
            (info.from_tag(), info.to_tag()),
            (invite.from_tag(), Some("t1"))
        );
        assert_eq!(info.call_id(), invite.call_id());
        t.answer(&info, 200, "", "", "");
    }
    // The peer counts for itself, from wherever it likes.
    t.say(&leg, "INFO", 70_000, "", "");
    t.peer.expect("200 INFO");
    t.hang_up(&session);
    assert_eq!(t.peer.expect("BYE").cseq(), last + 1);
}

/// B-105: a re-INVITE with another Contact moves the target, and never the route.
#[test]
fn a_target_refresh_moves_the_target_and_not_the_route() {
    let mut t = Talk::new(5);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(
        &invite,
        200,
        "t1",
        "Record-Route: <sip:192.0.2.9;lr>\r\n",
        &sdp(PEER, "sendrecv"),
    );
    t.peer.expect("ACK");
    let leg = Leg::of_invite(&invite, "t1");
    let lines = "Contact: <sip:moved@192.0.2.77>\r\nRecord-Route: <sip:192.0.2.66;lr>\r\n";
    t.say(&leg, "INVITE", 2, lines, &sdp(PEER, "sendrecv"));
    t.peer.expect("200 INVITE");
    t.say(&leg, "ACK", 2, "", "");
    t.hang_up(&session);
    let bye = t.peer.expect("BYE sip:moved@192.0.2.77");
    assert_eq!(routes(&bye, HeaderId::Route), ["<sip:192.0.2.9;lr>"]);
}

/// B-106: what is older than the last request gets 500; gaps are fine.
#[test]
fn an_older_request_gets_500_and_gaps_are_fine() {
    let mut t = Talk::new(6);
    let (_, _, leg) = t.connected("");
    t.say(&leg, "INFO", 10, "", "");
    t.peer.expect("200 INFO");
    t.say(&leg, "INFO", 500, "", "");
    t.peer.expect("200 INFO");
    t.say(&leg, "INFO", 499, "", "");
    t.peer.expect("500 INFO");
}

/// B-107: a To tag without dialog makes none.
#[test]
fn a_tag_of_nobody_gets_481() {
    let mut t = Talk::new(7);
    let leg = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=p1".into(),
        remote: "<sip:alice@192.0.2.1>;tag=nobody".into(),
        call_id: "lost".into(),
    };
    t.say(&leg, "BYE", 1, "", "");
    t.peer.expect("481 BYE");
    t.say(&leg, "INVITE", 2, "", &sdp(PEER, "sendrecv"));
    t.peer.expect("481 INVITE");
    assert!(t.net.events(t.alice).is_empty());
    assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 0);
}

/// B-108: a peer of RFC 2543 has no tags and no branch: it calls and is called.
#[test]
fn a_peer_without_tags_has_its_call() {
    let mut t = Talk::new(8);
    let old = |method: &str, to: &str, body: &str| {
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        format!(
            "{method} sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060\r\nFrom: <sip:peer@192.0.2.9>\r\n\
             To: {to}\r\nCall-ID: old\r\nCSeq: {} {method}\r\nContact: <sip:peer@192.0.2.9:5060>\r\n{kind}\
             Content-Length: {}\r\n\r\n{body}",
            if method == "BYE" { 2 } else { 1 },
            body.len()
        )
    };
    let invite = old("INVITE", "<sip:alice@192.0.2.1>", &sdp(PEER, "sendrecv"));
    t.peer.send(&mut t.net, "192.0.2.1", invite);
    t.run();
    let session = t
        .on(|agent, _| agent.list(rtcclient::agent::Kind::Session))
        .pop()
        .expect("a session");
    t.reply(&session, 200, Send::default());
    let ok = t.peer.expect("200 INVITE");
    let to = ok.header(HeaderId::To).expect("To").to_owned();
    t.peer.send(&mut t.net, "192.0.2.1", old("ACK", &to, ""));
    t.run();
    assert_eq!(state(&session), SessionState::Connected);
    t.on(|agent, now| agent.session_send(now, &session, "INFO", &Send::default()))
        .expect("sent");
    t.run();
    let info = t.peer.expect("INFO");
    assert_eq!(info.to_tag(), None, "a peer without tag has none in To");
    t.peer.send(&mut t.net, "192.0.2.1", old("BYE", &to, ""));
    t.run();
    t.peer.expect("200 BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
    // The other way round: a 200 whose To has no tag.
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 200, "", "", &sdp(PEER, "sendrecv"));
    let ack = t.peer.expect("ACK");
    assert_eq!(ack.to_tag(), None);
    assert_eq!(state(&session), SessionState::Connected);
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    assert_eq!(bye.to_tag(), None);
}

/// B-110: what comes after the end is answered without a dialog, and nothing is left.
#[test]
fn strays_after_the_end_are_answered() {
    let mut t = Talk::new(9);
    let (session, _, leg) = t.connected("");
    t.say(&leg, "BYE", 5, "", "");
    t.peer.expect("200 BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
    // The same BYE again is the transaction's to answer, a later one nobody's.
    t.say(&leg, "BYE", 5, "", "");
    t.peer.expect("200 BYE");
    t.wait(33.0);
    t.say(&leg, "BYE", 6, "", "");
    t.peer.expect("481 BYE");
    t.say(&leg, "INFO", 7, "", "");
    t.peer.expect("481 INFO");
    t.wait(70.0);
    let left = t.on(|agent, _| agent.statistics());
    assert_eq!((left.sessions, left.dialogs, left.transactions), (0, 0, 0));
}

/// B-111: a 2xx without Contact: the peer's address is all there is, and the call stands.
#[test]
fn a_2xx_without_contact_is_answered_to_the_address_called() {
    let mut t = Talk::new(10);
    let (session, invite) = t.call(SessionOptions::default());
    let ok = rtcclient::syntax::MessageBuilder::response_to(&invite, 200, "", "t1")
        .body("application/sdp", sdp(PEER, "sendrecv").as_bytes())
        .build();
    t.peer.send(&mut t.net, "192.0.2.1", ok.as_bytes());
    t.run();
    let ack = t.peer.expect("ACK sip:peer@192.0.2.9");
    assert_eq!(ack.to_tag(), Some("t1"));
    assert_eq!(state(&session), SessionState::Connected);
    t.hang_up(&session);
    let bye = t.peer.expect("BYE sip:peer@192.0.2.9");
    t.answer(&bye, 200, "", "", "");
    assert_eq!(t.last_state().status, Status::None);
}
