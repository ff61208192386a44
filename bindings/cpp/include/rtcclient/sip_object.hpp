// sip_object.hpp: additional headers of sessions, subscriptions and clients.
//
// The lines go into every message of the object, requests and responses but 100, until they are
// replaced; RTC_HEADERS_REQUESTS_ONLY narrows them to requests.
#pragma once
#include <rtcclient/handle.hpp>

namespace rtcclient {

/// Adds the additional-header functions to a handle.
template <class Traits> class SipObject : public Handle<Traits> {
public:
    using Handle<Traits>::Handle;

    /// "Name: value" lines for every message to come.
    void set_additional_header_values(std::string_view lines, std::uint32_t flags = 0) const {
        const rtc_str_t text = detail::given(lines);
        check(rtc_sip_object_set_additional_header_values(this->get(), text.ptr, text.len, flags));
    }

    /// None any more.
    void clear_additional_header_values() const {
        check(rtc_sip_object_set_additional_header_values(this->get(), nullptr, 0, 0));
    }

    /// As set, each line ended by CRLF.
    std::string additional_header_values() const {
        return detail::read_text([this](char *buf, std::size_t cap, std::size_t *needed) {
            return rtc_sip_object_get_additional_header_values(this->get(), buf, cap, needed);
        });
    }
};

} // namespace rtcclient
