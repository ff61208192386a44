//! Who is typing: RFC 3994 (`IRTCSession::SendMessageStatus`), in message sessions and inside calls.
//!
//! Ours is told when it changes and again before it lapses; the peer's lapses when it is not said again.

use std::time::Duration;

use crate::base::{Key, Time};
use crate::events::Composing;
use crate::events::composing::{CONTENT_TYPE, REFRESH};
use crate::syntax::{HeaderId, Message};
use crate::usage::{Owner, Role};

use super::session::{Session, ended};
use super::{Agent, Code, Event, EventType, ObjectRef, Refusal, Send, Verdict};

/// Timer of a session: the peer has not said again that it types.
pub(super) const LAPSED: u32 = 20;
/// Longest time for which one word of the peer holds.
const LONGEST: u32 = 3600;

/// Who types in a session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Typing {
    /// When we said last that we do.
    said: Option<Time>,
    /// Until when the peer does.
    heard: Option<Time>,
}

impl Agent {
    /// Tells the peer of a session that we type (1) or no longer do (0). The same again within half its time is not sent.
    pub fn session_send_status(
        &mut self,
        now: Time,
        session: &ObjectRef,
        status: i32,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let active = match status {
            0 => false,
            1 => true,
            _ => {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "the status is 0 (idle) or 1 (typing)",
                ));
            }
        };
        if send.body.is_some() || send.content_type.is_some() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the library writes the body of a status",
            ));
        }
        let said = self
            .sessions
            .get(key)
            .ok_or_else(ended)?
            .typing
            .and_then(|typing| typing.said);
        let fresh = |at: Time| now.since(at) < Duration::from_secs(u64::from(REFRESH) / 2);
        match (active, said) {
            (false, None) => return Ok(Verdict::Nothing),
            (true, Some(at)) if fresh(at) => return Ok(Verdict::Nothing),
            _ => {}
        }
        let document = Composing {
            active,
            content_type: "text/plain".to_owned(),
            refresh: active.then_some(REFRESH),
            ..Composing::default()
        };
        let send = Send {
            content_type: Some(CONTENT_TYPE.into()),
            body: Some(document.to_string().into_bytes().into()),
            ..send.clone()
        };
        let verdict = self.session_send(now, session, "MESSAGE", &send)?;
        if let Some(session) = self.sessions.get_mut(key) {
            session.typing.get_or_insert_default().said = active.then_some(now);
        }
        Ok(verdict)
    }

    /// A message with content was sent: that says that nobody types any more (RFC 3994 §3.2).
    pub(super) fn note_words(&mut self, key: Key<Session>, content_type: Option<&str>) {
        let status = content_type.is_some_and(is_status);
        if !status
            && let Some(typing) = self
                .sessions
                .get_mut(key)
                .and_then(|session| session.typing.as_mut())
        {
            typing.said = None;
        }
    }

    /// What a received message says of the peer's typing: kind (0 message, 1 status) and state for its event.
    pub(super) fn hear_typing(
        &mut self,
        key: Option<Key<Session>>,
        message: &Message,
    ) -> (i32, i32) {
        let content_type = message.header(HeaderId::ContentType).unwrap_or_default();
        let status = is_status(content_type);
        let heard = status
            .then(|| Composing::parse(message.body()).ok())
            .flatten()
            .filter(|composing| composing.active);
        if let Some(key) = key {
            self.stop_typing(key);
            if let Some(composing) = &heard {
                let secs = composing.refresh.unwrap_or(REFRESH).clamp(1, LONGEST);
                let at = self
                    .cx
                    .arm(Duration::from_secs(secs.into()), owner(key), LAPSED);
                if let Some(session) = self.sessions.get_mut(key) {
                    session.typing.get_or_insert_default().heard = Some(at);
                }
            }
        }
        (i32::from(status), i32::from(heard.is_some()))
    }

    /// The peer's word no longer holds, or the session ends.
    pub(super) fn stop_typing(&mut self, key: Key<Session>) {
        let typing = self
            .sessions
            .get_mut(key)
            .and_then(|session| session.typing.as_mut());
        if let Some(at) = typing.and_then(|typing| typing.heard.take()) {
            self.cx.disarm(Some(at), owner(key), LAPSED);
        }
    }

    /// It was not said again in time (RFC 3994 §3.3).
    pub(super) fn on_typing_lapsed(&mut self, key: Key<Session>) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        if let Some(typing) = session.typing.as_mut() {
            typing.heard = None;
        }
        let event = Event {
            event_type: EventType::Messaging,
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            kind: 1,
            uri: session.remote_uri.clone(),
            ..Event::default()
        };
        self.tell(event);
    }
}

fn owner(key: Key<Session>) -> Owner {
    Owner {
        role: Role::Call,
        key: key.to_bits(),
    }
}

fn is_status(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case(CONTENT_TYPE)
}
