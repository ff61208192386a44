//! What the application asks of a session: answering, ending, redirecting, holding, sending inside (`IRTCSession`,
//! `IRTCSession2`, `IRTCSessionCallControl`).

use crate::base::{Key, Time};
use crate::usage::{Busy, Media, Offer, Owner, Role, Unreliable, What};

use super::command::{REINVITE_NO_OFFER, REINVITE_UPDATE, SEND_RELIABLE};
use super::event::AnswerKey;
use super::headers::{own_lines, own_lines_with_reason};
use super::keys::key_of;
use super::server_transaction::RING;
use super::session::{Session, ended, wrong_state};
use super::{
    Agent, Code, ObjectRef, ParticipantState, Refusal, Send, SessionState, SessionType, Status,
    TerminateReason, Verdict,
};

impl Agent {
    /// Answers an incoming session: 0 means 200; 101–199 tells progress; 300–699 refuses.
    pub fn answer(
        &mut self,
        now: Time,
        session: &ObjectRef,
        status: u16,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let status = if status == 0 { 200 } else { status };
        if !(101..700).contains(&status) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "an answer is a status from 101 to 699",
            ));
        }
        let reliable = send.flags & SEND_RELIABLE != 0;
        if reliable && status >= 200 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "only provisional answers, 101 to 199, are sent reliably",
            ));
        }
        let own = own_lines(send)?;
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let reason = send.reason.as_deref().unwrap_or_default();
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        if self
            .sessions
            .get(key)
            .is_some_and(|session| session.call.open_reinvite().is_some())
        {
            if status < 200 {
                return self.progress_reinvite(key, status, reason, &own, body, reliable);
            }
            if let Some(answer) = self.reinvite_asked(key) {
                self.withdraw_answer(answer);
            }
            self.answer_reinvite(key, status, reason, &own, body);
            return Ok(Verdict::Done);
        }
        if state != SessionState::Incoming {
            return Err(wrong_state("answering", state));
        }
        self.answer_incoming(key, status, reason, &own, body, reliable)?;
        Ok(Verdict::Done)
    }

    pub(super) fn answer_incoming(
        &mut self,
        key: Key<Session>,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        reliable: bool,
    ) -> Result<(), Refusal> {
        let (mut fault, mut told) = (None, Ok(()));
        self.with_call(key, |call, cx, account, out| match status {
            101..=199 => {
                told = call.progress(cx, account, status, reason, own, body, reliable);
            }
            200..=299 => fault = call.accept(cx, account, status, reason, own, body).err(),
            _ => call.refuse_and_end(cx, account, status, reason, own, body, out),
        });
        told.map_err(unreliable)?;
        if fault.is_some() {
            return Err(Refusal::new(
                Code::CodecsDoNotMatch,
                "the offer has nothing that can be answered",
            ));
        }
        if (200..300).contains(&status) {
            self.set_state(
                key,
                SessionState::Answering,
                Some(ParticipantState::Answering),
                Status::None,
                "",
                None,
            );
            self.end_replaced(key);
        }
        Ok(())
    }

    /// The request of the event that told of the peer's re-INVITE, while that waits.
    fn reinvite_asked(&self, key: Key<Session>) -> Option<AnswerKey> {
        let (server, ..) = self.sessions.get(key)?.call.open_reinvite()?;
        let mut all = self.pending.keys().into_iter();
        all.find(|answer| {
            let open = self.pending.get(*answer);
            open.is_some_and(|open| open.server == server && !open.answered)
        })
    }

    /// A provisional answer to the peer's re-INVITE.
    fn progress_reinvite(
        &mut self,
        key: Key<Session>,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        reliable: bool,
    ) -> Result<Verdict, Refusal> {
        let asked = self.reinvite_asked(key);
        let mut told = Ok(());
        self.with_call(key, |call, cx, account, _| {
            told = call.progress_reinvite(cx, account, status, reason, own, body, reliable);
        });
        told.map_err(unreliable)?;
        if let Some(answer) = asked {
            self.keep_duty(answer, RING);
        }
        Ok(Verdict::Done)
    }

    pub(super) fn answer_reinvite(
        &mut self,
        key: Key<Session>,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) {
        self.with_call(key, |call, cx, account, out| {
            if let Some((server, message, flow)) = call.open_reinvite() {
                call.answer_reinvite(
                    cx, account, server, message, &flow, status, reason, own, body, out,
                );
            }
        });
    }

    /// Refuses, cancels or hangs up, whatever the state asks for.
    pub fn terminate(
        &mut self,
        now: Time,
        session: &ObjectRef,
        reason: TerminateReason,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let own = own_lines_with_reason(send)?;
        self.end_session(key, reason, &own);
        Ok(Verdict::Done)
    }

    pub(super) fn end_session(&mut self, key: Key<Session>, reason: TerminateReason, own: &str) {
        let status = match reason {
            TerminateReason::Normal | TerminateReason::Reject => 603,
            TerminateReason::Dnd | TerminateReason::Shutdown => 480,
            TerminateReason::Busy => 486,
            TerminateReason::Timeout => 408,
            TerminateReason::InsufficientSecurityLevel | TerminateReason::NotSupported => 488,
        };
        self.with_call(key, |call, cx, account, out| {
            call.terminate(cx, account, status, "", own, out);
        });
        self.release_challenges_of(Owner {
            role: Role::Call,
            key: key.to_bits(),
        });
        if reason == TerminateReason::Shutdown {
            self.drop_session(key);
        }
    }

    /// Incoming: 302 to `uri` (Forward). Outgoing and redirected: goes on to `uri`, or to the next contact.
    pub fn redirect(
        &mut self,
        now: Time,
        session: &ObjectRef,
        uri: Option<&str>,
        flags: u32,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        if flags != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "no flags are known for redirecting",
            ));
        }
        if let Some(uri) = uri {
            super::profile::check_aor(uri)?;
        }
        let own = own_lines(send)?;
        let (state, redirected) = self
            .sessions
            .get(key)
            .map(|session| (session.state(), session.redirect_open))
            .ok_or_else(ended)?;
        match (state, uri) {
            (SessionState::Incoming, Some(uri)) => {
                let mut own = format!("{own}Contact: <{uri}>\r\n");
                let request = self
                    .sessions
                    .get(key)
                    .and_then(|session| session.call.request());
                if let Some(way) =
                    request.and_then(|request| super::privacy::history_of(request, uri))
                {
                    own.push_str(&format!("History-Info: {way}\r\n"));
                }
                self.answer_incoming(key, 302, "", &own, None, false)?;
                Ok(Verdict::Done)
            }
            (SessionState::InProgress, _) if redirected => {
                if let (Some(uri), Some(session)) = (uri, self.sessions.get_mut(key)) {
                    session
                        .tried
                        .retain(|tried| !crate::syntax::uri::equal(tried, uri));
                    session.redirects.push(uri.into());
                }
                self.follow_redirect(key);
                Ok(Verdict::Done)
            }
            _ => Err(wrong_state("redirecting", state)),
        }
    }

    /// Holds or takes back: a re-INVITE with the direction changed.
    pub fn hold(
        &mut self,
        now: Time,
        session: &ObjectRef,
        hold: bool,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let own = own_lines(send)?;
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        if let Some(holding) = self
            .sessions
            .get(key)
            .and_then(|session| session.call.changing())
        {
            let code = if holding {
                Code::HoldPending
            } else {
                Code::UnholdPending
            };
            return Err(Refusal::new(
                code,
                "a change of the media is on its way in this session",
            ));
        }
        match (state, hold) {
            (SessionState::Hold, true) | (SessionState::Connected, false) => {
                return Ok(Verdict::Nothing);
            }
            (SessionState::Connected, true) | (SessionState::Hold, false) => {}
            _ => return Err(wrong_state("holding", state)),
        }
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let application = self
            .sessions
            .get(key)
            .is_some_and(|session| matches!(session.call.media(), Some(Media::Application { .. })));
        if application && body.is_none() {
            return Err(Refusal::new(
                Code::MediaDisabled,
                "the media are the application's: give the description that holds",
            ));
        }
        let what = body.map_or(What::Ours, |(content_type, body)| {
            What::Given(content_type, body)
        });
        self.change(key, false, Offer { hold, what }, &own, send.cookie)
    }

    /// A re-INVITE, or an UPDATE, with a new offer of ours or the application's, or without offer.
    pub fn reinvite(
        &mut self,
        now: Time,
        session: &ObjectRef,
        flags: u32,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        if flags & !(REINVITE_NO_OFFER | REINVITE_UPDATE) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for a re-INVITE",
            ));
        }
        let own = own_lines(send)?;
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let hold = self
            .sessions
            .get(key)
            .is_some_and(|session| session.state() == SessionState::Hold);
        let what = match body {
            Some((content_type, body)) => What::Given(content_type, body),
            None if flags & REINVITE_NO_OFFER != 0 => What::Nothing,
            None => What::Ours,
        };
        let update = flags & REINVITE_UPDATE != 0;
        self.change(key, update, Offer { hold, what }, &own, send.cookie)
    }

    fn change(
        &mut self,
        key: Key<Session>,
        update: bool,
        offer: Offer<'_>,
        own: &str,
        cookie: i64,
    ) -> Result<Verdict, Refusal> {
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        let mut result = Ok(());
        self.with_call(key, |call, cx, account, _| {
            result = if update {
                call.update(cx, account, offer, own, cookie)
            } else {
                call.change(cx, account, offer, own, cookie)
            };
        });
        match result {
            Ok(()) => Ok(Verdict::Done),
            Err(Busy::NotConfirmed) => Err(wrong_state("changing the media", state)),
            Err(Busy::OfferOpen) => Err(Refusal::new(
                Code::InvalidSessionState,
                "the first offer of this call has no answer yet",
            )),
            Err(Busy::NotAllowed) => Err(Refusal::new(
                Code::NotAllowed,
                "the peer does not list UPDATE in Allow",
            )),
            Err(Busy::Pending { hold: true }) => Err(Refusal::new(
                Code::HoldPending,
                "a hold is on its way in this session",
            )),
            Err(Busy::Pending { hold: false }) => Err(Refusal::new(
                Code::InvitePending,
                "an INVITE is on its way in this session",
            )),
        }
    }

    /// Any request inside the session: INFO, MESSAGE, OPTIONS or another that begins no usage of its own.
    pub fn session_send(
        &mut self,
        now: Time,
        session: &ObjectRef,
        method: &str,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        if !crate::syntax::method::is_token(method) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the method is no token",
            ));
        }
        if [
            "INVITE",
            "ACK",
            "CANCEL",
            "BYE",
            "PRACK",
            "UPDATE",
            "REFER",
            "SUBSCRIBE",
            "REGISTER",
        ]
        .contains(&method)
        {
            return Err(Refusal::new(
                Code::NotAllowed,
                format!("{method} has a verb of its own or no place inside a session"),
            ));
        }
        let own = own_lines(send)?;
        let body = send.body.as_deref().unwrap_or_default();
        let content_type = send.content_type.as_deref();
        let (state, session_type) = self
            .sessions
            .get(key)
            .map(|session| (session.state(), session.session_type))
            .ok_or_else(ended)?;
        if session_type == SessionType::Im {
            if method != "MESSAGE" || state != SessionState::Connected {
                return Err(wrong_state("sending", state));
            }
            let verdict = self.send_im(key, send, &own)?;
            self.note_words(key, content_type);
            return Ok(verdict);
        }
        let most = self.config.endpoint.limits.held_messages;
        if self
            .sessions
            .get(key)
            .is_some_and(|session| session.call.requests_open() >= most)
        {
            return Err(Refusal::new(
                Code::Limit,
                "limit `held_messages` is reached: the peer does not answer the requests before",
            ));
        }
        let mut sent = false;
        if matches!(
            state,
            SessionState::Connected
                | SessionState::Hold
                | SessionState::Refer
                | SessionState::Answering
                | SessionState::Incoming
        ) {
            self.with_call(key, |call, cx, account, _| {
                sent =
                    call.send_request(cx, account, method, &own, content_type, body, send.cookie);
            });
        }
        if sent {
            match method {
                "MESSAGE" => self.note_words(key, content_type),
                "INFO" => {
                    let pressed = key_of(content_type.unwrap_or_default(), body);
                    if let Some((pressed, held)) = pressed {
                        self.on_key(key, pressed, held, false);
                    }
                }
                _ => {}
            }
            Ok(Verdict::Done)
        } else {
            Err(wrong_state("sending inside the dialog", state))
        }
    }

    /// Whether NOTIFYs of a package inside a session's dialog (without session: of all to come) are taken.
    pub fn allow_dialog_notifications(
        &mut self,
        session: Option<&ObjectRef>,
        package: &str,
        allow: bool,
    ) -> Result<Verdict, Refusal> {
        if !crate::syntax::method::is_token(package) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the package is no token",
            ));
        }
        let Some(object) = session else {
            return Ok(self.packages.allow_in_dialogs(&mut self.cx, package, allow));
        };
        let key = self.session_key(object)?;
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        let known = session
            .notifications
            .iter()
            .any(|known| known.eq_ignore_ascii_case(package));
        if known == allow {
            return Ok(Verdict::Nothing);
        }
        if allow {
            if session.notifications.len() >= 32 {
                return Err(Refusal::new(
                    Code::Limit,
                    "32 packages a session are the limit",
                ));
            }
            session.notifications.push(package.into());
        } else {
            session
                .notifications
                .retain(|known| !known.eq_ignore_ascii_case(package));
        }
        session.call.allow_events = session.notifications.join(", ").into();
        Ok(Verdict::Done)
    }
}

fn unreliable(why: Unreliable) -> Refusal {
    match why {
        Unreliable::NotSupported => Refusal::new(
            Code::NotAllowed,
            "the peer did not offer 100rel, or it is switched off here",
        ),
        Unreliable::TooMany => Refusal::new(
            Code::Limit,
            "too many provisional answers wait for their PRACK",
        ),
    }
}
