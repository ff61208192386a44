//! A client behind its handle: the agent on its link, and what can be said before there is one.
//!
//! Exports are in `client`; sockets in `listen`; callbacks in `sink`.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use parking_lot::Mutex;

use crate::agent::{Agent, Event, EventType, Kind, ObjectRef, Refusal, Verdict, event};
use crate::base::Time;
use crate::runtime::{Link, LinkOptions, Shutdown};

use super::client_options::Setup;
use super::constants::{
    RTC_CLIENT_STATE_CREATED, RTC_CLIENT_STATE_INITIALIZED, RTC_CLIENT_STATE_PREPARING,
    RTC_CLIENT_STATE_SHUT_DOWN,
};
use super::entry::Entry;
use super::fence::{Fault, Outcome};
use super::listen::Listening;
use super::message_create::seed;
use super::registry::{self, Raw};
use super::result;
use super::result_codes::{
    RTC_E_CLIENT_ALREADY_INITIALIZED, RTC_E_CLIENT_NOT_INITIALIZED, RTC_E_FAIL, RTC_E_HANDLE,
    RTC_E_INVALIDARG, RTC_E_SIP_STACK_SHUTDOWN, RTC_OK, RTC_S_PENDING,
};
use super::sink::{self, EventSink};
use super::text;

/// What all handles of a client share.
pub(super) struct Client {
    /// Its handle's place, for `registry::lend`.
    pub(super) handle: AtomicUsize,
    /// The owner's word.
    pub(super) user_data: AtomicUsize,
    /// Its sockets.
    pub(super) listening: Mutex<Listening>,
    stage: AtomicU8,
    early: Mutex<Early>,
    running: OnceLock<Running>,
    me: Weak<Self>,
}

/// What was set before there was anything to set it on.
struct Early {
    filter: u64,
    sink: Option<Box<EventSink>>,
}

/// A client that was initialised.
pub(super) struct Running {
    /// The agent, its sockets and threads.
    pub(super) link: Arc<Link<Agent>>,
    /// Ports for listening on any.
    pub(super) ports: (u16, u16),
    /// It has a certificate, so that it can listen by TLS.
    pub(super) certificate: bool,
    patience: Duration,
}

const CREATED: u8 = 0;
const RUNNING: u8 = 1;
const PREPARING: u8 = 2;
const SHUT_DOWN: u8 = 3;

impl Client {
    /// A client that does nothing yet.
    pub(super) fn new() -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            handle: AtomicUsize::new(0),
            user_data: AtomicUsize::new(0),
            listening: Mutex::new(Listening::new()),
            stage: AtomicU8::new(CREATED),
            early: Mutex::new(Early {
                filter: event::FILTER_DEFAULT,
                sink: None,
            }),
            running: OnceLock::new(),
            me: me.clone(),
        })
    }

    /// RTC_CLIENT_STATE_….
    pub(super) fn state(&self) -> i32 {
        match self.stage.load(Ordering::Acquire) {
            CREATED => RTC_CLIENT_STATE_CREATED,
            RUNNING => RTC_CLIENT_STATE_INITIALIZED,
            PREPARING => RTC_CLIENT_STATE_PREPARING,
            _ => RTC_CLIENT_STATE_SHUT_DOWN,
        }
    }

    /// Starts the agent and its threads.
    pub(super) fn initialize(&self, setup: Setup) -> Outcome {
        let mut early = self.early.lock();
        if self.running.get().is_some() {
            return Err(if self.stage.load(Ordering::Acquire) == SHUT_DOWN {
                result::shut_down()
            } else {
                Fault::new(
                    RTC_E_CLIENT_ALREADY_INITIALIZED,
                    "the client has been initialised before",
                )
            });
        }
        let mut agent = Agent::new(setup.config, seed()?);
        agent.set_event_filter(early.filter);
        let options = LinkOptions {
            application_driven: setup.application_driven,
            connections: setup.connections,
            event_queue: setup.event_queue,
            tls: setup.tls,
            resolve_timeout: setup.resolve_timeout,
            system_names: true,
            patience: setup.shutdown,
            on_fault: Some(Box::new(faulted)),
            ..LinkOptions::default()
        };
        let certificate = options
            .tls
            .as_ref()
            .is_some_and(|tls| tls.has_certificate());
        let link = Link::start(agent, options).map_err(|error| {
            Fault::new(
                RTC_E_FAIL,
                format!("the client's threads cannot start: {error}"),
            )
        })?;
        if let Some(sink) = early.sink.take() {
            sink::attach(&link, self.me.clone(), *sink)?;
        }
        let running = Running {
            link,
            ports: setup.ports,
            certificate,
            patience: setup.shutdown,
        };
        // The lock on `early` is held: nobody else sets it.
        let _ = self.running.set(running);
        self.stage.store(RUNNING, Ordering::Release);
        drop(early);
        Ok(RTC_OK)
    }

    /// The link of a client that was initialised, whatever became of it.
    pub(super) fn running(&self) -> Result<&Running, Fault> {
        self.running.get().ok_or_else(|| {
            Fault::new(
                RTC_E_CLIENT_NOT_INITIALIZED,
                "call rtc_client_initialize first",
            )
        })
    }

    /// The link, where something is to begin: refused once goodbye was said.
    pub(super) fn open(&self) -> Result<&Running, Fault> {
        let running = self.running()?;
        match self.stage.load(Ordering::Acquire) {
            PREPARING => Err(Fault::new(
                RTC_E_SIP_STACK_SHUTDOWN,
                "preparation for shutdown has begun: only ending and reading are left",
            )),
            SHUT_DOWN => Err(result::shut_down()),
            _ => Ok(running),
        }
    }

    /// One verb of the agent.
    pub(super) fn command(
        &self,
        verb: impl FnOnce(&mut Agent, Time) -> Result<Verdict, Refusal>,
    ) -> Outcome {
        self.turn(verb).map(result::verdict)
    }

    /// One verb of the agent that gives something else.
    pub(super) fn turn<R>(
        &self,
        verb: impl FnOnce(&mut Agent, Time) -> Result<R, Refusal>,
    ) -> Result<R, Fault> {
        let running = self.running()?;
        running
            .link
            .turn(verb)
            .map_err(result::refused)?
            .map_err(result::refusal)
    }

    /// Looks at the agent, after shutdown too.
    pub(super) fn read<R>(&self, look: impl FnOnce(&Agent) -> R) -> Result<R, Fault> {
        self.running()?.link.read(look).map_err(result::refused)
    }

    /// Sets the event filter, now or for the start.
    pub(super) fn set_filter(&self, mask: u64) -> Outcome {
        let mut early = self.early.lock();
        if self.running.get().is_none() {
            early.filter = mask;
            return Ok(RTC_OK);
        }
        drop(early);
        self.turn(|agent, _| {
            agent.set_event_filter(mask);
            Ok(())
        })?;
        Ok(RTC_OK)
    }

    /// Replaces the sink, now or for the start.
    pub(super) fn set_sink(&self, sink: Option<EventSink>) -> Outcome {
        let mut early = self.early.lock();
        let Some(running) = self.running.get() else {
            if let Some(new) = &sink {
                new.accept();
            }
            let old = std::mem::replace(&mut early.sink, sink.map(Box::new));
            // Giving user data back is user code, so not under the lock.
            drop(early);
            drop(old);
            return Ok(RTC_OK);
        };
        drop(early);
        match sink {
            Some(sink) => sink::attach(&running.link, self.me.clone(), sink)?,
            None => running.link.set_sink(None).map_err(result::refused)?,
        }
        Ok(RTC_OK)
    }

    /// Says goodbye to everybody; ends in CLIENT / ASYNC_CLEANUP_DONE.
    pub(super) fn prepare(&self) -> Outcome {
        let running = self.running()?;
        let verdict = running
            .link
            .turn(|agent, now| agent.prepare_for_shutdown(now))
            .map_err(result::refused)?;
        let _ =
            self.stage
                .compare_exchange(RUNNING, PREPARING, Ordering::AcqRel, Ordering::Acquire);
        Ok(result::verdict(verdict))
    }

    /// Stops everything and waits for it.
    pub(super) fn shutdown(&self) -> Outcome {
        let running = self.running()?;
        if self.stage.load(Ordering::Acquire) == SHUT_DOWN {
            return Err(result::shut_down());
        }
        let ended = running.link.shutdown(running.patience);
        if ended != Err(crate::runtime::Refused::Forked) {
            self.stage.store(SHUT_DOWN, Ordering::Release);
        }
        match ended.map_err(result::refused)? {
            Shutdown::Done => Ok(RTC_OK),
            Shutdown::Pending => Ok(RTC_S_PENDING),
        }
    }

    /// The last handle went: as shutdown, and nobody waits.
    pub(super) fn abandon(&self) {
        if let Some(running) = self.running.get()
            && self.stage.swap(SHUT_DOWN, Ordering::AcqRel) != SHUT_DOWN
        {
            // Whether it has ended already is nobody's question any more.
            let _ = running.link.shutdown(Duration::ZERO);
        }
    }

    /// The handle of one of its objects, with a reference for the caller.
    pub(super) fn lend(&self, object: &ObjectRef) -> Result<Raw, Fault> {
        let me = self.arc()?;
        if object.kind() == Kind::Connection {
            let found = self.listening.lock().connection_of(object);
            let found = found.ok_or_else(|| Fault::new(RTC_E_HANDLE, "the connection is gone"))?;
            return registry::lend(&found.handle, || {
                Entry::Connection(Arc::clone(&me), Arc::clone(&found))
            });
        }
        registry::lend(&object.handle, || {
            Entry::Object(Arc::clone(&me), Arc::clone(object))
        })
    }

    /// Its own handle, with a reference for the caller.
    pub(super) fn lend_self(&self) -> Result<Raw, Fault> {
        let me = self.arc()?;
        registry::lend(&self.handle, || Entry::Client(Arc::clone(&me)))
    }

    /// Another holder of this client.
    pub(super) fn arc(&self) -> Result<Arc<Self>, Fault> {
        self.me
            .upgrade()
            .ok_or_else(|| Fault::new(RTC_E_HANDLE, "the client is gone"))
    }

    /// An object that nobody can name any more and that never did anything may be dropped.
    pub(super) fn forget(&self, object: &ObjectRef) {
        let nameable = matches!(
            object.kind(),
            Kind::Session | Kind::Subscription | Kind::Profile | Kind::Usage | Kind::Registration
        );
        if nameable
            && object.state() == 0
            && let Some(running) = self.running.get()
        {
            let _ = running.link.turn(|agent, _| agent.forget(object));
        }
    }
}

/// The last event of a client whose core met a bug.
fn faulted(now: Time, text: &str) -> Option<Event> {
    Some(Event {
        event_type: EventType::Client,
        time: now,
        kind: event::CLIENT_FAULTED,
        status_text: text.into(),
        flags: event::FLAG_LAST,
        ..Event::default()
    })
}

/// An object of the agent with its client, as a verb needs them.
pub(super) struct Held {
    /// Whose it is.
    pub(super) client: Arc<Client>,
    /// What it is.
    pub(super) object: ObjectRef,
}

/// What a handle argument of one kind stands for.
pub(super) fn held<T>(raw: *mut T, kind: Kind, what: &'static str) -> Result<Held, Fault> {
    registry::with(raw.cast(), what, |entry| match entry {
        Entry::Object(client, object) if object.kind() == kind => Some(Held {
            client: Arc::clone(client),
            object: Arc::clone(object),
        }),
        _ => None,
    })
}

/// What a client argument stands for.
pub(super) fn client<T>(raw: *mut T, what: &'static str) -> Result<Arc<Client>, Fault> {
    registry::with(raw.cast(), what, |entry| match entry {
        Entry::Client(client) => Some(Arc::clone(client)),
        _ => None,
    })
}

impl Held {
    /// One verb on the object.
    pub(super) fn command(
        &self,
        verb: impl FnOnce(&mut Agent, Time, &ObjectRef) -> Result<Verdict, Refusal>,
    ) -> Outcome {
        self.client
            .command(|agent, now| verb(agent, now, &self.object))
    }

    /// Handles of one client given to another are refused.
    pub(super) fn of(self, client: &Arc<Client>, what: &'static str) -> Result<ObjectRef, Fault> {
        if Arc::ptr_eq(&self.client, client) {
            return Ok(self.object);
        }
        Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`{what}` belongs to another client"),
        ))
    }
}

/// An object argument that may be left out.
pub(super) fn optional_held<T>(
    raw: *mut T,
    kind: Kind,
    client: &Arc<Client>,
    what: &'static str,
) -> Result<Option<ObjectRef>, Fault> {
    if raw.is_null() {
        return Ok(None);
    }
    held(raw, kind, what)?.of(client, what).map(Some)
}

/// Hands an object to the caller.
pub(super) fn give<T>(
    client: &Client,
    object: &ObjectRef,
    at: *mut *mut T,
    what: &'static str,
) -> Outcome {
    let raw = client.lend(object)?;
    text::store(at, raw.cast(), what)?;
    Ok(RTC_OK)
}

/// NULL is no place for what a function makes.
pub(super) fn check_out<T>(at: *mut *mut T, what: &'static str) -> Result<(), Fault> {
    if at.is_null() {
        return Err(text::null(what));
    }
    Ok(())
}
