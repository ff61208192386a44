//! Functions of transfer: REFER by us and of us, calls that replace or join others (RFC 3515, RFC 3891, RFC 3911, RFC 5589).

use std::ffi::c_char;

use libc::size_t;

use crate::agent::{DialogId, Kind, replaces};

use super::client_core::{held, optional_held};
use super::constants::{RTC_DIALOG_ID_EARLY_ONLY, RTC_DIALOG_ID_JOIN, RTC_DIALOG_ID_TARGET};
use super::fence::{Fault, fence};
use super::result_codes::{RTC_E_INVALIDARG, RTC_E_NOT_ALLOWED};
use super::sip_message::check_flags;
use super::structs::rtc_dialog_id_t;
use super::types::{rtc_event_t, rtc_result_t, rtc_send_t, rtc_session_t};
use super::{args, event, sized, text};

const _: () = assert!(
    RTC_DIALOG_ID_EARLY_ONLY == replaces::DIALOG_ID_EARLY_ONLY
        && RTC_DIALOG_ID_JOIN == replaces::DIALOG_ID_JOIN
        && RTC_DIALOG_ID_TARGET == replaces::DIALOG_ID_TARGET
);

/// Refers the session's peer: blind to `uri`, or attended to the peer of `consult` in that call's place. One of the two opt.
///
/// Progress comes as RTC_EVENT_SESSION_REFER_STATUS; RTC_EVENT_SESSION_OPERATION_COMPLETE has the cookie, and as result what
/// the new call came to, or RTC_E_REFER_NOT_ACCEPTED. After success the library ends the session (and `consult`), else it is as
/// before. RTC_SEND_NO_SUBSCRIPTION: no progress is asked for. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL;
/// RTC_E_SIP_REFER_OPERATION_PENDING; RTC_E_INVALID_SESSION_STATE; RTC_E_LIMIT; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_refer(
    session: *mut rtc_session_t,
    uri: *const c_char,
    len: size_t,
    consult: *mut rtc_session_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        let consult = optional_held(consult, Kind::Session, &this.client, "consult")?;
        let uri = text::optional(uri, len, "uri")?;
        let uri = uri.map(|uri| text::one_line(uri, "uri")).transpose()?;
        let send = args::send(send)?;
        this.client.running()?;
        this.client.need_socket()?;
        this.command(|agent, now, session| agent.refer(now, session, uri, consult.as_ref(), &send))
    })
}

/// The INVITE of an idle session will carry Replaces, or by `id.flags` Join or Target-Dialog: pick-up, retrieval from park.
///
/// Who is called refuses with 481 when it has no such dialog; that comes as any refusal. Errors: RTC_E_HANDLE; RTC_E_POINTER;
/// RTC_E_INVALIDARG; RTC_E_INVALID_SESSION_STATE (not IDLE, or id.session has no dialog); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_session_replace(
    session: *mut rtc_session_t,
    id: *const rtc_dialog_id_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(session, Kind::Session, "session")?;
        if id.is_null() {
            return Err(text::null("id"));
        }
        let given: rtc_dialog_id_t = sized::or_default(id, "id")?;
        check_flags(
            given.flags,
            RTC_DIALOG_ID_EARLY_ONLY | RTC_DIALOG_ID_JOIN | RTC_DIALOG_ID_TARGET,
        )?;
        let id = DialogId {
            flags: given.flags,
            session: optional_held(given.session, Kind::Session, &this.client, "id.session")?,
            call_id: text::line_field(given.call_id, "id.call_id")?,
            local_tag: text::line_field(given.local_tag, "id.local_tag")?,
            remote_tag: text::line_field(given.remote_tag, "id.remote_tag")?,
        };
        this.command(|agent, _, session| agent.session_replace(session, &id))
    })
}

/// RTC_EVENT_SESSION_REFERRED, accepted: tells the referrer how it goes, `status` 100 to 699; from 200 on that is the last word.
///
/// A session made with options.referral is reported on by itself. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (no
/// such event); RTC_E_REFER_NOT_ALLOWED (not accepted); RTC_E_REFER_NOT_EXIST (over, or nobody wants reports); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_event_report_referral(
    event: *mut rtc_event_t,
    status: i32,
) -> rtc_result_t {
    fence(|| {
        let this = event::record(event)?;
        let Some(referral) = this.event.referral else {
            return Err(Fault::new(RTC_E_NOT_ALLOWED, "the event tells of no REFER"));
        };
        let status = u16::try_from(status)
            .ok()
            .filter(|status| (100..700).contains(status))
            .ok_or_else(|| {
                Fault::new(
                    RTC_E_INVALIDARG,
                    format!("`status` is {status}; it goes from 100 to 699"),
                )
            })?;
        this.client
            .command(|agent, now| agent.report_referral(now, referral, status))
    })
}
