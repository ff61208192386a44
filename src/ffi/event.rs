//! Functions of an event: one record, its message, its text, the answer to what it asks.

use std::sync::Arc;

use crate::agent::ReferralKey;

use super::args;
use super::client_core::Client;
use super::client_core::check_out;
use super::constants::{
    RTC_EVENT_TEXT_CALL_ID, RTC_EVENT_TEXT_JSON, RTC_EVENT_TEXT_LOCAL_TAG,
    RTC_EVENT_TEXT_REMOTE_TAG, RTC_EVENT_TEXT_SEARCH_VALUE,
};
use super::entry::Entry;
use super::event_record::EventRecord;
use super::fence::{Fault, fence};
use super::records::rtc_event_info_t;
use super::registry;
use super::result_codes::{
    RTC_E_ALREADY_ANSWERED, RTC_E_INVALIDARG, RTC_E_NO_SIP_MESSAGE, RTC_E_NOT_ALLOWED, RTC_FALSE,
    RTC_OK,
};
use super::types::{rtc_event_t, rtc_result_t, rtc_send_t, rtc_sip_message_t, rtc_str_t};
use super::{sized, text};

/// What an event argument stands for.
pub(super) fn record<T>(raw: *mut T) -> Result<Arc<EventRecord>, Fault> {
    registry::with(raw.cast(), "event", |entry| match entry {
        Entry::Event(record) => Some(Arc::clone(record)),
        _ => None,
    })
}

/// The REFER that an event of this client tells of; none without event.
pub(super) fn referral(
    raw: *mut rtc_event_t,
    client: &Arc<Client>,
) -> Result<Option<ReferralKey>, Fault> {
    if raw.is_null() {
        return Ok(None);
    }
    let record = record(raw)?;
    if !Arc::ptr_eq(&record.client, client) {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options.referral` belongs to another client",
        ));
    }
    match record.event.referral {
        Some(referral) => Ok(Some(referral)),
        None => Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options.referral` tells of no REFER",
        )),
    }
}

/// The whole record in one call; handles and texts in it live as long as the event is held.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (size); RTC_E_LIMIT (no handle is left).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_event_get_info(
    event: *mut rtc_event_t,
    info: *mut rtc_event_info_t,
) -> rtc_result_t {
    fence(|| {
        let this = record(event)?;
        let out = sized::out(info, "info")?;
        out.write(&this.info()?);
        Ok(RTC_OK)
    })
}

/// The message that caused the event; it is yours: release it.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_NO_SIP_MESSAGE (a time-out or a call of this program caused it).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_event_get_sip_message(
    event: *mut rtc_event_t,
    message: *mut *mut rtc_sip_message_t,
) -> rtc_result_t {
    text::store_opt(message, std::ptr::null_mut());
    fence(|| {
        let this = record(event)?;
        check_out(message, "message")?;
        let raw = this
            .lend_message()?
            .ok_or_else(|| Fault::new(RTC_E_NO_SIP_MESSAGE, "no SIP message caused this event"))?;
        text::store(message, raw.cast(), "message")?;
        Ok(RTC_OK)
    })
}

/// A text made from the event, a view that lives as long as the event is held. `index` 0.
///
/// RTC_EVENT_TEXT_JSON: the event as one line of JSON. Its fields, in this order, those that do not apply left out: event (the
/// type in lower case, "session_state_change"), sequence, time_us, profile, session, participant, subscription, watcher,
/// transaction (numbers that name the objects), cookie, state, kind, reason (names in lower case, or numbers), status (SIP) or
/// result (name), status_text, uri, text, content_type, body, document (what the body says, where its type is one that the library
/// reads: presence, watcher, dialog, registration and conference information, message summaries, key presses, typing) or
/// document_fault (malformed, too_large, not_this_document, invalid), value (array), capabilities (of a 2xx to
/// OPTIONS: methods, tags, types, encodings, languages, packages, codecs), answer_within_ms, forked, last, start_line and call_id (of
/// the message). RTC_EVENT_TEXT_CALL_ID, _LOCAL_TAG, _REMOTE_TAG:
/// of RTC_EVENT_SESSION_CONSULTANT_REFERRED, the dialog to replace as its target sees it. Any other is empty, with RTC_FALSE.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_event_get_text(
    event: *mut rtc_event_t,
    what: i32,
    index: i32,
    text: *mut rtc_str_t,
) -> rtc_result_t {
    fence(|| {
        let this = record(event)?;
        if text.is_null() {
            return Err(text::null("text"));
        }
        if !(RTC_EVENT_TEXT_JSON..=RTC_EVENT_TEXT_SEARCH_VALUE).contains(&what) {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`what` is {what}, which is no text of an event"),
            ));
        }
        if index != 0 {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`index` is {index}; this text has no parts"),
            ));
        }
        if what != RTC_EVENT_TEXT_JSON {
            let part = match what {
                RTC_EVENT_TEXT_CALL_ID => this.event.named_dialog(0),
                RTC_EVENT_TEXT_LOCAL_TAG => this.event.named_dialog(1),
                RTC_EVENT_TEXT_REMOTE_TAG => this.event.named_dialog(2),
                _ => None,
            };
            let found = part.is_some();
            let part = part.map_or_else(rtc_str_t::default, |part| text::lend(part.as_bytes()));
            text::store(text, part, "text")?;
            return Ok(if found { RTC_OK } else { RTC_FALSE });
        }
        text::store(text, text::lend(this.json().as_bytes()), "text")?;
        Ok(RTC_OK)
    })
}

/// Answers the request in an event whose answer_within_ms is above 0: `status` 0 accepts (200 or 202). `send` opt.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (nothing waits in this event); RTC_E_ALREADY_ANSWERED;
/// RTC_E_DEADLINE_PASSED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_event_answer(
    event: *mut rtc_event_t,
    status: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = record(event)?;
        let send = args::send(send)?;
        let status = args::status(status)?;
        let Some(answer) = this.event.answer else {
            return Err(Fault::new(
                RTC_E_NOT_ALLOWED,
                "no request waits for an answer in this event",
            ));
        };
        if this.is_answered() {
            return Err(Fault::new(
                RTC_E_ALREADY_ANSWERED,
                "the request of this event has been answered",
            ));
        }
        let done = this
            .client
            .command(|agent, now| agent.answer_event(now, answer, status, &send))?;
        this.set_answered();
        Ok(done)
    })
}
