//! What the library fills in for a C program: counters, the event record, the parts of a message.

use std::ffi::c_void;

use super::types::{
    rtc_client_t, rtc_connection_t, rtc_dialog_t, rtc_object_t, rtc_participant_t, rtc_profile_t,
    rtc_registration_t, rtc_result_t, rtc_session_t, rtc_str_t, rtc_subscription_t,
    rtc_transaction_t, rtc_usage_t, rtc_watcher_t,
};

/// Counters since the client was initialised, then live objects (rtc_client_get_statistics).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_statistics_t {
    /// sizeof (rtc_statistics_t).
    pub size: u32,
    /// 0.
    pub reserved: u32,
    /// Requests received, retransmissions apart.
    pub requests_in: u64,
    /// Requests sent, retransmissions apart.
    pub requests_out: u64,
    /// Responses received.
    pub responses_in: u64,
    /// Responses sent.
    pub responses_out: u64,
    /// Retransmissions received.
    pub retransmissions_in: u64,
    /// Retransmissions sent.
    pub retransmissions_out: u64,
    /// What came and was no SIP.
    pub malformed_in: u64,
    /// What was refused because of a limit.
    pub refused_by_limit: u64,
    /// Events queued.
    pub events_queued: u64,
    /// Events lost because nobody pulled them.
    pub events_dropped: u64,
    /// Transactions.
    pub transactions: u64,
    /// Dialogs.
    pub dialogs: u64,
    /// Sessions.
    pub sessions: u64,
    /// Subscriptions.
    pub subscriptions: u64,
    /// Registrations.
    pub registrations: u64,
    /// Stream connections.
    pub connections: u64,
    /// Handles of this client.
    pub handles: u64,
    /// Events that wait to be pulled.
    pub queue_length: u64,
}

/// The whole record of an event; what does not apply is 0, NULL or empty (rtc_event_get_info).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_event_info_t {
    /// sizeof (rtc_event_info_t).
    pub size: u32,
    /// RTC_EVENT_….
    pub r#type: i32,
    /// Counts the client's events from 1.
    pub sequence: u64,
    /// Unix time.
    pub time_us: i64,
    /// Lent, as all handles here, while the event is held.
    pub client: *mut rtc_client_t,
    /// The account.
    pub profile: *mut rtc_profile_t,
    /// The session.
    pub session: *mut rtc_session_t,
    /// Its party.
    pub participant: *mut rtc_participant_t,
    /// The subscription of ours.
    pub subscription: *mut rtc_subscription_t,
    /// The subscriber to us.
    pub watcher: *mut rtc_watcher_t,
    /// The connection.
    pub connection: *mut rtc_connection_t,
    /// The registration.
    pub registration: *mut rtc_registration_t,
    /// The dialog.
    pub dialog: *mut rtc_dialog_t,
    /// The usage of the dialog.
    pub usage: *mut rtc_usage_t,
    /// The transaction.
    pub transaction: *mut rtc_transaction_t,
    /// See the table of events.
    pub other: *mut rtc_object_t,
    /// User data of the object it is about.
    pub user_data: *mut c_void,
    /// Names the operation it completes.
    pub cookie: i64,
    /// The new state of the object it is about.
    pub state: i32,
    /// Which of several things this type tells.
    pub kind: i32,
    /// Why.
    pub reason: i32,
    /// How it went: RTC_OK, a SIP status, or RTC_E_….
    pub status_code: rtc_result_t,
    /// The reason phrase.
    pub status_text: rtc_str_t,
    /// Whom it is about.
    pub uri: rtc_str_t,
    /// Display name, Subscription-State, method, package: see the table of events.
    pub text: rtc_str_t,
    /// Type of `body`.
    pub content_type: rtc_str_t,
    /// The body it brought.
    pub body: rtc_str_t,
    /// Numbers: media masks, retry-after, counts.
    pub value: [i64; 3],
    /// Above 0: rtc_event_answer decides, within this time.
    pub answer_within_ms: i32,
    /// RTC_EVENT_FLAG_….
    pub flags: u32,
}

/// What nearly every reader of a message asks for, in one call (rtc_sip_message_get_head). Absent is empty or -1.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_sip_head_t {
    /// sizeof (rtc_sip_head_t).
    pub size: u32,
    /// 0: a request.
    pub status: i32,
    /// The whole first line.
    pub start_line: rtc_str_t,
    /// The method; of the CSeq in a response.
    pub method: rtc_str_t,
    /// Request-URI.
    pub request_uri: rtc_str_t,
    /// Reason phrase.
    pub reason: rtc_str_t,
    /// Call-ID.
    pub call_id: rtc_str_t,
    /// URI of From.
    pub from_uri: rtc_str_t,
    /// Tag of From.
    pub from_tag: rtc_str_t,
    /// URI of To.
    pub to_uri: rtc_str_t,
    /// Tag of To.
    pub to_tag: rtc_str_t,
    /// URI of the first Contact.
    pub contact_uri: rtc_str_t,
    /// Host of the first Contact.
    pub contact_host: rtc_str_t,
    /// Branch of the topmost Via.
    pub via_branch: rtc_str_t,
    /// Sent-by of the topmost Via.
    pub via_sent_by: rtc_str_t,
    /// Event package with its parameters.
    pub event: rtc_str_t,
    /// Content-Type.
    pub content_type: rtc_str_t,
    /// CSeq number.
    pub cseq: u32,
    /// -1: absent.
    pub max_forwards: i32,
    /// -1: absent.
    pub content_length: i64,
    /// RTC_TRANSPORT_…; 0 when parsed from memory.
    pub transport: i32,
    /// 0.
    pub flags: u32,
    /// "192.0.2.1:5060"; empty when parsed from memory.
    pub source: rtc_str_t,
    /// "192.0.2.1:5060"; empty when parsed from memory.
    pub destination: rtc_str_t,
}

/// One shape for every header; `form` says which fields are set.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_header_t {
    /// sizeof (rtc_header_t).
    pub size: u32,
    /// RTC_HEADER_FORM_….
    pub form: i32,
    /// As it stands in the message.
    pub name: rtc_str_t,
    /// Unfolded, trimmed.
    pub value: rtc_str_t,
    /// Method, media type, package, scheme, state, transport; Call-ID.
    pub token: rtc_str_t,
    /// Display name; text of Warning and Retry-After.
    pub display_name: rtc_str_t,
    /// URI of an address; sent-by of a Via.
    pub uri: rtc_str_t,
    /// Parameters, for rtc_params_get.
    pub params: rtc_str_t,
    /// CSeq, RSeq, Expires, Retry-After, Warning code, first of RAck.
    pub number: i64,
    /// Second of RAck.
    pub number2: i64,
}

/// A body or a part of a multipart body.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_body_t {
    /// sizeof (rtc_body_t).
    pub size: u32,
    /// How many parts the whole body has; 0: it is no multipart.
    pub parts: i32,
    /// Header lines of the part; empty for the whole.
    pub headers: rtc_str_t,
    /// Content-Type.
    pub content_type: rtc_str_t,
    /// Content-ID.
    pub content_id: rtc_str_t,
    /// Content-Disposition.
    pub disposition: rtc_str_t,
    /// The body itself.
    pub bytes: rtc_str_t,
}

/// The parts of a URI, as they stand in it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_uri_t {
    /// sizeof (rtc_uri_t).
    pub size: u32,
    /// 0: none given.
    pub port: u32,
    /// "sip", "sips", "tel".
    pub scheme: rtc_str_t,
    /// User; the number of a tel URI.
    pub user: rtc_str_t,
    /// Password.
    pub password: rtc_str_t,
    /// Host, of another scheme all that follows it; an IPv6 address in its brackets.
    pub host: rtc_str_t,
    /// ";transport=tcp;lr", for rtc_params_get.
    pub params: rtc_str_t,
    /// "Subject=x&Priority=urgent".
    pub headers: rtc_str_t,
}
