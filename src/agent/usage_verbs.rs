//! Sending in usages: one verb with the method as its argument (RFC 3261 §12 to §15, RFC 3262, RFC 3311).

use std::sync::Arc;

use crate::base::{Key, Time};
use crate::syntax::{Uri, method};
use crate::transaction::ClientKey;
use crate::usage::call::State;
use crate::usage::media::SDP;
use crate::usage::{Auto, Busy, Invitation, Media, NothingOpen, Offer, Owner, Role, What};

use super::command::SEND_SAME_ATTEMPT;
use super::headers::{own_lines, own_lines_with_reason};
use super::session::{Session, ended};
use super::usage_object::{Sent, over, state};
use super::{Agent, Code, Kind, ObjectRef, Refusal, Send, SessionState};

fn no_place(method: &str) -> Refusal {
    Refusal::new(
        Code::InvalidDialogRequest,
        format!("{method} has no place in a usage of this kind"),
    )
}

fn not_now(method: &str, state: State) -> Refusal {
    Refusal::new(
        Code::InvalidDialogState,
        format!("{method} cannot be sent in call state {state:?}"),
    )
}

impl Agent {
    /// Sends a request in a usage; its transaction, but for ACK, which has none.
    pub fn usage_send(
        &mut self,
        now: Time,
        usage: &ObjectRef,
        method: &str,
        send: &Send,
    ) -> Result<Option<ObjectRef>, Refusal> {
        self.cx.now = now;
        if usage.kind() != Kind::Usage {
            return Err(Refusal::new(Code::Handle, "the object is no usage"));
        }
        if !method::is_token(method) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the method is no token",
            ));
        }
        let owner = usage.owner();
        match owner.role {
            Role::Call => {
                let key = Key::from_bits(owner.key);
                if self.sessions.contains(key) {
                    return self.send_in_call(key, method, send);
                }
                if method == "INVITE" && send.flags & SEND_SAME_ATTEMPT != 0 {
                    let key = self.attempt_again(usage)?;
                    return self.send_in_call(key, method, send);
                }
                Err(over())
            }
            Role::Subscription => {
                self.send_in_subscription(Key::from_bits(owner.key), method, send)
            }
            Role::Watcher => self.send_in_watcher(now, Key::from_bits(owner.key), method, send),
            _ => Err(over()),
        }
    }

    fn send_in_call(
        &mut self,
        key: Key<Session>,
        method: &str,
        send: &Send,
    ) -> Result<Option<ObjectRef>, Refusal> {
        let session = self.sessions.get(key).ok_or_else(ended)?;
        let now = session.call.state();
        let auto = session.call.auto;
        match method {
            "REGISTER" | "SUBSCRIBE" | "NOTIFY" | "REFER" | "PUBLISH" => {
                return Err(no_place(method));
            }
            "CANCEL" => {
                return Err(Refusal::new(
                    Code::InvalidDialogRequest,
                    "an INVITE is cancelled through its transaction",
                ));
            }
            _ => {}
        }
        let own = match method {
            "BYE" => own_lines_with_reason(send)?,
            _ => own_lines(send)?,
        };
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        if send.body.as_ref().is_some_and(|body| !body.is_empty()) && send.content_type.is_none() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a body needs its content type",
            ));
        }
        let hold = session.call.media().is_some_and(Media::local_hold);
        match (method, now) {
            ("INVITE", State::Idle) => {
                self.refuse_when_closing()?;
                self.first_invite(key, &own, send)?;
            }
            ("INVITE" | "UPDATE", _) => {
                let what = match body {
                    Some((content_type, body)) => What::Given(content_type, body),
                    None if method == "INVITE" && auto.has(Auto::OFFER_ANSWER) => What::Ours,
                    None => What::Nothing,
                };
                let offer = Offer { hold, what };
                let mut result = Ok(());
                self.with_call(key, |call, cx, account, _| {
                    result = if method == "INVITE" {
                        call.change(cx, account, offer, &own, send.cookie)
                    } else {
                        call.update(cx, account, offer, &own, send.cookie)
                    };
                });
                result.map_err(|busy| refuse_busy(busy, method, now))?;
            }
            ("ACK", _) => {
                let mut result = Ok(());
                self.with_call(key, |call, cx, _, _| result = call.send_ack(cx, &own, body));
                return result.map(|()| None).map_err(nothing_open);
            }
            ("PRACK", _) => {
                let mut result = Err(NothingOpen::Prack);
                self.with_call(key, |call, cx, account, _| {
                    result = call.send_prack(cx, account, &own, body, send.cookie);
                });
                let client = result.map_err(nothing_open)?;
                return Ok(self.note_sent(key, Some(client), method, send.cookie));
            }
            ("BYE", State::Confirmed | State::Accepted) => {
                self.with_call(key, |call, cx, account, out| {
                    call.terminate(cx, account, 603, "", &own, out);
                });
            }
            ("BYE", State::Calling) => {
                let mut left = false;
                self.with_call(key, |call, cx, account, out| {
                    left = call.leave_early(cx, account, &own, out);
                });
                return if left {
                    Ok(None)
                } else {
                    Err(not_now(method, now))
                };
            }
            ("BYE", _) => return Err(not_now(method, now)),
            _ => {
                let content_type = send.content_type.as_deref();
                let bytes = send.body.as_deref().unwrap_or_default();
                let mut sent = false;
                if !matches!(now, State::Idle | State::Ending | State::Ended) {
                    self.with_call(key, |call, cx, account, _| {
                        sent = call.send_request(
                            cx,
                            account,
                            method,
                            &own,
                            content_type,
                            bytes,
                            send.cookie,
                        );
                    });
                }
                if !sent {
                    return Err(not_now(method, now));
                }
            }
        }
        let client = self
            .sessions
            .get(key)
            .and_then(|session| session.call.client_of(method));
        Ok(self.note_sent(key, client, method, send.cookie))
    }

    /// Keeps what is needed to tell of its answer.
    fn note_sent(
        &mut self,
        key: Key<Session>,
        client: Option<ClientKey>,
        method: &str,
        cookie: i64,
    ) -> Option<ObjectRef> {
        let client = client?;
        let owner = Owner {
            role: Role::Call,
            key: key.to_bits(),
        };
        let transaction = Some(self.show_client(client, owner, method));
        let session = self.sessions.get_mut(key)?;
        if let Some(sip) = session.sip.as_deref_mut().filter(|sip| sip.shown) {
            if method == "INVITE" && sip.invite.is_none() {
                sip.invite.clone_from(&transaction);
            }
            sip.sent.push(Sent {
                client,
                cookie,
                method: method.into(),
                transaction: transaction.clone(),
            });
        }
        transaction
    }

    fn first_invite(&mut self, key: Key<Session>, own: &str, send: &Send) -> Result<(), Refusal> {
        let session = self.sessions.get(key).ok_or_else(ended)?;
        let Some(sip) = session.sip.as_deref().filter(|sip| sip.shown) else {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "a session calls by adding its participant",
            ));
        };
        let (options, before) = (sip.options.clone(), sip.before.clone());
        let within = session.call.begins_in();
        if within.is_some_and(|place| {
            self.cx.dialogs.get(place).is_none() || self.cx.dialogs.call(place).is_some()
        }) {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the dialog that the usage was made in is over, or has its INVITE usage",
            ));
        }
        let auto = session.call.auto;
        let profile = session
            .profile
            .clone()
            .or_else(|| self.profile_for(&options.uri));
        let parsed = Uri::parse(&options.uri)
            .map_err(|fault| Refusal::new(Code::InvalidSipUrl, format!("URI: {fault}")))?;
        let (target, to) = self.target_of(&parsed, &options.uri, None, profile.as_ref());
        let to = if options.to.is_empty() {
            to
        } else {
            options.to.to_string()
        };
        let address = self.cx.endpoint.media_address(&target);
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        session.profile = profile;
        session
            .object()
            .set_state(SessionState::InProgress.number());
        if let Some(sip) = session.sip.as_deref_mut() {
            sip.before = None;
        }
        let body = send.content_type.as_deref().zip(send.body.as_deref());
        let mut result = Ok(());
        self.with_call(key, |call, cx, account, _| {
            let media = match body {
                Some((content_type, body)) => Media::application(content_type, body),
                None if auto.has(Auto::OFFER_ANSWER) => Media::audio(cx, address),
                None => Media::application(SDP, &[]),
            };
            let no_offer = body.is_none() && !auto.has(Auto::OFFER_ANSWER);
            let given = |text: &'_ str| -> bool { !text.is_empty() };
            let invitation = Invitation {
                uri: &target,
                to: &to,
                own,
                body,
                no_offer,
                from: given(&options.from).then_some(&*options.from),
                contact: given(&options.contact).then_some(&*options.contact),
                attempt: before.as_ref(),
            };
            if within.is_some() {
                result = call.invite_within(cx, account, media, &invitation);
            } else {
                call.invite(cx, account, media, &invitation);
            }
        });
        result.map_err(|busy| refuse_busy(busy, "INVITE", State::Idle))
    }

    /// A usage that failed begins again as the same attempt.
    fn attempt_again(&mut self, usage: &ObjectRef) -> Result<Key<Session>, Refusal> {
        self.refuse_when_closing()?;
        let again = usage.last_details().and_then(|last| last.attempt);
        let again = again.ok_or_else(over)?;
        let (options, attempt) = (&again.0, again.1.clone());
        let key = self.new_usage_session(options, SessionState::Idle, Some(attempt.clone()))?;
        if let Some(session) = self.sessions.get_mut(key) {
            session.call.retag(&mut self.cx, attempt.local_tag);
            usage.revive(key.to_bits(), state::INIT);
            // A usage that nobody asked for yet.
            let _ = session.usage.set(Arc::clone(usage));
        }
        Ok(key)
    }
}

fn nothing_open(what: NothingOpen) -> Refusal {
    Refusal::new(
        Code::InvalidDialogState,
        match what {
            NothingOpen::Ack => "no 2xx waits for an ACK of the application's",
            NothingOpen::Prack => "no reliable response waits for a PRACK of the application's",
        },
    )
}

fn refuse_busy(busy: Busy, method: &str, now: State) -> Refusal {
    match busy {
        Busy::NotConfirmed | Busy::OfferOpen => not_now(method, now),
        Busy::NotAllowed => {
            Refusal::new(Code::NotAllowed, "the peer does not list UPDATE in Allow")
        }
        Busy::Pending { .. } => Refusal::new(
            Code::RequestPending,
            "an INVITE or UPDATE is on its way in this dialog, or the last 2xx has no ACK",
        ),
    }
}
