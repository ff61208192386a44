//! The way of a request: RFC 3261 §8.1.2, §18.1.1 and RFC 3263 §4, one place after the other until one takes it.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};

use super::endpoint::{Endpoint, TimerKey, Waiter};
use super::lookup::{self, Next};
use super::timing::Timer;
use super::user::{ClientKey, Draft, Failure};
use super::{clients::Machine, write};
use crate::base::Time;
use crate::base::entropy::Token;
use crate::dns::{self, Location};
use crate::syntax::Message;
use crate::transport::conns::Phase;
use crate::transport::target::{self, DEFAULT_PORT, Hop, Host};
use crate::transport::{ConnKey, Flow, Io, Protocol};

/// A request that is not under way, or may have to start again.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(super) draft: Draft,
    /// The domain that was asked for: a certificate has to name it (RFC 5922 §7.2).
    domain: Box<str>,
    /// The domain is an address: a name under which that was verified before serves too.
    numeric: bool,
    /// Places known and not tried yet.
    pub(super) hops: VecDeque<Hop>,
    /// Where more of them come from; none: there are no more.
    pub(super) walk: Option<Box<Location>>,
    /// Places that failed lately, for when nothing else is left.
    pub(super) later: VecDeque<Hop>,
    /// The place that the account stays with, which the walk need not name again.
    pub(super) home: Option<dns::Target>,
    /// The place that is being tried.
    current: Option<Hop>,
    /// It waits for the walk to go on.
    pub(super) asking: bool,
    /// It is under way, and moves as soon as the walk names another place.
    pub(super) ahead: bool,
    /// What to say when none is left.
    pub(super) failure: Failure,
    /// A server that did not want it; said when no other does.
    pub(super) refused: Option<(Message, Flow)>,
    /// Some response came: this place works, and is the one (RFC 3263 §4.3).
    pub(super) answered: bool,
    /// No other place is tried after that.
    until: Time,
}

impl Pending {
    fn new(draft: Draft, domain: Box<str>, until: Time) -> Box<Self> {
        Box::new(Self {
            draft,
            numeric: domain.parse::<IpAddr>().is_ok(),
            domain,
            hops: VecDeque::new(),
            walk: None,
            later: VecDeque::new(),
            home: None,
            current: None,
            asking: false,
            ahead: false,
            failure: Failure::Transport,
            refused: None,
            answered: false,
            until,
        })
    }

    /// Whether the request may yet be sent to another machine.
    pub(super) fn may_go_on(&self) -> bool {
        self.walk.is_some() || !self.later.is_empty() || self.hops.iter().any(|hop| !hop.fallback)
    }
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Finds the way of a new request.
    pub(super) fn launch(&mut self, now: Time, client: ClientKey, draft: Draft) {
        // A road that others can read along is no road for sips (RFC 3261 §26.2.2).
        if let Some(flow) = draft.flow
            && self.stands(&flow)
            && (flow.protocol.is_secure() || !target::is_sips(&draft.uri))
        {
            let branch = self.branch();
            return match write::request(&draft, &self.sockets, &flow, branch) {
                Some(request) => self.start_client(now, client, flow, request),
                None => self.end_client(now, client, Failure::NoTarget),
            };
        }
        let Some((target, wish)) = lookup::wish(&draft) else {
            return self.end_client(now, client, Failure::NoTarget);
        };
        let mut pending = Pending::new(draft, target.domain, now + self.timing.lifetime());
        match target.host {
            Host::Numeric(ip) => {
                let secure = target.secure.then_some(Protocol::Tls);
                let protocol = target.protocol.or(secure);
                let default = protocol.map_or(DEFAULT_PORT, Protocol::default_port);
                pending.hops.push_back(Hop {
                    protocol,
                    to: SocketAddr::new(ip, target.port.unwrap_or(default)),
                    fallback: false,
                });
            }
            Host::Name(_) => {
                pending.failure = Failure::Unresolved;
                self.begin_walk(now, client, &mut pending, wish);
            }
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
        loop {
            // RFC 3261 §17.1.1.2: nobody waits for longer than 64*T1 for a server to be found.
            if pending.current.is_some() && now >= pending.until {
                break;
            }
            let hop = match self.walk_on(now, client, &mut pending) {
                Next::Hop(hop) => hop,
                Next::Wait => return self.wait_for_name(now, client, pending),
                Next::End => match pending.later.pop_front() {
                    Some(hop) => hop,
                    None => break,
                },
            };
            if hop.fallback && !unconnected {
                continue;
            }
            unconnected = false;
            pending.current = Some(hop);
            pending.failure = Failure::Transport;
            if let Some(protocol) = hop.protocol.filter(|protocol| protocol.is_reliable()) {
                if self.try_stream(now, client, &mut pending, protocol, hop) {
                    return self.keep_pending(now, client, pending);
                }
                unconnected = true;
                continue;
            }
            let Some((socket, local)) =
                self.sockets
                    .choose_among(&pending.draft.sockets, Protocol::Udp, hop.to.ip())
            else {
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
                // A large MESSAGE never goes by a path without congestion control (RFC 3428 §8).
                if request.method() != "MESSAGE" {
                    pending.hops.push_front(Hop {
                        protocol: Some(Protocol::Udp),
                        fallback: true,
                        ..hop
                    });
                }
                pending.hops.push_front(Hop {
                    protocol: Some(Protocol::Tcp),
                    ..hop
                });
                continue;
            }
            self.start_client(now, client, flow, request);
            return self.keep_pending(now, client, pending);
        }
        self.exhausted(now, client, pending);
    }

    /// Keeps what a request needs to start again, if there is anything left to try.
    fn keep_pending(&mut self, now: Time, client: ClientKey, pending: Box<Pending>) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        if matches!(tx.machine, Machine::Waiting) {
            tx.pending = Some(pending);
        } else if pending.may_go_on() || pending.refused.is_some() {
            if pending.may_go_on() {
                let key = TimerKey::Client(client, tx.attempt, Timer::Failover);
                self.timers.set_fixed(now, self.config.failover, key);
            }
            tx.pending = Some(pending);
        }
    }

    /// Leaves a server that does not answer, for the next place.
    pub(super) fn leave_server(&mut self, now: Time, client: ClientKey, mut pending: Box<Pending>) {
        self.punish(now, client, None);
        self.reset(client);
        pending.failure = Failure::Timeout;
        self.advance(now, client, pending, false);
    }

    /// Nothing is left to try: a refusal says more than that nobody answered.
    pub(super) fn exhausted(&mut self, now: Time, client: ClientKey, pending: Box<Pending>) {
        let failure = pending.failure;
        match pending.refused {
            Some((message, flow)) => self.end_refused(client, message, flow),
            None => self.end_client(now, client, failure),
        }
    }

    /// Sends by a connection that stands, or waits for one. False: there cannot be one.
    fn try_stream(
        &mut self,
        now: Time,
        client: ClientKey,
        pending: &mut Pending,
        protocol: Protocol,
        hop: Hop,
    ) -> bool {
        let name = self.name_for(protocol, hop.to, pending);
        let found = self.conns.find(protocol, hop.to, name.as_deref());
        let conn = match found {
            Some(conn) => conn,
            None => match self.connect(now, protocol, hop.to, name) {
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
                self.start_client(now, client, flow, request);
                self.keep_pending(now, client, pending);
            }
            None => self.end_client(now, client, Failure::NoTarget),
        }
    }

    /// The connection that a request waited for could not be made.
    pub(super) fn on_road_closed(
        &mut self,
        now: Time,
        client: ClientKey,
        attempt: u8,
        failure: Failure,
    ) {
        if let Some(mut pending) = self.take_waiting(client, attempt) {
            pending.failure = failure;
            let same_place = pending.hops.front().is_some_and(|hop| hop.fallback);
            if let Some(hop) = pending.current.filter(|_| !same_place) {
                self.punish_hop(now, client, &hop);
            }
            self.advance(now, client, pending, true);
        }
    }

    /// The name that the peer of a connection has to show: the domain asked for, never what DNS made of it. An address
    /// that was verified under a name before, as a dialog's Contact or Route often is, keeps it.
    fn name_for(&self, protocol: Protocol, to: SocketAddr, pending: &Pending) -> Option<Box<str>> {
        if protocol == Protocol::Tcp {
            return None;
        }
        let verified = self
            .conns
            .verified_name(protocol, to)
            .filter(|_| pending.numeric);
        Some(verified.map_or_else(|| pending.domain.clone(), Into::into))
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
    pub(super) fn connect(
        &mut self,
        now: Time,
        protocol: Protocol,
        to: SocketAddr,
        name: Option<Box<str>>,
    ) -> Option<ConnKey> {
        let conn = self.conns.connect(now, protocol, to, name.clone())?;
        self.io.push_back(Io::Connect {
            conn,
            protocol,
            to,
            name,
        });
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
