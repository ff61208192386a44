//! Publishing event state: RFC 3903, the event publication agent.
//!
//! The first PUBLISH brings the body, a refresh only the entity tag, a modification both, a removal Expires: 0. One
//! PUBLISH of a publication is on its way at a time (§4); what is wanted meanwhile waits, the latest replacing the rest.

use crate::auth;
use crate::base::Time;
use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ClientKey, Draft, Failure};

use super::backoff::{Backoff, asked, is_passing, refresh_after};
use super::{Account, Cx, Lines, Outcome, Outgoing, Owner};

/// Most times one PUBLISH is sent anew because of 412 or 423.
const MAX_TURNS: u8 = 4;

/// What the application wants published.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// Names the operation.
    pub cookie: i64,
    /// Lines for this message only.
    pub own: String,
    /// Content-Type.
    pub content_type: Box<str>,
    /// The state.
    pub body: Box<[u8]>,
    /// Seconds.
    pub expires: u32,
}

/// What a publication tells.
#[derive(Debug)]
pub struct Told {
    /// Names the operation that it ends; 0 when a refresh failed.
    pub cookie: i64,
    /// How the PUBLISH went.
    pub outcome: Outcome,
    /// Why a challenge was not answered.
    pub fault: Option<auth::Refusal>,
    /// The answer.
    pub message: Option<Message>,
    /// The state stands at the compositor.
    pub published: bool,
    /// It goes on by itself after a failure.
    pub retry: bool,
}

#[derive(Clone, Debug)]
enum Wish {
    Publish(Notice),
    Remove { cookie: i64, own: String },
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Errand {
    State,
    Refresh,
    Remove,
}

#[derive(Debug)]
struct Sent {
    request: Outgoing,
    errand: Errand,
    cookie: i64,
    turns: u8,
    own: String,
}

/// The state of one package of one address, as published.
#[derive(Debug)]
pub struct Publication {
    owner: Owner,
    /// Tells the publications of one owner apart; also the number of its timer.
    pub number: u32,
    /// The event package.
    pub package: Box<str>,
    call_id: Box<str>,
    local_tag: LocalTag,
    cseq: u32,
    etag: Option<Box<str>>,
    /// What stands, or shall stand: kept so that it can be published anew after a 412.
    state: Option<Notice>,
    /// The compositor has not taken `state` yet.
    dirty: bool,
    wish: Option<Wish>,
    sent: Option<Box<Sent>>,
    timer: Option<Time>,
    least_expires: u32,
    backoff: Backoff,
}

impl Publication {
    /// A publication about which nothing was said yet.
    #[must_use]
    pub fn new(cx: &mut Cx, owner: Owner, number: u32, package: &str) -> Self {
        Self {
            owner,
            number,
            package: package.into(),
            call_id: cx.call_id(),
            local_tag: cx.tag(),
            cseq: cx.first_cseq(),
            etag: None,
            state: None,
            dirty: false,
            wish: None,
            sent: None,
            timer: None,
            least_expires: 0,
            backoff: Backoff::default(),
        }
    }

    /// Whether it published nothing and wants nothing.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.sent.is_none() && self.wish.is_none() && self.timer.is_none() && self.etag.is_none()
    }

    /// Whether a response or failure is this publication's.
    #[must_use]
    pub fn is(&self, client: ClientKey) -> bool {
        self.sent
            .as_ref()
            .is_some_and(|sent| sent.request.is(client))
    }

    /// First publication, or a modification.
    pub fn publish(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        notice: Notice,
        out: &mut Vec<Told>,
    ) {
        self.backoff.reset();
        self.want(cx, account, Wish::Publish(notice), out);
    }

    /// Keeps alive what stands, at once. `false`: nothing stands.
    pub fn refresh(&mut self, cx: &mut Cx, account: &mut Account, cookie: i64) -> bool {
        if self.state.is_none() {
            return false;
        }
        if self.sent.is_none() {
            self.stop(cx);
            let errand = self.next_errand();
            self.send(cx, account, errand, cookie, "", 0);
        }
        true
    }

    /// Takes the state away.
    pub fn remove(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        cookie: i64,
        own: &str,
        out: &mut Vec<Told>,
    ) {
        let own = own.to_owned();
        self.want(cx, account, Wish::Remove { cookie, own }, out);
    }

    /// Whether there is anything to remove.
    #[must_use]
    pub fn is_removable(&self) -> bool {
        self.etag.is_some() || self.state.is_some() || self.sent.is_some()
    }

    fn stop(&mut self, cx: &mut Cx) {
        cx.disarm(self.timer.take(), self.owner, self.number);
    }

    /// Notes a wish; what it replaces is told to have been overtaken.
    fn want(&mut self, cx: &mut Cx, account: &mut Account, wish: Wish, out: &mut Vec<Told>) {
        match self.wish.replace(wish) {
            Some(Wish::Publish(Notice { cookie, .. }) | Wish::Remove { cookie, .. })
                if cookie != 0 =>
            {
                out.push(self.told(cookie, Outcome::Local, None));
            }
            _ => {}
        }
        self.go(cx, account, out);
    }

    fn told(&self, cookie: i64, outcome: Outcome, message: Option<Message>) -> Told {
        Told {
            cookie,
            outcome,
            fault: None,
            message,
            published: self.etag.is_some(),
            retry: false,
        }
    }

    fn go(&mut self, cx: &mut Cx, account: &mut Account, out: &mut Vec<Told>) {
        if self.sent.is_some() {
            return;
        }
        let Some(wish) = self.wish.take() else {
            return;
        };
        self.stop(cx);
        match wish {
            Wish::Publish(notice) => {
                let (cookie, own) = (notice.cookie, notice.own.clone());
                self.state = Some(notice);
                self.dirty = true;
                self.send(cx, account, Errand::State, cookie, &own, 0);
            }
            Wish::Remove { cookie, own } => {
                self.state = None;
                if self.etag.is_some() {
                    self.send(cx, account, Errand::Remove, cookie, &own, 0);
                } else {
                    // Nothing stands at the compositor; there is no entity tag to remove it by.
                    out.push(self.told(cookie, Outcome::Sip(200), None));
                }
            }
        }
    }

    fn send(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        errand: Errand,
        cookie: i64,
        own: &str,
        turns: u8,
    ) {
        self.cseq += 1;
        let mut draft = Draft {
            method: "PUBLISH".into(),
            uri: account.aor.clone(),
            routes: account.routes.clone(),
            lines: format!(
                "From: {};tag={}\r\nTo: <{}>\r\nCall-ID: {}\r\n",
                account.from, self.local_tag, account.aor, self.call_id
            ),
            ..Draft::default()
        };
        let mut expires = 0;
        if let Some(state) = self.state.as_ref().filter(|_| errand != Errand::Remove) {
            expires = state.expires.max(self.least_expires);
            if errand == Errand::State && !state.body.is_empty() {
                draft.content_type = Some(state.content_type.clone());
                draft.body = state.body.to_vec();
            }
        }
        let extra = account.extra.request(own);
        let mut lines = Lines::new(&extra)
            .put("Event", &self.package)
            .put("Expires", &expires.to_string());
        if let Some(etag) = &self.etag {
            lines = lines.put("SIP-If-Match", etag);
        }
        let rest = lines.offer("User-Agent", &cx.user_agent).finish(&[]);
        let mut request = Outgoing::new(draft, self.cseq, rest, self.owner);
        request.send(cx, account);
        self.sent = Some(Box::new(Sent {
            request,
            errand,
            cookie,
            turns,
            own: own.to_owned(),
        }));
    }

    /// A response to its PUBLISH.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        out: &mut Vec<Told>,
    ) {
        let Some(mut sent) = self.sent.take_if(|sent| sent.request.is(client)) else {
            return;
        };
        let status = message.status().unwrap_or_default();
        match status {
            0..=199 => self.sent = Some(sent),
            200..=299 => self.on_success(cx, account, &sent, message, out),
            401 | 407 => {
                self.cseq += 1;
                match sent.request.authenticate(cx, account, &message, self.cseq) {
                    Ok(_) => self.sent = Some(sent),
                    Err(fault) => {
                        let outcome = Outcome::Sip(status);
                        self.fail(cx, account, &sent, outcome, Some(fault), Some(message), out);
                    }
                }
            }
            // RFC 3903 §4.4, §4.5: the compositor has lost the state; it is published anew, or was to go anyway.
            412 if self.etag.is_some() && sent.turns < MAX_TURNS => {
                self.etag = None;
                if sent.errand == Errand::Remove {
                    return self.on_removed(cx, account, sent.cookie, message, out);
                }
                self.send(
                    cx,
                    account,
                    Errand::State,
                    sent.cookie,
                    &sent.own,
                    sent.turns + 1,
                );
            }
            423 if sent.errand != Errand::Remove && sent.turns < MAX_TURNS => {
                let asked = self.state.as_ref().map_or(0, |state| state.expires);
                let asked = asked.max(self.least_expires);
                let least = message
                    .min_expires()
                    .unwrap_or_else(|| asked.saturating_mul(2));
                if least <= asked {
                    let outcome = Outcome::Sip(status);
                    return self.fail(cx, account, &sent, outcome, None, Some(message), out);
                }
                self.least_expires = least;
                self.send(
                    cx,
                    account,
                    sent.errand,
                    sent.cookie,
                    &sent.own,
                    sent.turns + 1,
                );
            }
            _ => {
                let outcome = Outcome::Sip(status);
                self.fail(cx, account, &sent, outcome, None, Some(message), out);
            }
        }
    }

    fn on_success(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        sent: &Sent,
        message: Message,
        out: &mut Vec<Told>,
    ) {
        self.backoff.reset();
        if sent.errand == Errand::Remove {
            return self.on_removed(cx, account, sent.cookie, message, out);
        }
        if sent.errand == Errand::State {
            self.dirty = false;
        }
        if let Some(etag) = message.header(HeaderId::SipETag) {
            self.etag = Some(etag.into());
        }
        let wanted = self.state.as_ref().map_or(3600, |state| state.expires);
        let granted = message.expires().unwrap_or(wanted);
        if self.wish.is_some() {
            self.go(cx, account, out);
        } else if self.etag.is_some() {
            self.timer = Some(cx.arm(refresh_after(granted), self.owner, self.number));
        }
        // A refresh that went well is no news, unless it was asked for.
        if sent.errand == Errand::State || sent.cookie != 0 {
            let outcome = Outcome::Sip(message.status().unwrap_or(200));
            out.push(self.told(sent.cookie, outcome, Some(message)));
        }
    }

    fn on_removed(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        cookie: i64,
        message: Message,
        out: &mut Vec<Told>,
    ) {
        self.etag = None;
        let outcome = Outcome::Sip(message.status().unwrap_or(200));
        out.push(self.told(cookie, outcome, Some(message)));
        self.go(cx, account, out);
    }

    /// Its PUBLISH got no final response.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        failure: Failure,
        out: &mut Vec<Told>,
    ) {
        if let Some(sent) = self.sent.take_if(|sent| sent.request.is(client)) {
            self.fail(
                cx,
                account,
                &sent,
                Outcome::Failed(failure),
                None,
                None,
                out,
            );
        }
    }

    fn fail(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        sent: &Sent,
        outcome: Outcome,
        fault: Option<auth::Refusal>,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        let passing = match outcome {
            Outcome::Sip(status) => is_passing(status),
            Outcome::Failed(failure) => failure != Failure::NoTarget,
            _ => false,
        };
        let retry = passing && sent.errand != Errand::Remove;
        if self.wish.is_some() {
            self.go(cx, account, out);
        } else if retry {
            let wait = self
                .backoff
                .wait(&mut cx.entropy, message.as_ref().and_then(asked));
            self.timer = Some(cx.arm(wait, self.owner, self.number));
        } else {
            self.etag = None;
            self.state = None;
        }
        out.push(Told {
            fault,
            retry,
            ..self.told(sent.cookie, outcome, message)
        });
    }

    fn next_errand(&self) -> Errand {
        if self.etag.is_some() && !self.dirty {
            Errand::Refresh
        } else {
            Errand::State
        }
    }

    /// Its timer: time to refresh, or to try again.
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &mut Account) {
        self.timer = None;
        if self.sent.is_some() || self.state.is_none() {
            return;
        }
        let errand = self.next_errand();
        self.send(cx, account, errand, 0, "", 0);
    }
}
