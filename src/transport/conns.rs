//! Stream connections: made, accepted, used again by remote address, limited in number (RFC 3261 §18.1.1, §18.2.2).
//!
//! Knows who waits for a connection to stand and when it was last of use. Does not send and does not set timers: its
//! owner does, in whose terms `W` those that wait are named.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::net::SocketAddr;
use std::time::Duration;

use super::io::{ConnKey, Flow, Protocol, SocketKey};
use crate::base::Time;
use crate::base::siphash::{HashKey, HashedMap, Ready};
use crate::syntax::Framer;

/// Addresses at most whose verified names are remembered.
const VERIFIED: usize = 1024;

/// One connection.
pub(crate) struct Conn<W> {
    pub(crate) protocol: Protocol,
    /// The listener that accepted it.
    pub(crate) socket: Option<SocketKey>,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    /// The domain that the peer's certificate names, as we asked for it (RFC 5922 §7.2); none: not asked for.
    pub(crate) name: Option<Box<str>>,
    pub(crate) phase: Phase<W>,
    /// When the last message passed.
    pub(crate) used: Time,
    /// When anything last passed, keep-alives included.
    pub(crate) active: Time,
    /// A ping that nobody has answered yet (RFC 5626 §4.4.1).
    pub(crate) pinged: Option<Time>,
    /// The peer is known to answer pings.
    pub(crate) pongs: bool,
    /// It has agreed to answer them.
    pub(crate) answers: bool,
    /// The longest time between pings that it wants.
    pub(crate) every: Option<Duration>,
    /// When the next ping is due.
    pub(crate) ping_at: Option<Time>,
    /// How many registrations stand on it.
    pub(crate) kept: usize,
    /// Since when a message is incomplete; of an accepted connection also until its first.
    pub(crate) partial: Option<Time>,
}

/// How far it is.
pub(crate) enum Phase<W> {
    /// Asked for; these wait for it.
    Connecting(Vec<W>),
    /// It stands.
    Open(Box<Framer>),
}

impl<W> Conn<W> {
    /// As a flow.
    pub(crate) const fn flow(&self, key: ConnKey) -> Flow {
        Flow {
            protocol: self.protocol,
            socket: self.socket,
            conn: Some(key),
            local: self.local,
            remote: self.remote,
        }
    }

    /// Whether bytes can be sent.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }
}

/// All connections of one core.
pub(crate) struct Conns<W> {
    table: HashMap<ConnKey, Conn<W>, BuildHasherDefault<Ready>>,
    /// By transport, address and the name that was asked for.
    by_remote: HashedMap<ConnKey>,
    /// Under which name an address was verified last: what a dialog's Contact says of it is often the address alone.
    verified: HashedMap<Box<str>>,
    /// The keys of `verified`, the oldest first.
    verified_order: VecDeque<u128>,
    /// Those that we asked for.
    opened: BTreeSet<ConnKey>,
    secret: HashKey,
    next: u64,
    limit: usize,
}

impl<W> Conns<W> {
    /// None yet, and never more than `limit`.
    pub(crate) fn new(limit: usize, secret: HashKey) -> Self {
        Self {
            table: HashMap::default(),
            by_remote: HashedMap::default(),
            verified: HashedMap::default(),
            verified_order: VecDeque::new(),
            opened: BTreeSet::new(),
            secret,
            next: 0,
            limit,
        }
    }

    /// How many stand or are asked for.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Those that we asked for, in the order in which that was done.
    pub(crate) fn opened(&self) -> Vec<ConnKey> {
        self.opened.iter().copied().collect()
    }

    /// One of them.
    pub(crate) fn get(&self, key: ConnKey) -> Option<&Conn<W>> {
        self.table.get(&key)
    }

    /// One of them.
    pub(crate) fn get_mut(&mut self, key: ConnKey) -> Option<&mut Conn<W>> {
        self.table.get_mut(&key)
    }

    /// The connection to this address under this name, standing or asked for. One that was verified under another
    /// name is another.
    pub(crate) fn find(
        &self,
        protocol: Protocol,
        remote: SocketAddr,
        name: Option<&str>,
    ) -> Option<ConnKey> {
        self.by_remote
            .get(&self.key(protocol, remote, name))
            .copied()
    }

    /// The name under which this address was verified last.
    pub(crate) fn verified_name(&self, protocol: Protocol, remote: SocketAddr) -> Option<&str> {
        let address = address_name(&self.secret, protocol, remote);
        self.verified.get(&address).map(|name| &**name)
    }

    fn note_verified(&mut self, key: ConnKey) {
        let Some(conn) = self.table.get(&key) else {
            return;
        };
        let Some(name) = conn.name.clone() else {
            return;
        };
        let address = address_name(&self.secret, conn.protocol, conn.remote);
        if self.verified.insert(address, name).is_none() {
            self.verified_order.push_back(address);
            if self.verified_order.len() > self.limit.min(VERIFIED)
                && let Some(oldest) = self.verified_order.pop_front()
            {
                self.verified.remove(&oldest);
            }
        }
    }

    /// A new connection to this address, to be asked for; none when there are too many.
    pub(crate) fn connect(
        &mut self,
        now: Time,
        protocol: Protocol,
        remote: SocketAddr,
        name: Option<Box<str>>,
    ) -> Option<ConnKey> {
        if self.table.len() >= self.limit {
            return None;
        }
        let key = ConnKey(self.next);
        self.next += 2;
        self.opened.insert(key);
        let unknown = SocketAddr::new(
            match remote {
                SocketAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
            },
            0,
        );
        let phase = Phase::Connecting(Vec::new());
        self.insert(now, key, protocol, None, unknown, remote, name, phase);
        Some(key)
    }

    /// A connection that a peer made; false when there are too many or its key is taken.
    pub(crate) fn accept(
        &mut self,
        now: Time,
        key: ConnKey,
        protocol: Protocol,
        socket: SocketKey,
        local: SocketAddr,
        remote: SocketAddr,
        framer: Framer,
    ) -> bool {
        if self.table.len() >= self.limit || self.table.contains_key(&key) {
            return false;
        }
        let phase = Phase::Open(Box::new(framer));
        self.insert(now, key, protocol, Some(socket), local, remote, None, phase);
        true
    }

    fn insert(
        &mut self,
        now: Time,
        key: ConnKey,
        protocol: Protocol,
        socket: Option<SocketKey>,
        local: SocketAddr,
        remote: SocketAddr,
        name: Option<Box<str>>,
        phase: Phase<W>,
    ) {
        let place = self.key(protocol, remote, name.as_deref());
        self.by_remote.insert(place, key);
        let conn = Conn {
            protocol,
            socket,
            local,
            remote,
            name,
            phase,
            used: now,
            active: now,
            pinged: None,
            pongs: false,
            answers: false,
            every: None,
            ping_at: None,
            kept: 0,
            partial: None,
        };
        self.table.insert(key, conn);
    }

    /// A connection that was asked for stands; gives those that waited for it.
    pub(crate) fn connected(
        &mut self,
        now: Time,
        key: ConnKey,
        local: SocketAddr,
        framer: Framer,
    ) -> Vec<W> {
        let Some(conn) = self.table.get_mut(&key) else {
            return Vec::new();
        };
        (conn.local, conn.used, conn.active) = (local, now, now);
        let waiting = match std::mem::replace(&mut conn.phase, Phase::Open(Box::new(framer))) {
            Phase::Connecting(waiting) => waiting,
            // It stood already: nothing is new.
            open @ Phase::Open(_) => {
                conn.phase = open;
                Vec::new()
            }
        };
        self.note_verified(key);
        waiting
    }

    /// A connection is gone.
    pub(crate) fn remove(&mut self, key: ConnKey) -> Option<Conn<W>> {
        let conn = self.table.remove(&key)?;
        self.opened.remove(&key);
        let place = self.key(conn.protocol, conn.remote, conn.name.as_deref());
        if self.by_remote.get(&place) == Some(&key) {
            self.by_remote.remove(&place);
        }
        Some(conn)
    }

    fn key(&self, protocol: Protocol, remote: SocketAddr, name: Option<&str>) -> u128 {
        let address = address_name(&self.secret, protocol, remote);
        let Some(name) = name else {
            return address;
        };
        let mut hash = self.secret.start();
        hash.bytes(&address.to_le_bytes());
        hash.part(name);
        hash.finish()
    }
}

/// Stands for an address in a table.
pub(crate) fn address_name(secret: &HashKey, protocol: Protocol, remote: SocketAddr) -> u128 {
    let mut hash = secret.start();
    hash.part(protocol.via());
    match remote {
        SocketAddr::V4(v4) => hash.bytes(&v4.ip().octets()),
        SocketAddr::V6(v6) => {
            hash.bytes(&v6.ip().octets());
            hash.bytes(&v6.scope_id().to_le_bytes());
        }
    }
    hash.bytes(&remote.port().to_le_bytes());
    hash.finish()
}
