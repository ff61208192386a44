//! The agent's objects as others hold them: a name that stays readable after the object has ended.

use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::syntax::Message;
use crate::usage::{Owner, Role};

/// The kinds of object an agent has; numbers as in the C API.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Kind {
    /// An account.
    Profile = 2,
    /// A call or a message exchange.
    Session = 3,
    /// A party of a session.
    Participant = 4,
    /// A subscription of ours.
    Subscription = 5,
    /// A subscription of somebody to us.
    Watcher = 8,
    /// Sockets on one address.
    Connection = 10,
    /// One binding of one address of record.
    Registration = 11,
    /// A dialog.
    Dialog = 12,
    /// A usage of a dialog.
    Usage = 13,
    /// A transaction, of either side.
    Transaction = 14,
    /// A request that is repeated before it expires.
    Refresh = 15,
}

/// What everybody who holds an object shares. The agent holds one reference while the object lives.
#[derive(Debug)]
pub struct Object {
    kind: Kind,
    role: Role,
    key: AtomicU64,
    state: AtomicI32,
    user_data: AtomicUsize,
    /// The handle under which the C layer lends it, 0 for none; the C layer's business alone.
    pub handle: AtomicUsize,
    ended: Mutex<Option<Box<Details>>>,
}

/// A shared object.
pub type ObjectRef = Arc<Object>;

impl Object {
    pub(crate) fn new(kind: Kind, key: u64, state: i32, user_data: usize) -> ObjectRef {
        Self::of(kind, Owner { role: Role::Nobody, key }, state, user_data)
    }

    /// One that shows what an owner has.
    pub(crate) fn of(kind: Kind, owner: Owner, state: i32, user_data: usize) -> ObjectRef {
        Arc::new(Self {
            kind,
            role: owner.role,
            key: AtomicU64::new(owner.key),
            state: AtomicI32::new(state),
            user_data: AtomicUsize::new(user_data),
            handle: AtomicUsize::new(0),
            ended: Mutex::new(None),
        })
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn key(&self) -> u64 {
        self.key.load(Ordering::Acquire)
    }

    /// What it shows.
    pub(crate) fn owner(&self) -> Owner {
        Owner {
            role: self.role,
            key: self.key(),
        }
    }

    /// It stands for another row from now on: a dialog that was confirmed, an attempt that goes on.
    pub(crate) fn set_key(&self, key: u64) {
        self.key.store(key, Ordering::Release);
    }

    /// It lives again.
    pub(crate) fn revive(&self, key: u64, state: i32) {
        *self.ended.lock() = None;
        self.set_key(key);
        self.set_state(state);
    }

    /// Its state, in the state enum of its kind.
    #[must_use]
    pub fn state(&self) -> i32 {
        self.state.load(Ordering::Acquire)
    }

    pub(crate) fn set_state(&self, state: i32) {
        self.state.store(state, Ordering::Release);
    }

    /// The owner's own word about it.
    #[must_use]
    pub fn user_data(&self) -> usize {
        self.user_data.load(Ordering::Acquire)
    }

    /// Replaces the owner's word.
    pub fn set_user_data(&self, user_data: usize) {
        self.user_data.store(user_data, Ordering::Release);
    }

    /// Keeps the last details for whoever still holds the object; called once, when it ends.
    pub(crate) fn end(&self, details: Details) {
        *self.ended.lock() = Some(Box::new(details));
    }

    /// The details as they were when the object ended; none while it lives.
    #[must_use]
    pub fn last_details(&self) -> Option<Details> {
        self.ended.lock().as_deref().cloned()
    }
}

/// The readable values of an object: properties of `properties.rs` and related objects.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// (property, index, value).
    pub ints: Vec<(i32, i32, i64)>,
    /// (property, index, value).
    pub texts: Vec<(i32, i32, Box<str>)>,
    /// Objects this one keeps: its profile, participants …, in the order of creation.
    pub related: Vec<ObjectRef>,
    /// Of a transaction, its request.
    pub request: Option<Message>,
    /// Of a transaction, its responses, the newest last.
    pub responses: Vec<Message>,
    /// What this one is a part of, the session of a participant. A part does not keep the whole, which keeps its parts.
    pub whole: Weak<Object>,
    /// What another try of a usage that failed needs.
    pub(crate) attempt: Option<Arc<(super::usage_object::UsageOptions, crate::usage::Attempt)>>,
}

impl Details {
    /// Objects this one belongs to or owns, in the order of creation.
    #[must_use]
    pub fn relatives(&self) -> Vec<ObjectRef> {
        let mut all = self.related.clone();
        all.extend(self.whole.upgrade());
        all
    }

    pub(crate) fn int(&mut self, property: i32, value: impl Into<i64>) {
        self.ints.push((property, 0, value.into()));
    }

    pub(crate) fn text(&mut self, property: i32, value: impl Into<Box<str>>) {
        self.texts.push((property, 0, value.into()));
    }

    pub(crate) fn text_at(&mut self, property: i32, index: usize, value: impl Into<Box<str>>) {
        self.texts.push((
            property,
            i32::try_from(index).unwrap_or(i32::MAX),
            value.into(),
        ));
    }

    /// A number, if there is one under that property and index.
    #[must_use]
    pub fn get_int(&self, property: i32, index: i32) -> Option<i64> {
        self.ints
            .iter()
            .find(|(p, i, _)| (*p, *i) == (property, index))
            .map(|(_, _, value)| *value)
    }

    /// A text, if there is one under that property and index.
    #[must_use]
    pub fn get_text(&self, property: i32, index: i32) -> Option<&str> {
        self.texts
            .iter()
            .find(|(p, i, _)| (*p, *i) == (property, index))
            .map(|(_, _, value)| &**value)
    }
}
