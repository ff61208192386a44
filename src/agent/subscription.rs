//! Subscriptions of ours to any event package (`IRTCSubscription`, `IRTCUnsolicitedSubscription`).
//!
//! States, events and verbs over `usage::Subscriber`; an unsolicited one sends nothing and takes NOTIFYs outside dialogs.

use std::sync::OnceLock;

use crate::base::{Key, Time};
use crate::dialog::LocalTag;
use crate::events::Track;
use crate::syntax::{Event as EventHeader, HeaderId, Message, headers::TypedHeader};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::usage::backoff::asked;
use crate::usage::subscribe::{End, State, Told, Wanted, package_of};
use crate::usage::{Account, Cx, Extra, Owner, Role, Subscriber};

use super::command::{SEND_EXPERT, SUBSCRIPTION_FETCH, SUBSCRIPTION_UNSOLICITED};
use super::headers::{HeaderSet, check_value, own_lines};
use super::profile::{check_aor, phrase, status_of};
use super::request::content_type;
use super::session::account_for;
use super::usage_object::SipUsage;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, Refusal, Send, Status,
    SubscriptionOptions, SubscriptionState, Verdict, properties,
};

/// Subscription time when none is given, in seconds.
const EXPIRES: u32 = 3600;

/// A subscription of ours.
#[derive(Debug)]
pub struct Subscription {
    object: ObjectRef,
    profile: Option<ObjectRef>,
    flags: u32,
    pub(super) headers: HeaderSet,
    usage: Subscriber,
    /// Our tag as noted among the agent's tags.
    tag: Option<LocalTag>,
    /// The time that was asked for when it was made.
    expires: u32,
    /// It waits to be dropped once nobody holds it.
    lingers: bool,
    /// The documents of its dialog, where the package counts them.
    pub(super) track: Track,
    /// The view of it as a usage, made when somebody asks for it.
    pub(super) view: OnceLock<ObjectRef>,
    /// What it has as a usage that was made at the SIP level.
    pub(super) sip: Option<Box<SipUsage>>,
}

impl Subscription {
    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    pub(super) fn profile(&self) -> Option<&ObjectRef> {
        self.profile.as_ref()
    }

    pub(super) fn machine(&self) -> &Subscriber {
        &self.usage
    }

    pub(super) fn machine_mut(&mut self) -> &mut Subscriber {
        &mut self.usage
    }

    /// Whether somebody beside this agent has it, as what it is or as a usage.
    fn is_held(&self) -> bool {
        let views = self.view.get().map_or(0, std::sync::Arc::strong_count);
        std::sync::Arc::strong_count(&self.object) > 1 || views > 1
    }

    /// Whether nothing is on its way nor planned.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.usage.state() == State::Idle
    }

    fn is_unsolicited(&self) -> bool {
        self.flags & SUBSCRIPTION_UNSOLICITED != 0
    }

    fn is_enabled(&self) -> bool {
        self.is_unsolicited() && self.object.state() == SubscriptionState::Subscribed.number()
    }

    pub(super) fn set_extra(&mut self, extra: Extra) {
        self.usage.extra = extra;
    }

    /// The readable values.
    #[must_use]
    pub fn details(&self) -> Details {
        let (mut details, wanted) = (Details::default(), &self.usage.wanted);
        details.text(properties::SUBSCRIPTION_EVENT, wanted.event.clone());
        details.text(properties::SUBSCRIPTION_ACCEPT, wanted.accept.clone());
        details.text(properties::SUBSCRIPTION_URI, wanted.uri.clone());
        details.int(properties::SUBSCRIPTION_EXPIRES, wanted.expires);
        details.int(
            properties::SUBSCRIPTION_ENABLED,
            i64::from(self.is_enabled()),
        );
        details.related.extend(self.profile.clone());
        details
    }
}

fn gone() -> Refusal {
    Refusal::new(
        Code::InvalidObjectState,
        "the subscription is over and gone",
    )
}

impl Agent {
    /// A subscription; sends nothing, so that headers can be set first.
    #[expect(clippy::needless_pass_by_value, reason = "verbs own their options")]
    pub fn create_subscription(
        &mut self,
        options: SubscriptionOptions,
    ) -> Result<ObjectRef, Refusal> {
        self.refuse_when_closing()?;
        self.sweep_subscriptions();
        if options.flags & !(SUBSCRIPTION_UNSOLICITED | SUBSCRIPTION_FETCH) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for a subscription",
            ));
        }
        if self.subscriptions_full() {
            return Err(Refusal::new(
                Code::Limit,
                "limit `subscriptions` is reached",
            ));
        }
        if options
            .profile
            .as_ref()
            .is_some_and(|profile| profile.kind() != Kind::Profile)
        {
            return Err(Refusal::new(Code::Handle, "options.profile is no profile"));
        }
        EventHeader::parse_value(&options.event).map_err(|fault| {
            Refusal::new(Code::InvalidArgument, format!("event package: {fault}"))
        })?;
        check_value("Event", &options.event)?;
        if !options.accept.is_empty() {
            check_value("Accept", &options.accept)?;
        }
        let profile = options
            .profile
            .clone()
            .or_else(|| self.profile_for(&options.uri));
        let uri: Box<str> = if options.uri.is_empty() {
            match &profile {
                Some(profile) => {
                    let key = Key::from_bits(profile.key());
                    let profile = self.profiles.get(key);
                    profile
                        .map(|profile| profile.account.aor.clone())
                        .unwrap_or_default()
                }
                None if options.flags & SUBSCRIPTION_UNSOLICITED != 0 => "".into(),
                None => {
                    return Err(Refusal::new(
                        Code::NoProfile,
                        "without a URI a subscription needs a profile to watch",
                    ));
                }
            }
        } else {
            options.uri.clone()
        };
        if options.flags & SUBSCRIPTION_UNSOLICITED == 0 {
            check_aor(&uri)?;
        }
        let expires = if options.expires_secs == 0 {
            EXPIRES
        } else {
            options.expires_secs
        };
        let expires = if options.flags & SUBSCRIPTION_FETCH != 0 {
            0
        } else {
            expires
        };
        let wanted = Wanted {
            uri,
            event: options.event.trim().into(),
            accept: options.accept.clone(),
            expires,
            body: None,
            ..Wanted::default()
        };
        let extra = self.extra_over(&HeaderSet::default(), profile.as_ref());
        let Self {
            cx, subscriptions, ..
        } = self;
        let state = SubscriptionState::NotSubscribed.number();
        let key = subscriptions.insert_with(|key| {
            let owner = Owner {
                role: Role::Subscription,
                key: key.to_bits(),
            };
            Subscription {
                object: Object::new(Kind::Subscription, key.to_bits(), state, options.user_data),
                profile,
                flags: options.flags,
                headers: HeaderSet::default(),
                usage: Subscriber::new(cx, owner, wanted),
                tag: None,
                expires,
                lingers: false,
                track: Track::default(),
                view: OnceLock::new(),
                sip: None,
            }
        });
        let subscription = subscriptions.get_mut(key).ok_or_else(gone)?;
        subscription.set_extra(extra);
        Ok(subscription.object.clone())
    }

    pub(super) fn subscriptions_full(&self) -> bool {
        self.subscriptions.len() + self.watchers.len() >= self.config.endpoint.limits.subscriptions
    }

    fn subscription_key(&self, object: &ObjectRef) -> Result<Key<Subscription>, Refusal> {
        if object.kind() != Kind::Subscription {
            return Err(Refusal::new(Code::Handle, "the object is no subscription"));
        }
        let key = Key::from_bits(object.key());
        if self.subscriptions.contains(key) {
            Ok(key)
        } else {
            Err(gone())
        }
    }

    /// Subscribes, or anew when it stands; an unsolicited one is switched on.
    pub fn subscribe(
        &mut self,
        now: Time,
        subscription: &ObjectRef,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.subscription_key(subscription)?;
        if send.flags & !SEND_EXPERT != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for subscribing",
            ));
        }
        let own = own_lines(send)?;
        if let Some(content_type) = &send.content_type {
            check_value("Content-Type", &content_type)?;
        }
        self.refuse_when_closing()?;
        let Some(subscription) = self.subscriptions.get_mut(key) else {
            return Err(gone());
        };
        if subscription.is_unsolicited() {
            return Ok(self.switch_unsolicited(key, true));
        }
        let wanted = &mut subscription.usage.wanted;
        if let (Some(content_type), Some(body)) = (&send.content_type, &send.body) {
            wanted.body = Some((content_type.clone(), body.clone()));
        }
        wanted.expires = subscription.expires;
        if send.expires_secs > 0 && subscription.flags & SUBSCRIPTION_FETCH == 0 {
            wanted.expires = send.expires_secs;
        }
        self.with_subscription(key, |usage, cx, account, out| {
            usage.subscribe(cx, account, &own, out);
        });
        let begun = self
            .subscriptions
            .get(key)
            .map(|subscription| subscription.usage.state());
        match begun {
            Some(State::Subscribing) => {
                self.tell_subscription(
                    key,
                    SubscriptionState::Subscribing,
                    Status::None,
                    "",
                    0,
                    None,
                );
            }
            Some(State::Ending) => {
                self.tell_subscription(
                    key,
                    SubscriptionState::Unsubscribing,
                    Status::None,
                    "",
                    0,
                    None,
                );
            }
            _ => {}
        }
        Ok(Verdict::Done)
    }

    /// Ends it with Expires 0 and waits for the last NOTIFY; an unsolicited one is switched off.
    pub fn unsubscribe(
        &mut self,
        now: Time,
        subscription: &ObjectRef,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        if subscription.kind() != Kind::Subscription {
            return Err(Refusal::new(Code::Handle, "the object is no subscription"));
        }
        let key = Key::from_bits(subscription.key());
        let own = own_lines(send)?;
        let Some(subscription) = self.subscriptions.get(key) else {
            return Ok(Verdict::Nothing);
        };
        if subscription.is_unsolicited() {
            return Ok(self.switch_unsolicited(key, false));
        }
        match subscription.usage.state() {
            State::Idle => return Ok(Verdict::Nothing),
            State::Ending => {
                // A new beginning that was asked for is called off.
                self.with_subscription(key, |usage, cx, account, out| {
                    usage.unsubscribe(cx, account, &own, out);
                });
                return Ok(Verdict::Nothing);
            }
            State::Subscribing | State::Subscribed => {}
        }
        // Told before what may follow at once.
        self.tell_subscription(
            key,
            SubscriptionState::Unsubscribing,
            Status::None,
            "",
            0,
            None,
        );
        self.with_subscription(key, |usage, cx, account, out| {
            usage.unsubscribe(cx, account, &own, out);
        });
        Ok(Verdict::Done)
    }

    fn switch_unsolicited(&mut self, key: Key<Subscription>, on: bool) -> Verdict {
        let Self {
            subscriptions,
            packages,
            cx,
            ..
        } = self;
        let Some(subscription) = subscriptions.get(key) else {
            return Verdict::Nothing;
        };
        if subscription.is_enabled() == on {
            return Verdict::Nothing;
        }
        let package = package_of(&subscription.usage.wanted.event);
        packages.switch_unsolicited(cx, key, package, on);
        let state = if on {
            SubscriptionState::Subscribed
        } else {
            SubscriptionState::NotSubscribed
        };
        self.tell_subscription(key, state, Status::None, "", 0, None);
        if !on {
            self.linger(key);
        }
        Verdict::Done
    }

    /// Runs something on a subscription and deals with what comes of it.
    pub(super) fn with_subscription(
        &mut self,
        key: Key<Subscription>,
        f: impl FnOnce(&mut Subscriber, &mut Cx, &mut Account, &mut Vec<Told>),
    ) {
        self.with_subscription_telling(key, f, |_| {});
    }

    /// The same, with something to tell before what comes of it.
    fn with_subscription_telling(
        &mut self,
        key: Key<Subscription>,
        f: impl FnOnce(&mut Subscriber, &mut Cx, &mut Account, &mut Vec<Told>),
        first: impl FnOnce(&mut Self),
    ) {
        let place = self.subscriptions.get(key).and_then(|one| one.usage.dialog_key());
        let before = self.dialog_before(place);
        let Self {
            cx,
            subscriptions,
            profiles,
            anonymous,
            ..
        } = self;
        let Some(subscription) = subscriptions.get_mut(key) else {
            return;
        };
        let profile = subscription
            .profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()));
        let account = account_for(profiles, anonymous, profile);
        let mut out = Vec::new();
        f(&mut subscription.usage, cx, account, &mut out);
        // Each beginning has a tag of its own, so that NOTIFYs of the one before find nothing.
        let now =
            (subscription.usage.state() != State::Idle).then(|| subscription.usage.local_tag());
        if now != subscription.tag {
            subscription.track.reset();
            if let Some(old) = std::mem::replace(&mut subscription.tag, now) {
                cx.dialogs.unclaim(old);
            }
            if let Some(new) = now {
                cx.dialogs.claim(
                    new,
                    Owner {
                        role: Role::Subscription,
                        key: key.to_bits(),
                    },
                );
            }
        }
        first(self);
        let shown = self.subscriptions.get(key).is_some_and(Subscription::is_usage);
        self.show_subscription(key, before, &out);
        for told in out {
            match told {
                Told::Notify { server, message } if shown => {
                    self.on_usage_notify(key, server, message);
                }
                Told::Ended { .. } if shown => {
                    self.linger(key);
                    self.check_shutdown();
                }
                Told::Subscribing { .. } | Told::Subscribed(_) if shown => {}
                told => self.on_subscription_told(key, told),
            }
        }
    }

    fn on_subscription_told(&mut self, key: Key<Subscription>, told: Told) {
        match told {
            Told::Subscribing { end, message } => {
                let (status, text, retry) = ending(end.as_ref(), message.as_ref());
                let state = SubscriptionState::Subscribing;
                self.tell_subscription(key, state, status, &text, retry, message);
            }
            Told::Subscribed(message) => {
                let status = message.status().map_or(Status::None, Status::Sip);
                let state = SubscriptionState::Subscribed;
                self.tell_subscription(key, state, status, "", 0, Some(message));
            }
            Told::Notify { server, message } => {
                let gap = self.read_document(key, &message);
                let Some(subscription) = self.subscriptions.get(key) else {
                    return self.reply(server, &message, 481, "");
                };
                let event = Event {
                    event_type: EventType::SubscriptionNotify,
                    subscription: Some(subscription.object.clone()),
                    profile: subscription.profile.clone(),
                    state: subscription.object.state(),
                    uri: subscription.usage.wanted.uri.clone(),
                    value: [i64::from(gap), 0, 0],
                    ..notify_event(&message)
                };
                let owner = Owner {
                    role: Role::Subscription,
                    key: key.to_bits(),
                };
                self.tell_open(event, server, message, 200, Some(owner));
                if gap {
                    self.fill_hole(key);
                }
            }
            Told::Ended { end, message } => {
                let state = match &end {
                    End::Local => SubscriptionState::NotSubscribed,
                    End::Terminated { .. } => SubscriptionState::LoggedOff,
                    End::Failed(_) | End::Silence => SubscriptionState::Error,
                };
                let (status, text, retry) = ending(Some(&end), message.as_ref());
                self.tell_subscription(key, state, status, &text, retry, message);
                self.linger(key);
                self.check_shutdown();
            }
        }
    }

    fn tell_subscription(
        &mut self,
        key: Key<Subscription>,
        state: SubscriptionState,
        status: Status,
        text: &str,
        retry_after: i64,
        message: Option<Message>,
    ) {
        let Some(subscription) = self.subscriptions.get(key) else {
            return;
        };
        subscription.object.set_state(state.number());
        if subscription.is_usage() {
            return;
        }
        let event = Event {
            event_type: EventType::SubscriptionStateChange,
            subscription: Some(subscription.object.clone()),
            profile: subscription.profile.clone(),
            state: state.number(),
            status,
            status_text: phrase(message.as_ref()),
            uri: subscription.usage.wanted.uri.clone(),
            text: text.into(),
            value: [retry_after, 0, 0],
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    /// It is over; it goes once nobody holds it any more.
    fn linger(&mut self, key: Key<Subscription>) {
        if let Some(subscription) = self.subscriptions.get_mut(key)
            && !std::mem::replace(&mut subscription.lingers, true)
        {
            self.packages.lingering.push_back(key);
        }
        self.sweep_subscriptions();
    }

    /// Looks after a few subscriptions that are over; nobody who holds one is told less for it.
    fn sweep_subscriptions(&mut self) {
        for _ in 0..4 {
            let Some(key) = self.packages.lingering.pop_front() else {
                return;
            };
            let Some(subscription) = self.subscriptions.get_mut(key) else {
                continue;
            };
            if !subscription.is_idle() || subscription.is_enabled() {
                subscription.lingers = false;
                continue;
            }
            if subscription.is_held() {
                self.packages.lingering.push_back(key);
            } else {
                self.drop_subscription(key);
            }
        }
    }

    fn drop_subscription(&mut self, key: Key<Subscription>) {
        let Self {
            subscriptions,
            packages,
            cx,
            ..
        } = self;
        let Some(mut subscription) = subscriptions.remove(key) else {
            return;
        };
        subscription.usage.abandon(cx);
        packages.switch_unsolicited(cx, key, "", false);
        if let Some(tag) = subscription.tag {
            cx.dialogs.unclaim(tag);
        }
        subscription.object.end(subscription.details());
    }

    /// The last handle was given up: one that is over, or never began, goes.
    pub(super) fn forget_subscription(&mut self, key: Key<Subscription>) {
        let over = self
            .subscriptions
            .get(key)
            .is_some_and(|subscription| subscription.is_idle() && !subscription.is_enabled());
        if over {
            self.drop_subscription(key);
        }
    }

    pub(super) fn on_subscribe_response(
        &mut self,
        key: Key<Subscription>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        let answer = message.clone();
        self.with_subscription_telling(
            key,
            |usage, cx, account, out| usage.on_response(cx, account, client, message, flow, out),
            |agent| agent.tell_subscribe_answer(key, client, Ok(&answer)),
        );
    }

    pub(super) fn on_subscribe_failure(
        &mut self,
        key: Key<Subscription>,
        client: ClientKey,
        failure: Failure,
    ) {
        self.with_subscription_telling(
            key,
            |usage, cx, account, out| usage.on_failure(cx, account, client, failure, out),
            |agent| agent.tell_subscribe_answer(key, client, Err(failure)),
        );
    }

    pub(super) fn on_subscription_dialog_lost(&mut self, key: u64, status: u16) {
        self.with_subscription(Key::from_bits(key), |usage, cx, account, out| {
            usage.on_dialog_lost(cx, account, status, out);
        });
    }

    pub(super) fn on_subscription_alarm(&mut self, key: Key<Subscription>, what: u32) {
        self.with_subscription(key, |usage, cx, account, out| {
            usage.on_alarm(cx, account, what, out);
        });
    }

    pub(super) fn on_subscription_request(
        &mut self,
        key: Key<Subscription>,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        if let Some(server) = server {
            self.with_subscription(key, |usage, cx, account, out| {
                usage.on_request(cx, account, server, message, flow, out);
            });
        }
    }

    /// The answer to a NOTIFY, with the subscription's lines. `false`: the subscription is gone.
    pub(super) fn answer_notify(
        &mut self,
        key: Key<Subscription>,
        server: ServerKey,
        request: &Message,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) -> bool {
        let Self {
            cx, subscriptions, ..
        } = self;
        let Some(subscription) = subscriptions.get(key) else {
            return false;
        };
        subscription
            .usage
            .respond_with(cx, server, request, status, reason, own, body);
        true
    }

    /// A NOTIFY outside any dialog: for the unsolicited subscription to its package, else nobody's.
    pub(super) fn on_stray_notify(&mut self, server: ServerKey, message: Message, _flow: &Flow) {
        let package: Box<str> =
            package_of(message.header(HeaderId::Event).unwrap_or_default()).into();
        if package.is_empty() {
            return self.reply(server, &message, 489, &self.allow_events_line());
        }
        let found = self.packages.unsolicited_for(&package).find(|key| {
            self.subscriptions
                .get(*key)
                .is_some_and(|subscription| accepts(&subscription.usage.wanted.accept, &message))
        });
        let Some(subscription) = found.and_then(|key| self.subscriptions.get(key)) else {
            let known = self.packages.is_known(&package);
            let (status, lines) = match known {
                true => (481, String::new()),
                false => (489, self.allow_events_line()),
            };
            let profile = self.profile_addressed(&message);
            let event = self.request_event(&message, profile);
            self.reply(server, &message, status, &lines);
            self.tell(event);
            return;
        };
        let event = Event {
            event_type: EventType::UnsolicitedNotify,
            subscription: Some(subscription.object.clone()),
            profile: self.profile_addressed(&message),
            uri: message
                .from()
                .map(|from| from.uri)
                .unwrap_or_default()
                .into(),
            ..notify_event(&message)
        };
        let owner = found.map(|key| Owner {
            role: Role::Subscription,
            key: key.to_bits(),
        });
        self.tell_open(event, server, message, 200, owner);
    }
}

/// Status, reason and retry-after of an end.
pub(super) fn ending(end: Option<&End>, message: Option<&Message>) -> (Status, Box<str>, i64) {
    let asked = message.and_then(asked).map_or(0, i64::from);
    match end {
        None | Some(End::Local) => (Status::None, "".into(), 0),
        Some(End::Terminated {
            reason,
            retry_after,
        }) => (
            Status::None,
            reason.clone(),
            retry_after.map_or(0, i64::from),
        ),
        Some(End::Failed(outcome)) => (status_of(*outcome), "".into(), asked),
        Some(End::Silence) => (Status::Failed(Code::Timeout), "".into(), 0),
    }
}

/// What every event of a NOTIFY has.
fn notify_event(message: &Message) -> Event {
    Event {
        text: message
            .header(HeaderId::SubscriptionState)
            .unwrap_or_default()
            .into(),
        content_type: content_type(Some(message)),
        message: Some(message.clone()),
        ..Event::default()
    }
}

/// Whether a body is of one of the accepted types; an empty list takes all.
fn accepts(accept: &str, message: &Message) -> bool {
    let Some(given) = message
        .content_type()
        .filter(|_| !message.body().is_empty())
    else {
        return true;
    };
    let given = format!("{}/{}", given.kind, given.subtype);
    let mut types = accept
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .peekable();
    types.peek().is_none()
        || types
            .any(|one| crate::syntax::MediaType::parse(one).is_ok_and(|range| range.covers(&given)))
}
