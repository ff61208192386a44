//! The transaction and transport layers as one sans-IO value (RFC 3261 §17, §18).
//!
//! One mutation, then drain [`Endpoint::poll_io`] and [`Endpoint::poll_indication`], then sleep until
//! [`Endpoint::next_deadline`].

use std::collections::VecDeque;
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::clients::ClientTx;
use super::keeper::{Keeper, Kept};
use super::lookup::Names;
use super::servers::{Live, ServerTx};
use super::timing::{Timer, Timing};
use super::user::{Client, ClientKey, ContactDraft, Indication, Server, ServerKey};
use super::write;
use crate::base::limits::Limits;
use crate::base::siphash::{HashKey, HashedMap};
use crate::base::{Entropy, Key, Slab, Time, TimerSet};
use crate::syntax::{Message, Payload, Uri};
use crate::transport::conns::Conns;
use crate::transport::sockets::Sockets;
use crate::transport::{ConnKey, Core, Flow, Input, Io, Protocol};

/// What can be set about an [`Endpoint`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndpointConfig {
    /// T1 of RFC 3261 §17.1.1.1. Default 500 ms.
    pub t1: Duration,
    /// T2 of RFC 3261 §17.1.2.2. Default 4 s.
    pub t2: Duration,
    /// T4 of RFC 3261 §17.1.2.2. Default 5 s.
    pub t4: Duration,
    /// Bounds; those of transactions, connections, forks and messages are enforced here.
    pub limits: Limits,
    /// The longest time between pings on a connection that we opened (RFC 5626 §4.4.1); zero: never. Default 120 s.
    pub keepalive: Duration,
    /// The longest time between keep-alives on a UDP flow that somebody is registered by (RFC 5626 §4.4); zero: never.
    /// Default 29 s.
    pub udp_keepalive: Duration,
    /// UDP flows are kept alive by STUN Binding requests, which tell a dead flow and a new address (RFC 5626 §4.4.2).
    /// Default false: by CRLF, which every server takes.
    pub stun_keepalive: bool,
    /// Answer STUN Binding requests. Default false; a server sets it to true.
    pub answer_stun: bool,
    /// A connection without a message for this long is closed; zero: never. Default 3,700 s, a little more than the
    /// hour after which a registration is refreshed.
    pub tcp_idle: Duration,
    /// Requests above this many bytes go by TCP (RFC 3261 §18.1.1). Default 1,300.
    pub udp_max: usize,
    /// A server that has not answered at all for this long is left for the next one, where its name gives another.
    /// Default 4 s.
    pub failover: Duration,
    /// Answer the second copy of a request that came by another way with 482 (RFC 3261 §8.2.2.2). Default true; a
    /// proxy, which may be passed twice, sets it to false.
    pub refuse_merged: bool,
    /// The end of every request and response: a response with a second Via is not for us (RFC 3261 §8.1.3.3). Default
    /// true; a proxy sets it to false.
    pub user_agent: bool,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            limits: Limits::default(),
            keepalive: Duration::from_secs(120),
            udp_keepalive: Duration::from_secs(29),
            stun_keepalive: false,
            answer_stun: false,
            tcp_idle: Duration::from_secs(3700),
            udp_max: 1300,
            failover: Duration::from_secs(4),
            refuse_merged: true,
            user_agent: true,
        }
    }
}

/// What passed, counted since the start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Requests that came in and could be read, repetitions included.
    pub requests_in: u64,
    /// Responses that came in and could be read, repetitions included.
    pub responses_in: u64,
    /// Requests sent, repetitions included.
    pub requests_out: u64,
    /// Responses sent, repetitions included.
    pub responses_out: u64,
    /// Requests of a peer that it had sent before.
    pub repeated_in: u64,
    /// Messages of ours that were sent again by a timer or because the peer repeated itself.
    pub repeated_out: u64,
    /// Datagrams and stream messages that could not be read.
    pub malformed: u64,
    /// Responses that belong to nothing.
    pub stray: u64,
    /// Requests answered 503 because a limit was reached, and connections refused for that reason.
    pub refused: u64,
    /// Copies of a request that came by another way.
    pub merged: u64,
    /// Keep-alives that came in.
    pub keepalives: u64,
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum TimerKey {
    /// One of a client transaction's, in the attempt that armed it.
    Client(ClientKey, u8, Timer),
    /// One of a server transaction's.
    Server(ServerKey, Timer),
    /// A connection has to stand by now.
    Connect(ConnKey),
    /// A connection may be idle.
    Idle(ConnKey),
    /// A connection may need a ping.
    Ping(ConnKey),
    /// A UDP flow needs a keep-alive.
    Keep(Key<Kept>),
    /// The pong has to be here by now.
    Pong(ConnKey),
    /// A message, or the first one of an accepted connection, has to be complete by now.
    Partial(ConnKey),
}

/// Who waits for a connection to stand.
#[derive(Clone, Debug)]
pub(crate) enum Waiter {
    /// A request, in this attempt.
    Request(ClientKey, u8),
    /// Bytes that belong to a client transaction (ACK) or to none.
    Bytes(Payload),
    /// A response.
    Response(ServerKey, Payload),
}

/// Requests out and responses in, requests in and responses out; `O` is whatever the user names its requests by.
pub struct Endpoint<O> {
    pub(super) config: EndpointConfig,
    pub(super) timing: Timing,
    pub(super) entropy: Entropy,
    pub(super) secret: HashKey,
    pub(super) sockets: Sockets,
    pub(super) conns: Conns<Waiter>,
    pub(super) clients: Slab<ClientTx<O>, Client>,
    pub(super) client_names: HashedMap<ClientKey>,
    /// The first of the client transactions that wait for an answer by one road; they are chained.
    pub(super) awaiting: HashedMap<ClientKey>,
    pub(super) servers: Slab<ServerTx, Server>,
    pub(super) server_names: HashedMap<ServerKey>,
    pub(super) merged: HashedMap<ServerKey>,
    /// Requests without a final answer.
    pub(super) live: Slab<Live>,
    pub(super) unfinished: usize,
    pub(super) names: Names,
    pub(super) keeper: Keeper,
    pub(super) timers: TimerSet<TimerKey>,
    pub(super) io: VecDeque<Io>,
    pub(super) indications: VecDeque<Indication<O>>,
    pub(super) counters: Counters,
}

impl<O: Copy + Debug> Endpoint<O> {
    /// An endpoint without sockets: those come as [`Input::SocketOpened`].
    #[must_use]
    pub fn new(config: EndpointConfig, mut entropy: Entropy) -> Self {
        let secret = HashKey::new(&mut entropy);
        Self {
            config,
            timing: Timing::new(config.t1, config.t2, config.t4),
            secret,
            sockets: Sockets::new(nowhere(&secret)),
            conns: Conns::new(config.limits.connections, secret),
            clients: Slab::default(),
            client_names: HashedMap::default(),
            awaiting: HashedMap::default(),
            servers: Slab::default(),
            server_names: HashedMap::default(),
            merged: HashedMap::default(),
            live: Slab::default(),
            unfinished: 0,
            names: Names::new(&secret),
            keeper: Keeper::new(&secret),
            timers: TimerSet::default(),
            io: VecDeque::new(),
            indications: VecDeque::new(),
            counters: Counters::default(),
            entropy,
        }
    }

    /// Takes one input.
    pub fn handle_input(&mut self, now: Time, input: Input<'_>) {
        self.on_input(now, input);
    }

    /// Serves every timer that is due.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some(key) = self.timers.pop(now) {
            match key {
                TimerKey::Client(key, attempt, timer) => {
                    self.on_client_timer(now, key, attempt, timer);
                }
                TimerKey::Server(key, timer) => self.on_server_timer(now, key, timer),
                TimerKey::Connect(conn) => self.on_connect_timeout(now, conn),
                TimerKey::Idle(conn) => self.on_idle(now, conn),
                TimerKey::Ping(conn) => self.on_ping_due(now, conn),
                TimerKey::Keep(kept) => self.on_keep_due(now, kept),
                TimerKey::Pong(conn) => self.on_pong_overdue(now, conn),
                TimerKey::Partial(conn) => self.on_partial_overdue(now, conn),
            }
        }
        self.on_names_timeout(now);
    }

    /// When [`Endpoint::handle_timeout`] has to be called at the latest.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        [self.timers.next(), self.names.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next thing to do on the network.
    pub fn poll_io(&mut self) -> Option<Io> {
        self.io.pop_front()
    }

    /// The next thing to tell the user.
    pub fn poll_indication(&mut self) -> Option<Indication<O>> {
        self.indications.pop_front()
    }

    /// The Contact value for a message that leaves by `flow`; none when its socket is gone.
    #[must_use]
    pub fn contact_for(&self, flow: &Flow, contact: &ContactDraft) -> Option<String> {
        if flow.conn.is_none()
            && !flow
                .socket
                .is_some_and(|socket| self.sockets.is_open(socket))
        {
            return None;
        }
        let mut value = String::with_capacity(96);
        write::contact(&mut value, &self.sockets, flow, contact, false);
        Some(value)
    }

    /// Every address that we are known by.
    #[must_use]
    pub fn local_addresses(&self, protocol: Protocol) -> Vec<SocketAddr> {
        self.sockets.addresses(protocol)
    }

    /// The address to name in a description for a peer at that URI: numeric hosts choose the nearest of ours; before
    /// a name is resolved, our address towards the outside is as good as can be known.
    #[must_use]
    pub fn media_address(&self, uri: &str) -> IpAddr {
        let host = Uri::parse(uri)
            .ok()
            .and_then(|uri| crate::syntax::ip(uri.host));
        let peer = host.unwrap_or(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        let known = Protocol::ALL;
        known
            .iter()
            .find_map(|protocol| self.sockets.choose(*protocol, peer))
            .map(|(_, local)| local.ip())
            .or_else(|| {
                known
                    .iter()
                    .find_map(|protocol| self.sockets.addresses(*protocol).first().copied())
                    .map(|local| local.ip())
            })
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// Counts a message that leaves.
    pub(super) fn count_out(&mut self, bytes: &[u8]) {
        if bytes.starts_with(b"SIP/2.0") {
            self.counters.responses_out += 1;
        } else {
            self.counters.requests_out += 1;
        }
    }

    /// Whether messages can still go by this road: its socket is open, its connection stands.
    #[must_use]
    pub fn stands(&self, flow: &Flow) -> bool {
        match (flow.conn, flow.socket) {
            (Some(conn), _) => self.conns.get(conn).is_some_and(|conn| conn.is_open()),
            (None, Some(socket)) => self.sockets.is_open(socket),
            (None, None) => false,
        }
    }

    /// Whether a TLS connection to that address stands.
    #[must_use]
    pub fn is_secured(&self, address: SocketAddr) -> bool {
        let name = self.conns.verified_name(Protocol::Tls, address);
        self.conns
            .find(Protocol::Tls, address, name)
            .and_then(|conn| self.conns.get(conn))
            .is_some_and(|conn| conn.is_open())
    }

    /// Other timers, for what begins from now on.
    pub fn set_timers(&mut self, config: EndpointConfig) {
        self.timing = Timing::new(config.t1, config.t2, config.t4);
        self.config = EndpointConfig {
            limits: self.config.limits,
            stun_keepalive: self.config.stun_keepalive,
            ..config
        };
    }

    /// What passed so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Transactions, those that only absorb repetitions included.
    #[must_use]
    pub fn live_transactions(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    /// Connections that stand or are being made.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.conns.len()
    }

    /// Whether nothing is under way: no request of ours or of a peer without its final answer, nothing to send.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.unfinished == 0
            && self.live.is_empty()
            && self.io.is_empty()
            && self.indications.is_empty()
    }

    /// The request of a server transaction; none once it has its final answer.
    #[must_use]
    pub fn request_of(&self, server: ServerKey) -> Option<&Message> {
        self.live_of(server).map(|live| &live.request)
    }

    /// The road a request came by; none once it has its final answer.
    #[must_use]
    pub fn flow_of(&self, server: ServerKey) -> Option<Flow> {
        self.live_of(server).map(|live| live.flow)
    }

    /// Whether one more transaction would be too many.
    pub(super) fn is_full(&self) -> bool {
        self.live_transactions() >= self.config.limits.transactions
    }
}

/// A host name that leads nowhere and that nobody else has (RFC 7118 §5.3); from the secret, so that it does not change
/// the tags and branches of a seed.
fn nowhere(secret: &HashKey) -> Box<str> {
    let mut hash = secret.start();
    hash.part("nowhere");
    format!("{:016x}.invalid", hash.finish() >> 64).into()
}

impl<O: Copy + Debug> Core for Endpoint<O> {
    type Event = Indication<O>;

    fn handle_input(&mut self, now: Time, input: Input<'_>) {
        self.on_input(now, input);
    }

    fn handle_timeout(&mut self, now: Time) {
        Self::handle_timeout(self, now);
    }

    fn poll_io(&mut self) -> Option<Io> {
        self.io.pop_front()
    }

    fn poll_event(&mut self) -> Option<Indication<O>> {
        self.indications.pop_front()
    }

    fn next_deadline(&self) -> Option<Time> {
        Self::next_deadline(self)
    }
}
