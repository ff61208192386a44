//! The SIP level beneath the RTC objects: with the filter's SIP_ALL bit requests, responses and failures of what they do
//! are told too, each before the event of the object that it leads to. Nothing of that waits for the application.

use crate::base::Key;
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::usage::{Outcome, Owner, Role};

use super::event::FILTER_SIP_ALL;
use super::profile::{phrase, status_of};
use super::transaction::state;
use super::{Agent, Event, EventType, ObjectRef, Status};

/// Methods that an object takes inside a dialog; what else comes there is told by whom it is offered to.
const INSIDE: [&str; 11] = [
    "INVITE",
    "ACK",
    "BYE",
    "UPDATE",
    "PRACK",
    "INFO",
    "MESSAGE",
    "OPTIONS",
    "NOTIFY",
    "SUBSCRIBE",
    "REFER",
];
/// Methods that an object takes outside of dialogs.
const OUTSIDE: [&str; 5] = ["INVITE", "MESSAGE", "SUBSCRIBE", "NOTIFY", "REFER"];

impl Agent {
    fn tells_all(&self) -> bool {
        self.filter & FILTER_SIP_ALL != 0
    }

    /// Tells of a request that an object will take.
    pub(super) fn show_request(
        &mut self,
        server: Option<ServerKey>,
        message: &Message,
        owner: Option<Owner>,
    ) {
        let known: &[&str] = match (message.to_tag(), owner) {
            (None, _) => &OUTSIDE,
            (Some(_), Some(_)) => &INSIDE,
            // Nobody's dialog: whatever it is, 481.
            (Some(_), None) => &[],
        };
        let stray = message.to_tag().is_some() && owner.is_none();
        // A usage tells of its requests by itself.
        if owner.is_some_and(|owner| self.is_usage_of_application(owner)) {
            return;
        }
        if !self.tells_all() || !(stray || known.contains(&message.method())) {
            return;
        }
        let mut event = self.request_event(message, None);
        let related = owner
            .map(|owner| self.objects_of(owner))
            .unwrap_or_default();
        fill(&mut event, &related);
        let transaction = self.show_server(server, message, related);
        event.state = transaction.state();
        event.transaction = Some(transaction);
        self.shown = self.tell(event);
    }

    /// Tells of a response to a request of an object, and notes it for whoever holds the transaction.
    pub(super) fn show_response(
        &mut self,
        client: ClientKey,
        owner: Owner,
        message: &Message,
    ) -> Option<ObjectRef> {
        if matches!(
            owner.role,
            Role::Request | Role::Pending | Role::Binding | Role::Refresh
        ) {
            return None;
        }
        let held = self.transactions.of_client(client);
        if held.is_none() && !self.tells_all() {
            return None;
        }
        let object = held.unwrap_or_else(|| self.show_client(client, owner, message.method()));
        self.transactions
            .note_request(&object, self.cx.endpoint.sent(client));
        self.transactions.note_response(&object, message);
        let status = message.status().unwrap_or_default();
        if self.tells_all() && status != 100 && !self.is_usage_of_application(owner) {
            let mut event = Event {
                event_type: EventType::Response,
                state: object.state(),
                transaction: Some(object.clone()),
                status: Status::Sip(status),
                status_text: phrase(Some(message)),
                text: message.method().into(),
                content_type: message
                    .header(HeaderId::ContentType)
                    .unwrap_or_default()
                    .into(),
                message: Some(message.clone()),
                ..Event::default()
            };
            fill(&mut event, &self.objects_of(owner));
            self.tell(event);
        }
        Some(object)
    }

    /// The object has dealt with that response: its transaction goes on, in another one after a challenge, or is over.
    pub(super) fn after_response(&mut self, object: &ObjectRef, owner: Owner, client: ClientKey) {
        if object.state() < state::COMPLETED {
            return;
        }
        let invites = self.transactions.method(object) == "INVITE";
        let session = self
            .sessions
            .get(Key::from_bits(owner.key))
            .filter(|_| owner.role == Role::Call);
        let again = session.and_then(|session| {
            let anew = session.call.open_client().filter(|_| invites);
            session.call.resent(client).or(anew)
        });
        let again = again.filter(|again| *again != client);
        match again {
            Some(again) if self.transactions.of_client(again).is_none() => {
                self.transactions.bind(object, again);
                object.set_state(state::PROCEEDING);
            }
            _ => {
                let last = object.state();
                self.transactions.end_object(object, last);
            }
        }
    }

    /// A request of an object got no final response.
    pub(super) fn show_failure(&mut self, client: ClientKey, owner: Owner, failure: Failure) {
        if matches!(
            owner.role,
            Role::Request | Role::Pending | Role::Binding | Role::Refresh
        ) {
            return;
        }
        let Some(object) = self.transactions.of_client(client).or_else(|| {
            let method = self
                .cx
                .endpoint
                .sent(client)
                .map(|sent| sent.method().to_owned());
            let method = method.unwrap_or_default();
            self.tells_all()
                .then(|| self.show_client(client, owner, &method))
        }) else {
            return;
        };
        let text = self.transactions.method(&object).into();
        self.transactions.end_object(&object, state::TERMINATED);
        if self.tells_all() && !self.is_usage_of_application(owner) {
            let mut event = Event {
                event_type: EventType::TransactionFailed,
                state: state::TERMINATED,
                transaction: Some(object),
                status: status_of(Outcome::Failed(failure)),
                text,
                ..Event::default()
            };
            fill(&mut event, &self.objects_of(owner));
            self.tell(event);
        }
    }
}

/// Names the RTC objects in an event.
fn fill(event: &mut Event, objects: &[ObjectRef]) {
    for object in objects {
        let place = match object.kind() {
            super::Kind::Profile => &mut event.profile,
            super::Kind::Session => &mut event.session,
            super::Kind::Subscription => &mut event.subscription,
            super::Kind::Watcher => &mut event.watcher,
            super::Kind::Registration => &mut event.registration,
            _ => continue,
        };
        *place = Some(object.clone());
    }
}
