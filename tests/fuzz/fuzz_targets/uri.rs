//! URIs, name-addrs and parameters: what parses can be written and parsed again, and is equal to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::syntax::{NameAddr, Params, Uri, uri};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(parsed) = Uri::parse(text) {
        let _ = (
            parsed.host_port(),
            parsed.user_unescaped(),
            parsed.header_fields().count(),
        );
        // RFC 3261 §19.1.4 holds of every URI and itself.
        assert!(uri::equal(text, text), "{text:?}");
        assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
    }
    if let Ok(address) = NameAddr::parse(text) {
        let _ = (address.tag(), address.parsed_uri());
    }
    for params in [Params::parse(text), Params::parse_comma_separated(text)]
        .into_iter()
        .flatten()
    {
        for param in params.iter() {
            let _ = param.unquoted();
            assert!(params.has(param.name));
        }
    }
    let (a, b) = text.split_once(' ').unwrap_or((text, text));
    assert_eq!(
        uri::equal(a, b),
        uri::equal(b, a),
        "not symmetric: {a:?} {b:?}"
    );
    let _ = (
        uri::unescape(text),
        uri::escape_user(text),
        uri::escape_header(text),
    );
});
