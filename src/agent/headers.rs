//! Additional headers of the application: checked when they are set, merged when a message is made.
//!
//! Source: `IRTCSIPObject::SetAdditionalHeaderValues` of the CE edition, which passed them unchecked. Here CR/LF tricks
//! are refused always, the stack's own headers and those with a setter of their own unless the expert flag is given.

use std::sync::Arc;

use crate::base::Key;
use crate::syntax::{HeaderClass, HeaderId, HeaderLines, Message};
use crate::usage::{Extra, Role};
use crate::usage::lines::merge;

use super::command::{HEADERS_ADD, HEADERS_EXPERT, HEADERS_REQUESTS_ONLY, SEND_EXPERT};
use super::{Agent, Code, Kind, ObjectRef, Refusal, Send, Verdict};

/// The lines of one object.
#[derive(Clone, Debug, Default)]
pub struct HeaderSet {
    lines: Box<str>,
    requests_only: bool,
}

impl HeaderSet {
    /// As set, normalised to CRLF.
    #[must_use]
    pub fn lines(&self) -> &str {
        &self.lines
    }

    fn set(&mut self, lines: Option<&str>, flags: u32) -> Result<(), Refusal> {
        if flags & !(HEADERS_REQUESTS_ONLY | HEADERS_EXPERT | HEADERS_ADD) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for additional headers",
            ));
        }
        let checked = check(lines.unwrap_or_default(), flags & HEADERS_EXPERT != 0)?;
        if lines.is_some() && flags & HEADERS_ADD != 0 {
            self.lines = format!("{}{}", self.lines, checked).into();
        } else {
            self.lines = checked.into();
        }
        self.requests_only = flags & HEADERS_REQUESTS_ONLY != 0;
        Ok(())
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn for_responses(&self) -> &str {
        if self.requests_only { "" } else { &self.lines }
    }
}

/// The one order of merging: each set over those behind it.
#[must_use]
pub fn merged(sets: [&HeaderSet; 3]) -> Extra {
    if sets.iter().all(|set| set.is_empty()) {
        return Extra::default();
    }
    let [own, owner, client] = sets;
    let all = |lines: fn(&HeaderSet) -> &str| -> Arc<str> {
        merge(lines(own), &merge(lines(owner), lines(client))).into()
    };
    Extra {
        requests: all(|set| &set.lines),
        responses: all(HeaderSet::for_responses),
    }
}

/// The lines in the form they are kept and sent in.
pub(super) fn check(lines: &str, expert: bool) -> Result<String, Refusal> {
    check_with(lines, expert, &[])
}

/// The same, where some headers that have a setter of their own elsewhere are given as lines.
pub(super) fn check_with(
    lines: &str,
    expert: bool,
    allowed: &[HeaderId],
) -> Result<String, Refusal> {
    let parsed = HeaderLines::parse(lines)
        .map_err(|fault| Refusal::new(Code::HeaderMalformed, format!("header lines: {fault}")))?;
    for line in parsed.iter() {
        let name = line.name;
        let class = line.id.map_or(HeaderClass::Free, HeaderId::class);
        let owner = match class {
            _ if expert => continue,
            _ if line.id.is_some_and(|id| allowed.contains(&id)) => continue,
            HeaderClass::Free => continue,
            HeaderClass::OwnSetter => "has a setter of its own",
            HeaderClass::StackOwned => "belongs to the stack",
        };
        return Err(Refusal::new(
            Code::HeaderReserved,
            format!("header `{name}` {owner}; the expert flag lets it through"),
        ));
    }
    Ok(parsed.as_str().to_owned())
}

/// One line of the stack's with a value that the application gave: it cannot begin another line.
pub(super) fn check_value(name: &str, value: &str) -> Result<String, Refusal> {
    if value.contains(['\r', '\n', '\0']) {
        return Err(Refusal::new(
            Code::HeaderMalformed,
            format!("the value of `{name}` holds a line end"),
        ));
    }
    check(&format!("{name}: {value}"), true)
}

/// The own lines of a message, checked.
pub(super) fn own_lines(send: &Send) -> Result<String, Refusal> {
    match &send.headers {
        None => Ok(String::new()),
        Some(lines) => check(lines, send.flags & SEND_EXPERT != 0),
    }
}

/// The same, where some headers may be given that have a setter of their own elsewhere.
pub(super) fn own_lines_with(send: &Send, allowed: &[HeaderId]) -> Result<String, Refusal> {
    match &send.headers {
        None => Ok(String::new()),
        Some(lines) => check_with(lines, send.flags & SEND_EXPERT != 0, allowed),
    }
}

/// The same, with a Reason header when the verb ends something (RFC 3326).
pub(super) fn own_lines_with_reason(send: &Send) -> Result<String, Refusal> {
    let mut lines = own_lines(send)?;
    if let Some(reason) = &send.reason {
        lines.push_str(&check_value("Reason", reason)?);
    }
    Ok(lines)
}

impl Agent {
    /// Sets the lines that go into every message of a session or subscription; without object, of every new session.
    /// No lines take away what the client gave to the session as well; empty ones only its own.
    pub fn set_headers(
        &mut self,
        object: Option<&ObjectRef>,
        lines: Option<&str>,
        flags: u32,
    ) -> Result<Verdict, Refusal> {
        let Some(object) = object else {
            self.headers.set(lines, flags)?;
            self.merge_account_headers();
            return Ok(Verdict::Done);
        };
        let ended = || {
            Refusal::new(
                Code::InvalidObjectState,
                "the object has ended: nothing will be sent for it",
            )
        };
        match object.kind() {
            Kind::Session | Kind::Usage if object.kind() == Kind::Session || object.owner().role == Role::Call => {
                let session = self
                    .sessions
                    .get_mut(Key::from_bits(object.key()))
                    .ok_or_else(ended)?;
                session.headers.set(lines, flags)?;
                if lines.is_none() {
                    session.bare = true;
                    session.client_headers = HeaderSet::default();
                    session.profile_headers = HeaderSet::default();
                }
                session.merge_headers();
            }
            Kind::Profile => {
                let profile = self
                    .profiles
                    .get_mut(Key::from_bits(object.key()))
                    .ok_or_else(ended)?;
                profile.headers.set(lines, flags)?;
                self.merge_account_headers();
            }
            Kind::Subscription => {
                let subscription = self
                    .subscriptions
                    .get_mut(Key::from_bits(object.key()))
                    .ok_or_else(ended)?;
                subscription.headers.set(lines, flags)?;
                let headers = subscription.headers.clone();
                let profile = subscription.profile().cloned();
                let extra = match lines {
                    Some(_) => self.extra_over(&headers, profile.as_ref()),
                    None => Extra::default(),
                };
                if let Some(subscription) = self.subscriptions.get_mut(Key::from_bits(object.key()))
                {
                    subscription.set_extra(extra);
                }
            }
            _ => {
                return Err(Refusal::new(
                    Code::NotImplemented,
                    "additional headers are kept for clients, profiles, sessions and subscriptions",
                ));
            }
        }
        Ok(Verdict::Done)
    }

    /// What goes out with an account: its profile's lines over the client's.
    fn merge_account_headers(&mut self) {
        let none = HeaderSet::default();
        self.anonymous.extra = merged([&none, &none, &self.headers]);
        self.profile_headers = false;
        for key in self.profiles.keys() {
            if let Some(profile) = self.profiles.get_mut(key) {
                profile.account.extra = merged([&none, &profile.headers, &self.headers]);
                self.profile_headers |= !profile.headers.is_empty();
            }
        }
    }

    /// Lines of an object over those of its profile and of the client, as they are now.
    pub(super) fn extra_over(&self, own: &HeaderSet, profile: Option<&ObjectRef>) -> Extra {
        let none = HeaderSet::default();
        let profile = profile.and_then(|profile| self.profiles.get(Key::from_bits(profile.key())));
        let theirs = profile.map_or(&none, |profile| &profile.headers);
        merged([own, theirs, &self.headers])
    }

    /// The lines of a session's owners as they are now; it keeps them for life.
    pub(super) fn take_owner_headers(&mut self, key: Key<super::session::Session>) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let profile = session
            .profile
            .as_ref()
            .and_then(|profile| self.profiles.get(Key::from_bits(profile.key())));
        session.profile_headers = profile
            .filter(|_| !session.bare)
            .map(|profile| profile.headers.clone())
            .unwrap_or_default();
        session.merge_headers();
    }

    /// Lines for a response outside dialogs and sessions.
    pub(super) fn lines_for_responses(&self, profile: Option<&ObjectRef>) -> Arc<str> {
        let profile = profile.and_then(|profile| self.profiles.get(Key::from_bits(profile.key())));
        match profile {
            Some(profile) => profile.account.extra.responses.clone(),
            None => self.anonymous.extra.responses.clone(),
        }
    }

    /// The same for whoever a request was meant for.
    pub(super) fn lines_for_answer(&self, request: &Message) -> Arc<str> {
        let profile = if self.profile_headers {
            self.profile_addressed(request)
        } else {
            None
        };
        self.lines_for_responses(profile.as_ref())
    }

    /// The lines as set, normalised to CRLF.
    pub fn headers(&self, object: Option<&ObjectRef>) -> Result<String, Refusal> {
        let Some(object) = object else {
            return Ok(self.headers.lines.clone().into());
        };
        let set = match object.kind() {
            Kind::Session | Kind::Usage => self
                .sessions
                .get(Key::from_bits(object.key()))
                .map(|session| &session.headers),
            Kind::Profile => self
                .profiles
                .get(Key::from_bits(object.key()))
                .map(|profile| &profile.headers),
            Kind::Subscription => self
                .subscriptions
                .get(Key::from_bits(object.key()))
                .map(|subscription| &subscription.headers),
            _ => {
                return Err(Refusal::new(
                    Code::NotImplemented,
                    "additional headers are kept for clients, profiles, sessions and subscriptions",
                ));
            }
        };
        Ok(set.map(|set| set.lines.clone().into()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_end_tricks_are_refused_even_for_experts() {
        for trick in [
            "X: a\r\n\r\nINVITE",
            "X: a\0b",
            "X : a\rVia: b",
            "no colon",
            ": empty",
        ] {
            assert_eq!(
                check(trick, true).expect_err(trick).code,
                Code::HeaderMalformed,
                "{trick:?}"
            );
        }
    }

    #[test]
    fn stack_headers_need_the_expert_flag_in_compact_form_too() {
        for name in [
            "Via",
            "v",
            "Call-ID",
            "i",
            "CSeq",
            "Content-Length",
            "l",
            "Require",
        ] {
            let line = format!("{name}: 1");
            assert_eq!(
                check(&line, false).expect_err(name).code,
                Code::HeaderReserved,
                "{name}"
            );
            assert!(check(&line, true).is_ok(), "{name}");
        }
    }

    #[test]
    fn lines_are_normalised_to_crlf_and_keep_order_and_repetition() {
        let text = check("X-A: 1\nX-A: 2\nCall-Info: <http://a>", false).expect("valid");
        assert_eq!(text, "X-A: 1\r\nX-A: 2\r\nCall-Info: <http://a>\r\n");
    }
}
