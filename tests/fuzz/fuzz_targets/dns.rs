//! What a name server sends, and lines of a zone that the application brings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::dns::{Kind, Question, Zone, message};

fuzz_target!(|bytes: &[u8]| {
    for kind in [Kind::Naptr, Kind::Srv, Kind::A, Kind::Aaaa] {
        let question = Question::new("example.com", kind);
        let id = match bytes {
            [a, b, ..] => u16::from_be_bytes([*a, *b]),
            _ => 0,
        };
        let _ = message::read(bytes, id, &question);
        if let Ok(text) = std::str::from_utf8(bytes) {
            let _ = message::query(7, &Question::new(text, kind), true);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(zone) = Zone::parse(text)
    {
        let _ = zone.answer(&Question::new("example.com", Kind::A));
    }
});
