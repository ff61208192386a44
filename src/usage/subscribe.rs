//! Subscribing: RFC 6665 §4.1, one subscription to one event package.
//!
//! What the NOTIFYs do to it is in `notified`. The dialog is made by the NOTIFY or by the 2xx, whichever comes first. A subscription that its notifier ends, forgets
//! or does not answer is made anew where the RFC says that this helps; package, Accept, body and lines stay.

use std::time::Duration;

use crate::base::Time;
use crate::dialog::{Dialog, LocalTag};
use crate::syntax::Message;
use crate::transaction::{ClientKey, Draft, Failure, ServerKey};
use crate::transport::Flow;

use super::backoff::{Backoff, asked, is_passing, refresh_after};
use super::context::ALLOW;
use super::failure::{Effect, effect};
use super::lines::{Extra, Lines};
use super::{Account, Auto, Cx, DialogKey, Outcome, Outgoing, Owner, Side, Usage};

/// Timers of a subscription.
const REFRESH: u32 = 1;
const EXPIRY: u32 = 2;
/// Timer N of RFC 6665 §4.1.2.4: no NOTIFY came.
pub(super) const NO_NOTIFY: u32 = 3;
const RETRY: u32 = 4;

/// Answers to a SUBSCRIBE or NOTIFY inside that end the subscription (RFC 6665 §4.1.2.2, §4.2.2).
#[must_use]
pub(super) const fn is_fatal(status: u16) -> bool {
    matches!(status, 404 | 405 | 410 | 416 | 480..=485 | 489 | 501 | 604)
}

/// Most times one SUBSCRIBE is sent anew because of 423.
const MAX_TURNS: u8 = 4;
/// A subscription that lasted so long is made anew at once; after two shorter ones there is a wait.
const SETTLED: Duration = Duration::from_secs(30);

/// What to subscribe to.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Request-URI and To.
    pub uri: Box<str>,
    /// Event with its parameters.
    pub event: Box<str>,
    /// Accept; empty: none.
    pub accept: Box<str>,
    /// Seconds; 0 asks once.
    pub expires: u32,
    /// Refer-To: it begins with REFER (RFC 3515 §2.4.1); empty: with SUBSCRIBE.
    pub refer_to: Box<str>,
    /// From without tag; empty: the account's.
    pub from: Box<str>,
    /// To without tag; empty: the Request-URI.
    pub to: Box<str>,
    /// Contact; empty: ours.
    pub contact: Box<str>,
    /// Content-Type and body of every SUBSCRIBE that begins it.
    pub body: Option<(Box<str>, Box<[u8]>)>,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Nothing sent, or over.
    Idle,
    /// SUBSCRIBE sent.
    Subscribing,
    /// Active or pending.
    Subscribed,
    /// Being ended by us: Expires 0 sent, or to be sent, and the last NOTIFY awaited.
    Ending,
}

/// Why it is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum End {
    /// By our wish.
    Local,
    /// By the notifier: the reason of its last NOTIFY and the seconds to wait before another try.
    Terminated {
        /// `rejected`, `noresource` …; empty for none.
        reason: Box<str>,
        /// Retry-after.
        retry_after: Option<u32>,
    },
    /// A SUBSCRIBE failed.
    Failed(Outcome),
    /// No NOTIFY came.
    Silence,
}

/// What a subscription tells.
#[derive(Debug)]
pub enum Told {
    /// It begins, again.
    Subscribing {
        /// Why the one before ended.
        end: Option<End>,
        /// What ended it.
        message: Option<Message>,
    },
    /// It stands.
    Subscribed(Message),
    /// A NOTIFY that waits for its answer.
    Notify {
        /// Its transaction.
        server: ServerKey,
        /// The NOTIFY.
        message: Message,
    },
    /// It is over.
    Ended {
        /// Why.
        end: End,
        /// What ended it.
        message: Option<Message>,
    },
}

/// One subscription.
#[derive(Debug)]
pub struct Subscriber {
    pub(super) owner: Owner,
    /// What it is to.
    pub wanted: Wanted,
    /// The application's lines.
    pub extra: Extra,
    pub(super) state: State,
    pub(super) local_tag: LocalTag,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
    pub(super) dialog: Option<DialogKey>,
    request: Option<Box<Outgoing>>,
    /// The request on its way has Expires: 0.
    removes: bool,
    own: String,
    turns: u8,
    least_expires: u32,
    began: Time,
    refresh_at: Option<Time>,
    expires_at: Option<Time>,
    pub(super) no_notify_at: Option<Time>,
    retry_at: Option<Time>,
    /// Begin anew when this one is over.
    again: bool,
    /// A NOTIFY of this subscription came.
    pub(super) heard: bool,
    /// It was made anew although it had not settled.
    hasty: bool,
    backoff: Backoff,
    /// What is done without asking: without [`Auto::REFRESH`] nothing is refreshed, healed or begun anew.
    pub auto: Auto,
    /// The dialog that it shall begin in; none: its own.
    pub within: Option<DialogKey>,
    /// The next beginning has the Call-ID and From tag of the one before.
    pub same_attempt: bool,
    begun: bool,
    /// The CSeq of the REFER that began it, which names it in NOTIFYs (RFC 3515 §2.4.6).
    pub(super) refer_cseq: Option<u32>,
}

impl Subscriber {
    /// A subscription of which nobody heard yet.
    #[must_use]
    pub fn new(cx: &mut Cx, owner: Owner, wanted: Wanted) -> Self {
        Self {
            owner,
            wanted,
            extra: Extra::default(),
            state: State::Idle,
            local_tag: cx.tag(),
            call_id: cx.call_id(),
            cseq: cx.first_cseq(),
            dialog: None,
            request: None,
            removes: false,
            own: String::new(),
            turns: 0,
            least_expires: 0,
            began: cx.now,
            refresh_at: None,
            expires_at: None,
            no_notify_at: None,
            retry_at: None,
            again: false,
            heard: false,
            hasty: false,
            backoff: Backoff::default(),
            auto: Auto::ALL,
            within: None,
            same_attempt: false,
            begun: false,
            refer_cseq: None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Our tag, under which NOTIFYs find it; another one each time it begins.
    #[must_use]
    pub fn local_tag(&self) -> LocalTag {
        self.local_tag
    }

    /// Seconds left.
    #[must_use]
    pub fn expires_in(&self, now: Time) -> u32 {
        let left = self.expires_at.map_or(0, |at| at.since(now).as_secs());
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    /// The dialog stands: from now on it is shared.
    pub(super) fn establish(&mut self, cx: &mut Cx, mut dialog: Dialog) {
        dialog.note_local_cseq(self.cseq);
        let usage = Usage::Subscription(Side::Subscriber, &self.wanted.event);
        self.dialog = Some(cx.dialogs.insert(Box::new(dialog), self.owner, usage));
    }

    pub(super) fn leave(&mut self, cx: &mut Cx) {
        if let Some(key) = self.dialog.take() {
            cx.dialogs.leave(key, self.owner);
        }
    }

    /// Subscribes; anew when it stands: the old one is ended first.
    pub fn subscribe(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        out: &mut Vec<Told>,
    ) {
        self.own = own.to_owned();
        self.backoff.reset();
        match self.state {
            State::Idle => self.begin(cx, account),
            // A new attempt takes the place of one that waits.
            State::Subscribing if self.request.is_none() && self.dialog.is_none() => {
                self.begin(cx, account);
            }
            State::Subscribing | State::Subscribed => {
                self.again = true;
                self.end(cx, account, "", out);
            }
            State::Ending => self.again = true,
        }
    }

    /// Refreshes it before its time, so that the whole state is told again (RFC 4235 §4.3). `false`: not now.
    pub fn refresh_now(&mut self, cx: &mut Cx, account: &mut Account) -> bool {
        let possible = self.state == State::Subscribed
            && self.request.is_none()
            && self.dialog.is_some()
            && self.wanted.expires > 0;
        if possible {
            cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
            cx.disarm(self.retry_at.take(), self.owner, RETRY);
            self.send(cx, account);
        }
        possible
    }

    /// Gives the dialog up and begins anew: what it tells makes no sense any more.
    pub fn begin_anew(&mut self, cx: &mut Cx, account: &mut Account, out: &mut Vec<Told>) {
        if self.state == State::Subscribed {
            self.request = None;
            self.restart(cx, account, End::Silence, None, out);
        }
    }

    /// Ends it: Expires: 0, then the last NOTIFY (RFC 6665 §4.1.2.3).
    pub fn unsubscribe(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        out: &mut Vec<Told>,
    ) {
        self.again = false;
        self.end(cx, account, own, out);
    }

    fn end(&mut self, cx: &mut Cx, account: &mut Account, own: &str, out: &mut Vec<Told>) {
        if matches!(self.state, State::Idle | State::Ending) {
            return;
        }
        self.state = State::Ending;
        self.own = own.to_owned();
        cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
        cx.disarm(self.retry_at.take(), self.owner, RETRY);
        if self.dialog.is_none() && self.request.is_none() && self.no_notify_at.is_none() {
            return self.finish(cx, account, End::Local, None, out);
        }
        self.remove(cx, account);
    }

    /// Sends Expires: 0 as soon as there is a dialog and nothing else on its way in it.
    pub(super) fn remove(&mut self, cx: &mut Cx, account: &mut Account) {
        if self.request.is_none() && self.dialog.is_some() && !self.removes {
            self.removes = true;
            self.send(cx, account);
        }
    }

    fn begin(&mut self, cx: &mut Cx, account: &mut Account) {
        self.stop(cx);
        self.state = State::Subscribing;
        if !std::mem::take(&mut self.same_attempt) {
            self.local_tag = cx.tag();
            self.call_id = cx.call_id();
            self.cseq = cx.first_cseq();
        }
        self.begun = true;
        self.refer_cseq = None;
        self.leave(cx);
        if let Some(key) = self.within
            && !self.begin_within(cx, key)
        {
            self.state = State::Idle;
            return;
        }
        self.removes = false;
        self.turns = 0;
        self.heard = false;
        self.began = cx.now;
        self.send(cx, account);
    }

    /// Joins a dialog that stands. `false`: it is over.
    fn begin_within(&mut self, cx: &mut Cx, key: DialogKey) -> bool {
        let Some(dialog) = cx.dialogs.get(key) else {
            return false;
        };
        self.call_id = dialog.call_id().into();
        self.cseq = dialog.local_cseq();
        let event = match &*self.wanted.refer_to {
            "" => self.wanted.event.clone(),
            _ => format!("refer;id={}", self.cseq + 1).into(),
        };
        let usage = Usage::Subscription(Side::Subscriber, &event);
        let joined = cx.dialogs.join(key, self.owner, usage);
        self.dialog = joined.then_some(key);
        joined
    }

    /// SUBSCRIBE once more in the dialog that stands, by the application's wish.
    pub fn send_again(&mut self, cx: &mut Cx, account: &mut Account, own: &str) {
        if self.request.is_none() && self.dialog.is_some() {
            self.own = own.to_owned();
            self.send(cx, account);
        }
    }

    /// Its dialog, once there is one.
    #[must_use]
    pub fn dialog_key(&self) -> Option<DialogKey> {
        self.dialog
    }

    /// Whether its dialog is there.
    #[must_use]
    pub fn has_dialog(&self) -> bool {
        self.dialog.is_some()
    }

    /// Whether a SUBSCRIBE has no final response yet.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.request.is_some()
    }

    /// Whether anything was sent.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// The transaction of the SUBSCRIBE on its way.
    #[must_use]
    pub fn client(&self) -> Option<ClientKey> {
        self.request.as_ref().and_then(|request| request.client())
    }

    /// The transaction in which a SUBSCRIBE goes on that was sent anew.
    #[must_use]
    pub fn resent(&self, client: ClientKey) -> Option<ClientKey> {
        let request = self.request.as_deref();
        request
            .filter(|request| request.before() == Some(client))
            .and_then(Outgoing::client)
    }

    fn stop(&mut self, cx: &mut Cx) {
        cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
        cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
        cx.disarm(self.no_notify_at.take(), self.owner, NO_NOTIFY);
        cx.disarm(self.retry_at.take(), self.owner, RETRY);
    }

    pub(super) fn await_notify(&mut self, cx: &mut Cx) {
        cx.disarm(self.no_notify_at.take(), self.owner, NO_NOTIFY);
        let wait = cx.t1.saturating_mul(64);
        self.no_notify_at = Some(cx.arm(wait, self.owner, NO_NOTIFY));
    }

    fn send(&mut self, cx: &mut Cx, account: &mut Account) {
        let expires = if self.removes || self.wanted.expires == 0 {
            0
        } else {
            self.wanted.expires.max(self.least_expires)
        };
        let refers = !self.wanted.refer_to.is_empty() && self.refer_cseq.is_none();
        let method = if refers { "REFER" } else { "SUBSCRIBE" };
        let mut draft = match self.dialog.and_then(|key| cx.dialogs.get_mut(key)) {
            Some(dialog) => {
                let (draft, cseq) = dialog.request(method);
                self.cseq = cseq;
                draft
            }
            None => {
                self.cseq += 1;
                Draft {
                    method: method.into(),
                    uri: self.wanted.uri.clone(),
                    routes: account.routes.clone(),
                    lines: format!(
                        "From: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\n",
                        given(&self.wanted.from).unwrap_or(&account.from),
                        self.local_tag,
                        given(&self.wanted.to).map_or_else(
                            || format!("<{}>", self.wanted.uri),
                            ToOwned::to_owned
                        ),
                        self.call_id
                    ),
                    ..Draft::default()
                }
            }
        };
        let contact = given(&self.wanted.contact);
        draft.contact = contact.is_none().then(|| account.contact.clone());
        if let Some((content_type, body)) =
            self.wanted.body.as_ref().filter(|_| self.dialog.is_none())
        {
            draft.content_type = Some(content_type.clone());
            draft.body = body.to_vec();
        }
        let own = std::mem::take(&mut self.own);
        let extra = self.extra.request(&own);
        let lines = Lines::new(&extra);
        let lines = if refers {
            self.refer_cseq = Some(self.cseq);
            lines.put("Refer-To", &self.wanted.refer_to)
        } else {
            lines
                .put("Event", &self.wanted.event)
                .put("Expires", &expires.to_string())
        };
        let rest = lines
            .offer("Accept", &self.wanted.accept)
            .offer("Allow", ALLOW)
            .join("Allow-Events", &cx.allow_events)
            .offer("User-Agent", &cx.user_agent)
            .offer("Contact", contact.unwrap_or_default())
            .finish(&["Allow-Events"]);
        let mut request = Outgoing::new(draft, self.cseq, rest, self.owner);
        request.send(cx, account);
        self.request = Some(Box::new(request));
        self.await_notify(cx);
    }

    /// The CSeq that the next request of ours would have; other usages of the dialog count too.
    fn next_cseq(&self, cx: &Cx) -> u32 {
        let shared = self.dialog.and_then(|key| cx.dialogs.get(key));
        shared.map_or(self.cseq, Dialog::local_cseq) + 1
    }

    /// A response to a SUBSCRIBE.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<Told>,
    ) {
        let Some(mut request) = self.request.take_if(|request| request.is(client)) else {
            return;
        };
        let status = message.status().unwrap_or_default();
        match status {
            0..=199 => self.request = Some(request),
            200..=299 => self.on_accepted(cx, account, &message, flow, out),
            401 | 407 if self.auto.has(Auto::AUTHENTICATION) => {
                let cseq = self.next_cseq(cx);
                if request.authenticate(cx, account, &message, cseq).is_err() {
                    return self.on_refused(cx, account, Outcome::Sip(status), Some(message), out);
                }
                self.cseq = cseq;
                if self.refer_cseq.is_some() && !self.heard {
                    self.refer_cseq = Some(cseq);
                }
                if let Some(dialog) = self.dialog.and_then(|key| cx.dialogs.get_mut(key)) {
                    dialog.note_local_cseq(cseq);
                }
                self.request = Some(request);
                self.await_notify(cx);
            }
            423 if !self.removes && self.turns < MAX_TURNS && self.auto.has(Auto::REFRESH) => {
                self.turns += 1;
                let asked = self.wanted.expires.max(self.least_expires);
                let least = message
                    .min_expires()
                    .unwrap_or_else(|| asked.saturating_mul(2));
                if least <= asked {
                    return self.on_refused(cx, account, Outcome::Sip(status), Some(message), out);
                }
                self.least_expires = least;
                self.send(cx, account);
            }
            _ => self.on_refused(cx, account, Outcome::Sip(status), Some(message), out),
        }
    }

    fn on_accepted(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: &Message,
        flow: &Flow,
        out: &mut Vec<Told>,
    ) {
        self.turns = 0;
        // RFC 5839 §4: nothing is new, no NOTIFY follows.
        if message.status() == Some(204) {
            cx.disarm(self.no_notify_at.take(), self.owner, NO_NOTIFY);
        }
        match self.dialog.and_then(|key| cx.dialogs.get_mut(key)) {
            Some(dialog) if dialog.matches_response(message) => dialog.refresh_target(message),
            // A fork other than the one whose NOTIFY was first: there is one subscription here (RFC 6665 §4.4.1).
            Some(_) => {}
            None => {
                if let Some(dialog) = Dialog::uac(message, self.local_tag, flow) {
                    self.establish(cx, dialog);
                }
            }
        }
        if self.state == State::Ending {
            // Timer N goes on for the last NOTIFY; what was wanted while the first SUBSCRIBE was open goes out now.
            if !self.removes {
                self.remove(cx, account);
            }
            return;
        }
        if self.wanted.expires == 0 {
            return;
        }
        let granted = message
            .expires()
            .unwrap_or_else(|| self.wanted.expires.max(self.least_expires));
        // Granted nothing: the NOTIFY says why.
        if granted > 0 {
            self.lasts(cx, granted);
            self.stands(message.clone(), out);
        }
    }

    /// It lasts that long from now on.
    pub(super) fn lasts(&mut self, cx: &mut Cx, secs: u32) {
        cx.disarm(self.refresh_at.take(), self.owner, REFRESH);
        cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
        cx.disarm(self.retry_at.take(), self.owner, RETRY);
        self.expires_at = Some(cx.arm(Duration::from_secs(secs.into()), self.owner, EXPIRY));
        if self.state != State::Ending && self.auto.has(Auto::REFRESH) {
            self.refresh_at = Some(cx.arm(refresh_after(secs), self.owner, REFRESH));
        }
    }

    pub(super) fn stands(&mut self, message: Message, out: &mut Vec<Told>) {
        if self.state == State::Subscribing {
            self.state = State::Subscribed;
            out.push(Told::Subscribed(message));
        }
    }

    /// A SUBSCRIBE got no final response.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        failure: Failure,
        out: &mut Vec<Told>,
    ) {
        if self.request.take_if(|request| request.is(client)).is_some() {
            self.on_refused(cx, account, Outcome::Failed(failure), None, out);
        }
    }

    /// RFC 6665 §4.1.2.2: what a failed SUBSCRIBE means for the subscription.
    fn on_refused(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        if self.state == State::Ending {
            return self.finish(cx, account, End::Local, message, out);
        }
        let end = End::Failed(outcome);
        let asked = message.as_ref().and_then(asked);
        let effect = match outcome {
            Outcome::Sip(status) => effect("SUBSCRIBE", status),
            _ => Effect::Usage,
        };
        if let Outcome::Sip(status) = outcome {
            cx.dialogs
                .on_failure(self.dialog, self.owner, effect, status);
        }
        if !self.auto.has(Auto::REFRESH) {
            // The application judges what is to follow.
            if effect == Effect::Transaction && self.state == State::Subscribed {
                return cx.disarm(self.no_notify_at.take(), self.owner, NO_NOTIFY);
            }
            return self.finish(cx, account, end, message, out);
        }
        if self.state == State::Subscribing && self.dialog.is_none() {
            // The first try is the application's to judge, unless the server says when to come again.
            return match asked.filter(|_| outcome == Outcome::Sip(503)) {
                Some(_) => self.restart_later(cx, asked, end, message, out),
                None => self.finish(cx, account, end, message, out),
            };
        }
        match outcome {
            // The notifier knows nothing of it, or of its package (any more): a new SUBSCRIBE will tell.
            Outcome::Sip(481 | 489) => self.restart(cx, account, end, message, out),
            Outcome::Sip(408) | Outcome::Failed(_) => {
                self.restart_later(cx, None, end, message, out);
            }
            Outcome::Sip(status) if is_fatal(status) => match asked {
                Some(_) => self.restart_later(cx, asked, end, message, out),
                None => self.finish(cx, account, end, message, out),
            },
            _ if effect == Effect::Dialog => self.finish(cx, account, end, message, out),
            // It stands until its time is up; where that may help the refresh is tried again before.
            _ => {
                cx.disarm(self.no_notify_at.take(), self.owner, NO_NOTIFY);
                let passing = matches!(outcome, Outcome::Sip(status) if is_passing(status));
                if passing || asked.is_some() {
                    let wait = self.backoff.wait(&mut cx.entropy, asked);
                    self.retry_at = Some(cx.arm(wait, self.owner, RETRY));
                }
            }
        }
    }

    /// Begins anew: at once when the last one had settled or this is the first time, else after a wait.
    pub(super) fn restart(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        end: End,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        if !self.auto.has(Auto::REFRESH) {
            return self.finish(cx, account, end, message, out);
        }
        let settled = cx.now.since(self.began) >= SETTLED;
        if !settled && self.hasty {
            return self.restart_later(cx, None, end, message, out);
        }
        self.hasty = !settled;
        self.begin(cx, account);
        out.push(Told::Subscribing {
            end: Some(end),
            message,
        });
    }

    pub(super) fn restart_later(
        &mut self,
        cx: &mut Cx,
        asked: Option<u32>,
        end: End,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        if !self.auto.has(Auto::REFRESH) {
            return self.finish_unhealed(cx, end, message, out);
        }
        self.stop(cx);
        self.leave(cx);
        self.request = None;
        self.state = State::Subscribing;
        if cx.now.since(self.began) >= SETTLED {
            self.backoff.reset();
        }
        let wait = self.backoff.wait(&mut cx.entropy, asked);
        self.retry_at = Some(cx.arm(wait, self.owner, RETRY));
        out.push(Told::Subscribing {
            end: Some(end),
            message,
        });
    }

    /// Over, where the application decides about another beginning.
    fn finish_unhealed(
        &mut self,
        cx: &mut Cx,
        end: End,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        self.stop(cx);
        self.leave(cx);
        self.request = None;
        self.removes = false;
        self.again = false;
        self.state = State::Idle;
        out.push(Told::Ended { end, message });
    }

    pub(super) fn finish(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        end: End,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        self.stop(cx);
        self.leave(cx);
        self.request = None;
        self.removes = false;
        if std::mem::take(&mut self.again) {
            self.begin(cx, account);
            out.push(Told::Subscribing { end: None, message });
            return;
        }
        self.state = State::Idle;
        out.push(Told::Ended { end, message });
    }

    /// Its dialog ended over a request of another usage.
    pub fn on_dialog_lost(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        out: &mut Vec<Told>,
    ) {
        let end = End::Failed(Outcome::Sip(status));
        self.finish(cx, account, end, None, out);
    }

    /// Forgets it without a word.
    pub fn leave_here(&mut self, cx: &mut Cx, out: &mut Vec<Told>) {
        self.finish_unhealed(cx, End::Local, None, out);
    }

    /// Nobody waits any more.
    pub fn abandon(&mut self, cx: &mut Cx) {
        self.stop(cx);
        self.leave(cx);
        self.request = None;
        self.again = false;
        self.state = State::Idle;
    }

    /// One of its timers.
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &mut Account, what: u32, out: &mut Vec<Told>) {
        match what {
            REFRESH => {
                self.refresh_at = None;
                if self.request.is_none() && self.state == State::Subscribed {
                    self.send(cx, account);
                }
            }
            RETRY => {
                self.retry_at = None;
                match self.state {
                    State::Subscribed if self.dialog.is_some() && self.request.is_none() => {
                        self.send(cx, account);
                    }
                    State::Subscribing if self.request.is_none() => self.begin(cx, account),
                    _ => {}
                }
            }
            EXPIRY => {
                self.expires_at = None;
                match self.state {
                    State::Ending => self.finish(cx, account, End::Local, None, out),
                    State::Subscribed => {
                        self.request = None;
                        self.restart(cx, account, End::Silence, None, out);
                    }
                    _ => {}
                }
            }
            NO_NOTIFY => {
                self.no_notify_at = None;
                match self.state {
                    State::Ending => self.finish(cx, account, End::Local, None, out),
                    State::Subscribed | State::Subscribing if !self.heard => {
                        self.finish(cx, account, End::Silence, None, out);
                    }
                    // RFC 6665 §4.1.2.2: a refresh was accepted and nothing came: what stands there is not known. One
                    // that has no answer yet fails by itself.
                    State::Subscribed if self.request.is_none() => {
                        self.restart(cx, account, End::Silence, None, out);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The package of an Event value.
#[must_use]
pub fn package_of(event: &str) -> &str {
    event.split(';').next().unwrap_or_default().trim()
}
