//! An account and a hand-made registrar that says exactly what a test tells it to.

use rtcclient::agent::{
    Config, Details, Event, EventType, ObjectRef, ProfileOptions, RegistrationState, Send, Status,
    Verdict,
};
use rtcclient::syntax::{HeaderId, Message};

use super::raw::Raw;
use super::{HostId, Sim, secs};

pub const REGISTRAR: &str = "192.0.2.9";

pub struct Stage {
    pub net: Sim,
    pub alice: HostId,
    pub server: Raw,
    pub profile: ObjectRef,
}

pub fn options() -> ProfileOptions {
    ProfileOptions {
        uri: "sip:alice@example.com".into(),
        display_name: "Alice".into(),
        registrar: "sip:192.0.2.9".into(),
        password: "secret".into(),
        ..ProfileOptions::default()
    }
}

pub fn stage(options: ProfileOptions) -> Stage {
    stage_with(options, Config::default())
}

pub fn stage_with(options: ProfileOptions, config: Config) -> Stage {
    let mut net = Sim::new(10);
    let alice = net.agent("alice", "192.0.2.1", config);
    let server = Raw::new(&mut net, "registrar", REGISTRAR);
    let profile = net
        .with(alice, |agent, _| agent.create_profile(options))
        .expect("a profile");
    Stage {
        net,
        alice,
        server,
        profile,
    }
}

impl Stage {
    pub fn enable(&mut self) {
        let profile = self.profile.clone();
        self.net
            .with(self.alice, |agent, now| {
                agent.enable_profile(now, &profile, 15, 0)
            })
            .expect("enabled");
        self.net.run_for(secs(0.1));
    }

    pub fn disable(&mut self) -> Verdict {
        let profile = self.profile.clone();
        let verdict = self
            .net
            .with(self.alice, |agent, now| {
                agent.disable_profile(now, &profile)
            })
            .expect("disabled");
        self.net.run_for(secs(0.1));
        verdict
    }

    pub fn register(&mut self) -> Message {
        self.server.expect("REGISTER")
    }

    pub fn respond(&mut self, request: &Message, status: u16, lines: &str) {
        self.server
            .respond(&mut self.net, request, status, "r1", lines, "");
        self.net.run_for(secs(0.1));
    }

    /// A 200 with our binding among others.
    pub fn bind(&mut self, request: &Message, expires: u32) {
        let contact = request
            .header(HeaderId::Contact)
            .expect("a Contact")
            .to_owned();
        let lines = format!(
            "Contact: <sip:alice@192.0.2.77>;expires=7\r\nContact: {contact};expires={expires}\r\n"
        );
        self.respond(request, 200, &lines);
    }

    pub fn registered(&mut self, expires: u32) -> Message {
        self.enable();
        let request = self.register();
        self.bind(&request, expires);
        assert_eq!(
            self.state(),
            RegistrationState::Registered,
            "{}",
            self.net.ladder()
        );
        request
    }

    pub fn state(&self) -> RegistrationState {
        RegistrationState::from_number(self.profile.state()).expect("a state")
    }

    pub fn states(&self) -> Vec<(RegistrationState, Status)> {
        self.net
            .events(self.alice)
            .iter()
            .filter(|event| event.event_type == EventType::RegistrationStateChange)
            .map(|event| {
                let state = RegistrationState::from_number(event.state).expect("a state");
                (state, event.status)
            })
            .collect()
    }

    pub fn last(&self, event_type: EventType) -> &Event {
        self.net
            .events(self.alice)
            .iter()
            .rev()
            .find(|event| event.event_type == event_type)
            .expect("an event of that kind")
    }

    /// Seconds until the next message of that method reaches the server.
    pub fn wait_for(&mut self, method: &str, at_most: f64) -> f64 {
        let from = self.net.now;
        while !self.server.has(method) {
            let waited = self.net.now.since(from).as_secs_f64();
            assert!(
                waited < at_most,
                "no {method} within {at_most} s\n{}",
                self.net.ladder()
            );
            self.net.run_for(secs(0.25));
        }
        self.net.now.since(from).as_secs_f64()
    }
}

impl Stage {
    /// A 200 with our own Contact as it was sent, these parameters behind it, and these lines.
    pub fn grant(&mut self, request: &Message, params: &str, lines: &str) {
        let contact = request.header(HeaderId::Contact).expect("a Contact");
        let lines = format!("Contact: {contact}{params}\r\n{lines}");
        self.respond(request, 200, &lines);
    }

    pub fn details(&mut self) -> Details {
        let profile = self.profile.clone();
        self.net
            .with(self.alice, |agent, _| agent.details(&profile))
    }

    /// A MESSAGE of the account to that URI, as it came to the server.
    pub fn message(&mut self, uri: &str) -> Message {
        self.say("MESSAGE", uri);
        self.server.expect("MESSAGE")
    }

    /// A request of the account to that URI.
    pub fn say(&mut self, method: &str, uri: &str) {
        let profile = self.profile.clone();
        let send = Send {
            body: Some(b"hello"[..].into()),
            ..Send::default()
        };
        self.net
            .with(self.alice, |agent, now| {
                agent.send_request(now, Some(&profile), method, uri, &send)
            })
            .expect("sent");
        self.net.run_for(secs(0.1));
    }

    /// What was told of flows: 1 lost, 2 recovered.
    pub fn flows(&self) -> Vec<i32> {
        let events = self.net.events(self.alice).iter();
        events
            .filter(|event| event.event_type == EventType::Flow)
            .map(|event| event.kind)
            .collect()
    }
}
