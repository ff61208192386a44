//! Arguments that several objects take, as the agent wants them.

use std::time::Duration;

use crate::agent::{ObjectRef, Reliable, Send, SessionOptions};

use super::constants::{
    RTC_AUTO_ALL, RTC_SESSION_ALL_FORKS, RTC_SESSION_FAIL_ON_REDIRECT, RTC_SESSION_FORCE_PROFILE,
    RTC_SESSION_OLD_HOLD,
};
use super::fence::Fault;
use super::result_codes::RTC_E_INVALIDARG;
use super::sip_message::check_flags;
use super::structs::rtc_session_options_t;
use super::types::rtc_send_t;
use super::{sized, text};

/// All RTC_SEND_… bits.
const SEND_FLAGS: u32 = 0x3F;
/// All RTC_MEDIA_… bits.
const MEDIA: u32 = 0x1F;

/// What rides on a message; nothing when left out.
pub(super) fn send(given: *const rtc_send_t) -> Result<Send, Fault> {
    let Some(given) = sized::optional(given, "send")? else {
        return Ok(Send::default());
    };
    check_flags(given.flags, SEND_FLAGS)?;
    Ok(Send {
        flags: given.flags,
        cookie: given.cookie,
        headers: text::field(given.headers, "send.headers")?.map(Into::into),
        content_type: optional_line(given.content_type, "send.content_type")?,
        body: text::field_bytes(given.body, "send.body")?.map(Into::into),
        reason: optional_line(given.reason, "send.reason")?,
        expires_secs: seconds(given.expires_secs, "send.expires_secs")?,
        media: media(given.media, "send.media")?,
    })
}

fn optional_line(
    view: super::types::rtc_str_t,
    what: &'static str,
) -> Result<Option<Box<str>>, Fault> {
    match text::field(view, what)? {
        Some(line) => Ok(Some(text::one_line(line, what)?.into())),
        None => Ok(None),
    }
}

/// Seconds; below 0 is refused.
pub(super) fn seconds(secs: i32, what: &'static str) -> Result<u32, Fault> {
    u32::try_from(secs)
        .map_err(|_| Fault::new(RTC_E_INVALIDARG, format!("`{what}` is {secs}, below 0")))
}

/// Milliseconds, 0 for the default; below 0 is refused.
pub(super) fn duration_ms(ms: i32, what: &'static str) -> Result<Option<Duration>, Fault> {
    match u64::try_from(ms) {
        Ok(0) => Ok(None),
        Ok(ms) => Ok(Some(Duration::from_millis(ms))),
        Err(_) => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`{what}` is {ms}, below 0"),
        )),
    }
}

/// A time-out: -1 none.
pub(super) fn timeout_ms(ms: i32) -> Result<Option<Duration>, Fault> {
    match u64::try_from(ms) {
        Ok(ms) => Ok(Some(Duration::from_millis(ms))),
        Err(_) if ms == -1 => Ok(None),
        Err(_) => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`timeout_ms` is {ms}; -1 waits for ever"),
        )),
    }
}

/// A media mask.
fn media(mask: u32, what: &'static str) -> Result<u32, Fault> {
    if mask & !MEDIA == 0 {
        return Ok(mask);
    }
    Err(Fault::new(
        RTC_E_INVALIDARG,
        format!("`{what}` has 0x{:x}, which is no medium", mask & !MEDIA),
    ))
}

/// A SIP status, 0 for the usual one.
pub(super) fn status(status: i32) -> Result<u16, Fault> {
    u16::try_from(status)
        .ok()
        .filter(|status| *status == 0 || (101..700).contains(status))
        .ok_or_else(|| {
            Fault::new(
                RTC_E_INVALIDARG,
                format!("`status` is {status}; it goes from 101 to 699, 0 is 200"),
            )
        })
}

/// 0 or 1.
pub(super) fn switch(value: i32, what: &'static str) -> Result<bool, Fault> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`{what}` is {value}; it is 0 or 1"),
        )),
    }
}

/// Seconds of a session timer: 0 for the default, else at least 90 (RFC 4028 §5); -1 where there may be none.
fn session_secs(secs: i32, least: i32, what: &'static str) -> Result<i32, Fault> {
    if secs >= 90 || (least..=0).contains(&secs) {
        return Ok(secs);
    }
    Err(Fault::new(
        RTC_E_INVALIDARG,
        format!("`{what}` is {secs}; the least is 90"),
    ))
}

/// What a session is made of; `profile` was looked up already.
pub(super) fn session_options(
    given: &rtc_session_options_t,
    profile: Option<ObjectRef>,
) -> Result<SessionOptions, Fault> {
    check_flags(
        given.flags,
        RTC_SESSION_FORCE_PROFILE
            | RTC_SESSION_FAIL_ON_REDIRECT
            | RTC_SESSION_ALL_FORKS
            | RTC_SESSION_OLD_HOLD,
    )?;
    text::field(given.local_phone_uri, "options.local_phone_uri")?;
    if !(0..=2).contains(&given.reliable) {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!(
                "`options.reliable` is {}; it goes from 0 to 2",
                given.reliable
            ),
        ));
    }
    check_flags(given.manual, RTC_AUTO_ALL)?;
    let options = SessionOptions {
        flags: given.flags,
        profile,
        content_type: text::line_field(given.content_type, "options.content_type")?,
        description: text::field_bytes(given.description, "options.description")?.map(Into::into),
        media: media(given.media, "options.media")?,
        reliable: match given.reliable {
            1 => Reliable::Required,
            2 => Reliable::Off,
            _ => Reliable::Supported,
        },
        session_expires_secs: session_secs(
            given.session_expires_secs,
            -1,
            "options.session_expires_secs",
        )?,
        min_se_secs: session_secs(given.min_se_secs, 0, "options.min_se_secs")?,
        referral: None,
        manual: given.manual,
        user_data: given.user_data.expose_provenance(),
    };
    Ok(options)
}
