//! Everything that does I/O, starts threads or reads a clock: sockets, resolver, event delivery, trace.
//!
//! A [`Link`] turns one sans-IO core (anything that is [`crate::transport::Core`]: the user agent, the embedded
//! server). The core is turned under a short lock by whoever has something for it: the calling thread in
//! [`Link::turn`], the network thread for everything that comes from sockets and timers. All sockets are non-blocking
//! and no user code runs under the lock, so nobody waits long for it.
//!
//! # What may be called
//! ```text
//! Link::start(core, LinkOptions<C::Event>)          -> io::Result<Arc<Link<C>>>
//! link.turn(|core: &mut C, now: Time| -> R)         -> Result<R, Refused>      one mutation; sends and queues what comes of it
//! link.read(|core: &C| -> R)                        -> Result<R, Refused>      also after shutdown; changes nothing
//! link.bind(Protocol, SocketAddr)                   -> Result<(SocketKey, SocketAddr), BindError>
//! link.set_tls(Arc<Tls>)                            -> Result<(), Refused>      for connections to come
//! link.unbind(SocketKey)                            -> Result<bool, Refused>   false: no such socket
//! link.next_event(Option<Duration>)                 -> Result<Next<C::Event>, Refused>   None: no time-out
//! link.set_sink(Option<Sink<C::Event>>)             -> Result<(), Refused>     Sink = Box<dyn FnMut(E) + Send>
//! link.event_fd()                                   -> io::Result<isize>       to poll, never to read
//! link.next_timeout()                               -> Option<Duration>        application driven: until run_once is due
//! link.run_once(Option<Duration>)                   -> Result<bool, Refused>   application driven: whether anything was served
//! link.trace(TraceOptions)                          -> io::Result<()>
//! link.in_callback()                                -> bool                    this thread is inside user code called by this link
//! link.counters()                                   -> Counters
//! link.now() / unix_micros(Time)                    -> Time / u64
//! link.shutdown(Duration)                           -> Result<Shutdown, Refused>   Done | Pending; Err(Busy): a callback does not return
//! drop(last Arc<Link>)                              as shutdown, in the background
//! ```
//!
//! # Rules
//! * Inside the closure given to `turn` and `read` no other method of the same link may be called: the lock is held.
//! * Order of refusals: [`Refused::Forked`], [`Refused::Faulted`], [`Refused::ShutDown`], [`Refused::WrongMode`].
//! * Events: the queue holds [`LinkOptions::event_queue`] of them; what does not fit **stays in the core**, which
//!   sees by the length of its own queue that the application is behind, and coalesces or refuses by its own rules.
//!   As soon as there is room it is drained again; nothing is ever dropped here.
//! * Sink and byte-callback trace writers run on one thread (`NAME-event`), never two at once, never under a lock; in
//!   application-driven mode inside `run_once`. What is undelivered at shutdown stays readable by `next_event`.
//! * A connection that the core closed ([`Io::Close`](crate::transport::Io::Close)) is not reported closed to it;
//!   every other end is. Bytes for a connection that is gone are ignored. Both may be sent while it is being opened.
//! * A panic in the core is contained: the link is faulted, its sockets close, the event that
//!   [`LinkOptions::on_fault`] makes is the last; `turn` and `read` answer [`Refused::Faulted`], `next_event`,
//!   `shutdown` and drop work.

#![expect(
    clippy::disallowed_methods,
    reason = "clocks and threads live in this layer"
)]

mod clock;
mod dispatch;
mod link;
mod names;
mod net;
mod resolver;
mod sys;
pub mod trace;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::base::Time;

pub use dispatch::Sink;
pub use link::Link;
pub use net::{Counters, Tls, TlsOptions, TlsOptionsError};
pub use trace::{ByteSink, TraceKind, TraceOptions, TraceTarget};

/// This machine's addresses, those of the loopback too.
#[must_use]
pub fn local_addresses(ipv6: bool) -> Vec<std::net::IpAddr> {
    sys::addresses(ipv6)
}

/// Makes the last event of a link whose core panicked; the text is the panic's.
pub type FaultHook<E> = Box<dyn FnOnce(Time, &str) -> Option<E> + Send>;

/// How a link is driven, and its bounds.
pub struct LinkOptions<E> {
    /// No network thread and no event thread: [`Link::run_once`] does their work on its caller's thread.
    pub application_driven: bool,
    /// Begins the names of the threads.
    pub name: String,
    /// `SO_RCVBUF` of UDP sockets, in bytes, as far as the system grants it.
    pub receive_buffer: usize,
    /// Events that wait outside the core at most.
    pub event_queue: usize,
    /// Stream connections at most, both directions; more are closed as soon as they are accepted.
    pub connections: usize,
    /// Bytes that wait for one peer at most: a connection whose peer does not read is closed at this bound.
    pub write_queue: usize,
    /// Certificates and whom to trust; none: what the system trusts, and no certificate of our own.
    pub tls: Option<Arc<Tls>>,
    /// When a name look-up counts as failed.
    pub resolve_timeout: Duration,
    /// Tell the core of the system's name servers and hosts file, at the start and when they change.
    pub system_names: bool,
    /// How long `set_sink` and `trace` wait for a running callback before they answer [`Refused::Busy`].
    pub patience: Duration,
    /// Makes the last event after a panic in the core; it must not call the link.
    pub on_fault: Option<FaultHook<E>>,
}

impl<E> Default for LinkOptions<E> {
    fn default() -> Self {
        Self {
            application_driven: false,
            name: "rtc".to_owned(),
            receive_buffer: 4 << 20,
            event_queue: 4096,
            connections: 4096,
            write_queue: 1 << 20,
            tls: None,
            resolve_timeout: Duration::from_secs(10),
            system_names: false,
            patience: Duration::from_secs(5),
            on_fault: None,
        }
    }
}

impl<E> fmt::Debug for LinkOptions<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkOptions")
            .field("application_driven", &self.application_driven)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why a link did not do what it was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refused {
    /// This process is a fork of the one that started the link.
    Forked,
    /// The core panicked before.
    Faulted,
    /// `shutdown` was called.
    ShutDown,
    /// Pull and sink mixed, `run_once` on a link with threads, or either inside a callback.
    WrongMode,
    /// A callback did not return in time.
    Busy,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forked => "this process is a fork of the one that started it",
            Self::Faulted => "an internal error stopped it before",
            Self::ShutDown => "it has been shut down",
            Self::WrongMode => {
                "events are pulled or delivered to a sink, not both; run_once is for application-driven mode; neither inside a callback"
            }
            Self::Busy => "a callback has not returned",
        })
    }
}

impl std::error::Error for Refused {}

/// Why a socket could not be opened.
#[derive(Debug)]
pub enum BindError {
    /// The port is taken.
    InUse,
    /// The address is none of this machine's.
    NotLocal,
    /// The port needs rights that this process has not.
    Denied,
    /// TLS listens with a certificate of its own, and there is none.
    NoCertificate,
    /// The link does not take sockets any more.
    Refused(Refused),
    /// What the system said.
    Io(io::Error),
}

impl From<io::Error> for BindError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::InUse,
            io::ErrorKind::AddrNotAvailable => Self::NotLocal,
            io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Io(error),
        }
    }
}

impl From<Refused> for BindError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse => f.write_str("the port is in use"),
            Self::NotLocal => f.write_str("the address is not one of this machine"),
            Self::Denied => f.write_str("this process may not open that port"),
            Self::NoCertificate => f.write_str("TLS needs a certificate and its key to listen"),
            Self::Refused(refused) => refused.fmt(f),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BindError {}

/// What pulling for an event gave.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Next<E> {
    /// An event.
    Event(E),
    /// None came in time.
    TimedOut,
    /// None will come any more.
    Ended,
}

/// How far a shutdown got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shutdown {
    /// Sockets are closed, threads have ended.
    Done,
    /// Called inside a callback: done when that returns, and no other follows it.
    Pending,
}
