//! Sessions that begin at the peer (RFC 3261 §13.3.1), and requests inside sessions that are neither INVITE nor BYE.

use crate::base::Key;
use crate::syntax::{HeaderId, Message};
use crate::transaction::ServerKey;
use crate::transport::Flow;
use crate::usage::{Auto, Media, MediaFault, Owner, Role, body};

use super::keys::key_of;
use super::session::Session;
use super::{
    Agent, AnswerMode, Event, EventType, Kind, Object, ParticipantState, SessionState, SessionType,
    Status,
};

/// The type of descriptions.
const SDP: &str = "application/sdp";

impl Agent {
    /// An INVITE outside any dialog.
    pub(super) fn on_invite(&mut self, server: ServerKey, message: Message, flow: &Flow) {
        if self.is_shutting_down() {
            return self.reply(server, &message, 480, "");
        }
        let Some(session_type) = self.type_of(&message) else {
            return self.reply(server, &message, 415, "Accept: application/sdp\r\n");
        };
        if !accepts_sdp(&message) {
            // RFC 3261 §21.4.7: whatever we answered, the peer could not read it.
            let warning = "Warning: 399 rtcclient \"Only application/sdp is spoken here\"\r\n";
            return self.reply(server, &message, 406, warning);
        }
        let named = match self.named_call(&message) {
            Ok(named) => named,
            Err(status) => return self.reply(server, &message, status, ""),
        };
        let mut mode = self.answer_mode(session_type);
        if mode == AnswerMode::AutomaticallyAccept && named.as_ref().is_some_and(|one| !one.trusted)
        {
            mode = AnswerMode::OfferSessionEvent;
        }
        if let Some(status) = self.refusal_of_calls(session_type) {
            return self.reply(server, &message, status, "");
        }
        if self.sessions.len() >= self.config.endpoint.limits.calls {
            return self.reply(server, &message, 486, "");
        }
        let options = self.config.session_defaults.clone();
        let Ok(key) = self.new_session(session_type, SessionState::Incoming, &options) else {
            return self.reply(server, &message, 503, "Retry-After: 10\r\n");
        };
        if let Err(status) = self.take_invite(key, server, message.clone(), flow) {
            if let Some(mut session) = self.sessions.remove(key) {
                session.call.release(&mut self.cx);
            }
            let least;
            let lines = match status {
                422 => {
                    least = format!("Min-SE: {}\r\n", options.terms(&options).min_se);
                    &*least
                }
                488 => "Warning: 305 rtcclient \"Incompatible media format\"\r\n",
                421 => "Require: 100rel\r\n",
                _ => "",
            };
            return self.reply(server, &message, status, lines);
        }
        if let Some(session) = self.sessions.get_mut(key) {
            if let Some(by) = message.header(HeaderId::ReferredBy) {
                session.origin_mut().referred_by = by.into();
            }
            if let Some(named) = named {
                let origin = session.origin_mut();
                (origin.other, origin.kind) = (Some(named.session), named.kind);
            }
        }
        self.announce(key, mode, message);
    }

    /// What kind of session the offer makes; none for a description that neither we nor the application know.
    fn type_of(&self, message: &Message) -> Option<SessionType> {
        let content_type = message.header(HeaderId::ContentType).unwrap_or_default();
        let bare = content_type.split(';').next().unwrap_or_default().trim();
        let application = &self.config.session_defaults.content_type;
        if !application.is_empty()
            && bare.eq_ignore_ascii_case(application)
            && !message.body().is_empty()
        {
            return Some(SessionType::Application);
        }
        let described = body::description(message, SDP).is_some();
        let understood = if described {
            !body::demands_more(message, SDP)
        } else {
            body::may_be_ignored(message)
        };
        understood.then_some(SessionType::PcToPc)
    }

    fn take_invite(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: Message,
        flow: &Flow,
    ) -> Result<(), u16> {
        let profile = self.profile_addressed(&message);
        let media = match self.sessions.get(key).map(|session| session.session_type) {
            Some(SessionType::Application) => {
                Media::application(&self.config.session_defaults.content_type.clone(), &[])
            }
            // Without media of ours the application brings its own description, of the type of the offer.
            _ if self.config.disable_media
                || self.config.session_defaults.manual & Auto::OFFER_ANSWER != 0 =>
            {
                Media::application("application/sdp", &[])
            }
            _ => {
                let old_hold = self.holds_the_old_way(key);
                let mut media = Media::audio(&mut self.cx, flow.local.ip());
                media.set_old_hold(old_hold);
                media
            }
        };
        let from = message.from().map_err(|_| 400u16)?;
        let (uri, name) = (from.uri.into(), from.display_name.into());
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(500);
        };
        session.profile = profile.or_else(|| session.profile.take());
        self.take_owner_headers(key);
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(500);
        };
        session.remote_uri = uri;
        session.remote_name = name;
        self.note_identity(key, &message, flow);
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(500);
        };
        if session.call.check_interval(&message).is_err() {
            return Err(422);
        }
        if !session
            .call
            .take(&mut self.cx, server, message, flow, media)
        {
            return Err(400);
        }
        if session.call.lacks_reliable() {
            return Err(421);
        }
        session.call.check_offer().map_err(|fault| match fault {
            MediaFault::Unreadable => 400u16,
            MediaFault::NothingCommon => 488,
        })?;
        let participant = Object::new(
            Kind::Participant,
            key.to_bits(),
            ParticipantState::Idle.number(),
            0,
        );
        session.participant = Some(participant);
        Ok(())
    }

    /// Rings, tells the application, or answers at once.
    fn announce(&mut self, key: Key<Session>, mode: AnswerMode, message: Message) {
        if mode == AnswerMode::OfferSessionEvent {
            self.with_call(key, |call, cx, account, _| {
                if call.auto.has(Auto::PROVISIONAL) {
                    // Nothing was asked for that could be missing.
                    let _ = call.progress(cx, account, 180, "", "", None, false);
                }
            });
            self.ring_in(key, &message);
        }
        // Notes the open INVITE, so that a CANCEL finds the session.
        self.with_call(key, |_, _, _, _| {});
        let incoming = Some(ParticipantState::Incoming);
        self.set_state(
            key,
            SessionState::Incoming,
            incoming,
            Status::None,
            "",
            Some(message),
        );
        if mode == AnswerMode::AutomaticallyAccept
            && self.answer_incoming(key, 200, "", "", None, false).is_err()
        {
            self.with_call(key, |call, cx, account, out| {
                call.refuse_and_end(cx, account, 488, "", "", None, out);
            });
        }
    }

    /// A request inside a session: INFO, MESSAGE, OPTIONS, NOTIFY, or what has no place there.
    pub(super) fn on_request_inside(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: Message,
    ) {
        let auto = self
            .sessions
            .get(key)
            .map_or(Auto::ALL, |session| session.call.auto);
        match message.method() {
            "OPTIONS" if !auto.has(Auto::OPTIONS) => {
                self.ask_inside(key, server, message, EventType::Request);
            }
            "INFO" | "MESSAGE" if self.refused_inside(key, server, &message) => {}
            "INFO" if !auto.has(Auto::INFO) => {
                self.ask_inside(key, server, message, EventType::Info);
            }
            "MESSAGE" if !auto.has(Auto::MESSAGE) => {
                self.ask_inside(key, server, message, EventType::Messaging);
            }
            "INFO" => self.take_inside(key, server, message, EventType::Info),
            "MESSAGE" => self.take_inside(key, server, message, EventType::Messaging),
            "NOTIFY" => self.on_notify_inside(key, server, message),
            "OPTIONS" => self.on_options_inside(key, server, &message),
            // In an early dialog of a call that we make; once it stands, REFER is put to the application.
            "REFER" => self.answer_inside(key, server, &message, 603, ""),
            "SUBSCRIBE" => {
                // RFC 5057 §5.6: no other code is sure to leave the call alone.
                let lines = self.allow_events_line();
                self.answer_inside(key, server, &message, 603, &lines);
            }
            method => {
                let status = if crate::syntax::method::is_known(method) {
                    405
                } else {
                    501
                };
                let event = Event {
                    event_type: EventType::Request,
                    session: self.sessions.get(key).map(|session| session.object.clone()),
                    text: message.method().into(),
                    uri: message.request_uri().into(),
                    content_type: message
                        .header(HeaderId::ContentType)
                        .unwrap_or_default()
                        .into(),
                    message: Some(message.clone()),
                    ..Event::default()
                };
                let owner = Owner {
                    role: Role::Call,
                    key: key.to_bits(),
                };
                self.tell_open(event, server, message, status, Some(owner));
            }
        }
    }

    /// Answers what cannot be taken: an unknown package of INFO, a type that is not accepted.
    fn refused_inside(&mut self, key: Key<Session>, server: ServerKey, message: &Message) -> bool {
        let unwanted = match message.method() {
            "INFO" => self.check_info(key, message),
            _ => self.check_message(Some(key), message),
        };
        let Err((status, lines)) = unwanted else {
            return false;
        };
        self.answer_inside(key, server, message, status, &lines);
        true
    }

    fn answer_inside(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: &Message,
        status: u16,
        lines: &str,
    ) {
        self.with_call(key, |call, cx, account, _| {
            call.respond(cx, account, server, message, status, lines);
        });
    }

    fn take_inside(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: Message,
        event_type: EventType,
    ) {
        self.answer_inside(key, server, &message, 200, "");
        let content_type = message.header(HeaderId::ContentType).unwrap_or_default();
        if event_type == EventType::Info
            && let Some((pressed, held)) = key_of(content_type, message.body())
        {
            self.on_key(key, pressed, held, true);
        }
        if let Some(event) = self.event_inside(key, message, event_type) {
            self.tell(event);
        }
    }

    /// The same for one that the application answers; 200 when it does not.
    pub(super) fn ask_inside(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: Message,
        event_type: EventType,
    ) {
        let owner = Owner {
            role: Role::Call,
            key: key.to_bits(),
        };
        if let Some(event) = self.event_inside(key, message.clone(), event_type) {
            self.tell_open(event, server, message, 200, Some(owner));
        }
    }

    fn event_inside(
        &mut self,
        key: Key<Session>,
        message: Message,
        event_type: EventType,
    ) -> Option<Event> {
        let (kind, state) = match event_type {
            EventType::Messaging => self.hear_typing(Some(key), &message),
            _ => (0, 0),
        };
        let session = self.sessions.get(key)?;
        let text = if event_type == EventType::Request {
            message.method()
        } else {
            ""
        };
        Some(Event {
            event_type,
            kind,
            state,
            text: text.into(),
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            uri: session.remote_uri.clone(),
            content_type: message
                .header(HeaderId::ContentType)
                .unwrap_or_default()
                .into(),
            message: Some(message),
            ..Event::default()
        })
    }

    /// The invite-created subscription: a NOTIFY in the dialog of a call, when its package was allowed.
    fn on_notify_inside(&mut self, key: Key<Session>, server: ServerKey, message: Message) {
        let package = message.header(HeaderId::Event).unwrap_or_default();
        let package: Box<str> = package.split(';').next().unwrap_or_default().trim().into();
        let state: Box<str> = message
            .header(HeaderId::SubscriptionState)
            .unwrap_or_default()
            .into();
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        let allowed = session
            .notifications
            .iter()
            .any(|known| known.eq_ignore_ascii_case(&package))
            || self.packages.allows_in_dialogs(&package);
        if !allowed || package.is_empty() {
            // Nobody subscribed to it here (RFC 6665 §4.1.3).
            return self.answer_inside(key, server, &message, 481, "");
        }
        if state.is_empty() {
            return self.answer_inside(key, server, &message, 400, "");
        }
        let event = Event {
            event_type: EventType::SessionNotification,
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            uri: package,
            text: state,
            content_type: message
                .header(HeaderId::ContentType)
                .unwrap_or_default()
                .into(),
            message: Some(message.clone()),
            ..Event::default()
        };
        let owner = Owner {
            role: Role::Call,
            key: key.to_bits(),
        };
        self.tell_open(event, server, message, 200, Some(owner));
    }
}

/// Whether the peer takes the description that we would answer with; without Accept it does (RFC 3261 §20.1).
fn accepts_sdp(message: &Message) -> bool {
    let mut accepted = message.values(HeaderId::Accept).peekable();
    accepted.peek().is_none()
        || message
            .header(HeaderId::ContentType)
            .is_some_and(|_| body::description(message, SDP).is_none())
        || accepted.any(|range| {
            let range = range.split(';').next().unwrap_or_default().trim();
            ["application/sdp", "application/*", "*/*"]
                .iter()
                .any(|known| range.eq_ignore_ascii_case(known))
        })
}
