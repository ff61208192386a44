//! Two user agents with the embedded server between them: registration with digest, calls through a record-routing
//! forking proxy, redirection, presence. Everything on a virtual network.

mod sim;

use rtcclient::agent::{
    Agent, Config, Event, EventType, ObjectRef, ProfileOptions, RegistrationState, Send,
    SessionOptions, SessionState, SessionType, Status, SubscriptionOptions, SubscriptionState,
    TerminateReason,
};
use rtcclient::base::Time;
use rtcclient::server::User;
use sim::{HostId, Sim, secs, server};

struct World {
    net: Sim,
}

const REGISTER_ALL: u32 = 15;

impl World {
    fn new(seed: u64, users: &[&str]) -> Self {
        Self::with_core(seed, server::core(seed, users))
    }

    fn with_core(seed: u64, core: rtcclient::server::Server) -> Self {
        let mut net = Sim::new(seed);
        server::add(&mut net, core);
        Self { net }
    }

    /// A phone that is registered by a transport.
    fn phone(&mut self, name: &str, number: u8, transport: &str) -> (HostId, ObjectRef) {
        let (id, profile) = self.idle_phone(name, number, transport, "secret");
        self.on(id, |agent, now| {
            agent.enable_profile(now, &profile, REGISTER_ALL, 0)
        })
        .expect("enabled");
        self.net.run_for(secs(0.5));
        assert_eq!(
            registration(&profile),
            RegistrationState::Registered,
            "{}",
            self.net.ladder()
        );
        (id, profile)
    }

    fn idle_phone(
        &mut self,
        name: &str,
        number: u8,
        transport: &str,
        password: &str,
    ) -> (HostId, ObjectRef) {
        let id = self
            .net
            .agent(name, &format!("192.0.2.{number}"), Config::default());
        let user: String = name.chars().take_while(|c| c.is_alphabetic()).collect();
        let options = ProfileOptions {
            uri: format!("sip:{user}@example.com").into(),
            proxy: format!("<sip:192.0.2.100;transport={transport};lr>").into(),
            password: password.into(),
            ..ProfileOptions::default()
        };
        let profile = self
            .on(id, |agent, _| agent.create_profile(options))
            .expect("a profile");
        (id, profile)
    }

    fn on<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        self.net.with(id, verb)
    }

    fn call(&mut self, from: HostId, uri: &str) -> ObjectRef {
        let session = self
            .on(from, |agent, _| {
                agent.create_session(SessionType::PcToPc, SessionOptions::default())
            })
            .expect("a session");
        self.on(from, |agent, now| {
            agent.add_participant(now, &session, uri, None, &Send::default())
        })
        .expect("called");
        self.net.run_for(secs(0.5));
        session
    }

    fn incoming(&self, at: HostId) -> Option<ObjectRef> {
        last(self.net.events(at), |event| {
            event.event_type == EventType::SessionStateChange
                && event.state == SessionState::Incoming.number()
        })
        .and_then(|event| event.session.clone())
    }

    fn answer(&mut self, at: HostId) -> ObjectRef {
        let session = self
            .incoming(at)
            .unwrap_or_else(|| panic!("no call came\n{}", self.net.ladder()));
        self.on(at, |agent, now| {
            agent.answer(now, &session, 200, &Send::default())
        })
        .expect("answered");
        self.net.run_for(secs(0.5));
        session
    }
}

fn last(events: &[Event], wanted: impl Fn(&Event) -> bool) -> Option<&Event> {
    events.iter().rev().find(|event| wanted(event))
}

fn registration(profile: &ObjectRef) -> RegistrationState {
    RegistrationState::from_number(profile.state()).expect("a state")
}

fn state(session: &ObjectRef) -> SessionState {
    SessionState::from_number(session.state()).expect("a state")
}

#[test]
fn a_phone_registers_with_digest_refreshes_and_unregisters() {
    let mut w = World::new(1, &["alice"]);
    let (id, profile) = w.phone("alice", 1, "udp");
    w.net.assert_ladder("register_with_digest");
    // It refreshes by itself before the hour is over.
    let before = w.net.ladder().matches("REGISTER").count();
    w.net.run_for(secs(3700.0));
    assert!(w.net.ladder().matches("REGISTER").count() > before);
    assert_eq!(registration(&profile), RegistrationState::Registered);
    w.on(id, |agent, now| agent.disable_profile(now, &profile))
        .expect("disabled");
    w.net.run_for(secs(1.0));
    assert_eq!(
        registration(&profile),
        RegistrationState::NotRegistered,
        "{}",
        w.net.ladder()
    );
}

#[test]
fn a_wrong_password_is_rejected_with_its_status_and_no_loop() {
    let mut w = World::new(2, &["alice"]);
    let (id, profile) = w.idle_phone("alice", 1, "udp", "wrong");
    w.on(id, |agent, now| {
        agent.enable_profile(now, &profile, REGISTER_ALL, 0)
    })
    .expect("enabled");
    w.net.run_for(secs(20.0));
    assert_eq!(
        registration(&profile),
        RegistrationState::Rejected,
        "{}",
        w.net.ladder()
    );
    let event = last(w.net.events(id), |event| {
        event.event_type == EventType::RegistrationStateChange
    })
    .expect("an event");
    assert!(
        matches!(event.status, Status::Sip(401 | 403)),
        "{:?}",
        event.status
    );
    assert!(event.message.is_some());
    assert!(
        w.net.ladder().matches("REGISTER").count() < 12,
        "{}",
        w.net.ladder()
    );
}

#[test]
fn a_server_that_is_down_gives_an_error_and_comes_back_later() {
    let mut w = World::new(3, &["alice"]);
    let (id, profile) = w.idle_phone("alice", 1, "udp", "secret");
    w.net
        .unreachable("192.0.2.100:5060".parse().expect("an address"));
    w.on(id, |agent, now| {
        agent.enable_profile(now, &profile, REGISTER_ALL, 0)
    })
    .expect("enabled");
    w.net.run_for(secs(5.0));
    assert_eq!(
        registration(&profile),
        RegistrationState::Error,
        "{}",
        w.net.ladder()
    );
    w.net
        .reachable("192.0.2.100:5060".parse().expect("an address"));
    w.net.run_for(secs(300.0));
    assert_eq!(
        registration(&profile),
        RegistrationState::Registered,
        "{}",
        w.net.ladder()
    );
}

#[test]
fn a_call_goes_through_the_proxy_and_stays_on_its_route() {
    let mut w = World::new(4, &["alice", "bob"]);
    let (alice, _) = w.phone("alice", 1, "udp");
    let (bob, _) = w.phone("bob", 2, "tcp");
    let session = w.call(alice, "sip:bob@example.com");
    let theirs = w.answer(bob);
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    assert_eq!(
        state(&theirs),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    w.on(alice, |agent, now| {
        agent.hold(now, &session, true, &Send::default())
    })
    .expect("held");
    w.net.run_for(secs(0.5));
    assert_eq!(state(&session), SessionState::Hold, "{}", w.net.ladder());
    w.on(alice, |agent, now| {
        agent.hold(now, &session, false, &Send::default())
    })
    .expect("unheld");
    w.net.run_for(secs(0.5));
    w.on(bob, |agent, now| {
        agent.session_send(
            now,
            &theirs,
            "INFO",
            &Send {
                cookie: 4,
                ..Send::default()
            },
        )
    })
    .expect("sent");
    w.net.run_for(secs(0.5));
    let done = last(w.net.events(bob), |event| event.cookie == 4).expect("completed");
    assert_eq!(done.status, Status::Sip(200));
    w.on(bob, |agent, now| {
        agent.terminate(now, &theirs, TerminateReason::Normal, &Send::default())
    })
    .expect("ended");
    w.net.run_for(secs(0.5));
    assert_eq!(
        state(&session),
        SessionState::Disconnected,
        "{}",
        w.net.ladder()
    );
    assert!(
        !w.net.ladder().contains("alice → bob") && !w.net.ladder().contains("bob → alice"),
        "{}",
        w.net.ladder()
    );
    w.net.assert_ladder("call_through_proxy");
}

#[test]
fn a_fork_is_answered_by_one_and_cancelled_at_the_other() {
    let mut w = World::new(5, &["alice", "bob"]);
    let (alice, _) = w.phone("alice", 1, "udp");
    let (desk, _) = w.phone("bob1", 2, "udp");
    let (cell, _) = w.phone("bob2", 3, "tcp");
    let session = w.call(alice, "sip:bob@example.com");
    let other = w.incoming(desk).expect("rings at the desk");
    w.answer(cell);
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    assert_eq!(
        state(&other),
        SessionState::Disconnected,
        "{}",
        w.net.ladder()
    );
    let end = last(w.net.events(desk), |event| {
        event.event_type == EventType::SessionStateChange
    })
    .expect("an end");
    assert_eq!(end.status, Status::Sip(487));
}

#[test]
fn both_forks_answering_at_once_leaves_one_call() {
    let mut w = World::new(6, &["alice", "bob"]);
    let (alice, _) = w.phone("alice", 1, "udp");
    let (desk, _) = w.phone("bob1", 2, "udp");
    let (cell, _) = w.phone("bob2", 3, "udp");
    let session = w.call(alice, "sip:bob@example.com");
    let (one, two) = (
        w.incoming(desk).expect("rings"),
        w.incoming(cell).expect("rings"),
    );
    w.on(desk, |agent, now| {
        agent.answer(now, &one, 200, &Send::default())
    })
    .expect("answered");
    w.on(cell, |agent, now| {
        agent.answer(now, &two, 200, &Send::default())
    })
    .expect("answered");
    w.net.run_for(secs(3.0));
    assert_eq!(state(&session), SessionState::Connected);
    let mut states = [state(&one), state(&two)];
    states.sort();
    assert_eq!(
        states,
        [SessionState::Connected, SessionState::Disconnected],
        "{}",
        w.net.ladder()
    );
}

#[test]
fn a_user_elsewhere_is_redirected_and_an_unknown_one_is_404() {
    let mut core = server::core(7, &["alice", "bob"]);
    core.set_user(User {
        name: "moved".into(),
        contacts: vec!["sip:bob@example.com".into()],
        status: Some(302),
        ..User::default()
    })
    .expect("a user");
    core.set_user(User {
        name: "busy".into(),
        status: Some(486),
        ..User::default()
    })
    .expect("a user");
    let mut w = World::with_core(7, core);
    let (alice, _) = w.phone("alice", 1, "udp");
    let (bob, _) = w.phone("bob", 2, "udp");
    let session = w.call(alice, "sip:moved@example.com");
    w.answer(bob);
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "{}",
        w.net.ladder()
    );
    for (uri, status) in [
        ("sip:nobody@example.com", 404),
        ("sip:busy@example.com", 486),
    ] {
        let session = w.call(alice, uri);
        assert_eq!(state(&session), SessionState::Disconnected);
        let end = last(w.net.events(alice), |event| {
            event.event_type == EventType::SessionStateChange
        })
        .expect("an end");
        assert_eq!(end.status, Status::Sip(status));
    }
}

const PIDF: &str = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:alice@example.com\">\
<tuple id=\"t\"><status><basic>open</basic></status></tuple></presence>";

#[test]
fn presence_is_published_watched_changed_and_removed() {
    let mut w = World::new(8, &["alice", "bob"]);
    let (alice, profile) = w.phone("alice", 1, "udp");
    let (bob, theirs) = w.phone("bob", 2, "tcp");
    let options = SubscriptionOptions {
        profile: Some(theirs),
        uri: "sip:alice@example.com".into(),
        event: "presence".into(),
        accept: "application/pidf+xml".into(),
        ..SubscriptionOptions::default()
    };
    let subscription = w
        .on(bob, |agent, _| agent.create_subscription(options))
        .expect("a subscription");
    w.on(bob, |agent, _| {
        agent.set_headers(Some(&subscription), Some("X-Watch: 1"), 0)
    })
    .expect("set");
    w.on(bob, |agent, now| {
        agent.subscribe(now, &subscription, &Send::default())
    })
    .expect("subscribed");
    w.net.run_for(secs(1.0));
    assert_eq!(
        subscription.state(),
        SubscriptionState::Subscribed.number(),
        "{}",
        w.net.ladder()
    );
    let publish = |body: &str, flags| Send {
        flags,
        content_type: (!body.is_empty()).then(|| "application/pidf+xml".into()),
        body: (!body.is_empty()).then(|| body.as_bytes().into()),
        ..Send::default()
    };
    let basic = |w: &World| -> String {
        let notify = last(w.net.events(bob), |event| {
            event.event_type == EventType::SubscriptionNotify
        })
        .expect("a NOTIFY");
        let body = String::from_utf8_lossy(notify.body()).into_owned();
        if body.contains("open") {
            "open".into()
        } else {
            "closed".into()
        }
    };
    assert_eq!(basic(&w), "closed");
    w.on(alice, |agent, now| {
        agent.publish(now, &profile, "presence", &publish(PIDF, 0))
    })
    .expect("published");
    w.net.run_for(secs(1.5));
    assert_eq!(basic(&w), "open", "{}", w.net.ladder());
    w.on(alice, |agent, now| {
        agent.publish(
            now,
            &profile,
            "presence",
            &publish(&PIDF.replace("open", "closed"), 0),
        )
    })
    .expect("published");
    w.net.run_for(secs(1.5));
    assert_eq!(basic(&w), "closed");
    w.on(alice, |agent, now| {
        agent.publish(now, &profile, "presence", &publish("", 16))
    })
    .expect("removed");
    w.net.run_for(secs(1.5));
    w.on(bob, |agent, now| {
        agent.unsubscribe(now, &subscription, &Send::default())
    })
    .expect("unsubscribed");
    w.net.run_for(secs(1.5));
    assert_eq!(
        subscription.state(),
        SubscriptionState::NotSubscribed.number(),
        "{}",
        w.net.ladder()
    );
    w.net.assert_ladder("presence_round_trip");
}

#[test]
fn preparing_for_shutdown_ends_everything_and_says_so_once() {
    let mut w = World::new(9, &["alice", "bob"]);
    let (alice, profile) = w.phone("alice", 1, "udp");
    let (bob, _) = w.phone("bob", 2, "tcp");
    let session = w.call(alice, "sip:bob@example.com");
    w.answer(bob);
    w.on(alice, |agent, now| agent.prepare_for_shutdown(now));
    assert!(
        w.on(alice, |agent, _| agent.create_session(
            SessionType::PcToPc,
            SessionOptions::default()
        ))
        .is_err()
    );
    w.net.run_for(secs(2.0));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(registration(&profile), RegistrationState::NotRegistered);
    let done = |event: &&Event| event.event_type == EventType::Client && event.kind == 3;
    assert_eq!(
        w.net.events(alice).iter().filter(done).count(),
        1,
        "{}",
        w.net.ladder()
    );
}

#[test]
fn goodbyes_to_a_dead_server_take_no_longer_than_five_seconds() {
    let mut w = World::new(10, &["alice"]);
    let (alice, _) = w.phone("alice", 1, "udp");
    w.net.lose_next("REGISTER", 1000);
    w.on(alice, |agent, now| agent.prepare_for_shutdown(now));
    w.net.run_for(secs(5.1));
    assert!(
        w.net
            .events(alice)
            .iter()
            .any(|event| event.event_type == EventType::Client && event.kind == 3)
    );
}

#[test]
fn the_connection_to_the_server_breaks_and_the_registration_comes_back() {
    let mut w = World::new(11, &["alice", "bob"]);
    let (alice, _) = w.phone("alice", 1, "udp");
    let (bob, theirs) = w.phone("bob", 2, "tcp");
    w.net.cut_connections(bob);
    w.net.run_for(secs(60.0));
    assert_eq!(
        registration(&theirs),
        RegistrationState::Registered,
        "{}",
        w.net.ladder()
    );
    w.call(alice, "sip:bob@example.com");
    assert!(w.incoming(bob).is_some(), "{}", w.net.ladder());
}

#[test]
fn the_same_seed_gives_the_same_ladder_with_the_server_between() {
    let run = |seed| {
        let mut w = World::new(seed, &["alice", "bob"]);
        w.net.set_link(sim::Link {
            delay: secs(0.01),
            jitter: secs(0.02),
            loss_ppm: 50_000,
            duplicate_ppm: 50_000,
            reorder_ppm: 50_000,
        });
        let (alice, a) = w.idle_phone("alice", 1, "udp", "secret");
        let (bob, b) = w.idle_phone("bob", 2, "tcp", "secret");
        w.on(alice, |agent, now| {
            agent.enable_profile(now, &a, REGISTER_ALL, 0)
        })
        .expect("enabled");
        w.on(bob, |agent, now| {
            agent.enable_profile(now, &b, REGISTER_ALL, 0)
        })
        .expect("enabled");
        w.net.run_for(secs(10.0));
        let session = w.call(alice, "sip:bob@example.com");
        w.net.run_for(secs(5.0));
        if let Some(incoming) = w.incoming(bob) {
            let _ = w.on(bob, |agent, now| {
                agent.answer(now, &incoming, 200, &Send::default())
            });
        }
        w.net.run_for(secs(10.0));
        let _ = w.on(alice, |agent, now| {
            agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
        });
        w.net.run_for(secs(60.0));
        w.net.ladder().to_owned()
    };
    assert_eq!(run(31), run(31));
    assert_ne!(run(31), run(32));
}

#[test]
fn cleaning_up_is_told_last_also_after_a_refused_registration() {
    let mut w = World::new(12, &["alice"]);
    let (id, profile) = w.idle_phone("alice", 1, "udp", "wrong");
    w.on(id, |agent, now| {
        agent.enable_profile(now, &profile, REGISTER_ALL, 0)
    })
    .expect("enabled");
    let session = w
        .on(id, |agent, _| {
            agent.create_session(SessionType::PcToPc, SessionOptions::default())
        })
        .expect("a session");
    w.net.run_for(secs(2.0));
    w.on(id, |agent, now| agent.prepare_for_shutdown(now));
    w.net.run_for(secs(6.0));
    let last = w.net.events(id).last().expect("an event");
    assert_eq!(
        (last.event_type, last.kind),
        (EventType::Client, 3),
        "{last:?}"
    );
    assert_eq!(state(&session), SessionState::Disconnected);
}
