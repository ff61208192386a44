//! What happens to a session: responses, requests of the peer, redirections, its end; told as states and events.

use crate::base::Key;
use crate::syntax::{HeaderId, Message, Reason};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::transport::target::is_sips;
use crate::usage::{Account, Auto, Call, CallEvent, Cx, Media, Outcome, Owner, Role};

use super::command::SESSION_FAIL_ON_REDIRECT;
use super::composing::LAPSED;
use super::event::{FLAG_ANONYMOUS, FLAG_ELSEWHERE, FLAG_FORKED, FLAG_LAST};
use super::explained::Explained;
use super::privacy::{self, Hidden};
use super::ringing::{EXPIRED, NO_ANSWER};
use super::session::{Session, account_for};
use super::{
    Agent, Code, Event, EventType, Kind, ObjectRef, ParticipantState, SessionState, Status,
};

impl Agent {
    /// Runs something on a session's call and deals with what comes of it.
    pub(super) fn with_call(
        &mut self,
        key: Key<Session>,
        f: impl FnOnce(&mut Call, &mut Cx, &mut Account, &mut Vec<CallEvent>),
    ) {
        self.with_call_telling(key, f, |_, _| {});
    }

    /// The same, with something to tell before what comes of it.
    pub(super) fn with_call_telling(
        &mut self,
        key: Key<Session>,
        f: impl FnOnce(&mut Call, &mut Cx, &mut Account, &mut Vec<CallEvent>),
        first: impl FnOnce(&mut Self, &[CallEvent]),
    ) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let profile = session.profile_key();
        let account = account_for(&mut self.profiles, &mut self.anonymous, profile);
        let mut out = Vec::new();
        let hidden = session
            .hides(self.privacy)
            .then(|| Hidden::hide(account, &mut self.cx));
        f(&mut session.call, &mut self.cx, account, &mut out);
        if let Some(hidden) = hidden {
            hidden.show(account, &mut self.cx);
        }
        // An INVITE that has its answer can no longer be cancelled.
        if session.open_server.is_some()
            && session.open_server != session.call.open_server()
            && let Some(server) = session.open_server.take()
        {
            self.open_invites.remove(&server);
        }
        if session.open_server.is_none()
            && let Some(server) = session.call.open_server()
        {
            session.open_server = Some(server);
            self.open_invites.insert(server, key);
        }
        first(self, &out);
        self.show_states(key, &out);
        let shown = self.sessions.get(key).is_some_and(Session::is_usage);
        for event in out {
            if shown {
                self.on_usage_event(key, event);
            } else {
                self.on_call_event(key, event);
            }
        }
    }

    pub(super) fn on_call_response(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        if message.status().is_some_and(|status| status >= 300)
            && self
                .sessions
                .get(key)
                .is_some_and(|session| session.call.first_client() == Some(client))
        {
            self.end_forks(key, client, &message, flow);
        }
        if !self.sessions.contains(key) {
            return self.on_late_fork(client, message, flow);
        }
        let key = self.fork_for(key, client, &message);
        if message.method() == "INVITE" && message.status().is_some_and(|status| status < 300) {
            self.note_identity(key, &message, flow);
        }
        let answer = message.clone();
        self.with_call_telling(
            key,
            |call, cx, account, out| call.on_response(cx, account, client, message, flow, out),
            |agent, _| agent.tell_answer(key, client, Ok(&answer)),
        );
    }

    pub(super) fn on_call_failure(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        failure: Failure,
    ) {
        for fork in self.forks_of(key) {
            self.with_call(fork, |call, cx, account, out| {
                call.on_failure(cx, account, client, failure, out);
            });
        }
        self.with_call_telling(
            key,
            |call, cx, account, out| call.on_failure(cx, account, client, failure, out),
            |agent, _| agent.tell_answer(key, client, Err(failure)),
        );
    }

    pub(super) fn on_call_request(
        &mut self,
        key: Key<Session>,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        let key = self.fork_of(key, message.from_tag());
        if matches!(message.method(), "INVITE" | "UPDATE") {
            self.note_identity(key, &message, flow);
        }
        let told = self.sessions.get(key).is_some_and(|session| {
            session.is_usage() && (server.is_some() || session.call.expects_ack(message.cseq()))
        });
        let request = told.then(|| message.clone());
        if told {
            // Its answers are noted from here on.
            let objects = self.objects_of(Owner {
                role: Role::Call,
                key: key.to_bits(),
            });
            self.show_server(server, &message, objects);
        }
        self.with_call_telling(
            key,
            |call, cx, account, out| call.on_request(cx, account, server, message, flow, out),
            |agent, out| {
                if let Some(request) = request {
                    agent.tell_passed_request(key, server, &request, out);
                }
            },
        );
    }

    pub(super) fn on_call_alarm(&mut self, key: Key<Session>, what: u32) {
        if matches!(what, NO_ANSWER | EXPIRED) {
            return self.on_ringing_over(key, what);
        }
        if what == LAPSED {
            return self.on_typing_lapsed(key);
        }
        self.with_call(key, |call, cx, account, out| {
            call.on_alarm(cx, account, what, out);
        });
    }

    fn on_call_event(&mut self, key: Key<Session>, event: CallEvent) {
        match event {
            CallEvent::Progress(message) => self.on_progress(key, message),
            CallEvent::Pracked { rseq, message } => self.on_pracked(key, rseq, message),
            CallEvent::Reliable { rseq, message } => {
                if let Some(event) = self.prack_event(key, rseq, message) {
                    self.tell(event);
                }
            }
            CallEvent::PrackOffered {
                server,
                rseq,
                message,
            } => {
                let owner = Owner {
                    role: Role::Call,
                    key: key.to_bits(),
                };
                if let Some(event) = self.prack_event(key, rseq, message.clone()) {
                    self.tell_open(event, server, message, 200, Some(owner));
                }
            }
            CallEvent::Completed => self.on_no_more_forks(key),
            CallEvent::Established(message) => {
                if let Some(session) = self.sessions.get_mut(key) {
                    session.connected_at = Some(self.cx.now);
                    session.redirects = Vec::new();
                    session.redirect_answer = None;
                }
                let status = message.status().map_or(Status::None, Status::Sip);
                self.tell_media_started(key, &message);
                let text: Box<str> = message.reason().into();
                self.report_session(key, message.status().unwrap_or(200), &text);
                let connected = ParticipantState::Connected;
                self.set_state(
                    key,
                    SessionState::Connected,
                    Some(connected),
                    status,
                    &text,
                    Some(message),
                );
            }
            CallEvent::Redirected(message) => self.on_redirected(key, message),
            CallEvent::HungUp => self.on_hung_up(key),
            CallEvent::Ended { outcome, message } => self.on_call_ended(key, outcome, message),
            CallEvent::Complete {
                cookie,
                change,
                outcome,
                message,
            } => {
                self.on_complete(key, cookie, change, outcome, message);
            }
            CallEvent::MediaChanged(message) => {
                let held = self
                    .sessions
                    .get(key)
                    .and_then(|session| session.call.media())
                    .is_some_and(Media::remote_hold);
                // RTCMET_STOPPED or STARTED; RTCMER_HOLD or REMOTE_REQUEST.
                self.tell_media(
                    key,
                    i32::from(!held),
                    if held { 1 } else { 6 },
                    Some(message),
                );
            }
            CallEvent::Offered { server, message } => {
                let event = Event {
                    event_type: EventType::ReInvite,
                    session: self.session_object(key),
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
                self.tell_open(event, server, message, 488, Some(owner));
            }
            CallEvent::Request { server, message } => self.on_request_inside(key, server, message),
        }
    }

    fn session_object(&self, key: Key<Session>) -> Option<ObjectRef> {
        self.sessions.get(key).map(|session| session.object.clone())
    }

    /// Media runs from the first description on, which may be that of a provisional response (RFC 3960 §3).
    fn tell_media_started(&mut self, key: Key<Session>, message: &Message) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        if !std::mem::replace(&mut session.media_started, true) {
            self.tell_media(key, 1, 0, Some(message.clone()));
        }
    }

    fn on_pracked(&mut self, key: Key<Session>, rseq: u32, message: Message) {
        if let Some(event) = self.prack_event(key, rseq, message) {
            self.tell(event);
        }
    }

    /// A PRACK came, or a response that the application has to send one for.
    fn prack_event(&self, key: Key<Session>, rseq: u32, message: Message) -> Option<Event> {
        let session = self.sessions.get(key)?;
        Some(Event {
            event_type: EventType::Prack,
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            content_type: message
                .header(HeaderId::ContentType)
                .unwrap_or_default()
                .into(),
            value: [i64::from(rseq), 0, 0],
            status: message.status().map_or(Status::None, Status::Sip),
            message: Some(message),
            ..Event::default()
        })
    }

    fn on_progress(&mut self, key: Key<Session>, message: Message) {
        let status = message.status().unwrap_or_default();
        let media = self
            .sessions
            .get(key)
            .and_then(|session| session.call.media());
        if media.is_some_and(|media| media.describes(&message)) {
            self.tell_media_started(key, &message);
        }
        let participant = if status == 180 {
            ParticipantState::Alerting
        } else {
            ParticipantState::InProgress
        };
        let text: Box<str> = message.reason().into();
        self.report_session(key, status, &text);
        self.set_state(
            key,
            SessionState::InProgress,
            Some(participant),
            Status::Sip(status),
            &text,
            Some(message),
        );
    }

    /// Follows a redirection unless the application wants to; a refused target makes way for the next (RFC 3261 §8.1.3.4).
    pub(super) fn on_redirected(&mut self, key: Key<Session>, message: Message) {
        if message.status().is_some_and(|status| status >= 400) {
            if let Some(session) = self.sessions.get_mut(key) {
                session.redirect_answer = Some(message);
                session.redirect_open = true;
            }
            return self.follow_redirect(key);
        }
        // RFC 3261 §21.3.5: an alternative service is no other place for the same call.
        let followed = message.status() != Some(380);
        let mut targets: Vec<(Box<str>, u16)> = Vec::new();
        for contact in message.contacts().take(32).flatten().filter(|_| followed) {
            targets.push((contact.uri().into(), contact.q()));
        }
        // Best last, to be popped; equals in the order given.
        targets.reverse();
        targets.sort_by_key(|(_, q)| *q);
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        // RFC 3261 §8.1.3.4, §26.4.4: who was called by sips is not looked for by anything less, unless the application says so.
        let secure = session.call.asked().is_some_and(is_sips);
        let downgrades =
            secure && !targets.is_empty() && !targets.iter().any(|(uri, _)| is_sips(uri));
        if secure && !downgrades {
            targets.retain(|(uri, _)| is_sips(uri));
        }
        session.use_proxy = message.status() == Some(305);
        if session.use_proxy {
            session.redirects.clear();
        }
        // What was left of an answer before comes after what this one names.
        for (uri, _) in targets {
            if session.use_proxy || session.may_try(&uri) {
                session.redirects.push(uri);
            }
        }
        let surplus = session.redirects.len().saturating_sub(64);
        session.redirects.drain(..surplus);
        session.redirect_answer = Some(message.clone());
        session.redirect_open = true;
        if downgrades
            || session.flags & SESSION_FAIL_ON_REDIRECT != 0
            || !session.call.auto.has(Auto::REDIRECT)
        {
            let status = Status::Sip(message.status().unwrap_or(300));
            let text: Box<str> = message.reason().into();
            return self.set_state(
                key,
                SessionState::InProgress,
                None,
                status,
                &text,
                Some(message),
            );
        }
        self.follow_redirect(key);
    }

    pub(super) fn follow_redirect(&mut self, key: Key<Session>) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        if !std::mem::take(&mut session.redirect_open) {
            return;
        }
        let mut next = session.redirects.pop();
        // Each once (RFC 3261 §8.1.3.4): another answer may have led there meanwhile.
        while let Some(uri) = &next
            && !session.use_proxy
            && !session.may_try(uri)
        {
            next = session.redirects.pop();
        }
        let next = next.filter(|_| session.redirects_left > 0);
        if let Some(uri) = &next {
            session.tried.push(uri.clone());
        }
        let proxy = session.use_proxy;
        let Some(answer) = session.redirect_answer.clone() else {
            return;
        };
        session.redirects_left = session.redirects_left.saturating_sub(1);
        let more = !session.redirects.is_empty() && session.redirects_left > 0;
        self.with_call(key, |call, cx, _, out| match next {
            Some(uri) => {
                call.more_targets = more;
                if proxy {
                    call.redirect_by(cx, &uri);
                } else {
                    call.redirect(cx, &uri);
                }
            }
            None => call.give_up_redirect(cx, answer, out),
        });
    }

    fn on_hung_up(&mut self, key: Key<Session>) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        if std::mem::take(&mut session.media_started) {
            self.tell_media(key, 0, 0, None);
        }
        let gone = Some(ParticipantState::Disconnected);
        self.set_state(
            key,
            SessionState::Disconnected,
            gone,
            Status::None,
            "",
            None,
        );
    }

    pub(super) fn on_call_ended(
        &mut self,
        key: Key<Session>,
        outcome: Outcome,
        message: Option<Message>,
    ) {
        let status = match outcome {
            Outcome::Sip(status) => Status::Sip(status),
            Outcome::Failed(failure) => Status::Failed(failure_code(failure)),
            Outcome::Local | Outcome::Remote => Status::None,
            Outcome::NoAck => Status::Failed(Code::NoAck),
            Outcome::Media => Status::Failed(Code::CodecsDoNotMatch),
        };
        // A status has its phrase; the 200 of a BYE is no reason for the end.
        let text: Box<str> = match (&message, status) {
            (Some(message), Status::Sip(_)) => message.reason().into(),
            _ => "".into(),
        };
        if self
            .sessions
            .get(key)
            .is_some_and(|session| session.media_started)
        {
            self.tell_media(key, 0, 0, message.clone());
        }
        let report = match outcome {
            Outcome::Sip(status) if status >= 200 => status,
            Outcome::Local | Outcome::Remote => 487,
            Outcome::Failed(Failure::Timeout) | Outcome::NoAck => 408,
            Outcome::Media => 488,
            Outcome::Sip(_) | Outcome::Failed(_) => 503,
        };
        self.report_session(key, report, "");
        self.close_session(key, status, &text, message);
    }

    /// The last events of a session; then only its name is left for whoever holds it.
    fn close_session(
        &mut self,
        key: Key<Session>,
        status: Status,
        text: &str,
        message: Option<Message>,
    ) {
        let Some(last) = self
            .sessions
            .get(key)
            .map(|session| session.details(&self.cx))
        else {
            return;
        };
        self.end_usage_view(key, status, message.as_ref());
        let told = self
            .sessions
            .get(key)
            .is_some_and(|session| session.state() == SessionState::Disconnected);
        if !told {
            let gone = Some(ParticipantState::Disconnected);
            self.set_state(key, SessionState::Disconnected, gone, status, text, message);
        }
        self.stop_typing(key);
        self.end_keys(key);
        let Some(mut session) = self.sessions.remove(key) else {
            return;
        };
        self.forget_ringing(key, session.ringing);
        if let Some(server) = session.open_server {
            self.open_invites.remove(&server);
        }
        session.object.end(last);
        session.call.release(&mut self.cx);
        if let Some(participant) = &session.participant {
            participant.end(session.participant_details());
        }
        self.check_shutdown();
    }

    /// Ends a session without waiting for the peer; what was sent for it goes on by itself.
    pub(super) fn drop_session(&mut self, key: Key<Session>) {
        self.with_call(key, |call, cx, account, out| {
            call.drop_now(cx, account, out);
        });
    }

    /// The application gave up its last handle of an object that never did anything.
    pub fn forget(&mut self, object: &ObjectRef) {
        match object.kind() {
            Kind::Profile => return self.forget_profile(Key::from_bits(object.key())),
            Kind::Subscription => return self.forget_subscription(Key::from_bits(object.key())),
            Kind::Usage => return self.forget_usage(object),
            Kind::Registration => return self.forget_registration(Key::from_bits(object.key())),
            _ => {}
        }
        if object.kind() == Kind::Session {
            let key = Key::from_bits(object.key());
            let idle = self.sessions.get(key).is_some_and(|session| {
                session.state() == SessionState::Idle && session.participant.is_none()
            });
            if idle && let Some(mut session) = self.sessions.remove(key) {
                session.call.release(&mut self.cx);
            }
        }
    }

    fn on_complete(
        &mut self,
        key: Key<Session>,
        cookie: i64,
        change: bool,
        outcome: Outcome,
        message: Option<Message>,
    ) {
        let status = match outcome {
            Outcome::Sip(status) => Status::Sip(status),
            Outcome::Failed(failure) => Status::Failed(failure_code(failure)),
            Outcome::Media => Status::Failed(Code::SdpParse),
            _ => Status::Failed(Code::CallDisconnected),
        };
        if let (true, Some(session)) = (change, self.sessions.get(key)) {
            let held = session.call.media().is_some_and(Media::local_hold);
            let state = if held {
                SessionState::Hold
            } else {
                SessionState::Connected
            };
            if state != session.state()
                && matches!(
                    session.state(),
                    SessionState::Hold | SessionState::Connected
                )
            {
                self.tell_media(key, i32::from(!held), i32::from(held), message.clone());
                self.set_state(key, state, None, status, "", message.clone());
            }
        }
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        let event = Event {
            event_type: EventType::SessionOperationComplete,
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            cookie,
            status,
            status_text: message
                .as_ref()
                .map(Message::reason)
                .unwrap_or_default()
                .into(),
            content_type: message
                .as_ref()
                .and_then(|m| m.header(HeaderId::ContentType))
                .unwrap_or_default()
                .into(),
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    /// Tells of a media stream: `kind` RTCMET_, `reason` RTCMER_.
    fn tell_media(&mut self, key: Key<Session>, kind: i32, reason: i32, message: Option<Message>) {
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        if !matches!(session.call.media(), Some(Media::Audio { .. })) || session.is_usage() {
            return;
        }
        let mask = super::command::MEDIA_AUDIO_SEND | super::command::MEDIA_AUDIO_RECEIVE;
        let event = Event {
            event_type: EventType::Media,
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            kind,
            reason,
            value: [i64::from(mask), 0, 0],
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    /// Notes and tells new states: the participant's first, as the original did.
    pub(super) fn set_state(
        &mut self,
        key: Key<Session>,
        state: SessionState,
        participant: Option<ParticipantState>,
        status: Status,
        text: &str,
        message: Option<Message>,
    ) {
        if !matches!(state, SessionState::Incoming | SessionState::InProgress) {
            self.stop_ringing(key);
        }
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        session.object.set_state(state.number());
        let told = !session.is_usage();
        let mut flags = match state {
            SessionState::Disconnected if is_elsewhere(message.as_ref()) => {
                FLAG_LAST | FLAG_ELSEWHERE
            }
            SessionState::Disconnected => FLAG_LAST,
            _ => 0,
        };
        if session.call.is_fork() {
            flags |= FLAG_FORKED;
        }
        let mut common = Event {
            session: Some(session.object.clone()),
            participant: session.participant.clone(),
            profile: session.profile.clone(),
            status,
            status_text: text.into(),
            uri: session.remote_uri.clone(),
            text: session.remote_name.clone(),
            message,
            flags,
            ..Event::default()
        };
        // What an incoming call replaces or joins.
        let origin = session
            .origin
            .as_deref()
            .filter(|_| state == SessionState::Incoming);
        let (other, kind) = origin.map_or((None, 0), |origin| (origin.other.clone(), origin.kind));
        let changed = match (participant, &session.participant) {
            (Some(now), Some(object)) if object.state() != now.number() => {
                object.set_state(now.number());
                Some(now.number())
            }
            _ => None,
        };
        if !told {
            return;
        }
        if let Some(number) = changed {
            self.tell(Event {
                event_type: EventType::ParticipantStateChange,
                state: number,
                ..common.clone()
            });
        }
        let content_type: Box<str> = match &common.message {
            Some(message) => message
                .header(HeaderId::ContentType)
                .unwrap_or_default()
                .into(),
            None => "".into(),
        };
        let why = common.message.clone();
        if state == SessionState::Incoming
            && common.message.as_ref().is_some_and(privacy::is_anonymous)
        {
            common.flags |= FLAG_ANONYMOUS;
        }
        if let Some(message) = &common.message
            && state != SessionState::Incoming
        {
            let said = Explained::of(message);
            common.value[1] = said.retry_after;
            common.value[2] = said.cause;
            common.status_text = said.over(&common.status_text);
        }
        self.tell(Event {
            event_type: EventType::SessionStateChange,
            state: state.number(),
            other,
            kind,
            content_type,
            ..common
        });
        self.tell_calls(key, status, why.as_ref());
    }
}

pub(super) fn failure_code(failure: Failure) -> Code {
    match failure {
        Failure::Timeout => Code::Timeout,
        Failure::Transport => Code::Transport,
        Failure::Insecure(fault) => Code::Tls(fault),
        Failure::Refused => Code::TcpFail,
        Failure::Unresolved => Code::DnsFail,
        Failure::NoRecords => Code::NoRecords,
        Failure::NoTarget => Code::TransportNotSupported,
    }
}

/// Whether a CANCEL says that the call was answered by another (RFC 3326 §3.1).
fn is_elsewhere(message: Option<&Message>) -> bool {
    message.is_some_and(|message| {
        message.is_request()
            && message.method() == "CANCEL"
            && message.typed_all::<Reason<'_>>().flatten().any(|reason| {
                reason.protocol.eq_ignore_ascii_case("SIP") && reason.cause() == Some(200)
            })
    })
}
