//! The value of `WWW-Authenticate` and `Proxy-Authenticate`: RFC 3261 §20.27, §20.44; RFC 7616 §3.3.
//!
//! Knows one value with one Digest challenge; which of several to answer is for [`super::authorizer`].

use std::fmt;

use super::digest::{Algorithm, Qop};
use super::params::{DigestParams, ValueFault};
use crate::syntax::params::quote;

/// Why a challenge cannot be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChallengeFault {
    /// Not `scheme name=value, …`, a parameter twice, or too long.
    Malformed,
    /// A scheme other than Digest.
    UnsupportedScheme,
    /// An `algorithm` nobody here knows.
    UnsupportedAlgorithm,
    /// `qop` names neither `auth` nor `auth-int`.
    UnsupportedQop,
    /// No `realm`.
    NoRealm,
    /// No `nonce`.
    NoNonce,
}

impl fmt::Display for ChallengeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed challenge",
            Self::UnsupportedScheme => "authentication scheme is not Digest",
            Self::UnsupportedAlgorithm => "unknown digest algorithm",
            Self::UnsupportedQop => "unknown quality of protection",
            Self::NoRealm => "challenge without realm",
            Self::NoNonce => "challenge without nonce",
        })
    }
}

impl std::error::Error for ChallengeFault {}

/// The qualities of protection a challenge lists; none is the form of RFC 2069.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct QopOffer {
    /// `auth` is listed.
    pub auth: bool,
    /// `auth-int` is listed.
    pub auth_int: bool,
}

impl QopOffer {
    /// The quality to use: `auth` unless only `auth-int` is there or preferred.
    #[must_use]
    pub const fn choose(self, prefer_auth_int: bool) -> Option<Qop> {
        match (self.auth, self.auth_int) {
            (_, true) if prefer_auth_int => Some(Qop::AuthInt),
            (true, _) => Some(Qop::Auth),
            (false, true) => Some(Qop::AuthInt),
            (false, false) => None,
        }
    }

    /// Whether that quality (or its absence) is what was offered.
    #[must_use]
    pub const fn allows(self, qop: Option<Qop>) -> bool {
        match qop {
            Some(Qop::Auth) => self.auth,
            Some(Qop::AuthInt) => self.auth_int,
            None => !self.auth && !self.auth_int,
        }
    }
}

/// One Digest challenge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Protection space, unescaped.
    pub realm: String,
    /// Nonce as it stood between the quotes, to be echoed byte for byte.
    pub nonce: String,
    /// Opaque as it stood between the quotes.
    pub opaque: Option<String>,
    /// The nonce was too old, the credentials may be right.
    pub stale: bool,
    /// Algorithm; `None` means MD5 and that the answer names none either.
    pub algorithm: Option<Algorithm>,
    /// Qualities on offer.
    pub qop: QopOffer,
    /// The user name may be hashed (RFC 7616 §3.4.4).
    pub userhash: bool,
}

impl Challenge {
    /// Reads one header field value.
    ///
    /// Errors: what is missing or unknown; the caller then looks at the next challenge (RFC 8760 §2.4).
    pub fn parse(value: &str) -> Result<Self, ChallengeFault> {
        let params = DigestParams::parse(value).map_err(|fault| match fault {
            ValueFault::Malformed => ChallengeFault::Malformed,
            ValueFault::OtherScheme => ChallengeFault::UnsupportedScheme,
        })?;
        let algorithm = match params.raw("algorithm") {
            Some(name) => Some(Algorithm::parse(name).ok_or(ChallengeFault::UnsupportedAlgorithm)?),
            None => None,
        };
        let realm = params
            .unescaped("realm")
            .ok_or(ChallengeFault::NoRealm)?
            .into_owned();
        let nonce = params
            .raw("nonce")
            .ok_or(ChallengeFault::NoNonce)?
            .to_owned();
        let opaque = params.raw("opaque").map(str::to_owned);
        let stale = params
            .raw("stale")
            .is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
        let qop = match params.raw("qop") {
            Some(list) => read_qop(list)?,
            None => QopOffer::default(),
        };
        let userhash = params
            .raw("userhash")
            .is_some_and(|userhash| userhash.eq_ignore_ascii_case("true"));
        Ok(Self {
            realm,
            nonce,
            opaque,
            stale,
            algorithm,
            qop,
            userhash,
        })
    }

    /// The algorithm to compute with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm.unwrap_or(Algorithm::MD5)
    }
}

fn read_qop(list: &str) -> Result<QopOffer, ChallengeFault> {
    let mut offer = QopOffer::default();
    let mut unknown = false;
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        match Qop::parse(name) {
            Some(Qop::Auth) => offer.auth = true,
            Some(Qop::AuthInt) => offer.auth_int = true,
            None => unknown = true,
        }
    }
    if unknown && offer == QopOffer::default() {
        return Err(ChallengeFault::UnsupportedQop);
    }
    Ok(offer)
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest realm={}", quote(&self.realm))?;
        write!(f, ", nonce=\"{}\"", self.nonce)?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque=\"{opaque}\"")?;
        }
        if self.stale {
            f.write_str(", stale=true")?;
        }
        if let Some(algorithm) = self.algorithm {
            write!(f, ", algorithm={}", algorithm.name())?;
        }
        f.write_str(match (self.qop.auth, self.qop.auth_int) {
            (true, true) => ", qop=\"auth,auth-int\"",
            (true, false) => ", qop=\"auth\"",
            (false, true) => ", qop=\"auth-int\"",
            (false, false) => "",
        })?;
        if self.userhash {
            f.write_str(", userhash=true")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::digest::Hash;

    #[test]
    fn the_challenge_of_rfc_3261_is_read() {
        let challenge = Challenge::parse(
            "Digest realm=\"atlanta.com\", domain=\"sip:boxesbybob.com\", qop=\"auth\", \
             nonce=\"f84f1cec41e6cbe5aea9c8e88d359\", opaque=\"\", stale=FALSE, algorithm=MD5",
        )
        .unwrap();
        assert_eq!(challenge.realm, "atlanta.com");
        assert_eq!(challenge.nonce, "f84f1cec41e6cbe5aea9c8e88d359");
        assert_eq!(challenge.opaque.as_deref(), Some(""));
        assert!(!challenge.stale);
        assert_eq!(challenge.algorithm, Some(Algorithm::MD5));
        assert_eq!(
            challenge.qop,
            QopOffer {
                auth: true,
                auth_int: false
            }
        );
    }

    #[test]
    fn sloppy_quoting_and_case_are_taken() {
        let challenge = Challenge::parse(
            "dIGEST REALM=x, nonce=\"n\" , Algorithm=\"sha-256\",qop=auth,stale=\"True\"",
        )
        .unwrap();
        assert_eq!(
            challenge.algorithm(),
            Algorithm {
                hash: Hash::Sha256,
                session: false
            }
        );
        assert!(challenge.stale && challenge.qop.auth && !challenge.qop.auth_int);
    }

    #[test]
    fn every_fault_has_its_name() {
        use ChallengeFault::*;
        for (value, fault) in [
            ("", Malformed),
            ("Digest realm=\"a\", realm=\"b\", nonce=\"n\"", Malformed),
            ("Digest realm=\"a\\\rX: y\", nonce=\"n\"", Malformed),
            ("Basic realm=\"a\"", UnsupportedScheme),
            ("NTLM realm=\"a\", targetname=\"b\"", UnsupportedScheme),
            (
                "Digest realm=\"a\", nonce=\"n\", algorithm=AKAv1-MD5",
                UnsupportedAlgorithm,
            ),
            (
                "Digest realm=\"a\", nonce=\"n\", qop=\"auth-conf\"",
                UnsupportedQop,
            ),
            ("Digest nonce=\"n\"", NoRealm),
            ("Digest realm=\"a\"", NoNonce),
        ] {
            assert_eq!(Challenge::parse(value), Err(fault), "{value}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (auth, auth_int, stale) in [
            (true, true, false),
            (true, false, true),
            (false, true, false),
            (false, false, true),
        ] {
            let challenge = Challenge {
                realm: "the \"house\" \\ garden, Käfer".to_owned(),
                nonce: "a\\\\b=".to_owned(),
                opaque: Some(String::new()),
                stale,
                algorithm: Some(Algorithm::SHA_512_256),
                qop: QopOffer { auth, auth_int },
                userhash: stale,
            };
            assert_eq!(Challenge::parse(&challenge.to_string()), Ok(challenge));
        }
    }

    #[test]
    fn auth_int_is_chosen_when_alone_or_preferred() {
        let both = QopOffer {
            auth: true,
            auth_int: true,
        };
        assert_eq!(both.choose(false), Some(Qop::Auth));
        assert_eq!(both.choose(true), Some(Qop::AuthInt));
        assert_eq!(
            QopOffer {
                auth: false,
                auth_int: true
            }
            .choose(false),
            Some(Qop::AuthInt)
        );
        assert_eq!(QopOffer::default().choose(true), None);
    }
}
