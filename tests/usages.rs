//! Usages and dialogs below sessions: INVITE usages whose automation is off, driven message by message, and the SIP-level
//! events that tell of them (RFC 3261 §12 to §15, RFC 3262, RFC 3311, RFC 5057).

mod sim;

use rtcclient::agent::{
    Code, Config, Event, EventType, Kind, ObjectRef, Refusal, RequestFilter, Send, SessionOptions,
    Status, UsageKind, UsageOptions, UsageParent, properties,
};
use rtcclient::syntax::{HeaderId, Message};
use rtcclient::usage::Auto;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie};

const INIT: i32 = 0;
const EARLY: i32 = 1;
const CONFIRMED: i32 = 2;
const TERMINATED: i32 = 3;

const URI: &str = "sip:peer@192.0.2.9";
const RELIABLE: &str = "Require: 100rel\r\nRSeq: 5\r\nAllow: INVITE, PRACK, UPDATE\r\n";

/// Everything is told, what sessions do excepted.
fn talk(seed: u64) -> Talk {
    let mut t = Talk::new(seed);
    t.on(|agent, _| agent.set_event_filter(0x07FF_01FF_FFFF));
    t
}

fn options(automation: u32) -> UsageOptions {
    UsageOptions {
        uri: URI.into(),
        automation,
        ..UsageOptions::default()
    }
}

fn described(body: &str) -> Send {
    Send {
        content_type: Some("application/sdp".into()),
        body: Some(body.as_bytes().into()),
        ..Send::default()
    }
}

fn create(t: &mut Talk, options: UsageOptions) -> ObjectRef {
    t.on(|agent, now| agent.create_usage(now, UsageKind::Invite, &UsageParent::New, options))
        .expect("a usage")
}

fn send(t: &mut Talk, usage: &ObjectRef, method: &str, with: &Send) -> Result<(), Refusal> {
    let sent = t.on(|agent, now| agent.usage_send(now, usage, method, with).map(drop));
    t.run();
    sent
}

/// An INVITE usage with everything manual whose INVITE carries a description.
fn invited(t: &mut Talk) -> (ObjectRef, Message) {
    invited_with(t, 0)
}

fn invited_with(t: &mut Talk, automation: u32) -> (ObjectRef, Message) {
    let usage = create(t, options(automation));
    send(t, &usage, "INVITE", &described("v=0\r\n")).expect("sent");
    (usage, t.peer.expect("INVITE"))
}

/// The same once it stands.
fn established(t: &mut Talk) -> (ObjectRef, Message, Leg) {
    let (usage, invite) = invited(t);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    send(t, &usage, "ACK", &Send::default()).expect("acknowledged");
    t.peer.expect("ACK");
    assert_eq!(usage.state(), CONFIRMED);
    let leg = Leg::of_invite(&invite, "t1");
    (usage, invite, leg)
}

fn dialog_of(t: &mut Talk, usage: &ObjectRef) -> Option<ObjectRef> {
    related(t, usage, Kind::Dialog).pop()
}

fn related(t: &mut Talk, object: &ObjectRef, kind: Kind) -> Vec<ObjectRef> {
    let details = t.on(|agent, _| agent.details(object));
    let all = details.relatives();
    all.into_iter().filter(|one| one.kind() == kind).collect()
}

fn text(t: &mut Talk, object: &ObjectRef, property: i32) -> String {
    let details = t.on(|agent, _| agent.details(object));
    details.get_text(property, 0).unwrap_or_default().to_owned()
}

fn int(t: &mut Talk, object: &ObjectRef, property: i32) -> Option<i64> {
    t.on(|agent, _| agent.details(object)).get_int(property, 0)
}

fn states(t: &Talk, told: EventType) -> Vec<i32> {
    t.events(told).iter().map(|event| event.state).collect()
}

fn statuses(t: &Talk) -> Vec<Status> {
    let all = t.events(EventType::Response);
    all.iter().map(|event| event.status).collect()
}

fn methods(t: &Talk) -> Vec<String> {
    let all = t.events(EventType::Request);
    all.iter().map(|event| event.text.to_string()).collect()
}

fn answer(t: &mut Talk, event: &Event, status: u16, with: &Send) {
    let key = event.answer.expect("an open request");
    t.on(|agent, now| agent.answer_event(now, key, status, with))
        .expect("answered");
    t.run();
}

fn code(result: Result<(), Refusal>) -> Code {
    result.expect_err("refused").code
}

/// S-103, S-105, S-108, S-043: INVITE, ACK with the application's own body, BYE; each 2xx gets the ACK again.
#[test]
fn a_call_is_made_message_by_message() {
    let mut t = talk(1);
    let mut wanted = options(0);
    wanted.from = "\"A\" <sip:alias@192.0.2.1>".into();
    wanted.to = "\"P\" <sip:peer@192.0.2.9>".into();
    let usage = create(&mut t, wanted);
    assert_eq!(usage.state(), INIT);
    send(&mut t, &usage, "INVITE", &cookie(7)).expect("sent");
    let invite = t.peer.expect("INVITE");
    assert_eq!(invite.body(), b"", "no offer of ours");
    assert_eq!(
        invite.header(HeaderId::To),
        Some("\"P\" <sip:peer@192.0.2.9>")
    );
    assert!(
        invite
            .header(HeaderId::From)
            .is_some_and(|from| from.contains("sip:alias@"))
    );
    assert!(invite.header(HeaderId::SessionExpires).is_none());
    t.answer(&invite, 180, "t1", "", "");
    assert_eq!(usage.state(), EARLY);
    for _ in 0..2 {
        t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    }
    assert_eq!(t.count("ACK"), 0, "the application's");
    assert_eq!(usage.state(), CONFIRMED);
    send(&mut t, &usage, "ACK", &described("v=0\r\ns=answer\r\n")).expect("acknowledged");
    let ack = t.peer.expect("ACK");
    assert_eq!(
        (ack.cseq(), ack.body()),
        (invite.cseq(), &b"v=0\r\ns=answer\r\n"[..])
    );
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    let again = t.peer.expect("ACK");
    assert_eq!(again.as_bytes(), ack.as_bytes(), "the library repeats it");
    assert_eq!(
        code(send(&mut t, &usage, "ACK", &Send::default())),
        Code::InvalidDialogState
    );
    send(&mut t, &usage, "BYE", &cookie(8)).expect("sent");
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "", "", "");
    assert_eq!(usage.state(), TERMINATED);
    assert_eq!(
        statuses(&t),
        [Status::Sip(180), Status::Sip(200), Status::Sip(200)]
    );
    let cookies: Vec<i64> = t
        .events(EventType::Response)
        .iter()
        .map(|one| one.cookie)
        .collect();
    assert_eq!(cookies, [7, 7, 8]);
    assert_eq!(
        states(&t, EventType::UsageState),
        [EARLY, CONFIRMED, TERMINATED]
    );
    assert_eq!(
        states(&t, EventType::DialogState),
        [EARLY, CONFIRMED, TERMINATED]
    );
    assert!(
        t.events(EventType::SessionStateChange).is_empty(),
        "not of the RTC level"
    );
    t.net.assert_ladder("usage_call");
}

/// S-080, S-085, S-086, B-112: identity, numbers, route set and target; readable after the last usage has left.
#[test]
fn a_dialog_can_be_read_from_its_beginning_to_after_its_end() {
    let mut t = talk(2);
    let (usage, invite) = invited(&mut t);
    let dialog = dialog_of(&mut t, &usage).expect("a dialog to be");
    assert_eq!(dialog.state(), INIT);
    assert_eq!(
        text(&mut t, &dialog, properties::DIALOG_CALL_ID),
        "",
        "only once it is early"
    );
    let routes = "Record-Route: <sip:p1.invalid;lr>, <sip:192.0.2.9;lr>\r\n";
    t.answer(&invite, 180, "t1", routes, "");
    assert_eq!(dialog.state(), EARLY);
    assert_eq!(
        text(&mut t, &dialog, properties::DIALOG_CALL_ID),
        invite.call_id()
    );
    t.answer(&invite, 200, "t1", routes, "");
    send(&mut t, &usage, "ACK", &Send::default()).expect("acknowledged");
    let same = dialog_of(&mut t, &usage).expect("a dialog");
    assert!(
        std::sync::Arc::ptr_eq(&same, &dialog),
        "the same from early to confirmed"
    );
    assert_eq!(dialog.state(), CONFIRMED);
    let read = |t: &mut Talk| {
        [
            properties::DIALOG_CALL_ID,
            properties::DIALOG_LOCAL_TAG,
            properties::DIALOG_REMOTE_TAG,
            properties::DIALOG_LOCAL_URI,
            properties::DIALOG_REMOTE_URI,
            properties::DIALOG_REMOTE_TARGET,
            properties::DIALOG_ROUTE_SET,
        ]
        .map(|property| text(t, &dialog, property))
    };
    let expected = [
        invite.call_id(),
        invite.from_tag().expect("a tag"),
        "t1",
        "sip:alice@192.0.2.1",
        URI,
        "sip:peer@192.0.2.9:5060",
        "<sip:192.0.2.9;lr>, <sip:p1.invalid;lr>",
    ]
    .map(ToOwned::to_owned);
    assert_eq!(read(&mut t), expected);
    let cseq = i64::from(invite.cseq());
    assert_eq!(
        int(&mut t, &dialog, properties::DIALOG_LOCAL_CSEQ),
        Some(cseq)
    );
    assert_eq!(
        int(&mut t, &dialog, properties::DIALOG_REMOTE_CSEQ),
        Some(0)
    );
    assert_eq!(int(&mut t, &dialog, properties::DIALOG_SECURE), Some(0));
    assert_eq!(int(&mut t, &dialog, properties::DIALOG_INITIATOR), Some(1));
    let leg = Leg::of_invite(&invite, "t1");
    t.say(&leg, "BYE", 40, "", "");
    assert_eq!(dialog.state(), TERMINATED);
    assert_eq!(read(&mut t), expected);
    assert_eq!(
        int(&mut t, &dialog, properties::DIALOG_REMOTE_CSEQ),
        Some(40)
    );
    assert!(related(&mut t, &dialog, Kind::Usage).is_empty());
}

/// B-109: a call to a SIPS URI makes a secure dialog.
#[test]
fn a_dialog_that_began_with_a_sips_uri_is_secure() {
    let mut t = talk(3);
    let invite = "INVITE sips:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKs\r\n\
        Max-Forwards: 70\r\nFrom: <sips:peer@192.0.2.9>;tag=p\r\nTo: <sips:alice@192.0.2.1>\r\nCall-ID: s\r\n\
        CSeq: 1 INVITE\r\nContact: <sips:peer@192.0.2.9>\r\nContent-Length: 0\r\n\r\n";
    t.peer.send(&mut t.net, "192.0.2.1", invite);
    t.run();
    let session = t
        .on(|agent, _| agent.list(Kind::Session))
        .pop()
        .expect("a call");
    let dialog = dialog_of(&mut t, &session).expect("a dialog");
    assert_eq!(int(&mut t, &dialog, properties::DIALOG_SECURE), Some(1));
    assert_eq!(int(&mut t, &dialog, properties::DIALOG_INITIATOR), Some(0));
}

/// S-081, S-083, S-090, S-092: a session is one INVITE usage; the two views lead to each other and to the dialog.
#[test]
fn a_session_and_its_usage_are_two_views_of_one_thing() {
    let mut t = talk(4);
    let (session, _, _) = t.connected("");
    let usage = related(&mut t, &session, Kind::Usage)
        .pop()
        .expect("a usage");
    assert_eq!(int(&mut t, &usage, properties::USAGE_KIND), Some(1));
    let automation = Some(i64::from(Auto::ALL.bits()));
    assert_eq!(
        int(&mut t, &usage, properties::USAGE_AUTOMATION),
        automation
    );
    let back = related(&mut t, &usage, Kind::Session)
        .pop()
        .expect("the session");
    assert!(std::sync::Arc::ptr_eq(&back, &session));
    let dialog = dialog_of(&mut t, &usage).expect("a dialog");
    let shared = related(&mut t, &dialog, Kind::Usage);
    assert!(shared.len() == 1 && std::sync::Arc::ptr_eq(&shared[0], &usage));
    send(&mut t, &usage, "INFO", &cookie(3)).expect("sent");
    let info = t.peer.expect("INFO");
    t.answer(&info, 200, "", "", "");
    assert_eq!(
        t.completed(3),
        Some(Status::Sip(200)),
        "told as the session's"
    );
    t.hang_up(&session);
    assert_eq!(
        t.on(|agent, _| agent.list(Kind::Usage)).len(),
        1,
        "until the BYE is answered"
    );
}

/// S-106, B-187: PRACK by the application, with a body of its own.
#[test]
fn a_reliable_response_is_acknowledged_by_the_application() {
    let mut t = talk(5);
    let (usage, invite) = invited(&mut t);
    t.answer(&invite, 183, "t1", RELIABLE, "");
    t.wait(1.0);
    assert_eq!(t.count("PRACK"), 0);
    let told = t.events(EventType::Prack).pop().expect("asked");
    assert_eq!((told.value[0], told.status), (5, Status::Sip(183)));
    let with = Send {
        cookie: 4,
        ..described("v=0\r\ns=prack\r\n")
    };
    send(&mut t, &usage, "PRACK", &with).expect("sent");
    let prack = t.peer.expect("PRACK");
    assert_eq!(
        prack.header(HeaderId::RAck),
        Some(&*format!("5 {} INVITE", invite.cseq()))
    );
    assert_eq!(prack.body(), b"v=0\r\ns=prack\r\n");
    t.answer(&prack, 200, "", "", "");
    let last = t.events(EventType::Response).pop().expect("its answer");
    assert_eq!(
        (&*last.text, last.cookie, last.status),
        ("PRACK", 4, Status::Sip(200))
    );
    assert_eq!(
        code(send(&mut t, &usage, "PRACK", &Send::default())),
        Code::InvalidDialogState
    );
}

/// S-107: UPDATE in the early dialog and in the confirmed one, with the application's description.
#[test]
fn update_goes_out_early_and_later() {
    let mut t = talk(6);
    let (usage, invite) = invited_with(&mut t, Auto::PRACK);
    assert_eq!(
        code(send(&mut t, &usage, "UPDATE", &cookie(1))),
        Code::InvalidDialogState
    );
    t.answer(&invite, 183, "t1", RELIABLE, &sdp(PEER, "sendrecv"));
    let prack = t.peer.expect("PRACK");
    t.answer(&prack, 200, "", "", "");
    let with = Send {
        cookie: 2,
        ..described("v=0\r\ns=early\r\n")
    };
    send(&mut t, &usage, "UPDATE", &with).expect("sent");
    let update = t.peer.expect("UPDATE");
    assert_eq!(update.body(), b"v=0\r\ns=early\r\n");
    t.answer(&update, 200, "", "", &sdp(PEER, "sendrecv"));
    let told = t.events(EventType::Response).pop().expect("its answer");
    assert_eq!((&*told.text, told.cookie), ("UPDATE", 2));
    t.answer(&invite, 200, "t1", "Allow: INVITE, UPDATE\r\n", "");
    send(&mut t, &usage, "ACK", &Send::default()).expect("acknowledged");
    send(&mut t, &usage, "UPDATE", &cookie(3)).expect("sent");
    assert_eq!(
        t.peer.expect("UPDATE").body(),
        b"",
        "it only refreshes the target"
    );
}

/// S-091, S-093, S-026: what has no place in an INVITE usage is refused before anything is sent.
#[test]
fn only_methods_with_a_place_in_the_usage_go_out() {
    let mut t = talk(7);
    let (usage, _, _) = established(&mut t);
    for method in [
        "REGISTER",
        "SUBSCRIBE",
        "NOTIFY",
        "REFER",
        "PUBLISH",
        "CANCEL",
    ] {
        let refused = send(&mut t, &usage, method, &Send::default());
        assert_eq!(code(refused), Code::InvalidDialogRequest, "{method}");
    }
    for method in ["INFO", "MESSAGE", "OPTIONS", "X-TRY"] {
        send(&mut t, &usage, method, &cookie(9)).expect("sent");
        let request = t.peer.expect(method);
        t.answer(&request, 202, "", "", "");
        let told = t.events(EventType::Response).pop().expect("its answer");
        assert_eq!(
            (&*told.text, told.cookie, told.status),
            (method, 9, Status::Sip(202))
        );
    }
}

/// S-041: requests inside are told with dialog and usage; ACK to a 2xx is one that cannot be answered.
#[test]
fn requests_of_the_peer_inside_are_told_and_answered_by_the_application() {
    let mut t = talk(8);
    let (usage, _, leg) = established(&mut t);
    t.say(&leg, "X-ASK", 10, "", "");
    let asked = t.events(EventType::Request).pop().expect("told");
    assert!(
        asked
            .usage
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &usage))
    );
    assert_eq!(
        asked.dialog.as_ref().map(|dialog| dialog.state()),
        Some(CONFIRMED)
    );
    assert!(asked.answer_within_ms > 0);
    answer(&mut t, &asked, 299, &described("v=0\r\n"));
    assert_eq!(t.peer.expect("299 X-ASK").body(), b"v=0\r\n");
    t.say(&leg, "X-ASK", 11, "", "");
    t.wait(1.0);
    assert_eq!(t.peer.expect("501 X-ASK").cseq(), 11, "nobody answered");

    t.say(&leg, "INVITE", 12, "", &sdp(PEER, "sendonly"));
    let asked = t.events(EventType::Request).pop().expect("told");
    answer(&mut t, &asked, 200, &described("v=0\r\ns=mine\r\n"));
    assert_eq!(t.peer.expect("200 INVITE").body(), b"v=0\r\ns=mine\r\n");
    t.say(&leg, "ACK", 12, "", "");
    let ack = t.events(EventType::Request).pop().expect("told");
    assert_eq!((&*ack.text, ack.answer_within_ms), ("ACK", 0));
    t.say(&leg, "BYE", 13, "", "");
    assert_eq!(t.peer.expect("200 BYE").cseq(), 13);
    assert_eq!(methods(&t), ["X-ASK", "X-ASK", "INVITE", "ACK", "BYE"]);
    assert_eq!(usage.state(), TERMINATED);
}

/// S-052: 64*T1 after the first 2xx.
#[test]
fn the_end_of_the_time_for_further_2xx_is_told() {
    let mut t = talk(9);
    let (usage, _, _) = established(&mut t);
    t.wait(31.5);
    assert!(t.events(EventType::InviteCompleted).is_empty());
    t.wait(1.0);
    let told = t.events(EventType::InviteCompleted);
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .usage
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &usage))
    );
    assert_eq!(usage.state(), CONFIRMED);
}

/// S-244: 2xx that the application never acknowledges, and a further one, are acknowledged and ended in the end.
#[test]
fn a_2xx_that_nobody_acknowledges_ends_the_usage() {
    let mut t = talk(10);
    // The transaction is released as soon as it is there: the stack needs nobody to keep it.
    let (usage, invite) = invited(&mut t);
    t.answer(&invite, 200, "t1", "", "");
    t.answer(&invite, 200, "t2", "", "");
    t.wait(33.0);
    let sent: Vec<(String, String)> = std::iter::from_fn(|| t.peer.next())
        .filter(Message::is_request)
        .map(|message| {
            let tag = message.to_tag().unwrap_or_default().to_owned();
            (message.method().to_owned(), tag)
        })
        .collect();
    for tag in ["t1", "t2"] {
        for method in ["ACK", "BYE"] {
            assert!(sent.contains(&(method.into(), tag.into())), "{sent:?}");
        }
    }
    assert_eq!(usage.state(), TERMINATED);
    let told = t.events(EventType::UsageState).pop().expect("its end");
    assert_eq!(told.status, Status::Failed(Code::NoAck));
}

/// S-087, S-245: a challenge that the application answers itself, as the same attempt; the refusal gets its ACK from the
/// library.
#[test]
fn a_failed_invite_goes_on_with_its_call_id_and_tag_and_the_next_cseq() {
    let mut t = talk(11);
    let (usage, invite) = invited(&mut t);
    t.answer(
        &invite,
        401,
        "t0",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
        "",
    );
    assert_eq!(usage.state(), TERMINATED);
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t0"));
    assert_eq!(statuses(&t), [Status::Sip(401)]);
    let refused = send(&mut t, &usage, "INVITE", &Send::default());
    assert_eq!(
        code(refused),
        Code::InvalidObjectState,
        "only as the same attempt"
    );
    let again = Send {
        flags: 8 | 1,
        headers: Some("Authorization: Digest username=\"a\"\r\n".into()),
        ..described("v=0\r\n")
    };
    send(&mut t, &usage, "INVITE", &again).expect("sent");
    assert_eq!(usage.state(), INIT);
    let second = t.peer.expect("INVITE");
    assert_eq!(second.call_id(), invite.call_id());
    assert_eq!(second.from_tag(), invite.from_tag());
    assert_eq!(second.cseq(), invite.cseq() + 1);
    assert!(second.header(HeaderId::Authorization).is_some());
    t.answer(&second, 200, "t1", "", "");
    send(&mut t, &usage, "ACK", &Send::default()).expect("acknowledged");
    assert_eq!(usage.state(), CONFIRMED);
    t.hang_up_usage(&usage);
}

/// S-044, B-116, B-117: every dialog of a forked INVITE is a usage of its own; the application chooses.
#[test]
fn each_fork_is_a_usage_of_its_own() {
    let mut t = talk(12);
    let (first, invite) = invited(&mut t);
    t.answer(&invite, 180, "t1", "", "");
    t.answer(&invite, 180, "t2", "", "");
    let told = t.events(EventType::Forked);
    assert_eq!(told.len(), 1);
    let second = told[0].usage.clone().expect("a usage");
    assert!(
        told[0]
            .other
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &first))
    );
    assert_eq!((first.state(), second.state()), (EARLY, EARLY));
    t.answer(&invite, 200, "t2", "", "");
    assert_eq!((first.state(), second.state()), (EARLY, CONFIRMED));
    send(&mut t, &second, "ACK", &Send::default()).expect("acknowledged");
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t2"));
    t.answer(&invite, 200, "t1", "", "");
    t.answer(&invite, 200, "t3", "", "");
    let third = t
        .events(EventType::Forked)
        .pop()
        .and_then(|told| told.usage)
        .expect("a third");
    for (usage, tag) in [(&first, "t1"), (&third, "t3")] {
        send(&mut t, usage, "ACK", &Send::default()).expect("acknowledged");
        assert_eq!(t.peer.expect("ACK").to_tag(), Some(tag));
        send(&mut t, usage, "BYE", &Send::default()).expect("sent");
        let bye = t.peer.expect("BYE");
        assert_eq!(bye.to_tag(), Some(tag));
        t.answer(&bye, 200, "", "", "");
        assert_eq!(usage.state(), TERMINATED);
    }
    assert_eq!(second.state(), CONFIRMED);
    let leg = Leg::of_invite(&invite, "t2");
    t.say(&leg, "BYE", 5, "", "");
    assert_eq!(t.peer.expect("200 BYE").cseq(), 5);
    assert_eq!(second.state(), TERMINATED);
}

#[test]
fn a_refusal_ends_all_early_forks() {
    let mut t = talk(13);
    let (first, invite) = invited(&mut t);
    t.answer(&invite, 180, "t1", "", "");
    t.answer(&invite, 180, "t2", "", "");
    let second = t
        .events(EventType::Forked)
        .pop()
        .and_then(|told| told.usage)
        .expect("a fork");
    t.answer(&invite, 603, "t9", "", "");
    assert_eq!((first.state(), second.state()), (TERMINATED, TERMINATED));
}

#[test]
fn where_forks_are_automatic_the_first_2xx_wins() {
    let mut t = talk(14);
    let (usage, invite) = invited_with(&mut t, Auto::FORK | Auto::ACK);
    t.answer(&invite, 200, "t1", "", "");
    t.answer(&invite, 200, "t2", "", "");
    assert_eq!(t.peer.expect("BYE").to_tag(), Some("t2"));
    assert_eq!(usage.state(), CONFIRMED);
    assert!(t.events(EventType::Forked).is_empty());
}

/// B-117: a session that keeps all forks has a session for each.
#[test]
fn a_session_may_keep_every_fork_as_a_session() {
    let mut t = talk(15);
    let (session, invite) = t.call(SessionOptions {
        flags: 0x1_0000,
        ..SessionOptions::default()
    });
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    t.peer.expect("ACK");
    t.answer(&invite, 200, "t2", "", &sdp(PEER, "sendrecv"));
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t2"));
    assert_eq!(t.count("BYE"), 0);
    let all = t.on(|agent, _| agent.list(Kind::Session));
    assert_eq!(all.len(), 2);
    for session in all {
        t.hang_up(&session);
        let bye = t.peer.expect("BYE");
        t.answer(&bye, 200, "", "", "");
    }
    assert_eq!(session.state(), 5);
    assert!(t.on(|agent, _| agent.list(Kind::Session)).is_empty());
}

/// S-249: local: no word to the peer, and its requests find nothing; or BYE, CANCEL, a refusal, as the state asks for.
#[test]
fn a_usage_is_left_silently_or_with_a_word() {
    let mut t = talk(16);
    let (usage, _, leg) = established(&mut t);
    t.on(|agent, now| agent.close_usage(now, &usage, false))
        .expect("closed");
    t.run();
    assert_eq!((t.count("BYE"), usage.state()), (0, TERMINATED));
    t.say(&leg, "INFO", 9, "", "");
    assert_eq!(t.peer.expect("481 INFO").cseq(), 9);
    let (usage, invite) = invited(&mut t);
    t.answer(&invite, 180, "t1", "", "");
    t.on(|agent, now| agent.close_usage(now, &usage, true))
        .expect("closed");
    t.run();
    t.peer.expect("CANCEL");
    t.answer(&invite, 487, "t1", "", "");
    assert_eq!(usage.state(), TERMINATED);
}

/// S-085, S-103: From and To without tags.
#[test]
fn bad_options_are_refused_with_a_reason() {
    let mut t = talk(17);
    let wrong = [
        UsageOptions {
            from: "<sip:a@b>;tag=1".into(),
            ..options(0)
        },
        UsageOptions {
            to: "<sip:a@b>;tag=1".into(),
            ..options(0)
        },
        UsageOptions {
            contact: "nonsense <".into(),
            ..options(0)
        },
        UsageOptions {
            uri: "".into(),
            ..options(0)
        },
        UsageOptions {
            automation: 1 << 20,
            ..options(0)
        },
        UsageOptions {
            from: "<sip:a@b>\r\nX: y".into(),
            ..options(0)
        },
    ];
    for wrong in wrong {
        t.on(|agent, now| agent.create_usage(now, UsageKind::Invite, &UsageParent::New, wrong))
            .expect_err("refused");
    }
    let usage = create(&mut t, options(0));
    let body = Send {
        body: Some(b"x"[..].into()),
        ..Send::default()
    };
    assert_eq!(
        code(send(&mut t, &usage, "INVITE", &body)),
        Code::InvalidArgument
    );
    assert_eq!(
        code(send(&mut t, &usage, "in vite", &Send::default())),
        Code::InvalidArgument
    );
    assert_eq!(
        code(send(&mut t, &usage, "BYE", &Send::default())),
        Code::InvalidDialogState
    );
    assert_eq!(t.count(""), 0, "nothing was sent");
}

/// What sessions do is told at the SIP level too when the filter asks for it, before the event that it leads to.
#[test]
fn a_session_shows_its_states_as_a_usage_when_the_filter_asks_for_it() {
    let mut t = Talk::with(18, Config::default());
    t.on(|agent, _| agent.set_event_filter(u64::MAX));
    let (session, _, leg) = t.connected("");
    assert_eq!(states(&t, EventType::DialogState), [CONFIRMED]);
    let told = t.events(EventType::UsageState).pop().expect("told");
    assert!(
        told.session
            .is_some_and(|one| std::sync::Arc::ptr_eq(&one, &session))
    );
    t.say(&leg, "BYE", 5, "", "");
    assert_eq!(states(&t, EventType::UsageState), [CONFIRMED, TERMINATED]);
    let order: Vec<EventType> = t
        .net
        .events(t.alice)
        .iter()
        .map(|event| event.event_type)
        .collect();
    let last = order
        .iter()
        .rposition(|one| *one == EventType::SessionStateChange);
    let usage = order.iter().rposition(|one| *one == EventType::UsageState);
    assert!(usage < last, "{order:?}");
}

trait Usages {
    fn hang_up_usage(&mut self, usage: &ObjectRef);
}

impl Usages for Talk {
    fn hang_up_usage(&mut self, usage: &ObjectRef) {
        send(self, usage, "BYE", &Send::default()).expect("sent");
        let bye = self.peer.expect("BYE");
        self.answer(&bye, 200, "", "", "");
        assert_eq!(usage.state(), TERMINATED);
        self.wait(40.0);
        let left = self.on(|agent, _| agent.statistics());
        assert_eq!((left.sessions, left.dialogs, left.transactions), (0, 0, 0));
    }
}

// Subscriptions.

fn watching(t: &mut Talk, parent: &UsageParent, event: &str, automation: u32) -> ObjectRef {
    let options = UsageOptions {
        event: event.into(),
        ..options(automation)
    };
    t.on(|agent, now| agent.create_usage(now, UsageKind::Subscribe, parent, options))
        .expect("a usage")
}

fn leg_of_subscribe(subscribe: &Message, tag: &str) -> Leg {
    Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: format!("<sip:peer@192.0.2.9>;tag={tag}"),
        remote: format!(
            "<sip:alice@192.0.2.1>;tag={}",
            subscribe.from_tag().expect("a tag")
        ),
        call_id: subscribe.call_id().into(),
    }
}

fn notify(t: &mut Talk, leg: &Leg, cseq: u32, event: &str, state: &str) {
    let lines = format!("Event: {event}\r\nSubscription-State: {state}\r\n");
    t.say(leg, "NOTIFY", cseq, &lines, "");
}

fn expiring(secs: u32, cookie: i64) -> Send {
    Send {
        expires_secs: secs,
        cookie,
        ..Send::default()
    }
}

/// S-113, S-114, S-115, S-116, S-117: SUBSCRIBE, again with new headers, with Expires 0; the last NOTIFY ends it.
#[test]
fn a_subscription_is_driven_request_by_request() {
    let mut t = talk(30);
    let usage = watching(&mut t, &UsageParent::New, "x-test", 0);
    assert_eq!(int(&mut t, &usage, properties::USAGE_KIND), Some(2));
    assert_eq!(text(&mut t, &usage, properties::USAGE_EVENT), "x-test");
    send(&mut t, &usage, "SUBSCRIBE", &expiring(600, 1)).expect("sent");
    let subscribe = t.peer.expect("SUBSCRIBE");
    assert_eq!(subscribe.header(HeaderId::Event), Some("x-test"));
    assert_eq!(subscribe.expires(), Some(600));
    assert_eq!(
        code(send(&mut t, &usage, "SUBSCRIBE", &cookie(2))),
        Code::RequestPending
    );
    t.answer(&subscribe, 200, "n1", "Expires: 600\r\n", "");
    assert_eq!(usage.state(), CONFIRMED);
    let leg = leg_of_subscribe(&subscribe, "n1");
    notify(&mut t, &leg, 1, "x-test", "active;expires=600");
    let told = t.events(EventType::Request).pop().expect("told");
    assert!(told.answer_within_ms > 0, "the application answers");
    answer(&mut t, &told, 202, &Send::default());
    assert_eq!(t.peer.expect("202 NOTIFY").cseq(), 1);

    let again = Send {
        headers: Some("X-New: 1\r\n".into()),
        ..expiring(900, 3)
    };
    send(&mut t, &usage, "SUBSCRIBE", &again).expect("sent");
    let second = t.peer.expect("SUBSCRIBE");
    assert_eq!((second.expires(), second.to_tag()), (Some(900), Some("n1")));
    assert!(second.header_named("X-New").is_some());
    t.answer(&second, 200, "n1", "Expires: 900\r\n", "");
    notify(&mut t, &leg, 2, "x-test", "active;expires=900");
    let told = t.events(EventType::Request).pop().expect("told");
    answer(&mut t, &told, 200, &Send::default());

    let end = Send {
        flags: 16,
        cookie: 4,
        ..Send::default()
    };
    send(&mut t, &usage, "SUBSCRIBE", &end).expect("sent");
    let last = t.peer.expect("SUBSCRIBE");
    assert_eq!(last.expires(), Some(0));
    t.answer(&last, 200, "n1", "Expires: 0\r\n", "");
    assert_eq!(usage.state(), CONFIRMED, "until the last NOTIFY");
    let dialog = dialog_of(&mut t, &usage).expect("a dialog");
    notify(&mut t, &leg, 3, "x-test", "terminated;reason=timeout");
    assert_eq!(usage.state(), TERMINATED);
    assert_eq!(dialog.state(), TERMINATED);
    assert_eq!(
        text(&mut t, &dialog, properties::DIALOG_CALL_ID),
        subscribe.call_id()
    );
    let cookies: Vec<i64> = t
        .events(EventType::Response)
        .iter()
        .map(|one| one.cookie)
        .collect();
    assert_eq!(cookies, [1, 3, 4]);
    assert_eq!(states(&t, EventType::UsageState), [CONFIRMED, TERMINATED]);
    assert_eq!(states(&t, EventType::DialogState), [CONFIRMED, TERMINATED]);
    assert!(t.events(EventType::SubscriptionStateChange).is_empty());
    assert!(t.events(EventType::SubscriptionNotify).is_empty());
}

/// Without automatic refreshing it ends when its time is up; with it the library refreshes.
#[test]
fn a_subscription_is_refreshed_only_when_its_automation_says_so() {
    for automatic in [false, true] {
        let mut t = talk(31);
        let bits = if automatic {
            Auto::REFRESH | Auto::NOTIFY
        } else {
            Auto::NOTIFY
        };
        let usage = watching(&mut t, &UsageParent::New, "x-test", bits);
        send(&mut t, &usage, "SUBSCRIBE", &expiring(60, 1)).expect("sent");
        let subscribe = t.peer.expect("SUBSCRIBE");
        t.answer(&subscribe, 200, "n1", "Expires: 60\r\n", "");
        let leg = leg_of_subscribe(&subscribe, "n1");
        notify(&mut t, &leg, 1, "x-test", "active;expires=60");
        assert_eq!(
            t.peer.expect("200 NOTIFY").cseq(),
            1,
            "answered before it is told"
        );
        t.wait(58.0);
        assert_eq!(t.count("SUBSCRIBE") > 0, automatic);
        if !automatic {
            t.wait(3.0);
            assert_eq!(usage.state(), TERMINATED);
            assert_eq!(t.count("SUBSCRIBE"), 0, "nothing is begun anew");
        }
    }
}

/// S-051: a refresh of the library's own that is refused is told with its status.
#[test]
fn a_refused_refresh_of_the_librarys_own_ends_the_usage_with_its_status() {
    let mut t = talk(35);
    let bits = Auto::REFRESH | Auto::NOTIFY;
    let usage = watching(&mut t, &UsageParent::New, "x-test", bits);
    send(&mut t, &usage, "SUBSCRIBE", &expiring(60, 1)).expect("sent");
    let subscribe = t.peer.expect("SUBSCRIBE");
    t.answer(&subscribe, 200, "n1", "Expires: 60\r\n", "");
    let leg = leg_of_subscribe(&subscribe, "n1");
    notify(&mut t, &leg, 1, "x-test", "active;expires=60");
    t.wait(58.0);
    let refresh = t.peer.expect("SUBSCRIBE");
    t.answer(&refresh, 404, "n1", "", "");
    assert_eq!(usage.state(), TERMINATED);
    let told = t.events(EventType::UsageState).pop().expect("its end");
    assert_eq!(told.status, Status::Sip(404));
    assert_eq!(told.message.as_ref().and_then(Message::status), Some(404));
}

/// S-087: a SUBSCRIBE that was refused goes on as the same attempt.
#[test]
fn a_refused_subscribe_goes_on_with_its_call_id() {
    let mut t = talk(32);
    let usage = watching(&mut t, &UsageParent::New, "x-test", 0);
    send(&mut t, &usage, "SUBSCRIBE", &expiring(60, 1)).expect("sent");
    let first = t.peer.expect("SUBSCRIBE");
    t.answer(&first, 423, "n1", "Min-Expires: 600\r\n", "");
    assert_eq!(usage.state(), TERMINATED);
    assert_eq!(statuses(&t), [Status::Sip(423)]);
    let refused = send(&mut t, &usage, "SUBSCRIBE", &expiring(600, 2));
    assert_eq!(code(refused), Code::InvalidObjectState);
    let again = Send {
        flags: 8,
        ..expiring(600, 2)
    };
    send(&mut t, &usage, "SUBSCRIBE", &again).expect("sent");
    let second = t.peer.expect("SUBSCRIBE");
    assert_eq!(
        (second.call_id(), second.from_tag(), second.cseq()),
        (first.call_id(), first.from_tag(), first.cseq() + 1)
    );
    assert_eq!(second.expires(), Some(600));
}

/// S-112, S-118, S-091: subscriptions beside a call in its dialog, each with its own event; the dialog outlives the call.
#[test]
fn subscriptions_begin_in_the_dialog_of_a_call() {
    let mut t = talk(33);
    let (call, invite, leg) = established(&mut t);
    let dialog = dialog_of(&mut t, &call).expect("a dialog");
    let within = UsageParent::Dialog(dialog.clone());
    let first = watching(&mut t, &within, "x-one", 0);
    let second = watching(&mut t, &within, "x-two", 0);
    let mut cseq = invite.cseq();
    for usage in [&first, &second] {
        send(&mut t, usage, "SUBSCRIBE", &expiring(600, 1)).expect("sent");
        let subscribe = t.peer.expect("SUBSCRIBE");
        cseq += 1;
        assert_eq!(subscribe.call_id(), invite.call_id());
        assert_eq!((subscribe.cseq(), subscribe.to_tag()), (cseq, Some("t1")));
        t.answer(&subscribe, 200, "t1", "Expires: 600\r\n", "");
    }
    assert_eq!(related(&mut t, &dialog, Kind::Usage).len(), 3);
    notify(&mut t, &leg, 20, "x-two", "active;expires=600");
    let told = t.events(EventType::Request).pop().expect("told");
    assert!(
        told.usage
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &second))
    );
    answer(&mut t, &told, 200, &Send::default());
    notify(&mut t, &leg, 21, "x-three", "active;expires=600");
    t.wait(0.5);
    assert_eq!(
        t.peer.expect("489 NOTIFY").cseq(),
        21,
        "the library matches the event"
    );
    send(&mut t, &first, "X-ASK", &cookie(6)).expect("sent");
    let asked = t.peer.expect("X-ASK");
    t.answer(&asked, 200, "", "", "");
    let told = t.events(EventType::Response).pop().expect("told");
    assert_eq!((told.cookie, &*told.text), (6, "X-ASK"));
    assert!(
        told.usage
            .is_some_and(|one| std::sync::Arc::ptr_eq(&one, &first))
    );
    t.say(&leg, "BYE", 22, "", "");
    assert_eq!(call.state(), TERMINATED);
    assert_eq!((dialog.state(), second.state()), (CONFIRMED, CONFIRMED));
    assert_eq!(related(&mut t, &dialog, Kind::Usage).len(), 2);
    notify(&mut t, &leg, 23, "x-one", "terminated;reason=noresource");
    assert_eq!((first.state(), dialog.state()), (TERMINATED, CONFIRMED));
    notify(&mut t, &leg, 24, "x-two", "terminated;reason=noresource");
    assert_eq!((second.state(), dialog.state()), (TERMINATED, TERMINATED));
}

/// The dialog of a SUBSCRIBE usage that stands, the peer's side of it, and our last CSeq.
fn subscribed(t: &mut Talk) -> (ObjectRef, ObjectRef, Leg, Message) {
    let usage = watching(t, &UsageParent::New, "x-test", Auto::NOTIFY);
    send(t, &usage, "SUBSCRIBE", &expiring(600, 1)).expect("sent");
    let subscribe = t.peer.expect("SUBSCRIBE");
    t.answer(&subscribe, 200, "w1", "Expires: 600\r\n", "");
    let leg = leg_of_subscribe(&subscribe, "w1");
    notify(t, &leg, 20, "x-test", "active;expires=600");
    t.peer.expect("200 NOTIFY");
    let dialog = dialog_of(t, &usage).expect("a dialog");
    (usage, dialog, leg, subscribe)
}

fn calling_in(t: &mut Talk, dialog: &ObjectRef) -> Result<ObjectRef, Refusal> {
    let within = UsageParent::Dialog(dialog.clone());
    t.on(|agent, now| agent.create_usage(now, UsageKind::Invite, &within, UsageOptions::default()))
}

/// S-100, B-141: a call in the dialog of a subscription: its tags and CSeq numbers, one INVITE usage at most, and the dialog
/// outlives the call.
#[test]
fn a_call_begins_in_the_dialog_of_a_subscription() {
    let mut t = talk(61);
    let (subscription, dialog, leg, subscribe) = subscribed(&mut t);
    let call = calling_in(&mut t, &dialog).expect("a usage");
    let second = calling_in(&mut t, &dialog).expect_err("one at most");
    assert_eq!(second.code, Code::InvalidDialogState);
    assert_eq!((call.state(), dialog.state()), (INIT, CONFIRMED));
    send(&mut t, &call, "INVITE", &described("v=0\r\n")).expect("sent");
    let invite = t.peer.expect("INVITE");
    assert_eq!(
        (invite.call_id(), invite.from_tag(), invite.to_tag()),
        (subscribe.call_id(), subscribe.from_tag(), Some("w1"))
    );
    assert_eq!(
        (invite.cseq(), invite.body()),
        (subscribe.cseq() + 1, &b"v=0\r\n"[..])
    );
    assert_eq!(dialog.state(), CONFIRMED, "as it was");
    assert_eq!(related(&mut t, &dialog, Kind::Usage).len(), 2);
    // Theirs meets ours.
    t.say(&leg, "INVITE", 21, "", &sdp(PEER, "sendrecv"));
    assert_eq!(t.peer.expect("491 INVITE").cseq(), 21);
    t.answer(&invite, 183, "w1", RELIABLE, &sdp(PEER, "sendrecv"));
    let prack = t.peer.expect("PRACK");
    assert_eq!(prack.to_tag(), Some("w1"));
    t.answer(&prack, 200, "", "", "");
    assert_eq!((call.state(), dialog.state()), (EARLY, CONFIRMED));
    t.answer(&invite, 200, "w1", "", "");
    assert_eq!(call.state(), CONFIRMED);
    assert_eq!(statuses(&t).last(), Some(&Status::Sip(200)));
    send(&mut t, &call, "ACK", &Send::default()).expect("acknowledged");
    assert_eq!(t.peer.expect("ACK").cseq(), invite.cseq());
    let third = calling_in(&mut t, &dialog).expect_err("it has one");
    assert_eq!(third.code, Code::InvalidDialogState);
    t.say(&leg, "BYE", 22, "", "");
    let bye = t.peer.expect("200 BYE");
    assert_eq!(bye.to_tag(), subscribe.from_tag());
    assert_eq!((call.state(), dialog.state()), (TERMINATED, CONFIRMED));
    notify(&mut t, &leg, 23, "x-test", "terminated;reason=noresource");
    t.peer.expect("200 NOTIFY");
    assert_eq!(
        (subscription.state(), dialog.state()),
        (TERMINATED, TERMINATED)
    );
    let late = calling_in(&mut t, &dialog).expect_err("over");
    assert_eq!(late.code, Code::InvalidDialogState);
}

/// S-100: a refusal ends the INVITE usage alone, and another may begin; so does taking it back; the subscription goes on. It is
/// the other way round too: the dialog may go before anything was sent.
#[test]
fn a_call_that_is_refused_leaves_the_dialog_it_began_in() {
    let mut t = talk(62);
    let (subscription, dialog, leg, _) = subscribed(&mut t);
    for status in [486, 487] {
        let call = calling_in(&mut t, &dialog).expect("a usage");
        let transaction = t
            .on(|agent, now| agent.usage_send(now, &call, "INVITE", &described("v=0\r\n")))
            .expect("sent")
            .expect("a transaction");
        t.run();
        let invite = t.peer.expect("INVITE");
        t.answer(&invite, 180, "w1", "", "");
        if status == 487 {
            t.on(|agent, now| agent.cancel(now, &transaction, &Send::default()))
                .expect("cancelled");
            t.run();
            let cancel = t.peer.expect("CANCEL");
            assert_eq!(cancel.to_tag(), Some("w1"));
            t.answer(&cancel, 200, "w1", "", "");
        }
        t.answer(&invite, status, "w1", "", "");
        assert_eq!(t.peer.expect("ACK").cseq(), invite.cseq());
        assert_eq!(statuses(&t).last(), Some(&Status::Sip(status)));
        assert_eq!((call.state(), dialog.state()), (TERMINATED, CONFIRMED));
    }
    notify(&mut t, &leg, 21, "x-test", "active;expires=600");
    t.peer.expect("200 NOTIFY");
    let late = calling_in(&mut t, &dialog).expect("a usage");
    notify(&mut t, &leg, 22, "x-test", "terminated;reason=noresource");
    assert_eq!(subscription.state(), TERMINATED);
    let refused = send(&mut t, &late, "INVITE", &described("v=0\r\n"));
    assert_eq!(code(refused), Code::InvalidDialogState);
}

#[test]
fn only_methods_with_a_place_in_a_subscription_go_out() {
    let mut t = talk(34);
    let usage = watching(&mut t, &UsageParent::New, "x-test", 0);
    for method in ["INVITE", "BYE", "ACK", "NOTIFY", "REFER", "UPDATE", "PRACK"] {
        let refused = send(&mut t, &usage, method, &Send::default());
        assert_eq!(code(refused), Code::InvalidDialogRequest, "{method}");
    }
    assert_eq!(
        code(send(&mut t, &usage, "INFO", &Send::default())),
        Code::InvalidDialogState
    );
    let nothing = UsageOptions {
        uri: URI.into(),
        ..UsageOptions::default()
    };
    t.on(|agent, now| agent.create_usage(now, UsageKind::Subscribe, &UsageParent::New, nothing))
        .expect_err("no event");
}

// Notifying.

/// The peer's request of that method, which the program sees first; its transaction.
fn asked(t: &mut Talk, method: &str, lines: &str) -> (ObjectRef, Leg) {
    let filter = RequestFilter {
        method: method.into(),
        ..RequestFilter::default()
    };
    t.on(|agent, _| agent.set_request_filter(1, Some(filter)))
        .expect("a filter");
    let leg = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=w1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: "watching".into(),
    };
    let lines = format!("Contact: <sip:peer@192.0.2.9:5060>\r\n{lines}");
    t.say(&leg, method, 1, &lines, "");
    let told = t.events(EventType::Request).pop().expect("told");
    (told.transaction.expect("a transaction"), leg)
}

fn notifying(t: &mut Talk, transaction: &ObjectRef, event: &str) -> Result<ObjectRef, Refusal> {
    let options = UsageOptions {
        event: event.into(),
        subscription_state: "active".into(),
        ..UsageOptions::default()
    };
    let parent = UsageParent::Transaction(transaction.clone());
    t.on(|agent, now| agent.create_usage(now, UsageKind::Notify, &parent, options))
}

fn respond(t: &mut Talk, transaction: &ObjectRef, status: u16, with: &Send) {
    t.on(|agent, now| agent.respond(now, transaction, status, with))
        .expect("answered");
    t.run();
}

/// S-124, S-125, S-126: a notifier made at a SUBSCRIBE: answered first, then notified with a state that can be changed.
#[test]
fn a_subscribe_is_answered_and_notified_by_the_application() {
    let mut t = talk(40);
    let (transaction, _) = asked(
        &mut t,
        "SUBSCRIBE",
        "Event: x-test;id=7\r\nExpires: 600\r\n",
    );
    assert_eq!(
        notifying(&mut t, &transaction, "x-other")
            .expect_err("another event")
            .code,
        Code::InvalidArgument
    );
    let usage = notifying(&mut t, &transaction, "x-test;id=7").expect("a usage");
    assert_eq!(usage.state(), INIT);
    assert_eq!(int(&mut t, &usage, properties::USAGE_KIND), Some(4));
    assert_eq!(text(&mut t, &usage, properties::USAGE_EVENT), "x-test;id=7");
    let early = send(&mut t, &usage, "NOTIFY", &cookie(1));
    assert_eq!(code(early), Code::InvalidDialogState, "the SUBSCRIBE first");
    respond(&mut t, &transaction, 200, &expiring(300, 0));
    let accepted = t.peer.expect("200 SUBSCRIBE");
    assert_eq!(accepted.expires(), Some(300));
    assert!(accepted.header(HeaderId::Contact).is_some());
    assert_eq!(usage.state(), CONFIRMED);
    t.wait(1.0);
    assert_eq!(t.count("NOTIFY"), 0, "the application's");

    let with = Send {
        cookie: 2,
        content_type: Some("text/plain".into()),
        body: Some(b"one"[..].into()),
        ..Send::default()
    };
    send(&mut t, &usage, "NOTIFY", &with).expect("sent");
    let first = t.peer.expect("NOTIFY");
    assert_eq!(first.header(HeaderId::Event), Some("x-test;id=7"));
    let state = first.header(HeaderId::SubscriptionState).expect("a state");
    assert!(state.starts_with("active;expires="), "{state}");
    assert_eq!(first.body(), b"one");
    t.answer(&first, 200, "", "", "");
    let told = t.events(EventType::Response).pop().expect("its answer");
    assert_eq!((&*told.text, told.cookie), ("NOTIFY", 2));
    assert!(
        told.usage
            .is_some_and(|one| std::sync::Arc::ptr_eq(&one, &usage))
    );

    let set = properties::USAGE_SUBSCRIPTION_STATE;
    t.on(|agent, _| agent.set_text(&usage, set, 0, "terminated;reason=noresource"))
        .expect("set");
    assert_eq!(text(&mut t, &usage, set), "terminated;reason=noresource");
    send(&mut t, &usage, "NOTIFY", &cookie(3)).expect("sent");
    let last = t.peer.expect("NOTIFY");
    assert_eq!(
        last.header(HeaderId::SubscriptionState),
        Some("terminated;reason=noresource")
    );
    let dialog = dialog_of(&mut t, &usage).expect("a dialog");
    t.answer(&last, 200, "", "", "");
    assert_eq!((usage.state(), dialog.state()), (TERMINATED, TERMINATED));
    assert_eq!(
        text(&mut t, &dialog, properties::DIALOG_CALL_ID),
        "watching"
    );
    assert!(
        t.events(EventType::Watcher).is_empty(),
        "not of the RTC level"
    );
    assert_eq!(states(&t, EventType::UsageState), [CONFIRMED, TERMINATED]);
    for method in ["SUBSCRIBE", "INVITE", "BYE"] {
        let refused = send(&mut t, &usage, method, &Send::default());
        assert_eq!(code(refused), Code::InvalidObjectState);
    }
}

/// S-124: at a REFER too; what becomes of it is reported by hand.
#[test]
fn a_refer_is_answered_and_reported_by_the_application() {
    let mut t = talk(41);
    let (transaction, leg) = asked(&mut t, "REFER", "Refer-To: <sip:c@192.0.2.3>\r\n");
    let usage = notifying(&mut t, &transaction, "").expect("a usage");
    respond(&mut t, &transaction, 202, &Send::default());
    let accepted = t.peer.expect("202 REFER");
    assert!(accepted.header(HeaderId::Expires).is_none());
    let report = Send {
        cookie: 1,
        content_type: Some("message/sipfrag".into()),
        body: Some(b"SIP/2.0 100 Trying\r\n"[..].into()),
        ..Send::default()
    };
    send(&mut t, &usage, "NOTIFY", &report).expect("sent");
    let notify = t.peer.expect("NOTIFY");
    assert_eq!(notify.header(HeaderId::Event), Some("refer"));
    assert_eq!(notify.call_id(), leg.call_id);
    assert_eq!(notify.body(), b"SIP/2.0 100 Trying\r\n");
    t.answer(&notify, 200, "", "", "");
    t.on(|agent, now| agent.close_usage(now, &usage, true))
        .expect("closed");
    t.run();
    let last = t.peer.expect("NOTIFY");
    assert!(
        last.header(HeaderId::SubscriptionState)
            .is_some_and(|state| state.starts_with("terminated"))
    );
    t.answer(&last, 200, "", "", "");
    assert_eq!(usage.state(), TERMINATED);
}

#[test]
fn a_refused_subscribe_ends_the_notifier() {
    let mut t = talk(42);
    let (transaction, _) = asked(&mut t, "SUBSCRIBE", "Event: x-test\r\n");
    let usage = notifying(&mut t, &transaction, "").expect("a usage");
    respond(&mut t, &transaction, 403, &Send::default());
    assert_eq!(t.peer.expect("403 SUBSCRIBE").cseq(), 1);
    assert_eq!(usage.state(), TERMINATED);
    notifying(&mut t, &transaction, "").expect_err("answered");
}

// Accounts, and forks that outlive their beginning.

/// S-082, S-104: a registration gives a usage its identity and proxy, and is known by the dialog.
#[test]
fn a_usage_in_the_context_of_a_registration() {
    let mut t = talk(50);
    let wanted = rtcclient::agent::RegistrationOptions {
        aor: "sip:work@office.invalid".into(),
        registrar: "sip:192.0.2.9".into(),
        outbound_proxy: "<sip:192.0.2.9;lr>".into(),
        ..rtcclient::agent::RegistrationOptions::default()
    };
    let registration = t
        .on(|agent, _| agent.create_registration(&wanted))
        .expect("a registration");
    let usage = create(
        &mut t,
        UsageOptions {
            account: Some(registration.clone()),
            uri: "sip:somebody@office.invalid".into(),
            ..UsageOptions::default()
        },
    );
    send(&mut t, &usage, "INVITE", &described("v=0\r\n")).expect("sent");
    let invite = t.peer.expect("INVITE");
    assert!(
        invite
            .header(HeaderId::From)
            .is_some_and(|from| from.contains("sip:work@office.invalid"))
    );
    assert_eq!(invite.header(HeaderId::Route), Some("<sip:192.0.2.9;lr>"));
    t.answer(&invite, 200, "t1", "", "");
    send(&mut t, &usage, "ACK", &Send::default()).expect("acknowledged");
    let dialog = dialog_of(&mut t, &usage).expect("a dialog");
    for object in [&usage, &dialog] {
        let known = related(&mut t, object, Kind::Registration)
            .pop()
            .expect("known");
        assert!(std::sync::Arc::ptr_eq(&known, &registration));
    }
}

/// B-117: the usage of the first dialog is gone; the 2xx of another fork finds its own, one of nobody's is ended.
#[test]
fn a_fork_outlives_the_usage_that_sent_the_invite() {
    let mut t = talk(51);
    let (first, invite) = invited(&mut t);
    t.answer(&invite, 180, "t1", "", "");
    t.answer(&invite, 180, "t2", "", "");
    let second = t
        .events(EventType::Forked)
        .pop()
        .and_then(|told| told.usage)
        .expect("a fork");
    t.answer(&invite, 200, "t1", "", "");
    send(&mut t, &first, "ACK", &Send::default()).expect("acknowledged");
    send(&mut t, &first, "BYE", &Send::default()).expect("sent");
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "", "", "");
    assert_eq!(first.state(), TERMINATED);
    t.answer(&invite, 200, "t2", "", "");
    assert_eq!(second.state(), CONFIRMED);
    send(&mut t, &second, "ACK", &Send::default()).expect("acknowledged");
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t2"));
    t.answer(&invite, 200, "t7", "", "");
    assert_eq!(t.peer.expect("ACK").to_tag(), Some("t7"));
    assert_eq!(t.peer.expect("BYE").to_tag(), Some("t7"));
}

// Referring.

fn referring(t: &mut Talk, parent: &UsageParent) -> ObjectRef {
    let wanted = UsageOptions {
        refer_to: "<sip:c@192.0.2.3>".into(),
        ..options(Auto::NOTIFY)
    };
    t.on(|agent, now| agent.create_usage(now, UsageKind::Refer, parent, wanted))
        .expect("a usage")
}

/// S-120, S-121, S-122: REFER in the dialog of a call or in one of its own; Refer-To from the usage, reports as NOTIFYs.
#[test]
fn a_refer_is_sent_and_its_reports_are_told() {
    for inside in [true, false] {
        let mut t = talk(60);
        let mut leg = None;
        let parent = match inside {
            true => {
                let (call, _, of_call) = established(&mut t);
                leg = Some(of_call);
                UsageParent::Dialog(dialog_of(&mut t, &call).expect("a dialog"))
            }
            false => UsageParent::New,
        };
        let usage = referring(&mut t, &parent);
        assert_eq!(int(&mut t, &usage, properties::USAGE_KIND), Some(3));
        assert_eq!(
            text(&mut t, &usage, properties::USAGE_REFER_TO),
            "<sip:c@192.0.2.3>"
        );
        assert_eq!(
            code(send(&mut t, &usage, "SUBSCRIBE", &cookie(1))),
            Code::InvalidDialogRequest
        );
        send(&mut t, &usage, "REFER", &cookie(2)).expect("sent");
        let refer = t.peer.expect("REFER");
        assert_eq!(refer.header(HeaderId::ReferTo), Some("<sip:c@192.0.2.3>"));
        assert!(refer.header(HeaderId::Event).is_none());
        assert_eq!(refer.to_tag().is_some(), inside);
        let tag = if inside { "t1" } else { "r1" };
        t.answer(&refer, 202, tag, "", "");
        assert_eq!(usage.state(), CONFIRMED);
        let leg = leg.unwrap_or_else(|| leg_of_subscribe(&refer, "r1"));
        let event = format!("refer;id={}", refer.cseq());
        notify(&mut t, &leg, 50, &event, "active;expires=60");
        assert_eq!(t.peer.expect("200 NOTIFY").cseq(), 50);
        let told = t.events(EventType::Request).pop().expect("told");
        assert!(
            told.usage
                .is_some_and(|one| std::sync::Arc::ptr_eq(&one, &usage))
        );
        notify(&mut t, &leg, 51, &event, "terminated;reason=noresource");
        assert_eq!(usage.state(), TERMINATED);
        let told = t.events(EventType::Response).pop().expect("told");
        assert_eq!(
            (&*told.text, told.cookie, told.status),
            ("REFER", 2, Status::Sip(202))
        );
    }
}
