//! Callbacks: events to a sink, and user data that is given back once.
//!
//! When a callback runs, and that none does after it was taken away, is the runtime's business. Here is what surrounds
//! one: the event's handle, and the claim rule when it returns.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Weak};

use crate::agent::Agent;
use crate::runtime::{Link, Refused, Sink, trace::ByteSink};

use super::client_core::Client;
use super::entry::Entry;
use super::event_record::EventRecord;
use super::fence::Fault;
use super::registry;
use super::result;
use super::result_codes::RTC_E_INVALIDARG;
use super::structs::{rtc_event_sink_t, rtc_trace_options_t};

/// A C function's user data, given back when the last holder drops it, if it was ever taken.
pub(super) struct UserData {
    pointer: *mut c_void,
    give_back: Option<unsafe extern "C" fn(*mut c_void)>,
    fate: Arc<Fate>,
}

// SAFETY: the header says on which threads the functions that take the pointer run; the library only carries it.
unsafe impl Send for UserData {}

/// Whether the user data is ours: not as long as the call that brought it may still be refused.
pub(super) struct Fate(AtomicU8);

const OFFERED: u8 = 0;
const TAKEN: u8 = 1;
const DROPPED: u8 = 2;

impl UserData {
    fn new(pointer: *mut c_void, give_back: Option<unsafe extern "C" fn(*mut c_void)>) -> Self {
        Self {
            pointer,
            give_back,
            fate: Arc::new(Fate(AtomicU8::new(OFFERED))),
        }
    }

    /// To say later that it was taken.
    fn receipt(&self) -> Receipt {
        Receipt {
            pointer: self.pointer,
            give_back: self.give_back,
            fate: Arc::clone(&self.fate),
        }
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if self.fate.0.swap(DROPPED, Ordering::AcqRel) == TAKEN
            && let Some(give_back) = self.give_back
        {
            // SAFETY: a function of the C program, called once with the pointer that it gave for this.
            unsafe { give_back(self.pointer) };
        }
    }
}

/// Says that user data was taken, when the call that brought it has succeeded.
struct Receipt {
    pointer: *mut c_void,
    give_back: Option<unsafe extern "C" fn(*mut c_void)>,
    fate: Arc<Fate>,
}

impl Receipt {
    fn sign(self) {
        let offered =
            self.fate
                .0
                .compare_exchange(OFFERED, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        if offered == Err(DROPPED)
            && let Some(give_back) = self.give_back
        {
            // Another thread has replaced it in the meantime, before it was ours to give back.
            // SAFETY: as in `UserData`; that drop saw that nobody had signed and called nothing.
            unsafe { give_back(self.pointer) };
        }
    }
}

/// Where events go.
pub(super) struct EventSink {
    on_event: unsafe extern "C" fn(*mut c_void, *mut super::types::rtc_event_t),
    user_data: UserData,
}

impl EventSink {
    /// Checks what C gave.
    pub(super) fn new(given: &rtc_event_sink_t) -> Result<Self, Fault> {
        let Some(on_event) = given.on_event else {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                "`sink.on_event` is NULL and is needed",
            ));
        };
        super::sip_message::check_flags(given.flags, 0)?;
        Ok(Self {
            on_event,
            user_data: UserData::new(given.user_data, given.drop_user_data),
        })
    }

    /// The user data is ours from here on.
    pub(super) fn accept(&self) {
        let _ = self.user_data.fate.0.compare_exchange(
            OFFERED,
            TAKEN,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
    }

    /// One event, one call; then the claim rule.
    fn deliver(&self, client: &Arc<Client>, event: crate::agent::Event) {
        let answer = event.answer;
        let record = Arc::new(EventRecord::new(Arc::clone(client), event));
        let kept = match registry::mint(Entry::Event(Arc::clone(&record))) {
            Ok(raw) => {
                // SAFETY: a function of the C program, called as the header says: with its own pointer and an event
                // that it is lent for as long as it runs.
                unsafe { (self.on_event)(self.user_data.pointer, raw.cast()) };
                registry::release(raw) > 0
            }
            Err(fault) => {
                log::error!("an event is lost: {}", fault.text);
                false
            }
        };
        if !kept
            && !record.is_answered()
            && let Some(answer) = answer
        {
            let _ = client.turn(|agent, now| {
                agent.forgo_answer(now, answer);
                Ok(())
            });
        }
    }
}

/// Sets a sink on a link.
pub(super) fn attach(
    link: &Arc<Link<Agent>>,
    client: Weak<Client>,
    sink: EventSink,
) -> Result<(), Fault> {
    let receipt = sink.user_data.receipt();
    let callback: Sink<crate::agent::Event> = Box::new(move |event| {
        // Without its client nobody can ask for anything any more.
        if let Some(client) = client.upgrade() {
            sink.deliver(&client, event);
        }
    });
    match link.set_sink(Some(callback)) {
        Ok(()) => {
            receipt.sign();
            Ok(())
        }
        Err(Refused::Busy) => {
            // The change holds; only the callback before has not returned.
            receipt.sign();
            Err(result::refused(Refused::Busy))
        }
        Err(refused) => Err(result::refused(refused)),
    }
}

/// The bytes of a trace to a C function; `sign` is to be called when the writer has been set.
pub(super) fn trace_bytes(given: &rtc_trace_options_t) -> Option<(ByteSink, impl FnOnce())> {
    let on_bytes = given.on_bytes?;
    let user_data = UserData::new(given.user_data, given.drop_user_data);
    let receipt = user_data.receipt();
    let sink: ByteSink = Box::new(move |bytes: &[u8]| {
        let user_data = &user_data;
        // SAFETY: a function of the C program, called with its own pointer and bytes that live until it returns.
        unsafe { on_bytes(user_data.pointer, bytes.as_ptr().cast(), bytes.len()) };
    });
    Some((sink, move || receipt.sign()))
}
