// connection.hpp: an address and transports that a client listens on.
#pragma once
#include <rtcclient/enums.hpp>
#include <rtcclient/handle.hpp>

namespace rtcclient {

/// What Client::create_connection takes.
struct ConnectionOptions {
    /// None: any address.
    std::string address{};
    std::uint16_t port = 0;
    /// RTC_TRANSPORT_… mask.
    std::uint32_t transports = RTC_TRANSPORT_UDP | RTC_TRANSPORT_TCP;
    std::string interface_name{}, public_address{};
    std::int32_t dscp = 0, keepalive_secs = 0, receive_buffer_bytes = 0;
    std::uint32_t flags = 0;
    void *user_data = nullptr;
};

/// Names connections to Handle.
struct ConnectionTraits {
    using pointer = rtc_connection_t *;
    static constexpr std::int32_t kind = RTC_KIND_CONNECTION;
};

/// A listening address.
class Connection : public Handle<ConnectionTraits> {
public:
    using Handle::Handle;

    /// Stops listening; what hangs on it ends.
    void close() const { check(rtc_connection_close(get())); }
    /// Its state.
    ConnectionState state() const { return static_cast<ConnectionState>(raw_state()); }
    /// "127.0.0.1:5060" of one RTC_TRANSPORT_…
    std::string local_address(std::int32_t transport) const {
        return get_text(RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS, transport);
    }
    /// The RTC_E_… for which it was lost last; 0: never.
    rtc_result_t last_error() const { return static_cast<rtc_result_t>(get_int(RTC_PROPERTY_CONNECTION_LAST_ERROR)); }
};

} // namespace rtcclient
