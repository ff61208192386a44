//! Keep-alives: RFC 5626 §4.4 (double CRLF on connections, STUN or CRLF over UDP), RFC 6223 (`keep`).
//!
//! Connections that we opened are pinged; who answered once, or has agreed to answer, is left when an answer does not
//! come. A UDP flow is kept open for as long as somebody is registered by it, once for all of them.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use super::endpoint::{Endpoint, TimerKey};
use super::user::Indication;
use crate::base::siphash::HashKey;
use crate::base::{Entropy, Key, Slab, Time};
use crate::syntax::Payload;
use crate::transport::conns::Phase;
use crate::transport::stun::{self, Stun, StunId};
use crate::transport::{ConnKey, Flow, Io, Protocol, SocketKey};

/// A ping (RFC 5626 §4.4.1); over UDP it opens the way of packets and is not answered.
const PING: &[u8] = b"\r\n\r\n";
/// How long a pong may take (RFC 5626 §4.4.1).
const PONG_WAIT: Duration = Duration::from_secs(10);
/// STUN requests sent before a flow is given up (RFC 8489 §6.2.1: Rc).
const STUN_TRIES: u32 = 7;
/// The least time between keep-alives that a server can ask for.
const LEAST: Duration = Duration::from_secs(5);

/// How a flow is to be kept alive.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct KeepAlive {
    /// The longest time between keep-alives that the server wants; none: as configured.
    pub every: Option<Duration>,
    /// The server has agreed to answer: silence means that the flow is dead.
    pub answered: bool,
}

/// A UDP flow that is kept open.
#[derive(Debug)]
pub(crate) struct Kept {
    flow: Flow,
    users: usize,
    every: Duration,
    timer: Time,
    /// A STUN request without answer, and how often it was sent.
    asked: Option<(StunId, u32)>,
    /// Our address as the server sees it.
    seen: Option<SocketAddr>,
}

/// All UDP flows that are kept open.
pub(crate) struct Keeper {
    kept: Slab<Kept>,
    by_road: BTreeMap<(SocketKey, SocketAddr), Key<Kept>>,
    random: Entropy,
}

impl Keeper {
    /// None yet. The randomness comes from the endpoint's secret, so that keeping flows alive does not change the tags
    /// and branches of a seed.
    pub(super) fn new(secret: &HashKey) -> Self {
        let mut seed = [0; 32];
        for (half, name) in seed.chunks_mut(16).zip(["keep", "alive"]) {
            let mut hash = secret.start();
            hash.part(name);
            half.copy_from_slice(&hash.finish().to_le_bytes());
        }
        Self {
            kept: Slab::default(),
            by_road: BTreeMap::new(),
            random: Entropy::new(seed),
        }
    }

    /// A time between keep-alives: 80 % to 100 % of the longest (RFC 5626 §4.4), so that many clients do not beat in
    /// time; 24 to 29 s, and 100 to 120 s by default.
    fn pace(&mut self, longest: Duration) -> Duration {
        let longest = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        let spread = longest / 6;
        Duration::from_micros(longest - spread + self.random.below(spread + 1))
    }
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Keeps a flow open until [`Endpoint::let_go`]; a connection for as long as it stands.
    pub fn keep_alive(&mut self, now: Time, flow: &Flow, wish: KeepAlive) {
        let every = wish.every.map(|every| every.max(LEAST));
        if let Some(conn) = flow.conn {
            let Some(entry) = self.conns.get_mut(conn) else {
                return;
            };
            entry.kept += 1;
            entry.answers |= wish.answered;
            if every.is_some() && entry.every != every {
                entry.every = every;
                self.plan_ping(now, conn);
            }
            return;
        }
        let (Some(socket), Protocol::Udp) = (flow.socket, flow.protocol) else {
            return;
        };
        let every = every.unwrap_or(self.config.udp_keepalive);
        if every.is_zero() {
            return;
        }
        let road = (socket, flow.remote);
        if let Some(kept) = self.keeper.by_road.get(&road) {
            if let Some(kept) = self.keeper.kept.get_mut(*kept) {
                kept.users += 1;
                kept.every = kept.every.min(every);
            }
            return;
        }
        let timer = now + self.keeper.pace(every);
        let kept = self.keeper.kept.insert(Kept {
            flow: *flow,
            users: 1,
            every,
            timer,
            asked: None,
            seen: None,
        });
        self.keeper.by_road.insert(road, kept);
        self.timers.set(timer, TimerKey::Keep(kept));
    }

    /// Undoes one [`Endpoint::keep_alive`].
    pub fn let_go(&mut self, flow: &Flow) {
        if let Some(entry) = flow.conn.and_then(|conn| self.conns.get_mut(conn)) {
            entry.kept = entry.kept.saturating_sub(1);
            return;
        }
        let Some(socket) = flow.socket.filter(|_| flow.conn.is_none()) else {
            return;
        };
        let Some(key) = self.keeper.by_road.get(&(socket, flow.remote)).copied() else {
            return;
        };
        if let Some(kept) = self.keeper.kept.get_mut(key) {
            kept.users = kept.users.saturating_sub(1);
            if kept.users == 0 {
                self.forget_kept(key);
            }
        }
    }

    fn forget_kept(&mut self, key: Key<Kept>) -> Option<Kept> {
        let kept = self.keeper.kept.remove(key)?;
        self.timers.cancel(kept.timer, TimerKey::Keep(key));
        if let Some(socket) = kept.flow.socket {
            self.keeper.by_road.remove(&(socket, kept.flow.remote));
        }
        Some(kept)
    }

    /// A UDP flow is dead: whoever uses it is told.
    fn lose_kept(&mut self, key: Key<Kept>) {
        if let Some(kept) = self.forget_kept(key) {
            let flow = kept.flow;
            self.indications.push_back(Indication::FlowClosed { flow });
        }
    }

    /// Nothing gets through to an address.
    pub(super) fn on_kept_unreachable(&mut self, socket: SocketKey, to: SocketAddr) {
        if let Some(key) = self.keeper.by_road.get(&(socket, to)).copied() {
            self.lose_kept(key);
        }
    }

    /// A socket was closed by its owner, and with it every flow that used it.
    pub(super) fn on_kept_socket_closed(&mut self, socket: SocketKey) {
        let all = self.keeper.by_road.iter();
        let gone: Vec<Key<Kept>> = all
            .filter(|((own, _), _)| *own == socket)
            .map(|(_, key)| *key)
            .collect();
        for key in gone {
            self.lose_kept(key);
        }
    }

    /// A UDP flow is due for a keep-alive, or its STUN request for a repetition.
    pub(super) fn on_keep_due(&mut self, now: Time, key: Key<Kept>) {
        let stun = self.config.stun_keepalive;
        let Some(kept) = self.keeper.kept.get(key) else {
            return;
        };
        let (flow, every) = (kept.flow, kept.every);
        let Some(socket) = flow.socket else { return };
        let mut asked = None;
        let (bytes, wait) = if stun {
            let (id, sent) = match kept.asked {
                Some((_, sent)) if sent >= STUN_TRIES => return self.lose_kept(key),
                Some(asked) => asked,
                None => (self.keeper.random.bytes(), 0),
            };
            asked = Some((id, sent + 1));
            // RFC 8489 §6.2.1: 500 ms, doubled each time; after the last 16 times as long.
            let wait = self.timing.t1
                * if sent + 1 == STUN_TRIES {
                    16
                } else {
                    1 << sent
                };
            (stun::request(id), wait)
        } else {
            (PING.to_vec(), self.keeper.pace(every))
        };
        self.io.push_back(Io::Datagram {
            socket,
            to: flow.remote,
            bytes: Payload::from(bytes),
        });
        let timer = now + wait;
        if let Some(kept) = self.keeper.kept.get_mut(key) {
            (kept.asked, kept.timer) = (asked, timer);
        }
        self.timers.set(timer, TimerKey::Keep(key));
    }

    /// A STUN message came on a socket that SIP uses.
    pub(super) fn on_stun(&mut self, now: Time, socket: SocketKey, from: SocketAddr, bytes: &[u8]) {
        let (id, seen) = match stun::read(bytes) {
            Some(Stun::Request(id)) if self.config.answer_stun => {
                let bytes = Payload::from(stun::success(id, from));
                return self.io.push_back(Io::Datagram {
                    socket,
                    to: from,
                    bytes,
                });
            }
            Some(Stun::Success(id, seen)) => (id, Some(seen)),
            // Somebody answers, whatever it says: the flow works.
            Some(Stun::Error(id)) => (id, None),
            Some(Stun::Request(_)) | None => return,
        };
        let Some(key) = self.keeper.by_road.get(&(socket, from)).copied() else {
            return;
        };
        let Some(kept) = self.keeper.kept.get_mut(key) else {
            return;
        };
        if kept.asked.is_none_or(|(asked, _)| asked != id) {
            return;
        }
        let (before, every, timer) = (kept.seen, kept.every, kept.timer);
        kept.asked = None;
        kept.seen = seen.or(before);
        // RFC 5626 §4.4.2: another mapping is another flow.
        if before.is_some() && seen.is_some() && before != seen {
            return self.lose_kept(key);
        }
        let next = now + self.keeper.pace(every);
        if let Some(kept) = self.keeper.kept.get_mut(key) {
            kept.timer = next;
        }
        self.timers.cancel(timer, TimerKey::Keep(key));
        self.timers.set(next, TimerKey::Keep(key));
    }

    /// A connection of ours is pinged after this long.
    pub(super) fn plan_ping(&mut self, now: Time, conn: ConnKey) {
        let Some(entry) = self.conns.get(conn) else {
            return;
        };
        let (before, every) = (entry.ping_at, entry.every.unwrap_or(self.config.keepalive));
        if let Some(at) = before {
            self.timers.cancel(at, TimerKey::Ping(conn));
        }
        let next = (!every.is_zero()).then(|| now + self.keeper.pace(every));
        if let Some(at) = next {
            self.timers.set(at, TimerKey::Ping(conn));
        }
        if let Some(entry) = self.conns.get_mut(conn) {
            entry.ping_at = next;
        }
    }

    pub(super) fn on_ping_due(&mut self, now: Time, conn: ConnKey) {
        let Some(entry) = self.conns.get_mut(conn) else {
            return;
        };
        entry.ping_at = None;
        entry.active = now;
        entry.pinged = Some(now);
        if let Phase::Open(framer) = &mut entry.phase {
            framer.expect_pong();
        }
        // Only a peer that has answered a ping before, or said that it would, is known to answer at all.
        if entry.pongs || entry.answers {
            self.timers.set_fixed(now, PONG_WAIT, TimerKey::Pong(conn));
        }
        self.io.push_back(Io::Stream {
            conn,
            bytes: Payload::from(PING),
        });
        self.plan_ping(now, conn);
    }

    pub(super) fn on_pong_overdue(&mut self, now: Time, conn: ConnKey) {
        let Some(entry) = self.conns.get(conn) else {
            return;
        };
        if entry.pinged.is_some_and(|at| at + PONG_WAIT <= now) {
            self.close(now, conn);
        }
    }

    /// Leaves every connection that we opened: they belong to a network that is gone.
    pub fn leave_connections(&mut self, now: Time) {
        for conn in self.conns.opened() {
            self.close(now, conn);
        }
    }
}
