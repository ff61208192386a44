//! Flows: kept alive, found dead, brought back. RFC 5626 and RFC 6223 against hand-made proxies, as flows.

mod sim;

use rtcclient::agent::{
    Agent, Code, Config, EventType, FLOW_LOST, FLOW_RECOVERED, Kind, ObjectRef, ProfileOptions,
    RegistrationState, Send, SessionOptions, SessionState, SessionType, Status, properties,
};
use rtcclient::server::{Server, ServerConfig, User};
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::Raw;
use sim::registrar::{Stage, options, stage, stage_with};
use sim::{HostId, Sim, secs};

const INSTANCE: &str = "urn:uuid:00000000-0000-1000-8000-aabbccddeeff";
/// RTC_PROFILE_OUTBOUND.
const OUTBOUND: u32 = 1;
/// A registrar that keeps flows.
const FLOWS: &str = "Require: outbound\r\n";

fn outbound(proxy: &str) -> ProfileOptions {
    ProfileOptions {
        flags: OUTBOUND,
        proxy: proxy.into(),
        instance_id: INSTANCE.into(),
        ..options()
    }
}

/// Everything is told, flows too.
fn told(stage: &mut Stage) {
    stage
        .net
        .with(stage.alice, |agent, _| agent.set_event_filter(u64::MAX));
}

fn contact(message: &Message) -> String {
    message
        .header(HeaderId::Contact)
        .expect("a Contact")
        .to_owned()
}

fn via(message: &Message) -> String {
    message.header(HeaderId::Via).expect("a Via").to_owned()
}

/// Seconds at which pings came while so many seconds passed.
fn pings(stage: &mut Stage, seconds: u32) -> Vec<f64> {
    let mut found = Vec::new();
    for _ in 0..seconds * 4 {
        stage.net.run_for(secs(0.25));
        for _ in 0..stage.server.take_pings() {
            found.push(stage.net.now.as_micros() as f64 / 1e6);
        }
    }
    found
}

fn distances(times: &[f64]) -> Vec<f64> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// An account that is registered by TCP with the hand-made server, and what REGISTER said.
fn by_tcp(flags: u32, lines: &str) -> Stage {
    let mut stage = stage(ProfileOptions {
        flags,
        registrar: "sip:192.0.2.9;transport=tcp".into(),
        instance_id: INSTANCE.into(),
        ..options()
    });
    told(&mut stage);
    stage.server.listen_tcp(&mut stage.net);
    stage.enable();
    let request = stage.register();
    assert_eq!(request.top_via().expect("Via").transport, "TCP");
    stage.grant(&request, ";expires=3600", lines);
    assert_eq!(stage.state(), RegistrationState::Registered);
    stage
}

/// B-348, S-224: no pong within 10 s: the flow is dead, that is told, and another one is registered.
#[test]
fn a_connection_that_answers_no_ping_is_left_for_a_new_one() {
    let mut stage = by_tcp(OUTBOUND, FLOWS);
    stage.server.be_silent();
    let sent = pings(&mut stage, 121);
    assert_eq!(sent.len(), 1, "{sent:?}");
    while !stage.server.has("REGISTER") {
        stage.net.run_for(secs(0.25));
        assert!(
            stage.net.now.as_micros() < 140_000_000,
            "{}",
            stage.net.ladder()
        );
    }
    assert_eq!(stage.flows(), [FLOW_LOST]);
    let lost = stage.last(EventType::Flow);
    assert_eq!(lost.status, Status::Failed(Code::Transport));
    assert_eq!(&*lost.uri, "sip:192.0.2.9;transport=tcp");
    let request = stage.register();
    stage.grant(&request, ";expires=3600", FLOWS);
    assert_eq!(stage.flows(), [FLOW_LOST, FLOW_RECOVERED]);
    assert_eq!(stage.state(), RegistrationState::Registered);
}

/// B-348: who never said that it would answer pings is not left for not doing so.
#[test]
fn a_server_without_outbound_may_ignore_pings() {
    let mut stage = by_tcp(0, "");
    stage.server.be_silent();
    let sent = pings(&mut stage, 400);
    assert!(sent.len() >= 3, "{sent:?}");
    assert!(stage.flows().is_empty());
}

/// T7: a flow that dropped silently does not take every REGISTER with it.
#[test]
fn a_registration_over_a_silently_dead_connection_comes_back_by_another() {
    let mut stage = by_tcp(OUTBOUND, FLOWS);
    let server = stage.server.id();
    stage.net.set_up(server, false);
    stage.net.run_for(secs(140.0));
    assert_eq!(stage.flows(), [FLOW_LOST]);
    stage.net.set_up(server, true);
    stage.wait_for("REGISTER", 200.0);
    let request = stage.register();
    stage.grant(&request, ";expires=3600", FLOWS);
    assert_eq!(stage.state(), RegistrationState::Registered);
}

/// B-349: 95 to 120 s on connections, each time another.
#[test]
fn connections_are_pinged_at_a_pace_that_is_spread() {
    let mut stage = by_tcp(0, "");
    let waits = distances(&pings(&mut stage, 1200));
    assert!(waits.len() >= 8, "{waits:?}");
    assert!(
        waits.iter().all(|wait| (95.0..=120.5).contains(wait)),
        "{waits:?}"
    );
    assert!(
        waits.iter().any(|wait| (wait - waits[0]).abs() > 1.0),
        "{waits:?}"
    );
}

/// B-349: 24 to 29 s over UDP, by CRLF, until the account is unregistered.
#[test]
fn a_registered_udp_flow_is_kept_open_by_crlf() {
    let mut stage = stage(options());
    stage.registered(3600);
    let waits = distances(&pings(&mut stage, 300));
    assert!(waits.len() >= 9, "{waits:?}");
    assert!(
        waits.iter().all(|wait| (23.7..=29.5).contains(wait)),
        "{waits:?}"
    );
    assert!(
        waits.iter().any(|wait| (wait - waits[0]).abs() > 0.4),
        "{waits:?}"
    );
    stage.disable();
    let removal = stage.register();
    stage.respond(&removal, 200, "");
    stage.server.take_pings();
    assert!(pings(&mut stage, 100).is_empty());
}

/// B-349: the server's Flow-Timer is honoured.
#[test]
fn the_servers_flow_timer_sets_the_pace() {
    let mut stage = by_tcp(OUTBOUND, "Require: outbound\r\nFlow-Timer: 60\r\n");
    let waits = distances(&pings(&mut stage, 400));
    assert!(waits.len() >= 5, "{waits:?}");
    assert!(
        waits.iter().all(|wait| (48.0..=60.5).contains(wait)),
        "{waits:?}"
    );
}

/// B-350: `keep` is offered in Via, and its value there is the pace.
#[test]
fn keep_in_via_sets_the_pace() {
    let mut stage = stage(options());
    stage.enable();
    let request = stage.register();
    let line = via(&request);
    assert!(line.ends_with(";keep"), "{line}");
    let text = format!(
        "SIP/2.0 200 OK\r\nVia: {}=15\r\nFrom: {}\r\nTo: {};tag=r\r\nCall-ID: {}\r\nCSeq: {} REGISTER\r\n\
         Contact: {};expires=600\r\nContent-Length: 0\r\n\r\n",
        line.replace(";rport", ";rport=5060"),
        request.header(HeaderId::From).expect("From"),
        request.header(HeaderId::To).expect("To"),
        request.call_id(),
        request.cseq(),
        contact(&request),
    );
    stage.server.send(&mut stage.net, "192.0.2.1", text);
    stage.net.run_for(secs(0.1));
    let waits = distances(&pings(&mut stage, 120));
    assert!(waits.len() >= 6, "{waits:?}");
    assert!(
        waits.iter().all(|wait| (12.0..=15.5).contains(wait)),
        "{waits:?}"
    );
}

/// A Binding response with the address in plain (RFC 8489 §14.1).
fn mapped(request: &[u8], port: u16) -> Vec<u8> {
    let mut bytes = request.to_vec();
    bytes[0] = 1;
    bytes[1] = 1;
    bytes[3] = 12;
    bytes.extend([0, 1, 0, 8, 0, 1]);
    bytes.extend(port.to_be_bytes());
    bytes.extend([192, 0, 2, 1]);
    bytes
}

fn by_stun() -> Stage {
    let mut config = Config::default();
    config.endpoint.stun_keepalive = true;
    let mut stage = stage_with(options(), config);
    told(&mut stage);
    stage.registered(3600);
    stage
}

/// Waits for a STUN request and answers it with that port, if any.
fn answer_stun(stage: &mut Stage, port: Option<u16>) -> f64 {
    let from = stage.net.now;
    loop {
        stage.net.run_for(secs(0.25));
        if let Some((request, _)) = stage.server.take_stun().pop() {
            assert_eq!(request.len(), 20);
            if let Some(port) = port {
                let bytes = mapped(&request, port);
                stage.server.send(&mut stage.net, "192.0.2.1", bytes);
                stage.net.run_for(secs(0.1));
            }
            return stage.net.now.since(from).as_secs_f64();
        }
        assert!(stage.net.now.since(from) < secs(60.0), "no STUN request");
    }
}

/// B-349, S-224: by STUN if that is set; another address means another flow.
#[test]
fn stun_keeps_a_flow_open_and_tells_when_its_address_changes() {
    let mut stage = by_stun();
    for _ in 0..4 {
        let waited = answer_stun(&mut stage, Some(5060));
        assert!((23.7..=29.5).contains(&waited), "{waited}");
    }
    assert!(stage.flows().is_empty());
    assert!(!stage.server.has("REGISTER"));
    answer_stun(&mut stage, Some(5061));
    assert_eq!(stage.flows(), [FLOW_LOST]);
    stage.wait_for("REGISTER", 31.0);
}

/// B-349: nobody answers STUN: sent seven times in all, then the flow is dead.
#[test]
fn a_udp_flow_without_an_answer_is_dead() {
    let mut stage = by_stun();
    answer_stun(&mut stage, None);
    stage.net.run_for(secs(45.0));
    assert_eq!(stage.server.take_stun().len(), 6);
    assert_eq!(stage.flows(), [FLOW_LOST]);
    stage.wait_for("REGISTER", 31.0);
}

/// B-351: the instance that was given, the flow's number, and what is supported; the same after a restart.
#[test]
fn the_instance_is_the_same_after_a_restart() {
    let register = |seed: u8| {
        let mut stage = stage(outbound("sip:192.0.2.9"));
        let agent = Agent::new(Config::default(), [seed; 32]);
        stage.net.restart(stage.alice, Box::new(agent));
        stage.profile = stage
            .net
            .with(stage.alice, |agent, _| {
                agent.create_profile(outbound("sip:192.0.2.9"))
            })
            .expect("a profile");
        stage.enable();
        stage.register()
    };
    let (first, second) = (register(1), register(2));
    assert_ne!(first.call_id(), second.call_id());
    for request in [first, second] {
        let contact = contact(&request);
        let instance = format!(";+sip.instance=\"<{INSTANCE}>\";reg-id=1");
        assert!(contact.ends_with(&instance), "{contact}");
        for option in ["path", "outbound"] {
            assert!(request.lists(HeaderId::Supported, option), "{option}");
        }
    }
}

/// B-352: `ob` in Contact, and requests stay on the registered flow.
#[test]
fn requests_stay_on_the_registered_flow_and_say_so() {
    let mut stage = by_tcp(OUTBOUND, FLOWS);
    // Left to choose, this would go by UDP.
    stage.say("OPTIONS", "sip:192.0.2.9");
    let request = stage.server.expect("OPTIONS");
    assert_eq!(request.top_via().expect("Via").transport, "TCP");
    let contact = contact(&request);
    assert!(contact.contains(";ob>"), "{contact}");
    assert_eq!(
        stage
            .net
            .with(stage.alice, |agent, _| agent.statistics())
            .connections,
        1
    );
}

/// B-352: 430: the flow is registered anew.
#[test]
fn a_failed_flow_is_registered_anew() {
    let mut stage = by_tcp(OUTBOUND, FLOWS);
    stage.net.run_for(secs(40.0));
    stage.say("OPTIONS", "sip:192.0.2.9");
    let request = stage.server.expect("OPTIONS");
    stage.respond(&request, 430, "");
    assert_eq!(stage.flows(), [FLOW_LOST]);
    let waited = stage.wait_for("REGISTER", 5.0);
    assert!(waited < 2.0, "{waited}");
    let request = stage.register();
    stage.grant(&request, ";expires=3600", FLOWS);
    assert_eq!(stage.flows(), [FLOW_LOST, FLOW_RECOVERED]);
}

/// B-353: 439: registered at once without `reg-id`.
#[test]
fn a_first_hop_without_outbound_gets_a_plain_registration() {
    let mut stage = stage(outbound("sip:192.0.2.9"));
    stage.enable();
    let request = stage.register();
    stage.respond(&request, 439, "");
    let plain = stage.register();
    assert_eq!(plain.cseq(), request.cseq() + 1);
    assert!(!contact(&plain).contains("reg-id"), "{}", contact(&plain));
    assert!(!plain.lists(HeaderId::Supported, "outbound"));
    stage.grant(&plain, ";expires=600", "");
    assert_eq!(stage.state(), RegistrationState::Registered);
    stage.say("OPTIONS", "sip:bob@example.com");
    let request = stage.server.expect("OPTIONS");
    assert!(!contact(&request).contains(";ob"), "{}", contact(&request));
}

/// Two proxies, each with a flow of its own.
fn two(config: Config) -> (Stage, Raw) {
    let mut stage = stage_with(
        outbound("sip:192.0.2.9;transport=tcp, sip:192.0.2.10;transport=tcp"),
        config,
    );
    told(&mut stage);
    stage.server.listen_tcp(&mut stage.net);
    let second = Raw::new(&mut stage.net, "second", "192.0.2.10");
    second.listen_tcp(&mut stage.net);
    stage.enable();
    assert!(
        !second.has("REGISTER"),
        "whether there can be two is not known yet"
    );
    let request = stage.register();
    assert_eq!(
        request.values(HeaderId::Route).collect::<Vec<_>>(),
        ["<sip:192.0.2.9;transport=tcp;lr>"]
    );
    stage.grant(&request, ";expires=3600", FLOWS);
    let other = second.expect("REGISTER");
    assert!(
        contact(&other).ends_with(";reg-id=2"),
        "{}",
        contact(&other)
    );
    grant(&mut stage, &second, &other);
    (stage, second)
}

fn grant(stage: &mut Stage, server: &Raw, request: &Message) {
    let lines = format!("Contact: {};expires=3600\r\n{FLOWS}", contact(request));
    server.respond(&mut stage.net, request, 200, "s2", &lines, "");
    stage.net.run_for(secs(0.1));
}

/// B-354: one of two dies: what begins takes the other, and the dead one is tried at growing distances of 90 s and more.
#[test]
fn one_of_two_flows_is_killed_and_brought_back_without_haste() {
    let (mut stage, second) = two(Config::default());
    assert_eq!(
        stage.states().len(),
        2,
        "registered once: {:?}",
        stage.states()
    );
    stage.net.run_for(secs(31.0));
    let address = "192.0.2.9:5060".parse().expect("an address");
    stage.net.unreachable(address);
    let first = stage.server.id();
    stage.net.cut_connections(first);
    stage.net.run_for(secs(2.0));
    assert_eq!(stage.flows(), [FLOW_LOST]);
    assert_eq!(stage.state(), RegistrationState::Registered);
    assert_eq!(stage.states().len(), 2, "the account stays registered");
    stage.say("MESSAGE", "sip:bob@example.com");
    let message = second.expect("MESSAGE");
    assert_eq!(
        message.values(HeaderId::Route).collect::<Vec<_>>(),
        ["<sip:192.0.2.10;transport=tcp;lr>"]
    );
    // It cannot be connected to: 90 to 180 s, then 180 to 360 s.
    stage.net.reachable(address);
    let waited = stage.wait_for("REGISTER", 200.0);
    assert!((88.0..=180.5).contains(&waited), "{waited}");
    let request = stage.register();
    stage.respond(&request, 503, "");
    let waited = stage.wait_for("REGISTER", 400.0);
    assert!((179.0..=361.0).contains(&waited), "{waited}");
    let request = stage.register();
    stage.grant(&request, ";expires=3600", FLOWS);
    assert_eq!(stage.flows(), [FLOW_LOST, FLOW_RECOVERED]);
    stage.say("MESSAGE", "sip:bob@example.com");
    assert!(stage.server.has("MESSAGE"), "the first is preferred again");
}

/// B-354, B-085: with both dead the base is 30 s, or what was set.
#[test]
fn with_all_flows_dead_there_is_more_haste() {
    let config = Config {
        outbound_base: secs(10.0),
        ..Config::default()
    };
    let (mut stage, second) = two(config);
    stage.net.run_for(secs(31.0));
    for (host, address) in [
        (stage.server.id(), "192.0.2.9:5060"),
        (second.id(), "192.0.2.10:5060"),
    ] {
        stage.net.unreachable(address.parse().expect("an address"));
        stage.net.cut_connections(host);
    }
    stage.net.run_for(secs(2.0));
    assert_eq!(stage.flows(), [FLOW_LOST, FLOW_LOST]);
    let (state, _) = *stage.states().last().expect("a state");
    assert_eq!(state, RegistrationState::Error);
    let tries = |stage: &Stage| {
        stage
            .states()
            .iter()
            .filter(|(state, _)| *state == RegistrationState::Error)
            .count()
    };
    let before = tries(&stage);
    stage.net.run_for(secs(22.0));
    assert!(tries(&stage) > before, "{:?}", stage.states());
}

/// B-354: unregistering says goodbye on every flow, and is over when all have heard it.
#[test]
fn both_flows_are_unregistered() {
    let (mut stage, second) = two(Config::default());
    stage.disable();
    let (one, other) = (stage.register(), second.expect("REGISTER"));
    assert_eq!((one.expires(), other.expires()), (Some(0), Some(0)));
    stage.respond(&one, 200, "");
    assert_eq!(stage.state(), RegistrationState::Unregistering);
    second.respond(&mut stage.net, &other, 200, "s2", "", "");
    stage.net.run_for(secs(0.1));
    assert_eq!(stage.state(), RegistrationState::NotRegistered);
}

/// A registrar that knows nothing of flows gets one registration and no more.
#[test]
fn without_outbound_there_is_one_registration() {
    let mut stage = stage(outbound("sip:192.0.2.9, sip:192.0.2.10"));
    let second = Raw::new(&mut stage.net, "second", "192.0.2.10");
    stage.enable();
    let request = stage.register();
    stage.grant(&request, ";expires=600", "");
    stage.net.run_for(secs(10.0));
    assert!(!second.has("REGISTER"));
    assert_eq!(stage.state(), RegistrationState::Registered);
}

/// A first proxy that is down does not keep the account from its second one.
#[test]
fn the_second_proxy_serves_when_the_first_is_down() {
    let mut stage = stage(outbound("sip:192.0.2.9, sip:192.0.2.10"));
    let second = Raw::new(&mut stage.net, "second", "192.0.2.10");
    stage
        .net
        .unreachable("192.0.2.9:5060".parse().expect("an address"));
    stage.enable();
    let request = second.expect("REGISTER");
    grant(&mut stage, &second, &request);
    assert_eq!(stage.state(), RegistrationState::Registered);
    stage.say("MESSAGE", "sip:bob@example.com");
    assert!(second.has("MESSAGE"));
}

/// A phone of `user` on the embedded server, by TCP, with flows and GRUUs, registered.
fn phone(net: &mut Sim, user: &str, address: &str, config: Config) -> (HostId, ObjectRef) {
    let id = net.agent(user, address, config);
    net.with(id, |agent, _| agent.set_event_filter(u64::MAX));
    let options = ProfileOptions {
        flags: OUTBOUND | 2,
        uri: format!("sip:{user}@example.com").into(),
        proxy: "sip:192.0.2.100;transport=tcp".into(),
        password: "secret".into(),
        instance_id: format!("urn:uuid:00000000-0000-1000-8000-{user:0>12}").into(),
        ..ProfileOptions::default()
    };
    let profile = net
        .with(id, |agent, _| agent.create_profile(options))
        .expect("a profile");
    net.with(id, |agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    net.run_for(secs(1.0));
    assert_eq!(
        profile.state(),
        RegistrationState::Registered.number(),
        "{}",
        net.ladder()
    );
    (id, profile)
}

fn lost(net: &Sim, id: HostId) -> usize {
    let flows = net.events(id).iter();
    flows
        .filter(|event| event.event_type == EventType::Flow)
        .count()
}

/// B-355, B-352: the embedded server gives GRUUs, and both kinds lead to the phone by its flow.
#[test]
fn a_call_to_a_gruu_reaches_the_very_phone_by_its_flow() {
    let mut net = Sim::new(8);
    sim::server::add(&mut net, sim::server::core(8, &["alice", "bob"]));
    let (alice, profile) = phone(&mut net, "alice", "192.0.2.1", Config::default());
    let (bob, _) = phone(&mut net, "bob", "192.0.2.2", Config::default());
    let details = net.with(alice, |agent, _| agent.details(&profile));
    let gruus = [properties::PROFILE_GRUU, properties::PROFILE_TEMP_GRUU]
        .map(|gruu| details.get_text(gruu, 0).expect("a GRUU").to_owned());
    assert!(
        gruus[0].starts_with("sip:alice@example.com;gr=urn:uuid:"),
        "{gruus:?}"
    );
    assert!(!gruus[1].contains("alice"), "{gruus:?}");
    for (calls, gruu) in (1..).zip(&gruus) {
        let session = net
            .with(bob, |agent, _| {
                agent.create_session(SessionType::PcToPc, SessionOptions::default())
            })
            .expect("a session");
        net.with(bob, |agent, now| {
            agent.add_participant(now, &session, gruu, None, &Send::default())
        })
        .expect("called");
        net.run_for(secs(1.0));
        let sessions = net.with(alice, |agent, _| agent.list(Kind::Session));
        assert_eq!(sessions.len(), calls, "{}", net.ladder());
        let incoming = sessions.last().expect("a call");
        net.with(alice, |agent, now| {
            agent.answer(now, incoming, 200, &Send::default())
        })
        .expect("answered");
        net.run_for(secs(1.0));
        assert_eq!(
            session.state(),
            SessionState::Connected.number(),
            "{}",
            net.ladder()
        );
    }
    assert_eq!(
        net.with(alice, |agent, _| agent.statistics()).connections,
        1
    );
}

/// B-348, B-349: the embedded server answers pings in time, and sets the pace.
#[test]
fn a_flow_to_the_embedded_server_stays_for_hours() {
    let mut config = ServerConfig {
        realm: "example.com".into(),
        authentication: true,
        domains: vec!["example.com".into()],
        flow_timer: 40,
        ..ServerConfig::default()
    };
    config.service_route = true;
    let mut server = Server::new(config, sim::seed_bytes(9, 500));
    let user = User {
        name: "alice".into(),
        password: Some("secret".into()),
        ..User::default()
    };
    server.set_user(user).expect("a user");
    let mut net = Sim::new(9);
    sim::server::add(&mut net, server);
    let (alice, profile) = phone(&mut net, "alice", "192.0.2.1", Config::default());
    let details = net.with(alice, |agent, _| agent.details(&profile));
    assert_eq!(
        details.get_text(properties::PROFILE_SERVICE_ROUTE, 0),
        Some("<sip:192.0.2.100:5060;transport=tcp;lr>")
    );
    net.run_for(secs(7500.0));
    assert_eq!(lost(&net, alice), 0, "{}", net.ladder());
    let statistics = net.with(alice, |agent, _| agent.statistics());
    assert_eq!((statistics.connections, statistics.registrations), (1, 1));
}

/// B-349: STUN of ours is answered by the embedded server.
#[test]
fn the_embedded_server_answers_stun() {
    let mut config = Config::default();
    config.endpoint.stun_keepalive = true;
    let mut net = Sim::new(10);
    let server = sim::server::add(&mut net, sim::server::core(10, &["alice"]));
    let id = net.agent("alice", "192.0.2.1", config);
    net.with(id, |agent, _| agent.set_event_filter(u64::MAX));
    let options = ProfileOptions {
        uri: "sip:alice@example.com".into(),
        password: "secret".into(),
        ..ProfileOptions::default()
    };
    let profile = net
        .with(id, |agent, _| agent.create_profile(options))
        .expect("a profile");
    net.with(id, |agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    net.run_for(secs(600.0));
    assert_eq!(lost(&net, id), 0);
    net.set_up(server, false);
    net.run_for(secs(80.0));
    assert_eq!(lost(&net, id), 1);
}
