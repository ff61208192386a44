// client.cpp: life cycle, events and registry of the class behind IRTCClient; see client.hpp.
#include "client.hpp"

#include "event.hpp"
#include "profile.hpp"
#include "session.hpp"
#include "subscription.hpp"

namespace rtccom {
namespace {

/// The filter bits of the original, low half of the C mask, and the CE bits, which have numbers of
/// their own there.
uint64_t mask_of(LONG filter) {
    const uint32_t bits = static_cast<uint32_t>(filter);
    uint64_t mask = bits & RTCEF_ALL;
    if (bits & RTCEF_SUBSCRIPTION) mask |= RTC_EVENT_FILTER_SUBSCRIPTION;
    if (bits & RTCEF_SESSION_NOTIFICATION) mask |= RTC_EVENT_FILTER_NOTIFICATION;
    if (bits & RTCEF_INVITE) mask |= RTC_EVENT_FILTER_PRACK;
    if (bits & RTCEF_CONSULTANT_REFERRED) mask |= RTC_EVENT_FILTER_CONSULTANT;
    return mask;
}

} // namespace

Client::Client(HandleRef<rtc_client_t> client) : client_(std::move(client)) {}

Client::~Client() {
    // No event runs after this has returned (inside an event: after that event).
    rtc_client_set_event_sink(client_.get(), nullptr);
}

HRESULT Client::create(ComPtr<Client> &out) {
    HandleRef<rtc_client_t> handle;
    HRESULT result = rtc_client_create(handle.put());
    if (FAILED(result)) return result;
    ComPtr<Client> client = ComPtr<Client>::adopt(new Client(std::move(handle)));
    result = rtc_client_set_event_filter(client->client_.get(), 0);
    if (FAILED(result)) return result;
    rtc_event_sink_t sink{};
    sink.size = sizeof sink;
    sink.on_event = &Client::on_event;
    sink.user_data = client.get();
    result = rtc_client_set_event_sink(client->client_.get(), &sink);
    if (FAILED(result)) return result;
    out = std::move(client);
    return S_OK;
}

void Client::on_event(void *user_data, rtc_event_t *event) {
    Client *const self = static_cast<Client *>(user_data);
    // The last reference may just be going away on another thread, which then waits for us.
    if (!self->try_add_ref()) return;
    const ComPtr<Client> keep = ComPtr<Client>::adopt(self);
    guard([&] {
        self->deliver(event);
        return S_OK;
    });
}

void Client::deliver(rtc_event_t *event) {
    const std::vector<ComPtr<IUnknown>> sinks = sinks_.sinks(), dispatch_sinks = dispatch_sinks_.sinks();
    if (sinks.empty() && dispatch_sinks.empty()) return;
    int32_t type = 0;
    const ComPtr<IDispatch> object = make_event(*this, event, type);
    if (!object) return;
    const RTC_EVENT kind = static_cast<RTC_EVENT>(type);
    for (const ComPtr<IUnknown> &sink : sinks)
        guard([&] { return static_cast<IRTCEventNotification *>(sink.get())->Event(kind, object.get()); });
    for (const ComPtr<IUnknown> &sink : dispatch_sinks) {
        guard([&] {
            VARIANT arguments[2]; // last argument first
            VariantInit(&arguments[0]);
            VariantInit(&arguments[1]);
            arguments[0].vt = VT_DISPATCH;
            arguments[0].pdispVal = object.get();
            arguments[1].vt = VT_I4;
            arguments[1].lVal = type;
            DISPPARAMS parameters = {arguments, nullptr, 2, 0};
            return static_cast<IDispatch *>(sink.get())
                ->Invoke(1, IID_NULL, 0, DISPATCH_METHOD, &parameters, nullptr, nullptr, nullptr);
        });
    }
}

void Client::forget(rtc_object_t *handle, const Wrapped *object) {
    const std::lock_guard<std::mutex> hold(registry_lock_);
    const auto known = registry_.find(handle);
    if (known != registry_.end() && known->second == object) registry_.erase(known);
}

HRESULT Client::Initialize() { return InitializeEx(0); }

HRESULT Client::InitializeEx(LONG flags) {
    return guard([&] {
        std::string agent;
        {
            const std::lock_guard<std::mutex> hold(state_lock_);
            agent = client_name_;
            if (!agent.empty() && !client_version_.empty()) agent += "/" + client_version_;
        }
        rtc_client_options_t options{};
        options.size = sizeof options;
        options.flags = static_cast<uint32_t>(flags);
        if (!agent.empty()) options.user_agent = rtc_str_t{agent.data(), agent.size()};
        return rtc_client_initialize(client_.get(), &options);
    });
}

HRESULT Client::PrepareForShutdown() { return rtc_client_prepare_for_shutdown(client_.get()); }

HRESULT Client::Shutdown() {
    const HRESULT result = rtc_client_shutdown(client_.get());
    if (FAILED(result)) return result;
    // No event follows; sinks that hold the client must not keep it for ever.
    sinks_.clear();
    dispatch_sinks_.clear();
    return S_OK;
}

HRESULT Client::put_EventFilter(LONG filter) {
    const HRESULT result = rtc_client_set_event_filter(client_.get(), mask_of(filter));
    if (SUCCEEDED(result)) {
        const std::lock_guard<std::mutex> hold(state_lock_);
        filter_ = filter;
    }
    return result;
}

HRESULT Client::get_EventFilter(LONG *filter) {
    if (filter == nullptr) return E_POINTER;
    const std::lock_guard<std::mutex> hold(state_lock_);
    *filter = filter_;
    return S_OK;
}

HRESULT Client::put_ListenForIncomingSessions(RTC_LISTEN_MODE mode) {
    return rtc_client_listen(client_.get(), static_cast<int32_t>(mode));
}

HRESULT Client::get_ListenForIncomingSessions(RTC_LISTEN_MODE *mode) {
    LONG value = 0;
    if (mode == nullptr) return E_POINTER;
    const HRESULT result = give_int(client_.get(), RTC_PROPERTY_CLIENT_LISTEN_MODE, 0, &value);
    if (SUCCEEDED(result)) *mode = static_cast<RTC_LISTEN_MODE>(value);
    return result;
}

HRESULT Client::session(RTC_SESSION_TYPE type, IRTCProfile *profile, rtc_session_options_t &options, IRTCSession2 **out) {
    options.size = sizeof options;
    if (profile != nullptr) {
        options.profile = static_cast<rtc_profile_t *>(handle_behind(profile, RTC_KIND_PROFILE));
        if (options.profile == nullptr) return E_INVALIDARG;
    }
    HandleRef<rtc_session_t> session;
    const HRESULT result = rtc_session_create(client_.get(), static_cast<int32_t>(type), &options, session.put());
    if (FAILED(result)) return result;
    return hand_out(wrap<Session>(session.get()), out);
}

HRESULT Client::CreateSession(RTC_SESSION_TYPE type, BSTR local_phone, IRTCProfile *profile, LONG flags, IRTCSession **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        const Utf8 phone(local_phone);
        if (!phone.valid()) return E_INVALIDARG;
        rtc_session_options_t options{};
        options.flags = static_cast<uint32_t>(flags);
        if (!phone.empty()) options.local_phone_uri = phone.str();
        IRTCSession2 *made = nullptr;
        const HRESULT result = session(type, profile, options, &made);
        *out = made;
        return result;
    });
}

HRESULT Client::CreateSessionWithDescription(BSTR content_type, BSTR description, IRTCProfile *profile, LONG flags,
                                             IRTCSession2 **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    if (content_type == nullptr || description == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 kind(content_type), body(description);
        if (!kind.valid() || !body.valid()) return E_INVALIDARG;
        rtc_session_options_t options{};
        options.flags = static_cast<uint32_t>(flags);
        options.content_type = kind.str();
        options.description = body.str();
        return session(RTCST_APPLICATION, profile, options, out);
    });
}

HRESULT Client::CreateProfile(BSTR xml, IRTCProfile **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    if (xml == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 text(xml);
        if (!text.valid()) return E_INVALIDARG;
        HandleRef<rtc_profile_t> profile;
        const HRESULT result = rtc_profile_create_from_xml(client_.get(), text.ptr(), text.len(), profile.put());
        if (FAILED(result)) return result;
        return hand_out(wrap<Profile>(profile.get()), out);
    });
}

HRESULT Client::EnableProfile(IRTCProfile *profile, LONG register_flags) { return EnableProfileEx(profile, register_flags, 0); }

HRESULT Client::EnableProfileEx(IRTCProfile *profile, LONG register_flags, LONG roaming_flags) {
    if (profile == nullptr) return E_POINTER;
    auto *const handle = static_cast<rtc_profile_t *>(handle_behind(profile, RTC_KIND_PROFILE));
    if (handle == nullptr) return E_INVALIDARG;
    return rtc_profile_enable(handle, static_cast<uint32_t>(register_flags), static_cast<uint32_t>(roaming_flags));
}

HRESULT Client::DisableProfile(IRTCProfile *profile) {
    if (profile == nullptr) return E_POINTER;
    auto *const handle = static_cast<rtc_profile_t *>(handle_behind(profile, RTC_KIND_PROFILE));
    return handle == nullptr ? E_INVALIDARG : rtc_profile_disable(handle);
}

HRESULT Client::EnumerateProfiles(IRTCEnumProfiles **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        HRESULT result = S_OK;
        const auto items = items_of<Profile, IRTCProfile>(client_.get(), RTC_KIND_PROFILE, result);
        if (FAILED(result)) return result;
        *out = new Enumerator<IRTCEnumProfiles, IRTCProfile>(items);
        return S_OK;
    });
}

HRESULT Client::get_Profiles(IRTCCollection **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&]() -> HRESULT {
        HRESULT result = S_OK;
        const auto items = items_of<Profile, IRTCProfile>(client_.get(), RTC_KIND_PROFILE, result);
        if (FAILED(result)) return result;
        *out = new Collection<IRTCProfile>(items);
        return S_OK;
    });
}

HRESULT Client::subscription(IRTCProfile *profile, const Utf8 &accept, const Utf8 &package, uint32_t flags,
                             HandleRef<rtc_subscription_t> &out) {
    if (!accept.valid() || !package.valid()) return E_INVALIDARG;
    rtc_subscription_options_t options{};
    options.size = sizeof options;
    options.flags = flags;
    options.event = package.str();
    if (flags & RTC_SUBSCRIPTION_UNSOLICITED) options.user_data = UnsolicitedSubscription::mark();
    if (!accept.empty()) options.accept = accept.str();
    if (profile != nullptr) {
        options.profile = static_cast<rtc_profile_t *>(handle_behind(profile, RTC_KIND_PROFILE));
        if (options.profile == nullptr) return E_INVALIDARG;
    }
    return rtc_subscription_create(client_.get(), &options, out.put());
}

HRESULT Client::CreateIdleSubscription(IRTCProfile *profile, BSTR accept, BSTR package, IRTCSubscription2 **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    if (profile == nullptr || package == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        HandleRef<rtc_subscription_t> made;
        const HRESULT result = subscription(profile, Utf8(accept), Utf8(package), 0, made);
        if (FAILED(result)) return result;
        return hand_out(wrap<Subscription>(made.get()), out);
    });
}

HRESULT Client::CreateSubscription(IRTCProfile *profile, BSTR accept, BSTR package, BSTR content_type, BSTR body,
                                   IRTCSubscription **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    IRTCSubscription2 *made = nullptr;
    HRESULT result = CreateIdleSubscription(profile, accept, package, &made);
    if (FAILED(result)) return result;
    ComPtr<IRTCSubscription2> idle = ComPtr<IRTCSubscription2>::adopt(made);
    result = idle->Send(content_type, body);
    if (SUCCEEDED(result)) *out = idle.detach();
    return result;
}

HRESULT Client::RegisterUnsolicitedNotification(BSTR accept, BSTR package, IRTCUnsolicitedSubscription **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    if (package == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        HandleRef<rtc_subscription_t> made;
        HRESULT result = subscription(nullptr, Utf8(accept), Utf8(package), RTC_SUBSCRIPTION_UNSOLICITED, made);
        if (SUCCEEDED(result)) result = rtc_subscription_subscribe(made.get(), nullptr);
        return FAILED(result) ? result : hand_out(wrap<UnsolicitedSubscription>(made.get()), out);
    });
}

HRESULT Client::AllowDialogNotifications(BSTR package) {
    if (package == nullptr) return E_POINTER;
    return guard([&]() -> HRESULT {
        const Utf8 name(package);
        if (!name.valid()) return E_INVALIDARG;
        return rtc_client_allow_dialog_notifications(client_.get(), nullptr, name.ptr(), name.len(), 1);
    });
}

HRESULT Client::EnumConnectionPoints(IEnumConnectionPoints **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    return guard([&] {
        auto points = std::make_shared<std::vector<ComPtr<IConnectionPoint>>>();
        points->push_back(ComPtr<IConnectionPoint>(&dispatch_sinks_));
        points->push_back(ComPtr<IConnectionPoint>(&sinks_));
        *out = new Enumerator<IEnumConnectionPoints, IConnectionPoint>(points);
        return S_OK;
    });
}

HRESULT Client::FindConnectionPoint(REFIID iid, IConnectionPoint **out) {
    if (out == nullptr) return E_POINTER;
    *out = nullptr;
    for (ConnectionPoint *point : {&sinks_, &dispatch_sinks_}) {
        if (point->sink_iid() != iid) continue;
        *out = point;
        point->AddRef();
        return S_OK;
    }
    return CONNECT_E_NOCONNECTION;
}

} // namespace rtccom
