//! What a subscription of ours makes of the answers and NOTIFYs of a hand-made notifier: RFC 6665 §4.1, as flows.

mod sim;

use rtcclient::agent::{Code, EventType, Send, Status, SubscriptionOptions, SubscriptionState};
use rtcclient::syntax::HeaderId;
use sim::secs;
use sim::watch::*;

use SubscriptionState::{Error, LoggedOff, NotSubscribed, Subscribed, Subscribing, Unsubscribing};

/// B-232, B-233, B-236, B-237: what a SUBSCRIBE carries; either order makes the dialog; the NOTIFY says how long; the refresh is in it.
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

/// B-233, B-234: the 2xx alone makes it active; 200 and no NOTIFY for 32 s; what comes later is unknown.
#[test]
fn silence_after_the_2xx_is_a_failure() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 500\r\n");
    assert_eq!(hand.state(), Subscribed);
    hand.net.run_for(secs(33.0));
    assert_eq!(hand.state(), Error);
    assert_eq!(
        hand.notify(&first, 1, "b1", "active;expires=100"),
        481,
        "late"
    );
    let last = find(
        hand.net.events(hand.alice),
        EventType::SubscriptionStateChange,
    );
    assert_eq!(last.status, Status::Failed(Code::Timeout));
}

/// B-246: 423 is asked again with its Min-Expires.
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

/// B-238: 481 ends it; the new one has another Call-ID and From tag.
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

/// B-240: each reason, an unknown one and none.
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
        ("terminated;reason=invariant", None, LoggedOff),
        (
            "terminated;reason=x-odd;retry-after=90",
            Some(91.0),
            Subscribing,
        ),
        ("terminated", Some(61.0), Subscribing),
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
        if state.contains("probation") {
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

/// B-239, B-254: Expires 0 in the dialog; a SUBSCRIBE is never cancelled.
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
    hand.respond(&first, 100, "");
    assert!(!hand.has_request(), "no CANCEL either");
    let cancelled = hand.net.with(hand.alice, |agent, now| {
        agent.send_request(now, None, "CANCEL", BOB, &Send::default())
    });
    assert_eq!(
        cancelled.map_err(|refusal| refusal.code).err(),
        Some(Code::NotAllowed)
    );
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

/// B-239: the last NOTIFY is missing.
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

/// B-241: unknown subscription, another package, no Subscription-State.
#[test]
fn malformed_notifications_are_answered_and_change_nothing() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 600\r\n");
    assert_eq!(hand.notify(&first, 1, "b1", "active;expires=600"), 200);
    assert_eq!(hand.notify(&first, 2, "b1", ";;;"), 400);
    assert_eq!(hand.notify_without_state(&first, 2, "b1"), 400);
    assert_eq!(hand.notify(&first, 9, "nobody", "active"), 481);
    assert_eq!(hand.notify_event(&first, 3, "b1", "@@", "active"), 400);
    assert_eq!(
        hand.notify_event(&first, 4, "b1", "presence;id=9", "active"),
        489
    );
    assert_eq!(hand.notify(&first, 5, "b1", "extension;expires=77"), 200);
    assert_eq!(hand.state(), Subscribed);
}

/// What becomes of a subscription once its refresh at 90 s of 100 s went in some way.
#[derive(Clone, Copy)]
enum Then {
    /// The next SUBSCRIBE is in the same dialog.
    Stands,
    /// A new dialog within that many seconds, and not before.
    Anew(f64, f64),
    /// No more SUBSCRIBE.
    Over(SubscriptionState),
}

/// B-235, B-237, B-238, B-240, B-246: refreshes by answer, silence and NOTIFYs before and after.
#[test]
fn each_way_of_a_refresh_has_its_end() {
    let fatal = Then::Over(Error);
    let at_expiry = Then::Anew(8.0, 10.0);
    for (answer, lines, notify, then) in [
        // The NOTIFY comes before the answer when it is marked `!`.
        (200, "Expires: 100\r\n", "active;expires=100", Then::Stands),
        (200, "Expires: 100\r\n", "!active;expires=100", Then::Stands),
        (202, "Expires: 100\r\n", "active;expires=100", Then::Stands),
        (202, "Expires: 100\r\n", "pending;expires=100", Then::Stands),
        (200, "Expires: 100\r\n", "", Then::Anew(31.0, 33.0)),
        (204, "Expires: 100\r\n", "", Then::Stands),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=deactivated",
            Then::Anew(0.0, 0.5),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=timeout",
            Then::Anew(0.0, 0.5),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=probation;retry-after=7",
            Then::Anew(6.0, 8.0),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=giveup;retry-after=7",
            Then::Anew(6.0, 8.0),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=giveup",
            Then::Anew(29.0, 61.0),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=rejected",
            Then::Over(LoggedOff),
        ),
        (
            200,
            "Expires: 100\r\n",
            "!terminated;reason=rejected",
            Then::Over(LoggedOff),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=noresource",
            Then::Over(LoggedOff),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated;reason=invariant",
            Then::Over(LoggedOff),
        ),
        (
            200,
            "Expires: 100\r\n",
            "terminated",
            Then::Anew(29.0, 61.0),
        ),
        (
            401,
            "WWW-Authenticate: Digest realm=\"p\", nonce=\"n\"\r\n",
            "",
            Then::Stands,
        ),
        (423, "Min-Expires: 900\r\n", "", Then::Stands),
        (503, "Retry-After: 2\r\n", "", Then::Stands),
        (500, "", "", at_expiry),
        (503, "", "", at_expiry),
        (403, "", "", at_expiry),
        (486, "", "", at_expiry),
        (481, "", "", Then::Anew(0.0, 0.5)),
        (489, "", "", Then::Anew(0.0, 0.5)),
        (480, "Retry-After: 7\r\n", "", Then::Anew(6.0, 8.0)),
        (404, "", "", fatal),
        (405, "", "", fatal),
        (410, "", "", fatal),
        (416, "", "", fatal),
        (480, "", "", fatal),
        (482, "", "", fatal),
        (483, "", "", fatal),
        (484, "", "", fatal),
        (485, "", "", fatal),
        (501, "", "", fatal),
        (604, "", "", fatal),
        // Nobody answers at all.
        (0, "", "", at_expiry),
    ] {
        let mut hand = hand();
        let first = hand.request();
        hand.know_the_password();
        hand.respond(&first, 200, "Expires: 100\r\n");
        hand.notify(&first, 1, "b1", "active;expires=100");
        while !hand.has_request() {
            hand.net.run_for(secs(0.1));
        }
        let refresh = hand.request();
        let what = format!("{answer} {lines} {notify}");
        assert_eq!(refresh.call_id(), first.call_id(), "{what}");
        let early = notify.strip_prefix('!');
        if let Some(state) = early {
            hand.notify(&first, 2, "b1", state);
        }
        if answer > 0 {
            hand.respond(&refresh, answer, lines);
        }
        if early.is_none() && !notify.is_empty() {
            hand.notify(&first, 2, "b1", notify);
        }
        let begun = hand.net.now;
        while !hand.has_request() && hand.net.now.since(begun) < secs(4000.0) {
            hand.net.run_for(secs(0.1));
        }
        let after = hand.net.now.since(begun).as_secs_f64();
        match then {
            Then::Over(state) => {
                assert!(!hand.has_request(), "{what}");
                assert_eq!(hand.state(), state, "{what}");
                assert_eq!(hand.notify(&first, 9, "b1", "active"), 481, "{what}");
            }
            Then::Stands => {
                let next = hand.request();
                assert_eq!(
                    (next.call_id(), next.to_tag()),
                    (first.call_id(), Some("b1")),
                    "{what}"
                );
                assert_eq!(hand.state(), Subscribed, "{what}");
            }
            Then::Anew(least, most) => {
                let next = hand.request();
                assert_ne!(next.call_id(), first.call_id(), "{what}");
                assert_ne!(next.from_tag(), first.from_tag(), "{what}");
                assert!(next.to_tag().is_none(), "{what}");
                assert!(after >= least && after <= most, "{what} {after}");
                assert_eq!(hand.notify(&first, 9, "b1", "active"), 481, "{what}");
                assert_eq!(
                    hand.notify(&next, 1, "b2", "active;expires=90"),
                    200,
                    "{what}"
                );
                assert_eq!(hand.state(), Subscribed, "{what}");
            }
        }
    }
}

/// B-238: what was asked for (package, Accept, body, lines) is asked for again, whatever the dialog.
#[test]
fn a_healed_subscription_wants_what_it_wanted() {
    let mut hand = hand_for(SubscriptionOptions {
        event: "dialog;sla;id=7".into(),
        accept: "application/dialog-info+xml".into(),
        ..options("presence")
    });
    let subscription = hand.subscription.clone();
    hand.net
        .with(hand.alice, |agent, _| {
            agent.set_headers(Some(&subscription), Some("X-Panel: 12"), 0)
        })
        .expect("set");
    let send = Send {
        content_type: Some("application/x-filter".into()),
        body: Some(b"only busy"[..].into()),
        ..Send::default()
    };
    hand.net
        .with(hand.alice, |agent, now| {
            agent.subscribe(now, &subscription, &send)
        })
        .expect("subscribed");
    hand.net.run_for(secs(0.1));
    let mut names = Vec::new();
    for (turn, end) in ["481", "deactivated", "silence"].into_iter().enumerate() {
        let begun = hand.request();
        let what = format!("turn {turn}, before {end}");
        assert!(begun.to_tag().is_none(), "{what}");
        assert_eq!(
            begun.header(HeaderId::Event),
            Some("dialog;sla;id=7"),
            "{what}"
        );
        assert_eq!(
            begun.header(HeaderId::Accept),
            Some("application/dialog-info+xml"),
            "{what}"
        );
        assert_eq!(begun.header_named("X-Panel"), Some("12"), "{what}");
        assert_eq!(
            begun.header(HeaderId::ContentType),
            Some("application/x-filter"),
            "{what}"
        );
        assert_eq!(begun.body(), b"only busy", "{what}");
        assert_eq!(begun.expires(), Some(600), "{what}");
        names.push(begun.call_id().to_owned());
        let tag = format!("b{turn}");
        hand.respond_as(&begun, 200, &tag, "Expires: 100\r\n");
        let active = "active;expires=100";
        assert_eq!(
            hand.notify_event(&begun, 1, &tag, "dialog;id=7", active),
            200,
            "{what}"
        );
        match end {
            "deactivated" => {
                let state = "terminated;reason=deactivated";
                hand.notify_event(&begun, 2, &tag, "dialog;id=7", state);
            }
            _ => {
                hand.net.run_for(secs(91.0));
                let refresh = hand.request();
                assert!(
                    refresh.body().is_empty(),
                    "only what begins it has the body"
                );
                assert_eq!(refresh.header(HeaderId::Event), Some("dialog;sla;id=7"));
                if end == "481" {
                    hand.respond_as(&refresh, 481, &tag, "");
                } else {
                    hand.net.run_for(secs(20.0));
                }
            }
        }
    }
    let last = hand.request();
    assert_eq!(last.header(HeaderId::Event), Some("dialog;sla;id=7"));
    names.push(last.call_id().to_owned());
    names.dedup();
    assert_eq!(names.len(), 4, "each in a dialog of its own");
}

/// B-244: a SUBSCRIBE that was forked: the first NOTIFY has it, the other branch is told that nobody is here.
#[test]
fn a_second_fork_is_told_that_there_is_nobody() {
    for answered_first in [true, false] {
        let mut hand = hand();
        let first = hand.request();
        if answered_first {
            hand.respond(&first, 200, "Expires: 100\r\n");
        }
        let one = if answered_first { "b1" } else { "f1" };
        assert_eq!(hand.notify(&first, 1, one, "active;expires=100"), 200);
        assert_eq!(hand.notify(&first, 1, "f2", "active;expires=100"), 481);
        if !answered_first {
            // The 200 may be that of the other branch.
            hand.respond(&first, 200, "Expires: 100\r\n");
        }
        hand.net.run_for(secs(91.0));
        let refresh = hand.request();
        assert_eq!(refresh.to_tag(), Some(one));
        assert_eq!(hand.state(), Subscribed);
    }
}

/// B-245: a fetch is one SUBSCRIBE with Expires 0 and one NOTIFY.
#[test]
fn a_fetch_is_over_with_its_notify() {
    let mut hand = hand_for(SubscriptionOptions {
        flags: rtcclient::agent::command::SUBSCRIPTION_FETCH,
        ..options("presence")
    });
    hand.subscribe();
    let asked = hand.request();
    assert_eq!(asked.expires(), Some(0));
    hand.respond(&asked, 200, "Expires: 0\r\n");
    assert_eq!(
        hand.notify(&asked, 1, "b1", "terminated;reason=timeout"),
        200
    );
    assert_eq!(hand.state(), NotSubscribed);
    hand.net.run_for(secs(100.0));
    assert!(!hand.has_request());
}

/// B-243: an application that says nothing costs no repetition: the library answers at the deadline, far below 64*T1.
#[test]
fn a_silent_application_is_answered_for_at_the_deadline() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 100\r\n");
    let began = hand.net.now;
    assert_eq!(hand.notify(&first, 1, "b1", "active;expires=100"), 200);
    let ladder = hand.net.ladder().to_owned();
    let line = ladder
        .lines()
        .find(|line| line.contains("200 OK") && line.contains("NOTIFY"))
        .expect("answered");
    let at: f64 = line
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a time");
    let after = at - began.as_micros() as f64 / 1e6;
    assert!((0.35..0.45).contains(&after), "{after}");
    // One that answers is heard.
    let event = find(hand.net.events(hand.alice), EventType::SubscriptionNotify).clone();
    assert!(event.answer_within_ms > 0);
}

/// B-255: a SUBSCRIBE to the peer of a call is in a dialog of its own.
#[test]
fn a_subscription_beside_a_call_has_its_own_dialog() {
    let mut talk = sim::talk::Talk::new(31);
    let (_, invite, _) = talk.connected("");
    let subscription = talk
        .on(|agent, _| {
            agent.create_subscription(SubscriptionOptions {
                uri: "sip:peer@192.0.2.9".into(),
                ..options("presence")
            })
        })
        .expect("a subscription");
    talk.on(|agent, now| agent.subscribe(now, &subscription, &Send::default()))
        .expect("subscribed");
    talk.run();
    let subscribe = talk.peer.expect("SUBSCRIBE");
    assert_ne!(subscribe.call_id(), invite.call_id());
    assert_ne!(subscribe.from_tag(), invite.from_tag());
    assert!(subscribe.to_tag().is_none());
}

/// B-238: a refresh that cannot even be sent ends nothing for good: the subscription comes back with the network.
#[test]
fn a_refresh_that_cannot_be_sent_is_made_up_for() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 100\r\n");
    // Without expires in the NOTIFY that of the 2xx holds.
    assert_eq!(hand.notify(&first, 1, "b1", "active"), 200);
    let notifier = "192.0.2.2:5060".parse().expect("an address");
    hand.net.unreachable(notifier);
    hand.net.run_for(secs(95.0));
    assert_eq!(hand.state(), Subscribing, "told that it is not there");
    hand.net.reachable(notifier);
    let mut waited = 0;
    while !hand.has_request() {
        hand.net.run_for(secs(1.0));
        waited += 1;
        assert!(waited < 100, "it never came back");
    }
    let anew = hand.request();
    assert!(anew.to_tag().is_none());
    hand.respond(&anew, 200, "Expires: 100\r\n");
    assert_eq!(hand.notify(&anew, 1, "b1", "active;expires=100"), 200);
    assert_eq!(hand.state(), Subscribed);
}

/// B-240: what comes after the end finds nobody, whatever it says, and wakes nothing.
#[test]
fn nothing_that_comes_after_the_end_is_heard() {
    let mut hand = hand();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 100\r\n");
    assert_eq!(hand.notify(&first, 1, "b1", "active;expires=100"), 200);
    assert_eq!(
        hand.notify(&first, 2, "b1", "terminated;reason=rejected"),
        200
    );
    let told = hand.net.events(hand.alice).len();
    for (cseq, state) in [
        (3, "active;expires=100"),
        (4, "terminated;reason=deactivated"),
        (5, "pending"),
    ] {
        assert_eq!(hand.notify(&first, cseq, "b1", state), 481, "{state}");
    }
    hand.respond(&first, 200, "Expires: 100\r\n");
    hand.net.run_for(secs(1000.0));
    assert_eq!(hand.net.events(hand.alice).len(), told);
    assert!(!hand.has_request());
    let statistics = hand.net.with(hand.alice, |agent, _| agent.statistics());
    assert_eq!((statistics.dialogs, statistics.transactions), (0, 0));
}
