//! What a subscription of ours makes of the answers and NOTIFYs of a hand-made notifier: RFC 6665 §4.1, as flows.

mod sim;

use rtcclient::agent::{Code, EventType, Send, Status, SubscriptionState};
use rtcclient::syntax::HeaderId;
use sim::secs;
use sim::watch::*;

use SubscriptionState::{Error, LoggedOff, NotSubscribed, Subscribed, Subscribing, Unsubscribing};

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
