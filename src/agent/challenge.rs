//! Credentials asked from the application: RFC 3261 §22.2, §22.3 (RTC_EVENT_CHALLENGE).
//!
//! A 401 or 407 for whose realms nothing is stored is not shown to the request's owner at once. The application is told,
//! and the response waits until every realm was answered or declined, or `credentials_ms` have passed. Then it goes the
//! way that it would have gone, with what is known by then. What was given for a request of a call, registration or
//! subscription serves the later requests of that one too.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::auth::{self, Challenge, CredentialStore, Received};
use crate::base::{Key, Slab, Time};
use crate::syntax::{HeaderId, Message};
use crate::transaction::ClientKey;
use crate::transport::Flow;
use crate::usage::call::State;
use crate::usage::{Account, Auto, Owner, Role};

use super::command::CREDENTIALS_DECLINE;
use super::event::Event;
use super::identity::credential;
use super::session::account_for;
use super::{Agent, Code, Credentials, EventType, Kind, ObjectRef, Refusal, Status, Verdict};

/// Most challenges that wait for the application; one more is not asked about.
const MAX_HELD: usize = 1024;
/// Most realms asked about for one response.
const MAX_REALMS: usize = 16;

/// The application has spoken.
const ANSWERED: u32 = 0;
/// It has not, in time.
const TIME_UP: u32 = 1;

/// What waits, and what was given so far.
#[derive(Default)]
pub(super) struct Challenges {
    held: Slab<Held>,
    /// Credentials for all that one owner sends. An ordered map: it is walked to drop those of owners that are gone.
    given: BTreeMap<Owner, CredentialStore>,
    sweep_at: usize,
}

/// A 401 or 407 that waits for credentials.
#[derive(Debug)]
struct Held {
    client: ClientKey,
    owner: Owner,
    message: Message,
    flow: Flow,
    object: ObjectRef,
    /// Realms without an answer.
    missing: Vec<Box<str>>,
    /// Something was given.
    given: bool,
    deadline: Time,
}

fn alarm(key: Key<Held>) -> Owner {
    Owner {
        role: Role::Challenge,
        key: key.to_bits(),
    }
}

/// The challenges of a response with the role that their header's name gives.
pub(super) fn challenges(message: &Message) -> impl Iterator<Item = Received<'_>> {
    [
        (HeaderId::WwwAuthenticate, auth::Role::Server),
        (HeaderId::ProxyAuthenticate, auth::Role::Proxy),
    ]
    .into_iter()
    .flat_map(|(id, role)| {
        message
            .headers(id)
            .map(move |value| Received { role, value })
    })
}

/// The realms for which something could be answered, each once.
fn realms(message: &Message) -> Vec<Box<str>> {
    let mut realms: Vec<Box<str>> = Vec::new();
    for received in challenges(message).take(MAX_REALMS) {
        if let Ok(challenge) = Challenge::parse(received.value)
            && !realms.iter().any(|known| **known == *challenge.realm)
        {
            realms.push(challenge.realm.into());
        }
    }
    realms
}

impl Agent {
    /// Whether the response waits for the application now. Otherwise it goes on at once, with what was given before.
    pub(super) fn hold_challenge(
        &mut self,
        client: ClientKey,
        owner: Owner,
        message: &Message,
        flow: &Flow,
    ) -> bool {
        let status = message.status().unwrap_or_default();
        if (200..300).contains(&status) {
            self.take_authentication_info(owner, message);
            return false;
        }
        if auth::Role::of_status(status).is_none() {
            return false;
        }
        if !self.answers_challenges(owner) {
            self.cx.challenge_stands = true;
            return false;
        }
        let Some(store) = self.credentials_of(owner) else {
            return false;
        };
        let mut missing = realms(message);
        missing.retain(|realm| store.find(realm).is_none());
        if self.challenges.given.contains_key(&owner) {
            self.cx.given = Some(store);
        }
        let wanted = self.filter & EventType::Challenge.filter_bit() != 0
            && !self.is_shutting_down()
            && self.challenges.held.len() < MAX_HELD
            && self.waits(owner);
        if missing.is_empty() || !wanted {
            return false;
        }
        let object = match self.request_object(owner) {
            Some(object) => object,
            None => self.show_client(client, owner, message.method()),
        };
        let event = self.challenge_event(owner, &object, &missing, message);
        let wait = self.config.credentials;
        let deadline = self.cx.now + wait;
        let key = self.challenges.held.insert(Held {
            client,
            owner,
            message: message.clone(),
            flow: *flow,
            object,
            missing,
            given: false,
            deadline,
        });
        self.cx.arm(wait, alarm(key), TIME_UP);
        self.tell(event);
        true
    }

    /// Whether challenges of an owner are the library's business (RTC_AUTO_AUTHENTICATION).
    fn answers_challenges(&self, owner: Owner) -> bool {
        if owner.role == Role::Binding {
            return self.binding_answers_challenges(owner.key);
        }
        if owner.role != Role::Call {
            return self.config.session_defaults.manual & Auto::AUTHENTICATION == 0;
        }
        self.sessions
            .get(Key::from_bits(owner.key))
            .is_some_and(|session| session.call.auto.has(Auto::AUTHENTICATION))
    }

    /// Whether the owner still wants an answer: a call that is being cancelled only waits for its end.
    fn waits(&self, owner: Owner) -> bool {
        owner.role != Role::Call
            || self
                .sessions
                .get(Key::from_bits(owner.key))
                .is_some_and(|session| {
                    !matches!(session.call.state(), State::Cancelling | State::Ended)
                })
    }

    fn challenge_event(
        &self,
        owner: Owner,
        object: &ObjectRef,
        missing: &[Box<str>],
        message: &Message,
    ) -> Event {
        let mut event = Event {
            event_type: EventType::Challenge,
            transaction: Some(object.clone()),
            status: message.status().map_or(Status::None, Status::Sip),
            status_text: message.reason().into(),
            uri: message.to().map(|to| to.uri).unwrap_or_default().into(),
            text: missing.join("\n").into(),
            value: [
                i64::try_from(self.config.credentials.as_millis()).unwrap_or(i64::MAX),
                0,
                0,
            ],
            message: Some(message.clone()),
            ..Event::default()
        };
        let key = owner.key;
        match owner.role {
            Role::Call => {
                if let Some(session) = self.sessions.get(Key::from_bits(key)) {
                    event.session = Some(session.object().clone());
                    event.participant = session.participant().cloned();
                    event.profile.clone_from(&session.profile);
                }
            }
            Role::Registration | Role::Publication => {
                let profile = self.profiles.get(Key::from_bits(key));
                event.profile = profile.map(|profile| profile.object().clone());
            }
            Role::Subscription => {
                if let Some(subscription) = self.subscriptions.get(Key::from_bits(key)) {
                    event.subscription = Some(subscription.object().clone());
                    event.profile = subscription.profile().cloned();
                }
            }
            Role::Watcher => {
                if let Some(watcher) = self.watchers.get(Key::from_bits(key)) {
                    event.watcher = Some(watcher.object().clone());
                    event.profile = watcher.profile().cloned();
                }
            }
            Role::Request => {
                if let Some(request) = self.requests.get(Key::from_bits(key)) {
                    event.profile = request.profile().cloned();
                    event.cookie = request.cookie();
                }
            }
            Role::Refresh => event.other = self.refresh_object(key),
            _ => {}
        }
        event
    }

    fn request_object(&self, owner: Owner) -> Option<ObjectRef> {
        if owner.role != Role::Request {
            return None;
        }
        let request = self.requests.get(Key::from_bits(owner.key))?;
        Some(request.object().clone())
    }

    /// The account that an owner sends with; none when the owner is gone.
    fn account_of(&mut self, owner: Owner) -> Option<&mut Account> {
        let key = owner.key;
        let profile = match owner.role {
            Role::Call => self.sessions.get(Key::from_bits(key))?.profile.clone(),
            Role::Registration | Role::Publication => {
                return self
                    .profiles
                    .get_mut(Key::from_bits(key))
                    .map(|profile| &mut profile.account);
            }
            Role::Subscription => self
                .subscriptions
                .get(Key::from_bits(key))?
                .profile()
                .cloned(),
            Role::Watcher => self.watchers.get(Key::from_bits(key))?.profile().cloned(),
            Role::Request => self.requests.get(Key::from_bits(key))?.profile().cloned(),
            Role::Refresh => self.refresh_context(key)?,
            Role::Binding => Some(self.binding_profile(key)?),
            _ => return None,
        };
        let profile = profile.map(|profile| Key::from_bits(profile.key()));
        Some(account_for(
            &mut self.profiles,
            &mut self.anonymous,
            profile,
        ))
    }

    /// What is known for an owner: its account's credentials, over them what the application gave for it.
    fn credentials_of(&mut self, owner: Owner) -> Option<CredentialStore> {
        let mut store = self.account_of(owner)?.credentials.clone();
        if let Some(given) = self.challenges.given.get(&owner) {
            store.join(given);
        }
        Some(store)
    }

    /// RFC 7616 §3.5: the server's proof and its next nonce.
    fn take_authentication_info(&mut self, owner: Owner, message: &Message) {
        let infos = [
            (HeaderId::AuthenticationInfo, auth::Role::Server),
            (HeaderId::ProxyAuthenticationInfo, auth::Role::Proxy),
        ]
        .into_iter()
        .filter_map(|(id, role)| Some((role, message.header(id)?)));
        for (role, value) in infos {
            let Some(store) = self.credentials_of(owner) else {
                return;
            };
            if let Some(account) = self.account_of(owner) {
                // A server that proves nothing gets no trust for its next nonce; the response itself counts.
                let _ =
                    account
                        .authorizer
                        .on_authentication_info(role, message.body(), value, &store);
            }
        }
    }

    /// The application's answer to an [`EventType::Challenge`]: a user and secret for a realm, or that it stands.
    pub fn answer_challenge(
        &mut self,
        transaction: &ObjectRef,
        credentials: &Credentials,
    ) -> Result<Verdict, Refusal> {
        let keys = self.challenges.held.keys();
        let mine = |key: &Key<Held>| {
            self.challenges
                .held
                .get(*key)
                .is_some_and(|held| std::sync::Arc::ptr_eq(&held.object, transaction))
        };
        let Some(key) = keys.into_iter().find(mine) else {
            return Err(Refusal::new(
                Code::InvalidTransactionState,
                "no challenge waits at this transaction: it was answered, declined or timed out",
            ));
        };
        let declines = credentials.flags & CREDENTIALS_DECLINE != 0;
        if credentials.user.is_empty() && !declines {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a challenge is answered with a user and a secret, or with the flag DECLINE",
            ));
        }
        let given = if declines {
            None
        } else {
            Some(credential(credentials, "")?)
        };
        let Some(held) = self.challenges.held.get_mut(key) else {
            return Ok(Verdict::Nothing);
        };
        let before = held.missing.len();
        held.missing
            .retain(|realm| !credentials.realm.is_empty() && **realm != *credentials.realm);
        if held.missing.len() == before {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the challenge has no such realm without an answer",
            ));
        }
        held.given |= given.is_some();
        let (owner, complete) = (held.owner, held.missing.is_empty());
        if let Some(given) = given {
            self.sweep_given();
            let store = self.challenges.given.entry(owner).or_default();
            if !store.set(given) {
                return Err(Refusal::new(Code::Limit, "too many realms"));
            }
            if let Some(account) = self.account_of(owner) {
                account.authorizer.forget_realm(&credentials.realm);
            }
        }
        if complete {
            // From the next turn, so that what is sent carries that turn's time.
            self.cx.arm(Duration::ZERO, alarm(key), ANSWERED);
        }
        Ok(Verdict::Done)
    }

    /// The same for whatever a stand-alone refresh is asked, and, when it is asked nothing, for later.
    pub fn set_refresh_credentials(
        &mut self,
        refresh: &ObjectRef,
        credentials: &Credentials,
    ) -> Result<Verdict, Refusal> {
        let owner = Owner {
            role: Role::Refresh,
            key: refresh.key(),
        };
        if refresh.kind() != Kind::Refresh || self.account_of(owner).is_none() {
            return Err(Refusal::new(
                Code::NotAllowed,
                "this refresh is over, or belongs to a registration or subscription: ask its owner",
            ));
        }
        for key in self.challenges.held.keys() {
            let held = self.challenges.held.get(key);
            if let Some(held) = held.filter(|held| held.owner == owner) {
                let transaction = held.object.clone();
                return self.answer_challenge(&transaction, credentials);
            }
        }
        if credentials.flags & CREDENTIALS_DECLINE != 0 {
            return Err(Refusal::new(
                Code::InvalidTransactionState,
                "no challenge waits at this refresh",
            ));
        }
        let realm = (!credentials.realm.is_empty()).then_some(&*credentials.realm);
        if credentials.user.is_empty() {
            let known = self.challenges.given.get_mut(&owner);
            let gone = known.is_some_and(|store| store.remove(realm));
            return Ok(if gone {
                Verdict::Done
            } else {
                Verdict::Nothing
            });
        }
        let given = credential(credentials, "")?;
        self.sweep_given();
        if !self.challenges.given.entry(owner).or_default().set(given) {
            return Err(Refusal::new(Code::Limit, "too many realms"));
        }
        Ok(Verdict::Done)
    }

    /// Credentials of a profile or the client changed: challenges that they answer need not wait.
    pub(super) fn recheck_challenges(&mut self) {
        for key in self.challenges.held.keys() {
            let Some(owner) = self.challenges.held.get(key).map(|held| held.owner) else {
                continue;
            };
            let Some(store) = self.credentials_of(owner) else {
                continue;
            };
            let Some(held) = self.challenges.held.get_mut(key) else {
                continue;
            };
            let before = held.missing.len();
            held.missing.retain(|realm| store.find(realm).is_none());
            held.given |= held.missing.len() != before;
            if before > 0 && held.missing.is_empty() {
                self.cx.arm(Duration::ZERO, alarm(key), ANSWERED);
            }
        }
    }

    pub(super) fn on_challenge_alarm(&mut self, bits: u64) {
        self.release_challenge(Key::from_bits(bits));
    }

    /// Whatever waits for an owner goes on as it is: it is being ended.
    pub(super) fn release_challenges_of(&mut self, owner: Owner) {
        for key in self.challenges.held.keys() {
            let held = self.challenges.held.get(key);
            if held.is_some_and(|held| held.owner == owner) {
                self.release_challenge(key);
            }
        }
    }

    /// Nobody will be asked any more.
    pub(super) fn release_challenges(&mut self) {
        for key in self.challenges.held.keys() {
            self.release_challenge(key);
        }
    }

    /// The response goes the way that it would have gone.
    fn release_challenge(&mut self, key: Key<Held>) {
        let Some(held) = self.challenges.held.remove(key) else {
            return;
        };
        self.cx.disarm(Some(held.deadline), alarm(key), TIME_UP);
        if held.given {
            self.cx.given = self.credentials_of(held.owner);
        } else {
            self.cx.challenge_stands = true;
        }
        self.deliver_response(held.client, held.owner, held.message, &held.flow);
    }

    /// Drops what was given for owners that are gone, whenever the table would double.
    fn sweep_given(&mut self) {
        if self.challenges.given.len() < self.challenges.sweep_at.max(64) {
            return;
        }
        let owners: Vec<Owner> = self.challenges.given.keys().copied().collect();
        for owner in owners {
            if self.account_of(owner).is_none() {
                self.challenges.given.remove(&owner);
            }
        }
        self.challenges.sweep_at = self.challenges.given.len() * 2;
    }

    /// How many responses wait for credentials.
    #[must_use]
    pub fn challenges_waiting(&self) -> usize {
        self.challenges.held.len()
    }
}
