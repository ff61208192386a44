//! Subscriptions between two user agents: RFC 6665, as flows.

mod sim;

use rtcclient::agent::{
    Agent, Code, Config, EventType, Send, Status, SubscriptionOptions, SubscriptionState, Verdict,
    WatcherState, command,
};
use rtcclient::syntax::HeaderId;
use sim::secs;
use sim::watch::*;

use SubscriptionState::{Error, LoggedOff, NotSubscribed, Subscribed, Subscribing, Unsubscribing};

/// B-239, B-438: SUBSCRIBE, 2xx, NOTIFY, a change, the end and its NOTIFY.
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
    pair.net.run_for(secs(6.0));
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

/// B-250, B-296: pending until somebody decides.
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

/// B-298.
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

/// B-298.
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
    assert_eq!(last.status, Status::Sip(405));
}

/// B-247: 489 names the packages that are there.
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

/// B-242: 406 when Accept allows nothing of ours.
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

/// B-237: refreshed before its time, in its dialog.
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

/// B-236: its time is up.
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

/// B-245: a fetch.
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
    let (_, watcher) = pair.standing_in("x-test");
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
    let (_, watcher) = pair.standing_in("x-test");
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

/// B-238: the notifier has lost everything.
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
    let (_, watcher) = pair.standing_in("x-test");
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
    let still = pair
        .net
        .with(bob, |agent, _| agent.statistics().subscriptions);
    assert_eq!(still, 1, "what is said was refused, not the subscription");
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
