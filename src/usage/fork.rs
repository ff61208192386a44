//! Several dialogs of one INVITE (RFC 3261 §12.1, §13.2.2.4) kept as calls of their own, and an attempt that goes on with
//! the Call-ID and From tag of one that failed (RFC 3261 §8.1.3.4, §22.2; RFC 4028 §7.3).

use crate::dialog::LocalTag;
use crate::syntax::{HeaderId, Message};
use crate::transaction::ClientKey;

use super::call::{Call, CallEvent, Outcome, State, say_bye};
use super::dialogs::Dialogs;
use super::lines;
use super::reliable::Early;
use super::{Account, Cx, Outgoing, Owner};

/// What a failed INVITE leaves to the next try.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attempt {
    /// Its Call-ID.
    pub call_id: Box<str>,
    /// Its last CSeq number.
    pub cseq: u32,
    /// Its From tag.
    pub local_tag: Option<LocalTag>,
}

impl Call {
    /// The transaction of the first INVITE, which all of its forks answer.
    #[must_use]
    pub fn first_client(&self) -> Option<ClientKey> {
        self.first
    }

    /// Whether a response to our INVITE is of a dialog that this call has not, though it has one.
    #[must_use]
    pub fn is_of_another(&self, dialogs: &Dialogs, client: ClientKey, message: &Message) -> bool {
        let Some(tag) = message.to_tag().filter(|_| self.first == Some(client)) else {
            return false;
        };
        let has_one = self.dialog.is_some() || !self.early.is_empty();
        let makes_one = message
            .status()
            .is_some_and(|status| (101..300).contains(&status));
        has_one && makes_one && !self.has_remote_tag(dialogs, tag)
    }

    /// Whether the peer's tag is that of its dialog, or of one of its early ones.
    #[must_use]
    pub fn has_remote_tag(&self, dialogs: &Dialogs, tag: &str) -> bool {
        self.dialog(dialogs)
            .is_some_and(|dialog| dialog.remote_tag() == tag)
            || self
                .early
                .iter()
                .any(|early| early.dialog.remote_tag() == tag)
    }

    /// UAS: a provisional answer that makes an early dialog went out; within a dialog of another usage: one came.
    #[must_use]
    pub fn has_progressed(&self) -> bool {
        self.progressed
    }

    /// Whether it is a further dialog of an INVITE that another call sent.
    #[must_use]
    pub fn is_fork(&self) -> bool {
        self.forked
    }

    /// A call for a further dialog of our INVITE.
    #[must_use]
    pub fn fork(&self, owner: Owner) -> Self {
        Self {
            state: State::Calling,
            media: self.open_offer.as_deref().or(self.media.as_ref()).cloned(),
            extra: self.extra.clone(),
            allow_events: self.allow_events.clone(),
            invite: self.invite.clone(),
            first: self.first,
            offered: self.offered,
            terms: self.terms,
            auto: self.auto,
            watched: self.watched,
            forked: true,
            ..Self::new(owner, self.local_tag)
        }
    }

    /// Gives up one fork, or an early dialog, without a word about the others: BYE (RFC 3261 §15).
    /// `false`: there is no early dialog.
    pub fn leave_early(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        out: &mut Vec<CallEvent>,
    ) -> bool {
        let Some(Early { mut dialog, .. }) = self.early.pop() else {
            return false;
        };
        let extra = self.extra.request(own);
        say_bye(cx, account, dialog.request("BYE"), &extra);
        if self.forked {
            self.finish(cx, Outcome::Local, None, out);
        }
        true
    }

    /// What another try needs of this one, once it has failed.
    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        self.tried.as_deref()
    }

    /// Keeps what another try needs.
    pub(super) fn note_attempt(&mut self) {
        if !self.watched || self.dialog.is_some() || self.forked {
            return;
        }
        let Some(invite) = self.invite.as_deref_mut() else {
            return;
        };
        let cseq = invite.cseq();
        let draft = &invite.draft_mut().lines;
        let mut named = lines::lines(draft).filter(|(name, _)| *name == HeaderId::CallId.name());
        if let Some((_, call_id)) = named.next() {
            let call_id = call_id.into();
            self.tried = Some(Box::new(Attempt {
                call_id,
                cseq,
                local_tag: Some(self.local_tag),
            }));
        }
    }

    /// Goes on under the tag of the attempt before; nothing has been sent yet.
    pub fn retag(&mut self, cx: &mut Cx, tag: Option<LocalTag>) {
        let Some(tag) = tag.filter(|_| self.state == State::Idle) else {
            return;
        };
        self.release(cx);
        self.local_tag = tag;
        cx.dialogs.claim(tag, self.owner);
    }

    /// The transaction in which a request goes on that was sent anew, after a challenge for one.
    #[must_use]
    pub fn resent(&self, client: ClientKey) -> Option<ClientKey> {
        let update = self
            .change
            .as_ref()
            .and_then(|change| change.update.as_ref());
        [self.invite.as_deref(), self.bye.as_deref()]
            .into_iter()
            .flatten()
            .chain(update.map(super::update::Update::outgoing))
            .chain(self.pending.iter().map(|pending| &pending.outgoing))
            .find(|outgoing| outgoing.before() == Some(client))
            .and_then(Outgoing::client)
    }

    /// The transaction of our request of that method, the last one sent.
    #[must_use]
    pub fn client_of(&self, method: &str) -> Option<ClientKey> {
        let update = self
            .change
            .as_ref()
            .and_then(|change| change.update.as_ref());
        match method {
            "INVITE" => self.invite.as_deref().and_then(Outgoing::client),
            "BYE" => self.bye.as_deref().and_then(Outgoing::client),
            "UPDATE" => update.and_then(|update| update.outgoing().client()),
            _ => self
                .pending
                .last()
                .and_then(|pending| pending.outgoing.client()),
        }
    }

    /// Whether an ACK with that CSeq number is waited for.
    #[must_use]
    pub fn expects_ack(&self, cseq: u32) -> bool {
        self.repeat
            .as_ref()
            .is_some_and(|repeat| repeat.cseq == cseq)
    }

    /// Forgets the call without a word: no BYE, no CANCEL. An INVITE of the peer's gets its answer.
    pub fn close_here(&mut self, cx: &mut Cx, account: &Account, out: &mut Vec<CallEvent>) {
        self.refuse_open_invite(cx, account, 480);
        self.finish(cx, Outcome::Local, None, out);
    }
}
