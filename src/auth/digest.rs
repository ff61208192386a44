//! The digest arithmetic: RFC 7616 §3.4 with the algorithms that RFC 8760 §2.1 names for SIP.
//!
//! Knows hashes and the order of the fields; knows neither header fields nor who is asked.

use std::fmt;

use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512_256};

/// A hash function.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Hash {
    /// RFC 1321; for peers that know nothing better.
    Md5,
    /// FIPS 180-4, 256 bits.
    Sha256,
    /// SHA-512/256 with its own initial values, not a cut SHA-512.
    Sha512_256,
}

/// The `algorithm` parameter: a hash, plain or in its session form.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Algorithm {
    /// The hash.
    pub hash: Hash,
    /// The `-sess` form, whose A1 takes in nonce and cnonce.
    pub session: bool,
}

impl Algorithm {
    /// `MD5`, also what an absent parameter means (RFC 7616 §3.3).
    pub const MD5: Self = Self {
        hash: Hash::Md5,
        session: false,
    };
    /// `SHA-256`.
    pub const SHA_256: Self = Self {
        hash: Hash::Sha256,
        session: false,
    };
    /// `SHA-512-256`.
    pub const SHA_512_256: Self = Self {
        hash: Hash::Sha512_256,
        session: false,
    };

    const NAMES: [(&'static str, Self); 6] = [
        ("MD5", Self::MD5),
        (
            "MD5-sess",
            Self {
                hash: Hash::Md5,
                session: true,
            },
        ),
        ("SHA-256", Self::SHA_256),
        (
            "SHA-256-sess",
            Self {
                hash: Hash::Sha256,
                session: true,
            },
        ),
        ("SHA-512-256", Self::SHA_512_256),
        (
            "SHA-512-256-sess",
            Self {
                hash: Hash::Sha512_256,
                session: true,
            },
        ),
    ];

    /// The algorithm of that name, compared without case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let find = |(known, _): &&(&str, Self)| known.eq_ignore_ascii_case(name);
        Self::NAMES
            .iter()
            .find(find)
            .map(|&(_, algorithm)| algorithm)
    }

    /// The name as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.hash, self.session) {
            (Hash::Md5, false) => "MD5",
            (Hash::Md5, true) => "MD5-sess",
            (Hash::Sha256, false) => "SHA-256",
            (Hash::Sha256, true) => "SHA-256-sess",
            (Hash::Sha512_256, false) => "SHA-512-256",
            (Hash::Sha512_256, true) => "SHA-512-256-sess",
        }
    }

    /// A rank to choose the strongest by; higher is stronger.
    #[must_use]
    pub const fn strength(self) -> u8 {
        match self.hash {
            Hash::Md5 => 0,
            Hash::Sha256 => 1,
            Hash::Sha512_256 => 2,
        }
    }
}

/// The quality of protection that goes into a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Qop {
    /// Method and URI are protected.
    Auth,
    /// The body as well.
    AuthInt,
}

impl Qop {
    /// The token as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }

    /// The quality of that name, compared without case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Auth, Self::AuthInt]
            .into_iter()
            .find(|qop| qop.name().eq_ignore_ascii_case(name))
    }
}

/// A hash value in lower-case hexadecimal digits, as all digest fields carry it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Hex {
    digits: [u8; 64],
    len: u8,
}

impl Hex {
    fn of(bytes: &[u8]) -> Self {
        let mut digits = [0; 64];
        let mut len = 0;
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
            len += 2;
        }
        Self { digits, len }
    }

    /// Reads digits of either case; `None` unless the length is that of `hash`.
    #[must_use]
    pub fn parse(text: &str, hash: Hash) -> Option<Self> {
        let len: u8 = if hash == Hash::Md5 { 32 } else { 64 };
        if text.len() != usize::from(len) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut digits = [0; 64];
        for (digit, byte) in digits.iter_mut().zip(text.bytes()) {
            *digit = byte.to_ascii_lowercase();
        }
        Some(Self { digits, len })
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        &self.digits[..usize::from(self.len)]
    }

    /// Compares in a time that does not tell where the difference is.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        constant_time_eq(self.as_bytes(), other.as_bytes())
    }
}

// HA1 stands for a password, so it is not printed.
impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hex({} digits)", self.len)
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl Hash {
    /// The hash of the parts with a colon between each two of them.
    #[must_use]
    pub fn joined(self, parts: &[&[u8]]) -> Hex {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Hex {
            let mut hasher = D::new();
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    hasher.update(b":");
                }
                hasher.update(part);
            }
            Hex::of(&hasher.finalize())
        }
        match self {
            Self::Md5 => run::<Md5>(parts),
            Self::Sha256 => run::<Sha256>(parts),
            Self::Sha512_256 => run::<Sha512_256>(parts),
        }
    }
}

/// `H(user:realm:password)`, what a server may store in place of the password (RFC 7616 §3.4.2).
#[must_use]
pub fn ha1(hash: Hash, user: &str, realm: &str, password: &str) -> Hex {
    hash.joined(&[user.as_bytes(), realm.as_bytes(), password.as_bytes()])
}

/// The user name as `userhash=true` sends it: `H(user:realm)` in lower-case digits (RFC 7616 §3.4.4).
#[must_use]
pub fn userhash(hash: Hash, user: &str, realm: &str) -> String {
    hash.joined(&[user.as_bytes(), realm.as_bytes()])
        .as_str()
        .to_owned()
}

/// Everything that goes into one response, with escapes and quotes taken off.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Algorithm of the challenge.
    pub algorithm: Algorithm,
    /// The result of [`ha1`], never the session form.
    pub ha1: Hex,
    /// Nonce of the challenge.
    pub nonce: &'a str,
    /// Client nonce; unused without `qop` unless the algorithm is a session form.
    pub cnonce: &'a str,
    /// How often the nonce was used, this time included.
    pub nc: u32,
    /// `None` for the form of RFC 2069.
    pub qop: Option<Qop>,
    /// Method; empty for the `rspauth` of a response (RFC 7616 §3.5).
    pub method: &'a str,
    /// The `uri` parameter.
    pub uri: &'a str,
    /// Message body, hashed for `auth-int` only.
    pub body: &'a [u8],
}

impl Input<'_> {
    /// The `response` parameter (RFC 7616 §3.4.1).
    #[must_use]
    pub fn response(&self) -> Hex {
        let hash = self.algorithm.hash;
        let (nonce, cnonce) = (self.nonce.as_bytes(), self.cnonce.as_bytes());
        let a1 = if self.algorithm.session {
            hash.joined(&[self.ha1.as_bytes(), nonce, cnonce])
        } else {
            self.ha1
        };
        let (method, uri) = (self.method.as_bytes(), self.uri.as_bytes());
        let a2 = match self.qop {
            Some(Qop::AuthInt) => hash.joined(&[method, uri, hash.joined(&[self.body]).as_bytes()]),
            Some(Qop::Auth) | None => hash.joined(&[method, uri]),
        };
        match self.qop {
            Some(qop) => hash.joined(&[
                a1.as_bytes(),
                nonce,
                nc_digits(self.nc).as_bytes(),
                cnonce,
                qop.name().as_bytes(),
                a2.as_bytes(),
            ]),
            None => hash.joined(&[a1.as_bytes(), nonce, a2.as_bytes()]),
        }
    }
}

/// The eight digits of a nonce count.
#[must_use]
pub fn nc_digits(nc: u32) -> String {
    format!("{nc:08x}")
}

/// Compares in a time that depends on the lengths alone.
#[must_use]
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    // The barrier keeps the compiler from turning the loop into one that stops early.
    a.len() == b.len()
        && std::hint::black_box(a.iter().zip(b).fold(0, |seen, (x, y)| seen | (x ^ y))) == 0
}

/// HMAC-SHA-256 (RFC 2104) over the parts, each with its length in front so that no two lists are alike.
#[must_use]
pub fn keyed_digest(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let pad = |with: u8| {
        let mut block = [with; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        block
    };
    let mut inner = Sha256::new_with_prefix(pad(0x36));
    for part in parts {
        inner.update((part.len() as u64).to_be_bytes());
        inner.update(part);
    }
    Sha256::new_with_prefix(pad(0x5c))
        .chain_update(inner.finalize())
        .finalize()
        .into()
}

/// Lower-case hexadecimal digits of up to 32 bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    Hex::of(bytes).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mufasa(algorithm: Algorithm) -> Input<'static> {
        Input {
            algorithm,
            ha1: ha1(
                algorithm.hash,
                "Mufasa",
                "http-auth@example.org",
                "Circle of Life",
            ),
            nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            nc: 1,
            qop: Some(Qop::Auth),
            method: "GET",
            uri: "/dir/index.html",
            body: b"",
        }
    }

    #[test]
    fn the_examples_of_rfc_7616_come_out() {
        assert_eq!(
            mufasa(Algorithm::MD5).response().as_str(),
            "8ca523f5e9506fed4657c9700eebdbec"
        );
        assert_eq!(
            mufasa(Algorithm::SHA_256).response().as_str(),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    /// RFC 7616 §3.9.2 printed values of a cut SHA-512; these are the corrected ones of erratum 4897.
    #[test]
    fn the_sha_512_256_example_of_rfc_7616_comes_out_as_corrected() {
        let (user, realm) = ("J\u{e4}s\u{f8}n Doe", "api@example.org");
        let hash = Hash::Sha512_256;
        assert_eq!(
            hash.joined(&[user.as_bytes(), realm.as_bytes()]).as_str(),
            "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
        );
        let input = Input {
            algorithm: Algorithm::SHA_512_256,
            ha1: ha1(hash, user, realm, "Secret, or not?"),
            nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
            cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
            nc: 1,
            qop: Some(Qop::Auth),
            method: "GET",
            uri: "/doe.json",
            body: b"",
        };
        assert_eq!(
            input.response().as_str(),
            "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"
        );
    }

    #[test]
    fn the_example_of_rfc_2617_comes_out() {
        let input = Input {
            algorithm: Algorithm::MD5,
            ha1: ha1(Hash::Md5, "Mufasa", "testrealm@host.com", "Circle Of Life"),
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            cnonce: "0a4f113b",
            nc: 1,
            qop: Some(Qop::Auth),
            method: "GET",
            uri: "/dir/index.html",
            body: b"",
        };
        assert_eq!(input.ha1.as_str(), "939e7578ed9e3c518a452acee763bce9");
        assert_eq!(
            input.response().as_str(),
            "6629fae49393a05397450978507c4ef1"
        );
        let legacy = Input { qop: None, ..input };
        assert_eq!(
            legacy.response().as_str(),
            "670fd8c2df070c60b045671b8b24ff02"
        );
    }

    /// Values computed with another implementation of the hashes.
    #[test]
    fn session_forms_and_body_protection_come_out() {
        let table = INDEPENDENT;
        for (name, qop, expected) in table {
            let algorithm = Algorithm::parse(name).unwrap();
            let input = Input {
                qop: Some(qop),
                method: "INVITE",
                uri: "sip:bob@biloxi.example.com",
                body: b"v=0\r\n",
                nc: 0x1f,
                ..mufasa(algorithm)
            };
            assert_eq!(input.response().as_str(), expected, "{name} {qop:?}");
        }
    }

    #[test]
    fn names_are_read_without_case_and_written_as_registered() {
        for (name, algorithm) in Algorithm::NAMES {
            assert_eq!(Algorithm::parse(&name.to_lowercase()), Some(algorithm));
            assert_eq!(algorithm.name(), name);
        }
        assert_eq!(Algorithm::parse("SHA-1"), None);
        assert_eq!(Algorithm::parse("AKAv1-MD5"), None);
        assert_eq!(Qop::parse("AUTH-INT"), Some(Qop::AuthInt));
    }

    #[test]
    fn hex_of_the_wrong_length_or_alphabet_is_refused() {
        assert!(
            Hex::parse(&"A".repeat(32), Hash::Md5)
                .is_some_and(|hex| hex.as_str().starts_with("aaa"))
        );
        assert!(Hex::parse(&"a".repeat(32), Hash::Sha256).is_none());
        assert!(Hex::parse(&"g".repeat(64), Hash::Sha256).is_none());
    }

    #[test]
    fn equality_sees_every_byte() {
        assert!(constant_time_eq(b"", b""));
        assert!(constant_time_eq(b"abc", b"abc"));
        assert!(!constant_time_eq(b"abc", b"abd"));
        assert!(!constant_time_eq(b"abc", b"ab"));
    }

    #[test]
    fn the_keyed_digest_separates_its_parts() {
        let key = [7; 32];
        assert_ne!(
            keyed_digest(&key, &[b"ab", b"c"]),
            keyed_digest(&key, &[b"a", b"bc"])
        );
        assert_ne!(keyed_digest(&key, &[b"a"]), keyed_digest(&[8; 32], &[b"a"]));
    }

    const INDEPENDENT: [(&str, Qop, &str); 8] = [
        ("MD5", Qop::AuthInt, "900f86e37e9157edef7335ed741a7d72"),
        ("MD5-sess", Qop::Auth, "1a935f058faa65989d647d596ef80c80"),
        (
            "SHA-256",
            Qop::AuthInt,
            "d0b8c1fb39caf7a8696399577d73ae4399e1a3c16ebf2c6df96c4c573673c8ed",
        ),
        (
            "SHA-256-sess",
            Qop::Auth,
            "f024eccd32f6d768b7cfd2e47a32b29d2910b60b99fe0ad05bd1323cbaf34338",
        ),
        (
            "SHA-256-sess",
            Qop::AuthInt,
            "9360f91828de31ecd6dfb9e161678d554d80901275ae5671d26ca742a37b8211",
        ),
        (
            "SHA-512-256",
            Qop::AuthInt,
            "9f8adfbf08baf1eec408a4ad24979304dafb853872ab6ded71aa02d85153f6a6",
        ),
        (
            "SHA-512-256-sess",
            Qop::Auth,
            "f95a1e6dc10244c3844a1ad4e4e240d56e7d6fab09afdb22d592dc8c48aaa56a",
        ),
        (
            "SHA-512-256-sess",
            Qop::AuthInt,
            "7a2da606748e8a1644b8e773ba93ab60dddcf657f9b407f121ddee4b4a45f0e6",
        ),
    ];
}
