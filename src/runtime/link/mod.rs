//! The link: one core, its sockets, its threads, and the order in which they touch each other.
//!
//! Locks are taken in the order poller, core, (dispatch | trace | resolver), and none of the last three while another
//! of them is held. A turn is: run one mutation, do all I/O that comes of it, feed back what that gives at once, queue the events.

mod deliver;
mod drive;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mio::{Poll, Token, Waker};
use parking_lot::{Condvar, Mutex};

use crate::base::Time;
use crate::transport::{Core, Protocol, SocketKey};

use super::clock::Clock;
use super::dispatch::{Dispatch, Sink, contain, panic_text};
use super::net::{Net, NetLimits, Tls};
use super::resolver::Resolver;
use super::sys;
use super::trace::{Tap, TraceOptions};
use super::{BindError, Counters, FaultHook, LinkOptions, Next, Refused, Shutdown};
use drive::Poller;

const WAKER: Token = Token(0);
/// What the network says at once to what the core sends is fed back this often in a row, then the lock is given up.
const FEEDBACK: usize = 256;
/// Bytes of one WebSocket message: what a SIP message may have by default, and what is read at once.
const MESSAGE: usize = 65_535;

/// One core with its sockets and threads; see the module for what may be called.
pub struct Link<C: Core + Send + 'static>
where
    C::Event: Send,
{
    inner: Arc<Inner<C>>,
}

struct Inner<C: Core> {
    clock: Clock,
    generation: u64,
    application_driven: bool,
    name: String,
    patience: Duration,
    state: Mutex<State<C>>,
    poller: Mutex<Poller>,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only unix has fds"))]
    poll_fd: isize,
    waker: Arc<Waker>,
    dispatch: Dispatch<C::Event>,
    tap: Arc<Tap>,
    resolver: Resolver,
    stopping: AtomicBool,
    ending: Mutex<Ending>,
    /// The threads beside the network thread.
    helpers: Mutex<Vec<JoinHandle<()>>>,
    ended: Condvar,
    on_fault: Mutex<Option<FaultHook<C::Event>>>,
}

/// What the core lock protects.
struct State<C> {
    core: C,
    net: Net,
    health: Health,
    /// The core's deadline as of the last turn.
    deadline: Option<Time>,
    /// Until when the poller sleeps; none while it is awake.
    asleep_until: Option<Time>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Health {
    Well,
    Faulted,
    ShutDown,
}

#[derive(Default)]
struct Ending {
    /// Somebody is carrying out the shutdown.
    busy: bool,
    done: bool,
    network: Option<JoinHandle<()>>,
    network_alive: bool,
}

/// The end of time, for a poller that waits for sockets only.
const NEVER: Time = Time::from_micros(u64::MAX);

impl<C> Link<C>
where
    C: Core + Send + 'static,
    C::Event: Send + 'static,
{
    /// Starts turning `core`.
    ///
    /// # Errors
    /// When the system gives no poll, no waker or no thread.
    pub fn start(core: C, options: LinkOptions<C::Event>) -> io::Result<Arc<Self>> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let clock = Clock::start();
        let tap = Arc::new(Tap::new(clock));
        let resolver = Resolver::new(&options.name, Arc::clone(&waker));
        let limits = NetLimits {
            receive_buffer: options.receive_buffer,
            connections: options.connections,
            write_queue: options.write_queue,
            message: MESSAGE,
            resolve_timeout: options.resolve_timeout,
            system_names: options.system_names,
        };
        let net = Net::new(
            poll.registry().try_clone()?,
            limits,
            options.tls.unwrap_or_default(),
            resolver.clone(),
            Arc::clone(&tap),
        );
        #[cfg(unix)]
        let poll_fd = std::os::fd::AsRawFd::as_raw_fd(&poll) as isize;
        #[cfg(not(unix))]
        let poll_fd = -1;
        let inner = Arc::new(Inner {
            clock,
            generation: sys::generation(),
            application_driven: options.application_driven,
            name: options.name,
            patience: options.patience,
            state: Mutex::new(State {
                core,
                net,
                health: Health::Well,
                deadline: None,
                // Nobody polls yet.
                asleep_until: options.application_driven.then_some(NEVER),
            }),
            poller: Mutex::new(Poller::new(poll)),
            poll_fd,
            waker,
            dispatch: Dispatch::new(options.event_queue),
            tap,
            resolver,
            stopping: AtomicBool::new(false),
            ending: Mutex::default(),
            helpers: Mutex::default(),
            ended: Condvar::new(),
            on_fault: Mutex::new(options.on_fault),
        });
        if !inner.application_driven {
            let mut ending = inner.ending.lock();
            let network = Arc::clone(&inner);
            let thread = sys::spawn(&format!("{}-net", inner.name), move || network.run())?;
            ending.network = Some(thread);
            ending.network_alive = true;
        }
        // The core may have a deadline or an event before anything is asked of it.
        let link = Arc::new(Self { inner });
        let _ = link.turn(|_, _| ());
        Ok(link)
    }

    /// Runs one mutation of the core on this thread, sends and queues what comes of it.
    ///
    /// # Errors
    /// See [`Refused`]; `change` does not run then, except when it is what panics.
    pub fn turn<R>(&self, change: impl FnOnce(&mut C, Time) -> R) -> Result<R, Refused> {
        self.inner.check()?;
        self.inner.turn(|state, now| change(&mut state.core, now))
    }

    /// Looks at the core, also after shutdown.
    ///
    /// # Errors
    /// [`Refused::Forked`] and [`Refused::Faulted`].
    pub fn read<R>(&self, look: impl FnOnce(&C) -> R) -> Result<R, Refused> {
        self.inner.check()?;
        let state = self.inner.state.lock();
        if state.health == Health::Faulted {
            return Err(Refused::Faulted);
        }
        catch_unwind(AssertUnwindSafe(|| look(&state.core))).map_err(|panic| {
            log::error!("reading the core panicked: {}", panic_text(&*panic));
            Refused::Faulted
        })
    }

    /// Whether this process is the one that started the link; takes no lock.
    ///
    /// # Errors
    /// [`Refused::Forked`].
    pub fn check_process(&self) -> Result<(), Refused> {
        self.inner.check()
    }

    /// Opens a UDP socket or a listener; the core is told of it.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn bind(
        &self,
        protocol: Protocol,
        address: SocketAddr,
    ) -> Result<(SocketKey, SocketAddr), BindError> {
        self.inner.check()?;
        let opened = self.inner.turn(|state, _| {
            if protocol.is_secure() && !state.net.has_certificate() {
                return Err(BindError::NoCertificate);
            }
            state.net.bind(protocol, address).map_err(Into::into)
        })?;
        opened
    }

    /// Other certificates and authorities from now on; connections that stand keep theirs.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn set_tls(&self, tls: Arc<Tls>) -> Result<(), Refused> {
        self.inner.check()?;
        self.inner.turn(|state, _| state.net.set_tls(tls))
    }

    /// Closes a socket that [`Link::bind`] opened; false if there is no such socket. Accepted connections stay.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn unbind(&self, socket: SocketKey) -> Result<bool, Refused> {
        self.inner.check()?;
        self.inner.turn(|state, _| state.net.unbind(socket))
    }

    /// Takes the next event, waiting for one until the time is up (none: for ever). In application-driven mode this turns the
    /// link as [`Link::run_once`] does.
    ///
    /// # Errors
    /// [`Refused::WrongMode`] with a sink set or inside a callback, [`Refused::Forked`].
    pub fn next_event(&self, timeout: Option<Duration>) -> Result<Next<C::Event>, Refused> {
        let inner = &*self.inner;
        inner.check()?;
        inner.dispatch.begin_pull()?;
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let next = inner.pull(until, timeout == Some(Duration::ZERO));
        inner.dispatch.end_pull();
        Ok(next)
    }

    /// Gives events to `sink` on the event thread, or back to the queue. When this returns on another thread than that of a
    /// running callback, the sink before is not running and never will.
    ///
    /// # Errors
    /// [`Refused::WrongMode`] while a thread pulls; [`Refused::Busy`] when the running callback did not return in time (the
    /// change holds all the same); [`Refused::ShutDown`], [`Refused::Forked`].
    pub fn set_sink(&self, sink: Option<Sink<C::Event>>) -> Result<(), Refused> {
        self.inner.check()?;
        if sink.is_some() {
            self.inner
                .need_event_thread()
                .map_err(|_| Refused::ShutDown)?;
        }
        let until = Instant::now() + self.inner.patience;
        self.inner.dispatch.set_sink(sink, until)?;
        if self.inner.application_driven {
            self.inner.wake();
        }
        Ok(())
    }

    /// An fd to wait on, never to read: readable while events are queued; in application-driven mode while
    /// [`Link::run_once`] has work (events already queued are no work: pull until [`Next::TimedOut`] first).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where the system has no such thing.
    pub fn event_fd(&self) -> io::Result<isize> {
        if self.inner.application_driven && self.inner.poll_fd >= 0 {
            return Ok(self.inner.poll_fd);
        }
        self.inner.dispatch.fd()
    }

    /// How long the application may sleep before [`Link::run_once`] is due although the fd is not readable.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Duration> {
        self.inner.check().ok()?;
        let state = self.inner.state.lock();
        state.due().map(|at| at - self.inner.clock.now())
    }

    /// Waits for something to do until the time is up (none: for ever), does it, and says whether there was anything.
    ///
    /// # Errors
    /// [`Refused::WrongMode`] on a link with threads and inside a callback; the others of [`Refused`].
    pub fn run_once(&self, timeout: Option<Duration>) -> Result<bool, Refused> {
        let inner = &*self.inner;
        inner.check()?;
        if !inner.application_driven || inner.dispatch.in_callback() {
            return Err(Refused::WrongMode);
        }
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            let served = inner.cycle(until) | inner.serve_callbacks();
            if served {
                return Ok(true);
            }
            match inner.state.lock().health {
                Health::Well => {}
                Health::Faulted => return Err(Refused::Faulted),
                Health::ShutDown => return Err(Refused::ShutDown),
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return Ok(false);
            }
        }
    }

    /// Starts, replaces or stops one kind of trace writer.
    ///
    /// # Errors
    /// When the file cannot be opened, no thread can be started, the link has been shut down, or (as
    /// [`ErrorKind::TimedOut`]) the writer before is still in a callback.
    pub fn trace(&self, options: TraceOptions) -> io::Result<()> {
        let inner = &self.inner;
        inner.check().map_err(io::Error::other)?;
        if inner.stopping.load(Ordering::Acquire) {
            return Err(io::Error::other(Refused::ShutDown));
        }
        let by_callback = options.is_callback();
        let kind = options.kind;
        let ticket = inner.tap.set(options)?;
        if !inner.application_driven {
            if by_callback {
                inner.need_event_thread()?;
            } else {
                inner.need_trace_thread()?;
            }
            inner.dispatch.poke();
        }
        if inner.dispatch.in_callback() {
            return Ok(());
        }
        let until = Instant::now() + inner.patience;
        loop {
            if inner.application_driven {
                inner.write_traces();
            }
            if inner
                .tap
                .wait_applied(kind, ticket, inner.application_driven, until)
            {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(ErrorKind::TimedOut.into());
            }
        }
    }

    /// How many events wait outside the core.
    #[must_use]
    pub fn queued(&self) -> usize {
        if self.inner.check().is_err() {
            return 0;
        }
        self.inner.dispatch.len()
    }

    /// Whether the calling thread is inside user code that this link calls.
    #[must_use]
    pub fn in_callback(&self) -> bool {
        self.inner.check().is_ok() && self.inner.dispatch.in_callback()
    }

    /// What went through the sockets.
    #[must_use]
    pub fn counters(&self) -> Counters {
        if self.inner.check().is_err() {
            return Counters::default();
        }
        self.inner.state.lock().net.counters
    }

    /// The time of the core's clock.
    #[must_use]
    pub fn now(&self) -> Time {
        self.inner.clock.now()
    }

    /// Microseconds since 1970 at a time of the core's clock.
    #[must_use]
    pub fn unix_micros(&self, at: Time) -> u64 {
        self.inner.clock.unix_micros(at)
    }

    /// Closes all sockets, ends the threads and waits for them. What is queued can be pulled afterwards, then [`Next::Ended`].
    /// Of two threads the second waits for the first.
    ///
    /// # Errors
    /// [`Refused::Busy`] when a callback did not return in time: all but that has ended. [`Refused::Forked`].
    pub fn shutdown(&self, within: Duration) -> Result<Shutdown, Refused> {
        self.inner.check()?;
        self.inner.shutdown(within)
    }
}

impl<C: Core + Send + 'static> Drop for Link<C>
where
    C::Event: Send,
{
    fn drop(&mut self) {
        if self.inner.check().is_err() {
            // The locks may be held by threads that this process has not, and the poll is shared with the parent's.
            std::mem::forget(Arc::clone(&self.inner));
            return;
        }
        self.inner.stop();
    }
}

impl<C: Core> State<C> {
    /// When the poller has to look after timers.
    fn due(&self) -> Option<Time> {
        if self.health != Health::Well {
            return None;
        }
        [self.deadline, self.net.next_chore()]
            .into_iter()
            .flatten()
            .min()
    }
}

impl<C: Core> Inner<C> {
    fn check(&self) -> Result<(), Refused> {
        if sys::generation() == self.generation {
            Ok(())
        } else {
            Err(Refused::Forked)
        }
    }

    fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            log::warn!("the network thread could not be woken: {error}");
        }
    }

    /// One turn by whatever thread: `change`, all I/O, all feedback, all events.
    fn turn<R>(&self, change: impl FnOnce(&mut State<C>, Time) -> R) -> Result<R, Refused> {
        let mut state = self.state.lock();
        match state.health {
            Health::Well => {}
            Health::Faulted => return Err(Refused::Faulted),
            Health::ShutDown => return Err(Refused::ShutDown),
        }
        let now = self.clock.now();
        let result = catch_unwind(AssertUnwindSafe(|| {
            let result = change(&mut state, now);
            let events = self.settle(&mut state, now);
            (result, events)
        }));
        match result {
            Ok((result, events)) => {
                let more = !state.net.feedback.is_empty();
                let wake = state.asleep_until.is_some_and(|until| {
                    more || (events > 0 && self.application_driven)
                        || state.due().is_some_and(|due| due < until)
                });
                if wake {
                    // Once is enough until it has looked.
                    state.asleep_until = None;
                }
                drop(state);
                if wake {
                    self.wake();
                }
                if self.tap.callback_waits() {
                    self.dispatch.poke();
                }
                Ok(result)
            }
            Err(panic) => {
                self.fault(&mut state, panic_text(&*panic));
                Err(Refused::Faulted)
            }
        }
    }

    /// Drains the core: I/O is done, what that gives at once is fed back, events are queued; how many.
    fn settle(&self, state: &mut State<C>, now: Time) -> usize {
        let State { core, net, .. } = state;
        let mut rounds = 0;
        loop {
            while let Some(io) = core.poll_io() {
                net.perform(now, io);
            }
            net.flush();
            // A core that answers each failure with another datagram to the same place must not keep the lock.
            if rounds == FEEDBACK {
                break;
            }
            let Some(input) = net.feedback.pop_front() else {
                break;
            };
            core.handle_input(now, input);
            rounds += 1;
        }
        state.deadline = core.next_deadline();
        self.dispatch.fill(false, || core.poll_event())
    }

    /// The core panicked: it is never turned again.
    fn fault(&self, state: &mut State<C>, text: &str) {
        log::error!("the core panicked: {text}");
        state.health = Health::Faulted;
        state.net.close_all();
        let hook = self.on_fault.lock().take();
        let last = hook.and_then(|hook| {
            catch_unwind(AssertUnwindSafe(|| hook(self.clock.now(), text))).unwrap_or_default()
        });
        if let Some(event) = last {
            self.dispatch.push(event);
        }
        self.wake();
    }

    /// The part of shutting down that waits for nobody.
    fn stop(&self) {
        if self.stopping.swap(true, Ordering::AcqRel) {
            return;
        }
        {
            let mut state = self.state.lock();
            let State {
                core, net, health, ..
            } = &mut *state;
            if *health == Health::Well {
                *health = Health::ShutDown;
                let drained = catch_unwind(AssertUnwindSafe(|| {
                    while let Some(io) = core.poll_io() {
                        net.perform(self.clock.now(), io);
                    }
                    self.dispatch.fill(true, || core.poll_event())
                }));
                if let Err(panic) = drained {
                    log::error!("the core panicked at the end: {}", panic_text(&*panic));
                }
            }
            net.close_all();
        }
        self.wake();
        self.tap.close();
        self.dispatch.silence();
        self.dispatch.end();
    }

    fn shutdown(&self, within: Duration) -> Result<Shutdown, Refused> {
        let until = Instant::now() + within;
        let inside = self.dispatch.in_callback();
        let mut ending = self.ending.lock();
        while ending.busy && !inside {
            if self.ended.wait_until(&mut ending, until).timed_out() {
                return Err(Refused::Busy);
            }
        }
        if ending.done {
            return Ok(Shutdown::Done);
        }
        if inside {
            drop(ending);
            self.stop();
            return Ok(Shutdown::Pending);
        }
        ending.busy = true;
        drop(ending);
        self.stop();
        let ended = self.join(until);
        let mut ending = self.ending.lock();
        ending.busy = false;
        ending.done = ended;
        self.ended.notify_all();
        if ended {
            Ok(Shutdown::Done)
        } else {
            Err(Refused::Busy)
        }
    }

    /// Waits for the threads; false if a callback holds one of them.
    fn join(&self, until: Instant) -> bool {
        let mut ending = self.ending.lock();
        while ending.network_alive {
            if self.ended.wait_until(&mut ending, until).timed_out() {
                return false;
            }
        }
        if let Some(network) = ending.network.take() {
            drop(ending);
            // It has said that it is at its end.
            contain(|| drop(network.join()));
        } else {
            drop(ending);
        }
        if self.application_driven {
            self.write_traces();
        }
        let quiet = self.dispatch.join(until) & self.tap.join(until);
        // A look-up cannot be called back; its thread touches nothing but its own queue and then ends.
        if !self.resolver.join(until) {
            log::warn!("a name look-up still runs");
        }
        if quiet {
            for thread in std::mem::take(&mut *self.helpers.lock()) {
                contain(|| drop(thread.join()));
            }
        }
        quiet
    }
}
