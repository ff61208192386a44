//! The network side of a link: sleep until a socket, a timer or another thread has something, serve it, sleep again.

use std::collections::{HashSet, VecDeque};
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use crate::base::Time;
use crate::transport::{Core, Input};

use super::super::net::{Got, Reply, Source};
use super::super::sys::Inbound;
use super::{Health, Inner, NEVER, State, WAKER};

/// Batches from one socket before timers and other sockets have their turn.
const ROUNDS: usize = 8;
/// What is read from a stream at once.
const CHUNK: usize = 65_536;
/// A core whose deadline stays in the past is not served more often than this.
const STUCK: Duration = Duration::from_millis(1);

/// What only the one who polls needs.
pub(super) struct Poller {
    poll: Poll,
    events: Events,
    /// Sources that are not known to be dry, in turn (readiness is told once).
    ready: VecDeque<Token>,
    queued: HashSet<Token>,
    inbound: Inbound,
    chunk: Vec<u8>,
}

impl Poller {
    pub(super) fn new(poll: Poll) -> Self {
        Self {
            poll,
            events: Events::with_capacity(256),
            ready: VecDeque::new(),
            queued: HashSet::new(),
            inbound: Inbound::new(),
            chunk: vec![0; CHUNK],
        }
    }
}

impl<C: Core> Inner<C> {
    /// The body of the network thread.
    pub(super) fn run(self: Arc<Self>) {
        while !self.stopping.load(Ordering::Acquire) {
            self.cycle(None);
        }
        self.ending.lock().network_alive = false;
        self.ended.notify_all();
    }

    /// Waits for sockets, timers or a wake-up, and serves what there is; whether there was anything.
    pub(super) fn cycle(&self, until: Option<Instant>) -> bool {
        let poller = match until {
            Some(until) => self
                .poller
                .try_lock_until(until)
                .or_else(|| self.poller.try_lock()),
            None => Some(self.poller.lock()),
        };
        let Some(mut poller) = poller else {
            return false;
        };
        let poller = &mut *poller;
        let wait = self.fall_asleep(poller, until);
        if let Err(error) = poller.poll.poll(&mut poller.events, wait)
            && error.kind() != ErrorKind::Interrupted
        {
            log::error!("poll: {error}");
            std::thread::sleep(STUCK);
        }
        let mut served = self.wake_up(poller);
        for _ in 0..poller.ready.len() {
            let Some(token) = poller.ready.pop_front() else {
                break;
            };
            if self.serve(poller, token) {
                poller.ready.push_back(token);
            } else {
                poller.queued.remove(&token);
            }
            served = true;
        }
        served |= self.serve_timers(poller);
        if self.application_driven {
            let mut state = self.state.lock();
            state.asleep_until = Some(state.due().unwrap_or(NEVER));
        }
        served
    }

    /// How long to wait; from here on turns by others wake the poller when they need it.
    fn fall_asleep(&self, poller: &Poller, until: Option<Instant>) -> Option<Duration> {
        let mut state = self.state.lock();
        if !poller.ready.is_empty()
            || !state.net.feedback.is_empty()
            || self.stopping.load(Ordering::Acquire)
        {
            return Some(Duration::ZERO);
        }
        let due = state.due();
        state.asleep_until = Some(due.unwrap_or(NEVER));
        drop(state);
        let mut wait = due.map(|due| due - self.clock.now());
        if let Some(until) = until {
            let left = until.saturating_duration_since(Instant::now());
            wait = Some(wait.map_or(left, |wait| wait.min(left)));
        }
        wait
    }

    /// Notes which sources are ready, serves room to write and resolver answers.
    fn wake_up(&self, poller: &mut Poller) -> bool {
        let mut served = false;
        let woken = poller.events.iter().any(|event| event.token() == WAKER);
        let mut state = self.state.lock();
        state.asleep_until = None;
        if state.health != Health::Well {
            poller.ready.clear();
            poller.queued.clear();
            return false;
        }
        let backlog = !state.net.feedback.is_empty();
        let answers = woken && state.net.take_answers();
        for event in &poller.events {
            let token = event.token();
            let Some(source) = state.net.source(token) else {
                continue;
            };
            served = true;
            if event.is_error() {
                state.net.on_error(source);
            }
            if event.is_writable() || event.is_error() {
                state.net.on_writable(source);
            }
            // Whatever was signalled, reading finds out the rest (end, reset, errors).
            if poller.queued.insert(token) {
                poller.ready.push_back(token);
            }
        }
        let settle = served || answers || backlog;
        drop(state);
        if settle {
            let _ = self.turn(|_, _| ());
        }
        settle
    }

    /// Reads from one source; whether it may have more.
    fn serve(&self, poller: &mut Poller, token: Token) -> bool {
        for _ in 0..ROUNDS {
            let Poller { inbound, chunk, .. } = poller;
            let more = self.turn(|state, now| self.serve_source(state, now, token, inbound, chunk));
            if !more.unwrap_or(false) {
                return false;
            }
        }
        true
    }

    fn serve_source(
        &self,
        state: &mut State<C>,
        now: Time,
        token: Token,
        inbound: &mut Inbound,
        chunk: &mut [u8],
    ) -> bool {
        match state.net.source(token) {
            None => false,
            Some(Source::Listener(key)) => state.net.accept(now, key),
            Some(Source::Query(query)) => match state.net.read_query(query, chunk) {
                Reply::Message(from, count) => {
                    let bytes = &chunk[..count];
                    let input = Input::QueryAnswer { query, from, bytes };
                    state.core.handle_input(now, input);
                    true
                }
                Reply::Dry => false,
            },
            Some(Source::Conn(key)) => match state.net.read(now, key, chunk) {
                Got::Bytes(conn, count) => {
                    // The core learns that a connection stands before it sees bytes of it.
                    self.settle_feedback(state, now);
                    let bytes = &chunk[..count];
                    state.core.handle_input(now, Input::Stream { conn, bytes });
                    true
                }
                Got::More => true,
                Got::Message(conn, count) => {
                    self.settle_feedback(state, now);
                    let bytes = &chunk[..count];
                    state.core.handle_input(now, Input::Message { conn, bytes });
                    true
                }
                Got::Dry => false,
            },
            Some(Source::Udp(socket)) => {
                let (count, more) = state.net.receive(socket, inbound);
                for index in 0..count {
                    let Some((from, bytes)) = inbound.get(index) else {
                        break;
                    };
                    let input = Input::Datagram {
                        socket,
                        from,
                        bytes,
                    };
                    state.core.handle_input(now, input);
                    // One mutation, then its output; the datagrams of a batch leave together.
                    while let Some(io) = state.core.poll_io() {
                        state.net.perform(now, io);
                    }
                }
                more
            }
        }
    }

    fn settle_feedback(&self, state: &mut State<C>, now: Time) {
        if !state.net.feedback.is_empty() {
            let _ = self.settle(state, now);
        }
    }

    fn serve_timers(&self, poller: &mut Poller) -> bool {
        let now = self.clock.now();
        {
            let state = self.state.lock();
            if state.due().is_none_or(|due| due > now) {
                return false;
            }
        }
        let mut retry = Vec::new();
        let stuck = self.turn(|state, now| {
            state.net.do_chores(now, &mut retry);
            if state.deadline.is_some_and(|deadline| deadline <= now) {
                state.core.handle_timeout(now);
                return state.core.next_deadline().is_some_and(|next| next <= now);
            }
            false
        });
        for token in retry {
            if poller.queued.insert(token) {
                poller.ready.push_back(token);
            }
        }
        if stuck == Ok(true) {
            // Serving timers must move the deadline on; one that does not would take a processor.
            std::thread::sleep(STUCK);
        }
        true
    }
}
