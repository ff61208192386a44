//! Subscriptions of others to us (`IRTCWatcher`).
//!
//! A SUBSCRIBE to a served package becomes a watcher: offered to the application, or accepted at once. Protocol is
//! `usage::Notifier`'s business; what a package's bodies mean is the application's.

use std::sync::OnceLock;

use crate::base::{Key, Time};
use crate::events::winfo::Watching;
use crate::syntax::{Accept, Event as EventHeader, Message};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::usage::notify::{State, Told};
use crate::usage::{Account, Cx, Notifier, Outcome, Owner, Role};

use super::event::{AnswerKey, FLAG_LAST};
use crate::usage::context::ALLOW;

use super::headers::{check_value, own_lines};
use super::keys::{Keys, SILENCE};
use super::profile::{phrase, status_of};
use super::request::content_type;
use super::session::account_for;
use super::telling::place_of;
use super::usage_object::SipUsage;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, Refusal, Send, Status,
    Verdict, WatcherState, properties,
};

/// `kind` of [`EventType::Watcher`]: it was accepted at once.
pub const WATCHER_ADD: i32 = 0;
/// `kind` of [`EventType::Watcher`]: it is over.
pub const WATCHER_REMOVE: i32 = 1;
/// `kind` of [`EventType::Watcher`]: it asks to watch.
pub const WATCHER_OFFERING: i32 = 3;

/// Somebody who watches us.
#[derive(Debug)]
pub struct Watcher {
    object: ObjectRef,
    profile: Option<ObjectRef>,
    usage: Notifier,
    uri: Box<str>,
    name: Box<str>,
    package: Box<str>,
    accept: Box<str>,
    /// The event that offered it, while it waits.
    offer: Option<AnswerKey>,
    /// The application has given bodies: none of the agent's own are told.
    own_bodies: bool,
    /// The number of the next document of the agent's own.
    version: u32,
    /// The version of what there is that it was told last.
    pub(super) heard: u64,
    /// It stands among those that had to wait for a NOTIFY.
    pub(super) due: bool,
    since: Time,
    /// What key presses it waits for.
    pub(super) keys: Option<Box<Keys>>,
    /// The view of it as a usage, made when somebody asks for it.
    pub(super) view: OnceLock<ObjectRef>,
    /// What it has as a usage that was made at the SIP level.
    pub(super) sip: Option<Box<SipUsage>>,
}

impl Watcher {
    pub(super) fn machine(&self) -> &Notifier {
        &self.usage
    }

    /// Its bodies are the application's.
    pub(super) fn give_up_own_bodies(&mut self) {
        self.own_bodies = true;
    }

    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    pub(super) fn profile(&self) -> Option<&ObjectRef> {
        self.profile.as_ref()
    }

    pub(super) fn state(&self) -> WatcherState {
        WatcherState::from_number(self.object.state()).unwrap_or(WatcherState::Unknown)
    }

    pub(super) fn package(&self) -> &str {
        &self.package
    }

    pub(super) fn has_own_bodies(&self) -> bool {
        self.own_bodies
    }

    /// Whether a NOTIFY with news would go out at once; if not, it is woken when it would.
    pub(super) fn may_tell(&mut self, cx: &mut Cx) -> bool {
        self.usage.may_tell(cx)
    }

    pub(super) fn forget_state(&mut self) {
        self.usage.forget_state();
    }

    pub(super) fn next_version(&mut self) -> u32 {
        let version = self.version;
        self.version = version.wrapping_add(1);
        version
    }

    /// As those see it who watch the watchers (RFC 3858 §3).
    pub(super) fn watching(&self, key: Key<Self>, now: Time) -> Watching {
        let (status, event) = match self.state() {
            WatcherState::Allowed | WatcherState::Blocked => ("active", "approved"),
            WatcherState::Denied => ("terminated", "rejected"),
            _ => ("pending", "subscribe"),
        };
        Watching {
            id: format!("w{:x}", key.to_bits()),
            status: status.to_owned(),
            event: event.to_owned(),
            uri: self.uri.to_string(),
            display_name: self.name.to_string(),
            expiration: Some(self.usage.expires_in(now)),
            duration: u32::try_from(now.since(self.since).as_secs()).ok(),
        }
    }

    /// The readable values.
    pub(super) fn details(&self, now: Time) -> Details {
        let mut details = Details::default();
        details.text(properties::WATCHER_URI, self.uri.clone());
        details.text(properties::WATCHER_NAME, self.name.clone());
        details.text(properties::WATCHER_PACKAGE, self.package.clone());
        details.text(properties::WATCHER_ACCEPT, self.accept.clone());
        details.int(properties::WATCHER_EXPIRES, self.usage.expires_in(now));
        details.related.extend(self.profile.clone());
        details
    }
}

fn gone() -> Refusal {
    Refusal::new(Code::InvalidObjectState, "the watcher has gone")
}

impl Agent {
    /// A SUBSCRIBE outside any dialog.
    pub(super) fn on_subscribe(&mut self, server: ServerKey, message: Message, flow: &Flow) {
        if self.is_shutting_down() {
            return self.reply(server, &message, 480, "");
        }
        let package: Box<str> = match message.typed::<EventHeader<'_>>() {
            Ok(Some(event)) => event.package.into(),
            Ok(None) => "".into(),
            Err(_) => return self.reply(server, &message, 400, ""),
        };
        if self.packages.serves_nothing() {
            // Known, and off: no SUBSCRIBE can succeed here (RFC 3261 §8.2.1).
            let lines = format!("Allow: {}\r\n", ALLOW.replace(", SUBSCRIBE", ""));
            let profile = self.profile_addressed(&message);
            let event = self.request_event(&message, profile);
            self.reply(server, &message, 405, &lines);
            self.tell(event);
            return;
        }
        let Some(served) = self.packages.served(&package) else {
            let lines = self.allow_events_line();
            let profile = self.profile_addressed(&message);
            let event = self.request_event(&message, profile);
            self.reply(server, &message, 489, &lines);
            self.tell(event);
            return;
        };
        if !acceptable(&served.types, &message) {
            let lines = format!("Accept: {}\r\n", served.types);
            return self.reply(server, &message, 406, &lines);
        }
        let at_once = served.accepts;
        if self.subscriptions_full() {
            return self.reply(server, &message, 503, "Retry-After: 60\r\n");
        }
        let Some(key) = self.new_watcher(server, &message, flow, package) else {
            return self.reply(server, &message, 400, "");
        };
        self.read_keys(key, &message);
        let owner = Owner {
            role: Role::Watcher,
            key: key.to_bits(),
        };
        if at_once {
            self.tell_watcher(
                key,
                WATCHER_ADD,
                WatcherState::Allowed,
                0,
                Status::None,
                Some(message),
            );
            let document = self.own_document(key);
            self.with_watcher(key, |usage, cx, account, out| {
                let body = document.as_ref().map(|(kind, body)| (*kind, &**body));
                usage.accept(cx, account, true, 0, "", body, 0, out);
            });
            if document.is_some() {
                self.forget_document(key);
            }
            self.check_keys(key);
            return;
        }
        if let Some(event) = self.watcher_event(
            key,
            WATCHER_OFFERING,
            0,
            Status::None,
            Some(message.clone()),
        ) {
            let offer = self.tell_open(event, server, message, 202, Some(owner));
            if let Some(watcher) = self.watchers.get_mut(key) {
                watcher.offer = Some(offer);
                let package = watcher.package.clone();
                self.tell_watchers(&package, None);
            }
        }
    }

    pub(super) fn new_watcher(
        &mut self,
        server: ServerKey,
        message: &Message,
        flow: &Flow,
        package: Box<str>,
    ) -> Option<Key<Watcher>> {
        let queue = self.config.endpoint.limits.held_messages;
        let tag = self.cx.tag();
        // Whether the SUBSCRIBE can make a dialog is known before there is a place for it.
        let probe = Owner {
            role: Role::Watcher,
            key: 0,
        };
        let usage = Notifier::new(probe, tag, server, message.clone(), flow, queue)?;
        self.insert_watcher(usage, message, package)
    }

    /// A watcher with its machine.
    pub(super) fn insert_watcher(
        &mut self,
        mut usage: Notifier,
        message: &Message,
        package: Box<str>,
    ) -> Option<Key<Watcher>> {
        let profile = self.profile_addressed(message);
        let from = message.from().ok()?;
        let (uri, name) = (from.uri.into(), from.display_name.into_owned().into());
        let mut accept = String::new();
        for value in message.values(crate::syntax::HeaderId::Accept) {
            if !accept.is_empty() {
                accept.push_str(", ");
            }
            accept.push_str(value);
        }
        let Self { cx, watchers, .. } = self;
        let now = cx.now;
        let key = watchers.insert_with(|key| {
            let owner = Owner {
                role: Role::Watcher,
                key: key.to_bits(),
            };
            usage.owned_by(cx, owner);
            let state = WatcherState::Offering.number();
            Watcher {
                object: Object::new(Kind::Watcher, key.to_bits(), state, 0),
                profile,
                usage,
                uri,
                name,
                package,
                accept: accept.into(),
                offer: None,
                own_bodies: false,
                version: 0,
                heard: 0,
                due: false,
                since: now,
                keys: None,
                view: OnceLock::new(),
                sip: None,
            }
        });
        self.list_watcher(key);
        Some(key)
    }

    pub(super) fn with_watcher(
        &mut self,
        key: Key<Watcher>,
        f: impl FnOnce(&mut Notifier, &mut Cx, &mut Account, &mut Vec<Told>),
    ) {
        let Self {
            cx,
            watchers,
            profiles,
            anonymous,
            ..
        } = self;
        let Some(watcher) = watchers.get_mut(key) else {
            return;
        };
        let profile = watcher
            .profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()));
        let account = account_for(profiles, anonymous, profile);
        let mut out = Vec::new();
        watcher.usage.extra = account.extra.clone();
        f(&mut watcher.usage, cx, account, &mut out);
        let shown = watcher.is_usage();
        if shown {
            self.show_watcher(key);
        }
        for told in out {
            if shown {
                self.on_usage_watcher_told(key, told);
            } else {
                self.on_watcher_told(key, told);
            }
        }
    }

    fn on_watcher_told(&mut self, key: Key<Watcher>, told: Told) {
        match told {
            // The notifier has told its state again by itself.
            Told::Refreshed(_) => self.document_renewed(key),
            Told::Complete {
                cookie,
                outcome,
                message,
            } => {
                let Some(watcher) = self.watchers.get(key) else {
                    return;
                };
                let event = Event {
                    event_type: EventType::Response,
                    watcher: Some(watcher.object.clone()),
                    profile: watcher.profile.clone(),
                    cookie,
                    status: status_of(outcome),
                    status_text: phrase(message.as_ref()),
                    uri: watcher.uri.clone(),
                    text: "NOTIFY".into(),
                    message,
                    ..Event::default()
                };
                self.tell(event);
            }
            Told::Ended { outcome, message } => {
                let status = match outcome {
                    Outcome::Local | Outcome::Remote => Status::None,
                    outcome => status_of(outcome),
                };
                let state = self
                    .watchers
                    .get(key)
                    .map_or(WatcherState::Unknown, Watcher::state);
                self.tell_watcher(key, WATCHER_REMOVE, state, FLAG_LAST, status, message);
                self.drop_watcher(key);
            }
        }
    }

    pub(super) fn drop_watcher(&mut self, key: Key<Watcher>) {
        self.disarm_silence(key);
        if let Some(mut watcher) = self.watchers.remove(key) {
            let mut gone = watcher.watching(key, self.cx.now);
            if gone.status != "terminated" {
                gone.event = "timeout".to_owned();
                gone.status = "terminated".to_owned();
            }
            gone.expiration = None;
            let place = place_of(&watcher.package, watcher.profile.as_ref());
            self.unlist_watcher(key, &place);
            self.tell_watchers(&watcher.package, Some(gone));
            watcher.usage.release(&mut self.cx);
            watcher.object.end(watcher.details(self.cx.now));
            self.check_shutdown();
        }
    }

    fn watcher_event(
        &self,
        key: Key<Watcher>,
        kind: i32,
        flags: u32,
        status: Status,
        message: Option<Message>,
    ) -> Option<Event> {
        let watcher = self.watchers.get(key)?;
        Some(Event {
            event_type: EventType::Watcher,
            watcher: Some(watcher.object.clone()),
            profile: watcher.profile.clone(),
            state: watcher.object.state(),
            kind,
            flags,
            status,
            status_text: phrase(message.as_ref()),
            uri: watcher.uri.clone(),
            text: watcher.package.clone(),
            content_type: content_type(message.as_ref()),
            message,
            ..Event::default()
        })
    }

    fn tell_watcher(
        &mut self,
        key: Key<Watcher>,
        kind: i32,
        state: WatcherState,
        flags: u32,
        status: Status,
        message: Option<Message>,
    ) {
        self.set_watcher_state(key, state);
        if let Some(event) = self.watcher_event(key, kind, flags, status, message) {
            self.tell(event);
        }
    }

    fn set_watcher_state(&mut self, key: Key<Watcher>, state: WatcherState) {
        if let Some(watcher) = self.watchers.get(key) {
            let changed = watcher.object.state() != state.number();
            watcher.object.set_state(state.number());
            let package = watcher.package.clone();
            if changed && state != WatcherState::Denied {
                self.tell_watchers(&package, None);
            }
        }
    }

    fn watcher_key(&self, object: &ObjectRef) -> Result<Key<Watcher>, Refusal> {
        if object.kind() != Kind::Watcher {
            return Err(Refusal::new(Code::Handle, "the object is no watcher"));
        }
        let key = Key::from_bits(object.key());
        if self.watchers.contains(key) {
            Ok(key)
        } else {
            Err(gone())
        }
    }

    /// Decides on a watcher, at first or anew: allowed (200, active), prompt (202, pending), blocked (answered, told
    /// nothing), denied (403, or terminated).
    pub fn watcher_answer(
        &mut self,
        now: Time,
        watcher: &ObjectRef,
        state: WatcherState,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.watcher_key(watcher)?;
        let own = own_lines(send)?;
        if let Some(content_type) = &send.content_type {
            check_value("Content-Type", &content_type)?;
        }
        if !matches!(
            state,
            WatcherState::Allowed
                | WatcherState::Prompt
                | WatcherState::Blocked
                | WatcherState::Denied
        ) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a watcher is allowed, blocked, denied or left to be decided",
            ));
        }
        let Some(watcher) = self.watchers.get_mut(key) else {
            return Err(gone());
        };
        if matches!(watcher.usage.state(), State::Terminated(_)) {
            return Err(gone());
        }
        if state != WatcherState::Denied {
            self.refuse_when_closing()?;
        }
        self.close_offer(key);
        self.decide_watcher(key, state, 403, &own, send);
        Ok(Verdict::Done)
    }

    /// The event that offered the watcher has its answer.
    fn close_offer(&mut self, key: Key<Watcher>) {
        let offer = self
            .watchers
            .get_mut(key)
            .and_then(|watcher| watcher.offer.take());
        if let Some(offer) = offer {
            self.withdraw_answer(offer);
        }
    }

    fn decide_watcher(
        &mut self,
        key: Key<Watcher>,
        state: WatcherState,
        refusal: u16,
        own: &str,
        send: &Send,
    ) {
        let Some(watcher) = self.watchers.get(key) else {
            return;
        };
        let asked = watcher.usage.is_asked();
        self.set_watcher_state(key, state);
        let active = state != WatcherState::Prompt;
        // Polite block: active, and nothing ever told.
        let given = send.content_type.as_deref().zip(send.body.as_deref());
        if given.is_some()
            && let Some(watcher) = self.watchers.get_mut(key)
        {
            watcher.own_bodies = true;
        }
        let document = self.own_document(key);
        let body = given
            .or(document.as_ref().map(|(kind, body)| (*kind, &**body)))
            .filter(|_| state == WatcherState::Allowed);
        let reason = send.reason.as_deref().unwrap_or_default();
        let (expires, cookie) = (send.expires_secs, send.cookie);
        self.with_watcher(key, |usage, cx, account, out| match (state, asked) {
            (WatcherState::Denied, true) => {
                usage.refuse(cx, refusal, reason, own, out);
            }
            (WatcherState::Denied, false) => {
                usage.terminate(cx, account, "rejected", own, None, cookie, out);
            }
            (_, true) => {
                usage.accept(cx, account, active, expires, own, body, cookie, out);
            }
            (WatcherState::Blocked, false) => {
                usage.forget_state();
                usage.decide(cx, account, true, own, None, cookie, out);
            }
            (_, false) => usage.decide(cx, account, active, own, body, cookie, out),
        });
        if document.is_some() {
            self.forget_document(key);
        }
        if asked {
            self.check_keys(key);
        }
    }

    /// Tells a watcher: `state` as in Subscription-State, none keeps it; the body rides on the NOTIFY.
    pub fn watcher_notify(
        &mut self,
        now: Time,
        watcher: &ObjectRef,
        state: Option<&str>,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.watcher_key(watcher)?;
        let own = own_lines(send)?;
        if let Some(content_type) = &send.content_type {
            check_value("Content-Type", &content_type)?;
        }
        let Some(watcher) = self.watchers.get(key) else {
            return Err(gone());
        };
        if matches!(watcher.usage.state(), State::Terminated(_)) {
            return Err(gone());
        }
        let (was, asked) = (watcher.state(), watcher.usage.is_asked());
        let (word, parameters) = match state.map(str::trim).filter(|state| !state.is_empty()) {
            Some(state) => {
                check_value("Subscription-State", &state)?;
                let (word, parameters) = state.split_once(';').unwrap_or((state, ""));
                (
                    word.trim().to_ascii_lowercase(),
                    parameters.trim().to_owned(),
                )
            }
            None if was == WatcherState::Prompt => ("pending".to_owned(), String::new()),
            None => ("active".to_owned(), String::new()),
        };
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let cookie = send.cookie;
        match word.as_str() {
            "terminated" => {
                self.close_offer(key);
                if asked {
                    self.decide_watcher(key, WatcherState::Denied, 403, &own, send);
                } else {
                    self.with_watcher(key, |usage, cx, account, out| {
                        usage.terminate(cx, account, &parameters, &own, body, cookie, out);
                    });
                }
                return Ok(Verdict::Done);
            }
            "active" | "pending" => {}
            _ => {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "the state is active, pending or terminated",
                ));
            }
        }
        self.refuse_when_closing()?;
        if was == WatcherState::Blocked && !asked {
            return Ok(Verdict::Nothing);
        }
        self.close_offer(key);
        let new = if word == "active" {
            WatcherState::Allowed
        } else {
            WatcherState::Prompt
        };
        self.decide_watcher(key, new, 403, &own, send);
        Ok(Verdict::Done)
    }

    /// The word of the application on the event that offered a watcher, or the automatic one.
    pub(super) fn answer_offer(&mut self, key: Key<Watcher>, status: u16, own: &str, send: &Send) {
        if let Some(watcher) = self.watchers.get_mut(key) {
            watcher.offer = None;
            if !watcher.usage.is_asked() {
                return;
            }
            if watcher.is_usage() {
                return self.answer_in_notify_usage(key, status, own, send);
            }
        }
        match status {
            202 => self.decide_watcher(key, WatcherState::Prompt, 0, own, send),
            200..=299 => self.decide_watcher(key, WatcherState::Allowed, 0, own, send),
            _ => self.decide_watcher(key, WatcherState::Denied, status, own, send),
        }
    }

    pub(super) fn on_watcher_request(
        &mut self,
        key: Key<Watcher>,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        if let Some(server) = server {
            let subscribe = Some(message.clone()).filter(|one| one.method() == "SUBSCRIBE");
            let renewed = subscribe.is_some() && self.renew_document(key);
            self.with_watcher(key, |usage, cx, account, out| {
                usage.on_request(cx, account, server, message, flow, out);
            });
            if renewed {
                self.forget_document(key);
            }
            if let Some(subscribe) = subscribe {
                self.read_keys(key, &subscribe);
            }
        }
    }

    pub(super) fn on_notify_response(
        &mut self,
        key: Key<Watcher>,
        client: ClientKey,
        message: Message,
    ) {
        self.with_watcher(key, |usage, cx, account, out| {
            usage.on_response(cx, account, client, message, out);
        });
        self.wake_watcher(key);
    }

    pub(super) fn on_notify_failure(
        &mut self,
        key: Key<Watcher>,
        client: ClientKey,
        failure: Failure,
    ) {
        self.with_watcher(key, |usage, cx, _, out| {
            usage.on_failure(cx, client, failure, out);
        });
    }

    pub(super) fn on_watcher_dialog_lost(&mut self, key: u64, status: u16) {
        self.with_watcher(Key::from_bits(key), |usage, cx, _, out| {
            usage.on_dialog_lost(cx, status, out);
        });
    }

    pub(super) fn on_watcher_alarm(&mut self, key: Key<Watcher>, what: u32) {
        if what == SILENCE {
            return self.on_silence(key);
        }
        self.with_watcher(key, |usage, cx, account, out| {
            usage.on_alarm(cx, account, what, out);
        });
        self.wake_watcher(key);
    }

    /// A package is no longer served: its watchers are told that there is nothing to see (RFC 6665 §4.1.3).
    pub fn end_watchers(&mut self, now: Time, package: &str) {
        self.cx.now = now;
        for key in self.watchers.keys() {
            let Some(watcher) = self.watchers.get(key) else {
                continue;
            };
            if !watcher.package.eq_ignore_ascii_case(package) {
                continue;
            }
            let asked = watcher.usage.is_asked();
            self.close_offer(key);
            if asked {
                self.decide_watcher(key, WatcherState::Denied, 489, "", &Send::default());
            } else {
                self.with_watcher(key, |usage, cx, account, out| {
                    usage.terminate(cx, account, "noresource", "", None, 0, out);
                });
            }
        }
    }

    /// Says goodbye to a watcher (RFC 6665 §4.2.2: it may come again, to whoever serves then).
    pub(super) fn end_watcher(&mut self, key: Key<Watcher>) {
        self.close_offer(key);
        let send = Send::default();
        if self
            .watchers
            .get(key)
            .is_some_and(|watcher| watcher.usage.is_asked())
        {
            self.decide_watcher(key, WatcherState::Denied, 480, "", &send);
        } else {
            self.with_watcher(key, |usage, cx, account, out| {
                usage.terminate(cx, account, "deactivated", "", None, 0, out);
            });
        }
    }
}

/// Whether the subscriber takes one of the types we have; no Accept means the package's own type.
fn acceptable(types: &str, message: &Message) -> bool {
    let mut ours = types
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .peekable();
    if ours.peek().is_none() {
        return true;
    }
    let theirs: Vec<Accept<'_>> = message.typed_all().filter_map(Result::ok).collect();
    if theirs.is_empty() {
        return true;
    }
    ours.any(|one| {
        let bare = one.split(';').next().unwrap_or_default().trim();
        theirs.iter().any(|range| range.0.covers(bare))
    })
}

impl Agent {
    /// What the application calls a watcher.
    pub(super) fn name_watcher(
        &mut self,
        object: &ObjectRef,
        name: &str,
    ) -> Result<Verdict, Refusal> {
        let watcher = self
            .watchers
            .get_mut(Key::from_bits(object.key()))
            .ok_or_else(|| Refusal::new(Code::InvalidObjectState, "the watcher is gone"))?;
        watcher.name = name.into();
        Ok(Verdict::Done)
    }
}
