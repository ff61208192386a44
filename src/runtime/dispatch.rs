//! The way of an event to the application: a bounded queue that is pulled from, or a sink that is called.
//!
//! User code runs here and nowhere else, never under a lock and never two at once. What it is doing is written
//! down ([`Dispatch::running`]), so that who takes a sink away can wait until it is out of use.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, ThreadId};
use std::time::Instant;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::sys::EventFd;
use super::{Next, Refused};

/// Takes events instead of the queue; dropped once, outside locks, when it is replaced or the link ends.
pub type Sink<E> = Box<dyn FnMut(E) + Send>;

/// The queue and the sink of one link.
pub(super) struct Dispatch<E> {
    state: Mutex<State<E>>,
    /// For pullers: an event came, or all ended.
    arrived: Condvar,
    /// For the event thread: there is something to do, or it has to end.
    work: Condvar,
    /// A callback returned, or the event thread ended.
    changed: Condvar,
    bound: usize,
}

struct State<E> {
    queue: VecDeque<E>,
    /// Something did not fit and waits in the core.
    behind: bool,
    /// No more events will be queued.
    ended: bool,
    /// No more callbacks will be made.
    silent: bool,
    fd: Option<EventFd>,
    pulling: usize,
    /// A sink is set, even while it is out of its slot because it runs.
    sunk: bool,
    slot: Option<Sink<E>>,
    generation: u64,
    running: Option<(ThreadId, u64)>,
    /// The event thread has something to do beside events.
    poked: bool,
    thread: bool,
}

/// What the event thread finds to do.
pub(super) enum Work {
    /// Events for the sink, or a poke.
    Some,
    /// End.
    End,
}

impl<E> Dispatch<E> {
    pub(super) fn new(bound: usize) -> Self {
        Self {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                behind: false,
                ended: false,
                silent: false,
                fd: None,
                pulling: 0,
                sunk: false,
                slot: None,
                generation: 0,
                running: None,
                poked: false,
                thread: false,
            }),
            arrived: Condvar::new(),
            work: Condvar::new(),
            changed: Condvar::new(),
            bound: bound.max(1),
        }
    }

    /// Queues what `poll` gives, as far as there is room (all of it if `unbounded`); how many it were. Called with the core
    /// locked, so that events keep the order of the turns that made them.
    pub(super) fn fill(&self, unbounded: bool, mut poll: impl FnMut() -> Option<E>) -> usize {
        let Some(first) = ({
            let mut state = self.state.lock();
            if state.queue.len() >= self.bound && !unbounded {
                state.behind = true;
                return 0;
            }
            drop(state);
            poll()
        }) else {
            return 0;
        };
        let mut state = self.state.lock();
        state.behind = false;
        let before = state.queue.len();
        state.queue.push_back(first);
        loop {
            if state.queue.len() >= self.bound && !unbounded {
                state.behind = true;
                break;
            }
            let Some(event) = poll() else { break };
            state.queue.push_back(event);
        }
        if before == 0
            && let Some(fd) = &state.fd
        {
            fd.set();
        }
        let count = state.queue.len() - before;
        if state.sunk {
            self.work.notify_one();
        } else if count == 1 {
            self.arrived.notify_one();
        } else {
            self.arrived.notify_all();
        }
        count
    }

    /// Queues the last event of a faulted core.
    pub(super) fn push(&self, event: E) {
        let mut one = Some(event);
        self.fill(true, || one.take());
    }

    /// How many events wait to be taken.
    pub(super) fn len(&self) -> usize {
        self.state.lock().queue.len()
    }

    /// Takes an event; `Ok(None)` when there is none. The flag says that the core has more.
    pub(super) fn pop(&self) -> (Option<Next<E>>, bool) {
        let mut state = self.state.lock();
        let event = pop(&mut state);
        let refill = state.behind && state.queue.len() <= self.bound / 2;
        match event {
            Some(event) => (Some(Next::Event(event)), refill),
            None if state.ended => (Some(Next::Ended), false),
            None => (None, refill),
        }
    }

    /// Begins a pull; refused with a sink and inside a callback. [`Dispatch::end_pull`] has to follow.
    pub(super) fn begin_pull(&self) -> Result<(), Refused> {
        let mut state = self.state.lock();
        if state.sunk || is_me(state.running) {
            return Err(Refused::WrongMode);
        }
        state.pulling += 1;
        Ok(())
    }

    pub(super) fn end_pull(&self) {
        self.state.lock().pulling -= 1;
    }

    /// Waits until the queue is not empty or all has ended; false when the time is up first.
    pub(super) fn wait(&self, until: Option<Instant>) -> bool {
        let mut state = self.state.lock();
        loop {
            if !state.queue.is_empty() || state.ended {
                return true;
            }
            if !wait(&self.arrived, &mut state, until) {
                return !state.queue.is_empty() || state.ended;
            }
        }
    }

    /// The fd that is readable while the queue is not empty.
    pub(super) fn fd(&self) -> io::Result<isize> {
        let mut state = self.state.lock();
        if state.fd.is_none() {
            let fd = EventFd::new()?;
            if !state.queue.is_empty() || state.ended {
                fd.set();
            }
            state.fd = Some(fd);
        }
        let raw = state.fd.as_ref().map_or(-1, EventFd::raw);
        isize::try_from(raw).map_err(io::Error::other)
    }

    /// Whether this thread is inside a callback.
    pub(super) fn in_callback(&self) -> bool {
        is_me(self.state.lock().running)
    }

    /// Replaces the sink and waits until the old one is out of use, unless this is inside a callback.
    pub(super) fn set_sink(&self, sink: Option<Sink<E>>, until: Instant) -> Result<(), Refused> {
        let mut state = self.state.lock();
        if state.silent && sink.is_some() {
            drop(state);
            return Err(Refused::ShutDown);
        }
        if sink.is_some() && state.pulling > 0 {
            drop(state);
            return Err(Refused::WrongMode);
        }
        state.generation += 1;
        let mine = state.generation;
        state.sunk = sink.is_some();
        let old = std::mem::replace(&mut state.slot, sink);
        self.work.notify_one();
        if old.is_some() {
            // Dropping is user code too, so never under the lock.
            drop(state);
            contain(|| drop(old));
            state = self.state.lock();
        }
        if is_me(state.running) {
            return Ok(());
        }
        while state
            .running
            .is_some_and(|(_, generation)| generation < mine)
        {
            if !wait(&self.changed, &mut state, Some(until)) {
                return Err(Refused::Busy);
            }
        }
        Ok(())
    }

    /// Lets the event thread look around.
    pub(super) fn poke(&self) {
        self.state.lock().poked = true;
        self.work.notify_one();
    }

    /// Whether the event thread has still to be started; says that it will be.
    pub(super) fn claim_thread(&self) -> bool {
        let mut state = self.state.lock();
        let claimed = !state.thread && !state.silent;
        state.thread |= claimed;
        claimed
    }

    /// The event thread could not be started, or has ended.
    pub(super) fn thread_ended(&self) {
        self.state.lock().thread = false;
        self.changed.notify_all();
    }

    /// The event thread waits for something to do.
    pub(super) fn wait_for_work(&self) -> Work {
        let mut state = self.state.lock();
        loop {
            if state.silent {
                return Work::End;
            }
            if state.poked || (state.slot.is_some() && !state.queue.is_empty()) {
                state.poked = false;
                return Work::Some;
            }
            self.work.wait(&mut state);
        }
    }

    /// Calls the sink with the next event; false if there is no sink or no event. The second flag asks for a refill.
    pub(super) fn deliver(&self) -> (bool, bool) {
        let mut state = self.state.lock();
        if state.silent || state.running.is_some() || state.slot.is_none() {
            return (false, false);
        }
        let Some(event) = pop(&mut state) else {
            return (false, state.behind);
        };
        let Some(mut sink) = state.slot.take() else {
            return (false, false);
        };
        let generation = state.generation;
        state.running = Some((thread::current().id(), generation));
        drop(state);
        contain(|| sink(event));
        let mut state = self.state.lock();
        if state.generation == generation && !state.silent {
            state.slot = Some(sink);
        } else {
            drop(state);
            contain(|| drop(sink));
            state = self.state.lock();
        }
        state.running = None;
        let refill = state.behind && state.queue.len() <= self.bound / 2;
        self.changed.notify_all();
        (true, refill)
    }

    /// Runs other user code of this link as a callback; false if a callback is running already.
    pub(super) fn run_callback(&self, body: impl FnOnce()) -> bool {
        let mut state = self.state.lock();
        if state.running.is_some() {
            return false;
        }
        state.running = Some((thread::current().id(), state.generation));
        drop(state);
        contain(body);
        self.state.lock().running = None;
        self.changed.notify_all();
        true
    }

    /// No callback begins from now on.
    pub(super) fn silence(&self) {
        let mut state = self.state.lock();
        state.silent = true;
        state.sunk = false;
        let sink = state.slot.take();
        self.work.notify_one();
        drop(state);
        contain(|| drop(sink));
    }

    /// No event follows those that are queued.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        if let Some(fd) = &state.fd {
            fd.set();
        }
        self.arrived.notify_all();
    }

    /// Waits until no callback runs and the event thread has ended; false when the time is up first.
    pub(super) fn join(&self, until: Instant) -> bool {
        let mut state = self.state.lock();
        while state.thread || state.running.is_some() {
            if !wait(&self.changed, &mut state, Some(until)) {
                return false;
            }
        }
        true
    }
}

fn pop<E>(state: &mut State<E>) -> Option<E> {
    let event = state.queue.pop_front()?;
    if state.queue.is_empty() {
        // A burst must not leave its memory behind.
        state.queue.shrink_to(64);
        if !state.ended
            && let Some(fd) = &state.fd
        {
            fd.clear();
        }
    }
    Some(event)
}

fn is_me(running: Option<(ThreadId, u64)>) -> bool {
    running.is_some_and(|(id, _)| id == thread::current().id())
}

/// False when the time is up.
fn wait<T>(condition: &Condvar, guard: &mut MutexGuard<'_, T>, until: Option<Instant>) -> bool {
    if let Some(until) = until {
        !condition.wait_until(guard, until).timed_out()
    } else {
        condition.wait(guard);
        true
    }
}

/// A panic of user code ends there.
pub(super) fn contain(body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        log::error!("a callback panicked: {}", panic_text(&*panic));
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic without a text")
}
