//! A deterministic network for sans-IO cores: virtual clock, seeded delay, loss, duplication and reordering, and a
//! call ladder of what went over it. The same seed gives the same ladder, byte for byte.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of every test binary, each of which uses its own part"
)]

pub mod names;
pub mod raw;
pub mod registrar;
pub mod server;
pub mod talk;
pub mod watch;
pub mod wire;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtcclient::agent::{Agent, Config, Event};
use rtcclient::base::{Entropy, Time};
use rtcclient::dns::Zone;
use rtcclient::syntax::Payload;
use rtcclient::transport::{ConnKey, Core, Input, Io, Protocol, QueryKey, SocketKey, ladder};

/// What the wire does to datagrams; connections only see the delay.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub delay: Duration,
    pub jitter: Duration,
    pub loss_ppm: u64,
    pub duplicate_ppm: u64,
    /// Datagrams that overtake: they leave without delay.
    pub reorder_ppm: u64,
}

impl Link {
    pub const CLEAN: Self = Self {
        delay: Duration::from_millis(1),
        jitter: Duration::ZERO,
        loss_ppm: 0,
        duplicate_ppm: 0,
        reorder_ppm: 0,
    };
}

/// A core on the network; both of the library's are.
pub trait Host {
    fn input(&mut self, now: Time, input: Input<'_>);
    fn timeout(&mut self, now: Time);
    fn io(&mut self) -> Option<Io>;
    fn deadline(&self) -> Option<Time>;
    /// Moves what it has to tell into the simulator's record.
    fn drain_events(&mut self, into: &mut Vec<Event>);
    fn agent(&mut self) -> Option<&mut Agent> {
        None
    }
}

impl Host for Agent {
    fn input(&mut self, now: Time, input: Input<'_>) {
        self.handle_input(now, input);
    }
    fn timeout(&mut self, now: Time) {
        self.handle_timeout(now);
    }
    fn io(&mut self) -> Option<Io> {
        self.poll_io()
    }
    fn deadline(&self) -> Option<Time> {
        self.next_deadline()
    }
    fn drain_events(&mut self, into: &mut Vec<Event>) {
        while let Some(event) = self.poll_event() {
            into.push(event);
        }
    }
    fn agent(&mut self) -> Option<&mut Agent> {
        Some(self)
    }
}

/// Names a host of the simulation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HostId(usize);

struct Node {
    name: String,
    host: Box<dyn Host>,
    address: IpAddr,
    events: Vec<Event>,
    conns: HashMap<ConnKey, Conn>,
    next_accepted: u64,
    next_port: u16,
    up: bool,
}

#[derive(Clone, Copy)]
struct Conn {
    peer: HostId,
    peer_key: ConnKey,
    local: SocketAddr,
    remote: SocketAddr,
    open: bool,
    /// Stream bytes arrive in order: not before what was sent earlier.
    busy_until: Time,
}

enum Delivery {
    Datagram {
        socket: SocketKey,
        from: SocketAddr,
        bytes: Payload,
    },
    Connected {
        conn: ConnKey,
    },
    Accepted {
        conn: ConnKey,
        socket: SocketKey,
    },
    Stream {
        conn: ConnKey,
        bytes: Payload,
    },
    Closed {
        conn: ConnKey,
    },
    Resolved {
        query: QueryKey,
        host: String,
    },
    Answer {
        query: QueryKey,
        from: SocketAddr,
        bytes: Vec<u8>,
    },
    Unreachable {
        socket: SocketKey,
        to: SocketAddr,
    },
}

/// A name server outside the ladder.
struct NameServer {
    zone: Zone,
    mood: names::Mood,
    ttl: u32,
}

/// What a rule does with a datagram that it matches.
pub type Rule = Box<dyn FnMut(&str, &str, &[u8]) -> Fate>;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    Pass,
    Drop,
    Duplicate,
    Delay(Duration),
}

pub struct Sim {
    pub now: Time,
    pub seed: u64,
    link: Link,
    entropy: Entropy,
    nodes: Vec<Node>,
    sockets: HashMap<(SocketAddr, Protocol), (HostId, SocketKey)>,
    socket_addr: HashMap<(HostId, SocketKey), SocketAddr>,
    wire: BTreeMap<(Time, u64), (HostId, Delivery)>,
    serial: u64,
    ladder: String,
    names: HashMap<String, Vec<IpAddr>>,
    name_servers: BTreeMap<SocketAddr, NameServer>,
    queries: Vec<String>,
    rules: Vec<Rule>,
    unreachable: HashSet<SocketAddr>,
    failed_to_print: bool,
    asked_names: Vec<String>,
    next_socket: u32,
}

impl Drop for Sim {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.failed_to_print {
            println!(
                "simulation seed {} at {}\n{}",
                self.seed, self.now, self.ladder
            );
        }
    }
}

impl Sim {
    /// A network; `SIM_SEED` in the environment overrides the seed.
    pub fn new(seed: u64) -> Self {
        let seed = std::env::var("SIM_SEED")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(seed);
        Self {
            now: Time::ZERO,
            seed,
            link: Link::CLEAN,
            entropy: Entropy::new(seed_bytes(seed, 0)),
            nodes: Vec::new(),
            sockets: HashMap::new(),
            socket_addr: HashMap::new(),
            wire: BTreeMap::new(),
            serial: 0,
            ladder: String::new(),
            names: HashMap::new(),
            name_servers: BTreeMap::new(),
            queries: Vec::new(),
            rules: Vec::new(),
            unreachable: HashSet::new(),
            failed_to_print: false,
            asked_names: Vec::new(),
            next_socket: 0,
        }
    }

    pub fn link(mut self, link: Link) -> Self {
        self.link = link;
        self
    }

    pub fn set_link(&mut self, link: Link) {
        self.link = link;
    }

    /// Looks at every datagram (from, to, bytes) before the link's own fate.
    pub fn rule(&mut self, rule: impl FnMut(&str, &str, &[u8]) -> Fate + 'static) {
        self.rules.push(Box::new(rule));
    }

    pub fn clear_rules(&mut self) {
        self.rules.clear();
    }

    /// Loses the next `count` datagrams whose first line contains a text.
    pub fn lose_next(&mut self, text: &'static str, mut count: usize) {
        self.rule(move |_, _, bytes| {
            let first = bytes
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            if count > 0 && String::from_utf8_lossy(first).contains(text) {
                count -= 1;
                return Fate::Drop;
            }
            Fate::Pass
        });
    }

    /// Nobody can be reached at that address: connections are refused, datagrams bounce.
    pub fn unreachable(&mut self, address: SocketAddr) {
        self.unreachable.insert(address);
    }

    pub fn reachable(&mut self, address: SocketAddr) {
        self.unreachable.remove(&address);
    }

    pub fn name(&mut self, host: &str, addresses: &[IpAddr]) {
        self.names.insert(host.into(), addresses.to_vec());
    }

    /// A name server with these zone-file lines.
    pub fn name_server(&mut self, address: &str, zone: &str) {
        let server = NameServer {
            zone: Zone::parse(zone).expect("a zone"),
            mood: names::Mood::Well,
            ttl: 60,
        };
        let address = address.parse().expect("an address with a port");
        self.name_servers.insert(address, server);
    }

    /// How a name server behaves from now on.
    pub fn set_mood(&mut self, address: &str, mood: names::Mood) {
        let address = address.parse().expect("an address with a port");
        let server = self.name_servers.get_mut(&address);
        server.expect("a name server").mood = mood;
    }

    /// What name servers were asked so far, as `NAME TYPE`.
    pub fn take_queries(&mut self) -> Vec<String> {
        std::mem::take(&mut self.queries)
    }

    /// The names that certificates were asked for so far.
    pub fn take_asked_names(&mut self) -> Vec<String> {
        std::mem::take(&mut self.asked_names)
    }

    /// Adds a core with an address, without sockets.
    pub fn host(&mut self, name: &str, address: &str, host: Box<dyn Host>) -> HostId {
        self.nodes.push(Node {
            name: name.into(),
            host,
            address: address.parse().expect("an IP address"),
            events: Vec::new(),
            conns: HashMap::new(),
            next_accepted: 1,
            next_port: 40_000,
            up: true,
        });
        HostId(self.nodes.len() - 1)
    }

    /// Adds a user agent that listens on UDP and TCP port 5060 of its address.
    pub fn agent(&mut self, name: &str, address: &str, config: Config) -> HostId {
        let number = self.nodes.len() as u64 + 1;
        let agent = Agent::new(config, seed_bytes(self.seed, number));
        let id = self.host(name, address, Box::new(agent));
        self.open(id, Protocol::Udp, 5060);
        self.open(id, Protocol::Tcp, 5060);
        id
    }

    /// Opens a socket or listener of a host.
    pub fn open(&mut self, id: HostId, protocol: Protocol, port: u16) -> SocketKey {
        let local = SocketAddr::new(self.nodes[id.0].address, port);
        self.open_at(id, protocol, &local.to_string())
    }

    /// Opens a socket or listener of a host at another of its addresses.
    pub fn open_at(&mut self, id: HostId, protocol: Protocol, local: &str) -> SocketKey {
        self.next_socket += 1;
        let key = SocketKey(self.next_socket);
        let local: SocketAddr = local.parse().expect("an address");
        self.sockets.insert((local, protocol), (id, key));
        self.socket_addr.insert((id, key), local);
        let input = Input::SocketOpened {
            socket: key,
            protocol,
            local,
            addresses: Vec::new(),
        };
        self.nodes[id.0].host.input(self.now, input);
        self.drain(id);
        key
    }

    /// A host that is down takes nothing and says nothing.
    pub fn set_up(&mut self, id: HostId, up: bool) {
        self.nodes[id.0].up = up;
    }

    /// Puts another core in the place of one that crashed; its connections are gone.
    pub fn restart(&mut self, id: HostId, host: Box<dyn Host>) {
        let keys: Vec<ConnKey> = self.nodes[id.0].conns.keys().copied().collect();
        let mut keys = keys;
        keys.sort_unstable();
        for key in keys {
            self.close(id, key);
        }
        self.nodes[id.0].conns.clear();
        self.nodes[id.0].host = host;
        let mut sockets: Vec<(SocketKey, SocketAddr)> = self
            .socket_addr
            .iter()
            .filter(|((owner, _), _)| *owner == id)
            .map(|((_, key), address)| (*key, *address))
            .collect();
        sockets.sort_unstable();
        for (key, local) in sockets {
            let udp = self.sockets.get(&(local, Protocol::Udp)) == Some(&(id, key));
            let protocol = if udp { Protocol::Udp } else { Protocol::Tcp };
            let input = Input::SocketOpened {
                socket: key,
                protocol,
                local,
                addresses: Vec::new(),
            };
            self.nodes[id.0].host.input(self.now, input);
        }
        self.drain(id);
    }

    /// Runs a verb of a user agent at the present time and sends what comes of it.
    pub fn with<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        let now = self.now;
        let agent = self.nodes[id.0].host.agent().expect("a user agent");
        let result = verb(agent, now);
        self.drain(id);
        result
    }

    /// Sends what a host wants to send by now.
    pub fn kick(&mut self, id: HostId) {
        self.drain(id);
    }

    /// Hands bytes to a host as if somebody had sent them to its port 5060 by UDP.
    pub fn inject(&mut self, id: HostId, from: SocketAddr, bytes: &[u8]) {
        let local = SocketAddr::new(self.nodes[id.0].address, 5060);
        let Some((_, socket)) = self.sockets.get(&(local, Protocol::Udp)).copied() else {
            return;
        };
        self.note(&from.to_string(), &self.nodes[id.0].name.clone(), bytes, "");
        self.nodes[id.0].host.input(
            self.now,
            Input::Datagram {
                socket,
                from,
                bytes,
            },
        );
        self.drain(id);
    }

    /// Takes what a host was told so far.
    pub fn take_events(&mut self, id: HostId) -> Vec<Event> {
        std::mem::take(&mut self.nodes[id.0].events)
    }

    /// What a host was told so far.
    pub fn events(&self, id: HostId) -> &[Event] {
        &self.nodes[id.0].events
    }

    /// Everything that is still under way: deliveries and deadlines.
    pub fn next(&self) -> Option<Time> {
        let wire = self.wire.first_key_value().map(|((at, _), _)| *at);
        self.nodes
            .iter()
            .filter(|node| node.up)
            .filter_map(|node| node.host.deadline())
            .chain(wire)
            .min()
    }

    /// Runs until nothing is left to do before `until`; the clock stands there then.
    pub fn run_until(&mut self, until: Time) {
        let mut steps = 0u64;
        while let Some(at) = self.next().filter(|at| *at <= until) {
            steps += 1;
            assert!(steps < 5_000_000, "the simulation does not come to rest");
            self.now = self.now.max(at);
            let due = self
                .wire
                .first_key_value()
                .map(|(key, _)| *key)
                .filter(|(at, _)| *at <= self.now);
            if let Some(key) = due {
                let (id, delivery) = self.wire.remove(&key).expect("it was there");
                self.deliver(id, delivery);
                continue;
            }
            for index in 0..self.nodes.len() {
                let node = &mut self.nodes[index];
                if node.up && node.host.deadline().is_some_and(|at| at <= self.now) {
                    node.host.timeout(self.now);
                    self.drain(HostId(index));
                }
            }
        }
        self.now = self.now.max(until);
    }

    /// Runs for so long.
    pub fn run_for(&mut self, duration: Duration) {
        self.run_until(self.now + duration);
    }

    /// The ladder so far.
    pub fn ladder(&self) -> &str {
        &self.ladder
    }

    /// Compares the ladder with a golden file under tests/ladders; `UPDATE_LADDERS=1` writes it.
    pub fn assert_ladder(&self, name: &str) {
        let path = format!("{}/tests/ladders/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_LADDERS").is_some() {
            std::fs::create_dir_all(format!("{}/tests/ladders", env!("CARGO_MANIFEST_DIR")))
                .expect("a folder");
            std::fs::write(&path, &self.ladder).expect("a golden file");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            golden == self.ladder,
            "ladder {name} differs\n--- golden\n{golden}--- now\n{}",
            self.ladder
        );
    }

    fn drain(&mut self, id: HostId) {
        loop {
            let node = &mut self.nodes[id.0];
            node.host.drain_events(&mut node.events);
            let Some(io) = node.host.io() else { break };
            self.send(id, io);
        }
        let node = &mut self.nodes[id.0];
        node.host.drain_events(&mut node.events);
    }

    fn send(&mut self, id: HostId, io: Io) {
        if !self.nodes[id.0].up {
            return;
        }
        match io {
            Io::Datagram { socket, to, bytes } => self.send_datagram(id, socket, to, &bytes),
            Io::Connect {
                conn,
                protocol,
                to,
                name,
            } => {
                self.asked_names.extend(name.map(String::from));
                self.connect(id, conn, protocol, to);
            }
            Io::Stream { conn, bytes } => {
                let Some(link) = self.nodes[id.0]
                    .conns
                    .get_mut(&conn)
                    .filter(|link| link.open)
                else {
                    return;
                };
                let at = (self.now + self.link.delay).max(link.busy_until);
                link.busy_until = at;
                let (peer, key) = (link.peer, link.peer_key);
                let (from, to) = (
                    self.nodes[id.0].name.clone(),
                    self.nodes[peer.0].name.clone(),
                );
                self.note(&from, &to, &bytes, "");
                self.post(at, peer, Delivery::Stream { conn: key, bytes });
            }
            Io::Close { conn } => self.close(id, conn),
            Io::QueryDone { .. } => {}
            Io::Query {
                query,
                server,
                stream,
                bytes,
            } => {
                let question = names::asked(&bytes);
                self.queries
                    .push(format!("{} {:?}", question.name, question.kind));
                let reply = self.name_servers.get(&server).and_then(|server| {
                    names::answer(&server.zone, server.mood, server.ttl, &bytes, stream)
                });
                if let Some(bytes) = reply {
                    let answer = Delivery::Answer {
                        query,
                        from: server,
                        bytes,
                    };
                    self.post(self.now + Duration::from_millis(5), id, answer);
                }
            }
            Io::Resolve { query, host } => {
                self.post(
                    self.now + Duration::from_millis(5),
                    id,
                    Delivery::Resolved {
                        query,
                        host: host.into(),
                    },
                );
            }
        }
    }

    fn send_datagram(&mut self, id: HostId, socket: SocketKey, to: SocketAddr, bytes: &Payload) {
        // A socket that the host has closed meanwhile sends nothing.
        let Some(from) = self.socket_addr.get(&(id, socket)).copied() else {
            return;
        };
        let target = self.sockets.get(&(to, Protocol::Udp)).copied();
        let names = (
            self.nodes[id.0].name.clone(),
            target.map_or_else(
                || to.to_string(),
                |(peer, _)| self.nodes[peer.0].name.clone(),
            ),
        );
        let mut fate = Fate::Pass;
        for rule in &mut self.rules {
            fate = rule(&names.0, &names.1, bytes);
            if fate != Fate::Pass {
                break;
            }
        }
        let million = 1_000_000;
        if fate == Fate::Pass && self.entropy.below(million) < self.link.loss_ppm {
            fate = Fate::Drop;
        }
        if fate == Fate::Pass && self.entropy.below(million) < self.link.duplicate_ppm {
            fate = Fate::Duplicate;
        }
        let mark = match fate {
            Fate::Drop => " (lost)",
            Fate::Duplicate => " (twice)",
            _ => "",
        };
        self.note(&names.0, &names.1, bytes, mark);
        if fate == Fate::Drop {
            return;
        }
        let Some((peer, key)) = target.filter(|_| !self.unreachable.contains(&to)) else {
            if self.unreachable.contains(&to) {
                self.post(
                    self.now + self.link.delay,
                    id,
                    Delivery::Unreachable { socket, to },
                );
            }
            return;
        };
        let copies = if fate == Fate::Duplicate { 2 } else { 1 };
        for _ in 0..copies {
            let mut delay = self.link.delay;
            let jitter = u64::try_from(self.link.jitter.as_micros()).unwrap_or(0);
            delay += Duration::from_micros(self.entropy.below(jitter + 1));
            if self.entropy.below(million) < self.link.reorder_ppm {
                delay = Duration::ZERO;
            }
            if let Fate::Delay(more) = fate {
                delay += more;
            }
            let delivery = Delivery::Datagram {
                socket: key,
                from,
                bytes: bytes.clone(),
            };
            self.post(self.now + delay, peer, delivery);
        }
    }

    fn connect(&mut self, id: HostId, conn: ConnKey, protocol: Protocol, to: SocketAddr) {
        let target = self.sockets.get(&(to, protocol)).copied();
        let at = self.now + self.link.delay;
        let Some((peer, socket)) =
            target.filter(|(peer, _)| self.nodes[peer.0].up && !self.unreachable.contains(&to))
        else {
            return self.post(at, id, Delivery::Closed { conn });
        };
        let node = &mut self.nodes[id.0];
        node.next_port += 1;
        let local = SocketAddr::new(node.address, node.next_port);
        let other = &mut self.nodes[peer.0];
        let peer_key = ConnKey(other.next_accepted);
        other.next_accepted += 2;
        let far = Conn {
            peer: id,
            peer_key: conn,
            local: to,
            remote: local,
            open: true,
            busy_until: at,
        };
        other.conns.insert(peer_key, far);
        let near = Conn {
            peer,
            peer_key,
            local,
            remote: to,
            open: true,
            busy_until: at,
        };
        self.nodes[id.0].conns.insert(conn, near);
        self.post(
            at,
            peer,
            Delivery::Accepted {
                conn: peer_key,
                socket,
            },
        );
        self.post(at, id, Delivery::Connected { conn });
    }

    /// Closes a connection from one side.
    pub fn close(&mut self, id: HostId, conn: ConnKey) {
        let Some(link) = self.nodes[id.0].conns.remove(&conn) else {
            return;
        };
        let at = (self.now + self.link.delay).max(link.busy_until);
        self.post(
            at,
            link.peer,
            Delivery::Closed {
                conn: link.peer_key,
            },
        );
    }

    /// Cuts every connection of a host, as when a NAT forgets.
    pub fn cut_connections(&mut self, id: HostId) {
        let mut keys: Vec<ConnKey> = self.nodes[id.0].conns.keys().copied().collect();
        keys.sort_unstable();
        for key in keys {
            self.close(id, key);
            self.post(self.now, id, Delivery::Closed { conn: key });
        }
    }

    /// The host gets another address: its connections break, its sockets are opened anew there.
    pub fn move_to(&mut self, id: HostId, address: &str) {
        self.cut_connections(id);
        self.nodes[id.0].conns.clear();
        let mut sockets: Vec<(SocketKey, SocketAddr)> = self
            .socket_addr
            .iter()
            .filter(|((owner, _), _)| *owner == id)
            .map(|((_, key), local)| (*key, *local))
            .collect();
        sockets.sort_unstable();
        self.nodes[id.0].address = address.parse().expect("an IP address");
        for (key, local) in sockets {
            let udp = self.sockets.get(&(local, Protocol::Udp)) == Some(&(id, key));
            let protocol = if udp { Protocol::Udp } else { Protocol::Tcp };
            self.sockets.remove(&(local, protocol));
            let input = Input::SocketClosed { socket: key };
            self.nodes[id.0].host.input(self.now, input);
            self.drain(id);
            self.socket_addr.remove(&(id, key));
            self.open(id, protocol, local.port());
        }
    }

    fn post(&mut self, at: Time, id: HostId, delivery: Delivery) {
        self.serial += 1;
        self.wire.insert((at, self.serial), (id, delivery));
    }

    fn deliver(&mut self, id: HostId, delivery: Delivery) {
        let node = &mut self.nodes[id.0];
        if !node.up {
            return;
        }
        let now = self.now;
        match delivery {
            Delivery::Datagram {
                socket,
                from,
                bytes,
            } => {
                node.host.input(
                    now,
                    Input::Datagram {
                        socket,
                        from,
                        bytes: &bytes,
                    },
                );
            }
            Delivery::Connected { conn } => {
                if let Some(link) = node.conns.get(&conn).copied() {
                    let input = Input::Connected {
                        conn,
                        local: link.local,
                        remote: link.remote,
                    };
                    node.host.input(now, input);
                }
            }
            Delivery::Accepted { conn, socket } => {
                if let Some(link) = node.conns.get(&conn).copied() {
                    let input = Input::Accepted {
                        conn,
                        socket,
                        local: link.local,
                        remote: link.remote,
                    };
                    node.host.input(now, input);
                }
            }
            Delivery::Stream { conn, bytes } => {
                if node.conns.contains_key(&conn) {
                    node.host.input(
                        now,
                        Input::Stream {
                            conn,
                            bytes: &bytes,
                        },
                    );
                }
            }
            Delivery::Closed { conn } => {
                node.conns.remove(&conn);
                node.host.input(now, Input::Closed { conn });
            }
            Delivery::Resolved { query, host } => {
                let addresses = self.names.get(&host).cloned().unwrap_or_default();
                node.host.input(now, Input::Resolved { query, addresses });
            }
            Delivery::Answer { query, from, bytes } => {
                let bytes = &bytes;
                node.host
                    .input(now, Input::QueryAnswer { query, from, bytes });
            }
            Delivery::Unreachable { socket, to } => {
                node.host.input(now, Input::SendFailed { socket, to })
            }
        }
        self.drain(id);
    }

    fn note(&mut self, from: &str, to: &str, bytes: &[u8], mark: &str) {
        if let Some(line) = ladder::line(self.now, &from, &to, bytes) {
            let _ = writeln!(self.ladder, "{line}{mark}");
        }
    }
}

pub fn seed_bytes(seed: u64, number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// Seconds as a time, for literals that read like a flow.
pub fn at(seconds: f64) -> Time {
    Time::from_micros((seconds * 1e6) as u64)
}

pub fn secs(seconds: f64) -> Duration {
    Duration::from_micros((seconds * 1e6) as u64)
}
