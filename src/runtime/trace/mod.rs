//! What goes over the wire, shown to people and tools: call ladder, pcap, JSON lines.
//!
//! The tap copies each datagram and piece of a stream into a bounded queue per writer; writing is done elsewhere: files on
//! a thread of their own, byte callbacks on the event thread, both inside `run_once` in application-driven mode. A
//! writer that fails or is slow loses messages (the ladder says how many) and disturbs nothing else.

mod json;
mod pcap;
mod stream;
mod writer;

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use crate::base::Time;
use crate::transport::{ConnKey, Protocol};

use super::clock::Clock;
use super::dispatch::contain;
use writer::{Output, Writer};

/// The form of a trace; of each there is one writer at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TraceKind {
    /// One line of text a message: time, from, arrow, to, method or status, CSeq.
    Ladder,
    /// A capture file with made-up IP, UDP and TCP headers, for Wireshark and its like.
    Pcap,
    /// One JSON object a line.
    Json,
}

/// Takes the bytes of a trace.
pub type ByteSink = Box<dyn FnMut(&[u8]) + Send>;

/// Where a trace goes.
pub enum TraceTarget {
    /// A file, made anew; "-" is standard error.
    Path(PathBuf),
    /// Whole lines, or whole capture records (the first call has the file header), on the event thread; dropped once when replaced.
    Bytes(ByteSink),
}

/// What to trace, and where to.
pub struct TraceOptions {
    /// The form.
    pub kind: TraceKind,
    /// None stops the writer of this kind.
    pub target: Option<TraceTarget>,
    /// Only messages with this Call-ID.
    pub call_id: Option<String>,
    /// Leave Authorization and Proxy-Authorization readable.
    pub secrets: bool,
}

impl TraceOptions {
    pub(super) const fn is_callback(&self) -> bool {
        matches!(self.target, Some(TraceTarget::Bytes(_)))
    }
}

impl fmt::Debug for TraceOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceOptions")
            .field("kind", &self.kind)
            .field("call_id", &self.call_id)
            .field("secrets", &self.secrets)
            .finish_non_exhaustive()
    }
}

/// Records that wait for one writer at most.
const RECORDS: usize = 16_384;
/// Bytes that wait for one writer at most.
const BYTES: usize = 16 << 20;

/// Something that went over the wire.
struct Record {
    at: Time,
    unix_micros: u64,
    outbound: bool,
    protocol: Protocol,
    conn: Option<ConnKey>,
    local: SocketAddr,
    remote: SocketAddr,
    bytes: Box<[u8]>,
}

/// What waits for a writer.
enum Item {
    Record(Arc<Record>),
    Closed(ConnKey),
    /// So many records were lost here.
    Gap(u64),
    /// From here on another writer, or none.
    Swap(Option<Box<Writer>>),
}

/// Where the bytes are seen.
pub(super) struct Tap {
    open: AtomicBool,
    callback_waits: AtomicBool,
    clock: Clock,
    state: Mutex<State>,
    arrived: Condvar,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    slots: [Slot; 3],
    closed: bool,
    thread: bool,
}

#[derive(Default)]
struct Slot {
    queue: VecDeque<Item>,
    bytes: usize,
    lost: u64,
    writer: Option<Box<Writer>>,
    /// Its writer is out of the slot and at work.
    busy: bool,
    /// Whose turn it is: the event thread's, or the trace thread's.
    by_callback: bool,
    /// After all swaps that wait there will be a writer.
    wanted: bool,
    asked: u64,
    applied: u64,
}

impl Tap {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            open: AtomicBool::new(false),
            callback_waits: AtomicBool::new(false),
            clock,
            state: Mutex::default(),
            arrived: Condvar::new(),
            changed: Condvar::new(),
        }
    }

    /// Whether anybody wants to see anything.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    /// A datagram was sent or received.
    pub(super) fn datagram(
        &self,
        outbound: bool,
        local: SocketAddr,
        remote: SocketAddr,
        bytes: &[u8],
    ) {
        self.record(outbound, Protocol::Udp, None, local, remote, bytes);
    }

    /// Bytes were written to a stream or read from it, as the core sees them: without TLS and WebSocket.
    pub(super) fn stream(
        &self,
        outbound: bool,
        protocol: Protocol,
        conn: ConnKey,
        local: SocketAddr,
        remote: SocketAddr,
        bytes: &[u8],
    ) {
        self.record(outbound, protocol, Some(conn), local, remote, bytes);
    }

    /// A stream ended.
    pub(super) fn closed(&self, conn: ConnKey) {
        if self.is_open() {
            self.push(0, |_| Item::Closed(conn));
        }
    }

    fn record(
        &self,
        outbound: bool,
        protocol: Protocol,
        conn: Option<ConnKey>,
        local: SocketAddr,
        remote: SocketAddr,
        bytes: &[u8],
    ) {
        let at = self.clock.now();
        let record = Arc::new(Record {
            at,
            unix_micros: self.clock.unix_micros(at),
            outbound,
            protocol,
            conn,
            local,
            remote,
            bytes: bytes.into(),
        });
        self.push(bytes.len(), |()| Item::Record(Arc::clone(&record)));
    }

    fn push(&self, size: usize, item: impl Fn(()) -> Item) {
        let mut state = self.state.lock();
        let mut files = false;
        for slot in state.slots.iter_mut().filter(|slot| slot.wanted) {
            if slot.queue.len() >= RECORDS || slot.bytes + size > BYTES {
                slot.lost += 1;
                continue;
            }
            if slot.lost > 0 {
                slot.queue
                    .push_back(Item::Gap(std::mem::take(&mut slot.lost)));
            }
            slot.bytes += size;
            slot.queue.push_back(item(()));
            if slot.by_callback {
                self.callback_waits.store(true, Ordering::Release);
            } else {
                files = true;
            }
        }
        drop(state);
        if files {
            self.arrived.notify_one();
        }
    }

    /// Asks for another writer of a kind, or none; the ticket is for [`Tap::wait_applied`].
    pub(super) fn set(&self, options: TraceOptions) -> io::Result<u64> {
        let kind = options.kind;
        let by_callback = options.is_callback();
        let output = match options.target {
            None => None,
            Some(TraceTarget::Path(path)) if path.as_os_str() == "-" => Some(Output::StdErr),
            Some(TraceTarget::Path(path)) => Some(Output::File(File::create(path)?)),
            Some(TraceTarget::Bytes(sink)) => Some(Output::Bytes(sink)),
        };
        let writer = output
            .map(|output| Box::new(Writer::new(kind, output, options.call_id, options.secrets)));
        let mut state = self.state.lock();
        if state.closed {
            drop(state);
            return Err(io::Error::other("shut down"));
        }
        let slot = &mut state.slots[kind as usize];
        let ticket = slot.swap(writer, by_callback);
        if slot.by_callback {
            self.callback_waits.store(true, Ordering::Release);
        }
        let open = state.slots.iter().any(|slot| slot.wanted);
        self.open.store(open, Ordering::Relaxed);
        drop(state);
        self.arrived.notify_all();
        Ok(ticket)
    }

    /// Waits until a swap has been carried out; with `once` until anything has changed.
    pub(super) fn wait_applied(
        &self,
        kind: TraceKind,
        ticket: u64,
        once: bool,
        until: Instant,
    ) -> bool {
        let mut state = self.state.lock();
        loop {
            if state.slots[kind as usize].applied >= ticket {
                return true;
            }
            let late = self.changed.wait_until(&mut state, until).timed_out();
            if late || once {
                return state.slots[kind as usize].applied >= ticket;
            }
        }
    }

    /// Whether a byte callback has to be called.
    pub(super) fn callback_waits(&self) -> bool {
        self.callback_waits.load(Ordering::Acquire)
    }

    /// Whether a file has to be written.
    pub(super) fn file_waits(&self) -> bool {
        self.is_open() && self.state.lock().has_work(false)
    }

    /// Writes what waits for files, or for callbacks.
    pub(super) fn work(&self, callbacks: bool) {
        if callbacks {
            self.callback_waits.store(false, Ordering::Release);
        }
        for index in 0..3 {
            let mut state = self.state.lock();
            let slot = &mut state.slots[index];
            if slot.busy || slot.by_callback != callbacks || slot.queue.is_empty() {
                continue;
            }
            slot.busy = true;
            slot.bytes = 0;
            let mut queue = std::mem::take(&mut slot.queue);
            let mut writer = slot.writer.take();
            drop(state);
            let mut applied = 0;
            let mut mine = callbacks;
            while mine == callbacks {
                match queue.pop_front() {
                    None => break,
                    Some(Item::Swap(next)) => {
                        applied += 1;
                        mine = next.as_ref().map_or(callbacks, |next| next.is_callback());
                        let old = std::mem::replace(&mut writer, next);
                        contain(|| {
                            if let Some(mut old) = old {
                                old.flush();
                            }
                        });
                    }
                    Some(item) => {
                        if let Some(writer) = &mut writer {
                            contain(|| writer.take(&item));
                        }
                    }
                }
            }
            if let Some(writer) = &mut writer
                && mine == callbacks
            {
                contain(|| writer.flush());
            }
            let mut state = self.state.lock();
            let slot = &mut state.slots[index];
            slot.busy = false;
            slot.writer = writer;
            slot.applied += applied;
            // What came behind a swap to the other thread is that one's.
            while let Some(item) = queue.pop_back() {
                slot.queue.push_front(item);
            }
            slot.by_callback = mine;
            if mine && !slot.queue.is_empty() {
                self.callback_waits.store(true, Ordering::Release);
            }
            drop(state);
            self.changed.notify_all();
            self.arrived.notify_all();
        }
    }

    /// Whether the trace thread has still to be started; says that it will be.
    pub(super) fn claim_thread(&self) -> bool {
        let mut state = self.state.lock();
        let claimed = !state.thread && !state.closed;
        state.thread |= claimed;
        claimed
    }

    /// The trace thread could not be started, or has ended.
    pub(super) fn thread_ended(&self) {
        self.state.lock().thread = false;
        self.changed.notify_all();
    }

    /// The body of the trace thread.
    pub(super) fn run(&self) {
        loop {
            let mut state = self.state.lock();
            while !state.has_work(false) && !state.closed {
                self.arrived.wait(&mut state);
            }
            let last = !state.has_work(false);
            drop(state);
            if last {
                break;
            }
            self.work(false);
        }
        self.thread_ended();
    }

    /// Ends every writer, after what it has still to write.
    pub(super) fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
        let mut state = self.state.lock();
        state.closed = true;
        for slot in &mut state.slots {
            if slot.wanted {
                slot.swap(None, slot.by_callback);
                if slot.by_callback {
                    self.callback_waits.store(true, Ordering::Release);
                }
            }
        }
        drop(state);
        self.arrived.notify_all();
    }

    /// Waits until the trace thread has ended.
    pub(super) fn join(&self, until: Instant) -> bool {
        let mut state = self.state.lock();
        while state.thread {
            if self.changed.wait_until(&mut state, until).timed_out() {
                return !state.thread;
            }
        }
        true
    }
}

impl State {
    fn has_work(&self, callbacks: bool) -> bool {
        self.slots
            .iter()
            .any(|slot| !slot.busy && slot.by_callback == callbacks && !slot.queue.is_empty())
    }
}

impl Slot {
    fn swap(&mut self, writer: Option<Box<Writer>>, by_callback: bool) -> u64 {
        if self.writer.is_none() && !self.busy && self.queue.is_empty() && writer.is_some() {
            self.by_callback = by_callback;
        }
        self.wanted = writer.is_some();
        self.asked += 1;
        self.queue.push_back(Item::Swap(writer));
        self.asked
    }
}
