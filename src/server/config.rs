//! What an embedder sets and sees of the server: its settings, its users, its counters.

use std::fmt;
use std::time::Duration;

use crate::auth::Algorithm;
use crate::base::limits::Limits;
use crate::transaction::EndpointConfig;

/// How a server behaves; [`Default`] is an open server for one machine.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The protection space of its challenges. Empty: the first domain, or `localhost`.
    pub realm: String,
    /// Hosts that are ours besides our own addresses, as they stand in addresses of record.
    pub domains: Vec<String>,
    /// The shortest life of a binding, a publication or a subscription in seconds; shorter ones get 423.
    pub min_expires: u32,
    /// The longest one; longer ones are shortened.
    pub max_expires: u32,
    /// The one taken when a request names none.
    pub default_expires: u32,
    /// Challenges REGISTER, PUBLISH and SUBSCRIBE for presence; only users with a password then pass. Off: anybody may
    /// be anybody, and names need not be known before.
    pub authentication: bool,
    /// Challenges requests to be forwarded, too: those that begin something and come from one of our users.
    pub proxy_authentication: bool,
    /// One challenge each, the preferred one first.
    pub algorithms: Vec<Algorithm>,
    /// Keeps flows (RFC 5626 §6) and gives GRUUs (RFC 5627 §5) to phones that ask for them.
    pub outbound: bool,
    /// Seconds between keep-alives that flows are asked for (RFC 5626 §5.4); 0: none named.
    pub flow_timer: u32,
    /// Asks to be on the way of all that a registered phone begins (RFC 3608).
    pub service_route: bool,
    /// Stays on the way of the dialogs whose first request it forwards.
    pub record_route: bool,
    /// Timer C (RFC 3261 §16.6): how long an INVITE may ring without a sign of life; more than three minutes.
    pub timer_c: Duration,
    /// Names with anything attached to them: a password, a binding, a publication, a watcher.
    pub users: usize,
    /// Bindings of one user; the targets of one request are bounded by `limits.forks` besides.
    pub bindings_per_user: usize,
    /// Bindings of all users together.
    pub bindings: usize,
    /// Publications of one user that live at the same time.
    pub publications_per_user: usize,
    /// Bytes of one published document.
    pub publication_bytes: usize,
    /// Bytes of all published documents together.
    pub published_bytes: usize,
    /// Everything else that a peer can make grow.
    pub limits: Limits,
    /// Timers and sizes of the transaction layer; its `limits` are replaced by the ones above.
    pub endpoint: EndpointConfig,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            realm: String::new(),
            domains: Vec::new(),
            min_expires: 60,
            max_expires: 7200,
            default_expires: 3600,
            authentication: false,
            proxy_authentication: false,
            algorithms: vec![Algorithm::SHA_256, Algorithm::MD5],
            outbound: true,
            flow_timer: 0,
            service_route: false,
            record_route: true,
            timer_c: Duration::from_secs(190),
            users: 10_000,
            bindings_per_user: 16,
            bindings: 50_000,
            publications_per_user: 8,
            publication_bytes: 32_768,
            published_bytes: 64 << 20,
            limits: Limits::default(),
            endpoint: EndpointConfig::default(),
        }
    }
}

/// A user of the server.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct User {
    /// The user part of its address of record, without escapes.
    pub name: String,
    /// What it proves to know when authentication is on.
    pub password: Option<String>,
    /// Where it can always be reached, besides its bindings; with a `status` of 3xx, where callers are sent.
    pub contacts: Vec<String>,
    /// Every call to it is answered so.
    pub status: Option<u16>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("name", &self.name)
            .field("password", &self.password.as_ref().map(|_| ".."))
            .field("contacts", &self.contacts)
            .field("status", &self.status)
            .finish()
    }
}

/// Why a user cannot be set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserFault {
    /// The name is empty or longer than 255 bytes.
    Name,
    /// A contact is no SIP URI, or there are too many.
    Contact,
    /// The status is not one of 300 to 699, or a 3xx other than 380 comes without contacts.
    Status,
    /// There are as many users as the server takes.
    Full,
}

impl fmt::Display for UserFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "a user name has 1 to 255 bytes",
            Self::Contact => "a contact is not a SIP URI, or there are too many",
            Self::Status => "a status is one of 300 to 699, and a redirection needs contacts",
            Self::Full => "the server has as many users as it takes",
        })
    }
}

impl std::error::Error for UserFault {}

/// A binding as an embedder sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BindingView {
    /// The user.
    pub user: String,
    /// The contact's URI.
    pub contact: String,
    /// Its q value in thousandths.
    pub q: u16,
    /// Whether it is reached by the road it was registered by.
    pub by_flow: bool,
}

/// What the server did since it started.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Requests that came, ACK included, repetitions and CANCEL excluded.
    pub requests: u64,
    /// REGISTER that changed or asked for bindings.
    pub registered: u64,
    /// Challenges sent.
    pub challenged: u64,
    /// Requests forwarded, each counted once however many targets it had.
    pub forwarded: u64,
    /// Branches of those.
    pub branches: u64,
    /// Requests answered with a redirection.
    pub redirected: u64,
    /// PUBLISH that changed or refreshed something.
    pub published: u64,
    /// Subscriptions taken.
    pub subscribed: u64,
    /// NOTIFY sent.
    pub notified: u64,
    /// Requests refused by the server itself, challenges excluded.
    pub refused: u64,
}
