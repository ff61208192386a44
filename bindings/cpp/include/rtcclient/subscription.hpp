// subscription.hpp: our subscription to an event package (RFC 6665, the subscriber's side).
#pragma once
#include <rtcclient/profile.hpp>
#include <rtcclient/send.hpp>
#include <rtcclient/sip_object.hpp>

namespace rtcclient {

/// What Client::create_subscription takes.
struct SubscriptionOptions {
    /// Package with its parameters.
    std::string event;
    /// None: the profile's own address.
    std::string uri{};
    /// Comma list of types.
    std::string accept{};
    Profile profile{};
    std::int32_t expires_secs = 0;
    /// RTC_SUBSCRIPTION_…
    std::uint32_t flags = 0;
    void *user_data = nullptr;
};

/// Names subscriptions to Handle.
struct SubscriptionTraits {
    using pointer = rtc_subscription_t *;
    static constexpr std::int32_t kind = RTC_KIND_SUBSCRIPTION;
};

/// A subscription.
class Subscription : public SipObject<SubscriptionTraits> {
public:
    using SipObject::SipObject;

    /// Sends SUBSCRIBE, or renews when active.
    void subscribe(const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_subscription_subscribe(get(), &raw));
    }
    /// Ends it and waits for the last NOTIFY.
    void unsubscribe(const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_subscription_unsubscribe(get(), &raw));
    }
    /// Its state.
    SubscriptionState state() const { return static_cast<SubscriptionState>(raw_state()); }
    /// Its package.
    std::string event() const { return get_text(RTC_PROPERTY_SUBSCRIPTION_EVENT); }
    /// Whom it watches.
    std::string uri() const { return get_text(RTC_PROPERTY_SUBSCRIPTION_URI); }
};

} // namespace rtcclient
