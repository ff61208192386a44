//! Event packages that we serve, and those whose NOTIFYs we take inside sessions or outside dialogs (RFC 6665 §8.2.2).

use std::collections::VecDeque;

use crate::base::Key;
use crate::usage::Cx;

use super::headers::check_value;
use super::session::Session;
use super::subscription::Subscription;
use super::{Agent, Code, Refusal, Verdict};

/// Most packages that a client serves or takes.
const MAX_PACKAGES: usize = 64;

/// A package we serve.
#[derive(Debug)]
pub(super) struct Served {
    package: Box<str>,
    /// Types of its bodies; empty: any.
    pub(super) types: Box<str>,
    /// Accepts without asking.
    pub(super) accepts: bool,
}

/// The packages of Allow-Events: served ones, those taken inside sessions, those taken outside dialogs.
#[derive(Debug, Default)]
pub(super) struct Packages {
    served: Vec<Served>,
    in_dialogs: Vec<Box<str>>,
    unsolicited: Vec<(Box<str>, Key<Subscription>)>,
    /// Subscriptions that are over and may still be held.
    pub(super) lingering: VecDeque<Key<Subscription>>,
    /// Message sessions with a peer.
    pub(super) im_sessions: Vec<Key<Session>>,
}

impl Packages {
    fn note(&self, cx: &mut Cx) {
        let mut list: Vec<&str> = Vec::new();
        let all = self
            .served
            .iter()
            .map(|served| &*served.package)
            .chain(self.in_dialogs.iter().map(|package| &**package))
            .chain(self.unsolicited.iter().map(|(package, _)| &**package));
        for package in all {
            if !list.contains(&package) {
                list.push(package);
            }
        }
        cx.allow_events = list.join(", ").into();
    }

    /// Whether NOTIFYs of the package are taken inside all sessions to come.
    pub(super) fn allow_in_dialogs(&mut self, cx: &mut Cx, package: &str, allow: bool) -> Verdict {
        let known = self.allows_in_dialogs(package);
        if known == allow || allow && self.in_dialogs.len() >= MAX_PACKAGES {
            return Verdict::Nothing;
        }
        if allow {
            self.in_dialogs.push(package.into());
        } else {
            self.in_dialogs
                .retain(|known| !known.eq_ignore_ascii_case(package));
        }
        self.note(cx);
        Verdict::Done
    }

    /// See [`Packages::allow_in_dialogs`].
    pub(super) fn allows_in_dialogs(&self, package: &str) -> bool {
        self.in_dialogs
            .iter()
            .any(|known| known.eq_ignore_ascii_case(package))
    }

    pub(super) fn switch_unsolicited(
        &mut self,
        cx: &mut Cx,
        key: Key<Subscription>,
        package: &str,
        on: bool,
    ) {
        self.unsolicited.retain(|(_, known)| *known != key);
        if on {
            self.unsolicited.push((package.into(), key));
        }
        self.note(cx);
    }

    /// The unsolicited subscriptions to a package, in the order they were switched on.
    pub(super) fn unsolicited_for(&self, package: &str) -> impl Iterator<Item = Key<Subscription>> {
        self.unsolicited
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(package))
            .map(|(_, key)| *key)
    }

    /// Whether the package is in Allow-Events.
    pub(super) fn is_known(&self, package: &str) -> bool {
        self.served(package).is_some()
            || self.allows_in_dialogs(package)
            || self.unsolicited_for(package).next().is_some()
    }

    /// Whether no package at all is served: SUBSCRIBE is switched off.
    pub(super) fn serves_nothing(&self) -> bool {
        self.served.is_empty()
    }

    /// The package, if we serve it.
    pub(super) fn served(&self, package: &str) -> Option<&Served> {
        self.served
            .iter()
            .find(|served| served.package.eq_ignore_ascii_case(package))
    }
}

impl Agent {
    /// Serves an event package: mode 0 offers each watcher, 1 accepts all, 2 stops.
    pub fn serve_package(
        &mut self,
        package: &str,
        types: &str,
        mode: i32,
    ) -> Result<Verdict, Refusal> {
        if !crate::syntax::method::is_token(package) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "the package is no token",
            ));
        }
        if !types.is_empty() {
            check_value("Accept", types)?;
        }
        let Self { packages, cx, .. } = self;
        let at = packages
            .served
            .iter()
            .position(|served| served.package.eq_ignore_ascii_case(package));
        match (mode, at) {
            (0 | 1, at) => {
                let served = Served {
                    package: package.into(),
                    types: types.into(),
                    accepts: mode == 1,
                };
                match at {
                    Some(at) => packages.served[at] = served,
                    None if packages.served.len() >= MAX_PACKAGES => {
                        return Err(Refusal::new(Code::Limit, "64 packages are the limit"));
                    }
                    None => packages.served.push(served),
                }
            }
            (2, Some(at)) => {
                packages.served.remove(at);
            }
            (2, None) => return Ok(Verdict::Nothing),
            _ => {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "the mode is 0 (offer), 1 (accept all) or 2 (stop)",
                ));
            }
        }
        packages.note(cx);
        Ok(Verdict::Done)
    }
}
