//! The parameter lists behind the Digest scheme (RFC 3261 §25.1), on the walker that all of the syntax layer shares.

use std::borrow::Cow;

use crate::syntax::headers::Authentication;
use crate::syntax::params::Params;

/// Longest header field value looked at, in bytes.
const MAX_VALUE: usize = 8 * 1024;
/// Most parameters of one value.
const MAX_PARAMS: usize = 32;

/// Why a value gives no Digest parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ValueFault {
    /// Not `scheme name=value, …`, a parameter twice or without a value, or too long.
    Malformed,
    /// Another scheme; what follows its name need not be parameters.
    OtherScheme,
}

/// Parameters that are known to have a value each and to come once each.
#[derive(Clone, Copy, Debug)]
pub(super) struct DigestParams<'a>(Params<'a>);

impl<'a> DigestParams<'a> {
    /// The parameters of one challenge or one set of credentials.
    pub(super) fn parse(value: &'a str) -> Result<Self, ValueFault> {
        let scheme = value.split_ascii_whitespace().next().unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("Digest") {
            let is_scheme = !scheme.is_empty() && !scheme.contains(['=', ',', '"']);
            return Err(if is_scheme {
                ValueFault::OtherScheme
            } else {
                ValueFault::Malformed
            });
        }
        let parsed = Authentication::parse(value).map_err(|_| ValueFault::Malformed)?;
        Self::checked(value, parsed.params)
    }

    /// A list without a scheme, as in `Authentication-Info`.
    pub(super) fn parse_bare(value: &'a str) -> Result<Self, ValueFault> {
        let params = Params::parse_comma_separated(value).map_err(|_| ValueFault::Malformed)?;
        Self::checked(value, params)
    }

    fn checked(value: &str, params: Params<'a>) -> Result<Self, ValueFault> {
        let mut names: Vec<&str> = Vec::new();
        for param in params.iter() {
            // Two of a name would let two readers see two values.
            let is_repeat = names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(param.name));
            if is_repeat || param.value.is_none() || names.len() == MAX_PARAMS {
                return Err(ValueFault::Malformed);
            }
            names.push(param.name);
        }
        if value.len() > MAX_VALUE || !is_quotable(value) {
            return Err(ValueFault::Malformed);
        }
        Ok(Self(params))
    }

    /// A value without its quotes, escapes as they came: what is echoed, and hashed, byte for byte.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.0.get(name)
    }

    /// A value with escapes undone.
    pub(super) fn unescaped(&self, name: &str) -> Option<Cow<'a, str>> {
        self.0.get_unescaped(name)
    }
}

/// Whether text may stand between quotes once escaped: no line ends, no other controls but the tab.
pub(super) fn is_quotable(text: &str) -> bool {
    !text
        .bytes()
        .any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_empty_items_and_quoted_commas_are_taken() {
        let value = r#"Digest  realm = "a, \"b\"" ,, nonce=x/y== ,qop="auth,auth-int""#;
        let params = DigestParams::parse(value).unwrap();
        assert_eq!(params.unescaped("REALM").unwrap(), "a, \"b\"");
        assert_eq!(params.raw("realm"), Some(r#"a, \"b\""#));
        assert_eq!(params.raw("nonce"), Some("x/y=="));
        assert_eq!(params.raw("qop"), Some("auth,auth-int"));
    }

    #[test]
    fn what_is_not_a_parameter_list_is_refused() {
        for bad in [
            "",
            " ",
            "Digest realm",
            "Digest =x",
            "Digest realm=\"open",
            "Digest realm=\"x\\\"",
            "Digest realm=\"a\" nonce=\"b\"",
            "Digest realm=a\"b\"",
            "Digest realm=\"a\\\rX\"",
            "Digest a=1, A=2",
            "Dig\"est realm=a",
        ] {
            assert_eq!(
                DigestParams::parse(bad).unwrap_err(),
                ValueFault::Malformed,
                "{bad:?}"
            );
        }
        let many: String = (0..=MAX_PARAMS).map(|n| format!("a{n}=1,")).collect();
        assert!(DigestParams::parse(&format!("Digest {many}")).is_err());
        assert!(DigestParams::parse(&format!("Digest a={}", "x".repeat(MAX_VALUE))).is_err());
        assert_eq!(
            DigestParams::parse("Negotiate YTpi==").unwrap_err(),
            ValueFault::OtherScheme
        );
    }
}
