//! What `sips` means for a user agent (RFC 3261 §26.2.2, RFC 5630): every hop by TLS, sips Contacts, no way back to
//! anything less, neither by a redirection nor by a proxy or connection at hand. And WebSocket clients in simulated time.

mod sim;

use rtcclient::agent::{
    Code, Config, Event, EventType, ObjectRef, ProfileOptions, Refusal, Send, SessionOptions,
    SessionState, SessionType, Status,
};
use rtcclient::transport::Protocol;
use sim::{HostId, Sim, secs, server};

const REGISTERED: i32 = 2;

/// A user agent that listens by TLS too, and is nobody's account.
fn phone(net: &mut Sim, name: &str, address: &str) -> HostId {
    let id = net.agent(name, address, Config::default());
    net.open(id, Protocol::Tls, 5061);
    let uri = format!("sips:{name}@{address}");
    net.with(id, |agent, _| agent.set_local_user(Some(&uri), None))
        .expect("a URI");
    id
}

fn dial(net: &mut Sim, id: HostId, uri: &str) -> ObjectRef {
    let session = net
        .with(id, |agent, now| {
            let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
            agent.add_participant(now, &session, uri, None, &Send::default())?;
            Ok::<_, Refusal>(session)
        })
        .expect("a call");
    net.run_for(secs(1.0));
    session
}

fn session_event(net: &Sim, id: HostId, state: SessionState) -> Option<Event> {
    let wanted = |event: &&Event| {
        event.event_type == EventType::SessionStateChange && event.state == state.number()
    };
    net.events(id).iter().find(wanted).cloned()
}

fn incoming(net: &Sim, id: HostId) -> Option<Event> {
    session_event(net, id, SessionState::Incoming)
}

fn answer(net: &mut Sim, id: HostId) {
    let session = incoming(net, id)
        .and_then(|event| event.session)
        .expect("a call came");
    net.with(id, |agent, now| {
        agent.answer(now, &session, 200, &Send::default())
    })
    .expect("answered");
    net.run_for(secs(1.0));
}

fn values(event: &Event, name: &str) -> Vec<String> {
    let message = event.message.as_ref().expect("a message");
    let lines = std::str::from_utf8(message.as_bytes()).expect("text");
    lines
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("{name}: ")))
        .map(str::to_owned)
        .collect()
}

fn register(net: &mut Sim, id: HostId, aor: &str, registrar: &str, proxy: &str) {
    let options = ProfileOptions {
        uri: aor.into(),
        registrar: registrar.into(),
        proxy: proxy.into(),
        password: "secret".into(),
        ..ProfileOptions::default()
    };
    net.with(id, |agent, now| {
        let profile = agent.create_profile(options)?;
        agent.enable_profile(now, &profile, 15, 0)
    })
    .expect("a registration");
    net.run_for(secs(5.0));
}

fn registrations(net: &Sim, id: HostId) -> usize {
    let done = |event: &&Event| {
        event.event_type == EventType::RegistrationStateChange
            && event.state == REGISTERED
            && event.status == Status::Sip(200)
    };
    net.events(id).iter().filter(done).count()
}

/// B-030: a call to a sips URI goes by TLS to port 5061; the Contacts of both sides are sips, and so is every later
/// request of the dialog.
#[test]
fn both_sides_of_a_sips_call_name_sips_contacts() {
    let mut net = Sim::new(901);
    let alice = phone(&mut net, "alice", "192.0.2.1");
    let bob = phone(&mut net, "bob", "192.0.2.2");
    let call = dial(&mut net, alice, "sips:bob@192.0.2.2");
    let invite = incoming(&net, bob).expect("a call");
    assert!(values(&invite, "Via")[0].starts_with("SIP/2.0/TLS 192.0.2.1:5061"));
    assert_eq!(values(&invite, "Contact"), ["<sips:alice@192.0.2.1:5061>"]);
    answer(&mut net, bob);
    let up = session_event(&net, alice, SessionState::Connected).expect("connected");
    assert_eq!(values(&up, "Contact"), ["<sips:bob@192.0.2.2:5061>"]);
    assert_eq!(net.take_asked_names(), ["192.0.2.2"]);
    // The connection is gone: the BYE finds its way by TLS again.
    net.cut_connections(alice);
    net.run_for(secs(1.0));
    net.with(alice, |agent, now| {
        agent.terminate(
            now,
            &call,
            rtcclient::agent::TerminateReason::Normal,
            &Send::default(),
        )
    })
    .expect("ended");
    net.run_for(secs(1.0));
    assert!(session_event(&net, bob, SessionState::Disconnected).is_some());
    assert_eq!(net.take_asked_names(), ["192.0.2.2"]);
}

/// B-316: through a proxy: sips registrations, sips to every hop, sips Record-Route, sips Contacts; whom the proxy knows only by
/// less is not there.
#[test]
fn a_proxy_carries_sips_by_tls_alone() {
    let mut net = Sim::new(902);
    let core = server::core(902, &["alice", "bob", "carol"]);
    let id = server::add(&mut net, core);
    net.open(id, Protocol::Tls, 5061);
    let alice = phone(&mut net, "alice", "192.0.2.1");
    let bob = phone(&mut net, "bob", "192.0.2.2");
    let carol = net.agent("carol", "192.0.2.3", Config::default());
    register(&mut net, alice, "sips:alice@example.com", "", "");
    register(&mut net, bob, "sips:bob@example.com", "", "");
    register(&mut net, carol, "sip:carol@example.com", "", "");
    for phone in [alice, bob, carol] {
        assert_eq!(registrations(&net, phone), 1);
    }
    dial(&mut net, alice, "sips:bob@example.com");
    let invite = incoming(&net, bob).expect("a call");
    for via in values(&invite, "Via") {
        assert!(via.starts_with("SIP/2.0/TLS "), "{via}");
    }
    for name in ["Contact", "Record-Route"] {
        let found = values(&invite, name);
        assert!(
            !found.is_empty() && found.iter().all(|value| value.starts_with("<sips:")),
            "{name}: {found:?}"
        );
    }
    answer(&mut net, bob);
    assert!(session_event(&net, alice, SessionState::Connected).is_some());
    // Carol has registered by sip, over UDP.
    net.take_events(alice);
    dial(&mut net, alice, "sips:carol@example.com");
    assert!(incoming(&net, carol).is_none());
    let end = session_event(&net, alice, SessionState::Disconnected).expect("an end");
    assert_eq!(end.status, Status::Sip(480));
}

/// B-038: a sips call that is redirected to a sip URI does not go there by itself; the application is asked, and may.
#[test]
fn a_redirection_from_sips_to_sip_waits_for_the_application() {
    for (contact, followed) in [("sip:bob@192.0.2.2", false), ("sips:bob@192.0.2.2", true)] {
        let mut net = Sim::new(903);
        let alice = phone(&mut net, "alice", "192.0.2.1");
        let bob = phone(&mut net, "bob", "192.0.2.2");
        let carol = phone(&mut net, "carol", "192.0.2.3");
        let call = dial(&mut net, alice, "sips:carol@192.0.2.3");
        let theirs = incoming(&net, carol).and_then(|event| event.session);
        let theirs = theirs.expect("a call");
        net.with(carol, |agent, now| {
            agent.redirect(now, &theirs, Some(contact), 0, &Send::default())
        })
        .expect("redirected");
        net.run_for(secs(1.0));
        assert_eq!(incoming(&net, bob).is_some(), followed, "{contact}");
        if followed {
            continue;
        }
        let asked = |event: &Event| {
            event.state == SessionState::InProgress.number() && event.status == Status::Sip(302)
        };
        assert!(net.events(alice).iter().any(asked));
        net.with(alice, |agent, now| {
            agent.redirect(now, &call, None, 0, &Send::default())
        })
        .expect("the application agrees");
        net.run_for(secs(1.0));
        let invite = incoming(&net, bob).expect("a call");
        assert!(values(&invite, "Via")[0].starts_with("SIP/2.0/UDP "));
    }
}

/// B-330: sips goes neither by a proxy that is reached by UDP nor by a registration's TCP connection.
#[test]
fn sips_takes_no_road_that_others_can_read_along() {
    let mut net = Sim::new(904);
    let core = server::core(904, &["alice", "bob"]);
    server::add(&mut net, core);
    let alice = phone(&mut net, "alice", "192.0.2.1");
    let bob = phone(&mut net, "bob", "192.0.2.2");
    let proxy = "sip:192.0.2.100;transport=udp;lr";
    register(&mut net, alice, "sip:alice@example.com", "", proxy);
    assert_eq!(registrations(&net, alice), 1);
    let before = net.ladder().len();
    dial(&mut net, alice, "sips:bob@example.com");
    let end = session_event(&net, alice, SessionState::Disconnected).expect("an end");
    assert_eq!(end.status, Status::Failed(Code::TransportNotSupported));
    assert!(!net.ladder()[before..].contains("INVITE"));

    let proxy = "sip:192.0.2.100;transport=tcp;lr";
    register(&mut net, bob, "sip:bob@example.com", "", proxy);
    assert_eq!(registrations(&net, bob), 1);
    let before = net.ladder().len();
    dial(&mut net, bob, "sips:alice@example.com");
    net.run_for(secs(40.0));
    let end = session_event(&net, bob, SessionState::Disconnected).expect("an end");
    assert_eq!(end.status, Status::Failed(Code::TcpFail));
    assert!(!net.ladder()[before..].contains("INVITE"));
}

/// B-336: a phone whose WebSocket is lost connects and registers again by itself, under the same Contact, and is called there.
#[test]
fn a_lost_websocket_is_made_again_and_registered() {
    let mut net = Sim::new(905);
    let core = server::core(905, &["alice", "bob"]);
    let id = server::add(&mut net, core);
    net.open(id, Protocol::Ws, 80);
    let place = "sip:example.com;transport=ws;lr";
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let bob = net.agent("bob", "192.0.2.2", Config::default());
    register(&mut net, alice, "sip:alice@example.com", place, place);
    register(&mut net, bob, "sip:bob@example.com", place, place);
    let last = net
        .events(bob)
        .iter()
        .rev()
        .find(|event| event.message.is_some());
    let contact = values(last.expect("an answer"), "Contact").remove(0);
    assert!(contact.contains(".invalid;transport=ws>"), "{contact}");
    let before = net.ladder().len();
    net.cut_connections(bob);
    net.run_for(secs(60.0));
    assert!(net.ladder()[before..].contains("REGISTER"));
    net.take_events(bob);
    dial(&mut net, alice, "sip:bob@example.com");
    let uri = contact
        .split('>')
        .next()
        .expect("a URI")
        .trim_start_matches('<');
    let invite = incoming(&net, bob).expect("a call");
    let invite = invite.message.as_ref().expect("the INVITE");
    assert_eq!(invite.request_uri(), uri);
    answer(&mut net, bob);
    assert!(session_event(&net, alice, SessionState::Connected).is_some());
}

/// B-323: what came over a connection that is gone is answered over a new one, to the port of Via: 5061 for TLS.
#[test]
fn an_answer_for_a_lost_connection_goes_to_the_port_of_its_transport() {
    let mut net = Sim::new(906);
    let alice = phone(&mut net, "alice", "192.0.2.1");
    let bob = phone(&mut net, "bob", "192.0.2.2");
    dial(&mut net, alice, "sips:bob@192.0.2.2");
    net.cut_connections(alice);
    net.run_for(secs(0.1));
    net.take_asked_names();
    answer(&mut net, bob);
    assert!(session_event(&net, alice, SessionState::Connected).is_some());
    // The ACK goes to the Contact of the 200, over a connection of its own.
    assert_eq!(net.take_asked_names(), ["192.0.2.1", "192.0.2.2"]);
}
