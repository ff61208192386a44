//! The SIP level: connections and their states, what the application knows of the network (rows S-020 … S-033, S-054, S-250).

mod sim;

use rtcclient::agent::event::FILTER_DEFAULT;
use rtcclient::agent::network::{
    NETWORK_CHANGED, NETWORK_LOST, NETWORK_RESUMED, NETWORK_SUSPENDED, state,
};
use rtcclient::agent::{
    Code, Config, EventType, Kind, ObjectRef, RegistrationOptions, RegistrationState, Send,
    SessionState, Status, Verdict,
};
use rtcclient::syntax::HeaderId;
use rtcclient::transport::Protocol;
use rtcclient::usage::binding::Operation;
use sim::talk::{Talk, state as session_state};

const ALL: u64 = FILTER_DEFAULT | 1 << 38;

fn talk(seed: u64, report_each: bool) -> (Talk, ObjectRef) {
    let config = Config {
        report_each,
        ..Config::default()
    };
    let mut t = Talk::with(seed, config);
    t.on(|agent, _| agent.set_event_filter(ALL));
    let connection = t.on(|agent, _| agent.open_connection(Vec::new(), 7));
    (t, connection)
}

fn notify(t: &mut Talk, change: i32) -> Result<Verdict, Code> {
    let done = t.on(|agent, now| agent.notify_network(now, None, change));
    t.run();
    done.map_err(|refusal| refusal.code)
}

fn states(t: &Talk) -> Vec<i32> {
    let told = t.events(EventType::ConnectionState);
    told.iter().map(|event| event.state).collect()
}

/// A registration that stands, a refreshed request, and one that waits for its answer.
fn busy(t: &mut Talk) -> (ObjectRef, ObjectRef, ObjectRef) {
    let options = RegistrationOptions {
        aor: "sip:alice@192.0.2.9".into(),
        ..RegistrationOptions::default()
    };
    let registration = t
        .on(|agent, _| agent.create_registration(&options))
        .expect("a registration");
    t.on(|agent, now| {
        agent.send_registration(now, &registration, Operation::Register, &Send::default())
    })
    .expect("begun");
    t.run();
    let request = t.peer.expect("REGISTER");
    let contact = request
        .header(HeaderId::Contact)
        .unwrap_or_default()
        .to_owned();
    t.answer(
        &request,
        200,
        "r",
        &format!("Contact: {contact};expires=600\r\n"),
        "",
    );
    let send = Send {
        flags: 4,
        expires_secs: 60,
        ..Send::default()
    };
    let first = t
        .on(|agent, now| agent.send_request(now, None, "OPTIONS", "sip:192.0.2.9", &send))
        .expect("sent");
    t.run();
    let request = t.peer.expect("OPTIONS");
    t.answer(&request, 200, "x", "", "");
    let refresh = t
        .on(|agent, _| agent.list(Kind::Refresh))
        .pop()
        .expect("a refresh");
    drop(first);
    let waiting = t
        .on(|agent, now| agent.send_request(now, None, "FOO", "sip:192.0.2.9", &Send::default()))
        .expect("sent");
    t.run();
    t.peer.expect("FOO");
    (registration, refresh, waiting)
}

/// S-021, S-054, S-227: the five states, each told once, by the word of the application.
#[test]
fn a_connection_goes_through_its_states() {
    let (mut t, connection) = talk(1, false);
    assert_eq!(
        (connection.state(), connection.user_data()),
        (state::ACTIVE, 7)
    );
    for (change, verdict) in [
        (NETWORK_SUSPENDED, Verdict::Done),
        (NETWORK_SUSPENDED, Verdict::Nothing),
        (NETWORK_RESUMED, Verdict::Done),
        (NETWORK_LOST, Verdict::Done),
        (NETWORK_LOST, Verdict::Nothing),
        (NETWORK_RESUMED, Verdict::Done),
    ] {
        assert_eq!(notify(&mut t, change), Ok(verdict));
    }
    assert_eq!(notify(&mut t, 5), Err(Code::InvalidArgument));
    assert_eq!(
        states(&t),
        [
            state::ACTIVE,
            state::SUSPENDED,
            state::ACTIVE,
            state::INACTIVE,
            state::ACTIVE
        ]
    );
    assert_eq!(
        t.on(|agent, _| agent.connection_error(&connection)),
        Some(Code::Transport)
    );
    t.on(|agent, now| agent.close_connection(now, &connection))
        .expect("closed");
    assert_eq!((connection.state(), states(&t).len()), (state::INACTIVE, 6));
    let late = t.on(|agent, now| agent.notify_network(now, Some(&connection), NETWORK_RESUMED));
    assert_eq!(late.expect_err("closed").code, Code::InvalidObjectState);
}

/// S-250, S-021, S-054: what is lost ends without a message and with one event; with REPORT_EACH with one each. Handles stay readable.
#[test]
fn what_is_lost_with_the_network_ends() {
    for each in [false, true] {
        let (mut t, _) = talk(2, each);
        let (registration, refresh, waiting) = busy(&mut t);
        t.net.take_events(t.alice);
        assert_eq!(notify(&mut t, NETWORK_LOST), Ok(Verdict::Done));
        assert_eq!(states(&t), [state::INACTIVE]);
        assert_eq!(
            registration.state(),
            RegistrationState::NotRegistered.number()
        );
        assert_eq!((refresh.state(), waiting.state()), (2, 5));
        assert!(!t.peer.has("REGISTER"), "nothing is said");
        let told = |event_type| t.events(event_type).len();
        let expected = usize::from(each);
        assert_eq!(told(EventType::Registration), expected);
        assert_eq!(told(EventType::RefreshState), expected);
        assert_eq!(told(EventType::TransactionFailed), expected);
        let method = t
            .on(|agent, _| agent.transaction_message(&waiting, 0))
            .expect("readable");
        assert_eq!(
            method.map(|message| message.method().to_owned()).as_deref(),
            Some("FOO")
        );
        let mut t = t;
        t.wait(100.0);
        assert!(!t.peer.has("OPTIONS"), "nothing is refreshed");
    }
}

/// S-250: a call ends with its network, and always says so.
#[test]
fn a_call_that_is_lost_says_so() {
    let (mut t, _) = talk(3, false);
    let (session, _, _) = t.connected("");
    assert_eq!(notify(&mut t, NETWORK_LOST), Ok(Verdict::Done));
    assert_eq!(session_state(&session), SessionState::Disconnected);
    assert_eq!(t.last_state().state, SessionState::Disconnected.number());
}

/// S-032, S-227: another network is told, and what is registered is registered anew from where we are now.
#[test]
fn another_network_renews_what_is_registered() {
    let (mut t, _) = talk(4, false);
    let options = rtcclient::agent::ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        ..rtcclient::agent::ProfileOptions::default()
    };
    let profile = t
        .on(|agent, _| agent.create_profile(options))
        .expect("a profile");
    t.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    t.run();
    let request = t.peer.expect("REGISTER");
    let contact = request
        .header(HeaderId::Contact)
        .unwrap_or_default()
        .to_owned();
    t.answer(
        &request,
        200,
        "r",
        &format!("Contact: {contact};expires=600\r\n"),
        "",
    );
    assert_eq!(notify(&mut t, NETWORK_CHANGED), Ok(Verdict::Done));
    t.wait(3.0);
    t.peer.expect("REGISTER");
    let told = t.events(EventType::Client);
    assert!(told.iter().any(|event| event.kind == 101));
}

/// S-020, S-028, S-067: a connection as context chooses the socket; a suspended one sends nothing.
#[test]
fn a_connection_chooses_the_road() {
    let mut t = Talk::new(5);
    t.on(|agent, _| agent.set_event_filter(ALL));
    let alice = t.alice;
    let second = t.net.open(alice, Protocol::Udp, 5070);
    let connection = t.on(|agent, _| agent.open_connection(vec![second], 0));
    for (context, port) in [(Some(&connection), ":5070"), (None, "192.0.2.1:5060")] {
        t.on(|agent, now| {
            agent.send_request(now, context, "OPTIONS", "sip:192.0.2.9", &Send::default())
        })
        .expect("sent");
        t.run();
        let request = t.peer.expect("OPTIONS");
        let via = request.header(HeaderId::Via).unwrap_or_default().to_owned();
        assert!(via.contains(port), "{via}");
        t.answer(&request, 200, "x", "", "");
    }
    let options = RegistrationOptions {
        aor: "sip:alice@192.0.2.9".into(),
        connection: Some(connection.clone()),
        ..RegistrationOptions::default()
    };
    let registration = t
        .on(|agent, _| agent.create_registration(&options))
        .expect("a registration");
    t.on(|agent, now| {
        agent.send_registration(now, &registration, Operation::Register, &Send::default())
    })
    .expect("begun");
    t.run();
    let request = t.peer.expect("REGISTER");
    assert!(
        request
            .header(HeaderId::Via)
            .is_some_and(|via| via.contains(":5070"))
    );
    let related = t.on(|agent, _| agent.details(&registration)).related;
    assert!(
        related
            .iter()
            .any(|one| std::sync::Arc::ptr_eq(one, &connection))
    );
    t.on(|agent, now| agent.notify_network(now, Some(&connection), NETWORK_SUSPENDED))
        .expect("said");
    let refused = t
        .on(|agent, now| {
            agent.send_request(
                now,
                Some(&connection),
                "OPTIONS",
                "sip:192.0.2.9",
                &Send::default(),
            )
        })
        .expect_err("asleep");
    assert_eq!(refused.code, Code::Transport);
    let told = t.events(EventType::Response).pop().expect("told");
    assert_eq!(told.status, Status::Sip(200));
    let flow = told.flow.expect("its road");
    assert_eq!(
        (flow.remote.to_string(), flow.protocol),
        ("192.0.2.9:5060".into(), Protocol::Udp)
    );
}

/// S-003, S-005, B-426: what there is, and that nothing was agreed with a hop nobody has spoken to.
#[test]
fn security_mechanisms_are_named() {
    let mut t = Talk::new(6);
    t.on(|agent, _| {
        let asked = |hop| {
            agent
                .security_mechanisms(hop)
                .map_err(|refusal| refusal.code)
        };
        assert_eq!(asked(None), Ok("digest, tls"));
        assert_eq!(asked(Some("192.0.2.9:5061")), Ok(""));
        assert_eq!(asked(Some("[2001:db8::1]")), Ok(""));
        for wrong in ["not an ip", "[::1]:99999", "[::1", ""] {
            assert_eq!(asked(Some(wrong)), Err(Code::InvalidArgument), "{wrong}");
        }
    });
}
