//! Random registrations, publications, subscriptions, notifications and messages on a bad network, with a server that
//! restarts: whatever happens, goodbyes end, every watcher is over once, and nothing is left behind. Seeds are printed
//! on failure and rerun by `SIM_SEED=…`; `CHAOS_SEEDS=N` runs more.

mod sim;

use std::collections::BTreeMap;
use std::sync::Arc;

use rtcclient::agent::{
    Agent, Config, EventType, Kind, ObjectRef, ProfileOptions, RegistrationState, Send,
    SubscriptionOptions, SubscriptionState, WatcherState, command,
};
use rtcclient::base::{Entropy, Time};
use sim::{HostId, Link, Sim, secs, seed_bytes, server};

const USERS: [&str; 2] = ["alice", "bob"];

struct Chaos {
    net: Sim,
    server: HostId,
    hosts: [HostId; 2],
    dice: Entropy,
    /// By host and address of the object, which is kept so that no other takes its place: how often it was over.
    ends: BTreeMap<(usize, usize), u32>,
    kept: Vec<ObjectRef>,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let mut net = Sim::new(seed);
        let seed = net.seed;
        let mut dice = Entropy::new(seed_bytes(seed, 98));
        let server = server::add(&mut net, server::core(seed, &USERS));
        net.set_link(Link {
            delay: secs(0.02),
            jitter: secs(0.08),
            loss_ppm: dice.below(250_000),
            duplicate_ppm: dice.below(100_000),
            reorder_ppm: dice.below(100_000),
        });
        let hosts = [
            net.agent("alice", "192.0.2.1", Config::default()),
            net.agent("bob", "192.0.2.2", Config::default()),
        ];
        for (at, id) in hosts.iter().enumerate() {
            let transport = ["udp", "tcp"][at];
            net.with(*id, |agent, now| {
                agent
                    .serve_package("dialog", "application/dialog-info+xml", i32::from(at == 1))
                    .expect("served");
                let profile = agent
                    .create_profile(ProfileOptions {
                        uri: format!("sip:{}@example.com", USERS[at]).into(),
                        proxy: format!("sip:192.0.2.100;transport={transport}").into(),
                        password: "secret".into(),
                        expires_secs: 120,
                        ..ProfileOptions::default()
                    })
                    .expect("a profile");
                agent.enable_profile(now, &profile, 15, 0).expect("enabled");
            });
        }
        Self {
            net,
            server,
            hosts,
            dice,
            ends: BTreeMap::new(),
            kept: Vec::new(),
        }
    }

    /// How many watchers there were.
    fn run(&mut self) -> usize {
        for step in 0..60 {
            let at = usize::try_from(self.dice.below(2)).expect("0 or 1");
            let (choice, which) = (self.dice.below(14), self.dice.below(64));
            let uri = format!("sip:{}@example.com", USERS[1 - at]);
            self.net.with(self.hosts[at], |agent, now| {
                verb(agent, now, choice, which, &uri)
            });
            if step == 30 {
                let fresh = server::boxed(server::core(self.net.seed + 1, &USERS));
                self.net.restart(self.server, fresh);
            }
            if self.dice.below(12) == 0 {
                self.net.cut_connections(self.hosts[1]);
            }
            let pause = self.dice.below(40_000);
            self.net.run_for(std::time::Duration::from_millis(pause));
            self.read_events();
        }
        // The bad time is over; everybody says goodbye.
        self.net.set_link(Link::CLEAN);
        self.net.run_for(secs(200.0));
        for at in 0..2 {
            self.net
                .with(self.hosts[at], |agent, now| agent.prepare_for_shutdown(now));
        }
        self.net.run_for(secs(6.0));
        self.read_events();
        self.net.run_for(secs(100.0));
        self.read_events();
        for at in 0..2 {
            let (seed, name) = (self.net.seed, USERS[at]);
            let (left, profiles, subscriptions) = self.net.with(self.hosts[at], |agent, _| {
                let states = |kind| -> Vec<i32> {
                    agent
                        .list(kind)
                        .iter()
                        .map(|object| object.state())
                        .collect()
                };
                (
                    agent.statistics(),
                    states(Kind::Profile),
                    states(Kind::Subscription),
                )
            });
            assert_eq!(left.dialogs, 0, "seed {seed}: dialogs of {name}");
            assert_eq!(left.transactions, 0, "seed {seed}: transactions of {name}");
            assert_eq!(
                profiles,
                [RegistrationState::NotRegistered.number()],
                "seed {seed}: {name}"
            );
            let over = [
                SubscriptionState::NotSubscribed.number(),
                SubscriptionState::LoggedOff.number(),
                SubscriptionState::Error.number(),
            ];
            assert!(
                subscriptions.iter().all(|state| over.contains(state)),
                "seed {seed}: {subscriptions:?} of {name}"
            );
        }
        for ends in self.ends.values() {
            assert_eq!(
                *ends, 1,
                "seed {}: a watcher ended {ends} times",
                self.net.seed
            );
        }
        self.ends.len()
    }

    fn read_events(&mut self) {
        for at in 0..2 {
            for event in self.net.take_events(self.hosts[at]) {
                if event.event_type != EventType::Watcher {
                    continue;
                }
                let watcher = event.watcher.expect("a watcher");
                let ends = self
                    .ends
                    .entry((at, Arc::as_ptr(&watcher) as usize))
                    .or_default();
                assert_eq!(*ends, 0, "seed {}: an event after the last", self.net.seed);
                *ends += u32::from(event.kind == 1);
                self.kept.push(watcher);
            }
        }
    }
}

fn pick(agent: &Agent, kind: Kind, which: u64) -> Option<ObjectRef> {
    let objects = agent.list(kind);
    let at = usize::try_from(which).unwrap_or(0) % objects.len().max(1);
    objects.get(at).cloned()
}

/// One random verb; refusals are as good as anything.
fn verb(agent: &mut Agent, now: Time, choice: u64, which: u64, uri: &str) {
    let none = Send::default();
    let state = Send {
        content_type: Some("application/dialog-info+xml".into()),
        body: Some(format!("state {which}").into_bytes().into()),
        cookie: 1,
        ..Send::default()
    };
    let Some(profile) = pick(agent, Kind::Profile, 0) else {
        return;
    };
    let subscription = pick(agent, Kind::Subscription, which);
    let watcher = pick(agent, Kind::Watcher, which);
    let _ = match (choice, subscription, watcher) {
        (0, ..) => agent.disable_profile(now, &profile),
        (1 | 2, ..) => agent.enable_profile(now, &profile, 15, 0),
        (3, ..) => agent.publish(now, &profile, "presence", &pidf(which)),
        (4, ..) => {
            let end = Send {
                flags: command::SEND_END,
                ..Send::default()
            };
            agent.publish(now, &profile, "presence", &end)
        }
        (5..=7, None, _) | (5, ..) => {
            let options = SubscriptionOptions {
                uri: uri.into(),
                event: if which % 3 == 0 { "presence" } else { "dialog" }.into(),
                expires_secs: 60,
                flags: if which % 7 == 0 {
                    command::SUBSCRIPTION_FETCH
                } else {
                    0
                },
                ..SubscriptionOptions::default()
            };
            agent
                .create_subscription(options)
                .and_then(|subscription| agent.subscribe(now, &subscription, &none))
        }
        (6, Some(one), _) => agent.subscribe(now, &one, &none),
        (7 | 8, Some(one), _) => agent.unsubscribe(now, &one, &none),
        (9, _, Some(one)) => agent.watcher_answer(now, &one, WatcherState::Allowed, &state),
        (10, _, Some(one)) => agent.watcher_answer(now, &one, WatcherState::Denied, &none),
        (11 | 12, _, Some(one)) => agent.watcher_notify(now, &one, None, &state),
        _ => agent
            .send_request(now, None, "MESSAGE", uri, &state)
            .map(|_| rtcclient::agent::Verdict::Done),
    };
}

fn pidf(which: u64) -> Send {
    let body = format!(
        "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"sip:a@example.com\">\
         <tuple id=\"t{which}\"><status><basic>open</basic></status></tuple></presence>"
    );
    Send {
        content_type: Some("application/pidf+xml".into()),
        body: Some(body.into_bytes().into()),
        ..Send::default()
    }
}

#[test]
fn goodbyes_end_everything_whatever_happened_before() {
    let count = std::env::var("CHAOS_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(40);
    let watchers: usize = (0..count).map(|seed| Chaos::new(seed).run()).sum();
    assert!(watchers > 0);
}

#[test]
fn the_same_seed_gives_the_same_ladder() {
    let ladder = || {
        let mut chaos = Chaos::new(77);
        chaos.run();
        chaos.net.ladder().to_owned()
    };
    let first = ladder();
    assert!(first.lines().count() > 100);
    assert_eq!(first, ladder());
}
