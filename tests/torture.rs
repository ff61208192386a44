//! The torture messages of RFC 4475 and RFC 5118, fed as datagrams and as streams.
//!
//! What the parser does with each is pinned below and held against the corpora's `expect.json`; what a user agent
//! answers to those it accepts (405, 416, 420 …) is checked where a user agent stands.

#![expect(
    clippy::unwrap_used,
    reason = "a corpus that cannot be read fails the test"
)]

mod corpus;

use std::path::Path;

use rtcclient::base::limits::Limits;
use rtcclient::syntax::{
    Contact, Frame, Framer, HeaderId, MediaType, Message, NameAddr, Salvage, Scheme, TypedHeader,
    Uri, Via, Warning, WwwAuthenticate, uri,
};
use serde_json::Value;

/// What the parser does with a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verdict {
    /// Gives a message; an upper layer may still refuse it.
    Accept,
    /// Refuses it and keeps enough for an answer with this status.
    Answer(u16),
    /// Refuses it; nothing can or may be sent.
    Drop,
}
use Verdict::{Accept, Answer, Drop};

/// What a stream of just these bytes gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stream {
    /// What the datagram's verdict says, and the stream goes on.
    Same,
    /// A refusal with the datagram's verdict, and the stream is lost.
    Fatal,
    /// Nothing: the message is not complete.
    Waits,
    /// A refusal although the datagram is accepted, and the stream is lost.
    NoLength,
    /// Two messages, a keep-alive between them, and an incomplete rest.
    Two,
}
use Stream::{Fatal, NoLength, Same, Two, Waits};

const TABLE: &[(&str, Verdict, Stream)] = &[
    ("rfc4475/wsinv", Accept, Same),
    ("rfc4475/intmeth", Accept, Same),
    ("rfc4475/esc01", Accept, Same),
    ("rfc4475/escnull", Accept, Same),
    ("rfc4475/esc02", Accept, Same),
    ("rfc4475/lwsdisp", Accept, Same),
    ("rfc4475/longreq", Accept, Same),
    ("rfc4475/dblreq", Accept, Two),
    ("rfc4475/semiuri", Accept, Same),
    ("rfc4475/transports", Accept, Same),
    ("rfc4475/mpart01", Accept, Same),
    ("rfc4475/unreason", Accept, Same),
    ("rfc4475/noreason", Accept, Same),
    ("rfc4475/badinv01", Answer(400), Same),
    ("rfc4475/clerr", Answer(400), Waits),
    ("rfc4475/ncl", Answer(400), Fatal),
    ("rfc4475/scalar02", Answer(400), Same),
    ("rfc4475/scalarlg", Drop, Same),
    ("rfc4475/quotbal", Answer(400), Same),
    ("rfc4475/ltgtruri", Answer(400), Same),
    ("rfc4475/lwsruri", Answer(400), Same),
    ("rfc4475/lwsstart", Answer(400), Same),
    ("rfc4475/trws", Answer(400), Same),
    ("rfc4475/escruri", Accept, Same),
    ("rfc4475/baddate", Accept, Same),
    ("rfc4475/regbadct", Accept, Same),
    ("rfc4475/badaspec", Accept, Same),
    ("rfc4475/baddn", Answer(400), Waits),
    ("rfc4475/baddn-terminated", Accept, Same),
    ("rfc4475/badvers", Answer(505), Same),
    ("rfc4475/mismatch01", Answer(400), Same),
    ("rfc4475/mismatch02", Answer(400), Same),
    ("rfc4475/bigcode", Drop, Same),
    ("rfc4475/badbranch", Answer(400), Same),
    ("rfc4475/insuf", Answer(400), Same),
    ("rfc4475/unkscm", Accept, Same),
    ("rfc4475/novelsc", Accept, Same),
    ("rfc4475/unksm2", Accept, Same),
    ("rfc4475/bext01", Accept, Same),
    ("rfc4475/invut", Accept, Same),
    ("rfc4475/regaut01", Accept, Same),
    ("rfc4475/multi01", Answer(400), Same),
    ("rfc4475/mcl01", Answer(400), Fatal),
    ("rfc4475/bcast", Accept, Same),
    ("rfc4475/zeromf", Accept, Same),
    ("rfc4475/cparam01", Accept, Same),
    ("rfc4475/cparam02", Accept, Same),
    ("rfc4475/regescrt", Accept, Same),
    ("rfc4475/sdp01", Accept, Same),
    ("rfc4475/inv2543", Accept, NoLength),
    ("rfc5118/ipv6-good", Accept, Same),
    ("rfc5118/ipv6-bad", Answer(400), Same),
    ("rfc5118/port-ambiguous", Accept, Same),
    ("rfc5118/port-unambiguous", Accept, Same),
    ("rfc5118/via-received-param-with-delim", Accept, Same),
    ("rfc5118/via-received-param-no-delim", Accept, Same),
    ("rfc5118/ipv6-in-sdp", Accept, Same),
    ("rfc5118/mult-ip-in-header", Accept, Same),
    ("rfc5118/mult-ip-in-sdp", Accept, Same),
    ("rfc5118/ipv4-mapped-ipv6", Accept, Same),
    ("rfc5118/ipv6-bug-abnf-3-colons", Accept, Same),
    ("rfc5118/ipv6-correct-abnf-2-colons", Accept, Same),
];

/// B-003, B-022.
#[test]
fn datagrams_get_the_verdict_pinned_here() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    for &(name, expected, _) in TABLE {
        assert_eq!(datagram(&read(&corpora, name)), expected, "{name}");
    }
}

#[test]
fn streams_get_the_verdict_pinned_here_however_they_are_cut() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    for &(name, verdict, stream) in TABLE {
        let bytes = read(&corpora, name);
        for step in [1, 7, 100, bytes.len()] {
            let mut framer = Framer::new(Limits::default());
            let mut got = Vec::new();
            for piece in bytes.chunks(step) {
                framer.push(piece);
                while let Some(frame) = framer.next() {
                    got.push(frame);
                }
            }
            let rest = framer.buffered();
            let what = format!("{name} in steps of {step}: {got:?}, {rest} bytes left");
            match (stream, got.as_slice()) {
                (Waits, []) => assert_eq!(rest, bytes.len(), "{what}"),
                (Same, [Ok(Frame::Message(message))]) => {
                    assert_eq!(verdict, Accept, "{what}");
                    assert_eq!(message, &parse(&bytes), "{what}");
                    assert_eq!(rest, 0, "{what}");
                }
                (Same | Fatal | NoLength, [Err(error)]) => {
                    assert_eq!(error.fatal, stream != Same, "{what}");
                    let answer = error.salvage.as_ref().map_or(Drop, |s| Answer(s.status));
                    let expected = if stream == NoLength {
                        Answer(400)
                    } else {
                        verdict
                    };
                    assert_eq!(answer, expected, "{what}");
                    framer.push(b"OPTIONS sip:a@b SIP/2.0\r\n");
                    assert!(framer.next().is_none());
                }
                (
                    Two,
                    [
                        Ok(Frame::Message(first)),
                        Ok(Frame::Pong),
                        Ok(Frame::Message(second)),
                        ..,
                    ],
                ) => {
                    assert_eq!(
                        (first.method(), second.method()),
                        ("REGISTER", "INVITE"),
                        "{what}"
                    );
                }
                _ => panic!("{what}"),
            }
        }
    }
}

#[test]
fn verdicts_agree_with_the_corpora() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    let mut seen = 0;
    for set in ["rfc4475", "rfc5118"] {
        let text = std::fs::read_to_string(corpora.join(set).join("expect.json")).unwrap();
        let expect: Value = serde_json::from_str(&text).unwrap();
        for (name, case) in expect["cases"].as_object().unwrap() {
            seen += 1;
            let path = format!("{set}/{name}");
            let (_, verdict, _) = *TABLE.iter().find(|row| row.0 == path).expect(&path);
            let codes: Vec<u64> = case["accept_codes"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_u64)
                .collect();
            match verdict {
                Accept => assert_ne!(case["parse"], "must_reject", "{path}"),
                Drop => assert!(codes.is_empty(), "{path} may be answered {codes:?}"),
                Answer(status) => {
                    assert!(
                        codes.contains(&status.into()),
                        "{path}: {status} is not in {codes:?}"
                    );
                }
            }
            if matches!(
                case["parse"].as_str(),
                Some("must_accept" | "should_accept")
            ) {
                assert_eq!(verdict, Accept, "{path}");
            }
            if let (Some(body), Accept) = (case["body_bytes_present"].as_u64(), verdict) {
                let declared = case["content_length"].get(0).and_then(Value::as_u64);
                let expected = declared.unwrap_or(body);
                assert_eq!(
                    parse(&read(&corpora, &path)).body().len() as u64,
                    expected,
                    "{path}"
                );
            }
        }
    }
    assert_eq!(seen, 49 + 12);
}

#[test]
fn answers_to_refused_requests_can_be_parsed_or_lack_what_was_lacking() {
    let Some(corpora) = corpus::corpora() else {
        return;
    };
    for &(name, verdict, _) in TABLE {
        let Answer(status) = verdict else { continue };
        let bytes = read(&corpora, name);
        let error = Message::parse_datagram(&bytes, &Limits::default()).unwrap_err();
        let salvage = Salvage::of(&bytes, &error).unwrap();
        assert!(salvage.top_via().is_some(), "{name}");
        let source = Some(("192.0.2.200".parse().unwrap(), 5099));
        let answer = salvage.response("ours", source);
        let text = String::from_utf8_lossy(&answer);
        assert!(
            text.starts_with(&format!("SIP/2.0 {status} ")),
            "{name}: {text}"
        );
        match (name, Message::parse_datagram(&answer, &Limits::default())) {
            (_, Ok(answer)) => {
                assert_eq!(answer.status(), Some(status), "{name}");
                assert!(
                    answer.to_tag().is_some() || name.ends_with("quotbal"),
                    "{name}: {text}"
                );
                let received = answer.top_via().unwrap().received_ip();
                assert_eq!(received, "192.0.2.200".parse().ok(), "{name}");
            }
            // What is broken or missing in the request cannot be made whole.
            (
                "rfc4475/badinv01" | "rfc4475/quotbal" | "rfc4475/insuf" | "rfc4475/scalar02"
                | "rfc4475/badbranch",
                Err(_),
            ) => {}
            (_, Err(error)) => panic!("{name}: {error} in {text}"),
        }
    }
}

#[test]
fn an_answer_is_never_made_for_a_response_or_an_ack() {
    let limits = Limits::default();
    for text in [
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: x\r\n\r\n",
        "ACK sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nCSeq: x\r\n\r\n",
        "OPTIONS sip:a@b SIP/2.0\r\nCSeq: x\r\n\r\n",
        "garbage",
        "",
    ] {
        let error = Message::parse_datagram(text.as_bytes(), &limits).unwrap_err();
        assert_eq!(Salvage::of(text.as_bytes(), &error), None, "{text:?}");
    }
}

/// B-005.
/// RFC 4475 §3.1.1.1.
#[test]
fn folds_compact_names_and_odd_spaces_are_read() {
    let Some(message) = rfc4475("wsinv") else {
        return;
    };
    assert_eq!(message.from_tag(), Some("98asjd8"));
    assert_eq!(message.to_tag(), Some("1918181833n"));
    assert_eq!((message.cseq(), message.cseq_method()), (9, "INVITE"));
    assert_eq!(message.max_forwards(), Some(68));
    assert_eq!(message.header(HeaderId::Subject), Some(""));
    assert_eq!(
        message.header_named("unknownheaderwithunusualvalue"),
        Some(";;,,;;,;")
    );
    assert_eq!(
        message
            .header_named("NewFangledHeader")
            .map(|v| v.contains('\r')),
        Some(false)
    );
    assert_eq!(message.from().unwrap().display_name, r#"J Rosenberg \""#);
    let vias: Vec<Via<'_>> = message.vias().map(Result::unwrap).collect();
    assert_eq!(
        vias.iter().map(|via| via.transport).collect::<Vec<_>>(),
        ["UDP", "TCP", "UDP"]
    );
    assert_eq!(vias[1].sent_by.host, "spindle.example.com");
    assert_eq!(vias[2].branch(), Some("z9hG4bK30239"));
    assert_eq!(message.branch(), Some("390skdjuw"));
    let routes: Vec<_> = message.routes().map(Result::unwrap).collect();
    assert!(routes[0].parsed_uri().unwrap().is_loose());
    let contact = message.contacts().next().unwrap().unwrap();
    assert_eq!(
        contact.address().unwrap().display_name,
        r#"Quoted string """#
    );
    assert_eq!(
        (contact.q(), contact.params().get("newparam")),
        (330, Some("newvalue"))
    );
    assert!(contact.params().has("secondparam"));
}

/// RFC 4475 §3.1.1.2.
#[test]
fn every_legal_byte_is_kept() {
    let Some(message) = rfc4475("intmeth") else {
        return;
    };
    assert_eq!(
        message.method(),
        "!interesting-Method0123456789_*+`.%indeed'~"
    );
    let uri = Uri::parse(message.request_uri()).unwrap();
    assert!(uri.user.unwrap().contains(";") && uri.password.is_some());
    assert_eq!(uri.host, "example.com");
    assert_eq!(
        message.to().unwrap().display_name,
        "BEL:\x07 NUL:\0 DEL:\x7f"
    );
    let from = message.from().unwrap();
    assert_eq!(from.display_name, "token1~` token2'+_ token3*%!.-");
    assert_eq!(from.params.get("fromParam''~+*_!.-%"), Some("работающий"));
    assert_eq!(message.from_tag(), Some("_token~1'+`*%!-."));
    assert_eq!(
        message.call_id(),
        "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    );
    assert!(
        !message
            .header_named("extensionHeader-!.%*+_`'~")
            .unwrap()
            .is_ascii()
    );
}

/// B-015.
/// RFC 4475 §3.1.1.3, §3.1.1.4, §3.1.1.5, §3.1.1.9.
#[test]
fn escapes_are_undone_once_and_only_in_uris() {
    let Some(message) = rfc4475("esc01") else {
        return;
    };
    let uri = Uri::parse(message.request_uri()).unwrap();
    assert_eq!(
        uri.user_unescaped().as_deref(),
        Some("sips:user@example.com")
    );
    let user = |addr: &NameAddr<'_>| {
        addr.parsed_uri()
            .unwrap()
            .user_unescaped()
            .unwrap()
            .into_owned()
    };
    assert_eq!(user(&message.to().unwrap()), "user");
    assert_eq!(user(&message.from().unwrap()), "I have spaces");
    let contact = message.contacts().next().unwrap().unwrap();
    let contact = Uri::parse(contact.uri()).unwrap();
    assert!(contact.is_loose());
    assert_eq!(&*uri::unescape(contact.param("name").unwrap()), b"value%41");

    let message = rfc4475("escnull").unwrap();
    let contacts: Vec<Contact<'_>> = message.contacts().map(Result::unwrap).collect();
    assert!(!uri::equal(contacts[0].uri(), contacts[1].uri()));
    let to = message.to().unwrap();
    assert_eq!(
        uri::unescape(to.parsed_uri().unwrap().user.unwrap()).len(),
        11
    );

    let message = rfc4475("esc02").unwrap();
    assert_eq!(message.method(), "RE%47IST%45R");
    assert_eq!(message.to().unwrap().display_name, "%Z%45");
    assert_eq!(message.contacts().count(), 2);
    assert!(message.branch().unwrap().contains("%fzsnel"));

    let message = rfc4475("semiuri").unwrap();
    let uri = Uri::parse(message.request_uri()).unwrap();
    assert_eq!(
        uri.user_unescaped().as_deref(),
        Some("user;par=u@example.net")
    );
    assert!(uri.params.is_empty());
    assert_eq!(uri.host, "example.com");
}

/// RFC 4475 §3.1.1.6, §3.1.1.7, §3.1.1.10, §3.1.1.12, §3.1.1.13.
#[test]
fn long_odd_and_empty_things_are_kept() {
    let Some(message) = rfc4475("lwsdisp") else {
        return;
    };
    let from = message.from().unwrap();
    assert_eq!(
        (&*from.display_name, from.uri, from.tag()),
        ("caller", "sip:caller@example.com", Some("323"))
    );
    let message = rfc4475("longreq").unwrap();
    assert_eq!(message.vias().map(Result::unwrap).count(), 34);
    assert_eq!(message.lines().map(|(name, _)| name.len()).max(), Some(93));
    let message = rfc4475("transports").unwrap();
    let transports: Vec<_> = message
        .vias()
        .map(|via| via.unwrap().transport.to_owned())
        .collect();
    assert_eq!(transports, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
    let message = rfc4475("unreason").unwrap();
    assert_eq!(message.status(), Some(200));
    assert!(message.reason().starts_with("= 2**3 * 5**2 но сто"));
    let message = rfc4475("noreason").unwrap();
    assert_eq!((message.status(), message.reason()), (Some(100), ""));
    assert_eq!(message.start_line(), "SIP/2.0 100 ");
}

/// RFC 4475 §3.1.1.11.
#[test]
fn a_binary_multipart_is_cut_by_its_length_and_boundary_alone() {
    let Some(message) = rfc4475("mpart01") else {
        return;
    };
    assert_eq!(message.body().len(), 553);
    let parts: Vec<_> = message.parts().collect();
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].body, b"Hello");
    assert!(parts[1].content_type().is("application/octet-stream"));
    assert!(parts[1].body.contains(&0) && parts[1].body.len() > 300);
}

/// What upper layers refuse needs to be seen by them: RFC 4475 §3.1.2.11 to §3.1.2.14, §3.3.
#[test]
fn what_upper_layers_judge_is_there_to_be_judged() {
    let Some(message) = rfc4475("escruri") else {
        return;
    };
    assert!(Uri::parse(message.request_uri()).unwrap().headers.is_some());
    assert_eq!(message.routes().count(), 0);
    assert!(
        rfc4475("baddate")
            .unwrap()
            .header(HeaderId::Date)
            .unwrap()
            .ends_with("EST")
    );
    let message = rfc4475("regbadct").unwrap();
    assert!(message.contacts().next().unwrap().is_err());
    assert_eq!(
        rfc4475("badaspec").unwrap().to().unwrap().uri,
        "sip:t.watson@example.org"
    );
    let message = rfc4475("baddn-terminated").unwrap();
    assert_eq!(message.values(HeaderId::From).count(), 1);
    for (name, scheme) in [
        ("unkscm", "nobodyKnowsThisScheme"),
        ("novelsc", "soap.beep"),
    ] {
        let message = rfc4475(name).unwrap();
        let uri = Uri::parse(message.request_uri()).unwrap();
        assert_eq!((uri.scheme, uri.scheme_name), (Scheme::Other, scheme));
    }
    let message = rfc4475("unksm2").unwrap();
    for uri in [message.to().unwrap().uri, message.from().unwrap().uri] {
        assert_eq!(Uri::parse(uri).unwrap().scheme, Scheme::Other, "{uri}");
    }
    let message = rfc4475("bext01").unwrap();
    let required: Vec<_> = message.values(HeaderId::Require).collect();
    assert_eq!(
        required,
        ["nothingSupportsThis", "nothingSupportsThisEither"]
    );
    assert!(
        rfc4475("invut")
            .unwrap()
            .content_type()
            .unwrap()
            .is("application/unknownformat")
    );
    let message = rfc4475("regaut01").unwrap();
    let credentials = message.header(HeaderId::Authorization).unwrap();
    assert!(credentials.starts_with("NoOneKnowsThisScheme"));
    assert_eq!(message.typed::<WwwAuthenticate<'_>>().unwrap(), None);
    assert_eq!(rfc4475("zeromf").unwrap().max_forwards(), Some(0));
    let message = rfc4475("bcast").unwrap();
    let last = message.vias().last().unwrap().unwrap();
    assert_eq!(last.sent_by.host, "255.255.255.255");
    let message = rfc4475("sdp01").unwrap();
    let accept: Vec<MediaType<'_>> = message
        .values(HeaderId::Accept)
        .map(|value| MediaType::parse(value).unwrap())
        .collect();
    assert!(accept[0].is("text/nobodyKnowsThis"));
    assert!(Warning::parse_value("1812 overture \"In Progress\"").is_err());
}

/// B-018.
/// RFC 4475 §3.3.12 to §3.3.14, §3.4.1.
#[test]
fn parameters_belong_where_the_brackets_say() {
    let contact = |name: &str| {
        let message = rfc4475(name)?;
        let contact = message.contacts().next()?.ok()?;
        Some((contact.uri().to_owned(), contact.params().to_string()))
    };
    let Some((uri, params)) = contact("cparam01") else {
        return;
    };
    assert!(!uri.contains("unknownparam") && params.contains("unknownparam"));
    let (uri, params) = contact("cparam02").unwrap();
    assert!(uri.contains("unknownparam") && !params.contains("unknownparam"));
    let (uri, _) = contact("regescrt").unwrap();
    assert_eq!(
        Uri::parse(&uri).unwrap().header_fields().next().unwrap().0,
        "Route"
    );
    let message = rfc4475("inv2543").unwrap();
    assert_eq!(
        (message.branch(), message.from_tag(), message.max_forwards()),
        (None, None, None)
    );
    assert_eq!(message.to().unwrap().params.get("user"), Some("phone"));
    assert_eq!(message.body().len(), 105);
    let record_route = message.record_routes().next().unwrap().unwrap();
    assert!(record_route.parsed_uri().unwrap().params.has("maddr"));
}

/// B-017.
/// RFC 5118.
#[test]
fn ipv6_is_read_as_the_rfc_wants() {
    let Some(message) = rfc5118("ipv6-good") else {
        return;
    };
    let uri = Uri::parse(message.request_uri()).unwrap();
    assert_eq!((uri.host, uri.port), ("[2001:db8::10]", None));
    let message = rfc5118("port-ambiguous").unwrap();
    let uri = Uri::parse(message.request_uri()).unwrap();
    assert_eq!(
        (uri.host_port().ip(), uri.port),
        ("2001:db8::10:5070".parse().ok(), None)
    );
    let message = rfc5118("port-unambiguous").unwrap();
    let uri = Uri::parse(message.request_uri()).unwrap();
    assert_eq!(
        (uri.host_port().ip(), uri.port),
        ("2001:db8::10".parse().ok(), Some(5070))
    );
    for name in [
        "via-received-param-with-delim",
        "via-received-param-no-delim",
    ] {
        let message = rfc5118(name).unwrap();
        let received = message.top_via().unwrap().received_ip();
        assert_eq!(received, "2001:db8::9:255".parse().ok(), "{name}");
    }
    assert_eq!(
        rfc5118("mult-ip-in-header")
            .unwrap()
            .vias()
            .map(Result::unwrap)
            .count(),
        3
    );
    for name in ["ipv6-bug-abnf-3-colons", "ipv6-correct-abnf-2-colons"] {
        let message = rfc5118(name).unwrap();
        let uri = Uri::parse(message.request_uri()).unwrap();
        let address = uri
            .host_port()
            .ip()
            .or_else(|| message.top_via().unwrap().sent_by.ip());
        assert!(address.is_some(), "{name}");
    }
}

fn rfc4475(name: &str) -> Option<Message> {
    Some(parse(&read(
        &corpus::corpora()?,
        &format!("rfc4475/{name}"),
    )))
}

fn rfc5118(name: &str) -> Option<Message> {
    Some(parse(&read(
        &corpus::corpora()?,
        &format!("rfc5118/{name}"),
    )))
}

fn read(corpora: &Path, name: &str) -> Vec<u8> {
    std::fs::read(corpora.join(format!("{name}.dat"))).unwrap()
}

fn parse(bytes: &[u8]) -> Message {
    Message::parse_datagram(bytes, &Limits::default()).unwrap()
}

fn datagram(bytes: &[u8]) -> Verdict {
    match Message::parse_datagram(bytes, &Limits::default()) {
        Ok(_) => Accept,
        Err(error) => Salvage::of(bytes, &error).map_or(Drop, |salvage| Answer(salvage.status)),
    }
}
