//! Functions of a connection, and requests outside any dialog: the SIP level's first cut.

use std::ffi::c_char;
use std::net::IpAddr;
use std::sync::Arc;

use libc::size_t;

use crate::agent::{Kind, ObjectRef};

use super::args;
use super::client::word;
use super::client_core::{Client, check_out, client, give};
use super::entry::Entry;
use super::fence::{Fault, fence};
use super::listen::Connection;
use super::registry;
use super::result;
use super::result_codes::{RTC_E_INVALIDARG, RTC_E_NOT_IMPLEMENTED, RTC_OK};
use super::session::method_arg;
use super::sip_message::check_flags;
use super::structs::rtc_connection_options_t;
use super::types::{
    rtc_client_t, rtc_connection_t, rtc_object_t, rtc_result_t, rtc_send_t, rtc_transaction_t,
};
use super::uri::read_uri;
use super::{sized, text};

/// Listens on an address by UDP, TCP, TLS; by none said: UDP and TCP. It is yours: release it (it listens on until it is closed).
/// `options` opt.
///
/// RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS has the real port; that of TLS is the one after that of UDP and TCP, where it is not
/// alone. TLS needs a certificate (rtc_tls_options_t); WebSocket is for going out only and needs no connection.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_SIP_TRANSPORT_NOT_SUPPORTED; RTC_E_SIP_INVALID_CERTIFICATE (TLS
/// without a certificate); RTC_E_NOT_IMPLEMENTED (options that are not in this version); life cycle; RTC_E_ADDRESS_IN_USE;
/// RTC_E_INVALID_ADDRESS_LOCAL; RTC_E_NOT_ALLOWED (by the system).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_connection_create(
    client: *mut rtc_client_t,
    options: *const rtc_connection_options_t,
    connection: *mut *mut rtc_connection_t,
) -> rtc_result_t {
    text::store_opt(connection, std::ptr::null_mut());
    fence(|| {
        let this = self::client(client, "client")?;
        check_out(connection, "connection")?;
        let given = sized::or_default(options, "options")?;
        let address = read(&given)?;
        let made = this.connect(address, given.transports, given.port, word(given.user_data))?;
        let raw = registry::lend(&made.handle, || {
            Entry::Connection(Arc::clone(&this), Arc::clone(&made))
        })?;
        text::store(connection, raw.cast(), "connection")?;
        Ok(RTC_OK)
    })
}

fn read(given: &rtc_connection_options_t) -> Result<Option<IpAddr>, Fault> {
    check_flags(given.flags, 0)?;
    let address = text::line_field(given.address, "options.address")?;
    let bare = address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(&address);
    let address = match bare {
        "" => None,
        bare => Some(bare.parse::<IpAddr>().map_err(|_| {
            Fault::new(
                RTC_E_INVALIDARG,
                format!("`options.address` is \"{bare}\", which is no IP address"),
            )
        })?),
    };
    text::line_field(given.interface_name, "options.interface_name")?;
    text::line_field(given.public_address, "options.public_address")?;
    let not_here = !given.interface_name.ptr.is_null()
        || !given.public_address.ptr.is_null()
        || given.dscp != 0
        || given.keepalive_secs != 0
        || given.receive_buffer_bytes != 0;
    if not_here {
        return Err(Fault::new(
            RTC_E_NOT_IMPLEMENTED,
            "`options`: interface_name, dscp, keepalive_secs, receive_buffer_bytes and public_address are not in this version",
        ));
    }
    Ok(address)
}

/// What a connection argument stands for.
fn connection_of<T>(raw: *mut T) -> Result<(Arc<Client>, Arc<Connection>), Fault> {
    registry::with(raw.cast(), "connection", |entry| match entry {
        Entry::Connection(client, connection) => Some((Arc::clone(client), Arc::clone(connection))),
        _ => None,
    })
}

/// Stops listening; what hangs on the last connection ends, one RTC_EVENT_CONNECTION_STATE tells.
///
/// RTC_FALSE: it is closed. Errors: RTC_E_HANDLE; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_connection_close(connection: *mut rtc_connection_t) -> rtc_result_t {
    fence(|| {
        let (client, connection) = connection_of(connection)?;
        client.disconnect(&connection)
    })
}

/// Sends a request outside any dialog: OPTIONS, MESSAGE, any but those that have a verb of their own. `context`: a client, a
/// profile, a registration or a connection. `send`, `transaction` opt.
///
/// Its final response comes as RTC_EVENT_RESPONSE, or RTC_EVENT_TRANSACTION_FAILED without one, with the cookie and the
/// transaction, which is yours where it is asked for: release it. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG;
/// RTC_E_NOT_ALLOWED (the method has a verb of its own: REGISTER, INVITE, PRACK, ACK, CANCEL, UPDATE, BYE, SUBSCRIBE, REFER, NOTIFY;
/// all but INVITE, ACK and CANCEL go with RTC_SEND_EXPERT); RTC_E_INVALID_SIP_URL; RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
///
/// RTC_SEND_REFRESH with send.expires_secs: it is repeated before it expires, half of its time or ten minutes before its end;
/// rtc_object_get gives the transaction's RTC_KIND_REFRESH, RTC_EVENT_REFRESH_STATE tells of it. From, To and Contact may stand among
/// send.headers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_request_send(
    context: *mut rtc_object_t,
    method: *const c_char,
    len: size_t,
    uri: *const c_char,
    uri_len: size_t,
    send: *const rtc_send_t,
    transaction: *mut *mut rtc_transaction_t,
) -> rtc_result_t {
    text::store_opt(transaction, std::ptr::null_mut());
    fence(|| {
        let (this, profile) = context_of(context)?;
        if method.is_null() {
            return Err(text::null("method"));
        }
        let uri = text::one_line(text::required(uri, uri_len, "uri")?, "uri")?;
        let method = method_arg(method, len)?;
        read_uri(uri, "uri")?;
        let send = args::send(send)?;
        this.open()?;
        this.need_socket()?;
        let made =
            this.turn(|agent, now| agent.send_request(now, profile.as_ref(), method, uri, &send))?;
        if transaction.is_null() {
            return Ok(RTC_OK);
        }
        give(&this, &made, transaction, "transaction")
    })
}

/// A client, or what chooses the way and the identity: a profile, a registration, a connection.
fn context_of(raw: *mut rtc_object_t) -> Result<(Arc<Client>, Option<ObjectRef>), Fault> {
    registry::with(raw, "context", |entry| match entry {
        Entry::Client(client) => Some((Arc::clone(client), None)),
        Entry::Connection(client, connection) => {
            Some((Arc::clone(client), Some(Arc::clone(&connection.object))))
        }
        Entry::Object(client, object)
            if matches!(object.kind(), Kind::Profile | Kind::Registration) =>
        {
            Some((Arc::clone(client), Some(Arc::clone(object))))
        }
        _ => None,
    })
}

/// Says what this program knows of the network: RTC_NETWORK_CHANGED (addresses: registrations are renewed),
/// RTC_NETWORK_SUSPENDED, RTC_NETWORK_RESUMED, RTC_NETWORK_LOST (all that waits ends without a message, told by one
/// RTC_EVENT_CONNECTION_STATE, with RTC_CLIENT_REPORT_EACH by one event each). `connection` NULL: all of them.
///
/// RTC_FALSE: it is in that state. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_OBJECT_STATE (closed); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_notify_network(
    client: *mut rtc_client_t,
    connection: *mut rtc_connection_t,
    change: i32,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let object = if connection.is_null() {
            None
        } else {
            let (of, connection) = connection_of(connection)?;
            if !Arc::ptr_eq(&of, &this) {
                return Err(Fault::new(
                    RTC_E_INVALIDARG,
                    "`connection` belongs to another client",
                ));
            }
            Some(Arc::clone(&connection.object))
        };
        this.open()?;
        this.command(|agent, now| agent.notify_network(now, object.as_ref(), change))
    })
}

/// Names of security mechanisms (RFC 3329), a comma list: all that are supported, or those in use with a next hop, an IP
/// address with or without port; none where nothing was agreed. `next_hop` opt.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INSUFFICIENT_BUFFER; RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_get_security_mechanisms(
    client: *mut rtc_client_t,
    next_hop: *const c_char,
    len: size_t,
    buf: *mut c_char,
    cap: size_t,
    needed: *mut size_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        text::check_buffer(buf, cap, needed)?;
        let hop = text::optional(next_hop, len, "next_hop")?;
        let found = this
            .read(|agent| agent.security_mechanisms(hop))?
            .map_err(result::refusal)?;
        text::copy_out(found, buf, cap, needed)
    })
}
