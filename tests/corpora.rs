//! Messages from RFC texts, captures and fuzzers: all sound ones parse, print and parse to the same; nothing else does
//! harm.

#![expect(clippy::cast_possible_truncation, reason = "noise is cut to bytes")]
#![expect(
    clippy::unwrap_used,
    reason = "a corpus that cannot be read fails the test"
)]

mod corpus;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use corpus::Noise;
use rtcclient::base::limits::Limits;
use rtcclient::syntax::headers::{
    Accept, Authentication, CSeq, ContentDisposition, Event, Expires, Join, MaxForwards, MinSe,
    RAck, RSeq, Reason, ReferTo, ReferredBy, Replaces, RetryAfter, SessionExpires,
    SubscriptionState, TargetDialog, Warning,
};
use rtcclient::syntax::{
    Frame, Framer, HeaderId, HeaderLines, Message, MessageBuilder, NameAddr, Params, Parsed,
    Salvage, TypedHeader, Uri, params,
};

/// Flows that RFCs print with an error that no receiver may pass over, by reason.
const REFUSED_FLOWS: &[(&str, &[&str])] = &[
    // Printed without Via lines.
    (
        "missing Via",
        &[
            "rfc3842/001-s4.1-F0-SUBSCRIBE",
            "rfc3842/002-s4.1-F0-200",
            "rfc3842/003-s4.1-F0-NOTIFY",
            "rfc3842/005-s4.1-F0-NOTIFY",
            "rfc3842/006-s4.1-F0-200",
            "rfc3842/007-s4.1-F0-SUBSCRIBE",
            "rfc3842/008-s4.1-F0-200",
            "rfc3842/009-s4.1-F0-NOTIFY",
            "rfc3842/010-s4.1-F0-200",
            "rfc3842/011-s4.1-F0-SUBSCRIBE",
            "rfc3842/012-s4.1-F0-200",
            "rfc3842/013-s4.1-F0-NOTIFY",
            "rfc3842/014-s4.1-F0-200",
            "rfc3891/001-s1-F0-INVITE",
            "rfc3891/002-s1-F0-200",
            "rfc3891/003-s7.1-F0-INVITE",
            "rfc3891/004-s7.1-F0-180",
            "rfc3891/005-s7.1-F0-200",
            "rfc3891/006-s7.1-F0-CANCEL",
            "rfc3891/007-s7.1-F0-200",
            "rfc3891/008-s7.1-F0-487",
            "rfc3911/001-s8.1-F0-INVITE",
            "rfc3911/004-s8.1-F0-302",
            "rfc3911/005-s8.1-F0-INVITE",
            "rfc3911/006-s8.1-F0-200",
            "rfc3911/007-s8.1-F0-REFER",
            "rfc3911/008-s8.1-F0-INVITE",
            "rfc3911/009-s8.1-F0-200",
            "rfc3911/010-s8.2-F0-486",
            "rfc5057/001-s3.1-F2-200",
            "rfc5057/002-s3.1-F2-NOTIFY",
            "rfc5057/003-s3.1-F2-NOTIFY",
            "rfc5057/004-s3.1-F2-BYE",
            "rfc5057/005-s3.2-F2-NOTIFY",
            "rfc5057/006-s3.2-F2-NOTIFY",
            "rfc5057/007-s3.2-F2-SUBSCRIBE",
            "rfc5057/008-s3.2-F2-NOTIFY",
            "rfc5057/009-s6-F2-200",
            "rfc5373/001-s6.1-F0-REGISTER",
            "rfc5626/008-s9.3-F0-INVITE",
            "rfc5626/009-s9.3-F0-INVITE",
            "rfc5626/010-s9.3-F0-430",
            "rfc5626/011-s9.3-F0-INVITE",
            "rfc5626/012-s9.3-F0-INVITE",
            "rfc5626/013-s9.3-F0-200",
            "rfc5626/014-s9.3-F0-ACK",
            "rfc5626/015-s9.3-F0-BYE",
            "rfc5626/016-s9.4-F0-REGISTER",
            "rfc5626/017-s9.5-F0-INVITE",
            "rfc5626/018-s9.5-F0-BYE",
            "rfc5628/001-s8.2-F0-REGISTER",
            "rfc5628/002-s8.2-F0-200",
            "rfc5628/003-s8.2-F0-SUBSCRIBE",
            "rfc5628/004-s8.2-F0-NOTIFY",
        ],
    ),
    // A blank in the Request-URI.
    (
        "malformed start line",
        &[
            "rfc4458/001-s6.1-F1-INVITE",
            "rfc4458/007-s6.4-F1-INVITE",
            "rfc5368/001-s9-F0-REFER",
            "rfc7131/061-s3.11-F1-INVITE",
        ],
    ),
    // Copied from another message.
    (
        "CSeq method is not the request's",
        &[
            "rfc5589/005-s6.1-F5-INVITE",
            "rfc5589/010-s6.2-F4-NOTIFY",
            "rfc5589/011-s6.2-F5-INVITE",
            "rfc5589/012-s6.2-F6-NOTIFY",
        ],
    ),
    // Printed without a number.
    (
        "malformed CSeq",
        &["rfc3911/002-s8.1-F0-INVITE", "rfc3911/003-s8.1-F0-200"],
    ),
    // Prose stands in the value.
    ("malformed Content-Length", &["rfc3842/004-s4.1-F0-200"]),
    // Printed without.
    ("missing Call-ID", &["rfc5407/004-s3.1.4-F4-ACK"]),
    // Printed without.
    ("missing CSeq", &["rfc7433/001-s4.3-F0-INVITE"]),
];

#[test]
fn flows_parse_but_for_those_that_are_wrong_in_print() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    let mut expected = BTreeMap::new();
    for (what, names) in REFUSED_FLOWS {
        expected.extend(
            names
                .iter()
                .map(|name| ((*name).to_owned(), (*what).to_owned())),
        );
    }
    assert!(expected.len() <= 80);
    let mut refused = BTreeMap::new();
    let files = corpus::files(&corpora.join("flows"), &[".sip"]);
    assert_eq!(files.len(), 903);
    for path in &files {
        if let Err(error) =
            Message::parse_datagram(&std::fs::read(path).unwrap(), &Limits::default())
        {
            let name = path.strip_prefix(corpora.join("flows")).unwrap();
            let name = name.to_string_lossy().trim_end_matches(".sip").to_owned();
            refused.insert(name, error.what.to_owned());
        }
    }
    assert_eq!(refused, expected);
}

#[test]
fn wild_messages_all_parse() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    let files = corpus::files(&corpora.join("wild"), &[".sip"]);
    assert_eq!(files.len(), 205);
    for path in &files {
        let parsed = Message::parse_datagram(&std::fs::read(path).unwrap(), &Limits::default());
        assert!(parsed.is_ok(), "{}: {parsed:?}", path.display());
    }
}

/// B-007.
#[test]
fn printing_and_parsing_again_changes_nothing() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    for (name, bytes, message) in sound(&corpora) {
        // A datagram's bytes stay but for folds, of which only the line ends change, to spaces.
        let start = bytes
            .iter()
            .position(|b| !matches!(b, b'\r' | b'\n'))
            .unwrap();
        let kept = &bytes[start..start + message.as_bytes().len()];
        for (old, new) in kept.iter().zip(message.as_bytes()) {
            assert!(
                old == new || (matches!(old, b'\r' | b'\n') && *new == b' '),
                "{name}"
            );
        }
        let again = parse(message.as_bytes());
        same(&name, &message, &again, true);
        assert_eq!(again.as_bytes(), message.as_bytes());
        // Written anew line by line.
        let printed = message.edit().build();
        same(&name, &message, &printed, false);
        same(&name, &printed, &parse(printed.as_bytes()), true);
        assert_eq!(
            printed.edit().build().as_bytes(),
            printed.as_bytes(),
            "{name}"
        );
    }
}

#[test]
fn a_builder_writes_what_a_parser_reads() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    for (name, _, message) in sound(&corpora) {
        let mut builder = match message.status() {
            None => MessageBuilder::request(message.method(), message.request_uri()),
            Some(status) => MessageBuilder::response(status, message.reason()),
        };
        let mut all_text = true;
        for (written, value) in message.lines() {
            match std::str::from_utf8(value) {
                Ok(value) => builder.add_named(written, value),
                Err(_) => all_text = false,
            }
        }
        let built = builder.body("", message.body()).build();
        if !message.start_line().starts_with("SIP/2.0  ") {
            assert_eq!(
                message.start_line_bytes(),
                built.start_line_bytes(),
                "{name}"
            );
        }
        same_envelope(&name, &message, &built);
        same(&name, &built, &parse(built.as_bytes()), true);
        for id in HeaderId::all().filter(|&id| id != HeaderId::ContentLength && all_text) {
            assert!(message.headers(id).eq(built.headers(id)), "{name}: {id:?}");
        }
        if message.is_request() {
            let response = MessageBuilder::response_to(&message, 486, "", "our-tag").build();
            same(&name, &response, &parse(response.as_bytes()), true);
            assert_eq!(
                (response.status(), response.reason()),
                (Some(486), "Busy Here")
            );
            assert_eq!(response.call_id(), message.call_id());
            assert_eq!(response.branch(), message.branch());
            assert_eq!(response.from_tag(), message.from_tag());
            assert_eq!(
                response.to_tag(),
                message.to_tag().or(Some("our-tag")),
                "{name}"
            );
            assert!(
                response
                    .headers(HeaderId::Via)
                    .eq(message.headers(HeaderId::Via))
            );
        }
    }
}

#[test]
fn a_stream_of_all_messages_gives_each_of_them_however_it_is_cut() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    let mut noise = Noise::new(0x5151_0001);
    let messages: Vec<Message> = sound(&corpora)
        .filter(|(_, _, message)| message.content_length().is_some())
        .map(|(_, _, message)| message)
        .collect();
    assert!(messages.len() > 900);
    let stream: Vec<u8> = messages
        .iter()
        .flat_map(|message| message.as_bytes().to_vec())
        .collect();
    for longest in [1, 50, 1500, 70_000] {
        let mut framer = Framer::new(Limits::default());
        let mut expected = messages.iter();
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let (piece, left) = rest.split_at((1 + noise.below(longest)).min(rest.len()));
            rest = left;
            framer.push(piece);
            while let Some(frame) = framer.next() {
                if let Frame::Message(message) = frame.unwrap() {
                    assert_eq!(Some(&message), expected.next());
                }
            }
        }
        assert_eq!((expected.next(), framer.buffered()), (None, 0));
    }
}

#[test]
fn malformed_messages_do_no_harm() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    let mut count = 0;
    for path in corpus::files(&corpora.join("malformed"), &[""]) {
        if !path.to_string_lossy().ends_with(".xz") {
            exercise(&std::fs::read(&path).unwrap());
            count += 1;
        }
    }
    assert!(count >= 313, "{count}");
    let unpacked = Unpacked::new(&corpora.join("malformed/protos-c07"));
    let cases = corpus::files(&unpacked.0, &[""]);
    assert!(cases.len() >= 1509, "{}", cases.len());
    for path in cases {
        exercise(&std::fs::read(path).unwrap());
    }
}

/// B-022.
#[test]
fn mutated_messages_do_no_harm() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    let mut noise = Noise::new(0x5151_0002);
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for folder in [
        "rfc4475",
        "rfc5118",
        "wild",
        "bench",
        "flows/rfc3261",
        "flows/rfc4475",
    ] {
        let folder = corpora.join(folder);
        if folder.is_dir() {
            let files = corpus::files(&folder, &[".sip", ".dat"]);
            seeds.extend(files.iter().map(|path| std::fs::read(path).unwrap()));
        }
    }
    for _ in 0..8_000 {
        let mut bytes = seeds[noise.below(seeds.len())].clone();
        for _ in 0..=noise.below(4) {
            mutate(&mut bytes, &seeds, &mut noise);
        }
        exercise(&bytes);
    }
}

#[test]
fn built_messages_of_any_content_parse_back() {
    let mut noise = Noise::new(0x5151_0003);
    for _ in 0..3_000 {
        let text = |noise: &mut Noise, longest: usize| -> String {
            const ODD: &[char] = &[
                '\r', '\n', '\0', ' ', '\t', '"', '\\', '<', '>', ';', ',', ':', '=', '@', '%',
                'é', '\u{7f}', 'a', 'Z', '9',
            ];
            (0..noise.below(longest))
                .map(|_| ODD[noise.below(ODD.len())])
                .collect()
        };
        let mut builder = MessageBuilder::request("INVITE", "sip:bob@example.com")
            .header(HeaderId::Subject, text(&mut noise, 40))
            .header(HeaderId::Via, "SIP/2.0/UDP h;branch=z9hG4bKx")
            .header(HeaderId::CSeq, "7 INVITE")
            .header(HeaderId::CallId, "id@h")
            .header(
                HeaderId::To,
                format!("{} <sip:b@c>", params::quote(&text(&mut noise, 20))),
            )
            .header(HeaderId::From, "<sip:a@b>;tag=t");
        for _ in 0..noise.below(6) {
            let (name, value) = (text(&mut noise, 6), text(&mut noise, 60));
            builder.add_named(&name, &value);
            builder.add_named(&format!("X-{}", noise.below(9)), &value);
            builder = builder.raw_lines(&format!("X-Raw: {value}"));
        }
        let body: Vec<u8> = (0..noise.below(200)).map(|_| noise.next() as u8).collect();
        let built = builder.body("application/x", &body).build();
        let parsed = parse(built.as_bytes());
        same("built", &built, &parsed, true);
        assert_eq!(parsed.body(), body);
        assert_eq!(
            (parsed.method(), parsed.cseq(), parsed.branch()),
            ("INVITE", 7, Some("z9hG4bKx"))
        );
    }
}

/// Every message of `flows` and `wild` that parses: its name, its bytes, itself.
fn sound(corpora: &Path) -> impl Iterator<Item = (String, Vec<u8>, Message)> {
    let mut files = corpus::files(&corpora.join("flows"), &[".sip"]);
    files.extend(corpus::files(&corpora.join("wild"), &[".sip"]));
    files.into_iter().filter_map(|path| {
        let bytes = std::fs::read(&path).unwrap();
        let message = Message::parse_datagram(&bytes, &Limits::default()).ok()?;
        Some((path.display().to_string(), bytes, message))
    })
}

fn parse(bytes: &[u8]) -> Message {
    match Message::parse_datagram(bytes, &Limits::default()) {
        Ok(message) => message,
        Err(error) => panic!("{error} in {}", String::from_utf8_lossy(bytes)),
    }
}

fn same_envelope(name: &str, a: &Message, b: &Message) {
    assert_eq!(
        (a.method(), a.status(), a.request_uri()),
        (b.method(), b.status(), b.request_uri())
    );
    assert_eq!(
        (a.call_id(), a.from_tag(), a.to_tag()),
        (b.call_id(), b.from_tag(), b.to_tag())
    );
    assert_eq!(
        (a.cseq(), a.cseq_method(), a.branch()),
        (b.cseq(), b.cseq_method(), b.branch())
    );
    assert_eq!(
        (a.sent_by(), a.reason()),
        (b.sent_by(), b.reason()),
        "{name}"
    );
    assert_eq!(a.body(), b.body(), "{name}");
}

/// The same header lines in the same order; Content-Length may be absent or padded in one when not `exactly`.
fn same(name: &str, a: &Message, b: &Message, exactly: bool) {
    assert_eq!(a.start_line_bytes(), b.start_line_bytes(), "{name}");
    same_envelope(name, a, b);
    let lines = |message: &Message| -> Vec<(Option<HeaderId>, String, Vec<u8>)> {
        message
            .identified_lines()
            .filter(|line| exactly || line.0 != Some(HeaderId::ContentLength))
            .map(|(id, name, value)| (id, name.to_owned(), value.to_vec()))
            .collect()
    };
    assert_eq!(lines(a), lines(b), "{name}");
}

/// Reads everything there is to read in `bytes`, by every way in.
fn exercise(bytes: &[u8]) {
    let limits = Limits::default();
    match Message::parse_datagram(bytes, &limits) {
        Ok(message) => {
            assert!(message.as_bytes().len() <= bytes.len());
            assert!(message.block_len() <= bytes.len() + 8 * limits.headers);
            exercise_message(&message);
        }
        Err(error) => {
            assert!(error.at <= bytes.len() && !error.to_string().is_empty());
            if let Some(salvage) = Salvage::of(bytes, &error) {
                let answer = salvage.response("tag", Some(([192, 0, 2, 1].into(), 5060)));
                assert!(answer.starts_with(b"SIP/2.0 ") && answer.ends_with(b"\r\n\r\n"));
                assert!(answer.len() < 3 * bytes.len() + 200);
            }
        }
    }
    if let Ok(Parsed::Message(_, consumed)) = Message::parse_stream(bytes, &limits) {
        assert!(consumed > 0 && consumed <= bytes.len());
    }
    for step in [97, bytes.len().max(1)] {
        let mut framer = Framer::new(limits);
        let mut frames = 0;
        for piece in bytes.chunks(step) {
            framer.push(piece);
            while framer.next().is_some() {
                frames += 1;
                assert!(frames <= bytes.len(), "a frame takes at least a byte");
            }
            assert!(framer.buffered() <= bytes.len());
        }
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = HeaderLines::parse(&text);
    for line in text.lines().take(60) {
        exercise_text(line);
        if let Some((_, value)) = line.split_once(':') {
            exercise_text(value.trim());
        }
    }
}

fn exercise_message(message: &Message) {
    let again = parse(message.as_bytes());
    same("exercised", message, &again, true);
    for id in HeaderId::all() {
        for value in message.values(id) {
            exercise_text(value);
        }
        let _ = (
            message.header(id),
            message.header_bytes(id),
            message.lists(id, "x"),
        );
    }
    let _ = (
        message.from(),
        message.to(),
        message.top_via(),
        message.content_type(),
    );
    let _ = (
        message.vias().count(),
        message.contacts().count(),
        message.routes().count(),
    );
    let _ = (
        message.max_forwards(),
        message.expires(),
        message.min_expires(),
    );
    assert!(message.parts().count() <= rtcclient::syntax::Parts::MOST);
    let stamped = message.with_top_via_params(Some([192, 0, 2, 1].into()), Some(5060));
    assert_eq!(stamped.branch(), message.branch());
    parse(stamped.as_bytes());
    if message.is_request() {
        let response = MessageBuilder::response_to(message, 200, "", "tag").build();
        assert_eq!(response.call_id(), message.call_id());
        assert_eq!(response.cseq(), message.cseq());
    }
}

fn exercise_text(text: &str) {
    fn typed<'a, T: TypedHeader<'a>>(text: &'a str) {
        let _ = T::parse_value(text);
    }
    if let Ok(uri) = Uri::parse(text) {
        assert_eq!(uri.to_string(), text);
        assert!(uri.equal(&uri), "{text}");
        let _ = (
            uri.header_fields().count(),
            uri.user_unescaped(),
            uri.is_loose(),
        );
    }
    if let Ok(address) = NameAddr::parse(text) {
        let printed = address.to_string();
        if !address.display_name.contains(['\0', '\r', '\n']) {
            assert_eq!(NameAddr::parse(&printed).as_ref(), Ok(&address), "{text}");
        }
    }
    if let Ok(via) = rtcclient::syntax::Via::parse(text) {
        assert_eq!(
            rtcclient::syntax::Via::parse(&via.to_string()).map(|v| v.sent_by),
            Ok(via.sent_by)
        );
        let _ = (via.received_ip(), via.rport(), via.ttl(), via.maddr());
    }
    let _ = (
        Params::parse(text),
        Params::parse_comma_separated(text),
        Authentication::parse(text),
    );
    assert!(params::list(text).all(|element| !element.is_empty()));
    typed::<CSeq<'_>>(text);
    typed::<RAck<'_>>(text);
    typed::<RSeq>(text);
    typed::<Expires>(text);
    typed::<MaxForwards>(text);
    typed::<MinSe>(text);
    typed::<RetryAfter<'_>>(text);
    typed::<SessionExpires<'_>>(text);
    typed::<Event<'_>>(text);
    typed::<SubscriptionState<'_>>(text);
    typed::<Accept<'_>>(text);
    typed::<ContentDisposition<'_>>(text);
    typed::<Reason<'_>>(text);
    typed::<Warning<'_>>(text);
    typed::<Replaces<'_>>(text);
    typed::<Join<'_>>(text);
    typed::<TargetDialog<'_>>(text);
    typed::<ReferTo<'_>>(text);
    typed::<ReferredBy<'_>>(text);
}

fn mutate(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], noise: &mut Noise) {
    const PIECES: &[&[u8]] = &[
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\"",
        b"<",
        b">",
        b";",
        b",",
        b":",
        b"\r\n ",
        b"%",
        b"@",
        b"\\",
        b"=",
        b"\xff",
        b"\r\n\r\n",
        b"4294967296",
        b"99999999999999999999",
        b"-1",
        b"[",
        b"]",
        b";tag=",
        b"Content-Length: 0\r\n",
        b"(",
        b")",
    ];
    if bytes.is_empty() {
        bytes.push(b'x');
    }
    let at = noise.below(bytes.len());
    let len = noise.below(20).min(bytes.len() - at);
    match noise.below(7) {
        0 => bytes[at] ^= 1 << noise.below(8),
        1 => bytes[at] = noise.next() as u8,
        2 => drop(bytes.drain(at..at + len)),
        3 => {
            let piece = bytes[at..at + len].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => {
            let piece = PIECES[noise.below(PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        5 => bytes.truncate(at),
        _ => {
            let other = &seeds[noise.below(seeds.len())];
            let from = noise.below(other.len().max(1));
            bytes.splice(at..at + len, other[from..].iter().copied().take(200));
        }
    }
}

/// The PROTOS archive in a folder of its own that goes when this does.
struct Unpacked(std::path::PathBuf);

impl Unpacked {
    fn new(folder: &Path) -> Self {
        let archive = corpus::files(folder, &[".tar.xz"]).pop().unwrap();
        let target = std::env::temp_dir().join(format!("rtcclient-protos-{}", std::process::id()));
        std::fs::create_dir_all(&target).unwrap();
        let unpacked = Self(target);
        let status = Command::new("tar")
            .arg("-xJf")
            .arg(&archive)
            .arg("-C")
            .arg(&unpacked.0)
            .status();
        assert!(status.unwrap().success());
        unpacked
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
