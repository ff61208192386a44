//! Numbers of the header that are no results: kinds, states, modes, flags, event types.
//!
//! Values up to the hundreds are those of the RTC Client API (desktop edition, CE where it went on); ours begin at 100 or in
//! the high half of a mask. Names follow `RTC_<ENUM>_<VALUE>`.

#![expect(
    missing_docs,
    reason = "a value's name says what it is; what it means stands with its enum and in the functions"
)]

/// == Kinds of handle (rtc_object_get_kind, rtc_object_get, rtc_object_list). ==
pub const RTC_KIND_CLIENT: i32 = 1;
pub const RTC_KIND_PROFILE: i32 = 2;
pub const RTC_KIND_SESSION: i32 = 3;
pub const RTC_KIND_PARTICIPANT: i32 = 4;
pub const RTC_KIND_SUBSCRIPTION: i32 = 5;
pub const RTC_KIND_EVENT: i32 = 6;
pub const RTC_KIND_SIP_MESSAGE: i32 = 7;
pub const RTC_KIND_WATCHER: i32 = 8;
pub const RTC_KIND_SERVER: i32 = 9;
pub const RTC_KIND_CONNECTION: i32 = 10;
pub const RTC_KIND_REGISTRATION: i32 = 11;
pub const RTC_KIND_DIALOG: i32 = 12;
pub const RTC_KIND_USAGE: i32 = 13;
pub const RTC_KIND_TRANSACTION: i32 = 14;
pub const RTC_KIND_REFRESH: i32 = 15;
pub const RTC_KIND_BUDDY: i32 = 16;
pub const RTC_KIND_GROUP: i32 = 17;
pub const RTC_KIND_PRESENCE_DEVICE: i32 = 18;
pub const RTC_KIND_BRIDGE: i32 = 19;
pub const RTC_KIND_SIMULATION: i32 = 20;

/// == rtc_send_t.flags. ==
/// The stack's own headers may be set too.
pub const RTC_SEND_EXPERT: u32 = 1;
/// Send the provisional response reliably (100rel, RFC 3262).
pub const RTC_SEND_RELIABLE: u32 = 2;
/// Repeat before it expires.
pub const RTC_SEND_REFRESH: u32 = 4;
/// Retry: its Call-ID, From tag, CSeq + 1.
pub const RTC_SEND_SAME_ATTEMPT: u32 = 8;
/// Expires: 0.
pub const RTC_SEND_END: u32 = 16;
/// norefersub, RFC 4488.
pub const RTC_SEND_NO_SUBSCRIPTION: u32 = 32;

/// == rtc_tls_options_t.flags. ==
pub const RTC_TLS_NO_SYSTEM_ROOTS: u32 = 1;
pub const RTC_TLS_REQUIRE_CLIENT_CERTIFICATE: u32 = 2;
pub const RTC_TLS_INSECURE_NO_VERIFY: u32 = 0x4000_0000;

/// == rtc_client_options_t.flags. ==
/// No media at all: audio sessions are refused.
pub const RTC_CLIENT_DISABLE_MEDIA: u32 = 1;
/// No effect in this version.
pub const RTC_CLIENT_DISABLE_UPNP: u32 = 2;
/// No effect in this version.
pub const RTC_CLIENT_ENABLE_SERVER_CLASS: u32 = 4;
/// No effect in this version.
pub const RTC_CLIENT_DISABLE_STRICT_DNS: u32 = 8;
/// No effect in this version.
pub const RTC_CLIENT_DISABLE_UNAUTH_WATCHERS: u32 = 0x10;
/// No effect in this version.
pub const RTC_CLIENT_DISABLE_UNAUTH_SESSIONS: u32 = 0x20;
/// No thread of the library's: everything runs inside rtc_client_run_once and rtc_client_next_event.
pub const RTC_CLIENT_APPLICATION_DRIVEN: u32 = 0x1_0000;
/// One event for each object lost with a connection.
pub const RTC_CLIENT_REPORT_EACH: u32 = 0x2_0000;
/// Requests for users that this client is not are answered 404; without it every request that comes is for us.
pub const RTC_CLIENT_KNOWN_USERS_ONLY: u32 = 0x4_0000;

/// == rtc_client_listen. ==
pub const RTC_LISTEN_MODE_NONE: i32 = 0;
pub const RTC_LISTEN_MODE_DYNAMIC: i32 = 1;
pub const RTC_LISTEN_MODE_BOTH: i32 = 2;

/// == Transports, a mask. ==
pub const RTC_TRANSPORT_UDP: u32 = 1;
pub const RTC_TRANSPORT_TCP: u32 = 2;
pub const RTC_TRANSPORT_TLS: u32 = 4;
pub const RTC_TRANSPORT_WS: u32 = 8;
pub const RTC_TRANSPORT_WSS: u32 = 16;

/// == rtc_trace_options_t. ==
pub const RTC_TRACE_LADDER: i32 = 1;
pub const RTC_TRACE_PCAP: i32 = 2;
pub const RTC_TRACE_JSON: i32 = 3;
pub const RTC_TRACE_HEP: i32 = 4;
/// flags: keep credentials readable.
pub const RTC_TRACE_SECRETS: u32 = 1;

/// == rtc_profile_options_t.flags. ==
/// Register flows of an instance, RFC 5626: one for each proxy (at most 4), kept alive and brought back.
pub const RTC_PROFILE_OUTBOUND: u32 = 1;
/// Ask for GRUUs and use the public one as Contact, RFC 5627.
pub const RTC_PROFILE_GRUU: u32 = 2;
/// Other requests stay with the very address that took the last REGISTER.
pub const RTC_PROFILE_PIN_NEXT_HOP: u32 = 4;
/// The registrar's times govern.
pub const RTC_PROFILE_NO_EXPIRES: u32 = 8;
/// Answer the strongest challenge, not the topmost (RFC 8760 2.4).
pub const RTC_PROFILE_STRONGEST_DIGEST: u32 = 16;

/// == rtc_profile_enable, register_flags. ==
pub const RTC_REGISTER_INVITE_SESSIONS: u32 = 1;
pub const RTC_REGISTER_MESSAGE_SESSIONS: u32 = 2;
pub const RTC_REGISTER_PRESENCE: u32 = 4;
pub const RTC_REGISTER_NOTIFY: u32 = 8;
pub const RTC_REGISTER_ALL: u32 = 15;

/// == rtc_profile_options_t.allowed_auth. ==
pub const RTC_AUTH_BASIC: u32 = 1;
pub const RTC_AUTH_DIGEST: u32 = 2;
pub const RTC_AUTH_NTLM: u32 = 4;
pub const RTC_AUTH_KERBEROS: u32 = 8;
pub const RTC_AUTH_USE_LOGON_CRED: u32 = 0x1_0000;

/// == rtc_profile_options_t.session_types. ==
pub const RTC_SESSION_TYPES_PC_TO_PC: u32 = 1;
pub const RTC_SESSION_TYPES_PC_TO_PHONE: u32 = 2;
pub const RTC_SESSION_TYPES_PHONE_TO_PHONE: u32 = 4;
pub const RTC_SESSION_TYPES_IM: u32 = 8;
pub const RTC_SESSION_TYPES_MULTIPARTY_IM: u32 = 16;
pub const RTC_SESSION_TYPES_APPLICATION: u32 = 32;

/// == rtc_credentials_t.flags. ==
/// For proxies only; realms tell them apart anyhow: no effect.
pub const RTC_CREDENTIALS_PROXY: u32 = 1;
/// `secret` is HA1 in hex.
pub const RTC_CREDENTIALS_HA1: u32 = 2;
/// Let the challenge stand (scope: the transaction of an RTC_EVENT_CHALLENGE).
pub const RTC_CREDENTIALS_DECLINE: u32 = 4;
/// We challenge, this user passes.
pub const RTC_CREDENTIALS_OF_PEER: u32 = 8;

/// == State of a profile. ==
pub const RTC_REGISTRATION_STATE_NOT_REGISTERED: i32 = 0;
pub const RTC_REGISTRATION_STATE_REGISTERING: i32 = 1;
pub const RTC_REGISTRATION_STATE_REGISTERED: i32 = 2;
pub const RTC_REGISTRATION_STATE_REJECTED: i32 = 3;
pub const RTC_REGISTRATION_STATE_UNREGISTERING: i32 = 4;
pub const RTC_REGISTRATION_STATE_ERROR: i32 = 5;
pub const RTC_REGISTRATION_STATE_LOGGED_OFF: i32 = 6;
pub const RTC_REGISTRATION_STATE_LOCAL_PA_LOGGED_OFF: i32 = 7;
pub const RTC_REGISTRATION_STATE_REMOTE_PA_LOGGED_OFF: i32 = 8;

/// == rtc_session_create. ==
pub const RTC_SESSION_TYPE_PC_TO_PC: i32 = 0;
pub const RTC_SESSION_TYPE_PC_TO_PHONE: i32 = 1;
pub const RTC_SESSION_TYPE_PHONE_TO_PHONE: i32 = 2;
pub const RTC_SESSION_TYPE_IM: i32 = 3;
pub const RTC_SESSION_TYPE_MULTIPARTY_IM: i32 = 4;
pub const RTC_SESSION_TYPE_APPLICATION: i32 = 5;

/// == State of a session. ==
pub const RTC_SESSION_STATE_IDLE: i32 = 0;
pub const RTC_SESSION_STATE_INCOMING: i32 = 1;
pub const RTC_SESSION_STATE_ANSWERING: i32 = 2;
pub const RTC_SESSION_STATE_INPROGRESS: i32 = 3;
pub const RTC_SESSION_STATE_CONNECTED: i32 = 4;
pub const RTC_SESSION_STATE_DISCONNECTED: i32 = 5;
pub const RTC_SESSION_STATE_HOLD: i32 = 6;
pub const RTC_SESSION_STATE_REFER: i32 = 7;

/// == State of a participant. ==
pub const RTC_PARTICIPANT_STATE_IDLE: i32 = 0;
pub const RTC_PARTICIPANT_STATE_PENDING: i32 = 1;
pub const RTC_PARTICIPANT_STATE_INCOMING: i32 = 2;
pub const RTC_PARTICIPANT_STATE_ANSWERING: i32 = 3;
pub const RTC_PARTICIPANT_STATE_INPROGRESS: i32 = 4;
pub const RTC_PARTICIPANT_STATE_ALERTING: i32 = 5;
pub const RTC_PARTICIPANT_STATE_CONNECTED: i32 = 6;
pub const RTC_PARTICIPANT_STATE_DISCONNECTING: i32 = 7;
pub const RTC_PARTICIPANT_STATE_DISCONNECTED: i32 = 8;

/// == State of a subscription. ==
pub const RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED: i32 = 0;
pub const RTC_SUBSCRIPTION_STATE_SUBSCRIBING: i32 = 1;
pub const RTC_SUBSCRIPTION_STATE_SUBSCRIBED: i32 = 2;
pub const RTC_SUBSCRIPTION_STATE_LOGGED_OFF: i32 = 3;
pub const RTC_SUBSCRIPTION_STATE_ERROR: i32 = 4;
pub const RTC_SUBSCRIPTION_STATE_UNSUBSCRIBING: i32 = 5;

/// == State of a watcher; rtc_watcher_answer. ==
pub const RTC_WATCHER_STATE_UNKNOWN: i32 = 0;
pub const RTC_WATCHER_STATE_OFFERING: i32 = 1;
pub const RTC_WATCHER_STATE_ALLOWED: i32 = 2;
pub const RTC_WATCHER_STATE_BLOCKED: i32 = 3;
pub const RTC_WATCHER_STATE_DENIED: i32 = 4;
pub const RTC_WATCHER_STATE_PROMPT: i32 = 5;

/// == kind of RTC_EVENT_WATCHER. ==
pub const RTC_WATCHER_EVENT_ADD: i32 = 0;
pub const RTC_WATCHER_EVENT_REMOVE: i32 = 1;
pub const RTC_WATCHER_EVENT_UPDATE: i32 = 2;
pub const RTC_WATCHER_EVENT_OFFERING: i32 = 3;
pub const RTC_WATCHER_EVENT_ROAMED: i32 = 4;

/// == RTC_PROPERTY_CLIENT_ANSWER_MODE. ==
pub const RTC_ANSWER_MODE_OFFER_SESSION_EVENT: i32 = 0;
pub const RTC_ANSWER_MODE_AUTOMATICALLY_ACCEPT: i32 = 1;
pub const RTC_ANSWER_MODE_AUTOMATICALLY_REJECT: i32 = 2;
pub const RTC_ANSWER_MODE_NOT_SUPPORTED: i32 = 3;

/// == rtc_session_terminate. ==
pub const RTC_TERMINATE_REASON_NORMAL: i32 = 0;
pub const RTC_TERMINATE_REASON_DND: i32 = 1;
pub const RTC_TERMINATE_REASON_BUSY: i32 = 2;
pub const RTC_TERMINATE_REASON_REJECT: i32 = 3;
pub const RTC_TERMINATE_REASON_TIMEOUT: i32 = 4;
pub const RTC_TERMINATE_REASON_SHUTDOWN: i32 = 5;
pub const RTC_TERMINATE_REASON_INSUFFICIENT_SECURITY_LEVEL: i32 = 6;
pub const RTC_TERMINATE_REASON_NOT_SUPPORTED: i32 = 7;

/// == kind of RTC_EVENT_MEDIA. ==
pub const RTC_MEDIA_EVENT_STOPPED: i32 = 0;
pub const RTC_MEDIA_EVENT_STARTED: i32 = 1;
pub const RTC_MEDIA_EVENT_FAILED: i32 = 2;

/// == reason of RTC_EVENT_MEDIA. ==
pub const RTC_MEDIA_EVENT_REASON_NORMAL: i32 = 0;
pub const RTC_MEDIA_EVENT_REASON_HOLD: i32 = 1;
pub const RTC_MEDIA_EVENT_REASON_TIMEOUT: i32 = 2;
pub const RTC_MEDIA_EVENT_REASON_BAD_DEVICE: i32 = 3;
pub const RTC_MEDIA_EVENT_REASON_NO_PORT: i32 = 4;
pub const RTC_MEDIA_EVENT_REASON_PORT_MAPPING_FAILED: i32 = 5;
pub const RTC_MEDIA_EVENT_REASON_REMOTE_REQUEST: i32 = 6;

/// == kind of RTC_EVENT_MESSAGING. ==
pub const RTC_MESSAGING_EVENT_MESSAGE: i32 = 0;
pub const RTC_MESSAGING_EVENT_STATUS: i32 = 1;

/// == state of RTC_EVENT_REINVITE. ==
pub const RTC_REINVITE_STATE_INCOMING: i32 = 0;
pub const RTC_REINVITE_STATE_SUCCEEDED: i32 = 1;
pub const RTC_REINVITE_STATE_FAIL: i32 = 2;

/// == Media, a mask. ==
pub const RTC_MEDIA_AUDIO_SEND: u32 = 1;
pub const RTC_MEDIA_AUDIO_RECEIVE: u32 = 2;
pub const RTC_MEDIA_VIDEO_SEND: u32 = 4;
pub const RTC_MEDIA_VIDEO_RECEIVE: u32 = 8;
pub const RTC_MEDIA_T120: u32 = 16;

/// == rtc_session_options_t.flags. ==
/// Use the given profile even if another fits better.
pub const RTC_SESSION_FORCE_PROFILE: u32 = 1;
/// Hand redirections to the application.
pub const RTC_SESSION_FAIL_ON_REDIRECT: u32 = 2;
/// Every dialog of a forked INVITE is kept, as a session of its own.
pub const RTC_SESSION_ALL_FORKS: u32 = 0x1_0000;
/// Hold with an address of zeros too, for peers that know no directions.
pub const RTC_SESSION_OLD_HOLD: u32 = 0x2_0000;

/// == rtc_session_reinvite. ==
/// By UPDATE in place of a re-INVITE (RFC 3311).
pub const RTC_REINVITE_UPDATE: u32 = 1;
/// The peer makes the offer.
pub const RTC_REINVITE_NO_OFFER: u32 = 2;

/// == rtc_dialog_id_t.flags; without RTC_DIALOG_ID_JOIN and _TARGET it is for Replaces. ==
/// Only while that dialog is early.
pub const RTC_DIALOG_ID_EARLY_ONLY: u32 = 1;
/// Join (RFC 3911).
pub const RTC_DIALOG_ID_JOIN: u32 = 2;
/// Target-Dialog (RFC 4538).
pub const RTC_DIALOG_ID_TARGET: u32 = 4;

/// == `state` of RTC_EVENT_SESSION_REFER_STATUS. ==
/// The REFER is on its way.
pub const RTC_REFER_STATUS_REFERRING: i32 = 0;
/// The peer will try; a status below 200 says how far it is.
pub const RTC_REFER_STATUS_ACCEPTED: i32 = 1;
/// It failed, `status` says why; the session is as before.
pub const RTC_REFER_STATUS_ERROR: i32 = 2;
/// The peer refused the REFER, `status` says how; the session is as before.
pub const RTC_REFER_STATUS_REJECTED: i32 = 3;
/// Nothing more is told, how it went is not known; the session is as before.
pub const RTC_REFER_STATUS_DROPPED: i32 = 4;
/// It worked; the library ends the session.
pub const RTC_REFER_STATUS_DONE: i32 = 5;

/// == rtc_subscription_options_t.flags. ==
/// Sends nothing, takes NOTIFYs outside dialogs.
pub const RTC_SUBSCRIPTION_UNSOLICITED: u32 = 1;
/// One poll, Expires 0.
pub const RTC_SUBSCRIPTION_FETCH: u32 = 2;

/// == rtc_client_serve_package. ==
pub const RTC_SERVE_OFFER: i32 = 0;
pub const RTC_SERVE_ACCEPT: i32 = 1;
pub const RTC_SERVE_STOP: i32 = 2;

/// == Additional headers. ==
/// Into requests only, as the Windows CE release did.
pub const RTC_HEADERS_REQUESTS_ONLY: u32 = 1;
/// The stack's own headers too.
pub const RTC_HEADERS_EXPERT: u32 = 2;
/// To the set; else the set is replaced.
pub const RTC_HEADERS_ADD: u32 = 4;

/// == rtc_sip_message_parse. ==
/// One message of a stream: RTC_E_SIP_NEED_MORE_DATA until it is whole.
pub const RTC_PARSE_STREAM: u32 = 1;
/// Refuse what the RFC's grammar does not allow, also where it could be understood.
pub const RTC_PARSE_STRICT: u32 = 2;

/// == rtc_header_t.form. ==
pub const RTC_HEADER_FORM_RAW: i32 = 0;
pub const RTC_HEADER_FORM_TOKEN: i32 = 1;
pub const RTC_HEADER_FORM_NUMBER: i32 = 2;
pub const RTC_HEADER_FORM_ADDRESS: i32 = 3;
pub const RTC_HEADER_FORM_VIA: i32 = 4;
pub const RTC_HEADER_FORM_AUTH: i32 = 5;
pub const RTC_HEADER_FORM_STAR: i32 = 6;
/// rtc_sip_message_get_header: index counts lines as received; default: list elements.
pub const RTC_HEADER_LINES: u32 = 1;

/// == rtc_server_options_t.flags. ==
pub const RTC_SERVER_NO_AUTHENTICATION: u32 = 1;
pub const RTC_SERVER_NO_RECORD_ROUTE: u32 = 2;
pub const RTC_SERVER_ALLOW_NON_LOOPBACK: u32 = 4;
/// Challenges by MD5 alone, for phones that know nothing else.
pub const RTC_SERVER_MD5_ONLY: u32 = 8;

/// == rtc_registration_send; kind of RTC_EVENT_REGISTRATION. ==
pub const RTC_REGISTRATION_REGISTER: i32 = 1;
/// Again now, with other headers or another time.
pub const RTC_REGISTRATION_UPDATE: i32 = 2;
/// Whatever the answer is, the registration is over here.
pub const RTC_REGISTRATION_UNREGISTER: i32 = 3;
/// Contact: *.
pub const RTC_REGISTRATION_UNREGISTER_ALL: i32 = 4;
/// Which bindings there are: text of RTC_EVENT_REGISTRATION, their number value[1].
pub const RTC_REGISTRATION_FETCH: i32 = 5;

/// == rtc_refresh_send. ==
pub const RTC_REFRESH_UPDATE: i32 = 1;
pub const RTC_REFRESH_TERMINATE: i32 = 2;

/// == State of a refresh. ==
pub const RTC_REFRESH_STATE_INACTIVE: i32 = 0;
pub const RTC_REFRESH_STATE_ACTIVE: i32 = 1;
pub const RTC_REFRESH_STATE_TERMINATED: i32 = 2;

/// == rtc_client_notify_network. ==
pub const RTC_NETWORK_CHANGED: i32 = 1;
pub const RTC_NETWORK_SUSPENDED: i32 = 2;
pub const RTC_NETWORK_RESUMED: i32 = 3;
pub const RTC_NETWORK_LOST: i32 = 4;

/// == State of a connection. ==
pub const RTC_CONNECTION_STATE_INIT: i32 = 0;
pub const RTC_CONNECTION_STATE_ACTIVE: i32 = 1;
pub const RTC_CONNECTION_STATE_SUSPENDED: i32 = 2;
pub const RTC_CONNECTION_STATE_INACTIVE: i32 = 3;
pub const RTC_CONNECTION_STATE_UNAVAILABLE: i32 = 4;

/// == rtc_usage_create; RTC_PROPERTY_USAGE_KIND. ==
/// A call.
pub const RTC_USAGE_INVITE: i32 = 1;
/// A subscription of ours.
pub const RTC_USAGE_SUBSCRIBE: i32 = 2;
/// A REFER of ours and what is reported of it.
pub const RTC_USAGE_REFER: i32 = 3;
/// A subscription to us.
pub const RTC_USAGE_NOTIFY: i32 = 4;

/// == rtc_usage_close. ==
/// Without a word to the peer.
pub const RTC_USAGE_CLOSE_LOCAL: i32 = 1;
/// BYE, CANCEL or a refusal, Expires 0, a last NOTIFY.
pub const RTC_USAGE_CLOSE_TELL_PEER: i32 = 2;

/// == State of a usage. ==
/// Nothing was sent, or there is no dialog yet.
pub const RTC_USAGE_STATE_INIT: i32 = 0;
pub const RTC_USAGE_STATE_EARLY: i32 = 1;
pub const RTC_USAGE_STATE_CONFIRMED: i32 = 2;
pub const RTC_USAGE_STATE_TERMINATED: i32 = 3;

/// == State of a dialog. ==
pub const RTC_DIALOG_STATE_INIT: i32 = 0;
pub const RTC_DIALOG_STATE_EARLY: i32 = 1;
pub const RTC_DIALOG_STATE_CONFIRMED: i32 = 2;
pub const RTC_DIALOG_STATE_TERMINATED: i32 = 3;

/// == State of a transaction. ==
pub const RTC_TRANSACTION_STATE_TRYING: i32 = 0;
pub const RTC_TRANSACTION_STATE_CALLING: i32 = 1;
pub const RTC_TRANSACTION_STATE_PROCEEDING: i32 = 2;
pub const RTC_TRANSACTION_STATE_COMPLETED: i32 = 3;
pub const RTC_TRANSACTION_STATE_CONFIRMED: i32 = 4;
pub const RTC_TRANSACTION_STATE_TERMINATED: i32 = 5;

/// == rtc_event_info_t.flags. ==
/// rtc_event_get_sip_message has a message.
pub const RTC_EVENT_FLAG_SIP_MESSAGE: u32 = 1;
/// The incoming INVITE came by several ways.
pub const RTC_EVENT_FLAG_FORKED: u32 = 2;
/// No event of this object follows.
pub const RTC_EVENT_FLAG_LAST: u32 = 4;
/// The caller took its call back because somebody else answered it: no missed call.
pub const RTC_EVENT_FLAG_ELSEWHERE: u32 = 8;

/// The caller does not say who it is, RFC 3323.
pub const RTC_EVENT_FLAG_ANONYMOUS: u32 = 16;

/// == RTC_PROPERTY_CLIENT_SIP_PRIVACY, RTC_PROPERTY_SESSION_SIP_PRIVACY, a mask. ==
/// Hides who we are: From, Contact, User-Agent.
pub const RTC_PRIVACY_LOCAL: u32 = 1;
/// LOCAL, Privacy: header and Proxy-Require: privacy.
pub const RTC_PRIVACY_PROXY_HEADER: u32 = 2;
/// PROXY_HEADER and Privacy: session.
pub const RTC_PRIVACY_PROXY_SESSION: u32 = 4;
/// LOCAL, Privacy: id, Proxy-Require: privacy and P-Preferred-Identity.
pub const RTC_PRIVACY_PROXY_ID: u32 = 8;
/// LOCAL and Privacy: user.
pub const RTC_PRIVACY_USER: u32 = 0x10;
/// Privacy: critical.
pub const RTC_PRIVACY_CRITICAL: u32 = 0x20;
/// Privacy: history, RFC 7044.
pub const RTC_PRIVACY_HISTORY: u32 = 0x40;
/// Privacy: none; stands alone or with CRITICAL.
pub const RTC_PRIVACY_NOTHING: u32 = 0x80;

/// == rtc_event_get_text. ==
pub const RTC_EVENT_TEXT_JSON: i32 = 1;
pub const RTC_EVENT_TEXT_CALL_ID: i32 = 2;
pub const RTC_EVENT_TEXT_LOCAL_TAG: i32 = 3;
pub const RTC_EVENT_TEXT_REMOTE_TAG: i32 = 4;
pub const RTC_EVENT_TEXT_COOKIE: i32 = 5;
pub const RTC_EVENT_TEXT_SEARCH_VALUE: i32 = 6;

/// == kind of RTC_EVENT_FLOW. ==
pub const RTC_FLOW_LOST: i32 = 1;
pub const RTC_FLOW_RECOVERED: i32 = 2;

/// == rtc_nat_options_t.flags. ==
/// Keep registered UDP flows alive by STUN Binding requests, which tell a dead flow, and not by CRLF (RFC 5626 4.4.2).
pub const RTC_NAT_STUN_KEEPALIVE: u32 = 1;

/// == kind of RTC_EVENT_CLIENT. ==
pub const RTC_CLIENT_EVENT_VOLUME_CHANGE: i32 = 0;
pub const RTC_CLIENT_EVENT_DEVICE_CHANGE: i32 = 1;
pub const RTC_CLIENT_EVENT_NETWORK_QUALITY_CHANGE: i32 = 2;
pub const RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE: i32 = 3;
pub const RTC_CLIENT_EVENT_QUEUE_OVERFLOW: i32 = 100;
pub const RTC_CLIENT_EVENT_NETWORK_CHANGE: i32 = 101;
pub const RTC_CLIENT_EVENT_FAULTED: i32 = 102;

/// == rtc_session_options_t.manual: what the library does by itself unless it is switched off. ==
pub const RTC_AUTO_PROVISIONAL: u32 = 1;
pub const RTC_AUTO_PRACK: u32 = 2;
pub const RTC_AUTO_ACK: u32 = 4;
pub const RTC_AUTO_OFFER_ANSWER: u32 = 8;
pub const RTC_AUTO_NOTIFY: u32 = 0x10;
pub const RTC_AUTO_OPTIONS: u32 = 0x20;
pub const RTC_AUTO_AUTHENTICATION: u32 = 0x40;
pub const RTC_AUTO_REFRESH: u32 = 0x80;
pub const RTC_AUTO_REDIRECT: u32 = 0x100;
pub const RTC_AUTO_FORK: u32 = 0x200;
pub const RTC_AUTO_SESSION_TIMER: u32 = 0x400;
pub const RTC_AUTO_MESSAGE: u32 = 0x800;
pub const RTC_AUTO_INFO: u32 = 0x1000;
pub const RTC_AUTO_ALL: u32 = 0x1FFF;

/// == state of RTC_EVENT_MESSAGING. ==
pub const RTC_MESSAGING_USER_STATUS_IDLE: i32 = 0;
pub const RTC_MESSAGING_USER_STATUS_TYPING: i32 = 1;

/// == State of a client (rtc_object_get_state). ==
pub const RTC_CLIENT_STATE_CREATED: i32 = 0;
pub const RTC_CLIENT_STATE_INITIALIZED: i32 = 1;
pub const RTC_CLIENT_STATE_PREPARING: i32 = 2;
pub const RTC_CLIENT_STATE_SHUT_DOWN: i32 = 3;

/// == State of a server. ==
pub const RTC_SERVER_STATE_STOPPED: i32 = 0;
pub const RTC_SERVER_STATE_RUNNING: i32 = 1;
