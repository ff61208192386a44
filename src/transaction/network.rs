//! What comes from the network: datagrams, streams, connections and their keep-alives (RFC 3261 §18, RFC 5626 §4.4.1).

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use super::endpoint::{Endpoint, TimerKey, Waiter};
use super::user::{Failure, Indication};
use crate::base::Time;
use crate::syntax::{Frame, Framer, HeaderId, Message, Payload, Salvage, is_keep_alive};
use crate::transport::conns::Phase;
use crate::transport::via;
use crate::transport::{ConnKey, Flow, Input, Io, Protocol, SocketKey};

/// The answer to a ping (RFC 5626 §4.4.1).
const PONG: &[u8] = b"\r\n";

/// How long a message may take to arrive, and an accepted connection to bring its first: 64*T1 with the usual T1.
/// Whoever opens connections and says half a word must not keep others out.
const PARTIAL_WAIT: Duration = Duration::from_secs(32);

impl<O: Copy + Debug> Endpoint<O> {
    pub(super) fn on_input(&mut self, now: Time, input: Input<'_>) {
        match input {
            Input::SocketOpened {
                socket,
                protocol,
                local,
                addresses,
            } => {
                self.sockets.open(socket, protocol, local, addresses);
                self.note_families();
            }
            Input::SocketClosed { socket } => {
                self.sockets.close(socket);
                self.on_kept_socket_closed(socket);
                self.note_families();
            }
            Input::Datagram {
                socket,
                from,
                bytes,
            } => self.on_datagram(now, socket, from, bytes),
            Input::SendFailed { socket, to } => {
                self.on_unreachable(now, Protocol::Udp, to);
                self.on_kept_unreachable(socket, to);
            }
            Input::Connected { conn, local, .. } => self.on_connected(now, conn, local),
            Input::Accepted {
                conn,
                socket,
                local,
                remote,
            } => self.on_accepted(now, conn, socket, local, remote),
            Input::Stream { conn, bytes } => self.on_stream(now, conn, bytes),
            Input::Message { conn, bytes } => self.on_whole_message(now, conn, bytes),
            Input::Closed { conn } => self.on_closed(now, conn, Failure::Transport),
            Input::Insecure { conn, fault } => {
                self.on_closed(now, conn, Failure::Insecure(fault));
            }
            Input::NameServers { servers, hosts } => self.on_name_servers(servers, &hosts),
            Input::QueryAnswer { query, from, bytes } => {
                self.on_query_answer(now, query, from, bytes);
            }
            Input::QueryFailed { query } => self.on_query_failed(now, query),
            Input::Resolved { query, addresses } => self.on_resolved(now, query, &addresses),
        }
    }

    fn on_datagram(&mut self, now: Time, socket: SocketKey, from: SocketAddr, bytes: &[u8]) {
        let Some(local) = self.sockets.local_for(socket, from.ip()) else {
            return;
        };
        // A first byte of 0 or 1 is a STUN message (RFC 5626 §8).
        if is_keep_alive(bytes) || matches!(bytes.first(), Some(0 | 1)) {
            self.counters.keepalives += 1;
            return self.on_stun(now, socket, from, bytes);
        }
        let flow = Flow {
            protocol: Protocol::Udp,
            socket: Some(socket),
            conn: None,
            local,
            remote: from,
        };
        match Message::parse_datagram(bytes, &self.config.limits) {
            Ok(message) => self.on_message(now, message, flow),
            Err(error) => {
                self.counters.malformed += 1;
                if let Some(salvage) = Salvage::of(bytes, &error) {
                    self.answer_broken(now, &salvage, &flow);
                }
            }
        }
    }

    fn on_message(&mut self, now: Time, message: Message, flow: Flow) {
        if message.is_request() {
            self.counters.requests_in += 1;
            self.on_request(now, &message, flow);
        } else {
            self.counters.responses_in += 1;
            // RFC 3261 §8.1.3.3: what passed another hop was not meant for a user agent.
            if self.config.user_agent && message.values(HeaderId::Via).nth(1).is_some() {
                return;
            }
            self.on_response(now, message, flow);
        }
    }

    /// Answers a request that could not be read, as well as that can be done (RFC 4475 §3.1.2).
    fn answer_broken(&mut self, now: Time, salvage: &Salvage, flow: &Flow) {
        let Some(top) = salvage.top_via() else {
            return;
        };
        let reply = via::reply(&top, flow);
        // The same text gets the same tag, so that repetitions get the same answer.
        let mut hash = self.secret.start();
        hash.bytes(top.sent_by.host.as_bytes());
        hash.part(top.branch().unwrap_or_default());
        let tag = format!("{:016x}", hash.finish() >> 64);
        let source = (flow.remote.ip(), flow.remote.port());
        let response = salvage.response(&tag, Some(source));
        self.send_reply(now, None, flow.protocol, reply, response);
    }

    fn on_accepted(
        &mut self,
        now: Time,
        conn: ConnKey,
        socket: SocketKey,
        local: SocketAddr,
        remote: SocketAddr,
    ) {
        let framer = Framer::new(self.config.limits);
        let protocol = self.sockets.protocol_of(socket).unwrap_or(Protocol::Tcp);
        if self
            .conns
            .accept(now, conn, protocol, socket, local, remote, framer)
        {
            self.watch_idle(now, conn);
            if let Some(entry) = self.conns.get_mut(conn) {
                entry.partial = Some(now);
            }
            self.timers
                .set_fixed(now, PARTIAL_WAIT, TimerKey::Partial(conn));
        } else {
            self.counters.refused += 1;
            self.io.push_back(Io::Close { conn });
        }
    }

    fn on_connected(&mut self, now: Time, conn: ConnKey, local: SocketAddr) {
        let framer = Framer::new(self.config.limits);
        let waiting = self.conns.connected(now, conn, local, framer);
        let Some(flow) = self.conns.get(conn).map(|entry| entry.flow(conn)) else {
            // We gave up on it before it stood.
            return self.io.push_back(Io::Close { conn });
        };
        self.watch_idle(now, conn);
        self.plan_ping(now, conn);
        for waiter in waiting {
            match waiter {
                Waiter::Request(client, attempt) => self.on_road_open(now, client, attempt, flow),
                Waiter::Bytes(bytes) | Waiter::Response(_, bytes) => {
                    self.send_stream(now, conn, bytes);
                }
            }
        }
    }

    /// A connection ended by itself, or could not be made.
    fn on_closed(&mut self, now: Time, conn: ConnKey, failure: Failure) {
        let Some(gone) = self.conns.remove(conn) else {
            return;
        };
        let flow = gone.flow(conn);
        match gone.phase {
            Phase::Open(_) => {
                self.indications.push_back(Indication::FlowClosed { flow });
                self.on_connection_lost(now, conn, failure);
            }
            Phase::Connecting(waiting) => {
                for waiter in waiting {
                    match waiter {
                        Waiter::Request(client, attempt) => {
                            let failure = match failure {
                                Failure::Transport => Failure::Refused,
                                other => other,
                            };
                            self.on_road_closed(now, client, attempt, failure);
                        }
                        Waiter::Response(server, _) => self.on_response_lost(now, server),
                        Waiter::Bytes(_) => {}
                    }
                }
            }
        }
    }

    /// Ends a connection ourselves.
    pub(super) fn close(&mut self, now: Time, conn: ConnKey) {
        self.io.push_back(Io::Close { conn });
        self.on_closed(now, conn, Failure::Transport);
    }

    /// A message with its bounds: it needs no Content-Length (RFC 7118 §5.2), and one that cannot be read is the
    /// business of nobody but itself.
    fn on_whole_message(&mut self, now: Time, conn: ConnKey, bytes: &[u8]) {
        let Some(entry) = self.conns.get_mut(conn) else {
            return;
        };
        entry.active = now;
        if bytes == PONG {
            entry.pongs |= entry.pinged.take().is_some();
            return;
        }
        if is_keep_alive(bytes) {
            self.counters.keepalives += 1;
            self.io.push_back(Io::Stream {
                conn,
                bytes: Payload::from(PONG),
            });
            return;
        }
        let flow = entry.flow(conn);
        match Message::parse_datagram(bytes, &self.config.limits) {
            Ok(message) => {
                (entry.used, entry.partial) = (now, None);
                self.on_message(now, message, flow);
            }
            Err(error) => {
                self.counters.malformed += 1;
                if let Some(salvage) = Salvage::of(bytes, &error) {
                    self.answer_broken(now, &salvage, &flow);
                }
            }
        }
    }

    fn on_stream(&mut self, now: Time, conn: ConnKey, bytes: &[u8]) {
        {
            let Some(entry) = self.conns.get_mut(conn) else {
                return;
            };
            entry.active = now;
            let Phase::Open(framer) = &mut entry.phase else {
                return;
            };
            framer.push(bytes);
        }
        loop {
            // Whatever a message did, the connection may be gone by now.
            let Some(entry) = self.conns.get_mut(conn) else {
                return;
            };
            let Phase::Open(framer) = &mut entry.phase else {
                return;
            };
            match framer.next() {
                None => {
                    let waits = framer.buffered() > 0;
                    if !waits {
                        entry.partial = None;
                    } else if entry.partial.is_none() {
                        entry.partial = Some(now);
                        self.timers
                            .set_fixed(now, PARTIAL_WAIT, TimerKey::Partial(conn));
                    }
                    return;
                }
                Some(Ok(Frame::Message(message))) => {
                    entry.used = now;
                    entry.partial = None;
                    let flow = entry.flow(conn);
                    self.on_message(now, message, flow);
                }
                Some(Ok(Frame::Ping)) => {
                    self.counters.keepalives += 1;
                    self.io.push_back(Io::Stream {
                        conn,
                        bytes: Payload::from(PONG),
                    });
                }
                Some(Ok(Frame::Pong)) => {
                    entry.pongs |= entry.pinged.take().is_some();
                }
                Some(Err(error)) => {
                    let flow = entry.flow(conn);
                    self.counters.malformed += 1;
                    if let Some(salvage) = &error.salvage {
                        self.answer_broken(now, salvage, &flow);
                    }
                    if error.fatal {
                        return self.close(now, conn);
                    }
                }
            }
        }
    }

    /// Sends a message by a connection that stands.
    pub(super) fn send_stream(&mut self, now: Time, conn: ConnKey, bytes: Payload) {
        if let Some(entry) = self.conns.get_mut(conn) {
            (entry.used, entry.active) = (now, now);
        }
        self.count_out(&bytes);
        self.io.push_back(Io::Stream { conn, bytes });
    }

    /// Sends to a place by any connection to it, made now if need be.
    pub(super) fn send_by_new_connection(
        &mut self,
        now: Time,
        protocol: Protocol,
        to: SocketAddr,
        waiter: Waiter,
    ) {
        // The name that this place was verified by before stays the one it has to show.
        let name = (protocol != Protocol::Tcp).then(|| {
            let verified = self.conns.verified_name(protocol, to);
            verified.map_or_else(|| to.ip().to_string().into(), Box::from)
        });
        let conn = match self.conns.find(protocol, to, name.as_deref()) {
            Some(conn) => Some(conn),
            None => self.connect(now, protocol, to, name),
        };
        let entry = conn.and_then(|conn| self.conns.get_mut(conn).map(|entry| (conn, entry)));
        let Some((conn, entry)) = entry else {
            if let Waiter::Response(server, _) = waiter {
                self.on_response_lost(now, server);
            }
            return;
        };
        match (&mut entry.phase, waiter) {
            (Phase::Connecting(waiting), waiter) => waiting.push(waiter),
            (Phase::Open(_), Waiter::Bytes(bytes) | Waiter::Response(_, bytes)) => {
                self.send_stream(now, conn, bytes);
            }
            (Phase::Open(_), Waiter::Request(client, attempt)) => {
                let flow = entry.flow(conn);
                self.on_road_open(now, client, attempt, flow);
            }
        }
    }

    pub(super) fn on_connect_timeout(&mut self, now: Time, conn: ConnKey) {
        if self.conns.get(conn).is_some_and(|conn| !conn.is_open()) {
            self.close(now, conn);
        }
    }

    fn watch_idle(&mut self, now: Time, conn: ConnKey) {
        if !self.config.tcp_idle.is_zero() {
            self.timers
                .set_fixed(now, self.config.tcp_idle, TimerKey::Idle(conn));
        }
    }

    pub(super) fn on_idle(&mut self, now: Time, conn: ConnKey) {
        let Some(entry) = self.conns.get(conn) else {
            return;
        };
        let due = entry.used + self.config.tcp_idle;
        if entry.kept > 0 {
            self.watch_idle(now, conn);
        } else if due > now {
            self.timers.set(due, TimerKey::Idle(conn));
        } else {
            self.close(now, conn);
        }
    }

    pub(super) fn on_partial_overdue(&mut self, now: Time, conn: ConnKey) {
        let overdue = |since: Time| since + PARTIAL_WAIT <= now;
        if self
            .conns
            .get(conn)
            .and_then(|entry| entry.partial)
            .is_some_and(overdue)
        {
            self.counters.malformed += 1;
            self.close(now, conn);
        }
    }
}
