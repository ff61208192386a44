// error.hpp: results as exceptions.
//
// Every C function that fails makes an Error with the code and the sentence that the library left
// for this thread. Success codes that carry an answer (RTC_FALSE, RTC_S_END) pass through.
#pragma once
#include <rtcclient/text.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace rtcclient {

/// The number 404 of a result that stands for the SIP status 404, else 0.
inline int sip_status_of(rtc_result_t result) noexcept {
    const std::int32_t status = RTC_SIP_STATUS(result);
    return RTC_RESULT_OF_STATUS(status) == result ? status : 0;
}

/// A call that failed.
class Error : public std::runtime_error {
public:
    /// Takes the sentence that the failing call left in this thread.
    explicit Error(rtc_result_t code) : std::runtime_error(sentence(code)), code_(code) {}

    /// An error with a sentence of its own.
    Error(rtc_result_t code, const std::string &text) : std::runtime_error(text), code_(code) {}

    /// The result code, an HRESULT number.
    rtc_result_t code() const noexcept { return code_; }

    /// The SIP status inside the code, 0 when it holds none.
    int sip_status() const noexcept { return sip_status_of(code_); }

    /// The name of the code: "RTC_E_INVALID_SESSION_STATE", "404 Not Found".
    const char *name() const noexcept { return rtc_result_name(code_); }

private:
    static std::string sentence(rtc_result_t code) {
        const char *text = rtc_last_error_message();
        if (text == nullptr || *text == '\0') text = rtc_result_name(code);
        return text == nullptr ? std::string("rtcclient: unknown error") : std::string(text);
    }

    rtc_result_t code_;
};

/// Throws Error when `result` is a failure, else returns it.
inline rtc_result_t check(rtc_result_t result) {
    if (result < 0) throw Error(result);
    return result;
}

namespace detail {

/// Reads text out of a live object: `read(buf, cap, &needed)` is asked for the length, then for
/// the bytes, and once more when the text has grown in between.
template <class Read> std::string read_text(Read read) {
    std::string text(64, '\0');
    for (;;) {
        std::size_t needed = 0;
        // One byte more than asked for: the C side ends the text with a NUL.
        const rtc_result_t result = read(&text[0], text.size(), &needed);
        if (result >= 0 && needed <= text.size()) {
            text.resize(needed);
            return text;
        }
        if (result < 0 && result != RTC_E_INSUFFICIENT_BUFFER) throw Error(result);
        text.assign(needed + 1, '\0');
    }
}

} // namespace detail
} // namespace rtcclient
