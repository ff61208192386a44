//! Where to find a server: RFC 3263 over RFC 1035, 2782 (SRV) and 3403 (NAPTR), as pure machines.
//!
//! | file | what |
//! |---|---|
//! | `location.rs` | the walk of RFC 3263 §4: from a URI's host to an ordered list of targets |
//! | `penalty.rs` | which targets failed lately, and which one an account stays with |
//! | `resolver.rs` | a stub resolver without I/O: questions in, datagrams out, verified answers back |
//! | `cache.rs` | answers for as long as they hold |
//! | `message.rs` | the one file that knows the message codec |
//! | `zone.rs` | zone-file lines and other records that no server is asked for |
//!
//! Knows nothing of SIP messages and nothing of sockets: the transaction layer asks, the runtime carries.
#![forbid(unsafe_code)]

pub mod cache;
pub mod location;
pub mod message;
pub mod penalty;
pub mod resolver;
pub mod zone;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub use location::{Location, Offer, Step, Target, Transport, Wish};
pub use penalty::{Homes, Penalties};
pub use resolver::{Carry, Resolver};
pub use zone::Zone;

/// What is asked about a name.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Its addresses of every family that is of use: A and AAAA together.
    Host,
    /// RFC 1035 §3.4.1.
    A,
    /// RFC 3596 §2.1.
    Aaaa,
    /// RFC 2782.
    Srv,
    /// RFC 3403 §4.
    Naptr,
}

/// A question: a name in lower case without the dot at its end, and what is asked about it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Question {
    /// The name.
    pub name: Box<str>,
    /// What is asked.
    pub kind: Kind,
}

impl Question {
    /// The question in its one form; case and a dot at the end mean nothing (RFC 4343).
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.trim_end_matches('.').to_ascii_lowercase().into(),
            kind,
        }
    }
}

/// One SRV record (RFC 2782).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    /// Lower is tried first.
    pub priority: u16,
    /// The share among those of one priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host; empty: the service is not offered.
    pub target: Box<str>,
}

/// One NAPTR record (RFC 3403 §4.1), as far as RFC 3263 uses it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pointer {
    /// Lower is tried first.
    pub order: u16,
    /// Lower is tried first among those of one order.
    pub preference: u16,
    /// `s`: the replacement is a name with SRV records.
    pub flags: Box<str>,
    /// `SIP+D2U` and the like.
    pub service: Box<str>,
    /// Where to look next.
    pub replacement: Box<str>,
}

/// What is known about a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// To [`Kind::Host`], [`Kind::A`] and [`Kind::Aaaa`]: the best first.
    Addresses(Vec<IpAddr>),
    /// To [`Kind::Srv`].
    Services(Vec<Service>),
    /// To [`Kind::Naptr`].
    Pointers(Vec<Pointer>),
    /// There is no such name, or no such record for it.
    Missing,
    /// Nobody could be found who knows.
    Failed,
}

/// What can be set about the search for servers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Name servers in order of preference; none: the system's.
    pub servers: Vec<SocketAddr>,
    /// Answered before any server is asked.
    pub records: Zone,
    /// How long one server has to answer once. Default 2 s.
    pub timeout: Duration,
    /// How often each server is asked. Default 2.
    pub attempts: u32,
    /// How long a target that failed is tried last. Default 60 s.
    pub penalty: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            records: Zone::default(),
            timeout: Duration::from_secs(2),
            attempts: 2,
            penalty: Duration::from_secs(60),
        }
    }
}

/// The longest name and the longest part of one (RFC 1035 §2.3.4).
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// Whether a name can be asked about at all.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_MAX
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= LABEL_MAX
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}
