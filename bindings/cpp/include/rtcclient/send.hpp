// send.hpp: what may ride on the message that a verb sends.
#pragma once
#include <rtcclient/text.hpp>

#include <cstdint>
#include <string>

namespace rtcclient {

/// Extras of one outgoing message; every field may stay as it is.
struct Send {
    /// "Name: value" lines for this message only.
    std::string headers;
    /// Type of the body.
    std::string content_type;
    /// Body, or the session description where the verb negotiates.
    std::string body;
    /// Reason phrase of a response, Reason header of BYE and CANCEL.
    std::string reason;
    /// Comes back in the event that completes the operation.
    std::int64_t cookie = 0;
    /// Life time to ask for, 0 the object's own.
    std::int32_t expires_secs = 0;
    /// RTC_MEDIA_… to offer or take, 0 the session's own.
    std::uint32_t media = 0;
    /// RTC_SEND_…
    std::uint32_t flags = 0;

    /// The same as the C struct; valid while this object is.
    rtc_send_t raw() const noexcept {
        rtc_send_t send{};
        send.size = sizeof send;
        send.flags = flags;
        send.cookie = cookie;
        send.headers = detail::option(headers);
        send.content_type = detail::option(content_type);
        send.body = detail::option(body);
        send.reason = detail::option(reason);
        send.expires_secs = expires_secs;
        send.media = media;
        return send;
    }
};

} // namespace rtcclient
