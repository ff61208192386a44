//! Documents: those of event packages and the profile of provisioning.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::agent::profile_xml::ProfileXml;
use rtcclient::events::{
    Document, composing, conference, dialog_info, kpml, pidf, reginfo, summary, winfo,
};

/// Every document that a peer can send in a body.
const TYPES: &[&str] = &[
    pidf::CONTENT_TYPE,
    winfo::CONTENT_TYPE,
    dialog_info::CONTENT_TYPE,
    summary::CONTENT_TYPE,
    reginfo::CONTENT_TYPE,
    conference::CONTENT_TYPE,
    kpml::REQUEST_TYPE,
    kpml::RESPONSE_TYPE,
    composing::CONTENT_TYPE,
];

fuzz_target!(|bytes: &[u8]| {
    for content_type in TYPES {
        if let Some(Ok(document)) = Document::read(content_type, bytes) {
            let _ = (document.json(), document.version());
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(profile) = ProfileXml::parse(text)
    {
        let _ = (
            profile.registrar(),
            profile.proxy(),
            profile.session_capabilities(),
        );
    }
});
