//! OPTIONS in both directions: what we can do, and what a peer says it can (RFC 3261 §11).

use std::net::IpAddr;

use crate::base::Key;
use crate::sdp::{self, Direction, LocalMedia, OfferAnswer};
use crate::syntax::{HeaderId, Message, MessageBuilder};
use crate::transaction::ServerKey;
use crate::transport::Flow;
use crate::usage::context::ALLOW;
use crate::usage::{Media, lines};

use super::headers::check_value;
use super::session::Session;
use super::{Agent, AnswerMode, Code, Refusal, SessionType, Verdict};

/// What bodies we read.
pub(super) const ACCEPT: &str = "application/sdp, text/plain";
/// The description type that counts where no Accept says otherwise (RFC 3261 §11.2).
const SDP: &str = "application/sdp";
/// Longest body that a capability answer carries.
const MAX_BODY: usize = 16 * 1024;

/// What a peer said of itself in a 200 to OPTIONS, or in any message that carries such lists.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    /// Allow.
    pub methods: Vec<Box<str>>,
    /// Option tags of Supported.
    pub tags: Vec<Box<str>>,
    /// Body types of Accept.
    pub types: Vec<Box<str>>,
    /// Accept-Encoding.
    pub encodings: Vec<Box<str>>,
    /// Accept-Language.
    pub languages: Vec<Box<str>>,
    /// Event packages of Allow-Events.
    pub packages: Vec<Box<str>>,
    /// `audio PCMU/8000` for every encoding of its description.
    pub codecs: Vec<Box<str>>,
}

/// Most elements kept of one list.
const MAX_LIST: usize = 128;

impl Capabilities {
    /// Reads them; what a message does not have is empty.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        let list = |id: HeaderId| -> Vec<Box<str>> {
            let mut all: Vec<Box<str>> = Vec::new();
            for value in message.values(id).take(MAX_LIST) {
                let value = value.trim();
                if !value.is_empty() && !all.iter().any(|known| known.eq_ignore_ascii_case(value)) {
                    all.push(value.into());
                }
            }
            all
        };
        let kind = message.header(HeaderId::ContentType).unwrap_or_default();
        let codecs = if bare(kind).eq_ignore_ascii_case(SDP) {
            codecs(message.body())
        } else {
            Vec::new()
        };
        Self {
            methods: list(HeaderId::Allow),
            tags: list(HeaderId::Supported),
            types: list(HeaderId::Accept),
            encodings: list(HeaderId::AcceptEncoding),
            languages: list(HeaderId::AcceptLanguage),
            packages: list(HeaderId::AllowEvents),
            codecs,
        }
    }
}

fn codecs(body: &[u8]) -> Vec<Box<str>> {
    let Ok(description) = sdp::Session::parse(body) else {
        return Vec::new();
    };
    let mut codecs: Vec<Box<str>> = Vec::new();
    for line in description.media.iter().take(16) {
        for map in line.rtpmaps().take(MAX_LIST) {
            let name = format!("{} {}/{}", line.kind, map.encoding, map.clock_rate);
            if !codecs.iter().any(|known| **known == *name) {
                codecs.push(name.into());
            }
        }
    }
    codecs
}

fn bare(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

/// Whether the message takes that type of body. Without Accept it takes descriptions (RFC 3261 §11.2, §20.1).
fn accepts(message: &Message, kind: &str) -> bool {
    let kind = bare(kind);
    let mut accepted = message.values(HeaderId::Accept).peekable();
    if accepted.peek().is_none() {
        return message.headers(HeaderId::Accept).next().is_none()
            && kind.eq_ignore_ascii_case(SDP);
    }
    let family = kind.split('/').next().unwrap_or_default();
    accepted.any(|range| {
        let zero = range
            .split(';')
            .skip(1)
            .any(|param| matches!(param.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        let range = bare(range);
        !zero
            && (range == "*/*"
                || range.eq_ignore_ascii_case(kind)
                || range
                    .strip_suffix("/*")
                    .is_some_and(|prefix| prefix.eq_ignore_ascii_case(family)))
    })
}

/// What the application wants said of its capabilities in place of our own description.
#[derive(Clone, Debug, Default)]
pub(super) struct OptionsBody {
    pub(super) content_type: Box<str>,
    pub(super) body: Box<str>,
}

impl Agent {
    /// What we can do, for OPTIONS and 200 to OPTIONS (RFC 3261 §11.2).
    pub(super) fn capabilities(&self) -> String {
        format!(
            "Allow: {ALLOW}\r\nAccept: {ACCEPT}\r\nAccept-Encoding: identity\r\nAccept-Language: en\r\n\
             Supported: path, {}\r\n{}",
            self.config
                .session_defaults
                .terms(&self.config.session_defaults)
                .supported(),
            self.allow_events_line()
        )
    }

    /// How an INVITE would be refused right now; none when it would be let in.
    pub(super) fn refusal_of_calls(&self, session_type: SessionType) -> Option<u16> {
        if self.is_shutting_down() {
            return Some(480);
        }
        match self.answer_mode(session_type) {
            AnswerMode::NotSupported => return Some(488),
            AnswerMode::AutomaticallyReject => return Some(603),
            AnswerMode::OfferSessionEvent | AnswerMode::AutomaticallyAccept => {}
        }
        (self.sessions.len() >= self.config.endpoint.limits.sessions).then_some(486)
    }

    /// OPTIONS outside dialogs: the status that an INVITE would get, and what we can do.
    pub(super) fn on_options(&mut self, server: ServerKey, message: &Message, flow: &Flow) {
        let status = self.refusal_of_calls(SessionType::PcToPc).unwrap_or(200);
        let response = self.options_answer(message, flow, status, "");
        self.cx.respond(server, response);
        if !self.is_shutting_down() {
            let profile = self.profile_addressed(message);
            let event = self.request_event(message, profile);
            self.tell(event);
        }
    }

    fn options_answer(
        &mut self,
        message: &Message,
        flow: &Flow,
        status: u16,
        tag: &str,
    ) -> Message {
        let profile = self.profile_addressed(message);
        let account = self.account_of_profile(profile.as_ref());
        let contact = account.contact.clone();
        let extra = self.lines_for_responses(profile.as_ref());
        let mut lines = self.capabilities();
        if let Some(contact) = self.cx.contact_in_answer(message, flow, &contact) {
            lines.push_str(&format!("Contact: {contact}\r\n"));
        }
        if !self.cx.user_agent.is_empty() {
            lines.push_str(&format!("Server: {}\r\n", self.cx.user_agent));
        }
        let lines = join(&extra, &lines);
        let made;
        let tag = if tag.is_empty() {
            made = self.cx.tag();
            made.as_str()
        } else {
            tag
        };
        let mut builder = MessageBuilder::response_to(message, status, "", tag).raw_lines(&lines);
        if let Some((kind, body)) = self.capability_body(message, flow.local.ip()) {
            builder = builder.body(&kind, &body);
        }
        builder.build()
    }

    /// The body of a capability answer, if the asker takes its type; it is no offer (RFC 3264 §9).
    pub(super) fn capability_body(
        &self,
        message: &Message,
        address: IpAddr,
    ) -> Option<(Box<str>, Vec<u8>)> {
        let own = &self.options_body;
        if !own.body.is_empty() {
            return accepts(message, &own.content_type)
                .then(|| (own.content_type.clone(), own.body.as_bytes().to_vec()));
        }
        if self.config.disable_media || !accepts(message, SDP) {
            return None;
        }
        // A negotiation of its own, which no call knows of; port 0 promises nothing.
        let mut said = OfferAnswer::new(0);
        let media = LocalMedia::new(address, 0);
        let text = said.make_offer(&media, Direction::SendRecv).ok()?;
        Some((SDP.into(), text.as_bytes().to_vec()))
    }

    /// OPTIONS inside a call: answered alike, the dialog stays as it is (RFC 3261 §11, §12.2).
    pub(super) fn on_options_inside(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: &Message,
    ) {
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        let address = session.call.media().and_then(Media::address);
        let extra = session.call.extra.clone();
        // What the application says by the same name comes after these, with the session's other lines.
        let mut lines = String::new();
        for (name, value) in lines::lines(&self.capabilities()) {
            if lines::is_joined(name) || !lines::contains(&extra.responses, name) {
                lines.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let body = address.and_then(|address| self.capability_body(message, address));
        self.with_call(key, |call, cx, account, _| {
            let body = body.as_ref().map(|(kind, body)| (&**kind, &**body));
            call.respond_with(cx, account, server, message, 200, "", &lines, body);
        });
    }

    /// The body and type that our answers to OPTIONS carry in place of our own description; empty: our own.
    pub fn set_options_body(
        &mut self,
        content_type: Option<&str>,
        body: Option<&str>,
    ) -> Result<Verdict, Refusal> {
        if let Some(kind) = content_type {
            if !kind.is_empty() {
                check_value("Content-Type", kind)?;
            }
            self.options_body.content_type = kind.into();
        }
        if let Some(body) = body {
            if body.len() > MAX_BODY {
                return Err(Refusal::new(
                    Code::Limit,
                    "a body for OPTIONS has at most 16 KiB",
                ));
            }
            self.options_body.body = body.into();
        }
        if self.options_body.content_type.is_empty() {
            self.options_body.content_type = SDP.into();
        }
        Ok(Verdict::Done)
    }

    /// See [`Agent::set_options_body`]: type and body.
    #[must_use]
    pub fn options_body(&self) -> (&str, &str) {
        (&self.options_body.content_type, &self.options_body.body)
    }
}

/// Lines of the application over those of the stack; `Supported` and `Allow-Events` are joined.
pub(super) fn join(extra: &str, stack: &str) -> String {
    use crate::usage::lines::{Lines, lines, same_name};
    const JOINED: [&str; 2] = ["Supported", "Allow-Events"];
    let mut all = Lines::new(extra);
    for (name, value) in lines(stack) {
        all = if JOINED.iter().any(|joined| same_name(joined, name)) {
            all.join(name, value)
        } else {
            all.offer(name, value)
        };
    }
    let said: Vec<&str> = JOINED
        .into_iter()
        .filter(|joined| lines::contains(stack, joined))
        .collect();
    all.finish(&said)
}
