//! Functions of a client: life cycle, events, listening, statistics, trace.

use std::ffi::{c_char, c_void};

use libc::size_t;

use crate::agent::Kind;
use crate::runtime::{Next, Refused, TraceKind, TraceOptions, TraceTarget};

use super::args::{switch, timeout_ms};
use super::client_core::{Client, check_out, client, held};
use super::constants::{
    RTC_SERVE_OFFER, RTC_SERVE_STOP, RTC_TRACE_HEP, RTC_TRACE_JSON, RTC_TRACE_LADDER,
    RTC_TRACE_PCAP, RTC_TRACE_SECRETS,
};
use super::entry::Entry;
use super::event_record::EventRecord;
use super::fence::{Fault, Outcome, fence};
use super::records::rtc_statistics_t;
use super::registry;
use super::result;
use super::result_codes::{
    RTC_E_FAIL, RTC_E_INVALIDARG, RTC_E_NOT_IMPLEMENTED, RTC_FALSE, RTC_OK, RTC_S_END,
};
use super::sink::{self, EventSink};
use super::sip_message::check_flags;
use super::structs::{rtc_client_options_t, rtc_event_sink_t, rtc_trace_options_t};
use super::types::{rtc_client_t, rtc_event_t, rtc_result_t, rtc_session_t};
use super::{client_options, sized, text};

/// A client that does nothing yet. It is yours: release it.
///
/// Errors: RTC_E_POINTER; RTC_E_LIMIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_create(client: *mut *mut rtc_client_t) -> rtc_result_t {
    text::store_opt(client, std::ptr::null_mut());
    fence(|| {
        check_out(client, "client")?;
        let raw = Client::new().lend_self()?;
        text::store(client, raw.cast(), "client")?;
        Ok(RTC_OK)
    })
}

/// Starts a client: its threads, if it has any. `options` opt.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_PORTRANGE; RTC_E_NOT_IMPLEMENTED; RTC_E_CLIENT_ALREADY_INITIALIZED;
/// RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_FAIL (no threads, no randomness).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_initialize(
    client: *mut rtc_client_t,
    options: *const rtc_client_options_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        this.initialize(client_options::read(options)?)
    })
}

/// Changes a running client: TLS, DNS, timers, defaults of sessions, times and name; what is not given (NULL, 0) stays, what
/// is under way goes on as it began.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (flags, ports, nat, limits); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_set_options(
    client: *mut rtc_client_t,
    options: *const rtc_client_options_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let (change, tls) = client_options::read_change(options)?;
        let running = this.open()?;
        if let Some(tls) = tls {
            running.link.set_tls(tls).map_err(result::refused)?;
        }
        this.turn(|agent, _| {
            agent.reconfigure(change);
            Ok(())
        })?;
        Ok(RTC_OK)
    })
}

/// Opens the listening sockets that RTC_PROPERTY_CLIENT_ALLOWED_PORTS lets, on all addresses: RTC_LISTEN_MODE_DYNAMIC on any
/// port (or one of options.sip_port_min to max), RTC_LISTEN_MODE_BOTH on 5060 too; RTC_LISTEN_MODE_NONE closes them.
///
/// RTC_FALSE: it listens so already. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; life cycle; RTC_E_ADDRESS_IN_USE;
/// RTC_E_NOT_ALLOWED (by the system).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_listen(client: *mut rtc_client_t, mode: i32) -> rtc_result_t {
    fence(|| self::client(client, "client")?.listen(mode))
}

/// Chooses the events that are told, RTC_EVENT_FILTER_…; the default is RTC_EVENT_FILTER_DEFAULT, 0: none.
///
/// What a hidden event would ask of the application is answered automatically. Errors: RTC_E_HANDLE; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_set_event_filter(
    client: *mut rtc_client_t,
    mask: u64,
) -> rtc_result_t {
    fence(|| self::client(client, "client")?.set_filter(mask))
}

/// Events by callback on the event thread; NULL: back to the queue.
///
/// When NULL has been set from another thread no callback runs or will run; inside a callback that holds once it returns.
/// drop_user_data then runs, once; after a failure it does not. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_WRONG_MODE (a
/// thread pulls); RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_UNEXPECTED (the callback before does not return).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_set_event_sink(
    client: *mut rtc_client_t,
    sink: *const rtc_event_sink_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let sink = match sized::optional(sink, "sink")? {
            Some(sink) => Some(EventSink::new(&sink)?),
            None => None,
        };
        this.set_sink(sink)
    })
}

/// Takes the next event; it is yours: release it. `timeout_ms` -1: no time-out, 0: do not wait.
///
/// RTC_OK: an event; RTC_FALSE: none in time; RTC_S_END: the client has shut down and the queue is empty. With
/// RTC_CLIENT_APPLICATION_DRIVEN this turns the client as rtc_client_run_once does.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_WRONG_MODE (a sink is set, or
/// inside a callback).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_next_event(
    client: *mut rtc_client_t,
    timeout_ms: i32,
    event: *mut *mut rtc_event_t,
) -> rtc_result_t {
    text::store_opt(event, std::ptr::null_mut());
    fence(|| {
        let this = self::client(client, "client")?;
        check_out(event, "event")?;
        let timeout = self::timeout_ms(timeout_ms)?;
        let running = this.running()?;
        match running.link.next_event(timeout).map_err(result::refused)? {
            Next::Event(happened) => {
                let record = EventRecord::new(std::sync::Arc::clone(&this), happened);
                let raw = registry::mint(Entry::Event(std::sync::Arc::new(record)))?;
                text::store(event, raw.cast(), "event")?;
                Ok(RTC_OK)
            }
            Next::TimedOut => Ok(RTC_FALSE),
            Next::Ended => Ok(RTC_S_END),
        }
    })
}

/// Something to wait on, never to read: a file descriptor (Windows: an event HANDLE) that is readable while events are
/// queued; with RTC_CLIENT_APPLICATION_DRIVEN while rtc_client_run_once has work.
///
/// `next_ms` (opt) gets how long it may sleep at most although `fd` is not readable, -1: any time.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_FAIL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_get_event_fd(
    client: *mut rtc_client_t,
    fd: *mut isize,
    next_ms: *mut i32,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        if fd.is_null() {
            return Err(text::null("fd"));
        }
        let running = this.running()?;
        running.link.read(|_| ()).map_err(result::refused)?;
        let found = running.link.event_fd().map_err(|error| {
            Fault::new(
                RTC_E_FAIL,
                format!("the system gives nothing to wait on: {error}"),
            )
        })?;
        let next = running.link.next_timeout().map_or(-1, |left| {
            // Rounded up: waking before the time is waking twice.
            i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
        });
        text::store(fd, found, "fd")?;
        text::store_opt(next_ms, next);
        Ok(RTC_OK)
    })
}

/// Application-driven: waits for something to do, does it, with all callbacks, and returns. `timeout_ms` -1: no time-out.
///
/// RTC_FALSE: there was nothing. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_CLIENT_NOT_INITIALIZED;
/// RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_WRONG_MODE (a client with threads, or inside a callback).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_run_once(
    client: *mut rtc_client_t,
    timeout_ms: i32,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let timeout = self::timeout_ms(timeout_ms)?;
        let running = this.running()?;
        let served = running.link.run_once(timeout).map_err(result::refused)?;
        Ok(if served { RTC_OK } else { RTC_FALSE })
    })
}

/// Lets NOTIFY requests of an event package into the dialogs of a session, or with `session` NULL of all to come; `allow` 0
/// no more. Adds Allow-Events. They arrive as RTC_EVENT_SESSION_NOTIFICATION.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_allow_dialog_notifications(
    client: *mut rtc_client_t,
    session: *mut rtc_session_t,
    package: *const c_char,
    len: size_t,
    allow: i32,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let session = match session.is_null() {
            true => None,
            false => Some(held(session, Kind::Session, "session")?),
        };
        let package = text::one_line(text::required(package, len, "package")?, "package")?;
        let session = session
            .map(|session| session.of(&this, "session"))
            .transpose()?;
        let allow = switch(allow, "allow")?;
        this.open()?;
        this.command(|agent, _| agent.allow_dialog_notifications(session.as_ref(), package, allow))
    })
}

/// Makes the client a notifier of an event package: Allow-Events names it, SUBSCRIBE arrives as RTC_EVENT_WATCHER.
///
/// `types`: the content types that notifications have, a comma list (opt). `mode`: RTC_SERVE_OFFER asks the application,
/// RTC_SERVE_ACCEPT lets everybody watch, RTC_SERVE_STOP ends it and the subscriptions to it. For `dialog` (our calls), `….winfo`
/// (who watches) and `kpml` (key presses of INFO) the library writes the bodies, until the application gives one for a watcher.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_serve_package(
    client: *mut rtc_client_t,
    package: *const c_char,
    len: size_t,
    types: *const c_char,
    types_len: size_t,
    mode: i32,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let package = text::one_line(text::required(package, len, "package")?, "package")?;
        let types = text::optional(types, types_len, "types")?.unwrap_or_default();
        let types = text::one_line(types, "types")?;
        if !(RTC_SERVE_OFFER..=RTC_SERVE_STOP).contains(&mode) {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`mode` is {mode}; it goes from 0 to 2"),
            ));
        }
        this.open()?;
        this.command(|agent, now| {
            let verdict = agent.serve_package(package, types, mode)?;
            if mode == RTC_SERVE_STOP {
                agent.end_watchers(now, package);
            }
            Ok(verdict)
        })
    })
}

/// Counters and live objects.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (size); RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_get_statistics(
    client: *mut rtc_client_t,
    statistics: *mut rtc_statistics_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let out = sized::out(statistics, "statistics")?;
        let (seen, told, waiting) = this.read(|agent| {
            (
                agent.statistics(),
                agent.events_told(),
                agent.events_waiting(),
            )
        })?;
        let mut filled: rtc_statistics_t = sized::zeroed();
        filled.requests_in = seen.requests_in;
        filled.requests_out = seen.requests_out;
        filled.responses_in = seen.responses_in;
        filled.responses_out = seen.responses_out;
        filled.retransmissions_in = seen.retransmissions_in;
        filled.retransmissions_out = seen.retransmissions_out;
        filled.malformed_in = seen.malformed_in;
        filled.refused_by_limit = seen.refused_by_limit;
        filled.events_queued = told;
        filled.queue_length = (this.running()?.link.queued() + waiting) as u64;
        filled.transactions = seen.transactions;
        filled.dialogs = seen.dialogs;
        filled.sessions = seen.sessions;
        filled.subscriptions = seen.subscriptions;
        filled.registrations = seen.registrations;
        filled.connections = seen.connections;
        filled.handles = registry::count(|entry| entry.is_of(&this));
        out.write(&filled);
        Ok(RTC_OK)
    })
}

/// Starts, replaces or stops the writer of one kind of trace: RTC_TRACE_LADDER, _PCAP, _JSON.
///
/// With neither path nor on_bytes it stops. drop_user_data runs once, when no call of on_bytes runs or will run; after a
/// failure it does not. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_IMPLEMENTED (HEP); life cycle;
/// RTC_E_FAIL (the file cannot be written; the sentence has the reason).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_trace(
    client: *mut rtc_client_t,
    options: *const rtc_trace_options_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let given = sized::required(options, "options")?;
        trace(&this, &given)
    })
}

fn trace(client: &Client, given: &rtc_trace_options_t) -> Outcome {
    let kind = match given.kind {
        RTC_TRACE_LADDER => TraceKind::Ladder,
        RTC_TRACE_PCAP => TraceKind::Pcap,
        RTC_TRACE_JSON => TraceKind::Json,
        RTC_TRACE_HEP => {
            return Err(Fault::new(
                RTC_E_NOT_IMPLEMENTED,
                "`options.kind` RTC_TRACE_HEP is not in this version",
            ));
        }
        other => {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`options.kind` is {other}, which is no kind of trace"),
            ));
        }
    };
    check_flags(given.flags, RTC_TRACE_SECRETS)?;
    let path = text::field(given.path, "options.path")?;
    let call_id = text::field(given.call_id, "options.call_id")?;
    if path.is_some() && given.on_bytes.is_some() {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options` has a path and on_bytes; the trace goes to one of them",
        ));
    }
    if path.is_some_and(|path| path.starts_with("udp:")) {
        return Err(Fault::new(
            RTC_E_NOT_IMPLEMENTED,
            "`options.path` names a collector, which is not in this version",
        ));
    }
    let running = client.running()?;
    let mut taken: Option<Box<dyn FnOnce() + '_>> = None;
    let target = match path {
        Some("") => {
            return Err(Fault::new(RTC_E_INVALIDARG, "`options.path` is empty"));
        }
        Some(path) => Some(TraceTarget::Path(path.into())),
        None => sink::trace_bytes(given).map(|(bytes, sign)| {
            taken = Some(Box::new(sign));
            TraceTarget::Bytes(bytes)
        }),
    };
    // What is refused for its state is refused with the state's own number.
    running.link.turn(|_, _| ()).map_err(result::refused)?;
    let done = running.link.trace(TraceOptions {
        kind,
        target,
        call_id: call_id.map(str::to_owned),
        secrets: given.flags & RTC_TRACE_SECRETS != 0,
    });
    let late = done
        .as_ref()
        .is_err_and(|error| error.kind() == std::io::ErrorKind::TimedOut);
    if let (true, Some(sign)) = (done.is_ok() || late, taken) {
        sign();
    }
    // Another thread may have shut it down since.
    let state = done
        .as_ref()
        .err()
        .and_then(|error| error.get_ref()?.downcast_ref::<Refused>());
    if let Some(state) = state {
        return Err(result::refused(*state));
    }
    done.map_err(|error| {
        let where_to = path.unwrap_or("the trace");
        Fault::new(RTC_E_FAIL, format!("{where_to}: {error}"))
    })?;
    Ok(RTC_OK)
}

/// Says goodbye: BYE, CANCEL, unsubscribe, unregister. Ends in RTC_EVENT_CLIENT / RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE.
///
/// RTC_FALSE: said before. Errors: RTC_E_HANDLE; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_prepare_for_shutdown(
    client: *mut rtc_client_t,
) -> rtc_result_t {
    fence(|| self::client(client, "client")?.prepare())
}

/// Stops now: closes sockets, says nothing to peers, waits for the threads. What is queued can still be pulled.
///
/// RTC_S_PENDING: inside a callback; no other follows, done when this one returns. Of two threads the second waits for the
/// first. Errors: RTC_E_HANDLE; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_UNEXPECTED (a callback did
/// not return within options.shutdown_ms).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_shutdown(client: *mut rtc_client_t) -> rtc_result_t {
    fence(|| self::client(client, "client")?.shutdown())
}

/// A pointer of the caller's as a number that the agent can carry.
pub(super) fn word(user_data: *mut c_void) -> usize {
    user_data.expose_provenance()
}
