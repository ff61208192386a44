//! REFER in both roles against a peer that says exactly what the test wants: RFC 3515, RFC 3892, RFC 4488, RFC 5057, RFC 7647.

mod sim;

use rtcclient::agent::{
    Code, Event, EventType, Kind, ObjectRef, Send, SessionOptions, SessionState, SessionType,
    Status, command, refer_out,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{ALICE, Leg, PEER, Talk, cookie, state};

const CAROL: &str = "sip:carol@192.0.2.7";

trait Refers {
    fn refer(&mut self, session: &ObjectRef, send: &Send) -> Message;
    fn notify(&mut self, leg: &Leg, cseq: u32, event: &str, state: &str, body: &str) -> u16;
    fn referred(&mut self, leg: &Leg, cseq: u32, lines: &str) -> Option<Event>;
    fn accept(&mut self, event: &Event, status: u16);
    fn progress(&self) -> Vec<(i32, Status)>;
}

impl Refers for Talk {
    /// We refer the peer to Carol; the REFER.
    fn refer(&mut self, session: &ObjectRef, send: &Send) -> Message {
        self.on(|agent, now| agent.refer(now, session, Some(CAROL), None, send))
            .expect("referred");
        self.run();
        self.peer.expect("REFER")
    }

    /// A NOTIFY of the peer, and how it is answered.
    fn notify(&mut self, leg: &Leg, cseq: u32, event: &str, state: &str, body: &str) -> u16 {
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: message/sipfrag\r\n"
        };
        let text = format!(
            "NOTIFY {} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-N{cseq}{}\r\nMax-Forwards: 70\r\nFrom: {}\r\n\
             To: {}\r\nCall-ID: {}\r\nCSeq: {cseq} NOTIFY\r\nContact: <sip:peer@192.0.2.9:5060>\r\nEvent: {event}\r\n\
             Subscription-State: {state}\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            leg.target,
            self.net.now.as_micros(),
            leg.local,
            leg.remote,
            leg.call_id,
            body.len()
        );
        self.peer.send(&mut self.net, ALICE, text);
        self.run();
        loop {
            let message = self.peer.next().expect("an answer");
            if message.status().is_some() && message.cseq_method() == "NOTIFY" {
                return message.status().expect("a status");
            }
        }
    }

    /// The peer refers us; the event, if any.
    fn referred(&mut self, leg: &Leg, cseq: u32, lines: &str) -> Option<Event> {
        let before = referrals(self).len();
        self.say(leg, "REFER", cseq, lines, "");
        referrals(self).into_iter().nth(before)
    }

    fn accept(&mut self, event: &Event, status: u16) {
        let answer = event.answer.expect("it waits");
        self.on(|agent, now| agent.answer_event(now, answer, status, &Send::default()))
            .expect("answered");
        self.run();
    }

    fn progress(&self) -> Vec<(i32, Status)> {
        let all = self.events(EventType::SessionReferStatus);
        all.iter()
            .map(|event| (event.state, event.status))
            .collect()
    }
}

fn referrals(talk: &Talk) -> Vec<Event> {
    let mut all = talk.events(EventType::SessionReferred);
    all.extend(talk.events(EventType::SessionConsultantReferred));
    all
}

fn body(message: &Message) -> String {
    String::from_utf8_lossy(message.body()).into_owned()
}

fn unwatched() -> Send {
    Send {
        flags: command::SEND_NO_SUBSCRIPTION,
        ..cookie(4)
    }
}

/// B-264, B-261: inside the dialog of an older peer; each report is told, the call ends by our BYE when it worked.
#[test]
fn a_blind_transfer_is_told_step_by_step_and_ends_the_call_when_it_worked() {
    let mut t = Talk::new(1);
    let (session, invite, leg) = t.connected("");
    let refer = t.refer(&session, &cookie(7));
    assert_eq!(state(&session), SessionState::Refer);
    assert_eq!(
        refer.header(HeaderId::ReferTo),
        Some("<sip:carol@192.0.2.7>")
    );
    assert_eq!(
        refer.header(HeaderId::ReferredBy),
        Some("<sip:alice@192.0.2.1>")
    );
    assert_eq!(
        (refer.to_tag(), refer.cseq()),
        (Some("t1"), invite.cseq() + 1)
    );
    t.answer(&refer, 202, "t1", "", "");
    assert_eq!(
        t.notify(
            &leg,
            1,
            "refer",
            "active;expires=60",
            "SIP/2.0 100 Trying\r\n"
        ),
        200
    );
    let named = format!("refer;id={}", refer.cseq());
    assert_eq!(
        t.notify(
            &leg,
            2,
            &named,
            "active;expires=60",
            "SIP/2.0 180 Ringing\r\n"
        ),
        200
    );
    assert_eq!(
        t.notify(
            &leg,
            3,
            &named,
            "terminated;reason=noresource",
            "SIP/2.0 200 OK\r\n"
        ),
        200
    );
    assert_eq!(
        t.progress(),
        [
            (refer_out::REFERRING, Status::None),
            (refer_out::ACCEPTED, Status::Sip(202)),
            (refer_out::ACCEPTED, Status::Sip(100)),
            (refer_out::ACCEPTED, Status::Sip(180)),
            (refer_out::DONE, Status::Sip(200)),
        ]
    );
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    t.wait(40.0);
    assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 0);
}

/// B-265, B-141, B-292: BYE ends the INVITE usage alone; the dialog lives on for the subscription, whose NOTIFYs get 200.
#[test]
fn reports_go_on_after_the_bye_of_their_dialog() {
    let mut t = Talk::new(2);
    let (session, _, leg) = t.connected("");
    let refer = t.refer(&session, &cookie(7));
    t.answer(&refer, 202, "t1", "", "");
    t.say(&leg, "BYE", 1, "", "");
    t.peer.expect("200 BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 1);
    t.say(&leg, "BYE", 9, "", "");
    t.peer.expect("481 BYE");
    assert_eq!(
        t.notify(
            &leg,
            10,
            "refer",
            "active;expires=60",
            "SIP/2.0 180 Ringing\r\n"
        ),
        200
    );
    assert_eq!(
        t.notify(
            &leg,
            11,
            "refer",
            "terminated;reason=noresource",
            "SIP/2.0 200 OK\r\n"
        ),
        200
    );
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 0);
    assert_eq!(
        t.notify(&leg, 12, "refer", "active", "SIP/2.0 200 OK\r\n"),
        481
    );
}

/// B-292 the other way: the subscription ends first, the call stays.
#[test]
fn the_end_of_a_referral_leaves_the_call_alone() {
    let mut t = Talk::new(3);
    let (session, _, leg) = t.connected("");
    let refer = t.refer(&session, &cookie(7));
    t.answer(&refer, 202, "t1", "", "");
    let busy = "SIP/2.0 486 Busy Here\r\n";
    assert_eq!(
        t.notify(&leg, 1, "refer", "terminated;reason=noresource", busy),
        200
    );
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(
        t.progress().last(),
        Some(&(refer_out::ERROR, Status::Sip(486)))
    );
    assert_eq!(t.completed(7), Some(Status::Sip(486)));
    t.hang_up(&session);
    t.peer.expect("BYE");
}

/// B-272: a held call whose transfer failed is held still, and the application takes it back.
#[test]
fn a_failed_transfer_leaves_the_call_as_it_was() {
    let mut t = Talk::new(4);
    let (session, _, leg) = t.connected("");
    t.on(|agent, now| agent.hold(now, &session, true, &Send::default()))
        .expect("held");
    t.run();
    let hold = t.peer.expect("INVITE");
    t.answer(&hold, 200, "t1", "", &sdp(PEER, "recvonly"));
    t.peer.expect("ACK");
    let refer = t.refer(&session, &cookie(7));
    t.answer(&refer, 202, "t1", "", "");
    let busy = "SIP/2.0 486 Busy Here\r\n";
    t.notify(&leg, 1, "refer", "terminated;reason=noresource", busy);
    assert_eq!(state(&session), SessionState::Hold);
    t.on(|agent, now| agent.hold(now, &session, false, &Send::default()))
        .expect("taken back");
    t.run();
    let back = t.peer.expect("INVITE");
    t.answer(&back, 200, "t1", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-260 as referrer, B-270: a refused REFER (429 among others) has its own result; the call is as it was.
#[test]
fn a_refused_refer_has_its_own_result_and_changes_nothing() {
    for status in [429, 603, 403, 405, 480, 481, 501] {
        let mut t = Talk::new(5);
        let (session, _, _) = t.connected("");
        let refer = t.refer(&session, &cookie(7));
        t.answer(&refer, status, "t1", "", "");
        let last = t.progress().last().copied();
        assert_eq!(last, Some((refer_out::REJECTED, Status::Sip(status))));
        assert_eq!(t.completed(7), Some(Status::Failed(Code::ReferNotAccepted)));
        assert_eq!(state(&session), SessionState::Connected, "{status}");
    }
}

/// B-283, B-284: a REFER answered 481 ends only what it began; answered 404 it ends the dialog, the call too.
#[test]
fn what_ends_a_referral_may_end_its_dialog() {
    for (status, left) in [
        (481, SessionState::Connected),
        (404, SessionState::Disconnected),
    ] {
        let mut t = Talk::new(6);
        let (session, _, _) = t.connected("");
        let refer = t.refer(&session, &cookie(7));
        t.answer(&refer, status, "t1", "", "");
        assert_eq!(state(&session), left, "{status}");
    }
}

/// B-285, B-282: what a request that is not essential is refused with hits it alone; B-283, B-284 for the others.
#[test]
fn a_refused_info_ends_no_more_than_the_table_says() {
    let alive = [
        400, 403, 405, 415, 486, 488, 500, 501, 503, 600, 603, 606, 699,
    ];
    let dead = [404, 408, 410, 416, 480, 481, 482, 483, 484, 485, 502, 604];
    for (status, left) in alive
        .map(|status| (status, SessionState::Connected))
        .into_iter()
        .chain(dead.map(|status| (status, SessionState::Disconnected)))
    {
        let mut t = Talk::new(7);
        let (session, _, _) = t.connected("");
        t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(1)))
            .expect("sent");
        t.run();
        let info = t.peer.expect("INFO");
        t.answer(&info, status, "t1", "", "");
        assert_eq!(state(&session), left, "{status}");
    }
}

/// B-289: a redirection inside a dialog is told, not followed, and ends nothing.
#[test]
fn a_redirection_inside_a_dialog_is_not_followed() {
    let mut t = Talk::new(8);
    let (session, _, _) = t.connected("");
    t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(3)))
        .expect("sent");
    t.run();
    let info = t.peer.expect("INFO");
    t.answer(&info, 302, "t1", "Contact: <sip:other@192.0.2.8>\r\n", "");
    assert_eq!(t.completed(3), Some(Status::Sip(302)));
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(t.count("INFO"), 0);
    t.hang_up(&session);
    assert_eq!(
        t.peer.expect("BYE").request_uri(),
        "sip:peer@192.0.2.9:5060"
    );
}

/// B-288: 480 with Retry-After pauses, without it ends the usage.
#[test]
fn a_480_with_retry_after_pauses_the_usage() {
    for (lines, left) in [
        ("Retry-After: 20\r\n", SessionState::Connected),
        ("", SessionState::Disconnected),
    ] {
        let mut t = Talk::new(9);
        let (session, _, _) = t.connected("");
        t.on(|agent, now| agent.session_send(now, &session, "INFO", &cookie(3)))
            .expect("sent");
        t.run();
        let info = t.peer.expect("INFO");
        t.answer(&info, 480, "t1", lines, "");
        assert_eq!(state(&session), left);
    }
}

/// B-290: whatever a BYE is answered with, the call is over.
#[test]
fn a_closing_request_that_is_refused_closes_all_the_same() {
    for status in [500, 600, 603, 481, 408] {
        let mut t = Talk::new(10);
        let (session, _, _) = t.connected("");
        t.hang_up(&session);
        let bye = t.peer.expect("BYE");
        t.answer(&bye, status, "t1", "", "");
        assert_eq!(state(&session), SessionState::Disconnected, "{status}");
        assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 0);
    }
}

/// B-266 as referrer: Refer-Sub: false holds when the 2xx says so too; else there is a subscription.
#[test]
fn without_subscription_only_when_both_say_so() {
    let mut t = Talk::new(11);
    let (session, _, leg) = t.connected("");
    let refer = t.refer(&session, &unwatched());
    assert_eq!(refer.header(HeaderId::ReferSub), Some("false"));
    assert!(refer.lists(HeaderId::Supported, "norefersub"));
    t.answer(&refer, 200, "t1", "Refer-Sub: false\r\n", "");
    assert_eq!(
        t.progress().last(),
        Some(&(refer_out::DROPPED, Status::None))
    );
    assert_eq!(t.completed(4), Some(Status::None));
    assert_eq!(state(&session), SessionState::Connected);

    let refer = t.refer(&session, &unwatched());
    t.answer(&refer, 202, "t1", "", "");
    let named = format!("refer;id={}", refer.cseq());
    let done = "SIP/2.0 200 OK\r\n";
    assert_eq!(
        t.notify(&leg, 1, &named, "terminated;reason=noresource", done),
        200
    );
    assert_eq!(
        t.progress().last(),
        Some(&(refer_out::DONE, Status::Sip(200)))
    );
}

/// B-261, B-295: to a peer with a GRUU, outside of the dialog, which it names as the peer sees it.
#[test]
fn a_peer_with_a_gruu_is_referred_outside_of_the_dialog() {
    let mut t = Talk::new(12);
    let (session, invite, _) = t.connected("Contact: <sip:peer@192.0.2.9;gr=x1>\r\n");
    let refer = t.refer(&session, &cookie(7));
    assert_eq!(refer.to_tag(), None);
    assert_ne!(refer.call_id(), invite.call_id());
    assert_eq!(refer.request_uri(), "sip:peer@192.0.2.9;gr=x1");
    assert!(refer.lists(HeaderId::Require, "tdialog"));
    let wanted = format!(
        "{};local-tag=t1;remote-tag={}",
        invite.call_id(),
        invite.from_tag().expect("a tag")
    );
    assert_eq!(refer.header(HeaderId::TargetDialog), Some(&*wanted));
    t.answer(&refer, 200, "r1", "", "");
    let leg = Leg::of_invite(&refer, "r1");
    let done = "SIP/2.0 200 OK\r\n";
    assert_eq!(
        t.notify(&leg, 1, "refer", "terminated;reason=noresource", done),
        200
    );
    assert_eq!(t.completed(7), Some(Status::Sip(200)));
    let bye = t.peer.expect("BYE");
    assert_eq!(bye.call_id(), invite.call_id());
    t.answer(&bye, 200, "", "", "");
    t.wait(40.0);
    assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 0);
}

/// B-286: no NOTIFY, or none that ends it: the referral is over, the call is not.
#[test]
fn a_silent_referral_ends_by_itself() {
    let mut t = Talk::new(13);
    let (session, _, leg) = t.connected("");
    let refer = t.refer(&session, &cookie(7));
    t.answer(&refer, 202, "t1", "", "");
    t.wait(33.0);
    assert_eq!(t.completed(7), Some(Status::Failed(Code::Timeout)));
    assert_eq!(state(&session), SessionState::Connected);
    let refer = t.refer(&session, &cookie(8));
    t.answer(&refer, 202, "t1", "", "");
    let named = format!("refer;id={}", refer.cseq());
    t.notify(
        &leg,
        1,
        &named,
        "active;expires=50",
        "SIP/2.0 180 Ringing\r\n",
    );
    t.wait(51.0);
    assert_eq!(t.completed(8), Some(Status::Failed(Code::Timeout)));
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-258: exactly one Refer-To, and one that can be read.
#[test]
fn a_refer_without_exactly_one_target_is_malformed() {
    for lines in [
        "",
        "Refer-To: <sip:a@192.0.2.7>\r\nRefer-To: <sip:b@192.0.2.7>\r\n",
        "Refer-To: <<>>\r\n",
        "Refer-To: <sip:a@192.0.2.7?Subject=a%0D%0AX-Evil:%20b>\r\n",
        "Refer-To: <sip:a@192.0.2.7?Replaces=nothing>\r\n",
    ] {
        let mut t = Talk::new(14);
        let (session, _, leg) = t.connected("");
        assert!(t.referred(&leg, 1, lines).is_none());
        t.peer.expect("400 REFER");
        assert_eq!(state(&session), SessionState::Connected);
    }
}

/// B-260, B-293: nobody is referred blindly: asked, and refused with 603 when nobody answers or the event is hidden.
#[test]
fn a_refer_is_put_to_the_application_and_refused_by_silence() {
    let mut t = Talk::new(15);
    let (session, _, leg) = t.connected("");
    let event = t
        .referred(
            &leg,
            1,
            "Refer-To: <sip:carol@192.0.2.7>\r\nReferred-By: <sip:peer@192.0.2.9>\r\n",
        )
        .expect("an event");
    assert!(
        event
            .session
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &session))
    );
    assert_eq!((&*event.uri, &*event.text), (CAROL, "sip:peer@192.0.2.9"));
    assert!(event.answer_within_ms > 0);
    t.wait(1.0);
    t.peer.expect("603 REFER");
    assert_eq!(t.count("INVITE"), 0);
    t.on(|agent, _| agent.set_event_filter(rtcclient::agent::event::FILTER_DEFAULT & !0x20_0000));
    assert!(
        t.referred(&leg, 2, "Refer-To: <sip:carol@192.0.2.7>\r\n")
            .is_none()
    );
    t.peer.expect("603 REFER");
    assert_eq!(state(&session), SessionState::Connected);
    t.hang_up(&session);
}

/// B-273: what is asked for may be another request; the event says so, and nothing goes out by itself.
#[test]
fn a_refer_for_another_method_shows_it() {
    let mut t = Talk::new(16);
    let (_, _, leg) = t.connected("");
    let event = t
        .referred(&leg, 1, "Refer-To: <sip:carol@192.0.2.7;method=BYE>\r\n")
        .expect("an event");
    assert_eq!(&*event.uri, "sip:carol@192.0.2.7;method=BYE");
    t.accept(&event, 200);
    t.peer.expect("200 REFER");
    t.wait(5.0);
    assert_eq!(t.count("BYE"), 0);
    let referral = event.referral.expect("a referral");
    t.on(|agent, now| agent.report_referral(now, referral, 200))
        .expect("reported");
    t.run();
}

/// B-262: accepted with 200, reported on at once, the last report ends the subscription.
#[test]
fn an_accepted_refer_is_reported_on_from_the_first_moment() {
    let mut t = Talk::new(17);
    let (_, _, leg) = t.connected("");
    let event = t
        .referred(&leg, 5, "Refer-To: <sip:carol@192.0.2.7>\r\n")
        .expect("an event");
    t.accept(&event, 0);
    t.peer.expect("200 REFER");
    let first = t.peer.expect("NOTIFY");
    assert_eq!(first.header(HeaderId::Event), Some("refer"));
    assert_eq!(
        first.header(HeaderId::ContentType),
        Some("message/sipfrag;version=2.0")
    );
    assert_eq!(body(&first), "SIP/2.0 100 Trying\r\n");
    let open = first.header(HeaderId::SubscriptionState).expect("a state");
    assert!(open.starts_with("active;expires="), "{open}");
    t.answer(&first, 200, "t1", "", "");
    let referral = event.referral.expect("a referral");
    for (status, text) in [
        (180, "SIP/2.0 180 Ringing\r\n"),
        (486, "SIP/2.0 486 Busy Here\r\n"),
    ] {
        t.on(|agent, now| agent.report_referral(now, referral, status))
            .expect("reported");
        t.run();
        let notify = t.peer.expect("NOTIFY");
        assert_eq!(body(&notify), text);
        let over =
            notify.header(HeaderId::SubscriptionState) == Some("terminated;reason=noresource");
        assert_eq!(over, status == 486);
        t.answer(&notify, 200, "t1", "", "");
    }
    let late = t.on(|agent, now| agent.report_referral(now, referral, 200));
    assert_eq!(late.expect_err("over").code, Code::ReferNotExist);
}

/// B-263: the second REFER of a dialog is named by its CSeq, and both are reported on apart.
#[test]
fn a_second_refer_in_a_dialog_has_an_id() {
    let mut t = Talk::new(18);
    let (_, _, leg) = t.connected("");
    let first = t
        .referred(&leg, 5, "Refer-To: <sip:carol@192.0.2.7>\r\n")
        .expect("an event");
    t.accept(&first, 0);
    let one = t.peer.expect("NOTIFY");
    t.answer(&one, 200, "t1", "", "");
    let second = t
        .referred(&leg, 6, "Refer-To: <sip:dave@192.0.2.7>\r\n")
        .expect("an event");
    t.accept(&second, 0);
    let two = t.peer.expect("NOTIFY");
    assert_eq!(one.header(HeaderId::Event), Some("refer"));
    assert_eq!(two.header(HeaderId::Event), Some("refer;id=6"));
    assert_eq!(two.cseq(), one.cseq() + 1, "one CSeq space");
    t.answer(&two, 200, "t1", "", "");
    // Each is its own: the end of the first leaves the second.
    t.say(&leg, "SUBSCRIBE", 7, "Event: refer\r\nExpires: 0\r\n", "");
    t.peer.expect("200 SUBSCRIBE");
    let last = t.peer.expect("NOTIFY");
    assert_eq!(last.header(HeaderId::Event), Some("refer"));
    t.answer(&last, 200, "t1", "", "");
    let referral = second.referral.expect("a referral");
    t.on(|agent, now| agent.report_referral(now, referral, 200))
        .expect("reported");
    t.run();
    assert_eq!(
        t.peer.expect("NOTIFY").header(HeaderId::Event),
        Some("refer;id=6")
    );
}

/// B-266 as referee: no subscription is wanted, none is made; the 200 says so.
#[test]
fn a_referrer_that_wants_no_reports_gets_none() {
    let mut t = Talk::new(19);
    let (_, _, leg) = t.connected("");
    let lines = "Refer-To: <sip:carol@192.0.2.7>\r\nRefer-Sub: false\r\nSupported: norefersub\r\n";
    let event = t.referred(&leg, 1, lines).expect("an event");
    t.accept(&event, 0);
    let accepted = t.peer.expect("200 REFER");
    assert_eq!(accepted.header(HeaderId::ReferSub), Some("false"));
    t.wait(1.0);
    assert_eq!(t.count("NOTIFY"), 0);
}

/// B-269, B-259: the call takes Referred-By and the escaped Replaces over, and is reported on by itself.
#[test]
fn the_call_for_a_refer_carries_what_it_was_asked_with() {
    let mut t = Talk::new(20);
    let (_, _, leg) = t.connected("");
    let lines = "Refer-To: <sip:peer@192.0.2.9;method=INVITE?Replaces=abc%40x%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=no>\r\n\
                 Referred-By: <sip:peer@192.0.2.9>;x=1\r\n";
    let event = t.referred(&leg, 1, lines).expect("an event");
    assert_eq!(event.event_type, EventType::SessionConsultantReferred);
    t.accept(&event, 0);
    let trying = t.peer.expect("NOTIFY");
    t.answer(&trying, 200, "t1", "", "");
    let options = SessionOptions {
        referral: event.referral,
        ..SessionOptions::default()
    };
    let made = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, options.clone()))
        .expect("a session");
    let again = t.on(|agent, _| agent.create_session(SessionType::PcToPc, options));
    assert_eq!(again.expect_err("taken").code, Code::ReferNotAllowed);
    t.on(|agent, now| agent.add_participant(now, &made, &event.uri, None, &Send::default()))
        .expect("called");
    t.run();
    let invite = t.peer.expect("INVITE");
    assert_eq!(invite.request_uri(), "sip:peer@192.0.2.9");
    assert_eq!(
        invite.header(HeaderId::Replaces),
        Some("abc@x;to-tag=1;from-tag=2")
    );
    assert_eq!(
        invite.header(HeaderId::ReferredBy),
        Some("<sip:peer@192.0.2.9>;x=1")
    );
    assert_eq!(invite.header(HeaderId::Subject), None);
    t.answer(&invite, 180, "c1", "", "");
    let ringing = t.peer.expect("NOTIFY");
    assert_eq!(body(&ringing), "SIP/2.0 180 Ringing\r\n");
    t.answer(&ringing, 200, "t1", "", "");
    t.answer(&invite, 486, "c1", "", "");
    let busy = t.peer.expect("NOTIFY");
    assert_eq!(body(&busy), "SIP/2.0 486 Busy Here\r\n");
    t.answer(&busy, 200, "t1", "", "");
    assert_eq!(state(&made), SessionState::Disconnected);
}

/// B-267: a REFER outside of dialogs that names a call of ours belongs to it; one that names none is refused.
#[test]
fn target_dialog_ties_a_refer_to_its_call() {
    let mut t = Talk::new(21);
    let (session, invite, _) = t.connected("");
    let outside = |call_id: &str| Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>;tag=r1".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: call_id.into(),
    };
    let ours = invite.from_tag().expect("a tag");
    let lines = format!(
        "Refer-To: <sip:carol@192.0.2.7>\r\nTarget-Dialog: {};local-tag={ours};remote-tag=t1\r\nRequire: tdialog\r\n",
        invite.call_id()
    );
    let event = t.referred(&outside("out1"), 1, &lines).expect("an event");
    assert!(
        event
            .session
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &session))
    );
    t.accept(&event, 0);
    let accepted = t.peer.expect("200 REFER");
    assert!(accepted.lists(HeaderId::Supported, "tdialog"));
    let notify = t.peer.expect("NOTIFY");
    assert_eq!(notify.call_id(), "out1");
    t.answer(&notify, 200, "r1", "", "");
    let wrong = lines.replace("remote-tag=t1", "remote-tag=t2");
    assert!(t.referred(&outside("out2"), 2, &wrong).is_none());
    t.peer.expect("481 REFER");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-283, B-286: a NOTIFY of ours that is answered 481, or not at all, ends the subscription and leaves the call.
#[test]
fn a_referrer_that_has_forgotten_the_referral_keeps_its_call() {
    for answered in [true, false] {
        let mut t = Talk::new(22);
        let (session, _, leg) = t.connected("");
        let event = t
            .referred(&leg, 1, "Refer-To: <sip:carol@192.0.2.7>\r\n")
            .expect("an event");
        t.accept(&event, 0);
        let notify = t.peer.expect("NOTIFY");
        if answered {
            t.answer(&notify, 481, "t1", "", "");
        } else {
            t.wait(33.0);
        }
        assert_eq!(state(&session), SessionState::Connected);
        let referral = event.referral.expect("a referral");
        let late = t.on(|agent, now| agent.report_referral(now, referral, 200));
        assert_eq!(late.expect_err("over").code, Code::ReferNotExist);
    }
}

/// B-284: a NOTIFY of ours that is answered 404 ends the call of its dialog too.
#[test]
fn a_notify_answered_404_ends_the_call_too() {
    let mut t = Talk::new(23);
    let (session, _, leg) = t.connected("");
    let event = t
        .referred(&leg, 1, "Refer-To: <sip:carol@192.0.2.7>\r\n")
        .expect("an event");
    t.accept(&event, 0);
    let notify = t.peer.expect("NOTIFY");
    t.answer(&notify, 404, "t1", "", "");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(t.last_state().status, Status::Sip(404));
}

/// B-265 as referee: the call is gone, its dialog stands for the reports that are owed.
#[test]
fn reports_of_ours_go_on_after_the_bye() {
    let mut t = Talk::new(24);
    let (session, _, leg) = t.connected("");
    let event = t
        .referred(&leg, 1, "Refer-To: <sip:carol@192.0.2.7>\r\n")
        .expect("an event");
    t.accept(&event, 0);
    let notify = t.peer.expect("NOTIFY");
    t.answer(&notify, 200, "t1", "", "");
    t.say(&leg, "BYE", 2, "", "");
    t.peer.expect("200 BYE");
    assert_eq!(state(&session), SessionState::Disconnected);
    let referral = event.referral.expect("a referral");
    t.on(|agent, now| agent.report_referral(now, referral, 200))
        .expect("reported");
    t.run();
    let last = t.peer.expect("NOTIFY");
    assert_eq!(
        (body(&last).as_str(), last.cseq()),
        ("SIP/2.0 200 OK\r\n", notify.cseq() + 1)
    );
    t.answer(&last, 200, "t1", "", "");
    assert_eq!(t.on(|agent, _| agent.statistics()).dialogs, 0);
}

/// B-291: in a dialog with a call and a referral each method finds its usage, and what belongs to none is answered.
#[test]
fn requests_find_their_usage_by_method_and_event() {
    let mut t = Talk::new(25);
    let (session, _, leg) = t.connected("");
    let event = t
        .referred(&leg, 1, "Refer-To: <sip:carol@192.0.2.7>\r\n")
        .expect("an event");
    t.accept(&event, 0);
    let notify = t.peer.expect("NOTIFY");
    t.answer(&notify, 200, "t1", "", "");
    for (cseq, method, lines, status) in [
        (2, "INFO", "", 200),
        (3, "OPTIONS", "", 200),
        (4, "MESSAGE", "", 200),
        (5, "WHATEVER", "", 501),
        (6, "SUBSCRIBE", "Event: refer\r\nExpires: 60\r\n", 200),
        (
            7,
            "NOTIFY",
            "Event: refer\r\nSubscription-State: active\r\n",
            481,
        ),
        (8, "UPDATE", "", 200),
    ] {
        t.say(&leg, method, cseq, lines, "");
        t.wait(1.0);
        t.peer.expect(&format!("{status} {method}"));
    }
    assert_eq!(state(&session), SessionState::Connected);
    // The call goes; what belonged to it is unknown, what belonged to none is answered for the dialog.
    t.say(&leg, "BYE", 9, "", "");
    t.peer.expect("200 BYE");
    for (cseq, method, status) in [(10, "INFO", 481), (11, "OPTIONS", 200), (12, "UPDATE", 481)] {
        t.say(&leg, method, cseq, "", "");
        t.peer.expect(&format!("{status} {method}"));
    }
}

/// B-293: a subscription that is not wanted in the dialog of a call is refused with 603, which hurts nothing else.
#[test]
fn an_unwanted_subscription_in_a_call_gets_603() {
    let mut t = Talk::new(26);
    let (session, _, leg) = t.connected("");
    t.say(&leg, "SUBSCRIBE", 1, "Event: dialog\r\n", "");
    t.peer.expect("603 SUBSCRIBE");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-255, B-295: a subscription beside a call has a dialog of its own.
#[test]
fn a_subscription_to_the_peer_of_a_call_has_its_own_dialog() {
    let mut t = Talk::new(27);
    let (_, invite, _) = t.connected("");
    let options = rtcclient::agent::SubscriptionOptions {
        uri: "sip:peer@192.0.2.9".into(),
        event: "dialog".into(),
        ..Default::default()
    };
    let made = t
        .on(|agent, _| agent.create_subscription(options))
        .expect("a subscription");
    t.on(|agent, now| agent.subscribe(now, &made, &Send::default()))
        .expect("subscribed");
    t.run();
    let subscribe = t.peer.expect("SUBSCRIBE");
    assert_eq!(subscribe.to_tag(), None);
    assert_ne!(subscribe.call_id(), invite.call_id());
}

#[test]
fn verbs_of_a_transfer_say_what_is_wrong() {
    let mut t = Talk::new(28);
    let (session, _, _) = t.connected("");
    let mut refer = |uri: Option<&str>, consult: Option<&ObjectRef>, send: &Send| {
        t.on(|agent, now| agent.refer(now, &session, uri, consult, send))
            .expect_err("refused")
            .code
    };
    let plain = Send::default();
    assert_eq!(refer(Some("http://x"), None, &plain), Code::InvalidSipUrl);
    assert_eq!(refer(None, None, &plain), Code::InvalidArgument);
    assert_eq!(
        refer(None, Some(&session.clone()), &plain),
        Code::InvalidSessionState
    );
    let reliable = Send {
        flags: command::SEND_RELIABLE,
        ..Send::default()
    };
    assert_eq!(refer(Some(CAROL), None, &reliable), Code::InvalidArgument);
    t.refer(&session, &plain);
    let twice = t.on(|agent, now| agent.refer(now, &session, Some(CAROL), None, &plain));
    assert_eq!(twice.expect_err("once").code, Code::ReferPending);
    let idle = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    let early = t.on(|agent, now| agent.refer(now, &idle, Some(CAROL), None, &plain));
    assert_eq!(early.expect_err("idle").code, Code::InvalidSessionState);
    assert_eq!(t.on(|agent, _| agent.list(Kind::Session)).len(), 2);
    t.on(|agent, now| {
        agent.terminate(
            now,
            &idle,
            rtcclient::agent::TerminateReason::Normal,
            &plain,
        )
    })
    .expect("ended");
    let nowhere = t.on(|agent, now| agent.refer(now, &idle, None, None, &plain));
    assert_eq!(nowhere.expect_err("ended").code, Code::InvalidArgument);
}
