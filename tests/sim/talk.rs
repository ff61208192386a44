//! One user agent of ours and a peer that says exactly what a test tells it to, in either role of a call.

use rtcclient::agent::{
    Agent, Config, Event, EventType, Kind, ObjectRef, Send, SessionOptions, SessionState,
    SessionType, Status, TerminateReason,
};
use rtcclient::base::Time;
use rtcclient::syntax::{HeaderId, Message};

use super::raw::{Raw, sdp};
use super::{HostId, Sim, secs};

pub const PEER: &str = "192.0.2.9";
pub const ALICE: &str = "192.0.2.1";

pub struct Talk {
    pub net: Sim,
    pub alice: HostId,
    pub peer: Raw,
}

/// The peer's side of a dialog: what it writes into its requests.
#[derive(Clone)]
pub struct Leg {
    pub target: String,
    pub local: String,
    pub remote: String,
    pub call_id: String,
}

impl Talk {
    pub fn new(seed: u64) -> Self {
        Self::with(seed, Config::default())
    }

    pub fn with(seed: u64, config: Config) -> Self {
        let mut net = Sim::new(seed);
        let alice = net.agent("alice", ALICE, config);
        net.with(alice, |agent, _| {
            agent.set_local_user(Some("sip:alice@192.0.2.1"), None)
        })
        .expect("a URI");
        let peer = Raw::new(&mut net, "peer", PEER);
        Self { net, alice, peer }
    }

    pub fn on<R>(&mut self, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        self.net.with(self.alice, verb)
    }

    pub fn run(&mut self) {
        self.net.run_for(secs(0.01));
    }

    pub fn wait(&mut self, seconds: f64) {
        self.net.run_for(secs(seconds));
    }

    /// We call the peer: the session and the INVITE that came there.
    pub fn call(&mut self, options: SessionOptions) -> (ObjectRef, Message) {
        self.call_with(SessionType::PcToPc, options)
    }

    pub fn call_with(
        &mut self,
        kind: SessionType,
        options: SessionOptions,
    ) -> (ObjectRef, Message) {
        let session = self
            .on(|agent, _| agent.create_session(kind, options))
            .expect("a session");
        self.on(|agent, now| {
            agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
        })
        .expect("called");
        self.run();
        (session, self.peer.expect("INVITE"))
    }

    /// A call that stands, made by us.
    pub fn connected(&mut self, lines: &str) -> (ObjectRef, Message, Leg) {
        let (session, invite) = self.call(SessionOptions::default());
        self.answer(&invite, 200, "t1", lines, &sdp(PEER, "sendrecv"));
        self.peer.expect("ACK");
        assert_eq!(state(&session), SessionState::Connected);
        let leg = Leg::of_invite(&invite, "t1");
        (session, invite, leg)
    }

    /// The peer answers a request of ours.
    pub fn answer(&mut self, request: &Message, status: u16, tag: &str, lines: &str, body: &str) {
        self.peer
            .respond(&mut self.net, request, status, tag, lines, body);
        self.run();
    }

    /// The peer calls us; what it wants to say of itself in `lines`.
    pub fn called(&mut self, lines: &str, body: &str) -> Option<ObjectRef> {
        let leg = Leg {
            target: "sip:alice@192.0.2.1".into(),
            local: "<sip:peer@192.0.2.9>;tag=p1".into(),
            remote: "<sip:alice@192.0.2.1>".into(),
            call_id: "theirs".into(),
        };
        self.say(&leg, "INVITE", 1, lines, body);
        self.on(|agent, _| agent.list(Kind::Session)).pop()
    }

    /// The peer calls us and has its call; our 200 to it.
    pub fn called_and_connected(&mut self, lines: &str) -> (ObjectRef, Message, Leg) {
        let session = self
            .called(lines, &sdp(PEER, "sendrecv"))
            .expect("a session");
        self.reply(&session, 200, Send::default());
        let answer = self.peer.expect("200 INVITE");
        let leg = Leg::of_answer(&answer);
        self.say(&leg, "ACK", 1, "", "");
        assert_eq!(state(&session), SessionState::Connected);
        (session, answer, leg)
    }

    /// We answer the peer's call.
    pub fn reply(&mut self, session: &ObjectRef, status: u16, send: Send) {
        self.on(|agent, now| agent.answer(now, session, status, &send))
            .expect("answered");
        self.run();
    }

    /// A request of the peer.
    pub fn say(&mut self, leg: &Leg, method: &str, cseq: u32, lines: &str, body: &str) {
        self.say_with(leg, method, cseq, lines, "application/sdp", body);
    }

    /// The same with a body of any type.
    pub fn say_with(
        &mut self,
        leg: &Leg,
        method: &str,
        cseq: u32,
        lines: &str,
        content_type: &str,
        body: &str,
    ) {
        let kind = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: {content_type}\r\n")
        };
        let contact = if lines.contains("Contact:") {
            ""
        } else {
            "Contact: <sip:peer@192.0.2.9:5060>\r\n"
        };
        let text = format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-{method}-{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {cseq} {method}\r\n{contact}{lines}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            leg.target,
            leg.local,
            leg.remote,
            leg.call_id,
            body.len()
        );
        self.peer.send(&mut self.net, ALICE, text);
        self.run();
    }

    pub fn hang_up(&mut self, session: &ObjectRef) {
        self.on(|agent, now| {
            agent.terminate(now, session, TerminateReason::Normal, &Send::default())
        })
        .expect("ended");
        self.run();
    }

    /// How many messages of a kind came to the peer since it was last asked for any.
    pub fn count(&mut self, what: &str) -> usize {
        std::iter::from_fn(|| self.peer.next())
            .filter(|message| {
                message.start_line().contains(what)
                    || format!("{} {}", message.status().unwrap_or(0), message.method()) == what
            })
            .count()
    }

    pub fn events(&self, event_type: EventType) -> Vec<Event> {
        let all = self.net.events(self.alice).iter();
        all.filter(|event| event.event_type == event_type)
            .cloned()
            .collect()
    }

    pub fn last_state(&self) -> Event {
        self.events(EventType::SessionStateChange)
            .pop()
            .expect("a session event")
    }

    /// How the operation of that cookie ended, once it has.
    pub fn completed(&self, cookie: i64) -> Option<Status> {
        self.events(EventType::SessionOperationComplete)
            .iter()
            .find(|event| event.cookie == cookie)
            .map(|event| event.status)
    }

    /// A property of a session as text.
    pub fn remote_description(&mut self, session: &ObjectRef) -> String {
        let details = self.on(|agent, _| agent.details(session));
        let wanted = rtcclient::agent::properties::SESSION_REMOTE_DESCRIPTION;
        details.get_text(wanted, 0).unwrap_or_default().to_owned()
    }
}

impl Leg {
    /// The peer was called: its tag in the dialog that our INVITE began.
    pub fn of_invite(invite: &Message, tag: &str) -> Self {
        Self {
            target: contact(invite),
            local: format!("<sip:peer@192.0.2.9>;tag={tag}"),
            remote: format!(
                "<sip:alice@192.0.2.1>;tag={}",
                invite.from_tag().expect("a tag")
            ),
            call_id: invite.call_id().into(),
        }
    }

    /// The peer called: the dialog that our response began.
    pub fn of_answer(answer: &Message) -> Self {
        Self {
            target: contact(answer),
            local: answer.header(HeaderId::From).expect("From").into(),
            remote: answer.header(HeaderId::To).expect("To").into(),
            call_id: answer.call_id().into(),
        }
    }
}

fn contact(message: &Message) -> String {
    let contact = message
        .contacts()
        .next()
        .expect("a contact")
        .expect("readable");
    contact.uri().to_owned()
}

pub fn state(session: &ObjectRef) -> SessionState {
    SessionState::from_number(session.state()).expect("a state")
}

pub fn cookie(cookie: i64) -> Send {
    Send {
        cookie,
        ..Send::default()
    }
}

/// Of a header that holds one number.
pub fn number(message: &Message, id: HeaderId) -> u32 {
    let value = message.header(id).unwrap_or_default();
    value
        .split([' ', ';'])
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}
