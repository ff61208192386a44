//! Server transactions at work: RFC 3261 §17.2, §8.2.2.2 (merged requests), §9.2 (CANCEL), §16.11 (answers without state).
//!
//! A transaction that has its final answer keeps its name and that answer's bytes, nothing else.

use std::fmt::Debug;

use super::effects::{Effect, Effects};
use super::endpoint::{Endpoint, TimerKey, Waiter};
use super::server_invite::{self, ServerInvite};
use super::server_other::{self, ServerOther};
use super::timing::Timer;
use super::user::{Indication, ServerEnd, ServerKey};
use super::{key, write};
use crate::base::{Key, Time};
use crate::syntax::{Message, Payload, method};
use crate::transport::via::{self, Reply};
use crate::transport::{Flow, Io, Protocol};

/// One server transaction.
pub(crate) struct ServerTx {
    name: u128,
    /// 0: not to be recognised by another way (RFC 3261 §8.2.2.2).
    merged: u128,
    machine: Machine,
    reply: Reply,
    /// What a repeated request gets.
    last: Option<Payload>,
    live: Option<Key<Live>>,
    /// When Timer G is due; zero when it is not armed.
    retry_at: Time,
    /// By what the request came, and by what a new connection for its response is.
    protocol: Protocol,
    /// The layer answered by itself: the user never heard of it.
    silent: bool,
}

/// What only a request without its final answer needs.
pub(crate) struct Live {
    pub(crate) request: Message,
    pub(crate) flow: Flow,
    /// When the request came.
    pub(crate) came: Time,
}

#[derive(Clone, Copy, Debug)]
enum Machine {
    Invite(ServerInvite),
    Other(ServerOther),
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Whether somebody still waits for an answer.
    #[must_use]
    pub fn awaits(&self, server: ServerKey) -> bool {
        self.live_of(server).is_some()
    }

    /// Sends a response. False: there is nothing to answer any more.
    ///
    /// A 2xx to INVITE may be given again until its ACK comes (RFC 6026 §7.1); every other final response once.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a response that was sent is not the user's any more"
    )]
    pub fn respond(&mut self, now: Time, server: ServerKey, response: Message) -> bool {
        let Some(status) = response.status() else {
            return false;
        };
        let Some(tx) = self.servers.get_mut(server) else {
            return false;
        };
        let mut fx = Effects::new();
        match &mut tx.machine {
            Machine::Invite(machine) => {
                let stimulus = match status / 100 {
                    1 => server_invite::Stimulus::Provisional,
                    2 => server_invite::Stimulus::Success,
                    _ => server_invite::Stimulus::Failure,
                };
                machine.on(stimulus, &self.timing, &mut fx);
            }
            Machine::Other(machine) => {
                let stimulus = match status / 100 {
                    1 => server_other::Stimulus::Provisional,
                    _ => server_other::Stimulus::Final,
                };
                machine.on(stimulus, &self.timing, &mut fx);
            }
        }
        if !fx.as_slice().contains(&Effect::Send) {
            return false;
        }
        tx.last = Some(response.payload());
        let live = if status >= 200 { tx.live.take() } else { None };
        self.apply_server(now, server, &fx, None);
        if let Some(live) = live {
            self.live.remove(live);
        }
        // A repeated INVITE is absorbed after a 2xx, and its repetition is the user's: no need of the bytes.
        if status / 100 == 2
            && let Some(tx) = self.servers.get_mut(server)
            && matches!(tx.machine, Machine::Invite(_))
        {
            tx.last = None;
        }
        true
    }

    /// Sends a response to a request for which there is no transaction (RFC 3261 §16.11).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a response that was sent is not the user's any more"
    )]
    pub fn respond_stateless(
        &mut self,
        now: Time,
        request: &Message,
        flow: &Flow,
        response: Message,
    ) {
        if let Ok(via) = request.top_via() {
            let reply = via::reply(&via, flow);
            self.send_reply(now, None, flow.protocol, reply, response.payload());
        }
    }

    /// A request came.
    pub(super) fn on_request(&mut self, now: Time, request: &Message, flow: Flow) {
        let Ok(via) = request.top_via() else {
            return;
        };
        let reply = via::reply(&via, &flow);
        let request = via::stamp(request, &via, flow.remote);
        let name = key::server(&self.secret, &request);
        if request.method() == method::ACK {
            return self.on_ack(now, name, request, flow);
        }
        if let Some(server) = self.server_names.get(&name).copied() {
            return self.on_repeated(now, server);
        }
        if self.is_full() {
            self.counters.refused += 1;
            let tag = self.stateless_tag(&request);
            let busy = write::answer(&request, 503, &tag);
            return self.send_reply(now, None, flow.protocol, reply, busy.payload());
        }
        if request.method() == method::CANCEL {
            return self.on_cancel(now, name, request, flow, reply);
        }
        let merged = key::merged(&self.secret, &request);
        if let Some(merged) = merged
            && self.config.refuse_merged
            && self.merged.contains_key(&merged)
        {
            self.counters.merged += 1;
            return self.refuse(now, name, &request, flow, reply, 482);
        }
        self.open_server(now, name, merged, request, flow, reply, false);
    }

    /// Answers a request in a transaction that the user never hears of.
    fn refuse(
        &mut self,
        now: Time,
        name: u128,
        request: &Message,
        flow: Flow,
        reply: Reply,
        status: u16,
    ) {
        let tag = self.stateless_tag(request);
        let server = self.open_server(now, name, None, request.clone(), flow, reply, true);
        self.respond(now, server, write::answer(request, status, &tag));
    }

    fn open_server(
        &mut self,
        now: Time,
        name: u128,
        merged: Option<u128>,
        request: Message,
        flow: Flow,
        reply: Reply,
        silent: bool,
    ) -> ServerKey {
        let reliable = flow.protocol.is_reliable();
        let mut fx = Effects::new();
        let machine = if request.method() == method::INVITE {
            Machine::Invite(ServerInvite::start(reliable, &mut fx))
        } else {
            Machine::Other(ServerOther::start(reliable, &self.timing, &mut fx))
        };
        let live = self.live.insert(Live {
            request: request.clone(),
            flow,
            came: now,
        });
        let server = self.servers.insert(ServerTx {
            name,
            merged: merged.unwrap_or(0),
            machine,
            reply,
            last: None,
            live: Some(live),
            retry_at: Time::ZERO,
            protocol: flow.protocol,
            silent,
        });
        self.server_names.insert(name, server);
        if let Some(merged) = merged {
            self.merged.insert(merged, server);
        }
        let message = (!silent).then_some((request, flow));
        self.apply_server(now, server, &fx, message);
        server
    }

    fn on_repeated(&mut self, now: Time, server: ServerKey) {
        self.counters.repeated_in += 1;
        self.drive_server(
            now,
            server,
            server_invite::Stimulus::Request,
            server_other::Stimulus::Request,
            None,
        );
    }

    fn on_ack(&mut self, now: Time, name: u128, ack: Message, flow: Flow) {
        let matched = self.server_names.get(&name).copied();
        if let Some(server) = matched
            && let Some(tx) = self.servers.get(server)
            && matches!(tx.machine, Machine::Invite(_))
        {
            let mut fx = Effects::new();
            self.step_invite(server, server_invite::Stimulus::Ack, &mut fx);
            self.apply_server(now, server, &fx, Some((ack, flow)));
            return;
        }
        self.indications.push_back(Indication::Request {
            server: None,
            message: ack,
            flow,
        });
    }

    /// RFC 3261 §9.2: 200 to the CANCEL if its INVITE is known, else 481; never to the INVITE, which is the user's.
    fn on_cancel(&mut self, now: Time, name: u128, cancel: Message, flow: Flow, reply: Reply) {
        let invite = key::cancelled(&self.secret, &cancel);
        let Some(invite) = self.server_names.get(&invite).copied() else {
            return self.refuse(now, name, &cancel, flow, reply, 481);
        };
        // The To tag is that of the INVITE's responses, as far as they have one yet.
        let last = self.servers.get(invite).and_then(|tx| tx.last.clone());
        let last = last.and_then(|bytes| Message::parse_datagram(&bytes, &self.config.limits).ok());
        let tag = last
            .as_ref()
            .and_then(|response| response.to_tag())
            .map_or_else(|| self.stateless_tag(&cancel), str::to_owned);
        let server = self.open_server(now, name, None, cancel.clone(), flow, reply, true);
        self.respond(now, server, write::answer(&cancel, 200, &tag));
        let pending = self
            .servers
            .get(invite)
            .is_some_and(|tx| match &tx.machine {
                Machine::Invite(machine) => machine.state() == server_invite::State::Proceeding,
                Machine::Other(_) => false,
            });
        if pending && self.servers.get(invite).is_some_and(|tx| !tx.silent) {
            self.indications.push_back(Indication::Cancelled {
                server: invite,
                message: cancel,
            });
        }
    }

    pub(super) fn on_server_timer(&mut self, now: Time, server: ServerKey, timer: Timer) {
        self.drive_server(
            now,
            server,
            server_invite::Stimulus::Timer(timer),
            server_other::Stimulus::Timer(timer),
            Some(timer),
        );
    }

    /// The response of `server` cannot be sent.
    pub(super) fn on_response_lost(&mut self, now: Time, server: ServerKey) {
        self.drive_server(
            now,
            server,
            server_invite::Stimulus::TransportError,
            server_other::Stimulus::TransportError,
            None,
        );
    }

    fn drive_server(
        &mut self,
        now: Time,
        server: ServerKey,
        invite: server_invite::Stimulus,
        other: server_other::Stimulus,
        timer: Option<Timer>,
    ) {
        let Some(tx) = self.servers.get_mut(server) else {
            return;
        };
        if timer.is_some_and(Timer::is_retry) {
            tx.retry_at = Time::ZERO;
            self.counters.repeated_out += 1;
        }
        let mut fx = Effects::new();
        match &mut tx.machine {
            Machine::Invite(machine) => machine.on(invite, &self.timing, &mut fx),
            Machine::Other(machine) => machine.on(other, &self.timing, &mut fx),
        }
        self.apply_server(now, server, &fx, None);
    }

    fn step_invite(
        &mut self,
        server: ServerKey,
        stimulus: server_invite::Stimulus,
        fx: &mut Effects,
    ) {
        if let Some(tx) = self.servers.get_mut(server)
            && let Machine::Invite(machine) = &mut tx.machine
        {
            machine.on(stimulus, &self.timing, fx);
        }
    }

    /// Does what a machine asks for; `message` is what came.
    fn apply_server(
        &mut self,
        now: Time,
        server: ServerKey,
        fx: &Effects,
        mut message: Option<(Message, Flow)>,
    ) {
        for effect in fx.as_slice() {
            match *effect {
                Effect::Send => self.send_last(now, server),
                Effect::Trying => {
                    if let Some(trying) = self
                        .live_of(server)
                        .map(|live| write::trying(&live.request, now.since(live.came)))
                        && let Some(tx) = self.servers.get_mut(server)
                    {
                        tx.last = Some(trying.payload());
                        self.send_last(now, server);
                    }
                }
                Effect::Start(timer, length) => {
                    let key = TimerKey::Server(server, timer);
                    if !timer.is_retry() {
                        self.timers.set_fixed(now, length, key);
                    } else if let Some(tx) = self.servers.get_mut(server) {
                        tx.retry_at = now + length;
                        self.timers.set(now + length, key);
                    }
                }
                Effect::StopRetry => {
                    if let Some(tx) = self.servers.get_mut(server) {
                        let at = std::mem::take(&mut tx.retry_at);
                        self.timers.cancel(at, TimerKey::Server(server, Timer::G));
                    }
                }
                Effect::Tell => {
                    if let Some((message, flow)) = message.take() {
                        // An ACK that a machine hands on is the user's like every ACK of a 2xx.
                        let named = message.method() != method::ACK;
                        self.indications.push_back(Indication::Request {
                            server: named.then_some(server),
                            message,
                            flow,
                        });
                    }
                }
                Effect::End(end) => self.end_server(server, end),
                Effect::Ack | Effect::Fail(_) | Effect::Forget => {
                    debug_assert!(false, "{effect:?} is a client's");
                }
            }
        }
    }

    fn send_last(&mut self, now: Time, server: ServerKey) {
        let Some((protocol, reply, payload)) = self
            .servers
            .get(server)
            .and_then(|tx| tx.last.clone().map(|last| (tx.protocol, tx.reply, last)))
        else {
            return;
        };
        self.send_reply(now, Some(server), protocol, reply, payload);
    }

    /// Sends a response: RFC 3261 §18.2.2.
    pub(super) fn send_reply(
        &mut self,
        now: Time,
        server: Option<ServerKey>,
        protocol: Protocol,
        reply: Reply,
        payload: Payload,
    ) {
        match reply {
            Reply::Datagram { socket, to } => {
                if self.sockets.is_open(socket) {
                    self.count_out(&payload);
                    self.io.push_back(Io::Datagram {
                        socket,
                        to,
                        bytes: payload,
                    });
                }
            }
            Reply::Stream { conn, fallback } => {
                if self.conns.get(conn).is_some_and(|conn| conn.is_open()) {
                    return self.send_stream(now, conn, payload);
                }
                if protocol.is_web_socket() {
                    // Nobody can connect to who came by WebSocket (RFC 7118 §5.3).
                    if let Some(server) = server {
                        self.on_response_lost(now, server);
                    }
                    return;
                }
                let waiter = match server {
                    Some(server) => Waiter::Response(server, payload),
                    None => Waiter::Bytes(payload),
                };
                self.send_by_new_connection(now, protocol, fallback, waiter);
            }
        }
    }

    fn end_server(&mut self, server: ServerKey, end: ServerEnd) {
        let Some(tx) = self.servers.remove(server) else {
            return;
        };
        if self.server_names.get(&tx.name) == Some(&server) {
            self.server_names.remove(&tx.name);
        }
        if tx.merged != 0 && self.merged.get(&tx.merged) == Some(&server) {
            self.merged.remove(&tx.merged);
        }
        if let Some(live) = tx.live {
            self.live.remove(live);
        }
        if !tx.silent {
            self.indications
                .push_back(Indication::ServerEnded { server, end });
        }
    }

    pub(super) fn live_of(&self, server: ServerKey) -> Option<&Live> {
        self.live.get(self.servers.get(server)?.live?)
    }

    /// A To tag that is the same whenever the same request comes (RFC 3261 §8.2.7).
    pub(super) fn stateless_tag(&self, request: &Message) -> String {
        let mut hash = self.secret.start();
        hash.part(request.call_id());
        hash.part(request.from_tag().unwrap_or_default());
        hash.part(request.branch().unwrap_or_default());
        hash.bytes(&request.cseq().to_le_bytes());
        format!("{:016x}", hash.finish() >> 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_transaction_is_small() {
        // 64,000 of them are remembered at 1,000 calls a second; the request and its road go with the final response.
        assert!(size_of::<ServerTx>() <= 128, "{}", size_of::<ServerTx>());
    }
}
