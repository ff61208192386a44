// library.hpp: what belongs to the library as a whole: version, features, log.
#pragma once
#include <rtcclient/error.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace rtcclient {

/// "0.3.0"
inline std::string_view library_version() noexcept { return rtc_library_version(); }

/// Number of the C interface: equal where programs may exchange the library without being built anew.
inline std::uint32_t library_abi_version() noexcept { return rtc_library_abi_version(); }

/// True when this build has the feature: "tls", "opus", "device" …
inline bool has_feature(std::string_view name) {
    const rtc_str_t text = detail::given(name);
    return check(rtc_library_has_feature(text.ptr, text.len)) == RTC_OK;
}

/// Gives what the library logs to a function (level, target, text); several clients may call it at
/// once. The one setting that the whole process shares; an empty function is silence.
inline void set_log(int level, std::function<void(int, std::string_view, std::string_view)> function) {
    using Function = std::function<void(int, std::string_view, std::string_view)>;
    if (!function) {
        check(rtc_library_set_log(nullptr));
        return;
    }
    auto box = std::make_unique<Function>(std::move(function));
    rtc_log_sink_t sink{};
    sink.size = sizeof sink;
    sink.level = level;
    sink.on_log = [](void *data, std::int32_t at, const char *target, const char *text, std::size_t len) {
        try {
            (*static_cast<Function *>(data))(at, target == nullptr ? std::string_view() : std::string_view(target),
                                             std::string_view(text, len));
        } catch (...) { // a log line that cannot be written is lost
        }
    };
    sink.user_data = box.get();
    sink.drop_user_data = [](void *data) { delete static_cast<Function *>(data); };
    check(rtc_library_set_log(&sink));
    box.release();
}

} // namespace rtcclient
