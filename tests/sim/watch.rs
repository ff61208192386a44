//! Both ends of a subscription between agents, a hand-made notifier, and a hand-made subscriber (RFC 6665).

use rtcclient::agent::{
    Agent, Config, Event, EventType, ObjectRef, Refusal, Send, SubscriptionOptions,
    SubscriptionState, Verdict, WatcherState,
};
use rtcclient::base::Time;
use rtcclient::syntax::Message;

use super::raw::Raw;
use super::{HostId, Sim, secs};

pub const BOB: &str = "sip:bob@192.0.2.2";

pub struct Pair {
    pub net: Sim,
    pub alice: HostId,
    pub bob: HostId,
}

pub fn pair() -> Pair {
    pair_with(Config::default())
}

pub fn pair_with(bobs: Config) -> Pair {
    let mut net = Sim::new(20);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = net.agent("bob", "192.0.2.2", bobs);
    for (id, uri) in [(alice, "sip:alice@192.0.2.1"), (bob, BOB)] {
        net.with(id, |agent, _| agent.set_local_user(Some(uri), None))
            .expect("a URI");
    }
    Pair { net, alice, bob }
}

pub fn options(event: &str) -> SubscriptionOptions {
    SubscriptionOptions {
        uri: BOB.into(),
        event: event.into(),
        accept: "application/pidf+xml".into(),
        expires_secs: 600,
        ..SubscriptionOptions::default()
    }
}

pub fn body(text: &str) -> Send {
    Send {
        content_type: Some("application/pidf+xml".into()),
        body: Some(text.as_bytes().into()),
        ..Send::default()
    }
}

impl Pair {
    pub fn serve(&mut self, mode: i32) {
        self.serve_package("presence", mode);
    }

    pub fn serve_package(&mut self, package: &str, mode: i32) {
        self.net
            .with(self.bob, |agent, _| {
                agent.serve_package(package, "application/pidf+xml", mode)
            })
            .expect("served");
    }

    pub fn subscription(&mut self, options: SubscriptionOptions) -> ObjectRef {
        self.net
            .with(self.alice, |agent, _| agent.create_subscription(options))
            .expect("a subscription")
    }

    pub fn subscribe(&mut self, subscription: &ObjectRef) {
        let id = self.alice;
        self.on(id, |agent, now| {
            agent.subscribe(now, subscription, &Send::default())
        })
        .expect("subscribed");
    }

    pub fn unsubscribe(&mut self, subscription: &ObjectRef) -> Result<Verdict, Refusal> {
        let id = self.alice;
        self.on(id, |agent, now| {
            agent.unsubscribe(now, subscription, &Send::default())
        })
    }

    pub fn on<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        let result = self.net.with(id, verb);
        self.net.run_for(secs(0.1));
        result
    }

    pub fn watcher(&self) -> ObjectRef {
        find(self.net.events(self.bob), EventType::Watcher)
            .watcher
            .clone()
            .expect("a watcher")
    }

    /// A subscription that stands, with its watcher.
    pub fn standing(&mut self) -> (ObjectRef, ObjectRef) {
        self.standing_in("presence")
    }

    /// The same in any package.
    pub fn standing_in(&mut self, package: &str) -> (ObjectRef, ObjectRef) {
        self.serve_package(package, 0);
        let subscription = self.subscription(options(package));
        self.subscribe(&subscription);
        let watcher = self.watcher();
        let bob = self.bob;
        self.on(bob, |agent, now| {
            agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body("open"))
        })
        .expect("allowed");
        self.net.run_for(secs(1.0));
        assert_eq!(
            state(&subscription),
            SubscriptionState::Subscribed,
            "{}",
            self.net.ladder()
        );
        (subscription, watcher)
    }

    pub fn notifications(&self) -> Vec<(String, String)> {
        self.net
            .events(self.alice)
            .iter()
            .filter(|event| event.event_type == EventType::SubscriptionNotify)
            .map(|event| {
                let word = event.text.split(';').next().unwrap_or_default().to_owned();
                (word, String::from_utf8_lossy(event.body()).into_owned())
            })
            .collect()
    }

    pub fn states(&self) -> Vec<SubscriptionState> {
        states(self.net.events(self.alice))
    }
}

pub fn states(events: &[Event]) -> Vec<SubscriptionState> {
    events
        .iter()
        .filter(|event| event.event_type == EventType::SubscriptionStateChange)
        .map(|event| SubscriptionState::from_number(event.state).expect("a state"))
        .collect()
}

pub fn find(events: &[Event], event_type: EventType) -> &Event {
    events
        .iter()
        .rev()
        .find(|event| event.event_type == event_type)
        .expect("an event of that kind")
}

pub fn state(subscription: &ObjectRef) -> SubscriptionState {
    SubscriptionState::from_number(subscription.state()).expect("a state")
}

pub fn text(word: &str, body: &str) -> (String, String) {
    (word.into(), body.into())
}

pub struct Hand {
    pub net: Sim,
    pub alice: HostId,
    pub bob: Raw,
    pub subscription: ObjectRef,
    /// What came and was not looked at; repetitions left out.
    pub kept: Vec<Message>,
    pub seen: Vec<String>,
}

pub fn hand() -> Hand {
    let mut hand = hand_for(options("presence"));
    hand.subscribe();
    hand
}

/// The same before anything is sent.
pub fn hand_for(options: SubscriptionOptions) -> Hand {
    let mut net = Sim::new(21);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = Raw::new(&mut net, "bob", "192.0.2.2");
    net.with(alice, |agent, _| {
        agent.set_local_user(Some("sip:alice@192.0.2.1"), None)
    })
    .expect("a URI");
    let subscription = net
        .with(alice, |agent, _| agent.create_subscription(options))
        .expect("a subscription");
    Hand {
        net,
        alice,
        bob,
        subscription,
        kept: Vec::new(),
        seen: Vec::new(),
    }
}

impl Hand {
    pub fn subscribe(&mut self) {
        let subscription = self.subscription.clone();
        self.net
            .with(self.alice, |agent, now| {
                agent.subscribe(now, &subscription, &Send::default())
            })
            .expect("subscribed");
        self.net.run_for(secs(0.1));
    }

    pub fn pull(&mut self) {
        while let Some(message) = self.bob.next() {
            let branch = message.branch().unwrap_or_default().to_owned();
            if message.is_request() {
                if self.seen.contains(&branch) {
                    continue;
                }
                self.seen.push(branch);
            }
            self.kept.push(message);
        }
    }

    pub fn take(&mut self, request: bool) -> Message {
        self.pull();
        let at = self
            .kept
            .iter()
            .position(|message| message.is_request() == request);
        self.kept
            .remove(at.unwrap_or_else(|| panic!("nothing came")))
    }

    pub fn has_request(&mut self) -> bool {
        self.pull();
        self.kept.iter().any(Message::is_request)
    }

    pub fn request(&mut self) -> Message {
        self.take(true)
    }

    pub fn respond(&mut self, request: &Message, status: u16, lines: &str) {
        self.respond_as(request, status, "b1", lines);
    }

    pub fn respond_as(&mut self, request: &Message, status: u16, tag: &str, lines: &str) {
        self.bob
            .respond(&mut self.net, request, status, tag, lines, "");
        self.net.run_for(secs(0.1));
    }

    pub fn know_the_password(&mut self) {
        let credentials = rtcclient::agent::Credentials {
            user: "alice".into(),
            secret: "x".into(),
            ..Default::default()
        };
        self.net
            .with(self.alice, |agent, _| {
                agent.set_credentials(None, credentials)
            })
            .expect("credentials");
    }

    /// A NOTIFY in the dialog of that SUBSCRIBE, and the status it is answered with.
    pub fn notify(&mut self, subscribe: &Message, cseq: u32, tag: &str, state: &str) -> u16 {
        self.notify_event(subscribe, cseq, tag, "presence", state)
    }

    pub fn notify_event(
        &mut self,
        subscribe: &Message,
        cseq: u32,
        tag: &str,
        event: &str,
        state: &str,
    ) -> u16 {
        let lines = format!("Event: {event}\r\nSubscription-State: {state}\r\n");
        self.notify_with(subscribe, cseq, tag, &lines, "")
    }

    pub fn notify_without_state(&mut self, subscribe: &Message, cseq: u32, tag: &str) -> u16 {
        self.notify_with(subscribe, cseq, tag, "Event: presence\r\n", "")
    }

    /// A NOTIFY with those lines and that body; how it is answered once the claim time is over.
    pub fn notify_with(
        &mut self,
        subscribe: &Message,
        cseq: u32,
        tag: &str,
        lines: &str,
        body: &str,
    ) -> u16 {
        let text = format!(
            "NOTIFY sip:alice@192.0.2.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK{tag}{cseq}{}\r\n\
             Max-Forwards: 70\r\nFrom: <{BOB}>;tag={tag}\r\nTo: <sip:alice@192.0.2.1>;tag={}\r\nCall-ID: {}\r\n\
             CSeq: {cseq} NOTIFY\r\nContact: <sip:peer@192.0.2.2:5060>\r\n{lines}Content-Length: {}\r\n\r\n{body}",
            self.net.now.as_micros(),
            subscribe.from_tag().expect("a tag"),
            subscribe.call_id(),
            body.len(),
        );
        self.bob.send(&mut self.net, "192.0.2.1", text);
        self.net.run_for(secs(0.6));
        let answer = self.take(false);
        assert_eq!((answer.cseq_method(), answer.cseq()), ("NOTIFY", cseq));
        answer.status().expect("a response")
    }

    pub fn state(&self) -> SubscriptionState {
        state(&self.subscription)
    }
}

pub fn subscribe_text(branch: &str, cseq: u32, to_tag: &str, lines: &str) -> String {
    let to_tag = if to_tag.is_empty() {
        String::new()
    } else {
        format!(";tag={to_tag}")
    };
    format!(
        "SUBSCRIBE sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:carol@192.0.2.9>;tag=c1\r\nTo: <sip:bob@192.0.2.2>{to_tag}\r\nCall-ID: hand-made\r\nCSeq: {cseq} SUBSCRIBE\r\n\
         Contact: <sip:carol@192.0.2.9:5060>\r\n{lines}Content-Length: 0\r\n\r\n"
    )
}

pub fn subscriber() -> (Sim, HostId, Raw) {
    let mut net = Sim::new(22);
    let bob = net.agent("bob", "192.0.2.2", Config::default());
    let carol = Raw::new(&mut net, "carol", "192.0.2.9");
    net.with(bob, |agent, _| agent.serve_package("presence", "", 1))
        .expect("served");
    (net, bob, carol)
}

pub fn stray(branch: &str, event: &str, content_type: &str) -> String {
    format!(
        "NOTIFY sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:pbx@192.0.2.9>;tag=p{branch}\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: stray-{branch}\r\nCSeq: 1 NOTIFY\r\n\
         Contact: <sip:pbx@192.0.2.9:5060>\r\nEvent: {event}\r\nSubscription-State: active\r\nContent-Type: {content_type}\r\n\
         Content-Length: 5\r\n\r\nhello"
    )
}

pub fn sent(net: &mut Sim, id: HostId, method: &str, send: &Send) -> ObjectRef {
    let request = net
        .with(id, |agent, now| {
            agent.send_request(now, None, method, BOB, send)
        })
        .expect("sent");
    net.run_for(secs(1.0));
    request
}
