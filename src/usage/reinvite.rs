//! Changing a call: RFC 3261 §14. Our re-INVITE (hold, unhold, a new offer), glare, and the peer's.

use crate::base::Time;
use crate::syntax::Message;
use crate::transaction::{ClientKey, Draft, ServerKey};
use crate::transport::Flow;

use super::automation::Auto;
use super::call::{Call, CallEvent, Outcome, RETRY, State, description};
use super::failure::effect_of;
use super::media::Media;
use super::update::Update;
use super::{Account, Cx, Outgoing};

/// A re-INVITE of ours on its way.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) cookie: i64,
    pub(super) hold: bool,
    /// The offer is ours to make anew.
    pub(super) ours: bool,
    /// The media as it was before the application's own description.
    pub(super) before: Option<Media>,
    pub(super) retry_at: Option<Time>,
    /// Only a session refresh: nobody waits for how it went.
    pub(super) refresh: bool,
    /// It is an UPDATE; none: a re-INVITE.
    pub(super) update: Option<Update>,
    /// The last reliable provisional response to it.
    pub(super) rseq: Option<u32>,
    /// Its descriptions are settled ahead of its final response, and stay whatever that is (RFC 6141 §3.4).
    pub(super) exchanged: bool,
}

impl Change {
    /// The first INVITE of a usage that begins in a dialog of another: its own events tell how it goes.
    pub(super) fn of_first() -> Self {
        Self {
            cookie: 0,
            hold: false,
            ours: false,
            before: None,
            retry_at: None,
            refresh: true,
            update: None,
            rseq: None,
            exchanged: false,
        }
    }
}

/// What a change offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The call shall hold the peer.
    pub hold: bool,
    /// The description.
    pub what: What<'a>,
}

/// The description of an offer.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// Made here.
    Ours,
    /// The application's, with its type.
    Given(&'a str, &'a [u8]),
    /// None: the peer offers in its 2xx, or nothing is changed.
    Nothing,
}

/// Why a change cannot begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Busy {
    /// The call does not stand.
    NotConfirmed,
    /// The exchange before is not done.
    OfferOpen,
    /// The peer does not list UPDATE in Allow.
    NotAllowed,
    /// One is on its way, ours or the peer's.
    Pending {
        /// Ours, to hold.
        hold: bool,
    },
}

impl Call {
    /// Sends a re-INVITE.
    pub fn change(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        offer: Offer<'_>,
        own: &str,
        cookie: i64,
    ) -> Result<(), Busy> {
        if self.state != State::Confirmed {
            return Err(Busy::NotConfirmed);
        }
        if let Some(change) = &self.change {
            return Err(Busy::Pending { hold: change.hold });
        }
        if self.server.is_some() || self.repeat.is_some() || self.unacked.is_some() {
            return Err(Busy::Pending { hold: false });
        }
        let extra = self.extra.request(own);
        let rest = self.invite_lines(cx, &extra, "");
        let Some(dialog) = self.dialog_mut(&mut cx.dialogs) else {
            return Err(Busy::NotConfirmed);
        };
        let (mut draft, cseq) = dialog.request("INVITE");
        draft.contact = Some(account.contact.clone());
        self.offered = !matches!(offer.what, What::Nothing);
        self.follow_address(cx);
        let (ours, before) = self.fill(&mut draft, "", &offer);
        let mut invite = Outgoing::new(draft, cseq, rest, self.owner);
        invite.send(cx, account);
        self.invite = Some(Box::new(invite));
        let hold = offer.hold;
        self.change = Some(Box::new(Change {
            cookie,
            hold,
            ours,
            before,
            retry_at: None,
            refresh: false,
            update: None,
            rseq: None,
            exchanged: false,
        }));
        Ok(())
    }

    /// Puts the description into a request of that dialog; whether it is ours to make anew, and what it replaces.
    pub(super) fn fill(
        &mut self,
        draft: &mut Draft,
        tag: &str,
        offer: &Offer<'_>,
    ) -> (bool, Option<Media>) {
        let Some(media) = self.media_of(tag) else {
            return (false, None);
        };
        match offer.what {
            What::Ours => {
                draft.body = media.offer(offer.hold);
                draft.content_type = Some(media.content_type().into());
                (true, None)
            }
            What::Given(content_type, body) => {
                let before = media.take_application(content_type, body);
                draft.content_type = Some(content_type.into());
                draft.body = body.into();
                (false, Some(before))
            }
            What::Nothing => (false, None),
        }
    }

    pub(super) fn on_change_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        if matches!(self.state, State::Calling | State::Cancelling) {
            return self.on_within_response(cx, account, client, message, out);
        }
        let status = message.status().unwrap_or_default();
        match status {
            0..=100 => {}
            101..=199 => self.on_change_provisional(cx, account, &message),
            200..=299 => self.on_change_accepted(cx, account, client, message, out),
            401 | 407
                if self.auto.has(Auto::AUTHENTICATION)
                    && self.authenticate_change(cx, account, &message) => {}
            491 => self.wait_after_glare(cx),
            422 if self.raise_interval(&message) => self.repeat_change(cx),
            _ => {
                let refresh = self.is_refreshing();
                let effect = effect_of("INVITE", &message);
                self.fail_change(Outcome::Sip(status), Some(message.clone()), out);
                self.suffer(cx, account, effect, status, message, out);
                if refresh {
                    self.refresh_again(cx);
                }
            }
        }
    }

    /// Only a session refresh of ours is on its way.
    pub(super) fn is_refreshing(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.refresh)
    }

    /// The re-INVITE again, with the session interval of now.
    pub(super) fn repeat_change(&mut self, cx: &mut Cx) {
        let Some(mut invite) = self.invite.take() else {
            return;
        };
        self.rewrite_timer(invite.rest_mut());
        if let Some(cseq) = self.next_cseq(cx, "") {
            self.note_cseq(cx, "", cseq);
            invite.repeat(cx, cseq);
        }
        self.invite = Some(invite);
    }

    fn on_change_accepted(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let hold = self.change.as_ref().is_some_and(|change| change.hold);
        let exchanged = self.change.as_ref().is_some_and(|change| change.exchanged);
        let answered = if exchanged {
            Ok(None)
        } else {
            self.take_description(&message, hold)
        };
        let extra = self.extra.request("");
        let Some(dialog) = self.dialog_mut(&mut cx.dialogs) else {
            return;
        };
        dialog.refresh_target(&message);
        dialog.note_allow(&message);
        self.take_timer(cx, &message);
        let cseq = self.invite.as_ref().map_or(0, |invite| invite.cseq());
        let body = match &answered {
            Ok(body) => body.clone(),
            Err(_) => self.refuse_their_offer(&message),
        };
        let refused = answered.is_err() && body.is_some();
        self.acknowledge_or_leave(cx, client, cseq, &extra, body);
        self.invite = None;
        let Some(change) = self.change.take() else {
            return;
        };
        match answered {
            Ok(_) if change.refresh => {}
            Ok(_) => out.push(CallEvent::Complete {
                cookie: change.cookie,
                change: true,
                outcome: Outcome::Sip(message.status().unwrap_or(200)),
                message: Some(message),
            }),
            Err(outcome) => {
                self.restore_media("", change.before);
                if !change.refresh {
                    out.push(CallEvent::Complete {
                        cookie: change.cookie,
                        change: true,
                        outcome,
                        message: Some(message.clone()),
                    });
                }
                if refused {
                    // Our answer left nothing of the call (RFC 6337 §2.3).
                    return self.abandon(cx, account, outcome, Some(message), out);
                }
            }
        }
        if self.state == State::Ending && self.bye.is_none() {
            self.send_bye(cx, account, "", out);
        }
    }

    pub(super) fn authenticate_change(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: &Message,
    ) -> bool {
        let (Some(cseq), Some(invite)) = (self.next_cseq(cx, ""), self.invite.as_deref_mut())
        else {
            return false;
        };
        let sent = invite.authenticate(cx, account, message, cseq).is_ok();
        self.note_cseq(cx, "", cseq);
        sent
    }

    pub(super) fn retry_change(&mut self, cx: &mut Cx, out: &mut Vec<CallEvent>) {
        let Some(change) = self.change.as_deref_mut() else {
            return;
        };
        // The peer's own re-INVITE came first and still wants its ACK.
        if self.repeat.is_some() || self.server.is_some() {
            change.retry_at = Some(cx.arm(cx.t1, self.owner, RETRY));
            return;
        }
        change.retry_at = None;
        if change.update.is_some() {
            return self.retry_update(cx, out);
        }
        let (hold, ours) = (change.hold, change.ours);
        let (Some(cseq), Some(mut invite)) = (self.next_cseq(cx, ""), self.invite.take()) else {
            return;
        };
        if ours && let Some(media) = self.media.as_mut() {
            invite.draft_mut().body = media.offer(hold);
        }
        self.note_cseq(cx, "", cseq);
        invite.repeat(cx, cseq);
        self.invite = Some(invite);
    }

    /// A re-INVITE of ours is on its way: whether it holds.
    #[must_use]
    pub fn changing(&self) -> Option<bool> {
        self.change.as_ref().map(|change| change.hold)
    }

    /// The call stays as it was (RFC 3261 §14.1).
    pub(super) fn fail_change(
        &mut self,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<CallEvent>,
    ) {
        let Some(change) = self.change.take() else {
            return;
        };
        match change.update {
            Some(update) => self.refuse_update(&update, change.before),
            None => {
                self.invite = None;
                if !change.exchanged {
                    self.restore_media("", change.before);
                }
            }
        }
        if change.refresh {
            return;
        }
        out.push(CallEvent::Complete {
            cookie: change.cookie,
            change: true,
            outcome,
            message,
        });
    }

    pub(super) fn restore_media(&mut self, tag: &str, before: Option<Media>) {
        let Some(media) = self.media_of(tag) else {
            return;
        };
        match before {
            Some(before) => *media = before,
            None => media.on_refused(),
        }
    }

    /// The call ends: so does a change on its way.
    pub(super) fn drop_change(&mut self, cx: &mut Cx, why: Outcome, out: &mut Vec<CallEvent>) {
        if let Some(change) = &self.change {
            cx.disarm(change.retry_at, self.owner, RETRY);
        }
        self.fail_change(why, None, out);
    }

    /// We hang up: a change on its way is told to have failed; whatever becomes of it is heard without a word.
    pub(super) fn silence_change(&mut self, out: &mut Vec<CallEvent>) {
        let Some(change) = self.change.as_deref_mut() else {
            return;
        };
        if !std::mem::replace(&mut change.refresh, true) {
            out.push(CallEvent::Complete {
                cookie: change.cookie,
                change: false,
                outcome: Outcome::Local,
                message: None,
            });
        }
    }

    pub(super) fn on_reinvite(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<CallEvent>,
    ) {
        // The ACK to our 2xx was lost or overtaken: nobody makes a new offer without having the answer to the last one.
        if self
            .repeat
            .as_ref()
            .is_some_and(|repeat| !repeat.offered && repeat.cseq < message.cseq())
        {
            self.on_acknowledged(cx, account, message.clone(), out);
        }
        match self.state {
            State::Confirmed => {}
            State::Ending | State::Ended => {
                self.respond(cx, account, server, &message, 481, "");
                return;
            }
            State::Calling | State::Cancelling if self.is_within() => {
                self.respond(cx, account, server, &message, 491, "");
                return;
            }
            _ => return self.busy_with_theirs(cx, account, server, &message),
        }
        // RFC 3261 §14.2: theirs while ours is open is glare; a second of theirs must wait.
        if self
            .change
            .as_ref()
            .is_some_and(|change| change.retry_at.is_none())
        {
            self.respond(cx, account, server, &message, 491, "");
            return;
        }
        if self.server.is_some() || self.repeat.is_some() {
            return self.busy_with_theirs(cx, account, server, &message);
        }
        if let Err(least) = self.check_interval(&message) {
            let lines = format!("Min-SE: {least}\r\n");
            self.respond(cx, account, server, &message, 422, &lines);
            return;
        }
        if matches!(self.media, Some(Media::Application { .. })) {
            self.begin_reliable(cx);
            self.server = Some(server);
            self.request = Some(message.clone());
            self.flow = Some(*flow);
            out.push(CallEvent::Offered { server, message });
            return;
        }
        self.answer_reinvite(cx, account, server, message, flow, 200, "", "", None, out);
    }

    fn busy_with_theirs(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        server: ServerKey,
        message: &Message,
    ) {
        let wait = format!("Retry-After: {}\r\n", cx.entropy.below(10));
        self.respond(cx, account, server, message, 500, &wait);
    }

    /// Answers the peer's re-INVITE: 2xx with our description, or a refusal that changes nothing. What a reliable response has
    /// settled is in use and cannot be refused any more: 200 (RFC 6141 §3.3).
    pub fn answer_reinvite(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        out: &mut Vec<CallEvent>,
    ) {
        if self.holds_back() {
            return;
        }
        let mut refused = status >= 300;
        if self.awaits_prack_of_description() {
            if !refused {
                return self.hold_back(status, reason, own, body);
            }
            self.undo_unsettled();
        }
        let settled = self.server == Some(server) && self.exchanged;
        let (status, reason) = if refused && settled {
            (200, "")
        } else {
            (status, reason)
        };
        refused &= !settled;
        self.stop_reliable(cx);
        self.server = None;
        self.request = None;
        let before = self
            .media
            .as_ref()
            .map(|media| (media.remote_hold(), media.agreed()));
        let described = if refused {
            None
        } else if settled {
            Some(("".into(), Vec::new()))
        } else {
            self.own_description(&message, body).ok()
        };
        let Some((content_type, ours)) = described else {
            let status = if refused { status } else { 488 };
            let response = self.response(cx, account, &message, status, reason, own, None, None);
            cx.respond(server, response);
            return;
        };
        if let Some(dialog) = self.dialog_mut(&mut cx.dialogs) {
            dialog.refresh_target(&message);
            dialog.note_allow(&message);
        }
        let timer = self.answer_timer(cx, &message);
        let own = &*format!("{own}{timer}");
        let body = (!ours.is_empty()).then_some((&*content_type, &*ours));
        let response = self.response(cx, account, &message, status, reason, own, Some(flow), body);
        let offered = description(&message, &content_type).is_none() && !ours.is_empty();
        self.send_2xx(cx, server, response, message.cseq(), offered);
        let after = self
            .media
            .as_ref()
            .map(|media| (media.remote_hold(), media.agreed()));
        if before != after {
            out.push(CallEvent::MediaChanged(message));
        }
    }

    /// The re-INVITE that waits for the application, if any: its transaction, message and road.
    #[must_use]
    pub fn open_reinvite(&self) -> Option<(ServerKey, Message, Flow)> {
        if self.state != State::Confirmed {
            return None;
        }
        Some((self.server?, self.request.clone()?, self.flow?))
    }
}
