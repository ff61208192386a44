//! Counts and times the parser and the builder: `read`, as the project's performance table defines it, and building a
//! 200 with a session description.
//!
//! `bench_read read|cread|build|parse FILE ROUNDS`: prints nanoseconds a round. For instructions, run it under
//! `valgrind --tool=callgrind` with two numbers of rounds and divide the difference.

#![expect(clippy::print_stdout, reason = "a measuring program reports on standard output")]
#![expect(clippy::disallowed_methods, reason = "a measuring program looks at the clock")]

use std::hint::black_box;
use std::time::Instant;

use rtcclient::base::limits::Limits;
use rtcclient::syntax::{HeaderId, Message, MessageBuilder, Uri};

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(what), Some(path)) = (args.next(), args.next()) else {
        println!("usage: bench_read read|cread|build|parse FILE ROUNDS");
        return;
    };
    let rounds: u32 = args.next().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let bytes = std::fs::read(&path).expect("the file can be read");
    let limits = Limits::default();
    let request = Message::parse_datagram(&bytes, &limits).expect("the file is a SIP message");
    let body = request.body().to_vec();
    let start = Instant::now();
    let mut sum = 0_usize;
    for _ in 0..rounds {
        sum += match what.as_str() {
            "read" => read(black_box(&bytes), &limits),
            "cread" => read_in_c(black_box(&bytes)),
            "parse" => Message::parse_datagram(black_box(&bytes), &limits).map_or(0, |m| m.count()),
            _ => build(black_box(&request), &body),
        };
    }
    let nanos = start.elapsed().as_nanos() / u128::from(rounds.max(1));
    println!("{what} {path}: {nanos} ns a round ({sum})");
}

/// Parse, look at what every dialog needs, free.
fn read(bytes: &[u8], limits: &Limits) -> usize {
    let Ok(message) = Message::parse_datagram(bytes, limits) else { return 0 };
    let contact = message.contacts().next().and_then(Result::ok);
    let host = contact.as_ref().and_then(|contact| Uri::parse(contact.uri()).ok());
    black_box(message.branch()).map_or(0, str::len)
        + black_box(message.from_tag()).map_or(0, str::len)
        + black_box(message.to_tag()).map_or(0, str::len)
        + black_box(message.call_id()).len()
        + black_box(message.cseq()) as usize
        + black_box(message.cseq_method()).len()
        + black_box(message.content_length()).unwrap_or(0) as usize
        + host.map_or(0, |uri| black_box(uri.host).len())
}

/// The same through the C ABI: parse, one head read, release.
fn read_in_c(bytes: &[u8]) -> usize {
    use rtcclient::ffi::{object, records::rtc_sip_head_t, sip_message};
    let mut message = std::ptr::null_mut();
    // SAFETY: pointers to locals that live until the calls return; all zeros are a value of the structure.
    unsafe {
        let mut head: rtc_sip_head_t = std::mem::zeroed();
        head.size = size_of::<rtc_sip_head_t>() as u32;
        let bytes = (bytes.as_ptr().cast(), bytes.len());
        let none = std::ptr::null_mut();
        if sip_message::rtc_sip_message_parse(bytes.0, bytes.1, 0, none, &raw mut message) < 0
            || sip_message::rtc_sip_message_get_head(message, &raw mut head) < 0
        {
            return 0;
        }
        object::rtc_object_release(message.cast());
        black_box(&head);
        head.via_branch.len
            + head.from_tag.len
            + head.to_tag.len
            + head.call_id.len
            + head.cseq as usize
            + head.method.len
            + usize::try_from(head.content_length).unwrap_or(0)
            + head.contact_host.len
    }
}

/// A 200 to an INVITE, as a user agent sends it.
fn build(request: &Message, body: &[u8]) -> usize {
    let response = MessageBuilder::response_to(request, 200, "OK", "8321234356")
        .header(HeaderId::Contact, "<sip:bob@client.biloxi.example.com;transport=udp>")
        .header(HeaderId::Allow, "INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE, PRACK, INFO")
        .header(HeaderId::Supported, "replaces, timer, 100rel")
        .header(HeaderId::Server, "Example UA/1.0")
        .body("application/sdp", body)
        .build();
    black_box(response.as_bytes()).len()
}
