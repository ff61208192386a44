//! Refreshes as objects: requests of the application's own that are repeated before they expire, and views of those of
//! registrations and subscriptions, whose owners update and end them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{Key, Slab, Time};
use crate::syntax::Message;
use crate::transaction::{ClientKey, Failure};
use crate::usage::refreshed::{Ended, Purpose, Refreshed, State};
use crate::usage::{Auto, Outcome, Outgoing, Owner, Role};

use super::binding::AppRegistration;
use super::event::FLAG_LAST;
use super::headers::own_lines;
use super::profile::{phrase, status_of};
use super::session::account_for;
use super::transaction::state;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, Refusal, RegistrationState,
    Send, Status, Verdict, properties,
};

/// Update it now, with news.
pub const REFRESH_UPDATE: i32 = 1;
/// End it.
pub const REFRESH_TERMINATE: i32 = 2;

/// Most refreshed requests.
const MAX_REFRESHES: usize = 100_000;

/// A refreshed request of the application's own.
#[derive(Debug)]
pub(super) struct Standalone {
    object: ObjectRef,
    machine: Refreshed,
    context: Option<ObjectRef>,
    uri: Box<str>,
    cookie: i64,
    transaction: Option<ObjectRef>,
}

/// All of them, and views.
#[derive(Default)]
pub(super) struct Refreshes {
    slab: Slab<Standalone>,
    /// The view of an owner's refresh, by the address of the owner's object: its kind and key.
    views: HashMap<(i32, u64), ObjectRef>,
}

impl Refreshes {
    pub(super) fn list(&self) -> Vec<ObjectRef> {
        let all = self.slab.iter();
        all.map(|(_, one)| Arc::clone(&one.object)).collect()
    }

    pub(super) fn all_idle(&self) -> bool {
        self.slab.iter().all(|(_, one)| !one.machine.is_busy())
    }
}

/// The key of a view: no place in the slab has it.
const VIEW: u64 = u64::MAX;

fn over() -> Refusal {
    Refusal::new(Code::InvalidObjectState, "the refresh is over")
}

impl Agent {
    /// A request that is kept alive; sends it.
    pub(super) fn begin_refresh(
        &mut self,
        outgoing: impl FnOnce(Owner) -> Outgoing,
        context: Option<ObjectRef>,
        transaction: ObjectRef,
        uri: &str,
        send: &Send,
        body: Option<(&str, &[u8])>,
    ) -> Result<ObjectRef, Refusal> {
        if self.refreshes.slab.len() >= MAX_REFRESHES {
            self.transactions
                .end_object(&transaction, state::TERMINATED);
            return Err(Refusal::new(
                Code::Limit,
                "100,000 refreshed requests are the limit",
            ));
        }
        let Self {
            cx,
            refreshes,
            profiles,
            anonymous,
            transactions,
            ..
        } = self;
        let key = refreshes.slab.insert_with(|key| {
            let owner = Owner {
                role: Role::Refresh,
                key: key.to_bits(),
            };
            Standalone {
                object: Object::new(Kind::Refresh, key.to_bits(), State::Inactive as i32, 0),
                machine: Refreshed::new(outgoing(owner), owner, send.expires_secs, body),
                context,
                uri: uri.into(),
                cookie: send.cookie,
                transaction: Some(transaction.clone()),
            }
        });
        let Some(made) = refreshes.slab.get_mut(key) else {
            return Err(over());
        };
        let profile = made.context.as_ref().map(|one| Key::from_bits(one.key()));
        let account = account_for(profiles, anonymous, profile);
        let client = made.machine.begin(cx, account);
        transactions.bind(&transaction, client);
        transactions.relate(&transaction, &made.object);
        Ok(transaction)
    }

    fn refresh_key(&self, object: &ObjectRef) -> Result<Key<Standalone>, Refusal> {
        if object.kind() != Kind::Refresh {
            return Err(Refusal::new(Code::Handle, "the object is no refresh"));
        }
        if object.key() == VIEW {
            return Err(Refusal::new(
                Code::NotAllowed,
                "this refresh belongs to a registration or subscription: ask its owner",
            ));
        }
        let key = Key::from_bits(object.key());
        self.refreshes
            .slab
            .contains(key)
            .then_some(key)
            .ok_or_else(over)
    }

    /// Repeats a refreshed request now with news, or ends it. Views are refused: their owners do that.
    pub fn refresh(
        &mut self,
        now: Time,
        refresh: &ObjectRef,
        operation: i32,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        if ![REFRESH_UPDATE, REFRESH_TERMINATE].contains(&operation) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the operation is 1, update, or 2, terminate",
            ));
        }
        let key = self.refresh_key(refresh)?;
        let own = own_lines(send)?;
        if operation == REFRESH_UPDATE {
            self.refuse_when_closing()?;
        }
        let Self {
            cx,
            refreshes,
            profiles,
            anonymous,
            transactions,
            ..
        } = self;
        let Some(found) = refreshes.slab.get_mut(key) else {
            return Err(over());
        };
        if found.machine.state() != State::Active {
            return Err(Refusal::new(
                Code::InvalidObjectState,
                "the refresh does not stand",
            ));
        }
        if found.machine.is_busy() {
            return Err(Refusal::new(
                Code::RequestPending,
                "a request of this refresh is on its way",
            ));
        }
        let profile = found.context.as_ref().map(|one| Key::from_bits(one.key()));
        let account = account_for(profiles, anonymous, profile);
        let body = send.body.as_deref().map(|body| {
            let content_type = send.content_type.as_deref();
            (content_type.unwrap_or("text/plain;charset=UTF-8"), body)
        });
        let transaction =
            transactions.open_client(found.machine.method(), None, vec![Arc::clone(refresh)]);
        let client = if operation == REFRESH_UPDATE {
            found
                .machine
                .update(cx, account, &own, body, send.expires_secs)
        } else {
            found.machine.end(cx, account, &own)
        };
        transactions.bind(&transaction, client);
        found.transaction = Some(transaction);
        found.cookie = send.cookie;
        Ok(Verdict::Done)
    }

    pub(super) fn on_refresh_response(
        &mut self,
        key: Key<Standalone>,
        client: ClientKey,
        message: Message,
    ) {
        let Self {
            cx,
            refreshes,
            profiles,
            anonymous,
            transactions,
            ..
        } = self;
        let Some(found) = refreshes
            .slab
            .get_mut(key)
            .filter(|found| found.machine.is(client))
        else {
            return;
        };
        let profile = found.context.as_ref().map(|one| Key::from_bits(one.key()));
        let account = account_for(profiles, anonymous, profile);
        if let Some(transaction) = &found.transaction {
            transactions.note_request(transaction, cx.endpoint.sent(client));
        }
        match found.machine.on_response(cx, account, message.clone()) {
            Err(again) => {
                if let Some(transaction) = &found.transaction {
                    transactions.bind(transaction, again);
                }
            }
            Ok(None) => {
                if let Some(transaction) = found.transaction.clone() {
                    transactions.note_response(&transaction, &message);
                    self.tell_refresh_response(key, transaction, &message);
                }
            }
            Ok(Some(ended)) => self.on_refresh_ended(key, ended),
        }
    }

    pub(super) fn on_refresh_failure(
        &mut self,
        key: Key<Standalone>,
        client: ClientKey,
        failure: Failure,
    ) {
        let ended = self
            .refreshes
            .slab
            .get_mut(key)
            .filter(|found| found.machine.is(client))
            .and_then(|found| found.machine.on_failure(failure));
        if let Some(ended) = ended {
            self.on_refresh_ended(key, ended);
        }
    }

    pub(super) fn on_refresh_alarm(&mut self, key: Key<Standalone>) {
        let Self {
            cx,
            refreshes,
            profiles,
            anonymous,
            ..
        } = self;
        let Some(found) = refreshes.slab.get_mut(key) else {
            return;
        };
        let profile = found.context.as_ref().map(|one| Key::from_bits(one.key()));
        let account = account_for(profiles, anonymous, profile);
        // Nobody asked for this one: it has no transaction to show.
        found.transaction = None;
        found.machine.on_alarm(cx, account);
    }

    fn tell_refresh_response(
        &mut self,
        key: Key<Standalone>,
        transaction: ObjectRef,
        message: &Message,
    ) {
        let status = message.status().unwrap_or_default();
        let Some(found) = self.refreshes.slab.get(key) else {
            return;
        };
        if status == 100 {
            return;
        }
        let event = Event {
            event_type: EventType::Response,
            profile: found.context.clone(),
            other: Some(found.object.clone()),
            state: transaction.state(),
            transaction: Some(transaction),
            cookie: found.cookie,
            status: Status::Sip(status),
            status_text: phrase(Some(message)),
            uri: found.uri.clone(),
            text: found.machine.method().into(),
            content_type: super::request::content_type(Some(message)),
            flags: if status >= 200 { FLAG_LAST } else { 0 },
            message: Some(message.clone()),
            ..Event::default()
        };
        self.tell(event);
    }

    fn on_refresh_ended(&mut self, key: Key<Standalone>, ended: Ended) {
        let Some(found) = self.refreshes.slab.get_mut(key) else {
            return;
        };
        let transaction = found.transaction.take();
        let next = found.machine.state() as i32;
        let changed = found.object.state() != next;
        found.object.set_state(next);
        let (object, context, cookie) = (found.object.clone(), found.context.clone(), found.cookie);
        let (uri, method): (Box<str>, Box<str>) =
            (found.uri.clone(), found.machine.method().into());
        if let Some(transaction) = transaction {
            match &ended.message {
                Some(message) => {
                    self.transactions.note_response(&transaction, message);
                    self.transactions.end_object(&transaction, state::COMPLETED);
                    self.tell_refresh_response(key, transaction, message);
                }
                None => {
                    self.transactions
                        .end_object(&transaction, state::TERMINATED);
                    self.tell(Event {
                        event_type: EventType::TransactionFailed,
                        profile: context.clone(),
                        other: Some(object.clone()),
                        state: state::TERMINATED,
                        transaction: Some(transaction),
                        cookie,
                        status: status_of(ended.outcome),
                        uri: uri.clone(),
                        text: method.clone(),
                        flags: FLAG_LAST,
                        ..Event::default()
                    });
                }
            }
        }
        if next == State::Terminated as i32
            && let Some(found) = self.refreshes.slab.remove(key)
        {
            found.object.end(standalone_details(&found));
        }
        if changed {
            let status = match ended.outcome {
                Outcome::Sip(status) if status >= 300 && ended.purpose == Purpose::Again => {
                    Status::Failed(Code::RefreshRejected)
                }
                other => status_of(other),
            };
            let last = next == State::Terminated as i32;
            self.tell(Event {
                event_type: EventType::RefreshState,
                profile: context,
                other: Some(object),
                state: next,
                cookie,
                status,
                status_text: phrase(ended.message.as_ref()),
                uri,
                text: method,
                flags: if last { FLAG_LAST } else { 0 },
                message: ended.message,
                ..Event::default()
            });
        }
        self.check_shutdown();
    }

    /// The refresh of a registration or subscription, a view: it belongs to its owner.
    pub fn refresh_of(&mut self, owner: &ObjectRef) -> Option<ObjectRef> {
        if !matches!(
            owner.kind(),
            Kind::Registration | Kind::Subscription | Kind::Profile
        ) {
            return None;
        }
        let place = (owner.kind() as i32, owner.key());
        let next = self.view_state(owner);
        if let Some(view) = self.refreshes.views.get(&place) {
            view.set_state(next);
            return Some(Arc::clone(view));
        }
        // Views of owners that are gone go whenever the table would double.
        if self.refreshes.views.len() == self.refreshes.views.capacity() {
            self.refreshes
                .views
                .retain(|_, view| Arc::strong_count(view) > 1);
        }
        let view = Object::new(Kind::Refresh, VIEW, next, 0);
        let mut details = Details::default();
        details.int(properties::REFRESH_STANDALONE, 0);
        details.related.push(Arc::clone(owner));
        view.end(details);
        self.refreshes.views.insert(place, Arc::clone(&view));
        Some(view)
    }

    fn view_state(&self, owner: &ObjectRef) -> i32 {
        let (active, never) = match owner.kind() {
            Kind::Subscription => (owner.state() == 2, matches!(owner.state(), 0 | 1)),
            Kind::Registration => {
                let registered = owner.state() == RegistrationState::Registered.number();
                let refreshes = self
                    .registrations
                    .slab
                    .get(Key::from_bits(owner.key()))
                    .is_some_and(|found| found.refreshes());
                (registered && refreshes, matches!(owner.state(), 0 | 1))
            }
            _ => (
                owner.state() == RegistrationState::Registered.number(),
                matches!(owner.state(), 0 | 1),
            ),
        };
        match (active, never) {
            (true, _) => State::Active as i32,
            (false, true) => State::Inactive as i32,
            (false, false) => State::Terminated as i32,
        }
    }

    /// The state of a registration's view follows it; told where somebody holds the view.
    pub(super) fn tell_view_refresh(&mut self, key: Key<AppRegistration>) {
        let Some(owner) = self
            .registrations
            .slab
            .get(key)
            .map(|found| found.object().clone())
        else {
            return;
        };
        let place = (Kind::Registration as i32, owner.key());
        let next = self.view_state(&owner);
        let Some(view) = self.refreshes.views.get(&place).cloned() else {
            return;
        };
        if view.state() == next {
            return;
        }
        view.set_state(next);
        self.tell(Event {
            event_type: EventType::RefreshState,
            registration: Some(owner),
            other: Some(view),
            state: next,
            ..Event::default()
        });
    }

    pub(super) fn refresh_details(&self, object: &ObjectRef) -> Option<Details> {
        let found = self.refreshes.slab.get(Key::from_bits(object.key()))?;
        Some(standalone_details(found))
    }

    /// The period of a refresh as of now; that of a view is its owner's.
    pub fn refresh_interval(&self, object: &ObjectRef) -> Option<i64> {
        if object.key() != VIEW {
            let found = self.refreshes.slab.get(Key::from_bits(object.key()))?;
            return Some(found.machine.interval().into());
        }
        let owner = object.last_details()?.related.first().cloned()?;
        let registration = self.registrations.slab.get(Key::from_bits(owner.key()));
        match owner.kind() {
            Kind::Registration => Some(registration?.interval().into()),
            _ => None,
        }
    }

    /// Another period for a refresh of the application's own, or of a registration of its own.
    pub(super) fn set_refresh_interval(
        &mut self,
        object: &ObjectRef,
        value: i64,
    ) -> Result<Verdict, Refusal> {
        let secs = u32::try_from(value)
            .ok()
            .filter(|secs| *secs > 0)
            .ok_or_else(|| {
                Refusal::new(Code::InvalidArgument, "the interval is above 0, in seconds")
            })?;
        if object.key() == VIEW {
            let owner = object
                .last_details()
                .and_then(|details| details.related.first().cloned())
                .filter(|owner| owner.kind() == Kind::Registration)
                .ok_or_else(over)?;
            let Self {
                cx, registrations, ..
            } = self;
            let found = registrations
                .slab
                .get_mut(Key::from_bits(owner.key()))
                .filter(|found| found.is_own())
                .ok_or_else(over)?;
            found.binding_mut().set_interval(cx, secs);
            return Ok(Verdict::Done);
        }
        let key = self.refresh_key(object)?;
        let Self { cx, refreshes, .. } = self;
        let found = refreshes.slab.get_mut(key).ok_or_else(over)?;
        found.machine.set_interval(cx, secs);
        Ok(Verdict::Done)
    }

    /// Goodbye: what a server holds for us is taken back, the rest is not repeated any more.
    pub(super) fn end_refreshes(&mut self, now: Time) {
        for key in self.refreshes.slab.keys() {
            let Some(found) = self.refreshes.slab.get_mut(key) else {
                continue;
            };
            let object = found.object.clone();
            if found.machine.method() == "PUBLISH"
                && self
                    .refresh(now, &object, REFRESH_TERMINATE, &Send::default())
                    .is_ok()
            {
                continue;
            }
            self.drop_refresh(key, false, Status::None);
        }
    }

    /// Ends a refresh without a message.
    pub(super) fn drop_refresh(&mut self, key: Key<Standalone>, tell: bool, status: Status) {
        let Some(mut found) = self.refreshes.slab.remove(key) else {
            return;
        };
        found.machine.stop(&mut self.cx);
        if let Some(transaction) = found.transaction.take() {
            self.transactions
                .end_object(&transaction, state::TERMINATED);
        }
        found.object.set_state(State::Terminated as i32);
        found.object.end(standalone_details(&found));
        if tell {
            self.tell(Event {
                event_type: EventType::RefreshState,
                other: Some(found.object),
                state: State::Terminated as i32,
                status,
                text: found.machine.method().into(),
                flags: FLAG_LAST,
                ..Event::default()
            });
        }
    }

    pub(super) fn refresh_keys(&self) -> Vec<Key<Standalone>> {
        self.refreshes.slab.keys()
    }

    /// The object of a stand-alone refresh.
    pub(super) fn refresh_object(&self, key: u64) -> Option<ObjectRef> {
        let found = self.refreshes.slab.get(Key::from_bits(key))?;
        Some(found.object.clone())
    }

    pub(super) fn refresh_context(&self, key: u64) -> Option<Option<ObjectRef>> {
        let found = self.refreshes.slab.get(Key::from_bits(key))?;
        Some(found.context.clone())
    }
}

fn standalone_details(found: &Standalone) -> Details {
    let mut details = Details::default();
    details.int(properties::REFRESH_STANDALONE, 1);
    details.int(properties::REFRESH_INTERVAL_SECS, found.machine.interval());
    details.related.extend(found.transaction.clone());
    details.related.extend(found.context.clone());
    details
}

impl AppRegistration {
    fn refreshes(&self) -> bool {
        !self.is_own() || self.auto().has(Auto::REFRESH)
    }
}
