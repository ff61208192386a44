//! Requests outside sessions and subscriptions: those of the application's own, page-mode messages (RFC 3428), and what
//! comes in that belongs to no object: OPTIONS (RFC 3261 §11), MESSAGE and methods that nobody here knows.

use crate::base::{Key, Time};
use crate::syntax::{HeaderId, Message, NameAddr, method, uri};
use crate::transaction::{ClientKey, Draft, Failure, ServerKey};
use crate::transport::SocketKey;
use crate::usage::context::ALLOW;
use crate::usage::{DialogKey, Lines, Outcome, Outgoing, Owner, Role};

use super::command::{SEND_END, SEND_EXPERT, SEND_REFRESH};
use super::event::FLAG_LAST;
use super::headers::{check_value, own_lines_with};
use super::options::ACCEPT;
use super::profile::{Profile, check_aor, phrase, status_of};
use super::session::{Session, account_for};
use super::transaction::state;
use super::{
    Agent, AnswerMode, Code, Event, EventType, Kind, ObjectRef, Refusal, Send, SessionType, Status,
    Verdict,
};

/// Most requests of the application's own that wait for their answers.
const MAX_REQUESTS: usize = 100_000;

/// A request of the application's own that waits for its final response.
#[derive(Debug)]
pub(super) struct AppRequest {
    object: ObjectRef,
    outgoing: Outgoing,
    cookie: i64,
    profile: Option<ObjectRef>,
    /// A message of a message session: its completion belongs there.
    session: Option<Key<Session>>,
    uri: Box<str>,
    /// The usage that it was sent in, and its dialog.
    inside: Option<(ObjectRef, DialogKey)>,
}

impl AppRequest {
    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    pub(super) fn profile(&self) -> Option<&ObjectRef> {
        self.profile.as_ref()
    }

    pub(super) fn cookie(&self) -> i64 {
        self.cookie
    }
}

/// Headers that have setters elsewhere, but not for a request of its own.
const OWN: [HeaderId; 6] = [
    HeaderId::From,
    HeaderId::To,
    HeaderId::Contact,
    HeaderId::Event,
    HeaderId::SubscriptionState,
    HeaderId::ReferTo,
];
/// Methods whose machines a request outside dialogs has not.
const MACHINES: [&str; 3] = ["INVITE", "ACK", "CANCEL"];
/// Methods that have verbs of their own; for those who know what they do they go as they are.
const OWNED: [&str; 8] = [
    "BYE",
    "PRACK",
    "UPDATE",
    "INFO",
    "NOTIFY",
    "SUBSCRIBE",
    "REFER",
    "REGISTER",
];

struct ToSend<'a> {
    method: &'a str,
    uri: &'a str,
    to: Option<String>,
    own: String,
    profile: Option<ObjectRef>,
    session: Option<Key<Session>>,
    sockets: Vec<SocketKey>,
}

impl Agent {
    /// Sends a request outside any dialog; ends in `Response` or `TransactionFailed`.
    pub fn send_request(
        &mut self,
        now: Time,
        profile: Option<&ObjectRef>,
        method: &str,
        uri: &str,
        send: &Send,
    ) -> Result<ObjectRef, Refusal> {
        self.cx.now = now;
        if !method::is_token(method) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the method is no token",
            ));
        }
        let expert = send.flags & SEND_EXPERT != 0;
        if MACHINES.contains(&method) || OWNED.contains(&method) && !expert {
            return Err(Refusal::new(
                Code::NotAllowed,
                format!("{method} belongs to a session, subscription or registration"),
            ));
        }
        check_aor(uri)?;
        if send.flags & !(SEND_EXPERT | SEND_END | SEND_REFRESH) != 0 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "of the flags EXPERT, REFRESH and END mean something for a request outside dialogs",
            ));
        }
        if send.flags & SEND_REFRESH != 0 && (send.expires_secs == 0 || send.flags & SEND_END != 0)
        {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a refreshed request says for how long it is to hold: expires_secs",
            ));
        }
        let own = own_lines_with(send, &OWN)?;
        self.refuse_when_closing()?;
        let mut sockets = Vec::new();
        let profile = match profile {
            Some(context) if context.kind() == Kind::Connection => {
                sockets = self.sockets_of(context)?;
                self.profile_for(uri)
            }
            Some(context) => Some(self.context_profile(context)?),
            None => self.profile_for(uri),
        };
        self.launch(
            ToSend {
                method,
                uri,
                to: None,
                own,
                profile,
                session: None,
                sockets,
            },
            send,
        )
    }

    /// A MESSAGE of a message session, which is no dialog.
    pub(super) fn send_im(
        &mut self,
        key: Key<Session>,
        send: &Send,
        own: &str,
    ) -> Result<Verdict, Refusal> {
        self.refuse_when_closing()?;
        let most = self.config.endpoint.limits.held_messages;
        let session = self
            .sessions
            .get_mut(key)
            .ok_or_else(|| Refusal::new(Code::InvalidSessionState, "the session is over"))?;
        // One at a time: two on their way could overtake each other (RFC 3428 §8).
        let outbox = session.outbox.get_or_insert_default();
        if outbox.busy {
            if outbox.waiting.len() >= most {
                return Err(Refusal::new(
                    Code::Limit,
                    "limit `held_messages` is reached: the peer does not answer the ones before",
                ));
            }
            outbox.waiting.push_back((send.clone(), own.to_owned()));
            return Ok(Verdict::Done);
        }
        let (uri, profile) = (session.remote_uri.clone(), session.profile.clone());
        let lines = crate::usage::lines::merge(own, &session.call.extra.requests);
        self.launch(
            ToSend {
                method: "MESSAGE",
                uri: &uri,
                to: None,
                own: lines,
                profile,
                session: Some(key),
                sockets: Vec::new(),
            },
            send,
        )?;
        if let Some(session) = self.sessions.get_mut(key) {
            session.outbox.get_or_insert_default().busy = true;
        }
        Ok(Verdict::Done)
    }

    /// The message before has its answer: the next one goes out.
    fn send_next_im(&mut self, key: Key<Session>) {
        loop {
            let outbox = self
                .sessions
                .get_mut(key)
                .and_then(|session| session.outbox.as_mut());
            let Some(outbox) = outbox else { return };
            outbox.busy = false;
            let Some((send, own)) = outbox.waiting.pop_front() else {
                return;
            };
            let Err(refusal) = self.send_im(key, &send, &own) else {
                return;
            };
            if let Some(session) = self.sessions.get(key) {
                let event = Event {
                    event_type: EventType::SessionOperationComplete,
                    session: Some(session.object().clone()),
                    participant: session.participant().cloned(),
                    cookie: send.cookie,
                    status: Status::Failed(refusal.code),
                    ..Event::default()
                };
                self.tell(event);
            }
        }
    }

    fn launch(&mut self, request: ToSend<'_>, send: &Send) -> Result<ObjectRef, Refusal> {
        if self.requests.len() >= MAX_REQUESTS {
            return Err(Refusal::new(
                Code::Limit,
                "100,000 requests wait for their answers",
            ));
        }
        let body = send.body.as_deref().unwrap_or_default();
        let mut content_type = send.content_type.clone();
        if content_type.is_none() && !body.is_empty() {
            content_type = Some("text/plain;charset=UTF-8".into());
        }
        if let Some(content_type) = &content_type {
            check_value("Content-Type", content_type)?;
        }
        let Self {
            cx,
            requests,
            profiles,
            anonymous,
            transactions,
            ..
        } = self;
        let profile_key = request
            .profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()));
        let account = account_for(profiles, anonymous, profile_key);
        let (from, own_to, own_contact, own) = parties(&request.own)?;
        let to = request
            .to
            .or(own_to)
            .unwrap_or_else(|| format!("<{}>", request.uri));
        let from = from.unwrap_or_else(|| account.from.to_string());
        let draft = Draft {
            method: request.method.into(),
            uri: request.uri.into(),
            routes: account.routes.clone(),
            sockets: request.sockets,
            lines: format!(
                "From: {};tag={}\r\nTo: {to}\r\nCall-ID: {}\r\n",
                from,
                cx.tag(),
                cx.call_id()
            ),
            // A request that makes a dialog or a binding says where we are.
            contact: ["SUBSCRIBE", "REFER", "OPTIONS", "REGISTER"]
                .contains(&request.method)
                .then(|| account.contact.clone())
                .filter(|_| !own_contact),
            content_type: content_type.filter(|_| !body.is_empty()),
            body: body.into(),
            ..Draft::default()
        };
        let extra = account.extra.request(&own);
        let mut lines = Lines::new(&extra);
        if send.flags & SEND_END != 0 {
            lines = lines.put("Expires", "0");
        } else if send.expires_secs > 0 {
            lines = lines.put("Expires", &send.expires_secs.to_string());
        }
        if request.method == "OPTIONS" {
            lines = lines.offer("Accept", ACCEPT).offer("Allow", ALLOW);
        }
        let rest = lines.offer("User-Agent", &cx.user_agent).finish(&[]);
        let cseq = cx.first_cseq();
        let related = request.profile.iter().cloned().collect();
        let object = transactions.open_client(request.method, None, related);
        if send.flags & SEND_REFRESH != 0 {
            let content_type = draft.content_type.clone();
            let body = content_type
                .as_deref()
                .map(|content_type| (content_type, body));
            let make = |owner| Outgoing::new(draft, cseq, rest, owner);
            return self.begin_refresh(make, request.profile, object, request.uri, send, body);
        }
        let key = requests.insert_with(|key| {
            let owner = Owner {
                role: Role::Request,
                key: key.to_bits(),
            };
            AppRequest {
                object,
                outgoing: Outgoing::new(draft, cseq, rest, owner),
                cookie: send.cookie,
                profile: request.profile,
                session: request.session,
                uri: request.uri.into(),
                inside: None,
            }
        });
        let Some(sent) = requests.get_mut(key) else {
            return Err(Refusal::new(Code::Limit, "no place for the request"));
        };
        let client = sent.outgoing.send(cx, account);
        transactions.bind(&sent.object, client);
        Ok(sent.object.clone())
    }

    /// A request inside a dialog that begins no usage and belongs to none.
    pub(super) fn launch_inside(
        &mut self,
        place: DialogKey,
        usage: ObjectRef,
        profile: Option<ObjectRef>,
        method: &str,
        own: &str,
        send: &Send,
    ) -> Result<ObjectRef, Refusal> {
        if self.requests.len() >= MAX_REQUESTS {
            return Err(Refusal::new(
                Code::Limit,
                "100,000 requests wait for their answers",
            ));
        }
        let Self {
            cx,
            requests,
            profiles,
            anonymous,
            transactions,
            ..
        } = self;
        let account = profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()));
        let account = account_for(profiles, anonymous, account);
        let Some(dialog) = cx.dialogs.get_mut(place) else {
            return Err(Refusal::new(Code::InvalidDialogState, "the dialog is over"));
        };
        let uri: Box<str> = dialog.remote_target().into();
        let (mut draft, cseq) = dialog.request(method);
        draft.content_type.clone_from(&send.content_type);
        draft.body = send.body.as_deref().unwrap_or_default().into();
        let rest = Lines::new(own)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let object = transactions.open_client(method, None, vec![usage.clone()]);
        let key = requests.insert_with(|key| {
            let owner = Owner {
                role: Role::Request,
                key: key.to_bits(),
            };
            AppRequest {
                object,
                outgoing: Outgoing::new(draft, cseq, rest, owner),
                cookie: send.cookie,
                profile,
                session: None,
                uri,
                inside: Some((usage, place)),
            }
        });
        let Some(sent) = requests.get_mut(key) else {
            return Err(Refusal::new(Code::Limit, "no place for the request"));
        };
        let client = sent.outgoing.send(cx, account);
        transactions.bind(&sent.object, client);
        Ok(sent.object.clone())
    }

    pub(super) fn on_app_response(
        &mut self,
        key: Key<AppRequest>,
        client: ClientKey,
        message: Message,
    ) {
        let Self {
            cx,
            requests,
            profiles,
            anonymous,
            transactions,
            ..
        } = self;
        let Some(request) = requests
            .get_mut(key)
            .filter(|request| request.outgoing.is(client))
        else {
            return;
        };
        let status = message.status().unwrap_or_default();
        let object = request.object.clone();
        transactions.note_request(&object, cx.endpoint.sent(client));
        if status < 200 {
            transactions.note_response(&object, &message);
            return self.tell_progress(key, message);
        }
        if matches!(status, 401 | 407) {
            let profile: Option<Key<Profile>> = request
                .profile
                .as_ref()
                .map(|profile| Key::from_bits(profile.key()));
            let account = account_for(profiles, anonymous, profile);
            let place = request.inside.as_ref().map(|(_, place)| *place);
            let shared = place.and_then(|place| cx.dialogs.get_mut(place));
            let cseq = match shared {
                Some(dialog) => {
                    let cseq = dialog.local_cseq() + 1;
                    dialog.note_local_cseq(cseq);
                    cseq
                }
                None => request.outgoing.cseq() + 1,
            };
            if request
                .outgoing
                .authenticate(cx, account, &message, cseq)
                .map(|again| transactions.bind(&object, again))
                .is_ok()
            {
                return;
            }
        }
        transactions.note_response(&object, &message);
        self.end_request(key, Outcome::Sip(status), Some(message));
    }

    pub(super) fn on_app_failure(
        &mut self,
        key: Key<AppRequest>,
        client: ClientKey,
        failure: Failure,
    ) {
        if self
            .requests
            .get(key)
            .is_some_and(|request| request.outgoing.is(client))
        {
            self.end_request(key, Outcome::Failed(failure), None);
        }
    }

    /// A provisional response, but 100, which is between neighbours (RFC 3261 §8.2.6.1).
    fn tell_progress(&mut self, key: Key<AppRequest>, message: Message) {
        let Some(request) = self.requests.get(key).filter(|one| one.session.is_none()) else {
            return;
        };
        let status = message.status().unwrap_or_default();
        if status == 100 {
            return;
        }
        let event = Event {
            event_type: EventType::Response,
            profile: request.profile.clone(),
            transaction: Some(request.object.clone()),
            state: request.object.state(),
            cookie: request.cookie,
            status: Status::Sip(status),
            status_text: phrase(Some(&message)),
            uri: request.uri.clone(),
            text: request.outgoing.method().into(),
            content_type: content_type(Some(&message)),
            message: Some(message),
            ..Event::default()
        };
        self.tell(event);
    }

    pub(super) fn request_keys(&self) -> Vec<Key<AppRequest>> {
        self.requests.keys()
    }

    /// What went out is kept for whoever holds the transaction.
    pub(super) fn keep_sent(&mut self, key: Key<AppRequest>) {
        if let Some(request) = self.requests.get(key)
            && let Some(client) = request.outgoing.client()
        {
            let sent = self.cx.endpoint.sent(client);
            self.transactions.note_request(&request.object, sent);
        }
    }

    /// Ends a request without a word.
    pub(super) fn drop_request(&mut self, key: Key<AppRequest>) {
        if let Some(request) = self.requests.remove(key) {
            self.transactions
                .end_object(&request.object, state::TERMINATED);
        }
    }

    pub(super) fn end_request(
        &mut self,
        key: Key<AppRequest>,
        outcome: Outcome,
        message: Option<Message>,
    ) {
        let Some(request) = self.requests.remove(key) else {
            return;
        };
        let last = match outcome {
            Outcome::Sip(_) => state::COMPLETED,
            _ => state::TERMINATED,
        };
        self.transactions.end_object(&request.object, last);
        let common = Event {
            profile: request.profile,
            cookie: request.cookie,
            status: status_of(outcome),
            status_text: phrase(message.as_ref()),
            uri: request.uri,
            content_type: content_type(message.as_ref()),
            message,
            ..Event::default()
        };
        let im = request.session;
        let event = match request.session {
            Some(session) => {
                let Some(session) = self.sessions.get(session) else {
                    return;
                };
                Event {
                    event_type: EventType::SessionOperationComplete,
                    session: Some(session.object().clone()),
                    participant: session.participant().cloned(),
                    ..common
                }
            }
            None => Event {
                event_type: match outcome {
                    Outcome::Sip(_) => EventType::Response,
                    _ => EventType::TransactionFailed,
                },
                transaction: Some(request.object),
                usage: request.inside.map(|(usage, _)| usage),
                state: last,
                text: request.outgoing.method().into(),
                flags: FLAG_LAST,
                ..common
            },
        };
        self.tell(event);
        if let Some(session) = im {
            self.send_next_im(session);
        }
    }

    /// The line that goes with 489 (RFC 6665 §8.3.2); empty when no package is taken.
    pub(super) fn allow_events_line(&self) -> String {
        match &*self.cx.allow_events {
            "" => String::new(),
            packages => format!("Allow-Events: {packages}\r\n"),
        }
    }

    /// The account of a profile, or the anonymous one, to look at.
    pub(super) fn account_of_profile(
        &mut self,
        profile: Option<&ObjectRef>,
    ) -> &mut crate::usage::Account {
        let key = profile.map(|profile| Key::from_bits(profile.key()));
        account_for(&mut self.profiles, &mut self.anonymous, key)
    }

    /// Page-mode messages are answered at once; the application reads them later.
    pub(super) fn on_message(&mut self, server: ServerKey, message: Message) {
        if self.is_shutting_down() {
            return self.reply(server, &message, 480, "");
        }
        match self.answer_mode(SessionType::Im) {
            AnswerMode::NotSupported => {
                let lines = format!("Allow: {}\r\n", ALLOW.replace(", MESSAGE", ""));
                return self.reply(server, &message, 405, &lines);
            }
            AnswerMode::AutomaticallyReject => return self.reply(server, &message, 603, ""),
            AnswerMode::OfferSessionEvent | AnswerMode::AutomaticallyAccept => {}
        }
        if let Err((status, lines)) = self.check_message(None, &message) {
            return self.reply(server, &message, status, &lines);
        }
        self.reply(server, &message, 200, "");
        let from: Box<str> = message
            .from()
            .map(|from| from.uri)
            .unwrap_or_default()
            .into();
        let name: Box<str> = message
            .from()
            .map(|from| from.display_name.into_owned())
            .unwrap_or_default()
            .into();
        let session = self.im_session_with(&from);
        let content_type = content_type(Some(&message));
        // RTCMSET_STATUS with the typing state, for what RFC 3994 defines.
        let key = session
            .as_ref()
            .map(|(session, _)| Key::from_bits(session.key()));
        let (kind, state) = self.hear_typing(key, &message);
        let event = Event {
            event_type: EventType::Messaging,
            profile: self.profile_addressed(&message),
            session: session.as_ref().map(|(session, _)| session.clone()),
            participant: session.and_then(|(_, participant)| participant),
            kind,
            state,
            uri: from,
            text: name,
            content_type,
            message: Some(message),
            ..Event::default()
        };
        self.tell(event);
    }

    /// The message session with that peer, if one is open.
    fn im_session_with(&mut self, peer: &str) -> Option<(ObjectRef, Option<ObjectRef>)> {
        let Self {
            packages, sessions, ..
        } = self;
        packages.im_sessions.retain(|key| sessions.contains(*key));
        let session = packages
            .im_sessions
            .iter()
            .filter_map(|key| sessions.get(*key))
            .find(|session| uri::equal(&session.remote_uri, peer))?;
        Some((session.object().clone(), session.participant().cloned()))
    }

    /// A message session has its peer.
    pub(super) fn note_im_session(&mut self, key: Key<Session>) {
        let Self {
            packages, sessions, ..
        } = self;
        // Ended ones go whenever the list would double.
        if packages.im_sessions.len() == packages.im_sessions.capacity() {
            packages.im_sessions.retain(|key| sessions.contains(*key));
        }
        packages.im_sessions.push(key);
    }

    /// A method that no object takes: told, so that an application may serve it; else refused (RFC 3261 §8.2.1).
    pub(super) fn on_other_request(&mut self, server: ServerKey, message: Message) {
        let automatic = if message.method() == "INFO" {
            // It has its place inside calls alone (RFC 6086 §4.2.2).
            481
        } else if method::is_known(message.method()) {
            405
        } else {
            501
        };
        let profile = self.profile_addressed(&message);
        let event = self.request_event(&message, profile);
        if self.is_shutting_down() {
            let lines = format!("Allow: {ALLOW}\r\n");
            return self.reply(server, &message, automatic, &lines);
        }
        self.tell_open(event, server, message, automatic, None);
    }

    pub(super) fn request_event(&self, message: &Message, profile: Option<ObjectRef>) -> Event {
        Event {
            event_type: EventType::Request,
            profile,
            uri: message
                .from()
                .map(|from| from.uri)
                .unwrap_or_default()
                .into(),
            text: message.method().into(),
            content_type: content_type(Some(message)),
            message: Some(message.clone()),
            ..Event::default()
        }
    }
}

/// From, To and whether there is a Contact among the lines, and the lines without the first two. Tags are ours.
fn parties(own: &str) -> Result<(Option<String>, Option<String>, bool, String), Refusal> {
    let (mut from, mut to, mut contact) = (None, None, false);
    let mut rest = String::with_capacity(own.len());
    for (name, value) in crate::usage::lines::lines(own) {
        let id = HeaderId::from_name(name);
        if matches!(id, Some(HeaderId::From | HeaderId::To)) {
            let address = NameAddr::parse(value).map_err(|fault| {
                Refusal::new(Code::HeaderMalformed, format!("header `{name}`: {fault}"))
            })?;
            check_aor(address.uri)?;
            if address.tag().is_some() {
                return Err(Refusal::new(
                    Code::HeaderReserved,
                    format!("the tag of header `{name}` belongs to the stack"),
                ));
            }
            let place = if id == Some(HeaderId::From) {
                &mut from
            } else {
                &mut to
            };
            *place = Some(value.to_owned());
            continue;
        }
        contact |= id == Some(HeaderId::Contact);
        rest.push_str(&format!("{name}: {value}\r\n"));
    }
    Ok((from, to, contact, rest))
}

/// The Content-Type of a message with a body.
pub(super) fn content_type(message: Option<&Message>) -> Box<str> {
    message
        .filter(|message| !message.body().is_empty())
        .and_then(|message| message.header(HeaderId::ContentType))
        .unwrap_or_default()
        .into()
}
