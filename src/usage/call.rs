//! The INVITE usage: one call from INVITE to BYE, in either role (RFC 3261 §13 to §15).
//!
//! This file holds the state and what both roles share; `invite_client` and `invite_server` hold the two ways into a
//! call, `reinvite` what changes one. What an application calls a session is above, in `agent::session`.

use std::collections::VecDeque;

use crate::base::Time;
use crate::dialog::{Dialog, LocalTag, Order};
use crate::syntax::{HeaderId, Message, MessageBuilder};
use crate::transaction::{ClientKey, Draft, Failure, ServerKey};
use crate::transport::Flow;

use super::automation::{Auto, COMPLETED, Unacked};
pub(super) use super::body::description;
use super::context::ALLOW;
use super::dialogs::{DialogKey, Dialogs};
use super::failure::{self, Effect};
use super::lines::{Extra, Lines};
use super::media::Media;
use super::reinvite::Change;
use super::reliable::{AGAIN, Early, Progress, Reliable, Sent, UNHEARD};
use super::session_timer::{self, SESSION, SessionTimer};
use super::{Account, Cx, Outgoing, Owner};

/// Where a call stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// Nothing sent.
    Idle,
    /// UAC: INVITE sent, no final response.
    Calling,
    /// UAC: given up; CANCEL sent or waiting for the first provisional response.
    Cancelling,
    /// UAS: INVITE received, no final response.
    Incoming,
    /// UAS: 2xx sent, ACK outstanding.
    Accepted,
    /// Both sides know.
    Confirmed,
    /// BYE sent.
    Ending,
    /// Over.
    Ended,
}

/// How something ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// With this final response, sent or received.
    Sip(u16),
    /// Without a response.
    Failed(Failure),
    /// By our own BYE or wish.
    Local,
    /// By the peer's BYE.
    Remote,
    /// The ACK never came (RFC 3261 §13.3.1.4).
    NoAck,
    /// The peer's description cannot be used.
    Media,
}

/// What a call asks of its peer, set before it begins.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Reliable provisional responses, RFC 3262.
    pub reliable: Reliable,
    /// Session-Expires in seconds, RFC 4028; 0: no session timer.
    pub session_expires: u32,
    /// Min-SE in seconds.
    pub min_se: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            reliable: Reliable::default(),
            session_expires: session_timer::INTERVAL,
            min_se: session_timer::LEAST,
        }
    }
}

impl Terms {
    /// The option tags for Supported.
    #[must_use]
    pub fn supported(&self) -> &'static str {
        match (self.reliable, self.session_expires) {
            (Reliable::Off, 0) => "199, replaces, norefersub, tdialog, join, from-change",
            (Reliable::Off, _) => "timer, 199, replaces, norefersub, tdialog, join, from-change",
            (Reliable::Supported | Reliable::Required, 0) => {
                "100rel, 199, replaces, norefersub, tdialog, join, from-change"
            }
            (Reliable::Supported | Reliable::Required, _) => {
                "100rel, timer, 199, replaces, norefersub, tdialog, join, from-change"
            }
        }
    }
}

/// What a call tells.
#[derive(Clone, Debug)]
pub enum CallEvent {
    /// UAC: a provisional response above 100.
    Progress(Message),
    /// UAS: the peer acknowledged a reliable provisional response.
    Pracked {
        /// Its RSeq.
        rseq: u32,
        /// The PRACK; it has been answered.
        message: Message,
    },
    /// UAC: a reliable provisional response that the application acknowledges.
    Reliable {
        /// Its RSeq.
        rseq: u32,
        /// The response.
        message: Message,
    },
    /// UAS: a PRACK that the application answers; what it acknowledges is done.
    PrackOffered {
        /// To answer through.
        server: ServerKey,
        /// Its RSeq.
        rseq: u32,
        /// The PRACK.
        message: Message,
    },
    /// UAC: no further 2xx to the first INVITE can come.
    Completed,
    /// The call stands: the 2xx (UAC) or the ACK (UAS) came.
    Established(Message),
    /// A 3xx came; nothing was followed.
    Redirected(Message),
    /// Our BYE is on its way: for the application the call is over.
    HungUp,
    /// The call is over.
    Ended {
        /// How it ended.
        outcome: Outcome,
        /// The message that ended it.
        message: Option<Message>,
    },
    /// An operation of the application's is over.
    Complete {
        /// Names the operation.
        cookie: i64,
        /// It was a re-INVITE: the media may have changed.
        change: bool,
        /// How it went.
        outcome: Outcome,
        /// Its final response.
        message: Option<Message>,
    },
    /// The peer changed the media.
    MediaChanged(Message),
    /// A re-INVITE or UPDATE with an offer that the application answers (its own media).
    Offered {
        /// To answer through.
        server: ServerKey,
        /// The request.
        message: Message,
    },
    /// Any other request inside the dialog; the receiver answers it.
    Request {
        /// To answer through.
        server: ServerKey,
        /// The request.
        message: Message,
    },
}

/// A 2xx to INVITE, repeated until its ACK comes.
#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) server: ServerKey,
    pub(super) response: Message,
    pub(super) cseq: u32,
    pub(super) interval: std::time::Duration,
    pub(super) at: Time,
    pub(super) give_up: Time,
    /// The 2xx held our offer: the ACK holds the answer.
    pub(super) offered: bool,
}

/// A request inside the dialog that is neither INVITE nor BYE.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) outgoing: Outgoing,
    pub(super) cookie: i64,
    pub(super) kind: PendingKind,
    /// The peer's tag when it went into an early dialog; empty: the call's own.
    pub(super) tag: Box<str>,
}

/// A MESSAGE that waits for the answer to the one before: two on their way could overtake each other.
#[derive(Debug)]
pub(super) struct Held {
    own: Box<str>,
    content_type: Option<Box<str>>,
    body: Box<[u8]>,
    cookie: i64,
}

/// Whose a pending request is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum PendingKind {
    /// The application's: it hears how it went.
    Application,
    /// RFC 3262.
    Prack,
}

/// Timers of a call.
pub(super) const REPEAT: u32 = 1;
pub(super) const GIVE_UP: u32 = 2;
pub(super) const RETRY: u32 = 3;
/// UAS: a minute passed since the last provisional response.
pub(super) const MINUTE: u32 = 40;

/// One call.
#[derive(Debug)]
pub struct Call {
    pub(super) owner: Owner,
    pub(super) state: State,
    pub(super) local_tag: LocalTag,
    pub(super) dialog: Option<DialogKey>,
    pub(super) media: Option<Media>,
    /// The application's lines for every message of this call.
    pub extra: Extra,
    /// Event packages allowed inside this dialog, a comma list.
    pub allow_events: Box<str>,
    /// UAC: the INVITE, until its final response; then a change of the call by us.
    pub(super) invite: Option<Box<Outgoing>>,
    /// UAC: the transaction of the first INVITE, which later forks answer.
    pub(super) first: Option<ClientKey>,
    pub(super) offered: bool,
    /// UAS: the answer to the offer of the INVITE is made already.
    pub(super) answer_ready: bool,
    /// UAC: a refusal is not the end, another target of a redirection is left.
    pub more_targets: bool,
    /// UAS: the INVITE without final response, the first or a later one.
    pub(super) server: Option<ServerKey>,
    pub(super) request: Option<Message>,
    pub(super) flow: Option<Flow>,
    pub(super) repeat: Option<Box<Repeat>>,
    pub(super) bye: Option<Box<Outgoing>>,
    pub(super) bye_when_acked: Option<String>,
    pub(super) change: Option<Box<Change>>,
    pub(super) pending: Vec<Pending>,
    /// Messages that wait for the one before (RFC 3428 §8).
    pub(super) held: VecDeque<Held>,
    /// What the peer is asked for.
    pub terms: Terms,
    /// What is done without asking the application.
    pub auto: Auto,
    /// The application wants to know when no further 2xx can come.
    pub watched: bool,
    /// UAC: the 2xx that the application acknowledges.
    pub(super) unacked: Option<Box<Unacked>>,
    pub(super) completed_at: Option<Time>,
    /// UAC: one of several dialogs of an INVITE that another call sent.
    pub(super) forked: bool,
    /// The dialog of another usage that it begins or began in.
    pub(super) within: Option<DialogKey>,
    /// UAS: a provisional answer of ours went out; within a dialog of another usage: one came.
    pub(super) progressed: bool,
    /// UAC: our open offer, for the forks that answer it after the first 2xx.
    pub(super) open_offer: Option<Box<Media>>,
    /// UAC: what another try needs of one that failed.
    pub(super) tried: Option<Box<super::Attempt>>,
    /// The peer's UPDATE that the application answers.
    pub(super) open_update: Option<ServerKey>,
    pub(super) timer: SessionTimer,
    /// UAC: early dialogs, one for each fork.
    pub(super) early: Vec<Early>,
    /// UAS: reliable provisional responses.
    pub(super) sent: Option<Box<Sent>>,
    /// UAS: the exchange of the INVITE is done ahead of its 2xx.
    pub(super) exchanged: bool,
    /// UAS: the last provisional response, and when it goes out again so that no proxy gives the call up.
    pub(super) progress: Option<Box<Progress>>,
    /// UAC: cancelled for another reason than the application's wish.
    pub(super) cancelled_for: Option<Outcome>,
}

impl Call {
    /// A call about which nothing was said yet.
    #[must_use]
    pub fn new(owner: Owner, local_tag: LocalTag) -> Self {
        Self {
            owner,
            state: State::Idle,
            local_tag,
            dialog: None,
            media: None,
            extra: Extra::default(),
            allow_events: "".into(),
            invite: None,
            first: None,
            offered: false,
            answer_ready: false,
            more_targets: false,
            server: None,
            request: None,
            flow: None,
            repeat: None,
            bye: None,
            bye_when_acked: None,
            change: None,
            pending: Vec::new(),
            held: VecDeque::new(),
            terms: Terms::default(),
            auto: Auto::ALL,
            watched: false,
            unacked: None,
            completed_at: None,
            forked: false,
            within: None,
            open_offer: None,
            progressed: false,
            tried: None,
            open_update: None,
            timer: SessionTimer::default(),
            early: Vec::new(),
            sent: None,
            exchanged: false,
            progress: None,
            cancelled_for: None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Our tag, under which requests of the peer find this call.
    #[must_use]
    pub fn local_tag(&self) -> LocalTag {
        self.local_tag
    }

    /// Its dialog, once there is one.
    #[must_use]
    pub fn dialog<'a>(&self, dialogs: &'a Dialogs) -> Option<&'a Dialog> {
        dialogs.get(self.dialog?)
    }

    pub(super) fn dialog_mut<'a>(&self, dialogs: &'a mut Dialogs) -> Option<&'a mut Dialog> {
        dialogs.get_mut(self.dialog?)
    }

    /// Names its dialog, once there is one.
    #[must_use]
    pub fn dialog_key(&self) -> Option<DialogKey> {
        self.dialog
    }

    /// Its early dialogs as the calling side, one for each fork, before one is confirmed.
    pub fn early_dialogs(&self) -> impl DoubleEndedIterator<Item = &Dialog> {
        self.early.iter().map(|early| &*early.dialog)
    }

    /// The call is over and forgotten: its tag and its part of the dialog are given up.
    pub fn release(&mut self, cx: &mut Cx) {
        if let Some(key) = self.dialog.take() {
            cx.dialogs.leave(key, self.owner);
        }
        if cx.dialogs.claimed(self.local_tag.as_str()) == Some(self.owner) {
            cx.dialogs.unclaim(self.local_tag);
        }
    }

    /// Its descriptions.
    #[must_use]
    pub fn media(&self) -> Option<&Media> {
        self.media.as_ref()
    }

    /// The peer's INVITE that has no final response yet.
    #[must_use]
    pub fn open_server(&self) -> Option<ServerKey> {
        self.server
    }

    /// Our INVITE that has no final response yet.
    #[must_use]
    pub fn open_client(&self) -> Option<ClientKey> {
        self.invite.as_ref().and_then(|invite| invite.client())
    }

    /// Packages for Allow-Events: the client's and this call's.
    pub(super) fn packages(&self, cx: &Cx) -> String {
        match (&*cx.allow_events, &*self.allow_events) {
            (all, "") => all.into(),
            ("", own) => own.into(),
            (all, own) => format!("{all}, {own}"),
        }
    }

    /// The INVITE that came in, until the call stands.
    #[must_use]
    pub fn request(&self) -> Option<&Message> {
        self.request.as_ref()
    }

    /// A request inside the dialog, or an ACK (no `server`).
    pub fn on_request(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
        out: &mut Vec<CallEvent>,
    ) {
        let Some(server) = server else {
            return self.on_ack(cx, account, message, out);
        };
        let early = self.early_of(&message);
        let dialog = match early {
            Some(at) => self.early.get_mut(at).map(|early| &mut *early.dialog),
            None => self
                .dialog_mut(&mut cx.dialogs)
                .filter(|dialog| dialog.matches(&message)),
        };
        let Some(dialog) = dialog else {
            self.respond(cx, account, server, &message, 481, "");
            return;
        };
        if dialog.on_request(&message) == Order::Stale {
            self.respond(cx, account, server, &message, 500, "");
            return;
        }
        // A fork that lost, or a callee that goes before it was there: that dialog is over, not the call.
        if let Some(at) = early
            && (self.state != State::Calling || message.method() == "BYE")
        {
            let status = if message.method() == "BYE" { 200 } else { 481 };
            self.early.swap_remove(at);
            self.respond(cx, account, server, &message, status, "");
            return;
        }
        match message.method() {
            "INVITE" => self.on_reinvite(cx, account, server, message, flow, out),
            "BYE" => self.on_bye(cx, account, server, message, out),
            "PRACK" => self.on_prack(cx, account, server, message, out),
            _ if matches!(self.state, State::Ended | State::Ending) => {
                self.respond(cx, account, server, &message, 481, "");
            }
            "UPDATE" => self.on_update(cx, account, server, message, flow, out),
            _ => out.push(CallEvent::Request { server, message }),
        }
    }

    /// RFC 3261 §15.1.2: answered whatever we do ourselves; an INVITE of the peer still open gets 487.
    fn on_bye(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        self.respond(cx, account, server, &message, 200, "");
        self.refuse_open_invite(cx, account, 487);
        self.finish(cx, Outcome::Remote, Some(message), out);
    }

    /// A response to one of this call's requests.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<CallEvent>,
    ) {
        if self.is_update(client) {
            return self.on_update_response(cx, account, message, out);
        }
        if self.invite.as_ref().is_some_and(|invite| invite.is(client))
            || self.first == Some(client)
        {
            if self.change.is_some() && self.first != Some(client) {
                self.on_change_response(cx, account, client, message, out);
            } else {
                self.on_invite_response(cx, account, client, message, flow, out);
            }
            return;
        }
        let Some(status) = message.status().filter(|status| *status >= 200) else {
            return;
        };
        if self.bye.as_ref().is_some_and(|bye| bye.is(client)) {
            if matches!(status, 401 | 407)
                && self.auto.has(Auto::AUTHENTICATION)
                && self.retry_bye(cx, account, &message)
            {
                return;
            }
            // Whatever the answer, the call is over; a refused target is so for the other usages too.
            let effect = failure::effect_of("BYE", &message);
            cx.dialogs
                .on_failure(self.dialog, self.owner, effect, status);
            return self.finish(cx, Outcome::Local, Some(message), out);
        }
        let Some(at) = self
            .pending
            .iter()
            .position(|pending| pending.outgoing.is(client))
        else {
            return;
        };
        let mut pending = self.pending.swap_remove(at);
        if matches!(status, 401 | 407)
            && self.auto.has(Auto::AUTHENTICATION)
            && let Some(cseq) = self.next_cseq(cx, &pending.tag)
            && pending
                .outgoing
                .authenticate(cx, account, &message, cseq)
                .is_ok()
        {
            self.note_cseq(cx, &pending.tag, cseq);
            self.pending.push(pending);
            return;
        }
        if pending.kind == PendingKind::Prack {
            // The INVITE goes on by its own clock, whatever became of this.
            return;
        }
        out.push(CallEvent::Complete {
            cookie: pending.cookie,
            change: false,
            outcome: Outcome::Sip(status),
            message: Some(message.clone()),
        });
        if pending.outgoing.method() == "MESSAGE" {
            self.send_held(cx, account);
        }
        // Of an early dialog its INVITE tells.
        if status >= 300 && pending.tag.is_empty() {
            let effect = failure::effect_of(pending.outgoing.method(), &message);
            self.suffer(cx, account, effect, status, message, out);
        }
    }

    /// One of this call's requests got no final response.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        failure: Failure,
        out: &mut Vec<CallEvent>,
    ) {
        if self.bye.as_ref().is_some_and(|bye| bye.is(client)) {
            return self.finish(cx, Outcome::Local, None, out);
        }
        if self.is_update(client) {
            return self.on_update_failure(cx, account, failure, out);
        }
        if self.invite.as_ref().is_some_and(|invite| invite.is(client)) {
            if self.state == State::Confirmed {
                self.fail_change(Outcome::Failed(failure), None, out);
                return self.abandon(cx, account, Outcome::Failed(failure), None, out);
            }
            let outcome = if self.state == State::Cancelling {
                self.why_cancelled()
            } else {
                Outcome::Failed(failure)
            };
            return self.finish(cx, outcome, None, out);
        }
        if let Some(at) = self
            .pending
            .iter()
            .position(|pending| pending.outgoing.is(client))
        {
            let pending = self.pending.swap_remove(at);
            if pending.kind == PendingKind::Prack {
                return;
            }
            let outcome = Outcome::Failed(failure);
            out.push(CallEvent::Complete {
                cookie: pending.cookie,
                change: false,
                outcome,
                message: None,
            });
            if pending.outgoing.method() == "MESSAGE" {
                self.send_held(cx, account);
            }
            if failure::on_timeout(pending.outgoing.method()) == Effect::Usage {
                self.abandon(cx, account, outcome, None, out);
            }
        }
    }

    /// What a failed request of this call does to it and to the other usages of its dialog (RFC 5057 §5.1).
    pub(super) fn suffer(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        effect: Effect,
        status: u16,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        cx.dialogs
            .on_failure(self.dialog, self.owner, effect, status);
        if matches!(effect, Effect::Usage | Effect::Dialog) {
            self.abandon(cx, account, Outcome::Sip(status), Some(message), out);
        }
    }

    /// Its dialog ended over a request of another usage.
    pub fn on_dialog_lost(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        out: &mut Vec<CallEvent>,
    ) {
        self.abandon(cx, account, Outcome::Sip(status), None, out);
    }

    /// One of this call's timers.
    pub fn on_alarm(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        what: u32,
        out: &mut Vec<CallEvent>,
    ) {
        match what {
            REPEAT => self.repeat_2xx(cx),
            GIVE_UP => self.give_up_waiting_for_ack(cx, account, out),
            RETRY => self.retry_change(cx, out),
            AGAIN => self.repeat_reliable(cx),
            MINUTE => self.repeat_progress(cx, account),
            SESSION => self.on_session_timer(cx, account, out),
            UNHEARD => self.give_up_waiting_for_prack(cx, account, out),
            COMPLETED => self.on_completed(cx, account, out),
            _ => {}
        }
    }

    /// Sends any request but INVITE, ACK, CANCEL and BYE inside the dialog; `false` when there is none to send in.
    pub fn send_request(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        method: &str,
        own: &str,
        content_type: Option<&str>,
        body: &[u8],
        cookie: i64,
    ) -> bool {
        let extra = self.extra.request(own);
        let open = |one: &Pending| one.outgoing.method() == "MESSAGE";
        if method == "MESSAGE" && self.dialog.is_some() && self.pending.iter().any(open) {
            self.held.push_back(Held {
                own: own.into(),
                content_type: content_type.map(Into::into),
                body: body.into(),
                cookie,
            });
            return true;
        }
        let early = self.early.last_mut().map(|early| &mut *early.dialog);
        let mut tag: Box<str> = "".into();
        let dialog = match (self.dialog, early) {
            (Some(key), _) => cx.dialogs.get_mut(key),
            (None, Some(early)) => {
                tag = early.remote_tag().into();
                Some(early)
            }
            (None, None) => None,
        };
        let Some(dialog) = dialog else {
            return false;
        };
        let (mut draft, cseq) = dialog.request(method);
        draft.content_type = content_type.map(Into::into);
        draft.body = body.into();
        let rest = Lines::new(&extra)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let mut outgoing = Outgoing::new(draft, cseq, rest, self.owner);
        outgoing.send(cx, account);
        self.pending.push(Pending {
            outgoing,
            cookie,
            kind: PendingKind::Application,
            tag,
        });
        true
    }

    /// The MESSAGE before has its answer: the next one goes out.
    fn send_held(&mut self, cx: &mut Cx, account: &mut Account) {
        if let Some(next) = self.held.pop_front() {
            let content_type = next.content_type.as_deref();
            let (own, body) = (&next.own, &next.body);
            self.send_request(cx, account, "MESSAGE", own, content_type, body, next.cookie);
        }
    }

    /// Requests of the application's that have no answer yet, sent or not.
    #[must_use]
    pub fn requests_open(&self) -> usize {
        self.pending.len() + self.held.len()
    }

    /// How a call ends that we cancelled.
    pub(super) fn why_cancelled(&self) -> Outcome {
        self.cancelled_for.unwrap_or(Outcome::Local)
    }

    /// Ends it from our side, as the state asks for: CANCEL, refusal or BYE. `own` are lines for that message.
    pub fn terminate(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        reason: &str,
        own: &str,
        out: &mut Vec<CallEvent>,
    ) {
        match self.state {
            State::Idle => self.finish(cx, Outcome::Local, None, out),
            State::Calling if self.forked => {
                self.leave_early(cx, account, own, out);
            }
            State::Calling => self.cancel(cx, own),
            State::Incoming => {
                self.refuse(cx, account, status, reason, own, None);
                self.finish(cx, Outcome::Local, None, out);
            }
            // Before the ACK the peer may not know the dialog yet (RFC 3261 §15).
            State::Accepted => self.bye_when_acked = Some(own.into()),
            State::Confirmed => self.send_bye(cx, account, own, out),
            State::Cancelling | State::Ending | State::Ended => {}
        }
    }

    /// Sends BYE. The session is over with that, whatever the answer (RFC 3261 §15.1.1); what is left is to hear it.
    pub(super) fn send_bye(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        out: &mut Vec<CallEvent>,
    ) {
        self.stop_repeating(cx);
        // An ACK that the application owes goes first: the peer has to know that its 2xx arrived.
        let _ = self.send_ack(cx, "", None);
        let extra = self.extra.request(own);
        let Some(dialog) = self.dialog_mut(&mut cx.dialogs) else {
            return;
        };
        let (draft, cseq) = dialog.request("BYE");
        let rest = Lines::new(&extra)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let mut bye = Outgoing::new(draft, cseq, rest, self.owner);
        bye.send(cx, account);
        self.bye = Some(Box::new(bye));
        self.stop_timer(cx);
        self.state = State::Ending;
        self.silence_change(out);
        self.end_requests(Outcome::Local, out);
        out.push(CallEvent::HungUp);
    }

    fn retry_bye(&mut self, cx: &mut Cx, account: &mut Account, message: &Message) -> bool {
        let (Some(cseq), Some(bye)) = (self.next_cseq(cx, ""), self.bye.as_deref_mut()) else {
            return false;
        };
        let sent = bye.authenticate(cx, account, message, cseq).is_ok();
        self.note_cseq(cx, "", cseq);
        sent
    }

    /// The dialog is dead without a goodbye heard: say BYE for the peer's sake, tell at once (RFC 3261 §12.2.1.2).
    pub(super) fn abandon(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<CallEvent>,
    ) {
        self.refuse_open_invite(cx, account, 480);
        if matches!(self.state, State::Confirmed | State::Accepted) {
            self.owner_of_goodbye(cx, account);
        }
        self.finish(cx, outcome, message, out);
    }

    /// A BYE whose answer nobody waits for.
    pub(super) fn owner_of_goodbye(&mut self, cx: &mut Cx, account: &mut Account) {
        let _ = self.send_ack(cx, "", None);
        let extra = self.extra.request("");
        if let Some(dialog) = self.dialog_mut(&mut cx.dialogs) {
            let bye = dialog.request("BYE");
            say_bye(cx, account, bye, &extra);
        }
    }

    /// Everything stops; the last event.
    pub(super) fn finish(
        &mut self,
        cx: &mut Cx,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<CallEvent>,
    ) {
        if self.state == State::Ended {
            return;
        }
        self.stop_repeating(cx);
        self.stop_reliable(cx);
        self.stop_timer(cx);
        self.stop_completion(cx);
        self.note_attempt();
        self.unacked = None;
        if let Some(client) = self.invite.as_ref().and_then(|invite| invite.client()) {
            cx.endpoint.give_up(cx.now, client);
        }
        // What was on its way has no answer of its own: it ends with the call, or fails as the call does.
        let why = match outcome {
            Outcome::Failed(_) | Outcome::Remote => outcome,
            _ => Outcome::Local,
        };
        self.drop_change(cx, why, out);
        self.end_requests(why, out);
        self.state = State::Ended;
        self.early = Vec::new();
        self.sent = None;
        self.server = None;
        self.invite = None;
        self.bye = None;
        self.request = None;
        out.push(CallEvent::Ended { outcome, message });
    }

    /// The application's requests come to nothing.
    fn end_requests(&mut self, outcome: Outcome, out: &mut Vec<CallEvent>) {
        for pending in std::mem::take(&mut self.pending) {
            if pending.kind == PendingKind::Prack {
                continue;
            }
            out.push(CallEvent::Complete {
                cookie: pending.cookie,
                change: false,
                outcome,
                message: None,
            });
        }
        for held in std::mem::take(&mut self.held) {
            out.push(CallEvent::Complete {
                cookie: held.cookie,
                change: false,
                outcome,
                message: None,
            });
        }
    }

    /// Answers a request of the peer inside the call, with the call's lines.
    pub fn respond(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        server: ServerKey,
        request: &Message,
        status: u16,
        own: &str,
    ) -> bool {
        let response = self.response(cx, account, request, status, "", own, None, None);
        cx.respond(server, response)
    }

    /// The same with reason phrase and body.
    pub fn respond_with(
        &mut self,
        cx: &mut Cx,
        account: &Account,
        server: ServerKey,
        request: &Message,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) -> bool {
        let response = self.response(cx, account, request, status, reason, own, None, body);
        cx.respond(server, response)
    }

    /// Ends it here and now; a call that stands gets a BYE whose answer nobody waits for.
    pub fn drop_now(&mut self, cx: &mut Cx, account: &mut Account, out: &mut Vec<CallEvent>) {
        self.refuse_open_invite(cx, account, 480);
        match self.state {
            State::Calling if self.forked => {
                self.leave_early(cx, account, "", out);
            }
            State::Calling => self.cancel(cx, ""),
            State::Confirmed | State::Accepted => self.owner_of_goodbye(cx, account),
            _ => {}
        }
        self.finish(cx, Outcome::Local, None, out);
    }

    /// Any response of this call.
    pub(super) fn response(
        &self,
        cx: &Cx,
        account: &Account,
        request: &Message,
        status: u16,
        reason: &str,
        own: &str,
        flow: Option<&Flow>,
        body: Option<(&str, &[u8])>,
    ) -> Message {
        let extra = self.extra.response(own);
        let mut builder =
            MessageBuilder::response_to(request, status, reason, self.local_tag.as_str());
        let mut lines = Lines::new(&extra).offer("Server", &cx.user_agent);
        if let Some(flow) = flow {
            // A response that makes or refreshes a dialog names its target and keeps the route (RFC 3261 §12.1.1).
            builder = builder.copy(request, HeaderId::RecordRoute);
            if let Some(contact) = cx.contact_in_answer(request, flow, &account.contact) {
                lines = lines.offer("Contact", &contact);
            }
            lines = lines
                .offer("Allow", ALLOW)
                .join("Allow-Events", &self.packages(cx))
                .join("Supported", self.terms.supported());
        }
        let joined: &[&str] = if flow.is_some() {
            &["Allow-Events", "Supported"]
        } else {
            &[]
        };
        builder = builder.raw_lines(&lines.finish(joined));
        if let Some((content_type, body)) = body {
            builder = builder.body(content_type, body);
        }
        builder.build()
    }

    /// The CSeq that the next request of ours in a dialog would have.
    pub(super) fn next_cseq(&mut self, cx: &mut Cx, tag: &str) -> Option<u32> {
        self.dialog_of(&mut cx.dialogs, tag)
            .map(|dialog| dialog.local_cseq() + 1)
    }

    /// A request of ours went again with that CSeq.
    pub(super) fn note_cseq(&mut self, cx: &mut Cx, tag: &str, cseq: u32) {
        if let Some(dialog) = self.dialog_of(&mut cx.dialogs, tag) {
            dialog.note_local_cseq(cseq);
        }
    }
}

/// BYE in a dialog nobody wants (RFC 3261 §13.2.2.4: later forks).
pub(super) fn say_bye(cx: &mut Cx, account: &mut Account, bye: (Draft, u32), extra: &str) {
    let (draft, cseq) = bye;
    let rest = Lines::new(extra)
        .offer("User-Agent", &cx.user_agent)
        .finish(&[]);
    Outgoing::new(draft, cseq, rest, Owner::NOBODY).send(cx, account);
}
