//! Transfer between agents of ours, and calls that take the place of others: RFC 5589, RFC 3891, RFC 3911, RFC 5359 §2.

mod sim;

use rtcclient::agent::{
    Config, DialogId, Event, EventType, ObjectRef, Send, SessionOptions, SessionState, SessionType,
    TerminateReason, properties, replaces,
};
use rtcclient::syntax::HeaderId;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, state};
use sim::{HostId, Sim, secs};

/// Alice transfers, Bob is transferred, Carol is the target.
struct Three {
    net: Sim,
    alice: HostId,
    bob: HostId,
    carol: HostId,
}

const ALICE: &str = "sip:alice@192.0.2.1";
const BOB: &str = "sip:bob@192.0.2.2";
const CAROL: &str = "sip:carol@192.0.2.3";

impl Three {
    fn new(seed: u64) -> Self {
        let mut net = Sim::new(seed);
        let mut agent = |name: &str, address: &str, uri: &str| {
            let id = net.agent(name, address, Config::default());
            net.with(id, |agent, _| agent.set_local_user(Some(uri), None))
                .expect("a URI");
            id
        };
        let alice = agent("alice", "192.0.2.1", ALICE);
        let bob = agent("bob", "192.0.2.2", BOB);
        let carol = agent("carol", "192.0.2.3", CAROL);
        Self {
            net,
            alice,
            bob,
            carol,
        }
    }

    fn run(&mut self) {
        self.net.run_for(secs(0.1));
    }

    fn call_with(&mut self, who: HostId, uri: &str, options: SessionOptions) -> ObjectRef {
        let session = self
            .net
            .with(who, |agent, _| {
                agent.create_session(SessionType::PcToPc, options)
            })
            .expect("a session");
        self.net
            .with(who, |agent, now| {
                agent.add_participant(now, &session, uri, None, &Send::default())
            })
            .expect("called");
        self.run();
        session
    }

    /// The last event of that kind.
    fn last(&self, who: HostId, kind: EventType) -> Event {
        let mut all = self.net.events(who).iter().rev();
        all.find(|event| event.event_type == kind)
            .cloned()
            .expect("an event")
    }

    fn incoming(&self, who: HostId) -> Event {
        let mut all = self.net.events(who).iter().rev();
        all.find(|event| {
            event.event_type == EventType::SessionStateChange
                && event.state == SessionState::Incoming.number()
        })
        .cloned()
        .expect("a call")
    }

    fn answer(&mut self, who: HostId, status: u16) -> ObjectRef {
        let session = self.incoming(who).session.expect("a session");
        self.net
            .with(who, |agent, now| {
                agent.answer(now, &session, status, &Send::default())
            })
            .expect("answered");
        self.run();
        session
    }

    /// A call that stands: the two ends.
    fn connected(&mut self, from: HostId, to: HostId, uri: &str) -> (ObjectRef, ObjectRef) {
        let out = self.call_with(from, uri, SessionOptions::default());
        let there = self.answer(to, 200);
        assert_eq!(state(&out), SessionState::Connected);
        assert_eq!(state(&there), SessionState::Connected);
        (out, there)
    }

    fn hold(&mut self, who: HostId, session: &ObjectRef, hold: bool) {
        self.net
            .with(who, |agent, now| {
                agent.hold(now, session, hold, &Send::default())
            })
            .expect("held");
        self.run();
    }

    fn refer(&mut self, session: &ObjectRef, uri: Option<&str>, consult: Option<&ObjectRef>) {
        self.net
            .with(self.alice, |agent, now| {
                agent.refer(now, session, uri, consult, &cookie(5))
            })
            .expect("referred");
        self.run();
    }

    /// Bob takes the REFER and makes the call.
    fn follow(&mut self, kind: EventType) -> ObjectRef {
        let event = self.last(self.bob, kind);
        let answer = event.answer.expect("it waits");
        self.net
            .with(self.bob, |agent, now| {
                agent.answer_event(now, answer, 0, &Send::default())
            })
            .expect("accepted");
        let options = SessionOptions {
            referral: event.referral,
            ..SessionOptions::default()
        };
        self.call_with(self.bob, &event.uri, options)
    }

    fn hang_up(&mut self, who: HostId, session: &ObjectRef) {
        self.net
            .with(who, |agent, now| {
                agent.terminate(now, session, TerminateReason::Normal, &Send::default())
            })
            .expect("ended");
        self.run();
    }

    /// Nothing is left of anything.
    fn assert_clean(&mut self) {
        self.net.run_for(secs(70.0));
        for who in [self.alice, self.bob, self.carol] {
            let left = self.net.with(who, |agent, _| agent.statistics());
            assert_eq!((left.dialogs, left.sessions, left.transactions), (0, 0, 0));
        }
    }
}

/// B-434, B-264, B-437: unattended transfer.
#[test]
fn a_blind_transfer_connects_the_other_two() {
    let mut t = Three::new(1);
    let (ours, theirs) = t.connected(t.alice, t.bob, BOB);
    t.refer(&ours, Some(CAROL), None);
    let made = t.follow(EventType::SessionReferred);
    let carols = t.answer(t.carol, 200);
    t.run();
    assert_eq!(state(&ours), SessionState::Disconnected);
    assert_eq!(state(&theirs), SessionState::Disconnected);
    assert_eq!(
        (state(&made), state(&carols)),
        (SessionState::Connected, SessionState::Connected)
    );
    let by = t.net.with(t.carol, |agent, _| agent.details(&carols));
    assert_eq!(
        by.get_text(properties::SESSION_REFERRED_BY, 0),
        Some("<sip:alice@192.0.2.1>")
    );
    assert_eq!(by.get_int(properties::SESSION_IS_REFERRED, 0), Some(1));
    t.hang_up(t.carol, &carols);
    t.net.assert_ladder("blind_transfer");
    t.assert_clean();
}

/// B-271, B-434, B-279, B-294: attended transfer; Alice ends with nothing, one call is left.
#[test]
fn an_attended_transfer_puts_the_new_call_in_the_place_of_the_consultation() {
    let mut t = Three::new(2);
    let (ours, _) = t.connected(t.alice, t.bob, BOB);
    t.hold(t.alice, &ours, true);
    let (consult, consulted) = t.connected(t.alice, t.carol, CAROL);
    t.hold(t.alice, &consult, true);
    t.refer(&ours, None, Some(&consult));
    let event = t.last(t.bob, EventType::SessionConsultantReferred);
    assert!(event.named_dialog(0).is_some_and(|id| !id.is_empty()));
    let made = t.follow(EventType::SessionConsultantReferred);
    let incoming = t.incoming(t.carol);
    assert_eq!(incoming.kind, replaces::KIND_REPLACES);
    assert!(
        incoming
            .other
            .is_some_and(|other| std::sync::Arc::ptr_eq(&other, &consulted))
    );
    let carols = t.answer(t.carol, 200);
    t.run();
    for gone in [&ours, &consult, &consulted] {
        assert_eq!(state(gone), SessionState::Disconnected);
    }
    assert_eq!(
        (state(&made), state(&carols)),
        (SessionState::Connected, SessionState::Connected)
    );
    t.hang_up(t.bob, &made);
    t.net.assert_ladder("attended_transfer");
    t.assert_clean();
}

/// B-434: consultation hold: one call waits while another is made, and goes on after it.
#[test]
fn consultation_hold() {
    let mut t = Three::new(3);
    let (ours, theirs) = t.connected(t.alice, t.bob, BOB);
    t.hold(t.alice, &ours, true);
    let (consult, _) = t.connected(t.alice, t.carol, CAROL);
    t.hang_up(t.alice, &consult);
    t.hold(t.alice, &ours, false);
    assert_eq!(
        (state(&ours), state(&theirs)),
        (SessionState::Connected, SessionState::Connected)
    );
    t.net.assert_ladder("consultation_hold");
    t.hang_up(t.alice, &ours);
    t.assert_clean();
}

/// B-272: the target is busy; the held call is taken back.
#[test]
fn a_transfer_to_a_busy_target_gives_the_call_back() {
    let mut t = Three::new(4);
    let (ours, theirs) = t.connected(t.alice, t.bob, BOB);
    t.hold(t.alice, &ours, true);
    t.refer(&ours, Some(CAROL), None);
    t.follow(EventType::SessionReferred);
    t.answer(t.carol, 486);
    t.run();
    assert_eq!(state(&ours), SessionState::Hold);
    t.hold(t.alice, &ours, false);
    assert_eq!(
        (state(&ours), state(&theirs)),
        (SessionState::Connected, SessionState::Connected)
    );
    t.hang_up(t.bob, &theirs);
    t.assert_clean();
}

/// B-259, B-264: the one who is called refers the caller away while it rings, inside the early dialog.
#[test]
fn early_transfer() {
    let mut t = Talk::new(5);
    let ours = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    t.on(|agent, now| agent.refer(now, &ours, Some(CAROL), None, &cookie(5)))
        .expect("referred");
    t.run();
    let refer = t.peer.expect("REFER");
    assert_eq!((refer.call_id(), refer.to_tag()), ("theirs", Some("p1")));
    assert_eq!(state(&ours), SessionState::Incoming);
    t.answer(&refer, 202, "p1", "", "");
    let leg = Leg::of_answer(&ringing);
    let text = format!(
        "NOTIFY sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-N\r\nMax-Forwards: 70\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: theirs\r\nCSeq: 2 NOTIFY\r\nContact: <sip:peer@192.0.2.9:5060>\r\nEvent: refer\r\n\
         Subscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag\r\nContent-Length: 16\r\n\r\n\
         SIP/2.0 200 OK\r\n",
        leg.local, leg.remote
    );
    t.peer.send(&mut t.net, "192.0.2.1", text);
    t.run();
    t.peer.expect("200 NOTIFY");
    assert_eq!(t.completed(5), Some(rtcclient::agent::Status::Sip(200)));
    assert_eq!(state(&ours), SessionState::Disconnected);
    t.net.assert_ladder("early_transfer");
}

/// B-278: Carol picks up a call that Alice makes to Bob, whose phone rings; the early dialog was begun by Alice.
#[test]
fn pickup() {
    let mut t = Three::new(6);
    let ours = t.call_with(t.alice, BOB, SessionOptions::default());
    let ringing = t.incoming(t.bob).session.expect("a session");
    let dialog = t.net.with(t.bob, |agent, _| agent.details(&ringing));
    let call_id = dialog
        .get_text(properties::SESSION_CALL_ID, 0)
        .expect("an id")
        .to_owned();
    let invite = t.incoming(t.bob).message.expect("the INVITE");
    let progress = t
        .net
        .events(t.alice)
        .iter()
        .rev()
        .find_map(|event| {
            event
                .message
                .as_ref()
                .filter(|message| message.status() == Some(180))
        })
        .cloned()
        .expect("180");
    let id = DialogId {
        flags: replaces::DIALOG_ID_EARLY_ONLY,
        session: None,
        call_id: call_id.into(),
        local_tag: invite.from_tag().expect("a tag").into(),
        remote_tag: progress.to_tag().expect("a tag").into(),
    };
    let taken = t
        .net
        .with(t.carol, |agent, _| {
            agent.create_session(SessionType::PcToPc, SessionOptions::default())
        })
        .expect("a session");
    t.net
        .with(t.carol, |agent, _| agent.session_replace(&taken, &id))
        .expect("named");
    t.net
        .with(t.carol, |agent, now| {
            agent.add_participant(now, &taken, ALICE, None, &Send::default())
        })
        .expect("called");
    t.run();
    t.answer(t.alice, 200);
    t.run();
    assert_eq!(state(&taken), SessionState::Connected);
    assert_eq!(state(&ours), SessionState::Disconnected);
    assert_eq!(state(&ringing), SessionState::Disconnected);
    t.net.assert_ladder("pickup");
    t.hang_up(t.carol, &taken);
    t.assert_clean();
}

/// B-280: a third joins a call: the application sees which, and the old call stays; ours can be set.
#[test]
fn a_call_is_joined_by_a_third() {
    let mut t = Three::new(7);
    let (ours, theirs) = t.connected(t.alice, t.bob, BOB);
    let named = t
        .net
        .with(t.bob, |agent, _| agent.details(&theirs))
        .get_text(properties::SESSION_CALL_ID, 0)
        .expect("an id")
        .to_owned();
    let events = t.net.events(t.bob);
    let invite = events
        .iter()
        .find_map(|event| event.message.clone())
        .expect("the INVITE");
    let answered = t.net.events(t.alice).iter().rev();
    let answer = answered
        .filter_map(|event| event.message.as_ref())
        .find(|message| message.status() == Some(200))
        .cloned()
        .expect("the 200");
    for (call_id, joins) in [(named.as_str(), true), ("nobody", false)] {
        let id = DialogId {
            flags: replaces::DIALOG_ID_JOIN,
            session: None,
            call_id: call_id.into(),
            local_tag: answer.to_tag().expect("a tag").into(),
            remote_tag: invite.from_tag().expect("a tag").into(),
        };
        let third = t
            .net
            .with(t.carol, |agent, _| {
                agent.create_session(SessionType::PcToPc, SessionOptions::default())
            })
            .expect("a session");
        t.net
            .with(t.carol, |agent, _| agent.session_replace(&third, &id))
            .expect("named");
        t.net
            .with(t.carol, |agent, now| {
                agent.add_participant(now, &third, BOB, None, &Send::default())
            })
            .expect("called");
        t.run();
        if !joins {
            assert_eq!(state(&third), SessionState::Disconnected);
            let why = t.last(t.carol, EventType::SessionStateChange);
            assert_eq!(why.status, rtcclient::agent::Status::Sip(481));
            continue;
        }
        let event = t.incoming(t.bob);
        assert_eq!(event.kind, replaces::KIND_JOINS);
        assert!(
            event
                .other
                .is_some_and(|other| std::sync::Arc::ptr_eq(&other, &theirs))
        );
        t.answer(t.bob, 200);
        assert_eq!(state(&third), SessionState::Connected);
        assert_eq!(
            (state(&ours), state(&theirs)),
            (SessionState::Connected, SessionState::Connected)
        );
        t.hang_up(t.carol, &third);
    }
}

/// What the peer's INVITE outside of any dialog is answered with.
fn answered(t: &mut Talk, cseq: u32, lines: &str) -> u16 {
    let leg = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: format!("<sip:dave@192.0.2.9>;tag=d{cseq}"),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: format!("new{cseq}"),
    };
    t.say(&leg, "INVITE", cseq, lines, &sdp(PEER, "sendrecv"));
    t.wait(0.1);
    let mut last = 0;
    while let Some(message) = t.peer.next() {
        if message.cseq_method() == "INVITE" && message.call_id() == leg.call_id {
            last = message.status().unwrap_or(0);
        }
    }
    last
}

/// B-133, B-275, B-276, B-277, B-278: the table of RFC 3891 §3, before anybody is rung.
#[test]
fn an_invite_with_replaces_is_matched_before_anything_rings() {
    let mut t = Talk::new(8);
    let (session, invite, leg) = t.connected("");
    let ours = invite.from_tag().expect("a tag").to_owned();
    let id = invite.call_id().to_owned();
    let right = format!("{id};to-tag={ours};from-tag=t1");
    for (lines, status) in [
        (format!("Replaces: {right}\r\n"), 180),
        (format!("Replaces: {right};early-only\r\n"), 486),
        (format!("Replaces: {id};to-tag=t1;from-tag={ours}\r\n"), 481),
        (format!("Replaces: {id};to-tag={ours};from-tag=t2\r\n"), 481),
        (
            format!("Replaces: other;to-tag={ours};from-tag=t1\r\n"),
            481,
        ),
        (format!("Replaces: {id};to-tag={ours}\r\n"), 400),
        (format!("Replaces: {right}\r\nReplaces: {right}\r\n"), 400),
        (format!("Replaces: {right}\r\nJoin: {right}\r\n"), 400),
        (format!("Join: {right}\r\n"), 180),
        (format!("Join: {id};to-tag={ours};from-tag=t2\r\n"), 481),
    ] {
        let cseq = 100 + u32::try_from(lines.len()).expect("short") + u32::from(status);
        assert_eq!(answered(&mut t, cseq, &lines), status, "{lines}");
    }
    assert!(invite.lists(HeaderId::Supported, "replaces"));
    assert_eq!(state(&session), SessionState::Connected);
    // Not in any other request.
    t.say(&leg, "OPTIONS", 7, &format!("Replaces: {right}\r\n"), "");
    t.peer.expect("400 OPTIONS");
    // An ended call is not there to be replaced.
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "", "", "");
    assert_eq!(
        answered(&mut t, 990, &format!("Replaces: {right}\r\n")),
        603
    );
}

/// B-275: a peer of RFC 2543 has no tag, which is named as 0.
#[test]
fn a_peer_without_tag_is_named_by_zero() {
    let mut t = Talk::new(9);
    let leg = Leg {
        target: "sip:alice@192.0.2.1".into(),
        local: "<sip:peer@192.0.2.9>".into(),
        remote: "<sip:alice@192.0.2.1>".into(),
        call_id: "old".into(),
    };
    t.say(&leg, "INVITE", 1, "", &sdp(PEER, "sendrecv"));
    let session = t
        .on(|agent, _| agent.list(rtcclient::agent::Kind::Session))
        .pop()
        .expect("a session");
    t.reply(&session, 200, Send::default());
    let answer = t.peer.expect("200 INVITE");
    t.say(&Leg::of_answer(&answer), "ACK", 1, "", "");
    let ours = answer.to_tag().expect("a tag");
    let lines = format!("Replaces: old;to-tag={ours};from-tag=0\r\n");
    assert_eq!(answered(&mut t, 50, &lines), 180);
}

/// B-278: an early dialog that the peer began cannot be replaced.
#[test]
fn a_ringing_call_of_the_peer_is_not_replaced() {
    let mut t = Talk::new(10);
    let session = t.called("", &sdp(PEER, "sendrecv")).expect("a session");
    let ringing = t.peer.expect("180 INVITE");
    let lines = format!(
        "Replaces: theirs;to-tag={};from-tag=p1\r\n",
        ringing.to_tag().expect("a tag")
    );
    assert_eq!(answered(&mut t, 60, &lines), 481);
    assert_eq!(state(&session), SessionState::Incoming);
}

/// B-279: answered automatically only for the old call's peer, or by its word; anybody else is put to the application.
#[test]
fn only_the_old_peer_replaces_without_being_asked() {
    use rtcclient::agent::AnswerMode;
    for (lines, status) in [
        ("", 180),
        ("Referred-By: <sip:peer@192.0.2.9>\r\n", 200),
        ("Referred-By: <sip:mallory@192.0.2.66>\r\n", 180),
    ] {
        let mut t = Talk::new(11);
        let (session, invite, _) = t.connected("");
        t.on(|agent, _| {
            agent.set_answer_mode(SessionType::PcToPc, AnswerMode::AutomaticallyAccept)
        });
        let named = format!(
            "Replaces: {};to-tag={};from-tag=t1\r\n{lines}",
            invite.call_id(),
            invite.from_tag().expect("a tag")
        );
        assert_eq!(answered(&mut t, 70, &named), status, "{lines}");
        let gone = state(&session) != SessionState::Connected;
        t.wait(0.1);
        assert_eq!(
            gone || state(&session) == SessionState::Disconnected,
            status == 200 && gone
        );
    }
}

#[test]
fn a_dialog_is_named_only_by_an_idle_session_and_only_right() {
    let mut t = Talk::new(12);
    let (standing, _, _) = t.connected("");
    let idle = t
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    let id = DialogId {
        session: Some(standing.clone()),
        ..DialogId::default()
    };
    t.on(|agent, _| agent.session_replace(&standing, &id))
        .expect_err("it stands");
    t.on(|agent, _| agent.session_replace(&idle, &id))
        .expect("named");
    for wrong in [
        DialogId::default(),
        DialogId {
            flags: replaces::DIALOG_ID_JOIN | replaces::DIALOG_ID_TARGET,
            ..id.clone()
        },
        DialogId {
            flags: replaces::DIALOG_ID_JOIN | replaces::DIALOG_ID_EARLY_ONLY,
            ..id.clone()
        },
        DialogId {
            call_id: "a b".into(),
            local_tag: "1".into(),
            remote_tag: "2".into(),
            ..DialogId::default()
        },
        DialogId {
            call_id: "a".into(),
            local_tag: "1\r\nX: y".into(),
            remote_tag: "2".into(),
            ..DialogId::default()
        },
    ] {
        t.on(|agent, _| agent.session_replace(&idle, &wrong))
            .expect_err("refused");
    }
}
