//! Host names to addresses by the system's resolver (A and AAAA, `/etc/hosts`, whatever the system is set up for).
//!
//! `getaddrinfo` blocks and cannot be cancelled, so it runs on up to four short-lived threads, off every path that
//! serves calls. Answers are collected in an inbox; whoever turns the core next takes them from there. A small
//! cache spares a thread a message; it forgets after half a minute because the system does not say for how long an
//! answer holds.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mio::Waker;
use parking_lot::{Condvar, Mutex};

use crate::transport::QueryKey;

use super::sys;

/// Threads at most.
const WORKERS: usize = 4;
/// Look-ups that wait for a thread at most.
const QUEUE: usize = 256;
/// Names remembered at most.
const CACHE: usize = 256;
/// How long a found name is remembered.
const FOUND: Duration = Duration::from_secs(30);
/// How long a name without an address is remembered.
const MISSING: Duration = Duration::from_secs(2);
/// How long an idle thread waits for another name.
const LINGER: Duration = Duration::from_secs(2);

/// The look-ups of one link.
#[derive(Clone)]
pub(super) struct Resolver(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    waker: Arc<Waker>,
    name: String,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(QueryKey, Box<str>)>,
    inbox: Vec<(QueryKey, Vec<IpAddr>)>,
    cache: HashMap<Box<str>, (Instant, Vec<IpAddr>)>,
    workers: usize,
    threads: Vec<JoinHandle<()>>,
    idle: usize,
    closed: bool,
}

/// What asking for a name gives at once.
pub(super) enum Answer {
    /// The addresses, from the cache; none when too many look-ups wait.
    Now(Vec<IpAddr>),
    /// It will come through the inbox.
    Later,
}

impl Resolver {
    pub(super) fn new(name: &str, waker: Arc<Waker>) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            waker,
            name: format!("{name}-dns"),
        }))
    }

    /// Asks for the addresses of `host`.
    pub(super) fn ask(&self, query: QueryKey, host: Box<str>) -> Answer {
        let mut state = self.0.state.lock();
        if let Some((until, addresses)) = state.cache.get(&host) {
            if *until > Instant::now() {
                return Answer::Now(addresses.clone());
            }
            state.cache.remove(&host);
        }
        if state.closed || state.queue.len() >= QUEUE {
            return Answer::Now(Vec::new());
        }
        state.queue.push_back((query, host));
        if state.idle >= state.queue.len() {
            self.0.changed.notify_one();
        } else if state.workers < WORKERS {
            let shared = Arc::clone(&self.0);
            match sys::spawn(&self.0.name, move || shared.work()) {
                Ok(thread) => {
                    state.workers += 1;
                    state.threads.retain(|thread| !thread.is_finished());
                    state.threads.push(thread);
                }
                Err(error) if state.workers == 0 => {
                    log::warn!("no thread for a name look-up: {error}");
                    state.queue.pop_back();
                    return Answer::Now(Vec::new());
                }
                Err(_) => {}
            }
        }
        Answer::Later
    }

    /// Takes the answers that have come.
    pub(super) fn take(&self) -> Vec<(QueryKey, Vec<IpAddr>)> {
        std::mem::take(&mut self.0.state.lock().inbox)
    }

    /// Forgets what waits; threads end when the look-up they are in has ended.
    pub(super) fn close(&self) {
        let mut state = self.0.state.lock();
        state.closed = true;
        state.queue.clear();
        self.0.changed.notify_all();
    }

    /// Waits for the threads to end; false if one is still in a look-up then.
    pub(super) fn join(&self, until: Instant) -> bool {
        let mut state = self.0.state.lock();
        while state.workers > 0 {
            if self.0.changed.wait_until(&mut state, until).timed_out() {
                return state.workers == 0;
            }
        }
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        for thread in threads {
            // They have said that they are at their end.
            let _ = thread.join();
        }
        true
    }
}

impl Shared {
    fn work(&self) {
        let mut state = self.state.lock();
        loop {
            let Some((query, host)) = state.queue.pop_front() else {
                if state.closed {
                    break;
                }
                state.idle += 1;
                let late = self.changed.wait_for(&mut state, LINGER).timed_out();
                state.idle -= 1;
                if late && state.queue.is_empty() {
                    break;
                }
                continue;
            };
            let known = state
                .cache
                .get(&host)
                .filter(|(until, _)| *until > Instant::now());
            let addresses = if let Some((_, addresses)) = known {
                addresses.clone()
            } else {
                drop(state);
                let addresses = look_up(&host);
                state = self.state.lock();
                let keep = if addresses.is_empty() { MISSING } else { FOUND };
                if state.cache.len() >= CACHE {
                    let now = Instant::now();
                    state.cache.retain(|_, (until, _)| *until > now);
                    if state.cache.len() >= CACHE {
                        state.cache.clear();
                    }
                }
                state
                    .cache
                    .insert(host, (Instant::now() + keep, addresses.clone()));
                addresses
            };
            state.inbox.push((query, addresses));
            if let Err(error) = self.waker.wake() {
                log::warn!("the network thread was not told of an answer: {error}");
            }
        }
        state.workers -= 1;
        self.changed.notify_all();
    }
}

fn look_up(host: &str) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    match (host, 0).to_socket_addrs() {
        Ok(found) => {
            for address in found.map(|address| address.ip()) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
        Err(error) => log::info!("{host}: {error}"),
    }
    addresses
}
