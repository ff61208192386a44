//! Challenging peers: RFC 3261 §22.2 from the server's side (RTC_CREDENTIALS_OF_PEER).
//!
//! Once a user is set, every request outside dialogs, for the profile or for the whole client, must prove to be from one
//! of the users. A challenge leaves no state behind: the nonce says itself when and by whom it was made. Requests inside
//! dialogs belong to somebody who has passed; ACK and CANCEL cannot be challenged (§22.1).

use crate::auth::{
    Challenger, ChallengerConfig, Credential, Protected, Role, Secret, Verdict as Proof,
};
use crate::base::Key;
use crate::syntax::{HeaderId, Message, Uri};
use crate::transaction::ServerKey;

use super::identity::credential;
use super::profile::Profile;
use super::{Agent, Code, Credentials, ObjectRef, Refusal, Verdict};

/// Most users that may pass.
const MAX_USERS: usize = 10_000;
/// Most realms that ask.
const MAX_REALMS: usize = 256;

/// Who may pass, and what makes the challenges.
#[derive(Debug, Default)]
pub(super) struct Guard {
    users: Vec<Peer>,
    challengers: Vec<Challenger>,
}

#[derive(Debug)]
struct Peer {
    /// The profile it may reach; none: everything of the client.
    profile: Option<Key<Profile>>,
    realm: Box<str>,
    credential: Credential,
}

impl Guard {
    /// The realm that guards a profile: its own, else the client's.
    fn realm_for(&self, profile: Option<Key<Profile>>) -> Option<&str> {
        let of = |wanted: Option<Key<Profile>>| {
            let mut users = self.users.iter();
            users.find(|peer| peer.profile == wanted)
        };
        profile
            .and_then(|profile| of(Some(profile)))
            .or_else(|| of(None))
            .map(|peer| &*peer.realm)
    }

    fn secret_of(&self, profile: Option<Key<Profile>>, realm: &str, name: &str) -> Option<Secret> {
        let fits = |peer: &&Peer| {
            *peer.realm == *realm
                && peer.credential.user == name
                && (peer.profile.is_none() || peer.profile == profile)
        };
        let found = self.users.iter().find(fits)?;
        Some(found.credential.secret.clone())
    }
}

impl Agent {
    /// A user who passes, for a realm; without a user nobody of that realm passes any more, and none is asked for.
    pub(super) fn set_peer_credentials(
        &mut self,
        profile: Option<Key<Profile>>,
        credentials: &Credentials,
    ) -> Result<Verdict, Refusal> {
        let realm: Box<str> = if credentials.realm.is_empty() {
            self.own_realm(profile)
        } else {
            credentials.realm.clone()
        };
        let same = |peer: &Peer| peer.profile == profile && peer.realm == realm;
        if credentials.user.is_empty() {
            let before = self.guard.users.len();
            self.guard.users.retain(|peer| !same(peer));
            let gone = self.guard.users.len() != before;
            let still = self.guard.users.iter().any(|peer| peer.realm == realm);
            if !still {
                self.guard.challengers.retain(|one| *one.realm() != *realm);
            }
            return Ok(if gone {
                Verdict::Done
            } else {
                Verdict::Nothing
            });
        }
        let credential = credential(credentials, "")?;
        if !self
            .guard
            .challengers
            .iter()
            .any(|one| *one.realm() == *realm)
        {
            if self.guard.challengers.len() >= MAX_REALMS {
                return Err(Refusal::new(
                    Code::Limit,
                    "256 realms of peers are the limit",
                ));
            }
            let mut config = ChallengerConfig::new(&realm);
            // Proxies on the way rewrite the Request-URI.
            config.compares_uri = false;
            config.accepts_without_qop = false;
            let mut secret = [0; 32];
            let (low, high) = secret.split_at_mut(16);
            low.copy_from_slice(&self.cx.entropy.bytes::<16>());
            high.copy_from_slice(&self.cx.entropy.bytes::<16>());
            self.guard.challengers.push(Challenger::new(config, secret));
        }
        let mut users = self.guard.users.iter_mut();
        if let Some(known) =
            users.find(|peer| same(peer) && peer.credential.user == credential.user)
        {
            known.credential = credential;
            return Ok(Verdict::Done);
        }
        if self.guard.users.len() >= MAX_USERS {
            return Err(Refusal::new(
                Code::Limit,
                "10,000 users of peers are the limit",
            ));
        }
        self.guard.users.push(Peer {
            profile,
            realm,
            credential,
        });
        Ok(Verdict::Done)
    }

    /// The domain of the account, or of the local user.
    fn own_realm(&self, profile: Option<Key<Profile>>) -> Box<str> {
        let aor = match profile.and_then(|profile| self.profiles.get(profile)) {
            Some(profile) => &*profile.account.aor,
            None => &*self.anonymous.aor,
        };
        Uri::parse(aor).map_or("rtcclient", |uri| uri.host).into()
    }

    /// Whether a request outside dialogs may come in; otherwise it has been challenged or refused.
    pub(super) fn peer_may(&mut self, server: ServerKey, message: &Message) -> bool {
        if self.guard.users.is_empty() || message.method() == "CANCEL" {
            return true;
        }
        let profile: Option<ObjectRef> = self.profile_addressed(message);
        let profile = profile.map(|profile| Key::from_bits(profile.key()));
        let Some(realm) = self.guard.realm_for(profile).map(str::to_owned) else {
            return true;
        };
        let (guard, now) = (&mut self.guard, self.cx.now);
        let Some(at) = guard
            .challengers
            .iter()
            .position(|one| one.realm() == realm)
        else {
            return true;
        };
        let mut challenger = guard.challengers.swap_remove(at);
        let protected = Protected {
            method: message.method(),
            uri: message.request_uri(),
            body: message.body(),
        };
        let values = message.headers(HeaderId::Authorization);
        let proof = challenger.verify(now, &protected, values, |name| {
            guard.secret_of(profile, &realm, name)
        });
        let mut lines = String::new();
        if matches!(proof, Proof::Missing | Proof::Wrong | Proof::Stale) {
            for value in challenger.challenge(now, proof == Proof::Stale) {
                lines.push_str(Role::Server.challenge_header());
                lines.push_str(": ");
                lines.push_str(&value);
                lines.push_str("\r\n");
            }
        }
        guard.challengers.push(challenger);
        match proof {
            Proof::Accepted(_) => return true,
            Proof::Malformed(_) => self.reply(server, message, 400, ""),
            _ => self.reply(server, message, 401, &lines),
        }
        false
    }
}
