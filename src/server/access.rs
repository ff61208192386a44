//! Who may do what: digest authentication of users and callers (RFC 3261 §22), and which calls are carried.
//!
//! The digest itself is `auth::Challenger`'s. A user proves itself with the password that the embedder set; a name
//! without one cannot pass while authentication is on.

use super::Server;
use super::routing::Way;
use crate::auth::{Protected, Role, Secret, Verdict};
use crate::base::Time;
use crate::syntax::{HeaderId, Message, Uri, method};
use crate::transaction::ServerKey;

impl Server {
    /// The name that the sender of a request proved to be; none once it has been challenged or refused.
    pub(super) fn authenticate(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        role: Role,
    ) -> Option<String> {
        let header = match role {
            Role::Server => HeaderId::Authorization,
            Role::Proxy => HeaderId::ProxyAuthorization,
        };
        let protected = Protected {
            method: request.method(),
            uri: request.request_uri(),
            body: request.body(),
        };
        let accounts = &self.accounts;
        let secret_of = |name: &str| {
            let user = accounts.named(bare_name(name))?.user.as_ref()?;
            user.password.clone().map(Secret::Password)
        };
        let values = request.headers(header);
        let stale = match self.challenger.verify(now, &protected, values, secret_of) {
            Verdict::Accepted(name) => return Some(bare_name(&name).to_owned()),
            Verdict::Malformed(_) => {
                self.refuse(now, server, request, 400);
                return None;
            }
            Verdict::Stale => true,
            Verdict::Missing | Verdict::Wrong => false,
        };
        self.counters.challenged += 1;
        let challenges = self.challenger.challenge(now, stale);
        self.answer(now, server, request, role.status(), |mut answer| {
            for challenge in &challenges {
                answer.add_named(role.challenge_header(), challenge);
            }
            answer
        });
        None
    }

    /// Whether the sender of a request may act as `name`; otherwise it has been answered.
    pub(super) fn may_act_as(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        name: &str,
    ) -> bool {
        if !self.config.authentication {
            return true;
        }
        match self.authenticate(now, server, request, Role::Server) {
            Some(proven) if proven == name => true,
            Some(_) => {
                self.refuse(now, server, request, 403);
                false
            }
            None => false,
        }
    }

    /// Whether a request to be forwarded may pass; otherwise it has been answered.
    ///
    /// With proxy authentication a request that begins something must come from one of our users, who proves it, or
    /// else be for one of our users. Requests within dialogs go the way that their dialog has found before.
    pub(super) fn may_pass(
        &mut self,
        now: Time,
        server: ServerKey,
        request: &Message,
        way: &Way,
    ) -> bool {
        let free = [method::BYE, method::PRACK, method::UPDATE].contains(&request.method());
        if !self.config.proxy_authentication || request.to_tag().is_some() || free {
            return true;
        }
        let from = request.from().ok();
        let caller = from.and_then(|from| self.name_in(from.uri));
        let Some(caller) = caller else {
            if self.identity.owns(&way.uri, false) {
                return true;
            }
            // No relay between strangers.
            self.refuse(now, server, request, 403);
            return false;
        };
        match self.authenticate(now, server, request, Role::Proxy) {
            Some(proven) if proven == caller => true,
            Some(_) => {
                self.refuse(now, server, request, 403);
                false
            }
            None => false,
        }
    }

    /// The user that an address of record in our domain names.
    pub(super) fn name_in(&self, uri: &str) -> Option<String> {
        let uri = Uri::parse(uri).ok()?;
        if !self.identity.is_ours(&uri, false) {
            return None;
        }
        let name = uri.user_unescaped()?;
        (!name.is_empty() && name.len() <= 255).then(|| name.into_owned())
    }

    /// Whether a name is known, or may be made known by using it.
    pub(super) fn is_welcome(&self, name: &str) -> bool {
        !self.config.authentication || self.accounts.find(name).is_some()
    }
}

/// The user of a digest user name: some phones give the whole address of record.
fn bare_name(name: &str) -> &str {
    name.split_once('@').map_or(name, |(user, _)| user)
}
