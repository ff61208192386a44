//! What happens to a usage, told at the SIP level: responses to what the application sent, requests of the peer, states
//! of the usage and of its dialog, further dialogs of a forked INVITE (RFC 3261 §12, §13.2.2.4, RFC 5057).
//!
//! Sessions and subscriptions tell the same when the filter asks for it (`RTC_EVENT_FILTER_SIP_ALL`), before the event of
//! theirs that it leads to.

use std::sync::Arc;

use crate::base::Key;
use crate::syntax::{Message, method};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::usage::call::State;
use crate::usage::{Auto, CallEvent, Owner, Role};

use super::dialog_object::{details_of, dialog_state, shared_state};
use super::event::{FILTER_SIP_ALL, FLAG_FORKED, FLAG_LAST};
use super::profile::phrase;
use super::request::content_type;
use super::session::Session;
use super::session_events::failure_code;
use super::usage_object::{SipUsage, state};
use super::{
    Agent, Code, Event, EventType, Kind, Object, ParticipantState, SessionOptions, SessionState,
    Status,
};

fn call_owner(key: Key<Session>) -> Owner {
    Owner {
        role: Role::Call,
        key: key.to_bits(),
    }
}

/// The message that an event of a call came by.
fn message_of(event: &CallEvent) -> Option<&Message> {
    match event {
        CallEvent::Progress(message)
        | CallEvent::Established(message)
        | CallEvent::Redirected(message)
        | CallEvent::MediaChanged(message)
        | CallEvent::Pracked { message, .. }
        | CallEvent::Reliable { message, .. }
        | CallEvent::PrackOffered { message, .. }
        | CallEvent::Offered { message, .. }
        | CallEvent::Request { message, .. } => Some(message),
        CallEvent::Ended { message, .. } | CallEvent::Complete { message, .. } => message.as_ref(),
        CallEvent::Completed | CallEvent::HungUp => None,
    }
}

impl Agent {
    /// Whether that row was made as a usage, and is told as one.
    pub(super) fn is_usage_of_application(&self, owner: Owner) -> bool {
        let bits = owner.key;
        match owner.role {
            Role::Call => self
                .sessions
                .get(Key::from_bits(bits))
                .is_some_and(Session::is_usage),
            Role::Subscription => self
                .subscriptions
                .get(Key::from_bits(bits))
                .is_some_and(|subscription| subscription.is_usage()),
            Role::Watcher => self
                .watchers
                .get(Key::from_bits(bits))
                .is_some_and(|watcher| watcher.is_usage()),
            _ => false,
        }
    }

    /// Where a session stands as a usage.
    pub(super) fn usage_state(&self, session: &Session) -> i32 {
        dialog_state(session)
    }

    /// Whether states of that session's usage and dialog are told.
    fn tells_states(&self, session: &Session) -> bool {
        session.is_usage() || self.filter & FILTER_SIP_ALL != 0
    }

    /// Tells what has changed about a session's dialog and usage; their end is told when the session is closed.
    pub(super) fn show_states(&mut self, key: Key<Session>, out: &[CallEvent]) {
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        let told = self.tells_states(session);
        if !told && session.usage.get().is_none() || session.call.state() == State::Ended {
            return;
        }
        let (now, stands) = (dialog_state(session), shared_state(session));
        let known = Self::knows_dialog(session, &self.cx.dialogs);
        let usage = Arc::clone(session.usage(state::INIT));
        let dialog = self.dialog_of_session(session);
        let early = self.early_details(session).filter(|_| session.call.dialog_key().is_none());
        let message = out.iter().find_map(message_of).cloned();
        let status = message
            .as_ref()
            .and_then(Message::status)
            .map_or(Status::None, Status::Sip);
        let session = (!session.is_usage()).then(|| session.object().clone());
        if let Some(dialog) = &dialog {
            if let Some(early) = early {
                dialog.end(early);
            }
            if dialog.state() != stands || !known {
                dialog.set_state(stands);
                if told {
                    self.tell(Event {
                        event_type: EventType::DialogState,
                        dialog: Some(Arc::clone(dialog)),
                        state: stands,
                        status,
                        message: message.clone(),
                        ..Event::default()
                    });
                }
            }
        }
        if usage.state() != now {
            usage.set_state(now);
            if told {
                self.tell(Event {
                    event_type: EventType::UsageState,
                    session,
                    usage: Some(usage),
                    dialog,
                    state: now,
                    status,
                    message,
                    ..Event::default()
                });
            }
        }
    }

    /// The session is about to be closed: its usage and, with its last usage, its dialog are over.
    pub(super) fn end_usage_view(
        &mut self,
        key: Key<Session>,
        status: Status,
        message: Option<&Message>,
    ) {
        let Some(session) = self.sessions.get(key) else {
            return;
        };
        let told = self.tells_states(session);
        let shown = told || session.usage.get().is_some();
        let usage = shown.then(|| Arc::clone(session.usage(state::INIT)));
        let known = session
            .call
            .dialog(&self.cx.dialogs)
            .is_some_and(|dialog| dialog.name().get().is_some());
        let dialog = if shown || known {
            self.dialog_of_session(session)
        } else {
            None
        };
        let last = session.call.dialog(&self.cx.dialogs).map(details_of);
        let last = last.or_else(|| dialog.as_ref()?.last_details());
        let mut usage_last = usage.is_some().then(|| self.invite_details(session));
        let again = match (&session.sip, session.call.attempt()) {
            (Some(sip), Some(attempt)) if sip.shown => {
                Some(Arc::new((sip.options.clone(), attempt.clone())))
            }
            _ => None,
        };
        let view = (!session.is_usage()).then(|| session.object().clone());
        let mut left = Vec::new();
        let (mut completes, mut invite) = (false, None);
        if let Some(session) = self.sessions.get_mut(key) {
            completes = session.is_usage() && session.call.completes_at().is_some();
            if let Some(sip) = session.sip.as_deref_mut() {
                left = std::mem::take(&mut sip.sent);
                invite = sip.invite.take();
            }
            session.call.release(&mut self.cx);
        }
        for sent in left {
            self.tell(Event {
                event_type: EventType::TransactionFailed,
                usage: usage.clone(),
                dialog: dialog.clone(),
                transaction: sent.transaction,
                cookie: sent.cookie,
                text: sent.method,
                status: Status::Failed(Code::CallDisconnected),
                ..Event::default()
            });
        }
        if completes {
            self.tell(Event {
                event_type: EventType::InviteCompleted,
                transaction: invite,
                usage: usage.clone(),
                dialog: dialog.clone(),
                ..Event::default()
            });
        }
        if let Some(dialog) = &dialog {
            self.end_dialog(dialog, last.unwrap_or_default(), status, message, told);
        }
        let Some(usage) = usage else { return };
        usage.set_state(state::TERMINATED);
        let flags = if again.is_some() { 0 } else { FLAG_LAST };
        if let Some(mut details) = usage_last.take() {
            details.attempt = again;
            usage.end(details);
        }
        if told {
            self.tell(Event {
                event_type: EventType::UsageState,
                session: view,
                usage: Some(usage),
                dialog,
                state: state::TERMINATED,
                status,
                status_text: phrase(message),
                message: message.cloned(),
                flags,
                ..Event::default()
            });
        }
    }

    /// A response or failure of a request that the application sent in this usage; of one that goes on, nothing.
    pub(super) fn tell_answer(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        answer: Result<&Message, Failure>,
    ) {
        let Some(session) = self
            .sessions
            .get_mut(key)
            .filter(|session| session.is_usage())
        else {
            return;
        };
        let Some(sip) = session.sip.as_deref_mut() else {
            return;
        };
        // After a redirection the INVITE goes on in another transaction.
        let current = session.call.client_of("INVITE");
        let Some(at) = sip.sent.iter().position(|sent| {
            sent.client == client || (&*sent.method == "INVITE" && current == Some(client))
        }) else {
            return;
        };
        if let Some(again) = session.call.resent(client) {
            sip.sent[at].client = again;
            return;
        }
        let status = answer.map_or(0, |message| message.status().unwrap_or_default());
        if status == 100 {
            return;
        }
        let sent = &mut sip.sent[at];
        sent.client = client;
        let event = Event {
            event_type: if answer.is_ok() {
                EventType::Response
            } else {
                EventType::TransactionFailed
            },
            transaction: sent.transaction.clone(),
            cookie: sent.cookie,
            text: sent.method.clone(),
            uri: session.remote_uri.clone(),
            status: match answer {
                Ok(_) => Status::Sip(status),
                Err(failure) => Status::Failed(failure_code(failure)),
            },
            status_text: phrase(answer.ok()),
            content_type: content_type(answer.ok()),
            message: answer.ok().cloned(),
            ..Event::default()
        };
        let goes_on = (101..200).contains(&status)
            || ((300..400).contains(&status)
                && &*sent.method == "INVITE"
                && session.call.auto.has(Auto::REDIRECT));
        if !goes_on {
            sip.sent.remove(at);
        }
        self.tell_in_usage(key, event);
    }

    /// An event of a usage, with the objects that it is about.
    pub(super) fn tell_in_usage(&mut self, key: Key<Session>, mut event: Event) {
        self.name_usage(key, &mut event);
        self.tell(event);
    }

    fn name_usage(&self, key: Key<Session>, event: &mut Event) {
        if let Some(session) = self.sessions.get(key) {
            event.usage = Some(Arc::clone(session.usage(state::INIT)));
            event.dialog = self.dialog_of_session(session);
            event.profile.clone_from(&session.profile);
            if !session.is_usage() {
                event.session = Some(session.object().clone());
            }
        }
    }

    fn request_in_usage(&self, key: Key<Session>, message: &Message) -> Event {
        let mut event = Event {
            event_type: EventType::Request,
            text: message.method().into(),
            uri: message
                .from()
                .map(|from| from.uri)
                .unwrap_or_default()
                .into(),
            content_type: content_type(Some(message)),
            message: Some(message.clone()),
            ..Event::default()
        };
        self.name_usage(key, &mut event);
        event
    }

    /// A request of the peer that has its answer.
    pub(super) fn tell_request(
        &mut self,
        key: Key<Session>,
        server: Option<ServerKey>,
        message: &Message,
    ) {
        let mut event = self.request_in_usage(key, message);
        let transaction = self.show_server(server, message, event.objects());
        event.state = transaction.state();
        event.transaction = Some(transaction);
        self.tell(event);
    }

    /// A request of the peer in a usage, before what it leads to: those that wait for an answer are told with it.
    pub(super) fn tell_passed_request(
        &mut self,
        key: Key<Session>,
        server: Option<ServerKey>,
        message: &Message,
        out: &[CallEvent],
    ) {
        let open = out.iter().any(|event| {
            matches!(
                event,
                CallEvent::Offered { .. }
                    | CallEvent::PrackOffered { .. }
                    | CallEvent::Request { .. }
            )
        });
        if !open {
            self.tell_request(key, server, message);
        }
    }

    /// An event of the call of a session that is told as a usage; what it says of states is told already.
    pub(super) fn on_usage_event(&mut self, key: Key<Session>, event: CallEvent) {
        match event {
            CallEvent::Reliable { rseq, message } => {
                let event = Event {
                    event_type: EventType::Prack,
                    value: [i64::from(rseq), 0, 0],
                    status: message.status().map_or(Status::None, Status::Sip),
                    content_type: content_type(Some(&message)),
                    message: Some(message),
                    ..Event::default()
                };
                self.tell_in_usage(key, event);
            }
            CallEvent::PrackOffered {
                server, message, ..
            } => {
                self.ask_in_usage(key, server, message, 200);
            }
            CallEvent::Offered { server, message } => self.ask_in_usage(key, server, message, 488),
            CallEvent::Request { server, message } => self.on_usage_request(key, server, message),
            CallEvent::Completed => self.on_no_more_forks(key),
            CallEvent::Established(_) => {
                if let Some(session) = self.sessions.get_mut(key) {
                    session.connected_at = Some(self.cx.now);
                    session.object().set_state(SessionState::Connected.number());
                }
            }
            CallEvent::Redirected(message) => {
                let follows = self
                    .sessions
                    .get(key)
                    .is_some_and(|session| session.call.auto.has(Auto::REDIRECT));
                if follows {
                    return self.on_redirected(key, message);
                }
                self.with_call(key, |call, cx, _, out| {
                    call.give_up_redirect(cx, message, out)
                });
            }
            CallEvent::Ended { outcome, message } => self.on_call_ended(key, outcome, message),
            CallEvent::HungUp
            | CallEvent::Progress(_)
            | CallEvent::Pracked { .. }
            | CallEvent::Complete { .. }
            | CallEvent::MediaChanged(_) => {}
        }
    }

    /// A request that belongs to no machine: answered here where the automation says so, else by the application.
    fn on_usage_request(&mut self, key: Key<Session>, server: ServerKey, message: Message) {
        let auto = self
            .sessions
            .get(key)
            .map_or(Auto::ALL, |session| session.call.auto);
        let bit = match message.method() {
            "INFO" => Auto::INFO,
            "MESSAGE" => Auto::MESSAGE,
            "OPTIONS" => Auto::OPTIONS,
            // Of no subscription here.
            "NOTIFY" | "SUBSCRIBE" => return self.ask_in_usage(key, server, message, 489),
            known => {
                let status = if method::is_known(known) { 405 } else { 501 };
                return self.ask_in_usage(key, server, message, status);
            }
        };
        if !auto.has(bit) {
            return self.ask_in_usage(key, server, message, 200);
        }
        let lines = if bit == Auto::OPTIONS {
            self.capabilities()
        } else {
            String::new()
        };
        self.with_call(key, |call, cx, account, _| {
            call.respond(cx, account, server, &message, 200, &lines);
        });
        self.tell_request(key, Some(server), &message);
    }

    fn ask_in_usage(
        &mut self,
        key: Key<Session>,
        server: ServerKey,
        message: Message,
        automatic: u16,
    ) {
        let event = self.request_in_usage(key, &message);
        self.tell_open(event, server, message, automatic, Some(call_owner(key)));
    }

    /// No further 2xx can come: forks that are still early never will be more.
    pub(super) fn on_no_more_forks(&mut self, key: Key<Session>) {
        let session = self.sessions.get(key);
        let invite = session.and_then(|session| session.sip.as_ref()?.invite.clone());
        self.tell_in_usage(
            key,
            Event {
                event_type: EventType::InviteCompleted,
                transaction: invite,
                ..Event::default()
            },
        );
        for fork in self.forks_of(key) {
            let early = self
                .sessions
                .get(fork)
                .is_some_and(|session| session.call.state() == State::Calling);
            if early {
                self.with_call(fork, |call, cx, account, out| {
                    call.close_here(cx, account, out);
                });
            }
        }
    }

    /// Sessions of the other dialogs of the same INVITE.
    pub(super) fn forks_of(&self, key: Key<Session>) -> Vec<Key<Session>> {
        let sip = self
            .sessions
            .get(key)
            .and_then(|session| session.sip.as_deref());
        sip.map(|sip| sip.forks.iter().map(|(_, key)| *key).collect())
            .unwrap_or_default()
    }

    /// Whose a message in a dialog with that tag of the peer's is: a fork's, or the first session's.
    pub(super) fn fork_of(&self, key: Key<Session>, tag: Option<&str>) -> Key<Session> {
        let sip = self
            .sessions
            .get(key)
            .and_then(|session| session.sip.as_deref());
        let mut forks = sip.into_iter().flat_map(|sip| &sip.forks);
        forks
            .find(|(known, _)| tag == Some(&**known))
            .map(|(_, key)| *key)
            .filter(|key| self.sessions.contains(*key))
            .unwrap_or(key)
    }

    /// The session that a response to an INVITE belongs to; a new one for a further dialog, where they are kept.
    pub(super) fn fork_for(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        message: &Message,
    ) -> Key<Session> {
        let known = self.fork_of(key, message.to_tag());
        let Some(session) = self.sessions.get(known).filter(|_| known == key) else {
            return known;
        };
        // Nobody would know of a usage that is not told.
        let keeps = !session.call.auto.has(Auto::FORK)
            && (!session.is_usage() || self.filter & EventType::Forked.filter_bit() != 0);
        let full = session
            .sip
            .as_ref()
            .is_some_and(|sip| sip.forks.len() >= self.cx.forks);
        if !keeps
            || full
            || !session
                .call
                .is_of_another(&self.cx.dialogs, client, message)
        {
            return key;
        }
        self.new_fork(key, message).unwrap_or(key)
    }

    fn new_fork(&mut self, key: Key<Session>, message: &Message) -> Option<Key<Session>> {
        let parent = self.sessions.get(key)?;
        let options = SessionOptions {
            profile: parent.profile.clone(),
            flags: parent.flags,
            user_data: parent.object().user_data(),
            ..SessionOptions::default()
        };
        let kind = parent.session_type;
        let fork = self
            .new_session(kind, SessionState::InProgress, &options)
            .ok()?;
        let parent = self.sessions.get(key)?;
        let call = parent.call.fork(call_owner(fork));
        let (uri, name) = (parent.remote_uri.clone(), parent.remote_name.clone());
        let headers = (parent.headers.clone(), parent.client_headers.clone());
        let shown = parent.is_usage();
        let usage_options = parent.sip.as_ref().map(|sip| sip.options.clone());
        let parent_usage = Arc::clone(parent.usage(state::INIT));
        let invite = parent.sip.as_ref().and_then(|sip| sip.invite.clone());
        if let Some(parent) = self.sessions.get_mut(key) {
            let tag = message.to_tag().unwrap_or_default().into();
            parent.call.watched = true;
            parent.sip.get_or_insert_default().forks.push((tag, fork));
        }
        let session = self.sessions.get_mut(fork)?;
        session.call.release(&mut self.cx);
        session.call = call;
        session.remote_uri = uri;
        session.remote_name = name;
        (session.headers, session.client_headers) = headers;
        session.sip = shown.then(|| {
            Box::new(SipUsage {
                shown,
                options: usage_options.unwrap_or_default(),
                dialog: Some(Object::new(Kind::Dialog, u64::MAX, state::INIT, 0)),
                ..SipUsage::default()
            })
        });
        let mut event = Event {
            event_type: EventType::Forked,
            transaction: invite,
            other: Some(parent_usage),
            status: message.status().map_or(Status::None, Status::Sip),
            status_text: phrase(Some(message)),
            flags: FLAG_FORKED,
            message: Some(message.clone()),
            ..Event::default()
        };
        if !shown {
            let idle = ParticipantState::Idle.number();
            session.participant = Some(Object::new(Kind::Participant, fork.to_bits(), idle, 0));
        }
        self.name_usage(fork, &mut event);
        self.tell(event);
        Some(fork)
    }

    /// A 2xx to an INVITE whose session is gone: a fork's that lives on, or nobody's, which is acknowledged and ended.
    pub(super) fn on_late_fork(&mut self, client: ClientKey, message: Message, flow: &Flow) {
        let Some(tag) = message.to_tag() else { return };
        if message.method() != "INVITE" || !message.status().is_some_and(|it| it >= 200) {
            return;
        }
        let dialogs = &self.cx.dialogs;
        let fork = self.sessions.iter().find(|(_, session)| {
            let call = &session.call;
            call.first_client() == Some(client) && call.has_remote_tag(dialogs, tag)
        });
        match fork.map(|(key, _)| key) {
            Some(key) => self.on_call_response(key, client, message, flow),
            None if message.status().is_some_and(|status| status < 300) => {
                self.on_stray(&message, flow);
            }
            None => {}
        }
    }

    /// A final refusal answers the whole INVITE: the early dialogs of all its forks are over.
    pub(super) fn end_forks(
        &mut self,
        key: Key<Session>,
        client: ClientKey,
        message: &Message,
        flow: &Flow,
    ) {
        for fork in self.forks_of(key) {
            let message = message.clone();
            self.with_call(fork, |call, cx, account, out| {
                call.on_response(cx, account, client, message, flow, out);
            });
        }
    }
}
