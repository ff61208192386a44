//! Usages, dialogs and transactions through the C ABI: a call driven message by message on both sides of loopback.

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

use rtcclient::ffi::client::*;
use rtcclient::ffi::connection::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::event::*;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::session::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::transaction::*;
use rtcclient::ffi::types::*;
use rtcclient::ffi::usage::*;

use fixture::{client_on_loopback, ok, s, sized, t, wait_for};

struct Sides {
    client: *mut c_void,
    peer: *mut c_void,
    connections: [*mut c_void; 2],
    target: String,
}

impl Sides {
    /// A client whose SIP level is told, and a peer whose program sees INVITEs first.
    fn new() -> Self {
        let (client, connection, _) = client_on_loopback();
        let (peer, other, address) = client_on_loopback();
        for side in [client, peer] {
            let filter = unsafe { rtc_client_set_event_filter(side.cast(), RTC_EVENT_FILTER_ALL) };
            ok(filter, "filter");
        }
        let mut wanted: rtc_request_filter_t = sized();
        wanted.method = s("INVITE");
        let set = unsafe { rtc_client_set_request_filter(peer.cast(), 77, &raw const wanted) };
        ok(set, "request filter");
        Self {
            client,
            peer,
            connections: [connection, other],
            target: format!("sip:peer@{address}"),
        }
    }

    fn usage(&self, automation: u32) -> *mut rtc_usage_t {
        let mut options: rtc_usage_options_t = sized();
        options.uri = s(&self.target);
        options.automation = automation;
        options.user_data = std::ptr::without_provenance_mut(0x51);
        let mut usage = null_mut();
        let made = unsafe {
            rtc_usage_create(
                self.client,
                RTC_USAGE_INVITE,
                &raw const options,
                &raw mut usage,
            )
        };
        ok(made, "usage");
        usage
    }
}

impl Drop for Sides {
    fn drop(&mut self) {
        for handle in self.connections.into_iter().chain([self.client, self.peer]) {
            unsafe { rtc_object_release(handle) };
        }
    }
}

fn send(usage: *mut rtc_usage_t, method: &str, body: &str, flags: u32) -> i32 {
    let mut with: rtc_send_t = sized();
    with.flags = flags;
    with.cookie = 5;
    if !body.is_empty() {
        (with.content_type, with.body) = (s("application/sdp"), s(body));
    }
    let (p, n) = t(method);
    unsafe { rtc_usage_send(usage, p, n, &raw const with, null_mut()) }
}

fn respond(transaction: *mut rtc_transaction_t, status: i32, body: &str) {
    let mut with: rtc_send_t = sized();
    if !body.is_empty() {
        (with.content_type, with.body) = (s("application/sdp"), s(body));
    }
    let answered = unsafe { rtc_transaction_respond(transaction, status, &raw const with) };
    ok(answered, "respond");
}

fn text_of(object: *mut c_void, property: i32) -> String {
    let (mut buf, mut needed) = ([0_u8; 256], 0);
    let read = unsafe {
        rtc_object_get_text(
            object,
            property,
            0,
            buf.as_mut_ptr().cast(),
            buf.len(),
            &raw mut needed,
        )
    };
    ok(read, "text");
    String::from_utf8_lossy(&buf[..needed]).into_owned()
}

fn int_of(object: *mut c_void, property: i32) -> i64 {
    let mut value = 0;
    let read = unsafe { rtc_object_get_int(object, property, 0, &raw mut value) };
    ok(read, "number");
    value
}

fn state_of(object: *mut c_void) -> i32 {
    let mut state = -1;
    ok(
        unsafe { rtc_object_get_state(object, &raw mut state) },
        "state",
    );
    state
}

fn related(object: *mut c_void, kind: i32) -> *mut c_void {
    let mut found = null_mut();
    let got = unsafe { rtc_object_get(object, kind, &raw mut found) };
    assert_eq!(got, RTC_OK, "kind {kind}");
    found
}

fn view(text: rtc_str_t) -> String {
    if text.ptr.is_null() {
        return String::new();
    }
    let bytes = unsafe { std::slice::from_raw_parts(text.ptr.cast::<u8>(), text.len) };
    String::from_utf8_lossy(bytes).into_owned()
}

fn release(handle: *mut c_void) {
    unsafe { rtc_object_release(handle) };
}

fn of_type(wanted: i32) -> impl Fn(&rtc_event_info_t) -> bool {
    move |info| info.r#type == wanted
}

fn status(wanted: i32) -> impl Fn(&rtc_event_info_t) -> bool {
    move |info| info.r#type == RTC_EVENT_RESPONSE && info.status_code & 0xFFFF == wanted
}

/// S-101, S-102, S-105, S-108, S-109, S-136: both sides of a call by hand, INVITE to BYE, with their own descriptions.
/// S-084: the dialog knows the connection that it began on, of several that one.
#[test]
fn a_call_by_hand_on_both_sides() {
    let sides = Sides::new();
    let mut listen: rtc_connection_options_t = sized();
    listen.address = s("127.0.0.1");
    let mut other = null_mut();
    let made =
        unsafe { rtc_connection_create(sides.peer.cast(), &raw const listen, &raw mut other) };
    ok(made, "another connection");
    let usage = sides.usage(0);
    assert_eq!(state_of(usage.cast()), RTC_USAGE_STATE_INIT);
    assert_eq!(
        int_of(usage.cast(), RTC_PROPERTY_USAGE_KIND),
        RTC_USAGE_INVITE.into()
    );
    assert_eq!(int_of(usage.cast(), RTC_PROPERTY_USAGE_AUTOMATION), 0);
    ok(send(usage, "INVITE", "v=0\r\ns=offer\r\n", 0), "INVITE");

    let (asked, info) = wait_for(sides.peer, "the INVITE", of_type(RTC_EVENT_REQUEST));
    assert_eq!((view(info.text).as_str(), info.cookie), ("INVITE", 77));
    assert_eq!(view(info.body), "v=0\r\ns=offer\r\n");
    let invite = info.transaction;
    unsafe { rtc_object_add_ref(invite.cast()) };
    let mut callee = null_mut();
    let adopted =
        unsafe { rtc_usage_create(invite.cast(), RTC_USAGE_INVITE, null(), &raw mut callee) };
    ok(adopted, "the callee's usage");
    release(asked);
    let mut again = null_mut();
    let twice =
        unsafe { rtc_usage_create(invite.cast(), RTC_USAGE_INVITE, null(), &raw mut again) };
    assert_eq!(twice, RTC_E_INVALID_DIALOG_STATE, "one usage an INVITE");
    respond(invite, 180, "");
    assert_eq!(state_of(callee.cast()), RTC_USAGE_STATE_EARLY);
    let (event, info) = wait_for(sides.client, "180", status(180));
    assert_eq!((info.cookie, info.usage), (5, usage));
    assert_eq!(info.user_data.addr(), 0, "the transaction's own");
    release(event);
    respond(invite, 200, "v=0\r\ns=answer\r\n");
    let (event, info) = wait_for(sides.client, "200", status(200));
    assert_eq!(view(info.body), "v=0\r\ns=answer\r\n");
    release(event);
    assert_eq!(state_of(usage.cast()), RTC_USAGE_STATE_CONFIRMED);
    ok(send(usage, "ACK", "", 0), "ACK");
    let (event, info) = wait_for(sides.peer, "the ACK", of_type(RTC_EVENT_REQUEST));
    assert_eq!((view(info.text).as_str(), info.usage), ("ACK", callee));
    let refused = unsafe { rtc_transaction_respond(info.transaction, 200, null()) };
    assert_eq!(refused, RTC_E_INVALID_TRANSACTION_STATE);
    release(event);

    let (ours, theirs) = (
        related(usage.cast(), RTC_KIND_DIALOG),
        related(callee.cast(), RTC_KIND_DIALOG),
    );
    assert_eq!(state_of(ours), RTC_DIALOG_STATE_CONFIRMED);
    let crossed = [
        (RTC_PROPERTY_DIALOG_CALL_ID, RTC_PROPERTY_DIALOG_CALL_ID),
        (
            RTC_PROPERTY_DIALOG_LOCAL_TAG,
            RTC_PROPERTY_DIALOG_REMOTE_TAG,
        ),
        (
            RTC_PROPERTY_DIALOG_REMOTE_TAG,
            RTC_PROPERTY_DIALOG_LOCAL_TAG,
        ),
        (
            RTC_PROPERTY_DIALOG_LOCAL_URI,
            RTC_PROPERTY_DIALOG_REMOTE_URI,
        ),
    ];
    for (here, there) in crossed {
        let text = text_of(ours, here);
        assert!(!text.is_empty());
        assert_eq!(text, text_of(theirs, there));
    }
    assert_eq!(int_of(ours, RTC_PROPERTY_DIALOG_INITIATOR), 1);
    assert_eq!(int_of(theirs, RTC_PROPERTY_DIALOG_INITIATOR), 0);
    for (dialog, connection) in [ours, theirs].into_iter().zip(sides.connections) {
        let found = related(dialog, RTC_KIND_CONNECTION);
        assert_eq!(found, connection);
        release(found);
    }
    let mut count = 0;
    let listed = unsafe {
        rtc_object_list(
            ours,
            RTC_KIND_USAGE,
            null(),
            0,
            null_mut(),
            0,
            &raw mut count,
        )
    };
    assert_eq!((listed, count), (RTC_OK, 1));

    ok(send(usage, "BYE", "", 0), "BYE");
    release(other.cast());
    let (event, info) = wait_for(sides.peer, "the end", |info| {
        info.r#type == RTC_EVENT_USAGE_STATE && info.state == RTC_USAGE_STATE_TERMINATED
    });
    assert_eq!(info.usage, callee);
    release(event);
    let (event, info) = wait_for(sides.client, "the end", |info| {
        info.r#type == RTC_EVENT_USAGE_STATE && info.state == RTC_USAGE_STATE_TERMINATED
    });
    assert_eq!((info.usage, info.user_data.addr()), (usage, 0x51));
    release(event);
    assert_eq!(send(usage, "INFO", "", 0), RTC_E_INVALID_OBJECT_STATE);
    assert_eq!(
        unsafe { rtc_usage_close(usage, RTC_USAGE_CLOSE_LOCAL) },
        RTC_FALSE
    );
    assert_eq!(state_of(ours), RTC_DIALOG_STATE_TERMINATED);
    assert!(
        !text_of(ours, RTC_PROPERTY_DIALOG_CALL_ID).is_empty(),
        "still readable"
    );
    for handle in [usage.cast(), callee.cast(), invite.cast(), ours, theirs] {
        release(handle);
    }
}

/// S-053, S-110: cancelled through the transaction; the callee is told, the usage is over on both sides.
#[test]
fn a_cancelled_invite_is_told() {
    let sides = Sides::new();
    let usage = sides.usage(RTC_AUTO_OFFER_ANSWER);
    let (p, n) = t("INVITE");
    let mut sent = null_mut();
    let invited = unsafe { rtc_usage_send(usage, p, n, null(), &raw mut sent) };
    ok(invited, "INVITE");
    assert_eq!(int_of(sent.cast(), RTC_PROPERTY_TRANSACTION_CAN_CANCEL), 1);
    let (asked, info) = wait_for(sides.peer, "the INVITE", of_type(RTC_EVENT_REQUEST));
    let mut callee = null_mut();
    let adopted = unsafe {
        rtc_usage_create(
            info.transaction.cast(),
            RTC_USAGE_INVITE,
            null(),
            &raw mut callee,
        )
    };
    ok(adopted, "the callee's usage");
    respond(info.transaction, 180, "");
    release(asked);
    let (event, _) = wait_for(sides.client, "180", status(180));
    release(event);
    ok(unsafe { rtc_transaction_cancel(sent, null()) }, "cancel");
    let (event, info) = wait_for(sides.peer, "CANCELLED", of_type(RTC_EVENT_CANCELLED));
    assert_eq!(info.usage, callee);
    release(event);
    let (event, info) = wait_for(sides.client, "487", status(487));
    assert_eq!(info.usage, usage);
    assert_eq!(info.transaction, sent);
    release(event);
    assert_eq!(state_of(usage.cast()), RTC_USAGE_STATE_TERMINATED);
    for handle in [usage.cast(), callee.cast(), sent.cast()] {
        release(handle);
    }
}

/// S-090, S-240, S-248: the views of a session; a handle given up ends nothing, an unused usage leaves nothing behind.
#[test]
fn views_and_releases_end_nothing() {
    let sides = Sides::new();
    let unused = sides.usage(0);
    assert_eq!(unsafe { rtc_object_release(unused.cast()) }, 0);
    let none = unsafe { rtc_client_set_request_filter(sides.peer.cast(), 77, null()) };
    ok(none, "no filter");
    let (p, n) = t(&sides.target);
    let mut session = null_mut();
    let made = unsafe {
        rtc_session_create(
            sides.client.cast(),
            RTC_SESSION_TYPE_PC_TO_PC,
            null(),
            &raw mut session,
        )
    };
    ok(made, "session");
    let called =
        unsafe { rtc_session_add_participant(session, p, n, null(), 0, null(), null_mut()) };
    ok(called, "call");
    let (event, info) = wait_for(sides.peer, "the call", |info| {
        info.r#type == RTC_EVENT_SESSION_STATE_CHANGE && info.state == RTC_SESSION_STATE_INCOMING
    });
    ok(
        unsafe { rtc_session_answer(info.session, 0, null()) },
        "answer",
    );
    release(event);
    let (event, _) = wait_for(sides.client, "the call to stand", |info| {
        info.r#type == RTC_EVENT_SESSION_STATE_CHANGE && info.state == RTC_SESSION_STATE_CONNECTED
    });
    release(event);
    let usage = related(session.cast(), RTC_KIND_USAGE);
    assert_eq!(related(usage, RTC_KIND_SESSION), session.cast());
    release(session.cast());
    let automation = int_of(usage, RTC_PROPERTY_USAGE_AUTOMATION);
    assert_eq!(automation, RTC_AUTO_ALL.into());
    let less = unsafe {
        rtc_object_set_int(
            usage,
            RTC_PROPERTY_USAGE_AUTOMATION,
            0,
            (RTC_AUTO_ALL & !RTC_AUTO_INFO).into(),
        )
    };
    ok(less, "automation");
    assert_eq!(
        int_of(session.cast(), RTC_PROPERTY_SESSION_AUTOMATION),
        (RTC_AUTO_ALL & !RTC_AUTO_INFO).into()
    );
    for method in ["REFER", "SUBSCRIBE", "CANCEL"] {
        assert_eq!(
            send(usage.cast(), method, "", 0),
            RTC_E_INVALID_DIALOG_REQUEST
        );
    }
    release(session.cast());
    release(usage);
    let (p, n) = t("INFO");
    let mut all = [null_mut(); 4];
    let mut count = 0;
    let listed = unsafe {
        rtc_object_list(
            sides.client,
            RTC_KIND_SESSION,
            null(),
            0,
            all.as_mut_ptr(),
            all.len(),
            &raw mut count,
        )
    };
    assert_eq!((listed, count), (RTC_OK, 1), "the call goes on");
    let sent = unsafe { rtc_session_send(all[0].cast(), p, n, null()) };
    ok(sent, "INFO");
    let ended = unsafe { rtc_session_terminate(all[0].cast(), 0, null()) };
    ok(ended, "terminate");
    release(all[0]);
}

/// Makes sure that the message of a failed attempt can be read, and that it goes on as the same attempt.
/// S-087: Call-ID, From tag, CSeq + 1.
#[test]
fn a_refused_invite_goes_on_as_the_same_attempt() {
    let sides = Sides::new();
    let usage = sides.usage(0);
    let ids = |event: *mut c_void| {
        let (mut message, mut head): (_, rtc_sip_head_t) = (null_mut(), sized());
        ok(
            unsafe { rtc_event_get_sip_message(event.cast(), &raw mut message) },
            "message",
        );
        ok(
            unsafe {
                rtcclient::ffi::sip_message::rtc_sip_message_get_head(message, &raw mut head)
            },
            "head",
        );
        let ids = (view(head.call_id), view(head.from_tag), head.cseq);
        release(message.cast());
        ids
    };
    ok(send(usage, "INVITE", "v=0\r\n", 0), "INVITE");
    let (asked, info) = wait_for(sides.peer, "the INVITE", of_type(RTC_EVENT_REQUEST));
    let first = ids(asked);
    respond(info.transaction, 488, "");
    release(asked);
    let (event, _) = wait_for(sides.client, "the end", |info| {
        info.r#type == RTC_EVENT_USAGE_STATE && info.state == RTC_USAGE_STATE_TERMINATED
    });
    release(event);
    assert_eq!(
        send(usage, "INVITE", "v=0\r\n", 0),
        RTC_E_INVALID_OBJECT_STATE
    );
    ok(
        send(usage, "INVITE", "v=0\r\n", RTC_SEND_SAME_ATTEMPT),
        "again",
    );
    let (asked, info) = wait_for(sides.peer, "the INVITE", of_type(RTC_EVENT_REQUEST));
    assert_eq!(ids(asked), (first.0, first.1, first.2 + 1));
    respond(info.transaction, 486, "");
    release(asked);
    let (event, _) = wait_for(sides.client, "486", status(486));
    release(event);
    release(usage.cast());
}
