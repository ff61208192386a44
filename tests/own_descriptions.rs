//! Sessions whose description the application makes: RFC 3264 is its business then, the INVITEs stay ours.

mod sim;

use rtcclient::agent::{
    Agent, Config, Event, EventType, ObjectRef, Send, SessionOptions, SessionState, SessionType,
    Status,
};
use rtcclient::base::Time;
use sim::{HostId, Sim, secs};

struct Pair {
    net: Sim,
    alice: HostId,
    bob: HostId,
}

const OWN: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\n\
                   m=audio 40000 RTP/AVP 0\r\na=sendrecv\r\n";

fn own(cookie: i64) -> Send {
    Send {
        content_type: Some("application/sdp".into()),
        body: Some(OWN.as_bytes().into()),
        cookie,
        ..Send::default()
    }
}

fn pair() -> Pair {
    let mut net = Sim::new(71);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = net.agent("bob", "192.0.2.2", Config::default());
    Pair { net, alice, bob }
}

impl Pair {
    fn on<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        let result = self.net.with(id, verb);
        self.net.run_for(secs(0.3));
        result
    }

    /// A call from alice with the library's media that bob answers.
    fn answered_with(&mut self, send: &Send) -> (ObjectRef, ObjectRef) {
        let alice = self.alice;
        let call = self
            .on(alice, |agent, _| {
                agent.create_session(SessionType::PcToPc, SessionOptions::default())
            })
            .expect("a session");
        self.on(alice, |agent, now| {
            agent.add_participant(now, &call, "sip:bob@192.0.2.2", None, &Send::default())
        })
        .expect("called");
        let incoming = self
            .last(self.bob, EventType::SessionStateChange)
            .session
            .clone()
            .expect("a session");
        let bob = self.bob;
        self.on(bob, |agent, now| agent.answer(now, &incoming, 200, send))
            .expect("answered");
        for session in [&call, &incoming] {
            let state = SessionState::from_number(session.state());
            assert_eq!(
                state,
                Some(SessionState::Connected),
                "{}",
                self.net.ladder()
            );
        }
        (call, incoming)
    }

    fn last(&self, id: HostId, event_type: EventType) -> &Event {
        self.net
            .events(id)
            .iter()
            .rev()
            .find(|event| event.event_type == event_type)
            .unwrap_or_else(|| panic!("no {event_type:?}\n{}", self.net.ladder()))
    }

    fn completed(&self, id: HostId) -> (i64, Status) {
        let event = self.last(id, EventType::SessionOperationComplete);
        (event.cookie, event.status)
    }
}

#[test]
fn a_description_in_the_answer_makes_the_media_the_applications() {
    let mut pair = pair();
    let (call, incoming) = pair.answered_with(&own(0));
    let (alice, bob) = (pair.alice, pair.bob);
    assert_eq!(
        pair.last(alice, EventType::SessionStateChange).body(),
        OWN.as_bytes()
    );
    // Bob offers anew: alice's library answers, bob's takes what comes.
    pair.on(bob, |agent, now| agent.reinvite(now, &incoming, 0, &own(5)))
        .expect("offered");
    assert_eq!(pair.completed(bob), (5, Status::Sip(200)));
    // Alice's library holds: bob's application is asked.
    pair.on(alice, |agent, now| {
        agent.hold(
            now,
            &call,
            true,
            &Send {
                cookie: 6,
                ..Send::default()
            },
        )
    })
    .expect("held");
    let offer = pair.last(bob, EventType::ReInvite).clone();
    assert!(String::from_utf8_lossy(offer.body()).contains("a=sendonly"));
    let answer = offer.answer.expect("open");
    pair.on(bob, |agent, now| {
        agent.answer_event(now, answer, 200, &own(0))
    })
    .expect("accepted");
    assert_eq!(pair.completed(alice), (6, Status::Sip(200)));
}

#[test]
fn a_description_in_a_reinvite_makes_the_media_the_applications() {
    let mut pair = pair();
    let (_, incoming) = pair.answered_with(&Send::default());
    let bob = pair.bob;
    for cookie in [7, 8] {
        pair.on(bob, |agent, now| {
            agent.reinvite(now, &incoming, 0, &own(cookie))
        })
        .expect("offered");
        assert_eq!(pair.completed(bob), (cookie, Status::Sip(200)));
    }
}

#[test]
fn a_refused_description_leaves_the_media_as_it_was() {
    let mut pair = pair();
    let (call, incoming) = pair.answered_with(&own(0));
    let (alice, bob) = (pair.alice, pair.bob);
    pair.on(alice, |agent, now| agent.reinvite(now, &call, 0, &own(9)))
        .expect("offered");
    let answer = pair.last(bob, EventType::ReInvite).answer.expect("open");
    pair.on(bob, |agent, now| {
        agent.answer_event(now, answer, 488, &Send::default())
    })
    .expect("refused");
    assert_eq!(pair.completed(alice), (9, Status::Sip(488)));
    // Alice's media is the library's again: it answers bob's offer by itself.
    pair.on(bob, |agent, now| {
        agent.reinvite(now, &incoming, 0, &own(10))
    })
    .expect("offered");
    assert_eq!(pair.completed(bob), (10, Status::Sip(200)));
}

#[test]
fn a_rejection_inside_a_session_has_the_reason_that_was_given() {
    let mut pair = pair();
    let (call, incoming) = pair.answered_with(&Send::default());
    let (alice, bob) = (pair.alice, pair.bob);
    pair.on(alice, |agent, _| {
        agent.allow_dialog_notifications(Some(&call), "talk", true)
    })
    .expect("allowed");
    let notify = Send {
        headers: Some("Event: talk\r\nSubscription-State: active".into()),
        flags: rtcclient::agent::command::SEND_EXPERT,
        ..Send::default()
    };
    pair.on(bob, |agent, now| {
        agent.session_send(now, &incoming, "NOTIFY", &notify)
    })
    .expect("sent");
    let answer = pair
        .last(alice, EventType::SessionNotification)
        .answer
        .expect("open");
    let why = Send {
        reason: Some("No Talk".into()),
        ..Send::default()
    };
    pair.on(alice, |agent, now| {
        agent.answer_event(now, answer, 606, &why)
    })
    .expect("rejected");
    let told = pair.last(bob, EventType::SessionOperationComplete);
    assert_eq!(
        (told.status, &*told.status_text),
        (Status::Sip(606), "No Talk")
    );
}
