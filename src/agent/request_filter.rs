//! Which requests the application wants to see before anybody else answers them: filters in order, by method, event
//! package, Accept-Contact (RFC 3841), body type and account; and the automation bits of the client.

use std::sync::Arc;

use crate::syntax::{HeaderId, Message};
use crate::transaction::ServerKey;
use crate::transport::Flow;
use crate::usage::Auto;

use super::event::EventType;
use super::transaction::package;
use super::{Agent, Code, Kind, ObjectRef, Refusal, Verdict};

/// Most filters of a client.
const MAX_FILTERS: usize = 64;

/// What a request has to have (`rtc_request_filter_t`); what is empty asks for nothing.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// The method, exactly.
    pub method: Box<str>,
    /// The event package.
    pub event: Box<str>,
    /// Feature parameters that one Accept-Contact has to name, each with its semicolon or a comma-free list of them.
    pub accept_contact: Box<str>,
    /// Type of the body; `image/*` for all of a kind.
    pub content_type: Box<str>,
    /// The account it is addressed to.
    pub profile: Option<ObjectRef>,
}

impl RequestFilter {
    fn takes(&self, message: &Message, profile: Option<&ObjectRef>) -> bool {
        let method = self.method.is_empty() || *self.method == *message.method();
        let event = self.event.is_empty() || self.event.eq_ignore_ascii_case(package(message));
        let profile = match (&self.profile, profile) {
            (None, _) => true,
            (Some(wanted), Some(found)) => Arc::ptr_eq(wanted, found),
            (Some(_), None) => false,
        };
        method && event && profile && self.takes_body(message) && self.takes_features(message)
    }

    fn takes_body(&self, message: &Message) -> bool {
        if self.content_type.is_empty() {
            return true;
        }
        let given = message.header(HeaderId::ContentType).unwrap_or_default();
        let given = given.split(';').next().unwrap_or_default().trim();
        match self.content_type.strip_suffix("/*") {
            Some(kind) => given
                .split_once('/')
                .is_some_and(|(found, _)| found.eq_ignore_ascii_case(kind)),
            None => given.eq_ignore_ascii_case(&self.content_type),
        }
    }

    fn takes_features(&self, message: &Message) -> bool {
        let wanted = || features(&self.accept_contact);
        if wanted().next().is_none() {
            return true;
        }
        message.values(HeaderId::AcceptContact).any(|value| {
            wanted().all(|(name, asked)| {
                features(value)
                    .any(|(found, given)| found.eq_ignore_ascii_case(name) && given == asked)
            })
        })
    }
}

/// The parameters of `*;audio;+g.chess="3"`, quotes off.
fn features(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty() && *part != "*")
        .map(|part| match part.split_once('=') {
            Some((name, value)) => (name.trim_end(), value.trim().trim_matches('"')),
            None => (part, ""),
        })
}

/// Filters in the order in which they were set.
#[derive(Debug, Default)]
pub(super) struct RequestFilters(Vec<(i64, RequestFilter)>);

impl Agent {
    /// Sets, replaces (same cookie, same place) or removes a filter: requests outside dialogs that it takes are told
    /// as `Request` with its cookie before anybody else sees them, and wait for the application. What it does not
    /// answer or claim in time goes the ordinary way.
    pub fn set_request_filter(
        &mut self,
        cookie: i64,
        filter: Option<RequestFilter>,
    ) -> Result<Verdict, Refusal> {
        let place = self
            .request_filters
            .0
            .iter()
            .position(|(known, _)| *known == cookie);
        let Some(filter) = filter else {
            let Some(place) = place else {
                return Ok(Verdict::Nothing);
            };
            self.request_filters.0.remove(place);
            return Ok(Verdict::Done);
        };
        if !filter.method.is_empty() && !crate::syntax::method::is_token(&filter.method) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the filter's method is no token",
            ));
        }
        if filter
            .profile
            .as_ref()
            .is_some_and(|profile| profile.kind() != Kind::Profile)
        {
            return Err(Refusal::new(Code::Handle, "filter.profile is no profile"));
        }
        let filters = &mut self.request_filters.0;
        match place {
            Some(place) => {
                if let Some(slot) = filters.get_mut(place) {
                    slot.1 = filter;
                }
            }
            None if filters.len() >= MAX_FILTERS => {
                return Err(Refusal::new(Code::Limit, "64 request filters are the most"));
            }
            None => filters.push((cookie, filter)),
        }
        Ok(Verdict::Done)
    }

    /// Whether the application wants to see that request before anybody else, and under which cookie.
    pub(super) fn wanted_by_application(&self, message: &Message) -> Option<i64> {
        if self.is_shutting_down() || !self.listens(EventType::Request) {
            return None;
        }
        let filtered = if self.request_filters.0.is_empty() {
            None
        } else {
            let profile = self.profile_addressed(message);
            self.request_filters
                .0
                .iter()
                .find(|(_, filter)| filter.takes(message, profile.as_ref()))
                .map(|(cookie, _)| *cookie)
        };
        let bit = match message.method() {
            "OPTIONS" => Auto::OPTIONS,
            "MESSAGE" => Auto::MESSAGE,
            _ => 0,
        };
        filtered.or((self.config.session_defaults.manual & bit != 0).then_some(0))
    }

    /// Shows a request to the application first.
    pub(super) fn offer_request(
        &mut self,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        cookie: i64,
    ) {
        let profile = self.profile_addressed(&message);
        let mut event = self.request_event(&message, profile);
        event.cookie = cookie;
        self.tell_first(event, server, message, *flow);
    }

    /// What the client does by itself, [`Auto`] bits: of what belongs to no session, and of every new session.
    #[must_use]
    pub fn client_automation(&self) -> u32 {
        Auto::without(self.config.session_defaults.manual).bits()
    }

    /// Sets what the client does by itself.
    pub fn set_client_automation(&mut self, bits: u32) -> Result<Verdict, Refusal> {
        let auto = Auto::new(bits).ok_or_else(|| {
            Refusal::new(
                Code::InvalidArgument,
                "the automation is a mask of RTC_AUTO_ bits",
            )
        })?;
        self.config.session_defaults.manual = Auto::ALL.bits() & !auto.bits();
        Ok(Verdict::Done)
    }
}
