//! The client's side: RFC 3261 §22.2, §22.3 and RFC 8760 §2.4.
//!
//! Knows which challenges of a 401 or 407 to answer, when to give up, and which nonces may be used again
//! without being asked. Does not know transactions: the caller sends the request anew (CSeq + 1, new branch)
//! with the lines it gets here **in place of** all `Authorization` and `Proxy-Authorization` lines before.
//!
//! An ACK for a 2xx and a CANCEL repeat the INVITE's lines as they were (RFC 3261 §22.1); do not ask for new ones.

use std::fmt;

use super::challenge::{Challenge, ChallengeFault};
use super::credentials::{CredentialStore, Credentials};
use super::digest::{Algorithm, Hex, Input, Qop, hex, userhash};
use super::params::DigestParams;
use super::{Protected, Role};

/// A challenge as received: the role from the header field's name, and its value.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// `WWW-Authenticate` or `Proxy-Authenticate`.
    pub role: Role,
    /// Header field value.
    pub value: &'a str,
}

/// One header line to add to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthLine {
    /// Decides the header field's name.
    pub role: Role,
    /// Header field value.
    pub value: String,
}

impl AuthLine {
    /// The header field's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.role.credentials_header()
    }
}

impl fmt::Display for AuthLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.value)
    }
}

/// Why a challenged request is not sent again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// The response asks for authentication and carries no challenge.
    NoChallenge,
    /// Nothing is stored for this realm nor as a default.
    NoCredentials {
        /// The realm.
        realm: String,
        /// Who asked.
        role: Role,
    },
    /// Fresh credentials were refused: the password is wrong.
    RepeatedWithoutStale {
        /// The realm.
        realm: String,
        /// Who asked.
        role: Role,
    },
    /// No challenge is of a kind that can be answered; the fault is that of the topmost.
    Unsupported(ChallengeFault),
    /// A stored HA1 fits no algorithm on offer.
    SecretDoesNotFit {
        /// The realm.
        realm: String,
    },
    /// This request was answered as often as any request is.
    TooManyTries,
    /// The Request-URI cannot stand in a quoted string.
    InvalidUri,
    /// The application lets the challenge stand.
    Declined,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChallenge => f.write_str("no challenge in the response"),
            Self::NoCredentials { realm, .. } => write!(f, "no credentials for realm `{realm}`"),
            Self::RepeatedWithoutStale { realm, .. } => {
                write!(f, "credentials for realm `{realm}` were refused")
            }
            Self::Unsupported(fault) => fault.fmt(f),
            Self::SecretDoesNotFit { realm } => {
                write!(
                    f,
                    "stored HA1 for realm `{realm}` fits no algorithm on offer"
                )
            }
            Self::TooManyTries => f.write_str("challenged too often"),
            Self::InvalidUri => f.write_str("Request-URI cannot be quoted"),
            Self::Declined => f.write_str("the challenge was declined"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Why an `Authentication-Info` is not believed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RespondFault {
    /// Not a parameter list.
    Malformed,
    /// Belongs to no request that went out with credentials.
    NotOurs,
    /// The server did not prove that it knows the secret.
    WrongProof,
}

/// What was tried for one request and its repetitions; goes with the request.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attempts {
    total: u8,
    answered: Vec<Answered>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Answered {
    role: Role,
    realm: String,
    stale: u8,
    nonces: Vec<String>,
}

impl Attempts {
    /// Nothing tried so far.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            total: 0,
            answered: Vec::new(),
        }
    }

    /// How often the request was sent again for a challenge.
    #[must_use]
    pub const fn count(&self) -> u8 {
        self.total
    }
}

/// Most repetitions of one request: a chain of proxies, each with a realm of its own.
const MAX_TRIES: u8 = 8;
/// Most repetitions of one request because a realm called its nonce stale.
const MAX_STALE: u8 = 2;
/// Most challenges read from one response.
const MAX_CHALLENGES: usize = 16;
/// Most nonces answered for one realm of one response (proxies of one realm behind a fork).
const MAX_SAME_REALM: usize = 4;
/// Most nonces kept for later requests.
const MAX_SPACES: usize = 8;

/// Answers challenges and remembers nonces; one for each profile, or for each request without a profile.
#[derive(Clone, Debug, Default)]
pub struct Authorizer {
    /// Least recently challenged first.
    spaces: Vec<Space>,
    prefer_strongest: bool,
    prefer_auth_int: bool,
}

/// A nonce that was accepted or is about to be tried.
#[derive(Clone, Debug)]
struct Space {
    role: Role,
    /// The Request-URI it was given for. A proxy asks for any request that passes it; a server for its own.
    uri: String,
    challenge: Challenge,
    nc: u32,
    /// The client nonce sent last; the session forms keep it as long as the nonce.
    cnonce: String,
    /// The Request-URI of the request sent last, which the server's proof covers.
    sent_uri: String,
}

impl Space {
    fn serves(&self, uri: &str) -> bool {
        self.role == Role::Proxy || self.uri == uri
    }
}

impl Authorizer {
    /// Takes the topmost supported challenge of a realm (RFC 8760 §2.4) and `auth` before `auth-int`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            spaces: Vec::new(),
            prefer_strongest: false,
            prefer_auth_int: false,
        }
    }

    /// Takes the strongest algorithm on offer in place of the topmost.
    #[must_use]
    pub const fn preferring_strongest(mut self) -> Self {
        self.prefer_strongest = true;
        self
    }

    /// Takes `auth-int` where both qualities are on offer.
    #[must_use]
    pub const fn preferring_auth_int(mut self) -> Self {
        self.prefer_auth_int = true;
        self
    }

    /// Forgets the nonces of a realm, or all for an empty one: the secret they were answered with has changed.
    pub fn forget_realm(&mut self, realm: &str) {
        self.spaces
            .retain(|space| !realm.is_empty() && space.challenge.realm != realm);
    }

    /// Forgets all nonces.
    pub fn clear(&mut self) {
        self.spaces.clear();
    }

    /// Answers the challenges of one 401 or 407.
    ///
    /// `request` is the request as it will be sent again, `random` becomes the client nonce. Realms answered
    /// before are answered again with the next nonce count, so the result is complete.
    ///
    /// Errors: see [`Refusal`]; the response then goes up as final.
    pub fn respond<'a>(
        &mut self,
        attempts: &mut Attempts,
        request: &Protected<'_>,
        received: impl IntoIterator<Item = Received<'a>>,
        store: &CredentialStore,
        random: [u8; 16],
    ) -> Result<Vec<AuthLine>, Refusal> {
        if attempts.total >= MAX_TRIES {
            return Err(Refusal::TooManyTries);
        }
        if !is_plain(request.uri) {
            return Err(Refusal::InvalidUri);
        }
        let chosen = self.choose(attempts, received, store)?;
        attempts.total += 1;
        for (role, challenges) in chosen {
            attempts.note(role, &challenges);
            self.remember(role, request.uri, challenges);
        }
        Ok(self.lines(request, store, random))
    }

    /// Credentials for a request nobody asked about yet, from the nonces of earlier ones.
    #[must_use]
    pub fn preauthorize(
        &mut self,
        request: &Protected<'_>,
        store: &CredentialStore,
        random: [u8; 16],
    ) -> Vec<AuthLine> {
        if !is_plain(request.uri) {
            return Vec::new();
        }
        self.lines(request, store, random)
    }

    /// Takes in `Authentication-Info` or `Proxy-Authentication-Info` of a 2xx (RFC 7616 §3.5): checks the
    /// server's proof if there is one and changes to `nextnonce`.
    ///
    /// `body` is that of the response.
    pub fn on_authentication_info(
        &mut self,
        role: Role,
        body: &[u8],
        value: &str,
        store: &CredentialStore,
    ) -> Result<(), RespondFault> {
        let info = DigestParams::parse_bare(value).map_err(|_| RespondFault::Malformed)?;
        let cnonce = info.raw("cnonce");
        let ours = |space: &&mut Space| {
            space.role == role && space.nc > 0 && cnonce.is_none_or(|cnonce| cnonce == space.cnonce)
        };
        let space = self
            .spaces
            .iter_mut()
            .rev()
            .find(ours)
            .ok_or(RespondFault::NotOurs)?;
        let algorithm = space.challenge.algorithm();
        if let Some(proof) = info.raw("rspauth").filter(|proof| !proof.is_empty()) {
            let proof = Hex::parse(proof, algorithm.hash).ok_or(RespondFault::WrongProof)?;
            let qop = info.raw("qop").and_then(Qop::parse);
            let realm = &space.challenge.realm;
            let ha1 = store
                .find(realm)
                .and_then(|known| known.secret.ha1(algorithm.hash, &known.user, realm))
                .ok_or(RespondFault::NotOurs)?;
            let input = Input {
                algorithm,
                ha1,
                nonce: &space.challenge.nonce,
                cnonce: &space.cnonce,
                nc: space.nc,
                qop,
                method: "",
                uri: &space.sent_uri,
                body,
            };
            if !input.response().matches(&proof) {
                return Err(RespondFault::WrongProof);
            }
        }
        if let Some(next) = info.raw("nextnonce")
            && !next.is_empty()
            && next != space.challenge.nonce
        {
            next.clone_into(&mut space.challenge.nonce);
            space.nc = 0;
            space.cnonce.clear();
        }
        Ok(())
    }

    /// What to answer, by role and realm in the order received.
    fn choose<'a>(
        &self,
        attempts: &Attempts,
        received: impl IntoIterator<Item = Received<'a>>,
        store: &CredentialStore,
    ) -> Result<Vec<(Role, Vec<Challenge>)>, Refusal> {
        let (mut groups, fault) = group(received);
        let mut chosen = Vec::with_capacity(groups.len());
        let mut missing = None;
        for (role, challenges) in &mut groups {
            let realm = challenges[0].realm.clone();
            let Some(known) = store.find(&realm) else {
                missing.get_or_insert(Refusal::NoCredentials { realm, role: *role });
                continue;
            };
            let fits = |challenge: &&Challenge| {
                known
                    .secret
                    .ha1(challenge.algorithm().hash, &known.user, &realm)
                    .is_some()
            };
            let mut fitting = challenges.iter().filter(fits).map(Challenge::algorithm);
            let Some(topmost) = fitting.next() else {
                missing.get_or_insert(Refusal::SecretDoesNotFit { realm });
                continue;
            };
            let stronger = |best: Algorithm, next: Algorithm| {
                if self.prefer_strongest && next.strength() > best.strength() {
                    next
                } else {
                    best
                }
            };
            let algorithm = fitting.fold(topmost, stronger);
            challenges.retain(|challenge| challenge.algorithm() == algorithm);
            challenges.truncate(MAX_SAME_REALM);
            if attempts.is_refused(*role, challenges) {
                return Err(Refusal::RepeatedWithoutStale { realm, role: *role });
            }
            chosen.push((*role, std::mem::take(challenges)));
        }
        if !chosen.is_empty() {
            return Ok(chosen);
        }
        Err(missing.unwrap_or_else(|| fault.map_or(Refusal::NoChallenge, Refusal::Unsupported)))
    }

    /// Keeps the nonces to answer now, in place of older ones for the same protection space.
    fn remember(&mut self, role: Role, uri: &str, challenges: Vec<Challenge>) {
        let mut fresh = Vec::with_capacity(challenges.len());
        for challenge in challenges {
            let known = self
                .spaces
                .iter()
                .filter(|space| space.challenge.nonce == challenge.nonce);
            // A nonce given for another URI as well has one count, whoever asks with it.
            let (nc, cnonce) = known.max_by_key(|space| space.nc).map_or_else(
                || (0, String::new()),
                |space| (space.nc, space.cnonce.clone()),
            );
            fresh.push(Space {
                role,
                uri: uri.to_owned(),
                challenge,
                nc,
                cnonce,
                sent_uri: String::new(),
            });
        }
        self.spaces.retain(|old| {
            let void = |new: &Space| new.challenge.realm == old.challenge.realm && old.serves(uri);
            old.role != role || !fresh.iter().any(void)
        });
        self.spaces.append(&mut fresh);
        let surplus = self.spaces.len().saturating_sub(MAX_SPACES);
        self.spaces.drain(..surplus);
    }

    fn lines(
        &mut self,
        request: &Protected<'_>,
        store: &CredentialStore,
        random: [u8; 16],
    ) -> Vec<AuthLine> {
        // A count at its end would begin anew and look like a replay.
        self.spaces.retain(|space| space.nc < u32::MAX);
        let mut lines = Vec::new();
        for at in 0..self.spaces.len() {
            if !self.spaces[at].serves(request.uri) {
                continue;
            }
            if let Some(line) = self.line(at, request, store, random) {
                lines.push(line);
            }
        }
        lines
    }

    fn line(
        &mut self,
        at: usize,
        request: &Protected<'_>,
        store: &CredentialStore,
        random: [u8; 16],
    ) -> Option<AuthLine> {
        let space = &mut self.spaces[at];
        let challenge = &space.challenge;
        let algorithm = challenge.algorithm();
        let known = store.find(&challenge.realm)?;
        let ha1 = known
            .secret
            .ha1(algorithm.hash, &known.user, &challenge.realm)?;
        let qop = challenge.qop.choose(self.prefer_auth_int);
        space.nc += 1;
        request.uri.clone_into(&mut space.sent_uri);
        if space.cnonce.is_empty() || !algorithm.session {
            space.cnonce = hex(&random);
        }
        let input = Input {
            algorithm,
            ha1,
            nonce: &challenge.nonce,
            cnonce: &space.cnonce,
            nc: space.nc,
            qop,
            method: request.method,
            uri: request.uri,
            body: request.body,
        };
        let credentials = Credentials {
            username: if challenge.userhash {
                userhash(algorithm.hash, &known.user, &challenge.realm)
            } else {
                known.user.clone()
            },
            realm: challenge.realm.clone(),
            nonce: challenge.nonce.clone(),
            uri: request.uri.to_owned(),
            response: input.response(),
            algorithm: challenge.algorithm,
            opaque: challenge.opaque.clone(),
            cnonce: (qop.is_some() || algorithm.session).then(|| space.cnonce.clone()),
            qop: qop.map(|qop| (qop, space.nc)),
            userhash: challenge.userhash,
        };
        let line = AuthLine {
            role: space.role,
            value: credentials.to_string(),
        };
        let (nc, nonce) = (space.nc, space.challenge.nonce.clone());
        for other in self
            .spaces
            .iter_mut()
            .filter(|other| other.challenge.nonce == nonce)
        {
            other.nc = nc;
        }
        Some(line)
    }
}

impl Attempts {
    /// Whether a realm asks again although it got fresh credentials from this request.
    fn is_refused(&self, role: Role, challenges: &[Challenge]) -> bool {
        let Some(answered) = self.find(role, &challenges[0].realm) else {
            return false;
        };
        let stale = challenges.iter().all(|challenge| challenge.stale);
        let reused = challenges
            .iter()
            .any(|new| answered.nonces.contains(&new.nonce));
        !stale || reused || answered.stale >= MAX_STALE
    }

    fn note(&mut self, role: Role, challenges: &[Challenge]) {
        let Some(first) = challenges.first() else {
            return;
        };
        let nonces = challenges
            .iter()
            .map(|challenge| challenge.nonce.clone())
            .collect();
        let same = |a: &&mut Answered| a.role == role && a.realm == first.realm;
        if let Some(answered) = self.answered.iter_mut().find(same) {
            answered.stale += 1;
            answered.nonces = nonces;
        } else {
            self.answered.push(Answered {
                role,
                realm: first.realm.clone(),
                stale: 0,
                nonces,
            });
        }
    }

    fn find(&self, role: Role, realm: &str) -> Option<&Answered> {
        self.answered
            .iter()
            .find(|answered| answered.role == role && answered.realm == realm)
    }
}

/// Challenges by role and realm in the order received, and what is wrong with the first bad one.
fn group<'a>(
    received: impl IntoIterator<Item = Received<'a>>,
) -> (Vec<(Role, Vec<Challenge>)>, Option<ChallengeFault>) {
    let mut groups: Vec<(Role, Vec<Challenge>)> = Vec::new();
    let mut fault = None;
    for Received { role, value } in received.into_iter().take(MAX_CHALLENGES) {
        let challenge = match Challenge::parse(value) {
            Ok(challenge) => challenge,
            Err(found) => {
                fault.get_or_insert(found);
                continue;
            }
        };
        let same = |(other, list): &&mut (Role, Vec<Challenge>)| {
            *other == role && list[0].realm == challenge.realm
        };
        match groups.iter_mut().find(same) {
            Some((_, list)) => list.push(challenge),
            None => groups.push((role, vec![challenge])),
        }
    }
    (groups, fault)
}

/// Whether a URI can stand between quotes without escapes.
fn is_plain(uri: &str) -> bool {
    !uri.bytes()
        .any(|byte| byte <= b' ' || matches!(byte, b'"' | b'\\' | 0x7f))
}

#[cfg(test)]
#[path = "authorizer_tests.rs"]
mod tests;
