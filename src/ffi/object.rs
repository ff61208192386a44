//! What every handle can be asked: references, kind, state, relations, properties, user data.

use std::ffi::{c_char, c_void};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use libc::size_t;

use crate::agent::{Agent, Details, Kind, ObjectRef};
use crate::syntax::Uri;

use super::client::word;
use super::client_core::{Client, check_out};
use super::constants::{
    RTC_KIND_CLIENT, RTC_KIND_CONNECTION, RTC_KIND_EVENT, RTC_KIND_SERVER, RTC_KIND_SIMULATION,
    RTC_KIND_SIP_MESSAGE,
};
use super::entry::Entry;
use super::event_record::EventRecord;
use super::fence::{Fault, Outcome, fence, fence_or};
use super::listen::Connection;
use super::numbers::{
    RTC_PROPERTY_DIALOG_CALL_ID, RTC_PROPERTY_DIALOG_REMOTE_URI, RTC_PROPERTY_USAGE_EVENT,
    RTC_PROPERTY_PARTICIPANT_NAME, RTC_PROPERTY_PARTICIPANT_URI, RTC_PROPERTY_PROFILE_KEY,
    RTC_PROPERTY_PROFILE_NAME, RTC_PROPERTY_PROFILE_USER_URI, RTC_PROPERTY_REFRESH_INTERVAL_SECS,
    RTC_PROPERTY_REGISTRATION_AOR, RTC_PROPERTY_SESSION_CALL_ID, RTC_PROPERTY_SESSION_REMOTE_URI,
    RTC_PROPERTY_SUBSCRIPTION_EVENT, RTC_PROPERTY_SUBSCRIPTION_URI, RTC_PROPERTY_WATCHER_NAME,
    RTC_PROPERTY_WATCHER_URI,
};
use super::properties::{self, Form};
use super::registry::{self, Raw};
use super::result;
use super::result_codes::{RTC_E_INSUFFICIENT_BUFFER, RTC_E_INVALIDARG, RTC_FALSE, RTC_OK};
use super::server::EmbeddedServer;
use super::text;
use super::types::{rtc_object_t, rtc_result_t};

/// One reference more. Returns the handle's new count, 0 if it is stale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_add_ref(object: *mut rtc_object_t) -> u32 {
    fence_or(0, || Ok(registry::add_ref(object)))
}

/// One reference less. Returns the handle's new count, 0 also if it is stale or NULL.
///
/// Gives the name up and ends nothing, with two exceptions, where it is the last reference: a client is shut down in the
/// background, a server is stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_release(object: *mut rtc_object_t) -> u32 {
    fence_or(0, || Ok(registry::release(object)))
}

/// What the handle is: RTC_KIND_…, 0 if it is stale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get_kind(object: *mut rtc_object_t) -> i32 {
    fence_or(0, || Ok(registry::kind(object)))
}

/// What an argument of any kind stands for.
enum Any {
    Object(Arc<Client>, ObjectRef),
    Client(Arc<Client>),
    Connection(Arc<Client>, Arc<Connection>),
    Event(Arc<EventRecord>),
    Server(Arc<EmbeddedServer>),
    Message,
}

fn any(object: Raw) -> Result<Any, Fault> {
    registry::with(object, "object", |entry| {
        Some(match entry {
            Entry::Object(client, object) => Any::Object(Arc::clone(client), Arc::clone(object)),
            Entry::Client(client) => Any::Client(Arc::clone(client)),
            Entry::Connection(client, connection) => {
                Any::Connection(Arc::clone(client), Arc::clone(connection))
            }
            Entry::Event(record) => Any::Event(Arc::clone(record)),
            Entry::Server(server) => Any::Server(Arc::clone(server)),
            Entry::Message(_) => Any::Message,
        })
    })
}

impl Any {
    fn kind(&self) -> i32 {
        match self {
            Self::Object(_, object) => object.kind() as i32,
            Self::Client(_) => RTC_KIND_CLIENT,
            Self::Connection(..) => RTC_KIND_CONNECTION,
            Self::Event(_) => RTC_KIND_EVENT,
            Self::Server(_) => RTC_KIND_SERVER,
            Self::Message => RTC_KIND_SIP_MESSAGE,
        }
    }
}

#[cold]
fn has_none(what: &str) -> Fault {
    Fault::new(
        RTC_E_INVALIDARG,
        format!("`object` is an event or a message, which has no {what}"),
    )
}

/// Its state, in the state enum of its kind: RTC_SESSION_STATE_…, RTC_CLIENT_STATE_… and so on. Events and messages have none.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get_state(
    object: *mut rtc_object_t,
    state: *mut i32,
) -> rtc_result_t {
    fence(|| {
        let this = any(object)?;
        if state.is_null() {
            return Err(text::null("state"));
        }
        let found = match this {
            Any::Object(_, object) => object.state(),
            Any::Client(client) => client.state(),
            Any::Connection(_, connection) => connection.state(),
            Any::Server(server) => server.state(),
            Any::Event(_) | Any::Message => return Err(has_none("state")),
        };
        text::store(state, found, "state")?;
        Ok(RTC_OK)
    })
}

fn known_kind(kind: i32) -> Result<(), Fault> {
    if (RTC_KIND_CLIENT..=RTC_KIND_SIMULATION).contains(&kind) {
        return Ok(());
    }
    Err(Fault::new(
        RTC_E_INVALIDARG,
        format!("`kind` is {kind}; it goes from 1 to {RTC_KIND_SIMULATION}"),
    ))
}

fn agent_kind(kind: i32) -> Option<Kind> {
    [
        Kind::Profile,
        Kind::Session,
        Kind::Participant,
        Kind::Subscription,
        Kind::Watcher,
        Kind::Connection,
        Kind::Registration,
        Kind::Dialog,
        Kind::Usage,
        Kind::Transaction,
        Kind::Refresh,
    ]
    .into_iter()
    .find(|known| *known as i32 == kind)
}

/// A related object of that kind: its client, profile, session …; of an event what its record names, and its message. It is
/// yours: release it.
///
/// A dialog names the connection that it began on; of a stream that we opened, the client's only one.
/// RTC_FALSE: there is none. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get(
    object: *mut rtc_object_t,
    kind: i32,
    related: *mut *mut rtc_object_t,
) -> rtc_result_t {
    text::store_opt(related, std::ptr::null_mut());
    fence(|| {
        let this = any(object)?;
        check_out(related, "related")?;
        known_kind(kind)?;
        let found = match &this {
            Any::Event(record) if kind == RTC_KIND_SIP_MESSAGE => record.lend_message()?,
            Any::Event(record) if kind == RTC_KIND_CLIENT => Some(record.client.lend_self()?),
            Any::Event(record) => {
                let event = &record.event;
                let object = match agent_kind(kind) {
                    Some(Kind::Profile) => &event.profile,
                    Some(Kind::Session) => &event.session,
                    Some(Kind::Participant) => &event.participant,
                    Some(Kind::Subscription) => &event.subscription,
                    Some(Kind::Watcher) => &event.watcher,
                    Some(Kind::Connection) => &event.connection,
                    Some(Kind::Registration) => &event.registration,
                    Some(Kind::Dialog) => &event.dialog,
                    Some(Kind::Usage) => &event.usage,
                    Some(Kind::Transaction) => &event.transaction,
                    Some(Kind::Refresh) => &event.other,
                    None => &None,
                };
                object
                    .as_ref()
                    .map(|object| record.client.lend(object))
                    .transpose()?
            }
            Any::Client(client) | Any::Object(client, _) | Any::Connection(client, _)
                if kind == RTC_KIND_CLIENT =>
            {
                Some(client.lend_self()?)
            }
            _ => list(&this, kind)?
                .into_iter()
                .next()
                .map(|found| found.lend())
                .transpose()?,
        };
        let Some(found) = found else {
            return Ok(RTC_FALSE);
        };
        text::store(related, found, "related")?;
        Ok(RTC_OK)
    })
}

/// Something that a list holds.
enum Found {
    Object(Arc<Client>, ObjectRef),
    Connection(Arc<Client>, Arc<Connection>),
}

impl Found {
    fn lend(&self) -> Result<Raw, Fault> {
        match self {
            Self::Object(client, object) => client.lend(object),
            Self::Connection(client, connection) => registry::lend(&connection.handle, || {
                Entry::Connection(Arc::clone(client), Arc::clone(connection))
            }),
        }
    }
}

/// The details of an object that lives, or as they were when it ended.
fn details(agent: &Agent, object: &ObjectRef) -> Details {
    object
        .last_details()
        .unwrap_or_else(|| agent.details(object))
}

/// The same as of now, what counts time included.
fn values(client: &Client, object: &ObjectRef) -> Result<Details, Fault> {
    if let Some(last) = object.last_details() {
        client.running()?;
        return Ok(last);
    }
    match client.turn(|agent, now| Ok(agent.details_at(now, object))) {
        Ok(details) => Ok(details),
        // After shutdown nothing moves any more.
        Err(_) => client.read(|agent| agent.details(object)),
    }
}

fn list(of: &Any, kind: i32) -> Result<Vec<Found>, Fault> {
    match of {
        Any::Client(client) if kind == RTC_KIND_CONNECTION => {
            client.running()?;
            let listening = client.listening.lock();
            Ok(listening
                .connections()
                .iter()
                .map(|connection| Found::Connection(Arc::clone(client), Arc::clone(connection)))
                .collect())
        }
        Any::Client(client) => {
            let Some(kind) = agent_kind(kind) else {
                client.running()?;
                return Ok(Vec::new());
            };
            let all = client.read(|agent| agent.list(kind))?;
            Ok(all
                .into_iter()
                .map(|object| Found::Object(Arc::clone(client), object))
                .collect())
        }
        Any::Object(client, object) if kind == Kind::Transaction as i32 => {
            let open = client.turn(|agent, _| Ok(agent.transactions_of(object)))?;
            Ok(open
                .into_iter()
                .map(|object| Found::Object(Arc::clone(client), object))
                .collect())
        }
        Any::Object(client, object)
            if kind == Kind::Registration as i32 && object.kind() == Kind::Profile
                || kind == Kind::Refresh as i32
                    && matches!(object.kind(), Kind::Registration | Kind::Subscription) =>
        {
            let view = client.turn(|agent, _| {
                Ok(if kind == Kind::Refresh as i32 {
                    agent.refresh_of(object)
                } else {
                    agent.registration_of(object)
                })
            })?;
            Ok(view
                .into_iter()
                .map(|object| Found::Object(Arc::clone(client), object))
                .collect())
        }
        Any::Object(client, object) => {
            let related = client.read(|agent| details(agent, object).relatives())?;
            Ok(related
                .into_iter()
                .filter(|object| object.kind() as i32 == kind)
                .map(|object| Found::Object(Arc::clone(client), object))
                .collect())
        }
        Any::Connection(..) | Any::Event(_) | Any::Server(_) | Any::Message => Ok(Vec::new()),
    }
}

/// What an object can be looked up by: URIs compared as URIs, then names and ids.
fn answers_to(details: &Details, kind: Kind, key: &str) -> bool {
    let (uris, names): (&[i32], &[i32]) = match kind {
        Kind::Profile => (
            &[RTC_PROPERTY_PROFILE_USER_URI],
            &[RTC_PROPERTY_PROFILE_KEY, RTC_PROPERTY_PROFILE_NAME],
        ),
        Kind::Session => (
            &[RTC_PROPERTY_SESSION_REMOTE_URI],
            &[RTC_PROPERTY_SESSION_CALL_ID],
        ),
        Kind::Participant => (
            &[RTC_PROPERTY_PARTICIPANT_URI],
            &[RTC_PROPERTY_PARTICIPANT_NAME],
        ),
        Kind::Subscription => (
            &[RTC_PROPERTY_SUBSCRIPTION_URI],
            &[RTC_PROPERTY_SUBSCRIPTION_EVENT],
        ),
        Kind::Watcher => (&[RTC_PROPERTY_WATCHER_URI], &[RTC_PROPERTY_WATCHER_NAME]),
        Kind::Dialog => (
            &[RTC_PROPERTY_DIALOG_REMOTE_URI],
            &[RTC_PROPERTY_DIALOG_CALL_ID],
        ),
        Kind::Usage => (&[], &[RTC_PROPERTY_USAGE_EVENT]),
        Kind::Registration => (&[RTC_PROPERTY_REGISTRATION_AOR], &[]),
        Kind::Connection | Kind::Transaction | Kind::Refresh => (&[], &[]),
    };
    let wanted = Uri::parse(key).ok();
    uris.iter()
        .filter_map(|property| details.get_text(*property, 0))
        .any(|uri| {
            uri == key
                || wanted
                    .zip(Uri::parse(uri).ok())
                    .is_some_and(|(wanted, uri)| wanted.equal(&uri))
        })
        || names
            .iter()
            .filter_map(|property| details.get_text(*property, 0))
            .any(|name| name == key)
}

/// Its objects of a kind, in the order of their creation: a client's profiles, sessions, subscriptions, watchers, connections,
/// a session's participants and open INVITE transactions. They are yours: release each.
///
/// `key` (opt): only those of that URI, name or Call-ID. `count` gets how many there are; `capacity` 0 only asks.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INSUFFICIENT_BUFFER (nothing but `count` is written);
/// RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_list(
    object: *mut rtc_object_t,
    kind: i32,
    key: *const c_char,
    key_len: size_t,
    items: *mut *mut rtc_object_t,
    capacity: size_t,
    count: *mut size_t,
) -> rtc_result_t {
    fence(|| {
        let this = any(object)?;
        if count.is_null() {
            return Err(text::null("count"));
        }
        if capacity > 0 && items.is_null() {
            return Err(text::null("items"));
        }
        let key = text::optional(key, key_len, "key")?;
        known_kind(kind)?;
        let mut found = list(&this, kind)?;
        if let Some(key) = key {
            found = keep_named(found, key)?;
        }
        text::store(count, found.len(), "count")?;
        if capacity == 0 {
            return Ok(RTC_OK);
        }
        if capacity < found.len() {
            return Err(Fault::new(
                RTC_E_INSUFFICIENT_BUFFER,
                format!("`capacity` is {capacity}, there are {}", found.len()),
            ));
        }
        let mut lent = Vec::with_capacity(found.len());
        for one in &found {
            match one.lend() {
                Ok(raw) => lent.push(raw),
                Err(fault) => {
                    for raw in lent {
                        registry::release(raw);
                    }
                    return Err(fault);
                }
            }
        }
        for (at, raw) in lent.into_iter().enumerate() {
            text::store_at(items, at, raw);
        }
        Ok(RTC_OK)
    })
}

fn keep_named(found: Vec<Found>, key: &str) -> Result<Vec<Found>, Fault> {
    let mut kept = Vec::new();
    for one in found {
        let hit = match &one {
            Found::Object(client, object) => {
                client.read(|agent| answers_to(&details(agent, object), object.kind(), key))?
            }
            Found::Connection(_, connection) => connection
                .local_address(0)?
                .is_some_and(|address| address == key),
        };
        if hit {
            kept.push(one);
        }
    }
    Ok(kept)
}

/// A number among its properties, RTC_PROPERTY_<KIND>_<NAME>; 0 where nothing is known yet. `index` 0 where it means nothing.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no number of this kind of object); RTC_E_NOT_EXIST (past the end of a
/// list); RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get_int(
    object: *mut rtc_object_t,
    property: i32,
    index: i32,
    value: *mut i64,
) -> rtc_result_t {
    fence(|| {
        let this = any(object)?;
        if value.is_null() {
            return Err(text::null("value"));
        }
        let row = properties::find(this.kind(), property, index, Form::Number, false)?;
        let found = match &this {
            Any::Client(client) => Some(properties::client_int(client, property, index)?),
            Any::Object(client, object) if property == RTC_PROPERTY_REFRESH_INTERVAL_SECS => {
                client.read(|agent| agent.refresh_interval(object))?
            }
            Any::Object(client, object) => values(client, object)?.get_int(property, index),
            Any::Server(server) => Some(server.int(property)?),
            Any::Connection(client, connection) => client
                .read(|agent| agent.connection_error(&connection.object))?
                .map(|code| i64::from(result::number(code))),
            Any::Event(_) | Any::Message => None,
        };
        let found = found.map_or_else(|| row.absent(index), Ok)?;
        text::store(value, found, "value")?;
        Ok(RTC_OK)
    })
}

/// Sets a number among its properties.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (read only, or not now); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_set_int(
    object: *mut rtc_object_t,
    property: i32,
    index: i32,
    value: i64,
) -> rtc_result_t {
    fence(|| {
        let this = any(object)?;
        properties::find(this.kind(), property, index, Form::Number, true)?;
        match &this {
            Any::Client(client) => properties::set_client_int(client, property, index, value),
            Any::Object(client, object) => {
                client.open()?;
                client.command(|agent, _| agent.set_int(object, property, index, value))
            }
            Any::Connection(..) | Any::Event(_) | Any::Server(_) | Any::Message => Ok(RTC_FALSE),
        }
    })
}

/// A text among its properties, copied and NUL-terminated; empty where nothing is known yet. `needed` (opt where `buf` is
/// given) gets its length without the NUL; `cap` 0 only asks.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no text of this kind of object); RTC_E_NOT_EXIST (past the end of a
/// list); RTC_E_INSUFFICIENT_BUFFER; RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get_text(
    object: *mut rtc_object_t,
    property: i32,
    index: i32,
    buf: *mut c_char,
    cap: size_t,
    needed: *mut size_t,
) -> rtc_result_t {
    fence(|| {
        let this = any(object)?;
        text::check_buffer(buf, cap, needed)?;
        let row = properties::find(this.kind(), property, index, Form::Text, false)?;
        let found = match &this {
            Any::Client(client) => properties::client_text(client, property, index)?,
            Any::Object(client, object) => client.read(|agent| {
                details(agent, object)
                    .get_text(property, index)
                    .map(str::to_owned)
            })?,
            Any::Connection(_, connection) => connection.local_address(index)?,
            Any::Server(server) => server.text(property, index)?,
            Any::Event(_) | Any::Message => None,
        };
        let found = found.map_or_else(|| row.absent(index), Ok)?;
        text::copy_out(&found, buf, cap, needed)
    })
}

/// Sets a text among its properties.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (read only); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_set_text(
    object: *mut rtc_object_t,
    property: i32,
    index: i32,
    text: *const c_char,
    len: size_t,
) -> rtc_result_t {
    fence(|| {
        let this = any(object)?;
        let value = text::required(text, len, "text")?;
        properties::find(this.kind(), property, index, Form::Text, true)?;
        let value = text::one_line(value, "text")?;
        match &this {
            Any::Client(client) => properties::set_client_text(client, property, value),
            Any::Object(client, object) => {
                client.open()?;
                client.command(|agent, _| agent.set_text(object, property, index, value))
            }
            Any::Connection(..) | Any::Event(_) | Any::Server(_) | Any::Message => Ok(RTC_FALSE),
        }
    })
}

/// Sets the owner's own word about an object, which comes with each of its events. Events and messages have none.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_set_user_data(
    object: *mut rtc_object_t,
    user_data: *mut c_void,
) -> rtc_result_t {
    fence(|| -> Outcome {
        let word = word(user_data);
        match any(object)? {
            Any::Object(_, object) => object.set_user_data(word),
            Any::Client(client) => client.user_data.store(word, Ordering::Release),
            Any::Connection(_, connection) => connection.user_data.store(word, Ordering::Release),
            Any::Server(server) => server.user_data.store(word, Ordering::Release),
            Any::Event(_) | Any::Message => return Err(has_none("user data")),
        }
        Ok(RTC_OK)
    })
}

/// The owner's own word about an object; NULL if there is none or the handle is stale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_object_get_user_data(object: *mut rtc_object_t) -> *mut c_void {
    fence_or(std::ptr::null_mut(), || {
        let word = match any(object)? {
            Any::Object(_, object) => object.user_data(),
            Any::Client(client) => client.user_data.load(Ordering::Acquire),
            Any::Connection(_, connection) => connection.user_data.load(Ordering::Acquire),
            Any::Server(server) => server.user_data.load(Ordering::Acquire),
            Any::Event(_) | Any::Message => 0,
        };
        Ok(std::ptr::with_exposed_provenance_mut(word))
    })
}
