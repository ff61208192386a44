//! Key presses for those who ask for them: the `kpml` package from the notifier's side (RFC 4730).
//!
//! Served when the application serves `kpml` without bodies of its own. The keys are those of INFO (`application/dtmf-relay`,
//! `application/dtmf`): ours are the user's, the peer's count for a request with `reverse`.

use std::time::Duration;

use crate::base::{Key, Time};
use crate::events::Fault;
use crate::events::digits::{self, Found, Matcher};
use crate::events::kpml::{KpmlRequest, KpmlResponse, Persist, REQUEST_TYPE, RESPONSE_TYPE};
use crate::syntax::{Event as EventHeader, HeaderId, Message};
use crate::usage::{Owner, Role};

use super::session::Session;
use super::watcher::Watcher;
use super::{Agent, WatcherState};

/// The package.
const KPML: &str = "kpml";
/// Timer of a watcher: no key came in time.
pub(super) const SILENCE: u32 = 20;
/// How long a key is held when nobody says.
const USUAL_MS: u32 = 100;

/// What a watcher waits for.
#[derive(Debug)]
pub(super) struct Keys {
    session: Option<Key<Session>>,
    request: Result<KpmlRequest, Fault>,
    /// None: it has been told what it asked for.
    matcher: Option<Matcher>,
    wake: Option<Time>,
}

impl Agent {
    /// What a SUBSCRIBE asks for, the first one or a later one with a body.
    pub(super) fn read_keys(&mut self, key: Key<Watcher>, message: &Message) {
        let is_ours = self
            .watchers
            .get(key)
            .is_some_and(|watcher| watcher.package().eq_ignore_ascii_case(KPML));
        if !is_ours {
            return;
        }
        let again = self.watchers.get(key).is_some_and(|one| one.keys.is_some());
        if again && message.body().is_empty() {
            // A refresh of one that has been told asks for the next.
            if let Some(keys) = self.watchers.get_mut(key).and_then(|one| one.keys.as_mut())
                && keys.matcher.is_none()
            {
                keys.matcher = keys
                    .request
                    .as_ref()
                    .ok()
                    .and_then(|one| one.matcher().ok());
            }
            return;
        }
        let content_type = message.header(HeaderId::ContentType).unwrap_or_default();
        let media = content_type.split(';').next().unwrap_or_default().trim();
        let request = if message.body().is_empty() {
            Ok(KpmlRequest::default())
        } else if media.eq_ignore_ascii_case(REQUEST_TYPE) {
            KpmlRequest::parse(message.body())
        } else {
            Err(Fault::NotThis)
        };
        let matcher = request.as_ref().ok().and_then(|one| one.matcher().ok());
        let session = self.session_asked_for(message);
        self.disarm_silence(key);
        if let Some(watcher) = self.watchers.get_mut(key) {
            watcher.keys = Some(Box::new(Keys {
                session,
                request,
                matcher,
                wake: None,
            }));
        }
        if again {
            self.check_keys(key);
        }
    }

    /// The call whose dialog the Event parameters name, from either side's view (RFC 4730 §4.2).
    fn session_asked_for(&self, message: &Message) -> Option<Key<Session>> {
        let event: EventHeader<'_> = message.typed().ok().flatten()?;
        let value = |name: &str| {
            let value = event.params.get(name).unwrap_or_default();
            value.trim_matches('"').to_owned()
        };
        let (call_id, one, other) = (value("call-id"), value("local-tag"), value("remote-tag"));
        if call_id.is_empty() {
            return None;
        }
        let found = self.sessions.iter().find(|(_, session)| {
            session.call.dialog(&self.cx.dialogs).is_some_and(|dialog| {
                let (local, remote) = (dialog.local_tag(), dialog.remote_tag());
                let tags = (local.as_str(), remote);
                dialog.call_id() == call_id
                    && (tags == (&*one, &*other) || tags == (&*other, &*one))
            })
        });
        found.map(|(key, _)| key)
    }

    /// Once it is allowed: a request that cannot be served is over at once (RFC 4730 §6.2).
    pub(super) fn check_keys(&mut self, key: Key<Watcher>) {
        let Some(keys) = self
            .watchers
            .get(key)
            .filter(|watcher| watcher.state() == WatcherState::Allowed && !watcher.has_own_bodies())
            .and_then(|watcher| watcher.keys.as_deref())
        else {
            return;
        };
        let code = match (&keys.request, keys.session) {
            (Err(_), _) => 501,
            (Ok(_), None) => 481,
            (Ok(_), Some(_)) => return,
        };
        self.tell_keys(key, &KpmlResponse::new(code, "", ""), true);
    }

    /// A key in a call: pressed by our user, or by the peer.
    pub(super) fn on_key(
        &mut self,
        session: Key<Session>,
        pressed: char,
        held_ms: u32,
        by_peer: bool,
    ) {
        if self.packages.served(KPML).is_none() {
            return;
        }
        let concerned: Vec<Key<Watcher>> = self
            .watchers
            .iter()
            .filter(|(_, watcher)| {
                let keys = watcher.keys.as_deref();
                keys.is_some_and(|keys| keys.session == Some(session))
                    && watcher.state() == WatcherState::Allowed
                    && !watcher.has_own_bodies()
            })
            .map(|(key, _)| key)
            .collect();
        for key in concerned {
            let found = self.watchers.get_mut(key).and_then(|watcher| {
                let keys = watcher.keys.as_deref_mut()?;
                let request = keys.request.as_ref().ok()?;
                if request.reverse != by_peer {
                    return None;
                }
                let pressed = digits::Key::new(pressed, held_ms >= request.long_ms)?;
                keys.matcher.as_mut()?.press(pressed)
            });
            self.found(key, found);
        }
    }

    /// No key came in time.
    pub(super) fn on_silence(&mut self, key: Key<Watcher>) {
        let found = self.watchers.get_mut(key).and_then(|watcher| {
            let keys = watcher.keys.as_deref_mut()?;
            keys.wake = None;
            keys.matcher.as_mut()?.silence()
        });
        self.found(key, found);
    }

    fn found(&mut self, key: Key<Watcher>, found: Option<Found>) {
        self.disarm_silence(key);
        let keys = |agent: &mut Self| -> Option<(Persist, Option<KpmlResponse>, Option<Duration>)> {
            let keys = agent.watchers.get_mut(key)?.keys.as_deref_mut()?;
            let request = keys.request.as_ref().ok()?;
            let response = found.map(|found| match found {
                Found::Match { pattern, digits } => {
                    let tag = request.regexes.get(pattern).map_or("", |regex| &regex.tag);
                    KpmlResponse::new(200, &digits, tag)
                }
                Found::TimedOut(digits) => KpmlResponse::new(423, &digits, ""),
            });
            if response.is_some() && request.persist == Persist::SingleNotify {
                keys.matcher = None;
            }
            let wait = keys.matcher.as_ref().and_then(Matcher::wait);
            Some((request.persist, response, wait))
        };
        let Some((persist, response, wait)) = keys(self) else {
            return;
        };
        if let Some(response) = response {
            self.tell_keys(key, &response, persist == Persist::OneShot);
        }
        if let Some(wait) = wait {
            let at = self.cx.arm(wait, owner(key), SILENCE);
            if let Some(keys) = self.watchers.get_mut(key).and_then(|one| one.keys.as_mut()) {
                keys.wake = Some(at);
            } else {
                self.cx.disarm(Some(at), owner(key), SILENCE);
            }
        }
    }

    pub(super) fn disarm_silence(&mut self, key: Key<Watcher>) {
        let keys = self.watchers.get_mut(key).and_then(|one| one.keys.as_mut());
        if let Some(at) = keys.and_then(|keys| keys.wake.take()) {
            self.cx.disarm(Some(at), owner(key), SILENCE);
        }
    }

    fn tell_keys(&mut self, key: Key<Watcher>, response: &KpmlResponse, last: bool) {
        let body = response.to_string();
        self.with_watcher(key, |usage, cx, account, out| {
            let body = Some((RESPONSE_TYPE, body.as_bytes()));
            if last {
                usage.terminate(cx, account, "noresource", "", body, 0, out);
            } else {
                usage.notify(cx, account, "", body, 0, out);
            }
            // A refresh does not repeat what was pressed.
            usage.forget_state();
        });
    }

    /// A call is over: nobody presses keys in it any more.
    pub(super) fn end_keys(&mut self, session: Key<Session>) {
        if self.packages.served(KPML).is_none() {
            return;
        }
        let concerned: Vec<Key<Watcher>> = self
            .watchers
            .iter()
            .filter(|(_, watcher)| {
                let keys = watcher.keys.as_deref();
                keys.is_some_and(|keys| keys.session == Some(session))
            })
            .map(|(key, _)| key)
            .collect();
        for key in concerned {
            self.disarm_silence(key);
            self.tell_keys(key, &KpmlResponse::new(481, "", ""), true);
        }
    }
}

fn owner(key: Key<Watcher>) -> Owner {
    Owner {
        role: Role::Watcher,
        key: key.to_bits(),
    }
}

/// The key of an INFO of the old kind, and how many milliseconds it was held.
pub(super) fn key_of(content_type: &str, body: &[u8]) -> Option<(char, u32)> {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    let text = std::str::from_utf8(body.get(..body.len().min(256))?).ok()?;
    let (word, held) = if media.eq_ignore_ascii_case("application/dtmf-relay") {
        let value = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once('='));
            let found = lines.find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim())
        };
        let held = value("Duration").and_then(|value| value.parse().ok());
        (value("Signal")?, held)
    } else if media.eq_ignore_ascii_case("application/dtmf") {
        (text.trim(), None)
    } else {
        return None;
    };
    let mut chars = word.chars();
    let key = chars.next().filter(|key| digits::key_bit(*key).is_some())?;
    chars
        .next()
        .is_none()
        .then_some((key, held.unwrap_or(USUAL_MS)))
}
