//! Documents: those of the event packages, the profile of provisioning, and patterns of keys (RFC 4730).
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::agent::profile_xml::ProfileXml;
use rtcclient::events::Document;
use rtcclient::events::digits::{Key, Pattern};

const TYPES: [&str; 9] = [
    "application/pidf+xml",
    "application/watcherinfo+xml",
    "application/dialog-info+xml",
    "application/simple-message-summary",
    "application/reginfo+xml",
    "application/conference-info+xml",
    "application/kpml-request+xml",
    "application/kpml-response+xml",
    "application/im-iscomposing+xml",
];

fuzz_target!(|bytes: &[u8]| {
    for content_type in TYPES {
        let read = Document::read(content_type, bytes).expect("a type that is known");
        if let Ok(document) = read {
            let _ = document.version();
            let json = document.json();
            assert!(json.starts_with('{') && json.ends_with('}'), "{json}");
            assert!(!json.contains(['\r', '\n']), "{json}");
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(profile) = ProfileXml::parse(text) {
        let _ = (
            profile.registrar(),
            profile.proxy(),
            profile.session_capabilities(),
        );
    }
    let (pattern, keys) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(pattern) = Pattern::parse(pattern) {
        let keys: Vec<Key> = keys
            .chars()
            .take(64)
            .filter_map(|key| Key::new(key, false))
            .collect();
        let _ = pattern.fit(&keys);
    }
});
