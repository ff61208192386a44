//! Documents: presence and the profile of provisioning.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::agent::pidf::Presence;
use rtcclient::agent::profile_xml::ProfileXml;

fuzz_target!(|bytes: &[u8]| {
    let _ = Presence::parse(bytes).map(|presence| presence.best_tuple().is_some());
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
