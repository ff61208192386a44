//! The SIP level through the C ABI: the claim rule with a sink, with the queue and application-driven; filters,
//! transactions and their messages.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "every block calls the C API with pointers to locals that live until it returns"
)]

#[path = "misuse/fixture.rs"]
#[allow(dead_code, reason = "shared with the tests of misuse")]
mod fixture;

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use rtcclient::ffi::client::*;
use rtcclient::ffi::connection::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::event::*;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::sip_message::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::transaction::*;
use rtcclient::ffi::types::*;

use fixture::{client_on_loopback, ok, s, sized, t, wait_for};

fn send(client: *mut c_void, method: &str, target: &str, cookie: i64) {
    let ((method, len), (uri, uri_len)) = (t(method), t(target));
    let mut send: rtc_send_t = sized();
    send.cookie = cookie;
    ok(
        unsafe {
            rtc_request_send(
                client,
                method,
                len,
                uri,
                uri_len,
                &raw const send,
                null_mut(),
            )
        },
        "request",
    );
}

/// The status that a request ended with.
fn ended(client: *mut c_void, cookie: i64) -> i32 {
    let (event, info) = wait_for(client, "the response", |info| {
        info.r#type == RTC_EVENT_RESPONSE && info.cookie == cookie
    });
    unsafe { rtc_object_release(event) };
    info.status_code & 0xFFFF
}

fn is_request(info: &rtc_event_info_t) -> bool {
    info.r#type == RTC_EVENT_REQUEST
}

/// S-136, S-011, B-423: with the queue a request waits for its answer; claimed it waits for as long as was said, and not
/// at all longer; left alone the library answers.
#[test]
fn the_claim_rule_holds_for_the_queue() {
    let (client, ours, _) = client_on_loopback();
    let (peer, theirs, address) = client_on_loopback();
    let target = format!("sip:x@{address}");
    unsafe {
        // Answered through its transaction, after the event was given back.
        send(client, "FOO", &target, 1);
        let (event, info) = wait_for(peer, "the request", is_request);
        assert!(info.answer_within_ms > 0 && !info.transaction.is_null());
        let transaction = info.transaction;
        assert_eq!(rtc_object_add_ref(transaction.cast()), 2);
        ok(rtc_transaction_claim(transaction, 5_000), "claim");
        rtc_object_release(event);
        ok(rtc_transaction_respond(transaction, 299, null()), "respond");
        assert_eq!(ended(client, 1), 299);
        assert_eq!(
            rtc_transaction_respond(transaction, 200, null()),
            RTC_E_ALREADY_ANSWERED
        );
        assert_eq!(
            rtc_transaction_claim(transaction, 5_000),
            RTC_E_ALREADY_ANSWERED
        );
        rtc_object_release(transaction.cast());
        // Claimed, and then forgotten.
        send(client, "FOO", &target, 2);
        let (event, info) = wait_for(peer, "the request", is_request);
        ok(rtc_transaction_claim(info.transaction, 30), "claim");
        assert_eq!(ended(client, 2), 500);
        let (expired, told) = wait_for(peer, "the end of the claim", |info| {
            info.r#type == RTC_EVENT_TRANSACTION_EXPIRED
        });
        assert_eq!(told.transaction, info.transaction);
        rtc_object_release(expired);
        rtc_object_release(event);
        // Nobody's.
        send(client, "FOO", &target, 3);
        assert_eq!(ended(client, 3), 501);
        for object in [ours, theirs, client, peer] {
            rtc_object_release(object);
        }
    }
}

static CLAIMED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// Claims BAR, answers BAZ, looks at the rest and goes.
unsafe extern "C" fn decide(_: *mut c_void, event: *mut rtc_event_t) {
    unsafe {
        let mut info: rtc_event_info_t = sized();
        ok(rtc_event_get_info(event, &raw mut info), "info");
        if !is_request(&info) {
            return;
        }
        let method = std::slice::from_raw_parts(info.text.ptr.cast::<u8>(), info.text.len);
        match method {
            b"BAR" => {
                ok(rtc_transaction_claim(info.transaction, 60_000), "claim");
                rtc_object_add_ref(info.transaction.cast());
                CLAIMED.lock().unwrap().push(info.transaction.addr());
            }
            b"BAZ" => ok(
                rtc_transaction_respond(info.transaction, 202, null()),
                "respond",
            ),
            _ => {}
        }
    }
}

/// S-136, S-053: a callback that claims or answers decides; one that returns without a word leaves it to the library, at once.
#[test]
fn the_claim_rule_holds_for_a_sink() {
    let (client, ours, _) = client_on_loopback();
    let (mut peer, mut theirs) = (null_mut(), null_mut());
    let mut options: rtc_client_options_t = sized();
    // Long enough to show that the library does not wait for it once the callback has returned.
    options.claim_ms = 60_000;
    let mut listen: rtc_connection_options_t = sized();
    listen.address = s("127.0.0.1");
    let mut sink: rtc_event_sink_t = sized();
    sink.on_event = Some(decide);
    unsafe {
        ok(rtc_client_create(&raw mut peer), "create");
        ok(rtc_client_set_event_sink(peer, &raw const sink), "sink");
        ok(
            rtc_client_initialize(peer, &raw const options),
            "initialize",
        );
        ok(
            rtc_connection_create(peer, &raw const listen, &raw mut theirs),
            "connection",
        );
        let mut address = [0_u8; 64];
        let mut needed = 0;
        ok(
            rtc_object_get_text(
                theirs.cast(),
                RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS,
                0,
                address.as_mut_ptr().cast(),
                address.len(),
                &raw mut needed,
            ),
            "address",
        );
        let target = format!("sip:x@{}", String::from_utf8_lossy(&address[..needed]));
        send(client, "BAR", &target, 1);
        send(client, "BAZ", &target, 2);
        assert_eq!(ended(client, 2), 202);
        send(client, "FOO", &target, 3);
        assert_eq!(ended(client, 3), 501);
        // By now the first callback has returned, and what it claimed still waits.
        let claimed = CLAIMED.lock().unwrap().pop().unwrap();
        let transaction: *mut rtc_transaction_t = std::ptr::without_provenance_mut(claimed);
        let mut state = -1;
        ok(
            rtc_object_get_state(transaction.cast(), &raw mut state),
            "state",
        );
        assert_eq!(state, RTC_TRANSACTION_STATE_TRYING);
        ok(rtc_transaction_respond(transaction, 200, null()), "respond");
        assert_eq!(ended(client, 1), 200);
        rtc_object_release(transaction.cast());
        for object in [ours, theirs.cast(), client, peer.cast()] {
            rtc_object_release(object);
        }
    }
}

/// S-136, S-011, S-220: the same without any thread of the library's.
#[test]
fn the_claim_rule_holds_application_driven() {
    let (client, ours, _) = client_on_loopback();
    let (mut peer, mut theirs) = (null_mut(), null_mut());
    let mut options: rtc_client_options_t = sized();
    options.flags = RTC_CLIENT_APPLICATION_DRIVEN;
    let mut listen: rtc_connection_options_t = sized();
    listen.address = s("127.0.0.1");
    let mut filter: rtc_request_filter_t = sized();
    filter.method = s("OPTIONS");
    unsafe {
        ok(rtc_client_create(&raw mut peer), "create");
        ok(
            rtc_client_initialize(peer, &raw const options),
            "initialize",
        );
        ok(
            rtc_connection_create(peer, &raw const listen, &raw mut theirs),
            "connection",
        );
        ok(
            rtc_client_set_request_filter(peer, 77, &raw const filter),
            "filter",
        );
        assert_eq!(rtc_client_set_request_filter(peer, 78, null()), RTC_FALSE);
        let mut address = [0_u8; 64];
        let mut needed = 0;
        ok(
            rtc_object_get_text(
                theirs.cast(),
                RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS,
                0,
                address.as_mut_ptr().cast(),
                address.len(),
                &raw mut needed,
            ),
            "address",
        );
        let target = format!("sip:x@{}", String::from_utf8_lossy(&address[..needed]));
        send(client, "OPTIONS", &target, 1);
        let (event, info) = wait_for(peer.cast(), "the request", is_request);
        assert_eq!(info.cookie, 77);
        ok(rtc_transaction_claim(info.transaction, 20_000), "claim");
        // Turning on past `claim_ms` answers nothing.
        let begin = std::time::Instant::now();
        while begin.elapsed() < std::time::Duration::from_millis(450) {
            ok(rtc_client_run_once(peer, 50), "turn");
        }
        ok(
            rtc_transaction_respond(info.transaction, 203, null()),
            "respond",
        );
        assert_eq!(ended(client, 1), 203);
        let mut message = null_mut();
        ok(
            rtc_transaction_get_message(info.transaction, -1, &raw mut message),
            "message",
        );
        let mut head: rtc_sip_head_t = sized();
        ok(rtc_sip_message_get_head(message, &raw mut head), "head");
        assert_eq!(head.status, 203);
        rtc_object_release(message.cast());
        assert_eq!(
            rtc_transaction_get_message(info.transaction, 2, &raw mut message),
            RTC_FALSE
        );
        rtc_object_release(event);
        send(client, "OPTIONS", &target, 2);
        let (event, info) = wait_for(peer.cast(), "the request", is_request);
        ok(rtc_transaction_claim(info.transaction, 10), "claim");
        rtc_object_release(event);
        let (event, _) = wait_for(peer.cast(), "the end of the claim", |info| {
            info.r#type == RTC_EVENT_TRANSACTION_EXPIRED
        });
        rtc_object_release(event);
        assert_eq!(ended(client, 2), 500);
        for object in [ours, theirs.cast(), client, peer.cast()] {
            rtc_object_release(object);
        }
    }
}

/// S-004, S-003, S-020, S-029, S-031, S-033, S-054, S-055, S-006: a connection through its life, from inside a program: found again, asked,
/// told of the network, closed; its events name it; features by name.
#[test]
fn a_connection_is_told_and_found() {
    let (client, connection, address) = client_on_loopback();
    unsafe {
        let (name, len) = t("sigcomp");
        assert_eq!(
            rtcclient::ffi::library::rtc_library_has_feature(name, len),
            RTC_FALSE
        );
        let mut text = [0_u8; 64];
        let mut needed = 0;
        ok(
            rtc_client_get_security_mechanisms(
                client.cast(),
                null(),
                0,
                text.as_mut_ptr().cast(),
                text.len(),
                &raw mut needed,
            ),
            "mechanisms",
        );
        assert_eq!(&text[..needed], b"digest, tls");
        let (key, len) = t(&address);
        let (mut found, mut count) = ([null_mut(); 2], 0);
        ok(
            rtc_object_list(
                client,
                RTC_KIND_CONNECTION,
                key,
                len,
                found.as_mut_ptr(),
                2,
                &raw mut count,
            ),
            "list",
        );
        assert_eq!((count, found[0]), (1, connection));
        rtc_object_release(found[0]);
        let mut parent = null_mut();
        ok(
            rtc_object_get(connection, RTC_KIND_CLIENT, &raw mut parent),
            "parent",
        );
        assert_eq!(parent, client);
        rtc_object_release(parent);
        let all = RTC_EVENT_FILTER_DEFAULT | RTC_EVENT_FILTER_SIP_STATE;
        ok(rtc_client_set_event_filter(client.cast(), all), "filter");
        let changed = |what: &str, wanted: i32| {
            let (event, info) = wait_for(client, what, |info| {
                info.r#type == RTC_EVENT_CONNECTION_STATE
            });
            assert_eq!((info.state, info.connection.cast()), (wanted, connection));
            rtc_object_release(event);
        };
        ok(
            rtc_client_notify_network(client.cast(), connection.cast(), RTC_NETWORK_SUSPENDED),
            "suspended",
        );
        changed("the pause", RTC_CONNECTION_STATE_SUSPENDED);
        let mut state = -1;
        ok(rtc_object_get_state(connection, &raw mut state), "state");
        assert_eq!(state, RTC_CONNECTION_STATE_SUSPENDED);
        ok(
            rtc_client_notify_network(client.cast(), null_mut(), RTC_NETWORK_RESUMED),
            "resumed",
        );
        changed("the return", RTC_CONNECTION_STATE_ACTIVE);
        ok(
            rtc_client_notify_network(client.cast(), null_mut(), RTC_NETWORK_LOST),
            "lost",
        );
        changed("the loss", RTC_CONNECTION_STATE_INACTIVE);
        let mut error = 0;
        ok(
            rtc_object_get_int(
                connection,
                RTC_PROPERTY_CONNECTION_LAST_ERROR,
                0,
                &raw mut error,
            ),
            "last error",
        );
        assert_eq!(error, i64::from(RTC_E_TRANSPORT));
        ok(
            rtc_client_notify_network(client.cast(), null_mut(), RTC_NETWORK_CHANGED),
            "changed",
        );
        changed("the new network", RTC_CONNECTION_STATE_ACTIVE);
        ok(rtc_connection_close(connection.cast()), "close");
        changed("the end", RTC_CONNECTION_STATE_INACTIVE);
        for object in [connection, client] {
            rtc_object_release(object);
        }
    }
}

/// S-146, S-142, B-416: a message of an event says by which road it came.
#[test]
fn a_message_says_its_road() {
    let (client, ours, from) = client_on_loopback();
    let (peer, theirs, address) = client_on_loopback();
    unsafe {
        send(client, "FOO", &format!("sip:x@{address}"), 1);
        let (event, _) = wait_for(peer, "the request", is_request);
        let mut message = null_mut();
        ok(
            rtc_event_get_sip_message(event.cast(), &raw mut message),
            "message",
        );
        let mut head: rtc_sip_head_t = sized();
        ok(rtc_sip_message_get_head(message, &raw mut head), "head");
        let text = |view: rtc_str_t| {
            String::from_utf8_lossy(std::slice::from_raw_parts(view.ptr.cast(), view.len))
                .into_owned()
        };
        assert_eq!(head.transport, RTC_TRANSPORT_UDP.cast_signed());
        assert_eq!((text(head.source), text(head.destination)), (from, address));
        for object in [message.cast(), event, ours, theirs, client, peer] {
            rtc_object_release(object);
        }
    }
}

/// S-228, S-001: a running client takes other timers, another name and another time to decide.
#[test]
fn a_running_client_takes_other_options() {
    let (client, ours, _) = client_on_loopback();
    let (peer, theirs, address) = client_on_loopback();
    let target = format!("sip:x@{address}");
    let mut timers: rtc_timers_t = sized();
    timers.t1_ms = 20;
    let mut options: rtc_client_options_t = sized();
    options.user_agent = s("Other/2");
    options.timers = &raw const timers;
    let mut patient: rtc_client_options_t = sized();
    patient.claim_ms = 1;
    unsafe {
        ok(
            rtc_client_set_options(client.cast(), &raw const options),
            "options",
        );
        ok(
            rtc_client_set_options(peer.cast(), &raw const patient),
            "options",
        );
        send(client, "FOO", &target, 1);
        let (event, info) = wait_for(peer, "the request", is_request);
        assert_eq!(info.answer_within_ms, 1);
        let mut message = null_mut();
        ok(
            rtc_event_get_sip_message(event.cast(), &raw mut message),
            "message",
        );
        let (name, len) = t("User-Agent");
        let mut header: rtc_header_t = sized();
        ok(
            rtc_sip_message_get_header(message, name, len, 0, 0, &raw mut header),
            "header",
        );
        let value = std::slice::from_raw_parts(header.value.ptr.cast::<u8>(), header.value.len);
        assert_eq!(value, b"Other/2");
        assert_eq!(ended(client, 1), 501);
        for object in [message.cast(), event] {
            rtc_object_release(object);
        }
        // Nobody is there: 64 times T1 is over soon.
        ok(rtc_connection_close(theirs.cast()), "close");
        let begin = std::time::Instant::now();
        send(client, "FOO", "sip:x@127.0.0.1:9", 2);
        let (event, _) = wait_for(client, "the failure", |info| {
            info.r#type == RTC_EVENT_TRANSACTION_FAILED && info.cookie == 2
        });
        assert!(begin.elapsed() < std::time::Duration::from_secs(10));
        for object in [event, ours, theirs, client, peer] {
            rtc_object_release(object);
        }
    }
}
