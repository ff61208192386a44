//! Event packages: what is said in their documents, and NOTIFYs outside dialogs.

mod sim;

use rtcclient::agent::{
    Config, EventType, Send, SubscriptionOptions, SubscriptionState, Verdict, command, properties,
};
use sim::raw::Raw;
use sim::watch::*;
use sim::{Sim, secs};

use SubscriptionState::Subscribed;

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
    let ask = |net: &mut Sim, branch: &str, event: &str, content_type: &str| {
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
