//! NOTIFY usages: the notifier's side of a SUBSCRIBE or REFER, answer and notifications by the application (RFC 6665 §4.2,
//! RFC 3515 §2.4.4). The machine is that of every watcher; refreshes of the subscriber it answers by itself.

use std::sync::Arc;

use crate::base::{Key, Time};
use crate::syntax::Message;
use crate::usage::notify::{State, Told};
use crate::usage::{Auto, Notifier, Outcome, Owner, Role};

use super::event::FLAG_LAST;
use super::headers::own_lines;
use super::profile::{phrase, status_of};
use super::request::content_type;
use super::usage_object::{SipUsage, UsageKind, UsageOptions, over, state};
use super::watcher::Watcher;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, Refusal, Send, Status,
    Verdict, properties,
};

impl Watcher {
    /// Whether it was made as a usage and is told as one.
    pub(super) fn is_usage(&self) -> bool {
        self.sip.is_some()
    }

    fn usage_state(&self) -> i32 {
        match self.machine().state() {
            State::Asked => state::INIT,
            State::Pending | State::Active => state::CONFIRMED,
            State::Terminated(_) => state::TERMINATED,
        }
    }

    /// The view of it as a usage.
    pub(super) fn view(&self) -> &ObjectRef {
        self.view.get_or_init(|| {
            let owner = Owner {
                role: Role::Watcher,
                key: self.object().key(),
            };
            let word = self.object().user_data();
            Object::of(Kind::Usage, owner, self.usage_state(), word)
        })
    }
}

fn machine_of(
    agent: &mut Agent,
    request: &Message,
    server: crate::transaction::ServerKey,
) -> Option<Key<Watcher>> {
    let flow = agent.cx.endpoint.flow_of(server)?;
    if request.method() == "SUBSCRIBE" {
        let event: crate::syntax::Event<'_> = request.typed().ok().flatten()?;
        let package: Box<str> = event.package.into();
        return agent.new_watcher(server, request, &flow, package);
    }
    let place = agent.cx.dialogs.find(request).dialog;
    let queue = agent.config.endpoint.limits.held_messages;
    let made = Notifier::of_refer(&mut agent.cx, server, request.clone(), &flow, place, queue)?;
    agent.insert_watcher(made, request, "refer".into())
}

impl Agent {
    /// A NOTIFY usage at a SUBSCRIBE or REFER that waits for its answer.
    pub(super) fn create_notify_usage(
        &mut self,
        transaction: &ObjectRef,
        options: &UsageOptions,
    ) -> Result<ObjectRef, Refusal> {
        if !["SUBSCRIBE", "REFER"].contains(&self.transactions.method(transaction)) {
            return Err(Refusal::new(
                Code::InvalidTransactionState,
                "a NOTIFY usage is made at a SUBSCRIBE or a REFER",
            ));
        }
        let (server, answer) = self.open_pending(transaction)?;
        if self.subscriptions_full() {
            return Err(Refusal::new(
                Code::Limit,
                "limit `subscriptions` is reached",
            ));
        }
        let waiting = self
            .pending
            .get(answer)
            .map(|open| (open.request.clone(), open.owner));
        let Some((request, owner)) = waiting else {
            return Err(over());
        };
        if owner.is_some_and(|owner| owner.role == Role::Watcher) {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the request has its usage",
            ));
        }
        let key = machine_of(self, &request, server).ok_or_else(|| {
            Refusal::new(
                Code::InvalidDialogState,
                "the request has no Contact or Event, so that no subscription can be made of it",
            )
        })?;
        let Some(watcher) = self.watchers.get_mut(key) else {
            return Err(over());
        };
        let event = watcher.machine().event().to_owned();
        if !options.event.is_empty() && !event.eq_ignore_ascii_case(&options.event) {
            self.drop_watcher(key);
            return Err(Refusal::new(
                Code::InvalidArgument,
                format!("the request asks for \"{event}\", not for `event`"),
            ));
        }
        watcher.give_up_own_bodies();
        watcher.object().set_user_data(options.user_data);
        watcher.sip = Some(Box::new(SipUsage {
            shown: true,
            options: options.clone(),
            ..SipUsage::default()
        }));
        let usage = Arc::clone(watcher.view());
        let owner = Owner {
            role: Role::Watcher,
            key: key.to_bits(),
        };
        if let Some(open) = self.pending.get_mut(answer) {
            open.owner = Some(owner);
            open.undecided = None;
        }
        self.transactions.relate(transaction, &usage);
        Ok(usage)
    }

    /// The application's answer to the SUBSCRIBE or REFER; its NOTIFYs follow when it sends them.
    pub(super) fn answer_in_notify_usage(
        &mut self,
        key: Key<Watcher>,
        status: u16,
        own: &str,
        send: &Send,
    ) {
        let reason = send.reason.as_deref().unwrap_or_default();
        let expires = send.expires_secs;
        self.with_watcher(key, |usage, cx, account, out| {
            if status < 300 {
                usage.answer_only(cx, account, status, expires, own);
            } else {
                usage.refuse(cx, status, reason, own, out);
            }
        });
    }

    /// NOTIFY with the Subscription-State of the usage.
    pub(super) fn send_in_watcher(
        &mut self,
        now: Time,
        key: Key<Watcher>,
        method: &str,
        send: &Send,
    ) -> Result<Option<ObjectRef>, Refusal> {
        let watcher = self.watchers.get(key).ok_or_else(over)?;
        match method {
            "NOTIFY" => {}
            "INVITE" | "ACK" | "BYE" | "CANCEL" | "PRACK" | "UPDATE" | "REGISTER" | "SUBSCRIBE"
            | "REFER" | "PUBLISH" => {
                return Err(Refusal::new(
                    Code::InvalidDialogRequest,
                    format!("{method} has no place in a NOTIFY usage"),
                ));
            }
            _ => {
                let own = own_lines(send)?;
                let (usage, profile) = (Arc::clone(watcher.view()), watcher.profile().cloned());
                let place = watcher.machine().dialog_key().ok_or_else(over)?;
                return self
                    .launch_inside(place, usage, profile, method, &own, send)
                    .map(Some);
            }
        }
        if watcher.machine().is_asked() {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the SUBSCRIBE is answered before the first NOTIFY",
            ));
        }
        let object = watcher.object().clone();
        let state = watcher
            .sip
            .as_ref()
            .map(|sip| sip.options.subscription_state.clone())
            .filter(|state| !state.is_empty());
        self.watcher_notify(
            now,
            &object,
            Some(state.as_deref().unwrap_or("active")),
            send,
        )?;
        let owner = Owner {
            role: Role::Watcher,
            key: key.to_bits(),
        };
        let client = self
            .watchers
            .get(key)
            .and_then(|watcher| watcher.machine().client());
        Ok(client.map(|client| self.show_client(client, owner, method)))
    }

    /// Sets the Subscription-State of the next NOTIFY.
    pub(super) fn set_subscription_state(
        &mut self,
        usage: &ObjectRef,
        value: &str,
    ) -> Result<Verdict, Refusal> {
        super::headers::check_value("Subscription-State", value)?;
        let owner = usage.owner();
        let sip = (owner.role == Role::Watcher)
            .then(|| self.watchers.get_mut(Key::from_bits(owner.key)))
            .flatten()
            .and_then(|watcher| watcher.sip.as_deref_mut());
        let sip = sip.ok_or_else(|| {
            Refusal::new(
                Code::NotAllowed,
                "only a NOTIFY usage that lives has a Subscription-State to set",
            )
        })?;
        sip.options.subscription_state = value.into();
        Ok(Verdict::Done)
    }

    /// Tells what has changed about a NOTIFY usage and its dialog.
    pub(super) fn show_watcher(&mut self, key: Key<Watcher>) {
        let Some(watcher) = self.watchers.get_mut(key).filter(|one| one.is_usage()) else {
            return;
        };
        let (usage, now) = (Arc::clone(watcher.view()), watcher.usage_state());
        if now != state::CONFIRMED || usage.state() == now {
            return;
        }
        usage.set_state(now);
        let place = watcher.machine().dialog_key();
        let shared = place.is_some_and(|place| self.cx.dialogs.usages(place).count() > 1);
        let dialog = place.and_then(|place| self.dialog_object(place));
        if let Some(dialog) = dialog.as_ref().filter(|_| !shared) {
            self.tell(Event {
                event_type: EventType::DialogState,
                dialog: Some(Arc::clone(dialog)),
                state: now,
                ..Event::default()
            });
        }
        self.tell(Event {
            event_type: EventType::UsageState,
            usage: Some(usage),
            dialog,
            state: now,
            ..Event::default()
        });
    }

    /// What the machine of a NOTIFY usage tells.
    pub(super) fn on_usage_watcher_told(&mut self, key: Key<Watcher>, told: Told) {
        let Some(watcher) = self.watchers.get(key) else {
            return;
        };
        let usage = Some(Arc::clone(watcher.view()));
        let profile = watcher.profile().cloned();
        let place = watcher.machine().dialog_key();
        let dialog = place.and_then(|place| self.dialog_object(place));
        match told {
            Told::Refreshed(message) => {
                self.tell(Event {
                    event_type: EventType::Request,
                    usage,
                    dialog,
                    profile,
                    text: message.method().into(),
                    uri: message
                        .from()
                        .map(|from| from.uri)
                        .unwrap_or_default()
                        .into(),
                    content_type: content_type(Some(&message)),
                    message: Some(message),
                    ..Event::default()
                });
            }
            Told::Complete {
                cookie,
                outcome,
                message,
            } => {
                self.tell(Event {
                    event_type: match outcome {
                        Outcome::Sip(_) => EventType::Response,
                        _ => EventType::TransactionFailed,
                    },
                    usage,
                    dialog,
                    profile,
                    cookie,
                    status: status_of(outcome),
                    status_text: phrase(message.as_ref()),
                    text: "NOTIFY".into(),
                    message,
                    ..Event::default()
                });
            }
            Told::Ended { outcome, message } => {
                let status = match outcome {
                    Outcome::Local | Outcome::Remote => Status::None,
                    outcome => status_of(outcome),
                };
                let before = self.dialog_before(place);
                let last = self.notify_usage_details(key);
                self.drop_watcher(key);
                if let Some((object, last)) = before {
                    self.end_dialog(&object, last, status, message.as_ref(), true);
                }
                if let (Some(usage), Some(last)) = (&usage, last) {
                    usage.set_state(state::TERMINATED);
                    usage.end(last);
                }
                self.tell(Event {
                    event_type: EventType::UsageState,
                    usage,
                    dialog,
                    state: state::TERMINATED,
                    status,
                    flags: FLAG_LAST,
                    message,
                    ..Event::default()
                });
            }
        }
    }

    pub(super) fn notify_usage_details(&self, key: Key<Watcher>) -> Option<Details> {
        let watcher = self.watchers.get(key)?;
        let mut details = Details::default();
        details.int(properties::USAGE_KIND, UsageKind::Notify as i32);
        let auto = match &watcher.sip {
            Some(sip) => Auto::new(sip.options.automation).unwrap_or_default(),
            None => Auto::ALL,
        };
        details.int(properties::USAGE_AUTOMATION, auto.bits());
        details.text(properties::USAGE_EVENT, watcher.machine().event());
        if let Some(sip) = &watcher.sip {
            let given = &sip.options.subscription_state;
            details.text(properties::USAGE_SUBSCRIPTION_STATE, given.clone());
        }
        details.related.extend(self.context_of(watcher.profile()));
        let place = watcher.machine().dialog_key();
        details
            .related
            .extend(place.and_then(|place| self.dialog_object(place)));
        details.whole = Arc::downgrade(watcher.object());
        Some(details)
    }
}
