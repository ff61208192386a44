//! The registration of one account by one flow: RFC 3261 §10, with Path (RFC 3327), Service-Route (RFC 3608), flows
//! (RFC 5626) and GRUU (RFC 5627).
//!
//! REGISTER, refresh before the binding ends, 423, 3xx, 439, removal, and what to do when it fails. All REGISTERs of a
//! registration have one Call-ID and rising CSeq numbers, and only one is on its way at a time (§10.2). What its 2xx
//! says is read by `granted`; what an application is told of it is `agent::registration`'s business.

use std::time::Duration;

use crate::auth;
use crate::base::Time;
use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message, NameAddr, Uri, uri};
use crate::transaction::{ClientKey, ContactDraft, Draft, Failure, KeepAlive};
use crate::transport::target::is_sips;
use crate::transport::{Flow, Protocol};

use super::backoff::{Backoff, asked, is_passing, refresh_after};
use super::context::ALLOW;
use super::granted::Granted;
use super::{Account, Cx, Lines, Outcome, Outgoing, Owner};

/// Timers of a registration; those of several that share an owner are told apart by its number.
const REFRESH: u32 = 1;
const RETRY: u32 = 2;
const TIMERS: u32 = 4;

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
    /// Further Contact values that are registered along with ours (RFC 3261 §10.2.1.2).
    pub also: Vec<Box<str>>,
    /// The number of this flow among those of the instance (RFC 5626 §4.2); none: no flows.
    pub reg_id: Option<u32>,
    /// Ask for GRUUs and use them as Contact (RFC 5627).
    pub gruu: bool,
    /// Other requests stay with the very server that took the last REGISTER.
    pub pin: bool,
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
    /// Which of its owner's registrations it is.
    number: u32,
    /// The wish changed while a REGISTER was on its way.
    anew: bool,
    /// What is asked for after a 423.
    raised: Option<u32>,
    refresh_at: Option<Time>,
    retry_at: Option<Time>,
    /// Until when the registrar knows us.
    bound_until: Option<Time>,
    seconds: u32,
    /// What the last 2xx said, and when.
    granted: Option<Box<(Granted, Time)>>,
    /// Our Contact URI as last sent.
    ours: Box<str>,
    /// A Contact URI of ours that is worth nothing any more, to be removed along.
    stale: Option<Box<str>>,
    /// Our address was written anew since the last refresh: once is enough.
    moved: bool,
    /// The first hop knows nothing of flows (439).
    plain: bool,
    /// Other flows of the same account work.
    company: bool,
    /// The road the last 2xx came by, and when: calls come in by it.
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
            number: 0,
            anew: false,
            raised: None,
            refresh_at: None,
            retry_at: None,
            bound_until: None,
            seconds: 0,
            granted: None,
            ours: "".into(),
            stale: None,
            moved: false,
            plain: false,
            company: false,
            flow: None,
            backoff: Backoff::default(),
        }
    }

    /// As one of several registrations of its owner: its timers come with `what / 4` as that number.
    #[must_use]
    pub fn numbered(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// Which of its owner's registrations a timer belongs to.
    #[must_use]
    pub const fn number_of(what: u32) -> u32 {
        what / TIMERS
    }

    /// Whether other flows of the account work: then there is more time to bring this one back (RFC 5626 §4.5).
    pub fn set_company(&mut self, company: bool) {
        self.company = company;
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

    /// Whether the registrar knows us and reaches us: the binding stands, and the road that it was made by.
    #[must_use]
    pub fn works(&self, now: Time) -> bool {
        self.flow.is_some() && self.is_bound(now)
    }

    /// Whether nothing is on its way nor planned.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.request.is_none() && self.refresh_at.is_none() && self.retry_at.is_none()
    }

    /// Whether the REGISTER of this transaction is its.
    #[must_use]
    pub fn awaits(&self, client: ClientKey) -> bool {
        self.request
            .as_ref()
            .is_some_and(|request| request.is(client))
    }

    /// Whether the binding is wanted, whatever became of it.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.wish == Wish::Bound
    }

    /// Seconds that the registrar granted, 0 without a binding.
    #[must_use]
    pub fn granted(&self) -> u32 {
        self.seconds
    }

    /// The Contact URI that is bound; empty without a binding.
    #[must_use]
    pub fn contact(&self) -> &str {
        self.facts().map_or("", |facts| &facts.contact)
    }

    /// What the last 2xx said; none without a binding.
    #[must_use]
    pub fn facts(&self) -> Option<&Granted> {
        self.granted.as_deref().map(|(facts, _)| facts)
    }

    /// The registrar's clock now, in seconds since 1970, as far as its Date told (RFC 3261 §10.2.5).
    #[must_use]
    pub fn server_time(&self, now: Time) -> Option<u64> {
        let (facts, since) = self.granted.as_deref()?;
        Some(facts.date? + now.since(*since).as_secs())
    }

    /// The first hop of its way: the outbound proxy, else the registrar.
    #[must_use]
    pub fn first_hop(&self) -> &str {
        let proxy = self.wanted.routes.first();
        let proxy = proxy.and_then(|route| NameAddr::parse(route).ok());
        proxy.map_or(&*self.wanted.registrar, |proxy| proxy.uri)
    }

    /// The road that calls come in by; none without a binding.
    #[must_use]
    pub fn flow(&self) -> Option<&Flow> {
        self.flow.as_ref().map(|(flow, _)| flow)
    }

    /// Whether the registrar keeps this binding as one flow of several (RFC 5626 §6).
    #[must_use]
    pub fn is_flow(&self) -> bool {
        self.reg_id().is_some() && self.facts().is_some_and(|facts| facts.outbound)
    }

    fn reg_id(&self) -> Option<u32> {
        self.wanted.reg_id.filter(|_| !self.plain)
    }

    /// Registers, or registers anew at once (new credentials, new parameters).
    pub fn register(&mut self, cx: &mut Cx, account: &mut Account) {
        self.wish = Wish::Bound;
        self.plain = false;
        self.raised = None;
        self.moved = false;
        self.backoff.reset();
        self.stop(cx);
        self.go(cx, account);
    }

    /// The network is another: what is on its way is lost, and the road with it. Registers anew after `delay` if that
    /// is wanted.
    pub fn renew(&mut self, cx: &mut Cx, account: &mut Account, delay: Duration) -> bool {
        if self.wish != Wish::Bound {
            return false;
        }
        self.leave_flow(cx, account);
        self.request = None;
        self.anew = false;
        if delay.is_zero() {
            self.register(cx, account);
            return true;
        }
        self.stop(cx);
        self.backoff.reset();
        self.refresh_at = Some(cx.arm(delay, self.owner, self.timer(REFRESH)));
        true
    }

    /// Removes the binding. `false`: there is none, nothing is sent and nothing will be told.
    pub fn unregister(&mut self, cx: &mut Cx, account: &mut Account) -> bool {
        self.stop(cx);
        self.wish = Wish::Unbound;
        if self.request.is_none() && !self.is_bound(cx.now) {
            self.wish = Wish::Nothing;
            self.unbind(cx, account);
            return false;
        }
        self.go(cx, account);
        true
    }

    /// Forgets whatever is under way, without a word to anybody; the registrar will find out when the time is up.
    pub fn abandon(&mut self, cx: &mut Cx, account: &mut Account) {
        self.stop(cx);
        self.request = None;
        self.wish = Wish::Nothing;
        self.anew = false;
        self.unbind(cx, account);
    }

    fn timer(&self, which: u32) -> u32 {
        self.number * TIMERS + which
    }

    /// The registrar has taken the binding away (RFC 3680 §5.3): it is made anew after so many seconds, or never.
    pub fn on_binding_gone(&mut self, cx: &mut Cx, account: &mut Account, again: Option<u32>) {
        self.stop(cx);
        self.unbind(cx, account);
        match again {
            Some(secs) => {
                let wait = self.backoff.wait(&mut cx.entropy, Some(secs));
                self.retry_at = Some(cx.arm(wait, self.owner, self.timer(RETRY)));
            }
            None => self.wish = Wish::Nothing,
        }
    }

    fn stop(&mut self, cx: &mut Cx) {
        let (refresh, retry) = (self.timer(REFRESH), self.timer(RETRY));
        cx.disarm(self.refresh_at.take(), self.owner, refresh);
        cx.disarm(self.retry_at.take(), self.owner, retry);
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
        let mut contact = self.contact_draft(account);
        contact.params = format!("{}{}", contact.params, self.wanted.params).into();
        if let Some(reg_id) = self.reg_id() {
            contact.params = format!("{};reg-id={reg_id}", contact.params).into();
        }
        let draft = Draft {
            method: "REGISTER".into(),
            uri: registrar.unwrap_or(&self.wanted.registrar).into(),
            routes: self.wanted.routes.clone(),
            contact: Some(contact),
            keep: true,
            // RFC 5626 §4.2: the flow that is registered is the one the REGISTER takes.
            flow: self.flow().copied().filter(|_| self.reg_id().is_some()),
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
        let mut own = String::new();
        for also in &self.wanted.also {
            own.push_str(&format!("Contact: {also}\r\n"));
        }
        if let Some(stale) = self.stale.take() {
            own.push_str(&format!("Contact: <{stale}>;expires=0\r\n"));
        }
        let extra = account.extra.requests.clone();
        let mut lines = Lines::new(&extra);
        if let Some(expires) = expires {
            lines = lines.put("Expires", &expires.to_string());
        }
        let supported = match (self.reg_id().is_some(), self.wanted.gruu) {
            (true, true) => "path, outbound, gruu",
            (true, false) => "path, outbound",
            (false, true) => "path, gruu",
            (false, false) => "path",
        };
        let rest = lines
            .join("Supported", supported)
            .offer("Allow", ALLOW)
            .join("Allow-Events", &cx.allow_events)
            .offer("User-Agent", &cx.user_agent)
            .finish(&["Supported", "Allow-Events"]);
        let mut request = Outgoing::new(draft, self.cseq, own + &rest, self.owner);
        request.send(cx, account);
        self.request = Some(Box::new(request));
    }

    /// Our address itself is what is bound, not a name that the registrar gave for it.
    fn contact_draft(&self, account: &Account) -> ContactDraft {
        ContactDraft {
            gruu: "".into(),
            ob: false,
            ..account.contact.clone()
        }
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
            // RFC 5626 §4.2.1: the first hop lacks support, so this is no flow.
            439 if self.reg_id().is_some() => {
                self.plain = true;
                self.send(cx, account, None);
                None
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
            self.unbind(cx, account);
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
        let contact = self.contact_draft(account);
        let secure = is_sips(&self.wanted.registrar);
        let ours = cx.contact_of(flow, &contact, secure).unwrap_or_default();
        let facts = Granted::read(&message, &ours);
        let seconds = facts
            .expires
            .or(self.raised)
            .or(self.wanted.expires)
            .unwrap_or(3600);
        if seconds == 0 {
            self.unbind(cx, account);
            if std::mem::take(&mut self.anew) {
                self.go_on(cx, account);
                return None;
            }
            self.wish = Wish::Nothing;
            return Some(Change::Removed(message));
        }
        self.seconds = seconds;
        self.stand_on(cx, flow, &facts);
        self.bound_until = Some(cx.now + Duration::from_secs(seconds.into()));
        let ours = NameAddr::parse(&ours)
            .map(|ours| Box::from(ours.uri))
            .unwrap_or_default();
        let before = std::mem::replace(&mut self.ours, ours);
        let moves = self.is_elsewhere(account, &facts, flow, &before);
        self.granted = Some(Box::new((facts, cx.now)));
        self.lend(account);
        if std::mem::take(&mut self.anew) {
            self.go_on(cx, account);
            return None;
        }
        if moves {
            self.moved = true;
            self.go(cx, account);
        } else {
            self.refresh_at = Some(cx.arm(refresh_after(seconds), self.owner, self.timer(REFRESH)));
        }
        Some(Change::Registered { message, renewed })
    }

    /// Calls come in by that road from now on: it is kept open.
    fn stand_on(&mut self, cx: &mut Cx, flow: &Flow, facts: &Granted) {
        let every = facts.keep.filter(|seconds| *seconds > 0);
        let wish = KeepAlive {
            every: every.map(|seconds| Duration::from_secs(seconds.into())),
            answered: facts.keep.is_some() || self.reg_id().is_some() && facts.outbound,
        };
        cx.endpoint.keep_alive(cx.now, flow, wish);
        if let Some((before, _)) = self.flow.replace((*flow, cx.now)) {
            cx.endpoint.let_go(&before);
        }
    }

    /// Whether what was registered is not where we are: the server saw another address than we named (RFC 3581), or
    /// our former address is still bound. A registrar that knows instances and flows needs no help with either.
    fn is_elsewhere(
        &mut self,
        account: &mut Account,
        facts: &Granted,
        flow: &Flow,
        before: &str,
    ) -> bool {
        if self.reg_id().is_some() && facts.outbound || self.moved {
            return false;
        }
        let known = account.contact.mapped.filter(|(own, _)| *own == flow.local);
        let known = known.map_or(flow.local, |(_, known)| known);
        // A registrar that has written the address anew by itself has done it already.
        let untouched = uri::equal(&facts.contact, &self.ours);
        let seen = facts.seen.filter(|_| flow.protocol == Protocol::Udp);
        if let Some(seen) = seen.filter(|seen| *seen != known && untouched) {
            account.contact.mapped = Some((flow.local, seen)).filter(|_| seen != flow.local);
            self.stale = Some(self.ours.clone());
            return true;
        }
        if !before.is_empty() && !uri::equal(before, &self.ours) && facts.lists(before) {
            self.stale = Some(before.into());
            return true;
        }
        false
    }

    /// After an answer that came when something else was wanted already.
    fn go_on(&mut self, cx: &mut Cx, account: &mut Account) {
        if self.wish != Wish::Nothing {
            self.go(cx, account);
        }
    }

    /// Lets the account's other requests go the way of this registration: its Service-Route (RFC 3608 §6.1), its flow
    /// (RFC 5626 §4.3), its GRUU (RFC 5627 §4.4).
    pub fn lend(&self, account: &mut Account) {
        let facts = self.facts();
        account.routes = match facts {
            Some(facts) => facts.routes(&self.wanted.routes),
            None => self.wanted.routes.clone(),
        };
        let stays = self.is_flow() || self.wanted.pin;
        account.flow = self.flow().filter(|_| stays).map(|flow| {
            let host = Uri::parse(&self.wanted.registrar).map_or("", |uri| uri.host);
            (*flow, host.into())
        });
        account.contact.gruu = facts
            .filter(|_| self.wanted.gruu)
            .map_or_else(|| "".into(), |facts| facts.gruu.clone());
        account.contact.ob = self.is_flow();
    }

    fn unbind(&mut self, cx: &mut Cx, account: &mut Account) {
        self.bound_until = None;
        self.seconds = 0;
        self.granted = None;
        self.leave_flow(cx, account);
        self.lend(account);
    }

    /// The road is worth nothing any more; the binding may stand yet.
    fn leave_flow(&mut self, cx: &mut Cx, account: &mut Account) {
        let gone = self.flow.take().map(|(flow, _)| flow);
        if let Some(gone) = &gone {
            cx.endpoint.let_go(gone);
        }
        if account.flow.as_ref().map(|(flow, _)| *flow) == gone {
            account.flow = None;
        }
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
        // A target that can never be sent to does not get better by waiting; one that was reached before does, when
        // there is a network again.
        let passing = failure != Failure::NoTarget || !self.ours.is_empty();
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
        self.leave_flow(cx, account);
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
            self.unbind(cx, account);
            return Some(Change::Ended { outcome, message });
        }
        if passing {
            // RFC 5626 §4.5: less haste while other flows carry the calls.
            let base = cx.outbound_base * if self.company { 3 } else { 1 };
            let wait = self.backoff.wait_from(&mut cx.entropy, asked, base);
            self.retry_at = Some(cx.arm(wait, self.owner, self.timer(RETRY)));
        } else {
            self.wish = Wish::Nothing;
            self.unbind(cx, account);
        }
        Some(Change::Failed {
            outcome,
            fault,
            message,
            retry: passing,
        })
    }

    /// The road by which the registrar reaches us is gone: a new one is needed at once, but not in a storm. `true`: it
    /// was this registration's.
    pub fn on_flow_closed(&mut self, cx: &mut Cx, account: &mut Account, closed: &Flow) -> bool {
        let same = |flow: &Flow| match (flow.conn, closed.conn) {
            (None, None) => flow.socket == closed.socket && flow.remote == closed.remote,
            (conn, gone) => conn == gone,
        };
        let Some(since) = self.flow.filter(|(flow, _)| same(flow)).map(|(_, at)| at) else {
            return false;
        };
        self.leave_flow(cx, account);
        self.hurry(cx, since);
        true
    }

    /// A server says that the flow has failed (430): it is left for a new one.
    pub fn on_flow_failed(&mut self, cx: &mut Cx, account: &mut Account) -> bool {
        let Some((_, since)) = self.flow else {
            return false;
        };
        self.leave_flow(cx, account);
        self.hurry(cx, since);
        true
    }

    fn hurry(&mut self, cx: &mut Cx, since: Time) {
        if self.wish != Wish::Bound || self.request.is_some() || self.retry_at.is_some() {
            return;
        }
        let quiet = CALM.saturating_sub(cx.now.since(since));
        let wait = Duration::from_millis(100 + cx.entropy.below(900)).max(quiet);
        let which = self.timer(REFRESH);
        cx.disarm(self.refresh_at.take(), self.owner, which);
        self.refresh_at = Some(cx.arm(wait, self.owner, which));
    }

    /// One of this registration's timers.
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &mut Account, what: u32) -> Option<Change> {
        match what % TIMERS {
            REFRESH => {
                self.refresh_at = None;
                self.moved = false;
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
