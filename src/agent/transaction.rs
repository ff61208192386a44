//! Transactions in the application's hands (RFC 3261 §17): what can be read of them, and how long they are kept.
//!
//! An entry here is a view: the machine below runs whether or not anybody holds it, and a release never stops it. It
//! goes when its transaction is over; what was read of it last stays readable by whoever holds the object.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{Key, Slab};
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ClientKey, ServerKey};

use crate::usage::{Owner, Role};

use super::event::AnswerKey;
use super::{Agent, Code, Details, Kind, Object, ObjectRef, Refusal, properties};

/// Responses kept of one transaction.
const MAX_RESPONSES: usize = 16;

/// States of a transaction, numbered as in the C API.
pub mod state {
    /// Not answered yet, any method but INVITE.
    pub const TRYING: i32 = 0;
    /// An INVITE of ours that nobody has answered.
    pub const CALLING: i32 = 1;
    /// A provisional answer, or an INVITE of a peer.
    pub const PROCEEDING: i32 = 2;
    /// The final answer is there.
    pub const COMPLETED: i32 = 3;
    /// The ACK of a refusal is there.
    pub const CONFIRMED: i32 = 4;
    /// Over.
    pub const TERMINATED: i32 = 5;
}

/// One transaction as the application sees it.
#[derive(Debug)]
pub(super) struct Transaction {
    object: ObjectRef,
    method: Box<str>,
    request: Option<Message>,
    responses: Vec<Message>,
    side: Side,
    /// Whose request it is, one of ours.
    owner: Option<Owner>,
    related: Vec<ObjectRef>,
}

/// Whose request it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    /// Ours; no key before it has been sent.
    Client(Option<ClientKey>),
    /// A peer's.
    Server {
        /// None for ACK, which has no answer.
        server: Option<ServerKey>,
        /// The application may answer it.
        pending: Option<AnswerKey>,
    },
}

/// All of them.
#[derive(Default)]
pub(super) struct Transactions {
    slab: Slab<Transaction>,
    clients: HashMap<ClientKey, Key<Transaction>>,
    servers: HashMap<ServerKey, Key<Transaction>>,
}

impl Transactions {
    /// A view of a request of ours that is to be sent.
    pub(super) fn open_client(
        &mut self,
        method: &str,
        owner: Option<Owner>,
        related: Vec<ObjectRef>,
    ) -> ObjectRef {
        let first = if method == "INVITE" {
            state::CALLING
        } else {
            state::TRYING
        };
        let key = self.slab.insert_with(|key| Transaction {
            object: Object::new(Kind::Transaction, key.to_bits(), first, 0),
            method: method.into(),
            request: None,
            responses: Vec::new(),
            side: Side::Client(None),
            owner,
            related,
        });
        self.object(key)
    }

    /// The view of a peer's request; made where there is none.
    pub(super) fn open_server(
        &mut self,
        server: Option<ServerKey>,
        message: &Message,
        related: Vec<ObjectRef>,
    ) -> ObjectRef {
        if let Some(known) = server.and_then(|server| self.servers.get(&server).copied()) {
            return self.object(known);
        }
        let first = match message.method() {
            "ACK" => state::TERMINATED,
            "INVITE" => state::PROCEEDING,
            _ => state::TRYING,
        };
        let key = self.slab.insert_with(|key| Transaction {
            object: Object::new(Kind::Transaction, key.to_bits(), first, 0),
            method: message.method().into(),
            request: Some(message.clone()),
            responses: Vec::new(),
            side: Side::Server {
                server,
                pending: None,
            },
            owner: None,
            related,
        });
        let object = self.object(key);
        match server {
            Some(server) => {
                self.servers.insert(server, key);
            }
            // Nothing follows for an ACK: what is known now is all that will be.
            None => self.end(key, state::TERMINATED),
        }
        object
    }

    fn object(&self, key: Key<Transaction>) -> ObjectRef {
        match self.slab.get(key) {
            Some(transaction) => Arc::clone(&transaction.object),
            None => Object::new(Kind::Transaction, key.to_bits(), state::TERMINATED, 0),
        }
    }

    /// The view of a request of ours goes out, or goes out again, in this transaction.
    pub(super) fn bind(&mut self, object: &ObjectRef, client: ClientKey) {
        let key = Key::from_bits(object.key());
        if let Some(transaction) = self.slab.get_mut(key) {
            if let Side::Client(Some(before)) = transaction.side {
                self.clients.remove(&before);
                // A challenge that is answered is no end.
                transaction.object.set_state(state::PROCEEDING);
            }
            transaction.side = Side::Client(Some(client));
            self.clients.insert(client, key);
        }
    }

    /// The application may answer it, under that key.
    pub(super) fn set_pending(&mut self, object: &ObjectRef, answer: AnswerKey) {
        if let Some(transaction) = self.slab.get_mut(Key::from_bits(object.key()))
            && let Side::Server { pending, .. } = &mut transaction.side
        {
            *pending = Some(answer);
        }
    }

    /// One more object that belongs to it.
    pub(super) fn relate(&mut self, object: &ObjectRef, other: &ObjectRef) {
        if let Some(transaction) = self.slab.get_mut(Key::from_bits(object.key()))
            && !transaction
                .related
                .iter()
                .any(|known| Arc::ptr_eq(known, other))
        {
            transaction.related.push(Arc::clone(other));
        }
    }

    /// Whose it is; none once it is over.
    pub(super) fn side(&self, object: &ObjectRef) -> Option<Side> {
        self.slab
            .get(Key::from_bits(object.key()))
            .map(|transaction| transaction.side)
    }

    /// Whose request it is, one of ours that is not over.
    pub(super) fn owner(&self, object: &ObjectRef) -> Option<Owner> {
        self.slab.get(Key::from_bits(object.key()))?.owner
    }

    /// The method of one that is not over.
    pub(super) fn method(&self, object: &ObjectRef) -> &str {
        self.slab
            .get(Key::from_bits(object.key()))
            .map_or("", |transaction| &transaction.method)
    }

    /// The view of a peer's request, if there is one.
    pub(super) fn of_server(&self, server: ServerKey) -> Option<ObjectRef> {
        let key = self.servers.get(&server)?;
        self.slab
            .get(*key)
            .map(|transaction| Arc::clone(&transaction.object))
    }

    /// The view of a request of ours, if there is one.
    pub(super) fn of_client(&self, client: ClientKey) -> Option<ObjectRef> {
        let key = self.clients.get(&client)?;
        self.slab
            .get(*key)
            .map(|transaction| Arc::clone(&transaction.object))
    }

    /// What went out for a request of ours.
    pub(super) fn note_request(&mut self, object: &ObjectRef, request: Option<&Message>) {
        if let (Some(transaction), Some(request)) =
            (self.slab.get_mut(Key::from_bits(object.key())), request)
        {
            transaction.request = Some(request.clone());
        }
    }

    /// A response passed; the state follows it (RFC 3261 §17, RFC 6026 §7).
    pub(super) fn note_response(&mut self, object: &ObjectRef, response: &Message) {
        let Some(transaction) = self.slab.get_mut(Key::from_bits(object.key())) else {
            return;
        };
        let status = response.status().unwrap_or_default();
        let next = match status {
            0..=199 => state::PROCEEDING,
            200..=299 if transaction.method.as_ref() == "INVITE" => state::TERMINATED,
            _ => state::COMPLETED,
        };
        if transaction.object.state() < state::COMPLETED {
            transaction.object.set_state(next);
        }
        // A 2xx to INVITE is repeated until its ACK is there.
        if transaction
            .responses
            .last()
            .is_some_and(|last| last.as_bytes() == response.as_bytes())
        {
            return;
        }
        if transaction.responses.len() >= MAX_RESPONSES {
            transaction.responses.remove(0);
        }
        transaction.responses.push(response.clone());
    }

    /// A peer's request is answered for good: nobody who does not hold it will ask for it any more.
    fn forget_unheld(&mut self, object: &ObjectRef) {
        let key = Key::from_bits(object.key());
        // The one of the slab and the one that the caller holds.
        let held = self
            .slab
            .get(key)
            .is_some_and(|transaction| Arc::strong_count(&transaction.object) > 2);
        if !held {
            self.end(key, object.state());
        }
    }

    /// It is over; whoever holds it reads what was known last.
    pub(super) fn end_object(&mut self, object: &ObjectRef, last: i32) {
        self.end(Key::from_bits(object.key()), last);
    }

    fn end(&mut self, key: Key<Transaction>, last: i32) {
        let Some(transaction) = self.slab.remove(key) else {
            return;
        };
        match transaction.side {
            Side::Client(Some(client)) => {
                self.clients.remove(&client);
            }
            Side::Server {
                server: Some(server),
                ..
            } => {
                self.servers.remove(&server);
            }
            Side::Client(None) | Side::Server { server: None, .. } => {}
        }
        transaction.object.set_state(last);
        if Arc::strong_count(&transaction.object) > 1 {
            let details = transaction.details(None);
            transaction.object.end(details);
        }
    }

    /// Those that are not over, in the order of their keys.
    pub(super) fn list(&self) -> Vec<ObjectRef> {
        self.slab
            .iter()
            .filter(|(_, one)| one.object.state() < state::COMPLETED)
            .map(|(_, one)| Arc::clone(&one.object))
            .collect()
    }
}

impl Transaction {
    fn details(&self, deadline_ms: Option<i64>) -> Details {
        let mut details = Details::default();
        details.text(properties::TRANSACTION_METHOD, self.method.clone());
        let is_client = matches!(self.side, Side::Client(_));
        details.int(properties::TRANSACTION_IS_CLIENT, i64::from(is_client));
        details.int(
            properties::TRANSACTION_CAN_RESPOND,
            i64::from(deadline_ms.is_some()),
        );
        let can_cancel =
            is_client && self.method.as_ref() == "INVITE" && self.object.state() < state::COMPLETED;
        details.int(properties::TRANSACTION_CAN_CANCEL, i64::from(can_cancel));
        details.int(
            properties::TRANSACTION_DEADLINE_MS,
            deadline_ms.unwrap_or(0),
        );
        details.related.clone_from(&self.related);
        details.request.clone_from(&self.request);
        details.responses.clone_from(&self.responses);
        details
    }
}

/// A transaction that is over, or was another kind of object.
pub(super) fn over() -> Refusal {
    Refusal::new(
        Code::InvalidTransactionState,
        "the transaction is over, or has no answer",
    )
}

impl Agent {
    pub(super) fn transaction_details(&self, object: &ObjectRef) -> Option<Details> {
        let transaction = self.transactions.slab.get(Key::from_bits(object.key()))?;
        let deadline = match transaction.side {
            Side::Server {
                pending: Some(pending),
                ..
            } => self.answer_left_ms(pending),
            _ => None,
        };
        Some(transaction.details(deadline))
    }

    /// The view of a peer's request that is told of; its answers are noted from now on.
    pub(super) fn show_server(
        &mut self,
        server: Option<ServerKey>,
        message: &Message,
        related: Vec<ObjectRef>,
    ) -> ObjectRef {
        if let Some(server) = server {
            self.cx.watch(server);
        }
        self.transactions.open_server(server, message, related)
    }

    /// The view of a request of ours, made where there is none.
    pub(super) fn show_client(
        &mut self,
        client: ClientKey,
        owner: Owner,
        method: &str,
    ) -> ObjectRef {
        if let Some(known) = self.transactions.of_client(client) {
            return known;
        }
        let related = self.objects_of(owner);
        let object = self.transactions.open_client(method, Some(owner), related);
        self.transactions.bind(&object, client);
        object
    }

    /// The RTC objects that an owner stands for.
    pub(super) fn objects_of(&self, owner: Owner) -> Vec<ObjectRef> {
        let bits = owner.key;
        let object = match owner.role {
            Role::Call => self
                .sessions
                .get(Key::from_bits(bits))
                .map(|one| one.object()),
            Role::Registration | Role::Publication => self
                .profiles
                .get(Key::from_bits(bits))
                .map(|one| one.object()),
            Role::Subscription => self
                .subscriptions
                .get(Key::from_bits(bits))
                .map(|one| one.object()),
            Role::Watcher => self
                .watchers
                .get(Key::from_bits(bits))
                .map(|one| one.object()),
            Role::Referrer => self
                .referring
                .get(Key::from_bits(bits))
                .map(|one| one.session()),
            Role::Referee => self
                .referrals
                .get(Key::from_bits(bits))
                .and_then(|one| one.profile()),
            Role::Binding => self
                .registrations
                .slab
                .get(Key::from_bits(bits))
                .map(|one| one.object()),
            Role::Request | Role::Refresh | Role::Nobody | Role::Pending | Role::Challenge => None,
        };
        let mut objects: Vec<ObjectRef> = object.into_iter().cloned().collect();
        if self.is_usage_of_application(owner) {
            objects = self.usage_of(owner).into_iter().collect();
        }
        objects
    }

    /// The open INVITE transactions of a session, of either side.
    pub fn transactions_of(&mut self, object: &ObjectRef) -> Vec<ObjectRef> {
        if object.kind() != Kind::Session {
            return Vec::new();
        }
        let Some(session) = self.sessions.get(Key::from_bits(object.key())) else {
            return Vec::new();
        };
        let (client, server) = (session.call.open_client(), session.call.open_server());
        let owner = Owner {
            role: Role::Call,
            key: object.key(),
        };
        let mut found = Vec::new();
        found.extend(client.map(|client| self.show_client(client, owner, "INVITE")));
        if let Some(server) = server
            && let Some(request) = self.cx.endpoint.request_of(server).cloned()
        {
            found.push(self.show_server(Some(server), &request, vec![object.clone()]));
        }
        found
    }

    /// Notes what was answered since the last turn.
    pub(super) fn note_answers(&mut self) {
        while let Some((server, response)) = self.cx.next_answer() {
            let Some(object) = self.transactions.of_server(server) else {
                continue;
            };
            self.transactions.note_response(&object, &response);
            if response.status().is_some_and(|status| status >= 200) {
                self.transactions.forget_unheld(&object);
            }
        }
    }

    /// A peer's transaction is over below.
    pub(super) fn end_server_view(&mut self, server: ServerKey) {
        self.cx.unwatch(server);
        if let Some(object) = self.transactions.of_server(server) {
            self.transactions.end_object(&object, state::TERMINATED);
        }
    }

    /// A message of a transaction: 0 the request, 1 and up its responses, -1 the newest of them. None: not there.
    pub fn transaction_message(
        &self,
        object: &ObjectRef,
        which: i32,
    ) -> Result<Option<Message>, Refusal> {
        if object.kind() != Kind::Transaction {
            return Err(Refusal::new(Code::Handle, "the object is no transaction"));
        }
        if which < -1 {
            return Err(Refusal::new(
                Code::InvalidArgument,
                format!("`which` is {which}; 0 is the request, -1 the newest response"),
            ));
        }
        let details = self.details(object);
        if which == 0 {
            let sent = match self.transactions.side(object) {
                Some(Side::Client(Some(client))) => self.cx.endpoint.sent(client).cloned(),
                _ => None,
            };
            return Ok(sent.or(details.request));
        }
        let found = match usize::try_from(which) {
            Ok(number) => details.responses.get(number - 1),
            Err(_) => details.responses.last(),
        };
        Ok(found.cloned())
    }
}

/// The bare event package of a request.
pub(super) fn package(message: &Message) -> &str {
    let event = message.header(HeaderId::Event).unwrap_or_default();
    event.split(';').next().unwrap_or_default().trim()
}
