//! Registrations as objects of their own: one binding, sent word for word as the application asks (RFC 3261 §10).
//!
//! Each stands on an account that no profile shows, so that every other request can be sent in its context: with its
//! proxy, its Service-Route and its identity. The registration of a profile can be held as such an object too; then
//! the profile's own machine does the work.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{Key, Slab, Time};
use crate::syntax::headers::contact::qvalue;
use crate::syntax::{HeaderId, HeaderLines, Message, NameAddr, Uri};
use crate::transaction::{ClientKey, Failure};
use crate::transport::Flow;
use crate::usage::binding::{Binding, Ended, Operation, State, Wish};
use crate::usage::{Auto, Outcome, Owner, Role};

use super::command::{PROFILE_NO_EXPIRES, PROFILE_PIN_NEXT_HOP};
use super::event::FLAG_LAST;
use super::headers::own_lines;
use super::identity::{name_addr, registrar, routes};
use super::profile::{Profile, check_aor, phrase, status_of};
use super::transaction::state;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, ProfileOptions, Refusal,
    RegistrationState, Send, Status, Verdict, properties,
};

/// Shortest time that is asked for.
const LEAST: u32 = 60;

/// One binding to be (`rtc_registration_options_t`).
#[derive(Clone, Debug, Default)]
pub struct RegistrationOptions {
    /// PROFILE_NO_EXPIRES, PROFILE_PIN_NEXT_HOP.
    pub flags: u32,
    /// To: the address of record.
    pub aor: Box<str>,
    /// The Contact, a URI or an address with parameters; empty: ours.
    pub contact: Box<str>,
    /// The registrar; empty: the domain of `aor`.
    pub registrar: Box<str>,
    /// Who registers, when it is not `aor`.
    pub from: Box<str>,
    /// A comma list.
    pub outbound_proxy: Box<str>,
    /// At least 60; 0: 3600.
    pub expires_secs: u32,
    /// [`Auto`] bits.
    pub automation: u32,
    /// The connection by which its requests go; none: any.
    pub connection: Option<ObjectRef>,
    /// The owner's word.
    pub user_data: usize,
}

/// A registration as an object.
#[derive(Debug)]
pub(super) struct AppRegistration {
    object: ObjectRef,
    profile: ObjectRef,
    /// Of a registration of its own; for that of a profile it only asks.
    binding: Binding,
    own: bool,
    aor: Box<str>,
    connection: Option<ObjectRef>,
    transaction: Option<ObjectRef>,
}

impl AppRegistration {
    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    pub(super) fn binding_mut(&mut self) -> &mut Binding {
        &mut self.binding
    }

    pub(super) fn auto(&self) -> Auto {
        self.binding.auto
    }

    /// Seconds between its refreshes.
    pub(super) fn interval(&self) -> u32 {
        self.binding.interval_now()
    }

    pub(super) fn is_own(&self) -> bool {
        self.own
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct Registrations {
    pub(super) slab: Slab<AppRegistration>,
    of_profile: HashMap<Key<Profile>, Key<AppRegistration>>,
}

impl Registrations {
    /// The registration that a profile is there for, or that was made of one.
    fn with_profile(&self, profile: &ObjectRef) -> Option<&AppRegistration> {
        if self.of_profile.is_empty() {
            return None;
        }
        let key = self.of_profile.get(&Key::from_bits(profile.key()))?;
        self.slab.get(*key)
    }

    /// The registration whose account that profile is, which no application knows.
    pub(super) fn behind(&self, profile: &ObjectRef) -> Option<&ObjectRef> {
        self.with_profile(profile)
            .filter(|found| found.own)
            .map(|found| &found.object)
    }

    /// The object of a profile's own registration, when somebody asked for it.
    pub(super) fn view_of(&self, profile: &ObjectRef) -> Option<&ObjectRef> {
        self.with_profile(profile)
            .filter(|found| !found.own)
            .map(|found| &found.object)
    }

    pub(super) fn list(&self) -> Vec<ObjectRef> {
        let all = self.slab.iter();
        all.map(|(_, one)| Arc::clone(&one.object)).collect()
    }

    /// Whether nothing is on its way and nothing is bound.
    pub(super) fn all_idle(&self) -> bool {
        self.slab.iter().all(|(_, one)| {
            !one.own || (!one.binding.is_busy() && one.binding.state() == State::Unregistered)
        })
    }
}

fn over() -> Refusal {
    Refusal::new(Code::InvalidObjectState, "the registration is gone")
}

fn wrong_state(what: &str) -> Refusal {
    Refusal::new(
        Code::InvalidRegistrationState,
        format!("the registration {what}"),
    )
}

/// The Contact of a registration: an address or bare URI with a user part that SIP can reach.
fn contact(given: &str) -> Result<Box<str>, Refusal> {
    if given.is_empty() {
        return Ok("".into());
    }
    let bad = |code, why: String| Refusal::new(code, format!("`options.contact`: {why}"));
    let text = if given.contains('<') {
        given.to_owned()
    } else {
        format!("<{given}>")
    };
    HeaderLines::parse(&format!("Contact: {text}"))
        .map_err(|fault| bad(Code::InvalidContact, fault.to_string()))?;
    let address =
        NameAddr::parse(&text).map_err(|fault| bad(Code::InvalidContact, fault.to_string()))?;
    let uri =
        Uri::parse(address.uri).map_err(|fault| bad(Code::InvalidContact, fault.to_string()))?;
    if !uri.is_sip() {
        return Err(bad(
            Code::InvalidUriType,
            format!("a {} URI is no place to be called at", uri.scheme_name),
        ));
    }
    let expires = address.params.get("expires");
    if expires.is_some_and(|secs| secs.parse::<u32>().is_err()) {
        return Err(bad(
            Code::InvalidContact,
            "its expires is no number of seconds below 2^32".into(),
        ));
    }
    let q = address.params.get("q");
    if q.is_some_and(|q| qvalue(q).is_none()) {
        return Err(bad(
            Code::InvalidContact,
            "its q is no number from 0 to 1".into(),
        ));
    }
    if uri.user.unwrap_or_default().is_empty() {
        return Err(bad(Code::InvalidContact, "it has no user part".into()));
    }
    Ok(text.into())
}

fn expires(secs: u32) -> Result<u32, Refusal> {
    match secs {
        0 => Ok(super::profile::EXPIRES),
        secs if secs < LEAST => Err(Refusal::new(
            Code::InvalidArgument,
            "a registration asks for at least 60 seconds",
        )),
        secs => Ok(secs),
    }
}

impl Agent {
    /// One binding; nothing is sent.
    pub fn create_registration(
        &mut self,
        options: &RegistrationOptions,
    ) -> Result<ObjectRef, Refusal> {
        self.refuse_when_closing()?;
        if options.flags & !(PROFILE_NO_EXPIRES | PROFILE_PIN_NEXT_HOP) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "of the flags of a profile a registration knows NO_EXPIRES and PIN_NEXT_HOP",
            ));
        }
        let auto = Auto::new(options.automation).ok_or_else(|| {
            Refusal::new(
                Code::InvalidArgument,
                "the automation is a mask of RTC_AUTO_ bits",
            )
        })?;
        if !options.from.is_empty() {
            check_aor(&options.from)?;
        }
        let hidden = ProfileOptions {
            uri: options.aor.clone(),
            registrar: options.registrar.clone(),
            proxy: options.outbound_proxy.clone(),
            ..ProfileOptions::default()
        };
        let to = name_addr(&options.aor, "");
        let from = match &*options.from {
            "" => to.clone(),
            from => name_addr(from, ""),
        };
        let sockets = match &options.connection {
            Some(connection) => self.sockets_of(connection)?,
            None => Vec::new(),
        };
        let wish = Wish {
            sockets,
            to: to.into(),
            from: from.into(),
            contact: contact(&options.contact)?,
            expires: expires(options.expires_secs)?,
            no_expires: options.flags & PROFILE_NO_EXPIRES != 0,
            pin: options.flags & PROFILE_PIN_NEXT_HOP != 0,
            routes: routes(&options.outbound_proxy)?,
            registrar: match registrar(&hidden)? {
                Some(registrar) => registrar.into(),
                None => {
                    return Err(Refusal::new(
                        Code::InvalidUriType,
                        "an address of record that is no sip: or sips: URI needs a registrar",
                    ));
                }
            },
        };
        let profile = self.create_profile(hidden)?;
        let made =
            self.new_registration(profile, wish, auto, true, &options.aor, options.user_data);
        let key = Key::from_bits(made.key());
        if let Some(found) = self.registrations.slab.get_mut(key) {
            found.connection.clone_from(&options.connection);
        }
        Ok(made)
    }

    fn new_registration(
        &mut self,
        profile: ObjectRef,
        wish: Wish,
        auto: Auto,
        own: bool,
        aor: &str,
        user_data: usize,
    ) -> ObjectRef {
        let first = if own {
            RegistrationState::NotRegistered.number()
        } else {
            profile.state()
        };
        let behind = Key::from_bits(profile.key());
        let Self {
            cx, registrations, ..
        } = self;
        let mut made = None;
        let key = registrations.slab.insert_with(|key| {
            let owner = Owner {
                role: Role::Binding,
                key: key.to_bits(),
            };
            let object = Object::new(Kind::Registration, key.to_bits(), first, user_data);
            made = Some(Arc::clone(&object));
            AppRegistration {
                object,
                profile,
                binding: Binding::new(cx, owner, wish, auto),
                own,
                aor: aor.into(),
                connection: None,
                transaction: None,
            }
        });
        registrations.of_profile.insert(behind, key);
        made.unwrap_or_else(|| Object::new(Kind::Registration, key.to_bits(), first, user_data))
    }

    /// The registration of a profile as an object of its own.
    pub fn registration_of(&mut self, profile: &ObjectRef) -> Option<ObjectRef> {
        if let Some(found) = self.registrations.with_profile(profile) {
            return Some(Arc::clone(&found.object));
        }
        let key = self.profile_key(profile).ok()?;
        let facts = self.profiles.get(key)?;
        let to: Box<str> = format!("<{}>", facts.account.aor).into();
        let aor = facts.account.aor.clone();
        let registrar = Uri::parse(&aor)
            .ok()
            .map(|aor| format!("{}:{}", aor.scheme_name, aor.host_port()))?;
        let wish = Wish {
            from: to.clone(),
            to,
            registrar: registrar.into(),
            routes: facts.account.routes.clone(),
            expires: super::profile::EXPIRES,
            ..Wish::default()
        };
        Some(self.new_registration(profile.clone(), wish, Auto::ALL, false, &aor, 0))
    }

    /// The account that a context stands for: a profile, or that of a registration.
    pub(super) fn context_profile(&self, context: &ObjectRef) -> Result<ObjectRef, Refusal> {
        match context.kind() {
            Kind::Profile => Ok(context.clone()),
            Kind::Registration => self
                .registrations
                .slab
                .get(Key::from_bits(context.key()))
                .map(|registration| registration.profile.clone())
                .ok_or_else(over),
            _ => Err(Refusal::new(
                Code::Handle,
                "the object is no profile or registration",
            )),
        }
    }

    pub(super) fn registration_keys(&self) -> Vec<Key<AppRegistration>> {
        self.registrations.slab.keys()
    }

    fn registration_key(&self, object: &ObjectRef) -> Result<Key<AppRegistration>, Refusal> {
        if object.kind() != Kind::Registration {
            return Err(Refusal::new(Code::Handle, "the object is no registration"));
        }
        let key = Key::from_bits(object.key());
        self.registrations
            .slab
            .contains(key)
            .then_some(key)
            .ok_or_else(over)
    }

    /// Sends a REGISTER. None: nothing to do, or the profile's own machine does it without a transaction to show.
    pub fn send_registration(
        &mut self,
        now: Time,
        registration: &ObjectRef,
        operation: Operation,
        send: &Send,
    ) -> Result<(Verdict, Option<ObjectRef>), Refusal> {
        self.cx.now = now;
        let key = self.registration_key(registration)?;
        let own = registration_lines(send)?;
        if send.expires_secs != 0 {
            expires(send.expires_secs)?;
        }
        let ends = matches!(operation, Operation::Unregister | Operation::UnregisterAll);
        if !ends {
            self.refuse_when_closing()?;
        }
        let Some(found) = self.registrations.slab.get(key) else {
            return Err(over());
        };
        if !found.own && operation != Operation::Fetch {
            let profile = found.profile.clone();
            let verdict = match operation {
                Operation::Register | Operation::Update => {
                    self.enable_profile(now, &profile, super::identity::REGISTER_ALL, 0)?
                }
                Operation::Unregister => self.disable_profile(now, &profile)?,
                _ => {
                    return Err(Refusal::new(
                        Code::NotAllowed,
                        "a profile removes its own binding only; make a registration of its address to remove all",
                    ));
                }
            };
            return Ok((verdict, None));
        }
        let (state, busy) = (found.binding.state(), found.binding.is_busy());
        match (operation, state) {
            (Operation::Unregister, State::Unregistered) if !busy => {
                return Ok((Verdict::Nothing, None));
            }
            (Operation::Register, State::Registering | State::Registered) => {
                return Err(wrong_state("is made or being made"));
            }
            (Operation::Register | Operation::Update, State::Unregistering) => {
                return Err(wrong_state("is being removed"));
            }
            (Operation::Update, State::Unregistered | State::Registering) => {
                return Err(wrong_state("does not stand"));
            }
            _ if busy => {
                return Err(Refusal::new(
                    Code::RequestPending,
                    "a REGISTER of this registration is on its way (RFC 3261 §10.2)",
                ));
            }
            _ => {}
        }
        let related = vec![registration.clone()];
        let owner = Owner {
            role: Role::Binding,
            key: key.to_bits(),
        };
        let transaction = self
            .transactions
            .open_client("REGISTER", Some(owner), related);
        let Self {
            cx,
            profiles,
            registrations,
            transactions,
            ..
        } = self;
        let Some(found) = registrations.slab.get_mut(key) else {
            return Err(over());
        };
        let Some(profile) = profiles.get_mut(Key::from_bits(found.profile.key())) else {
            return Err(over());
        };
        let client = found.binding.send(
            cx,
            &mut profile.account,
            operation,
            &own,
            send.expires_secs,
            send.cookie,
        );
        transactions.bind(&transaction, client);
        found.transaction = Some(transaction.clone());
        let next = match found.binding.state() {
            State::Registering => Some(RegistrationState::Registering),
            State::Unregistering => Some(RegistrationState::Unregistering),
            State::Registered | State::Unregistered => None,
        };
        if let Some(next) = next.filter(|next| next.number() != registration.state()) {
            self.tell_binding(key, next, Event::default());
        }
        Ok((Verdict::Done, Some(transaction)))
    }

    /// Queues a `Registration` event, with the new state.
    fn tell_binding(&mut self, key: Key<AppRegistration>, state: RegistrationState, rest: Event) {
        let Some(found) = self.registrations.slab.get(key) else {
            return;
        };
        found.object.set_state(state.number());
        let event = Event {
            event_type: EventType::Registration,
            registration: Some(found.object.clone()),
            state: state.number(),
            uri: found.binding.contact().into(),
            ..rest
        };
        self.tell(event);
        self.tell_view_refresh(key);
    }

    pub(super) fn on_binding_response(
        &mut self,
        key: Key<AppRegistration>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        let Self {
            cx,
            profiles,
            registrations,
            transactions,
            ..
        } = self;
        let Some(found) = registrations
            .slab
            .get_mut(key)
            .filter(|found| found.binding.is(client))
        else {
            return;
        };
        let Some(profile) = profiles.get_mut(Key::from_bits(found.profile.key())) else {
            return;
        };
        let sent = cx.endpoint.sent(client).cloned();
        let result = found
            .binding
            .on_response(cx, &mut profile.account, message.clone(), flow);
        let transaction = found.transaction.clone();
        if let Some(transaction) = &transaction {
            transactions.note_request(transaction, sent.as_ref());
        }
        match result {
            Err(again) => {
                if let Some(transaction) = &transaction {
                    transactions.bind(transaction, again);
                }
            }
            Ok(None) => {
                if let Some(transaction) = transaction {
                    self.transactions.note_response(&transaction, &message);
                    self.tell_registration_response(key, transaction, &message, 0);
                }
            }
            Ok(Some(ended)) => self.on_binding_ended(key, ended),
        }
    }

    pub(super) fn on_binding_failure(
        &mut self,
        key: Key<AppRegistration>,
        client: ClientKey,
        failure: Failure,
    ) {
        let Self {
            cx,
            profiles,
            registrations,
            ..
        } = self;
        let Some(found) = registrations
            .slab
            .get_mut(key)
            .filter(|found| found.binding.is(client))
        else {
            return;
        };
        let Some(profile) = profiles.get_mut(Key::from_bits(found.profile.key())) else {
            return;
        };
        let ended = found.binding.on_failure(cx, &mut profile.account, failure);
        if let Some(ended) = ended {
            self.on_binding_ended(key, ended);
        }
    }

    /// The transaction of the application hears the response, the registration what became of it.
    fn on_binding_ended(&mut self, key: Key<AppRegistration>, ended: Ended) {
        let Some(found) = self.registrations.slab.get_mut(key) else {
            return;
        };
        let transaction = found.transaction.take();
        let proxy = !found.binding.wish.routes.is_empty();
        let bound = found.binding.state() == State::Registered;
        if let Some(transaction) = transaction {
            match &ended.message {
                Some(message) => {
                    self.transactions.note_response(&transaction, message);
                    self.transactions.end_object(&transaction, state::COMPLETED);
                    self.tell_registration_response(key, transaction, message, ended.cookie);
                }
                None => {
                    self.transactions
                        .end_object(&transaction, state::TERMINATED);
                    let object = self
                        .registrations
                        .slab
                        .get(key)
                        .map(|found| found.object.clone());
                    self.tell(Event {
                        event_type: EventType::TransactionFailed,
                        registration: object,
                        transaction: Some(transaction),
                        state: state::TERMINATED,
                        cookie: ended.cookie,
                        status: status_of(ended.outcome),
                        text: "REGISTER".into(),
                        flags: FLAG_LAST,
                        ..Event::default()
                    });
                }
            }
        }
        let ends = matches!(
            ended.operation,
            Operation::Unregister | Operation::UnregisterAll
        );
        let accepted = matches!(ended.outcome, Outcome::Sip(status) if status < 300);
        let next = match ended.operation {
            Operation::Fetch => None,
            _ if bound => Some(RegistrationState::Registered),
            _ if ends || accepted => Some(RegistrationState::NotRegistered),
            _ => Some(match ended.outcome {
                Outcome::Sip(_) => RegistrationState::Rejected,
                _ => RegistrationState::Error,
            }),
        };
        let status = match ended.outcome {
            _ if ended.garbled => Status::Failed(Code::InvalidRegistrarResponse),
            Outcome::Sip(status) if status >= 300 && ended.automatic => {
                Status::Failed(Code::RefreshRejected)
            }
            Outcome::Failed(Failure::Timeout | Failure::Transport) if proxy => {
                Status::Failed(Code::ProxyNotResponding)
            }
            other => status_of(other),
        };
        // A refresh that went well is nobody's news.
        let quiet = ended.automatic && accepted && !ended.garbled;
        if !quiet {
            let (text, count) = match &ended.message {
                Some(message) if ended.operation == Operation::Fetch => bindings(message),
                _ => (String::new(), 0),
            };
            let granted = self
                .registrations
                .slab
                .get(key)
                .map_or(0, |found| found.binding.granted());
            let rest = Event {
                kind: ended.operation as i32,
                cookie: ended.cookie,
                status,
                status_text: phrase(ended.message.as_ref()),
                text: text.into(),
                value: [i64::from(granted), count, 0],
                message: ended.message,
                ..Event::default()
            };
            let now = self.registration_state(key);
            self.tell_binding(key, next.unwrap_or(now), rest);
        }
        self.check_shutdown();
    }

    fn registration_state(&self, key: Key<AppRegistration>) -> RegistrationState {
        self.registrations
            .slab
            .get(key)
            .and_then(|found| RegistrationState::from_number(found.object.state()))
            .unwrap_or(RegistrationState::NotRegistered)
    }

    fn tell_registration_response(
        &mut self,
        key: Key<AppRegistration>,
        transaction: ObjectRef,
        message: &Message,
        cookie: i64,
    ) {
        let status = message.status().unwrap_or_default();
        if status == 100 {
            return;
        }
        let event = Event {
            event_type: EventType::Response,
            registration: self
                .registrations
                .slab
                .get(key)
                .map(|found| found.object.clone()),
            state: transaction.state(),
            transaction: Some(transaction),
            cookie,
            status: Status::Sip(status),
            status_text: phrase(Some(message)),
            text: "REGISTER".into(),
            flags: if status >= 200 { FLAG_LAST } else { 0 },
            message: Some(message.clone()),
            ..Event::default()
        };
        self.tell(event);
    }

    pub(super) fn on_binding_alarm(&mut self, key: Key<AppRegistration>, what: u32) {
        let Self {
            cx,
            profiles,
            registrations,
            ..
        } = self;
        let Some(found) = registrations.slab.get_mut(key) else {
            return;
        };
        let Some(profile) = profiles.get_mut(Key::from_bits(found.profile.key())) else {
            return;
        };
        if found.binding.on_alarm(cx, &mut profile.account, what) {
            self.tell_binding(key, RegistrationState::LoggedOff, Event::default());
        }
    }

    /// Removes what is registered, for goodbye.
    pub(super) fn unregister_bindings(&mut self, now: Time) {
        for key in self.registrations.slab.keys() {
            let object = self
                .registrations
                .slab
                .get(key)
                .filter(|found| found.own && found.binding.state() == State::Registered)
                .map(|found| found.object.clone());
            if let Some(object) = object {
                // One that is being removed, or changed at this moment, is not waited for.
                let _ =
                    self.send_registration(now, &object, Operation::Unregister, &Send::default());
            }
        }
    }

    /// What the registrations of one connection stood on is gone: no message, one event each if it is wanted.
    pub(super) fn lose_registration(&mut self, key: Key<AppRegistration>, tell: bool) {
        let Self {
            cx,
            profiles,
            registrations,
            transactions,
            ..
        } = self;
        let Some(found) = registrations.slab.get_mut(key).filter(|found| found.own) else {
            return;
        };
        let Some(profile) = profiles.get_mut(Key::from_bits(found.profile.key())) else {
            return;
        };
        found.binding.lose(cx, &mut profile.account);
        if let Some(transaction) = found.transaction.take() {
            transactions.end_object(&transaction, state::TERMINATED);
        }
        let next = RegistrationState::NotRegistered;
        if tell {
            let rest = Event {
                status: Status::Failed(Code::Transport),
                ..Event::default()
            };
            self.tell_binding(key, next, rest);
        } else if let Some(found) = self.registrations.slab.get(key) {
            found.object.set_state(next.number());
        }
    }

    pub(super) fn registration_details(&self, object: &ObjectRef) -> Option<Details> {
        let found = self.registrations.slab.get(Key::from_bits(object.key()))?;
        let mut details = Details::default();
        let mut text = |property, value: &str| {
            if !value.is_empty() {
                details.text(property, value);
            }
        };
        text(properties::REGISTRATION_AOR, &found.aor);
        let binding = &found.binding;
        if found.own {
            text(properties::REGISTRATION_CONTACT, &binding.wish.contact);
            text(
                properties::REGISTRATION_REGISTERED_CONTACT,
                binding.contact(),
            );
            text(properties::REGISTRATION_GRUU, binding.gruu());
        } else {
            let of = self.details(&found.profile);
            let contact = of.get_text(properties::PROFILE_REGISTERED_CONTACT, 0);
            text(
                properties::REGISTRATION_REGISTERED_CONTACT,
                contact.unwrap_or_default(),
            );
        }
        text(
            properties::REGISTRATION_OUTBOUND_PROXY,
            &binding.wish.routes.join(", "),
        );
        text(
            properties::REGISTRATION_SERVICE_ROUTE,
            &binding.service_route().join(", "),
        );
        for (index, uri) in binding.associated().iter().enumerate() {
            details.text_at(properties::REGISTRATION_ASSOCIATED_URI, index, uri.clone());
        }
        let granted = match binding.granted() {
            0 => binding.wish.expires,
            granted => granted,
        };
        details.int(properties::REGISTRATION_EXPIRES, granted);
        let flag = |on: bool| i64::from(on);
        details.int(
            properties::REGISTRATION_NO_EXPIRES,
            flag(binding.wish.no_expires),
        );
        details.int(
            properties::REGISTRATION_PIN_NEXT_HOP,
            flag(binding.wish.pin),
        );
        details.int(properties::REGISTRATION_AUTOMATION, binding.auto.bits());
        if !found.own {
            details.related.push(found.profile.clone());
        }
        details.related.extend(found.connection.clone());
        Some(details)
    }

    /// Sets a number of a registration; but for AUTOMATION only while it is not registered.
    pub(super) fn set_registration_int(
        &mut self,
        object: &ObjectRef,
        property: i32,
        value: i64,
    ) -> Result<Verdict, Refusal> {
        let key = self.registration_key(object)?;
        let Some(found) = self.registrations.slab.get_mut(key).filter(|one| one.own) else {
            return Err(Refusal::new(
                Code::NotAllowed,
                "it is the profile's: set its properties there",
            ));
        };
        if found.binding.state() != State::Unregistered {
            return Err(wrong_state("is in use: this is set before it is made"));
        }
        let switch = match value {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Refusal::new(Code::InvalidArgument, "the value is 0 or 1")),
        };
        let wish = &mut found.binding.wish;
        match property {
            properties::REGISTRATION_EXPIRES => {
                wish.expires = expires(u32::try_from(value).unwrap_or(1))?;
            }
            properties::REGISTRATION_NO_EXPIRES => wish.no_expires = switch?,
            properties::REGISTRATION_PIN_NEXT_HOP => wish.pin = switch?,
            _ => {
                let bits = u32::try_from(value).ok().and_then(Auto::new);
                found.binding.auto = bits.ok_or_else(|| {
                    Refusal::new(
                        Code::InvalidArgument,
                        "the automation is a mask of RTC_AUTO_ bits",
                    )
                })?;
            }
        }
        Ok(Verdict::Done)
    }

    /// Another proxy, for this registration and all that is sent in its context from now on; empty: none.
    pub(super) fn set_registration_proxy(
        &mut self,
        object: &ObjectRef,
        value: &str,
    ) -> Result<Verdict, Refusal> {
        let key = self.registration_key(object)?;
        let routes = routes(value)?;
        let Self {
            profiles,
            registrations,
            ..
        } = self;
        let Some(found) = registrations.slab.get_mut(key).filter(|one| one.own) else {
            return Err(Refusal::new(
                Code::NotAllowed,
                "it is the profile's: set its proxy there",
            ));
        };
        found.binding.wish.routes = routes;
        found.binding.unpin();
        if let Some(profile) = profiles.get_mut(Key::from_bits(found.profile.key())) {
            found.binding.lend(&mut profile.account);
        }
        Ok(Verdict::Done)
    }

    /// An account that no application knows is named by its registration; and the object of a profile's registration
    /// follows its profile.
    pub(super) fn name_registration(&mut self, event: &mut Event) {
        let Some(profile) = &event.profile else {
            return;
        };
        if let Some(registration) = self.registrations.behind(profile) {
            event.registration = Some(registration.clone());
            event.profile = None;
            return;
        }
        if event.event_type != EventType::RegistrationStateChange {
            return;
        }
        if let Some(view) = self.registrations.view_of(profile).cloned() {
            view.set_state(event.state);
            let told = Event {
                event_type: EventType::Registration,
                registration: Some(view),
                ..event.clone()
            };
            self.tell_as_it_is(told);
        }
    }

    /// What a registration does by itself.
    pub(super) fn binding_answers_challenges(&self, key: u64) -> bool {
        self.registrations
            .slab
            .get(Key::from_bits(key))
            .is_some_and(|found| found.binding.auto.has(Auto::AUTHENTICATION))
    }

    pub(super) fn binding_profile(&self, key: u64) -> Option<ObjectRef> {
        let found = self.registrations.slab.get(Key::from_bits(key))?;
        Some(found.profile.clone())
    }

    /// The last handle of a registration was given up: one that is not in use goes.
    pub(super) fn forget_registration(&mut self, key: Key<AppRegistration>) {
        let idle = self.registrations.slab.get(key).is_some_and(|found| {
            found.own && !found.binding.is_busy() && found.binding.state() == State::Unregistered
        });
        if idle && let Some(found) = self.registrations.slab.remove(key) {
            let behind = Key::from_bits(found.profile.key());
            self.registrations.of_profile.remove(&behind);
            self.profiles.remove(behind);
        }
    }
}

/// Own lines of a REGISTER: its Contact and Expires are the registration's.
fn registration_lines(send: &Send) -> Result<String, Refusal> {
    let own = own_lines(send)?;
    for name in ["Contact", "Expires", "m"] {
        if crate::usage::lines::contains(&own, name) {
            return Err(Refusal::new(
                Code::HeaderReserved,
                "Contact and Expires of a REGISTER are the registration's own",
            ));
        }
    }
    Ok(own)
}

/// The bindings that a 2xx lists, and how many there are.
fn bindings(message: &Message) -> (String, i64) {
    let found: Vec<&str> = message.values(HeaderId::Contact).take(256).collect();
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    (found.join(", "), count)
}
