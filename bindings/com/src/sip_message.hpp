// sip_message.hpp: the class behind IRTCSIPMessage.
#pragma once
#include "text.hpp"

namespace rtccom {

/// A received message; what GetHeader gives is freed with SysFreeString and CoTaskMemFree.
class SipMessage final : public Object<IRTCSIPMessage> {
public:
    explicit SipMessage(HandleRef<rtc_sip_message_t> message) : message_(std::move(message)) {}

    HRESULT STDMETHODCALLTYPE GetMessageText(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE GetRequestLine(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE GetMessageBody(BSTR *content_type, BSTR *body) override;
    HRESULT STDMETHODCALLTYPE GetFirstHeader(BSTR name, BSTR *value) override;
    HRESULT STDMETHODCALLTYPE GetHeader(BSTR name, BSTR **values, UINT *count) override;

private:
    HRESULT header(const Utf8 &name, std::size_t index, rtc_header_t &out);

    const HandleRef<rtc_sip_message_t> message_;
};

} // namespace rtccom
