//! What a registrar says of our registration in the `reg` package: RFC 3680, as flows.

mod sim;

use rtcclient::agent::{
    EventType, ObjectRef, ProfileOptions, RegistrationState, Send, SubscriptionOptions,
    SubscriptionState,
};
use rtcclient::events::reginfo;
use rtcclient::syntax::{HeaderId, Message};
use sim::talk::{Leg, Talk};

const AOR: &str = "sip:alice@192.0.2.9";

/// A registered account that watches its own registration.
struct Watched {
    talk: Talk,
    profile: ObjectRef,
    subscription: ObjectRef,
    subscribe: Message,
    contact: String,
    cseq: u32,
}

fn watched(seed: u64) -> Watched {
    let mut talk = Talk::new(seed);
    let profile = talk
        .on(|agent, _| {
            agent.create_profile(ProfileOptions {
                uri: AOR.into(),
                ..ProfileOptions::default()
            })
        })
        .expect("a profile");
    talk.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    talk.run();
    let register = talk.peer.expect("REGISTER");
    let contact = register
        .contacts()
        .next()
        .expect("a contact")
        .expect("readable");
    let contact = contact.uri().to_owned();
    let lines = format!("Contact: <{contact}>;expires=3600\r\n");
    talk.answer(&register, 200, "r", &lines, "");
    assert_eq!(profile.state(), RegistrationState::Registered.number());
    let subscription = talk
        .on(|agent, _| {
            agent.create_subscription(SubscriptionOptions {
                profile: Some(profile.clone()),
                event: "reg".into(),
                accept: reginfo::CONTENT_TYPE.into(),
                ..SubscriptionOptions::default()
            })
        })
        .expect("a subscription");
    talk.on(|agent, now| agent.subscribe(now, &subscription, &Send::default()))
        .expect("subscribed");
    talk.run();
    let subscribe = talk.peer.expect("SUBSCRIBE");
    assert_eq!(subscribe.request_uri(), AOR);
    assert_eq!(subscribe.header(HeaderId::Event), Some("reg"));
    talk.answer(&subscribe, 200, "t1", "Expires: 3600\r\n", "");
    Watched {
        talk,
        profile,
        subscription,
        subscribe,
        contact,
        cseq: 0,
    }
}

impl Watched {
    /// A document about our binding.
    fn say(&mut self, version: u32, state: &str, binding: &str, event: &str, more: &str) {
        let body = format!(
            "<?xml version=\"1.0\"?><reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"{version}\" state=\"{state}\">\
             <registration aor=\"{AOR}\" id=\"a\" state=\"active\">\
             <contact id=\"1\" state=\"{binding}\" event=\"{event}\"{more}><uri>{}</uri></contact>\
             <contact id=\"2\" state=\"active\" event=\"registered\"><uri>sip:alice@198.51.100.7</uri></contact>\
             </registration></reginfo>",
            self.contact
        );
        let leg = Leg {
            target: self.contact.clone(),
            local: format!("<{AOR}>;tag=t1"),
            remote: format!("<{AOR}>;tag={}", self.subscribe.from_tag().expect("a tag")),
            call_id: self.subscribe.call_id().into(),
        };
        self.cseq += 1;
        let lines = "Event: reg\r\nSubscription-State: active;expires=3600\r\n";
        self.talk.say_with(
            &leg,
            "NOTIFY",
            self.cseq,
            lines,
            reginfo::CONTENT_TYPE,
            &body,
        );
        self.talk.wait(0.5);
        self.talk.peer.expect("200 NOTIFY");
    }

    fn registration(&self) -> Option<RegistrationState> {
        RegistrationState::from_number(self.profile.state())
    }
}

/// B-093, B-300: another took our place, or an administrator threw us out: we are logged off and stay away.
#[test]
fn a_binding_that_was_taken_away_logs_us_off() {
    for event in ["rejected", "unregistered"] {
        let mut watched = watched(50);
        watched.say(0, "full", "active", "registered", "");
        assert_eq!(watched.registration(), Some(RegistrationState::Registered));
        watched.say(1, "partial", "terminated", event, "");
        assert_eq!(
            watched.registration(),
            Some(RegistrationState::LoggedOff),
            "{event}"
        );
        let told = watched
            .talk
            .events(EventType::RegistrationStateChange)
            .pop()
            .expect("told");
        assert_eq!(told.state, RegistrationState::LoggedOff.number());
        assert_eq!(&*told.status_text, event);
        assert!(
            told.message
                .is_some_and(|message| message.method() == "NOTIFY")
        );
        watched.talk.wait(5000.0);
        assert_eq!(watched.talk.count("REGISTER"), 0, "{event}");
    }
}

/// B-300: what the registrar lost by its own doing is registered anew: at once, or when it says.
#[test]
fn a_binding_that_was_lost_is_made_anew() {
    for (event, more, least, most) in [
        ("deactivated", "", 0.0, 2.0),
        ("expired", "", 0.0, 2.0),
        ("probation", " retry-after=\"20\"", 19.0, 21.0),
    ] {
        let mut watched = watched(51);
        watched.say(0, "full", "terminated", event, more);
        assert_eq!(
            watched.registration(),
            Some(RegistrationState::Registering),
            "{event}"
        );
        watched.talk.wait(least);
        assert!(!watched.talk.peer.has("REGISTER"), "{event}");
        watched.talk.wait(most - least);
        let register = watched.talk.peer.expect("REGISTER");
        let lines = format!("Contact: <{}>;expires=3600\r\n", watched.contact);
        watched.talk.answer(&register, 200, "r", &lines, "");
        assert_eq!(
            watched.registration(),
            Some(RegistrationState::Registered),
            "{event}"
        );
    }
}

/// B-300: full and partial documents in order: an old one is not believed, a hole asks for the whole state.
#[test]
fn documents_out_of_order_do_not_count() {
    let mut watched = watched(52);
    watched.say(4, "full", "active", "registered", "");
    watched.say(3, "partial", "terminated", "rejected", "");
    assert_eq!(
        watched.registration(),
        Some(RegistrationState::Registered),
        "overtaken"
    );
    watched.say(6, "partial", "active", "refreshed", "");
    let refresh = watched.talk.peer.expect("SUBSCRIBE");
    assert_eq!(refresh.to_tag(), Some("t1"));
    assert_eq!(
        watched.subscription.state(),
        SubscriptionState::Subscribed.number()
    );
    let told = watched.talk.events(EventType::SubscriptionNotify);
    let gaps: Vec<i64> = told.iter().map(|event| event.value[0]).collect();
    assert_eq!(gaps, [0, 0, 1]);
}
