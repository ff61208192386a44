//! `read` in other stacks and in ours, in one run: parse one datagram, get top Via branch, From tag, To tag, Call-ID, CSeq
//! number and method, Contact host, Content-Length, free. Every reader returns the sum of the lengths it saw, and all
//! sums must agree before anything is timed.

#![allow(clippy::unwrap_used, reason = "a measuring program may")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

const MESSAGES: [&str; 5] = ["invite", "register", "ok200", "notify", "big"];

fn message(name: &str) -> Vec<u8> {
    let shared = std::env::var_os("RTC_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared"),
        PathBuf::from,
    );
    let path = shared
        .join("corpora/bench")
        .join(name)
        .with_extension("sip");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

mod ours {
    use std::hint::black_box;

    use rtcclient::base::Limits;
    use rtcclient::syntax::{Message, Uri};

    pub fn read(bytes: &[u8]) -> Option<usize> {
        let message = Message::parse_datagram(bytes, &Limits::default()).ok()?;
        let contact = message.contacts().next()?.ok()?;
        let host = Uri::parse(contact.uri()).ok()?.host;
        Some(
            black_box(message.branch())?.len()
                + black_box(message.from_tag())?.len()
                + black_box(message.to_tag()).map_or(0, str::len)
                + black_box(message.call_id()).len()
                + black_box(message.cseq()) as usize
                + black_box(message.cseq_method()).len()
                + black_box(host).len()
                + black_box(message.content_length())? as usize,
        )
    }
}

/// The same through the C ABI: parse, one head read, release.
mod ours_in_c {
    use rtcclient::ffi::{object, records::rtc_sip_head_t, sip_message};
    use std::hint::black_box;

    pub fn read(bytes: &[u8]) -> Option<usize> {
        let mut message = std::ptr::null_mut();
        // SAFETY: pointers to locals that live until the calls return; all zeros are a value of the structure.
        unsafe {
            let mut head: rtc_sip_head_t = std::mem::zeroed();
            head.size = size_of::<rtc_sip_head_t>() as u32;
            let none = std::ptr::null_mut();
            if sip_message::rtc_sip_message_parse(
                bytes.as_ptr().cast(),
                bytes.len(),
                0,
                none,
                &raw mut message,
            ) < 0
                || sip_message::rtc_sip_message_get_head(message, &raw mut head) < 0
            {
                return None;
            }
            black_box(&head);
            let sum = head.via_branch.len
                + head.from_tag.len
                + head.to_tag.len
                + head.call_id.len
                + head.cseq as usize
                + head.method.len
                + head.contact_host.len
                + usize::try_from(head.content_length).ok()?;
            object::rtc_object_release(message.cast());
            Some(sum)
        }
    }
}

mod rsipstack_peer {
    use std::hint::black_box;

    use rsipstack::sip::prelude::{HasHeaders, HeadersExt};
    use rsipstack::sip::{Header, SipMessage, typed};

    pub fn read(bytes: &[u8]) -> Option<usize> {
        let message = SipMessage::try_from(bytes).ok()?;
        let via = typed::Via::parse(message.top_via_header().ok()?.value()).ok()?;
        let from = typed::From::parse(message.from_header().ok()?.value()).ok()?;
        let to = typed::To::parse(message.to_header().ok()?.value()).ok()?;
        let cseq = typed::CSeq::parse(message.cseq_header().ok()?.value()).ok()?;
        let contact = typed::Contact::parse(message.contact_header().ok()?.value()).ok()?;
        let length: usize = message.headers().iter().find_map(|header| match header {
            Header::ContentLength(length) => length.value().trim().parse().ok(),
            _ => None,
        })?;
        Some(
            black_box(via.branch())?.value().len()
                + black_box(from.tag())?.value().len()
                + black_box(to.tag()).map_or(0, |tag| tag.value().len())
                + black_box(message.call_id_header()).ok()?.value().len()
                + black_box(cseq.seq) as usize
                + cseq.method.to_string().len()
                + contact.uri.host().to_string().len()
                + black_box(length),
        )
    }
}

mod rsip_peer {
    use std::hint::black_box;

    use rsip::prelude::{HasHeaders, HeadersExt, UntypedHeader};
    use rsip::{Header, SipMessage};

    pub fn read(bytes: &[u8]) -> Option<usize> {
        let message = SipMessage::try_from(bytes).ok()?;
        let via = message.via_header().ok()?.typed().ok()?;
        let from = message.from_header().ok()?.typed().ok()?;
        let to = message.to_header().ok()?.typed().ok()?;
        let cseq = message.cseq_header().ok()?.typed().ok()?;
        let contact = message.contact_header().ok()?.typed().ok()?;
        let length: usize = message.headers().iter().find_map(|header| match header {
            Header::ContentLength(length) => length.value().trim().parse().ok(),
            _ => None,
        })?;
        Some(
            black_box(via.branch())?.value().len()
                + black_box(from.tag())?.value().len()
                + black_box(to.tag()).map_or(0, |tag| tag.value().len())
                + black_box(message.call_id_header()).ok()?.value().len()
                + black_box(cseq.seq) as usize
                + cseq.method.to_string().len()
                + contact.uri.host().to_string().len()
                + black_box(length),
        )
    }

    use rsip::headers::ToTypedHeader;
}

mod ezk_peer {
    use std::hint::black_box;

    use bytes::Bytes;
    use ezk_sip_types::header::typed::{CSeq, CallID, Contact, ContentLength, FromTo, Via};
    use ezk_sip_types::msg::{Line, MessageLine, PullParser};
    use ezk_sip_types::parse::Parse;
    use ezk_sip_types::{Headers, Name};

    pub fn read(bytes: &[u8]) -> Option<usize> {
        let bytes = Bytes::copy_from_slice(bytes);
        let mut parser = PullParser::new(&bytes, 0);
        let start = std::str::from_utf8(parser.next()?.ok()?).ok()?;
        let (_, start) = MessageLine::parse(&bytes)(start).ok()?;
        let mut headers = Headers::new();
        for line in parser {
            let line = std::str::from_utf8(line.ok()?).ok()?;
            let (_, line) = Line::parse(&bytes, line).ok()?;
            headers.insert(line.name, line.value);
        }
        black_box(&start);
        let via: Via = headers.get_named().ok()?;
        let from: FromTo = headers.get(Name::FROM).ok()?;
        let to: FromTo = headers.get(Name::TO).ok()?;
        let call_id: CallID = headers.get_named().ok()?;
        let cseq: CSeq = headers.get_named().ok()?;
        let contact: Contact = headers.get_named().ok()?;
        let length: ContentLength = headers.get_named().ok()?;
        Some(
            black_box(via.params.get_val("branch"))?.len()
                + black_box(from.tag)?.len()
                + black_box(to.tag).map_or(0, |tag| tag.len())
                + black_box(call_id.0).len()
                + black_box(cseq.cseq) as usize
                + cseq.method.to_string().len()
                + contact.uri.uri.host_port.host.to_string().len()
                + black_box(length.0),
        )
    }
}

type Reader = fn(&[u8]) -> Option<usize>;

const READERS: [(&str, Reader); 5] = [
    ("rtcclient", ours::read),
    ("rtcclient in C", ours_in_c::read),
    ("rsipstack", rsipstack_peer::read),
    ("rsip", rsip_peer::read),
    ("ezk", ezk_peer::read),
];

fn read(c: &mut Criterion) {
    for name in MESSAGES {
        let bytes = message(name);
        let expected = ours::read(&bytes).unwrap();
        let mut group = c.benchmark_group(format!("read {name}"));
        for (stack, reader) in READERS {
            match reader(&bytes) {
                Some(sum) if sum == expected => {
                    group.bench_function(BenchmarkId::from_parameter(stack), |b| {
                        b.iter(|| reader(black_box(&bytes)));
                    });
                }
                Some(sum) => {
                    println!("{stack} reads {name} otherwise: {sum}, not {expected}; not timed");
                }
                None => println!("{stack} cannot read {name}; not timed"),
            }
        }
        group.finish();
    }
}

criterion_group!(benches, read);
criterion_main!(benches);
