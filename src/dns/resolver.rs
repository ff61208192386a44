//! A stub resolver without I/O (RFC 1034 §5.3.1): questions in, datagrams out, verified answers back.
//!
//! Each try has a random id and a key of its own, for which whoever carries it takes a socket of its own: an answer
//! counts when id, question and server address fit (RFC 5452 §9.1). Servers are asked in turn until one answers, the
//! one that answered last first; an answer that did not fit is asked for again by TCP; equal questions are asked
//! once. Names that the system knows better (single labels, `.local`) and all names when there is no server go to the
//! system's own resolver.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::cache::Cache;
use super::message::{self, Verdict};
use super::{Answer, Kind, Question, Settings, Zone, is_name};
use crate::base::{Entropy, Time};

/// Questions under way at most; more are answered [`Answer::Failed`] at once.
const OPEN: usize = 1024;
/// Answers kept at most.
const KEPT: usize = 2048;
/// Servers that are asked at most.
const SERVERS: usize = 8;
/// Tries for one question at most, whatever is set.
const TRIES: u32 = 32;
/// Aliases followed from answer to answer.
const ALIASES: u8 = 8;
/// How long the system's resolver has; it keeps time by itself too.
const SYSTEM: Duration = Duration::from_secs(30);
/// How long its answers are kept: it does not say how long they hold.
const SYSTEM_TTL: Duration = Duration::from_secs(30);

/// What is to be carried to or from the network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Carry {
    /// Send this to a server from a socket of its own, over a connection if `stream`.
    Query {
        /// Names the try; comes back with the answer.
        key: u64,
        /// Whom to ask.
        server: SocketAddr,
        /// By TCP.
        stream: bool,
        /// The question.
        bytes: Vec<u8>,
    },
    /// No answer is wanted any more: close the socket.
    Drop {
        /// The try.
        key: u64,
    },
    /// Ask the system for the addresses of a name.
    System {
        /// Names the try; comes back with the answer.
        key: u64,
        /// The name.
        host: Box<str>,
    },
}

/// A question under way.
#[derive(Debug)]
struct Open {
    /// What is asked of servers now: the question, or an alias.
    name: Box<str>,
    aliases: u8,
    tries: u32,
    /// Whose turn it is.
    turn: usize,
    /// Some server did not know the extension.
    plain: bool,
    /// The tries that may still be answered.
    keys: Vec<u64>,
}

#[derive(Debug)]
struct Try {
    question: Question,
    id: u16,
    /// None: the system.
    server: Option<SocketAddr>,
    stream: bool,
    until: Time,
}

/// Both address families of one name.
#[derive(Debug, Default)]
struct Pair {
    a: Option<Answer>,
    aaaa: Option<Answer>,
}

/// The resolver of one core.
pub struct Resolver {
    settings: Settings,
    /// What the system says: its servers and its hosts file.
    system: (Vec<SocketAddr>, Zone),
    cache: Cache,
    open: BTreeMap<Question, Open>,
    pairs: BTreeMap<Box<str>, Pair>,
    tries: BTreeMap<u64, Try>,
    deadlines: BTreeSet<(Time, u64)>,
    out: VecDeque<Carry>,
    answers: VecDeque<(Question, Answer)>,
    entropy: Entropy,
    next: u64,
    /// The server that answered last.
    best: usize,
    /// IPv4 and IPv6 are of use.
    families: (bool, bool),
    forged: u64,
}

impl Resolver {
    /// A resolver that knows no server yet.
    #[must_use]
    pub fn new(settings: Settings, entropy: Entropy) -> Self {
        Self {
            settings,
            system: (Vec::new(), Zone::default()),
            cache: Cache::new(KEPT),
            open: BTreeMap::new(),
            pairs: BTreeMap::new(),
            tries: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            out: VecDeque::new(),
            answers: VecDeque::new(),
            entropy,
            next: 0,
            best: 0,
            families: (true, true),
            forged: 0,
        }
    }

    /// Other settings; what was known is forgotten.
    pub fn configure(&mut self, settings: Settings) {
        self.settings = settings;
        self.forget();
    }

    /// What the system says about servers and hosts; what was known is forgotten.
    pub fn set_system(&mut self, servers: Vec<SocketAddr>, hosts: Zone) {
        self.system = (servers, hosts);
        self.forget();
    }

    fn forget(&mut self) {
        self.cache.clear();
        self.best = 0;
    }

    /// Which address families are worth asking for; with neither, both are.
    pub fn set_families(&mut self, v4: bool, v6: bool) {
        self.families = if v4 || v6 { (v4, v6) } else { (true, true) };
    }

    /// Whether NAPTR and SRV records can be had at all.
    #[must_use]
    pub fn has_servers(&self) -> bool {
        !self.servers().is_empty()
    }

    /// Answers that did not fit what was asked.
    #[must_use]
    pub const fn forged(&self) -> u64 {
        self.forged
    }

    /// Questions under way.
    #[must_use]
    pub fn open_questions(&self) -> usize {
        self.open.len()
    }

    fn servers(&self) -> &[SocketAddr] {
        let servers = if self.settings.servers.is_empty() {
            &self.system.0
        } else {
            &self.settings.servers
        };
        &servers[..servers.len().min(SERVERS)]
    }

    /// The answer, if it is known; else it comes from [`Resolver::poll_answer`].
    pub fn ask(&mut self, now: Time, question: &Question) -> Option<Answer> {
        if !is_name(&question.name) {
            return Some(Answer::Missing);
        }
        if let Some(answer) = self.settings.records.answer(question) {
            return Some(self.of_use(question, answer));
        }
        let top = question.name.rsplit('.').next().unwrap_or_default();
        // RFC 6761 §6.4: there never is such a name.
        if top == "invalid" {
            return Some(Answer::Missing);
        }
        if let Some(answer) = self.system.1.answer(question) {
            return Some(self.of_use(question, answer));
        }
        if let Some(answer) = self.cache.get(now, question) {
            return Some(answer.clone());
        }
        if self.is_systems(&question.name, top) {
            return match question.kind {
                Kind::Host => self.ask_system(now, question),
                // It answers nothing else.
                Kind::A | Kind::Aaaa | Kind::Srv | Kind::Naptr => Some(Answer::Missing),
            };
        }
        match question.kind {
            Kind::Host => self.ask_pair(now, &question.name),
            Kind::A | Kind::Aaaa | Kind::Srv | Kind::Naptr => self.ask_servers(now, question),
        }
    }

    /// Whether a name is for the system's resolver: it has search lists and multicast (RFC 6762), and `localhost`.
    fn is_systems(&self, name: &str, top: &str) -> bool {
        self.servers().is_empty()
            || matches!(top, "localhost" | "local")
            || (self.settings.servers.is_empty() && !name.contains('.'))
    }

    /// The addresses of the families that we use.
    fn of_use(&self, question: &Question, answer: Answer) -> Answer {
        match answer {
            Answer::Addresses(mut addresses) if question.kind == Kind::Host => {
                let (v4, v6) = self.families;
                addresses.retain(|ip| if ip.is_ipv4() { v4 } else { v6 });
                if addresses.is_empty() {
                    Answer::Missing
                } else {
                    Answer::Addresses(addresses)
                }
            }
            other => other,
        }
    }

    fn ask_system(&mut self, now: Time, question: &Question) -> Option<Answer> {
        if self.open.contains_key(question) {
            return None;
        }
        if self.open.len() >= OPEN {
            return Some(Answer::Failed);
        }
        let key = self.start(now + SYSTEM, question.clone(), 0, None, false);
        self.open
            .insert(question.clone(), Open::new(&question.name, key));
        let host = question.name.clone();
        self.out.push_back(Carry::System { key, host });
        None
    }

    fn ask_pair(&mut self, now: Time, name: &str) -> Option<Answer> {
        if self.pairs.contains_key(name) {
            return None;
        }
        let (v4, v6) = self.families;
        let mut pair = Pair::default();
        for (kind, wanted) in [(Kind::Aaaa, v6), (Kind::A, v4)] {
            let question = Question::new(name, kind);
            let answer = if wanted {
                match self.cache.get(now, &question).cloned() {
                    Some(answer) => Some(answer),
                    None => self.ask_servers(now, &question),
                }
            } else {
                Some(Answer::Missing)
            };
            *pair.part(kind) = answer;
        }
        let joined = pair.joined();
        if joined.is_none() {
            self.pairs.insert(name.into(), pair);
        }
        joined
    }

    fn ask_servers(&mut self, now: Time, question: &Question) -> Option<Answer> {
        if self.open.contains_key(question) {
            return None;
        }
        if self.open.len() >= OPEN {
            return Some(Answer::Failed);
        }
        let mut open = Open::new(&question.name, 0);
        open.keys.clear();
        open.turn = self.best;
        self.open.insert(question.clone(), open);
        self.try_next(now, question, None);
        if self.open.contains_key(question) {
            return None;
        }
        // Nobody could be asked.
        let at = self
            .answers
            .iter()
            .position(|(asked, _)| asked == question)?;
        self.answers.remove(at).map(|(_, answer)| answer)
    }

    /// Asks the next server, or `again` the same one (by TCP if true).
    fn try_next(&mut self, now: Time, question: &Question, again: Option<(SocketAddr, bool)>) {
        let servers = self.servers().to_vec();
        let most = self
            .settings
            .attempts
            .max(1)
            .saturating_mul(u32::try_from(servers.len()).unwrap_or(1))
            .min(TRIES);
        let Some(open) = self.open.get_mut(question) else {
            return;
        };
        let (server, stream) = match again {
            Some(again) => again,
            None if open.tries >= most || servers.is_empty() => {
                return self.finish(now, question, Answer::Failed, Duration::ZERO);
            }
            None => {
                open.tries += 1;
                let server = servers[open.turn % servers.len()];
                open.turn += 1;
                (server, false)
            }
        };
        let asked = Question {
            name: open.name.clone(),
            kind: question.kind,
        };
        let extension = !open.plain;
        let id = u16::from_be_bytes(self.entropy.bytes());
        let Some(bytes) = message::query(id, &asked, extension) else {
            return self.finish(now, question, Answer::Missing, Duration::ZERO);
        };
        let until = now + self.settings.timeout;
        let key = self.start(until, question.clone(), id, Some(server), stream);
        if let Some(open) = self.open.get_mut(question) {
            open.keys.push(key);
        }
        self.out.push_back(Carry::Query {
            key,
            server,
            stream,
            bytes,
        });
    }

    fn start(
        &mut self,
        until: Time,
        question: Question,
        id: u16,
        server: Option<SocketAddr>,
        stream: bool,
    ) -> u64 {
        self.next += 1;
        let key = self.next;
        self.deadlines.insert((until, key));
        let entry = Try {
            question,
            id,
            server,
            stream,
            until,
        };
        self.tries.insert(key, entry);
        key
    }

    /// An answer came for a try, from that address.
    pub fn on_answer(&mut self, now: Time, key: u64, from: SocketAddr, bytes: &[u8]) {
        let Some(attempt) = self.tries.get(&key) else {
            return;
        };
        let (question, stream) = (attempt.question.clone(), attempt.stream);
        let Some(open) = self.open.get(&question) else {
            return;
        };
        let asked = Question {
            name: open.name.clone(),
            kind: question.kind,
        };
        let verdict = if attempt.server == Some(from) {
            message::read(bytes, attempt.id, &asked)
        } else {
            Verdict::NotOurs
        };
        match verdict {
            // The right one may still come.
            Verdict::NotOurs => self.forged += 1,
            Verdict::Truncated if stream => self.give_up(now, key),
            Verdict::Truncated => {
                self.end_try(key);
                self.try_next(now, &question, Some((from, true)));
            }
            Verdict::NoExtension if open.plain => self.give_up(now, key),
            Verdict::NoExtension => {
                self.end_try(key);
                if let Some(open) = self.open.get_mut(&question) {
                    open.plain = true;
                }
                self.try_next(now, &question, Some((from, stream)));
            }
            Verdict::Unable => self.give_up(now, key),
            Verdict::Alias(name) => {
                self.end_tries(&question);
                let Some(open) = self.open.get_mut(&question) else {
                    return;
                };
                open.aliases += 1;
                open.name = name;
                if open.aliases > ALIASES {
                    return self.finish(now, &question, Answer::Failed, Duration::ZERO);
                }
                self.try_next(now, &question, Some((from, false)));
            }
            Verdict::Answer(answer, ttl) => {
                if let Some(at) = self.servers().iter().position(|server| *server == from) {
                    self.best = at;
                }
                self.finish(now, &question, answer, ttl);
            }
        }
    }

    /// The system answered; no address: it knows none.
    pub fn on_system(&mut self, now: Time, key: u64, addresses: &[IpAddr]) {
        let Some(attempt) = self.tries.get(&key).filter(|entry| entry.server.is_none()) else {
            return;
        };
        let question = attempt.question.clone();
        if addresses.is_empty() {
            return self.finish(now, &question, Answer::Missing, Duration::ZERO);
        }
        let answer = Answer::Addresses(addresses.to_vec());
        self.finish(now, &question, answer, SYSTEM_TTL);
    }

    /// A try cannot be answered: nothing gets through to the server.
    pub fn on_failed(&mut self, now: Time, key: u64) {
        if self.tries.contains_key(&key) {
            self.give_up(now, key);
        }
    }

    /// Serves every deadline that has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some((at, key)) = self.deadlines.first().copied()
            && at <= now
        {
            // An answer that comes late is still taken; it only stops being waited for.
            self.deadlines.remove(&(at, key));
            let Some(attempt) = self.tries.get(&key) else {
                continue;
            };
            let question = attempt.question.clone();
            if attempt.server.is_none() {
                self.finish(now, &question, Answer::Failed, Duration::ZERO);
            } else {
                self.try_next(now, &question, None);
            }
        }
    }

    /// When [`Resolver::handle_timeout`] has to be called.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// The next thing to carry.
    pub fn poll_carry(&mut self) -> Option<Carry> {
        self.out.pop_front()
    }

    /// The next answer to a question that was not known at once.
    pub fn poll_answer(&mut self) -> Option<(Question, Answer)> {
        self.answers.pop_front()
    }

    /// This server cannot help: the next one at once, unless a later try runs already.
    fn give_up(&mut self, now: Time, key: u64) {
        let Some(attempt) = self.tries.get(&key) else {
            return;
        };
        let question = attempt.question.clone();
        let waited_for = self.deadlines.contains(&(attempt.until, key));
        self.end_try(key);
        if waited_for {
            self.try_next(now, &question, None);
        }
    }

    fn end_try(&mut self, key: u64) {
        if let Some(attempt) = self.tries.remove(&key) {
            self.deadlines.remove(&(attempt.until, key));
            if let Some(open) = self.open.get_mut(&attempt.question) {
                open.keys.retain(|other| *other != key);
            }
            if attempt.server.is_some() {
                self.out.push_back(Carry::Drop { key });
            }
        }
    }

    fn end_tries(&mut self, question: &Question) {
        let keys = self
            .open
            .get_mut(question)
            .map(|open| std::mem::take(&mut open.keys));
        for key in keys.unwrap_or_default() {
            self.end_try(key);
        }
    }

    fn finish(&mut self, now: Time, question: &Question, answer: Answer, ttl: Duration) {
        self.end_tries(question);
        self.open.remove(question);
        // That the system does not know a name is its own to remember.
        if !(question.kind == Kind::Host && answer == Answer::Missing) {
            self.cache.put(now, question.clone(), answer.clone(), ttl);
        }
        if let Some(pair) = self.pairs.get_mut(&question.name)
            && matches!(question.kind, Kind::A | Kind::Aaaa)
        {
            *pair.part(question.kind) = Some(answer);
            if let Some(joined) = pair.joined() {
                self.pairs.remove(&question.name);
                let host = Question::new(&question.name, Kind::Host);
                self.answers.push_back((host, joined));
            }
            return;
        }
        self.answers.push_back((question.clone(), answer));
    }
}

impl Open {
    fn new(name: &str, key: u64) -> Self {
        Self {
            name: name.into(),
            aliases: 0,
            tries: 0,
            turn: 0,
            plain: false,
            keys: vec![key],
        }
    }
}

impl Pair {
    fn part(&mut self, kind: Kind) -> &mut Option<Answer> {
        if kind == Kind::Aaaa {
            &mut self.aaaa
        } else {
            &mut self.a
        }
    }

    /// Both families once both are known, IPv6 first (RFC 6157 §5.1 leaves the order to the DNS; RFC 6724 prefers it).
    fn joined(&self) -> Option<Answer> {
        let (aaaa, a) = (self.aaaa.as_ref()?, self.a.as_ref()?);
        let mut addresses = Vec::new();
        for answer in [aaaa, a] {
            if let Answer::Addresses(some) = answer {
                addresses.extend(some);
            }
        }
        Some(if !addresses.is_empty() {
            Answer::Addresses(addresses)
        } else if *aaaa == Answer::Failed || *a == Answer::Failed {
            Answer::Failed
        } else {
            Answer::Missing
        })
    }
}
