//! The presence agent: RFC 3856 on RFC 6665 §4.2 (the notifier).
//!
//! A subscription is a dialog with one usage; it is kept here as the few values that a NOTIFY needs. One NOTIFY at a
//! time is under way per subscription: what changes meanwhile is told by the next.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use super::accounts::AccountKey;
use super::publication::PRESENCE;
use super::registrar::{road, seconds_left};
use super::{Owner, Server, TimerKey, pidf};
use crate::base::{Key, Slab, Time};
use crate::syntax::{Contact, Event, HeaderId, Message, Uri, method, uri};
use crate::transaction::{ContactDraft, Draft, Failure, ServerKey};
use crate::transport::Flow;

pub(super) type SubscriptionKey = Key<Subscription>;

/// One watcher of one user.
pub(super) struct Subscription {
    account: AccountKey,
    call_id: Box<str>,
    local_tag: Box<str>,
    /// `Event` as the watcher wrote it, its `id` included.
    event: Box<str>,
    /// From and To of our NOTIFY.
    from: Box<str>,
    to: Box<str>,
    target: Box<str>,
    routes: Vec<Box<str>>,
    flow: Option<Flow>,
    cseq: u32,
    remote_cseq: u32,
    expires_at: Time,
    /// A NOTIFY is on its way.
    under_way: bool,
    /// Something changed since.
    stale: bool,
    /// Why it ended: the next NOTIFY says so and is the last.
    ended: Option<&'static str>,
    /// That NOTIFY was sent.
    last_sent: bool,
}

/// All subscriptions.
#[derive(Default)]
pub(super) struct Subscriptions {
    slab: Slab<Subscription>,
    by_dialog: BTreeMap<(Box<str>, Box<str>), SubscriptionKey>,
}

impl Subscriptions {
    /// The subscription in whose dialog a request came.
    pub(super) fn of(&self, request: &Message) -> Option<SubscriptionKey> {
        let tag = request.to_tag()?;
        self.by_dialog
            .get(&(request.call_id().into(), tag.into()))
            .copied()
    }

    pub(super) fn len(&self) -> usize {
        self.slab.len()
    }
}

/// Bytes of all Route values of one dialog.
const ROUTES_MAX: usize = 4096;
/// Bytes of From, To, Contact, Event and Call-ID that a subscription keeps, each.
const ADDRESS_MAX: usize = 1024;

impl Server {
    /// A SUBSCRIBE for a user's presence that begins a dialog.
    pub(super) fn on_subscribe(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        flow: Flow,
        name: &str,
    ) {
        if !self.is_watcher_known(now, server, request)
            || !self.meets_requirements(now, server, request, &[])
        {
            return;
        }
        if !takes_pidf(request) {
            return self.refuse(now, server, request, 406);
        }
        let Some(expires) = self.granted(now, server, request) else {
            return;
        };
        if !self.is_welcome(name) {
            return self.refuse(now, server, request, 404);
        }
        if self.subscriptions.len() >= self.config.limits.subscriptions {
            return self.refuse(now, server, request, 503);
        }
        let Some(account) = self.accounts.open(name, self.config.users) else {
            return self.refuse(now, server, request, 503);
        };
        let local_tag: Box<str> = self.entropy.token::<12>().as_str().into();
        let expires_at = now + Duration::from_secs(expires.into());
        let Some(subscription) = begin(request, &flow, account, &local_tag, expires_at) else {
            self.accounts.sweep(account);
            return self.refuse(now, server, request, 400);
        };
        let dialog = (Box::from(request.call_id()), local_tag.clone());
        let key = self.subscriptions.slab.insert(subscription);
        self.subscriptions.by_dialog.insert(dialog, key);
        if let Some(account) = self.accounts.get_mut(account) {
            account.watchers.push(key);
        }
        self.timers.set(expires_at, TimerKey::Subscription(key));
        self.counters.subscribed += 1;
        self.accept(now, server, request, &flow, name, &local_tag, expires);
        if expires == 0 {
            self.end_subscription(now, key, "timeout");
        } else {
            self.notify(now, key);
        }
    }

    /// A SUBSCRIBE within one of our dialogs: a refresh, or the end (RFC 6665 §4.2.1.1).
    pub(super) fn on_resubscribe(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        flow: Flow,
        key: SubscriptionKey,
    ) {
        let event = request.typed::<Event<'_>>().ok().flatten();
        let Some(subscription) = self.subscriptions.slab.get(key) else {
            return self.refuse(now, server, request, 481);
        };
        let same = event.is_some_and(|event| same_event(&event, &subscription.event));
        if !same || subscription.ended.is_some() {
            return self.refuse(now, server, request, 481);
        }
        if request.cseq() <= subscription.remote_cseq {
            return self.refuse(now, server, request, 500);
        }
        let Some(expires) = self.granted(now, server, request) else {
            return;
        };
        let expires_at = now + Duration::from_secs(expires.into());
        let Some(subscription) = self.subscriptions.slab.get_mut(key) else {
            return;
        };
        let old = std::mem::replace(&mut subscription.expires_at, expires_at);
        self.timers.cancel(old, TimerKey::Subscription(key));
        self.timers.set(expires_at, TimerKey::Subscription(key));
        subscription.remote_cseq = request.cseq();
        if let Some(contact) = contact_of(request) {
            // RFC 6665 §4.4.1: a SUBSCRIBE refreshes the target.
            subscription.flow = way_back(request, &contact, &flow, &subscription.routes);
            subscription.target = contact;
        }
        let account = subscription.account;
        let tag = subscription.local_tag.clone();
        let name = self
            .accounts
            .get(account)
            .map_or_else(Box::default, |account| account.name.clone());
        self.accept(now, server, request, &flow, &name, &tag, expires);
        if expires == 0 {
            self.end_subscription(now, key, "timeout");
        } else {
            self.notify(now, key);
        }
    }

    /// Whether a watcher may watch: with authentication on, it proves to be one of our users.
    fn is_watcher_known(&mut self, now: Time, server: ServerKey, request: &Message) -> bool {
        let from = request.from().ok();
        match from.and_then(|from| self.name_in(from.uri)) {
            Some(watcher) => self.may_act_as(now, server, request, &watcher),
            None if self.config.authentication => {
                let proven = self.authenticate(now, server, request, crate::auth::Role::Server);
                proven.is_some()
            }
            None => true,
        }
    }

    /// The seconds that a SUBSCRIBE gets; none once it has been refused.
    fn granted(&mut self, now: Time, server: ServerKey, request: &Message) -> Option<u32> {
        let wanted = request.expires().unwrap_or(self.config.default_expires);
        // RFC 6665 §4.2.1.1: an hour is never too brief.
        if wanted != 0 && wanted < self.config.min_expires.min(3600) {
            self.too_brief(now, server, request);
            return None;
        }
        Some(wanted.min(self.config.max_expires))
    }

    fn accept(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        flow: &Flow,
        name: &str,
        tag: &str,
        expires: u32,
    ) {
        let contact = self.endpoint.contact_for(flow, &own_contact(name));
        self.answer_tagged(now, server, request, 200, tag, |answer| {
            answer
                .copy(request, HeaderId::RecordRoute)
                .header(HeaderId::Contact, contact.as_deref().unwrap_or_default())
                .number(HeaderId::Expires, expires)
        });
    }

    /// A user's presence changed: every watcher is told.
    pub(super) fn on_presence_changed(&mut self, now: Time, account: AccountKey) {
        let watchers = self
            .accounts
            .get(account)
            .map_or_else(Vec::new, |account| account.watchers.clone());
        for key in watchers {
            self.notify(now, key);
        }
    }

    /// A subscription's time is up.
    pub(super) fn on_subscription_expired(&mut self, now: Time, key: SubscriptionKey) {
        self.end_subscription(now, key, "timeout");
    }

    /// Ends a subscription politely: with a last NOTIFY (RFC 6665 §4.2.2).
    pub(super) fn end_subscription(
        &mut self,
        now: Time,
        key: SubscriptionKey,
        reason: &'static str,
    ) {
        if let Some(subscription) = self.subscriptions.slab.get_mut(key)
            && subscription.ended.is_none()
        {
            subscription.ended = Some(reason);
            let at = subscription.expires_at;
            self.timers.cancel(at, TimerKey::Subscription(key));
            self.notify(now, key);
        }
    }

    /// Tells a watcher how things are, now or once the NOTIFY on its way has arrived.
    fn notify(&mut self, now: Time, key: SubscriptionKey) {
        let Some(subscription) = self.subscriptions.slab.get(key) else {
            return;
        };
        let body = self.presence_of(subscription.account);
        let name = self
            .accounts
            .get(subscription.account)
            .map_or_else(Box::default, |account| account.name.clone());
        let Some(subscription) = self.subscriptions.slab.get_mut(key) else {
            return;
        };
        if subscription.under_way {
            subscription.stale = true;
            return;
        }
        subscription.under_way = true;
        subscription.stale = false;
        subscription.cseq = subscription.cseq.wrapping_add(1) & 0x7fff_ffff;
        let state = match subscription.ended {
            Some(reason) => {
                subscription.last_sent = true;
                format!("terminated;reason={reason}")
            }
            None => format!(
                "active;expires={}",
                seconds_left(now, subscription.expires_at)
            ),
        };
        let mut lines = String::with_capacity(512);
        let _ = write!(
            lines,
            "From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {}\r\nEvent: {}\r\nSubscription-State: {state}\r\n",
            subscription.from,
            subscription.to,
            subscription.call_id,
            subscription.cseq,
            method::NOTIFY,
            subscription.event,
        );
        let target = super::routing::Target::new(&subscription.target, subscription.routes.clone());
        let draft = Draft {
            sockets: Vec::new(),
            method: method::NOTIFY.into(),
            uri: target.uri,
            routes: target.routes,
            next_hop: target.next_hop,
            flow: subscription.flow,
            account: None,
            lines,
            max_forwards: None,
            keep: false,
            contact: Some(own_contact(&name)),
            content_type: Some(pidf::TYPE.into()),
            body,
        };
        self.counters.notified += 1;
        self.endpoint.request(now, draft, Owner::Notify(key));
    }

    /// A NOTIFY was answered (RFC 6665 §4.2.2): a failure ends the subscription unless it says when to come again.
    pub(super) fn on_notify_response(
        &mut self,
        now: Time,
        key: SubscriptionKey,
        response: &Message,
    ) {
        let status = response.status().unwrap_or(500);
        if status < 200 {
            return;
        }
        let again = response.header(HeaderId::RetryAfter).is_some();
        self.on_notified(now, key, status < 300 || (again && status != 481));
    }

    pub(super) fn on_notify_failed(&mut self, now: Time, key: SubscriptionKey, _: Failure) {
        self.on_notified(now, key, false);
    }

    fn on_notified(&mut self, now: Time, key: SubscriptionKey, lives: bool) {
        let Some(subscription) = self.subscriptions.slab.get_mut(key) else {
            return;
        };
        subscription.under_way = false;
        if !lives || subscription.last_sent {
            self.drop_subscription(key);
        } else if subscription.stale {
            self.notify(now, key);
        }
    }

    fn drop_subscription(&mut self, key: SubscriptionKey) {
        let Some(subscription) = self.subscriptions.slab.remove(key) else {
            return;
        };
        let at = subscription.expires_at;
        self.timers.cancel(at, TimerKey::Subscription(key));
        let dialog = (subscription.call_id, subscription.local_tag);
        self.subscriptions.by_dialog.remove(&dialog);
        let account = subscription.account;
        if let Some(account) = self.accounts.get_mut(account) {
            account.watchers.retain(|watcher| *watcher != key);
        }
        self.accounts.sweep(account);
    }
}

/// The dialog that a SUBSCRIBE begins (RFC 3261 §12.1.1); none when it lacks what a dialog needs.
fn begin(
    request: &Message,
    flow: &Flow,
    account: AccountKey,
    local_tag: &str,
    expires_at: Time,
) -> Option<Subscription> {
    let event = request.header(HeaderId::Event)?;
    let from = request.header(HeaderId::From)?;
    let to = request.header(HeaderId::To)?;
    let target = contact_of(request)?;
    let routes = request.values(HeaderId::RecordRoute);
    let routes: Vec<Box<str>> = routes.map(Box::from).collect();
    let longest = [from, to, event, request.call_id()].map(str::len);
    if longest.iter().any(|length| *length > ADDRESS_MAX)
        || routes.iter().map(|route| route.len()).sum::<usize>() > ROUTES_MAX
    {
        return None;
    }
    Some(Subscription {
        account,
        call_id: request.call_id().into(),
        local_tag: local_tag.into(),
        event: event.into(),
        from: format!("{to};tag={local_tag}").into(),
        to: from.into(),
        flow: way_back(request, &target, flow, &routes),
        target,
        routes,
        cseq: 0,
        remote_cseq: request.cseq(),
        expires_at,
        under_way: false,
        stale: false,
        ended: None,
        last_sent: false,
    })
}

/// The URI of the only Contact.
fn contact_of(request: &Message) -> Option<Box<str>> {
    let Ok(Contact::Address(address)) = request.contacts().next()? else {
        return None;
    };
    let is_sip = address.parsed_uri().is_ok_and(|uri| uri.is_sip());
    (is_sip && address.uri.len() <= ADDRESS_MAX).then(|| address.uri.into())
}

/// The road of our NOTIFY, when no proxy stands between and the contact alone does not tell it.
fn way_back(request: &Message, contact: &str, flow: &Flow, routes: &[Box<str>]) -> Option<Flow> {
    let contact = Uri::parse(contact).ok()?;
    routes
        .is_empty()
        .then(|| road(request, &contact, flow, false))
        .flatten()
}

/// Whether a watcher takes presence documents; without Accept it does (RFC 3856 §6.7).
fn takes_pidf(request: &Message) -> bool {
    let mut none = true;
    for value in request.values(HeaderId::Accept) {
        none = false;
        let range = value.split(';').next().unwrap_or_default().trim();
        if ["*/*", "application/*", pidf::TYPE]
            .iter()
            .any(|taken| range.eq_ignore_ascii_case(taken))
        {
            return true;
        }
    }
    none
}

fn same_event(event: &Event<'_>, known: &str) -> bool {
    use crate::syntax::TypedHeader;
    Event::parse_value(known).is_ok_and(|known| known.same(event) && known.package == PRESENCE)
}

fn own_contact(name: &str) -> ContactDraft {
    ContactDraft {
        user: uri::escape_user(name).into(),
        ..ContactDraft::default()
    }
}
