//! Requests that wait for the application's word: NOTIFY and re-INVITEs of application sessions (the claim rule).
//!
//! The event that carries such a request says within how many milliseconds the application may answer; then, or when the
//! event is hidden or forgone, the automatic answer goes out.

use crate::base::{Key, Time};
use crate::dialog::LocalTag;
use crate::syntax::{Message, MessageBuilder};
use crate::transaction::ServerKey;
use crate::transport::Flow;
use crate::usage::{Owner, Role};

use super::event::AnswerKey;
use super::headers::own_lines;
use super::session::Session;
use super::{Agent, Code, Event, EventType, ObjectRef, Refusal, Send, Verdict};

/// A request whose answer is open.
#[derive(Debug)]
pub struct Pending {
    pub(super) server: ServerKey,
    pub(super) request: Message,
    /// What goes out when nobody answers.
    pub(super) automatic: u16,
    pub(super) deadline: Time,
    /// Whose request it is; a re-INVITE is answered by its call.
    pub(super) owner: Option<Owner>,
    pub(super) answered: bool,
    /// The application has taken the duty over: at the deadline it has failed, and is told so.
    pub(super) claimed: bool,
    /// What the request came by, when it goes the ordinary way unless the application takes it.
    pub(super) undecided: Option<Flow>,
    /// The session that an answer of the application made of an INVITE.
    pub(super) adopted: Option<Key<Session>>,
    /// The To tag of its answers.
    pub(super) tag: Option<LocalTag>,
    /// The same as the application sees it.
    pub(super) transaction: ObjectRef,
}

impl Agent {
    /// Tells an event whose request waits for the application; answers by itself when the event is hidden.
    pub(super) fn tell_open(
        &mut self,
        event: Event,
        server: ServerKey,
        request: Message,
        automatic: u16,
        owner: Option<Owner>,
    ) -> AnswerKey {
        self.tell_waiting(event, server, request, automatic, owner, None)
    }

    /// Tells a request that goes its ordinary way, by `flow`, unless the application takes it.
    pub(super) fn tell_first(
        &mut self,
        event: Event,
        server: ServerKey,
        request: Message,
        flow: Flow,
    ) -> AnswerKey {
        self.tell_waiting(event, server, request, 500, None, Some(flow))
    }

    fn tell_waiting(
        &mut self,
        mut event: Event,
        server: ServerKey,
        request: Message,
        automatic: u16,
        owner: Option<Owner>,
        undecided: Option<Flow>,
    ) -> AnswerKey {
        let wait = self.config.claim;
        let transaction = self.show_server(Some(server), &request, event.objects());
        let deadline = self.cx.now + wait;
        let key = self.pending.insert(Pending {
            server,
            request,
            automatic,
            deadline,
            owner,
            answered: false,
            claimed: false,
            undecided,
            adopted: None,
            tag: None,
            transaction: transaction.clone(),
        });
        self.transactions.set_pending(&transaction, key);
        event.state = if event.event_type == EventType::Request {
            transaction.state()
        } else {
            event.state
        };
        event.transaction = Some(transaction);
        event.answer = Some(key);
        event.answer_within_ms = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        if self.tell(event) {
            self.cx.arm(
                wait,
                Owner {
                    role: Role::Pending,
                    key: key.to_bits(),
                },
                0,
            );
        } else {
            self.forgo_answer(self.cx.now, key);
        }
        key
    }

    /// The request was answered by another way than its event.
    pub(super) fn withdraw_answer(&mut self, answer: AnswerKey) {
        if let Some(pending) = self.pending.get_mut(answer) {
            pending.answered = true;
        }
    }

    /// The application's answer to the request of an event; 0 means 200.
    pub fn answer_event(
        &mut self,
        now: Time,
        answer: AnswerKey,
        status: u16,
        send: &Send,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let status = if status == 0 { 200 } else { status };
        if !(200..700).contains(&status) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "an answer is a final status, 200 to 699",
            ));
        }
        let own = own_lines(send)?;
        let Some(pending) = self.pending.get_mut(answer) else {
            return Err(Refusal::new(
                Code::DeadlinePassed,
                "the library has answered this request",
            ));
        };
        if std::mem::replace(&mut pending.answered, true) {
            return Err(Refusal::new(
                Code::AlreadyAnswered,
                "this request was answered",
            ));
        }
        // RFC 4320 §4.2: who asked has given up, and is told nothing any more.
        if !self.cx.endpoint.awaits(pending.server) {
            return Err(Refusal::new(
                Code::DeadlinePassed,
                "the request has timed out at its sender",
            ));
        }
        self.answer_pending(answer, status, &own, send);
        Ok(Verdict::Done)
    }

    /// Nobody will answer: the automatic answer goes out at once.
    pub fn forgo_answer(&mut self, now: Time, answer: AnswerKey) {
        self.cx.now = now;
        let open = self
            .pending
            .get_mut(answer)
            .filter(|pending| !pending.answered);
        if let Some(pending) = open {
            if pending.claimed {
                return;
            }
            pending.answered = true;
            let (status, undecided) = (pending.automatic, pending.undecided.take());
            match undecided {
                Some(flow) => {
                    let (server, request) = (pending.server, pending.request.clone());
                    // It was told of before.
                    (self.serving, self.shown) = (Some(server), true);
                    self.on_new_request(server, request, &flow);
                    (self.serving, self.shown) = (None, false);
                }
                None => self.answer_pending(answer, status, "", &Send::default()),
            }
        }
        if self
            .pending
            .get(answer)
            .is_some_and(|pending| pending.deadline <= now || pending.answered)
        {
            self.forget_pending(answer);
        }
    }

    pub(super) fn on_answer_deadline(&mut self, answer: AnswerKey) {
        self.expire_claim(answer);
        self.forgo_answer(self.cx.now, answer);
        self.pending.remove(answer);
    }

    fn forget_pending(&mut self, answer: AnswerKey) {
        if let Some(pending) = self.pending.remove(answer) {
            let owner = Owner {
                role: Role::Pending,
                key: answer.to_bits(),
            };
            self.cx.disarm(Some(pending.deadline), owner, 0);
        }
    }

    pub(super) fn answer_pending(
        &mut self,
        answer: AnswerKey,
        status: u16,
        own: &str,
        send: &Send,
    ) {
        let tag = self.tag_of_pending(answer);
        let Some(pending) = self.pending.get(answer) else {
            return;
        };
        let (server, request, owner) = (pending.server, pending.request.clone(), pending.owner);
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        match owner {
            Some(Owner {
                role: Role::Call,
                key,
            }) if matches!(request.method(), "INVITE" | "UPDATE") => {
                let reason = send.reason.as_deref().unwrap_or_default();
                let key = Key::from_bits(key);
                if request.method() == "INVITE" {
                    // One that came later is not meant.
                    let open = self
                        .sessions
                        .get(key)
                        .and_then(|one| one.call.open_reinvite());
                    if open.is_none_or(|(open, ..)| open != server) {
                        return;
                    }
                    return self.answer_reinvite(key, status, reason, own, body);
                }
                self.with_call(key, |call, cx, account, _| {
                    call.answer_offered_update(
                        cx, account, server, &request, status, reason, own, body,
                    );
                });
            }
            Some(Owner {
                role: Role::Call,
                key,
            }) => {
                let reason = send.reason.as_deref().unwrap_or_default();
                let own = &*with_allow(status, own);
                self.with_call(Key::from_bits(key), |call, cx, account, _| {
                    call.respond_with(cx, account, server, &request, status, reason, own, body);
                });
            }
            Some(Owner {
                role: Role::Watcher,
                key,
            }) => self.answer_offer(Key::from_bits(key), status, own, send),
            Some(Owner {
                role: Role::Referee,
                key,
            }) => self.answer_referral(Key::from_bits(key), status, own, send),
            Some(Owner {
                role: Role::Subscription,
                key,
            }) if self.answer_notify(
                Key::from_bits(key),
                server,
                &request,
                status,
                send.reason.as_deref().unwrap_or_default(),
                own,
                body,
            ) => {}
            _ => {
                let reason = send.reason.as_deref().unwrap_or_default();
                let own = &*with_allow(status, own);
                let extra = self.lines_for_answer(&request);
                let own = &*crate::usage::lines::merge(own, &extra);
                let mut builder =
                    MessageBuilder::response_to(&request, status, reason, tag.as_str())
                        .raw_lines(own);
                if let Some((content_type, body)) = body {
                    builder = builder.body(content_type, body);
                }
                self.cx.respond(server, builder.build());
            }
        }
    }
}

/// 405 and 501 say what is allowed (RFC 3261 §21.4.6).
fn with_allow(status: u16, own: &str) -> String {
    if matches!(status, 405 | 501) && !crate::usage::lines::contains(own, "Allow") {
        return format!("{own}Allow: {}\r\n", crate::usage::context::ALLOW);
    }
    own.to_owned()
}
