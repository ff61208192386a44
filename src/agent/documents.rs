//! Documents of event packages that the agent itself reads and writes.
//!
//! Read: partial documents with a hole before them ask for the whole state (RFC 4235 §4.3); what a registrar says of our own
//! binding is believed (RFC 3680 §5.3). Written, when the application serves the package without bodies of its own: our
//! calls (`dialog`, RFC 4235) and who watches us (`PACKAGE.winfo`, RFC 3857). When they are made: `telling.rs`.

use crate::base::Key;
use crate::events::dialog_info::{self, DialogState, Party};
use crate::events::winfo::{self, WatcherList, Watching};
use crate::events::{DialogInfo, Document, Order, RegInfo, Version, WatcherInfo};
use crate::syntax::{HeaderId, Message};
use crate::usage::Media;

use super::profile::Profile;
use super::session::Session;
use super::subscription::Subscription;
use super::telling::{News, place_of};
use super::watcher::Watcher;
use super::{Agent, ObjectRef, ParticipantState, SessionState, SessionType, Status, WatcherState};

/// Most entries of one document of ours.
const MOST: usize = 128;
/// Partial documents after a hole until the subscription is made anew.
const PATIENCE: u32 = 4;
/// The package of our calls.
const DIALOG: &str = "dialog";
/// What the package of a package's watchers ends with.
const WINFO: &str = ".winfo";

impl Agent {
    /// What the document of a NOTIFY means beyond being told. `true`: one before it is missing.
    pub(super) fn read_document(&mut self, key: Key<Subscription>, message: &Message) -> bool {
        let content_type = message.header(HeaderId::ContentType).unwrap_or_default();
        let Some(Ok(document)) = Document::read(content_type, message.body()) else {
            return false;
        };
        let Some(subscription) = self.subscriptions.get_mut(key) else {
            return false;
        };
        let order = document
            .version()
            .map_or(Order::Good, |version| subscription.track.see(version));
        if let (Document::Registrations(info), true) = (&document, order != Order::Old) {
            let profile = subscription.profile().cloned();
            self.read_registrations(profile.as_ref(), info, message);
        }
        order == Order::Gap
    }

    /// Asks for the whole state; a notifier that has none to give is subscribed to anew.
    pub(super) fn fill_hole(&mut self, key: Key<Subscription>) {
        let lost = self
            .subscriptions
            .get(key)
            .map_or(0, |subscription| subscription.track.lost());
        match lost {
            0 => {}
            1 => self.with_subscription(key, |usage, cx, account, _| {
                // A refresh that is on its way already brings the same.
                usage.refresh_now(cx, account);
            }),
            PATIENCE => self.with_subscription(key, |usage, cx, account, out| {
                usage.begin_anew(cx, account, out);
            }),
            _ => {}
        }
    }

    /// The registrar's word on our own binding: it may have been taken away (RFC 3680 §5.3).
    fn read_registrations(
        &mut self,
        profile: Option<&ObjectRef>,
        info: &RegInfo,
        message: &Message,
    ) {
        let Some(key) = profile.map(|profile| Key::<Profile>::from_bits(profile.key())) else {
            return;
        };
        let Some(profile) = self.profiles.get(key) else {
            return;
        };
        let equal = crate::syntax::uri::equal;
        let of_us = info
            .registrations
            .iter()
            .filter(|one| equal(&one.aor, &profile.account.aor));
        let mut gone = Vec::new();
        for binding in of_us.flat_map(|one| &one.contacts) {
            let flow = profile
                .flows
                .iter()
                .position(|flow| !flow.contact().is_empty() && equal(&binding.uri, flow.contact()));
            if let Some(number) = flow.filter(|_| binding.state == "terminated") {
                gone.push((number, binding.clone()));
            }
        }
        for (number, binding) in gone {
            let wait = binding.retry_after;
            self.on_binding_gone(key, number, &binding.event, wait, message.clone());
        }
    }

    /// What a watcher is told when the application gives no body: a document of the agent's own; none for other packages.
    pub(super) fn own_document(&mut self, key: Key<Watcher>) -> Option<(&'static str, Vec<u8>)> {
        self.own_document_with(key, &mut Vec::new())
    }

    /// The same with the lists that were made for others just now.
    pub(super) fn own_document_with(
        &mut self,
        key: Key<Watcher>,
        lists: &mut Vec<Listing>,
    ) -> Option<(&'static str, Vec<u8>)> {
        let watcher = self.watchers.get(key)?;
        if watcher.has_own_bodies() || watcher.state() != WatcherState::Allowed {
            return None;
        }
        let profile = watcher.profile().cloned();
        let place = place_of(watcher.package(), profile.as_ref());
        let watched = place.0.strip_suffix(WINFO);
        if *place.0 != *DIALOG && watched.is_none() {
            return None;
        }
        let heard = watcher.heard;
        let entity = self.account_of_profile(profile.as_ref()).aor.clone();
        let latest = self.telling.version(&place);
        let watcher = self.watchers.get_mut(key)?;
        watcher.heard = latest;
        let version = Version {
            number: watcher.next_version(),
            full: true,
        };
        let at = lists.iter().position(|list| list.place == place);
        let at = at.unwrap_or_else(|| {
            let (dialogs, watchers) = match watched {
                None => (self.dialogs_of(profile.as_ref()), Vec::new()),
                Some(watched) => (Vec::new(), self.watchers_of(watched)),
            };
            lists.push(Listing {
                place: place.clone(),
                dialogs,
                watchers,
            });
            lists.len() - 1
        });
        let list = lists.get(at)?;
        let news = self.telling.news(&place, heard);
        let Some(watched) = watched else {
            let over = news.filter_map(|news| match news {
                News::Call(call) => Some(call.clone()),
                News::Watcher(_) => None,
            });
            let document = DialogInfo {
                version,
                entity: entity.into(),
                dialogs: list.dialogs.iter().cloned().chain(over).collect(),
            };
            return Some((dialog_info::CONTENT_TYPE, document.to_string().into_bytes()));
        };
        let over = news.filter_map(|news| match news {
            News::Watcher(watcher) => Some(watcher.clone()),
            News::Call(_) => None,
        });
        let document = WatcherInfo {
            version,
            lists: vec![WatcherList {
                resource: entity.into(),
                package: watched.to_owned(),
                watchers: list.watchers.iter().cloned().chain(over).collect(),
            }],
        };
        Some((winfo::CONTENT_TYPE, document.to_string().into_bytes()))
    }

    /// Before a refresh is answered: the document that goes with it has a number of its own. Whether it goes is told by
    /// [`Agent::document_renewed`]. `false`: none of ours.
    pub(super) fn renew_document(&mut self, key: Key<Watcher>) -> bool {
        let heard = self.watchers.get(key).map_or(0, |watcher| watcher.heard);
        let Some((content_type, body)) = self.own_document(key) else {
            return false;
        };
        self.with_watcher(key, |usage, _, _, _| usage.renew(content_type, &body));
        if let Some(watcher) = self.watchers.get_mut(key) {
            watcher.heard = heard;
        }
        true
    }

    /// The refresh was taken, and its document is on its way.
    pub(super) fn document_renewed(&mut self, key: Key<Watcher>) {
        if let Some(watcher) = self.watchers.get_mut(key) {
            let place = place_of(watcher.package(), watcher.profile());
            watcher.heard = self.telling.version(&place);
        }
    }

    /// A call changed: those who watch our calls are to be told.
    pub(super) fn tell_calls(&mut self, key: Key<Session>, status: Status, why: Option<&Message>) {
        if self.packages.served(DIALOG).is_none() {
            return;
        }
        let ended = self
            .sessions
            .get(key)
            .filter(|session| session.state() == SessionState::Disconnected)
            .and_then(|session| self.dialog_of(key, session))
            .map(|state| News::Call(ended(state, status, why)));
        let of = self.sessions.get(key).and_then(|one| one.profile.clone());
        self.note_change(DIALOG, Some(of.as_ref()), ended.as_ref());
    }

    /// The watchers of a package changed: those who watch them are to be told.
    pub(super) fn tell_watchers(&mut self, package: &str, gone: Option<Watching>) {
        let winfo = format!("{}{WINFO}", package.to_ascii_lowercase());
        if self.packages.served(&winfo).is_some() {
            self.note_change(&winfo, None, gone.map(News::Watcher).as_ref());
        }
    }

    fn dialogs_of(&self, profile: Option<&ObjectRef>) -> Vec<DialogState> {
        self.sessions
            .iter()
            .filter(|(_, session)| profile.is_none() || same(profile, session.profile.as_ref()))
            .filter(|(_, session)| session.state() != SessionState::Disconnected)
            .filter_map(|(key, session)| self.dialog_of(key, session))
            .take(MOST)
            .collect()
    }

    fn dialog_of(&self, key: Key<Session>, session: &Session) -> Option<DialogState> {
        if matches!(
            session.session_type,
            SessionType::Im | SessionType::MultipartyIm
        ) {
            return None;
        }
        let rings = session.participant.as_ref().map(|one| one.state());
        let state = match session.state() {
            SessionState::Idle => return None,
            SessionState::Incoming | SessionState::Answering => "early",
            SessionState::InProgress if rings == Some(ParticipantState::Alerting.number()) => {
                "early"
            }
            SessionState::InProgress => "trying",
            SessionState::Disconnected => "terminated",
            _ => "confirmed",
        };
        let mut early = session.call.early_dialogs();
        let dialog = session
            .call
            .dialog(&self.cx.dialogs)
            .or_else(|| early.next_back());
        let account = session
            .profile
            .as_ref()
            .and_then(|profile| self.profiles.get(Key::from_bits(profile.key())))
            .map_or(&self.anonymous, |profile| &profile.account);
        let held = session.call.media().is_some_and(Media::local_hold);
        let duration = session
            .connected_at
            .map(|at| self.cx.now.since(at).as_secs());
        Some(DialogState {
            id: format!("d{:x}", key.to_bits()),
            call_id: dialog
                .map(|one| one.call_id().to_owned())
                .unwrap_or_default(),
            local_tag: dialog
                .map(|one| one.local_tag().as_str().to_owned())
                .unwrap_or_default(),
            remote_tag: dialog
                .map(|one| one.remote_tag().to_owned())
                .unwrap_or_default(),
            direction: if session.incoming {
                "recipient"
            } else {
                "initiator"
            }
            .to_owned(),
            state: state.to_owned(),
            duration: duration.and_then(|secs| u32::try_from(secs).ok()),
            local: Party {
                identity: account.aor.to_string(),
                target: account.aor.to_string(),
                rendering: if held { "no" } else { "yes" }.to_owned(),
                ..Party::default()
            },
            remote: Party {
                identity: session.remote_uri.to_string(),
                display: session.remote_name.to_string(),
                target: dialog
                    .map(|one| one.remote_target().to_owned())
                    .unwrap_or_default(),
                ..Party::default()
            },
            ..DialogState::default()
        })
    }

    fn watchers_of(&self, package: &str) -> Vec<Watching> {
        self.telling
            .of_package(package)
            .take(MOST)
            .filter_map(|key| Some(self.watchers.get(key)?.watching(key, self.cx.now)))
            .collect()
    }
}

/// What there is to be told in one package to the watchers of one account.
pub(super) struct Listing {
    place: (Box<str>, Option<u64>),
    dialogs: Vec<DialogState>,
    watchers: Vec<Watching>,
}

fn same(a: Option<&ObjectRef>, b: Option<&ObjectRef>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.key() == b.key())
}

/// Why a call is over (RFC 4235 §4.1.2).
fn ended(mut state: DialogState, status: Status, why: Option<&Message>) -> DialogState {
    let method = why
        .filter(|message| message.is_request())
        .map(Message::method);
    let event = match (status, method) {
        (_, Some("BYE")) => "remote-bye",
        (Status::Sip(487), _) | (_, Some("CANCEL")) => "cancelled",
        (Status::Sip(status), _) => {
            state.code = Some(status.into());
            "rejected"
        }
        (Status::Failed(super::Code::Timeout), _) => "timeout",
        (Status::Failed(_), _) => "error",
        (Status::None, _) => "local-bye",
    };
    event.clone_into(&mut state.event);
    state
}
