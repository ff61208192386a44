//! The user agent: the RTC Client API's objects over the usages of SIP. One value, no I/O, no clock, no threads.
//!
//! Inputs, commands and timers go in; bytes to send and events come out. Same inputs and same seed give the same
//! outputs, byte for byte. Contract: one mutation, then drain `poll_io` and `poll_event`, then sleep until
//! `next_deadline` (see [`crate::transport::Core`]).
//!
//! | file | what |
//! |---|---|
//! | `route.rs` | which object a message, timer or failure belongs to |
//! | `session.rs`, `session_verbs.rs`, `session_events.rs`, `incoming.rs` | calls as the application sees them |
//! | `ringing.rs` | how long a call may ring |
//! | `profile.rs`, `identity.rs`, `directory.rs` | accounts, and which one is meant |
//! | `binding.rs`, `refresh.rs` | registrations and refreshed requests of the application's own |
//! | `network.rs` | connections, and what the application knows of the network |
//! | `registration.rs`, `flows.rs`, `publication.rs` | their registration, the roads it stands on, and published state |
//! | `subscription.rs`, `watcher.rs`, `packages.rs`, `documents.rs`, `telling.rs` | both ends of event packages |
//! | `composing.rs`, `content.rs`, `keys.rs` | who is typing; what messages and INFO are taken; who asks for key presses |
//! | `refer_out.rs`, `refer_in.rs` | transfer by us and of us |
//! | `replaces.rs` | calls that replace or join others |
//! | `request.rs`, `request_filter.rs` | requests of the application's own, OPTIONS and unknown methods coming in |
//! | `transaction.rs`, `server_transaction.rs`, `sip_events.rs` | transactions in the application's hands |
//! | `usage_object.rs`, `usage_verbs.rs`, `usage_events.rs`, `dialog_object.rs`, `automation.rs` | INVITE usages and dialogs, message by message |
//! | `usage_subscribe.rs`, `usage_notify.rs` | SUBSCRIBE, REFER and NOTIFY usages |
//! | `answer.rs` | requests that wait for the application's word |
//! | `challenge.rs` | credentials asked from the application |
//! | `guard.rs` | challenging peers |
//! | `privacy.rs` | who is who, and who may know |
//! | `options.rs` | OPTIONS, what we can do and what a peer can |
//! | `headers.rs` | additional headers: checking, keeping, merging |
#![forbid(unsafe_code)]

pub mod answer;
mod automation;
pub mod binding;
mod challenge;
pub mod command;
mod composing;
mod content;
mod documents;
mod dialog_object;
mod directory;
pub mod event;
mod explained;
mod flows;
mod guard;
pub mod headers;
mod identity;
mod incoming;
mod keys;
pub mod network;
pub mod object;
pub mod options;
mod packages;
pub mod privacy;
pub mod profile;
pub mod profile_xml;
pub mod properties;
mod publication;
pub mod refresh;
pub mod refusal;
mod refer_in;
pub mod refer_out;
pub mod replaces;
mod registration;
mod request;
pub mod request_filter;
mod ringing;
mod route;
mod server_transaction;
pub mod session;
mod session_events;
mod session_verbs;
mod shutdown;
mod sip_events;
mod usage_events;
pub mod usage_object;
mod usage_notify;
mod usage_subscribe;
mod usage_verbs;
pub mod states;
pub mod subscription;
mod telling;
pub mod transaction;
pub mod watcher;

use std::collections::{HashMap, VecDeque};

use crate::base::{Key, Slab, Time};
use crate::transaction::ServerKey;
use crate::transport::{Core, Flow, Input, Io};
use crate::usage::{Account, Cx};

pub use crate::usage::Reliable;
pub use answer::Pending;
pub use binding::RegistrationOptions;
pub use command::{
    Config, Credentials, ProfileOptions, Send, SessionOptions, Statistics, SubscriptionOptions,
};
pub use event::{AnswerKey, Event, EventType, Status};
pub use flows::{FLOW_LOST, FLOW_RECOVERED};
pub use object::{Details, Kind, Object, ObjectRef};
pub use refer_in::{Referral, ReferralKey};
pub use refusal::{Code, Refusal, Verdict};
pub use replaces::DialogId;
pub use request_filter::RequestFilter;
pub use usage_object::{UsageKind, UsageOptions, UsageParent};
pub use states::{
    AnswerMode, ParticipantState, RegistrationState, SessionState, SessionType, SubscriptionState,
    TerminateReason, WatcherState,
};

use headers::HeaderSet;

/// The user agent of one client.
pub struct Agent {
    cx: Cx,
    config: Config,
    /// Who we are without a profile.
    anonymous: Account,
    local_user: (Box<str>, Box<str>),
    /// Lines for every new session.
    headers: HeaderSet,
    /// Some profile has lines of its own.
    profile_headers: bool,
    options_body: options::OptionsBody,
    /// RTCSP_PRIVACY_ bits of every session that has none of its own.
    privacy: u32,
    trusted: privacy::Trusted,
    profiles: Slab<profile::Profile>,
    /// The enabled ones by whom they are.
    directory: directory::Directory,
    /// Which profiles registered by a road.
    roads: flows::Roads,
    sessions: Slab<session::Session>,
    subscriptions: Slab<subscription::Subscription>,
    watchers: Slab<watcher::Watcher>,
    /// Who is to be told documents of our own.
    telling: telling::Telling,
    requests: Slab<request::AppRequest>,
    /// REFERs of ours, and of peers, until their last report.
    referring: Slab<refer_out::Referring>,
    referrals: Slab<Referral>,
    pending: Slab<Pending>,
    challenges: challenge::Challenges,
    guard: guard::Guard,
    transactions: transaction::Transactions,
    request_filters: request_filter::RequestFilters,
    registrations: binding::Registrations,
    connections: network::Connections,
    refreshes: refresh::Refreshes,
    /// The request that is being routed, and whether it was told already.
    serving: Option<ServerKey>,
    shown: bool,
    /// The road of the message that is being dealt with.
    current_flow: Option<Flow>,
    /// INVITEs of peers without final response → their session.
    open_invites: HashMap<ServerKey, Key<session::Session>>,
    packages: packages::Packages,
    events: VecDeque<Event>,
    sequence: u64,
    filter: u64,
    /// Bytes of the messages that `events` hold.
    queued_bytes: usize,
    /// Requests refused because the application does not read its events, since it was told so last.
    overflowed: i64,
    shutdown: shutdown::Shutdown,
}

impl Agent {
    /// A user agent without sockets. The seed governs every random choice.
    #[must_use]
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let mut cx = Cx::new(config.endpoint, &config.user_agent, config.rtp_ports, seed);
        cx.now = Time::ZERO;
        cx.outbound_base = config.outbound_base;
        cx.endpoint.set_dns(config.dns.clone());
        Self {
            cx,
            anonymous: profile::account_of("sip:anonymous@anonymous.invalid", ""),
            local_user: Default::default(),
            headers: HeaderSet::default(),
            profile_headers: false,
            options_body: options::OptionsBody::default(),
            privacy: 0,
            trusted: privacy::Trusted::default(),
            profiles: Slab::default(),
            directory: directory::Directory::default(),
            roads: flows::Roads::default(),
            sessions: Slab::default(),
            subscriptions: Slab::default(),
            watchers: Slab::default(),
            requests: Slab::default(),
            referring: Slab::default(),
            referrals: Slab::default(),
            telling: telling::Telling::default(),
            pending: Slab::default(),
            challenges: challenge::Challenges::default(),
            guard: guard::Guard::default(),
            transactions: transaction::Transactions::default(),
            request_filters: request_filter::RequestFilters::default(),
            registrations: binding::Registrations::default(),
            connections: network::Connections::default(),
            refreshes: refresh::Refreshes::default(),
            serving: None,
            shown: false,
            current_flow: None,
            open_invites: HashMap::new(),
            packages: packages::Packages::default(),
            events: VecDeque::new(),
            sequence: 0,
            filter: event::FILTER_DEFAULT,
            queued_bytes: 0,
            overflowed: 0,
            shutdown: shutdown::Shutdown::default(),
            config,
        }
    }

    /// Which events are told; hidden ones are answered automatically where an answer is needed.
    pub fn set_event_filter(&mut self, mask: u64) {
        self.filter = mask;
    }

    /// See [`Agent::set_event_filter`].
    #[must_use]
    pub fn event_filter(&self) -> u64 {
        self.filter
    }

    /// What happens to incoming sessions of a type.
    pub fn set_answer_mode(&mut self, session_type: SessionType, mode: AnswerMode) {
        if let Some(slot) = usize::try_from(session_type.number())
            .ok()
            .and_then(|at| self.config.answer_modes.get_mut(at))
        {
            *slot = mode;
        }
    }

    /// See [`Agent::set_answer_mode`].
    #[must_use]
    pub fn answer_mode(&self, session_type: SessionType) -> AnswerMode {
        usize::try_from(session_type.number())
            .ok()
            .and_then(|at| self.config.answer_modes.get(at))
            .copied()
            .unwrap_or(AnswerMode::NotSupported)
    }

    /// Who we are in requests without a profile.
    pub fn set_local_user(&mut self, uri: Option<&str>, name: Option<&str>) -> Result<(), Refusal> {
        let (mut new_uri, mut new_name) = self.local_user.clone();
        if let Some(uri) = uri {
            profile::check_aor(uri)?;
            new_uri = uri.into();
        }
        if let Some(name) = name {
            new_name = name.into();
        }
        let aor = if new_uri.is_empty() {
            "sip:anonymous@anonymous.invalid"
        } else {
            &*new_uri
        };
        let account = profile::account_of(aor, &new_name);
        self.anonymous.aor = account.aor;
        self.anonymous.from = account.from;
        self.anonymous.contact = account.contact;
        self.local_user = (new_uri, new_name);
        Ok(())
    }

    /// See [`Agent::set_local_user`].
    #[must_use]
    pub fn local_user(&self) -> (&str, &str) {
        (&self.local_user.0, &self.local_user.1)
    }

    /// Living objects of one kind, in the order of their keys.
    #[must_use]
    pub fn list(&self, kind: Kind) -> Vec<ObjectRef> {
        match kind {
            Kind::Profile => self
                .profiles
                .iter()
                .map(|(_, profile)| profile.object().clone())
                .filter(|profile| self.registrations.behind(profile).is_none())
                .collect(),
            Kind::Session => self
                .sessions
                .iter()
                .map(|(_, session)| session.object().clone())
                .collect(),
            Kind::Participant => self
                .sessions
                .iter()
                .filter_map(|(_, session)| session.participant().cloned())
                .collect(),
            Kind::Subscription => self
                .subscriptions
                .iter()
                .map(|(_, subscription)| subscription.object().clone())
                .collect(),
            Kind::Watcher => self
                .watchers
                .iter()
                .map(|(_, watcher)| watcher.object().clone())
                .collect(),
            Kind::Transaction => self.transactions.list(),
            Kind::Dialog => self.list_dialogs(),
            Kind::Usage => self.list_usages(),
            Kind::Registration => self.registrations.list(),
            Kind::Refresh => self.refreshes.list(),
            Kind::Connection => self.connections.list(),
        }
    }

    /// The readable values of an object as of now.
    #[must_use]
    pub fn details_at(&mut self, now: Time, object: &ObjectRef) -> Details {
        self.cx.now = now;
        self.details(object)
    }

    /// The readable values of an object, living or ended.
    #[must_use]
    pub fn details(&self, object: &ObjectRef) -> Details {
        let bits = object.key();
        let living = match object.kind() {
            Kind::Profile => self
                .profiles
                .get(Key::from_bits(bits))
                .map(|profile| profile.details(self.cx.now)),
            Kind::Session => self.sessions.get(Key::from_bits(bits)).map(|session| {
                let mut details = session.details(&self.cx);
                details.related.extend(self.usage_of(object_owner(object)));
                details.related.extend(self.dialog_of_session(session));
                details
            }),
            Kind::Participant => self
                .sessions
                .get(Key::from_bits(bits))
                .map(session::Session::participant_details),
            Kind::Subscription => self
                .subscriptions
                .get(Key::from_bits(bits))
                .map(|subscription| {
                    let mut details = subscription.details();
                    details.related.push(subscription.view().clone());
                    let place = subscription.machine().dialog_key();
                    details.related.extend(place.and_then(|place| self.dialog_object(place)));
                    details
                }),
            Kind::Watcher => self
                .watchers
                .get(Key::from_bits(bits))
                .map(|watcher| watcher.details(self.cx.now)),
            Kind::Dialog => self.dialog_details(object),
            Kind::Usage => self.usage_details(object),
            Kind::Registration => self.registration_details(object),
            Kind::Refresh => self.refresh_details(object),
            Kind::Connection => None,
            Kind::Transaction => self.transaction_details(object),
        };
        living.or_else(|| object.last_details()).unwrap_or_default()
    }

    /// Live objects and counters.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let counters = self.cx.endpoint.counters();
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Statistics {
            requests_in: counters.requests_in,
            requests_out: counters.requests_out,
            responses_in: counters.responses_in,
            responses_out: counters.responses_out,
            retransmissions_in: counters.repeated_in,
            retransmissions_out: counters.repeated_out,
            malformed_in: counters.malformed,
            refused_by_limit: counters.refused,
            transactions: count(self.cx.endpoint.live_transactions()),
            dialogs: count(self.cx.dialogs.len()),
            sessions: count(self.sessions.len()),
            subscriptions: count(self.subscriptions.len() + self.watchers.len()),
            registrations: count(
                self.profiles
                    .iter()
                    .filter(|(_, profile)| profile.is_registered())
                    .count(),
            ),
            connections: count(self.cx.endpoint.connections()),
        }
    }

    /// How many events wait here to be taken.
    #[must_use]
    pub fn events_waiting(&self) -> usize {
        self.events.len()
    }

    /// Whether the application is too far behind with its events for more to begin.
    fn is_behind(&self) -> bool {
        self.events.len() >= self.config.endpoint.limits.queued_events
            || self.queued_bytes >= QUEUED_BYTES
    }

    /// How many events were told so far.
    #[must_use]
    pub fn events_told(&self) -> u64 {
        self.sequence
    }

    /// Whether the filter lets that kind of event through.
    fn listens(&self, event_type: EventType) -> bool {
        self.filter & event_type.filter_bit() != 0
            || (100..=111).contains(&(event_type as i32))
                && self.filter & event::FILTER_SIP_ALL != 0
    }

    /// Queues an event unless the filter hides it. `false`: hidden, so what needs an answer is answered by the agent.
    fn tell(&mut self, mut event: Event) -> bool {
        self.name_registration(&mut event);
        if event.flow.is_none() && event.message.is_some() {
            event.flow = self.current_flow;
        }
        self.tell_as_it_is(event)
    }

    fn tell_as_it_is(&mut self, mut event: Event) -> bool {
        if !self.listens(event.event_type) {
            return false;
        }
        if event.event_type == EventType::Request && event.transaction.is_none() {
            if self.shown {
                return true;
            }
            let message = event.message.clone();
            event.transaction = message
                .zip(self.serving)
                .map(|(message, server)| self.show_server(Some(server), &message, event.objects()));
        }
        self.sequence += 1;
        event.sequence = self.sequence;
        event.time = self.cx.now;
        self.queued_bytes += weight(&event);
        self.events.push_back(event);
        true
    }
}

/// The row that a session stands for.
fn object_owner(session: &ObjectRef) -> crate::usage::Owner {
    crate::usage::Owner {
        role: crate::usage::Role::Call,
        key: session.key(),
    }
}

/// Bytes that the messages of waiting events may take, beside their number: few large ones are as bad as many small.
const QUEUED_BYTES: usize = 16 << 20;

fn weight(event: &Event) -> usize {
    let message = event
        .message
        .as_ref()
        .map_or(0, |message| message.as_bytes().len());
    message + event.own_body.as_ref().map_or(0, |body| body.len())
}

impl Agent {
    fn pop_event(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        self.queued_bytes = self.queued_bytes.saturating_sub(weight(&event));
        Some(event)
    }
}

impl Core for Agent {
    type Event = Event;

    fn handle_input(&mut self, now: Time, input: Input<'_>) {
        self.cx.now = now;
        self.cx.endpoint.handle_input(now, input);
        self.settle();
    }

    fn handle_timeout(&mut self, now: Time) {
        self.cx.now = now;
        self.cx.endpoint.handle_timeout(now);
        self.settle();
        while let Some(alarm) = self.cx.timers.pop(now) {
            self.on_alarm(alarm);
            self.settle();
        }
    }

    fn poll_io(&mut self) -> Option<Io> {
        // A command may have made indications (a request that failed at once); they come before its bytes.
        self.settle();
        self.cx.endpoint.poll_io()
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.settle();
        let next = self.pop_event();
        if self.overflowed > 0 && self.events.is_empty() {
            let lost = std::mem::take(&mut self.overflowed);
            self.tell(Event {
                kind: event::CLIENT_QUEUE_OVERFLOW,
                value: [lost, 0, 0],
                ..Event::default()
            });
        }
        next.or_else(|| self.pop_event())
    }

    fn next_deadline(&self) -> Option<Time> {
        let (ours, theirs) = (self.cx.timers.next(), self.cx.endpoint.next_deadline());
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => Some(ours.min(theirs)),
            (ours, theirs) => ours.or(theirs),
        }
    }
}
