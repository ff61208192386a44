//! A client as a C program meets it: listening, properties, pulling and turning by hand, JSON, log, trace, fork.

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
use std::time::{Duration, Instant};

use rtcclient::ffi::client::*;
use rtcclient::ffi::connection::*;
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

use fixture::{Fixture, client_on_loopback, ok, s, sentence, sized, t, wait_for};

fn get_text(object: *mut c_void, property: i32, index: i32) -> Result<String, i32> {
    let mut needed = 0;
    let asked =
        unsafe { rtc_object_get_text(object, property, index, null_mut(), 0, &raw mut needed) };
    if asked < 0 {
        return Err(asked);
    }
    let mut buf = vec![0_u8; needed + 1];
    let copied = unsafe {
        rtc_object_get_text(
            object,
            property,
            index,
            buf.as_mut_ptr().cast(),
            buf.len(),
            &raw mut needed,
        )
    };
    ok(copied, "copy");
    buf.truncate(needed);
    Ok(String::from_utf8(buf).unwrap())
}

fn get_int(object: *mut c_void, property: i32, index: i32) -> i64 {
    let mut value = -1;
    ok(
        unsafe { rtc_object_get_int(object, property, index, &raw mut value) },
        "number",
    );
    value
}

fn initialized(options: *const rtc_client_options_t) -> *mut c_void {
    let mut client = null_mut();
    unsafe {
        ok(rtc_client_create(&raw mut client), "create");
        ok(rtc_client_initialize(client, options), "initialize");
    }
    client.cast()
}

#[test]
fn listening_opens_what_the_ports_allow_and_closes_it_again() {
    let client = initialized(null());
    let addresses = || {
        (0..)
            .map_while(|index| get_text(client, RTC_PROPERTY_CLIENT_NETWORK_ADDRESS, index).ok())
            .collect::<Vec<_>>()
    };
    unsafe {
        let tcp = RTC_TRANSPORT_TCP.cast_signed();
        ok(
            rtc_object_set_int(
                client,
                RTC_PROPERTY_CLIENT_ALLOWED_PORTS,
                tcp,
                RTC_LISTEN_MODE_NONE.into(),
            ),
            "no TCP",
        );
        ok(
            rtc_client_listen(client.cast(), RTC_LISTEN_MODE_DYNAMIC),
            "listen",
        );
        assert_eq!(
            rtc_client_listen(client.cast(), RTC_LISTEN_MODE_DYNAMIC),
            RTC_FALSE
        );
        assert_eq!(get_int(client, RTC_PROPERTY_CLIENT_LISTEN_MODE, 0), 1);
        assert!(
            addresses()
                .iter()
                .any(|address| address.starts_with("udp:127.0.0.1:")),
            "{:?}",
            addresses()
        );
        assert!(
            addresses()
                .iter()
                .all(|address| address.starts_with("udp:")),
            "{:?}",
            addresses()
        );
        assert_eq!(
            rtc_object_set_int(client, RTC_PROPERTY_CLIENT_ALLOWED_PORTS, tcp, 1),
            RTC_E_NOT_ALLOWED
        );
        assert_eq!(
            rtc_object_set_int(client, RTC_PROPERTY_CLIENT_ANSWER_MODE, 0, 1),
            RTC_E_NOT_ALLOWED
        );
        ok(
            rtc_client_listen(client.cast(), RTC_LISTEN_MODE_NONE),
            "stop",
        );
        assert_eq!(addresses(), Vec::<String>::new());
        ok(
            rtc_object_set_int(client, RTC_PROPERTY_CLIENT_ALLOWED_PORTS, tcp, 2),
            "TCP",
        );
        ok(
            rtc_client_listen(client.cast(), RTC_LISTEN_MODE_DYNAMIC),
            "listen",
        );
        let port = |of: &str| {
            let all = addresses();
            let found = all.iter().find(|address| address.starts_with(of)).cloned();
            found
                .unwrap_or_default()
                .rsplit(':')
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            port("udp:127."),
            port("tcp:127."),
            "both transports share a port"
        );
        rtc_object_release(client);
    }
}

#[test]
fn a_port_that_is_taken_has_its_own_result() {
    let (client, connection, address) = client_on_loopback();
    let port: u16 = address.rsplit(':').next().unwrap().parse().unwrap();
    let mut options: rtc_connection_options_t = sized();
    options.address = s("127.0.0.1");
    options.port = port;
    let mut second = null_mut();
    unsafe {
        let taken = rtc_connection_create(client.cast(), &raw const options, &raw mut second);
        assert_eq!(taken, RTC_E_ADDRESS_IN_USE);
        assert!(sentence().contains(&address), "{}", sentence());
        let mut state = -1;
        ok(rtc_object_get_state(connection, &raw mut state), "state");
        assert_eq!(state, RTC_CONNECTION_STATE_ACTIVE);
        ok(rtc_connection_close(connection.cast()), "close");
        assert_eq!(rtc_connection_close(connection.cast()), RTC_FALSE);
        ok(rtc_object_get_state(connection, &raw mut state), "state");
        assert_eq!(state, RTC_CONNECTION_STATE_INACTIVE);
        // The datagram socket is gone at once; a child that another test forked may hold its copy for a moment.
        options.transports = RTC_TRANSPORT_UDP;
        let mut again = RTC_E_ADDRESS_IN_USE;
        let begin = Instant::now();
        while again == RTC_E_ADDRESS_IN_USE && begin.elapsed() < Duration::from_secs(10) {
            again = rtc_connection_create(client.cast(), &raw const options, &raw mut second);
        }
        ok(again, "again");
        rtc_object_release(second.cast());
        rtc_object_release(connection);
        rtc_object_release(client);
    }
}

#[test]
fn an_application_driven_client_is_turned_by_pulling() {
    let (peer, peer_connection, address) = client_on_loopback();
    let mut options: rtc_client_options_t = sized();
    options.flags = RTC_CLIENT_APPLICATION_DRIVEN;
    let client = initialized(&raw const options);
    let target = format!("sip:{address}");
    let ((method, method_len), (uri, uri_len)) = (t("OPTIONS"), t(&target));
    let mut send: rtc_send_t = sized();
    send.cookie = 77;
    unsafe {
        ok(
            rtc_request_send(
                client,
                method,
                method_len,
                uri,
                uri_len,
                &raw const send,
                null_mut(),
            ),
            "request",
        );
        let (event, info) = wait_for(client, "the response", |info| {
            info.r#type == RTC_EVENT_RESPONSE
        });
        assert_eq!((info.cookie, info.status_code), (77, RTC_E_STATUS_SUCCESS));
        assert!(!info.transaction.is_null());
        rtc_object_release(event);
        ok(rtc_client_run_once(client.cast(), 0), "run once");
        let (mut fd, mut next) = (-1, 0);
        ok(
            rtc_client_get_event_fd(client.cast(), &raw mut fd, &raw mut next),
            "fd",
        );
        assert!(fd >= 0);
        ok(rtc_client_shutdown(client.cast()), "shutdown");
        let mut none = null_mut();
        assert_eq!(
            rtc_client_next_event(client.cast(), -1, &raw mut none),
            RTC_S_END
        );
        for object in [client, peer_connection, peer] {
            rtc_object_release(object);
        }
    }
}

#[test]
fn an_event_is_one_line_of_json() {
    let fixture = Fixture::new();
    let mut view = s("");
    ok(
        unsafe { rtc_event_get_text(fixture.event.cast(), RTC_EVENT_TEXT_JSON, 0, &raw mut view) },
        "json",
    );
    let line = unsafe { std::slice::from_raw_parts(view.ptr.cast::<u8>(), view.len) };
    let line = std::str::from_utf8(line).unwrap();
    assert!(!line.contains('\n'));
    let parsed: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(parsed["event"], "session_state_change");
    assert_eq!(parsed["state"], "connected");
    assert_eq!(parsed["status"], 200);
    assert_eq!(parsed["start_line"], "SIP/2.0 200 OK");
    assert!(parsed["session"].is_u64() && parsed["sequence"].is_u64());
    assert!(parsed.get("watcher").is_none());
}

#[test]
fn properties_and_lists_say_what_stands() {
    let fixture = Fixture::new();
    assert_eq!(get_int(fixture.session, RTC_PROPERTY_SESSION_TYPE, 0), 0);
    assert!(
        !get_text(fixture.session, RTC_PROPERTY_SESSION_CALL_ID, 0)
            .unwrap()
            .is_empty()
    );
    let remote = get_text(fixture.session, RTC_PROPERTY_SESSION_REMOTE_URI, 0).unwrap();
    assert!(remote.starts_with("sip:peer@127.0.0.1:"), "{remote}");
    assert_eq!(
        get_text(fixture.session, RTC_PROPERTY_SESSION_REDIRECT_URI, 0),
        Err(RTC_E_NOT_EXIST)
    );
    assert_eq!(
        get_text(fixture.subscription, RTC_PROPERTY_SUBSCRIPTION_EVENT, 0).as_deref(),
        Ok("presence")
    );
    assert_eq!(
        get_text(fixture.profile, RTC_PROPERTY_PROFILE_USER_URI, 0).as_deref(),
        Ok("sip:alice@127.0.0.1")
    );
    let (name, len) = t("Alice");
    let property = RTC_PROPERTY_PROFILE_USER_NAME;
    ok(
        unsafe { rtc_object_set_text(fixture.profile, property, 0, name, len) },
        "name",
    );
    assert_eq!(
        get_text(fixture.profile, property, 0).as_deref(),
        Ok("Alice")
    );
    let (uri, len) = t("sip:alice@127.0.0.1");
    unsafe {
        assert_eq!(
            rtc_object_set_text(fixture.session, RTC_PROPERTY_SESSION_CALL_ID, 0, uri, len),
            RTC_E_NOT_ALLOWED
        );
        let (mut items, mut count) = ([null_mut(); 4], 0);
        let listed = rtc_object_list(
            fixture.client,
            RTC_KIND_PROFILE,
            uri,
            len,
            items.as_mut_ptr(),
            items.len(),
            &raw mut count,
        );
        assert_eq!((listed, count, items[0]), (RTC_OK, 1, fixture.profile));
        rtc_object_release(items[0]);
        let small = rtc_object_list(
            fixture.session,
            RTC_KIND_PARTICIPANT,
            null(),
            0,
            items.as_mut_ptr(),
            1,
            &raw mut count,
        );
        assert_eq!((small, count, items[0]), (RTC_OK, 1, fixture.participant));
        rtc_object_release(items[0]);
        let word: *mut c_void = std::ptr::without_provenance_mut(0x1234);
        ok(rtc_object_set_user_data(fixture.session, word), "user data");
        let mut info: rtc_event_info_t = sized();
        ok(
            rtc_event_get_info(fixture.event.cast(), &raw mut info),
            "info",
        );
        assert_eq!(info.user_data.addr(), 0x1234);
        let mut statistics: rtc_statistics_t = sized();
        ok(
            rtc_client_get_statistics(fixture.client.cast(), &raw mut statistics),
            "statistics",
        );
        assert!(
            statistics.requests_out >= 2 && statistics.sessions == 1 && statistics.handles >= 6
        );
    }
}

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

unsafe extern "C" fn on_log(
    _: *mut c_void,
    _: i32,
    target: *const c_char,
    text: *const c_char,
    len: usize,
) {
    let text = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), len) };
    let target = unsafe { std::ffi::CStr::from_ptr(target) };
    LINES
        .lock()
        .unwrap()
        .push(format!("{target:?} {}", String::from_utf8_lossy(text)));
}

unsafe extern "C" fn on_bytes(user_data: *mut c_void, bytes: *const c_void, len: usize) {
    let lines = unsafe { &*user_data.cast::<Mutex<String>>() };
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), len) };
    lines
        .lock()
        .unwrap()
        .push_str(&String::from_utf8_lossy(bytes));
}

#[test]
fn log_lines_and_trace_bytes_reach_their_functions() {
    let mut sink: rtc_log_sink_t = sized();
    sink.level = 5;
    sink.on_log = Some(on_log);
    ok(unsafe { rtc_library_set_log(&raw const sink) }, "log");
    log::info!("a line of the library's");
    ok(unsafe { rtc_library_set_log(null()) }, "silence");
    log::info!("nobody hears this");
    let lines = LINES.lock().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("a line of the library's")),
        "{lines:?}"
    );
    assert!(!lines.iter().any(|line| line.contains("nobody")));
    drop(lines);

    let (peer, peer_connection, address) = client_on_loopback();
    let (client, connection, _) = client_on_loopback();
    let ladder = Mutex::new(String::new());
    let mut trace: rtc_trace_options_t = sized();
    trace.kind = RTC_TRACE_LADDER;
    trace.on_bytes = Some(on_bytes);
    trace.user_data = (&raw const ladder).cast_mut().cast();
    let target = format!("sip:{address}");
    let ((method, method_len), (uri, uri_len)) = (t("OPTIONS"), t(&target));
    unsafe {
        ok(rtc_client_trace(client.cast(), &raw const trace), "trace");
        ok(
            rtc_request_send(client, method, method_len, uri, uri_len, null(), null_mut()),
            "request",
        );
        let (event, _) = wait_for(client, "the response", |info| {
            info.r#type == RTC_EVENT_RESPONSE
        });
        rtc_object_release(event);
        // Shutdown writes what is still to be written.
        ok(rtc_client_shutdown(client.cast()), "shutdown");
        for object in [connection, client, peer_connection, peer] {
            rtc_object_release(object);
        }
    }
    let ladder = ladder.into_inner().unwrap();
    assert!(
        ladder.contains("OPTIONS") && ladder.contains("200 OK"),
        "{ladder}"
    );
}

#[test]
fn results_have_names() {
    let name = |result| {
        unsafe { std::ffi::CStr::from_ptr(rtc_result_name(result)) }
            .to_str()
            .unwrap()
    };
    assert_eq!(
        name(RTC_E_INVALID_SESSION_STATE),
        "RTC_E_INVALID_SESSION_STATE"
    );
    assert_eq!(name(RTC_E_STATUS_CLIENT_NOT_FOUND), "404 Not Found");
    assert_eq!(name(0x00EF_00B4), "180 Ringing");
    assert_eq!(name(RTC_S_END), "RTC_S_END");
    assert_eq!(name(0x7777), "unknown success");
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_process_cannot_use_the_parents_client() {
    let (client, connection, _) = client_on_loopback();
    let child = unsafe { libc::fork() };
    if child == 0 {
        // Only numbers leave the child: nothing of the test harness may run in it.
        let mut none = null_mut();
        let refused = unsafe {
            let one = rtc_client_listen(client.cast(), RTC_LISTEN_MODE_DYNAMIC) == RTC_E_FORKED;
            let two = rtc_client_next_event(client.cast(), 0, &raw mut none) == RTC_E_FORKED;
            let three = rtc_client_shutdown(client.cast()) == RTC_E_FORKED;
            one && two && three && rtc_object_release(client) == 0
        };
        unsafe { libc::_exit(if refused { 0 } else { 1 }) };
    }
    assert!(child > 0);
    let mut status = -1;
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child was not refused");
    unsafe {
        ok(rtc_client_shutdown(client.cast()), "the parent's goes on");
        rtc_object_release(connection);
        rtc_object_release(client);
    }
}

#[test]
fn b_344_records_of_the_programs_own_lead_to_servers_and_bad_ones_are_refused() {
    let (peer, peer_connection, address) = client_on_loopback();
    let port = address.rsplit(':').next().unwrap();
    let records = format!(
        "_sip._udp.example.com SRV 0 0 {port} pbx.example.com ; the only one\npbx.example.com A 127.0.0.1\n"
    );
    let mut dns: rtc_dns_options_t = sized();
    dns.records = s(&records);
    let mut options: rtc_client_options_t = sized();
    options.flags = RTC_CLIENT_APPLICATION_DRIVEN;
    options.dns = &raw const dns;
    let client = initialized(&raw const options);
    let ((method, method_len), (uri, uri_len)) = (t("OPTIONS"), t("sip:example.com;transport=udp"));
    let send: rtc_send_t = sized();
    unsafe {
        ok(
            rtc_client_listen(client.cast(), RTC_LISTEN_MODE_DYNAMIC),
            "listen",
        );
        ok(
            rtc_request_send(
                client,
                method,
                method_len,
                uri,
                uri_len,
                &raw const send,
                null_mut(),
            ),
            "request",
        );
        let (event, info) = wait_for(client, "the response", |info| {
            info.r#type == RTC_EVENT_RESPONSE
        });
        assert_eq!(info.status_code, RTC_E_STATUS_SUCCESS);
        rtc_object_release(event);
        rtc_object_release(client);
        rtc_object_release(peer_connection);
        rtc_object_release(peer);
    }
    let refused = |change: &dyn Fn(&mut rtc_dns_options_t), says: &str| {
        let mut dns: rtc_dns_options_t = sized();
        change(&mut dns);
        let mut options: rtc_client_options_t = sized();
        options.dns = &raw const dns;
        let mut client = null_mut();
        unsafe {
            ok(rtc_client_create(&raw mut client), "create");
            let result = rtc_client_initialize(client, &raw const options);
            assert_eq!(result, RTC_E_INVALIDARG, "{says}");
            assert!(sentence().contains(says), "{}", sentence());
            rtc_object_release(client.cast());
        }
    };
    refused(
        &|dns| dns.servers = s("192.0.2.53, ns.example.com"),
        "ns.example.com",
    );
    refused(
        &|dns| dns.records = s("a.example A 192.0.2.1\nb.example A nonsense"),
        "line 2",
    );
    refused(&|dns| dns.timeout_ms = -1, "timeout_ms");
    refused(&|dns| dns.attempts = -1, "attempts");
    refused(&|dns| dns.penalty_secs = -1, "penalty_secs");
}

/// B-351, B-355: flags, instance and properties of flows and GRUUs in C; the server challenges by MD5 alone when told to, and its end
/// is a lost flow.
#[test]
fn a_profile_with_flows_and_gruus_in_c() {
    let mut settings: rtc_server_options_t = sized();
    settings.flags = RTC_SERVER_MD5_ONLY;
    settings.listen = s("tcp:127.0.0.1:0");
    settings.domain = s("example.test");
    let mut user: rtc_server_user_t = sized();
    user.user = s("alice");
    user.password = s("secret");
    let mut nat: rtc_nat_options_t = sized();
    nat.flags = RTC_NAT_STUN_KEEPALIVE;
    let mut options: rtc_client_options_t = sized();
    options.flags = RTC_CLIENT_APPLICATION_DRIVEN;
    options.nat = &raw const nat;
    let client = initialized(&raw const options);
    let (mut server, mut profile) = (null_mut(), null_mut());
    unsafe {
        ok(
            rtc_server_start(&raw const settings, &raw mut server),
            "server",
        );
        ok(rtc_server_set_user(server, &raw const user), "user");
        let proxy = get_text(server.cast(), RTC_PROPERTY_SERVER_URI, 0).unwrap();
        let mut account: rtc_profile_options_t = sized();
        account.flags = RTC_PROFILE_OUTBOUND | RTC_PROFILE_GRUU;
        account.uri = s("sip:alice@example.test");
        account.proxy = s(&proxy);
        account.password = s("secret");
        account.instance_id = s("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        ok(
            rtc_client_set_event_filter(client.cast(), u64::MAX),
            "filter",
        );
        ok(
            rtc_client_listen(client.cast(), RTC_LISTEN_MODE_DYNAMIC),
            "listen",
        );
        ok(
            rtc_profile_create(client.cast(), &raw const account, &raw mut profile),
            "profile",
        );
        ok(rtc_profile_enable(profile, RTC_REGISTER_ALL, 0), "enable");
        let registered = |info: &rtc_event_info_t| {
            info.r#type == RTC_EVENT_REGISTRATION_STATE_CHANGE
                && info.state == RTC_REGISTRATION_STATE_REGISTERED
        };
        let (event, _) = wait_for(client, "the challenge", |info| {
            info.r#type == RTC_EVENT_RESPONSE && info.status_code & 0xFFFF == 401
        });
        let mut message = null_mut();
        ok(
            rtc_event_get_sip_message(event.cast(), &raw mut message),
            "the 401",
        );
        let (name, len) = t("WWW-Authenticate");
        let mut challenge: rtc_header_t = sized();
        let flags = RTC_HEADER_LINES;
        ok(
            rtc_sip_message_get_header(message, name, len, 0, flags, &raw mut challenge),
            "its challenge",
        );
        let value = std::slice::from_raw_parts(challenge.value.ptr.cast(), challenge.value.len);
        let value = std::str::from_utf8(value).unwrap();
        assert!(value.contains("algorithm=MD5"), "{value}");
        let more = rtc_sip_message_get_header(message, name, len, 1, flags, &raw mut challenge);
        assert!(more < 0 || more == RTC_FALSE, "one challenge: {more:#x}");
        rtc_object_release(message.cast());
        rtc_object_release(event);
        let (event, _) = wait_for(client, "registered", registered);
        rtc_object_release(event);
        let text = |property| get_text(profile.cast(), property, 0).unwrap();
        let gruu = "sip:alice@example.test;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        assert_eq!(text(RTC_PROPERTY_PROFILE_GRUU), gruu);
        assert!(text(RTC_PROPERTY_PROFILE_TEMP_GRUU).ends_with("@example.test;gr"));
        assert_eq!(text(RTC_PROPERTY_PROFILE_PROXY), proxy);
        assert_eq!(text(RTC_PROPERTY_PROFILE_SERVICE_ROUTE), "");
        ok(rtc_server_stop(server), "stop");
        let (event, info) = wait_for(client, "a lost flow", |info| info.r#type == RTC_EVENT_FLOW);
        assert_eq!(info.kind, RTC_FLOW_LOST);
        assert_eq!(info.profile, profile);
        assert_eq!(info.value[0], 1);
        rtc_object_release(event);
        rtc_object_release(profile.cast());
        rtc_object_release(client);
        rtc_object_release(server.cast());
    }
}
