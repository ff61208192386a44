//! Client transactions at work: RFC 3261 §17.1, §9.1 (CANCEL), §13.2.2.4 and RFC 6026 §8.4 (ACK of 2xx), RFC 3263 §4.3
//! (the next address after a failure).

use std::fmt::Debug;

use super::client_invite::{self, ClientInvite};
use super::client_other::{self, ClientOther};
use super::effects::{Effect, Effects};
use super::endpoint::{Endpoint, TimerKey, Waiter};
use super::hops::Pending;
use super::lookup::{self, Journey};
use super::roads::{Chain, road};
use super::timing::Timer;
use super::user::{ClientKey, Draft, Failure, Indication};
use super::{key, write};
use crate::base::Time;
use crate::syntax::{Message, Payload, method};
use crate::transport::{Flow, Io};

/// One request of ours, from before its way is known until nothing of it can come any more.
pub(crate) struct ClientTx<O> {
    pub(super) purpose: Purpose<O>,
    pub(super) machine: Machine,
    /// Which start this is: timers and connections that belong to an earlier one find nothing.
    pub(super) attempt: u8,
    name: u128,
    flow: Option<Flow>,
    retry_at: Option<Time>,
    request: Option<Message>,
    /// The ACK of a failure, as sent.
    ack: Option<Payload>,
    pub(super) pending: Option<Box<Pending>>,
    cancel: Cancel,
    /// The user has its final answer.
    finished: bool,
    /// The ACKs of 2xx, one a To tag.
    acks: Vec<Acknowledged>,
    pub(super) chain: Option<Chain>,
    /// It goes to a name, whose servers are remembered by how they do.
    pub(super) named: bool,
    /// Of a REGISTER for an account.
    pub(super) journey: Option<Box<Journey>>,
}

/// Whom a request is for.
#[derive(Debug)]
pub(crate) enum Purpose<O> {
    /// The user.
    User(O),
    /// A CANCEL of that INVITE.
    Cancel(ClientKey),
    /// An ACK of that INVITE's 2xx with that To tag.
    Ack(ClientKey, Box<str>),
    /// To be sent and forgotten.
    Once,
    /// The user goes on elsewhere; what still comes is absorbed.
    Orphan,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Machine {
    /// Its way is not known yet, or the connection does not stand yet.
    Waiting,
    Invite(ClientInvite),
    Other(ClientOther),
}

#[derive(Debug)]
enum Cancel {
    No,
    /// Until a provisional response comes (RFC 3261 §9.1).
    Held(Box<str>),
    Sent,
}

#[derive(Debug)]
struct Acknowledged {
    to_tag: Box<str>,
    /// None while its target is looked up or connected to.
    sent: Option<(Flow, Payload)>,
}

impl<O> ClientTx<O> {
    fn new(purpose: Purpose<O>) -> Self {
        Self {
            purpose,
            machine: Machine::Waiting,
            attempt: 0,
            name: 0,
            flow: None,
            retry_at: None,
            request: None,
            ack: None,
            pending: None,
            cancel: Cancel::No,
            finished: false,
            acks: Vec::new(),
            chain: None,
            named: false,
            journey: None,
        }
    }

    /// Whether a broken road ends it.
    fn awaits(&self) -> bool {
        match &self.machine {
            Machine::Waiting => false,
            Machine::Invite(machine) => machine.state() == client_invite::State::Calling,
            Machine::Other(machine) => matches!(
                machine.state(),
                client_other::State::Trying | client_other::State::Proceeding
            ),
        }
    }

    /// Whether it may go to another server, nobody having answered or cancelled it.
    pub(super) fn may_move(&self) -> bool {
        self.awaits() && matches!(self.cancel, Cancel::No)
    }

    /// The road that it left by.
    pub(super) const fn flow(&self) -> Option<Flow> {
        self.flow
    }

    fn is_accepted(&self) -> bool {
        matches!(&self.machine, Machine::Invite(machine) if machine.state() == client_invite::State::Accepted)
    }
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Sends a request. It never fails at once: failures come as [`Indication::Failed`].
    pub fn request(&mut self, now: Time, draft: Draft, owner: O) -> ClientKey {
        let full = self.is_full();
        let client = self.clients.insert(ClientTx::new(Purpose::User(owner)));
        self.unfinished += 1;
        if full {
            self.counters.refused += 1;
            self.end_client(now, client, Failure::NoTarget);
        } else {
            self.launch(now, client, draft);
        }
        client
    }

    /// The request as it went out; none while its way is looked for, and from T4 after the final response on.
    #[must_use]
    pub fn sent(&self, client: ClientKey) -> Option<&Message> {
        self.clients.get(client)?.request.as_ref()
    }

    /// Cancels an INVITE (RFC 3261 §9.1), with extra header lines, each ended by CRLF.
    ///
    /// The CANCEL is held until a 1xx comes and dropped when a final response does; an INVITE that has not gone out
    /// yet never will. Without a final response 64*T1 after the CANCEL's answer the INVITE fails as timed out.
    pub fn cancel(&mut self, now: Time, client: ClientKey, lines: &str) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        let (Purpose::User(_), Cancel::No) = (&tx.purpose, &tx.cancel) else {
            return;
        };
        match &tx.machine {
            Machine::Waiting => self.end_client(now, client, Failure::Timeout),
            Machine::Invite(machine) => match machine.state() {
                client_invite::State::Calling => tx.cancel = Cancel::Held(lines.into()),
                client_invite::State::Proceeding => self.send_cancel(now, client, lines),
                client_invite::State::Completed
                | client_invite::State::Accepted
                | client_invite::State::Terminated => {}
            },
            // RFC 3261 §9.1: only an INVITE is cancelled.
            Machine::Other(_) => {}
        }
    }

    /// The user has no more use for an INVITE without final answer, for its dialog is over: what still comes is absorbed,
    /// but for no longer than after a CANCEL (RFC 3261 §9.1), because nothing else ends a proceeding transaction.
    pub fn give_up(&mut self, now: Time, client: ClientKey) {
        if let Some(tx) = self.clients.get(client)
            && matches!(tx.machine, Machine::Invite(_))
        {
            let key = TimerKey::Client(client, tx.attempt, Timer::Cancelled);
            self.timers.set_fixed(now, self.timing.lifetime(), key);
        }
    }

    /// Acknowledges a 2xx to INVITE (RFC 3261 §13.2.2.4): `draft` goes its own way with a branch of its own.
    ///
    /// It is remembered by the response's To tag and sent again for each repetition of that 2xx, which is then not
    /// indicated, for as long as the transaction lives.
    pub fn ack(&mut self, now: Time, client: ClientKey, to_tag: &str, draft: Draft) {
        let forks = self.config.limits.forks;
        let mut purpose = Purpose::Once;
        if let Some(tx) = self.clients.get_mut(client)
            && tx.is_accepted()
        {
            tx.acks.retain(|ack| *ack.to_tag != *to_tag);
            if tx.acks.len() < forks {
                tx.acks.push(Acknowledged {
                    to_tag: to_tag.into(),
                    sent: None,
                });
                purpose = Purpose::Ack(client, to_tag.into());
            }
        }
        let ack = self.clients.insert(ClientTx::new(purpose));
        self.launch(now, ack, draft);
    }

    /// Sends a request without a transaction: an ACK that a proxy forwards, an ACK for a stray 2xx.
    pub fn send_stateless(&mut self, now: Time, draft: Draft) {
        let client = self.clients.insert(ClientTx::new(Purpose::Once));
        self.launch(now, client, draft);
    }

    /// The way is known: sends `request` by `flow`.
    pub(super) fn start_client(
        &mut self,
        now: Time,
        client: ClientKey,
        flow: Flow,
        request: Message,
    ) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        tx.attempt = tx.attempt.wrapping_add(1);
        match &tx.purpose {
            Purpose::Once => {
                self.forget_client(client);
                return self.transmit(now, &flow, request.payload());
            }
            Purpose::Ack(invite, to_tag) => {
                let (invite, to_tag) = (*invite, to_tag.clone());
                self.forget_client(client);
                if let Some(invite) = self.clients.get_mut(invite)
                    && let Some(ack) = invite.acks.iter_mut().find(|ack| ack.to_tag == to_tag)
                {
                    ack.sent = Some((flow, request.payload()));
                }
                return self.transmit(now, &flow, request.payload());
            }
            Purpose::User(_) | Purpose::Cancel(_) | Purpose::Orphan => {}
        }
        let name = key::client(
            &self.secret,
            request.branch().unwrap_or_default(),
            request.method(),
        );
        let mut fx = Effects::new();
        let reliable = flow.protocol.is_reliable();
        tx.machine = if request.method() == method::INVITE {
            Machine::Invite(ClientInvite::start(reliable, &self.timing, &mut fx))
        } else {
            Machine::Other(ClientOther::start(reliable, &self.timing, &mut fx))
        };
        tx.name = name;
        tx.flow = Some(flow);
        tx.request = Some(request);
        tx.ack = None;
        self.client_names.insert(name, client);
        self.chain(client, road(self, &flow));
        self.apply_client(now, client, &fx, None);
    }

    /// A response came.
    pub(super) fn on_response(&mut self, now: Time, response: Message, flow: Flow) {
        let Some(status) = response.status() else {
            return;
        };
        let branch = response.branch().unwrap_or_default();
        let name = key::client(&self.secret, branch, response.cseq_method());
        let Some(client) = self.client_names.get(&name).copied() else {
            if status / 100 == 2 && response.cseq_method() == method::INVITE {
                self.indications.push_back(Indication::StrayResponse {
                    message: response,
                    flow,
                });
            } else {
                self.counters.stray += 1;
            }
            return;
        };
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        if status / 100 == 2 && tx.is_accepted() {
            let tag = response.to_tag().unwrap_or_default();
            if let Some(ack) = tx.acks.iter().find(|ack| *ack.to_tag == *tag) {
                let again = ack.sent.clone();
                self.counters.repeated_out += 1;
                if let Some((flow, bytes)) = again {
                    self.transmit(now, &flow, bytes);
                }
                return;
            }
        }
        // RFC 3263 §4.3: 503 sends the request to the next address, in a transaction of its own.
        if status == 503 {
            let mut pending = match tx.cancel {
                Cancel::No => tx.pending.take_if(|pending| pending.may_go_on()),
                Cancel::Held(_) | Cancel::Sent => None,
            };
            self.punish(now, client, lookup::retry_after(&response));
            if let Some(mut pending) = pending.take() {
                pending.refused = Some((response.clone(), flow));
                let orphan = self.split_off(client);
                self.feed(now, orphan, status, response, flow);
                return self.advance(now, client, pending, false);
            }
        } else if tx.named {
            self.on_server_answered(client, &response);
        }
        self.feed(now, client, status, response, flow);
    }

    fn feed(&mut self, now: Time, client: ClientKey, status: u16, response: Message, flow: Flow) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        let mut fx = Effects::new();
        match &mut tx.machine {
            Machine::Waiting => return,
            Machine::Invite(machine) => {
                let stimulus = match status / 100 {
                    1 => client_invite::Stimulus::Provisional,
                    2 => client_invite::Stimulus::Success,
                    _ => client_invite::Stimulus::Failure,
                };
                machine.on(stimulus, &self.timing, &mut fx);
            }
            Machine::Other(machine) => {
                let stimulus = match status / 100 {
                    1 => client_other::Stimulus::Provisional,
                    _ => client_other::Stimulus::Final,
                };
                machine.on(stimulus, &self.timing, &mut fx);
            }
        }
        if let Some(pending) = &mut tx.pending {
            pending.answered = true;
        }
        let mut held = None;
        if status >= 200 {
            tx.pending = None;
            tx.cancel = Cancel::Sent;
        } else if let Cancel::Held(lines) = &mut tx.cancel {
            held = Some(std::mem::take(lines));
        }
        self.apply_client(now, client, &fx, Some((response, flow)));
        if let Some(lines) = held {
            self.send_cancel(now, client, &lines);
        }
    }

    pub(super) fn on_client_timer(
        &mut self,
        now: Time,
        client: ClientKey,
        attempt: u8,
        timer: Timer,
    ) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        if tx.attempt != attempt {
            return;
        }
        if timer == Timer::Trim {
            tx.request = None;
            return;
        }
        if timer == Timer::Failover {
            return self.look_ahead(now, client);
        }
        if timer.is_retry() {
            tx.retry_at = None;
            self.counters.repeated_out += 1;
        }
        let mut fx = Effects::new();
        match &mut tx.machine {
            // Whoever resolves names has forgotten us.
            Machine::Waiting => {
                return match tx.pending.take() {
                    Some(pending) => self.exhausted(now, client, pending),
                    None => self.end_client(now, client, Failure::Unresolved),
                };
            }
            Machine::Invite(machine) => {
                machine.on(client_invite::Stimulus::Timer(timer), &self.timing, &mut fx);
            }
            Machine::Other(machine) => {
                machine.on(client_other::Stimulus::Timer(timer), &self.timing, &mut fx);
            }
        }
        self.apply_client(now, client, &fx, None);
    }

    /// Does what a machine asks for; `incoming` is the response that moved it.
    pub(super) fn apply_client(
        &mut self,
        now: Time,
        client: ClientKey,
        fx: &Effects,
        mut incoming: Option<(Message, Flow)>,
    ) {
        if self.clients.get(client).is_some_and(|tx| !tx.awaits()) {
            self.unchain(client);
        }
        for effect in fx.as_slice() {
            let Some(tx) = self.clients.get_mut(client) else {
                return;
            };
            match *effect {
                Effect::Send => {
                    if let (Some(flow), Some(request)) = (tx.flow, &tx.request) {
                        let bytes = request.payload();
                        self.transmit(now, &flow, bytes);
                    }
                }
                Effect::Ack => {
                    if tx.ack.is_none()
                        && let (Some(request), Some((response, _))) = (&tx.request, &incoming)
                    {
                        tx.ack = Some(write::ack_of_failure(request, response).payload());
                    }
                    if let (Some(flow), Some(bytes)) = (tx.flow, tx.ack.clone()) {
                        self.transmit(now, &flow, bytes);
                    }
                }
                Effect::Start(timer, length) => {
                    let key = TimerKey::Client(client, tx.attempt, timer);
                    if timer.is_retry() {
                        tx.retry_at = Some(now + length);
                        self.timers.set(now + length, key);
                    } else {
                        self.timers.set_fixed(now, length, key);
                    }
                }
                Effect::StopRetry => self.stop_retry(client),
                Effect::Tell => {
                    if let Some((message, flow)) = incoming.take() {
                        self.tell(now, client, message, flow);
                    }
                }
                Effect::Fail(failure) => self.client_failed(now, client, failure),
                Effect::Forget => {
                    self.forget_client(client);
                }
                Effect::Trying | Effect::End(_) => debug_assert!(false, "{effect:?} is a server's"),
            }
        }
    }

    fn stop_retry(&mut self, client: ClientKey) {
        if let Some(tx) = self.clients.get_mut(client)
            && let Some(at) = tx.retry_at.take()
        {
            let timer = match tx.machine {
                Machine::Invite(_) => Timer::A,
                Machine::Waiting | Machine::Other(_) => Timer::E,
            };
            self.timers
                .cancel(at, TimerKey::Client(client, tx.attempt, timer));
        }
    }

    fn tell(&mut self, now: Time, client: ClientKey, message: Message, flow: Flow) {
        let Some(tx) = self.clients.get(client) else {
            return;
        };
        let is_final = message.status().is_some_and(|status| status >= 200);
        match &tx.purpose {
            Purpose::User(owner) => {
                // Of several final responses (forked 2xx) the first ends the waiting.
                let invite = matches!(tx.machine, Machine::Invite(_));
                if is_final && invite && tx.request.is_some() && tx.acks.is_empty() {
                    let key = TimerKey::Client(client, tx.attempt, Timer::Trim);
                    self.timers.set_fixed(now, self.timing.t4, key);
                }
                let owner = *owner;
                self.finish(client, is_final);
                self.indications.push_back(Indication::Response {
                    client,
                    owner,
                    message,
                    flow,
                });
            }
            Purpose::Cancel(invite) => {
                let invite = *invite;
                if is_final && let Some(tx) = self.clients.get(invite) {
                    let key = TimerKey::Client(invite, tx.attempt, Timer::Cancelled);
                    self.timers.set_fixed(now, self.timing.lifetime(), key);
                }
            }
            Purpose::Ack(..) | Purpose::Once | Purpose::Orphan => {}
        }
    }

    /// Counts a request of the user as finished, once.
    fn finish(&mut self, client: ClientKey, is_final: bool) {
        if is_final
            && let Some(tx) = self.clients.get_mut(client)
            && !std::mem::replace(&mut tx.finished, true)
        {
            self.unfinished -= 1;
        }
    }

    /// This attempt failed: tries the next address, or tells the user.
    fn client_failed(&mut self, now: Time, client: ClientKey, failure: Failure) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        let pending = tx.pending.take().filter(|pending| !pending.answered);
        if let (Cancel::No, Some(mut pending)) = (&tx.cancel, pending) {
            self.punish(now, client, None);
            self.reset(client);
            pending.failure = failure;
            return self.advance(now, client, pending, false);
        }
        self.punish(now, client, None);
        self.end_client(now, client, failure);
    }

    /// Takes a request out of all tables but its own, so that it can start anew.
    pub(super) fn reset(&mut self, client: ClientKey) {
        self.stop_retry(client);
        self.unchain(client);
        if let Some(tx) = self.clients.get_mut(client) {
            if self.client_names.get(&tx.name) == Some(&client) {
                self.client_names.remove(&tx.name);
            }
            tx.machine = Machine::Waiting;
            // Timers of the attempt that is over find nothing.
            tx.attempt = tx.attempt.wrapping_add(1);
            tx.request = None;
            tx.flow = None;
        }
    }

    /// Gives up, and says so to whom it concerns.
    pub(super) fn end_client(&mut self, now: Time, client: ClientKey, failure: Failure) {
        self.finish_user(client);
        let Some(tx) = self.forget_client(client) else {
            return;
        };
        match tx.purpose {
            Purpose::User(owner) => self.indications.push_back(Indication::Failed {
                client,
                owner,
                failure,
            }),
            // Nobody answers the CANCEL: then nobody will answer the INVITE.
            Purpose::Cancel(invite) => {
                if let Some(attempt) = self.clients.get(invite).map(|tx| tx.attempt) {
                    self.on_client_timer(now, invite, attempt, Timer::Cancelled);
                }
            }
            // The next repetition of the 2xx is the user's again.
            Purpose::Ack(invite, to_tag) => {
                if let Some(tx) = self.clients.get_mut(invite) {
                    tx.acks
                        .retain(|ack| ack.sent.is_some() || ack.to_tag != to_tag);
                }
            }
            Purpose::Once | Purpose::Orphan => {}
        }
    }

    /// Gives up with the refusal of one of the servers as the final response.
    pub(super) fn end_refused(&mut self, client: ClientKey, message: Message, flow: Flow) {
        self.finish_user(client);
        if let Some(ClientTx {
            purpose: Purpose::User(owner),
            ..
        }) = self.forget_client(client)
        {
            self.indications.push_back(Indication::Response {
                client,
                owner,
                message,
                flow,
            });
        }
    }

    fn finish_user(&mut self, client: ClientKey) {
        if self
            .clients
            .get(client)
            .is_some_and(|tx| matches!(tx.purpose, Purpose::User(_)))
        {
            self.finish(client, true);
        }
    }

    fn forget_client(&mut self, client: ClientKey) -> Option<ClientTx<O>> {
        self.stop_retry(client);
        self.unchain(client);
        let tx = self.clients.remove(client)?;
        if self.client_names.get(&tx.name) == Some(&client) {
            self.client_names.remove(&tx.name);
        }
        Some(tx)
    }

    /// Leaves the running transaction to itself under another key; `client` is free for a new attempt.
    fn split_off(&mut self, client: ClientKey) -> ClientKey {
        self.stop_retry(client);
        self.unchain(client);
        let mut fresh = ClientTx::new(Purpose::Orphan);
        if let Some(tx) = self.clients.get_mut(client) {
            fresh.attempt = tx.attempt.wrapping_add(1);
            std::mem::swap(tx, &mut fresh);
            std::mem::swap(&mut tx.purpose, &mut fresh.purpose);
            std::mem::swap(&mut tx.finished, &mut fresh.finished);
            std::mem::swap(&mut tx.journey, &mut fresh.journey);
            tx.named = fresh.named;
        }
        let name = fresh.name;
        let orphan = self.clients.insert(fresh);
        self.client_names.insert(name, orphan);
        orphan
    }

    fn send_cancel(&mut self, now: Time, client: ClientKey, lines: &str) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        tx.cancel = Cancel::Sent;
        let (Some(request), Some(flow)) = (&tx.request, tx.flow) else {
            return;
        };
        let cancel = write::cancel(request, lines);
        let tx = self.clients.insert(ClientTx::new(Purpose::Cancel(client)));
        self.start_client(now, tx, flow, cancel);
    }

    /// Sends bytes by a road, over a new connection to the same place when the old one is gone.
    pub(super) fn transmit(&mut self, now: Time, flow: &Flow, bytes: Payload) {
        match (flow.conn, flow.socket) {
            (Some(conn), _) if self.conns.get(conn).is_some_and(|conn| conn.is_open()) => {
                self.send_stream(now, conn, bytes);
            }
            // Nobody can connect to who came by WebSocket (RFC 7118 §5.3).
            (Some(_), Some(_)) if flow.protocol.is_web_socket() => {}
            (Some(_), _) => {
                let waiter = Waiter::Bytes(bytes);
                self.send_by_new_connection(now, flow.protocol, flow.remote, waiter);
            }
            (None, Some(socket)) if self.sockets.is_open(socket) => {
                self.count_out(&bytes);
                self.io.push_back(Io::Datagram {
                    socket,
                    to: flow.remote,
                    bytes,
                });
            }
            // The socket was closed by its owner; timers tell the user.
            (None, _) => {}
        }
    }
}
