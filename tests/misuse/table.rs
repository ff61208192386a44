//! What every export answers: one row each. A new export without a row fails a test.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use rtcclient::ffi::client::*;
use rtcclient::ffi::connection::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::event::*;
use rtcclient::ffi::library::*;
use rtcclient::ffi::message_create::*;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::profile::*;
use rtcclient::ffi::registration::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::server::*;
use rtcclient::ffi::session::*;
use rtcclient::ffi::sip_message::*;
use rtcclient::ffi::sip_object::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::subscription::*;
use rtcclient::ffi::transaction::*;
use rtcclient::ffi::transfer::*;
use rtcclient::ffi::types::*;
use rtcclient::ffi::uri::*;
use rtcclient::ffi::usage::*;

use super::fixture::{Fixture, s, sized, t};

/// The function with one handle and otherwise good arguments; counts and pointers come as numbers.
pub(crate) type Call = fn(&Fixture, *mut c_void) -> i32;

/// One export.
pub(crate) struct Row {
    pub name: &'static str,
    /// RTC_KIND_… that its first argument is of; 0: it takes no handle, ANY: it takes every kind.
    pub kind: i32,
    pub call: Call,
    /// What a handle that is none gives.
    pub bad_handle: i32,
    /// What good arguments on a living object may give.
    pub live: &'static [i32],
    /// On a client that was only created.
    pub created: i32,
    /// After rtc_client_prepare_for_shutdown, where that is settled.
    pub closing: Option<i32>,
    /// After rtc_client_shutdown.
    pub shut: &'static [i32],
    /// The same with one needed pointer NULL each: RTC_E_POINTER.
    pub nulls: &'static [Call],
    /// The same with one argument that has no meaning each: RTC_E_INVALIDARG or its like.
    pub wrong: &'static [(Call, i32)],
}

/// A row's kind for functions that take a handle of any kind.
pub(crate) const ANY: i32 = -1;

const OK: &[i32] = &[RTC_OK];
const YES: &[i32] = &[RTC_OK, RTC_FALSE];
const SHUT: &[i32] = &[RTC_E_CLIENT_ALREADY_SHUT_DOWN];
const NOT_YET: i32 = RTC_E_CLIENT_NOT_INITIALIZED;
const CLOSING: Option<i32> = Some(RTC_E_SIP_STACK_SHUTDOWN);

const fn plain(name: &'static str, call: Call, live: &'static [i32]) -> Row {
    Row {
        name,
        kind: 0,
        call,
        bad_handle: 0,
        live,
        created: 0,
        closing: None,
        shut: live,
        nulls: &[],
        wrong: &[],
    }
}

const fn on(name: &'static str, kind: i32, call: Call, live: &'static [i32]) -> Row {
    Row {
        kind,
        bad_handle: RTC_E_HANDLE,
        created: NOT_YET,
        ..plain(name, call, live)
    }
}

unsafe extern "C" fn no_event(_: *mut c_void, _: *mut rtc_event_t) {}

macro_rules! nulls {
    ($($call:expr),+ $(,)?) => { &[$($call as Call),+] };
}
macro_rules! wrong {
    ($(($call:expr, $code:expr)),+ $(,)?) => { &[$(($call as Call, $code)),+] };
}
/// A call of an export inside a row.
macro_rules! c {
    // SAFETY: pointers to locals and literals that live until the call returns, or NULL, as each row says.
    ($($call:tt)*) => { unsafe { $($call)* } };
}

fn small_send() -> rtc_send_t {
    let mut send: rtc_send_t = sized();
    send.size = 4;
    send
}

fn send_with_flags() -> rtc_send_t {
    let mut send: rtc_send_t = sized();
    send.flags = 0x8000_0000;
    send
}

const INFO: &str = "INFO";
const URI: &str = "sip:nobody@127.0.0.1:9";
const DATAGRAM: &str = "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n\
    To: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";

fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// All of them.
pub(crate) const TABLE: &[Row] = &[
    // ---- library ----
    plain("rtc_library_version", |_, _| i32::from(rtc_library_version().is_null()), OK),
    plain("rtc_library_abi_version", |_, _| i32::from(rtc_library_abi_version() == 0), OK),
    Row {
        nulls: nulls![|_, _| c!(rtc_library_has_feature(null(), 3))],
        wrong: wrong![
            (|_, _| c!(rtc_library_has_feature(b"\xff".as_ptr().cast(), 1)), RTC_E_INVALIDARG),
            (|_, _| c!(rtc_library_has_feature(b"x".as_ptr().cast(), usize::MAX - 1)), RTC_E_INVALIDARG)
        ],
        ..plain("rtc_library_has_feature", |_, _| { let (p, n) = t("udp"); c!(rtc_library_has_feature(p, n)) }, OK)
    },
    Row {
        wrong: wrong![(|_, _| { let mut sink: rtc_log_sink_t = sized(); sink.level = 9; c!(rtc_library_set_log(&raw const sink)) }, RTC_E_INVALIDARG)],
        ..plain("rtc_library_set_log", |_, _| c!(rtc_library_set_log(null())), OK)
    },
    plain("rtc_last_error_message", |_, _| i32::from(rtc_last_error_message().is_null()), OK),
    plain("rtc_result_name", |_, _| i32::from(rtc_result_name(-1).is_null()), OK),
    // ---- any object ----
    Row {
        bad_handle: 0,
        created: 2,
        shut: &[2, 3, 4, 5, 6, 7, 8, 9],
        ..on("rtc_object_add_ref", ANY, |_, h| count(c!(rtc_object_add_ref(h))), &[2, 3, 4, 5, 6, 7, 8, 9])
    },
    Row {
        bad_handle: 0,
        created: 1,
        shut: &[1, 2, 3, 4, 5, 6, 7, 8],
        ..on("rtc_object_release", ANY, |_, h| { c!(rtc_object_add_ref(h)); count(c!(rtc_object_release(h))) }, &[1, 2, 3, 4, 5, 6, 7, 8])
    },
    Row {
        bad_handle: 0,
        created: RTC_KIND_CLIENT,
        ..on("rtc_object_get_kind", ANY, |_, h| c!(rtc_object_get_kind(h)), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    },
    Row {
        created: RTC_OK,
        nulls: nulls![|_, h| c!(rtc_object_get_state(h, null_mut()))],
        ..on("rtc_object_get_state", ANY, |_, h| { let mut v = 0; c!(rtc_object_get_state(h, &raw mut v)) }, &[RTC_OK, RTC_E_INVALIDARG])
    },
    Row {
        created: RTC_OK,
        nulls: nulls![|_, h| c!(rtc_object_get(h, RTC_KIND_CLIENT, null_mut()))],
        wrong: wrong![(|_, h| { let mut v = null_mut(); c!(rtc_object_get(h, 99, &raw mut v)) }, RTC_E_INVALIDARG)],
        ..on("rtc_object_get", ANY, |_, h| { let mut v = null_mut(); let r = c!(rtc_object_get(h, RTC_KIND_CLIENT, &raw mut v)); c!(rtc_object_release(v)); r }, YES)
    },
    Row {
        nulls: nulls![
            |_, h| c!(rtc_object_list(h, RTC_KIND_SESSION, null(), 0, null_mut(), 0, null_mut())),
            |_, h| { let mut n = 0; c!(rtc_object_list(h, RTC_KIND_SESSION, null(), 0, null_mut(), 3, &raw mut n)) }
        ],
        wrong: wrong![(|_, h| { let mut n = 0; c!(rtc_object_list(h, 0, null(), 0, null_mut(), 0, &raw mut n)) }, RTC_E_INVALIDARG)],
        ..on("rtc_object_list", ANY, |_, h| { let mut n = 0; c!(rtc_object_list(h, RTC_KIND_SESSION, null(), 0, null_mut(), 0, &raw mut n)) }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_object_get_int(h, RTC_PROPERTY_CLIENT_EVENT_FILTER, 0, null_mut()))],
        wrong: wrong![(|_, h| { let mut v = 0; c!(rtc_object_get_int(h, 7, 0, &raw mut v)) }, RTC_E_INVALIDARG)],
        ..on("rtc_object_get_int", ANY, |_, h| { let mut v = 0; c!(rtc_object_get_int(h, RTC_PROPERTY_CLIENT_EVENT_FILTER, 0, &raw mut v)) }, &[RTC_OK, RTC_E_INVALIDARG])
    },
    Row {
        closing: CLOSING,
        shut: &[RTC_E_CLIENT_ALREADY_SHUT_DOWN, RTC_E_INVALIDARG],
        wrong: wrong![(|_, h| c!(rtc_object_set_int(h, 7, 0, 0)), RTC_E_INVALIDARG)],
        ..on("rtc_object_set_int", ANY, |_, h| c!(rtc_object_set_int(h, RTC_PROPERTY_CLIENT_ANSWER_MODE, 0, 0)), &[RTC_OK, RTC_E_INVALIDARG])
    },
    Row {
        nulls: nulls![
            |_, h| c!(rtc_object_get_text(h, RTC_PROPERTY_CLIENT_LOCAL_USER_URI, 0, null_mut(), 0, null_mut())),
            |_, h| { let mut n = 0; c!(rtc_object_get_text(h, RTC_PROPERTY_CLIENT_LOCAL_USER_URI, 0, null_mut(), 5, &raw mut n)) }
        ],
        wrong: wrong![(|_, h| { let mut n = 0; c!(rtc_object_get_text(h, 7, 0, null_mut(), 0, &raw mut n)) }, RTC_E_INVALIDARG)],
        ..on("rtc_object_get_text", ANY, |_, h| { let mut n = 0; c!(rtc_object_get_text(h, RTC_PROPERTY_CLIENT_LOCAL_USER_URI, 0, null_mut(), 0, &raw mut n)) }, &[RTC_OK, RTC_E_INVALIDARG])
    },
    Row {
        closing: CLOSING,
        shut: &[RTC_E_CLIENT_ALREADY_SHUT_DOWN, RTC_E_INVALIDARG],
        nulls: nulls![|_, h| c!(rtc_object_set_text(h, RTC_PROPERTY_CLIENT_LOCAL_USER_NAME, 0, null(), 0))],
        ..on("rtc_object_set_text", ANY, |_, h| { let (p, n) = t("me"); c!(rtc_object_set_text(h, RTC_PROPERTY_CLIENT_LOCAL_USER_NAME, 0, p, n)) }, &[RTC_OK, RTC_E_INVALIDARG])
    },
    Row {
        created: RTC_OK,
        ..on("rtc_object_set_user_data", ANY, |_, h| c!(rtc_object_set_user_data(h, null_mut())), &[RTC_OK, RTC_E_INVALIDARG])
    },
    Row {
        bad_handle: 0,
        created: 0,
        ..on("rtc_object_get_user_data", ANY, |_, h| i32::from(!c!(rtc_object_get_user_data(h)).is_null()), OK)
    },
    // ---- client ----
    Row {
        nulls: nulls![|_, _| c!(rtc_client_create(null_mut()))],
        ..plain("rtc_client_create", |_, _| { let mut v = null_mut(); let r = c!(rtc_client_create(&raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        created: RTC_OK,
        shut: SHUT,
        wrong: wrong![
            (|_, h| { let mut o: rtc_client_options_t = sized(); o.size = 4; c!(rtc_client_initialize(h.cast(), &raw const o)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut o: rtc_client_options_t = sized(); o.flags = 0x4000_0000; c!(rtc_client_initialize(h.cast(), &raw const o)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut o: rtc_client_options_t = sized(); o.claim_ms = -1; c!(rtc_client_initialize(h.cast(), &raw const o)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut o: rtc_client_options_t = sized(); (o.sip_port_min, o.sip_port_max) = (9, 8); c!(rtc_client_initialize(h.cast(), &raw const o)) }, RTC_E_INVALID_PORTRANGE)
        ],
        ..on("rtc_client_initialize", RTC_KIND_CLIENT, |_, h| c!(rtc_client_initialize(h.cast(), null())), &[RTC_E_CLIENT_ALREADY_INITIALIZED])
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_client_listen(h.cast(), 3)), RTC_E_INVALIDARG)],
        ..on("rtc_client_listen", RTC_KIND_CLIENT, |_, h| c!(rtc_client_listen(h.cast(), RTC_LISTEN_MODE_DYNAMIC)), YES)
    },
    Row {
        created: RTC_OK,
        shut: SHUT,
        ..on("rtc_client_set_event_filter", RTC_KIND_CLIENT, |_, h| c!(rtc_client_set_event_filter(h.cast(), RTC_EVENT_FILTER_DEFAULT)), OK)
    },
    Row {
        created: RTC_OK,
        shut: SHUT,
        wrong: wrong![(|_, h| { let sink: rtc_event_sink_t = sized(); c!(rtc_client_set_event_sink(h.cast(), &raw const sink)) }, RTC_E_INVALIDARG)],
        ..on("rtc_client_set_event_sink", RTC_KIND_CLIENT, |_, h| { let mut sink: rtc_event_sink_t = sized(); sink.on_event = Some(no_event); c!(rtc_client_set_event_sink(h.cast(), &raw const sink)) }, &[RTC_OK, RTC_E_WRONG_MODE])
    },
    Row {
        shut: &[RTC_OK, RTC_S_END],
        nulls: nulls![|_, h| c!(rtc_client_next_event(h.cast(), 0, null_mut()))],
        wrong: wrong![(|_, h| { let mut v = null_mut(); c!(rtc_client_next_event(h.cast(), -2, &raw mut v)) }, RTC_E_INVALIDARG)],
        ..on("rtc_client_next_event", RTC_KIND_CLIENT, |_, h| { let mut v = null_mut(); let r = c!(rtc_client_next_event(h.cast(), 0, &raw mut v)); c!(rtc_object_release(v.cast())); r }, &[RTC_OK, RTC_FALSE, RTC_E_WRONG_MODE])
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_client_get_event_fd(h.cast(), null_mut(), null_mut()))],
        ..on("rtc_client_get_event_fd", RTC_KIND_CLIENT, |_, h| { let mut fd = 0; c!(rtc_client_get_event_fd(h.cast(), &raw mut fd, null_mut())) }, OK)
    },
    Row {
        wrong: wrong![(|_, h| c!(rtc_client_run_once(h.cast(), -5)), RTC_E_INVALIDARG)],
        ..on("rtc_client_run_once", RTC_KIND_CLIENT, |_, h| c!(rtc_client_run_once(h.cast(), 0)), &[RTC_E_WRONG_MODE])
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_client_allow_dialog_notifications(h.cast(), null_mut(), null(), 0, 1))],
        wrong: wrong![
            (|_, h| { let (p, n) = t("dialog"); c!(rtc_client_allow_dialog_notifications(h.cast(), null_mut(), p, n, 7)) }, RTC_E_INVALIDARG),
            (|_, h| { let (p, n) = t("a\r\nb"); c!(rtc_client_allow_dialog_notifications(h.cast(), null_mut(), p, n, 1)) }, RTC_E_INVALIDARG),
            (|f, h| { let (p, n) = t("dialog"); c!(rtc_client_allow_dialog_notifications(h.cast(), f.profile.cast(), p, n, 1)) }, RTC_E_HANDLE)
        ],
        ..on("rtc_client_allow_dialog_notifications", RTC_KIND_CLIENT, |_, h| { let (p, n) = t("dialog"); c!(rtc_client_allow_dialog_notifications(h.cast(), null_mut(), p, n, 1)) }, YES)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_client_get_statistics(h.cast(), null_mut()))],
        wrong: wrong![(|_, h| { let mut v: rtcclient::ffi::records::rtc_statistics_t = sized(); v.size = 3; c!(rtc_client_get_statistics(h.cast(), &raw mut v)) }, RTC_E_INVALIDARG)],
        ..on("rtc_client_get_statistics", RTC_KIND_CLIENT, |_, h| { let mut v: rtcclient::ffi::records::rtc_statistics_t = sized(); c!(rtc_client_get_statistics(h.cast(), &raw mut v)) }, OK)
    },
    Row {
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_client_trace(h.cast(), null()))],
        wrong: wrong![
            (|_, h| { let mut o: rtc_trace_options_t = sized(); o.kind = 77; c!(rtc_client_trace(h.cast(), &raw const o)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut o: rtc_trace_options_t = sized(); o.kind = RTC_TRACE_HEP; c!(rtc_client_trace(h.cast(), &raw const o)) }, RTC_E_NOT_IMPLEMENTED),
            (|_, h| { let mut o: rtc_trace_options_t = sized(); o.kind = RTC_TRACE_PCAP; o.path = s("/nowhere/at/all"); c!(rtc_client_trace(h.cast(), &raw const o)) }, RTC_E_FAIL)
        ],
        ..on("rtc_client_trace", RTC_KIND_CLIENT, |_, h| { let mut o: rtc_trace_options_t = sized(); o.kind = RTC_TRACE_LADDER; c!(rtc_client_trace(h.cast(), &raw const o)) }, OK)
    },
    Row {
        closing: Some(RTC_FALSE),
        shut: SHUT,
        ..on("rtc_client_prepare_for_shutdown", RTC_KIND_CLIENT, |_, h| c!(rtc_client_prepare_for_shutdown(h.cast())), YES)
    },
    Row {
        shut: SHUT,
        ..on("rtc_client_shutdown", RTC_KIND_CLIENT, |_, h| c!(rtc_client_shutdown(h.cast())), &[RTC_OK, RTC_E_CLIENT_ALREADY_SHUT_DOWN])
    },
    // ---- profile ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![
            |_, h| { let mut o: rtc_profile_options_t = sized(); o.uri = s(URI); c!(rtc_profile_create(h.cast(), &raw const o, null_mut())) },
            |_, h| { let mut v = null_mut(); c!(rtc_profile_create(h.cast(), null(), &raw mut v)) }
        ],
        wrong: wrong![
            (|_, h| { let (o, mut v): (rtc_profile_options_t, _) = (sized(), null_mut()); c!(rtc_profile_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_INVALID_SIP_URL),
            (|_, h| { let (mut o, mut v): (rtc_profile_options_t, _) = (sized(), null_mut()); o.uri = s(URI); o.flags = 1 << 20; c!(rtc_profile_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let (mut o, mut v): (rtc_profile_options_t, _) = (sized(), null_mut()); o.uri = s(URI); o.flags = RTC_PROFILE_OUTBOUND; o.proxy = s("sip:a,sip:b,sip:c,sip:d,sip:e"); c!(rtc_profile_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_LIMIT)
        ],
        ..on("rtc_profile_create", RTC_KIND_CLIENT, |_, h| { let (mut o, mut v): (rtc_profile_options_t, _) = (sized(), null_mut()); o.uri = s(URI); let r = c!(rtc_profile_create(h.cast(), &raw const o, &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![
            |_, h| { let mut v = null_mut(); c!(rtc_profile_create_from_xml(h.cast(), null(), 0, &raw mut v)) },
            |_, h| { let (p, n) = t(XML); c!(rtc_profile_create_from_xml(h.cast(), p, n, null_mut())) }
        ],
        wrong: wrong![
            (|_, h| { let ((p, n), mut v) = (t("<provision"), null_mut()); c!(rtc_profile_create_from_xml(h.cast(), p, n, &raw mut v)) }, RTC_E_MALFORMED_XML),
            (|_, h| { let ((p, n), mut v) = (t("<other/>"), null_mut()); c!(rtc_profile_create_from_xml(h.cast(), p, n, &raw mut v)) }, RTC_E_PROFILE_NO_PROVISION)
        ],
        ..on("rtc_profile_create_from_xml", RTC_KIND_CLIENT, |_, h| { let ((p, n), mut v) = (t(XML), null_mut()); let r = c!(rtc_profile_create_from_xml(h.cast(), p, n, &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![
            (|_, h| c!(rtc_profile_enable(h.cast(), 0x100, 0)), RTC_E_INVALIDARG),
            (|_, h| c!(rtc_profile_enable(h.cast(), 0, 1)), RTC_E_NOT_IMPLEMENTED)
        ],
        ..on("rtc_profile_enable", RTC_KIND_PROFILE, |_, h| c!(rtc_profile_enable(h.cast(), 0, 0)), YES)
    },
    Row {
        shut: SHUT,
        ..on("rtc_profile_disable", RTC_KIND_PROFILE, |_, h| c!(rtc_profile_disable(h.cast())), YES)
    },
    Row {
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_profile_publish(h.cast(), null(), 0, null()))],
        wrong: wrong![(|_, h| { let ((p, n), send) = (t("presence"), small_send()); c!(rtc_profile_publish(h.cast(), p, n, &raw const send)) }, RTC_E_INVALIDARG)],
        ..on("rtc_profile_publish", RTC_KIND_PROFILE, |_, h| { let ((p, n), mut send): (_, rtc_send_t) = (t("presence"), sized()); send.content_type = s("text/plain"); send.body = s("x"); c!(rtc_profile_publish(h.cast(), p, n, &raw const send)) }, &[RTC_OK, RTC_E_INVALID_REGISTRATION_STATE, RTC_E_REQUEST_PENDING])
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_credentials_set(h, null()))],
        wrong: wrong![(|_, h| { let mut o: rtc_credentials_t = sized(); o.flags = RTC_CREDENTIALS_DECLINE; c!(rtc_credentials_set(h, &raw const o)) }, RTC_E_INVALIDARG)],
        ..on("rtc_credentials_set", RTC_KIND_CLIENT, |_, h| { let mut o: rtc_credentials_t = sized(); (o.user, o.secret) = (s("a"), s("b")); c!(rtc_credentials_set(h, &raw const o)) }, OK)
    },
    // ---- session ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_session_create(h.cast(), 0, null(), null_mut()))],
        wrong: wrong![
            (|_, h| { let mut v = null_mut(); c!(rtc_session_create(h.cast(), 99, null(), &raw mut v)) }, RTC_E_INVALIDARG),
            (|f, h| { let (mut o, mut v): (rtc_session_options_t, _) = (sized(), null_mut()); o.profile = f.session.cast(); c!(rtc_session_create(h.cast(), 0, &raw const o, &raw mut v)) }, RTC_E_HANDLE),
            (|_, h| { let (mut o, mut v): (rtc_session_options_t, _) = (sized(), null_mut()); o.media = 0x100; c!(rtc_session_create(h.cast(), 0, &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut v = null_mut(); c!(rtc_session_create(h.cast(), RTC_SESSION_TYPE_PHONE_TO_PHONE, null(), &raw mut v)) }, RTC_E_NOT_IMPLEMENTED)
        ],
        ..on("rtc_session_create", RTC_KIND_CLIENT, |_, h| { let mut v = null_mut(); let r = c!(rtc_session_create(h.cast(), 0, null(), &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_session_add_participant(h.cast(), null(), 0, null(), 0, null(), null_mut()))],
        wrong: wrong![
            (|_, h| { let (p, n) = t("no uri"); c!(rtc_session_add_participant(h.cast(), p, n, null(), 0, null(), null_mut())) }, RTC_E_INVALID_SIP_URL),
            (|_, h| { let ((p, n), (q, m)) = (t(URI), t("a\nb")); c!(rtc_session_add_participant(h.cast(), p, n, q, m, null(), null_mut())) }, RTC_E_INVALIDARG),
            (|_, h| { let ((p, n), send) = (t(URI), send_with_flags()); c!(rtc_session_add_participant(h.cast(), p, n, null(), 0, &raw const send, null_mut())) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_session_add_participant", RTC_KIND_SESSION, |_, h| { let (p, n) = t(URI); c!(rtc_session_add_participant(h.cast(), p, n, null(), 0, null(), null_mut())) }, &[RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![
            (|_, h| c!(rtc_session_answer(h.cast(), 99, null())), RTC_E_INVALIDARG),
            (|_, h| { let send = small_send(); c!(rtc_session_answer(h.cast(), 0, &raw const send)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_session_answer", RTC_KIND_SESSION, |_, h| c!(rtc_session_answer(h.cast(), 0, null())), &[RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_session_terminate(h.cast(), 8, null())), RTC_E_INVALIDARG)],
        ..on("rtc_session_terminate", RTC_KIND_SESSION, |_, h| c!(rtc_session_terminate(h.cast(), 0, null())), &[RTC_OK, RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![
            (|_, h| { let (p, n) = t(URI); c!(rtc_session_redirect(h.cast(), p, n, 1, null())) }, RTC_E_INVALIDARG),
            (|_, h| { let (p, n) = t(":"); c!(rtc_session_redirect(h.cast(), p, n, 0, null())) }, RTC_E_INVALID_SIP_URL)
        ],
        ..on("rtc_session_redirect", RTC_KIND_SESSION, |_, h| { let (p, n) = t(URI); c!(rtc_session_redirect(h.cast(), p, n, 0, null())) }, &[RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_session_hold(h.cast(), 2, null())), RTC_E_INVALIDARG)],
        ..on("rtc_session_hold", RTC_KIND_SESSION, |_, h| c!(rtc_session_hold(h.cast(), 1, null())), &[RTC_OK, RTC_FALSE, RTC_E_SIP_HOLD_OPERATION_PENDING, RTC_E_SIP_INVITE_TRANSACTION_PENDING, RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_session_reinvite(h.cast(), 0x80, null())), RTC_E_INVALIDARG)],
        ..on("rtc_session_reinvite", RTC_KIND_SESSION, |_, h| c!(rtc_session_reinvite(h.cast(), 0, null())), &[RTC_OK, RTC_E_SIP_HOLD_OPERATION_PENDING, RTC_E_SIP_INVITE_TRANSACTION_PENDING, RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_session_send(h.cast(), null(), 0, null()))],
        wrong: wrong![(|_, h| { let (p, n) = t("NO METHOD"); c!(rtc_session_send(h.cast(), p, n, null())) }, RTC_E_INVALIDARG)],
        ..on("rtc_session_send", RTC_KIND_SESSION, |_, h| { let (p, n) = t(INFO); c!(rtc_session_send(h.cast(), p, n, null())) }, &[RTC_OK, RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_session_send_status(h.cast(), 2, null())), RTC_E_INVALIDARG)],
        ..on("rtc_session_send_status", RTC_KIND_SESSION, |_, h| c!(rtc_session_send_status(h.cast(), 1, null())), &[RTC_OK, RTC_FALSE, RTC_E_INVALID_SESSION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![
            (|_, h| c!(rtc_session_refer(h.cast(), null(), 0, null_mut(), null())), RTC_E_INVALIDARG),
            (|_, h| { let send = send_with_flags(); c!(rtc_session_refer(h.cast(), null(), 0, null_mut(), &raw const send)) }, RTC_E_INVALIDARG),
            (|_, h| { let (p, n) = t("http://x"); c!(rtc_session_refer(h.cast(), p, n, null_mut(), null())) }, RTC_E_INVALID_SIP_URL)
        ],
        ..on("rtc_session_refer", RTC_KIND_SESSION, |_, h| { let (p, n) = t(URI); c!(rtc_session_refer(h.cast(), p, n, null_mut(), null())) }, &[RTC_OK, RTC_E_INVALID_SESSION_STATE, RTC_E_SIP_REFER_OPERATION_PENDING])
    },
    Row {
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_session_replace(h.cast(), null()))],
        wrong: wrong![(|_, h| { let mut id: rtc_dialog_id_t = sized(); id.flags = 8; c!(rtc_session_replace(h.cast(), &raw const id)) }, RTC_E_INVALIDARG)],
        ..on("rtc_session_replace", RTC_KIND_SESSION, |_, h| { let mut id: rtc_dialog_id_t = sized(); (id.call_id, id.local_tag, id.remote_tag) = (s("a@b"), s("1"), s("2")); c!(rtc_session_replace(h.cast(), &raw const id)) }, &[RTC_OK, RTC_E_INVALID_SESSION_STATE])
    },
    // ---- subscription, watcher ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![
            |_, h| { let mut v = null_mut(); c!(rtc_subscription_create(h.cast(), null(), &raw mut v)) },
            |_, h| { let mut o: rtc_subscription_options_t = sized(); o.event = s("presence"); c!(rtc_subscription_create(h.cast(), &raw const o, null_mut())) }
        ],
        wrong: wrong![
            (|_, h| { let (o, mut v): (rtc_subscription_options_t, _) = (sized(), null_mut()); c!(rtc_subscription_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let (mut o, mut v): (rtc_subscription_options_t, _) = (sized(), null_mut()); (o.event, o.expires_secs) = (s("presence"), -1); c!(rtc_subscription_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_subscription_create", RTC_KIND_CLIENT, |_, h| { let (mut o, mut v): (rtc_subscription_options_t, _) = (sized(), null_mut()); (o.event, o.uri) = (s("presence"), s(URI)); let r = c!(rtc_subscription_create(h.cast(), &raw const o, &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![(|_, h| { let send = send_with_flags(); c!(rtc_subscription_subscribe(h.cast(), &raw const send)) }, RTC_E_INVALIDARG)],
        ..on("rtc_subscription_subscribe", RTC_KIND_SUBSCRIPTION, |_, h| c!(rtc_subscription_subscribe(h.cast(), null())), &[RTC_OK, RTC_FALSE, RTC_E_REQUEST_PENDING, RTC_E_INVALID_OBJECT_STATE])
    },
    Row {
        shut: SHUT,
        ..on("rtc_subscription_unsubscribe", RTC_KIND_SUBSCRIPTION, |_, h| c!(rtc_subscription_unsubscribe(h.cast(), null())), &[RTC_OK, RTC_FALSE, RTC_E_REQUEST_PENDING])
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_client_serve_package(h.cast(), null(), 0, null(), 0, 0))],
        wrong: wrong![(|_, h| { let (p, n) = t("presence"); c!(rtc_client_serve_package(h.cast(), p, n, null(), 0, 3)) }, RTC_E_INVALIDARG)],
        ..on("rtc_client_serve_package", RTC_KIND_CLIENT, |_, h| { let (p, n) = t("message-summary"); c!(rtc_client_serve_package(h.cast(), p, n, null(), 0, 1)) }, YES)
    },
    Row {
        // Its client is the fixture's peer, which lives on.
        shut: &[RTC_OK, RTC_FALSE, RTC_E_INVALID_OBJECT_STATE],
        wrong: wrong![(|_, h| c!(rtc_watcher_answer(h.cast(), RTC_WATCHER_STATE_OFFERING, null())), RTC_E_INVALIDARG)],
        ..on("rtc_watcher_answer", RTC_KIND_WATCHER, |_, h| c!(rtc_watcher_answer(h.cast(), RTC_WATCHER_STATE_ALLOWED, null())), &[RTC_OK, RTC_FALSE, RTC_E_INVALID_OBJECT_STATE])
    },
    Row {
        shut: &[RTC_OK, RTC_E_INVALID_OBJECT_STATE],
        wrong: wrong![(|_, h| { let (p, n) = t("active\r\n"); c!(rtc_watcher_notify(h.cast(), p, n, null())) }, RTC_E_INVALIDARG)],
        ..on("rtc_watcher_notify", RTC_KIND_WATCHER, |_, h| c!(rtc_watcher_notify(h.cast(), null(), 0, null())), &[RTC_OK, RTC_E_INVALID_OBJECT_STATE])
    },
    // ---- event ----
    Row {
        nulls: nulls![|_, h| c!(rtc_event_get_info(h.cast(), null_mut()))],
        ..on("rtc_event_get_info", RTC_KIND_EVENT, |_, h| { let mut v: rtcclient::ffi::records::rtc_event_info_t = sized(); c!(rtc_event_get_info(h.cast(), &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_event_get_sip_message(h.cast(), null_mut()))],
        ..on("rtc_event_get_sip_message", RTC_KIND_EVENT, |_, h| { let mut v = null_mut(); let r = c!(rtc_event_get_sip_message(h.cast(), &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_event_get_text(h.cast(), RTC_EVENT_TEXT_JSON, 0, null_mut()))],
        wrong: wrong![(|_, h| { let mut v = s(""); c!(rtc_event_get_text(h.cast(), 9, 0, &raw mut v)) }, RTC_E_INVALIDARG)],
        ..on("rtc_event_get_text", RTC_KIND_EVENT, |_, h| { let mut v = s(""); c!(rtc_event_get_text(h.cast(), RTC_EVENT_TEXT_JSON, 0, &raw mut v)) }, OK)
    },
    Row {
        wrong: wrong![(|_, h| c!(rtc_event_answer(h.cast(), 1, null())), RTC_E_INVALIDARG)],
        ..on("rtc_event_answer", RTC_KIND_EVENT, |_, h| c!(rtc_event_answer(h.cast(), 0, null())), &[RTC_E_NOT_ALLOWED])
    },
    Row {
        ..on("rtc_event_report_referral", RTC_KIND_EVENT, |_, h| c!(rtc_event_report_referral(h.cast(), 180)), &[RTC_E_NOT_ALLOWED])
    },
    // ---- message, header, URI ----
    Row {
        nulls: nulls![
            |_, _| { let mut v = null_mut(); c!(rtc_sip_message_parse(null(), 0, 0, null_mut(), &raw mut v)) },
            |_, _| c!(rtc_sip_message_parse(DATAGRAM.as_ptr().cast(), DATAGRAM.len(), 0, null_mut(), null_mut()))
        ],
        wrong: wrong![
            (|_, _| { let mut v = null_mut(); c!(rtc_sip_message_parse(DATAGRAM.as_ptr().cast(), DATAGRAM.len(), 8, null_mut(), &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, _| { let mut v = null_mut(); c!(rtc_sip_message_parse(b"x".as_ptr().cast(), 1, 0, null_mut(), &raw mut v)) }, RTC_E_SIP_PARSE_FAILED),
            (|_, _| { let mut v = null_mut(); c!(rtc_sip_message_parse(DATAGRAM.as_ptr().cast(), 30, RTC_PARSE_STREAM, null_mut(), &raw mut v)) }, RTC_E_SIP_NEED_MORE_DATA)
        ],
        ..plain("rtc_sip_message_parse", |_, _| { let mut v = null_mut(); let r = c!(rtc_sip_message_parse(DATAGRAM.as_ptr().cast(), DATAGRAM.len(), RTC_PARSE_STRICT, null_mut(), &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        nulls: nulls![
            |_, _| { let mut v = null_mut(); c!(rtc_sip_message_create(null(), &raw mut v)) },
            |_, _| { let o: rtc_sip_message_options_t = sized(); c!(rtc_sip_message_create(&raw const o, null_mut())) }
        ],
        wrong: wrong![
            (|_, _| { let (o, mut v): (rtc_sip_message_options_t, _) = (sized(), null_mut()); c!(rtc_sip_message_create(&raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|f, _| { let (mut o, mut v): (rtc_sip_message_options_t, _) = (sized(), null_mut()); o.base = f.event.cast(); c!(rtc_sip_message_create(&raw const o, &raw mut v)) }, RTC_E_HANDLE),
            (|_, _| { let (mut o, mut v): (rtc_sip_message_options_t, _) = (sized(), null_mut()); (o.method, o.uri, o.headers) = (s("INFO"), s(URI), s("Content-Length: 3")); c!(rtc_sip_message_create(&raw const o, &raw mut v)) }, RTC_E_HEADER_RESERVED)
        ],
        ..plain("rtc_sip_message_create", |_, _| { let (mut o, mut v): (rtc_sip_message_options_t, _) = (sized(), null_mut()); (o.method, o.uri) = (s("INFO"), s(URI)); let r = c!(rtc_sip_message_create(&raw const o, &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_sip_message_get_head(h.cast(), null_mut()))],
        ..on("rtc_sip_message_get_head", RTC_KIND_SIP_MESSAGE, |_, h| { let mut v: rtcclient::ffi::records::rtc_sip_head_t = sized(); c!(rtc_sip_message_get_head(h.cast(), &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_sip_message_get_header(h.cast(), null(), 0, 0, 0, null_mut()))],
        wrong: wrong![
            (|_, h| { let mut v: rtcclient::ffi::records::rtc_header_t = sized(); c!(rtc_sip_message_get_header(h.cast(), null(), 0, 999, 0, &raw mut v)) }, RTC_E_SIP_HEADER_NOT_PRESENT),
            (|_, h| { let mut v: rtcclient::ffi::records::rtc_header_t = sized(); c!(rtc_sip_message_get_header(h.cast(), null(), 0, 0, 2, &raw mut v)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_sip_message_get_header", RTC_KIND_SIP_MESSAGE, |_, h| { let ((p, n), mut v): (_, rtcclient::ffi::records::rtc_header_t) = (t("f"), sized()); c!(rtc_sip_message_get_header(h.cast(), p, n, 0, 0, &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_sip_message_get_body(h.cast(), -1, null_mut()))],
        wrong: wrong![
            (|_, h| { let mut v: rtcclient::ffi::records::rtc_body_t = sized(); c!(rtc_sip_message_get_body(h.cast(), -2, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut v: rtcclient::ffi::records::rtc_body_t = sized(); c!(rtc_sip_message_get_body(h.cast(), 5, &raw mut v)) }, RTC_E_NOT_EXIST)
        ],
        ..on("rtc_sip_message_get_body", RTC_KIND_SIP_MESSAGE, |_, h| { let mut v: rtcclient::ffi::records::rtc_body_t = sized(); c!(rtc_sip_message_get_body(h.cast(), -1, &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_sip_message_get_text(h.cast(), null_mut()))],
        ..on("rtc_sip_message_get_text", RTC_KIND_SIP_MESSAGE, |_, h| { let mut v = s(""); c!(rtc_sip_message_get_text(h.cast(), &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![
            |_, _| { let ((p, n), mut v): (_, rtcclient::ffi::records::rtc_header_t) = (t("1 INVITE"), sized()); c!(rtc_header_parse(null(), 0, p, n, &raw mut v)) },
            |_, _| { let ((p, n), mut v): (_, rtcclient::ffi::records::rtc_header_t) = (t("CSeq"), sized()); c!(rtc_header_parse(p, n, null(), 0, &raw mut v)) },
            |_, _| { let ((p, n), (q, m)) = (t("CSeq"), t("1 INVITE")); c!(rtc_header_parse(p, n, q, m, null_mut())) }
        ],
        wrong: wrong![
            (|_, _| { let ((p, n), (q, m), mut v): (_, _, rtcclient::ffi::records::rtc_header_t) = (t("CSeq"), t("x"), sized()); c!(rtc_header_parse(p, n, q, m, &raw mut v)) }, RTC_E_SIP_PARSE_FAILED),
            (|_, _| { let ((p, n), (q, m), mut v): (_, _, rtcclient::ffi::records::rtc_header_t) = (t("CSeq"), t("1\r\nINVITE"), sized()); c!(rtc_header_parse(p, n, q, m, &raw mut v)) }, RTC_E_INVALIDARG)
        ],
        ..plain("rtc_header_parse", |_, _| { let ((p, n), (q, m), mut v): (_, _, rtcclient::ffi::records::rtc_header_t) = (t("CSeq"), t("1 INVITE"), sized()); c!(rtc_header_parse(p, n, q, m, &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![
            |_, _| { let mut v = s(""); c!(rtc_params_get(null(), 0, null(), 0, 0, null_mut(), &raw mut v)) },
            |_, _| { let (p, n) = t(";a=b"); c!(rtc_params_get(p, n, null(), 0, 0, null_mut(), null_mut())) }
        ],
        wrong: wrong![(|_, _| { let ((p, n), mut v) = (t(";\"a"), s("")); c!(rtc_params_get(p, n, null(), 0, 0, null_mut(), &raw mut v)) }, RTC_E_INVALIDARG)],
        ..plain("rtc_params_get", |_, _| { let ((p, n), mut v) = (t(";a=b"), s("")); c!(rtc_params_get(p, n, null(), 0, 0, null_mut(), &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![
            |_, _| { let mut v: rtcclient::ffi::records::rtc_uri_t = sized(); c!(rtc_uri_parse(null(), 0, &raw mut v)) },
            |_, _| { let (p, n) = t(URI); c!(rtc_uri_parse(p, n, null_mut())) }
        ],
        wrong: wrong![(|_, _| { let ((p, n), mut v): (_, rtcclient::ffi::records::rtc_uri_t) = (t("sip:"), sized()); c!(rtc_uri_parse(p, n, &raw mut v)) }, RTC_E_INVALID_SIP_URL)],
        ..plain("rtc_uri_parse", |_, _| { let ((p, n), mut v): (_, rtcclient::ffi::records::rtc_uri_t) = (t(URI), sized()); c!(rtc_uri_parse(p, n, &raw mut v)) }, OK)
    },
    Row {
        nulls: nulls![
            |_, _| { let (p, n) = t(URI); c!(rtc_uri_equal(null(), 0, p, n)) },
            |_, _| { let (p, n) = t(URI); c!(rtc_uri_equal(p, n, null(), 0)) }
        ],
        wrong: wrong![(|_, _| { let ((p, n), (q, m)) = (t(URI), t("")); c!(rtc_uri_equal(p, n, q, m)) }, RTC_E_INVALID_SIP_URL)],
        ..plain("rtc_uri_equal", |_, _| { let (p, n) = t(URI); c!(rtc_uri_equal(p, n, p, n)) }, OK)
    },
    // ---- additional headers ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![
            (|_, h| { let (p, n) = t("no colon"); c!(rtc_sip_object_set_additional_header_values(h, p, n, 0)) }, RTC_E_HEADER_MALFORMED),
            (|_, h| { let (p, n) = t("Via: x"); c!(rtc_sip_object_set_additional_header_values(h, p, n, 0)) }, RTC_E_HEADER_RESERVED),
            (|_, h| { let (p, n) = t("X-A: b"); c!(rtc_sip_object_set_additional_header_values(h, p, n, 64)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_sip_object_set_additional_header_values", RTC_KIND_CLIENT, |_, h| { let (p, n) = t("X-A: b"); c!(rtc_sip_object_set_additional_header_values(h, p, n, 0)) }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_sip_object_get_additional_header_values(h, null_mut(), 0, null_mut()))],
        ..on("rtc_sip_object_get_additional_header_values", RTC_KIND_CLIENT, |_, h| { let mut n = 0; c!(rtc_sip_object_get_additional_header_values(h, null_mut(), 0, &raw mut n)) }, OK)
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![(|_, h| { let (p, n) = t("X: a\r\n\r\nVia: b"); c!(rtc_session_set_additional_header_values(h.cast(), p, n, 0)) }, RTC_E_HEADER_MALFORMED)],
        ..on("rtc_session_set_additional_header_values", RTC_KIND_SESSION, |_, h| { let (p, n) = t("X-A: b"); c!(rtc_session_set_additional_header_values(h.cast(), p, n, 0)) }, &[RTC_OK, RTC_E_INVALID_OBJECT_STATE])
    },
    Row {
        nulls: nulls![|_, h| { let mut n = 0; c!(rtc_session_get_additional_header_values(h.cast(), null_mut(), 9, &raw mut n)) }],
        ..on("rtc_session_get_additional_header_values", RTC_KIND_SESSION, |_, h| { let mut n = 0; c!(rtc_session_get_additional_header_values(h.cast(), null_mut(), 0, &raw mut n)) }, OK)
    },
    // ---- connection, request, server ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_connection_create(h.cast(), null(), null_mut()))],
        wrong: wrong![
            (|_, h| { let (mut o, mut v): (rtc_connection_options_t, _) = (sized(), null_mut()); o.address = s("nowhere"); c!(rtc_connection_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let (mut o, mut v): (rtc_connection_options_t, _) = (sized(), null_mut()); o.address = s("192.0.2.77"); c!(rtc_connection_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_INVALID_ADDRESS_LOCAL),
            (|_, h| { let (mut o, mut v): (rtc_connection_options_t, _) = (sized(), null_mut()); o.transports = RTC_TRANSPORT_TLS; c!(rtc_connection_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_SIP_INVALID_CERTIFICATE),
            (|_, h| { let (mut o, mut v): (rtc_connection_options_t, _) = (sized(), null_mut()); o.transports = RTC_TRANSPORT_WS; c!(rtc_connection_create(h.cast(), &raw const o, &raw mut v)) }, RTC_E_SIP_TRANSPORT_NOT_SUPPORTED)
        ],
        ..on("rtc_connection_create", RTC_KIND_CLIENT, |_, h| { let (mut o, mut v): (rtc_connection_options_t, _) = (sized(), null_mut()); o.address = s("127.0.0.1"); let r = c!(rtc_connection_create(h.cast(), &raw const o, &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        shut: SHUT,
        ..on("rtc_connection_close", RTC_KIND_CONNECTION, |_, h| c!(rtc_connection_close(h.cast())), YES)
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![
            |_, h| { let (p, n) = t(URI); c!(rtc_request_send(h, null(), 0, p, n, null(), null_mut())) },
            |_, h| { let (p, n) = t("OPTIONS"); c!(rtc_request_send(h, p, n, null(), 0, null(), null_mut())) }
        ],
        wrong: wrong![
            (|_, h| { let ((p, n), (q, m)) = (t("OPTIONS"), t("x")); c!(rtc_request_send(h, p, n, q, m, null(), null_mut())) }, RTC_E_INVALID_SIP_URL),
            (|_, h| { let ((p, n), (q, m)) = (t("O P"), t(URI)); c!(rtc_request_send(h, p, n, q, m, null(), null_mut())) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_request_send", RTC_KIND_CLIENT, |_, h| { let ((p, n), (q, m)) = (t("OPTIONS"), t(URI)); c!(rtc_request_send(h, p, n, q, m, null(), null_mut())) }, OK)
    },
    // ---- usages ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| { let mut o: rtc_usage_options_t = sized(); o.uri = s(URI); c!(rtc_usage_create(h, RTC_USAGE_INVITE, &raw const o, null_mut())) }],
        wrong: wrong![
            (|_, h| { let (mut o, mut v): (rtc_usage_options_t, _) = (sized(), null_mut()); o.uri = s(URI); c!(rtc_usage_create(h, 9, &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let (mut o, mut v): (rtc_usage_options_t, _) = (sized(), null_mut()); (o.uri, o.automation) = (s(URI), 0x2000); c!(rtc_usage_create(h, RTC_USAGE_INVITE, &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|_, h| { let (mut o, mut v): (rtc_usage_options_t, _) = (sized(), null_mut()); (o.uri, o.flags) = (s(URI), 1); c!(rtc_usage_create(h, RTC_USAGE_INVITE, &raw const o, &raw mut v)) }, RTC_E_INVALIDARG),
            (|f, h| { let (mut o, mut v): (rtc_usage_options_t, _) = (sized(), null_mut()); (o.uri, o.registration) = (s(URI), f.session.cast()); c!(rtc_usage_create(h, RTC_USAGE_INVITE, &raw const o, &raw mut v)) }, RTC_E_HANDLE),
            (|_, h| { let (mut o, mut v): (rtc_usage_options_t, _) = (sized(), null_mut()); (o.uri, o.contact) = (s(URI), s("*")); c!(rtc_usage_create(h, RTC_USAGE_INVITE, &raw const o, &raw mut v)) }, RTC_E_INVALID_CONTACT),
            (|_, h| { let mut v = null_mut(); c!(rtc_usage_create(h, RTC_USAGE_INVITE, null(), &raw mut v)) }, RTC_E_INVALID_SIP_URL)
        ],
        ..on("rtc_usage_create", RTC_KIND_CLIENT, |_, h| { let (mut o, mut v): (rtc_usage_options_t, _) = (sized(), null_mut()); o.uri = s(URI); let r = c!(rtc_usage_create(h, RTC_USAGE_INVITE, &raw const o, &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        closing: Some(RTC_E_INVALID_DIALOG_STATE),
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_usage_send(h.cast(), null(), 0, null(), null_mut()))],
        wrong: wrong![
            (|_, h| { let (p, n) = t("NO METHOD"); c!(rtc_usage_send(h.cast(), p, n, null(), null_mut())) }, RTC_E_INVALIDARG),
            (|_, h| { let ((p, n), send) = (t(INFO), send_with_flags()); c!(rtc_usage_send(h.cast(), p, n, &raw const send, null_mut())) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_usage_send", RTC_KIND_USAGE, |_, h| { let (p, n) = t(INFO); c!(rtc_usage_send(h.cast(), p, n, null(), null_mut())) }, &[RTC_OK, RTC_E_INVALID_OBJECT_STATE])
    },
    Row {
        closing: Some(RTC_OK),
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_usage_close(h.cast(), 3)), RTC_E_INVALIDARG)],
        ..on("rtc_usage_close", RTC_KIND_USAGE, |_, h| c!(rtc_usage_close(h.cast(), RTC_USAGE_CLOSE_LOCAL)), YES)
    },
    // ---- network ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![|_, h| c!(rtc_client_set_options(h.cast(), null()))],
        wrong: wrong![
            (|_, h| { let mut o: rtc_client_options_t = sized(); o.sip_port_min = 5060; c!(rtc_client_set_options(h.cast(), &raw const o)) }, RTC_E_NOT_ALLOWED),
            (|_, h| { let mut o: rtc_client_options_t = sized(); o.claim_ms = -1; c!(rtc_client_set_options(h.cast(), &raw const o)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_client_set_options", RTC_KIND_CLIENT, |_, h| { let o: rtc_client_options_t = sized(); c!(rtc_client_set_options(h.cast(), &raw const o)) }, OK)
    },
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_client_notify_network(h.cast(), null_mut(), 5)), RTC_E_INVALIDARG)],
        ..on("rtc_client_notify_network", RTC_KIND_CLIENT, |_, h| c!(rtc_client_notify_network(h.cast(), null_mut(), RTC_NETWORK_RESUMED)), YES)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_client_get_security_mechanisms(h.cast(), null(), 0, null_mut(), 0, null_mut()))],
        wrong: wrong![
            (|_, h| { let mut n = 0; c!(rtc_client_get_security_mechanisms(h.cast(), b"\xff".as_ptr().cast(), 1, null_mut(), 0, &raw mut n)) }, RTC_E_INVALIDARG),
            (|_, h| { let ((p, l), mut n) = (t("[::1]:99999"), 0); c!(rtc_client_get_security_mechanisms(h.cast(), p, l, null_mut(), 0, &raw mut n)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_client_get_security_mechanisms", RTC_KIND_CLIENT, |_, h| { let mut n = 0; c!(rtc_client_get_security_mechanisms(h.cast(), null(), 0, null_mut(), 0, &raw mut n)) }, OK)
    },
    // ---- registrations ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        nulls: nulls![
            |_, h| { let (mut o, p): (rtc_registration_options_t, _) = (sized(), null_mut()); o.aor = s("sip:a@127.0.0.1:9"); c!(rtc_registration_create(h, &raw const o, p)) },
            |_, h| { let mut r = null_mut(); c!(rtc_registration_create(h, null(), &raw mut r)) }
        ],
        wrong: wrong![
            (|_, h| { let (mut o, mut r): (rtc_registration_options_t, _) = (sized(), null_mut()); o.aor = s("nobody"); c!(rtc_registration_create(h, &raw const o, &raw mut r)) }, RTC_E_INVALID_SIP_URL),
            (|_, h| { let (mut o, mut r): (rtc_registration_options_t, _) = (sized(), null_mut()); (o.aor, o.expires_secs) = (s("sip:a@127.0.0.1:9"), -1); c!(rtc_registration_create(h, &raw const o, &raw mut r)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_registration_create", RTC_KIND_CLIENT, |_, h| { let (mut o, mut r): (rtc_registration_options_t, _) = (sized(), null_mut()); o.aor = s("sip:a@127.0.0.1:9"); let done = c!(rtc_registration_create(h, &raw const o, &raw mut r)); c!(rtc_object_release(r.cast())); done }, OK)
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_registration_send(h.cast(), 6, null(), null_mut())), RTC_E_INVALIDARG)],
        ..on("rtc_registration_send", RTC_KIND_REGISTRATION, |_, h| c!(rtc_registration_send(h.cast(), RTC_REGISTRATION_UNREGISTER, null(), null_mut())), YES)
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| c!(rtc_refresh_send(h.cast(), 3, null())), RTC_E_INVALIDARG)],
        ..on("rtc_refresh_send", RTC_KIND_REFRESH, |_, h| c!(rtc_refresh_send(h.cast(), RTC_REFRESH_UPDATE, null())), &[RTC_E_NOT_ALLOWED])
    },
    // ---- transactions ----
    Row {
        closing: CLOSING,
        shut: SHUT,
        wrong: wrong![(|_, h| { let mut f: rtc_request_filter_t = sized(); f.method = s("A B"); c!(rtc_client_set_request_filter(h.cast(), 9, &raw const f)) }, RTC_E_INVALIDARG)],
        ..on("rtc_client_set_request_filter", RTC_KIND_CLIENT, |_, h| { let mut f: rtc_request_filter_t = sized(); f.method = s("FOO"); c!(rtc_client_set_request_filter(h.cast(), 9, &raw const f)) }, OK)
    },
    Row {
        shut: SHUT,
        wrong: wrong![
            (|_, h| c!(rtc_transaction_respond(h.cast(), 100, null())), RTC_E_INVALIDARG),
            (|_, h| { let send = small_send(); c!(rtc_transaction_respond(h.cast(), 200, &raw const send)) }, RTC_E_INVALIDARG)
        ],
        ..on("rtc_transaction_respond", RTC_KIND_TRANSACTION, |_, h| c!(rtc_transaction_respond(h.cast(), 200, null())), &[RTC_E_INVALID_TRANSACTION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![
            (|_, h| c!(rtc_transaction_claim(h.cast(), 0)), RTC_E_INVALIDARG),
            (|_, h| c!(rtc_transaction_claim(h.cast(), 600_001)), RTC_E_INVALIDARG)
        ],
        ..on("rtc_transaction_claim", RTC_KIND_TRANSACTION, |_, h| c!(rtc_transaction_claim(h.cast(), 1000)), &[RTC_E_INVALID_TRANSACTION_STATE])
    },
    Row {
        shut: SHUT,
        wrong: wrong![(|_, h| { let send = send_with_flags(); c!(rtc_transaction_cancel(h.cast(), &raw const send)) }, RTC_E_INVALIDARG)],
        ..on("rtc_transaction_cancel", RTC_KIND_TRANSACTION, |_, h| c!(rtc_transaction_cancel(h.cast(), null())), &[RTC_E_INVALID_TRANSACTION_STATE])
    },
    Row {
        shut: YES,
        nulls: nulls![|_, h| c!(rtc_transaction_get_message(h.cast(), 0, null_mut()))],
        wrong: wrong![(|_, h| { let mut m = null_mut(); c!(rtc_transaction_get_message(h.cast(), -2, &raw mut m)) }, RTC_E_INVALIDARG)],
        ..on("rtc_transaction_get_message", RTC_KIND_TRANSACTION, |_, h| { let mut m = null_mut(); let r = c!(rtc_transaction_get_message(h.cast(), 0, &raw mut m)); c!(rtc_object_release(m.cast())); r }, YES)
    },
    Row {
        nulls: nulls![|_, _| c!(rtc_server_start(null(), null_mut()))],
        wrong: wrong![
            (|_, _| { let (mut o, mut v): (rtc_server_options_t, _) = (sized(), null_mut()); o.listen = s("udp:0.0.0.0:0"); c!(rtc_server_start(&raw const o, &raw mut v)) }, RTC_E_NOT_ALLOWED),
            (|_, _| { let (mut o, mut v): (rtc_server_options_t, _) = (sized(), null_mut()); o.listen = s("here"); c!(rtc_server_start(&raw const o, &raw mut v)) }, RTC_E_INVALIDARG)
        ],
        ..plain("rtc_server_start", |_, _| { let mut v = null_mut(); let r = c!(rtc_server_start(null(), &raw mut v)); c!(rtc_object_release(v.cast())); r }, OK)
    },
    Row {
        nulls: nulls![|_, h| c!(rtc_server_set_user(h.cast(), null()))],
        wrong: wrong![
            (|_, h| { let o: rtc_server_user_t = sized(); c!(rtc_server_set_user(h.cast(), &raw const o)) }, RTC_E_INVALIDARG),
            (|_, h| { let mut o: rtc_server_user_t = sized(); (o.user, o.contacts) = (s("a"), s("no uri")); c!(rtc_server_set_user(h.cast(), &raw const o)) }, RTC_E_INVALID_SIP_URL)
        ],
        ..on("rtc_server_set_user", RTC_KIND_SERVER, |_, h| { let mut o: rtc_server_user_t = sized(); (o.user, o.password) = (s("a"), s("b")); c!(rtc_server_set_user(h.cast(), &raw const o)) }, &[RTC_OK, RTC_E_INVALID_OBJECT_STATE])
    },
    on("rtc_server_stop", RTC_KIND_SERVER, |_, h| c!(rtc_server_stop(h.cast())), YES),
];

const XML: &str = r#"<provision key="k" name="n"><user uri="sip:alice@example.com" account="alice" password="p"/>
    <sipsrv addr="127.0.0.1" protocol="udp" auth="digest" role="registrar"><session party="first" type="pc2pc"/></sipsrv></provision>"#;
