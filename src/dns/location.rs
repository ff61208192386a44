//! The walk of RFC 3263 §4: from what a URI says to an ordered list of transport, address and port.
//!
//! ```text
//!  numeric host ───────────────────────────────────────────────► address
//!  port given ─────────────────────────────────────► A/AAAA ───► addresses
//!  transport given ─────────────────► SRV ─────────► A/AAAA ───► addresses   (no SRV: A/AAAA of the host)
//!  neither ──────────► NAPTR ───────► SRV, in its order …                     (no NAPTR: SRV of every transport)
//! ```
//!
//! Nothing is looked up before its turn: the addresses of the second server are asked for when the first has failed.
//! Does not know who answers its questions, nor which targets have failed before.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::{Answer, Kind, Pointer, Question, Service, is_name};
use crate::base::Entropy;

/// Targets of one walk at most.
const TARGETS: usize = 32;
/// SRV and NAPTR records of one answer that are looked at.
const RECORDS: usize = 32;
/// Addresses of one host that are tried.
const ADDRESSES: usize = 16;

/// How to speak to a server.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream inside TLS.
    Tls,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket inside TLS (RFC 7118).
    Wss,
}

impl Transport {
    /// Whether nobody on the way can read along.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// RFC 3261 §19.1.2, RFC 7118 §4.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// As the service field of a NAPTR record names it (RFC 3263 §4.1, RFC 7118 §9).
    fn of_service(service: &str) -> Option<Self> {
        [
            ("SIP+D2U", Self::Udp),
            ("SIP+D2T", Self::Tcp),
            ("SIPS+D2T", Self::Tls),
            ("SIP+D2W", Self::Ws),
            ("SIPS+D2W", Self::Wss),
        ]
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(service))
        .map(|(_, transport)| transport)
    }

    /// The name that its SRV records stand at (RFC 3263 §4.1); WebSocket has none.
    fn service_name(self, host: &str) -> Option<String> {
        match self {
            Self::Udp => Some(format!("_sip._udp.{host}")),
            Self::Tcp => Some(format!("_sip._tcp.{host}")),
            Self::Tls => Some(format!("_sips._tcp.{host}")),
            Self::Ws | Self::Wss => None,
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    /// The TARGET of RFC 3263 §4: `maddr` or the host, without brackets.
    pub host: Box<str>,
    /// The port that the URI names.
    pub port: Option<u16>,
    /// The transport that the URI names.
    pub transport: Option<Transport>,
    /// A `sips` URI: nothing but secure transports.
    pub secure: bool,
}

/// What we can speak.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offer {
    /// Transports, the preferred one first.
    pub transports: Vec<Transport>,
}

/// One place to send to.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Target {
    /// The transport; none: UDP unless the message is too big for it.
    pub transport: Option<Transport>,
    /// Address and port.
    pub to: SocketAddr,
}

/// What to do next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Ask this and hand the answer to [`Location::answer`], now or later.
    Ask(Question),
    /// Nothing before one of the open questions is answered.
    Wait,
    /// Try this; come again if it fails.
    Target(Target),
    /// There is no more.
    End,
}

/// One part of the walk that lies ahead.
#[derive(Clone, Debug)]
enum Stage {
    Naptr,
    /// SRV look-ups that are made together, the preferred one first.
    Services(Vec<(Transport, Box<str>)>),
    /// The host itself, where no SRV record was found.
    Plain,
    Host {
        name: Box<str>,
        transport: Option<Transport>,
        port: u16,
    },
    Address(Target),
}

/// A walk under way.
#[derive(Clone, Debug)]
pub struct Location {
    wish: Wish,
    offer: Offer,
    ahead: VecDeque<Stage>,
    answers: BTreeMap<Question, Option<Answer>>,
    given: Vec<Target>,
    /// Some SRV record was there: the host itself is not asked (RFC 3263 §4.2).
    served: bool,
    /// Somebody did not answer: that nothing was found may be different another time.
    doubtful: bool,
}

impl Location {
    /// A walk at its beginning.
    #[must_use]
    pub fn new(wish: Wish, offer: Offer) -> Self {
        let mut location = Self {
            ahead: VecDeque::new(),
            answers: BTreeMap::new(),
            given: Vec::new(),
            served: false,
            doubtful: false,
            wish,
            offer,
        };
        location.begin();
        location
    }

    /// Whether a question stayed without any answer.
    #[must_use]
    pub const fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Whether names were asked for and those who know said that there is no such record.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        !self.doubtful && !self.answers.is_empty()
    }

    /// Whether the walk is at its end; false: more may come, or not.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ahead.is_empty()
    }

    fn begin(&mut self) {
        let Wish {
            host,
            port,
            transport,
            secure,
        } = &self.wish;
        // RFC 3263 §4.1: sips and no other than a secure transport; a transport that is not offered leads nowhere.
        let chosen = match transport {
            Some(Transport::Tcp) if *secure => Some(Transport::Tls),
            Some(Transport::Ws) if *secure => Some(Transport::Wss),
            Some(Transport::Udp) if *secure => return,
            other => *other,
        };
        if chosen.is_some_and(|chosen| !self.offer.transports.contains(&chosen)) {
            return;
        }
        let fallback = chosen.or_else(|| secure.then_some(Transport::Tls));
        if fallback.is_some_and(|transport| !self.offer.transports.contains(&transport)) {
            return;
        }
        let default = fallback.map_or(5060, Transport::default_port);
        if let Ok(ip) = host.parse::<IpAddr>() {
            self.ahead.push_back(Stage::Address(Target {
                transport: fallback,
                to: SocketAddr::new(ip, port.unwrap_or(default)),
            }));
            return;
        }
        if !is_name(host.trim_end_matches('.')) {
            return;
        }
        let services = |transport: Transport| transport.service_name(host);
        match (port, chosen) {
            (Some(port), _) => self.ahead.push_back(Stage::Host {
                name: host.clone(),
                transport: fallback,
                port: *port,
            }),
            (None, Some(chosen)) => {
                if let Some(name) = services(chosen) {
                    self.ahead
                        .push_back(Stage::Services(vec![(chosen, name.into())]));
                }
                self.ahead.push_back(Stage::Plain);
            }
            (None, None) => {
                self.ahead.push_back(Stage::Naptr);
                self.ahead.push_back(Stage::Plain);
            }
        }
    }

    /// What is to be done now; `random` chooses among SRV records of one priority.
    pub fn poll(&mut self, random: &mut Entropy) -> Step {
        loop {
            if self.given.len() >= TARGETS {
                self.ahead.clear();
            }
            let Some(stage) = self.ahead.front() else {
                return Step::End;
            };
            let questions = match stage {
                Stage::Naptr => vec![Question::new(&self.wish.host, Kind::Naptr)],
                Stage::Services(names) => names
                    .iter()
                    .map(|(_, name)| Question::new(name, Kind::Srv))
                    .collect(),
                Stage::Host { name, .. } => vec![Question::new(name, Kind::Host)],
                Stage::Plain | Stage::Address(_) => Vec::new(),
            };
            if let Some(question) = questions.iter().find(|q| !self.answers.contains_key(q)) {
                self.answers.insert(question.clone(), None);
                return Step::Ask(question.clone());
            }
            let mut found = Vec::new();
            for question in &questions {
                match self.answers.get(question) {
                    Some(Some(answer)) => found.push(answer.clone()),
                    _ => return Step::Wait,
                }
            }
            self.doubtful |= found.contains(&Answer::Failed);
            match self.ahead.pop_front() {
                None => return Step::End,
                Some(Stage::Naptr) => self.on_pointers(found.pop()),
                Some(Stage::Services(names)) => self.on_services(names, found, random),
                Some(Stage::Plain) => self.on_plain(),
                Some(Stage::Host {
                    transport, port, ..
                }) => self.on_addresses(found.pop(), transport, port),
                Some(Stage::Address(target)) => {
                    if !self.given.contains(&target) {
                        self.given.push(target);
                        return Step::Target(target);
                    }
                }
            }
        }
    }

    /// An answer to a question that was given out.
    pub fn answer(&mut self, question: &Question, answer: &Answer) {
        if let Some(place) = self.answers.get_mut(question)
            && place.is_none()
        {
            *place = Some(answer.clone());
        }
    }

    /// RFC 3263 §4.1: by order, then by preference; what we cannot speak is left out.
    fn on_pointers(&mut self, answer: Option<Answer>) {
        let mut pointers = match answer {
            Some(Answer::Pointers(pointers)) => pointers,
            _ => Vec::new(),
        };
        pointers.sort_by_key(|pointer| (pointer.order, pointer.preference));
        let mut stages: Vec<Stage> = Vec::new();
        for pointer in pointers.iter().take(RECORDS) {
            let Some(transport) = self.usable(pointer) else {
                continue;
            };
            stages.push(Stage::Services(vec![(
                transport,
                pointer.replacement.clone(),
            )]));
        }
        if stages.is_empty() {
            let names: Vec<_> = self
                .offer
                .transports
                .iter()
                // A sip URI goes by TLS where it says so or a NAPTR record does, not by the bare existence of SRV.
                .filter(|transport| transport.is_secure() == self.wish.secure)
                .filter_map(|transport| {
                    Some((*transport, transport.service_name(&self.wish.host)?.into()))
                })
                .collect();
            stages.push(Stage::Services(names));
        }
        for stage in stages.into_iter().rev() {
            self.ahead.push_front(stage);
        }
    }

    fn usable(&self, pointer: &Pointer) -> Option<Transport> {
        let transport = Transport::of_service(&pointer.service)?;
        let spoken = self.offer.transports.contains(&transport);
        let private = transport.is_secure() || !self.wish.secure;
        // RFC 3263 §4.1 knows no other flag than "s".
        let leads_to_srv = pointer.flags.eq_ignore_ascii_case("s") && is_name(&pointer.replacement);
        (spoken && private && leads_to_srv).then_some(transport)
    }

    fn on_services(
        &mut self,
        names: Vec<(Transport, Box<str>)>,
        found: Vec<Answer>,
        random: &mut Entropy,
    ) {
        let mut hosts = Vec::new();
        for ((transport, _), answer) in names.into_iter().zip(found) {
            let Answer::Services(services) = answer else {
                continue;
            };
            self.served = true;
            for service in in_order(services, random) {
                // RFC 2782: a target of "." says that there is no such service.
                if is_name(&service.target) && service.port != 0 {
                    hosts.push(Stage::Host {
                        name: service.target,
                        transport: Some(transport),
                        port: service.port,
                    });
                }
            }
        }
        for host in hosts.into_iter().rev() {
            self.ahead.push_front(host);
        }
    }

    fn on_plain(&mut self) {
        if self.served {
            return;
        }
        let transport = match self.wish.transport {
            Some(Transport::Tcp) if self.wish.secure => Some(Transport::Tls),
            Some(Transport::Ws) if self.wish.secure => Some(Transport::Wss),
            Some(transport) => Some(transport),
            None => self.wish.secure.then_some(Transport::Tls),
        };
        self.ahead.push_front(Stage::Host {
            name: self.wish.host.clone(),
            transport,
            port: transport.map_or(5060, Transport::default_port),
        });
    }

    fn on_addresses(&mut self, answer: Option<Answer>, transport: Option<Transport>, port: u16) {
        let Some(Answer::Addresses(addresses)) = answer else {
            return;
        };
        for ip in addresses.into_iter().take(ADDRESSES).rev() {
            let to = SocketAddr::new(ip, port);
            self.ahead
                .push_front(Stage::Address(Target { transport, to }));
        }
    }
}

/// RFC 2782: by priority, and within one priority by chance with the weights as shares.
fn in_order(mut services: Vec<Service>, random: &mut Entropy) -> Vec<Service> {
    services.truncate(RECORDS);
    // Those of weight 0 stand first, so that they are chosen only by the smallest number.
    services.sort_by_key(|service| (service.priority, service.weight != 0));
    let mut ordered = Vec::with_capacity(services.len());
    while let Some(priority) = services.first().map(|service| service.priority) {
        let of_one = services
            .iter()
            .take_while(|service| service.priority == priority);
        let sum: u64 = of_one
            .clone()
            .map(|service| u64::from(service.weight))
            .sum();
        let count = of_one.count();
        let number = random.below(sum + 1);
        let mut running = 0;
        let chosen = services
            .iter()
            .take(count)
            .position(|service| {
                running += u64::from(service.weight);
                running >= number
            })
            .unwrap_or(0);
        ordered.push(services.remove(chosen));
    }
    ordered
}
