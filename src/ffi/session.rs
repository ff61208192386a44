//! Functions of a session: calls and message exchanges (RFC 3261 §12–15, RFC 3264, RFC 6086, RFC 3428).

use std::ffi::c_char;

use libc::size_t;

use crate::agent::{Kind, SessionType, TerminateReason};

use super::args::{self, switch};
use super::client_core::{check_out, client, give, held, optional_held};
use super::constants::{RTC_REINVITE_NO_OFFER, RTC_REINVITE_UPDATE};
use super::fence::{Fault, fence};
use super::message_create::is_token;
use super::result_codes::{RTC_E_INVALIDARG, RTC_OK};
use super::sip_message::check_flags;
use super::structs::rtc_session_options_t;
use super::types::{rtc_client_t, rtc_participant_t, rtc_result_t, rtc_send_t, rtc_session_t};
use super::uri::read_uri;
use super::{sized, text};

/// A session in state IDLE; sends nothing. It is yours: release it. `type` RTC_SESSION_TYPE_…; `options` opt.
///
/// Errors: RTC_E_HANDLE (of options.profile too); RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_IMPLEMENTED (PHONE_TO_PHONE,
/// MULTIPARTY_IM, and options that are not in this version); RTC_E_MEDIA_DISABLED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_create(
    client: *mut rtc_client_t,
    r#type: i32,
    options: *const rtc_session_options_t,
    session: *mut *mut rtc_session_t,
) -> rtc_result_t {
    text::store_opt(session, std::ptr::null_mut());
    fence(|| {
        let this = self::client(client, "client")?;
        let given = sized::or_default(options, "options");
        let profile = match &given {
            Ok(given) => optional_held(given.profile, Kind::Profile, &this, "options.profile"),
            Err(_) => Ok(None),
        };
        let profile = profile?;
        check_out(session, "session")?;
        let given = given?;
        let session_type = SessionType::from_number(r#type).ok_or_else(|| {
            Fault::new(
                RTC_E_INVALIDARG,
                format!("`type` is {}, which is no session type", r#type),
            )
        })?;
        let mut options = args::session_options(&given, profile)?;
        options.referral = super::event::referral(given.referral, &this)?;
        this.open()?;
        let made = this.turn(|agent, _| agent.create_session(session_type, options))?;
        give(&this, &made, session, "session")
    })
}

/// Adds the one participant and sends the INVITE (RTC_SESSION_TYPE_IM: nothing yet). `name`, `send`, `participant` opt.
///
/// `uri` is a sip:, sips: or tel: URI. Progress comes as RTC_EVENT_SESSION_STATE_CHANGE and _PARTICIPANT_STATE_CHANGE; a
/// participant that is asked for is yours: release it. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG;
/// RTC_E_INVALID_SIP_URL; RTC_E_HEADER_MALFORMED, _RESERVED; RTC_E_INVALID_SESSION_STATE (not IDLE); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_add_participant(
    session: *mut rtc_session_t,
    uri: *const c_char,
    uri_len: size_t,
    name: *const c_char,
    name_len: size_t,
    send: *const rtc_send_t,
    participant: *mut *mut rtc_participant_t,
) -> rtc_result_t {
    text::store_opt(participant, std::ptr::null_mut());
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let uri = text::one_line(text::required(uri, uri_len, "uri")?, "uri")?;
        read_uri(uri, "uri")?;
        let name = text::optional(name, name_len, "name")?;
        let name = name.map(|name| text::one_line(name, "name")).transpose()?;
        let send = args::send(send)?;
        this.client.open()?;
        this.client.need_socket()?;
        let made = this
            .client
            .turn(|agent, now| agent.add_participant(now, &this.object, uri, name, &send))?;
        if participant.is_null() {
            return Ok(RTC_OK);
        }
        give(&this.client, &made, participant, "participant")
    })
}

/// Answers an incoming session: `status` 0 is 200; 101 to 199 progress; 300 to 699 refuse. `send` (opt): own description.
///
/// RTC_SEND_RELIABLE sends progress reliably (RFC 3262); RTC_EVENT_PRACK tells that it arrived. A description in it is part of
/// the exchange: the 200 then waits for the PRACK. Of a re-INVITE, once it has its PRACK, the change is in use: a refusal after
/// that goes out as 200 (RFC 6141 §3.3). Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (no 100rel); RTC_E_SDP_PARSE_FAILED; RTC_E_SIP_CODECS_DO_NOT_MATCH; RTC_E_INVALID_SESSION_STATE;
/// life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_answer(
    session: *mut rtc_session_t,
    status: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let send = args::send(send)?;
        let status = args::status(status)?;
        this.command(|agent, now, session| agent.answer(now, session, status, &send))
    })
}

/// Ends a session: refuses, cancels or hangs up, whatever its state asks for. `reason` RTC_TERMINATE_REASON_…; `send` opt.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_SESSION_STATE (it has ended, by the peer perhaps: the event is queued);
/// RTC_E_CLIENT_ALREADY_SHUT_DOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_terminate(
    session: *mut rtc_session_t,
    reason: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let send = args::send(send)?;
        let reason = TerminateReason::from_number(reason).ok_or_else(|| {
            Fault::new(
                RTC_E_INVALIDARG,
                format!("`reason` is {reason}; it goes from 0 to 7"),
            )
        })?;
        this.command(|agent, now, session| agent.terminate(now, session, reason, &send))
    })
}

/// Incoming: 302 to `uri`. Outgoing and redirected (RTC_SESSION_FAIL_ON_REDIRECT): goes on to `uri`, NULL the next contact.
///
/// `flags` 0; `send` opt. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL;
/// RTC_E_INVALID_SESSION_STATE; RTC_E_NOT_EXIST (no contact is left); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_redirect(
    session: *mut rtc_session_t,
    uri: *const c_char,
    len: size_t,
    flags: u32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let uri = text::optional(uri, len, "uri")?;
        if let Some(uri) = uri {
            read_uri(text::one_line(uri, "uri")?, "uri")?;
        }
        check_flags(flags, 0)?;
        let send = args::send(send)?;
        this.client.running()?;
        this.command(|agent, now, session| agent.redirect(now, session, uri, flags, &send))
    })
}

/// Puts the peer on hold (`hold` 1) or takes it back (0) by a re-INVITE. `send` opt.
///
/// RTC_FALSE: it is so already. How it goes comes as RTC_EVENT_SESSION_OPERATION_COMPLETE and _STATE_CHANGE; RTC_E_SIP_CALL_DISCONNECTED there: the
/// session ended, by either side's BYE, before the peer had answered.
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_SESSION_STATE; RTC_E_SIP_HOLD_OPERATION_PENDING, _UNHOLD_…,
/// RTC_E_SIP_INVITE_TRANSACTION_PENDING; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_hold(
    session: *mut rtc_session_t,
    hold: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let send = args::send(send)?;
        let hold = switch(hold, "hold")?;
        this.command(|agent, now, session| agent.hold(now, session, hold, &send))
    })
}

/// A new offer in a session that stands, `send`'s own or the library's. `flags` RTC_REINVITE_…; `send` opt.
///
/// RTC_REINVITE_UPDATE sends UPDATE, once descriptions have been exchanged before the session stands too. How it goes comes as
/// RTC_EVENT_SESSION_OPERATION_COMPLETE; RTC_E_SIP_CALL_DISCONNECTED there: the session ended first.
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (the peer takes no UPDATE); RTC_E_INVALID_SESSION_STATE;
/// RTC_E_SIP_INVITE_TRANSACTION_PENDING; RTC_E_SDP_PARSE_FAILED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_reinvite(
    session: *mut rtc_session_t,
    flags: u32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let send = args::send(send)?;
        check_flags(flags, RTC_REINVITE_UPDATE | RTC_REINVITE_NO_OFFER)?;
        this.command(|agent, now, session| agent.reinvite(now, session, flags, &send))
    })
}

/// A request inside a session: "INFO", "MESSAGE" (RTC_SESSION_TYPE_IM: to the participant), "OPTIONS", any other. `send` opt.
///
/// Messages go out one after the other, each when the one before has its answer. What is taken from the peer the additional headers
/// of the session or client say: `Accept` the types of messages (else 415; without it all), `Recv-Info` the packages of INFO (else
/// 469; INFO that names none is always taken).
/// Its response comes as RTC_EVENT_SESSION_OPERATION_COMPLETE with the cookie; RTC_E_SIP_CALL_DISCONNECTED there: the session
/// ended first. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no method); RTC_E_NOT_ALLOWED (it has a verb of its
/// own); RTC_E_INVALID_SESSION_STATE; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_send(
    session: *mut rtc_session_t,
    method: *const c_char,
    len: size_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let method = method_arg(method, len)?;
        let send = args::send(send)?;
        this.client.running()?;
        this.client.need_socket()?;
        this.command(|agent, now, session| agent.session_send(now, session, method, &send))
    })
}

/// Tells the peer of a message session or call that we type, RTC_MESSAGING_USER_STATUS_TYPING, or no longer do, _IDLE (RFC 3994).
///
/// The library writes the body; the same again within a minute is not sent: RTC_FALSE. A message with content says idle by itself.
/// The peer's word comes as RTC_EVENT_MESSAGING, kind RTC_MESSAGING_EVENT_STATUS, with the state; idle too when it lapses. `send` opt.
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG (no status; a body); RTC_E_INVALID_SESSION_STATE; RTC_E_LIMIT; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_send_status(
    session: *mut rtc_session_t,
    status: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let send = args::send(send)?;
        this.client.running()?;
        this.client.need_socket()?;
        this.command(|agent, now, session| agent.session_send_status(now, session, status, &send))
    })
}

/// A method argument.
pub(super) fn method_arg<'a>(method: *const c_char, len: size_t) -> Result<&'a str, Fault> {
    let method = text::required(method, len, "method")?;
    if is_token(method) {
        return Ok(method);
    }
    Err(Fault::new(
        RTC_E_INVALIDARG,
        "`method` is no method: letters, digits and -.!%*_+`'~",
    ))
}
