/*
 * rtcclient.h: a SIP user agent as one library.
 *
 * Generated from src/ffi; RTC_UPDATE_HEADER=1 cargo test --test abi writes it anew.
 *
 * Handles. A handle is a key in a pointer, never an address; a stale, made-up or wrong-kind one is RTC_E_HANDLE.
 * What an out-parameter or rtc_object_list gives is yours: rtc_object_release it once. What stands in an event's
 * record, and the event that a sink is given, is lent: rtc_object_add_ref to keep it. Releasing ends nothing (but
 * for the last reference to a client or a server). The same object has the same handle while anybody holds it.
 *
 * Text in is UTF-8, (ptr, len) or an rtc_str_t; RTC_NUL_TERMINATED as length asks for strlen, RTC_STR("text")
 * writes both. ptr NULL: not given. Text out of events and messages is a view, not NUL-terminated, valid until
 * the last release of that handle; out of everything else it is copied: (buf, cap, needed), where needed is the
 * length without the NUL, cap 0 only asks, and a buffer that is too small is left alone.
 *
 * Results are HRESULT numbers: 0 and above is success. rtc_last_error_message has the sentence of this thread's
 * last failure. Outputs are written on success only, handle outputs are set to NULL first. SIP status n is
 * 0x80EF0000 + n from 300 up and 0x00EF0000 + n below. Several things wrong: handle, then pointer, argument,
 * object state, limit. Every function may also answer RTC_E_UNEXPECTED (a bug of ours, contained),
 * RTC_E_CLIENT_FAULTED (its consequence) and RTC_E_FORKED (the client belongs to the parent process).
 *
 * Structures begin with their size; all zeros is a full set of defaults. "opt": may be NULL. What is marked as
 * not in this version is refused with RTC_E_NOT_IMPLEMENTED where it would matter.
 *
 * Threads. Every function from every thread and inside every callback. User code runs on one event thread per
 * client, never under a lock; with RTC_CLIENT_APPLICATION_DRIVEN inside rtc_client_run_once and _next_event.
 *
 * Life cycle. create, (sink, filter, user data), initialize, (answer modes, allowed ports), listen, work,
 * prepare_for_shutdown, event CLIENT / ASYNC_CLEANUP_DONE, shutdown, release. Before initialize all else is
 * RTC_E_CLIENT_NOT_INITIALIZED; after prepare_for_shutdown what starts something is RTC_E_SIP_STACK_SHUTDOWN;
 * after shutdown only reading, pulling what is queued and releasing: else RTC_E_CLIENT_ALREADY_SHUT_DOWN.
 */

#ifndef RTCCLIENT_H
#define RTCCLIENT_H

#include <stddef.h>
#include <stdint.h>

/* The length that asks for strlen. */
#define RTC_NUL_TERMINATED ((size_t)-1)
/* A literal or any NUL-terminated text: two arguments, or the inside of { }. */
#define RTC_STR(text) (text), RTC_NUL_TERMINATED
#define RTC_SUCCEEDED(result) ((result) >= 0)
/* The SIP status in a result. */
#define RTC_SIP_STATUS(result) ((int32_t)((uint32_t)(result) & 0xFFFFu))
/* The result that stands for a SIP status. */
#define RTC_RESULT_OF_STATUS(status) \
    ((rtc_result_t)((status) >= 300 ? (int64_t)(status) - 0x7F110000 : (int64_t)(status) + 0x00EF0000))


// == Kinds of handle (rtc_object_get_kind, rtc_object_get, rtc_object_list). ==
#define RTC_KIND_CLIENT 1
#define RTC_KIND_PROFILE 2
#define RTC_KIND_SESSION 3
#define RTC_KIND_PARTICIPANT 4
#define RTC_KIND_SUBSCRIPTION 5
#define RTC_KIND_EVENT 6
#define RTC_KIND_SIP_MESSAGE 7
#define RTC_KIND_WATCHER 8
#define RTC_KIND_SERVER 9
#define RTC_KIND_CONNECTION 10
#define RTC_KIND_REGISTRATION 11
#define RTC_KIND_DIALOG 12
#define RTC_KIND_USAGE 13
#define RTC_KIND_TRANSACTION 14
#define RTC_KIND_REFRESH 15
#define RTC_KIND_BUDDY 16
#define RTC_KIND_GROUP 17
#define RTC_KIND_PRESENCE_DEVICE 18
#define RTC_KIND_BRIDGE 19
#define RTC_KIND_SIMULATION 20

// == rtc_send_t.flags. ==
// The stack's own headers may be set too.
#define RTC_SEND_EXPERT 1
// Send the provisional response reliably (100rel, RFC 3262).
#define RTC_SEND_RELIABLE 2
// Repeat before it expires.
#define RTC_SEND_REFRESH 4
// Retry: its Call-ID, From tag, CSeq + 1.
#define RTC_SEND_SAME_ATTEMPT 8
// Expires: 0.
#define RTC_SEND_END 16
// norefersub, RFC 4488.
#define RTC_SEND_NO_SUBSCRIPTION 32

// == rtc_tls_options_t.flags. ==
#define RTC_TLS_NO_SYSTEM_ROOTS 1
#define RTC_TLS_REQUIRE_CLIENT_CERTIFICATE 2
#define RTC_TLS_INSECURE_NO_VERIFY 1073741824

// == rtc_client_options_t.flags. ==
// No media at all: audio sessions are refused.
#define RTC_CLIENT_DISABLE_MEDIA 1
// No effect in this version.
#define RTC_CLIENT_DISABLE_UPNP 2
// No effect in this version.
#define RTC_CLIENT_ENABLE_SERVER_CLASS 4
// No effect in this version.
#define RTC_CLIENT_DISABLE_STRICT_DNS 8
// No effect in this version.
#define RTC_CLIENT_DISABLE_UNAUTH_WATCHERS 16
// No effect in this version.
#define RTC_CLIENT_DISABLE_UNAUTH_SESSIONS 32
// No thread of the library's: everything runs inside rtc_client_run_once and rtc_client_next_event.
#define RTC_CLIENT_APPLICATION_DRIVEN 65536
// One event for each object lost with a connection.
#define RTC_CLIENT_REPORT_EACH 131072
// Requests for users that this client is not are answered 404; without it every request that comes is for us.
#define RTC_CLIENT_KNOWN_USERS_ONLY 262144

// == rtc_client_listen. ==
#define RTC_LISTEN_MODE_NONE 0
#define RTC_LISTEN_MODE_DYNAMIC 1
#define RTC_LISTEN_MODE_BOTH 2

// == Transports, a mask. ==
#define RTC_TRANSPORT_UDP 1
#define RTC_TRANSPORT_TCP 2
#define RTC_TRANSPORT_TLS 4
#define RTC_TRANSPORT_WS 8
#define RTC_TRANSPORT_WSS 16

// == rtc_trace_options_t. ==
#define RTC_TRACE_LADDER 1
#define RTC_TRACE_PCAP 2
#define RTC_TRACE_JSON 3
#define RTC_TRACE_HEP 4
// flags: keep credentials readable.
#define RTC_TRACE_SECRETS 1

// == rtc_profile_options_t.flags. ==
// Register flows of an instance, RFC 5626: one for each proxy (at most 4), kept alive and brought back.
#define RTC_PROFILE_OUTBOUND 1
// Ask for GRUUs and use the public one as Contact, RFC 5627.
#define RTC_PROFILE_GRUU 2
// Other requests stay with the very address that took the last REGISTER.
#define RTC_PROFILE_PIN_NEXT_HOP 4
// The registrar's times govern.
#define RTC_PROFILE_NO_EXPIRES 8
// Answer the strongest challenge, not the topmost (RFC 8760 2.4).
#define RTC_PROFILE_STRONGEST_DIGEST 16

// == rtc_profile_enable, register_flags. ==
#define RTC_REGISTER_INVITE_SESSIONS 1
#define RTC_REGISTER_MESSAGE_SESSIONS 2
#define RTC_REGISTER_PRESENCE 4
#define RTC_REGISTER_NOTIFY 8
#define RTC_REGISTER_ALL 15

// == rtc_profile_options_t.allowed_auth. ==
#define RTC_AUTH_BASIC 1
#define RTC_AUTH_DIGEST 2
#define RTC_AUTH_NTLM 4
#define RTC_AUTH_KERBEROS 8
#define RTC_AUTH_USE_LOGON_CRED 65536

// == rtc_profile_options_t.session_types. ==
#define RTC_SESSION_TYPES_PC_TO_PC 1
#define RTC_SESSION_TYPES_PC_TO_PHONE 2
#define RTC_SESSION_TYPES_PHONE_TO_PHONE 4
#define RTC_SESSION_TYPES_IM 8
#define RTC_SESSION_TYPES_MULTIPARTY_IM 16
#define RTC_SESSION_TYPES_APPLICATION 32

// == rtc_credentials_t.flags. ==
// For proxies only; realms tell them apart anyhow: no effect.
#define RTC_CREDENTIALS_PROXY 1
// `secret` is HA1 in hex.
#define RTC_CREDENTIALS_HA1 2
// Let the challenge stand (scope: the transaction of an RTC_EVENT_CHALLENGE).
#define RTC_CREDENTIALS_DECLINE 4
// We challenge, this user passes.
#define RTC_CREDENTIALS_OF_PEER 8

// == State of a profile. ==
#define RTC_REGISTRATION_STATE_NOT_REGISTERED 0
#define RTC_REGISTRATION_STATE_REGISTERING 1
#define RTC_REGISTRATION_STATE_REGISTERED 2
#define RTC_REGISTRATION_STATE_REJECTED 3
#define RTC_REGISTRATION_STATE_UNREGISTERING 4
#define RTC_REGISTRATION_STATE_ERROR 5
#define RTC_REGISTRATION_STATE_LOGGED_OFF 6
#define RTC_REGISTRATION_STATE_LOCAL_PA_LOGGED_OFF 7
#define RTC_REGISTRATION_STATE_REMOTE_PA_LOGGED_OFF 8

// == rtc_session_create. ==
#define RTC_SESSION_TYPE_PC_TO_PC 0
#define RTC_SESSION_TYPE_PC_TO_PHONE 1
#define RTC_SESSION_TYPE_PHONE_TO_PHONE 2
#define RTC_SESSION_TYPE_IM 3
#define RTC_SESSION_TYPE_MULTIPARTY_IM 4
#define RTC_SESSION_TYPE_APPLICATION 5

// == State of a session. ==
#define RTC_SESSION_STATE_IDLE 0
#define RTC_SESSION_STATE_INCOMING 1
#define RTC_SESSION_STATE_ANSWERING 2
#define RTC_SESSION_STATE_INPROGRESS 3
#define RTC_SESSION_STATE_CONNECTED 4
#define RTC_SESSION_STATE_DISCONNECTED 5
#define RTC_SESSION_STATE_HOLD 6
#define RTC_SESSION_STATE_REFER 7

// == State of a participant. ==
#define RTC_PARTICIPANT_STATE_IDLE 0
#define RTC_PARTICIPANT_STATE_PENDING 1
#define RTC_PARTICIPANT_STATE_INCOMING 2
#define RTC_PARTICIPANT_STATE_ANSWERING 3
#define RTC_PARTICIPANT_STATE_INPROGRESS 4
#define RTC_PARTICIPANT_STATE_ALERTING 5
#define RTC_PARTICIPANT_STATE_CONNECTED 6
#define RTC_PARTICIPANT_STATE_DISCONNECTING 7
#define RTC_PARTICIPANT_STATE_DISCONNECTED 8

// == State of a subscription. ==
#define RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED 0
#define RTC_SUBSCRIPTION_STATE_SUBSCRIBING 1
#define RTC_SUBSCRIPTION_STATE_SUBSCRIBED 2
#define RTC_SUBSCRIPTION_STATE_LOGGED_OFF 3
#define RTC_SUBSCRIPTION_STATE_ERROR 4
#define RTC_SUBSCRIPTION_STATE_UNSUBSCRIBING 5

// == State of a watcher; rtc_watcher_answer. ==
#define RTC_WATCHER_STATE_UNKNOWN 0
#define RTC_WATCHER_STATE_OFFERING 1
#define RTC_WATCHER_STATE_ALLOWED 2
#define RTC_WATCHER_STATE_BLOCKED 3
#define RTC_WATCHER_STATE_DENIED 4
#define RTC_WATCHER_STATE_PROMPT 5

// == kind of RTC_EVENT_WATCHER. ==
#define RTC_WATCHER_EVENT_ADD 0
#define RTC_WATCHER_EVENT_REMOVE 1
#define RTC_WATCHER_EVENT_UPDATE 2
#define RTC_WATCHER_EVENT_OFFERING 3
#define RTC_WATCHER_EVENT_ROAMED 4

// == RTC_PROPERTY_CLIENT_ANSWER_MODE. ==
#define RTC_ANSWER_MODE_OFFER_SESSION_EVENT 0
#define RTC_ANSWER_MODE_AUTOMATICALLY_ACCEPT 1
#define RTC_ANSWER_MODE_AUTOMATICALLY_REJECT 2
#define RTC_ANSWER_MODE_NOT_SUPPORTED 3

// == rtc_session_terminate. ==
#define RTC_TERMINATE_REASON_NORMAL 0
#define RTC_TERMINATE_REASON_DND 1
#define RTC_TERMINATE_REASON_BUSY 2
#define RTC_TERMINATE_REASON_REJECT 3
#define RTC_TERMINATE_REASON_TIMEOUT 4
#define RTC_TERMINATE_REASON_SHUTDOWN 5
#define RTC_TERMINATE_REASON_INSUFFICIENT_SECURITY_LEVEL 6
#define RTC_TERMINATE_REASON_NOT_SUPPORTED 7

// == kind of RTC_EVENT_MEDIA. ==
#define RTC_MEDIA_EVENT_STOPPED 0
#define RTC_MEDIA_EVENT_STARTED 1
#define RTC_MEDIA_EVENT_FAILED 2

// == reason of RTC_EVENT_MEDIA. ==
#define RTC_MEDIA_EVENT_REASON_NORMAL 0
#define RTC_MEDIA_EVENT_REASON_HOLD 1
#define RTC_MEDIA_EVENT_REASON_TIMEOUT 2
#define RTC_MEDIA_EVENT_REASON_BAD_DEVICE 3
#define RTC_MEDIA_EVENT_REASON_NO_PORT 4
#define RTC_MEDIA_EVENT_REASON_PORT_MAPPING_FAILED 5
#define RTC_MEDIA_EVENT_REASON_REMOTE_REQUEST 6

// == kind of RTC_EVENT_MESSAGING. ==
#define RTC_MESSAGING_EVENT_MESSAGE 0
#define RTC_MESSAGING_EVENT_STATUS 1

// == state of RTC_EVENT_REINVITE. ==
#define RTC_REINVITE_STATE_INCOMING 0
#define RTC_REINVITE_STATE_SUCCEEDED 1
#define RTC_REINVITE_STATE_FAIL 2

// == Media, a mask. ==
#define RTC_MEDIA_AUDIO_SEND 1
#define RTC_MEDIA_AUDIO_RECEIVE 2
#define RTC_MEDIA_VIDEO_SEND 4
#define RTC_MEDIA_VIDEO_RECEIVE 8
#define RTC_MEDIA_T120 16

// == rtc_session_options_t.flags. ==
// Use the given profile even if another fits better.
#define RTC_SESSION_FORCE_PROFILE 1
// Hand redirections to the application.
#define RTC_SESSION_FAIL_ON_REDIRECT 2
// Every dialog of a forked INVITE is kept, as a session of its own.
#define RTC_SESSION_ALL_FORKS 65536
// Hold with an address of zeros too, for peers that know no directions.
#define RTC_SESSION_OLD_HOLD 131072

// == rtc_session_reinvite. ==
// By UPDATE in place of a re-INVITE (RFC 3311).
#define RTC_REINVITE_UPDATE 1
// The peer makes the offer.
#define RTC_REINVITE_NO_OFFER 2

// == rtc_dialog_id_t.flags; without RTC_DIALOG_ID_JOIN and _TARGET it is for Replaces. ==
// Only while that dialog is early.
#define RTC_DIALOG_ID_EARLY_ONLY 1
// Join (RFC 3911).
#define RTC_DIALOG_ID_JOIN 2
// Target-Dialog (RFC 4538).
#define RTC_DIALOG_ID_TARGET 4

// == `state` of RTC_EVENT_SESSION_REFER_STATUS. ==
// The REFER is on its way.
#define RTC_REFER_STATUS_REFERRING 0
// The peer will try; a status below 200 says how far it is.
#define RTC_REFER_STATUS_ACCEPTED 1
// It failed, `status` says why; the session is as before.
#define RTC_REFER_STATUS_ERROR 2
// The peer refused the REFER, `status` says how; the session is as before.
#define RTC_REFER_STATUS_REJECTED 3
// Nothing more is told, how it went is not known; the session is as before.
#define RTC_REFER_STATUS_DROPPED 4
// It worked; the library ends the session.
#define RTC_REFER_STATUS_DONE 5

// == rtc_subscription_options_t.flags. ==
// Sends nothing, takes NOTIFYs outside dialogs.
#define RTC_SUBSCRIPTION_UNSOLICITED 1
// One poll, Expires 0.
#define RTC_SUBSCRIPTION_FETCH 2

// == rtc_client_serve_package. ==
#define RTC_SERVE_OFFER 0
#define RTC_SERVE_ACCEPT 1
#define RTC_SERVE_STOP 2

// == Additional headers. ==
// Into requests only, as the Windows CE release did.
#define RTC_HEADERS_REQUESTS_ONLY 1
// The stack's own headers too.
#define RTC_HEADERS_EXPERT 2
// To the set; else the set is replaced.
#define RTC_HEADERS_ADD 4

// == rtc_sip_message_parse. ==
// One message of a stream: RTC_E_SIP_NEED_MORE_DATA until it is whole.
#define RTC_PARSE_STREAM 1
// Refuse what the RFC's grammar does not allow, also where it could be understood.
#define RTC_PARSE_STRICT 2

// == rtc_header_t.form. ==
#define RTC_HEADER_FORM_RAW 0
#define RTC_HEADER_FORM_TOKEN 1
#define RTC_HEADER_FORM_NUMBER 2
#define RTC_HEADER_FORM_ADDRESS 3
#define RTC_HEADER_FORM_VIA 4
#define RTC_HEADER_FORM_AUTH 5
#define RTC_HEADER_FORM_STAR 6
// rtc_sip_message_get_header: index counts lines as received; default: list elements.
#define RTC_HEADER_LINES 1

// == rtc_server_options_t.flags. ==
#define RTC_SERVER_NO_AUTHENTICATION 1
#define RTC_SERVER_NO_RECORD_ROUTE 2
#define RTC_SERVER_ALLOW_NON_LOOPBACK 4
// Challenges by MD5 alone, for phones that know nothing else.
#define RTC_SERVER_MD5_ONLY 8

// == rtc_registration_send; kind of RTC_EVENT_REGISTRATION. ==
#define RTC_REGISTRATION_REGISTER 1
// Again now, with other headers or another time.
#define RTC_REGISTRATION_UPDATE 2
// Whatever the answer is, the registration is over here.
#define RTC_REGISTRATION_UNREGISTER 3
// Contact: *.
#define RTC_REGISTRATION_UNREGISTER_ALL 4
// Which bindings there are: text of RTC_EVENT_REGISTRATION, their number value[1].
#define RTC_REGISTRATION_FETCH 5

// == rtc_refresh_send. ==
#define RTC_REFRESH_UPDATE 1
#define RTC_REFRESH_TERMINATE 2

// == State of a refresh. ==
#define RTC_REFRESH_STATE_INACTIVE 0
#define RTC_REFRESH_STATE_ACTIVE 1
#define RTC_REFRESH_STATE_TERMINATED 2

// == rtc_client_notify_network. ==
#define RTC_NETWORK_CHANGED 1
#define RTC_NETWORK_SUSPENDED 2
#define RTC_NETWORK_RESUMED 3
#define RTC_NETWORK_LOST 4

// == State of a connection. ==
#define RTC_CONNECTION_STATE_INIT 0
#define RTC_CONNECTION_STATE_ACTIVE 1
#define RTC_CONNECTION_STATE_SUSPENDED 2
#define RTC_CONNECTION_STATE_INACTIVE 3
#define RTC_CONNECTION_STATE_UNAVAILABLE 4

// == rtc_usage_create; RTC_PROPERTY_USAGE_KIND. ==
// A call.
#define RTC_USAGE_INVITE 1
// A subscription of ours.
#define RTC_USAGE_SUBSCRIBE 2
// A REFER of ours and what is reported of it.
#define RTC_USAGE_REFER 3
// A subscription to us.
#define RTC_USAGE_NOTIFY 4

// == rtc_usage_close. ==
// Without a word to the peer.
#define RTC_USAGE_CLOSE_LOCAL 1
// BYE, CANCEL or a refusal, Expires 0, a last NOTIFY.
#define RTC_USAGE_CLOSE_TELL_PEER 2

// == State of a usage. ==
// Nothing was sent, or there is no dialog yet.
#define RTC_USAGE_STATE_INIT 0
#define RTC_USAGE_STATE_EARLY 1
#define RTC_USAGE_STATE_CONFIRMED 2
#define RTC_USAGE_STATE_TERMINATED 3

// == State of a dialog. ==
#define RTC_DIALOG_STATE_INIT 0
#define RTC_DIALOG_STATE_EARLY 1
#define RTC_DIALOG_STATE_CONFIRMED 2
#define RTC_DIALOG_STATE_TERMINATED 3

// == State of a transaction. ==
#define RTC_TRANSACTION_STATE_TRYING 0
#define RTC_TRANSACTION_STATE_CALLING 1
#define RTC_TRANSACTION_STATE_PROCEEDING 2
#define RTC_TRANSACTION_STATE_COMPLETED 3
#define RTC_TRANSACTION_STATE_CONFIRMED 4
#define RTC_TRANSACTION_STATE_TERMINATED 5

// == rtc_event_info_t.flags. ==
// rtc_event_get_sip_message has a message.
#define RTC_EVENT_FLAG_SIP_MESSAGE 1
// The incoming INVITE came by several ways.
#define RTC_EVENT_FLAG_FORKED 2
// No event of this object follows.
#define RTC_EVENT_FLAG_LAST 4
// The caller took its call back because somebody else answered it: no missed call.
#define RTC_EVENT_FLAG_ELSEWHERE 8
// The caller does not say who it is, RFC 3323.
#define RTC_EVENT_FLAG_ANONYMOUS 16

// == RTC_PROPERTY_CLIENT_SIP_PRIVACY, RTC_PROPERTY_SESSION_SIP_PRIVACY, a mask. ==
// Hides who we are: From, Contact, User-Agent.
#define RTC_PRIVACY_LOCAL 1
// LOCAL, Privacy: header and Proxy-Require: privacy.
#define RTC_PRIVACY_PROXY_HEADER 2
// PROXY_HEADER and Privacy: session.
#define RTC_PRIVACY_PROXY_SESSION 4
// LOCAL, Privacy: id, Proxy-Require: privacy and P-Preferred-Identity.
#define RTC_PRIVACY_PROXY_ID 8
// LOCAL and Privacy: user.
#define RTC_PRIVACY_USER 16
// Privacy: critical.
#define RTC_PRIVACY_CRITICAL 32
// Privacy: history, RFC 7044.
#define RTC_PRIVACY_HISTORY 64
// Privacy: none; stands alone or with CRITICAL.
#define RTC_PRIVACY_NOTHING 128

// == rtc_event_get_text. ==
#define RTC_EVENT_TEXT_JSON 1
#define RTC_EVENT_TEXT_CALL_ID 2
#define RTC_EVENT_TEXT_LOCAL_TAG 3
#define RTC_EVENT_TEXT_REMOTE_TAG 4
#define RTC_EVENT_TEXT_COOKIE 5
#define RTC_EVENT_TEXT_SEARCH_VALUE 6

// == kind of RTC_EVENT_FLOW. ==
#define RTC_FLOW_LOST 1
#define RTC_FLOW_RECOVERED 2

// == rtc_nat_options_t.flags. ==
// Keep registered UDP flows alive by STUN Binding requests, which tell a dead flow, and not by CRLF (RFC 5626 4.4.2).
#define RTC_NAT_STUN_KEEPALIVE 1

// == kind of RTC_EVENT_CLIENT. ==
#define RTC_CLIENT_EVENT_VOLUME_CHANGE 0
#define RTC_CLIENT_EVENT_DEVICE_CHANGE 1
#define RTC_CLIENT_EVENT_NETWORK_QUALITY_CHANGE 2
#define RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE 3
#define RTC_CLIENT_EVENT_QUEUE_OVERFLOW 100
#define RTC_CLIENT_EVENT_NETWORK_CHANGE 101
#define RTC_CLIENT_EVENT_FAULTED 102

// == rtc_session_options_t.manual: what the library does by itself unless it is switched off. ==
#define RTC_AUTO_PROVISIONAL 1
#define RTC_AUTO_PRACK 2
#define RTC_AUTO_ACK 4
#define RTC_AUTO_OFFER_ANSWER 8
#define RTC_AUTO_NOTIFY 16
#define RTC_AUTO_OPTIONS 32
#define RTC_AUTO_AUTHENTICATION 64
#define RTC_AUTO_REFRESH 128
#define RTC_AUTO_REDIRECT 256
#define RTC_AUTO_FORK 512
#define RTC_AUTO_SESSION_TIMER 1024
#define RTC_AUTO_MESSAGE 2048
#define RTC_AUTO_INFO 4096
#define RTC_AUTO_ALL 8191

// == state of RTC_EVENT_MESSAGING. ==
#define RTC_MESSAGING_USER_STATUS_IDLE 0
#define RTC_MESSAGING_USER_STATUS_TYPING 1

// == State of a client (rtc_object_get_state). ==
#define RTC_CLIENT_STATE_CREATED 0
#define RTC_CLIENT_STATE_INITIALIZED 1
#define RTC_CLIENT_STATE_PREPARING 2
#define RTC_CLIENT_STATE_SHUT_DOWN 3

// == State of a server. ==
#define RTC_SERVER_STATE_STOPPED 0
#define RTC_SERVER_STATE_RUNNING 1

// == rtc_event_info_t.type: 0 to 27 are the original's, ours begin at 100. ==
#define RTC_EVENT_CLIENT 0
#define RTC_EVENT_REGISTRATION_STATE_CHANGE 1
#define RTC_EVENT_SESSION_STATE_CHANGE 2
#define RTC_EVENT_SESSION_OPERATION_COMPLETE 3
#define RTC_EVENT_PARTICIPANT_STATE_CHANGE 4
#define RTC_EVENT_MEDIA 5
#define RTC_EVENT_INTENSITY 6
#define RTC_EVENT_MESSAGING 7
#define RTC_EVENT_BUDDY 8
#define RTC_EVENT_WATCHER 9
#define RTC_EVENT_PROFILE 10
#define RTC_EVENT_USERSEARCH 11
#define RTC_EVENT_INFO 12
#define RTC_EVENT_GROUP 13
#define RTC_EVENT_MEDIA_REQUEST 14
#define RTC_EVENT_ROAMING 15
#define RTC_EVENT_PRESENCE_PROPERTY 16
#define RTC_EVENT_PRESENCE_DATA 17
#define RTC_EVENT_PRESENCE_STATUS 18
#define RTC_EVENT_SESSION_REFER_STATUS 19
#define RTC_EVENT_SESSION_REFERRED 20
#define RTC_EVENT_REINVITE 21
#define RTC_EVENT_SUBSCRIPTION_STATE_CHANGE 22
#define RTC_EVENT_SUBSCRIPTION_NOTIFY 23
#define RTC_EVENT_PRACK 24
#define RTC_EVENT_SESSION_CONSULTANT_REFERRED 25
#define RTC_EVENT_SESSION_NOTIFICATION 26
#define RTC_EVENT_UNSOLICITED_NOTIFY 27
#define RTC_EVENT_REQUEST 100
#define RTC_EVENT_RESPONSE 101
#define RTC_EVENT_TRANSACTION_FAILED 102
#define RTC_EVENT_TRANSACTION_EXPIRED 103
#define RTC_EVENT_FORKED 104
#define RTC_EVENT_INVITE_COMPLETED 105
#define RTC_EVENT_CANCELLED 106
#define RTC_EVENT_CONNECTION_STATE 107
#define RTC_EVENT_REGISTRATION 108
#define RTC_EVENT_DIALOG_STATE 109
#define RTC_EVENT_USAGE_STATE 110
#define RTC_EVENT_REFRESH_STATE 111
#define RTC_EVENT_CHALLENGE 112
#define RTC_EVENT_FLOW 113
#define RTC_EVENT_PUBLICATION 114
#define RTC_EVENT_DTMF 120
#define RTC_EVENT_AUDIO 121
#define RTC_EVENT_MEDIA_STATISTICS 122

// == rtc_client_set_event_filter: the low half is the original's. ==
#define RTC_EVENT_FILTER_CLIENT 1ull
#define RTC_EVENT_FILTER_REGISTRATION_STATE_CHANGE 2ull
#define RTC_EVENT_FILTER_SESSION_STATE_CHANGE 4ull
#define RTC_EVENT_FILTER_SESSION_OPERATION_COMPLETE 8ull
#define RTC_EVENT_FILTER_PARTICIPANT_STATE_CHANGE 16ull
#define RTC_EVENT_FILTER_MEDIA 32ull
#define RTC_EVENT_FILTER_INTENSITY 64ull
#define RTC_EVENT_FILTER_MESSAGING 128ull
#define RTC_EVENT_FILTER_BUDDY 256ull
#define RTC_EVENT_FILTER_WATCHER 512ull
#define RTC_EVENT_FILTER_PROFILE 1024ull
#define RTC_EVENT_FILTER_USERSEARCH 2048ull
#define RTC_EVENT_FILTER_INFO 4096ull
#define RTC_EVENT_FILTER_GROUP 8192ull
#define RTC_EVENT_FILTER_MEDIA_REQUEST 16384ull
#define RTC_EVENT_FILTER_ROAMING 65536ull
#define RTC_EVENT_FILTER_PRESENCE_PROPERTY 131072ull
#define RTC_EVENT_FILTER_BUDDY2 262144ull
#define RTC_EVENT_FILTER_WATCHER2 524288ull
#define RTC_EVENT_FILTER_SESSION_REFER_STATUS 1048576ull
#define RTC_EVENT_FILTER_SESSION_REFERRED 2097152ull
#define RTC_EVENT_FILTER_REINVITE 4194304ull
#define RTC_EVENT_FILTER_PRESENCE_DATA 8388608ull
#define RTC_EVENT_FILTER_PRESENCE_STATUS 16777216ull
#define RTC_EVENT_FILTER_SUBSCRIPTION 4294967296ull
#define RTC_EVENT_FILTER_NOTIFICATION 8589934592ull
#define RTC_EVENT_FILTER_PRACK 17179869184ull
#define RTC_EVENT_FILTER_CONSULTANT 34359738368ull
#define RTC_EVENT_FILTER_REQUEST 68719476736ull
#define RTC_EVENT_FILTER_RESPONSE 137438953472ull
#define RTC_EVENT_FILTER_SIP_STATE 274877906944ull
#define RTC_EVENT_FILTER_CHALLENGE 549755813888ull
#define RTC_EVENT_FILTER_PUBLICATION 1099511627776ull
#define RTC_EVENT_FILTER_MEDIA_EXTRA 2199023255552ull
#define RTC_EVENT_FILTER_STATISTICS 4398046511104ull
#define RTC_EVENT_FILTER_SIP_ALL 8796093022208ull
// All but intensity, states of SIP-level objects, challenges and statistics.
#define RTC_EVENT_FILTER_DEFAULT 3569151377343ull
// All but what SIP_ALL adds.
#define RTC_EVENT_FILTER_ALL 8791831609343ull

// == Properties: kind * 256 + position. w: can be set. (index): what the index says. ==
// Number.
#define RTC_PROPERTY_CLIENT_EVENT_FILTER 256
// Number.
#define RTC_PROPERTY_CLIENT_LISTEN_MODE 257
// Number, can be set; index: session type.
#define RTC_PROPERTY_CLIENT_ANSWER_MODE 258
// Number, can be set; index: transport.
#define RTC_PROPERTY_CLIENT_ALLOWED_PORTS 259
// Text, can be set.
#define RTC_PROPERTY_CLIENT_LOCAL_USER_URI 260
// Text, can be set.
#define RTC_PROPERTY_CLIENT_LOCAL_USER_NAME 261
// Text; index: 0, 1, ….
#define RTC_PROPERTY_CLIENT_NETWORK_ADDRESS 262
// Number, can be set: RTC_AUTO_… bits of what belongs to no session, and of every new session.
#define RTC_PROPERTY_CLIENT_AUTOMATION 265
// Number, can be set: RTC_PRIVACY_… bits of every session without its own.
#define RTC_PROPERTY_CLIENT_SIP_PRIVACY 266
// Text, can be set: the body of answers to OPTIONS; empty: a description of what is spoken here.
#define RTC_PROPERTY_CLIENT_OPTIONS_BODY 267
// Text, can be set: the type of that body, application/sdp unless set.
#define RTC_PROPERTY_CLIENT_OPTIONS_TYPE 268
// Text, can be set: hops whose P-Asserted-Identity is believed, a comma list of IP addresses and networks, or *; empty: none.
#define RTC_PROPERTY_CLIENT_TRUSTED_HOPS 291
// Text.
#define RTC_PROPERTY_PROFILE_KEY 512
// Text.
#define RTC_PROPERTY_PROFILE_NAME 513
// Text.
#define RTC_PROPERTY_PROFILE_XML 514
// Text, can be set.
#define RTC_PROPERTY_PROFILE_USER_URI 515
// Text, can be set.
#define RTC_PROPERTY_PROFILE_USER_NAME 516
// Text.
#define RTC_PROPERTY_PROFILE_USER_ACCOUNT 517
// Text, can be set.
#define RTC_PROPERTY_PROFILE_REALM 518
// Number, can be set.
#define RTC_PROPERTY_PROFILE_ALLOWED_AUTH 519
// Text.
#define RTC_PROPERTY_PROFILE_SERVER 520
// Number.
#define RTC_PROPERTY_PROFILE_TRANSPORT 521
// Number.
#define RTC_PROPERTY_PROFILE_SESSION_CAPABILITIES 522
// Number.
#define RTC_PROPERTY_PROFILE_EXPIRES 523
// Text; index: 0, 1, ….
// Index 0: our own, as the registrar has it; then the other bindings with their parameters.
#define RTC_PROPERTY_PROFILE_REGISTERED_CONTACT 524
// Text, can be set: the preloaded Route, a comma list; new requests take it.
#define RTC_PROPERTY_PROFILE_PROXY 525
// Text: Service-Route of the registration, RFC 3608.
#define RTC_PROPERTY_PROFILE_SERVICE_ROUTE 526
// Text; index: 0, 1, …. P-Associated-URI, RFC 7315; the first is the default identity.
#define RTC_PROPERTY_PROFILE_ASSOCIATED_URI 527
// Text: the public GRUU, RFC 5627.
#define RTC_PROPERTY_PROFILE_GRUU 528
// Text: the newest temporary GRUU.
#define RTC_PROPERTY_PROFILE_TEMP_GRUU 529
// Number: the registrar's clock, in seconds since 1970, as its Date told; shown, not used.
#define RTC_PROPERTY_PROFILE_SERVER_TIME 539
// Number.
#define RTC_PROPERTY_SESSION_TYPE 768
// Text.
#define RTC_PROPERTY_SESSION_CALL_ID 769
// Text.
#define RTC_PROPERTY_SESSION_REMOTE_URI 770
// Text.
#define RTC_PROPERTY_SESSION_REMOTE_NAME 771
// Text.
#define RTC_PROPERTY_SESSION_REMOTE_TYPE 772
// Text.
#define RTC_PROPERTY_SESSION_REMOTE_DESCRIPTION 773
// Text.
#define RTC_PROPERTY_SESSION_LOCAL_DESCRIPTION 774
// Text; index: 0, 1, ….
#define RTC_PROPERTY_SESSION_REDIRECT_URI 775
// Text; index: 0, 1, ….
#define RTC_PROPERTY_SESSION_REDIRECT_NAME 776
// Number.
#define RTC_PROPERTY_SESSION_CAN_ADD_PARTICIPANTS 777
// Number.
#define RTC_PROPERTY_SESSION_DURATION_MS 778
// Number.
#define RTC_PROPERTY_SESSION_HOLD 779
// Number, can be set: RTC_AUTO_… bits.
#define RTC_PROPERTY_SESSION_AUTOMATION 780
// Referred-By: of an incoming call as received, of an idle one what its INVITE will say.
#define RTC_PROPERTY_SESSION_REFERRED_BY 781
// The application's own name for the referral.
#define RTC_PROPERTY_SESSION_REFER_COOKIE 782
// 1: the call came about by a referral.
#define RTC_PROPERTY_SESSION_IS_REFERRED 783
// Number, can be set: RTC_PRIVACY_… bits, over those of the client; absent until set.
#define RTC_PROPERTY_SESSION_SIP_PRIVACY 784
// Text, can be set before the call: whom we prefer to be (P-Preferred-Identity).
#define RTC_PROPERTY_SESSION_LOCAL_IDENTITY 785
// Text; index: 0, 1, …: P-Asserted-Identity of the peer, from a trusted hop.
#define RTC_PROPERTY_SESSION_ASSERTED_IDENTITY 786
// Text.
#define RTC_PROPERTY_PARTICIPANT_URI 1024
// Text.
#define RTC_PROPERTY_PARTICIPANT_NAME 1025
// Number.
#define RTC_PROPERTY_PARTICIPANT_REMOVABLE 1026
// Text.
#define RTC_PROPERTY_SUBSCRIPTION_EVENT 1280
// Text.
#define RTC_PROPERTY_SUBSCRIPTION_ACCEPT 1281
// Text.
#define RTC_PROPERTY_SUBSCRIPTION_URI 1282
// Number.
#define RTC_PROPERTY_SUBSCRIPTION_EXPIRES 1283
// Number.
#define RTC_PROPERTY_SUBSCRIPTION_ENABLED 1284
// Text.
#define RTC_PROPERTY_WATCHER_URI 2048
// Text, can be set.
#define RTC_PROPERTY_WATCHER_NAME 2049
// Text.
#define RTC_PROPERTY_WATCHER_PACKAGE 2050
// Text.
#define RTC_PROPERTY_WATCHER_ACCEPT 2051
// Number.
#define RTC_PROPERTY_WATCHER_EXPIRES 2052
// Text; index: 0, 1, ….
#define RTC_PROPERTY_SERVER_URI 2304
// Text.
#define RTC_PROPERTY_SERVER_REALM 2305
// Number.
#define RTC_PROPERTY_SERVER_BINDINGS 2306
// Number.
#define RTC_PROPERTY_SERVER_REQUESTS 2307
// Text; index: transport.
#define RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS 2560
// Number: the RTC_E_… for which it was lost last; 0: none.
#define RTC_PROPERTY_CONNECTION_LAST_ERROR 2562
// Text.
#define RTC_PROPERTY_DIALOG_CALL_ID 3072
// Text.
#define RTC_PROPERTY_DIALOG_LOCAL_TAG 3073
// Text.
#define RTC_PROPERTY_DIALOG_REMOTE_TAG 3074
// Text.
#define RTC_PROPERTY_DIALOG_LOCAL_URI 3075
// Text.
#define RTC_PROPERTY_DIALOG_REMOTE_URI 3076
// Text.
#define RTC_PROPERTY_DIALOG_REMOTE_TARGET 3077
// Number.
#define RTC_PROPERTY_DIALOG_LOCAL_CSEQ 3078
// Number: 0 before the peer sent a request.
#define RTC_PROPERTY_DIALOG_REMOTE_CSEQ 3079
// Text: a comma list, the nearest first.
#define RTC_PROPERTY_DIALOG_ROUTE_SET 3080
// Number.
#define RTC_PROPERTY_DIALOG_SECURE 3081
// Number: 1 if our request began it.
#define RTC_PROPERTY_DIALOG_INITIATOR 3082
// Number: RTC_USAGE_….
#define RTC_PROPERTY_USAGE_KIND 3328
// Text.
#define RTC_PROPERTY_USAGE_EVENT 3329
// Text.
#define RTC_PROPERTY_USAGE_REFER_TO 3330
// Text, can be set: of the next NOTIFY.
#define RTC_PROPERTY_USAGE_SUBSCRIPTION_STATE 3331
// Number, can be set: RTC_AUTO_… bits.
#define RTC_PROPERTY_USAGE_AUTOMATION 3332
// Text.
#define RTC_PROPERTY_REGISTRATION_AOR 2816
// Text, as given.
#define RTC_PROPERTY_REGISTRATION_CONTACT 2817
// Text: as the registrar has it, with its parameters.
#define RTC_PROPERTY_REGISTRATION_REGISTERED_CONTACT 2818
// Text, can be set at any time; empty: none.
#define RTC_PROPERTY_REGISTRATION_OUTBOUND_PROXY 2819
// Number, can be set before it registers: seconds wanted; while it stands those that were granted.
#define RTC_PROPERTY_REGISTRATION_EXPIRES 2820
// Number, can be set before it registers.
#define RTC_PROPERTY_REGISTRATION_NO_EXPIRES 2821
// Number, can be set before it registers.
#define RTC_PROPERTY_REGISTRATION_PIN_NEXT_HOP 2822
// Number, can be set before it registers: RTC_AUTO_… bits.
#define RTC_PROPERTY_REGISTRATION_AUTOMATION 2823
// Text, a comma list (RFC 3608).
#define RTC_PROPERTY_REGISTRATION_SERVICE_ROUTE 2824
// Text; index: 0, 1, ….
#define RTC_PROPERTY_REGISTRATION_ASSOCIATED_URI 2825
// Text: the public GRUU (RFC 5627).
#define RTC_PROPERTY_REGISTRATION_GRUU 2826
// Number, can be set: seconds between repetitions; 0 while it does not stand.
#define RTC_PROPERTY_REFRESH_INTERVAL_SECS 3840
// Number: 1 it belongs to no registration or subscription.
#define RTC_PROPERTY_REFRESH_STANDALONE 3841
// Text.
#define RTC_PROPERTY_TRANSACTION_METHOD 3584
// Number: 1 a request of ours.
#define RTC_PROPERTY_TRANSACTION_IS_CLIENT 3585
// Number: 1 while rtc_transaction_respond may answer it.
#define RTC_PROPERTY_TRANSACTION_CAN_RESPOND 3586
// Number: 1 while rtc_transaction_cancel may cancel it.
#define RTC_PROPERTY_TRANSACTION_CAN_CANCEL 3587
// Number: the milliseconds that are left to answer it; 0: none.
#define RTC_PROPERTY_TRANSACTION_DEADLINE_MS 3588
// An audio mixer (not in this version).
typedef struct rtc_bridge_t rtc_bridge_t;

// A buddy (not in this version).
typedef struct rtc_buddy_t rtc_buddy_t;

// A user agent: one client has its own sockets, accounts, calls and events.
typedef struct rtc_client_t rtc_client_t;

// Sockets on one address.
typedef struct rtc_connection_t rtc_connection_t;

// A dialog: the peers' identities, tags and route set, shared by its usages.
typedef struct rtc_dialog_t rtc_dialog_t;

// An event: an immutable record.
typedef struct rtc_event_t rtc_event_t;

// A group of buddies (not in this version).
typedef struct rtc_group_t rtc_group_t;

// A party of a session.
typedef struct rtc_participant_t rtc_participant_t;

// An account.
typedef struct rtc_profile_t rtc_profile_t;

// A refresh.
typedef struct rtc_refresh_t rtc_refresh_t;

// A registration binding.
typedef struct rtc_registration_t rtc_registration_t;

// An embedded SIP server.
typedef struct rtc_server_t rtc_server_t;

// A call or a message exchange.
typedef struct rtc_session_t rtc_session_t;

// A virtual network and clock (not in this version).
typedef struct rtc_simulation_t rtc_simulation_t;

// A SIP message: immutable.
typedef struct rtc_sip_message_t rtc_sip_message_t;

// A subscription of ours.
typedef struct rtc_subscription_t rtc_subscription_t;

// A request of the application's own.
typedef struct rtc_transaction_t rtc_transaction_t;

// A usage of a dialog: a call, a subscription, a referral, message by message.
typedef struct rtc_usage_t rtc_usage_t;

// Somebody's subscription to us.
typedef struct rtc_watcher_t rtc_watcher_t;

// A result: HRESULT numbers, 0 and above is success.
typedef int32_t rtc_result_t;

// Where log lines go (rtc_library_set_log).
typedef struct rtc_log_sink_t {
    // sizeof (rtc_log_sink_t).
    uint32_t size;
    // 1 error … 5 trace; 0: 3.
    int32_t level;
    // Called for each line, from any thread, two clients at once too; `text` is not NUL-terminated, `target` is.
    void (*on_log)(void *user_data, int32_t level, const char *target, const char *text, size_t len);
    // Given to `on_log`.
    void *user_data;
    // Called once, when the sink is replaced and no call of `on_log` runs any more; may be NULL.
    void (*drop_user_data)(void *user_data);
} rtc_log_sink_t;

// Any handle.
typedef void rtc_object_t;

// A view of text: not NUL-terminated unless `len` is RTC_NUL_TERMINATED (inputs only). `ptr` NULL: not given.
typedef struct rtc_str_t {
    // First byte, UTF-8.
    const char *ptr;
    // Bytes.
    size_t len;
} rtc_str_t;

// TLS 1.2 and 1.3. Certificates of servers are checked by RFC 5922 §7: they lead to a trusted authority, are in time and name
// the domain of the URI, as a `sip:` URI or, without any, as a DNS name; no wildcards. Texts are copied.
typedef struct rtc_tls_options_t {
    // sizeof (rtc_tls_options_t).
    uint32_t size;
    // RTC_TLS_….
    uint32_t flags;
    // PEM: authorities to trust beside those of the system.
    struct rtc_str_t ca_pem;
    // PEM: our certificate and those that lead to its authority; shown to servers that ask, needed to listen.
    struct rtc_str_t certificate_pem;
    // PEM: its private key (PKCS#8, PKCS#1 or SEC1).
    struct rtc_str_t key_pem;
} rtc_tls_options_t;

// Name resolution: servers of the application's choice and records of its own; none of them: the system's.
typedef struct rtc_dns_options_t {
    // sizeof (rtc_dns_options_t).
    uint32_t size;
    // None yet.
    uint32_t flags;
    // "192.0.2.53:53, [2001:db8::53], …", asked in turn; none: the system's.
    struct rtc_str_t servers;
    // Zone-file lines (A, AAAA, CNAME, SRV, NAPTR; absolute names, one record a line), answered before any server is
    // asked: a name that stands here is answered from here alone.
    struct rtc_str_t records;
    // How long a server has to answer once; 0: 2000.
    int32_t timeout_ms;
    // How often each server is asked; 0: 2.
    int32_t attempts;
    // How long a server that failed is tried after the others; 0: 60.
    int32_t penalty_secs;
} rtc_dns_options_t;

// Timers of RFC 3261 and the like; 0: the RFC's.
typedef struct rtc_timers_t {
    // sizeof (rtc_timers_t).
    uint32_t size;
    // T1, 500.
    int32_t t1_ms;
    // T2, 4000.
    int32_t t2_ms;
    // T4, 5000.
    int32_t t4_ms;
    // Longest time between keep-alives; 0: 120 on connections, 29 on UDP flows that somebody is registered by.
    int32_t keepalive_secs;
    // How long an idle TCP connection stays open.
    int32_t tcp_idle_secs;
    // Base time of RFC 5626 4.5, 30: the first pause before a failed registration is tried again is one to two times
    // as long, then it doubles up to half an hour; three times the base while other flows work.
    int32_t outbound_base_secs;
    // How long an incoming call may ring before it is refused with 480 [300].
    int32_t ring_secs;
    // How long an outgoing call may go unanswered before it is cancelled; 0: as long as the peer likes.
    int32_t no_answer_secs;
} rtc_timers_t;

// NAT traversal (STUN and TURN servers are not in this version: a client that is given one is refused).
typedef struct rtc_nat_options_t {
    // sizeof (rtc_nat_options_t).
    uint32_t size;
    // RTC_NAT_….
    uint32_t flags;
    // STUN server.
    struct rtc_str_t stun_server;
    // TURN server.
    struct rtc_str_t turn_server;
    // TURN user.
    struct rtc_str_t turn_user;
    // TURN password.
    struct rtc_str_t turn_password;
} rtc_nat_options_t;

// Bounds on what a peer can make the client keep; 0: the default in brackets.
typedef struct rtc_limits_t {
    // sizeof (rtc_limits_t).
    uint32_t size;
    // Bytes of a message, head and body [65535].
    uint32_t message_bytes;
    // Headers of a message [256].
    uint32_t headers;
    // Bytes of a message's head [32768].
    uint32_t header_bytes;
    // Parts of a multipart body [32].
    uint32_t body_parts;
    // Transactions, finished ones while they are remembered included [1000000].
    uint32_t transactions;
    // Dialogs [250000].
    uint32_t dialogs;
    // Sessions [200000].
    uint32_t sessions;
    // Subscriptions, both ways [100000].
    uint32_t subscriptions;
    // Connections [10000].
    uint32_t connections;
    // Events that wait to be pulled [10000]; their messages may take 16 MiB besides.
    uint32_t queued_events;
    // Redirections followed for one request [5].
    uint32_t redirects;
    // Branches of one INVITE that are kept apart [32].
    uint32_t forks;
    // Depth of XML documents [32].
    uint32_t xml_depth;
    // Messages held for a session that cannot send yet [1000].
    uint32_t held_messages;
    // Calls at once above which an incoming one gets 486 [200000].
    uint32_t calls;
} rtc_limits_t;

// A session to be (rtc_session_create).
typedef struct rtc_session_options_t {
    // sizeof (rtc_session_options_t).
    uint32_t size;
    // RTC_SESSION_….
    uint32_t flags;
    // NULL: chosen by URI among the enabled ones.
    struct rtc_profile_t *profile;
    // Phone of RTC_SESSION_TYPE_PHONE_TO_PHONE (not in this version).
    struct rtc_str_t local_phone_uri;
    // Type of `description`.
    struct rtc_str_t content_type;
    // The application's own description; makes the media the application's.
    struct rtc_str_t description;
    // RTC_EVENT_SESSION_REFERRED, accepted: the call is made for it, takes Referred-By and Replaces over and is reported on.
    struct rtc_event_t *referral;
    // RTC_MEDIA_…; 0: audio both ways.
    uint32_t media;
    // Reliable provisional responses (RFC 3262): 0 supported, or as the client has it; 1 required; 2 off.
    int32_t reliable;
    // Session timer (RFC 4028): seconds, at least 90; 0: the client's, or 1800; -1: none.
    int32_t session_expires_secs;
    // The shortest session interval taken: seconds, at least 90; 0: the client's, or 90.
    int32_t min_se_secs;
    // RTC_AUTO_… bits to switch off: what the application does itself.
    uint32_t manual;
    // 0.
    uint32_t reserved;
    // Comes with each event of the session.
    void *user_data;
} rtc_session_options_t;

// How a client is set up; NULL: all defaults.
typedef struct rtc_client_options_t {
    // sizeof (rtc_client_options_t).
    uint32_t size;
    // RTC_CLIENT_….
    uint32_t flags;
    // User-Agent and Server; none: the library's.
    struct rtc_str_t user_agent;
    // First port for RTC_LISTEN_MODE_DYNAMIC; 0: any.
    uint16_t sip_port_min;
    // Last port for RTC_LISTEN_MODE_DYNAMIC.
    uint16_t sip_port_max;
    // First port that descriptions name; 0: 49152.
    uint16_t rtp_port_min;
    // Last port that descriptions name; 0: 65534.
    uint16_t rtp_port_max;
    // How long the application may decide on a request; 0: 400.
    int32_t claim_ms;
    // How long the application may look for credentials; 0: 30 000.
    int32_t credentials_ms;
    // How long saying goodbye may take; 0: 5 000.
    int32_t shutdown_ms;
    // May be NULL.
    const struct rtc_tls_options_t *tls;
    // May be NULL.
    const struct rtc_dns_options_t *dns;
    // May be NULL.
    const struct rtc_timers_t *timers;
    // May be NULL.
    const struct rtc_nat_options_t *nat;
    // May be NULL.
    const struct rtc_limits_t *limits;
    // Defaults of sessions, incoming ones too; may be NULL.
    const struct rtc_session_options_t *session_defaults;
    // Virtual network and clock in place of sockets (not in this version).
    struct rtc_simulation_t *simulation;
} rtc_client_options_t;

// Events by callback (rtc_client_set_event_sink).
typedef struct rtc_event_sink_t {
    // sizeof (rtc_event_sink_t).
    uint32_t size;
    // None yet.
    uint32_t flags;
    // Called on the event thread, or inside rtc_client_run_once, one at a time; `event` is lent.
    void (*on_event)(void *user_data, struct rtc_event_t *event);
    // Given to `on_event`.
    void *user_data;
    // Called once, when no call of `on_event` runs or will run; may be NULL.
    void (*drop_user_data)(void *user_data);
} rtc_event_sink_t;

// Counters since the client was initialised, then live objects (rtc_client_get_statistics).
typedef struct rtc_statistics_t {
    // sizeof (rtc_statistics_t).
    uint32_t size;
    // 0.
    uint32_t reserved;
    // Requests received, retransmissions apart.
    uint64_t requests_in;
    // Requests sent, retransmissions apart.
    uint64_t requests_out;
    // Responses received.
    uint64_t responses_in;
    // Responses sent.
    uint64_t responses_out;
    // Retransmissions received.
    uint64_t retransmissions_in;
    // Retransmissions sent.
    uint64_t retransmissions_out;
    // What came and was no SIP.
    uint64_t malformed_in;
    // What was refused because of a limit.
    uint64_t refused_by_limit;
    // Events queued.
    uint64_t events_queued;
    // Events lost because nobody pulled them.
    uint64_t events_dropped;
    // Transactions.
    uint64_t transactions;
    // Dialogs.
    uint64_t dialogs;
    // Sessions.
    uint64_t sessions;
    // Subscriptions.
    uint64_t subscriptions;
    // Registrations.
    uint64_t registrations;
    // Stream connections.
    uint64_t connections;
    // Handles of this client.
    uint64_t handles;
    // Events that wait to be pulled.
    uint64_t queue_length;
} rtc_statistics_t;

// What is written of the messages that pass (rtc_client_trace).
typedef struct rtc_trace_options_t {
    // sizeof (rtc_trace_options_t).
    uint32_t size;
    // RTC_TRACE_….
    int32_t kind;
    // A file, or "-" for standard error; neither this nor `on_bytes`: stop the writer of this kind.
    struct rtc_str_t path;
    // One call only.
    struct rtc_str_t call_id;
    // RTC_TRACE_SECRETS keeps credentials readable.
    uint32_t flags;
    // Takes the bytes instead of a file.
    void (*on_bytes)(void *user_data, const void *bytes, size_t len);
    // Given to `on_bytes`.
    void *user_data;
    // Called once, when no call of `on_bytes` runs or will run; may be NULL.
    void (*drop_user_data)(void *user_data);
} rtc_trace_options_t;

// An account (rtc_profile_create).
typedef struct rtc_profile_options_t {
    // sizeof (rtc_profile_options_t).
    uint32_t size;
    // RTC_PROFILE_….
    uint32_t flags;
    // Address of record: "sip:alice@example.com".
    struct rtc_str_t uri;
    // Display name of From.
    struct rtc_str_t display_name;
    // Registrar URI; none: the domain of `uri`.
    struct rtc_str_t registrar;
    // Preloaded Route, a comma list; with RTC_PROFILE_OUTBOUND outbound proxies of which each gets a flow.
    struct rtc_str_t proxy;
    // Digest user; none: that of `uri`.
    struct rtc_str_t user;
    // Digest password.
    struct rtc_str_t password;
    // Realm of user and password; none: any.
    struct rtc_str_t realm;
    // Parameters of our Contact: ";+sip.foo=1;q=0.5"; then, behind a comma each, further Contacts to register along:
    // ", <sip:desk@example.com>;q=0.2".
    struct rtc_str_t contact_params;
    // "+sip.instance" of our Contact, RFC 5626: "urn:uuid:…", the same after every start. None, with OUTBOUND or GRUU:
    // one that is good for the life of the client.
    struct rtc_str_t instance_id;
    // RTC_TRANSPORT_… mask; 0: any.
    uint32_t transports;
    // RTC_AUTH_… mask; 0: digest.
    uint32_t allowed_auth;
    // Wanted registration time; 0: 3600.
    int32_t expires_secs;
    // RTC_SESSION_TYPES_… mask; 0: all.
    uint32_t session_types;
    // Comes with each event of the profile.
    void *user_data;
} rtc_profile_options_t;

// What rides on the message that a verb sends; every such parameter may be NULL.
typedef struct rtc_send_t {
    // sizeof (rtc_send_t).
    uint32_t size;
    // RTC_SEND_….
    uint32_t flags;
    // Names the operation in its SESSION_OPERATION_COMPLETE or RESPONSE event; never interpreted.
    int64_t cookie;
    // "Name: value" lines for this message only; they replace sticky ones of the same name.
    struct rtc_str_t headers;
    // Type of `body`.
    struct rtc_str_t content_type;
    // A description where the verb negotiates, else any body.
    struct rtc_str_t body;
    // Reason phrase of a response; Reason header of BYE and CANCEL.
    struct rtc_str_t reason;
    // Expires; 0: the object's own.
    int32_t expires_secs;
    // RTC_MEDIA_… to offer or take; 0: the session's own.
    uint32_t media;
} rtc_send_t;

// Credentials for one realm or any (rtc_credentials_set).
typedef struct rtc_credentials_t {
    // sizeof (rtc_credentials_t).
    uint32_t size;
    // RTC_CREDENTIALS_….
    uint32_t flags;
    // None: any.
    struct rtc_str_t realm;
    // None: forget those of the realm.
    struct rtc_str_t user;
    // Password, or HA1 in hex with RTC_CREDENTIALS_HA1.
    struct rtc_str_t secret;
} rtc_credentials_t;

// A subscription to be (rtc_subscription_create).
typedef struct rtc_subscription_options_t {
    // sizeof (rtc_subscription_options_t).
    uint32_t size;
    // RTC_SUBSCRIPTION_….
    uint32_t flags;
    // NULL: chosen by URI among the enabled ones.
    struct rtc_profile_t *profile;
    // Whom to watch; none: the profile's own URI.
    struct rtc_str_t uri;
    // The event package with its parameters.
    struct rtc_str_t event;
    // Accepted types, a comma list.
    struct rtc_str_t accept;
    // Wanted time; 0: 3600.
    int32_t expires_secs;
    // 0.
    int32_t reserved;
    // Comes with each event of the subscription.
    void *user_data;
} rtc_subscription_options_t;

// The whole record of an event; what does not apply is 0, NULL or empty (rtc_event_get_info).
typedef struct rtc_event_info_t {
    // sizeof (rtc_event_info_t).
    uint32_t size;
    // RTC_EVENT_….
    int32_t type;
    // Counts the client's events from 1.
    uint64_t sequence;
    // Unix time.
    int64_t time_us;
    // Lent, as all handles here, while the event is held.
    struct rtc_client_t *client;
    // The account.
    struct rtc_profile_t *profile;
    // The session.
    struct rtc_session_t *session;
    // Its party.
    struct rtc_participant_t *participant;
    // The subscription of ours.
    struct rtc_subscription_t *subscription;
    // The subscriber to us.
    struct rtc_watcher_t *watcher;
    // The connection.
    struct rtc_connection_t *connection;
    // The registration.
    struct rtc_registration_t *registration;
    // The dialog.
    struct rtc_dialog_t *dialog;
    // The usage of the dialog.
    struct rtc_usage_t *usage;
    // The transaction.
    struct rtc_transaction_t *transaction;
    // See the table of events.
    rtc_object_t *other;
    // User data of the object it is about.
    void *user_data;
    // Names the operation it completes.
    int64_t cookie;
    // The new state of the object it is about.
    int32_t state;
    // Which of several things this type tells.
    int32_t kind;
    // Why.
    int32_t reason;
    // How it went: RTC_OK, a SIP status, or RTC_E_….
    rtc_result_t status_code;
    // The reason phrase.
    struct rtc_str_t status_text;
    // Whom it is about.
    struct rtc_str_t uri;
    // Display name, Subscription-State, method, package: see the table of events.
    struct rtc_str_t text;
    // Type of `body`.
    struct rtc_str_t content_type;
    // The body it brought.
    struct rtc_str_t body;
    // Numbers: media masks, retry-after, counts.
    int64_t value[3];
    // Above 0: rtc_event_answer decides, within this time.
    int32_t answer_within_ms;
    // RTC_EVENT_FLAG_….
    uint32_t flags;
} rtc_event_info_t;

// What nearly every reader of a message asks for, in one call (rtc_sip_message_get_head). Absent is empty or -1.
typedef struct rtc_sip_head_t {
    // sizeof (rtc_sip_head_t).
    uint32_t size;
    // 0: a request.
    int32_t status;
    // The whole first line.
    struct rtc_str_t start_line;
    // The method; of the CSeq in a response.
    struct rtc_str_t method;
    // Request-URI.
    struct rtc_str_t request_uri;
    // Reason phrase.
    struct rtc_str_t reason;
    // Call-ID.
    struct rtc_str_t call_id;
    // URI of From.
    struct rtc_str_t from_uri;
    // Tag of From.
    struct rtc_str_t from_tag;
    // URI of To.
    struct rtc_str_t to_uri;
    // Tag of To.
    struct rtc_str_t to_tag;
    // URI of the first Contact.
    struct rtc_str_t contact_uri;
    // Host of the first Contact.
    struct rtc_str_t contact_host;
    // Branch of the topmost Via.
    struct rtc_str_t via_branch;
    // Sent-by of the topmost Via.
    struct rtc_str_t via_sent_by;
    // Event package with its parameters.
    struct rtc_str_t event;
    // Content-Type.
    struct rtc_str_t content_type;
    // CSeq number.
    uint32_t cseq;
    // -1: absent.
    int32_t max_forwards;
    // -1: absent.
    int64_t content_length;
    // RTC_TRANSPORT_…; 0 when parsed from memory.
    int32_t transport;
    // 0.
    uint32_t flags;
    // "192.0.2.1:5060"; empty when parsed from memory.
    struct rtc_str_t source;
    // "192.0.2.1:5060"; empty when parsed from memory.
    struct rtc_str_t destination;
} rtc_sip_head_t;

// One shape for every header; `form` says which fields are set.
typedef struct rtc_header_t {
    // sizeof (rtc_header_t).
    uint32_t size;
    // RTC_HEADER_FORM_….
    int32_t form;
    // As it stands in the message.
    struct rtc_str_t name;
    // Unfolded, trimmed.
    struct rtc_str_t value;
    // Method, media type, package, scheme, state, transport; Call-ID.
    struct rtc_str_t token;
    // Display name; text of Warning and Retry-After.
    struct rtc_str_t display_name;
    // URI of an address; sent-by of a Via.
    struct rtc_str_t uri;
    // Parameters, for rtc_params_get.
    struct rtc_str_t params;
    // CSeq, RSeq, Expires, Retry-After, Warning code, first of RAck.
    int64_t number;
    // Second of RAck.
    int64_t number2;
} rtc_header_t;

// A body or a part of a multipart body.
typedef struct rtc_body_t {
    // sizeof (rtc_body_t).
    uint32_t size;
    // How many parts the whole body has; 0: it is no multipart.
    int32_t parts;
    // Header lines of the part; empty for the whole.
    struct rtc_str_t headers;
    // Content-Type.
    struct rtc_str_t content_type;
    // Content-ID.
    struct rtc_str_t content_id;
    // Content-Disposition.
    struct rtc_str_t disposition;
    // The body itself.
    struct rtc_str_t bytes;
} rtc_body_t;

// A message to be (rtc_sip_message_create).
typedef struct rtc_sip_message_options_t {
    // sizeof (rtc_sip_message_options_t).
    uint32_t size;
    // A response to `base`; 0: a request.
    int32_t status;
    // What is answered; for a request one to vary, or NULL.
    struct rtc_sip_message_t *base;
    // Method of a request.
    struct rtc_str_t method;
    // Request-URI of a request.
    struct rtc_str_t uri;
    // Reason phrase of a response; none: the RFC's.
    struct rtc_str_t reason;
    // To tag; none: made where one is needed.
    struct rtc_str_t to_tag;
    // "Name: value" lines that replace by name.
    struct rtc_str_t headers;
    // Names to drop, a comma list.
    struct rtc_str_t remove;
    // Type of `body`.
    struct rtc_str_t content_type;
    // The body.
    struct rtc_str_t body;
    // RTC_SEND_EXPERT: no header is refused or added but Content-Length.
    uint32_t flags;
    // 0.
    uint32_t reserved;
} rtc_sip_message_options_t;

// The parts of a URI, as they stand in it.
typedef struct rtc_uri_t {
    // sizeof (rtc_uri_t).
    uint32_t size;
    // 0: none given.
    uint32_t port;
    // "sip", "sips", "tel".
    struct rtc_str_t scheme;
    // User; the number of a tel URI.
    struct rtc_str_t user;
    // Password.
    struct rtc_str_t password;
    // Host, of another scheme all that follows it; an IPv6 address in its brackets.
    struct rtc_str_t host;
    // ";transport=tcp;lr", for rtc_params_get.
    struct rtc_str_t params;
    // "Subject=x&Priority=urgent".
    struct rtc_str_t headers;
} rtc_uri_t;

// Sockets to listen on (rtc_connection_create).
typedef struct rtc_connection_options_t {
    // sizeof (rtc_connection_options_t).
    uint32_t size;
    // None yet.
    uint32_t flags;
    // IP address; none: all.
    struct rtc_str_t address;
    // Network interface (not in this version).
    struct rtc_str_t interface_name;
    // RTC_TRANSPORT_… mask; 0: UDP and TCP.
    uint32_t transports;
    // 0: any; UDP and TCP then share one where they can.
    uint16_t port;
    // 0.
    uint16_t reserved;
    // 0; another value is not in this version.
    int32_t dscp;
    // 0; another value is not in this version.
    int32_t keepalive_secs;
    // 0: the library's; another value is not in this version.
    int32_t receive_buffer_bytes;
    // Address to be named to peers (not in this version).
    struct rtc_str_t public_address;
    // The owner's own word.
    void *user_data;
} rtc_connection_options_t;

// What a request has to have for the application to see it first (rtc_client_set_request_filter); what is not given asks
// for nothing.
typedef struct rtc_request_filter_t {
    // sizeof (rtc_request_filter_t).
    uint32_t size;
    // None yet.
    uint32_t flags;
    // The account it is addressed to.
    struct rtc_profile_t *profile;
    // The method, exactly.
    struct rtc_str_t method;
    // The event package.
    struct rtc_str_t event;
    // Feature parameters that one Accept-Contact names: "audio;+g.chess=\"3\"" (RFC 3841).
    struct rtc_str_t accept_contact;
    // Type of the body; "image/*": all of a kind.
    struct rtc_str_t content_type;
} rtc_request_filter_t;

// A dialog of somebody: by a session of ours with the one who is called next, or by ids as that one sees them.
typedef struct rtc_dialog_id_t {
    // sizeof (rtc_dialog_id_t).
    uint32_t size;
    // RTC_DIALOG_ID_….
    uint32_t flags;
    // NULL: the ids say which.
    struct rtc_session_t *session;
    // Its Call-ID.
    struct rtc_str_t call_id;
    // The tag of the one who is called.
    struct rtc_str_t local_tag;
    // The tag of its peer.
    struct rtc_str_t remote_tag;
} rtc_dialog_id_t;

// A usage to be (rtc_usage_create).
typedef struct rtc_usage_options_t {
    // sizeof (rtc_usage_options_t).
    uint32_t size;
    // 0.
    uint32_t flags;
    // Whose proxy, identity and Contact it has: a registration or a profile; NULL: chosen by URI among the enabled profiles.
    struct rtc_registration_t *registration;
    // Request-URI of the first request; not in a dialog that stands.
    struct rtc_str_t uri;
    // From without a tag; none: the account's.
    struct rtc_str_t from;
    // To without a tag; none: `uri`.
    struct rtc_str_t to;
    // Contact, `<sip:…>`; none: ours.
    struct rtc_str_t contact;
    // Event package with its parameters: SUBSCRIBE, NOTIFY.
    struct rtc_str_t event;
    // Refer-To: REFER.
    struct rtc_str_t refer_to;
    // Subscription-State of NOTIFYs, "active" …; RTC_PROPERTY_USAGE_SUBSCRIPTION_STATE changes it.
    struct rtc_str_t subscription_state;
    // RTC_AUTO_… bits: what the library does by itself in it.
    uint32_t automation;
    // 0.
    uint32_t reserved;
    // Comes with each event of the usage.
    void *user_data;
} rtc_usage_options_t;

// One binding of an address of record (rtc_registration_create).
typedef struct rtc_registration_options_t {
    // sizeof (rtc_registration_options_t).
    uint32_t size;
    // RTC_PROFILE_NO_EXPIRES, RTC_PROFILE_PIN_NEXT_HOP.
    uint32_t flags;
    // To: "sip:alice@example.com".
    struct rtc_str_t aor;
    // Our Contact, a URI or an address with parameters; none: the library's.
    struct rtc_str_t contact;
    // The registrar; none: the domain of `aor`.
    struct rtc_str_t registrar;
    // Who registers, where it is not `aor`.
    struct rtc_str_t from;
    // For REGISTER and all that is sent in its context, a comma list.
    struct rtc_str_t outbound_proxy;
    // At least 60; 0: 3600.
    int32_t expires_secs;
    // RTC_AUTO_AUTHENTICATION, RTC_AUTO_REFRESH; 0: nothing.
    uint32_t automation;
    // Comes with each event of the registration.
    void *user_data;
} rtc_registration_options_t;

// An embedded server (rtc_server_start).
typedef struct rtc_server_options_t {
    // sizeof (rtc_server_options_t).
    uint32_t size;
    // RTC_SERVER_….
    uint32_t flags;
    // "udp:127.0.0.1:0, tcp:127.0.0.1:0"; none: these two. Also tls:, ws: and wss:.
    struct rtc_str_t listen;
    // Realm of its challenges; none: the domain.
    struct rtc_str_t realm;
    // The domains it serves beside its own addresses, a comma list.
    struct rtc_str_t domain;
    // Shortest registration; 0: 60.
    int32_t min_expires_secs;
    // Longest registration; 0: 7200.
    int32_t max_expires_secs;
    // Certificate and key for tls: and wss: in `listen`; may be NULL.
    const struct rtc_tls_options_t *tls;
} rtc_server_options_t;

// A user of an embedded server (rtc_server_set_user).
typedef struct rtc_server_user_t {
    // sizeof (rtc_server_user_t).
    uint32_t size;
    // None yet.
    uint32_t flags;
    // Name: the user part of its URI and of its credentials.
    struct rtc_str_t user;
    // Password.
    struct rtc_str_t password;
    // Where requests for it are redirected to (`status` 302), a comma list.
    struct rtc_str_t contacts;
    // Always answer so; 0: fork to the bindings.
    int32_t status;
    // 0.
    int32_t reserved;
} rtc_server_user_t;

// Success.
#define RTC_OK 0
// Success, and the answer is no or nothing.
#define RTC_FALSE 1
// `0x00EE8000`: no event will come any more.
#define RTC_S_END 15630336
// `0x00EE8001`: done when this callback has returned.
#define RTC_S_PENDING 15630337
// `0x80004001`: documented, and not in this build.
#define RTC_E_NOT_IMPLEMENTED -2147467263
// `0x80004003`: NULL where something is needed.
#define RTC_E_POINTER -2147467261
// `0x80004005`: failed for a reason that has no code of its own; the sentence says which.
#define RTC_E_FAIL -2147467259
// `0x8000FFFF`: the library met its own bug and contained it.
#define RTC_E_UNEXPECTED -2147418113
// `0x80070006`: stale, released, made-up or wrong-kind handle.
#define RTC_E_HANDLE -2147024890
// `0x8007000E`: no memory.
#define RTC_E_OUTOFMEMORY -2147024882
// `0x80070057`: an argument has no meaning here; the sentence names it.
#define RTC_E_INVALIDARG -2147024809
// `0x8007007A`: the buffer is too small; `needed` says how much.
#define RTC_E_INSUFFICIENT_BUFFER -2147024774
// `0x80072740`: the address and port are taken.
#define RTC_E_ADDRESS_IN_USE -2147014848
// `0x80EE0000`: SIP codecs do not match.
#define RTC_E_SIP_CODECS_DO_NOT_MATCH -2131886080
// `0x80EE0001`: SIP stream present.
#define RTC_E_SIP_STREAM_PRESENT -2131886079
// `0x80EE0002`: SIP stream not present.
#define RTC_E_SIP_STREAM_NOT_PRESENT -2131886078
// `0x80EE0003`: SIP no stream.
#define RTC_E_SIP_NO_STREAM -2131886077
// `0x80EE0004`: SIP parse failed.
#define RTC_E_SIP_PARSE_FAILED -2131886076
// `0x80EE0005`: SIP header not present.
#define RTC_E_SIP_HEADER_NOT_PRESENT -2131886075
// `0x80EE0006`: SDP not present.
#define RTC_E_SDP_NOT_PRESENT -2131886074
// `0x80EE0007`: SDP parse failed.
#define RTC_E_SDP_PARSE_FAILED -2131886073
// `0x80EE0008`: SDP update failed.
#define RTC_E_SDP_UPDATE_FAILED -2131886072
// `0x80EE0009`: SDP multicast.
#define RTC_E_SDP_MULTICAST -2131886071
// `0x80EE000A`: SDP connection addr.
#define RTC_E_SDP_CONNECTION_ADDR -2131886070
// `0x80EE000B`: SDP no media.
#define RTC_E_SDP_NO_MEDIA -2131886069
// `0x80EE000C`: SIP timeout.
#define RTC_E_SIP_TIMEOUT -2131886068
// `0x80EE000D`: SDP failed to build.
#define RTC_E_SDP_FAILED_TO_BUILD -2131886067
// `0x80EE000E`: SIP invite transaction pending.
#define RTC_E_SIP_INVITE_TRANSACTION_PENDING -2131886066
// `0x80EE000F`: SIP auth header sent.
#define RTC_E_SIP_AUTH_HEADER_SENT -2131886065
// `0x80EE0010`: SIP auth type not supported.
#define RTC_E_SIP_AUTH_TYPE_NOT_SUPPORTED -2131886064
// `0x80EE0011`: SIP auth failed.
#define RTC_E_SIP_AUTH_FAILED -2131886063
// `0x80EE0012`: invalid SIP URL.
#define RTC_E_INVALID_SIP_URL -2131886062
// `0x80EE0013`: destination address local.
#define RTC_E_DESTINATION_ADDRESS_LOCAL -2131886061
// `0x80EE0014`: invalid address local.
#define RTC_E_INVALID_ADDRESS_LOCAL -2131886060
// `0x80EE0015`: destination address multicast.
#define RTC_E_DESTINATION_ADDRESS_MULTICAST -2131886059
// `0x80EE0016`: invalid proxy address.
#define RTC_E_INVALID_PROXY_ADDRESS -2131886058
// `0x80EE0017`: SIP transport not supported.
#define RTC_E_SIP_TRANSPORT_NOT_SUPPORTED -2131886057
// `0x80EE0018`: SIP need more data.
#define RTC_E_SIP_NEED_MORE_DATA -2131886056
// `0x80EE0019`: SIP call disconnected.
#define RTC_E_SIP_CALL_DISCONNECTED -2131886055
// `0x80EE001A`: SIP request destination addr not present.
#define RTC_E_SIP_REQUEST_DESTINATION_ADDR_NOT_PRESENT -2131886054
// `0x80EE001B`: SIP UDP size exceeded.
#define RTC_E_SIP_UDP_SIZE_EXCEEDED -2131886053
// `0x80EE001C`: SIP SSL tunnel failed.
#define RTC_E_SIP_SSL_TUNNEL_FAILED -2131886052
// `0x80EE001D`: SIP SSL negotiation timeout.
#define RTC_E_SIP_SSL_NEGOTIATION_TIMEOUT -2131886051
// `0x80EE001E`: SIP stack shutdown.
#define RTC_E_SIP_STACK_SHUTDOWN -2131886050
// `0x80EE001F`: media controller state.
#define RTC_E_MEDIA_CONTROLLER_STATE -2131886049
// `0x80EE0020`: media need terminal.
#define RTC_E_MEDIA_NEED_TERMINAL -2131886048
// `0x80EE0021`: media audio device not available.
#define RTC_E_MEDIA_AUDIO_DEVICE_NOT_AVAILABLE -2131886047
// `0x80EE0022`: media video device not available.
#define RTC_E_MEDIA_VIDEO_DEVICE_NOT_AVAILABLE -2131886046
// `0x80EE0023`: start stream.
#define RTC_E_START_STREAM -2131886045
// `0x80EE0024`: media AEC.
#define RTC_E_MEDIA_AEC -2131886044
// `0x80EE0025`: client not initialized.
#define RTC_E_CLIENT_NOT_INITIALIZED -2131886043
// `0x80EE0026`: client already initialized.
#define RTC_E_CLIENT_ALREADY_INITIALIZED -2131886042
// `0x80EE0027`: client already shut down.
#define RTC_E_CLIENT_ALREADY_SHUT_DOWN -2131886041
// `0x80EE0028`: presence not enabled.
#define RTC_E_PRESENCE_NOT_ENABLED -2131886040
// `0x80EE0029`: invalid session type.
#define RTC_E_INVALID_SESSION_TYPE -2131886039
// `0x80EE002A`: invalid session state.
#define RTC_E_INVALID_SESSION_STATE -2131886038
// `0x80EE002B`: no profile.
#define RTC_E_NO_PROFILE -2131886037
// `0x80EE002C`: local phone needed.
#define RTC_E_LOCAL_PHONE_NEEDED -2131886036
// `0x80EE002D`: no device.
#define RTC_E_NO_DEVICE -2131886035
// `0x80EE002E`: invalid profile.
#define RTC_E_INVALID_PROFILE -2131886034
// `0x80EE002F`: profile no provision.
#define RTC_E_PROFILE_NO_PROVISION -2131886033
// `0x80EE0030`: profile no key.
#define RTC_E_PROFILE_NO_KEY -2131886032
// `0x80EE0031`: profile no name.
#define RTC_E_PROFILE_NO_NAME -2131886031
// `0x80EE0032`: profile no user.
#define RTC_E_PROFILE_NO_USER -2131886030
// `0x80EE0033`: profile no user URI.
#define RTC_E_PROFILE_NO_USER_URI -2131886029
// `0x80EE0034`: profile no server.
#define RTC_E_PROFILE_NO_SERVER -2131886028
// `0x80EE0035`: profile no server address.
#define RTC_E_PROFILE_NO_SERVER_ADDRESS -2131886027
// `0x80EE0036`: profile no server protocol.
#define RTC_E_PROFILE_NO_SERVER_PROTOCOL -2131886026
// `0x80EE0037`: profile invalid server protocol.
#define RTC_E_PROFILE_INVALID_SERVER_PROTOCOL -2131886025
// `0x80EE0038`: profile invalid server authmethod.
#define RTC_E_PROFILE_INVALID_SERVER_AUTHMETHOD -2131886024
// `0x80EE0039`: profile invalid server role.
#define RTC_E_PROFILE_INVALID_SERVER_ROLE -2131886023
// `0x80EE003A`: profile multiple registrars.
#define RTC_E_PROFILE_MULTIPLE_REGISTRARS -2131886022
// `0x80EE003B`: profile invalid session.
#define RTC_E_PROFILE_INVALID_SESSION -2131886021
// `0x80EE003C`: profile invalid session party.
#define RTC_E_PROFILE_INVALID_SESSION_PARTY -2131886020
// `0x80EE003D`: profile invalid session type.
#define RTC_E_PROFILE_INVALID_SESSION_TYPE -2131886019
// `0x80EE003E`: operation with too many participants.
#define RTC_E_OPERATION_WITH_TOO_MANY_PARTICIPANTS -2131886018
// `0x80EE003F`: basic auth set TLS.
#define RTC_E_BASIC_AUTH_SET_TLS -2131886017
// `0x80EE0040`: SIP high security set TLS.
#define RTC_E_SIP_HIGH_SECURITY_SET_TLS -2131886016
// `0x00EE0041`: roaming not supported.
#define RTC_S_ROAMING_NOT_SUPPORTED 15597633
// `0x80EE0042`: profile server unauthorized.
#define RTC_E_PROFILE_SERVER_UNAUTHORIZED -2131886014
// `0x80EE0043`: duplicate realm.
#define RTC_E_DUPLICATE_REALM -2131886013
// `0x80EE0044`: policy not allow.
#define RTC_E_POLICY_NOT_ALLOW -2131886012
// `0x80EE0045`: port mapping unavailable.
#define RTC_E_PORT_MAPPING_UNAVAILABLE -2131886011
// `0x80EE0046`: port mapping failed.
#define RTC_E_PORT_MAPPING_FAILED -2131886010
// `0x80EE0047`: security level not compatible.
#define RTC_E_SECURITY_LEVEL_NOT_COMPATIBLE -2131886009
// `0x80EE0048`: security level not defined.
#define RTC_E_SECURITY_LEVEL_NOT_DEFINED -2131886008
// `0x80EE0049`: security level not supported by participant.
#define RTC_E_SECURITY_LEVEL_NOT_SUPPORTED_BY_PARTICIPANT -2131886007
// `0x80EE004A`: duplicate buddy.
#define RTC_E_DUPLICATE_BUDDY -2131886006
// `0x80EE004B`: duplicate watcher.
#define RTC_E_DUPLICATE_WATCHER -2131886005
// `0x80EE004C`: malformed XML.
#define RTC_E_MALFORMED_XML -2131886004
// `0x80EE004D`: roaming operation interrupted.
#define RTC_E_ROAMING_OPERATION_INTERRUPTED -2131886003
// `0x80EE004E`: roaming failed.
#define RTC_E_ROAMING_FAILED -2131886002
// `0x80EE004F`: invalid buddy list.
#define RTC_E_INVALID_BUDDY_LIST -2131886001
// `0x80EE0050`: invalid ACL list.
#define RTC_E_INVALID_ACL_LIST -2131886000
// `0x80EE0051`: no group.
#define RTC_E_NO_GROUP -2131885999
// `0x80EE0052`: duplicate group.
#define RTC_E_DUPLICATE_GROUP -2131885998
// `0x80EE0053`: too many groups.
#define RTC_E_TOO_MANY_GROUPS -2131885997
// `0x80EE0054`: no buddy.
#define RTC_E_NO_BUDDY -2131885996
// `0x80EE0055`: no watcher.
#define RTC_E_NO_WATCHER -2131885995
// `0x80EE0056`: no realm.
#define RTC_E_NO_REALM -2131885994
// `0x80EE0057`: no transport.
#define RTC_E_NO_TRANSPORT -2131885993
// `0x80EE0058`: not exist.
#define RTC_E_NOT_EXIST -2131885992
// `0x80EE0059`: invalid preference list.
#define RTC_E_INVALID_PREFERENCE_LIST -2131885991
// `0x80EE005A`: max pending operations.
#define RTC_E_MAX_PENDING_OPERATIONS -2131885990
// `0x80EE005B`: too many retries.
#define RTC_E_TOO_MANY_RETRIES -2131885989
// `0x80EE005C`: invalid portrange.
#define RTC_E_INVALID_PORTRANGE -2131885988
// `0x80EE005D`: SIP call connection not established.
#define RTC_E_SIP_CALL_CONNECTION_NOT_ESTABLISHED -2131885987
// `0x80EE005E`: SIP additional party in two party session.
#define RTC_E_SIP_ADDITIONAL_PARTY_IN_TWO_PARTY_SESSION -2131885986
// `0x80EE005F`: SIP party already in session.
#define RTC_E_SIP_PARTY_ALREADY_IN_SESSION -2131885985
// `0x80EE0060`: SIP other party join in progress.
#define RTC_E_SIP_OTHER_PARTY_JOIN_IN_PROGRESS -2131885984
// `0x80EE0061`: invalid object state.
#define RTC_E_INVALID_OBJECT_STATE -2131885983
// `0x80EE0062`: presence enabled.
#define RTC_E_PRESENCE_ENABLED -2131885982
// `0x80EE0063`: roaming enabled.
#define RTC_E_ROAMING_ENABLED -2131885981
// `0x80EE0064`: SIP TLS incompatible encryption.
#define RTC_E_SIP_TLS_INCOMPATIBLE_ENCRYPTION -2131885980
// `0x80EE0065`: SIP invalid certificate.
#define RTC_E_SIP_INVALID_CERTIFICATE -2131885979
// `0x80EE0066`: no name server answered about the name (a name without records: RTC_E_NO_RECORDS).
#define RTC_E_SIP_DNS_FAIL -2131885978
// `0x80EE0067`: no connection could be made in its time (TCP, TLS or WebSocket: refused, or silent).
#define RTC_E_SIP_TCP_FAIL -2131885977
// `0x80EE0068`: too small expires value.
#define RTC_E_TOO_SMALL_EXPIRES_VALUE -2131885976
// `0x80EE0069`: the TLS handshake failed, or the peer closed in it.
#define RTC_E_SIP_TLS_FAIL -2131885975
// `0x80EE006A`: not presence profile.
#define RTC_E_NOT_PRESENCE_PROFILE -2131885974
// `0x80EE006B`: SIP invitee party timeout.
#define RTC_E_SIP_INVITEE_PARTY_TIMEOUT -2131885973
// `0x80EE006C`: SIP auth time skew.
#define RTC_E_SIP_AUTH_TIME_SKEW -2131885972
// `0x80EE006D`: invalid registration state.
#define RTC_E_INVALID_REGISTRATION_STATE -2131885971
// `0x80EE006E`: media disabled.
#define RTC_E_MEDIA_DISABLED -2131885970
// `0x80EE006F`: media enabled.
#define RTC_E_MEDIA_ENABLED -2131885969
// `0x80EE0070`: refer not accepted.
#define RTC_E_REFER_NOT_ACCEPTED -2131885968
// `0x80EE0071`: refer not allowed.
#define RTC_E_REFER_NOT_ALLOWED -2131885967
// `0x80EE0072`: refer not exist.
#define RTC_E_REFER_NOT_EXIST -2131885966
// `0x80EE0073`: SIP hold operation pending.
#define RTC_E_SIP_HOLD_OPERATION_PENDING -2131885965
// `0x80EE0074`: SIP unhold operation pending.
#define RTC_E_SIP_UNHOLD_OPERATION_PENDING -2131885964
// `0x80EE0075`: media session not exist.
#define RTC_E_MEDIA_SESSION_NOT_EXIST -2131885963
// `0x80EE0076`: media session in hold.
#define RTC_E_MEDIA_SESSION_IN_HOLD -2131885962
// `0x80EE0077`: another media session active.
#define RTC_E_ANOTHER_MEDIA_SESSION_ACTIVE -2131885961
// `0x80EE0078`: max redirects.
#define RTC_E_MAX_REDIRECTS -2131885960
// `0x80EE0079`: redirect processing failed.
#define RTC_E_REDIRECT_PROCESSING_FAILED -2131885959
// `0x80EE007A`: listening socket not exist.
#define RTC_E_LISTENING_SOCKET_NOT_EXIST -2131885958
// `0x80EE007B`: invalid listen socket.
#define RTC_E_INVALID_LISTEN_SOCKET -2131885957
// `0x80EE007C`: port manager already set.
#define RTC_E_PORT_MANAGER_ALREADY_SET -2131885956
// `0x80EE007D`: security level already set.
#define RTC_E_SECURITY_LEVEL_ALREADY_SET -2131885955
// `0x80EE007E`: UDP not supported.
#define RTC_E_UDP_NOT_SUPPORTED -2131885954
// `0x80EE007F`: SIP refer operation pending.
#define RTC_E_SIP_REFER_OPERATION_PENDING -2131885953
// `0x80EE0080`: platform not supported.
#define RTC_E_PLATFORM_NOT_SUPPORTED -2131885952
// `0x80EE0081`: SIP peer participant in multiparty session.
#define RTC_E_SIP_PEER_PARTICIPANT_IN_MULTIPARTY_SESSION -2131885951
// `0x80EE0082`: not allowed.
#define RTC_E_NOT_ALLOWED -2131885950
// `0x80EE0083`: registration deactivated.
#define RTC_E_REGISTRATION_DEACTIVATED -2131885949
// `0x80EE0084`: registration rejected.
#define RTC_E_REGISTRATION_REJECTED -2131885948
// `0x80EE0085`: registration unregistered.
#define RTC_E_REGISTRATION_UNREGISTERED -2131885947
// `0x00EF0064`: SIP status 100.
#define RTC_E_STATUS_INFO_TRYING 15663204
// `0x00EF00B4`: SIP status 180.
#define RTC_E_STATUS_INFO_RINGING 15663284
// `0x00EF00B5`: SIP status 181.
#define RTC_E_STATUS_INFO_CALL_FORWARDING 15663285
// `0x00EF00B6`: SIP status 182.
#define RTC_E_STATUS_INFO_QUEUED 15663286
// `0x00EF00B7`: SIP status 183.
#define RTC_E_STATUS_SESSION_PROGRESS 15663287
// `0x00EF00C8`: SIP status 200.
#define RTC_E_STATUS_SUCCESS 15663304
// `0x80EF012C`: SIP status 300.
#define RTC_E_STATUS_REDIRECT_MULTIPLE_CHOICES -2131820244
// `0x80EF012D`: SIP status 301.
#define RTC_E_STATUS_REDIRECT_MOVED_PERMANENTLY -2131820243
// `0x80EF012E`: SIP status 302.
#define RTC_E_STATUS_REDIRECT_MOVED_TEMPORARILY -2131820242
// `0x80EF012F`: SIP status 303.
#define RTC_E_STATUS_REDIRECT_SEE_OTHER -2131820241
// `0x80EF0131`: SIP status 305.
#define RTC_E_STATUS_REDIRECT_USE_PROXY -2131820239
// `0x80EF017C`: SIP status 380.
#define RTC_E_STATUS_REDIRECT_ALTERNATIVE_SERVICE -2131820164
// `0x80EF0190`: SIP status 400.
#define RTC_E_STATUS_CLIENT_BAD_REQUEST -2131820144
// `0x80EF0191`: SIP status 401.
#define RTC_E_STATUS_CLIENT_UNAUTHORIZED -2131820143
// `0x80EF0192`: SIP status 402.
#define RTC_E_STATUS_CLIENT_PAYMENT_REQUIRED -2131820142
// `0x80EF0193`: SIP status 403.
#define RTC_E_STATUS_CLIENT_FORBIDDEN -2131820141
// `0x80EF0194`: SIP status 404.
#define RTC_E_STATUS_CLIENT_NOT_FOUND -2131820140
// `0x80EF0195`: SIP status 405.
#define RTC_E_STATUS_CLIENT_METHOD_NOT_ALLOWED -2131820139
// `0x80EF0196`: SIP status 406.
#define RTC_E_STATUS_CLIENT_NOT_ACCEPTABLE -2131820138
// `0x80EF0197`: SIP status 407.
#define RTC_E_STATUS_CLIENT_PROXY_AUTHENTICATION_REQUIRED -2131820137
// `0x80EF0198`: SIP status 408.
#define RTC_E_STATUS_CLIENT_REQUEST_TIMEOUT -2131820136
// `0x80EF0199`: SIP status 409.
#define RTC_E_STATUS_CLIENT_CONFLICT -2131820135
// `0x80EF019A`: SIP status 410.
#define RTC_E_STATUS_CLIENT_GONE -2131820134
// `0x80EF019B`: SIP status 411.
#define RTC_E_STATUS_CLIENT_LENGTH_REQUIRED -2131820133
// `0x80EF019D`: SIP status 413.
#define RTC_E_STATUS_CLIENT_REQUEST_ENTITY_TOO_LARGE -2131820131
// `0x80EF019E`: SIP status 414.
#define RTC_E_STATUS_CLIENT_REQUEST_URI_TOO_LARGE -2131820130
// `0x80EF019F`: SIP status 415.
#define RTC_E_STATUS_CLIENT_UNSUPPORTED_MEDIA_TYPE -2131820129
// `0x80EF01A4`: SIP status 420.
#define RTC_E_STATUS_CLIENT_BAD_EXTENSION -2131820124
// `0x80EF01E0`: SIP status 480.
#define RTC_E_STATUS_CLIENT_TEMPORARILY_NOT_AVAILABLE -2131820064
// `0x80EF01E1`: SIP status 481.
#define RTC_E_STATUS_CLIENT_TRANSACTION_DOES_NOT_EXIST -2131820063
// `0x80EF01E2`: SIP status 482.
#define RTC_E_STATUS_CLIENT_LOOP_DETECTED -2131820062
// `0x80EF01E3`: SIP status 483.
#define RTC_E_STATUS_CLIENT_TOO_MANY_HOPS -2131820061
// `0x80EF01E4`: SIP status 484.
#define RTC_E_STATUS_CLIENT_ADDRESS_INCOMPLETE -2131820060
// `0x80EF01E5`: SIP status 485.
#define RTC_E_STATUS_CLIENT_AMBIGUOUS -2131820059
// `0x80EF01E6`: SIP status 486.
#define RTC_E_STATUS_CLIENT_BUSY_HERE -2131820058
// `0x80EF01E7`: SIP status 487.
#define RTC_E_STATUS_REQUEST_TERMINATED -2131820057
// `0x80EF01E8`: SIP status 488.
#define RTC_E_STATUS_NOT_ACCEPTABLE_HERE -2131820056
// `0x80EF01F4`: SIP status 500.
#define RTC_E_STATUS_SERVER_INTERNAL_ERROR -2131820044
// `0x80EF01F5`: SIP status 501.
#define RTC_E_STATUS_SERVER_NOT_IMPLEMENTED -2131820043
// `0x80EF01F6`: SIP status 502.
#define RTC_E_STATUS_SERVER_BAD_GATEWAY -2131820042
// `0x80EF01F7`: SIP status 503.
#define RTC_E_STATUS_SERVER_SERVICE_UNAVAILABLE -2131820041
// `0x80EF01F8`: SIP status 504.
#define RTC_E_STATUS_SERVER_SERVER_TIMEOUT -2131820040
// `0x80EF01F9`: SIP status 505.
#define RTC_E_STATUS_SERVER_VERSION_NOT_SUPPORTED -2131820039
// `0x80EF0258`: SIP status 600.
#define RTC_E_STATUS_GLOBAL_BUSY_EVERYWHERE -2131819944
// `0x80EF025B`: SIP status 603.
#define RTC_E_STATUS_GLOBAL_DECLINE -2131819941
// `0x80EF025C`: SIP status 604.
#define RTC_E_STATUS_GLOBAL_DOES_NOT_EXIST_ANYWHERE -2131819940
// `0x80EF025E`: SIP status 606.
#define RTC_E_STATUS_GLOBAL_NOT_ACCEPTABLE -2131819938
// `0x80F00005`: PINT status 5.
#define RTC_E_PINT_STATUS_REJECTED_BUSY -2131755003
// `0x80F00006`: PINT status 6.
#define RTC_E_PINT_STATUS_REJECTED_NO_ANSWER -2131755002
// `0x80F00007`: PINT status 7.
#define RTC_E_PINT_STATUS_REJECTED_ALL_BUSY -2131755001
// `0x80F00008`: PINT status 8.
#define RTC_E_PINT_STATUS_REJECTED_PL_FAILED -2131755000
// `0x80F00009`: PINT status 9.
#define RTC_E_PINT_STATUS_REJECTED_SW_FAILED -2131754999
// `0x80F0000A`: PINT status 10.
#define RTC_E_PINT_STATUS_REJECTED_CANCELLED -2131754998
// `0x80F0000B`: PINT status 11.
#define RTC_E_PINT_STATUS_REJECTED_BADNUMBER -2131754997
// `0x80EE8000`: the client's core met its own bug and stopped; shutdown and release work.
#define RTC_E_CLIENT_FAULTED -2131853312
// `0x80EE8001`: the client belongs to the parent process.
#define RTC_E_FORKED -2131853311
// `0x80EE8002`: no SIP message caused this event.
#define RTC_E_NO_SIP_MESSAGE -2131853310
// `0x80EE8003`: the peer does not support Replaces.
#define RTC_E_REPLACES_NOT_SUPPORTED -2131853309
// `0x80EE8004`: the port mapping is not valid.
#define RTC_E_MAPPING_INVALID -2131853308
// `0x80EE8005`: pull and sink mixed, or run_once on a threaded client or inside its own callback.
#define RTC_E_WRONG_MODE -2131853307
// `0x80EE8006`: a documented limit was reached; the sentence names it.
#define RTC_E_LIMIT -2131853306
// `0x80EE8007`: what this object hangs on is gone.
#define RTC_E_ORPHANED -2131853305
// `0x80EE8008`: the header belongs to the stack or has a setter of its own.
#define RTC_E_HEADER_RESERVED -2131853304
// `0x80EE8009`: the header lines are malformed.
#define RTC_E_HEADER_MALFORMED -2131853303
// `0x80EE800A`: the request has been answered.
#define RTC_E_ALREADY_ANSWERED -2131853302
// `0x80EE800B`: the time to answer has passed.
#define RTC_E_DEADLINE_PASSED -2131853301
// `0x80EE800C`: a request of this kind is on its way.
#define RTC_E_REQUEST_PENDING -2131853300
// `0x80EE800D`: the transaction's state does not allow this.
#define RTC_E_INVALID_TRANSACTION_STATE -2131853299
// `0x80EE800E`: the dialog's state does not allow this.
#define RTC_E_INVALID_DIALOG_STATE -2131853298
// `0x80EE800F`: the method has no place in this usage.
#define RTC_E_INVALID_DIALOG_REQUEST -2131853297
// `0x80EE8010`: the peer refused the refresh.
#define RTC_E_REFRESH_REJECTED -2131853296
// `0x80EE8011`: the ACK never came.
#define RTC_E_NO_ACK -2131853295
// `0x80EE8012`: nothing could be sent there: the UDP send failed or came back unreachable, or the connection was lost before the answer.
#define RTC_E_TRANSPORT -2131853294
// `0x80EE8013`: the outbound proxy does not respond.
#define RTC_E_PROXY_NOT_RESPONDING -2131853293
// `0x80EE8014`: the registrar's response makes no sense.
#define RTC_E_INVALID_REGISTRAR_RESPONSE -2131853292
// `0x80EE8015`: the URI's scheme has no meaning here.
#define RTC_E_INVALID_URI_TYPE -2131853291
// `0x80EE8016`: the contact has no meaning here.
#define RTC_E_INVALID_CONTACT -2131853290
// `0x80EE8017`: the peer's certificate is over, or not yet valid.
#define RTC_E_TLS_CERTIFICATE_EXPIRED -2131853289
// `0x80EE8018`: the peer's certificate names another domain than the one asked for.
#define RTC_E_TLS_WRONG_NAME -2131853288
// `0x80EE8019`: the peer's certificate leads to no authority that is trusted.
#define RTC_E_TLS_UNKNOWN_AUTHORITY -2131853287
// `0x80EE801A`: the peer asks for a certificate of ours and got none, or one that it does not take.
#define RTC_E_TLS_CLIENT_CERTIFICATE -2131853286
// `0x80EE801B`: the name has no record that leads to an address.
#define RTC_E_NO_RECORDS -2131853285

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The library's version, "0.1.0"; static text.
const char *rtc_library_version(void);

// A number that rises when something is added to this header.
uint32_t rtc_library_abi_version(void);

// Whether this build has a feature: "udp", "tcp", "tls", "ws", "ipv6", "server", "trace"; later "opus", "device" and others.
//
// RTC_OK: yes; RTC_FALSE: no, or a name that is not known. Errors: RTC_E_POINTER, RTC_E_INVALIDARG.
rtc_result_t rtc_library_has_feature(const char *name,
                                     size_t len);

// Sends the library's log lines to `sink`; NULL: silence, the default. The one process-wide setting.
//
// Errors: RTC_E_INVALIDARG (level, size, no on_log); RTC_E_FAIL when this copy of the library lives inside a program
// that logs by other means.
rtc_result_t rtc_library_set_log(const struct rtc_log_sink_t *sink);

// The sentence of this thread's last failing call: which argument, what was found, what to do. Never NULL; valid until this
// thread's next failing call.
const char *rtc_last_error_message(void);

// The name of a result, "RTC_E_INVALID_SESSION_STATE" or "404 Not Found"; static text, never NULL.
const char *rtc_result_name(rtc_result_t result);

// One reference more. Returns the handle's new count, 0 if it is stale.
uint32_t rtc_object_add_ref(rtc_object_t *object);

// One reference less. Returns the handle's new count, 0 also if it is stale or NULL.
//
// Gives the name up and ends nothing, with two exceptions, where it is the last reference: a client is shut down in the
// background, a server is stopped.
uint32_t rtc_object_release(rtc_object_t *object);

// What the handle is: RTC_KIND_…, 0 if it is stale.
int32_t rtc_object_get_kind(rtc_object_t *object);

// Its state, in the state enum of its kind: RTC_SESSION_STATE_…, RTC_CLIENT_STATE_… and so on. Events and messages have none.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG.
rtc_result_t rtc_object_get_state(rtc_object_t *object,
                                  int32_t *state);

// A related object of that kind: its client, profile, session …; of an event what its record names, and its message. It is
// yours: release it.
//
// A dialog names the connection that it began on; of a stream that we opened, the client's only one.
// RTC_FALSE: there is none. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG.
rtc_result_t rtc_object_get(rtc_object_t *object,
                            int32_t kind,
                            rtc_object_t **related);

// Its objects of a kind, in the order of their creation: a client's profiles, sessions, subscriptions, watchers, connections,
// a session's participants and open INVITE transactions. They are yours: release each.
//
// `key` (opt): only those of that URI, name or Call-ID. `count` gets how many there are; `capacity` 0 only asks.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INSUFFICIENT_BUFFER (nothing but `count` is written);
// RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_object_list(rtc_object_t *object,
                             int32_t kind,
                             const char *key,
                             size_t key_len,
                             rtc_object_t **items,
                             size_t capacity,
                             size_t *count);

// A number among its properties, RTC_PROPERTY_<KIND>_<NAME>; 0 where nothing is known yet. `index` 0 where it means nothing.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no number of this kind of object); RTC_E_NOT_EXIST (past the end of a
// list); RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_object_get_int(rtc_object_t *object,
                                int32_t property,
                                int32_t index,
                                int64_t *value);

// Sets a number among its properties.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (read only, or not now); life cycle.
rtc_result_t rtc_object_set_int(rtc_object_t *object, int32_t property, int32_t index, int64_t value);

// A text among its properties, copied and NUL-terminated; empty where nothing is known yet. `needed` (opt where `buf` is
// given) gets its length without the NUL; `cap` 0 only asks.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no text of this kind of object); RTC_E_NOT_EXIST (past the end of a
// list); RTC_E_INSUFFICIENT_BUFFER; RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_object_get_text(rtc_object_t *object,
                                 int32_t property,
                                 int32_t index,
                                 char *buf,
                                 size_t cap,
                                 size_t *needed);

// Sets a text among its properties.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (read only); life cycle.
rtc_result_t rtc_object_set_text(rtc_object_t *object,
                                 int32_t property,
                                 int32_t index,
                                 const char *text,
                                 size_t len);

// Sets the owner's own word about an object, which comes with each of its events. Events and messages have none.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG.
rtc_result_t rtc_object_set_user_data(rtc_object_t *object,
                                      void *user_data);

// The owner's own word about an object; NULL if there is none or the handle is stale.
void *rtc_object_get_user_data(rtc_object_t *object);

// A client that does nothing yet. It is yours: release it.
//
// Errors: RTC_E_POINTER; RTC_E_LIMIT.
rtc_result_t rtc_client_create(struct rtc_client_t **client);

// Starts a client: its threads, if it has any. `options` opt.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_PORTRANGE; RTC_E_NOT_IMPLEMENTED; RTC_E_CLIENT_ALREADY_INITIALIZED;
// RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_FAIL (no threads, no randomness).
rtc_result_t rtc_client_initialize(struct rtc_client_t *client,
                                   const struct rtc_client_options_t *options);

// Changes a running client: TLS, DNS, timers, defaults of sessions, times and name; what is not given (NULL, 0) stays, what
// is under way goes on as it began.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (flags, ports, nat, limits); life cycle.
rtc_result_t rtc_client_set_options(struct rtc_client_t *client,
                                    const struct rtc_client_options_t *options);

// Opens the listening sockets that RTC_PROPERTY_CLIENT_ALLOWED_PORTS lets, on all addresses: RTC_LISTEN_MODE_DYNAMIC on any
// port (or one of options.sip_port_min to max), RTC_LISTEN_MODE_BOTH on 5060 too; RTC_LISTEN_MODE_NONE closes them.
//
// RTC_FALSE: it listens so already. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; life cycle; RTC_E_ADDRESS_IN_USE;
// RTC_E_NOT_ALLOWED (by the system).
rtc_result_t rtc_client_listen(struct rtc_client_t *client,
                               int32_t mode);

// Chooses the events that are told, RTC_EVENT_FILTER_…; the default is RTC_EVENT_FILTER_DEFAULT, 0: none.
//
// What a hidden event would ask of the application is answered automatically. Errors: RTC_E_HANDLE; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
rtc_result_t rtc_client_set_event_filter(struct rtc_client_t *client,
                                         uint64_t mask);

// Events by callback on the event thread; NULL: back to the queue.
//
// When NULL has been set from another thread no callback runs or will run; inside a callback that holds once it returns.
// drop_user_data then runs, once; after a failure it does not. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_WRONG_MODE (a
// thread pulls); RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_UNEXPECTED (the callback before does not return).
rtc_result_t rtc_client_set_event_sink(struct rtc_client_t *client,
                                       const struct rtc_event_sink_t *sink);

// Takes the next event; it is yours: release it. `timeout_ms` -1: no time-out, 0: do not wait.
//
// RTC_OK: an event; RTC_FALSE: none in time; RTC_S_END: the client has shut down and the queue is empty. With
// RTC_CLIENT_APPLICATION_DRIVEN this turns the client as rtc_client_run_once does.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_WRONG_MODE (a sink is set, or
// inside a callback).
rtc_result_t rtc_client_next_event(struct rtc_client_t *client,
                                   int32_t timeout_ms,
                                   struct rtc_event_t **event);

// Something to wait on, never to read: a file descriptor (Windows: an event HANDLE) that is readable while events are
// queued; with RTC_CLIENT_APPLICATION_DRIVEN while rtc_client_run_once has work.
//
// `next_ms` (opt) gets how long it may sleep at most although `fd` is not readable, -1: any time.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_FAIL.
rtc_result_t rtc_client_get_event_fd(struct rtc_client_t *client,
                                     intptr_t *fd,
                                     int32_t *next_ms);

// Application-driven: waits for something to do, does it, with all callbacks, and returns. `timeout_ms` -1: no time-out.
//
// RTC_FALSE: there was nothing. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_CLIENT_NOT_INITIALIZED;
// RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_WRONG_MODE (a client with threads, or inside a callback).
rtc_result_t rtc_client_run_once(struct rtc_client_t *client,
                                 int32_t timeout_ms);

// Lets NOTIFY requests of an event package into the dialogs of a session, or with `session` NULL of all to come; `allow` 0
// no more. Adds Allow-Events. They arrive as RTC_EVENT_SESSION_NOTIFICATION.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; life cycle.
rtc_result_t rtc_client_allow_dialog_notifications(struct rtc_client_t *client,
                                                   struct rtc_session_t *session,
                                                   const char *package,
                                                   size_t len,
                                                   int32_t allow);

// Makes the client a notifier of an event package: Allow-Events names it, SUBSCRIBE arrives as RTC_EVENT_WATCHER.
//
// `types`: the content types that notifications have, a comma list (opt). `mode`: RTC_SERVE_OFFER asks the application,
// RTC_SERVE_ACCEPT lets everybody watch, RTC_SERVE_STOP ends it and the subscriptions to it. For `dialog` (our calls), `….winfo`
// (who watches) and `kpml` (key presses of INFO) the library writes the bodies, until the application gives one for a watcher.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; life cycle.
rtc_result_t rtc_client_serve_package(struct rtc_client_t *client,
                                      const char *package,
                                      size_t len,
                                      const char *types,
                                      size_t types_len,
                                      int32_t mode);

// Counters and live objects.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (size); RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_client_get_statistics(struct rtc_client_t *client, struct rtc_statistics_t *statistics);

// Starts, replaces or stops the writer of one kind of trace: RTC_TRACE_LADDER, _PCAP, _JSON.
//
// With neither path nor on_bytes it stops. drop_user_data runs once, when no call of on_bytes runs or will run; after a
// failure it does not. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_IMPLEMENTED (HEP); life cycle;
// RTC_E_FAIL (the file cannot be written; the sentence has the reason).
rtc_result_t rtc_client_trace(struct rtc_client_t *client,
                              const struct rtc_trace_options_t *options);

// Says goodbye: BYE, CANCEL, unsubscribe, unregister. Ends in RTC_EVENT_CLIENT / RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE.
//
// RTC_FALSE: said before. Errors: RTC_E_HANDLE; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
rtc_result_t rtc_client_prepare_for_shutdown(struct rtc_client_t *client);

// Stops now: closes sockets, says nothing to peers, waits for the threads. What is queued can still be pulled.
//
// RTC_S_PENDING: inside a callback; no other follows, done when this one returns. Of two threads the second waits for the
// first. Errors: RTC_E_HANDLE; RTC_E_CLIENT_NOT_INITIALIZED; RTC_E_CLIENT_ALREADY_SHUT_DOWN; RTC_E_UNEXPECTED (a callback did
// not return within options.shutdown_ms).
rtc_result_t rtc_client_shutdown(struct rtc_client_t *client);

// An account; sends nothing. It is yours: release it.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_LIMIT (too many proxies, contacts or
// profiles); life cycle.
rtc_result_t rtc_profile_create(struct rtc_client_t *client,
                                const struct rtc_profile_options_t *options,
                                struct rtc_profile_t **profile);

// An account from the XML that IRTCClientProvisioning::CreateProfile took; sends nothing. It is yours: release it.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_MALFORMED_XML; RTC_E_INVALID_PROFILE and one RTC_E_PROFILE_…
// for each fault; life cycle.
rtc_result_t rtc_profile_create_from_xml(struct rtc_client_t *client,
                                         const char *xml,
                                         size_t len,
                                         struct rtc_profile_t **profile);

// Takes the account into use: with `register_flags` RTC_REGISTER_… it registers and keeps registered, with 0 it is for
// selection only. Again after new credentials. `roaming_flags` 0.
//
// Progress comes as RTC_EVENT_REGISTRATION_STATE_CHANGE. RTC_FALSE: it is registered or on its way.
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_IMPLEMENTED (roaming); life cycle.
rtc_result_t rtc_profile_enable(struct rtc_profile_t *profile,
                                uint32_t register_flags,
                                uint32_t roaming_flags);

// Takes the account out of use; unregisters.
//
// RTC_FALSE: it is not in use. Errors: RTC_E_HANDLE; life cycle.
rtc_result_t rtc_profile_disable(struct rtc_profile_t *profile);

// Publishes own event state, RFC 3903: PUBLISH with its entity tag, kept alive; RTC_SEND_END removes it.
//
// `send.content_type` and `send.body` are the state. How it goes comes as RTC_EVENT_PUBLICATION.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_REQUEST_PENDING; life cycle.
rtc_result_t rtc_profile_publish(struct rtc_profile_t *profile,
                                 const char *package,
                                 size_t len,
                                 const struct rtc_send_t *send);

// Sets the credentials for one realm or any, of a client or a profile; without a user they are forgotten.
//
// Of the transaction in an RTC_EVENT_CHALLENGE: answers it, for `realm` or (empty) for all that are open; with
// RTC_CREDENTIALS_DECLINE the challenge stands; of a stand-alone refresh the same. The request goes on when no realm is open any more. What is given so serves
// the session, subscription or registration it was asked for, and nothing else.
// With RTC_CREDENTIALS_OF_PEER, of a client or profile: peers must prove to be one of the users set so (401); without a user
// those of the realm are forgotten.
// Order when a challenge is answered: transaction, profile, client.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE (no challenge waits there);
// RTC_E_LIMIT; life cycle.
rtc_result_t rtc_credentials_set(rtc_object_t *scope,
                                 const struct rtc_credentials_t *credentials);

// A session in state IDLE; sends nothing. It is yours: release it. `type` RTC_SESSION_TYPE_…; `options` opt.
//
// Errors: RTC_E_HANDLE (of options.profile too); RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_IMPLEMENTED (PHONE_TO_PHONE,
// MULTIPARTY_IM, and options that are not in this version); RTC_E_MEDIA_DISABLED; life cycle.
rtc_result_t rtc_session_create(struct rtc_client_t *client,
                                int32_t type,
                                const struct rtc_session_options_t *options,
                                struct rtc_session_t **session);

// Adds the one participant and sends the INVITE (RTC_SESSION_TYPE_IM: nothing yet). `name`, `send`, `participant` opt.
//
// `uri` is a sip:, sips: or tel: URI. Progress comes as RTC_EVENT_SESSION_STATE_CHANGE and _PARTICIPANT_STATE_CHANGE; a
// participant that is asked for is yours: release it. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG;
// RTC_E_INVALID_SIP_URL; RTC_E_HEADER_MALFORMED, _RESERVED; RTC_E_INVALID_SESSION_STATE (not IDLE); life cycle.
rtc_result_t rtc_session_add_participant(struct rtc_session_t *session,
                                         const char *uri,
                                         size_t uri_len,
                                         const char *name,
                                         size_t name_len,
                                         const struct rtc_send_t *send,
                                         struct rtc_participant_t **participant);

// Answers an incoming session: `status` 0 is 200; 101 to 199 progress; 300 to 699 refuse. `send` (opt): own description.
//
// RTC_SEND_RELIABLE sends progress reliably (RFC 3262); RTC_EVENT_PRACK tells that it arrived. A description in it is part of
// the exchange: the 200 then waits for the PRACK. Of a re-INVITE, once it has its PRACK, the change is in use: a refusal after
// that goes out as 200 (RFC 6141 §3.3). Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (no 100rel); RTC_E_SDP_PARSE_FAILED; RTC_E_SIP_CODECS_DO_NOT_MATCH; RTC_E_INVALID_SESSION_STATE;
// life cycle.
rtc_result_t rtc_session_answer(struct rtc_session_t *session,
                                int32_t status,
                                const struct rtc_send_t *send);

// Ends a session: refuses, cancels or hangs up, whatever its state asks for. `reason` RTC_TERMINATE_REASON_…; `send` opt.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_SESSION_STATE (it has ended, by the peer perhaps: the event is queued);
// RTC_E_CLIENT_ALREADY_SHUT_DOWN.
rtc_result_t rtc_session_terminate(struct rtc_session_t *session,
                                   int32_t reason,
                                   const struct rtc_send_t *send);

// Incoming: 302 to `uri`. Outgoing and redirected (RTC_SESSION_FAIL_ON_REDIRECT): goes on to `uri`, NULL the next contact.
//
// `flags` 0; `send` opt. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL;
// RTC_E_INVALID_SESSION_STATE; RTC_E_NOT_EXIST (no contact is left); life cycle.
rtc_result_t rtc_session_redirect(struct rtc_session_t *session,
                                  const char *uri,
                                  size_t len,
                                  uint32_t flags,
                                  const struct rtc_send_t *send);

// Puts the peer on hold (`hold` 1) or takes it back (0) by a re-INVITE. `send` opt.
//
// RTC_FALSE: it is so already. How it goes comes as RTC_EVENT_SESSION_OPERATION_COMPLETE and _STATE_CHANGE; RTC_E_SIP_CALL_DISCONNECTED there: the
// session ended, by either side's BYE, before the peer had answered.
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_SESSION_STATE; RTC_E_SIP_HOLD_OPERATION_PENDING, _UNHOLD_…,
// RTC_E_SIP_INVITE_TRANSACTION_PENDING; life cycle.
rtc_result_t rtc_session_hold(struct rtc_session_t *session,
                              int32_t hold,
                              const struct rtc_send_t *send);

// A new offer in a session that stands, `send`'s own or the library's. `flags` RTC_REINVITE_…; `send` opt.
//
// RTC_REINVITE_UPDATE sends UPDATE, once descriptions have been exchanged before the session stands too. How it goes comes as
// RTC_EVENT_SESSION_OPERATION_COMPLETE; RTC_E_SIP_CALL_DISCONNECTED there: the session ended first.
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (the peer takes no UPDATE); RTC_E_INVALID_SESSION_STATE;
// RTC_E_SIP_INVITE_TRANSACTION_PENDING; RTC_E_SDP_PARSE_FAILED; life cycle.
rtc_result_t rtc_session_reinvite(struct rtc_session_t *session,
                                  uint32_t flags,
                                  const struct rtc_send_t *send);

// A request inside a session: "INFO", "MESSAGE" (RTC_SESSION_TYPE_IM: to the participant), "OPTIONS", any other. `send` opt.
//
// Messages go out one after the other, each when the one before has its answer. What is taken from the peer the additional headers
// of the session or client say: `Accept` the types of messages (else 415; without it all), `Recv-Info` the packages of INFO (else
// 469; INFO that names none is always taken).
// Its response comes as RTC_EVENT_SESSION_OPERATION_COMPLETE with the cookie; RTC_E_SIP_CALL_DISCONNECTED there: the session
// ended first. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no method); RTC_E_NOT_ALLOWED (it has a verb of its
// own); RTC_E_INVALID_SESSION_STATE; life cycle.
rtc_result_t rtc_session_send(struct rtc_session_t *session,
                              const char *method,
                              size_t len,
                              const struct rtc_send_t *send);

// Tells the peer of a message session or call that we type, RTC_MESSAGING_USER_STATUS_TYPING, or no longer do, _IDLE (RFC 3994).
//
// The library writes the body; the same again within a minute is not sent: RTC_FALSE. A message with content says idle by itself.
// The peer's word comes as RTC_EVENT_MESSAGING, kind RTC_MESSAGING_EVENT_STATUS, with the state; idle too when it lapses. `send` opt.
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG (no status; a body); RTC_E_INVALID_SESSION_STATE; RTC_E_LIMIT; life cycle.
rtc_result_t rtc_session_send_status(struct rtc_session_t *session,
                                     int32_t status,
                                     const struct rtc_send_t *send);

// A subscription to any event package; sends nothing, so that headers can be set first. It is yours: release it.
//
// Errors: RTC_E_HANDLE (of options.profile too); RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; life cycle.
rtc_result_t rtc_subscription_create(struct rtc_client_t *client,
                                     const struct rtc_subscription_options_t *options,
                                     struct rtc_subscription_t **subscription);

// SUBSCRIBE, or anew when it stands; of an unsolicited one: switch on. `send` opt.
//
// Progress comes as RTC_EVENT_SUBSCRIPTION_STATE_CHANGE, notifications as RTC_EVENT_SUBSCRIPTION_NOTIFY.
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_HEADER_MALFORMED, _RESERVED; RTC_E_REQUEST_PENDING; life cycle.
rtc_result_t rtc_subscription_subscribe(struct rtc_subscription_t *subscription,
                                        const struct rtc_send_t *send);

// Ends a subscription: Expires 0, then its last NOTIFY; of an unsolicited one: switch off. `send` opt.
//
// RTC_FALSE: it does not stand. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
rtc_result_t rtc_subscription_unsubscribe(struct rtc_subscription_t *subscription,
                                          const struct rtc_send_t *send);

// Decides on a watcher: ALLOWED (200, active), PROMPT (202, pending), BLOCKED (200, told nothing), DENIED (403); later it
// changes the decision. `send` (opt): the first notification's body.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_OBJECT_STATE (it has ended); life cycle.
rtc_result_t rtc_watcher_answer(struct rtc_watcher_t *watcher,
                                int32_t state,
                                const struct rtc_send_t *send);

// Sends a NOTIFY, which also decides an undecided watcher: `state` "active", "pending", "terminated;reason=noresource", NULL keeps it; the body from `send` (opt).
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_OBJECT_STATE (it has ended); life cycle.
rtc_result_t rtc_watcher_notify(struct rtc_watcher_t *watcher,
                                const char *state,
                                size_t len,
                                const struct rtc_send_t *send);

// The whole record in one call; handles and texts in it live as long as the event is held.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (size); RTC_E_LIMIT (no handle is left).
rtc_result_t rtc_event_get_info(struct rtc_event_t *event, struct rtc_event_info_t *info);

// The message that caused the event; it is yours: release it.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_NO_SIP_MESSAGE (a time-out or a call of this program caused it).
rtc_result_t rtc_event_get_sip_message(struct rtc_event_t *event, struct rtc_sip_message_t **message);

// A text made from the event, a view that lives as long as the event is held. `index` 0.
//
// RTC_EVENT_TEXT_JSON: the event as one line of JSON. Its fields, in this order, those that do not apply left out: event (the
// type in lower case, "session_state_change"), sequence, time_us, profile, session, participant, subscription, watcher,
// transaction (numbers that name the objects), cookie, state, kind, reason (names in lower case, or numbers), status (SIP) or
// result (name), status_text, uri, text, content_type, body, document (what the body says, where its type is one that the library
// reads: presence, watcher, dialog, registration and conference information, message summaries, key presses, typing) or
// document_fault (malformed, too_large, not_this_document, invalid), value (array), capabilities (of a 2xx to
// OPTIONS: methods, tags, types, encodings, languages, packages, codecs), answer_within_ms, forked, last, start_line and call_id (of
// the message). RTC_EVENT_TEXT_CALL_ID, _LOCAL_TAG, _REMOTE_TAG:
// of RTC_EVENT_SESSION_CONSULTANT_REFERRED, the dialog to replace as its target sees it. Any other is empty, with RTC_FALSE.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG.
rtc_result_t rtc_event_get_text(struct rtc_event_t *event,
                                int32_t what,
                                int32_t index,
                                struct rtc_str_t *text);

// Answers the request in an event whose answer_within_ms is above 0: `status` 0 accepts (200 or 202). `send` opt.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (nothing waits in this event); RTC_E_ALREADY_ANSWERED;
// RTC_E_DEADLINE_PASSED; life cycle.
rtc_result_t rtc_event_answer(struct rtc_event_t *event,
                              int32_t status,
                              const struct rtc_send_t *send);

// Reads a message from a datagram, or with RTC_PARSE_STREAM from the start of a stream's bytes.
//
// `consumed` (opt) gets the bytes that the message took, empty lines before it included. The message is yours: release it.
// RTC_PARSE_STRICT also refuses headers that could be passed over. Errors: RTC_E_POINTER; RTC_E_INVALIDARG (flags);
// RTC_E_SIP_PARSE_FAILED (what and where stands in the sentence); RTC_E_SIP_NEED_MORE_DATA (stream: not whole yet).
rtc_result_t rtc_sip_message_parse(const void *bytes,
                                   size_t len,
                                   uint32_t flags,
                                   size_t *consumed,
                                   struct rtc_sip_message_t **message);

// Start line and the fields of every dialog, in one call.
//
// Text views live until the last release of the message. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (size).
rtc_result_t rtc_sip_message_get_head(struct rtc_sip_message_t *message,
                                      struct rtc_sip_head_t *head);

// One header, taken apart: by name in its long or compact form, or any with `name` NULL.
//
// `index` counts the elements of lists, with RTC_HEADER_LINES the lines as received. A value that its grammar refuses comes
// as RTC_HEADER_FORM_RAW. Text views live until the last release of the message.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_SIP_HEADER_NOT_PRESENT (past the end too).
rtc_result_t rtc_sip_message_get_header(struct rtc_sip_message_t *message,
                                        const char *name,
                                        size_t len,
                                        size_t index,
                                        uint32_t flags,
                                        struct rtc_header_t *header);

// The body: `part` -1 the whole of it, 0 and up the parts of a multipart body.
//
// Text views live until the last release of the message. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG;
// RTC_E_NOT_EXIST (no such part).
rtc_result_t rtc_sip_message_get_body(struct rtc_sip_message_t *message,
                                      int32_t part,
                                      struct rtc_body_t *body);

// Every byte of the message, as it came or as it goes out; folded lines are joined.
//
// The view lives until the last release of the message. Errors: RTC_E_HANDLE; RTC_E_POINTER.
rtc_result_t rtc_sip_message_get_text(struct rtc_sip_message_t *message, struct rtc_str_t *text);

// Makes a message: headers in the RFC's order, the right Content-Length.
//
// With `status`: a response to `base`, which gives it Via, From, To, Call-ID and CSeq. With `status` 0: a request; what
// `base` (NULL: nothing) and `headers` leave out of Via, From, To, Call-ID, CSeq and Max-Forwards is made, unless
// RTC_SEND_EXPERT. `headers` replace those of `base` by name. The message is yours: release it.
// Errors: RTC_E_HANDLE (base); RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_HEADER_MALFORMED;
// RTC_E_HEADER_RESERVED (Content-Length).
rtc_result_t rtc_sip_message_create(const struct rtc_sip_message_options_t *options,
                                    struct rtc_sip_message_t **message);

// Reads one header value, without a message: the same record as rtc_sip_message_get_header.
//
// `name` in its long or compact form. The views point into `name` and `value`; a display name or warning text that had
// to be unescaped is valid until this thread's next call. A header that is not known is RTC_HEADER_FORM_RAW.
// Errors: RTC_E_POINTER; RTC_E_INVALIDARG (CR, LF or NUL inside); RTC_E_SIP_PARSE_FAILED (not what that header holds).
rtc_result_t rtc_header_parse(const char *name,
                              size_t name_len,
                              const char *value,
                              size_t len,
                              struct rtc_header_t *header);

// Finds a parameter in a text of them (of a header, a URI or a challenge): by name, or by position with `name` NULL.
//
// `index` counts the parameters of that name, or all. `found` (opt) gets the name as written, `value` its value without quotes;
// a parameter without a value has a NULL `value->ptr`. Both are views into `params`.
// RTC_FALSE: there is none. Errors: RTC_E_POINTER; RTC_E_INVALIDARG (`params` is no list of parameters).
rtc_result_t rtc_params_get(const char *params,
                            size_t len,
                            const char *name,
                            size_t name_len,
                            size_t index,
                            struct rtc_str_t *found,
                            struct rtc_str_t *value);

// Takes a URI apart: sip, sips, tel; of others the scheme, and what follows as `host`. The views point into `uri`.
//
// Errors: RTC_E_POINTER; RTC_E_INVALID_SIP_URL (no URI).
rtc_result_t rtc_uri_parse(const char *uri,
                           size_t len,
                           struct rtc_uri_t *parts);

// Whether two URIs are equal by RFC 3261 19.1.4 (tel: RFC 3966 4): RTC_OK or RTC_FALSE.
//
// Errors: RTC_E_POINTER; RTC_E_INVALID_SIP_URL (one of them is no URI).
rtc_result_t rtc_uri_equal(const char *a, size_t a_len, const char *b, size_t b_len);

// Sets header lines that go into every message of a session or subscription from now on, requests and responses but 100;
// of a client: of every new session. `lines` "Name: value", CRLF or LF between them; NULL: none any more,
// those of the client included; empty: only those of the client.
//
// `flags` RTC_HEADERS_…. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_HEADER_MALFORMED; RTC_E_HEADER_RESERVED (the stack's
// own, without RTC_HEADERS_EXPERT); RTC_E_INVALID_OBJECT_STATE (it has ended); RTC_E_NOT_IMPLEMENTED (other kinds); life cycle.
rtc_result_t rtc_sip_object_set_additional_header_values(rtc_object_t *object,
                                                         const char *lines,
                                                         size_t len,
                                                         uint32_t flags);

// The lines as set, each ended by CRLF. `needed` opt where `buf` is given.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INSUFFICIENT_BUFFER; RTC_E_NOT_IMPLEMENTED; RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_sip_object_get_additional_header_values(rtc_object_t *object,
                                                         char *buf,
                                                         size_t cap,
                                                         size_t *needed);

// rtc_sip_object_set_additional_header_values for a session, by its first name.
rtc_result_t rtc_session_set_additional_header_values(struct rtc_session_t *session,
                                                      const char *lines,
                                                      size_t len,
                                                      uint32_t flags);

// rtc_sip_object_get_additional_header_values for a session, by its first name.
rtc_result_t rtc_session_get_additional_header_values(struct rtc_session_t *session,
                                                      char *buf,
                                                      size_t cap,
                                                      size_t *needed);

// Listens on an address by UDP, TCP, TLS; by none said: UDP and TCP. It is yours: release it (it listens on until it is closed).
// `options` opt.
//
// RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS has the real port; that of TLS is the one after that of UDP and TCP, where it is not
// alone. TLS needs a certificate (rtc_tls_options_t); WebSocket is for going out only and needs no connection.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_SIP_TRANSPORT_NOT_SUPPORTED; RTC_E_SIP_INVALID_CERTIFICATE (TLS
// without a certificate); RTC_E_NOT_IMPLEMENTED (options that are not in this version); life cycle; RTC_E_ADDRESS_IN_USE;
// RTC_E_INVALID_ADDRESS_LOCAL; RTC_E_NOT_ALLOWED (by the system).
rtc_result_t rtc_connection_create(struct rtc_client_t *client,
                                   const struct rtc_connection_options_t *options,
                                   struct rtc_connection_t **connection);

// Stops listening; what hangs on the last connection ends, one RTC_EVENT_CONNECTION_STATE tells.
//
// RTC_FALSE: it is closed. Errors: RTC_E_HANDLE; RTC_E_CLIENT_ALREADY_SHUT_DOWN.
rtc_result_t rtc_connection_close(struct rtc_connection_t *connection);

// Sends a request outside any dialog: OPTIONS, MESSAGE, any but those that have a verb of their own. `context`: a client, a
// profile, a registration or a connection. `send`, `transaction` opt.
//
// Its final response comes as RTC_EVENT_RESPONSE, or RTC_EVENT_TRANSACTION_FAILED without one, with the cookie and the
// transaction, which is yours where it is asked for: release it. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG;
// RTC_E_NOT_ALLOWED (the method has a verb of its own: REGISTER, INVITE, PRACK, ACK, CANCEL, UPDATE, BYE, SUBSCRIBE, REFER, NOTIFY;
// all but INVITE, ACK and CANCEL go with RTC_SEND_EXPERT); RTC_E_INVALID_SIP_URL; RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
//
// RTC_SEND_REFRESH with send.expires_secs: it is repeated before it expires, half of its time or ten minutes before its end;
// rtc_object_get gives the transaction's RTC_KIND_REFRESH, RTC_EVENT_REFRESH_STATE tells of it. From, To and Contact may stand among
// send.headers.
rtc_result_t rtc_request_send(rtc_object_t *context,
                              const char *method,
                              size_t len,
                              const char *uri,
                              size_t uri_len,
                              const struct rtc_send_t *send,
                              struct rtc_transaction_t **transaction);

// Says what this program knows of the network: RTC_NETWORK_CHANGED (addresses: registrations are renewed),
// RTC_NETWORK_SUSPENDED, RTC_NETWORK_RESUMED, RTC_NETWORK_LOST (all that waits ends without a message, told by one
// RTC_EVENT_CONNECTION_STATE, with RTC_CLIENT_REPORT_EACH by one event each). `connection` NULL: all of them.
//
// RTC_FALSE: it is in that state. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_OBJECT_STATE (closed); life cycle.
rtc_result_t rtc_client_notify_network(struct rtc_client_t *client,
                                       struct rtc_connection_t *connection,
                                       int32_t change);

// Names of security mechanisms (RFC 3329), a comma list: all that are supported, or those in use with a next hop, an IP
// address with or without port; none where nothing was agreed. `next_hop` opt.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INSUFFICIENT_BUFFER; RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_client_get_security_mechanisms(struct rtc_client_t *client,
                                                const char *next_hop,
                                                size_t len,
                                                char *buf,
                                                size_t cap,
                                                size_t *needed);

// Answers the request of a server transaction, as RTC_EVENT_REQUEST or any event that waits for an answer gives it:
// `status` 101 to 199 any number of times, then one of 200 to 699. `send` (opt) brings reason phrase, headers and body.
//
// RTC_SEND_RELIABLE: 101 to 199 of an INVITE by RFC 3262. An answer to an INVITE below 300 makes a session of it, which
// rtc_object_get gives. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE (an ACK, one of ours, over);
// RTC_E_ALREADY_ANSWERED (by this program, or by the library itself); RTC_E_DEADLINE_PASSED; RTC_E_INVALID_DIALOG_STATE (the
// INVITE can make no dialog); RTC_E_NOT_ALLOWED (the peer knows no 100rel); RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
rtc_result_t rtc_transaction_respond(struct rtc_transaction_t *transaction,
                                     int32_t status,
                                     const struct rtc_send_t *send);

// The application answers this request, within `deadline_ms` (1 to 600,000) from now on; then the library answers 500,
// an INVITE 480, and queues RTC_EVENT_TRANSACTION_EXPIRED. May be called again.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE; RTC_E_ALREADY_ANSWERED; RTC_E_DEADLINE_PASSED;
// life cycle.
rtc_result_t rtc_transaction_claim(struct rtc_transaction_t *transaction,
                                   int32_t deadline_ms);

// Cancels an INVITE of ours (RFC 3261 §9.1): the CANCEL is held until the first provisional response and left out when the
// final one is there first. `send` opt: its reason goes into a Reason header.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_TRANSACTION_STATE (no INVITE of ours, or over); RTC_E_HEADER_MALFORMED,
// _RESERVED; life cycle.
rtc_result_t rtc_transaction_cancel(struct rtc_transaction_t *transaction,
                                    const struct rtc_send_t *send);

// A message of a transaction, over or not: `which` 0 the request, 1 and up its responses as far as they are kept (the
// last 16), -1 the newest response. It is yours: release it.
//
// RTC_FALSE: there is none (yet). Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_CLIENT_NOT_INITIALIZED.
rtc_result_t rtc_transaction_get_message(struct rtc_transaction_t *transaction,
                                         int32_t which,
                                         struct rtc_sip_message_t **message);

// Lets the application see requests outside dialogs before anybody else: those that the filter takes come as
// RTC_EVENT_REQUEST with `cookie` and wait for rtc_transaction_respond, rtc_transaction_claim or rtc_event_answer; what is
// neither answered nor claimed in time goes its ordinary way. Filters are tried in the order in which their cookies were first set.
//
// NULL removes (RTC_FALSE: there is none). Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_LIMIT (64); life cycle.
rtc_result_t rtc_client_set_request_filter(struct rtc_client_t *client,
                                           int64_t cookie,
                                           const struct rtc_request_filter_t *filter);

// Refers the session's peer: blind to `uri`, or attended to the peer of `consult` in that call's place. One of the two opt.
//
// Progress comes as RTC_EVENT_SESSION_REFER_STATUS; RTC_EVENT_SESSION_OPERATION_COMPLETE has the cookie, and as result what
// the new call came to, or RTC_E_REFER_NOT_ACCEPTED. After success the library ends the session (and `consult`), else it is as
// before. RTC_SEND_NO_SUBSCRIPTION: no progress is asked for. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL;
// RTC_E_SIP_REFER_OPERATION_PENDING; RTC_E_INVALID_SESSION_STATE; RTC_E_LIMIT; life cycle.
rtc_result_t rtc_session_refer(struct rtc_session_t *session,
                               const char *uri,
                               size_t len,
                               struct rtc_session_t *consult,
                               const struct rtc_send_t *send);

// The INVITE of an idle session will carry Replaces, or by `id.flags` Join or Target-Dialog: pick-up, retrieval from park.
//
// Who is called refuses with 481 when it has no such dialog; that comes as any refusal. Errors: RTC_E_HANDLE; RTC_E_POINTER;
// RTC_E_INVALIDARG; RTC_E_INVALID_SESSION_STATE (not IDLE, or id.session has no dialog); life cycle.
rtc_result_t rtc_session_replace(struct rtc_session_t *session,
                                 const struct rtc_dialog_id_t *id);

// RTC_EVENT_SESSION_REFERRED, accepted: tells the referrer how it goes, `status` 100 to 699; from 200 on that is the last word.
//
// A session made with options.referral is reported on by itself. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (no
// such event); RTC_E_REFER_NOT_ALLOWED (not accepted); RTC_E_REFER_NOT_EXIST (over, or nobody wants reports); life cycle.
rtc_result_t rtc_event_report_referral(struct rtc_event_t *event,
                                       int32_t status);

// A usage; sends nothing. `kind` RTC_USAGE_…; it is yours: release it.
//
// `parent`: a client or connection, and the first request makes a dialog; a dialog, which gets one more usage; the
// transaction of a peer's INVITE, SUBSCRIBE or REFER that waits for its answer, which then goes out as this usage's.
// Nothing happens by itself in it but what `options.automation` says (RTC_AUTO_…), and it is told at the SIP level:
// RTC_EVENT_RESPONSE, _REQUEST, _USAGE_STATE, _DIALOG_STATE, _FORKED, _PRACK, _INVITE_COMPLETED, some of which the default
// event filter hides. Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_INVALID_CONTACT;
// RTC_E_INVALID_DIALOG_STATE (the dialog is over, or has its INVITE usage); RTC_E_INVALID_TRANSACTION_STATE;
// RTC_E_ALREADY_ANSWERED; RTC_E_DEADLINE_PASSED; RTC_E_LIMIT; RTC_E_NOT_IMPLEMENTED; life cycle.
rtc_result_t rtc_usage_create(rtc_object_t *parent,
                              int32_t kind,
                              const struct rtc_usage_options_t *options,
                              struct rtc_usage_t **usage);

// Sends a request in a usage: INVITE (again: re-INVITE), PRACK, ACK, UPDATE, BYE, SUBSCRIBE, REFER, NOTIFY, INFO, any.
// `send`, `transaction` opt; the transaction is yours: release it. ACK has none.
//
// Responses come as RTC_EVENT_RESPONSE with the cookie. RTC_SEND_SAME_ATTEMPT with the first INVITE or SUBSCRIBE of a usage
// that has failed: the same Call-ID and From tag, the next CSeq. RTC_SEND_END with SUBSCRIBE: Expires 0.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG (no method, a body without its type); RTC_E_INVALID_DIALOG_REQUEST
// (it has no place in a usage of this kind); RTC_E_INVALID_DIALOG_STATE (not now; nothing waits for that ACK or PRACK);
// RTC_E_INVALID_OBJECT_STATE (the usage is over); RTC_E_REQUEST_PENDING; RTC_E_NOT_ALLOWED (the peer takes no UPDATE);
// RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
rtc_result_t rtc_usage_send(struct rtc_usage_t *usage,
                            const char *method,
                            size_t len,
                            const struct rtc_send_t *send,
                            struct rtc_transaction_t **transaction);

// Leaves a usage. RTC_USAGE_CLOSE_LOCAL: without a word to the peer; _TELL_PEER: BYE, CANCEL or a refusal, Expires 0, a
// NOTIFY that it is terminated, whatever its state asks for.
//
// RTC_FALSE: it is over. Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; life cycle.
rtc_result_t rtc_usage_close(struct rtc_usage_t *usage,
                             int32_t mode);

// One binding of an address of record, third-party too; sends nothing. It is yours: release it (which unregisters
// nothing). `parent`: a client, or one of its connections, by which its requests then go.
//
// Nothing is done by itself but what `options.automation` names: RTC_AUTO_AUTHENTICATION, RTC_AUTO_REFRESH.
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL; RTC_E_INVALID_URI_TYPE; RTC_E_INVALID_CONTACT;
// RTC_E_LIMIT; life cycle.
rtc_result_t rtc_registration_create(rtc_object_t *parent,
                                     const struct rtc_registration_options_t *options,
                                     struct rtc_registration_t **registration);

// Sends a REGISTER: to make, update, remove this binding or all of the address of record, or to ask which there are
// (RTC_EVENT_REGISTRATION, whose text is the list). `send` brings headers and, in expires_secs, another time; `transaction` opt.
//
// It ends in RTC_EVENT_RESPONSE or RTC_EVENT_TRANSACTION_FAILED with the transaction, then RTC_EVENT_REGISTRATION. The registration
// of a profile has its transactions to itself: `transaction` gets NULL. RTC_FALSE: it is not registered, nothing was sent.
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_INVALID_REGISTRATION_STATE; RTC_E_INVALID_OBJECT_STATE (it
// is gone); RTC_E_REQUEST_PENDING; RTC_E_HEADER_MALFORMED, _RESERVED (Contact and Expires too); RTC_E_NOT_ALLOWED; life cycle.
rtc_result_t rtc_registration_send(struct rtc_registration_t *registration,
                                   int32_t operation,
                                   const struct rtc_send_t *send,
                                   struct rtc_transaction_t **transaction);

// Repeats a refreshed request now, with the headers and body of `send` (RTC_REFRESH_UPDATE), or ends it with Expires 0
// (RTC_REFRESH_TERMINATE). `send` opt.
//
// Errors: RTC_E_HANDLE; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (it belongs to a registration or subscription: ask its owner);
// RTC_E_INVALID_OBJECT_STATE (it does not stand); RTC_E_REQUEST_PENDING; RTC_E_HEADER_MALFORMED, _RESERVED; life cycle.
rtc_result_t rtc_refresh_send(struct rtc_refresh_t *refresh,
                              int32_t operation,
                              const struct rtc_send_t *send);

// Starts a registrar, forking proxy, redirect server and presence agent on a thread of its own. It is yours: release it.
// `options` opt.
//
// Loopback only, unless RTC_SERVER_ALLOW_NON_LOOPBACK. RTC_PROPERTY_SERVER_URI says where it listens.
// Errors: RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_NOT_ALLOWED (an address that is not loopback);
// RTC_E_SIP_INVALID_CERTIFICATE (`tls`, and tls: or wss: without it);
// RTC_E_ADDRESS_IN_USE; RTC_E_INVALID_ADDRESS_LOCAL; RTC_E_FAIL.
rtc_result_t rtc_server_start(const struct rtc_server_options_t *options,
                              struct rtc_server_t **server);

// Adds a user or changes it; without password, contacts and status it is removed.
//
// Errors: RTC_E_HANDLE; RTC_E_POINTER; RTC_E_INVALIDARG; RTC_E_INVALID_SIP_URL (contacts); RTC_E_INVALID_OBJECT_STATE (stopped);
// RTC_E_LIMIT.
rtc_result_t rtc_server_set_user(struct rtc_server_t *server,
                                 const struct rtc_server_user_t *user);

// Stops a server and waits for its thread; the last release does the same.
//
// RTC_FALSE: it was stopped before. Errors: RTC_E_HANDLE.
rtc_result_t rtc_server_stop(struct rtc_server_t *server);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RTCCLIENT_H */
