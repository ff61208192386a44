//! Random calls on a bad network: whatever is lost, doubled or overtaken, every session ends in exactly one final state
//! and nothing is left behind. Seeds are printed on failure and rerun by `SIM_SEED=…`; `CHAOS_SEEDS=N` runs more.

mod sim;

use std::collections::BTreeMap;

use rtcclient::agent::{
    Agent, Config, Event, EventType, Kind, ObjectRef, Send, SessionOptions, SessionState,
    SessionType, TerminateReason,
};
use rtcclient::base::{Entropy, Time};
use sim::{HostId, Link, Sim, secs, seed_bytes};

struct Chaos {
    net: Sim,
    hosts: [HostId; 2],
    dice: Entropy,
    /// By (host, key of the session): how often it was told to be over.
    ends: BTreeMap<(usize, String), u32>,
}

const URIS: [&str; 2] = ["sip:alice@192.0.2.1", "sip:bob@192.0.2.2"];

impl Chaos {
    fn new(seed: u64) -> Self {
        let mut net = Sim::new(seed);
        let seed = net.seed;
        let mut dice = Entropy::new(seed_bytes(seed, 99));
        net.set_link(Link {
            delay: secs(0.02),
            jitter: secs(0.08),
            loss_ppm: dice.below(300_000),
            duplicate_ppm: dice.below(100_000),
            reorder_ppm: dice.below(100_000),
        });
        let hosts = [
            net.agent("alice", "192.0.2.1", Config::default()),
            net.agent("bob", "192.0.2.2", Config::default()),
        ];
        for (id, uri) in hosts.iter().zip(URIS) {
            net.with(*id, |agent, _| agent.set_local_user(Some(uri), None))
                .expect("a URI");
        }
        Self {
            net,
            hosts,
            dice,
            ends: BTreeMap::new(),
        }
    }

    fn run(&mut self) {
        for _ in 0..40 {
            let at = usize::try_from(self.dice.below(2)).expect("0 or 1");
            self.act(at);
            let pause = self.dice.below(3000);
            self.net.run_for(std::time::Duration::from_millis(pause));
            self.read_events();
        }
        // The bad time is over; everybody hangs up.
        for at in 0..2 {
            self.net.with(self.hosts[at], |agent, now| {
                for session in agent.list(Kind::Session) {
                    let _ =
                        agent.terminate(now, &session, TerminateReason::Normal, &Send::default());
                }
            });
        }
        self.net.run_for(secs(400.0));
        self.read_events();
        for at in 0..2 {
            let left = self.net.with(self.hosts[at], |agent, _| agent.statistics());
            assert_eq!(
                (left.sessions, left.dialogs, left.transactions),
                (0, 0, 0),
                "seed {} left something at {}",
                self.net.seed,
                URIS[at]
            );
        }
        for ((at, name), ends) in &self.ends {
            assert_eq!(
                *ends, 1,
                "seed {}: session {name} of {} ended {ends} times",
                self.net.seed, URIS[*at]
            );
        }
        assert!(!self.ends.is_empty());
    }

    /// One random verb of a random kind; refusals are as good as anything.
    fn act(&mut self, at: usize) {
        let (choice, which) = (self.dice.below(10), self.dice.below(64));
        let uri = URIS[1 - at];
        self.net.with(self.hosts[at], |agent, now| {
            let sessions = agent.list(Kind::Session);
            let picked = sessions
                .get(usize::try_from(which).unwrap_or(0) % sessions.len().max(1))
                .cloned();
            verb(agent, now, choice, picked.as_ref(), uri);
        });
    }

    fn read_events(&mut self) {
        for at in 0..2 {
            for event in self.net.take_events(self.hosts[at]) {
                self.read(at, &event);
            }
        }
    }

    fn read(&mut self, at: usize, event: &Event) {
        if event.event_type != EventType::SessionStateChange {
            return;
        }
        let session = event.session.as_ref().expect("a session");
        let ends = self
            .ends
            .entry((at, format!("{:p}", std::sync::Arc::as_ptr(session))))
            .or_default();
        // The object is kept alive by the test, so that no other takes its address.
        std::mem::forget(session.clone());
        assert_eq!(*ends, 0, "seed {}: an event after the last", self.net.seed);
        if event.state == SessionState::Disconnected.number() {
            *ends += 1;
        }
    }
}

fn verb(agent: &mut Agent, now: Time, choice: u64, picked: Option<&ObjectRef>, uri: &str) {
    let none = Send::default();
    if choice < 3 || picked.is_none() {
        if let Ok(session) = agent.create_session(SessionType::PcToPc, SessionOptions::default()) {
            let _ = agent.add_participant(now, &session, uri, None, &none);
        }
        return;
    }
    let Some(session) = picked else { return };
    let _ = match choice {
        3 | 4 => agent.answer(now, session, 200, &none),
        5 => agent.answer(now, session, 486, &none),
        6 => agent.hold(now, session, true, &none),
        7 => agent.hold(now, session, false, &none),
        8 => agent.session_send(now, session, "INFO", &none),
        _ => agent.terminate(now, session, TerminateReason::Normal, &none),
    };
}

#[test]
fn every_call_ends_once_and_nothing_is_left() {
    let seeds = std::env::var("CHAOS_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100);
    if std::env::var_os("SIM_SEED").is_some() {
        return Chaos::new(0).run();
    }
    for seed in 0..seeds {
        Chaos::new(1000 + seed).run();
    }
}

/// The same with the server between: registrations, calls through it, presence; then a polite end.
fn with_server(seed: u64) {
    use rtcclient::agent::{ProfileOptions, SubscriptionOptions};
    let mut net = Sim::new(seed);
    let seed = net.seed;
    let mut dice = Entropy::new(seed_bytes(seed, 98));
    net.set_link(Link {
        delay: secs(0.02),
        jitter: secs(0.05),
        loss_ppm: dice.below(200_000),
        duplicate_ppm: dice.below(50_000),
        reorder_ppm: dice.below(50_000),
    });
    let server = sim::server::add(&mut net, sim::server::core(seed, &["alice", "bob"]));
    let mut phones = Vec::new();
    for (name, number, transport) in [
        ("alice", 1, "udp"),
        ("bob", 2, if dice.below(2) == 0 { "udp" } else { "tcp" }),
    ] {
        let id = net.agent(name, &format!("192.0.2.{number}"), Config::default());
        let options = ProfileOptions {
            uri: format!("sip:{name}@example.com").into(),
            proxy: format!("<sip:192.0.2.100;transport={transport};lr>").into(),
            password: "secret".into(),
            ..ProfileOptions::default()
        };
        let profile = net
            .with(id, |agent, _| agent.create_profile(options))
            .expect("a profile");
        net.with(id, |agent, now| agent.enable_profile(now, &profile, 15, 0))
            .expect("enabled");
        phones.push((id, profile));
    }
    net.run_for(secs(3.0));
    for _ in 0..40 {
        let at = usize::try_from(dice.below(2)).expect("0 or 1");
        let (choice, which) = (dice.below(14), dice.below(64));
        let uri = ["sip:bob@example.com", "sip:alice@example.com"][at];
        let (id, profile) = (phones[at].0, phones[at].1.clone());
        net.with(id, |agent, now| {
            let none = Send::default();
            match choice {
                10 => {
                    let body = Send {
                        content_type: Some("application/pidf+xml".into()),
                        body: Some(PIDF.as_bytes().into()),
                        ..Send::default()
                    };
                    let _ = agent.publish(now, &profile, "presence", &body);
                }
                11 => {
                    let options = SubscriptionOptions {
                        profile: Some(profile),
                        uri: uri.into(),
                        event: "presence".into(),
                        ..SubscriptionOptions::default()
                    };
                    if let Ok(subscription) = agent.create_subscription(options) {
                        let _ = agent.subscribe(now, &subscription, &none);
                    }
                }
                12 => {
                    for subscription in agent.list(Kind::Subscription) {
                        let _ = agent.unsubscribe(now, &subscription, &none);
                    }
                }
                13 => {
                    let _ = agent.send_request(now, Some(&profile), "MESSAGE", uri, &none);
                }
                _ => {
                    let sessions = agent.list(Kind::Session);
                    let index = usize::try_from(which).unwrap_or(0) % sessions.len().max(1);
                    verb(agent, now, choice, sessions.get(index), uri);
                }
            }
        });
        let pause = dice.below(3000);
        net.run_for(std::time::Duration::from_millis(pause));
        if dice.below(40) == 0 {
            net.cut_connections(server);
        }
    }
    for (id, _) in &phones {
        net.with(*id, |agent, now| agent.prepare_for_shutdown(now));
    }
    net.run_for(secs(400.0));
    for (id, _) in &phones {
        let done = net
            .events(*id)
            .iter()
            .filter(|event| event.event_type == EventType::Client && event.kind == 3)
            .count();
        assert_eq!(done, 1, "seed {seed}: cleaning up ended {done} times");
        let left = net.with(*id, |agent, _| agent.statistics());
        assert_eq!(
            (left.sessions, left.dialogs, left.transactions),
            (0, 0, 0),
            "seed {seed} left something"
        );
    }
}

const PIDF: &str = "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
    entity=\"sip:alice@example.com\"><tuple id=\"t\"><status><basic>open</basic></status></tuple></presence>";

#[test]
fn with_the_server_between_nothing_is_left_either() {
    let seeds = std::env::var("CHAOS_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    if std::env::var_os("SIM_SEED").is_some() {
        return with_server(0);
    }
    for seed in 0..seeds {
        with_server(5000 + seed);
    }
}
