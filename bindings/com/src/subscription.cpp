// subscription.cpp: the classes behind IRTCSubscription and IRTCUnsolicitedSubscription.
#include "subscription.hpp"

#include "profile.hpp"

namespace rtccom {

HRESULT Subscription::get_AcceptedContentType(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SUBSCRIPTION_ACCEPT, 0, out); });
}
HRESULT Subscription::get_EventPackage(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SUBSCRIPTION_EVENT, 0, out); });
}

HRESULT Subscription::get_Profile(IRTCProfile **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        rtc_object_t *found = nullptr;
        const HRESULT result = rtc_object_get(get(), RTC_KIND_PROFILE, &found);
        if (FAILED(result)) return result;
        const auto profile = HandleRef<rtc_profile_t>::adopt(static_cast<rtc_profile_t *>(found));
        if (profile.get() == nullptr) return RTC_E_NO_PROFILE;
        return hand_out(client().wrap<Profile>(profile.get()), out);
    });
}

HRESULT Subscription::Resubscribe(BSTR content_type, BSTR body) { return Send(content_type, body); }

HRESULT Subscription::Send(BSTR content_type, BSTR body) {
    return guard([&]() -> HRESULT {
        const Utf8 type(content_type), text(body);
        if (!type.valid() || !text.valid()) return E_INVALIDARG;
        const rtc_send_t send = send_of(type, text);
        return rtc_subscription_subscribe(get(), &send);
    });
}

HRESULT Subscription::get_SubscriptionState(RTC_SUBSCRIPTION_STATE *out) {
    if (out == nullptr) return E_POINTER;
    int32_t value = 0;
    const HRESULT result = rtc_object_get_state(get(), &value);
    if (SUCCEEDED(result)) *out = static_cast<RTC_SUBSCRIPTION_STATE>(value);
    return result;
}

HRESULT Subscription::Unsubscribe() { return rtc_subscription_unsubscribe(get(), nullptr); }

HRESULT UnsolicitedSubscription::IsEnabled(VARIANT_BOOL *out) {
    if (out == nullptr) return E_POINTER;
    LONG value = 0;
    const HRESULT result = give_int(get(), RTC_PROPERTY_SUBSCRIPTION_ENABLED, 0, &value);
    if (SUCCEEDED(result)) *out = value != 0 ? VARIANT_TRUE : VARIANT_FALSE;
    return result;
}
HRESULT UnsolicitedSubscription::Enable() { return rtc_subscription_subscribe(get(), nullptr); }
HRESULT UnsolicitedSubscription::Disable() { return rtc_subscription_unsubscribe(get(), nullptr); }
HRESULT UnsolicitedSubscription::Unregister() { return rtc_subscription_unsubscribe(get(), nullptr); }
HRESULT UnsolicitedSubscription::get_EventPackage(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SUBSCRIPTION_EVENT, 0, out); });
}
HRESULT UnsolicitedSubscription::get_AcceptedContentType(BSTR *out) {
    return guard([&] { return give_property(get(), RTC_PROPERTY_SUBSCRIPTION_ACCEPT, 0, out); });
}

} // namespace rtccom
