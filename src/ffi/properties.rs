//! Passive values by number: which there are, and where they come from.
//!
//! The exports are in `object`; the agent keeps the values of its own objects.

use std::sync::Arc;

use crate::agent::{AnswerMode, SessionType};

use super::client_core::Client;
use super::constants::{RTC_LISTEN_MODE_BOTH, RTC_LISTEN_MODE_NONE};
use super::fence::{Fault, Outcome};
use super::listen;
use super::numbers::*;
use super::result_codes::{RTC_E_INVALIDARG, RTC_E_NOT_ALLOWED, RTC_E_NOT_EXIST, RTC_OK};

/// What a property holds.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Form {
    Number,
    Text,
}

/// One row of the table: what it holds, whether it can be set, whether its index means something.
#[derive(Clone, Copy)]
pub(super) struct Property {
    number: i32,
    form: Form,
    writable: bool,
    indexed: bool,
}

const fn n(number: i32) -> Property {
    Property {
        number,
        form: Form::Number,
        writable: false,
        indexed: false,
    }
}

const fn t(number: i32) -> Property {
    Property {
        form: Form::Text,
        ..n(number)
    }
}

const fn w(property: Property) -> Property {
    Property {
        writable: true,
        ..property
    }
}

const fn i(property: Property) -> Property {
    Property {
        indexed: true,
        ..property
    }
}

const TABLE: &[Property] = &[
    n(RTC_PROPERTY_CLIENT_EVENT_FILTER),
    n(RTC_PROPERTY_CLIENT_LISTEN_MODE),
    i(w(n(RTC_PROPERTY_CLIENT_ANSWER_MODE))),
    i(w(n(RTC_PROPERTY_CLIENT_ALLOWED_PORTS))),
    w(t(RTC_PROPERTY_CLIENT_LOCAL_USER_URI)),
    w(t(RTC_PROPERTY_CLIENT_LOCAL_USER_NAME)),
    i(t(RTC_PROPERTY_CLIENT_NETWORK_ADDRESS)),
    w(t(RTC_PROPERTY_CLIENT_OPTIONS_BODY)),
    w(t(RTC_PROPERTY_CLIENT_OPTIONS_TYPE)),
    w(n(RTC_PROPERTY_CLIENT_SIP_PRIVACY)),
    w(t(RTC_PROPERTY_CLIENT_TRUSTED_HOPS)),
    t(RTC_PROPERTY_PROFILE_KEY),
    t(RTC_PROPERTY_PROFILE_NAME),
    t(RTC_PROPERTY_PROFILE_XML),
    w(t(RTC_PROPERTY_PROFILE_USER_URI)),
    w(t(RTC_PROPERTY_PROFILE_USER_NAME)),
    t(RTC_PROPERTY_PROFILE_USER_ACCOUNT),
    w(t(RTC_PROPERTY_PROFILE_REALM)),
    w(n(RTC_PROPERTY_PROFILE_ALLOWED_AUTH)),
    t(RTC_PROPERTY_PROFILE_SERVER),
    n(RTC_PROPERTY_PROFILE_TRANSPORT),
    n(RTC_PROPERTY_PROFILE_SESSION_CAPABILITIES),
    n(RTC_PROPERTY_PROFILE_EXPIRES),
    i(t(RTC_PROPERTY_PROFILE_REGISTERED_CONTACT)),
    w(t(RTC_PROPERTY_PROFILE_PROXY)),
    t(RTC_PROPERTY_PROFILE_SERVICE_ROUTE),
    i(t(RTC_PROPERTY_PROFILE_ASSOCIATED_URI)),
    t(RTC_PROPERTY_PROFILE_GRUU),
    t(RTC_PROPERTY_PROFILE_TEMP_GRUU),
    n(RTC_PROPERTY_PROFILE_SERVER_TIME),
    n(RTC_PROPERTY_SESSION_TYPE),
    t(RTC_PROPERTY_SESSION_CALL_ID),
    t(RTC_PROPERTY_SESSION_REMOTE_URI),
    t(RTC_PROPERTY_SESSION_REMOTE_NAME),
    t(RTC_PROPERTY_SESSION_REMOTE_TYPE),
    t(RTC_PROPERTY_SESSION_REMOTE_DESCRIPTION),
    t(RTC_PROPERTY_SESSION_LOCAL_DESCRIPTION),
    i(t(RTC_PROPERTY_SESSION_REDIRECT_URI)),
    i(t(RTC_PROPERTY_SESSION_REDIRECT_NAME)),
    n(RTC_PROPERTY_SESSION_CAN_ADD_PARTICIPANTS),
    n(RTC_PROPERTY_SESSION_DURATION_MS),
    n(RTC_PROPERTY_SESSION_HOLD),
    w(n(RTC_PROPERTY_SESSION_AUTOMATION)),
    w(t(RTC_PROPERTY_SESSION_REFERRED_BY)),
    w(t(RTC_PROPERTY_SESSION_REFER_COOKIE)),
    n(RTC_PROPERTY_SESSION_IS_REFERRED),
    w(n(RTC_PROPERTY_SESSION_SIP_PRIVACY)),
    w(t(RTC_PROPERTY_SESSION_LOCAL_IDENTITY)),
    i(t(RTC_PROPERTY_SESSION_ASSERTED_IDENTITY)),
    t(RTC_PROPERTY_PARTICIPANT_URI),
    t(RTC_PROPERTY_PARTICIPANT_NAME),
    n(RTC_PROPERTY_PARTICIPANT_REMOVABLE),
    t(RTC_PROPERTY_SUBSCRIPTION_EVENT),
    t(RTC_PROPERTY_SUBSCRIPTION_ACCEPT),
    t(RTC_PROPERTY_SUBSCRIPTION_URI),
    n(RTC_PROPERTY_SUBSCRIPTION_EXPIRES),
    n(RTC_PROPERTY_SUBSCRIPTION_ENABLED),
    t(RTC_PROPERTY_WATCHER_URI),
    w(t(RTC_PROPERTY_WATCHER_NAME)),
    t(RTC_PROPERTY_WATCHER_PACKAGE),
    t(RTC_PROPERTY_WATCHER_ACCEPT),
    n(RTC_PROPERTY_WATCHER_EXPIRES),
    i(t(RTC_PROPERTY_SERVER_URI)),
    t(RTC_PROPERTY_SERVER_REALM),
    n(RTC_PROPERTY_SERVER_BINDINGS),
    n(RTC_PROPERTY_SERVER_REQUESTS),
    i(t(RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS)),
    n(RTC_PROPERTY_CONNECTION_LAST_ERROR),
    w(n(RTC_PROPERTY_CLIENT_AUTOMATION)),
    t(RTC_PROPERTY_DIALOG_CALL_ID),
    t(RTC_PROPERTY_DIALOG_LOCAL_TAG),
    t(RTC_PROPERTY_DIALOG_REMOTE_TAG),
    t(RTC_PROPERTY_DIALOG_LOCAL_URI),
    t(RTC_PROPERTY_DIALOG_REMOTE_URI),
    t(RTC_PROPERTY_DIALOG_REMOTE_TARGET),
    n(RTC_PROPERTY_DIALOG_LOCAL_CSEQ),
    n(RTC_PROPERTY_DIALOG_REMOTE_CSEQ),
    t(RTC_PROPERTY_DIALOG_ROUTE_SET),
    n(RTC_PROPERTY_DIALOG_SECURE),
    n(RTC_PROPERTY_DIALOG_INITIATOR),
    n(RTC_PROPERTY_USAGE_KIND),
    t(RTC_PROPERTY_USAGE_EVENT),
    t(RTC_PROPERTY_USAGE_REFER_TO),
    w(t(RTC_PROPERTY_USAGE_SUBSCRIPTION_STATE)),
    w(n(RTC_PROPERTY_USAGE_AUTOMATION)),
    t(RTC_PROPERTY_TRANSACTION_METHOD),
    t(RTC_PROPERTY_REGISTRATION_AOR),
    t(RTC_PROPERTY_REGISTRATION_CONTACT),
    t(RTC_PROPERTY_REGISTRATION_REGISTERED_CONTACT),
    w(t(RTC_PROPERTY_REGISTRATION_OUTBOUND_PROXY)),
    w(n(RTC_PROPERTY_REGISTRATION_EXPIRES)),
    w(n(RTC_PROPERTY_REGISTRATION_NO_EXPIRES)),
    w(n(RTC_PROPERTY_REGISTRATION_PIN_NEXT_HOP)),
    w(n(RTC_PROPERTY_REGISTRATION_AUTOMATION)),
    t(RTC_PROPERTY_REGISTRATION_SERVICE_ROUTE),
    i(t(RTC_PROPERTY_REGISTRATION_ASSOCIATED_URI)),
    t(RTC_PROPERTY_REGISTRATION_GRUU),
    w(n(RTC_PROPERTY_REFRESH_INTERVAL_SECS)),
    n(RTC_PROPERTY_REFRESH_STANDALONE),
    n(RTC_PROPERTY_TRANSACTION_IS_CLIENT),
    n(RTC_PROPERTY_TRANSACTION_CAN_RESPOND),
    n(RTC_PROPERTY_TRANSACTION_CAN_CANCEL),
    n(RTC_PROPERTY_TRANSACTION_DEADLINE_MS),
];

/// Looks a property up for a handle of `kind`; refused if it is another kind's, holds something else, or cannot be set.
pub(super) fn find(
    kind: i32,
    property: i32,
    index: i32,
    form: Form,
    write: bool,
) -> Result<Property, Fault> {
    let row = TABLE
        .iter()
        .find(|row| row.number == property && row.form == form && property >> 8 == kind);
    let Some(row) = row else {
        let what = if form == Form::Text { "text" } else { "number" };
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`property` {property} is no {what} of this kind of object"),
        ));
    };
    if index < 0 || (index > 0 && !row.indexed) {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!("`index` is {index}, which means nothing for property {property}"),
        ));
    }
    if write && !row.writable {
        return Err(Fault::new(
            RTC_E_NOT_ALLOWED,
            format!("property {property} can only be read"),
        ));
    }
    Ok(*row)
}

impl Property {
    /// What to say when there is no value: of a list the end, else nothing yet.
    pub(super) fn absent<T: Default>(self, index: i32) -> Result<T, Fault> {
        if !self.indexed {
            return Ok(T::default());
        }
        Err(Fault::new(
            RTC_E_NOT_EXIST,
            format!("property {} has no value at {index}", self.number),
        ))
    }
}

fn session_type(index: i32) -> Result<SessionType, Fault> {
    SessionType::from_number(index).ok_or_else(|| {
        Fault::new(
            RTC_E_INVALIDARG,
            format!("`index` is {index}, which is no session type"),
        )
    })
}

/// A number of a client.
pub(super) fn client_int(client: &Client, property: i32, index: i32) -> Result<i64, Fault> {
    match property {
        RTC_PROPERTY_CLIENT_EVENT_FILTER => {
            Ok(client.read(|agent| agent.event_filter())?.cast_signed())
        }
        RTC_PROPERTY_CLIENT_ANSWER_MODE => {
            let of = session_type(index)?;
            Ok(client.read(|agent| agent.answer_mode(of))?.number().into())
        }
        RTC_PROPERTY_CLIENT_SIP_PRIVACY => Ok(client.read(|agent| agent.privacy())?.into()),
        RTC_PROPERTY_CLIENT_AUTOMATION => {
            Ok(client.read(|agent| agent.client_automation())?.into())
        }
        RTC_PROPERTY_CLIENT_ALLOWED_PORTS => {
            client.running()?;
            let at = listen::transport(index)?;
            Ok(client.listening.lock().allowed(at).into())
        }
        _ => {
            client.running()?;
            Ok(client.listening.lock().mode().into())
        }
    }
}

/// Sets a number of a client.
pub(super) fn set_client_int(client: &Client, property: i32, index: i32, value: i64) -> Outcome {
    let small = i32::try_from(value).unwrap_or(-1);
    let wrong = |what: &str| {
        Fault::new(
            RTC_E_INVALIDARG,
            format!("`value` is {value}, which is no {what}"),
        )
    };
    if property == RTC_PROPERTY_CLIENT_ANSWER_MODE {
        let of = session_type(index)?;
        let mode = AnswerMode::from_number(small).ok_or_else(|| wrong("answer mode"))?;
        client.open()?;
        not_while_listening(client)?;
        client.turn(|agent, _| {
            agent.set_answer_mode(of, mode);
            Ok(())
        })?;
        return Ok(RTC_OK);
    }
    if property == RTC_PROPERTY_CLIENT_SIP_PRIVACY {
        let mask = u32::try_from(value).map_err(|_| wrong("mask of RTC_PRIVACY_ bits"))?;
        client.open()?;
        return client.command(|agent, _| agent.set_privacy(None, mask));
    }
    if property == RTC_PROPERTY_CLIENT_AUTOMATION {
        let bits = u32::try_from(value).map_err(|_| wrong("mask of RTC_AUTO_ bits"))?;
        client.open()?;
        return client.command(|agent, _| agent.set_client_automation(bits));
    }
    let at = listen::transport(index)?;
    if !(RTC_LISTEN_MODE_NONE..=RTC_LISTEN_MODE_BOTH).contains(&small) {
        return Err(wrong("listen mode"));
    }
    client.open()?;
    not_while_listening(client)?;
    client.listening.lock().allow(at, small);
    Ok(RTC_OK)
}

fn not_while_listening(client: &Client) -> Result<(), Fault> {
    if client.listening.lock().mode() == RTC_LISTEN_MODE_NONE {
        return Ok(());
    }
    Err(Fault::new(
        RTC_E_NOT_ALLOWED,
        "answer modes and ports are set before rtc_client_listen",
    ))
}

/// A text of a client.
pub(super) fn client_text(
    client: &Arc<Client>,
    property: i32,
    index: i32,
) -> Result<Option<String>, Fault> {
    match property {
        RTC_PROPERTY_CLIENT_LOCAL_USER_URI => {
            client.read(|agent| Some(agent.local_user().0.to_owned()))
        }
        RTC_PROPERTY_CLIENT_LOCAL_USER_NAME => {
            client.read(|agent| Some(agent.local_user().1.to_owned()))
        }
        RTC_PROPERTY_CLIENT_OPTIONS_BODY => {
            client.read(|agent| Some(agent.options_body().1.to_owned()))
        }
        RTC_PROPERTY_CLIENT_TRUSTED_HOPS => {
            client.read(|agent| Some(agent.trusted_hops().to_owned()))
        }
        RTC_PROPERTY_CLIENT_OPTIONS_TYPE => {
            client.read(|agent| Some(agent.options_body().0.to_owned()))
        }
        _ => {
            client.running()?;
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            Ok(client.listening.lock().addresses().nth(index))
        }
    }
}

/// Sets a text of a client.
pub(super) fn set_client_text(client: &Client, property: i32, value: &str) -> Outcome {
    client.open()?;
    client.turn(|agent, _| match property {
        RTC_PROPERTY_CLIENT_LOCAL_USER_URI => agent.set_local_user(Some(value), None),
        RTC_PROPERTY_CLIENT_TRUSTED_HOPS => agent.set_trusted_hops(value).map(drop),
        RTC_PROPERTY_CLIENT_OPTIONS_BODY => agent.set_options_body(None, Some(value)).map(drop),
        RTC_PROPERTY_CLIENT_OPTIONS_TYPE => agent.set_options_body(Some(value), None).map(drop),
        _ => agent.set_local_user(None, Some(value)),
    })?;
    Ok(RTC_OK)
}
