//! The SIP level: registrations and refreshed requests as objects (rows S-022 … S-027, S-060 … S-076, S-150 … S-159).

mod sim;

use rtcclient::agent::event::FILTER_DEFAULT;
use rtcclient::agent::refresh::{REFRESH_TERMINATE, REFRESH_UPDATE};
use rtcclient::agent::{
    Code, Credentials, Event, EventType, Kind, ObjectRef, RegistrationOptions, RegistrationState,
    Send, Status, Verdict, properties,
};
use rtcclient::syntax::{HeaderId, Message};
use rtcclient::usage::Auto;
use rtcclient::usage::binding::Operation::{
    self, Fetch, Register, Unregister, UnregisterAll, Update,
};
use sim::talk::{Talk, cookie};

const ALL: u64 = FILTER_DEFAULT | 1 << 38;

fn options() -> RegistrationOptions {
    RegistrationOptions {
        aor: "sip:alice@example.com".into(),
        registrar: "sip:192.0.2.9".into(),
        ..RegistrationOptions::default()
    }
}

struct World {
    t: Talk,
    registration: ObjectRef,
}

impl World {
    fn new(seed: u64, options: RegistrationOptions) -> Self {
        let mut t = Talk::new(seed);
        t.on(|agent, _| agent.set_event_filter(ALL));
        let registration = t
            .on(|agent, _| agent.create_registration(&options))
            .expect("a registration");
        Self { t, registration }
    }

    fn send(&mut self, operation: Operation, send: Send) -> Result<Verdict, Code> {
        let registration = self.registration.clone();
        let done = self
            .t
            .on(|agent, now| agent.send_registration(now, &registration, operation, &send));
        self.t.run();
        done.map(|(verdict, _)| verdict)
            .map_err(|refusal| refusal.code)
    }

    /// Sends, and gives the REGISTER that came.
    fn register(&mut self, operation: Operation) -> Message {
        assert_eq!(self.send(operation, Send::default()), Ok(Verdict::Done));
        self.t.peer.expect("REGISTER")
    }

    fn answer(&mut self, request: &Message, status: u16, lines: &str) {
        self.t.answer(request, status, "r", lines, "");
    }

    /// 200 with the Contact that was asked for.
    fn grant(&mut self, request: &Message, more: &str) {
        let contact = request.header(HeaderId::Contact).unwrap_or_default();
        let lines = format!("Contact: {contact}{more}\r\n");
        self.answer(request, 200, &lines);
    }

    /// Registered for so many seconds.
    fn registered(seed: u64, options: RegistrationOptions, secs: u32) -> Self {
        let mut world = Self::new(seed, options);
        let request = world.register(Register);
        world.grant(&request, &format!(";expires={secs}"));
        assert_eq!(world.state(), RegistrationState::Registered);
        world
    }

    fn state(&self) -> RegistrationState {
        RegistrationState::from_number(self.registration.state()).expect("a state")
    }

    fn last(&self) -> Event {
        self.t
            .events(EventType::Registration)
            .pop()
            .expect("an event")
    }

    fn text(&mut self, property: i32) -> String {
        let registration = self.registration.clone();
        let details = self.t.on(|agent, _| agent.details(&registration));
        details.get_text(property, 0).unwrap_or_default().to_owned()
    }
}

/// Repetitions of what was not answered are none of a test's business.
fn drain(t: &mut Talk) {
    while t.peer.next().is_some() {}
}

fn headers(lines: &str) -> Send {
    Send {
        headers: Some(lines.into()),
        ..Send::default()
    }
}

/// S-060, S-061, S-063, S-070, S-071, S-045: a third-party registration with a Contact of its own goes out as it was described, and
/// tells what the registrar made of it.
#[test]
fn a_registration_is_sent_as_it_was_described() {
    let mut world = World::new(
        1,
        RegistrationOptions {
            from: "sip:secretary@example.com".into(),
            contact: "<sip:alice@192.0.2.77;ob>;q=0.7".into(),
            outbound_proxy: "sip:192.0.2.9;transport=udp".into(),
            expires_secs: 120,
            ..options()
        },
    );
    assert_eq!(world.state(), RegistrationState::NotRegistered);
    let send = Send {
        cookie: 4,
        ..headers("X-Mine: yes\r\n")
    };
    assert_eq!(world.send(Register, send), Ok(Verdict::Done));
    assert_eq!(world.state(), RegistrationState::Registering);
    let request = world.t.peer.expect("REGISTER");
    let value = |id| request.header(id).unwrap_or_default().to_owned();
    assert!(value(HeaderId::From).starts_with("<sip:secretary@example.com>;tag="));
    assert_eq!(value(HeaderId::To), "<sip:alice@example.com>");
    assert_eq!(value(HeaderId::Contact), "<sip:alice@192.0.2.77;ob>;q=0.7");
    assert_eq!(value(HeaderId::Expires), "120");
    assert_eq!(value(HeaderId::Route), "<sip:192.0.2.9;transport=udp;lr>");
    assert_eq!(request.request_uri(), "sip:192.0.2.9");
    assert_eq!(request.header_named("X-Mine"), Some("yes"));
    assert_eq!(
        world.send(Register, Send::default()),
        Err(Code::InvalidRegistrationState)
    );
    world.answer(
        &request,
        200,
        "Contact: <sip:other@192.0.2.5>;expires=9, <sip:alice@192.0.2.77;ob>;q=0.7;expires=99;pub-gruu=\"sip:alice@example.com;gr=1\"\r\n\
         Service-Route: <sip:192.0.2.9;lr;s=1>\r\nP-Associated-URI: <sip:alice@example.com>, <tel:+123>\r\n",
    );
    let told = world.last();
    assert_eq!(
        (told.state, told.status, told.cookie),
        (2, Status::Sip(200), 4)
    );
    assert_eq!((told.value[0], told.kind), (99, 1));
    let response = world.t.events(EventType::Response).pop().expect("told");
    assert!(
        response.registration.is_some()
            && response.transaction.is_some()
            && response.profile.is_none()
    );
    assert_eq!(response.cookie, 4);
    assert_eq!(
        world.text(properties::REGISTRATION_AOR),
        "sip:alice@example.com"
    );
    assert!(
        world
            .text(properties::REGISTRATION_REGISTERED_CONTACT)
            .ends_with("gr=1\"")
    );
    assert_eq!(
        world.text(properties::REGISTRATION_GRUU),
        "sip:alice@example.com;gr=1"
    );
    assert_eq!(
        world.text(properties::REGISTRATION_SERVICE_ROUTE),
        "<sip:192.0.2.9;lr;s=1>"
    );
    assert_eq!(
        world.text(properties::REGISTRATION_ASSOCIATED_URI),
        "<sip:alice@example.com>"
    );
    assert!(
        world.t.on(|agent, _| agent.list(Kind::Profile)).is_empty(),
        "no profile of the application's"
    );
    assert_eq!(
        world.t.on(|agent, _| agent.list(Kind::Registration)).len(),
        1
    );
    // Nothing is refreshed unless that was asked for; then it lapses.
    world.t.wait(100.0);
    assert!(!world.t.peer.has("REGISTER"));
    assert_eq!(world.state(), RegistrationState::LoggedOff);
}

/// S-045: a refusal of a REGISTER is told as its answer, with the registration.
#[test]
fn a_bad_answer_is_told_with_its_registration() {
    let mut world = World::new(3, options());
    let send = Send {
        cookie: 7,
        ..Send::default()
    };
    assert_eq!(world.send(Register, send), Ok(Verdict::Done));
    let request = world.t.peer.expect("REGISTER");
    world.answer(&request, 403, "");
    let told = world.t.events(EventType::Response).pop().expect("told");
    assert!(told.registration.is_some() && told.transaction.is_some());
    assert_eq!((told.status, told.cookie), (Status::Sip(403), 7));
    assert_eq!(world.last().status, Status::Sip(403));
}

/// S-063, S-060, S-076: what is refused before anything is sent.
#[test]
fn what_a_registration_refuses() {
    let mut t = Talk::new(2);
    for (wrong, code) in [
        (
            RegistrationOptions {
                aor: "tel:+1".into(),
                registrar: "".into(),
                ..options()
            },
            Code::InvalidUriType,
        ),
        (
            RegistrationOptions {
                contact: "tel:+1".into(),
                ..options()
            },
            Code::InvalidUriType,
        ),
        (
            RegistrationOptions {
                contact: "sip:192.0.2.1".into(),
                ..options()
            },
            Code::InvalidContact,
        ),
        (
            RegistrationOptions {
                contact: "<sip:a@b>;expires=99999999999999999999".into(),
                ..options()
            },
            Code::InvalidContact,
        ),
        (
            RegistrationOptions {
                contact: "<sip:a@b>;q=77".into(),
                ..options()
            },
            Code::InvalidContact,
        ),
        (
            RegistrationOptions {
                contact: "<sip:a@b>\r\nX: y".into(),
                ..options()
            },
            Code::InvalidContact,
        ),
        (
            RegistrationOptions {
                expires_secs: 59,
                ..options()
            },
            Code::InvalidArgument,
        ),
        (
            RegistrationOptions {
                from: "nobody".into(),
                ..options()
            },
            Code::InvalidSipUrl,
        ),
        (
            RegistrationOptions {
                automation: 1 << 20,
                ..options()
            },
            Code::InvalidArgument,
        ),
    ] {
        let refused = t
            .on(|agent, _| agent.create_registration(&wrong))
            .expect_err("refused");
        assert_eq!(refused.code, code, "{wrong:?}");
    }
    let mut world = World::new(3, options());
    for lines in [
        "Contact: <sip:a@b>\r\n",
        "m: <sip:a@b>\r\n",
        "Expires: 9\r\n",
    ] {
        for flags in [0, 1] {
            let send = Send {
                flags,
                ..headers(lines)
            };
            assert_eq!(
                world.send(Register, send),
                Err(Code::HeaderReserved),
                "{lines}"
            );
        }
    }
    for operation in [Update] {
        assert_eq!(
            world.send(operation, Send::default()),
            Err(Code::InvalidRegistrationState)
        );
    }
    assert_eq!(
        world.send(Unregister, Send::default()),
        Ok(Verdict::Nothing)
    );
    assert!(world.t.peer.next().is_none());
    let registration = world.registration.clone();
    let mut set = |world: &mut World, property, value| {
        world
            .t
            .on(|agent, _| agent.set_int(&registration, property, 0, value))
            .map_err(|refusal| refusal.code)
    };
    assert_eq!(
        set(&mut world, properties::REGISTRATION_EXPIRES, 30),
        Err(Code::InvalidArgument)
    );
    assert!(set(&mut world, properties::REGISTRATION_EXPIRES, 300).is_ok());
    let request = world.register(Register);
    assert_eq!(request.header(HeaderId::Expires), Some("300"));
    world.grant(&request, "");
    for property in [
        properties::REGISTRATION_EXPIRES,
        properties::REGISTRATION_NO_EXPIRES,
        properties::REGISTRATION_PIN_NEXT_HOP,
        properties::REGISTRATION_AUTOMATION,
    ] {
        assert_eq!(
            set(&mut world, property, 1),
            Err(Code::InvalidRegistrationState)
        );
    }
}

/// S-064, S-065, S-066, S-074, B-078: update with other lines and times, removal of one and of all; whatever the answer to a removal is, it
/// ends the registration here.
#[test]
fn a_registration_is_updated_and_removed() {
    let mut world = World::registered(
        4,
        RegistrationOptions {
            flags: 8,
            ..options()
        },
        600,
    );
    let send = Send {
        expires_secs: 900,
        ..headers("X-Again: 1\r\n")
    };
    assert_eq!(world.send(Update, send), Ok(Verdict::Done));
    let request = world.t.peer.expect("REGISTER");
    assert_eq!(
        (
            request.header_named("X-Again"),
            request.header(HeaderId::Expires)
        ),
        (Some("1"), None)
    );
    assert_eq!(
        world.send(Update, Send::default()),
        Err(Code::RequestPending)
    );
    world.grant(&request, ";expires=700");
    assert_eq!(world.last().value[0], 700);
    assert_eq!(
        world.send(
            Update,
            Send {
                expires_secs: 59,
                ..Send::default()
            }
        ),
        Err(Code::InvalidArgument)
    );
    let request = world.register(Unregister);
    assert_eq!(world.state(), RegistrationState::Unregistering);
    assert_eq!(request.header(HeaderId::Expires), Some("0"));
    assert!(request.header(HeaderId::Contact).is_some());
    world.answer(&request, 403, "");
    assert_eq!(world.state(), RegistrationState::NotRegistered);
    assert_eq!(world.last().status, Status::Sip(403));
    let request = world.register(UnregisterAll);
    assert_eq!(
        (
            request.header(HeaderId::Contact),
            request.header(HeaderId::Expires)
        ),
        (Some("*"), Some("0"))
    );
    world.answer(&request, 200, "");
    assert_eq!(world.last().kind, 4);
    assert_eq!(world.t.events(EventType::Response).len(), 4);
}

/// S-027, B-079: which bindings there are, without one of ours.
#[test]
fn the_bindings_can_be_asked_for() {
    let mut world = World::new(5, options());
    let request = world.register(Fetch);
    assert_eq!(
        (
            request.header(HeaderId::Contact),
            request.header(HeaderId::Expires)
        ),
        (None, None)
    );
    world.answer(
        &request,
        200,
        "Contact: <sip:a@192.0.2.5>;expires=9\r\nContact: \"B, C\" <sip:b@192.0.2.6>;q=0.2\r\n",
    );
    let told = world.last();
    assert_eq!((told.kind, told.state, told.value[1]), (5, 0, 2));
    assert_eq!(
        &*told.text,
        "<sip:a@192.0.2.5>;expires=9, \"B, C\" <sip:b@192.0.2.6>;q=0.2"
    );
}

/// S-050, S-158, S-159, S-072, S-154, S-155, S-156: with the REFRESH bit it is repeated ten minutes before its end, without a word;
/// a refusal ends it, with its own code and the answer. Its refresh is a view that only its owner moves.
#[test]
fn a_registration_refreshes_itself_when_it_may() {
    let mut world = World::new(
        6,
        RegistrationOptions {
            automation: Auto::REFRESH,
            ..options()
        },
    );
    let registration = world.registration.clone();
    let view = world
        .t
        .on(|agent, _| agent.refresh_of(&registration))
        .expect("a view");
    assert_eq!(view.state(), 0);
    let request = world.register(Register);
    world.grant(&request, ";expires=3600");
    assert_eq!(view.state(), 1);
    assert_eq!(world.t.events(EventType::RefreshState).len(), 1);
    assert_eq!(
        world.t.on(|agent, _| agent.refresh_interval(&view)),
        Some(3000)
    );
    for operation in [REFRESH_UPDATE, REFRESH_TERMINATE] {
        let refused = world
            .t
            .on(|agent, now| agent.refresh(now, &view, operation, &Send::default()))
            .expect_err("the owner's");
        assert_eq!(refused.code, Code::NotAllowed);
    }
    let before = world.t.events(EventType::Registration).len();
    world.t.wait(2999.0);
    assert!(!world.t.peer.has("REGISTER"));
    world.t.wait(2.0);
    let request = world.t.peer.expect("REGISTER");
    world.grant(&request, ";expires=1200");
    assert_eq!(
        world.t.events(EventType::Registration).len(),
        before,
        "silent"
    );
    world
        .t
        .on(|agent, _| agent.set_int(&view, properties::REFRESH_INTERVAL_SECS, 0, 100))
        .expect("set");
    drain(&mut world.t);
    world.t.wait(100.0);
    let request = world.t.peer.expect("REGISTER");
    world.answer(&request, 404, "");
    let told = world.last();
    assert_eq!(
        (told.state, told.status),
        (3, Status::Failed(Code::RefreshRejected))
    );
    assert_eq!(told.message.and_then(|message| message.status()), Some(404));
    assert_eq!(view.state(), 2);
}

/// S-007, S-008, S-163: the registration's own switch: without AUTHENTICATION the 401 is the result, with it and credentials it is
/// answered.
#[test]
fn challenges_are_answered_when_the_registration_says_so() {
    const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n";
    for automatic in [false, true] {
        let automation = if automatic { Auto::AUTHENTICATION } else { 0 };
        let mut world = World::new(
            7,
            RegistrationOptions {
                automation,
                ..options()
            },
        );
        let credentials = Credentials {
            user: "alice".into(),
            secret: "s".into(),
            ..Credentials::default()
        };
        world
            .t
            .on(|agent, _| agent.set_credentials(None, credentials))
            .expect("set");
        let request = world.register(Register);
        world.answer(&request, 401, CHALLENGE);
        if automatic {
            let again = world.t.peer.expect("REGISTER");
            assert!(again.header(HeaderId::Authorization).is_some());
            assert_eq!(again.cseq(), request.cseq() + 1);
            world.grant(&again, "");
            assert_eq!(world.state(), RegistrationState::Registered);
        } else {
            assert!(!world.t.peer.has("REGISTER"));
            assert_eq!(world.state(), RegistrationState::Rejected);
            assert_eq!(world.last().status, Status::Sip(401));
        }
    }
    // The client's switch is that of requests without an owner.
    let mut t = Talk::new(8);
    let bits = Auto::ALL.bits() & !Auto::AUTHENTICATION;
    t.on(|agent, _| agent.set_client_automation(bits))
        .expect("set");
    let credentials = Credentials {
        user: "alice".into(),
        secret: "s".into(),
        ..Credentials::default()
    };
    t.on(|agent, _| agent.set_credentials(None, credentials))
        .expect("set");
    t.on(|agent, now| agent.send_request(now, None, "OPTIONS", "sip:192.0.2.9", &Send::default()))
        .expect("sent");
    t.run();
    let request = t.peer.expect("OPTIONS");
    t.answer(&request, 401, "x", CHALLENGE, "");
    let told = t.events(EventType::Response).pop().expect("told");
    assert_eq!(told.status, Status::Sip(401));
}

/// S-022, S-062, S-068, S-069, S-075, B-425: what is sent in the context of a registration has its identity, its proxy and its
/// Service-Route; another proxy counts from then on, for the registration as well.
#[test]
fn a_registration_is_the_context_of_other_requests() {
    let mut world = World::new(
        9,
        RegistrationOptions {
            outbound_proxy: "sip:192.0.2.9".into(),
            ..options()
        },
    );
    let request = world.register(Register);
    let contact = request
        .header(HeaderId::Contact)
        .unwrap_or_default()
        .to_owned();
    world.answer(
        &request,
        200,
        &format!("Contact: {contact};expires=500\r\nService-Route: <sip:192.0.2.9;lr;s=2>\r\n"),
    );
    let registration = world.registration.clone();
    let mut options = |world: &mut World| {
        let context = registration.clone();
        world
            .t
            .on(|agent, now| {
                agent.send_request(
                    now,
                    Some(&context),
                    "OPTIONS",
                    "sip:bob@example.com",
                    &cookie(1),
                )
            })
            .expect("sent");
        world.t.run();
        world.t.peer.expect("OPTIONS")
    };
    let request = options(&mut world);
    assert!(
        request
            .header(HeaderId::From)
            .is_some_and(|from| from.starts_with("<sip:alice@example.com>"))
    );
    let routes: Vec<&str> = request.headers(HeaderId::Route).collect();
    assert_eq!(
        routes.join(","),
        "<sip:192.0.2.9;lr>,<sip:192.0.2.9;lr;s=2>"
    );
    world.t.answer(&request, 200, "x", "", "");
    let told = world.t.events(EventType::Response).pop().expect("told");
    assert!(told.registration.is_some() && told.profile.is_none());
    world
        .t
        .on(|agent, _| {
            agent.set_text(
                &registration,
                properties::REGISTRATION_OUTBOUND_PROXY,
                0,
                "sip:192.0.2.9;p=2",
            )
        })
        .expect("set");
    assert_eq!(
        world.text(properties::REGISTRATION_OUTBOUND_PROXY),
        "<sip:192.0.2.9;p=2;lr>"
    );
    let request = options(&mut world);
    assert_eq!(
        request.headers(HeaderId::Route).next(),
        Some("<sip:192.0.2.9;p=2;lr>")
    );
    let request = world.register(Update);
    assert_eq!(
        request.header(HeaderId::Route),
        Some("<sip:192.0.2.9;p=2;lr>")
    );
}

/// S-047: failures of a registration: nobody answers the proxy; the registrar forgot us in its 2xx.
#[test]
fn a_registration_tells_why_it_failed() {
    let mut world = World::new(
        10,
        RegistrationOptions {
            outbound_proxy: "sip:192.0.2.9".into(),
            ..options()
        },
    );
    world.register(Register);
    world.t.wait(33.0);
    drain(&mut world.t);
    let told = world.last();
    assert_eq!(
        (told.state, told.status),
        (5, Status::Failed(Code::ProxyNotResponding))
    );
    let failed = world
        .t
        .events(EventType::TransactionFailed)
        .pop()
        .expect("told");
    assert_eq!(
        (failed.registration.is_some(), failed.status),
        (true, Status::Failed(Code::Timeout))
    );
    let request = world.register(Register);
    world.answer(&request, 200, "Contact: <sip:bob@192.0.2.5>;expires=9\r\n");
    let told = world.last();
    assert_eq!(
        (told.state, told.status),
        (0, Status::Failed(Code::InvalidRegistrarResponse))
    );
}

/// S-073: a profile's registration is an object too, always the same one, and its verbs are the profile's.
#[test]
fn a_profile_has_its_registration_as_an_object() {
    let mut t = Talk::new(11);
    t.on(|agent, _| agent.set_event_filter(ALL));
    let options = rtcclient::agent::ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        ..rtcclient::agent::ProfileOptions::default()
    };
    let profile = t
        .on(|agent, _| agent.create_profile(options))
        .expect("a profile");
    let mut of = |t: &mut Talk| {
        t.on(|agent, _| agent.registration_of(&profile))
            .expect("its registration")
    };
    let (one, other) = (of(&mut t), of(&mut t));
    assert!(std::sync::Arc::ptr_eq(&one, &other));
    t.on(|agent, now| agent.send_registration(now, &one, Register, &Send::default()))
        .expect("begun");
    t.run();
    assert_eq!(one.state(), RegistrationState::Registering.number());
    let request = t.peer.expect("REGISTER");
    let contact = request
        .header(HeaderId::Contact)
        .unwrap_or_default()
        .to_owned();
    t.answer(
        &request,
        200,
        "r",
        &format!("Contact: {contact};expires=60\r\n"),
        "",
    );
    assert_eq!(one.state(), RegistrationState::Registered.number());
    let told = t.events(EventType::Registration).pop().expect("told");
    assert!(
        told.registration
            .is_some_and(|told| std::sync::Arc::ptr_eq(&told, &one))
    );
    let details = t.on(|agent, _| agent.details(&one));
    assert!(
        details
            .get_text(properties::REGISTRATION_REGISTERED_CONTACT, 0)
            .is_some()
    );
    assert!(
        details
            .related
            .iter()
            .any(|related| std::sync::Arc::ptr_eq(related, &profile))
    );
    let refused = t
        .on(|agent, now| agent.send_registration(now, &one, UnregisterAll, &Send::default()))
        .expect_err("not a profile's");
    assert_eq!(refused.code, Code::NotAllowed);
}

/// Goodbye takes registrations of the application's own back.
#[test]
fn goodbye_unregisters_what_is_registered() {
    let mut world = World::registered(12, options(), 600);
    world.t.on(|agent, now| agent.prepare_for_shutdown(now));
    world.t.run();
    let request = world.t.peer.expect("REGISTER");
    assert_eq!(request.header(HeaderId::Expires), Some("0"));
    let done = |world: &World| world.t.events(EventType::Client).len();
    assert_eq!(done(&world), 0);
    world.answer(&request, 200, "");
    assert_eq!(done(&world), 1);
}

fn refreshed(t: &mut Talk, method: &str, send: &Send) -> (ObjectRef, Message) {
    let transaction = t
        .on(|agent, now| agent.send_request(now, None, method, "sip:192.0.2.9", send))
        .expect("sent");
    t.run();
    let details = t.on(|agent, _| agent.details(&transaction));
    let refresh = details
        .related
        .into_iter()
        .find(|one| one.kind() == Kind::Refresh);
    (refresh.expect("a refresh"), t.peer.expect(method))
}

fn for_secs(secs: u32) -> Send {
    Send {
        flags: 4,
        expires_secs: secs,
        cookie: 6,
        ..Send::default()
    }
}

/// S-134, S-246, S-023, S-025, S-150, S-151, S-152, S-153, S-154, S-155, S-157, B-424: a refreshed PUBLISH goes on with its entity tag, takes news, and
/// is ended; the refresh is an object of its own.
#[test]
fn a_refreshed_publish_is_kept_alive() {
    let mut t = Talk::new(13);
    t.on(|agent, _| agent.set_event_filter(ALL));
    let body = |text: &str| Some(text.as_bytes().into());
    let (refresh, first) = refreshed(
        &mut t,
        "PUBLISH",
        &Send {
            headers: Some("Event: x\r\n".into()),
            body: body("one"),
            ..for_secs(60)
        },
    );
    assert_eq!((refresh.state(), first.body()), (0, &b"one"[..]));
    assert_eq!(t.on(|agent, _| agent.list(Kind::Refresh)).len(), 1);
    t.answer(&first, 200, "x", "SIP-ETag: a1\r\nExpires: 40\r\n", "");
    assert_eq!(refresh.state(), 1);
    let told = t.events(EventType::RefreshState).pop().expect("told");
    assert_eq!(
        (told.state, told.cookie, told.status),
        (1, 6, Status::Sip(200))
    );
    assert_eq!(t.events(EventType::Response).len(), 1);
    let details = t.on(|agent, _| agent.details(&refresh));
    assert_eq!(details.get_int(properties::REFRESH_STANDALONE, 0), Some(1));
    assert_eq!(
        details.get_int(properties::REFRESH_INTERVAL_SECS, 0),
        Some(20)
    );
    t.wait(20.1);
    let again = t.peer.expect("PUBLISH");
    assert_eq!(
        (again.call_id(), again.cseq()),
        (first.call_id(), first.cseq() + 1)
    );
    assert_eq!(
        (again.header(HeaderId::SipIfMatch), again.body().len()),
        (Some("a1"), 0)
    );
    assert_eq!(again.header(HeaderId::Expires), Some("60"));
    t.answer(&again, 200, "x", "SIP-ETag: a2\r\nExpires: 60\r\n", "");
    assert_eq!(
        t.events(EventType::Response).len(),
        1,
        "nobody asked for this one"
    );
    t.on(|agent, now| {
        let send = Send {
            body: body("two"),
            content_type: Some("text/plain".into()),
            ..cookie(7)
        };
        agent.refresh(now, &refresh, REFRESH_UPDATE, &send)
    })
    .expect("updated");
    t.run();
    let update = t.peer.expect("PUBLISH");
    assert_eq!(
        (update.header(HeaderId::SipIfMatch), update.body()),
        (Some("a2"), &b"two"[..])
    );
    let busy = t.on(|agent, now| agent.refresh(now, &refresh, REFRESH_TERMINATE, &Send::default()));
    assert_eq!(busy.expect_err("one at a time").code, Code::RequestPending);
    t.answer(&update, 200, "x", "SIP-ETag: a3\r\nExpires: 60\r\n", "");
    assert_eq!(t.events(EventType::Response).pop().expect("told").cookie, 7);
    // The server forgot: told all anew.
    t.wait(30.1);
    let again = t.peer.expect("PUBLISH");
    t.answer(&again, 412, "x", "", "");
    let anew = t.peer.expect("PUBLISH");
    assert_eq!(
        (anew.header(HeaderId::SipIfMatch), anew.body()),
        (None, &b"two"[..])
    );
    t.answer(&anew, 200, "x", "SIP-ETag: b1\r\nExpires: 60\r\n", "");
    t.on(|agent, now| agent.refresh(now, &refresh, REFRESH_TERMINATE, &Send::default()))
        .expect("ended");
    t.run();
    let end = t.peer.expect("PUBLISH");
    assert_eq!(
        (end.header(HeaderId::Expires), end.body().len()),
        (Some("0"), 0)
    );
    t.answer(&end, 200, "x", "", "");
    assert_eq!(refresh.state(), 2);
    let late = t.on(|agent, now| agent.refresh(now, &refresh, REFRESH_UPDATE, &Send::default()));
    assert_eq!(late.expect_err("over").code, Code::InvalidObjectState);
    assert!(t.on(|agent, _| agent.list(Kind::Refresh)).is_empty());
}

/// S-049, S-156, S-158, S-159, B-424: OPTIONS is repeated as it is; a refusal ends the refresh with its own code, silence with its reason.
#[test]
fn a_refused_refresh_ends() {
    for refused in [true, false] {
        let mut t = Talk::new(14);
        t.on(|agent, _| agent.set_event_filter(ALL));
        let (refresh, first) = refreshed(&mut t, "OPTIONS", &for_secs(2400));
        t.answer(&first, 200, "x", "", "");
        t.on(|agent, _| agent.set_int(&refresh, properties::REFRESH_INTERVAL_SECS, 0, 10))
            .expect("set");
        t.wait(10.1);
        let again = t.peer.expect("OPTIONS");
        if refused {
            t.answer(&again, 500, "x", "", "");
        } else {
            t.wait(33.0);
        }
        let told = t.events(EventType::RefreshState).pop().expect("told");
        let status = if refused {
            Code::RefreshRejected
        } else {
            Code::Timeout
        };
        assert_eq!((told.state, told.status), (2, Status::Failed(status)));
        assert_eq!(
            told.message.and_then(|message| message.status()),
            refused.then_some(500)
        );
        assert!(
            told.other
                .is_some_and(|other| std::sync::Arc::ptr_eq(&other, &refresh))
        );
        drain(&mut t);
        t.wait(3000.0);
        assert!(!t.peer.has("OPTIONS"));
    }
}

/// S-024, S-026, S-144: which methods go out on their own, and whose From and To they may have.
#[test]
fn a_stand_alone_request_has_its_limits() {
    let mut t = Talk::new(15);
    let mut send = |t: &mut Talk, method: &str, send: &Send| {
        let sent = t.on(|agent, now| agent.send_request(now, None, method, "sip:192.0.2.9", send));
        t.run();
        sent.map(drop).map_err(|refusal| refusal.code)
    };
    let expert = Send {
        flags: 1,
        ..Send::default()
    };
    for method in [
        "REGISTER",
        "INVITE",
        "PRACK",
        "ACK",
        "CANCEL",
        "UPDATE",
        "BYE",
        "SUBSCRIBE",
        "REFER",
        "NOTIFY",
    ] {
        assert_eq!(
            send(&mut t, method, &Send::default()),
            Err(Code::NotAllowed),
            "{method}"
        );
    }
    for method in ["INVITE", "ACK", "CANCEL"] {
        assert_eq!(
            send(&mut t, method, &expert),
            Err(Code::NotAllowed),
            "{method}"
        );
    }
    for method in ["NOTIFY", "REFER"] {
        assert_eq!(send(&mut t, method, &expert), Ok(()));
        t.peer.expect(method);
    }
    let own = headers(
        "From: \"Me\" <sip:me@192.0.2.1>\r\nTo: <sip:you@192.0.2.9>\r\nContact: <sip:me@192.0.2.1>\r\n",
    );
    assert_eq!(send(&mut t, "X-ANY", &own), Ok(()));
    let request = t.peer.expect("X-ANY");
    assert!(
        request
            .header(HeaderId::From)
            .is_some_and(|from| from.starts_with("\"Me\" <sip:me@192.0.2.1>;tag="))
    );
    assert_eq!(request.header(HeaderId::To), Some("<sip:you@192.0.2.9>"));
    assert_eq!(
        request.header(HeaderId::Contact),
        Some("<sip:me@192.0.2.1>")
    );
    for (lines, code) in [
        ("From: <sip:me@192.0.2.1>;tag=1\r\n", Code::HeaderReserved),
        ("To: <sip:me@192.0.2.1?X=y>\r\n", Code::InvalidSipUrl),
        ("From: nobody\r\n", Code::InvalidSipUrl),
    ] {
        assert_eq!(send(&mut t, "X-ANY", &headers(lines)), Err(code), "{lines}");
    }
    assert_eq!(
        send(
            &mut t,
            "OPTIONS",
            &Send {
                flags: 4,
                ..Send::default()
            }
        ),
        Err(Code::InvalidArgument)
    );
}
