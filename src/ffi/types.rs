//! The types of the C header that every object uses: results, text views, handles, and what rides on a message.
//!
//! Structures of one object stand beside its functions' arguments in `structs` and `records`.

use std::ffi::{c_char, c_void};

use libc::size_t;

/// A result: HRESULT numbers, 0 and above is success.
pub type rtc_result_t = i32;

/// A view of text: not NUL-terminated unless `len` is RTC_NUL_TERMINATED (inputs only). `ptr` NULL: not given.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_str_t {
    /// First byte, UTF-8.
    pub ptr: *const c_char,
    /// Bytes.
    pub len: size_t,
}

impl Default for rtc_str_t {
    fn default() -> Self {
        Self {
            ptr: std::ptr::null(),
            len: 0,
        }
    }
}

/// Any handle.
pub type rtc_object_t = c_void;
/// A user agent: one client has its own sockets, accounts, calls and events.
pub struct rtc_client_t(());
/// An account.
pub struct rtc_profile_t(());
/// A call or a message exchange.
pub struct rtc_session_t(());
/// A party of a session.
pub struct rtc_participant_t(());
/// A subscription of ours.
pub struct rtc_subscription_t(());
/// An event: an immutable record.
pub struct rtc_event_t(());
/// A SIP message: immutable.
pub struct rtc_sip_message_t(());
/// Somebody's subscription to us.
pub struct rtc_watcher_t(());
/// An embedded SIP server.
pub struct rtc_server_t(());
/// Sockets on one address.
pub struct rtc_connection_t(());
/// A registration binding.
pub struct rtc_registration_t(());
/// A dialog: the peers' identities, tags and route set, shared by its usages.
pub struct rtc_dialog_t(());
/// A usage of a dialog: a call, a subscription, a referral, message by message.
pub struct rtc_usage_t(());
/// A request of the application's own.
pub struct rtc_transaction_t(());
/// A refresh.
pub struct rtc_refresh_t(());
/// A buddy (not in this version).
pub struct rtc_buddy_t(());
/// A group of buddies (not in this version).
pub struct rtc_group_t(());
/// An audio mixer (not in this version).
pub struct rtc_bridge_t(());
/// A virtual network and clock (not in this version).
pub struct rtc_simulation_t(());

/// What rides on the message that a verb sends; every such parameter may be NULL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_send_t {
    /// sizeof (rtc_send_t).
    pub size: u32,
    /// RTC_SEND_….
    pub flags: u32,
    /// Names the operation in its SESSION_OPERATION_COMPLETE or RESPONSE event; never interpreted.
    pub cookie: i64,
    /// "Name: value" lines for this message only; they replace sticky ones of the same name.
    pub headers: rtc_str_t,
    /// Type of `body`.
    pub content_type: rtc_str_t,
    /// A description where the verb negotiates, else any body.
    pub body: rtc_str_t,
    /// Reason phrase of a response; Reason header of BYE and CANCEL.
    pub reason: rtc_str_t,
    /// Expires; 0: the object's own.
    pub expires_secs: i32,
    /// RTC_MEDIA_… to offer or take; 0: the session's own.
    pub media: u32,
}
