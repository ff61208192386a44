// watcher.hpp: somebody who subscribes to us (RFC 6665, the notifier's side).
#pragma once
#include <rtcclient/enums.hpp>
#include <rtcclient/handle.hpp>
#include <rtcclient/send.hpp>

namespace rtcclient {

/// Names watchers to Handle.
struct WatcherTraits {
    using pointer = rtc_watcher_t *;
    static constexpr std::int32_t kind = RTC_KIND_WATCHER;
};

/// A watcher.
class Watcher : public Handle<WatcherTraits> {
public:
    using Handle::Handle;

    /// Lets it in, keeps it waiting or refuses; later: changes the decision.
    void answer(WatcherState state, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_watcher_answer(get(), static_cast<std::int32_t>(state), &raw));
    }
    /// Sends NOTIFY: `state` is "active", "terminated;reason=noresource"; empty keeps it.
    void notify(std::string_view state, const Send &send = {}) const {
        const rtc_send_t raw = send.raw();
        check(rtc_watcher_notify(get(), detail::pointer(state), state.size(), &raw));
    }
    /// Its state.
    WatcherState state() const { return static_cast<WatcherState>(raw_state()); }
    /// Who it is.
    std::string uri() const { return get_text(RTC_PROPERTY_WATCHER_URI); }
    /// What it watches.
    std::string package() const { return get_text(RTC_PROPERTY_WATCHER_PACKAGE); }
};

} // namespace rtcclient
