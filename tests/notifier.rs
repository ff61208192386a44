//! What we make of the requests of a hand-made subscriber: RFC 6665 §4.2, as flows.

mod sim;

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
