//! Credentials as a C program gives them, and where they must not be seen; headers about people as it reads them.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "every block calls the C API with pointers to locals that live until it returns"
)]

#[path = "misuse/fixture.rs"]
#[allow(dead_code, reason = "shared with the tests of misuse")]
mod fixture;

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use rtcclient::ffi::client::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::event::*;
use rtcclient::ffi::library::*;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::profile::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::server::*;
use rtcclient::ffi::sip_message::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::types::*;
use rtcclient::ffi::uri::*;

use fixture::{client_on_loopback, ok, s, sized, t, wait_for};

const SECRET: &str = "Open-Sesame-4711";
const PLAIN: &str = "zanzibar-0815";

fn text(view: rtc_str_t) -> String {
    if view.ptr.is_null() {
        return String::new();
    }
    let bytes = unsafe { std::slice::from_raw_parts(view.ptr.cast::<u8>(), view.len) };
    String::from_utf8_lossy(bytes).into_owned()
}

fn property(object: *mut c_void, property: i32) -> String {
    let (mut buf, mut needed) = ([0_u8; 256], 0);
    ok(
        unsafe {
            rtc_object_get_text(
                object,
                property,
                0,
                buf.as_mut_ptr().cast(),
                buf.len(),
                &raw mut needed,
            )
        },
        "text",
    );
    String::from_utf8_lossy(&buf[..needed]).into_owned()
}

static TOLD: Mutex<String> = Mutex::new(String::new());

unsafe extern "C" fn on_log(
    _: *mut c_void,
    _: i32,
    _: *const c_char,
    line: *const c_char,
    len: usize,
) {
    let bytes = unsafe { std::slice::from_raw_parts(line.cast::<u8>(), len) };
    TOLD.lock()
        .unwrap()
        .push_str(&String::from_utf8_lossy(bytes));
}

unsafe extern "C" fn on_bytes(_: *mut c_void, bytes: *const c_void, len: usize) {
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), len) };
    TOLD.lock()
        .unwrap()
        .push_str(&String::from_utf8_lossy(bytes));
}

/// B-358, B-369, S-160, S-162, S-163, S-166, S-167, S-169, S-170: a registrar challenges, the program hears realm, scheme and
/// algorithm, gives a user for the transaction or declines; and no log line, trace or event holds a password.
#[test]
fn a_program_is_asked_and_its_secrets_stay_with_it() {
    let mut server_options: rtc_server_options_t = sized();
    server_options.realm = s("the realm");
    let mut sink: rtc_log_sink_t = sized();
    sink.level = 5;
    sink.on_log = Some(on_log);
    let (client, connection, _) = client_on_loopback();
    let mut server = null_mut();
    unsafe {
        ok(rtc_library_set_log(&raw const sink), "log");
        for kind in [RTC_TRACE_LADDER, RTC_TRACE_PCAP, RTC_TRACE_JSON] {
            let mut trace: rtc_trace_options_t = sized();
            trace.kind = kind;
            trace.on_bytes = Some(on_bytes);
            ok(rtc_client_trace(client.cast(), &raw const trace), "trace");
        }
        ok(
            rtc_server_start(&raw const server_options, &raw mut server),
            "server",
        );
        let mut user: rtc_server_user_t = sized();
        (user.user, user.password) = (s("alice"), s(SECRET));
        ok(rtc_server_set_user(server, &raw const user), "user");
        // The one who is asked is whoever has the events of challenges.
        ok(
            rtc_client_set_event_filter(client.cast(), RTC_EVENT_FILTER_DEFAULT | 1 << 39),
            "filter",
        );
    }
    let registrar = property(server.cast(), RTC_PROPERTY_SERVER_URI);
    let aor = registrar.replacen("sip:", "sip:alice@", 1);
    let mut options: rtc_profile_options_t = sized();
    (options.uri, options.registrar) = (s(&aor), s(&registrar));
    for decline in [true, false] {
        let mut profile = null_mut();
        unsafe {
            ok(
                rtc_profile_create(client.cast(), &raw const options, &raw mut profile),
                "profile",
            );
            ok(rtc_profile_enable(profile, RTC_REGISTER_ALL, 0), "enable");
        }
        let (event, info) = wait_for(client, "the challenge", |info| {
            info.r#type == RTC_EVENT_CHALLENGE
        });
        assert_eq!(text(info.text), "the realm");
        assert_eq!(info.profile, profile);
        assert!(!info.transaction.is_null());
        assert_eq!(
            info.answer_within_ms, 0,
            "it is answered by rtc_credentials_set"
        );
        let mut schemes = Vec::new();
        unsafe {
            let mut message = null_mut();
            ok(
                rtc_event_get_sip_message(event.cast(), &raw mut message),
                "the 401",
            );
            for index in 0.. {
                let ((name, len), mut header) = (t("WWW-Authenticate"), sized::<rtc_header_t>());
                if rtc_sip_message_get_header(
                    message,
                    name,
                    len,
                    index,
                    RTC_HEADER_LINES,
                    &raw mut header,
                ) < 0
                {
                    break;
                }
                let params = text(header.params);
                let parameter = |name: &str| {
                    let (mut found, mut value) = (s(""), s(""));
                    let ((p, n), (q, m)) = (t(&params), t(name));
                    ok(
                        rtc_params_get(p, n, q, m, 0, &raw mut found, &raw mut value),
                        name,
                    );
                    text(value)
                };
                schemes.push((
                    text(header.token),
                    parameter("realm"),
                    parameter("algorithm"),
                ));
            }
            rtc_object_release(message.cast());
        }
        let digest = |name: &str| ("Digest".to_owned(), "the realm".to_owned(), name.to_owned());
        assert_eq!(schemes, [digest("SHA-256"), digest("MD5")]);
        let mut answer: rtc_credentials_t = sized();
        unsafe {
            if decline {
                (answer.flags, answer.realm) = (RTC_CREDENTIALS_DECLINE, s("the realm"));
            } else {
                assert_eq!(
                    rtc_credentials_set(info.transaction.cast(), &raw const answer),
                    RTC_E_INVALIDARG,
                    "neither a user nor a refusal"
                );
                (answer.user, answer.secret) = (s("alice"), s(SECRET));
            }
            ok(
                rtc_credentials_set(info.transaction.cast(), &raw const answer),
                "answered",
            );
            let again = rtc_credentials_set(info.transaction.cast(), &raw const answer);
            assert!(
                [RTC_E_INVALID_TRANSACTION_STATE, RTC_E_INVALIDARG].contains(&again),
                "{again:#x}"
            );
        }
        let wanted = if decline {
            RTC_REGISTRATION_STATE_REJECTED
        } else {
            RTC_REGISTRATION_STATE_REGISTERED
        };
        let (end, result) = wait_for(client, "the end", |info| {
            info.r#type == RTC_EVENT_REGISTRATION_STATE_CHANGE && info.state == wanted
        });
        if decline {
            assert_eq!(result.status_code & 0xFFFF, 401);
        }
        unsafe {
            for event in [event, end] {
                let mut json = s("");
                ok(
                    rtc_event_get_text(event.cast(), RTC_EVENT_TEXT_JSON, 0, &raw mut json),
                    "JSON",
                );
                TOLD.lock().unwrap().push_str(&text(json));
                rtc_object_release(event);
            }
            if decline {
                ok(rtc_profile_disable(profile), "disable");
            }
            rtc_object_release(profile.cast());
        }
    }
    let mut more: rtc_credentials_t = sized();
    (more.realm, more.user, more.secret) = (s("elsewhere"), s("alice"), s(PLAIN));
    unsafe {
        ok(rtc_credentials_set(client, &raw const more), "kept");
        // A failure's sentence is told, too.
        more.flags = RTC_CREDENTIALS_HA1;
        assert_eq!(
            rtc_credentials_set(client, &raw const more),
            RTC_E_INVALIDARG
        );
        TOLD.lock().unwrap().push_str(&fixture::sentence());
        ok(rtc_client_shutdown(client.cast()), "shutdown");
        ok(rtc_library_set_log(null()), "silence");
        for object in [connection, client] {
            rtc_object_release(object);
        }
        rtc_server_stop(server);
        rtc_object_release(server.cast());
    }
    let told = TOLD.lock().unwrap();
    assert!(told.contains("REGISTER"), "something was traced");
    for secret in [SECRET, PLAIN] {
        assert!(!told.contains(secret), "a secret was told");
    }
}

/// B-123, B-379, B-380, S-140: headers about people and ways come apart by one call each, long lists element by element.
#[test]
fn headers_about_people_come_apart() {
    let message = "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\n\
        Call-ID: c\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n\
        Diversion: <sip:x@h>;reason=user-busy;counter=2, \"Y\" <tel:+44>;reason=no-answer\r\n\
        History-Info: <sip:u@h>;index=1, <sip:v@h?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1\r\n\
        P-Asserted-Identity: \"Al\" <sip:al@h>, <tel:+1>\r\nCall-Info: <http://h/p.jpg>;purpose=icon\r\n\
        Alert-Info: <http://h/r.wav>\r\nReason: Q.850;cause=16;text=\"Terminated\"\r\nPrivacy: id;critical\r\n\
        Reply-To: \"Bo\" <sip:bo@h>\r\nSubject: Lunch\r\nPriority: urgent\r\nOrganization: Atlanta\r\nIn-Reply-To: x@y, z@y\r\n\
        Warning: 304 h \"No media\"\r\nError-Info: <sip:e@h>\r\nRetry-After: 18 (meeting);duration=60\r\nContent-Length: 0\r\n\r\n";
    let mut raw = null_mut();
    let read = |name: &str, index: usize, raw: *mut rtc_sip_message_t| {
        let ((name, len), mut header) = (t(name), sized::<rtc_header_t>());
        let result =
            unsafe { rtc_sip_message_get_header(raw, name, len, index, 0, &raw mut header) };
        (result >= 0).then_some(header)
    };
    unsafe {
        ok(
            rtc_sip_message_parse(
                message.as_ptr().cast(),
                message.len(),
                0,
                null_mut(),
                &raw mut raw,
            ),
            "parse",
        );
    }
    for (name, index, display_name, uri, params) in [
        ("Diversion", 0, "", "sip:x@h", ";reason=user-busy;counter=2"),
        ("Diversion", 1, "Y", "tel:+44", ";reason=no-answer"),
        ("History-Info", 0, "", "sip:u@h", ";index=1"),
        (
            "History-Info",
            1,
            "",
            "sip:v@h?Reason=SIP%3Bcause%3D302",
            ";index=1.1;mp=1",
        ),
        ("P-Asserted-Identity", 0, "Al", "sip:al@h", ""),
        ("P-Asserted-Identity", 1, "", "tel:+1", ""),
        ("Call-Info", 0, "", "http://h/p.jpg", ";purpose=icon"),
        ("Alert-Info", 0, "", "http://h/r.wav", ""),
        ("Error-Info", 0, "", "sip:e@h", ""),
        ("Reply-To", 0, "Bo", "sip:bo@h", ""),
    ] {
        let header = read(name, index, raw).unwrap_or_else(|| panic!("{name} {index}"));
        assert_eq!(header.form, RTC_HEADER_FORM_ADDRESS, "{name}");
        let found = (
            text(header.display_name),
            text(header.uri),
            text(header.params),
        );
        assert_eq!(
            found,
            (display_name.to_owned(), uri.to_owned(), params.to_owned()),
            "{name}"
        );
    }
    for (name, end) in [
        ("Diversion", 2),
        ("History-Info", 2),
        ("P-Asserted-Identity", 2),
        ("In-Reply-To", 2),
    ] {
        assert!(
            read(name, end - 1, raw).is_some() && read(name, end, raw).is_none(),
            "{name}"
        );
    }
    let reason = read("Reason", 0, raw).unwrap();
    assert_eq!(
        (text(reason.token), text(reason.params)),
        (
            "Q.850".to_owned(),
            ";cause=16;text=\"Terminated\"".to_owned()
        )
    );
    let warning = read("Warning", 0, raw).unwrap();
    assert_eq!(
        (warning.number, text(warning.display_name)),
        (304, "No media".to_owned())
    );
    let after = read("Retry-After", 0, raw).unwrap();
    assert_eq!(
        (after.number, text(after.display_name), text(after.params)),
        (18, "meeting".to_owned(), ";duration=60".to_owned())
    );
    for (name, value) in [
        ("Subject", "Lunch"),
        ("Priority", "urgent"),
        ("Organization", "Atlanta"),
        ("Privacy", "id;critical"),
    ] {
        assert_eq!(text(read(name, 0, raw).unwrap().value), value);
    }
    unsafe { rtc_object_release(raw.cast()) };
}
