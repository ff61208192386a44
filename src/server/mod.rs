//! The embedded SIP server: registrar, forking proxy, redirect server, presence agent and event state compositor as one
//! sans-IO core on the transaction layer, for demonstrations and an embedder's own tests.
//!
//! `accounts` knows who is who, `access` who may do what, `routing` which way a request goes; `registrar`, `proxy` with
//! `responses`, `redirect`, `presence` and `publication` are the roles (RFC 3261 §8.3, §10, §16; RFC 3856, RFC 3903,
//! RFC 6665). This file hands requests to them. It is not a carrier's server: nothing is kept beyond its life.
#![forbid(unsafe_code)]

mod access;
mod accounts;
mod config;
mod pidf;
mod presence;
mod proxy;
mod publication;
mod redirect;
mod registrar;
mod responses;
mod routing;

use std::collections::BTreeMap;

use accounts::{AccountKey, Accounts};
use presence::{SubscriptionKey, Subscriptions};
use proxy::{Context, ContextKey};
use publication::PRESENCE;
use routing::Identity;

pub use config::{BindingView, Counters, ServerConfig, User, UserFault};

use crate::auth::{Challenger, ChallengerConfig};
use crate::base::{Entropy, Slab, Time, TimerSet};
use crate::syntax::{Event, HeaderId, Message, MessageBuilder, Uri, method};
use crate::transaction::{Endpoint, Indication, ServerKey};
use crate::transport::{Core, Flow, Input, Io, Protocol};

/// The server as one value.
pub struct Server {
    config: ServerConfig,
    endpoint: Endpoint<Owner>,
    entropy: Entropy,
    challenger: Challenger,
    identity: Identity,
    accounts: Accounts,
    contexts: Slab<Context>,
    context_of: BTreeMap<ServerKey, ContextKey>,
    subscriptions: Subscriptions,
    timers: TimerSet<TimerKey>,
    counters: Counters,
}

/// Whose a request of ours is.
#[derive(Clone, Copy, Debug)]
enum Owner {
    /// A branch of a forwarded request.
    Branch(ContextKey, u16),
    /// A NOTIFY of a subscription.
    Notify(SubscriptionKey),
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum TimerKey {
    /// Timer C of a branch (RFC 3261 §16.8).
    TimerC(ContextKey, u16),
    /// The end of a binding.
    Binding(AccountKey, u64),
    /// The end of a publication.
    Publication(AccountKey, u64),
    /// The end of a subscription.
    Subscription(SubscriptionKey),
    /// An account was changed by the embedder.
    Changed(AccountKey),
}

/// Contacts of one user that the embedder may set.
const MOST_CONTACTS: usize = 32;
/// Seconds after which a request refused for a bound may come again.
const RETRY_AFTER: &str = "10";
/// Methods that the server takes or carries.
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, UPDATE, SUBSCRIBE, NOTIFY, PUBLISH, MESSAGE, \
                     INFO, REFER";

impl Server {
    /// A server without sockets and users. The same seed and the same inputs give the same outputs.
    #[must_use]
    pub fn new(config: ServerConfig, seed: [u8; 32]) -> Self {
        let mut entropy = Entropy::new(seed);
        let mut endpoint = config.endpoint;
        endpoint.limits = config.limits;
        endpoint.answer_stun = true;
        // One request may come by two ways, and both are to be forwarded (RFC 3261 §16.3 asks a proxy for no more than
        // loop detection).
        endpoint.refuse_merged = false;
        endpoint.user_agent = false;
        let realm = match (config.realm.as_str(), config.domains.first()) {
            ("", Some(domain)) => domain.clone(),
            ("", None) => "localhost".to_owned(),
            (realm, _) => realm.to_owned(),
        };
        let mut challenges = ChallengerConfig::new(&realm);
        if !config.algorithms.is_empty() {
            challenges.algorithms.clone_from(&config.algorithms);
        }
        Self {
            endpoint: Endpoint::new(endpoint, entropy.fork()),
            challenger: Challenger::new(challenges, entropy.bytes()),
            identity: Identity {
                domains: config
                    .domains
                    .iter()
                    .map(|name| name.as_str().into())
                    .collect(),
                addresses: Vec::new(),
            },
            entropy,
            config,
            accounts: Accounts::default(),
            contexts: Slab::default(),
            context_of: BTreeMap::new(),
            subscriptions: Subscriptions::default(),
            timers: TimerSet::default(),
            counters: Counters::default(),
        }
    }

    /// Adds a user or changes it. One without password, contacts and status is removed, with its bindings and
    /// publications.
    ///
    /// # Errors
    /// When the user cannot be what it is said to be; nothing is changed then.
    pub fn set_user(&mut self, user: User) -> Result<(), UserFault> {
        if user.name.is_empty() || user.name.len() > 255 {
            return Err(UserFault::Name);
        }
        let is_sip = |contact: &String| Uri::parse(contact).is_ok_and(|uri| uri.is_sip());
        if user.contacts.len() > MOST_CONTACTS || !user.contacts.iter().all(is_sip) {
            return Err(UserFault::Contact);
        }
        let redirects = user
            .status
            .is_some_and(|status| status / 100 == 3 && status != 380);
        if user
            .status
            .is_some_and(|status| !(300..700).contains(&status))
            || (redirects && user.contacts.is_empty())
        {
            return Err(UserFault::Status);
        }
        if user.password.is_none() && user.contacts.is_empty() && user.status.is_none() {
            self.remove_user(&user.name);
            return Ok(());
        }
        let account = self.accounts.open(&user.name, self.config.users);
        let account = account.ok_or(UserFault::Full)?;
        if let Some(account) = self.accounts.get_mut(account) {
            account.user = Some(user);
        }
        Ok(())
    }

    fn remove_user(&mut self, name: &str) {
        let Some(key) = self.accounts.find(name) else {
            return;
        };
        while let Some(binding) = self.accounts.remove_binding(key, 0) {
            let timer = TimerKey::Binding(key, binding.serial);
            self.timers.cancel(binding.expires_at, timer);
        }
        while let Some(publication) = self.accounts.remove_publication(key, 0) {
            let timer = TimerKey::Publication(key, publication.serial);
            self.timers.cancel(publication.expires_at, timer);
        }
        if let Some(account) = self.accounts.get_mut(key) {
            account.user = None;
            // Watchers are told when the clock next goes on.
            self.timers.set(Time::ZERO, TimerKey::Changed(key));
        }
        self.accounts.sweep(key);
    }

    /// Where the server listens, as URIs to send to.
    #[must_use]
    pub fn uris(&self) -> Vec<String> {
        let uri = |(protocol, address): &(Protocol, std::net::SocketAddr)| {
            let host_port = routing::written(*address);
            format!("sip:{host_port};transport={}", protocol.param())
        };
        self.identity.addresses.iter().map(uri).collect()
    }

    /// Every binding, by user.
    #[must_use]
    pub fn bindings(&self) -> Vec<BindingView> {
        let mut views = Vec::new();
        for account in self.accounts.iter() {
            views.extend(account.bindings.iter().map(|binding| BindingView {
                user: account.name.to_string(),
                contact: binding.contact.to_string(),
                q: binding.q,
                by_flow: binding.flow.is_some(),
            }));
        }
        views
    }

    /// What the server did so far.
    #[must_use]
    pub fn requests(&self) -> Counters {
        self.counters
    }

    /// Whether no request is on its way, neither one that came nor one of ours.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.endpoint.is_idle()
    }

    fn learn_addresses(&mut self) {
        self.identity.addresses.clear();
        for protocol in Protocol::ALL {
            let addresses = self.endpoint.local_addresses(protocol);
            let own = addresses.into_iter().map(|address| (protocol, address));
            self.identity.addresses.extend(own);
        }
    }

    /// Serves whatever the transaction layer has to tell.
    fn pump(&mut self, now: Time) {
        while let Some(indication) = self.endpoint.poll_indication() {
            match indication {
                Indication::Request {
                    server,
                    message,
                    flow,
                } => {
                    self.counters.requests += 1;
                    match server {
                        Some(server) => self.on_request(now, server, &message, flow),
                        None => self.on_ack(now, &message),
                    }
                }
                Indication::Cancelled { server, message } => {
                    self.on_cancelled(now, server, &message);
                }
                Indication::ServerEnded { server, .. } => self.on_server_ended(now, server),
                Indication::Response { owner, message, .. } => match owner {
                    Owner::Branch(context, index) => {
                        self.on_branch_response(now, context, index, &message);
                    }
                    Owner::Notify(key) => self.on_notify_response(now, key, &message),
                },
                Indication::Failed { owner, failure, .. } => match owner {
                    Owner::Branch(context, index) => {
                        self.on_branch_failed(now, context, index, failure);
                    }
                    Owner::Notify(key) => self.on_notify_failed(now, key, failure),
                },
                // RFC 6026 §7.3: a proxy drops a 2xx to which it has no transaction. A connection that is gone shows
                // when it is next to be used.
                Indication::StrayResponse { .. } | Indication::FlowClosed { .. } => {}
            }
        }
    }

    fn on_request(&mut self, now: Time, server: ServerKey, request: &Message, flow: Flow) {
        match Uri::parse(request.request_uri()) {
            Ok(uri) if uri.is_sip() => {}
            Ok(_) => return self.refuse(now, server, request, 416),
            Err(_) => return self.refuse(now, server, request, 400),
        }
        let way = self.identity.way(request);
        let mid_dialog = request.to_tag().is_some();
        let ours =
            way.routes.is_empty() && self.identity.owns(&way.uri, mid_dialog && way.through_us);
        if !ours {
            return self.on_forward(now, server, request, flow, &way);
        }
        if let Some(key) = self.subscriptions.of(request) {
            return match request.method() {
                method::SUBSCRIBE => self.on_resubscribe(now, server, request, flow, key),
                _ => self.not_allowed(now, server, request),
            };
        }
        if request.method() == method::REGISTER {
            return self.on_register(now, server, request, flow);
        }
        let Some(name) = self.name_in(&way.uri) else {
            return self.on_own(now, server, request);
        };
        match request.method() {
            method::PUBLISH => self.on_publish(now, server, request, &name),
            method::SUBSCRIBE => {
                let event = request.typed::<Event<'_>>().ok().flatten();
                match event.map(|event| event.package) {
                    Some(PRESENCE) if mid_dialog => self.refuse(now, server, request, 481),
                    Some(PRESENCE) => self.on_subscribe(now, server, request, flow, &name),
                    // Packages about our own package would be ours to serve.
                    Some(package) if !package.starts_with("presence.") => {
                        self.on_forward(now, server, request, flow, &way);
                    }
                    _ => self.bad_event(now, server, request),
                }
            }
            _ => self.on_forward(now, server, request, flow, &way),
        }
    }

    /// A request to the server as such.
    fn on_own(&mut self, now: Time, server: ServerKey, request: &Message) {
        match request.method() {
            _ if request.to_tag().is_some() => self.refuse(now, server, request, 481),
            method::OPTIONS => {
                if self.meets_requirements(now, server, request, &[]) {
                    self.answer(now, server, request, 200, |answer| {
                        answer
                            .header(HeaderId::Allow, ALLOW)
                            .header(HeaderId::Accept, pidf::TYPE)
                            .header(HeaderId::AllowEvents, PRESENCE)
                            .header(HeaderId::Supported, "path")
                    });
                }
            }
            method::PUBLISH | method::SUBSCRIBE | method::INVITE | method::MESSAGE => {
                self.refuse(now, server, request, 404);
            }
            _ => self.not_allowed(now, server, request),
        }
    }

    /// Whether all that a request to us requires is known here (RFC 3261 §8.2.2.3); otherwise it has been answered.
    fn meets_requirements(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        known: &[&str],
    ) -> bool {
        let unknown: Vec<&str> = request
            .values(HeaderId::Require)
            .filter(|option| !known.iter().any(|known| option.eq_ignore_ascii_case(known)))
            .collect();
        if unknown.is_empty() {
            return true;
        }
        let unknown = unknown.join(", ");
        self.counters.refused += 1;
        self.answer(now, server, request, 420, |answer| {
            answer.header(HeaderId::Unsupported, &unknown)
        });
        false
    }

    /// Refuses without more words.
    fn refuse(&mut self, now: Time, server: ServerKey, request: &Message, status: u16) {
        self.refuse_with(now, server, request, status, "");
    }

    fn refuse_with(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        status: u16,
        reason: &str,
    ) {
        self.counters.refused += 1;
        let tag = self.entropy.token::<12>();
        let mut answer = MessageBuilder::response_to(request, status, reason, tag.as_str());
        if status == 503 {
            answer.add(HeaderId::RetryAfter, RETRY_AFTER);
        }
        self.endpoint.respond(now, server, answer.build());
    }

    /// 423 with what would be long enough.
    fn too_brief(&mut self, now: Time, server: ServerKey, request: &Message) {
        self.counters.refused += 1;
        let least = self.config.min_expires;
        self.answer(now, server, request, 423, |answer| {
            answer.number(HeaderId::MinExpires, least)
        });
    }

    /// 489 with the package there is.
    fn bad_event(&mut self, now: Time, server: ServerKey, request: &Message) {
        self.counters.refused += 1;
        self.answer(now, server, request, 489, |answer| {
            answer.header(HeaderId::AllowEvents, PRESENCE)
        });
    }

    /// 405 with what would be taken.
    fn not_allowed(&mut self, now: Time, server: ServerKey, request: &Message) {
        self.counters.refused += 1;
        self.answer(now, server, request, 405, |answer| {
            answer.header(HeaderId::Allow, ALLOW)
        });
    }

    fn answer(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        status: u16,
        fill: impl FnOnce(MessageBuilder) -> MessageBuilder,
    ) {
        let tag = self.entropy.token::<12>();
        self.answer_tagged(now, server, request, status, tag.as_str(), fill);
    }

    fn answer_tagged(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        status: u16,
        tag: &str,
        fill: impl FnOnce(MessageBuilder) -> MessageBuilder,
    ) {
        let answer = fill(MessageBuilder::response_to(request, status, "", tag));
        self.endpoint.respond(now, server, answer.build());
    }

    /// The address of record of a name.
    fn address_of_record(&self, name: &str) -> String {
        let user = crate::syntax::uri::escape_user(name);
        match (
            self.identity.domains.first(),
            self.identity.addresses.first(),
        ) {
            (Some(domain), _) => format!("sip:{user}@{domain}"),
            (None, Some((_, address))) => format!("sip:{user}@{}", routing::written(*address)),
            (None, None) => format!("sip:{user}@localhost"),
        }
    }
}

impl Core for Server {
    type Event = ();

    fn handle_input(&mut self, now: Time, input: Input<'_>) {
        let sockets = matches!(
            input,
            Input::SocketOpened { .. } | Input::SocketClosed { .. }
        );
        self.endpoint.handle_input(now, input);
        if sockets {
            self.learn_addresses();
        }
        self.pump(now);
    }

    fn handle_timeout(&mut self, now: Time) {
        self.endpoint.handle_timeout(now);
        self.pump(now);
        while let Some(key) = self.timers.pop(now) {
            match key {
                TimerKey::TimerC(context, index) => self.on_timer_c(now, context, index),
                TimerKey::Binding(account, serial) => self.on_binding_expired(account, serial),
                TimerKey::Publication(account, serial) => {
                    self.on_publication_expired(now, account, serial);
                }
                TimerKey::Subscription(key) => self.on_subscription_expired(now, key),
                TimerKey::Changed(account) => self.on_presence_changed(now, account),
            }
            self.pump(now);
        }
    }

    fn poll_io(&mut self) -> Option<Io> {
        self.endpoint.poll_io()
    }

    fn poll_event(&mut self) -> Option<()> {
        None
    }

    fn next_deadline(&self) -> Option<Time> {
        let own = self.timers.next();
        self.endpoint.next_deadline().into_iter().chain(own).min()
    }
}
