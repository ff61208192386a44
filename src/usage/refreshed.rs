//! A request outside dialogs that is repeated before what it holds expires: PUBLISH (RFC 3903), OPTIONS, any.
//!
//! Each repetition has the Call-ID and From tag of the first and the next CSeq. What a PUBLISH holds is named by its
//! entity tag: a refresh then brings the tag and no body (RFC 3903 §4.1).

use std::time::Duration;

use crate::base::Time;
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ClientKey, Failure};

use super::binding::refresh_secs;
use super::lines::{merge, set_line};
use super::{Account, Cx, Outcome, Outgoing, Owner};

const AGAIN: u32 = 1;

/// What the request on its way is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// The first, by the application.
    First,
    /// By itself.
    Again,
    /// By the application, with news.
    Update,
    /// The end, by the application.
    End,
}

/// Where it stands; numbered as in the C API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub enum State {
    /// The first request has no answer yet.
    Inactive = 0,
    /// It stands.
    Active = 1,
    /// Over.
    Terminated = 2,
}

/// How one of its requests ended.
#[derive(Debug)]
pub struct Ended {
    /// Which it was.
    pub purpose: Purpose,
    /// How.
    pub outcome: Outcome,
    /// The answer.
    pub message: Option<Message>,
}

/// A request that is kept alive.
#[derive(Debug)]
pub struct Refreshed {
    owner: Owner,
    outgoing: Outgoing,
    body: Option<(Box<str>, Vec<u8>)>,
    state: State,
    asked: u32,
    granted: u32,
    /// Seconds that the application chose; 0: by the granted time.
    interval: u32,
    tag: Box<str>,
    at: Option<Time>,
    purpose: Option<Purpose>,
}

impl Refreshed {
    /// A request that has not been sent; `asked` seconds stand in its Expires.
    #[must_use]
    pub fn new(outgoing: Outgoing, owner: Owner, asked: u32, body: Option<(&str, &[u8])>) -> Self {
        Self {
            owner,
            outgoing,
            body: body.map(|(content_type, body)| (content_type.into(), body.to_vec())),
            state: State::Inactive,
            asked,
            granted: 0,
            interval: 0,
            tag: "".into(),
            at: None,
            purpose: None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether a request is on its way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.purpose.is_some()
    }

    /// Whether a response or failure is this one's.
    #[must_use]
    pub fn is(&self, client: ClientKey) -> bool {
        self.purpose.is_some() && self.outgoing.is(client)
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.outgoing.method()
    }

    /// Seconds between repetitions; 0 while it is not active.
    #[must_use]
    pub fn interval(&self) -> u32 {
        match (self.state, self.interval) {
            (State::Active, 0) => refresh_secs(self.granted).max(1),
            (State::Active, chosen) => chosen,
            _ => 0,
        }
    }

    /// Another period, from now on.
    pub fn set_interval(&mut self, cx: &mut Cx, secs: u32) {
        self.interval = secs;
        if self.at.is_some() {
            self.plan(cx);
        }
    }

    /// Sends the first request.
    pub fn begin(&mut self, cx: &mut Cx, account: &mut Account) -> ClientKey {
        self.purpose = Some(Purpose::First);
        self.outgoing.send(cx, account)
    }

    /// Sends it again with other lines and, where given, another body.
    pub fn update(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        own: &str,
        body: Option<(&str, &[u8])>,
        expires: u32,
    ) -> ClientKey {
        if let Some((content_type, body)) = body {
            self.body = Some((content_type.into(), body.to_vec()));
        }
        if expires != 0 {
            self.asked = expires;
        }
        let whole = body.is_some() || self.method() != "PUBLISH";
        self.outgoing.begin_anew();
        self.send(cx, account, Purpose::Update, own, whole)
    }

    /// Ends it: the same with Expires 0.
    pub fn end(&mut self, cx: &mut Cx, account: &Account, own: &str) -> ClientKey {
        let whole = self.method() != "PUBLISH";
        self.outgoing.begin_anew();
        self.send(cx, account, Purpose::End, own, whole)
    }

    fn send(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        purpose: Purpose,
        own: &str,
        whole: bool,
    ) -> ClientKey {
        cx.disarm(self.at.take(), self.owner, AGAIN);
        self.purpose = Some(purpose);
        let rest = self.outgoing.rest_mut();
        *rest = merge(own, rest);
        let expires = if purpose == Purpose::End {
            "0".to_owned()
        } else {
            self.asked.to_string()
        };
        set_line(rest, "Expires", Some(&expires));
        let tag = (!self.tag.is_empty()).then_some(&*self.tag);
        set_line(rest, "SIP-If-Match", tag);
        let draft = self.outgoing.draft_mut();
        draft.routes.clone_from(&account.routes);
        match &self.body {
            Some((content_type, body)) if whole => {
                draft.content_type = Some(content_type.clone());
                draft.body.clone_from(body);
            }
            _ => {
                draft.content_type = None;
                draft.body.clear();
            }
        }
        let cseq = self.outgoing.cseq() + 1;
        self.outgoing.repeat(cx, cseq)
    }

    fn plan(&mut self, cx: &mut Cx) {
        cx.disarm(self.at.take(), self.owner, AGAIN);
        let after = Duration::from_secs(self.interval().into());
        self.at = Some(cx.arm(after, self.owner, AGAIN));
    }

    /// It is time to repeat it; none when it need not be.
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &Account) -> Option<ClientKey> {
        self.at = None;
        if self.state != State::Active || self.purpose.is_some() {
            return None;
        }
        let whole = self.method() != "PUBLISH";
        self.outgoing.begin_anew();
        Some(self.send(cx, account, Purpose::Again, "", whole))
    }

    /// A response; `Err` gives the transaction in which it goes on.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Message,
    ) -> Result<Option<Ended>, ClientKey> {
        let status = message.status().unwrap_or_default();
        let Some(purpose) = self.purpose.filter(|_| status >= 200) else {
            return Ok(None);
        };
        if matches!(status, 401 | 407) {
            let cseq = self.outgoing.cseq() + 1;
            if let Ok(client) = self.outgoing.authenticate(cx, account, &message, cseq) {
                return Err(client);
            }
        }
        self.purpose = None;
        if purpose == Purpose::Again && self.method() == "PUBLISH" && status == 412 {
            // The server has forgotten: it is told all anew (RFC 3903 §4.1).
            self.tag = "".into();
            return Err(self.send(cx, account, Purpose::Again, "", true));
        }
        if purpose != Purpose::First
            && purpose != Purpose::End
            && status == 423
            && let Some(least) = message.min_expires().filter(|least| *least > self.asked)
        {
            self.asked = least;
            let whole = self.method() != "PUBLISH" || purpose == Purpose::Update;
            return Err(self.send(cx, account, purpose, "", whole));
        }
        if status < 300 && purpose != Purpose::End {
            self.state = State::Active;
            self.granted = message.expires().unwrap_or(self.asked);
            if let Some(tag) = message.header(HeaderId::SipETag) {
                self.tag = tag.into();
            }
            if self.granted == 0 {
                self.state = State::Terminated;
            } else {
                self.plan(cx);
            }
        } else {
            self.state = State::Terminated;
        }
        Ok(Some(Ended {
            purpose,
            outcome: Outcome::Sip(status),
            message: Some(message),
        }))
    }

    /// No final response will come.
    pub fn on_failure(&mut self, failure: Failure) -> Option<Ended> {
        let purpose = self.purpose.take()?;
        self.state = State::Terminated;
        Some(Ended {
            purpose,
            outcome: Outcome::Failed(failure),
            message: None,
        })
    }

    /// Nothing is sent any more.
    pub fn stop(&mut self, cx: &mut Cx) {
        cx.disarm(self.at.take(), self.owner, AGAIN);
        self.purpose = None;
        self.state = State::Terminated;
    }
}
