// enums.hpp: the constants of rtcclient.h as scoped enumerations.
//
// The numbers are those of the C header, which are those of the desktop RTC Client API where that
// had them. Masks stay plain integers (RTC_MEDIA_…, RTC_CLIENT_…, RTC_EVENT_FILTER_…).
#pragma once
#include <rtcclient.h>

#include <cstdint>

namespace rtcclient {

/// What Client::listen opens.
enum class ListenMode : std::int32_t {
    none = RTC_LISTEN_MODE_NONE,
    dynamic = RTC_LISTEN_MODE_DYNAMIC,
    both = RTC_LISTEN_MODE_BOTH
};

/// What happens to an incoming session of a type.
enum class AnswerMode : std::int32_t {
    offer = RTC_ANSWER_MODE_OFFER_SESSION_EVENT,
    accept = RTC_ANSWER_MODE_AUTOMATICALLY_ACCEPT,
    reject = RTC_ANSWER_MODE_AUTOMATICALLY_REJECT,
    not_supported = RTC_ANSWER_MODE_NOT_SUPPORTED
};

/// State of a client.
enum class ClientState : std::int32_t {
    created = RTC_CLIENT_STATE_CREATED,
    initialized = RTC_CLIENT_STATE_INITIALIZED,
    preparing = RTC_CLIENT_STATE_PREPARING,
    shut_down = RTC_CLIENT_STATE_SHUT_DOWN
};

/// State of a connection.
enum class ConnectionState : std::int32_t {
    init = RTC_CONNECTION_STATE_INIT,
    active = RTC_CONNECTION_STATE_ACTIVE,
    suspended = RTC_CONNECTION_STATE_SUSPENDED,
    inactive = RTC_CONNECTION_STATE_INACTIVE,
    unavailable = RTC_CONNECTION_STATE_UNAVAILABLE
};

/// Kind of a session.
enum class SessionType : std::int32_t {
    pc_to_pc = RTC_SESSION_TYPE_PC_TO_PC,
    pc_to_phone = RTC_SESSION_TYPE_PC_TO_PHONE,
    phone_to_phone = RTC_SESSION_TYPE_PHONE_TO_PHONE,
    im = RTC_SESSION_TYPE_IM,
    multiparty_im = RTC_SESSION_TYPE_MULTIPARTY_IM,
    application = RTC_SESSION_TYPE_APPLICATION
};

/// State of a session.
enum class SessionState : std::int32_t {
    idle = RTC_SESSION_STATE_IDLE,
    incoming = RTC_SESSION_STATE_INCOMING,
    answering = RTC_SESSION_STATE_ANSWERING,
    in_progress = RTC_SESSION_STATE_INPROGRESS,
    connected = RTC_SESSION_STATE_CONNECTED,
    disconnected = RTC_SESSION_STATE_DISCONNECTED,
    hold = RTC_SESSION_STATE_HOLD,
    refer = RTC_SESSION_STATE_REFER
};

/// State of a profile's registration.
enum class RegistrationState : std::int32_t {
    not_registered = RTC_REGISTRATION_STATE_NOT_REGISTERED,
    registering = RTC_REGISTRATION_STATE_REGISTERING,
    registered = RTC_REGISTRATION_STATE_REGISTERED,
    rejected = RTC_REGISTRATION_STATE_REJECTED,
    unregistering = RTC_REGISTRATION_STATE_UNREGISTERING,
    error = RTC_REGISTRATION_STATE_ERROR,
    logged_off = RTC_REGISTRATION_STATE_LOGGED_OFF,
    local_pa_logged_off = RTC_REGISTRATION_STATE_LOCAL_PA_LOGGED_OFF,
    remote_pa_logged_off = RTC_REGISTRATION_STATE_REMOTE_PA_LOGGED_OFF
};

/// State of a participant.
enum class ParticipantState : std::int32_t {
    idle = RTC_PARTICIPANT_STATE_IDLE,
    pending = RTC_PARTICIPANT_STATE_PENDING,
    incoming = RTC_PARTICIPANT_STATE_INCOMING,
    answering = RTC_PARTICIPANT_STATE_ANSWERING,
    in_progress = RTC_PARTICIPANT_STATE_INPROGRESS,
    alerting = RTC_PARTICIPANT_STATE_ALERTING,
    connected = RTC_PARTICIPANT_STATE_CONNECTED,
    disconnecting = RTC_PARTICIPANT_STATE_DISCONNECTING,
    disconnected = RTC_PARTICIPANT_STATE_DISCONNECTED
};

/// State of an own subscription.
enum class SubscriptionState : std::int32_t {
    not_subscribed = RTC_SUBSCRIPTION_STATE_NOT_SUBSCRIBED,
    subscribing = RTC_SUBSCRIPTION_STATE_SUBSCRIBING,
    subscribed = RTC_SUBSCRIPTION_STATE_SUBSCRIBED,
    logged_off = RTC_SUBSCRIPTION_STATE_LOGGED_OFF,
    error = RTC_SUBSCRIPTION_STATE_ERROR,
    unsubscribing = RTC_SUBSCRIPTION_STATE_UNSUBSCRIBING
};

/// State of somebody who subscribes to us.
enum class WatcherState : std::int32_t {
    unknown = RTC_WATCHER_STATE_UNKNOWN,
    offering = RTC_WATCHER_STATE_OFFERING,
    allowed = RTC_WATCHER_STATE_ALLOWED,
    blocked = RTC_WATCHER_STATE_BLOCKED,
    denied = RTC_WATCHER_STATE_DENIED,
    prompt = RTC_WATCHER_STATE_PROMPT
};

/// What a WATCHER event tells.
enum class WatcherEvent : std::int32_t {
    add = RTC_WATCHER_EVENT_ADD,
    remove = RTC_WATCHER_EVENT_REMOVE,
    update = RTC_WATCHER_EVENT_UPDATE,
    offering = RTC_WATCHER_EVENT_OFFERING,
    roamed = RTC_WATCHER_EVENT_ROAMED
};

/// What Client::serve_package does with SUBSCRIBE requests.
enum class ServeMode : std::int32_t {
    offer = RTC_SERVE_OFFER,
    accept = RTC_SERVE_ACCEPT,
    stop = RTC_SERVE_STOP
};

/// Why a session is ended.
enum class TerminateReason : std::int32_t {
    normal = RTC_TERMINATE_REASON_NORMAL,
    dnd = RTC_TERMINATE_REASON_DND,
    busy = RTC_TERMINATE_REASON_BUSY,
    reject = RTC_TERMINATE_REASON_REJECT,
    timeout = RTC_TERMINATE_REASON_TIMEOUT,
    shutdown = RTC_TERMINATE_REASON_SHUTDOWN,
    insufficient_security_level = RTC_TERMINATE_REASON_INSUFFICIENT_SECURITY_LEVEL,
    not_supported = RTC_TERMINATE_REASON_NOT_SUPPORTED
};

/// What the application knows of the network.
enum class NetworkChange : std::int32_t {
    changed = RTC_NETWORK_CHANGED,
    suspended = RTC_NETWORK_SUSPENDED,
    resumed = RTC_NETWORK_RESUMED,
    lost = RTC_NETWORK_LOST
};

/// What a CLIENT event tells.
enum class ClientEvent : std::int32_t {
    volume_change = RTC_CLIENT_EVENT_VOLUME_CHANGE,
    device_change = RTC_CLIENT_EVENT_DEVICE_CHANGE,
    network_quality_change = RTC_CLIENT_EVENT_NETWORK_QUALITY_CHANGE,
    async_cleanup_done = RTC_CLIENT_EVENT_ASYNC_CLEANUP_DONE,
    queue_overflow = RTC_CLIENT_EVENT_QUEUE_OVERFLOW,
    network_change = RTC_CLIENT_EVENT_NETWORK_CHANGE,
    faulted = RTC_CLIENT_EVENT_FAULTED
};

/// What a MEDIA event tells.
enum class MediaEvent : std::int32_t {
    stopped = RTC_MEDIA_EVENT_STOPPED,
    started = RTC_MEDIA_EVENT_STARTED,
    failed = RTC_MEDIA_EVENT_FAILED
};

/// What a MESSAGING event tells.
enum class MessagingEvent : std::int32_t {
    message = RTC_MESSAGING_EVENT_MESSAGE,
    status = RTC_MESSAGING_EVENT_STATUS
};

/// How far a re-INVITE is.
enum class ReinviteState : std::int32_t {
    incoming = RTC_REINVITE_STATE_INCOMING,
    succeeded = RTC_REINVITE_STATE_SUCCEEDED,
    fail = RTC_REINVITE_STATE_FAIL
};

/// What an event is about; 0 to 27 are the original's numbers.
enum class EventType : std::int32_t {
    client = RTC_EVENT_CLIENT,
    registration_state_change = RTC_EVENT_REGISTRATION_STATE_CHANGE,
    session_state_change = RTC_EVENT_SESSION_STATE_CHANGE,
    session_operation_complete = RTC_EVENT_SESSION_OPERATION_COMPLETE,
    participant_state_change = RTC_EVENT_PARTICIPANT_STATE_CHANGE,
    media = RTC_EVENT_MEDIA,
    intensity = RTC_EVENT_INTENSITY,
    messaging = RTC_EVENT_MESSAGING,
    buddy = RTC_EVENT_BUDDY,
    watcher = RTC_EVENT_WATCHER,
    profile = RTC_EVENT_PROFILE,
    usersearch = RTC_EVENT_USERSEARCH,
    info = RTC_EVENT_INFO,
    group = RTC_EVENT_GROUP,
    media_request = RTC_EVENT_MEDIA_REQUEST,
    roaming = RTC_EVENT_ROAMING,
    presence_property = RTC_EVENT_PRESENCE_PROPERTY,
    presence_data = RTC_EVENT_PRESENCE_DATA,
    presence_status = RTC_EVENT_PRESENCE_STATUS,
    session_refer_status = RTC_EVENT_SESSION_REFER_STATUS,
    session_referred = RTC_EVENT_SESSION_REFERRED,
    reinvite = RTC_EVENT_REINVITE,
    subscription_state_change = RTC_EVENT_SUBSCRIPTION_STATE_CHANGE,
    subscription_notify = RTC_EVENT_SUBSCRIPTION_NOTIFY,
    prack = RTC_EVENT_PRACK,
    session_consultant_referred = RTC_EVENT_SESSION_CONSULTANT_REFERRED,
    session_notification = RTC_EVENT_SESSION_NOTIFICATION,
    unsolicited_notify = RTC_EVENT_UNSOLICITED_NOTIFY,
    request = RTC_EVENT_REQUEST,
    response = RTC_EVENT_RESPONSE,
    transaction_failed = RTC_EVENT_TRANSACTION_FAILED,
    transaction_expired = RTC_EVENT_TRANSACTION_EXPIRED,
    forked = RTC_EVENT_FORKED,
    invite_completed = RTC_EVENT_INVITE_COMPLETED,
    cancelled = RTC_EVENT_CANCELLED,
    connection_state = RTC_EVENT_CONNECTION_STATE,
    registration = RTC_EVENT_REGISTRATION,
    dialog_state = RTC_EVENT_DIALOG_STATE,
    usage_state = RTC_EVENT_USAGE_STATE,
    refresh_state = RTC_EVENT_REFRESH_STATE,
    challenge = RTC_EVENT_CHALLENGE,
    flow = RTC_EVENT_FLOW,
    publication = RTC_EVENT_PUBLICATION,
    dtmf = RTC_EVENT_DTMF,
    audio = RTC_EVENT_AUDIO,
    media_statistics = RTC_EVENT_MEDIA_STATISTICS
};

/// Form of a trace.
enum class TraceKind : std::int32_t { ladder = RTC_TRACE_LADDER, pcap = RTC_TRACE_PCAP, json = RTC_TRACE_JSON };

/// Which fields of a Header are set.
enum class HeaderForm : std::int32_t {
    raw = RTC_HEADER_FORM_RAW,
    token = RTC_HEADER_FORM_TOKEN,
    number = RTC_HEADER_FORM_NUMBER,
    address = RTC_HEADER_FORM_ADDRESS,
    via = RTC_HEADER_FORM_VIA,
    auth = RTC_HEADER_FORM_AUTH,
    star = RTC_HEADER_FORM_STAR
};

} // namespace rtcclient
