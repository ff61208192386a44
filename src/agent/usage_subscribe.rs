//! SUBSCRIBE usages: subscriptions driven request by request (RFC 6665 §4.1), outside a dialog or in one that stands.
//!
//! The machine is that of every subscription of ours, without healing and, unless its automation says otherwise, without
//! refreshing itself; NOTIFYs wait for the application or are answered before they are told.

use std::sync::Arc;

use crate::base::Key;
use crate::syntax::{Message, NameAddr};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::usage::subscribe::{State, Told};
use crate::usage::{Auto, DialogKey, Owner, Role};

use super::command::{SEND_END, SEND_SAME_ATTEMPT, SubscriptionOptions};
use super::dialog_object::details_of;
use super::event::FLAG_LAST;
use super::headers::{check_value, own_lines};
use super::profile::phrase;
use super::request::content_type;
use super::session_events::failure_code;
use super::subscription::{Subscription, ending};
use super::usage_object::{Sent, SipUsage, UsageKind, UsageOptions, UsageParent, over, state};
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, Refusal, Send, Status,
    properties,
};

fn owner_of(key: Key<Subscription>) -> Owner {
    Owner {
        role: Role::Subscription,
        key: key.to_bits(),
    }
}

impl Subscription {
    /// Whether it was made as a usage and is told as one.
    pub(super) fn is_usage(&self) -> bool {
        self.sip.is_some()
    }

    /// Where it stands as a usage.
    pub(super) fn usage_state(&self) -> i32 {
        match self.machine().state() {
            State::Idle if self.machine().has_begun() => state::TERMINATED,
            State::Idle => state::INIT,
            State::Subscribing if self.machine().dialog_key().is_some() => state::EARLY,
            State::Subscribing => state::INIT,
            State::Subscribed | State::Ending => state::CONFIRMED,
        }
    }

    /// The view of it as a usage.
    pub(super) fn view(&self) -> &ObjectRef {
        self.view.get_or_init(|| {
            let owner = Owner {
                role: Role::Subscription,
                key: self.object().key(),
            };
            let word = self.object().user_data();
            Object::of(Kind::Usage, owner, self.usage_state(), word)
        })
    }
}

impl Agent {
    /// A REFER usage: a subscription that begins with REFER, to what becomes of it; sends nothing.
    pub(super) fn create_refer_usage(
        &mut self,
        parent: &UsageParent,
        options: &UsageOptions,
    ) -> Result<ObjectRef, Refusal> {
        if options.refer_to.is_empty() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a REFER usage needs its Refer-To",
            ));
        }
        check_value("Refer-To", &options.refer_to)?;
        let address = NameAddr::parse(&options.refer_to)
            .map_err(|fault| Refusal::new(Code::InvalidSipUrl, format!("Refer-To: {fault}")))?;
        if address.uri.is_empty() {
            return Err(Refusal::new(Code::InvalidSipUrl, "Refer-To has no URI"));
        }
        let usage = self.create_subscribe_usage(
            parent,
            &UsageOptions {
                event: "refer".into(),
                ..options.clone()
            },
        )?;
        let key: Key<Subscription> = Key::from_bits(usage.owner().key);
        if let Some(subscription) = self.subscriptions.get_mut(key) {
            subscription.machine_mut().wanted.refer_to = options.refer_to.clone();
        }
        Ok(usage)
    }

    /// A SUBSCRIBE usage; sends nothing.
    pub(super) fn create_subscribe_usage(
        &mut self,
        parent: &UsageParent,
        options: &UsageOptions,
    ) -> Result<ObjectRef, Refusal> {
        if options.event.is_empty() {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a SUBSCRIBE usage needs its event package",
            ));
        }
        let within = match parent {
            UsageParent::New => None,
            UsageParent::Dialog(dialog) => Some(self.standing_dialog(dialog)?),
            UsageParent::Transaction(_) => {
                return Err(Refusal::new(
                    Code::InvalidTransactionState,
                    "a SUBSCRIBE usage does not begin at a request of the peer",
                ));
            }
        };
        let uri = match within.and_then(|key| self.cx.dialogs.get(key)) {
            Some(dialog) => dialog.remote_target().into(),
            None => options.uri.clone(),
        };
        if uri.is_empty() {
            return Err(Refusal::new(
                Code::InvalidSipUrl,
                "a usage without dialog needs a Request-URI",
            ));
        }
        let object = self.create_subscription(SubscriptionOptions {
            uri,
            event: options.event.clone(),
            profile: options.account.clone(),
            user_data: options.user_data,
            ..SubscriptionOptions::default()
        })?;
        let key: Key<Subscription> = Key::from_bits(object.key());
        let subscription = self.subscriptions.get_mut(key).ok_or_else(over)?;
        subscription.sip = Some(Box::new(SipUsage {
            shown: true,
            options: options.clone(),
            ..SipUsage::default()
        }));
        let machine = subscription.machine_mut();
        machine.auto = Auto::new(options.automation).unwrap_or_default();
        machine.within = within;
        machine.wanted.from = options.from.clone();
        machine.wanted.to = options.to.clone();
        machine.wanted.contact = options.contact.clone();
        Ok(Arc::clone(subscription.view()))
    }

    /// A dialog that stands, where another usage may begin.
    pub(super) fn standing_dialog(&self, dialog: &ObjectRef) -> Result<DialogKey, Refusal> {
        let key = DialogKey::from_bits(dialog.key());
        if dialog.kind() == Kind::Dialog && self.cx.dialogs.get(key).is_some() {
            return Ok(key);
        }
        Err(Refusal::new(
            Code::InvalidDialogState,
            "the dialog is not confirmed, or over",
        ))
    }

    /// SUBSCRIBE, again, with Expires 0; any other request in its dialog.
    pub(super) fn send_in_subscription(
        &mut self,
        key: Key<Subscription>,
        method: &str,
        send: &Send,
    ) -> Result<Option<ObjectRef>, Refusal> {
        let Some(subscription) = self.subscriptions.get(key) else {
            return Err(over());
        };
        let refers = !subscription.machine().wanted.refer_to.is_empty();
        let began = refers && subscription.machine().has_dialog();
        let misplaced =
            (method == "REFER" && !refers) || (method == "SUBSCRIBE" && refers && !began);
        if misplaced
            || [
                "INVITE", "ACK", "BYE", "CANCEL", "PRACK", "UPDATE", "REGISTER", "NOTIFY",
                "PUBLISH",
            ]
            .contains(&method)
        {
            return Err(Refusal::new(
                Code::InvalidDialogRequest,
                format!("{method} has no place in this usage"),
            ));
        }
        let own = own_lines(send)?;
        let subscription = self.subscriptions.get_mut(key).ok_or_else(over)?;
        if !["SUBSCRIBE", "REFER"].contains(&method) {
            let place = subscription.machine().dialog_key();
            let usage = Arc::clone(subscription.view());
            let profile = subscription.profile().cloned();
            let place = place.ok_or_else(|| {
                Refusal::new(Code::InvalidDialogState, "the usage has no dialog yet")
            })?;
            return self
                .launch_inside(place, usage, profile, method, &own, send)
                .map(Some);
        }
        self.refuse_when_closing()?;
        let Some(subscription) = self.subscriptions.get_mut(key) else {
            return Err(over());
        };
        let (now, begun) = (
            subscription.machine().state(),
            subscription.machine().has_begun(),
        );
        let same = send.flags & SEND_SAME_ATTEMPT != 0;
        let ends = send.flags & SEND_END != 0;
        if subscription.machine().is_busy() || now == State::Ending {
            return Err(Refusal::new(
                Code::RequestPending,
                "a SUBSCRIBE is on its way, or the last NOTIFY is awaited",
            ));
        }
        if method == "REFER" && now != State::Idle {
            return Err(Refusal::new(
                Code::InvalidDialogRequest,
                "a REFER usage refers once; SUBSCRIBE refreshes it",
            ));
        }
        if (now == State::Idle && begun && !same) || (ends && now == State::Idle) {
            return Err(over());
        }
        let machine = subscription.machine_mut();
        if let (Some(content_type), Some(body)) = (&send.content_type, &send.body) {
            machine.wanted.body = Some((content_type.clone(), body.clone()));
        }
        if send.expires_secs > 0 {
            machine.wanted.expires = send.expires_secs;
        }
        machine.same_attempt = same;
        self.with_subscription(key, |usage, cx, account, out| match now {
            State::Idle => usage.subscribe(cx, account, &own, out),
            _ if ends => usage.unsubscribe(cx, account, &own, out),
            _ => usage.send_again(cx, account, &own),
        });
        let client = self
            .subscriptions
            .get(key)
            .and_then(|subscription| subscription.machine().client());
        let Some(client) = client else {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the dialog is over, or takes no further subscription",
            ));
        };
        let transaction = self.show_client(client, owner_of(key), method);
        if let Some(sip) = self
            .subscriptions
            .get_mut(key)
            .and_then(|subscription| subscription.sip.as_deref_mut())
        {
            sip.sent.push(Sent {
                client,
                cookie: send.cookie,
                method: method.into(),
                transaction: Some(transaction.clone()),
            });
        }
        Ok(Some(transaction))
    }

    /// The dialog of a usage's row, and what can be read of it now.
    pub(super) fn dialog_before(&self, place: Option<DialogKey>) -> Option<(ObjectRef, Details)> {
        let place = place?;
        let dialog = self.cx.dialogs.get(place)?;
        dialog.name().get()?;
        Some((self.dialog_object(place)?, details_of(dialog)))
    }

    /// A response or failure of a SUBSCRIBE of the application's.
    pub(super) fn tell_subscribe_answer(
        &mut self,
        key: Key<Subscription>,
        client: ClientKey,
        answer: Result<&Message, Failure>,
    ) {
        let Some(subscription) = self.subscriptions.get_mut(key) else {
            return;
        };
        let again = subscription.machine().resent(client);
        let Some(sip) = subscription.sip.as_deref_mut() else {
            return;
        };
        let Some(at) = sip.sent.iter().position(|sent| sent.client == client) else {
            return;
        };
        if let (Some(again), Some(sent)) = (again, sip.sent.get_mut(at)) {
            sent.client = again;
            return;
        }
        let status = answer.map_or(0, |message| message.status().unwrap_or_default());
        if status == 100 {
            return;
        }
        let Some(sent) = sip.sent.get(at) else { return };
        let event = Event {
            event_type: if answer.is_ok() {
                EventType::Response
            } else {
                EventType::TransactionFailed
            },
            transaction: sent.transaction.clone(),
            cookie: sent.cookie,
            text: sent.method.clone(),
            status: match answer {
                Ok(_) => Status::Sip(status),
                Err(failure) => Status::Failed(failure_code(failure)),
            },
            status_text: phrase(answer.ok()),
            content_type: content_type(answer.ok()),
            message: answer.ok().cloned(),
            ..Event::default()
        };
        if !(101..200).contains(&status) {
            sip.sent.remove(at);
        }
        self.tell_in_subscription(key, event);
    }

    fn tell_in_subscription(&mut self, key: Key<Subscription>, mut event: Event) {
        if let Some(subscription) = self.subscriptions.get(key) {
            event.usage = Some(Arc::clone(subscription.view()));
            event.profile = subscription.profile().cloned();
            let place = subscription.machine().dialog_key();
            event.dialog = place.and_then(|place| self.dialog_object(place));
        }
        self.tell(event);
    }

    /// Tells what has changed about a SUBSCRIBE usage and its dialog; `before`: its dialog before that.
    pub(super) fn show_subscription(
        &mut self,
        key: Key<Subscription>,
        before: Option<(ObjectRef, Details)>,
        out: &[Told],
    ) {
        let Some(subscription) = self.subscriptions.get(key).filter(|one| one.is_usage()) else {
            return;
        };
        let (usage, now) = (Arc::clone(subscription.view()), subscription.usage_state());
        let place = subscription.machine().dialog_key();
        let within = subscription.machine().within.is_some();
        let (message, end) = out
            .iter()
            .find_map(|told| match told {
                Told::Subscribed(message) => Some((Some(message.clone()), None)),
                Told::Ended { end, message } => Some((message.clone(), Some(end.clone()))),
                Told::Subscribing { .. } | Told::Notify { .. } => None,
            })
            .unwrap_or_default();
        let (status, text, retry_after) = ending(end.as_ref(), message.as_ref());
        let dialog = place.and_then(|place| self.dialog_object(place));
        let sip = self
            .subscriptions
            .get_mut(key)
            .and_then(|subscription| subscription.sip.as_deref_mut());
        let told = sip.is_none_or(|sip| std::mem::replace(&mut sip.dialog_told, dialog.is_some()));
        if let Some(dialog) = dialog.as_ref().filter(|_| !told && !within) {
            dialog.set_state(state::CONFIRMED);
            self.tell(Event {
                event_type: EventType::DialogState,
                dialog: Some(Arc::clone(dialog)),
                state: state::CONFIRMED,
                message: message.clone(),
                ..Event::default()
            });
        }
        if let Some((object, last)) = before {
            self.end_dialog(&object, last, status, message.as_ref(), true);
        }
        if usage.state() != now {
            usage.set_state(now);
            let left = match self.subscriptions.get_mut(key) {
                Some(one) if now == state::TERMINATED => one.sip.as_deref_mut(),
                _ => None,
            };
            let left = left
                .map(|sip| std::mem::take(&mut sip.sent))
                .unwrap_or_default();
            for sent in left {
                self.tell(Event {
                    event_type: EventType::TransactionFailed,
                    usage: Some(Arc::clone(&usage)),
                    transaction: sent.transaction,
                    cookie: sent.cookie,
                    text: sent.method,
                    status: Status::Failed(Code::CallDisconnected),
                    ..Event::default()
                });
            }
            self.tell(Event {
                event_type: EventType::UsageState,
                usage: Some(usage),
                dialog,
                state: now,
                status,
                text,
                value: [retry_after, 0, 0],
                flags: if now == state::TERMINATED {
                    FLAG_LAST
                } else {
                    0
                },
                message,
                ..Event::default()
            });
        }
    }

    /// A NOTIFY in a SUBSCRIBE usage: the application answers it, or hears of it when it has its 200.
    pub(super) fn on_usage_notify(
        &mut self,
        key: Key<Subscription>,
        server: ServerKey,
        message: Message,
    ) {
        let Some(subscription) = self.subscriptions.get(key) else {
            return;
        };
        let place = subscription.machine().dialog_key();
        let event = Event {
            event_type: EventType::Request,
            usage: Some(Arc::clone(subscription.view())),
            dialog: place.and_then(|place| self.dialog_object(place)),
            profile: subscription.profile().cloned(),
            text: "NOTIFY".into(),
            uri: message
                .from()
                .map(|from| from.uri)
                .unwrap_or_default()
                .into(),
            content_type: content_type(Some(&message)),
            message: Some(message.clone()),
            ..Event::default()
        };
        if !subscription.machine().auto.has(Auto::NOTIFY) {
            self.tell_open(event, server, message, 200, Some(owner_of(key)));
            return;
        }
        let transaction = self.show_server(Some(server), &message, event.objects());
        self.answer_notify(key, server, &message, 200, "", "", None);
        self.note_answers();
        self.tell(Event {
            state: transaction.state(),
            transaction: Some(transaction),
            ..event
        });
    }

    pub(super) fn subscribe_usage_details(&self, key: Key<Subscription>) -> Option<Details> {
        let subscription = self.subscriptions.get(key)?;
        let machine = subscription.machine();
        let mut details = Details::default();
        let refer_to = &machine.wanted.refer_to;
        let kind = match &**refer_to {
            "" => UsageKind::Subscribe,
            _ => UsageKind::Refer,
        };
        details.int(properties::USAGE_KIND, kind as i32);
        details.text(properties::USAGE_REFER_TO, refer_to.clone());
        details.int(properties::USAGE_AUTOMATION, machine.auto.bits());
        details.text(properties::USAGE_EVENT, machine.wanted.event.clone());
        details
            .related
            .extend(self.context_of(subscription.profile()));
        let place = machine.dialog_key();
        details
            .related
            .extend(place.and_then(|place| self.dialog_object(place)));
        details.whole = Arc::downgrade(subscription.object());
        Some(details)
    }
}
