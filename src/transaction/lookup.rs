//! Names on the way of a request: the walk of RFC 3263 for each, the answers it waits for, and what is remembered of
//! servers: which failed, and which one took an account's registration.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::clients::Machine;
use super::endpoint::{Endpoint, TimerKey};
use super::hops::Pending;
use super::timing::Timer;
use super::user::{ClientKey, Draft, Failure};
use crate::base::siphash::HashKey;
use crate::base::{Entropy, Time};
use crate::dns::penalty::Home;
use crate::dns::{
    Answer, Carry, Homes, Location, Offer, Penalties, Question, Resolver, Settings, Step, Target,
    Transport, Wish, Zone,
};
use crate::syntax::{HeaderId, Message, method};
use crate::transport::target::{self, Hop};
use crate::transport::{Flow, Io, Protocol, QueryKey};

/// Accounts whose server is remembered at most.
const HOMES: usize = 10_000;

/// All that an endpoint knows about names and those behind them.
pub(crate) struct Names {
    resolver: Resolver,
    /// Who waits for an answer.
    asking: BTreeMap<Question, Vec<ClientKey>>,
    penalties: Penalties<Target>,
    homes: Homes<Target>,
    /// Chooses among servers of one priority.
    random: Entropy,
}

/// What a REGISTER remembers of its way until it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Journey {
    account: Box<str>,
    /// A better server failed, or had failed, and is to be tried again from then on.
    better_from: Option<Time>,
}

/// Where the walk stands.
pub(super) enum Next {
    /// Try this.
    Hop(Hop),
    /// An answer is waited for.
    Wait,
    /// There is nothing more but what failed lately.
    End,
}

impl Names {
    /// Nothing is known yet. The randomness comes from the endpoint's secret, so that asking about names does not
    /// change the tags and branches of a seed.
    pub(super) fn new(secret: &HashKey) -> Self {
        let mut seed = [0; 32];
        for (half, name) in seed.chunks_mut(16).zip(["names", "servers"]) {
            let mut hash = secret.start();
            hash.part(name);
            half.copy_from_slice(&hash.finish().to_le_bytes());
        }
        let mut entropy = Entropy::new(seed);
        let settings = Settings::default();
        Self {
            asking: BTreeMap::new(),
            penalties: Penalties::new(settings.penalty),
            homes: Homes::new(HOMES),
            random: entropy.fork(),
            resolver: Resolver::new(settings, entropy.fork()),
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.resolver.next_deadline()
    }
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Sets name servers, records of our own, time-outs and penalties; what was known is forgotten.
    pub fn set_dns(&mut self, settings: Settings) {
        self.names.penalties = Penalties::new(settings.penalty);
        self.names.resolver.configure(settings);
    }

    /// What the system says about name servers and hosts.
    pub(super) fn on_name_servers(
        &mut self,
        servers: Vec<SocketAddr>,
        hosts: &[(Box<str>, IpAddr)],
    ) {
        let mut zone = Zone::default();
        for (name, address) in hosts {
            zone.add_host(name, *address);
        }
        self.names.resolver.set_system(servers, zone);
    }

    /// Only addresses of the families that our sockets have are asked for.
    pub(super) fn note_families(&mut self) {
        let (mut v4, mut v6) = (false, false);
        for protocol in Protocol::ALL {
            for address in self.sockets.addresses(protocol) {
                v4 |= address.is_ipv4();
                v6 |= address.is_ipv6();
            }
        }
        self.names.resolver.set_families(v4, v6);
    }

    pub(super) fn on_query_answer(
        &mut self,
        now: Time,
        query: QueryKey,
        from: SocketAddr,
        bytes: &[u8],
    ) {
        self.names.resolver.on_answer(now, query.0, from, bytes);
        self.serve_names(now);
    }

    pub(super) fn on_query_failed(&mut self, now: Time, query: QueryKey) {
        self.names.resolver.on_failed(now, query.0);
        self.serve_names(now);
    }

    /// The system's resolver has answered.
    pub(super) fn on_resolved(&mut self, now: Time, query: QueryKey, addresses: &[IpAddr]) {
        self.names.resolver.on_system(now, query.0, addresses);
        self.serve_names(now);
    }

    pub(super) fn on_names_timeout(&mut self, now: Time) {
        if self.names.next_deadline().is_some_and(|at| at <= now) {
            self.names.resolver.handle_timeout(now);
            self.serve_names(now);
        }
    }

    /// Hands on what the resolver wants carried, and its answers to those that wait.
    fn serve_names(&mut self, now: Time) {
        self.carry_names();
        while let Some((question, answer)) = self.names.resolver.poll_answer() {
            for client in self.names.asking.remove(&question).unwrap_or_default() {
                self.on_found(now, client, &question, &answer);
            }
        }
        self.carry_names();
    }

    fn carry_names(&mut self) {
        while let Some(carry) = self.names.resolver.poll_carry() {
            self.io.push_back(match carry {
                Carry::Query {
                    key,
                    server,
                    stream,
                    bytes,
                } => Io::Query {
                    query: QueryKey(key),
                    server,
                    stream,
                    bytes,
                },
                Carry::Drop { key } => Io::QueryDone {
                    query: QueryKey(key),
                },
                Carry::System { key, host } => Io::Resolve {
                    query: QueryKey(key),
                    host,
                },
            });
        }
    }

    fn on_found(&mut self, now: Time, client: ClientKey, question: &Question, answer: &Answer) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        let waiting = matches!(tx.machine, Machine::Waiting);
        let Some(mut pending) = tx.pending.take() else {
            return;
        };
        if let Some(walk) = &mut pending.walk {
            walk.answer(question, answer);
        }
        if waiting && std::mem::take(&mut pending.asking) {
            return self.advance(now, client, pending, false);
        }
        let ahead = pending.ahead;
        tx.pending = Some(pending);
        if ahead && !waiting {
            self.look_ahead(now, client);
        }
    }

    /// Begins the walk of a request to a name; first comes the server that the account stays with.
    pub(super) fn begin_walk(
        &mut self,
        now: Time,
        client: ClientKey,
        pending: &mut Pending,
        wish: Wish,
    ) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        tx.named = true;
        let registers = &*pending.draft.method == method::REGISTER;
        if let Some(account) = &pending.draft.account {
            let account = home_name(account, &wish);
            if let Some(home) = self.names.homes.get(&account) {
                let looks_again = registers && home.better_from.is_some_and(|at| at <= now);
                let failed = self.names.penalties.until(now, &home.target);
                if !looks_again && failed.is_none() {
                    let hop = hop_of(&home.target);
                    pending.home = Some(home.target);
                    pending.hops.push_back(hop);
                }
            }
            if registers {
                let home = self.names.homes.get(&account);
                let better_from = home
                    .filter(|_| pending.home.is_some())
                    .and_then(|home| home.better_from);
                tx.journey = Some(Box::new(Journey {
                    account,
                    better_from,
                }));
            }
        }
        // WebSocket comes last: it is for those that ask for it.
        let mut transports = vec![Transport::Udp, Transport::Tcp, Transport::Tls];
        if self.sockets.addresses(Protocol::Udp).is_empty() {
            transports.swap(0, 1);
        }
        transports.extend([Transport::Wss, Transport::Ws]);
        pending.walk = Some(Box::new(Location::new(wish, Offer { transports })));
    }

    /// The next place, those that failed lately apart.
    pub(super) fn walk_on(&mut self, now: Time, client: ClientKey, pending: &mut Pending) -> Next {
        if let Some(hop) = pending.hops.pop_front() {
            return Next::Hop(hop);
        }
        while let Some(walk) = &mut pending.walk {
            match walk.poll(&mut self.names.random) {
                Step::Ask(question) => match self.names.resolver.ask(now, &question) {
                    Some(answer) => walk.answer(&question, &answer),
                    None => self.names.asking.entry(question).or_default().push(client),
                },
                Step::Wait => {
                    self.carry_names();
                    return Next::Wait;
                }
                Step::Target(target) => {
                    let hop = hop_of(&target);
                    if pending.home.map(named) == Some(named(target)) {
                        continue;
                    }
                    let Some(until) = self.names.penalties.until(now, &named(target)) else {
                        return Next::Hop(hop);
                    };
                    pending.later.push_back(hop);
                    self.note_better(client, until);
                }
                Step::End => {
                    if pending.failure == Failure::Unresolved && walk.is_missing() {
                        pending.failure = Failure::NoRecords;
                    }
                    pending.walk = None;
                }
            }
        }
        self.carry_names();
        Next::End
    }

    /// Lets a request wait for an answer about a name, not for ever.
    pub(super) fn wait_for_name(
        &mut self,
        now: Time,
        client: ClientKey,
        mut pending: Box<Pending>,
    ) {
        pending.asking = true;
        if let Some(tx) = self.clients.get_mut(client) {
            tx.pending = Some(pending);
            let guard = TimerKey::Client(client, tx.attempt, Timer::F);
            self.timers.set_fixed(now, self.timing.lifetime(), guard);
        }
    }

    /// A request has not been answered for so long that another server is tried, if there is one.
    pub(super) fn look_ahead(&mut self, now: Time, client: ClientKey) {
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        if !tx.may_move() {
            return;
        }
        let Some(mut pending) = tx.pending.take_if(|pending| !pending.answered) else {
            return;
        };
        pending.ahead = false;
        match self.walk_on(now, client, &mut pending) {
            Next::Hop(hop) => {
                pending.hops.push_front(hop);
                self.leave_server(now, client, pending);
            }
            next => {
                pending.ahead = matches!(next, Next::Wait);
                if let Some(tx) = self.clients.get_mut(client) {
                    tx.pending = Some(pending);
                }
            }
        }
    }

    /// The server of a request failed it; it asked for so much time itself.
    pub(super) fn punish(&mut self, now: Time, client: ClientKey, at_least: Option<Duration>) {
        let Some(tx) = self.clients.get(client).filter(|tx| tx.named) else {
            return;
        };
        if let Some(flow) = tx.flow() {
            let until = self.names.penalties.punish(now, of_flow(&flow), at_least);
            self.note_better(client, until);
        }
    }

    /// A place could not be connected to.
    pub(super) fn punish_hop(&mut self, now: Time, client: ClientKey, hop: &Hop) {
        if self.clients.get(client).is_some_and(|tx| tx.named) {
            let target = Target {
                transport: Some(hop.protocol.map_or(Transport::Tcp, transport_of)),
                to: hop.to,
            };
            let until = self.names.penalties.punish(now, target, None);
            self.note_better(client, until);
        }
    }

    fn note_better(&mut self, client: ClientKey, until: Time) {
        if let Some(tx) = self.clients.get_mut(client)
            && let Some(journey) = &mut tx.journey
        {
            journey.better_from = journey.better_from.max(Some(until));
        }
    }

    /// The server of a request has answered it.
    pub(super) fn on_server_answered(&mut self, client: ClientKey, response: &Message) {
        let status = response.status().unwrap_or_default();
        let Some(tx) = self.clients.get_mut(client) else {
            return;
        };
        let Some(target) = tx.flow().as_ref().map(of_flow) else {
            return;
        };
        if !self.names.penalties.is_empty() {
            self.names.penalties.forgive(&target);
        }
        if status / 100 == 2
            && let Some(journey) = tx.journey.take()
        {
            let home = Home {
                target,
                better_from: journey.better_from,
            };
            self.names.homes.settle(journey.account, home);
        }
    }
}

/// What a request looks for.
pub(super) fn wish(draft: &Draft) -> Option<(target::Target, Wish)> {
    let target = target::of_request(
        draft.next_hop.as_deref(),
        draft.routes.first().map(|route| &**route),
        &draft.uri,
    )?;
    let host: Box<str> = match &target.host {
        target::Host::Numeric(ip) => ip.to_string().into(),
        target::Host::Name(name) => name.clone(),
    };
    let wish = Wish {
        host,
        port: target.port,
        transport: target.protocol.map(transport_of),
        secure: target.secure,
    };
    Some((target, wish))
}

/// Seconds of a Retry-After (RFC 3261 §20.33).
pub(super) fn retry_after(response: &Message) -> Option<Duration> {
    let value = response.headers(HeaderId::RetryAfter).next()?;
    let digits = value
        .trim_start()
        .split(|c: char| !c.is_ascii_digit())
        .next()?;
    digits.parse().ok().map(Duration::from_secs)
}

/// One name for an account and what it looks for.
fn home_name(account: &str, wish: &Wish) -> Box<str> {
    format!(
        "{account} {} {:?} {:?} {}",
        wish.host.to_ascii_lowercase(),
        wish.port,
        wish.transport,
        wish.secure
    )
    .into()
}

const fn transport_of(protocol: Protocol) -> Transport {
    match protocol {
        Protocol::Udp => Transport::Udp,
        Protocol::Tcp => Transport::Tcp,
        Protocol::Tls => Transport::Tls,
        Protocol::Ws => Transport::Ws,
        Protocol::Wss => Transport::Wss,
    }
}

const fn hop_of(target: &Target) -> Hop {
    let protocol = match target.transport {
        None => None,
        Some(Transport::Udp) => Some(Protocol::Udp),
        Some(Transport::Tcp) => Some(Protocol::Tcp),
        Some(Transport::Tls) => Some(Protocol::Tls),
        Some(Transport::Ws) => Some(Protocol::Ws),
        Some(Transport::Wss) => Some(Protocol::Wss),
    };
    Hop {
        protocol,
        to: target.to,
        fallback: false,
    }
}

/// A target by the name that it is remembered by: left to choose, it is UDP.
fn named(target: Target) -> Target {
    Target {
        transport: target.transport.or(Some(Transport::Udp)),
        ..target
    }
}

const fn of_flow(flow: &Flow) -> Target {
    Target {
        transport: Some(transport_of(flow.protocol)),
        to: flow.remote,
    }
}
