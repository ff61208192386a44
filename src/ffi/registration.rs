//! Functions of a registration of the application's own, and of refreshes (RFC 3261 §10).

use std::sync::Arc;

use crate::agent::{Kind, RegistrationOptions};
use crate::usage::binding::Operation;

use super::args;
use super::args::seconds;
use super::client::word;
use super::client_core::{check_out, give, held};
use super::constants::{
    RTC_REGISTRATION_FETCH, RTC_REGISTRATION_REGISTER, RTC_REGISTRATION_UNREGISTER,
    RTC_REGISTRATION_UNREGISTER_ALL, RTC_REGISTRATION_UPDATE,
};
use super::entry::Entry;
use super::fence::{Fault, fence};
use super::registry;
use super::result;
use super::result_codes::{RTC_E_INVALIDARG, RTC_OK};
use super::structs::rtc_registration_options_t;
use super::types::{
    rtc_object_t, rtc_refresh_t, rtc_registration_t, rtc_result_t, rtc_send_t, rtc_transaction_t,
};
use super::{sized, text};

/// One binding of an address of record, third-party too; sends nothing. It is yours: release it (which unregisters
/// nothing). `parent`: a client, or one of its connections, by which its requests then go.
///
/// Nothing is done by itself but what `options.automation` names: RTC_AUTO_AUTHENTICATION, RTC_AUTO_REFRESH.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_INVALID_URI_TYPE; RTC_E_INVALID_CONTACT;
/// RTC_E_LIMIT; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_registration_create(
    parent: *mut rtc_object_t,
    options: *const rtc_registration_options_t,
    registration: *mut *mut rtc_registration_t,
) -> rtc_result_t {
    text::store_opt(registration, std::ptr::null_mut());
    fence(|| {
        let (this, connection) = registry::with(parent, "parent", |entry| match entry {
            Entry::Client(client) => Some((Arc::clone(client), None)),
            Entry::Connection(client, connection) => {
                Some((Arc::clone(client), Some(Arc::clone(&connection.object))))
            }
            _ => None,
        })?;
        check_out(registration, "registration")?;
        let given = sized::required(options, "options")?;
        let options = RegistrationOptions {
            flags: given.flags,
            aor: text::line_field(given.aor, "options.aor")?,
            contact: text::line_field(given.contact, "options.contact")?,
            registrar: text::line_field(given.registrar, "options.registrar")?,
            from: text::line_field(given.from, "options.from")?,
            outbound_proxy: text::line_field(given.outbound_proxy, "options.outbound_proxy")?,
            expires_secs: seconds(given.expires_secs, "options.expires_secs")?,
            automation: given.automation,
            connection,
            user_data: word(given.user_data),
        };
        this.open()?;
        let made = this.turn(|agent, _| agent.create_registration(&options))?;
        give(&this, &made, registration, "registration")
    })
}

fn operation(operation: i32) -> Result<Operation, Fault> {
    match operation {
        RTC_REGISTRATION_REGISTER => Ok(Operation::Register),
        RTC_REGISTRATION_UPDATE => Ok(Operation::Update),
        RTC_REGISTRATION_UNREGISTER => Ok(Operation::Unregister),
        RTC_REGISTRATION_UNREGISTER_ALL => Ok(Operation::UnregisterAll),
        RTC_REGISTRATION_FETCH => Ok(Operation::Fetch),
        other => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`operation` is {other}, which is no RTC_REGISTRATION_REGISTER or its like"),
        )),
    }
}

/// Sends a REGISTER: to make, update, remove this binding or all of the address of record, or to ask which there are
/// (RTC_EVENT_REGISTRATION, whose text is the list). `send` brings headers and, in expires_secs, another time; `transaction` opt.
///
/// It ends in RTC_EVENT_RESPONSE or RTC_EVENT_TRANSACTION_FAILED with the transaction, then RTC_EVENT_REGISTRATION. The registration
/// of a profile has its transactions to itself: `transaction` gets NULL. RTC_FALSE: it is not registered, nothing was sent.
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_REGISTRATION_STATE; RTC_E_INVALID_OBJECT_STATE (it
/// is gone); RTC_E_REQUEST_PENDING; RTC_E_HEADER_MALFORMED, _RESERVED (Contact and Expires too); RTC_E_NOT_ALLOWED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_registration_send(
    registration: *mut rtc_registration_t,
    operation: i32,
    send: *const rtc_send_t,
    transaction: *mut *mut rtc_transaction_t,
) -> rtc_result_t {
    text::store_opt(transaction, std::ptr::null_mut());
    fence(|| {
        let this = held(registration, Kind::Registration, "registration")?;
        let operation = self::operation(operation)?;
        let send = args::send(send)?;
        // What ends something may be sent while goodbye is being said.
        this.client.running()?;
        this.client.need_socket()?;
        let (verdict, made) = this
            .client
            .turn(|agent, now| agent.send_registration(now, &this.object, operation, &send))?;
        if let (Some(made), false) = (made, transaction.is_null()) {
            give(&this.client, &made, transaction, "transaction")?;
        }
        let done = result::verdict(verdict);
        Ok(if done == RTC_OK { RTC_OK } else { done })
    })
}

/// Repeats a refreshed request now, with the headers and body of `send` (RTC_REFRESH_UPDATE), or ends it with Expires 0
/// (RTC_REFRESH_TERMINATE). `send` opt.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (it belongs to a registration or subscription: ask its owner);
/// RTC_E_INVALID_OBJECT_STATE (it does not stand); RTC_E_REQUEST_PENDING; RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_refresh_send(
    refresh: *mut rtc_refresh_t,
    operation: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(refresh, Kind::Refresh, "refresh")?;
        let send = args::send(send)?;
        this.command(|agent, now, object| agent.refresh(now, object, operation, &send))
    })
}
