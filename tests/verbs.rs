//! The two levels say the same: each verb of a session or subscription, and the SIP-level verbs that it stands for, put
//! the same messages on the wire. A difference here is a drift of one level from the other.

mod sim;

use rtcclient::agent::command::REINVITE_UPDATE;
use rtcclient::agent::{
    EventType, Kind, ObjectRef, RequestFilter, Send, SessionOptions, SubscriptionOptions,
    TerminateReason, UsageKind, UsageOptions, UsageParent,
};
use rtcclient::syntax::{HeaderId, Message};
use rtcclient::usage::Auto;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk};

/// What a verb put on the wire, tags, branches and numbers of one run apart.
type Wire = Vec<String>;

struct Side {
    t: Talk,
    wire: Wire,
    bodies: Vec<Vec<u8>>,
}

impl Side {
    fn new(seed: u64) -> Self {
        let mut t = Talk::new(seed);
        t.on(|agent, _| agent.set_event_filter(0x07FF_01FF_FFFF));
        Self {
            t,
            wire: Vec::new(),
            bodies: Vec::new(),
        }
    }

    /// The next message of that kind, noted.
    fn take(&mut self, what: &str) -> Message {
        let message = self.t.peer.expect(what);
        self.wire.push(normal(&message));
        self.bodies.push(message.body().to_vec());
        message
    }

    fn answer(&mut self, request: &Message, status: u16, lines: &str, body: &str) {
        self.t.answer(request, status, "t1", lines, body);
    }

    fn usage_send(&mut self, usage: &ObjectRef, method: &str, send: &Send) {
        self.t
            .on(|agent, now| agent.usage_send(now, usage, method, send).map(drop))
            .expect("sent");
        self.t.run();
    }

    fn usage(&mut self, kind: UsageKind, automation: u32, event: &str) -> ObjectRef {
        let options = UsageOptions {
            uri: "sip:peer@192.0.2.9".into(),
            event: event.into(),
            automation,
            ..UsageOptions::default()
        };
        self.t
            .on(|agent, now| agent.create_usage(now, kind, &UsageParent::New, options))
            .expect("a usage")
    }
}

fn normal(message: &Message) -> String {
    let mut text = message.start_line().to_owned();
    let whole = std::str::from_utf8(message.as_bytes()).expect("text");
    let head = whole.split("\r\n\r\n").next().unwrap_or_default();
    for line in head.lines().skip(1) {
        let (name, value) = line.split_once(':').expect("a header");
        let value = match name.to_ascii_lowercase().as_str() {
            "via" | "call-id" => String::new(),
            "cseq" => message.method().to_owned(),
            "from" | "to" => value.split(";tag=").next().unwrap_or_default().to_owned(),
            _ => value.to_owned(),
        };
        text.push_str(&format!("\n{name}: {value}"));
    }
    text + "\n\n" + std::str::from_utf8(message.body()).expect("text")
}

/// By hand but for what makes descriptions and session timers, so that both sides have the same to say.
const BY_HAND: u32 = Auto::OFFER_ANSWER | Auto::SESSION_TIMER;

fn with_body(body: &[u8]) -> Send {
    Send {
        content_type: Some("application/sdp".into()),
        body: Some(body.into()),
        ..Send::default()
    }
}

/// A call of ours by the session's verbs, with each verb in turn.
fn call_by_session(seed: u64) -> Side {
    let mut side = Side::new(seed);
    let (session, invite) = side.t.call(SessionOptions::default());
    side.wire.push(normal(&invite));
    side.bodies.push(invite.body().to_vec());
    side.answer(
        &invite,
        200,
        "Allow: INVITE, UPDATE\r\n",
        &sdp(PEER, "sendrecv"),
    );
    side.take("ACK");
    let verbs: [&dyn Fn(&mut Side); 3] = [
        &|side| {
            side.t
                .on(|agent, now| agent.hold(now, &session, true, &Send::default()))
                .expect("hold");
        },
        &|side| {
            side.t
                .on(|agent, now| agent.reinvite(now, &session, REINVITE_UPDATE, &Send::default()))
                .expect("update");
        },
        &|side| {
            side.t
                .on(|agent, now| agent.session_send(now, &session, "INFO", &Send::default()))
                .expect("info");
        },
    ];
    for (verb, method) in verbs.into_iter().zip(["INVITE", "UPDATE", "INFO"]) {
        verb(&mut side);
        side.t.run();
        let request = side.take(method);
        let body = if method == "INFO" {
            ""
        } else {
            &*sdp(PEER, "recvonly")
        };
        side.answer(&request, 200, "", body);
        if method == "INVITE" {
            side.take("ACK");
        }
    }
    side.t
        .on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &Send::default()))
        .expect("terminate");
    side.t.run();
    side.take("BYE");
    side
}

/// The same by INVITE, ACK, INVITE with the description that holds, ACK, UPDATE, INFO, BYE.
fn call_by_usage(seed: u64, like: &Side) -> Side {
    let mut side = Side::new(seed);
    let usage = side.usage(UsageKind::Invite, BY_HAND, "");
    side.usage_send(&usage, "INVITE", &Send::default());
    let invite = side.take("INVITE");
    side.answer(
        &invite,
        200,
        "Allow: INVITE, UPDATE\r\n",
        &sdp(PEER, "sendrecv"),
    );
    side.usage_send(&usage, "ACK", &Send::default());
    side.take("ACK");
    for (method, at) in [("INVITE", 2), ("UPDATE", 4), ("INFO", 5)] {
        let send = if method == "INFO" {
            Send::default()
        } else {
            with_body(&like.bodies[at])
        };
        side.usage_send(&usage, method, &send);
        let request = side.take(method);
        let body = if method == "INFO" {
            ""
        } else {
            &*sdp(PEER, "recvonly")
        };
        side.answer(&request, 200, "", body);
        if method == "INVITE" {
            side.usage_send(&usage, "ACK", &Send::default());
            side.take("ACK");
        }
    }
    side.usage_send(&usage, "BYE", &Send::default());
    side.take("BYE");
    side
}

fn same(rtc: &Side, sip: &Side) {
    for (rtc, sip) in rtc.wire.iter().zip(&sip.wire) {
        assert_eq!(without_session_id(rtc), without_session_id(sip));
    }
    assert_eq!(rtc.wire.len(), sip.wire.len());
}

/// The numbers of our own descriptions differ from call to call.
fn without_session_id(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("o="));
    lines.collect::<Vec<_>>().join("\n")
}

/// B-420, S-105, S-107, S-108, S-109: call, hold, update, info and hang-up are INVITE, ACK, INVITE, UPDATE, INFO, BYE.
#[test]
fn verbs_of_a_session_are_requests_of_its_usage() {
    let rtc = call_by_session(1);
    let sip = call_by_usage(1, &rtc);
    assert_eq!(rtc.wire.len(), 7);
    same(&rtc, &sip);
}

/// S-110: giving a call up is CANCEL of its INVITE.
#[test]
fn giving_up_is_cancelling_the_transaction() {
    let mut rtc = Side::new(2);
    let (session, invite) = rtc.t.call(SessionOptions::default());
    rtc.answer(&invite, 180, "", "");
    rtc.t
        .on(|agent, now| agent.terminate(now, &session, TerminateReason::Normal, &Send::default()))
        .expect("terminate");
    rtc.t.run();
    rtc.take("CANCEL");
    let mut sip = Side::new(2);
    let usage = sip.usage(UsageKind::Invite, BY_HAND, "");
    let transaction = sip
        .t
        .on(|agent, now| agent.usage_send(now, &usage, "INVITE", &Send::default()))
        .expect("sent")
        .expect("a transaction");
    sip.t.run();
    let invite = sip.t.peer.expect("INVITE");
    sip.answer(&invite, 180, "", "");
    sip.t
        .on(|agent, now| agent.cancel(now, &transaction, &Send::default()))
        .expect("cancelled");
    sip.t.run();
    sip.take("CANCEL");
    same(&rtc, &sip);
}

/// S-101, S-136: ringing, answering and refusing are responses to the INVITE.
#[test]
fn answering_is_responding_to_the_invite() {
    for status in [200, 486] {
        let offer = sdp(PEER, "sendrecv");
        let mut rtc = Side::new(3);
        let session = rtc.t.called("", &offer).expect("a session");
        rtc.take("180 INVITE");
        rtc.t.reply(&session, status, Send::default());
        rtc.take(&format!("{status} INVITE"));

        let mut sip = Side::new(3);
        sip.t
            .on(|agent, _| {
                agent.set_request_filter(
                    1,
                    Some(RequestFilter {
                        method: "INVITE".into(),
                        ..RequestFilter::default()
                    }),
                )
            })
            .expect("a filter");
        sip.t.called("", &offer);
        let asked = sip.t.events(EventType::Request).pop().expect("asked");
        let transaction = asked.transaction.expect("a transaction");
        let options = UsageOptions {
            automation: Auto::SESSION_TIMER,
            ..UsageOptions::default()
        };
        let parent = UsageParent::Transaction(transaction.clone());
        sip.t
            .on(|agent, now| agent.create_usage(now, UsageKind::Invite, &parent, options))
            .expect("a usage");
        for status in [180, status] {
            let send = if status == 200 {
                with_body(&rtc.bodies[1])
            } else {
                Send::default()
            };
            sip.t
                .on(|agent, now| agent.respond(now, &transaction, status, &send))
                .expect("answered");
            sip.t.run();
            sip.take(&format!("{status} INVITE"));
        }
        same(&rtc, &sip);
        if status == 200 {
            let usage = sip
                .t
                .on(|agent, _| agent.list(Kind::Usage))
                .pop()
                .expect("a usage");
            for (side, object) in [(&mut rtc, &session), (&mut sip, &usage)] {
                let answer = side.t.peer_answer(object);
                assert!(answer);
            }
        }
    }
}

/// S-114, S-116: subscribing and unsubscribing are SUBSCRIBE and SUBSCRIBE with Expires 0.
#[test]
fn verbs_of_a_subscription_are_requests_of_its_usage() {
    let mut rtc = Side::new(4);
    let options = SubscriptionOptions {
        uri: "sip:peer@192.0.2.9".into(),
        event: "x-test".into(),
        ..SubscriptionOptions::default()
    };
    let subscription = rtc
        .t
        .on(|agent, _| agent.create_subscription(options))
        .expect("a subscription");
    rtc.t
        .on(|agent, now| agent.subscribe(now, &subscription, &Send::default()))
        .expect("subscribe");
    rtc.t.run();
    let request = rtc.take("SUBSCRIBE");
    rtc.answer(&request, 200, "Expires: 3600\r\n", "");
    rtc.t
        .on(|agent, now| agent.unsubscribe(now, &subscription, &Send::default()))
        .expect("unsubscribe");
    rtc.t.run();
    rtc.take("SUBSCRIBE");

    let mut sip = Side::new(4);
    let usage = sip.usage(UsageKind::Subscribe, 0, "x-test");
    sip.usage_send(&usage, "SUBSCRIBE", &Send::default());
    let request = sip.take("SUBSCRIBE");
    sip.answer(&request, 200, "Expires: 3600\r\n", "");
    let end = Send {
        flags: 16,
        ..Send::default()
    };
    sip.usage_send(&usage, "SUBSCRIBE", &end);
    let last = sip.take("SUBSCRIBE");
    assert_eq!(last.header(HeaderId::Expires), Some("0"));
    same(&rtc, &sip);
}

trait Acknowledged {
    fn peer_answer(&mut self, object: &ObjectRef) -> bool;
}

impl Acknowledged for Talk {
    /// The peer acknowledges and hangs up: the call is over on this side.
    fn peer_answer(&mut self, object: &ObjectRef) -> bool {
        let details = self.on(|agent, _| agent.details(object));
        let dialog = details
            .relatives()
            .into_iter()
            .find(|one| one.kind() == Kind::Dialog)
            .expect("a dialog");
        let tag = self
            .on(|agent, _| agent.details(&dialog))
            .get_text(rtcclient::agent::properties::DIALOG_LOCAL_TAG, 0)
            .expect("a tag")
            .to_owned();
        let leg = Leg {
            target: "sip:alice@192.0.2.1".into(),
            local: "<sip:peer@192.0.2.9>;tag=p1".into(),
            remote: format!("<sip:alice@192.0.2.1>;tag={tag}"),
            call_id: "theirs".into(),
        };
        self.say(&leg, "ACK", 1, "", "");
        self.say(&leg, "BYE", 2, "", "");
        self.peer.expect("200 BYE").cseq() == 2
    }
}
