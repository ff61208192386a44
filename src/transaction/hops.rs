//! The way of a request: RFC 3261 §8.1.2, §18.1.1 and RFC 3263 §4, one place after the other until one takes it.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};

use super::endpoint::{Endpoint, TimerKey, Waiter};
use super::timing::Timer;
use super::user::{ClientKey, Draft, Failure};
use super::{clients::Machine, write};
use crate::base::Time;
use crate::base::entropy::Token;
use crate::transport::conns::Phase;
use crate::transport::target::{self, Hop, Host};
use crate::transport::{ConnKey, Flow, Io, Protocol, QueryKey};

/// More addresses of one name than this are not tried.
const MOST_ADDRESSES: usize = 16;

/// A request that is not under way, or may have to start again.
#[derive(Debug)]
pub(crate) struct Pending {
    draft: Draft,
    /// The transport that the target names, and its port.
    protocol: Option<Protocol>,
    port: u16,
    /// Places not tried yet.
    hops: VecDeque<Hop>,
    /// What to say when none is left.
    pub(super) failure: Failure,
    /// Some response came: this place works, and is the one (RFC 3263 §4.3).
    pub(super) answered: bool,
}

impl Pending {
    fn new(draft: Draft, protocol: Option<Protocol>, port: u16) -> Box<Self> {
        Box::new(Self {
            draft,
            protocol,
            port,
            hops: VecDeque::new(),
            failure: Failure::Transport,
            answered: false,
        })
    }

    /// Whether the request can be sent to another machine.
    pub(super) fn has_other_address(&self) -> bool {
        self.hops.iter().any(|hop| !hop.fallback)
    }
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Finds the way of a new request.
    pub(super) fn launch(&mut self, now: Time, client: ClientKey, draft: Draft) {
        if let Some(flow) = draft.flow
            && self.stands(&flow)
        {
            let branch = self.branch();
            return match write::request(&draft, &self.sockets, &flow, branch) {
                Some(request) => self.start_client(now, client, flow, request),
                None => self.end_client(now, client, Failure::NoTarget),
            };
        }
        let target = target::of_request(
            draft.next_hop.as_deref(),
            draft.routes.first().map(|route| &**route),
            &draft.uri,
        );
        let Some(target) = target else {
            return self.end_client(now, client, Failure::NoTarget);
        };
        let mut pending = Pending::new(draft, target.protocol, target.port);
        match target.host {
            Host::Numeric(ip) => {
                pending.hops.push_back(Hop {
                    protocol: target.protocol,
                    to: SocketAddr::new(ip, target.port),
                    fallback: false,
                });
                self.advance(now, client, pending, false);
            }
            Host::Name(host) => {
                let Some(tx) = self.clients.get_mut(client) else {
                    return;
                };
                tx.pending = Some(pending);
                let guard = TimerKey::Client(client, tx.attempt, Timer::F);
                self.timers.set_fixed(now, self.timing.lifetime(), guard);
                let query = QueryKey(client.to_bits());
                self.io.push_back(Io::Resolve { query, host });
            }
        }
    }

    /// The resolver's answer.
    pub(super) fn on_resolved(&mut self, now: Time, query: QueryKey, addresses: &[IpAddr]) {
        let client = ClientKey::from_bits(query.0);
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        // A connection that is waited for has an attempt number above 0: that is no open question.
        if !matches!(tx.machine, Machine::Waiting) || tx.attempt != 0 {
            return;
        }
        let Some(mut pending) = tx.pending.take() else {
            return;
        };
        let mut known = Vec::new();
        for address in addresses.iter().take(MOST_ADDRESSES) {
            if !known.contains(address) {
                known.push(*address);
                pending.hops.push_back(Hop {
                    protocol: pending.protocol,
                    to: SocketAddr::new(*address, pending.port),
                    fallback: false,
                });
            }
        }
        if known.is_empty() {
            pending.failure = Failure::Unresolved;
        }
        self.advance(now, client, pending, false);
    }

    /// Tries the next place. `unconnected`: the last one could not be connected to.
    pub(super) fn advance(
        &mut self,
        now: Time,
        client: ClientKey,
        mut pending: Box<Pending>,
        mut unconnected: bool,
    ) {
        while let Some(hop) = pending.hops.pop_front() {
            if hop.fallback && !unconnected {
                continue;
            }
            unconnected = false;
            if hop.protocol == Some(Protocol::Tcp) {
                if self.try_stream(now, client, &mut pending, hop) {
                    return self.keep_pending(client, pending);
                }
                unconnected = true;
                continue;
            }
            let Some((socket, local)) = self.sockets.choose(Protocol::Udp, hop.to.ip()) else {
                // Without a UDP socket of that family, and left to choose: TCP.
                if hop.protocol.is_none() && !hop.fallback {
                    pending.hops.push_front(Hop {
                        protocol: Some(Protocol::Tcp),
                        ..hop
                    });
                } else {
                    pending.failure = Failure::NoTarget;
                }
                continue;
            };
            let flow = Flow {
                protocol: Protocol::Udp,
                socket: Some(socket),
                conn: None,
                local,
                remote: hop.to,
            };
            let branch = self.branch();
            let Some(request) = write::request(&pending.draft, &self.sockets, &flow, branch) else {
                pending.failure = Failure::NoTarget;
                continue;
            };
            // RFC 3261 §18.1.1: too big for UDP goes by TCP, and by UDP after all where TCP is not spoken.
            if request.as_bytes().len() > self.config.udp_max && !hop.fallback {
                pending.hops.push_front(Hop {
                    protocol: Some(Protocol::Udp),
                    fallback: true,
                    ..hop
                });
                pending.hops.push_front(Hop {
                    protocol: Some(Protocol::Tcp),
                    ..hop
                });
                continue;
            }
            if pending.has_other_address() {
                self.keep_pending(client, pending);
            }
            return self.start_client(now, client, flow, request);
        }
        self.end_client(now, client, pending.failure);
    }

    fn keep_pending(&mut self, client: ClientKey, pending: Box<Pending>) {
        // Already under way with nothing left to try: nothing to keep.
        if let Some(tx) = self.clients.get_mut(client)
            && (matches!(tx.machine, Machine::Waiting) || pending.has_other_address())
        {
            tx.pending = Some(pending);
        }
    }

    /// Sends by a connection that stands, or waits for one. False: there cannot be one.
    fn try_stream(
        &mut self,
        now: Time,
        client: ClientKey,
        pending: &mut Pending,
        hop: Hop,
    ) -> bool {
        let found = self.conns.find(Protocol::Tcp, hop.to);
        let conn = match found {
            Some(conn) => conn,
            None => match self.connect(now, hop.to) {
                Some(conn) => conn,
                None => {
                    pending.failure = Failure::NoTarget;
                    return false;
                }
            },
        };
        let Some(tx) = self.clients.get_mut(client) else {
            return false;
        };
        tx.attempt = tx.attempt.wrapping_add(1);
        let attempt = tx.attempt;
        match self.conns.get_mut(conn) {
            Some(entry) => match &mut entry.phase {
                Phase::Connecting(waiting) => {
                    waiting.push(Waiter::Request(client, attempt));
                    true
                }
                Phase::Open(_) => {
                    let flow = entry.flow(conn);
                    let branch = self.branch();
                    match write::request(&pending.draft, &self.sockets, &flow, branch) {
                        Some(request) => {
                            self.start_client(now, client, flow, request);
                            true
                        }
                        None => {
                            pending.failure = Failure::NoTarget;
                            false
                        }
                    }
                }
            },
            None => false,
        }
    }

    /// The connection that a request waited for stands.
    pub(super) fn on_road_open(&mut self, now: Time, client: ClientKey, attempt: u8, flow: Flow) {
        let Some(pending) = self.take_waiting(client, attempt) else {
            return;
        };
        let branch = self.branch();
        match write::request(&pending.draft, &self.sockets, &flow, branch) {
            Some(request) => {
                if pending.has_other_address() {
                    self.keep_pending(client, pending);
                }
                self.start_client(now, client, flow, request);
            }
            None => self.end_client(now, client, Failure::NoTarget),
        }
    }

    /// The connection that a request waited for could not be made.
    pub(super) fn on_road_closed(&mut self, now: Time, client: ClientKey, attempt: u8) {
        if let Some(mut pending) = self.take_waiting(client, attempt) {
            pending.failure = Failure::Transport;
            self.advance(now, client, pending, true);
        }
    }

    fn take_waiting(&mut self, client: ClientKey, attempt: u8) -> Option<Box<Pending>> {
        let tx = self.clients.get_mut(client)?;
        if tx.attempt == attempt && matches!(tx.machine, Machine::Waiting) {
            tx.pending.take()
        } else {
            None
        }
    }

    /// Asks for a new connection; none when there are too many.
    pub(super) fn connect(&mut self, now: Time, to: SocketAddr) -> Option<ConnKey> {
        let conn = self.conns.connect(now, Protocol::Tcp, to)?;
        self.io.push_back(Io::Connect { conn, to });
        let patience = self.timing.t1.saturating_mul(8);
        self.timers
            .set_fixed(now, patience, TimerKey::Connect(conn));
        Some(conn)
    }

    /// What makes a new branch unique (RFC 3261 §8.1.1.7).
    fn branch(&mut self) -> Token<16> {
        self.entropy.token()
    }
}
