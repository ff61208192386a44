//! Reliable provisional responses: RFC 3262, with the exchanges of RFC 6337 §2.2 that they carry.
//!
//! Both ends: what we send and repeat until its PRACK comes, and the PRACKs we send in each early dialog. UPDATE in such
//! a dialog is in `update`; which provisional answers there are is `agent`'s business.

use std::collections::VecDeque;
use std::time::Duration;

use crate::base::Time;
use crate::dialog::Dialog;
use crate::syntax::headers::{RAck, RSeq};
use crate::syntax::{HeaderId, Message};
use crate::transaction::ServerKey;

use super::automation::{Auto, Unpracked};
use super::body::is_offerless;
use super::call::{Call, CallEvent, MINUTE, Outcome, Pending, PendingKind, State, description};
use super::lines::Lines;
use super::media::Media;
use super::{Account, Cx, Dialogs, Outgoing};

/// Whether reliable provisional responses are spoken of and insisted on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reliable {
    /// Used when the peer asks for it or the application does.
    #[default]
    Supported,
    /// A call without them is refused, 421.
    Required,
    /// Never.
    Off,
}

/// The option tag.
pub const TAG: &str = "100rel";

/// Timers of a call: a reliable response again, and no more.
pub(super) const AGAIN: u32 = 4;
pub(super) const UNHEARD: u32 = 5;

/// Provisional answers that may wait for the PRACK of the one before.
const WAITING: usize = 16;

/// RFC 3261 §13.3.1.1: so often a call that rings says so again.
const EVERY_MINUTE: Duration = Duration::from_secs(60);

/// UAS: the last provisional response.
#[derive(Debug)]
pub(super) struct Progress {
    status: u16,
    /// None when it went reliably: that one is not said again once it is acknowledged, another is.
    response: Option<Message>,
    at: Time,
}

/// Why a provisional response is not sent reliably.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unreliable {
    /// The peer does not know them, or they are switched off.
    NotSupported,
    /// Too many wait for their turn.
    TooMany,
}

/// UAS: the reliable responses of one INVITE.
#[derive(Debug, Default)]
pub(super) struct Sent {
    rseq: u32,
    open: Option<Open>,
    waiting: VecDeque<Answer>,
    /// A 2xx that waits for the PRACK of a description.
    accept: Option<Answer>,
    /// Of a re-INVITE: the descriptions before ours went out, until its PRACK settles it.
    before: Option<Box<Media>>,
}

/// What the application answers, kept until its turn comes.
#[derive(Debug)]
struct Answer {
    status: u16,
    reason: Box<str>,
    own: Box<str>,
    body: Option<(Box<str>, Box<[u8]>)>,
}

/// The one that waits for its PRACK.
#[derive(Debug)]
struct Open {
    response: Message,
    cseq: u32,
    interval: Duration,
    /// When it goes out again and when we give up; none once there is a final response.
    timers: Option<(Time, Time)>,
    described: Described,
}

/// Which part of an exchange a response carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Described {
    Not,
    Offer,
    Answer,
}

/// UAC: one early dialog (RFC 3261 §12.1.2), of which a forked INVITE has several.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) dialog: Box<Dialog>,
    /// The last reliable response taken.
    rseq: Option<u32>,
    /// The descriptions of this dialog, once exchanged ahead of the 2xx.
    pub(super) media: Option<Box<Media>>,
    /// The reliable response that the application acknowledges.
    pub(super) unpracked: Option<Unpracked>,
}

impl Call {
    /// Whether the INVITE that came lets us answer reliably: listed, demanded.
    fn peer_speaks(&self) -> (bool, bool) {
        let Some(request) = &self.request else {
            return (false, false);
        };
        let demanded = request.lists(HeaderId::Require, TAG);
        (
            demanded || request.lists(HeaderId::Supported, TAG),
            demanded,
        )
    }

    /// UAS: whether we insist and the peer cannot (RFC 3261 §21.4.16: 421).
    #[must_use]
    pub fn lacks_reliable(&self) -> bool {
        self.terms.reliable == Reliable::Required && !self.peer_speaks().0
    }

    /// A provisional answer, 101 to 199; `reliable` asks for RFC 3262, which the peer or our own terms may ask for too.
    pub fn progress(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        reliable: bool,
    ) -> Result<(), Unreliable> {
        self.progressed = true;
        let (known, demanded) = self.peer_speaks();
        let terms = self.terms.reliable;
        let can = known && terms != Reliable::Off;
        if reliable && !can {
            return Err(Unreliable::NotSupported);
        }
        if can && (reliable || demanded || terms == Reliable::Required) {
            let answer = Answer::new(status, reason, own, body);
            let sent = self.sent.get_or_insert_default();
            if sent.open.is_some() {
                if sent.waiting.len() >= WAITING {
                    return Err(Unreliable::TooMany);
                }
                sent.waiting.push_back(answer);
                return Ok(());
            }
            self.send_reliably(cx, account, &answer);
            return Ok(());
        }
        let (Some(server), Some(request), Some(flow)) =
            (self.server, self.request.as_ref(), self.flow.as_ref())
        else {
            return Ok(());
        };
        // 183 is for early media: it shows the answer that the 2xx will carry (RFC 6337 §3.1.1).
        let shown = match (&self.media, body) {
            (Some(media @ Media::Audio { .. }), None)
                if status == 183 && self.answer_ready && !self.exchanged =>
            {
                Some((media.content_type(), media.local_description().as_bytes()))
            }
            _ => body,
        };
        let response = self.response(cx, account, request, status, reason, own, Some(flow), shown);
        cx.respond(server, response.clone());
        self.note_progress(cx, status, Some(response));
        Ok(())
    }

    fn note_progress(&mut self, cx: &mut Cx, status: u16, response: Option<Message>) {
        self.stop_progress(cx);
        let at = cx.arm(EVERY_MINUTE, self.owner, MINUTE);
        self.progress = Some(Box::new(Progress {
            status,
            response,
            at,
        }));
    }

    fn stop_progress(&mut self, cx: &mut Cx) {
        if let Some(progress) = self.progress.take() {
            cx.disarm(Some(progress.at), self.owner, MINUTE);
        }
    }

    /// Timer: proxies give up what they have not heard of for three minutes (RFC 3261 §13.3.1.1, §16.6).
    pub(super) fn repeat_progress(&mut self, cx: &mut Cx, account: &Account) {
        let Some(progress) = self.progress.take() else {
            return;
        };
        let (Some(server), State::Incoming) = (self.server, self.state) else {
            return;
        };
        match progress.response {
            Some(response) => {
                cx.respond(server, response.clone());
                self.note_progress(cx, progress.status, Some(response));
            }
            None => {
                // What could be refused was refused the first time.
                let _ = self.progress(cx, account, progress.status, "", "", None, true);
            }
        }
    }

    /// RFC 3262 §3. The first reliable response to an INVITE without offer holds ours (§5).
    fn send_reliably(&mut self, cx: &mut Cx, account: &Account, answer: &Answer) {
        let (Some(server), Some(request), Some(flow)) =
            (self.server, self.request.clone(), self.flow)
        else {
            return;
        };
        let body = answer.body();
        let content_type = self.media.as_ref().map_or("", Media::content_type);
        let offerless = is_offerless(&request, content_type);
        let audio = matches!(self.media, Some(Media::Audio { .. }));
        let describes = !self.exchanged
            && (body.is_some() || (offerless && !self.offered) || (audio && answer.status == 183));
        let mut described = Described::Not;
        let mut ours = None;
        if describes && let Ok((content_type, text)) = self.own_description(&request, body) {
            if !text.is_empty() {
                described = if offerless {
                    Described::Offer
                } else {
                    Described::Answer
                };
                ours = Some((content_type, text));
            }
        }
        match described {
            Described::Not => {}
            Described::Offer => self.offered |= self.state == State::Incoming,
            Described::Answer => self.exchanged = true,
        }
        let Some(sent) = self.sent.as_deref_mut() else {
            return;
        };
        // Any start below 2^31 will do; a small one leaves room to count.
        sent.rseq = if sent.rseq == 0 {
            u32::try_from(cx.entropy.below(1 << 16)).unwrap_or(0) + 1
        } else {
            sent.rseq + 1
        };
        let own = format!("{}Require: {TAG}\r\nRSeq: {}\r\n", answer.own, sent.rseq);
        let ours = ours
            .as_ref()
            .map(|(content_type, text)| (&**content_type, &**text));
        let (status, reason) = (answer.status, &answer.reason);
        let response = self.response(
            cx,
            account,
            &request,
            status,
            reason,
            &own,
            Some(&flow),
            ours,
        );
        cx.respond(server, response.clone());
        let interval = cx.t1;
        let again = cx.arm(interval, self.owner, AGAIN);
        let unheard = cx.arm(cx.t1 * 64, self.owner, UNHEARD);
        self.note_progress(cx, status, None);
        if let Some(sent) = self.sent.as_deref_mut() {
            sent.open = Some(Open {
                response,
                cseq: request.cseq(),
                interval,
                timers: Some((again, unheard)),
                described,
            });
        }
    }

    /// Timer: the response again, twice as late each time without bound (RFC 3262 §3).
    pub(super) fn repeat_reliable(&mut self, cx: &mut Cx) {
        let (owner, server) = (self.owner, self.server);
        let Some(open) = self.sent.as_deref_mut().and_then(|sent| sent.open.as_mut()) else {
            return;
        };
        if let (Some((again, _)), Some(server)) = (open.timers.as_mut(), server) {
            cx.respond(server, open.response.clone());
            open.interval *= 2;
            *again = cx.arm(open.interval, owner, AGAIN);
        }
    }

    /// Timer: no PRACK in 64*T1, so the INVITE is refused.
    pub(super) fn give_up_waiting_for_prack(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        out: &mut Vec<CallEvent>,
    ) {
        if !self.awaits_prack() {
            return;
        }
        if self.state == State::Incoming {
            self.refuse_and_end(cx, account, 504, "", "", None, out);
        } else if let Some((server, message, flow)) = self.open_reinvite() {
            self.stop_reliable(cx);
            self.answer_reinvite(cx, account, server, message, &flow, 504, "", "", None, out);
        }
    }

    fn awaits_prack(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.open.is_some())
    }

    /// Whether a description of ours waits for its PRACK: then no 2xx may go out, and no further offer be made.
    pub(super) fn awaits_prack_of_description(&self) -> bool {
        self.sent
            .as_ref()
            .and_then(|sent| sent.open.as_ref())
            .is_some_and(|open| open.described != Described::Not)
    }

    /// Whether the peer showed by a PRACK that it knows the dialog, and no other is outstanding.
    pub(super) fn was_pracked(&self) -> bool {
        self.sent
            .as_ref()
            .is_some_and(|sent| sent.rseq > 0 && sent.open.is_none())
    }

    /// Our own offer in a reliable response is not answered yet.
    pub(super) fn awaits_answer_in_prack(&self) -> bool {
        self.sent
            .as_ref()
            .and_then(|sent| sent.open.as_ref())
            .is_some_and(|open| open.described == Described::Offer)
    }

    /// Keeps a 2xx until the PRACK comes (RFC 3262 §3).
    pub(super) fn hold_back(
        &mut self,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) {
        if let Some(sent) = self.sent.as_deref_mut() {
            sent.waiting.clear();
            sent.accept = Some(Answer::new(status, reason, own, body));
        }
    }

    /// A final response goes out: nothing is repeated any more, a late PRACK is still answered (RFC 3262 §3).
    pub(super) fn stop_reliable(&mut self, cx: &mut Cx) {
        self.stop_progress(cx);
        let owner = self.owner;
        let Some(sent) = self.sent.as_deref_mut() else {
            return;
        };
        sent.waiting.clear();
        sent.accept = None;
        if let Some((again, unheard)) = sent.open.as_mut().and_then(|open| open.timers.take()) {
            cx.disarm(Some(again), owner, AGAIN);
            cx.disarm(Some(unheard), owner, UNHEARD);
        }
    }

    /// A PRACK: what it acknowledges, the description it brings, and what waited for it.
    pub(super) fn on_prack(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let named = message.typed::<RAck<'_>>().ok().flatten();
        let open = match (named, self.sent.as_deref_mut()) {
            (Some(named), Some(sent)) => {
                let rseq = sent.rseq;
                sent.open.take_if(|open| {
                    (named.rseq, named.cseq, named.method) == (rseq, open.cseq, "INVITE")
                })
            }
            _ => None,
        };
        let Some(open) = open else {
            self.respond(cx, account, server, &message, 481, "");
            return;
        };
        let rseq = self.sent.as_ref().map_or(0, |sent| sent.rseq);
        if let Some((again, unheard)) = open.timers {
            cx.disarm(Some(again), self.owner, AGAIN);
            cx.disarm(Some(unheard), self.owner, UNHEARD);
        }
        let mut fault = false;
        let mut answer = None;
        if let Some(media) = self.media.as_mut() {
            let theirs = description(&message, media.content_type());
            match (open.described, theirs) {
                (Described::Offer, Some(_)) => {
                    fault = media.on_answer(&message, false).is_err() && media.is_audio();
                    self.exchanged = true;
                }
                (Described::Offer, None) => fault = media.is_audio(),
                // A further offer once there was an answer; it cannot be rejected (RFC 6337 §2.3).
                (_, Some(offer)) if self.exchanged && media.is_audio() => {
                    let made = media.answer(offer).or_else(|_| media.refuse_all(offer));
                    answer = made
                        .ok()
                        .map(|text| (Box::<str>::from(media.content_type()), text));
                }
                _ => {}
            }
        }
        let body = answer
            .as_ref()
            .map(|(content_type, text)| (&**content_type, &**text));
        let asked = !self.auto.has(Auto::PRACK) && self.state == State::Incoming && !fault;
        if asked {
            let message = message.clone();
            out.push(CallEvent::PrackOffered {
                server,
                rseq,
                message,
            });
        } else {
            self.respond_with(cx, account, server, &message, 200, "", "", body);
        }
        if self.state == State::Confirmed && self.server.is_some() {
            return self.on_reinvite_pracked(cx, account, rseq, message, out);
        }
        if self.state != State::Incoming {
            return;
        }
        if fault {
            self.refuse(cx, account, 488, "", "", None);
            return self.finish(cx, Outcome::Media, Some(message), out);
        }
        if !asked {
            out.push(CallEvent::Pracked { rseq, message });
        }
        let Some(sent) = self.sent.as_deref_mut() else {
            return;
        };
        if let Some(held) = sent.accept.take() {
            let (status, reason, own) = (held.status, &held.reason, &held.own);
            if self
                .accept(cx, account, status, reason, own, held.body())
                .is_err()
            {
                self.refuse_and_end(cx, account, 488, "", "", None, out);
            }
        } else if let Some(next) = sent.waiting.pop_front() {
            self.send_reliably(cx, account, &next);
        }
    }

    /// The peer has a reliable response of ours to its re-INVITE: the change is in use (RFC 6141 §3.3).
    fn on_reinvite_pracked(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        rseq: u32,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        let Some(sent) = self.sent.as_deref_mut() else {
            return;
        };
        let (before, held) = (sent.before.take(), sent.accept.take());
        let next = sent.waiting.pop_front();
        let seen = |media: &Media| (media.remote_hold(), media.agreed());
        let changed = before
            .as_deref()
            .is_some_and(|before| self.media.as_ref().map(seen) != Some(seen(before)));
        out.push(CallEvent::Pracked {
            rseq,
            message: message.clone(),
        });
        if changed {
            out.push(CallEvent::MediaChanged(message));
        }
        match (held, next, self.open_reinvite()) {
            (Some(held), _, Some((server, request, flow))) => {
                let (status, reason, own) = (held.status, &held.reason, &held.own);
                self.answer_reinvite(
                    cx, account, server, request, &flow, status, reason, own, None, out,
                );
            }
            (None, Some(next), _) => self.send_reliably(cx, account, &next),
            _ => {}
        }
    }

    /// Notes what is undone should the peer never have our description.
    pub(super) fn note_before(&mut self, media: Option<Media>) {
        if let (Some(sent), Some(media)) = (self.sent.as_deref_mut(), media) {
            sent.before.get_or_insert_with(|| Box::new(media));
        }
    }

    /// A re-INVITE came that the application answers: nothing is described yet.
    pub(super) fn begin_reliable(&mut self, cx: &mut Cx) {
        self.stop_reliable(cx);
        self.sent = None;
        self.exchanged = false;
    }

    /// What was said in a reliable response and never settled is undone.
    pub(super) fn undo_unsettled(&mut self) {
        if let Some(before) = self.sent.as_deref_mut().and_then(|sent| sent.before.take()) {
            self.media = Some(*before);
            self.exchanged = false;
        }
    }

    /// Whether a 2xx of ours waits for the PRACK of a description.
    pub(super) fn holds_back(&self) -> bool {
        self.sent.as_ref().is_some_and(|sent| sent.accept.is_some())
    }

    /// UAC: a provisional response above 100. `false` when it must not be taken: a repetition, or one out of order.
    pub(super) fn on_provisional(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: &Message,
        flow: &crate::transport::Flow,
        out: &mut Vec<CallEvent>,
    ) -> bool {
        let at = self.early_for(cx, message, flow);
        let rseq = match message.typed::<RSeq>() {
            Ok(Some(RSeq(rseq)))
                if self.terms.reliable != Reliable::Off
                    && message.lists(HeaderId::Require, TAG) =>
            {
                Some(rseq)
            }
            _ => None,
        };
        if let Some(rseq) = rseq {
            let Some(at) = at else { return false };
            let Some(early) = self.early.get_mut(at) else {
                return false;
            };
            // RFC 3262 §4: in order and without gaps, or not at all.
            if early.rseq.is_some_and(|last| last.wrapping_add(1) != rseq) {
                return false;
            }
            early.rseq = Some(rseq);
            if !self.acknowledge_provisional(cx, account, at, rseq, message, out) {
                return false;
            }
        }
        // RFC 6228 §4: this early dialog is over, others go on.
        if message.status() == Some(199)
            && let Some(at) = at
        {
            self.early.swap_remove(at);
        }
        true
    }

    /// The early dialog of a response, made if it is the first of its tag.
    fn early_for(
        &mut self,
        cx: &Cx,
        message: &Message,
        flow: &crate::transport::Flow,
    ) -> Option<usize> {
        let tag = message.to_tag()?;
        if let Some(at) = self
            .early
            .iter()
            .position(|early| early.dialog.remote_tag() == tag)
        {
            self.early[at].dialog.note_allow(message);
            return Some(at);
        }
        if self.early.len() >= cx.forks {
            return None;
        }
        let dialog = Box::new(Dialog::uac(message, self.local_tag, flow)?);
        self.early.push(Early {
            dialog,
            rseq: None,
            media: None,
            unpracked: None,
        });
        Some(self.early.len() - 1)
    }

    /// Takes the description and sends the PRACK; `false` when the call ended over it.
    fn acknowledge_provisional(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        at: usize,
        rseq: u32,
        message: &Message,
        out: &mut Vec<CallEvent>,
    ) -> bool {
        let (mut body, mut fault) = (None, false);
        let offered = self.offered;
        let Some(early) = self.early.get_mut(at) else {
            return false;
        };
        if early.media.is_none()
            && let Some(media) = &self.media
            && let Some(theirs) = description(message, media.content_type())
        {
            // Each fork has an exchange of its own (RFC 6337 §4).
            let mut fork = Box::new(media.clone());
            if offered {
                fault = fork.on_answer(message, false).is_err();
            } else {
                body = match fork.answer(theirs) {
                    Ok(answer) => Some(answer),
                    Err(_) => {
                        fault = true;
                        fork.refuse_all(theirs).ok()
                    }
                };
            }
            early.media = Some(fork);
        }
        if !fault && !self.auto.has(Auto::PRACK) {
            early.unpracked = Some(Unpracked {
                rseq,
                cseq: message.cseq(),
                body,
            });
            let message = message.clone();
            out.push(CallEvent::Reliable { rseq, message });
            return true;
        }
        let content_type = self.media.as_ref().map(Media::content_type);
        let (mut draft, cseq) = early.dialog.request("PRACK");
        if let (Some(body), Some(content_type)) = (body, content_type) {
            draft.content_type = Some(content_type.into());
            draft.body = body;
        }
        let extra = self.extra.request("");
        let rack = RAck {
            rseq,
            cseq: message.cseq(),
            method: "INVITE",
        }
        .to_string();
        let rest = Lines::new(&extra)
            .put("RAck", &rack)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let tag = early.dialog.remote_tag().into();
        let mut outgoing = Outgoing::new(draft, cseq, rest, self.owner);
        outgoing.send(cx, account);
        self.pending.push(Pending {
            outgoing,
            cookie: 0,
            kind: PendingKind::Prack,
            tag,
        });
        if fault {
            // Of a single dialog it is the end; another fork may still be understood.
            if self.early.len() > 1 {
                self.early.swap_remove(at);
                return false;
            }
            self.cancel(cx, "");
            self.cancelled_for = Some(Outcome::Media);
            let _ = out;
            return false;
        }
        true
    }

    /// The early dialog that a request of the peer came in.
    pub(super) fn early_of(&self, message: &Message) -> Option<usize> {
        self.early
            .iter()
            .position(|early| early.dialog.matches(message))
    }

    /// The dialog of an early or confirmed peer's tag; empty: the call's own.
    pub(super) fn dialog_of<'a>(
        &'a mut self,
        dialogs: &'a mut Dialogs,
        tag: &str,
    ) -> Option<&'a mut Dialog> {
        if !tag.is_empty()
            && let Some(at) = self
                .early
                .iter()
                .position(|early| early.dialog.remote_tag() == tag)
        {
            return self.early.get_mut(at).map(|early| &mut *early.dialog);
        }
        self.dialog_mut(dialogs)
            .filter(|dialog| tag.is_empty() || dialog.remote_tag() == tag)
    }

    /// The peer's description as it stands in an early dialog, before there is a call: from the last exchange.
    #[must_use]
    pub fn early_media(&self) -> Option<&Media> {
        let early = self
            .early
            .iter()
            .rev()
            .filter(|_| self.state == State::Calling);
        early.filter_map(|early| early.media.as_deref()).next()
    }

    /// Takes the early dialog of a 2xx over.
    pub(super) fn confirm_early(&mut self, message: &Message) -> Option<Early> {
        let tag = message.to_tag()?;
        let at = self
            .early
            .iter()
            .position(|early| early.dialog.remote_tag() == tag)?;
        let mut early = self.early.swap_remove(at);
        early.dialog.confirm(message);
        early.dialog.note_allow(message);
        Some(early)
    }

    /// A dialog was chosen: of the others only those are kept that have counted requests, to end them in order.
    pub(super) fn forget_forks(&mut self) {
        self.early.retain(|early| early.rseq.is_some());
        if self.early.is_empty() {
            self.early = Vec::new();
        }
    }
}

impl Answer {
    fn new(status: u16, reason: &str, own: &str, body: Option<(&str, &[u8])>) -> Self {
        Self {
            status,
            reason: reason.into(),
            own: own.into(),
            body: body.map(|(content_type, body)| (content_type.into(), body.into())),
        }
    }

    fn body(&self) -> Option<(&str, &[u8])> {
        self.body
            .as_ref()
            .map(|(content_type, body)| (&**content_type, &**body))
    }
}
