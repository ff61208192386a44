//! Challenges and credentials: RFC 3261 §20.7, §20.27, §20.28, §20.44; RFC 7616, RFC 8760.
//!
//! Syntax only: the digests are computed elsewhere.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::{TypedHeader, leading_token};
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::params::Params;

/// A scheme with parameters: a challenge or an answer to one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Authentication<'a> {
    /// `Digest`, or another.
    pub scheme: &'a str,
    /// The parameters, separated by commas.
    pub params: Params<'a>,
}

impl<'a> Authentication<'a> {
    /// Parses one challenge or one set of credentials.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let (scheme, rest) = leading_token(text, "malformed authentication scheme")?;
        let base = text.len() - rest.len();
        let params = Params::parse_comma_separated(rest).map_err(|error| error.within(base))?;
        Ok(Self { scheme, params })
    }

    /// Whether the scheme is Digest.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("Digest")
    }

    /// A parameter's value, unquoted and unescaped.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.params.get_unescaped(name)
    }

    /// The protection space.
    #[must_use]
    pub fn realm(&self) -> Option<Cow<'a, str>> {
        self.get("realm")
    }

    /// The nonce as written between its quotes: it is hashed as it stands.
    #[must_use]
    pub fn nonce(&self) -> Option<&'a str> {
        self.params.get("nonce")
    }

    /// The opaque value as written between its quotes.
    #[must_use]
    pub fn opaque(&self) -> Option<&'a str> {
        self.params.get("opaque")
    }

    /// The algorithm; MD5 when absent.
    #[must_use]
    pub fn algorithm(&self) -> &'a str {
        self.params.get("algorithm").unwrap_or("MD5")
    }

    /// The qualities of protection offered, or the one chosen.
    pub fn qop(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = self.params.get("qop").unwrap_or("");
        text.split(',').map(str::trim).filter(|qop| !qop.is_empty())
    }

    /// Whether the nonce was refused only for its age.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.params
            .get("stale")
            .is_some_and(|stale| stale.eq_ignore_ascii_case("true"))
    }
}

impl fmt::Display for Authentication<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scheme, self.params)
    }
}

macro_rules! authentication {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct $name<'a>(pub Authentication<'a>);

        impl<'a> TypedHeader<'a> for $name<'a> {
            const ID: HeaderId = HeaderId::$name;

            fn parse_value(text: &'a str) -> Result<Self, ParseError> {
                Authentication::parse(text).map(Self)
            }
        }

        impl<'a> Deref for $name<'a> {
            type Target = Authentication<'a>;

            fn deref(&self) -> &Authentication<'a> {
                &self.0
            }
        }
    )*};
}

authentication! {
    /// A user agent server's or registrar's challenge.
    WwwAuthenticate;
    /// A proxy's challenge.
    ProxyAuthenticate;
    /// The answer to a [`WwwAuthenticate`].
    Authorization;
    /// The answer to a [`ProxyAuthenticate`].
    ProxyAuthorization;
}

/// Authentication-Info: parameters without a scheme.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AuthenticationInfo<'a>(pub Params<'a>);

impl<'a> TypedHeader<'a> for AuthenticationInfo<'a> {
    const ID: HeaderId = HeaderId::AuthenticationInfo;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        Params::parse_comma_separated(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_comes_apart() {
        let text = r#"Digest realm="a \"b\", c", qop="auth, auth-int" ,nonce="84a4", stale=TRUE, algorithm=SHA-256"#;
        let challenge = WwwAuthenticate::parse_value(text).unwrap();
        assert!(challenge.is_digest());
        assert_eq!(challenge.realm().as_deref(), Some(r#"a "b", c"#));
        assert_eq!(challenge.qop().collect::<Vec<_>>(), ["auth", "auth-int"]);
        assert_eq!(challenge.nonce(), Some("84a4"));
        assert_eq!(challenge.algorithm(), "SHA-256");
        assert!(challenge.is_stale());
    }

    #[test]
    fn unknown_schemes_are_kept() {
        let other = Authorization::parse_value("NoOneKnowsThisScheme opaque-data=here").unwrap();
        assert_eq!(other.scheme, "NoOneKnowsThisScheme");
        assert!(!other.is_digest());
        assert_eq!(other.algorithm(), "MD5");
        assert!(Authorization::parse_value("").is_err());
        assert!(Authorization::parse_value("Digest realm=\"open").is_err());
    }
}
