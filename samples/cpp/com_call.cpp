// com_call.cpp: the same call as call.cpp, through the COM-style interfaces.
//
// Registers, calls TARGET with a header of its own, reads the peer's Server header through
// GetSIPMessage, hangs up, unregisters. Arguments: SIP-URI USER PASSWORD TARGET. As applications of
// the RTC Client API do, the sink only keeps each event; the main thread handles it later.
#include <rtccore.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

/// Owns a COM object.
template <class T> class Ptr {
public:
    Ptr() = default;
    Ptr(const Ptr &) = delete;
    Ptr &operator=(const Ptr &) = delete;
    Ptr(Ptr &&other) noexcept : object_(other.object_) { other.object_ = nullptr; }
    ~Ptr() {
        if (object_ != nullptr) object_->Release();
    }
    T **put() { return &object_; }
    T *operator->() const { return object_; }
    T *get() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    /// Another interface of the same object; empty if it has none.
    template <class Other> Ptr<Other> as(REFIID iid) const {
        Ptr<Other> other;
        if (object_ != nullptr) object_->QueryInterface(iid, reinterpret_cast<void **>(other.put()));
        return other;
    }

private:
    T *object_ = nullptr;
};

/// Owns a BSTR; text goes in and out as ASCII, which is all that SIP's own parts need.
class Text {
public:
    Text() = default;
    explicit Text(const std::string &text) : text_(SysAllocString(std::basic_string<OLECHAR>(text.begin(), text.end()).c_str())) {}
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
    ~Text() { SysFreeString(text_); }
    operator BSTR() const { return text_; }
    BSTR *put() { return &text_; }
    std::string ascii() const {
        std::string out;
        for (UINT i = 0; i < SysStringLen(text_); ++i) out += text_[i] < 128 ? static_cast<char>(text_[i]) : '?';
        return out;
    }

private:
    BSTR text_ = nullptr;
};

void check(HRESULT result, const char *what) {
    if (SUCCEEDED(result)) return;
    char line[120];
    std::snprintf(line, sizeof line, "%s: 0x%08lX", what, static_cast<unsigned long>(static_cast<unsigned>(result)));
    throw std::runtime_error(line);
}

struct Posted {
    RTC_EVENT kind;
    Ptr<IDispatch> event;
};

/// Keeps events for the main thread. Lives on its stack, so the count is not used.
class Sink final : public IRTCEventNotification {
public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override {
        if (out == nullptr) return E_POINTER;
        const bool known = iid == IID_IUnknown || iid == IID_IRTCEventNotification;
        *out = known ? static_cast<IRTCEventNotification *>(this) : nullptr;
        return known ? S_OK : E_NOINTERFACE;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return 2; }
    ULONG STDMETHODCALLTYPE Release() override { return 1; }
    HRESULT STDMETHODCALLTYPE Event(RTC_EVENT kind, IDispatch *event) override {
        Posted posted{kind, {}};
        event->QueryInterface(IID_IDispatch, reinterpret_cast<void **>(posted.event.put()));
        const std::lock_guard<std::mutex> hold(lock_);
        queue_.push_back(std::move(posted));
        arrived_.notify_one();
        return S_OK;
    }
    Posted next() {
        std::unique_lock<std::mutex> hold(lock_);
        arrived_.wait(hold, [this] { return !queue_.empty(); });
        Posted posted = std::move(queue_.front());
        queue_.pop_front();
        return posted;
    }

private:
    std::mutex lock_;
    std::condition_variable arrived_;
    std::deque<Posted> queue_;
};

std::string escaped(const std::string &text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '"': out += "&quot;"; break;
        default: out += c;
        }
    }
    return out;
}

/// The provisioning document of an account; the registrar is the host of its URI.
std::string provisioning(const std::string &uri, const std::string &user, const std::string &password) {
    std::string host = uri.substr(uri.find('@') == std::string::npos ? uri.find(':') + 1 : uri.find('@') + 1);
    const bool tcp = host.find("transport=tcp") != std::string::npos;
    host = host.substr(0, host.find_first_of(";?"));
    const std::string address = uri.substr(0, uri.find(';'));
    return "<provision key=\"com-call\" name=\"com_call\"><user uri=\"" + escaped(address) + "\" account=\"" + escaped(user) +
           "\" password=\"" + escaped(password) + "\"/><sipsrv addr=\"" + escaped(host) + "\" protocol=\"" +
           (tcp ? "tcp" : "udp") +
           "\" role=\"registrar\" auth=\"digest\"><session party=\"first\" type=\"pc2pc\"/></sipsrv></provision>";
}

void show(const Posted &posted) {
    const Ptr<IRTCSIPEvent> event = posted.event.as<IRTCSIPEvent>(IID_IRTCSIPEvent);
    Ptr<IRTCSIPMessage> message;
    std::printf("event %d\n", static_cast<int>(posted.kind));
    if (!event || FAILED(event->GetSIPMessage(message.put()))) return;
    Text line, agent;
    if (SUCCEEDED(message->GetRequestLine(line.put()))) std::printf("  %s\n", line.ascii().c_str());
    if (SUCCEEDED(message->GetFirstHeader(Text("Server"), agent.put()))) std::printf("  sent by %s\n", agent.ascii().c_str());
}

/// Registers, calls, hangs up, unregisters; true when the call was answered.
bool call(const Ptr<IRTCClient> &client, Sink &sink, char **argv) {
    const auto provisioner = client.as<IRTCClientProvisioning>(IID_IRTCClientProvisioning);
    Ptr<IRTCProfile> profile;
    Ptr<IRTCSession> session;
    check(client->put_ListenForIncomingSessions(RTCLM_DYNAMIC), "put_ListenForIncomingSessions");
    check(provisioner->CreateProfile(Text(provisioning(argv[1], argv[2], argv[3])), profile.put()), "CreateProfile");
    check(client->CreateSession(RTCST_PC_TO_PC, nullptr, nullptr, 0, session.put()), "CreateSession");
    const auto headers = session.as<IRTCSIPObject>(IID_IRTCSIPObject);
    check(headers->SetAdditionalHeaderValues(Text("Call-Info: <http://example.com/me>;purpose=info")),
          "SetAdditionalHeaderValues");
    check(provisioner->EnableProfile(profile.get(), RTCRF_REGISTER_ALL), "EnableProfile");
    bool connected = false, closing = false;
    for (;;) {
        const Posted posted = sink.next();
        show(posted);
        bool end = false;
        if (const auto event = posted.event.as<IRTCRegistrationStateChangeEvent>(IID_IRTCRegistrationStateChangeEvent)) {
            RTC_REGISTRATION_STATE state = RTCRS_NOT_REGISTERED;
            event->get_State(&state);
            if (state == RTCRS_REGISTERED) check(session->AddParticipant(Text(argv[4]), nullptr, nullptr), "AddParticipant");
            end = state == RTCRS_REJECTED || state == RTCRS_ERROR;
        } else if (const auto change = posted.event.as<IRTCSessionStateChangeEvent>(IID_IRTCSessionStateChangeEvent)) {
            RTC_SESSION_STATE state = RTCSS_IDLE;
            change->get_State(&state);
            if (state == RTCSS_CONNECTED) {
                connected = true;
                check(session->Terminate(RTCTR_NORMAL), "Terminate");
            }
            end = state == RTCSS_DISCONNECTED;
        } else if (const auto told = posted.event.as<IRTCClientEvent>(IID_IRTCClientEvent)) {
            RTC_CLIENT_EVENT_TYPE type = RTCCET_VOLUME_CHANGE;
            told->get_EventType(&type);
            if (type == RTCCET_ASYNC_CLEANUP_DONE) return connected;
        }
        if (end && !closing) {
            closing = true;
            check(client->PrepareForShutdown(), "PrepareForShutdown"); // unregisters
        }
    }
}

int run(char **argv) {
    Sink sink;
    Ptr<IRTCClient> client;
    check(CoCreateInstance(CLSID_RTCClient, nullptr, CLSCTX_INPROC_SERVER, IID_IRTCClient,
                           reinterpret_cast<void **>(client.put())),
          "CoCreateInstance");
    const auto container = client.as<IConnectionPointContainer>(IID_IConnectionPointContainer);
    Ptr<IConnectionPoint> point;
    DWORD cookie = 0;
    check(client->Initialize(), "Initialize");
    check(client->put_EventFilter(RTCEF_CLIENT | RTCEF_REGISTRATION_STATE_CHANGE | RTCEF_SESSION_STATE_CHANGE),
          "put_EventFilter");
    check(container->FindConnectionPoint(IID_IRTCEventNotification, point.put()), "FindConnectionPoint");
    check(point->Advise(&sink, &cookie), "Advise");
    bool connected = false;
    try {
        connected = call(client, sink, argv);
    } catch (...) {
        point->Unadvise(cookie);
        client->Shutdown();
        throw;
    }
    check(point->Unadvise(cookie), "Unadvise");
    check(client->Shutdown(), "Shutdown");
    return connected ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 5) {
        std::fprintf(stderr, "usage: com_call SIP-URI USER PASSWORD TARGET\n");
        return 2;
    }
    if (FAILED(CoInitialize(nullptr))) return 1;
    int result = 1;
    try {
        result = run(argv);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    CoUninitialize();
    return result;
}
