//! How long a call may ring: the caller's Expires (RFC 3261 §13.2.1, §13.3.1), our own patience in either role.
//!
//! Independent of the transaction's timers: an INVITE that rings lives until somebody's patience ends.

use std::time::Duration;

use crate::base::{Key, Time};
use crate::syntax::Message;
use crate::usage::{Owner, Role};

use super::session::Session;
use super::{Agent, SessionState, TerminateReason};

/// Nobody answered for as long as we wait.
pub(super) const NO_ANSWER: u32 = 16;
/// The time that the caller gave in Expires is over.
pub(super) const EXPIRED: u32 = 17;

/// The deadlines of a call without final answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ringing {
    no_answer: Option<Time>,
    expired: Option<Time>,
}

impl Ringing {
    fn is_idle(&self) -> bool {
        self.no_answer.is_none() && self.expired.is_none()
    }
}

impl Agent {
    /// An incoming call begins to ring: until the caller's time or ours is over.
    pub(super) fn ring_in(&mut self, key: Key<Session>, invite: &Message) {
        let expires = invite
            .expires()
            .map(|secs| Duration::from_secs(secs.into()));
        self.set_ringing(key, Some(self.config.ring), expires);
    }

    /// An outgoing call begins: until the time given for it is over, or ours.
    pub(super) fn ring_out(&mut self, key: Key<Session>, expires_secs: u32) {
        let patience = Some(self.config.no_answer).filter(|patience| !patience.is_zero());
        let expires = Some(expires_secs)
            .filter(|secs| *secs > 0)
            .map(|secs| Duration::from_secs(secs.into()));
        self.set_ringing(key, patience, expires);
    }

    fn set_ringing(
        &mut self,
        key: Key<Session>,
        no_answer: Option<Duration>,
        expired: Option<Duration>,
    ) {
        let owner = owner(key);
        let ringing = Ringing {
            no_answer: no_answer.map(|after| self.cx.arm(after, owner, NO_ANSWER)),
            expired: expired.map(|after| self.cx.arm(after, owner, EXPIRED)),
        };
        if let Some(session) = self.sessions.get_mut(key) {
            session.ringing = ringing;
        }
    }

    /// It is answered, or over.
    pub(super) fn stop_ringing(&mut self, key: Key<Session>) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let ringing = std::mem::take(&mut session.ringing);
        self.forget_ringing(key, ringing);
    }

    pub(super) fn forget_ringing(&mut self, key: Key<Session>, ringing: Ringing) {
        if ringing.is_idle() {
            return;
        }
        self.cx.disarm(ringing.no_answer, owner(key), NO_ANSWER);
        self.cx.disarm(ringing.expired, owner(key), EXPIRED);
    }

    /// Patience is over. An INVITE whose Expires passed is as if cancelled: 487.
    pub(super) fn on_ringing_over(&mut self, key: Key<Session>, what: u32) {
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        if session.state() != SessionState::Incoming {
            return self.with_call(key, |call, cx, _, _| call.expire(cx));
        }
        if what == NO_ANSWER {
            return self.end_session(key, TerminateReason::Dnd, "");
        }
        self.with_call(key, |call, cx, account, out| {
            call.refuse_and_end(cx, account, 487, "", "", None, out);
        });
    }
}

fn owner(key: Key<Session>) -> Owner {
    Owner {
        role: Role::Call,
        key: key.to_bits(),
    }
}
