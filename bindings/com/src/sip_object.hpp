// sip_object.hpp: IRTCSIPObject of sessions and subscriptions.
#pragma once
#include "text.hpp"

namespace rtccom {

/// SetAdditionalHeaderValues on a handle; null: none any more.
inline HRESULT set_additional_headers(rtc_object_t *object, BSTR lines) {
    return guard([&]() -> HRESULT {
        const Utf8 text(lines);
        if (!text.valid()) return E_INVALIDARG;
        return rtc_sip_object_set_additional_header_values(object, text.ptr(), text.len(), 0);
    });
}

/// GetAdditionalHeaderValues on a handle.
inline HRESULT get_additional_headers(rtc_object_t *object, BSTR *out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        std::string text(256, '\0');
        for (;;) {
            std::size_t needed = 0;
            const rtc_result_t result =
                rtc_sip_object_get_additional_header_values(object, &text[0], text.size(), &needed);
            if (result >= 0 && needed <= text.size()) {
                text.resize(needed);
                return give(text, out);
            }
            if (result < 0 && result != RTC_E_INSUFFICIENT_BUFFER) return result;
            text.assign(needed + 1, '\0');
        }
    });
}

/// An rtc_send_t with a body; the texts have to outlive it.
inline rtc_send_t send_of(const Utf8 &content_type, const Utf8 &body) {
    rtc_send_t send{};
    send.size = sizeof send;
    send.content_type = content_type.empty() ? rtc_str_t{nullptr, 0} : content_type.str();
    send.body = body.str();
    return send;
}

} // namespace rtccom
