// text.cpp: BSTR (UTF-16) to UTF-8 and back; see text.hpp.
#include "text.hpp"

#include <new>

namespace rtccom {
namespace {

void append_utf8(std::string &out, std::uint32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

/// Reads one character at `at`, moves on; U+FFFD for a byte that begins none.
std::uint32_t next_character(std::string_view text, std::size_t &at) {
    const auto byte = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(text[i]); };
    const std::uint32_t first = byte(at++);
    if (first < 0x80) return first;
    std::size_t more = 0;
    std::uint32_t value = 0, least = 0;
    if (first >= 0xC2 && first < 0xE0) more = 1, value = first & 0x1F, least = 0x80;
    else if (first >= 0xE0 && first < 0xF0) more = 2, value = first & 0x0F, least = 0x800;
    else if (first >= 0xF0 && first < 0xF5) more = 3, value = first & 0x07, least = 0x10000;
    else return 0xFFFD;
    if (text.size() - at < more) return 0xFFFD;
    for (std::size_t i = 0; i < more; ++i) {
        const std::uint32_t next = byte(at + i);
        if ((next & 0xC0) != 0x80) return 0xFFFD;
        value = (value << 6) | (next & 0x3F);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return 0xFFFD;
    at += more;
    return value;
}

} // namespace

bool to_utf8(BSTR text, std::string &out) {
    out.clear();
    const UINT length = SysStringLen(text);
    out.reserve(length);
    for (UINT i = 0; i < length; ++i) {
        std::uint32_t c = static_cast<std::uint16_t>(text[i]);
        if (c >= 0xD800 && c < 0xE000) {
            const std::uint32_t low = i + 1 < length ? static_cast<std::uint16_t>(text[i + 1]) : 0;
            if (c >= 0xDC00 || low < 0xDC00 || low >= 0xE000) return false;
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            ++i;
        }
        append_utf8(out, c);
    }
    return true;
}

BSTR to_bstr(std::string_view text) {
    std::basic_string<OLECHAR> units;
    units.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t c = next_character(text, at);
        if (c < 0x10000) {
            units += static_cast<OLECHAR>(c);
        } else {
            units += static_cast<OLECHAR>(0xD800 + ((c - 0x10000) >> 10));
            units += static_cast<OLECHAR>(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
    if (units.size() > 0x7FFFFFFFu) throw std::bad_alloc();
    BSTR result = SysAllocStringLen(units.data(), static_cast<UINT>(units.size()));
    if (result == nullptr) throw std::bad_alloc();
    return result;
}

HRESULT give(std::string_view text, BSTR *out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    *out = to_bstr(text);
    return S_OK;
}

HRESULT read_property(rtc_object_t *object, int32_t property, int32_t index, std::string &out) {
    out.assign(128, '\0');
    for (;;) {
        std::size_t needed = 0;
        const rtc_result_t result = rtc_object_get_text(object, property, index, &out[0], out.size(), &needed);
        if (result >= 0 && needed <= out.size()) {
            out.resize(needed);
            return result;
        }
        if (result < 0 && result != RTC_E_INSUFFICIENT_BUFFER) return result;
        out.assign(needed + 1, '\0'); // it has grown since it was asked for
    }
}

HRESULT give_property(rtc_object_t *object, int32_t property, int32_t index, BSTR *out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    std::string text;
    const HRESULT result = read_property(object, property, index, text);
    return FAILED(result) ? result : give(text, out);
}

} // namespace rtccom
