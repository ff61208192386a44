//! The SIP level, first half: transactions in the application's hands, request filters, and what is told of all that
//! passes (rows S-001 … S-076, S-130 …).

mod sim;

use std::time::Duration;

use rtcclient::agent::event::{FILTER_DEFAULT, FILTER_SIP_ALL};
use rtcclient::agent::transaction::state;
use rtcclient::agent::{
    Code, Event, EventType, Kind, ObjectRef, RequestFilter, Send, SessionState, Status, properties,
};
use rtcclient::syntax::HeaderId;
use rtcclient::usage::Auto;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, state as session_state};

/// A peer's request outside of any dialog.
fn ask(t: &mut Talk, method: &str, cseq: u32, lines: &str, body: &str) {
    let leg = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=p1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: format!("theirs-{method}"),
    };
    t.say(&leg, method, cseq, lines, body);
}

fn last(t: &Talk, event_type: EventType) -> Event {
    t.events(event_type).pop().expect("an event")
}

fn transaction(event: &Event) -> ObjectRef {
    event.transaction.clone().expect("a transaction")
}

fn respond(t: &mut Talk, transaction: &ObjectRef, status: u16, send: &Send) -> Result<(), Code> {
    let done = t.on(|agent, now| agent.respond(now, transaction, status, send));
    t.run();
    done.map(drop).map_err(|refusal| refusal.code)
}

fn claim(t: &mut Talk, transaction: &ObjectRef, secs: u64) -> Result<(), Code> {
    t.on(|agent, now| agent.claim(now, transaction, Duration::from_secs(secs)))
        .map(drop)
        .map_err(|refusal| refusal.code)
}

fn int(t: &mut Talk, object: &ObjectRef, property: i32) -> i64 {
    let details = t.on(|agent, now| agent.details_at(now, object));
    details.get_int(property, 0).unwrap_or(-1)
}

fn with_reason(reason: &str) -> Send {
    Send {
        reason: Some(reason.into()),
        ..Send::default()
    }
}

fn filter(method: &str) -> RequestFilter {
    RequestFilter {
        method: method.into(),
        ..RequestFilter::default()
    }
}

/// B-423, S-040, S-136, S-241: a request of any method comes with its transaction, is claimed, answered later, first
/// with progress; repetitions are absorbed meanwhile and afterwards, also when nobody holds the transaction any more.
#[test]
fn a_request_is_answered_later_through_its_transaction() {
    let mut t = Talk::new(1);
    ask(&mut t, "FOO", 1, "", "");
    let told = last(&t, EventType::Request);
    assert_eq!(
        (&*told.text, told.answer_within_ms, told.session.is_none()),
        ("FOO", 400, true)
    );
    let txn = transaction(&told);
    assert_eq!(txn.state(), state::TRYING);
    assert_eq!(claim(&mut t, &txn, 20), Ok(()));
    t.wait(2.0);
    assert!(t.peer.next().is_none(), "no automatic answer after a claim");
    assert_eq!(respond(&mut t, &txn, 182, &Send::default()), Ok(()));
    let progress = t.peer.expect("182 FOO");
    assert_eq!(txn.state(), state::PROCEEDING);
    t.wait(3.0);
    assert_eq!(respond(&mut t, &txn, 200, &with_reason("Later")), Ok(()));
    let answer = t.peer.expect("200 FOO");
    assert_eq!(
        (answer.reason(), answer.to_tag()),
        ("Later", progress.to_tag())
    );
    assert_eq!(
        respond(&mut t, &txn, 200, &Send::default()),
        Err(Code::AlreadyAnswered)
    );
    assert_eq!(claim(&mut t, &txn, 1), Err(Code::AlreadyAnswered));
    drop((told, txn));
    t.net.take_events(t.alice);
    ask(&mut t, "FOO", 1, "", "");
    assert_eq!(t.peer.expect("200 FOO").as_bytes(), answer.as_bytes());
    assert!(
        t.events(EventType::Request).is_empty(),
        "a repetition is nobody's business"
    );
}

/// S-011, S-241: a claim that is not kept ends in 500 and TRANSACTION_EXPIRED, an INVITE in 480.
#[test]
fn a_claim_that_is_not_kept_expires() {
    let mut t = Talk::new(2);
    ask(&mut t, "FOO", 1, "", "");
    let txn = transaction(&last(&t, EventType::Request));
    claim(&mut t, &txn, 3).expect("claimed");
    t.wait(2.9);
    assert!(t.peer.next().is_none());
    assert!(int(&mut t, &txn, properties::TRANSACTION_DEADLINE_MS) <= 100);
    t.wait(0.2);
    t.peer.expect("500 FOO");
    let told = last(&t, EventType::TransactionExpired);
    assert!(std::sync::Arc::ptr_eq(&transaction(&told), &txn));
    assert_eq!(
        (told.status, txn.state()),
        (Status::Sip(500), state::COMPLETED)
    );
    assert_eq!(
        respond(&mut t, &txn, 200, &Send::default()),
        Err(Code::DeadlinePassed)
    );

    t.on(|agent, _| agent.set_request_filter(5, Some(filter("INVITE"))))
        .expect("set");
    ask(&mut t, "INVITE", 1, "", &sdp(PEER, "sendrecv"));
    let told = last(&t, EventType::Request);
    assert_eq!(
        (told.cookie, transaction(&told).state()),
        (5, state::PROCEEDING)
    );
    claim(&mut t, &transaction(&told), 1).expect("claimed");
    t.wait(1.1);
    t.peer.expect("480 INVITE");
    assert_eq!(
        last(&t, EventType::TransactionExpired).status,
        Status::Sip(480)
    );
    assert!(t.on(|agent, _| agent.list(Kind::Session)).is_empty());
}

/// S-135, S-137, S-130, S-145, S-146: a transaction tells its method, side, state, request and answers, also when it
/// is over; of an ACK nothing can be answered.
#[test]
fn a_transaction_can_be_read_after_its_end() {
    let mut t = Talk::new(3);
    ask(&mut t, "FOO", 7, "X-Mark: here\r\n", "");
    let txn = transaction(&last(&t, EventType::Request));
    assert_eq!(int(&mut t, &txn, properties::TRANSACTION_CAN_RESPOND), 1);
    assert_eq!(int(&mut t, &txn, properties::TRANSACTION_IS_CLIENT), 0);
    assert_eq!(int(&mut t, &txn, properties::TRANSACTION_CAN_CANCEL), 0);
    for (status, send) in [(180, Send::default()), (404, with_reason("Gone Fishing"))] {
        respond(&mut t, &txn, status, &send).expect("answered");
    }
    t.wait(40.0);
    assert_eq!(txn.state(), state::TERMINATED);
    let text = t.on(|agent, _| {
        agent
            .details(&txn)
            .get_text(properties::TRANSACTION_METHOD, 0)
            .map(str::to_owned)
    });
    assert_eq!(text.as_deref(), Some("FOO"));
    let mut message = |which| {
        t.on(|agent, _| agent.transaction_message(&txn, which))
            .expect("readable")
    };
    let request = message(0).expect("the request");
    assert_eq!(request.header_named("X-Mark"), Some("here"));
    assert_eq!(message(1).and_then(|one| one.status()), Some(180));
    assert_eq!(
        message(-1).map(|one| one.reason().to_owned()).as_deref(),
        Some("Gone Fishing")
    );
    assert!(message(3).is_none());

    t.on(|agent, _| agent.set_event_filter(FILTER_DEFAULT | FILTER_SIP_ALL));
    t.called_and_connected("");
    let ack = last(&t, EventType::Request);
    assert_eq!((&*ack.text, ack.session.is_some()), ("ACK", true));
    let txn = transaction(&ack);
    assert_eq!(int(&mut t, &txn, properties::TRANSACTION_CAN_RESPOND), 0);
    assert_eq!(
        respond(&mut t, &txn, 200, &Send::default()),
        Err(Code::InvalidTransactionState)
    );
}

/// S-136: what an answer may be; 100 and the stack's own headers are the library's.
#[test]
fn wrong_answers_are_refused_and_nothing_is_sent() {
    let mut t = Talk::new(4);
    ask(&mut t, "FOO", 1, "", "");
    let txn = transaction(&last(&t, EventType::Request));
    let with = |headers: &str, flags| Send {
        headers: Some(headers.into()),
        flags,
        ..Send::default()
    };
    for (status, send, code) in [
        (100, Send::default(), Code::InvalidArgument),
        (700, Send::default(), Code::InvalidArgument),
        (180, with("", 2), Code::InvalidArgument),
        (200, with("Via: x\r\n", 0), Code::HeaderReserved),
        (200, with("Contact: <sip:x@y>\r\n", 0), Code::HeaderReserved),
        (200, with("X\r\n\r\n", 1), Code::HeaderMalformed),
    ] {
        assert_eq!(respond(&mut t, &txn, status, &send), Err(code), "{status}");
    }
    assert!(t.peer.next().is_none());
    // A redirection names its targets.
    let moved = with("Contact: <sip:bob@192.0.2.77>\r\n", 0);
    respond(&mut t, &txn, 302, &moved).expect("answered");
    let answer = t.peer.expect("302 FOO");
    assert_eq!(
        answer.header(HeaderId::Contact),
        Some("<sip:bob@192.0.2.77>")
    );
}

/// S-220: filters are tried in their order, by method, package, features, body and account; what the application lets
/// pass goes its ordinary way.
#[test]
fn a_request_filter_shows_requests_first() {
    let mut t = Talk::new(5);
    let set = |t: &mut Talk, cookie, filter| {
        t.on(|agent, _| agent.set_request_filter(cookie, filter))
            .expect("set")
    };
    set(
        &mut t,
        1,
        Some(RequestFilter {
            accept_contact: "+g.chess=\"3\";audio".into(),
            ..filter("MESSAGE")
        }),
    );
    set(
        &mut t,
        2,
        Some(RequestFilter {
            content_type: "image/*".into(),
            ..filter("MESSAGE")
        }),
    );
    set(&mut t, 3, Some(filter("MESSAGE")));
    set(
        &mut t,
        4,
        Some(RequestFilter {
            event: "x-game".into(),
            ..RequestFilter::default()
        }),
    );
    let cookie = |t: &mut Talk, method: &str, cseq, lines: &str, body: &str| {
        t.net.take_events(t.alice);
        ask(t, method, cseq, lines, body);
        t.events(EventType::Request)
            .pop()
            .map_or(-1, |told| told.cookie)
    };
    assert_eq!(
        cookie(
            &mut t,
            "MESSAGE",
            1,
            "Accept-Contact: *;audio;+g.chess=\"3\"\r\n",
            ""
        ),
        1
    );
    assert_eq!(
        cookie(
            &mut t,
            "MESSAGE",
            2,
            "Accept-Contact: *;audio;+g.chess=\"4\"\r\n",
            ""
        ),
        3
    );
    assert_eq!(cookie(&mut t, "MESSAGE", 3, "", ""), 3);
    assert_eq!(
        cookie(
            &mut t,
            "SUBSCRIBE",
            4,
            "Event: x-game;id=4\r\nExpires: 60\r\n",
            ""
        ),
        4
    );
    assert_eq!(
        cookie(&mut t, "OPTIONS", 5, "", ""),
        0,
        "told, but labelled by none"
    );
    // Replaced in its place: it stays before the third.
    set(&mut t, 2, Some(filter("MESSAGE")));
    assert_eq!(cookie(&mut t, "MESSAGE", 6, "", ""), 2);
    // Nobody answers: the messages go where messages go.
    assert!(t.events(EventType::Messaging).is_empty());
    t.wait(0.5);
    t.peer.expect("200 MESSAGE");
    assert_eq!(t.events(EventType::Messaging).len(), 4);
    set(&mut t, 2, None);
    assert_eq!(cookie(&mut t, "MESSAGE", 7, "", ""), 3);
    // Refused by the application.
    let txn = transaction(&last(&t, EventType::Request));
    respond(&mut t, &txn, 488, &Send::default()).expect("answered");
    t.peer.expect("488 MESSAGE");
    t.wait(1.0);
    assert!(t.events(EventType::Messaging).is_empty());
    let none = t
        .on(|agent, _| agent.set_request_filter(2, None))
        .expect("nothing");
    assert_eq!(none, rtcclient::agent::Verdict::Nothing);
}

/// S-220: an account is one more thing to choose by.
#[test]
fn a_request_filter_knows_the_account() {
    let mut t = Talk::new(6);
    let options = rtcclient::agent::ProfileOptions {
        uri: "sip:alice@192.0.2.1".into(),
        ..rtcclient::agent::ProfileOptions::default()
    };
    let profile = t
        .on(|agent, _| agent.create_profile(options))
        .expect("a profile");
    t.on(|agent, now| agent.enable_profile(now, &profile, 0, 0))
        .expect("enabled");
    let of = RequestFilter {
        profile: Some(profile),
        ..RequestFilter::default()
    };
    t.on(|agent, _| agent.set_request_filter(8, Some(of)))
        .expect("set");
    ask(&mut t, "OPTIONS", 1, "", "");
    let told = last(&t, EventType::Request);
    assert_eq!((told.cookie, told.answer_within_ms), (8, 400));
}

/// B-420, S-221: with the automation bit off the application answers OPTIONS and MESSAGE; without its word the library does.
#[test]
fn an_automation_bit_leaves_the_answer_to_the_application() {
    let mut t = Talk::new(7);
    let bits = Auto::ALL.bits() & !(Auto::OPTIONS | Auto::MESSAGE);
    t.on(|agent, _| agent.set_client_automation(bits))
        .expect("set");
    assert_eq!(t.on(|agent, _| agent.client_automation()), bits);
    ask(&mut t, "OPTIONS", 1, "", "");
    let told = last(&t, EventType::Request);
    assert!(told.answer_within_ms > 0 && t.peer.next().is_none());
    respond(&mut t, &transaction(&told), 486, &Send::default()).expect("answered");
    t.peer.expect("486 OPTIONS");
    ask(&mut t, "OPTIONS", 2, "", "");
    t.wait(0.5);
    assert!(
        t.peer
            .expect("200 OPTIONS")
            .header(HeaderId::Allow)
            .is_some()
    );
    assert_eq!(t.events(EventType::Request).len(), 2, "told once each");
    let refused = t
        .on(|agent, _| agent.set_client_automation(1 << 20))
        .expect_err("no bit");
    assert_eq!(refused.code, Code::InvalidArgument);
}

/// S-243, S-101: an INVITE that is answered through its transaction becomes a session; its 2xx is repeated until the ACK,
/// whoever holds the transaction.
#[test]
fn an_invite_answered_through_its_transaction_is_a_session() {
    let mut t = Talk::new(8);
    t.on(|agent, _| agent.set_request_filter(1, Some(filter("INVITE"))))
        .expect("set");
    ask(
        &mut t,
        "INVITE",
        1,
        "Supported: 100rel\r\n",
        &sdp(PEER, "sendrecv"),
    );
    let txn = transaction(&last(&t, EventType::Request));
    let reliable = Send {
        flags: 2,
        ..Send::default()
    };
    respond(&mut t, &txn, 183, &reliable).expect("told");
    let progress = t.peer.expect("183 INVITE");
    assert!(progress.lists(HeaderId::Require, "100rel"));
    let leg = Leg::of_answer(&progress);
    t.say(&leg, "PRACK", 2, "RAck: 1 1 INVITE\r\n", "");
    let session = t
        .on(|agent, _| agent.details(&txn))
        .related
        .pop()
        .expect("its session");
    assert_eq!(session_state(&session), SessionState::Incoming);
    let answer = Send {
        content_type: Some("application/sdp".into()),
        body: Some(sdp("192.0.2.1", "sendrecv").into_bytes().into()),
        ..Send::default()
    };
    respond(&mut t, &txn, 200, &answer).expect("taken");
    let ok = t.peer.expect("200 INVITE");
    assert_eq!(
        (ok.to_tag(), txn.state()),
        (progress.to_tag(), state::TERMINATED)
    );
    drop(txn);
    t.net.take_events(t.alice);
    t.wait(0.6);
    assert_eq!(t.peer.expect("200 INVITE").as_bytes(), ok.as_bytes());
    t.say(&leg, "ACK", 1, "", "");
    assert_eq!(session_state(&session), SessionState::Connected);
    t.wait(3.0);
    assert_eq!(t.count("200 INVITE"), 0);
    t.say(&leg, "BYE", 3, "", "");
    t.peer.expect("200 BYE");
}

/// S-053, S-010: the caller takes back what waits for the application: 200 and 487 go out, CANCELLED is told.
#[test]
fn a_cancelled_invite_is_answered_and_told() {
    let mut t = Talk::new(9);
    t.on(|agent, _| agent.set_request_filter(1, Some(filter("INVITE"))))
        .expect("set");
    for progress in [false, true] {
        let cseq = if progress { 2 } else { 1 };
        ask(&mut t, "INVITE", cseq, "", &sdp(PEER, "sendrecv"));
        let txn = transaction(&last(&t, EventType::Request));
        claim(&mut t, &txn, 60).expect("claimed");
        if progress {
            respond(&mut t, &txn, 180, &Send::default()).expect("told");
            t.peer.expect("180 INVITE");
        }
        let text = format!(
            "CANCEL sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-INVITE-{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.9>;tag=p1\r\nTo: <sip:alice@192.0.2.1>\r\n\
             Call-ID: theirs-INVITE\r\nCSeq: {cseq} CANCEL\r\nContent-Length: 0\r\n\r\n"
        );
        t.peer.send(&mut t.net, "192.0.2.1", text);
        t.run();
        t.peer.expect("200 CANCEL");
        t.peer.expect("487 INVITE");
        let told = last(&t, EventType::Cancelled);
        assert!(std::sync::Arc::ptr_eq(&transaction(&told), &txn));
        assert_eq!(
            respond(&mut t, &txn, 200, &Send::default()),
            Err(Code::AlreadyAnswered)
        );
        t.wait(70.0);
        assert!(t.events(EventType::TransactionExpired).is_empty());
    }
}

/// S-131, S-132, S-133, S-245, S-248, B-423: cancelling a call through its transaction; the CANCEL waits for the first answer.
#[test]
fn an_invite_of_ours_is_cancelled_through_its_transaction() {
    let mut t = Talk::new(10);
    let (session, invite) = t.call(rtcclient::agent::SessionOptions::default());
    let txn = t
        .on(|agent, _| agent.transactions_of(&session))
        .pop()
        .expect("the INVITE");
    assert_eq!(txn.state(), state::CALLING);
    assert_eq!(int(&mut t, &txn, properties::TRANSACTION_CAN_CANCEL), 1);
    let sent = t
        .on(|agent, _| agent.transaction_message(&txn, 0))
        .expect("readable");
    assert_eq!(sent.expect("sent").as_bytes(), invite.as_bytes());
    t.on(|agent, now| agent.cancel(now, &txn, &with_reason("SIP;cause=200")))
        .expect("begun");
    t.run();
    assert!(
        !t.peer.has("CANCEL"),
        "held until a provisional answer is there"
    );
    t.answer(&invite, 180, "t1", "", "");
    let cancel = t.peer.expect("CANCEL");
    assert_eq!(cancel.header_named("Reason"), Some("SIP;cause=200"));
    assert_eq!(txn.state(), state::PROCEEDING);
    t.answer(&cancel, 200, "t1", "", "");
    t.answer(&invite, 487, "t1", "", "");
    t.peer.expect("ACK");
    assert_eq!(txn.state(), state::COMPLETED);
    assert_eq!(session_state(&session), SessionState::Disconnected);
    let newest = t
        .on(|agent, _| agent.transaction_message(&txn, -1))
        .expect("readable");
    assert_eq!(newest.and_then(|message| message.status()), Some(487));
    let refused = t
        .on(|agent, now| agent.cancel(now, &txn, &Send::default()))
        .expect_err("over");
    assert_eq!(refused.code, Code::InvalidTransactionState);

    // Letting the transaction go is no CANCEL.
    let mut t = Talk::new(11);
    let (session, invite) = t.call(rtcclient::agent::SessionOptions::default());
    drop(t.on(|agent, _| agent.transactions_of(&session)));
    t.answer(&invite, 180, "t1", "", "");
    t.wait(2.0);
    assert!(!t.peer.has("CANCEL"));
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    t.peer.expect("ACK");
}

/// S-041, S-043, S-047, S-048: with SIP_ALL every request, response and failure of what objects do is told, with
/// its transaction and object, before what it leads to; without it none.
#[test]
fn all_that_passes_is_told_when_it_is_asked_for() {
    let mut t = Talk::new(12);
    t.on(|agent, _| agent.set_event_filter(FILTER_DEFAULT | FILTER_SIP_ALL));
    let (session, _, leg) = t.connected("");
    t.say(&leg, "INFO", 1, "", "");
    t.peer.expect("200 INFO");
    let order: Vec<(EventType, Box<str>, bool)> = t
        .net
        .take_events(t.alice)
        .into_iter()
        .filter(|event| {
            matches!(
                event.event_type,
                EventType::Request
                    | EventType::Response
                    | EventType::SessionStateChange
                    | EventType::Info
            )
        })
        .map(|event| (event.event_type, event.text, event.session.is_some()))
        .collect();
    assert_eq!(
        order,
        [
            (EventType::SessionStateChange, "".into(), true),
            (EventType::Response, "INVITE".into(), true),
            (EventType::SessionStateChange, "".into(), true),
            (EventType::Request, "INFO".into(), true),
            (EventType::Info, "".into(), true),
        ]
    );
    t.net.set_up(t.alice, true);
    t.on(|agent, now| agent.session_send(now, &session, "OPTIONS", &Send::default()))
        .expect("sent");
    t.wait(33.0);
    let failed = last(&t, EventType::TransactionFailed);
    assert_eq!(
        (failed.status, failed.session.is_some()),
        (Status::Failed(Code::Timeout), true)
    );

    let mut t = Talk::new(13);
    t.connected("");
    assert!(t.events(EventType::Response).is_empty() && t.events(EventType::Request).is_empty());
}

/// S-041: a request of an unknown method inside a dialog is the application's too.
#[test]
fn a_request_inside_a_dialog_waits_for_the_application() {
    let mut t = Talk::new(14);
    let (_, _, leg) = t.connected("");
    t.say(&leg, "FOO", 1, "", "");
    let told = last(&t, EventType::Request);
    assert!(told.session.is_some() && told.answer_within_ms > 0);
    respond(&mut t, &transaction(&told), 200, &Send::default()).expect("answered");
    assert_eq!(t.peer.expect("200 FOO").to_tag(), Some(leg_tag(&leg)));
    t.say(&leg, "FOO", 2, "", "");
    t.wait(0.5);
    assert!(t.peer.expect("501 FOO").header(HeaderId::Allow).is_some());
}

fn leg_tag(leg: &Leg) -> &str {
    leg.remote.rsplit("tag=").next().unwrap_or_default()
}

/// S-042, S-046, S-240, S-247: what the application sends is told provisionally and finally, with its transaction.
#[test]
fn responses_to_requests_of_the_application_are_told() {
    let mut t = Talk::new(15);
    let txn = t
        .on(|agent, now| {
            agent.send_request(now, None, "FOO", "sip:peer@192.0.2.9", &Send::default())
        })
        .expect("sent");
    t.run();
    assert_eq!(txn.state(), state::TRYING);
    assert_eq!(t.on(|agent, _| agent.list(Kind::Transaction)).len(), 1);
    let request = t.peer.expect("FOO");
    t.answer(&request, 100, "", "", "");
    assert!(
        t.events(EventType::Response).is_empty(),
        "100 is between neighbours"
    );
    t.answer(&request, 183, "x", "", "");
    let told = last(&t, EventType::Response);
    assert_eq!(
        (told.status, told.flags, txn.state()),
        (Status::Sip(183), 0, state::PROCEEDING)
    );
    t.answer(&request, 200, "x", "", "");
    let told = last(&t, EventType::Response);
    assert_eq!(
        (told.status, told.flags, txn.state()),
        (Status::Sip(200), 4, state::COMPLETED)
    );
    let mut message = |which| {
        t.on(|agent, _| agent.transaction_message(&txn, which))
            .expect("readable")
    };
    assert_eq!(message(0).expect("sent").as_bytes(), request.as_bytes());
    assert_eq!(message(-1).and_then(|one| one.status()), Some(200));
    assert_eq!(message(2).and_then(|one| one.status()), Some(183));
    assert!(t.on(|agent, _| agent.list(Kind::Transaction)).is_empty());
}

/// S-242: an INVITE that nobody answers fails, and its transaction is over but readable.
#[test]
fn an_invite_without_an_answer_ends_its_transaction() {
    let mut t = Talk::new(16);
    t.on(|agent, _| agent.set_event_filter(FILTER_DEFAULT | FILTER_SIP_ALL));
    let (session, invite) = t.call(rtcclient::agent::SessionOptions::default());
    let txn = t
        .on(|agent, _| agent.transactions_of(&session))
        .pop()
        .expect("the INVITE");
    t.wait(33.0);
    let told = last(&t, EventType::TransactionFailed);
    assert_eq!(told.status, Status::Failed(Code::Timeout));
    assert!(std::sync::Arc::ptr_eq(&transaction(&told), &txn));
    assert_eq!(txn.state(), state::TERMINATED);
    assert_eq!(int(&mut t, &txn, properties::TRANSACTION_CAN_CANCEL), 0);
    assert_eq!(session_state(&session), SessionState::Disconnected);
    drop(invite);
}

/// S-228: the base values of the timers are the configuration's.
#[test]
fn timers_have_the_values_that_were_configured() {
    let mut config = rtcclient::agent::Config::default();
    config.endpoint.t1 = Duration::from_millis(100);
    config.endpoint.t2 = Duration::from_millis(200);
    let mut t = Talk::with(17, config);
    t.on(|agent, now| agent.send_request(now, None, "FOO", "sip:192.0.2.9", &Send::default()))
        .expect("sent");
    t.wait(0.95);
    // At 0, 100, 300, 500, 700 and 900 ms (RFC 3261 §17.1.2.2).
    assert_eq!(t.count("FOO"), 6);
    t.wait(5.6);
    assert_eq!(
        last(&t, EventType::TransactionFailed).status,
        Status::Failed(Code::Timeout)
    );
}

/// S-001, S-002: a client has a name of its own on every message, and its end is polite and bounded.
#[test]
fn a_client_has_a_name_and_a_bounded_end() {
    let config = rtcclient::agent::Config {
        user_agent: "Ports/7".into(),
        shutdown: Duration::from_secs(3),
        ..rtcclient::agent::Config::default()
    };
    let mut t = Talk::with(18, config);
    let (_, invite, _) = t.connected("");
    assert_eq!(invite.header(HeaderId::UserAgent), Some("Ports/7"));
    t.on(|agent, now| agent.prepare_for_shutdown(now));
    t.run();
    t.peer.expect("BYE");
    t.wait(2.8);
    assert!(
        t.events(EventType::Client).is_empty(),
        "the BYE may still be answered"
    );
    t.wait(0.3);
    assert_eq!(last(&t, EventType::Client).kind, 3);
}
