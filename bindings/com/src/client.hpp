// client.hpp: the class behind IRTCClient.
//
// One object answers IRTCClient2, IRTCClientProvisioning2, IRTCClientSubscriber2 and
// IConnectionPointContainer. It also keeps the objects that stand for handles, so that the same
// session is the same COM object wherever it is met. Presence, user search, port management and
// SIP privacy are not there yet: QueryInterface says so.
#pragma once
#include "connection_point.hpp"
#include "enumerate.hpp"
#include "text.hpp"

#include <unordered_map>

namespace rtccom {

/// An object of the registry: it stands for a handle.
class Wrapped {
public:
    /// Takes a reference unless the object is on its way out.
    virtual bool retain() = 0;

protected:
    ~Wrapped() = default;
};

/// IRTCClient.
class Client final
    : public Object<IRTCClient2, IRTCClientProvisioning2, IRTCClientSubscriber2, IConnectionPointContainer, IHandle> {
public:
    /// A client without a library thread yet; its event filter is 0, as the original's was.
    static HRESULT create(ComPtr<Client> &out);

    /// The COM object that stands for a handle; the handle is lent.
    template <class Class> ComPtr<Class> wrap(typename Class::CHandle *handle) {
        if (handle == nullptr) return {};
        const std::lock_guard<std::mutex> hold(registry_lock_);
        const auto known = registry_.find(handle);
        if (known != registry_.end()) {
            // An object leaves the registry before it is taken down, so it is whole here.
            Class *const object = dynamic_cast<Class *>(known->second);
            if (object == nullptr) return {}; // the handle stands for an object of another class
            if (object->retain()) return ComPtr<Class>::adopt(object);
        }
        ComPtr<Class> fresh = ComPtr<Class>::adopt(new Class(ComPtr<Client>(this), HandleRef<typename Class::CHandle>::borrow(handle)));
        registry_[handle] = fresh.get();
        return fresh;
    }
    /// The object for this handle is gone.
    void forget(rtc_object_t *handle, const Wrapped *object);

    /// The objects of a class that belong to `parent`, in the order of creation.
    template <class Class, class Interface> Items<Interface> items_of(rtc_object_t *parent, int32_t kind, HRESULT &result) {
        auto items = std::make_shared<std::vector<ComPtr<Interface>>>();
        std::vector<rtc_object_t *> found(16);
        std::size_t count = 0;
        // Nothing is given when the room is too small, and there may be more the next time.
        while ((result = rtc_object_list(parent, kind, nullptr, 0, found.data(), found.size(), &count)) == RTC_E_INSUFFICIENT_BUFFER)
            found.assign(count, nullptr);
        if (FAILED(result)) return items;
        for (std::size_t i = 0; i < count; ++i) {
            const auto handle = HandleRef<typename Class::CHandle>::adopt(static_cast<typename Class::CHandle *>(found[i]));
            const ComPtr<Class> object = wrap<Class>(handle.get());
            if (object) items->push_back(ComPtr<Interface>(object.get()));
        }
        return items;
    }

    rtc_object_t *STDMETHODCALLTYPE handle(int32_t kind) override { return kind == RTC_KIND_CLIENT ? client_.get() : nullptr; }

    // IRTCClient
    HRESULT STDMETHODCALLTYPE Initialize() override;
    HRESULT STDMETHODCALLTYPE Shutdown() override;
    HRESULT STDMETHODCALLTYPE PrepareForShutdown() override;
    HRESULT STDMETHODCALLTYPE put_EventFilter(LONG filter) override;
    HRESULT STDMETHODCALLTYPE get_EventFilter(LONG *filter) override;
    HRESULT STDMETHODCALLTYPE SetPreferredMediaTypes(LONG types, VARIANT_BOOL persistent) override;
    HRESULT STDMETHODCALLTYPE get_PreferredMediaTypes(LONG *types) override;
    HRESULT STDMETHODCALLTYPE get_MediaCapabilities(LONG *types) override;
    HRESULT STDMETHODCALLTYPE CreateSession(RTC_SESSION_TYPE type, BSTR local_phone, IRTCProfile *profile, LONG flags,
                                            IRTCSession **out) override;
    HRESULT STDMETHODCALLTYPE put_ListenForIncomingSessions(RTC_LISTEN_MODE mode) override;
    HRESULT STDMETHODCALLTYPE get_ListenForIncomingSessions(RTC_LISTEN_MODE *mode) override;
    HRESULT STDMETHODCALLTYPE get_NetworkAddresses(VARIANT_BOOL tcp, VARIANT_BOOL external, VARIANT *out) override;
    HRESULT STDMETHODCALLTYPE put_Volume(RTC_AUDIO_DEVICE device, LONG volume) override;
    HRESULT STDMETHODCALLTYPE get_Volume(RTC_AUDIO_DEVICE device, LONG *volume) override;
    HRESULT STDMETHODCALLTYPE put_AudioMuted(RTC_AUDIO_DEVICE device, VARIANT_BOOL muted) override;
    HRESULT STDMETHODCALLTYPE get_AudioMuted(RTC_AUDIO_DEVICE device, VARIANT_BOOL *muted) override;
    HRESULT STDMETHODCALLTYPE get_IVideoWindow(RTC_VIDEO_DEVICE device, IVideoWindow **out) override;
    HRESULT STDMETHODCALLTYPE put_PreferredAudioDevice(RTC_AUDIO_DEVICE device, BSTR name) override;
    HRESULT STDMETHODCALLTYPE get_PreferredAudioDevice(RTC_AUDIO_DEVICE device, BSTR *name) override;
    HRESULT STDMETHODCALLTYPE put_PreferredVolume(RTC_AUDIO_DEVICE device, LONG volume) override;
    HRESULT STDMETHODCALLTYPE get_PreferredVolume(RTC_AUDIO_DEVICE device, LONG *volume) override;
    HRESULT STDMETHODCALLTYPE put_PreferredAEC(VARIANT_BOOL enable) override;
    HRESULT STDMETHODCALLTYPE get_PreferredAEC(VARIANT_BOOL *enabled) override;
    HRESULT STDMETHODCALLTYPE put_PreferredVideoDevice(BSTR name) override;
    HRESULT STDMETHODCALLTYPE get_PreferredVideoDevice(BSTR *name) override;
    HRESULT STDMETHODCALLTYPE get_ActiveMedia(LONG *types) override;
    HRESULT STDMETHODCALLTYPE put_MaxBitrate(LONG rate) override;
    HRESULT STDMETHODCALLTYPE get_MaxBitrate(LONG *rate) override;
    HRESULT STDMETHODCALLTYPE put_TemporalSpatialTradeOff(LONG value) override;
    HRESULT STDMETHODCALLTYPE get_TemporalSpatialTradeOff(LONG *value) override;
    HRESULT STDMETHODCALLTYPE get_NetworkQuality(LONG *quality) override;
    HRESULT STDMETHODCALLTYPE StartT120Applet(RTC_T120_APPLET applet) override;
    HRESULT STDMETHODCALLTYPE StopT120Applets() override;
    HRESULT STDMETHODCALLTYPE get_IsT120AppletRunning(RTC_T120_APPLET applet, VARIANT_BOOL *running) override;
    HRESULT STDMETHODCALLTYPE get_LocalUserURI(BSTR *uri) override;
    HRESULT STDMETHODCALLTYPE put_LocalUserURI(BSTR uri) override;
    HRESULT STDMETHODCALLTYPE get_LocalUserName(BSTR *name) override;
    HRESULT STDMETHODCALLTYPE put_LocalUserName(BSTR name) override;
    HRESULT STDMETHODCALLTYPE PlayRing(RTC_RING_TYPE type, VARIANT_BOOL play) override;
    HRESULT STDMETHODCALLTYPE SendDTMF(RTC_DTMF digit) override;
    HRESULT STDMETHODCALLTYPE InvokeTuningWizard(OAHWND parent) override;
    HRESULT STDMETHODCALLTYPE get_IsTuned(VARIANT_BOOL *tuned) override;

    // IRTCClient2
    HRESULT STDMETHODCALLTYPE put_AnswerMode(RTC_SESSION_TYPE type, RTC_ANSWER_MODE mode) override;
    HRESULT STDMETHODCALLTYPE get_AnswerMode(RTC_SESSION_TYPE type, RTC_ANSWER_MODE *mode) override;
    HRESULT STDMETHODCALLTYPE InvokeTuningWizardEx(OAHWND parent, VARIANT_BOOL audio, VARIANT_BOOL video) override;
    HRESULT STDMETHODCALLTYPE get_Version(LONG *version) override;
    HRESULT STDMETHODCALLTYPE put_ClientName(BSTR name) override;
    HRESULT STDMETHODCALLTYPE put_ClientCurVer(BSTR version) override;
    HRESULT STDMETHODCALLTYPE InitializeEx(LONG flags) override;
    HRESULT STDMETHODCALLTYPE CreateSessionWithDescription(BSTR content_type, BSTR description, IRTCProfile *profile,
                                                           LONG flags, IRTCSession2 **out) override;
    HRESULT STDMETHODCALLTYPE SetSessionDescriptionManager(IRTCSessionDescriptionManager *manager) override;
    HRESULT STDMETHODCALLTYPE put_PreferredSecurityLevel(RTC_SECURITY_TYPE type, RTC_SECURITY_LEVEL level) override;
    HRESULT STDMETHODCALLTYPE get_PreferredSecurityLevel(RTC_SECURITY_TYPE type, RTC_SECURITY_LEVEL *level) override;
    HRESULT STDMETHODCALLTYPE put_AllowedPorts(LONG transport, RTC_LISTEN_MODE mode) override;
    HRESULT STDMETHODCALLTYPE get_AllowedPorts(LONG transport, RTC_LISTEN_MODE *mode) override;

    // IRTCClientProvisioning, IRTCClientProvisioning2
    HRESULT STDMETHODCALLTYPE CreateProfile(BSTR xml, IRTCProfile **out) override;
    HRESULT STDMETHODCALLTYPE EnableProfile(IRTCProfile *profile, LONG register_flags) override;
    HRESULT STDMETHODCALLTYPE DisableProfile(IRTCProfile *profile) override;
    HRESULT STDMETHODCALLTYPE EnumerateProfiles(IRTCEnumProfiles **out) override;
    HRESULT STDMETHODCALLTYPE get_Profiles(IRTCCollection **out) override;
    HRESULT STDMETHODCALLTYPE GetProfile(BSTR account, BSTR password, BSTR uri, BSTR server, LONG transport,
                                         LONG_PTR cookie) override;
    HRESULT STDMETHODCALLTYPE get_SessionCapabilities(LONG *types) override;
    HRESULT STDMETHODCALLTYPE EnableProfileEx(IRTCProfile *profile, LONG register_flags, LONG roaming_flags) override;

    // IRTCClientSubscriber, IRTCClientSubscriber2
    HRESULT STDMETHODCALLTYPE CreateSubscription(IRTCProfile *profile, BSTR accept, BSTR package, BSTR content_type,
                                                 BSTR body, IRTCSubscription **out) override;
    HRESULT STDMETHODCALLTYPE RegisterUnsolicitedNotification(BSTR accept, BSTR package,
                                                              IRTCUnsolicitedSubscription **out) override;
    HRESULT STDMETHODCALLTYPE CreateIdleSubscription(IRTCProfile *profile, BSTR accept, BSTR package,
                                                     IRTCSubscription2 **out) override;
    HRESULT STDMETHODCALLTYPE AllowDialogNotifications(BSTR package) override;

    // IConnectionPointContainer
    HRESULT STDMETHODCALLTYPE EnumConnectionPoints(IEnumConnectionPoints **out) override;
    HRESULT STDMETHODCALLTYPE FindConnectionPoint(REFIID iid, IConnectionPoint **out) override;

private:
    explicit Client(HandleRef<rtc_client_t> client);
    ~Client() override;
    static void on_event(void *user_data, rtc_event_t *event);
    void deliver(rtc_event_t *event);
    HRESULT subscription(IRTCProfile *profile, const Utf8 &accept, const Utf8 &package, uint32_t flags,
                         HandleRef<rtc_subscription_t> &out);
    HRESULT session(RTC_SESSION_TYPE type, IRTCProfile *profile, rtc_session_options_t &options, IRTCSession2 **out);

    HandleRef<rtc_client_t> client_;
    ConnectionPoint sinks_{*this, IID_IRTCEventNotification};
    ConnectionPoint dispatch_sinks_{*this, DIID_IRTCDispatchEventNotification};
    std::mutex registry_lock_;
    std::unordered_map<rtc_object_t *, Wrapped *> registry_; // looked up, never walked
    std::mutex state_lock_;
    LONG filter_ = 0;
    std::string client_name_, client_version_;
};

/// An object that stands for a handle and is known to its client under it.
template <class Handle, class... Interfaces> class WrappedObject : public Object<Interfaces..., IHandle>, public Wrapped {
public:
    using CHandle = Handle;

    bool retain() override { return this->try_add_ref(); }

protected:
    WrappedObject(ComPtr<Client> client, HandleRef<Handle> handle)
        : client_(std::move(client)), handle_(std::move(handle)) {}
    ~WrappedObject() override = default;

    void last_release() override {
        // Keeps the client while its registry is used.
        const ComPtr<Client> client = client_;
        client->forget(handle_.get(), this);
        delete this;
    }

    Handle *get() const { return handle_.get(); }
    Client &client() const { return *client_; }

private:
    ComPtr<Client> client_;
    HandleRef<Handle> handle_;
};

/// Gives an object as an out-parameter.
template <class Class, class Interface> HRESULT hand_out(ComPtr<Class> object, Interface **out) {
    *out = object.detach();
    return *out == nullptr ? E_UNEXPECTED : S_OK;
}

} // namespace rtccom
