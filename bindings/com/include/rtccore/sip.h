// rtccore/sip.h: headers and messages.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_SIP_H
#define RTCCORE_SIP_H

#include "forward.h"

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("a4499449-51b1-4eab-ab4a-eef3c60ce3d0") IRTCSIPObject : public IUnknown {
    /// Headers added verbatim to every request of this session or subscription until called with
    /// NULL.
    virtual HRESULT STDMETHODCALLTYPE SetAdditionalHeaderValues(BSTR bstrHeaderValuePairs) = 0;
    /// The string last set. (The reference page prints plain BSTR; the blog prints BSTR*.)
    virtual HRESULT STDMETHODCALLTYPE GetAdditionalHeaderValues(BSTR *pbstrHeaderValuePairs) = 0;

protected:
    ~IRTCSIPObject() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("d0e9590e-cd3d-41ea-bf36-bc99aaa8d835") IRTCSIPEvent : public IUnknown {
    /// The SIP message that caused the event; RTC_E_NO_SIP_MESSAGE and a null pointer when none
    /// did.
    virtual HRESULT STDMETHODCALLTYPE GetSIPMessage(IRTCSIPMessage **ppMessage) = 0;

protected:
    ~IRTCSIPEvent() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("d5b69298-172b-4bdf-a207-13962d8b0bc4") IRTCSIPMessage : public IUnknown {
    /// Whole message as text.
    virtual HRESULT STDMETHODCALLTYPE GetMessageText(BSTR *pbstrMessageText) = 0;
    /// First line only.
    virtual HRESULT STDMETHODCALLTYPE GetRequestLine(BSTR *pbstrRequestLine) = 0;
    /// Content type and body.
    virtual HRESULT STDMETHODCALLTYPE GetMessageBody(BSTR *pbstrContentType,
        BSTR *pbstrBodyText) = 0;
    /// First value of a header.
    virtual HRESULT STDMETHODCALLTYPE GetFirstHeader(BSTR bstrHeaderName,
        BSTR *pbstrHeaderValue) = 0;
    /// All values of a header as an allocated array and its count.
    virtual HRESULT STDMETHODCALLTYPE GetHeader(BSTR bstrHeaderName, BSTR **prgValues,
        UINT *pcValues) = 0;

protected:
    ~IRTCSIPMessage() = default;
};

#endif
