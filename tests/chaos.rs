//! Everything at once on a bad network: calls with every kind of change, forks, registrations, publications,
//! subscriptions and messages, while datagrams are lost, doubled and overtaken, connections break, the server restarts
//! and phones change their address. After the goodbyes every call, subscription, watcher and registration has been told
//! to be over exactly once, and no transaction, dialog, timer or object is left.
//!
//! `CHAOS_SEEDS=10000 cargo test --release --test chaos` runs so many seeds; `SIM_SEED=N` one. A seed that fails is
//! printed with its ladder.

mod sim;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rtcclient::agent::{
    Agent, Config, Event, EventType, Kind, ObjectRef, ProfileOptions, RegistrationState, Reliable,
    Send, SessionOptions, SessionState, SessionType, SubscriptionOptions, SubscriptionState,
    TerminateReason, WatcherState, command,
};
use rtcclient::base::{Entropy, Time};
use sim::{HostId, Link, Sim, secs, seed_bytes, server};

/// Two of the four are phones of one user, so that calls fork.
const USERS: [&str; 4] = ["alice", "bob", "bob", "carol"];
const STEPS: usize = 60;

struct Chaos {
    net: Sim,
    server: HostId,
    phones: Vec<HostId>,
    dice: Entropy,
    /// By phone and object: how often it was told to be over.
    ends: BTreeMap<(usize, usize), u32>,
    /// Told objects, so that no other takes their address.
    kept: Vec<ObjectRef>,
    moves: u8,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let mut net = Sim::new(seed);
        let seed = net.seed;
        let mut dice = Entropy::new(seed_bytes(seed, 97));
        let server = server::add(&mut net, server::core(seed, &["alice", "bob", "carol"]));
        net.set_link(Link {
            delay: secs(0.02),
            jitter: secs(0.08),
            loss_ppm: dice.below(300_000),
            duplicate_ppm: dice.below(100_000),
            reorder_ppm: dice.below(100_000),
        });
        let phones = (0..USERS.len())
            .map(|at| phone(&mut net, at, &mut dice))
            .collect();
        Self {
            net,
            server,
            phones,
            dice,
            ends: BTreeMap::new(),
            kept: Vec::new(),
            moves: 0,
        }
    }

    fn run(&mut self) {
        for step in 0..STEPS {
            let at = self.below(self.phones.len());
            let uri = format!("sip:{}@example.com", USERS[self.below(USERS.len())]);
            let dice = [
                self.dice.below(30),
                self.dice.below(64),
                self.dice.below(64),
            ];
            self.net
                .with(self.phones[at], |agent, now| verb(agent, now, dice, &uri));
            if step == STEPS / 2 {
                let fresh = server::core(self.net.seed + 1, &["alice", "bob", "carol"]);
                self.net.restart(self.server, server::boxed(fresh));
            }
            match self.dice.below(60) {
                0..3 => self.net.cut_connections(self.phones[at]),
                3 => self.net.cut_connections(self.server),
                4 => self.move_phone(at),
                _ => {}
            }
            let longest = if self.dice.below(8) == 0 {
                60_000
            } else {
                2_000
            };
            let pause = self.dice.below(longest);
            self.net.run_for(Duration::from_millis(pause));
            self.read_events();
        }
        self.end();
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.dice.below(count as u64)).expect("small")
    }

    fn move_phone(&mut self, at: usize) {
        self.moves += 1;
        self.net
            .move_to(self.phones[at], &format!("192.0.2.{}", 10 + self.moves));
        // Some programs hear of it from the system and say so.
        if self.dice.below(2) == 0 {
            self.net
                .with(self.phones[at], |agent, now| agent.network_changed(now));
        }
    }

    /// Everybody says goodbye, over the network as bad as it was.
    fn end(&mut self) {
        for id in &self.phones {
            self.net
                .with(*id, |agent, now| agent.prepare_for_shutdown(now));
        }
        self.net.run_for(secs(400.0));
        self.read_events();
        // What is kept for use by others is not left over: connections.
        for id in &self.phones {
            self.net.cut_connections(*id);
        }
        self.net.run_for(secs(4000.0));
        self.read_events();
        let seed = self.net.seed;
        for (at, id) in self.phones.iter().enumerate() {
            let (left, states, deadline) = self.net.with(*id, |agent, _| {
                let states = |kind| {
                    agent
                        .list(kind)
                        .iter()
                        .map(|object| object.state())
                        .collect::<Vec<i32>>()
                };
                let states = (states(Kind::Profile), states(Kind::Subscription));
                (
                    agent.statistics(),
                    states,
                    rtcclient::transport::Core::next_deadline(agent),
                )
            });
            let name = USERS[at];
            assert_eq!(
                (
                    left.sessions,
                    left.dialogs,
                    left.transactions,
                    left.registrations
                ),
                (0, 0, 0, 0),
                "seed {seed}: left at {name} ({at}): {left:?}"
            );
            assert_eq!(
                deadline, None,
                "seed {seed}: a timer of {name} ({at}) at {}",
                self.net.now
            );
            assert_eq!(
                states.0,
                [RegistrationState::NotRegistered.number()],
                "seed {seed}: {name} ({at})"
            );
            let over = [
                SubscriptionState::NotSubscribed,
                SubscriptionState::LoggedOff,
                SubscriptionState::Error,
            ]
            .map(|s| s.number());
            assert!(
                states.1.iter().all(|state| over.contains(state)),
                "seed {seed}: {:?} of {name} ({at})",
                states.1
            );
        }
        for ((at, _), ends) in &self.ends {
            assert_eq!(
                *ends, 1,
                "seed {seed}: something of {} ({at}) ended {ends} times",
                USERS[*at]
            );
        }
        assert!(!self.ends.is_empty(), "seed {seed}: nothing was done");
    }

    fn read_events(&mut self) {
        for at in 0..self.phones.len() {
            for event in self.net.take_events(self.phones[at]) {
                self.read(at, &event);
            }
        }
    }

    /// Sessions and watchers have one end; of these two, nothing is told after it.
    fn read(&mut self, at: usize, event: &Event) {
        let (object, over) = match event.event_type {
            EventType::SessionStateChange => (
                &event.session,
                event.state == SessionState::Disconnected.number(),
            ),
            EventType::Watcher => (&event.watcher, event.kind == 1),
            EventType::Client if event.kind == 3 => return self.clean_up_done(at),
            EventType::SessionReferred | EventType::SessionConsultantReferred => {
                return self.follow(at, event);
            }
            _ => return,
        };
        let object = object.as_ref().expect("the object of the event");
        let ends = self
            .ends
            .entry((at, Arc::as_ptr(object) as usize))
            .or_default();
        assert_eq!(*ends, 0, "seed {}: an event after the last", self.net.seed);
        *ends += u32::from(over);
        self.kept.push(object.clone());
    }

    /// Who is referred goes there, most times.
    fn follow(&mut self, at: usize, event: &Event) {
        let willing = self.dice.below(4) > 0;
        self.net.with(self.phones[at], |agent, now| {
            let Some(answer) = event.answer else { return };
            let status = if willing { 0 } else { 603 };
            let answered = agent.answer_event(now, answer, status, &Send::default());
            if answered.is_err() || !willing {
                return;
            }
            let options = SessionOptions {
                referral: event.referral,
                ..SessionOptions::default()
            };
            if let Ok(session) = agent.create_session(SessionType::PcToPc, options) {
                let _ = agent.add_participant(now, &session, &event.uri, None, &Send::default());
            }
        });
    }

    fn clean_up_done(&mut self, at: usize) {
        let done = self.ends.entry((at, 0)).or_default();
        assert_eq!(*done, 0, "seed {}: cleaning up ended twice", self.net.seed);
        *done += 1;
    }
}

fn phone(net: &mut Sim, at: usize, dice: &mut Entropy) -> HostId {
    let config = Config {
        session_defaults: SessionOptions {
            reliable: [Reliable::Off, Reliable::Supported, Reliable::Required]
                [dice.below(3) as usize],
            session_expires_secs: [90, 1800][dice.below(2) as usize],
            ..SessionOptions::default()
        },
        ..Config::default()
    };
    let id = net.agent(
        &format!("{}{at}", USERS[at]),
        &format!("192.0.2.{}", at + 1),
        config,
    );
    let transport = ["udp", "tcp"][dice.below(2) as usize];
    net.with(id, |agent, now| {
        agent
            .serve_package("dialog", "application/dialog-info+xml", at as i32 % 2)
            .expect("served");
        let options = ProfileOptions {
            uri: format!("sip:{}@example.com", USERS[at]).into(),
            proxy: format!("<sip:192.0.2.100;transport={transport};lr>").into(),
            password: "secret".into(),
            expires_secs: 120,
            ..ProfileOptions::default()
        };
        let profile = agent.create_profile(options).expect("a profile");
        agent.enable_profile(now, &profile, 15, 0).expect("enabled");
    });
    id
}

fn pick(agent: &Agent, kind: Kind, which: u64) -> Option<ObjectRef> {
    let objects = agent.list(kind);
    objects
        .get(usize::try_from(which).unwrap_or(0) % objects.len().max(1))
        .cloned()
}

/// One random verb; refusals are as good as anything.
fn verb(agent: &mut Agent, now: Time, [choice, which, how]: [u64; 3], uri: &str) {
    let session = pick(agent, Kind::Session, which);
    let _ = match (choice, session) {
        (0..8, _) => usage_verb(agent, now, [choice, which, how], uri),
        (8..12, _) | (_, None) => {
            let options = SessionOptions {
                flags: if how < 8 {
                    command::SESSION_FAIL_ON_REDIRECT
                } else {
                    0
                },
                profile: pick(agent, Kind::Profile, 0),
                ..SessionOptions::default()
            };
            if let Ok(session) = agent.create_session(SessionType::PcToPc, options) {
                let _ = agent.add_participant(now, &session, uri, None, &Send::default());
            }
        }
        (_, Some(session)) => session_verb(agent, now, choice, how, &session),
    };
}

fn session_verb(agent: &mut Agent, now: Time, choice: u64, how: u64, session: &ObjectRef) {
    let none = Send {
        cookie: 7,
        ..Send::default()
    };
    let reliable = Send {
        flags: command::SEND_RELIABLE,
        ..none.clone()
    };
    let _ = match choice {
        12 => agent.answer(now, session, 183, &reliable),
        13..18 => agent.answer(now, session, 200, &none),
        18 => agent.answer(now, session, [486, 480, 603, 404][how as usize % 4], &none),
        19 => agent.redirect(now, session, Some("sip:carol@example.com"), 0, &none),
        20 | 21 => agent.hold(now, session, how % 2 == 0, &none),
        22 => agent.reinvite(now, session, 0, &none),
        23 => agent.reinvite(now, session, command::REINVITE_UPDATE, &none),
        24 => agent.session_send(now, session, "INFO", &none),
        25 => agent.session_send(now, session, "OPTIONS", &none),
        26 | 27 => agent.refer(now, session, Some("sip:carol@example.com"), None, &none),
        28 => {
            let consult = pick(agent, Kind::Session, how);
            agent.refer(now, session, None, consult.as_ref(), &none)
        }
        _ => agent.terminate(now, session, TerminateReason::Normal, &none),
    };
}

fn usage_verb(agent: &mut Agent, now: Time, [choice, which, how]: [u64; 3], uri: &str) {
    let none = Send {
        cookie: 7,
        ..Send::default()
    };
    let state = Send {
        content_type: Some("application/dialog-info+xml".into()),
        body: Some(format!("state {which}").into_bytes().into()),
        ..none.clone()
    };
    let Some(profile) = pick(agent, Kind::Profile, 0) else {
        return;
    };
    let subscription = pick(agent, Kind::Subscription, which);
    let watcher = pick(agent, Kind::Watcher, which);
    let _ = match (choice, subscription, watcher) {
        (0, ..) if how < 8 => agent.disable_profile(now, &profile),
        (0 | 1, ..) => agent.enable_profile(now, &profile, 15, 0),
        (2, ..) => {
            let flags = if how < 8 { command::SEND_END } else { 0 };
            agent.publish(
                now,
                &profile,
                "presence",
                &Send {
                    flags,
                    ..pidf(which)
                },
            )
        }
        (3, ..) | (4, None, _) => {
            let options = SubscriptionOptions {
                profile: Some(profile),
                uri: uri.into(),
                event: if which % 3 == 0 { "presence" } else { "dialog" }.into(),
                expires_secs: 60,
                flags: if how < 8 {
                    command::SUBSCRIPTION_FETCH
                } else {
                    0
                },
                ..SubscriptionOptions::default()
            };
            let made = agent.create_subscription(options);
            made.and_then(|subscription| agent.subscribe(now, &subscription, &none))
        }
        (4, Some(one), _) if how % 2 == 0 => agent.subscribe(now, &one, &none),
        (4, Some(one), _) => agent.unsubscribe(now, &one, &none),
        (5, _, Some(one)) => {
            let decision = if how < 8 {
                WatcherState::Denied
            } else {
                WatcherState::Allowed
            };
            agent.watcher_answer(now, &one, decision, &state)
        }
        (6, _, Some(one)) => agent.watcher_notify(now, &one, None, &state),
        _ => {
            let _ = agent.send_request(now, Some(&profile), "MESSAGE", uri, &state);
            return;
        }
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
fn whatever_happens_everything_ends_once_and_nothing_is_left() {
    if std::env::var_os("SIM_SEED").is_some() {
        return Chaos::new(0).run();
    }
    let count = std::env::var("CHAOS_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(60);
    for seed in 0..count {
        Chaos::new(seed).run();
    }
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
