// subscription.hpp: the classes behind IRTCSubscription and IRTCUnsolicitedSubscription.
#pragma once
#include "client.hpp"
#include "sip_object.hpp"

namespace rtccom {

/// IRTCSubscription2 and IRTCSIPObject.
class Subscription final : public WrappedObject<rtc_subscription_t, IRTCSubscription2, IRTCSIPObject> {
public:
    Subscription(ComPtr<Client> client, HandleRef<rtc_subscription_t> handle)
        : WrappedObject(std::move(client), std::move(handle)) {}

    rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) override { return kind == RTC_KIND_SUBSCRIPTION ? get() : nullptr; }

    HRESULT STDMETHODCALLTYPE get_AcceptedContentType(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_EventPackage(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_Profile(IRTCProfile **out) override;
    HRESULT STDMETHODCALLTYPE Resubscribe(BSTR content_type, BSTR body) override;
    HRESULT STDMETHODCALLTYPE get_SubscriptionState(RTC_SUBSCRIPTION_STATE *out) override;
    HRESULT STDMETHODCALLTYPE Unsubscribe() override;
    HRESULT STDMETHODCALLTYPE Send(BSTR content_type, BSTR body) override;

    HRESULT STDMETHODCALLTYPE SetAdditionalHeaderValues(BSTR lines) override { return set_additional_headers(get(), lines); }
    HRESULT STDMETHODCALLTYPE GetAdditionalHeaderValues(BSTR *out) override { return get_additional_headers(get(), out); }
};

/// IRTCUnsolicitedSubscription. It has no state events: it is on or off as its owner says.
class UnsolicitedSubscription final : public WrappedObject<rtc_subscription_t, IRTCUnsolicitedSubscription> {
public:
    UnsolicitedSubscription(ComPtr<Client> client, HandleRef<rtc_subscription_t> handle)
        : WrappedObject(std::move(client), std::move(handle)) {}

    /// User data of the handles that this class stands for; an event tells by it which class its object has.
    static void *mark() {
        static char place;
        return &place;
    }

    rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) override { return kind == RTC_KIND_SUBSCRIPTION ? get() : nullptr; }

    HRESULT STDMETHODCALLTYPE IsEnabled(VARIANT_BOOL *out) override;
    HRESULT STDMETHODCALLTYPE Enable() override;
    HRESULT STDMETHODCALLTYPE Disable() override;
    HRESULT STDMETHODCALLTYPE Unregister() override;
    HRESULT STDMETHODCALLTYPE get_EventPackage(BSTR *out) override;
    HRESULT STDMETHODCALLTYPE get_AcceptedContentType(BSTR *out) override;
};

} // namespace rtccom
