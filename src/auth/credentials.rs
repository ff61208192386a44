//! The value of `Authorization` and `Proxy-Authorization` (RFC 3261 §20.7, §20.28; RFC 7616 §3.4), and the
//! user names and secrets it is made from.

use std::fmt;

use super::digest::{Algorithm, Hash, Hex, Qop, ha1, nc_digits};
use super::params::{DigestParams, ValueFault, is_quotable};
use crate::syntax::params::quote;

/// What a user proves to know. Never printed.
#[derive(Clone, Eq, PartialEq)]
pub enum Secret {
    /// The password.
    Password(String),
    /// `H(user:realm:password)` for one hash; serves no other hash and no other realm.
    Ha1 {
        /// The hash it was made with.
        hash: Hash,
        /// Its digits.
        digits: Hex,
    },
}

impl Secret {
    /// HA1 for that user and realm; `None` if a stored HA1 was made with another hash.
    #[must_use]
    pub fn ha1(&self, hash: Hash, user: &str, realm: &str) -> Option<Hex> {
        match self {
            Self::Password(password) => Some(ha1(hash, user, realm, password)),
            Self::Ha1 { hash: own, digits } => (*own == hash).then_some(*digits),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A user name with its secret, for one realm or for all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// The realm it serves; `None` serves every realm without one of its own.
    pub realm: Option<String>,
    /// User name as the server knows it.
    pub user: String,
    /// The secret.
    pub secret: Secret,
}

/// The credentials an application gave, by realm and then by default.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CredentialStore {
    entries: Vec<Credential>,
}

impl CredentialStore {
    /// Most realms a store holds.
    pub const MAX: usize = 256;

    /// A store without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Adds a credential, in place of one for the same realm.
    ///
    /// Returns `false`, and changes nothing, if user or realm hold a line end or another control character,
    /// or the store is full.
    pub fn set(&mut self, credential: Credential) -> bool {
        let realm = credential.realm.as_deref().unwrap_or_default();
        if !is_quotable(&credential.user) || !is_quotable(realm) {
            return false;
        }
        if let Some(entry) = self
            .entries
            .iter_mut()
            .find(|e| e.realm == credential.realm)
        {
            *entry = credential;
            return true;
        }
        if self.entries.len() == Self::MAX {
            return false;
        }
        self.entries.push(credential);
        true
    }

    /// Forgets the credential of a realm, or the default for `None`; tells whether there was one.
    pub fn remove(&mut self, realm: Option<&str>) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.realm.as_deref() != realm);
        self.entries.len() != before
    }

    /// Takes over every entry of another store, in place of those for the same realm.
    pub fn join(&mut self, over: &Self) {
        for credential in &over.entries {
            // Each was accepted before; only a full store refuses it, and then the older ones stay.
            self.set(credential.clone());
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The credential for a realm, else the default one.
    #[must_use]
    pub fn find(&self, realm: &str) -> Option<&Credential> {
        let by = |wanted: Option<&str>| self.entries.iter().find(|e| e.realm.as_deref() == wanted);
        by(Some(realm)).or_else(|| by(None))
    }
}

/// Why credentials cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CredentialsFault {
    /// Not `scheme name=value, …`, a parameter twice, too long, or a number that is none.
    Malformed,
    /// A scheme other than Digest.
    UnsupportedScheme,
    /// An `algorithm` or `qop` nobody here knows.
    Unsupported,
    /// `username`, `realm`, `nonce`, `uri` or `response` is missing, or with `qop` `cnonce` or `nc`.
    Incomplete,
}

impl fmt::Display for CredentialsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed credentials",
            Self::UnsupportedScheme => "authentication scheme is not Digest",
            Self::Unsupported => "unknown digest algorithm or quality of protection",
            Self::Incomplete => "credentials lack a parameter",
        })
    }
}

impl std::error::Error for CredentialsFault {}

/// One set of Digest credentials as it travels.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// User name, unescaped.
    pub username: String,
    /// Realm, unescaped.
    pub realm: String,
    /// Nonce as between the quotes.
    pub nonce: String,
    /// The `uri` parameter as between the quotes.
    pub uri: String,
    /// The proof.
    pub response: Hex,
    /// Algorithm, if named.
    pub algorithm: Option<Algorithm>,
    /// Opaque as between the quotes.
    pub opaque: Option<String>,
    /// Client nonce as between the quotes.
    pub cnonce: Option<String>,
    /// Quality of protection with its nonce count.
    pub qop: Option<(Qop, u32)>,
    /// `username` is a hash of the name and the realm (RFC 7616 §3.4.4).
    pub userhash: bool,
}

impl Credentials {
    /// Reads one header field value.
    pub fn parse(value: &str) -> Result<Self, CredentialsFault> {
        use CredentialsFault::{Incomplete, Malformed, Unsupported, UnsupportedScheme};
        let params = DigestParams::parse(value).map_err(|fault| match fault {
            ValueFault::Malformed => Malformed,
            ValueFault::OtherScheme => UnsupportedScheme,
        })?;
        let algorithm = match params.raw("algorithm") {
            Some(name) => Some(Algorithm::parse(name).ok_or(Unsupported)?),
            None => None,
        };
        let raw = |name: &str| params.raw(name).map(str::to_owned);
        let unescaped = |name: &str| params.unescaped(name).map(std::borrow::Cow::into_owned);
        let cnonce = raw("cnonce");
        // An empty qop or one without nc comes from clients that mean the form of RFC 2069: some send `nc`
        // without `qop`, which counts for nothing then.
        let qop = match params.raw("qop").filter(|qop| !qop.is_empty()) {
            Some(name) => {
                let qop = Qop::parse(name).ok_or(Unsupported)?;
                let nc = params.raw("nc").ok_or(Incomplete)?;
                if cnonce.is_none() {
                    return Err(Incomplete);
                }
                if nc.len() > 8 || !nc.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(Malformed);
                }
                Some((qop, u32::from_str_radix(nc, 16).map_err(|_| Malformed)?))
            }
            None => None,
        };
        let response = params.raw("response").ok_or(Incomplete)?;
        let hash = algorithm.unwrap_or(Algorithm::MD5).hash;
        Ok(Self {
            username: unescaped("username").ok_or(Incomplete)?,
            realm: unescaped("realm").ok_or(Incomplete)?,
            nonce: raw("nonce").ok_or(Incomplete)?,
            uri: raw("uri").ok_or(Incomplete)?,
            response: Hex::parse(response, hash).ok_or(Malformed)?,
            algorithm,
            opaque: raw("opaque"),
            cnonce,
            qop,
            userhash: params
                .raw("userhash")
                .is_some_and(|userhash| userhash.eq_ignore_ascii_case("true")),
        })
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Digest username={}, realm={}",
            quote(&self.username),
            quote(&self.realm)
        )?;
        write!(f, ", nonce=\"{}\", uri=\"{}\"", self.nonce, self.uri)?;
        write!(f, ", response=\"{}\"", self.response.as_str())?;
        if let Some(algorithm) = self.algorithm {
            write!(f, ", algorithm={}", algorithm.name())?;
        }
        if let Some(cnonce) = &self.cnonce {
            write!(f, ", cnonce=\"{cnonce}\"")?;
        }
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque=\"{opaque}\"")?;
        }
        if let Some((qop, nc)) = self.qop {
            write!(f, ", qop={}, nc={}", qop.name(), nc_digits(nc))?;
        }
        if self.userhash {
            f.write_str(", userhash=true")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(realm: Option<&str>, user: &str) -> Credential {
        Credential {
            realm: realm.map(str::to_owned),
            user: user.to_owned(),
            secret: Secret::Password("zanzibar".to_owned()),
        }
    }

    #[test]
    fn a_realm_of_its_own_comes_before_the_default() {
        let mut store = CredentialStore::new();
        assert!(store.find("a").is_none());
        assert!(store.set(password(None, "anyone")));
        assert!(store.set(password(Some("a"), "alice")));
        assert_eq!(store.find("a").unwrap().user, "alice");
        assert_eq!(store.find("A").unwrap().user, "anyone");
        assert!(store.set(password(Some("a"), "bob")));
        assert_eq!(store.find("a").unwrap().user, "bob");
        assert!(store.remove(Some("a")) && !store.remove(Some("a")));
        assert_eq!(store.find("a").unwrap().user, "anyone");
    }

    #[test]
    fn a_line_end_in_a_user_name_is_refused() {
        let mut store = CredentialStore::new();
        assert!(!store.set(password(None, "alice\r\nX: y")));
        assert!(!store.set(password(Some("a\n"), "alice")));
        assert!(store.is_empty());
    }

    #[test]
    fn a_full_store_refuses_but_replaces() {
        let mut store = CredentialStore::new();
        for n in 0..CredentialStore::MAX {
            assert!(store.set(password(Some(&n.to_string()), "u")));
        }
        assert!(!store.set(password(Some("more"), "u")));
        assert!(store.set(password(Some("7"), "v")));
    }

    #[test]
    fn secrets_are_not_printed() {
        let shown = format!("{:?}", password(None, "alice"));
        assert!(!shown.contains("zanzibar"), "{shown}");
        let digits = ha1(Hash::Md5, "alice", "a", "zanzibar");
        let shown = format!(
            "{:?}",
            Secret::Ha1 {
                hash: Hash::Md5,
                digits
            }
        );
        assert!(!shown.contains(digits.as_str()), "{shown}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let credentials = Credentials {
            username: "DOM\\al\"ice".to_owned(),
            realm: "a, b".to_owned(),
            nonce: "n=".to_owned(),
            uri: "sip:bob@b.example;x=y,z".to_owned(),
            response: Hash::Sha256.joined(&[b"x"]),
            algorithm: Some(Algorithm::SHA_256),
            opaque: Some(String::new()),
            cnonce: Some("c".to_owned()),
            qop: Some((Qop::AuthInt, 0xab)),
            userhash: true,
        };
        let text = credentials.to_string();
        assert!(text.contains("algorithm=SHA-256") && text.contains("qop=auth-int, nc=000000ab"));
        assert_eq!(Credentials::parse(&text), Ok(credentials));
    }

    #[test]
    fn what_lacks_a_part_is_refused() {
        use CredentialsFault::*;
        let full = "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", \
                    response=\"0123456789abcdef0123456789abcdef\", cnonce=\"c\", qop=auth, nc=00000001";
        assert!(Credentials::parse(full).is_ok());
        for (from, to, fault) in [
            ("username=\"u\", ", "", Incomplete),
            ("realm=\"r\", ", "", Incomplete),
            ("nonce=\"n\", ", "", Incomplete),
            ("uri=\"sip:x\", ", "", Incomplete),
            ("response=", "other=", Incomplete),
            ("cnonce=\"c\", ", "", Incomplete),
            (", nc=00000001", "", Incomplete),
            ("nc=00000001", "nc=+0000001", Malformed),
            ("nc=00000001", "nc=000000001", Malformed),
            ("0123456789abcdef\"", "0123\"", Malformed),
            ("qop=auth", "qop=auth-conf", Unsupported),
            ("qop=auth", "qop=auth, algorithm=SHA-1", Unsupported),
            ("Digest", "Basic", UnsupportedScheme),
        ] {
            let text = full.replacen(from, to, 1);
            assert_ne!(text, full);
            assert_eq!(Credentials::parse(&text), Err(fault), "{text}");
        }
    }

    /// Seen in captures: a client that answers a challenge without qop and still sends nc.
    #[test]
    fn nc_without_qop_counts_for_nothing() {
        let credentials = Credentials::parse(
            "Digest username=\"u\",realm=\"r\",uri=\"sip:192.168.1.2\",nonce=\"n\",opaque=\"o\",\
             nc=\"00000001\",response=\"00d87a95a0554a30ad3ce0b979983d06\"",
        )
        .unwrap();
        assert_eq!(credentials.qop, None);
    }
}
