//! An INVITE usage that begins in a dialog that another usage made (RFC 5057 §4, §5): the INVITE goes out inside it, with
//! its tags, its CSeq numbers and its target, and so cannot fork. Until it is answered it is dealt with as a re-INVITE is;
//! the dialog outlives its refusal.

use crate::syntax::{HeaderId, Message};
use crate::transaction::ClientKey;

use super::automation::Auto;
use super::call::{Call, CallEvent, Outcome, State};
use super::dialogs::DialogKey;
use super::failure::effect_of;
use super::invite_client::ack_of;
use super::media::Media;
use super::reinvite::{Busy, Change};
use super::reliable::{Reliable, TAG};
use super::{Account, Cx, Invitation, Outgoing, Usage};

impl Call {
    /// Whether it begins, or began, in a dialog of another usage.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.within.is_some()
    }

    /// Where it begins, as long as nothing was sent.
    #[must_use]
    pub fn begins_in(&self) -> Option<DialogKey> {
        self.within.filter(|_| self.state == State::Idle)
    }

    /// It shall begin in that dialog.
    pub fn begin_in(&mut self, dialog: DialogKey) {
        self.within = Some(dialog);
    }

    /// Sends the INVITE inside the dialog; of the invitation only lines, body, offer and Contact count.
    ///
    /// # Errors
    /// The dialog is over, or has its INVITE usage.
    pub fn invite_within(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        media: Media,
        invitation: &Invitation<'_>,
    ) -> Result<(), Busy> {
        let place = self.begins_in().ok_or(Busy::NotConfirmed)?;
        if !cx.dialogs.join(place, self.owner, Usage::Invite) {
            return Err(Busy::NotConfirmed);
        }
        // The tag of its own is not needed: requests find it by the dialog.
        self.release(cx);
        self.dialog = Some(place);
        let extra = self.extra.request(invitation.own);
        let mut rest = self.invite_lines(cx, &extra, "");
        let Some(dialog) = cx.dialogs.get_mut(place) else {
            return Err(Busy::NotConfirmed);
        };
        self.local_tag = dialog.local_tag();
        let (mut draft, cseq) = dialog.request("INVITE");
        match invitation.contact {
            Some(contact) => rest.push_str(&format!("Contact: {contact}\r\n")),
            None => draft.contact = Some(account.contact.clone()),
        }
        let media = self.media.insert(media);
        self.offered = !invitation.no_offer;
        match invitation.body {
            Some((content_type, body)) => {
                draft.content_type = Some(content_type.into());
                draft.body = body.into();
            }
            None if self.offered => {
                draft.body = media.offer(false);
                draft.content_type = Some(media.content_type().into());
            }
            None => {}
        }
        let mut invite = Outgoing::new(draft, cseq, rest, self.owner);
        invite.send(cx, account);
        self.invite = Some(Box::new(invite));
        self.change = Some(Box::new(Change::of_first()));
        self.state = State::Calling;
        Ok(())
    }

    /// A response to that INVITE.
    pub(super) fn on_within_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let calling = self.state == State::Calling;
        match message.status().unwrap_or_default() {
            0..=100 => {}
            101..=199 => {
                if calling && self.is_news(cx, account, &message) {
                    self.progressed = true;
                    out.push(CallEvent::Progress(message));
                }
            }
            200..=299 => self.on_within_accepted(cx, account, client, message, out),
            401 | 407
                if calling
                    && self.auto.has(Auto::AUTHENTICATION)
                    && self.authenticate_change(cx, account, &message) => {}
            422 if calling && self.raise_interval(&message) => self.repeat_change(cx),
            status => {
                let effect = effect_of("INVITE", &message);
                cx.dialogs
                    .on_failure(self.dialog, self.owner, effect, status);
                let outcome = if calling {
                    Outcome::Sip(status)
                } else {
                    self.why_cancelled()
                };
                self.finish(cx, outcome, Some(message), out);
            }
        }
    }

    /// A provisional response; `false`: a reliable one that was here before, or came out of order.
    fn is_news(&mut self, cx: &mut Cx, account: &mut Account, message: &Message) -> bool {
        let rseq = |call: &Self| call.change.as_ref().and_then(|change| change.rseq);
        let before = rseq(self);
        self.on_change_provisional(cx, account, message);
        let reliable =
            self.terms.reliable != Reliable::Off && message.lists(HeaderId::Require, TAG);
        !reliable || rseq(self) != before
    }

    fn on_within_accepted(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let exchanged = self.change.as_ref().is_some_and(|change| change.exchanged);
        let wanted = self.state == State::Calling;
        let answered = if exchanged || !wanted {
            Ok(None)
        } else {
            self.take_description(&message, false)
        };
        let body = match &answered {
            Ok(body) => body.clone(),
            Err(_) => self.refuse_their_offer(&message),
        };
        let extra = self.extra.request("");
        let Some(dialog) = self.dialog_mut(&mut cx.dialogs) else {
            return;
        };
        dialog.refresh_target(&message);
        dialog.note_allow(&message);
        let ack = ack_of(dialog);
        let cseq = message.cseq();
        if wanted && answered.is_ok() {
            self.acknowledge_or_leave(cx, client, cseq, &extra, body);
            self.await_completion(cx);
        } else {
            self.acknowledge(cx, client, ack, cseq, &extra, body);
        }
        self.invite = None;
        self.change = None;
        if !wanted {
            // It crossed our CANCEL.
            self.owner_of_goodbye(cx, account);
            return self.finish(cx, self.why_cancelled(), Some(message), out);
        }
        self.take_timer(cx, &message);
        self.state = State::Confirmed;
        if answered.is_err() {
            self.owner_of_goodbye(cx, account);
            return self.finish(cx, Outcome::Media, Some(message), out);
        }
        out.push(CallEvent::Established(message));
    }
}
