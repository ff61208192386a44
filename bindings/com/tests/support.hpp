// support.hpp: what the COM tests share: expectations, owners, a sink that keeps events.
#pragma once
#include <rtcclient.h>
#include <rtccore.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace test {

inline int failures = 0;

inline bool expect(bool right, const char *what, const char *file, int line) {
    if (!right) {
        ++failures;
        std::fprintf(stderr, "%s:%d: expected %s\n", file, line, what);
    }
    return right;
}
#define EXPECT(what) test::expect(static_cast<bool>(what), #what, __FILE__, __LINE__)

/// Ends the test that needs this.
inline void need(bool right, const char *what, const char *file, int line) {
    if (!expect(right, what, file, line)) throw std::runtime_error(what);
}
#define NEED(what) test::need(static_cast<bool>(what), #what, __FILE__, __LINE__)

/// Owns a COM object.
template <class T> class Ptr {
public:
    Ptr() = default;
    Ptr(const Ptr &other) : object_(other.object_) {
        if (object_ != nullptr) object_->AddRef();
    }
    Ptr(Ptr &&other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ptr &operator=(Ptr other) {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ptr() {
        if (object_ != nullptr) object_->Release();
    }
    T **put() { return &object_; }
    void **out() { return reinterpret_cast<void **>(&object_); }
    T *operator->() const { return object_; }
    T *get() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    template <class Other> Ptr<Other> as() const {
        Ptr<Other> other;
        if (object_ != nullptr) object_->QueryInterface(RtcInterface<Other>::iid(), other.out());
        return other;
    }

private:
    T *object_ = nullptr;
};

/// Owns a BSTR.
class Text {
public:
    Text() = default;
    explicit Text(const std::string &ascii) : text_(SysAllocStringLen(nullptr, static_cast<UINT>(ascii.size()))) {
        for (std::size_t i = 0; i < ascii.size(); ++i) text_[i] = static_cast<OLECHAR>(static_cast<unsigned char>(ascii[i]));
    }
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
    ~Text() { SysFreeString(text_); }
    operator BSTR() const { return text_; }
    /// For an out-parameter; what was there goes.
    BSTR *put() {
        SysFreeString(std::exchange(text_, nullptr));
        return &text_;
    }
    std::string ascii() const {
        std::string out;
        for (UINT i = 0; i < SysStringLen(text_); ++i) out += text_[i] < 128 ? static_cast<char>(text_[i]) : '?';
        return out;
    }

private:
    BSTR text_ = nullptr;
};

/// What a sink has been given.
struct Posted {
    RTC_EVENT kind = RTCE_CLIENT;
    Ptr<IDispatch> event;
};

/// A counted sink that keeps its events.
class Sink final : public IRTCEventNotification {
public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override {
        if (out == nullptr) return E_POINTER;
        *out = nullptr;
        if (iid != IID_IUnknown && iid != IID_IRTCEventNotification) return E_NOINTERFACE;
        *out = static_cast<IRTCEventNotification *>(this);
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++count; }
    ULONG STDMETHODCALLTYPE Release() override { return --count; }
    HRESULT STDMETHODCALLTYPE Event(RTC_EVENT kind, IDispatch *event) override {
        Posted posted;
        posted.kind = kind;
        event->QueryInterface(IID_IDispatch, posted.event.out());
        {
            const std::lock_guard<std::mutex> hold(lock_);
            queue_.push_back(posted);
        }
        arrived_.notify_all();
        if (throws) throw std::runtime_error("from a sink");
        return S_OK;
    }
    /// Takes events until one fulfils `wanted`; an empty one after ten seconds.
    Posted wait(const std::function<bool(const Posted &)> &wanted) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        std::unique_lock<std::mutex> hold(lock_);
        for (;;) {
            while (!queue_.empty()) {
                Posted posted = std::move(queue_.front());
                queue_.pop_front();
                hold.unlock();
                if (wanted(posted)) return posted;
                hold.lock();
            }
            if (arrived_.wait_until(hold, end) == std::cv_status::timeout && queue_.empty()) return Posted();
        }
    }
    /// Waits until a session is in a state.
    Posted wait(RTC_SESSION_STATE state) {
        return wait([state](const Posted &posted) {
            const auto event = posted.event.as<IRTCSessionStateChangeEvent>();
            RTC_SESSION_STATE found = RTCSS_IDLE;
            return event && SUCCEEDED(event->get_State(&found)) && found == state;
        });
    }
    Posted wait(RTC_REGISTRATION_STATE state) {
        return wait([state](const Posted &posted) {
            const auto event = posted.event.as<IRTCRegistrationStateChangeEvent>();
            RTC_REGISTRATION_STATE found = RTCRS_NOT_REGISTERED;
            return event && SUCCEEDED(event->get_State(&found)) && found == state;
        });
    }
    Posted wait(RTC_EVENT kind) {
        return wait([kind](const Posted &posted) { return posted.event && posted.kind == kind; });
    }
    bool empty() {
        const std::lock_guard<std::mutex> hold(lock_);
        return queue_.empty();
    }
    void clear() {
        std::deque<Posted> gone;
        const std::lock_guard<std::mutex> hold(lock_);
        gone.swap(queue_);
    }

    std::atomic<ULONG> count{1};
    std::atomic<bool> throws{false};

private:
    std::mutex lock_;
    std::condition_variable arrived_;
    std::deque<Posted> queue_;
};

/// The embedded server with three accounts.
class Server {
public:
    Server() {
        rtc_server_options_t options{};
        options.size = sizeof options;
        options.listen = rtc_str_t{RTC_STR("udp:127.0.0.1:0")};
        options.realm = rtc_str_t{RTC_STR("example.test")};
        NEED(rtc_server_start(&options, &server_) >= 0);
        for (const char *user : {"alice", "bob", "carol"}) {
            rtc_server_user_t account{};
            account.size = sizeof account;
            account.user = rtc_str_t{RTC_STR(user)};
            account.password = rtc_str_t{RTC_STR("secret")};
            NEED(rtc_server_set_user(server_, &account) >= 0);
        }
        char uri[128];
        std::size_t needed = 0;
        NEED(rtc_object_get_text(server_, RTC_PROPERTY_SERVER_URI, 0, uri, sizeof uri, &needed) >= 0);
        rtc_uri_t parts{};
        parts.size = sizeof parts;
        NEED(rtc_uri_parse(uri, needed, &parts) >= 0);
        host = std::string(parts.host.ptr, parts.host.len) + ":" + std::to_string(parts.port);
    }
    ~Server() {
        rtc_server_stop(server_);
        rtc_object_release(server_);
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    /// Provisioning document of an account.
    std::string profile(const std::string &user) const {
        return "<provision key=\"" + user + "\" name=\"test\"><user uri=\"sip:" + user + "@" + host + "\" account=\"" + user +
               "\" password=\"secret\"/><sipsrv addr=\"" + host +
               "\" protocol=\"udp\" role=\"registrar\" auth=\"digest\"><session party=\"first\" type=\"pc2pc\"/></sipsrv></provision>";
    }

    std::string host;

private:
    rtc_server_t *server_ = nullptr;
};

/// A client with a sink.
struct Phone {
    Ptr<IRTCClient2> client;
    Ptr<IConnectionPoint> point;
    Ptr<IRTCProfile> profile;
    Sink sink;
    DWORD cookie = 0;

    Phone() {
        NEED(SUCCEEDED(RtcCreateClient(IID_IRTCClient2, client.out())));
        NEED(client.as<IConnectionPointContainer>());
        NEED(SUCCEEDED(client.as<IConnectionPointContainer>()->FindConnectionPoint(IID_IRTCEventNotification, point.put())));
        NEED(SUCCEEDED(point->Advise(&sink, &cookie)));
        NEED(SUCCEEDED(client->Initialize()));
    }
    ~Phone() {
        client->Shutdown();
        sink.clear();
    }
    /// Listens and has an account.
    void open(const Server &server, const std::string &user) {
        NEED(SUCCEEDED(client->put_EventFilter(RTCEF_ALL_CE)));
        NEED(SUCCEEDED(client->put_ListenForIncomingSessions(RTCLM_DYNAMIC)));
        NEED(SUCCEEDED(client.as<IRTCClientProvisioning>()->CreateProfile(Text(server.profile(user)), profile.put())));
    }
    /// The same, registered.
    void enroll(const Server &server, const std::string &user) {
        open(server, user);
        NEED(SUCCEEDED(client.as<IRTCClientProvisioning>()->EnableProfile(profile.get(), RTCRF_REGISTER_ALL)));
        NEED(sink.wait(RTCRS_REGISTERED).event);
    }
};

} // namespace test

template <> struct RtcInterface<IConnectionPointContainer> {
    static const GUID &iid() { return IID_IConnectionPointContainer; }
    using base = IUnknown;
};

/// Runs tests by name; the process ends with 0 only when nothing failed.
inline int run_tests(std::initializer_list<std::pair<const char *, void (*)()>> tests) {
    for (const auto &[name, body] : tests) {
        const int before = test::failures;
        try {
            body();
        } catch (const std::exception &error) {
            if (test::failures == before) test::expect(false, error.what(), name, 0);
        }
        std::printf("%s %s\n", test::failures == before ? "ok  " : "FAIL", name);
    }
    return test::failures == 0 ? 0 : 1;
}
