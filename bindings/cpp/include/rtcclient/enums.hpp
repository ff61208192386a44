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
enum class AnswerMode : std::int32_t { offer = 0, accept = 1, reject = 2, not_supported = 3 };

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
    idle = 0,
    pending = 1,
    incoming = 2,
    answering = 3,
    in_progress = 4,
    alerting = 5,
    connected = 6,
    disconnecting = 7,
    disconnected = 8
};

/// State of an own subscription.
enum class SubscriptionState : std::int32_t {
    not_subscribed = 0,
    subscribing = 1,
    subscribed = 2,
    logged_off = 3,
    error = 4,
    unsubscribing = 5
};

/// State of somebody who subscribes to us.
enum class WatcherState : std::int32_t { unknown = 0, offering = 1, allowed = 2, blocked = 3, denied = 4, prompt = 5 };

/// Why a session is ended.
enum class TerminateReason : std::int32_t {
    normal = RTC_TERMINATE_REASON_NORMAL,
    dnd = RTC_TERMINATE_REASON_DND,
    busy = RTC_TERMINATE_REASON_BUSY,
    reject = RTC_TERMINATE_REASON_REJECT,
    timeout = RTC_TERMINATE_REASON_TIMEOUT,
    shutdown = RTC_TERMINATE_REASON_SHUTDOWN
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

/// What an event is about; 0 to 27 are the original's numbers.
enum class EventType : std::int32_t {
    client = RTC_EVENT_CLIENT,
    registration_state_change = RTC_EVENT_REGISTRATION_STATE_CHANGE,
    session_state_change = RTC_EVENT_SESSION_STATE_CHANGE,
    session_operation_complete = RTC_EVENT_SESSION_OPERATION_COMPLETE,
    participant_state_change = RTC_EVENT_PARTICIPANT_STATE_CHANGE,
    messaging = RTC_EVENT_MESSAGING,
    watcher = RTC_EVENT_WATCHER,
    info = RTC_EVENT_INFO,
    reinvite = RTC_EVENT_REINVITE,
    subscription_state_change = RTC_EVENT_SUBSCRIPTION_STATE_CHANGE,
    subscription_notify = RTC_EVENT_SUBSCRIPTION_NOTIFY,
    session_notification = RTC_EVENT_SESSION_NOTIFICATION,
    unsolicited_notify = RTC_EVENT_UNSOLICITED_NOTIFY,
    request = RTC_EVENT_REQUEST,
    response = RTC_EVENT_RESPONSE,
    transaction_failed = RTC_EVENT_TRANSACTION_FAILED,
    publication = RTC_EVENT_PUBLICATION
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
