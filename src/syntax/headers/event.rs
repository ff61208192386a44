//! Event and Subscription-State: RFC 6665 §8.2, §8.4.

use std::fmt;

use super::{TypedHeader, token_with_params};
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::message::delta_seconds;
use crate::syntax::params::Params;

/// Which package, and which of several subscriptions to it in a dialog.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Event<'a> {
    /// The package with its templates, such as `presence.winfo`. Packages compare with case (RFC 6665 §8.2.1).
    pub package: &'a str,
    /// All parameters.
    pub params: Params<'a>,
}

impl<'a> Event<'a> {
    /// The `id` parameter.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.params.get("id")
    }

    /// Whether two name the same subscription: package and id are compared, nothing else (RFC 6665 §4.5.2).
    #[must_use]
    pub fn same(&self, other: &Event<'_>) -> bool {
        self.package == other.package && self.id() == other.id()
    }
}

impl<'a> TypedHeader<'a> for Event<'a> {
    const ID: HeaderId = HeaderId::Event;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (package, params) = token_with_params(text, "malformed event package")?;
        Ok(Self { package, params })
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.package, self.params)
    }
}

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SubscriptionState<'a> {
    /// `active`, `pending`, `terminated` or an extension, as written.
    pub state: &'a str,
    /// All parameters.
    pub params: Params<'a>,
}

impl<'a> SubscriptionState<'a> {
    /// Whether it is `active`.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state.eq_ignore_ascii_case("active")
    }

    /// Whether it is `pending`.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.state.eq_ignore_ascii_case("pending")
    }

    /// Whether it is `terminated`.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state.eq_ignore_ascii_case("terminated")
    }

    /// Seconds left.
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        delta_seconds(self.params.get("expires")?.as_bytes())
    }

    /// Seconds to wait before another try.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        delta_seconds(self.params.get("retry-after")?.as_bytes())
    }

    /// Why it ended.
    #[must_use]
    pub fn reason(&self) -> Option<&'a str> {
        self.params.get("reason")
    }
}

impl<'a> TypedHeader<'a> for SubscriptionState<'a> {
    const ID: HeaderId = HeaderId::SubscriptionState;

    fn parse_value(text: &'a str) -> Result<Self, ParseError> {
        let (state, params) = token_with_params(text, "malformed subscription state")?;
        Ok(Self { state, params })
    }
}

impl fmt::Display for SubscriptionState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.state, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_match_by_package_and_id_alone() {
        let parse = |text| Event::parse_value(text).unwrap();
        assert!(parse("dialog;id=7;x=1").same(&parse("dialog ; ID=7")));
        assert!(!parse("dialog;id=7").same(&parse("dialog")));
        assert!(!parse("dialog").same(&parse("Dialog")));
        assert_eq!(parse("presence.winfo").package, "presence.winfo");
        assert!(Event::parse_value("").is_err());
        assert!(Event::parse_value("a b").is_err());
    }

    #[test]
    fn states_carry_their_parameters() {
        let state =
            SubscriptionState::parse_value("Terminated;reason=timeout;retry-after=9").unwrap();
        assert!(state.is_terminated() && !state.is_active() && !state.is_pending());
        assert_eq!(
            (state.reason(), state.retry_after()),
            (Some("timeout"), Some(9))
        );
        assert_eq!(
            SubscriptionState::parse_value("active;expires=60")
                .unwrap()
                .expires(),
            Some(60)
        );
    }
}
