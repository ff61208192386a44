// sip_message.cpp: the class behind IRTCSIPMessage; see sip_message.hpp.
#include "sip_message.hpp"

#include <vector>

namespace rtccom {

HRESULT SipMessage::GetMessageText(BSTR *out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        rtc_str_t text{};
        const HRESULT result = rtc_sip_message_get_text(message_.get(), &text);
        return FAILED(result) ? result : give(view(text), out);
    });
}

HRESULT SipMessage::GetRequestLine(BSTR *out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        rtc_sip_head_t head{};
        head.size = sizeof head;
        const HRESULT result = rtc_sip_message_get_head(message_.get(), &head);
        return FAILED(result) ? result : give(view(head.start_line), out);
    });
}

HRESULT SipMessage::GetMessageBody(BSTR *content_type, BSTR *body) {
    if (content_type == nullptr || body == nullptr) return E_POINTER;
    *content_type = *body = nullptr;
    return guard([&]() -> HRESULT {
        rtc_body_t whole{};
        whole.size = sizeof whole;
        const HRESULT result = rtc_sip_message_get_body(message_.get(), -1, &whole);
        if (FAILED(result)) return result;
        const HRESULT typed = give(view(whole.content_type), content_type);
        if (FAILED(typed)) return typed;
        const HRESULT given = guard([&] { return give(view(whole.bytes), body); });
        if (FAILED(given)) {
            SysFreeString(*content_type);
            *content_type = nullptr;
        }
        return given;
    });
}

HRESULT SipMessage::header(const Utf8 &name, std::size_t index, rtc_header_t &out) {
    out = rtc_header_t{};
    out.size = sizeof out;
    // Lines as they were received: that is what "the header's values" meant.
    return rtc_sip_message_get_header(message_.get(), name.ptr(), name.len(), index, RTC_HEADER_LINES, &out);
}

HRESULT SipMessage::GetFirstHeader(BSTR name, BSTR *value) {
    if (name == nullptr || value == nullptr) return E_POINTER;
    *value = nullptr;
    return guard([&]() -> HRESULT {
        const Utf8 wanted(name);
        if (!wanted.valid() || wanted.empty()) return E_INVALIDARG;
        rtc_header_t found;
        const HRESULT result = header(wanted, 0, found);
        return FAILED(result) ? result : give(view(found.value), value);
    });
}

HRESULT SipMessage::GetHeader(BSTR name, BSTR **values, UINT *count) {
    if (name == nullptr || values == nullptr || count == nullptr) return E_POINTER;
    *values = nullptr;
    *count = 0;
    return guard([&]() -> HRESULT {
        const Utf8 wanted(name);
        if (!wanted.valid() || wanted.empty()) return E_INVALIDARG;
        std::vector<std::string_view> found;
        rtc_header_t one;
        HRESULT result = S_OK;
        while (SUCCEEDED(result = header(wanted, found.size(), one))) found.push_back(view(one.value));
        if (result != RTC_E_SIP_HEADER_NOT_PRESENT || found.empty()) return result;
        BSTR *array = static_cast<BSTR *>(CoTaskMemAlloc(found.size() * sizeof(BSTR)));
        if (array == nullptr) return E_OUTOFMEMORY;
        std::size_t made = 0;
        result = guard([&] {
            for (; made < found.size(); ++made) array[made] = to_bstr(found[made]);
            return S_OK;
        });
        if (FAILED(result)) {
            while (made > 0) SysFreeString(array[--made]);
            CoTaskMemFree(array);
            return result;
        }
        *values = array;
        *count = static_cast<UINT>(found.size());
        return S_OK;
    });
}

} // namespace rtccom
