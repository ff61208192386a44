//! Who is told documents of our own, and when (RFC 6665 §5.4.10): a change is noted, and costs no more; a document is
//! made when a NOTIFY may go out with it.
//!
//! Watchers stand by package and account. A change raises the version of theirs; a watcher who was told an older one is
//! behind. Passes go round those that are behind, at most one each [`PACE`] and with so many documents and bytes; those
//! with a NOTIFY on its way, or one too lately, come again when that is over. A pass makes the list of what there is once
//! for all; each document is written for its watcher (its version counts by one, and what ended is told once) and kept
//! by nobody but its NOTIFY.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::base::{Key, Time};
use crate::events::dialog_info::DialogState;
use crate::events::winfo::Watching;
use crate::usage::{Owner, Role};

use super::watcher::Watcher;
use super::{Agent, ObjectRef};

/// Timer: the next pass.
pub(super) const PASS: u32 = 7;
/// Least time between two passes.
const PACE: Duration = Duration::from_millis(100);
/// Most documents of a pass.
const DOCUMENTS: usize = 64;
/// A pass ends after so many bytes of documents.
const BYTES: usize = 128 << 10;
/// Most watchers that a pass looks at.
const VISITS: usize = 2048;
/// Most ended calls or watchers that wait to be told; the oldest is forgotten for another.
const NEWS: usize = 64;

const CLOCK: Owner = Owner {
    role: Role::Nobody,
    key: 2,
};

/// A package in lower case, and the account by its key.
type Place = (Box<str>, Option<u64>);

/// What is over and told once.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// A call.
    Call(DialogState),
    /// A watcher.
    Watcher(Watching),
}

/// The watchers of one package and account.
#[derive(Debug, Default)]
struct Listed {
    watchers: BTreeSet<u64>,
    version: u64,
    news: VecDeque<(u64, News)>,
    /// How many are still to be visited, from which one on.
    left: usize,
    next: u64,
}

impl Listed {
    fn visit(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        let ahead = self.watchers.range(self.next..).next();
        let bits = *ahead.or_else(|| self.watchers.first())?;
        self.next = bits.wrapping_add(1);
        Some(bits)
    }
}

/// All watchers by what they watch, and those to be told.
#[derive(Debug, Default)]
pub(super) struct Telling {
    places: BTreeMap<Place, Listed>,
    /// Places with somebody left to visit.
    round: VecDeque<Place>,
    /// Those that had to wait for a NOTIFY.
    due: VecDeque<Key<Watcher>>,
    turn: bool,
    armed: bool,
    last: Option<Time>,
}

impl Telling {
    /// The version of a place.
    pub(super) fn version(&self, place: &Place) -> u64 {
        self.places.get(place).map_or(0, |listed| listed.version)
    }

    /// What a watcher told that version does not know to be over.
    pub(super) fn news(&self, place: &Place, since: u64) -> impl Iterator<Item = &News> {
        let listed = self.places.get(place);
        let news = listed.into_iter().flat_map(|listed| &listed.news);
        news.filter(move |(version, _)| *version > since)
            .map(|(_, news)| news)
    }

    /// The watchers of a package, of all accounts.
    pub(super) fn of_package(&self, package: &str) -> impl Iterator<Item = Key<Watcher>> {
        let first: Place = (package.to_ascii_lowercase().into(), None);
        self.places
            .range(first.clone()..)
            .take_while(move |((name, _), _)| *name == first.0)
            .flat_map(|(_, listed)| listed.watchers.iter().map(|bits| Key::from_bits(*bits)))
    }

    fn places_of(&self, package: &str) -> Vec<Place> {
        let first: Place = (package.into(), None);
        self.places
            .range(first..)
            .map(|(place, _)| place)
            .take_while(|(name, _)| **name == *package)
            .cloned()
            .collect()
    }

    fn note(&mut self, place: &Place, news: Option<News>) {
        let Some(listed) = self.places.get_mut(place) else {
            return;
        };
        listed.version += 1;
        if let Some(news) = news {
            if listed.news.len() >= NEWS {
                listed.news.pop_front();
            }
            listed.news.push_back((listed.version, news));
        }
        if listed.left == 0 {
            self.round.push_back(place.clone());
        }
        listed.left = listed.watchers.len();
    }

    fn has_more(&self) -> bool {
        !self.round.is_empty() || !self.due.is_empty()
    }

    /// Whom to visit next: those that waited and those of the round in turn.
    fn next(&mut self) -> Option<(Key<Watcher>, bool)> {
        self.turn = !self.turn;
        if self.turn
            && let Some(key) = self.due.pop_front()
        {
            return Some((key, true));
        }
        while let Some(place) = self.round.pop_front() {
            let visited = self.places.get_mut(&place).and_then(Listed::visit);
            if let Some(bits) = visited {
                if self.places.get(&place).is_some_and(|one| one.left > 0) {
                    self.round.push_back(place);
                }
                return Some((Key::from_bits(bits), false));
            }
        }
        self.due.pop_front().map(|key| (key, true))
    }
}

/// Where a watcher stands.
pub(super) fn place_of(package: &str, profile: Option<&ObjectRef>) -> Place {
    (
        package.to_ascii_lowercase().into(),
        profile.map(|profile| profile.key()),
    )
}

impl Agent {
    /// A watcher is there; what was over before is no news for it.
    pub(super) fn list_watcher(&mut self, key: Key<Watcher>) {
        if let Some(watcher) = self.watchers.get_mut(key) {
            let place = place_of(watcher.package(), watcher.profile());
            let listed = self.telling.places.entry(place).or_default();
            listed.watchers.insert(key.to_bits());
            watcher.heard = listed.version;
        }
    }

    /// A watcher is gone.
    pub(super) fn unlist_watcher(&mut self, key: Key<Watcher>, place: &Place) {
        if let Some(listed) = self.telling.places.get_mut(place) {
            listed.watchers.remove(&key.to_bits());
            if listed.watchers.is_empty() {
                self.telling.places.remove(place);
            }
        }
    }

    /// Something changed for the watchers of a package: of one account and of none, or of all.
    pub(super) fn note_change(
        &mut self,
        package: &str,
        profile: Option<Option<&ObjectRef>>,
        news: Option<&News>,
    ) {
        let places = match profile {
            None => self.telling.places_of(package),
            Some(None) => vec![place_of(package, None)],
            Some(profile) => vec![place_of(package, None), place_of(package, profile)],
        };
        for place in &places {
            self.telling.note(place, news.cloned());
        }
        self.pass_or_wait();
    }

    /// A NOTIFY of it is through, or its time has come: it may be behind.
    pub(super) fn wake_watcher(&mut self, key: Key<Watcher>) {
        if !self.is_behind_with(key) {
            return;
        }
        if let Some(watcher) = self.watchers.get_mut(key)
            && !std::mem::replace(&mut watcher.due, true)
        {
            self.telling.due.push_back(key);
        }
        self.pass_or_wait();
    }

    fn is_behind_with(&self, key: Key<Watcher>) -> bool {
        self.watchers.get(key).is_some_and(|watcher| {
            let place = place_of(watcher.package(), watcher.profile());
            !watcher.has_own_bodies() && watcher.heard != self.telling.version(&place)
        })
    }

    fn pass_or_wait(&mut self) {
        if self.telling.armed || !self.telling.has_more() {
            return;
        }
        let since = self.telling.last.map(|at| self.cx.now.since(at));
        match since.filter(|since| *since < PACE) {
            None => self.tell_some(),
            Some(since) => {
                self.telling.armed = true;
                self.cx.arm(PACE.saturating_sub(since), CLOCK, PASS);
            }
        }
    }

    /// Time for the next pass.
    pub(super) fn on_pass_alarm(&mut self) {
        self.telling.armed = false;
        self.tell_some();
    }

    fn tell_some(&mut self) {
        self.telling.last = Some(self.cx.now);
        let (mut documents, mut bytes, mut visits) = (0, 0, 0);
        let mut lists = Vec::new();
        while documents < DOCUMENTS && bytes < BYTES && visits < VISITS {
            let Some((key, waited)) = self.telling.next() else {
                break;
            };
            visits += 1;
            if waited && let Some(watcher) = self.watchers.get_mut(key) {
                watcher.due = false;
            }
            if !self.is_behind_with(key) {
                continue;
            }
            let Self { cx, watchers, .. } = self;
            let ready = watchers.get_mut(key).is_some_and(|one| one.may_tell(cx));
            if ready && let Some(document) = self.own_document_with(key, &mut lists) {
                documents += 1;
                bytes += document.1.len();
                self.with_watcher(key, |usage, cx, account, out| {
                    let body = Some((document.0, &*document.1));
                    usage.notify(cx, account, "", body, 0, out);
                });
                self.forget_document(key);
            }
        }
        self.pass_or_wait();
    }

    /// A document of ours is made anew when it is asked for again: it is not kept for that.
    pub(super) fn forget_document(&mut self, key: Key<Watcher>) {
        if let Some(watcher) = self.watchers.get_mut(key)
            && !watcher.has_own_bodies()
        {
            watcher.forget_state();
        }
    }
}
