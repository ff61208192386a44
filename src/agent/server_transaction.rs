//! Answering requests of peers through their transactions: respond, claim, expire, cancel (RFC 3261 §8.2.6, §17.2).
//!
//! A request that waits (`answer.rs`) is answered by its event or by its transaction, whichever comes first. A claim
//! takes the duty over for longer than the event says; when that time is up the library answers 500, an INVITE 480,
//! and says so. An answer to an INVITE that makes a dialog makes a session of it: one INVITE usage, whose media are
//! the application's.

use std::time::Duration;

use crate::base::{Key, Time};
use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message, MessageBuilder};
use crate::transaction::ServerKey;
use crate::usage::{Media, Owner, Role};

use super::command::SEND_RELIABLE;
use super::event::AnswerKey;
use super::headers::{own_lines, own_lines_with, own_lines_with_reason};
use super::session::Session;
use super::states::TerminateReason;
use super::transaction::{Side, over};
use super::{
    Agent, Code, Event, EventType, Kind, Object, ObjectRef, ParticipantState, Refusal, Send,
    SessionState, SessionType, Status, Verdict,
};

/// How long a provisional answer keeps the duty when nothing was claimed: an INVITE rings, another request lives
/// 64*T1 (RFC 3261 §17.1.2.2).
pub(super) const RING: Duration = Duration::from_secs(180);
/// The longest claim.
const LONGEST: Duration = Duration::from_secs(600);

impl Agent {
    fn open_side(&self, object: &ObjectRef) -> Result<Side, Refusal> {
        if object.kind() != Kind::Transaction {
            return Err(Refusal::new(Code::Handle, "the object is no transaction"));
        }
        self.transactions.side(object).ok_or_else(over)
    }

    /// The request behind a transaction, if the application may still answer it.
    pub(super) fn open_pending(&self, object: &ObjectRef) -> Result<(ServerKey, AnswerKey), Refusal> {
        let Side::Server {
            server: Some(server),
            pending,
        } = self.open_side(object)?
        else {
            return Err(over());
        };
        let Some(pending) = pending else {
            return Err(Refusal::new(
                Code::AlreadyAnswered,
                "the library answers this request by itself",
            ));
        };
        match self.pending.get(pending) {
            Some(open) if !open.answered => Ok((server, pending)),
            Some(_) => Err(Refusal::new(
                Code::AlreadyAnswered,
                "this request was answered",
            )),
            None => Err(Refusal::new(
                Code::DeadlinePassed,
                "the library has answered this request",
            )),
        }
    }

    /// Answers the request of a transaction: 101–199 and then once 200–699. `RELIABLE` with 101–199 of an INVITE only.
    pub fn respond(
        &mut self,
        now: Time,
        transaction: &ObjectRef,
        status: u16,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        if !(101..700).contains(&status) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a response has a status from 101 to 699; 100 is the library's",
            ));
        }
        let invite = self.transactions.method(transaction) == "INVITE";
        let reliable = send.flags & SEND_RELIABLE != 0;
        if reliable && (status >= 200 || !invite) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "only provisional answers to an INVITE, 101 to 199, are sent reliably",
            ));
        }
        let own = answer_lines(status, send)?;
        // An incoming session's INVITE is answered through its session.
        if let Side::Server {
            server: Some(server),
            pending: None,
        } = self.open_side(transaction)?
            && let Some(key) = self.open_invites.get(&server).copied()
            && let Some(session) = self
                .sessions
                .get(key)
                .map(|session| session.object().clone())
        {
            return self.answer(now, &session, status, send);
        }
        let (server, answer) = self.open_pending(transaction)?;
        if invite && status < 300 {
            return self.respond_to_invite(answer, server, status, &own, send, reliable);
        }
        if status >= 200 {
            if let Some(pending) = self.pending.get_mut(answer) {
                pending.answered = true;
            }
            match self.adopted(answer) {
                Some(key) => {
                    let body = send.content_type.as_deref().zip(send.body.as_deref());
                    let reason = send.reason.as_deref().unwrap_or_default();
                    self.answer_incoming(key, status, reason, &own, body, false)?;
                }
                None => self.answer_pending(answer, status, &own, send),
            }
            return Ok(Verdict::Done);
        }
        let tag = self.tag_of_pending(answer);
        let Some(pending) = self.pending.get(answer) else {
            return Err(over());
        };
        let reason = send.reason.as_deref().unwrap_or_default();
        let mut builder =
            MessageBuilder::response_to(&pending.request, status, reason, tag.as_str())
                .raw_lines(&own);
        if let Some((content_type, body)) = send.content_type.as_deref().zip(send.body.as_deref()) {
            builder = builder.body(content_type, body);
        }
        self.cx.respond(server, builder.build());
        self.keep_duty(answer, self.cx.t1 * 64);
        Ok(Verdict::Done)
    }

    /// 101–299 to an INVITE: the session that it makes answers.
    fn respond_to_invite(
        &mut self,
        answer: AnswerKey,
        server: ServerKey,
        status: u16,
        own: &str,
        send: &Send,
        reliable: bool,
    ) -> Result<Verdict, Refusal> {
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let key = match self.adopted(answer) {
            Some(key) => key,
            None => self.adopt_invite(answer, server)?,
        };
        let reason = send.reason.as_deref().unwrap_or_default();
        self.answer_incoming(key, status, reason, own, body, reliable)?;
        if status < 200 {
            self.keep_duty(answer, RING);
        } else if let Some(pending) = self.pending.get_mut(answer) {
            pending.answered = true;
        }
        Ok(Verdict::Done)
    }

    /// The session that was made of a waiting INVITE, while it lives.
    pub(super) fn adopted(&self, answer: AnswerKey) -> Option<Key<Session>> {
        let key = self.pending.get(answer)?.adopted?;
        self.sessions.contains(key).then_some(key)
    }

    /// Makes a session of a waiting INVITE; nothing is sent or told yet. Its media are the application's.
    pub(super) fn adopt_invite(
        &mut self,
        answer: AnswerKey,
        server: ServerKey,
    ) -> Result<Key<Session>, Refusal> {
        let (Some(pending), Some(flow)) =
            (self.pending.get(answer), self.cx.endpoint.flow_of(server))
        else {
            return Err(over());
        };
        let (request, transaction) = (pending.request.clone(), pending.transaction.clone());
        let content_type = request
            .header(HeaderId::ContentType)
            .and_then(|given| given.split(';').next())
            .map_or("application/sdp", str::trim);
        let media = Media::application(content_type, &[]);
        let options = self.config.session_defaults.clone();
        let key = self.new_session(SessionType::Application, SessionState::Incoming, &options)?;
        let profile = self.profile_addressed(&request);
        let Self { cx, sessions, .. } = self;
        let taken = sessions.get_mut(key).is_some_and(|session| {
            if let Ok(from) = request.from() {
                session.remote_uri = from.uri.into();
                session.remote_name = from.display_name.into();
            }
            session.profile = profile.or_else(|| session.profile.take());
            session.participant = Some(Object::new(
                Kind::Participant,
                key.to_bits(),
                ParticipantState::Incoming.number(),
                0,
            ));
            session.call.take(cx, server, request, &flow, media)
        });
        if !taken {
            if let Some(mut session) = self.sessions.remove(key) {
                session.call.release(&mut self.cx);
            }
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the INVITE has no Contact, so that no dialog can be made of it; refuse it with 400",
            ));
        }
        if let Some(pending) = self.pending.get_mut(answer) {
            pending.adopted = Some(key);
            pending.undecided = None;
        }
        if let Some(session) = self.sessions.get(key) {
            self.transactions.relate(&transaction, session.object());
        }
        // Notes the open INVITE, so that a CANCEL finds the session.
        self.with_call(key, |_, _, _, _| {});
        Ok(key)
    }

    /// The To tag of all answers to one waiting request.
    pub(super) fn tag_of_pending(&mut self, answer: AnswerKey) -> LocalTag {
        let known = self.pending.get(answer).and_then(|pending| pending.tag);
        known.unwrap_or_else(|| {
            let tag = self.cx.tag();
            if let Some(pending) = self.pending.get_mut(answer) {
                pending.tag = Some(tag);
            }
            tag
        })
    }

    /// The application answers or acknowledges, within this time; then 500 (INVITE 480) and `TransactionExpired`.
    pub fn claim(
        &mut self,
        now: Time,
        transaction: &ObjectRef,
        within: Duration,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        if within.is_zero() || within > LONGEST {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a claim is for more than nothing and at most ten minutes",
            ));
        }
        let (_, answer) = self.open_pending(transaction)?;
        self.set_deadline(answer, within);
        Ok(Verdict::Done)
    }

    fn set_deadline(&mut self, answer: AnswerKey, within: Duration) {
        let owner = pending_owner(answer);
        let Some(pending) = self.pending.get_mut(answer) else {
            return;
        };
        self.cx.disarm(Some(pending.deadline), owner, 0);
        pending.claimed = true;
        pending.deadline = self.cx.arm(within, owner, 0);
    }

    /// Who says something provisional has the duty; what it claimed for longer stays.
    pub(super) fn keep_duty(&mut self, answer: AnswerKey, within: Duration) {
        let until = self.cx.now + within;
        let claimed = self
            .pending
            .get(answer)
            .is_some_and(|pending| pending.claimed);
        if !claimed
            && self
                .pending
                .get(answer)
                .is_some_and(|pending| pending.deadline < until)
        {
            self.set_deadline(answer, within);
        }
    }

    /// Milliseconds that are left to answer; none when it was answered.
    pub(super) fn answer_left_ms(&self, answer: AnswerKey) -> Option<i64> {
        let pending = self
            .pending
            .get(answer)
            .filter(|pending| !pending.answered)?;
        let left = (pending.deadline - self.cx.now).as_millis();
        Some(i64::try_from(left).unwrap_or(i64::MAX).max(1))
    }

    /// What was claimed was not answered: the library does.
    pub(super) fn expire_claim(&mut self, answer: AnswerKey) {
        let Some(pending) = self
            .pending
            .get_mut(answer)
            .filter(|pending| pending.claimed && !pending.answered)
        else {
            return;
        };
        pending.answered = true;
        let (transaction, request) = (pending.transaction.clone(), pending.request.clone());
        let status = if request.method() == "INVITE" {
            480
        } else {
            500
        };
        match self.adopted(answer) {
            // Refusing an incoming session cannot fail.
            Some(key) => drop(self.answer_incoming(key, status, "", "", None, false)),
            None => self.answer_pending(answer, status, "", &Send::default()),
        }
        self.note_answers();
        let event = Event {
            event_type: EventType::TransactionExpired,
            state: transaction.state(),
            transaction: Some(transaction),
            status: Status::Sip(status),
            text: request.method().into(),
            message: Some(request),
            ..Event::default()
        };
        self.tell(event);
    }

    /// Goodbye is being said: nobody waits for what was claimed.
    pub(super) fn expire_claims(&mut self) {
        for answer in self.pending.keys() {
            self.expire_claim(answer);
        }
    }

    /// The peer took an INVITE back that the application was shown; 200 to the CANCEL has been sent (RFC 3261 §9.2).
    pub(super) fn tell_cancelled(&mut self, server: ServerKey, cancel: &Message) {
        let Some(transaction) = self.transactions.of_server(server) else {
            return;
        };
        if let Ok((_, answer)) = self.open_pending(&transaction) {
            if let Some(pending) = self.pending.get_mut(answer) {
                pending.answered = true;
                pending.undecided = None;
            }
            // A session refuses its own INVITE.
            if self.adopted(answer).is_none() {
                self.answer_pending(answer, 487, "", &Send::default());
            }
            self.note_answers();
        }
        let key = self.open_invites.get(&server).copied();
        let event = Event {
            event_type: EventType::Cancelled,
            state: transaction.state(),
            transaction: Some(transaction),
            text: "INVITE".into(),
            message: Some(cancel.clone()),
            ..Event::default()
        };
        match key {
            Some(key) => self.tell_in_usage(key, event),
            None => {
                self.tell(event);
            }
        }
    }

    /// Cancels an INVITE of ours (RFC 3261 §9.1): held until the first provisional answer.
    pub fn cancel(
        &mut self,
        now: Time,
        transaction: &ObjectRef,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let own = own_lines_with_reason(send)?;
        let Side::Client(Some(client)) = self.open_side(transaction)? else {
            return Err(over());
        };
        if self.transactions.method(transaction) != "INVITE" {
            return Err(Refusal::new(
                Code::InvalidTransactionState,
                "only an INVITE can be cancelled",
            ));
        }
        let Some(Owner {
            role: Role::Call,
            key,
        }) = self.transactions.owner(transaction)
        else {
            return Err(over());
        };
        let key = Key::from_bits(key);
        if !self
            .sessions
            .get(key)
            .is_some_and(|session| session.call.open_client() == Some(client))
        {
            return Err(over());
        }
        // A re-INVITE is taken back alone (RFC 6141 §3.8).
        let mut alone = false;
        self.with_call(key, |call, cx, _, _| alone = call.cancel_change(cx, &own));
        if !alone {
            self.end_session(key, TerminateReason::Normal, &own);
        }
        Ok(Verdict::Done)
    }
}

fn pending_owner(answer: AnswerKey) -> Owner {
    Owner {
        role: Role::Pending,
        key: answer.to_bits(),
    }
}

/// The own lines of an answer; a redirection may name its Contacts (RFC 3261 §8.3).
fn answer_lines(status: u16, send: &Send) -> Result<String, Refusal> {
    if !(300..400).contains(&status) {
        return own_lines(send);
    }
    own_lines_with(send, &[HeaderId::Contact])
}
