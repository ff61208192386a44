// participant.hpp: the other side of a session.
#pragma once
#include <rtcclient/enums.hpp>
#include <rtcclient/handle.hpp>

namespace rtcclient {

/// Names participants to Handle.
struct ParticipantTraits {
    using pointer = rtc_participant_t *;
    static constexpr std::int32_t kind = RTC_KIND_PARTICIPANT;
};

/// A party of a session.
class Participant : public Handle<ParticipantTraits> {
public:
    using Handle::Handle;

    /// Its state; for two parties it mirrors the session's.
    ParticipantState state() const { return static_cast<ParticipantState>(raw_state()); }
    /// Its address.
    std::string uri() const { return get_text(RTC_PROPERTY_PARTICIPANT_URI); }
    /// Its display name.
    std::string name() const { return get_text(RTC_PROPERTY_PARTICIPANT_NAME); }
};

} // namespace rtcclient
