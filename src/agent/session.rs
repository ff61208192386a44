//! Sessions: one call or message exchange as the application sees it (`IRTCSession`, `IRTCParticipant`).
//!
//! Holds states, participants and options, and begins outgoing ones. Verbs are in `session_verbs.rs`, what happens to a
//! session in `session_events.rs`; incoming ones begin in `incoming.rs`.

use std::sync::{Arc, OnceLock};

use crate::base::{Key, Slab, Time};
use crate::syntax::{HeaderId, Message, NameAddr, Scheme, Uri};
use crate::transaction::ServerKey;
use crate::usage::media::SDP;
use crate::usage::{Account, Auto, Call, Cx, Invitation, Media, Owner, Role};

use super::command::{SESSION_ALL_FORKS, SESSION_OLD_HOLD};
use super::composing::Typing;
use super::headers::{HeaderSet, merged, own_lines};
use super::privacy::Identities;
use super::profile::Profile;
use super::usage_object::SipUsage;
use super::{
    Agent, Code, Details, Kind, Object, ObjectRef, ParticipantState, ReferralKey, Refusal, Send,
    SessionOptions, SessionState, SessionType, Status, properties,
};

/// Messages in their order.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// One is on its way.
    pub(super) busy: bool,
    /// What comes next, with its own lines.
    pub(super) waiting: std::collections::VecDeque<(Send, String)>,
}

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
    pub(super) identities: Identities,
    /// Targets that were tried.
    pub(super) tried: Vec<Box<str>>,
    /// The redirection names a proxy for the same target (305).
    pub(super) use_proxy: bool,
    /// The application wants no lines but this session's own.
    pub(super) bare: bool,
    /// Those of the profile then.
    pub(super) profile_headers: HeaderSet,
    pub(super) remote_uri: Box<str>,
    pub(super) remote_name: Box<str>,
    /// The application's own description for the first INVITE.
    pub(super) description: Option<(Box<str>, Box<[u8]>)>,
    /// Where redirects may still go, best last; and how many were followed.
    pub(super) redirects: Vec<Box<str>>,
    pub(super) redirect_answer: Option<Message>,
    /// It was refused or redirected and waits for where to go on.
    pub(super) redirect_open: bool,
    pub(super) redirects_left: usize,
    pub(super) connected_at: Option<Time>,
    /// It began at the peer.
    pub(super) incoming: bool,
    pub(super) typing: Option<Typing>,
    /// Messages of a message session that wait for the one before.
    pub(super) outbox: Option<Box<Outbox>>,
    /// The application was told that media runs.
    pub(super) media_started: bool,
    /// Packages whose NOTIFYs inside this dialog are wanted.
    pub(super) notifications: Vec<Box<str>>,
    /// The INVITE of the peer that waits for an answer, as noted in `open_invites`.
    pub(super) open_server: Option<ServerKey>,
    pub(super) ringing: super::ringing::Ringing,
    /// The view of it as a usage, made when somebody asks for it.
    pub(super) usage: OnceLock<ObjectRef>,
    /// What it has as a usage that was made at the SIP level, or as the first of several forks.
    pub(super) sip: Option<Box<SipUsage>>,
    /// Why it is made, and what it takes the place of.
    pub(super) origin: Option<Box<Origin>>,
}

/// What a call has to do with others: the REFER that it is made for, the call that it replaces or joins.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// The REFER that this call is made for.
    pub(super) referral: Option<ReferralKey>,
    /// Lines of the first INVITE that the application did not write: Replaces, Referred-By.
    pub(super) lines: Box<str>,
    /// Referred-By, as given or received.
    pub(super) referred_by: Box<str>,
    /// The application's name for the referral.
    pub(super) cookie: Box<str>,
    /// The call that this incoming one replaces or joins, and which of the two.
    pub(super) other: Option<ObjectRef>,
    pub(super) kind: i32,
}

impl Session {
    /// What it has to do with other calls, to change.
    pub(super) fn origin_mut(&mut self) -> &mut Origin {
        self.origin.get_or_insert_default()
    }

    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    pub(super) fn participant(&self) -> Option<&ObjectRef> {
        self.participant.as_ref()
    }

    /// Nothing was sent and nobody asked for.
    pub(super) fn is_untouched(&self) -> bool {
        self.state() == SessionState::Idle && self.participant.is_none()
    }

    /// Own lines over those of the profile over those of the client.
    pub(super) fn merge_headers(&mut self) {
        self.call.extra = merged([&self.headers, &self.profile_headers, &self.client_headers]);
    }

    pub(super) fn state(&self) -> SessionState {
        SessionState::from_number(self.object.state()).unwrap_or(SessionState::Idle)
    }

    pub(super) fn profile_key(&self) -> Option<Key<Profile>> {
        self.profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()))
    }

    pub(super) fn details(&self, cx: &Cx) -> Details {
        let mut details = Details::default();
        details.int(properties::SESSION_TYPE, self.session_type.number());
        let open = self.state() == SessionState::Idle && self.participant.is_none();
        details.int(properties::SESSION_CAN_ADD_PARTICIPANTS, i64::from(open));
        let duration = self
            .connected_at
            .map_or(0, |at| cx.now.since(at).as_millis());
        details.int(
            properties::SESSION_DURATION_MS,
            i64::try_from(duration).unwrap_or(i64::MAX),
        );
        if let Some(dialog) = self.call.dialog(&cx.dialogs) {
            details.text(properties::SESSION_CALL_ID, dialog.call_id());
        } else if let Some(request) = self.call.request() {
            details.text(properties::SESSION_CALL_ID, request.call_id());
        }
        details.text(properties::SESSION_REMOTE_URI, self.remote_uri.clone());
        details.text(properties::SESSION_REMOTE_NAME, self.remote_name.clone());
        if let Some(media) = self.call.early_media().or(self.call.media()) {
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
        details.int(properties::SESSION_AUTOMATION, self.call.auto.bits());
        for (index, identity) in self.identities.asserted.iter().enumerate() {
            details.text_at(
                properties::SESSION_ASSERTED_IDENTITY,
                index,
                identity.clone(),
            );
        }
        details.text(
            properties::SESSION_LOCAL_IDENTITY,
            self.identities.local.clone(),
        );
        if let Some(mask) = self.identities.privacy {
            details.int(properties::SESSION_SIP_PRIVACY, mask);
        }
        if let Some(origin) = &self.origin {
            details.text(properties::SESSION_REFERRED_BY, origin.referred_by.clone());
            details.text(properties::SESSION_REFER_COOKIE, origin.cookie.clone());
        }
        let referred = self
            .origin
            .as_ref()
            .is_some_and(|origin| !origin.referred_by.is_empty());
        details.int(properties::SESSION_IS_REFERRED, i64::from(referred));
        details.related.extend(self.profile.clone());
        details.related.extend(self.participant.clone());
        details
    }

    pub(super) fn participant_details(&self) -> Details {
        let mut details = Details::default();
        details.text(properties::PARTICIPANT_URI, self.remote_uri.clone());
        details.text(properties::PARTICIPANT_NAME, self.remote_name.clone());
        details.int(properties::PARTICIPANT_REMOVABLE, 0);
        details.whole = Arc::downgrade(&self.object);
        details
    }
}

/// Every dialog of a forked INVITE is kept.
fn fork_bit(flags: u32) -> u32 {
    if flags & SESSION_ALL_FORKS != 0 {
        Auto::FORK
    } else {
        0
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

pub(super) fn ended() -> Refusal {
    Refusal::new(Code::InvalidSessionState, "the session is over")
}

pub(super) fn wrong_state(verb: &str, state: SessionState) -> Refusal {
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
        if self.sessions.len() >= self.config.endpoint.limits.sessions {
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
            profile_headers: HeaderSet::default(),
            bare: false,
            identities: Identities::default(),
            tried: Vec::new(),
            use_proxy: false,
            remote_uri: "".into(),
            remote_name: "".into(),
            description: options
                .description
                .clone()
                .map(|body| (options.content_type.clone(), body)),
            redirects: Vec::new(),
            redirect_answer: None,
            redirect_open: false,
            redirects_left: self.config.endpoint.limits.redirects,
            connected_at: None,
            incoming: state == SessionState::Incoming,
            typing: None,
            outbox: None,
            media_started: false,
            notifications: Vec::new(),
            open_server: None,
            ringing: super::ringing::Ringing::default(),
            usage: OnceLock::new(),
            sip: None,
            origin: None,
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
            session.call.terms = options.terms(&self.config.session_defaults);
            session.call.auto = Auto::without(
                options.manual | self.config.session_defaults.manual | fork_bit(options.flags),
            );
        }
        self.take_owner_headers(key);
        self.cx.dialogs.claim(tag, owner);
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
        let taken = options
            .referral
            .map(|referral| self.take_referral(referral))
            .transpose()?;
        let key = self.new_session(session_type, SessionState::Idle, &options)?;
        if let (Some((lines, by)), Some(session)) = (taken, self.sessions.get_mut(key)) {
            let origin = session.origin_mut();
            origin.referral = options.referral;
            origin.lines = lines.into();
            origin.referred_by = by;
        }
        self.sessions
            .get(key)
            .map(|session| session.object.clone())
            .ok_or_else(ended)
    }

    pub(super) fn refuse_when_closing(&self) -> Result<(), Refusal> {
        if self.is_shutting_down() {
            return Err(Refusal::new(
                Code::StackShutdown,
                "preparation for shutdown has begun",
            ));
        }
        if self.is_behind() {
            return Err(Refusal::new(
                Code::Limit,
                "limit `queued_events` is reached: read the events before more begins",
            ));
        }
        Ok(())
    }

    pub(super) fn session_key(&self, object: &ObjectRef) -> Result<Key<Session>, Refusal> {
        if object.kind() != Kind::Session {
            return Err(Refusal::new(Code::Handle, "the object is no session"));
        }
        let key = Key::from_bits(object.key());
        // One that was hung up waits for the answer to its BYE, and is over for the application.
        if self
            .sessions
            .get(key)
            .is_some_and(|session| session.state() != SessionState::Disconnected)
        {
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
        if !is_callable(&parsed) {
            return Err(Refusal::new(
                Code::InvalidSipUrl,
                "a participant is a sip:, sips: or tel: URI",
            ));
        }
        let mut own = own_lines(send)?;
        if send.expires_secs > 0 {
            own.push_str(&format!("Expires: {}\r\n", send.expires_secs));
        }
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
        let bare;
        let (parsed, uri) = if self
            .sessions
            .get(key)
            .is_some_and(|session| session.origin.is_some())
        {
            bare = super::refer_in::callable(uri);
            let parsed = Uri::parse(&bare).map_err(|fault| {
                Refusal::new(Code::InvalidSipUrl, format!("participant URI: {fault}"))
            })?;
            (parsed, &*bare)
        } else {
            (parsed, uri)
        };
        let (target, to) = self.target_of(&parsed, uri, name, profile.as_ref());
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        session.profile = profile;
        self.take_owner_headers(key);
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
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
        let origin = session.origin.as_ref().map_or("", |origin| &*origin.lines);
        let own = crate::usage::lines::merge(&own, origin);
        self.ring_out(key, send.expires_secs);
        self.set_state(
            key,
            SessionState::InProgress,
            Some(ParticipantState::InProgress),
            Status::None,
            "",
            None,
        );
        let address = self.cx.endpoint.media_address(&target);
        let old_hold = self.holds_the_old_way(key);
        let own = self.identity_lines(key, &own, &target);
        if let Some(session) = self.sessions.get_mut(key) {
            session.tried = vec![target.clone()];
        }
        self.with_call(key, |call, cx, account, _| {
            let media = match &description {
                Some((content_type, body)) => Media::application(content_type, body),
                None => {
                    let mut media = Media::audio(cx, address);
                    media.set_old_hold(old_hold);
                    media
                }
            };
            let body = send.content_type.as_deref().zip(send.body.as_deref());
            let media = match (body, &description) {
                (Some((content_type, body)), None) => Media::application(content_type, body),
                _ => media,
            };
            // Descriptions of the application's: the one given, or none.
            let left = !call.auto.has(Auto::OFFER_ANSWER);
            let media = match media {
                Media::Audio { .. } if left => Media::application(SDP, &[]),
                media => media,
            };
            let empty = match &description {
                Some((_, body)) => body.is_empty(),
                None => left,
            };
            let no_offer = empty && body.is_none();
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
                    ..Invitation::default()
                },
            );
        });
        Ok(participant)
    }

    pub(super) fn holds_the_old_way(&self, key: Key<Session>) -> bool {
        let own = self.sessions.get(key).map_or(0, |session| session.flags);
        (own | self.config.session_defaults.flags) & SESSION_OLD_HOLD != 0
    }

    /// The profile for a call: as forced, else the enabled one that serves the URI's domain, else the first enabled one.
    fn choose_profile(&self, key: Key<Session>, uri: &str) -> Option<ObjectRef> {
        let session = self.sessions.get(key)?;
        session.profile.clone().or_else(|| self.profile_for(uri))
    }

    /// Request-URI and To. A tel: URI goes to the profile's domain as a user (RFC 3261 §19.1.6).
    pub(super) fn target_of(
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
