//! Every export with null, stale, wrong-kind and random handles, missing pointers, arguments without meaning, out of
//! order, from inside a callback, from eight threads, and after shutdown: the documented code each time.
//!
//! What each answers stands in `misuse/table.rs`.

#![allow(clippy::unwrap_used, reason = "a test may")]
#![expect(
    clippy::undocumented_unsafe_blocks,
    reason = "every block calls the C API with pointers to locals or none; rows say it once"
)]

#[path = "misuse/fixture.rs"]
mod fixture;
#[path = "misuse/table.rs"]
mod table;

use std::collections::BTreeSet;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use rtcclient::ffi::client::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::event::*;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::types::*;

use fixture::{Fixture, ok, sentence, sized, wait_for};
use table::{ANY, Row, TABLE};

fn hex(results: &[i32]) -> Vec<String> {
    results
        .iter()
        .map(|result| format!("{result:#x}"))
        .collect()
}

/// The handle that a row is tried on.
fn handle(row: &Row, fixture: &Fixture) -> *mut c_void {
    match row.kind {
        0 => null_mut(),
        ANY => fixture.client,
        kind => fixture.of(kind),
    }
}

#[test]
fn every_export_has_a_row_and_every_row_an_export() {
    let header = include_str!("../include/rtcclient.h");
    let declared: BTreeSet<&str> = header
        .lines()
        .filter(|line| !line.starts_with([' ', '/', '#']))
        .filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("rtc_"))
        .collect();
    let rows: BTreeSet<&str> = TABLE.iter().map(|row| row.name).collect();
    assert_eq!(declared, rows);
    assert_eq!(rows.len(), TABLE.len(), "a row stands twice");
}

#[test]
fn what_is_no_handle_is_told_so() {
    let fixture = Fixture::new();
    let stale = {
        let mut client = null_mut();
        ok(unsafe { rtc_client_create(&raw mut client) }, "create");
        assert_eq!(unsafe { rtc_object_release(client.cast()) }, 0);
        client.cast::<c_void>()
    };
    let mut random: usize = 0x9E37_79B9;
    let mut made_up: Vec<*mut c_void> = vec![null_mut(), stale];
    for _ in 0..64 {
        random = random
            .wrapping_mul(0x27D4_EB2F)
            .rotate_left(13)
            .wrapping_add(1);
        made_up.push(std::ptr::without_provenance_mut(random));
        made_up.push(std::ptr::without_provenance_mut(random | 1));
    }
    for row in TABLE.iter().filter(|row| row.kind != 0) {
        for bad in &made_up {
            let result = (row.call)(&fixture, *bad);
            assert_eq!(
                result,
                row.bad_handle,
                "{} with {bad:?}: {result:#x} {}",
                row.name,
                sentence()
            );
        }
    }
}

#[test]
fn a_handle_of_another_kind_is_none() {
    let fixture = Fixture::new();
    let others = |row: &Row| -> &'static [i32] {
        match row.name {
            "rtc_registration_create" => &[RTC_KIND_CLIENT, RTC_KIND_CONNECTION],
            "rtc_credentials_set" => &[
                RTC_KIND_REGISTRATION,
                RTC_KIND_CLIENT,
                RTC_KIND_PROFILE,
                RTC_KIND_TRANSACTION,
                RTC_KIND_REFRESH,
            ],
            "rtc_request_send" => &[
                RTC_KIND_REGISTRATION,
                RTC_KIND_CLIENT,
                RTC_KIND_PROFILE,
                RTC_KIND_CONNECTION,
            ],
            "rtc_sip_object_set_additional_header_values"
            | "rtc_sip_object_get_additional_header_values" => &[
                RTC_KIND_CLIENT,
                RTC_KIND_PROFILE,
                RTC_KIND_SESSION,
                RTC_KIND_PARTICIPANT,
                RTC_KIND_SUBSCRIPTION,
                RTC_KIND_WATCHER,
                RTC_KIND_TRANSACTION,
                RTC_KIND_REGISTRATION,
                RTC_KIND_REFRESH,
                RTC_KIND_USAGE,
                RTC_KIND_DIALOG,
            ],
            "rtc_usage_create" => &[
                RTC_KIND_CLIENT,
                RTC_KIND_CONNECTION,
                RTC_KIND_TRANSACTION,
                RTC_KIND_DIALOG,
            ],
            _ => &[],
        }
    };
    for row in TABLE.iter().filter(|row| row.kind > 0) {
        for (kind, other) in fixture.all() {
            if kind == row.kind || others(row).contains(&kind) {
                continue;
            }
            let result = (row.call)(&fixture, other);
            assert_eq!(
                result, RTC_E_HANDLE,
                "{} with a handle of kind {kind}: {result:#x}",
                row.name
            );
            assert!(
                sentence().contains("another kind"),
                "{}: {}",
                row.name,
                sentence()
            );
        }
    }
}

#[test]
fn a_missing_pointer_is_told_and_nothing_else_is_asked() {
    let fixture = Fixture::new();
    for row in TABLE {
        for (at, null) in row.nulls.iter().enumerate() {
            let result = null(&fixture, handle(row, &fixture));
            assert_eq!(
                result,
                RTC_E_POINTER,
                "{}, null {at}: {result:#x} {}",
                row.name,
                sentence()
            );
            assert!(sentence().contains("NULL"), "{}: {}", row.name, sentence());
        }
    }
}

#[test]
fn an_argument_without_meaning_gets_the_documented_code_and_a_sentence() {
    let fixture = Fixture::new();
    for row in TABLE {
        for (at, (call, code)) in row.wrong.iter().enumerate() {
            let result = call(&fixture, handle(row, &fixture));
            assert_eq!(
                result,
                *code,
                "{}, argument {at}: {result:#x} {}",
                row.name,
                sentence()
            );
            assert!(!sentence().is_empty(), "{}: no sentence", row.name);
        }
    }
}

#[test]
fn on_living_objects_each_does_what_is_documented() {
    for row in TABLE {
        let fixture = Fixture::new();
        let handles: Vec<*mut c_void> = match row.kind {
            ANY => fixture.all().iter().map(|(_, handle)| *handle).collect(),
            _ => vec![handle(row, &fixture)],
        };
        for handle in handles {
            let result = (row.call)(&fixture, handle);
            assert!(
                row.live.contains(&result),
                "{}: {result:#x} is none of {:?}: {}",
                row.name,
                hex(row.live),
                sentence()
            );
        }
    }
}

#[test]
fn before_initialize_only_setting_up_is_allowed() {
    let fixture = Fixture::new();
    for row in TABLE {
        if row.kind != RTC_KIND_CLIENT && row.kind != ANY {
            continue;
        }
        let mut client = null_mut();
        ok(unsafe { rtc_client_create(&raw mut client) }, "create");
        let result = (row.call)(&fixture, client.cast());
        assert_eq!(
            result,
            row.created,
            "{}: {result:#x} {}",
            row.name,
            sentence()
        );
        unsafe { while rtc_object_release(client.cast()) > 0 {} }
    }
}

#[test]
fn after_prepare_nothing_new_begins() {
    let fixture = Fixture::new();
    ok(
        unsafe { rtc_client_prepare_for_shutdown(fixture.client.cast()) },
        "prepare",
    );
    for row in TABLE {
        let Some(expected) = row.closing else {
            continue;
        };
        let result = (row.call)(&fixture, handle(row, &fixture));
        assert_eq!(result, expected, "{}: {result:#x} {}", row.name, sentence());
    }
}

#[test]
fn after_shutdown_reading_is_left() {
    let fixture = Fixture::new();
    ok(
        unsafe { rtc_client_shutdown(fixture.client.cast()) },
        "shutdown",
    );
    for row in TABLE {
        let result = (row.call)(&fixture, handle(row, &fixture));
        assert!(
            row.shut.contains(&result),
            "{}: {result:#x} is none of {:?}: {}",
            row.name,
            hex(row.shut),
            sentence()
        );
    }
}

/// Runs every row on one fixture, in whatever state the others leave it.
fn run_all(fixture: &Fixture, also: &[i32]) {
    for row in TABLE {
        let result = (row.call)(fixture, handle(row, fixture));
        let counts = result > 0 && result < 10_000 && row.bad_handle == 0;
        let allowed = row.live.contains(&result) || also.contains(&result) || counts;
        assert!(allowed, "{}: {result:#x}: {}", row.name, sentence());
    }
}

/// What a callback found, for the thread that waits for it.
#[derive(Default)]
struct Found {
    done: Mutex<Option<Result<(), String>>>,
    told: Condvar,
    dropped: AtomicUsize,
}

struct Inside {
    fixture: Fixture,
    client: *mut rtc_client_t,
    found: Arc<Found>,
}

unsafe extern "C" fn inside(user_data: *mut c_void, event: *mut rtc_event_t) {
    let this = unsafe { &*user_data.cast::<Inside>() };
    let mut info: rtc_event_info_t = sized();
    ok(unsafe { rtc_event_get_info(event, &raw mut info) }, "info");
    if info.kind != RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE {
        return;
    }
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run_all(
            &this.fixture,
            &[RTC_E_CLIENT_ALREADY_SHUT_DOWN, RTC_E_SIP_STACK_SHUTDOWN],
        );
        let mut none = null_mut();
        unsafe {
            assert_eq!(
                rtc_client_next_event(this.client, 0, &raw mut none),
                RTC_E_WRONG_MODE
            );
            assert_eq!(rtc_client_run_once(this.client, 0), RTC_E_WRONG_MODE);
            assert_eq!(rtc_client_shutdown(this.client), RTC_S_PENDING);
            assert_eq!(rtc_client_set_event_sink(this.client, null()), RTC_OK);
            assert!(rtc_object_add_ref(event.cast()) > 1);
            assert_eq!(rtc_object_release(event.cast()), 1);
            ok(
                rtc_event_get_info(event, &raw mut info),
                "the event is lent as long as this runs",
            );
        }
    }));
    let outcome = outcome.map_err(|panic| match panic.downcast_ref::<String>() {
        Some(text) => text.clone(),
        None => "a callback failed".to_owned(),
    });
    *this.found.done.lock().unwrap() = Some(outcome);
    this.found.told.notify_all();
}

unsafe extern "C" fn dropped(user_data: *mut c_void) {
    let this = unsafe { Box::from_raw(user_data.cast::<Inside>()) };
    this.found.dropped.fetch_add(1, Ordering::AcqRel);
    this.found.told.notify_all();
}

#[test]
fn inside_a_callback_everything_works_but_pulling() {
    let found = Arc::new(Found::default());
    let mut client = null_mut();
    unsafe {
        ok(rtc_client_create(&raw mut client), "create");
        let user = Box::new(Inside {
            fixture: Fixture::new(),
            client,
            found: Arc::clone(&found),
        });
        let mut sink: rtc_event_sink_t = sized();
        sink.on_event = Some(inside);
        sink.user_data = Box::into_raw(user).cast();
        sink.drop_user_data = Some(dropped);
        ok(rtc_client_set_event_sink(client, &raw const sink), "sink");
        ok(rtc_client_initialize(client, null()), "initialize");
        ok(rtc_client_prepare_for_shutdown(client), "prepare");
    }
    let mut done = found.done.lock().unwrap();
    while done.is_none() {
        done = found.told.wait(done).unwrap();
    }
    if let Some(Err(text)) = &*done {
        panic!("{text}");
    }
    while found.dropped.load(Ordering::Acquire) == 0 {
        // Notified without the lock, so that a little patience covers the gap.
        let (back, _) = found
            .told
            .wait_timeout(done, std::time::Duration::from_millis(20))
            .unwrap();
        done = back;
    }
    drop(done);
    assert_eq!(unsafe { rtc_object_release(client.cast()) }, 0);
    assert_eq!(found.dropped.load(Ordering::Acquire), 1);
}

#[test]
fn eight_threads_use_the_same_objects_until_they_are_gone() {
    let fixture = Fixture::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..3 {
                    run_all(
                        &fixture,
                        &[
                            RTC_E_CLIENT_ALREADY_SHUT_DOWN,
                            RTC_E_SIP_STACK_SHUTDOWN,
                            RTC_E_NOT_ALLOWED,
                            RTC_E_WRONG_MODE,
                            RTC_E_UNEXPECTED,
                            RTC_S_END,
                            RTC_FALSE,
                        ],
                    );
                }
            });
        }
    });
    // Each thread's rtc_object_add_ref left references behind; then all is stale.
    unsafe { while rtc_object_release(fixture.client) > 0 {} }
    assert_eq!(unsafe { rtc_object_get_kind(fixture.client) }, 0);
}

#[test]
fn handles_of_one_client_are_no_arguments_for_another() {
    let (ours, theirs) = (Fixture::new(), Fixture::new());
    let mut options: rtc_session_options_t = sized();
    options.profile = theirs.profile.cast();
    let mut session = null_mut();
    let result = unsafe {
        rtcclient::ffi::session::rtc_session_create(
            ours.client.cast(),
            0,
            &raw const options,
            &raw mut session,
        )
    };
    assert_eq!(result, RTC_E_INVALIDARG);
    assert!(sentence().contains("another client"), "{}", sentence());
    assert!(session.is_null());
}

#[test]
fn the_last_release_of_a_client_stops_it_and_leaves_its_objects_inert() {
    let fixture = Fixture::new();
    unsafe {
        // The event's record lends the client's handle, so the event goes first.
        assert_eq!(rtc_object_release(fixture.event), 0);
        assert_eq!(rtc_object_release(fixture.client), 0);
        let hung_up =
            rtcclient::ffi::session::rtc_session_terminate(fixture.session.cast(), 0, null());
        assert_eq!(hung_up, RTC_E_CLIENT_ALREADY_SHUT_DOWN, "{}", sentence());
        let mut state = -1;
        ok(
            rtc_object_get_state(fixture.session, &raw mut state),
            "state",
        );
        assert_eq!(state, RTC_SESSION_STATE_CONNECTED);
    }
}

#[test]
fn a_sink_that_was_refused_keeps_its_user_data() {
    let found = Arc::new(AtomicUsize::new(0));
    unsafe extern "C" fn count(user_data: *mut c_void) {
        unsafe { &*user_data.cast::<AtomicUsize>() }.fetch_add(1, Ordering::AcqRel);
    }
    unsafe extern "C" fn on_event(_: *mut c_void, _: *mut rtc_event_t) {}
    let (client, connection, _) = fixture::client_on_loopback();
    let mut sink: rtc_event_sink_t = sized();
    sink.on_event = Some(on_event);
    sink.user_data = Arc::as_ptr(&found).cast_mut().cast();
    sink.drop_user_data = Some(count);
    unsafe {
        ok(
            rtc_client_set_event_sink(client.cast(), &raw const sink),
            "sink",
        );
        ok(
            rtc_client_set_event_sink(client.cast(), &raw const sink),
            "again",
        );
        assert_eq!(found.load(Ordering::Acquire), 1, "the first was given back");
        ok(rtc_client_set_event_sink(client.cast(), null()), "none");
        assert_eq!(found.load(Ordering::Acquire), 2);
        ok(rtc_client_shutdown(client.cast()), "shutdown");
        let late = rtc_client_set_event_sink(client.cast(), &raw const sink);
        assert_eq!(late, RTC_E_CLIENT_ALREADY_SHUT_DOWN);
        assert_eq!(
            found.load(Ordering::Acquire),
            2,
            "what was refused is not given back"
        );
        rtc_object_release(connection);
        rtc_object_release(client);
    }
}

#[test]
fn the_same_object_has_the_same_handle_while_it_is_held() {
    let fixture = Fixture::new();
    unsafe {
        let mut again = null_mut();
        ok(
            rtc_object_get(fixture.participant, RTC_KIND_SESSION, &raw mut again),
            "get",
        );
        assert_eq!(again, fixture.session);
        rtc_object_release(again);
        let mut info: rtc_event_info_t = sized();
        ok(
            rtc_event_get_info(fixture.event.cast(), &raw mut info),
            "info",
        );
        assert_eq!(info.session.cast(), fixture.session);
        assert_eq!(info.client.cast(), fixture.client);
        let (mut one, mut two) = (null_mut(), null_mut());
        ok(
            rtc_event_get_sip_message(fixture.event.cast(), &raw mut one),
            "message",
        );
        ok(
            rtc_event_get_sip_message(fixture.event.cast(), &raw mut two),
            "message",
        );
        assert_eq!(one, two);
        assert_eq!(rtc_object_release(one.cast()), 1);
        assert_eq!(rtc_object_release(two.cast()), 0);
        let session = fixture.session;
        let (ended, _) = {
            ok(
                rtcclient::ffi::session::rtc_session_terminate(session.cast(), 0, null()),
                "bye",
            );
            wait_for(fixture.client, "the end", |info| {
                info.r#type == RTC_EVENT_SESSION_STATE_CHANGE
                    && info.state == RTC_SESSION_STATE_DISCONNECTED
            })
        };
        rtc_object_release(ended);
        let mut state = -1;
        ok(
            rtc_object_get_state(session, &raw mut state),
            "an ended object is readable",
        );
        assert_eq!(state, RTC_SESSION_STATE_DISCONNECTED);
        let late = rtcclient::ffi::session::rtc_session_terminate(session.cast(), 0, null());
        assert_eq!(late, RTC_E_INVALID_SESSION_STATE);
    }
}
