// uri.hpp: SIP, SIPS and tel URIs (RFC 3261 §19.1, RFC 3966), and parameter lists.
#pragma once
#include <rtcclient/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtcclient {

/// A URI in its parts.
struct Uri {
    std::string scheme, user, password, host, params, headers;
    /// 0 when none is given.
    std::uint32_t port = 0;

    /// Takes a URI apart.
    static Uri parse(std::string_view text) {
        rtc_uri_t raw{};
        raw.size = sizeof raw;
        const rtc_str_t uri = detail::given(text);
        check(rtc_uri_parse(uri.ptr, uri.len, &raw));
        Uri parts;
        parts.scheme = detail::copy(raw.scheme);
        parts.user = detail::copy(raw.user);
        parts.password = detail::copy(raw.password);
        parts.host = detail::copy(raw.host);
        parts.params = detail::copy(raw.params);
        parts.headers = detail::copy(raw.headers);
        parts.port = raw.port;
        return parts;
    }

    /// Compares two URIs by RFC 3261 §19.1.4.
    static bool equal(std::string_view a, std::string_view b) {
        const rtc_str_t left = detail::given(a), right = detail::given(b);
        return check(rtc_uri_equal(left.ptr, left.len, right.ptr, right.len)) == RTC_OK;
    }
};

/// The value of a parameter in the parameters of a header, URI or challenge, quotes taken off;
/// empty text when the parameter stands without a value.
inline std::optional<std::string_view> parameter(std::string_view params, std::string_view name) {
    rtc_str_t found{}, value{};
    const rtc_str_t list = detail::given(params), wanted = detail::given(name);
    const rtc_result_t result = rtc_params_get(list.ptr, list.len, wanted.ptr, wanted.len, 0, &found, &value);
    if (result == RTC_FALSE || result == RTC_E_SIP_HEADER_NOT_PRESENT) return std::nullopt;
    check(result);
    return detail::view(value);
}

} // namespace rtcclient
