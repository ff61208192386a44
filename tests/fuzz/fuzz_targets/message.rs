//! One datagram: parse, read everything, answer it, salvage what is broken. What parses is parsed again as it stands.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::base::Limits;
use rtcclient::syntax::{HeaderId, Message, MessageBuilder, Salvage};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let message = match Message::parse_datagram(bytes, &limits) {
        Ok(message) => message,
        Err(error) => {
            let _ = error.to_string();
            if let Some(salvaged) = Salvage::of(bytes, &error) {
                let _ = salvaged.top_via();
                let _ = salvaged.response("tag", None);
            }
            return;
        }
    };
    read(&message);
    let again = Message::parse_datagram(message.as_bytes(), &limits)
        .expect("what was taken is taken again");
    assert_eq!(again.count(), message.count());
    assert_eq!(again.body(), message.body());
    if message.is_request() {
        let answer = MessageBuilder::response_to(&message, 200, "OK", "tag").build();
        assert_eq!(answer.status(), Some(200));
        assert_eq!(answer.call_id(), message.call_id());
    }
});

fn read(message: &Message) {
    let _ = (
        message.start_line(),
        message.reason(),
        message.max_forwards(),
        message.expires(),
    );
    let _ = (
        message.from(),
        message.to(),
        message.top_via(),
        message.content_type(),
    );
    for (name, value) in message.lines() {
        assert!(!name.is_empty());
        assert!(!value.windows(4).any(|w| w == b"\r\n\r\n"));
        let _ = message.header_named(name);
    }
    for contact in message.contacts().flatten() {
        let _ = (contact.uri(), contact.expires(), contact.q());
    }
    let _ = message.vias().flatten().count() + message.routes().flatten().count();
    for id in [
        HeaderId::Supported,
        HeaderId::Allow,
        HeaderId::Contact,
        HeaderId::Require,
    ] {
        let _ = message.values(id).count();
    }
    for part in message.parts() {
        let _ = (
            part.content_type(),
            part.header("Content-ID"),
            part.parts().count(),
        );
    }
}
