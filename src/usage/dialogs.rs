//! Dialogs and the usages that share them: RFC 3261 §12, RFC 5057 §4, §5.3, §5.5.
//!
//! A dialog has one CSeq space, one remote target and one route set for all of its usages, and lives until the last of
//! them leaves. How a usage keeps its place:
//!
//! | step | call |
//! |---|---|
//! | a tag of ours goes out, a dialog may come of it | [`Dialogs::claim`] |
//! | the dialog exists | [`Dialogs::insert`], with its first usage |
//! | another usage begins in it (REFER) | [`Dialogs::join`] |
//! | read it, make a request in it | [`Dialogs::get`], [`Dialogs::get_mut`] |
//! | a request of the peer came | [`Dialogs::find`] |
//! | the usage is over | [`Dialogs::leave`], then [`Dialogs::unclaim`] if it claimed |
//!
//! Early dialogs of a forked INVITE stay inside their call, which claims the tag, until one is confirmed.

use std::collections::{HashMap, VecDeque};

use crate::base::{Key, Slab};
use crate::dialog::{Dialog, LocalTag};
use crate::syntax::headers::TypedHeader;
use crate::syntax::{Event, Message};

use super::Owner;
use super::failure::Effect;

/// Names an established dialog; stale once its last usage left.
pub type DialogKey = Key<Entry>;

/// An established dialog with its usages. Only the name is public.
pub struct Entry {
    dialog: Box<Dialog>,
    /// The INVITE usage; a dialog has one at most.
    call: Option<Owner>,
    subscriptions: Vec<Subscription>,
    /// A REFER came in it.
    referred: bool,
    had_call: bool,
    /// The next dialog with the same tag of ours: forks differ in the peer's alone.
    next: Option<DialogKey>,
}

struct Subscription {
    owner: Owner,
    side: Side,
    event: Box<str>,
}

/// Which end of a subscription we are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// We take its NOTIFYs.
    Subscriber,
    /// We send them, and take its SUBSCRIBEs.
    Notifier,
}

/// What a usage takes of the requests in its dialog (RFC 5057 §5.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Usage<'a> {
    /// INVITE, UPDATE, PRACK, ACK, CANCEL, BYE, INFO.
    Invite,
    /// NOTIFY or SUBSCRIBE of one subscription.
    Subscription(Side, &'a str),
}

/// Where a request inside a dialog belongs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// The dialog.
    pub dialog: Option<DialogKey>,
    /// The usage that takes it; without a dialog, whoever claimed the tag.
    pub owner: Option<Owner>,
}

/// What a tag of ours leads to.
#[derive(Clone, Copy, Default)]
struct Place {
    claim: Option<Owner>,
    first: Option<DialogKey>,
}

/// Ended dialogs of calls that are remembered.
const ENDED: usize = 256;

/// The dialogs of one agent.
#[derive(Default)]
pub struct Dialogs {
    entries: Slab<Entry>,
    tags: HashMap<LocalTag, Place>,
    /// The last dialogs of calls that are over, for who asks to replace them.
    ended: VecDeque<Box<Dialog>>,
    /// Usages whose dialog ended over a request of another usage, not yet told.
    lost: VecDeque<(Owner, u16)>,
}

impl Dialogs {
    /// Requests to this tag of ours that fit no established dialog are for `owner`, who may make dialogs of them.
    pub fn claim(&mut self, tag: LocalTag, owner: Owner) {
        self.tags.entry(tag).or_default().claim = Some(owner);
    }

    /// Nobody makes dialogs of the tag any more; established ones stay.
    pub fn unclaim(&mut self, tag: LocalTag) {
        if let Some(place) = self.tags.get_mut(&tag) {
            place.claim = None;
            if place.first.is_none() {
                self.tags.remove(&tag);
            }
        }
    }

    /// Stores an established dialog with its first usage.
    pub fn insert(&mut self, dialog: Box<Dialog>, owner: Owner, usage: Usage<'_>) -> DialogKey {
        let place = self.tags.entry(dialog.local_tag()).or_default();
        let key = self.entries.insert(Entry {
            dialog,
            call: None,
            subscriptions: Vec::new(),
            referred: false,
            had_call: false,
            next: place.first,
        });
        place.first = Some(key);
        self.join(key, owner, usage);
        key
    }

    /// Another usage begins in a dialog. `false`: the dialog is gone, or has its INVITE usage already.
    pub fn join(&mut self, key: DialogKey, owner: Owner, usage: Usage<'_>) -> bool {
        let Some(entry) = self.entries.get_mut(key) else {
            return false;
        };
        match usage {
            Usage::Invite if entry.call.is_some() => return false,
            Usage::Invite => {
                entry.call = Some(owner);
                entry.had_call = true;
            }
            Usage::Subscription(side, event) => {
                entry.subscriptions.reserve_exact(1);
                entry.subscriptions.push(Subscription {
                    owner,
                    side,
                    event: event.into(),
                });
            }
        }
        true
    }

    /// A subscription has another name: its REFER went again with another CSeq.
    pub fn rename(&mut self, key: DialogKey, owner: Owner, event: &str) {
        if let Some(entry) = self.entries.get_mut(key) {
            let mut ours = entry.subscriptions.iter_mut();
            if let Some(usage) = ours.find(|usage| usage.owner == owner) {
                usage.event = event.into();
            }
        }
    }

    /// Notes that a REFER came in the dialog: `true` when it is the first, whose NOTIFYs need no id (RFC 3515 §2.4.6).
    pub fn note_refer(&mut self, key: DialogKey) -> bool {
        self.entries
            .get_mut(key)
            .is_some_and(|entry| !std::mem::replace(&mut entry.referred, true))
    }

    /// A usage is over; the dialog goes with its last one (RFC 5057 §5.5). `true`: it went.
    pub fn leave(&mut self, key: DialogKey, owner: Owner) -> bool {
        let Some(entry) = self.entries.get_mut(key) else {
            return false;
        };
        entry.call = entry.call.filter(|call| *call != owner);
        entry.subscriptions.retain(|usage| usage.owner != owner);
        if entry.call.is_some() || !entry.subscriptions.is_empty() {
            return false;
        }
        let (tag, next) = (entry.dialog.local_tag(), entry.next);
        self.unlink(tag, key, next);
        if let Some(entry) = self.entries.remove(key).filter(|entry| entry.had_call) {
            if self.ended.len() >= ENDED {
                self.ended.pop_front();
            }
            self.ended.push_back(entry.dialog);
        }
        true
    }

    /// What a failed request of one usage does to the others: a refused target or route ends them all (RFC 5057 §5.1).
    /// The usage itself ends by its own means; the others are given out by [`Dialogs::poll_lost`].
    pub fn on_failure(&mut self, key: Option<DialogKey>, by: Owner, effect: Effect, status: u16) {
        let (Some(key), Effect::Dialog) = (key, effect) else {
            return;
        };
        let others: Vec<Owner> = self.usages(key).filter(|usage| *usage != by).collect();
        self.lost
            .extend(others.into_iter().map(|usage| (usage, status)));
    }

    /// The next usage whose dialog ended, with the status that ended it.
    pub fn poll_lost(&mut self) -> Option<(Owner, u16)> {
        self.lost.pop_front()
    }

    fn unlink(&mut self, tag: LocalTag, key: DialogKey, next: Option<DialogKey>) {
        let Some(place) = self.tags.get_mut(&tag) else {
            return;
        };
        if place.first == Some(key) {
            place.first = next;
            if next.is_none() && place.claim.is_none() {
                self.tags.remove(&tag);
            }
            return;
        }
        let mut at = place.first;
        while let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) {
            if entry.next == Some(key) {
                entry.next = next;
                return;
            }
            at = entry.next;
        }
    }

    /// A dialog, unless its last usage left.
    #[must_use]
    pub fn get(&self, key: DialogKey) -> Option<&Dialog> {
        self.entries.get(key).map(|entry| &*entry.dialog)
    }

    /// See [`Dialogs::get`].
    pub fn get_mut(&mut self, key: DialogKey) -> Option<&mut Dialog> {
        self.entries.get_mut(key).map(|entry| &mut *entry.dialog)
    }

    /// The INVITE usage of a dialog.
    #[must_use]
    pub fn call(&self, key: DialogKey) -> Option<Owner> {
        self.entries.get(key)?.call
    }

    /// Names of all established dialogs, in the order of their places.
    #[must_use]
    pub fn keys(&self) -> Vec<DialogKey> {
        self.entries.keys()
    }

    /// All usages of a dialog, the INVITE usage first, then in the order they began.
    pub fn usages(&self, key: DialogKey) -> impl Iterator<Item = Owner> {
        let entry = self.entries.get(key);
        let rest = entry.into_iter().flat_map(|entry| &entry.subscriptions);
        entry
            .and_then(|entry| entry.call)
            .into_iter()
            .chain(rest.map(|usage| usage.owner))
    }

    /// Whether a subscription of a package stands or begins in a dialog.
    #[must_use]
    pub fn has_subscription(&self, key: DialogKey, side: Side, package: &str) -> bool {
        self.entries.get(key).is_some_and(|entry| {
            entry.subscriptions.iter().any(|usage| {
                usage.side == side
                    && super::subscribe::package_of(&usage.event).eq_ignore_ascii_case(package)
            })
        })
    }

    /// The first subscription of a side, to say what is wrong with a request that names none of them.
    #[must_use]
    pub fn any_subscription(&self, key: DialogKey, side: Side) -> Option<Owner> {
        let entry = self.entries.get(key)?;
        let mut ours = entry.subscriptions.iter();
        ours.find(|usage| usage.side == side)
            .map(|usage| usage.owner)
    }

    /// Whose a request of the peer is: the dialog by its tags and Call-ID, then the usage by RFC 5057 §5.3.
    #[must_use]
    pub fn find(&self, message: &Message) -> Found {
        let Some(place) = message
            .to_tag()
            .and_then(LocalTag::parse)
            .and_then(|tag| self.tags.get(&tag))
        else {
            return Found::default();
        };
        let found = self
            .chain(place.first)
            .find(|(_, entry)| entry.dialog.matches(message));
        match found {
            Some((key, entry)) => Found {
                dialog: Some(key),
                owner: entry.takes(message),
            },
            None => Found {
                dialog: None,
                owner: place.claim,
            },
        }
    }

    /// The dialog that Replaces, Join and Target-Dialog speak of, all three parts as this side knows them (RFC 3891 §3).
    #[must_use]
    pub fn named(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> Option<DialogKey> {
        let place = self.tags.get(&LocalTag::parse(local_tag)?)?;
        self.chain(place.first)
            .find(|(_, entry)| {
                let theirs = entry.dialog.remote_tag();
                // A peer of RFC 2543 had no tag; "0" stands for that.
                entry.dialog.call_id() == call_id
                    && (theirs == remote_tag || (theirs.is_empty() && remote_tag == "0"))
            })
            .map(|(key, _)| key)
    }

    /// Whether a call is, or was, a usage of that dialog.
    #[must_use]
    pub fn had_call(&self, key: DialogKey) -> bool {
        self.entries.get(key).is_some_and(|entry| entry.had_call)
    }

    /// Whether that is the dialog of a call that ended not long ago: one of the last 256.
    #[must_use]
    pub fn has_ended(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> bool {
        self.ended.iter().any(|dialog| {
            dialog.call_id() == call_id
                && dialog.local_tag().as_str() == local_tag
                && dialog.remote_tag() == remote_tag
        })
    }

    /// Who claimed a tag of ours.
    #[must_use]
    pub fn claimed(&self, tag: &str) -> Option<Owner> {
        self.tags.get(&LocalTag::parse(tag)?)?.claim
    }

    /// Whether a late response is of an established dialog.
    #[must_use]
    pub fn knows_response(&self, tag: LocalTag, response: &Message) -> bool {
        self.tags.get(&tag).is_some_and(|place| {
            self.chain(place.first)
                .any(|(_, entry)| entry.dialog.matches_response(response))
        })
    }

    fn chain(&self, first: Option<DialogKey>) -> impl Iterator<Item = (DialogKey, &Entry)> {
        let mut at = first;
        std::iter::from_fn(move || {
            let key = at?;
            let entry = self.entries.get(key)?;
            at = entry.next;
            Some((key, entry))
        })
    }

    /// How many are established.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is neither a dialog nor a tag of one to be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }
}

impl Entry {
    fn takes(&self, message: &Message) -> Option<Owner> {
        let side = match message.method() {
            "INVITE" | "UPDATE" | "PRACK" | "ACK" | "CANCEL" | "BYE" | "INFO" => return self.call,
            "NOTIFY" => Side::Subscriber,
            "SUBSCRIBE" => Side::Notifier,
            // OPTIONS, MESSAGE, REFER and what nobody knows belong to no usage.
            _ => return None,
        };
        let event: Event<'_> = message.typed().ok().flatten()?;
        let mut ours = self.subscriptions.iter().filter(|one| one.side == side);
        let same = |one: &&Subscription| {
            Event::parse_value(&one.event).is_ok_and(|known| known.same(&event))
        };
        if let Some(one) = ours.clone().find(same) {
            return Some(one.owner);
        }
        // The first REFER of a dialog is named with its id or without (RFC 3515 §2.4.6).
        let first = ours.find(|one| super::subscribe::package_of(&one.event) == "refer")?;
        (event.package == "refer" && event.id().is_none()).then_some(first.owner)
    }
}
