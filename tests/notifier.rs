//! What we make of the requests of a hand-made subscriber: RFC 6665 §4.2, as flows.

mod sim;

use rtcclient::agent::{Kind, Send};
use rtcclient::syntax::HeaderId;
use sim::secs;
use sim::watch::*;

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

/// B-237, B-250: a refresh is checked, answered, and told the state at once.
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

/// B-247: unknown package 489.
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

/// B-251: which answers to a NOTIFY end the subscription, and which do not.
#[test]
fn some_answers_to_a_notify_end_the_subscription_and_others_do_not() {
    for (status, lines, left) in [
        (200, "", 1),
        (481, "", 0),
        (404, "", 0),
        (408, "", 0),
        (489, "", 0),
        (604, "", 0),
        (0, "", 0),
        (500, "", 1),
        (503, "", 1),
        (415, "", 1),
        (481, "Retry-After: 5\r\n", 1),
    ] {
        let (mut net, bob, carol) = subscriber();
        let lines_asked = "Event: presence\r\nExpires: 600\r\n";
        let text = subscribe_text("1", 1, "", lines_asked);
        carol.send(&mut net, "192.0.2.2", text);
        net.run_for(secs(0.1));
        let notify = carol.expect("NOTIFY");
        if status > 0 {
            carol.respond(&mut net, &notify, status, "", lines, "");
        }
        net.run_for(secs(40.0));
        let statistics = net.with(bob, |agent, _| agent.statistics());
        assert_eq!(statistics.subscriptions, left, "{status} {lines}");
        assert_eq!(statistics.dialogs, left, "{status} {lines}");
    }
}

/// B-252: news of one presentity at most every five seconds, the latest word; states and refreshes at once.
#[test]
fn news_are_held_back_as_the_package_asks() {
    for (package, gap) in [("presence", 5.0), ("dialog", 1.0), ("x-test", 0.0)] {
        let (mut net, bob, carol) = subscriber();
        net.with(bob, |agent, _| {
            agent.serve_package(package, "text/plain", 1)
        })
        .expect("served");
        let lines = format!("Event: {package}\r\nExpires: 600\r\n");
        let text = subscribe_text("1", 1, "", &lines);
        carol.send(&mut net, "192.0.2.2", text);
        net.run_for(secs(0.1));
        let first = carol.expect("NOTIFY");
        carol.respond(&mut net, &first, 200, "", "", "");
        let began = net.now;
        let watcher = net
            .with(bob, |agent, _| agent.list(Kind::Watcher))
            .pop()
            .expect("a watcher");
        let mut told = Vec::new();
        for turn in 0..130 {
            if turn < 100 {
                let send = Send {
                    content_type: Some("text/plain".into()),
                    body: Some(turn.to_string().into_bytes().into()),
                    ..Send::default()
                };
                net.with(bob, |agent, now| {
                    agent.watcher_notify(now, &watcher, None, &send)
                })
                .expect("taken");
            }
            net.run_for(secs(0.1));
            while let Some(message) = carol.next() {
                if message.method() == "NOTIFY" && message.is_request() {
                    carol.respond(&mut net, &message, 200, "", "", "");
                    let text = String::from_utf8_lossy(message.body()).into_owned();
                    told.push((net.now.since(began).as_secs_f64(), text));
                }
            }
        }
        assert_eq!(
            told.last().map(|(_, text)| &**text),
            Some("99"),
            "{package}"
        );
        if gap > 0.0 {
            let times: Vec<f64> = told.iter().map(|(at, _)| *at).collect();
            assert!(
                times.windows(2).all(|pair| pair[1] - pair[0] > gap - 0.2),
                "{package} {times:?}"
            );
            assert!(
                (times.len() as f64) <= 13.0 / gap + 1.0,
                "{package} {times:?}"
            );
        } else {
            assert_eq!(told.len(), 100, "{package}");
        }
        // A refresh is answered and told at once, whatever was told a moment ago.
        let tag = first.from_tag().expect("a tag").to_owned();
        carol.send(&mut net, "192.0.2.2", subscribe_text("2", 2, &tag, &lines));
        net.run_for(secs(0.05));
        carol.expect("NOTIFY");
    }
}

/// B-247: a package that is served no longer: those who watch are told so, those who come are refused.
#[test]
fn a_package_that_is_served_no_longer_ends_its_subscriptions() {
    let (mut net, bob, carol) = subscriber();
    net.with(bob, |agent, _| agent.serve_package("dialog", "", 1))
        .expect("served");
    let lines = "Event: presence\r\nExpires: 600\r\n";
    carol.send(&mut net, "192.0.2.2", subscribe_text("1", 1, "", lines));
    net.run_for(secs(0.1));
    let notify = carol.expect("NOTIFY");
    carol.respond(&mut net, &notify, 200, "", "", "");
    net.run_for(secs(100.0));
    net.with(bob, |agent, now| {
        agent.serve_package("presence", "", 2).expect("stopped");
        agent.end_watchers(now, "presence");
    });
    net.run_for(secs(0.1));
    let last = carol.expect("NOTIFY");
    assert_eq!(
        last.header(HeaderId::SubscriptionState),
        Some("terminated;reason=noresource")
    );
    carol.respond(&mut net, &last, 200, "", "", "");
    net.run_for(secs(0.1));
    let statistics = net.with(bob, |agent, _| agent.statistics());
    assert_eq!((statistics.subscriptions, statistics.dialogs), (0, 0));
    let again = subscribe_text("2", 2, "", lines).replace("hand-made", "again");
    carol.send(&mut net, "192.0.2.2", again);
    net.run_for(secs(0.1));
    let refused = carol.expect("489 SUBSCRIBE");
    assert_eq!(refused.header(HeaderId::AllowEvents), Some("dialog"));
}
