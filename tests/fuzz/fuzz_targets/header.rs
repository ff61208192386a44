//! Every typed header; the first byte chooses which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::syntax::headers::{self, TypedHeader};

macro_rules! each {
    ($which:expr, $text:expr, $($kind:ty),+ $(,)?) => {{
        let parsers: &[fn(&str)] = &[$(|text| { let _ = <$kind as TypedHeader<'_>>::parse_value(text); }),+];
        parsers[usize::from($which) % parsers.len()]($text);
    }};
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&which, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    each!(
        which,
        text,
        headers::FromHeader<'_>,
        headers::ToHeader<'_>,
        headers::Route<'_>,
        headers::RecordRoute<'_>,
        headers::ReferTo<'_>,
        headers::ReferredBy<'_>,
        headers::PAssertedIdentity<'_>,
        headers::WwwAuthenticate<'_>,
        headers::ProxyAuthenticate<'_>,
        headers::Authorization<'_>,
        headers::ProxyAuthorization<'_>,
        headers::AuthenticationInfo<'_>,
        headers::Contact<'_>,
        headers::Replaces<'_>,
        headers::Join<'_>,
        headers::TargetDialog<'_>,
        headers::Event<'_>,
        headers::SubscriptionState<'_>,
        headers::Accept<'_>,
        headers::ContentType<'_>,
        headers::ContentDisposition<'_>,
        headers::CSeq<'_>,
        headers::RAck<'_>,
        headers::RSeq,
        headers::RetryAfter<'_>,
        headers::SessionExpires<'_>,
        headers::MinSe,
        headers::Expires,
        headers::Reason<'_>,
        headers::Warning<'_>,
        headers::Via<'_>,
    );
});
