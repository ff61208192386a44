//! Calls that take the place of others, or join them: Replaces (RFC 3891), Join (RFC 3911), both ways; Target-Dialog
//! (RFC 4538) in an INVITE of ours.
//!
//! Matched before any session sees the INVITE. Whether the caller may: the peer of the old call itself, or whom it referred,
//! may be answered automatically; anybody else is put to the application, which sees the old call in the event.

use crate::base::Key;
use crate::dialog::Dialog;
use crate::syntax::{HeaderId, Join, Message, NameAddr, Replaces, uri};
use crate::usage::call::State;
use crate::usage::{Owner, Role};

use super::session::{Session, ended, wrong_state};
use super::{Agent, Code, ObjectRef, Refusal, SessionState, TerminateReason, Verdict, properties};

/// `kind` of an incoming session's event: it takes the place of `other`.
pub const KIND_REPLACES: i32 = 1;
/// `kind` of an incoming session's event: it joins `other`.
pub const KIND_JOINS: i32 = 2;

/// Only while the named dialog is early.
pub const DIALOG_ID_EARLY_ONLY: u32 = 1;
/// Join instead of Replaces.
pub const DIALOG_ID_JOIN: u32 = 2;
/// Target-Dialog instead of Replaces.
pub const DIALOG_ID_TARGET: u32 = 4;

/// A dialog of somebody (`rtc_dialog_id_t`).
#[derive(Clone, Debug, Default)]
pub struct DialogId {
    /// DIALOG_ID_….
    pub flags: u32,
    /// A call of ours with the one who is called next, or …
    pub session: Option<ObjectRef>,
    /// … its Call-ID,
    pub call_id: Box<str>,
    /// the tag of the one who is called,
    pub local_tag: Box<str>,
    /// and that of its peer.
    pub remote_tag: Box<str>,
}

/// The call that an INVITE speaks of.
pub(super) struct Named {
    pub(super) session: ObjectRef,
    pub(super) kind: i32,
    /// By the old call's peer, or by whom that peer referred.
    pub(super) trusted: bool,
}

impl Agent {
    /// The call of ours that an INVITE is to replace or join, or the status that refuses it (RFC 3891 §3, RFC 3911 §4).
    pub(super) fn named_call(&self, invite: &Message) -> Result<Option<Named>, u16> {
        let count = |id| invite.headers(id).count();
        let (replaces, joins) = (count(HeaderId::Replaces), count(HeaderId::Join));
        match (replaces, joins) {
            (0, 0) => return Ok(None),
            (1, 0) | (0, 1) => {}
            _ => return Err(400),
        }
        let (call_id, ours, theirs, early_only, kind) = if replaces == 1 {
            let one: Replaces<'_> = invite.typed().map_err(|_| 400u16)?.ok_or(400u16)?;
            let early = one.is_early_only();
            (
                one.call_id,
                one.local_tag,
                one.remote_tag,
                early,
                KIND_REPLACES,
            )
        } else {
            let one: Join<'_> = invite.typed().map_err(|_| 400u16)?.ok_or(400u16)?;
            (
                one.call_id,
                one.local_tag,
                one.remote_tag,
                false,
                KIND_JOINS,
            )
        };
        let session = self.call_named(call_id, ours, theirs)?;
        match session.call.state() {
            State::Confirmed | State::Accepted if early_only => return Err(486),
            State::Confirmed | State::Accepted | State::Calling => {}
            // An early dialog that we did not begin.
            State::Incoming => return Err(481),
            State::Cancelling | State::Ending | State::Ended => return Err(603),
            State::Idle => return Err(481),
        }
        let same = |other: &str| uri::equal(other, &session.remote_uri);
        let by = invite.header(HeaderId::ReferredBy);
        let trusted = invite.from().is_ok_and(|from| same(from.uri))
            || by.is_some_and(|by| NameAddr::parse(by).is_ok_and(|by| same(by.uri)));
        Ok(Some(Named {
            session: session.object.clone(),
            kind,
            trusted,
        }))
    }

    fn call_named(&self, call_id: &str, ours: &str, theirs: &str) -> Result<&Session, u16> {
        let dialogs = &self.cx.dialogs;
        let session = |owner: Owner| {
            let call = (owner.role == Role::Call).then_some(owner.key);
            call.and_then(|key| self.sessions.get(Key::from_bits(key)))
        };
        if let Some(place) = dialogs.named(call_id, ours, theirs) {
            return match dialogs.call(place) {
                Some(owner) => session(owner).ok_or(481),
                None if dialogs.had_call(place) => Err(603),
                // No INVITE usage was ever in it.
                None => Err(481),
            };
        }
        let early = dialogs.claimed(ours).and_then(session);
        let fits = |dialog: &Dialog| dialog.call_id() == call_id && dialog.remote_tag() == theirs;
        match early {
            Some(session) if session.call.early_dialogs().any(fits) => Ok(session),
            _ if dialogs.has_ended(call_id, ours, theirs) => Err(603),
            _ => Err(481),
        }
    }

    /// A call that takes the place of another was accepted: the other goes, by BYE or by CANCEL (RFC 3891 §3).
    pub(super) fn end_replaced(&mut self, key: Key<Session>) {
        let origin = self
            .sessions
            .get_mut(key)
            .and_then(|session| session.origin.as_deref_mut());
        let Some(origin) = origin.filter(|origin| origin.kind == KIND_REPLACES) else {
            return;
        };
        if let Some(other) = origin.other.take() {
            self.end_session(Key::from_bits(other.key()), TerminateReason::Normal, "");
        }
    }

    /// Who referred to a call that is not yet made, for Referred-By; the application's name for it.
    pub(super) fn set_referral_text(
        &mut self,
        object: &ObjectRef,
        property: i32,
        value: &str,
    ) -> Result<Verdict, Refusal> {
        let key = self.session_key(object)?;
        let session = self.sessions.get_mut(key).ok_or_else(ended)?;
        match property {
            properties::SESSION_REFER_COOKIE => session.origin_mut().cookie = value.into(),
            properties::SESSION_REFERRED_BY => {
                if session.state() != SessionState::Idle {
                    return Err(wrong_state("naming the referrer", session.state()));
                }
                let by = match uri::equal(value, value) {
                    true => format!("<{value}>"),
                    false => value.to_owned(),
                };
                NameAddr::parse(&by).map_err(|fault| {
                    Refusal::new(Code::InvalidSipUrl, format!("Referred-By: {fault}"))
                })?;
                let line = super::headers::check(&format!("Referred-By: {by}"), true)?;
                let origin = session.origin_mut();
                origin.lines = crate::usage::lines::merge(&line, &origin.lines).into();
                origin.referred_by = by.into();
            }
            _ => return Err(Refusal::new(Code::NotAllowed, "this can only be read")),
        }
        Ok(Verdict::Done)
    }

    /// The INVITE of an idle session will carry Replaces, Join or Target-Dialog.
    pub fn session_replace(
        &mut self,
        session: &ObjectRef,
        id: &DialogId,
    ) -> Result<Verdict, Refusal> {
        let wrong = |text: &'static str| Refusal::new(Code::InvalidArgument, text);
        let key = self.session_key(session)?;
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        if state != SessionState::Idle {
            return Err(wrong_state("naming a dialog", state));
        }
        let (name, tags, option) = match id.flags & !DIALOG_ID_EARLY_ONLY {
            0 => ("Replaces", ["to-tag", "from-tag"], "replaces"),
            DIALOG_ID_JOIN => ("Join", ["to-tag", "from-tag"], "join"),
            DIALOG_ID_TARGET => ("Target-Dialog", ["local-tag", "remote-tag"], "tdialog"),
            _ => return Err(wrong("one of Replaces, Join and Target-Dialog at a time")),
        };
        let early_only = id.flags & DIALOG_ID_EARLY_ONLY != 0;
        if early_only && option != "replaces" {
            return Err(wrong("early-only is for Replaces"));
        }
        let (call_id, local, remote) = match &id.session {
            Some(other) => {
                let other = self.session_key(other)?;
                let other = self.sessions.get(other).ok_or_else(ended)?;
                let shared = other.call.dialog(&self.cx.dialogs);
                let Some(dialog) = shared.or_else(|| other.call.early_dialogs().next_back()) else {
                    return Err(wrong_state("naming its dialog", other.state()));
                };
                let remote: Box<str> = dialog.local_tag().as_str().into();
                (dialog.call_id().into(), dialog.remote_tag().into(), remote)
            }
            None => (
                id.call_id.clone(),
                id.local_tag.clone(),
                id.remote_tag.clone(),
            ),
        };
        let named = !call_id.is_empty() && !call_id.contains(|c: char| " \t\r\n;,".contains(c));
        let tagged = [&local, &remote]
            .iter()
            .all(|tag| crate::syntax::method::is_token(tag));
        if !named || !tagged {
            return Err(wrong("a dialog is named by a Call-ID and two tags"));
        }
        let early = if early_only { ";early-only" } else { "" };
        let line = format!(
            "{name}: {call_id};{}={local};{}={remote}{early}\r\nRequire: {option}\r\n",
            tags[0], tags[1]
        );
        if let Some(session) = self.sessions.get_mut(key) {
            let origin = session.origin_mut();
            origin.lines = crate::usage::lines::merge(&line, &origin.lines).into();
        }
        Ok(Verdict::Done)
    }
}
