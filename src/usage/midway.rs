//! A re-INVITE of ours before its final response: RFC 6141. What reliable provisional responses settle is in force and is
//! not undone by a refusal (§3.4, §4.3); a re-INVITE can be cancelled and leaves the call as it is (§3.8); an address that
//! we lost is made known by a new Contact and c= line (§5).

use crate::syntax::headers::{RAck, RSeq};
use crate::syntax::{HeaderId, Message};
use crate::transport::Protocol;

use super::call::{Call, Pending, PendingKind, State, description};
use super::lines::Lines;
use super::reliable::{Reliable, TAG, Unreliable};
use super::{Account, Cx, Outgoing};

impl Call {
    /// A provisional response to our re-INVITE: a reliable one gets its PRACK, and what it says counts.
    pub(super) fn on_change_provisional(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: &Message,
    ) {
        let Ok(Some(RSeq(rseq))) = message.typed::<RSeq>() else {
            return;
        };
        if self.terms.reliable == Reliable::Off || !message.lists(HeaderId::Require, TAG) {
            return;
        }
        let Some(change) = self.change.as_deref_mut() else {
            return;
        };
        // RFC 3262 §4: in order and without gaps, or not at all.
        if change.rseq.is_some_and(|last| last.wrapping_add(1) != rseq) {
            return;
        }
        change.rseq = Some(rseq);
        let (hold, exchanged) = (change.hold, change.exchanged);
        let mut body = None;
        let mut settled = false;
        if let Some(media) = self.media.as_mut().filter(|_| !exchanged)
            && let Some(theirs) = description(message, media.content_type())
        {
            if self.offered {
                settled = media.on_answer(message, hold).is_ok();
            } else if let Ok(answer) = media.answer(theirs).or_else(|_| media.refuse_all(theirs)) {
                body = Some((Box::<str>::from(media.content_type()), answer));
                settled = true;
            }
        }
        if let Some(change) = self.change.as_deref_mut() {
            change.exchanged |= settled;
        }
        let extra = self.extra.request("");
        let Some(dialog) = self.dialog_mut(&mut cx.dialogs) else {
            return;
        };
        dialog.refresh_target(message);
        let (mut draft, cseq) = dialog.request("PRACK");
        if let Some((content_type, body)) = body.filter(|(_, body)| !body.is_empty()) {
            draft.content_type = Some(content_type);
            draft.body = body;
        }
        let rack = RAck {
            rseq,
            cseq: message.cseq(),
            method: "INVITE",
        };
        let rest = Lines::new(&extra)
            .put("RAck", &rack.to_string())
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let mut outgoing = Outgoing::new(draft, cseq, rest, self.owner);
        outgoing.send(cx, account);
        self.pending.push(Pending {
            outgoing,
            cookie: 0,
            kind: PendingKind::Prack,
            tag: "".into(),
        });
    }

    /// A provisional answer to the peer's re-INVITE; reliable when it is asked for here or the peer demands it (RFC 3262).
    ///
    /// # Errors
    /// It cannot be sent reliably, or too many wait for their turn.
    pub fn progress_reinvite(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        reliable: bool,
    ) -> Result<(), Unreliable> {
        let Some((server, request, flow)) = self.open_reinvite() else {
            return Ok(());
        };
        if reliable || request.lists(HeaderId::Require, TAG) {
            let describes = body.is_some() && !self.exchanged;
            let before = self.media.clone().filter(|_| describes);
            self.progress(cx, account, status, reason, own, body, true)?;
            self.note_before(before);
            return Ok(());
        }
        let response = self.response(
            cx,
            account,
            &request,
            status,
            reason,
            own,
            Some(&flow),
            body,
        );
        cx.respond(server, response);
        Ok(())
    }

    /// Takes our re-INVITE back; the call goes on. `false`: there is none on its way.
    pub fn cancel_change(&mut self, cx: &mut Cx, own: &str) -> bool {
        let asked = self
            .change
            .as_ref()
            .is_some_and(|change| change.update.is_none() && change.retry_at.is_none());
        let client = self.invite.as_ref().and_then(|invite| invite.client());
        let Some(client) = client.filter(|_| asked && self.state == State::Confirmed) else {
            return false;
        };
        let extra = self.extra.request(own);
        cx.endpoint.cancel(cx.now, client, &extra);
        true
    }

    /// Our media are offered where we can be reached now, should the address be gone that they were offered at.
    pub(super) fn follow_address(&mut self, cx: &Cx) {
        let Some(target) = self
            .dialog(&cx.dialogs)
            .map(|dialog| dialog.remote_target().to_owned())
        else {
            return;
        };
        let Some(address) = self.media.as_mut().and_then(super::Media::address_mut) else {
            return;
        };
        let protocols = [Protocol::Udp, Protocol::Tcp];
        let ours = |protocol: &Protocol| cx.endpoint.local_addresses(*protocol);
        let mut known = protocols.iter().flat_map(ours);
        if !known.any(|local| local.ip() == *address) {
            *address = cx.endpoint.media_address(&target);
        }
    }
}
