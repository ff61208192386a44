//! Functions of a transaction: answering, claiming, cancelling, reading (RFC 3261 §17).

use std::time::Duration;

use crate::agent::{Kind, RequestFilter};

use super::args;
use super::client_core::{check_out, client, held, optional_held};
use super::entry::{Entry, MessageEntry};
use super::fence::{Fault, fence};
use super::registry;
use super::result;
use super::result_codes::{RTC_E_INVALIDARG, RTC_FALSE, RTC_OK};
use super::sip_message::check_flags;
use super::structs::rtc_request_filter_t;
use super::types::{rtc_client_t, rtc_result_t, rtc_send_t, rtc_sip_message_t, rtc_transaction_t};
use super::{sized, text};

/// Answers the request of a server transaction, as RTC_EVENT_REQUEST or any event that waits for an answer gives it:
/// `status` 101 to 199 any number of times, then one of 200 to 699. `send` (opt) brings reason phrase, headers and body.
///
/// RTC_SEND_RELIABLE: 101 to 199 of an INVITE by RFC 3262. An answer to an INVITE below 300 makes a session of it, which
/// rtc_object_get gives. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE (an ACK, one of ours, over);
/// RTC_E_ALREADY_ANSWERED (by this program, or by the library itself); RTC_E_DEADLINE_PASSED; RTC_E_INVALID_DIALOG_STATE (the
/// INVITE can make no dialog); RTC_E_NOT_ALLOWED (the peer knows no 100rel); RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_transaction_respond(
    transaction: *mut rtc_transaction_t,
    status: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(transaction, Kind::Transaction, "transaction")?;
        let send = args::send(send)?;
        let status = u16::try_from(status)
            .ok()
            .filter(|status| (101..700).contains(status))
            .ok_or_else(|| {
                Fault::new(
                    RTC_E_INVALIDARG,
                    format!("`status` is {status}; it goes from 101 to 699"),
                )
            })?;
        this.command(|agent, now, object| agent.respond(now, object, status, &send))
    })
}

/// The application answers this request, within `deadline_ms` (1 to 600,000) from now on; then the library answers 500,
/// an INVITE 480, and queues RTC_EVENT_TRANSACTION_EXPIRED. May be called again.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE; RTC_E_ALREADY_ANSWERED; RTC_E_DEADLINE_PASSED;
/// life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_transaction_claim(
    transaction: *mut rtc_transaction_t,
    deadline_ms: i32,
) -> rtc_result_t {
    fence(|| {
        let this = held(transaction, Kind::Transaction, "transaction")?;
        let within = u64::try_from(deadline_ms)
            .ok()
            .filter(|ms| (1..=600_000).contains(ms))
            .ok_or_else(|| {
                Fault::new(
                    RTC_E_INVALIDARG,
                    format!("`deadline_ms` is {deadline_ms}; it goes from 1 to 600,000"),
                )
            })?;
        this.command(|agent, now, object| agent.claim(now, object, Duration::from_millis(within)))
    })
}

/// Cancels an INVITE of ours (RFC 3261 §9.1): the CANCEL is held until the first provisional response and left out when the
/// final one is there first. `send` opt: its reason goes into a Reason header.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE (no INVITE of ours, or over); RTC_E_HEADER_MALFORMED,
/// _RESERVED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_transaction_cancel(
    transaction: *mut rtc_transaction_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(transaction, Kind::Transaction, "transaction")?;
        let send = args::send(send)?;
        this.command(|agent, now, object| agent.cancel(now, object, &send))
    })
}

/// A message of a transaction, over or not: `which` 0 the request, 1 and up its responses as far as they are kept (the
/// last 16), -1 the newest response. It is yours: release it.
///
/// RTC_FALSE: there is none (yet). Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_CLIENT_NOT_INITIALIZED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_transaction_get_message(
    transaction: *mut rtc_transaction_t,
    which: i32,
    message: *mut *mut rtc_sip_message_t,
) -> rtc_result_t {
    text::store_opt(message, std::ptr::null_mut());
    fence(|| {
        let this = held(transaction, Kind::Transaction, "transaction")?;
        check_out(message, "message")?;
        let found = this
            .client
            .read(|agent| agent.transaction_message(&this.object, which))?
            .map_err(result::refusal)?;
        let Some(found) = found else {
            return Ok(RTC_FALSE);
        };
        let raw = registry::mint(Entry::Message(MessageEntry::new(found)))?;
        text::store(message, raw.cast(), "message")?;
        Ok(RTC_OK)
    })
}

/// Lets the application see requests outside dialogs before anybody else: those that the filter takes come as
/// RTC_EVENT_REQUEST with `cookie` and wait for rtc_transaction_respond, rtc_transaction_claim or rtc_event_answer; what is
/// neither answered nor claimed in time goes its ordinary way. Filters are tried in the order in which their cookies were first set.
///
/// NULL removes (RTC_FALSE: there is none). Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_LIMIT (64); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_client_set_request_filter(
    client: *mut rtc_client_t,
    cookie: i64,
    filter: *const rtc_request_filter_t,
) -> rtc_result_t {
    fence(|| {
        let this = self::client(client, "client")?;
        let filter = match sized::optional(filter, "filter")? {
            None => None,
            Some(given) => {
                check_flags(given.flags, 0)?;
                Some(RequestFilter {
                    method: text::line_field(given.method, "filter.method")?,
                    event: text::line_field(given.event, "filter.event")?,
                    accept_contact: text::line_field(
                        given.accept_contact,
                        "filter.accept_contact",
                    )?,
                    content_type: text::line_field(given.content_type, "filter.content_type")?,
                    profile: optional_held(given.profile, Kind::Profile, &this, "filter.profile")?,
                })
            }
        };
        this.open()?;
        this.command(|agent, _| agent.set_request_filter(cookie, filter))
    })
}
