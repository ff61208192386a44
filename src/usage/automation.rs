//! What a call does by itself, and what its application does in its place: ACK of a 2xx (RFC 3261 §13.2.2.4), PRACK of a
//! reliable response (RFC 3262 §4), answers to offers in UPDATE (RFC 3311 §5.2), the moment after which no further 2xx
//! can come (RFC 3261 §13.2.2.4: 64*T1 after the first).
//!
//! Bits that only decide whether somebody is asked first (provisional answers, INFO, MESSAGE, OPTIONS, redirection) are
//! read where that is decided, in `agent`.

use crate::base::Time;
use crate::syntax::Message;
use crate::syntax::headers::RAck;
use crate::transaction::{ClientKey, ServerKey};
use crate::transport::Flow;

use super::call::{Call, CallEvent, Outcome, Pending, PendingKind, State, description};
use super::invite_client::ack_of;
use super::lines::Lines;
use super::media::{Media, SDP};
use super::{Account, Cx, Outgoing};

/// A set of things done without asking (`RTC_AUTO_…`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Auto(u32);

impl Auto {
    /// 180 to an INVITE that rings.
    pub const PROVISIONAL: u32 = 1;
    /// PRACK, and the answer to one.
    pub const PRACK: u32 = 2;
    /// ACK of a 2xx.
    pub const ACK: u32 = 4;
    /// Descriptions.
    pub const OFFER_ANSWER: u32 = 8;
    /// 200 to NOTIFY.
    pub const NOTIFY: u32 = 0x10;
    /// 200 to OPTIONS.
    pub const OPTIONS: u32 = 0x20;
    /// Answers to 401 and 407.
    pub const AUTHENTICATION: u32 = 0x40;
    /// Requests again before what they hold expires.
    pub const REFRESH: u32 = 0x80;
    /// 3xx followed.
    pub const REDIRECT: u32 = 0x100;
    /// Of several dialogs that one INVITE makes, the first that is confirmed is kept.
    pub const FORK: u32 = 0x200;
    /// RFC 4028.
    pub const SESSION_TIMER: u32 = 0x400;
    /// 200 to MESSAGE.
    pub const MESSAGE: u32 = 0x800;
    /// 200 to INFO.
    pub const INFO: u32 = 0x1000;
    /// Everything.
    pub const ALL: Self = Self(0x1FFF);

    /// Those bits; none where one of them means nothing.
    #[must_use]
    pub const fn new(bits: u32) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 {
            Some(Self(bits))
        } else {
            None
        }
    }

    /// All but those.
    #[must_use]
    pub const fn without(manual: u32) -> Self {
        Self(Self::ALL.0 & !manual)
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether that is done without asking.
    #[must_use]
    pub const fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
}

impl Default for Auto {
    fn default() -> Self {
        Self::ALL
    }
}

/// Timer of a call: no further 2xx to its INVITE can come.
pub(super) const COMPLETED: u32 = 7;

/// A 2xx of the peer's that the application acknowledges.
#[derive(Debug)]
pub(super) struct Unacked {
    client: ClientKey,
    cseq: u32,
    auth: Box<str>,
    /// Our answer, should the application bring none.
    body: Option<Vec<u8>>,
}

/// A reliable response of the peer's that the application acknowledges.
#[derive(Debug)]
pub(super) struct Unpracked {
    pub(super) rseq: u32,
    pub(super) cseq: u32,
    /// Our answer, should the application bring none.
    pub(super) body: Option<Vec<u8>>,
}

/// Why an acknowledgement cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NothingOpen {
    /// There is no 2xx, or it has its ACK.
    Ack,
    /// There is no reliable response without PRACK.
    Prack,
}

impl Call {
    /// Changes what is done without asking. Without [`Auto::OFFER_ANSWER`] the descriptions are the application's from now on.
    pub fn set_auto(&mut self, auto: Auto) {
        self.auto = auto;
        if auto.has(Auto::OFFER_ANSWER) {
            return;
        }
        if let Some(media @ Media::Audio { .. }) = self.media.as_mut() {
            let local = media.local_description().as_bytes().to_vec();
            media.take_application(SDP, &local);
            self.answer_ready = false;
        }
    }

    /// ACK of a 2xx, now or by the application.
    pub(super) fn acknowledge_or_leave(
        &mut self,
        cx: &mut Cx,
        client: ClientKey,
        cseq: u32,
        extra: &str,
        body: Option<Vec<u8>>,
    ) {
        if !self.auto.has(Auto::ACK) {
            let auth = self
                .invite
                .as_deref()
                .map_or("", Outgoing::auth_lines)
                .into();
            self.unacked = Some(Box::new(Unacked {
                client,
                cseq,
                auth,
                body,
            }));
            return self.await_completion(cx);
        }
        if let Some(ack) = self.dialog(&cx.dialogs).map(ack_of) {
            self.acknowledge(cx, client, ack, cseq, extra, body);
        }
    }

    /// A 2xx to our first INVITE came: when that was the first, counts the time in which others may follow.
    pub(super) fn await_completion(&mut self, cx: &mut Cx) {
        if self.completed_at.is_none() && (self.watched || self.unacked.is_some()) {
            self.completed_at = Some(cx.arm(cx.t1 * 64, self.owner, COMPLETED));
        }
    }

    /// Sends the ACK that the application owes; with its body, or the answer made here.
    ///
    /// # Errors
    /// No 2xx waits for its ACK.
    pub fn send_ack(
        &mut self,
        cx: &mut Cx,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<(), NothingOpen> {
        let unacked = self.unacked.take().ok_or(NothingOpen::Ack)?;
        let Some((mut draft, remote_tag)) = self.dialog(&cx.dialogs).map(ack_of) else {
            return Err(NothingOpen::Ack);
        };
        let extra = self.extra.request(own);
        draft
            .lines
            .push_str(&format!("CSeq: {} ACK\r\n", unacked.cseq));
        draft.lines.push_str(&unacked.auth);
        let rest = Lines::new(&extra).offer("User-Agent", &cx.user_agent);
        draft.lines.push_str(&rest.finish(&[]));
        match (body, unacked.body, self.media.as_mut()) {
            (Some((content_type, body)), _, media) => {
                draft.content_type = Some(content_type.into());
                draft.body = body.into();
                if let Some(media) = media {
                    media.take_application(content_type, body);
                }
            }
            (None, Some(body), Some(media)) if !body.is_empty() => {
                draft.content_type = Some(media.content_type().into());
                draft.body = body;
            }
            _ => {}
        }
        cx.endpoint.ack(cx.now, unacked.client, &remote_tag, draft);
        Ok(())
    }

    /// Whether the application owes an ACK.
    #[must_use]
    pub fn owes_ack(&self) -> bool {
        self.unacked.is_some()
    }

    /// No further 2xx can come; one that the application never acknowledged ends the call, acknowledged.
    pub(super) fn on_completed(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        out: &mut Vec<CallEvent>,
    ) {
        self.completed_at = None;
        self.open_offer = None;
        out.push(CallEvent::Completed);
        if self.unacked.is_some() {
            // Nothing is open that could not be acknowledged.
            let _ = self.send_ack(cx, "", None);
            self.abandon(cx, account, Outcome::NoAck, None, out);
        }
    }

    pub(super) fn stop_completion(&mut self, cx: &mut Cx) {
        if !self.watched {
            let owner = self.owner;
            cx.disarm(self.completed_at.take(), owner, COMPLETED);
        }
    }

    /// Sends the PRACK that the application owes; with its body, or the answer made here.
    ///
    /// # Errors
    /// No reliable response waits for its PRACK.
    pub fn send_prack(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        body: Option<(&str, &[u8])>,
        cookie: i64,
    ) -> Result<ClientKey, NothingOpen> {
        let extra = self.extra.request(own);
        let open = self
            .early
            .iter_mut()
            .find(|early| early.unpracked.is_some());
        let Some((early, open)) =
            open.and_then(|early| early.unpracked.take().map(|open| (early, open)))
        else {
            return Err(NothingOpen::Prack);
        };
        let rack = RAck {
            rseq: open.rseq,
            cseq: open.cseq,
            method: "INVITE",
        };
        let (mut draft, cseq) = early.dialog.request("PRACK");
        let tag: Box<str> = early.dialog.remote_tag().into();
        match (body, open.body, &self.media) {
            (Some((content_type, body)), _, _) => {
                draft.content_type = Some(content_type.into());
                draft.body = body.into();
                if let Some(media) = early.media.as_deref_mut() {
                    media.take_application(content_type, body);
                }
            }
            (None, Some(body), Some(media)) if !body.is_empty() => {
                draft.content_type = Some(media.content_type().into());
                draft.body = body;
            }
            _ => {}
        }
        let rest = Lines::new(&extra)
            .put("RAck", &rack.to_string())
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let mut outgoing = Outgoing::new(draft, cseq, rest, self.owner);
        let client = outgoing.send(cx, account);
        self.pending.push(Pending {
            outgoing,
            cookie,
            kind: PendingKind::Application,
            tag,
        });
        Ok(client)
    }

    /// The peer's UPDATE with an offer that the application answers: open until then, and only one (RFC 3311 §5.2).
    pub(super) fn offer_update(
        &mut self,
        cx: &Cx,
        server: ServerKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) -> Result<(), u16> {
        if self
            .open_update
            .is_some_and(|open| cx.endpoint.request_of(open).is_some())
        {
            return Err(500);
        }
        self.open_update = Some(server);
        out.push(CallEvent::Offered { server, message });
        Ok(())
    }

    /// Answers that UPDATE: 2xx with the application's description, or a refusal that changes nothing.
    pub fn answer_offered_update(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        server: ServerKey,
        message: &Message,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) {
        self.open_update = None;
        let flow: Option<Flow> = cx.endpoint.flow_of(server);
        let accepted = status < 300;
        let mut own = own.to_owned();
        if accepted {
            let tag: Box<str> = message.from_tag().unwrap_or_default().into();
            if let Some(dialog) = self.dialog_of(&mut cx.dialogs, &tag) {
                dialog.refresh_target(message);
                dialog.note_allow(message);
            }
            if let (Some(media), Some((content_type, body))) = (self.media_of(&tag), body) {
                media.take_application(content_type, body);
                if let Some(offer) = description(message, content_type) {
                    // Keeps the peer's description for whoever asks.
                    let _ = media.answer(offer);
                }
            }
            if self.state == State::Confirmed {
                own.push_str(&self.answer_timer(cx, message));
            }
        }
        let flow = flow.as_ref().filter(|_| accepted);
        let response = self.response(cx, account, message, status, reason, &own, flow, body);
        cx.respond(server, response);
    }

    /// Whether descriptions are the application's throughout.
    pub(super) fn leaves_descriptions(&self) -> bool {
        !self.auto.has(Auto::OFFER_ANSWER)
            && matches!(self.media, None | Some(Media::Application { .. }))
    }

    /// The time when no further 2xx can come.
    #[must_use]
    pub fn completes_at(&self) -> Option<Time> {
        self.completed_at
    }
}
