//! The server's side: makes challenges and checks credentials (RFC 3261 §22.1, §22.4; RFC 7616 §3.3, §3.4.6).
//!
//! A nonce carries its time and a keyed digest over it, so an open challenge costs no memory; only nonces that
//! were used with right credentials are kept, in a bounded table, for the replay check of the nonce count.

use std::collections::BTreeMap;
use std::fmt;

use super::Protected;
use super::challenge::{Challenge, QopOffer};
use super::credentials::{Credentials, CredentialsFault, Secret};
use super::digest::{Algorithm, Hash, Hex, Input, constant_time_eq, hex, keyed_digest};
use crate::base::Time;

/// How a [`Challenger`] asks.
#[derive(Clone, Debug)]
pub struct ChallengerConfig {
    /// The protection space.
    pub realm: String,
    /// One challenge each, the preferred one first; must not be empty.
    pub algorithms: Vec<Algorithm>,
    /// Qualities of protection on offer.
    pub qop: QopOffer,
    /// How long a nonce is good for, in microseconds.
    pub nonce_life_us: u64,
    /// Takes credentials in the form of RFC 2069, which cannot be told from a replay, though `qop` was on offer.
    pub accepts_without_qop: bool,
    /// Refuses credentials whose `uri` is not the Request-URI. Off where a proxy may have rewritten it.
    pub compares_uri: bool,
}

impl ChallengerConfig {
    /// SHA-256 first, then MD5, `auth`, nonces good for five minutes.
    #[must_use]
    pub fn new(realm: &str) -> Self {
        Self {
            realm: realm.to_owned(),
            algorithms: vec![Algorithm::SHA_256, Algorithm::MD5],
            qop: QopOffer {
                auth: true,
                auth_int: false,
            },
            nonce_life_us: 300_000_000,
            accepts_without_qop: true,
            compares_uri: true,
        }
    }
}

/// What a request proved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The user named knows the secret.
    Accepted(String),
    /// No credentials for this realm: challenge.
    Missing,
    /// The proof is right and the nonce is too old, or its count was used before: challenge with `stale`.
    Stale,
    /// Unknown user, wrong secret, another request's credentials: challenge anew, or refuse with 403.
    Wrong,
    /// Cannot be read: 400.
    Malformed(CredentialsFault),
}

/// Makes challenges for one realm and checks what comes back.
pub struct Challenger {
    config: ChallengerConfig,
    secret: [u8; 32],
    serial: u64,
    used: BTreeMap<u64, Window>,
    /// Serials below this were dropped from the table and count as used up.
    floor: u64,
}

/// Counts seen with one nonce: the highest, and which of the 64 before it.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    highest: u32,
    before: u64,
}

/// Most nonces whose counts are remembered.
const MAX_USED: usize = 8192;
/// Most header field values looked at in one request.
const MAX_VALUES: usize = 8;

impl Challenger {
    /// `secret` keys the nonces; take it from a random source at start.
    #[must_use]
    pub fn new(config: ChallengerConfig, secret: [u8; 32]) -> Self {
        Self {
            config,
            secret,
            serial: 0,
            used: BTreeMap::new(),
            floor: 0,
        }
    }

    /// The protection space.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.config.realm
    }

    /// The values of `WWW-Authenticate` or `Proxy-Authenticate` to put into the response, in this order.
    pub fn challenge(&mut self, now: Time, stale: bool) -> Vec<String> {
        self.serial += 1;
        let nonce = self.nonce(self.serial, now.as_micros());
        let with = |&algorithm: &Algorithm| {
            Challenge {
                realm: self.config.realm.clone(),
                nonce: nonce.clone(),
                opaque: None,
                stale,
                algorithm: Some(algorithm),
                qop: self.config.qop,
                userhash: false,
            }
            .to_string()
        };
        self.config.algorithms.iter().map(with).collect()
    }

    /// Checks the `Authorization` or `Proxy-Authorization` values of a request.
    ///
    /// `secret_of` gives what is stored for a user name of this realm. Values for other realms are passed over.
    pub fn verify<'a>(
        &mut self,
        now: Time,
        request: &Protected<'_>,
        values: impl IntoIterator<Item = &'a str>,
        secret_of: impl FnOnce(&str) -> Option<Secret>,
    ) -> Verdict {
        let mut verdict = Verdict::Missing;
        for value in values.into_iter().take(MAX_VALUES) {
            match Credentials::parse(value) {
                Ok(credentials) if credentials.realm == self.config.realm => {
                    return self.check(now, request, &credentials, secret_of);
                }
                // Another realm, or a scheme that is not for us.
                Ok(_) | Err(CredentialsFault::UnsupportedScheme) => {}
                Err(fault) => verdict = Verdict::Malformed(fault),
            }
        }
        verdict
    }

    fn check(
        &mut self,
        now: Time,
        request: &Protected<'_>,
        credentials: &Credentials,
        secret_of: impl FnOnce(&str) -> Option<Secret>,
    ) -> Verdict {
        let algorithm = credentials.algorithm.unwrap_or(Algorithm::MD5);
        let qop = credentials.qop.map(|(qop, _)| qop);
        let form_is_ours = self.config.algorithms.contains(&algorithm)
            && (self.config.qop.allows(qop) || (qop.is_none() && self.config.accepts_without_qop))
            && (qop.is_some() || !algorithm.session);
        let uri_is_ours = !self.config.compares_uri || same_uri(&credentials.uri, request.uri);
        if !form_is_ours || !uri_is_ours {
            return Verdict::Wrong;
        }
        // An unknown user costs the same work as a wrong password.
        let known = secret_of(&credentials.username)
            .and_then(|secret| secret.ha1(algorithm.hash, &credentials.username, self.realm()));
        let input = Input {
            algorithm,
            ha1: known.unwrap_or_else(|| self.nobody(algorithm.hash)),
            nonce: &credentials.nonce,
            cnonce: credentials.cnonce.as_deref().unwrap_or_default(),
            nc: credentials.qop.map_or(0, |(_, nc)| nc),
            qop,
            method: request.method,
            uri: &credentials.uri,
            body: request.body,
        };
        let is_right = input.response().matches(&credentials.response);
        if !is_right || known.is_none() {
            return Verdict::Wrong;
        }
        let Some((serial, made)) = self.read_nonce(&credentials.nonce) else {
            // Not ours, or from before a restart: the user proved to know the secret, so only the nonce is bad.
            return Verdict::Stale;
        };
        let age = now.as_micros().checked_sub(made);
        if age.is_none_or(|age| age > self.config.nonce_life_us) {
            return Verdict::Stale;
        }
        if let Some((_, nc)) = credentials.qop
            && !self.take_count(serial, nc)
        {
            return Verdict::Stale;
        }
        Verdict::Accepted(credentials.username.clone())
    }

    /// Marks a count as used; `false` if it was, or may have been.
    fn take_count(&mut self, serial: u64, nc: u32) -> bool {
        if nc == 0 || serial < self.floor {
            return false;
        }
        let taken = self.used.entry(serial).or_default().take(nc);
        if self.used.len() > MAX_USED
            && let Some((oldest, _)) = self.used.pop_first()
        {
            self.floor = oldest + 1;
        }
        taken
    }

    fn nobody(&self, hash: Hash) -> Hex {
        hash.joined(&[&self.secret])
    }

    fn nonce(&self, serial: u64, made: u64) -> String {
        format!("{serial:016x}{made:016x}{}", hex(&self.seal(serial, made)))
    }

    fn seal(&self, serial: u64, made: u64) -> [u8; 16] {
        let (serial, made) = (serial.to_be_bytes(), made.to_be_bytes());
        let full = keyed_digest(
            &self.secret,
            &[self.config.realm.as_bytes(), &serial, &made],
        );
        let mut seal = [0; 16];
        seal.copy_from_slice(&full[..16]);
        seal
    }

    fn read_nonce(&self, nonce: &str) -> Option<(u64, u64)> {
        if nonce.len() != 64
            || !nonce
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return None;
        }
        let serial = u64::from_str_radix(nonce.get(..16)?, 16).ok()?;
        let made = u64::from_str_radix(nonce.get(16..32)?, 16).ok()?;
        let seal = hex(&self.seal(serial, made));
        constant_time_eq(seal.as_bytes(), nonce.get(32..)?.as_bytes()).then_some((serial, made))
    }
}

impl fmt::Debug for Challenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenger")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Window {
    fn take(&mut self, nc: u32) -> bool {
        if nc > self.highest {
            let ahead = nc - self.highest;
            // Bit n stands for `highest - 1 - n`; the old highest moves in at `ahead - 1`.
            self.before = self.before.checked_shl(ahead).unwrap_or(0);
            if self.highest > 0 && ahead <= 64 {
                self.before |= 1 << (ahead - 1);
            }
            self.highest = nc;
            return true;
        }
        let behind = self.highest - nc;
        if behind == 0 || behind > 64 {
            return false;
        }
        let bit = 1_u64 << (behind - 1);
        let is_new = self.before & bit == 0;
        self.before |= bit;
        is_new
    }
}

/// Whether two URIs are the same text but for the case of scheme and host and for parameters.
///
/// Phones write the Request-URI with or without parameters that were added for routing, so these do not count.
fn same_uri(a: &str, b: &str) -> bool {
    fn parts(uri: &str) -> (&str, &str, &str) {
        let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
        let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
        (
            scheme,
            user,
            host.split([';', '?', '>']).next().unwrap_or(host),
        )
    }
    let (a, b) = (parts(a), parts(b));
    a.0.eq_ignore_ascii_case(b.0) && a.1 == b.1 && a.2.eq_ignore_ascii_case(b.2)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::auth::Role;
    use crate::auth::authorizer::{Attempts, Authorizer, Received};
    use crate::auth::credentials::{Credential, CredentialStore};
    use crate::auth::digest::{Qop, ha1};

    const REGISTER: Protected<'static> = Protected {
        method: "REGISTER",
        uri: "sip:example.com",
        body: b"",
    };

    fn challenger() -> Challenger {
        Challenger::new(ChallengerConfig::new("example.com"), [3; 32])
    }

    fn secret_of(user: &str) -> Option<Secret> {
        (user == "alice").then(|| Secret::Password("secret".to_owned()))
    }

    fn store(user: &str, password: &str) -> CredentialStore {
        let mut store = CredentialStore::new();
        store.set(Credential {
            realm: None,
            user: user.to_owned(),
            secret: Secret::Password(password.to_owned()),
        });
        store
    }

    struct Client {
        authorizer: Authorizer,
        store: CredentialStore,
    }

    impl Client {
        fn new(user: &str, password: &str) -> Self {
            Self {
                authorizer: Authorizer::new(),
                store: store(user, password),
            }
        }

        fn answer(&mut self, values: &[String]) -> String {
            let received = values.iter().map(|value| Received {
                role: Role::Server,
                value,
            });
            let mut attempts = Attempts::new();
            self.authorizer
                .respond(&mut attempts, &REGISTER, received, &self.store, [1; 16])
                .unwrap()
                .remove(0)
                .value
        }

        fn again(&mut self) -> String {
            self.authorizer
                .preauthorize(&REGISTER, &self.store, [2; 16])
                .remove(0)
                .value
        }
    }

    fn verify(challenger: &mut Challenger, now: Time, value: &str) -> Verdict {
        challenger.verify(now, &REGISTER, [value], secret_of)
    }

    fn accepted() -> Verdict {
        Verdict::Accepted("alice".to_owned())
    }

    #[test]
    fn both_sides_agree_for_every_algorithm_and_quality() {
        for name in [
            "MD5",
            "MD5-sess",
            "SHA-256",
            "SHA-256-sess",
            "SHA-512-256",
            "SHA-512-256-sess",
        ] {
            for (auth, auth_int) in [(true, false), (false, true), (false, false)] {
                let algorithm = Algorithm::parse(name).unwrap();
                if algorithm.session && !auth && !auth_int {
                    continue;
                }
                let mut config = ChallengerConfig::new("example.com");
                config.algorithms = vec![algorithm];
                config.qop = QopOffer { auth, auth_int };
                let mut challenger = Challenger::new(config, [3; 32]);
                let mut client = Client::new("alice", "secret");
                let value = client.answer(&challenger.challenge(Time::ZERO, false));
                assert_eq!(
                    verify(&mut challenger, Time::ZERO, &value),
                    accepted(),
                    "{value}"
                );
            }
        }
    }

    #[test]
    fn a_request_without_credentials_for_this_realm_is_missing_them() {
        let mut challenger = challenger();
        let none: [&str; 0] = [];
        assert_eq!(
            challenger.verify(Time::ZERO, &REGISTER, none, secret_of),
            Verdict::Missing
        );
        let other = "Digest username=\"alice\", realm=\"other\", nonce=\"n\", uri=\"sip:example.com\", \
                     response=\"0123456789abcdef0123456789abcdef\"";
        assert_eq!(verify(&mut challenger, Time::ZERO, other), Verdict::Missing);
        assert_eq!(
            verify(&mut challenger, Time::ZERO, "Basic YTpi"),
            Verdict::Missing
        );
        assert_eq!(
            verify(&mut challenger, Time::ZERO, "Digest username=\"alice\""),
            Verdict::Malformed(CredentialsFault::Incomplete)
        );
    }

    #[test]
    fn credentials_for_this_realm_are_found_among_others() {
        let mut challenger = challenger();
        let value = Client::new("alice", "secret").answer(&challenger.challenge(Time::ZERO, false));
        let values = ["Basic YTpi", "Digest username=\"x\"", &value];
        assert_eq!(
            challenger.verify(Time::ZERO, &REGISTER, values, secret_of),
            accepted()
        );
    }

    #[test]
    fn a_wrong_password_an_unknown_user_and_another_request_are_wrong() {
        let mut challenger = challenger();
        for (user, password) in [("alice", "other"), ("mallory", "secret")] {
            let value =
                Client::new(user, password).answer(&challenger.challenge(Time::ZERO, false));
            assert_eq!(verify(&mut challenger, Time::ZERO, &value), Verdict::Wrong);
        }
        let value = Client::new("alice", "secret").answer(&challenger.challenge(Time::ZERO, false));
        for request in [
            Protected {
                method: "INVITE",
                ..REGISTER
            },
            Protected {
                uri: "sip:example.org",
                ..REGISTER
            },
        ] {
            assert_eq!(
                challenger.verify(Time::ZERO, &request, [&*value], secret_of),
                Verdict::Wrong
            );
        }
    }

    #[test]
    fn counts_may_rise_and_overtake_but_not_repeat() {
        let mut challenger = challenger();
        let mut client = Client::new("alice", "secret");
        let first = client.answer(&challenger.challenge(Time::ZERO, false));
        let (second, third) = (client.again(), client.again());
        assert_eq!(verify(&mut challenger, Time::ZERO, &third), accepted());
        assert_eq!(verify(&mut challenger, Time::ZERO, &first), accepted());
        assert_eq!(verify(&mut challenger, Time::ZERO, &second), accepted());
        for repeated in [&first, &second, &third] {
            assert_eq!(
                verify(&mut challenger, Time::ZERO, repeated),
                Verdict::Stale
            );
        }
    }

    #[test]
    fn the_window_of_counts_covers_the_64_before_the_highest() {
        let mut window = Window::default();
        assert!(window.take(100) && !window.take(100));
        assert!(window.take(36) && !window.take(36) && !window.take(35));
        assert!(window.take(164), "64 ahead: 100 is the last one remembered");
        assert!(!window.take(100) && window.take(101));
        assert!(window.take(u32::MAX) && window.take(u32::MAX - 64) && !window.take(164));
    }

    #[test]
    fn an_old_nonce_is_stale_and_a_new_one_is_taken() {
        let mut challenger = challenger();
        let mut client = Client::new("alice", "secret");
        let value = client.answer(&challenger.challenge(Time::ZERO, false));
        let late = Time::ZERO + Duration::from_secs(301);
        assert_eq!(verify(&mut challenger, late, &value), Verdict::Stale);
        let anew = challenger.challenge(late, true);
        assert!(anew[0].contains("stale=true"));
        let value = client.answer(&anew);
        assert_eq!(verify(&mut challenger, late, &value), accepted());
    }

    #[test]
    fn a_nonce_that_was_tampered_with_or_made_elsewhere_is_stale() {
        let mut elsewhere = Challenger::new(ChallengerConfig::new("example.com"), [4; 32]);
        let value = Client::new("alice", "secret").answer(&elsewhere.challenge(Time::ZERO, false));
        assert_eq!(
            verify(&mut challenger(), Time::ZERO, &value),
            Verdict::Stale
        );
        let challenge = "Digest realm=\"example.com\", nonce=\"\u{e9}0\", qop=\"auth\"".to_owned();
        let value = Client::new("alice", "secret").answer(&[challenge]);
        assert_eq!(
            verify(&mut challenger(), Time::ZERO, &value),
            Verdict::Stale
        );
    }

    #[test]
    fn the_table_of_used_nonces_is_bounded_and_forgets_nothing_dangerous() {
        let mut challenger = challenger();
        for serial in 1..=MAX_USED as u64 + 10 {
            assert!(challenger.take_count(serial, 1));
        }
        assert_eq!(challenger.used.len(), MAX_USED);
        assert!(
            !challenger.take_count(1, 1),
            "dropped from the table, so not to be trusted"
        );
        assert!(!challenger.take_count(1, 2));
        assert!(challenger.take_count(MAX_USED as u64, 2));
        assert!(!challenger.take_count(MAX_USED as u64, 0));
    }

    #[test]
    fn the_form_without_qop_can_be_refused() {
        let (nonce, uri) = ("n", "sip:example.com");
        let input = Input {
            algorithm: Algorithm::MD5,
            ha1: ha1(Hash::Md5, "alice", "example.com", "secret"),
            nonce,
            cnonce: "",
            nc: 0,
            qop: None,
            method: "REGISTER",
            uri,
            body: b"",
        };
        let mut challenger = challenger();
        let challenge = challenger.challenge(Time::ZERO, false);
        let nonce = Challenge::parse(&challenge[0]).unwrap().nonce;
        let value = format!(
            "Digest username=\"alice\", realm=\"example.com\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{}\"",
            Input {
                nonce: &nonce,
                ..input
            }
            .response()
            .as_str()
        );
        assert_eq!(verify(&mut challenger, Time::ZERO, &value), accepted());
        challenger.config.accepts_without_qop = false;
        assert_eq!(verify(&mut challenger, Time::ZERO, &value), Verdict::Wrong);
    }

    #[test]
    fn an_algorithm_or_quality_that_was_not_offered_is_wrong() {
        let mut challenger = challenger();
        challenger.config.algorithms = vec![Algorithm::SHA_256];
        let md5 = "Digest realm=\"example.com\", nonce=\"n\", qop=\"auth\"".to_owned();
        let value = Client::new("alice", "secret").answer(&[md5]);
        assert_eq!(verify(&mut challenger, Time::ZERO, &value), Verdict::Wrong);
        let int = challenger.challenge(Time::ZERO, false)[0].replace("\"auth\"", "\"auth-int\"");
        let value = Client::new("alice", "secret").answer(&[int]);
        assert_eq!(
            Credentials::parse(&value).unwrap().qop,
            Some((Qop::AuthInt, 1))
        );
        assert_eq!(verify(&mut challenger, Time::ZERO, &value), Verdict::Wrong);
    }

    #[test]
    fn uris_are_compared_loosely() {
        for (a, b, same) in [
            ("sip:example.com", "SIP:EXAMPLE.com;transport=tcp", true),
            ("sip:bob@example.com", "sip:bob@example.com", true),
            ("sip:bob@example.com", "sip:Bob@example.com", false),
            ("sip:bob@example.com", "sip:example.com", false),
            ("sip:bob@example.com", "sips:bob@example.com", false),
            ("sip:example.com:5061", "sip:example.com", false),
        ] {
            assert_eq!(same_uri(a, b), same, "{a} {b}");
        }
    }
}
