//! What a user agent makes of the text of messages: RFC 3261 §7, §8.2, §18.3, §19, §20; RFC 5621.

mod sim;

use rtcclient::agent::{Event, EventType, Send, SessionState, SessionType};
use rtcclient::base::Limits;
use rtcclient::syntax::{HeaderId, Message, NameAddr};
use sim::raw::sdp;
use sim::wire::{Wire, request};

const URI: &str = "sip:alice@192.0.2.1";
const PEER: &str = "192.0.2.99";

fn parse(text: &str) -> Message {
    Message::parse_datagram(text.as_bytes(), &Limits::default()).expect("a message")
}

/// An INVITE with a body of a type.
fn invite(content_type: &str, lines: &str, body: &str) -> String {
    let lines = format!("Content-Type: {content_type}\r\n{lines}");
    request("INVITE", URI, &lines, body)
}

fn answer(wire: &mut Wire) -> Vec<Message> {
    let session = incoming(wire).session.expect("a session");
    let (result, out) = wire.on(|agent, now| agent.answer(now, &session, 200, &Send::default()));
    result.expect("answered");
    out
}

fn incoming(wire: &Wire) -> Event {
    let found = wire.events.iter().rev().find(|event| {
        event.event_type == EventType::SessionStateChange
            && event.state == SessionState::Incoming.number()
    });
    found.cloned().expect("an incoming call")
}

/// B-001.
#[test]
fn empty_lines_before_a_message_are_passed_over() {
    let mut wire = Wire::new();
    let conn = wire.connect();
    let text = format!("\r\n\r\n{}", request("OPTIONS", URI, "", ""));
    let out = wire.tcp(conn, &text);
    assert_eq!(Wire::status(&out), 200);
    assert!(
        out[0]
            .as_bytes()
            .windows(2)
            .filter(|two| *two == b"\r\n")
            .count()
            > 5
    );
    assert!(
        !out[0]
            .as_bytes()
            .windows(2)
            .any(|two| two[1] == b'\n' && two[0] != b'\r')
    );
    assert_eq!(
        Wire::status(&wire.udp(format!("\r\n{}", request("OPTIONS", URI, "", "")))),
        200
    );
}

/// B-002.
#[test]
fn only_version_2_is_served_in_any_case() {
    let mut wire = Wire::new();
    let text = request("OPTIONS", URI, "", "");
    let other = text.replacen("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", 1);
    assert_eq!(Wire::status(&wire.udp(&other)), 505);
    let small = text.replacen("SIP/2.0\r\nVia", "sip/2.0\r\nVia", 1);
    assert_eq!(Wire::status(&wire.udp(&small)), 200);
}

/// B-004: every compact form is its header, in any case.
#[test]
fn compact_names_and_long_names_are_the_same_message() {
    let headers = [
        ("Via", "v", "SIP/2.0/UDP 192.0.2.99;branch=z9hG4bK1"),
        ("From", "f", "<sip:p@192.0.2.99>;tag=1"),
        ("To", "t", "<sip:alice@192.0.2.1>"),
        ("Call-ID", "i", "abc"),
        ("Contact", "m", "<sip:p@192.0.2.99>"),
        ("Content-Encoding", "e", "identity"),
        ("Content-Type", "c", "application/sdp"),
        ("Subject", "s", "lunch"),
        ("Supported", "k", "timer, 100rel"),
        ("Allow-Events", "u", "presence"),
        ("Event", "o", "presence;id=1"),
        ("Refer-To", "r", "<sip:c@192.0.2.3>"),
        ("Referred-By", "b", "<sip:d@192.0.2.4>"),
        ("Session-Expires", "x", "1800;refresher=uac"),
        ("Accept-Contact", "a", "*;audio"),
        ("Reject-Contact", "j", "*;video"),
        ("Request-Disposition", "d", "fork"),
        ("Identity", "y", "\"abc\""),
        ("Identity-Info", "n", "<https://192.0.2.5>;alg=rsa-sha1"),
        ("Content-Length", "l", "0"),
    ];
    let build = |name: &dyn Fn(&(&str, &str, &str)) -> String| {
        let mut text = String::from("INVITE sip:alice@192.0.2.1 SIP/2.0\r\nCSeq: 1 INVITE\r\n");
        for header in &headers {
            text.push_str(&format!("{}: {}\r\n", name(header), header.2));
        }
        parse(&format!("{text}\r\n"))
    };
    let view = |message: &Message| -> Vec<(Option<HeaderId>, String)> {
        let lines = message.identified_lines();
        lines
            .map(|(id, _, value)| (id, String::from_utf8_lossy(value).into_owned()))
            .collect()
    };
    let long = build(&|header| header.0.to_owned());
    for compact in [
        build(&|header| header.1.to_owned()),
        build(&|header| header.1.to_ascii_uppercase()),
        build(&|header| header.0.to_ascii_uppercase()),
    ] {
        assert_eq!(view(&compact), view(&long));
        assert_eq!(compact.call_id(), "abc");
        assert!(compact.lists(HeaderId::Supported, "100rel"));
    }
    assert!(
        view(&long).iter().all(|(id, _)| id.is_some()),
        "every name is known"
    );
}

/// B-005.
#[test]
fn folded_lines_are_one_value_and_none_is_folded_when_sending() {
    let folded = request(
        "INVITE",
        URI,
        "Subject: I know\r\n you are\r\n\tthere\r\n",
        "",
    );
    let mut wire = Wire::new();
    let out = wire.udp(&folded);
    let event = incoming(&wire);
    let message = event.message.expect("the INVITE");
    let subject = message.header_named("Subject").expect("a Subject");
    assert_eq!(
        subject.split_whitespace().collect::<Vec<_>>().join(" "),
        "I know you are there"
    );
    assert!(!subject.contains('\n'));
    assert!(!out.is_empty());
    for message in out {
        let text = String::from_utf8_lossy(message.as_bytes()).into_owned();
        assert!(
            !text.contains("\r\n ") && !text.contains("\r\n\t"),
            "{text}"
        );
    }
}

/// B-006: the order of a comma list and of repeated rows is the route; challenges are never split at their commas.
#[test]
fn a_comma_list_is_the_same_as_repeated_rows() {
    let routes = |lines: &str| -> Vec<String> {
        let mut wire = Wire::new();
        wire.udp(request("INVITE", URI, lines, ""));
        let ok = answer(&mut wire);
        let tag = ok[0].to_tag().expect("a tag").to_owned();
        let ack = request("ACK", URI, "", "")
            .replace("c-ACK", "c-INVITE")
            .replace(
                "To: <sip:alice@192.0.2.1>",
                &format!("To: <sip:alice@192.0.2.1>;tag={tag}"),
            );
        // Our offer has no answer in it, so the call ends at once; the BYE goes by the route set.
        let out = wire.udp(ack);
        let bye = out
            .iter()
            .find(|message| message.method() == "BYE" && message.is_request());
        let bye = bye.unwrap_or_else(|| panic!("no BYE in {out:?}"));
        bye.values(HeaderId::Route).map(ToOwned::to_owned).collect()
    };
    let list = routes("Record-Route: <sip:192.0.2.7;lr>, <sip:192.0.2.8;lr>\r\n");
    let rows = routes("Record-Route: <sip:192.0.2.7;lr>\r\nRecord-Route: <sip:192.0.2.8;lr>\r\n");
    assert_eq!(list, ["<sip:192.0.2.7;lr>", "<sip:192.0.2.8;lr>"]);
    assert_eq!(list, rows);
    let challenge = parse(
        "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n\
         Call-ID: c\r\nCSeq: 1 REGISTER\r\nWWW-Authenticate: Digest realm=\"a, b\", nonce=\"1\"\r\n\
         WWW-Authenticate: Digest realm=\"c\", nonce=\"2\"\r\n\r\n",
    );
    assert_eq!(challenge.values(HeaderId::WwwAuthenticate).count(), 2);
}

/// B-007.
#[test]
fn unknown_headers_reach_the_application_in_their_order() {
    let mut wire = Wire::new();
    wire.udp(request(
        "INVITE",
        URI,
        "X-Foo: one\r\nX-Bar: between\r\nx-foo: two\r\n",
        "",
    ));
    let message = incoming(&wire).message.expect("the INVITE");
    assert_eq!(
        message.headers_named("X-Foo").collect::<Vec<_>>(),
        ["one", "two"]
    );
    let names: Vec<&str> = message.lines().map(|(name, _)| name).collect();
    let at = |name: &str| names.iter().position(|known| *known == name).expect(name);
    assert!(at("X-Foo") < at("X-Bar") && at("X-Bar") < at("x-foo"));
}

/// B-008: what is not needed is as if absent, what is needed gets 400 with the reason.
#[test]
fn a_broken_header_counts_only_where_it_is_needed() {
    let mut wire = Wire::new();
    let out = wire.udp(request("INVITE", URI, "Expires: 0>>>\r\n", ""));
    assert_eq!(Wire::status(&out), 180, "as without Expires");
    wire.wait(10.0);
    assert_eq!(
        incoming(&wire).session.expect("a session").state(),
        SessionState::Incoming.number()
    );
    let broken = request("OPTIONS", URI, "", "").replace("CSeq: 1 OPTIONS", "CSeq: one OPTIONS");
    wire.udp(broken);
    assert!(wire.raw.starts_with("SIP/2.0 400 "), "{}", wire.raw);
    let first = wire
        .raw
        .lines()
        .next()
        .expect("a line")
        .to_ascii_lowercase();
    assert!(first.contains("cseq"), "{first}");
}

/// B-009.
#[test]
fn the_length_frames_streams_and_cuts_datagrams() {
    let text = request("OPTIONS", URI, "Content-Type: text/plain\r\n", "hello");
    let other = text
        .replace("c-OPTIONS", "other")
        .replace("z9hG4bK", "z9hG4bKo");
    let mut wire = Wire::new();
    let conn = wire.connect();
    let mut out = Vec::new();
    for piece in text.as_bytes().chunks(text.len() / 5 + 1) {
        assert!(out.is_empty());
        out.extend(wire.tcp(conn, piece));
    }
    assert_eq!(Wire::status(&out), 200);
    let both = text
        .replace("z9hG4bK", "z9hG4bKb")
        .replace("c-OPTIONS", "third")
        + &other;
    assert_eq!(wire.tcp(conn, both).len(), 2);
    // A datagram is as long as it is.
    let body_of = |text: &str| -> Option<Vec<u8>> {
        let mut wire = Wire::new();
        let out = wire.udp(text.replace("OPTIONS", "MESSAGE"));
        (Wire::status(&out) == 200).then(|| {
            let event = wire
                .events
                .iter()
                .find(|event| event.event_type == EventType::Messaging);
            event.expect("a message").body().to_vec()
        })
    };
    assert_eq!(body_of(&text).as_deref(), Some(&b"hello"[..]));
    assert_eq!(
        body_of(&text.replace("Content-Length: 5\r\n", "")).as_deref(),
        Some(&b"hello"[..])
    );
    assert_eq!(
        body_of(&format!("{text} and more")).as_deref(),
        Some(&b"hello"[..])
    );
    assert_eq!(
        body_of(&text.replace("Content-Length: 5", "Content-Length: 50")),
        None
    );
    let mut wire = Wire::new();
    let short = text.replace("Content-Length: 5", "Content-Length: 50");
    assert_eq!(Wire::status(&wire.udp(short)), 400);
    // A response that lacks its end is dropped: the INVITE stays unanswered.
    let session = wire.on(|agent, _| agent.create_session(SessionType::PcToPc, Default::default()));
    let session = session.0.expect("a session");
    let (_, out) = wire.on(|agent, now| {
        agent.add_participant(now, &session, "sip:p@192.0.2.99", None, &Send::default())
    });
    let busy = rtcclient::syntax::MessageBuilder::response_to(&out[0], 486, "", "x").build();
    let cut =
        String::from_utf8_lossy(busy.as_bytes()).replace("Content-Length: 0", "Content-Length: 9");
    assert!(wire.udp(cut).is_empty());
    assert_eq!(session.state(), SessionState::InProgress.number());
    wire.udp(busy.as_bytes());
    assert_eq!(session.state(), SessionState::Disconnected.number());
}

/// B-010.
#[test]
fn a_body_without_a_type_is_refused() {
    let mut wire = Wire::new();
    assert_eq!(
        Wire::status(&wire.udp(request("INVITE", URI, "", "v=0\r\n"))),
        400
    );
    assert_eq!(
        Wire::status(&wire.udp(request("MESSAGE", URI, "", "hello"))),
        400
    );
    assert!(wire.events.is_empty());
}

/// B-011.
#[test]
fn what_cannot_be_read_gets_415_with_what_can() {
    let mut wire = Wire::new();
    let out = wire.udp(invite("text/weird", "", "hello"));
    assert_eq!(Wire::status(&out), 415);
    assert!(out[0].lists(HeaderId::Accept, "application/sdp"));
    let zipped = invite(
        "application/sdp",
        "Content-Encoding: gzip\r\n",
        &sdp(PEER, "sendrecv"),
    );
    let zipped = zipped.replace("c-INVITE", "zipped");
    let out = wire.udp(&zipped);
    assert_eq!(Wire::status(&out), 415);
    assert!(out[0].lists(HeaderId::AcceptEncoding, "identity"));
    let plain = zipped
        .replace("gzip", "identity")
        .replace("z9hG4bK", "z9hG4bKi")
        .replace("zipped", "plain");
    assert_eq!(Wire::status(&wire.udp(plain)), 180);
}

/// B-012: what may be ignored is ignored; the call is one without offer then.
#[test]
fn an_optional_body_of_an_unknown_type_does_not_stop_a_call() {
    let mut wire = Wire::new();
    let optional = "Content-Disposition: icon;handling=optional\r\n";
    let out = wire.udp(invite("image/weird", optional, "hello"));
    assert_eq!(Wire::status(&out), 180);
    let ok = answer(&mut wire);
    assert_eq!(Wire::status(&ok), 200);
    assert!(ok[0].body().starts_with(b"v=0"), "our offer");
    let required = optional.replace("optional", "required");
    let refused = invite("image/weird", &required, "hello").replace("c-INVITE", "second");
    assert_eq!(Wire::status(&Wire::new().udp(refused)), 415);
}

fn parts(kind: &str, parts: &[(&str, &str)]) -> (String, String) {
    let mut body = String::new();
    for (head, content) in parts {
        body.push_str(&format!("--b\r\n{head}\r\n{content}\r\n"));
    }
    body.push_str("--b--\r\n");
    (format!("multipart/{kind};boundary=b"), body)
}

/// B-013: the description is found wherever it stands, the other parts are the application's.
#[test]
fn the_description_is_found_among_other_parts() {
    let ours = sdp(PEER, "sendonly");
    let described = ("Content-Type: application/sdp\r\n", &*ours);
    let isup = (
        "Content-Type: application/isup;version=x\r\nContent-Disposition: signal;handling=optional\r\n",
        "\x01\x02isup",
    );
    let (kind, nested) = parts("mixed", &[isup, described]);
    let nested = (
        format!("Content-Type: {}\r\n", kind.replace("=b", "=c")),
        nested.replace("--b", "--c"),
    );
    let plain = ("Content-Type: text/plain\r\n", "a call");
    for (kind, list) in [
        ("mixed", vec![isup, described]),
        ("mixed", vec![described, isup]),
        ("alternative", vec![plain, described]),
        ("mixed", vec![plain, (&*nested.0, &*nested.1)]),
    ] {
        let mut wire = Wire::new();
        let (content_type, body) = parts(kind, &list);
        let out = wire.udp(invite(&content_type, "", &body));
        assert_eq!(Wire::status(&out), 180, "{body}");
        let ok = answer(&mut wire);
        let text = String::from_utf8_lossy(ok[0].body()).into_owned();
        assert!(
            text.contains("a=recvonly"),
            "the answer to a sendonly offer: {text}"
        );
        let message = incoming(&wire).message.expect("the INVITE");
        let seen = message
            .parts()
            .any(|part| part.body == b"\x01\x02isup" || part.body == b"a call");
        assert!(seen, "{body}");
    }
    // The last form that is understood is the best of alternatives.
    let held = sdp(PEER, "inactive");
    let (content_type, body) = parts(
        "alternative",
        &[described, ("Content-Type: application/sdp\r\n", &*held)],
    );
    let mut wire = Wire::new();
    wire.udp(invite(&content_type, "", &body));
    assert!(String::from_utf8_lossy(answer(&mut wire)[0].body()).contains("a=inactive"));
    // What must be understood and is not stops the call.
    let demanded = (isup.0.replace("optional", "required"), isup.1);
    let (content_type, body) = parts("mixed", &[described, (&*demanded.0, demanded.1)]);
    assert_eq!(
        Wire::status(&Wire::new().udp(invite(&content_type, "", &body))),
        415
    );
    // Without a description it is a call without offer.
    let (content_type, body) = parts("mixed", &[plain]);
    let mut wire = Wire::new();
    assert_eq!(
        Wire::status(&wire.udp(invite(&content_type, "", &body))),
        180
    );
    assert!(answer(&mut wire)[0].body().starts_with(b"v=0"));
}

/// B-019.
#[test]
fn display_names_keep_their_escapes_and_letters() {
    let mut wire = Wire::new();
    let from = "\"J \\\"x\\\" Ö\" <sip:peer@192.0.2.99>";
    let text = request("INVITE", URI, "", "")
        .replace("From: <sip:peer@192.0.2.99>", &format!("From: {from}"));
    let out = wire.udp(text);
    assert_eq!(
        out[0].header(HeaderId::From),
        Some(&*format!("{from};tag=p1"))
    );
    assert_eq!(&*incoming(&wire).text, "J \"x\" Ö");
    let written = NameAddr::parse(from).expect("an address").to_string();
    assert_eq!(written, from);
    let token = NameAddr::parse("J Rosenberg <sip:a@b>").expect("an address");
    assert_eq!(token.display_name, "J Rosenberg");
}

/// B-020, B-016: sip, sips and tel are known in a Request-URI, others get 416.
#[test]
fn an_unknown_scheme_gets_416() {
    for (uri, status) in [
        ("foo:bar", 416),
        ("http://192.0.2.1/", 416),
        ("SIP:alice@192.0.2.1", 180),
        ("tel:+15550100", 180),
        ("sip:+15550100@192.0.2.1;user=phone", 180),
    ] {
        assert_eq!(
            Wire::status(&Wire::new().udp(request("INVITE", uri, "", ""))),
            status,
            "{uri}"
        );
    }
}

/// B-016: a number goes to the account's own domain as a user, and is never our Contact.
#[test]
fn a_number_is_called_through_the_account() {
    let mut wire = Wire::new();
    let options = rtcclient::agent::ProfileOptions {
        uri: "sip:alice@192.0.2.99".into(),
        ..Default::default()
    };
    let profile = wire
        .on(|agent, _| agent.create_profile(options))
        .0
        .expect("a profile");
    let options = rtcclient::agent::SessionOptions {
        flags: 1,
        profile: Some(profile),
        ..Default::default()
    };
    let session = wire
        .on(|agent, _| agent.create_session(SessionType::PcToPc, options))
        .0
        .expect("a session");
    let (called, out) = wire.on(|agent, now| {
        agent.add_participant(now, &session, "tel:+15550100", None, &Send::default())
    });
    called.expect("called");
    assert_eq!(out[0].request_uri(), "sip:+15550100@192.0.2.99;user=phone");
    let contact = out[0]
        .contacts()
        .next()
        .expect("a Contact")
        .expect("readable");
    assert!(contact.uri().starts_with("sip:"), "{}", contact.uri());
}

/// B-021: two megabytes of one header close the connection long before they are kept.
#[test]
fn an_endless_header_costs_the_connection_and_no_memory() {
    let mut wire = Wire::new();
    let conn = wire.connect();
    let head = request("OPTIONS", URI, "", "");
    let start = head.split("Max-Forwards").next().expect("a start");
    wire.tcp(conn, format!("{start}X-Endless: "));
    let mut fed = 0;
    while fed < 2_000_000 && wire.closed.is_empty() {
        wire.tcp(conn, vec![b'x'; 4096]);
        fed += 4096;
    }
    assert_eq!(wire.closed, [conn]);
    assert!(fed < 200_000, "closed after {fed} bytes");
    assert!(wire.events.is_empty());
    let large = request(
        "OPTIONS",
        URI,
        &format!("X-Large: {}\r\n", "x".repeat(60_000)),
        "",
    );
    let out = Wire::new().udp(large);
    assert_eq!(Wire::status(&out), 513, "{out:?}");
}

/// B-028: the method of CSeq is that of the request.
#[test]
fn a_cseq_of_another_method_is_refused() {
    for wrong in [
        "CSeq: 1 INVITE",
        "CSeq: 4294967296 OPTIONS",
        "CSeq: 2147483648 OPTIONS",
    ] {
        let mut wire = Wire::new();
        wire.udp(request("OPTIONS", URI, "", "").replace("CSeq: 1 OPTIONS", wrong));
        assert!(
            wire.raw.starts_with("SIP/2.0 400 "),
            "{wrong}: {}",
            wire.raw
        );
    }
    let mut wire = Wire::new();
    let greatest = request("OPTIONS", URI, "", "").replace("CSeq: 1 ", "CSeq: 2147483647 ");
    assert_eq!(Wire::status(&wire.udp(greatest)), 200);
}

/// B-023: a Timestamp comes back in 100 with the time that we took, and our name stands in what we say.
#[test]
fn a_timestamp_comes_back_with_the_delay() {
    let config = rtcclient::agent::Config {
        session_defaults: rtcclient::agent::SessionOptions {
            manual: 1,
            ..Default::default()
        },
        user_agent: "phone/1".into(),
        ..Default::default()
    };
    let mut wire = Wire::with(config);
    assert!(
        wire.udp(request("INVITE", URI, "Timestamp: 54\r\n", ""))
            .is_empty()
    );
    let trying = wire.wait(1.0);
    assert_eq!(trying[0].status(), Some(100));
    assert_eq!(trying[0].header(HeaderId::Timestamp), Some("54 0.200"));
    let ok = answer(&mut wire);
    assert_eq!(ok[0].header(HeaderId::Timestamp), None);
    assert_eq!(ok[0].header(HeaderId::Server), Some("phone/1"));
}
