// text.hpp: BSTR (UTF-16) to UTF-8 and back.
//
// Text that comes in has to be well formed; text that goes out may hold anything a peer sent, so
// bytes that are no UTF-8 become U+FFFD there.
#pragma once
#include "base.hpp"

#include <string>
#include <string_view>

namespace rtccom {

/// UTF-8 of a BSTR; null is an empty text. False when it is not well-formed UTF-16.
bool to_utf8(BSTR text, std::string &out);

/// A new BSTR of UTF-8; throws std::bad_alloc.
BSTR to_bstr(std::string_view text);

/// What the C side lends.
inline std::string_view view(const rtc_str_t &text) {
    return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}

/// An incoming text argument: null stays "not given".
class Utf8 {
public:
    explicit Utf8(BSTR text) : given_(text != nullptr), valid_(to_utf8(text, text_)) {}

    bool given() const { return given_; }
    bool valid() const { return valid_; }
    bool empty() const { return text_.empty(); }
    const std::string &text() const { return text_; }
    /// Pointer and length as the C side takes them.
    const char *ptr() const { return given_ ? text_.data() : nullptr; }
    std::size_t len() const { return text_.size(); }
    rtc_str_t str() const { return rtc_str_t{ptr(), len()}; }

private:
    std::string text_;
    bool given_, valid_;
};

/// Fills an out BSTR of a method; the pointer must be there.
HRESULT give(std::string_view text, BSTR *out);

/// Reads a text property into an out BSTR.
HRESULT give_property(rtc_object_t *object, int32_t property, int32_t index, BSTR *out);

/// Reads a text property; the result of the C function.
HRESULT read_property(rtc_object_t *object, int32_t property, int32_t index, std::string &out);

} // namespace rtccom
