//! Transfer by us (`IRTCSessionCallControl::Refer`, `IRTCSessionCallControl2::ReplaceSession`; RFC 5589 §6, §7).
//!
//! One operation from REFER to its last report, told as `SessionReferStatus` and, in the end, as completion of the cookie.
//! The original call: ended by us after success, as it was before after everything else.

use crate::base::{Key, Time};
use crate::dialog::Dialog;
use crate::syntax::{Message, NameAddr, Scheme, Uri, uri};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::usage::refer::{End, Road, Told, Wanted};
use crate::usage::{Account, Cx, Outcome, Owner, Referrer, Role};

use super::command::{SEND_EXPERT, SEND_NO_SUBSCRIPTION};
use super::event::FLAG_LAST;
use super::headers::own_lines;
use super::profile::{phrase, status_of};
use super::session::{Session, account_for, ended, wrong_state};
use super::{
    Agent, Code, Event, EventType, ObjectRef, Refusal, Send, SessionState, Status, TerminateReason,
    Verdict,
};

/// `state` of [`EventType::SessionReferStatus`] (`RTC_SESSION_REFER_STATUS`): the REFER is on its way.
pub const REFERRING: i32 = 0;
/// The peer will try; a status of 1xx says how far it is.
pub const ACCEPTED: i32 = 1;
/// What the peer was asked to do failed, or nobody answered the REFER; the call is as before.
pub const ERROR: i32 = 2;
/// The peer refused the REFER; the call is as before.
pub const REJECTED: i32 = 3;
/// The peer tells nothing more; how it went is not known, the call is as before.
pub const DROPPED: i32 = 4;
/// It worked; the call has been ended.
pub const DONE: i32 = 5;

/// Most referrals of ours that wait for their end.
const MAX_REFERRING: usize = 10_000;

/// A transfer by us on its way.
#[derive(Debug)]
pub(super) struct Referring {
    usage: Referrer,
    session: ObjectRef,
    participant: Option<ObjectRef>,
    profile: Option<ObjectRef>,
    /// The call whose peer is the target of an attended transfer.
    consult: Option<ObjectRef>,
    uri: Box<str>,
    cookie: i64,
    /// Where the call stood.
    before: SessionState,
}

impl Referring {
    pub(super) fn session(&self) -> &ObjectRef {
        &self.session
    }
}

impl Agent {
    /// Refers the peer of a session to `uri`, or to the peer of `consult` in that call's place (attended transfer).
    pub fn refer(
        &mut self,
        now: Time,
        session: &ObjectRef,
        uri: Option<&str>,
        consult: Option<&ObjectRef>,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        if uri.is_none() && consult.is_none() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a URI or a consulted session says where to refer to",
            ));
        }
        let key = self.session_key(session)?;
        if send.flags & !(SEND_EXPERT | SEND_NO_SUBSCRIPTION) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for referring",
            ));
        }
        let own = own_lines(send)?;
        self.refuse_when_closing()?;
        if self.referring.len() >= MAX_REFERRING {
            return Err(Refusal::new(
                Code::Limit,
                "10,000 referrals wait for their end",
            ));
        }
        let refer_to = self.refer_to(key, uri, consult)?;
        let session = self.sessions.get(key).ok_or_else(ended)?;
        let before = session.state();
        match before {
            SessionState::Connected | SessionState::Hold | SessionState::Incoming => {}
            SessionState::Refer => {
                return Err(Refusal::new(
                    Code::ReferPending,
                    "a transfer is on its way in this session",
                ));
            }
            _ => return Err(wrong_state("referring", before)),
        }
        let Some(place) = session.call.dialog_key() else {
            return Err(wrong_state("referring", before));
        };
        let made = Referring {
            usage: Referrer::new(&mut self.cx, Owner::NOBODY),
            session: session.object.clone(),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            consult: consult.cloned(),
            uri: refer_to.trim_matches(['<', '>']).into(),
            cookie: send.cookie,
            before,
        };
        let own = session.call.extra.request(&own);
        let outside = self.cx.dialogs.get(place).and_then(outside_road);
        let referring = self.referring.insert(made);
        let owner = Owner {
            role: Role::Referrer,
            key: referring.to_bits(),
        };
        if before != SessionState::Incoming {
            self.set_state(key, SessionState::Refer, None, Status::None, "", None);
        }
        self.tell_referring(referring, REFERRING, Status::None, 0, None);
        self.with_referring(referring, |usage, cx, account, _| {
            *usage = Referrer::new(cx, owner);
            let road = match &outside {
                Some((uri, to, target)) => Road::Outside { uri, to, target },
                None => Road::Inside(place),
            };
            usage.send(
                cx,
                account,
                road,
                &Wanted {
                    refer_to: &refer_to,
                    unwatched: send.flags & SEND_NO_SUBSCRIPTION != 0,
                    own: &own,
                },
            );
        });
        Ok(Verdict::Done)
    }

    /// The value of Refer-To.
    fn refer_to(
        &self,
        key: Key<Session>,
        target: Option<&str>,
        consult: Option<&ObjectRef>,
    ) -> Result<String, Refusal> {
        let wrong = |text: &'static str| Refusal::new(Code::InvalidSipUrl, text);
        if let Some(target) = target {
            let parsed = Uri::parse(target).map_err(|fault| {
                Refusal::new(Code::InvalidSipUrl, format!("refer-to URI: {fault}"))
            })?;
            if !parsed.is_sip() && parsed.scheme != Scheme::Tel {
                return Err(wrong("a call is referred to a sip:, sips: or tel: URI"));
            }
            if consult.is_some() && parsed.headers.is_some() {
                return Err(wrong(
                    "with a consulted session the URI has no headers of its own",
                ));
            }
        }
        let Some(consult) = consult else {
            let target = target.ok_or_else(|| {
                Refusal::new(
                    Code::InvalidArgument,
                    "a URI or a consulted session says where to refer to",
                )
            })?;
            return Ok(format!("<{target}>"));
        };
        let other = self.session_key(consult)?;
        let session = self.sessions.get(other).ok_or_else(ended)?;
        let dialog = session.call.dialog(&self.cx.dialogs);
        let stands = matches!(
            session.state(),
            SessionState::Connected | SessionState::Hold
        );
        let (Some(dialog), true, true) = (dialog, stands, other != key) else {
            return Err(wrong_state("consulting for a transfer", session.state()));
        };
        let replaces = format!(
            "{};to-tag={};from-tag={}",
            dialog.call_id(),
            tag_or_zero(dialog.remote_tag()),
            dialog.local_tag()
        );
        let target = match target {
            Some(target) => target.to_owned(),
            None => reachable(dialog, session.profile.is_some()),
        };
        Ok(format!(
            "<{target}?Replaces={}>",
            uri::escape_header(&replaces)
        ))
    }

    fn with_referring(
        &mut self,
        key: Key<Referring>,
        f: impl FnOnce(&mut Referrer, &mut Cx, &mut Account, &mut Vec<Told>),
    ) {
        let Self {
            cx,
            referring,
            profiles,
            anonymous,
            ..
        } = self;
        let Some(one) = referring.get_mut(key) else {
            return;
        };
        let profile = one
            .profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()));
        let account = account_for(profiles, anonymous, profile);
        let mut out = Vec::new();
        f(&mut one.usage, cx, account, &mut out);
        for told in out {
            self.on_referring_told(key, told);
        }
        if self
            .referring
            .get(key)
            .is_some_and(|one| one.usage.is_over())
        {
            self.referring.remove(key);
        }
    }

    fn on_referring_told(&mut self, key: Key<Referring>, told: Told) {
        match told {
            Told::Accepted(message) => {
                let status = message.status().map_or(Status::None, Status::Sip);
                self.tell_referring(key, ACCEPTED, status, 0, Some(message));
            }
            Told::Heard {
                status, message, ..
            } if status < 200 => {
                self.tell_referring(key, ACCEPTED, Status::Sip(status), 0, Some(message));
            }
            Told::Heard { .. } => {}
            Told::Ended { end, message } => self.end_referring(key, end, message),
        }
    }

    fn end_referring(&mut self, key: Key<Referring>, end: End, message: Option<Message>) {
        let (state, status, result) = match end {
            End::Final(status @ 200..=299) => (DONE, Status::Sip(status), Status::Sip(status)),
            End::Final(status) => (ERROR, Status::Sip(status), Status::Sip(status)),
            End::Refused(Outcome::Sip(status)) => (
                REJECTED,
                Status::Sip(status),
                Status::Failed(Code::ReferNotAccepted),
            ),
            End::Refused(outcome) => (ERROR, status_of(outcome), status_of(outcome)),
            End::Unwatched => (DROPPED, Status::None, Status::None),
            End::Dropped => (DROPPED, Status::None, Status::Failed(Code::Timeout)),
        };
        let Some(one) = self.referring.get(key) else {
            return;
        };
        let (session, consult, before) = (one.session.clone(), one.consult.clone(), one.before);
        let complete = Event {
            event_type: EventType::SessionOperationComplete,
            session: Some(session.clone()),
            participant: one.participant.clone(),
            profile: one.profile.clone(),
            cookie: one.cookie,
            status: result,
            status_text: phrase(message.as_ref()),
            message: message.clone(),
            ..Event::default()
        };
        self.tell_referring(key, state, status, FLAG_LAST, message);
        self.tell(complete);
        let call: Key<Session> = Key::from_bits(session.key());
        if state == DONE {
            self.end_session(call, TerminateReason::Normal, "");
            // The target ends its call with us when it takes the other; should it not, we do.
            if let Some(consult) = consult {
                self.end_session(Key::from_bits(consult.key()), TerminateReason::Normal, "");
            }
        } else if self
            .sessions
            .get(call)
            .is_some_and(|session| session.state() == SessionState::Refer)
        {
            self.set_state(call, before, None, Status::None, "", None);
        }
    }

    fn tell_referring(
        &mut self,
        key: Key<Referring>,
        state: i32,
        status: Status,
        flags: u32,
        message: Option<Message>,
    ) {
        let Some(one) = self.referring.get(key) else {
            return;
        };
        let report = message
            .as_ref()
            .and_then(crate::usage::refer::status_line)
            .map(|(_, reason)| reason);
        let event = Event {
            event_type: EventType::SessionReferStatus,
            session: Some(one.session.clone()),
            participant: one.participant.clone(),
            profile: one.profile.clone(),
            cookie: one.cookie,
            state,
            status,
            status_text: report.unwrap_or_else(|| phrase(message.as_ref())),
            uri: one.uri.clone(),
            other: one.consult.clone(),
            content_type: super::request::content_type(message.as_ref()),
            flags,
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    pub(super) fn on_refer_response(
        &mut self,
        key: Key<Referring>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        self.with_referring(key, |usage, cx, account, out| {
            usage.on_response(cx, account, client, message, flow, out);
        });
    }

    pub(super) fn on_refer_failure(
        &mut self,
        key: Key<Referring>,
        client: ClientKey,
        failure: Failure,
    ) {
        self.with_referring(key, |usage, cx, _, out| {
            usage.on_failure(cx, client, failure, out);
        });
    }

    pub(super) fn on_referring_request(
        &mut self,
        key: Key<Referring>,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        if let Some(server) = server {
            self.with_referring(key, |usage, cx, _, out| {
                usage.on_request(cx, server, message, flow, out);
            });
        }
    }

    pub(super) fn on_referring_alarm(&mut self, key: Key<Referring>, what: u32) {
        self.with_referring(key, |usage, cx, _, out| usage.on_alarm(cx, what, out));
    }

    pub(super) fn on_referring_dialog_lost(&mut self, key: u64) {
        self.with_referring(Key::from_bits(key), |usage, cx, _, out| {
            usage.on_dialog_lost(cx, out);
        });
    }

    /// Nobody will hear how they end.
    pub(super) fn drop_referrings(&mut self) {
        for key in self.referring.keys() {
            if let Some(mut one) = self.referring.remove(key) {
                one.usage.abandon(&mut self.cx);
            }
        }
    }
}

/// To a peer with a GRUU the REFER goes outside of the dialog, which it names (RFC 7647 §4): URI, To, Target-Dialog.
fn outside_road(dialog: &Dialog) -> Option<(Box<str>, Box<str>, String)> {
    let target = dialog.remote_target();
    let gruu = Uri::parse(target).is_ok_and(|uri| uri.params.has("gr"));
    // As the peer sees the tags.
    gruu.then(|| {
        let named = format!(
            "{};local-tag={};remote-tag={}",
            dialog.call_id(),
            tag_or_zero(dialog.remote_tag()),
            dialog.local_tag()
        );
        (target.into(), dialog.remote().into(), named)
    })
}

/// Where others reach the peer of a call: its Contact when that is a GRUU or nobody registers it, else its address of record.
fn reachable(dialog: &Dialog, through_domain: bool) -> String {
    let target = dialog.remote_target();
    let gruu = Uri::parse(target).is_ok_and(|uri| uri.params.has("gr"));
    match NameAddr::parse(dialog.remote()) {
        Ok(peer) if through_domain && !gruu => without_headers(peer.uri),
        _ => without_headers(target),
    }
}

fn without_headers(uri: &str) -> String {
    uri.split('?').next().unwrap_or_default().to_owned()
}

fn tag_or_zero(tag: &str) -> &str {
    if tag.is_empty() { "0" } else { tag }
}
