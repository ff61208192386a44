//! An event as C holds it: the record, the handles it lends, the texts made from it.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::agent::{Event, ObjectRef, Status};

use super::client_core::Client;
use super::constants::RTC_EVENT_FLAG_SIP_MESSAGE;
use super::entry::{Entry, MessageEntry};
use super::event_json;
use super::fence::Fault;
use super::records::rtc_event_info_t;
use super::registry::{self, Raw};
use super::result;
use super::sized;
use super::text::lend;

/// One event behind its handle.
pub(super) struct EventRecord {
    /// Whose it is.
    pub(super) client: Arc<Client>,
    /// What happened.
    pub(super) event: Event,
    answered: AtomicBool,
    message_handle: AtomicUsize,
    lent: OnceLock<Lent>,
    json: OnceLock<Box<str>>,
}

/// Handles that the record shows; numbers, since each is given up by its number.
#[derive(Clone, Copy, Default)]
struct Lent {
    client: usize,
    profile: usize,
    session: usize,
    participant: usize,
    subscription: usize,
    watcher: usize,
    connection: usize,
    registration: usize,
    dialog: usize,
    usage: usize,
    transaction: usize,
    other: usize,
}

fn pointer<T>(handle: usize) -> *mut T {
    std::ptr::without_provenance_mut(handle)
}

impl EventRecord {
    /// An event of which nothing has been asked yet.
    pub(super) fn new(client: Arc<Client>, event: Event) -> Self {
        Self {
            client,
            event,
            answered: AtomicBool::new(false),
            message_handle: AtomicUsize::new(0),
            lent: OnceLock::new(),
            json: OnceLock::new(),
        }
    }

    /// Whether the application has answered the request in it.
    pub(super) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Acquire)
    }

    /// The application has answered the request in it.
    pub(super) fn set_answered(&self) {
        self.answered.store(true, Ordering::Release);
    }

    /// Unix time.
    pub(super) fn unix_micros(&self) -> i64 {
        let at = self
            .client
            .running()
            .map_or(0, |running| running.link.unix_micros(self.event.time));
        i64::try_from(at).unwrap_or(i64::MAX)
    }

    /// The message that caused it, with a reference for the caller.
    pub(super) fn lend_message(&self) -> Result<Option<Raw>, Fault> {
        let Some(message) = &self.event.message else {
            return Ok(None);
        };
        registry::lend(&self.message_handle, || {
            Entry::Message(MessageEntry::by(message.clone(), self.event.flow))
        })
        .map(Some)
    }

    fn lent(&self) -> Result<&Lent, Fault> {
        if let Some(lent) = self.lent.get() {
            return Ok(lent);
        }
        let mut lent = Lent::default();
        let event = &self.event;
        let mut fill = || -> Result<(), Fault> {
            let object = |object: &Option<ObjectRef>| -> Result<usize, Fault> {
                object
                    .as_ref()
                    .map_or(Ok(0), |object| Ok(self.client.lend(object)?.addr()))
            };
            lent.client = self.client.lend_self()?.addr();
            lent.profile = object(&event.profile)?;
            lent.session = object(&event.session)?;
            lent.participant = object(&event.participant)?;
            lent.subscription = object(&event.subscription)?;
            lent.watcher = object(&event.watcher)?;
            // One that nobody can name any more is not shown.
            lent.connection = object(&event.connection).unwrap_or_default();
            lent.registration = object(&event.registration)?;
            lent.dialog = object(&event.dialog)?;
            lent.usage = object(&event.usage)?;
            lent.transaction = object(&event.transaction)?;
            lent.other = object(&event.other)?;
            Ok(())
        };
        if let Err(fault) = fill() {
            lent.give_up();
            return Err(fault);
        }
        if let Err(late) = self.lent.set(lent) {
            // Another thread was first; its references are the ones that count.
            late.give_up();
        }
        Ok(self.lent.get().unwrap_or(&NOTHING))
    }

    /// The whole record.
    pub(super) fn info(&self) -> Result<rtc_event_info_t, Fault> {
        let lent = self.lent()?;
        let event = &self.event;
        let mut info: rtc_event_info_t = sized::zeroed();
        info.r#type = event.event_type as i32;
        info.sequence = event.sequence;
        info.time_us = self.unix_micros();
        info.client = pointer(lent.client);
        info.profile = pointer(lent.profile);
        info.session = pointer(lent.session);
        info.participant = pointer(lent.participant);
        info.subscription = pointer(lent.subscription);
        info.watcher = pointer(lent.watcher);
        info.connection = pointer(lent.connection);
        info.registration = pointer(lent.registration);
        info.dialog = pointer(lent.dialog);
        info.usage = pointer(lent.usage);
        info.transaction = pointer(lent.transaction);
        info.other = pointer(lent.other);
        info.user_data = pointer::<c_void>(match event.subject() {
            Some(subject) => subject.user_data(),
            None => self.client.user_data.load(Ordering::Acquire),
        });
        info.cookie = event.cookie;
        info.state = event.state;
        info.kind = event.kind;
        info.reason = event.reason;
        info.status_code = result::of(event.status);
        info.status_text = lend(event.status_text.as_bytes());
        info.uri = lend(event.uri.as_bytes());
        info.text = lend(event.text.as_bytes());
        info.content_type = lend(event.content_type.as_bytes());
        info.body = lend(event.body());
        info.value = event.value;
        info.answer_within_ms = if self.is_answered() {
            0
        } else {
            event.answer_within_ms
        };
        info.flags = event.flags;
        if event.message.is_some() {
            info.flags |= RTC_EVENT_FLAG_SIP_MESSAGE;
        }
        Ok(info)
    }

    /// The event as one line.
    pub(super) fn json(&self) -> &str {
        self.json.get_or_init(|| event_json::line(self).into())
    }

    /// A SIP status that it brought.
    pub(super) fn sip_status(&self) -> Option<u16> {
        match self.event.status {
            Status::Sip(status) => Some(status),
            Status::None | Status::Failed(_) => None,
        }
    }
}

const NOTHING: Lent = Lent {
    client: 0,
    profile: 0,
    session: 0,
    participant: 0,
    subscription: 0,
    watcher: 0,
    connection: 0,
    registration: 0,
    dialog: 0,
    usage: 0,
    transaction: 0,
    other: 0,
};

impl Lent {
    fn give_up(&self) {
        let all = [
            self.other,
            self.transaction,
            self.usage,
            self.dialog,
            self.registration,
            self.connection,
            self.watcher,
            self.subscription,
            self.participant,
            self.session,
            self.profile,
            self.client,
        ];
        for handle in all {
            registry::release(pointer(handle));
        }
    }
}

impl Drop for EventRecord {
    fn drop(&mut self) {
        if let Some(lent) = self.lent.get() {
            lent.give_up();
        }
    }
}
