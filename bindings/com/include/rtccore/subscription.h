// rtccore/subscription.h: subscriptions.
//
// Members stand in vtable order.
// Written by bindings/com/tools/generate.py; change that, not this.
#ifndef RTCCORE_SUBSCRIPTION_H
#define RTCCORE_SUBSCRIPTION_H

#include "forward.h"

/// CE 6.0 (RTC 1.5) and Windows Mobile 6; identifier of our own (new_iids.h).
struct RTC_UUID("764a8061-6b5b-42f5-8c96-e8a9b98e863b") IRTCClientSubscriber : public IUnknown {
    /// Create a subscription and send SUBSCRIBE at once; profile, Accept and Event values are
    /// required and non-empty.
    virtual HRESULT STDMETHODCALLTYPE CreateSubscription(IRTCProfile *pServerProfile,
        BSTR bstrAcceptedContent, BSTR bstrEventPackage, BSTR bstrContentType, BSTR bstrMessageBody,
        IRTCSubscription **ppSubscription) = 0;

protected:
    ~IRTCClientSubscriber() = default;
};

/// CE 6.0 (RTC 1.5) and Windows Mobile 6; identifier of our own (new_iids.h).
struct RTC_UUID("9d6286c8-24d7-46f3-af73-1467f26e9ca8") IRTCSubscription : public IUnknown {
    /// Accept value of the subscription.
    virtual HRESULT STDMETHODCALLTYPE get_AcceptedContentType(BSTR *pbstrAcceptedContentType) = 0;
    /// Event value of the subscription.
    virtual HRESULT STDMETHODCALLTYPE get_EventPackage(BSTR *pbstrEventPackage) = 0;
    /// Profile used.
    virtual HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **ppProfile) = 0;
    /// Subscribe anew, unsubscribing first if active; optional new body.
    virtual HRESULT STDMETHODCALLTYPE Resubscribe(BSTR bstrContentType, BSTR bstrBody) = 0;
    /// Current state.
    virtual HRESULT STDMETHODCALLTYPE get_SubscriptionState(RTC_SUBSCRIPTION_STATE *pSubscriptionState) = 0;
    /// End the subscription; valid only while subscribed or subscribing.
    virtual HRESULT STDMETHODCALLTYPE Unsubscribe() = 0;

protected:
    ~IRTCSubscription() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("0074b4c7-600e-441c-a219-0755d0d82a96") IRTCUnsolicitedSubscription : public IUnknown {
    /// Whether delivery is on.
    virtual HRESULT STDMETHODCALLTYPE IsEnabled(VARIANT_BOOL *pfEnabled) = 0;
    /// Turn delivery on.
    virtual HRESULT STDMETHODCALLTYPE Enable() = 0;
    /// Turn delivery off for now.
    virtual HRESULT STDMETHODCALLTYPE Disable() = 0;
    /// Give the registration up; a new RegisterUnsolicitedNotification is needed afterwards.
    virtual HRESULT STDMETHODCALLTYPE Unregister() = 0;
    /// Registered event package.
    virtual HRESULT STDMETHODCALLTYPE get_EventPackage(BSTR *pbstrEventPackage) = 0;
    /// Registered content type.
    virtual HRESULT STDMETHODCALLTYPE get_AcceptedContentType(BSTR *pbstrAcceptedContentType) = 0;

protected:
    ~IRTCUnsolicitedSubscription() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("97e8eb28-f932-4c9d-9ba1-fdc1bd1baeb0") IRTCClientSubscriber2 : public IRTCClientSubscriber {
    /// Ask for NOTIFYs outside any session that match the event package and content type; may be
    /// called several times.
    virtual HRESULT STDMETHODCALLTYPE RegisterUnsolicitedNotification(BSTR bstrAcceptedContent,
        BSTR bstrEventPackage, IRTCUnsolicitedSubscription **ppSubscription) = 0;
    /// Makes a subscription object but sends nothing; IRTCSubscription2 sends later. Method name
    /// and signature not found.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE CreateIdleSubscription(IRTCProfile *pServerProfile,
        BSTR bstrAcceptedContent, BSTR bstrEventPackage, IRTCSubscription2 **ppSubscription) = 0;
    /// Switch that lets NOTIFYs inside an INVITE dialog reach the application as
    /// RTCE_SESSION_NOTIFICATION and adds Allow-Events to INVITE-related messages. One [in] BSTR by
    /// the founding document; that it is the event package is assumed.
    virtual HRESULT STDMETHODCALLTYPE AllowDialogNotifications(BSTR bstrEventPackage) = 0;

protected:
    ~IRTCClientSubscriber2() = default;
};

/// CE 6.0 R2; identifier of our own (new_iids.h).
struct RTC_UUID("9288a2f0-428c-4457-9606-5b44372773af") IRTCSubscription2 : public IRTCSubscription {
    /// Sends the SUBSCRIBE of an object made without sending. Method name and signature not found.
    /// Name and parameters are ours: they were not published.
    virtual HRESULT STDMETHODCALLTYPE Send(BSTR bstrContentType, BSTR bstrMessageBody) = 0;

protected:
    ~IRTCSubscription2() = default;
};

#endif
