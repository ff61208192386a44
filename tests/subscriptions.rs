//! Subscriptions between two user agents, and against hand-made notifiers and subscribers: RFC 6665, RFC 3428, as flows.

mod sim;

use rtcclient::agent::{
    Agent, Code, Config, Event, EventType, ObjectRef, Refusal, Send, Status, SubscriptionOptions,
    SubscriptionState, Verdict, WatcherState, command, properties,
};
use rtcclient::base::Time;
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::Raw;
use sim::{HostId, Sim, secs};

const BOB: &str = "sip:bob@192.0.2.2";

struct Pair {
    net: Sim,
    alice: HostId,
    bob: HostId,
}

fn pair() -> Pair {
    pair_with(Config::default())
}

fn pair_with(bobs: Config) -> Pair {
    let mut net = Sim::new(20);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = net.agent("bob", "192.0.2.2", bobs);
    for (id, uri) in [(alice, "sip:alice@192.0.2.1"), (bob, BOB)] {
        net.with(id, |agent, _| agent.set_local_user(Some(uri), None))
            .expect("a URI");
    }
    Pair { net, alice, bob }
}

fn options(event: &str) -> SubscriptionOptions {
    SubscriptionOptions {
        uri: BOB.into(),
        event: event.into(),
        accept: "application/pidf+xml".into(),
        expires_secs: 600,
        ..SubscriptionOptions::default()
    }
}

fn body(text: &str) -> Send {
    Send {
        content_type: Some("application/pidf+xml".into()),
        body: Some(text.as_bytes().into()),
        ..Send::default()
    }
}

impl Pair {
    fn serve(&mut self, mode: i32) {
        self.net
            .with(self.bob, |agent, _| {
                agent.serve_package("presence", "application/pidf+xml", mode)
            })
            .expect("served");
    }

    fn subscription(&mut self, options: SubscriptionOptions) -> ObjectRef {
        self.net
            .with(self.alice, |agent, _| agent.create_subscription(options))
            .expect("a subscription")
    }

    fn subscribe(&mut self, subscription: &ObjectRef) {
        let id = self.alice;
        self.on(id, |agent, now| {
            agent.subscribe(now, subscription, &Send::default())
        })
        .expect("subscribed");
    }

    fn unsubscribe(&mut self, subscription: &ObjectRef) -> Result<Verdict, Refusal> {
        let id = self.alice;
        self.on(id, |agent, now| {
            agent.unsubscribe(now, subscription, &Send::default())
        })
    }

    fn on<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        let result = self.net.with(id, verb);
        self.net.run_for(secs(0.1));
        result
    }

    fn watcher(&self) -> ObjectRef {
        find(self.net.events(self.bob), EventType::Watcher)
            .watcher
            .clone()
            .expect("a watcher")
    }

    /// A subscription that stands, with its watcher.
    fn standing(&mut self) -> (ObjectRef, ObjectRef) {
        self.serve(0);
        let subscription = self.subscription(options("presence"));
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

    fn notifications(&self) -> Vec<(String, String)> {
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

    fn states(&self) -> Vec<SubscriptionState> {
        states(self.net.events(self.alice))
    }
}

fn states(events: &[Event]) -> Vec<SubscriptionState> {
    events
        .iter()
        .filter(|event| event.event_type == EventType::SubscriptionStateChange)
        .map(|event| SubscriptionState::from_number(event.state).expect("a state"))
        .collect()
}

fn find(events: &[Event], event_type: EventType) -> &Event {
    events
        .iter()
        .rev()
        .find(|event| event.event_type == event_type)
        .expect("an event of that kind")
}

fn state(subscription: &ObjectRef) -> SubscriptionState {
    SubscriptionState::from_number(subscription.state()).expect("a state")
}

fn text(word: &str, body: &str) -> (String, String) {
    (word.into(), body.into())
}

use SubscriptionState::{Error, LoggedOff, NotSubscribed, Subscribed, Subscribing, Unsubscribing};

#[test]
fn a_watcher_is_offered_allowed_and_told_until_it_unsubscribes() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    let offered = find(pair.net.events(pair.bob), EventType::Watcher).clone();
    assert_eq!((offered.kind, &*offered.text), (3, "presence"));
    assert_eq!(&*offered.uri, "sip:alice@192.0.2.1");
    assert!(offered.answer.is_some() && offered.answer_within_ms > 0);
    let watcher = offered.watcher.expect("a watcher");
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body("open"))
    })
    .expect("allowed");
    pair.net.run_for(secs(1.0));
    pair.on(bob, |agent, now| {
        agent.watcher_notify(now, &watcher, None, &body("closed"))
    })
    .expect("told");
    pair.net.run_for(secs(1.0));
    assert_eq!(
        pair.notifications(),
        [text("active", "open"), text("active", "closed")]
    );
    assert_eq!(pair.unsubscribe(&subscription), Ok(Verdict::Done));
    pair.net.run_for(secs(2.0));
    assert_eq!(
        pair.states(),
        [Subscribing, Subscribed, Unsubscribing, NotSubscribed]
    );
    assert_eq!(
        pair.notifications().last(),
        Some(&text("terminated", "closed"))
    );
    let last = find(pair.net.events(pair.bob), EventType::Watcher);
    assert_eq!((last.kind, last.flags), (1, 4));
    let refusal = pair
        .on(bob, |agent, now| {
            agent.watcher_notify(now, &watcher, None, &body("late"))
        })
        .expect_err("gone");
    assert_eq!(refusal.code, Code::InvalidObjectState);
    for id in [pair.alice, pair.bob] {
        let statistics = pair.net.with(id, |agent, _| agent.statistics());
        assert_eq!(statistics.dialogs, 0, "{}", pair.net.ladder());
    }
    pair.net.assert_ladder("subscription");
}

#[test]
fn nobody_decides_and_the_subscription_is_pending() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    pair.net.run_for(secs(2.0));
    assert_eq!(pair.notifications(), [text("pending", "")]);
    assert_eq!(pair.states(), [Subscribing, Subscribed]);
    let watcher = pair.watcher();
    assert_eq!(watcher.state(), WatcherState::Prompt.number());
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body("open"))
    })
    .expect("allowed later");
    pair.net.run_for(secs(1.0));
    assert_eq!(pair.notifications().last(), Some(&text("active", "open")));
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Denied, &Send::default())
    })
    .expect("denied later");
    pair.net.run_for(secs(2.0));
    let last = find(
        pair.net.events(pair.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!((last.state, &*last.text), (LoggedOff.number(), "rejected"));
}

#[test]
fn a_hidden_watcher_event_is_answered_at_once() {
    let mut pair = pair();
    pair.serve(0);
    pair.net
        .with(pair.bob, |agent, _| agent.set_event_filter(0));
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    assert_eq!(state(&subscription), Subscribed);
    assert_eq!(pair.notifications(), [text("pending", "")]);
}

#[test]
fn a_denied_watcher_gets_403_and_leaves_nothing_behind() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    let watcher = pair.watcher();
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Denied, &Send::default())
    })
    .expect("denied");
    let last = find(
        pair.net.events(pair.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(
        (last.state, last.status),
        (Error.number(), Status::Sip(403))
    );
    let statistics = pair.net.with(bob, |agent, _| agent.statistics());
    assert_eq!((statistics.subscriptions, statistics.dialogs), (0, 0));
}

#[test]
fn a_blocked_watcher_is_answered_and_told_nothing() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    let watcher = pair.watcher();
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Blocked, &body("secret"))
    })
    .expect("blocked");
    let verdict = pair.on(bob, |agent, now| {
        agent.watcher_notify(now, &watcher, None, &body("secret"))
    });
    assert_eq!(verdict, Ok(Verdict::Nothing));
    pair.net.run_for(secs(1.0));
    assert_eq!(pair.notifications(), [text("active", "")]);
    assert_eq!(state(&subscription), Subscribed);
}

#[test]
fn the_answer_of_the_offering_event_decides_too() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    let answer = find(pair.net.events(pair.bob), EventType::Watcher)
        .answer
        .expect("open");
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.answer_event(now, answer, 200, &body("open"))
    })
    .expect("answered");
    assert_eq!(pair.notifications(), [text("active", "open")]);
    let refusal = pair
        .on(bob, |agent, now| {
            agent.answer_event(now, answer, 200, &Send::default())
        })
        .expect_err("once");
    assert_eq!(refusal.code, Code::AlreadyAnswered);
}

#[test]
fn all_are_accepted_when_the_package_says_so() {
    let mut pair = pair();
    pair.serve(1);
    let subscription = pair.subscription(options("presence"));
    pair.subscribe(&subscription);
    let added = find(pair.net.events(pair.bob), EventType::Watcher);
    assert_eq!(
        (added.kind, added.state),
        (0, WatcherState::Allowed.number())
    );
    assert_eq!(pair.notifications(), [text("active", "")]);
    let bob = pair.bob;
    assert_eq!(
        pair.on(bob, |agent, _| agent.serve_package("presence", "", 2)),
        Ok(Verdict::Done)
    );
    let second = pair.subscription(options("presence"));
    pair.subscribe(&second);
    let last = find(
        pair.net.events(pair.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(last.status, Status::Sip(489));
}

#[test]
fn an_unknown_package_is_refused_with_those_that_are_known() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(options("dialog;id=3"));
    pair.subscribe(&subscription);
    let last = find(
        pair.net.events(pair.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(
        (last.state, last.status),
        (Error.number(), Status::Sip(489))
    );
    let message = last.message.as_ref().expect("the 489");
    assert_eq!(message.header(HeaderId::AllowEvents), Some("presence"));
    assert_eq!(
        find(pair.net.events(pair.bob), EventType::Request).text,
        "SUBSCRIBE".into()
    );
}

#[test]
fn a_type_that_nobody_has_is_not_acceptable() {
    let mut pair = pair();
    pair.serve(1);
    let subscription = pair.subscription(SubscriptionOptions {
        accept: "text/html".into(),
        ..options("presence")
    });
    pair.subscribe(&subscription);
    let last = find(
        pair.net.events(pair.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(last.status, Status::Sip(406));
}

#[test]
fn subscriptions_are_refreshed_for_days_and_told_again() {
    let mut pair = pair();
    let (subscription, _) = pair.standing();
    pair.net.run_for(secs(3600.0));
    assert_eq!(state(&subscription), Subscribed);
    assert_eq!(pair.states(), [Subscribing, Subscribed]);
    let notifications = pair.notifications();
    assert_eq!(
        notifications.len(),
        7,
        "first and six refreshes: {notifications:?}"
    );
    assert!(
        notifications
            .iter()
            .all(|one| *one == text("active", "open"))
    );
}

#[test]
fn a_subscription_that_nobody_refreshes_times_out() {
    let mut pair = pair();
    let (subscription, watcher) = pair.standing();
    pair.net.set_up(pair.alice, false);
    pair.net.run_for(secs(700.0));
    let last = find(pair.net.events(pair.bob), EventType::Watcher);
    assert_eq!((last.kind, last.flags), (1, 4));
    assert!(watcher.last_details().is_some());
    pair.net.set_up(pair.alice, true);
    pair.net.run_for(secs(100.0));
    assert_ne!(state(&subscription), NotSubscribed, "it is made anew");
}

#[test]
fn one_poll_asks_once() {
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(SubscriptionOptions {
        flags: command::SUBSCRIPTION_FETCH,
        ..options("presence")
    });
    pair.subscribe(&subscription);
    let watcher = pair.watcher();
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body("open"))
    })
    .expect("allowed");
    pair.net.run_for(secs(1.0));
    assert_eq!(pair.notifications(), [text("terminated", "open")]);
    assert_eq!(state(&subscription), NotSubscribed);
    pair.subscribe(&subscription);
    assert_eq!(state(&subscription), Subscribing, "it can be used again");
}

#[test]
fn notifications_go_one_at_a_time_and_in_order_over_a_bad_wire() {
    let mut pair = pair();
    let (_, watcher) = pair.standing();
    pair.net.set_link(sim::Link {
        jitter: secs(0.3),
        loss_ppm: 200_000,
        duplicate_ppm: 100_000,
        ..sim::Link::CLEAN
    });
    let bob = pair.bob;
    for number in 0..20 {
        let send = Send {
            cookie: 100 + number,
            ..body(&number.to_string())
        };
        pair.on(bob, |agent, now| {
            agent.watcher_notify(now, &watcher, None, &send)
        })
        .expect("queued");
    }
    pair.net.run_for(secs(400.0));
    let told: Vec<String> = pair
        .notifications()
        .into_iter()
        .map(|(_, body)| body)
        .skip(1)
        .collect();
    let wanted: Vec<String> = (0..20).map(|number: i32| number.to_string()).collect();
    assert_eq!(told, wanted);
    let completed: Vec<i64> = pair
        .net
        .events(bob)
        .iter()
        .filter(|event| event.event_type == EventType::Response)
        .map(|event| event.cookie)
        .collect();
    assert_eq!(completed, (100..120).collect::<Vec<_>>());
}

#[test]
fn what_is_told_just_before_the_end_keeps_the_time_it_had() {
    let mut pair = pair();
    let (_, watcher) = pair.standing();
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        for state in [Some("active"), Some("active"), Some("terminated")] {
            agent
                .watcher_notify(now, &watcher, state, &Send::default())
                .expect("told");
        }
    });
    pair.net.run_for(secs(5.0));
    let told: Vec<String> = pair
        .net
        .events(pair.alice)
        .iter()
        .filter(|event| event.event_type == EventType::SubscriptionNotify)
        .map(|event| event.text.to_string())
        .collect();
    let last: Vec<&str> = told.iter().rev().take(3).map(String::as_str).collect();
    assert_eq!(
        last,
        ["terminated", "active;expires=598", "active;expires=598"]
    );
}

#[test]
fn a_notifier_that_restarted_is_subscribed_to_anew() {
    let mut pair = pair();
    let (subscription, _) = pair.standing();
    let mut fresh = Agent::new(Config::default(), [9; 32]);
    fresh.set_local_user(Some(BOB), None).expect("a URI");
    fresh.serve_package("presence", "", 1).expect("served");
    let bob = pair.bob;
    pair.net.restart(bob, Box::new(fresh));
    pair.net.run_for(secs(700.0));
    assert_eq!(
        pair.states(),
        [Subscribing, Subscribed, Subscribing, Subscribed],
        "{}",
        pair.net.ladder()
    );
    assert_eq!(state(&subscription), Subscribed);
    assert_eq!(pair.notifications().last(), Some(&text("active", "")));
}

#[test]
fn additional_headers_ride_on_subscribe_and_on_the_answers_to_notify() {
    let mut pair = pair();
    pair.serve(1);
    let subscription = pair.subscription(options("presence"));
    let alice = pair.alice;
    pair.on(alice, |agent, _| {
        agent.set_headers(
            Some(&subscription),
            Some("X-Mine: 1\r\nAllow-Events: talk"),
            0,
        )
    })
    .expect("set");
    pair.subscribe(&subscription);
    pair.net.run_for(secs(1.0));
    let offered = find(pair.net.events(pair.bob), EventType::Watcher)
        .message
        .clone();
    let offered = offered.expect("the SUBSCRIBE");
    assert_eq!(offered.header_named("X-Mine"), Some("1"));
    assert_eq!(offered.header(HeaderId::AllowEvents), Some("talk"));
    assert_eq!(
        pair.net
            .with(alice, |agent, _| agent.headers(Some(&subscription))),
        Ok("X-Mine: 1\r\nAllow-Events: talk\r\n".to_owned())
    );
    pair.on(alice, |agent, _| {
        agent.set_headers(Some(&subscription), None, 0)
    })
    .expect("reset");
    pair.unsubscribe(&subscription).expect("ended");
    pair.net.run_for(secs(2.0));
    assert_eq!(state(&subscription), NotSubscribed);
}

#[test]
fn an_application_rejects_a_notification() {
    let mut pair = pair();
    let (_, watcher) = pair.standing();
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_notify(
            now,
            &watcher,
            None,
            &Send {
                cookie: 5,
                ..body("odd")
            },
        )
    })
    .expect("told");
    let answer = find(pair.net.events(pair.alice), EventType::SubscriptionNotify)
        .answer
        .expect("open");
    let alice = pair.alice;
    pair.on(alice, |agent, now| {
        agent.answer_event(now, answer, 415, &Send::default())
    })
    .expect("rejected");
    pair.net.run_for(secs(1.0));
    let told = find(pair.net.events(bob), EventType::Response);
    assert_eq!((told.cookie, told.status), (5, Status::Sip(415)));
    assert_eq!(find(pair.net.events(bob), EventType::Watcher).kind, 1);
}

#[test]
fn subscribing_anew_ends_the_old_subscription_first() {
    let mut pair = pair();
    let (subscription, _) = pair.standing();
    pair.subscribe(&subscription);
    pair.net.run_for(secs(2.0));
    assert_eq!(
        pair.states(),
        [
            Subscribing,
            Subscribed,
            Unsubscribing,
            Subscribing,
            Subscribed
        ]
    );
    let watchers = pair
        .net
        .with(pair.bob, |agent, _| agent.statistics().subscriptions);
    assert_eq!(watchers, 1);
}

#[test]
fn shutdown_unsubscribes_and_ends_watchers() {
    let mut pair = pair();
    let (subscription, _) = pair.standing();
    for id in [pair.alice, pair.bob] {
        pair.net
            .with(id, |agent, now| agent.prepare_for_shutdown(now));
    }
    pair.net.run_for(secs(3.0));
    for id in [pair.alice, pair.bob] {
        let last = pair.net.events(id).last().expect("an event");
        assert_eq!(
            (last.event_type, last.kind),
            (EventType::Client, 3),
            "{}",
            pair.net.ladder()
        );
    }
    assert_eq!(state(&subscription), NotSubscribed);
}

#[test]
fn a_limit_of_subscriptions_is_kept_on_both_sides() {
    let mut config = Config::default();
    config.endpoint.limits.subscriptions = 1;
    let mut pair = pair_with(config);
    pair.serve(1);
    let first = pair.subscription(options("presence"));
    let second = pair.subscription(options("presence"));
    pair.subscribe(&first);
    pair.subscribe(&second);
    assert_eq!(state(&first), Subscribed);
    let last = find(
        pair.net.events(pair.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(last.status, Status::Sip(503));
    let refusal = pair
        .net
        .with(pair.bob, |agent, _| {
            agent.create_subscription(options("presence"))
        })
        .expect_err("full");
    assert_eq!(refusal.code, Code::Limit);
}

#[test]
fn ending_what_does_not_stand_is_no_mistake() {
    let mut pair = pair();
    let subscription = pair.subscription(options("x-test"));
    assert_eq!(pair.unsubscribe(&subscription), Ok(Verdict::Nothing));
    let (subscription, _) = pair.standing();
    assert_eq!(pair.unsubscribe(&subscription), Ok(Verdict::Done));
    assert_eq!(pair.unsubscribe(&subscription), Ok(Verdict::Nothing));
    pair.net.run_for(secs(40.0));
    assert_eq!(pair.unsubscribe(&subscription), Ok(Verdict::Nothing));
    let alice = pair.alice;
    pair.net.with(alice, |agent, _| agent.forget(&subscription));
    assert_eq!(pair.unsubscribe(&subscription), Ok(Verdict::Nothing));
}

#[test]
fn a_released_subscription_that_is_over_leaves_no_trace() {
    let mut pair = pair();
    let (subscription, _) = pair.standing();
    pair.unsubscribe(&subscription).expect("ended");
    pair.net.run_for(secs(2.0));
    let alice = pair.alice;
    pair.net.take_events(alice);
    pair.net.with(alice, |agent, _| agent.forget(&subscription));
    assert_eq!(
        pair.net
            .with(alice, |agent, _| agent.statistics().subscriptions),
        0
    );
    assert!(subscription.last_details().is_some());
    let refusal = pair
        .on(alice, |agent, now| {
            agent.subscribe(now, &subscription, &Send::default())
        })
        .expect_err("gone");
    assert_eq!(refusal.code, Code::InvalidObjectState);
}

// Against a hand-made notifier.

struct Hand {
    net: Sim,
    alice: HostId,
    bob: Raw,
    subscription: ObjectRef,
    /// What came and was not looked at; repetitions left out.
    kept: Vec<Message>,
    seen: Vec<String>,
}

fn hand() -> Hand {
    let mut net = Sim::new(21);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = Raw::new(&mut net, "bob", "192.0.2.2");
    net.with(alice, |agent, _| {
        agent.set_local_user(Some("sip:alice@192.0.2.1"), None)
    })
    .expect("a URI");
    let subscription = net
        .with(alice, |agent, _| {
            agent.create_subscription(options("presence"))
        })
        .expect("a subscription");
    let mut hand = Hand {
        net,
        alice,
        bob,
        subscription,
        kept: Vec::new(),
        seen: Vec::new(),
    };
    hand.subscribe();
    hand
}

impl Hand {
    fn subscribe(&mut self) {
        let subscription = self.subscription.clone();
        self.net
            .with(self.alice, |agent, now| {
                agent.subscribe(now, &subscription, &Send::default())
            })
            .expect("subscribed");
        self.net.run_for(secs(0.1));
    }

    fn pull(&mut self) {
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

    fn take(&mut self, request: bool) -> Message {
        self.pull();
        let at = self
            .kept
            .iter()
            .position(|message| message.is_request() == request);
        self.kept
            .remove(at.unwrap_or_else(|| panic!("nothing came")))
    }

    fn has_request(&mut self) -> bool {
        self.pull();
        self.kept.iter().any(Message::is_request)
    }

    fn request(&mut self) -> Message {
        self.take(true)
    }

    fn respond(&mut self, request: &Message, status: u16, lines: &str) {
        self.bob
            .respond(&mut self.net, request, status, "b1", lines, "");
        self.net.run_for(secs(0.1));
    }

    /// A NOTIFY in the dialog of that SUBSCRIBE, and the status it is answered with.
    fn notify(&mut self, subscribe: &Message, cseq: u32, tag: &str, state: &str) -> u16 {
        self.notify_event(subscribe, cseq, tag, "presence", state)
    }

    fn notify_event(
        &mut self,
        subscribe: &Message,
        cseq: u32,
        tag: &str,
        event: &str,
        state: &str,
    ) -> u16 {
        let text = format!(
            "NOTIFY sip:alice@192.0.2.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK{tag}{cseq}{}\r\n\
             Max-Forwards: 70\r\nFrom: <{BOB}>;tag={tag}\r\nTo: <sip:alice@192.0.2.1>;tag={}\r\nCall-ID: {}\r\n\
             CSeq: {cseq} NOTIFY\r\nContact: <sip:peer@192.0.2.2:5060>\r\nEvent: {event}\r\n\
             Subscription-State: {state}\r\nContent-Length: 0\r\n\r\n",
            self.net.now.as_micros(),
            subscribe.from_tag().expect("a tag"),
            subscribe.call_id(),
        );
        self.bob.send(&mut self.net, "192.0.2.1", text);
        self.net.run_for(secs(0.6));
        let answer = self.take(false);
        assert_eq!((answer.cseq_method(), answer.cseq()), ("NOTIFY", cseq));
        answer.status().expect("a response")
    }

    fn state(&self) -> SubscriptionState {
        state(&self.subscription)
    }
}

#[test]
fn the_first_notify_makes_the_dialog_even_before_the_2xx() {
    let mut hand = hand();
    let first = hand.request();
    assert_eq!(first.header(HeaderId::Event), Some("presence"));
    assert_eq!(first.header(HeaderId::Accept), Some("application/pidf+xml"));
    assert_eq!(first.expires(), Some(600));
    assert_eq!(hand.notify(&first, 1, "b1", "active;expires=100"), 200);
    assert_eq!(hand.state(), Subscribed);
    hand.respond(&first, 200, "Expires: 500\r\n");
    assert_eq!(
        hand.notify(&first, 2, "other", "active;expires=100"),
        481,
        "another fork"
    );
    assert_eq!(hand.notify_event(&first, 3, "b1", "dialog", "active"), 489);
    assert_eq!(hand.notify(&first, 4, "b1", "active;expires=30"), 200);
    assert_eq!(
        hand.notify(&first, 2, "b1", "active;expires=9"),
        500,
        "out of order"
    );
    // The last word on the time is that of the NOTIFY.
    hand.net.run_for(secs(28.0));
    let refresh = hand.request();
    assert_eq!(refresh.to_tag(), Some("b1"));
    assert_eq!(refresh.cseq(), first.cseq() + 1);
    assert_eq!(refresh.request_uri(), "sip:peer@192.0.2.2:5060");
}

#[test]
fn silence_after_the_2xx_is_a_failure() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 500\r\n");
    assert_eq!(hand.state(), Subscribed);
    hand.net.run_for(secs(33.0));
    assert_eq!(hand.state(), Error);
    let last = find(
        hand.net.events(hand.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(last.status, Status::Failed(Code::Timeout));
}

#[test]
fn a_brief_time_is_raised() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 423, "Min-Expires: 1200\r\n");
    let second = hand.request();
    assert_eq!(second.expires(), Some(1200));
    assert_eq!(second.cseq(), first.cseq() + 1);
    assert_eq!(second.call_id(), first.call_id());
}

#[test]
fn a_refresh_that_finds_nothing_begins_anew() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 100\r\n");
    hand.notify(&first, 1, "b1", "active;expires=100");
    hand.net.run_for(secs(91.0));
    let refresh = hand.request();
    assert_eq!(refresh.call_id(), first.call_id());
    hand.respond(&refresh, 481, "");
    let anew = hand.request();
    assert_ne!(anew.call_id(), first.call_id());
    assert_ne!(anew.from_tag(), first.from_tag());
    assert!(anew.to_tag().is_none());
    assert_eq!(hand.state(), Subscribing);
    assert_eq!(
        hand.notify(&first, 2, "b1", "active;expires=100"),
        481,
        "the old one is gone"
    );
    assert_eq!(hand.notify(&anew, 1, "b2", "active;expires=100"), 200);
    assert_eq!(hand.state(), Subscribed);
}

#[test]
fn a_passing_failure_of_a_refresh_leaves_the_subscription_alone() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 100\r\n");
    hand.notify(&first, 1, "b1", "active;expires=100");
    hand.net.run_for(secs(91.0));
    let refresh = hand.request();
    hand.respond(&refresh, 503, "Retry-After: 2\r\n");
    assert_eq!(hand.state(), Subscribed);
    hand.net.run_for(secs(2.2));
    let again = hand.request();
    assert_eq!(
        (again.call_id(), again.to_tag()),
        (first.call_id(), Some("b1"))
    );
    hand.respond(&again, 200, "Expires: 100\r\n");
    hand.notify(&first, 2, "b1", "active;expires=100");
    hand.net.run_for(secs(50.0));
    assert_eq!(hand.state(), Subscribed);
}

#[test]
fn the_reason_of_the_end_decides_whether_to_come_again() {
    for (state, again_within, end) in [
        ("terminated;reason=deactivated", Some(0.2), Subscribing),
        ("terminated;reason=timeout", Some(0.2), Subscribing),
        (
            "terminated;reason=probation;retry-after=9",
            Some(10.0),
            Subscribing,
        ),
        ("terminated;reason=giveup", Some(61.0), Subscribing),
        ("terminated;retry-after=20", Some(21.0), Subscribing),
        ("terminated;reason=rejected", None, LoggedOff),
        ("terminated;reason=noresource", None, LoggedOff),
        ("terminated", None, LoggedOff),
    ] {
        let mut hand = hand();
        let first = hand.request();
        hand.respond(&first, 200, "Expires: 1000\r\n");
        hand.notify(&first, 1, "b1", "active;expires=1000");
        assert_eq!(hand.notify(&first, 2, "b1", state), 200, "{state}");
        assert_eq!(hand.state(), end, "{state}");
        let last = find(
            hand.net.events(hand.alice),
            EventType::SubscriptionStateChange,
        );
        if state.contains("retry-after=9") {
            assert_eq!((last.value[0], &*last.text), (9, "probation"));
        }
        hand.net.run_for(secs(again_within.unwrap_or(4000.0)));
        assert_eq!(hand.has_request(), again_within.is_some(), "{state}");
        if again_within.is_some() {
            let anew = hand.request();
            assert_ne!(anew.call_id(), first.call_id());
        }
    }
}

#[test]
fn a_notifier_that_ends_each_subscription_at_once_is_not_hammered() {
    let mut hand = hand();
    let begun = hand.net.now;
    for _ in 0..4 {
        while !hand.has_request() {
            hand.net.run_for(secs(1.0));
        }
        let request = hand.request();
        hand.respond(&request, 200, "Expires: 1000\r\n");
        hand.notify(&request, 1, "b1", "terminated;reason=deactivated");
    }
    assert!(
        hand.net.now.since(begun) > secs(30.0),
        "{}",
        hand.net.ladder()
    );
}

#[test]
fn ending_early_waits_for_a_dialog_to_end() {
    let mut hand = hand();
    let first = hand.request();
    let subscription = hand.subscription.clone();
    hand.net
        .with(hand.alice, |agent, now| {
            agent.unsubscribe(now, &subscription, &Send::default())
        })
        .expect("ending");
    hand.net.run_for(secs(0.1));
    assert!(!hand.has_request());
    hand.respond(&first, 202, "Expires: 600\r\n");
    let removal = hand.request();
    assert_eq!((removal.expires(), removal.to_tag()), (Some(0), Some("b1")));
    hand.respond(&removal, 200, "Expires: 0\r\n");
    assert_eq!(hand.state(), Unsubscribing);
    assert_eq!(
        hand.notify(&first, 1, "b1", "terminated;reason=timeout"),
        200
    );
    assert_eq!(hand.state(), NotSubscribed);
}

#[test]
fn the_last_notify_is_not_awaited_for_ever() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 600\r\n");
    hand.notify(&first, 1, "b1", "active;expires=600");
    let subscription = hand.subscription.clone();
    hand.net
        .with(hand.alice, |agent, now| {
            agent.unsubscribe(now, &subscription, &Send::default())
        })
        .expect("ending");
    hand.net.run_for(secs(0.1));
    let removal = hand.request();
    hand.respond(&removal, 200, "Expires: 0\r\n");
    hand.net.run_for(secs(33.0));
    assert_eq!(hand.state(), NotSubscribed);
    let dialogs = hand
        .net
        .with(hand.alice, |agent, _| agent.statistics().dialogs);
    assert_eq!(dialogs, 0);
}

#[test]
fn a_challenge_is_answered_inside_and_outside_the_dialog() {
    let mut hand = hand();
    hand.net
        .with(hand.alice, |agent, _| {
            agent.set_credentials(
                None,
                rtcclient::agent::Credentials {
                    user: "alice".into(),
                    secret: "x".into(),
                    ..Default::default()
                },
            )
        })
        .expect("credentials");
    let challenge =
        "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    let first = hand.request();
    hand.respond(&first, 407, challenge);
    let second = hand.request();
    assert!(second.header(HeaderId::ProxyAuthorization).is_some());
    assert_eq!(second.cseq(), first.cseq() + 1);
    hand.respond(&second, 200, "Expires: 100\r\n");
    hand.notify(&second, 1, "b1", "active;expires=100");
    hand.net.run_for(secs(91.0));
    let refresh = hand.request();
    assert!(refresh.cseq() > second.cseq());
    hand.respond(
        &refresh,
        407,
        "Proxy-Authenticate: Digest realm=\"p\", nonce=\"m\", stale=true, algorithm=MD5, qop=\"auth\"\r\n",
    );
    let again = hand.request();
    assert_eq!(again.cseq(), refresh.cseq() + 1);
    assert!(
        again
            .header(HeaderId::ProxyAuthorization)
            .is_some_and(|value| value.contains("\"m\""))
    );
}

#[test]
fn malformed_notifications_are_answered_and_change_nothing() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 600\r\n");
    assert_eq!(hand.notify(&first, 1, "b1", "active;expires=600"), 200);
    assert_eq!(hand.notify(&first, 2, "b1", ";;;"), 400);
    assert_eq!(hand.notify_event(&first, 3, "b1", "@@", "active"), 400);
    assert_eq!(
        hand.notify_event(&first, 4, "b1", "presence;id=9", "active"),
        489
    );
    assert_eq!(hand.notify(&first, 5, "b1", "extension;expires=77"), 200);
    assert_eq!(hand.state(), Subscribed);
}

// Against a hand-made subscriber.

fn subscribe_text(branch: &str, cseq: u32, to_tag: &str, lines: &str) -> String {
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

fn subscriber() -> (Sim, HostId, Raw) {
    let mut net = Sim::new(22);
    let bob = net.agent("bob", "192.0.2.2", Config::default());
    let carol = Raw::new(&mut net, "carol", "192.0.2.9");
    net.with(bob, |agent, _| agent.serve_package("presence", "", 1))
        .expect("served");
    (net, bob, carol)
}

#[test]
fn a_subscriber_that_answers_481_is_forgotten() {
    let (mut net, bob, carol) = subscriber();
    carol.send(
        &mut net,
        "192.0.2.2",
        subscribe_text("1", 1, "", "Event: presence;id=5;x=1\r\nExpires: 60\r\n"),
    );
    net.run_for(secs(0.1));
    let accepted = carol.expect("200 SUBSCRIBE");
    assert_eq!(accepted.expires(), Some(60));
    assert!(accepted.header(HeaderId::Contact).is_some());
    let tag = accepted.to_tag().expect("a tag").to_owned();
    let notify = carol.expect("NOTIFY");
    assert_eq!(notify.header(HeaderId::Event), Some("presence;id=5"));
    assert_eq!(
        notify.header(HeaderId::SubscriptionState),
        Some("active;expires=60")
    );
    assert_eq!(
        (notify.from_tag(), notify.to_tag()),
        (Some(&*tag), Some("c1"))
    );
    carol.respond(&mut net, &notify, 481, "", "", "");
    net.run_for(secs(0.1));
    assert_eq!(
        net.with(bob, |agent, _| agent.statistics().subscriptions),
        0
    );
    carol.send(
        &mut net,
        "192.0.2.2",
        subscribe_text("2", 2, &tag, "Event: presence;id=5\r\nExpires: 60\r\n"),
    );
    net.run_for(secs(0.1));
    carol.expect("481 SUBSCRIBE");
}

#[test]
fn refreshes_are_checked_and_answered() {
    let (mut net, bob, carol) = subscriber();
    carol.send(
        &mut net,
        "192.0.2.2",
        subscribe_text("1", 10, "", "Event: presence\r\nExpires: 60\r\n"),
    );
    net.run_for(secs(0.1));
    let accepted = carol.expect("200 SUBSCRIBE");
    let tag = accepted.to_tag().expect("a tag").to_owned();
    let notify = carol.expect("NOTIFY");
    carol.respond(&mut net, &notify, 200, "", "", "");
    net.run_for(secs(0.1));
    for (branch, cseq, lines, status) in [
        ("2", 9, "Event: presence\r\n", 500),
        ("3", 11, "Event: presence;id=1\r\n", 481),
        ("4", 12, "Event: dialog\r\n", 481),
        ("5", 13, "", 481),
        ("6", 14, "Event: presence\r\nExpires: 120\r\n", 200),
    ] {
        carol.send(
            &mut net,
            "192.0.2.2",
            subscribe_text(branch, cseq, &tag, lines),
        );
        net.run_for(secs(0.1));
        let answer = carol.next().expect("an answer");
        assert_eq!(answer.status(), Some(status), "{lines}");
    }
    let notify = carol.expect("NOTIFY");
    assert_eq!(
        notify.header(HeaderId::SubscriptionState),
        Some("active;expires=120")
    );
    carol.respond(&mut net, &notify, 200, "", "", "");
    carol.send(
        &mut net,
        "192.0.2.2",
        subscribe_text("7", 15, &tag, "Event: presence\r\nExpires: 0\r\n"),
    );
    net.run_for(secs(0.1));
    carol.expect("200 SUBSCRIBE");
    let notify = carol.expect("NOTIFY");
    assert_eq!(
        notify.header(HeaderId::SubscriptionState),
        Some("terminated;reason=timeout")
    );
    carol.respond(&mut net, &notify, 200, "", "", "");
    net.run_for(secs(0.1));
    assert_eq!(
        net.with(bob, |agent, _| agent.statistics().subscriptions),
        0
    );
}

#[test]
fn without_event_or_with_a_malformed_one_a_subscribe_is_refused() {
    let (mut net, bob, carol) = subscriber();
    for (cseq, lines, status) in [
        (1, "", 489),
        (2, "Event: @\r\n", 400),
        (3, "Event: x\r\n", 489),
    ] {
        let text = subscribe_text(&cseq.to_string(), cseq, "", lines);
        carol.send(&mut net, "192.0.2.2", text);
        net.run_for(secs(0.1));
        assert_eq!(
            carol.next().expect("an answer").status(),
            Some(status),
            "{lines}"
        );
    }
    assert_eq!(
        net.with(bob, |agent, _| agent.statistics().subscriptions),
        0
    );
}

// NOTIFYs outside dialogs.

fn stray(branch: &str, event: &str, content_type: &str) -> String {
    format!(
        "NOTIFY sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:pbx@192.0.2.9>;tag=p{branch}\r\nTo: <sip:bob@192.0.2.2>\r\nCall-ID: stray-{branch}\r\nCSeq: 1 NOTIFY\r\n\
         Contact: <sip:pbx@192.0.2.9:5060>\r\nEvent: {event}\r\nSubscription-State: active\r\nContent-Type: {content_type}\r\n\
         Content-Length: 5\r\n\r\nhello"
    )
}

#[test]
fn unsolicited_notifications_are_taken_while_switched_on() {
    let mut net = Sim::new(23);
    let bob = net.agent("bob", "192.0.2.2", Config::default());
    let pbx = Raw::new(&mut net, "pbx", "192.0.2.9");
    let subscription = net
        .with(bob, |agent, _| {
            agent.create_subscription(SubscriptionOptions {
                flags: command::SUBSCRIPTION_UNSOLICITED,
                event: "message-summary".into(),
                accept: "application/simple-message-summary".into(),
                ..SubscriptionOptions::default()
            })
        })
        .expect("a subscription");
    let mwi = "application/simple-message-summary";
    let mut ask = |net: &mut Sim, branch: &str, event: &str, content_type: &str| {
        pbx.send(net, "192.0.2.2", stray(branch, event, content_type));
        net.run_for(secs(1.0));
        pbx.next().expect("an answer").status()
    };
    assert_eq!(ask(&mut net, "1", "message-summary", mwi), Some(489));
    let verb = |net: &mut Sim, on: bool| {
        net.with(bob, |agent, now| {
            if on {
                agent.subscribe(now, &subscription, &Send::default())
            } else {
                agent.unsubscribe(now, &subscription, &Send::default())
            }
        })
    };
    assert_eq!(verb(&mut net, true), Ok(Verdict::Done));
    assert_eq!(verb(&mut net, true), Ok(Verdict::Nothing));
    assert_eq!(ask(&mut net, "2", "message-summary", mwi), Some(200));
    let told = find(net.events(bob), EventType::UnsolicitedNotify);
    assert_eq!((told.body(), &*told.content_type), (&b"hello"[..], mwi));
    assert_eq!(
        told.subscription.as_ref().map(|one| one.state()),
        Some(Subscribed.number())
    );
    let details = net.with(bob, |agent, _| agent.details(&subscription));
    assert_eq!(
        details.get_int(properties::SUBSCRIPTION_ENABLED, 0),
        Some(1)
    );
    assert_eq!(
        ask(&mut net, "3", "message-summary", "text/html"),
        Some(481)
    );
    assert_eq!(verb(&mut net, false), Ok(Verdict::Done));
    assert_eq!(ask(&mut net, "4", "message-summary", mwi), Some(489));
}

// Requests outside everything.

fn sent(net: &mut Sim, id: HostId, method: &str, send: &Send) -> ObjectRef {
    let request = net
        .with(id, |agent, now| {
            agent.send_request(now, None, method, BOB, send)
        })
        .expect("sent");
    net.run_for(secs(1.0));
    request
}

#[test]
fn options_are_answered_with_what_there_is() {
    let mut pair = pair();
    pair.serve(0);
    let send = Send {
        cookie: 3,
        ..Send::default()
    };
    let request = sent(&mut pair.net, pair.alice, "OPTIONS", &send);
    let told = find(pair.net.events(pair.alice), EventType::Response);
    assert_eq!(
        (told.cookie, told.status, told.flags),
        (3, Status::Sip(200), 4)
    );
    assert!(
        told.transaction
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &request))
    );
    let message = told.message.as_ref().expect("the 200");
    assert!(
        message
            .header(HeaderId::Allow)
            .is_some_and(|allow| allow.contains("SUBSCRIBE"))
    );
    assert!(
        message
            .header(HeaderId::Accept)
            .is_some_and(|accept| accept.contains("application/sdp"))
    );
    assert!(message.header(HeaderId::Supported).is_some());
    assert_eq!(message.header(HeaderId::AllowEvents), Some("presence"));
    assert_eq!(
        find(pair.net.events(pair.bob), EventType::Request).text,
        "OPTIONS".into()
    );
}

#[test]
fn unknown_methods_are_told_and_refused_unless_the_application_serves_them() {
    let mut pair = pair();
    sent(&mut pair.net, pair.alice, "FOO", &Send::default());
    let told = find(pair.net.events(pair.alice), EventType::Response);
    assert_eq!(told.status, Status::Sip(501));
    assert!(
        told.message
            .as_ref()
            .is_some_and(|message| message.header(HeaderId::Allow).is_some())
    );
    sent(&mut pair.net, pair.alice, "PUBLISH", &Send::default());
    assert_eq!(
        find(pair.net.events(pair.alice), EventType::Response).status,
        Status::Sip(405)
    );
    pair.net
        .with(pair.alice, |agent, now| {
            agent.send_request(now, None, "FOO", BOB, &Send::default())
        })
        .expect("sent");
    pair.net.run_for(secs(0.05));
    let answer = find(pair.net.events(pair.bob), EventType::Request)
        .answer
        .expect("open");
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.answer_event(now, answer, 200, &body("served"))
    })
    .expect("answered");
    let told = find(pair.net.events(pair.alice), EventType::Response);
    assert_eq!(
        (told.status, told.body()),
        (Status::Sip(200), &b"served"[..])
    );
}

#[test]
fn requests_without_an_answer_fail_with_their_reason() {
    let mut pair = pair();
    pair.net.set_up(pair.bob, false);
    sent(
        &mut pair.net,
        pair.alice,
        "OPTIONS",
        &Send {
            cookie: 1,
            ..Send::default()
        },
    );
    pair.net.run_for(secs(40.0));
    let told = find(pair.net.events(pair.alice), EventType::TransactionFailed);
    assert_eq!(
        (told.cookie, told.status),
        (1, Status::Failed(Code::Timeout))
    );
    for (method, uri, code) in [
        ("INVITE", BOB, Code::NotAllowed),
        ("A B", BOB, Code::InvalidArgument),
        ("FOO", "http://x", Code::InvalidSipUrl),
    ] {
        let refusal = pair
            .net
            .with(pair.alice, |agent, now| {
                agent.send_request(now, None, method, uri, &Send::default())
            })
            .expect_err("refused");
        assert_eq!(refusal.code, code, "{method} {uri}");
    }
}

#[test]
fn messages_are_answered_and_belong_to_the_message_session_of_their_peer() {
    use rtcclient::agent::{SessionOptions, SessionType};
    let mut pair = pair();
    let say = Send {
        content_type: Some("text/plain".into()),
        body: Some(b"hello"[..].into()),
        cookie: 11,
        ..Send::default()
    };
    let (alice, bob) = (pair.alice, pair.bob);
    let session = pair
        .on(alice, |agent, _| {
            agent.create_session(SessionType::Im, SessionOptions::default())
        })
        .expect("a session");
    pair.on(alice, |agent, now| {
        agent.add_participant(now, &session, BOB, None, &Send::default())
    })
    .expect("a peer");
    pair.on(alice, |agent, now| {
        agent.session_send(now, &session, "MESSAGE", &say)
    })
    .expect("sent");
    let told = find(pair.net.events(bob), EventType::Messaging);
    assert_eq!(
        (told.body(), &*told.uri),
        (&b"hello"[..], "sip:alice@192.0.2.1")
    );
    assert!(told.session.is_none());
    let complete = find(pair.net.events(alice), EventType::SessionOperationComplete);
    assert_eq!((complete.cookie, complete.status), (11, Status::Sip(200)));
    pair.on(bob, |agent, now| {
        agent.send_request(now, None, "MESSAGE", "sip:alice@192.0.2.1", &say)
    })
    .expect("sent back");
    let told = find(pair.net.events(alice), EventType::Messaging);
    assert!(
        told.session
            .as_ref()
            .is_some_and(|one| std::sync::Arc::ptr_eq(one, &session))
    );
}
