//! Whole services between user agents of ours, message by message: the flows of RFC 3665, services of RFC 5359 as far
//! as they need no sound, the REFER flow of RFC 3515.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod sim;

use rtcclient::agent::{
    Agent, AnswerMode, Config, Event, EventType, ObjectRef, ProfileOptions, Send, SessionOptions,
    SessionState, SessionType, Status, TerminateReason,
};
use rtcclient::base::Time;
use rtcclient::server::User;
use sim::{HostId, Sim, secs, server};

struct World {
    net: Sim,
}

fn state(session: &ObjectRef) -> SessionState {
    SessionState::from_number(session.state()).unwrap()
}

impl World {
    /// User agents that reach each other directly: alice is 192.0.2.1, bob 192.0.2.2, carol 192.0.2.3.
    fn plain(seed: u64) -> (Self, [HostId; 3]) {
        let mut net = Sim::new(seed);
        let ids = [("alice", 1), ("bob", 2), ("carol", 3)].map(|(name, number)| {
            let address = format!("192.0.2.{number}");
            let id = net.agent(name, &address, Config::default());
            let uri = format!("sip:{name}@{address}");
            net.with(id, |agent, _| agent.set_local_user(Some(&uri), None))
                .unwrap();
            id
        });
        (Self { net }, ids)
    }

    fn on<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        self.net.with(id, verb)
    }

    fn wait(&mut self, seconds: f64) {
        self.net.run_for(secs(seconds));
    }

    fn call(&mut self, from: HostId, uri: &str) -> ObjectRef {
        self.call_with(from, uri, SessionOptions::default())
    }

    fn call_with(&mut self, from: HostId, uri: &str, options: SessionOptions) -> ObjectRef {
        let session = self
            .on(from, |agent, _| {
                agent.create_session(SessionType::PcToPc, options)
            })
            .unwrap();
        self.on(from, |agent, now| {
            agent.add_participant(now, &session, uri, None, &Send::default())
        })
        .unwrap();
        self.wait(0.5);
        session
    }

    fn incoming(&self, at: HostId) -> ObjectRef {
        let found = self.net.events(at).iter().rev().find(|event| {
            event.event_type == EventType::SessionStateChange
                && event.state == SessionState::Incoming.number()
        });
        let session = found.and_then(|event| event.session.clone());
        session.unwrap_or_else(|| panic!("no call came\n{}", self.net.ladder()))
    }

    fn answer(&mut self, at: HostId, status: u16) -> ObjectRef {
        let session = self.incoming(at);
        self.on(at, |agent, now| {
            agent.answer(now, &session, status, &Send::default())
        })
        .unwrap();
        self.wait(0.5);
        session
    }

    fn hang_up(&mut self, at: HostId, session: &ObjectRef) {
        self.on(at, |agent, now| {
            agent.terminate(now, session, TerminateReason::Normal, &Send::default())
        })
        .unwrap();
        self.wait(0.5);
    }

    fn hold(&mut self, at: HostId, session: &ObjectRef, on: bool) {
        self.on(at, |agent, now| {
            agent.hold(now, session, on, &Send::default())
        })
        .unwrap();
        self.wait(0.5);
    }

    fn last(&self, at: HostId) -> &Event {
        let all = self.net.events(at).iter().rev();
        all.into_iter()
            .find(|event| event.event_type == EventType::SessionStateChange)
            .unwrap()
    }

    /// What a referral brought to an agent that was referred: accepted, and followed.
    fn follow(&mut self, at: HostId, uri: &str) -> ObjectRef {
        let event = self
            .net
            .events(at)
            .iter()
            .rev()
            .find(|event| {
                matches!(
                    event.event_type,
                    EventType::SessionReferred | EventType::SessionConsultantReferred
                )
            })
            .cloned()
            .unwrap_or_else(|| panic!("nobody was referred\n{}", self.net.ladder()));
        let answer = event.answer.unwrap();
        self.on(at, |agent, now| {
            agent.answer_event(now, answer, 200, &Send::default())
        })
        .unwrap();
        self.wait(0.1);
        let options = SessionOptions {
            referral: event.referral,
            ..SessionOptions::default()
        };
        self.call_with(at, uri, options)
    }
}

/// B-433: registered with digest, called through a proxy, refused, not answered, taken back, redirected.
#[test]
fn the_basic_flows_through_a_server() {
    let mut core = server::core(1, &["alice", "bob"]);
    core.set_user(User {
        name: "moved".into(),
        contacts: vec!["sip:bob@example.com".into()],
        status: Some(302),
        ..User::default()
    })
    .unwrap();
    let mut net = Sim::new(1);
    server::add(&mut net, core);
    let mut w = World { net };
    let ids = [("alice", 1), ("bob", 2)].map(|(name, number)| {
        let id = w
            .net
            .agent(name, &format!("192.0.2.{number}"), Config::default());
        let options = ProfileOptions {
            uri: format!("sip:{name}@example.com").into(),
            proxy: "<sip:192.0.2.100;lr>".into(),
            password: "secret".into(),
            ..ProfileOptions::default()
        };
        let profile = w.on(id, |agent, _| agent.create_profile(options)).unwrap();
        w.on(id, |agent, now| agent.enable_profile(now, &profile, 15, 0))
            .unwrap();
        w.wait(0.5);
        id
    });
    let [alice, bob] = ids;
    let bobs = "sip:bob@example.com";

    let session = w.call(alice, bobs);
    w.answer(bob, 200);
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    w.hang_up(alice, &session);

    w.call(alice, bobs);
    w.answer(bob, 486);
    assert_eq!(w.last(alice).status, Status::Sip(486));

    // Nobody answers: the caller's patience ends.
    let session = w.call(alice, bobs);
    w.wait(10.0);
    assert_eq!(state(&session), SessionState::InProgress);
    w.hang_up(alice, &session);
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(w.last(bob).status, Status::Sip(487));

    let session = w.call(alice, "sip:moved@example.com");
    w.answer(bob, 200);
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    w.hang_up(alice, &session);
    w.wait(1.0);
    w.net.assert_ladder("basic_flows");
}

/// B-433: a proxy that wants to know who calls is told, for INVITE and BYE.
#[test]
fn a_proxy_that_asks_who_calls_is_told() {
    let mut t = sim::talk::Talk::new(2);
    let credentials = rtcclient::agent::Credentials {
        user: "alice".into(),
        secret: "secret".into(),
        ..Default::default()
    };
    t.on(|agent, _| agent.set_credentials(None, credentials))
        .unwrap();
    let (session, invite) = t.call(SessionOptions::default());
    let lines = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
    t.answer(&invite, 407, "p", lines, "");
    let again = t.peer.expect("INVITE");
    t.answer(&again, 180, "t1", "", "");
    t.answer(
        &again,
        200,
        "t1",
        "",
        &sim::raw::sdp(sim::talk::PEER, "sendrecv"),
    );
    t.peer.expect("ACK");
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    let id = rtcclient::syntax::HeaderId::ProxyAuthorization;
    assert!(
        bye.header(id)
            .is_some_and(|value| value.contains("nc=00000002")),
        "what is known is sent at once"
    );
    t.answer(&bye, 200, "", "", "");
    t.net.assert_ladder("proxy_asks_who_calls");
}

/// B-437: A calls B, refers B to C and hangs up at once; B calls C; how that went is still told and answered.
#[test]
fn a_referral_outlives_the_call_it_was_made_in() {
    let (mut w, [alice, bob, carol]) = World::plain(3);
    let session = w.call(alice, "sip:bob@192.0.2.2");
    w.answer(bob, 200);
    w.on(alice, |agent, now| {
        agent.refer(
            now,
            &session,
            Some("sip:carol@192.0.2.3"),
            None,
            &Send::default(),
        )
    })
    .unwrap();
    w.wait(0.1);
    let transferred = w.follow(bob, "sip:carol@192.0.2.3");
    w.hang_up(alice, &session);
    w.answer(carol, 200);
    assert_eq!(
        state(&transferred),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    w.wait(2.0);
    let ladder = w.net.ladder().to_owned();
    for what in [
        "alice → bob REFER",
        "bob → alice 200 OK cseq",
        "bob → alice NOTIFY",
        "alice → bob BYE",
        "bob → carol INVITE",
    ] {
        assert!(ladder.contains(what), "{what}\n{ladder}");
    }
    let bye = ladder.find("alice → bob BYE").unwrap();
    let last = ladder.rfind("bob → alice NOTIFY").unwrap();
    assert!(last > bye, "the last report comes after the BYE\n{ladder}");
    assert!(ladder[last..].contains("alice → bob 200 OK"), "{ladder}");
    w.net.assert_ladder("refer_of_the_primer");
}

/// The services of RFC 5359 that stand without Replaces: hold, consultation, unattended transfer, three at once,
/// forwarding, screening.
#[test]
fn services_between_three_phones() {
    let (mut w, [alice, bob, carol]) = World::plain(4);
    // Hold.
    let first = w.call(alice, "sip:bob@192.0.2.2");
    w.answer(bob, 200);
    w.hold(alice, &first, true);
    assert_eq!(state(&first), SessionState::Hold);
    // Consultation: another call meanwhile, then back.
    let second = w.call(alice, "sip:carol@192.0.2.3");
    w.answer(carol, 200);
    assert_eq!(
        (state(&first), state(&second)),
        (SessionState::Hold, SessionState::Connected)
    );
    // Three at once: who mixes has two calls that both flow.
    w.hold(alice, &first, false);
    assert_eq!(
        (state(&first), state(&second)),
        (SessionState::Connected, SessionState::Connected)
    );
    w.hang_up(alice, &second);
    // Unattended transfer.
    w.on(alice, |agent, now| {
        agent.refer(
            now,
            &first,
            Some("sip:carol@192.0.2.3"),
            None,
            &Send::default(),
        )
    })
    .unwrap();
    w.wait(0.1);
    let transferred = w.follow(bob, "sip:carol@192.0.2.3");
    w.answer(carol, 200);
    w.wait(1.0);
    assert_eq!(
        (state(&first), state(&transferred)),
        (SessionState::Disconnected, SessionState::Connected)
    );
    w.hang_up(bob, &transferred);
    // Forwarded always, when busy, when nobody answers: each is a redirection by whoever is called.
    for after in [0.0, 0.1, 8.0] {
        let session = w.call(alice, "sip:bob@192.0.2.2");
        w.wait(after);
        let ringing = w.incoming(bob);
        w.on(bob, |agent, now| {
            agent.redirect(
                now,
                &ringing,
                Some("sip:carol@192.0.2.3"),
                0,
                &Send::default(),
            )
        })
        .unwrap();
        w.wait(0.5);
        w.answer(carol, 200);
        assert_eq!(
            state(&session),
            SessionState::Connected,
            "{}",
            w.net.ladder()
        );
        w.hang_up(carol, &w.incoming(carol));
        w.wait(0.5);
    }
    // Screening: refused before anybody hears a bell.
    w.on(bob, |agent, _| {
        agent.set_answer_mode(SessionType::PcToPc, AnswerMode::AutomaticallyReject)
    });
    let told = w.net.events(bob).len();
    w.call(alice, "sip:bob@192.0.2.2");
    assert_eq!(w.last(alice).status, Status::Sip(603));
    assert_eq!(w.net.events(bob).len(), told);
    w.wait(70.0);
    for id in [alice, bob, carol] {
        let left = w.on(id, |agent, _| agent.statistics());
        assert_eq!(
            (left.sessions, left.dialogs, left.transactions),
            (0, 0, 0),
            "{}",
            w.net.ladder()
        );
    }
}
