//! One of every kind of handle, made by a call and a subscription between two clients on loopback.

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

use rtcclient::ffi::client::*;
use rtcclient::ffi::connection::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::event::*;
use rtcclient::ffi::message_create::*;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::profile::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::registration::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::server::*;
use rtcclient::ffi::session::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::subscription::*;
use rtcclient::ffi::types::*;

/// A text argument's two halves.
pub(crate) fn t(text: &str) -> (*const c_char, usize) {
    (text.as_ptr().cast(), text.len())
}

/// A text field.
pub(crate) fn s(text: &str) -> rtc_str_t {
    rtc_str_t {
        ptr: text.as_ptr().cast(),
        len: text.len(),
    }
}

/// A structure with all defaults and its size.
pub(crate) fn sized<T>() -> T {
    // SAFETY: only structures of the header are asked for; they begin with a `u32` and all zeros are a value of each.
    unsafe {
        let mut value: T = std::mem::zeroed();
        (&raw mut value)
            .cast::<u32>()
            .write(u32::try_from(size_of::<T>()).unwrap());
        value
    }
}

/// One handle of each kind. `client` is the caller and subscriber; `peer` the other side.
pub(crate) struct Fixture {
    pub client: *mut c_void,
    pub peer: *mut c_void,
    pub profile: *mut c_void,
    pub session: *mut c_void,
    pub participant: *mut c_void,
    pub subscription: *mut c_void,
    pub event: *mut c_void,
    pub message: *mut c_void,
    pub watcher: *mut c_void,
    pub server: *mut c_void,
    pub connection: *mut c_void,
    pub transaction: *mut c_void,
    pub usage: *mut c_void,
    pub dialog: *mut c_void,
    pub registration: *mut c_void,
    pub refresh: *mut c_void,
}

// SAFETY: handles are numbers, and every function takes them from every thread.
unsafe impl Send for Fixture {}
// SAFETY: as above.
unsafe impl Sync for Fixture {}

/// The last sentence, for messages of asserts.
pub(crate) fn sentence() -> String {
    // SAFETY: never NULL, NUL-terminated, valid until this thread's next failure.
    unsafe { std::ffi::CStr::from_ptr(rtcclient::ffi::library::rtc_last_error_message()) }
        .to_string_lossy()
        .into_owned()
}

/// What has to work for the fixture to stand.
pub(crate) fn ok(result: rtc_result_t, what: &str) {
    assert!(result >= 0, "{what}: {result:#x}: {}", sentence());
}

/// A client that was initialised and has one connection on loopback.
pub(crate) fn client_on_loopback() -> (*mut c_void, *mut c_void, String) {
    let (mut client, mut connection) = (null_mut(), null_mut());
    let mut options: rtc_connection_options_t = sized();
    options.address = s("127.0.0.1");
    let mut address = [0_u8; 64];
    let mut needed = 0;
    // SAFETY: pointers to locals that live until the calls return.
    unsafe {
        ok(rtc_client_create(&raw mut client), "create");
        ok(rtc_client_initialize(client, null()), "initialize");
        ok(
            rtc_connection_create(client, &raw const options, &raw mut connection),
            "connection",
        );
        ok(
            rtc_object_get_text(
                connection.cast(),
                RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS,
                RTC_TRANSPORT_UDP.cast_signed(),
                address.as_mut_ptr().cast(),
                address.len(),
                &raw mut needed,
            ),
            "address",
        );
    }
    let address = String::from_utf8_lossy(&address[..needed]).into_owned();
    (client.cast(), connection.cast(), address)
}

/// Pulls until an event satisfies `wanted`; it is the caller's.
pub(crate) fn wait_for(
    client: *mut c_void,
    what: &str,
    wanted: impl Fn(&rtc_event_info_t) -> bool,
) -> (*mut c_void, rtc_event_info_t) {
    loop {
        let mut event = null_mut();
        // SAFETY: pointers to locals that live until the calls return.
        unsafe {
            let pulled = rtc_client_next_event(client.cast(), 10_000, &raw mut event);
            assert_eq!(pulled, RTC_OK, "waiting for {what}");
            let mut info: rtc_event_info_t = sized();
            ok(rtc_event_get_info(event, &raw mut info), "info");
            if wanted(&info) {
                return (event.cast(), info);
            }
            rtc_object_release(event.cast());
        }
    }
}

impl Fixture {
    /// A call that stands and a subscription that was offered.
    pub(crate) fn new() -> Self {
        let (client, connection, _) = client_on_loopback();
        let (peer, peer_connection, peer_address) = client_on_loopback();
        let target = format!("sip:peer@{peer_address}");
        let (mut profile, mut session, mut participant) = (null_mut(), null_mut(), null_mut());
        let (mut subscription, mut transaction, mut server) = (null_mut(), null_mut(), null_mut());
        let mut account: rtc_profile_options_t = sized();
        account.uri = s("sip:alice@127.0.0.1");
        let mut wanted: rtc_subscription_options_t = sized();
        wanted.uri = s(&target);
        wanted.event = s("presence");
        let mut message = null_mut();
        let mut request: rtc_sip_message_options_t = sized();
        request.method = s("OPTIONS");
        request.uri = s("sip:b@127.0.0.1");
        let (uri, uri_len) = t(&target);
        // SAFETY: pointers to locals that live until the calls return.
        unsafe {
            rtc_object_release(peer_connection);
            let (package, len) = t("presence");
            ok(
                rtc_client_serve_package(peer.cast(), package, len, null(), 0, RTC_SERVE_OFFER),
                "serve",
            );
            ok(
                rtc_profile_create(client.cast(), &raw const account, &raw mut profile),
                "profile",
            );
            ok(
                rtc_session_create(
                    client.cast(),
                    RTC_SESSION_TYPE_PC_TO_PC,
                    null(),
                    &raw mut session,
                ),
                "session",
            );
            ok(
                rtc_session_add_participant(
                    session,
                    uri,
                    uri_len,
                    null(),
                    0,
                    null(),
                    &raw mut participant,
                ),
                "invite",
            );
            let (event, info) = wait_for(peer, "the call", |info| {
                info.r#type == RTC_EVENT_SESSION_STATE_CHANGE
                    && info.state == RTC_SESSION_STATE_INCOMING
            });
            ok(rtc_session_answer(info.session, 0, null()), "answer");
            rtc_object_release(event);
            ok(
                rtc_subscription_create(client.cast(), &raw const wanted, &raw mut subscription),
                "subscription",
            );
            ok(
                rtc_subscription_subscribe(subscription, null()),
                "subscribe",
            );
            let (offer, info) = wait_for(peer, "the watcher", |info| {
                info.r#type == RTC_EVENT_WATCHER && !info.watcher.is_null()
            });
            rtc_object_add_ref(info.watcher.cast());
            let watcher: *mut c_void = info.watcher.cast();
            rtc_object_release(offer);
            let (event, _) = wait_for(client, "the call to stand", |info| {
                info.r#type == RTC_EVENT_SESSION_STATE_CHANGE
                    && info.state == RTC_SESSION_STATE_CONNECTED
            });
            let (method, method_len) = t("OPTIONS");
            ok(
                rtc_request_send(
                    client,
                    method,
                    method_len,
                    uri,
                    uri_len,
                    null(),
                    &raw mut transaction,
                ),
                "request",
            );
            ok(
                rtc_sip_message_create(&raw const request, &raw mut message),
                "message",
            );
            let (mut usage, mut dialog) = (null_mut(), null_mut());
            ok(
                rtc_object_get(session.cast(), RTC_KIND_USAGE, &raw mut usage),
                "usage",
            );
            ok(
                rtc_object_get(session.cast(), RTC_KIND_DIALOG, &raw mut dialog),
                "dialog",
            );
            ok(rtc_server_start(null(), &raw mut server), "server");
            let (mut registration, mut refresh) = (null_mut(), null_mut());
            let mut binding: rtc_registration_options_t = sized();
            binding.aor = s("sip:alice@127.0.0.1:9");
            ok(
                rtc_registration_create(client, &raw const binding, &raw mut registration),
                "registration",
            );
            ok(
                rtc_object_get(registration.cast(), RTC_KIND_REFRESH, &raw mut refresh),
                "refresh",
            );
            Self {
                client,
                peer,
                profile: profile.cast(),
                session: session.cast(),
                participant: participant.cast(),
                subscription: subscription.cast(),
                event,
                message: message.cast(),
                watcher,
                server: server.cast(),
                connection,
                transaction: transaction.cast(),
                usage,
                dialog,
                registration: registration.cast(),
                refresh: refresh.cast(),
            }
        }
    }

    /// Every handle with its kind.
    pub(crate) fn all(&self) -> [(i32, *mut c_void); 15] {
        [
            (RTC_KIND_CLIENT, self.client),
            (RTC_KIND_PROFILE, self.profile),
            (RTC_KIND_SESSION, self.session),
            (RTC_KIND_PARTICIPANT, self.participant),
            (RTC_KIND_SUBSCRIPTION, self.subscription),
            (RTC_KIND_EVENT, self.event),
            (RTC_KIND_SIP_MESSAGE, self.message),
            (RTC_KIND_WATCHER, self.watcher),
            (RTC_KIND_SERVER, self.server),
            (RTC_KIND_CONNECTION, self.connection),
            (RTC_KIND_TRANSACTION, self.transaction),
            (RTC_KIND_USAGE, self.usage),
            (RTC_KIND_DIALOG, self.dialog),
            (RTC_KIND_REGISTRATION, self.registration),
            (RTC_KIND_REFRESH, self.refresh),
        ]
    }

    /// The handle of a kind.
    pub(crate) fn of(&self, kind: i32) -> *mut c_void {
        let (_, handle) = self
            .all()
            .into_iter()
            .find(|(other, _)| *other == kind)
            .unwrap_or_else(|| panic!("no handle of kind {kind}"));
        handle
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: handles only; whatever was released before is stale and does nothing.
        unsafe {
            for (_, handle) in self.all() {
                rtc_object_release(handle);
            }
            rtc_object_release(self.peer);
        }
    }
}
