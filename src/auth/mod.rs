//! Digest access authentication for SIP: RFC 3261 §22 with RFC 7616 and RFC 8760, both sides, without I/O.
//!
//! [`Authorizer`] answers challenges (UAC), [`Challenger`] makes and checks them (UAS, registrar, proxy).
//! Neither sends anything nor reads a clock or a random source: both are handed in.
#![forbid(unsafe_code)]

pub mod authorizer;
pub mod challenge;
pub mod challenger;
pub mod credentials;
pub mod digest;
mod params;

pub use authorizer::{Attempts, AuthLine, Authorizer, Received, Refusal, RespondFault};
pub use challenge::{Challenge, ChallengeFault, QopOffer};
pub use challenger::{Challenger, ChallengerConfig, Verdict};
pub use credentials::{Credential, CredentialStore, Credentials, CredentialsFault, Secret};
pub use digest::{Algorithm, Hash, Hex, Qop};

/// Who asks: the server itself (401) or a proxy on the way (407).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Role {
    /// 401, `WWW-Authenticate`, `Authorization`.
    Server,
    /// 407, `Proxy-Authenticate`, `Proxy-Authorization`.
    Proxy,
}

impl Role {
    /// The role that goes with a response's status code.
    #[must_use]
    pub const fn of_status(status: u16) -> Option<Self> {
        match status {
            401 => Some(Self::Server),
            407 => Some(Self::Proxy),
            _ => None,
        }
    }

    /// The status code of the response that carries the challenge.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Server => 401,
            Self::Proxy => 407,
        }
    }

    /// The header field that carries the challenge.
    #[must_use]
    pub const fn challenge_header(self) -> &'static str {
        match self {
            Self::Server => "WWW-Authenticate",
            Self::Proxy => "Proxy-Authenticate",
        }
    }

    /// The header field that carries the credentials.
    #[must_use]
    pub const fn credentials_header(self) -> &'static str {
        match self {
            Self::Server => "Authorization",
            Self::Proxy => "Proxy-Authorization",
        }
    }
}

/// What of a request goes into the digest.
#[derive(Clone, Copy, Debug)]
pub struct Protected<'a> {
    /// The method as sent.
    pub method: &'a str,
    /// The Request-URI as sent (RFC 3261 §22.4 item 1).
    pub uri: &'a str,
    /// The message body, only used for `auth-int`.
    pub body: &'a [u8],
}
