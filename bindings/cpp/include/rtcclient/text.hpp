// text.hpp: strings across the C boundary.
//
// Text goes in as std::string_view (UTF-8) and comes out as a view of something immutable or as a
// copied std::string. Leaves the meaning of every text to the functions that take it.
#pragma once
#include <rtcclient.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace rtcclient::detail {

/// A view of text that an event or a message owns.
inline std::string_view view(const rtc_str_t &text) noexcept {
    return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}

/// A copy of such text.
inline std::string copy(const rtc_str_t &text) { return std::string(view(text)); }

/// Text that is given, even when it is empty.
inline rtc_str_t given(std::string_view text) noexcept {
    return rtc_str_t{text.data() == nullptr ? "" : text.data(), text.size()};
}

/// Text of an options struct: empty means "not given".
inline rtc_str_t option(std::string_view text) noexcept {
    return text.empty() ? rtc_str_t{nullptr, 0} : rtc_str_t{text.data(), text.size()};
}

/// Pointer of a text argument: NULL when the text is empty, which the C side reads as "not given".
inline const char *pointer(std::string_view text) noexcept { return text.empty() ? nullptr : text.data(); }

} // namespace rtcclient::detail
