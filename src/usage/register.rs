//! The registration of one account: RFC 3261 §10, with Service-Route (RFC 3608).
//!
//! REGISTER, refresh before the binding ends, 423, removal, and what to do when it fails. All REGISTERs of a
//! registration have one Call-ID and rising CSeq numbers, and only one is on its way at a time (§10.2). What an
//! application is told of it is `agent::profile`'s business.

use std::time::Duration;

use crate::auth;
use crate::base::Time;
use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message, NameAddr, Uri, uri};
use crate::transaction::{ClientKey, Draft, Failure};
use crate::transport::Flow;

use super::backoff::{Backoff, asked, is_passing, refresh_after};
use super::context::ALLOW;
use super::{Account, Cx, Lines, Outcome, Outgoing, Owner};

/// Timers of a registration.
const REFRESH: u32 = 1;
const RETRY: u32 = 2;

/// Most times one REGISTER is sent anew because of 423 or 3xx.
const MAX_TURNS: u8 = 5;
/// Least time between two REGISTERs that are sent because a connection was lost.
const CALM: Duration = Duration::from_secs(30);

/// What to register, and where.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Request-URI: the registrar's domain.
    pub registrar: Box<str>,
    /// Outbound proxies; Service-Route comes behind them, but not in REGISTER.
    pub routes: Vec<Box<str>>,
    /// Seconds; none: the registrar's own.
    pub expires: Option<u32>,
    /// Contact parameters that only REGISTER has (`+sip.instance`, `methods`), each with its semicolon.
    pub params: Box<str>,
}

/// What a registration tells.
#[derive(Debug)]
pub enum Change {
    /// A REGISTER goes out after a failure.
    Again,
    /// The binding stands; `renewed`: it stood before.
    Registered {
        /// The 2xx.
        message: Message,
        /// Nothing else is new.
        renewed: bool,
    },
    /// It failed; `retry`: tried again by itself.
    Failed {
        /// How.
        outcome: Outcome,
        /// Why a challenge was not answered.
        fault: Option<auth::Refusal>,
        /// The answer.
        message: Option<Message>,
        /// Whether it goes on by itself.
        retry: bool,
    },
    /// A 2xx without our binding: the registrar removed it.
    Removed(Message),
    /// Unregistered, by our wish.
    Ended {
        /// How the last REGISTER went.
        outcome: Outcome,
        /// The answer.
        message: Option<Message>,
    },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wish {
    Nothing,
    Bound,
    Unbound,
}

/// One binding of one address of record.
#[derive(Debug)]
pub struct Registration {
    owner: Owner,
    wanted: Wanted,
    call_id: Box<str>,
    local_tag: LocalTag,
    cseq: u32,
    wish: Wish,
    /// The REGISTER on its way, and whether it removes.
    request: Option<Box<Outgoing>>,
    removes: bool,
    turns: u8,
    /// The wish changed while a REGISTER was on its way.
    anew: bool,
    /// What is asked for after a 423.
    raised: Option<u32>,
    refresh_at: Option<Time>,
    retry_at: Option<Time>,
    /// Until when the registrar knows us.
    bound_until: Option<Time>,
    granted: u32,
    contact: Box<str>,
    /// The connection the last 2xx came by, and when: calls come in by it.
    flow: Option<(Flow, Time)>,
    backoff: Backoff,
}

impl Registration {
    /// A registration of which nobody heard yet.
    #[must_use]
    pub fn new(cx: &mut Cx, owner: Owner, wanted: Wanted) -> Self {
        Self {
            owner,
            wanted,
            call_id: cx.call_id(),
            local_tag: cx.tag(),
            cseq: cx.first_cseq(),
            wish: Wish::Nothing,
            request: None,
            removes: false,
            turns: 0,
            anew: false,
            raised: None,
            refresh_at: None,
            retry_at: None,
            bound_until: None,
            granted: 0,
            contact: "".into(),
            flow: None,
            backoff: Backoff::default(),
        }
    }

    /// What is registered, to change before the next REGISTER.
    pub fn wanted_mut(&mut self) -> &mut Wanted {
        &mut self.wanted
    }

    /// Whether the registrar knows us.
    #[must_use]
    pub fn is_bound(&self, now: Time) -> bool {
        self.bound_until.is_some_and(|until| until > now)
    }

    /// Whether nothing is on its way nor planned.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.request.is_none() && self.refresh_at.is_none() && self.retry_at.is_none()
    }

    /// Seconds that the registrar granted, 0 without a binding.
    #[must_use]
    pub fn granted(&self) -> u32 {
        self.granted
    }

    /// The Contact URI that is bound; empty without a binding.
    #[must_use]
    pub fn contact(&self) -> &str {
        &self.contact
    }

    /// Registers, or registers anew at once (new credentials, new parameters).
    pub fn register(&mut self, cx: &mut Cx, account: &mut Account) {
        self.wish = Wish::Bound;
        self.raised = None;
        self.backoff.reset();
        self.stop(cx);
        self.go(cx, account);
    }

    /// Removes the binding. `false`: there is none, nothing is sent and nothing will be told.
    pub fn unregister(&mut self, cx: &mut Cx, account: &mut Account) -> bool {
        self.stop(cx);
        self.wish = Wish::Unbound;
        if self.request.is_none() && !self.is_bound(cx.now) {
            self.wish = Wish::Nothing;
            self.unbind(account);
            return false;
        }
        self.go(cx, account);
        true
    }

    fn stop(&mut self, cx: &mut Cx) {
        cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
        cx.disarm(self.retry_at.take(), self.owner, RETRY);
    }

    /// Sends what the wish asks for, unless a REGISTER is on its way: then when its answer comes (RFC 3261 §10.2).
    fn go(&mut self, cx: &mut Cx, account: &mut Account) {
        if self.request.is_some() {
            self.anew = true;
            return;
        }
        self.turns = 0;
        self.removes = self.wish == Wish::Unbound;
        self.send(cx, account, None);
    }

    fn send(&mut self, cx: &mut Cx, account: &mut Account, registrar: Option<&str>) {
        self.cseq += 1;
        let mut contact = account.contact.clone();
        contact.params = format!("{}{}", contact.params, self.wanted.params).into();
        let draft = Draft {
            method: "REGISTER".into(),
            uri: registrar.unwrap_or(&self.wanted.registrar).into(),
            routes: self.wanted.routes.clone(),
            contact: Some(contact),
            lines: format!(
                "From: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\n",
                account.from, self.local_tag, account.from, self.call_id
            ),
            ..Draft::default()
        };
        let expires = if self.removes {
            Some(0)
        } else {
            self.raised.or(self.wanted.expires)
        };
        let mut lines = Lines::new("");
        if let Some(expires) = expires {
            lines = lines.put("Expires", &expires.to_string());
        }
        let rest = lines
            .put("Supported", "path")
            .put("Allow", ALLOW)
            .offer("Allow-Events", &cx.allow_events)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let mut request = Outgoing::new(draft, self.cseq, rest, self.owner);
        request.send(cx, account);
        self.request = Some(Box::new(request));
    }

    /// A response to a REGISTER.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) -> Option<Change> {
        let mut request = self.request.take_if(|request| request.is(client))?;
        let status = message.status().unwrap_or_default();
        match status {
            0..=199 => {
                self.request = Some(request);
                None
            }
            200..=299 => self.on_success(cx, account, message, flow),
            401 | 407 => {
                self.cseq += 1;
                match request.authenticate(cx, account, &message, self.cseq) {
                    Ok(_) => {
                        self.request = Some(request);
                        None
                    }
                    Err(fault) => self.fail(cx, account, status, Some(fault), message),
                }
            }
            423 if !self.removes && self.turns < MAX_TURNS => {
                // RFC 3261 §10.2.8. A registrar that does not say how much it wants gets twice as much.
                self.turns += 1;
                let asked = self.raised.or(self.wanted.expires).unwrap_or(3600);
                let least = message
                    .min_expires()
                    .unwrap_or_else(|| asked.saturating_mul(2));
                if least <= asked {
                    return self.fail(cx, account, status, None, message);
                }
                self.raised = Some(least);
                self.send(cx, account, None);
                None
            }
            300..=399 if self.turns < MAX_TURNS => {
                self.turns += 1;
                let target = message
                    .values(HeaderId::Contact)
                    .filter_map(|contact| NameAddr::parse(contact).ok())
                    .map(|contact| contact.uri.to_owned())
                    .find(|target| Uri::parse(target).is_ok_and(|target| target.is_sip()));
                match target {
                    Some(target) => {
                        self.send(cx, account, Some(&target));
                        None
                    }
                    None => self.fail(cx, account, status, None, message),
                }
            }
            _ => self.fail(cx, account, status, None, message),
        }
    }

    fn on_success(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Message,
        flow: &Flow,
    ) -> Option<Change> {
        self.backoff.reset();
        if self.removes {
            self.unbind(account);
            if std::mem::take(&mut self.anew) && self.wish == Wish::Bound {
                self.go(cx, account);
                return None;
            }
            self.wish = Wish::Nothing;
            let outcome = Outcome::Sip(message.status().unwrap_or(200));
            return Some(Change::Ended {
                outcome,
                message: Some(message),
            });
        }
        let renewed = self.is_bound(cx.now);
        let ours = cx.contact(flow, &account.contact).unwrap_or_default();
        let (contact, granted) = binding(&message, &ours);
        let granted = granted
            .or(self.raised)
            .or(self.wanted.expires)
            .unwrap_or(3600);
        if granted == 0 {
            self.unbind(account);
            if std::mem::take(&mut self.anew) {
                self.go_on(cx, account);
                return None;
            }
            self.wish = Wish::Nothing;
            return Some(Change::Removed(message));
        }
        self.granted = granted;
        self.contact = contact.into();
        self.flow = flow.conn.map(|_| (*flow, cx.now));
        self.bound_until = Some(cx.now + Duration::from_secs(granted.into()));
        self.note_service_route(account, &message);
        if std::mem::take(&mut self.anew) {
            self.go_on(cx, account);
            return None;
        }
        self.refresh_at = Some(cx.arm(refresh_after(granted), self.owner, REFRESH));
        Some(Change::Registered { message, renewed })
    }

    /// After an answer that came when something else was wanted already.
    fn go_on(&mut self, cx: &mut Cx, account: &mut Account) {
        if self.wish != Wish::Nothing {
            self.go(cx, account);
        }
    }

    /// RFC 3608 §6.1: the routes of the last 2xx replace those of the one before.
    fn note_service_route(&self, account: &mut Account, message: &Message) {
        account.routes.clone_from(&self.wanted.routes);
        for route in message.values(HeaderId::ServiceRoute).take(16) {
            // The outbound proxy may name itself first; it is passed once.
            if account
                .routes
                .last()
                .is_some_and(|last| same_route(last, route))
            {
                continue;
            }
            account.routes.push(route.into());
        }
    }

    fn unbind(&mut self, account: &mut Account) {
        self.bound_until = None;
        self.granted = 0;
        self.contact = "".into();
        self.flow = None;
        account.routes.clone_from(&self.wanted.routes);
    }

    fn fail(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        fault: Option<auth::Refusal>,
        message: Message,
    ) -> Option<Change> {
        let asked = asked(&message).filter(|_| status != 423);
        let passing = is_passing(status) || (status == 503 || status >= 500) && asked.is_some();
        self.fail_with(
            cx,
            account,
            Outcome::Sip(status),
            fault,
            Some(message),
            passing,
            asked,
        )
    }

    /// A REGISTER got no final response.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        failure: Failure,
    ) -> Option<Change> {
        self.request.take_if(|request| request.is(client))?;
        // A target that can never be sent to does not get better by waiting.
        let passing = failure != Failure::NoTarget;
        self.fail_with(
            cx,
            account,
            Outcome::Failed(failure),
            None,
            None,
            passing,
            None,
        )
    }

    fn fail_with(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        outcome: Outcome,
        fault: Option<auth::Refusal>,
        message: Option<Message>,
        passing: bool,
        asked: Option<u32>,
    ) -> Option<Change> {
        let anew = std::mem::take(&mut self.anew);
        if self.wish == Wish::Bound && anew {
            self.go(cx, account);
            return None;
        }
        if self.wish == Wish::Unbound && anew && !self.removes && self.is_bound(cx.now) {
            self.go(cx, account);
            return None;
        }
        if self.wish != Wish::Bound {
            self.wish = Wish::Nothing;
            self.unbind(account);
            return Some(Change::Ended { outcome, message });
        }
        if passing {
            let wait = self.backoff.wait(&mut cx.entropy, asked);
            self.retry_at = Some(cx.arm(wait, self.owner, RETRY));
        } else {
            self.wish = Wish::Nothing;
            self.unbind(account);
        }
        Some(Change::Failed {
            outcome,
            fault,
            message,
            retry: passing,
        })
    }

    /// The connection by which the registrar reaches us is gone: a new one is needed at once, but not in a storm.
    pub fn on_flow_closed(&mut self, cx: &mut Cx, closed: &Flow) {
        let Some((_, since)) = self.flow.take_if(|(flow, _)| flow.conn == closed.conn) else {
            return;
        };
        if self.wish != Wish::Bound || self.request.is_some() || self.retry_at.is_some() {
            return;
        }
        let quiet = CALM.saturating_sub(cx.now.since(since));
        let wait = Duration::from_millis(100 + cx.entropy.below(900)).max(quiet);
        cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
        self.refresh_at = Some(cx.arm(wait, self.owner, REFRESH));
    }

    /// One of this registration's timers.
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &mut Account, what: u32) -> Option<Change> {
        match what {
            REFRESH => {
                self.refresh_at = None;
                self.go(cx, account);
                None
            }
            RETRY => {
                self.retry_at = None;
                self.go(cx, account);
                Some(Change::Again)
            }
            _ => None,
        }
    }
}

/// Our binding in the list of a 2xx, and its time: that of our own Contact, else the Expires of the message
/// (RFC 3261 §10.2.4). A registrar that wrote our address anew is known by the user part of an only Contact.
fn binding(message: &Message, ours: &str) -> (String, Option<u32>) {
    let our_uri = NameAddr::parse(ours)
        .map(|ours| ours.uri)
        .unwrap_or_default();
    let user = Uri::parse(our_uri).ok().and_then(|ours| ours.user);
    let (mut only, mut count) = (None, 0);
    for contact in message.contacts().filter_map(Result::ok) {
        count += 1;
        if uri::equal(contact.uri(), our_uri) {
            return (
                contact.uri().into(),
                contact.expires().or_else(|| message.expires()),
            );
        }
        if user.is_some() && Uri::parse(contact.uri()).ok().and_then(|other| other.user) == user {
            only = Some((contact.uri().to_owned(), contact.expires()));
        }
    }
    match only {
        Some((contact, expires)) if count == 1 => (contact, expires.or_else(|| message.expires())),
        _ => (our_uri.into(), message.expires()),
    }
}

fn same_route(a: &str, b: &str) -> bool {
    match (NameAddr::parse(a), NameAddr::parse(b)) {
        (Ok(a), Ok(b)) => uri::equal(a.uri, b.uri),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;

    fn answer(lines: &str) -> Message {
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n\
             Call-ID: c\r\nCSeq: 1 REGISTER\r\n{lines}Content-Length: 0\r\n\r\n"
        );
        Message::parse_datagram(text.as_bytes(), &Limits::default()).expect("a valid response")
    }

    #[test]
    fn only_our_own_binding_counts() {
        let message = answer(
            "Contact: <sip:alice@192.0.2.9:5060>;expires=10, <sip:alice@192.0.2.1:5062>;expires=77\r\nExpires: 500\r\n",
        );
        let (contact, granted) = binding(&message, "<sip:alice@192.0.2.1:5062>");
        assert_eq!((&*contact, granted), ("sip:alice@192.0.2.1:5062", Some(77)));
        let (_, granted) = binding(&message, "<sip:bob@192.0.2.1:5070>");
        assert_eq!(granted, Some(500));
    }

    #[test]
    fn an_only_contact_of_our_user_is_ours_behind_a_translator() {
        let message = answer("Contact: <sip:alice@203.0.113.5:40000>;expires=33\r\n");
        let (contact, granted) = binding(&message, "<sip:alice@10.0.0.2:5060>");
        assert_eq!(
            (&*contact, granted),
            ("sip:alice@203.0.113.5:40000", Some(33))
        );
    }

    #[test]
    fn a_binding_without_its_own_time_has_that_of_the_message() {
        let message = answer("Contact: <sip:alice@192.0.2.1>\r\nExpires: 120\r\n");
        assert_eq!(binding(&message, "<sip:alice@192.0.2.1>").1, Some(120));
    }
}
