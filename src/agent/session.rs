//! Sessions: one call or message exchange as the application sees it (`IRTCSession`, `IRTCParticipant`).
//!
//! Holds states, participants and options, and turns verbs into what `usage::Call` does. Incoming ones begin in `incoming.rs`.

use crate::base::{Key, Slab, Time};
use crate::syntax::{HeaderId, Message, NameAddr, Scheme, Uri};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::usage::{Account, Busy, Call, CallEvent, Cx, Invitation, Media, Outcome, Owner, Role};

use super::command::{REINVITE_NO_OFFER, REINVITE_UPDATE, SEND_RELIABLE, SESSION_FAIL_ON_REDIRECT};
use super::event::FLAG_LAST;
use super::headers::{HeaderSet, own_lines, own_lines_with_reason};
use super::profile::Profile;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, ParticipantState, Refusal,
    Send, SessionOptions, SessionState, SessionType, Status, TerminateReason, Verdict, properties,
};

/// A call or message exchange.
#[derive(Debug)]
pub struct Session {
    pub(super) object: ObjectRef,
    pub(super) participant: Option<ObjectRef>,
    pub(super) session_type: SessionType,
    pub(super) profile: Option<ObjectRef>,
    pub(super) flags: u32,
    pub(super) call: Call,
    pub(super) headers: HeaderSet,
    /// Those of the client when the session began.
    pub(super) client_headers: HeaderSet,
    pub(super) remote_uri: Box<str>,
    pub(super) remote_name: Box<str>,
    /// The application's own description for the first INVITE.
    pub(super) description: Option<(Box<str>, Box<[u8]>)>,
    /// Where redirects may still go, best last; and how many were followed.
    redirects: Vec<Box<str>>,
    redirect_answer: Option<Message>,
    redirects_left: usize,
    pub(super) connected_at: Option<Time>,
    /// Packages whose NOTIFYs inside this dialog are wanted.
    pub(super) notifications: Vec<Box<str>>,
    /// The INVITE of the peer that waits for an answer, as noted in `open_invites`.
    pub(super) open_server: Option<ServerKey>,
    pub(super) no_answer_at: Option<Time>,
}

/// Timer of a session beside those of its call: nobody answered an incoming call for three minutes.
pub(super) const NO_ANSWER: u32 = 16;

impl Session {
    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    pub(super) fn participant(&self) -> Option<&ObjectRef> {
        self.participant.as_ref()
    }

    pub(super) fn state(&self) -> SessionState {
        SessionState::from_number(self.object.state()).unwrap_or(SessionState::Idle)
    }

    fn profile_key(&self) -> Option<Key<Profile>> {
        self.profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()))
    }

    pub(super) fn details(&self, now: Time) -> Details {
        let mut details = Details::default();
        details.int(properties::SESSION_TYPE, self.session_type.number());
        let open = self.state() == SessionState::Idle && self.participant.is_none();
        details.int(properties::SESSION_CAN_ADD_PARTICIPANTS, i64::from(open));
        let duration = self.connected_at.map_or(0, |at| now.since(at).as_millis());
        details.int(
            properties::SESSION_DURATION_MS,
            i64::try_from(duration).unwrap_or(i64::MAX),
        );
        if let Some(dialog) = self.call.dialog() {
            details.text(properties::SESSION_CALL_ID, dialog.call_id());
        } else if let Some(request) = self.call.request() {
            details.text(properties::SESSION_CALL_ID, request.call_id());
        }
        details.text(properties::SESSION_REMOTE_URI, self.remote_uri.clone());
        details.text(properties::SESSION_REMOTE_NAME, self.remote_name.clone());
        if let Some(media) = self.call.media() {
            details.text(properties::SESSION_REMOTE_TYPE, media.content_type());
            details.text(
                properties::SESSION_REMOTE_DESCRIPTION,
                media.remote_description(),
            );
            details.text(
                properties::SESSION_LOCAL_DESCRIPTION,
                media.local_description(),
            );
            let hold = i64::from(media.local_hold()) | i64::from(media.remote_hold()) << 1;
            details.int(properties::SESSION_HOLD, hold);
        }
        for (index, contact) in self.redirect_answer.iter().flat_map(contacts).enumerate() {
            details.text_at(properties::SESSION_REDIRECT_URI, index, contact.0);
            details.text_at(properties::SESSION_REDIRECT_NAME, index, contact.1);
        }
        details.related.extend(self.profile.clone());
        details.related.extend(self.participant.clone());
        details
    }

    pub(super) fn participant_details(&self) -> Details {
        let mut details = Details::default();
        details.text(properties::PARTICIPANT_URI, self.remote_uri.clone());
        details.text(properties::PARTICIPANT_NAME, self.remote_name.clone());
        details.int(properties::PARTICIPANT_REMOVABLE, 0);
        details.related.push(self.object.clone());
        details
    }
}

/// The account of a profile that is enabled, or the anonymous one.
pub(super) fn account_for<'a>(
    profiles: &'a mut Slab<Profile>,
    anonymous: &'a mut Account,
    key: Option<Key<Profile>>,
) -> &'a mut Account {
    match key.and_then(|key| profiles.get_mut(key)) {
        Some(profile) => &mut profile.account,
        None => anonymous,
    }
}

fn ended() -> Refusal {
    Refusal::new(Code::InvalidSessionState, "the session is over")
}

fn wrong_state(verb: &str, state: SessionState) -> Refusal {
    Refusal::new(
        Code::InvalidSessionState,
        format!("{verb} is not possible in session state {state:?}"),
    )
}

impl Agent {
    pub(super) fn new_session(
        &mut self,
        session_type: SessionType,
        state: SessionState,
        options: &SessionOptions,
    ) -> Result<Key<Session>, Refusal> {
        if self.sessions.len()
            >= self.config.endpoint.limits.sessions
        {
            return Err(Refusal::new(Code::Limit, "limit `sessions` is reached"));
        }
        let tag = self.cx.tag();
        let placeholder = Owner {
            role: Role::Call,
            key: 0,
        };
        let object = Object::new(Kind::Session, 0, state.number(), options.user_data);
        let key = self.sessions.insert(Session {
            object,
            participant: None,
            session_type,
            profile: options.profile.clone(),
            flags: options.flags,
            call: Call::new(placeholder, tag),
            headers: HeaderSet::default(),
            client_headers: self.headers.clone(),
            remote_uri: "".into(),
            remote_name: "".into(),
            description: options
                .description
                .clone()
                .map(|body| (options.content_type.clone(), body)),
            redirects: Vec::new(),
            redirect_answer: None,
            redirects_left: self.config.endpoint.limits.redirects,
            connected_at: None,
            notifications: Vec::new(),
            open_server: None,
            no_answer_at: None,
        });
        let owner = Owner {
            role: Role::Call,
            key: key.to_bits(),
        };
        if let Some(session) = self.sessions.get_mut(key) {
            session.object = Object::new(
                Kind::Session,
                key.to_bits(),
                state.number(),
                options.user_data,
            );
            session.call = Call::new(owner, tag);
            session.call.extra = session.headers.over(&session.client_headers);
        }
        self.tags.insert(tag, owner);
        Ok(key)
    }

    /// An idle session; nothing is sent (`IRTCClient::CreateSession`).
    pub fn create_session(
        &mut self,
        session_type: SessionType,
        options: SessionOptions,
    ) -> Result<ObjectRef, Refusal> {
        self.refuse_when_closing()?;
        match session_type {
            SessionType::PhoneToPhone | SessionType::MultipartyIm => {
                return Err(Refusal::new(
                    Code::NotImplemented,
                    "phone-to-phone and multiparty message sessions are not in this build",
                ));
            }
            SessionType::PcToPc | SessionType::PcToPhone
                if self.config.disable_media && options.description.is_none() =>
            {
                return Err(Refusal::new(
                    Code::MediaDisabled,
                    "media were disabled: give a description of your own",
                ));
            }
            SessionType::Application if options.content_type.is_empty() => {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "an application session needs a content type for its description",
                ));
            }
            _ => {}
        }
        if options
            .profile
            .as_ref()
            .is_some_and(|profile| profile.kind() != Kind::Profile)
        {
            return Err(Refusal::new(Code::Handle, "options.profile is no profile"));
        }
        let key = self.new_session(session_type, SessionState::Idle, &options)?;
        Ok(self
            .sessions
            .get(key)
            .map(|session| session.object.clone())
            .ok_or_else(ended)?)
    }

    pub(super) fn refuse_when_closing(&self) -> Result<(), Refusal> {
        if self.is_shutting_down() {
            return Err(Refusal::new(
                Code::StackShutdown,
                "preparation for shutdown has begun",
            ));
        }
        Ok(())
    }

    fn session_key(&self, object: &ObjectRef) -> Result<Key<Session>, Refusal> {
        if object.kind() != Kind::Session {
            return Err(Refusal::new(Code::Handle, "the object is no session"));
        }
        let key = Key::from_bits(object.key());
        if self.sessions.contains(key) {
            Ok(key)
        } else {
            Err(ended())
        }
    }

    /// Adds the one participant and sends the INVITE (IM: nothing yet).
    pub fn add_participant(
        &mut self,
        now: Time,
        session: &ObjectRef,
        uri: &str,
        name: Option<&str>,
        send: &Send,
    ) -> Result<ObjectRef, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let parsed = Uri::parse(uri).map_err(|fault| {
            Refusal::new(Code::InvalidSipUrl, format!("participant URI: {fault}"))
        })?;
        if !is_callable(&parsed)
        {
            return Err(Refusal::new(
                Code::InvalidSipUrl,
                "a participant is a sip:, sips: or tel: URI",
            ));
        }
        let own = own_lines(send)?;
        self.refuse_when_closing()?;
        let (state, taken) = self
            .sessions
            .get(key)
            .map(|session| (session.state(), session.participant.is_some()))
            .ok_or_else(ended)?;
        if taken {
            return Err(Refusal::new(
                Code::InvalidSessionState,
                "the session has its participant",
            ));
        }
        if state != SessionState::Idle {
            return Err(wrong_state("adding a participant", state));
        }
        let profile = self.choose_profile(key, uri);
        let (target, to) = self.target_of(&parsed, uri, name, profile.as_ref());
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        session.profile = profile;
        session.remote_uri = target.clone();
        session.remote_name = name.unwrap_or_default().into();
        let participant = Object::new(Kind::Participant, key.to_bits(), 0, 0);
        session.participant = Some(participant.clone());
        if session.session_type == SessionType::Im {
            self.note_im_session(key);
            self.set_state(
                key,
                SessionState::Connected,
                Some(ParticipantState::Connected),
                Status::None,
                "",
                None,
            );
            return Ok(participant);
        }
        let description = session.description.clone();
        self.set_state(
            key,
            SessionState::InProgress,
            Some(ParticipantState::InProgress),
            Status::None,
            "",
            None,
        );
        let address = self.cx.endpoint.media_address(&target);
        self.with_call(key, |call, cx, account, _| {
            let media = match &description {
                Some((content_type, body)) => Media::application(content_type, body),
                None => Media::audio(cx, address),
            };
            let body = send.content_type.as_deref().zip(send.body.as_deref());
            let media = match (body, &description) {
                (Some((content_type, body)), None) => Media::application(content_type, body),
                _ => media,
            };
            let no_offer =
                matches!(&description, Some((_, body)) if body.is_empty()) && body.is_none();
            call.invite(
                cx,
                account,
                media,
                &Invitation {
                    uri: &target,
                    to: &to,
                    own: &own,
                    body,
                    no_offer,
                },
            );
        });
        Ok(participant)
    }

    /// The profile for a call: as forced, else the enabled one that serves the URI's domain, else the first enabled one.
    fn choose_profile(&self, key: Key<Session>, uri: &str) -> Option<ObjectRef> {
        let session = self.sessions.get(key)?;
        session.profile.clone().or_else(|| self.profile_for(uri))
    }

    /// Request-URI and To. A tel: URI goes to the profile's domain as a user (RFC 3261 §19.1.6).
    fn target_of(
        &self,
        parsed: &Uri<'_>,
        uri: &str,
        name: Option<&str>,
        profile: Option<&ObjectRef>,
    ) -> (Box<str>, String) {
        let mut target: Box<str> = uri.into();
        if parsed.scheme == Scheme::Tel
            && let Some(profile) =
                profile.and_then(|profile| self.profiles.get(Key::from_bits(profile.key())))
            && let Ok(aor) = Uri::parse(&profile.account.aor)
        {
            let number = uri.split_once(':').map_or(uri, |(_, number)| number);
            target = format!("sip:{number}@{};user=phone", aor.host).into();
        }
        let to = match name.filter(|name| !name.is_empty()) {
            Some(name) => format!(
                "\"{}\" <{target}>",
                name.replace('\\', "\\\\").replace('"', "\\\"")
            ),
            None => format!("<{target}>"),
        };
        (target, to)
    }

    /// Answers an incoming session: 0 means 200; 101–199 tells progress; 300–699 refuses.
    pub fn answer(
        &mut self,
        now: Time,
        session: &ObjectRef,
        status: u16,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let status = if status == 0 { 200 } else { status };
        if !(101..700).contains(&status) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "an answer is a status from 101 to 699",
            ));
        }
        if send.flags & SEND_RELIABLE != 0 {
            return Err(Refusal::new(
                Code::NotImplemented,
                "reliable provisional answers are not in this build",
            ));
        }
        let own = own_lines(send)?;
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let reason = send.reason.as_deref().unwrap_or_default();
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        if self
            .sessions
            .get(key)
            .is_some_and(|session| session.call.open_reinvite().is_some())
        {
            self.answer_reinvite(key, status, reason, &own, body);
            return Ok(Verdict::Done);
        }
        if state != SessionState::Incoming {
            return Err(wrong_state("answering", state));
        }
        self.answer_incoming(key, status, reason, &own, body)?;
        Ok(Verdict::Done)
    }

    pub(super) fn answer_incoming(
        &mut self,
        key: Key<Session>,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<(), Refusal> {
        let mut fault = None;
        self.with_call(key, |call, cx, account, out| match status {
            101..=199 => call.progress(cx, account, status, reason, own, body),
            200..=299 => fault = call.accept(cx, account, status, reason, own, body).err(),
            _ => call.refuse_and_end(cx, account, status, reason, own, body, out),
        });
        if fault.is_some() {
            return Err(Refusal::new(
                Code::CodecsDoNotMatch,
                "the offer has nothing that can be answered",
            ));
        }
        if (200..300).contains(&status) {
            self.set_state(
                key,
                SessionState::Answering,
                Some(ParticipantState::Answering),
                Status::None,
                "",
                None,
            );
        }
        Ok(())
    }

    pub(super) fn answer_reinvite(
        &mut self,
        key: Key<Session>,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) {
        self.with_call(key, |call, cx, account, out| {
            if let Some((server, message, flow)) = call.open_reinvite() {
                call.answer_reinvite(
                    cx, account, server, message, &flow, status, reason, own, body, out,
                );
            }
        });
    }

    /// Refuses, cancels or hangs up, whatever the state asks for.
    pub fn terminate(
        &mut self,
        now: Time,
        session: &ObjectRef,
        reason: TerminateReason,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let own = own_lines_with_reason(send)?;
        self.end_session(key, reason, &own);
        Ok(Verdict::Done)
    }

    pub(super) fn end_session(&mut self, key: Key<Session>, reason: TerminateReason, own: &str) {
        let status = match reason {
            TerminateReason::Normal | TerminateReason::Reject => 603,
            TerminateReason::Dnd | TerminateReason::Shutdown => 480,
            TerminateReason::Busy => 486,
            TerminateReason::Timeout => 408,
            TerminateReason::InsufficientSecurityLevel | TerminateReason::NotSupported => 488,
        };
        self.with_call(key, |call, cx, account, out| {
            call.terminate(cx, account, status, "", own, out)
        });
        if reason == TerminateReason::Shutdown {
            self.drop_session(key);
        }
    }

    /// Incoming: 302 to `uri` (Forward). Outgoing and redirected: goes on to `uri`, or to the next contact.
    pub fn redirect(
        &mut self,
        now: Time,
        session: &ObjectRef,
        uri: Option<&str>,
        flags: u32,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        if flags != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "no flags are known for redirecting",
            ));
        }
        if let Some(uri) = uri {
            super::profile::check_aor(uri)?;
        }
        let own = own_lines(send)?;
        let (state, redirected) = self
            .sessions
            .get(key)
            .map(|session| (session.state(), session.redirect_answer.is_some()))
            .ok_or_else(ended)?;
        match (state, uri) {
            (SessionState::Incoming, Some(uri)) => {
                let own = format!("{own}Contact: <{uri}>\r\n");
                self.answer_incoming(key, 302, "", &own, None)?;
                Ok(Verdict::Done)
            }
            (SessionState::InProgress, _) if redirected => {
                if let (Some(uri), Some(session)) = (uri, self.sessions.get_mut(key)) {
                    session.redirects.push(uri.into());
                }
                self.follow_redirect(key);
                Ok(Verdict::Done)
            }
            _ => Err(wrong_state("redirecting", state)),
        }
    }

    /// Holds or takes back: a re-INVITE with the direction changed.
    pub fn hold(
        &mut self,
        now: Time,
        session: &ObjectRef,
        hold: bool,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        let own = own_lines(send)?;
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        if let Some(holding) = self.sessions.get(key).and_then(|session| session.call.changing()) {
            let code = if holding { Code::HoldPending } else { Code::UnholdPending };
            return Err(Refusal::new(code, "a change of the media is on its way in this session"));
        }
        match (state, hold) {
            (SessionState::Hold, true) | (SessionState::Connected, false) => {
                return Ok(Verdict::Nothing);
            }
            (SessionState::Connected, true) | (SessionState::Hold, false) => {}
            _ => return Err(wrong_state("holding", state)),
        }
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let application = self
            .sessions
            .get(key)
            .is_some_and(|session| matches!(session.call.media(), Some(Media::Application { .. })));
        if application && body.is_none() {
            return Err(Refusal::new(
                Code::MediaDisabled,
                "the media are the application's: give the description that holds",
            ));
        }
        self.change(key, hold, false, body, &own, send.cookie)
    }

    /// A re-INVITE with a new offer of ours or the application's, or without offer.
    pub fn reinvite(
        &mut self,
        now: Time,
        session: &ObjectRef,
        flags: u32,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        if flags & REINVITE_UPDATE != 0 {
            return Err(Refusal::new(
                Code::NotImplemented,
                "UPDATE is not in this build",
            ));
        }
        if flags & !REINVITE_NO_OFFER != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "unknown flag for a re-INVITE",
            ));
        }
        let own = own_lines(send)?;
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let hold = self
            .sessions
            .get(key)
            .is_some_and(|session| session.state() == SessionState::Hold);
        self.change(
            key,
            hold,
            flags & REINVITE_NO_OFFER != 0,
            body,
            &own,
            send.cookie,
        )
    }

    fn change(
        &mut self,
        key: Key<Session>,
        hold: bool,
        no_offer: bool,
        body: Option<(&str, &[u8])>,
        own: &str,
        cookie: i64,
    ) -> Result<Verdict, Refusal> {
        let state = self
            .sessions
            .get(key)
            .map(Session::state)
            .ok_or_else(ended)?;
        let mut result = Ok(());
        self.with_call(key, |call, cx, account, _| {
            result = call.change(cx, account, hold, no_offer, body, own, cookie);
        });
        match result {
            Ok(()) => Ok(Verdict::Done),
            Err(Busy::NotConfirmed) => Err(wrong_state("changing the media", state)),
            Err(Busy::Pending { hold: true }) => Err(Refusal::new(
                Code::HoldPending,
                "a hold is on its way in this session",
            )),
            Err(Busy::Pending { hold: false }) => Err(Refusal::new(
                Code::InvitePending,
                "an INVITE is on its way in this session",
            )),
        }
    }

    /// Any request inside the session: INFO, MESSAGE, OPTIONS or another that begins no usage of its own.
    pub fn session_send(
        &mut self,
        now: Time,
        session: &ObjectRef,
        method: &str,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.session_key(session)?;
        if !crate::syntax::method::is_token(method) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the method is no token",
            ));
        }
        if [
            "INVITE",
            "ACK",
            "CANCEL",
            "BYE",
            "PRACK",
            "UPDATE",
            "REFER",
            "SUBSCRIBE",
            "REGISTER",
        ]
        .contains(&method)
        {
            return Err(Refusal::new(
                Code::NotAllowed,
                format!("{method} has a verb of its own or no place inside a session"),
            ));
        }
        let own = own_lines(send)?;
        let body = send.body.as_deref().unwrap_or_default();
        let content_type = send.content_type.as_deref();
        let (state, session_type) = self
            .sessions
            .get(key)
            .map(|session| (session.state(), session.session_type))
            .ok_or_else(ended)?;
        if session_type == SessionType::Im {
            if method != "MESSAGE" || state != SessionState::Connected {
                return Err(wrong_state("sending", state));
            }
            return self.send_im(key, send, own);
        }
        let mut sent = false;
        if matches!(
            state,
            SessionState::Connected
                | SessionState::Hold
                | SessionState::Answering
                | SessionState::Incoming
        ) {
            self.with_call(key, |call, cx, account, _| {
                sent =
                    call.send_request(cx, account, method, &own, content_type, body, send.cookie);
            });
        }
        if sent {
            Ok(Verdict::Done)
        } else {
            Err(wrong_state("sending inside the dialog", state))
        }
    }

    /// Whether NOTIFYs of a package inside a session's dialog (without session: of all to come) are taken.
    pub fn allow_dialog_notifications(
        &mut self,
        session: Option<&ObjectRef>,
        package: &str,
        allow: bool,
    ) -> Result<Verdict, Refusal> {
        if !crate::syntax::method::is_token(package) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the package is no token",
            ));
        }
        let Some(object) = session else {
            return Ok(self.packages.allow_in_dialogs(&mut self.cx, package, allow));
        };
        let key = self.session_key(object)?;
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        let known = session
            .notifications
            .iter()
            .any(|known| known.eq_ignore_ascii_case(package));
        if known == allow {
            return Ok(Verdict::Nothing);
        }
        if allow {
            if session.notifications.len() >= 32 {
                return Err(Refusal::new(
                    Code::Limit,
                    "32 packages a session are the limit",
                ));
            }
            session.notifications.push(package.into());
        } else {
            session
                .notifications
                .retain(|known| !known.eq_ignore_ascii_case(package));
        }
        session.call.allow_events = session.notifications.join(", ").into();
        Ok(Verdict::Done)
    }

    // What the network says.

    /// Runs something on a session's call and deals with what comes of it.
    pub(super) fn with_call(
        &mut self,
        key: Key<Session>,
        f: impl FnOnce(&mut Call, &mut Cx, &mut Account, &mut Vec<CallEvent>),
    ) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let profile = session.profile_key();
        let account = account_for(&mut self.profiles, &mut self.anonymous, profile);
        let mut out = Vec::new();
        f(&mut session.call, &mut self.cx, account, &mut out);
        // An INVITE that has its answer can no longer be cancelled.
        if session.open_server.is_some() && session.open_server != session.call.open_server() {
            if let Some(server) = session.open_server.take() {
                self.open_invites.remove(&server);
            }
        }
        if session.open_server.is_none()
            && let Some(server) = session.call.open_server()
        {
            session.open_server = Some(server);
            self.open_invites.insert(server, key);
        }
        for event in out {
            self.on_call_event(key, event);
        }
    }

    pub(super) fn on_call_response(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        message: Message,
        flow: &Flow,
    ) {
        self.with_call(key, |call, cx, account, out| {
            call.on_response(cx, account, client, message, flow, out)
        });
    }

    pub(super) fn on_call_failure(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        failure: Failure,
    ) {
        self.with_call(key, |call, cx, account, out| {
            call.on_failure(cx, account, client, failure, out)
        });
    }

    pub(super) fn on_call_request(
        &mut self,
        key: Key<Session>,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        self.with_call(key, |call, cx, account, out| {
            call.on_request(cx, account, server, message, flow, out)
        });
    }

    pub(super) fn on_call_alarm(&mut self, key: Key<Session>, what: u32) {
        if what == NO_ANSWER {
            return self.end_session(key, TerminateReason::Dnd, "");
        }
        self.with_call(key, |call, cx, account, out| {
            call.on_alarm(cx, account, what, out)
        });
    }

    fn on_call_event(&mut self, key: Key<Session>, event: CallEvent) {
        match event {
            CallEvent::Progress(message) => self.on_progress(key, message),
            CallEvent::Established(message) => {
                if let Some(session) = self.sessions.get_mut(key) {
                    session.connected_at = Some(self.cx.now);
                    session.redirects = Vec::new();
                    session.redirect_answer = None;
                }
                let status = message.status().map_or(Status::None, Status::Sip);
                self.tell_media(key, 1, 0, None);
                let connected = ParticipantState::Connected;
                self.set_state(
                    key,
                    SessionState::Connected,
                    Some(connected),
                    status,
                    "",
                    Some(message),
                );
            }
            CallEvent::Redirected(message) => self.on_redirected(key, message),
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

    fn on_progress(&mut self, key: Key<Session>, message: Message) {
        let status = message.status().unwrap_or_default();
        let participant = if status == 180 {
            ParticipantState::Alerting
        } else {
            ParticipantState::InProgress
        };
        let text: Box<str> = message.reason().into();
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
    fn on_redirected(&mut self, key: Key<Session>, message: Message) {
        if message.status().is_some_and(|status| status >= 400) {
            if let Some(session) = self.sessions.get_mut(key) {
                session.redirect_answer = Some(message);
            }
            return self.follow_redirect(key);
        }
        let mut targets: Vec<(Box<str>, u16)> = Vec::new();
        for contact in message.contacts().take(32) {
            if let Ok(contact) = contact {
                targets.push((contact.uri().into(), contact.q()));
            }
        }
        // Best last, to be popped; equals in the order given.
        targets.reverse();
        targets.sort_by_key(|(_, q)| *q);
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        session.redirects = targets.into_iter().map(|(uri, _)| uri).collect();
        session.redirect_answer = Some(message.clone());
        if session.flags & SESSION_FAIL_ON_REDIRECT != 0 {
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

    fn follow_redirect(&mut self, key: Key<Session>) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let next = session
            .redirects
            .pop()
            .filter(|_| session.redirects_left > 0);
        let Some(answer) = session.redirect_answer.clone() else {
            return;
        };
        session.redirects_left = session.redirects_left.saturating_sub(1);
        let more = !session.redirects.is_empty() && session.redirects_left > 0;
        self.with_call(key, |call, cx, _, out| match next {
            Some(uri) => {
                call.more_targets = more;
                call.redirect(cx, &uri);
            }
            None => call.give_up_redirect(cx, answer, out),
        });
    }

    fn on_call_ended(&mut self, key: Key<Session>, outcome: Outcome, message: Option<Message>) {
        let status = match outcome {
            Outcome::Sip(status) => Status::Sip(status),
            Outcome::Failed(failure) => Status::Failed(failure_code(failure)),
            Outcome::Local | Outcome::Remote => Status::None,
            Outcome::NoAck => Status::Failed(Code::NoAck),
            Outcome::Media => Status::Failed(Code::CodecsDoNotMatch),
        };
        let text: Box<str> = match &message {
            Some(message) if !message.is_request() => message.reason().into(),
            _ => "".into(),
        };
        if self
            .sessions
            .get(key)
            .is_some_and(|session| session.connected_at.is_some())
        {
            self.tell_media(key, 0, 0, None);
        }
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
        let gone = Some(ParticipantState::Disconnected);
        self.set_state(key, SessionState::Disconnected, gone, status, text, message);
        let Some(session) = self.sessions.remove(key) else {
            return;
        };
        self.tags.remove(&session.call.local_tag());
        let owner = Owner {
            role: Role::Call,
            key: key.to_bits(),
        };
        self.cx.disarm(session.no_answer_at, owner, NO_ANSWER);
        if let Some(server) = session.open_server {
            self.open_invites.remove(&server);
        }
        session.object.end(session.details(self.cx.now));
        if let Some(participant) = &session.participant {
            participant.end(session.participant_details());
        }
        self.check_shutdown();
    }

    /// Ends a session without waiting for the peer; what was sent for it goes on by itself.
    pub(super) fn drop_session(&mut self, key: Key<Session>) {
        self.with_call(key, |call, cx, account, out| call.drop_now(cx, account, out));
    }

    /// The application gave up its last handle of an object that never did anything.
    pub fn forget(&mut self, object: &ObjectRef) {
        match object.kind() {
            Kind::Profile => return self.forget_profile(Key::from_bits(object.key())),
            Kind::Subscription => return self.forget_subscription(Key::from_bits(object.key())),
            _ => {}
        }
        if object.kind() == Kind::Session {
            let key = Key::from_bits(object.key());
            let idle = self.sessions.get(key).is_some_and(|session| {
                session.state() == SessionState::Idle && session.participant.is_none()
            });
            if idle && let Some(session) = self.sessions.remove(key) {
                self.tags.remove(&session.call.local_tag());
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
                self.tell_media(key, i32::from(!held), i32::from(held), None);
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
        if !matches!(session.call.media(), Some(Media::Audio { .. })) {
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
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        session.object.set_state(state.number());
        if state != SessionState::Incoming && session.no_answer_at.is_some() {
            let owner = Owner {
                role: Role::Call,
                key: key.to_bits(),
            };
            self.cx
                .disarm(session.no_answer_at.take(), owner, NO_ANSWER);
        }
        let flags = if state == SessionState::Disconnected {
            FLAG_LAST
        } else {
            0
        };
        let common = Event {
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
        let changed = match (participant, &session.participant) {
            (Some(now), Some(object)) if object.state() != now.number() => {
                object.set_state(now.number());
                Some(now.number())
            }
            _ => None,
        };
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
        self.tell(Event {
            event_type: EventType::SessionStateChange,
            state: state.number(),
            content_type,
            ..common
        });
    }
}

pub(super) fn failure_code(failure: Failure) -> Code {
    match failure {
        Failure::Timeout => Code::Timeout,
        Failure::Transport => Code::Transport,
        Failure::Unresolved => Code::DnsFail,
        Failure::NoTarget => Code::TransportNotSupported,
    }
}

/// The contacts of a 3xx as (URI, display name), in its order.
fn contacts(message: &Message) -> Vec<(String, String)> {
    message
        .values(HeaderId::Contact)
        .take(32)
        .filter_map(|contact| NameAddr::parse(contact).ok())
        .map(|contact| (contact.uri.to_owned(), contact.display_name.into_owned()))
        .collect()
}

fn is_callable(uri: &Uri<'_>) -> bool {
    matches!(uri.scheme, Scheme::Sip | Scheme::Sips | Scheme::Tel)
}
