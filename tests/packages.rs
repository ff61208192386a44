//! Event packages: what is said in their documents, and NOTIFYs outside dialogs.

mod sim;

use rtcclient::agent::{
    Config, EventType, Kind, ObjectRef, Send, SessionOptions, SessionType, SubscriptionOptions,
    SubscriptionState, TerminateReason, Verdict, WatcherState, command, properties,
};
use rtcclient::events::{DialogInfo, Document, WatcherInfo, dialog_info, winfo};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::Raw;
use sim::watch::*;
use sim::{Sim, secs};

use SubscriptionState::Subscribed;

/// B-302: taken outside dialogs while the application wants it, by package and type.
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

/// A NOTIFY with a document in a subscription of a hand-made notifier.
fn say(hand: &mut Hand, first: &Message, cseq: u32, event: &str, kind: &str, body: &str) -> u16 {
    let lines = format!(
        "Event: {event}\r\nSubscription-State: active;expires=600\r\nContent-Type: {kind}\r\n"
    );
    hand.notify_with(first, cseq, "b1", &lines, body)
}

fn lamp(version: u32, state: &str, dialogs: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
         state=\"{state}\" entity=\"{BOB}\">{dialogs}</dialog-info>"
    )
}

fn lamp_hand() -> (Hand, Message) {
    let mut hand = hand_for(SubscriptionOptions {
        event: "dialog".into(),
        accept: dialog_info::CONTENT_TYPE.into(),
        ..options("presence")
    });
    hand.subscribe();
    let first = hand.request();
    hand.respond(&first, 200, "Expires: 600\r\n");
    (hand, first)
}

/// B-301: full and partial states of another phone's calls; a missing version is asked for anew.
#[test]
fn a_missing_version_asks_for_the_whole_state() {
    let (mut hand, first) = lamp_hand();
    let kind = dialog_info::CONTENT_TYPE;
    let busy = "<dialog id=\"1\" direction=\"recipient\"><state>early</state><remote><identity display=\"Carol\">\
                sip:carol@example.com</identity></remote></dialog>";
    assert_eq!(
        say(&mut hand, &first, 1, "dialog", kind, &lamp(0, "full", "")),
        200
    );
    assert_eq!(
        say(
            &mut hand,
            &first,
            2,
            "dialog",
            kind,
            &lamp(1, "partial", busy)
        ),
        200
    );
    let told = find(hand.net.events(hand.alice), EventType::SubscriptionNotify).clone();
    let Some(Ok(Document::Dialogs(lamp_1))) = Document::read(&told.content_type, told.body())
    else {
        panic!("a document")
    };
    assert_eq!(
        (
            lamp_1.dialogs[0].state.as_str(),
            lamp_1.dialogs[0].remote.display.as_str()
        ),
        ("early", "Carol")
    );
    assert_eq!(told.value[0], 0);
    assert!(!hand.has_request());
    // 2 is lost.
    say(
        &mut hand,
        &first,
        3,
        "dialog",
        kind,
        &lamp(3, "partial", busy),
    );
    let told = find(hand.net.events(hand.alice), EventType::SubscriptionNotify);
    assert_eq!(told.value[0], 1, "the application is told");
    let refresh = hand.request();
    assert_eq!(
        (refresh.to_tag(), refresh.expires()),
        (Some("b1"), Some(600))
    );
    hand.respond(&refresh, 200, "Expires: 600\r\n");
    say(&mut hand, &first, 4, "dialog", kind, &lamp(4, "full", busy));
    let told = find(hand.net.events(hand.alice), EventType::SubscriptionNotify);
    assert_eq!(told.value[0], 0);
    say(
        &mut hand,
        &first,
        5,
        "dialog",
        kind,
        &lamp(5, "partial", busy),
    );
    assert!(!hand.has_request());
    assert_eq!(hand.state(), Subscribed);
}

/// B-301: a notifier that never tells the whole state is subscribed to anew, and not without end.
#[test]
fn a_notifier_without_whole_states_is_subscribed_to_anew() {
    let (mut hand, first) = lamp_hand();
    let kind = dialog_info::CONTENT_TYPE;
    say(&mut hand, &first, 1, "dialog", kind, &lamp(0, "full", ""));
    say(
        &mut hand,
        &first,
        2,
        "dialog",
        kind,
        &lamp(5, "partial", ""),
    );
    let refresh = hand.request();
    hand.respond(&refresh, 200, "Expires: 600\r\n");
    for turn in 3..6 {
        say(
            &mut hand,
            &first,
            turn,
            "dialog",
            kind,
            &lamp(turn + 5, "partial", ""),
        );
    }
    let anew = hand.request();
    assert_ne!(anew.call_id(), first.call_id());
    assert!(anew.to_tag().is_none());
    assert_eq!(anew.header(HeaderId::Event), Some("dialog"));
}

#[test]
fn a_document_that_cannot_be_read_is_told_raw_and_answered() {
    let (mut hand, first) = lamp_hand();
    for (cseq, body) in [(1, "<dialog-info"), (2, "<!DOCTYPE a><a/>"), (3, "hello")] {
        assert_eq!(
            say(
                &mut hand,
                &first,
                cseq,
                "dialog",
                dialog_info::CONTENT_TYPE,
                body
            ),
            200
        );
        let told = find(hand.net.events(hand.alice), EventType::SubscriptionNotify);
        assert_eq!(told.body(), body.as_bytes());
    }
    assert_eq!(hand.state(), Subscribed);
    assert!(!hand.has_request());
}

/// A subscription of Alice to Bob in a package that Bob serves by himself.
fn watched(pair: &mut Pair, package: &str, kind: &str) -> ObjectRef {
    let bob = pair.bob;
    pair.net
        .with(bob, |agent, _| agent.serve_package(package, kind, 1))
        .expect("served");
    let subscription = pair.subscription(SubscriptionOptions {
        accept: kind.into(),
        ..options(package)
    });
    pair.subscribe(&subscription);
    pair.net.run_for(secs(2.0));
    assert_eq!(state(&subscription), Subscribed);
    subscription
}

fn lamps(pair: &Pair) -> Vec<(u32, Vec<(String, String)>)> {
    let notified = pair.net.events(pair.alice).iter();
    notified
        .filter(|event| event.event_type == EventType::SubscriptionNotify)
        .map(|event| {
            let document = DialogInfo::parse(event.body()).expect("a document");
            assert!(document.version.full);
            let one = |dialog: &rtcclient::events::dialog_info::DialogState| {
                (dialog.state.clone(), dialog.direction.clone())
            };
            (
                document.version.number,
                document.dialogs.iter().map(one).collect(),
            )
        })
        .collect()
}

/// B-301: our own calls, for the lamps of others: served as soon as the application serves `dialog`.
#[test]
fn our_calls_light_the_lamps_of_others() {
    let mut pair = pair();
    watched(&mut pair, "dialog", dialog_info::CONTENT_TYPE);
    assert_eq!(lamps(&pair), [(0, vec![])]);
    // Alice, who watches, calls Bob, who rings, answers and hangs up.
    let alice = pair.alice;
    let session = pair
        .on(alice, |agent, _| {
            agent.create_session(SessionType::PcToPc, SessionOptions::default())
        })
        .expect("a session");
    pair.on(alice, |agent, now| {
        agent.add_participant(now, &session, BOB, None, &Send::default())
    })
    .expect("called");
    pair.net.run_for(secs(3.0));
    let bob = pair.bob;
    let theirs = pair
        .net
        .with(bob, |agent, _| agent.list(Kind::Session))
        .pop()
        .expect("a call");
    pair.on(bob, |agent, now| {
        agent.answer(now, &theirs, 200, &Send::default())
    })
    .expect("answered");
    pair.net.run_for(secs(3.0));
    pair.on(bob, |agent, now| {
        agent.terminate(now, &theirs, TerminateReason::Normal, &Send::default())
    })
    .expect("ended");
    pair.net.run_for(secs(3.0));
    let told = lamps(&pair);
    let states: Vec<&str> = told
        .iter()
        .flat_map(|(_, dialogs)| dialogs.iter().map(|(state, _)| &**state))
        .collect();
    assert_eq!(states.first(), Some(&"early"), "{told:?}");
    assert!(states.contains(&"confirmed"), "{told:?}");
    assert!(states.ends_with(&["terminated"]), "{told:?}");
    assert!(
        told.iter()
            .all(|(_, dialogs)| dialogs.iter().all(|(_, side)| side == "recipient"))
    );
    let numbers: Vec<u32> = told.iter().map(|(number, _)| *number).collect();
    assert!(
        numbers.windows(2).all(|pair| pair[0] < pair[1]),
        "{numbers:?}"
    );
    let body = find(pair.net.events(pair.alice), EventType::SubscriptionNotify);
    let document = DialogInfo::parse(body.body()).expect("a document");
    assert_eq!(document.entity, BOB);
    assert_eq!(document.dialogs[0].event, "local-bye");
    assert_eq!(document.dialogs[0].remote.identity, "sip:alice@192.0.2.1");
    assert!(!document.dialogs[0].call_id.is_empty() && !document.dialogs[0].remote_tag.is_empty());
}

/// B-297: who watches our presence is told to those who watch the watchers.
#[test]
fn watchers_are_listed_for_those_who_watch_them() {
    let mut pair = pair();
    pair.serve(0);
    watched(&mut pair, "presence.winfo", winfo::CONTENT_TYPE);
    let told = |pair: &Pair| -> Vec<(String, String)> {
        let event = find(pair.net.events(pair.alice), EventType::SubscriptionNotify);
        let document = WatcherInfo::parse(event.body()).expect("a document");
        assert_eq!(document.lists[0].package, "presence");
        assert_eq!(document.lists[0].resource, BOB);
        let watchers = document.lists[0].watchers.iter();
        watchers
            .map(|one| (one.status.clone(), one.event.clone()))
            .collect()
    };
    assert_eq!(told(&pair), []);
    let presence = pair.subscription(options("presence"));
    pair.subscribe(&presence);
    pair.net.run_for(secs(6.0));
    assert_eq!(told(&pair), [text("pending", "subscribe")]);
    let watcher = find(pair.net.events(pair.bob), EventType::Watcher)
        .watcher
        .clone()
        .expect("a watcher");
    let bob = pair.bob;
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body("open"))
    })
    .expect("allowed");
    pair.net.run_for(secs(6.0));
    assert_eq!(told(&pair), [text("active", "approved")]);
    pair.unsubscribe(&presence).expect("ended");
    pair.net.run_for(secs(6.0));
    assert_eq!(told(&pair), [text("terminated", "timeout")]);
}

/// B-249, B-422: a package that nobody here knows: own parameters, Accept and body out, raw notifications in; served too.
#[test]
fn any_package_can_be_asked_for_and_served() {
    let mut hand = hand_for(SubscriptionOptions {
        event: "x-test;depth=3".into(),
        accept: "application/x-test, text/x-test".into(),
        ..options("presence")
    });
    let send = Send {
        content_type: Some("application/x-filter".into()),
        body: Some(b"only red ones"[..].into()),
        ..Send::default()
    };
    let subscription = hand.subscription.clone();
    hand.net
        .with(hand.alice, |agent, now| {
            agent.subscribe(now, &subscription, &send)
        })
        .expect("subscribed");
    hand.net.run_for(secs(0.1));
    let first = hand.request();
    assert_eq!(first.header(HeaderId::Event), Some("x-test;depth=3"));
    assert_eq!(
        first.header(HeaderId::Accept),
        Some("application/x-test, text/x-test")
    );
    assert_eq!(first.body(), b"only red ones");
    hand.respond(&first, 200, "Expires: 600\r\n");
    assert_eq!(
        say(
            &mut hand,
            &first,
            1,
            "x-test",
            "text/x-test",
            "\u{1}\"red\""
        ),
        200
    );
    let told = find(hand.net.events(hand.alice), EventType::SubscriptionNotify);
    assert_eq!(
        (told.body(), &*told.content_type),
        (&b"\x01\"red\""[..], "text/x-test")
    );
    assert!(told.message.is_some());

    let mut pair = pair();
    pair.serve_package("x-test", 0);
    let subscription = pair.subscription(options("x-test;depth=3"));
    pair.subscribe(&subscription);
    let offered = find(pair.net.events(pair.bob), EventType::Watcher).clone();
    assert_eq!(&*offered.text, "x-test");
    let event = offered
        .message
        .as_ref()
        .and_then(|message| message.header(HeaderId::Event));
    assert_eq!(event, Some("x-test;depth=3"));
    let (bob, watcher) = (pair.bob, offered.watcher.expect("a watcher"));
    pair.on(bob, |agent, now| {
        agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body("raw"))
    })
    .expect("allowed");
    assert_eq!(pair.notifications(), [text("active", "raw")]);
}

/// B-296, B-438: presence from subscribing to the end: pending, open, closed, refreshed, ended; the documents are read.
#[test]
fn presence_is_read_from_pending_to_the_end() {
    use rtcclient::events::pidf::{Basic, Presence};
    let mut pair = pair();
    pair.serve(0);
    let subscription = pair.subscription(SubscriptionOptions {
        expires_secs: 0,
        ..options("presence")
    });
    pair.subscribe(&subscription);
    pair.net.run_for(secs(1.0));
    assert_eq!(pair.notifications(), [text("pending", "")]);
    let (bob, watcher) = (pair.bob, pair.watcher());
    let asked = find(pair.net.events(bob), EventType::Watcher)
        .message
        .clone();
    assert_eq!(asked.and_then(|message| message.expires()), Some(3600));
    for basic in [Basic::Open, Basic::Closed] {
        let mut document = Presence::single(BOB, "phone", basic);
        document.tuples[0].contact = Some("sip:bob@192.0.2.2".to_owned());
        document.tuples[0].note = Some("at my desk".to_owned());
        let document = document.to_string();
        pair.on(bob, |agent, now| {
            agent.watcher_answer(now, &watcher, WatcherState::Allowed, &body(&document))
        })
        .expect("told");
        pair.net.run_for(secs(6.0));
        let told = find(pair.net.events(pair.alice), EventType::SubscriptionNotify);
        let Some(Ok(Document::Presence(presence))) =
            Document::read(&told.content_type, told.body())
        else {
            panic!("a document")
        };
        assert_eq!(presence.basic(), Some(basic));
        assert_eq!(presence.tuples[0].note.as_deref(), Some("at my desk"));
        assert_eq!(
            presence.tuples[0].contact.as_deref(),
            Some("sip:bob@192.0.2.2")
        );
    }
    pair.net.run_for(secs(3400.0));
    assert_eq!(
        state(&subscription),
        Subscribed,
        "refreshed before its time"
    );
    pair.unsubscribe(&subscription).expect("ended");
    pair.net.run_for(secs(2.0));
    assert_eq!(state(&subscription), SubscriptionState::NotSubscribed);
    let words: Vec<String> = pair
        .notifications()
        .into_iter()
        .map(|(word, _)| word)
        .collect();
    assert_eq!(
        words,
        ["pending", "active", "active", "active", "terminated"]
    );
}
