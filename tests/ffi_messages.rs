//! The parser and the builder as C functions: heads, headers of every form, bodies, parameters, URIs.

#![allow(clippy::unwrap_used, reason = "a test may")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "every block calls the C API with pointers to locals that live until it returns"
)]

use std::ptr::{null, null_mut};

use rtcclient::ffi::constants::*;
use rtcclient::ffi::message_create::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::sip_message::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::types::*;
use rtcclient::ffi::uri::*;

fn s(text: &str) -> rtc_str_t {
    rtc_str_t {
        ptr: text.as_ptr().cast(),
        len: text.len(),
    }
}

fn sized<T>() -> T {
    unsafe {
        let mut value: T = std::mem::zeroed();
        (&raw mut value)
            .cast::<u32>()
            .write(u32::try_from(size_of::<T>()).unwrap());
        value
    }
}

/// A view as text; "-" for one that is not given.
fn text<'a>(view: rtc_str_t) -> &'a str {
    if view.ptr.is_null() {
        return "-";
    }
    let bytes = unsafe { std::slice::from_raw_parts(view.ptr.cast(), view.len) };
    std::str::from_utf8(bytes).unwrap()
}

const INVITE: &str = "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n\
    Via: SIP/2.0/TCP [2001:db8::9]:5061;branch=z9hG4bKa, SIP/2.0/UDP b:5070 ;branch=z9hG4bKb\r\n\
    Max-Forwards: 70\r\n\
    From: \"Al \\\"ice\\\"\" <sip:alice@atlanta.example.com;x=y>;tag=1928301774\r\n\
    t: sip:bob@biloxi.example.com\r\n\
    Call-ID: a84b4c76e66710@pc33\r\n\
    CSeq: 314159 INVITE\r\n\
    m: <sip:alice@[::1]:5060;transport=tcp>;expires=60\r\n\
    Route: <sip:p1;lr>,\r\n <sip:p2;lr>\r\n\
    Route: <sip:p3;lr>\r\n\
    Accept: application/sdp;level=1, application/*\r\n\
    o: presence;id=7\r\n\
    Warning: 370 devnull \"Choose \\\"bigger\\\" pipe\"\r\n\
    Retry-After: 18 (in a meeting);duration=60\r\n\
    RAck: 776656 1 INVITE\r\n\
    Proxy-Authorization: Digest username=\"alice\", realm=\"a, b\", nonce=\"x\"\r\n\
    X-Own: value\r\n\
    Expires: soon\r\n\
    Content-Type: multipart/mixed;boundary=cut\r\n\
    Content-Length: 130\r\n\r\n\
    --cut\r\nContent-Type: application/sdp\r\nContent-ID: <one>\r\n\r\nv=0\r\n--cut\r\n\
    Content-Disposition: session;handling=optional\r\n\r\ntwo\r\n--cut--\r\n";

/// A parsed message, given back at the end.
struct Message(*mut rtc_sip_message_t);

impl Drop for Message {
    fn drop(&mut self) {
        assert_eq!(unsafe { rtc_object_release(self.0.cast()) }, 0);
    }
}

fn parse(text: &str) -> Message {
    let text = text.replace(
        "Content-Length: 130",
        &format!("Content-Length: {}", body_len(text)),
    );
    let mut message = null_mut();
    let result = unsafe {
        rtc_sip_message_parse(
            text.as_ptr().cast(),
            text.len(),
            0,
            null_mut(),
            &raw mut message,
        )
    };
    assert_eq!(result, RTC_OK);
    Message(message)
}

fn body_len(text: &str) -> usize {
    text.len() - text.find("\r\n\r\n").unwrap() - 4
}

fn header(message: &Message, name: &str, index: usize, flags: u32) -> Result<rtc_header_t, i32> {
    let mut header = sized();
    let result = unsafe {
        rtc_sip_message_get_header(
            message.0,
            name.as_ptr().cast(),
            name.len(),
            index,
            flags,
            &raw mut header,
        )
    };
    if result == RTC_OK {
        Ok(header)
    } else {
        Err(result)
    }
}

#[test]
fn a_head_has_the_fields_of_every_dialog() {
    let message = parse(INVITE);
    let mut head: rtc_sip_head_t = sized();
    assert_eq!(
        unsafe { rtc_sip_message_get_head(message.0, &raw mut head) },
        RTC_OK
    );
    assert_eq!(
        (head.status, head.cseq, head.max_forwards),
        (0, 314_159, 70)
    );
    for (view, expected) in [
        (head.start_line, "INVITE sip:bob@biloxi.example.com SIP/2.0"),
        (head.method, "INVITE"),
        (head.request_uri, "sip:bob@biloxi.example.com"),
        (head.reason, "-"),
        (head.call_id, "a84b4c76e66710@pc33"),
        (head.from_uri, "sip:alice@atlanta.example.com;x=y"),
        (head.from_tag, "1928301774"),
        (head.to_uri, "sip:bob@biloxi.example.com"),
        (head.to_tag, "-"),
        (head.contact_uri, "sip:alice@[::1]:5060;transport=tcp"),
        (head.contact_host, "[::1]"),
        (head.via_branch, "z9hG4bKa"),
        (head.via_sent_by, "[2001:db8::9]:5061"),
        (head.event, "presence;id=7"),
        (head.content_type, "multipart/mixed;boundary=cut"),
    ] {
        assert_eq!(text(view), expected);
    }
}

#[test]
fn every_form_of_header_comes_apart() {
    let message = parse(INVITE);
    let from = header(&message, "f", 0, 0).unwrap();
    assert_eq!(from.form, RTC_HEADER_FORM_ADDRESS);
    assert_eq!(text(from.name), "From");
    assert_eq!(text(from.display_name), "Al \"ice\"");
    assert_eq!(text(from.uri), "sip:alice@atlanta.example.com;x=y");
    assert_eq!(text(from.params), ";tag=1928301774");
    let via = header(&message, "Via", 1, 0).unwrap();
    assert_eq!(via.form, RTC_HEADER_FORM_VIA);
    assert_eq!((text(via.token), text(via.uri)), ("UDP", "b:5070"));
    let via = header(&message, "v", 0, 0).unwrap();
    assert_eq!(text(via.uri), "[2001:db8::9]:5061");
    let cseq = header(&message, "CSEQ", 0, 0).unwrap();
    assert_eq!(
        (cseq.form, cseq.number, text(cseq.token)),
        (RTC_HEADER_FORM_NUMBER, 314_159, "INVITE")
    );
    let rack = header(&message, "RAck", 0, 0).unwrap();
    assert_eq!(
        (rack.number, rack.number2, text(rack.token)),
        (776_656, 1, "INVITE")
    );
    let warning = header(&message, "Warning", 0, 0).unwrap();
    assert_eq!(
        (warning.number, text(warning.display_name)),
        (370, "Choose \"bigger\" pipe")
    );
    let retry = header(&message, "Retry-After", 0, 0).unwrap();
    assert_eq!(
        (retry.number, text(retry.display_name)),
        (18, "in a meeting")
    );
    let event = header(&message, "Event", 0, 0).unwrap();
    assert_eq!(
        (text(event.token), text(event.params)),
        ("presence", ";id=7")
    );
    let accept = header(&message, "Accept", 0, 0).unwrap();
    assert_eq!(
        (text(accept.token), text(accept.params)),
        ("application/sdp", ";level=1")
    );
    let auth = header(&message, "Proxy-Authorization", 0, 0).unwrap();
    assert_eq!(
        (auth.form, text(auth.token)),
        (RTC_HEADER_FORM_AUTH, "Digest")
    );
    let own = header(&message, "x-own", 0, 0).unwrap();
    assert_eq!((own.form, text(own.value)), (RTC_HEADER_FORM_RAW, "value"));
    let expires = header(&message, "Expires", 0, 0).unwrap();
    assert_eq!(
        (expires.form, text(expires.value)),
        (RTC_HEADER_FORM_RAW, "soon")
    );
}

#[test]
fn an_index_counts_elements_or_lines() {
    let message = parse(INVITE);
    let uri = |index| text(header(&message, "Route", index, 0).unwrap().uri);
    assert_eq!(
        [uri(0), uri(1), uri(2)],
        ["sip:p1;lr", "sip:p2;lr", "sip:p3;lr"]
    );
    assert_eq!(
        header(&message, "Route", 3, 0).unwrap_err(),
        RTC_E_SIP_HEADER_NOT_PRESENT
    );
    let line = header(&message, "Route", 0, RTC_HEADER_LINES).unwrap();
    assert!(
        text(line.value).starts_with("<sip:p1;lr>,") && text(line.value).ends_with("<sip:p2;lr>")
    );
    let second = header(&message, "Route", 1, RTC_HEADER_LINES).unwrap();
    assert_eq!(text(second.value), "<sip:p3;lr>");
    let mut every = 0;
    let mut one: rtc_header_t = sized();
    while unsafe {
        rtc_sip_message_get_header(message.0, null(), 0, every, RTC_HEADER_LINES, &raw mut one)
    } == RTC_OK
    {
        every += 1;
    }
    assert_eq!(every, 19);
    assert_eq!(text(one.name), "Content-Length");
}

#[test]
fn bodies_come_whole_and_in_parts() {
    let message = parse(INVITE);
    let body = |part| {
        let mut body: rtc_body_t = sized();
        let result = unsafe { rtc_sip_message_get_body(message.0, part, &raw mut body) };
        (result, body)
    };
    let (_, whole) = body(-1);
    assert_eq!((whole.parts, whole.bytes.len), (2, body_len(INVITE)));
    let (_, first) = body(0);
    assert_eq!(
        (text(first.bytes), text(first.content_type)),
        ("v=0", "application/sdp")
    );
    assert_eq!(text(first.content_id), "<one>");
    let (_, second) = body(1);
    assert_eq!(
        (text(second.bytes), text(second.content_type)),
        ("two", "-")
    );
    assert_eq!(text(second.disposition), "session;handling=optional");
    assert_eq!(body(2).0, RTC_E_NOT_EXIST);
}

#[test]
fn a_star_is_a_form_of_its_own() {
    let mut star: rtc_header_t = sized();
    let (name, value) = (s("Contact"), s("*"));
    let result =
        unsafe { rtc_header_parse(name.ptr, name.len, value.ptr, value.len, &raw mut star) };
    assert_eq!((result, star.form), (RTC_OK, RTC_HEADER_FORM_STAR));
}

#[test]
fn parameters_are_found_by_name_and_by_place() {
    let get = |list: &str, name: Option<&str>, index: usize| {
        let (mut found, mut value) = (s(""), s(""));
        let (name, len) = name.map_or((null(), 0), |name| (name.as_ptr().cast(), name.len()));
        let result = unsafe {
            rtc_params_get(
                list.as_ptr().cast(),
                list.len(),
                name,
                len,
                index,
                &raw mut found,
                &raw mut value,
            )
        };
        (result, text(found).to_owned(), text(value).to_owned())
    };
    let of = |result: i32, found: &str, value: &str| (result, found.to_owned(), value.to_owned());
    assert_eq!(
        get(";a=1;B=\"x;y\";lr", Some("b"), 0),
        of(RTC_OK, "B", "x;y")
    );
    assert_eq!(get(";a=1;B=\"x;y\";lr", None, 2), of(RTC_OK, "lr", "-"));
    assert_eq!(get(";a=1", None, 1), of(RTC_FALSE, "-", "-"));
    assert_eq!(
        get("transport=tcp;lr", Some("transport"), 0),
        of(RTC_OK, "transport", "tcp")
    );
    assert_eq!(
        get("realm=\"a, b\", nonce=x", Some("nonce"), 0),
        of(RTC_OK, "nonce", "x")
    );
    assert_eq!(
        get("realm=\"a, b\"", Some("realm"), 0),
        of(RTC_OK, "realm", "a, b")
    );
    assert_eq!(get(";a=1;a=2", Some("a"), 1), of(RTC_OK, "a", "2"));
    assert_eq!(get("", None, 0).0, RTC_FALSE);
}

#[test]
fn uris_come_apart_and_compare() {
    let uri = "sips:al%69ce:pw@[2001:db8::1]:5061;transport=tcp;lr?Subject=x";
    let mut parts: rtc_uri_t = sized();
    assert_eq!(
        unsafe { rtc_uri_parse(uri.as_ptr().cast(), uri.len(), &raw mut parts) },
        RTC_OK
    );
    let seen = [
        parts.scheme,
        parts.user,
        parts.password,
        parts.host,
        parts.params,
        parts.headers,
    ];
    assert_eq!(
        seen.map(text),
        [
            "sips",
            "al%69ce",
            "pw",
            "[2001:db8::1]",
            ";transport=tcp;lr",
            "Subject=x"
        ]
    );
    assert_eq!(parts.port, 5061);
    let equal = |a: &str, b: &str| unsafe {
        rtc_uri_equal(a.as_ptr().cast(), a.len(), b.as_ptr().cast(), b.len())
    };
    assert_eq!(
        equal(
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtLanTa.CoM;Transport=tcp"
        ),
        RTC_OK
    );
    assert_eq!(
        equal("SIP:ALICE@AtLanTa.CoM", "sip:alice@atlanta.com"),
        RTC_FALSE
    );
}

fn create(options: &rtc_sip_message_options_t) -> Result<Message, i32> {
    let mut message = null_mut();
    let result = unsafe { rtc_sip_message_create(options, &raw mut message) };
    if result == RTC_OK {
        Ok(Message(message))
    } else {
        Err(result)
    }
}

fn whole(message: &Message) -> String {
    let mut view = s("");
    assert_eq!(
        unsafe { rtc_sip_message_get_text(message.0, &raw mut view) },
        RTC_OK
    );
    text(view).to_owned()
}

/// S-141.
#[test]
fn a_request_is_completed_a_response_copies_and_a_variation_replaces() {
    let mut options: rtc_sip_message_options_t = sized();
    options.method = s("MESSAGE");
    options.uri = s("sip:bob@example.com");
    options.headers = s("From: <sip:me@example.com>;tag=7\r\nX-Own: 1\nSubject: hi");
    options.content_type = s("text/plain");
    options.body = s("hello");
    let request = create(&options).unwrap();
    let written = whole(&request);
    assert!(
        written.starts_with("MESSAGE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP "),
        "{written}"
    );
    for line in [
        "\r\nFrom: <sip:me@example.com>;tag=7\r\n",
        "\r\nTo: <sip:bob@example.com>\r\n",
        "\r\nMax-Forwards: 70\r\n",
        "\r\nCSeq: 1 MESSAGE\r\n",
        "\r\nX-Own: 1\r\n",
        "\r\nContent-Length: 5\r\n\r\nhello",
    ] {
        assert!(written.contains(line), "{line:?} in {written}");
    }

    let mut answer: rtc_sip_message_options_t = sized();
    answer.status = 486;
    answer.base = request.0;
    let response = create(&answer).unwrap();
    let mut head: rtc_sip_head_t = sized();
    assert_eq!(
        unsafe { rtc_sip_message_get_head(response.0, &raw mut head) },
        RTC_OK
    );
    assert_eq!(
        (head.status, text(head.reason), text(head.from_tag)),
        (486, "Busy Here", "7")
    );
    assert_eq!(head.to_tag.len, 12);

    let mut again: rtc_sip_message_options_t = sized();
    again.base = request.0;
    again.method = s("INFO");
    again.headers = s("x-own: 2");
    again.remove = s("Subject, Max-Forwards");
    again.flags = RTC_SEND_EXPERT;
    let varied = whole(&create(&again).unwrap());
    assert!(
        varied.contains("\r\nCSeq: 1 INFO\r\n") && varied.contains("\r\nx-own: 2\r\n"),
        "{varied}"
    );
    assert!(
        !varied.contains("Subject") && !varied.contains("Max-Forwards"),
        "{varied}"
    );
    assert!(varied.ends_with("\r\n\r\nhello"), "{varied}");

    answer.base = response.0;
    assert_eq!(create(&answer).err(), Some(RTC_E_INVALIDARG));
    let mut broken: rtc_sip_message_options_t = sized();
    (broken.method, broken.uri) = (s("INFO"), s("sip:a@b"));
    broken.headers = s("To: <sip:a@b>\r\n\r\nVia: x");
    assert_eq!(create(&broken).err(), Some(RTC_E_HEADER_MALFORMED));
}

/// S-141, S-142: a body has its type, and a type may have a body of no length; both are read, and taken out together.
#[test]
fn a_body_and_its_type_come_and_go_together() {
    let mut options: rtc_sip_message_options_t = sized();
    (options.method, options.uri) = (s("MESSAGE"), s("sip:bob@example.com"));
    options.body = s("hello");
    assert_eq!(create(&options).err(), Some(RTC_E_INVALIDARG), "no type");
    options.content_type = s("text/plain;charset=UTF-8");
    let full = create(&options).unwrap();
    let read = |message: &Message| {
        let mut body: rtc_body_t = sized();
        let result = unsafe { rtc_sip_message_get_body(message.0, -1, &raw mut body) };
        assert_eq!(result, RTC_OK);
        (
            text(body.bytes).to_owned(),
            text(body.content_type).to_owned(),
        )
    };
    let both = ("hello".to_owned(), "text/plain;charset=UTF-8".to_owned());
    assert_eq!(read(&full), both);
    options.body = s("");
    let empty = whole(&create(&options).unwrap());
    assert!(
        empty.contains("\r\nContent-Type: text/plain;charset=UTF-8\r\n")
            && empty.ends_with("\r\nContent-Length: 0\r\n\r\n"),
        "{empty}"
    );
    let mut without: rtc_sip_message_options_t = sized();
    (without.base, without.remove) = (full.0, s("Content-Type"));
    let bare = whole(&create(&without).unwrap());
    assert!(
        !bare.contains("Content-Type") && !bare.contains("hello"),
        "{bare}"
    );
    assert!(bare.ends_with("\r\nContent-Length: 0\r\n\r\n"), "{bare}");
    assert_eq!(read(&full), both, "what it was made from stays");
}

#[test]
fn a_stream_says_what_it_took_or_what_it_lacks() {
    let one = "\r\nOPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\
        Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 2\r\n\r\nok";
    let stream = format!("{one}OPTIONS");
    let (mut taken, mut message) = (0, null_mut());
    let parse = |len: usize, taken: &mut usize, message: &mut *mut rtc_sip_message_t| unsafe {
        rtc_sip_message_parse(
            stream.as_ptr().cast(),
            len,
            RTC_PARSE_STREAM,
            taken,
            message,
        )
    };
    assert_eq!(parse(stream.len(), &mut taken, &mut message), RTC_OK);
    assert_eq!(taken, one.len());
    assert_eq!(unsafe { rtc_object_release(message.cast()) }, 0);
    for cut in [1, 20, one.len() - 1] {
        assert_eq!(
            parse(cut, &mut taken, &mut message),
            RTC_E_SIP_NEED_MORE_DATA,
            "{cut}"
        );
        assert!(message.is_null());
    }
}

/// S-180, S-181, S-182, S-183, S-184, S-185, S-186, S-187, S-188, S-189, S-190, S-191, S-192: each header that the SIP level names comes
/// apart in the one shape, the parameters by `rtc_params_get`; an extension header is its text.
#[test]
fn every_header_of_the_sip_level_comes_apart() {
    const RAW: i32 = RTC_HEADER_FORM_RAW;
    const TOKEN: i32 = RTC_HEADER_FORM_TOKEN;
    const NUMBER: i32 = RTC_HEADER_FORM_NUMBER;
    const ADDRESS: i32 = RTC_HEADER_FORM_ADDRESS;
    const AUTH: i32 = RTC_HEADER_FORM_AUTH;
    // Name, value, form; token or display name; URI; parameters; number.
    let rows: &[(&str, &str, i32, &str, &str, &str, i64)] = &[
        (
            "Accept",
            "application/sdp;q=0.5",
            TOKEN,
            "application/sdp",
            "-",
            ";q=0.5",
            0,
        ),
        ("Accept-Encoding", "gzip;q=1", TOKEN, "gzip", "-", ";q=1", 0),
        ("Accept-Language", "en;q=0.2", TOKEN, "en", "-", ";q=0.2", 0),
        (
            "Accept-Contact",
            "*;audio;require",
            TOKEN,
            "*",
            "-",
            ";audio;require",
            0,
        ),
        ("Allow", "INVITE", TOKEN, "INVITE", "-", "", 0),
        ("Supported", "100rel", TOKEN, "100rel", "-", "", 0),
        ("Require", "timer", TOKEN, "timer", "-", "", 0),
        ("Proxy-Require", "foo", TOKEN, "foo", "-", "", 0),
        ("Unsupported", "bar", TOKEN, "bar", "-", "", 0),
        ("Content-Encoding", "gzip", TOKEN, "gzip", "-", "", 0),
        (
            "Allow-Events",
            "presence.winfo",
            TOKEN,
            "presence.winfo",
            "-",
            "",
            0,
        ),
        ("Event", "presence;id=4", TOKEN, "presence", "-", ";id=4", 0),
        (
            "WWW-Authenticate",
            "Digest realm=\"r\", qop=\"auth\"",
            AUTH,
            "Digest",
            "-",
            "realm=\"r\", qop=\"auth\"",
            0,
        ),
        (
            "Proxy-Authenticate",
            "Digest realm=\"r\"",
            AUTH,
            "Digest",
            "-",
            "realm=\"r\"",
            0,
        ),
        (
            "Authorization",
            "Digest username=\"a\"",
            AUTH,
            "Digest",
            "-",
            "username=\"a\"",
            0,
        ),
        (
            "Proxy-Authorization",
            "Digest username=\"a\"",
            AUTH,
            "Digest",
            "-",
            "username=\"a\"",
            0,
        ),
        ("CSeq", "4711 INVITE", NUMBER, "INVITE", "-", "-", 4711),
        ("RSeq", "988789", NUMBER, "-", "-", "-", 988_789),
        ("Expires", "5", NUMBER, "-", "-", "-", 5),
        (
            "Contact",
            "\"A\" <sip:a@b>;expires=9;q=0.5",
            ADDRESS,
            "A",
            "sip:a@b",
            ";expires=9;q=0.5",
            0,
        ),
        (
            "Content-Disposition",
            "session;handling=optional",
            TOKEN,
            "session",
            "-",
            ";handling=optional",
            0,
        ),
        (
            "Content-Type",
            "text/plain;charset=UTF-8",
            TOKEN,
            "text/plain",
            "-",
            ";charset=UTF-8",
            0,
        ),
        (
            "Reply-To",
            "<sip:a@b>;x=1",
            ADDRESS,
            "",
            "sip:a@b",
            ";x=1",
            0,
        ),
        (
            "Refer-To",
            "B <sip:b@c;method=INVITE>",
            ADDRESS,
            "B",
            "sip:b@c;method=INVITE",
            "",
            0,
        ),
        ("P-Associated-URI", "<tel:+1>", ADDRESS, "", "tel:+1", "", 0),
        ("Route", "<sip:p;lr>", ADDRESS, "", "sip:p;lr", "", 0),
        (
            "Security-Client",
            "tls;q=0.2",
            TOKEN,
            "tls",
            "-",
            ";q=0.2",
            0,
        ),
        (
            "Subscription-State",
            "terminated;reason=timeout;retry-after=9",
            TOKEN,
            "terminated",
            "-",
            ";reason=timeout;retry-after=9",
            0,
        ),
        ("X-Game", "any <thing>; goes", RAW, "-", "-", "-", 0),
        // An address with or without brackets.
        ("To", "sip:a@b;tag=1", ADDRESS, "", "sip:a@b", ";tag=1", 0),
    ];
    for (name, value, form, word, uri, params, number) in rows {
        let mut header: rtc_header_t = sized();
        let (n, v) = (s(name), s(value));
        let result = unsafe { rtc_header_parse(n.ptr, n.len, v.ptr, v.len, &raw mut header) };
        let first = if header.form == ADDRESS {
            header.display_name
        } else {
            header.token
        };
        assert_eq!(
            (
                result,
                header.form,
                text(first),
                text(header.uri),
                text(header.params),
                header.number
            ),
            (RTC_OK, *form, *word, *uri, *params, *number),
            "{name}"
        );
        assert_eq!(text(header.value), *value);
    }
}
