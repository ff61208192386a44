// event.hpp: what happened, as an immutable record.
//
// An event stays readable for as long as it is held, on any thread. Reading the record is one C
// call, done when the Event is made.
#pragma once
#include <rtcclient/connection.hpp>
#include <rtcclient/session.hpp>
#include <rtcclient/sip.hpp>
#include <rtcclient/sip_message.hpp>
#include <rtcclient/subscription.hpp>
#include <rtcclient/watcher.hpp>

#include <optional>

namespace rtcclient {

/// Names events to Handle.
struct EventTraits {
    using pointer = rtc_event_t *;
    static constexpr std::int32_t kind = RTC_KIND_EVENT;
};

/// An event.
class Event : public Handle<EventTraits> {
public:
    /// No event.
    Event() noexcept = default;
    /// Takes over a reference that is ours.
    Event(adopt_t tag, rtc_event_t *event) : Handle(tag, event) { read(); }
    /// Keeps an event that is lent, as in a sink.
    Event(borrow_t tag, rtc_event_t *event) : Handle(tag, event) { read(); }

    /// The record as the C struct; its texts and handles are lent while the event is held.
    const rtc_event_info_t &info() const noexcept { return info_; }

    /// What it is about.
    EventType type() const noexcept { return static_cast<EventType>(info_.type); }
    /// Number in the queue of its client, from 1.
    std::uint64_t sequence() const noexcept { return info_.sequence; }
    /// New state, in the enumeration that belongs to the type.
    std::int32_t raw_state() const noexcept { return info_.state; }
    /// Which of several things this type tells, and why.
    std::int32_t raw_kind() const noexcept { return info_.kind; }
    std::int32_t raw_reason() const noexcept { return info_.reason; }
    /// Result: a SIP status or an error code.
    rtc_result_t status_code() const noexcept { return info_.status_code; }
    /// The SIP status in it, or 0.
    int sip_status() const noexcept { return sip_status_of(info_.status_code); }
    /// Reason phrase or sentence.
    std::string status_text() const { return detail::copy(info_.status_text); }
    /// Comes from the operation it completes.
    std::int64_t cookie() const noexcept { return info_.cookie; }
    /// URI, text and body, as the table of events says for the type.
    std::string uri() const { return detail::copy(info_.uri); }
    std::string text() const { return detail::copy(info_.text); }
    std::string content_type() const { return detail::copy(info_.content_type); }
    std::string body() const { return detail::copy(info_.body); }
    /// User data of the object it is about.
    void *user_data() const noexcept { return info_.user_data; }

    /// The objects it is about; empty where they do not apply.
    Profile profile() const { return Profile(borrow_t{}, info_.profile); }
    Session session() const { return Session(borrow_t{}, info_.session); }
    Participant participant() const { return Participant(borrow_t{}, info_.participant); }
    Subscription subscription() const { return Subscription(borrow_t{}, info_.subscription); }
    Watcher watcher() const { return Watcher(borrow_t{}, info_.watcher); }
    Connection connection() const { return Connection(borrow_t{}, info_.connection); }
    /// Those of the SIP level.
    sip::Transaction transaction() const { return sip::Transaction(borrow_t{}, info_.transaction); }
    sip::Usage usage() const { return sip::Usage(borrow_t{}, info_.usage); }
    sip::Dialog dialog() const { return sip::Dialog(borrow_t{}, info_.dialog); }
    sip::Registration registration() const { return sip::Registration(borrow_t{}, info_.registration); }

    /// True for an event of this type.
    bool is(EventType wanted) const noexcept { return *this && type() == wanted; }
    /// True when it tells that a session, registration … went to this state.
    bool is(SessionState state) const noexcept { return is(EventType::session_state_change, state); }
    bool is(RegistrationState state) const noexcept { return is(EventType::registration_state_change, state); }
    bool is(ParticipantState state) const noexcept { return is(EventType::participant_state_change, state); }
    bool is(SubscriptionState state) const noexcept { return is(EventType::subscription_state_change, state); }
    bool is(ReinviteState state) const noexcept { return is(EventType::reinvite, state); }
    /// True for a CLIENT, WATCHER, MESSAGING … event of this kind.
    bool is(ClientEvent kind) const noexcept { return is_kind(EventType::client, kind); }
    bool is(WatcherEvent kind) const noexcept { return is_kind(EventType::watcher, kind); }
    bool is(MediaEvent kind) const noexcept { return is_kind(EventType::media, kind); }
    bool is(MessagingEvent kind) const noexcept { return is_kind(EventType::messaging, kind); }
    /// True when it tells of a failure.
    bool failed() const noexcept { return info_.status_code < 0; }

    /// True when answer() decides what the peer gets.
    bool wants_answer() const noexcept { return info_.answer_within_ms > 0; }
    /// Accepts (0 is 200 or 202) or rejects the request in it.
    void answer(int status = 0, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_event_answer(get(), status, &raw));
    }

    /// Tells whoever referred us how the new call goes, 100 to 699 (an accepted SESSION_REFERRED event).
    void report_referral(int status) const { check(rtc_event_report_referral(get(), status)); }

    /// The SIP message that caused it; empty when none did.
    SipMessage sip_message() const {
        rtc_sip_message_t *message = nullptr;
        const rtc_result_t result = rtc_event_get_sip_message(get(), &message);
        if (result == RTC_E_NO_SIP_MESSAGE) return SipMessage();
        check(result);
        return SipMessage(adopt_t{}, message);
    }
    /// A header of that message.
    std::optional<std::string> header(std::string_view name) const {
        const SipMessage message = sip_message();
        if (!message) return std::nullopt;
        return message.value(name);
    }

    /// The event as one line of JSON.
    std::string json() const {
        rtc_str_t text{};
        check(rtc_event_get_text(get(), RTC_EVENT_TEXT_JSON, 0, &text));
        return detail::copy(text);
    }

private:
    template <class State> bool is(EventType wanted, State state) const noexcept {
        return is(wanted) && info_.state == static_cast<std::int32_t>(state);
    }

    template <class Kind> bool is_kind(EventType wanted, Kind kind) const noexcept {
        return is(wanted) && info_.kind == static_cast<std::int32_t>(kind);
    }

    void read() {
        if (!*this) return;
        info_.size = sizeof info_;
        check(rtc_event_get_info(get(), &info_));
    }

    rtc_event_info_t info_{};
};

} // namespace rtcclient
