//! Headers that are one `name-addr`: From, To, Route, Record-Route (RFC 3261 §20), Refer-To (RFC 3515), Referred-By
//! (RFC 3892), P-Asserted-Identity (RFC 3325).

use std::ops::Deref;

use super::TypedHeader;
use crate::syntax::error::ParseError;
use crate::syntax::header_id::HeaderId;
use crate::syntax::name_addr::NameAddr;

macro_rules! address {
    ($($(#[$doc:meta])* $name:ident, $id:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub struct $name<'a>(pub NameAddr<'a>);

        impl<'a> TypedHeader<'a> for $name<'a> {
            const ID: HeaderId = HeaderId::$id;

            fn parse_value(text: &'a str) -> Result<Self, ParseError> {
                NameAddr::parse(text).map(Self)
            }
        }

        impl<'a> Deref for $name<'a> {
            type Target = NameAddr<'a>;

            fn deref(&self) -> &NameAddr<'a> {
                &self.0
            }
        }
    )*};
}

address! {
    /// From, RFC 3261 §20.20.
    FromHeader, From;
    /// To, RFC 3261 §20.39.
    ToHeader, To;
    /// One Route value, RFC 3261 §20.34.
    Route, Route;
    /// One Record-Route value, RFC 3261 §20.30.
    RecordRoute, RecordRoute;
    /// Refer-To, RFC 3515 §2.1.
    ReferTo, ReferTo;
    /// Referred-By, RFC 3892 §2.1.
    ReferredBy, ReferredBy;
    /// One P-Asserted-Identity value, RFC 3325 §9.1.
    PAssertedIdentity, PAssertedIdentity;
}
