//! What every usage works with: the transaction layer, the clock reading of this turn, timers and randomness.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use crate::auth::CredentialStore;
use crate::base::{Entropy, Time, TimerSet};
use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ContactDraft, Endpoint, EndpointConfig, ServerKey};
use crate::transport::Flow;
use crate::transport::target::is_sips;

use super::Dialogs;

/// Which kind of usage a transaction or timer belongs to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Role {
    /// A session's INVITE usage.
    Call,
    /// A profile's registration.
    Registration,
    /// A profile's published state.
    Publication,
    /// A subscription of ours.
    Subscription,
    /// A subscription to us.
    Watcher,
    /// A REFER of ours and its subscription.
    Referrer,
    /// A REFER to us and its subscription.
    Referee,
    /// A request of the application's own.
    Request,
    /// A registration of the application's own.
    Binding,
    /// A refreshed request of the application's own.
    Refresh,
    /// A request whose answer matters to nobody (BYE of a lost fork).
    Nobody,
    /// A request that waits for the application's answer.
    Pending,
    /// A 401 or 407 that waits for credentials.
    Challenge,
}

/// Whose a transaction or timer is: the kind and the key of it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Owner {
    /// The kind.
    pub role: Role,
    /// The key in the slab of that kind.
    pub key: u64,
}

impl Owner {
    /// Nobody waits for the answer.
    pub const NOBODY: Self = Self {
        role: Role::Nobody,
        key: 0,
    };
}

/// A timer: whose, and which of the owner's.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Alarm {
    /// Whose.
    pub owner: Owner,
    /// Which; the owner's numbering.
    pub what: u32,
}

/// The context of one turn.
pub struct Cx {
    /// The time of this turn.
    pub now: Time,
    /// Transactions and transport.
    pub endpoint: Endpoint<Owner>,
    /// Established dialogs and their usages.
    pub dialogs: Dialogs,
    /// Timers of the usages.
    pub timers: TimerSet<Alarm>,
    /// Randomness.
    pub entropy: Entropy,
    /// User-Agent and Server; empty for none.
    pub user_agent: Box<str>,
    /// Event packages we serve or take NOTIFYs of, for Allow-Events.
    pub allow_events: Box<str>,
    /// Round-trip estimate, RFC 3261 §17.1.1.1.
    pub t1: Duration,
    /// Longest retransmission interval.
    pub t2: Duration,
    /// Early dialogs kept for one INVITE.
    pub forks: usize,
    /// What challenges are answered with in this turn, in place of the account's credentials.
    pub given: Option<CredentialStore>,
    /// The application lets the challenge of this turn stand.
    pub challenge_stands: bool,
    /// Base time of coming back after a failed registration (RFC 5626 §4.5).
    pub outbound_base: Duration,
    rtp_ports: (u16, u16),
    next_rtp_port: u16,
    /// Requests whose answers somebody wants to know, and those answers.
    watched: HashSet<ServerKey>,
    answers: VecDeque<(ServerKey, Message)>,
}

/// Methods that this user agent takes (RFC 3261 §20.5).
pub const ALLOW: &str =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, SUBSCRIBE, NOTIFY, REFER";

impl Cx {
    /// A context without sockets.
    #[must_use]
    pub fn new(
        config: EndpointConfig,
        user_agent: &str,
        rtp_ports: (u16, u16),
        seed: [u8; 32],
    ) -> Self {
        let mut entropy = Entropy::new(seed);
        let (t1, t2, forks) = (config.t1, config.t2, config.limits.forks);
        let endpoint_entropy = entropy.fork();
        Self {
            now: Time::ZERO,
            endpoint: Endpoint::new(config, endpoint_entropy),
            dialogs: Dialogs::default(),
            timers: TimerSet::default(),
            entropy,
            user_agent: user_agent.into(),
            allow_events: "".into(),
            t1,
            t2,
            forks,
            given: None,
            challenge_stands: false,
            outbound_base: Duration::from_secs(30),
            rtp_ports,
            next_rtp_port: rtp_ports.0 & !1,
            watched: HashSet::new(),
            answers: VecDeque::new(),
        }
    }

    /// A tag of ours.
    pub fn tag(&mut self) -> LocalTag {
        self.entropy.token()
    }

    /// A Call-ID, RFC 3261 §8.1.1.4: random alone, since host names say more than a peer needs to know.
    pub fn call_id(&mut self) -> Box<str> {
        self.entropy.token::<24>().as_str().into()
    }

    /// A first CSeq number, below 2^31 with room to count.
    pub fn first_cseq(&mut self) -> u32 {
        u32::try_from(self.entropy.below(10_000)).unwrap_or(0) + 1
    }

    /// The next even port of the range for media descriptions.
    pub fn rtp_port(&mut self) -> u16 {
        let port = self.next_rtp_port;
        let next = port.checked_add(2).filter(|next| *next <= self.rtp_ports.1);
        self.next_rtp_port = next.unwrap_or(self.rtp_ports.0 & !1);
        port
    }

    /// Arms a timer and returns when it comes, for [`Cx::disarm`].
    pub fn arm(&mut self, after: Duration, owner: Owner, what: u32) -> Time {
        let at = self.now + after;
        self.timers.set(at, Alarm { owner, what });
        at
    }

    /// Disarms a timer.
    pub fn disarm(&mut self, at: Option<Time>, owner: Owner, what: u32) {
        if let Some(at) = at {
            self.timers.cancel(at, Alarm { owner, what });
        }
    }

    /// Our Contact by this flow.
    #[must_use]
    pub fn contact(&self, flow: &Flow, contact: &ContactDraft) -> Option<String> {
        self.endpoint.contact_for(flow, contact)
    }

    /// Our Contact by this flow, a sips one if `secure`.
    #[must_use]
    pub fn contact_of(&self, flow: &Flow, contact: &ContactDraft, secure: bool) -> Option<String> {
        let secured;
        let contact = if secure && !contact.secure {
            secured = ContactDraft {
                secure,
                ..contact.clone()
            };
            &secured
        } else {
            contact
        };
        self.endpoint.contact_for(flow, contact)
    }

    /// Our Contact in a response that leaves by this flow; a sips one where the request asks for that: by its
    /// Request-URI, its first Record-Route, or without one its Contact (RFC 3261 §12.1.1).
    #[must_use]
    pub fn contact_in_answer(
        &self,
        request: &Message,
        flow: &Flow,
        contact: &ContactDraft,
    ) -> Option<String> {
        let back = match request.values(HeaderId::RecordRoute).next() {
            Some(route) => Some(route),
            None => request.values(HeaderId::Contact).next(),
        };
        let secure = is_sips(request.request_uri()) || back.is_some_and(is_sips);
        self.contact_of(flow, contact, secure)
    }

    /// Answers a request.
    pub fn respond(&mut self, server: ServerKey, response: Message) -> bool {
        if !self.watched.contains(&server) {
            return self.endpoint.respond(self.now, server, response);
        }
        let sent = self.endpoint.respond(self.now, server, response.clone());
        if sent {
            self.answers.push_back((server, response));
        }
        sent
    }

    /// Notes the answers to a request from now on, for [`Cx::next_answer`].
    pub fn watch(&mut self, server: ServerKey) {
        self.watched.insert(server);
    }

    /// Its transaction is over.
    pub fn unwatch(&mut self, server: ServerKey) {
        self.watched.remove(&server);
    }

    /// The next answer to a watched request that went out.
    pub fn next_answer(&mut self) -> Option<(ServerKey, Message)> {
        self.answers.pop_front()
    }
}
