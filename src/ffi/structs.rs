//! What a C program fills in to create or set up something.

use std::ffi::{c_char, c_void};

use libc::size_t;

use super::types::{rtc_event_t, rtc_profile_t, rtc_registration_t, rtc_simulation_t, rtc_sip_message_t, rtc_session_t, rtc_str_t};

/// Where log lines go (rtc_library_set_log).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_log_sink_t {
    /// sizeof (rtc_log_sink_t).
    pub size: u32,
    /// 1 error … 5 trace; 0: 3.
    pub level: i32,
    /// Called for each line, from any thread, two clients at once too; `text` is not NUL-terminated, `target` is.
    pub on_log: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            level: i32,
            target: *const c_char,
            text: *const c_char,
            len: size_t,
        ),
    >,
    /// Given to `on_log`.
    pub user_data: *mut c_void,
    /// Called once, when the sink is replaced and no call of `on_log` runs any more; may be NULL.
    pub drop_user_data: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

/// TLS 1.2 and 1.3. Certificates of servers are checked by RFC 5922 §7: they lead to a trusted authority, are in time and name
/// the domain of the URI, as a `sip:` URI or, without any, as a DNS name; no wildcards. Texts are copied.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_tls_options_t {
    /// sizeof (rtc_tls_options_t).
    pub size: u32,
    /// RTC_TLS_….
    pub flags: u32,
    /// PEM: authorities to trust beside those of the system.
    pub ca_pem: rtc_str_t,
    /// PEM: our certificate and those that lead to its authority; shown to servers that ask, needed to listen.
    pub certificate_pem: rtc_str_t,
    /// PEM: its private key (PKCS#8, PKCS#1 or SEC1).
    pub key_pem: rtc_str_t,
}

/// Name resolution: servers of the application's choice and records of its own; none of them: the system's.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_dns_options_t {
    /// sizeof (rtc_dns_options_t).
    pub size: u32,
    /// None yet.
    pub flags: u32,
    /// "192.0.2.53:53, [2001:db8::53], …", asked in turn; none: the system's.
    pub servers: rtc_str_t,
    /// Zone-file lines (A, AAAA, CNAME, SRV, NAPTR; absolute names, one record a line), answered before any server is
    /// asked: a name that stands here is answered from here alone.
    pub records: rtc_str_t,
    /// How long a server has to answer once; 0: 2000.
    pub timeout_ms: i32,
    /// How often each server is asked; 0: 2.
    pub attempts: i32,
    /// How long a server that failed is tried after the others; 0: 60.
    pub penalty_secs: i32,
}

/// Timers of RFC 3261 and the like; 0: the RFC's.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_timers_t {
    /// sizeof (rtc_timers_t).
    pub size: u32,
    /// T1, 500.
    pub t1_ms: i32,
    /// T2, 4000.
    pub t2_ms: i32,
    /// T4, 5000.
    pub t4_ms: i32,
    /// Longest time between keep-alives; 0: 120 on connections, 29 on UDP flows that somebody is registered by.
    pub keepalive_secs: i32,
    /// How long an idle TCP connection stays open.
    pub tcp_idle_secs: i32,
    /// Base time of RFC 5626 4.5, 30: the first pause before a failed registration is tried again is one to two times
    /// as long, then it doubles up to half an hour; three times the base while other flows work.
    pub outbound_base_secs: i32,
    /// How long an incoming call may ring before it is refused with 480 [300].
    pub ring_secs: i32,
    /// How long an outgoing call may go unanswered before it is cancelled; 0: as long as the peer likes.
    pub no_answer_secs: i32,
}

/// NAT traversal (STUN and TURN servers are not in this version: a client that is given one is refused).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_nat_options_t {
    /// sizeof (rtc_nat_options_t).
    pub size: u32,
    /// RTC_NAT_….
    pub flags: u32,
    /// STUN server.
    pub stun_server: rtc_str_t,
    /// TURN server.
    pub turn_server: rtc_str_t,
    /// TURN user.
    pub turn_user: rtc_str_t,
    /// TURN password.
    pub turn_password: rtc_str_t,
}

/// Bounds on what a peer can make the client keep; 0: the default in brackets.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_limits_t {
    /// sizeof (rtc_limits_t).
    pub size: u32,
    /// Bytes of a message, head and body [65535].
    pub message_bytes: u32,
    /// Headers of a message [256].
    pub headers: u32,
    /// Bytes of a message's head [32768].
    pub header_bytes: u32,
    /// Parts of a multipart body [32].
    pub body_parts: u32,
    /// Transactions, finished ones while they are remembered included [1000000].
    pub transactions: u32,
    /// Dialogs [250000].
    pub dialogs: u32,
    /// Sessions [200000].
    pub sessions: u32,
    /// Subscriptions, both ways [100000].
    pub subscriptions: u32,
    /// Connections [10000].
    pub connections: u32,
    /// Events that wait to be pulled [10000]; their messages may take 16 MiB besides.
    pub queued_events: u32,
    /// Redirections followed for one request [5].
    pub redirects: u32,
    /// Branches of one INVITE that are kept apart [32].
    pub forks: u32,
    /// Depth of XML documents [32].
    pub xml_depth: u32,
    /// Messages held for a session that cannot send yet [1000].
    pub held_messages: u32,
    /// Calls at once above which an incoming one gets 486 [200000].
    pub calls: u32,
}

/// How a client is set up; NULL: all defaults.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_client_options_t {
    /// sizeof (rtc_client_options_t).
    pub size: u32,
    /// RTC_CLIENT_….
    pub flags: u32,
    /// User-Agent and Server; none: the library's.
    pub user_agent: rtc_str_t,
    /// First port for RTC_LISTEN_MODE_DYNAMIC; 0: any.
    pub sip_port_min: u16,
    /// Last port for RTC_LISTEN_MODE_DYNAMIC.
    pub sip_port_max: u16,
    /// First port that descriptions name; 0: 49152.
    pub rtp_port_min: u16,
    /// Last port that descriptions name; 0: 65534.
    pub rtp_port_max: u16,
    /// How long the application may decide on a request; 0: 400.
    pub claim_ms: i32,
    /// How long the application may look for credentials; 0: 30 000.
    pub credentials_ms: i32,
    /// How long saying goodbye may take; 0: 5 000.
    pub shutdown_ms: i32,
    /// May be NULL.
    pub tls: *const rtc_tls_options_t,
    /// May be NULL.
    pub dns: *const rtc_dns_options_t,
    /// May be NULL.
    pub timers: *const rtc_timers_t,
    /// May be NULL.
    pub nat: *const rtc_nat_options_t,
    /// May be NULL.
    pub limits: *const rtc_limits_t,
    /// Defaults of sessions, incoming ones too; may be NULL.
    pub session_defaults: *const rtc_session_options_t,
    /// Virtual network and clock in place of sockets (not in this version).
    pub simulation: *mut rtc_simulation_t,
}

/// Events by callback (rtc_client_set_event_sink).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_event_sink_t {
    /// sizeof (rtc_event_sink_t).
    pub size: u32,
    /// None yet.
    pub flags: u32,
    /// Called on the event thread, or inside rtc_client_run_once, one at a time; `event` is lent.
    pub on_event: Option<unsafe extern "C" fn(user_data: *mut c_void, event: *mut rtc_event_t)>,
    /// Given to `on_event`.
    pub user_data: *mut c_void,
    /// Called once, when no call of `on_event` runs or will run; may be NULL.
    pub drop_user_data: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

/// What a request has to have for the application to see it first (rtc_client_set_request_filter); what is not given asks
/// for nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_request_filter_t {
    /// sizeof (rtc_request_filter_t).
    pub size: u32,
    /// None yet.
    pub flags: u32,
    /// The account it is addressed to.
    pub profile: *mut rtc_profile_t,
    /// The method, exactly.
    pub method: rtc_str_t,
    /// The event package.
    pub event: rtc_str_t,
    /// Feature parameters that one Accept-Contact names: "audio;+g.chess=\"3\"" (RFC 3841).
    pub accept_contact: rtc_str_t,
    /// Type of the body; "image/*": all of a kind.
    pub content_type: rtc_str_t,
}

/// What is written of the messages that pass (rtc_client_trace).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_trace_options_t {
    /// sizeof (rtc_trace_options_t).
    pub size: u32,
    /// RTC_TRACE_….
    pub kind: i32,
    /// A file, or "-" for standard error; neither this nor `on_bytes`: stop the writer of this kind.
    pub path: rtc_str_t,
    /// One call only.
    pub call_id: rtc_str_t,
    /// RTC_TRACE_SECRETS keeps credentials readable.
    pub flags: u32,
    /// Takes the bytes instead of a file.
    pub on_bytes:
        Option<unsafe extern "C" fn(user_data: *mut c_void, bytes: *const c_void, len: size_t)>,
    /// Given to `on_bytes`.
    pub user_data: *mut c_void,
    /// Called once, when no call of `on_bytes` runs or will run; may be NULL.
    pub drop_user_data: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

/// An account (rtc_profile_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_profile_options_t {
    /// sizeof (rtc_profile_options_t).
    pub size: u32,
    /// RTC_PROFILE_….
    pub flags: u32,
    /// Address of record: "sip:alice@example.com".
    pub uri: rtc_str_t,
    /// Display name of From.
    pub display_name: rtc_str_t,
    /// Registrar URI; none: the domain of `uri`.
    pub registrar: rtc_str_t,
    /// Preloaded Route, a comma list; with RTC_PROFILE_OUTBOUND outbound proxies of which each gets a flow.
    pub proxy: rtc_str_t,
    /// Digest user; none: that of `uri`.
    pub user: rtc_str_t,
    /// Digest password.
    pub password: rtc_str_t,
    /// Realm of user and password; none: any.
    pub realm: rtc_str_t,
    /// Parameters of our Contact: ";+sip.foo=1;q=0.5"; then, behind a comma each, further Contacts to register along:
    /// ", <sip:desk@example.com>;q=0.2".
    pub contact_params: rtc_str_t,
    /// "+sip.instance" of our Contact, RFC 5626: "urn:uuid:…", the same after every start. None, with OUTBOUND or GRUU:
    /// one that is good for the life of the client.
    pub instance_id: rtc_str_t,
    /// RTC_TRANSPORT_… mask; 0: any.
    pub transports: u32,
    /// RTC_AUTH_… mask; 0: digest.
    pub allowed_auth: u32,
    /// Wanted registration time; 0: 3600.
    pub expires_secs: i32,
    /// RTC_SESSION_TYPES_… mask; 0: all.
    pub session_types: u32,
    /// Comes with each event of the profile.
    pub user_data: *mut c_void,
}

/// Credentials for one realm or any (rtc_credentials_set).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_credentials_t {
    /// sizeof (rtc_credentials_t).
    pub size: u32,
    /// RTC_CREDENTIALS_….
    pub flags: u32,
    /// None: any.
    pub realm: rtc_str_t,
    /// None: forget those of the realm.
    pub user: rtc_str_t,
    /// Password, or HA1 in hex with RTC_CREDENTIALS_HA1.
    pub secret: rtc_str_t,
}

/// A session to be (rtc_session_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_session_options_t {
    /// sizeof (rtc_session_options_t).
    pub size: u32,
    /// RTC_SESSION_….
    pub flags: u32,
    /// NULL: chosen by URI among the enabled ones.
    pub profile: *mut rtc_profile_t,
    /// Phone of RTC_SESSION_TYPE_PHONE_TO_PHONE (not in this version).
    pub local_phone_uri: rtc_str_t,
    /// Type of `description`.
    pub content_type: rtc_str_t,
    /// The application's own description; makes the media the application's.
    pub description: rtc_str_t,
    /// RTC_EVENT_SESSION_REFERRED, accepted: the call is made for it, takes Referred-By and Replaces over and is reported on.
    pub referral: *mut rtc_event_t,
    /// RTC_MEDIA_…; 0: audio both ways.
    pub media: u32,
    /// Reliable provisional responses (RFC 3262): 0 supported, or as the client has it; 1 required; 2 off.
    pub reliable: i32,
    /// Session timer (RFC 4028): seconds, at least 90; 0: the client's, or 1800; -1: none.
    pub session_expires_secs: i32,
    /// The shortest session interval taken: seconds, at least 90; 0: the client's, or 90.
    pub min_se_secs: i32,
    /// RTC_AUTO_… bits to switch off: what the application does itself.
    pub manual: u32,
    /// 0.
    pub reserved: u32,
    /// Comes with each event of the session.
    pub user_data: *mut c_void,
}

/// A dialog of somebody: by a session of ours with the one who is called next, or by ids as that one sees them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_dialog_id_t {
    /// sizeof (rtc_dialog_id_t).
    pub size: u32,
    /// RTC_DIALOG_ID_….
    pub flags: u32,
    /// NULL: the ids say which.
    pub session: *mut rtc_session_t,
    /// Its Call-ID.
    pub call_id: rtc_str_t,
    /// The tag of the one who is called.
    pub local_tag: rtc_str_t,
    /// The tag of its peer.
    pub remote_tag: rtc_str_t,
}

/// A usage to be (rtc_usage_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_usage_options_t {
    /// sizeof (rtc_usage_options_t).
    pub size: u32,
    /// 0.
    pub flags: u32,
    /// Whose proxy, identity and Contact it has: a registration or a profile; NULL: chosen by URI among the enabled profiles.
    pub registration: *mut rtc_registration_t,
    /// Request-URI of the first request; not in a dialog that stands.
    pub uri: rtc_str_t,
    /// From without a tag; none: the account's.
    pub from: rtc_str_t,
    /// To without a tag; none: `uri`.
    pub to: rtc_str_t,
    /// Contact, `<sip:…>`; none: ours.
    pub contact: rtc_str_t,
    /// Event package with its parameters: SUBSCRIBE, NOTIFY.
    pub event: rtc_str_t,
    /// Refer-To: REFER.
    pub refer_to: rtc_str_t,
    /// Subscription-State of NOTIFYs, "active" …; RTC_PROPERTY_USAGE_SUBSCRIPTION_STATE changes it.
    pub subscription_state: rtc_str_t,
    /// RTC_AUTO_… bits: what the library does by itself in it.
    pub automation: u32,
    /// 0.
    pub reserved: u32,
    /// Comes with each event of the usage.
    pub user_data: *mut c_void,
}

/// A subscription to be (rtc_subscription_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_subscription_options_t {
    /// sizeof (rtc_subscription_options_t).
    pub size: u32,
    /// RTC_SUBSCRIPTION_….
    pub flags: u32,
    /// NULL: chosen by URI among the enabled ones.
    pub profile: *mut rtc_profile_t,
    /// Whom to watch; none: the profile's own URI.
    pub uri: rtc_str_t,
    /// The event package with its parameters.
    pub event: rtc_str_t,
    /// Accepted types, a comma list.
    pub accept: rtc_str_t,
    /// Wanted time; 0: 3600.
    pub expires_secs: i32,
    /// 0.
    pub reserved: i32,
    /// Comes with each event of the subscription.
    pub user_data: *mut c_void,
}

/// A message to be (rtc_sip_message_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_sip_message_options_t {
    /// sizeof (rtc_sip_message_options_t).
    pub size: u32,
    /// A response to `base`; 0: a request.
    pub status: i32,
    /// What is answered; for a request one to vary, or NULL.
    pub base: *mut rtc_sip_message_t,
    /// Method of a request.
    pub method: rtc_str_t,
    /// Request-URI of a request.
    pub uri: rtc_str_t,
    /// Reason phrase of a response; none: the RFC's.
    pub reason: rtc_str_t,
    /// To tag; none: made where one is needed.
    pub to_tag: rtc_str_t,
    /// "Name: value" lines that replace by name.
    pub headers: rtc_str_t,
    /// Names to drop, a comma list.
    pub remove: rtc_str_t,
    /// Type of `body`.
    pub content_type: rtc_str_t,
    /// The body.
    pub body: rtc_str_t,
    /// RTC_SEND_EXPERT: no header is refused or added but Content-Length.
    pub flags: u32,
    /// 0.
    pub reserved: u32,
}

/// Sockets to listen on (rtc_connection_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_connection_options_t {
    /// sizeof (rtc_connection_options_t).
    pub size: u32,
    /// None yet.
    pub flags: u32,
    /// IP address; none: all.
    pub address: rtc_str_t,
    /// Network interface (not in this version).
    pub interface_name: rtc_str_t,
    /// RTC_TRANSPORT_… mask; 0: UDP and TCP.
    pub transports: u32,
    /// 0: any; UDP and TCP then share one where they can.
    pub port: u16,
    /// 0.
    pub reserved: u16,
    /// 0; another value is not in this version.
    pub dscp: i32,
    /// 0; another value is not in this version.
    pub keepalive_secs: i32,
    /// 0: the library's; another value is not in this version.
    pub receive_buffer_bytes: i32,
    /// Address to be named to peers (not in this version).
    pub public_address: rtc_str_t,
    /// The owner's own word.
    pub user_data: *mut c_void,
}

/// One binding of an address of record (rtc_registration_create).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_registration_options_t {
    /// sizeof (rtc_registration_options_t).
    pub size: u32,
    /// RTC_PROFILE_NO_EXPIRES, RTC_PROFILE_PIN_NEXT_HOP.
    pub flags: u32,
    /// To: "sip:alice@example.com".
    pub aor: rtc_str_t,
    /// Our Contact, a URI or an address with parameters; none: the library's.
    pub contact: rtc_str_t,
    /// The registrar; none: the domain of `aor`.
    pub registrar: rtc_str_t,
    /// Who registers, where it is not `aor`.
    pub from: rtc_str_t,
    /// For REGISTER and all that is sent in its context, a comma list.
    pub outbound_proxy: rtc_str_t,
    /// At least 60; 0: 3600.
    pub expires_secs: i32,
    /// RTC_AUTO_AUTHENTICATION, RTC_AUTO_REFRESH; 0: nothing.
    pub automation: u32,
    /// Comes with each event of the registration.
    pub user_data: *mut c_void,
}

/// An embedded server (rtc_server_start).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_server_options_t {
    /// sizeof (rtc_server_options_t).
    pub size: u32,
    /// RTC_SERVER_….
    pub flags: u32,
    /// "udp:127.0.0.1:0, tcp:127.0.0.1:0"; none: these two. Also tls:, ws: and wss:.
    pub listen: rtc_str_t,
    /// Realm of its challenges; none: the domain.
    pub realm: rtc_str_t,
    /// The domains it serves beside its own addresses, a comma list.
    pub domain: rtc_str_t,
    /// Shortest registration; 0: 60.
    pub min_expires_secs: i32,
    /// Longest registration; 0: 7200.
    pub max_expires_secs: i32,
    /// Certificate and key for tls: and wss: in `listen`; may be NULL.
    pub tls: *const rtc_tls_options_t,
}

/// A user of an embedded server (rtc_server_set_user).
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rtc_server_user_t {
    /// sizeof (rtc_server_user_t).
    pub size: u32,
    /// None yet.
    pub flags: u32,
    /// Name: the user part of its URI and of its credentials.
    pub user: rtc_str_t,
    /// Password.
    pub password: rtc_str_t,
    /// Where requests for it are redirected to (`status` 302), a comma list.
    pub contacts: rtc_str_t,
    /// Always answer so; 0: fork to the bindings.
    pub status: i32,
    /// 0.
    pub reserved: i32,
}

macro_rules! structures {
    ($($name:ty),+ $(,)?) => { $(
        // SAFETY: repr(C), size first, and only integers, pointers and nullable function pointers inside.
        unsafe impl super::sized::Structure for $name {}
    )+ };
}

structures!(
    super::types::rtc_send_t,
    rtc_log_sink_t,
    rtc_tls_options_t,
    rtc_dns_options_t,
    rtc_timers_t,
    rtc_nat_options_t,
    rtc_limits_t,
    rtc_client_options_t,
    rtc_event_sink_t,
    rtc_request_filter_t,
    rtc_trace_options_t,
    rtc_profile_options_t,
    rtc_credentials_t,
    rtc_usage_options_t,
    rtc_session_options_t,
    rtc_dialog_id_t,
    rtc_subscription_options_t,
    rtc_sip_message_options_t,
    rtc_connection_options_t,
    rtc_registration_options_t,
    rtc_server_options_t,
    rtc_server_user_t,
    super::records::rtc_statistics_t,
    super::records::rtc_event_info_t,
    super::records::rtc_sip_head_t,
    super::records::rtc_header_t,
    super::records::rtc_body_t,
    super::records::rtc_uri_t,
);
