//! User agents on real sockets of the loopback, for tests of the secure transports.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "each test program uses a part of it"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rtcclient::agent::{
    Agent, Code, Config, Event, EventType, ObjectRef, Refusal, Send, SessionOptions, SessionState,
    SessionType, Status, TerminateReason,
};
use rtcclient::dns::Zone;
use rtcclient::runtime::{Link, LinkOptions, Next, Tls};
use rtcclient::transport::Protocol;

pub type Phone = Arc<Link<Agent>>;

pub const PATIENCE: Duration = Duration::from_secs(20);

/// Names that lead to this machine, in every phone here.
pub const NAMES: &str = "example.test. A 127.0.0.1\nsub.example.test. A 127.0.0.1\n";

pub fn config() -> Config {
    let mut config = Config::default();
    config.dns.records = Zone::parse(NAMES).expect("a zone");
    config
}

pub fn phone(seed: u8, tls: Option<Arc<Tls>>) -> Phone {
    phone_with(seed, tls, config())
}

pub fn phone_with(seed: u8, tls: Option<Arc<Tls>>, config: Config) -> Phone {
    let options = LinkOptions {
        tls,
        ..LinkOptions::default()
    };
    Link::start(Agent::new(config, [seed; 32]), options).expect("a link")
}

pub fn bind(phone: &Phone, protocol: Protocol) -> SocketAddr {
    phone
        .bind(protocol, SocketAddr::from(([127, 0, 0, 1], 0)))
        .expect("a free port")
        .1
}

/// Waits for an event; everything else on the way is skipped.
pub fn wait(phone: &Phone, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
    let until = Instant::now() + PATIENCE;
    let mut seen = Vec::new();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match phone.next_event(Some(left)).expect("events are pulled") {
            Next::Event(event) if wanted(&event) => return event,
            Next::Event(event) => seen.push((event.event_type, event.state, event.status)),
            _ => panic!("no {what} came, but {seen:?}"),
        }
    }
}

pub fn session_in(state: SessionState) -> impl Fn(&Event) -> bool {
    move |event| event.event_type == EventType::SessionStateChange && event.state == state.number()
}

pub fn dial(caller: &Phone, uri: &str) -> ObjectRef {
    caller
        .turn(|agent, now| {
            let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
            agent.add_participant(now, &session, uri, None, &Send::default())?;
            Ok::<_, Refusal>(session)
        })
        .expect("the link turns")
        .expect("a call")
}

/// A call that stands: the caller's session, the callee's, and how the INVITE came.
pub fn connect(caller: &Phone, callee: &Phone, uri: &str) -> (ObjectRef, ObjectRef, Event) {
    let ours = dial(caller, uri);
    let incoming = wait(callee, "incoming call", session_in(SessionState::Incoming));
    let theirs = incoming.session.clone().expect("a session");
    callee
        .turn(|agent, now| agent.answer(now, &theirs, 200, &Send::default()))
        .expect("the link turns")
        .expect("answered");
    wait(caller, "connection", session_in(SessionState::Connected));
    wait(callee, "connection", session_in(SessionState::Connected));
    (ours, theirs, incoming)
}

pub fn hang_up(phone: &Phone, session: &ObjectRef) {
    phone
        .turn(|agent, now| agent.terminate(now, session, TerminateReason::Normal, &Send::default()))
        .expect("the link turns")
        .expect("ended");
}

pub fn end(caller: &Phone, callee: &Phone, session: &ObjectRef) {
    hang_up(caller, session);
    wait(caller, "end", session_in(SessionState::Disconnected));
    wait(callee, "end", session_in(SessionState::Disconnected));
}

/// How a call that cannot come up ends.
pub fn refusal(caller: &Phone, uri: &str) -> Code {
    dial(caller, uri);
    let end = wait(caller, "end", session_in(SessionState::Disconnected));
    match end.status {
        Status::Failed(code) => code,
        other => panic!("the call ended with {other:?}"),
    }
}

pub fn header(event: &Event, name: &str) -> String {
    let message = event.message.as_ref().expect("a message");
    message.header_named(name).unwrap_or_default().to_owned()
}
