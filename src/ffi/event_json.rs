//! An event as one line of JSON (RFC 8259), for logs and scripts.
//!
//! Field names and their order are stable; what does not apply is left out. The table is in `rtc_event_get_text`.

use std::fmt::Write;

use crate::agent::options::Capabilities;
use crate::agent::{EventType, ObjectRef, event};
use crate::events::Document;
use crate::events::json::quote;

use super::event_record::EventRecord;
use super::result;
use super::result_codes::RTC_OK;
use super::result_names;

/// The whole event.
pub(super) fn line(record: &EventRecord) -> String {
    let event = &record.event;
    let mut out = Object::new();
    out.text("event", type_name(event.event_type));
    out.number(
        "sequence",
        i64::try_from(event.sequence).unwrap_or(i64::MAX),
    );
    out.number("time_us", record.unix_micros());
    out.object("profile", event.profile.as_ref());
    out.object("session", event.session.as_ref());
    out.object("participant", event.participant.as_ref());
    out.object("subscription", event.subscription.as_ref());
    out.object("watcher", event.watcher.as_ref());
    out.object("connection", event.connection.as_ref());
    out.object("registration", event.registration.as_ref());
    out.object("dialog", event.dialog.as_ref());
    out.object("usage", event.usage.as_ref());
    out.object("transaction", event.transaction.as_ref());
    out.object("other", event.other.as_ref());
    if event.cookie != 0 {
        out.number("cookie", event.cookie);
    }
    named(&mut out, "state", states(event.event_type), event.state);
    named(&mut out, "kind", kinds(event.event_type), event.kind);
    named(&mut out, "reason", reasons(event.event_type), event.reason);
    if let Some(status) = record.sip_status() {
        out.number("status", i64::from(status));
    } else {
        let result = result::of(event.status);
        if result != RTC_OK {
            out.text("result", &result_names::name(result).to_string_lossy());
        }
    }
    out.given("status_text", &event.status_text);
    out.given("uri", &event.uri);
    out.given("text", &event.text);
    out.given("content_type", &event.content_type);
    out.given("body", &String::from_utf8_lossy(event.body()));
    // What the body says, where its type is one of ours.
    if !event.body().is_empty() {
        match Document::read(&event.content_type, event.body()) {
            Some(Ok(document)) => out.raw("document", &document.json()),
            Some(Err(fault)) => out.text("document_fault", fault.name()),
            None => {}
        }
    }
    if event.value != [0; 3] {
        let [a, b, c] = event.value;
        out.raw("value", &format!("[{a},{b},{c}]"));
    }
    if event.event_type == EventType::Response
        && *event.text == *"OPTIONS"
        && let Some(message) = event
            .message
            .as_ref()
            .filter(|message| message.status().is_some_and(|status| status < 300))
    {
        out.raw("capabilities", &capabilities(&Capabilities::of(message)));
    }
    if event.answer_within_ms > 0 {
        out.number("answer_within_ms", i64::from(event.answer_within_ms));
    }
    if event.flags & event::FLAG_FORKED != 0 {
        out.raw("forked", "true");
    }
    if event.flags & event::FLAG_ELSEWHERE != 0 {
        out.raw("elsewhere", "true");
    }
    if event.flags & event::FLAG_LAST != 0 {
        out.raw("last", "true");
    }
    if let Some(message) = &event.message {
        out.text(
            "start_line",
            &String::from_utf8_lossy(message.start_line_bytes()),
        );
        out.text("call_id", message.call_id());
    }
    out.end()
}

/// What the peer can do, by what it says of itself; lists that it did not give are left out.
fn capabilities(can: &Capabilities) -> String {
    let mut out = Object::new();
    for (name, list) in [
        ("methods", &can.methods),
        ("tags", &can.tags),
        ("types", &can.types),
        ("encodings", &can.encodings),
        ("languages", &can.languages),
        ("packages", &can.packages),
        ("codecs", &can.codecs),
    ] {
        if !list.is_empty() {
            out.list(name, list);
        }
    }
    out.end()
}

/// A number by its name where it has one; 0 without a name is left out.
fn named(out: &mut Object, field: &str, names: &[&str], number: i32) {
    let name = usize::try_from(number).ok().and_then(|at| names.get(at));
    match name {
        Some(name) => out.text(field, name),
        None if number != 0 => out.number(field, i64::from(number)),
        None => {}
    }
}

/// As the constant `RTC_EVENT_…` in lower case.
pub(super) fn type_name(event_type: EventType) -> &'static str {
    match event_type {
        EventType::Client => "client",
        EventType::RegistrationStateChange => "registration_state_change",
        EventType::SessionStateChange => "session_state_change",
        EventType::SessionOperationComplete => "session_operation_complete",
        EventType::ParticipantStateChange => "participant_state_change",
        EventType::Media => "media",
        EventType::Messaging => "messaging",
        EventType::Watcher => "watcher",
        EventType::Info => "info",
        EventType::MediaRequest => "media_request",
        EventType::SessionReferStatus => "session_refer_status",
        EventType::SessionReferred => "session_referred",
        EventType::SessionConsultantReferred => "session_consultant_referred",
        EventType::ReInvite => "reinvite",
        EventType::SubscriptionStateChange => "subscription_state_change",
        EventType::SubscriptionNotify => "subscription_notify",
        EventType::Prack => "prack",
        EventType::SessionNotification => "session_notification",
        EventType::UnsolicitedNotify => "unsolicited_notify",
        EventType::Request => "request",
        EventType::Response => "response",
        EventType::TransactionFailed => "transaction_failed",
        EventType::TransactionExpired => "transaction_expired",
        EventType::Forked => "forked",
        EventType::InviteCompleted => "invite_completed",
        EventType::Cancelled => "cancelled",
        EventType::ConnectionState => "connection_state",
        EventType::Registration => "registration",
        EventType::DialogState => "dialog_state",
        EventType::UsageState => "usage_state",
        EventType::RefreshState => "refresh_state",
        EventType::Challenge => "challenge",
        EventType::Flow => "flow",
        EventType::Publication => "publication",
    }
}

fn states(event_type: EventType) -> &'static [&'static str] {
    match event_type {
        EventType::RegistrationStateChange | EventType::Registration => &[
            "not_registered",
            "registering",
            "registered",
            "rejected",
            "unregistering",
            "error",
            "logged_off",
            "local_pa_logged_off",
            "remote_pa_logged_off",
        ],
        EventType::SessionStateChange => &[
            "idle",
            "incoming",
            "answering",
            "inprogress",
            "connected",
            "disconnected",
            "hold",
            "refer",
        ],
        EventType::ParticipantStateChange => &[
            "idle",
            "pending",
            "incoming",
            "answering",
            "inprogress",
            "alerting",
            "connected",
            "disconnecting",
            "disconnected",
        ],
        EventType::SubscriptionStateChange => &[
            "not_subscribed",
            "subscribing",
            "subscribed",
            "logged_off",
            "error",
            "unsubscribing",
        ],
        EventType::Watcher => &[
            "unknown", "offering", "allowed", "blocked", "denied", "prompt",
        ],
        EventType::SessionReferStatus => &[
            "referring",
            "accepted",
            "error",
            "rejected",
            "dropped",
            "done",
        ],
        EventType::ReInvite => &["incoming", "succeeded", "fail"],
        EventType::ConnectionState => &["init", "active", "suspended", "inactive", "unavailable"],
        EventType::DialogState => &["init", "early", "confirmed", "terminated"],
        EventType::RefreshState => &["inactive", "active", "terminated"],
        EventType::Request
        | EventType::Response
        | EventType::TransactionFailed
        | EventType::TransactionExpired
        | EventType::InviteCompleted
        | EventType::Cancelled => &[
            "trying",
            "calling",
            "proceeding",
            "completed",
            "confirmed",
            "terminated",
        ],
        _ => &[],
    }
}

fn kinds(event_type: EventType) -> &'static [&'static str] {
    match event_type {
        EventType::Client => &[
            "volume_change",
            "device_change",
            "network_quality_change",
            "async_cleanup_done",
        ],
        EventType::Media => &["stopped", "started", "failed"],
        EventType::Messaging => &["message", "status"],
        EventType::Flow => &["", "lost", "recovered"],
        EventType::Watcher => &["add", "remove", "update", "offering", "roamed"],
        _ => &[],
    }
}

fn reasons(event_type: EventType) -> &'static [&'static str] {
    match event_type {
        EventType::Media => &[
            "normal",
            "hold",
            "timeout",
            "bad_device",
            "no_port",
            "port_mapping_failed",
            "remote_request",
        ],
        _ => &[],
    }
}

/// A JSON object that is being written.
struct Object(String);

impl Object {
    fn new() -> Self {
        Self(String::with_capacity(512))
    }

    fn name(&mut self, field: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push('"');
        self.0.push_str(field);
        self.0.push_str("\":");
    }

    fn raw(&mut self, field: &str, json: &str) {
        self.name(field);
        self.0.push_str(json);
    }

    fn number(&mut self, field: &str, number: i64) {
        self.name(field);
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{number}");
    }

    fn text(&mut self, field: &str, text: &str) {
        self.name(field);
        quote(text, &mut self.0);
    }

    fn given(&mut self, field: &str, text: &str) {
        if !text.is_empty() {
            self.text(field, text);
        }
    }

    fn object(&mut self, field: &str, object: Option<&ObjectRef>) {
        if let Some(object) = object {
            self.name(field);
            let _ = write!(self.0, "{}", object.key());
        }
    }

    fn list(&mut self, field: &str, items: &[Box<str>]) {
        self.name(field);
        self.0.push('[');
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.0.push(',');
            }
            quote(item, &mut self.0);
        }
        self.0.push(']');
    }

    fn end(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_opens_and_closes_once() {
        let mut out = Object::new();
        out.text("event", "client");
        out.number("sequence", 1);
        out.given("uri", "");
        assert_eq!(out.end(), "{\"event\":\"client\",\"sequence\":1}");
    }
}
