//! UPDATE: RFC 3311. A session is changed before or after it is confirmed, without a question to anybody.
//!
//! Our own goes through [`Change`] as a re-INVITE does; here are its dialog, early or confirmed, its answers, and the
//! peer's. Which exchanges may follow each other: RFC 6337 §2.2, §3.

use std::time::Duration;

use crate::syntax::Message;
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;

use super::automation::Auto;
use super::body::is_offerless;
use super::call::{Call, CallEvent, Outcome, RETRY, State, description};
use super::failure::{Effect, effect_of};
use super::media::{Media, MediaFault, SDP};
use super::reinvite::{Busy, Change, Offer};
use super::{Account, Cx, Dialogs, Outgoing};

/// An UPDATE of ours on its way.
#[derive(Debug)]
pub(super) struct Update {
    outgoing: Outgoing,
    /// The peer's tag of the dialog it goes in.
    tag: Box<str>,
    /// It carries an offer.
    offered: bool,
}

impl Update {
    pub(super) fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }
}

impl Call {
    /// Sends UPDATE: with our offer, the application's, or none, which only refreshes target and session timer.
    pub fn update(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        offer: Offer<'_>,
        own: &str,
        cookie: i64,
    ) -> Result<(), Busy> {
        if let Some(change) = &self.change {
            return Err(Busy::Pending { hold: change.hold });
        }
        let offered = !matches!(offer.what, super::reinvite::What::Nothing);
        let tag = self.dialog_to_update(&cx.dialogs, offered)?;
        let extra = self.extra.request(own);
        let rest = self.invite_lines(cx, &extra, "");
        let Some(dialog) = self.dialog_of(&mut cx.dialogs, &tag) else {
            return Err(Busy::NotConfirmed);
        };
        let (mut draft, cseq) = dialog.request("UPDATE");
        draft.contact = Some(account.contact.clone());
        self.follow_address(cx);
        let (ours, before) = self.fill(&mut draft, &tag, &offer);
        let mut outgoing = Outgoing::new(draft, cseq, rest, self.owner);
        outgoing.send(cx, account);
        let update = Update {
            outgoing,
            tag,
            offered,
        };
        self.change = Some(Box::new(Change {
            cookie,
            hold: offer.hold,
            ours,
            before,
            retry_at: None,
            refresh: false,
            update: Some(update),
            rseq: None,
            exchanged: false,
        }));
        Ok(())
    }

    /// The dialog that an UPDATE of ours may go in now (RFC 3311 §5.1).
    fn dialog_to_update(&self, dialogs: &Dialogs, offered: bool) -> Result<Box<str>, Busy> {
        let dialog = match self.state {
            State::Confirmed => {
                // An exchange that the peer began is still open, or our 2xx waits for its ACK.
                if self.server.is_some() || self.repeat.is_some() {
                    return Err(Busy::Pending { hold: false });
                }
                self.dialog(dialogs)
            }
            State::Calling => {
                let early = self.early.iter().rev();
                let mut fit = early.filter(|early| early.media.is_some() || !offered);
                match fit.next() {
                    Some(early) => Some(&*early.dialog),
                    None if self.early.is_empty() => return Err(Busy::NotConfirmed),
                    None => return Err(Busy::OfferOpen),
                }
            }
            // The peer must know the dialog, which its PRACK shows, and nothing may be open.
            State::Incoming if self.was_pracked() => {
                if offered && !self.exchanged {
                    return Err(Busy::OfferOpen);
                }
                self.dialog(dialogs)
            }
            _ => return Err(Busy::NotConfirmed),
        };
        match dialog {
            Some(dialog) if dialog.allows_update() => Ok(dialog.remote_tag().into()),
            Some(_) => Err(Busy::NotAllowed),
            None => Err(Busy::NotConfirmed),
        }
    }

    /// The descriptions of a dialog: a fork's own, or the call's.
    pub(super) fn media_of(&mut self, tag: &str) -> Option<&mut Media> {
        let early = self
            .early
            .iter_mut()
            .find(|early| early.dialog.remote_tag() == tag);
        match early.and_then(|early| early.media.as_deref_mut()) {
            Some(media) => Some(media),
            None => self.media.as_mut(),
        }
    }

    /// Whether a transaction is that of our UPDATE.
    pub(super) fn is_update(&self, client: ClientKey) -> bool {
        self.our_update()
            .is_some_and(|update| update.outgoing.is(client))
    }

    fn our_update(&self) -> Option<&Update> {
        self.change
            .as_ref()
            .and_then(|change| change.update.as_ref())
    }

    /// A response to our UPDATE.
    pub(super) fn on_update_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let status = message.status().unwrap_or_default();
        match status {
            0..=199 => {}
            200..=299 => self.on_update_accepted(cx, message, out),
            401 | 407
                if self.auto.has(Auto::AUTHENTICATION)
                    && self.authenticate_update(cx, account, &message) => {}
            422 if self.raise_interval(&message) => self.repeat_update(cx),
            491 => self.wait_after_glare(cx),
            _ if matches!(
                effect_of("UPDATE", &message),
                Effect::Usage | Effect::Dialog
            ) =>
            {
                let (outcome, effect) = (Outcome::Sip(status), effect_of("UPDATE", &message));
                if self.state == State::Confirmed {
                    cx.dialogs
                        .on_failure(self.dialog, self.owner, effect, status);
                }
                self.lose_updated_dialog(cx, account, outcome, Some(message), out);
            }
            _ => {
                let refresh = self.is_refreshing();
                self.fail_change(Outcome::Sip(status), Some(message), out);
                if refresh {
                    self.refresh_again(cx);
                }
            }
        }
    }

    /// Our UPDATE again, with the session interval of now.
    fn repeat_update(&mut self, cx: &mut Cx) {
        let Some(mut change) = self.change.take() else {
            return;
        };
        if let Some(update) = change.update.as_mut() {
            self.rewrite_timer(update.outgoing.rest_mut());
            if let Some(cseq) = self.next_cseq(cx, &update.tag) {
                self.note_cseq(cx, &update.tag, cseq);
                update.outgoing.repeat(cx, cseq);
            }
        }
        self.change = Some(change);
    }

    /// No response to our UPDATE came: as 408 (RFC 3311 §5.3).
    pub(super) fn on_update_failure(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        failure: Failure,
        out: &mut Vec<CallEvent>,
    ) {
        self.lose_updated_dialog(cx, account, Outcome::Failed(failure), None, out);
    }

    fn on_update_accepted(&mut self, cx: &mut Cx, message: Message, out: &mut Vec<CallEvent>) {
        let Some(change) = self.change.take() else {
            return;
        };
        let Some(update) = &change.update else { return };
        if let Some(dialog) = self.dialog_of(&mut cx.dialogs, &update.tag) {
            dialog.refresh_target(&message);
            dialog.note_allow(&message);
        }
        let mut outcome = Outcome::Sip(message.status().unwrap_or(200));
        if update.offered
            && let Some(media) = self.media_of(&update.tag)
        {
            let answered = description(&message, media.content_type()).is_some()
                && media.on_answer(&message, change.hold).is_ok();
            if !answered && media.is_audio() {
                outcome = Outcome::Media;
                self.restore_media(&update.tag, None);
            }
        }
        if self.state == State::Confirmed {
            self.take_timer(cx, &message);
        }
        if change.refresh {
            return;
        }
        out.push(CallEvent::Complete {
            cookie: change.cookie,
            change: true,
            outcome,
            message: Some(message),
        });
    }

    fn authenticate_update(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: &Message,
    ) -> bool {
        let Some(mut change) = self.change.take() else {
            return false;
        };
        let mut sent = false;
        if let Some(update) = change.update.as_mut()
            && let Some(cseq) = self.next_cseq(cx, &update.tag)
        {
            sent = update
                .outgoing
                .authenticate(cx, account, message, cseq)
                .is_ok();
            if sent {
                self.note_cseq(cx, &update.tag, cseq);
            }
        }
        self.change = Some(change);
        sent
    }

    /// Sends our UPDATE again after a 491.
    pub(super) fn retry_update(&mut self, cx: &mut Cx, out: &mut Vec<CallEvent>) {
        let Some(mut change) = self.change.take() else {
            return;
        };
        let (hold, ours) = (change.hold, change.ours);
        let Some(update) = change.update.as_mut() else {
            return;
        };
        let body = match self.media_of(&update.tag) {
            Some(media) if update.offered && ours => Some(media.offer(hold)),
            _ => None,
        };
        let Some(cseq) = self.next_cseq(cx, &update.tag) else {
            self.change = Some(change);
            return self.fail_change(Outcome::Sip(491), None, out);
        };
        self.note_cseq(cx, &update.tag, cseq);
        if let Some(body) = body {
            update.outgoing.draft_mut().body = body;
        }
        update.outgoing.repeat(cx, cseq);
        self.change = Some(change);
    }

    /// The offer of our UPDATE came to nothing.
    pub(super) fn refuse_update(&mut self, update: &Update, before: Option<Media>) {
        if update.offered {
            self.restore_media(&update.tag, before);
        }
    }

    /// The peer does not know the dialog: of a fork only that ends, else the call (RFC 5057 §5.1).
    fn lose_updated_dialog(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<CallEvent>,
    ) {
        let tag: Box<str> = self
            .our_update()
            .map(|update| update.tag.clone())
            .unwrap_or_default();
        self.fail_change(outcome, message.clone(), out);
        if self.state == State::Calling {
            self.early
                .retain(|early| early.dialog.remote_tag() != &*tag);
            return;
        }
        self.abandon(cx, account, outcome, message, out);
    }

    /// A dialog was chosen, and it is not the one that our UPDATE went in.
    pub(super) fn drop_lost_update(&mut self, cx: &mut Cx, out: &mut Vec<CallEvent>) {
        let lost = match (self.our_update(), self.dialog(&cx.dialogs)) {
            (Some(update), Some(dialog)) => *update.tag != *dialog.remote_tag(),
            _ => false,
        };
        if lost {
            self.drop_change(cx, Outcome::Local, out);
        }
    }

    /// The peer's UPDATE, answered at once (RFC 3311 §5.2).
    pub(super) fn on_update(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<CallEvent>,
    ) {
        let tag: Box<str> = message.from_tag().unwrap_or_default().into();
        if let Err(least) = self.check_interval(&message) {
            let lines = format!("Min-SE: {least}\r\n");
            self.respond(cx, account, server, &message, 422, &lines);
            return;
        }
        let media = |call: &mut Self| {
            let media = call.media_of(&tag)?;
            Some((media.remote_hold(), media.agreed()))
        };
        let before = media(self);
        let mut answer = self.answer_update(&tag, &message);
        if answer == Err(504) && self.leaves_descriptions() {
            match self.offer_update(cx, server, message.clone(), out) {
                Ok(()) => return,
                Err(status) => answer = Err(status),
            }
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(status) => {
                let lines = match status {
                    500 => format!("Retry-After: {}\r\n", cx.entropy.below(10)),
                    415 => format!("Accept: {SDP}\r\n"),
                    488 => "Warning: 305 rtcclient \"Incompatible media format\"\r\n".into(),
                    _ => String::new(),
                };
                self.respond(cx, account, server, &message, status, &lines);
                return;
            }
        };
        if let Some(dialog) = self.dialog_of(&mut cx.dialogs, &tag) {
            dialog.refresh_target(&message);
            dialog.note_allow(&message);
        }
        let body = answer.as_deref().map(|answer| (SDP, answer));
        let timer = if self.state == State::Confirmed {
            self.answer_timer(cx, &message)
        } else {
            String::new()
        };
        let response = self.response(cx, account, &message, 200, "", &timer, Some(flow), body);
        cx.respond(server, response);
        if before != media(self) {
            out.push(CallEvent::MediaChanged(message));
        }
    }

    /// The answer to an offer in UPDATE; nothing when there is none; or the status that refuses it.
    fn answer_update(&mut self, tag: &str, message: &Message) -> Result<Option<Vec<u8>>, u16> {
        if is_offerless(message, SDP) {
            return Ok(None);
        }
        if self.own_offer_open(tag) {
            return Err(491);
        }
        if self.their_offer_open(tag) {
            return Err(500);
        }
        let Some(media) = self.media_of(tag) else {
            return Err(500);
        };
        if !media.is_audio() {
            // The application would have to be asked, and UPDATE cannot wait (RFC 3311 §5.2).
            return Err(504);
        }
        let offer = description(message, SDP).ok_or(415u16)?;
        media.answer(offer).map(Some).map_err(|fault| match fault {
            MediaFault::Unreadable => 400,
            MediaFault::NothingCommon => 488,
        })
    }

    /// Whether an offer of ours waits for its answer in that dialog.
    fn own_offer_open(&self, tag: &str) -> bool {
        let changing = self.change.as_ref().is_some_and(|change| {
            let offers = change
                .update
                .as_ref()
                .is_none_or(|update| update.offered && *update.tag == *tag);
            change.retry_at.is_none() && offers && (change.update.is_some() || self.offered)
        });
        let invited = self.state == State::Calling && self.offered && !self.has_exchanged(tag);
        let answered = self.repeat.as_ref().is_some_and(|repeat| repeat.offered);
        changing || invited || answered || self.awaits_answer_in_prack()
    }

    /// Whether an offer of the peer's, or one that must come first, waits for its answer in that dialog.
    fn their_offer_open(&self, tag: &str) -> bool {
        match self.state {
            State::Calling => !self.has_exchanged(tag),
            State::Incoming => !self.exchanged,
            _ => self.server.is_some(),
        }
    }

    /// UAC: an early dialog has its descriptions.
    fn has_exchanged(&self, tag: &str) -> bool {
        let mut early = self.early.iter();
        early.any(|early| early.dialog.remote_tag() == tag && early.media.is_some())
    }

    /// Glare (RFC 3261 §14.1): wait, the owner of the Call-ID longer, then try again.
    pub(super) fn wait_after_glare(&mut self, cx: &mut Cx) {
        let wait = if self.first.is_some() {
            Duration::from_millis(2100 + 10 * cx.entropy.below(190))
        } else {
            Duration::from_millis(10 * cx.entropy.below(200))
        };
        let at = cx.arm(wait, self.owner, RETRY);
        let Some(mut change) = self.change.take() else {
            return;
        };
        change.retry_at = Some(at);
        // Until then the peer may offer.
        match &change.update {
            Some(update) => self.refuse_update(update, None),
            None => {
                if let Some(media) = self.media.as_mut() {
                    media.on_refused();
                }
            }
        }
        self.change = Some(change);
    }

    /// Whether a message of the peer's allows UPDATE at all, for whoever asks before trying.
    #[must_use]
    pub fn peer_takes_update(&self, dialogs: &Dialogs) -> bool {
        self.dialog(dialogs)
            .is_some_and(|dialog| dialog.allows_update())
    }
}
