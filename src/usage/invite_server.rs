//! Being called: RFC 3261 §13.3, §9.2. Provisional and final answers, 2xx repeated until ACK, CANCEL.

use crate::dialog::Dialog;
use crate::syntax::Message;
use crate::transaction::ServerKey;
use crate::transport::Flow;

use super::body::is_offerless;
use super::call::{Call, CallEvent, GIVE_UP, Outcome, REPEAT, Repeat, State, description};
use super::media::{Media, MediaFault};
use super::{Account, Cx};

impl Call {
    /// Takes an INVITE in; nothing is answered yet. `false` when it cannot make a dialog (no Contact): answer 400.
    pub fn take(
        &mut self,
        cx: &mut Cx,
        server: ServerKey,
        request: Message,
        flow: &Flow,
        media: Media,
    ) -> bool {
        let Some(dialog) = Dialog::uas(&request, self.local_tag, flow) else {
            return false;
        };
        self.establish(cx, Box::new(dialog));
        self.media = Some(media);
        self.server = Some(server);
        self.request = Some(request);
        self.flow = Some(*flow);
        self.state = State::Incoming;
        true
    }

    /// Whether the offer of the INVITE can be answered; checked before anybody is told of the call.
    pub fn check_offer(&mut self) -> Result<(), MediaFault> {
        let (Some(request), Some(media)) = (self.request.as_ref(), self.media.as_mut()) else {
            return Ok(());
        };
        if is_offerless(request, media.content_type()) || matches!(media, Media::Application { .. })
        {
            return Ok(());
        }
        let offer = description(request, media.content_type()).ok_or(MediaFault::Unreadable)?;
        media.answer(offer)?;
        // The answer is made; nothing can change before it is sent.
        self.answer_ready = true;
        Ok(())
    }

    /// Takes the call: 2xx with our answer, or with our offer when the INVITE had none.
    pub fn accept(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<(), MediaFault> {
        let (Some(server), Some(request), Some(flow)) =
            (self.server, self.request.clone(), self.flow)
        else {
            return Err(MediaFault::Unreadable);
        };
        if self.awaits_prack_of_description() {
            self.hold_back(status, reason, own, body);
            return Ok(());
        }
        self.stop_reliable(cx);
        // Once exchanged, descriptions are not said again (RFC 6337 §3.1.1).
        let content_type = self.media.as_ref().map_or("", Media::content_type);
        let offered = is_offerless(&request, content_type) && !self.exchanged;
        let (content_type, ours) = if self.exchanged {
            ("".into(), Vec::new())
        } else {
            self.own_description(&request, body)?
        };
        let timer = self.answer_timer(cx, &request);
        let own = &*format!("{own}{timer}");
        let described = (!ours.is_empty()).then_some((&*content_type, &*ours));
        let response = self.response(
            cx,
            account,
            &request,
            status,
            reason,
            own,
            Some(&flow),
            described,
        );
        self.send_2xx(
            cx,
            server,
            response,
            request.cseq(),
            offered && !ours.is_empty(),
        );
        self.state = State::Accepted;
        Ok(())
    }

    /// Our description for a 2xx: given by the application, made from the offer, or an offer.
    pub(super) fn own_description(
        &mut self,
        request: &Message,
        body: Option<(&str, &[u8])>,
    ) -> Result<(Box<str>, Vec<u8>), MediaFault> {
        let Some(media) = self.media.as_mut() else {
            return Ok(("".into(), Vec::new()));
        };
        if let Some((content_type, body)) = body {
            media.take_application(content_type, body);
            if let Some(offer) = description(request, content_type) {
                // Keeps the peer's description for whoever asks.
                let _ = media.answer(offer);
            }
            return Ok((content_type.into(), body.into()));
        }
        if std::mem::take(&mut self.answer_ready) {
            return Ok((
                media.content_type().into(),
                media.local_description().as_bytes().to_vec(),
            ));
        }
        let ours = match description(request, media.content_type()) {
            Some(offer) => media.answer(offer)?,
            None if is_offerless(request, media.content_type()) => media.offer(media.local_hold()),
            None => return Err(MediaFault::Unreadable),
        };
        Ok((media.content_type().into(), ours))
    }

    /// Sends a 2xx and repeats it until the ACK comes, over reliable transports too (RFC 3261 §13.3.1.4).
    pub(super) fn send_2xx(
        &mut self,
        cx: &mut Cx,
        server: ServerKey,
        response: Message,
        cseq: u32,
        offered: bool,
    ) {
        cx.respond(server, response.clone());
        self.server = None;
        let interval = cx.t1;
        let at = cx.arm(interval, self.owner, REPEAT);
        let give_up = cx.arm(cx.t1 * 64, self.owner, GIVE_UP);
        self.repeat = Some(Box::new(Repeat {
            server,
            response,
            cseq,
            interval,
            at,
            give_up,
            offered,
        }));
    }

    pub(super) fn repeat_2xx(&mut self, cx: &mut Cx) {
        let owner = self.owner;
        let Some(repeat) = self.repeat.as_deref_mut() else {
            return;
        };
        cx.respond(repeat.server, repeat.response.clone());
        repeat.interval = (repeat.interval * 2).min(cx.t2);
        repeat.at = cx.arm(repeat.interval, owner, REPEAT);
    }

    pub(super) fn give_up_waiting_for_ack(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        out: &mut Vec<CallEvent>,
    ) {
        if self.repeat.is_some() {
            self.stop_repeating(cx);
            self.abandon(cx, account, Outcome::NoAck, None, out);
        }
    }

    pub(super) fn stop_repeating(&mut self, cx: &mut Cx) {
        if let Some(repeat) = self.repeat.take() {
            cx.disarm(Some(repeat.at), self.owner, REPEAT);
            cx.disarm(Some(repeat.give_up), self.owner, GIVE_UP);
        }
    }

    pub(super) fn on_ack(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        if self
            .repeat
            .as_ref()
            .is_none_or(|repeat| repeat.cseq != message.cseq())
        {
            return;
        }
        self.on_acknowledged(cx, account, message, out);
    }

    /// The peer has our 2xx: `message` is its ACK, or a later request that shows it (RFC 5407 §3.1.4).
    pub(super) fn on_acknowledged(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let offered = self.repeat.as_ref().is_some_and(|repeat| repeat.offered);
        self.stop_repeating(cx);
        let first = self.state == State::Accepted;
        if first {
            self.state = State::Confirmed;
            self.request = None;
        }
        if offered && let Some(media) = self.media.as_mut() {
            let hold = media.local_hold();
            let answered = description(&message, media.content_type()).is_some()
                && media.on_answer(&message, hold).is_ok();
            if !answered && matches!(media, Media::Audio { .. }) {
                media.on_refused();
                return self.abandon(cx, account, Outcome::Media, Some(message), out);
            }
        }
        if let Some(own) = self.bye_when_acked.take() {
            return self.send_bye(cx, account, &own, out);
        }
        if first {
            out.push(CallEvent::Established(message));
        } else if offered {
            out.push(CallEvent::MediaChanged(message));
        }
    }

    /// Refuses or redirects the call, 300 to 699. The caller tells that it is over.
    pub fn refuse(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) {
        self.stop_reliable(cx);
        let (Some(server), Some(request)) = (self.server.take(), self.request.as_ref()) else {
            return;
        };
        let response = self.response(cx, account, request, status, reason, own, None, body);
        cx.respond(server, response);
    }

    /// Refuses and ends it.
    pub fn refuse_and_end(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        out: &mut Vec<CallEvent>,
    ) {
        self.refuse(cx, account, status, reason, own, body);
        self.finish(cx, Outcome::Sip(status), None, out);
    }

    /// The peer took its INVITE back (RFC 3261 §9.2); the CANCEL itself has been answered.
    pub fn on_cancel(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        cancel: Message,
        out: &mut Vec<CallEvent>,
    ) {
        if self.server != Some(server) {
            return;
        }
        self.refuse_open_invite(cx, account, 487);
        self.undo_unsettled();
        if self.state == State::Incoming {
            self.finish(cx, Outcome::Sip(487), Some(cancel), out);
        }
    }

    pub(super) fn refuse_open_invite(&mut self, cx: &mut Cx, account: &Account, status: u16) {
        self.refuse(cx, account, status, "", "", None);
    }

    /// The transaction of the INVITE ended by itself (its answer could not be sent).
    pub fn on_server_ended(
        &mut self,
        cx: &mut Cx,
        server: ServerKey,
        outcome: Outcome,
        out: &mut Vec<CallEvent>,
    ) {
        if self.server == Some(server) && self.state == State::Incoming {
            self.server = None;
            self.finish(cx, outcome, None, out);
        }
    }
}
