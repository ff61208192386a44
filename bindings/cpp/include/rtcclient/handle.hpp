// handle.hpp: one owner for every kind of handle.
//
// Copying takes a reference, moving takes it over, the destructor gives it up. Giving a reference
// up ends nothing: a call goes on until it is terminated. Leaves the verbs to the classes below.
#pragma once
#include <rtcclient/error.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rtcclient {

/// Says that a handle is already ours (an out-parameter gave it).
struct adopt_t {};
/// Says that a handle is lent and has to be kept (a field of an event).
struct borrow_t {};

/// Owns one reference to a handle of the kind that `Traits` names.
template <class Traits> class Handle {
public:
    /// The C pointer type.
    using pointer = typename Traits::pointer;
    /// RTC_KIND_… of the object.
    static constexpr std::int32_t kind = Traits::kind;

    /// No object.
    Handle() noexcept = default;
    /// Takes over a reference that is ours.
    Handle(adopt_t, pointer handle) noexcept : handle_(handle) {}
    /// Takes a further reference to a handle that is lent.
    Handle(borrow_t, pointer handle) noexcept : handle_(handle) { retain(); }
    Handle(const Handle &other) noexcept : handle_(other.handle_) { retain(); }
    Handle(Handle &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Handle &operator=(Handle other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Handle() { reset(); }

    /// Gives the reference up.
    void reset() noexcept {
        if (handle_ != nullptr) rtc_object_release(std::exchange(handle_, nullptr));
    }

    /// The C handle, still owned by this object.
    pointer get() const noexcept { return handle_; }
    /// Hands the C handle and its reference to the caller.
    pointer detach() noexcept { return std::exchange(handle_, nullptr); }
    /// True when there is an object.
    explicit operator bool() const noexcept { return handle_ != nullptr; }

    /// The same object has the same handle.
    friend bool operator==(const Handle &a, const Handle &b) noexcept { return a.handle_ == b.handle_; }
    friend bool operator!=(const Handle &a, const Handle &b) noexcept { return a.handle_ != b.handle_; }

    /// RTC_KIND_… of the object that the handle names now; 0 when it is stale.
    std::int32_t live_kind() const noexcept { return rtc_object_get_kind(handle_); }

    /// State in the numbers of this kind.
    std::int32_t raw_state() const {
        std::int32_t state = 0;
        check(rtc_object_get_state(handle_, &state));
        return state;
    }

    /// A passive value, RTC_PROPERTY_…
    std::int64_t get_int(std::int32_t property, std::int32_t index = 0) const {
        std::int64_t value = 0;
        check(rtc_object_get_int(handle_, property, index, &value));
        return value;
    }
    /// Sets a passive value.
    void set_int(std::int32_t property, std::int64_t value, std::int32_t index = 0) const {
        check(rtc_object_set_int(handle_, property, index, value));
    }
    /// A passive text, RTC_PROPERTY_…
    std::string get_text(std::int32_t property, std::int32_t index = 0) const {
        return detail::read_text([&](char *buf, std::size_t cap, std::size_t *needed) {
            return rtc_object_get_text(handle_, property, index, buf, cap, needed);
        });
    }
    /// Sets a passive text.
    void set_text(std::int32_t property, std::string_view text, std::int32_t index = 0) const {
        const rtc_str_t value = detail::given(text);
        check(rtc_object_set_text(handle_, property, index, value.ptr, value.len));
    }

    /// A pointer of the application's own that comes with each event of this object.
    void set_user_data(void *data) const { check(rtc_object_set_user_data(handle_, data)); }
    /// That pointer.
    void *user_data() const noexcept { return rtc_object_get_user_data(handle_); }

    /// The related object of class `Object` (its client, profile, session); empty if there is none.
    template <class Object> Object related() const {
        rtc_object_t *found = nullptr;
        check(rtc_object_get(handle_, Object::kind, &found));
        return Object(adopt_t{}, static_cast<typename Object::pointer>(found));
    }

    /// Its objects of class `Object` in the order of creation; `key` narrows to a URI, name or Call-ID.
    template <class Object> std::vector<Object> list(std::string_view key = {}) const {
        std::vector<rtc_object_t *> found(16, nullptr);
        std::size_t count = 0;
        for (;;) {
            const rtc_result_t result = rtc_object_list(handle_, Object::kind, detail::pointer(key), key.size(), found.data(),
                                                        found.size(), &count);
            if (result != RTC_E_INSUFFICIENT_BUFFER) {
                check(result);
                break;
            }
            found.assign(count, nullptr); // nothing was given; there may be more by now
        }
        std::vector<Object> objects;
        objects.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            objects.emplace_back(adopt_t{}, static_cast<typename Object::pointer>(found[i]));
        return objects;
    }

private:
    void retain() noexcept {
        // A stale handle gives 0: keep nothing then, so that this object is plainly empty.
        if (handle_ != nullptr && rtc_object_add_ref(handle_) == 0) handle_ = nullptr;
    }

    pointer handle_ = nullptr;
};

} // namespace rtcclient
