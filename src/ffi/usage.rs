//! Usages: what dialogs are used for, message by message (RFC 3261 §12 to §15, RFC 5057). A session is one INVITE usage
//! with media and policy; rtc_object_get leads from one to the other.

use std::ffi::c_char;
use std::sync::Arc;

use libc::size_t;

use crate::agent::{Kind, UsageKind, UsageOptions, UsageParent};

use super::args;
use super::client::word;
use super::client_core::{Client, check_out, give, held};
use super::constants::{RTC_AUTO_ALL, RTC_USAGE_CLOSE_LOCAL, RTC_USAGE_CLOSE_TELL_PEER};
use super::entry::Entry;
use super::fence::{Fault, fence};
use super::registry::{self, Raw};
use super::result_codes::{RTC_E_INVALIDARG, RTC_OK};
use super::session::method_arg;
use super::sip_message::check_flags;
use super::structs::rtc_usage_options_t;
use super::types::{rtc_object_t, rtc_result_t, rtc_send_t, rtc_transaction_t, rtc_usage_t};
use super::{sized, text};

/// What a parent argument stands for.
fn parent_of(raw: Raw) -> Result<(Arc<Client>, UsageParent), Fault> {
    registry::with(raw, "parent", |entry| match entry {
        Entry::Client(client) | Entry::Connection(client, _) => {
            Some((Arc::clone(client), UsageParent::New))
        }
        Entry::Object(client, object) => {
            let parent = match object.kind() {
                Kind::Dialog => UsageParent::Dialog(Arc::clone(object)),
                Kind::Transaction => UsageParent::Transaction(Arc::clone(object)),
                _ => return None,
            };
            Some((Arc::clone(client), parent))
        }
        _ => None,
    })
}

/// A usage; sends nothing. `kind` RTC_USAGE_…; it is yours: release it.
///
/// `parent`: a client or connection, and the first request makes a dialog; a dialog, which gets one more usage; the
/// transaction of a peer's INVITE, SUBSCRIBE or REFER that waits for its answer, which then goes out as this usage's.
/// Nothing happens by itself in it but what `options.automation` says (RTC_AUTO_…), and it is told at the SIP level:
/// RTC_EVENT_RESPONSE, _REQUEST, _USAGE_STATE, _DIALOG_STATE, _FORKED, _PRACK, _INVITE_COMPLETED, some of which the default
/// event filter hides. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_INVALID_CONTACT;
/// RTC_E_INVALID_DIALOG_STATE (the dialog is over, or has its INVITE usage); RTC_E_INVALID_TRANSACTION_STATE;
/// RTC_E_ALREADY_ANSWERED; RTC_E_DEADLINE_PASSED; RTC_E_LIMIT; RTC_E_NOT_IMPLEMENTED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_usage_create(
    parent: *mut rtc_object_t,
    kind: i32,
    options: *const rtc_usage_options_t,
    usage: *mut *mut rtc_usage_t,
) -> rtc_result_t {
    text::store_opt(usage, std::ptr::null_mut());
    fence(|| {
        let (this, parent) = parent_of(parent)?;
        check_out(usage, "usage")?;
        let given = sized::or_default(options, "options")?;
        let kind = UsageKind::from_number(kind).ok_or_else(|| {
            Fault::new(
                RTC_E_INVALIDARG,
                format!("`kind` is {kind}, which is no RTC_USAGE_…"),
            )
        })?;
        let options = read(&this, &given)?;
        this.open()?;
        let made = this.turn(|agent, now| agent.create_usage(now, kind, &parent, options))?;
        give(&this, &made, usage, "usage")
    })
}

fn read(client: &Arc<Client>, given: &rtc_usage_options_t) -> Result<UsageOptions, Fault> {
    check_flags(given.flags, 0)?;
    check_flags(given.automation, RTC_AUTO_ALL)?;
    let account = if given.registration.is_null() {
        None
    } else {
        let kinds = [Kind::Registration, Kind::Profile];
        let found = kinds
            .into_iter()
            .find_map(|kind| held(given.registration, kind, "options.registration").ok());
        let found = match found {
            Some(found) => found,
            None => held(
                given.registration,
                Kind::Registration,
                "options.registration",
            )?,
        };
        Some(found.of(client, "options.registration")?)
    };
    Ok(UsageOptions {
        account,
        uri: text::line_field(given.uri, "options.uri")?,
        from: text::line_field(given.from, "options.from")?,
        to: text::line_field(given.to, "options.to")?,
        contact: text::line_field(given.contact, "options.contact")?,
        event: text::line_field(given.event, "options.event")?,
        refer_to: text::line_field(given.refer_to, "options.refer_to")?,
        subscription_state: text::line_field(
            given.subscription_state,
            "options.subscription_state",
        )?,
        automation: given.automation,
        user_data: word(given.user_data),
    })
}

/// Sends a request in a usage: INVITE (again: re-INVITE), PRACK, ACK, UPDATE, BYE, SUBSCRIBE, REFER, NOTIFY, INFO, any.
/// `send`, `transaction` opt; the transaction is yours: release it. ACK has none.
///
/// Responses come as RTC_EVENT_RESPONSE with the cookie. RTC_SEND_SAME_ATTEMPT with the first INVITE or SUBSCRIBE of a usage
/// that has failed: the same Call-ID and From tag, the next CSeq. RTC_SEND_END with SUBSCRIBE: Expires 0.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no method, a body without its type); RTC_E_INVALID_DIALOG_REQUEST
/// (it has no place in a usage of this kind); RTC_E_INVALID_DIALOG_STATE (not now; nothing waits for that ACK or PRACK);
/// RTC_E_INVALID_OBJECT_STATE (the usage is over); RTC_E_REQUEST_PENDING; RTC_E_NOT_ALLOWED (the peer takes no UPDATE);
/// RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_usage_send(
    usage: *mut rtc_usage_t,
    method: *const c_char,
    len: size_t,
    send: *const rtc_send_t,
    transaction: *mut *mut rtc_transaction_t,
) -> rtc_result_t {
    text::store_opt(transaction, std::ptr::null_mut());
    fence(|| {
        let this = held(usage, Kind::Usage, "usage")?;
        let method = method_arg(method, len)?;
        let send = args::send(send)?;
        this.client.running()?;
        this.client.need_socket()?;
        let made = this
            .client
            .turn(|agent, now| agent.usage_send(now, &this.object, method, &send))?;
        match made {
            Some(made) if !transaction.is_null() => {
                give(&this.client, &made, transaction, "transaction")
            }
            _ => Ok(RTC_OK),
        }
    })
}

/// Leaves a usage. RTC_USAGE_CLOSE_LOCAL: without a word to the peer; _TELL_PEER: BYE, CANCEL or a refusal, Expires 0, a
/// NOTIFY that it is terminated, whatever its state asks for.
///
/// RTC_FALSE: it is over. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_usage_close(usage: *mut rtc_usage_t, mode: i32) -> rtc_result_t {
    fence(|| {
        let this = held(usage, Kind::Usage, "usage")?;
        let tell_peer = match mode {
            RTC_USAGE_CLOSE_LOCAL => false,
            RTC_USAGE_CLOSE_TELL_PEER => true,
            _ => {
                return Err(Fault::new(
                    RTC_E_INVALIDARG,
                    format!("`mode` is {mode}; it is RTC_USAGE_CLOSE_LOCAL or _TELL_PEER"),
                ));
            }
        };
        this.command(|agent, now, usage| agent.close_usage(now, usage, tell_peer))
    })
}
