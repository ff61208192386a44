//! Registrations and publications against a hand-made registrar: RFC 3261 §10, RFC 3608, RFC 3903, as flows.

mod sim;

use rtcclient::agent::{
    Code, Config, Credentials, EventType, Kind, ProfileOptions, Refusal, RegistrationState, Send,
    Status, Verdict, command, properties,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::Raw;
use sim::registrar::{REGISTRAR, Stage, options, stage};
use sim::{Sim, secs};

fn expires(message: &Message) -> Option<u32> {
    message.expires()
}

const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n";

/// B-074, B-075, B-084.
#[test]
fn a_profile_registers_through_a_challenge_and_tells_what_is_bound() {
    let mut stage = stage(options());
    stage.enable();
    let first = stage.register();
    assert_eq!(first.request_uri(), "sip:192.0.2.9");
    assert_eq!(first.to().expect("To").uri, "sip:alice@example.com");
    assert_eq!(first.from().expect("From").uri, "sip:alice@example.com");
    assert_eq!(expires(&first), Some(3600));
    assert!(first.header(HeaderId::Authorization).is_none());
    stage.respond(&first, 401, CHALLENGE);
    let second = stage.register();
    assert_eq!(second.call_id(), first.call_id());
    assert_eq!(second.cseq(), first.cseq() + 1);
    let authorization = second.header(HeaderId::Authorization).expect("credentials");
    assert!(
        authorization.contains("username=\"alice\""),
        "{authorization}"
    );
    assert_eq!(stage.state(), RegistrationState::Registering);
    stage.bind(&second, 1800);
    assert_eq!(
        stage.states(),
        [
            (RegistrationState::Registering, Status::None),
            (RegistrationState::Registered, Status::Sip(200)),
        ]
    );
    let event = stage.last(EventType::RegistrationStateChange);
    assert!(
        event
            .message
            .as_ref()
            .is_some_and(|message| message.status() == Some(200))
    );
    assert_eq!(&*event.uri, "sip:alice@192.0.2.1:5060");
    let profile = stage.profile.clone();
    let details = stage
        .net
        .with(stage.alice, |agent, _| agent.details(&profile));
    assert_eq!(details.get_int(properties::PROFILE_EXPIRES, 0), Some(1800));
    assert_eq!(
        details.get_text(properties::PROFILE_SERVER, 0),
        Some("192.0.2.9")
    );
    let statistics = stage.net.with(stage.alice, |agent, _| agent.statistics());
    assert_eq!(statistics.registrations, 1);
}

/// B-076, B-077.
#[test]
fn the_binding_is_refreshed_before_its_own_time_is_up_and_nothing_is_told_of_it() {
    let mut stage = stage(options());
    let first = stage.registered(100);
    let waited = stage.wait_for("REGISTER", 100.0);
    assert!((89.0..91.0).contains(&waited), "{waited}");
    let refresh = stage.register();
    assert_eq!(refresh.call_id(), first.call_id());
    assert_eq!(refresh.from_tag(), first.from_tag());
    assert!(refresh.cseq() > first.cseq());
    stage.bind(&refresh, 100);
    assert_eq!(stage.states().len(), 2, "{:?}", stage.states());
    let waited = stage.wait_for("REGISTER", 100.0);
    assert!((89.0..91.0).contains(&waited), "{waited}");
}

/// B-078.
#[test]
fn disabling_unregisters_and_enabling_registers_again_in_the_same_series() {
    let mut stage = stage(options());
    let first = stage.registered(600);
    assert_eq!(stage.disable(), Verdict::Done);
    let removal = stage.register();
    assert_eq!(expires(&removal), Some(0));
    assert_eq!(removal.call_id(), first.call_id());
    assert_eq!(stage.state(), RegistrationState::Unregistering);
    stage.respond(&removal, 200, "");
    assert_eq!(stage.state(), RegistrationState::NotRegistered);
    assert_eq!(stage.disable(), Verdict::Nothing);
    stage.enable();
    let again = stage.register();
    assert_eq!(again.call_id(), first.call_id());
    assert!(again.cseq() > removal.cseq());
}

/// B-080.
#[test]
fn a_brief_expires_is_raised_to_what_the_registrar_wants() {
    let mut stage = stage(ProfileOptions {
        expires_secs: 60,
        ..options()
    });
    stage.enable();
    let first = stage.register();
    assert_eq!(expires(&first), Some(60));
    stage.respond(&first, 423, "Min-Expires: 300\r\n");
    let second = stage.register();
    assert_eq!(expires(&second), Some(300));
    stage.bind(&second, 300);
    assert_eq!(stage.state(), RegistrationState::Registered);
}

#[test]
fn a_registrar_that_always_wants_more_is_given_up() {
    let mut stage = stage(options());
    stage.enable();
    let mut asked = 0;
    while stage.server.has("REGISTER") {
        let request = stage.register();
        asked += 1;
        let least = expires(&request).expect("Expires") + 1;
        stage.respond(&request, 423, &format!("Min-Expires: {least}\r\n"));
    }
    assert!((2..10).contains(&asked), "{asked}");
    assert_eq!(
        stage.states().last(),
        Some(&(RegistrationState::Rejected, Status::Sip(423)))
    );
}

/// B-084: two requests, then the event.
#[test]
fn a_wrong_password_is_told_and_new_credentials_are_tried() {
    let mut stage = stage(options());
    stage.enable();
    let first = stage.register();
    stage.respond(&first, 401, CHALLENGE);
    let second = stage.register();
    stage.respond(
        &second,
        401,
        "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n2\", algorithm=SHA-256, qop=\"auth\"\r\n",
    );
    assert_eq!(
        stage.states().last(),
        Some(&(RegistrationState::Rejected, Status::Sip(401)))
    );
    stage.net.run_for(secs(4000.0));
    assert!(
        !stage.server.has("REGISTER"),
        "a wrong password is not tried again by itself"
    );
    let profile = stage.profile.clone();
    stage
        .net
        .with(stage.alice, |agent, _| {
            agent.set_credentials(
                Some(&profile),
                Credentials {
                    user: "alice".into(),
                    secret: "better".into(),
                    ..Credentials::default()
                },
            )
        })
        .expect("credentials");
    // A program that was made for the original names the address again with the credentials.
    let verdict = stage.net.with(stage.alice, |agent, _| {
        let same = agent.set_text(
            &profile,
            properties::PROFILE_USER_URI,
            0,
            "SIP:alice@EXAMPLE.com",
        )?;
        let other = agent.set_text(
            &profile,
            properties::PROFILE_USER_URI,
            0,
            "sip:bob@example.com",
        );
        assert_eq!(
            other.expect_err("in use").code,
            Code::InvalidRegistrationState
        );
        Ok::<_, Refusal>(same)
    });
    verdict.expect("the same address is no change");
    stage.enable();
    let third = stage.register();
    stage.respond(&third, 401, CHALLENGE);
    let fourth = stage.register();
    stage.bind(&fourth, 600);
    assert_eq!(stage.state(), RegistrationState::Registered);
}

#[test]
fn a_challenge_of_an_unknown_kind_has_a_code_of_its_own() {
    let mut stage = stage(options());
    stage.enable();
    let first = stage.register();
    stage.respond(&first, 401, "WWW-Authenticate: Negotiate abc\r\n");
    assert_eq!(
        stage.states().last(),
        Some(&(
            RegistrationState::Rejected,
            Status::Failed(Code::AuthTypeNotSupported)
        ))
    );
}

/// B-085.
#[test]
fn a_registrar_that_is_down_is_tried_again_at_growing_distances() {
    let mut stage = stage(options());
    stage.enable();
    let mut waits = Vec::new();
    for _ in 0..4 {
        let request = stage.register();
        stage.respond(&request, 503, "");
        assert_eq!(
            stage.states().last(),
            Some(&(RegistrationState::Rejected, Status::Sip(503)))
        );
        waits.push(stage.wait_for("REGISTER", 2000.0));
    }
    for (wait, longest) in waits.iter().zip([60.0, 120.0, 240.0, 480.0]) {
        assert!(
            (longest / 2.0 - 1.0..=longest + 1.0).contains(wait),
            "{waits:?}"
        );
    }
    assert_eq!(stage.state(), RegistrationState::Registering);
    let request = stage.register();
    stage.bind(&request, 600);
    assert_eq!(stage.state(), RegistrationState::Registered);
}

#[test]
fn retry_after_is_honoured() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    stage.respond(&request, 503, "Retry-After: 5\r\n");
    let waited = stage.wait_for("REGISTER", 10.0);
    assert!((4.0..6.0).contains(&waited), "{waited}");
}

#[test]
fn silence_is_an_error_that_is_tried_again() {
    let mut stage = stage(options());
    stage.enable();
    stage.net.run_for(secs(33.0));
    assert_eq!(
        stage.states().last(),
        Some(&(RegistrationState::Error, Status::Failed(Code::Timeout)))
    );
    while stage.server.next().is_some() {}
    stage.wait_for("REGISTER", 61.0);
    let request = stage.register();
    stage.bind(&request, 600);
    assert_eq!(stage.state(), RegistrationState::Registered);
}

#[test]
fn service_route_leads_requests_outside_dialogs_and_goes_with_the_binding() {
    let mut stage = stage(ProfileOptions {
        proxy: "sip:192.0.2.9".into(),
        ..options()
    });
    stage.enable();
    let request = stage.register();
    assert_eq!(
        request.values(HeaderId::Route).collect::<Vec<_>>(),
        ["<sip:192.0.2.9;lr>"]
    );
    let contact = request
        .header(HeaderId::Contact)
        .expect("Contact")
        .to_owned();
    stage.respond(
        &request,
        200,
        &format!("Contact: {contact};expires=600\r\nService-Route: <sip:home.example.com;lr>\r\n"),
    );
    let profile = stage.profile.clone();
    let message = |stage: &mut Stage| {
        let profile = profile.clone();
        stage
            .net
            .with(stage.alice, |agent, now| {
                agent.send_request(
                    now,
                    Some(&profile),
                    "MESSAGE",
                    "sip:bob@example.com",
                    &Send {
                        body: Some(b"hello"[..].into()),
                        ..Send::default()
                    },
                )
            })
            .expect("sent");
        stage.net.run_for(secs(0.1));
        let message = stage.server.expect("MESSAGE");
        stage.respond(&message, 200, "");
        message
            .values(HeaderId::Route)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        message(&mut stage),
        ["<sip:192.0.2.9;lr>", "<sip:home.example.com;lr>"]
    );
    stage.disable();
    let removal = stage.register();
    assert_eq!(
        removal.values(HeaderId::Route).collect::<Vec<_>>(),
        ["<sip:192.0.2.9;lr>"]
    );
    stage.respond(&removal, 200, "");
    assert_eq!(message(&mut stage), ["<sip:192.0.2.9;lr>"]);
}

/// B-077: never two at once.
#[test]
fn disabling_while_registering_waits_for_the_answer_and_then_removes() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    stage.disable();
    assert!(!stage.server.has("REGISTER"), "one REGISTER at a time");
    assert_eq!(stage.state(), RegistrationState::Unregistering);
    stage.bind(&request, 600);
    let removal = stage.register();
    assert_eq!(expires(&removal), Some(0));
    stage.respond(&removal, 200, "");
    assert_eq!(stage.state(), RegistrationState::NotRegistered);
}

/// B-088.
#[test]
fn shutdown_unregisters_and_says_when_it_is_done() {
    let mut stage = stage(options());
    stage.registered(600);
    stage
        .net
        .with(stage.alice, |agent, now| agent.prepare_for_shutdown(now));
    stage.net.run_for(secs(0.1));
    let removal = stage.register();
    assert_eq!(expires(&removal), Some(0));
    stage.respond(&removal, 200, "");
    let last = stage.net.events(stage.alice).last().expect("an event");
    assert_eq!((last.event_type, last.kind), (EventType::Client, 3));
    let profile = stage.profile.clone();
    let refusal = stage
        .net
        .with(stage.alice, |agent, now| {
            agent.enable_profile(now, &profile, 15, 0)
        })
        .expect_err("closing");
    assert_eq!(refusal.code, Code::StackShutdown);
}

#[test]
fn a_profile_of_xml_registers_with_the_server_it_names() {
    let mut net = Sim::new(4);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let server = Raw::new(&mut net, "registrar", REGISTRAR);
    let xml = "<provision key=\"k\" name=\"Home\"><user uri=\"alice@example.com\" account=\"al\" password=\"x\" name=\"A\"/>\
               <sipsrv addr=\"192.0.2.9:5060\" protocol=\"UDP\" auth=\"digest\" role=\"registrar\"/></provision>";
    let profile = net
        .with(alice, |agent, _| agent.create_profile_from_xml(xml))
        .expect("a profile");
    net.with(alice, |agent, now| {
        agent.enable_profile(now, &profile, 15, 0)
    })
    .expect("enabled");
    net.run_for(secs(0.1));
    let request = server.expect("REGISTER");
    assert_eq!(request.to().expect("To").uri, "sip:alice@example.com");
    let details = net.with(alice, |agent, _| agent.details(&profile));
    assert_eq!(details.get_text(properties::PROFILE_KEY, 0), Some("k"));
    assert_eq!(details.get_text(properties::PROFILE_NAME, 0), Some("Home"));
    assert_eq!(
        details.get_text(properties::PROFILE_USER_ACCOUNT, 0),
        Some("al")
    );
    assert_eq!(details.get_text(properties::PROFILE_XML, 0), Some(xml));
    let refusal = net
        .with(alice, |agent, _| {
            agent.create_profile_from_xml("<provision/>")
        })
        .expect_err("no key");
    assert!(matches!(refusal.code, Code::Profile(_)));
}

#[test]
fn a_released_profile_goes_when_it_has_said_goodbye() {
    let mut stage = stage(options());
    stage.registered(600);
    let profile = stage.profile.clone();
    let profiles = |stage: &mut Stage| {
        stage
            .net
            .with(stage.alice, |agent, _| agent.list(Kind::Profile).len())
    };
    stage
        .net
        .with(stage.alice, |agent, _| agent.forget(&profile));
    assert_eq!(profiles(&mut stage), 1, "a release ends no registration");
    stage.disable();
    let removal = stage.register();
    stage
        .net
        .with(stage.alice, |agent, _| agent.forget(&profile));
    assert_eq!(profiles(&mut stage), 1);
    stage.respond(&removal, 200, "");
    assert_eq!(profiles(&mut stage), 0);
    let details = profile.last_details().expect("what it was");
    assert_eq!(
        details.get_text(properties::PROFILE_USER_URI, 0),
        Some("sip:alice@example.com")
    );
    let refusal = stage
        .net
        .with(stage.alice, |agent, now| {
            agent.enable_profile(now, &profile, 15, 0)
        })
        .expect_err("gone");
    assert_eq!(refusal.code, Code::InvalidObjectState);
}

#[test]
fn faulty_options_are_refused_with_what_is_wrong() {
    let mut stage = stage(options());
    let mut refuse = |options: ProfileOptions| {
        stage
            .net
            .with(stage.alice, |agent, _| agent.create_profile(options))
            .expect_err("faulty")
            .code
    };
    let uri = |uri: &str| ProfileOptions {
        uri: uri.into(),
        ..options()
    };
    assert_eq!(refuse(uri("")), Code::InvalidSipUrl);
    assert_eq!(refuse(uri("sip:a@b>\r\nX: y")), Code::InvalidSipUrl);
    let flags = |flags| ProfileOptions { flags, ..options() };
    assert_eq!(refuse(flags(0x100)), Code::InvalidArgument);
    let params = |text: &str| ProfileOptions {
        contact_params: text.into(),
        ..options()
    };
    assert_eq!(refuse(params("q=1")), Code::InvalidArgument);
    let proxy = |text: &str| ProfileOptions {
        proxy: text.into(),
        ..options()
    };
    assert_eq!(refuse(proxy("p1.example.com")), Code::InvalidSipUrl);
}

// Publications.

fn publish(stage: &mut Stage, send: &Send) -> Result<Verdict, rtcclient::agent::Refusal> {
    let profile = stage.profile.clone();
    let verdict = stage.net.with(stage.alice, |agent, now| {
        agent.publish(now, &profile, "presence", send)
    });
    stage.net.run_for(secs(0.1));
    verdict
}

fn body(text: &str, cookie: i64) -> Send {
    Send {
        body: Some(text.as_bytes().into()),
        cookie,
        ..Send::default()
    }
}

fn publisher() -> Stage {
    stage(ProfileOptions {
        proxy: "sip:192.0.2.9".into(),
        ..options()
    })
}

#[test]
fn state_is_published_refreshed_modified_and_removed_by_entity_tag() {
    let mut stage = publisher();
    assert_eq!(publish(&mut stage, &body("one", 7)), Ok(Verdict::Done));
    let first = stage.server.expect("PUBLISH");
    assert_eq!(first.request_uri(), "sip:alice@example.com");
    assert_eq!(first.header(HeaderId::Event), Some("presence"));
    assert_eq!(
        first.header(HeaderId::ContentType),
        Some("application/pidf+xml")
    );
    assert_eq!((first.body(), expires(&first)), (&b"one"[..], Some(3600)));
    assert!(first.header(HeaderId::SipIfMatch).is_none());
    stage.respond(&first, 200, "SIP-ETag: e1\r\nExpires: 100\r\n");
    let told = stage.last(EventType::Publication);
    assert_eq!(
        (told.cookie, told.status, told.state),
        (7, Status::Sip(200), 1)
    );
    assert_eq!(&*told.text, "presence");

    let waited = stage.wait_for("PUBLISH", 100.0);
    assert!((88.0..91.0).contains(&waited), "{waited}");
    let refresh = stage.server.expect("PUBLISH");
    assert_eq!(refresh.header(HeaderId::SipIfMatch), Some("e1"));
    assert!(refresh.body().is_empty());
    stage.respond(&refresh, 200, "SIP-ETag: e2\r\nExpires: 100\r\n");

    publish(&mut stage, &body("two", 8)).expect("modified");
    let change = stage.server.expect("PUBLISH");
    assert_eq!(change.header(HeaderId::SipIfMatch), Some("e2"));
    assert_eq!(change.body(), b"two");
    stage.respond(&change, 200, "SIP-ETag: e3\r\nExpires: 100\r\n");
    assert_eq!(stage.last(EventType::Publication).cookie, 8);

    let end = Send {
        flags: command::SEND_END,
        cookie: 9,
        ..Send::default()
    };
    assert_eq!(publish(&mut stage, &end), Ok(Verdict::Done));
    let removal = stage.server.expect("PUBLISH");
    assert_eq!(removal.header(HeaderId::SipIfMatch), Some("e3"));
    assert_eq!((removal.body(), expires(&removal)), (&b""[..], Some(0)));
    stage.respond(&removal, 200, "SIP-ETag: e4\r\nExpires: 0\r\n");
    let told = stage.last(EventType::Publication);
    assert_eq!((told.cookie, told.state), (9, 0));
    assert_eq!(publish(&mut stage, &end), Ok(Verdict::Nothing));
    stage.net.run_for(secs(4000.0));
    assert!(!stage.server.has("PUBLISH"));
}

#[test]
fn a_compositor_that_lost_the_state_gets_it_anew() {
    let mut stage = publisher();
    publish(&mut stage, &body("one", 0)).expect("published");
    let first = stage.server.expect("PUBLISH");
    stage.respond(&first, 200, "SIP-ETag: e1\r\nExpires: 100\r\n");
    stage.wait_for("PUBLISH", 100.0);
    let refresh = stage.server.expect("PUBLISH");
    stage.respond(&refresh, 412, "");
    let anew = stage.server.expect("PUBLISH");
    assert!(anew.header(HeaderId::SipIfMatch).is_none());
    assert_eq!(anew.body(), b"one");
    stage.respond(&anew, 200, "SIP-ETag: f1\r\nExpires: 100\r\n");
    stage.wait_for("PUBLISH", 100.0);
    let refresh = stage.server.expect("PUBLISH");
    assert_eq!(refresh.header(HeaderId::SipIfMatch), Some("f1"));
}

#[test]
fn one_publish_at_a_time_and_the_latest_wish_wins() {
    let mut stage = publisher();
    publish(&mut stage, &body("one", 1)).expect("published");
    let first = stage.server.expect("PUBLISH");
    publish(&mut stage, &body("two", 2)).expect("waits");
    publish(&mut stage, &body("three", 3)).expect("waits");
    assert!(!stage.server.has("PUBLISH"));
    stage.respond(&first, 200, "SIP-ETag: e1\r\nExpires: 100\r\n");
    let last = stage.server.expect("PUBLISH");
    assert_eq!(last.body(), b"three");
    assert_eq!(last.header(HeaderId::SipIfMatch), Some("e1"));
    stage.respond(&last, 200, "SIP-ETag: e2\r\nExpires: 100\r\n");
    let cookies: Vec<i64> = stage
        .net
        .events(stage.alice)
        .iter()
        .filter(|event| event.event_type == EventType::Publication)
        .map(|event| event.cookie)
        .collect();
    assert_eq!(cookies, [2, 1, 3], "the second was overtaken");
}

#[test]
fn a_refused_publication_is_told_and_forgotten() {
    let mut stage = publisher();
    publish(&mut stage, &body("one", 1)).expect("published");
    let first = stage.server.expect("PUBLISH");
    stage.respond(&first, 489, "");
    let told = stage.last(EventType::Publication);
    assert_eq!((told.status, told.state), (Status::Sip(489), 0));
    let refusal = publish(&mut stage, &Send::default()).expect_err("no body");
    assert_eq!(refusal.code, Code::InvalidArgument);
    stage.net.run_for(secs(4000.0));
    assert!(!stage.server.has("PUBLISH"));
}

#[test]
fn a_failed_modification_is_repeated_with_its_body() {
    let mut stage = publisher();
    publish(&mut stage, &body("one", 1)).expect("published");
    let first = stage.server.expect("PUBLISH");
    stage.respond(&first, 200, "SIP-ETag: e1\r\nExpires: 1000\r\n");
    publish(&mut stage, &body("two", 2)).expect("modified");
    let change = stage.server.expect("PUBLISH");
    stage.respond(&change, 500, "Retry-After: 3\r\n");
    let told = stage.last(EventType::Publication);
    assert_eq!((told.status, told.value[0]), (Status::Sip(500), 1));
    stage.wait_for("PUBLISH", 5.0);
    let again = stage.server.expect("PUBLISH");
    assert_eq!(again.body(), b"two");
    assert_eq!(again.header(HeaderId::SipIfMatch), Some("e1"));
}
