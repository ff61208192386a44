//! Functions of a profile, and credentials: accounts, registration, published state (RFC 3261 §10, §22; RFC 3903).

use std::ffi::c_char;

use libc::size_t;

use crate::agent::{Credentials, Kind, ProfileOptions};

use super::args;
use super::client::word;
use super::client_core::{check_out, client, give, held};
use super::constants::{
    RTC_CREDENTIALS_DECLINE, RTC_CREDENTIALS_HA1, RTC_CREDENTIALS_OF_PEER, RTC_CREDENTIALS_PROXY,
    RTC_KIND_CLIENT, RTC_KIND_REFRESH, RTC_KIND_REGISTRATION, RTC_KIND_TRANSACTION,
    RTC_PROFILE_GRUU, RTC_PROFILE_NO_EXPIRES, RTC_PROFILE_OUTBOUND, RTC_PROFILE_PIN_NEXT_HOP,
    RTC_PROFILE_STRONGEST_DIGEST, RTC_REGISTER_ALL,
};
use super::fence::{Fault, fence};
use super::registry;
use super::result_codes::{RTC_E_INVALIDARG, RTC_E_NOT_IMPLEMENTED};
use super::sip_message::check_flags;
use super::structs::{rtc_credentials_t, rtc_profile_options_t};
use super::types::{rtc_client_t, rtc_object_t, rtc_profile_t, rtc_result_t, rtc_send_t};
use super::{sized, text};

/// An account; sends nothing. It is yours: release it.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_LIMIT (too many proxies, contacts or
/// profiles); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_profile_create(
    client: *mut rtc_client_t,
    options: *const rtc_profile_options_t,
    profile: *mut *mut rtc_profile_t,
) -> rtc_result_t {
    text::store_opt(profile, std::ptr::null_mut());
    fence(|| {
        let this = self::client(client, "client")?;
        check_out(profile, "profile")?;
        let options = read(&sized::required(options, "options")?)?;
        this.open()?;
        let made = this.turn(|agent, _| agent.create_profile(options))?;
        give(&this, &made, profile, "profile")
    })
}

fn read(given: &rtc_profile_options_t) -> Result<ProfileOptions, Fault> {
    const ALL: u32 = RTC_PROFILE_OUTBOUND
        | RTC_PROFILE_GRUU
        | RTC_PROFILE_PIN_NEXT_HOP
        | RTC_PROFILE_NO_EXPIRES
        | RTC_PROFILE_STRONGEST_DIGEST;
    check_flags(given.flags, ALL)?;
    if given.transports & !0x1F != 0 {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            "`options.transports` has bits that are no transport",
        ));
    }
    let text = text::field(given.password, "options.password")?.unwrap_or_default();
    Ok(ProfileOptions {
        flags: given.flags,
        uri: text::line_field(given.uri, "options.uri")?,
        display_name: text::line_field(given.display_name, "options.display_name")?,
        registrar: text::line_field(given.registrar, "options.registrar")?,
        proxy: text::line_field(given.proxy, "options.proxy")?,
        user: text::line_field(given.user, "options.user")?,
        password: text.into(),
        realm: text::line_field(given.realm, "options.realm")?,
        contact_params: text::line_field(given.contact_params, "options.contact_params")?,
        instance_id: text::line_field(given.instance_id, "options.instance_id")?,
        transports: given.transports,
        allowed_auth: given.allowed_auth,
        expires_secs: args::seconds(given.expires_secs, "options.expires_secs")?,
        session_types: given.session_types,
        user_data: word(given.user_data),
    })
}

/// An account from the XML that IRTCClientProvisioning::CreateProfile took; sends nothing. It is yours: release it.
///
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_MALFORMED_XML; RTC_E_INVALID_PROFILE and one RTC_E_PROFILE_…
/// for each fault; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_profile_create_from_xml(
    client: *mut rtc_client_t,
    xml: *const c_char,
    len: size_t,
    profile: *mut *mut rtc_profile_t,
) -> rtc_result_t {
    text::store_opt(profile, std::ptr::null_mut());
    fence(|| {
        let this = self::client(client, "client")?;
        if xml.is_null() {
            return Err(text::null("xml"));
        }
        check_out(profile, "profile")?;
        let xml = text::required(xml, len, "xml")?;
        this.open()?;
        let made = this.turn(|agent, _| agent.create_profile_from_xml(xml))?;
        give(&this, &made, profile, "profile")
    })
}

/// Takes the account into use: with `register_flags` RTC_REGISTER_… it registers and keeps registered, with 0 it is for
/// selection only. Again after new credentials. `roaming_flags` 0.
///
/// Progress comes as RTC_EVENT_REGISTRATION_STATE_CHANGE. RTC_FALSE: it is registered or on its way.
/// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_IMPLEMENTED (roaming); life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_profile_enable(
    profile: *mut rtc_profile_t,
    register_flags: u32,
    roaming_flags: u32,
) -> rtc_result_t {
    fence(|| {
        let this = held(profile, Kind::Profile, "profile")?;
        check_flags(register_flags, RTC_REGISTER_ALL)?;
        check_flags(roaming_flags, 0xF)?;
        if roaming_flags != 0 {
            return Err(Fault::new(
                RTC_E_NOT_IMPLEMENTED,
                "`roaming_flags`: roaming is not in this version",
            ));
        }
        this.client.open()?;
        if register_flags != 0 {
            this.client.need_socket()?;
        }
        this.command(|agent, now, profile| {
            agent.enable_profile(now, profile, register_flags, roaming_flags)
        })
    })
}

/// Takes the account out of use; unregisters.
///
/// RTC_FALSE: it is not in use. Errors: RTC_E_HANDLE; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_profile_disable(profile: *mut rtc_profile_t) -> rtc_result_t {
    fence(|| {
        let this = held(profile, Kind::Profile, "profile")?;
        this.command(|agent, now, profile| agent.disable_profile(now, profile))
    })
}

/// Publishes own event state, RFC 3903: PUBLISH with its entity tag, kept alive; RTC_SEND_END removes it.
///
/// `send.content_type` and `send.body` are the state. How it goes comes as RTC_EVENT_PUBLICATION.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_REQUEST_PENDING; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_profile_publish(
    profile: *mut rtc_profile_t,
    package: *const c_char,
    len: size_t,
    send: *const rtc_send_t,
) -> rtc_result_t {
    fence(|| {
        let this = held(profile, Kind::Profile, "profile")?;
        let package = text::one_line(text::required(package, len, "package")?, "package")?;
        let send = args::send(send)?;
        this.client.running()?;
        this.client.need_socket()?;
        this.command(|agent, now, profile| agent.publish(now, profile, package, &send))
    })
}

/// Sets the credentials for one realm or any, of a client or a profile; without a user they are forgotten.
///
/// Of the transaction in an RTC_EVENT_CHALLENGE: answers it, for `realm` or (empty) for all that are open; with
/// RTC_CREDENTIALS_DECLINE the challenge stands; of a stand-alone refresh the same. The request goes on when no realm is open any more. What is given so serves
/// the session, subscription or registration it was asked for, and nothing else.
/// With RTC_CREDENTIALS_OF_PEER, of a client or profile: peers must prove to be one of the users set so (401); without a user
/// those of the realm are forgotten.
/// Order when a challenge is answered: transaction, profile, client.
/// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE (no challenge waits there);
/// RTC_E_LIMIT; life cycle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rtc_credentials_set(
    scope: *mut rtc_object_t,
    credentials: *const rtc_credentials_t,
) -> rtc_result_t {
    fence(|| {
        let (this, object) = match registry::kind(scope) {
            RTC_KIND_CLIENT => (client(scope, "scope")?, None),
            RTC_KIND_TRANSACTION => {
                let held = held(scope, Kind::Transaction, "scope")?;
                (held.client, Some(held.object))
            }
            RTC_KIND_REGISTRATION => {
                let held = held(scope, Kind::Registration, "scope")?;
                (held.client, Some(held.object))
            }
            RTC_KIND_REFRESH => {
                let held = held(scope, Kind::Refresh, "scope")?;
                (held.client, Some(held.object))
            }
            _ => {
                let held = held(scope, Kind::Profile, "scope")?;
                (held.client, Some(held.object))
            }
        };
        let given = sized::required(credentials, "credentials")?;
        check_flags(
            given.flags,
            RTC_CREDENTIALS_DECLINE
                | RTC_CREDENTIALS_OF_PEER
                | RTC_CREDENTIALS_PROXY
                | RTC_CREDENTIALS_HA1,
        )?;
        let credentials = Credentials {
            flags: given.flags,
            realm: text::line_field(given.realm, "credentials.realm")?,
            user: text::line_field(given.user, "credentials.user")?,
            secret: text::field(given.secret, "credentials.secret")?
                .unwrap_or_default()
                .into(),
        };
        this.open()?;
        this.command(|agent, _| match &object {
            Some(transaction) if transaction.kind() == Kind::Transaction => {
                agent.answer_challenge(transaction, &credentials)
            }
            Some(refresh) if refresh.kind() == Kind::Refresh => {
                agent.set_refresh_credentials(refresh, &credentials)
            }
            profile => agent.set_credentials(profile.as_ref(), credentials),
        })
    })
}
