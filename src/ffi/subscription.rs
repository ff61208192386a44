//! Functions of subscriptions, both ends: RFC 6665 as subscriber and as notifier.

use std::ffi::c_char;

use libc::size_t;

use crate::agent::{Kind, SubscriptionOptions, WatcherState};

use super::args;
use super::client::word;
use super::client_core::{check_out, client, give, held, optional_held};
use super::constants::{RTC_SUBSCRIPTION_FETCH, RTC_SUBSCRIPTION_UNSOLICITED};
use super::fence::{Fault, fence};
use super::result_codes::RTC_E_INVALIDARG;
use super::sip_message::check_flags;
use super::structs::rtc_subscription_options_t;
use super::types::{rtc_client_t, rtc_result_t, rtc_send_t, rtc_subscription_t, rtc_watcher_t};
use super::{sized, text};

/// A subscription to any event package; sends nothing, so that headers can be set first. It is yours: release it.
///
/// Errors: RTC_E_HANDLE (of options.profile too); RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_subscription_create(
    client: *mut rtc_client_t,
    options: *const rtc_subscription_options_t,
    subscription: *mut *mut rtc_subscription_t,
) -> rtc_result_t {
    text::store_opt(subscription, std::ptr::null_mut());
    fence(|| {
        let this = self::client(client, "client")?;
        let given = sized::required(options, "options");
        let profile = match &given {
            Ok(given) => optional_held(given.profile, Kind::Profile, &this, "options.profile"),
            Err(_) => Ok(None),
        };
        let profile = profile?;
        check_out(subscription, "subscription")?;
        let given = given?;
        check_flags(
            given.flags,
            RTC_SUBSCRIPTION_UNSOLICITED | RTC_SUBSCRIPTION_FETCH,
        )?;
        let options = SubscriptionOptions {
            flags: given.flags,
            profile,
            uri: text::line_field(given.uri, "options.uri")?,
            event: text::line_field(given.event, "options.event")?,
            accept: text::line_field(given.accept, "options.accept")?,
            expires_secs: args::seconds(given.expires_secs, "options.expires_secs")?,
            user_data: word(given.user_data),
        };
        if options.event.is_empty() {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                "`options.event` names no event package",
            ));
        }
        this.open()?;
        let made = this.turn(|agent, _| agent.create_subscription(options))?;
        give(&this, &made, subscription, "subscription")
    })
}

/// SUBSCRIBE, or anew when it stands; of an unsolicited one: switch on. `send` opt.
///
/// Progress comes as RTC_EVENT_SUBSCRIPTION_STATE_CHANGE, notifications as RTC_EVENT_SUBSCRIPTION_NOTIFY.
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_HEADER_MALFORMED, _RESERVED; RTC_E_REQUEST_PENDING; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_subscription_subscribe(
    subscription: *mut rtc_subscription_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(subscription, Kind::Subscription, "subscription")?;
        let send = args::send(send)?;
        this.client.open()?;
        this.client.need_socket()?;
        this.command(|agent, now, subscription| agent.subscribe(now, subscription, &send))
    })
}

/// Ends a subscription: Expires 0, then its last NOTIFY; of an unsolicited one: switch off. `send` opt.
///
/// RTC_FALSE: it does not stand. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_subscription_unsubscribe(
    subscription: *mut rtc_subscription_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(subscription, Kind::Subscription, "subscription")?;
        let send = args::send(send)?;
        this.command(|agent, now, subscription| agent.unsubscribe(now, subscription, &send))
    })
}

/// Decides on a watcher: ALLOWED (200, active), PROMPT (202, pending), BLOCKED (200, told nothing), DENIED (403); later it
/// changes the decision. `send` (opt): the first notification's body.
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_OBJECT_STATE (it has ended); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_watcher_answer(
    watcher: *mut rtc_watcher_t,
    state: i32,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(watcher, Kind::Watcher, "watcher")?;
        let send = args::send(send)?;
        let state = WatcherState::from_number(state)
            .filter(|state| !matches!(state, WatcherState::Unknown | WatcherState::Offering))
            .ok_or_else(|| {
                Fault::new(
                    RTC_E_INVALIDARG,
                    format!("`state` is {state}; decide ALLOWED, BLOCKED, DENIED or PROMPT"),
                )
            })?;
        this.command(|agent, now, watcher| agent.watcher_answer(now, watcher, state, &send))
    })
}

/// Sends a NOTIFY, which also decides an undecided watcher: `state` "active", "pending", "terminated;reason=noresource", NULL keeps it; the body from `send` (opt).
///
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_OBJECT_STATE (it has ended); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_watcher_notify(
    watcher: *mut rtc_watcher_t,
    state: *const c_char,
    len: size_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(watcher, Kind::Watcher, "watcher")?;
        let state = text::optional(state, len, "state")?;
        let state = state
            .map(|state| text::one_line(state, "state"))
            .transpose()?;
        let send = args::send(send)?;
        this.command(|agent, now, watcher| agent.watcher_notify(now, watcher, state, &send))
    })
}
