//! What a registrar says and an account remembers of it: bindings, routes, identities, addresses. RFC 3261 §10,
//! RFC 3327, RFC 3581, RFC 3608, RFC 5627, RFC 7315, as flows.

mod sim;

use rtcclient::agent::{
    Code, Config, EventType, ProfileOptions, RegistrationState, Send, SessionOptions, SessionType,
    Status, properties,
};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::Raw;
use sim::registrar::{Stage, options, stage};
use sim::{Sim, secs};

fn routes(message: &Message) -> Vec<String> {
    let routes = message.values(HeaderId::Route);
    routes.map(str::to_owned).collect()
}

fn contacts(message: &Message) -> Vec<String> {
    let contacts = message.values(HeaderId::Contact);
    contacts.map(str::to_owned).collect()
}

/// We call somebody with the account: the INVITE as it came to the server.
fn call(stage: &mut Stage, uri: &str) -> Message {
    let profile = stage.profile.clone();
    let options = SessionOptions {
        profile: Some(profile),
        ..SessionOptions::default()
    };
    let session = stage
        .net
        .with(stage.alice, |agent, _| {
            agent.create_session(SessionType::PcToPc, options)
        })
        .expect("a session");
    stage
        .net
        .with(stage.alice, |agent, now| {
            agent.add_participant(now, &session, uri, None, &Send::default())
        })
        .expect("called");
    stage.net.run_for(secs(0.1));
    stage.server.expect("INVITE")
}

fn proxied() -> ProfileOptions {
    ProfileOptions {
        proxy: "sip:192.0.2.9".into(),
        ..options()
    }
}

/// The other bindings of the address of record can be read with their times and preferences.
#[test]
fn every_binding_of_the_address_of_record_can_be_read() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    let others =
        "Contact: <sip:alice@192.0.2.50>;expires=77;q=0.3, <sip:alice@192.0.2.51>;expires=88\r\n";
    stage.grant(&request, ";expires=600", others);
    let details = stage.details();
    let contact = |index| details.get_text(properties::PROFILE_REGISTERED_CONTACT, index);
    assert_eq!(contact(0), Some("sip:alice@192.0.2.1:5060"));
    assert_eq!(contact(1), Some("<sip:alice@192.0.2.50>;expires=77;q=0.3"));
    assert_eq!(contact(2), Some("<sip:alice@192.0.2.51>;expires=88"));
    assert_eq!(contact(3), None);
}

/// B-082.
#[test]
fn several_contacts_are_registered_with_their_preferences() {
    let mut stage = stage(ProfileOptions {
        contact_params: ";q=0.8, <sip:alice@desk.example.com>;q=0.2, <tel:+3581234>".into(),
        ..options()
    });
    stage.enable();
    let request = stage.register();
    assert_eq!(
        contacts(&request),
        [
            "<sip:alice@192.0.2.1:5060>;q=0.8",
            "<sip:alice@desk.example.com>;q=0.2",
            "<tel:+3581234>",
        ]
    );
    let listed = contacts(&request).join(";expires=600, ") + ";expires=600";
    stage.respond(&request, 200, &format!("Contact: {listed}\r\n"));
    assert_eq!(stage.state(), RegistrationState::Registered);
    stage.disable();
    let removal = stage.register();
    assert_eq!(contacts(&removal).len(), 3, "all of them go");
    assert_eq!(removal.expires(), Some(0));
}

/// B-081: REGISTER makes no dialog.
#[test]
fn a_record_route_of_the_registrar_leads_nothing() {
    let mut stage = stage(proxied());
    stage.enable();
    let request = stage.register();
    stage.grant(
        &request,
        ";expires=600",
        "Record-Route: <sip:rr.example.com;lr>\r\n",
    );
    let invite = call(&mut stage, "sip:bob@example.com");
    assert_eq!(routes(&invite), ["<sip:192.0.2.9;lr>"]);
}

/// B-086, S-224: our address as the registrar sees it replaces the one that we know, once.
#[test]
fn behind_a_translator_the_contact_is_written_anew_once_and_the_old_one_removed() {
    let mut stage = stage(options());
    stage.enable();
    let first = stage.register();
    // A translator that gives another port each time.
    let mut port = 40_000;
    let mut seen = |stage: &mut Stage, request: &Message| {
        port += 1;
        let via = request.header(HeaderId::Via).expect("Via").to_owned();
        let line = via.replace(";rport", &format!(";rport={port};received=203.0.113.5"));
        let contact = request
            .header(HeaderId::Contact)
            .expect("Contact")
            .to_owned();
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: {line}\r\nFrom: {}\r\nTo: {};tag=r\r\nCall-ID: {}\r\nCSeq: {} REGISTER\r\n\
             Contact: {contact};expires=600\r\nContent-Length: 0\r\n\r\n",
            request.header(HeaderId::From).expect("From"),
            request.header(HeaderId::To).expect("To"),
            request.call_id(),
            request.cseq(),
        );
        stage.server.send(&mut stage.net, "192.0.2.1", text);
        stage.net.run_for(secs(0.1));
    };
    assert!(first.header(HeaderId::Via).expect("Via").contains(";rport"));
    seen(&mut stage, &first);
    let second = stage.register();
    assert_eq!(
        contacts(&second),
        [
            "<sip:alice@203.0.113.5:40001>",
            "<sip:alice@192.0.2.1:5060>;expires=0",
        ]
    );
    seen(&mut stage, &second);
    assert!(!stage.server.has("REGISTER"), "no loop");
    assert_eq!(stage.states().len(), 2, "{:?}", stage.states());
    let details = stage.details();
    assert_eq!(
        details.get_text(properties::PROFILE_REGISTERED_CONTACT, 0),
        Some("sip:alice@203.0.113.5:40001")
    );
    let invite = call(&mut stage, "sip:bob@192.0.2.9");
    assert_eq!(contacts(&invite), ["<sip:alice@203.0.113.5:40001>"]);
}

/// B-087: registering, registered, refreshing failed, registered again, taken over.
#[test]
fn every_turn_of_a_registration_is_told_in_order() {
    use RegistrationState::{
        Error, LoggedOff, NotRegistered, Registered, Registering, Rejected, Unregistering,
    };
    let mut stage = stage(options());
    stage.registered(100);
    stage.wait_for("REGISTER", 100.0);
    let refresh = stage.register();
    stage.respond(&refresh, 503, "Retry-After: 2\r\n");
    stage.wait_for("REGISTER", 5.0);
    let again = stage.register();
    stage.bind(&again, 100);
    // The next refresh is answered without our binding: the registrar gave it up.
    stage.wait_for("REGISTER", 100.0);
    let refresh = stage.register();
    stage.grant(&refresh, ";expires=0", "");
    stage.enable();
    let request = stage.register();
    stage.respond(&request, 403, "");
    stage.enable();
    let request = stage.register();
    stage.bind(&request, 100);
    stage.disable();
    let removal = stage.register();
    stage.respond(&removal, 200, "");
    stage.enable();
    stage.net.run_for(secs(33.0));
    let told: Vec<_> = stage.states().into_iter().collect();
    assert_eq!(
        told,
        [
            (Registering, Status::None),
            (Registered, Status::Sip(200)),
            (Rejected, Status::Sip(503)),
            (Registering, Status::None),
            (Registered, Status::Sip(200)),
            (LoggedOff, Status::Sip(200)),
            (Registering, Status::None),
            (Rejected, Status::Sip(403)),
            (Registering, Status::None),
            (Registered, Status::Sip(200)),
            (Unregistering, Status::None),
            (NotRegistered, Status::Sip(200)),
            (Registering, Status::None),
            (Error, Status::Failed(Code::Timeout)),
        ]
    );
}

/// B-088: also a registrar that says nothing leaves a state that is final.
#[test]
fn a_registrar_that_is_silent_at_the_end_leaves_a_final_state() {
    let mut stage = stage(options());
    stage.registered(600);
    stage
        .net
        .with(stage.alice, |agent, now| agent.prepare_for_shutdown(now));
    stage.net.run_for(secs(5.1));
    assert_eq!(
        stage.states().last(),
        Some(&(
            RegistrationState::NotRegistered,
            Status::Failed(Code::Timeout)
        ))
    );
    let last = stage.net.events(stage.alice).last().expect("an event");
    assert_eq!((last.event_type, last.kind), (EventType::Client, 3));
    stage.net.run_for(secs(60.0));
    assert_eq!(stage.net.next(), None, "nothing is left to do");
}

/// B-089: shown, not applied.
#[test]
fn the_registrars_clock_can_be_read() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    stage.grant(
        &request,
        ";expires=600",
        "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n",
    );
    stage.net.run_for(secs(9.9));
    // A value that passes is as of what the client did last.
    stage.message("sip:bob@192.0.2.9");
    let time = stage
        .details()
        .get_int(properties::PROFILE_SERVER_TIME, 0)
        .expect("a time");
    assert!((1_289_690_949..=1_289_690_951).contains(&time), "{time}");
}

/// B-090: the path of proxies is offered, ours is none, and that of the 2xx can be read.
#[test]
fn path_is_supported_and_readable() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    assert!(request.lists(HeaderId::Supported, "path"));
    assert!(request.header(HeaderId::Path).is_none());
    stage.grant(
        &request,
        ";expires=600",
        "Path: <sip:edge.example.com;lr>\r\n",
    );
    let told = stage.last(EventType::RegistrationStateChange);
    let message = told.message.as_ref().expect("the 2xx");
    assert_eq!(
        message.header(HeaderId::Path),
        Some("<sip:edge.example.com;lr>")
    );
}

/// B-091: two routes, in order, on everything that begins in the context of the registration.
#[test]
fn the_service_route_leads_calls_requests_subscriptions_and_publications() {
    let mut stage = stage(proxied());
    stage.enable();
    let request = stage.register();
    stage.grant(
        &request,
        ";expires=600",
        "Service-Route: <sip:s1.example.com;lr>, <sip:s2.example.com;lr>\r\n",
    );
    let expected = [
        "<sip:192.0.2.9;lr>",
        "<sip:s1.example.com;lr>",
        "<sip:s2.example.com;lr>",
    ];
    assert_eq!(routes(&call(&mut stage, "sip:bob@example.com")), expected);
    assert_eq!(routes(&stage.message("sip:bob@example.com")), expected);
    let profile = stage.profile.clone();
    let send = Send {
        body: Some(b"state"[..].into()),
        ..Send::default()
    };
    stage
        .net
        .with(stage.alice, |agent, now| {
            agent.publish(now, &profile, "presence", &send)
        })
        .expect("published");
    stage.net.run_for(secs(0.1));
    assert_eq!(routes(&stage.server.expect("PUBLISH")), expected);
    assert_eq!(
        stage
            .details()
            .get_text(properties::PROFILE_SERVICE_ROUTE, 0),
        Some("<sip:s1.example.com;lr>, <sip:s2.example.com;lr>")
    );
}

/// B-092.
#[test]
fn associated_identities_are_offered_the_default_first() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    stage.grant(
        &request,
        ";expires=600",
        "P-Associated-URI: <sip:alice@home.example.com>, <tel:+3581234>\r\n",
    );
    let details = stage.details();
    let identity = |index| details.get_text(properties::PROFILE_ASSOCIATED_URI, index);
    assert_eq!(identity(0), Some("<sip:alice@home.example.com>"));
    assert_eq!(identity(1), Some("<tel:+3581234>"));
    assert_eq!(identity(2), None);
}

/// B-355: GRUUs are asked for, read, and the public one is our Contact.
#[test]
fn a_gruu_stands_for_us_in_calls_but_not_in_register() {
    let mut stage = stage(ProfileOptions {
        flags: 2,
        instance_id: "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6".into(),
        ..options()
    });
    stage.enable();
    let request = stage.register();
    assert!(request.lists(HeaderId::Supported, "gruu"));
    let contact = request.header(HeaderId::Contact).expect("Contact");
    assert!(
        contact.contains(";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\""),
        "{contact}"
    );
    stage.grant(
        &request,
        ";expires=100;pub-gruu=\"sip:alice@example.com;gr=urn:uuid:f81d\";temp-gruu=\"sip:tgruu.7hs@example.com;gr\"",
        "",
    );
    let details = stage.details();
    assert_eq!(
        details.get_text(properties::PROFILE_GRUU, 0),
        Some("sip:alice@example.com;gr=urn:uuid:f81d")
    );
    assert_eq!(
        details.get_text(properties::PROFILE_TEMP_GRUU, 0),
        Some("sip:tgruu.7hs@example.com;gr")
    );
    let invite = call(&mut stage, "sip:bob@192.0.2.9");
    assert_eq!(
        contacts(&invite),
        ["<sip:alice@example.com;gr=urn:uuid:f81d>"]
    );
    stage.wait_for("REGISTER", 100.0);
    let refresh = stage.register();
    assert!(contacts(&refresh)[0].starts_with("<sip:alice@192.0.2.1:5060>"));
}

/// B-425: a new call takes it.
#[test]
fn the_outbound_proxy_is_changed_at_run_time() {
    let mut stage = stage(proxied());
    stage.enable();
    let request = stage.register();
    stage.grant(&request, ";expires=600", "");
    let other = Raw::new(&mut stage.net, "other", "192.0.2.10");
    let profile = stage.profile.clone();
    stage
        .net
        .with(stage.alice, |agent, _| {
            agent.set_text(&profile, properties::PROFILE_PROXY, 0, "sip:192.0.2.10;lr")
        })
        .expect("set");
    assert_eq!(
        stage.details().get_text(properties::PROFILE_PROXY, 0),
        Some("sip:192.0.2.10;lr")
    );
    stage.say("MESSAGE", "sip:bob@example.com");
    assert_eq!(routes(&other.expect("MESSAGE")), ["<sip:192.0.2.10;lr>"]);
    let refused = stage
        .net
        .with(stage.alice, |agent, _| {
            agent.set_text(&profile, properties::PROFILE_PROXY, 0, "nonsense")
        })
        .expect_err("no URI");
    assert_eq!(refused.code, Code::InvalidSipUrl);
}

/// S-075: other requests stay with the very server that took the registration, even when it fails one of them.
#[test]
fn a_pinned_next_hop_is_that_of_the_last_registration() {
    let went_to_the_other = |flags| {
        let mut stage = stage(ProfileOptions {
            flags,
            proxy: "sip:proxy.example.com".into(),
            ..options()
        });
        let other = Raw::new(&mut stage.net, "other", "192.0.2.10");
        let both = ["192.0.2.9", "192.0.2.10"].map(|ip| ip.parse().expect("an address"));
        stage.net.name("proxy.example.com", &both);
        stage.enable();
        let request = stage.register();
        stage.grant(&request, ";expires=600", "");
        let address = "192.0.2.9:5060".parse().expect("an address");
        stage.net.unreachable(address);
        stage.say("MESSAGE", "sip:bob@example.com");
        stage.net.reachable(address);
        while other.next().is_some() {}
        stage.say("MESSAGE", "sip:bob@example.com");
        other.has("MESSAGE")
    };
    assert!(!went_to_the_other(4), "pinned");
    assert!(went_to_the_other(0), "free to go on");
}

/// B-085: the network is another one: registered at once, with the address of now, and the former one removed.
#[test]
fn a_change_of_the_network_registers_the_new_address_at_once() {
    let mut stage = stage(options());
    stage.registered(600);
    stage.net.move_to(stage.alice, "192.0.2.200");
    stage
        .net
        .with(stage.alice, |agent, now| agent.network_changed(now));
    stage.net.run_for(secs(0.1));
    let request = stage.register();
    assert_eq!(contacts(&request), ["<sip:alice@192.0.2.200:5060>"]);
    let via = request.top_via().expect("Via");
    assert_eq!(via.sent_by.host, "192.0.2.200");
    stage.grant(
        &request,
        ";expires=600",
        "Contact: <sip:alice@192.0.2.1:5060>;expires=500\r\n",
    );
    let removal = stage.register();
    assert_eq!(
        contacts(&removal),
        [
            "<sip:alice@192.0.2.200:5060>",
            "<sip:alice@192.0.2.1:5060>;expires=0",
        ]
    );
    stage.grant(&removal, ";expires=600", "");
    assert!(!stage.server.has("REGISTER"));
    assert_eq!(stage.state(), RegistrationState::Registered);
    let invite = call(&mut stage, "sip:bob@192.0.2.9");
    assert_eq!(contacts(&invite), ["<sip:alice@192.0.2.200:5060>"]);
}

/// T7: the state of many accounts is kept apart, and a lost connection brings back those that stood on it.
#[test]
fn many_profiles_register_and_come_back_by_one_connection() {
    let mut net = Sim::new(3);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let names: Vec<String> = (0..40).map(|number| format!("user{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    sim::server::add(&mut net, sim::server::core(3, &names));
    let profiles: Vec<_> = names
        .iter()
        .map(|name| {
            let options = ProfileOptions {
                uri: format!("sip:{name}@example.com").into(),
                registrar: "sip:example.com;transport=tcp".into(),
                password: "secret".into(),
                ..ProfileOptions::default()
            };
            net.with(alice, |agent, _| agent.create_profile(options))
                .expect("a profile")
        })
        .collect();
    for profile in &profiles {
        net.with(alice, |agent, now| {
            agent.enable_profile(now, profile, 15, 0)
        })
        .expect("enabled");
    }
    net.run_for(secs(2.0));
    let registered = RegistrationState::Registered.number();
    assert!(profiles.iter().all(|profile| profile.state() == registered));
    let before = net.ladder().matches("REGISTER").count();
    net.run_for(secs(60.0));
    net.cut_connections(alice);
    net.run_for(secs(5.0));
    let after = net.ladder().matches("REGISTER").count();
    assert!(after >= before + 2 * names.len(), "{before} {after}");
    let statistics = net.with(alice, |agent, _| agent.statistics());
    assert_eq!((statistics.registrations, statistics.connections), (40, 1));
}

/// B-432: the registrar is told where we are, and sends calls there.
#[test]
fn the_registrar_sees_our_address_and_calls_come_there() {
    let mut net = Sim::new(5);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = net.agent("bob", "192.0.2.2", Config::default());
    sim::server::add(&mut net, sim::server::core(5, &["alice"]));
    let options = ProfileOptions {
        uri: "sip:alice@example.com".into(),
        password: "secret".into(),
        ..ProfileOptions::default()
    };
    let profile = net
        .with(alice, |agent, _| agent.create_profile(options))
        .expect("a profile");
    net.with(alice, |agent, now| {
        agent.enable_profile(now, &profile, 15, 0)
    })
    .expect("enabled");
    net.run_for(secs(1.0));
    let session = net
        .with(bob, |agent, _| {
            agent.create_session(SessionType::PcToPc, SessionOptions::default())
        })
        .expect("a session");
    net.with(bob, |agent, now| {
        agent.add_participant(
            now,
            &session,
            "sip:alice@example.com",
            None,
            &Send::default(),
        )
    })
    .expect("called");
    net.run_for(secs(1.0));
    let calls = net.events(alice).iter();
    assert_eq!(
        calls
            .filter(|event| event.event_type == EventType::SessionStateChange)
            .count(),
        1,
        "{}",
        net.ladder()
    );
}

/// A 3xx to REGISTER leads to the registrar that it names, and back to ours for the next.
#[test]
fn a_redirected_register_goes_where_it_is_sent() {
    let mut stage = stage(options());
    let other = Raw::new(&mut stage.net, "other", "192.0.2.10");
    stage.enable();
    let request = stage.register();
    stage.respond(&request, 302, "Contact: <sip:192.0.2.10>\r\n");
    let second = other.expect("REGISTER");
    assert_eq!(second.request_uri(), "sip:192.0.2.10");
    assert_eq!(second.cseq(), request.cseq() + 1);
    other.respond(
        &mut stage.net,
        &second,
        200,
        "o1",
        "Contact: <sip:alice@192.0.2.1:5060>;expires=100\r\n",
        "",
    );
    stage.net.run_for(secs(0.1));
    assert_eq!(stage.state(), RegistrationState::Registered);
    stage.wait_for("REGISTER", 100.0);
    assert_eq!(stage.register().request_uri(), "sip:192.0.2.9");
}

/// B-085: a change of the network brings many accounts back, the first at once and none all together.
#[test]
fn many_accounts_come_back_after_a_change_of_the_network() {
    let mut net = Sim::new(6);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let names: Vec<String> = (0..130).map(|number| format!("user{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    sim::server::add(&mut net, sim::server::core(6, &names));
    let registered = RegistrationState::Registered.number();
    let profiles: Vec<_> = names
        .iter()
        .map(|name| {
            let options = ProfileOptions {
                uri: format!("sip:{name}@example.com").into(),
                password: "secret".into(),
                ..ProfileOptions::default()
            };
            let profile = net
                .with(alice, |agent, _| agent.create_profile(options))
                .expect("a profile");
            net.with(alice, |agent, now| {
                agent.enable_profile(now, &profile, 15, 0)
            })
            .expect("enabled");
            profile
        })
        .collect();
    net.run_for(secs(2.0));
    assert!(profiles.iter().all(|profile| profile.state() == registered));
    let sent = |net: &Sim| net.ladder().matches("alice → server REGISTER").count();
    let before = sent(&net);
    net.move_to(alice, "192.0.2.200");
    net.with(alice, |agent, now| agent.network_changed(now));
    assert_eq!(sent(&net) - before, 100);
    net.run_for(secs(5.0));
    assert!(sent(&net) - before >= 130);
    assert!(profiles.iter().all(|profile| profile.state() == registered));
    let addresses = profiles.iter().map(|profile| {
        let details = net.with(alice, |agent, _| agent.details(profile));
        let contact = details.get_text(properties::PROFILE_REGISTERED_CONTACT, 0);
        contact.unwrap_or_default().contains("@192.0.2.200:")
    });
    assert!(addresses.into_iter().all(|moved| moved));
}
